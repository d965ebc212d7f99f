#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# House rule: text from outside (labels, logs, names, errors of engines) reaches a terminal only through base/text.h, by ui/widgets/canvas.c for the screen
# and src/cli/out.c for standard output; JSON through json_write(). ncurses is no help: it sends U+202E and U+200B to the terminal as they are.
. "$(dirname "$0")/house.sh"

# Each row is PATTERN|WHERE IT MAY STAND|SENTENCE: a call of this name, an ERE of "FILE:LINE:TEXT" that is right, and what is wrong elsewhere.
# src/worker-main.c and src/pam-main.c have constant sentences for whoever starts them by hand, and the latter its answer for a pipe; base/error.c writes into memory.
doors() {
        cat <<'END'
(mvw?|w|mv)?(add(n?w?str|ch|chn?str|chstr|_wchn?str|_wch)|ins(n?str|ch|_n?wstr|_wch)|printw)|vw_?printw|echo(char|_wchar)|slk_w?set|(mv)?[hvw]+line(_set)?|putwin|putp|tputs|vid(attr|puts)|mvcur|unctrl@^ui/widgets/canvas\.c:[0-9]+: +(addnwstr\(wide, \(int\) n\)|mvhline\(c->top \+ row, c->left.* (n|width)\));@writes to the screen beside ui/widgets/canvas.c, whose canvas_put() is the only door
(v?f|v|vd|d)?w?printf|f?putw?[cs](har)?(_unlocked)?|putw?char|fwrite(_unlocked)?|perror|psignal|v?(warn|err)x?|error_at_line|herror@^src/cli/out\.c:|^src/(worker|pam)-main\.c:[0-9]+: +fputs\("[^"]*", stderr\);|^src/pam-main\.c:[0-9]+: +return dprintf\(answer, |^src/base/error\.c:[0-9]+: +f(puts|printf)\(.*f\)?;?|^src/base/error\.c:[0-9]+: +fprintf\(f, @prints beside src/cli/out.c, which cleans what it prints
p?writev?|send(msg|to|file)?|splice|tee@^(backend|src/base)/|^ui/widgets/term\.c:[0-9]+: +if \(write\(fileno\(term->output\), bytes, n\) < 0\)@writes to a descriptor by hand; text for people goes through ui/widgets/canvas.c or src/cli/out.c
out_raw@^src/cli/out\.[ch]:|^src/cli/follow\.c:[0-9]+: +out_raw\((text, bytes|"[^"]*", [12])\);@prints without cleaning; only the lines of a feed (base/feed.h) are clean already
out_json@^src/cli/out\.[ch]:|out_json\(emit_[a-z_]+\([^()]*\)\);@prints what is not JSON of backend/format/emit.h
json_object_to_(json_string[a-z_]*|file[a-z_]*|fd)@^backend/format/write\.c:[0-9]+:.*json_object_to_json_string_length|^backend/engine/containers\.c:[0-9]+:.*http_escape\(json_object_to_json_string_ext@writes JSON beside json_write(), which hides nothing and hides from no terminal
END
}

look() {
        local pattern right sentence all
        all=$(sources src ui backend)
        while IFS=@ read -r pattern right sentence; do
                # Comments, declarations with format(printf, …) and names inside other names are no calls.
                grep -nE "(^|[^a-z_A-Z0-9\"\`.>])($pattern)\(" $all |
                        grep -vE '^[^:]*:[0-9]+: *(/?\*|//)|format\(printf' | grep -vE -- "$right" |
                        while IFS=: read -r file line text; do
                                say "$file:$line" "$(grep -oE "\b($pattern)\(" <<<"$text" | head -n 1)) $sentence"
                        done || true
        done < <(doors)
        # Descriptors of the terminal by number or name, whatever the layer.
        grep -nE '\b(p?writev?|v?dprintf|send)\((1|2|STD(OUT|ERR)_FILENO|fileno\(std(out|err)\)),' $all |
                grep -vE '^src/base/memory\.c:[0-9]+: +\(void\) !write\(STDERR_FILENO, sentence,' |
                sed -E 's/^([^:]*:[0-9]+):.*/\1: writes to standard output or error beside src\/cli\/out.c/' || true
        # The doors themselves clean: a door that lost its lock is none.
        grep -q 'text_clean(&clean, text' ui/widgets/canvas.c || say ui/widgets/canvas.c:1 "does not clean what it draws"
        grep -q 'text_clean(&clean, text' src/cli/out.c || say src/cli/out.c:1 "does not clean what it prints"
        grep -q 'add_showable(&shown, text' backend/format/write.c || say backend/format/write.c:1 "does not hide what a terminal would obey in the JSON it writes"
        # A format that is not a constant would let a label speak printf.
        grep -q "'-Wformat=2'" meson.build || say meson.build:1 "-Wformat=2 is gone, which refuses formats that are not constant"
}

plant_addstr() { echo 'static void f(const char *s) { waddstr(stdscr, s); }' >>ui/widgets/list.c; echo 'ui/widgets/list.c:[0-9]+: waddstr\(\) writes to the screen'; }
plant_mvaddnstr() { echo 'static void f(const char *s) { mvwaddnstr(stdscr, 0, 0, s, 3); }' >>ui/screens/log.c; echo 'ui/screens/log.c:[0-9]+: mvwaddnstr'; }
plant_add_wch() { echo 'static void f(const cchar_t *s) { add_wch(s); }' >>ui/widgets/theme.c; echo 'ui/widgets/theme.c:[0-9]+: add_wch'; }
plant_second_door() { echo 'static void f(const char *s) { addstr(s); }' >>ui/widgets/canvas.c; echo 'ui/widgets/canvas.c:[0-9]+: addstr'; }
plant_printw() { echo 'static void f(const char *s) { printw("%s", s); }' >>ui/ui.c; echo 'ui/ui.c:[0-9]+: printw'; }
plant_putp() { echo 'static void f(const char *s) { putp(s); }' >>ui/widgets/term.c; echo 'ui/widgets/term.c:[0-9]+: putp'; }
plant_printf() { echo 'static void f(const char *s) { printf("%s", s); }' >>src/cli/verbs/images/show.c; echo 'src/cli/verbs/images/show.c:[0-9]+: printf\(\) prints beside'; }
plant_fputs() { echo 'static void f(const char *s) { fputs(s, stderr); }' >>backend/systemd/bus.c; echo 'backend/systemd/bus.c:[0-9]+: fputs'; }
plant_puts() { echo 'static void f(const char *s) { puts(s); }' >>src/model/plan/plan.c; echo 'src/model/plan/plan.c:[0-9]+: puts'; }
plant_perror() { echo 'static void f(void) { perror("x"); }' >>src/main.c; echo 'src/main.c:[0-9]+: perror'; }
plant_warnx() { echo 'static void f(const char *s) { warnx("%s", s); }' >>src/app.c; echo 'src/app.c:[0-9]+: warnx'; }
plant_worker_speaks() { echo 'static void f(const char *s) { fputs(s, stderr); }' >>src/worker-main.c; echo 'src/worker-main.c:[0-9]+: fputs'; }
plant_write() { echo 'static void f(const char *s) { (void) write(1, s, 3); }' >>backend/store/job-journal.c; echo 'backend/store/job-journal.c:[0-9]+: writes to standard output'; }
plant_write_in_ui() { echo 'static void f(int fd, const char *s) { (void) write(fd, s, 3); }' >>ui/widgets/term.c; echo 'ui/widgets/term.c:[0-9]+: write\(\) writes to a descriptor'; }
plant_dprintf() { echo 'static void f(const char *s) { dprintf(2, "%s", s); }' >>backend/worker/worker.c; echo 'backend/worker/worker.c:[0-9]+: (dprintf|writes)'; }
plant_out_raw() { echo 'static void f(const char *s) { out_raw(s, 3); }' >>src/cli/verbs/logs.c; echo 'src/cli/verbs/logs.c:[0-9]+: out_raw'; }
plant_out_json() { echo 'static void f(const char *s) { out_json(strdup(s)); }' >>src/cli/verbs/images/show.c; echo 'src/cli/verbs/images/show.c:[0-9]+: out_json'; }
plant_json() { echo 'static const char *f(void *o) { return json_object_to_json_string(o); }' >>backend/format/emit.c; echo 'backend/format/emit.c:[0-9]+: json_object_to_json_string'; }
plant_open_canvas() { sed -i 's/text_clean(/text_copy(/' ui/widgets/canvas.c; echo 'ui/widgets/canvas.c:1: does not clean'; }
plant_open_out() { sed -i 's/text_clean(/text_copy(/' src/cli/out.c; echo 'src/cli/out.c:1: does not clean'; }
plant_open_json() { sed -i 's/add_showable(/str_add_bytes(/' backend/format/write.c; echo 'backend/format/write.c:1: does not hide'; }
plant_formats() { sed -i "s/'-Wformat=2', //" meson.build; echo 'meson.build:1: -Wformat=2 is gone'; }

house "$@"
