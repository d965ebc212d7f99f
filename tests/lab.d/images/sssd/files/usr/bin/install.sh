#!/bin/bash
# INSTALL. Its words say what to run:
#   realm join ...        the realm command, for Active Directory; the password comes by standard input
#   --migrate             nothing: the host is joined already, by its own configuration
#   --help
#   anything else         options of ipa-client-install; the administrator's password comes by standard input
# JOIN_BY=otp: what comes by standard input is a one-time password. realm and ipa-client-install take it as an argument only: it
# becomes one here, in the container, where no log has it.
# For realm join: JOIN_SERVER is the controller to join by; LOGIN_NAMES=short drops the domain from names of users; PERMIT_USERS and
# PERMIT_GROUPS (names, with commas between) let in nobody else; SUDO=yes lets sudo ask the domain. MKHOMEDIR=yes makes home
# directories at the first login.
# A join that fails leaves no trace on the host, since all of it happened to copies.
# shellcheck source=tests/lab.d/images/sssd/files/usr/share/sssd-container/common.sh
source /usr/share/sssd-container/common.sh

usage() {
        sed -n '2,11s/^# \{0,1\}//p' "$0"
        exit "$1"
}

check_host() {
        [[ -d $host/etc ]] || fail "The host's files are not at $host: this command is started by the label INSTALL."
        [[ ! -e $record ]] || fail "A service called $name is installed from this image already; uninstall it first."
        if [[ $kind == migrate ]]; then
                [[ -e $host/etc/sssd/sssd.conf ]] || fail "There is no /etc/sssd/sssd.conf on this host to go on with."
                [[ -e $host/etc/krb5.keytab ]] || fail "There is no /etc/krb5.keytab on this host: it is not joined."
        elif [[ -e $host/etc/ipa/default.conf || -e $host/etc/sssd/sssd.conf ]]; then
                fail "This host is configured for a domain already (/etc/sssd/sssd.conf or /etc/ipa/default.conf)." \
                        "Leave that first, or go on with it: --migrate."
        fi
}

# read_once OPTION: the list once gets the word with the one-time password, if one comes.
once=()
read_once() {
        local otp

        [[ ${JOIN_BY:-} == otp ]] || return 0
        IFS= read -r otp || fail "No one-time password came by standard input."
        once=("$1=$otp")
}

# realmd writes sssd.conf, the keytab, and default_realm; what SSSD adds for Kerberos has to be read, too.
join_ad() {
        local words=("$@") i

        # realm joins by the server that stands in the domain's place: the word that no option comes before.
        if [[ -n ${JOIN_SERVER:-} ]]; then
                for ((i = 2; i < ${#words[@]}; i++)); do
                        case ${words[i]} in
                        --*=* | -v | --verbose | --unattended) ;;
                        -*) i=$((i + 1)) ;;
                        *) words[i]=$JOIN_SERVER ;;
                        esac
                done
        fi
        read_once --one-time-password
        "${words[@]}" "${once[@]}" --install=/ || fail "The host was not joined, and nothing of it was changed."
        [[ -e /etc/sssd/sssd.conf ]] || fail "realm wrote no configuration for SSSD, and nothing of the host was changed."
        settle_kerberos
        settle_domain
}

# What realm join has no words for, in the section of the domain that it wrote: its last lines are what holds.
settle_domain() {
        local lines=()

        if [[ -n ${JOIN_SERVER:-} ]]; then
                sed -i -E "/^ad_server *=/d" /etc/sssd/sssd.conf
                lines+=("ad_server = $JOIN_SERVER, _srv_")
        fi
        if [[ ${LOGIN_NAMES:-full} == short ]]; then
                sed -i -E '/^(use_fully_qualified_names|fallback_homedir) *=/d' /etc/sssd/sssd.conf
                lines+=("use_fully_qualified_names = False" "fallback_homedir = /home/%u")
        fi
        if [[ -n ${PERMIT_USERS:-}${PERMIT_GROUPS:-} ]]; then
                sed -i -E '/^access_provider *=/d' /etc/sssd/sssd.conf
                lines+=("access_provider = simple")
                [[ -z ${PERMIT_USERS:-} ]] || lines+=("simple_allow_users = $PERMIT_USERS")
                [[ -z ${PERMIT_GROUPS:-} ]] || lines+=("simple_allow_groups = $PERMIT_GROUPS")
        fi
        if [[ ${SUDO:-no} == yes ]]; then
                sed -i -E 's/^(services *= *.*)$/\1, sudo/' /etc/sssd/sssd.conf
                lines+=("sudo_provider = ad")
        fi
        [[ ${#lines[@]} -eq 0 ]] || printf '%s\n' "${lines[@]}" >>/etc/sssd/sssd.conf
}

settle_kerberos() {
        local include='includedir /var/lib/sss/pubconf/krb5.include.d/' text=''

        [[ ! -e /etc/krb5.conf ]] || text=$(</etc/krb5.conf)
        [[ $text == *krb5.include.d* ]] || printf '%s\n%s\n' "$include" "$text" >/etc/krb5.conf
        chmod 644 /etc/krb5.conf
}

# ipa-client-install reads a password from its input when that is no terminal. The NIS domain would last until the next start.
join_ipa() {
        local words=("$@") i

        for ((i = 0; i < ${#words[@]}; i++)); do
                case ${words[i]} in
                --ca-cert-file=*) words[i]="--ca-cert-file=$(host_file "${words[i]#*=}")" ;;
                --ca-cert-file | --keytab) words[i + 1]=$(host_file "${words[i + 1]}") ;;
                esac
        done
        read_once --password
        if ! ipa-client-install --unattended --no-ntp --no-nisdomain "${words[@]}" "${once[@]}"; then
                tell_why
                fail "The host was not enrolled, and nothing of it was changed."
        fi
        trap unenroll EXIT
        [[ " ${words[*]} " == *" --no-sudo "* ]] || SUDO=yes
        systemctl stop sssd.service
        rm -rf /var/lib/sss/db/* /var/lib/sss/mc/*
}

# The keys that the realm gives to this host are only in this container until they are copied out: with them the entry is taken back.
unenroll() {
        say "Unenrolling client from IPA server"
        ipa-join --unenroll -h "$(hostname -f)" -k /etc/krb5.keytab || say "Unenrolling host failed: see above"
}

# Some reasons are only in its log, which goes with this container: that a clock is off, above all.
tell_why() {
        local log=/var/log/ipaclient-install.log

        [[ -s $log ]] || return 0
        say "From its log:"
        grep -iE 'skew|error|failed|refused|denied|timed out|unreachable' "$log" | cut -c1-300 | tail -n 12
}

# Paths are the host's; what is named with /host in front is meant as well.
host_file() {
        if [[ -e $host$1 ]]; then echo "$host$1"; else echo "$1"; fi
}

has_authselect() {
        [[ -x $host/usr/bin/authselect && -e $host/etc/authselect/authselect.conf ]]
}

# `files` first, so that the host's own users never wait for the domain.
settle_names() {
        local database

        ! has_authselect || return 0
        [[ -e /etc/nsswitch.conf ]] || : >/etc/nsswitch.conf
        for database in passwd group; do
                if ! grep -q "^$database:" /etc/nsswitch.conf; then
                        printf '%s: files sss\n' "$database" >>/etc/nsswitch.conf
                elif ! grep -Eq "^$database:.*\\bsss\\b" /etc/nsswitch.conf; then
                        sed -i -E "s/^($database:.*\\b(files|compat|systemd)\\b)/\\1 sss/" /etc/nsswitch.conf
                fi
        done
        [[ ${SUDO:-no} == yes ]] || return 0
        if ! grep -q '^sudoers:' /etc/nsswitch.conf; then
                echo 'sudoers:        files sss' >>/etc/nsswitch.conf
        elif ! grep -Eq '^sudoers:.*\bsss\b' /etc/nsswitch.conf; then
                sed -i -E 's/^(sudoers:.*)$/\1 sss/' /etc/nsswitch.conf
        fi
}

# By the host's own tool where it has one, else by an exact edit. authselect is run on the host, later.
settle_logins() {
        local profiles=()

        ! has_authselect || return 0
        if [[ -x $host/usr/sbin/pam-auth-update && -e /usr/share/pam-configs/sss ]]; then
                grep -q pam_sss.so /etc/pam.d/common-auth || profiles+=(sss)
                [[ ${MKHOMEDIR:-no} != yes || ! -e /usr/share/pam-configs/mkhomedir ]] || profiles+=(mkhomedir)
                [[ ${#profiles[@]} -eq 0 ]] ||
                        DEBIAN_FRONTEND=noninteractive pam-auth-update --package --enable "${profiles[@]}"
        else
                edit_pam
        fi
}

# The files that ask pam_unix and nobody else: pam_sss comes behind it. A user of the domain is not pam_unix's, so that must not be
# `required` any more; the host's own users never reach pam_sss but for a wrong password.
edit_pam() {
        local file

        for file in /etc/pam.d/{common-{auth,account,password,session},system-auth,password-auth}; do
                [[ -f $file && ! -L $file ]] || continue
                if grep -q pam_unix.so "$file" && ! grep -q pam_sss.so "$file"; then
                        awk -v mkhomedir="${MKHOMEDIR:-no}" -f $share/pam.awk "$file" >/run/pam.new
                        cat /run/pam.new >"$file"
                fi
        done
}

# Another version of SSSD may not read the cache: it is put aside then, and comes back with the host's own SSSD.
settle_cache() {
        local theirs

        theirs=$(on_host sssd --version 2>/dev/null) || return 0
        [[ -n $theirs && $theirs != "$(sssd --version)" ]] || return 0
        say "The cache of the host's own SSSD $theirs is put aside: this is SSSD $(sssd --version)."
        mkdir "$record/cache"
        find "$host/var/lib/sss/db" -mindepth 1 -maxdepth 1 -exec mv -t "$record/cache" -- {} +
}

# Folders that the daemon shares with the host. They are new: all that will be in them is the daemon's.
make_state() {
        local folder

        if [[ ! -d $host/var/lib/sss ]]; then
                echo var/lib/sss >>"$record/trees"
                # Nothing of their content: sockets and caches of a daemon that has served the tool only, and may still be going.
                while read -r folder; do
                        mkdir -p "$host/$folder"
                        chown --reference="/$folder" "$host/$folder"
                        chmod --reference="/$folder" "$host/$folder"
                done < <(cd / && find var/lib/sss -type d)
        fi
        mkdir -p "$host/var/log/sssd"
}

make_unit() {
        local text

        [[ -x $host/usr/bin/podman ]] || { say "There is no /usr/bin/podman on this host, so no unit was written."; return; }
        text=$(<$share/unit)
        text=${text//'${NAME}'/"$name"}
        text=${text//'${IMAGE}'/"${IMAGE:?}"}
        mkdir -p /etc/systemd/system
        printf '%s\n' "$text" >"/etc/systemd/system/$name.service"
        put "etc/systemd/system/$name.service"
}

settle_host() {
        local with=()

        if [[ $kind != migrate ]] && has_authselect; then
                [[ ${MKHOMEDIR:-no} != yes ]] || with+=(with-mkhomedir)
                by_host "etc/authselect etc/pam.d etc/nsswitch.conf var/lib/authselect" authselect select sssd "${with[@]}" --force
        fi
        # A tool may have set the name of the host; it is the kernel's already (--uts=host).
        if grep -q ' usr/local/share/ca-certificates/' "$record/changed" && [[ -x $host/usr/sbin/update-ca-certificates ]]; then
                by_host etc/ssl/certs update-ca-certificates
        fi
        on_host systemctl daemon-reload
        on_host systemctl reload dbus.service 2>/dev/null || true
}

kind=ipa
case ${1:-} in
realm | */realm) kind=ad ;;
--migrate) kind=migrate; [[ $# -eq 1 ]] || usage 2 ;;
--help | -h | help) usage 0 ;;
esac
check_host
copy_in
case $kind in
ad) join_ad realm "${@:2}" ;;
ipa) join_ipa "$@" ;;
esac
if [[ $kind == migrate ]]; then
        [[ -e /etc/krb5.conf ]] || settle_kerberos
else
        settle_names
        settle_logins
fi
mkdir -p /etc/dbus-1/system.d
cp /usr/share/dbus-1/system.d/org.freedesktop.sssd.infopipe.conf /etc/dbus-1/system.d/

say "Files of this host that are new or changed:"
mkdir -p "$record"
chmod 700 "${record%/*}" "$record"
echo "$kind" >"$record/kind"
trap '[[ $kind != ipa ]] || unenroll; say "That failed; what was done to the host is taken back:"; take_back' EXIT
[[ $kind != migrate ]] || settle_cache
make_state
copy_out
make_unit
settle_host
trap - EXIT
say "Service $name.service is configured to run SSSD."
