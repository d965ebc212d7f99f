# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: LGPL-2.1-or-later
# The machine in the lab's network: an image of the registry is installed, and the domain joined, by keys at the machine's serial port.

# shellcheck source=tests/e2e/walk-realm.sh
source tests/e2e/walk-realm.sh

lab_quit() {
        term_keys q
        term_wait 'root@host[0-9]*:~# ' 100
}

lab_console() {
        term_type 'clear; TERM=vt220 fairlead'
        term_keys Enter
        term_wait '^  SERVICE +STATE|^No service is installed' 100
}

lab_pull() {
        term_type 'podman pull -q registry.example.test:5000/rsyslog:latest && echo pull""ed'
        term_keys Enter
        term_wait '^pulled' 200
}

lab_install() {
        term_keys 2
        term_wait '^  IMAGE ' || return
        term_keys /
        term_wait 'Filter:' || return
        term_type registry.example
        term_keys Enter
        # a name that is too long for 80 columns is cut in its middle
        term_wait '> registry\.[^ ]*:5000/rsyslog ' || return
        term_keys Enter
        term_wait '^Findings' || return
        term_keys i
        term_wait 'page 1 of 3' || return
        walk_to_consent || return
        term_keys y
        term_wait 'is installed; .* runs' 300 || return
        walk_home
}

lab_join() {
        walk_join || return
        walk_preflight || return
        walk_password "$password" || return
        term_wait 'has joined|sssd is installed' 300
}

part_lab() {
        check "registry and realm are up beside it" tests/lab up "$HOST" registry realm
        with_realm
        forget_account
        step "somebody logs in at the port" line_open port 0 0
        step "and leaves the console" lab_quit
        step "the engine gets an image from the registry" lab_pull
        step "the console comes up again" lab_console
        step "the image is installed by keys" lab_install
        check "from the registry" host grep -q 'registry.example.test:5000/rsyslog@sha256:' /etc/containers/systemd/rsyslog.container
        check "it runs" host systemctl is-active --quiet rsyslog.service
        step "the domain is joined by keys" lab_join
        check "the computer has an account" has_account
        check "a user of the domain is known" until_true 60 host getent passwd "alice@$domain"
        check "and logs in" login "alice@$domain" "$password"
        term_end
        check_status "what was installed is uninstalled" 0 host fairlead uninstall rsyslog --yes
}
