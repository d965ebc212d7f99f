/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records of the journal, lines of the log, the step's note. */
#include <fcntl.h>
#include <sys/stat.h>

#include "backend/worker/internal.h"

#define TAIL_BYTES (128U * 1024)
#define LEFTOVERS_MAX 200U /* sentences about leftovers; the log has all of them */

void worker_note(struct worker *w, const char *format, ...) {
        struct run *run = run_of(w);
        va_list arguments;
        va_start(arguments, format);
        free(run->note);
        run->note = str_vprintf(format, arguments);
        va_end(arguments);
}

int worker_nothing(struct worker *w, const char *why) {
        worker_note(w, "%s", why);
        return STEP_NOTHING;
}

void worker_note_changes(struct worker *w) {
        worker_note(w, w->kept.made.changes.n == 1 ? "%zu change" : "%zu changes", w->kept.made.changes.n);
}

void worker_leftover(struct worker *w, const char *format, ...) {
        struct run *run = run_of(w);
        va_list arguments;
        va_start(arguments, format);
        _cleanup_free_ char *text = str_vprintf(format, arguments);
        va_end(arguments);
        joblog_note(w->log, "remains: %s", text);
        if (run->leftovers < LEFTOVERS_MAX)
                (void) recorder_add(w->recorder, w->at, RECORD_KEPT, text, NULL);
        else if (run->leftovers == LEFTOVERS_MAX)
                (void) recorder_add(w->recorder, w->at, RECORD_KEPT, "and more: the log lists all of it",
                                    NULL);
        run->leftovers++;
}

void worker_warn(struct worker *w, const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        _cleanup_free_ char *text = str_vprintf(format, arguments);
        va_end(arguments);
        _cleanup_free_ char *line = str_printf("%s %s", verdict_name(VERDICT_WARN), text);
        joblog_note(w->log, "warning: %s", text);
        (void) recorder_add(w->recorder, w->at, RECORD_CHECK, line, NULL);
}

void worker_log_error(struct worker *w, const struct error *e) {
        _cleanup_free_ char *line = error_line(e);
        joblog_note(w->log, "%s", line);
        if (e && e->hint)
                joblog_note(w->log, "  %s", e->hint);
}

int worker_record(struct run *run, enum job_step step, enum record_event event, const char *data) {
        struct error *e = NULL;
        int r = recorder_add(run->w.recorder, step, event, data, &e);
        if (e)
                worker_log_error(&run->w, e);
        error_free(e);
        return r;
}

int worker_set_state(struct run *run, enum job_state state, struct error **reterr) {
        if (!reterr)
                return worker_record(run, run->w.at, RECORD_STATE, job_state_name(state));
        return recorder_add(run->w.recorder, run->w.at, RECORD_STATE, job_state_name(state), reterr);
}

void worker_record_failure(struct run *run, const struct error *e) {
        _cleanup_free_ char *line = error_line(e);
        worker_record(run, run->w.at, RECORD_FAILED, line);
        if (e && e->hint)
                worker_record(run, run->w.at, RECORD_HINT, e->hint);
        const struct failure *failure = TAKE(run->w.failure);
        if (failure)
                worker_record(run, run->w.at, RECORD_REASON, failure->id);
        worker_log_error(&run->w, e);
}

char *worker_read_log(const struct worker *w, size_t *ret_n) {
        _cleanup_close_ int fd = openat(w->folder, "log", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        char *text = xcalloc(1, TAIL_BYTES);
        struct stat st;
        bool known = fd >= 0 && fstat(fd, &st) == 0;
        off_t from = known && st.st_size > (off_t) TAIL_BYTES ? st.st_size - (off_t) TAIL_BYTES : 0;
        ssize_t n = known ? pread(fd, text, TAIL_BYTES, from) : 0;
        *ret_n = n < 0 ? 0 : (size_t) n;
        return text;
}
