#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# House rule: how sources look, so that every one reads like the others (README, reference/architecture.md section 10).
. "$(dirname "$0")/house.sh"

# Files above 500 lines and functions above 60 that have a reason: "FILE REASON" and "FILE FUNCTION REASON".
long_files='
src/model/realm/failure-rows.c one table, a row for each of the words that tools have for their failures
tests/fake/host.c        the answers of the whole port, a call each
tests/fake/systemd.c     the tables of a whole bus interface
'
long_functions='
tests/ui/run.c run_command           one command of the scripts after the other
tests/unit/backend/skopeo/test-explain.c explains_what_skopeo_says    a table of complaints
tests/unit/model/image/test-reference.c separates_valid_from_invalid    a table of references
'

line_max=110            # columns, in what is built
test_line_max=200       # in tests, whose shell scripts and JSON are one string
file_max=500
test_file_max=700       # in tests/unit, where a file mirrors a source
function_max=60

texts() {       # everything that people write, without data that is as it is (corpora, golden screens, images of the lab)
        find README.md meson.build src ui backend data tests -type f -size +0 ! -path 'tests/fuzz/corpus/*' ! -path 'tests/fixtures/*' \
                ! -path 'tests/lab.d/images/*' ! -path 'tests/cases/*' ! -name '*.screen' ! -name '*.png' | sort
}

look_lines() {
        texts | xargs awk -v source_max=$line_max -v test_max=$test_line_max '
                FNR == 1 {
                        code = FILENAME ~ /\.[ch]$/
                        max = code ? (FILENAME ~ /^tests\// ? test_max : source_max) : 0
                }
                /\t/ && FILENAME !~ /\.md$/ { print FILENAME ":" FNR ": a tab; indent with 8 blanks" }
                /[ \t\r]$/ { print FILENAME ":" FNR ": a blank at the end of the line" }
                max && length($0) > max {
                        # Columns, not bytes: what continues a character in UTF-8 does not count.
                        line = $0
                        gsub(/[\200-\277]/, "", line)
                        if (length(line) > max)
                                print FILENAME ":" FNR ": a line of " length(line) " columns; break it below " max
                }
                code && /TODO|FIXME|(^|[^X])XXX([^X]|$)|[Nn]ot implemented/ && !/STEP_TODO|not TODO/ {
                        print FILENAME ":" FNR ": something left for later; do it or do without"
                }'
        paste -d ' ' <(texts | xargs tail -qc 1 | od -An -vtx1 -w1) <(texts) | awk '$1 != "0a" { print $2 ":1: the last line does not end" }'
        # The name of a file says what it owns; a drawer owns nothing.
        find src ui backend tests -type f ! -path 'tests/lab.d/images/*' -regextype posix-extended -regex '.*/(.*[-_])?(utils?|misc|helpers?|common|stuff)([-_].*)?\.[a-z]+' |
                sed 's/$/:1: a drawer; a function lives with its type/'
}

look_licence() {
        find meson.build src ui backend tests -type f ! -path 'tests/fuzz/corpus/*' ! -path 'tests/fixtures/*' ! -path 'tests/lab.d/images/*' \
                ! -path 'tests/cases/*' \( -name '*.[ch]' -o -name meson.build -o -name '*.sh' -o -perm -u+x \) | sort | xargs awk '
                        FNR <= 2 && /SPDX-License-Identifier: LGPL-2.1-or-later/ { has[FILENAME] = 1 }
                        FNR == 2 { nextfile }
                        END {
                                for (i = 1; i < ARGC; i++)
                                        if (!(ARGV[i] in has))
                                                print ARGV[i] ":1: no line SPDX-License-Identifier: LGPL-2.1-or-later at its head"
                        }'
}

look_sizes() {
        sources src ui backend tests | xargs awk -v files="$long_files" -v functions="$long_functions" \
                -v file_max=$file_max -v test_file_max=$test_file_max -v function_max=$function_max '
                function ended() {
                        if (!name_of_file)
                                return
                        max = name_of_file ~ /^tests\/unit\// ? test_file_max : file_max
                        if (lines > max && !(name_of_file in file_reason))
                                print name_of_file ":" lines ": a file of " lines " lines; divide it by what it owns, or list it in check-style.sh with a reason"
                        if (lines <= max && name_of_file in file_reason)
                                print name_of_file ":1: no long file any more; take it off the list in check-style.sh"
                }
                BEGIN {
                        n = split(files, row, "\n")
                        for (i = 1; i <= n; i++)
                                if (split(row[i], word, " ") > 1)
                                        file_reason[word[1]] = 1
                        n = split(functions, row, "\n")
                        for (i = 1; i <= n; i++)
                                if (split(row[i], word, " ") > 2)
                                        function_reason[word[1] " " word[2]] = 1
                }
                FNR == 1 { ended(); name_of_file = FILENAME; began = 0 }
                { lines = FNR }
                # A body opens at the end of a line that begins in the first column (or of its continuation) and closes in the first column.
                /^[a-z_].*\(/ { head = $0 }
                /\{$/ && !began && (/^[a-z_].*\) \{$/ || /^[ \t]+.*\) \{$/) && head { began = FNR; name = head }
                /^}/ {
                        if (began) {
                                sub(/\(.*/, "", name)
                                sub(/.*[ *]/, "", name)
                                known = (FILENAME " " name) in function_reason
                                if (FNR - began + 1 > function_max && !known)
                                        print FILENAME ":" began ": " name "() is " FNR - began + 1 " lines; divide it, or list it in check-style.sh with a reason"
                                if (FNR - began + 1 <= function_max && known)
                                        print FILENAME ":" began ": " name "() is no long function any more; take it off the list in check-style.sh"
                        }
                        began = 0
                        head = ""
                }
                END { ended() }'
        local f
        for f in $(awk 'NF > 1 { print $1 }' <<<"$long_files$long_functions" | sort -u); do
                [ -e "$f" ] || say "tests/check-style.sh:1" "$f is listed as long and does not exist"
        done
}

# A header is the manual of its module: it says what it is for, and each function stands in a paragraph with a comment. The words of the house for
# beginnings and ends (x_new, x_init, x_free, x_done, x_copy) need none.
look_headers() {
        sources src ui backend tests | grep '\.h$' | xargs grep -L '^#pragma once$' | sed 's/$/:1: no #pragma once/'
        sources src ui backend tests | grep '\.h$' | xargs awk '
                function paragraph(   i, comment) {
                        for (i = 1; i <= n; i++)
                                comment = comment || line[i] ~ /\/\*/
                        for (i = 1; i <= n && !comment; i++)
                                if (line[i] ~ /^[a-z].*[ *][a-z_0-9]+\(/ && line[i] !~ /^(extern|static|typedef|enum) / &&
                                    line[i] !~ /[ *][a-z_0-9]+_(free|done|init|new|copy)\(/)
                                        print file ":" at[i] ": a public function without a comment; a header is the manual of its module"
                        n = 0
                }
                FNR == 1 { paragraph() }
                /^[ \t]*$/ { paragraph(); next }
                { line[++n] = $0; at[n] = FNR; file = FILENAME }
                END { paragraph() }'
}

# No shell at run time, and no program found by whoever sets PATH. backend/io/pty.c runs a label`s command, whose first word may be a plain name:
# the worker sets its PATH itself. A shell that a person opens in a container is the container's own.
look_shells() {
        # shellcheck disable=SC2046
        grep -nE '\b(system|popen|wordexp|execlp?|execvpe?|posix_spawnp|g_spawn[a-z_]*) *\(|"sh"|"-c"|"(/usr)?/bin/(ba|da)?sh"' $(sources src ui backend) /dev/null |
                grep -vE '^backend/io/pty\.c:[0-9]+: +execvp\(options->argv\[0\]|^src/app\.c:[0-9]+:.*pw_shell|^ui/screens/unit-inside\.c:[0-9]+:#define UNIT_INSIDE_SHELL' |
                sed -E 's/^([^:]*:[0-9]+):.*/\1: a shell, or a program looked for in PATH; run a program by its whole path, word by word/' || true
}

# The headers that list what a table of functions names, which is documented there: model/host.h, and the keys of a screen.
pending='^(ui/ui|ui/internal|backend/host/internal)\.h:[0-9]+: a public'

look() {
        {
                look_lines
                look_licence
                look_sizes
                look_headers
                look_shells
        } | grep -vE "$pending" || true
}

plant_tab() { printf '\tint x;\n' >>src/base/str.c; echo 'src/base/str.c:[0-9]+: a tab'; }
plant_blank() { echo '/* x */ ' >>ui/widgets/list.c; echo 'ui/widgets/list.c:[0-9]+: a blank at the end'; }
plant_long_line() { printf '/* %0160d */\n' 0 >>backend/systemd/bus.c; echo 'backend/systemd/bus.c:[0-9]+: a line of 16. columns'; }
plant_long_line_in_test() { printf '/* %0260d */\n' 0 >>tests/test.h; echo 'tests/test.h:[0-9]+: a line of'; }
plant_later() { echo '/* TODO: more */' >>src/model/plan/plan.c; echo 'src/model/plan/plan.c:[0-9]+: something left for later'; }
plant_unended() { printf '/* x */' >>src/cli/out.c; echo 'src/cli/out.c:1: the last line does not end'; }
plant_drawer() { cp src/cli/out.c src/base/str-utils.c; echo 'src/base/str-utils.c:1: a drawer'; }
plant_licence() { sed -i 1d ui/widgets/keys.h; echo 'ui/widgets/keys.h:1: no line SPDX'; }
plant_licence_of_script() { sed -i 2d tests/check; echo 'tests/check:1: no line SPDX'; }
plant_long_file() { yes '/* x */' | head -n 500 >>src/cli/report.c; echo 'src/cli/report.c:[0-9]+: a file of [0-9]+ lines'; }
plant_long_function() {
        { echo; echo 'int far(int a,'; echo '        int b) {'; yes '        a++;' | head -n 60; echo '}'; } >>src/cli/report.c
        echo 'src/cli/report.c:[0-9]+: far\(\) is 62 lines'
}
plant_stale_list() { head -n 100 src/model/realm/failure-rows.c >x && mv x src/model/realm/failure-rows.c; echo 'src/model/realm/failure-rows.c:1: no long file any more'; }
plant_pragma() { sed -i '/#pragma once/d' backend/systemd/bus.h; echo 'backend/systemd/bus.h:1: no #pragma once'; }
plant_silent_header() { printf '\nint str_turn(struct str *s);\n' >>src/base/str.h; echo 'src/base/str.h:[0-9]+: a public function without'; }
plant_system() { echo 'static int f(void) { return system("true"); }' >>backend/systemd/bus.c; echo 'backend/systemd/bus.c:[0-9]+: a shell'; }
plant_execvp() { echo 'static int f(char **a) { return execvp(a[0], a); }' >>src/cli/order.c; echo 'src/cli/order.c:[0-9]+: a shell'; }
plant_sh() { echo 'static const char *const a[] = { "/bin/sh", "-c" };' >>ui/ui.c; echo 'ui/ui.c:[0-9]+: a shell'; }

house "$@"
