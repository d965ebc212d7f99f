#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The host's own console: the page that stands above its login prompts, the menu behind it, and the three locks.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh

ISSUE=/run/issue.d/50-fairlead.issue
page() {
        host cat "$1"
}

# ---- the page above every login prompt ----

host systemd-run -q -u 'e2e\x2dodd' false
check "a unit with a backslash in its name has failed" until_true 20 host systemctl is-failed --quiet 'e2e\x2dodd.service'
check "the units are well formed" host systemd-analyze verify --man=no fairlead-issue.service fairlead-issue.timer \
        fairlead-console@tty1.service fairlead-status@tty1.service
check_not "the package does not enable the timer" host systemctl is-enabled --quiet fairlead-issue.timer
check "it can be" host systemctl enable --now fairlead-issue.timer
check "the page is written at once" until_true 60 host test -s $ISSUE
shows_failed() {
        host fairlead issue $ISSUE && page $ISSUE | grep -qE '^ units     [0-9]+ failed: .*e2e'
}
check "with what has failed" until_true 30 shows_failed
output=$(page $ISSUE)
check_text "the host's name" "^$(host hostname)" "$output"
check_text "its addresses" '^ address   .*([0-9]+\.){3}[0-9]+' "$output"
check_text "its keys, or that it has none" '^ SSH key   (none|(ED25519|ECDSA|RSA) SHA256:)' "$output"
check_text "its realm" '^ realm     none$' "$output"
check_text "its services" '^ services  (none installed|[0-9]+ of [0-9]+ run)' "$output"
check_text "and what needs a person" '^ needs you .*' "$output"
check_not "it has no other characters" grep -qP '[^ -~]' <<<"$output"
check "and it is no larger than a screen" test "$(wc -l <<<"$output")" -le 23
check "everybody may read it" host sh -c "[ \$(stat -c %a $ISSUE) = 644 ]"
check_text "agetty's commands in it are text" 'e2e\\\\x2dodd' "$output"
# What a login prompt would have above it. That of Debian 12 reads the folder in /run only where there is no /etc/issue.
link=/etc/issue.d/50-fairlead.issue
host test -d /etc/issue.d && had_issues=yes || had_issues=
[ "$HOST" != bookworm ] || host sh -c "mkdir -p /etc/issue.d && ln -s $ISSUE $link"
output=$(host script -qec 'agetty --show-issue' /dev/null </dev/null)
check_text "agetty prints it" '^ units     [0-9]+ failed: .*e2e\\x2dodd\.service' "$output"
host sh -c "rm -f $link; [ -n '$had_issues' ] || rmdir /etc/issue.d 2>/dev/null; :"
check_text "fairlead issue prints the same" 'e2e\\x2dodd\.service' "$(host fairlead issue)"
check_status "a file has a whole path" 2 host fairlead issue page.issue

host systemctl reset-failed 'e2e\x2dodd.service'
check "the next page is written" host systemctl start fairlead-issue.service
check_not "without what is repaired" grep -qF e2e <<<"$(page $ISSUE)"
# ---- the console ----

SECRET=Console-Secret-1
host sh -c "useradd -m -s /bin/sh e2e-appliance && echo e2e-appliance:$SECRET | chpasswd" 2>/dev/null
# As the package login has it, where a host has none.
PAM=/etc/pam.d/login
had_pam=yes
host test -e $PAM || {
        had_pam=
        host sh -c "printf 'auth include common-auth\naccount include common-account\nsession optional pam_loginuid.so\nsession include common-session\n' >$PAM"
}
LOCK='mkdir -p /etc/fairlead; printf "[console]\nlock = %s\n" >/etc/fairlead/console.conf.new; mv /etc/fairlead/console.conf.new /etc/fairlead/console.conf; :'
host sh -c "ls -d /etc/fairlead 2>/dev/null" >/dev/null && had_folder=yes || had_folder=
lock() {        # the step that sets it
        # shellcheck disable=SC2059 # of a format of ours
        printf "run:$LOCK" "$1"
}
NUMBERS='^1 status\n2 services\n3 install\n4 realm\n5 network test\n6 roll back a recent change\n7 shell\n8 restart\n9 power off\n'

# shellcheck disable=SC2016 # the shell on the console has it
check "without a setting it shows the page and asks for a login" in_host on-console \
        'see:^ services ' 'see:^.* login: ' 'run:stty -a -F "/dev/pts/${TTY#pts-}" | grep -q " ixon"' \
        'type:e2e-appliance' 'see:Password: ' 'type:wrong' 'see:Login incorrect' \
        'see:^ services ' 'see:^.* login: ' 'type:e2e-appliance' 'see:Password: ' "type:$SECRET" "see:$NUMBERS" \
        'type:7' 'see:Shell on ' 'type:id -un; echo tty-$FAIRLEAD_TTY' 'see:^e2e-appliance\ntty-pts-' \
        'type:exit' "see:$NUMBERS" 'type:' 'see:^ services ' 'see:^.* login: '
check_text "the journal has who chose what" 'e2e-appliance chose "shell" in the menu on pts-' "$(host journalctl -t fairlead-menu --no-pager -n 20)"
check_text "and who came and went" 'e2e-appliance logged out on pts-' "$(host journalctl -t fairlead-console --no-pager -n 20)"

# A shell that /etc/shells does not have is no way to the menu, with the right password either.
host sh -c "useradd -M -s /usr/sbin/nologin e2e-nologin && echo e2e-nologin:$SECRET | chpasswd" 2>/dev/null
check "an account without a shell for people gets no menu" in_host on-console 'see:^.* login: ' 'type:e2e-nologin' 'see:Password: ' \
        "type:$SECRET" 'see:This account may not log in here' 'see:^ services ' 'see:^.* login: ' 'not:^1 status'
check_text "and the journal has why" 'Login of e2e-nologin refused on pts-.*: its shell /usr/sbin/nologin is not in /etc/shells' \
        "$(host journalctl -t fairlead-console --no-pager -n 20)"
host userdel e2e-nologin
# shellcheck disable=SC2016 # the shell on the console has it
check "a login that nobody answers ends by itself, and the next one has its echo" in_host on-console 'see:^.* login: ' \
        'type:e2e-appliance' 'see:Password: ' 'run:sleep 61' 'see:Login timed out after 60 seconds' 'see:^ services ' 'see:^.* login: ' \
        'run:stty -a -F "/dev/pts/${TTY#pts-}" | grep -q " echo "'

step_open() {
        in_host on-console "$(lock open)" 'see:Enter opens the menu: ' 'type:' "see:$NUMBERS" "$@"
}
check "open: the menu is there at once" step_open 'type:1' 'see:up [0-9]' "see:$NUMBERS"
check "its network test has a word for each line" step_open 'type:5' \
        'see:^(Success|Fail|Not configured|Cannot test) +Address' 'see:^(Success|Fail|Not configured|Cannot test) +DNS' \
        'see:^(Success|Fail|Not configured|Cannot test) +Time' 'see:^Not configured +Realm' "see:$NUMBERS"
check "install lists images" step_open 'type:3' 'see:Which one to install|can be fetched' 'type:' "see:$NUMBERS"
check "a change can be rolled back, where there is one" step_open 'type:roll back a recent change' 'see:Which one|No change' 'type:' "see:$NUMBERS"
inhibited() {
        step_open 'run:systemd-run -q -u e2e-inhibits systemd-inhibit --what=shutdown --mode=block --who=e2e-who --why=e2e-why sleep 300' \
                'run:until systemd-inhibit --list --no-pager | grep -q e2e-who; do sleep 0.2; done' \
                'type:9' 'see:e2e-who \(process [0-9]+\): e2e-why' 'see:Power this host off' 'type:no' "see:$NUMBERS" \
                'type:8' 'see:Restart this host' 'type:' "see:$NUMBERS"
}
check "before a power off it shows who asks that the host stays up" inhibited
host systemctl stop e2e-inhibits.service 2>/dev/null || true
check_text "nobody who logged in chose it" 'Nobody who logged in chose "power off"' "$(host journalctl -t fairlead-menu --no-pager -n 20)"

check "a change from open to login closes the menu" step_open "$(lock login)" 'see:^ services ' 'see:^.* login: ' 'not:Number'
check "a change to open keeps who has logged in" in_host on-console 'see:^.* login: ' 'type:e2e-appliance' 'see:Password: ' \
        "type:$SECRET" "see:$NUMBERS" "$(lock open)" 'type:1' "see:$NUMBERS"
# shellcheck disable=SC2016 # the host's shell has $TTY
check "status: who has logged in is out, and the page is all there is" in_host on-console "$(lock login)" 'see:^.* login: ' \
        'type:e2e-appliance' 'see:Password: ' "type:$SECRET" "see:$NUMBERS" "$(lock status)" \
        'see:^This console only shows the state of the host' 'type:7' 'type:id' 'key:\x03\x1a\x1c' 'not:uid=|Shell|login' \
        'run:test "$(ps -o uid= -p $(systemctl show -P MainPID fairlead-status@$TTY))" -ge 61184' \
        'run:test "$(systemctl show -P DynamicUser fairlead-status@$TTY)" = yes' \
        'run:! systemctl is-active --quiet fairlead-console@$TTY' \
        'run:fairlead issue /run/fairlead-console/page' 'see:^ services ' \
        "$(lock login)" 'see:^.* login: ' 'type:e2e-appliance' 'see:Password: ' "type:$SECRET" "see:$NUMBERS"

check "nothing of a session is left" until_true 30 host userdel -r e2e-appliance
# The service is waited for, as it may be at work; a reload, as of disable, has the timer begin anew.
host sh -c "systemctl stop fairlead-issue.timer; systemctl start fairlead-issue.service; systemctl disable fairlead-issue.timer 2>/dev/null; rm -f $ISSUE /etc/fairlead/console.conf
        [ -n '$had_folder' ] || rmdir /etc/fairlead 2>/dev/null
        [ -n '$had_pam' ] || rm -f $PAM"
check_not "and nothing of ours has failed" host systemctl is-failed --quiet 'fairlead-*'
finish
