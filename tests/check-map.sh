#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# House rule: the table of rooms in README.md has a row for each folder of sources and none for what is not there; no folder holds more than 30 files.
# And the tables of meson.build list each source once: their merges take both sides, which doubles lines.
. "$(dirname "$0")/house.sh"

# The rooms of the table as "LINE PATH".
map() {
        awk '
                /^## / { inside = $0 == "## Rooms"; next }
                inside && match($0, /^\| `[^`]+\/` \| [^|]/) {
                        path = substr($0, 4)
                        sub(/\/`.*/, "", path)
                        print FNR, path
                }' README.md
}

look_map() {
        map | while read -r line path; do
                [ -d "$path" ] || say "README.md:$line" "\"$path\" is in the table of rooms and not in the tree"
        done
        map | sort -k 2,2 -k 1,1n | awk '$2 == last { print "README.md:" $1 ": \"" $2 "\" is in the table of rooms twice, also in line " line } { last = $2; line = $1 }'
        comm -23 <(sources src ui backend | sed 's,/[^/]*$,,' | sort -u) <(map | cut -d ' ' -f 2 | sort) |
                sed 's/$/:1: has no row in the table of rooms of README.md/'
        sources src ui backend | sed 's,/[^/]*$,,' | sort | uniq -c | awk '$1 > 30 { print $2 ":1: a room of " $1 " files; 30 are the most" }'
}

look_meson() {
        local list room file
        # What is built, each once: sources of archives and programs, then tests.
        grep -no "'\(src\|ui\|backend\)/[^']*\.c'" meson.build | tr -d "'" | sort -t : -k 2,2 -k 1,1n |
                awk -F : '$2 == last { print "meson.build:" $1 ": " $2 " is listed twice" } { last = $2 }'
        comm -23 <(sources src ui backend | grep '\.c$') <(grep -o "'\(src\|ui\|backend\)/[^']*\.c'" meson.build | tr -d "'" | sort -u) |
                sed 's/$/:1: is not in meson.build, so nobody builds it/'
        grep -no "^ *\['[a-z/]*', '[^']*', [l[]" tests/meson.build | sed "s/:.*\['\(.*\)', '\(.*\)', .*/:\1\/\2/" | sort -t : -k 2,2 -k 1,1n |
                awk -F : '$2 == last { print "tests/meson.build:" $1 ": the test " $2 " is listed twice" } { last = $2 }'
        # A unit test mirrors a source, or what its row says beside it.
        for list in $(find tests/unit -name 'test-*.c' | sort); do
                room=${list%/*}
                file=${list##*/test-}
                grep -q "^ *\['${room#tests/unit/}', '${file%.c}'," tests/meson.build || say "$list:1" "is not in tests/meson.build, so nobody runs it"
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

plant_new_folder() { mkdir -p backend/new && cp src/cli/out.c backend/new/new.c; echo 'backend/new:1: has no row in the table'; }
plant_lost_room() { sed -i 's,`backend/io/`,`backend/ion/`,' README.md; echo 'README.md:[0-9]+: "backend/ion" is in the table of rooms and not'; }
plant_twice() { sed -i '/^| `backend\/io\//p' README.md; echo 'README.md:[0-9]+: "backend/io" is in the table of rooms twice'; }
plant_full_room() { for i in $(seq 31); do cp src/cli/out.c "src/cli/out$i.c"; done; echo 'src/cli:1: a room of [0-9]+ files'; }
plant_doubled_source() { sed -i "/'ui\/widgets\/list.c'/p" meson.build; echo 'meson.build:[0-9]+: ui/widgets/list.c is listed twice'; }
plant_unbuilt_source() { sed -i "/'ui\/widgets\/list.c'/d" meson.build; echo 'ui/widgets/list.c:1: is not in meson.build'; }
plant_doubled_test() { sed -i "/\['base', 'str'/p" tests/meson.build; echo 'tests/meson.build:[0-9]+: the test base/str is listed twice'; }
plant_unrun_test() { sed -i "/\['base', 'str'/d" tests/meson.build; echo 'tests/unit/base/test-str.c:1: is not in tests/meson.build'; }
plant_unrun_fuzzer() { cp tests/fuzz/fuzz-words.c tests/fuzz/fuzz-new.c; echo 'tests/fuzz/fuzz-new.c:1: is not in tests/meson.build'; }
plant_empty_corpus() { rm tests/fuzz/corpus/words/*; echo 'tests/fuzz/fuzz-words.c:1: has no corpus'; }
plant_unplayed() { cp tests/ui/images.keys tests/ui/new.keys; echo 'tests/ui/new.keys:1: is not in tests/meson.build'; }

house "$@"
