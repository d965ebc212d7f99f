#!/bin/bash
# Also changes a file that was there (motd), so that there is something to restore.
set -eu

host=${HOST:-/host}
echo "Writing the configuration"
mkdir -p "$host/etc/halfway"
echo "mode = half" >"$host/etc/halfway/first.conf"
echo "mode = whole" >"$host/etc/halfway/second.conf"
echo "This host is halfway installed." >>"$host/etc/motd"
echo "Cannot reach the licence server" >&2
exit 7
