# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The shelf: the images of tests/lab.d/images, built once into a store that every host gets a copy of.
#
# Facts: a containers-storage store made by buildah 1.28 is read by Podman 4.3 and by Podman 5.4 alike, as long as
# no libpod database comes with it; so nothing is loaded, a host's store is a plain copy. Build needs no engine:
# buildah with --isolation=chroot runs where runc cannot set up cgroups. RUN lines of a Containerfile need the Debian
# archive, so the builder runs in the yard's namespaces except its network.

LAB_IMAGES=$LAB_PARTS/images

# Prints the folder of the shelf; its name changes with what is in images/.
shelf_path() {
        echo "$LAB_CACHE/shelf-$(shelf_print_one . | lab_fingerprint "$(shelf_print_base)")"
}

# Prints what the image in a folder of images/ is made from: the sums of its files.
shelf_print_one() {
        (cd "$LAB_IMAGES/$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum)
        declare -f shelf_build_one shelf_labels
}

shelf_print_base() {
        declare -f shelf_make_base root_bootstrap
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

        # shellcheck disable=SC2016
        root_bootstrap base bookworm "$root" --dpkgopt='path-exclude=/usr/share/zoneinfo/*' \
                --customize-hook='rm -rf "$1"/var/cache/* "$1"/var/log/* "$1"/usr/share/bug "$1"/usr/share/lintian'
        container=$(shelf_buildah from scratch)
        shelf_buildah add -q "$container" "$root" / >/dev/null
        shelf_buildah config --cmd /bin/bash --env PATH=/usr/sbin:/usr/bin:/sbin:/bin "$container"
        shelf_buildah commit -q --rm "$container" localhost/base:latest >/dev/null
        rm -rf --one-file-system "$root"
}

# One folder of images/ becomes localhost/NAME:latest. Most have a Containerfile, as real images do. What a
# Containerfile cannot say (control characters, 60 KiB) is in labels.json, or labels.jq that prints such a file.
shelf_build_one() {
        local name=$1 dir=$LAB_SHELF/images/$1 container key value

        if [[ -e $LAB_IMAGES/$name/Containerfile ]]; then
                shelf_buildah bud -q --layers=false --pull-never -f "$dir/Containerfile" -t "localhost/$name:latest" "$dir" \
                        >"$LAB_CACHE/image.log" 2>&1 || { tail -n 20 "$LAB_CACHE/image.log" >&2; return 1; }
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
        local file=$LAB_SHELF/images/$1/labels

        if [[ -e $LAB_IMAGES/$1/labels.jq ]]; then
                yard_run jq -nf "$file.jq"
        else
                yard_run cat "$file.json"
        fi | yard_run jq -j '.labels | to_entries[] | .key, "\u0000", .value, "\u0000"'
}

# Builds what changed, on a copy of the newest shelf there is. The shared lock is held by the caller, and the yard runs.
shelf_make() {
        local path old begin=$SECONDS
        path=$(shelf_path)

        [[ ! -d $path ]] || return 0
        LAB_SHELF=$path.partial
        rm -rf --one-file-system "$LAB_SHELF"
        old=$(find "$LAB_CACHE" -maxdepth 1 -name 'shelf-*' ! -name '*.partial' -printf '%T@ %p\n' | sort -n | tail -n 1)
        [[ -z $old ]] || copy_store "${old#* }" "$LAB_SHELF" storage/overlay
        # A copy, because the yard sees nothing of the machine but the cache.
        rm -rf "$LAB_SHELF/images"
        mkdir -p "$LAB_SHELF"
        cp -a "$LAB_IMAGES" "$LAB_SHELF/images"
        # The builder works outside the yard's network, and so needs the machine's name servers.
        # shellcheck disable=SC2094
        yard_run tee /etc/resolv.conf </etc/resolv.conf >/dev/null
        shelf_fill
        yard_run tee /etc/resolv.conf </dev/null >/dev/null
        touch "$LAB_SHELF"
        mv "$LAB_SHELF" "$path"
        say "the images are made, in $((SECONDS - begin)) s"
}

# made/NAME holds the fingerprint of what NAME was made from. A name's "/" is written "+".
shelf_fill() {
        local name sum made=$LAB_SHELF/made base

        mkdir -p "$made"
        base=$(shelf_print_base | lab_fingerprint)
        if [[ $(cat "$made/base" 2>/dev/null) != "$base" ]]; then
                say "building the base of the images (a minute, once)"
                rm -rf "$LAB_SHELF/storage" "${made:?}"/*
                shelf_make_base
                echo "$base" >"$made/base"
        fi
        for name in $(shelf_names); do
                sum=$(shelf_print_one "$name" | lab_fingerprint)
                [[ $(cat "$made/${name//\//+}" 2>/dev/null) != "$sum" ]] || continue
                say "building $name"
                shelf_build_one "$name" || die "cannot build the image $name"
                echo "$sum" >"$made/${name//\//+}"
        done
        for name in "$made"/*; do
                name=${name##*/} name=${name//+//}
                [[ $name != base && ! -d $LAB_IMAGES/$name ]] || continue
                shelf_buildah rmi -f "localhost/$name:latest" >/dev/null
                rm "$made/${name//\//+}"
        done
        shelf_buildah rm -a >/dev/null
        shelf_buildah rmi --prune -f >/dev/null
}

# copy_store FROM TO LAYERS: copies the folder of an engine. The files below LAYERS/*/diff (overlay, overlay2) become hard
# links: a lower layer is never written to, and the kernel copies a file up before it changes. All else is copied for
# real, since engines write into locks and databases in place. 160 MB cost 5,000 links, and going away costs as little.
copy_store() {
        local from=$1 to=$2 layers=$3 layer

        mkdir -p "$to"
        tar -C "$from" --exclude="./$layers/*/diff/*" --xattrs --xattrs-include='*' -cf - . |
                tar -C "$to" --xattrs --xattrs-include='*' -xpf -
        for layer in "$from/$layers"/*/diff; do
                cp -al "$layer/." "$to/${layer#"$from/"}"
        done
}

# Takes away what no recipe of this checkout makes and no lab stands on, once nobody has used it for two days: another
# checkout may have other recipes, and the two would throw away each other's. The shared lock is held by the caller.
cache_prune() {
        local keep path

        keep=$(
                for path in yard "${LAB_HOSTS[@]}" "${LAB_NATIVE_HOSTS[@]}" machine machine-bookworm; do root_path "$path"; done
                for path in "${LAB_MACHINES[@]}"; do machine_path "$path"; done
                realm_root_path
                shelf_path
                docker_path
                registry_path
                cat "$LAB_CACHE"/run/*/*/recipe 2>/dev/null | tr ' ' '\n'
        )
        for path in "$LAB_ROOTS"/*-* "$LAB_CACHE"/{shelf,docker,registry,machine}-*; do
                [[ -d $path ]] || continue
                if grep -qxF "$path" <<<"$keep"; then
                        touch "$path"
                elif [[ -n $(find "$path" -maxdepth 0 -mmin +2880) ]]; then
                        rm -rf --one-file-system "$path"
                fi
        done
}
