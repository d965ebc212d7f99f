# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# First boot with the pages of the program, by keys at the serial port: a service from a stick without a network, a join of the lab's domain, a user of it
# logs in; the next boot offers no setup. Meanwhile the pages are killed, and the line is lost while a job runs.

# shellcheck source=tests/e2e/walk-realm.sh
source tests/e2e/walk-realm.sh

wizard_keys=0

# wizard_key KEY…: keys that count.
wizard_key() {
        wizard_keys=$((wizard_keys + $#))
        term_keys "$@"
}

# wizard_page TITLE: of the setup.
wizard_page() {
        term_wait "^Setup  $1 +page [0-9]+ of [0-9]+"
}

# wizard_skip TITLE: on to that page.
wizard_skip() {
        wizard_key C-o
        wizard_page "$1"
}

# A service in an archive that no store of the machine has.
wizard_archive() {
        mkdir -p "$work/stick"
        host sh -c 'set -e
                tar -C / -cf /root/layer.tar usr/bin/busybox
                podman import -q -c "LABEL summary=\"A service from a stick\"" -c "LABEL RUN=\"podman run -d --name NAME IMAGE\"" \
                        -c "CMD [\"/usr/bin/busybox\", \"sleep\", \"1000000\"]" /root/layer.tar localhost/watch:1
                podman save -q --format oci-archive -o /root/watch localhost/watch:1
                podman rmi -f localhost/watch:1
                rm /root/layer.tar' || return
        host cat /root/watch >"$work/stick/watch" && host rm /root/watch
}

# What whoever builds such an appliance gives it: where sticks are mounted, and a catalog that says what is on them.
wizard_appliance() {
        host sh -c 'mkdir -p /media/stick /etc/fairlead/catalog.d && cat >/etc/systemd/system/media-stick.mount' <<'UNIT' || return
[Mount]
What=/dev/disk/by-label/IMAGES
Where=/media/stick
Options=ro
[Install]
WantedBy=dev-disk-by\x2dlabel-IMAGES.device
UNIT
        host sh -c 'cat >/etc/fairlead/catalog.d/stick.json && systemctl -q enable media-stick.mount && sync' <<'JSON'
{ "title": "On the stick", "images": [ { "reference": "oci-archive:/media/stick/watch", "title": "A watch" } ] }
JSON
}

wizard_network() {
        tests/lab machine monitor set_link "{\"name\":\"net\",\"up\":$1}" "$HOST"
}

wizard_offered() {
        term_wait '^Press Enter (within [0-9]+ s )?to set up this host on this console\.$' 300
}

# What the port printed since the last start.
wizard_log() {
        tail -c "+$((wizard_mark + 1))" "$(line_log)"
}

wizard_start() {
        wizard_mark=$(line_bytes)
        "$@"
}

# Pages that were killed are on the screen still. The language is asked first, where the host has none.
wizard_enter() {
        firstboot_clear port
        wizard_key C-m
        wizard_page '(Language.*|Host name)' || return
        ! term_matches '^Setup  Language' || wizard_skip 'Host name'
}

# Each page, and what it costs; then back to the first one.
wizard_pages() {
        local title before most=0
        for title in Network Time 'Login of root' Services Realm Summary; do
                before=$(line_bytes)
                wizard_skip "$title" || return
                until_true 60 line_still || return
                echo "# $title: $(($(line_bytes) - before)) bytes" >&3
                [ $(($(line_bytes) - before)) -le "$most" ] || most=$(($(line_bytes) - before))
        done
        wizard_most=$most
        for title in Realm Services 'Login of root' Time Network 'Host name'; do
                term_keys Escape
                wizard_page "$title" || return
        done
}

# Without a network, and without a name that is typed.
wizard_install() {
        wizard_enter || return
        wizard_skip Network || return
        wizard_skip Time || return
        wizard_skip 'Login of root' || return
        wizard_skip Services || return
        seen "services of a new host"
        wizard_key c
        term_wait '^> .*A watch' || return
        wizard_key Enter
        term_wait 'Its command labels' || return
        wizard_key i
        term_wait 'page 1 of 3: what it does' || return
        wizard_key Enter
        term_wait '> Service name' || return
        wizard_key C-d
        term_wait 'exactly what will run' || return
        wizard_key Enter
        term_wait '\[ Install' || return
        seen "the consent of a new host"
        wizard_key y
        term_wait 'watch is installed; .* runs' 300
}

# The line with the title.
wizard_title() {
        term_screen | sed -n 2p
}

wizard_turned() {
        [ "$(wizard_title)" != "$1" ] && line_still
}

# q leads from wherever it is to the setup; there it would ask whether to leave it.
wizard_back() {
        local title
        for _ in {1..6}; do
                until_true 60 line_still || return
                title=$(wizard_title)
                [[ $title != Setup* ]] || return 0
                term_keys q
                until_true 60 wizard_turned "$title" || return
        done
        echo "six times q did not lead to the setup"
        return 1
}

wizard_to_realm() {
        wizard_back || return
        term_keys Enter
        wizard_page Realm || return
        term_wait 'this host is in none' || return
        seen "the realm of a new host"
        term_keys j
        walk_join_answers || return
        walk_preflight || return
        walk_password "$password" || return
        term_wait '^Job '
}

wizard_joined() {
        host fairlead jobs | grep -qE '^[0-9a-f-]+ +join .* done '
}

# From the first page to the last one.
wizard_finish() {
        local title
        wizard_enter || return
        for title in Network Time 'Login of root' Services Realm; do
                wizard_skip "$title" || return
        done
        term_wait '^ +Realm +EXAMPLE\.TEST' || return
        wizard_skip Summary || return
        term_wait 'Can log in ' || return
        term_wait 'Services +.*watch' || return
        seen "the summary of a new host"
        term_keys Enter
        term_wait 'login: *$' 300
}

wizard_login() {
        until_true 100 line_asks || return
        term_type "alice@$domain"
        term_keys Enter
        term_wait 'Password: *$' 60 || return
        term_type "$password"
        term_keys Enter
        term_wait '\$ *$' 150 || return
        # shellcheck disable=SC2016
        term_type 'clear; echo "here is $(id -un)"'
        term_keys Enter
        term_wait '^here is alice(@example\.test)?$' 60
}

# The pages are killed; the line is lost, and found again by somebody else.
wizard_mishaps() {
        check "the machine can be reached before its setup has ended" until_true 200 host true
        check "the pages are killed" host pkill -KILL -x fairlead
        step "and offered again" wizard_offered
        check "as the journal has it" firstboot_said '^Setup was killed by signal 9; it is offered again$'
        step "they come again" wizard_enter
        term_close
        TERM_TYPE=vt220 term_open port 80x24 tests/lab tty "$HOST" 0 0
        term_keys C-l
        step "who comes to the port later finds them as they were" wizard_page 'Host name'
        host pkill -KILL -x fairlead
        step "they are offered again" wizard_offered
}

# By keys, in under twenty of them.
wizard_service() {
        check "the network is away" wizard_network false
        wizard_keys=0 wizard_bytes=$(line_bytes)
        step "from Enter to a service from a stick" wizard_install
        wizard_bytes=$(($(line_bytes) - wizard_bytes))
        echo "# it took $wizard_keys keys and $wizard_bytes bytes" >&3
        check "in under 20 keys" test "$wizard_keys" -lt 20
        check "the network is there" wizard_network true
        check "and reaches the machine" until_true 100 host true
        # It has the time of when it was put aside.
        host date -s "@$(date +%s)"
        check "the service runs" host systemctl is-active --quiet watch.service
        check_not "nobody logs in yet" host systemctl is-active --quiet serial-getty@ttyS0.service
}

wizard_realm() {
        local begin
        begin=$(line_bytes)
        step "a join of the domain by keys" wizard_to_realm
        wizard_bytes=$((wizard_bytes + $(line_bytes) - begin))
        echo "# with the install it took $wizard_bytes bytes" >&3
        check "both in less than 60 KB" test "$wizard_bytes" -lt 61440
        check "its line is lost meanwhile" tests/lab machine hangup 0 "$HOST"
        step "setup is offered again" wizard_offered
        check "as the journal has it" firstboot_said '^The line of ttyS0 was hung up; setup is offered again$'
        check "the join goes on to its end" until_true 300 wizard_joined
        check "the computer has an account" has_account
        step "setup shows it, and is finished" wizard_finish
        check_status "which is written down" 0 host cat /var/lib/fairlead/firstboot.done
        check_text "with where it was" '^outcome=finished console=ttyS0 ' "$(tr '\n' ' ' <<<"$output")"
        step "a user of the domain logs in at the port" wizard_login
        check_text "each change was a job" 'install.*watch.*done|watch.*install.*done' "$(host fairlead jobs)"
        check_nowhere "the password is nowhere" "$password"
        term_end
}

wizard_next_boot() {
        host sync
        step "it boots again, without the stick" wizard_start tests/lab reboot "$HOST"
        check "to a login" until_true 200 eval "wizard_log | grep -q 'login: '"
        check_not "no setup is offered" eval "wizard_log | grep -q 'Press Enter'"
        check "since it is done" test "$(host systemctl show --value -p ConditionResult fairlead-firstboot.service)" = no
        check "the service runs" host systemctl is-active --quiet watch.service
        check "a user of the domain is known" until_true 100 host getent passwd "alice@$domain"
        check "nothing has failed" until_true 200 ports_running
}

part_wizard() {
        step "the package for first boot is installed" firstboot_package
        step "a service is put on a stick" wizard_archive
        step "and known to the host" wizard_appliance
        check "the stick is plugged in" tests/lab machine plug IMAGES ext4 "$work/stick" "$HOST"
        with_realm
        forget_account
        host sync
        TERM_TYPE=vt220 term_open port 80x24 tests/lab tty "$HOST" 0 0
        step "the machine boots" wizard_start tests/lab machine button "$HOST"
        step "setup is offered" wizard_offered
        step "Enter gives its pages" wizard_enter
        seen "the first page of a new host"
        step "and each of them" wizard_pages
        check "in 1,000 bytes at most" test "$wizard_most" -le 1000
        wizard_mishaps
        wizard_service
        wizard_realm
        wizard_next_boot
}
