# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: LGPL-2.1-or-later
# Where packages are built and tried: a root for each release with what debian/control asks for and what looks at packages, and a pristine
# one. The caller has sourced base.sh and roots.sh. Nothing stays in such a root; ccache keeps what was compiled.

LAB_BUILD_SUITES=(bookworm trixie)
# rpmlint of Debian 12 checks what its rpmbuild makes.
LAB_BUILD_TOOLS=(mount build-essential ccache lintian fakeroot)
LAB_BUILD_RPM=(rpm rpmlint)

build_packages() {
        sed -n '/^Build-Depends:/,/^[A-Z]/p' "$LAB_PARTS/../../debian/control" | sed '1s/^[^:]*://; /^[A-Z]/d; s/([^)]*)//; s/[ ,]//g; /^$/d' |
                sed 's/^debhelper-compat$/debhelper/'
        printf '%s\n' "${LAB_BUILD_TOOLS[@]}"
        [[ $1 != bookworm ]] || printf '%s\n' "${LAB_BUILD_RPM[@]}"
}

build_root() {
        echo "$LAB_ROOTS/$1-build-$(build_packages "$1" | lab_fingerprint "$1")"
}

# Makes those that are missing.
build_roots_make() {
        local suite root

        "$LAB_PARTS/../deps" lab || die "the machine lacks packages"
        lab_lock shared
        for suite; do
                root=$(build_root "$suite")
                if [[ ! -d $root ]]; then
                        say "making the root that packages of $suite are built in (a minute, once)"
                        root_bootstrap "$suite-build" "$suite" "$root.partial" --include="$(build_packages "$suite" | paste -sd,)"
                        mv "$root.partial" "$root"
                fi
                touch "$root"
        done
        lab_unlock shared
}

# The release as its archive makes it, and nothing else.
fresh_root() {
        echo "$LAB_ROOTS/$1-fresh-$(declare -f fresh_root_make | lab_fingerprint "$1")"
}

fresh_root_make() {
        local root
        root=$(fresh_root "$1")

        "$LAB_PARTS/../deps" lab || die "the machine lacks packages"
        lab_lock shared
        if [[ ! -d $root ]]; then
                mkdir -p "$LAB_ROOTS"
                rm -rf --one-file-system "$root.partial"
                # Not to sync after each file is dpkg's affair and saves half of the time.
                without_lock mmdebstrap --quiet --variant=minbase --format=directory --dpkgopt=force-unsafe-io "$1" "$root.partial" || return
                mv "$root.partial" "$root"
        fi
        touch "$root"
        lab_unlock shared
}

# room ROOT FOLDER CMD...: runs it in the root, over a layer that goes away; FOLDER is /build there. Of this machine it has the kernel and,
# where ROOM_NET is set, the network; where ROOM_CCACHE is, the lab's cache of what was compiled.
room() {
        local scratch status=0 network=(--net)
        [[ -z ${ROOM_NET:-} ]] || network=()
        scratch=$(mktemp -d "$LAB_CACHE/room.XXXXXX")
        unshare --mount "${network[@]}" --pid --uts --ipc --fork --kill-child --propagation private -- \
                bash "$LAB_PARTS/room-init" "$1" "$scratch" "$2" "${ROOM_CCACHE:-}" "${@:3}" || status=$?
        rm -rf --one-file-system "$scratch"
        return "$status"
}

# build_run SUITE FOLDER CMD...
build_run() {
        mkdir -p "$LAB_CACHE/ccache"
        ROOM_CCACHE=$LAB_CACHE/ccache room "$(build_root "$1")" "${@:2}"
}
