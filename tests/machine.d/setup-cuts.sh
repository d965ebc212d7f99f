# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: LGPL-2.1-or-later
# The power fails somewhere in a first boot in which a service is installed: from the reset button to the end of the setup. The boot behind it comes to a
# login, and the world is the one before the install or the one behind it (as in cuts.sh, whose functions these use); setup is done, or offered again.

setup_cuts_passed=0 setup_cuts_span=0

setup_cuts_prepare() {
        cuts_at=''
        firstboot_package || return
        tests/lab put "$HOST" tests/machine.d/world tests/machine.d/settle /root/machine.d || return
        printf '%s\n' '{ "services": [ { "image": "localhost/rsyslog", "mode": "local" } ] }' | host sh -c 'cat >/root/answers.json' || return
        host sh -c "mkdir -p $firstboot_dir && cat >$firstboot_dir/50-test.conf && systemctl daemon-reload" <<'CONF' || return
[Service]
ExecStart=
ExecStart=/usr/libexec/fairlead/fairlead-firstboot "--program=/usr/bin/fairlead firstboot --answers /root/answers.json" --timeout=15
CONF
        cuts_put_aside pristine
}

# The machine as it was before its first boot, with somebody at its port, and the reset button pressed.
setup_cuts_begin() {
        term_end
        cuts_load pristine || return
        TERM_TYPE=vt220 term_open port 80x24 tests/lab tty "$HOST" 0 0
        tests/lab machine button "$HOST"
}

setup_cuts_press() {
        term_matches '^Press Enter within' || return
        term_keys C-m
}

setup_cuts_is_done() {
        host test -e /var/lib/fairlead/firstboot.done
}

setup_cuts_uncut() {
        local begin
        begin=$(date +%s%N)
        setup_cuts_begin || return
        until_true 300 setup_cuts_press || return
        until_true 300 setup_cuts_is_done || return
        setup_cuts_span=$((($(date +%s%N) - begin) / 1000000))
        until_true 200 ports_running || return
        cuts_world "$work/behind.setup"
}

# setup_cuts_spend MS: so much of a first boot goes by; whoever is at the port presses Enter when setup is offered.
setup_cuts_spend() {
        local end pressed=''
        end=$(($(date +%s%N) / 1000000 + $1))
        while [ $(($(date +%s%N) / 1000000)) -lt "$end" ]; do
                [ -n "$pressed" ] || ! setup_cuts_press || pressed=yes
                sleep 0.05
        done
}

setup_cuts_login() {
        wizard_log | grep -q 'login: '
}

# What the cut left: $outcome names the world that is due. A boot that was cut before its install has no job.
setup_cuts_settle() {
        job=$(host fairlead jobs | grep -oE '^[0-9]{8}-[0-9]{6}-[0-9a-f]{8}' | sort | tail -n 1) || true
        output="no job" outcome=pristine
        [ -z "$job" ] || cuts_settle install "$1" || return
        [ "$outcome" != behind.install.timeless ] || outcome=behind.setup.timeless
}

setup_cuts_done_or_offered() {
        case $outcome in
        pristine) ! setup_cuts_is_done && firstboot_said '^Nobody pressed Enter within 15 s; setup is offered again' ;;
        *) setup_cuts_is_done || firstboot_said '^Nobody pressed Enter within 15 s; setup is offered again' ;;
        esac
}

# setup_cuts_one NUMBER PERMILLE WAY
setup_cuts_one() {
        local wait what outcome='' begin=$SECONDS
        wait=$((setup_cuts_span * $2 / 1000))
        what="cut $1, after $((wait / 1000)).$((wait / 100 % 10)) s of a first boot"
        echo "# cut $1 of $cuts: --seed $seed --from $1; $wait ms of $setup_cuts_span ($2 ‰), then $3"
        try "$what: it boots" setup_cuts_begin || return 0
        setup_cuts_spend "$wait"
        term_end
        try "$what: the power is cut, and the machine boots" wizard_start power_cut || return 0
        check "$what: there is a login" until_true 100 setup_cuts_login
        try "$what: the job comes to an end" setup_cuts_settle "$3" || return 0
        check "$what: the world is \"${outcome%.timeless}\"" cuts_same "$outcome"
        check "$what: setup is done, or offered again" setup_cuts_done_or_offered
        echo "# $(paste -sd' ' <<<"$output"); $((SECONDS - begin)) s"
}

part_setup_cuts() {
        local i was ways=(rollback resume) fraction=() way=()
        echo "# --seed $seed"
        RANDOM=$seed
        for ((i = 0; i < cuts; i++)); do
                fraction+=($((RANDOM % 1000)))
                way+=("${ways[RANDOM % 2]}")
        done
        step "a setup with an answer file is the machine's first boot" setup_cuts_prepare
        step "a first boot without a power cut" setup_cuts_uncut
        echo "# it takes $((setup_cuts_span / 1000)) s"
        trap 'cuts_ended setup-cuts $((i + 1))' INT TERM
        for ((i = from - 1; i < cuts; i++)); do
                was=$checks_failed
                setup_cuts_one $((i + 1)) "${fraction[i]}" "${way[i]}"
                [ "$checks_failed" -ne "$was" ] || setup_cuts_passed=$((setup_cuts_passed + 1))
        done
        trap - INT TERM
        echo "# $setup_cuts_passed of $((cuts - from + 1)) power cuts passed"
        check_status "behind the last cut the same answers lead to the end" 0 host fairlead firstboot --answers /root/answers.json
        check "the world is that of a boot that was not cut" cuts_same behind.setup.timeless
        tests/lab kill "$HOST"
}
