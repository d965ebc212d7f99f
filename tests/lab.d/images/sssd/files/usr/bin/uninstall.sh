#!/bin/bash
# UNINSTALL: leaves the domain and takes back what install.sh did to the host. With the words `realm leave ...` they are
# carried out (`realm leave --remove -U Administrator` removes the computer account, too; the password comes by standard
# input), and nothing is taken back if they fail. realm itself says that all is well when the account could not be deleted:
# fairlead reads that from its output.
# shellcheck source=tests/lab.d/images/sssd/files/usr/share/sssd-container/common.sh
source /usr/share/sssd-container/common.sh

leave_ad() {
        local account

        if [[ $# -gt 0 ]]; then
                realm "${@:2}" --install=/ || fail "The host has not left the domain, and stays as it is."
                return
        fi
        account=$(klist -k /etc/krb5.keytab 2>/dev/null | sed -n 's/^ *[0-9]* \([^/@]*\$@.*\)/\1/p' | head -n 1) || true
        realm leave --install=/ || true
        [[ -z $account ]] || say "The computer account $account stays in the domain: somebody who may has to delete it."
}

# Its own restoring is of no use here, as it happens to copies; it tells the server that this host is gone.
leave_ipa() {
        ipa-client-install --unattended --uninstall || say "The server could not be told that this host has left."
}

# The daemon may have renewed the password of the account, and so the keytab is not as it was copied out. What the domain's
# tool left of it is right.
settle_keytab() {
        local path=etc/krb5.keytab line

        line=$(grep " $path\$" "$record/changed") || return 0
        [[ "$(likeness "$host/$path") $path" != "$line" ]] || return 0
        sed -i "\\| $path\$|d" "$record/changed"
        if [[ -n $(klist -k "/$path" 2>/dev/null | sed 1,3d) ]]; then
                cp -a -T "/$path" "$host/$path.fairlead-new"
                mv -T "$host/$path.fairlead-new" "$host/$path"
        else
                rm -f "$host/$path"
        fi
        say "  /$path has lost the keys of the domain"
}

[[ -e $record/kind ]] || { say "Nothing was installed as $name."; exit 0; }
kind=$(<"$record/kind")
copy_in
case $kind in
ad) leave_ad "$@" ;;
ipa) leave_ipa ;;
esac
if [[ -e $host/etc/systemd/system/$name.service ]]; then
        # Where the host has a unit of that name itself, that one comes back as it was: whether it starts at boot is the host's own business.
        if [[ -e $host/lib/systemd/system/$name.service || -e $host/usr/lib/systemd/system/$name.service ]]; then
                on_host systemctl -q stop "$name.service" || true
        else
                on_host systemctl -q disable --now "$name.service" || true
        fi
fi
say "Files of this host:"
[[ $kind == migrate ]] || settle_keytab
take_back
[[ ! -s $host/etc/hostname ]] || [[ $(<"$host/etc/hostname") == "$(hostname)" ]] || hostname "$(<"$host/etc/hostname")"
on_host systemctl daemon-reload
say "Removed. The logs stay in /var/log/sssd."
