#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Bad labels, bad installers, bad luck: what the person sees of each, and that the host is as it was afterwards.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
source tests/e2e/walk.sh
trap term_end EXIT
term_need
before=$(mktemp)
host_tree >"$before"

# refused IMAGE FINDING…: an install is refused by these findings, each reported with its id; nothing is run.
refused() {
        local image=$1 finding
        shift
        check_status "broken/$image is refused" 3 host fairlead install "broken/$image" --yes --name "bad-$image"
        for finding; do
                check_text "and says $finding" "block .*\\[$finding\\]" "$output"
        done
        check_text "and what to do" '^  hint: ' "$output"
        check_not "and no job was begun for it" host sh -c "fairlead jobs | grep -q ' bad-$image '"
}

labels() {
        refused quotes unbalanced-quote
        refused undefined undefined-variable
        check_text "the variable is named" 'The variable DOMAIN has no value' "$output"
        refused nooperand missing-operand
        refused emptied empty-mount bad-reference
        refused shell shell-syntax
        refused huge label-too-long
        check_text "the size is reported" 'The label has 60[0-9]+ bytes' "$output"

        host sh -c 'mkdir -p /var/lib/fairlead-lab && echo alive >/var/lib/fairlead-lab/canary'
        refused hostcommand host-command
        check_text "the host's program is shown in full" 'rm -rf /var/lib/fairlead-lab/canary' "$output"
        check "the canary is alive" host grep -q alive /var/lib/fairlead-lab/canary

        check_status "broken/twocases installs" 0 host fairlead install broken/twocases --yes --name bad-twocases
        check_text "and says which of run and RUN it took" 'duplicate-label|run, RUN|RUN, run' "$output"
        check "RUN it was" host podman container exists bad-twocases
        check_status "and uninstalls" 0 host fairlead uninstall bad-twocases --yes
}

# What the engine would refuse is refused before anything is written; what comes from outside is missed or given.
outside() {
        build_image misspelt
        check_status "an option that no engine has is refused" 3 host fairlead install misspelt --yes
        check_text "and the nearest one is named" 'no option --privilged. Did you mean --privileged.*\[unknown-option\]' "$output"
        check_not "and no unit is written" host systemctl cat misspelt.service
        build_image outside
        check_status "a variable of the caller may be given" 0 host fairlead install outside --yes --set LICENCE=accepted
        check_text "the other one is missed" 'gets no ZONE.*\[unset-environment\]' "$output"
        check "the container has it" host podman exec outside printenv LICENCE
        check_not "and not the other" host podman exec outside printenv ZONE
        check_status "and it uninstalls" 0 host fairlead uninstall outside --yes
        host podman rmi -f localhost/misspelt localhost/outside >/dev/null
}

# Bytes that a terminal would obey, characters that hide: none reaches a terminal, by no way.
hostile_text() {
        local show
        for show in "show broken/escapes" "lint broken/escapes" "plan run broken/escapes" images; do
                # shellcheck disable=SC2086
                output=$(host fairlead $show 2>&1 || true)
                check_not "no control byte comes out of fairlead ${show%% *}" grep -qP '[\x00-\x08\x0b-\x1f\x7f]' <<<"$output"
                check_not "no line of fairlead ${show%% *} is the second of a label" grep -q '^next' <<<"$output"
                check_not "no invisible character comes out of fairlead ${show%% *}" \
                        grep -qP '\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]|\xef\xbb\xbf|\xc2\x9b' <<<"$output"
        done
        refused escapes control-character invisible-character
}

# Output and names of files that would be lines of fairlead's own.
forged_lines() {
        tests/lab put "$HOST" tests/e2e/files/forger /run/e2e
        host podman build -q -t localhost/forger:latest /run/e2e/forger >/dev/null
        check_status "a finding that nobody knows allows nothing" 2 host fairlead plan install forger --allow shel-syntax
        check_text "and the nearest is named" 'Did you mean "shell-syntax"' "$output"
        host podman build -q --label 'io.fairlead.profile={"title": 7}' -t localhost/badprofile:latest /run/e2e/forger >/dev/null
        check_status "a profile that is not valid is a finding of lint" 3 host fairlead lint badprofile
        check_text "with its reason" 'title.*\[bad-profile\]' "$output"
        host podman rmi -f localhost/badprofile >/dev/null
        check_status "forger installs" 0 host fairlead install forger --yes --name forger
        check_text "what it printed is marked as its output" '^\| \[done\] Forged' "$output"
        check_not "no line of it passes for fairlead's" grep -aE '^[^|].*Forged' <<<"$output"
        output=$(host fairlead attach "$(host fairlead services --json | jq -r '.[] | select(.name == "forger") | .job')")
        check_not "nor when its job is attached to" grep -aE '^[^|].*Forged' <<<"$output"
        output=$(host fairlead changes forger --diff)
        check_not "no name of a file is a line of the changes" grep -q '^added          /etc/harmless' <<<"$output"
        check_text "a setuid file is a risk there" '  RISK +setuid root' "$(grep -A 1 '^added  *[^ ]*/root (mode 4755)' <<<"$output")"
        check_text "a device is shown as one" '  RISK +a device node' "$(grep -A 1 '/etc/forger/disk (block device 8:0' <<<"$output")"
        check_text "a link with its target" '^added +/etc/forger/link \(symlink to /root/forged\)' "$output"
        check_status "forger uninstalls" 0 host fairlead uninstall forger --yes
        host podman rmi -f localhost/forger >/dev/null
}

installers() {
        check_status "an installer that fails half way fails" 1 host fairlead install broken/halfway --yes --name bad-halfway
        check_text "its status is reported" 'The installer ended with status 7' "$output"
        check_text "so is what it said" 'Cannot reach the licence server' "$output"
        check_text "and that files were restored" 'files? restored' "$output"
        check_same_tree "and they are" "$before"

        check_status "an installer that prints binary installs" 0 host fairlead install broken/binary --yes --name bad-binary
        check_text "it came to its end" 'binary ends' "$(tr -d '\000' <<<"$output")"
        check_not "no control byte comes out" grep -qaP '[\x00-\x08\x0b-\x1f\x7f]' <<<"$output"
        check_status "it uninstalls" 0 host fairlead uninstall bad-binary --yes

        # By its end alone: 50 MB through this terminal would prove nothing about the host.
        check "an installer that prints 50 MB installs" host sh -c 'fairlead install broken/flood --yes --name bad-flood >/dev/null'
        check_status "it uninstalls" 0 host fairlead uninstall bad-flood --yes

        host sh -c 'mkdir -p /var/lib/nospace && mount -t tmpfs -o size=1m tmpfs /var/lib/nospace'
        check_status "an installer without room fails" 1 host fairlead install broken/nospace --yes --name bad-nospace
        check_text "and says why" 'No space left|no space|No room|ended with status' "$output"
        host sh -c 'umount /var/lib/nospace; rmdir /var/lib/nospace'
        check_same_tree "and left nothing" "$before"
}

luck() {
        host sh -c 'podman run -d --name fairlead-lab-taken localhost/base sleep infinity >/dev/null'
        check_status "a name that is taken is reported" 3 host fairlead install broken/taken --yes --name bad-taken
        check_text "with the container's name" 'There is a container called fairlead-lab-taken already' "$output"
        host podman rm -f -t 0 fairlead-lab-taken >/dev/null
        check_status "there is no such image" 4 host fairlead install broken/nowhere --yes
        check_text "is said" 'There is no image "broken/nowhere" on this host' "$output"

        # Looked at in the console, gone before the install.
        try "the console looks at an image" look_at_vanishing || return 0
        host podman untag localhost/broken/vanish
        try "and its install says that it is gone" install_vanished || true
        term_close
        host sh -c 'podman tag $(podman images --filter label=name=broken/vanish --format "{{.ID}}" | head -n 1) localhost/broken/vanish:latest'
}

look_at_vanishing() {
        walk_open "$HOST" || return
        term_keys 2
        term_wait '[0-9]+ images' || return
        term_keys /
        term_type vanish
        term_wait '> localhost/broken/vanish' || return
        term_keys Enter
        term_wait 'Enter look'
}

install_vanished() {
        term_keys i
        term_wait 'There is no image .*vanish|not on this host|No image|no image' 15
}

# ---- jobs that need a person, in the console ----

begin_install() {
        walk_open "$HOST" || return
        term_keys 2
        term_wait '[0-9]+ images' || return
        term_keys /
        term_type "$1"
        term_wait "> localhost/broken/$1" || return
        term_keys Enter
        term_wait 'Enter look' || return
        term_keys i
        term_wait 'what it does' || return
        term_wait '/usr/bin/podman' || return
        walk_to_consent || return
        term_keys y
        term_wait '^Job  install' 15
}

asking() {
        try "an installer that asks is begun" begin_install asks || return 0
        try "its question is on the screen" term_wait '^Realm:' 30 || return 0
        term_keys a
        try "there is a line for the answer" term_wait 'Esc cancel' || return 0
        term_type 'the-answer'
        term_keys Enter
        try "it takes the answer and ends" term_wait 'is installed' 60 || return 0
        check "the answer arrived" host grep -rq 'the-answer' /etc/
        term_close
        check_status "it uninstalls" 0 host fairlead uninstall asks --yes
}

# An install that never ends: the console is killed, another one finds it, and cancels it.
endless() {
        try "an endless installer is begun" begin_install endless || return 0
        try "its output comes" term_wait '[0-9]+' 20 || return 0
        term_close                              # the terminal is gone, as when a line drops
        check "the job goes on" host sh -c 'fairlead jobs | grep -q "install endless *running"'
        try "a new console opens" walk_open "$HOST" || return 0
        try "and says that a job runs" term_wait 'Jobs \*1' || return 0
        term_keys 4
        try "it stands among the jobs" term_wait '> install endless +running' || return 0
        term_keys Enter
        try "its log is there from the beginning" term_wait '^Job  install endless' || return 0
        term_keys X
        try "cancel asks" term_wait '\[ ' || return 0
        term_keys y
        try "it is cancelled" term_wait '^Job .* cancelled ' 60 || return 0
        term_close
        check_not "no container is left" host sh -c 'podman ps -a --format "{{.Names}}" | grep -q .'
        check_same_tree "the host is as before" "$before"
}

stubborn() {
        try "an installer that will not stop is begun" begin_install stubborn || return 0
        try "it runs, deaf to signals" term_wait '^still here' || return 0
        term_keys X
        try "cancel asks" term_wait '\[ ' || return 0
        term_keys y
        try "it is killed in the end" term_wait '^Job .* cancelled ' 90 || return 0
        term_close
        check_not "no container is left" host sh -c 'podman ps -a --format "{{.Names}}" | grep -q .'
        check_same_tree "the host is as before" "$before"
}

# A part that gave up half way leaves its terminal and its job to nobody.
part() {
        "$@"
        term_end
        host sh -c 'for job in $(fairlead jobs | awk "/ (running|cancelling) /{ print \$1 }"); do fairlead cancel $job; done' >/dev/null 2>&1 || true
}

part labels
part outside
part hostile_text
part forged_lines
part installers
part luck
part asking
part endless
part stubborn
check_same_tree "/etc and /usr/local are as before all of it" "$before"
check_not "no failed unit is left in systemd's memory" host sh -c 'systemctl --failed --no-legend --plain | grep -E "^(bad-|asks|endless|stubborn|vanish)"'
rm -f "$before"
finish
