#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every kind of change an installer can make on a real host: shown by the verb in words, with text diffs and as JSON, by job and by service; kept with the service; and restored exactly by an uninstall. And what was saved of odd files comes back when the installer fails.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh

# $output is the changes as JSON, without or with diffs ($1: yes).
check_json() {
        check "$1: text is changed" json 'c["/etc/odd/text"]["what"] == "changed" and c["/etc/odd/text"]["before"]["sha256"] != c["/etc/odd/text"]["after"]["sha256"]'
        check "$1: added and removed" json 'c["/etc/odd/added"]["what"] == "added" and c["/etc/odd/added"]["before"] is None and c["/etc/odd/removed"]["what"] == "removed" and c["/etc/odd/removed"]["after"] is None'
        check "$1: a new folder with what is in it" json 'c["/etc/odd/made"]["after"]["type"] == "directory" and "/etc/odd/made/deep/file" in c'
        check "$1: a removed folder with what was in it" json 'c["/etc/odd/folder"]["what"] == "removed" and "/etc/odd/folder/inside" in c'
        check "$1: mode" json 'c["/etc/odd/mode"]["what"] == "mode" and c["/etc/odd/mode"]["after"]["mode"] == "4711"'
        check "$1: owner" json 'c["/etc/odd/owner"]["what"] == "owner" and (c["/etc/odd/owner"]["after"]["uid"], c["/etc/odd/owner"]["after"]["gid"]) == (7, 8)'
        check "$1: attribute" json 'c["/etc/odd/attribute"]["what"] == "xattr" and bytes.fromhex(c["/etc/odd/attribute"]["after"]["xattrs"]["user.fairlead"]) == b"after"'
        check "$1: type" json 'c["/etc/odd/type"]["what"].split("+")[0] == "type" and c["/etc/odd/type"]["after"]["type"] == "directory"'
        check "$1: symlink" json 'c["/etc/odd/link"]["what"] == "changed" and c["/etc/odd/link"]["after"]["target"] == "binary"'
        check "$1: device" json 'c["/etc/odd/null"]["before"]["device"] == "1:3"'
        check "$1: both names of one file" json '"/etc/odd/hard1" in c and "/usr/local/odd/hard2" in c'
        check "$1: a folder's own mode" json 'c["/usr/local/odd"]["what"] == "mode"'
}

in_host odd/furnish
build_image odd
before=$(mktemp)
trap 'rm -f "$before"; host sh -c "podman rmi -f localhost/odd:latest >/dev/null; rm -rf /etc/odd /usr/local/odd" || true' EXIT
host_tree >"$before"

check_status "an installer that did all of it and failed" 1 host fairlead install odd --yes --set FAIL=1
check_text "says why" 'ended with status 9' "$output"
check_same_tree "all of it is restored" "$before"
check "hard links are one file again" host sh -c '[ /etc/odd/hard1 -ef /usr/local/odd/hard2 ]'
check "a sparse file is sparse again" host sh -c '[ "$(stat -c %b /etc/odd/sparse)" -lt 100 ]'

check_status "install" 0 host fairlead install odd --yes --set FAIL=
check_status "changes of the service, as JSON" 0 host fairlead changes odd --json
check_json "service"
job=$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])["job"])' "$output")
check_status "changes of the job, as JSON with diffs" 0 host fairlead changes "$job" --json --diff
check_json "job"
check "a text has its diff" json '"-two" in c["/etc/odd/text"]["diff"] and "+2" in c["/etc/odd/text"]["diff"]'
check "a binary file has none" json 'c["/etc/odd/binary"]["diff"] is None'
check_status "changes in words" 0 host fairlead changes odd
check_text "with what became of the mode" '^mode +/etc/odd/mode \(mode 0644 -> 4711\)' "$output"
check_text "of the owner" '^owner +/etc/odd/owner \(owner 0:0 -> 7:8\)' "$output"
check_text "of an attribute" '^xattr +/etc/odd/attribute \(attribute user.fairlead changed\)' "$output"
check_status "changes with text diffs" 0 host fairlead changes odd --diff
check_text "line by line" '^-two$' "$output"
check_status "of what is not there" 4 host fairlead changes no-such-service
check_status "uninstall" 0 host fairlead uninstall odd --yes
check_same_tree "all of it is restored" "$before"
check "hard links are one file again" host sh -c '[ /etc/odd/hard1 -ef /usr/local/odd/hard2 ]'
check_status "the job's changes are still known" 0 host fairlead changes "$job" --json
check_json "afterwards"
finish
