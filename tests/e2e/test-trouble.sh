#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Jobs in trouble on a real host: units read again and again, an engine that is killed, an installer's client that is killed, an installer that
# prints without end; and the worker's memory, whatever the installer prints.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh

storm() {
        host sh -c 'touch /run/storm; while [ -e /run/storm ]; do systemctl daemon-reload; sleep 0.2; done' &
        storm_pid=$!
}

before=$(mktemp)
host_tree >"$before"

# ---- a daemon-reload storm ----

storm
for round in 1 2 3; do
        check_status "install chrony in a storm of reloads ($round)" 0 host fairlead install chrony --yes
        check "its unit is active" host systemctl is-active --quiet chrony.service
        check_status "uninstall it ($round)" 0 host fairlead uninstall chrony --yes
done
host rm -f /run/storm
wait "$storm_pid" || true
check_same_tree "the host's files are as before" "$before"

# ---- the engine is killed while the installer runs ----

try "an install is begun" begin broken/endless
check "its installer runs" until_true 30 host test -e /etc/endless/state
for round in 1 2 3; do
        host sh -c 'curl -s --unix-socket /run/podman/podman.sock http://d/_ping >/dev/null; systemctl kill -s KILL podman.service' || true
done
check "the job goes on without the engine's service" is_state "$job" running
host pkill -KILL -f 'podman run .*endless' || true
check "the installer's client was killed: the job fails" until_true 60 is_state "$job" failed
check_text "and says so" 'killed by signal 9' "$(host fairlead jobs --json)"
check_same_tree "everything was restored" "$before"
check "its container is gone" test -z "$(host podman ps --all --quiet)"

# ---- no engine at all ----

host systemctl stop podman.socket podman.service
check_status "an install without an engine" 1 host fairlead install chrony --yes
check_text "says what to do" 'podman.socket|No container engine' "$output"
host systemctl start podman.socket

# ---- memory ----

try "an install is begun that prints 50 MB" begin broken/flood
peak=$(in_host worker-peak "$job")
check "its worker stayed below 16 MiB (it had $peak KiB)" test "$peak" -gt 0 -a "$peak" -lt 16384
until_true 60 eval '[ "$(state_of "$job")" != running ]' || true
host fairlead uninstall flood --yes >/dev/null 2>&1 || true
check_same_tree "the host's files are as before" "$before"
rm -f "$before"
finish
