# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What every end-to-end test sources, in the project's folder: the host it runs on ($1: bookworm or trixie), checks that count, and the state of a host's files.
#
#     cd "$(dirname "$0")/../.." || exit
#     source tests/e2e/lib.sh
#     check "the unit is active" host systemctl is-active --quiet rsyslog.service
#     finish                                  # prints "N passed, N failed", exits accordingly
#
# tests/e2e/run runs one and looks at what it leaves behind. With a terminal: source tests/e2e/walk.sh behind it. In the lab's domain: tests/e2e/domain.sh. Programs for the host: tests/e2e/files/.

set -euo pipefail

HOST=${1:?the name of a lab host}
TEST=$(basename "$0" .sh)
checks_passed=0 checks_failed=0
# shellcheck disable=SC2034
output='' job=''                # what check_status and begin leave behind
# What a function prints that try calls is kept back; results of its own checks go here.
exec 3>&1

# host CMD…: a command in the host. One that hangs fails its check by name (status 124).
host() {
        timeout -k 10 600 tests/lab run "$HOST" -- "$@"
}

ok() {
        checks_passed=$((checks_passed + 1))
        echo "ok - $HOST $TEST: $1" >&3
}

not_ok() {
        checks_failed=$((checks_failed + 1))
        echo "not ok - $HOST $TEST: $1" >&3
}

# check WHAT CMD…: the command must succeed; its output is shown when it does not.
check() {
        local what=$1 said
        shift
        if said=$("$@" 2>&1); then
                ok "$what"
        else
                not_ok "$what"
                printf '%s\n' "$said" | tail -n 30 | sed 's/^/        /'
        fi
}

# try WHAT FUNCTION…: as check, in this shell, so that what the function sets stays; its status is the function's.
try() {
        local what=$1 said
        shift
        said=$(mktemp)
        if "$@" >"$said" 2>&1; then
                ok "$what"
                rm -f "$said"
        else
                not_ok "$what"
                tail -n 30 "$said" | sed 's/^/        /'
                rm -f "$said"
                return 1
        fi
}

# step WHAT FUNCTION…: as try; without it the rest makes no sense, so the test ends.
step() {
        try "$@" || {
                [ -z "${TERM_DIR:-}" ] || term_screen | sed 's/^/        /'
                finish
                exit 1
        }
}

# seen NAME: each screen of a walk (walk.sh) must be clean: not cut, without bytes that a terminal would obey, without the secret.
seen() {
        local screen wrong=''
        screen=$(term_screen)
        [ "$(wc -l <<<"$screen")" -le "$(term_show pane_height)" ] || wrong+=' it has too many lines;'
        ! grep -qP '[\x00-\x08\x0b-\x1f\x7f]' <<<"$screen" || wrong+=' it has control bytes;'
        [ -z "${password:-}" ] || ! grep -qF -- "$password" <<<"$screen" || wrong+=' it has the password;'
        if [ -z "$wrong" ]; then ok "the screen $1 is clean"; else not_ok "the screen $1 is clean:$wrong"; fi
}

# check_not WHAT CMD…: the command must fail.
check_not() {
        local what=$1 said
        shift
        if said=$("$@" 2>&1); then
                not_ok "$what"
                printf '%s\n' "$said" | tail -n 30 | sed 's/^/        /'
        else
                ok "$what"
        fi
}

# check_status WHAT N CMD…: the command must end with status N; its output is kept in $output.
check_status() {
        local what=$1 wanted=$2 status=0
        shift 2
        output=$("$@" 2>&1) || status=$?
        if [ "$status" -eq "$wanted" ]; then
                ok "$what"
        else
                not_ok "$what (status $status, not $wanted)"
                printf '%s\n' "$output" | tail -n 30 | sed 's/^/        /'
        fi
}

# check_text WHAT REGEX TEXT: TEXT must match the extended regex.
check_text() {
        if grep -qE -- "$2" <<<"$3"; then
                ok "$1"
        else
                not_ok "$1 (no match for $2)"
                printf '%s\n' "$3" | tail -n 30 | sed 's/^/        /'
        fi
}

# json EXPRESSION: of Python, on $output as d; where that has changes, they are c by their path. For check.
json() {
        python3 -c 'import json, sys
d = json.loads(sys.argv[1])
c = {x["path"]: x for x in d["changes"]} if "changes" in d else {}
sys.exit(0 if eval(sys.argv[2]) else 1)' "$output" "$1"
}

# until_true SECONDS CMD…: polls until the command succeeds.
until_true() {
        local end=$((SECONDS + $1))
        shift
        until "$@" >/dev/null 2>&1; do
                [ $SECONDS -lt $end ] || return 1
                sleep 0.2
        done
}

# The state of /etc and /usr/local: type, mode, owner, links, times of files, content, attributes. Times of folders are left out: putting a file into one and taking it out again moves them.
host_tree() {
        host sh -c 'find /etc /usr/local \( -type d -printf "%p|%y|%m|%U|%G\n" \) -o -printf "%p|%y|%m|%U|%G|%s|%l|%T@\n" | sort
                find /etc /usr/local -type f -print0 | sort -z | xargs -0 sha256sum
                getfattr -R -d -m - --absolute-names /etc /usr/local 2>/dev/null || true'
}

# check_same_tree WHAT BEFORE: the host's tree is as the file BEFORE holds it.
check_same_tree() {
        local now
        now=$(mktemp)
        host_tree >"$now"
        check "$1" diff -u "$2" "$now"
        rm -f "$now"
}

# ---- programs for the host, of tests/e2e/files ----

# in_host PROGRAM WORDS…: runs it there.
in_host() {
        tests/lab put "$HOST" "tests/e2e/files/$1" /run/e2e
        host "/run/e2e/${1##*/}" "${@:2}"
}

# build_image NAME [FILE…]: the folder of that name, and these files, become the host's image localhost/NAME:latest.
build_image() {
        local name=$1
        shift
        tests/lab put "$HOST" "tests/e2e/files/$name" /run/e2e
        [ $# -eq 0 ] || tests/lab put "$HOST" "$@" "/run/e2e/$name"
        host podman build -q -t "localhost/$name:latest" "/run/e2e/$name" >/dev/null
        host rm -r "/run/e2e/$name"
}

# places_of SECRET…: where these are on the host, a line each: any field of the journal, the engine's events, containers and images, properties of units,
# files, words and environments of processes. (A search of the journal's text would not see fields.)
places_of() {
        in_host places "$@"
}

# check_nowhere WHAT SECRET…: no place has it.
check_nowhere() {
        local what=$1 said
        shift
        said=$(places_of "$@" 2>&1) || said+=" the search failed"
        check_text "$what" '^$' "$said"
}

# ---- jobs ----

# begin WORDS…: an install in the background; $job is its id, $output what was said.
begin() {
        output=$(host fairlead install "$@" --yes --detach 2>&1) || true
        job=$(tail -n 1 <<<"$output")
        [[ $job =~ ^[0-9]{8}-[0-9]{6}-[0-9a-f]{8}$ ]]
}

# The id of the job at work.
job_id() {
        host readlink /var/lib/fairlead/active | sed 's,.*/,,'
}

# job_file JOB NAME: its path.
job_file() {
        echo "/var/lib/fairlead/jobs/$1/$2"
}

# The first word of it: "rolled" of "rolled back".
state_of() {
        host fairlead jobs | awk -v id="$1" '$1 == id { print $4 }'
}

is_state() {
        [ "$(state_of "$1")" = "$2" ]
}

finish() {
        echo "$checks_passed passed, $checks_failed failed"
        [ "$checks_failed" -eq 0 ]
}
