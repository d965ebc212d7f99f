#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What needs a person, as `fairlead status` sees it: each kind that a container can have, provoked for real, and gone again.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
source tests/e2e/walk.sh
trap term_end EXIT
term_need

build_image ailing

# look: $output is the status as JSON, whatever else ails the host.
look() {
        output=$(host fairlead status --json) || true
}

# has ID / has_not ID: for until_true.
has() {
        look
        json "any(t['id'] == '$1' and not t['until'] for t in d['trouble'])"
}
has_not() {
        ! has "$1"
}

# what ID MEMBER: of that line.
what() {
        look
        python3 -c 'import json, sys
print([t[sys.argv[3]] for t in json.loads(sys.argv[1])["trouble"] if t["id"] == sys.argv[2]][0])' "$output" "$1" "$2"
}

# unit NAME LINE…: a unit of this boot.
unit() {
        printf '%s\n' "${@:2}" | host sh -c "cat >/run/systemd/system/$1"
        host systemctl daemon-reload
}

# words ID: its sentence.
words() {
        what "$1" sentence
}

# shows PATTERN: the console, looked at anew, has the line among all trouble. An engine that is too slow for one look is seen at the next.
shows() {
        for _ in 1 2 3; do
                walk_home || return
                term_keys a
                term_wait 'WHAT NEEDS YOU' || return
                ! term_wait "$1" 10 || return 0
        done
        return 1
}

# leads TEXT PATTERN: with the line of the text in focus Enter leads to a screen with the pattern.
leads() {
        shows "$1" || return
        term_keys /
        term_wait 'Filter:' || return
        term_type "$1"
        term_keys Enter
        term_wait "^>.?$1" || return
        term_keys Enter
        term_wait "$2"
}

# The machine below is busy.
host mkdir -p /etc/fairlead
host sh -c 'rm -f /var/lib/fairlead/sleeping; printf "[pressure]\nreport = no\n" >/etc/fairlead/trouble.conf'
host systemctl reset-failed

step "the console comes up" walk_open "$HOST"

# ---- units of the host ----

unit e2e-fails.service '[Service]' 'ExecStart=/bin/sh -c "echo cannot bind port >&2; exit 3"'
host systemctl start e2e-fails.service || true
check "a failed unit is seen" until_true 20 has unit-failed:e2e-fails.service
check_text "with its reason and the line that says why" 'failed: its main process ended with status 3: cannot bind port' \
        "$(what unit-failed:e2e-fails.service sentence)"
look
check "all is not well" json 'd["well"] is False'
walk_home
try "the first screen shows it" term_wait '^! e2e-fails.service failed: its main process ended' || true
term_keys n
try "n leads to it" term_wait '^>!e2e-fails.service failed' || true
term_keys Enter
try "and Enter to the unit, which says why" term_wait 'why +cannot bind port' || true
term_keys 3
try "the units are listed" term_wait '^  UNIT +STATE' || true
term_keys n
try "n leads to it there, too" term_wait '^>!e2e-fails.service +failed' || true
check_status "status, too, says that not all is well" 1 host fairlead status
check "in 80 columns" test "$(awk 'length > 80' <<<"$output")" = ''
check_status "the line is put to sleep" 0 host fairlead status --sleep unit-failed:e2e-fails.service --until 2d
check "and is asleep" has_not unit-failed:e2e-fails.service
try "the screen has it among those asleep" shows '^..e2e-fails.service failed.* (2 d|[34][0-9] h)' || true
check_status "it is woken" 0 host fairlead status --wake unit-failed:e2e-fails.service
check "and is awake" has unit-failed:e2e-fails.service
try "by keys, too" shows '^>!e2e-fails.service failed' || true
term_keys z
try "until when, it asks" term_wait '^Sleeps for' || true
term_keys C-u
term_type "$(date -d '+5 days' +%F)"
term_keys Enter
try "a date is taken" term_wait '^It sleeps until' || true
check "and it is asleep" has_not unit-failed:e2e-fails.service
term_keys z
try "a key wakes it" term_wait '^It is awake again' || true
check "and it is awake again" has unit-failed:e2e-fails.service
check_status "what is no line cannot sleep" 2 host fairlead status --sleep nonsense --until 2d
check_status "nor until yesterday" 2 host fairlead status --sleep unit-failed:e2e-fails.service --until 2020-01-01
host systemctl reset-failed e2e-fails.service
check "forgotten, it is gone" has_not unit-failed:e2e-fails.service

unit e2e-loops.service '[Unit]' StartLimitIntervalSec=0 '[Service]' ExecStart=/bin/false Restart=always RestartSec=200ms
host systemctl start e2e-loops.service
check "a restart loop is seen, which is never failed" until_true 30 has restart-loop:e2e-loops.service
try "the screen shows it" shows '^..e2e-loops.service was restarted' || true
host systemctl stop e2e-loops.service
host rm -f /run/systemd/system/e2e-loops.service /run/systemd/system/e2e-fails.service
host systemctl daemon-reload
check "stopped, it is gone" until_true 20 has_not restart-loop:e2e-loops.service

# ---- a service ----

check_status "a service is installed" 0 host fairlead install localhost/ailing --yes

# killed SIGNAL PATTERN: the console shows the pattern, without a key, once the service's processes got the signal; prints how soon.
killed() {
        local began
        walk_home || return
        term_wait '^..ailing +running' || return
        began=$(date +%s%N)
        host systemctl kill -s "$1" ailing.service || return
        term_wait "$2" || return
        echo "# on the screen $((($(date +%s%N) - began) / 1000000)) ms after it was killed" >&3
}
host mkdir -p /run/systemd/system/ailing.service.d
printf '[Service]\nRestart=no\n' | host sh -c 'cat >/run/systemd/system/ailing.service.d/e2e.conf'
host systemctl daemon-reload
try "killed from outside, it is on the screen without a key" killed KILL '^.!ailing +failed' || true
try "and what needs a person has it, too" term_wait '^! ailing.service failed: ' || true
host rm -r /run/systemd/system/ailing.service.d
host systemctl daemon-reload
host systemctl restart ailing.service
try "started, it runs on the screen" term_wait '^. ailing +running' || true
host podman healthcheck run ailing || true
check "its failed health check is seen" until_true 20 has health:ailing
check_text "with its last line" 'The health check of ailing fails: no answer on port 7' "$(what health:ailing sentence)"
try "Enter leads to its unit" leads 'The health check of ailing fails: no answer on port 7' '^Unit  ailing.service' || true
check "it is of the service" test "$(what health:ailing service)" = ailing

host mkdir -p /run/systemd/system/ailing.service.d
printf '[Service]\nExecStartPost=/bin/sh -c "echo \\"<3>no such key\\""\n' | host sh -c 'cat >/run/systemd/system/ailing.service.d/e2e.conf'
check "a unit that was edited and not reloaded is seen" until_true 20 has not-reloaded:ailing.service
try "Enter leads to it" leads 'The files of ailing.service changed' '^Unit  ailing.service' || true
host systemctl daemon-reload
check "reloaded, it is gone" has_not not-reloaded:ailing.service
host systemctl restart ailing.service
check "errors since its start are seen" until_true 20 has log-errors:ailing.service
check_text "with the newest" 'ailing.service has logged 1 error since its start: no such key' "$(what log-errors:ailing.service sentence)"
try "Enter leads to its log" leads 'ailing.service has logged 1 error' '^Log  .*ailing' || true
host rm -r /run/systemd/system/ailing.service.d
host systemctl daemon-reload
host systemctl restart ailing.service
check "started anew, they are gone" until_true 20 has_not log-errors:ailing.service

# ---- a newer image, with another finding ----

host sh -c 'printf "FROM localhost/ailing\nLABEL RUN=\"podman run -d --health-cmd=false --health-interval=disable IMAGE sleep infinity\"\n" |
        podman build -q -t localhost/ailing:latest -' >/dev/null
check "a newer image is seen" until_true 20 has update:ailing
check_text "with the finding that is new in it" 'newer image than the one that ailing runs; new finding: The container has no name of its own$' "$(words update:ailing)"
try "Enter leads to its upgrade" leads 'localhost/ailing names a newer image' '[Uu]pgrade.*ailing' || true
# A plan that was not consented to stays below whatever is opened from it: it is left before anything else.
term_keys Escape
try "and Esc back" term_wait '^Trouble' || true

# ---- file systems ----

host mount -t tmpfs -o size=1m,nr_inodes=40 e2e /boot
check_not "an empty file system is no trouble" has disk:/boot
host sh -c 'head -c 1000000 /dev/zero >/boot/fill'
check_text "a disk nearly full is seen" '^/boot is [0-9]+ % full: .* are left$' "$(words disk:/boot)"
try "the screen shows it" shows '^..[/]boot is [0-9]+ % full' || true
host sh -c 'rm /boot/fill; for i in $(seq 38); do : >/boot/$i; done'
check_text "so are inodes, with room left" '^[0-9]+ % of the inodes of /boot are in use: [0-9]+ are? left$' "$(words inodes:/boot)"
try "the screen shows them" shows '% of the inodes of /boot' || true
check_not "and the disk is well again" has disk:/boot
host umount /boot
check_not "without it neither is left" has inodes:/boot

# ---- certificates, the realm ----

host mkdir -p /etc/cockpit/ws-certs.d
host openssl req -x509 -newkey rsa:2048 -nodes -days 3 -subj /CN=e2e -keyout /dev/null -out /etc/cockpit/ws-certs.d/e2e.crt 2>/dev/null
check_text "a certificate that ends soon is seen" '^The certificate /etc/cockpit/ws-certs.d/e2e.crt ends in [23] ' \
        "$(words certificate:/etc/cockpit/ws-certs.d/e2e.crt)"
try "the screen shows it" shows 'The certificate /etc/cockpit' || true
host rm -r /etc/cockpit
check_not "without it, it is gone" has certificate:/etc/cockpit/ws-certs.d/e2e.crt

# A member by its files, whose keys are old.
host mkdir -p /etc/sssd
printf '[sssd]\ndomains = e2e.test\n[domain/e2e.test]\nid_provider = ad\nkrb5_realm = E2E.TEST\n' | host sh -c 'cat >/etc/sssd/sssd.conf'
python3 -c 'import struct, sys, time
part = lambda b: struct.pack(">H", len(b)) + b
entry = struct.pack(">H", 1) + part(b"E2E.TEST") + part(b"HOST$") + struct.pack(">IIBH", 1, int(time.time()) - 75 * 86400, 2, 18) + part(bytes(32))
sys.stdout.buffer.write(b"\x05\x02" + struct.pack(">i", len(entry)) + entry)' | host sh -c 'cat >/etc/krb5.keytab'
look
check "an old password of the machine is seen" json 'any(t["kind"] == "keytab" and "75 days old" in t["sentence"] for t in d["trouble"])'
check "and that SSSD cannot be asked is no silence" json 'any(s["kind"] == "realm-offline" for s in d["silent"]) and d["realm"]["name"] == "E2E.TEST"'
try "Enter leads to the realm" leads 'The password of this host in realm E2E.TEST' '^ +Domain +e2e.test' || true
host rm -r /etc/sssd /etc/krb5.keytab

# ---- the clock, which this host has from the one below: only where nothing keeps that right ----

host mv /run/systemd/container /run/e2e-container
if [ "$(python3 -c 'import ctypes; print(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(208)))')" = 5 ]; then
        check "that nothing keeps the clock right is seen" has time-service:host
        unit e2e-chrony.service '[Service]' 'ExecStart=/bin/sleep infinity'
        host systemctl start e2e-chrony.service
        check_not "with a time service it is not" has time-service:host
        check "but that the clock is still off" has clock:host
        host systemctl stop e2e-chrony.service
        host rm /run/systemd/system/e2e-chrony.service
else
        check_not "a clock that is right needs no service" has time-service:host
fi
host mv /run/e2e-container /run/systemd/container
check_not "the clock of a container is another's" has time-service:host

# ---- thresholds ----

host sh -c 'printf "[disk]\npercent = 1\n[inodes]\nreport = no\n[dsk]\n" >/etc/fairlead/trouble.conf'
look
check "by a low threshold a disk is full" json 'any(t["kind"] == "disk" for t in d["trouble"])'
check "a wrong line of the file is a line of trouble" \
        json 'any(t["subject"] == "/etc/fairlead/trouble.conf:5" and t["kind"] == "settings" for t in d["trouble"])'
host sh -c "rm -f /etc/fairlead/trouble.conf; rmdir --ignore-fail-on-non-empty /etc/fairlead"

# ---- a job ----

try "an install is begun" begin broken/endless || true
check "its installer runs" until_true 30 host test -e /etc/endless/state
host systemctl kill -s KILL "fairlead-job-$job.service"
check "the interrupted job is seen" until_true 20 has "job-interrupted:$job"
try "Enter leads to it" leads 'The job that was to install endless was interrupted' '^Job  install' || true
check_status "it is rolled back" 0 host fairlead rollback "$job" --yes
check "and gone" has_not "job-interrupted:$job"

# ---- monitors ----

check_status "metrics are printed" 0 host fairlead status --prometheus
check_text "with the services" '^fairlead_service_up\{service="ailing"\} 1$' "$output"
check "each metric has its type" test "$(grep -c '^# TYPE' <<<"$output")" -eq "$(grep -c '^# HELP' <<<"$output")"
! command -v promtool >/dev/null || check "promtool has nothing against them" promtool check metrics <<<"$output"
check "each line is one of the format" test "$(grep -cvE '^# (HELP|TYPE) fairlead_[a-z_]+ |^fairlead_[a-z_]+(\{([a-z]+="([^"\\]|\\.)*",?)+\})? [-+.e0-9]+$' <<<"$output")" -eq 0
watched=$(host timeout 5 fairlead status --watch) || true
check "watched through a pipe it is one line" test "$(wc -l <<<"$watched")" -eq 1

walk_home || true
step "the console closes" walk_close
check_status "uninstall the service" 0 host fairlead uninstall ailing --yes
host podman rmi -f localhost/ailing:latest >/dev/null || true
finish
