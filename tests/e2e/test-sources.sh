#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Images that the engine has not got: of the lab's registry, of archives and a layout. Listed, shown and planned without a pull; installed in one job,
# undone to the last layer; and what is wrong with a source is a sentence.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh

REGISTRY=registry.example.test:5000
FROM=docker://$REGISTRY/sources-$HOST/volume
DIR=/root/sources

# Two versions of an image in the registry, the first in archives too; then the engine forgets them.
prepare() {
        build_image volume
        host sh -c "set -e; rm -rf $DIR; mkdir -p $DIR/two
                printf 'FROM localhost/volume\nLABEL version=2\n' >$DIR/two/Containerfile
                podman build -q -t localhost/volume:2 $DIR/two
                podman push -q localhost/volume:latest $REGISTRY/sources-$HOST/volume:1
                podman push -q localhost/volume:2 $REGISTRY/sources-$HOST/volume:2
                podman save -q --format oci-archive -o $DIR/volume.tar localhost/volume:latest
                podman save -q --format docker-archive -o $DIR/docker.tar localhost/volume:latest
                podman save -q -m --format docker-archive -o $DIR/both.tar localhost/volume:latest localhost/volume:2
                skopeo copy -q docker://$REGISTRY/sources-$HOST/volume:1 oci:$DIR/layout:one
                skopeo copy -q docker://$REGISTRY/sources-$HOST/volume:2 oci:$DIR/layout:two
                head -c 5000 $DIR/docker.tar >$DIR/cut.tar
                podman rmi -f localhost/volume:latest localhost/volume:2
                podman image prune -f"
}

# All images of the host, with their names.
images() {
        host podman images -a --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}' | sort
}

is_as_before() {
        diff <(echo "$before") <(images)
}

# What hangs is asked while the rest is tested: it takes what skopeo's patience takes.
hang_begin() {
        host systemd-run -q --unit=hangs --socket-property=ListenStream=127.0.0.1:5999 sleep 1000
        (host fairlead images --from docker://127.0.0.1:5999/a >"$hung" 2>&1; echo "status $?" >>"$hung") &
}

step "a registry and archives are prepared" prepare
before=$(images)
tree=$(host_tree)
hung=$(mktemp)
trap 'rm -f "$hung"' EXIT
try "a registry that hangs" hang_begin

# ---- without a pull ----

check_status "the tags of a name are listed" 0 host fairlead images --from "$FROM" --json
check "all of them" json 'len(d) == 2 and d[0]["source"].endswith(":1") and d[1]["version"] == "2"'
check "with their labels" json 'all("RUN" in x["labels"] for x in d)'
check_status "for people, too" 0 host fairlead images --from "$FROM"
check_text "by what can be installed" "^$FROM:2 +2 +.*RUN" "$output"
check_status "an image is shown" 0 host fairlead show "$FROM:1"
check_text "with its digest" 'digest +sha256:[0-9a-f]{64}' "$output"
check_status "its labels are checked" 0 host fairlead lint "$FROM:1"
check_status "an install is planned" 0 host fairlead plan install "$FROM:1" --set volume:/data=volume-data
check_text "which says where the image comes from" "source $FROM:1 \([0-9.]+ .?B to fetch\)" "$output"
check_text "and its digest" 'digest sha256:[0-9a-f]{64}' "$output"
for source in "oci:$DIR/layout" "docker-archive:$DIR/both.tar"; do
        check_status "$source is listed" 0 host fairlead images --from "$source" --json
        check "with both of its images" json 'len(d) == 2'
done
for source in "oci-archive:$DIR/volume.tar" "docker-archive:$DIR/docker.tar" "oci:$DIR/layout:one"; do
        check_status "$source is shown" 0 host fairlead show "$source"
done
check_status "a path may be relative" 0 host sh -c "cd $DIR && fairlead show oci-archive:volume.tar"
check "nothing was pulled for that" is_as_before
# shellcheck disable=SC2016
check "what was read is kept by its digest" host sh -c 'cd /var/cache/fairlead/images && for f in *; do echo "$f  $f"; done | sha256sum -c --quiet'

# ---- what is wrong is said ----

# refuses STATUS SOURCE SENTENCE
refuses() {
        check_status "$2 is refused" "$1" host fairlead show "$2"
        check_text "with a sentence" "$3" "$output"
}
refuses 4 "$FROM:none" "The registry $REGISTRY has no $FROM:none"
refuses 4 "docker://$REGISTRY/no/such/name" "The registry $REGISTRY (has no|does not know)"
refuses 4 "$FROM@sha256:$(printf '0%.0s' {1..64})" "The registry $REGISTRY has no"
refuses 1 docker://registry.example.test:5001/a 'The registry registry.example.test:5001 refuses connections'
refuses 1 docker://nowhere.example.test/a 'registry nowhere.example.test (has no address|cannot be found)'
refuses 2 docker://volume 'does not name its registry'
refuses 4 oci-archive:/root/none.tar 'There is no image at /root/none.tar'
refuses 4 "oci:$DIR/layout:three" 'holds no image of this name'
refuses 2 "oci:$DIR/layout" 'holds more than one image'
refuses 2 "docker-archive:$DIR/both.tar" 'holds more than one image'
refuses 1 "docker-archive:$DIR/cut.tar" 'cut off or damaged'
refuses 4 "dir:$DIR/two" 'There is no image at'
host sh -c 'mv /usr/bin/skopeo /usr/bin/skopeo.away'
refuses 4 "$FROM:1" 'skopeo is not installed'
host sh -c 'mv /usr/bin/skopeo.away /usr/bin/skopeo'

# ---- installed in one job ----

# installs SOURCE: installed, rolled back to the last layer; and an install that fails leaves nothing.
installs() {
        local source=$1 id
        check_status "$source: an install that fails" 1 host fairlead install "$source" --name volume --set volume:/data=volume-data --yes -- /no/such/program
        check "leaves no image" is_as_before
        check_status "$source: an install" 0 host fairlead install "$source" --name volume --set volume:/data=volume-data --yes
        check_text "says what it fetches" "fetching .*from $source" "$output"
        check "the service runs" until_true 20 host systemctl is-active --quiet volume.service
        check "the unit names the image by its digest" host sh -c 'grep -qhE "@sha256:[0-9a-f]{64}" /etc/containers/systemd/volume.container /etc/systemd/system/volume.service 2>/dev/null'
        check "it starts again behind a prune of images" host sh -c 'podman image prune -f && systemctl restart volume.service'
        id=$(host fairlead jobs --json | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["id"])')
        check_status "$source: the job is rolled back" 0 host fairlead rollback "$id" --yes
        check "and the image is gone" is_as_before
}
installs "$FROM:1"
installs "oci-archive:$DIR/volume.tar"
installs "docker-archive:$DIR/docker.tar"
installs "oci:$DIR/layout:two"

# The consent is for one digest: the archive becomes another one behind it.
check_status "a plan of an archive" 0 host fairlead plan install "oci-archive:$DIR/volume.tar" --set volume:/data=volume-data --json
consent=$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])["consent"])' "$output")
host skopeo copy -q "$FROM:2" "oci-archive:$DIR/other.tar"
host mv "$DIR/other.tar" "$DIR/volume.tar"
check_status "the archive is another one: the consent is not for it" 3 host fairlead install "oci-archive:$DIR/volume.tar" --set volume:/data=volume-data --consent "$consent"
check "nothing is fetched" is_as_before

# ---- the one that hung ----

check "the registry that hangs is given up" until_true 100 grep -q '^status' "$hung"
check_text "with a sentence" 'The registry 127.0.0.1:5999 does not answer' "$(cat "$hung")"
host systemctl stop hangs.socket hangs.service

host sh -c "rm -rf $DIR; podman volume rm -f volume-data" >/dev/null
check "nothing is left of all that" diff <(echo "$tree") <(host_tree)
finish
