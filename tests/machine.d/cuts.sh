# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# The power fails somewhere in a job's time. The boot behind it, or a person, ends the job; then the world is the one before the job or the one
# behind it, and nothing of it is between. Worlds are what tests/machine.d/world prints.
#
# A run without a power cut says how long a job takes, and what the world is behind it. Each cut begins with the machine as it was before. Its
# kind, its moment and what ends the job follow from the seed and its number, so a run that was ended (SIGINT, SIGTERM) goes on where it was.

declare -A cuts_from=([install]=pristine [upgrade]=newer [uninstall]=installed [undo]=installed) cuts_span=()
cuts_passed=0 cuts_installed=''       # the job that an undo undoes

# cuts_world FILE: the world into FILE, and without the times of files into FILE.timeless.
cuts_world() {
        host sh /root/machine.d/world >"$1" || return
        sed -E 's/\|[0-9]+\.[0-9]+$//' "$1" >"$1.timeless"
}

# cuts_begin KIND [WORD…]: $job is at work.
cuts_begin() {
        local words
        case $1 in
        install) words=(install rsyslog --mode local) ;;
        upgrade) words=(upgrade rsyslog) ;;
        uninstall) words=(uninstall rsyslog) ;;
        undo) words=(rollback "$cuts_installed") ;;
        esac
        output=$(host fairlead "${words[@]}" --yes --detach "${@:2}") || return
        job=$(tail -n 1 <<<"$output")
}

cuts_load() {
        [ "$cuts_at" = "$1" ] || tests/lab machine load "$1" "$HOST" || return
        cuts_at=''
}

# cuts_uncut KIND: the whole job.
cuts_uncut() {
        local begin
        cuts_load "${cuts_from[$1]}" && cuts_begin "$1" || return
        begin=$(date +%s%N)
        # What is rolled back is not done, even where that was wanted.
        host fairlead attach "$job" || [ "$1" = undo ] || return
        cuts_span[$1]=$((($(date +%s%N) - begin) / 1000000))
        cuts_world "$work/behind.$1"
}

# cuts_put_aside STATE: from here it begins.
cuts_put_aside() {
        cuts_world "$work/$1" && tests/lab machine save "$1" "$HOST"
        cuts_at=$1
}

cuts_build_newer() {
        tests/lab put "$HOST" tests/e2e/files/upgrade.sh /root/newer || return
        # shellcheck disable=SC2016
        printf '%s\n' 'FROM localhost/rsyslog' 'LABEL version=9' 'COPY upgrade.sh /usr/bin/upgrade.sh' \
                'LABEL UPGRADE="podman run --rm --privileged -v /:/host -e NAME=\${NAME} \${IMAGE} /usr/bin/upgrade.sh"' |
                host sh -c 'cat >/root/newer/Containerfile' || return
        host sh -c 'podman build -q -t localhost/rsyslog:latest /root/newer && rm -r /root/newer'
}

# What all kinds begin with.
cuts_prepare() {
        cuts_at=''
        tests/lab put "$HOST" tests/machine.d/world tests/machine.d/settle /root/machine.d || return
        cuts_put_aside pristine || return
        cuts_uncut install || return
        cuts_installed=$job
        cuts_put_aside installed || return
        [[ ,$kinds, != *,upgrade,* ]] || { cuts_build_newer && cuts_put_aside newer; }
}

# cuts_settle KIND WAY: the world that is due is in $outcome, by the name of a file.
cuts_settle() {
        local state
        output=$(host sh /root/machine.d/settle "$job" "$2") || { echo "$output"; return 1; }
        state=$(tail -n 1 <<<"$output")
        case $1-$state in
        undo-rolled) outcome=behind.undo ;;
        undo-done) outcome=installed ;;
        *-done) outcome=behind.$1 ;;
        *-rolled) outcome=${cuts_from[$1]} ;;
        *) echo "it is \"$state\" now: $output"; return 1 ;;
        esac
        # What was made anew has other times than what was made in the uncut run.
        [[ $outcome != behind.install && $outcome != behind.upgrade ]] || outcome+=.timeless
}

cuts_same() {
        cuts_world "$work/now" || return
        if [[ $1 == *.timeless ]]; then set -- "$1" "$work/now.timeless"; else set -- "$1" "$work/now"; fi
        diff -u "$work/$1" "$2" >"$work/diff" || { host tail -n 15 "/var/lib/fairlead/jobs/$job/log"; grep '^[-+]' "$work/diff" | head -n 14; return 1; }
}

# cuts_one NUMBER KIND PERMILLE WAY
cuts_one() {
        local kind=$2 wait way=() what outcome='' begin=$SECONDS
        wait=$((cuts_span[$kind] * $3 / 1000))
        what="cut $1, $kind, after $((wait / 1000)).$((wait / 100 % 10)) s"
        echo "# cut $1 of $cuts: --seed $seed --from $1; $kind, $wait ms of ${cuts_span[$kind]} ($3 ‰), then $4"
        [[ $4 != itself-* || $kind != *install ]] || way=(--if-interrupted "${4#itself-}")
        try "$what: it is at work" cuts_load_and_begin "$kind" "${way[@]}" || return 0
        sleep "$((wait / 1000)).$(printf %03d $((wait % 1000)))"
        try "$what: the power is cut, and the machine boots" power_cut || return 0
        try "$what: the job comes to an end" cuts_settle "$kind" "${4#itself-}" || return 0
        check "$what: the world is \"${outcome%.timeless}\"" cuts_same "$outcome"
        echo "# $(paste -sd' ' <<<"$output"); $((SECONDS - begin)) s"
}

cuts_load_and_begin() {
        cuts_load "${cuts_from[$1]}" && cuts_begin "$@"
}

# What was done until then counts.
cuts_ended() {
        echo "# ended in cut $1; to go on: tests/machine --cuts $cuts --seed $seed --of $kinds --from $1 cuts"
        finish
        exit
}

part_cuts() {
        local i was list ways=(rollback resume itself-rollback itself-resume) fraction=() way=()
        IFS=, read -ra list <<<"$kinds"
        echo "# --seed $seed"
        RANDOM=$seed
        for ((i = 0; i < cuts; i++)); do
                fraction+=($((RANDOM % 1000)))
                way+=("${ways[RANDOM % 4]}")
        done
        step "an install without a power cut; states to begin with" cuts_prepare
        for i in "${list[@]}"; do
                [ "$i" = install ] || step "$i without a power cut" cuts_uncut "$i"
                echo "# $i takes $((cuts_span[$i] / 1000)) s"
        done
        [ -z "${cuts_span[uninstall]:-}" ] || check "behind the uninstall the world is as before the install" diff -u "$work/pristine" "$work/behind.uninstall"
        [ -z "${cuts_span[undo]:-}" ] || check "behind the undo, too" diff -u "$work/pristine" "$work/behind.undo"
        trap 'cuts_ended $((i + 1))' INT TERM
        for ((i = from - 1; i < cuts; i++)); do
                was=$checks_failed
                cuts_one $((i + 1)) "${list[i % ${#list[@]}]}" "${fraction[i]}" "${way[i]}"
                [ "$checks_failed" -ne "$was" ] || cuts_passed=$((cuts_passed + 1))
        done
        trap - INT TERM
        echo "# $cuts_passed of $((cuts - from + 1)) power cuts passed"
}
