#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What actions on units report, on a real systemd with real generators: enable and disable of a service's own unit and of each other kind,
# through a reboot, an upgrade's restart and an uninstall; names; and failures with the lines that say why.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh

for image in dies dies-later boots; do
        build_image $image
done
before=$(mktemp)
host_tree >"$before"

# says WHAT REGEX: the last output has it.
says() {
        check_text "$1" "$2" "$output"
}

boot_of() {
        host fairlead services --json | python3 -c 'import json, sys
print([s["at_boot"] for s in json.load(sys.stdin) if s["name"] == sys.argv[1]][0])' "$1"
}

# ---- failures ----

check_status "a service that cannot start is not installed" 1 host fairlead install localhost/dies --yes
says "the result has the program's last line" '^ *hint: Its log says: config line 3: bad option'
says "the log has it before the rollback" '  \| config line 3: bad option'
check_status "status of it names the job" 4 host fairlead status dies
says "with its reason" 'install, job [0-9]{8}-.*'
says "and its last line" 'config line 3: bad option'
check_same_tree "everything was restored" "$before"

host mkdir -p /run/e2e-die
check_status "a service that fails later is installed" 0 host fairlead install localhost/dies-later --yes
# Restart=on-failure starts it five times before systemd gives it up
host touch /run/e2e-die/now
check "it fails" until_true 60 host systemctl is-failed --quiet dies-later.service
check_status "status of it" 0 host fairlead status dies-later
says "says why" 'why +cannot bind port'
check_status "services as JSON" 0 host fairlead services --json
says "has it, too" '"reason": ".*: cannot bind port"'
check_status "uninstall it" 0 host fairlead uninstall dies-later --yes
host rm -r /run/e2e-die

if host test -x /usr/lib/systemd/system-generators/podman-system-generator; then
        host sh -c 'mkdir -p /etc/containers/systemd && echo junk >/etc/containers/systemd/foreign.container'
        check_status "with a broken foreign .container no unit is made" 1 host fairlead install localhost/boots --yes
        says "the generator is quoted" 'hint: It says: .*/etc/containers/systemd/foreign.container'
        host rm /etc/containers/systemd/foreign.container
        host systemctl daemon-reload
fi

# ---- a service of fairlead's own ----

check_status "install boots" 0 host fairlead install localhost/boots --yes
check "it starts at boot" test "$(boot_of boots)" = yes
check_status "disable it" 0 host fairlead disable boots
says "which says what came of it" '^boots.service was disabled.*; at boot: no'
check_status "again" 0 host fairlead disable boots
says "which changes nothing" '^boots.service is disabled already; at boot: no'
check "services say so" test "$(boot_of boots)" = no
check "it still runs" host systemctl is-active --quiet boots.service
tests/lab reboot "$HOST"
check "the host is up" until_true 60 host systemctl is-active --quiet multi-user.target
check_not "it did not start at boot" host systemctl is-active --quiet boots.service
check_status "status of it" 0 host fairlead status boots
says "says why" 'at boot +no'
check_status "enable it" 0 host fairlead enable boots
says "which says what came of it" '^boots.service was enabled.*; at boot: yes'
check_status "disable it once more" 0 host fairlead disable boots
if host test -e /etc/containers/systemd/boots.container; then
        job=$(host fairlead jobs | awk '$2 == "disable" && !n++ { print $1 }')
        check_status "the job of it is rolled back" 0 host fairlead rollback "$job" --yes
        check "and it starts at boot again" test "$(boot_of boots)" = yes
        check_status "disable it for the uninstall" 0 host fairlead disable boots
fi
check_status "uninstall it" 0 host fairlead uninstall boots --yes
left() {
        host find /etc \( -name '*boots*' -o -name '*e2e*' -o -name 'foreign*' \)
}
check "nothing of it is left" test -z "$(left)"

# ---- other kinds of units ----

host sh -c 'cat >/etc/systemd/system/e2e@.service' <<'UNIT'
[Unit]
Description=Instance %i
[Service]
ExecStart=/bin/sleep 1000
[Install]
WantedBy=multi-user.target
UNIT
host sh -c 'cat >/etc/init.d/e2escript && chmod 755 /etc/init.d/e2escript' <<'SCRIPT'
#!/bin/sh
### BEGIN INIT INFO
# Provides:          e2escript
# Required-Start:
# Required-Stop:
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: A script of the old kind
### END INIT INFO
exit 0
SCRIPT
if host test -x /usr/lib/systemd/system-generators/podman-system-generator; then
        host sh -c 'mkdir -p /etc/containers/systemd; printf "[Container]\nImage=localhost/base\n[Install]\nWantedBy=multi-user.target\n" \
                >/etc/containers/systemd/foreign.container; systemctl daemon-reload'
        check_status "a foreign generated unit is not disabled" 1 host fairlead disable foreign
        says "the way out is named" 'foreign.container.*|mask it'
        check_status "mask is that way" 0 host fairlead mask foreign
        check "systemd agrees" host sh -c 'test "$(systemctl is-enabled foreign.service)" = masked'
        check_status "and back" 0 host fairlead unmask foreign
        host rm /etc/containers/systemd/foreign.container
fi
host systemctl daemon-reload
check_status "a static unit is not disabled" 1 host fairlead disable systemd-journald
says "it says that it is static" 'its state is static'
check_status "an alias is restarted" 0 host fairlead restart dbus-org.freedesktop.login1
says "under its own name" '^systemd-logind.service was restarted; dbus-org'
check_status "a template is not started" 2 host fairlead start e2e@.service
says "it asks for an instance" 'Name one: e2e@NAME.service'
check_status "an odd name is escaped" 0 host fairlead start 'e2e@[bar]'
says "with a note" 'is escaped as "e2e@\\x5bbar\\x5d.service"'
check_status "an escaped one is taken as it is" 0 host fairlead start 'e2e@a\x2db.service' e2e@a-b
check_status "units lists them" 0 host fairlead units 'e2e@*'
says "the template, too" '^e2e@.service +template'
says "as systemctl takes them, and unescaped" '^e2e@a\\x2db.service .*e2e@a-b.service: Instance'
check_status "an instance is enabled" 0 host fairlead enable e2e@one
says "with what systemd changed" 'made /etc/systemd/system/multi-user.target.wants/e2e@one.service'
check_status "and disabled" 0 host fairlead disable e2e@one
check_status "a masked unit is not started" 0 host fairlead mask e2e@one
check_status "it is not" 1 host fairlead start e2e@one
says "the way out is named" 'Unmask it first'
check_status "unmask it" 0 host fairlead unmask e2e@one
host sh -c 'printf "[Service]\nType=oneshot\nExecStart=/bin/sh -c \"echo no port given >&2; exit 3\"\n" >/etc/systemd/system/e2e-fails.service
        systemctl daemon-reload'
check_status "a unit that fails at its start" 1 host fairlead start e2e-fails
says "is quoted" 'hint: Its log says: no port given'
check_status "a unit that is not there" 4 host fairlead start e2enowhere
# A loop that systemd does not give up: between two runs, and while the next one is under way.
host sh -c 'printf "[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/bin/sh -c \"echo no port given >&2; sleep 2; exit 3\"\nRestart=always\nRestartSec=2\n" >/etc/systemd/system/e2e-loops.service
        systemctl daemon-reload; systemctl start e2e-loops.service'
loops() {
        host fairlead status e2e-loops.service >/run/e2e-loops.$$ 2>&1
        grep -Eq "^  state +$1" /run/e2e-loops.$$ && grep -Eq '^  run before +no port given' /run/e2e-loops.$$
}
check "a restart loop has its reason while it waits" until_true 60 loops activating
check "and in the next run" until_true 60 loops active
rm -f /run/e2e-loops.$$
host sh -c 'systemctl stop e2e-loops.service; rm -f /etc/systemd/system/e2e-loops.service; systemctl daemon-reload'
if host test -x /usr/sbin/update-rc.d; then
        check_status "a script of init.d is enabled" 0 host fairlead enable e2escript
        says "its state was read" 'e2escript.service was enabled.*; at boot: yes'
        check_status "and disabled" 0 host fairlead disable e2escript
        says "its state was read again" 'e2escript.service was disabled.*; at boot: no'
        host update-rc.d -f e2escript remove
fi
# ---- a unit of a user whose manager runs without a session ----
# shellcheck disable=SC2016  # the host says who ann is
host sh -c 'useradd -m ann && mkdir -p /home/ann/.config/systemd/user &&
        printf "[Service]\nType=oneshot\nExecStart=/bin/sh -c \"echo hello from ann; sleep 1\"\n" >/home/ann/.config/systemd/user/e2e-hello.service &&
        chown -R ann: /home/ann && systemctl start "user@$(id -u ann)"'
check_status "a unit of a user is started" 0 host fairlead start --user ann e2e-hello
hello() {
        host fairlead logs --user ann e2e-hello | grep -q 'hello from ann'
}
check "its log is read" until_true 20 hello
check_status "its user edits it" 1 host fairlead edit --user ann e2e-hello
says "with the reason" 'e2e-hello.service is a unit of user ann: only that user edits it'
says "and the command" 'runuser -u ann -- env XDG_RUNTIME_DIR=/run/user/[0-9]+ systemctl --user edit e2e-hello.service'
check_status "a user without a manager" 4 host fairlead logs --user nobody e2e-hello
# shellcheck disable=SC2016  # likewise
host sh -c 'systemctl stop "user@$(id -u ann)"; userdel -r ann 2>/dev/null'

host sh -c 'systemctl stop "e2e@*"; systemctl reset-failed e2e-fails.service
        rm -f /etc/init.d/e2escript /etc/systemd/system/e2e@.service /etc/systemd/system/e2e-fails.service; systemctl daemon-reload'
check "nothing of all this is left" test -z "$(left)"
rm -f "$before"
finish
