/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/store/job-journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "backend/io/files.h"
#include "base/clock.h"

#define ROOM_KEPT (256 * 1024)

void recorder_boot_id(char boot[static 33]) {
        memset(boot, '0', 32);
        boot[32] = '\0';
        char text[64];
        _cleanup_close_ int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
        ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
        for (ssize_t i = 0, j = 0; i < n && j < 32; i++)
                if ((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f'))
                        boot[j++] = text[i];
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
                /* Half a record would hide all later ones. */
                (void) ftruncate(recorder->fd, (off_t) good);
                return error_errno(reterr, r, "The journal of the job cannot be written");
        }
        str_add_bytes(&recorder->text, line, n);
        r = job_journal_replay(recorder, NULL);
        if (r < 0)
                return error_errno(reterr, r, "The journal of the job cannot be read back");
        if (recorder->sequence == record.sequence)
                return 0;
        /* An invalid transition, because an earlier record is missing: it would hide all later ones. */
        str_cut(&recorder->text, good);
        (void) ftruncate(recorder->fd, (off_t) good);
        return error_set(reterr, -EPROTO, "The journal of the job cannot say \"%s\" now", record.data);
}
