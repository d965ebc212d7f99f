# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The console by keys, as a person would go: from the images to a running service and back. The end-to-end test and the tour of
# tests/demo source it; each says with seen() what is done with a screen.
#
#     seen() { term_shot "$1"; }          # called at every screen of the walk, with its name
#     walk_open HOST; walk_to_plan; walk_answer; walk_install; …
#
# A walk function ends with a failure when a screen does not come.

# shellcheck source=tests/lab.d/tmux.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lab.d/tmux.sh"

# walk_open HOST [COLSxROWS] [WORDS of fairlead…]: the console in a host.
walk_open() {
        term_open console "${2:-80x24}" tests/lab tty "$1" -- fairlead "${@:3}"
        term_wait '^  SERVICE +STATE|^No service is installed' || return
}

# From anywhere to the home: q goes back, 1 goes there.
walk_home() {
        term_keys 1
        term_wait '^  SERVICE +STATE|^No service is installed' || return
}

# Only the image whose name contains the text, then the wizard's first page.
walk_to_plan() {
        term_keys 2
        term_wait '[0-9]+ images' || return
        term_wait '> localhost/' || return
        seen images
        term_keys /
        term_wait 'Filter:' || return
        term_type "$1"
        term_wait "> localhost/$1 " || return
        term_keys Enter
        term_wait 'Enter look' || return
        seen images-filter
        term_keys Enter
        term_wait '^Findings' || return
        seen image
        # Line by line: a page could go past the line.
        for _ in $(seq 60); do
                term_matches 'Its command labels' && break
                term_keys Down
        done
        term_wait 'Its command labels' || return
        term_keys i
        term_wait 'page 1 of 3: what it does' || return
        term_wait 'RISK  -v /:/host' || return
        seen plan
}

# The questions: forward to a log server, with a wrong answer first that must be reported at the field.
walk_answer() {
        term_keys Enter
        term_wait 'page 2 of 3: questions' || return
        term_wait '> Service name' || return
        seen form
        term_keys Down
        term_wait '> Mode' || return
        term_keys Right
        term_wait 'Log server' || return
        seen form-forward
        term_keys Down
        term_wait '> Log server' || return
        term_type 'no such host!'
        term_keys Down
        term_wait '! The name has a blank' || return
        seen form-wrong
        term_keys Up
        term_wait '> Log server' || return
        term_keys C-u
        term_type '127.0.0.1'
        term_wait '127\.0\.0\.1' || return
}

# The page that a wizard shows: "page 2 of 3".
walk_page() {
        term_screen | grep -oE 'page [0-9]+ of [0-9]+' | head -n 1
}

walk_turned() {
        local page
        page=$(walk_page)
        [[ -n $page && $page != "$1" ]]
}

# From any page of a wizard to its last look, where the plan is and Enter asks for consent. The key bar says what goes on.
walk_to_last_look() {
        local page
        while term_wait 'Enter next|Ctrl-D next page|Enter consent'; do
                ! term_matches 'Enter consent' || return 0
                page=$(walk_page)
                if term_matches 'Ctrl-D next page'; then term_keys C-d; else term_keys Enter; fi
                term_await "for the page behind \"$page\"" 30 walk_turned "$page" || return
        done
        return 1
}

# The same, and on to the question for consent, on whose safe button the focus is.
walk_to_consent() {
        walk_to_last_look || return
        term_keys Enter
        term_wait '\[ Back \]' || return
}

# Back must lose nothing; then to the last look.
walk_review() {
        term_keys Escape
        term_wait 'page 1 of 3' || return
        term_keys Enter
        term_wait '127\.0\.0\.1' || return
        walk_to_last_look || return
        seen review
}

# Consent (the safe button has the focus), and the job to its end.
walk_install() {
        term_keys Enter
        term_wait '\[ Back \]' || return
        seen consent
        term_keys y
        term_wait '^Job  install' || return
        term_wait '^Installing |is installed' 30 || return
        seen job-running
        term_wait 'is installed; .* runs' 60 || return
        seen job-done
        term_keys c
        term_wait '^Changes ' || return
        seen changes
        term_keys Escape
        term_wait '^Job ' || return
        walk_home || return
        term_wait "> $1 +running" || return
        seen services
}

# stop, start, by the menu of the home.
walk_stop_start() {
        term_keys x
        term_wait 'Actions' || return
        seen actions
        term_keys t
        term_wait '\[ ' || return
        term_keys y
        term_wait "$1 +stopped" 30 || return
        seen services-stopped
        term_keys x
        term_wait 'Actions' || return
        term_keys s
        term_wait "$1 +running" 30 || return
}

walk_log() {
        term_keys l
        term_wait '^Log  ' || return
        term_wait "$1" 15 || return
        seen log
        term_keys Escape
        term_wait '^  SERVICE +STATE|^No service is installed' || return
}

walk_unit() {
        term_keys 3
        term_wait '^  UNIT +STATE' || return
        seen units
        term_keys /
        term_type "$1"
        term_keys Enter
        term_wait "> $1.service" || return
        term_keys Enter
        term_wait '^Unit  ' || return
        term_wait 'state +active' || return
        seen unit
        walk_home
}

walk_around() {
        term_keys '?'
        term_wait '^Help' || return
        seen help
        term_keys Escape
        term_wait '^  SERVICE +STATE|^No service is installed' || return
        term_keys ':'
        term_wait 'Commands' || return
        seen palette
        term_keys Escape
        term_wait_gone 'Commands' || return # Esc and the next key at once would be one key with Alt
        term_keys 4
        term_wait '^  JOB +STATE' || return
        seen jobs
        walk_home
}

walk_uninstall() {
        term_keys x
        term_wait 'Actions' || return
        term_keys X
        walk_to_last_look || return
        seen uninstall
        term_keys Enter
        term_wait '\[ Uninstall \]' || return
        term_keys y
        term_wait "$1 is uninstalled" 60 || return
        seen uninstalled
        walk_home || return
}

walk_close() {
        term_keys q
        term_wait_end >/dev/null || return
        term_close
}
