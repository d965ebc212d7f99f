# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: LGPL-2.1-or-later
# Hosts that have SSSD, realmd and FreeIPA's client themselves, to join without a container: bookworm-native and trixie-native. They
# are made and started only when they are named, so an `up` of all costs nothing for them.

LAB_NATIVE_HOSTS=(bookworm-native trixie-native)

# polkitd is whom realmd asks whether root may; FreeIPA's client brings oddjobd and certmonger.
LAB_NATIVE_PACKAGES=(sssd-ad sssd-ipa sssd-dbus sssd-tools libsss-sudo realmd adcli polkitd freeipa-client krb5-user
        libsasl2-modules-gssapi-mit sudo)

native_name() {
        case $1 in
        bookworm-native) echo host3.example.test ;;
        trixie-native) echo host4.example.test ;;
        esac
}

# root_settle_native NAME ROOT: a host of the suite, with a name of its own.
root_settle_native() {
        local name=$1 root=$2 host
        host=$(native_name "$name")

        root_settle_host "${name%-native}" "$root"
        printf '%s %s %s\n' "$(lab_host_address "$name")" "$host" "${host%%.*}" >>"$root/etc/hosts"
        echo "$host" >"$root/etc/hostname"
        printf '%s' "fairlead-lab-$name" | md5sum | cut -c1-32 >"$root/etc/machine-id"
        # realmd of Debian asks PackageKit for packages whose files are not in its configuration; here nobody could install one.
        printf '[sssd-packages]\nlibnss-sss = %s\nlibpam-sss = %s\n' "$(chroot "$root" dpkg -L libnss-sss | grep '/libnss_sss\.so')" \
                "$(chroot "$root" dpkg -L libpam-sss | grep '/pam_sss\.so')" >"$root/etc/realmd.conf"
        # SSSD has no configuration yet, and its tools say so.
        chroot "$root" useradd --create-home --shell /bin/bash local 2>/dev/null
        chroot "$root" sh -c 'echo local:Local-Secret-1 | chpasswd' 2>/dev/null
}
