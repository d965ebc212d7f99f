# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# First boot: offered on two serial ports before the login. The pages are a script's: what is looked at here is who gets which console when, and that
# nobody is locked out.

firstboot_dir=/etc/systemd/system/fairlead-firstboot.service.d

# firstboot_order SECONDS: from the next start on.
firstboot_order() {
        host sh -c "mkdir -p $firstboot_dir && cat >$firstboot_dir/50-test.conf" <<CONF
[Service]
ExecStart=
ExecStart=/usr/libexec/fairlead/fairlead-firstboot --program=/root/pages --console=ttyS1 --timeout=$1
CONF
}

firstboot_package() {
        local suite=trixie
        [[ $HOST != *bookworm ]] || suite=bookworm
        tests/lab put "$HOST" build-pack/$suite/fairlead-firstboot_[0-9]*.deb /root/debs || return
        host sh -c 'cd /root/debs && dpkg -i fairlead-firstboot_*.deb && rm -r /root/debs'
}

# Messages that somebody wants, so that it shows whether they come again.
firstboot_put() {
        firstboot_package || return
        tests/lab put "$HOST" tests/machine.d/pages /root || return
        host sh -c 'echo "kernel.printk = 5 4 1 7" >/etc/sysctl.d/50-test.conf
                printf "[Manager]\nShowStatus=yes\n" >/etc/systemd/system.conf.d/60-test.conf' || return
        firstboot_order 15
}

# What the supervisor said in this boot.
firstboot_journal() {
        host journalctl -b -o cat -u fairlead-firstboot.service
}

firstboot_said() {
        firstboot_journal | grep -qE -- "$1"
}

firstboot_printk() {
        [ "$(host cut -f 1 /proc/sys/kernel/printk)" = "$1" ]
}

firstboot_status() {
        host busctl get-property org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager ShowStatus | grep -qx "b $1"
}

# From where it was started to where the login was, in milliseconds.
firstboot_login_after() {
        local begin login
        begin=$(host systemctl show --value -p ExecMainStartTimestampMonotonic fairlead-firstboot.service)
        login=$(host systemctl show --value -p ExecMainStartTimestampMonotonic serial-getty@ttyS0.service)
        echo $(((login - begin) / 1000))
}

# firstboot_port NUMBER [REGEX]: what was printed there behind the first offer, or that there was one.
firstboot_port() {
        awk -v regex="${2:-}" '
                /Press Enter within 15 s to set up this host on this console\./ { offered = 1 }
                offered && $0 ~ regex { found = 1 }
                END { exit !found }' "${FAIRLEAD_LAB_CACHE:-/var/cache/fairlead-lab}/run/${FAIRLEAD_LAB:-lab}/$HOST/serial$1.log"
}

firstboot_never_done() {
        host test ! -e /var/lib/fairlead/firstboot.done
}

# Nobody is there: the offer, and then the login, without a person.
firstboot_alone() {
        local after
        check "the boot wants its unit" host sh -c 'systemctl daemon-reload && systemctl list-dependencies --plain multi-user.target | grep -q fairlead-firstboot.service'
        check "and starts nothing now" test "$(host systemctl show --value -p ExecMainStartTimestampMonotonic fairlead-firstboot.service)" = 0
        check_status "its unit is right" 0 host systemd-analyze verify --man=no fairlead-firstboot.service
        check_not "and nothing is said of it" grep fairlead <<<"$output"
        host sync
        step "it boots with two ports and nobody there" ports_boot two
        check "setup was offered on the first" firstboot_port 0
        check "and on the second" firstboot_port 1
        check "nobody pressed Enter" firstboot_said '^Nobody pressed Enter within 15 s; setup is offered again at the next boot$'
        check "so there is a login" until_true 100 firstboot_port 0 'login: '
        after=$(firstboot_login_after)
        echo "# the login came $((after / 1000)).$((after % 1000 / 100)) s after the offer, whose time-out is 15 s" >&3
        # 2 s on hardware; an emulated machine has other work of this one beside it.
        check "soon after the time-out" test "$after" -lt 30000
        check "nothing has failed" ports_running
        check "the kernel prints as before" firstboot_printk 5
        check "so does systemd" firstboot_status true
        check "it is not done" firstboot_never_done
}

# firstboot_enter PORT: Enter, and the pages.
firstboot_enter() {
        term_use "$1"
        term_keys C-m
        term_wait "^pages on /dev/ttyS$2, 24 80, vt220>" 100
}

firstboot_type() {
        term_type "$1"
        term_keys C-m
}

# What was on a screen before is not what comes now.
firstboot_clear() {
        local port
        for port; do
                term_use "$port"
                term_tmux send-keys -R -t "=$port:"
                term_tmux clear-history -t "=$port:"
        done
}

firstboot_offered() {
        local port
        for port in first second; do
                term_use $port
                term_wait '^Press Enter to set up this host on this console\.$' 200 || return
        done
}

# Somebody at each port.
firstboot_together() {
        firstboot_order 0
        host sync
        TERM_TYPE=vt220 term_open first 80x24 tests/lab tty "$HOST" 0 0
        TERM_TYPE=vt220 term_open second 80x24 tests/lab tty "$HOST" 0 1
        check "the machine boots again" tests/lab machine button "$HOST"
        step "setup is offered on both ports" firstboot_offered
        step "Enter on the second gives the pages there" firstboot_enter second 1
        term_use first
        try "the first says where they are" term_wait '^Setup is running on ttyS1\.$' 100 || true
        check "the kernel is quiet" until_true 200 firstboot_printk 1
        check "so is systemd" firstboot_status false
        check_not "there is no login" host systemctl is-active --quiet serial-getty@ttyS0.service
        firstboot_clear first second
        term_use second
        firstboot_type die
        step "killed pages are offered again, on both" firstboot_offered
        check "as the journal has it" firstboot_said '^Setup was killed by signal 9; it is offered again$'
        step "Enter on the first gives them there" firstboot_enter first 0
        firstboot_clear first second
        check "its cable is pulled" tests/lab machine hangup 0 "$HOST"
        step "they are offered again, on both" firstboot_offered
        check "as the journal has it" firstboot_said '^The line of ttyS0 was hung up; setup is offered again$'
        step "Enter on the first gives them there" firstboot_enter first 0
}

firstboot_shell() {
        term_use first
        firstboot_type shell
        term_wait '^# *$' 100 || return
        firstboot_type "echo here \$((40 + 2)) >/dev/tty"
        term_wait '^here 42$' 100 || return
        firstboot_clear first
        firstboot_type exit
        term_wait '^pages on /dev/ttyS0' 100
}

firstboot_later() {
        step "a shell comes back to them" firstboot_shell
        firstboot_type later
        step "put off, they give way to the login" term_wait 'login: *$' 200
        check "the machine has booted" until_true 200 ports_running
        check "the kernel prints as before" firstboot_printk 5
        check "so does systemd" firstboot_status true
        check "it is not done" firstboot_never_done
        check "as the journal has it" firstboot_said '^Setup was put off on ttyS0 until the next boot$'
}

# At a start by hand, which is as at a boot.
firstboot_finish_pages() {
        host systemctl stop serial-getty@ttyS0.service
        firstboot_clear first second
        host systemctl restart --no-block fairlead-firstboot.service
        step "started again, it is offered on both" firstboot_offered
        check "the kernel is quiet" firstboot_printk 1
        host systemctl kill --kill-whom=main --signal=KILL fairlead-firstboot.service
        check "it is killed, and the kernel prints as before" until_true 60 firstboot_printk 5
        check "so does systemd" until_true 60 firstboot_status true
        host systemctl reset-failed fairlead-firstboot.service
        firstboot_clear first second
        host systemctl restart --no-block fairlead-firstboot.service
        step "started again, it is offered on both" firstboot_offered
        step "Enter on the second gives the pages there" firstboot_enter second 1
        firstboot_type finish
        check "they are finished" until_true 100 host test -e /var/lib/fairlead/firstboot.done
        check_status "which is written down" 0 host cat /var/lib/fairlead/firstboot.done
        check_text "with where it was" '^outcome=finished console=ttyS1 time=2[-0-9]*T[0-9:]*Z $' "$(tr '\n' ' ' <<<"$output")"
        term_end
        host systemctl restart fairlead-firstboot.service
        check_not "and not offered again" host systemctl is-active --quiet fairlead-firstboot.service
        check "since it is done" test "$(host systemctl show --value -p ConditionResult fairlead-firstboot.service)" = no
}

part_firstboot() {
        step "the package for first boot is installed" firstboot_put
        firstboot_alone
        firstboot_together
        firstboot_later
        firstboot_finish_pages
        tests/lab machine ports one "$HOST"
        # What was put aside has that port.
        tests/lab kill "$HOST"
}
