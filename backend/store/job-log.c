/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/store/job-log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "backend/io/redact.h"

struct joblog {
        int fd;
        uint64_t size, lost;
        bool line_open; /* the last byte was not a newline */
        struct redact *redact;
};

int joblog_new(int folder, const struct secret_list *secrets, struct joblog **ret, struct error **reterr) {
        _cleanup_(joblog_freep) struct joblog *log = new0(struct joblog);
        log->fd = openat(folder, "log", O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
        struct stat st;
        if (log->fd < 0 || fstat(log->fd, &st) < 0)
                return error_errno(reterr, -errno, "The log of the job cannot be opened");
        log->size = (uint64_t) st.st_size;
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
        free(log);
        return NULL;
}

static void job_log_append(const void *bytes, size_t n, void *userdata) {
        struct joblog *log = userdata;
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

void joblog_output(struct joblog *log, const void *bytes, size_t n) {
        redact_write(log->redact, bytes, n, job_log_append, log);
}

static void job_log_note(struct joblog *log, const char *text) {
        /* On a terminal a line begins at its left edge only after a carriage return. */
        _cleanup_free_ char *line = str_printf("%sfairlead: %s\r\n", log->line_open ? "\r\n" : "", text);
        job_log_append(line, strlen(line), log);
}

void joblog_note(struct joblog *log, const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        _cleanup_free_ char *text = str_vprintf(format, arguments);
        va_end(arguments);
        redact_flush(log->redact, job_log_append, log);
        job_log_note(log, text);
}

void joblog_flush(struct joblog *log) {
        redact_flush(log->redact, job_log_append, log);
        if (log->lost) {
                _cleanup_free_ char *text = str_printf("%llu bytes of output are not in this log: there was "
                                                       "no room for them",
                                                       (unsigned long long) log->lost);
                log->lost = 0;
                job_log_note(log, text);
        }
        (void) fdatasync(log->fd);
}
