# shellcheck shell=bash
# What install.sh and uninstall.sh share: the host's files are copied in, a tool works on the copies, and what it changed is
# copied out. The host's own files are put aside first, in the record, /var/lib/sssd-container/NAME:
#
#   kind      ad, ipa or migrate
#   changed   a line for each file: what it was like when it was copied out, and its path
#   before/   what stood there before
#   folders   folders that were made, outermost first
#   trees     folders whose whole content belongs to the service
#   cache/    what the host's own SSSD, of another version, had cached
#
# So an uninstall knows what is its own, and a file that somebody changed since is somebody's.
set -euo pipefail

host=${HOST:-/host}
name=${NAME:-sssd}
share=/usr/share/sssd-container
record=$host/var/lib/sssd-container/$name
before=/run/before

say() {
        printf '%s\n' "$*"
}

fail() {
        printf '%s\n' "$@" >&2
        exit 1
}

on_host() {
        chroot "$host" "$@"
}

# Prints what a path is like: its kind, rights, owner and content.
likeness() {
        local path=$1

        if [[ -L $path ]]; then
                printf 'link %s' "$(readlink -- "$path" | sha256sum | cut -d' ' -f1)"
        elif [[ -f $path ]]; then
                printf '%s %s' "$(stat -c '%a:%u:%g' -- "$path")" "$(sha256sum <"$path" | cut -d' ' -f1)"
        else
                printf 'nothing -'
        fi
}

# The files that both sides may have, a line each.
listed() {
        (cd "$1" && while read -r path; do
                [[ ! -e $path && ! -L $path ]] || find "$path" \( -type f -o -type l \) -print
        done <"$share/host-data-list" | sort)
}

# The container gets exactly what the host has: what the image's packages brought of these files goes away.
copy_in() {
        local path

        mkdir -p "$before"
        # The engine puts a file of its own here.
        ! mountpoint -q /etc/hostname || umount /etc/hostname
        while read -r path; do
                rm -rf "/${path:?}"
                mkdir -p "/${path%/*}"
                [[ -e $host/$path || -L $host/$path ]] || continue
                (cd "$host" && cp -a --parents -t / -- "$path" && cp -a --parents -t "$before" -- "$path")
        done <"$share/host-data-list"
        mkdir -p /etc/sssd/conf.d /etc/ipa/nssdb /etc/krb5.conf.d /var/lib/ipa-client/sysrestore /var/lib/ipa-client/pki
        chmod 700 /etc/sssd
        # PAM is put together out of the host's modules, not the image's.
        if [[ -d $host/usr/share/pam-configs ]]; then
                rm -rf /usr/share/pam-configs
                cp -a "$host/usr/share/pam-configs" /usr/share/
        fi
}

# Makes a folder of the host, and remembers those that were not there.
make_folder() {
        local path=$1

        [[ ! -d $host/$path ]] || return 0
        [[ $path != */* ]] || make_folder "${path%/*}"
        printf '%s\n' "$path" >>"$record/folders"
        mkdir "$host/$path"
        chown --reference="/$path" "$host/$path" 2>/dev/null || true
        chmod --reference="/$path" "$host/$path" 2>/dev/null || true
}

# Puts one file of the container onto the host. The name appears at once or not at all.
put() {
        local path=$1

        mkdir -p "$record/before"
        [[ ! -e $host/$path && ! -L $host/$path ]] ||
                (cd "$host" && cp -a --parents -t "$record/before" -- "$path")
        printf '%s %s\n' "$(likeness "/$path")" "$path" >>"$record/changed"
        make_folder "${path%/*}"
        cp -a -T -- "/$path" "$host/$path.fairlead-new"
        mv -T -- "$host/$path.fairlead-new" "$host/$path"
        say "  /$path"
}

copy_out() {
        local path

        while read -r path; do
                [[ $(likeness "/$path") == "$(likeness "$before/$path")" ]] || put "$path"
        done < <(listed /)
        [[ ! -x $host/sbin/restorecon ]] || cut -d' ' -f3- "$record/changed" | sed 's|^|/|' | on_host restorecon -f - || true
}

# Lets the host run a command that changes files below some folders: by_host "FOLDER..." COMMAND...
by_host() {
        local folders folder path
        read -ra folders <<<"$1"
        shift

        mkdir -p "$record/before" "$before"
        for folder in "${folders[@]}"; do
                rm -rf "${before:?}/$folder"
                [[ ! -e $host/$folder && ! -L $host/$folder ]] || (cd "$host" && cp -a --parents -t "$before" -- "$folder")
        done
        on_host "$@"
        while read -r path; do
                [[ $(likeness "$host/$path") != "$(likeness "$before/$path")" ]] || continue
                [[ ! -e $before/$path && ! -L $before/$path ]] || (cd "$before" && cp -a --parents -t "$record/before" -- "$path")
                printf '%s %s\n' "$(likeness "$host/$path")" "$path" >>"$record/changed"
                say "  /$path"
        done < <(for folder in "${folders[@]}"; do
                        [[ ! -e $host/$folder && ! -L $host/$folder ]] || (cd "$host" && find "$folder" \( -type f -o -type l \) -print)
                done | sort)
}

# Takes back what is in the record: a file that still is as it was copied out becomes what it was before, or goes.
take_back() {
        local what path kept

        if [[ -d $record/cache ]]; then
                find "$host/var/lib/sss/db" -mindepth 1 -maxdepth 1 -exec rm -rf -- {} +
                find "$record/cache" -mindepth 1 -maxdepth 1 -exec mv -t "$host/var/lib/sss/db" -- {} +
        fi
        [[ ! -e $record/changed ]] || while read -r what sum path; do
                kept=$record/before/$path
                if [[ $(likeness "$host/$path") == "nothing -" ]]; then
                        say "  /$path is gone already"
                elif [[ $(likeness "$host/$path") != "$what $sum" ]]; then
                        say "  /$path was changed since, and stays"
                elif [[ -e $kept || -L $kept ]]; then
                        cp -a -T -- "$kept" "$host/$path.fairlead-new"
                        mv -T -- "$host/$path.fairlead-new" "$host/$path"
                        say "  /$path is what it was"
                else
                        rm -f -- "$host/$path"
                        say "  /$path removed"
                fi
        done <"$record/changed"
        [[ ! -e $record/trees ]] || while read -r path; do
                rm -rf --one-file-system -- "$host/${path:?}"
        done <"$record/trees"
        [[ ! -e $record/folders ]] || tac "$record/folders" | while read -r path; do
                rmdir --ignore-fail-on-non-empty -- "$host/$path" 2>/dev/null || true
        done
        rm -rf --one-file-system -- "$record"
        rmdir --ignore-fail-on-non-empty -- "${record%/*}" 2>/dev/null || true
}
