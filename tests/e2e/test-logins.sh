#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# nsswitch.conf and PAM: a join gives the host what it needs there, by its own tool where it has one and by an exact edit where not, and takes
# it back byte for byte. And whatever becomes of the container, the host's own users are known, log in and may what they may, at once.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
source tests/e2e/domain.sh

with_realm
before=$(mktemp)
trap 'rm -f "$before"; host podman unpause sssd >/dev/null 2>&1 || true' EXIT

join() {
        forget_account
        host timeout 120 fairlead join $domain --image localhost/sssd --set user=Administrator --set mkhomedir=yes --yes \
                --secret password=- <<<"$password"
}

leave() {
        check_status "$1: leave" 0 host fairlead leave --yes
        check_same_tree "$1: /etc and /usr/local are as before" "$before"
        host rm -rf /home/alice@$domain
}

# at_once WHAT MS CMD…: in the host, it must succeed, in so many milliseconds. Patience is for a busy machine: what is looked for would take minutes.
at_once() {
        local what=$1 limit=$2 from=${EPOCHREALTIME/./}
        shift 2
        check "$what" host timeout 60 "$@"
        from=$(((${EPOCHREALTIME/./} - from) / 1000))
        if [ $from -lt "$limit" ]; then ok "$what: at once"; else not_ok "$what: at once ($from ms)"; fi
}

# The host's own users, whatever the container is.
locals() {
        at_once "$1: root is known" 3000 getent passwd root
        at_once "$1: groups of a local user are known" 3000 id local
        at_once "$1: somebody becomes root" 8000 setpriv --reuid nobody --regid nogroup --clear-groups su root -c true
        at_once "$1: a local user logs in with the password" 8000 sh -c \
                'echo Local-Secret-1 | setpriv --reuid nobody --regid nogroup --clear-groups su local -c true'
        at_once "$1: one who is nobody is soon known to be" 3000 sh -c '! getent passwd nosuchuser'
}

domain_users() {
        check "$1: a user of the domain is known" until_true 30 host getent passwd alice@$domain
        check_status "$1: and logs in with the password" 0 login alice@$domain "$password"
        check_text "$1: as himself" "\\(alice@$domain\\)" "$output"
        check "$1: and has a home" host test -d /home/alice@$domain
        check_not "$1: not with another password" login alice@$domain "not-$password"
        check "$1: files stand before sss" host sh -c 'grep -E "^(passwd|group):[[:space:]]+files sss" /etc/nsswitch.conf | wc -l | grep -qx 2'
        check_not "$1: a local user does not get in with another password" login local "not-$password"
}

# The container stopped, killed with all that watches it, gone with its image.
dead() {
        check_status "stop" 0 host fairlead stop sssd
        locals "stopped"
        check_status "start" 0 host fairlead start sssd
        check "users are known again" until_true 30 host getent passwd bob@$domain
        host sh -c 'systemctl kill -s KILL --kill-whom=all sssd.service; kill -9 $(podman inspect -f "{{.State.Pid}}" sssd)' 2>/dev/null || true
        locals "killed"
        check "a daemon that dies is started again" until_true 30 host getent passwd joiner@$domain
        host sh -c 'systemctl stop sssd.service; podman tag localhost/sssd localhost/kept; podman rmi -f localhost/sssd; ! systemctl start sssd.service' >/dev/null 2>&1 || true
        host podman rm -f sssd >/dev/null 2>&1 || true
        locals "without the image"
        host sh -c 'podman tag localhost/kept localhost/sssd; podman rmi localhost/kept; systemctl reset-failed sssd.service' >/dev/null 2>&1 || true
}

# A frozen daemon takes connections and never answers; the C library asks it for the groups of every user, and waits five minutes. No order of
# nsswitch.conf helps (initgroups asks all), so it is shown wherever somebody who is in looks, and a restart ends it.
frozen() {
        host podman pause sssd >/dev/null
        check "frozen: root is known at once all the same" host timeout 5 getent passwd root
        check_not "frozen: but groups wait" host timeout 5 id local
        output=$(host timeout 30 fairlead realm status 2>&1) || true
        check_text "frozen: the realm's state says so" 'does not answer: logins of this host wait' "$output"
        output=$(host timeout 30 fairlead services 2>&1) || true
        check_text "frozen: the list of services says so" '^sssd .* paused' "$output"
        check_status "frozen: a restart ends it" 0 host timeout 120 fairlead restart sssd
        locals "after the frost"
        check "frozen: users of the domain are known again" until_true 30 host getent passwd plain@$domain
}

# A host whose PAM and nsswitch.conf have heard nothing of SSSD yet, as after installing libraries alone.
by_pam_auth_update() {
        host sh -c 'DEBIAN_FRONTEND=noninteractive pam-auth-update --package --remove sss; sed -i "s/ sss//" /etc/nsswitch.conf'
        check_not "PAM does not ask SSSD" host grep -rq pam_sss /etc/pam.d
        host_tree >"$before"
        check_status "pam-auth-update: join" 0 join
        check "pam-auth-update: PAM asks SSSD by its hand" host grep -q pam_sss /etc/pam.d/common-auth
        check "pam-auth-update: it knows so itself" host grep -q sss /var/lib/pam/seen
        domain_users "pam-auth-update"
        frozen
        dead
        leave "pam-auth-update"
}

# A host without such a tool: files as an administrator writes them.
by_edit() {
        host sh -c 'mv /usr/sbin/pam-auth-update /root/; mkdir /root/pam; mv /etc/pam.d/common-* /root/pam/
                printf "auth\trequired\tpam_unix.so nullok\n" >/etc/pam.d/common-auth
                printf "account\trequired\tpam_unix.so\n" >/etc/pam.d/common-account
                printf "# by hand\npassword\trequired\tpam_unix.so\n" >/etc/pam.d/common-password
                printf "session\trequired\tpam_unix.so\n" | tee /etc/pam.d/common-session >/etc/pam.d/common-session-noninteractive
                sed -i "/^group:/d" /etc/nsswitch.conf'
        check_status "a local user logs in before" 0 login local Local-Secret-1
        host_tree >"$before"
        check_status "by an edit: join" 0 join
        domain_users "by an edit"
        locals "by an edit"
        check "by an edit: what was written by hand stays" host grep -qx '# by hand' /etc/pam.d/common-password
        leave "by an edit"
        host sh -c 'mv /root/pam/* /etc/pam.d/; rmdir /root/pam; mv /root/pam-auth-update /usr/sbin/'
}

# authselect is not in Debian: a stand-in shows that it is called rather than anything edited, and that its work is taken back.
by_authselect() {
        tests/lab put "$HOST" tests/fake/authselect /usr/bin
        host sh -c 'mkdir -p /etc/authselect; printf "minimal\n" >/etc/authselect/authselect.conf; cp /etc/nsswitch.conf /etc/authselect/
                ln -sf /etc/authselect/nsswitch.conf /etc/nsswitch.conf'
        host_tree >"$before"
        check_status "authselect: join" 0 join
        check "authselect: it was asked for the profile" host grep -qx 'sssd with-mkhomedir' /etc/authselect/authselect.conf
        check "authselect: nsswitch.conf is still its own" host sh -c '[ "$(readlink /etc/nsswitch.conf)" = /etc/authselect/nsswitch.conf ]'
        check "authselect: users of the domain are known" until_true 30 host getent passwd alice@$domain
        leave "authselect"
        host sh -c 'cp --remove-destination /etc/authselect/nsswitch.conf /etc/nsswitch.conf; rm -rf /etc/authselect /usr/bin/authselect'
}

host sh -c 'id local || useradd --create-home --shell /bin/bash local; echo local:Local-Secret-1 | chpasswd
        cp -a /etc/nsswitch.conf /root/nsswitch.conf' >/dev/null 2>&1
by_pam_auth_update
by_edit
host sh -c 'cp -a /root/nsswitch.conf /etc/nsswitch.conf; DEBIAN_FRONTEND=noninteractive pam-auth-update --package --enable sss'
by_authselect
host sh -c 'mv /root/nsswitch.conf /etc/nsswitch.conf; userdel -r local' >/dev/null 2>&1 || true
forget_account
finish
