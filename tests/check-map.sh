#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# House rule: the map in README.md has one line for each source file and none for what is not there; a file of the tests may stand under its folder's
# line. And the tables of meson.build list each source once: their merges take both sides, which doubles lines.
. "$(dirname "$0")/house.sh"

# The map as "LINE PATH": `x.[ch]` is two.
map() {
        awk '
                /^## / { inside = $0 == "## Map"; next }
                inside && /^- `/ {
                        path = $0
                        sub(/^- `/, "", path)
                        if (path !~ /^[^`]+` - ./) { print FNR, "!"; next }
                        sub(/`.*/, "", path)
                        if (sub(/\.\[ch\]$/, "", path)) {
                                print FNR, path ".c"
                                print FNR, path ".h"
                        } else
                                print FNR, path
                }' README.md
}

look_map() {
        map | while read -r line path; do
                if [ "$path" = "!" ]; then
                        say "README.md:$line" "a line of the map is \"- \`PATH\` - what it owns\""
                elif [ ! -e "$path" ]; then
                        say "README.md:$line" "\"$path\" is on the map and not in the tree"
                fi
        done
        map | sort -k 2,2 -k 1,1n | awk '$2 == last && $2 != "!" { print "README.md:" $1 ": \"" $2 "\" is on the map twice, also in line " line } { last = $2; line = $1 }'
        # Folders stand for their files in tests/ only.
        comm -23 <({ sources src ui backend; find src ui backend -type f ! -name '*.[ch]'; } | sort) <(map | cut -d ' ' -f 2 | sort) |
                sed 's/$/:1: has no line in the map of README.md/'
        find tests -type f ! -path 'tests/fuzz/corpus/*' ! -path 'tests/fixtures/*' ! -path 'tests/cases/*' ! -name meson.build ! -name '*.md' | sort |
                awk 'NR == FNR { known[$2] = 1; next }
                        {
                                path = $0
                                found = path in known
                                while (!found && path ~ /\//) {
                                        sub(/\/[^\/]*\/?$/, "", path)
                                        found = path != "tests" && (path "/") in known
                                }
                                if (!found)
                                        print $0 ":1: has no line in the map of README.md, nor has its folder"
                        }' <(map) -
}

look_meson() {
        local list
        # What is built, each once: sources of archives and programs, then tests.
        grep -no "'\(src\|ui\|backend\)/[^']*\.c'" meson.build | tr -d "'" | sort -t : -k 2,2 -k 1,1n |
                awk -F : '$2 == last { print "meson.build:" $1 ": " $2 " is listed twice" } { last = $2 }'
        comm -23 <(sources src ui backend | grep '\.c$') <(grep -o "'\(src\|ui\|backend\)/[^']*\.c'" meson.build | tr -d "'" | sort -u) |
                sed 's/$/:1: is not in meson.build, so nobody builds it/'
        grep -no "^ *\['[a-z]*/[^']*'" tests/meson.build | sed "s/:.*'\(.*\)'/:\1/" | sort -t : -k 2,2 -k 1,1n |
                awk -F : '$2 == last { print "tests/meson.build:" $1 ": the test " $2 " is listed twice" } { last = $2 }'
        # A unit test mirrors a source, or what its row says beside it.
        for list in $(find tests/unit -name 'test-*.c' | sort); do
                list=${list#tests/unit/test-}
                grep -q "^ *\['[a-z]*/${list%.c}'" tests/meson.build || say "tests/unit/test-$list:1" "is not in tests/meson.build, so nobody runs it"
        done
        for list in $(find tests/fuzz -name 'fuzz-*.c' | sort); do
                list=${list#tests/fuzz/fuzz-}
                grep -q "^ *\['${list%.c}'," tests/meson.build || say "tests/fuzz/fuzz-$list:1" "is not in tests/meson.build, so nobody runs it"
                [ -n "$(ls "tests/fuzz/corpus/${list%.c}" 2>/dev/null)" ] || say "tests/fuzz/fuzz-$list:1" "has no corpus in tests/fuzz/corpus/${list%.c}"
        done
        for list in $(find tests/ui -name '*.keys' | sort); do
                list=${list#tests/ui/}
                grep -q "^ *'${list%.keys}'," tests/meson.build || say "tests/ui/$list:1" "is not in tests/meson.build, so nobody plays it"
        done
}

look() {
        look_map
        look_meson
}

plant_new_source() { cp src/out.c src/new.c; echo 'src/new.c:1: has no line in the map'; }
plant_new_header() { cp ui/list.h ui/new.h; echo 'ui/new.h:1: has no line in the map'; }
plant_new_folder() { mkdir -p backend/new && cp src/out.c backend/new/new.c; echo 'backend/new/new.c:1: has no line'; }
plant_new_test_folder() { mkdir -p tests/new && cp src/out.c tests/new/new.c; echo 'tests/new/new.c:1: has no line in the map of README.md, nor'; }
plant_new_test() { cp src/out.c tests/new.h; echo 'tests/new.h:1: has no line'; }
plant_lost_source() { rm src/out.h; echo 'README.md:[0-9]+: "src/out.h" is on the map and not in the tree'; }
plant_twice() { sed -i '/^- `src\/out/p' README.md; echo 'README.md:[0-9]+: "src/out.[ch]" is on the map twice, also in line [0-9]+'; }
plant_bare() { sed -i 's/^\(- `src\/out[^ ]*\).*/\1/' README.md; echo 'README.md:[0-9]+: a line of the map is'; }
plant_doubled_source() { sed -i "/'ui\/list.c'/p" meson.build; echo 'meson.build:[0-9]+: ui/list.c is listed twice'; }
plant_unbuilt_source() { sed -i "/'ui\/list.c'/d" meson.build; echo 'ui/list.c:1: is not in meson.build'; }
plant_doubled_test() { sed -i "/'base\/str'/p" tests/meson.build; echo 'tests/meson.build:[0-9]+: the test base/str is listed twice'; }
plant_unrun_test() { sed -i "/'base\/str'/d" tests/meson.build; echo 'tests/unit/test-str.c:1: is not in tests/meson.build'; }
plant_unrun_fuzzer() { cp tests/fuzz/fuzz-words.c tests/fuzz/fuzz-new.c; echo 'tests/fuzz/fuzz-new.c:1: is not in tests/meson.build'; }
plant_empty_corpus() { rm tests/fuzz/corpus/words/*; echo 'tests/fuzz/fuzz-words.c:1: has no corpus'; }
plant_unplayed() { cp tests/ui/images.keys tests/ui/new.keys; echo 'tests/ui/new.keys:1: is not in tests/meson.build'; }

house "$@"
