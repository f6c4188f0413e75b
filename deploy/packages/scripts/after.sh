#!/bin/sh
# When the files are there. dpkg says "configure" or "abort-...", rpm 1 or 2. It makes the user and his folders and starts nothing that is
# not set up; it starts again what an upgrade stopped.
set -e
settings=/etc/hatchway/hatchway.yaml

getent group hatchway >/dev/null || groupadd --system hatchway
getent passwd hatchway >/dev/null || useradd --system --gid hatchway --no-create-home --home-dir /var/lib/hatchway \
    --shell "$(command -v nologin || echo /usr/sbin/nologin)" --comment "Hatchway mail gateway" hatchway
install -d -m 0750 -o root -g hatchway /etc/hatchway
install -d -m 0700 -o hatchway -g hatchway /var/lib/hatchway
[ ! -d /run/systemd/system ] || systemctl daemon-reload

if [ -e "$settings" ]; then
    /opt/hatchway/.venv/bin/hatchway check -c "$settings" >/dev/null 2>&1 ||
        echo "hatchway: something in $settings or beside it is wrong for this version. See: hatchway check" >&2
else
    echo "Hatchway is installed, and does not run yet. Next: hatchway setup"
fi
case ${1:-} in
1 | 2) ;; # rpm starts it when the files of the old version are gone, too: after-all.sh
*)
    if [ -e /run/hatchway.upgrade ]; then
        rm -f /run/hatchway.upgrade
        systemctl start hatchway.service || echo "hatchway: it does not start. See: journalctl -u hatchway" >&2
    fi
    ;;
esac
