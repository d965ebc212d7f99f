/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "backend/host/internal.h"
#include "backend/io/turn.h"
#include "backend/realm/realm.h"

#define NAMED_MAX 8U /* images listed in a hint */

/* ---- all of them: the engine's, and the host's own ---- */

static void host_images_all_listed(struct image_list *images, struct error *e, void *userdata) {
        struct host_call *c = userdata;
        if (images)
                native_list(c->backend->paths.root, images);
        op_end(&c->op);
        c->done.images(images, e, c->userdata);
}

struct op *backend_list_images(struct host *host, images_done_t done, void *userdata) {
        struct host_call *c = host_call_new(host, userdata, NULL);
        c->done.images = done;
        return op_wait(&c->op, engine_list_images(c->backend->engine, host_images_all_listed, c));
}

static void host_images_seen(const struct image *image, void *userdata) {
        struct host_call *c = userdata;
        c->seen(image, c->userdata);
}

static void host_images_all_seen(struct error *e, void *userdata) {
        struct host_call *c = userdata;
        _cleanup_(image_list_freep) struct image_list *native = new0(struct image_list);
        native_list(c->backend->paths.root, native);
        for (size_t i = 0; !e && i < native->n; i++)
                c->seen(native->items[i], c->userdata);
        op_end(&c->op);
        c->done.nothing(e, c->userdata);
}

struct op *backend_each_image(struct host *host, image_seen_t seen, nothing_done_t done, void *userdata) {
        struct host_call *c = host_call_new(host, userdata, NULL);
        c->seen = seen;
        c->done.nothing = done;
        return op_wait(&c->op, engine_each_image(c->backend->engine, host_images_seen, host_images_all_seen,
                                                 c));
}

/* ---- one image by its reference ---- */

static void host_images_inspected(struct image *image, struct error *e, void *userdata) {
        struct host_call *c = userdata;
        op_end(&c->op);
        c->done.image(image, e, c->userdata);
}

/* Is it exactly a name of the image, by default :latest? Then an image with a similar name does not
 * matter. */
static bool named_exactly(const struct image *image, const char *reference) {
        for (char **name = image->names; name && *name; name++) {
                const char *rest = str_starts(*name, reference);
                if (rest && (!*rest || str_equal(rest, ":latest")))
                        return true;
        }
        return false;
}

static int refuse_ambiguous(const struct host_call *c, const struct image_list *images,
                            struct error **reterr) {
        _cleanup_str_ struct str names = {};
        unsigned n = 0;
        for (size_t i = 0; i < images->n; i++)
                if (image_matches(images->items[i], c->text) && n++ < NAMED_MAX)
                        str_addf(&names, "%s%s", names.length ? ", " : "", image_reference(images->items[i]));
        error_set(reterr, -EEXIST, "\"%s\" means %u images on this host", c->text, n);
        error_hint(reterr, "Name one of them whole: %s%s", names.text ? names.text : "",
                   n > NAMED_MAX ? ", …" : "");
        return -EEXIST;
}

static int host_images_choose(const struct host_call *c, const struct image_list *images,
                              const struct image **ret, struct error **reterr) {
        const struct image *found = NULL, *exact = NULL;
        bool several = false;
        for (size_t i = 0; i < images->n; i++) {
                const struct image *image = images->items[i];
                if (!image_matches(image, c->text))
                        continue;
                several |= found && !str_equal(found->id, image->id);
                found = image;
                if (named_exactly(image, c->text))
                        exact = image;
        }
        if (several && !exact)
                return refuse_ambiguous(c, images, reterr);
        *ret = exact ? exact : found;
        if (*ret)
                return 0;
        error_set(reterr, -ENOENT, "There is no image \"%s\" on this host", c->text);
        error_hint(reterr,
                   "fairlead images --all lists those that are; the engine fetches others: %s pull "
                   "%s",
                   engine_about(c->backend->engine) ? engine_kind_name(engine_about(c->backend->engine)->kind)
                                                    : "podman",
                   c->text);
        return -ENOENT;
}

/* Each engine completes short names differently, and Docker not to images on the host; so the list
 * decides. */
static void host_images_listed(struct image_list *list, struct error *e, void *userdata) {
        struct host_call *c = userdata;
        _cleanup_(image_list_freep) struct image_list *images = list;
        const struct image *image = NULL;
        if (e || host_images_choose(c, images, &image, &e) < 0)
                host_images_inspected(NULL, e, c);
        else
                op_wait(&c->op,
                        engine_inspect_image(c->backend->engine, image->id, host_images_inspected, c));
}

/* The host's own images need no engine. */
static void host_images_find_native(void *state) {
        struct host_call *c = state;
        struct image *image = NULL;
        struct error *e = NULL;
        native_find(c->backend->paths.root, c->text, &image, &e);
        host_images_inspected(image, e, c);
}

struct op *backend_find_image(struct host *host, const char *reference, image_done_t done, void *userdata) {
        if (source_named(reference))
                return backend_find_in_source(host, reference, done, userdata);
        struct host_call *c = host_call_new(host, userdata, reference);
        c->done.image = done;
        if (str_starts(reference, NATIVE_PREFIX))
                return op_answer(&c->op, c->backend->event, host_images_find_native);
        return op_wait(&c->op, engine_list_images(c->backend->engine, host_images_listed, c));
}

/* ---- is a container of this name present? ---- */

static void host_images_containers_listed(struct container_list *containers, struct error *e,
                                          void *userdata) {
        struct host_call *c = userdata;
        enum container_state state = CONTAINER_ABSENT;
        for (size_t i = 0; containers && i < containers->n; i++)
                if (str_equal(containers->items[i].name, c->text))
                        state = str_equal(containers->items[i].state, "running") ? CONTAINER_RUNNING
                                                                                 : CONTAINER_STOPPED;
        container_list_free(containers);
        op_end(&c->op);
        c->done.container(state, e, c->userdata);
}

struct op *backend_find_container(struct host *host, const char *name, container_done_t done,
                                  void *userdata) {
        struct host_call *c = host_call_new(host, userdata, name);
        c->done.container = done;
        return op_wait(&c->op, engine_list_containers(c->backend->engine, host_images_containers_listed, c));
}
