/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Golden screens: real ncurses without a terminal (a pipe for keys, a file for bytes), a fake host, a fake clock.
 *
 *     run SCRIPT.keys       compares every `screen NAME` with the section of SCRIPT.screen beside it
 *     UPDATE=1 run …        writes SCRIPT.screen anew; what changed is reviewed in the diff
 *
 * A script, one command a line:
 *
 *     term NAME COLUMNSxROWS DISPLAY    opens the console (closes the one before); DISPLAY is auto, basic, normal or rich
 *     have WHAT WHICH                   what the host holds: have images full
 *     answer WHAT | fail WHAT TEXT | HINT    the host answers what waits
 *     gone WHAT TEXT                    the same, because it is not there
 *     busy WHAT TEXT                    the same, because a job holds the host
 *     changed TOPIC                     something changed by itself
 *     key NAME …                        Up, Enter, Ctrl-L, x
 *     type TEXT                         the text, letter by letter
 *     show PLACE WHAT                   image, unit, job
 *     size COLUMNSxROWS                 the terminal got another size
 *     tick MS                           time passes
 *     job WHICH, output TEXT, line PRIORITY TEXT     to those who watch (\n, \r, \e, \t and \\ in TEXT)
 *     screen NAME                       the golden screen
 *     bytes MAX                         the last paint sent no more than so many
 *     altogether MAX                    no more than so many bytes were sent since `term`
 *     wakes MAX MS                      in the time to come, which passes, no more than MAX timers wake the console
 *     sent BYTES                        the command before sent these, among others (escapes as in TEXT below)
 *     asked TEXT                        the host was asked exactly this since the last `asked`
 *     idle                              nothing is to be painted, and no timer is armed
 *     ended STATUS                      the program that has the terminal ended so; what was to be started is in asked
 *     quiet                             the command before sent nothing
 *     clock                             here a job's clock may go on; everywhere else the timers must come to rest
 *     over                              the console has ended
 *
 * With SHOTS=FOLDER every golden screen also leaves the bytes that were sent up to it, FOLDER/SCRIPT-NAME.COLSxROWS;
 * tests/ui/look makes pictures of them.
 */

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/readfile.h"
#include "tests/fake/host.h"
#include "tests/ui/cells.h"
#include "tests/ui/fixtures.h"
#include "ui/internal.h"
#include "ui/screens/screens.h"
#include "ui/ui.h"

struct run {
        struct fake_host *fake;
        struct ui *ui;
        int keys;               /* write end of the pipe */
        FILE *input, *output;
        int64_t usec;           /* the clock */
        bool dirty;
        bool clock;             /* something on the screen counts seconds */
        long painted_bytes;     /* of the last paint */
        off_t sent_from;        /* where in the output the last command began */
        char term[32];
        struct str golden;      /* what came out */
        const char *script;
        const char *shots;      /* folder for the bytes of each screen; NULL */
        unsigned line;
};

static void complain(const struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3), noreturn));
static void complain(const struct run *run, const char *format, ...) {
        va_list arguments;
        fprintf(stderr, "%s:%u: ", run->script, run->line);
        va_start(arguments, format);
        vfprintf(stderr, format, arguments);
        va_end(arguments);
        fputc('\n', stderr);
        _exit(1);       /* what the script had open is no leak */
}

static void run_invalidate(unsigned ms, void *userdata) {
        ((struct run *) userdata)->dirty = true;
}

static int64_t run_now(clockid_t clock, void *userdata) {
        const struct run *run = userdata;
        return clock == CLOCK_REALTIME ? FIXTURE_NOW * 1000000 + run->usec : 5000000000LL + run->usec;
}

static int run_lend(char *const *argv, char *const *environment, void *userdata) {
        struct run *run = userdata;
        _cleanup_free_ char *words = argv ? argv_text(argv) : strdup("the shell");
        str_addf(&run->fake->asked, "lend %s\n", words);
        return 0;
}

static void run_paint(struct run *run) {
        if (!run->ui || !run->dirty)
                return;
        run->dirty = false;
        fflush(run->output);
        off_t before = lseek(fileno(run->output), 0, SEEK_END);
        ui_paint(run->ui);
        fflush(run->output);
        run->painted_bytes = (long) (lseek(fileno(run->output), 0, SEEK_END) - before);
}

/* What was begun is settled after a while: then nothing wakes the console any more but the minutes of "for 3 min". */
#define SETTLED 6
#define MINUTES_MS 10000

static void run_settle(struct run *run) {
        unsigned ms = 0;
        for (unsigned i = 0; i < SETTLED && (ms = ui_tick_ms(run->ui)) > 0; i++) {
                run->usec += ms * 1000;
                ui_tick(run->ui);
                run_paint(run);
        }
        if (ms && ms < MINUTES_MS && !run->clock)
                complain(run, "a timer repeats every %u ms while nothing happens", ms);
        if ((!ms || ms >= MINUTES_MS) && run->clock)
                complain(run, "no clock goes on here");
        run->clock = false;
}

static void run_close(struct run *run) {
        if (run->ui && !ui_over(run->ui))
                run_settle(run);
        run->ui = ui_free(run->ui);
        run->fake = fake_host_free(run->fake);
        if (run->input) {
                fclose(run->input);
                fclose(run->output);
                close(run->keys);
                run->input = run->output = NULL;
        }
}

static void run_term(struct run *run, const char *arguments) {
        unsigned columns, rows;
        char display[16];
        if (sscanf(arguments, "%31s %ux%u %15s", run->term, &columns, &rows, display) != 4)
                complain(run, "term NAME COLUMNSxROWS DISPLAY");
        run_close(run);
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) < 0)
                complain(run, "pipe: %s", strerror(errno));
        run->keys = ends[1];
        run->input = fdopen(ends[0], "r");
        run->output = tmpfile();
        if (!run->input || !run->output)
                complain(run, "%s", strerror(errno));
        run->fake = fake_host_new();
        fixture_use(run->fake, "root", "yes");
        fixture_use(run->fake, "profile", "rsyslog");
        run->usec = 0;
        const struct ui_options options = {
                .host = &run->fake->host,
                .display = (enum display) display_from_name(display),
                .places = &screen_places,
                .input = run->input,
                .output = run->output,
                .term = run->term,
                .rows = rows,
                .columns = columns,
                .invalidate = run_invalidate,
                .now = run_now,
                .lend = run_lend,
                .userdata = run,
        };
        _cleanup_error_ struct error *e = NULL;
        if (ui_new(&options, &run->ui, &e) < 0)
                complain(run, "%s", e->message);
        run->dirty = true;
}

static void run_key(struct run *run, const char *name) {
        char one[2];
        const char *bytes = key_bytes(name, one);
        if (!bytes)
                complain(run, "no such key: %s", name);
        if (write(run->keys, bytes, strlen(bytes)) < 0)
                complain(run, "%s", strerror(errno));
        ui_input(run->ui);
        run_paint(run);
}

static char *unescape(const char *text) {
        _cleanup_str_ struct str s = {};
        for (; *text; text++) {
                if (*text != '\\' || !text[1]) {
                        str_add_char(&s, *text);
                        continue;
                }
                text++;
                str_add_char(&s, *text == 'n' ? '\n' : *text == 'r' ? '\r' : *text == 'e' ? '\033' : *text == 't' ? '\t' : *text);
        }
        return str_take(&s);
}

/* What a terminal would have got so far. */
static void run_shot(struct run *run, const char *name) {
        const char *slash = strrchr(run->script, '/'), *base = slash ? slash + 1 : run->script;
        _cleanup_free_ char *path = str_printf("%s/%.*s-%s.%dx%d", run->shots, (int) strcspn(base, "."), base, name,
                                               term_columns(run->ui->term), term_rows(run->ui->term));
        FILE *to = fopen(path, "we"), *from = NULL;
        int fd = dup(fileno(run->output));
        if (!to || fd < 0 || !(from = fdopen(fd, "r")))
                complain(run, "%s: %s", path, strerror(errno));
        off_t end = lseek(fd, 0, SEEK_END);
        char buffer[4096];
        ssize_t n;
        for (off_t at = 0; at < end && (n = pread(fd, buffer, sizeof buffer, at)) > 0; at += n)
                fwrite(buffer, 1, (size_t) n, to);
        fclose(from);
        fclose(to);
}

/* Two layers: the text, and in normal and rich the letter of each cell's style. */
static void run_screen(struct run *run, const char *name) {
        run_paint(run);
        if (run->shots)
                run_shot(run, name);
        int rows = term_rows(run->ui->term), columns = term_columns(run->ui->term);
        str_addf(&run->golden, "== %s: %s %dx%d %s, cursor at %d,%d\n", name, run->term, columns, rows,
                 display_name(run->ui->theme.display), run->ui->cursor[0] + 1, run->ui->cursor[1] + 1);
        for (int layer = 0; layer < (run->ui->theme.display == DISPLAY_BASIC ? 1 : 2); layer++)
                for (int y = 0; y < rows; y++) {
                        _cleanup_str_ struct str row = {};
                        for (int x = 0; x < columns; x++) {
                                char text[32];
                                enum style style;
                                screen_cell(&run->ui->theme, y, x, text, &style);
                                if (layer == 0)
                                        str_add(&row, text);
                                else
                                        str_add_char(&row, style_letter(style));
                        }
                        const char blank = layer == 0 ? ' ' : '.';
                        while (row.length && row.text[row.length - 1] == blank)
                                str_cut(&row, row.length - 1);
                        str_addf(&run->golden, "%s%s\n", row.length ? row.text : "", layer == 0 ? "|" : ";");
                }
}

static void run_fail(struct run *run, char *arguments, int code) {
        char *text = strchr(arguments, ' ');
        if (!text)
                complain(run, "fail WHAT TEXT | HINT");
        *text++ = '\0';
        char *hint = strstr(text, " | ");
        if (hint) {
                *hint = '\0';
                hint += 3;
        }
        int kind = request_kind_from_name(arguments);
        _cleanup_free_ char *message = unescape(text);
        if (kind < 0 || !fake_host_fail(run->fake, (enum request_kind) kind, code, message, hint))
                complain(run, "nothing waits for %s", arguments);
}

static unsigned topic_of(const char *name) {
        static const char *const names[] = { "engine", "images", "services", "units", "jobs", "realm", "host" };
        for (unsigned i = 0; i < ELEMENTS(names); i++)
                if (strcmp(names[i], name) == 0)
                        return 1U << i;
        return 0;
}

static void run_show(struct run *run, char *arguments) {
        static const struct {
                const char *name;
                const struct screen_class *class;
        } places[] = {
                { "images", &images_screen }, { "image", &image_screen }, { "units", &units_screen },
                { "unit", &unit_screen },     { "jobs", &jobs_screen },   { "job", &job_screen },
        };
        char *what = strchr(arguments, ' ');
        if (what)
                *what++ = '\0';
        for (size_t i = 0; i < ELEMENTS(places); i++)
                if (strcmp(places[i].name, arguments) == 0) {
                        screen_open(run->ui, places[i].class, what);
                        return;
                }
        complain(run, "no such place: %s", arguments);
}

static void run_sent(struct run *run, const char *bytes) {
        _cleanup_free_ char *wanted = unescape(bytes);
        char sent[65536];
        ssize_t n = pread(fileno(run->output), sent, sizeof sent, run->sent_from);
        if (n < 0 || !memmem(sent, (size_t) n, wanted, strlen(wanted)))
                complain(run, "the command before did not send %s", bytes);
}

static void run_wakes(struct run *run, const char *arguments) {
        unsigned max, msec, n = 0, ms;
        if (sscanf(arguments, "%u %u", &max, &msec) != 2)
                complain(run, "wakes MAX MS");
        int64_t until = run->usec + msec * 1000LL;
        while ((ms = ui_tick_ms(run->ui)) > 0 && run->usec + ms * 1000LL <= until) {
                run->usec += ms * 1000LL;
                ui_tick(run->ui);
                run_paint(run);
                if (++n > max)
                        complain(run, "it woke more than %u times, %lld ms before the end", max,
                                 (long long) (until - run->usec) / 1000);
        }
        run->usec = until;
}

static void run_altogether(struct run *run, long max) {
        run_paint(run);
        long sent = (long) lseek(fileno(run->output), 0, SEEK_END);
        if (sent > max)
                complain(run, "%ld bytes were sent, more than %ld", sent, max);
}

static void run_command(struct run *run, char *command) {
        char *arguments = command + strcspn(command, " ");
        if (*arguments)
                *arguments++ = '\0';
        if (run->output && strcmp(command, "sent") != 0 && strcmp(command, "quiet") != 0)
                run->sent_from = lseek(fileno(run->output), 0, SEEK_END);
        if (strcmp(command, "term") == 0)
                run_term(run, arguments);
        else if (!run->ui)
                complain(run, "first a term");
        else if (strcmp(command, "have") == 0) {
                char *which = arguments + strcspn(arguments, " ");
                if (*which)
                        *which++ = '\0';
                if (!fixture_use(run->fake, arguments, which))
                        complain(run, "no fixture %s %s", arguments, which);
        } else if (strcmp(command, "answer") == 0) {
                int kind = request_kind_from_name(arguments);
                if (kind < 0 || !fake_host_answer(run->fake, (enum request_kind) kind))
                        complain(run, "nothing waits for %s", arguments);
        } else if (STR_IN_SET(command, "fail", "gone", "busy"))
                run_fail(run, arguments, *command == 'f' ? -EIO : *command == 'g' ? -ENOENT : -EBUSY);
        else if (strcmp(command, "changed") == 0)
                ui_changed(run->ui, topic_of(arguments));
        else if (strcmp(command, "key") == 0) {
                for (char *name; (name = strsep(&arguments, " "));)
                        if (*name)
                                run_key(run, name);
                return;
        } else if (strcmp(command, "type") == 0) {
                if (write(run->keys, arguments, strlen(arguments)) < 0)
                        complain(run, "%s", strerror(errno));
                ui_input(run->ui);
        } else if (strcmp(command, "show") == 0)
                run_show(run, arguments);
        else if (strcmp(command, "size") == 0) {
                unsigned columns, rows;
                if (sscanf(arguments, "%ux%u", &columns, &rows) != 2)
                        complain(run, "size COLUMNSxROWS");
                if (!run->ui->guest)
                        term_set_size(run->ui->term, rows, columns);
                ui_resize(run->ui);
        } else if (strcmp(command, "tick") == 0) {
                run->usec += atoll(arguments) * 1000;
                unsigned ms = ui_tick_ms(run->ui);
                if (ms == 1)
                        ui_tick(run->ui);
        } else if (strcmp(command, "job") == 0) {
                _cleanup_(job_freep) struct job *job = fixture_job(arguments);
                if (!job)
                        complain(run, "no job fixture %s", arguments);
                fake_host_job(run->fake, job);
        } else if (strcmp(command, "output") == 0) {
                _cleanup_free_ char *text = unescape(arguments);
                fake_host_output(run->fake, text, strlen(text));
        } else if (strcmp(command, "line") == 0) {
                char *text = strchr(arguments, ' ');
                _cleanup_free_ char *message = unescape(text ? text + 1 : "");
                fake_host_line(run->fake, FIXTURE_NOW * 1000000 + run->usec, atoi(arguments), "rsyslogd", message);
        } else if (strcmp(command, "logline") == 0) {
                _cleanup_free_ char *text = unescape(arguments);
                if (!fixture_log_line(run->fake, text))
                        complain(run, "not a line of a log: %s", arguments);
        } else if (strcmp(command, "paged") == 0)
                fake_host_paged(run->fake);
        else if (strcmp(command, "progress") == 0)
                fake_host_progress(run->fake, (uint64_t) atoll(arguments), FIXTURE_NOW * 1000000);
        else if (strcmp(command, "note") == 0)
                fake_host_note(run->fake, arguments);
        else if (strcmp(command, "reached") == 0)
                fake_host_reached(run->fake);
        else if (strcmp(command, "screen") == 0)
                run_screen(run, arguments);
        else if (strcmp(command, "bytes") == 0) {
                if (run->painted_bytes > atol(arguments))
                        complain(run, "the last paint sent %ld bytes, more than %s", run->painted_bytes, arguments);
        } else if (strcmp(command, "altogether") == 0)
                run_altogether(run, atol(arguments));
        else if (strcmp(command, "wakes") == 0)
                run_wakes(run, arguments);
        else if (strcmp(command, "sent") == 0)
                run_sent(run, arguments);
        else if (strcmp(command, "quiet") == 0) {
                if (lseek(fileno(run->output), 0, SEEK_END) != run->sent_from)
                        complain(run, "the command before sent something");
        } else if (strcmp(command, "ended") == 0)
                ui_returned(run->ui, W_EXITCODE(atoi(arguments), 0));
        else if (strcmp(command, "asked") == 0) {
                _cleanup_strv_ char **lines = strv_split(run->fake->asked.text, "\n");
                _cleanup_free_ char *asked = strv_join(lines, "; ");
                _cleanup_free_ char *expected = unescape(arguments);
                if (!str_equal(asked, expected))
                        complain(run, "the host was asked: %s", asked);
                str_done(&run->fake->asked);
        } else if (strcmp(command, "idle") == 0) {
                if (run->dirty)
                        complain(run, "a paint is asked for");
                unsigned ms = ui_tick_ms(run->ui);
                if (ms && ms < MINUTES_MS)
                        complain(run, "a timer is armed: %u ms", ms);
        } else if (strcmp(command, "clock") == 0)
                run->clock = true;
        else if (strcmp(command, "over") == 0) {
                if (!ui_over(run->ui))
                        complain(run, "the console is not over");
        } else
                complain(run, "unknown command: %s", command);
        run_paint(run);
}

/* Shows the first screen that differs, both ways. */
static int report(const char *path, const char *expected, const char *actual) {
        size_t line = 1, begin = 0, head = 0, i = 0;
        while (expected[i] && expected[i] == actual[i]) {
                if (expected[i] == '\n') {
                        line++;
                        begin = i + 1;
                        if (strncmp(expected + begin, "== ", 3) == 0)
                                head = begin;
                }
                i++;
        }
        fprintf(stderr, "%s:%zu: the screen differs (UPDATE=1 accepts it)\n%.*s\n  was  %.*s\n  is   %.*s\n", path, line,
                (int) strcspn(expected + head, "\n"), expected + head, (int) strcspn(expected + begin, "\n"), expected + begin,
                (int) strcspn(actual + begin, "\n"), actual + begin);
        return 1;
}

/* newterm(3) forgets the screen that it began where it does not know the terminal. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
        return "leak:new_prescr";
}

int main(int argc, char **argv) {
        if (argc != 2 || !str_ends(argv[1], ".keys"))
                return 2;
        if (!setlocale(LC_ALL, "C.UTF-8")) {
                fprintf(stderr, "there is no C.UTF-8 locale\n");
                return 77;
        }
        setenv("TZ", "UTC", 1);
        setenv("ESCDELAY", "10", 1);
        unsetenv("NO_COLOR");
        struct run run = { .script = argv[1], .shots = getenv("SHOTS"), .keys = -1 };
        FILE *script = fopen(argv[1], "re");
        if (!script)
                complain(&run, "%s", strerror(errno));
        char *line = NULL;
        size_t room = 0;
        while (getline(&line, &room, script) > 0) {
                run.line++;
                line[strcspn(line, "\n")] = '\0';
                if (*line && *line != '#')
                        run_command(&run, line);
        }
        free(line);
        fclose(script);
        run_close(&run);

        _cleanup_free_ char *path = str_printf("%.*s.screen", (int) (strlen(argv[1]) - strlen(".keys")), argv[1]);
        _cleanup_free_ char *actual = str_take(&run.golden), *expected = NULL;
        readfile(path, SIZE_MAX / 2, &expected, NULL, NULL);
        if (getenv("UPDATE")) {
                FILE *f = fopen(path, "we");
                if (!f || fputs(actual, f) < 0 || fclose(f) != 0) {
                        perror(path);
                        return 1;
                }
                return 0;
        }
        if (!expected) {
                fprintf(stderr, "%s is missing; UPDATE=1 writes it\n", path);
                return 1;
        }
        return strcmp(expected, actual) == 0 ? 0 : report(path, expected, actual);
}
