#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The console on terminals of every kind, and what others write: old and unknown types without UTF-8, the kernel's words on the same line, a shell
# and the end of the console, programs that move the cursor; entries and names of units that are odd.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
source tests/e2e/walk.sh
trap term_end EXIT
term_need

long=e2e-$(printf 'long-name-%.0s' {1..20}).service
host systemd-run -q -u e2e-cjk --description=$'日本語の説明 cafe\xcc\x81' sleep 5000
host systemd-run -q -u 'e2e\x2dodd' false
host systemd-run -q -u "$long" false

leave() {
        walk_home || return
        walk_close
}

# ---- old terminals, in the C locale: plain characters only ----

# plain_screen WHAT: all that stands there can be drawn by a terminal that knows ASCII.
plain_screen() {
        ! term_screen | LC_ALL=C grep -n '[^ -~]' || {
                echo "$1 has other characters"
                return 1
        }
}
# plain_terminal TYPE: the unit with a description in Japanese is found, opened, and its actions are shown.
plain_terminal() {
        term_open "kind-$1" 80x24 tests/lab tty "$HOST" -- env -u LANG LC_ALL=C TERM="$1" fairlead
        term_wait '^  SERVICE +STATE|^No service is installed|No service is installed yet' || return
        plain_screen "the home" || return
        term_keys 3
        term_wait '^  UNIT +STATE' || return
        term_keys /
        term_wait 'Filter:' || return
        term_type e2e-cjk
        term_wait '^> *e2e-cjk.service' || return
        term_matches '\?+ cafe' || return
        plain_screen "the list" || return
        term_keys Enter
        term_wait 'Enter open' || return
        term_keys x
        term_wait 'Actions' || return
        plain_screen "the menu" || return
        term_keys Escape
        term_wait_gone 'Actions' || return
        term_keys Enter
        term_wait 'at boot' || return
        plain_screen "the unit" || return
        term_keys Q
        [ "$(term_wait_end 30)" = 0 ] || return
        term_close
}
for type in vt100 vt220 linux xterm nosuchterm ""; do
        try "the console on ${type:-a terminal without a type}, without UTF-8" plain_terminal "$type" || term_close
done

# ---- what others write on the line ----

# The kernel and systemd write to a serial console, whoever has it.
others_write() {
        walk_open "$HOST" || return
        term_keys 3
        term_wait '^  UNIT +STATE' || return
        term_keys /
        term_wait 'Filter:' || return
        term_type e2e-cj
        term_wait 'Filter: *e2e-cj' || return
        # shellcheck disable=SC2016  # the host says which process it is
        host sh -c 'printf "\r\n[ 1234.567890] a line of the kernel\r\n         Starting a line of systemd...\r\n" >"/proc/$(pidof -s fairlead)/fd/1"' || return
        term_wait 'a line of the kernel' || return
        term_keys C-l
        term_wait_gone 'a line of' || return
        term_matches '^  UNIT +STATE' || return
        term_matches 'Filter: *e2e-cj' || return
        term_type k
        term_wait '^> *e2e-cjk.service' || return
        term_keys Enter
        term_wait 'Enter open' || return
        term_keys Q
        [ "$(term_wait_end 30)" = 0 ] || return
        term_close
}
try "Ctrl-L repairs the screen, and what was typed is not lost" others_write || term_close

# behind TYPE: a shell is opened and left, then the console; what is written next stands below what the shell said.
behind() {
        # shellcheck disable=SC2016  # the host's shell counts
        term_open "behind-$1" 80x24 tests/lab tty "$HOST" -- env TERM="$1" sh -c 'fairlead; echo "behind $((40 + 2))"; read -r end'
        term_wait 'SERVICE +STATE|No service is installed yet' || return
        term_keys '!'
        term_wait 'Shell on .* exit returns to Fairlead' || return
        # shellcheck disable=SC2016  # the shell on the screen counts
        term_type 'echo shell-$((1 + 1))'
        term_keys Enter
        term_wait '^shell-2' || return
        term_type exit
        term_keys Enter
        term_wait 'SERVICE +STATE|No service is installed yet' || return
        term_keys Q
        term_wait '^behind 42$' || return
}
ends_behind() {
        term_keys Enter
        term_wait_end 30 >/dev/null || return
        term_close
}
try "a console that ends behind a shell" behind xterm || true
check "leaves what the shell said" term_matches '^shell-2$'
check "and its own line" term_matches '^Shell on .* exit returns to Fairlead$'
step "it ends" ends_behind
try "the same on a terminal with one screen" behind vt220 || true
check "leaves its last screen whole" term_matches 'q quit$'
step "it ends" ends_behind

# ---- programs that move the cursor ----

host mkdir -p /run/e2e-moves
build_image moves
# still NAME: the screen is ours, the window has its name, the newest state of the line can be read.
still() {
        term_wait 'progress 2%' || return
        term_matches "$1" || return
        [ "$(term_show pane_title)" != stolen ]
}
step "an install begins" begin localhost/moves
watches() {
        walk_open "$HOST" || return
        term_keys w
        term_wait '^Job ' || return
}
step "it is watched" watches
try "its output is text" still '^Job ' || true
host touch /run/e2e-moves/end
try "it installs" term_wait '^ *done|Result|installed' 60 || true
step "the console ends" leave
check "the job is done" until_true 60 is_state "$job" "done"
logs_moves() {
        host fairlead logs moves | grep -q 'progress 2%'
}
check "the service writes the same" until_true 20 logs_moves
check_status "its log" 0 host fairlead logs moves
check_not "has no control byte" grep -qP '[\x00-\x08\x0b-\x1f\x7f]' <<<"$output"
log_moves() {
        walk_open "$HOST" || return
        term_keys g
        term_wait '^> *moves' || return
        term_keys l
        term_wait '^Log ' || return
}
step "its log on the screen" log_moves
try "is text" still '^Log ' || true
step "the console ends" leave
check_status "it is uninstalled" 0 host fairlead uninstall moves --yes
host podman rmi -f localhost/moves >/dev/null

# ---- odd entries of the journal, odd names ----

host systemd-run -q -u e2e-bytes sh -c 'printf "red \033[31;1mRED\033[0m bell\007 cr\rover\nbin \001\002\377\376\n"; sleep 5000'
wrote() {
        host fairlead logs e2e-bytes | grep -q ': .*bin '
}
check "a program writes bytes of all kinds" until_true 20 wrote
check_status "its log" 0 host fairlead logs e2e-bytes
check_not "has no control byte" grep -qP '[\x00-\x08\x0b-\x1f\x7f]' <<<"$output"
check_text "but each byte" 'bin <01><02><ff><fe>' "$output"
check_text "and what came behind a return" 'RED.*bell.*cr.*over' "$output"
check_status "a search finds that" 0 host fairlead logs e2e-bytes --grep over
check_text "by its word" 'over' "$output"
host sh -c 'printf "FOO=bar\nSYSLOG_IDENTIFIER=e2e-textless\n" | logger --journald'
textless() {
        host fairlead logs | grep -q 'e2e-textless: (an entry without text)'
}
check "an entry without a text has a row" until_true 20 textless
fields() {
        walk_open "$HOST" || return
        term_keys J
        term_wait 'e2e-textless: \(an entry without text' || return
        term_keys /
        term_wait 'Search' || return
        term_type e2e-textless
        term_keys Enter
        term_wait 'e2e-textless' || return
}
step "on the screen, too" fields
step "the console ends" leave

check "a unit with a backslash in its name has failed" until_true 20 host systemctl is-failed --quiet 'e2e\x2dodd.service'
output=$(host fairlead status || true)
check "status has its name as systemctl takes it" grep -qF 'e2e\x2dodd.service' <<<"$output"
check "and a name of 200 characters whole, on several lines" grep -qF "$long" <<<"$(tr -d ' \n' <<<"$output")"
odd_names() {
        walk_open "$HOST" || return
        term_wait '^. ?e2e\\x2dodd.service failed' || return
        term_wait '^.*e2e-long-name-.*(…|~)' || return
}
try "the console has the one, and marks where the other is cut" odd_names || true
step "the console ends" leave
host sh -c 'systemctl stop e2e-cjk.service e2e-bytes.service; systemctl reset-failed "e2e*"; rm -rf /run/e2e-moves'
finish
