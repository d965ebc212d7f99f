#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# House rule: shellcheck has nothing to say about any script, from warnings on; and packages of this machine come from one place, tests/deps,
# whose call waits for apt's lock.
. "$(dirname "$0")/house.sh"

scripts() {
        find tests .ci data debian -type f ! -path 'tests/fixtures/*' ! -path 'tests/fuzz/corpus/*' -exec \
                awk 'FNR <= 3 && /^#!.*sh$|^# shellcheck shell=/ { print FILENAME; nextfile }' {} + 2>/dev/null | sort -u
}

look_shellcheck() {
        local checked
        command -v shellcheck >/dev/null || {
                say tests/deps:1 "shellcheck is not installed; tests/deps installs it"
                return
        }
        # Of a planted tree only what was planted is new: a look at all of it costs many seconds.
        if [ -n "$PLANT" ]; then checked=tests/stage; else checked=$(scripts); fi
        # shellcheck disable=SC2086
        xargs -P 2 -n 4 shellcheck -x -S warning -f gcc <<<"$checked" | grep -E '(error|warning): ' || true
}

look_apt() {
        scripts | grep -v -e '^tests/deps$' -e '^tests/check-scripts.sh$' -e '^tests/package.d/' | xargs grep -nE '^[^#]*\b(apt-get|apt|aptitude|dpkg -i)\b.* (install|update|upgrade)\b' |
                sed -E 's/^([^:]*:[0-9]+):.*/\1: installs packages; let tests\/deps do it, which waits for the lock and is called before anything runs side by side/' || true
}

look() {
        look_shellcheck
        look_apt
}

plant_variable() { echo 'rm -rf $nowhere/*' >>tests/stage; echo 'tests/stage:[0-9]+:[0-9]+: warning: nowhere is referenced'; }
plant_syntax() { echo 'if true; then' >>tests/stage; echo 'tests/stage:[0-9]+:[0-9]+: error: '; }
plant_install() { echo 'DEBIAN_FRONTEND=noninteractive apt-get -qq install -y tree' >>tests/stage; echo 'tests/stage:[0-9]+: installs packages'; }

house "$@"
