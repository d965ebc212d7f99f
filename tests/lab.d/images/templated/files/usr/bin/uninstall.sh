#!/bin/bash
set -euo pipefail

host=${HOST:-/host}
name=${NAME:?}

rm -f "$host/etc/systemd/system/$name.service" "$host/etc/$name/interval"
rmdir --ignore-fail-on-non-empty "$host/etc/$name" 2>/dev/null || true
chroot "$host" systemctl daemon-reload
echo "Service $name.service is removed."
