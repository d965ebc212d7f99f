/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* The jobs of this host, newest first: the running ones, and the results of earlier ones. */

#include "base/text.h"
#include "ui/dialog.h"
#include "ui/screens/parts/job-text.h"
#include "ui/screens/parts/known-jobs.h"

struct jobs_state {
        struct job_list *jobs;          /* NULL: no answer yet */
        char *asked;                    /* the job of the question about cancelling */
};

/* ---- rows ---- */

enum { COLUMN_WHAT, COLUMN_STATE, COLUMN_STARTED, COLUMN_TOOK, COLUMN_RESULT };

static const struct column columns[] = {
        [COLUMN_WHAT] = { "JOB", 20, 22, 0, .fit = true, .middle = true },
        [COLUMN_STATE] = { "STATE", 11, 11, 0, .fit = true },
        [COLUMN_STARTED] = { "STARTED", 12, 12, 2 },
        [COLUMN_TOOK] = { "TOOK", 6, 6, 3, .right = true },
        [COLUMN_RESULT] = { "RESULT", 12, 40, 1, .grow = true },
};

static const struct job *jobs_at(const struct screen *s, size_t row) {
        const struct jobs_state *st = s->state;
        return st->jobs && row < st->jobs->n ? st->jobs->items[row] : NULL;
}

static void jobs_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct screen *s = owner;
        const struct job *job = jobs_at(s, row);
        switch (column) {
        case COLUMN_WHAT: {
                _cleanup_free_ char *what = job_what(job);
                snprintf(ret->buffer, sizeof ret->buffer, "%s", what);
                ret->text = ret->buffer;
                break;
        }
        case COLUMN_STATE:
                ret->text = job_text_state(job);
                ret->style = job_text_style(job);
                break;
        case COLUMN_STARTED:
                ret->ordered = true;
                ret->order = job->started;
                if (job->started > 0)
                        ret->text = job_text_when(ret->buffer, job->started, ui_now(s->ui));
                break;
        case COLUMN_TOOK:
                ret->ordered = true;
                ret->order = job->ended - job->started;
                /* A job that was rolled back later did not run until then. */
                if (job->started > 0 && job->ended >= job->started && !job->withdrawn)
                        ret->text = text_age(ret->buffer, job->ended - job->started);
                break;
        default:
                ret->text = job_text_runs(job) ? job_step_title(job_current_step(job), job->verb)
                                               : job->message;
        }
}

static const char *jobs_identity(const void *owner, size_t row) {
        return jobs_at(owner, row)->id;
}

static char jobs_flag(const void *owner, size_t row) {
        enum job_state state = jobs_at(owner, row)->state;
        return state == JOB_BROKEN || state == JOB_INTERRUPTED ? '!' : ' ';
}

static const struct list_source jobs_source = {
        .columns = columns,
        .n_columns = ELEMENTS(columns),
        .cell = jobs_cell,
        .identity = jobs_identity,
        .flag = jobs_flag,
};

/* ---- answers ---- */

static void jobs_loaded(struct job_list *jobs, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct jobs_state *st = s->state;
        if (jobs) {
                job_list_free(st->jobs);
                st->jobs = jobs;
        }
        screen_loaded(s, jobs ? jobs->n : 0, e, TOPIC_JOBS);
}

static void jobs_load(struct screen *s, unsigned topics) {
        if (reload_wanted(&s->loading, topics))
                s->loading.op = host_list_jobs(ui_host(s->ui), jobs_loaded, s);
}

/* ---- the screen ---- */

static void jobs_open(struct screen *s, const void *arg) {
        list_filter(s->list, arg);
}

static void jobs_close(struct screen *s) {
        struct jobs_state *st = s->state;
        job_list_free(st->jobs);
        free(st->asked);
}

static void jobs_title(const struct screen *s, struct str *left, struct str *right) {
        const struct jobs_state *st = s->state;
        uint64_t size = 0;
        char buffer[16];
        for (size_t i = 0; st->jobs && i < st->jobs->n; i++)
                size += st->jobs->items[i]->size;
        if (st->jobs)
                str_addf(left, plural(st->jobs->n, "%zu job", "%zu jobs"), st->jobs->n);
        if (size)
                str_addf(left, "  %s", text_size(buffer, size));
}

/* A job that runs moves on by itself; an interrupted one waits for a person. */
static void jobs_mark(const struct screen *home, struct str *out, enum style *style) {
        size_t running = known_jobs_count(home, true), interrupted = known_jobs_count(home, false);
        if (interrupted)
                str_addf(out, "!%zu", interrupted);
        if (running)
                str_addf(out, "%s*%zu", interrupted ? " " : "", running);
        *style = interrupted ? STYLE_BAD : STYLE_BUSY;
}

static void jobs_status(const struct screen *s, struct str *out) {
        const struct job *job = jobs_at(s, list_settled_row(s->list));
        char size[16];
        if (!job)
                return;
        if (job->state == JOB_INTERRUPTED)
                str_addf(out, "It was interrupted at the step \"%s\". Enter opens it.",
                         job_step_title(job_current_step(job), job->verb));
        else if (job_text_runs(job))
                job_text_running(job, ui_now(s->ui), out);
        else
                str_addf(out, "%s.%s%s", job->message ? job->message : "Enter shows its steps and its output",
                         job->size ? "  " : "", job->size ? text_size(size, job->size) : "");
}

static bool jobs_can(const struct screen *s, enum action action) {
        const struct job *job = jobs_at(s, list_row(s->list));
        switch (action) {
        case ACTION_OPEN: return job;
        case ACTION_CHANGES: return job && job->state == JOB_DONE;
        case ACTION_CANCEL: return job && job_text_runs(job);
        case ACTION_PRUNE: return job && screen_can_lend(s);
        default: return true;
        }
}

static void jobs_cancel(struct screen *s) {
        const struct jobs_state *st = s->state;
        struct error *e = NULL;
        if (host_cancel_job(ui_host(s->ui), st->asked, &e) < 0)
                dialog_error(s->ui, e);
        else
                screen_say(s, "%s is being cancelled; its changes are restored", st->asked);
}

static void jobs_ask_cancel(struct screen *s, const struct job *job) {
        struct jobs_state *st = s->state;
        _cleanup_free_ char *what = job_what(job), *title = str_printf("Cancel: %s", what);
        const struct question question = {
                .title = title,
                .text = "The command is stopped, then everything that the job changed on this host is "
                        "restored.",
                .yes = "Cancel the job",
                .no = "Let it run",
        };
        str_replace(&st->asked, job->id);
        dialog_confirm(s, &question, jobs_cancel);
}

/* It takes the time that the disk takes, and has its own question: the verb does it, at this terminal. */
static void jobs_prune(struct screen *s) {
        _cleanup_strv_ char **argv = NULL;
        strv_add(&argv, "/proc/self/exe");
        strv_add(&argv, "prune");
        strv_add(&argv, "--all");
        screen_lend(s, "prune", argv, NULL, true);
}

static bool jobs_act(struct screen *s, enum action action) {
        const struct job *job = jobs_at(s, list_row(s->list));
        if (action == ACTION_OPEN)
                screen_open(s->ui, &job_screen, job->id);
        else if (action == ACTION_CHANGES)
                screen_open(s->ui, &changes_screen, job->id);
        else if (action == ACTION_CANCEL)
                jobs_ask_cancel(s, job);
        else if (action == ACTION_PRUNE)
                jobs_prune(s);
        else
                return false;
        return true;
}

const struct screen_class jobs_screen = {
        .name = "jobs",
        .title = "Jobs",
        .way = "4 ",
        .help = "Each install, uninstall and upgrade is a job. It runs by itself, whether anybody watches or "
                "not; here are the running and the finished ones, newest first, each with its output and the "
                "files it changed.\n"
                "\"interrupted\" is a job whose worker ended before the job did: the host went down, or the "
                "worker was killed.",
        .size = sizeof(struct jobs_state),
        .topics = TOPIC_JOBS,
        .source = &jobs_source,
        .thing = "job",
        .looking = "Looking for jobs ...",
        .none = "Nothing was installed or removed with fairlead yet. Each install and uninstall is a job and "
                "stays here with its whole output. To install something press 2 and choose an image.",
        .bindings = (const struct binding[]){ { KEY_RETURN, ACTION_OPEN }, { 'c', ACTION_CHANGES }, {} },
        .menu = (const struct binding[]) {
                { 'c', ACTION_CHANGES }, { 'P', ACTION_PRUNE }, { 'X', ACTION_CANCEL }, {}
        },
        .open = jobs_open,
        .close = jobs_close,
        .mark = jobs_mark,
        .title_text = jobs_title,
        .status = jobs_status,
        .can = jobs_can,
        .act = jobs_act,
        .changed = jobs_load,
};
