#!/bin/sh
# When the files are gone. dpkg says "remove", "purge" or "upgrade", rpm 0 or 1. Mail that is held, the audit trail, the keys it is sealed
# with and what was written in /etc/hatchway are nobody's to delete but yours: they stay, after a purge too.
set -e
case ${1:-} in
remove | purge | 0)
    rm -rf /opt/hatchway/.venv # what Python wrote there beside the package's own files
    rmdir /opt/hatchway 2>/dev/null || true
    [ ! -d /run/systemd/system ] || systemctl daemon-reload || true
    ;;
esac
case ${1:-} in
purge | 0)
    # Empty folders go; rmdir leaves any other.
    rmdir /etc/hatchway/policies/roster /etc/hatchway/policies /etc/hatchway /var/lib/hatchway 2>/dev/null || true
    if [ -e /var/lib/hatchway ] || [ -e /etc/hatchway ]; then
        echo "hatchway: held mail, the audit trail, keys and settings stay in /var/lib/hatchway and /etc/hatchway."
        echo "hatchway: to delete them for good: rm -r /var/lib/hatchway /etc/hatchway && userdel hatchway"
    else
        userdel hatchway 2>/dev/null || true
    fi
    ;;
esac
