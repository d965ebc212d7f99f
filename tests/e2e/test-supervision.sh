#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a RUN label says of mounts, readiness, stopping, restarts and other containers, on the real systemd and engine: Podman 4.3 with a
# .service, Podman 5.4 with a Quadlet.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh

# image NAME WORDS…: its RUN has these words between "podman run -d --name NAME" and the image, and the program behind "--".
image() {
        local name=$1 options=() program=()
        shift
        while [ $# -gt 0 ] && [ "$1" != -- ]; do
                options+=("$1")
                shift
        done
        program=("${@:2}")
        host podman build -q -t "localhost/$name:latest" --label "RUN=podman run -d --net=host --name NAME ${options[*]} IMAGE ${program[*]}" \
                -f /run/e2e/From /run/e2e >/dev/null
        names+=("$name")
}

show() {
        host systemctl show --value -p "$2" "$1.service"
}

is() {
        [ "$(show "$1" "$2")" = "$3" ]
}

restarted() {
        [ "$(show "$1" NRestarts)" -ge 1 ] && is "$1" ActiveState active
}

names=()
host mkdir -p /srv/data '/srv/a b' /run/e2e
build_image supervised
host sh -c 'mkdir -p /run/e2e; echo FROM localhost/supervised >/run/e2e/From'
image mounts --mount type=bind,source=/srv/data,target=/data -v "'/srv/a b:/b'" -- sleep infinity
image readiness --sdnotify=container -v /srv/data:/data -- ready
image stopping --stop-timeout=80 -v /srv/data:/data -- slow-stop
image stubborn --stop-timeout=1 -v /srv/data:/data -- sleep infinity
image again --restart=always -v /srv/data:/data -- until-asked again
image once --restart=no -v /srv/data:/data -- until-asked once
image behind --volumes-from mounts -- sleep infinity
image updated --label io.containers.autoupdate=registry -- sleep infinity

# ---- order ----

output=$(host fairlead plan install localhost/behind --json) || true
check_text "a container that nothing here runs is reported" needs-container "$output"
check_status "a service with bind mounts" 0 host fairlead install localhost/mounts --yes
check_text "systemd mounts what is under them first" '(^| )/srv/data( |$)' "$(show mounts RequiresMountsFor)"
check_text "also where a path has a blank" '/srv/a b' "$(show mounts RequiresMountsFor)"
check_status "a service with another one's volumes" 0 host fairlead install localhost/behind --yes
check_text "it needs the other one" 'mounts\.service' "$(show behind Requires)"
check_text "and starts behind it" 'mounts\.service' "$(show behind After)"

# ---- readiness ----

try "the install of a service that reports when it is ready" begin localhost/readiness
check "its program runs" until_true 60 host podman exec readiness test -d /data
check "it is not active before" is readiness ActiveState activating
host touch /srv/data/go
check "it is active when it says so" until_true 60 is readiness ActiveState active
check "and the job is done" until_true 60 is_state "$job" "done"

# ---- stopping ----

check_status "a service that stops slowly" 0 host fairlead install localhost/stopping --yes
check "systemd waits longer than the engine" is stopping TimeoutStopUSec '1min 40s'
check_status "it is stopped" 0 host systemctl stop stopping.service
check "and had the time it needs" host test -e /srv/data/clean
check "nothing of it is left" test -z "$(host podman ps -aq --filter name=stopping)"

# The first process of a container ignores TERM unless it says otherwise: systemd calls the end a failure, status 137.
check_status "a service that ignores the request to end" 0 host fairlead install localhost/stubborn --yes
check_status "a stop that has to kill" 0 host fairlead stop stubborn
check_text "says so" 'stubborn\.service was stopped; it was killed after [0-9]+ s' "$output"
check "systemd has it as failed" is stubborn ActiveState failed
output=$(host fairlead services --json)
check "the service is stopped, not failed" json "[s['state'] for s in d if s['name'] == 'stubborn'] == ['stopped']"
check_text "status calls it a stop" 'result +stopped; killed after' "$(host fairlead status stubborn)"
check_text "and so does the list of units" '^stubborn\.service +stopped ' "$(host fairlead units 'stubborn*')"
check_status "it starts again" 0 host fairlead start stubborn

# ---- restarts ----

check_status "a service that restarts always" 0 host fairlead install localhost/again --yes
check_status "one that never does" 0 host fairlead install localhost/once --yes
host touch /srv/data/end-again /srv/data/end-once
check "the one that ended well is started again" until_true 60 restarted again
check "the other one stays down" until_true 60 is once ActiveState inactive
check "without a restart" is once NRestarts 0

# ---- automatic updates ----

check_status "a plan with a label for automatic updates" 0 host fairlead plan install localhost/updated
check_text "says that they cannot work" 'autoupdate-pinned' "$output"
check_not "and the unit leaves the label out" grep -qE 'AutoUpdate=|Label=io.containers.autoupdate|ExecStart.*autoupdate' <<<"$output"
check_status "it is installed" 0 host fairlead install localhost/updated --yes
check_text "with the warning in its record" 'autoupdate-pinned|automatic|auto-update' "$output"
check "it runs" is updated ActiveState active
first=$(host podman inspect --format '{{.Image}}' updated)
check_not "and nothing updates it by itself" grep -q updated <<<"$(host podman auto-update --dry-run 2>&1 || true)"
image updated --label io.containers.autoupdate=registry -e VERSION=2 -- sleep infinity
check_text "the newer image is seen" '"newer": *true' "$(host fairlead services --json)"
check_status "it is upgraded" 0 host fairlead upgrade updated --yes
check "it runs the newer image" test "$(host podman inspect --format '{{.Image}}' updated)" != "$first"
check_text "as its label says" 'VERSION=2' "$(host podman inspect --format '{{.Config.Env}}' updated)"

# ---- the units of other hosts ----

host sh -c "echo '{\"labels\": {\"RUN\": \"podman run -d --stop-timeout=80 IMAGE\"}}' >/run/e2e/labels.json"
for row in podman=5.4:StopTimeout=80 podman=4.3:ExecStart=/usr/bin/podman docker=20.10:ExecStart=/usr/bin/docker; do
        check_status "the unit for ${row%%:*}" 0 host fairlead plan install --labels /run/e2e/labels.json --image localhost/x --engine "${row%%:*}"
        check_text "is written for it" "^ *${row#*:}" "$output"
done
check_status "an engine without a version" 2 host fairlead plan install --labels /run/e2e/labels.json --engine podman

for name in behind mounts readiness stopping stubborn again once updated; do
        check_status "uninstall $name" 0 host fairlead uninstall "$name" --yes
done
host podman rmi -f "${names[@]/#/localhost/}" localhost/supervised >/dev/null || true
host rm -rf /srv/data '/srv/a b' /run/e2e
finish
