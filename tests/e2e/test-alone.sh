#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# One job at a time, and none touches what is somebody else's: two installs started at the same moment, by verbs and by two consoles, of which
# exactly one runs and the other reports whose the host is; and a worker that dies beside a container which somebody else started of the same image.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
source tests/e2e/walk.sh
trap term_end EXIT
term_need

running() {
        host fairlead jobs | awk '$4 == "running" { print $1 }'
}

cancel_and_wait() {
        host fairlead cancel "$1" >/dev/null
        until_true 60 is_state "$1" cancelled
}

# At most so many workers are alive; one that was refused may still be on its way out.
workers_are() {
        [ "$(host systemctl list-units --plain --no-legend 'fairlead-job*' | grep -c running)" -eq "$1" ]
}

before=$(mktemp)
host_tree >"$before"
containers=$(host podman ps --all --quiet | sort)
count=$(host sh -c 'ls /var/lib/fairlead/jobs 2>/dev/null | wc -l')

# ---- by verbs, several times ----

for round in 1 2 3 4; do
        said=$(in_host start-two broken/endless)
        statuses=$(head -n 1 <<<"$said" | tr ' ' '\n' | sort | tr '\n' ' ')
        check "of two that start at once one begins, the other reports that the host is taken ($round)" test "$statuses" = "0 5 "
        job=$(running)
        check "one job runs" test "$(wc -w <<<"$job")" -eq 1
        check "and one worker" until_true 10 workers_are 1
        check_text "the other reports who holds it, and how to watch" "fairlead attach $job" "$said"
        check "it can watch" host sh -c "timeout 20 fairlead attach $job | grep -m 1 -q 'podman run'"
        try "it is rolled back" cancel_and_wait "$job" || true
done
check "each round left one job" test "$(host sh -c 'ls /var/lib/fairlead/jobs | wc -l')" -eq $((count + 4))
check_same_tree "the host's files are as before" "$before"

# ---- by two consoles ----

# Up to the consent, where one key is missing.
to_consent() {
        term_open "$1" 80x24 tests/lab tty "$HOST" -- fairlead
        term_wait '^  SERVICE +STATE|^No service is installed' || return
        term_keys 2
        term_wait '> localhost/' || return
        term_keys /
        term_wait 'Filter:' || return
        term_type broken/endless
        term_wait '> localhost/broken/endless ' || return
        term_keys Enter
        term_wait 'Enter look' || return
        term_keys i
        term_wait 'page 1 of 3: what it does' || return
        term_wait 'RISK  -v /:/host' || return
        walk_to_consent
}

# Which of the two consoles shows the live job? The other's name is in $other.
find_winner() {
        term_await "for one of two jobs" 30 one_shows_job
}

one_shows_job() {
        other=two
        term_use one
        ! term_matches '^Job  install endless' || return 0
        other=one
        term_use two
        term_matches '^Job  install endless'
}

try "a console comes to its consent" to_consent one || { finish; exit 1; }
try "and a second one" to_consent two || { finish; exit 1; }
term_tmux send-keys -t =one: y \; send-keys -t =two: y
try "one of them shows its job" find_winner || { finish; exit 1; }
try "with its output" term_wait '^\.$' || true
job=$(running)
check "one job runs" test "$(wc -w <<<"$job")" -eq 1
check "and one worker" until_true 10 workers_are 1
term_use "$other"
try "the other shows whose the host is" term_wait "Another job is changing this host|$job" || true
term_end
try "it is rolled back" cancel_and_wait "$job" || true
check_same_tree "the host's files are as before" "$before"

# ---- a dead worker's containers, and somebody else's ----

try "an install is begun" begin broken/endless || { finish; exit 1; }
check "its installer runs" until_true 30 host test -e /etc/endless/state
theirs=$(host podman run -d --name theirs localhost/broken/endless:latest /usr/bin/sleep infinity)
check "somebody else starts a container of the same image" test -n "$theirs"
host systemctl kill -s KILL "fairlead-job-$job.service"
check "the worker is dead, its installer's container may live on" until_true 20 is_state "$job" interrupted
check_status "roll it back" 0 host fairlead rollback "$job"
check_text "what is not the job's is reported" 'the container theirs of the same image' "$output"
check "it lives" host podman exec theirs true
host podman rm -f -t 0 theirs >/dev/null
check "the job's own is gone" test "$(host podman ps --all --quiet | sort)" = "$containers"
check_same_tree "the host's files are as before" "$before"
rm -f "$before"
finish
