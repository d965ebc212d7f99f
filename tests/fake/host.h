/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A host made of plain data: it answers when the test says so, with what the test's builders make, and writes down what it
 * was asked. */

#include "base/str.h"
#include "model/host.h"

enum request_kind {
        REQUEST_IMAGES,
        REQUEST_IMAGE,
        REQUEST_SOURCE,
        REQUEST_SERVICES,
        REQUEST_PINNED,
        REQUEST_UNITS,
        REQUEST_UNIT,
        REQUEST_ACT,
        REQUEST_LOG,            /* the newest lines, and new ones */
        REQUEST_PAGE,           /* of a log: older or newer lines, or those with a text */
        REQUEST_WRITE,
        REQUEST_BOOTS,
        REQUEST_ENTRY,
        REQUEST_PLAN,
        REQUEST_START,
        REQUEST_JOBS,
        REQUEST_WATCH,
        REQUEST_CHANGES,
        REQUEST_CONTAINER,
        REQUEST_REALM,
        REQUEST_PREFLIGHT,
        REQUEST_REPAIR,
        REQUEST_MEMBERSHIP,
        REQUEST_USER,
        REQUEST_TROUBLE,
        REQUEST_EFFECTS,
        REQUEST_INSIDE,
        REQUEST_TRIGGERS,
        REQUEST_LOOSE,
        _REQUEST_KIND_MAX,
};
DECLARE_NAMES(request_kind, enum request_kind);         /* "images", "image", … */

struct request;

/* A builder makes a fresh answer for each delivery; NULL: an empty one. */
struct fake_host {
        struct host host;               /* first */
        enum container_state container; /* of any name; running at first */
        struct host_status status;
        struct host_figures figures;
        struct trouble_list *(*trouble)(void);
        struct image_list *(*images)(void);
        struct image *(*image)(const char *reference);
        /* Says the rows of a source; more: it is not the last time that the request is answered. */
        bool (*source)(const char *text, unsigned time, source_seen_t seen, void *userdata);
        const struct catalog *(*catalog)(void);
        int (*resolve)(const char *name, char ***ret, char **why, struct error **reterr);
        int (*profile)(const struct image *image, struct profile **ret, struct error **reterr);
        const char *(*suggest)(const char *what);
        struct service_list *(*services)(void);
        struct service_list *(*pinned)(void);
        struct usage (*usage)(const char *service);
        struct unit_list *(*units)(void);
        struct unit_detail *(*unit)(const char *name);
        struct user_manager_list *(*managers)(void);
        struct unit_inside *(*inside)(enum inside_part part);
        struct trigger_list *(*triggers)(void);
        char **(*loose)(void);          /* containers without a unit */
        int (*plan)(const struct plan_order *order, struct plan **ret, struct error **reterr);
        struct job_list *(*jobs)(void);
        struct change_report *(*changes)(const char *of);
        struct realm *(*realm)(const char *domain);
        struct preflight *(*preflight)(const char *domain);
        struct membership *(*membership)(void);
        struct account *(*account)(const char *user);
        struct log_boot boots[4];       /* that the journal has */
        size_t n_boots;
        void (*entry)(const char *cursor, struct log_entry *ret);
        uint64_t written;               /* entries in a file that was written */
        struct answers *kept_answers;           /* the fake's */
        struct plan_order kept;                 /* what job_plan() makes a plan of */
        const char *job_id;             /* of the job that start_job() begins */

        struct request *waiting;        /* oldest first */
        struct str asked;               /* one line for each request, cancel and input */
};

struct fake_host *fake_host_new(void);
/* Fails the test when a request is still waiting: a screen that closed must have dropped what it asked. */
struct fake_host *fake_host_free(struct fake_host *fake);

/* A line of each kind, one of them asleep: for fake_host.trouble. */
struct trouble_list *fake_host_troubles(void);
/* All could be looked at, and nothing was found. */
struct trouble_list *fake_host_troubles_none(void);

/* Answers every request of this kind that waits now; returns how many. */
size_t fake_host_answer(struct fake_host *fake, enum request_kind kind);
size_t fake_host_fail(struct fake_host *fake, enum request_kind kind, int code, const char *message, const char *hint);

/* To those who watch a job, and to those who read a log. */
void fake_host_job(struct fake_host *fake, const struct job *job);
void fake_host_output(struct fake_host *fake, const void *bytes, size_t n);
void fake_host_line(struct fake_host *fake, int64_t real, int priority, const char *identifier, const char *message);
void fake_host_reached(struct fake_host *fake);
/* Any line, to the requests of one kind; its strings stay the caller's. */
void fake_host_log_line(struct fake_host *fake, enum request_kind kind, const struct log_line *line);
/* The end of all pages; how far they are; a sentence about the log. */
void fake_host_paged(struct fake_host *fake);
void fake_host_progress(struct fake_host *fake, uint64_t entries, int64_t real);
void fake_host_note(struct fake_host *fake, const char *sentence);
