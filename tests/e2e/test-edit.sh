#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A service is changed on a real host: a wrong port reconfigured by verb and by keys, the way back byte for byte, what is refused; a setting of its unit edited, refused in systemd's words, undone.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
source tests/e2e/walk.sh
trap term_end EXIT
term_need

forward=/etc/rsyslog.d/50-forward.conf
before=$(mktemp) wrong=$(mktemp)

# Files that were written again with the same bytes have another time.
tree() {
        host_tree | sed 's/|[0-9]*\.[0-9]*$//'
}

same_tree() {
        local now
        now=$(mktemp)
        tree >"$now"
        check "$1" diff -u "$2" "$now"
        rm -f "$now"
}

tree >"$before"

# The id of the newest job of this kind.
newest() {
        host fairlead jobs --json | python3 -c 'import json, sys; print([j["id"] for j in json.load(sys.stdin) if j["verb"] == sys.argv[1]][0])' "$1"
}

check_status "install rsyslog with a wrong port" 0 host fairlead install rsyslog --yes --mode forward --set host=127.0.0.1 --set port=99
tree >"$wrong"

# ---- by verb ----
check_status "without consent nothing is done" 3 host fairlead reconfigure rsyslog --set port=514
check_status "a name that nobody knows" 2 host fairlead reconfigure rsyslog --set prot=514
check_status "a wrong answer" 2 host fairlead reconfigure rsyslog --set port=0
check_status "a service that is not there" 4 host fairlead reconfigure nosuch --set port=514
check_status "plan reconfigure" 0 host fairlead plan reconfigure rsyslog --set port=514
check_text "says what changes" 'change Port: 99 -> 514' "$output"
check_status "a rehearsal shows the difference" 0 host fairlead reconfigure rsyslog --set port=514 --diff --yes
check_text "of the file" '^\+.*port="514"' "$output"
same_tree "and changes nothing" "$wrong"
check_status "reconfigure" 0 host fairlead reconfigure rsyslog --set port=514 --yes
check_text "it says what changed" 'rsyslog is reconfigured: Port: 99 -> 514' "$output"
check "the file has the new port" host grep -q 'port="514"' "$forward"
check "the unit runs" host systemctl is-active --quiet rsyslog.service
check_status "the record has the new answer" 0 host fairlead plan reconfigure rsyslog
check_text "and no other" 'nothing-altered' "$output"
check_status "to the other mode" 0 host fairlead reconfigure rsyslog --mode local --yes
check_not "what the former mode wrote is gone" host test -e "$forward"
check_status "and back, by its job" 0 host fairlead rollback "$(newest reconfigure)" --yes
check "the file is there again" host grep -q 'port="514"' "$forward"
check_status "and the first one" 0 host fairlead rollback "$(host fairlead jobs --json | python3 -c 'import json, sys; print([j["id"] for j in json.load(sys.stdin) if j["verb"] == "reconfigure" and j["state"] == "done"][0])')" --yes
same_tree "byte for byte as before both" "$wrong"
check "the unit runs again" host systemctl is-active --quiet rsyslog.service

# ---- by keys: m, down to the port, three digits, on, consent, yes ----
pressed=0
press() {
        pressed=$((pressed + $#))
        term_keys "$@"
}
repair_port() {
        walk_open "$HOST" || return
        term_wait 'rsyslog +running' || return
        term_keys g # where it stands at first, unless there is trouble
        term_wait '^> *rsyslog' || return
        press m
        term_wait 'Port +\[99' || return
        press Down Down
        press 5 1 4
        term_wait 'Port +\[514' || return
        press C-d
        term_wait 'Change +Port: 99 -> 514' || return
        press Enter
        term_wait 'Reconfigure \]' || return
        press y
        term_wait 'rsyslog is reconfigured' || return
}
step "a wrong port is repaired by keys" repair_port
check "by fewer than ten of them" test "$pressed" -lt 10
check "the file has it" host grep -q 'port="514"' "$forward"
roll_back() {
        term_keys p
        term_wait 'has its former answers' || return
        term_keys y
        term_wait 'rolled back' || return
        term_wait 'Everything was restored' || return
}
step "p on the done job rolls it back" roll_back
same_tree "byte for byte" "$wrong"
leave() {
        walk_home || return
        walk_close
}
step "the console ends" leave

# ---- a setting of its unit, which a generator makes ----
setting() {
        host systemctl show -P "$1" rsyslog.service
}
test_setting() {
        [[ $(setting "$1") == "$2" ]]
}
tasks=$(setting TasksMax)
check_status "a value that systemd does not know" 2 host fairlead edit rsyslog --set Restart=sometimes --yes
check_text "is refused in its words" 'Failed to parse.*sometimes' "$output"
check_status "so is a setting that is none of these" 2 host fairlead edit rsyslog --set ExecStart=/bin/true --yes
same_tree "and nothing is written" "$wrong"
check_status "without consent nothing is done" 3 host fairlead edit rsyslog --set TasksMax=77
check_status "the right one" 0 host fairlead edit rsyslog --set TasksMax=77 --yes
check "is in force" test "$(setting TasksMax)" = 77
check_status "and is rolled back" 0 host fairlead rollback "$(newest edit)" --yes
check "to what it was" test "$(setting TasksMax)" = "$tasks"
same_tree "without a trace" "$wrong"
check "the unit ran all the time" host systemctl is-active --quiet rsyslog.service

# ---- the same by keys: a form, filled with what its files say ----
to_unit() {
        term_keys 3
        term_wait 'S state' || return
        term_keys /
        term_wait 'Filter:' || return
        term_type rsyslog.service
        term_wait '> rsyslog.service' || return
        term_keys Enter
        term_wait 'Enter open' || return
        term_keys Enter
        term_wait 'at boot' || return
}
edit_by_keys() {
        walk_open "$HOST" || return
        to_unit || return
        term_keys E
        term_wait '> Restart +\[' || return
        term_keys C-u
        term_type sometimes
        term_wait 'sometimes' || return
        term_keys C-d
        term_wait '! Restart=sometimes: Failed to parse' || return
        term_keys C-u
        term_type always
        term_keys Down Down
        term_wait '> MemoryMax' || return
        term_keys Down Down
        term_wait '> TasksMax' || return
        term_keys C-u
        term_type 78
        term_keys C-d
        term_wait '\+TasksMax=78' || return
        term_keys Enter
        term_wait '\[ Write it \]' || return
        term_keys y
        term_wait 'rsyslog.service has other settings|done' || return
}
step "a wrong value is refused below its field, the right one taken" edit_by_keys
check "it is in force" until_true 20 test_setting TasksMax 78
check "so is the other" test "$(setting Restart)" = always
undo_by_keys() {
        term_wait 'p roll back' || return
        term_keys p
        term_wait 'former settings' || return
        term_keys y
        term_wait 'rolled back' || return
        term_wait 'Everything was restored' || return
}
step "p on the job takes them out again" undo_by_keys
check "they are what they were" test "$(setting TasksMax)" = "$tasks"
same_tree "without a trace" "$wrong"
step "the console ends" leave

# ---- any setting, in an editor outside the screen ----
host sh -c 'cat >/run/e2e-editor; chmod 755 /run/e2e-editor' <<'END'
#!/bin/sh
# An editor that adds a wrong line, and corrects it when it is called again.
grep -q "^### .*for reading only" "$1" && grep -q "^# ExecStart=" "$1" || exit 7
if grep -q ^Nice= "$1"; then sed -i 's/^Nice=.*/Nice=7/' "$1"; else sed -i '1i[Service]\nNice=loud' "$1"; fi
END
edit_in_editor() {
        term_open console 80x24 tests/lab tty "$HOST" -- env EDITOR=/run/e2e-editor fairlead
        term_wait '^  SERVICE +STATE' || return
        to_unit || return
        term_keys v
        term_wait 'E editor' || return
        term_keys E
        term_wait 'Nice=loud: Failed to parse' || return
        term_wait 'Edit it again' || return
        term_type y
        term_keys Enter
        term_wait '\+Nice=7' || return
        term_type y
        term_keys Enter
        term_wait 'Enter returns to Fairlead' || return
        term_keys Enter
        term_wait 'files' || return
}
step "systemd refuses a line in the editor's text, and takes it corrected" edit_in_editor
check "it is in force" test "$(setting Nice)" = 7
check_not "no copy is left" host ls -d /var/lib/fairlead/edits/rsyslog.service
step "the console ends" leave
check_status "it is rolled back by its job" 0 host fairlead rollback "$(newest edit)" --yes
same_tree "without a trace" "$wrong"

# ---- what was typed is never lost: an editor that fails, a "no" twice, and on with it ----
host sh -c 'cat >/run/e2e-editor' <<'END'
#!/bin/sh
# Types a right line once, and fails the first time.
grep -q ^Nice= "$1" && exit 0
sed -i '1i[Service]\nNice=9' "$1"
exit 1
END
kept=/var/lib/fairlead/edits/rsyslog.service/50-fairlead.conf
# shellcheck disable=SC2119  # its seconds, not ours
end_edit() {
        term_wait_end >/dev/null || return
        term_close
}
an_edit() {
        term_open edit 80x24 tests/lab tty "$HOST" -- env EDITOR=/run/e2e-editor fairlead edit rsyslog
}
editor_fails() {
        an_edit || return
        term_wait 'ended with an error' || return
        term_wait "^  $kept" || return
        end_edit
}
step "an editor that fails loses nothing" editor_fails
check "the copy has what was typed" host grep -q '^Nice=9' "$kept"
consent_refused() {
        an_edit || return
        term_wait 'Go on with it' || return
        term_type y
        term_keys Enter
        term_wait '\+Nice=9' || return
        term_type n
        term_keys Enter
        term_wait "^  $kept" || return
        end_edit
}
step "the next edit goes on with it; a no keeps it again" consent_refused
check "the copy still has it" host grep -q '^Nice=9' "$kept"
begins_anew() {
        an_edit || return
        term_wait 'Go on with it' || return
        term_type n
        term_keys Enter
        term_wait "^  $kept~" || return
        term_wait 'ended with an error' || return
        end_edit
}
step "who begins anew finds the former one beside it" begins_anew
check "there it is" host grep -q '^Nice=9' "$kept~"
same_tree "nothing was written" "$wrong"
host rm -rf /var/lib/fairlead/edits

# ---- the Quadlet file behind it: through Podman's generator ----
if host test -e /etc/containers/systemd/rsyslog.container; then
        check_status "a Quadlet that is not there" 4 host fairlead edit nosuch.container --set TasksMax=5 --yes
        check_text "is not found" 'There is no nosuch.container' "$output"
        check_status "a setting of its service by its Quadlet" 0 host fairlead edit rsyslog.container --set TasksMax=79 --yes
        check "the drop-in is the Quadlet's" host grep -q '^TasksMax=79' /etc/containers/systemd/rsyslog.container.d/50-fairlead.conf
        check "it is in force" test "$(setting TasksMax)" = 79
        check_status "it is rolled back" 0 host fairlead rollback "$(newest edit)" --yes
        check "to what it was" test "$(setting TasksMax)" = "$tasks"
        same_tree "without a trace" "$wrong"
        check_status "a value that systemd does not know" 2 host fairlead edit rsyslog.container --set TasksMax=many --yes
        check_text "is refused in its words" 'TasksMax=many: .*many' "$output"
        host sh -c 'cat >/run/e2e-editor' <<'END'
#!/bin/sh
# A key that the generator does not know, then one that it does.
grep -q "^### .*for reading only" "$1" && grep -q "^# Image=" "$1" || exit 7
if grep -q ^PidsLimitt= "$1"; then sed -i 's/^PidsLimitt=/PidsLimit=/' "$1"; else sed -i '1i[Container]\nPidsLimitt=99' "$1"; fi
END
        edit_quadlet() {
                term_open console 80x24 tests/lab tty "$HOST" -- env EDITOR=/run/e2e-editor fairlead
                term_wait '^  SERVICE +STATE' || return
                to_unit || return
                term_keys v
                term_wait 'Q Quadlet' || return
                term_keys Q
                term_wait "generator refuses" || return
                term_wait 'Edit it again' || return
                term_type y
                term_keys Enter
                term_wait '\+PidsLimit=99' || return
                term_type y
                term_keys Enter
                term_wait 'Enter returns to Fairlead' || return
                term_keys Enter
                term_wait 'files' || return
        }
        step "the generator refuses a key, and takes it corrected" edit_quadlet
        check_status "systemd has the new unit" 0 host systemctl cat rsyslog.service
        check_text "as the generator made it" 'pids-limit[ =]99' "$output"
        step "the console ends" leave
        check_status "it is rolled back by its job" 0 host fairlead rollback "$(newest edit)" --yes
        same_tree "without a trace" "$wrong"
fi

check_status "without a terminal there is no editor" 2 host fairlead edit rsyslog
host rm -f /run/e2e-editor

check_status "uninstall" 0 host fairlead uninstall rsyslog --yes
same_tree "without a trace" "$before"
rm -f "$before" "$wrong"
finish
