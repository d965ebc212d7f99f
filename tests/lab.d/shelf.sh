# shellcheck shell=bash
# The shelf: the images of tests/lab.d/images, built once into a store that every host gets a copy of.
#
# Facts: a containers-storage store made by buildah 1.28 is read by Podman 4.3 and by Podman 5.4 alike, as long as
# no libpod database comes with it; so nothing is loaded, a host's store is a plain copy. Build needs no engine:
# buildah with --isolation=chroot runs where runc cannot set up cgroups. RUN lines of a Containerfile need the Debian
# archive, so the builder runs in the yard's namespaces except its network.

LAB_IMAGES=$LAB_PARTS/images

# Prints the folder of the shelf; its name changes with what is in images/.
shelf_path() {
        echo "$LAB_CACHE/shelf-$(cd "$LAB_IMAGES" && find . -type f -print0 | sort -z |
                xargs -0 sha256sum | lab_fingerprint "$(declare -f shelf_build_one shelf_make_base)")"
}

# Prints the names on the shelf: rsyslog, broken/quotes, ...
shelf_names() {
        (cd "$LAB_IMAGES" && find . \( -name Containerfile -o -name labels.json -o -name labels.jq \) -printf '%h\n' |
                sed 's|^\./||' | sort)
}

shelf_buildah() {
        local pid

        pid=$(pid_of "$LAB_RUN/yard.pid") || die "the yard is not up"
        # `without_lock` because buildah's helpers may live on for a moment.
        without_lock nsenter -t "$pid" -m -u -i -p -C --root --wdns=/ -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
                HOME=/root LANG=C.UTF-8 BUILDAH_ISOLATION=chroot \
                buildah --root "$LAB_SHELF/storage" --runroot /run/shelf --storage-driver overlay "$@"
}

# The one layer all images share: a small bookworm.
shelf_make_base() {
        local root=$LAB_CACHE/roots/base.partial container

        rm -rf --one-file-system "$root"
        # shellcheck disable=SC2016
        without_lock mmdebstrap --quiet --variant=apt --format=directory \
                --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
                --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
                --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
                --dpkgopt='path-exclude=/usr/share/zoneinfo/*' \
                --customize-hook='rm -rf "$1"/var/cache/* "$1"/var/log/* "$1"/usr/share/bug "$1"/usr/share/lintian' \
                bookworm "$root" >"$LAB_CACHE/root-base.log" 2>&1 || {
                tail -n 20 "$LAB_CACHE/root-base.log" >&2
                die "cannot make the base of the images"
        }
        container=$(shelf_buildah from scratch)
        shelf_buildah add -q "$container" "$root" / >/dev/null
        shelf_buildah config --cmd /bin/bash --env PATH=/usr/sbin:/usr/bin:/sbin:/bin \
                --label org.opencontainers.image.title="Fairlead lab base" "$container"
        shelf_buildah commit -q --rm "$container" localhost/base:latest >/dev/null
        rm -rf --one-file-system "$root"
}

# One folder of images/ becomes localhost/NAME:latest. Most have a Containerfile, as real images do. What a
# Containerfile cannot say (control characters, 60 KiB) is in labels.json, or labels.jq that prints such a file.
shelf_build_one() {
        local name=$1 dir=/lab.d/images/$1 container key value

        if [[ -e $LAB_IMAGES/$name/Containerfile ]]; then
                shelf_buildah bud -q --layers=false --pull-never -f "$dir/Containerfile" -t "localhost/$name:latest" "$dir" \
                        >/dev/null
                return
        fi
        container=$(shelf_buildah from --pull-never localhost/base:latest)
        [[ ! -d $LAB_IMAGES/$name/files ]] || shelf_buildah copy -q "$container" "$dir/files" / >/dev/null
        while IFS= read -r -d '' key && IFS= read -r -d '' value; do
                shelf_buildah config --label "$key=$value" "$container"
        done < <(shelf_labels "$name")
        shelf_buildah commit -q --rm "$container" "localhost/$name:latest" >/dev/null
}

# Prints key, NUL, value, NUL, ... of a labels.json or labels.jq.
shelf_labels() {
        local file=/lab.d/images/$1/labels

        if [[ -e $LAB_IMAGES/$1/labels.jq ]]; then
                yard_run jq -nf "$file.jq"
        else
                yard_run cat "$file.json"
        fi | yard_run jq -j '.labels | to_entries[] | .key, "\u0000", .value, "\u0000"'
}

# The shared lock is held by the caller, and the yard runs.
shelf_make() {
        local name path begin=$SECONDS
        path=$(shelf_path)

        [[ ! -d $path ]] || return 0
        say "building the images (some minutes, once)"
        LAB_SHELF=$path.partial
        rm -rf --one-file-system "$LAB_SHELF"
        mkdir -p "$LAB_SHELF"
        # The builder works outside the yard's network, and so needs the machine's name servers.
        # shellcheck disable=SC2094
        yard_run tee /etc/resolv.conf </etc/resolv.conf >/dev/null
        shelf_make_base
        for name in $(shelf_names); do
                shelf_build_one "$name" || die "cannot build the image $name"
        done
        shelf_buildah rm -a >/dev/null
        shelf_buildah rmi --prune -f >/dev/null
        yard_run tee /etc/resolv.conf </dev/null >/dev/null
        mv "$LAB_SHELF" "$path"
        say "$(shelf_names | wc -l) images built in $((SECONDS - begin)) s"
}
