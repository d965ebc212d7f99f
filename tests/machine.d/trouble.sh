# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# Trouble that only a kernel of its own has: memory that runs out, pressure, a limit of processor time that is reached, and a boot behind a power
# cut.

# trouble_has ID: a line that does not sleep.
trouble_has() {
        output=$(host fairlead status --json) || true
        json "any(t['id'] == '$1' and not t['until'] for t in d['trouble'])"
}

# trouble_words ID: its sentence.
trouble_words() {
        python3 -c 'import json, sys
print([t["sentence"] for t in json.loads(sys.argv[1])["trouble"] if t["id"] == sys.argv[2]][0])' "$output" "$1"
}

# trouble_unit NAME LINE…: a unit of this boot that is started.
trouble_unit() {
        printf '%s\n' '[Service]' "${@:2}" | host sh -c "cat >/run/systemd/system/$1.service && systemctl daemon-reload && systemctl start $1.service"
}

part_trouble() {
        # A minute's share of waiting, which a slow machine has at once.
        host mkdir -p /etc/fairlead
        host sh -c 'printf "[pressure]\ncpu = 10\n" >/etc/fairlead/trouble.conf'
        trouble_unit e2e-eats 'MemoryMax=24M' 'MemorySwapMax=0' "ExecStart=/bin/sh -c 'x=x; while :; do x=\$\$x\$\$x; done'"
        try "a process that is killed for want of memory is seen" until_true 120 trouble_has oom-kill:e2e-eats.service || true
        check_text "with its unit" 'e2e-eats.service.*memory ran out$' "$(trouble_words oom-kill:e2e-eats.service)"
        trouble_unit e2e-throttled 'CPUQuota=10%' "ExecStart=/bin/sh -c 'while :; do :; done'"
        try "a unit that is at its limit of processor time is seen" until_true 180 trouble_has throttled:e2e-throttled.service || true
        check_text "with its share" '^e2e-throttled.service used up its limit of processor time in [0-9]+ % of its periods$' \
                "$(trouble_words throttled:e2e-throttled.service)"
        host systemctl stop e2e-throttled.service
        trouble_unit e2e-busy "ExecStart=/bin/sh -c 'for i in 1 2 3 4 5 6; do while :; do :; done & done; wait'"
        try "that tasks wait for a processor is seen" until_true 180 trouble_has pressure:cpu || true
        check_text "with its share" '^Tasks waited for a processor [0-9]+ % of the last minute$' "$(trouble_words pressure:cpu)"
        host systemctl stop e2e-busy.service
        host rm /etc/fairlead/trouble.conf
        host journalctl --sync
        check "the power is cut, and the machine boots" power_cut
        check "that it was not shut down is seen" until_true 60 trouble_has unclean-boot:host
        try "the console comes up" walk_open "$HOST" || true
        try "and shows it" term_wait 'This host was not shut down before its last boot' || true
        walk_close || true
        host systemctl reboot || true
        check "the machine boots again" until_true 400 eval 'host true && ! trouble_has unclean-boot:host'
}
