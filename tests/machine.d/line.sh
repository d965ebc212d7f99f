# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The console on a serial line of 9600 baud with XON and XOFF: an install by keys, a flood, and a cable that is pulled.

# Enter, until somebody asks who is there.
line_asks() {
        term_keys Enter
        term_wait 'login: *$' 5
}

line_login() {
        until_true 100 line_asks || return
        term_type root
        term_keys Enter
        term_wait '# *$' 100
}

# line_open NAME [WORD of tests/lab tty…]: somebody logs in at a port and starts the console; at any speed where none is given.
line_open() {
        TERM_TYPE=vt220 term_open "$1" 80x24 tests/lab tty "$HOST" "${@:2}"
        line_login || return
        term_type 'clear; TERM=vt220 fairlead'
        term_keys Enter
        term_wait '^  SERVICE +STATE|^No service is installed' 100
}

# A slow line has shown all that it had.
line_still() {
        local was
        was=$(term_screen)
        sleep 1
        [ "$was" = "$(term_screen)" ]
}

# line_key KEY PATTERN: a key, and the screen that comes of it, whole.
line_key() {
        term_keys "$1"
        term_wait "$2" 60 && until_true 60 line_still
}

# As walk_to_consent, but a page comes line by line, and the keys of the last one are seen with it.
line_consent() {
        local page
        for page in {1..9}; do
                until_true 60 line_still || return
                ! term_matches '\[ Back \]' || return 0
                if term_matches 'Ctrl-D next page'; then term_keys C-d; else term_keys Enter; fi
        done
        echo "no question for consent behind page $page"
        return 1
}

line_install() {
        line_key 2 '> localhost/' || return
        line_key / 'Filter:' || return
        term_type rsyslog
        line_key Enter '> localhost/rsyslog ' || return
        line_key Enter '^Findings' || return
        line_key i 'page 1 of 3' || return
        line_consent || return
        seen "the question for consent"
        term_keys y
        term_wait 'is installed; .* runs' 300 || return
        line_key 1 '> rsyslog +running'
}

# Whatever there is to be seen is seen, at the speed of the line, and nothing that the line says is taken for a key.
line_flood() {
        # What was on the screen of such a terminal stays there, and the prompt comes over it.
        term_keys q
        term_wait 'root@host[0-9]*:~# ' 100 || return
        term_type 'clear; seq 1000 1999; echo through'
        term_keys Enter
        term_wait '^through' 200 || return
        [ "$(term_tmux capture-pane -p -S -1200 -t "=$TERM_CURRENT:" | grep -cE '^1[0-9]{3}$')" = 1000 ]
}

line_console() {
        term_type 'clear; TERM=vt220 fairlead'
        term_keys Enter
        term_wait '> rsyslog +running' 100
}

no_console() {
        [ -z "$(host pgrep -x fairlead)" ]
}

part_line() {
        step "the console comes up on the line" line_open line 9600
        seen "the console on a serial line"
        step "rsyslog is installed by keys" line_install
        step "a thousand lines come through" line_flood
        step "the console comes up again" line_console
        check "the cable is pulled" tests/lab machine hangup 0 "$HOST"
        check "the console is gone" until_true 60 no_console
        try "and there is a login again" term_wait 'login: *$' 100 || true
        term_close
        check_status "the service runs" 0 host systemctl is-active rsyslog.service
}
