/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/job-text.h"

#include <inttypes.h>
#include <time.h>

#include "base/text.h"

const char *job_text_state(const struct job *job) {
        return job_warns(job) ? "done, warn" : job_state_word(job);
}

bool job_text_runs(const struct job *job) {
        return !job_state_final(job->state) && job->state != JOB_INTERRUPTED;
}

/* The number of the current step among those planned. */
static unsigned job_text_number(const struct job *job, unsigned *ret_all) {
        enum job_step current = job_current_step(job);
        unsigned number = 0;
        *ret_all = 0;
        for (unsigned i = 0; i < _JOB_STEP_MAX; i++) {
                *ret_all += job->planned[i];
                number += job->planned[i] && i <= (unsigned) current;
        }
        return number;
}

void job_text_progress(const struct job *job, struct str *out) {
        static const char *const texts[_JOB_STATE_MAX] = {
                [JOB_QUEUED] = "waiting to start",
                [JOB_CANCELLING] = "cancelling: everything is restored",
                [JOB_UNDOING] = "a step failed: everything is restored",
                [JOB_BROKEN] = "failed, and not everything could be restored",
                [JOB_INTERRUPTED] = "interrupted: its worker is gone",
        };
        unsigned all, number = job_text_number(job, &all);
        if (job->state == JOB_RUNNING)
                str_addf(out, "step %u of %u: %s", number, all,
                         job_step_title(job_current_step(job), job->verb));
        else
                str_add(out, texts[job->state] ? texts[job->state] : job_text_state(job));
}

void job_text_what(const struct job *job, struct str *out) {
        _cleanup_free_ char *what = job_what(job);
        str_add(out, what);
}

void job_text_brief(const struct job *job, struct str *out) {
        unsigned all, number = job_text_number(job, &all);
        job_text_what(job, out);
        if (job->state == JOB_RUNNING)
                str_addf(out, " %u/%u", number, all);
        else
                str_add(out, job->state == JOB_QUEUED ? " waits" : " rolls back");
}

const char *job_text_when(char buffer[static 24], int64_t seconds, int64_t now) {
        time_t then = (time_t) seconds, today = (time_t) now;
        struct tm a, b;
        buffer[0] = '\0';
        if (seconds <= 0 || !localtime_r(&then, &a) || !localtime_r(&today, &b))
                return buffer;
        if (!strftime(buffer, 24,
                      a.tm_year != b.tm_year   ? "%Y-%m-%d"
                      : a.tm_yday != b.tm_yday ? "%d %b %H:%M"
                                               : "today %H:%M",
                      &a))
                buffer[0] = '\0';
        return buffer;
}

const char *job_text_since(char buffer[static 24], int64_t seconds, int64_t now) {
        const char *text = job_text_when(buffer, seconds, now), *today = str_starts(text, "today ");
        return today ? today : text;
}

void job_text_running(const struct job *job, int64_t now, struct str *out) {
        _cleanup_str_ struct str what = {};
        char when[24];
        job_text_what(job, &what);
        str_addf(out, job->state == JOB_QUEUED    ? "A job is about to start: %s"
                      : job->state == JOB_RUNNING ? "A job is running: %s"
                                                  : "A job is being rolled back: %s", what.text);
        if (*job_text_since(when, job->started, now))
                str_addf(out, ", started %s", job_text_since(when, job->started, now));
        str_add(out, "; Enter watches it.");
}

const char *job_text_clock(char buffer[static 24], long long seconds) {
        if (seconds < 0)
                seconds = 0;
        if (seconds >= 3600)
                snprintf(buffer, 24, "%lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60, seconds % 60);
        else
                snprintf(buffer, 24, "%02lld:%02lld", seconds / 60, seconds % 60);
        return buffer;
}

/* "0.4 s", "12 s", "3 min" for how long a step took. */
static const char *job_text_duration(char buffer[static 24], uint64_t usec) {
        uint64_t tenths = usec / 100000;
        if (tenths < 100)
                snprintf(buffer, 24, "%" PRIu64 ".%" PRIu64 " s", tenths / 10, tenths % 10);
        else if (tenths < 1200)
                snprintf(buffer, 24, "%" PRIu64 " s", tenths / 10);
        else
                snprintf(buffer, 24, "%" PRIu64 " min", tenths / 600);
        return buffer;
}

enum style job_text_style(const struct job *job) {
        static const enum style styles[_JOB_STATE_MAX] = {
                [JOB_QUEUED] = STYLE_BUSY, [JOB_RUNNING] = STYLE_BUSY, [JOB_CANCELLING] = STYLE_BUSY,
                [JOB_UNDOING] = STYLE_BUSY, [JOB_DONE] = STYLE_GOOD, [JOB_CANCELLED] = STYLE_WARN,
                [JOB_FAILED] = STYLE_BAD, [JOB_BROKEN] = STYLE_BAD, [JOB_INTERRUPTED] = STYLE_BAD,
        };
        return job_warns(job) ? STYLE_WARN : styles[job->state];
}

const char *job_text_verdict(enum verdict verdict, enum style *style) {
        static const struct {
                const char *word;
                enum style style;
        } verdicts[_VERDICT_MAX] = {
                [VERDICT_WAITING] = { "...", STYLE_BUSY },
                [VERDICT_OK] = { "OK", STYLE_GOOD },
                [VERDICT_WARN] = { "WARN", STYLE_WARN },
                [VERDICT_FAIL] = { "FAIL", STYLE_BAD },
        };
        *style = verdicts[verdict].style;
        return verdicts[verdict].word;
}

int job_text_checks(const struct job *job, const struct canvas *c, int row) {
        int first = row;
        for (size_t i = 0; job->state == JOB_DONE && i < job->n_checks; i++) {
                enum style style;
                const char *word = job_text_verdict(job->checks[i].verdict, &style);
                canvas_text(c, row, 2, 5, style, word);
                row += canvas_paragraph(c, row, 8, c->columns - 10, STYLE_PLAIN, job->checks[i].text);
        }
        return row - first;
}

static void job_text_step(const struct canvas *c, int row, const struct job *job, enum job_step step) {
        static const enum style styles[_STEP_STATE_MAX] = {
                [STEP_FAILED] = STYLE_BAD,
                [STEP_NOW] = STYLE_BUSY,
                [STEP_UNDOING] = STYLE_BUSY,
                [STEP_DONE] = STYLE_GOOD,
        };
        const struct step_status *status = &job->steps[step];
        char duration[24];
        bool lost = status->state == STEP_NOW && job->state == JOB_INTERRUPTED;
        canvas_text(c, row, 2, 8, lost ? STYLE_BAD : styles[status->state],
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

int job_text_steps(const struct job *job, bool unfolded, const struct canvas *c) {
        enum job_step current = job_current_step(job);
        unsigned began = 0, done = 0;
        for (unsigned i = 0; i < _JOB_STEP_MAX; i++) {
                enum step_state state = job->steps[i].state;
                began += job->planned[i] && state != STEP_TODO;
                done += job->planned[i] && (state == STEP_DONE || state == STEP_SKIPPED);
        }
        bool fold = began > 1 && !unfolded &&
                    (c->rows < 16 || began > STEPS_SHOWN || job_state_final(job->state));
        int row = 0;
        if (unfolded) {
                canvas_text(c, row, 2, 8, STYLE_DIM, "id");
                canvas_text(c, row++, 11, 0, STYLE_DIM, job->id);
        }
        if (fold)
                canvas_textf(c, row++, 2, 0, STYLE_DIM,
                             plural(done, "%u step done (s to show)", "%u steps done (s to show)"), done);
        for (unsigned i = 0; i < _JOB_STEP_MAX; i++) {
                enum step_state state = job->steps[i].state;
                bool matters = state == STEP_FAILED || state == STEP_NOW || state == STEP_UNDOING;
                if (job->planned[i] && state != STEP_TODO && (matters || !fold) &&
                    (row < c->rows - 4 || i == current))
                        job_text_step(c, row++, job, (enum job_step) i);
        }
        return row;
}

void job_text_next(const struct job *job, const struct canvas *c, int row) {
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
        bool goes_on = job->state == JOB_QUEUED || job->state == JOB_RUNNING;
        if (!text.length || !goes_on)
                return;
        if (more)
                str_addf(&text, ", %u more", more);
        canvas_text(c, row, 2, 0, STYLE_DIM, "next");
        canvas_text(c, row, 11, 0, STYLE_DIM, text.text);
}
