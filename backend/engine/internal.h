/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The requests as tables, and the call that carries a request out. */

#include "backend/engine/engine.h"
#include "backend/format/json.h"
#include "backend/io/http.h"

/* The paths and names in which the engines differ. All other paths are the same behind the prefix
 * ("/v4.0.0/libpod", "/v1.41"). */
struct engine_dialect {
        enum engine_kind kind;
        const char *stop_seconds;       /* the query's name of the grace period of a stop */
        const char *volume_behind; /* behind the name of a volume that is inspected, and the list of all */
        const char *events;
        /* The path's prefix for an engine of this version (and its API's, of the headers); the caller
         * frees. */
        char *(*prefix)(const char *version, const char *api_version);
        /* Behind the prefix; the caller frees. */
        char *(*pull_path)(const char *reference);
};

struct engine {
        sd_event *event;
        struct http *http;
        char **sockets;
        struct engine_about about;
        /* The last one found stays filled in while calls to it may still run; `found`: it is valid. */
        const struct engine_dialect *dialect;
        char *prefix;
        bool found;
        unsigned patience;              /* seconds; see engine_set_patience() */
};

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
        const char *before, *behind;    /* of the name in the path */
        const char *failed;             /* "The containers could not be listed" */
        const char *unreadable;         /* of an answer that cannot be read; NULL: as failed */
        const char *podman_only;        /* "This engine cannot …"; NULL: both can */
        unsigned seconds, stall;        /* of struct http_request */
        enum engine_body body;
        size_t max;                     /* elements of a list */
        struct json_limits limits;      /* of each element or line; all zero: the default */
        /* the members of an element that are read; NULL: all */
        const struct json_table *wanted;
        bool may_be_absent;             /* a missing object is not an error */
        bool sends;                     /* the call's other, as JSON */
        bool may_fail;                  /* no failure is an error: the next request decides */
        /* Another path behind the prefix; the caller frees. */
        char *(*path)(const struct engine_call *call);
        /* The error of status 404, where the engine's own words are not enough; NULL: they are. */
        struct error *(*missing)(const struct engine_call *call);
        /* Reads an object, an element or a line into the call's result. */
        int (*document)(struct engine_call *call, struct json_value *o, struct error **reterr);
        const struct engine_request *next;      /* sent when this one succeeded; NULL: the last one */
};

/* Finds the engine first, then sends the requests. */
struct engine_call {
        struct op op;                   /* inner: what runs now */
        const struct engine_request *request;
        char *name, *other;             /* its object, not escaped; see the request's path() */
        char *failed;                   /* in place of the first request's; NULL */
        unsigned seconds;               /* more than each request has */
        /* The result; a list exists from the start. */
        struct image_list *images;
        struct image *image;
        struct container_list *containers;
        struct container_origin *origin;
        struct container_inside *inside;
        char **volumes;
        struct error *error;            /* that a stream brought: a pull fails with status 200 */
        void (*progress)(const char *text, void *userdata);     /* may drop the op */
        image_seen_t seen;              /* in place of a list of images */
        struct {
                images_done_t images;
                image_done_t image;
                containers_done_t containers;
                origin_done_t origin;
                container_inside_done_t inside;
                volumes_done_t volumes;
                nothing_done_t nothing;
        } done;                         /* one of them */
        void *userdata;

        /* private to call.c */
        struct engine *engine;
        struct json_stream *stream;
};

/* Takes everything that `like` points to. */
struct op *engine_call(struct engine *engine, struct engine_call like);

/* The limit of a request, by the engine's patience. */
unsigned engine_seconds(const struct engine *engine, unsigned seconds);

/* before, name escaped, behind; the caller frees. */
char *engine_path(const char *before, const char *name, const char *behind);

/* where: "an image of the list". NULL: *reterr has the reason. */
struct image *engine_image_read(struct json_value *o, const char *where, struct error **reterr);
int engine_container_read(struct json_value *o, const char *where, struct container *ret,
                          struct error **reterr);
void engine_container_done(struct container *c);

/* For an answer with a status of 400 or more: sets *reterr and returns its code. what: "The image list could
 * not be loaded". body: its JSON, {"cause", "message"} (Podman) or {"message"} (Docker); any bytes. */
int engine_explain(struct error **reterr, int status, const char *what, const char *body, size_t n);
