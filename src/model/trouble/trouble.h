/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Trouble: what of this host needs a person, one line each. backend/trouble/ finds it; a kind is a row of the
 * table in kinds.c, from which the manual and trouble.conf's messages are printed, too. */

#include "base/base.h"
#include "base/names.h"
#include "model/finding/finding.h"
#include "model/job/job.h"
#include "model/service/service.h"

enum trouble_kind {
        TROUBLE_UNIT_FAILED,
        TROUBLE_RESTART_LOOP,
        TROUBLE_OOM_KILL,
        TROUBLE_HEALTH,
        TROUBLE_JOB,
        TROUBLE_DISK,
        TROUBLE_INODES,
        TROUBLE_REALM_OFFLINE,
        TROUBLE_CLOCK,
        TROUBLE_TIME_SERVICE,
        TROUBLE_CERTIFICATE,
        TROUBLE_KEYTAB,
        TROUBLE_PRESSURE,
        TROUBLE_THROTTLED,
        TROUBLE_NOT_RELOADED,
        TROUBLE_LOG_ERRORS,
        TROUBLE_UNCLEAN_BOOT,
        TROUBLE_UPDATE,
        TROUBLE_SETTINGS,
        _TROUBLE_KIND_MAX,
};
DECLARE_NAMES(trouble_kind, enum trouble_kind); /* "unit-failed", …: never renamed */

/* The place where Enter leads. */
enum trouble_place {
        PLACE_TEXT,    /* the sentence and the help of its kind */
        PLACE_UNIT,    /* target: a unit */
        PLACE_LOG,     /* target: a unit, its lines of priority err and more urgent */
        PLACE_JOB,     /* target: a job's id */
        PLACE_REALM,   /* target: NULL */
        PLACE_UPDATES, /* target: a service */
        PLACE_IMAGE,   /* target: a reference */
        _TROUBLE_PLACE_MAX,
};
DECLARE_NAMES(trouble_place, enum trouble_place); /* "text", "unit", … */

struct trouble_row {
        const char *id;
        const char *title; /* "Failed unit" */
        enum severity severity;
        const char *source; /* what is read, in words */
        const char *help;   /* what it means, what to do */
};
const struct trouble_row *trouble_row(enum trouble_kind kind);

struct trouble {
        enum trouble_kind kind;
        enum severity severity;
        char *id;       /* "disk:/var": the kind, and the subject */
        char *subject;  /* "rsyslog.service", "/var", a job's id, …: what it is about; never NULL */
        char *sentence; /* whole, without a final stop; bytes of logs in it are clean */
        char *service;  /* the installed service that it is about; NULL */
        char *target;   /* of place; NULL */
        enum trouble_place place;
        int64_t since; /* seconds since the epoch; 0: unknown */
        int64_t until; /* asleep until then; 0: awake */
};

/* A kind that cannot be looked for here: "the kernel has no pressure figures". */
struct trouble_silence {
        enum trouble_kind kind;
        char *reason;
};

struct trouble_list {
        struct trouble *items; /* sorted: the severest first; those asleep behind all others */
        size_t n, awake;
        struct trouble_silence *silent;
        size_t n_silent;
        /* as the look found them on its way; NULL: they cannot be listed */
        struct service_list *services;
        struct job_list *jobs;
};
void trouble_done(struct trouble *t);
struct trouble_list *trouble_list_free(struct trouble_list *list);
DEFINE_CLEANUP(struct trouble_list, trouble_list_free)

/* Adds one of this kind, with the kind's severity. target may be NULL. At most TROUBLE_MAX; more are
 * dropped, and the result is then one that nobody sees. Lent until the next call. */
#define TROUBLE_MAX 200U
struct trouble *trouble_add(struct trouble_list *list, enum trouble_kind kind, const char *subject,
                            enum trouble_place place, const char *target, const char *format, ...)
        __attribute__((format(printf, 6, 7)));
/* Why this kind cannot be looked for; the first reason stays. */
void trouble_silent(struct trouble_list *list, enum trouble_kind kind, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
/* Sorts, and counts those that are awake. */
void trouble_list_sort(struct trouble_list *list);
/* The number that are awake and at least that severe. */
size_t trouble_count(const struct trouble_list *list, enum severity severity);
/* Why it cannot be looked for here; NULL: it was. */
const char *trouble_why_silent(const struct trouble_list *list, enum trouble_kind kind);
/* Units and services were looked at, and nothing that is awake is of severity warn or block. */
bool trouble_list_well(const struct trouble_list *list);
/* Where nothing is awake: "Nothing needs you", or what keeps that from being all, without a final stop;
 * *ret_more: the list of all says more. Where units or services could not be looked at it is no good news.
 * The caller frees. */
char *trouble_list_nothing(const struct trouble_list *list, bool *ret_more);

/* The end of a time as people type it: days from now ("3", "3d"), or YYYY-MM-DD (its beginning); 0: neither,
 * or past. */
int64_t trouble_sleep_until(const char *text, int64_t now);
