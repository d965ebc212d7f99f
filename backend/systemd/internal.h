/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shared by connection.c, show.c, glance.c, stopped.c, list.c, act.c, units.c, lowest first. */

#include <sys/stat.h>

#include "backend/systemd/bus.h"
#include "backend/systemd/units.h"

/* systemd answers in milliseconds (sd-bus waits 25 s), but many units to reload or a slow disk can block it
 * for a minute. */
#define BUS_RELOAD_TIMEOUT_USEC (180U * 1000 * 1000)

#define UNITS_MAX 65536U

#define CHANGED_NAMES_MAX 64U

/* Failed services that are asked about; the others count as failed. */
#define VERDICTS_MAX 64U

struct act;
struct unit_files;

struct units {
        sd_event *event;
        sd_bus *bus;
        char *socket;                   /* of a user's manager; NULL: the system's */
        bool given;                     /* the caller's bus: never reconnected, never closed */
        sd_bus_slot *disconnected;

        /* jobs (act.c) */
        struct act *acts;
        sd_bus_slot *job_removed, *reload_began;

        /* signals (connection.c) */
        void (*changed)(char *const *names, void *userdata);
        void *userdata;
        sd_bus_slot *follow[4];
        char **names;                   /* not reported yet */
        bool many;
        sd_event_source *report, *reconnect;
        unsigned pause;                 /* seconds until the next try to connect */
        struct {
                char *name;
                int64_t until;          /* CLOCK_MONOTONIC, usec */
        } echoes[16];                   /* units that systemd loaded because of our reads */
        unsigned echo;
        void (*resync)(struct units *units);    /* systemd reloaded, or the connection is lost */

        char *root;                     /* before the paths of unit files; "": the host's */
        char **folders;                 /* of unit files; NULL: not known */
        /* list.c: only with a listener */
        struct unit_files *files;       /* NULL: not known */
        bool files_stale;               /* files changed since they were read */
        uint64_t strangers;     /* sum over the names of units whose files are not known */
        struct op *looking;
        struct op *judging;
        struct stop_verdict {
                char *name;
                bool stopped;
        } verdicts[VERDICTS_MAX];       /* of failed services (stopped.c) */
        size_t n_verdicts;
};

/* connection.c */
/* Connects, unless connected. */
int units_connect(struct units *units, struct error **reterr);
void units_disconnect(struct units *units);
/* Tries again after a pause, which grows. */
void units_reconnect(struct units *units);
/* Subscribes to systemd's signals. Cheap to repeat. */
void units_subscribe(struct units *units);
/* Adds a match of a signal of the manager, unless *slot has it. */
void units_match(struct units *units, sd_bus_slot **slot, const char *signal,
                 sd_bus_message_handler_t callback);
/* Changes are reported to the listener. */
void units_follow(struct units *units);
void units_unfollow(struct units *units);
/* Ignores the signals that systemd sends when it loads this unit for our read. */
void units_expect_echo(struct units *units, const char *name);
/* The unit changed, so whether it was stopped (stopped.c) is not known; NULL: any may have. */
void units_forget_verdict(struct units *units, const char *name);
/* Soon reports "many" to the listener. */
void units_report_all(struct units *units);
/* A callback that ignores its message: without one sd-bus ends the whole connection when a match fails. */
int units_ignore(sd_bus_message *m, void *userdata, sd_bus_error *error);

/* list.c */
void units_forget_files(struct units *units);
/* Adds the units of an answer of ListUnits, sorted. */
int units_read_list(sd_bus_message *m, struct unit_list *list);

/* stopped.c */
/* Sets `stopped` of the units where it is known. */
void units_mark_stopped(struct units *units, struct unit_list *list);
/* Asks about the failed services of the list of which it is not known. news: one of them was stopped. NULL:
 * nothing to ask, done() is not called. */
struct op *units_judge(struct units *units, const struct unit_list *list,
                       void (*done)(bool news, void *userdata), void *userdata);

/* show.c: reads the answer to GetAll("") on a unit's object. unit.job is the path of the job's object. */
int unit_detail_read(sd_bus_message *m, struct unit_detail **ret, struct error **reterr);
/* Nothing is known of it. */
struct unit_detail *unit_detail_new(void);
/* Reads a variant with these contents into the member of this property; what has none is skipped. */
int unit_detail_read_property(sd_bus_message *m, const char *name, const char *contents,
                              struct unit_detail *d);
int units_get_all(struct units *units, const char *name, sd_bus_slot **slot,
                  sd_bus_message_handler_t callback, void *userdata, struct error **reterr);

/* act.c: every act that waits for a job polls it soon. */
void acts_ask_soon(struct units *units);

/* last-words.c: the last words of a failed unit, or of the run before a restart of systemd's, into its `why`,
 * before done(userdata). NULL: nothing to read, done() is not called. */
struct op *units_read_why(struct units *units, struct unit_detail *now, void (*done)(void *userdata),
                          void *userdata);

/* Whether systemd itself restarted the unit in the last minutes. */
bool units_restarted_lately(const struct unit_detail *now);

/* ---- file-states.c ---- */

/* Unit files, and whether they start at boot, as ListUnitFilesByPatterns reports them, but read here in one
 * pass, in milliseconds: systemd walks all folders again for each file. Measured on two busy cores: 0.7 s for
 * 234 files and 3.9 s for 734 (systemd 257), 2.0 s for 201 and 9.4 s for 701 (252). A narrow pattern takes 30
 * to 200 ms, `systemctl --root=/` as long as the whole call, in a process of its own. tests/real compares
 * each word with systemd's. */

struct file_state {
        char *name;
        const char *state;      /* "enabled", "static", "masked-runtime", …: systemctl(1), is-enabled */
};

struct unit_files {
        struct file_state *items;        /* sorted by name */
        size_t n;
};
struct unit_files *unit_files_free(struct unit_files *files);
DEFINE_CLEANUP(struct unit_files, unit_files_free)

/* folders: by precedence, below root ("": the host's own). A missing folder or an unreadable file is not an
 * error. Reads a little per turn of the loop, so that a slow disk delays nothing else. */
struct op *unit_files_read(sd_event *event, const char *root, char *const *folders,
                           void (*done)(struct unit_files *files, void *userdata), void *userdata);

/* ---- folders.c ---- */

/* The contents of the unit folders, gathered in one pass over each. */

/* A name in a unit folder, a symlink below NAME.wants and the like, or the unit of a folder NAME.d. */
struct unit_entry {
        char *name;
        char *target;                   /* of a symlink; NULL: a file */
        const char *to;                 /* the last part of target */
        unsigned folder;
        bool below;
};

struct unit_entries {
        struct unit_entry *items;
        size_t n; /* at most the folders' max; more are left out */
};

struct unit_folders {
        char *root;
        char **paths;                   /* of the folders, without root */
        struct stat *stats;             /* of the folders; all zero: missing */
        unsigned n, next;               /* number of folders; the next one to read */
        size_t max;                     /* of each list below: UNITS_MAX */

        /* Sorted by name after unit_folders_sort(). */
        struct unit_entries entries;    /* of each name only the entry in the first folder */
        struct unit_entries links;
        struct unit_entries by_target;  /* the links, sorted by `to` */
        struct unit_entries drop_ins;
};

void unit_folders_init(struct unit_folders *f, const char *root, char *const *paths);
void unit_folders_done(struct unit_folders *f);

/* Reads the next folder; an unreadable one is empty. */
void unit_folders_next(struct unit_folders *f);
/* After the last one. */
void unit_folders_sort(struct unit_folders *f);

/* The entry of this name; NULL: none. */
const struct unit_entry *unit_folders_find(const struct unit_folders *f, const char *name);
/* The place of the first item with this name (by_target: that leads to it), or where it would be. */
size_t unit_folders_place(const struct unit_entries *sorted, bool by_target, const char *name);
