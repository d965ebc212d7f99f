/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shared by connection.c, show.c, list.c, act.c, units.c, lowest first. */

#include "backend/systemd/bus.h"
#include "backend/systemd/units.h"

/* systemd answers in milliseconds (sd-bus waits 25 s), but many units to reload or a slow disk can block it
 * for a minute. */
#define BUS_RELOAD_TIMEOUT_USEC (180U * 1000 * 1000)

#define UNITS_MAX 65536U

#define CHANGED_NAMES_MAX 64U

struct act;
struct unit_files;

struct units {
        sd_event *event;
        sd_bus *bus;
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
        struct op *looking;
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
/* Soon reports "many" to the listener. */
void units_report_all(struct units *units);
/* A callback that ignores its message: without one sd-bus ends the whole connection when a match fails. */
int units_ignore(sd_bus_message *m, void *userdata, sd_bus_error *error);

/* list.c */
void units_forget_files(struct units *units);

/* show.c: reads the answer to GetAll("") on a unit's object. unit.job is the path of the job's object. */
int unit_detail_read(sd_bus_message *m, struct unit_detail **ret, struct error **reterr);
int units_get_all(struct units *units, const char *name, sd_bus_slot **slot,
                  sd_bus_message_handler_t callback, void *userdata, struct error **reterr);

/* act.c: every act that waits for a job polls it soon. */
void acts_ask_soon(struct units *units);
