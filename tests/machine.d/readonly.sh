# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# A host whose /usr nobody can write to: install, upgrade and uninstall of every image of the shelf, in the domain where one needs it. Behind
# each the host's files are as before.

source tests/e2e/domain.sh

declare -A readonly_words=(
        [rsyslog]='--mode local'
        [sssd]='--mode ad --set domain=example.test --secret admin-password=@/root/secret'
)

# readonly_newer IMAGE: its name stands for another image, which differs in a label.
readonly_newer() {
        host sh -c "mkdir -p /root/newer; printf 'FROM localhost/$1\nLABEL newer=yes\n' >/root/newer/Containerfile
                podman build -q -t localhost/$1:latest /root/newer"
}

# Nobody had an answer for these in a label, so they go no further than on any other host.
readonly_refused() {
        check_text "and why" 'block .*\[[a-z-]+\]' "$output"
        check_text "$1 left nothing behind" '^$' "$(host fairlead services | grep "$2" || true)"
}

# readonly_runs NAME: what has a unit; tools have none.
readonly_runs() {
        host sh -c "! systemctl cat $1.service >/dev/null 2>&1 || systemctl is-active --quiet $1.service"
}

# readonly_whole IMAGE NAME: it is installed.
readonly_whole() {
        check "it runs" until_true 60 readonly_runs "$2"
        check "there is a newer image" readonly_newer "$1"
        check_status "upgrade $1" 0 host fairlead upgrade "$2" --yes
        check "it runs" until_true 60 readonly_runs "$2"
        check_status "uninstall $1" 0 host fairlead uninstall "$2" --yes
}

# Its good images first; broken ones with them, which are images, too. Or those that were asked for.
readonly_shelf() {
        [ -z "$images" ] || { tr , '\n' <<<"$images"; return; }
        (cd tests/lab.d/images && printf '%s\n' [!b]* broken/*)
}

# readonly_image IMAGE
readonly_image() {
        local name=${1#broken/} status=0 begin=$SECONDS words
        read -ra words <<<"${readonly_words[$1]:-}"
        # Of an installer that prints 50 MB the last lines will do.
        # shellcheck disable=SC2016
        output=$(host bash -o pipefail -c '"$@" 2>&1 | tail -c 20000' - fairlead install "$1" --name "$name" --yes "${words[@]}" | tr -d '\000') || status=$?
        case $status in
        0) ok "install $1"; readonly_whole "$1" "$name" ;;
        1) ok "install $1 fails"; check_text "and is rolled back" 'files? restored' "$output" ;;
        3) ok "install $1 is refused"; readonly_refused "$1" "$name" ;;
        *) not_ok "install $1 (status $status)" ;;
        esac
        check_same_tree "$1: the files are as before" "$work/readonly"
        echo "# $1 took $((SECONDS - begin)) s"
}

# Those whose installer waits for ever, or for an answer, are ended by somebody.
readonly_endless() {
        step "an install of $1 is begun" begin "$1" --name endless
        check "its installer runs" until_true 100 host sh -c 'podman ps --quiet | grep .'
        check_status "cancel it" 0 host fairlead cancel "$job"
        check "it is rolled back" until_true 200 is_state "$job" cancelled
        check_same_tree "$1: the files are as before" "$work/readonly"
}

part_readonly() {
        local image
        with_realm
        check_not "nobody writes to /usr" host touch /usr/bin/x
        check_text "it is behind dm-verity" '^/dev/mapper/usr ext4 ro' "$(host findmnt -no SOURCE,FSTYPE,OPTIONS /usr | tr -s ' ')"
        host sh -c 'umask 077; cat >/root/secret' <<<"$password"
        forget_account
        host_tree >"$work/readonly"
        for image in $(readonly_shelf); do
                case $image in
                broken/asks | broken/endless | broken/stubborn) readonly_endless "$image" ;;
                *) readonly_image "$image" ;;
                esac
        done
}
