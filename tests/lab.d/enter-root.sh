# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the yard and the hosts share: turning a directory into the root of a container made by hand.
# Sourced by yard-init and host-init, which run as the first process of new mount and pid namespaces.
#
# Why not `podman run --systemd=always`: it works (with --privileged --cgroups=disabled), but it wants an engine on
# the machine, a store, a monitor and firewall rules of its own. Two dozen mounts want nothing and leave nothing.

# Mounts what a system expects below $1. The third argument is `ro` for a host: with /sys read-only udev stays off
# (ConditionPathIsReadWrite=/sys), with /proc/sys read-only systemd-sysctl does, which would set the *machine's* sysctls.
root_mount_system() {
        local root=$1 mode=$2

        mount -t proc -o nosuid,noexec,nodev proc "$root/proc"
        mount -t sysfs -o "$mode",nosuid,noexec,nodev sysfs "$root/sys"
        mount -t cgroup2 -o nosuid,noexec,nodev cgroup2 "$root/sys/fs/cgroup"
        mount -t tmpfs -o mode=755,nosuid,size=64m tmpfs "$root/run"
        root_mount_dev "$root"
        [[ $mode == ro ]] || return 0
        # net/ belongs to the network namespace and stays writable: netavark turns forwarding on.
        mount --bind "$root/proc/sys" "$root/proc/sys"
        mount --bind "$root/proc/sys/net" "$root/proc/sys/net"
        mount -o remount,bind,ro "$root/proc/sys"
        [[ -e $root/proc/sysrq-trigger ]] || return 0
        mount --bind "$root/proc/sysrq-trigger" "$root/proc/sysrq-trigger"
        mount -o remount,bind,ro "$root/proc/sysrq-trigger"
}

# A /dev of its own, without the machine's disks, consoles and kernel log.
root_mount_dev() {
        local root=$1 node major minor

        mount -t tmpfs -o mode=755,nosuid,size=4m tmpfs "$root/dev"
        while read -r node major minor; do
                mknod -m 666 "$root/dev/$node" c "$major" "$minor"
        done <<'NODES'
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
fuse 10 229
NODES
        mkdir -p "$root/dev/pts" "$root/dev/shm" "$root/dev/mqueue"
        mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts"
        mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root/dev/shm"
        mount -t mqueue mqueue "$root/dev/mqueue"
        ln -s pts/ptmx "$root/dev/ptmx"
        ln -s /proc/self/fd "$root/dev/fd"
        ln -s /proc/self/fd/0 "$root/dev/stdin"
        ln -s /proc/self/fd/1 "$root/dev/stdout"
        ln -s /proc/self/fd/2 "$root/dev/stderr"
}

# A fresh overlay of a root: $1 lower, $2 the folder that gets upper/, work/ and root/.
root_mount_overlay() {
        mkdir -p "$2/upper" "$2/work" "$2/root"
        mount -t overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" overlay "$2/root"
}

# The folder becomes the root of this process, and the machine's is out of sight.
root_pivot() {
        cd "$1" && pivot_root . mnt && umount -l /mnt
}

# Writes down this very process as the machine sees it: its pid there, and its pid namespace, so that a reused pid is
# never taken for it. $1 is the machine's /proc, $2 the file. `read` is a builtin: no other process is in between.
root_note_pid() {
        local pid rest

        # shellcheck disable=SC2034
        read -r pid rest <"$1/self/stat"
        printf '%s %s\n' "$pid" "$(readlink "$1/$pid/ns/pid")" >"$2.new"
        mv "$2.new" "$2"
}
