#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Updates that a person approved, applied while nobody looks: exactly that image and no newer one, none that is held or of a member of a realm; a broken
# one is rolled back and the next goes on; the timer's service, its window, and what monitors get.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
# shellcheck source=tests/e2e/walk.sh
source tests/e2e/walk.sh

REGISTRY=registry.example.test:5000
DIR=/root/approve
WINDOW=/etc/systemd/system/fairlead-apply.timer.d/50-fairlead.conf

# publish NAME VERSION LINE…
publish() {
        publish_image "$REGISTRY/approve-$HOST/$1" $DIR "${@:2}"
}

prepare() {
        build_image volume
        host mkdir -p $DIR
        publish early 1
        publish later 1
}

begin_both() {
        local name
        for name in early later; do
                host fairlead install "docker://$REGISTRY/approve-$HOST/$name:8" --name "$name" --set "volume:/data=$name-data" --yes || return
        done
}

# shows SERVICE EXPRESSION: of Python, on its entry in the list as u.
shows() {
        # 1: a newer one waits
        { host fairlead updates --json || true; } | python3 -c 'import json, sys
u = [u for u in json.load(sys.stdin) if u["name"] == sys.argv[1]][0]
sys.exit(0 if eval(sys.argv[2]) else 1)' "$1" "$2"
}

image_of() {
        host podman inspect --format '{{.Image}}' "$1"
}

runs() {
        [ "$(host podman inspect --format '{{index .Config.Labels "version"}}' "$1")" = "$2" ]
}

property() {
        host systemctl show -P "$1" "$2"
}

jobs_of() {
        host fairlead jobs | grep -c " $1" || true
}

# Approved and applied at the console.
by_keys() {
        walk_open "$HOST" || return
        term_keys U
        term_wait '!early +newer +4 [0-9a-f]+ +5 [0-9a-f]+' || return
        term_keys a
        term_wait 'exactly what will run, later on' || return
        seen approve
        term_keys Enter
        term_wait '\[ Approve' || return
        term_keys y
        check "a approves what was read" term_wait '!early +approved'
        seen approved
        term_keys a
        term_wait '!early +newer' || return
        check "a takes it back" term_wait 'early is not approved any more'
        term_keys Enter
        term_wait 'newest .*version 5' || return
        term_keys a
        term_wait 'exactly what will run, later on' || return
        term_keys Enter
        term_wait '\[ Approve' || return
        term_keys y
        check "its own screen marks it at once" term_wait '^ *approved +exactly this image'
        term_keys a
        check "and the way back" term_wait 'early is not approved any more'
        term_keys q
        term_wait '!early +newer' || return
        term_keys y
        term_wait 'a approves early as it is shown here' || return
        seen consents
        term_keys a
        term_wait '\[ Approve' || return
        term_keys y
        check "y shows all that waits: a approves it there" term_wait '!early +approved'
        term_keys A
        term_wait 'early: from version 4 to 5' || return
        term_keys y
        check "A applies it, seen on Jobs" term_wait 'upgrade early' 60
        check "to its end" term_wait 'early is upgraded from version 4 to 5' 60
        term_keys q
        check "nothing newer waits then" term_wait 'early +current' 60
        seen applied
        walk_home || return
        walk_close
}

# The same line by line.
by_lines() {
        lines=$(mktemp)
        cat >"$lines" <<'TALK'
q quit: $ => u
Approve which one .*\? $ => early
Approve this plan for later on\? .* $ => no
Nothing was approved(.|\n)*q quit: $ => updates
Approve which one .*\? $ => all
Approve this plan for later on\? .* $ => yes
early is approved(.|\n)*q quit: $ => q
TALK
        output=$(SECRET='' expect -f tests/e2e/files/talk.exp "$HOST" "$lines" 2>&1 | tr -d '\r')
        local status=${PIPESTATUS[0]}
        rm -f "$lines"
        [ "$status" -eq 0 ] && ! grep -qE '^(not seen in time|ended before|it does not end)' <<<"$output"
}

trap term_end EXIT
term_need
tree=$(mktemp)
step "a registry is prepared" prepare
host_tree >"$tree"
try "two services are installed" begin_both
publish early 2 'LABEL RUN="podman run -d --name NAME IMAGE /bin/false"'
publish later 2
check_status "newer images are found" 1 host fairlead updates --check

# ---- approved ----

old=$(image_of later)
check_status "nothing is applied that was not approved" 3 host fairlead updates later --apply
check_text "which is said" 'The newer image of later is not approved' "$output"
check_status "what to apply is said, or --all" 2 host fairlead updates --apply
check_status "and not both" 2 host fairlead updates later --apply --all
check_status "of all, none is ready" 0 host fairlead updates --apply --all
check_text "which is said, too" 'No update is approved and ready: nothing was done' "$output"
check_status "without a consent nothing is approved" 3 host fairlead updates later --approve
check_text "its plan is shown" 'image +registry.example.test:5000/approve-|later' "$output"
check_status "all that wait are shown with what they change" 3 host fairlead updates --approve --all
check_text "one" '^early$' "$output"
check_text "and the other" '^later$' "$output"
check_text "word for word" '^RUN +.*/bin/false|/bin/false' "$output"
check "and nothing is approved by that" shows later 'not u["approved"]["image"]'
check_status "names and all of them do not go together" 2 host fairlead updates later --approve --all
check_status "two are approved, by whom sudo says" 0 host env SUDO_USER=anna fairlead updates --approve --all --yes
check_status "then none waits for that" 0 host fairlead updates --approve --all --yes
check_text "which is said" 'No newer image waits for an approval: nothing was done' "$output"
check "the service runs what it ran" test "$(image_of later)" = "$old"
check_status "the list shows it" 1 host fairlead updates
check_text "in its row" '^later .* approved$' "$output"
check_text "since when, and by whom" 'Its newest image was approved at 20[0-9: -]+ by anna' "$output"
check_text "and that no window begins it" 'systemctl enable --now fairlead-apply.timer' "$output"
check "for scripts" shows later 'u["ready"] and u["approved"]["image"] == u["newest"]["digest"] and len(u["approved"]["consent"]) == 64 and u["approved"]["by"] == "anna"'
check_status "it is held" 0 host fairlead updates later --hold 7d
check "then it is not ready" shows later 'not u["ready"] and u["approved"]["image"]'
check_status "and not applied" 3 host fairlead updates later --apply
check_text "by its reason" 'is held until' "$output"
check_status "not even on demand" 3 host fairlead updates later --apply --yes
check_status "it is held no longer" 0 host fairlead updates later --unhold
check_status "the approval is taken back" 0 host fairlead updates later --withdraw
check "then it is newer, and no more" shows later 'u["state"] == "newer" and not u["ready"] and not u["approved"]["image"]'
check_status "it is approved again" 0 host fairlead updates later --approve --yes

# ---- the newest alone ----

publish later 3
check_status "a newer digest was not approved" 3 host fairlead updates later --apply
check_text "which is said" 'later has a newer image than the one that was approved' "$output"
check "the service runs what it ran" test "$(image_of later)" = "$old"
check_status "a look ends the approval" 1 host fairlead updates --check
check "for it is of another image" shows later 'u["state"] == "newer" and not u["approved"]["image"]'
check_status "that one is approved" 0 host env SUDO_USER=anna fairlead updates later --approve --yes
record=/var/lib/fairlead/services/later.json
host sh -c "cp -p $record $DIR/record; sed -i s/later-data/other-data/ $record"
check_status "nor is another plan of it" 3 host fairlead updates later --apply
check_text "which is said, too" 'The plan of later is not the one that was approved: its label, its answers or its unit differ' "$output"
host sh -c "cp -p $DIR/record $record"

# ---- the window ----

check "the units are well formed" host systemd-analyze verify --man=no fairlead-apply.service fairlead-apply.timer
check_not "the package does not enable the timer" host systemctl is-enabled --quiet fairlead-apply.timer
check_status "a window that is none" 2 host fairlead updates --window 'Sat 25:00' --yes
check_text "is refused in systemd's words" 'OnCalendar=Sat 25:00: .*calendar' "$output"
check_text "and nothing is written" 'Nothing was written' "$output"
check_not "which is true" host test -e $WINDOW
check_status "nor is more than a line" 2 host fairlead updates --window "$(printf 'daily\n[Service]')" --yes
check_status "a window is written" 0 host fairlead updates --window 'Sat *-*-* 04:30' --yes
check "the timer is enabled" host systemctl enable --now fairlead-apply.timer
check "it has that window, and no other" grep -qx '{ OnCalendar=Sat \*-\*-\* 04:30:00 ; .* }' <<<"$(property TimersCalendar fairlead-apply.timer)"
check "and a next time" host sh -c 'systemctl list-timers fairlead-apply.timer | grep -q "^Sat .* 04:30:00 .*fairlead-apply.service"'
check_text "one that is missed is not made up for" '^no$' "$(property Persistent fairlead-apply.timer)"
output=$(host fairlead updates || true)
check_text "the list says when" 'Approved ones are applied at 20[0-9-]+ 04:30, by fairlead-apply.timer' "$output"
check_status "another window, while it waits" 0 host fairlead updates --window 'Sun 05:00' --yes
check "is the timer's at once" host sh -c 'systemctl list-timers fairlead-apply.timer | grep -q "^Sun .* 05:00:00 "'
job=$(sed -nE 's/^Job ([0-9a-f-]+)\. .*/\1/p' <<<"$output")
check_status "it is undone" 0 host fairlead rollback "$job" --yes
check "then the former one is back" host grep -qx 'OnCalendar=Sat \*-\*-\* 04:30' $WINDOW
check_status "the window is taken away" 0 host fairlead updates --no-window --yes
check_not "with its file" host test -e $WINDOW
check_not "and the folder that was made for it" host test -e "${WINDOW%/*}"
check "and the timer's own is back" grep -q 'OnCalendar=Sun \*-\*-\* 03:00:00 ' <<<"$(property TimersCalendar fairlead-apply.timer)"
host systemctl disable --now fairlead-apply.timer 2>/dev/null

# ---- while nobody looks ----

broken=$(image_of early)
check_not "its service reports the one that failed" host systemctl start fairlead-apply.service
check_text "as failed, by its exit status" '^exit-code 1$' "$(property Result fairlead-apply.service) $(property ExecMainStatus fairlead-apply.service)"
check "the broken update was rolled back" until_true 20 test "$(image_of early)" = "$broken"
check "its service runs" host systemctl is-active --quiet early.service
check "the next one was applied all the same" runs later 3
output=$(host fairlead jobs --json)
check "its job has who consented: a person, before it began" json '[j for j in d if j["name"] == "later" and j["verb"] == "upgrade" and j["approved"] and j["approved"] <= j["started"] and j["approved_by"] == "anna"]'
check_status "people see it" 0 host fairlead jobs
check_text "in its row" 'upgrade later .*\(approved by anna\)' "$output"
check "nothing newer of it waits" shows later 'u["state"] == "current" and not u["ready"]'
check "what failed waits, and is not approved any more" shows early 'u["state"] == "newer" and not u["approved"]["image"]'
output=$(host journalctl -b -o cat -u fairlead-apply.service)
check_text "the journal has both" 'Applied: 1 of 2' "$output"
before=$(jobs_of early)
check "the next run finds nothing to do" host systemctl start fairlead-apply.service
check "and tries nothing again" test "$(jobs_of early)" = "$before"

# ---- on demand ----

publish early 4
check_status "the next one is found" 1 host fairlead updates --check
check_status "it is applied without an approval" 0 host fairlead updates early --apply --yes
check "it runs" runs early 4

publish early 5
check_status "one more is found" 1 host fairlead updates --check
step "line by line it is approved, too" by_lines
check "as it shows" shows early 'u["ready"]'
check_status "and taken back" 0 host fairlead updates early --withdraw
step "the console approves and applies it" by_keys
check "it runs, too" runs early 5

# ---- a member of a realm ----

publish later 5
host sh -c "cp -p $record $DIR/record; sed -i 's/\"renew\": *\[\]/\"renew\": [\"adcli\"]/; s/\"renew\": *null/\"renew\": [\"adcli\"]/' $record"
check_status "of one that joined a realm a newer image is found" 1 host fairlead updates --check
check_status "it cannot be approved" 3 host fairlead updates later --approve --yes
check_text "for a reason" 'later joined this host to a realm: such a service is never updated unattended' "$output"
check_status "nor applied by anybody" 3 host fairlead updates later --apply --yes
check_text "for the same" 'never updated unattended' "$output"
check "it runs what it ran" runs later 3
host sh -c "cp -p $DIR/record $record"

check_status "one is uninstalled" 0 host fairlead uninstall early --remove-volumes --yes
check_status "and the other" 0 host fairlead uninstall later --remove-volumes --yes
host sh -c "rm -rf $DIR; podman rmi -f localhost/volume; podman image prune -f; systemctl reset-failed" >/dev/null 2>&1
check_same_tree "nothing is left of all that" "$tree"
rm -f "$tree"
finish
