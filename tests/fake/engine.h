/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A container engine that does as a test wants: an HTTP server on a unix socket inside the caller's event loop, in
 * either dialect. Left alone it answers ping, images, inspect, containers, stop, remove, pull and events as
 * Podman 4.3 and Docker 20.10 do (shapes as they came over the wire from the real ones); asked to misbehave it
 * does each bad thing an engine, a restart or an enemy on the socket can do. engine-main.c makes a program of it.
 */

#include <stdbool.h>
#include <stddef.h>

#include <systemd/sd-event.h>

#include "base/cleanup.h"
#include "model/command/command.h"

enum fake_mischief {
        FAKE_GOOD,
        FAKE_SILENT,       /* takes the request, never answers */
        FAKE_SLOW,         /* one byte every `amount` milliseconds */
        FAKE_CUT,          /* hangs up after `amount` bytes of the answer, header counted */
        FAKE_CUT_BODY,     /* hangs up in the middle of the body, wherever that is */
        FAKE_RESTART,      /* as FAKE_CUT_BODY, and nobody listens for `amount` milliseconds */
        FAKE_GARBAGE,      /* no HTTP at all */
        FAKE_HEADERS,      /* a header that never ends */
        FAKE_ENDLESS,      /* one JSON document that never ends */
        FAKE_ENDLESS_LIST, /* a list of good entries that never ends; for a stream: good lines without end */
        FAKE_HUGE,         /* one document of `amount` MiB, then a clean end */
        FAKE_BROKEN,       /* JSON with an error in the middle */
        FAKE_DEEP,         /* JSON `amount` arrays deep */
        FAKE_TYPES,        /* JSON whose members have wrong types */
        FAKE_HTML,         /* status 200, a web page */
        FAKE_EMPTY,        /* status 200, no body */
        FAKE_STATUS,       /* status `amount` with the `text` as cause, as the dialect says it */
        FAKE_PAGE,         /* status `amount` with the `text` as plain text */
        FAKE_STREAM_ERROR, /* status 200, some good lines of a stream, then an error object with `text` */
        FAKE_STREAM_CUT,   /* a stream that ends, cleanly by HTTP, in the middle of a line */
        FAKE_FLOOD,        /* `amount` good lines (events) as fast as they can be taken; then held open */
};

struct fake_rule {
        const char *route; /* part of "METHOD /path?query"; NULL: every request */
        enum fake_mischief what;
        unsigned amount;
        const char *text; /* constant */
        unsigned times;   /* how often it applies; 0: always */
};

struct fake_engine;

/* Listens at path (what is there is removed). kind: ENGINE_PODMAN or ENGINE_DOCKER. Negative errno. */
int fake_engine_new(sd_event *event, const char *path, enum engine_kind kind, struct fake_engine **ret);
struct fake_engine *fake_engine_free(struct fake_engine *f); /* the socket file goes, too */
DEFINE_CLEANUP(struct fake_engine, fake_engine_free)

/* As if that user listened there; needs root. */
int fake_engine_listen_as(struct fake_engine *f, unsigned uid);

void fake_engine_set_images(struct fake_engine *f, size_t n); /* 3 at first; "localhost/service-0000:latest", … */
void fake_engine_set_containers(struct fake_engine *f,
                                size_t n); /* 2 at first; "service-0000", …; every second one runs */

/* The rule added last that fits is the one. Strings are borrowed. At most 16. */
void fake_engine_rule(struct fake_engine *f, const struct fake_rule *rule);
void fake_engine_behave(struct fake_engine *f); /* forgets all rules */

/* Gone: every connection is cut and nobody listens; the socket file stays (a connect is refused) or goes
 * (absent). */
void fake_engine_stop(struct fake_engine *f, bool unlink_socket);
int fake_engine_start(struct fake_engine *f);

/* To every stream held open whose request has `route` in it: bytes as one chunk; the end of it. Return how many
 * there were. */
size_t fake_engine_push(struct fake_engine *f, const char *route, const void *bytes, size_t n);
size_t fake_engine_push_event(struct fake_engine *f, const char *type, const char *action);
size_t fake_engine_hang_up(struct fake_engine *f, const char *route, bool clean);

/* How many requests had `route` in them, and how many connections were taken, since the start. */
size_t fake_engine_requests(const struct fake_engine *f, const char *route);
size_t fake_engine_connections(const struct fake_engine *f);
size_t fake_engine_open(const struct fake_engine *f); /* connections open now */
