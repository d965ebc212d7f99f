#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# House rule: folder order is dependency order (DESIGN.md section 3). All -dev headers lie in one folder, so the compiler cannot hold this; the lines
# of #include and the symbols of the archives can. And no archive has a variable that can be written: all state has an owner.
. "$(dirname "$0")/house.sh"

# Where the three files of curses are.
curses_files=' ui/widgets/canvas.c ui/widgets/term.c ui/widgets/theme.c '

# ROOM of what: each may use the rooms above it in its own part and in the parts named behind the part it is in.
rooms='
base
model/finding
model/image
model/command
model/param
model/realm
model/profile
model/log
model/service
model/plan
model/job
model/trouble
model
backend/io
backend/format
backend/systemd
backend/engine
backend/skopeo
backend/wire
backend/snapshot
backend/store
backend/realm
backend/worker
backend/jobs
backend/trouble
backend/host
ui/widgets
ui
ui/screens
cli
cli/verbs
program
'

# PART PARTS-IT-MAY-INCLUDE-FROM : LIBRARIES-IT-MAY-LINK
layers='
base     base                          : unistring
model    base,model                    : pcre2-8
backend  base,model,backend            : curl json-c systemd crypto ssl cares lber resolv
ui       base,model,ui                 : ncursesw tinfo vterm
program  base,model,backend,ui,program : systemd
'

# Files that may call each other in a circle; their headers have the reason: ui/internal.h, ui/screens/screens.h.
circles='^ui_(dialog|dispatch|frame|lend|menu|stack|ui)\\.c\\.o$|^ui_screens_'

# Variables that may be written: "ARCHIVE SYMBOL REASON".
writable='
libbase.a preparation what gives the terminal back before the last words (base/memory.h): no caller has it at hand
'

field() {       # LAYER allowed-folders | libraries
        awk -v layer="$1" -v which="$2" -F ' *: *' '
                split($1, word, / +/) && word[1] == layer { print which == "folders" ? word[2] : $2 }' <<<"$layers"
}

# For awk, of the output of nm -A: owner[SYMBOL] is the object that defines it; wants[1] to wants[n] are "OBJECT SYMBOL".
symbols_of='
        { object = $1; sub(/:$/, "", object); sub(/:[0-9a-f]*$/, "", object); sub(/.*[:\/]/, "", object) }
        NF < 2 { next }
        NF >= 3 && $(NF - 1) ~ /^[TDRBV]$/ { owner[$NF] = object; next }
        $(NF - 1) == "U" { wants[++n] = object " " $NF }
'

# For awk: the room and the part of a file or of an object named after it.
places='
        function room_of(file,   folder) {
                folder = file
                sub(/^src\//, "", folder)
                if (!sub(/\/[^\/]*$/, "", folder))
                        return "program"
                while (!(folder in rank) && folder ~ /\//)
                        sub(/\/[^\/]*$/, "", folder)
                return folder in rank ? folder : "program"
        }
        function part_of(room) {
                sub(/\/.*/, "", room)
                return room == "cli" ? "program" : room
        }
        BEGIN {
                n_rooms = split(rooms, room_row, "\n")
                for (i_room = 1; i_room <= n_rooms; i_room++)
                        if (room_row[i_room] != "")
                                rank[room_row[i_room]] = i_room
        }'

look_includes() {
        sources src ui backend | xargs awk -v layers="$layers" -v rooms="$rooms" -v curses="$curses_files" "$places"'
                function breach(sentence) { print FILENAME ":" FNR ": " sentence }
                BEGIN {
                        n = split(layers, row, "\n")
                        for (i = 1; i <= n; i++)
                                if (split(row[i], word, / +/) > 1)
                                        folders[word[1]] = word[2]
                }
                FNR == 1 { room = room_of(FILENAME); layer = part_of(room) }
                !/^[ \t]*#[ \t]*include/ { next }
                match($0, /"[^"]*"/) {
                        name = substr($0, RSTART + 1, RLENGTH - 2)
                        other = room_of(name)
                        if (name ~ /\.\.\//)
                                breach("an include by ../; write it from the root of the layers")
                        else if (name == "config.h")
                                next
                        else if (index("," folders[layer] ",", "," part_of(other) ",") == 0)
                                breach(layer " includes \"" name "\"; it may use " folders[layer] " only")
                        else if (rank[other] > rank[room])
                                breach("the room " room " includes \"" name "\" of the room " other ", which is above it")
                        else if (name ~ /\/internal\.h$/ && other != room)
                                breach("\"" name "\" is for the room " other " only")
                        next
                }
                match($0, /<[^>]*>/) {
                        name = substr($0, RSTART + 1, RLENGTH - 2)
                        if (name ~ /^(n?curses|term|panel|form|menu)\.h$/ && index(curses, " " FILENAME " ") == 0)
                                breach("curses belongs to three files of ui/:" curses)
                        if (name ~ /^(curl|json-c|openssl)\// && layer != "backend")
                                breach("<" name "> belongs to backend/")
                        if (name ~ /^systemd\// && layer != "backend" && layer != "program")
                                breach("<" name "> belongs to backend/ and the programs")
                }'
}

# Arrows that no header shows: a function declared by hand, or by a header of a room below.
look_rooms() {
        local archives=() layer
        for layer in base model backend ui program; do
                [ -e "$BUILD/lib$layer.a" ] || return 0
                archives+=("$BUILD/lib$layer.a")
        done
        { sources src ui backend; ls planted/*/*/*.c 2>/dev/null || true; } | awk -v rooms="$rooms" "$places"'
                { object = $0; sub(/^planted\//, "", object); file = object; gsub(/\//, "_", object); print object ".o", room_of(file) }' >"$objects"
        { nm -A --defined-only "${archives[@]}"; nm -A -u "${archives[@]}"; } | awk -v rooms="$rooms" "$places"'
                NR == FNR { room[$1] = $2; next }
                '"$symbols_of"'
                END {
                        for (i = 1; i <= n; i++) {
                                split(wants[i], word, " ")
                                to = owner[word[2]]
                                if (to == "" || !(to in room) || !(word[1] in room) || rank[room[to]] <= rank[room[word[1]]])
                                        continue
                                print word[1], word[2], room[word[1]], room[to]
                        }
                }' "$objects" - | while read -r object symbol from to; do
                        say "$(place "$object" "$symbol")" "the room $from calls $symbol of the room $to, which is above it"
                done
}

# Files that call each other in a circle, but for those with a reason.
look_circles() {
        local layer loop
        for layer in base model backend ui program; do
                [ -e "$BUILD/lib$layer.a" ] || continue
                # tsort(1) gives the files of each circle behind "loop:".
                { nm -A --defined-only "$BUILD/lib$layer.a"; nm -A -u "$BUILD/lib$layer.a"; } | awk -v spared="$circles" '
                        '"$symbols_of"'
                        END {
                                for (i = 1; i <= n; i++) {
                                        split(wants[i], word, " ")
                                        to = owner[word[2]]
                                        if (to != "" && to != word[1] && !(word[1] ~ spared && to ~ spared))
                                                print word[1], to
                                }
                        }' | { tsort 2>&1 >/dev/null || true; } | awk '$2 == "-:" { print ""; next } { printf "%s ", $2 } END { print "" }' |
                        while read -r loop; do
                                [ -z "$loop" ] || say "$(place "${loop%% *}" "")" "these files call each other in a circle: ${loop% }"
                        done
        done
}

# What each library defines: "SYMBOL LIBRARY", once a run.
library_symbols() {
        local library path
        for library in c:libc.so.6 loader:ld-linux-x86-64.so.2 m:libm.so.6 curl:libcurl.so json-c:libjson-c.so systemd:libsystemd.so \
                crypto:libcrypto.so ssl:libssl.so cares:libcares.so lber:liblber.so resolv:libresolv.so.2 unistring:libunistring.so pcre2-8:libpcre2-8.so \
                vterm:libvterm.so ncursesw:libncursesw.so.6 tinfo:libtinfo.so.6; do
                path=$("${CC:-cc}" -print-file-name="${library#*:}")
                [ -e "$path" ] || continue
                nm -D --defined-only "$path" | awk -v library="${library%%:*}" '{ sub(/@.*/, "", $3); print $3, library }'
        done
}

# FILE:LINE of a symbol's first mention in the source that an object was made from.
place() {       # OBJECT SYMBOL
        local source=${1%.o} candidate
        # meson turns a path into a name: src_base_str.c.o
        for candidate in $(sources src ui backend tests; ls planted.c 2>/dev/null); do
                if [ "${candidate//\//_}" = "$source" ]; then
                        printf '%s:%s' "$candidate" "$(grep -nw -m 1 -- "$2" "$candidate" | cut -d: -f1)"
                        return
                fi
        done
        printf '%s:0' "$1"
}

look_symbols() {
        local layer archive lower object symbol owner line ours
        for layer in base model backend ui program; do
                [ -e "$BUILD/lib$layer.a" ] || { say "meson.build:1" "lib$layer.a is not built, so its symbols were not looked at"; return; }
        done
        [ -s "$symbols" ] || library_symbols >"$symbols"
        ours=$(for layer in base model backend ui program; do
                nm -A --defined-only "$BUILD/lib$layer.a" | awk -v owner="$layer" '$(NF - 1) ~ /[A-Z]/ { print $NF, "/" owner }'
        done)
        for layer in base model backend ui program; do
                archive=$BUILD/lib$layer.a
                lower=$(field "$layer" folders)
                awk -v allowed=" c loader $(field "$layer" libraries) " -v folders=",$lower," '
                        # Ours come first and win over those of the same name of a library, as the linker has it.
                        NR == FNR { if (!($1 in owner)) owner[$1] = $2; next }
                        {
                                symbol = $NF
                                object = $0
                                sub(/: +U .*/, "", object)
                                sub(/.*[:\/]/, "", object)
                        }
                        symbol ~ /^(__asan_|__ubsan_|__sanitizer_|__odr_asan|__gcov|__llvm|_GLOBAL_OFFSET_TABLE_|__tsan_|__lsan_)/ { next }
                        !(symbol in owner) { print object, symbol, "nobody"; next }
                        owner[symbol] ~ /^\// { if (index(folders, "," substr(owner[symbol], 2) ",") == 0) print object, symbol, owner[symbol]; next }
                        index(allowed, " " owner[symbol] " ") == 0 { print object, symbol, owner[symbol] }' <(echo "$ours"; cat "$symbols") <(nm -A -u "$archive") |
                        while read -r object symbol owner; do
                                case $owner in
                                nobody) line="$symbol, which is of no library that fairlead uses" ;;
                                /*) line="$symbol of ${owner#/}; it may use $lower only" ;;
                                *) line="$symbol of lib$owner, which it must not know" ;;
                                esac
                                say "$(place "$object" "$symbol")" "$layer calls $line"
                        done
                # .data.rel.ro holds constants with addresses in them. __odr_asan is the sanitizer's.
                nm -A -f sysv "$archive" 2>/dev/null | awk -F '|' '
                        { section = $NF; gsub(/ /, "", section); kind = $4; gsub(/ /, "", kind); name = $1; gsub(/ /, "", name) }
                        kind != "OBJECT" && kind != "TLS" { next }
                        section ~ /^\.data\.rel\.ro/ || (section !~ /^\.(data|bss|tdata|tbss)/ && section != "*COM*") || name ~ /:__odr_asan/ { next }
                        { object = name; sub(/:[^:]*$/, "", object); sub(/.*[:\/]/, "", object); sub(/.*:/, "", name); print object, name }' |
                        while read -r object symbol; do
                                grep -qE "^lib$layer\.a ${symbol%%.*} " <<<"$writable" ||
                                        say "$(place "$object" "${symbol%%.*}")" "$symbol can be written and belongs to nobody; give it to a struct, or make it const"
                        done
        done
}

symbols=$(mktemp)
objects=$(mktemp)
look() {
        [[ $PLANT == symbol_* || $PLANT == room_* || $PLANT == circle ]] || look_includes
        [[ $PLANT == include_* || $PLANT == room_* || $PLANT == circle ]] || look_symbols
        [[ -n $PLANT && $PLANT != room_* ]] || look_rooms
        [[ -n $PLANT && $PLANT != circle ]] || look_circles
}

# Archives as meson makes them, of one object each; the source of $1's is standard input.
make_archives() {
        local layer
        cat >planted.c
        mkdir planted-build
        for layer in base model backend ui program; do
                if [ "$layer" = "$1" ]; then
                        "${CC:-cc}" -c -g -fPIC -o planted-build/planted.c.o planted.c
                else
                        echo "int in_$layer(void); int in_$layer(void) { return 0; }" >clean.c
                        "${CC:-cc}" -c -o "planted-build/clean_$layer.c.o" clean.c
                fi
                (cd planted-build && ar crsT "lib$layer.a" "$([ "$layer" = "$1" ] && echo planted.c.o || echo "clean_$layer.c.o")" 2>/dev/null)
        done
}

plant_symbol_curl_in_ui() { echo 'void *curl_easy_init(void); void *f(void); void *f(void) { return curl_easy_init(); }' | make_archives ui; echo '^planted.c:1: ui calls curl_easy_init of libcurl'; }
plant_symbol_curses_in_backend() { echo 'int wrefresh(void *); int f(void); int f(void) { return wrefresh(0); }' | make_archives backend; echo '^planted.c:1: backend calls wrefresh of lib(ncursesw|tinfo)'; }
plant_symbol_bus_in_model() { echo 'int sd_bus_open(void *); int f(void); int f(void) { return sd_bus_open(0); }' | make_archives model; echo 'model calls sd_bus_open of libsystemd'; }
plant_symbol_json_in_program() { echo 'void *json_object_new_object(void); void *f(void); void *f(void) { return json_object_new_object(); }' | make_archives program; echo 'program calls json_object_new_object of libjson-c'; }
plant_symbol_backend_from_ui() { echo 'int in_backend(void); int f(void); int f(void) { return in_backend(); }' | make_archives ui; echo 'ui calls in_backend of backend; it may use base,model,ui only'; }
plant_symbol_up_from_base() { echo 'int in_model(void); int f(void); int f(void) { return in_model(); }' | make_archives base; echo 'base calls in_model of model'; }
plant_symbol_maths_in_base() { echo 'double cbrt(double); double f(double); double f(double x) { return cbrt(x); }' | make_archives base; echo 'base calls cbrt of libm'; }
plant_symbol_stranger() { echo 'int deflateInit_(void); int f(void); int f(void) { return deflateInit_(); }' | make_archives backend; echo 'backend calls deflateInit_, which is of no library'; }
plant_symbol_variable() { echo 'int count = 3;' | make_archives model; echo '^planted.c:1: count can be written'; }
plant_symbol_zero_variable() { echo 'static char *cache; char *f(char *); char *f(char *s) { char *t = cache; cache = s; return t; }' | make_archives ui; echo 'cache can be written'; }
plant_symbol_hidden_variable() { echo 'int f(void); int f(void) { static int calls; return ++calls; }' | make_archives base; echo 'calls(\.0)? can be written'; }
plant_symbol_thread_variable() { echo '_Thread_local int deep; ' | make_archives program; echo 'deep can be written'; }
plant_symbol_unbuilt() { mkdir planted-build; echo 'libbase.a is not built'; }
plant_include_of_backend() { sed -i '3i #include "backend/engine/engine.h"' ui/widgets/list.c; echo 'ui/widgets/list.c:3: ui includes "backend/engine/engine.h"'; }
plant_include_of_model() { sed -i '3i #include "model/plan.h"' src/base/str.c; echo 'src/base/str.c:3: base includes "model/plan.h"'; }
plant_include_of_ui() { sed -i '3i #include "ui/widgets/keys.h"' backend/systemd/bus.c; echo 'backend/systemd/bus.c:3: backend includes "ui/widgets/keys.h"'; }
plant_include_of_program() { sed -i '3i #include "cli/out.h"' backend/systemd/bus.c; echo 'backend/systemd/bus.c:3: backend includes "cli/out.h"'; }
plant_include_room() { sed -i '3i #include "backend/store/services.h"' backend/io/files.c; echo 'backend/io/files.c:3: the room backend/io includes "backend/store/services.h" of the room backend/store'; }
plant_include_room_of_model() { sed -i '3i #include "model/plan/plan.h"' src/model/image/image.c; echo 'src/model/image/image.c:3: the room model/image includes'; }
plant_include_room_of_ui() { sed -i '3i #include "ui/screen.h"' ui/widgets/list.c; echo 'ui/widgets/list.c:3: the room ui/widgets includes'; }
plant_include_room_of_cli() { sed -i '3i #include "cli/verbs/verbs.h"' src/cli/out.c; echo 'src/cli/out.c:3: the room cli includes'; }
plant_include_internal() { sed -i '3i #include "backend/engine/internal.h"' backend/worker/worker.c; echo 'backend/worker/worker.c:3: "backend/engine/internal.h" is for the room backend/engine only'; }
plant_include_dots() { sed -i '3i #include "../base/str.h"' src/model/plan/plan.c; echo 'src/model/plan/plan.c:3: an include by'; }
plant_include_fourth_curses() { sed -i '3i #include <ncurses.h>' ui/widgets/list.c; echo 'ui/widgets/list.c:3: curses belongs to three files'; }
plant_include_curses_in_program() { sed -i '3i #include <curses.h>' src/app.c; echo 'src/app.c:3: curses belongs to three files'; }
plant_include_json() { sed -i '3i #include <json-c/json.h>' src/cli/verbs/plan.c; echo 'src/cli/verbs/plan.c:3: <json-c/json.h> belongs to backend'; }
plant_include_systemd_in_ui() { sed -i '3i # include <systemd/sd-event.h>' ui/ui.h; echo 'ui/ui.h:3: <systemd/sd-event.h> belongs'; }

# An archive of backend with two files that call each other or not, and clean ones of the other layers.
archive_pair() {        # FILE CODE FILE CODE
        local object
        mkdir -p planted-build
        for object in base model ui program; do
                echo "int in_$object(void); int in_$object(void) { return 0; }" >clean.c
                "${CC:-cc}" -c -o "planted-build/clean_$object.c.o" clean.c
                (cd planted-build && ar crsT "lib$object.a" "clean_$object.c.o" 2>/dev/null)
        done
        while [ $# -gt 0 ]; do
                mkdir -p "planted/$(dirname "$1")"
                echo "$2" >"planted/$1"
                object=${1//\//_}.o
                "${CC:-cc}" -c -o "planted-build/$object" "planted/$1"
                (cd planted-build && ar crsT libbackend.a "$object" 2>/dev/null)
                shift 2
        done
}

# A call that no header shows, from a low room into a high one, in archives as meson makes them.
plant_room_call() {
        archive_pair backend/io/low.c 'int high(void); int low(void); int low(void) { return high(); }' \
                backend/host/high.c 'int high(void); int high(void) { return 0; }'
        echo 'the room backend/io calls high of the room backend/host'
}

plant_circle() {
        archive_pair backend/io/one.c 'int two(void); int one(void); int one(void) { return two(); }' \
                backend/io/two.c 'int one(void); int two(void); int two(void) { return one(); }'
        echo 'these files call each other in a circle: backend_io_(one.c.o backend_io_two|two.c.o backend_io_one).c.o'
}

house "$@"
