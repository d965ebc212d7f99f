/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The reader of the journal is a process of its own, for each request one:
 *
 *   - one call of the library may take as long as the disk does: where two conditions meet nowhere it goes
 *     through all entries of the one (60 ms for a million of them in memory, minutes on a cold disk);
 *   - a journal file that is cut while it is mapped ends its reader with SIGBUS;
 *   - and a search, or the copy of a million lines, is cancelled at any instruction, by a signal.
 *
 * It sends frames through a pipe, which also slows it down to the pace of the console, and ends with the
 * console.
 *
 *     log.c       the console's side: starts, receives, ends
 *     log-read.c  the reader's side
 *     log-entry.c entries -> lines
 *     log-frame.c lines and the rest <-> bytes */

#include <systemd/sd-journal.h>

#include "model/host.h"
#include "model/log/needle.h"

/* ---- log-entry.c ---- */

/* Lines from the messages of a journal, which any process may write: one message with line breaks gives
 * several, none with a NUL, none longer than LOG_MESSAGE_MAX, at most LOGLINES_SPLIT_MAX from one message
 * (the last then has the rest). */

#define LOGLINES_SPLIT_MAX 128U

/* All zero is empty. */
struct loglines {
        struct log_line *items;
        size_t n;
        size_t bytes;           /* approximate memory */
};
void loglines_done(struct loglines *lines);
struct log_line *loglines_room(struct loglines *lines);         /* one more, empty */

/* Adds the lines of one message, with the rest of `like` (copied). backwards: the last line first, for a
 * journal read from its end. */
void loglines_add(struct loglines *lines, const struct log_line *like, const char *bytes, size_t n,
                  bool backwards);
/* The same of the current entry; without a message it gives a line without one. */
void loglines_add_entry(struct loglines *lines, sd_journal *journal, bool backwards);

/* The value of a field of the current entry; NULL: none. Valid until the next field is read. */
const char *log_field(sd_journal *journal, const char *name, size_t *ret_n);
/* Whether bytes are no text. */
bool log_is_blob(const char *bytes, size_t n);

/* Adds the match NAME=value. */
void log_match(sd_journal *journal, const char *name, const char *value);
/* Adds the query's matches: subject, boot, priority. */
void log_select(sd_journal *journal, const struct log_query *query);
/* Whether the current entry may contain the text; its lines decide. */
bool log_may_have(sd_journal *journal, struct log_needle *needle);

/* ---- log-frame.c ---- */

enum frame_kind {
        FRAME_LINE,             /* a line */
        FRAME_NOTE,             /* a sentence: something cannot be read, the rest can */
        FRAME_PROGRESS,         /* entries read so far, time of the last one */
        FRAME_REACHED,          /* the newest line was sent */
        FRAME_FIELD,            /* of the entry */
        FRAME_BOOT,
        FRAME_END,              /* all was sent; number of entries */
        FRAME_FAILED,           /* errno, sentence, hint ("": none) */
        _FRAME_KIND_MAX,
};

#define FRAME_MAX (256U * 1024)

struct frame {
        enum frame_kind kind;
        const char *bytes;      /* in the buffer it came in */
        size_t n;
};

/* The first frame of the bytes. Returns its size, 0 when it is not whole yet, -EBADMSG. */
ssize_t frame_next(const char *bytes, size_t n, struct frame *ret);

/* Each appends a frame. */
void frame_put_line(struct str *out, const struct log_line *line);
/* PROGRESS, REACHED, END. */
void frame_put_numbers(struct str *out, enum frame_kind kind, uint64_t n, int64_t usec);
/* NOTE */
void frame_put_note(struct str *out, const char *sentence);
/* FAILED, without the causes but for that of a system call. */
void frame_put_failed(struct str *out, const struct error *e);
/* FIELD */
void frame_put_field(struct str *out, const struct log_field *field);
/* BOOT */
void frame_put_boot(struct str *out, const struct log_boot *boot);

/* -EBADMSG: it is not such a frame. The results are copies. */
int frame_get_line(const struct frame *frame, struct log_line *ret);
/* Of PROGRESS, REACHED, END. */
int frame_get_numbers(const struct frame *frame, uint64_t *ret_n, int64_t *ret_usec);
/* Of NOTE. */
int frame_get_note(const struct frame *frame, char **ret);
/* Of FAILED. */
int frame_get_failed(const struct frame *frame, struct error **ret);
/* Of FIELD. */
int frame_get_field(const struct frame *frame, struct log_field *ret);
/* Of BOOT. */
int frame_get_boot(const struct frame *frame, struct log_boot *ret);

/* ---- log-read.c ---- */

enum log_task_kind {
        LOG_TASK_LINES,
        LOG_TASK_WRITE,
        LOG_TASK_BOOTS,
        LOG_TASK_ENTRY,
};

struct log_task {
        enum log_task_kind kind;
        const char *directory;          /* NULL: the host's journal */
        const struct log_query *query;  /* LINES and WRITE; ENTRY: its cursor */
        int file;                       /* WRITE: to this descriptor */
        const char *name;               /* of the subject, for sentences: "a.service" */
};

/* Carries the task out and ends the process. */
_Noreturn void log_task_run(const struct log_task *task, int fd);
