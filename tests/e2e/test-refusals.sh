#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Joins that cannot go well, each made so for real: every one ends with a sentence that says why, and leaves the host as it was. What can be repaired is repaired
# from where it is reported: the job's screen and the preflight's.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
source tests/e2e/domain.sh
source tests/e2e/walk.sh
term_need

trap 'fix_realm >/dev/null 2>&1 || true; term_end >/dev/null 2>&1 || true' EXIT
with_realm
clock_share

# refused WHAT STATUS TEXT SECRET WORDS-of-join…: the secret goes by standard input, as the answer that $proof names.
proof=password
refused() {
        local what=$1 wanted=$2 text=$3 secret=$4 said status tries=3
        shift 4
        # podman loses the words of a container once in a while (backend/worker/steps/command.c); such a join is tried again.
        while
                status=0
                # shellcheck disable=SC2016
                said=$(host sh -c 'printf %s "$1" | { shift; timeout 300 fairlead join "$@" --yes; }' x "$secret" --secret "$proof=-" "$@" 2>&1) || status=$?
                [[ $said == *"No output arrived here"* ]] && ((--tries))
        do :; done
        check_status "$what" "$wanted" again_said "$status" "$said"
        check_text "and it says so" "$text" "$output"
}

again_said() {
        printf '%s\n' "$2"
        return "$1"
}

forget_account
before=$(mktemp)
host_tree >"$before"

# ---- who joins ----

refused "an unknown user" 1 'The user does not exist in the realm' x example.test --set user=nosuch
check_text "a shell is given what to do" ' do: the same again with --set user=NAME' "$output"
refused "a disabled user" 1 'disabled, locked or expired' "$password" example.test --set user=disabled
dc samba-tool user create "lapsed-$account" "$password" >/dev/null 2>&1 || true
dc samba-tool user setexpiry "lapsed-$account" --days=-1 >/dev/null
refused "a user whose last day is over" 1 'disabled, locked or expired' "$password" example.test --set "user=lapsed-$account"
dc samba-tool user delete "lapsed-$account" >/dev/null 2>&1 || true
refused "an expired password" 1 'has expired' "$password" example.test --set user=expired
refused "a user without rights" 1 'may not join computers here' "$password" example.test --set user=plain
refused "the organizational unit of somebody else" 1 'may not join computers here' "$password" example.test --set user=joiner \
        --set ou=OU=Domain\ Controllers,DC=example,DC=test
proof=otp
refused "a one-time password that was never made" 1 'The one-time password was refused' x example.test --set credentials=otp --set server=dc1.example.test
proof=password

# What adcli says where Windows has a quota (Samba knows none).
composed=$(mktemp -d)
sed '1d;/^exit code/d' tests/fixtures/adcli/quota-composed.txt >"$composed/quota.txt"
build_image quota "$composed/quota.txt"
rm -r "$composed"
refused "an exhausted machine quota" 1 'has reached its limit of joined computers' "$password" example.test --image localhost/quota --set user=plain
host podman rmi localhost/quota >/dev/null

# ---- the computer's account ----

refused "no such unit" 1 'organizational unit does not exist' "$password" example.test --set user=Administrator --set ou=OU=Nowhere,DC=example,DC=test
dc samba-tool computer create "$account" >/dev/null
refused "an account that is somebody else's" 1 "that belongs to another account" "$password" example.test --set user=plain
refused "an account in another unit" 1 'computer account is in another organizational unit' "$password" example.test --set user=joiner \
        --set ou=OU=Linux,DC=example,DC=test
forget_account
dc samba-tool computer create "other-$account" "--service-principal-name=host/$whole" >/dev/null
refused "a name that another account has" 1 "Another computer account of the domain has this host's name" "$password" example.test --set user=Administrator
dc samba-tool computer delete "other-$account" >/dev/null
refused "a computer name of sixteen characters" 3 'longer than 15 characters|1 to 15 letters' "$password" example.test --set user=Administrator \
        --set computer-name=ABCDEFGHIJKLMNOP

# ---- the host's name ----

host hostname a-name-of-sixteen.example.test
refused "a host name longer than 15 characters" 3 'a-name-of-sixteen is longer than 15 characters' "$password" example.test --set user=Administrator
check_text "and what to do" 'computer-name=NAME' "$output"
refused "cut by the tool when it is passed over" 1 'may not join computers here' "$password" example.test --set user=plain --allow preflight
host hostname hostless
refused "a host name without a domain, for FreeIPA" 3 'hostless is not fully qualified' x example.test --mode ipa --set user=admin --set server=dc1.example.test
check_text "and the command that sets it" 'hostnamectl set-hostname hostless.example.test' "$output"
refused "which ipa-client-install refuses, too" 1 'own name has no address|not fully qualified' x example.test --mode ipa --set user=admin \
        --set server=dc1.example.test --allow preflight
host hostname "$whole"

# ---- an earlier join ----

host sh -c 'mkdir -p /etc/sssd && printf "[sssd]\ndomains = corp.test\n" >/etc/sssd/sssd.conf'
refused "joined by somebody else" 3 'joined already: /etc/sssd/sssd.conf names corp.test' "$password" example.test --set user=Administrator
check_text "and how to leave, or go on" "realm leave. Or go on with what it has set up" "$output"
refused "which the installer refuses, too" 1 'joined to a domain already' "$password" example.test --set user=Administrator --allow preflight
host rm -r /etc/sssd
host sh -c 'printf "\005\002\000\000\000\001x" >/etc/krb5.keytab'
check_status "a foreign keytab alone is no hindrance" 0 host fairlead check example.test
check_text "and is reported" 'WARN +Enrollment +/etc/krb5.keytab has keys of an earlier join' "$output"
host rm /etc/krb5.keytab
check_status "check looks at what a join by an image would take: a server" 1 host fairlead check example.test --image localhost/sssd --set server=nosuch.example.test
check_text "and names it" 'nosuch\.example\.test' "$output"
check_status "check takes no answers without an image" 2 host fairlead check example.test --set server=dc1.example.test
check_text "and says so" '--set and --answers need --image' "$output"
# Without a system bus ipa-client-install looks for its certmonger every five seconds, ten in all: the image looks more often.
check "the tools of FreeIPA do not sleep for it" host podman run --rm --network=none --entrypoint=/bin/sh localhost/sssd -c \
        '! grep -q "sleep(5)" /usr/lib/python3/dist-packages/ipalib/install/certmonger.py'
host sh -c 'mkdir -p /var/lib/ipa-client/sysrestore && printf "[installation]\ncomplete = False\n" >/var/lib/ipa-client/sysrestore/sysrestore.state'
refused "half an enrollment" 3 'ipa-client-install stopped half way' "$password" example.test --set user=Administrator
host rm -r /var/lib/ipa-client

# ---- package locks ----

tests/lab put "$HOST" tests/e2e/files/hold-dpkg-lock /run/e2e
host sh -c '/run/e2e/hold-dpkg-lock >/run/lock-held 2>&1 & echo $! >/run/lock-pid'
check "a package manager is at work" until_true 10 host grep -q held /run/lock-held
refused "packages being installed meanwhile" 3 'FAIL +Package locks +apt or dpkg holds its lock' "$password" example.test --set user=Administrator
refused "looked at again right before the effect" 1 'Not begun: apt or dpkg holds its lock' "$password" example.test --set user=Administrator --allow preflight
host sh -c 'kill "$(cat /run/lock-pid)"; rm -f /run/lock-held /run/lock-pid'

# ---- the way there ----

refused "no such domain" 4 'The DNS knows no servers' "$password" nowhere.test --set user=Administrator
refused "the wrong kind" 3 'is Active Directory, not FreeIPA' "$password" example.test --mode ipa
tests/lab realm srv-off "$HOST" >/dev/null
refused "a DNS without SRV records" 3 'FAIL +DNS +The DNS knows no servers of a realm called example.test' "$password" example.test --mode ad --set user=Administrator
check_text "one cause is reported once" ', 1 error' "$output"
refused "passed over" 1 'The domain was not found' "$password" example.test --mode ad --set user=Administrator --allow preflight
tests/lab realm srv-on "$HOST" >/dev/null
tests/lab realm dns-off "$HOST" >/dev/null
refused "no name service" 3 'FAIL +DNS +The name server' "$password" example.test --mode ad --set user=Administrator
check_text "and where to look" '/etc/resolv\.conf' "$output"
tests/lab realm dns-on "$HOST" >/dev/null
for port in 88 464; do
        tests/lab realm port-shut $port "$HOST" >/dev/null
        refused "port $port shut" 3 "does not answer on $port" "$password" example.test --set user=Administrator
        refused "port $port shut, passed over" 1 'No KDC answers|port 464 does not answer' "$password" example.test --set user=Administrator --allow preflight
        tests/lab realm port-open $port "$HOST" >/dev/null
done
forget_account

# FreeIPA's own client, as far as it goes without a server of its own.
refused "ipa-client-install: no server" 1 'No FreeIPA server was found' x nowhere.test --mode ipa --set user=admin --allow preflight
refused "ipa-client-install: the server is an AD controller" 1 'an Active Directory controller, not a FreeIPA server' x example.test --mode ipa \
        --set user=admin --set server=dc1.example.test --allow preflight
check_same_tree "after all of that /etc and /usr/local are as before" "$before"

# ---- the controller goes away in the middle ----

job=$(host sh -c 'printf %s "$1" | fairlead join example.test --set user=Administrator --yes --secret password=- --detach' x "$password" |
        grep -oE '[0-9]{8}-[0-9]{6}-[0-9a-f]{8}' | head -n 1)
until_true 60 host grep -q 'Resolving: ' "/var/lib/fairlead/jobs/$job/log" || true
tests/lab realm dc-down "$HOST" >/dev/null
check_status "a controller that goes away ends the job" 1 host timeout 240 fairlead attach "$job"
check_text "with a sentence" 'The domain controller became unreachable|The domain controller does not answer|No domain controller answers|No KDC answers' "$output"
tests/lab realm dc-up "$HOST" >/dev/null
check_same_tree "and the host is as before" "$before"
forget_account

# ---- repaired where it is reported ----

walk_wrong_password() {
        term_keys 5
        term_wait 'EXAMPLE\.TEST, Active Directory' 60 || return
        term_keys j
        term_wait 'page 1 of 5: what it does' 60 || return
        term_keys Enter
        term_wait 'page 2 of 5: questions' || return
        term_keys Down Down
        term_wait '> Domain' || return
        term_wait 'Active Directory, realm EXAMPLE\.TEST' 30 || return
        term_keys Down Down Down
        term_wait '> Organizational unit' || return
        term_type 'OU=Linux,DC=example,DC=test'
        term_keys C-d
        term_wait 'page 3 of 5: preflight' || return
        term_wait 'Enter goes on' 30 || return
        term_keys Enter
        term_wait 'page 4 of 5: secrets' || return
        term_type "not-$password"
        term_keys Enter
        walk_review
        term_wait 'The password is wrong' 120 || return
}

walk_review() {
        term_wait 'page 5 of 5: last look' || return
        term_wait 'OU=Linux,DC=example,DC=test +\(typed\)' 60 || return
        term_keys Enter
        term_wait '\[ Join \]' || return
        term_keys Right Enter
}

walk_password_again() {
        term_wait 'f +Type the password again' || return
        term_keys f
        term_wait 'page 4 of 5: secrets' 60 || return
        term_type "$password"
        term_wait '\*\*\*\*' || return
        term_keys Enter
        walk_review || return
        term_wait 'has joined|sssd is installed' 120 || return
}

walk_leave() {
        term_keys 5
        term_wait 'Joined by' 60 || return
        term_keys c
        term_wait 'FAIL +Enrollment' 60 || return
        term_wait 'f +Leave the old realm first' 30 || return
        term_keys f
        term_wait 'leave it in the realm' 60 || return
        term_keys C-d
        term_wait 'page 2 of 2: last look' 30 || return
        term_wait 'Enter: consent' 60 || return
        term_keys Enter
        term_wait '\[ Uninstall \]' || return
        term_keys Right Enter
        term_wait 'sssd is uninstalled' 120 || return
        term_keys q
        term_wait 'OK +Enrollment +this host is not joined to a realm' 60 || return
}

walk_open "$HOST"
step "a wrong password is reported in the console" walk_wrong_password
step "and typed again from the job's screen, all else is kept" walk_password_again
check "a user of the domain is a user of this host" until_true 60 host getent passwd alice@example.test
check_status "a host that is joined is not joined again" 3 host sh -c 'printf x | fairlead join example.test --set user=Administrator --yes --secret password=-'
check_text "and who joined it is known" 'Leave it first: fairlead leave sssd' "$output"
step "the old realm is left from the preflight, which looks again" walk_leave
check_same_tree "leaving restored the host" "$before"
forget_account

walk_hostname() {
        term_keys 5
        term_wait 'EXAMPLE\.TEST, Active Directory' 60 || return
        term_keys c
        term_wait 'FAIL +Host name +the host name hostless is not fully qualified' 60 || return
        term_wait 'f +Give this host its full name' 30 || return
        term_keys f
        term_wait 'Host name, with its domain: hostless\.example\.test' || return
        term_keys C-u
        term_type "$whole"
        term_keys Enter
        term_wait "OK +Host name +$whole is fully qualified" 60 || return
}

term_close
host hostname hostless
walk_open "$HOST"
step "the host's name is set from the preflight" walk_hostname
check "it is, now and after a restart" host sh -c '[ "$(hostname)" = "$1" ] && [ "$(cat /etc/hostname)" = "$1" ]' x "$whole"

walk_clock() {
        term_keys q c
        term_wait 'FAIL +Clock' 60 || return
        term_wait 'f +Set the clock' 30 || return
        term_keys f
        term_wait '\[ Set it \]' || return
        term_keys Right Enter
        term_wait 'The clock could not be set' || return
        term_wait 'In a container the clock is that of' || return
        term_keys Enter
        term_wait 'FAIL +Clock' 60 || return
}

clock_alone
tests/lab realm clock +600 >/dev/null
refused "a clock that is off" 3 'min .* s behind dc1' "$password" example.test --set user=Administrator
check_text "and the command that sets it" "date --set='\\+(59|60)[0-9] seconds'" "$output"
refused "a clock that is off, passed over" 3 'would refuse to join with this clock' "$password" example.test --set user=Administrator --allow preflight
step "a clock that cannot be set from here is reported so" walk_clock
clock_free >/dev/null
term_close
rm -f "$before"
finish
