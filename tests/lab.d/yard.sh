# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The yard from outside: start it, run things in it, take it away. See yard-init for what it is.

# True if the process written down in file $1 still is that process.
pid_alive() {
        local pid space

        [[ -r $1 ]] || return 1
        read -r pid space <"$1" || return 1
        [[ $(readlink "/proc/$pid/ns/pid" 2>/dev/null) == "$space" ]]
}

# Prints the machine's pid out of such a file; fails if the process is gone.
pid_of() {
        local pid space

        pid_alive "$1" || return 1
        # shellcheck disable=SC2034
        read -r pid space <"$1"
        echo "$pid"
}

yard_running() {
        pid_alive "$LAB_RUN/yard.pid"
}

yard_start() {
        local root

        ! yard_running || return 0
        root=$(root_path yard)
        # What an earlier yard left (the machine may have been switched off under it) is of no use any more.
        rm -rf --one-file-system "$LAB_RUN/yard"
        mkdir -p "$LAB_RUN/yard"
        echo "$root" >"$LAB_RUN/yard/recipe"
        rm -f "$LAB_RUN"/yard.pid "$LAB_RUN"/*/pid "$LAB_RUN"/docker/docker.sock
        # Copies, so that a lab outlives the checkout it was started from.
        cp "$LAB_PARTS/yard-init" "$LAB_PARTS/enter-root.sh" "$LAB_RUN/yard/"
        # setsid and closed descriptors: it must outlive the caller, and must not hold the caller's lock or pipes.
        without_lock setsid -f unshare --mount --net --pid --uts --ipc --fork --propagation private -- \
                bash "$LAB_RUN/yard/yard-init" "$LAB_CACHE" "$LAB_RUN" "$LAB_NAME" "$root" \
                </dev/null >"$LAB_RUN/yard.log" 2>&1
        wait_until 20 "the yard" yard_running || {
                cat "$LAB_RUN/yard.log" >&2
                die "the yard did not start"
        }
}

# Runs a command in the yard, with its exit status. The command sees the yard's root and the cache at its own path.
yard_run() {
        local pid

        pid=$(pid_of "$LAB_RUN/yard.pid") || die "the lab is not up: run tests/lab up"
        nsenter -t "$pid" -m -u -i -n -p -C --root --wdns=/ -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
                HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" "$@"
}

# Starts a daemon in the yard: yard_spawn LOG COMMAND...
yard_spawn() {
        local log=$1
        shift

        # 0<&- would let a daemon open something else as descriptor 0; setsid -f returns at once.
        without_lock yard_run setsid -f "$@" </dev/null >"$log" 2>&1
}

# The kernel takes everything in the yard with its first process; only cgroups must be removed by hand.
yard_stop() {
        local pid space

        if pid=$(pid_of "$LAB_RUN/yard.pid"); then
                space=$(readlink "/proc/$pid/ns/pid")
                kill -KILL "$pid"
                wait_until 30 "the end of the yard" yard_gone "$pid" "$space" || return 1
        fi
        rm -f "$LAB_RUN/yard.pid"
        yard_remove_cgroups
}

yard_gone() {
        [[ $(readlink "/proc/$1/ns/pid" 2>/dev/null) != "$2" ]]
}

yard_remove_cgroups() {
        # shellcheck disable=SC2016
        unshare --mount --propagation private -- bash -c '
                top=$(mktemp -d)
                trap "rmdir $top" EXIT
                mount -t cgroup2 cgroup2 "$top" || exit 0
                for try in {1..100}; do
                        [[ -d $top/$1 ]] || break
                        find "$top/$1" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.05
                done
                umount "$top"' remove-cgroups "fairlead-lab-$LAB_NAME"
}
