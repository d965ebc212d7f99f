#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Rehearsals on a real host: what is shown is what the install then does, and the host is untouched: by a good installer, by one that fails half way, by one that is cancelled, and by one whose worker is killed.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh

# The paths of changes as JSON, those below the folders that an installer of rsyslog writes to, a line each with what changed.
changed_paths() {
        python3 -c 'import json, sys
for change in json.loads(sys.argv[1])["changes"]:
        if not change["path"].startswith(("/etc/systemd/", "/etc/containers/", "/var/log/")) and not change["path"].endswith("imjournal.state"):
                print(",".join(change["what"]) if isinstance(change["what"], list) else change["what"], change["path"])' "$output"
}

# Everything of the host that a rehearsal could leave a trace in: its files (also beyond what jobs save), mounts, containers, images' names, units.
everything() {
        host_tree
        host sh -c 'find /var/lib /srv /root /opt -xdev -not -path "/var/lib/containers/*" -not -path /var/lib/fairlead -not -path "/var/lib/fairlead/*" -not -path "/var/lib/systemd/*" -printf "%p|%y|%m|%U|%s\n" | sort
                grep rehearsal /proc/self/mountinfo; ls /run/fairlead 2>/dev/null | grep -v lock
                podman ps -a --format "{{.Names}}"; podman images --format "{{.Repository}}:{{.Tag}}" | sort; podman volume ls -q
                systemctl list-units --all --no-legend --plain "rsyslog*" "templated*" "halfway*" "endless*"'
}

check_untouched() {
        local now
        now=$(mktemp)
        everything >"$now"
        check "$1" diff -u "$before" "$now"
        rm -f "$now"
}

good() {
        local rehearsed installed
        check_status "without consent it ends with 3" 3 host fairlead rehearse rsyslog
        check_text "and what a copy cannot hold was said" "host's network.*not-contained" "$output"
        check_untouched "the host is untouched by a plan"
        check_status "plan rehearse --json" 0 host fairlead plan rehearse rsyslog --json
        check "its command sees the copy in the place of /" json '"/run/fairlead/rehearsal/host:/host" in d["argv"] and "/:/host" not in d["argv"]'
        check "and says what is not contained" json 'any(f["id"] == "not-contained" for f in d["findings"])'
        check_status "rehearse rsyslog" 0 host fairlead rehearse rsyslog --yes --mode local --diff
        check_text "its output is shown" 'Installing rsyslog' "$output"
        check_text "what it would add is shown" '^added +/etc/rsyslog.conf' "$output"
        check_text "with its text" '^\+global' "$output"
        check_untouched "the host is untouched by it"
        check_status "rehearse --json" 0 host fairlead rehearse rsyslog --yes --mode local --json
        rehearsed=$(changed_paths)
        check_untouched "and untouched by it once more"
        check_status "the job is among the others" 0 host fairlead jobs
        check_text "as what it was" 'rehearse +rsyslog|rehearse rsyslog' "$output"
        check_status "install rsyslog for real" 0 host fairlead install rsyslog --yes --mode local
        check_status "its changes" 0 host fairlead changes rsyslog --json
        installed=$(changed_paths)
        check "are exactly those that the rehearsal showed" diff -u <(echo "$rehearsed") <(echo "$installed")
        check_status "uninstall rsyslog" 0 host fairlead uninstall rsyslog --yes
        host rm -rf /var/lib/rsyslog /var/log/fairlead-lab
        check_untouched "and the host is as it was"
}

bad() {
        check_status "a rehearsal whose installer fails ends with 1" 1 host fairlead rehearse broken/halfway --yes --name halfway
        check_text "and shows what it did until then" '^added +/etc/halfway/second.conf' "$output"
        check_text "and why it failed" 'ended with status 7' "$output"
        check_untouched "the host is untouched by it"
        check_status "a program of the host is refused" 3 host fairlead rehearse broken/hostcommand --yes
        check_text "by its finding" 'no-rehearsal' "$output"
        host sh -c 'mkdir -p /etc/fairlead/profiles.d && cat >/etc/fairlead/profiles.d/rsyslog.json' <<<'{ "title": "Rsyslog", "match": ["rsyslog", "*/rsyslog"], "no-rehearsal": true }'
        check_status "an image whose profile says so is refused" 3 host fairlead rehearse rsyslog --yes
        check_text "and the reason is reported" 'profile says that its install cannot be rehearsed' "$output"
        check_status "nothing allows it" 3 host fairlead rehearse rsyslog --yes --allow no-rehearsal
        host rm -r /etc/fairlead/profiles.d/rsyslog.json
        host sh -c 'rmdir /etc/fairlead/profiles.d /etc/fairlead 2>/dev/null || true'
        check_untouched "the host is untouched by refusals"
}

interrupted() {
        local id
        id=$(host fairlead rehearse broken/endless --yes --name endless --detach | tail -n 1)
        check "an endless one runs" until_true 20 host test -e /run/fairlead/rehearsal/host/etc/endless/state
        check_not "and not on the host" host test -e /etc/endless
        check_status "cancel it" 0 host fairlead cancel "$id"
        check "it ends" until_true 40 host sh -c "fairlead jobs --json | grep -A3 '\"id\": \"$id\"' >/dev/null && ! test -e /run/fairlead/rehearsal"
        check_untouched "the host is untouched by a cancelled one"
        id=$(host fairlead rehearse broken/endless --yes --name endless --detach | tail -n 1)
        check "another runs" until_true 20 host test -e /run/fairlead/rehearsal/host/etc/endless/state
        host systemctl kill -s KILL "fairlead-job-$id.service"
        until_true 10 host sh -c "! systemctl is-active --quiet fairlead-job-$id.service"
        check_status "its worker killed, it is rolled back" 0 host fairlead rollback "$id"
        check_untouched "the host is untouched by a killed one"
}

before=$(mktemp)
trap 'rm -f "$before"' EXIT
everything >"$before"
good
bad
interrupted
finish
