#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A host on which version 0.1.0 has run (tests/fixtures/state-0.1.0) gets the present programs: its jobs and services are listed, one job is
# rolled back, all services are uninstalled, and its files are as before any of it. The images are gone: they were that host's own.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh

if [ "$HOST" != trixie ]; then
        echo "The fixture is of a trixie host."
        echo "0 passed, 0 failed"
        exit 0
fi

# overlay before|base: a tar of what the services made of the host, with its former files or with theirs.
overlay() {
        python3 - "$work" "$1" <<'PYTHON' | tar -C "$work/$1/root" -c --no-recursion --format=posix --numeric-owner --null -T -
import os, stat, sys
old, new = sys.argv[1] + "/before/root/", sys.argv[1] + "/base/root/"
def same(a, b):
    x, y = os.lstat(a), os.lstat(b)
    if stat.S_ISREG(x.st_mode) and x.st_mode == y.st_mode:
        return open(a, "rb").read() == open(b, "rb").read()
    return stat.S_IFMT(x.st_mode) == stat.S_IFMT(y.st_mode) and (not stat.S_ISLNK(x.st_mode) or os.readlink(a) == os.readlink(b))
for folder, folders, files in os.walk(new):
    for name in folders + files:
        path = os.path.relpath(os.path.join(folder, name), new)
        there = os.path.lexists(old + path)
        if not (there and same(old + path, new + path)) and (there or sys.argv[2] == "base"):
            sys.stdout.write(path + "\0")
PYTHON
}

into_host() {
        host tar -C / -xp --numeric-owner -f -
}

# The journals name a start of that other host; a job from before a restart takes no file for its own that was written after it.
same_start() {
        python3 - "$1" "$(host cat /proc/sys/kernel/random/boot_id)" <<'PYTHON'
import pathlib, sys
boot = sys.argv[2].replace("-", "")
def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff
for journal in pathlib.Path(sys.argv[1]).glob("jobs/*/journal"):
    out = b""
    for line in journal.read_bytes().splitlines():
        fields = line[:-9].split(b" ", 2)
        text = b" ".join([fields[0], boot.encode(), fields[2]])
        out += text + b" %08x\n" % crc32c(text)
    journal.write_bytes(out)
PYTHON
}

work=$(mktemp -d)
before=$(mktemp)
clean() {
        rm -rf "$work" "$before"
        # Other tests find what they left, and nothing of this one.
        host sh -c 'cd / && rm -rf var/lib/fairlead var/lib/rsyslog var/log/fairlead-lab var/log/sssd && tar -xpf root/legacy.tar && rm root/legacy.tar'
}
trap clean EXIT
tar -C "$work" -xpJf tests/fixtures/state-0.1.0/host.tar.xz base before
same_start "$work/base/state"
host sh -c 'cd / && tar -cf root/legacy.tar --ignore-failed-read etc/hosts etc/pam.d var/lib/pam var/lib/fairlead 2>/dev/null; rm -rf var/lib/fairlead'
overlay before | into_host
host_tree >"$before"
overlay base | into_host
tar -C "$work/base" -c --numeric-owner --transform 's,^state,var/lib/fairlead,S' state | into_host
host systemctl daemon-reload

check_status "jobs" 0 host fairlead jobs
check_text "a join is listed" 'join (example\.test|a realm) +done +2026-11-29 .*sssd is installed' "$output"
check_text "and one that failed" 'join (example\.test|a realm) +failed .*The password is wrong' "$output"
check_status "jobs --json" 0 host fairlead jobs --json
check "all of them" json 'len(d) == 24'
job=$(python3 -c 'import json, sys; print([j["id"] for j in json.loads(sys.argv[1]) if j["name"] == "chrony" and j["state"] == "done"][0])' "$output")
check_status "attach shows an old log" 0 host fairlead attach "$job"
check_status "services --json" 0 host fairlead services --json
check "all of them" json '{s["name"] for s in d} == {"chrony", "mytimer", "plain", "rsyslog", "slow", "sssd", "tools"}'
check_status "services" 0 host fairlead services
check_text "an upgraded one" 'rsyslog' "$output"
check_status "changes of a service" 0 host fairlead changes slow --diff
check_text "with a difference" '^\+# slow' "$output"
check_status "the realm" 0 host fairlead realm status --json
check "of the service" json 'd["service"] == "sssd" and d["domain"] == "example.test"'
check_status "rollback of a done job" 0 host fairlead rollback "$job" --yes
check_not "its unit is gone" host test -e /etc/containers/systemd/chrony.container
for name in slow mytimer tools plain rsyslog; do
        check_status "uninstall $name" 0 host fairlead uninstall "$name" --yes
done
check_status "leave" 0 host fairlead leave --yes
check_text "the computer account stays" 'remains: The account HOST2\$@EXAMPLE.TEST' "$output"
check_status "no service is left" 0 host fairlead services --json
check "none" json 'd == []'
# Its uninstaller would remove that file, too; but its image is there only where the shelf was built of the same packages.
# shellcheck disable=SC2016
check "of mytimer at most the file stays that was changed by hand" host sh -c 'cd /etc && { [ ! -e mytimer ] ||
        { [ "$(ls mytimer)" = interval ] && [ "$(cat mytimer/interval)" = 20 ] && rm -r mytimer; }; }'
check_same_tree "/etc and /usr/local are as before any of them" "$before"
finish
