#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Newer images at the lab's registry: found without a pull, reported and held, their packages compared, applied, and one that is broken rolled back; a
# registry that hangs is a sentence; what monitors get; and the timer's service.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
# shellcheck source=tests/e2e/walk.sh
source tests/e2e/walk.sh

REGISTRY=registry.example.test:5000
NAME=$REGISTRY/updates-$HOST/volume
DIR=/root/updates
DEAD=127.0.0.1:5998

# publish VERSION LINE…
publish() {
        publish_image "$NAME" $DIR "$@"
}

prepare() {
        build_image volume
        host mkdir -p $DIR
        host sh -c "podman run --rm localhost/volume cat /var/lib/dpkg/status >$DIR/status
                sed '/^Package: bash\$/,/^\$/s/^Version: .*/Version: 99.1-1/' $DIR/status >$DIR/status.new && ! cmp -s $DIR/status $DIR/status.new"
        publish 1
        host sh -c "podman tag localhost/volume $DEAD/hangs:1"
}

images() {
        host podman images -a --no-trunc --format '{{.ID}}' | sort -u
}

# The state of a service in the list.
state_of() {
        host fairlead updates --json | python3 -c 'import json, sys; print([u["state"] for u in json.load(sys.stdin) if u["name"] == sys.argv[1]][0])' "$1"
}

image_of() {
        host podman inspect --format '{{.Image}}' "$1"
}

is_state() {
        [ "$(state_of "$1")" = "$2" ]
}

# What the console shows of it, and an upgrade there.
by_keys() {
        walk_open "$HOST" || return
        term_keys U
        term_wait 'volume +newer +2 [0-9a-f]+ +4 [0-9a-f]+' || return
        seen updates
        term_keys Enter
        term_wait 'packages +The newer image was not fetched' || return
        seen update
        term_keys f
        check "f fetches it, to compare packages" term_wait 'bash 99\.1-1 -> '
        term_keys q
        term_wait 'Enter what changes' || return
        term_keys z
        term_wait 'Held for' || return
        term_keys Enter
        check "z holds it" term_wait 'volume +held'
        term_keys z
        term_wait 'volume +newer' || return
        term_keys c
        check "c asks the sources" term_wait 'All sources were asked: 1 newer image'
        term_keys u
        term_wait 'exactly what will run' || return
        term_keys Enter
        term_wait '\[ Upgrade' || return
        term_keys y
        check "u upgrades" term_wait 'volume is upgraded from version 2 to 4' 60
        walk_home || return
        walk_close
}

trap term_end EXIT
term_need
step "a registry is prepared" prepare
tree=$(host_tree)

# ---- nothing newer ----

check_status "a service is installed from the registry" 0 host fairlead install "docker://$NAME:8" --name volume --set volume:/data=updates-data --yes
check_status "nobody asked yet" 0 host fairlead updates
check_text "which is said" 'No source was asked yet' "$output"
check_status "its source is asked" 0 host fairlead updates --check
check_text "it has nothing newer" '^volume .* current' "$output"
check "within 80 columns" test "$(wc -L <<<"$output")" -le 80
check_status "a service that is not there" 4 host fairlead updates none
check_status "a hold that is no time" 2 host fairlead updates volume --hold yesterday

# ---- found without a pull, reported, held ----

publish 2 'COPY status.new /var/lib/dpkg/status' 'LABEL INSTALL="/usr/bin/true"'
old=$(image_of volume)
before=$(images)
check_status "without a question nothing is known" 0 host fairlead updates
check_status "a newer image is found" 1 host fairlead updates --check
check_text "in its row" '^volume .* newer$' "$output"
check "nothing was pulled" diff <(echo "$before") <(images)
check_status "it is kept, for monitors" 1 host fairlead updates --json
check "with both digests" json 'd[0]["state"] == "newer" and d[0]["waits"] and d[0]["newest"]["version"] == "2" and d[0]["newest"]["digest"] != d[0]["installed"]["digest"]'
check_status "services show it" 0 host fairlead services
check_text "in their last column" '^volume .*newer' "$output"
output=$(host fairlead status --json || true)
check "the host reports it" json '[t for t in d["trouble"] if t["id"] == "update:volume"]'
check_status "what it changes" 1 host fairlead updates volume
check_text "labels" 'INSTALL added: ' "$output"
check_text "packages want the image" 'packages +The newer image was not fetched' "$output"
check_status "it is fetched to compare them" 1 host fairlead updates volume --fetch
check_text "a package changed" 'bash [^ ]+ -> 99.1-1' "$output"
check_text "and no other" '1 package changed, 0 new, 0 gone' "$output"
check "the service runs what it ran" test "$(image_of volume)" = "$old"
check_status "it is held" 0 host fairlead updates volume --hold 7d
check_status "then it does not wait" 0 host fairlead updates
check_text "which is said" 'held until' "$output"
output=$(host fairlead status --json || true)
check_not "the host does not report it" json '[t for t in d["trouble"] if t["id"] == "update:volume"]'
check_status "it is not held any more" 0 host fairlead updates volume --unhold
check_status "and waits again" 1 host fairlead updates

# ---- a registry that hangs ----

hang_begin() {
        host systemd-run -q --unit=hangs-registry --socket-property=ListenStream=$DEAD sleep 1000
        host fairlead install $DEAD/hangs:1 --name hangs --set volume:/data=hangs-data --yes
}
try "a service of a registry that hangs" hang_begin
check_status "the others are asked all the same" 1 host fairlead updates --check
check_text "it is a sentence" "The registry $DEAD (does|did) not answer" "$output"
check_text "and has no row of its own newer one" '^hangs .* failed$' "$output"

# ---- applied ----

check_status "the update is applied" 0 host fairlead upgrade volume --yes
check_not "the service runs another image" test "$(image_of volume)" = "$old"
check "and nothing newer waits" is_state volume current
check_status "a source without an answer is reported" 1 host fairlead updates
check_status "it is uninstalled" 0 host fairlead uninstall hangs --remove-volumes --yes
host systemctl stop hangs-registry.socket hangs-registry.service
check_status "then all is well" 0 host fairlead updates

check_status "what is for one service is not for several" 2 host fairlead upgrade volume hangs --image x

# ---- a broken one ----

new=$(image_of volume)
publish 3 'LABEL RUN="podman run -d --name NAME IMAGE /bin/false"'
before=$(images)
check_status "the next one is found" 1 host fairlead updates --check
check_status "it does not stay up" 1 host fairlead upgrade volume --yes
check "the service runs what it ran" until_true 20 test "$(image_of volume)" = "$new"
check "the broken image is gone again" diff <(echo "$before") <(images)
check "it still waits" is_state volume newer

# ---- by itself ----

check "the units are well formed" host systemd-analyze verify --man=no fairlead-updates.service fairlead-updates.timer
check_not "the package does not enable the timer" host systemctl is-enabled --quiet fairlead-updates.timer
check "it can be" host systemctl enable --now fairlead-updates.timer
check "and has a next time" host sh -c 'systemctl list-timers fairlead-updates.timer | grep -q fairlead-updates.service'
publish 4
check "its service looks" host systemctl start fairlead-updates.service
output=$(host fairlead updates --json || true)
check "and sees what is new, in its sandbox" json 'd[0]["newest"]["version"] == "4"'
check "and applies nothing" test "$(image_of volume)" = "$new"
# shellcheck disable=SC2016
check "it ended well" host sh -c '[ "$(systemctl show -P Result fairlead-updates.service)" = success ]'
host systemctl disable --now fairlead-updates.timer 2>/dev/null

# ---- by keys ----

step "the console shows it, and upgrades" by_keys
check "nothing newer waits behind it" is_state volume current

check_status "the service is uninstalled" 0 host fairlead uninstall volume --remove-volumes --yes
host sh -c "rm -rf $DIR; podman rmi -f localhost/volume $DEAD/hangs:1; podman image prune -f; rm -f /var/lib/systemd/timers/stamp-fairlead-updates.timer" >/dev/null
check "nothing is left of all that" diff <(echo "$tree") <(host_tree)
finish
