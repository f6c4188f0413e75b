#!/bin/sh
# rpm only: when the files of an older version are gone, too. It starts again what an upgrade stopped.
set -e
if [ -e /run/hatchway.upgrade ]; then
    rm -f /run/hatchway.upgrade
    systemctl start hatchway.service || echo "hatchway: it does not start. See: journalctl -u hatchway" >&2
fi
