#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Three Quadlets and a container that were made by hand become services: with record, upgrade and uninstall, and back.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
source tests/e2e/walk.sh
trap term_end EXIT
term_need

before=$(mktemp)
quadlets=no
host test -x /usr/lib/systemd/system-generators/podman-system-generator && quadlets=yes
old=$(host podman image inspect --format '{{.Id}}' localhost/chrony)
host_tree >"$before"

says() {
        check_text "$1" "$2" "$output"
}

# job_of NAME: its newest job.
job_of() {
        host fairlead jobs --json | python3 -c 'import json, sys
print(max(j["id"] for j in json.load(sys.stdin) if j["name"] == sys.argv[1]))' "$1"
}

# ---- a container that runs without a unit ----

host podman run -d --name web -e "GREETING=a\$b c" --entrypoint sleep localhost/chrony 1000 >/dev/null
host podman exec web touch /root/mine
check_status "a plan of a container" 3 host sh -c 'fairlead adopt web </dev/null'
says "says what becomes of it" 'Before +the container is stopped, and kept as web-before-fairlead'
says "and which unit runs it" '^  Unit +/etc/(containers/systemd/web.container|systemd/system/web.service) is written and started'
check_status "a container becomes a service" 0 host fairlead adopt web --yes
check "its unit runs" host systemctl is-active --quiet web.service
check "with the same words" test "$(host podman exec web printenv GREETING)" = "a\$b c"
check_status "twice there is nothing to do" 0 host fairlead adopt web --yes
says "with the reason" 'web.service is the service web of Fairlead already'
check_status "rolled back" 0 host fairlead rollback "$(job_of web)" --yes
check "it is the very container again" host podman exec web test -e /root/mine
check "and it runs" test "$(host podman inspect --format '{{.State.Status}}' web)" = running
check_same_tree "nothing else is left" "$before"
host podman rm -f -t 0 web >/dev/null
host sh -c 'podman run -d --rm --name web --entrypoint sleep localhost/chrony 1000 >/dev/null'
check_status "one that is gone when it stops is refused" 1 host fairlead adopt web --yes
says "with the reason" 'web was made with --rm: once stopped it is gone'
host podman rm -f -t 0 web >/dev/null
check_status "what is not there" 4 host fairlead adopt nosuch
check_status "a unit that runs no container" 1 host fairlead adopt dbus.service
says "is refused" 'does not run a container'

# ---- by keys: A among the units, the plan, and p on the job rolls it back ----

consent_and_roll_back() {
        term_keys Enter
        term_wait '\[ Adopt it \]' || return
        term_keys y
        term_wait 'p roll back' 60 || return
        check "it is a service now" host sh -c "fairlead services --json | grep -q '\"adopted\": true'"
        roll_back
}
roll_back() {
        term_keys p
        term_wait '\[ Roll back' || return
        term_keys y
        term_wait 'Everything was restored' 60 || return # its steps say "rolled back" before
}
adopt_container() {
        walk_open "$HOST" || return
        term_keys 3
        term_wait '^  UNIT +STATE' || return
        term_keys A
        term_wait 'Adopt a container that has no unit' || return
        term_wait 'web +localhost/chrony' || return
        term_keys Enter
        term_wait 'kept as web-before-fairlead' || return
        consent_and_roll_back || return
        walk_home || return
        walk_close
}
host podman run -d --name web --entrypoint sleep localhost/chrony 1000 >/dev/null
host podman exec web touch /root/mine
step "a container without a unit is adopted and rolled back by keys" adopt_container
check "it is the very container again" host podman exec web test -e /root/mine
check "and it runs" test "$(host podman inspect --format '{{.State.Status}}' web)" = running
host podman rm -f -t 0 web >/dev/null
check_same_tree "nothing else is left" "$before"

# ---- units ----

if [ $quadlets = yes ]; then
        for name in one two; do
                printf '[Container]\nImage=localhost/chrony:latest\nEntrypoint=sleep\nExec=1000\n[Service]\nTimeoutStopSec=1\n' |
                        host sh -c "cat >/etc/containers/systemd/$name.container"
        done
        printf '[Container]\nImage=localhost/chrony:latest\nEntrypoint=sleep\nExec=1000\nStopTimeout=0\n' | host sh -c 'cat >/root/three.container'
        host systemctl daemon-reload
        host systemctl start one.service
        text=$(host cat /etc/containers/systemd/one.container)
        adopt_quadlet() {
                walk_open "$HOST" || return
                term_keys 3
                term_wait '^  UNIT +STATE' || return
                term_keys /
                term_wait 'Filter:' || return
                term_type one.service
                term_wait '> one.service' || return
                term_keys Enter
                term_wait 'Enter open' || return
                term_keys Enter
                term_wait 'A adopt' || return
                term_keys A
                term_wait 'one.service .*stays as it is|stay as they are' || return
                consent_and_roll_back || return
                walk_home || return
                walk_close
        }
        step "a Quadlet is adopted and rolled back by keys" adopt_quadlet
        check "it runs all the time" host systemctl is-active --quiet one.service
        check "its file stays as it is" test "$(host cat /etc/containers/systemd/one.container)" = "$text"
        check_status "a Quadlet that runs becomes a service" 0 host fairlead adopt one --yes
        check_status "and one that does not" 0 host fairlead adopt /etc/containers/systemd/two.container --yes
        check_status "and one that lies elsewhere" 0 host fairlead adopt /root/three.container --yes
        check "the files stay as they are" test "$(host cat /etc/containers/systemd/one.container)" = "$text"
        check "so does the unit that was stopped" test "$(host systemctl is-active two.service)" = inactive
        check "the third one was started" host systemctl is-active --quiet three.service
        check "three services are there" test "$(host fairlead services --json | grep -c '"adopted": true')" = 3

        printf 'FROM localhost/chrony\nLABEL version=99\n' | host podman build -q -t localhost/chrony -f - . >/dev/null
        check_status "one is upgraded to a newer image" 0 host fairlead upgrade one --yes
        check "its file names that one" host grep -q '^Image=localhost/chrony@sha256:' /etc/containers/systemd/one.container
        check "and says the rest as before" host grep -q '^Exec=1000' /etc/containers/systemd/one.container
        check "it runs it" host systemctl is-active --quiet one.service
        upgrade_back() {
                walk_open "$HOST" || return
                term_keys 4
                term_wait '^  JOB +STATE' || return
                term_keys g Enter
                term_wait '^Job  upgrade' || return
                term_wait 'p roll back' || return
                roll_back || return
                walk_home || return
                walk_close
        }
        step "the upgrade is rolled back by keys" upgrade_back
        check "the file is as it was written by hand" test "$(host cat /etc/containers/systemd/one.container)" = "$text"
        host podman tag "$old" localhost/chrony

        check_status "an uninstall keeps the file" 0 host fairlead uninstall one --yes
        says "and says where" 'one.container.edited: it was there before the service; nothing starts it any more'
        check_status "unless it is to go, too" 0 host fairlead uninstall two --yes --remove-unit
        check "then it is gone" host test ! -e /etc/containers/systemd/two.container
        check_status "the third one goes with its file" 0 host fairlead uninstall three --yes
        host rm -f /etc/containers/systemd/one.container.edited /root/three.container
        host systemctl daemon-reload
        host systemctl reset-failed
fi
printf '[Service]\nExecStart=/usr/bin/podman run --rm --name hand --entrypoint sleep localhost/chrony 1000\nExecStop=/usr/bin/podman stop -t 0 hand\n' |
        host sh -c 'cat >/etc/systemd/system/hand.service'
host systemctl daemon-reload
check_status "a unit that runs podman becomes a service" 0 host fairlead adopt hand.service --name byhand --yes
check_status "and none again" 0 host fairlead rollback "$(job_of byhand)" --yes
check "its file is there" host test -e /etc/systemd/system/hand.service
host rm /etc/systemd/system/hand.service
host systemctl daemon-reload
check_same_tree "the host is as it was" "$before"
finish
