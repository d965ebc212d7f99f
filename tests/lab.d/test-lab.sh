#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016
# The lab's own test. It uses a lab of its own ("selftest"), so it may run beside others; what it needs is made first.
# Prints `ok` and `not ok` lines and ends with `N passed, N failed`.
set -uo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
lab=$here/../lab
export FAIRLEAD_LAB=selftest
passed=0 failed=0
work=$(mktemp -d)
# shellcheck source=tests/lab.d/tmux.sh
source "$here/tmux.sh"
trap 'term_end; "$lab" down; rm -rf "$work"' EXIT

# check WHAT COMMAND...: ok if the command succeeds; else what it printed is shown.
check() {
        local what=$1
        shift

        if "$@" >"$work/out" 2>&1; then
                passed=$((passed + 1))
                echo "ok - $what"
        else
                failed=$((failed + 1))
                echo "not ok - $what"
                sed 's/^/#   /' "$work/out" | head -n 40
        fi
}

on() {
        timeout -k 10 300 "$lab" run "$1" -- "${@:2}"
}

# says HOST WANTED COMMAND...: the output of a command in a host matches a pattern (grep -E).
says() {
        local host=$1 wanted=$2 said

        said=$(on "$host" "${@:3}" 2>&1)
        grep -Eq -- "$wanted" <<<"$said" || { printf 'wanted /%s/, got: %s\n' "$wanted" "$said"; return 1; }
}

# fails STATUS COMMAND...
# As systemd does to all processes of a host that it ends.
stops_for_a_moment() {
        local stopped
        on "$1" sh -c 'kill -STOP $$; exit 9' &
        until stopped=$(on "$1" pgrep -r T -f 'kill -STOP .*exit 9'); do
                sleep 0.1
        done
        # shellcheck disable=SC2086
        on "$1" kill -CONT $stopped
        fails 9 wait $!
}

fails() {
        local wanted=$1 status=0
        shift

        "$@" || status=$?
        [[ $status -eq $wanted ]] || { echo "wanted status $wanted, got $status"; return 1; }
}

# soon SECONDS COMMAND...: it succeeds within that time.
soon() {
        local end=$((SECONDS + $1))

        shift
        until "$@" >"$work/soon" 2>&1; do
                [[ $SECONDS -lt $end ]] || { cat "$work/soon"; return 1; }
                sleep 0.1
        done
}

status_of() {
        "$lab" status "$1"
}

# What a lab could leave behind on the machine.
traces() {
        ip -br link | awk '{ print "link", $1 }' | sort
        awk '{ print "mount", $5 }' /proc/self/mountinfo | sort
        ! command -v podman >/dev/null || podman ps -a --format 'container {{.Names}}' | sort
        ! command -v iptables-save >/dev/null || iptables-save | grep -v '^#' | sed 's/\[[0-9:]*\]//; s/^/rule /'
        find /run/netns /etc/cni /etc/containers/networks -type f 2>/dev/null | sort
}

# Processes and cgroups with this lab's name on them; a process is found by its root or its arguments.
remains() {
        local process root

        for process in /proc/[0-9]*; do
                root=$(readlink "$process/root" 2>/dev/null) || continue
                if [[ $root == *"/run/$FAIRLEAD_LAB"* ]] || tr '\0' ' ' <"$process/cmdline" 2>/dev/null |
                        grep -q "fairlead-lab/run/$FAIRLEAD_LAB/"; then
                        [[ $process == "/proc/$$" ]] || tr '\0' ' ' <"$process/cmdline"
                fi
        done 2>/dev/null
        find /sys/fs/cgroup -maxdepth 3 -type d -name "fairlead-lab-$FAIRLEAD_LAB" 2>/dev/null
}

up_again() {
        "$lab" down && "$lab" up >&3
}

two_ups() {
        local one two

        "$lab" up & one=$!
        "$lab" up & two=$!
        wait "$one" && wait "$two"
}

test_start() {
        check "the lab comes up" "$lab" up
        check "a second start, with a warm cache" up_again
        check "two starts at once agree" two_ups
        check "no verb prints the usage" grep -q 'usage: tests/lab up' <("$lab")
        check "an unknown verb is a usage error" fails 2 "$lab" dance
        check "an unknown host is refused" fails 1 "$lab" start sid
}

# test_host HOST NAME SYSTEMD PODMAN
test_host() {
        local host=$1 name=$2 systemd=$3 podman=$4

        check "$host: systemd says running" says "$host" '^running$' systemctl is-system-running
        check "$host: systemd is $systemd" says "$host" "^systemd $systemd " systemctl --version
        check "$host: Podman is $podman" says "$host" "version $podman" podman --version
        check "$host: its name is $name" says "$host" "^$name\$" hostname
        check "$host: podman.socket is enabled" says "$host" '^enabled$' systemctl is-enabled podman.socket
        check "$host: logger is there" on "$host" test -x /usr/bin/logger
        check "$host: rsyslog is not" fails 1 on "$host" test -e /usr/sbin/rsyslogd
        check "$host: the journal is persistent" on "$host" bash -c 'journalctl --flush; ls /var/log/journal/*/system.journal'
        check "$host: a locale with UTF-8" says "$host" UTF-8 locale charmap
        check "$host: the exit status is the command's" fails 42 on "$host" sh -c 'exit 42'
        check "$host: a command that was stopped for a moment goes on" stops_for_a_moment "$host"
        check "$host: Podman's socket answers from the machine" \
                curl -sf --unix-socket "$(status_of "$host.podman_socket")" http://d/_ping
        for term in vt100 vt220 linux xterm xterm-256color tmux screen dumb; do
                check "$host: terminal type $term" on "$host" infocmp "$term"
        done
}

# The images, run as their labels say; Podman itself reads the labels.
test_images() {
        local host=$1

        check "$host: rsyslog installs" on "$host" podman container runlabel INSTALL localhost/rsyslog
        check "$host: rsyslog runs" on "$host" podman container runlabel RUN localhost/rsyslog
        # The daemon skips what was said before it had opened the journal.
        check "$host: a line of logger lands in the file" soon 20 on "$host" bash -c \
                'logger -t lab-test "hello from $HOSTNAME"; grep "lab-test.*hello from $HOSTNAME" /var/log/fairlead-lab/messages'
        check "$host: rsyslog stops" on "$host" podman container runlabel STOP localhost/rsyslog
        check "$host: its container goes" on "$host" podman rm rsyslog
        check "$host: rsyslog uninstalls" on "$host" podman container runlabel UNINSTALL localhost/rsyslog
        check "$host: nothing of it is left in /etc" fails 2 on "$host" ls -d /etc/rsyslog.conf /etc/rsyslog.d
        check "$host: rsyslog takes a log server" on "$host" podman container runlabel INSTALL localhost/rsyslog -- \
                --forward-to logs.example.test --port=1514 --protocol tcp
        check "$host: and writes it down" on "$host" \
                grep 'target="logs.example.test" port="1514" protocol="tcp"' /etc/rsyslog.d/50-forward.conf
        check "$host: chrony runs" on "$host" podman container runlabel RUN localhost/chrony
        check "$host: it answers NTP on loopback" soon 20 on "$host" bash -c 'exec 3<>/dev/udp/127.0.0.1/123
                printf "#%047d" 0 | tr 0 "\0" >&3
                [[ $(timeout 2 head -c 48 <&3 | wc -c) -eq 48 ]]'
        check "$host: templated installs" on "$host" podman container runlabel INSTALL localhost/templated
        check "$host: and its unit names itself and the image" on "$host" \
                grep 'atomic run --name=templated localhost/templated:latest' /etc/systemd/system/templated.service
        check "$host: nested containers reach their own network" on "$host" podman run --rm localhost/base true
}

test_shelf() {
        local host=$1

        check "$host: at least fourteen broken images" on "$host" bash -c \
                '[[ $(podman images --format "{{.Repository}}" | grep -c ^localhost/broken/) -ge 14 ]]'
        check "$host: an install that fails half way" says "$host" 'exit status 7' \
                podman container runlabel INSTALL localhost/broken/halfway
        check "$host: has written two files" on "$host" ls /etc/halfway/first.conf /etc/halfway/second.conf
        check "$host: variables are swallowed" says "$host" '-v :/x' \
                podman image inspect -f '{{.Labels.RUN}}' localhost/broken/emptied
        check "$host: both run and RUN" says "$host" '^2$' bash -c \
                'podman image inspect localhost/broken/twocases | jq ".[0].Labels | keys[] | select(ascii_upcase == \"RUN\")" | wc -l'
        check "$host: a label of 60 KiB" on "$host" bash -c \
                '[[ $(podman image inspect -f "{{.Labels.RUN}}" localhost/broken/huge | wc -c) -ge 60000 ]]'
        check "$host: escape sequences are in the labels" on "$host" bash -c \
                'podman image inspect localhost/broken/escapes | jq -e ".[0].Labels.summary | contains(\"\\u001b\") and contains(\"\\u202e\")"'
        check "$host: 50 MB come out" on "$host" bash -c \
                '[[ $(podman container runlabel INSTALL localhost/broken/flood | wc -c) -ge 50000000 ]]'
        check "$host: the canary lives" on "$host" test -e /var/lib/fairlead-lab/canary
}

test_engines() {
        local socket

        socket=$(status_of docker.socket)
        check "Docker is 20.10" grep -q '"Version":"20\.10' <(curl -s --unix-socket "$socket" http://d/version)
        check "Docker holds rsyslog" grep -q 'localhost/rsyslog:latest' <(curl -s --unix-socket "$socket" http://d/images/json)
        check "Docker runs it" on yard docker -H "unix://$socket" run --rm --net=host localhost/rsyslog /bin/true
        check "the registry lists rsyslog" says yard '"rsyslog"' curl -s http://registry.example.test:5000/v2/_catalog
        check "a host pulls from it" on trixie podman pull -q registry.example.test:5000/chrony
}

# reaches HOST PORT: the domain controller's port, by its name.
reaches() {
        on "$1" timeout 5 bash -c "exec 3<>/dev/tcp/dc1.example.test/$2"
}

# Asks for an SRV record, as a host: a query by hand, since the hosts have no tool for it. Prints the header's status
# (0, 3 for no such name) and the number of answers.
srv_records() {
        on "$1" bash -c '
                exec 3<>/dev/udp/10.89.7.10/53
                printf "\0\1\1\0\0\1\0\0\0\0\0\0\5_ldap\4_tcp\7example\4test\0\0\x21\0\1" >&3
                answer=$(timeout 3 head -c 12 <&3 | od -An -tu1 | tr -s " ") || exit 1
                set -- $answer
                echo "$(($4 & 15)) $7$8"'
}

ticket() {
        on dc sh -c "echo '$2' | kinit -c /tmp/ticket '$1'"
}

clock_ahead() {
        local now

        now=$(on dc ldbsearch -H ldap://dc1.example.test -s base -b '' currentTime | sed -n 's/^currentTime: \(.*\)\.0Z/\1/p')
        now=$(($(date -u -d "${now:0:8} ${now:8:2}:${now:10:2}:${now:12:2}" +%s) - $(date +%s)))
        [[ $now -ge $(($1 - 5)) && $now -le $(($1 + 5)) ]] || { echo "it is $now s ahead"; return 1; }
}

test_realm() {
        local begin

        check "the realm comes up" "$lab" up realm
        check "the hosts ask it for names" says trixie '^10.89.7.10 ' getent hosts dc1.example.test
        check "it has SRV records" test "$(srv_records trixie)" = "0 01"
        check "its people have a ticket" ticket alice Lab-Secret-1
        check "and one for the directory" on dc kvno -c /tmp/ticket ldap/dc1.example.test
        check "but not with another password" fails 1 ticket alice Lab-Secret-2
        check "a disabled one has none" fails 1 ticket disabled Lab-Secret-1
        check "Kerberos answers" reaches trixie 88
        check "a port is shut for one host" "$lab" realm port-shut 88 trixie
        check "which is refused" fails 1 reaches trixie 88
        check "the other is not" reaches bookworm 88
        check "a port is shut for all, without an answer" "$lab" realm port-shut 464 all drop
        check "nothing comes back" fails 124 reaches bookworm 464
        check "names without SRV records" "$lab" realm srv-off bookworm
        check "there is no such name" test "$(srv_records bookworm)" = "3 00"
        check "nor an address of the domain" fails 2 on bookworm getent hosts example.test
        check "but the server has its address" says bookworm '^10.89.7.10 ' getent hosts dc1.example.test
        check "the other host has them" test "$(srv_records trixie)" = "0 01"
        check "no name service" "$lab" realm dns-off
        check "and so no names" fails 2 on trixie getent hosts dc1.example.test
        check "the names are back" "$lab" realm dns-on
        check "the server is cut off from one host" "$lab" realm dc-down bookworm
        check "which does not reach it" fails 124 on bookworm timeout 2 getent hosts dc1.example.test
        check "and the other does" reaches trixie 389
        check "the server is cut off" "$lab" realm dc-down
        check "nobody is there" fails 1 on dc true
        begin=$SECONDS
        check "it is reset" "$lab" realm reset
        check "in under 15 s" test $((SECONDS - begin)) -lt 15
        check "all is as it was: 88" reaches trixie 88
        check "464" reaches bookworm 464
        check "SRV records" test "$(srv_records bookworm)" = "0 01"
        check "ten minutes ahead" "$lab" realm clock +600
        check "its clock says so" clock_ahead 600
        check "and right again" "$lab" realm clock 0
        check "its clock says so, too" clock_ahead 0
        check "no such provocation" fails 2 "$lab" realm port-shut eighty
        check "a host that is reset keeps the name server" "$lab" reset bookworm
        check "it has it" says bookworm '^nameserver 10.89.7.10' cat /etc/resolv.conf
}

boot_id() {
        on trixie cat /proc/sys/kernel/random/boot_id
}

rebooted_inside() {
        local before
        before=$(boot_id)

        on trixie systemctl reboot || true
        # A host that is on its way down says nothing at all, which is no other boot id.
        soon 60 bash -c 'id=$("$1" run trixie -- cat /proc/sys/kernel/random/boot_id); [[ -n $id && $id != "$2" ]]' _ "$lab" "$before"
}

test_life() {
        local before

        on trixie sh -c 'echo here >/etc/lab-test'
        before=$(boot_id)
        check "a host reboots" "$lab" reboot trixie
        check "its files stay" on trixie test -e /etc/lab-test
        check "its boot id is another" test "$before" != "$(boot_id)"
        check "the journal knows the boot before" says trixie '^ *-1 ' journalctl --list-boots --no-pager
        check "a host that reboots itself comes back" rebooted_inside
        check "a host is killed" "$lab" kill trixie
        check "and is off" fails 1 on trixie true
        check "and starts" "$lab" start trixie
        check "its files still are there" on trixie test -e /etc/lab-test
        check "a host is reset" "$lab" reset trixie
        check "its files are gone" fails 1 on trixie test -e /etc/lab-test
        check "its images are there" on trixie podman image exists localhost/rsyslog
        check "the other host was left alone" on bookworm test -e /etc/halfway/first.conf
}

test_copies() {
        mkdir -p "$work/stage/usr/local/bin" "$work/stage/etc/systemd/system"
        printf '#!/bin/sh\necho deployed\n' >"$work/stage/usr/local/bin/lab-test"
        chmod 755 "$work/stage/usr/local/bin/lab-test"
        printf '[Service]\nType=oneshot\nExecStart=/usr/local/bin/lab-test\n' >"$work/stage/etc/systemd/system/lab-test.service"
        check "put copies a file" "$lab" put bookworm "$work/stage/usr/local/bin/lab-test" /root/put
        check "with its mode" says bookworm '^deployed$' /root/put/lab-test
        check "deploy copies a tree" "$lab" deploy bookworm "$work/stage"
        check "and systemd knows its unit" on bookworm systemctl start lab-test.service
        check "/ keeps its mode" says bookworm '^755$' stat -c %a /
}

test_terminal() {
        check "packages for terminals" term_need
        check "a shell on a terminal" term_open shell 80x24 "$lab" tty trixie -- bash --norc
        check "shows a prompt" term_wait '[#$]$'
        term_type 'printf "\033[1;32mthe size is %s\033[0m ┌──┐ 世界\n" "$(stty size)"'
        term_keys Enter
        check "of the terminal's size" term_wait 'the size is 24 80'
        check "that follows" term_size 100x30
        term_type 'clear; stty size'
        term_keys Enter
        check "a change" term_wait '^30 100$'
        check "a picture" term_shot lab-test "$work/shots"
        check "with content" test "$(stat -c %s "$work/shots/lab-test.png" 2>/dev/null || echo 0)" -gt 1000
        check "and text" grep -q '30 100' "$work/shots/lab-test.txt"
        check "a wait that is in vain fails" fails 1 term_wait 'never' 1
        term_type 'exit 5'
        term_keys Enter
        check "the status of the program" test "$(term_wait_end 60)" = 5
        term_close
}

test_end() {
        check "the lab goes down" "$lab" down
        traces >"$work/after"
        check "nothing is left of networks, mounts, containers and rules" diff "$work/before" "$work/after"
        check "nor of processes and cgroups" test -z "$(remains)"
        check "going down twice is no error" "$lab" down
}

exec 3>&1
"$lab" down
traces >"$work/before"
test_start
test_host bookworm host1.example.test 252 4.3
test_host trixie host2.example.test 257 5
check "bookworm has no Quadlet" fails 1 on bookworm test -e /usr/lib/systemd/system-generators/podman-system-generator
check "trixie has Quadlet" on trixie test -e /usr/lib/systemd/system-generators/podman-system-generator
check "the hosts see each other" on bookworm bash -c 'exec 3<>/dev/tcp/registry.example.test/5000'
for host in bookworm trixie; do
        test_images "$host"
        test_shelf "$host"
done
test_engines
test_copies
test_terminal
test_life
test_realm
test_end
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
