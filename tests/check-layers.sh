#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# House rule: folder order is dependency order (DESIGN.md section 3). All -dev headers lie in one folder, so the compiler cannot hold this; the lines
# of #include and the symbols of the archives can. And no archive has a variable that can be written: all state has an owner.
. "$(dirname "$0")/house.sh"

# Where the three files of curses are.
curses_files=' ui/canvas.c ui/term.c ui/theme.c '

# LAYER FOLDERS-IT-MAY-INCLUDE-FROM : LIBRARIES-IT-MAY-LINK
layers='
base     base                          :
model    base,model                    :
backend  base,model,backend            : curl json-c systemd crypto cares resolv
ui       base,model,ui                 : ncursesw tinfo
program  base,model,backend,ui,program : systemd
'

# Variables that may be written: "ARCHIVE SYMBOL REASON".
writable='
'

field() {       # LAYER allowed-folders | libraries
        awk -v layer="$1" -v which="$2" -F ' *: *' '
                split($1, word, / +/) && word[1] == layer { print which == "folders" ? word[2] : $2 }' <<<"$layers"
}

look_includes() {
        sources src ui backend | xargs awk -v layers="$layers" -v curses="$curses_files" '
                function breach(sentence) { print FILENAME ":" FNR ": " sentence }
                function layer_of(file) {
                        return file ~ /^src\/(base|model)\// ? substr(file, 5, index(substr(file, 5), "/") - 1) \
                                                             : file ~ /^(ui|backend)\// ? substr(file, 1, index(file, "/") - 1) : "program"
                }
                BEGIN {
                        n = split(layers, row, "\n")
                        for (i = 1; i <= n; i++)
                                if (split(row[i], word, / +/) > 1)
                                        folders[word[1]] = word[2]
                }
                FNR == 1 { layer = layer_of(FILENAME) }
                !/^[ \t]*#[ \t]*include/ { next }
                match($0, /"[^"]*"/) {
                        name = substr($0, RSTART + 1, RLENGTH - 2)
                        folder = name
                        sub(/\/.*/, "", folder)
                        if (folder == name || folder == "verbs")
                                folder = "program"
                        if (name ~ /\.\.\//)
                                breach("an include by ../; write it from the root of the layers")
                        else if (name != "config.h" && index("," folders[layer] ",", "," folder ",") == 0)
                                breach(layer " includes \"" name "\"; it may use " folders[layer] " only")
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

# What each library defines: "SYMBOL LIBRARY", once a run.
library_symbols() {
        local library path
        for library in c:libc.so.6 loader:ld-linux-x86-64.so.2 m:libm.so.6 curl:libcurl.so json-c:libjson-c.so systemd:libsystemd.so \
                crypto:libcrypto.so cares:libcares.so resolv:libresolv.so.2 ncursesw:libncursesw.so.6 tinfo:libtinfo.so.6; do
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
look() {
        [[ $PLANT == symbol_* ]] || look_includes
        [[ $PLANT == include_* ]] || look_symbols
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
plant_include_of_backend() { sed -i '3i #include "backend/engine.h"' ui/list.c; echo 'ui/list.c:3: ui includes "backend/engine.h"'; }
plant_include_of_model() { sed -i '3i #include "model/plan.h"' src/base/str.c; echo 'src/base/str.c:3: base includes "model/plan.h"'; }
plant_include_of_ui() { sed -i '3i #include "ui/keys.h"' backend/bus.c; echo 'backend/bus.c:3: backend includes "ui/keys.h"'; }
plant_include_of_program() { sed -i '3i #include "out.h"' backend/bus.c; echo 'backend/bus.c:3: backend includes "out.h"'; }
plant_include_dots() { sed -i '3i #include "../base/str.h"' src/model/plan.c; echo 'src/model/plan.c:3: an include by'; }
plant_include_fourth_curses() { sed -i '3i #include <ncurses.h>' ui/list.c; echo 'ui/list.c:3: curses belongs to three files'; }
plant_include_curses_in_program() { sed -i '3i #include <curses.h>' src/app.c; echo 'src/app.c:3: curses belongs to three files'; }
plant_include_json() { sed -i '3i #include <json-c/json.h>' src/verbs/plan.c; echo 'src/verbs/plan.c:3: <json-c/json.h> belongs to backend'; }
plant_include_systemd_in_ui() { sed -i '3i # include <systemd/sd-event.h>' ui/ui.h; echo 'ui/ui.h:3: <systemd/sd-event.h> belongs'; }

house "$@"
