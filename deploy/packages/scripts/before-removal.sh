#!/bin/sh
# Before the files go. dpkg says "remove" or "upgrade", rpm 0 or 1; for an upgrade before.sh of the new version has seen to it.
set -e
case ${1:-} in
remove | 0)
    [ ! -d /run/systemd/system ] || systemctl disable --now hatchway.service hatchway.socket 2>/dev/null || true
    ;;
esac
