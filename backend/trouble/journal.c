/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the journal knows: restarts that systemd scheduled (its NRestarts over time, of every unit), OOM
 * kills, errors of services since their start, and how the boot before this one ended. A question at a time,
 * a few entries a turn of the loop. */

#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>
#include <systemd/sd-messages.h>

#include "backend/trouble/trouble.h"
#include "base/text.h"

#define ENTRIES_MAX 1000U /* of an answer */
#define ENTRIES_TURN 50U
#define UNITS_MAX 64U /* of an answer */
#define LINE_MAX 256U
#define SAME_TIME_MAX 100U /* entries of one microsecond */

struct journal_asking {
        struct op op;
        sd_event_source *turn;
        sd_journal *journal;
        struct journal_question *questions;
        size_t n, at;
        bool begun;
        unsigned entries; /* of the present question */
        struct journal_answers answers;
        journal_done_t done;
        void *userdata;
};

void journal_answers_done(struct journal_answers *answers) {
        for (size_t i = 0; i < answers->n; i++)
                FREE_ALL(answers->items[i].unit, answers->items[i].line);
        free(answers->items);
        *answers = (struct journal_answers){};
}

static void journal_drop(struct op *op) {
        struct journal_asking *a = container_of(op, struct journal_asking, op);
        sd_event_source_disable_unref(a->turn);
        sd_journal_close(a->journal);
        for (size_t i = 0; i < a->n; i++)
                free(a->questions[i].unit);
        free(a->questions);
        journal_answers_done(&a->answers);
}

static void journal_match(sd_journal *journal, const char *name, const char *value) {
        _cleanup_free_ char *text = str_printf("%s=%s", name, value);
        sd_journal_add_match(journal, text, 0);
}

static void journal_match_id(sd_journal *journal, const char *name, sd_id128_t id) {
        char text[SD_ID128_STRING_MAX];
        journal_match(journal, name, sd_id128_to_string(id, text));
}

static char *journal_field(sd_journal *journal, const char *name) {
        const void *data;
        size_t n, skip = strlen(name) + 1;
        if (sd_journal_get_data(journal, name, &data, &n) < 0 || n < skip)
                return NULL;
        _cleanup_free_ char *raw =
                xstrndup((const char *) data + skip, n - skip < LINE_MAX ? n - skip : LINE_MAX);
        return text_cleaned(raw);
}

/* ---- how the last boot ended ---- */

/* The boot before this one: that of the newest entry before this one's first. A search for a time finds the
 * entry of that very time first, which is this boot's, and maybe others of the same microsecond. */
static bool journal_earlier_boot(sd_journal *journal, sd_id128_t *ret) {
        sd_id128_t boot;
        uint64_t usec;
        if (sd_id128_get_boot(&boot) < 0)
                return false;
        journal_match_id(journal, "_BOOT_ID", boot);
        bool found = sd_journal_seek_head(journal) >= 0 && sd_journal_next(journal) > 0 &&
                     sd_journal_get_realtime_usec(journal, &usec) >= 0;
        sd_journal_flush_matches(journal);
        if (!found || sd_journal_seek_realtime_usec(journal, usec) < 0)
                return false;
        for (unsigned i = 0; i < SAME_TIME_MAX && sd_journal_previous(journal) > 0; i++)
                if (sd_journal_get_monotonic_usec(journal, &usec, ret) >= 0 && !sd_id128_equal(*ret, boot))
                        return true;
        return false;
}

/* journald's last words end a boot that it lived through; it says the same at every restart of its own. */
static bool journal_ends_with_its_stop(sd_journal *journal) {
        char stop[SD_ID128_STRING_MAX];
        if (sd_journal_seek_tail(journal) < 0 || sd_journal_previous(journal) <= 0)
                return false;
        _cleanup_free_ char *id = journal_field(journal, "MESSAGE_ID");
        return id && str_equal(id, sd_id128_to_string(SD_MESSAGE_JOURNAL_STOP, stop));
}

/* logind's announcement, the target of every way down as systemd reached it, or journald's last words. */
static void journal_ask_boot(struct journal_asking *a, struct journal_question *q) {
        sd_id128_t boot;
        struct journal_answer answer = { .kind = q->kind };
        if (!journal_earlier_boot(a->journal, &boot)) {
                a->answers.no_boot = true;
                return;
        }
        journal_match_id(a->journal, "_BOOT_ID", boot);
        bool clean = journal_ends_with_its_stop(a->journal);
        sd_journal_add_conjunction(a->journal);
        journal_match_id(a->journal, "MESSAGE_ID", SD_MESSAGE_SHUTDOWN);
        sd_journal_add_disjunction(a->journal);
        journal_match(a->journal, "_PID", "1");
        journal_match(a->journal, "UNIT", "shutdown.target");
        clean = clean || (sd_journal_seek_tail(a->journal) >= 0 && sd_journal_previous(a->journal) > 0);
        sd_journal_flush_matches(a->journal);
        if (clean)
                return;
        room_for_one((void **) &a->answers.items, a->answers.n, sizeof *a->answers.items);
        a->answers.items[a->answers.n++] = answer;
}

/* ---- lines that are counted by unit ---- */

static void journal_begin(struct journal_asking *a, const struct journal_question *q) {
        sd_journal *journal = a->journal;
        if (q->kind == TROUBLE_LOG_ERRORS) {
                journal_match(journal, "_SYSTEMD_UNIT", q->unit);
                for (int p = 0; p <= 3; p++)
                        journal_match(journal, "PRIORITY", (char[]){ (char) ('0' + p), '\0' });
        } else {
                /* only systemd's own: any process can write such a line */
                journal_match(journal, "_PID", "1");
                journal_match_id(journal, "MESSAGE_ID",
                                 q->kind == TROUBLE_OOM_KILL ? SD_MESSAGE_UNIT_OUT_OF_MEMORY
                                                             : SD_MESSAGE_UNIT_RESTART_SCHEDULED);
        }
        sd_journal_seek_tail(journal);
        a->entries = 0;
        a->begun = true;
}

static struct journal_answer *journal_answer(struct journal_asking *a, const struct journal_question *q,
                                             const char *unit) {
        size_t of_kind = 0;
        for (size_t i = 0; i < a->answers.n; i++) {
                if (a->answers.items[i].kind == q->kind && str_equal(a->answers.items[i].unit, unit))
                        return &a->answers.items[i];
                of_kind += a->answers.items[i].kind == q->kind;
        }
        if (of_kind == UNITS_MAX)
                return NULL;
        room_for_one((void **) &a->answers.items, a->answers.n, sizeof *a->answers.items);
        a->answers.items[a->answers.n] = (struct journal_answer){ .kind = q->kind, .unit = xstrdup(unit) };
        return &a->answers.items[a->answers.n++];
}

/* The priority of a container's line says only through which of two pipes it came: conmon gives all of
 * standard error "err". */
static bool journal_is_of_a_pipe(sd_journal *journal) {
        _cleanup_free_ char *container = journal_field(journal, "CONTAINER_NAME");
        return container;
}

/* The kernel counts upwards: systemd says of each slice above that a process of it was killed. */
static bool journal_is_of_a_slice(const struct journal_question *q, const char *unit) {
        return q->kind == TROUBLE_OOM_KILL && str_ends(unit, ".slice");
}

/* The next older entry. False: that was the last one. */
static bool journal_step(struct journal_asking *a, const struct journal_question *q) {
        uint64_t real;
        if (a->entries++ == ENTRIES_MAX || sd_journal_previous(a->journal) <= 0 ||
            sd_journal_get_realtime_usec(a->journal, &real) < 0 || (int64_t) real < q->since)
                return false;
        if (q->kind == TROUBLE_LOG_ERRORS && journal_is_of_a_pipe(a->journal))
                return true;
        _cleanup_free_ char *unit = q->unit ? xstrdup(q->unit) : journal_field(a->journal, "UNIT");
        struct journal_answer *answer =
                unit && !journal_is_of_a_slice(q, unit) ? journal_answer(a, q, unit) : NULL;
        if (!answer)
                return true;
        answer->n++;
        answer->first = (int64_t) real / 1000000;
        if (!answer->line)
                answer->line = journal_field(a->journal, "MESSAGE");
        return true;
}

static int journal_on_turn(sd_event_source *source, void *userdata) {
        struct journal_asking *a = userdata;
        bool more = a->at < a->n;
        struct journal_question *q = more ? &a->questions[a->at] : NULL;
        if (q && q->kind == TROUBLE_UNCLEAN_BOOT) {
                journal_ask_boot(a, q);
                a->at++;
        } else if (q) {
                if (!a->begun)
                        journal_begin(a, q);
                for (unsigned i = 0; more && i < ENTRIES_TURN; i++)
                        more = journal_step(a, q);
                if (!more) {
                        sd_journal_flush_matches(a->journal);
                        a->begun = false;
                        a->at++;
                }
        }
        if (a->at < a->n)
                return 0;
        struct journal_answers answers = a->answers;
        a->answers = (struct journal_answers){};
        op_end(&a->op);
        a->done(&answers, a->userdata);
        journal_answers_done(&answers);
        return 0;
}

struct op *trouble_ask_journal(sd_event *event, const char *directory,
                               const struct journal_question *questions, size_t n, journal_done_t done,
                               void *userdata) {
        struct journal_asking *a = new0(struct journal_asking);
        *a = (struct journal_asking){ .op.drop = journal_drop, .done = done, .userdata = userdata };
        int r = directory ? sd_journal_open_directory(&a->journal, directory, 0)
                          : sd_journal_open(&a->journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
        a->answers.unreadable = r < 0 || (!directory && sd_journal_has_persistent_files(a->journal) == 0 &&
                                          sd_journal_has_runtime_files(a->journal) == 0);
        a->questions = xcalloc(n + 1, sizeof *a->questions);
        for (size_t i = 0; i < n && !a->answers.unreadable; i++, a->n++) {
                a->questions[i] = questions[i];
                a->questions[i].unit = xstrdup(questions[i].unit);
        }
        if (a->journal)
                sd_journal_set_data_threshold(a->journal, 4096);
        sd_event_add_defer(event, &a->turn, journal_on_turn, a);
        sd_event_source_set_priority(a->turn, SD_EVENT_PRIORITY_IDLE);
        sd_event_source_set_enabled(a->turn, SD_EVENT_ON);
        return &a->op;
}
