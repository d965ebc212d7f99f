/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port's images, profiles and containers. */
#include <errno.h>
#include <string.h>

#include "backend/host/internal.h"
#include "backend/realm/native.h"
#include "base/str.h"

#define NAMED_MAX 8U            /* images that a hint lists */

/* ---- all of them: the engine's, and the ways of the host itself ---- */

struct listing {
        struct backend *backend;
        struct op *op, *asking;
        images_done_t done;
        void *userdata;
};

static void host_images_listing_free(void *userdata) {
        struct listing *l = userdata;
        op_cancel(l->asking);
        free(l);
}

static void images_listed(struct image_list *images, struct error *e, void *userdata) {
        struct listing *l = userdata;
        images_done_t done = l->done;
        void *for_done = l->userdata;
        if (images && native_list(l->backend->paths.root, images) < 0) {
                images = image_list_free(images);
                error_set(&e, -ENOMEM, "Out of memory");
        }
        op_finish(l->op);
        l->asking = op_cancel(l->asking);
        host_images_listing_free(l);
        done(images, e, for_done);
}

struct op *backend_list_images(struct host *host, images_done_t done, void *userdata) {
        struct listing *l = calloc(1, sizeof *l);
        if (!l)
                return NULL;
        *l = (struct listing) { .backend = backend_of(host),
                               .done = done,
                               .userdata = userdata,
                               .op = op_new(host_images_listing_free, l) };
        if (!l->op) {
                host_images_listing_free(l);
                return NULL;
        }
        l->asking = engine_list_images(l->backend->engine, images_listed, l);
        return l->asking ? l->op : op_cancel(l->op);
}

int backend_find_profile(struct host *host, const struct image *image, struct profile **ret,
                         struct error **reterr) {
        return profiles_find(backend_of(host)->profiles, image, ret, reterr);
}

/* ---- one image by what a person calls it ---- */

struct search {
        struct backend *backend;
        struct op *op, *asking;
        sd_event_source *later;
        char *reference;
        image_done_t done;
        void *userdata;
};

static void search_free(void *userdata) {
        struct search *s = userdata;
        op_cancel(s->asking);
        sd_event_source_disable_unref(s->later);
        free(s->reference);
        free(s);
}

static void search_end(struct search *s, struct image *image, struct error *e) {
        image_done_t done = s->done;
        void *userdata = s->userdata;
        op_finish(s->op);
        search_free(s);
        done(image, e, userdata);
}

static void host_images_inspected(struct image *image, struct error *e, void *userdata) {
        struct search *s = userdata;
        s->asking = op_cancel(s->asking);
        search_end(s, image, e);
}

/* Is it a name of the image word for word, a missing tag meaning latest? Then no other image with a like name
 * disturbs. */
static bool named_exactly(const struct image *image, const char *reference) {
        for (char **name = image->names; name && *name; name++) {
                const char *rest = str_starts(*name, reference);
                if (rest && (!*rest || str_equal(rest, ":latest")))
                        return true;
        }
        return false;
}

static int refuse_ambiguous(const struct search *s, const struct image_list *images, struct error **reterr) {
        _cleanup_str_ struct str names = {};
        unsigned n = 0;
        for (size_t i = 0; i < images->n; i++)
                if (image_matches(images->items[i], s->reference) && n++ < NAMED_MAX)
                        str_addf(&names, "%s%s", names.length ? ", " : "", image_reference(images->items[i]));
        error_set(reterr, -EEXIST, "\"%s\" means %u images on this host", s->reference, n);
        error_hint(reterr, "Name one of them whole: %s%s", names.text ? names.text : "",
                   n > NAMED_MAX ? ", …" : "");
        return -EEXIST;
}

static int host_images_choose(const struct search *s, const struct image_list *images,
                              const struct image **ret, struct error **reterr) {
        const struct image *found = NULL, *exact = NULL;
        bool several = false;
        for (size_t i = 0; i < images->n; i++) {
                const struct image *image = images->items[i];
                if (!image_matches(image, s->reference))
                        continue;
                several |= found && !str_equal(found->id, image->id);
                found = image;
                if (named_exactly(image, s->reference))
                        exact = image;
        }
        if (several && !exact)
                return refuse_ambiguous(s, images, reterr);
        *ret = exact ? exact : found;
        if (*ret)
                return 0;
        error_set(reterr, -ENOENT, "There is no image \"%s\" on this host", s->reference);
        error_hint(reterr,
                   "fairlead images --all lists those that are; the engine fetches others: %s pull "
                   "%s",
                   engine_about(s->backend->engine) ? engine_kind_name(engine_about(s->backend->engine)->kind)
                                                    : "podman",
                   s->reference);
        return -ENOENT;
}

/* Engines complete short names each in its own way, and Docker not to what is on the host; so the list
 * decides. */
static void host_images_listed(struct image_list *list, struct error *e, void *userdata) {
        struct search *s = userdata;
        _cleanup_(image_list_freep) struct image_list *images = list;
        const struct image *image = NULL;
        s->asking = op_cancel(s->asking);
        if (!e && host_images_choose(s, images, &image, &e) >= 0) {
                s->asking = engine_inspect_image(s->backend->engine, image->id, host_images_inspected, s);
                if (s->asking)
                        return;
                error_set(&e, -ENOMEM, "Out of memory");
        }
        search_end(s, NULL, e);
}

/* The host's own ways need no engine. */
static int native_looked(sd_event_source *source, void *userdata) {
        struct search *s = userdata;
        struct image *image = NULL;
        struct error *e = NULL;
        native_find(s->backend->paths.root, s->reference, &image, &e);
        search_end(s, image, e);
        return 0;
}

struct op *backend_find_image(struct host *host, const char *reference, image_done_t done, void *userdata) {
        struct search *s = calloc(1, sizeof *s);
        if (!s)
                return NULL;
        *s = (struct search) { .backend = backend_of(host),
                              .reference = strdup(reference),
                              .done = done,
                              .userdata = userdata };
        s->op = s->reference ? op_new(search_free, s) : NULL;
        if (!s->op) {
                search_free(s);
                return NULL;
        }
        if (str_starts(reference, NATIVE_PREFIX))
                return sd_event_add_defer(s->backend->event, &s->later, native_looked, s) < 0
                               ? op_cancel(s->op)
                               : s->op;
        s->asking = engine_list_images(s->backend->engine, host_images_listed, s);
        return s->asking ? s->op : op_cancel(s->op);
}

/* ---- is there a container of this name? ---- */

struct look {
        struct op *op, *asking;
        char *name;
        container_done_t done;
        void *userdata;
};

static void look_free(void *userdata) {
        struct look *l = userdata;
        op_cancel(l->asking);
        free(l->name);
        free(l);
}

static void containers_listed(struct container_list *containers, struct error *e, void *userdata) {
        struct look *l = userdata;
        enum container_state state = CONTAINER_ABSENT;
        for (size_t i = 0; containers && i < containers->n; i++)
                if (str_equal(containers->items[i].name, l->name))
                        state = str_equal(containers->items[i].state, "running") ? CONTAINER_RUNNING
                                                                                 : CONTAINER_STOPPED;
        container_list_free(containers);
        container_done_t done = l->done;
        void *for_done = l->userdata;
        op_finish(l->op);
        l->asking = op_cancel(l->asking);
        look_free(l);
        done(state, e, for_done);
}

struct op *backend_find_container(struct host *host, const char *name, container_done_t done,
                                  void *userdata) {
        struct look *l = calloc(1, sizeof *l);
        if (!l)
                return NULL;
        *l = (struct look) { .name = strdup(name), .done = done, .userdata = userdata };
        l->op = l->name ? op_new(look_free, l) : NULL;
        if (!l->op) {
                look_free(l);
                return NULL;
        }
        l->asking = engine_list_containers(backend_of(host)->engine, NULL, containers_listed, l);
        return l->asking ? l->op : op_cancel(l->op);
}
