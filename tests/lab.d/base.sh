# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: LGPL-2.1-or-later
# The lab's own ground: where things are, how it speaks, what it needs from the machine.
#
# The cache holds what is the same for every lab (roots, image store, registry data); an instance
# (FAIRLEAD_LAB, "lab" by default) holds what one running lab changes. Several instances run side by
# side on one cache, each with its own network, so that people on one machine do not share a host.

LAB_CACHE=${FAIRLEAD_LAB_CACHE:-/var/cache/fairlead-lab}
LAB_NAME=${FAIRLEAD_LAB:-lab}
LAB_RUN=$LAB_CACHE/run/$LAB_NAME
LAB_STARTED=$SECONDS

# Fixed addresses: every instance has a network of its own, so they never meet.
LAB_REGISTRY=registry.example.test:5000
LAB_HOSTS=(bookworm trixie)

say() {
        printf 'lab: %s\n' "$*" >&2
}

die() {
        printf 'lab: %s\n' "$*" >&2
        exit 1
}

lab_host_name() {
        case $1 in
        bookworm) echo host1.example.test ;;
        trixie) echo host2.example.test ;;
        *) die "there is no host \"$1\"; the hosts are: ${LAB_HOSTS[*]}" ;;
        esac
}

lab_host_address() {
        case $1 in
        bookworm) echo 10.89.7.11 ;;
        trixie) echo 10.89.7.12 ;;
        bookworm-native) echo 10.89.7.13 ;;
        trixie-native) echo 10.89.7.14 ;;
        esac
}

lab_check_settings() {
        [[ $EUID -eq 0 ]] || die "the lab needs root: it mounts and makes namespaces"
        [[ $LAB_NAME =~ ^[a-z0-9][a-z0-9-]{0,19}$ ]] ||
                die "FAIRLEAD_LAB=\"$LAB_NAME\" is no good name: use up to 20 of a-z, 0-9 and -"
        [[ $LAB_CACHE == /?* && $LAB_CACHE != *[:,\ ]* ]] ||
                die "FAIRLEAD_LAB_CACHE=\"$LAB_CACHE\" must be an absolute path without blanks, commas and colons"
}

# One writer at a time: `instance` for one lab, `shared` for what is common to all (taken second, never the other way
# round), `machine` for the first boot of a machine. The descriptors 6, 8 and 9 close with the process; whatever is started to stay is started by without_lock, or it
# would keep the lock.
lab_lock() {
        mkdir -p "$LAB_CACHE/run"
        case $1 in
        instance)
                exec 8>"$LAB_CACHE/run/$LAB_NAME.lock"
                flock -w 1800 8 || die "another command has been changing the lab \"$LAB_NAME\" for half an hour"
                ;;
        shared)
                exec 9>"$LAB_CACHE/lock"
                flock -w 1800 9 || die "another lab has been making images for half an hour"
                ;;
        machine)
                exec 6>"$LAB_CACHE/machine.lock"
                flock -w 1800 6 || die "another lab has been booting a machine for half an hour"
                ;;
        esac
}

lab_unlock() {
        case $1 in
        instance) exec 8>&- ;;
        shared) exec 9>&- ;;
        machine) exec 6>&- ;;
        esac
}

# Other descriptors go as well: the caller may hold a lock of its own.
without_lock() (
        local fd

        for fd in "/proc/$BASHPID/fd"/*; do
                fd=${fd##*/}
                [[ $fd -le 2 ]] || exec {fd}>&-
        done
        "$@"
)

# Prints a short name for the content of its arguments and standard input: what a cached thing was made from.
lab_fingerprint() {
        { printf '%s\n' "$@"; cat; } | sha256sum | cut -c1-12
}

# Waits until a command succeeds: wait_until SECONDS WHAT COMMAND... It looks every 50 ms.
wait_until() {
        local seconds=$1 what=$2 end
        shift 2

        end=$((SECONDS + seconds))
        until "$@"; do
                [[ $SECONDS -lt $end ]] || { say "waited $seconds s for $what"; return 1; }
                sleep 0.05
        done
}
