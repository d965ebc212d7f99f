#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A job does not need whoever watches: the console is killed and its terminal closed during an install, a new console finds the job with its
# whole output, cancels it, and the host's files are as before. Then the console is killed over and over while a job runs.
# shellcheck source=tests/e2e/lib.sh
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
source tests/e2e/walk.sh
trap term_end EXIT
term_need

# From the plan on: Enter through the pages, the consent, and the live job.
install_by_keys() {
        walk_to_plan broken/endless || return
        walk_to_consent || return
        term_keys y
        term_wait '^Job  install' || return
        term_wait '^\.$' 30
}

log_size() {
        host stat -c %s "/var/lib/fairlead/jobs/$job/log"
}

# grows: the job writes on, so it lives.
grows() {
        local size
        size=$(log_size)
        until_true 5 eval "[ \"\$(log_size)\" -gt $size ]"
}

console_pids() {
        host pgrep -x fairlead
}

# The newest line of the console's own log is on its screen, and so is what came first.
shows_whole_log() {
        term_keys 4
        term_wait '^  JOB +STATE' || return
        term_wait '> install endless +running' || return
        term_keys Enter
        term_wait '^Job  install endless' || return
        term_wait '^\.$' 1 || return
        # all of it: from the first line to the newest
        term_keys Up
        term_keys g
        term_wait 'check the host' 2 || return
        term_keys f
        term_wait '^\.$' 2
}

before=$(mktemp)
host_tree >"$before"

step "the console comes up" walk_open "$HOST"
step "an install is begun by keys" install_by_keys
job=$(job_id)
check "it writes into /etc" host test -e /etc/endless/state

# killed without a word
host pkill -KILL -x fairlead
check "the console is dead" until_true 5 eval '! console_pids'
term_close
check "the job goes on without it" grows
check "its worker is a unit of its own" host systemctl is-active --quiet "fairlead-job-$job.service"

step "a new console comes up" walk_open "$HOST"
try "and says at once that a job runs" term_wait 'endless' 2 || true
try "it shows the whole output within a second" shows_whole_log || true

# the line drops: the terminal is closed under the console
term_close
check "the console is gone with its terminal" until_true 5 eval '! console_pids'
check "the job goes on" grows
check_status "a second install reports who holds the host" 5 host fairlead install chrony --yes
check_text "with the job to watch" "fairlead attach $job" "$output"

step "a third console comes up" walk_open "$HOST"
try "it shows the whole output, too" shows_whole_log || true
term_keys X
try "cancelling asks first" term_wait 'Cancel this job' || true
term_keys y
try "it says what it does" term_wait 'asked the installer to stop|restored|Cancelled' 10 || true
try "and comes to its end" term_wait 'Cancelled; everything was restored' 45 || true
check_same_tree "the host's files are as before" "$before"
check "no container is left" test -z "$(host podman ps --all --quiet)"
check "no unit is left" test -z "$(host systemctl list-units --all --plain --no-legend 'endless*' 'fairlead-job*')"
check "fairlead's own folders hold nothing half made" test -z "$(host sh -c 'find /var/lib/fairlead /etc -name ".fairlead-*"; find /var/lib/fairlead -name active -o -name reserve; find /run/fairlead -name "*.sock"')"
check_text "the log is whole: it begins with the first step and ends with the end" 'Job cancelled' \
        "$(host tail -n 1 "/var/lib/fairlead/jobs/$job/log")"
term_end

worker_pid() {
        host systemctl show -P MainPID "fairlead-job-$job.service"
}

# 200 in all on one of the hosts, some on the other.
[ "$HOST" = trixie ] && rounds=200 || rounds=30
tests/stage --programs
tests/lab put "$HOST" build-release/tests/kill-console /root
build_image counting
check_status "an install that counts" 0 host fairlead install counting --yes --detach
job=$(tail -n 1 <<<"$output")
check "it counts" until_true 10 host grep -q 'line 20' "/var/lib/fairlead/jobs/$job/log"
pid=$(worker_pid)
check "$rounds consoles are killed, and the next one shows all within a second" host /root/kill-console "$rounds" "/var/lib/fairlead/jobs/$job/log" "$job"
check "the worker is the same" test "$pid" = "$(worker_pid)"
check_status "cancel it" 0 host fairlead cancel "$job"
check_status "see it end" 1 host timeout 60 fairlead attach "$job"
check_text "with the last word" '^cancelled: Cancelled; everything was restored' "$output"
check "not a line is missing in its log" host awk '/^line / { sub(/\r/, ""); if ($2 != ++n) exit 1 } END { if (n < 100) exit 1 }' "/var/lib/fairlead/jobs/$job/log"
host podman rmi localhost/counting:latest >/dev/null
check_same_tree "the host's files are as before" "$before"
rm -f "$before"
finish
