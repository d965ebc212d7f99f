/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the parts of units.h share (units.c, units_list.c, units_show.c, units_act.c): the connection, and
 * where an operation stands. Nobody else includes it. */

#include "backend/systemd/bus.h"
#include "backend/systemd/units.h"
#include "base/str.h"

/* systemd answers in milliseconds, but a reload of many units or a slow disk can hold it for a minute
 * (reliability.md section 3). */
#define BUS_TIMEOUT_USEC (25U * 1000 * 1000)
#define BUS_RELOAD_TIMEOUT_USEC (180U * 1000 * 1000)

/* What is shown of one unit at most: entries of a list property, names in a list. */
#define UNIT_TEXTS_MAX 4096U
#define UNITS_MAX 65536U

#define CHANGED_NAMES_MAX 64U

struct act;
struct unit_files;

struct units {
        sd_event *event;
        sd_bus *bus;
        bool given;                     /* the caller's bus: never reconnected, never closed */
        sd_bus_slot *disconnected;

        /* waiting for jobs (units_act.c) */
        struct act *acts;
        sd_bus_slot *job_removed, *reload_began;

        /* following (units.c) */
        void (*changed)(char *const *names, void *userdata);
        void *userdata;
        sd_bus_slot *follow[4];
        char *names[CHANGED_NAMES_MAX + 1];     /* not told yet */
        size_t n_names;
        bool many;
        sd_event_source *tell, *reconnect;
        unsigned pause;                 /* seconds until the next try to connect */
        struct {
                char *name;
                uint64_t until;         /* CLOCK_MONOTONIC, usec */
        } echoes[16];                   /* units we made systemd load by looking at them */
        unsigned echo;

        char *root;                     /* before the paths of unit files; "": the host's */
        char **folders;                 /* of unit files; NULL: not known */
        /* units_list.c: kept only while we follow */
        struct unit_files *files;       /* NULL: not known */
        bool files_stale;               /* files changed since they were looked at */
        struct op *looking;
};

/* The connection, made if there is none (any more). */
int units_connect(struct units *units, struct error **reterr);
/* Asks systemd for signals. Cheap to call again. */
void units_subscribe(struct units *units);
/* systemd loads a unit that is looked at, and says so: that is no news to who looked. */
void units_expect_echo(struct units *units, const char *name);
void units_forget_files(struct units *units);
/* Tells the listener soon that all may be different. */
void units_tell_all(struct units *units);

/* units_show.c: the answer to GetAll("") on a unit's object. unit.job is the path of the job's object.
 * ret_condition_failed may be NULL. */
int unit_detail_read(sd_bus_message *m, struct unit_detail **ret, bool *ret_condition_failed,
                     struct error **reterr);
int units_get_all(struct units *units, const char *name, sd_bus_slot **slot,
                  sd_bus_message_handler_t callback, void *userdata, struct error **reterr);

/* units_act.c: the connection is gone or systemd reloads; every act that waits looks for itself soon. */
void acts_look_soon(struct units *units);
