#!/bin/bash
set -eu

mkdir -p "${HOST:-/host}/var/lib/nospace" "${HOST:-/host}/etc/nospace"
echo "size = 64" >"${HOST:-/host}/etc/nospace/nospace.conf"
dd if=/dev/zero of="${HOST:-/host}/var/lib/nospace/data" bs=1M count=64
