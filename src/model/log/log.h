/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The journal as the console and the verbs read it: lines, entries, boots, and the query that selects
 * them. */

#include "base/base.h"

/* The names of syslog's severities (RFC 5424, section 6.2.1), most urgent first, as journalctl takes them. */
#define PRIORITIES 8U
extern const char *const priority_names[PRIORITIES];

/* "err", "error", "warn" (a beginning that only one name has), "3". -EINVAL, or -ENOTUNIQ for several. */
int priority_from_text(const char *text);

enum log_source {
        LOG_PROGRAM,            /* the unit's own processes, the engine's included */
        LOG_SYSTEMD,            /* systemd about the unit */
        LOG_EVENT,              /* the engine about its container */
};

/* A line of a message. An entry whose message has several lines gives several, each with the entry's
 * cursor. */
struct log_line {
        int64_t real;           /* usec since the epoch */
        int64_t monotonic;      /* usec since the boot */
        int priority;           /* 0..7; -1 unknown, as of what a container prints to standard error */
        enum log_source source;
        char boot[33];          /* the boot's id in hex; "": unknown */
        bool more;              /* not the first line of its entry */
        size_t blob;            /* the bytes of a message that is no text; 0: it is, or there is none */
        char *cursor;           /* the entry's place in the journal; NULL: unknown */
        char *identifier;       /* "podman", "rsyslogd"; NULL */
        char *message;          /* bytes as they came, at most LOG_MESSAGE_MAX; NULL: the entry has none */
};
#define LOG_MESSAGE_MAX (64U * 1024)
void log_line_done(struct log_line *l);

/* Whether the line contains the text (not empty), without case (ASCII). */
bool log_line_has(const struct log_line *line, const char *text);

/* How far the clock was set between two entries of one boot, in usec; 0: it was not. A host that slept looks
 * as if its clock had been set forward. */
int64_t log_clock_jump(const struct log_line *before, const struct log_line *after);

/* Whether it is an error: by its priority, or where nobody said one, by its words. */
bool log_line_bad(const struct log_line *line);

/* The lines of programs that are errors. */
size_t log_errors(const struct log_line *lines, size_t n);

/* The line that most likely says why a program failed: the last error of a program, else its last line; NULL:
 * no program said anything. Lines are oldest first. */
const struct log_line *log_reason(const struct log_line *lines, size_t n);

/* Whether systemd reports that the kernel's OOM killer ended a process of the unit. Its Result= says so only
 * where that was the main process: of a container it is conmon, which ends with status 137. */
bool log_memory_ran_out(const struct log_line *lines, size_t n);

/* Where reading begins, and which way it goes. Lines always come oldest first. */
enum log_way {
        LOG_NEWEST,             /* the newest `tail` lines */
        LOG_OLDER,              /* the lines before `cursor` (NULL: the end) */
        LOG_NEWER,              /* the lines after `cursor` (NULL: the beginning) */
        LOG_ALL,                /* every line from the beginning, as they are read */
};

#define LOG_BOOT_NOW "0"                /* the one that runs */

struct log_query {
        const char *unit;       /* this unit's lines, as journalctl -u selects them; NULL, and no container,
                                 * no invocation: the whole host's */
        const char *container;  /* and of the container of this name (CONTAINER_NAME=), or NULL */
        const char *invocation; /* of this one only (InvocationID in hex); unit and container do not count */
        bool kernel;            /* the kernel's only */
        const char *boot;       /* of the boot with this id only, or LOG_BOOT_NOW; NULL: any */
        const char *text;       /* entries with this only, as of model/log/needle.h; NULL: all */
        int priority;           /* this and more urgent ones; 7: all */
        int64_t since, until;   /* usec since the epoch; 0: no limit */
        enum log_way way;
        const char *cursor;
        unsigned tail;          /* at most this many; 0: 1000. LOG_NEWEST: lines, the oldest entry may be cut;
                                 * else entries */
        bool whole;             /* LOG_NEWEST: the oldest entry is not cut */
        bool follow;            /* goes on with new lines (LOG_NEWEST, LOG_NEWER, LOG_ALL) */
};

/* One entry with all its fields. */
struct log_field {
        char *name;
        char *value;            /* the first bytes, clean or in hex; never NULL */
        size_t bytes;           /* of the whole value */
        bool binary;            /* value is in hex */
        bool cut;               /* the value is longer */
};
struct log_entry {
        int64_t real;
        struct log_field *fields;       /* sorted by name, those of the message first */
        size_t n;
        bool cut;               /* it has more */
};
#define LOG_FIELDS_MAX 256U
#define LOG_FIELD_BYTES 8192U           /* of a value that is shown */
#define LOG_FIELD_HEX 64U               /* of one that is no text */
void log_entry_done(struct log_entry *e);

struct log_boot {
        char id[33];
        int64_t first, last;    /* usec since the epoch */
};
/* Boots beyond these, the oldest, are left out. */
#define LOG_BOOTS_MAX 512U
