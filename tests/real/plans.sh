#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The units of plans through the real Quadlet generator and systemd of both hosts (252, and 257 with Podman 5.4): over the table of
# tests/unit/quadlet-cases.c, and over real labels and options where that folder is. tests/check builds the program before.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
shared=${SHARED:-../shared}
passed=0 failed=0
for host in bookworm trixie; do
        tests/lab put "$host" build-release/tests/plans-real /root
        folders=()
        for folder in labels cases/labels cases; do
                [ -d "$shared/$folder" ] || continue
                tests/lab put "$host" "$shared/$folder"/*.* "/root/plans/$folder"
                folders+=("/root/plans/$folder")
        done
        echo "# plans-real in $host"
        output=$(timeout 600 tests/lab run "$host" -- /root/plans-real "${folders[@]}" 2>&1) || true
        printf '%s\n' "$output"
        if [[ $(tail -n 1 <<<"$output") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
                passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
        else
                failed=$((failed + 1))
        fi
        tests/lab run "$host" -- rm -rf /root/plans-real /root/plans
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
