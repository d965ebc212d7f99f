/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port's make_plan(): finds the facts that plan_make() needs (image, profile, record, containers, the
 * unit of that name), one query after another, then makes the plan. */
#include <sys/stat.h>
#include <unistd.h>

#include "backend/host/internal.h"
#include "backend/io/digest.h"
#include "backend/io/files.h"
#include "backend/realm/membership.h"
#include "backend/realm/native.h"
#include "backend/snapshot/estimate.h"
#include "backend/store/job-folder.h"
#include "backend/store/services.h"
#include "backend/systemd/places.h"

struct planning {
        struct backend *backend;
        struct op *op, *asking;
        sd_event_source *start;
        plan_done_t done;
        void *userdata;

        /* the order: our own copy */
        enum plan_verb verb;
        char *label, *reference, *name, *mode, *opt[3];
        struct answers *answers;
        char **secrets, **set, **arguments, **allowed;
        bool deletes_account;
        struct access_change access;
        char **names;       /* of the order */
        bool asked_secrets; /* the order had a list of secrets, perhaps an empty one */

        /* found out */
        struct service *record; /* of an installed service that the order names; NULL */
        struct image *image;
        bool image_gone;             /* that of the record */
        char *unit_file, *unit_text; /* of an upgrade: the present file of the main unit; NULL: none */
        bool unit_edited;            /* differs from that of the install or the last upgrade */

        /* the plan, while its size is estimated */
        struct plan *plan;
        struct estimate *estimate;
        struct profile *profile;
        struct container_list *containers;
        char *unit_path; /* of a unit with the service's name; "" ours; NULL none */
};

static void planning_free(void *userdata) {
        struct planning *p = userdata;
        op_cancel(p->asking);
        sd_event_source_disable_unref(p->start);
        estimate_free(p->estimate);
        plan_free(p->plan);
        char *texts[] = { p->label,  p->reference, p->name,      p->mode,      p->opt[0],
                          p->opt[1], p->opt[2],    p->unit_path, p->unit_file, p->unit_text };
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                free(texts[i]);
        char **lists[] = { p->secrets, p->set, p->arguments, p->allowed, p->names };
        for (size_t i = 0; i < ELEMENTS(lists); i++)
                strv_free(lists[i]);
        answers_free(p->answers);
        service_free(p->record);
        image_free(p->image);
        profile_free(p->profile);
        container_list_free(p->containers);
        free(p);
}

static void host_plan_end(struct planning *p, struct plan *plan, struct error *e) {
        plan_done_t done = p->done;
        void *userdata = p->userdata;
        op_finish(p->op);
        p->asking = op_cancel(p->asking);
        planning_free(p);
        done(plan, e, userdata);
}

/* ---- facts, as plan_make() wants them ---- */

static bool host_plan_path_exists(const char *path, void *userdata) {
        const struct planning *p = userdata;
        _cleanup_free_ char *whole = str_printf("%s%s", p->backend->paths.root, path);
        struct stat st;
        return whole && lstat(whole, &st) == 0;
}

static const char *unit_path(const char *unit, void *userdata) {
        return ((const struct planning *) userdata)->unit_path;
}

static bool container_exists(const char *name, void *userdata) {
        const struct planning *p = userdata;
        for (size_t i = 0; p->containers && i < p->containers->n; i++)
                if (str_equal(p->containers->items[i].name, name))
                        return true;
        return false;
}

static bool service_exists(const char *name, void *userdata) {
        const struct planning *p = userdata;
        return services_exists(&p->backend->paths, name);
}

/* The account that a leave deletes or leaves behind. The user's own words for the uninstaller decide. */
static void report_account(struct planning *p, struct plan *plan) {
        if (p->verb != VERB_UNINSTALL || plan->joins == REALM_NONE || (p->arguments && *p->arguments))
                return;
        _cleanup_(membership_freep) struct membership *m = membership_read(&p->backend->paths);
        const char *realm = m->realm ? m->realm : m->domain, *principal = m->principal;
        if (!principal)
                return; /* no keys: the account is unknown */
        finding_report(&plan->findings, plan->deletes_account ? "account-deleted" : "account-stays", "realm",
                       plan->deletes_account ? "The account %s is deleted in the realm %s"
                                             : "The account %s stays in the realm %s",
                       principal, realm ? realm : "of this host");
}

/* Facts of image and unit that only this file has. */
static void report_found(struct planning *p, struct plan *plan) {
        struct finding_list *findings = &plan->findings;
        if (p->image_gone && p->verb == VERB_UNINSTALL)
                finding_report(findings, "image-gone", "image",
                               "The image of %s is not on this host any more, so what its label UNINSTALL "
                               "says cannot be run",
                               p->name);
        if (p->image_gone && p->verb == VERB_UPGRADE)
                finding_report(
                        findings, "no-way-back", "image",
                        "The image that %s runs now is not on this host any more, so the upgrade could "
                        "not go back to it",
                        p->name);
        if (p->unit_edited && plan->unit.text)
                finding_report(findings, "unit-edited", p->unit_file,
                               "%s is not as it was written: the upgrade writes over what was changed",
                               p->unit_file);
        report_account(p, plan);
        for (char **id = p->allowed; id && *id; id++)
                finding_list_allow(findings, *id);
}

static int host_plan_make(struct planning *p, struct plan **ret, struct error **reterr) {
        struct backend *b = p->backend;
        const struct engine_about *about = engine_about(b->engine);
        _cleanup_free_ char *folder = getcwd(NULL, 0);
        const struct host_facts facts = {
                .engine = about ? about->kind : ENGINE_NONE,
                .engine_path = facts_engine_program(b->paths.root, about ? about->kind : ENGINE_NONE),
                .engine_version = about ? about->version : NULL,
                .quadlet = about && about->kind == ENGINE_PODMAN && facts_quadlet(b->paths.root),
                .no_cgroups =
                        about && about->kind == ENGINE_PODMAN && engine_config_no_cgroups(b->paths.root),
                .pwd = folder,
                .home = getenv("HOME"),
                .sudo_uid = getenv("SUDO_UID"),
                .sudo_gid = getenv("SUDO_GID"),
                .path_exists = host_plan_path_exists,
                .unit_path = unit_path,
                .container_exists = container_exists,
                .service_exists = service_exists,
                .userdata = p,
        };
        const struct plan_request request = {
                .verb = p->verb,
                .image = p->image,
                .reference = p->reference ? p->reference
                             : p->record  ? p->record->pin.reference
                                          : NULL,
                .label = p->label,
                .pinned = true,
                .name = p->name,
                .profile = p->profile,
                .mode = p->mode,
                .answers = p->answers,
                .secrets = p->asked_secrets ? p->secrets : NULL,
                .set = p->set,
                .opt = { p->opt[0], p->opt[1], p->opt[2] },
                .arguments = p->arguments,
                .allowed = p->allowed,
                .deletes_account = p->deletes_account,
                .service = p->verb == VERB_UPGRADE ? p->record : NULL,
                .unit_path = p->unit_file,
                .unit_text = p->unit_text,
                .facts = &facts,
        };
        int r = plan_make(&request, ret, reterr);
        if (r >= 0)
                report_found(p, *ret);
        return r;
}

static void on_estimated(void *userdata) {
        struct planning *p = userdata;
        host_plan_end(p, TAKE(p->plan), NULL);
}

static void make_now(struct planning *p) {
        struct error *e = NULL;
        if (host_plan_make(p, &p->plan, &e) < 0) {
                host_plan_end(p, NULL, e);
                return;
        }
        p->estimate = estimate_new(p->backend->event, &p->backend->paths, p->plan, on_estimated, p);
        if (!p->estimate)
                host_plan_end(p, TAKE(p->plan), NULL);
}

/* ---- the unit of that name ---- */

static void host_plan_unit_shown(struct unit_detail *detail, struct error *e, void *userdata) {
        struct planning *p = userdata;
        p->asking = op_cancel(p->asking);
        /* A missing unit is the usual case; without systemd no name is taken. */
        if (detail && !str_equal(detail->unit.load, "not-found")) {
                bool ours = p->record && strv_contains(p->record->units, detail->unit.name);
                const char *path = detail->source ? detail->source : detail->fragment;
                p->unit_path = ours ? strdup("") : path ? strdup(path) : NULL;
        }
        unit_detail_free(detail);
        error_free(e);
        make_now(p);
}

static void ask_unit(struct planning *p) {
        _cleanup_free_ char *name = p->name ? NULL : reference_default_name(p->reference ? p->reference : "");
        const char *service = p->name ? p->name : name;
        if (!service || !service_name_valid(service)) { /* plan_make() reports the error */
                make_now(p);
                return;
        }
        _cleanup_free_ char *unit = str_printf("%s.service", service);
        p->asking = units_show(p->backend->units, unit, host_plan_unit_shown, p);
}

/* ---- containers ---- */

static void host_plan_containers_came(struct container_list *containers, struct error *e, void *userdata) {
        struct planning *p = userdata;
        p->asking = op_cancel(p->asking);
        p->containers = containers;
        error_free(e); /* the job will report an engine that answered before and does not now */
        if (p->verb == VERB_INSTALL || p->verb == VERB_UPGRADE)
                ask_unit(p);
        else
                make_now(p);
}

static void ask_containers(struct planning *p) {
        p->asking = engine_list_containers(p->backend->engine, host_plan_containers_came, p);
}

/* ---- the unit of an upgrade ---- */

#define UNIT_BYTES_MAX (1024U * 1024)

/* Reads the file of the main unit, and whether it still is as the service's jobs left it. */
static int read_unit(struct planning *p, struct error **reterr) {
        const struct service *s = p->record;
        const char *unit = s->units && s->units[0] ? s->units[0] : NULL, *name;
        _cleanup_(changes_done) struct changes changes = {};
        _cleanup_close_ int folder = unit && s->job ? jobfolder_open(&p->backend->paths, s->job, NULL) : -1;
        const struct change *made = NULL;
        if (folder >= 0 && jobfolder_service_changes(folder, &changes, NULL) >= 0)
                made = unit_places_file(&changes, unit);
        const char *path = made ? made->path : s->files ? s->files[0] : NULL;
        if (!path)
                return 0; /* of unknown origin: plan_make() notes that it stays as it is */
        _cleanup_close_ int root = files_open_root(p->backend->paths.root, reterr);
        _cleanup_close_ int where = root < 0 ? -1 : files_open_parent(root, path, &name, NULL);
        size_t n;
        char hex[DIGEST_HEX];
        if (root < 0)
                return root;
        str_replace(&p->unit_file, path);
        if (where < 0 || files_read(where, name, UNIT_BYTES_MAX, &p->unit_text, &n, NULL) < 0)
                return 0; /* removed by somebody else */
        digest_bytes(p->unit_text, n, hex);
        p->unit_edited = made && strcmp(made->after.digest, hex) != 0;
        return 0;
}

/* ---- image and profile ---- */

static int find_profile(struct planning *p, struct error **reterr) {
        _cleanup_error_ struct error *bad = NULL;
        /* The plan of an image with an invalid profile is that without one; its screen shows the error. */
        int r = profiles_find(p->backend->profiles, p->image, &p->profile, &bad);
        if (r < 0 && !p->profile) {
                if (reterr)
                        *reterr = TAKE(bad);
                return r;
        }
        /* A record can be older than the profile: a missing mode must not make the service permanent. */
        if (p->record && p->mode && p->profile && !profile_mode(p->profile, p->mode)) {
                free(p->mode);
                p->mode = NULL;
        }
        return 0;
}

/* The service's image was removed: the record has the remaining facts, without its labels. */
static struct image *image_of_record(const struct service *record) {
        struct image *image = image_new();
        str_replace(&image->id, record->pin.image_id);
        str_replace(&image->digest, record->pin.digest);
        if (record->pin.reference)
                strv_add(&image->names, record->pin.reference);
        return image;
}

static void go_on_with_image(struct planning *p) {
        struct error *e = NULL;
        (void) find_profile(p, &e);
        if (e)
                host_plan_end(p, NULL, e);
        else
                ask_containers(p);
}

/* Is the image that an upgrade would replace still present? */
static void old_image_came(struct image *image, struct error *e, void *userdata) {
        struct planning *p = userdata;
        p->asking = op_cancel(p->asking);
        p->image_gone = !image && e->code == -ENOENT;
        if (e && !p->image_gone) {
                host_plan_end(p, NULL, e);
                return;
        }
        error_free(e);
        image_free(image);
        e = NULL;
        if (read_unit(p, &e) < 0)
                host_plan_end(p, NULL, e);
        else
                go_on_with_image(p);
}

static void ask_old_image(struct planning *p) {
        struct error *e = NULL;
        const struct service *s = p->record;
        const char *reference = p->reference ? p->reference : s->pin.reference;
        if (str_equal(p->image->id, s->pin.image_id)) {
                error_set(&e, -EALREADY, "%s runs the newest image of %s that is on this host", s->name,
                          reference);
                error_hint(&e, "Get a newer one first, with the engine's pull or build");
                host_plan_end(p, NULL, e);
                return;
        }
        p->asking = engine_inspect_image(p->backend->engine, s->pin.image_id ? s->pin.image_id : "",
                                         old_image_came, p);
}

static void image_came(struct image *image, struct error *e, void *userdata) {
        struct planning *p = userdata;
        p->asking = op_cancel(p->asking);
        p->image = image;
        if (image && p->record && p->verb == VERB_UPGRADE) {
                ask_old_image(p);
                return;
        }
        if (!image && p->record && p->verb == VERB_UNINSTALL && e->code == -ENOENT) {
                error_free(e);
                e = NULL;
                p->image_gone = true;
                p->image = image_of_record(p->record);
        }
        if (p->image) {
                go_on_with_image(p);
                return;
        }
        if (p->record && e->code == -ENOENT) {
                error_wrap(&e, -ENOENT, "The image of %s is not on this host any more", p->name);
                error_hint(&e, "Fetch it again, or uninstall the service: fairlead uninstall %s", p->name);
        }
        host_plan_end(p, NULL, e);
}

/* ---- the order ---- */

static void copy_order(struct planning *p, const struct plan_order *o) {
        p->verb = o->verb;
        p->asked_secrets = o->secrets != NULL;
        p->deletes_account = o->deletes_account;
        str_replace(&p->label, o->label);
        str_replace(&p->reference, o->image);
        str_replace(&p->name, o->name);
        str_replace(&p->mode, o->mode);
        for (size_t i = 0; i < ELEMENTS(p->opt); i++)
                str_replace(&p->opt[i], o->opt[i]);
        strv_extend(&p->secrets, o->secrets);
        strv_extend(&p->set, o->set);
        strv_extend(&p->arguments, o->arguments);
        strv_extend(&p->allowed, o->allowed);
        if (o->access) {
                p->access = *o->access;
                strv_extend(&p->names, o->access->names);
        }
        p->access.names = p->names;
        p->answers = o->answers ? answers_copy(o->answers) : answers_new();
}

static bool is_set(char *const *set, const char *like) {
        size_t n = strcspn(like, "=") + 1;
        for (; set && *set; set++)
                if (strncmp(*set, like, n) == 0)
                        return true;
        return false;
}

/* Answers, variables and options of the install are the defaults of the new order: labels name them, too. */
static void take_record(struct planning *p) {
        const struct service *record = p->record;
        for (size_t i = 0; record->given.answers && i < record->given.answers->n; i++) {
                const struct answer *a = &record->given.answers->items[i];
                if (!answers_get(p->answers, a->name))
                        answers_set(p->answers, a->name, a->value, a->source);
        }
        for (char **set = record->given.set; set && *set; set++)
                if (!is_set(p->set, *set))
                        strv_add(&p->set, *set);
        for (size_t i = 0; i < ELEMENTS(p->opt); i++)
                if (!p->opt[i])
                        str_replace(&p->opt[i], record->given.opt[i]);
        if (!p->mode)
                str_replace(&p->mode, record->given.mode);
}

/* Finds the record of the service that an order without an image names; begins the search for the image. */
static void host_plan_begin(struct planning *p) {
        struct error *e = NULL;
        bool upgrade = p->verb == VERB_UPGRADE && p->name; /* else a label is examined */
        if (p->verb == VERB_ACCESS || p->verb == VERB_RENEW) {
                struct plan *plan = NULL;
                (void) backend_access_plan(p->backend, p->verb, p->name, &p->access, &plan, &e);
                host_plan_end(p, plan, e);
                return;
        }
        if (!p->reference || upgrade) {
                if (services_read(&p->backend->paths, p->name ? p->name : "", &p->record, &e) < 0) {
                        host_plan_end(p, NULL, e);
                        return;
                }
                take_record(p);
                /* By id: the reference may name another image by now; an upgrade needs just that one. */
                const char *which = p->record->pin.image_id ? p->record->pin.image_id
                                    : p->record->pin.image  ? p->record->pin.image
                                                        : p->record->pin.reference;
                const char *newer = p->reference ? p->reference : p->record->pin.reference;
                /* no engine knows it */
                bool native = str_starts(p->record->pin.reference, NATIVE_PREFIX);
                p->asking =
                        upgrade || native
                                ? backend_find_image(&p->backend->host, newer ? newer : "", image_came, p)
                                : engine_inspect_image(p->backend->engine, which ? which : "", image_came, p);
        } else
                p->asking = backend_find_image(&p->backend->host, p->reference, image_came, p);
}

static int on_start(sd_event_source *source, void *userdata) {
        struct planning *p = userdata;
        p->start = sd_event_source_disable_unref(p->start);
        host_plan_begin(p);
        return 0;
}

struct op *backend_make_plan(struct host *host, const struct plan_order *order, plan_done_t done,
                             void *userdata) {
        struct planning *p = new0(struct planning);
        *p = (struct planning) { .backend = backend_of(host), .done = done, .userdata = userdata };
        p->op = op_new(planning_free, p);
        copy_order(p, order);
        return sd_event_add_defer(p->backend->event, &p->start, on_start, p) >= 0 ? p->op : op_cancel(p->op);
}
