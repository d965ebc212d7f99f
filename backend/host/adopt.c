/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `adopt` is to make a service of: finds out whether the words name a Quadlet file, a unit that runs a
 * container, or a container, and its image.
 *
 *     CONTAINERS -> UNIT -> IMAGE -> a plan           a unit, or a Quadlet file
 *               \-> ORIGIN -> IMAGE -> its label      a container without a unit */
#include "backend/host/internal.h"
#include "backend/io/files.h"
#include "backend/io/turn.h"
#include "backend/store/services.h"
#include "base/readfile.h"
#include "base/text.h"
#include "model/plan/adopt.h"

#define QUADLET_BYTES_MAX (256U * 1024)

struct adopting {
        struct op op;
        struct backend *backend;
        char *subject, *name;
        bool named; /* as a unit or a file: no container is meant */
        struct container_list *containers;
        const struct container *container;
        struct unit_detail *unit;
        char *unit_name, *file, *text; /* of a Quadlet that is not in its place yet */
        struct adoption_found found;
        struct plan *plan;
        struct error *error;
        adoption_done_t done;
        void *userdata;
};

void adoption_found_done(struct adoption_found *found) {
        image_free(found->image);
        FREE_ALL(found->container, found->id, found->reference, found->label);
        *found = (struct adoption_found){};
}

static void adopting_drop(struct op *op) {
        struct adopting *a = container_of(op, struct adopting, op);
        container_list_free(a->containers);
        unit_detail_free(a->unit);
        adoption_found_done(&a->found);
        plan_free(a->plan);
        error_free(a->error);
        FREE_ALL(a->subject, a->name, a->unit_name, a->file, a->text);
}

static void adopting_end(void *state) {
        struct adopting *a = state;
        struct plan *plan = a->error ? NULL : TAKE(a->plan);
        struct adoption_found found = a->found;
        struct error *e = TAKE(a->error);
        a->found = (struct adoption_found){};
        op_end(&a->op);
        a->done(plan, &found, e, a->userdata);
        adoption_found_done(&found);
}

/* ---- the image ---- */

static const char *adopting_name(const struct adopting *a, const char *usual, char **ret) {
        const char *end = str_ends(usual, ".service");
        *ret = end ? xstrndup(usual, (size_t) (end - usual)) : xstrdup(usual);
        return a->name ? a->name : *ret;
}

static void adopting_make(struct adopting *a, struct image *image, const char *reference) {
        _cleanup_free_ char *usual = NULL;
        const struct unit_detail *d = a->unit;
        const struct adopt_unit unit = {
                .unit = d ? d->unit.name : a->unit_name,
                .file = !d ? a->file : d->source ? d->source : d->fragment,
                .text = d ? NULL : a->text,
                .argv = d ? d->starts : NULL,
                .image = image,
                .reference = reference,
        };
        const char *name = adopting_name(a, unit.unit, &usual);
        if (services_exists(&a->backend->paths, name)) {
                error_set(&a->error, -EEXIST, "A service named %s is installed already", name);
                error_hint(&a->error, "Give this one another name with --name");
        } else
                adopt_plan_unit(&unit, name, &a->plan, &a->error);
}

static void adopting_on_image(struct image *image, struct error *e, void *userdata) {
        struct adopting *a = userdata;
        a->error = e;
        if (image && a->found.reference && !a->found.id)
                adopting_make(a, image, a->found.reference);
        if (a->found.id)
                a->found.image = image;
        else
                image_free(image);
        adopting_end(a);
}

/* By the id of the container's image: the name may mean a newer one by now. */
static void adopting_ask_image(struct adopting *a, const char *reference) {
        struct backend *b = a->backend;
        const char *id = a->container ? a->container->image_id : NULL;
        str_replace(&a->found.reference, reference);
        op_wait(&a->op, id ? engine_inspect_image(b->engine, id, adopting_on_image, a)
                           : backend_find_image(&b->host, reference, adopting_on_image, a));
}

/* ---- a unit ---- */

static bool adopting_is_taken(struct adopting *a, const char *unit) {
        _cleanup_(service_list_freep) struct service_list *services =
                services_list(&a->backend->paths, NULL);
        for (size_t i = 0; i < services->n; i++)
                if (strv_contains(services->items[i]->units, unit)) {
                        error_set(&a->error, -EALREADY, "%s is the service %s of Fairlead already", unit,
                                  services->items[i]->name);
                        return true;
                }
        return false;
}

static const struct container *adopting_find(const struct adopting *a, const char *name, const char *unit) {
        for (size_t i = 0; name && i < a->containers->n; i++) {
                const struct container *c = &a->containers->items[i];
                bool id = strlen(name) >= 12 && str_starts(c->id, name);
                if (str_equal(c->name, name) || id)
                        return c;
        }
        for (size_t i = 0; unit && i < a->containers->n; i++)
                if (str_equal(a->containers->items[i].unit, unit))
                        return &a->containers->items[i];
        return NULL;
}

/* The image that its command names, or that its container has ("podman start NAME"). */
static void adopting_take_unit(struct adopting *a) {
        struct unit_detail *d = a->unit;
        _cleanup_command_ struct command *c =
                command_read("ExecStart", d->starts, ENGINE_PODMAN, NULL, NULL);
        const char *operand = c->engine != ENGINE_NONE && c->operand ? c->argv[c->operand] : NULL;
        bool starts = operand && !str_equal(c->subcommand, "run");
        a->container = adopting_find(a, starts ? operand : c->name, d->unit.name);
        if (adopting_is_taken(a, d->unit.name)) {
                adopting_end(a);
                return;
        }
        if (!operand || (starts && !a->container)) {
                error_set(&a->error, -ENOTSUP, "%s does not run a container of this host's engine",
                          d->unit.name);
                error_hint(&a->error, "Only a unit whose ExecStart= is podman or docker, with run or start, "
                                      "can become a service");
                adopting_end(a);
                return;
        }
        adopting_ask_image(a, starts ? a->container->image : operand);
}

static void adopting_look_for_container(struct adopting *a);

static void adopting_on_unit(struct unit_detail *unit, struct error *e, void *userdata) {
        struct adopting *a = userdata;
        bool there = unit && str_equal(unit->unit.load, "loaded");
        a->unit = unit;
        if (there) {
                error_free(e);
                adopting_take_unit(a);
        } else if (!a->named) {
                error_free(e);
                a->unit = unit_detail_free(a->unit);
                adopting_look_for_container(a);
        } else {
                a->error = e;
                if (!e)
                        error_set(&a->error, -ENOENT, "systemd knows no unit %s", unit->unit.name);
                if (!e && a->file)
                        error_hint(&a->error, "Its file is there: does systemctl daemon-reload make a unit "
                                              "of it?");
                adopting_end(a);
        }
}

static void adopting_show(struct adopting *a, const char *unit) {
        op_wait(&a->op, units_show(a->backend->units, unit, adopting_on_unit, a));
}

/* ---- a container ---- */

static void adopting_on_origin(struct container_origin *origin, struct error *e, void *userdata) {
        struct adopting *a = userdata;
        const struct container *c = a->container;
        _cleanup_free_ char *label = NULL, *reference = NULL;
        a->error = e;
        if (!e && engine_about(a->backend->engine)->kind != ENGINE_PODMAN) {
                error_set(&a->error, -ENOTSUP, "Docker does not keep the command that made %s", c->name);
                error_hint(&a->error, "Write a unit that runs it, and adopt that");
        } else if (!e)
                adopt_label(c->name ? c->name : c->id, origin->command, &label, &reference, &a->error);
        container_origin_free(origin);
        if (a->error) {
                adopting_end(a);
                return;
        }
        a->found.container = xstrdup(c->name);
        a->found.id = xstrdup(c->id);
        a->found.label = TAKE(label);
        adopting_ask_image(a, reference);
}

static void adopting_look_for_container(struct adopting *a) {
        a->container = adopting_find(a, a->subject, NULL);
        if (!a->container) {
                error_set(&a->error, -ENOENT, "There is neither a unit nor a container called %s",
                          a->subject);
                error_hint(&a->error, "fairlead units lists the units, podman ps --all the containers");
                adopting_end(a);
        } else if (a->container->unit) {
                a->named = true;
                adopting_show(a, a->container->unit);
        } else
                op_wait(&a->op, engine_find_origin(a->backend->engine, a->container->id, adopting_on_origin,
                                                   a));
}

/* ---- a file ---- */

/* One that lies where Podman's generator reads it is a unit already. */
static int adopting_read_file(struct adopting *a, char **ret_image) {
        const char *slash = strrchr(a->subject, '/'), *file = slash ? slash + 1 : a->subject,
                   *end = str_ends(file, ".container");
        size_t n;
        if (!end || end == file)
                return error_set(&a->error, -EINVAL, "%s is not the name of a .container file", a->subject);
        a->named = true;
        a->unit_name = str_printf("%.*s.service", (int) (end - file), file);
        a->file = str_printf("%s%s", PLAN_QUADLET_FOLDER, file);
        if (str_equal(a->subject, a->file))
                return 0;
        int r = readfile(a->subject, QUADLET_BYTES_MAX, &a->text, &n, &a->error);
        if (r < 0)
                return r;
        if (strlen(a->text) != n || !text_is_utf8(a->text, n))
                return error_set(&a->error, -EINVAL, "%s is not a text", a->subject);
        *ret_image = adopt_quadlet_image(a->text);
        if (*ret_image)
                return 1;
        error_set(&a->error, -ENOTSUP, "%s names no image by itself", a->subject);
        return error_hint(&a->error, "Image= in [Container] must be the image's reference");
}

static void adopting_take_file(struct adopting *a) {
        _cleanup_free_ char *image = NULL;
        int r = adopting_read_file(a, &image);
        if (r < 0)
                adopting_end(a);
        else if (r > 0)
                adopting_ask_image(a, image);
        else
                adopting_show(a, a->unit_name);
}

static void adopting_on_containers(struct container_list *containers, struct error *e, void *userdata) {
        struct adopting *a = userdata;
        a->containers = containers;
        a->error = e;
        if (e) {
                adopting_end(a);
        } else if (strchr(a->subject, '/')) {
                adopting_take_file(a);
        } else {
                _cleanup_free_ char *unit = unit_name_mangle(a->subject);
                a->named = str_ends(a->subject, ".service");
                adopting_show(a, unit);
        }
}

struct op *backend_adoption(struct backend *b, const char *subject, const char *name, adoption_done_t done,
                            void *userdata) {
        struct adopting *a = new0(struct adopting);
        *a = (struct adopting){ .op.drop = adopting_drop,
                                .backend = b,
                                .subject = xstrdup(subject),
                                .name = xstrdup(name),
                                .done = done,
                                .userdata = userdata };
        return op_wait(&a->op, engine_list_containers(b->engine, adopting_on_containers, a));
}
