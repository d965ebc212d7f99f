/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The engine's events: only the fact of a change is taken from them (labels can forge every other member), at
 * most once in 200 ms. */

#include "backend/engine/internal.h"

#define COALESCE_USEC 200000U
#define PAUSE_MIN 1U /* seconds before the next try while the engine is away */
#define PAUSE_MAX 60U

struct engine_watching {
        struct op op; /* inner: the search for the engine, then the stream */
        struct engine *engine;
        struct engine_watcher watcher;
        struct json_stream *stream;
        sd_event_source *report, *again;
        unsigned what; /* to be reported */
        unsigned pause;
        uint64_t since; /* CLOCK_MONOTONIC, usec: when the stream began; 0: it did not */
        bool away;      /* reported */
};

static uint64_t watch_now(const struct engine_watching *w) {
        uint64_t usec = 0;
        sd_event_now(w->engine->event, CLOCK_MONOTONIC, &usec);
        return usec;
}

static void watch_drop(struct op *op) {
        struct engine_watching *w = container_of(op, struct engine_watching, op);
        json_stream_free(w->stream);
        sd_event_source_disable_unref(w->report);
        sd_event_source_disable_unref(w->again);
}

static void watch_soon(sd_event_source *timer, uint64_t usec) {
        sd_event_source_set_time_relative(timer, usec);
        sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

/* The callbacks may drop the watch. */
static int watch_on_report(sd_event_source *source, uint64_t usec, void *userdata) {
        struct engine_watching *w = userdata;
        unsigned what = w->what;
        bool away = w->away;
        w->what = 0;
        if (away && !w->since)
                return 0; /* gone again before it could be reported */
        w->away = false;
        if (away && w->watcher.back)
                w->watcher.back(w->watcher.userdata);
        else if (!away && what && w->watcher.changed)
                w->watcher.changed(what, w->watcher.userdata);
        return 0;
}

static void watch_lost(struct engine_watching *w, struct error *e) {
        bool first = !w->away;
        w->away = true;
        w->stream = json_stream_free(w->stream);
        /* A stream that ends as soon as it begins does not shorten the pause. */
        if (w->since && watch_now(w) - w->since > w->pause * 1000000ULL)
                w->pause = PAUSE_MIN;
        w->since = 0;
        watch_soon(w->again, w->pause * 1000000ULL);
        w->pause = w->pause * 2 > PAUSE_MAX ? PAUSE_MAX : w->pause * 2;
        if (first && w->watcher.away)
                w->watcher.away(e, w->watcher.userdata);
        error_free(e);
}

/* Commands run in a container for its health check cause three events each, and change nothing. */
static unsigned watch_meaning(const struct json_value *o) {
        const struct json_value *action = json_member(o, "Action");
        const char *t = json_text(json_member(o, "Type")),
                   *a = json_text(action ? action : json_member(o, "status"));
        if (!t || !a || str_starts(a, "exec") || str_equal(a, "health_status"))
                return 0;
        return strcmp(t, "image") == 0       ? ENGINE_IMAGES
               : strcmp(t, "container") == 0 ? ENGINE_CONTAINERS | ENGINE_IMAGES
                                             : 0;
}

static int watch_event(struct json_value *o, void *userdata, struct error **reterr) {
        struct engine_watching *w = userdata;
        unsigned what = watch_meaning(o);
        if (what && !w->what)
                watch_soon(w->report, COALESCE_USEC);
        w->what |= what;
        return 0;
}

/* The engine is back only now: one that answers a ping and refuses the stream is as good as away. */
static void watch_began(void *userdata) {
        struct engine_watching *w = userdata;
        w->since = watch_now(w);
        if (w->away)
                watch_soon(w->report, 0);
}

static int watch_piece(const void *bytes, size_t n, void *userdata, struct error **reterr) {
        struct engine_watching *w = userdata;
        return json_stream_feed(w->stream, bytes, n, reterr);
}

static void watch_ended(const struct http_answer *answer, struct error *e, void *userdata) {
        struct engine_watching *w = userdata;
        if (!e && answer->status >= 400)
                engine_explain(&e, answer->status, "The container engine refuses its events",
                               answer->body.text, answer->body.length);
        if (!e)
                error_set(&e, -ECONNRESET, "The container engine ended its stream of events");
        watch_lost(w, e);
}

static void watch_found(struct error *e, void *userdata) {
        struct engine_watching *w = userdata;
        if (e) {
                watch_lost(w, e);
                return;
        }
        const struct json_stream_sink sink = { .document = watch_event,
                                               .userdata = w,
                                               .limits = { 1024 * 1024, 16, 100000 } };
        json_stream_free(w->stream);
        w->stream = json_stream_new(&sink);
        _cleanup_free_ char *path = str_printf("%s%s", w->engine->prefix, w->engine->dialect->events);
        op_wait(&w->op, http_start(w->engine->http, &(struct http_request){
                                                            .socket = w->engine->about.socket,
                                                            .method = "GET",
                                                            .path = path,
                                                            .began = watch_began,
                                                            .piece = watch_piece,
                                                            .done = watch_ended,
                                                            .userdata = w,
                                                    }));
}

static int watch_begin(sd_event_source *source, uint64_t usec, void *userdata) {
        struct engine_watching *w = userdata;
        op_wait(&w->op, engine_find(w->engine, watch_found, w));
        return 0;
}

struct op *engine_watch(struct engine *engine, const struct engine_watcher *watcher) {
        struct engine_watching *w = new0(struct engine_watching);
        *w = (struct engine_watching){
                .op.drop = watch_drop, .engine = engine, .watcher = *watcher, .pause = PAUSE_MIN
        };
        sd_event_add_time(engine->event, &w->report, CLOCK_MONOTONIC, UINT64_MAX, 0, watch_on_report, w);
        sd_event_add_time(engine->event, &w->again, CLOCK_MONOTONIC, UINT64_MAX, 100000, watch_begin, w);
        sd_event_source_set_enabled(w->report, SD_EVENT_OFF);
        sd_event_source_set_enabled(w->again, SD_EVENT_OFF);
        watch_begin(NULL, 0, w);
        return &w->op;
}
