/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where trouble is found: each source reads a few small files below root ("": the host), or one of systemd's
 * records, and adds lines to a list. None waits: what may hang is left out. */

#include <systemd/sd-event.h>

#include "model/host.h"
#include "model/trouble/limits.h"

/* ---- mounts.c ---- */

/* A file system of /proc/self/mountinfo that holds these folders. */
struct mounted {
        char *place;  /* "/", "/var" */
        char *type;   /* "ext4" */
        char *device; /* "8:1" */
};
struct mounts {
        struct mounted *items;
        size_t n;
};
void mounts_read(const char *root, struct mounts *ret);
void mounts_done(struct mounts *mounts);
/* The file system of an absolute path, where statfs(2) cannot hang: none of a network, of FUSE or of an
 * automounter. NULL: none, or not such. */
const struct mounted *mounts_local(const struct mounts *mounts, const char *path);
/* /proc/self/mountinfo escapes blanks and the like as \040; the same text, in place. */
void mounts_unescape(char *text);

/* ---- figures.c ---- */

/* What host_figures() shows; what changes slowly is read again after 10 s. */
struct figures {
        struct host_figures shown;
        char *os, *address;
        uint64_t busy, total; /* of the processors, at the last call */
        int64_t slow;         /* CLOCK_MONOTONIC of the last reading of what changes slowly; 0: never */
};
void figures_read(const char *root, struct figures *figures);
void figures_done(struct figures *figures);

/* ---- the sources, by what they read ---- */

/* disk.c: disks and inodes */
void trouble_look_at_disks(const char *root, const struct trouble_limits *limits, struct trouble_list *list);

/* kernel.c: pressure of the host; OOM kills and throttled periods of services */
void trouble_look_at_pressure(const char *root, const struct trouble_limits *limits,
                              struct trouble_list *list);
void trouble_look_at_cgroups(const char *root, const struct trouble_limits *limits,
                             struct trouble_list *list);

/* certificates.c: now in seconds since the epoch */
void trouble_look_at_certificates(const char *root, int64_t now, const struct trouble_limits *limits,
                                  struct trouble_list *list);

/* edited.c: adds to *ret the units whose files, drop-ins or Quadlets changed since `loaded` (CLOCK_REALTIME,
 * usec: when systemd last read all unit files); it may have read some of them since. At most 32. */
void trouble_find_edited(const char *root, int64_t loaded, char ***ret);

/* sleeping.c: marks lines of the list that sleep now; writes the file. id: of a line; until 0: awake. */
void trouble_put_to_sleep(const char *state, int64_t now, struct trouble_list *list);
int trouble_write_sleep(const char *state, const char *id, int64_t until, int64_t now, struct error **reterr);

/* ---- journal.c ---- */

struct journal_question {
        enum trouble_kind kind; /* TROUBLE_RESTART_LOOP, _OOM_KILL, _LOG_ERRORS or _UNCLEAN_BOOT */
        char *unit;             /* of _LOG_ERRORS; copied */
        int64_t since;          /* usec since the epoch */
};
struct journal_answer {
        enum trouble_kind kind;
        char *unit;    /* NULL: the host */
        unsigned n;    /* entries, 1000 at most */
        int64_t first; /* the oldest of them, seconds since the epoch */
        char *line;    /* the newest message, clean */
};
struct journal_answers {
        struct journal_answer *items;
        size_t n;
        bool unreadable; /* there is no journal that we may read */
        bool no_boot;    /* it keeps no boot before this one */
};
void journal_answers_done(struct journal_answers *answers);
/* The answers are lent. directory NULL: the host's journal. */
typedef void (*journal_done_t)(const struct journal_answers *answers, void *userdata);
struct op *trouble_ask_journal(sd_event *event, const char *directory,
                               const struct journal_question *questions, size_t n, journal_done_t done,
                               void *userdata);

/* ---- judge.c: from what others read; each adds a line where there is trouble ---- */

void trouble_judge_failed(const struct unit_detail *d, struct trouble_list *list);
void trouble_judge_edited(const struct unit_detail *d, struct trouble_list *list);
/* answer: of the unit's restarts in the journal */
void trouble_judge_loop(const struct unit_detail *d, const struct journal_answer *answer,
                        const struct trouble_limits *limits, struct trouble_list *list);
/* of all other kinds of questions */
void trouble_judge_answer(const struct journal_answer *answer, const struct trouble_limits *limits,
                          struct trouble_list *list);
void trouble_judge_job(const struct job *job, struct trouble_list *list);
void trouble_judge_health(const struct service *s, const char *check, struct trouble_list *list);
/* h: the engine whose options the findings are judged by */
void trouble_judge_update(const struct service *s, const struct host_status *h, struct trouble_list *list);
void trouble_judge_realm(const struct membership *m, int64_t now, const struct trouble_limits *limits,
                         struct trouble_list *list);
/* Patterns (fnmatch) of the units that keep the clock right. */
extern const char *const trouble_time_services[4];
/* units: those at least that are active; NULL: not known. uptime in seconds. */
void trouble_judge_clock(const char *root, bool unsynchronized, int64_t uptime, const struct unit_list *units,
                         const struct trouble_limits *limits, struct trouble_list *list);
bool trouble_clock_unsynchronized(void);
