#!/bin/sh
# install.sh PACKAGE...: Debian's packages for the tests, as root, and without starting what they bring. The tests start their own.
set -eu
policy=/usr/sbin/policy-rc.d
kept=
if [ -e "$policy" ]; then
    kept=$(mktemp)
    cp -p "$policy" "$kept"
fi
restore() {
    if [ -n "$kept" ]; then
        cp -p "$kept" "$policy" && rm -f "$kept"
    else
        rm -f "$policy"
    fi
}
trap restore EXIT
trap 'exit 1' HUP INT TERM
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=300 update -qq
apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$@" >/dev/null
