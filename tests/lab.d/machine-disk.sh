# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a whole machine is made of: a root of Debian packages with a kernel (roots.sh makes it as the others), and from that and the shelf
# a disk (machine-make).

LAB_MACHINES=(machine machine-bookworm machine-readonly)
LAB_MACHINE_PACKAGES=(linux-image-cloud-amd64 udev login openssh-server busybox-static cpio cryptsetup-bin dmsetup e2fsprogs dosfstools)

machine_is() {
        [[ $1 == machine || $1 == machine-* ]]
}

machine_name() {
        case $1 in
        machine) echo host5.example.test ;;
        machine-bookworm) echo host6.example.test ;;
        machine-readonly) echo host7.example.test ;;
        esac
}

machine_address() {
        case $1 in
        machine) echo 10.89.7.15 ;;
        machine-bookworm) echo 10.89.7.16 ;;
        machine-readonly) echo 10.89.7.17 ;;
        esac
}

# Prints the root that a machine's disk is made from; the read-only one is another disk of the same.
machine_root() {
        case $1 in
        machine-bookworm) echo machine-bookworm ;;
        *) echo machine ;;
        esac
}

# root_settle_machine NAME ROOT: what a container is spared. Who it is, machine-make settles.
root_settle_machine() {
        local name=$1 root=$2

        root_settle_host "$(root_suite "$name")" "$root"
        rm -f "$root"/etc/systemd/system/systemd-{modules-load,networkd}.service
        chroot "$root" systemctl enable systemd-networkd.service ssh.service >/dev/null 2>&1
        chroot "$root" systemctl mask fstrim.timer >/dev/null 2>&1
        # Without PAM a command of tests/lab run is no session of a user: it shall leave no trace beside its own.
        cat >"$root/etc/ssh/sshd_config.d/50-lab.conf" <<CONF
PermitRootLogin prohibit-password
UsePAM no
UseDNS no
MaxSessions 100
CONF
}

# Prints the folder of a machine's disk.
machine_path() {
        echo "$LAB_CACHE/$1-$(cat "$LAB_PARTS"/machine-{make,init} "$LAB_PARTS/enter-root.sh" |
                lab_fingerprint "$(root_path "$(machine_root "$1")")" "$(shelf_path)" "$(machine_name "$1")" "$(machine_address "$1")")"
}

# machine_make_by WORDS...: machine-make, in a mount namespace of its own: nothing of it can stay mounted.
machine_make_by() {
        without_lock unshare --mount --propagation private -- bash "$LAB_PARTS/machine-make" "$@" </dev/null >"$LAB_CACHE/machine-make.log" 2>&1 || {
                tail -n 30 "$LAB_CACHE/machine-make.log" >&2
                die "cannot make a disk; the whole story is in $LAB_CACHE/machine-make.log"
        }
}

# Makes a machine's disk, unless it is there. The shared lock is held by the caller.
machine_make() {
        local name=$1 path begin=$SECONDS
        path=$(machine_path "$name")

        [[ ! -d $path ]] || return 0
        rm -rf --one-file-system "$path.partial"
        machine_make_by "$path.partial" "$name" "$(machine_name "$name")" "$(machine_address "$name")" "$(root_path "$(machine_root "$name")")" \
                "$(shelf_path)/storage"
        mv "$path.partial" "$path"
        say "the disk of $name is made, in $((SECONDS - begin)) s"
}
