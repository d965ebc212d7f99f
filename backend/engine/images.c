/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "backend/engine/internal.h"
#include "model/image/pin.h"
#include "model/image/reference.h"

#define LIST_SECONDS 60U        /* a host with thousands of images needs this long */
#define PULL_STALL_SECONDS 600U /* podman sends nothing while it unpacks */
#define PULL_LINE_MAX (1024U * 1024)
#define IMAGES_MAX 20000U

static struct image *engine_images_read(const struct engine_call *call, struct json_object *o,
                                        const char *where, struct error **reterr) {
        const struct engine_dialect *dialect = call->engine->dialect;
        _cleanup_image_ struct image *image = image_new();
        if (json_read(o, where, dialect->image_fields, dialect->n_image_fields, image, reterr) < 0)
                return NULL;
        str_replace(&image->source, "engine");
        pin_names_last(image);
        return TAKE(image);
}

static char *engine_images_list_path(const struct engine_call *call, struct error **reterr) {
        return xstrdup(call->engine->dialect->images);
}

static int engine_images_element(struct engine_call *call, struct json_object *o, struct error **reterr) {
        struct image *image = engine_images_read(call, o, "an image of the list", reterr);
        if (!image)
                return -EBADMSG;
        image_list_take(call->result, image);
        return 0;
}

static void engine_images_drop_list(void *list) {
        image_list_free(list);
}

typedef void list_done_t(struct image_list *images, struct error *e, void *userdata);

static void engine_images_hand_list(void (*done)(void), void *list, struct error *e, void *userdata) {
        /* An engine lists by the time of creation, or in no order. */
        if (list)
                image_list_sort(list);
        ((list_done_t *) done)(list, e, userdata);
}

static const struct engine_request images_request = {
        .method = "GET",
        .failed = "The image list could not be loaded",
        .unreadable = "The engine's image list could not be read",
        .seconds = LIST_SECONDS,
        .body = ENGINE_LIST,
        .max = IMAGES_MAX,
        .path = engine_images_list_path,
        .document = engine_images_element,
        .drop = engine_images_drop_list,
        .hand = engine_images_hand_list,
};

struct op *engine_list_images(struct engine *engine,
                              void (*done)(struct image_list *images, struct error *e, void *userdata),
                              void *userdata) {
        return engine_call(engine, (struct engine_call) { .request = &images_request,
                                                          .result = image_list_new(),
                                                          .done = (void (*)(void)) done,
                                                          .userdata = userdata });
}

static char *engine_images_inspect_path(const struct engine_call *call, struct error **reterr) {
        return engine_path("/images/", call->name, "/json");
}

static struct error *engine_images_missing(const struct engine_call *call) {
        struct error *e = NULL;
        error_set(&e, -ENOENT, "There is no image %s on this host", call->name);
        error_hint(&e, "fairlead images --all lists the images of this host");
        return e;
}

static int engine_images_inspected(struct engine_call *call, struct json_object *o, struct error **reterr) {
        call->result = engine_images_read(call, o, "the image", reterr);
        return call->result ? 0 : -EBADMSG;
}

static void engine_images_drop(void *image) {
        image_free(image);
}

typedef void inspect_done_t(struct image *image, struct error *e, void *userdata);

static void engine_images_hand(void (*done)(void), void *image, struct error *e, void *userdata) {
        ((inspect_done_t *) done)(image, e, userdata);
}

static const struct engine_request inspect_request = {
        .method = "GET",
        .failed = "The image could not be inspected",
        .unreadable = "The engine's answer about the image could not be read",
        .seconds = 15,
        .body = ENGINE_OBJECT,
        .path = engine_images_inspect_path,
        .missing = engine_images_missing,
        .document = engine_images_inspected,
        .drop = engine_images_drop,
        .hand = engine_images_hand,
};

struct op *engine_inspect_image(struct engine *engine, const char *reference,
                                void (*done)(struct image *image, struct error *e, void *userdata),
                                void *userdata) {
        return engine_call(engine, (struct engine_call) { .request = &inspect_request,
                                                          .name = xstrdup(reference),
                                                          .done = (void (*)(void)) done,
                                                          .userdata = userdata });
}

static char *engine_images_pull_path(const struct engine_call *call, struct error **reterr) {
        return call->engine->dialect->pull_path(call->name);
}

/* The text for people in an object of a pull: libpod's "stream", Docker's "status" with layer, progress. */
static void engine_images_progress(const struct engine_call *call, struct json_object *o) {
        struct json_object *value, *id, *detail, *current, *total;
        if (!call->progress)
                return;
        if (json_object_object_get_ex(o, "stream", &value) && json_text(value)) {
                call->progress(json_text(value), call->userdata);
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
        call->progress(s.text, call->userdata);
}

static int engine_images_pulling(struct engine_call *call, struct json_object *o, struct error **reterr) {
        struct json_object *value = NULL, *inner;
        if (json_object_object_get_ex(o, "errorDetail", &value) &&
            json_object_object_get_ex(value, "message", &inner))
                value = inner;
        else if (!json_object_object_get_ex(o, "error", &value))
                value = NULL;
        if (!value || str_equal(json_text(value), ""))
                engine_images_progress(call, o);
        else if (!call->error)
                error_set(&call->error, -EIO, "%s",
                          json_text(value) ? json_text(value)
                                           : "The engine reported an error without a message");
        return 0;
}

/* A pull fails with status 200, and a clean end of the stream does not prove that the image is present. */
static const struct engine_request pull_request = {
        .method = "POST",
        .stall = PULL_STALL_SECONDS,
        .body = ENGINE_LINES,
        .limits = { PULL_LINE_MAX, 16, 100000 },
        .path = engine_images_pull_path,
        .document = engine_images_pulling,
        .hand = engine_images_hand,
        .next = &inspect_request,
};

struct op *engine_pull(struct engine *engine, const char *reference,
                       void (*progress)(const char *text, void *userdata),
                       void (*done)(struct image *image, struct error *e, void *userdata), void *userdata) {
        return engine_call(engine, (struct engine_call) {
                .request = &pull_request,
                .name = xstrdup(reference),
                .failed = str_printf("The image %s could not be pulled", reference),
                .progress = progress,
                .done = (void (*)(void)) done,
                .userdata = userdata,
        });
}

static char *engine_images_name_path(const struct engine_call *call, const char *verb) {
        struct reference_parts p;
        reference_split(call->other, &p);
        _cleanup_free_ char *repository = xstrndup(p.repository.at, p.repository.n),
                            *tag = p.tag.n ? xstrndup(p.tag.at, p.tag.n) : xstrdup("latest"),
                            *image = http_escape(call->name), *to = http_escape(repository),
                            *with = http_escape(tag);
        return str_printf("/images/%s/%s?repo=%s&tag=%s", image, verb, to, with);
}

static char *engine_images_tag_path(const struct engine_call *call, struct error **reterr) {
        return engine_images_name_path(call, "tag");
}

static char *engine_images_untag_path(const struct engine_call *call, struct error **reterr) {
        if (call->engine->dialect->kind == ENGINE_PODMAN)
                return engine_images_name_path(call, "untag");
        error_set(reterr, -EOPNOTSUPP, "This engine cannot remove a name of an image without the image");
        return NULL;
}

static const struct engine_request tag_request = {
        .method = "POST",
        .failed = "The image could not be tagged",
        .seconds = 30,
        .path = engine_images_tag_path,
        .hand = engine_hand_end,
};

static const struct engine_request untag_request = {
        .method = "POST",
        .failed = "The image could not be untagged",
        .seconds = 30,
        .may_be_absent = true,
        .path = engine_images_untag_path,
        .hand = engine_hand_end,
};

struct op *engine_tag(struct engine *engine, const char *image, const char *name, engine_end_t *done,
                      void *userdata) {
        return engine_call(engine, (struct engine_call) { .request = &tag_request,
                                                          .name = xstrdup(image),
                                                          .other = xstrdup(name),
                                                          .done = (void (*)(void)) done,
                                                          .userdata = userdata });
}

struct op *engine_untag(struct engine *engine, const char *name, engine_end_t *done, void *userdata) {
        return engine_call(engine, (struct engine_call) { .request = &untag_request,
                                                          .name = xstrdup(name),
                                                          .other = xstrdup(name),
                                                          .done = (void (*)(void)) done,
                                                          .userdata = userdata });
}
