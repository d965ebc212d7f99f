/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What trouble asks of the journal, against real journal files, written by systemd-journal-remote (a package of its own) from the export format. */
#include "tests/unit/tree.h"

#include <systemd/sd-id128.h>
#include <sys/wait.h>

#include "backend/trouble/trouble.h"

#define REMOTE "/lib/systemd/systemd-journal-remote"
#define BEGAN 1764000000LL
#define SHUTDOWN "98268866d1d54a499c4e98921d93bc40"
#define JOURNAL_STOP "d93fb3c9c24d451a97cea615ce59c00b"
#define OOM "fe6faa94e7774663a0da52717891d8ef"

struct journal_fixture {
        char *folder;
        sd_event *event;
        char here[SD_ID128_STRING_MAX]; /* this boot */
        struct str export;
        unsigned entries;
        bool done, no_boot, unreadable;
        struct str said; /* "oom-kill a.service 2;" */
};

static int journal_set_up(void **state) {
        struct journal_fixture *f = calloc(1, sizeof *f);
        sd_id128_t boot;
        f->folder = tree_new();
        assert_int_equal(sd_event_new(&f->event), 0);
        assert_int_equal(sd_id128_get_boot(&boot), 0);
        sd_id128_to_string(boot, f->here);
        *state = f;
        return 0;
}

static int journal_tear_down(void **state) {
        struct journal_fixture *f = *state;
        sd_event_unref(f->event);
        tree_remove(f->folder);
        str_done(&f->export);
        str_done(&f->said);
        free(f->folder);
        free(f);
        return 0;
}

/* An entry of a boot, a second behind the last one; same: in the same microsecond. */
static void journal_say_at(struct journal_fixture *f, const char *boot, bool same, const char *fields) {
        f->entries += same ? 0 : 1;
        str_addf(&f->export, "__REALTIME_TIMESTAMP=%lld\n__MONOTONIC_TIMESTAMP=%u\n_BOOT_ID=%s\n%s\nMESSAGE=words\n\n",
                 (BEGAN + f->entries) * 1000000LL, f->entries * 1000, boot, fields);
}

#define BEFORE "5e2b9e0a1f2d4a6f8b3c1d2e3f405162"

static void journal_before(struct journal_fixture *f, const char *fields) {
        journal_say_at(f, BEFORE, false, fields);
}

static void journal_now(struct journal_fixture *f, const char *fields) {
        journal_say_at(f, f->here, false, fields);
}

static void journal_write(struct journal_fixture *f) {
        tree_write(f->folder, "/export", f->export.text);
        pid_t pid = fork();
        if (pid == 0) {
                _cleanup_free_ char *out = str_printf("--output=%s/system.journal", f->folder);
                int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
                dup2(null, STDOUT_FILENO);
                dup2(null, STDERR_FILENO);
                execl(REMOTE, REMOTE, out, tree_path(f->folder, "/export"), NULL);
                _exit(127);
        }
        int status;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
}

static void journal_on_answers(const struct journal_answers *answers, void *userdata) {
        struct journal_fixture *f = userdata;
        f->done = true;
        f->no_boot = answers->no_boot;
        f->unreadable = answers->unreadable;
        str_add(&f->said, "");
        for (size_t i = 0; i < answers->n; i++)
                str_addf(&f->said, "%s %s %u;", trouble_kind_name(answers->items[i].kind),
                         answers->items[i].unit ? answers->items[i].unit : "host", answers->items[i].n);
}

static void journal_ask(struct journal_fixture *f, enum trouble_kind kind, int64_t since) {
        const struct journal_question question = { .kind = kind, .since = since };
        f->done = false;
        str_cut(&f->said, 0);
        struct op *op = trouble_ask_journal(f->event, f->folder, &question, 1, journal_on_answers, f);
        while (!f->done)
                sd_event_run(f->event, 1000000);
        op_cancel(op);
        assert_false(f->unreadable);
}

/* ---- how the boot before this one ended ---- */

static const struct {
        const char *fields[3]; /* the last entries of that boot */
        bool clean;
} journal_ends[] = {
        { { "_PID=77" }, false },
        { { "MESSAGE_ID=" SHUTDOWN, "_PID=1" }, true },
        { { "_PID=1\nUNIT=shutdown.target", "_PID=77" }, true },
        { { "MESSAGE_ID=" JOURNAL_STOP }, true },
        /* a restart of journald, an initrd's that hands over; then the power failed */
        { { "MESSAGE_ID=" JOURNAL_STOP, "_PID=77" }, false },
        /* anybody can write such a line */
        { { "_PID=77\nUNIT=shutdown.target" }, false },
};

static void sees_how_the_last_boot_ended(void **state) {
        for (size_t i = 0; i < ELEMENTS(journal_ends); i++) {
                void *fixture;
                journal_set_up(&fixture);
                struct journal_fixture *f = fixture;
                /* one further back, which was shut down, and one that was not */
                journal_say_at(f, "00000000000000000000000000000001", false, "MESSAGE_ID=" SHUTDOWN);
                journal_before(f, "_PID=1");
                for (size_t k = 0; k < ELEMENTS(journal_ends[i].fields) && journal_ends[i].fields[k]; k++)
                        journal_before(f, journal_ends[i].fields[k]);
                journal_now(f, "_PID=1");
                /* what this boot does is nobody's end */
                journal_now(f, "MESSAGE_ID=" JOURNAL_STOP);
                journal_now(f, "MESSAGE_ID=" SHUTDOWN);
                journal_write(f);
                journal_ask(f, TROUBLE_UNCLEAN_BOOT, 0);
                assert_false(f->no_boot);
                assert_string_equal(f->said.text, journal_ends[i].clean ? "" : "unclean-boot host 0;");
                journal_tear_down(&fixture);
        }
}

/* A kernel's first lines are of one microsecond. */
static void finds_the_boot_before_lines_of_the_same_time(void **state) {
        struct journal_fixture *f = *state;
        journal_before(f, "_PID=77");
        journal_now(f, "_TRANSPORT=kernel");
        for (int i = 0; i < 40; i++)
                journal_say_at(f, f->here, true, "_TRANSPORT=kernel");
        journal_write(f);
        journal_ask(f, TROUBLE_UNCLEAN_BOOT, 0);
        assert_false(f->no_boot);
        assert_string_equal(f->said.text, "unclean-boot host 0;");
}

static void says_that_there_was_no_boot_before(void **state) {
        struct journal_fixture *f = *state;
        journal_now(f, "_PID=1");
        journal_now(f, "_PID=77");
        journal_write(f);
        journal_ask(f, TROUBLE_UNCLEAN_BOOT, 0);
        assert_true(f->no_boot);
        assert_string_equal(f->said.text, "");
}

/* ---- who ran out of memory ---- */

static void names_the_service_that_ran_out_of_memory(void **state) {
        struct journal_fixture *f = *state;
        journal_now(f, "_PID=1\nUNIT=old.service\nMESSAGE_ID=" OOM);
        journal_now(f, "_PID=1\nUNIT=a.service\nMESSAGE_ID=" OOM);
        journal_now(f, "_PID=1\nUNIT=system.slice\nMESSAGE_ID=" OOM);
        journal_now(f, "_PID=1\nUNIT=-.slice\nMESSAGE_ID=" OOM);
        journal_now(f, "_PID=1\nUNIT=a.service\nMESSAGE_ID=" OOM);
        journal_now(f, "_PID=77\nUNIT=forged.service\nMESSAGE_ID=" OOM);
        journal_now(f, "_PID=1\nUNIT=b.service\nMESSAGE_ID=" OOM);
        journal_write(f);
        journal_ask(f, TROUBLE_OOM_KILL, (BEGAN + 2) * 1000000LL);
        assert_string_equal(f->said.text, "oom-kill b.service 1;oom-kill a.service 2;");
}

#define T(test) { #test, test, journal_set_up, journal_tear_down, NULL }

int main(void) {
        if (access(REMOTE, X_OK) < 0)
                return 77; /* skipped: systemd-journal-remote is not installed */
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(sees_how_the_last_boot_ended),
                T(finds_the_boot_before_lines_of_the_same_time),
                T(says_that_there_was_no_boot_before),
                T(names_the_service_that_ran_out_of_memory),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
