# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# A second serial port, with a console of its own; the reset button; a port that only the kernel's list has; none at all.

# ports_boot PORTS: the power is cut, and the machine boots with these.
ports_boot() {
        tests/lab machine ports "$1" "$HOST" && power_cut
}

ports_running() {
        [ "$(host systemctl is-system-running)" = running ]
}

# Two administrators at two ports; the cable of one of them is pulled.
ports_two() {
        step "it boots with two ports" ports_boot two
        host systemctl start serial-getty@ttyS1.service
        step "the console comes up on the first" line_open first 0 0
        step "and on the second" line_open second 0 1
        check_status "install chrony" 0 host fairlead install chrony --yes
        try "the second shows it" term_wait '> chrony +running' 60 || true
        term_use first
        try "so does the first" term_wait '> chrony +running' 60 || true
        check "the cable of the second is pulled" tests/lab machine hangup 1 "$HOST"
        check "one console is left" until_true 60 ports_consoles 1
        term_keys 4
        try "the first" term_wait '^  JOB +STATE' 60 || true
        term_use second
        try "and the second has a login again" term_wait 'login: *$' 100 || true
        term_end
}

ports_consoles() {
        [ "$(host pgrep -c -x fairlead)" = "$1" ]
}

# Lines that are longer than the terminal is wide are several.
ports_reads() {
        term_screen | tr -d ' \n' | grep -F -- "${1// /}"
}

# The processor begins anew; the disk's cache stays, unlike as when the power is cut.
ports_button() {
        step "an install is begun" begin broken/endless
        check "its installer writes into /etc" until_true 100 host test -e /etc/endless/state
        check "the reset button is pressed" tests/lab machine button "$HOST"
        check "the machine boots" tests/lab start "$HOST"
        check "the job is interrupted" is_state "$job" interrupted
        TERM_TYPE=vt220 term_open first 80x24 tests/lab tty "$HOST"
        step "who logs in at the port" line_login
        check "reads what to do" ports_reads "fairlead rollback $job"
        term_end
        check_status "which is done" 0 host fairlead rollback "$job"
        check_not "what the installer wrote is gone" host test -e /etc/endless
        check_status "chrony, which was running, runs" 0 host systemctl is-active chrony.service
}

# ports_refuses DEVICE: a program with a screen says that there is none, and does not wait for it.
ports_refuses() {
        check_status "a console on $1 says that this is no terminal" 2 host sh -c "exec timeout 60 fairlead <>$1 >&0"
        check_text "in a sentence" '^fairlead: .*terminal' "$output"
}

ports_phantom() {
        step "it boots with the kernel's console on a port that is not there" ports_boot phantom
        check "nothing has failed" ports_running
        ports_refuses /dev/ttyS1
        host systemctl start serial-getty@ttyS0.service
        step "the console comes up on the port that is" line_open first 0 0
        term_end
}

ports_none() {
        step "it boots without a port" ports_boot none
        check "nothing has failed" ports_running
        ports_refuses /dev/ttyS0
        check_status "uninstall chrony" 0 host fairlead uninstall chrony --yes
}

part_ports() {
        ports_two
        ports_button
        ports_phantom
        ports_none
        tests/lab machine ports one "$HOST"
        # What was put aside has that port.
        tests/lab kill "$HOST"
}
