# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# As walk.sh, which must be sourced first: from a host in no realm into the lab's domain by keys, and out of it again. $account is the short name of the host.

# From the Realm screen to the preflight; a domain that is none is typed first.
walk_join() {
        term_keys 5
        term_wait 'This host is in no realm' || return
        term_wait 'EXAMPLE\.TEST, Active Directory' || return
        seen realm-none
        term_keys j
        term_wait 'page 1 of 5: what it does' || return
        term_wait 'with [0-9]+ RISKs' || return
        term_keys Enter
        term_wait 'page 2 of 5: questions' || return
        term_keys Down Down
        term_wait '> Domain' || return
        term_keys C-u
        term_type 'nowhere.test'
        term_wait '! The DNS knows no servers of a realm called nowhere\.test' || return
        seen join-no-realm
        term_keys C-u
        term_type 'example.test'
        term_wait 'Active Directory, realm EXAMPLE\.TEST, dc1\.example\.test' || return
        seen join-found
}

walk_preflight() {
        term_keys C-d
        term_wait 'page 3 of 5: preflight' || return
        term_wait 'OK +Clock' || return
        term_wait 'OK +Ports' || return
        term_wait 'Enter goes on' || return
        seen join-preflight
        term_keys Enter
        term_wait 'page 4 of 5: secrets' || return
}

# $1: what is typed as the password.
walk_password() {
        term_type "$1"
        term_wait '\*\*\*\*' || return
        seen join-password
        term_keys Enter
        term_wait 'page 5 of 5: last look' || return
        term_wait 'Password +<secret>' || return
        seen join-review
        term_keys Enter
        term_wait '\[ Join \]' || return
        term_keys Right Enter
}

# Leaving from the Realm screen, and the account in the domain with it: the choice, who may, the password last. $1: what is typed as the password.
walk_leave() {
        term_keys 5
        term_wait 'Joined by' || return
        # SSSD that starts on a busy machine may not answer the first time; a person asks again.
        term_matches 'SSSD +(online|offline)' || term_keys R
        term_wait 'SSSD +(online|offline)' || return
        term_keys x
        term_wait 'Actions' || return
        term_keys X
        term_wait 'page 1 of 2: the account' || return
        term_wait '\(\*\) leave it in the realm' || return
        seen leave
        term_keys Space
        term_wait 'page 1 of 3: the account' || return
        term_wait 'Administrator +\[' || return
        seen leave-who
        term_keys C-d
        walk_leave_password "$1"
}

walk_leave_password() {
        term_wait 'page 2 of 3: secrets' || return
        term_type "$1"
        term_wait '\*\*\*\*' || return
        term_keys Enter
        term_wait 'page 3 of 3: last look' || return
        # shellcheck disable=SC2154
        term_wait "The account ${account^^}\\\$@EXAMPLE\\.TEST is deleted" || return
        seen leave-review
        term_keys Enter
        term_wait '\[ Uninstall \]' || return
        term_keys Right Enter
}
