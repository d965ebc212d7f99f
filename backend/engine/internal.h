/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the parts of the engine client share: the dialects as tables, and calls made of steps. Only for
 * backend/engine*.c. */

#include "backend/engine/engine.h"
#include "backend/format/json.h"
#include "backend/io/http.h"
#include "base/str.h"

/* How one engine says things where the two differ. The rest of the paths is the same behind the prefix
 * ("/v4.0.0/libpod", "/v1.41"). */
struct engine_dialect {
        enum engine_kind kind;
        const char *images, *containers;        /* path and query of these lists */
        const char *stop_seconds;       /* the query's name of the grace period of a stop */
        const char *events;
        const struct json_field *image_fields;          /* of an entry of the list and of inspect, into
                                                         * struct image */
        size_t n_image_fields;
        const struct json_field *container_fields;      /* of an entry of the list, into struct container */
        size_t n_container_fields;
        /* The path's prefix for an engine of this version (its own, and the API's as the headers say). The
         * caller frees. */
        char *(*prefix)(const char *version, const char *api_version);
        /* The query of a pull; the caller frees. */
        char *(*pull_path)(const char *prefix, const char *reference);
};
extern const struct engine_dialect engine_podman, engine_docker;

struct engine {
        sd_event *event;
        struct http *http;
        char **sockets;
        struct engine_about about;
        /* The one found last stays filled in while calls to it may still run; found says whether it holds. */
        const struct engine_dialect *dialect;
        char *prefix;
        bool found;
};

/* Readers that both dialects use as JSON_CALL. */
/* into struct image */
int engine_read_labels(struct json_object *value, const char *where, void *target, struct error **reterr);
int engine_read_container_labels(struct json_object *value, const char *where, void *target,
                                 struct error **reterr);
/* without "sha256:" */
int engine_read_id(struct json_object *value, const char *where, void *target, struct error **reterr);
int engine_read_container_name(struct json_object *value, const char *where, void *target,
                               struct error **reterr);
/* of "Up 2 minutes (healthy)" */
int engine_read_health(struct json_object *value, const char *where, void *target, struct error **reterr);
/* without "<none>:<none>" */
int engine_read_names(struct json_object *value, const char *where, void *target, struct error **reterr);
int engine_read_digests(struct json_object *value, const char *where, void *target, struct error **reterr);
/* -1 and absent: 0 */
int engine_read_size(struct json_object *value, const char *where, void *target, struct error **reterr);
int engine_read_count(struct json_object *value, const char *where, void *target, struct error **reterr);

/* A call: finds the engine first, then makes one request, and hands what came to the op's own code. One
 * struct for all public calls; each embeds it first and frees itself in `free`. */
struct engine_call {
        struct engine *engine;
        struct op *op;                  /* the public handle */
        struct op *inner;               /* what runs now */
        bool busy;                      /* see engine_call_busy() */
        bool dropped;                   /* by one of them */
        /* Begins the request once the engine is known: sets inner. False: out of memory. */
        bool (*begin)(struct engine_call *call);
        /* Ends with e (owned by the callee): calls the public done with it and frees the call. The op is
         * finished already. */
        void (*fail)(struct engine_call *call, struct error *e);
        void (*free)(struct engine_call *call);
};

/* Starts a call that was filled in (engine, begin, fail, free); returns its op, or NULL (and frees it) when
 * out of memory. */
struct op *engine_call_start(struct engine_call *call);

/* Makes the request of a call; path is freed. done gets the call as userdata. */
bool engine_call_request(struct engine_call *call, const char *method, char *path,
                         struct http_request request);

/* Around what may call back before the end (progress, lines of a log): whoever is called may drop the op, and
 * the call is then freed by engine_call_idle() and not under the feet of the code between the two. That code
 * looks at call->dropped after each callback and calls no more. engine_call_idle(): false: it was dropped,
 * and is gone. */
void engine_call_busy(struct engine_call *call);
bool engine_call_idle(struct engine_call *call);

/* The answer as an error, where it is one: NULL for a status below 400. what is the sentence's head. A lost
 * connection makes the engine be looked for again. */
struct error *engine_call_error(struct engine_call *call, const struct http_answer *answer, struct error *e,
                                const char *what);

/* A list that the engine sends as one array of JSON, whose elements are read as they arrive. */
struct engine_list_kind {
        const char *failed;             /* "The containers could not be listed" */
        const char *unreadable;         /* the same of an answer that makes no sense */
        unsigned seconds, max;          /* how long it may take, and how many elements it may have */
        const char *(*path)(const struct engine_dialect *dialect);
        void *(*make)(void);            /* an empty list; NULL: out of memory */
        void (*drop)(void *list);       /* takes NULL */
        /* Reads an element into the list. */
        int (*element)(const struct engine_dialect *dialect, struct json_object *o, void *list,
                       struct error **reterr);
        /* Calls the public call's done, cast back to what it is, with the whole list, or with NULL and the
         * reason. */
        void (*hand)(void (*done)(void), void *list, struct error *e, void *userdata);
};
/* filter: put behind the path; NULL: nothing. */
struct op *engine_list(struct engine *engine, const struct engine_list_kind *kind, const char *filter,
                       void (*done)(void), void *userdata);

void container_done(struct container *c);
