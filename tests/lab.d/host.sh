# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The hosts from outside. A host is an overlay on its root, a copy of the image store, a network card, and a process.

host_dir() {
        echo "$LAB_RUN/$1"
}

host_check() {
        local host

        for host in "${LAB_HOSTS[@]}" "${LAB_NATIVE_HOSTS[@]}" "${LAB_MACHINES[@]}"; do
                [[ $1 != "$host" ]] || return 0
        done
        die "there is no host \"$1\"; the hosts are: ${LAB_HOSTS[*]} ${LAB_NATIVE_HOSTS[*]} ${LAB_MACHINES[*]} (and \"yard\" and \"dc\" for run, enter, tty)"
}

# host_do VERB HOST: what has a host_VERB for containers and a machine_VERB for whole machines.
host_do() {
        if machine_is "$2"; then "machine_$1" "$2"; else "host_$1" "$2"; fi
}

host_name() {
        case $1 in
        *-native) native_name "$1" ;;
        machine*) machine_name "$1" ;;
        *) lab_host_name "$1" ;;
        esac
}

host_address() {
        if machine_is "$1"; then machine_address "$1"; else lab_host_address "$1"; fi
}

host_running() {
        pid_alive "$(host_dir "$1")/pid"
}

host_pid() {
        pid_of "$(host_dir "$1")/pid" || die "host $1 is not running: run tests/lab up $1 or tests/lab start $1"
}

# The network card lives as long as the yard: it stays over restarts of the host, as a cable does.
host_plug() {
        local host=$1 address=$2

        # shellcheck disable=SC2016
        yard_run bash -ec '
                [[ ! -e /run/netns/$1 ]] || exit 0
                ip netns add "$1"
                ip link add "$1" type veth peer name eth0 netns "$1"
                ip link set "$1" master lab0 up
                ip -n "$1" link set lo up
                ip -n "$1" addr add "$2/24" dev eth0
                ip -n "$1" link set eth0 up
                ip -n "$1" route add default via 10.89.7.1' plug "$host" "$address"
}

# The host's image store, out of the shelf.
host_fill() {
        local dir=$1 store=$2

        [[ ! -d $dir/containers ]] || return 0
        rm -rf --one-file-system "$dir/containers.partial"
        copy_store "$store/storage" "$dir/containers.partial/storage" overlay
        mv "$dir/containers.partial" "$dir/containers"
}

# Starts a host and does not wait for it: host_wait does.
host_start() {
        local host=$1 dir root store
        dir=$(host_dir "$host")

        ! host_running "$host" || return 0
        # A host stays on the root it was made with, whatever the recipe says today.
        [[ -s $dir/recipe ]] || die "there is no host $host yet: run tests/lab up $host"
        read -r root store <"$dir/recipe"
        [[ -d $root ]] || die "the root of $host is gone ($root): run tests/lab reset $host"
        host_fill "$dir" "$store"
        host_plug "$host" "$(lab_host_address "$host")"
        rm -f "$dir/off" "$dir/ended"
        cp "$LAB_PARTS/host-init" "$LAB_PARTS/enter-root.sh" "$dir/"
        yard_spawn "$dir/boot.log" bash "$dir/host-init" "$host" "$dir" "$root" "$(host_name "$host")"
}

# What `up` does: a host that is off and was made by an older recipe (root or shelf) is made anew.
host_up() {
        local host=$1 dir want
        dir=$(host_dir "$host")
        want="$(root_path "$host") $(shelf_path)"

        if [[ $(cat "$dir/recipe" 2>/dev/null) == "$want" ]]; then
                host_start "$host"
        elif host_running "$host"; then
                say "$host runs on an older recipe; tests/lab reset $host gives it the new one"
        else
                rm -rf --one-file-system "$dir"
                mkdir -p "$dir"
                echo "$want" >"$dir/recipe"
                host_start "$host"
        fi
}

host_wait() {
        if wait_until 60 "host $1" host_settled "$1" && [[ ! -e $(host_dir "$1")/ended ]]; then
                return 0
        fi
        tail -n 20 "$(host_dir "$1")/boot.log" >&2
        ! host_running "$1" || host_run "$1" systemctl --failed --no-legend --plain >&2
        die "host $1 does not come up"
}

host_settled() {
        [[ -e $(host_dir "$1")/ended ]] || host_ready "$1"
}

# `is-system-running` exits 0 only for "running": a degraded host is a host nobody should test on.
host_ready() {
        host_running "$1" && [[ $(host_run "$1" systemctl is-system-running 2>/dev/null) == running ]]
}

# Runs a command in the host, on the caller's descriptors, with its exit status. The environment is that of a login.
# The command moves into a cgroup of the host first: it would show as `/../..` otherwise, which no program expects.
# Its terminal is the caller's own, so ttyname(3) finds no such device in the host; isatty(3) and /dev/tty work.
# The clock is the machine's: whatever runs in a host must not set it (host-init, too).
# A shell waits for the command, and not nsenter: that stops itself when the command is stopped, as all are for a
# moment when systemd ends a host, and nobody would continue it.
host_run() {
        local host=$1 pid

        ! machine_is "$host" || { machine_run "$@"; return; }
        shift
        pid=$(host_pid "$host")
        # shellcheck disable=SC2016
        nsenter -t "$pid" -m -u -i -n -p -C --root --wdns=/root --no-fork -- env -i \
                PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root USER=root LOGNAME=root \
                SHELL=/bin/bash LANG=C.UTF-8 TERM="${TERM:-dumb}" /bin/sh -c '"$@"; exit $?' lab-wait /bin/sh -c '
                        mkdir -p /sys/fs/cgroup/lab && echo 0 >/sys/fs/cgroup/lab/cgroup.procs
                        exec setpriv --bounding-set=-sys_time --inh-caps=-sys_time -- "$@"' lab-run "$@"
}

# A clean end, as the power button: systemd stops its units and powers off.
host_stop() {
        local host=$1 dir pid
        dir=$(host_dir "$host")

        host_running "$host" || return 0
        pid=$(host_pid "$host")
        rm -f "$dir/ended"
        : >"$dir/off"
        # SIGRTMIN+4 is systemd's power-off; it needs no bus.
        kill -s RTMIN+4 "$pid"
        wait_until 100 "host $host to stop" host_stopped "$host" || host_kill "$host"
}

# The power supply's last act is to write down the end. Before that it might still take away a new host's pid, and after a
# start in between it would write down an end that was the former host's.
host_stopped() {
        [[ -e $(host_dir "$1")/ended ]] || ! yard_running
}

# As when the power fails.
host_kill() {
        local host=$1 dir
        dir=$(host_dir "$host")

        host_running "$host" || return 0
        rm -f "$dir/ended"
        : >"$dir/off"
        kill -KILL "$(host_pid "$host")"
        wait_until 30 "host $host to die" host_stopped "$host"
}

# Back to the pristine host. What is kept in $dir is only what `up` would make again.
host_reset() {
        local host=$1 dir
        dir=$(host_dir "$host")

        host_kill "$host"
        rm -rf --one-file-system "$dir"
        host_up "$host"
}

# host_put HOST FILE... DIR: copies files and folders into the host with their modes.
host_put() {
        local host=$1 target=${*: -1} source
        shift
        set -- "${@:1:$#-1}"

        host_run "$host" mkdir -p "$target"
        for source; do
                tar -C "$(dirname -- "$source")" -cf - -- "$(basename -- "$source")" |
                        host_run "$host" tar -C "$target" --no-same-owner -xf -
        done
}

# host_install HOST: the packages that tests/pack built for its release, as an administrator installs them without an archive. What they
# depend on must be there.
host_install() {
        local suite=trixie folder packages
        [[ $1 != *bookworm* ]] || suite=bookworm
        folder=$(realpath "$LAB_PARTS/../..")/build-pack/$suite
        packages=("$folder"/fairlead{,-atomic}_[0-9]*.deb)

        [[ -e $folder/made ]] || die "there are no packages for $1: run tests/pack $suite"
        [[ $1 != machine-readonly ]] || { host_install_tree "$1" "${packages[@]}"; return; }
        host_run "$1" rm -rf /run/packages
        host_put "$1" "${packages[@]}" /run/packages
        host_run "$1" sh -c 'cd /run/packages && exec dpkg --install *.deb' >/dev/null
        host_run "$1" rm -r /run/packages
        host_run "$1" systemctl daemon-reload
}

# Where nobody can install anything, what is in the packages becomes part of the system's image.
host_install_tree() {
        local host=$1 tree package
        shift
        tree=$(mktemp -d)
        for package; do
                dpkg-deb --extract "$package" "$tree"
        done
        host_deploy "$host" "$tree"
        rm -rf "$tree"
}

# host_deploy HOST DESTDIR: a staged `meson install` tree becomes the host's, owned by root.
host_deploy() {
        [[ $1 != machine-readonly ]] || { machine_deploy "$@"; return; }
        tar -C "$2" --owner=root:0 --group=root:0 -cf - . | host_run "$1" tar -C / --keep-directory-symlink -xpf -
        host_run "$1" ldconfig
        host_run "$1" systemctl daemon-reload
}
