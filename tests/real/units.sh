#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Units, and the words of unit files, on the real systemd of both hosts (252 and 257, the latter with Quadlet). tests/check builds the
# programs before.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
passed=0 failed=0
for host in bookworm trixie; do
        tests/lab put "$host" build-release/tests/units-real build-release/tests/unitfile-real /root
        for program in units-real unitfile-real; do
                echo "# $program in $host"
                output=$(tests/lab run "$host" -- "/root/$program" 2>&1) || true
                printf '%s\n' "$output"
                if [[ $(tail -n 1 <<<"$output") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
                        passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
                else
                        failed=$((failed + 1))
                fi
                tests/lab run "$host" -- rm -f "/root/$program"
        done
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
