#!/bin/sh
# Before the files of the package are there. dpkg says "install" or "upgrade", rpm 1 or 2. A gateway that runs is stopped before its
# program is changed under it, and started again when all is in its place; its clients and Postfix's queue wait that long.
set -e
case ${1:-} in
upgrade | 2)
    if [ -d /run/systemd/system ] && systemctl is-active --quiet hatchway.service; then
        systemctl stop hatchway.service
        : >/run/hatchway.upgrade
    fi
    ;;
esac
