#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The service of the talk on a real host, in a real domain: join by the image's labels, users and logins of the domain on the host, and
# the host as it was afterwards; joins that fail for real reasons leave nothing; the host's own configuration taken over.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
source tests/e2e/domain.sh

with_realm
before=$(mktemp)
trap 'rm -f "$before"; fix_realm' EXIT

# secret TEXT: puts it into a file of the host for --secret.
secret() {
        host sh -c 'umask 077; cat >/root/secret' <<<"$1"
}

# join ANSWER…: what people type, with the password of the file.
join() {
        host timeout 120 fairlead install sssd --name sssd --mode ad --set domain=$domain --secret admin-password=@/root/secret --yes "$@"
}

# faster_than SECONDS CMD…
faster_than() {
        local limit=$1 from=${EPOCHREALTIME/./}
        shift
        "$@" >/dev/null || return 1
        [ $((${EPOCHREALTIME/./} - from)) -lt $((limit * 1000000)) ] || { echo "$(((${EPOCHREALTIME/./} - from) / 1000)) ms"; return 1; }
}

# status_has EXPRESSION: of Python, on the host's status, whatever else ails it.
status_has() {
        output=$(host fairlead status --json) || true
        json "$1"
}

joined() {
        secret "$password"
        check_status "join the domain" 0 join --set mkhomedir=yes
        check_text "the installer's words are shown" 'Successfully enrolled machine in realm' "$output"
        check "the computer has an account" has_account
        check "the unit is active" host systemctl is-active --quiet sssd.service
        check_status "a user of the domain is known on the host" 0 until_true 10 host getent passwd administrator@$domain
        check "by the container, which runs" host podman container exists sssd
        output=$(host id alice@$domain 2>&1) || true
        check_text "with groups" "linux-admins@$domain.*operators@$domain|operators@$domain.*linux-admins@$domain" "$output"
        check "the domain is online" host podman exec sssd health.sh
        check "status says so" until_true 30 status_has 'd["realm"]["online"] and not any(t["kind"] == "realm-offline" for t in d["trouble"])'
        # sssd(8): offline, whatever the network, and back
        host podman kill -s USR1 sssd >/dev/null
        check "offline, it needs a person" until_true 30 status_has 'any(t["id"] == "realm-offline:EXAMPLE.TEST" for t in d["trouble"])'
        host podman kill -s USR2 sssd >/dev/null
        check "online again, it does not" until_true 30 status_has 'd["realm"]["online"] and not any(t["kind"] == "realm-offline" for t in d["trouble"])'
        check_status "a user of the domain logs in with the password" 0 login alice@$domain "$password"
        check_text "as himself" "\\(alice@$domain\\)" "$output"
        check "and has a home now" host test -d /home/alice@$domain
        check_not "not with another password" login alice@$domain "not-$password"
        check "the password is in no file and no log" host sh -c \
                '! grep -rqF -- "$1" /etc /var/lib/fairlead /var/lib/sssd-container /var/log /run/fairlead && ! journalctl --no-pager | grep -qF -- "$1"' \
                grep "$password"
        check_status "a second join is refused" 3 join
}

lives() {
        tests/lab reboot "$HOST"
        check "after a restart of the host users are known" until_true 20 host getent passwd bob@$domain
        check_status "stop" 0 host fairlead stop sssd
        check "the host's own users are known at once without it" faster_than 1 host getent passwd root
        check "and log in" faster_than 3 host setpriv --reuid nobody --regid nogroup --clear-groups su root -c true
        host systemctl kill -s KILL --kill-whom=all sssd.service 2>/dev/null || true
        check_status "start" 0 host fairlead start sssd
        check "users are known again" until_true 10 host getent passwd bob@$domain
        host sh -c 'kill -9 $(podman inspect -f "{{.State.Pid}}" sssd)'
        check "a daemon that dies is started again" until_true 20 host getent passwd joiner@$domain
}

left() {
        check_status "uninstall" 0 host fairlead uninstall sssd --yes
        check_text "the account that stays is named" "${account^^}\\\$@${domain^^} stays in the domain" "$output"
        check_same_tree "/etc and /usr/local are as before" "$before"
        check_not "users of the domain are unknown" host getent passwd alice@$domain
        check_not "no unit is left" host systemctl cat sssd.service
        check_not "no container is left" host podman container exists sssd
        check_not "nothing is left in /var/lib" host ls -d /var/lib/sss /var/lib/sssd-container
        host rm -rf /home/alice@$domain
}

# The image alone, by Podman: its own uninstaller takes back what its installer did.
by_labels() {
        forget_account
        check_status "the label INSTALL by itself" 0 host podman container runlabel --name own INSTALL localhost/sssd -- \
                realm join --membership-software=adcli --user=joiner --computer-ou=OU=Linux,DC=example,DC=test $domain <<<"$password"
        check "has made a unit of that name" host systemctl start own.service
        check "which works" until_true 10 host getent passwd alice@$domain
        check "the key can be renewed" host podman exec own adcli update --domain=$domain --computer-password-lifetime=0
        host sh -c 'echo "# mine" >>/etc/krb5.conf'
        check_status "UNINSTALL leaves the domain" 0 host podman container runlabel --name own UNINSTALL localhost/sssd -- \
                realm leave --remove --user=joiner $domain <<<"$password"
        check_text "what was changed since stays, and is named" '/etc/krb5.conf was changed since' "$output"
        check_not "the account is gone" has_account
        check_not "and so are the renewed keys" host test -e /etc/krb5.keytab
        host rm -f /etc/krb5.conf
        check_same_tree "/etc and /usr/local are as before" "$before"
}

migrated() {
        host podman run -i --rm --privileged --net=host --uts=host -v /etc:/host-etc localhost/sssd sh -c \
                "realm join --install=/ --membership-software=adcli $domain && cp -a /etc/sssd /etc/krb5.conf /etc/krb5.keytab /host-etc/" \
                <<<"$password" >/dev/null 2>&1
        local joined
        joined=$(mktemp)
        host_tree >"$joined"
        check_status "a host that is joined is not joined again" 1 join
        # podman loses the words of a container that does not read its input once in a while (backend/worker/steps/command.c).
        check_text "and it says what to do" 'migrate|journalctl _COMM=conmon' "$output"
        check_status "its configuration is taken over" 0 host fairlead install sssd --name sssd --mode migrate --yes
        check "users are known" until_true 10 host getent passwd alice@$domain
        check_status "uninstall" 0 host fairlead uninstall sssd --yes
        check_same_tree "and is as it was" "$joined"
        rm -f "$joined"
        host rm -rf /etc/sssd /etc/krb5.conf /etc/krb5.keytab
        forget_account
}

# fails WHAT REGEX ANSWER…: the join fails, says so, and the host is as before.
fails() {
        local what=$1 regex=$2
        shift 2
        check_status "$what: the join fails" 1 join "$@"
        check_text "$what: the reason is shown" "$regex" "$output"
        check_same_tree "$what: the host is as before" "$before"
        # A join that went well against all reason shall not spoil the rest.
        ! host systemctl -q is-active sssd.service || host fairlead uninstall sssd --yes >/dev/null
}

refused() {
        secret "not-$password"
        fails "wrong password" "Couldn't authenticate as: Administrator@.*Preauthentication failed"
        fails "unknown user" "not found in Kerberos database" --set admin-user=nobody-here
        secret "$password"
        fails "disabled user" "credentials have been revoked" --set admin-user=disabled
        fails "user without rights" "Insufficient permissions" --set admin-user=plain
        dc samba-tool computer create "$account" >/dev/null
        fails "account of somebody else" "Cannot set computer password|already exists|Insufficient permissions" --set admin-user=plain
        forget_account
        tests/lab realm srv-off "$HOST"
        fails "no SRV records" "No such realm"
        tests/lab realm srv-on "$HOST"
        tests/lab realm port-shut 88 "$HOST"
        fails "port 88 is shut" "Cannot contact any KDC"
        tests/lab realm port-open 88 "$HOST"
        tests/lab realm port-shut 464 "$HOST"
        fails "port 464 is shut" "Couldn't set password for computer account.*Cannot contact any KDC"
        tests/lab realm port-open 464 "$HOST"
}

# What ipa-client-install says where it needs no FreeIPA server for it; a domain controller is one to it until somebody logs in.
enroll() {
        host timeout 120 fairlead install sssd --name sssd --mode ipa --secret ipa-password=@/root/secret --yes "$@"
}

ipa() {
        secret "$password"
        check_status "FreeIPA: there is no server" 1 enroll --set ipa-domain=nowhere.test
        check_text "and it says so" 'Unable to find IPA Server to join' "$output"
        check_status "FreeIPA: the server is none" 1 enroll --set ipa-domain=$domain --set ipa-server=host1.$domain
        check_text "and it says so" 'Failed to verify that host1.example.test is an IPA Server' "$output"
        check_status "FreeIPA: the server is of Active Directory" 1 enroll --set ipa-domain=$domain --set ipa-server=dc1.$domain
        check_text "and it says so" 'kinit: Client .* not found in Kerberos database' "$output"
        check_status "FreeIPA: the name of the host has no domain" 1 enroll --set ipa-domain=$domain --set ipa-options=--hostname=lonely
        check_text "and it says so" 'invalid hostname: not fully qualified' "$output"
        check_same_tree "FreeIPA: the host is as before" "$before"
}

# What an enrolment does to the host, with a stand-in for ipa-client-install: all that the real one writes comes out of the
# container, and all of it goes again.
enrolled() {
        local name label
        name=$(host hostname)
        tests/lab put "$HOST" tests/fake/ipa-client-install /root
        label="podman run -i --rm --privileged --net=host --pid=host --uts=host -v /:/host -e HOST=/host -e NAME=own -e IMAGE=localhost/sssd
                -v /root/ipa-client-install:/usr/sbin/ipa-client-install:ro localhost/sssd"
        # shellcheck disable=SC2086
        check_status "an enrolment that fails" 1 host $label install.sh --principal admin --fail <<<"$password"
        check_text "reports what only the log knows" 'Clock skew too great' "$output"
        check_same_tree "and leaves the host as it was" "$before"
        # shellcheck disable=SC2086
        check_status "an enrolment" 0 host $label install.sh --principal admin --ca-cert-file=/etc/ssl/certs/ca-certificates.crt <<<"$password"
        check_text "takes a file of the host" 'ca-cert-file=/host/etc/ssl' "$output"
        check_text "and the password by its input" "password of ${#password} characters" "$output"
        check "its files are the host's" host sh -c 'test -e /etc/ipa/default.conf && test -e /var/lib/ipa-client/sysrestore/sysrestore.state &&
                test "$(stat -c %a /etc/krb5.keytab)" = 600 && test "$(cat /etc/hostname)" = enrolled.ipa.test'
        check "the host trusts the realm's certificates" host grep -qxFf /usr/local/share/ca-certificates/ipa-ca/lab.crt \
                /etc/ssl/certs/ca-certificates.crt
        check "home directories are made" host grep -q pam_mkhomedir /etc/pam.d/common-session
        # shellcheck disable=SC2086
        check_status "it is taken back" 0 host $label uninstall.sh
        check_same_tree "and the host is as it was" "$before"
        check "with its name" test "$(host hostname)" = "$name"
        host rm -f /root/ipa-client-install
}

down() {
        tests/lab realm dc-down "$HOST"
        fails "the domain controller is down" "No such realm|timed out"
        tests/lab realm dc-up "$HOST"
}

# Kerberos corrects itself by the server's clock unless it is configured not to; fairlead does not leave it to that.
late() {
        tests/lab realm clock +600
        fails "a clock that is off" "(9 min 5[0-9] s|10 min( [0-9]+ s)?) behind dc1.$domain"
        host sh -c 'printf "[libdefaults]\nkdc_timesync = 0\n" >/etc/krb5.conf'
        check_status "without fairlead, the join fails as well where Kerberos minds" 125 host podman container runlabel --name own \
                INSTALL localhost/sssd -- realm join -v --membership-software=adcli $domain <<<"$password"
        check_text "and says so" 'Clock skew too great' "$output"
        host rm -f /etc/krb5.conf
        check_same_tree "and leaves the host as it was" "$before"
        clock_free
}

# The first start after an installation makes systemd bring caches in /etc up to date.
tests/lab reboot "$HOST"
host_tree >"$before"
clock_share
joined
lives
left
by_labels
migrated
refused
ipa
enrolled
down
clock_alone
late
finish
