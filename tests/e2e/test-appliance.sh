#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The host's own console: the page that stands above its login prompts.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh

ISSUE=/run/issue.d/50-fairlead.issue
page() {
        host cat "$1"
}

# ---- the page above every login prompt ----

host systemd-run -q -u 'e2e\x2dodd' false
check "a unit with a backslash in its name has failed" until_true 20 host systemctl is-failed --quiet 'e2e\x2dodd.service'
check "the units are well formed" host systemd-analyze verify --man=no fairlead-issue.service fairlead-issue.timer
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
host sh -c "systemctl disable --now fairlead-issue.timer 2>/dev/null; rm -rf $ISSUE /run/fairlead-console"
finish
