/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Against real journal files, written by systemd-journal-remote (a package of its own) from the export format. */

#include "tests/unit/tree.h"

#include <errno.h>
#include <limits.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "backend/systemd/units.h"
#include "base/str.h"

#define REMOTE "/lib/systemd/systemd-journal-remote"
#define BEGAN 1764000000000000LL

struct fixture {
        char *folder;
        sd_event *event;
        int writer;             /* to the standard input of the one who writes the journal */
        pid_t pid;
        unsigned entries;
        const char *boot;       /* NULL: the usual one */
        bool textless;

        struct op *op;
        char **messages;
        struct log_line last;
        unsigned calls, reached;
        bool drop;              /* drop the operation in the first lines() */
        struct error *error;
};

static void on_lines(struct log_line *lines, size_t n, void *userdata) {
        struct fixture *f = userdata;
        f->calls++;
        assert_true(n > 0);
        for (size_t i = 0; i < n; i++)
                strv_add(&f->messages, lines[i].message ? lines[i].message : "");
        log_line_done(&f->last);
        f->last = lines[n - 1];
        lines[n - 1] = (struct log_line) {};
        if (f->drop)
                f->op = op_cancel(f->op);
}

static void on_reached(void *userdata) {
        struct fixture *f = userdata;
        f->reached++;
}

static void on_failed(struct error *e, void *userdata) {
        struct fixture *f = userdata;
        f->error = e;
}

static int begin(void **state) {
        struct fixture *f = calloc(1, sizeof *f);
        f->folder = tree_new();
        assert_int_equal(sd_event_new(&f->event), 0);
        int fds[2];
        assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
        f->pid = fork();
        if (f->pid == 0) {
                char file[128];
                snprintf(file, sizeof file, "--output=%s/system.journal", f->folder);
                dup2(fds[0], STDIN_FILENO);
                int null = open("/dev/null", O_WRONLY);
                dup2(null, STDOUT_FILENO);
                dup2(null, STDERR_FILENO);
                execl(REMOTE, REMOTE, file, "-", NULL);
                _exit(127);
        }
        close(fds[0]);
        f->writer = fds[1];
        *state = f;
        return 0;
}

static void forget(struct fixture *f) {
        f->op = op_cancel(f->op);
        f->messages = strv_free(f->messages);
        f->error = error_free(f->error);
        f->calls = f->reached = 0;
}

/* The writer ends: everything it was given is in the file then. */
static void written(struct fixture *f) {
        int status;
        close(f->writer);
        f->writer = -1;
        assert_int_equal(waitpid(f->pid, &status, 0), f->pid);
        assert_int_equal(status, 0);
        f->pid = 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        forget(f);
        log_line_done(&f->last);
        if (f->pid)
                written(f);
        sd_event_unref(f->event);
        tree_remove(f->folder);
        free(f->folder);
        free(f);
        return 0;
}

/* One entry: fields as "NAME=value" lines; the message may hold any bytes. */
static void entry(struct fixture *f, const char *fields, const void *message, size_t n) {
        _cleanup_str_ struct str out = {};
        f->entries++;
        str_addf(&out, "__REALTIME_TIMESTAMP=%lld\n__MONOTONIC_TIMESTAMP=%u\n_BOOT_ID=%s\n",
                 BEGAN + f->entries * 1000000LL, f->entries * 1000, f->boot ? f->boot : "5e2b9e0a1f2d4a6f8b3c1d2e3f405162");
        str_add(&out, fields);
        if (!f->textless) {
                str_add(&out, "MESSAGE\n");
                uint64_t size = n;      /* little-endian in the format; so are the machines that run the tests */
                str_add_bytes(&out, &size, sizeof size);
                str_add_bytes(&out, message, n);
                str_add(&out, "\n");
        }
        str_add(&out, "\n");
        for (size_t done = 0; done < out.length;) {
                ssize_t w = write(f->writer, out.text + done, out.length - done);
                assert_true(w > 0);
                done += (size_t) w;
        }
}

static void say(struct fixture *f, const char *fields, const char *message) {
        entry(f, fields, message, strlen(message));
}

static void start(struct fixture *f, const struct log_query *query) {
        forget(f);
        struct log_reader reader = { .lines = on_lines, .reached = on_reached, .failed = on_failed, .userdata = f };
        f->op = unitlog_read(f->event, f->folder, query, &reader);
        assert_non_null(f->op);
        assert_int_equal(f->calls + f->reached, 0);
}

static void run(struct fixture *f, unsigned msec) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        uint64_t now = 0, until = (uint64_t) t.tv_sec * 1000 + (uint64_t) t.tv_nsec / 1000000 + msec;
        do {
                sd_event_run(f->event, 10 * 1000);
                clock_gettime(CLOCK_MONOTONIC, &t);
                now = (uint64_t) t.tv_sec * 1000 + (uint64_t) t.tv_nsec / 1000000;
        } while (now < until);
}

/* Until it has read what is there, has failed, or has called as often. */
static void settle(struct fixture *f, const struct log_query *query, unsigned calls) {
        start(f, query);
        for (int i = 0; i < 1000 && !f->reached && !f->error && f->calls < calls; i++)
                sd_event_run(f->event, 10 * 1000);
}

static void read_log(struct fixture *f, struct log_query query) {
        settle(f, &query, UINT_MAX);
        assert_null(f->error);
        assert_int_equal(f->reached, 1);
}

static void assert_messages(struct fixture *f, const char *joined) {
        _cleanup_free_ char *have = strv_join(f->messages, "|");
        assert_string_equal(have, joined);
}

static void selects_as_journalctl_does(void **state) {
        struct fixture *f = *state;
        say(f, "_SYSTEMD_UNIT=a.service\nPRIORITY=6\nSYSLOG_IDENTIFIER=one\n", "of the unit");
        say(f, "_SYSTEMD_UNIT=b.service\nPRIORITY=6\n", "of another");
        say(f, "_PID=1\nUNIT=a.service\nPRIORITY=6\nSYSLOG_IDENTIFIER=systemd\n", "about it, by systemd");
        say(f, "_PID=77\nUNIT=a.service\nPRIORITY=6\n", "forged: not by systemd");
        say(f, "_UID=0\nOBJECT_SYSTEMD_UNIT=a.service\nPRIORITY=6\n", "about it, by root");
        say(f, "_UID=1000\nOBJECT_SYSTEMD_UNIT=a.service\nPRIORITY=6\n", "forged: not by root");
        say(f, "_UID=0\nCONTAINER_NAME=a\nPRIORITY=3\nSYSLOG_IDENTIFIER=a\n", "of its container");
        say(f, "_UID=1000\nCONTAINER_NAME=a\nPRIORITY=3\n", "forged container");
        say(f, "_SYSTEMD_UNIT=a.service\n_COMM=prog\n", "without priority");
        written(f);
        read_log(f, (struct log_query) { .unit = "a.service", .priority = 7 });
        assert_messages(f, "of the unit|about it, by systemd|about it, by root|without priority");
        assert_int_equal(f->last.priority, -1);
        assert_string_equal(f->last.identifier, "prog");
        assert_int_equal(f->last.real, BEGAN + 9 * 1000000LL);
        read_log(f, (struct log_query) { .unit = "a.service", .container = "a", .priority = 7 });
        assert_messages(f, "of the unit|about it, by systemd|about it, by root|of its container|without priority");
        read_log(f, (struct log_query) { .unit = "a.service", .container = "a", .priority = 3 });
        assert_messages(f, "of its container");
        assert_string_equal(f->last.identifier, "a");
        read_log(f, (struct log_query) { .unit = "a.service", .container = "a", .priority = 0 });
        assert_int_equal(strv_length(f->messages), 0);
        read_log(f, (struct log_query) { .container = "a", .priority = 7 });
        assert_messages(f, "of its container");
}

static void selects_a_unit_of_a_users_manager(void **state) {
        struct fixture *f = *state;
        say(f, "_UID=1000\n_SYSTEMD_USER_UNIT=a.service\n_SYSTEMD_UNIT=user@1000.service\n", "of the unit");
        say(f, "_UID=1001\n_SYSTEMD_USER_UNIT=a.service\n_SYSTEMD_UNIT=user@1001.service\n", "of another user");
        say(f, "_UID=0\n_SYSTEMD_UNIT=a.service\n", "of the host's unit of this name");
        say(f, "_UID=1000\n_SYSTEMD_USER_UNIT=b.service\n", "of another unit");
        say(f, "_UID=1000\nUSER_UNIT=a.service\n", "about it, by its manager");
        say(f, "_UID=1001\nUSER_UNIT=a.service\n", "forged: by another user");
        say(f, "_UID=1000\nCOREDUMP_USER_UNIT=a.service\n", "it dumped core");
        written(f);
        read_log(f, (struct log_query) { .unit = "1000/a.service", .priority = 7 });
        assert_messages(f, "of the unit|about it, by its manager|it dumped core");
        read_log(f, (struct log_query) { .unit = "a.service", .priority = 7 });
        assert_messages(f, "of the host's unit of this name");
}

/* The one of two runs that is meant, with the engine's words, and not what others say of it. */
static void selects_one_run(void **state) {
        struct fixture *f = *state;
#define RUN1 "11111111111111111111111111111111"
#define RUN2 "22222222222222222222222222222222"
        say(f, "_SYSTEMD_UNIT=a.service\n_SYSTEMD_INVOCATION_ID=" RUN1 "\n", "first run");
        say(f, "_PID=1\nUNIT=a.service\nINVOCATION_ID=" RUN2 "\n", "Starting");
        say(f, "_SYSTEMD_UNIT=a.service\n_SYSTEMD_INVOCATION_ID=" RUN2 "\n_PID=11\n", "Error: no such image");
        say(f, "_UID=0\nCONTAINER_NAME=a\n_SYSTEMD_INVOCATION_ID=" RUN2 "\n", "of its container");
        say(f, "_PID=12\nINVOCATION_ID=" RUN2 "\n", "forged");
        written(f);
        read_log(f, (struct log_query) { .unit = "a.service", .invocation = RUN2, .priority = 7 });
        assert_messages(f, "Starting|Error: no such image|of its container");
        assert_int_equal(f->last.source, LOG_PROGRAM);
}

static void knows_who_says_it(void **state) {
        struct fixture *f = *state;
        static const struct {
                const char *fields, *message;
                enum log_source source;
                int priority;           /* 0: it does not matter */
        } rows[] = {
                { "_COMM=conmon\nCONTAINER_NAME=a\nPRIORITY=6\n", "of the program", LOG_PROGRAM, 6 },
                { "_COMM=conmon\nCONTAINER_NAME=a\nPRIORITY=3\n", "[sssd] [server_setup] (0x3f7c0): Starting", LOG_PROGRAM, -1 },
                { "_COMM=dockerd\nCONTAINER_NAME=a\nPRIORITY=3\n", "ready for connections", LOG_PROGRAM, -1 },
                { "_COMM=sshd\nCONTAINER_NAME=a\nPRIORITY=3\n", "of another program", LOG_PROGRAM, 3 },
                { "_COMM=sshd\nPRIORITY=3\n", "error: kex_exchange_identification", LOG_PROGRAM, 3 },
                { "_COMM=sshd\n", "nobody said", LOG_PROGRAM, -1 },
                { "_COMM=conmon\n", "conmon 79ba <nwarn>: no cgroups", LOG_EVENT },
                { "_COMM=conmon\n", "conmon 79ba <error>: no runtime", LOG_PROGRAM },
                { "_COMM=podman\n", "Error: no such image", LOG_PROGRAM },
                { "_COMM=podman\n", "79ba55c4183b5221b517d72a7fd8cc53eca4a111fc404cb7339f749e4d6ed275", LOG_EVENT },
                { "PODMAN_EVENT=died\nPODMAN_TYPE=container\n", "x", LOG_EVENT },
                { "_PID=1\n", "Failed with result", LOG_SYSTEMD },
                { "_PID=11\n", "Failed with result", LOG_PROGRAM },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *fields = str_printf("_SYSTEMD_UNIT=%zu.service\n%s", i, rows[i].fields);
                say(f, fields, rows[i].message);
        }
        written(f);
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *unit = str_printf("%zu.service", i);
                read_log(f, (struct log_query) { .unit = unit, .priority = 7 });
                assert_int_equal(f->last.source, rows[i].source);
                if (rows[i].priority)
                        assert_int_equal(f->last.priority, rows[i].priority);
        }
}

static void prints_an_event_of_podman_in_its_words(void **state) {
        struct fixture *f = *state;
        say(f, "_SYSTEMD_UNIT=a.service\nPODMAN_TYPE=container\nPODMAN_EVENT=died\nPODMAN_NAME=a\nPODMAN_EXIT_CODE=7\n",
            "2026-11-24 10:55:41 container died ca557c (image=…, RUN=docker run …)");
        say(f, "_SYSTEMD_UNIT=a.service\nPODMAN_TYPE=image\nPODMAN_EVENT=pull\n", "2026-11-24 10:55:42 image pull 28e523 (…)");
        written(f);
        read_log(f, (struct log_query) { .unit = "a.service", .priority = 7 });
        assert_messages(f, "container died: a, exit status 7|image pull");
}

static void gives_the_newest_oldest_first(void **state) {
        struct fixture *f = *state;
        for (int i = 0; i < 2000; i++) {
                char text[32];
                snprintf(text, sizeof text, "%d", i);
                say(f, i % 2 ? "_SYSTEMD_UNIT=a.service\nPRIORITY=6\n" : "_SYSTEMD_UNIT=b.service\nPRIORITY=6\n", text);
        }
        written(f);
        read_log(f, (struct log_query) { .unit = "a.service", .priority = 7, .tail = 3 });
        assert_messages(f, "1995|1997|1999");
        read_log(f, (struct log_query) { .unit = "a.service", .priority = 7 });
        assert_int_equal(strv_length(f->messages), 1000);
        assert_string_equal(f->messages[0], "1");
        assert_string_equal(f->messages[999], "1999");
        read_log(f, (struct log_query) { .unit = "a.service", .priority = 7, .since = BEGAN + 1991 * 1000000LL });
        assert_messages(f, "1991|1993|1995|1997|1999");
        read_log(f, (struct log_query) { .unit = "none.service", .priority = 7 });
        assert_int_equal(f->calls, 0);
}

static void keeps_any_bytes(void **state) {
        struct fixture *f = *state;
        say(f, "_SYSTEMD_UNIT=a.service\n", "one\ntwo\n\nthree\n");
        entry(f, "_SYSTEMD_UNIT=a.service\n", "nul\0here", 8);
        entry(f, "_SYSTEMD_UNIT=a.service\n", "\xff\x1b[31m", 6);
        say(f, "_SYSTEMD_UNIT=a.service\n", "\n");
        written(f);
        read_log(f, (struct log_query) { .unit = "a.service", .priority = 7 });
        assert_messages(f, "one|two||three|nul\xef\xbf\xbdhere|\xff\x1b[31m|");
        read_log(f, (struct log_query) { .unit = "a.service", .priority = 7, .tail = 5 });
        assert_messages(f, "|three|nul\xef\xbf\xbdhere|\xff\x1b[31m|");
}

static void cuts_what_is_too_long(void **state) {
        struct fixture *f = *state;
        size_t n = 200 * 1024;
        _cleanup_free_ char *big = malloc(n);
        memset(big, 'x', n);
        entry(f, "_SYSTEMD_UNIT=a.service\n", big, n);
        for (size_t i = 0; i < n; i += 2)
                big[i] = '\n';
        entry(f, "_SYSTEMD_UNIT=a.service\n", big, 4000);
        written(f);
        read_log(f, (struct log_query) { .unit = "a.service", .priority = 7 });
        assert_int_equal(strlen(f->messages[0]), LOG_MESSAGE_MAX);
        assert_int_equal(strv_length(f->messages), 1 + 128);
}

static void follows(void **state) {
        struct fixture *f = *state;
        say(f, "_SYSTEMD_UNIT=a.service\nPRIORITY=6\n", "before");
        struct log_query query = { .unit = "a.service", .priority = 7, .follow = true };
        for (int i = 0; i < 200 && !f->reached; i++) {  /* until the writer has written it */
                start(f, &query);
                run(f, 30);
                if (!strv_contains(f->messages, "before"))
                        f->reached = 0;
        }
        assert_messages(f, "before");
        assert_int_equal(f->reached, 1);
        for (int i = 0; i < 600; i++) {
                char text[32];
                snprintf(text, sizeof text, "%d", i);
                say(f, i % 2 ? "_SYSTEMD_UNIT=a.service\n" : "_SYSTEMD_UNIT=b.service\n", text);
        }
        for (int i = 0; i < 100 && strv_length(f->messages) < 301; i++)
                run(f, 50);
        assert_int_equal(strv_length(f->messages), 301);
        assert_string_equal(f->messages[1], "1");
        assert_string_equal(f->messages[300], "599");
        assert_int_equal(f->reached, 1);
}

static void follows_from_nothing(void **state) {
        struct fixture *f = *state;
        struct log_query query = { .unit = "a.service", .priority = 7, .follow = true };
        settle(f, &query, UINT_MAX);
        assert_int_equal(f->reached, 1);
        say(f, "_SYSTEMD_UNIT=b.service\n", "other");
        say(f, "_SYSTEMD_UNIT=a.service\n", "first");
        for (int i = 0; i < 100 && !f->messages; i++)
                run(f, 50);
        assert_messages(f, "first");
}

static void can_be_dropped_any_time(void **state) {
        struct fixture *f = *state;
        say(f, "_SYSTEMD_UNIT=a.service\n", "x");
        written(f);
        struct log_query query = { .unit = "a.service", .priority = 7, .follow = true };
        start(f, &query);
        f->op = op_cancel(f->op);
        run(f, 50);
        assert_int_equal(f->calls + f->reached, 0);
        f->drop = true;
        for (int follow = 0; follow < 2; follow++) {
                query.follow = follow;
                settle(f, &query, 1);
                run(f, 50);
                assert_int_equal(f->calls, 1);
                assert_int_equal(f->reached, 0);
        }
}

static void says_that_it_cannot_read(void **state) {
        struct fixture *f = *state;
        struct log_query query = { .unit = "a.service", .priority = 7 };
        char keep = f->folder[5];
        f->folder[5] = '_';
        settle(f, &query, UINT_MAX);
        f->folder[5] = keep;
        assert_string_equal(f->error->message, "The log of a.service cannot be read");
        assert_int_equal(f->error->code, -ENOENT);
        assert_int_equal(f->reached, 0);
}

/* ---- pages, search, boots, fields, files ---- */

/* The cursor of the line with this message; the caller frees. */
static char *cursor_of(struct fixture *f, const char *message) {
        read_log(f, (struct log_query) { .priority = 7, .text = message, .tail = 1 });
        assert_string_equal(f->last.message, message);
        return xstrdup(f->last.cursor);
}

static void pages_both_ways(void **state) {
        struct fixture *f = *state;
        for (int i = 0; i < 20; i++) {
                _cleanup_free_ char *text = str_printf("line %02d", i);
                say(f, i % 2 ? "_SYSTEMD_UNIT=a.service\nPRIORITY=6\n" : "_SYSTEMD_UNIT=b.service\nPRIORITY=3\n", text);
        }
        written(f);
        _cleanup_free_ char *at = cursor_of(f, "line 11");
        const struct {
                struct log_query query;
                const char *found;
        } rows[] = {
                { { .unit = "a.service", .way = LOG_OLDER, .tail = 3 }, "line 05|line 07|line 09" },
                { { .unit = "a.service", .way = LOG_NEWER, .tail = 2 }, "line 13|line 15" },
                { { .unit = "a.service", .way = LOG_NEWER }, "line 13|line 15|line 17|line 19" },
                { { .way = LOG_OLDER, .tail = 2 }, "line 09|line 10" },
                { { .way = LOG_OLDER, .tail = 1, .text = "LINE 0" }, "line 09" },
                { { .way = LOG_NEWER, .tail = 1, .text = "16" }, "line 16" },
                { { .way = LOG_NEWER, .tail = 1, .text = "line 0" }, "" },
                { { .way = LOG_OLDER, .tail = 2, .text = "~^LINE 0[1-8]$" }, "" },
                { { .way = LOG_OLDER, .tail = 2, .text = "~^line 0[1-8]$" }, "line 07|line 08" },
                { { .way = LOG_NEWER, .tail = 1, .text = "~ 1[678]" }, "line 16" },
                { { .way = LOG_NEWER, .tail = 2, .priority = 3 }, "line 12|line 14" },
                { { .unit = "none.service", .way = LOG_OLDER }, "" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct log_query query = rows[i].query;
                query.cursor = at;
                query.priority = query.priority ? query.priority : 7;
                read_log(f, query);
                assert_messages(f, rows[i].found);
        }
        read_log(f, (struct log_query) { .priority = 7, .way = LOG_NEWER, .tail = 2 });
        assert_messages(f, "line 00|line 01");
        read_log(f, (struct log_query) { .priority = 7, .since = BEGAN + 3 * 1000000LL, .until = BEGAN + 5 * 1000000LL });
        assert_messages(f, "line 02|line 03|line 04");
        read_log(f, (struct log_query) { .unit = "a.service", .priority = 7, .way = LOG_ALL, .since = BEGAN + 17 * 1000000LL });
        assert_messages(f, "line 17|line 19");
}

static void shows_entries_without_text(void **state) {
        struct fixture *f = *state;
        f->textless = true;
        say(f, "_SYSTEMD_UNIT=a.service\nCODE_FILE=x.c\nSYSLOG_IDENTIFIER=a\n", "");
        f->textless = false;
        entry(f, "_SYSTEMD_UNIT=a.service\n", "nul\0here", 8);
        entry(f, "_SYSTEMD_UNIT=a.service\n", "\xff\x1b[31m", 6);
        say(f, "_SYSTEMD_UNIT=a.service\n", "\x1b[31mcoloured\x1b[0m");
        written(f);
        const size_t blobs[] = { 0, 8, 6, 0 };
        for (unsigned tail = 1; tail <= 4; tail++) {
                read_log(f, (struct log_query) { .unit = "a.service", .priority = 7, .way = LOG_NEWER, .tail = tail });
                assert_int_equal(f->last.blob, blobs[tail - 1]);
                if (tail == 1)
                        assert_null(f->last.message);
                assert_int_equal(strlen(f->last.boot), 32);
        }
}

static void on_boots(const struct log_boot *boots, size_t n, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        assert_null(e);
        f->reached = 1;
        for (size_t i = 0; i < n; i++)
                strv_addf(&f->messages, "%.4s %lld %lld", boots[i].id, (long long) (boots[i].first - BEGAN) / 1000000,
                          (long long) (boots[i].last - BEGAN) / 1000000);
}

static void run_until_reached(struct fixture *f) {
        for (int i = 0; i < 1000 && !f->reached && !f->error; i++)
                sd_event_run(f->event, 10 * 1000);
}

static void lists_boots(void **state) {
        struct fixture *f = *state;
        const char *ids[] = { "bbbb9e0a1f2d4a6f8b3c1d2e3f405162", "aaaa9e0a1f2d4a6f8b3c1d2e3f405162" };
        for (int i = 0; i < 6; i++) {
                f->boot = ids[i / 3];
                say(f, "_SYSTEMD_UNIT=a.service\n", i < 3 ? "first boot" : "second boot");
        }
        written(f);
        f->op = unitlog_boots(f->event, f->folder, on_boots, f);
        run_until_reached(f);
        assert_messages(f, "bbbb 1 3|aaaa 4 6");
        read_log(f, (struct log_query) { .priority = 7, .boot = ids[0] });
        assert_messages(f, "first boot|first boot|first boot");
}

static void on_entry(struct log_entry *entry, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        f->error = e;
        f->reached = 1;
        for (size_t i = 0; entry && i < entry->n; i++) {
                const struct log_field *field = &entry->fields[i];
                if (field->binary || field->cut || field->name[0] == 'L')
                        strv_addf(&f->messages, "%s %zu%s%s %zu", field->name, field->bytes, field->binary ? " binary" : "",
                                  field->cut ? " cut" : "", strlen(field->value));
        }
}

static void shows_the_fields_of_an_entry(void **state) {
        struct fixture *f = *state;
        _cleanup_free_ char *big = calloc(1, 20001);
        memset(big, 'x', 20000);
        _cleanup_free_ char *fields = str_printf("_SYSTEMD_UNIT=a.service\nLONG=%s\n", big);
        entry(f, fields, "a\0b", 3);
        written(f);
        read_log(f, (struct log_query) { .unit = "a.service", .priority = 7 });
        _cleanup_free_ char *cursor = xstrdup(f->last.cursor);
        forget(f);
        f->op = unitlog_entry(f->event, f->folder, cursor, on_entry, f);
        run_until_reached(f);
        assert_null(f->error);
        _cleanup_free_ char *have = strv_join(f->messages, "|");
        assert_non_null(strstr(have, "MESSAGE 3 binary 8"));
        assert_non_null(strstr(have, "LONG 20000 cut 8192"));
        forget(f);
        f->op = unitlog_entry(f->event, f->folder, "s=00000000000000000000000000000001;i=1;b=00000000000000000000000000000002;m=1;t=1;x=1",
                              on_entry, f);
        run_until_reached(f);
        assert_int_equal(f->error->code, -ENOENT);
}

static void on_written(uint64_t entries, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        f->error = e;
        f->calls = (unsigned) entries;
        f->reached = 1;
}

static void write_to(struct fixture *f, const char *path) {
        forget(f);
        const struct log_query query = { .unit = "a.service", .priority = 7 };
        const struct log_writer writer = { .done = on_written, .userdata = f };
        f->op = unitlog_write(f->event, f->folder, &query, path, &writer);
        run_until_reached(f);
}

static void writes_a_file(void **state) {
        struct fixture *f = *state;
        for (int i = 0; i < 500; i++)
                say(f, "_SYSTEMD_UNIT=a.service\nSYSLOG_IDENTIFIER=p\n", i ? "plain" : "esc \x1b[31m one\ntwo");
        written(f);
        _cleanup_free_ char *path = str_printf("%s/out", f->folder), *link = str_printf("%s/link", f->folder);
        write_to(f, path);
        assert_null(f->error);
        assert_int_equal(f->calls, 500);
        struct stat st;
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
        FILE *file = fopen(path, "re");
        char line[200];
        unsigned lines = 0;
        while (fgets(line, sizeof line, file)) {
                if (lines++ == 0)
                        assert_non_null(strstr(line, " p: esc <1b>[31m one\n"));
        }
        fclose(file);
        assert_int_equal(lines, 501);
        write_to(f, path);      /* nothing is written over */
        assert_int_equal(f->error->code, -EEXIST);
        assert_int_equal(symlink("elsewhere", link), 0);
        write_to(f, link);
        assert_int_equal(f->error->code, -EEXIST);
        /* Cancelled: nothing stays. */
        unlink(path);
        forget(f);
        const struct log_query query = { .unit = "a.service", .priority = 7 };
        const struct log_writer writer = { .done = on_written, .userdata = f };
        f->op = unitlog_write(f->event, f->folder, &query, path, &writer);
        assert_int_equal(access(path, F_OK), 0);
        f->op = op_cancel(f->op);
        assert_int_equal(access(path, F_OK), -1);
        if (access("/dev/full", W_OK) == 0) {
                assert_int_equal(unlink(link), 0);
                write_to(f, "/dev/full");
                assert_int_equal(f->error->code, -EEXIST);
        }
}

static void on_note(const char *sentence, void *userdata) {
        struct fixture *f = userdata;
        strv_add(&f->messages, sentence);
}

/* A file that is cut or overwritten costs its own entries, and a sentence. */
static void goes_on_without_damaged_files(void **state) {
        struct fixture *f = *state;
        say(f, "_SYSTEMD_UNIT=a.service\n", "whole");
        written(f);
        _cleanup_free_ char *whole = str_printf("%s/system.journal", f->folder), *cut = str_printf("%s/cut.journal", f->folder),
                            *junk = str_printf("%s/junk.journal", f->folder);
        char bytes[4096] = {};
        FILE *from = fopen(whole, "re"), *to = fopen(cut, "we");
        assert_int_equal(fread(bytes, 1, sizeof bytes, from), sizeof bytes);
        assert_int_equal(fwrite(bytes, 1, sizeof bytes, to), sizeof bytes);
        fclose(from);
        fclose(to);
        for (int files = 1; files <= 2; files++) {
                const struct log_query query = { .unit = "a.service", .priority = 7 };
                const struct log_reader reader = {
                        .lines = on_lines, .reached = on_reached, .failed = on_failed, .note = on_note, .userdata = f
                };
                forget(f);
                f->op = unitlog_read(f->event, f->folder, &query, &reader);
                run_until_reached(f);
                assert_null(f->error);
                assert_int_equal(strv_length(f->messages), 2);
                assert_non_null(strstr(f->messages[0], files == 1 ? "is damaged: its entries" : "2 journal files are damaged"));
                assert_string_equal(f->messages[1], "whole");
                to = fopen(junk, "we");
                fputs("no journal", to);
                fclose(to);
        }
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
        const struct CMUnitTest tests[] = {
                T(selects_as_journalctl_does), T(selects_one_run), T(knows_who_says_it),
                T(selects_a_unit_of_a_users_manager),
                T(prints_an_event_of_podman_in_its_words), T(gives_the_newest_oldest_first), T(keeps_any_bytes),
                T(cuts_what_is_too_long), T(follows), T(follows_from_nothing), T(can_be_dropped_any_time),
                T(says_that_it_cannot_read), T(pages_both_ways), T(shows_entries_without_text), T(lists_boots),
                T(shows_the_fields_of_an_entry), T(writes_a_file), T(goes_on_without_damaged_files),
        };
        signal(SIGPIPE, SIG_IGN);
        if (access(REMOTE, X_OK) < 0)
                return 77;      /* meson: skipped; tests/check installs the package */
        return cmocka_run_group_tests(tests, NULL, NULL);
}
