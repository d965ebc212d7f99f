#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The verbs on a real host: rsyslog from plan to uninstall, chrony without an installer, the image that writes its own unit, and what a person sees of bad labels and installers.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
source tests/e2e/walk.sh
trap term_end EXIT

look() {
        check_status "images lists the services" 0 host fairlead images
        check_text "rsyslog is among them" 'localhost/rsyslog' "$output"
        check_status "images --json" 0 host fairlead images --json
        check_status "show" 0 host fairlead show rsyslog
        check_text "show has the labels" 'INSTALL +podman run' "$output"
        check_status "show of what is not there ends with 4" 4 host fairlead show nosuchimage
        check_text "and says so" 'nosuchimage' "$output"
        check_status "plan --json" 0 host fairlead plan install rsyslog --json
        check "plan has its members" json '{"verb", "argv", "environment", "findings", "mounts", "privileges", "unit", "digest"} <= set(d)'
        check "the command is pinned to the digest" json 'any("@sha256:" in w or w.startswith("sha256:") for w in d["argv"])'
        check "the mount of / is named" json 'any(m["host"] == "/" and m["container"] == "/host" and m["mode"] == "rw" and m["exists"] for m in d["mounts"])'
        # 1: something needs a person, and a busy machine is enough for that
        check_status "status of the host" 0 host sh -c 'fairlead status || test $? -eq 1'
        check_text "names the engine" '^host[12].example.test  Debian .*  podman [0-9]' "$output"
        check_status "status --json" 0 host sh -c 'fairlead status --json || test $? -eq 1'
        check "has the list of services" json 'isinstance(d["services"], list)'
        check_status "usage errors end with 2" 2 host fairlead install
        check_status "so does an unknown verb" 2 host fairlead frobnicate
        check_status "install without consent ends with 3" 3 host fairlead install rsyslog
        check_text "and says what is missing" '^fairlead: Nothing was done' "$output"
}

rsyslog() {
        local before
        before=$(mktemp)
        host_tree >"$before"
        check_status "consent to another plan is none" 3 host fairlead install rsyslog --consent 0000 --set host=127.0.0.1 --mode forward
        check_status "a plan has a hash to consent to" 0 host fairlead plan install rsyslog --set host=127.0.0.1 --mode forward --json
        consent=$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])["consent"])' "$output")
        check_status "other answers are another plan" 3 host fairlead install rsyslog --consent "$consent" --mode local
        check_status "install rsyslog" 0 host fairlead install rsyslog --consent "$consent" --set host=127.0.0.1 --mode forward
        check "the unit is active" host systemctl is-active --quiet rsyslog.service
        check_status "services" 0 host fairlead services
        check_text "it is listed as running" 'rsyslog +running' "$output"
        check_status "services --json" 0 host fairlead services --json
        check_status "changes" 0 host fairlead changes rsyslog
        check_text "the configuration is among them" 'added +/etc/rsyslog.conf' "$output"
        check_status "changes --diff --json" 0 host fairlead changes rsyslog --diff --json
        host logger "written by $TEST $$"
        check "what logger says is in the file" until_true 10 host grep -q "written by $TEST $$" /var/log/fairlead-lab/messages
        check_status "a second install of the name is refused" 3 host fairlead install rsyslog --yes
        check_status "stop" 0 host fairlead stop rsyslog
        check_not "it is not active" host systemctl is-active --quiet rsyslog.service
        check_status "start" 0 host fairlead start rsyslog
        check "it is active" host systemctl is-active --quiet rsyslog.service
        check_status "restart" 0 host fairlead restart rsyslog
        check_status "status" 0 host fairlead status rsyslog
        check_status "logs" 0 host fairlead logs rsyslog -n 20
        check_text "the log has lines" 'podman|rsyslog|systemd' "$output"
        check_status "logs of what is not there end with 4" 4 host fairlead logs nosuch
        check_status "…also where they are followed" 4 host timeout 30 fairlead logs --follow nosuch
        check_status "a priority by its name" 0 host fairlead logs rsyslog -p err
        check_status "one that does not exist ends with 2" 2 host fairlead logs rsyslog -p loud
        check_status "the whole host's log, by its text" 0 host fairlead logs --grep "WRITTEN BY $TEST $$" --since -1h
        check_text "in any case" "written by $TEST $$" "$output"
        check_status "the same in the pager" 0 host env PAGER=/usr/bin/head fairlead logs --pager --grep "written by $TEST $$"
        check_text "which gets the lines" "written by $TEST $$" "$output"
        host install -m 755 /usr/bin/head /usr/local/bin/e2e-pager
        check_status "a pager of /usr/local/bin, by its name" 0 host env PAGER=e2e-pager fairlead logs --pager --grep "written by $TEST $$"
        check_text "gets them, too" "written by $TEST $$" "$output"
        host rm /usr/local/bin/e2e-pager
        check_status "one that is nowhere ends with 4" 4 host env PAGER=e2e-pager fairlead logs --pager --grep "written by $TEST $$"
        check_text "and says where it was looked for" "The pager e2e-pager is in none of the folders of root's PATH, /usr/local/sbin:" "$output"
        check_status "until before it, there is none" 0 host fairlead logs --grep "written by $TEST $$" --until "2020-01-01 10:00"
        check "nothing is printed" test -z "$output"
        check_status "a boot that the journal lacks ends with 4" 4 host fairlead logs --boot -99999
        check_status "a time that is none ends with 2" 2 host fairlead logs --since soon
        check_status "a mistyped verb ends with 2" 2 host fairlead instal
        check_text "and the nearest is named" 'Did you mean "install"' "$output"
        check_status "a mistyped mode ends with 2" 2 host fairlead plan install rsyslog --mode forwrd
        check_text "and the nearest is named" 'Did you mean "forward"' "$output"
        check_status "a mistyped parameter ends with 2" 2 host fairlead plan install rsyslog --mode forward --set hst=x
        check_text "and the nearest is named" 'Did you mean "host"' "$output"
        host sh -c "echo '{\"labels\": {\"RUN\": \"podman run -d -e TOKEN IMAGE\"}}' >/run/e2e-labels.json"
        check_status "so does a mistyped variable that a label passes on" 2 host fairlead plan install --labels /run/e2e-labels.json --image localhost/x --set tokne=x
        check_text "and the nearest is named" 'Did you mean "token"' "$output"
        check_status "words for a variable that no label uses" 0 host fairlead plan run --labels /run/e2e-labels.json --image localhost/x --opt1 -v
        check_text "are not lost without a word" 'No label of localhost/x.* uses .OPT1' "$output"
        host rm /run/e2e-labels.json
        check_status "a wrong value ends with 2" 2 host fairlead plan install rsyslog --mode forward --set host=x --set port=x
        check_status "completion names images" 0 host fairlead --complete install rsys
        check_text "as a person calls them" '^rsyslog$' "$output"
        check_status "and services" 0 host fairlead --complete uninstall rsys
        check_text "by their names" '^rsyslog$' "$output"
        output=$(host sh -c 'echo q | TERM=dumb script -qec fairlead /dev/null' 2>&1)
        check_text "a terminal that cannot move its cursor is asked line by line" 'A terminal of type "dumb" cannot move its cursor: line by line' "$output"
        output=$(host sh -c "printf '%s\n' 1 nosuch rsyslog status 3 rsyslog.service 1 '' 4 1 attach 5 1 q | fairlead --plain" 2>&1)
        check_text "plain mode takes names and says which it does not know" '"nosuch" is none of these' "$output"
        check_text "it has the console's places" '1 services, 2 images, 3 units, 4 jobs, 5 realm' "$output"
        check_text "a job by its number" 'install rsyslog' "$output"
        check_status "attach without a job shows the last one" 0 host fairlead attach
        check_text "and says which" '^Job [0-9]+-[0-9]+-[0-9a-f]+: install rsyslog' "$output"
        check_status "what an uninstall comes to" 0 host fairlead plan uninstall rsyslog
        check_text "is in its plan" 'stopped and removed' "$output"
        check_status "uninstall" 0 host fairlead uninstall rsyslog --yes
        check_same_tree "/etc and /usr/local are as before" "$before"
        check_not "no unit is left" host systemctl cat rsyslog.service
        check_not "no container is left" host podman container exists rsyslog
        rm -f "$before"
}

chrony() {
        local before
        before=$(mktemp)
        host_tree >"$before"
        check_status "without consent the plan is printed as JSON" 3 host sh -c 'fairlead install chrony --json 2>/dev/null'
        check "it is the plan" json 'd["verb"] == "install" and d["unit"]["name"] == "chrony.service"'
        check_status "install chrony, which has no installer" 0 host fairlead install chrony --yes --json
        check "its job is printed as JSON" json 'd["state"] == "done" and d["name"] == "chrony" and d["steps"][-1]["step"] == "commit"'
        check_status "stop --json" 0 host fairlead stop chrony --json
        check "prints the unit" json 'd["name"] == "chrony.service" and d["active"] == "inactive"'
        check_status "start --json" 0 host fairlead start chrony --json
        check_status "logs --json" 0 host sh -c 'fairlead logs chrony -n 5 --json | head -n 1'
        check "prints a line for each line" json '{"time", "priority", "identifier", "message"} == set(d)'
        check "its unit is active" host systemctl is-active --quiet chrony.service
        check_status "uninstall chrony" 0 host fairlead uninstall chrony --yes
        check_same_tree "/etc and /usr/local are as before chrony" "$before"
        rm -f "$before"
}

# Typed when it asks: what comes before the container has the terminal goes to somebody else.
use_tools() {
        local status
        term_open tools 80x24 tests/lab tty "$HOST" -- fairlead run tools
        term_wait '[#$] *$' 120 || return
        # shellcheck disable=SC2016
        term_type 'echo "I am in $(cat /host/etc/hostname)"'
        term_keys Enter
        term_wait '^I am in host[12]' || return
        term_type 'exit'
        term_keys Enter
        status=$(term_wait_end 60) || return
        [ "$status" = 0 ] || { echo "it ended with status $status, not 0"; return 1; }
}

# A tool for people: nothing to supervise, and a terminal of its own.
tools() {
        check_status "install tools" 0 host fairlead install tools --yes
        check_status "services --json" 0 host fairlead services --json
        check "it has no unit" json 'd[0]["name"] == "tools" and d[0]["state"] == "no unit" and not d[0]["units"]'
        try "fairlead run gives its terminal" use_tools || true
        check_status "uninstall tools" 0 host fairlead uninstall tools --yes
}

templated() {
        local before
        before=$(mktemp)
        host_tree >"$before"
        check_status "install the image that writes its own unit" 0 host fairlead install templated --yes --name mytimer
        check "its unit says atomic run" host grep -q 'ExecStart=/usr/bin/atomic run --name=mytimer' /etc/systemd/system/mytimer.service
        check "its unit is active" host systemctl is-active --quiet mytimer.service
        check "its container runs" host podman container exists mytimer
        check_status "stop goes through atomic stop" 0 host fairlead stop mytimer
        check_status "start again" 0 host fairlead start mytimer
        check_status "uninstall it" 0 host fairlead uninstall mytimer --yes
        check_same_tree "/etc and /usr/local are as before it" "$before"
        rm -f "$before"
}

# Who is not root sees that there is something to see, not that there is nothing.
not_root() {
        local verb

        for verb in services 'status rsyslog' 'uninstall rsyslog' jobs images; do
                # shellcheck disable=SC2086 # the words of a verb
                check_status "not root: $verb" 1 host setpriv --reuid nobody --regid nogroup --clear-groups fairlead $verb
                check_text "and it says who may" '[Rr]un fairlead as root' "$output"
        done
        check_status "units are everybody's to see" 0 host setpriv --reuid nobody --regid nogroup --clear-groups fairlead status dbus
}

# A profile of the host's own with a mistake in it is refused, with file, line and reason; nothing else suffers.
profiles() {
        host sh -c 'mkdir -p /etc/fairlead/profiles.d && printf "{\n  \"match\": [\"chrony\"],\n  \"titel\": \"Time\"\n}\n" >/etc/fairlead/profiles.d/bad.json'
        check_status "images with a bad profile" 0 host fairlead images
        check_text "it is reported with file and line" '/etc/fairlead/profiles.d/bad.json:[0-9]+: .*' "$output"
        check_text "the images are listed all the same" 'localhost/chrony' "$output"
        host rm -r /etc/fairlead
}

look
profiles
not_root
rsyslog
chrony
tools
templated
finish
