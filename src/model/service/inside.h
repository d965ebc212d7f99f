/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is inside a unit: its files, its processes, its properties, the container behind it. All of it is from
 * outside and bounded by who reads it. */

#include "base/base.h"

enum inside_part { INSIDE_FILES, INSIDE_PROCESSES, INSIDE_PROPERTIES, INSIDE_CONTAINER, _INSIDE_PART_MAX };

/* ---- files, in the order in which systemd reads them ---- */

enum unit_file_role { ROLE_SOURCE, ROLE_FRAGMENT, ROLE_DROP_IN };
struct unit_text {
        enum unit_file_role role;
        char *path;
        char *text;             /* NULL: it could not be read */
        struct error *error;
};

/* ---- processes ---- */

struct process {
        uint32_t pid, parent, uid;
        char *user;             /* NULL: not known on this host */
        char *command;          /* words with a blank between; of a kernel's or a dying one "[name]" */
        uint64_t cpu_usec, memory;
        char state;             /* 'R', 'S', 'D', 'Z', …: proc(5) */
        unsigned depth;         /* process_arrange(): below others of the list */
};
void process_done(struct process *p);
/* Children behind their parents, by PID. */
void process_arrange(struct process *items, size_t n);

/* The command in /proc/PID/cmdline; the caller frees; NULL: it is empty. */
char *process_command(const char *bytes, size_t n);
/* Fills pid, parent, state, cpu_usec, memory and the name in brackets as command from /proc/PID/stat; false:
 * it is none. */
bool process_read_stat(const char *text, long ticks, long page, struct process *ret);

/* ---- properties ---- */

enum property_group { PROPERTY_RUN, PROPERTY_LIMITS, PROPERTY_SECURITY, PROPERTY_TIMES, _PROPERTY_GROUP_MAX };
extern const char *const property_group_titles[_PROPERTY_GROUP_MAX];

enum property_kind {
        PROPERTY_WORD,          /* a text or a list */
        PROPERTY_SPAN,          /* microseconds; infinity: no limit */
        PROPERTY_BYTES,
        PROPERTY_COUNT,
        PROPERTY_FLAG,
        PROPERTY_SHARE,         /* of a processor, in microseconds a second */
        PROPERTY_TIME,          /* microseconds since the epoch */
        PROPERTY_SIGNAL,
        PROPERTY_BITS,          /* of capabilities: how many are left */
};
struct property_row {
        const char *name;       /* systemd's */
        enum property_group group;
        enum property_kind kind;
        const char *title;      /* in words */
};
extern const struct property_row property_rows[];
extern const size_t property_rows_n;
const struct property_row *property_find(const char *name);

/* As it came over the bus. */
struct unit_property {
        const struct property_row *row;
        char **texts;           /* of a word */
        uint64_t number;        /* of all others */
};
/* For people; NULL: not worth a line (empty, or not set). The caller frees. */
char *property_text(const struct unit_property *p);

/* ---- the container ---- */

struct container_mount {
        char *type, *source, *target;
        bool writable;
};
struct container_inside {
        char *name, *image, *image_id, *status, *health, *network;
        char *path;             /* of the program */
        char **arguments, **ports;      /* "0.0.0.0:8080 -> 80/tcp" */
        struct container_mount *mounts;
        size_t n_mounts;
        uint32_t pid;           /* 0: it does not run */
        int64_t started;        /* seconds since the epoch; 0: not known */
        bool privileged;
};
struct container_inside *container_inside_free(struct container_inside *c);

/* ---- what sockets and timers start ---- */

struct trigger {
        char *name;
        char *starts;           /* its unit; NULL */
        char *listens;          /* "/run/x.sock, [::]:22" of a socket; NULL */
        int64_t next, last;     /* seconds since the epoch; 0: none */
};
struct trigger_list {
        struct trigger *items;  /* sorted by name */
        size_t n;
};
struct trigger_list *trigger_list_free(struct trigger_list *list);
DEFINE_CLEANUP(struct trigger_list, trigger_list_free)
/* NULL list: NULL. */
const struct trigger *trigger_find(const struct trigger_list *list, const char *name);

/* The next of the two times of a timer, each UINT64_MAX or 0 where there is none, in microseconds: of the
 * real clock, and of CLOCK_MONOTONIC; now: both clocks. Seconds since the epoch; 0: none. */
int64_t trigger_next(uint64_t real, uint64_t monotonic, uint64_t now_real, uint64_t now_monotonic);

struct unit_inside {
        enum inside_part part;
        struct unit_text *files;
        size_t n_files;
        struct process *processes;      /* arranged; of INSIDE_CONTAINER, too */
        size_t n_processes;
        bool cut;                       /* there are more processes */
        struct unit_property *properties;       /* in the order of their rows */
        size_t n_properties;
        struct container_inside *container;     /* NULL: none, or the engine does not know it */
};
struct unit_inside *unit_inside_free(struct unit_inside *inside);
DEFINE_CLEANUP(struct unit_inside, unit_inside_free)
