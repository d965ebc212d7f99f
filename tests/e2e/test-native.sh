#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Joining without a container, on a host that has SSSD, realmd and FreeIPA's client of its own: by realmd over D-Bus and by
# ipa-client-install, with the same screens and answers; leaving restores the host, the state of its units too; and the way from the
# host's own SSSD to the container and back.
suite=${1:?the name of a lab host}
set -- "${suite%-native}-native"
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
source tests/e2e/domain.sh
source tests/e2e/walk.sh
term_need

with_realm
# What a run that was broken off left behind.
! host test -e /etc/sssd/sssd.conf || tests/lab reset "$HOST"
tests/lab deploy "$HOST"
trap 'fix_realm >/dev/null 2>&1 || true; rm -f "${before:-}" "${states:-}"; term_end >/dev/null 2>&1 || true' EXIT

# The state of the units that a join may touch.
unit_states() {
        local unit
        for unit in sssd.service sssd-{nss,pam,pam-priv,sudo,ssh,autofs,pac}.socket certmonger.service ssh.service; do
                echo "$unit $(host systemctl is-enabled "$unit" 2>/dev/null) $(host systemctl is-active "$unit")"
        done
}

# pam-auth-update writes all its files anew, also those that stay what they are: of them the time is no change.
host_files() {
        host_tree | sed -E '/^\/etc\/pam.d\/common-/s/\|[^|]*$//'
}

check_same_host() {
        check "$1: /etc and /usr/local are as before" diff -u "$before" <(host_files)
        check "$1: so are the units" diff -u "$states" <(unit_states)
}

joined() {
        check_status "join by realmd" 0 with "$password" fairlead join $domain --image host/realmd --set user=joiner \
                --set ou=OU=Linux,DC=example,DC=test --set mkhomedir=yes --allow host-command --yes --secret password=-
        check_text "what adcli says comes by realmd, live" 'Successfully enrolled machine in realm|Calculated computer account name' "$output"
        check "the computer has an account" has_account
        check "a user of the domain is known" until_true 20 host getent passwd alice@$domain
        check "by the host's own SSSD" host systemctl is-active --quiet sssd.service
        # As at the next start of the host: the units that sssd.service wants.
        host systemctl restart sssd.service
        check "which come to their end" until_true 30 host sh -c '[ -z "$(systemctl list-jobs --no-legend)" ]'
        check "no socket unit of SSSD fails with it" host sh -c '! systemctl list-units --failed --plain --no-legend | grep sssd'
        check_not "as they are off" host systemctl is-enabled sssd-nss.socket
        check_status "a user of the domain logs in" 0 login alice@$domain "$password"
        check_text "as himself" "\\(alice@$domain\\)" "$output"
        check "and has a home now" host test -d /home/alice@$domain
        output=$(host fairlead realm status 2>&1) || true
        check_text "fairlead realm status shows the realm" 'EXAMPLE\.TEST' "$output"
        check_nowhere "the password is in no field of the journal, no file, no process" "$password"
}

# left WORDS…: with somebody's password the account goes as well.
left() {
        check_status "leave${1:+ with the account}" 0 with "$password" fairlead leave "$@" --allow host-command --yes
        # The account is named where it stays; nothing else is left.
        check_not "no file is left behind" grep 'remains: /' <<<"$output"
        ! host test -e /root/nsswitch.conf || host mv /root/nsswitch.conf /etc/
        check_same_host "after leaving"
        check_not "users of the domain are unknown" host getent passwd alice@$domain
        host rm -rf "/home/alice@$domain"
        if [ $# -gt 0 ]; then check_not "the account is gone" has_account; else forget_account; fi
}

# ---- by keys ----

walk_choose() {
        term_keys 2
        term_wait '^  IMAGE ' || return
        term_keys /
        term_type host/realmd
        term_wait '> host/realmd' || return
        term_keys Enter
        term_wait 'Enter look' || return
        term_keys i
        term_wait 'page 1 of 5: what it does' || return
        seen plan
        term_keys Enter
        term_wait 'page 2 of 5: questions' || return
}

walk_answers() {
        term_keys Down
        term_wait '> Domain' || return
        term_wait 'Active Directory, realm EXAMPLE\.TEST' || return
        term_keys C-d
        term_wait 'page 3 of 5: preflight' || return
        term_wait 'Enter goes on' || return
        term_keys Enter
        term_wait 'page 4 of 5: secrets' || return
        term_type "$password"
        term_wait '\*\*\*\*' || return
        seen password
        term_keys Enter
        term_wait 'page 5 of 5: last look' || return
        seen review
        # A program of the host wants a consent of its own.
        term_wait 'a allow' || return
        term_keys a
        term_wait '\[ Allow it \]' || return
        term_keys y
        term_wait 'host-command\] \(allowed\)|Enter consent' || return
        term_keys Enter
        term_wait '\[ Join \]' || return
        term_keys Right Enter
}

by_keys() {
        step "the console comes up" walk_open "$HOST"
        step "host/realmd is among the images" walk_choose
        step "the same screens ask the same" walk_answers
        step "and the host is joined" term_wait 'This host has joined|realmd is installed' 60
        step "which ends the job" until_true 60 host sh -c '! readlink /var/lib/fairlead/active'
        term_keys 5
        step "the Realm screen says how it is" term_wait 'SSSD +online'
        seen realm
        term_close
        check_status "leave" 0 host fairlead leave --allow host-command --yes
        check_same_host "after leaving"
        forget_account
}

# ---- what goes wrong ----

# fails WHAT TEXT SECRET WORDS-of-join…
fails() {
        local what=$1 text=$2 secret=$3
        shift 3
        check_status "$what: the join fails" 1 with "$secret" fairlead join "$@" --allow host-command --allow preflight --yes
        check_text "$what: and it says why" "$text" "$output"
}

refused() {
        fails "wrong password" 'The password is wrong' wrong $domain --image host/realmd --set user=Administrator --secret password=-
        fails "unknown user" 'The user does not exist in the realm' wrong $domain --image host/realmd --set user=nosuch --secret password=-
        fails "no FreeIPA server" 'No FreeIPA server was found' x nowhere.test --mode ipa --image host/freeipa-client --set principal=admin \
                --secret ipa-password=-
        fails "the server is an AD controller" 'an Active Directory controller, not a FreeIPA server' x $domain --mode ipa \
                --image host/freeipa-client --set principal=admin --set server=dc1.$domain --secret ipa-password=-
        fails "the host's name is not fully qualified" 'The host name is not fully qualified' x $domain --mode ipa \
                --image host/freeipa-client --set principal=admin --set options=--hostname=lonely --secret ipa-password=-
        check_status "a one-time password without a CA file is refused before anything runs" 2 with x fairlead install host/freeipa-client \
                --set ipa-domain=$domain --set ipa-credentials=otp --secret ipa-otp=- --allow host-command --yes
        check_text "and it says why" 'One-time password needs CA certificate' "$output"
        check_text "and that it is for safety" 'which would go to whoever answers' "$output"
        host sh -c 'systemctl -q mask --runtime realmd.service; systemctl stop realmd.service'
        fails "realmd cannot be started" 'realmd is not installed, or cannot be started' x $domain --image host/realmd --set user=joiner \
                --secret password=-
        host systemctl -q unmask --runtime realmd.service
        check_same_host "after all that"
}

# realmd and its adcli are called off in the middle: a port that swallows what comes holds them there.
called_off() {
        local job
        tests/lab realm port-shut 464 "$HOST" drop
        output=$(with "$password" fairlead join $domain --image host/realmd --set user=Administrator --allow host-command --allow preflight \
                --yes --detach --secret password=-)
        job=$(grep -oE '[0-9]{8}-[0-9]{6}-[0-9a-f]{8}' <<<"$output" | head -n 1)
        check "a join hangs at port 464" until_true 30 host grep -q 'Created computer account\|Found computer account\|Set computer password\|Using fully' \
                "/var/lib/fairlead/jobs/$job/log"
        host fairlead cancel "$job" >/dev/null 2>&1 || true
        check "it is called off" until_true 30 host sh -c "fairlead jobs | grep $job | grep -qi cancelled"
        tests/lab realm port-open 464 "$HOST"
        check "and so is realmd: nothing of it runs on" until_true 15 host sh -c '! pgrep -x adcli'
        check_same_host "after that"
        forget_account
}

# An account that is there already, with a password for once.
one_time() {
        check "an account is made beforehand" with "$password" adcli preset-computer --domain=$domain --login-user=Administrator \
                --stdin-password --one-time-password=Once-Only-1 "$(host hostname)"
        # On a host whose nsswitch.conf has heard nothing of SSSD yet.
        host sh -c 'cp -a /etc/nsswitch.conf /root/ && sed -i -E "s/^(passwd|group):.*/\1: files/" /etc/nsswitch.conf'
        check_status "the host joins by its one-time password" 0 with Once-Only-1 fairlead join $domain --image host/realmd \
                --set credentials=otp --allow host-command --yes --secret otp=-
        check "a user of the domain is known" until_true 20 host getent passwd bob@$domain
        check_nowhere "the one-time password is nowhere" Once-Only-1
}

# ipa-client-install takes a one-time password as an argument only: it gets it in its own process, where neither the kernel nor the journal has it.
once_for_ipa() {
        local once=Ipa-Once-Canary-6 seen
        host sh -c 'cp /etc/ssl/certs/ca-certificates.crt /root/ca.crt 2>/dev/null || : >/root/ca.crt'
        seen=$(mktemp)
        in_host argv-of fairlead-ipa-client >"$seen" &
        check "the words of processes are looked at" until_true 30 host pgrep -f argv-of
        fails "a one-time password for a server that is none" 'failed: ' $once $domain --mode ipa \
                --image host/freeipa-client --set credentials=otp --set server=dc1.$domain --set ca=/root/ca.crt --secret otp=-
        wait
        check_text "the tool was seen" 'fairlead-ipa-client --unattended' "$(cat "$seen")"
        check_not "its words have no password" grep -F $once "$seen"
        check_nowhere "nor has anything else" $once
        rm -f "$seen"
        host rm -f /root/ca.crt
}

# The host's own SSSD has the realm; the container takes it over and gives it back.
moved() {
        local native
        native=$(mktemp)
        # SSSD sets the time of krb5.conf whenever it starts.
        host_tree | sed '/^\/etc\/krb5.conf|/d' >"$native"
        check_status "the container takes over what the host has" 0 host fairlead install sssd --name sssd --mode migrate --yes \
                --allow overrides-unit
        check "users are known" until_true 30 host getent passwd alice@$domain
        check "by the container" host podman container exists sssd
        # The container stopped: sudo of the host's own users, which asks sss as well, works at once.
        host sh -c 'echo "local ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/local; fairlead stop sssd' >/dev/null
        check "without the container a local user may use sudo at once" host timeout 10 su local -c 'sudo -n true'
        host sh -c 'rm /etc/sudoers.d/local; fairlead start sssd' >/dev/null
        check_status "and gives it back" 0 host fairlead uninstall sssd --yes
        check "/etc is that of the host's own join" diff -u "$native" <(host_tree | sed '/^\/etc\/krb5.conf|/d')
        rm -f "$native"
        check "users are known by the host's own SSSD" until_true 30 host getent passwd joiner@$domain
        check_not "no container is left" host podman container exists sssd
        left
}

forget_account
# The first start after an installation makes systemd bring caches in /etc up to date.
tests/lab reboot "$HOST"
before=$(mktemp) states=$(mktemp)
host_files >"$before"
unit_states >"$states"
output=$(host fairlead images 2>&1)
check_text "the host's own realmd is offered" 'host/realmd' "$output"
check_text "and its FreeIPA client" 'host/freeipa-client' "$output"
joined
left --set user=joiner --secret password=-
by_keys
refused
called_off
once_for_ipa
one_time
moved
finish
