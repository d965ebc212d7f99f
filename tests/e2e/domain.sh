# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What the tests that join the lab's domain do there. Source it behind lib.sh; with_realm comes first.

# shellcheck disable=SC2034
domain=example.test
password='' whole='' account=''

# with_realm: the domain is up; $password is everybody's there, $whole and $account are the host's name, whole and short.
# shellcheck disable=SC2034
with_realm() {
        local said
        said=$(tests/lab up "$HOST" realm 2>&1) || { printf '%s\n' "$said"; exit 1; }
        password=$(tests/lab status realm.password)
        whole=$(host hostname)
        account=${whole%%.*}
}

# dc CMD…: a command on the domain's controller.
dc() {
        tests/lab run dc -- "$@"
}

# No account of an earlier join is left.
forget_account() {
        dc samba-tool computer delete "$account" >/dev/null 2>&1 || true
}

has_account() {
        dc samba-tool computer list | grep -qix "$account\\$"
}

# login USER PASSWORD: a password login through PAM, by somebody who is not root.
login() {
        host setpriv --reuid nobody --regid nogroup --clear-groups su "$1" -c id <<<"$2"
}

# with SECRET WORDS…: a command in the host that reads its secret from standard input.
with() {
        local secret=$1
        shift
        host "$@" <<<"$secret"
}

# ---- the domain broken, and repaired ----

# The hosts of a lab share a domain, and so its clock: who turns it must be alone, the others hold it together. All else is broken for one host.
clock_turned=''
clock_share() {
        exec 9>"$(tests/lab status cache)/clock-$(tests/lab status lab).lock"
        flock -s 9
}

clock_alone() {
        flock -u 9
        flock -x 9
        clock_turned=yes
}

# The clock right again, and nobody kept out of it any more.
clock_free() {
        [ -z "$clock_turned" ] || tests/lab realm clock 0
        clock_turned=''
        flock -u 9
}

# For the EXIT trap: whatever a test broke for its host.
fix_realm() {
        local port
        [ -z "$clock_turned" ] || clock_free
        tests/lab realm srv-on "$HOST"
        for port in 53 88 389 464; do tests/lab realm port-open $port "$HOST"; done
        tests/lab realm dc-up "$HOST"
        [ -z "$whole" ] || host hostname "$whole"
}
