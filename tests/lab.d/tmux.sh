# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# End-to-end tests drive a program in a terminal with these. Source it; term_need installs what it needs.
#
#     source tests/lab.d/tmux.sh
#     term_open console 80x24 tests/lab tty trixie -- fairlead
#     term_wait 'Services'             # up to 30 s, else it prints the screen and fails
#     term_keys 2 Down Enter           # names of keys as tmux knows them
#     term_type 'logs.example.test'    # text as it is
#     term_shot images                 # screenshots/images.txt and screenshots/images.png
#     term_close
#
# Every function works on the terminal opened or chosen (term_use) last. Nothing here sleeps in the hope that it is
# enough: term_wait looks every 50 ms. TERM inside is $TERM_TYPE (tmux-256color unless set).

TERM_DIR=
TERM_CURRENT=
TERM_TESTS=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

term_need() {
        "$TERM_TESTS/deps" screens
}

# The server is private: its own socket in its own folder, no configuration, nothing of the caller's tmux.
term_tmux() {
        env -u TMUX LC_ALL=C.UTF-8 tmux -S "$TERM_DIR/tmux" -f /dev/null "$@"
}

# term_open NAME COLSxROWS COMMAND...
term_open() {
        local name=$1 size=$2
        shift 2

        [[ -n $TERM_DIR ]] || TERM_DIR=$(mktemp -d "${TMPDIR:-/tmp}/fairlead-term.XXXXXX")
        # remain-on-exit: the last screen of a program that ended can still be read. No status line: the screen is whole.
        # (tmux 3.3a dies of `set -g window-size manual` before its first session; resize-window sets it by itself.)
        term_tmux start-server \; set -g default-terminal "${TERM_TYPE:-tmux-256color}" \; set -g status off \; \
                set -g remain-on-exit on \; set -g remain-on-exit-format '' \; \
                set -g history-limit 20000 \; set -sg escape-time 0 \; set -g default-size "$size" \; \
                new-session -d -s "$name" -x "${size%x*}" -y "${size#*x}" -- "$@"
        TERM_CURRENT=$name
}

term_use() {
        TERM_CURRENT=$1
}

term_keys() {
        term_tmux send-keys -t "=$TERM_CURRENT:" -- "$@"
}

term_type() {
        term_tmux send-keys -t "=$TERM_CURRENT:" -l -- "$1"
}

# Prints the screen as plain text.
term_screen() {
        term_tmux capture-pane -p -t "=$TERM_CURRENT:"
}

# Prints a value of the terminal as tmux names it, as term_show cursor_x.
term_show() {
        term_tmux display-message -p -t "=$TERM_CURRENT:" "#{$1}"
}

term_size() {
        term_tmux resize-window -t "=$TERM_CURRENT:" -x "${1%x*}" -y "${1#*x}"
}

# term_wait REGEX [SECONDS]: until a line of the screen matches (grep -E); 30 unless $TERM_PATIENCE says otherwise.
term_wait() {
        term_await "to see \"$1\"" "${2:-${TERM_PATIENCE:-30}}" term_matches "$1"
}

# term_wait_gone REGEX [SECONDS]: until no line of the screen matches.
term_wait_gone() {
        term_await "for \"$1\" to go" "${2:-${TERM_PATIENCE:-30}}" term_misses "$1"
}

# term_wait_end [SECONDS]: until the program has ended; prints its exit status, or 128 and the number of its signal.
term_wait_end() {
        local signal

        term_await "for the program to end" "${1:-30}" term_ended || return 1
        signal=$(term_show pane_dead_signal)
        [[ -z $signal ]] && term_show pane_dead_status || echo $((128 + signal))
}

term_matches() {
        term_screen | grep -Eq -- "$1"
}

term_misses() {
        ! term_matches "$1"
}

# The terminal's end is seen some time before the program's status: only then is it known how it ended. tmux (3.3a) misses the signal of that now
# and then, and leaves a zombie; another one wakes it.
term_ended() {
        [[ $(term_show pane_dead) == 1 ]] || return
        [[ -z $(term_show pane_dead_status)$(term_show pane_dead_signal) ]] || return 0
        kill -CHLD "$(term_show pid)"
        return 1
}

term_await() {
        local what=$1 seconds=$2 end
        shift 2

        end=$((SECONDS + seconds))
        until "$@"; do
                if [[ $SECONDS -ge $end ]]; then
                        {
                                echo "waited $seconds s $what on terminal \"$TERM_CURRENT\":"
                                term_screen | sed 's/^/| /'
                        } >&2
                        return 1
                fi
                sleep 0.05
        done
}

# term_shot NAME [FOLDER]: the screen as text and as a picture.
term_shot() {
        local folder=${2:-$TERM_TESTS/../screenshots} cursor=()

        mkdir -p "$folder"
        term_screen >"$folder/$1.txt"
        [[ $(term_show cursor_flag) != 1 ]] || cursor=(--cursor "$(term_show cursor_x),$(term_show cursor_y)")
        term_tmux capture-pane -p -e -N -t "=$TERM_CURRENT:" |
                "$TERM_TESTS/shoot" --size "$(term_show pane_width)x$(term_show pane_height)" "${cursor[@]}" "$folder/$1.png"
}

# Ends the current terminal and what runs in it; with the last one the server goes, too.
term_close() {
        term_tmux kill-session -t "=$TERM_CURRENT" 2>/dev/null || true
        term_tmux has-session 2>/dev/null || term_end
}

# Ends all of it. A test calls it from its EXIT trap.
term_end() {
        [[ -n $TERM_DIR ]] || return 0
        term_tmux kill-server 2>/dev/null || true
        rm -rf -- "$TERM_DIR"
        TERM_DIR=
}
