/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/store/job-journal.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <systemd/sd-id128.h>
#include <time.h>

#include "backend/io/files.h"
#include "backend/io/redact.h"
#include "base/clock.h"
#include "base/feed.h"
#include "base/text.h"

#define ROOM_KEPT (256 * 1024)

void recorder_boot_id(char boot[static 33]) {
        sd_id128_t id = {};
        sd_id128_get_boot(&id);
        sd_id128_to_string(id, boot);
}

static int job_journal_replay(struct recorder *recorder, size_t *ret_good) {
        _cleanup_(job_freep) struct job *job = job_new();
        int n = journal_replay(recorder->text.text, recorder->text.length, job, ret_good);
        if (n < 0)
                return n;
        job_free(recorder->job);
        recorder->job = TAKE(job);
        recorder->sequence = (uint64_t) n;
        return 0;
}

static int job_journal_open(int folder, struct recorder *recorder) {
        recorder->fd = openat(folder, "journal", O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (recorder->fd < 0)
                return -errno;
        char buffer[4096];
        ssize_t n = 0;
        while (recorder->text.length <= JOURNAL_BYTES_MAX &&
               (n = pread(recorder->fd, buffer, sizeof buffer, (off_t) recorder->text.length)) > 0)
                str_add_bytes(&recorder->text, buffer, (size_t) n);
        if (n < 0)
                return -errno;
        size_t good = 0;
        int r = job_journal_replay(recorder, &good);
        if (r < 0)
                return r;
        str_cut(&recorder->text, good);
        recorder->last_before = recorder->job->last;
        recorder->rebooted = recorder->job->boot[0] && strcmp(recorder->job->boot, recorder->boot) != 0;
        if (ftruncate(recorder->fd, (off_t) good) < 0)
                return -errno;
        /* Some file systems cannot reserve space. */
        (void) fallocate(recorder->fd, FALLOC_FL_KEEP_SIZE, 0, ROOM_KEPT);
        return fsync(recorder->fd) < 0 || fsync(folder) < 0 ? -errno : 0;
}

int recorder_new(int folder, struct recorder **ret, struct error **reterr) {
        _cleanup_(recorder_freep) struct recorder *recorder = new0(struct recorder);
        recorder->fd = -1;
        recorder_boot_id(recorder->boot);
        int r = job_journal_open(folder, recorder);
        if (r < 0)
                return error_errno(reterr, r, "The journal of the job cannot be opened");
        *ret = TAKE(recorder);
        return 0;
}

struct recorder *recorder_free(struct recorder *recorder) {
        if (!recorder)
                return NULL;
        if (recorder->fd >= 0)
                close(recorder->fd);
        str_done(&recorder->text);
        job_free(recorder->job);
        free(recorder);
        return NULL;
}

/* Half a record, or one that cannot follow, would hide all later ones: where it cannot be cut off nothing
 * more is written. */
static void recorder_cut(struct recorder *recorder, size_t good) {
        if (ftruncate(recorder->fd, (off_t) good) >= 0)
                return;
        close(recorder->fd);
        recorder->fd = -1;
}

int recorder_add(struct recorder *recorder, enum job_step step, enum record_event event, const char *data,
                 struct error **reterr) {
        struct record record = {
                .sequence = recorder->sequence + 1,
                .mono = (uint64_t) usec_now(CLOCK_BOOTTIME),
                .real = usec_now(CLOCK_REALTIME),
                .step = step,
                .event = event,
                .data = (char *) (data ? data : ""),
        };
        memcpy(record.boot, recorder->boot, sizeof record.boot);
        _cleanup_free_ char *line = record_format(&record);
        size_t n = strlen(line), good = recorder->text.length;
        if (good + n > JOURNAL_BYTES_MAX)
                return error_set(reterr, -EFBIG, "The journal of the job is full");
        int r = files_write_all(recorder->fd, line, n);
        if (r >= 0 && fdatasync(recorder->fd) < 0)
                r = -errno;
        if (r < 0) {
                recorder_cut(recorder, good);
                return error_errno(reterr, r, "The journal of the job cannot be written");
        }
        str_add_bytes(&recorder->text, line, n);
        r = job_journal_replay(recorder, NULL);
        if (r < 0)
                return error_errno(reterr, r, "The journal of the job cannot be read back");
        if (recorder->sequence == record.sequence)
                return 0;
        /* An invalid transition, because an earlier record is missing. */
        str_cut(&recorder->text, good);
        recorder_cut(recorder, good);
        return error_set(reterr, -EPROTO, "The journal of the job cannot say \"%s\" now", record.data);
}

/* ---- the log ---- */

struct joblog {
        int fd;
        uint64_t size, lost;
        bool line_open; /* the last byte was not a newline */
        char *heading;  /* of what comes next; NULL */
        struct redact *redact;
};

/* A file system whose power was cut may have kept the length of what was written and not the bytes: the end
 * is NULs, which nobody wrote. No job stays as it is because of them. */
static void job_log_cut_unwritten(struct joblog *log) {
        char end[4096];
        uint64_t size = log->size;
        size_t n = 0;
        while (size > 0 && n == 0) {
                n = size < sizeof end ? (size_t) size : sizeof end;
                if (pread(log->fd, end, n, (off_t) (size - n)) != (ssize_t) n)
                        return;
                for (; n > 0 && end[n - 1] == '\0'; n--)
                        size--;
        }
        if (size < log->size && ftruncate(log->fd, (off_t) size) == 0)
                log->size = size;
}

int joblog_new(int folder, const struct secret_list *secrets, struct joblog **ret, struct error **reterr) {
        _cleanup_(joblog_freep) struct joblog *log = new0(struct joblog);
        log->fd = openat(folder, "log", O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
        struct stat st;
        if (log->fd < 0 || fstat(log->fd, &st) < 0)
                return error_errno(reterr, -errno, "The log of the job cannot be opened");
        log->size = (uint64_t) st.st_size;
        job_log_cut_unwritten(log);
        log->redact = redact_new(secrets);
        if (!log->redact)
                return error_set(reterr, -ENOMEM, "There is no memory to keep the secrets out of the log");
        *ret = TAKE(log);
        return 0;
}

struct joblog *joblog_free(struct joblog *log) {
        if (!log)
                return NULL;
        if (log->fd >= 0)
                close(log->fd);
        redact_free(log->redact);
        FREE_ALL(log->heading, log);
        return NULL;
}

static void job_log_write(struct joblog *log, const void *bytes, size_t n) {
        const char *p = bytes;
        if (log->size + n > JOBLOG_BYTES_MAX) {
                log->lost += n;
                return;
        }
        while (n > 0) {
                ssize_t written = write(log->fd, p, n);
                if (written < 0 && errno == EINTR)
                        continue;
                if (written < 0) {
                        log->lost += n;
                        return;
                }
                log->size += (uint64_t) written;
                p += written;
                n -= (size_t) written;
                log->line_open = p[-1] != '\n';
        }
}

static void job_log_note(struct joblog *log, const char *text) {
        /* On a terminal a line begins at its left edge only after a carriage return. */
        _cleanup_free_ char *clean = text_cleaned(text);
        _cleanup_free_ char *line =
                str_printf("%s%cfairlead: %s\r\n", log->line_open ? "\r\n" : "", FEED_OWN, clean);
        job_log_write(log, line, strlen(line));
}

static void job_log_head(struct joblog *log) {
        _cleanup_free_ char *heading = TAKE(log->heading);
        if (heading)
                job_log_note(log, heading);
}

/* Output never begins a line of ours. */
static void job_log_append(const void *bytes, size_t n, void *userdata) {
        const char *at = bytes, *end = at + n;
        job_log_head(userdata);
        while (at < end) {
                const char *own = memchr(at, FEED_OWN, (size_t) (end - at));
                job_log_write(userdata, at, (size_t) ((own ? own : end) - at));
                if (own)
                        job_log_write(userdata, "?", 1);
                at = own ? own + 1 : end;
        }
}

void joblog_output(struct joblog *log, const void *bytes, size_t n) {
        redact_write(log->redact, bytes, n, job_log_append, log);
}

void joblog_heading(struct joblog *log, const char *title) {
        redact_flush(log->redact, job_log_append, log);
        job_log_head(log);
        log->heading = xstrdup(title);
}

void joblog_ended(struct joblog *log, const char *note) {
        _cleanup_free_ char *heading = TAKE(log->heading);
        if (heading)
                joblog_note(log, note ? "%s: %s" : "%s", heading, note);
        else if (note)
                joblog_note(log, "  %s", note);
}

void joblog_skipped(struct joblog *log, const char *why) {
        _cleanup_free_ char *heading = TAKE(log->heading);
        const char *gap = heading && why ? ": " : "";
        joblog_note(log, "skipped: %s%s%s", heading ? heading : "", gap, why ? why : "");
}

void joblog_note(struct joblog *log, const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        _cleanup_free_ char *text = str_vprintf(format, arguments);
        va_end(arguments);
        redact_flush(log->redact, job_log_append, log);
        job_log_head(log);
        job_log_note(log, text);
}

static void job_log_collect(const void *bytes, size_t n, void *userdata) {
        str_add_bytes(userdata, bytes, n);
}

char *joblog_redacted(struct joblog *log, const char *text) {
        _cleanup_str_ struct str clean = {};
        redact_flush(log->redact, job_log_append, log);
        redact_write(log->redact, text ? text : "", text ? strlen(text) : 0, job_log_collect, &clean);
        redact_flush(log->redact, job_log_collect, &clean);
        return text ? str_take(&clean) : NULL;
}

void joblog_flush(struct joblog *log) {
        redact_flush(log->redact, job_log_append, log);
        job_log_head(log);
        if (log->lost) {
                _cleanup_free_ char *text = str_printf("%llu bytes of output are not in this log: there was "
                                                       "no room for them",
                                                       (unsigned long long) log->lost);
                log->lost = 0;
                job_log_note(log, text);
        }
        (void) fdatasync(log->fd);
}
