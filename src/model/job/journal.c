/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The journal of model/job/job.h: records to lines and back, and the replay. */
#include "model/job/job.h"

#include <inttypes.h>

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

/* The inverse; -EINVAL for an escape that record_format() does not write. */
static int journal_unescape(const char *text, size_t n, char **ret) {
        _cleanup_str_ struct str out = {};
        for (size_t i = 0; i < n; i++) {
                if (text[i] != '\\') {
                        if (text[i] == '\0')
                                return -EINVAL;
                        str_add_char(&out, text[i]);
                        continue;
                }
                if (n - i < 4 || text[i + 1] != 'x' || hex_digit(text[i + 2]) < 0 ||
                    hex_digit(text[i + 3]) < 0)
                        return -EINVAL;
                char c = (char) (hex_digit(text[i + 2]) * 16 + hex_digit(text[i + 3]));
                if (c == '\0')
                        return -EINVAL;
                str_add_char(&out, c);
                i += 3;
        }
        char *text_out = str_take(&out);
        if (!text_out)
                return -ENOMEM;
        *ret = text_out;
        return 0;
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
static bool journal_next_field(const char **p, const char *end, char *field, size_t room) {
        const char *blank = memchr(*p, ' ', (size_t) (end - *p));
        if (!blank || blank == *p || (size_t) (blank - *p) >= room)
                return false;
        memcpy(field, *p, (size_t) (blank - *p));
        field[blank - *p] = '\0';
        *p = blank + 1;
        return true;
}

static bool journal_number(const char *field, uint64_t *ret) {
        uint64_t value = 0;
        if (!*field)
                return false;
        for (; *field; field++) {
                if (*field < '0' || *field > '9' || __builtin_mul_overflow(value, 10, &value) ||
                    __builtin_add_overflow(value, (uint64_t) (*field - '0'), &value))
                        return false;
        }
        *ret = value;
        return true;
}

/* One line without its newline. 0, -EINVAL for a line that record_format() would not write, -ENOMEM. */
static int record_parse(const char *line, size_t n, struct record *ret) {
        if (n < 10 || n >= RECORD_BYTES_MAX || line[n - 9] != ' ')
                return -EINVAL;
        uint32_t crc = 0;
        for (size_t i = n - 8; i < n; i++) {
                if (hex_digit(line[i]) < 0)
                        return -EINVAL;
                crc = crc << 4 | (uint32_t) hex_digit(line[i]);
        }
        if (crc != journal_crc32c(line, n - 9))
                return -EINVAL;
        const char *p = line, *end = line + n - 9;
        char sequence[24], mono[24], real[24], step[16], event[16];
        struct record record = {};
        uint64_t real_value;
        /* The data may be empty: then its field is missing, not the blank before it. */
        if (!journal_next_field(&p, end, sequence, sizeof sequence) ||
            !journal_next_field(&p, end, record.boot, sizeof record.boot) ||
            !journal_next_field(&p, end, mono, sizeof mono) ||
            !journal_next_field(&p, end, real, sizeof real) ||
            !journal_next_field(&p, end, step, sizeof step) ||
            !journal_next_field(&p, end, event, sizeof event))
                return -EINVAL;
        const char *positive = real[0] == '-' ? real + 1 : real;
        if (!journal_number(sequence, &record.sequence) || !journal_number(mono, &record.mono) ||
            !journal_number(positive, &real_value) || real_value > INT64_MAX)
                return -EINVAL;
        record.real = real[0] == '-' ? -(int64_t) real_value : (int64_t) real_value;
        int step_value = job_step_from_name(step), event_value = record_event_from_name(event);
        if (step_value < 0 || event_value < 0)
                return -EINVAL;
        record.step = (enum job_step) step_value;
        record.event = (enum record_event) event_value;
        int r = journal_unescape(p, (size_t) (end - p), &record.data);
        if (r < 0)
                return r;
        *ret = record;
        return 0;
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

static int step_ends(struct replay *replay, struct job *job, const struct record *record,
                     enum step_state state) {
        struct step_status *step = &job->steps[record->step];
        bool same_boot = strcmp(replay->began[record->step].boot, record->boot) == 0;
        /* CLOCK_BOOTTIME restarts with each boot: a step that was resumed after one has no duration. */
        uint64_t began = replay->began[record->step].mono;
        step->usec = same_boot && record->mono >= began ? record->mono - began : 0;
        step->state = state;
        if (record->data[0] == '\0')
                return 0;
        return str_replace(&step->note, record->data);
}

static void forget_steps(struct job *job) {
        for (size_t i = 0; i < _JOB_STEP_MAX; i++) {
                free(job->steps[i].note);
                job->steps[i] = (struct step_status) {};
        }
        job->left = strv_free(job->left);
        job->exit_status = -1;
}

static int apply_state(struct job *job, const struct record *record) {
        int state = job_state_from_name(record->data);
        bool again = state >= 0 && (enum job_state) state == job->state && !job_state_final(job->state);
        /* A worker that resumes the job writes its current state again. */
        if (state < 0 || (!again && !job_move_legal(job->state, (enum job_state) state)))
                return -EINVAL;
        if (job_state_final(job->state)) {
                /* resumed after its end: leftovers are determined again */
                job->left = strv_free(job->left);
                job->ended = 0;
                if (job->state == JOB_DONE)
                        (void) str_replace(&job->message, NULL);
        }
        if (job->state == JOB_UNDOING && state == JOB_RUNNING)
                forget_steps(job);
        job->state = (enum job_state) state;
        if (!job_state_final(job->state))
                return 0;
        job->ended = record->real / 1000000;
        switch (job->state) {
        case JOB_DONE:
                return str_replace(&job->message, job->steps[STEP_COMMIT].note);
        case JOB_CANCELLED:
                return str_replace(&job->message, "Cancelled; everything was restored");
        case JOB_FAILED:
                return job->message ? 0 : str_replace(&job->message, "It failed; everything was restored");
        default:
                return job->message ? 0 : str_replace(&job->message, "It failed, and not everything could "
                                                                     "be restored");
        }
}

static int record_apply(struct replay *replay, struct job *job, const struct record *record) {
        long long status;
        memcpy(job->boot, record->boot, sizeof job->boot);
        job->last = record->real / 1000000;
        if (record->sequence == 1)
                job->started = record->real / 1000000;
        switch (record->event) {
        case RECORD_STATE:
                return apply_state(job, record);
        case RECORD_INTENT:
                if (record->step == STEP_HEALTH)
                        job_drop_checks(job);   /* the checks run again */
                step_begins(replay, job, record, STEP_NOW);
                return 0;
        case RECORD_DONE:
                return step_ends(replay, job, record, STEP_DONE);
        case RECORD_SKIPPED:
                return step_ends(replay, job, record, STEP_SKIPPED);
        case RECORD_FAILED:
                /* The first failure is the reason; a failure of the rollback is reported as kept. */
                if (!job->message && str_replace(&job->message, record->data) < 0)
                        return -ENOMEM;
                return step_ends(replay, job, record, STEP_FAILED);
        case RECORD_UNDO:
                step_begins(replay, job, record, STEP_UNDOING);
                return 0;
        case RECORD_UNDONE:
                return step_ends(replay, job, record, STEP_UNDONE);
        case RECORD_KEPT:
                return strv_contains(job->left, record->data) ? 0 : strv_add(&job->left, record->data);
        case RECORD_EXIT:
                if (str_to_int(record->data, 0, 255, &status) < 0)
                        return -EINVAL;
                job->exit_status = (int) status;
                return 0;
        case RECORD_CHECK:
                job_add_check(job, record->data);
                return 0;
        case RECORD_REASON:
                if (!job->failure)
                        job->failure = failure_recorded(record->data, job->message);
                return 0;
        case RECORD_HINT:
                return job->hint ? 0 : str_replace(&job->hint, record->data);
        default:
                return -EINVAL;
        }
}

int journal_replay(const void *bytes, size_t n, struct job *job, size_t *ret_good) {
        const char *p = bytes, *end = p + (n > JOURNAL_BYTES_MAX ? JOURNAL_BYTES_MAX : n);
        struct replay replay = {};
        while (p < end) {
                const char *newline = memchr(p, '\n', (size_t) (end - p));
                if (!newline)
                        break;
                struct record record;
                int r = record_parse(p, (size_t) (newline - p), &record);
                if (r == -ENOMEM)
                        return r;
                if (r < 0)
                        break;
                r = record.sequence == replay.sequence + 1 ? record_apply(&replay, job, &record) : -EINVAL;
                free(record.data);
                if (r == -ENOMEM)
                        return r;
                if (r < 0)
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
