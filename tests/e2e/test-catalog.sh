#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Catalogs and short names on a real host: what a catalog offers, what is wrong with one, and by keys from a short name to the tags of a registry,
# the labels of one image, and its installed service.
cd "$(dirname "$0")/../.." || exit
# shellcheck source=tests/e2e/lib.sh
source tests/e2e/lib.sh
# shellcheck source=tests/e2e/walk.sh
source tests/e2e/walk.sh

REGISTRY=registry.example.test:5000
NAME=catalog-$HOST/volume
CATALOG=/etc/fairlead/catalog.d
SHORT=/etc/containers/registries.conf.d/900-fairlead-e2e.conf

seen() {
        :
}

prepare() {
        build_image volume
        host sh -c "set -e
                podman push -q localhost/volume:latest $REGISTRY/$NAME:1
                podman tag localhost/volume:latest localhost/volume:other
                podman push -q localhost/volume:other $REGISTRY/$NAME:2
                podman rmi -f localhost/volume:latest localhost/volume:other
                podman image prune -f" >/dev/null
}

# write FILE TEXT: in the host
write() {
        host mkdir -p "$(dirname "$1")"
        host tee "$1" <<<"$2" >/dev/null
}

trap term_end EXIT
term_need
had=$(host sh -c 'test -d /etc/fairlead && echo yes || true')
step "images in a registry are prepared" prepare

# ---- by verb ----

check_status "without a catalog nothing is offered" 0 host fairlead catalog list
check_text "with a sentence" 'No catalog offers an image' "$output"
write $CATALOG/services.json '{ "title": "Services", "images": [
 { "reference": "'"$REGISTRY/$NAME"'", "title": "A volume of its own", "group": "Storage", "profile": "tools" },
 { "reference": "oci-archive:/media/none.tar", "title": "On a stick" } ] }'
check_status "what a catalog offers is listed" 0 host fairlead catalog list --json
check "whole, with its file and line" json 'd[0] == {"reference": "docker://'"$REGISTRY/$NAME"'", "title": "A volume of its own", "group": "Storage", "profile": "tools",
        "file": "'$CATALOG'/services.json", "line": 2} and d[1]["group"] is None'
check_status "nothing is wrong with it" 0 host fairlead catalog check
check_text "and that is said" 'The catalog of this host: 2 images, nothing is wrong' "$output"
write $CATALOG/more.json '{ "images": [
 { "reference": "volume", "title": "A short name" } ] }'
check_status "a short name in a catalog is refused" 1 host fairlead catalog check
check_text "with file, line and reason" "$CATALOG/more.json:2: images\[0\].reference: \"volume\" names no registry" "$output"
check_status "the other file is listed all the same" 0 host fairlead catalog list
check_text "beside the error" 'A volume of its own' "$output"
write $CATALOG/more.json '{ "images": [ { "reference": "r.example.test/x", "title": "X", "profile": "nosuch" } ] }'
check_status "a profile that is not there is found" 1 host fairlead catalog check
check_text "by its name" 'There is no profile "nosuch"' "$output"
host chmod 666 $CATALOG/more.json
check_status "a file that others may write is not used" 1 host fairlead catalog check
check_text "with the way to repair it" "chmod 644 $CATALOG/more.json" "$output"
host rm $CATALOG/more.json
check_status "a file elsewhere is checked" 1 host fairlead catalog check /etc/hostname
check_status "one that is not there is a sentence" 1 host fairlead catalog check /nowhere.json
check_text "with its name" '/nowhere.json' "$output"

# ---- by keys: a short name, its whole names, the tags, one image, its service ----

open_short() {
        walk_open "$HOST" || return
        term_keys 2
        term_wait '^  IMAGE +VERSION' || return
        term_keys o
        term_wait 'Open an image' || return
        term_type "$NAME"
        term_wait "> $REGISTRY/$NAME" || return
        check "the catalog's words stand beside it" term_wait 'A volume of its own'
        term_keys Enter
        term_wait "Source +docker://$REGISTRY/$NAME" || return
        term_wait '2 images' || return
        check "both tags have their labels" term_wait '^ +2 .* RUN '
        term_keys Enter
        term_wait 'Its command labels' || return
        term_keys i
        term_wait 'Fetches +[0-9.]+ .?B from' || return
        check "the profile that the catalog names is that of the image" term_wait '^Tools: '
        term_keys Enter
        term_wait '> Service name' || return
        term_keys C-d
        term_wait 'exactly what will run' || return
        term_keys Enter
        term_wait '\[ Install' || return
        term_keys y
        term_wait 'volume is installed; volume.service runs' 100 || return
        term_keys p
        term_wait '\[ Roll back' || return
        term_keys y
        term_wait 'Everything was restored' 60 || return
        check_not "the image is gone with it" host podman image exists "$REGISTRY/$NAME:1"
        walk_home || return
        walk_close
}
step "o leads from a part of a name to the tags of a registry, and to an installed service" open_short
host podman volume rm -f volume-data >/dev/null

resolve_short() {
        walk_open "$HOST" || return
        term_keys 2
        term_wait '^  IMAGE +VERSION' || return
        term_keys o
        term_wait 'Open an image' || return
        term_type "e2e-short"
        term_wait "> $REGISTRY/$NAME" || return
        check "it says what that is" term_wait 'what the short name means'
        term_keys Escape
        sleep 0.2 # of Escape and of the letter behind it a terminal makes one key
        walk_home || return
        walk_close
}
write $SHORT "[aliases]
\"e2e-short\" = \"$REGISTRY/$NAME\""
step "an alias of registries.conf is shown with its whole name" resolve_short
host rm $SHORT

host rm -r $CATALOG
[ -n "$had" ] || host rmdir /etc/fairlead
finish
