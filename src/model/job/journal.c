/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The journal of model/job/job.h: records to lines and back, and the replay. */
#include "model/job/job.h"

#include <inttypes.h>

#define FIELD_MAX 33U           /* of the longest one, a boot id */

/* CRC-32C (Castagnoli, reflected 0x82f63b78), bit by bit: a journal has at most 1 MiB. */
static uint32_t journal_crc32c(const void *bytes, size_t n) {
        const unsigned char *p = bytes;
        uint32_t crc = 0xffffffff;
        for (size_t i = 0; i < n; i++) {
                crc ^= p[i];
                for (int bit = 0; bit < 8; bit++)
                        crc = (crc >> 1) ^ (0x82f63b78U & -(crc & 1));
        }
        return ~crc;
}

static bool is_continuation(char c) {
        return ((unsigned char) c & 0xc0) == 0x80;
}

/* Data in one line: backslash and control characters are escaped, so that a newline ends a record. */
static void journal_add_escaped(struct str *out, const char *data, size_t limit) {
        for (const char *p = data; *p;) {
                size_t n = 1;
                while (is_continuation(p[n]) && n < 4)
                        n++;
                char escaped[5];
                unsigned char c = (unsigned char) *p;
                if (c == '\\' || c < 0x20 || c == 0x7f) {
                        snprintf(escaped, sizeof escaped, "\\x%02x", c);
                        if (out->length + 4 > limit)
                                return;
                        str_add_bytes(out, escaped, 4);
                        p++;
                        continue;
                }
                if (out->length + n > limit)
                        return;
                str_add_bytes(out, p, n);
                p += n;
        }
}

/* The inverse; NULL for an escape that record_format() does not write. */
static char *journal_unescape(const char *text, size_t n) {
        _cleanup_str_ struct str out = {};
        for (size_t i = 0; i < n; i++) {
                int c = (unsigned char) text[i];
                if (c == '\\') {
                        c = n - i < 4 || text[i + 1] != 'x' ? -1 : (int) hex_read(&text[i + 2], 2);
                        i += 3;
                }
                if (c <= 0)
                        return NULL;
                str_add_char(&out, (char) c);
        }
        return str_take(&out);
}

char *record_format(const struct record *record) {
        _cleanup_str_ struct str line = {};
        str_addf(&line, "%" PRIu64 " %s %" PRIu64 " %" PRId64 " %s %s ", record->sequence, record->boot,
                 record->mono, record->real, job_step_name(record->step), record_event_name(record->event));
        /* the data are followed by a blank, eight digits and the newline */
        journal_add_escaped(&line, record->data ? record->data : "", RECORD_BYTES_MAX - 10);
        str_addf(&line, " %08" PRIx32 "\n", journal_crc32c(line.text, line.length));
        return str_take(&line);
}

/* Cuts off the next field up to a blank; false at the end or for a field that does not fit. */
static bool journal_next_field(const char **p, const char *end, char field[static FIELD_MAX]) {
        const char *blank = memchr(*p, ' ', (size_t) (end - *p));
        size_t n = blank ? (size_t) (blank - *p) : 0;
        if (n == 0 || n >= FIELD_MAX)
                return false;
        memcpy(field, *p, n);
        field[n] = '\0';
        *p = blank + 1;
        return true;
}

/* One line without its newline; false for one that record_format() would not write. */
static bool record_parse(const char *line, size_t n, struct record *ret) {
        if (n < 10 || n >= RECORD_BYTES_MAX || line[n - 9] != ' ')
                return false;
        if (hex_read(&line[n - 8], 8) != journal_crc32c(line, n - 9))
                return false;
        const char *p = line, *end = line + n - 9;
        char fields[6][FIELD_MAX];
        /* The data may be empty: then its field is missing, not the blank before it. */
        for (size_t i = 0; i < ELEMENTS(fields); i++)
                if (!journal_next_field(&p, end, fields[i]))
                        return false;
        long long sequence, mono, real;
        int step = job_step_from_name(fields[4]), event = record_event_from_name(fields[5]);
        if (str_to_int(fields[0], 0, INT64_MAX, &sequence) < 0 ||
            str_to_int(fields[2], 0, INT64_MAX, &mono) < 0 ||
            str_to_int(fields[3], -INT64_MAX, INT64_MAX, &real) < 0 || step < 0 || event < 0)
                return false;
        *ret = (struct record) {
                .sequence = (uint64_t) sequence,
                .mono = (uint64_t) mono,
                .real = real,
                .step = (enum job_step) step,
                .event = (enum record_event) event,
                .data = journal_unescape(p, (size_t) (end - p)),
        };
        memcpy(ret->boot, fields[1], sizeof ret->boot);
        return ret->data != NULL;
}

struct replay {
        uint64_t sequence;
        struct {
                uint64_t mono;
                char boot[33];
        } began[_JOB_STEP_MAX];
};

static void step_begins(struct replay *replay, struct job *job, const struct record *record,
                        enum step_state state) {
        struct step_status *step = &job->steps[record->step];
        step->state = state;
        step->usec = record->mono;
        replay->began[record->step].mono = record->mono;
        memcpy(replay->began[record->step].boot, record->boot, sizeof record->boot);
}

static void step_ends(struct replay *replay, struct job *job, const struct record *record,
                      enum step_state state) {
        struct step_status *step = &job->steps[record->step];
        bool same_boot = strcmp(replay->began[record->step].boot, record->boot) == 0;
        /* CLOCK_BOOTTIME restarts with each boot: a step that was resumed after one has no duration. */
        uint64_t began = replay->began[record->step].mono;
        step->usec = same_boot && record->mono >= began ? record->mono - began : 0;
        step->state = state;
        if (record->data[0])
                str_replace(&step->note, record->data);
}

static void forget_steps(struct job *job) {
        for (size_t i = 0; i < _JOB_STEP_MAX; i++) {
                free(job->steps[i].note);
                job->steps[i] = (struct step_status) {};
        }
        job->left = strv_free(job->left);
        job->exit_status = -1;
        job->withdrawn = false;
}

static bool apply_state(struct job *job, const struct record *record) {
        int state = job_state_from_name(record->data);
        bool again = state >= 0 && (enum job_state) state == job->state && !job_state_final(job->state);
        /* A worker that resumes the job writes its current state again. */
        if (state < 0 || (!again && !job_move_legal(job->state, (enum job_state) state)))
                return false;
        if (job_state_final(job->state)) {
                /* resumed after its end: leftovers are determined again */
                job->left = strv_free(job->left);
                job->ended = 0;
                job->withdrawn |= job->state == JOB_DONE;
                if (job->state == JOB_DONE)
                        str_replace(&job->message, NULL);
        }
        if (job->state == JOB_UNDOING && state == JOB_RUNNING)
                forget_steps(job);
        job->state = (enum job_state) state;
        if (!job_state_final(job->state))
                return true;
        job->ended = record->real / 1000000;
        if (job->state == JOB_DONE)
                str_replace(&job->message, job->steps[STEP_COMMIT].note);
        else if (job->state == JOB_CANCELLED)
                str_replace(&job->message, job->withdrawn ? "Everything was restored"
                                                          : "Cancelled; everything was restored");
        else if (!job->message)
                job->message = xstrdup(job->state == JOB_FAILED
                                               ? "It failed; everything was restored"
                                               : "It failed, and not everything could be restored");
        return true;
}

static void apply_reason(struct job *job, const char *id) {
        if (str_equal(id, REASON_WITHDRAWN))
                job->withdrawn = true;
        else if (!job->failure)
                job->failure = failure_recorded(id, job->message);
}

/* False: such a record cannot follow here. */
static bool record_apply(struct replay *replay, struct job *job, const struct record *record) {
        long long status;
        memcpy(job->boot, record->boot, sizeof job->boot);
        job->last = record->real / 1000000;
        job->last_usec = record->real;
        if (record->sequence == 1)
                job->started = record->real / 1000000;
        switch (record->event) {
        case RECORD_STATE: return apply_state(job, record);
        case RECORD_INTENT:
                job_drop_checks(job, record->step); /* it checks again */
                step_begins(replay, job, record, STEP_NOW);
                return true;
        case RECORD_DONE:
                step_ends(replay, job, record, STEP_DONE);
                return true;
        case RECORD_SKIPPED:
                step_ends(replay, job, record, STEP_SKIPPED);
                return true;
        case RECORD_FAILED:
                /* The first failure is the reason; a failure of the rollback is reported as kept. */
                if (!job->message)
                        job->message = xstrdup(record->data);
                step_ends(replay, job, record, STEP_FAILED);
                return true;
        case RECORD_UNDO:
                step_begins(replay, job, record, STEP_UNDOING);
                return true;
        case RECORD_UNDONE:
                step_ends(replay, job, record, STEP_UNDONE);
                return true;
        case RECORD_KEPT:
                if (!strv_contains(job->left, record->data))
                        strv_add(&job->left, record->data);
                return true;
        case RECORD_EXIT:
                if (str_to_int(record->data, 0, 255, &status) < 0)
                        return false;
                job->exit_status = (int) status;
                return true;
        case RECORD_PLAN:
                if (strlen(record->data) >= sizeof job->plan_digest)
                        return false;
                strcpy(job->plan_digest, record->data);
                return true;
        case RECORD_CHECK:
                job_add_check(job, record->step, record->data);
                return true;
        case RECORD_REASON:
                apply_reason(job, record->data);
                return true;
        case RECORD_HINT:
                if (!job->hint)
                        job->hint = xstrdup(record->data);
                return true;
        default: return false;
        }
}

int journal_replay(const void *bytes, size_t n, struct job *job, size_t *ret_good) {
        const char *p = bytes, *end = p + (n > JOURNAL_BYTES_MAX ? JOURNAL_BYTES_MAX : n), *newline;
        struct replay replay = {};
        while (p < end && (newline = memchr(p, '\n', (size_t) (end - p)))) {
                struct record record = {};
                bool good = record_parse(p, (size_t) (newline - p), &record) &&
                            record.sequence == replay.sequence + 1 && record_apply(&replay, job, &record);
                free(record.data);
                if (!good)
                        break;
                replay.sequence++;
                p = newline + 1;
        }
        if (!job->failure)
                job->failure = failure_recorded(NULL, job->message);
        if (ret_good)
                *ret_good = (size_t) (p - (const char *) bytes);
        return (int) replay.sequence;
}
