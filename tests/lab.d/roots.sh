# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Roots: directories made by mmdebstrap, read-only from then on (lower layers of overlays).
#
# Facts: dpkg syncs after each file unless asked not to (force-unsafe-io), which makes a minute of ten on a busy disk;
# mmdebstrap knows the mirror from the suite's name alone; the key of trixie is in bookworm's
# debian-archive-keyring; with documentation and translations left out a host is about 450 MB.

LAB_ROOTS=$LAB_CACHE/roots

# What a host has; what differs between the suites is the time_t transition, and
# that netavark of trixie speaks nftables (it fails without nft, and only when a container wants its own network).
LAB_HOST_PACKAGES=(
        systemd systemd-sysv dbus libpam-systemd iproute2 procps bsdutils util-linux less tmux ncurses-term
        ncurses-base podman skopeo conmon netavark aardvark-dns ca-certificates iptables kmod
        libncursesw6 libjson-c5 libyajl2 libpcre2-8-0 libc-ares2 libacl1 libnss-sss libpam-sss libsystemd0 mount tzdata curl jq strace psmisc file attr acl
)
LAB_BOOKWORM_PACKAGES=(libcurl4 libssl3 runc)
LAB_TRIXIE_PACKAGES=(libcurl4t64 libssl3t64 nftables crun)
LAB_YARD_PACKAGES=(docker.io docker-registry buildah skopeo crun iproute2 iptables curl jq ca-certificates procps
        util-linux mount kmod)

root_packages() {
        case $1 in
        yard) printf '%s\n' "${LAB_YARD_PACKAGES[@]}" ;;
        bookworm) printf '%s\n' "${LAB_HOST_PACKAGES[@]}" "${LAB_BOOKWORM_PACKAGES[@]}" ;;
        trixie) printf '%s\n' "${LAB_HOST_PACKAGES[@]}" "${LAB_TRIXIE_PACKAGES[@]}" ;;
        *-native)
                root_packages "${1%-native}"
                printf '%s\n' "${LAB_NATIVE_PACKAGES[@]}"
                ;;
        machine*)
                root_packages "$(root_suite "$1")"
                printf '%s\n' "${LAB_MACHINE_PACKAGES[@]}"
                ;;
        esac
}

root_suite() {
        case $1 in
        trixie* | machine) echo trixie ;;
        *) echo bookworm ;;
        esac
}

# Prints the folder of a root; the name changes with what the root is made from. Functions are compared as bash
# prints them, so that a comment costs nobody a new root.
root_path() {
        local settle=root_settle_yard

        [[ $1 == yard ]] || settle="root_settle_host root_settle_containers lab_host_name"
        [[ $1 != *-native ]] || settle+=" root_settle_native native_name lab_host_address"
        ! machine_is "$1" || settle+=" root_settle_machine"
        # shellcheck disable=SC2086
        echo "$LAB_ROOTS/$1-$({ root_packages "$1"; declare -f $settle root_settle_hosts_file; } | lab_fingerprint "$1")"
}

# Makes those that are missing, two at a time: each keeps one core busy. The shared lock is held by the caller.
roots_make() {
        local name running=()

        for name; do
                [[ ! -d $(root_path "$name") ]] || continue
                root_make "$name" &
                running+=($!)
                [[ ${#running[@]} -lt 2 ]] || { wait "${running[0]}"; running=("${running[@]:1}"); }
        done
        for name in "${running[@]}"; do
                wait "$name"
        done
}

root_make() {
        local name=$1 path begin=$SECONDS
        path=$(root_path "$name")

        say "making the root of $name (a minute, once)"
        # INITRD=No: the kernel of a machine would make one, half a minute's work; machine-make makes a smaller one.
        INITRD=No root_bootstrap "$name" "$(root_suite "$name")" "$path.partial" --include="$(root_packages "$name" | paste -sd,)"
        case $name in
        yard) root_settle_yard "$path.partial" ;;
        *-native) root_settle_native "$name" "$path.partial" ;;
        machine*) root_settle_machine "$name" "$path.partial" ;;
        *) root_settle_host "$name" "$path.partial" ;;
        esac
        mv "$path.partial" "$path"
        say "root of $name made in $((SECONDS - begin)) s"
}

# root_bootstrap NAME SUITE DIR OPTION...
root_bootstrap() {
        local name=$1 suite=$2 dir=$3
        shift 3

        rm -rf --one-file-system "$dir"
        mkdir -p "$LAB_ROOTS"
        without_lock mmdebstrap --variant=apt --format=directory \
                --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
                --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
                --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
                "$@" "$suite" "$dir" >"$LAB_CACHE/root-$name.log" 2>&1 || {
                tail -n 20 "$LAB_CACHE/root-$name.log" >&2
                die "cannot make the root of $name; the whole story is in $LAB_CACHE/root-$name.log"
        }
}

root_settle_hosts_file() {
        cat >"$1/etc/hosts" <<HOSTS
127.0.0.1 localhost
::1 localhost
10.89.7.1 registry.example.test registry
10.89.7.11 host1.example.test host1
10.89.7.12 host2.example.test host2
HOSTS
        : >"$1/etc/resolv.conf"
}

root_settle_yard() {
        local root=$1

        root_settle_hosts_file "$root"
        echo yard >"$root/etc/hostname"
        mkdir -p "$root/lab.d"
}

# A host is a container made by hand (host-init), so a few things are settled that an installer would do.
root_settle_host() {
        local name=$1 root=$2
        local host
        host=$(lab_host_name "$name")

        root_settle_hosts_file "$root"
        echo "$host" >"$root/etc/hostname"
        # One fixed machine id a host: a first boot would otherwise make one, and run its presets, at every reset.
        printf '%s' "fairlead-lab-$name" | md5sum | cut -c1-32 >"$root/etc/machine-id"
        echo 'LANG=C.UTF-8' >"$root/etc/default/locale"
        chroot "$root" passwd -d root >/dev/null
        mkdir -p "$root/var/lib/fairlead-lab"
        echo 'A label of the shelf tries to remove this file.' >"$root/var/lib/fairlead-lab/canary"
        mkdir -p "$root/var/log/journal" "$root/var/lib/containers" "$root/root"
        root_settle_containers "$root"
        # Without them trixie would be "degraded": nobody may load modules here, and the network is set from outside.
        ln -sf /dev/null "$root/etc/systemd/system/systemd-modules-load.service"
        ln -sf /dev/null "$root/etc/systemd/system/systemd-networkd.service"
        ln -sf /dev/null "$root/etc/systemd/system/systemd-networkd-wait-online.service"
        chroot "$root" systemctl enable podman.socket >/dev/null 2>&1
        # Timers of the distribution would wake the host in the middle of a measurement.
        chroot "$root" systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
                fstrim.timer podman-auto-update.timer >/dev/null 2>&1
}

# The machine may lack CAP_SYS_RESOURCE, and setrlimit above the present limits then fails: nested Podman is given
# limits that every machine allows, and controllers that may be missing are not asked for. Cgroups stay enabled, or
# Podman would refuse --pid=host ("containers not creating Cgroups must create a private PID namespace"). That decides
# the runtime as well: crun of bookworm (1.8) raises RLIMIT_MEMLOCK to load its device filter, and fails; runc does not
# need to, and neither does crun of trixie (1.21).
root_settle_containers() {
        local root=$1 runtime=crun

        [[ ! -e $root/usr/sbin/runc ]] || runtime=runc
        mkdir -p "$root/etc/containers/containers.conf.d" "$root/etc/containers/registries.conf.d"
        cat >"$root/etc/containers/containers.conf.d/50-lab.conf" <<CONF
[containers]
default_ulimits = ["nofile=1024:4096", "nproc=4096:4096"]
pids_limit = 0
log_driver = "journald"

[engine]
runtime = "$runtime"
events_logger = "journald"

# Podman 4.3 would take CNI, whose plugins are not installed, because it finds images in a store without a record of
# the network it used.
[network]
network_backend = "netavark"
CONF
        cat >"$root/etc/containers/registries.conf.d/50-lab.conf" <<CONF
unqualified-search-registries = ["$LAB_REGISTRY"]

[[registry]]
location = "$LAB_REGISTRY"
insecure = true
CONF
        # Podman 5 refuses to pull without a policy; Debian's is in golang-github-containers-common, a recommendation.
        [[ -e $root/etc/containers/policy.json ]] ||
                echo '{ "default": [ { "type": "insecureAcceptAnything" } ] }' >"$root/etc/containers/policy.json"
}
