/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The dialects and the requests as tables, and the call that carries a request out. */

#include "backend/engine/engine.h"
#include "backend/format/json.h"
#include "backend/io/http.h"

/* The paths, names and fields in which the engines differ. All other paths are the same behind the prefix
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
        /* The path's prefix for an engine of this version (and its API's, of the headers); the caller
         * frees. */
        char *(*prefix)(const char *version, const char *api_version);
        /* Behind the prefix; the caller frees. */
        char *(*pull_path)(const char *reference);
};
extern const struct engine_dialect engine_podman, engine_docker;

struct engine {
        sd_event *event;
        struct http *http;
        char **sockets;
        struct engine_about about;
        /* The last one found stays filled in while calls to it may still run; `found`: it is valid. */
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

struct engine_call;

enum engine_body {
        ENGINE_NOTHING,                 /* the body is not read */
        ENGINE_OBJECT,                  /* one object, in memory as a whole */
        ENGINE_LIST,                    /* one array, whose elements are read as they arrive */
        ENGINE_LINES,                   /* objects one after the other, as they arrive */
};

/* One request and the treatment of its answer, a const row. */
struct engine_request {
        const char *method;
        const char *failed;             /* "The containers could not be listed" */
        const char *unreadable;         /* of an answer that cannot be read; NULL: as failed */
        unsigned seconds, stall;        /* of struct http_request */
        enum engine_body body;
        size_t max;                     /* elements of a list */
        struct json_limits limits;      /* of each element or line; all zero: the default */
        bool may_be_absent;             /* a missing object is not an error */
        bool may_fail;                  /* no failure is an error: the next request decides */
        /* Behind the prefix; the caller frees. NULL: this engine cannot do it; *reterr has the reason. */
        char *(*path)(const struct engine_call *call, struct error **reterr);
        /* The error of status 404, where the engine's own words are not enough; NULL: they are. */
        struct error *(*missing)(const struct engine_call *call);
        /* Reads an object, an element or a line into call->result. */
        int (*document)(struct engine_call *call, struct json_object *o, struct error **reterr);
        void (*drop)(void *result);
        /* Calls the public call's done, cast to its type, with the result, or with NULL and the reason. */
        void (*hand)(void (*done)(void), void *result, struct error *e, void *userdata);
        const struct engine_request *next;      /* sent when this one succeeded; NULL: the last one */
};

/* Finds the engine first, then sends the requests. */
struct engine_call {
        const struct engine_request *request;
        char *name, *other;             /* its object, not escaped; see the request's path() */
        char *failed;                   /* in place of the first request's; NULL */
        unsigned seconds;               /* more than each request has */
        void *result;                   /* of document(); a list exists from the start */
        struct error *error;            /* that a stream brought: a pull fails with status 200 */
        void (*progress)(const char *text, void *userdata);     /* may drop the op */
        void (*done)(void);
        void *userdata;

        /* private to call.c */
        struct engine *engine;
        struct op *op;                  /* the public handle */
        struct op *inner;               /* the operation that runs now */
        struct json_stream *stream;
        bool busy, dropped;             /* inside a document; dropped by its listener */
};

/* Takes everything that `like` points to. */
struct op *engine_call(struct engine *engine, struct engine_call like);

/* before, name escaped, behind; the caller frees. */
char *engine_path(const char *before, const char *name, const char *behind);

/* `hand` of a call whose done is an engine_end_t. */
void engine_hand_end(void (*done)(void), void *result, struct error *e, void *userdata);

void container_done(struct container *c);
