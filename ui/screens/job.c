/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* A job, running or ended: its steps, its output, its result. The worker does the work; this screen only
 * watches, and closes without harm. */

#include "base/feed.h"
#include "ui/dialog.h"
#include "ui/screens/parts/job-actions.h"
#include "ui/screens/parts/job-output.h"
#include "ui/screens/parts/job-text.h"
#include "ui/widgets/terminal.h"

#define KEY_TAKE_BACK KEY_CTRL(']')
#define RECENT_BYTES (64U * 1024) /* of output, enough for any screen of a command */

struct job_screen_state {
        struct job *job;           /* NULL: no answer yet */
        struct feed *feed;         /* of the output */
        struct op *counting;       /* the files that it changed */
        size_t n_files;            /* 0: not known yet, or none */
        bool unfolded;             /* all steps are shown */
        struct str recent;         /* the end of the output, at least RECENT_BYTES where it has them */
        struct terminal *terminal; /* the command's, while all keys go to it; NULL */
        struct error *refused;     /* what it was to be typed; NULL */
        unsigned cancels;          /* how often the person asked to stop */
        int rows, columns;         /* of the worker's terminal */
};

/* An error ends the watch. */
static bool job_lives(const struct screen *s) {
        const struct job_screen_state *st = s->state;
        return st->job && job_text_runs(st->job) && !s->error;
}

/* ---- the command's terminal ---- */

static void job_take_back(struct screen *s) {
        struct job_screen_state *st = s->state;
        st->terminal = terminal_free(st->terminal);
        screen_invalidate(s);
}

static void job_typed(const void *bytes, size_t n, void *userdata) {
        const struct screen *s = userdata;
        struct job_screen_state *st = s->state;
        if (!st->refused)
                host_job_input(ui_host(s->ui), s->about, bytes, n, &st->refused);
}

/* Behind each call of the terminal that may have typed. */
static void job_check_typed(struct screen *s) {
        struct job_screen_state *st = s->state;
        if (!st->refused)
                return;
        job_take_back(s);
        dialog_error(s->ui, TAKE(st->refused));
}

/* ---- watching ---- */

static void job_line(const char *text, const uint8_t *marks, size_t bytes, void *userdata) {
        const struct screen *s = userdata;
        lines_add(s->pager->lines, text, marks, bytes);
}

static void job_report_size(struct screen *s) {
        const struct job_screen_state *st = s->state;
        if (job_lives(s) && st->rows > 0 && st->columns > 0)
                host_job_size(ui_host(s->ui), s->about, (unsigned) st->rows, (unsigned) st->columns);
}

/* Whether the files that it changed matter now: the page of the changes lists the same. */
static bool job_counts_files(const struct job *job) {
        return job->state == JOB_DONE && (job->verb == VERB_INSTALL || job->verb == VERB_REHEARSE);
}

static void job_counted(struct change_report *report, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct job_screen_state *st = s->state;
        st->counting = op_cancel(st->counting);
        st->n_files = report ? report->changes->n : 0;
        change_report_free(report);
        error_free(e); /* c shows it */
        screen_invalidate(s);
}

static void job_moved(const struct job *job, void *userdata) {
        struct screen *s = userdata;
        struct job_screen_state *st = s->state;
        bool first = !st->job;
        job_free(st->job);
        st->job = job_copy(job);
        if (first)
                job_report_size(s);
        if (job_state_final(job->state))
                feed_flush(st->feed);
        if (job_counts_files(job) && !st->counting && !st->n_files)
                st->counting = host_list_changes(ui_host(s->ui), s->about, false, job_counted, s);
        /* The services, below all screens: the new one is what the person looks for there next. */
        if (job->state == JOB_DONE && job->verb == VERB_INSTALL && job->name)
                list_focus(&screen_home(s)->rows, job->name);
        screen_invalidate(s);
}

static void job_keep_recent(struct str *recent, const void *bytes, size_t n) {
        str_add_bytes(recent, bytes, n);
        if (recent->length <= 2 * RECENT_BYTES)
                return;
        memmove(recent->text, recent->text + recent->length - RECENT_BYTES, RECENT_BYTES);
        str_cut(recent, RECENT_BYTES);
}

static void job_output(const void *bytes, size_t n, void *userdata) {
        struct screen *s = userdata;
        struct job_screen_state *st = s->state;
        feed_write(st->feed, bytes, n);
        if (st->terminal)
                terminal_write(st->terminal, bytes, n, true);
        job_check_typed(s);
        job_keep_recent(&st->recent, bytes, n);
        screen_invalidate(s);
}

static void job_watch_failed(struct error *e, void *userdata) {
        screen_loaded(userdata, 0, e, 0);
}

/* ---- the screen ---- */

static void job_screen_open(struct screen *s, const void *arg) {
        struct job_screen_state *st = s->state;
        const struct feed_sink sink = { .line = job_line, .userdata = s };
        st->feed = feed_new(&sink);
        s->pager->pending = st->feed;
        const struct job_watcher watcher = {
                .job = job_moved, .output = job_output, .failed = job_watch_failed, .userdata = s
        };
        s->loading.op = host_watch_job(ui_host(s->ui), s->about, &watcher);
}

static void job_screen_close(struct screen *s) {
        struct job_screen_state *st = s->state;
        job_acting_done(s);
        op_cancel(st->counting);
        terminal_free(st->terminal);
        str_done(&st->recent);
        feed_free(st->feed);
        job_free(st->job);
}

static void job_title(const struct screen *s, struct str *left, struct str *right) {
        const struct job_screen_state *st = s->state;
        char clock[24];
        const struct job *job = st->job;
        if (!job) {
                str_add(left, s->about);
                return;
        }
        job_text_what(job, left);
        job_text_progress(job, right);
        int64_t until = job->ended > 0 ? job->ended : job_text_runs(job) ? ui_now(s->ui) : 0;
        if (job->started > 0 && until > 0)
                str_addf(right, "  %s", job_text_clock(clock, until - job->started));
}

/* Draws its result. Returns the rows. */
static int job_result(const struct job_screen_state *st, const struct canvas *c) {
        const struct job *job = st->job;
        int row = canvas_paragraph(c, 0, 2, c->columns - 4, job_text_style(job),
                                   job->message ? job->message : job_state_word(job));
        /* The ways on of an interrupted one are keys here: the status line names them. */
        if (job->hint && job->state != JOB_INTERRUPTED) {
                canvas_text(c, row, 2, 0, STYLE_PLAIN, "->");
                row += canvas_paragraph(c, row, 5, c->columns - 7, STYLE_PLAIN, job->hint);
        }
        row += job_action_draw_fix(job, c, row);
        row += job_text_checks(job, c, row);
        size_t left = strv_length(job->left), shown = 0;
        for (; shown < left && row < c->rows / 2; shown++)
                row += canvas_paragraph(c, row, 4, c->columns - 6, STYLE_WARN, job->left[shown]);
        if (shown < left)
                canvas_textf(c, row++, 4, 0, STYLE_WARN, "and %zu more; \"fairlead attach %s\" lists them",
                             left - shown, job->id);
        bool installed = job->state == JOB_DONE && job->verb == VERB_INSTALL;
        if (job_counts_files(job)) {
                canvas_text(c, row, 2, 8, STYLE_STRONG, "Files");
                if (st->n_files)
                        canvas_textf(c, row++, 11, 0, STYLE_PLAIN,
                                     plural(st->n_files, "%zu changed file (c to show)",
                                            "%zu changed files (c to show)"),
                                     st->n_files);
                else
                        canvas_text(c, row++, 11, 0, STYLE_PLAIN,
                                    st->counting ? "counting ..." : "no watched file was changed");
        }
        if (installed) {
                canvas_text(c, row, 2, 8, STYLE_STRONG, "Undo");
                _cleanup_free_ char *undo = str_printf(
                        job_checks_fail(job) ? "p restores every file; so does uninstall %s"
                        : job_joined(job)    ? "leave (5, then x l) restores every file; so does uninstall %s"
                                             : "uninstall %s restores every file",
                        job->name);
                row += canvas_paragraph(c, row, 11, 0, STYLE_PLAIN, undo);
        }
        return row;
}

static bool job_types(const struct screen *s) {
        const struct job_screen_state *st = s->state;
        return st->terminal && job_lives(s) && st->job->state == JOB_RUNNING;
}

/* The command's terminal at the bottom, in its whole size; its steps above it. */
static void job_draw_terminal(const struct job_screen_state *st, const struct canvas *c) {
        struct canvas above = canvas_part(c, 0, 0, c->rows - st->rows - 1, -1),
                      below = canvas_part(c, c->rows - st->rows, 0, -1, -1);
        job_text_steps(st->job, false, &above);
        canvas_rule(c, c->rows - st->rows - 1, "Its terminal");
        terminal_draw(st->terminal, &below);
}

static void job_draw(struct screen *s, const struct canvas *c) {
        const struct job_screen_state *st = s->state;
        if (!st->job) {
                screen_draw_text(s, c);
                return;
        }
        if (job_types(s)) {
                job_draw_terminal(st, c);
                return;
        }
        int row = job_text_runs(st->job) ? 0 : job_result(st, c);
        if (s->error)
                row += canvas_error(c, row, s->error, false);
        struct canvas rest = canvas_part(c, row, 0, -1, -1);
        int steps = job_text_steps(st->job, st->unfolded, &rest);
        bool next = job_lives(s) && rest.rows - steps > 4;
        struct canvas output = canvas_part(&rest, steps, 0, rest.rows - steps - next, -1);
        pager_draw(s->pager, &output);
        if (next)
                job_text_next(st->job, &rest, rest.rows - 1);
}

/* A half line at the end of the output may be a question; NULL: it is not. The caller frees. */
static char *job_asked(const struct screen *s) {
        const struct job_screen_state *st = s->state;
        const char *text;
        const uint8_t *marks;
        size_t bytes = 0;
        if (!job_lives(s) || st->job->state != JOB_RUNNING)
                return NULL;
        feed_pending(st->feed, &text, &marks, &bytes);
        while (bytes && text[bytes - 1] == ' ')
                bytes--;
        return bytes && strchr(":?>]", text[bytes - 1]) ? xstrndup(text, bytes) : NULL;
}

static const char *job_sentence(const struct screen *s) {
        /* The escalation of backend and worker: three requests to stop, then a kill. */
        static const char *const ladder[] = {
                "The command was asked to stop. If it does not, X asks again.",
                "The command was asked to stop a second time. If it does not, X asks again.",
                "The command was asked to stop a third time. X kills it.",
                "The command is being killed. Then everything it changed is restored.",
        };
        const struct job_screen_state *st = s->state;
        if (!st->job)
                return s->error ? "q goes back." : "";
        if (job_acting_runs(s))
                return "Starting its worker ...";
        if (job_action_fits(st->job, ACTION_RESUME))
                return "r resumes the job, p rolls it back; both ask first.";
        if (st->job->state == JOB_BROKEN)
                return "p tries the rollback again; it asks first.";
        if (st->job->state == JOB_INTERRUPTED)
                return "p rolls the job back; it asks first.";
        if (!job_lives(s))
                return job_joined(st->job) ? "Done. Enter goes to the realm. / searches its whole output."
                       : st->job->state == JOB_DONE
                               ? "Done. Enter goes to the services. / searches its whole output."
                               : "/ searches its whole output.";
        if (st->job->state == JOB_CANCELLING && st->cancels)
                return ladder[st->cancels < ELEMENTS(ladder) ? st->cancels - 1 : ELEMENTS(ladder) - 1];
        if (job_types(s))
                return "Every key goes to the command, as on its own terminal, until Ctrl-].";
        _cleanup_free_ char *asked = job_asked(s);
        return asked ? "The command seems to wait for an answer: a types a line, t gives it the keys."
                     : "You may close this terminal: the job continues; \"fairlead attach\" returns to it.";
}

static void job_status(const struct screen *s, struct str *out) {
        str_add(out, job_sentence(s));
}

/* ---- actions ---- */

static void job_cancel(struct screen *s) {
        struct job_screen_state *st = s->state;
        struct error *e = NULL;
        if (!job_lives(s))
                return; /* it ended before the answer */
        if (host_cancel_job(ui_host(s->ui), s->about, &e) < 0)
                dialog_error(s->ui, e);
        else
                st->cancels++;
        screen_invalidate(s);
}

static void job_ask_cancel(struct screen *s) {
        static const struct question question = {
                .title = "Cancel this job",
                .text = "The command is stopped and every file it changed is restored.\n"
                        "Leaving this screen (z) does not stop the job.",
                .yes = "Cancel the job",
                .no = "Let it run",
        };
        const struct job_screen_state *st = s->state;
        if (st->cancels)
                job_cancel(s);
        else
                dialog_confirm(s, &question, job_cancel);
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
        struct error *e = NULL;
        if (!text)
                return;
        size_t n = strlen(text);
        _cleanup_free_ char *line = xcalloc(n + 1, 1);
        memcpy(line, text, n);
        line[n] = '\n';
        if (host_job_input(ui_host(s->ui), s->about, line, n + 1, &e) < 0)
                dialog_error(s->ui, e);
        explicit_bzero(line, n); /* it may be a secret */
}

/* With what the command has on its screen by now: all that it printed behind the last line of our own. */
static void job_give_keys(struct screen *s) {
        struct job_screen_state *st = s->state;
        const char *from = st->recent.text ? st->recent.text : "", *end = from + st->recent.length,
                   *own = memrchr(from, FEED_OWN, st->recent.length),
                   *behind = own ? memchr(own, '\n', (size_t) (end - own)) : NULL;
        from = behind ? behind + 1 : from;
        st->terminal = terminal_new(st->rows, st->columns, job_typed, s);
        terminal_write(st->terminal, from, (size_t) (end - from), false);
}

static bool job_type(struct screen *s, int key) {
        struct job_screen_state *st = s->state;
        if (!job_types(s) || key == KEY_TAKE_BACK) {
                bool taken = job_types(s);
                job_take_back(s);
                return taken;
        }
        terminal_key(st->terminal, key);
        job_check_typed(s);
        screen_invalidate(s);
        return true;
}

static void job_ask_answer(struct screen *s) {
        _cleanup_free_ char *asked = job_asked(s);
        const char *label = asked ? asked : "Answer:";
        if (job_prompt_is_secret(label))
                screen_ask_secret(s, label, job_answered);
        else
                screen_ask(s, label, NULL, NULL, job_answered);
}

static bool job_can(const struct screen *s, enum action action) {
        const struct job_screen_state *st = s->state;
        if (job_types(s) || action == ACTION_KEYS_BACK)
                return job_types(s) && action == ACTION_KEYS_BACK;
        switch (action) {
        case ACTION_CANCEL:
        case ACTION_DETACH:
        case ACTION_FOLLOW:
        case ACTION_INTERRUPT: return job_lives(s);
        case ACTION_KEYS:
        case ACTION_ANSWER:
                return job_lives(s) && st->job->state == JOB_RUNNING &&
                       job_current_step(st->job) == STEP_COMMAND;
        case ACTION_CHANGES: return st->job && !job_lives(s);
        case ACTION_SERVICES: return st->job && !job_lives(s) && !job_joined(st->job);
        case ACTION_REALM: return st->job && job_joined(st->job);
        case ACTION_LOG: return st->job && st->job->name && st->job->steps[STEP_START].state != STEP_TODO;
        case ACTION_FOLD: return st->job;
        default: return job_action_fits(st->job, action);
        }
}

/* Of the service's unit, which the log outlives where it was rolled back; or of the worker's own. */
static void job_open_log(struct screen *s, bool own) {
        const char *name = own ? NULL : ((const struct job_screen_state *) s->state)->job->name;
        _cleanup_free_ char *unit =
                str_printf(own ? "fairlead-job-%s.service" : "%s.service", own ? s->about : name);
        screen_open(s->ui, &log_screen,
                    &(const struct log_order){ .unit = unit, .container = name, .title = name });
}

static bool job_act(struct screen *s, enum action action) {
        struct job_screen_state *st = s->state;
        if (action == ACTION_CANCEL || action == ACTION_INTERRUPT)
                job_ask_cancel(s);
        else if (action == ACTION_DETACH)
                screen_close(s);
        else if (action == ACTION_FIX || action == ACTION_RESUME || action == ACTION_ROLLBACK)
                job_acting_begin(s, st->job, action);
        else if (action == ACTION_ANSWER)
                job_ask_answer(s);
        else if (action == ACTION_KEYS)
                job_give_keys(s);
        else if (action == ACTION_FOLD)
                st->unfolded = !st->unfolded;
        else if (action == ACTION_LOG || action == ACTION_JOB_LOG)
                job_open_log(s, action == ACTION_JOB_LOG);
        else if (action == ACTION_CHANGES)
                screen_open(s->ui, &changes_screen, s->about);
        else
                return job_output_elsewhere(s, action);
        return true;
}

static unsigned job_tick_ms(const struct screen *s) {
        const struct job_screen_state *st = s->state;
        if (!job_lives(s) || st->job->started <= 0)
                return 0;
        return ui_theme(s->ui)->display == DISPLAY_BASIC ? 5000 : 1000;
}

static void job_resized(struct screen *s, int rows, int columns) {
        struct job_screen_state *st = s->state;
        st->rows = rows > 8 ? rows - 8 : rows;
        st->columns = columns;
        if (st->terminal)
                terminal_resize(st->terminal, st->rows, st->columns);
        job_report_size(s);
}

const struct screen_class job_screen = {
        .name = "job",
        .title = "Job",
        .way = "4 Enter ",
        .help = "One job: its steps, the output of its command, and its result. The job does not need this "
                "screen: z leaves it, or close the terminal; 4 (Jobs) or \"fairlead attach\" returns to it "
                "with the whole output.\n"
                "The output stays at its newest line until you move in it; f follows again. X cancels: the "
                "command is asked to stop, more urgently at each further X, and everything it changed is "
                "restored. When the command asks something, a types the answer; t gives it every key, "
                "Tab and arrows too, until Ctrl-] takes them back.\n"
                "A job that was interrupted (the host went down, its worker was killed) is resumed with r or "
                "rolled back with p. w writes the output to a new file, o shows it in your pager ($PAGER), W "
                "cuts long lines. p also rolls back a job that is done; what is restored is said first.",
        .about = true,
        .size = sizeof(struct job_screen_state),
        .text = PAGER_WRAP,
        .follow = true,
        .looking = "Looking for the job ...",
        .bindings = (const struct binding[]){ { KEY_RETURN, ACTION_SERVICES },
                                              { KEY_RETURN, ACTION_REALM, "realm" },
                                              { 'X', ACTION_CANCEL },
                                              { 'r', ACTION_RESUME },
                                              { 'p', ACTION_ROLLBACK },
                                              { 'f', ACTION_FIX },
                                              { 'a', ACTION_ANSWER },
                                              { 't', ACTION_KEYS },
                                              { KEY_TAKE_BACK, ACTION_KEYS_BACK },
                                              { 'c', ACTION_CHANGES },
                                              { 'l', ACTION_LOG, "unit's log", true },
                                              { 'L', ACTION_JOB_LOG, NULL, true },
                                              { 'f', ACTION_FOLLOW },
                                              { 's', ACTION_FOLD, "steps" },
                                              { 'z', ACTION_DETACH },
                                              { 'w', ACTION_WRITE, NULL, true },
                                              { 'o', ACTION_PAGER, NULL, true },
                                              { 'W', ACTION_WRAP, NULL, true },
                                              {} },
        .open = job_screen_open,
        .close = job_screen_close,
        .title_text = job_title,
        .draw = job_draw,
        .status = job_status,
        .can = job_can,
        .act = job_act,
        .tick_ms = job_tick_ms,
        .typing = job_types,
        .type = job_type,
        .resized = job_resized,
};
