#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every kind of change an installer can make on a real host: shown by the verb in words, with text diffs and as JSON, by job and by service; kept with the service; and put back exactly by an uninstall. And what was saved of odd files comes back when the installer fails.
source "$(dirname "$0")/lib.sh"

json() {
        python3 -c 'import json, sys; d = json.loads(sys.argv[1]); c = {x["path"]: x for x in d["changes"]}; sys.exit(0 if eval(sys.argv[2]) else 1)' "$output" "$1"
}

# The host's state before: one of everything below /etc/odd.
furnish() {
        host sh -c 'set -e
                mkdir -p /etc/odd/folder /usr/local/odd
                printf "one\ntwo\nthree\n" >/etc/odd/text
                head -c 3000 /dev/urandom >/etc/odd/binary
                echo x >/etc/odd/removed; echo x >/etc/odd/mode; echo x >/etc/odd/owner; echo x >/etc/odd/attribute
                echo linked >/etc/odd/hard1; ln /etc/odd/hard1 /usr/local/odd/hard2
                ln -s text /etc/odd/link; mkfifo /etc/odd/fifo; mknod /etc/odd/null c 1 3
                truncate -s 40M /etc/odd/sparse; echo x >/etc/odd/folder/inside
                echo x >/etc/odd/type
                python3 -c "import socket; socket.socket(socket.AF_UNIX).bind(\"/etc/odd/socket\")" 2>/dev/null || true
                setfattr -n user.fairlead -v before /etc/odd/attribute'
}

build() {
        host sh -c 'mkdir -p /root/odd && cat >/root/odd/install.sh && chmod 755 /root/odd/install.sh' <<'SCRIPT'
#!/bin/bash
set -e
cd /host/etc/odd
printf 'one\n2\nthree\n' >text
head -c 3000 /dev/urandom >binary
rm removed null fifo
chmod 4711 mode
chown 7:8 owner
chroot /host setfattr -n user.fairlead -v after /etc/odd/attribute
echo changed >>hard1
rm link; ln -s binary link
echo x >added; mkdir -p made/deep; echo y >made/deep/file
rm -r folder
rm type; mkdir type
truncate -s 10 sparse
chmod 700 /host/usr/local/odd
[ -z "$FAIL" ] || exit 9
SCRIPT
        host sh -c 'printf "FROM localhost/base\nCOPY install.sh /usr/bin/install.sh\nLABEL INSTALL=\"podman run --rm --privileged -v /:/host -e FAIL=\\\$FAIL \\\$IMAGE /usr/bin/install.sh\"\nLABEL RUN=\"podman run -d --name \\\$NAME \\\$IMAGE sleep infinity\"\n" >/root/odd/Containerfile
                podman build -q -t localhost/odd:latest /root/odd >/dev/null'
}

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

furnish
build
before=$(mktemp)
trap 'rm -f "$before"; host sh -c "podman rmi -f localhost/odd:latest >/dev/null; rm -rf /root/odd /etc/odd /usr/local/odd" || true' EXIT
host_tree >"$before"

check_status "an installer that did all of it and failed" 1 host fairlead install odd --yes --set FAIL=1
check_text "says why" 'ended with status 9' "$output"
check_same_tree "all of it is put back" "$before"
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
check_same_tree "all of it is put back" "$before"
check "hard links are one file again" host sh -c '[ /etc/odd/hard1 -ef /usr/local/odd/hard2 ]'
check_status "the job's changes are still known" 0 host fairlead changes "$job" --json
check_json "afterwards"
finish
