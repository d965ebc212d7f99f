/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port's make_plan(): finds the facts that plan_make() needs (image, profile, record, containers, the
 * unit of that name), one query after another, then makes the plan. */
#include <sys/stat.h>
#include <unistd.h>

#include "backend/host/internal.h"
#include "backend/io/digest.h"
#include "backend/io/files.h"
#include "backend/io/turn.h"
#include "backend/realm/realm.h"
#include "backend/snapshot/snapshot.h"
#include "backend/store/job-folder.h"
#include "backend/store/services.h"
#include "model/plan/adopt.h"
#include "model/plan/unit-text.h"

struct planning {
        struct op op; /* inner: the present query */
        struct backend *backend;
        plan_done_t done;
        void *userdata;
        struct error *error;

        /* the order: our own copy */
        enum plan_verb verb;
        char *label, *reference, *name;
        char *text; /* VERB_EDIT; NULL */
        struct given given;
        char **secrets; /* NULL: not requested yet */
        char **allowed;
        bool all_answers, deletes_account, removes_volumes, removes_unit;
        struct access_change access;
        char **names; /* of the access */

        /* found out */
        struct service *record; /* of an installed service that the order names; NULL */
        struct image *image;
        char *source;    /* of the image, where the order names one; NULL */
        bool here;       /* the engine has its layers all the same */
        bool image_gone; /* that of the record */
        struct recorded_unit unit;
        struct profile *profile;
        struct adoption_found adopted; /* of a container */
        struct container_list *containers;
        char *unit_path; /* of a unit with the service's name; "" ours; NULL none */

        /* the plan, while its size is estimated */
        struct plan *plan;
        struct op *estimate;
};

static void planning_drop(struct op *op) {
        struct planning *p = container_of(op, struct planning, op);
        op_cancel(p->estimate);
        plan_free(p->plan);
        FREE_ALL(p->label, p->text, p->reference, p->source, p->name, p->unit_path, p->unit.path,
                 p->unit.text);
        STRV_FREE_ALL(p->secrets, p->allowed, p->names);
        given_done(&p->given);
        service_free(p->record);
        image_free(p->image);
        profile_free(p->profile);
        adoption_found_done(&p->adopted);
        container_list_free(p->containers);
        error_free(p->error);
}

static void planning_end(void *state) {
        struct planning *p = state;
        struct plan *plan = p->error ? NULL : TAKE(p->plan);
        struct error *e = TAKE(p->error);
        op_end(&p->op);
        p->done(plan, e, p->userdata);
}

/* ---- facts, as plan_make() wants them ---- */

static bool planning_path_exists(const char *path, void *userdata) {
        const struct planning *p = userdata;
        _cleanup_free_ char *whole = str_printf("%s%s", p->backend->paths.root, path);
        struct stat st;
        return lstat(whole, &st) == 0;
}

static const char *planning_unit_path(const char *unit, void *userdata) {
        return ((const struct planning *) userdata)->unit_path;
}

static const struct container *planning_container(const struct planning *p, const char *name) {
        for (size_t i = 0; p->containers && i < p->containers->n; i++)
                if (str_equal(p->containers->items[i].name, name))
                        return &p->containers->items[i];
        return NULL;
}

static bool planning_container_exists(const char *name, void *userdata) {
        const struct planning *p = userdata;
        return planning_container(p, name) && !str_equal(p->adopted.container, name);
}

static const char *planning_container_unit(const char *name, void *userdata) {
        const struct container *c = planning_container(userdata, name);
        return c ? c->unit : NULL;
}

static bool planning_service_exists(const char *name, void *userdata) {
        const struct planning *p = userdata;
        return services_exists(&p->backend->paths, name);
}

/* Facts of image and unit that only this file has. */
static void planning_report(struct planning *p) {
        struct finding_list *findings = &p->plan->findings;
        if (p->image_gone && p->verb == VERB_UNINSTALL)
                finding_report(findings, "image-gone", "image",
                               "The image of %s is not on this host any more, so what its label UNINSTALL "
                               "says cannot be run",
                               p->name);
        if (p->image_gone && p->verb == VERB_UPGRADE)
                finding_report(findings, "no-way-back", "image",
                               "The image that %s runs now is not on this host any more, so the upgrade "
                               "could not go back to it",
                               p->name);
        if (p->unit.edited && p->plan->unit.text)
                finding_report(
                        findings, "unit-edited", p->unit.path,
                        p->verb == VERB_UPGRADE
                                ? "%s is not as it was written: the upgrade writes over what was changed"
                                : "%s is not as it was written: what was changed in it is lost",
                        p->unit.path);
        if (p->unit.edited && p->verb == VERB_UNINSTALL && p->removes_unit)
                finding_report(findings, "unit-removed", p->unit.path,
                               p->record->adopted
                                       ? "%s was there before the service, and is removed"
                                       : "%s is not as it was written, and is removed with what was changed "
                                         "in it",
                               p->unit.path);
        else if (p->unit.edited && p->verb == VERB_UNINSTALL)
                finding_report(
                        findings, "unit-kept", p->unit.path,
                        !str_ends(p->unit.path, ".container")
                                ? "%s is not as Fairlead wrote it, so it is not removed: it stays, disabled"
                                : "%s is not as Fairlead wrote it, so it is not removed: it becomes "
                                  "%s" UNIT_EDITED ", which nothing starts",
                        p->unit.path, p->unit.path);
        if (!strv_length(p->given.words)) /* the user's own words for the uninstaller decide */
                backend_report_account(p->backend, p->plan);
        for (char **id = p->allowed; id && *id; id++)
                finding_list_allow(findings, *id);
}

static int planning_make(struct planning *p) {
        struct backend *b = p->backend;
        const struct engine_about *about = engine_about(b->engine);
        enum engine_kind engine = about ? about->kind : ENGINE_NONE;
        int r = p->source ? backend_fit_engine(p->source, engine, p->image, &p->error) : 0;
        if (r < 0)
                return r;
        _cleanup_free_ char *folder = getcwd(NULL, 0);
        const struct host_facts facts = {
                .engine = engine,
                .engine_path = facts_engine_program(b->paths.root, engine),
                .engine_version = about ? about->version : NULL,
                .quadlet = engine == ENGINE_PODMAN && facts_quadlet(b->paths.root),
                .no_cgroups = engine == ENGINE_PODMAN && engine_config_no_cgroups(b->paths.root),
                .pwd = folder,
                .home = getenv("HOME"),
                .sudo_uid = getenv("SUDO_UID"),
                .sudo_gid = getenv("SUDO_GID"),
                .path_exists = planning_path_exists,
                .unit_path = planning_unit_path,
                .container_exists = planning_container_exists,
                .container_unit = planning_container_unit,
                .service_exists = planning_service_exists,
                .userdata = p,
        };
        const struct plan_request request = {
                .verb = p->verb,
                .image = p->image,
                .reference = p->reference || !p->record ? p->reference : p->record->pin.reference,
                .label = p->label,
                .source = p->source, .here = p->here, .pinned = true,
                .name = p->name,
                .profile = p->profile,
                .mode = p->given.mode,
                .answers = p->given.answers,
                .secrets = p->secrets,
                .set = p->given.set,
                .opt = { p->given.opt[0], p->given.opt[1], p->given.opt[2] },
                .arguments = p->given.words,
                .allowed = p->allowed,
                .deletes_account = p->deletes_account,
                .removes_volumes = p->removes_volumes,
                .removes_unit = p->removes_unit,
                .service = p->verb == VERB_RUN || p->verb == VERB_STOP ? NULL : p->record,
                .unit_path = p->unit.path,
                .unit_text = p->unit.text,
                .facts = &facts,
        };
        r = plan_make(&request, &p->plan, &p->error);
        if (r >= 0)
                backend_report_space(b, engine, p->plan);
        return r;
}

/* Its name for the container that the unit's own takes the place of. */
static int planning_adopt(struct planning *p) {
        _cleanup_free_ char *aside = NULL;
        if (!p->adopted.id)
                return 0;
        for (unsigned i = 1; !aside || planning_container(p, aside); i++) {
                free(aside);
                aside = i == 1 ? str_printf("%s-before-fairlead", p->adopted.container)
                               : str_printf("%s-before-fairlead-%u", p->adopted.container, i);
        }
        return adopt_container(p->plan, p->adopted.id, aside, &p->error);
}

static void planning_finish(struct planning *p) {
        if (planning_make(p) >= 0 && planning_adopt(p) >= 0) {
                planning_report(p);
                p->estimate = estimate_start(p->backend->event, &p->backend->paths, p->plan, planning_end, p);
        }
        if (!p->estimate)
                planning_end(p);
}

/* ---- the unit of that name ---- */

static void planning_on_unit(struct unit_detail *detail, struct error *e, void *userdata) {
        struct planning *p = userdata;
        /* A missing unit is the usual case; without systemd no name is taken. */
        if (detail && !str_equal(detail->unit.load, "not-found")) {
                bool ours = p->record && strv_contains(p->record->units, detail->unit.name);
                p->unit_path = xstrdup(ours ? "" : detail->source ? detail->source : detail->fragment);
        }
        unit_detail_free(detail);
        error_free(e);
        planning_finish(p);
}

static void planning_ask_unit(struct planning *p) {
        _cleanup_free_ char *name =
                p->name ? xstrdup(p->name) : reference_default_name(p->reference ? p->reference : "");
        if (!name || !service_name_valid(name)) { /* plan_make() reports the error */
                planning_finish(p);
                return;
        }
        _cleanup_free_ char *unit = str_printf("%s.service", name);
        op_wait(&p->op, units_show(p->backend->units, unit, planning_on_unit, p));
}

/* ---- profile and containers ---- */

static void planning_on_containers(struct container_list *containers, struct error *e, void *userdata) {
        struct planning *p = userdata;
        p->containers = containers;
        error_free(e); /* the job will report an engine that answered before and does not now */
        if (p->verb == VERB_INSTALL || plan_changes_service(p->verb))
                planning_ask_unit(p);
        else
                planning_finish(p);
}

static void planning_go_on(struct planning *p) {
        struct error *bad = NULL;
        /* It was made by hand, whatever the image's profile asks. */
        if (p->record && p->record->adopted) {
                op_wait(&p->op, engine_list_containers(p->backend->engine, planning_on_containers, p));
                return;
        }
        if (backend_find_profile(&p->backend->host, p->image, &p->profile, &bad) < 0 && !p->profile) {
                p->error = bad;
                planning_end(p);
                return;
        }
        /* The plan of an image with an invalid profile is that without one; its screen shows the error. */
        error_free(bad);
        /* A record can be older than the profile: a missing mode must not make the service permanent. */
        if (p->record && p->given.mode && p->profile && !profile_mode(p->profile, p->given.mode))
                str_replace(&p->given.mode, NULL);
        op_wait(&p->op, engine_list_containers(p->backend->engine, planning_on_containers, p));
}

/* ---- the image ---- */

/* Is the image that an upgrade would replace still present? */
static void planning_on_old_image(struct image *image, struct error *e, void *userdata) {
        struct planning *p = userdata;
        p->image_gone = !image && e->code == -ENOENT;
        image_free(image);
        if (p->image_gone)
                e = error_free(e);
        p->error = e;
        if (e || backend_read_unit(p->backend, p->record, p->verb, &p->unit, &p->error) < 0)
                planning_end(p);
        else
                planning_go_on(p);
}

static void planning_ask_old_image(struct planning *p) {
        const struct service *s = p->record;
        if (str_equal(p->image->id, s->pin.image_id)) {
                error_set(&p->error, -EALREADY, "%s runs the newest image of %s that is on this host",
                          s->name, p->reference ? p->reference : s->pin.reference);
                error_hint(&p->error, "Get a newer one first, with the engine's pull or build");
                planning_end(p);
                return;
        }
        op_wait(&p->op, engine_inspect_image(p->backend->engine, s->pin.image_id ? s->pin.image_id : "",
                                             planning_on_old_image, p));
}

static void planning_take_image(struct planning *p) {
        if (p->record && p->verb == VERB_UPGRADE)
                planning_ask_old_image(p);
        else
                planning_go_on(p);
}

/* An engine that does not answer now will not fetch it either: the plan says so by itself. */
static void planning_on_here(struct image *image, struct error *e, void *userdata) {
        struct planning *p = userdata;
        p->here = image;
        image_free(image);
        error_free(e);
        planning_take_image(p);
}

static void planning_on_image(struct image *image, struct error *e, void *userdata) {
        struct planning *p = userdata;
        bool gone = e && e->code == -ENOENT && p->record;
        if (image && source_named(image->source)) {
                p->image = image;
                p->source = xstrdup(image->source);
                str_replace(&p->reference, image_reference(image));
                op_wait(&p->op, engine_inspect_image(p->backend->engine, image->id, planning_on_here, p));
                return;
        }
        p->image = image;
        if (gone && p->verb == VERB_UNINSTALL) {
                e = error_free(e);
                p->image_gone = true;
                p->image = backend_recorded_image(p->record);
        }
        p->error = e;
        if (p->image)
                planning_take_image(p);
        else {
                if (gone) {
                        error_wrap(&p->error, -ENOENT, "The image of %s is not on this host any more",
                                   p->name);
                        error_hint(&p->error,
                                   "Fetch it again, or uninstall the service: fairlead uninstall %s",
                                   p->name);
                }
                planning_end(p);
        }
}

/* ---- the order ---- */

static void planning_copy_order(struct planning *p, const struct plan_order *o) {
        const struct given given = { .mode = (char *) o->mode,
                                     .answers = (struct answers *) o->answers,
                                     .set = (char **) o->set,
                                     .opt = { (char *) o->opt[0], (char *) o->opt[1], (char *) o->opt[2] },
                                     .words = (char **) o->arguments };
        given_copy(&given, &p->given);
        p->verb = o->verb;
        p->all_answers = o->all_answers;
        p->deletes_account = o->deletes_account;
        p->removes_volumes = o->removes_volumes;
        p->removes_unit = o->removes_unit;
        p->label = xstrdup(o->label);
        p->text = xstrdup(o->text);
        p->reference = xstrdup(o->image);
        p->name = xstrdup(o->name);
        p->secrets = o->secrets ? strv_copy(o->secrets) : NULL;
        p->allowed = strv_copy(o->allowed);
        if (o->access) {
                p->access = *o->access;
                p->access.names = p->names = strv_copy(o->access->names);
        }
}

/* Whom the realm does not know is often mistyped: a list with only such a name keeps everybody out. */
static void planning_on_names(int status, const struct str *answer, void *userdata) {
        struct planning *p = userdata;
        for (char *const *name = p->access.names; status >= 0 && *name; name++)
                if (!lookup_found(answer, *name))
                        finding_report(&p->plan->findings, "unknown-name", "realm",
                                       p->access.groups ? "This host finds no group %s in the realm"
                                                        : "This host finds no user %s in the realm",
                                       *name);
        planning_end(p);
}

/* A container is adopted as an image is installed, with the words that made it for its RUN label. */
static void planning_on_adoption(struct plan *plan, struct adoption_found *found, struct error *e,
                                 void *userdata) {
        struct planning *p = userdata;
        p->plan = plan;
        p->error = e;
        if (plan || e) {
                planning_end(p);
                return;
        }
        p->adopted = *found;
        *found = (struct adoption_found){};
        p->image = TAKE(p->adopted.image);
        p->verb = VERB_INSTALL;
        str_replace(&p->reference, p->adopted.reference);
        if (!p->name)
                p->name = xstrdup(p->adopted.container);
        adopt_set_label(p->image, p->adopted.label);
        if (strstr(p->adopted.label, ADOPT_DOLLAR))
                strv_add(&p->given.set, ADOPT_DOLLAR "=$");
        op_wait(&p->op, engine_list_containers(p->backend->engine, planning_on_containers, p));
}

static void planning_on_edit(struct plan *plan, struct error *e, void *userdata) {
        struct planning *p = userdata;
        p->plan = plan;
        p->error = e;
        planning_end(p);
}

/* An upgrade reads it when it knows the image. */
static bool planning_needs_unit(const struct planning *p) {
        return p->verb == VERB_UNINSTALL || p->verb == VERB_RECONFIGURE;
}

/* Finds the record of the service that an order without an image names; begins the search for the image. */
static void planning_begin(void *state) {
        struct planning *p = state;
        struct backend *b = p->backend;
        if (p->verb == VERB_EDIT) {
                op_wait(&p->op, backend_edit_plan(b, p->name ? p->name : "", p->given.set, p->text,
                                                  planning_on_edit, p));
                return;
        }
        bool upgrade = p->verb == VERB_UPGRADE && p->name; /* else a label is examined */
        if (p->verb == VERB_ADOPT) {
                op_wait(&p->op, backend_adoption(b, p->reference, p->name, planning_on_adoption, p));
                return;
        }
        if (p->verb == VERB_ACCESS || p->verb == VERB_RENEW) {
                backend_access_plan(b, p->verb, p->name, &p->access, &p->plan, &p->error);
                struct op *names = p->plan ? backend_access_names(b, &p->access, planning_on_names, p) : NULL;
                if (names)
                        op_wait(&p->op, names);
                else
                        planning_end(p);
                return;
        }
        if (p->reference && !upgrade) {
                op_wait(&p->op, backend_find_image(&b->host, p->reference, planning_on_image, p));
                return;
        }
        if (services_read(&b->paths, p->name ? p->name : "", &p->record, &p->error) < 0) {
                planning_end(p);
                return;
        }
        if (p->record->adopted && p->verb == VERB_RECONFIGURE) {
                error_set(&p->error, -ENOTSUP, "%s was made by hand, so there are no answers to change",
                          p->name);
                error_hint(&p->error, "Its unit file, or a drop-in, has what it does: systemctl edit %s",
                           p->record->units ? p->record->units[0] : p->name);
                planning_end(p);
                return;
        }
        /* Labels name them, too. */
        given_complete(&p->given, &p->record->given, !p->all_answers);
        if (planning_needs_unit(p) && backend_read_unit(b, p->record, p->verb, &p->unit, &p->error) < 0) {
                planning_end(p);
                return;
        }
        const struct image_pin *pin = &p->record->pin;
        /* By id: the reference may name another image by now; an upgrade needs just that one. */
        const char *which = pin->image_id ? pin->image_id : pin->image ? pin->image : pin->reference;
        const char *newer = p->reference ? p->reference : pin->reference;
        /* no engine knows it */
        bool native = str_starts(pin->reference, NATIVE_PREFIX);
        op_wait(&p->op, upgrade || native
                                ? backend_find_image(&b->host, newer ? newer : "", planning_on_image, p)
                                : engine_inspect_image(b->engine, which ? which : "", planning_on_image, p));
}

struct op *backend_make_plan(struct host *host, const struct plan_order *order, plan_done_t done,
                             void *userdata) {
        struct planning *p = new0(struct planning);
        *p = (struct planning){
                .op.drop = planning_drop, .backend = backend_of(host), .done = done, .userdata = userdata
        };
        planning_copy_order(p, order);
        return op_answer(&p->op, p->backend->event, planning_begin);
}
