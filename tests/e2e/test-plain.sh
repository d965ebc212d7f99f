#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The console line by line, as on a terminal that cannot move its cursor: install with every question, another answer later, the way back; the
# realm joined and left; the setup of a new host; typed by expect(1), a line at a time.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
source tests/e2e/domain.sh

with_realm
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT

# talk [WORD…]: the conversation with fairlead WORD… is on standard input; what was said is in $output.
talk() {
        cat >"$lines"
        output=$(SECRET=$password expect -f tests/e2e/files/talk.exp "$HOST" "$lines" "$@" 2>&1 | tr -d '\r')
        [ "${PIPESTATUS[0]}" -eq 0 ] && ! grep -qE '^(not seen in time|ended before|it does not end)' <<<"$output"
}

install_talk() {
        talk <<'TALK'
q quit: $ => 2
any image's; nothing: back\)\? $ => nosuch/image
any image's; nothing: back\)\? $ => rsyslog
Which one\? $ => sideways
Which one\? $ => forward
Log server .*: $ => ?
Log server .*: $ => not a host
Log server .*: $ => 127.0.0.1
Port .*: $ =>
Protocol .*: $ => 1
Carry this plan out\? .* $ => d
Carry this plan out\? .* $ => yes
Job done(.|\n)*q quit: $ => q
TALK
}

change_talk() {
        talk <<'TALK'
q quit: $ => services
Which one .*\? $ => rsyslog
What to do .*\? $ => reconfigure
Which one \[forward\]\? $ =>
Log server.*\[127\.0\.0\.1\]: $ => 127.0.0.2
Port .*: $ =>
Protocol .*: $ =>
Carry this plan out\? .* $ => yes
Job done(.|\n)*q quit: $ => s
q quit: $ => 4
Which one .*\? $ => 1
What to do .*\? $ => changes
50-forward.conf(.|\n)*q quit: $ => q
TALK
}

remove_talk() {
        talk <<'TALK'
q quit: $ => 1
Which one .*\? $ => 1
What to do .*\? $ => uninstall
Carry this plan out\? .* $ => yes
Job done(.|\n)*q quit: $ => q
TALK
}

join_talk() {
        talk <<'TALK'
q quit: $ => 5
What to do .*\? $ => join
Domain .*\? $ => example.test
Server .*: $ =>
Computer name .*: $ =>
Organizational unit .*: $ => OU=Linux,DC=example,DC=test
Join by .*: $ => 1
Administrator .*: $ => joiner
Password .*: $ => <secret>
Log in as .*: $ =>
User ids .*: $ =>
Only these users .*: $ =>
Only these groups .*: $ =>
Home directories .*: $ =>
Rules for sudo .*: $ =>
More options .*: $ =>
Carry this plan out\? .* $ => yes
Job done(.|\n)*q quit: $ => realm
What to do .*\? $ => realm status
EXAMPLE(.|\n)*q quit: $ => q
TALK
}

leave_talk() {
        talk <<'TALK'
q quit: $ => 5
What to do .*\? $ => leave
Delete the computer account in the realm, too\? .* $ => yes
Administrator .*: $ => joiner
Password .*: $ => <secret>
Carry this plan out\? .* $ => yes
Job done(.|\n)*q quit: $ => q
TALK
}

try "install with every question" install_talk || printf '%s\n' "$output" | tail -n 60
check_text "an image that is nowhere is named" 'nosuch/image' "$output"
check_text "a choice that is none, too" '"sideways" is none of these' "$output"
check "the service runs" host systemctl is-active --quiet rsyslog.service
check "with the answers" host grep -q 127.0.0.1 /etc/rsyslog.d/50-forward.conf
try "another answer, and the jobs" change_talk || printf '%s\n' "$output" | tail -n 60
check "is in force" host grep -q 127.0.0.2 /etc/rsyslog.d/50-forward.conf
try "the way back" remove_talk || printf '%s\n' "$output" | tail -n 60
check_not "nothing of it is left" host test -e /etc/rsyslog.d/50-forward.conf
forget_account
try "join, with what is asked on the way" join_talk || printf '%s\n' "$output" | tail -n 60
check_not "the password is not shown" grep -qF "$password" <<<"$output"
check "the computer has an account" has_account
check "a user of the domain is known" until_true 30 host getent passwd alice@$domain
check_nowhere "the password is in no field of the journal, no file, no process" "$password"
try "leave, and the account with it" leave_talk || printf '%s\n' "$output" | tail -n 60
check_not "it is gone" has_account
check_not "and nobody of the domain is known" host getent passwd alice@$domain

# ---- the setup of a new host ----

setup_talk() {
        talk firstboot <<'TALK'
Host name \[.*\]: $ => ?
Host name \[.*\]: $ => db 3
Host name \[.*\]: $ => db3.example.test
Job done(.|\n)*Time zone \[.*\]: $ => Nowhere/Land
Time zone \[.*\]: $ => Europe/Paris
Job done(.|\n)*Password of root.*: $ => <secret>
Once more .*: $ => <secret>
Job done(.|\n)*SSH key of root.*: $ => ssh-ed25519 AAAA
Password of root.*: $ =>
SSH key of root.*: $ =>
Install a service .*: $ => yes
any image's; nothing: back\)\? $ => rsyslog
Which one\? $ => local
Carry this plan out\? .* $ => yes
Job done(.|\n)*Install a service .*: $ => no
Join a realm .*: $ => ?
Join a realm .*: $ =>
Finish the setup \[yes\]: $ =>
TALK
}

put_off_talk() {
        talk firstboot <<'TALK'
Host name \[.*\]: $ => later
TALK
}

before=$(mktemp)
trap 'rm -f "$lines" "$before"' EXIT
host_tree >"$before"
try "the setup is put off" put_off_talk || printf '%s\n' "$output" | tail -n 60
check_text "it says that it goes on line by line" 'line by line instead' "$output"
check_same_tree "nothing was changed" "$before"
try "the setup, with a service" setup_talk || printf '%s\n' "$output" | tail -n 60
check_not "the password is not shown" grep -qF "$password" <<<"$output"
check_text "a wrong name says why" 'The name db 3 ' "$output"
check_text "a zone that is not there, too" 'There is no time zone Nowhere/Land' "$output"
check_text "the host has its name" '^db3.example.test$' "$(host hostname)"
check_text "its zone" 'zoneinfo/Europe/Paris$' "$(host readlink /etc/localtime)"
# shellcheck disable=SC2016
check "its password" host perl -e 'my $hash = (getpwnam "root")[1]; exit(crypt($ARGV[0], $hash) ne $hash)' "$password"
check "and its service" host systemctl is-active --quiet rsyslog.service
check_status "the service goes" 0 host fairlead uninstall rsyslog --yes
for id in $(host fairlead jobs --json | python3 -c 'import json, sys
print("\n".join(j["id"] for j in json.load(sys.stdin) if j["verb"] == "setup" and j["state"] == "done"))'); do
        check_status "$id is rolled back" 0 host fairlead rollback "$id" --yes
done
check_same_tree "the host is as it was" "$before"
check_text "and has its name" "^$whole\$" "$(host hostname)"
finish
