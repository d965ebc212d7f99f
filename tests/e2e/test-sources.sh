#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Images that the engine has not got: of the lab's registry, of one with a password and an authority of its own, of a mirror, of one with every fault, of
# archives and a layout, in a host without a network too. Listed, shown and planned without a pull; installed in one job, undone to the last layer; and
# what is wrong with a source is a sentence.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
# shellcheck source=tests/e2e/walk.sh
source tests/e2e/walk.sh

REGISTRY=registry.example.test:5000
FROM=docker://$REGISTRY/sources-$HOST/volume
DIR=/root/sources

# Two versions of an image in the registry, the first in archives too, and one with a layer that no other has; then the engine forgets them.
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
                skopeo copy -q docker://$REGISTRY/sources-$HOST/volume:2 dir:$DIR/folder
                head -c 5000 $DIR/docker.tar >$DIR/cut.tar
                head -c 3000000 /dev/urandom >$DIR/two/random
                printf 'FROM localhost/volume\nCOPY random /random\nLABEL INSTALL=\"podman run --rm IMAGE /bin/true\"\n' >$DIR/two/Containerfile
                podman build -q -t localhost/volume:3 $DIR/two
                skopeo copy -q containers-storage:localhost/volume:3 oci:$DIR/faulty:one
                printf 'FROM localhost/volume\nCOPY random /random\n' >$DIR/two/Containerfile
                podman build -q -t localhost/volume:4 $DIR/two
                skopeo copy -q containers-storage:localhost/volume:4 oci:$DIR/large:one
                podman manifest create localhost/several
                podman manifest add localhost/several docker://$REGISTRY/sources-$HOST/volume:1
                podman manifest add --arch s390x localhost/several docker://$REGISTRY/sources-$HOST/volume:2
                podman manifest push -q --all localhost/several oci-archive:$DIR/several.tar
                podman manifest rm localhost/several
                podman rmi -f localhost/volume:latest localhost/volume:2 localhost/volume:3 localhost/volume:4
                podman image prune -f"
}

# All images of the host, with their names.
images() {
        host podman images -a --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}' | sort
}

is_as_before() {
        diff <(echo "$before") <(images)
}

# ---- registries that are hard to deal with ----

FAULTY=127.0.0.1:5998
PORT=5443
[ "$HOST" = trixie ] || PORT=5444
PRIVATE=registry.example.test:$PORT
YARD=${FAIRLEAD_LAB_CACHE:-/var/cache/fairlead-lab}/run/${FAIRLEAD_LAB:-lab}/private-$HOST # the yard's own folders are in memory
CERTS=/etc/containers/certs.d/$PRIVATE
LOGINS=/root/.config/containers

# What each name of it gets wrong: tests/e2e/files/faulty-registry. And a mirror of a registry that is not there.
faulty_begin() {
        tests/lab put "$HOST" tests/e2e/files/faulty-registry /run/e2e
        host sh -c "printf '[[registry]]\nlocation = \"$FAULTY\"\ninsecure = true\n' >/etc/containers/registries.conf.d/90-faulty.conf
                printf '[[registry]]\nprefix = \"gone.example.test/team\"\nlocation = \"gone.example.test/team\"\n[[registry.mirror]]\nlocation = \"$REGISTRY/sources-$HOST\"\ninsecure = true\n' \
                        >/etc/containers/registries.conf.d/91-mirror.conf"
        host systemd-run -q --unit=faulty /run/e2e/faulty-registry 5998 $DIR/faulty
        until_true 10 host curl -sf -o /dev/null "http://$FAULTY/v2/"
}

# With TLS by an authority of its own, and a password, in the yard.
private_begin() {
        tests/lab run yard -- sh -ec "rm -rf $YARD; mkdir $YARD; cd $YARD
                key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
                openssl req -x509 \$key -keyout authority.pem -out ca.crt -days 2 -subj '/CN=an authority of its own'
                openssl req \$key -keyout key.pem -out request.pem -subj /CN=registry.example.test
                echo subjectAltName=DNS:registry.example.test >names
                openssl x509 -req -in request.pem -CA ca.crt -CAkey authority.pem -CAcreateserial -days 2 -extfile names -out cert.pem
                perl -e 'print \"user:\", crypt(\"Lab-Secret-1\", q(\$2b\$05\$abcdefghijklmnopqrstuu)), \"\\n\"' >htpasswd
                cat >config.yml <<CONFIG
version: 0.1
log: { level: warn, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: $YARD/data } }
auth: { htpasswd: { realm: lab, path: $YARD/htpasswd } }
http: { addr: \"10.89.7.1:$PORT\", tls: { certificate: $YARD/cert.pem, key: $YARD/key.pem } }
CONFIG
                setsid -f sh -c 'echo \$\$ >pid; exec docker-registry serve config.yml' >log 2>&1 </dev/null"
        until_true 10 tests/lab run yard -- curl -s -o /dev/null --cacert "$YARD/ca.crt" "https://$PRIVATE/v2/" || return
        tests/lab run yard -- skopeo copy -q --src-tls-verify=false --dest-cert-dir "$YARD" --dest-creds user:Lab-Secret-1 "$FROM:1" "docker://$PRIVATE/team/volume:1"
}

private_end() {
        tests/lab run yard -- sh -c "kill \$(cat $YARD/pid); rm -rf $YARD"
}

# trusts_authority; logs_in PASSWORD
trusts_authority() {
        tests/lab run yard -- cat "$YARD/ca.crt" | host sh -c "mkdir -p $CERTS && cat >$CERTS/ca.crt"
}
logs_in() {
        host sh -c "mkdir -p $LOGINS; printf '{\"auths\":{\"$PRIVATE\":{\"auth\":\"%s\"}}}' \"\$(printf 'user:$1' | base64)\" >$LOGINS/auth.json"
}

# What hangs is asked while the rest is tested: it takes what skopeo's patience takes.
hang_begin() {
        host systemd-run -q --unit=hangs --socket-property=ListenStream=127.0.0.1:5999 sleep 1000
        (host fairlead images --from docker://127.0.0.1:5999/a >"$hung" 2>&1; echo "status $?" >>"$hung") &
}

step "a registry and archives are prepared" prepare
before=$(images)
tree=$(host_tree)
had_certs=$(host sh -c 'ls -d /etc/containers/certs.d 2>/dev/null' || true)
hung=$(mktemp)
trap 'rm -f "$hung"; term_end' EXIT
term_need
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
for source in "oci-archive:$DIR/volume.tar" "docker-archive:$DIR/docker.tar" "oci:$DIR/layout:one" "dir:$DIR/folder"; do
        check_status "$source is shown" 0 host fairlead show "$source"
        check_status "linted" 0 host fairlead lint "$source"
        check_status "planned" 0 host fairlead plan install "$source" --set volume:/data=volume-data
        check_text "with where it comes from" "source $source" "$output"
done
for source in "oci-archive:$DIR/volume.tar" "dir:$DIR/folder"; do
        check_status "$source is listed" 0 host fairlead images --from "$source" --json
        check "with its one image" json 'len(d) == 1 and "RUN" in d[0]["labels"]'
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

step "a registry with every fault, and a mirror" faulty_begin
step "a registry with a password and an authority of its own" private_begin
digest=$(host skopeo inspect --raw "oci:$DIR/layout:one" | sha256sum | cut -d ' ' -f 1)
refuses 1 "docker://$FAULTY/limited:one" "The registry $FAULTY limits how often it may be asked"
refuses 1 "docker://$FAULTY/failing:one" "The registry $FAULTY failed"
refuses 1 "docker://$FAULTY/denied:one" "The registry $FAULTY denies access"
refuses 1 "docker://$FAULTY/huge:one" 'has a manifest that is too large'
host rm -rf /var/cache/fairlead/images # or nobody would be asked
refuses 1 "docker://$FAULTY/liar@sha256:$(host skopeo inspect --raw "oci:$DIR/faulty:one" | sha256sum | cut -d ' ' -f 1)" 'is not what its digest says'
refuses 4 "docker://$FAULTY/good:gone" "The registry $FAULTY has no"
refuses 1 "docker://$PRIVATE/team/volume:1" "The certificate of $PRIVATE is signed by an authority that this host does not know"
trusts_authority
refuses 1 "docker://$PRIVATE/team/volume:1" "The registry $PRIVATE wants a login"
logs_in expired
refuses 1 "docker://$PRIVATE/team/volume:1" "The registry $PRIVATE (wants a login|refuses the stored password)"
logs_in Lab-Secret-1
check_status "with the password it is shown" 0 host fairlead show "docker://$PRIVATE/team/volume:1"
check_status "a mirror is asked for the registry that is away" 0 host fairlead show docker://gone.example.test/team/volume:1
check_status "of a list in an archive it is the image for this processor" 0 host fairlead show "oci-archive:$DIR/several.tar" --json
check "as the registry has it" json "d['digest'] == 'sha256:$digest' and 'RUN' in d['labels']"
host mount -t tmpfs -o size=64k tmpfs /var/tmp
refuses 1 "oci-archive:$DIR/volume.tar" 'There is no space left to read'
host umount /var/tmp
host sh -c 'mv /usr/bin/skopeo /usr/bin/skopeo.away'
refuses 4 "$FROM:1" 'skopeo is not installed'
host sh -c 'mv /usr/bin/skopeo.away /usr/bin/skopeo'

# ---- installed in one job ----

# installs SOURCE [REGEX]: installed, which prints this, and rolled back to the last layer; and an install that fails leaves nothing.
installs() {
        local source=$1 id
        check_status "$source: an install that fails" 1 host fairlead install "$source" --name volume --set volume:/data=volume-data --yes -- /no/such/program
        check "leaves no image" is_as_before
        check_status "$source: an install" 0 host fairlead install "$source" --name volume --set volume:/data=volume-data --yes
        check_text "says what it fetches" "fetching .*from $source" "$output"
        check_text "and what came" "${2:-(pulled|loaded)}" "$output"
        check_not "and nothing of the way there" grep -qE 'Copying blob|Writing manifest' <<<"$output"
        id=$(sed -n 's/^Job \([^ ]*\)\. You may.*/\1/p' <<<"$output")
        check "the service runs" until_true 20 host systemctl is-active --quiet volume.service
        check "the unit names the image by its digest" host sh -c 'grep -qhE "@sha256:[0-9a-f]{64}" /etc/containers/systemd/volume.container /etc/systemd/system/volume.service 2>/dev/null'
        check "it starts again behind a prune of images" host sh -c 'podman image prune -f && systemctl restart volume.service'
        check_status "$source: the job is rolled back" 0 host fairlead rollback "$id" --yes
        check "and the image is gone" is_as_before
}
installs "$FROM:1"

# An upgrade takes what the registry has, and is undone as an install is.
check_status "an image of the registry is installed" 0 host fairlead install "$FROM:1" --name volume --set volume:/data=volume-data --yes
check_status "that tag has nothing newer" 0 host fairlead upgrade volume --image "$FROM:1" --yes
check_text "which is said" "volume runs the newest image of $REGISTRY/sources-$HOST/volume:1" "$output"
check_status "another one is taken from it" 0 host fairlead upgrade volume --image "$FROM:2" --yes
check_text "says what it fetches" "fetching .*from $FROM:2" "$output"
check "the service runs" until_true 20 host systemctl is-active --quiet volume.service
# shellcheck disable=SC2016
check "with it" host sh -c 'test "$(podman inspect --format "{{index .Config.Labels \"version\"}}" volume)" = 2'
check_status "it is uninstalled" 0 host fairlead uninstall volume --remove-volumes --yes
# An uninstall keeps images, and of these the digest is their only name.
host sh -c "podman images -a --format '{{.ID}} {{.Repository}}' | grep ' $REGISTRY/sources-$HOST/volume\$' | cut -d ' ' -f 1 | xargs podman rmi -f; podman image prune -f" >/dev/null
check "its images are removed" is_as_before

installs "oci-archive:$DIR/volume.tar"
installs "docker-archive:$DIR/docker.tar"
installs "oci:$DIR/large:one" 'loaded [0-9.]+ .?B in [0-9]+ layer'
installs "dir:$DIR/folder"
installs "docker://$PRIVATE/team/volume:1"
installs docker://gone.example.test/team/volume:1
installs "oci-archive:$DIR/several.tar"

# fails SOURCE SENTENCE: what is wrong shows only when it comes, and nothing stays.
fails_only() {
        check_status "$1: an install" 1 host fairlead install "$1" --name volume --set volume:/data=volume-data --yes
        check_text "says what was wrong" "$2" "$output"
}
fails() {
        fails_only "$@"
        check "and leaves no image" is_as_before
}
fails "docker://$FAULTY/swapped:one" 'sent another image'
fails "docker://$FAULTY/cut:one" 'could not be pulled'
host mount -t tmpfs -o size=64k tmpfs /var/tmp
fails_only "oci:$DIR/large:one" 'There is no space left'
host umount /var/tmp
check "and leaves no image, as is seen when there is space again" is_as_before

# Half of the layer is here: it says how far it is, everywhere, and in no log. A cancel leaves nothing.
pulling() {
        output=$(host fairlead jobs --json) && json 'd[0]["state"] == "running" and d[0]["pull"] and 0 < d[0]["pull"]["bytes"] < d[0]["pull"]["total"] and d[0]["pull"]["layers"] >= 1'
}
id=$(host fairlead install "docker://$FAULTY/slow:one" --name volume --set volume:/data=volume-data --yes --detach | tail -n 1)
check "it is known how far a pull is" until_true 30 pulling
watch_begin() {
        term_open pull 80x24 tests/lab tty "$HOST" -- fairlead attach "$id"
        term_wait '[0-9.]+ .?B of [0-9.]+ .?B, [0-9]+ of [0-9]+ layer'
}
try "and who watches sees it" watch_begin
term_close
host fairlead cancel "$id" >/dev/null
check "it is cancelled" until_true 30 host sh -c "fairlead jobs --json | grep -q '\"state\": *\"cancelled\"'"
check "and nothing of it is left" is_as_before
id=$(host fairlead install "docker://$FAULTY/slow:one" --name volume --set volume:/data=volume-data --yes --detach | tail -n 1)
check "another one comes as far" until_true 30 pulling
host touch "$DIR/faulty/go"
check_status "and ends when the rest is here" 0 host fairlead attach "$id"
check_text "with what came" 'pulled [0-9.]+ .?B in [0-9]+ layer' "$output"
check_not "its way is in no log" grep -q ' of [0-9]* layer' <<<"$output"
check_status "it is rolled back" 0 host fairlead rollback "$id" --yes
check "and the image is gone" is_as_before

# A rehearsal only looks.
check_status "a rehearsal fetches the image" 0 host fairlead rehearse "docker://$FAULTY/good:one" --name volume --set volume:/data=volume-data --yes
check_text "from there" 'pulled ' "$output"
check "and leaves no image behind" is_as_before

# ---- no network at all, a stick ----

without_network() {
        host sh -c "mkdir -p /media/stick && cp $DIR/docker.tar $DIR/volume.tar /media/stick/ && ip link set eth0 down"
}
step "the host has a stick and no network" without_network
refuses 1 "$FROM:1" "The registry $REGISTRY has no address|The address of the registry $REGISTRY cannot be found|This host has no way to the registry"
installs docker-archive:/media/stick/docker.tar
stick_by_keys() {
        walk_open "$HOST" || return
        walk_to_reference oci-archive:/media/stick/volume.tar || return
        term_keys i
        term_wait 'Fetches +[0-9.]+ .?B from' || return
        walk_consent || return
        term_wait 'volume is installed; volume.service runs' 100 || return
        term_keys p
        term_wait '\[ Roll back' || return
        term_keys y
        term_wait 'Everything was restored' 60 || return
        walk_home || return
        walk_close
}
step "by keys, too" stick_by_keys
check "and nothing of it is left" is_as_before
host sh -c 'ip link set eth0 up; ip route replace default via 10.89.7.1; rm -rf /media/stick'

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

host systemctl stop faulty.service
private_end
host sh -c "rm -rf $DIR $CERTS $LOGINS /etc/containers/registries.conf.d/9*.conf; podman volume rm -f volume-data" >/dev/null
[ -n "$had_certs" ] || host rmdir /etc/containers/certs.d
check "nothing is left of all that" diff <(echo "$tree") <(host_tree)
finish
