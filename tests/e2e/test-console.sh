#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The console by keys in a terminal of 80x24, on a real host: images, plan, form, install, unit, log, restart of the host, uninstall.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
source tests/e2e/walk.sh
trap term_end EXIT
term_need

# After a deployment into /usr systemd writes /etc/.updated and ld.so.cache at the next start: not our change.
tests/lab reboot "$HOST"
before=$(mktemp)
host_tree >"$before"
host rm -f /var/log/fairlead-lab/messages

step "the console comes up" walk_open "$HOST"
step "it says what is there: nothing yet" term_wait 'No service is installed yet'
step "image, labels and plan are shown" walk_to_plan rsyslog
step "the form asks" walk_answer
step "back loses nothing, and the last look comes" walk_review
step "it installs with live output" walk_install rsyslog
check "the unit is active" host systemctl is-active --quiet rsyslog.service
host logger "console test $$"
check "what logger says is in the file the container writes" until_true 10 host grep -q "console test $$" /var/log/fairlead-lab/messages
step "stop and start" walk_stop_start rsyslog

# What happens outside appears by itself.
host systemctl stop rsyslog.service
try "a stop from outside appears" term_wait 'rsyslog +stopped' || true
host systemctl start rsyslog.service
try "so does a start" term_wait 'rsyslog +running' || true
term_keys 2
try "the images are listed" term_wait 'localhost/chrony|localhost/rsyslog|localhost/broken' || true
host sh -c 'podman create --name aaa-new localhost/chrony:latest && podman commit -q aaa-new localhost/broken/atnew:1 && podman rm aaa-new' >/dev/null 2>&1
try "an image that comes appears" term_wait 'localhost/broken/atnew' || true
host podman rmi localhost/broken/atnew:1 >/dev/null
try "one that goes disappears" term_wait_gone 'localhost/broken/atnew' || true
host systemctl stop podman.socket podman.service
try "an engine that goes is shown" term_wait 'the list is old' || true
seen engine-gone
host systemctl start podman.socket
try "and found again" term_wait_gone 'the list is old' 30 || true
walk_home || true
# A terminal of any size, while it is open.
term_size 40x12
try "it is usable at 40x12" term_wait '> rsyslog +running' || true
term_keys 3
try "so are the units" term_wait '^  UNIT +STATE' || true
walk_home || true
term_size 132x43
try "and at 132x43" term_wait '> rsyslog +running' || true
term_size 80x24
check "it is active after the start" host systemctl is-active --quiet rsyslog.service
step "the log is shown" walk_log 'rsyslogd|Started|container'
step "the unit is shown" walk_unit rsyslog
step "help, palette and jobs are shown" walk_around
step "the console closes" walk_close

tests/lab reboot "$HOST"
check "after a restart of the host it is active" until_true 60 host systemctl is-active --quiet rsyslog.service
host logger "after the restart $$"
check "and writes" until_true 15 host grep -q "after the restart $$" /var/log/fairlead-lab/messages

step "the console comes up again" walk_open "$HOST"
step "and shows it running" term_wait 'rsyslog +running'
step "it uninstalls" walk_uninstall rsyslog
step "nothing is left of it" term_wait 'No service is installed yet'
step "and closes" walk_close
check_same_tree "/etc and /usr/local are as before" "$before"
check_not "no unit is left" host systemctl cat rsyslog.service
check_not "no container is left" host podman container exists rsyslog
rm -f "$before"
finish
