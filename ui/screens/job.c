/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* A job, running or ended: its steps, its output, its result. The worker does the work; this screen only
 * watches, and closes without harm. */

#include <inttypes.h>

#include "base/feed.h"
#include "base/text.h"
#include "ui/dialog.h"
#include "ui/screens/parts/job-text.h"
#include "ui/screens/parts/resume-job.h"
#include "ui/screens/parts/retry-join.h"

struct job_screen_state {
        struct resume_job resume;
        char *id;
        struct op *watching;
        struct job *job;                /* NULL: no answer yet */
        struct error *error;            /* the watch ended */
        struct feed *feed;
        struct pager pager;             /* the output */
        bool unfolded;                  /* all steps are shown */
        unsigned cancels;               /* how often the person asked to stop */
        int rows, columns;              /* of the worker's terminal */
};

static bool job_lives(const struct job_screen_state *st) {
        return st->job && job_text_runs(st->job) && !st->error;
}

/* ---- watching ---- */

static void job_line(const char *text, const uint8_t *marks, size_t bytes, void *userdata) {
        struct job_screen_state *st = userdata;
        lines_add(st->pager.lines, text, marks, bytes);
}

static void job_report_size(struct screen *s) {
        struct job_screen_state *st = s->state;
        if (job_lives(st) && st->rows > 0 && st->columns > 0)
                host_job_size(ui_host(s->ui), st->id, (unsigned) st->rows, (unsigned) st->columns);
}

static void screen_job_job_moved(const struct job *job, void *userdata) {
        struct screen *s = userdata;
        struct job_screen_state *st = s->state;
        struct job *copy = job_copy(job);
        bool first = !st->job;
        job_free(st->job);
        st->job = copy;
        if (first)
                job_report_size(s);
        if (job_state_final(copy->state))
                feed_flush(st->feed);
        screen_invalidate(s);
}

static void job_output(const void *bytes, size_t n, void *userdata) {
        struct screen *s = userdata;
        struct job_screen_state *st = s->state;
        feed_write(st->feed, bytes, n);
        screen_invalidate(s);
}

static void job_watch_failed(struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct job_screen_state *st = s->state;
        st->watching = op_cancel(st->watching);
        error_free(st->error);
        st->error = e;
        screen_invalidate(s);
}

/* ---- the screen ---- */

static int job_screen_open(struct screen *s, const void *arg, struct error **reterr) {
        struct job_screen_state *st = s->state;
        const struct feed_sink sink = { .line = job_line, .userdata = st };
        st->id = xstrdup(arg);
        s->resume = &st->resume;
        pager_init(&st->pager, PAGER_WRAP, true);
        st->feed = feed_new(&sink);
        st->pager.pending = st->feed;
        s->pager = &st->pager;
        const struct job_watcher watcher = {
                .job = screen_job_job_moved, .output = job_output, .failed = job_watch_failed, .userdata = s
        };
        st->watching = host_watch_job(ui_host(s->ui), st->id, &watcher);
        return 0;
}

static void job_screen_close(struct screen *s) {
        struct job_screen_state *st = s->state;
        op_cancel(st->watching);
        resume_job_done(&st->resume);
        st->pager.pending = NULL;
        feed_free(st->feed);
        pager_done(&st->pager);
        job_free(st->job);
        error_free(st->error);
        free(st->id);
}

static void job_title(const struct screen *s, struct str *left, struct str *right) {
        const struct job_screen_state *st = s->state;
        char clock[24];
        if (st->job) {
                job_text_what(st->job, left);
                str_add(left, "  ");
        }
        str_add(left, st->id);
        if (!st->job)
                return;
        job_text_progress(st->job, right);
        if (st->job->started > 0 && (st->job->ended > 0 || job_text_runs(st->job))) {
                int64_t until = st->job->ended > 0 ? st->job->ended : ui_now(s->ui);
                str_addf(right, "  %s", job_text_clock(clock, until - st->job->started));
        }
}

static enum style job_step_style(enum step_state state) {
        switch (state) {
        case STEP_FAILED:
                return STYLE_BAD;
        case STEP_NOW:
        case STEP_UNDOING:
                return STYLE_BUSY;
        case STEP_DONE:
                return STYLE_GOOD;
        default:
                return STYLE_PLAIN;
        }
}

static void job_step_line(const struct canvas *c, int row, const struct job *job, enum job_step step) {
        const struct step_status *status = &job->steps[step];
        char duration[24];
        bool lost = status->state == STEP_NOW && job->state == JOB_INTERRUPTED;
        canvas_text(c, row, 2, 8, lost ? STYLE_BAD : job_step_style(status->state),
                    lost ? "cut off" : step_state_name(status->state));
        int x = 11 + canvas_text(c, row, 11, 30, STYLE_PLAIN, job_step_title(step, job->verb));
        x = x < 38 ? 38 : x + 2;
        if (status->note)
                canvas_text(c, row, x, 0, STYLE_DIM, status->note);
        else if (status->usec && status->state != STEP_NOW && status->state != STEP_TODO)
                canvas_text(c, row, x, 0, STYLE_DIM, job_text_duration(duration, status->usec));
}

/* More steps than this fold by themselves: the output is more important. */
#define STEPS_SHOWN 6

/* The steps above the output: all that began, or one line with the running one. Returns the rows. */
static int job_steps(const struct screen *s, const struct canvas *c) {
        const struct job_screen_state *st = s->state;
        const struct job *job = st->job;
        enum job_step current = job_current_step(job);
        unsigned began = 0;
        for (unsigned i = 0; i < _JOB_STEP_MAX; i++)
                began += job->planned[i] && job->steps[i].state != STEP_TODO;
        bool fold = !st->unfolded && (c->rows < 16 || began > STEPS_SHOWN || job_state_final(job->state));
        int row = 0;
        if (fold && began > 1) {
                unsigned done = 0;
                for (unsigned i = 0; i < _JOB_STEP_MAX; i++)
                        done += job->planned[i] &&
                                (job->steps[i].state == STEP_DONE || job->steps[i].state == STEP_SKIPPED);
                canvas_textf(c, row++, 2, 0, STYLE_DIM,
                             plural(done, "%u step done (s to show)", "%u steps done (s to show)"), done);
        }
        for (unsigned i = 0; i < _JOB_STEP_MAX; i++) {
                enum step_state state = job->steps[i].state;
                if (!job->planned[i] || state == STEP_TODO)
                        continue;
                bool matters = state == STEP_FAILED || state == STEP_NOW || state == STEP_UNDOING;
                if (fold && began > 1 && !matters)
                        continue;
                if (row >= c->rows - 4 && i != current)
                        continue;
                job_step_line(c, row++, job, (enum job_step) i);
        }
        return row;
}

/* The coming steps, in one line: as many as fit, and the number of the rest. */
static void job_next(const struct canvas *c, int row, const struct job *job) {
        _cleanup_str_ struct str text = {};
        enum job_step current = job_current_step(job);
        size_t room = c->columns > 20 ? (size_t) c->columns - 20 : 0;
        unsigned more = 0;
        for (unsigned i = 0; i < _JOB_STEP_MAX; i++) {
                if (!job->planned[i] || job->steps[i].state != STEP_TODO ||
                    (i <= (unsigned) current && job->state != JOB_QUEUED))
                        continue;
                const char *title = job_step_title((enum job_step) i, job->verb);
                if (more || (text.length && text.length + strlen(title) + 2 > room))
                        more++;
                else
                        str_addf(&text, "%s%s", text.length ? ", " : "", title);
        }
        if (!text.length)
                return;
        if (more)
                str_addf(&text, ", %u more", more);
        canvas_text(c, row, 2, 0, STYLE_DIM, "next");
        canvas_text(c, row, 11, 0, STYLE_DIM, text.text);
}

/* Draws its result. Returns the rows. */
static int job_result(const struct job *job, const struct canvas *c) {
        int row = canvas_paragraph(c, 0, 2, c->columns - 4, job_text_style(job->state),
                                   job->message ? job->message : job_state_name(job->state));
        if (job->hint) {
                canvas_text(c, row, 2, 0, STYLE_PLAIN, "->");
                row += canvas_paragraph(c, row, 5, c->columns - 7, STYLE_PLAIN, job->hint);
        }
        row += retry_join_draw(job, c, row);
        row += job_text_checks(job, c, row);
        size_t left = strv_length(job->left), shown = 0;
        for (; shown < left && row < c->rows / 2; shown++)
                row += canvas_paragraph(c, row, 4, c->columns - 6, STYLE_WARN, job->left[shown]);
        if (shown < left)
                canvas_textf(c, row++, 4, 0, STYLE_WARN, "and %zu more; \"fairlead attach %s\" lists them",
                             left - shown, job->id);
        bool rehearsed = job->verb == VERB_REHEARSE && job->steps[STEP_CHANGES].note;
        if (rehearsed || (job->state == JOB_DONE && job->verb == VERB_INSTALL)) {
                const char *files = job->steps[STEP_CHANGES].note;
                if (files) {
                        canvas_text(c, row, 2, 8, STYLE_STRONG, "Files");
                        canvas_textf(c, row++, 11, 0, STYLE_PLAIN, "%s (v to show)", files);
                }
                if (!rehearsed) {
                        canvas_text(c, row, 2, 8, STYLE_STRONG, "Undo");
                        canvas_textf(c, row++, 11, 0, STYLE_PLAIN,
                                     job_checks_fail(job) ? "p restores every file; so does uninstall %s"
                                                          : "uninstall %s restores every file",
                                     job->name);
                }
        }
        return row;
}

static void job_draw(struct screen *s, const struct canvas *c) {
        const struct job_screen_state *st = s->state;
        if (!st->job) {
                if (st->error)
                        canvas_error(c, 1, st->error, true);
                else
                        canvas_text(c, 1, 2, 0, STYLE_BUSY, "Looking for the job ...");
                return;
        }
        int row = 0;
        if (!job_text_runs(st->job))
                row = job_result(st->job, c);
        if (st->error)
                row += canvas_error(c, row, st->error, false);
        struct canvas rest = canvas_part(c, row, 0, -1, -1);
        int steps = job_steps(s, &rest);
        bool next = job_lives(st) && rest.rows - steps > 4;
        struct canvas output = canvas_part(&rest, steps, 0, rest.rows - steps - next, -1);
        pager_draw(s->pager, &output);
        if (next)
                job_next(&rest, rest.rows - 1, st->job);
}

/* A half line at the end of the output may be a question. */
static bool job_asks(const struct job_screen_state *st, struct str *out) {
        const char *text;
        const uint8_t *marks;
        size_t bytes = 0;
        if (!job_lives(st) || st->job->state != JOB_RUNNING)
                return false;
        feed_pending(st->feed, &text, &marks, &bytes);
        while (bytes && text[bytes - 1] == ' ')
                bytes--;
        if (!bytes || !strchr(":?>]", text[bytes - 1]))
                return false;
        if (out)
                str_add_bytes(out, text, bytes);
        return true;
}

static void job_status(const struct screen *s, struct str *out) {
        /* The escalation of backend and worker: three requests to stop, then a kill. */
        static const char *const ladder[] = {
                "",
                "The command was asked to stop. If it does not, c asks again.",
                "The command was asked to stop a second time. If it does not, c asks again.",
                "The command was asked to stop a third time. c kills it.",
                "The command is being killed. Then everything it changed is restored.",
        };
        const struct job_screen_state *st = s->state;
        if (!st->job) {
                if (st->error)
                        str_add(out, "q goes back.");
                return;
        }
        if (st->resume.op) {
                str_add(out, "Starting its worker ...");
                return;
        }
        if (st->job->state == JOB_INTERRUPTED || st->job->state == JOB_BROKEN) {
                str_add(out, resume_job_fits(st->job, ACTION_RESUME)
                                     ? "r resumes the job, p rolls it back; both ask first."
                             : st->job->state == JOB_BROKEN
                                     ? "p tries the rollback again; it asks first."
                                     : "p rolls the job back; it asks first.");
                return;
        }
        if (!job_lives(st)) {
                str_add(out,
                        st->job->state == JOB_DONE
                                ? "Done. Enter goes to the services. / searches its whole output."
                                : "/ searches its whole output.");
                return;
        }
        if (st->job->state == JOB_CANCELLING && st->cancels) {
                str_add(out, ladder[st->cancels < ELEMENTS(ladder) ? st->cancels : ELEMENTS(ladder) - 1]);
                return;
        }
        if (job_asks(st, NULL)) {
                str_add(out, "The command seems to wait for an answer: a types one.");
                return;
        }
        str_add(out, "You may close this terminal: the job continues; \"fairlead attach\" returns to it.");
}

/* ---- actions ---- */

static void job_cancel(struct screen *s) {
        struct job_screen_state *st = s->state;
        struct error *e = NULL;
        if (host_cancel_job(ui_host(s->ui), st->id, &e) < 0) {
                dialog_error(s->ui, e);
                return;
        }
        st->cancels++;
        screen_invalidate(s);
}

static void job_cancel_answered(struct screen *s, bool yes) {
        if (yes && job_lives(s->state))
                job_cancel(s);
}

static void job_ask_cancel(struct screen *s) {
        struct job_screen_state *st = s->state;
        if (st->cancels) {
                job_cancel(s);
                return;
        }
        static const struct question question = {
                .title = "Cancel this job",
                .text = "The command is stopped and every file it changed is restored.\n"
                        "Leaving this screen (z) does not stop the job.",
                .yes = "Cancel the job",
                .no = "Let it run",
        };
        dialog_confirm(s, &question, job_cancel_answered);
}

/* The answer to such a prompt is hidden: the command turned the echo of its terminal off, too. */
static bool job_prompt_is_secret(const char *prompt) {
        static const char *const words[] = { "assw",   "assphrase", "passe", "contrase",
                                             "secret", "token",     "PIN" };
        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (strcasestr(prompt, words[i]))
                        return true;
        return false;
}

static void job_answered(struct screen *s, const char *text) {
        struct job_screen_state *st = s->state;
        struct error *e = NULL;
        if (!text)
                return;
        size_t n = strlen(text);
        _cleanup_free_ char *line = xcalloc(n + 1, 1);
        memcpy(line, text, n);
        line[n] = '\n';
        if (host_job_input(ui_host(s->ui), st->id, line, n + 1, &e) < 0)
                dialog_error(s->ui, e);
        explicit_bzero(line, n);        /* it may be a secret */
}

static bool job_can(const struct screen *s, enum action action) {
        const struct job_screen_state *st = s->state;
        switch (action) {
        case ACTION_CANCEL:
        case ACTION_DETACH:
                return job_lives(st);
        case ACTION_ANSWER:
                return job_lives(st) && st->job->state == JOB_RUNNING;
        case ACTION_CHANGES:
        case ACTION_SERVICES:
                return st->job && !job_lives(st);
        case ACTION_FOLLOW:
                return job_lives(st);
        case ACTION_FOLD:
                return st->job;
        case ACTION_FIX:
                return retry_join_reason(st->job);
        case ACTION_RESUME:
        case ACTION_ROLLBACK:
                return resume_job_fits(st->job, action);
        default:
                return true;
        }
}

static bool job_act(struct screen *s, enum action action) {
        struct job_screen_state *st = s->state;
        switch (action) {
        case ACTION_CANCEL:
                job_ask_cancel(s);
                return true;
        case ACTION_INTERRUPT:
                if (!job_lives(st))
                        return false;
                job_ask_cancel(s);
                return true;
        case ACTION_DETACH:
                screen_close(s);
                return true;
        case ACTION_FIX:
                retry_join_begin(s, st->job);
                return true;
        case ACTION_RESUME:
        case ACTION_ROLLBACK:
                resume_job_begin(s, st->job, action);
                return true;
        case ACTION_ANSWER: {
                _cleanup_str_ struct str prompt = {};
                job_asks(st, &prompt);
                const char *label = prompt.length ? prompt.text : "Answer:";
                if (job_prompt_is_secret(label))
                        screen_ask_secret(s, label, job_answered);
                else
                        screen_ask(s, label, NULL, NULL, job_answered);
                return true;
        }
        case ACTION_FOLD:
                st->unfolded = !st->unfolded;
                return true;
        case ACTION_CHANGES:
                screen_open(s->ui, &changes_screen, st->id);
                return true;
        default:
                return false;
        }
}

static unsigned job_tick_ms(const struct screen *s) {
        const struct job_screen_state *st = s->state;
        if (!job_lives(st) || st->job->started <= 0)
                return 0;
        return ui_theme(s->ui)->display == DISPLAY_BASIC ? 5000 : 1000;
}

static void job_resized(struct screen *s, int rows, int columns) {
        struct job_screen_state *st = s->state;
        st->rows = rows > 8 ? rows - 8 : rows;
        st->columns = columns;
        job_report_size(s);
}

const struct screen_class job_screen = {
        .name = "job",
        .title = "Job",
        .help = "One job: its steps, the output of its command, and its result. The job does not need this "
                "screen: z leaves it, or close the terminal; 4 (Jobs) or \"fairlead attach\" returns to it "
                "with the whole output.\n"
                "The output stays at its newest line until you move in it; f follows again. c cancels: the "
                "command is asked to stop, more urgently at each further c, and everything it changed is "
                "restored. When the command asks something, a types the answer.\n"
                "A job that was interrupted (the host went down, its worker was killed) is resumed with r or "
                "rolled back with p.",
        .size = sizeof(struct job_screen_state),
        .bindings = (const struct binding[]){ { KEY_RETURN, ACTION_SERVICES },
                                              { 'c', ACTION_CANCEL },
                                              { 'r', ACTION_RESUME },
                                              { 'p', ACTION_ROLLBACK },
                                              { 'm', ACTION_FIX },
                                              { 'a', ACTION_ANSWER },
                                              { 'v', ACTION_CHANGES },
                                              { 'f', ACTION_FOLLOW },
                                              { 's', ACTION_FOLD, "steps" },
                                              { 'z', ACTION_DETACH },
                                              { 'w', ACTION_WRAP, NULL, true },
                                              {} },
        .open = job_screen_open,
        .close = job_screen_close,
        .title_text = job_title,
        .draw = job_draw,
        .status = job_status,
        .can = job_can,
        .act = job_act,
        .tick_ms = job_tick_ms,
        .resized = job_resized,
};
