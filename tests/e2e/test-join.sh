#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The whole join by keys in a terminal of 80x24, against the lab's real domain: the domain found while it is typed, the preflight, the password last, a
# resolved user, the Realm screen, a restart of the host, leaving; and a canary for the secret. What goes wrong: test-refusals.sh.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
source tests/e2e/domain.sh
source tests/e2e/walk.sh
source tests/e2e/walk-realm.sh
term_need

trap 'term_end >/dev/null 2>&1 || true' EXIT
with_realm

no_realm() {
        term_matches '^Realm +none; 5, then j, joins a domain'
}

# The canary is looked for while the join runs, as often as this machine can.
sample() {
        local end=$((SECONDS + 60))
        while [ $SECONDS -lt $end ] && [ ! -e "$1.stop" ]; do
                host sh -c 'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr "\0" "\n"' | grep -F -- "$password" >>"$1" || true
                doors >>"$1.doors"
        done
}

# The worker holds the secret for the whole job: what a core of it may have.
doors() {
        host sh -c 'for p in $(pgrep -x fairlead-worker); do sed -n "s/^Max core file size  *//p" /proc/$p/limits; done' 2>/dev/null || true
}

# Printed, not asserted: this machine does much else. $1: the job's result.
figures() {
        local own all
        read -r own all < <(awk -F '[:,]' '/"step":/ { step = $2 } /"usec":/ { all += $2; if (step !~ /command|reload|enable|start|health/) own += $2 }
                        END { printf "%d %d\n", own / 1000, all / 1000 }' <<<"$1")
        echo "figures: the job $all ms in all; without installer, systemd and check (its own share): $own ms"
}

figures_before() {
        local from=${EPOCHREALTIME/./}
        host fairlead realm discover example.test >/dev/null
        echo "figures: discovery, from the start of the program to its last line, with the way into the host: $(((${EPOCHREALTIME/./} - from) / 1000)) ms"
        echo "figures: preflight: $(host fairlead check example.test | tail -n 1)"
}

forget_account
tests/lab reboot "$HOST"
before=$(mktemp)
host_tree >"$before"
figures_before
step "the console comes up" walk_open "$HOST"
step "the realm is found while its domain is typed" walk_join
step "the preflight is well" walk_preflight
hits=$(mktemp)
sample "$hits" &
sampler=$!
step "the password is asked last" walk_password "$password"
entered=${EPOCHREALTIME/./}
resolved=$(mktemp)
{ until_true 60 host getent passwd administrator@example.test && echo "$(((${EPOCHREALTIME/./} - entered) / 1000))"; } >"$resolved" &
resolver=$!
step "the join is done" term_wait 'has joined|sssd is installed' 60
try "what it came to was looked at: a user" term_wait 'OK +User: .*@example\.test is user [0-9]+ of this host' || true
try "the keys" term_wait 'OK +Keytab: .*the realm gives a ticket' || true
try "and this host itself" term_wait 'OK +This host: its own user root is found in' || true
touch "$hits.stop"
wait $sampler $resolver || true
echo "figures: from Enter to a user of the domain who is one here: $(tail -n 1 "$resolved") ms, while all processes are sampled"
figures "$(host sh -c 'cat "$(ls -d /var/lib/fairlead/jobs/*/ | tail -n 1)result.json"')"
check "the worker was seen, and no core of it is possible" grep -qE '^0 +0 ' "$hits.doors"
check_not "at no time" grep -qvE '^0 +0 ' "$hits.doors"
check_not "nor of a program that a secret was given to" in_host cores "$password"
check_not "no process had the password in its words or its environment" grep -q . "$hits"
rm -f "$hits" "$hits.stop" "$hits.doors" "$resolved"
seen joined
check "a user of the domain is a user of this host" host getent passwd administrator@example.test
check "the computer's account is in the domain" dc sh -c "samba-tool computer list | grep -qi '^$account\\\$'"
check_nowhere "the password is in no field of the journal, no file, no process, nothing that engine and systemd know" "$password"

term_keys 5
step "the Realm screen says how it is" term_wait 'SSSD +online'
try "with server, clock and keytab" term_wait 'Keytab +.*\$@EXAMPLE\.TEST, version' || true
seen realm
term_keys 1
try "and the home names it" term_wait '^Realm +EXAMPLE\.TEST +Active Directory +online at .* keytab version [0-9]+' || true
seen realm-line
term_keys 5
step "the Realm screen again" term_wait 'SSSD +online'
term_keys t
try "a user is asked for" term_wait 'administrator@example\.test' || true
term_keys Enter
try "and found" term_wait 'administrator@example\.test is user [0-9]+ of this host' || true
term_keys t C-u
term_type 'nosuch@example.test'
term_keys Enter
try "one that is none is refused" term_wait 'nosuch@example\.test is no user of this host' || true
term_close
tests/lab reboot "$HOST"
check "after a restart of the host users still resolve" until_true 30 host getent passwd administrator@example.test
step "the console comes up again" walk_open "$HOST"
step "leaving asks what becomes of the account" walk_leave "not-$password"
step "a wrong password is reported" term_wait 'The password is wrong' 60
try "and that it can be typed again" term_wait 'f +Type the password again' || true
seen leave-refused
check "the host is in the domain as before" until_true 30 host getent passwd administrator@example.test
check "and its account, too" has_account
term_keys f
step "it is asked for again, all else is kept" walk_leave_password "$password"
step "the host has left" term_wait 'sssd is uninstalled' 60
seen left
term_keys 1
check "the home names no realm any more" until_true 10 no_realm
term_close
check_not "the account in the domain is gone" has_account
check_same_tree "/etc and /usr/local are as before" "$before"
check_not "no user of the domain is left" host getent passwd administrator@example.test

# ---- the same by verbs, with a file of answers ----

host sh -c 'cat >/root/answers' <<<'{ "mode": "ad", "answers": { "domain": "example.test", "user": "joiner", "ou": "OU=Linux,DC=example,DC=test" } }'
check_status "fairlead join with a file of answers" 0 host sh -c 'printf %s "$1" | fairlead join --answers /root/answers --secret password=- --yes' x "$password"
check_text "names the domain first, then the image" '^join example\.test through localhost/sssd' "$output"
check_text "prints where each answer came from" 'Organizational unit +OU=Linux,DC=example,DC=test +\(answer file\)' "$output"
check "a user of the domain is a user of this host" until_true 30 host getent passwd administrator@example.test
check "the account is where the answers say" dc sh -c "samba-tool computer show '$account' | grep -qi 'OU=Linux,'"
check_text "what it came to is reported" 'OK +User: joiner@example.test is user [0-9]+ of this host.*OK +Keytab' "$(tr '\n' ' ' <<<"$output")"
check_status "fairlead realm deny" 0 host fairlead realm deny alice@example.test --yes
check_text "shows the lines that change" '\+simple_deny_users = alice@example.test' "$output"
check_text "and that the domain's rules do not count any more" 'domain-rules' "$output"
check "users resolve again" until_true 30 host getent passwd alice@example.test
check_not "who is denied cannot log in" login alice@example.test "$password"
check_status "and a test of the user says so" 1 host fairlead realm test alice@example.test
check_text "by PAM's word" '^ +(su|login|sshd) +no, an access rule denies it.*PAM_PERM_DENIED' "$output"
check_status "who is not can" 0 login bob@example.test "$password"
check_status "and the test says so, too" 0 host fairlead realm test bob@example.test
check_text "by PAM's word" '^ +(su|login|sshd) +yes, with a valid password' "$output"
check_status "fairlead realm permit" 0 host fairlead realm permit bob@example.test --yes
check "users resolve again" until_true 30 host getent passwd bob@example.test
check_status "who is permitted can log in" 0 login bob@example.test "$password"
check_not "nobody else can" login expired@example.test "$password"
check_status "the status shows" 0 host fairlead realm status
check_text "who may log in" 'logins +user bob@example.test; not alice@example.test' "$output"
check_status "a group" 0 host fairlead realm permit --groups operators@example.test --yes
check_status "what is so already is no error" 0 host fairlead realm permit --groups operators@example.test --yes
check_text "and it says so" 'It is so already' "$output"
check "no login shell without consent" test "$(host sh -c 'fairlead realm deny --all </dev/null >/dev/null 2>&1; echo $?')" = 3
kvno=$(host fairlead realm status --json | sed -n 's/^ *"kvno": *\([0-9]*\).*/\1/p')
check_status "fairlead realm renew" 0 host fairlead realm renew --yes
check "the key has a newer version" test "$(host fairlead realm status --json | sed -n 's/^ *"kvno": *\([0-9]*\).*/\1/p')" -gt "$kvno"
check "the domain takes it" host podman exec sssd kinit -k "${account^^}\$@EXAMPLE.TEST"
check "and users resolve" until_true 30 host getent passwd joiner@example.test
check_status "fairlead leave with a wrong password" 1 host sh -c 'printf %s "$1" | fairlead leave --answers /root/answers --secret password=- --yes' x "not-$password"
check_text "says so" 'The password is wrong' "$output"
check "and leaves the host in the domain" until_true 30 host getent passwd administrator@example.test
check_status "fairlead leave without a password" 0 host fairlead leave --yes
check_text "names the account that stays" "remains: The account ${account^^}\\\$@EXAMPLE.TEST stays in the realm EXAMPLE.TEST" "$output"
check "and it does" has_account
check_same_tree "/etc and /usr/local are as before" "$before"
forget_account
check_status "fairlead join again" 0 host sh -c 'printf %s "$1" | fairlead join example.test --answers /root/answers --secret password=- --yes' x "$password"
check_status "fairlead leave with somebody's password" 0 host sh -c 'printf %s "$1" | fairlead leave --set user=joiner --secret password=- --yes' x "$password"
check_not "deletes the account" has_account
check_same_tree "/etc and /usr/local are as before" "$before"
# A join that is well to its tools, on a host whose programs cannot ask SSSD.
library=$(host sh -c 'ls /usr/lib/*/libnss_sss.so.2')
host mv "$library" /root
check_status "a join whose users do not resolve" 1 host sh -c 'printf %s "$1" | fairlead join --answers /root/answers --secret password=- --yes --allow preflight' x "$password"
host mv /root/libnss_sss.so.2 "$library"
check_text "says so" 'FAIL +User: joiner@example.test is no user of this host' "$output"
undo=$(sed -n 's/^ *undo: fairlead rollback //p' <<<"$output")
check_text "and offers to roll it back" '^[0-9]{8}-' "$undo"
check_status "which is done" 0 host fairlead rollback "$undo" --yes
check_same_tree "/etc and /usr/local are as before" "$before"
forget_account
host rm -f /root/answers
rm -f "$before"
finish
