#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The host itself is killed in the middle of a job and started again: the job is found, goes on or is rolled back, by hand and by itself; and a
# restart that asks politely has the job roll everything back before it.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
source tests/e2e/walk.sh
trap term_end EXIT
term_need

# Until the job's log says so.
at() {
        until_true 30 host grep -q "$1" "$(job_file "$job" log)"
}

# The same, and no further: the worker stands still there.
still_at() {
        # shellcheck disable=SC2016
        host timeout 60 sh -c 'until grep -q "$1" "$2"; do sleep 0.01; done; pkill -STOP -x fairlead-worker' still "$1" "$(job_file "$job" log)"
}

power_cut() {
        tests/lab kill "$HOST" >/dev/null
        tests/lab start "$HOST" >/dev/null
        until_true 30 host systemctl is-active --quiet multi-user.target
}

nothing_left() {
        check_same_tree "the host's files are as before" "$before"
        check "no container is left" test -z "$(host podman ps --all --external --quiet)"
        check "no unit is left" until_true 5 eval "[ -z \"\$(host systemctl list-units --all --plain --no-legend 'endless*' 'slow*' 'fairlead-job*')\" ]"
        check "nothing half made is left" test -z "$(host sh -c 'find /var/lib/fairlead /etc -name ".fairlead-*"; find /var/lib/fairlead -name active -o -name reserve; find /run/fairlead -name "*.sock"; ls /run/motd.d/fairlead 2>/dev/null')"
}

# Some of the files are gone again, but not all.
half_undone() {
        local n
        n=$(host sh -c 'ls /etc/many | wc -l')
        [ "$n" -gt 0 ] && [ "$n" -lt "$1" ]
}

# Fewer are left than the number; none, too: what went on by itself may be through before anybody looks.
undone_below() {
        [ "$(host sh -c 'ls /etc/many 2>/dev/null | wc -l')" -lt "$1" ]
}

build_image slow
build_image many
tests/lab reboot "$HOST" >/dev/null
before=$(mktemp)
host_tree >"$before"

# ---- in the middle of the command; a person decides: back ----

try "an install is begun" begin broken/endless || { finish; exit 1; }
check "its installer writes into /etc" until_true 30 host test -e /etc/endless/state
check "the power is cut, and the host comes up again" power_cut
check "what the installer wrote is there" host test -e /etc/endless/state
check "the job is interrupted" is_state "$job" interrupted
check_status "who logs in reads" 0 host cat /run/motd.d/fairlead
check_text "what to do" "fairlead resume $job.*fairlead rollback $job" "$(tr '\n' ' ' <<<"$output")"
check_status "another install is refused" 5 host fairlead install chrony --yes
check_text "because this one comes first" "fairlead rollback $job" "$output"
try "the console comes up" walk_open "$HOST"
try "and says so" term_wait 'interrupted' 3 || true
term_close
check "of a container only storage is left" in_host wreck localhost/broken/endless stranded
check_status "roll it back" 0 host fairlead rollback "$job"
check "it is rolled back" is_state "$job" rolled
nothing_left
check_status "nothing is left to be resumed" 1 host fairlead resume "$job"

# ---- by itself, as the job said ----

# Behind the boot Podman takes longer to start than anybody at a screen would wait for it.
slow_podman=/usr/lib/systemd/system/podman.service.d
host sh -c "touch /run/not-slow && mkdir $slow_podman && printf '[Service]\nExecStartPre=/bin/sh -c \"test -e /run/not-slow || sleep 14\"\n' >$slow_podman/slow.conf
        systemctl daemon-reload"
try "an install is begun that is to be rolled back by itself" begin broken/endless --if-interrupted rollback || { finish; exit 1; }
check "its installer writes into /etc" until_true 60 host test -e /etc/endless/state
check "the power is cut, and the host comes up again" power_cut
check "the job is rolled back by itself, however slowly Podman starts" until_true 60 is_state "$job" rolled
host sh -c "rm -r $slow_podman && systemctl daemon-reload"
nothing_left

try "an install is begun that is to go on by itself" begin slow --if-interrupted resume || { finish; exit 1; }
check "it is half way" at 'half way'
check "the power is cut, and the host comes up again" power_cut
host touch /run/slow-may-go-on
check "the job comes to its end by itself" until_true 60 is_state "$job" 'done'
check "its unit is active" host systemctl is-active --quiet slow.service
check "its command ran once more, from the beginning" host sh -c '[ "$(cat /etc/slow.conf)" = "$(printf "one\ntwo")" ] && [ "$(grep -c "# slow" /etc/motd)" = 1 ]'
check_status "uninstall it" 0 host fairlead uninstall slow --yes
nothing_left

# ---- behind the command; a person decides: on ----

try "an install is begun" begin slow || { finish; exit 1; }
check "it comes to its last steps" still_at 'check that it works'
check "the power is cut, and the host comes up again" power_cut
check "the job is interrupted" is_state "$job" interrupted
check_status "resume it" 0 host fairlead resume "$job"
check_text "only what was missing is done" 'resuming with the step "start the unit"' "$output"
check "its unit is active" host systemctl is-active --quiet slow.service
check_status "a job that is done can be rolled back, too" 0 host fairlead rollback "$job" --yes
check_text "and says that it was" '^rolled back: Everything was restored' "$output"
check "the service is gone" test -z "$(host fairlead services | grep slow)"
nothing_left

# ---- in the middle of an undo, and of what goes on with it ----

try "an install is begun that fails" begin many || { finish; exit 1; }
check "it restores what it changed" at 'rolling everything back'
check "it is in the middle of that" until_true 30 half_undone 3900
left=$(host sh -c 'ls /etc/many | wc -l')
check "the power is cut, and the host comes up again" power_cut
check "the undo goes on by itself" until_true 30 undone_below $((left - 100))
check "the power is cut again" power_cut
check "it comes to its end by itself" until_true 90 is_state "$job" failed
check_not "nothing was taken for somebody else's work" host grep 'remains: ' "$(job_file "$job" log)"
nothing_left

# ---- a restart asks first ----

try "an install is begun" begin broken/endless || { finish; exit 1; }
check "its installer writes into /etc" until_true 30 host test -e /etc/endless/state
tests/lab reboot "$HOST" >/dev/null
check "the job has restored everything, before the host went down or as soon as it was up" until_true 30 is_state "$job" cancelled
nothing_left
host podman rmi localhost/slow:latest localhost/many:latest >/dev/null
rm -f "$before"
finish
