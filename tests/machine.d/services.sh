# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# Limits that are real: memory and tasks of services, one that eats more than it may have; and a boot behind an install.

# The figure of a unit as systemd has it.
services_figure() {
        host systemctl show --value -p "$2" "$1.service"
}

services_killed() {
        [ "$(services_figure eater ActiveState)" = failed ]
}

part_services() {
        check_status "install rsyslog" 0 host fairlead install rsyslog --yes --mode local
        check_status "the services" 0 host fairlead services --json
        check "it uses memory" json '[s for s in d if s["name"] == "rsyslog"][0]["memory"] > 1000000'
        check "as systemd says" test "$(services_figure rsyslog MemoryCurrent)" -gt 1000000
        check_status "its unit" 0 host fairlead status rsyslog.service --json
        check "has tasks" json 'd["tasks"] >= 1'
        check "as systemd says" test "$(services_figure rsyslog TasksCurrent)" -ge 1
        host mkdir -p /srv/eat
        build_image eater
        check_status "install a service with 48 MiB" 0 host fairlead install eater --yes
        host touch /srv/eat/now
        check "it eats them, and is killed" until_true 100 services_killed
        check_status "its status" 0 host fairlead status eater
        check_text "says so as systemd would" 'result +oom-kill' "$output"
        check_status "its status as JSON" 0 host fairlead status eater --json
        check_text "says it in a sentence" 'memory ran out' "$output"
        check "its neighbour runs on" host systemctl is-active --quiet rsyslog.service
        # The power fails as soon as the install has ended: it is on the disk all the same.
        check_status "install chrony" 0 host fairlead install chrony --yes
        check "the power is cut, and the machine boots" power_cut
        check "what was installed runs" until_true 100 host systemctl is-active --quiet rsyslog.service chrony.service
        check_status "and is recorded" 0 host fairlead services
        check_text "both of them" 'chrony +running.*rsyslog +running' "$(sort <<<"$output" | tr '\n' ' ')"
        check "nothing is interrupted" test -z "$(host fairlead jobs | grep interrupted)"
}
