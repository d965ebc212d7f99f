#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# No secret on the host: a canary by every way that a secret can go, looked for everywhere while the installer has it and afterwards; and a real join by a
# one-time password, which its tools take as an argument only.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
source tests/e2e/domain.sh

with_realm
ways=(stdin file prompt) canaries=(Canary-Input-Q8zT7w Canary-File-W3xK9p Canary-Prompt-L5vN2r)

# install_canary MODE PARAMETER…: each secret by a file of the host's memory.
install_canary() {
        local mode=$1 words=() i
        host rm -f /run/canary/ready /run/canary/go
        for i in "${!ways[@]}"; do host tee "/dev/shm/${ways[i]}" <<<"${canaries[i]}" >/dev/null; done
        for i in "${@:2}"; do words+=(--secret "$i=@/dev/shm/$i"); done
        begin canary --mode "$mode" "${words[@]}"
}

# looked_at WHERE MODE PARAMETER…: while its installer has the secrets they are at WHERE only; afterwards nowhere.
looked_at() {
        local where=$1 here
        shift
        step "an install by ${*:2} is begun" install_canary "$@"
        check "its installer has the secrets" until_true 60 host test -e /run/canary/ready
        host sh -c 'rm -f /dev/shm/stdin /dev/shm/file /dev/shm/prompt'
        here=$(places_of "${canaries[@]}" 2>&1)
        check_text "while it runs, they are where only it looks" "^$where\$" "$here"
        check "nor is a core of any who has them possible" no_cores
        host touch /run/canary/go
        check "the install is done" until_true 60 is_state "$job" "done"
        check_text "the job's log has what the installer said, without them" 'got \[secret\] and \[secret\]' "$(host cat "$(job_file "$job" log)")"
        check_nowhere "afterwards they are nowhere" "${canaries[@]}"
        check_status "uninstall" 0 host fairlead uninstall canary --yes
        check_nowhere "nor are they then" "${canaries[@]}"
}

# What a core of them would have: the worker, and the engine's client that hands the input on.
no_cores() {
        host sh -c 'n=0; for p in $(pgrep -x fairlead-worker) $(pgrep -P "$(pgrep -x fairlead-worker)"); do
                grep -q "^Max core file size  *0  *0 " /proc/$p/limits || exit 1; n=$((n + 1)); done; [ $n -ge 2 ]'
}

build_image canary
host mkdir -p /run/canary

# ---- what is refused ----

check_status "a secret among the words of a command is refused" 3 host fairlead install canary --mode bad --secret argv=@/etc/hostname --yes
check_text "and it says why" 'secret-in-argv' "$output"
check_text "and what to do" 'installer reads it from standard input or a file' "$output"
check_status "nobody can allow it" 3 host fairlead install canary --mode bad --secret argv=@/etc/hostname --yes --allow secret-in-argv
check_status "the plan" 0 host fairlead plan install canary --mode input
check_text "says that the engine keeps no log" '--log-driver=none' "$output"
check_text "and what the installer does with a secret" 'secret-passed-on' "$output"

# ---- every way ----

looked_at /run/fairlead/files/canary/file input stdin file
looked_at '' typed prompt
# That this would have been seen.
host podman run --rm localhost/canary echo Canary-Control-Z1yB4c >/dev/null
check_text "the search finds what a command line has" 'the journal|events' "$(places_of Canary-Control-Z1yB4c)"

# ---- what jobs keep ----

# in_jobs FILE…: what they hold is among the contents that jobs saved.
in_jobs() {
        host sh -c 'for file; do sum=$(sha256sum <"$file" | cut -d" " -f1); find /var/lib/fairlead/jobs -name "$sum" | grep . && exit 0; done; exit 1' x "$@"
}

check_not "no job that is done has shadow" in_jobs /etc/shadow
check_text "jobs have a size" ' (kB|KB|MB|B) ' "$(host fairlead jobs)"
check_status "prune looks first" 3 host fairlead prune --all
check_text "and says how to go on" 'Nothing was removed. Add --yes' "$output"
check_status "as JSON, too" 3 host fairlead prune --all --json
check "nothing is removed by a look" json 'not d["done"] and len(d["removed"]) >= 1'
check "indeed" host test -e "/var/lib/fairlead/jobs/$job"
check_status "prune" 0 host fairlead prune --all --yes --json
check "removes jobs, and says so" json 'd["done"] and len(d["removed"]) >= 1 and d["size"] > 0'
check_status "once more there is nothing to do" 0 host fairlead prune --all
check_text "the last uninstall can still be undone" 'uninstall canary +done' "$(host fairlead jobs)"
check_not "no folder is left half" host sh -c 'ls -A /var/lib/fairlead/jobs | grep removed'

# ---- a one-time password, which realm takes as an argument ----

once=Once-Only-Canary-5
forget_account
# shellcheck disable=SC2016
check "an account is made beforehand" with "$once
$password" podman run --rm -i --net=host --log-driver=none localhost/sssd sh -c 'IFS= read -r once; exec adcli preset-computer --domain="$1" \
        --login-user=Administrator --stdin-password --one-time-password="$once" "$2"' x "$domain" "$whole"
check_status "the host joins by its one-time password" 0 with "$once" fairlead join "$domain" --set credentials=otp --yes --secret otp=-
check_text "and the plan said where it shows" 'secret-passed-on' "$output"
check "a user of the domain is known" until_true 30 host getent passwd "bob@$domain"
check_nowhere "the one-time password is nowhere" "$once"
host cp -p /etc/krb5.keytab /dev/shm/keytab
check_status "leave with somebody's password" 0 with "$password" fairlead leave --set user=Administrator --secret password=- --yes
check_nowhere "nor is the password" "$password"
check_not "and no job has the keys of the realm any more" in_jobs /dev/shm/keytab /etc/shadow
host rm /dev/shm/keytab
check_status "the leave has no way back" 1 host sh -c 'fairlead rollback "$(fairlead jobs | sed -n 2p | cut -d" " -f1)" --yes'
check_text "and says why" 'no longer kept' "$output"
check_text "and what to do" 'Join the realm again' "$output"
forget_account
host sh -c 'rm -rf /run/canary; podman rmi -f localhost/canary' >/dev/null
finish
