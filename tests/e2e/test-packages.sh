#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The packages that an update changes where the image has RPM's database: as rpm itself left it (tests/fixtures), damaged, not closed. Of dpkg's: test-updates.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh

NAME=registry.example.test:5000/packages-$HOST/volume
DIR=/root/packages

# publish TAG FILE [BESIDE]: that tag of the registry becomes an image with this database, and without dpkg's; the engine forgets it.
publish() {
        {
                printf 'FROM localhost/volume\nLABEL version=%s\nCOPY nothing /var/lib/dpkg/status\n' "$1"
                echo "COPY $2 /usr/lib/sysimage/rpm/rpmdb.sqlite"
                [ -z "${3:-}" ] || echo "COPY $3 /usr/lib/sysimage/rpm/rpmdb.sqlite-wal"
        } | host sh -c "cat >$DIR/Containerfile"
        host sh -c "set -e; podman build -q -t $NAME:8 $DIR && podman push -q $NAME:8 && podman rmi -f $NAME:8" >/dev/null
}

prepare() {
        local work
        work=$(mktemp -d)
        build_image volume
        for file in before after; do xz -dc "tests/fixtures/rpm/$file.sqlite.xz" >"$work/$file"; done
        : >"$work/nothing"
        head -c 30000 "$work/after" >"$work/cut"
        host mkdir -p $DIR
        tests/lab put "$HOST" "$work"/* $DIR
        rm -r "$work"
        publish 1 before
}

# changed TAG: what is printed of the update, fetched, is in $output.
changed() {
        check_status "a newer image is found" 1 host fairlead updates --check
        check_status "it is fetched" 1 host fairlead updates volume --fetch
}

step "an image with a database of RPM is in the registry" prepare
tree=$(host_tree)
check_status "a service is installed from it" 0 host fairlead install "docker://$NAME:8" --name volume --set volume:/data=packages-data --yes

publish 2 after
changed
check_text "a package changed" 'alpha 1:3\.0\.15-2\.lab -> 1:3\.0\.16-1\.lab' "$output"
check_text "one is gone" 'beta 7-2\.lab gone' "$output"
check_text "one is new" 'gamma 0\.5~rc1-2\.lab new' "$output"
check_text "and no other" '1 package changed, 1 new, 1 gone, 0 the same' "$output"

publish 3 cut
changed
check_text "a database that is cut off is a sentence" 'database of RPM \(usr/lib/sysimage/rpm/rpmdb\.sqlite\) is damaged' "$(tr -s '\n ' ' ' <<<"$output")"
publish 4 nothing
changed
check_text "one that is empty is one" 'rpmdb\.sqlite\) is damaged' "$(tr -s '\n ' ' ' <<<"$output")"
publish 5 after before
changed
check_text "and one that was not closed" 'database of RPM was not closed' "$(tr -s '\n ' ' ' <<<"$output")"

check_status "the service is uninstalled" 0 host fairlead uninstall volume --remove-volumes --yes
host sh -c "rm -rf $DIR; podman rmi -f localhost/volume; podman rmi -f \$(podman images -q $NAME); podman image prune -f" >/dev/null 2>&1 || true
check "nothing is left of all that" diff <(echo "$tree") <(host_tree)
finish
