/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The images of an engine: list, look, pull. */
#include <errno.h>
#include <string.h>

#include "backend/engine/explain.h"
#include "backend/engine/internal.h"
#include "model/image/pin.h"
#include "model/image/reference.h"

#define LIST_SECONDS 60U        /* a host with thousands of images takes some */
#define PULL_STALL_SECONDS 600U /* podman says nothing while it unpacks */
#define PULL_LINE_MAX (1024U * 1024)
#define IMAGES_MAX 20000U

static struct image *read_image(const struct engine_dialect *dialect, struct json_object *o,
                                const char *where, struct error **reterr) {
        _cleanup_image_ struct image *image = image_new();
        if (!image)
                error_set(reterr, -ENOMEM, "Out of memory");
        else if (json_read(o, where, dialect->image_fields, dialect->n_image_fields, image, reterr) >= 0 &&
                 str_replace(&image->source, "engine") >= 0) {
                pin_names_last(image);
                return TAKE(image);
        }
        return NULL;
}

/* ---- list ---- */

static const char *engine_images_list_path(const struct engine_dialect *dialect) {
        return dialect->images;
}

static void *engine_images_list_make(void) {
        return image_list_new();
}

static void engine_images_list_drop(void *list) {
        image_list_free(list);
}

static int engine_images_list_element(const struct engine_dialect *dialect, struct json_object *o, void *list,
                                      struct error **reterr) {
        struct image *image = read_image(dialect, o, "an image of the list", reterr);
        if (!image)
                return -EBADMSG;
        image_list_take(list, image);
        return 0;
}

typedef void list_done_t(struct image_list *images, struct error *e, void *userdata);

static void engine_images_list_hand(void (*done)(void), void *list, struct error *e, void *userdata) {
        /* Engines list by the time of creation, or by no order at all. */
        if (list)
                image_list_sort(list);
        ((list_done_t *) done)(list, e, userdata);
}

static const struct engine_list_kind images_kind = {
        .failed = "The image list could not be loaded",
        .unreadable = "The engine's image list could not be read",
        .seconds = LIST_SECONDS,
        .max = IMAGES_MAX,
        .path = engine_images_list_path,
        .make = engine_images_list_make,
        .drop = engine_images_list_drop,
        .element = engine_images_list_element,
        .hand = engine_images_list_hand,
};

struct op *engine_list_images(struct engine *engine,
                              void (*done)(struct image_list *images, struct error *e, void *userdata),
                              void *userdata) {
        return engine_list(engine, &images_kind, NULL, (void (*)(void)) done, userdata);
}

/* ---- look at one, perhaps after a pull ---- */

struct image_call {
        struct engine_call call; /* first */
        char *reference;
        bool pull;                  /* first pull it */
        struct json_stream *stream; /* of the pull */
        struct error *error;        /* that the stream brought: a pull fails with status 200 */
        void (*progress)(const char *text, void *userdata);
        void (*done)(struct image *image, struct error *e, void *userdata);
        void *userdata;
};

static void image_call_free(struct engine_call *call) {
        struct image_call *c = (struct image_call *) call;
        json_stream_free(c->stream);
        error_free(c->error);
        free(c->reference);
        free(c);
}

static void image_call_fail(struct engine_call *call, struct error *e) {
        struct image_call *c = (struct image_call *) call;
        c->done(NULL, e, c->userdata);
        image_call_free(call);
}

static void engine_images_inspected(const struct http_answer *answer, struct error *e, void *userdata) {
        struct image_call *c = userdata;
        c->call.inner = op_cancel(c->call.inner);
        if (!e && http_status(answer) == 404) {
                error_set(&e, -ENOENT, "There is no image %s on this host", c->reference);
                error_hint(&e, "fairlead images --all lists the images of this host");
        } else
                e = engine_call_error(&c->call, answer, e, "The image could not be looked at");
        struct image *image = NULL;
        if (!e) {
                size_t n;
                const char *body = http_body(answer, &n);
                _cleanup_json_ struct json_object *o = NULL;
                if (json_parse(body, n, NULL, &o, NULL, &e) >= 0)
                        image = read_image(c->call.engine->dialect, o, "the image", &e);
                if (!image)
                        error_wrap(&e, e ? e->code : -EBADMSG,
                                   "The engine's answer about %s could not be read", c->reference);
        }
        op_finish(c->call.op);
        c->done(image, e, c->userdata);
        image_call_free(&c->call);
}

static bool engine_images_inspect(struct engine_call *call) {
        struct image_call *c = (struct image_call *) call;
        _cleanup_free_ char *escaped = http_escape(c->reference);
        return engine_call_request(
                call, "GET", escaped ? str_printf("%s/images/%s/json", call->engine->prefix, escaped) : NULL,
                (struct http_request){ .seconds = 15, .done = engine_images_inspected });
}

static struct op *image_call_new(struct engine *engine, const char *reference, struct image_call c) {
        struct image_call *call = calloc(1, sizeof *call);
        if (!call)
                return NULL;
        *call = c;
        call->call.engine = engine;
        call->call.fail = image_call_fail;
        call->call.free = image_call_free;
        call->reference = strdup(reference);
        if (!call->reference) {
                free(call);
                return NULL;
        }
        return engine_call_start(&call->call);
}

struct op *engine_inspect_image(struct engine *engine, const char *reference,
                                void (*done)(struct image *image, struct error *e, void *userdata),
                                void *userdata) {
        return image_call_new(engine, reference,
                              (struct image_call){ .call.begin = engine_images_inspect,
                                                   .done = done,
                                                   .userdata = userdata });
}

/* ---- pull ---- */

/* What an object of the stream says to people: libpod's "stream", Docker's "status" with its layer and
 * progress. */
static void tell_progress(struct image_call *c, struct json_object *o) {
        struct json_object *value, *id, *detail, *current, *total;
        if (!c->progress)
                return;
        if (json_object_object_get_ex(o, "stream", &value) && json_text(value)) {
                c->progress(json_text(value), c->userdata);
                return;
        }
        if (!json_object_object_get_ex(o, "status", &value) || !json_text(value))
                return;
        const char *layer = json_object_object_get_ex(o, "id", &id) ? json_text(id) : NULL;
        _cleanup_str_ struct str s = {};
        str_addf(&s, "%s%s%s", layer ? layer : "", layer ? ": " : "", json_text(value));
        if (json_object_object_get_ex(o, "progressDetail", &detail) &&
            json_object_object_get_ex(detail, "current", &current) &&
            json_object_object_get_ex(detail, "total", &total) && json_object_get_int64(total) > 0)
                str_addf(&s, " %lld%%",
                         (long long) (json_object_get_int64(current) * 100 / json_object_get_int64(total)));
        str_add(&s, "\n");
        if (s.text)
                c->progress(s.text, c->userdata);
}

static int pull_document(struct json_object *o, void *userdata, struct error **reterr) {
        struct image_call *c = userdata;
        struct json_object *value = NULL, *inner;
        if (json_object_object_get_ex(o, "errorDetail", &value) &&
            json_object_object_get_ex(value, "message", &inner))
                value = inner;
        else if (!json_object_object_get_ex(o, "error", &value))
                value = NULL;
        if (value && !str_equal(json_text(value), "")) {
                if (!c->error)
                        error_set(&c->error, -EIO, "%s",
                                  json_text(value) ? json_text(value)
                                                   : "The engine has no words for what is wrong");
        } else
                tell_progress(c, o);
        return c->call.dropped ? -ECANCELED : 0;
}

static int pull_piece(const void *bytes, size_t n, void *userdata, struct error **reterr) {
        struct image_call *c = userdata;
        engine_call_busy(&c->call);
        int r = json_stream_feed(c->stream, bytes, n, reterr);
        return engine_call_idle(&c->call) ? r : -ECANCELED;
}

static void engine_images_pulled(const struct http_answer *answer, struct error *e, void *userdata) {
        struct image_call *c = userdata;
        c->call.inner = op_cancel(c->call.inner);
        _cleanup_free_ char *what = str_printf("The image %s could not be pulled", c->reference);
        const char *head = what ? what : "The image could not be pulled";
        e = engine_call_error(&c->call, answer, e, head);
        if (!e && json_stream_finish(c->stream, &e) < 0)
                error_wrap(&e, e->code, "%s", head);
        if (!e && c->error) {
                /* The words of the engine decide what to try, as with a status. */
                _cleanup_free_ char *text = strdup(c->error->message ? c->error->message : "");
                explain_engine(&e, 500, head, text ? text : "", text ? strlen(text) : 0);
        }
        if (!e && !engine_images_inspect(&c->call))
                error_set(&e, -ENOMEM, "Out of memory");
        if (!e)
                return;
        op_finish(c->call.op);
        image_call_fail(&c->call, e);
}

static bool pull_begin(struct engine_call *call) {
        struct image_call *c = (struct image_call *) call;
        const struct json_stream_sink sink = { .document = pull_document,
                                               .userdata = c,
                                               .limits = { PULL_LINE_MAX, 16, 100000 } };
        c->stream = json_stream_new(&sink);
        return c->stream &&
               engine_call_request(call, "POST",
                                   call->engine->dialect->pull_path(call->engine->prefix, c->reference),
                                   (struct http_request){ .stall = PULL_STALL_SECONDS,
                                                          .piece = pull_piece,
                                                          .done = engine_images_pulled });
}

struct op *engine_pull(struct engine *engine, const char *reference,
                       void (*progress)(const char *text, void *userdata),
                       void (*done)(struct image *image, struct error *e, void *userdata), void *userdata) {
        return image_call_new(
                engine, reference,
                (struct image_call){
                        .call.begin = pull_begin, .progress = progress, .done = done, .userdata = userdata });
}

/* ---- names ---- */

struct name_call {
        struct engine_call call; /* first */
        char *image;             /* escaped; of an untag the name itself */
        char *repository, *tag;  /* escaped */
        bool off;
        void (*done)(struct error *e, void *userdata);
        void *userdata;
};

static void name_free(struct engine_call *call) {
        struct name_call *c = (struct name_call *) call;
        free(c->image);
        free(c->repository);
        free(c->tag);
        free(c);
}

static void name_fail(struct engine_call *call, struct error *e) {
        struct name_call *c = (struct name_call *) call;
        c->done(e, c->userdata);
        name_free(call);
}

static void engine_images_named(const struct http_answer *answer, struct error *e, void *userdata) {
        struct name_call *c = userdata;
        c->call.inner = op_cancel(c->call.inner);
        e = engine_call_error(&c->call, answer, e,
                              c->off ? "A name could not be taken off an image"
                                     : "An image could not be given a name");
        if (c->off && e && e->code == -ENOENT && answer)
                e = error_free(e);
        op_finish(c->call.op);
        name_fail(&c->call, e);
}

static bool name_begin(struct engine_call *call) {
        struct name_call *c = (struct name_call *) call;
        if (c->off && call->engine->dialect->kind != ENGINE_PODMAN) {
                struct error *e = NULL;
                error_set(&e, -EOPNOTSUPP, "This engine cannot take a name off an image without removing it");
                op_finish(call->op);
                name_fail(call, e);
                return true;
        }
        return engine_call_request(call, "POST",
                                   str_printf("%s/images/%s/%s?repo=%s&tag=%s", call->engine->prefix,
                                              c->image, c->off ? "untag" : "tag", c->repository, c->tag),
                                   (struct http_request){ .seconds = 30, .done = engine_images_named });
}

static struct op *name_call_new(struct engine *engine, const char *image, const char *name, bool off,
                                void (*done)(struct error *e, void *userdata), void *userdata) {
        struct reference_parts p;
        reference_split(name, &p);
        _cleanup_free_ char *repository = strndup(p.repository.at, p.repository.n),
                            *tag = p.tag.n ? strndup(p.tag.at, p.tag.n) : NULL;
        struct name_call *c = calloc(1, sizeof *c);
        if (!c)
                return NULL;
        *c = (struct name_call){
                .call = { .engine = engine, .begin = name_begin, .fail = name_fail, .free = name_free },
                .image = http_escape(image),
                .repository = repository ? http_escape(repository) : NULL,
                .tag = http_escape(tag ? tag : "latest"),
                .off = off,
                .done = done,
                .userdata = userdata,
        };
        if (!c->image || !c->repository || !c->tag) {
                name_free(&c->call);
                return NULL;
        }
        return engine_call_start(&c->call);
}

struct op *engine_tag(struct engine *engine, const char *image, const char *name,
                      void (*done)(struct error *e, void *userdata), void *userdata) {
        return name_call_new(engine, image, name, false, done, userdata);
}

struct op *engine_untag(struct engine *engine, const char *name,
                        void (*done)(struct error *e, void *userdata), void *userdata) {
        return name_call_new(engine, name, name, true, done, userdata);
}
