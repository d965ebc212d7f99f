#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# State in a volume under Docker, with the words of the unit: no host of the lab has both systemd and Docker, so the lines of the unit are run by
# hand, as systemd would at a start, a stop and the next start. The program is that of a host.
set -euo pipefail
cd "$(dirname "$0")/../.."
passed=0 failed=0
check() {
        if [ "$2" = "$3" ]; then
                passed=$((passed + 1))
                echo "ok - $1"
        else
                failed=$((failed + 1))
                echo "not ok - $1: \"$2\", not \"$3\""
        fi
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
socket=$(tests/lab status docker.socket)
cat >"$folder/labels.json" <<'JSON'
{"labels": {"RUN": "docker run -d --net=host --name NAME IMAGE sh -c 'echo started >>/data/starts; trap \"exit 0\" TERM; while :; do sleep 0.2; done'"}, "volumes": ["/data"]}
JSON
tests/lab run trixie -- fairlead plan install --labels /dev/stdin --image localhost/rsyslog:latest --name test-volumes \
        --engine docker=20.10 --set volume:/data=test-volumes-data --json <"$folder/labels.json" |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["unit"]["text"])' >"$folder/unit"

# line KEY: what systemd runs of that key, by the lab's Docker.
line() {
        local words
        words=$(sed -n "s/^$1=-\{0,1\}//p" "$folder/unit")
        tests/lab run yard -- sh -c "DOCKER_HOST=unix://$socket timeout 60 $words"
}
starts() {
        tests/lab run yard -- docker -H "unix://$socket" exec test-volumes cat /data/starts 2>/dev/null | wc -l
}

for n in 1 2; do
        line ExecStartPre >"$folder/log" 2>&1 || true
        line ExecStart >"$folder/log" 2>&1 &
        end=$((SECONDS + 30))
        until [ "$(starts)" = $n ] || [ $SECONDS -ge $end ]; do sleep 0.2; done
        check "start $n finds what the ones before wrote" "$(starts)" $n
        line ExecStop >"$folder/log" 2>&1 || true
        line ExecStopPost >"$folder/log" 2>&1 || true
        wait
done
volumes=$(tests/lab run yard -- docker -H "unix://$socket" volume ls -q)
check "the volume is there when all is over, and no other" "$volumes" test-volumes-data
tests/lab run yard -- docker -H "unix://$socket" volume rm test-volumes-data >/dev/null
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
