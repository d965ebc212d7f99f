/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/job-text.h"

#include <inttypes.h>
#include <time.h>

bool job_text_runs(const struct job *job) {
        return !job_state_final(job->state) && job->state != JOB_INTERRUPTED;
}

void job_text_progress(const struct job *job, struct str *out) {
        enum job_step current = job_current_step(job);
        unsigned number = 0, all = 0;
        for (unsigned i = 0; i < _JOB_STEP_MAX; i++) {
                if (!job->planned[i])
                        continue;
                all++;
                if (i <= (unsigned) current)
                        number = all;
        }
        switch (job->state) {
        case JOB_RUNNING:
                str_addf(out, "step %u of %u: %s", number, all, job_step_title(current, job->verb));
                break;
        case JOB_QUEUED:
                str_add(out, "waiting to start");
                break;
        case JOB_CANCELLING:
                str_add(out, "cancelling: everything is restored");
                break;
        case JOB_UNDOING:
                str_add(out, "a step failed: everything is restored");
                break;
        case JOB_BROKEN:
                str_add(out, "failed, and not everything could be restored");
                break;
        case JOB_INTERRUPTED:
                str_add(out, "interrupted: its worker is gone");
                break;
        default:
                str_add(out, job_state_name(job->state));
        }
}

void job_text_what(const struct job *job, struct str *out) {
        str_addf(out, "%s %s", plan_verb_name(job->verb), job->name ? job->name : "?");
}

const char *job_text_when(char buffer[static 24], int64_t seconds, int64_t now) {
        time_t then = (time_t) seconds, today = (time_t) now;
        struct tm a, b;
        buffer[0] = '\0';
        if (seconds <= 0 || !localtime_r(&then, &a) || !localtime_r(&today, &b))
                return buffer;
        size_t n = a.tm_year != b.tm_year ? strftime(buffer, 24, "%Y-%m-%d", &a) :
                   a.tm_yday != b.tm_yday ? strftime(buffer, 24, "%d %b %H:%M", &a) :
                                            strftime(buffer, 24, "today %H:%M", &a);
        if (!n)
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

const char *job_text_duration(char buffer[static 24], uint64_t usec) {
        uint64_t tenths = usec / 100000;
        if (tenths < 100)
                snprintf(buffer, 24, "%" PRIu64 ".%" PRIu64 " s", tenths / 10, tenths % 10);
        else if (tenths < 1200)
                snprintf(buffer, 24, "%" PRIu64 " s", tenths / 10);
        else
                snprintf(buffer, 24, "%" PRIu64 " min", tenths / 600);
        return buffer;
}

enum style job_text_style(enum job_state state) {
        switch (state) {
        case JOB_DONE:
                return STYLE_GOOD;
        case JOB_FAILED:
        case JOB_BROKEN:
        case JOB_INTERRUPTED:
                return STYLE_BAD;
        case JOB_CANCELLED:
                return STYLE_WARN;
        default:
                return STYLE_BUSY;
        }
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
