/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "backend/engine/internal.h"
#include "backend/format/image-fields.h"
#include "model/image/image.h"

#define LIST_SECONDS 60U        /* a host with thousands of images needs this long */
#define PULL_STALL_SECONDS 600U /* podman sends nothing while it unpacks */
#define PULL_LINE_MAX (1024U * 1024)
#define IMAGES_MAX 20000U

/* ---- the list ---- */

/* Without "sha256:". */
static int images_read_id(struct json_value *value, const char *where, void *member, struct error **reterr) {
        const char *text = json_text(value), *bare = text ? str_starts(text, "sha256:") : NULL;
        if (!text || strlen(text) > 128)
                return error_set(reterr, -EBADMSG, "%s is not an image's id", where);
        str_replace(member, bare ? bare : text);
        return 0;
}

/* Without "<none>:<none>". */
static int images_read_names(struct json_value *value, const char *where, void *member,
                             struct error **reterr) {
        char ***list = member;
        size_t n = json_is(value, SHAPE_LIST) ? value->n : 0;
        for (size_t i = 0; i < n && i < JSON_TEXTS_MAX; i++) {
                const char *text = json_text(json_entry(value, i));
                if (text && !strstr(text, "<none>") && !strv_contains(*list, text))
                        strv_add(list, text);
        }
        return 0;
}

/* -1 and absent: 0. */
static int images_read_number(struct json_value *value, const char *where, void *member,
                              struct error **reterr) {
        int64_t size = json_integer(value);
        *(uint64_t *) member = size > 0 ? (uint64_t) size : 0;
        return 0;
}

/* Of an entry of the list, in Podman's order, and of inspect, whose labels are in Config with Docker. */
static const struct json_field image_fields[] = {
        { .path = "Id",
          .kind = JSON_CALL,
          .required = true,
          .offset = offsetof(struct image, id),
          .call = images_read_id },
        { .path = "RepoTags",
          .kind = JSON_CALL,
          .offset = offsetof(struct image, names),
          .call = images_read_names },
        { .path = "RepoDigests",
          .kind = JSON_CALL,
          .offset = offsetof(struct image, repo_digests),
          .call = images_read_names },
        { .path = "Created", .kind = JSON_TIME, .offset = offsetof(struct image, created) },
        { .path = "Size",
          .kind = JSON_CALL,
          .offset = offsetof(struct image, size),
          .call = images_read_number },
        { .path = "Labels", .kind = JSON_CALL, .call = image_read_labels },
        { .path = "Containers", .kind = JSON_CALL, .offset = offsetof(struct image, containers),
          .call = images_read_number },
        { .path = "Digest", .kind = JSON_TEXT, .offset = offsetof(struct image, digest), .max = 256 },
        { .path = "Config.Labels", .kind = JSON_CALL, .call = image_read_labels },
        { .path = "Config.Volumes", .kind = JSON_CALL, .call = image_read_volumes },
        { .path = "Architecture",
          .kind = JSON_TEXT,
          .offset = offsetof(struct image, architecture),
          .max = 64 },
};

struct image *engine_image_read(struct json_value *o, const char *where, struct error **reterr) {
        _cleanup_image_ struct image *image = new0(struct image);
        if (json_read(o, where, image_fields, ELEMENTS(image_fields), image, reterr) < 0)
                return NULL;
        str_replace(&image->source, "engine");
        pin_names_last(image);
        return TAKE(image);
}

static int images_element(struct engine_call *call, struct json_value *o, struct error **reterr) {
        struct image *image = engine_image_read(o, "an image of the list", reterr);
        if (!image)
                return -EBADMSG;
        if (call->images) {
                image_list_take(call->images, image);
                return 0;
        }
        call->seen(image, call->userdata);
        image_free(image);
        return 0;
}

static const struct engine_request images_request = {
        .method = "GET",
        .before = "/images/json?all=false",
        .failed = "The image list could not be loaded",
        .unreadable = "The engine's image list could not be read",
        .seconds = LIST_SECONDS,
        .body = ENGINE_LIST,
        .max = IMAGES_MAX,
        .wanted = JSON_TABLE(image_fields, struct image),
        .document = images_element,
};

struct op *engine_list_images(struct engine *engine, images_done_t done, void *userdata) {
        return engine_call(engine, (struct engine_call){ .request = &images_request,
                                                         .images = new0(struct image_list),
                                                         .done.images = done,
                                                         .userdata = userdata });
}

struct op *engine_each_image(struct engine *engine, image_seen_t seen, nothing_done_t done, void *userdata) {
        return engine_call(engine, (struct engine_call){ .request = &images_request,
                                                         .seen = seen,
                                                         .done.nothing = done,
                                                         .userdata = userdata });
}

/* ---- one of them ---- */

static struct error *images_missing(const struct engine_call *call) {
        struct error *e = NULL;
        error_set(&e, -ENOENT, "There is no image %s on this host", call->name);
        error_hint(&e, "fairlead images --all lists the images of this host");
        return e;
}

static int images_inspected(struct engine_call *call, struct json_value *o, struct error **reterr) {
        call->image = engine_image_read(o, "the image", reterr);
        return call->image ? 0 : -EBADMSG;
}

static const struct engine_request inspect_request = {
        .method = "GET",
        .before = "/images/",
        .behind = "/json",
        .failed = "The image could not be inspected",
        .unreadable = "The engine's answer about the image could not be read",
        .seconds = 15,
        .body = ENGINE_OBJECT,
        .missing = images_missing,
        .document = images_inspected,
};

struct op *engine_inspect_image(struct engine *engine, const char *reference, image_done_t done,
                                void *userdata) {
        return engine_call(engine, (struct engine_call){ .request = &inspect_request,
                                                         .name = xstrdup(reference),
                                                         .done.image = done,
                                                         .userdata = userdata });
}

/* ---- pulls ---- */

static char *images_pull_path(const struct engine_call *call) {
        return call->engine->dialect->pull_path(call->name);
}

/* The text for people in an object of a pull: libpod's "stream", Docker's "status" with layer, progress. */
static void images_progress(const struct engine_call *call, const struct json_value *o) {
        const char *stream = json_text(json_member(o, "stream")),
                   *status = json_text(json_member(o, "status")), *layer = json_text(json_member(o, "id"));
        const struct json_value *detail = json_member(o, "progressDetail"),
                                *current = json_member(detail, "current"),
                                *total = json_member(detail, "total");
        if (!call->progress)
                return;
        if (stream || !status) {
                if (stream)
                        call->progress(stream, call->userdata);
                return;
        }
        _cleanup_str_ struct str s = {};
        str_addf(&s, "%s%s%s", layer ? layer : "", layer ? ": " : "", status);
        int64_t whole = json_integer(total),
                there = json_is(current, SHAPE_INTEGER) ? json_integer(current) : -1;
        if (there >= 0 && whole > 0)
                str_addf(&s, " %d%%", there < whole ? (int) ((double) there / (double) whole * 100) : 100);
        str_add(&s, "\n");
        call->progress(s.text, call->userdata);
}

static int images_pulling(struct engine_call *call, struct json_value *o, struct error **reterr) {
        const struct json_value *value = json_member(json_member(o, "errorDetail"), "message");
        if (!value)
                value = json_member(o, "error");
        if (!value || str_equal(json_text(value), ""))
                images_progress(call, o);
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
        .path = images_pull_path,
        .document = images_pulling,
        .next = &inspect_request,
};

struct op *engine_pull(struct engine *engine, const char *reference,
                       void (*progress)(const char *text, void *userdata), image_done_t done,
                       void *userdata) {
        return engine_call(engine,
                           (struct engine_call){
                                   .request = &pull_request,
                                   .name = xstrdup(reference),
                                   .failed = str_printf("The image %s could not be pulled", reference),
                                   .progress = progress,
                                   .done.image = done,
                                   .userdata = userdata,
                           });
}

/* ---- names ---- */

static char *images_name_path(const struct engine_call *call) {
        struct reference_parts p = reference_split(call->other);
        _cleanup_free_ char *repository = xstrndup(p.repository.at, p.repository.n),
                            *tag = p.tag.n ? xstrndup(p.tag.at, p.tag.n) : xstrdup("latest"),
                            *image = http_escape(call->name), *to = http_escape(repository),
                            *with = http_escape(tag);
        return str_printf("/images/%s%s?repo=%s&tag=%s", image, call->request->behind, to, with);
}

static const struct engine_request tag_request = {
        .method = "POST",
        .behind = "/tag",
        .failed = "The image could not be tagged",
        .seconds = 30,
        .path = images_name_path,
};

static const struct engine_request untag_request = {
        .method = "POST",
        .behind = "/untag",
        .failed = "The image could not be untagged",
        .podman_only = "This engine cannot remove a name of an image without the image",
        .seconds = 30,
        .may_be_absent = true,
        .path = images_name_path,
};

static struct op *images_name(struct engine *engine, const struct engine_request *request, const char *image,
                              const char *name, nothing_done_t done, void *userdata) {
        return engine_call(engine, (struct engine_call){ .request = request,
                                                         .name = xstrdup(image),
                                                         .other = xstrdup(name),
                                                         .done.nothing = done,
                                                         .userdata = userdata });
}

struct op *engine_tag(struct engine *engine, const char *image, const char *name, nothing_done_t done,
                      void *userdata) {
        return images_name(engine, &tag_request, image, name, done, userdata);
}

struct op *engine_untag(struct engine *engine, const char *name, nothing_done_t done, void *userdata) {
        return images_name(engine, &untag_request, name, name, done, userdata);
}

/* ---- removal ---- */

static const struct engine_request remove_image_request = {
        .method = "DELETE",
        .before = "/images/",
        .behind = "",
        .failed = "The image could not be removed",
        .seconds = 120,
        .may_be_absent = true,
};

struct op *engine_remove_image(struct engine *engine, const char *id, nothing_done_t done, void *userdata) {
        return engine_call(engine, (struct engine_call){ .request = &remove_image_request,
                                                         .name = xstrdup(id),
                                                         .done.nothing = done,
                                                         .userdata = userdata });
}
