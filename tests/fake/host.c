/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fake/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char *const request_kind_names[] = {
        [REQUEST_IMAGES] = "images",       [REQUEST_IMAGE] = "image",   [REQUEST_SERVICES] = "services",
        [REQUEST_PINNED] = "pinned",   [REQUEST_SOURCE] = "source",
        [REQUEST_UNITS] = "units",         [REQUEST_UNIT] = "unit",     [REQUEST_ACT] = "act",
        [REQUEST_LOG] = "log",             [REQUEST_PAGE] = "page",     [REQUEST_WRITE] = "write",
        [REQUEST_BOOTS] = "boots",         [REQUEST_ENTRY] = "entry",   [REQUEST_PLAN] = "plan",     [REQUEST_START] = "start",
        [REQUEST_JOBS] = "jobs",           [REQUEST_WATCH] = "watch",   [REQUEST_CHANGES] = "changes",
        [REQUEST_CONTAINER] = "container", [REQUEST_REALM] = "realm",
        [REQUEST_PREFLIGHT] = "preflight", [REQUEST_REPAIR] = "repair",
        [REQUEST_MEMBERSHIP] = "membership", [REQUEST_USER] = "user",
        [REQUEST_TROUBLE] = "trouble",
        [REQUEST_EFFECTS] = "effects",     [REQUEST_INSIDE] = "inside",
        [REQUEST_TRIGGERS] = "triggers",   [REQUEST_LOOSE] = "loose",
};
DEFINE_NAMES(request_kind, enum request_kind)

static void request_unlink(struct request *r) {
        for (struct request **link = &r->fake->waiting; *link; link = &(*link)->next)
                if (*link == r) {
                        *link = r->next;
                        return;
                }
}

static void request_drop(struct op *op) {
        struct request *r = container_of(op, struct request, op);
        request_unlink(r);
        FREE_ALL(r->text, r->report);
        plan_free(r->planned);
        error_free(r->refused);
}

struct request *request_new(struct host *host, enum request_kind kind, const char *text, void *userdata) {
        struct fake_host *fake = (struct fake_host *) host;
        struct request *r = xcalloc(1, sizeof *r);
        r->fake = fake;
        r->kind = kind;
        r->userdata = userdata;
        r->text = xstrdup(text);
        r->op.drop = request_drop;
        struct request **link = &fake->waiting;
        while (*link)
                link = &(*link)->next;
        *link = r;
        str_addf(&fake->asked, "%s%s%s\n", request_kind_name(kind), text ? " " : "", text ? text : "");
        return r;
}

/* ---- the port ---- */

static const struct host_status *fake_status(struct host *host) {
        return &((struct fake_host *) host)->status;
}

static const struct host_figures *fake_figures(struct host *host) {
        return &((struct fake_host *) host)->figures;
}

static struct op *fake_look_trouble(struct host *host, trouble_done_t done, void *userdata) {
        struct request *r = request_new(host, REQUEST_TROUBLE, NULL, userdata);
        r->done.trouble = done;
        return &r->op;
}

static int fake_sleep_trouble(struct host *host, const char *id, int64_t until, struct error **reterr) {
        str_addf(&((struct fake_host *) host)->asked, "sleep %s %lld\n", id, (long long) until);
        return 0;
}

static struct op *fake_list_images(struct host *host, images_done_t done, void *userdata) {
        struct request *r = request_new(host, REQUEST_IMAGES, NULL, userdata);
        r->done.images = done;
        return &r->op;
}

static struct op *fake_each_image(struct host *host, image_seen_t seen, nothing_done_t done, void *userdata) {
        struct request *r = request_new(host, REQUEST_IMAGES, NULL, userdata);
        r->seen = seen;
        r->done.nothing = done;
        return &r->op;
}

static struct op *fake_list_source(struct host *host, const char *source, source_seen_t seen, nothing_done_t done, void *userdata) {
        struct request *r = request_new(host, REQUEST_SOURCE, source, userdata);
        r->row_seen = seen;
        r->done.nothing = done;
        return &r->op;
}

static struct op *fake_find_image(struct host *host, const char *reference, image_done_t done, void *userdata) {
        struct request *r = request_new(host, REQUEST_IMAGE, reference, userdata);
        r->done.image = done;
        return &r->op;
}

static int fake_find_profile(struct host *host, const struct image *image, struct profile **ret, struct error **reterr) {
        struct fake_host *fake = (struct fake_host *) host;
        if (fake->profile)
                return fake->profile(image, ret, reterr);
        *ret = new0(struct profile);
        return 0;
}

static const struct catalog *fake_read_catalog(struct host *host) {
        static const struct catalog none = {};
        const struct fake_host *fake = (struct fake_host *) host;
        return fake->catalog ? fake->catalog() : &none;
}

static int fake_resolve_name(struct host *host, const char *name, char ***ret, char **why, struct error **reterr) {
        const struct fake_host *fake = (struct fake_host *) host;
        *ret = NULL;
        *why = NULL;
        return fake->resolve ? fake->resolve(name, ret, why, reterr) : error_set(reterr, -ENOENT, "No registry is known");
}

static const char *fake_suggest(struct host *host, const char *what) {
        struct fake_host *fake = (struct fake_host *) host;
        return fake->suggest ? fake->suggest(what) : NULL;
}

static struct op *fake_list_services(struct host *host, services_done_t done, void *userdata) {
        struct request *r = request_new(host, REQUEST_SERVICES, NULL, userdata);
        r->done.services = done;
        return &r->op;
}

static struct op *fake_list_pinned(struct host *host, services_done_t done, void *userdata) {
        struct request *r = request_new(host, REQUEST_PINNED, NULL, userdata);
        r->done.services = done;
        return &r->op;
}

static int fake_pin_unit(struct host *host, const char *unit, bool *ret, struct error **reterr) {
        str_addf(&((struct fake_host *) host)->asked, "pin %s\n", unit);
        *ret = true;
        return 0;
}

static void fake_read_usage(struct host *host, const struct service *service, struct usage *ret) {
        struct fake_host *fake = (struct fake_host *) host;
        *ret = fake->usage ? fake->usage(service->name) : (struct usage) { UNIT_UNKNOWN, UNIT_UNKNOWN, UNIT_UNKNOWN };
}

static struct op *fake_list_units(struct host *host, const char *pattern, units_done_t done, void *userdata) {
        struct request *r = request_new(host, REQUEST_UNITS, pattern, userdata);
        r->done.units = done;
        return &r->op;
}

static struct op *fake_show_unit(struct host *host, const char *name, detail_done_t done, void *userdata) {
        struct request *r = request_new(host, REQUEST_UNIT, name, userdata);
        r->done.unit = done;
        return &r->op;
}

static struct user_manager_list *fake_list_managers(struct host *host) {
        struct fake_host *fake = (struct fake_host *) host;
        return fake->managers ? fake->managers() : new0(struct user_manager_list);
}

static struct op *fake_unit_effects(struct host *host, const char *address, enum unit_action action, effects_done_t done,
                                    void *userdata) {
        struct request *r = request_new(host, REQUEST_EFFECTS, address, userdata);
        r->action = action;
        r->done.effects = done;
        return &r->op;
}

static struct op *fake_list_triggers(struct host *host, const char *pattern, triggers_done_t done, void *userdata) {
        struct request *r = request_new(host, REQUEST_TRIGGERS, pattern, userdata);
        r->done.triggers = done;
        return &r->op;
}

static struct op *fake_list_loose(struct host *host, volumes_done_t done, void *userdata) {
        struct request *r = request_new(host, REQUEST_LOOSE, NULL, userdata);
        r->done.volumes = done;
        return &r->op;
}

static struct op *fake_look_inside(struct host *host, const char *address, enum inside_part part, inside_done_t done,
                                   void *userdata) {
        static const char *const parts[] = { "files", "processes", "properties", "container" };
        _cleanup_free_ char *text = str_printf("%s %s", parts[part], address);
        struct request *r = request_new(host, REQUEST_INSIDE, text, userdata);
        r->part = part;
        r->done.inside = done;
        return &r->op;
}

static struct op *fake_act_on_unit(struct host *host, const char *name, enum unit_action action, int signal,
                                   acted_done_t done, void *userdata) {
        _cleanup_free_ char *text = str_printf("%s %s", unit_action_name(action), name);
        struct request *r = request_new(host, REQUEST_ACT, text, userdata);
        r->report = str_printf("%s was %s", name, unit_action_done(action));
        r->done.acted = done;
        return &r->op;
}

static const char *fake_engine_path(struct host *host) {
        return "/usr/bin/podman";
}

static struct op *fake_find_container(struct host *host, const char *name, container_done_t done, void *userdata) {
        struct request *r = request_new(host, REQUEST_CONTAINER, name, userdata);
        r->done.container = done;
        return &r->op;
}

static struct op *fake_make_plan(struct host *host, const struct plan_order *order, plan_done_t done, void *userdata) {
        struct fake_host *fake = (struct fake_host *) host;
        _cleanup_str_ struct str text = {};
        str_addf(&text, "%s %s name=%s mode=%s", plan_verb_name(order->verb), order->image ? order->image : "-",
                 order->name ? order->name : "-", order->mode ? order->mode : "-");
        for (size_t i = 0; order->answers && i < order->answers->n; i++)
                str_addf(&text, " %s=%s", order->answers->items[i].name, order->answers->items[i].value);
        for (size_t i = 0; order->secrets && order->secrets[i]; i++)
                str_addf(&text, " secret:%s", order->secrets[i]);
        for (char *const *set = order->set; set && *set; set++)
                str_addf(&text, " set:%s", *set);
        const struct access_change *access = order->access;
        str_addf(&text, access ? " %s%s" : "", access ? access_what_name(access->what) : "", access && access->groups ? "-groups" : "");
        for (char *const *name = access ? access->names : NULL; name && *name; name++)
                str_addf(&text, " '%s'", *name);
        str_add(&text, order->deletes_account ? " deletes-account" : "");
        str_add(&text, order->removes_volumes ? " removes-volumes" : "");
        str_add(&text, order->removes_unit ? " removes-unit" : "");
        for (size_t i = 0; order->allowed && order->allowed[i]; i++)
                str_addf(&text, " allow:%s", order->allowed[i]);
        struct request *r = request_new(host, REQUEST_PLAN, text.text, userdata);
        r->done.plan = done;
        if (fake->plan)
                fake->plan(order, &r->planned, &r->refused);
        else
                error_set(&r->refused, -ENOENT, "The test has no plan");
        return &r->op;
}

static struct op *fake_start_job(struct host *host, const struct plan *plan, struct secret_list *secrets, started_done_t done,
                                 void *userdata) {
        _cleanup_str_ struct str text = {};
        str_addf(&text, "%s %s", plan_verb_name(plan->verb), plan->name);
        for (size_t i = 0; secrets && i < secrets->n; i++)
                str_addf(&text, " secret:%s:%zu", secrets->items[i]->name, secrets->items[i]->length);
        secret_list_free(secrets);
        struct request *r = request_new(host, REQUEST_START, text.text, userdata);
        r->done.started = done;
        return &r->op;
}

static struct op *fake_resume_job(struct host *host, const char *id, enum job_resume how,
                                  struct secret_list *secrets, started_done_t done, void *userdata) {
        _cleanup_str_ struct str text = {};
        str_addf(&text, "%s %s", how == RESUME_ONWARD ? "resume" : "rollback", id);
        for (size_t i = 0; secrets && i < secrets->n; i++)
                str_addf(&text, " secret:%s:%zu", secrets->items[i]->name, secrets->items[i]->length);
        secret_list_free(secrets);
        struct request *r = request_new(host, REQUEST_START, text.text, userdata);
        r->done.started = done;
        return &r->op;
}

static int fake_job_plan(struct host *host, const char *id, struct plan **ret, struct error **reterr) {
        struct fake_host *fake = (struct fake_host *) host;
        str_addf(&fake->asked, "job-plan %s\n", id);
        return fake->plan ? fake->plan(&fake->kept, ret, reterr) : error_set(reterr, -ENOENT, "The test has no plan");
}

static struct op *fake_list_jobs(struct host *host, jobs_done_t done, void *userdata) {
        struct request *r = request_new(host, REQUEST_JOBS, NULL, userdata);
        r->done.jobs = done;
        return &r->op;
}

static struct op *fake_watch_job(struct host *host, const char *id, const struct job_watcher *watcher) {
        struct request *r = request_new(host, REQUEST_WATCH, id, watcher->userdata);
        r->done.watcher = *watcher;
        return &r->op;
}

static int fake_cancel_job(struct host *host, const char *id, struct error **reterr) {
        str_addf(&((struct fake_host *) host)->asked, "cancel %s\n", id);
        return 0;
}

static int fake_prune_jobs(struct host *host, bool all, bool really, struct pruning *ret, struct error **reterr) {
        str_addf(&((struct fake_host *) host)->asked, "prune%s%s\n", all ? " all" : "", really ? " really" : "");
        *ret = (struct pruning) { .done = really };
        return 0;
}

static int fake_job_input(struct host *host, const char *id, const void *bytes, size_t n, struct error **reterr) {
        str_addf(&((struct fake_host *) host)->asked, "input %s %.*s\n", id, (int) n, (const char *) bytes);
        return 0;
}

static int fake_job_size(struct host *host, const char *id, unsigned rows, unsigned columns) {
        str_addf(&((struct fake_host *) host)->asked, "size %s %ux%u\n", id, columns, rows);
        return 0;
}

static struct op *fake_list_changes(struct host *host, const char *of, bool diffs, report_done_t done, void *userdata) {
        struct request *r = request_new(host, REQUEST_CHANGES, of, userdata);
        r->done.report = done;
        return &r->op;
}

static struct op *fake_discover(struct host *host, const char *domain, realm_done_t done, void *userdata) {
        struct request *r = request_new(host, REQUEST_REALM, domain ? domain : "-", userdata);
        r->done.realm = done;
        return &r->op;
}

static struct op *fake_preflight(struct host *host, const struct preflight_order *order,
                                 void (*moved)(const struct preflight *preflight, void *userdata), preflight_done_t done, void *userdata) {
        _cleanup_free_ char *text = str_printf("%s %s", order->domain ? order->domain : "-", realm_kind_name(order->wanted));
        struct request *r = request_new(host, REQUEST_PREFLIGHT, text, userdata);
        r->done.preflight = done;
        return &r->op;
}

static struct op *fake_membership(struct host *host, membership_done_t done, void *userdata) {
        struct request *r = request_new(host, REQUEST_MEMBERSHIP, NULL, userdata);
        r->done.membership = done;
        return &r->op;
}

static struct op *fake_test_user(struct host *host, const char *user, user_done_t done, void *userdata) {
        struct request *r = request_new(host, REQUEST_USER, user, userdata);
        r->done.user = done;
        return &r->op;
}

static struct op *fake_repair(struct host *host, const struct repair *wish, nothing_done_t done, void *userdata) {
        _cleanup_free_ char *text = str_printf("%s %s", fix_name(wish->fix), wish->hostname ? wish->hostname : "");
        struct request *r = request_new(host, REQUEST_REPAIR, text, userdata);
        r->done.nothing = done;
        return &r->op;
}

static void fake_listen(struct host *host, void (*listener)(unsigned topics, void *userdata), void *userdata) {}

static const struct host_ops fake_ops = {
        .status = fake_status,
        .figures = fake_figures,
        .look_trouble = fake_look_trouble,
        .sleep_trouble = fake_sleep_trouble,
        .list_images = fake_list_images,
        .each_image = fake_each_image,
        .list_source = fake_list_source,
        .find_image = fake_find_image,
        .find_profile = fake_find_profile,
        .read_catalog = fake_read_catalog,
        .resolve_name = fake_resolve_name,
        .suggest = fake_suggest,
        .list_services = fake_list_services,
        .list_pinned = fake_list_pinned,
        .pin_unit = fake_pin_unit,
        .read_usage = fake_read_usage,
        .list_units = fake_list_units,
        .show_unit = fake_show_unit,
        .list_managers = fake_list_managers,
        .unit_effects = fake_unit_effects,
        .list_triggers = fake_list_triggers,
        .list_loose = fake_list_loose,
        .look_inside = fake_look_inside,
        .act_on_unit = fake_act_on_unit,
        .read_log = fake_read_log,
        .write_log = fake_write_log,
        .list_boots = fake_list_boots,
        .show_entry = fake_show_entry,
        .engine_path = fake_engine_path,
        .find_container = fake_find_container,
        .make_plan = fake_make_plan,
        .start_job = fake_start_job,
        .resume_job = fake_resume_job,
        .job_plan = fake_job_plan,
        .list_jobs = fake_list_jobs,
        .watch_job = fake_watch_job,
        .cancel_job = fake_cancel_job,
        .prune_jobs = fake_prune_jobs,
        .job_input = fake_job_input,
        .job_size = fake_job_size,
        .list_changes = fake_list_changes,
        .discover = fake_discover,
        .preflight = fake_preflight,
        .repair = fake_repair,
        .test_user = fake_test_user,
        .membership = fake_membership,
        .listen = fake_listen,
};

/* ---- for the test ---- */

struct fake_host *fake_host_new(void) {
        struct fake_host *fake = xcalloc(1, sizeof *fake);
        fake->host.ops = &fake_ops;
        fake->container = CONTAINER_RUNNING;
        fake->status = (struct host_status) {
                .hostname = "host1.example.test",
                .engine = ENGINE_PODMAN,
                .engine_version = "5.4.2",
                .engine_asked = true,
                .root = true,
                .systemd = true,
        };
        fake->figures = (struct host_figures) {
                .os = "Debian GNU/Linux 13 (trixie)",
                .address = "10.89.7.12",
                .cpu = 3,
                .cpus = 4,
                .load = 41,
                .memory = 1500000000,
                .memory_total = 23500000000,
                .var_used = 71,
                .uptime = 12 * 86400 + 300,
                .booted = 1764400000,
        };
        fake->job_id = "20261124-120000-0000a4f1";
        return fake;
}

struct fake_host *fake_host_free(struct fake_host *fake) {
        if (!fake)
                return NULL;
        for (struct request *r = fake->waiting; r; r = r->next) {
                fprintf(stderr, "a screen left the request \"%s\" behind\n", request_kind_name(r->kind));
                abort();
        }
        str_done(&fake->asked);
        answers_free(fake->kept_answers);
        free(fake);
        return NULL;
}

/* One that has more to say waits again. */
static bool request_waits(const struct request *r) {
        const struct request *at = r->fake->waiting;
        while (at && at != r)
                at = at->next;
        return at;
}

static bool request_says_rows(struct request *r) {
        struct request **link = &r->fake->waiting;
        if (!r->fake->source || !r->fake->source(r->text, r->times++, r->row_seen, r->userdata))
                return false;
        while (*link)
                link = &(*link)->next;
        *link = r;
        r->next = NULL;
        return true;
}

/* What is asked about realms, trouble and sources. */
static void deliver_realm(struct request *r, struct error *e) {
        struct fake_host *fake = r->fake;
        switch (r->kind) {
        case REQUEST_USER:
                r->done.user(e ? NULL : fake->account(r->text), e, r->userdata);
                break;
        case REQUEST_SOURCE:
                if (e || !request_says_rows(r))
                        r->done.nothing(e, r->userdata);
                break;
        case REQUEST_MEMBERSHIP:
                r->done.membership(e ? NULL : fake->membership(), e, r->userdata);
                break;
        case REQUEST_PREFLIGHT:
                r->done.preflight(fake->preflight(r->text), r->userdata);
                break;
        case REQUEST_REALM:
                r->done.realm(e ? NULL : fake->realm(r->text), e, r->userdata);
                break;
        case REQUEST_TROUBLE:
                r->done.trouble(e ? NULL : fake->trouble ? fake->trouble() : fake_host_troubles_none(), e, r->userdata);
                break;
        default:
                abort();
        }
}

static struct unit_effects *make_effects(const struct request *r) {
        struct unit_effects *effects = new0(struct unit_effects);
        effects->action = r->action;
        effects->unit = r->fake->unit(r->text);
        if (unit_effects_reach(r->action)) {
                effects->others = unit_effects_next(effects->unit);
                effects->starters = strv_copy(effects->unit->triggered_by);
        }
        unit_effects_judge(effects, &(const struct standing) {});
        return effects;
}

static struct service_list *request_services(const struct request *r) {
        struct service_list *(*build)(void) = r->kind == REQUEST_PINNED ? r->fake->pinned : r->fake->services;
        return build ? build() : new0(struct service_list);
}

/* As a list, or each, in no order: the last one first. */
static void request_deliver_images(struct request *r, struct error *e) {
        struct image_list *images = e ? NULL : r->fake->images ? r->fake->images() : new0(struct image_list);
        if (!r->seen) {
                r->done.images(images, e, r->userdata);
                return;
        }
        for (size_t i = images ? images->n : 0; i > 0; i--)
                r->seen(images->items[i - 1], r->userdata);
        image_list_free(images);
        r->done.nothing(e, r->userdata);
}

/* Gives the answer, or e. */
static void request_deliver(struct request *r, struct error *e) {
        struct fake_host *fake = r->fake;
        if (!e && (r->kind == REQUEST_WATCH || r->kind == REQUEST_LOG || r->kind == REQUEST_PAGE))
                return;
        request_unlink(r);
        op_hold(&r->op);
        if (!e && r->kind == REQUEST_PLAN)
                e = TAKE(r->refused);
        switch (r->kind) {
        case REQUEST_IMAGES:
                request_deliver_images(r, e);
                break;
        case REQUEST_IMAGE:
                r->done.image(e ? NULL : fake->image(r->text), e, r->userdata);
                break;
        case REQUEST_PINNED:
        case REQUEST_SERVICES:
                r->done.services(e ? NULL : request_services(r), e, r->userdata);
                break;
        case REQUEST_UNITS:
                r->done.units(e ? NULL : fake->units ? fake->units() : xcalloc(1, sizeof(struct unit_list)), e, r->userdata);
                break;
        case REQUEST_UNIT:
                r->done.unit(e ? NULL : fake->unit(r->text), e, r->userdata);
                break;
        case REQUEST_TRIGGERS: r->done.triggers(e ? NULL : fake->triggers(), e, r->userdata); break;
        case REQUEST_LOOSE: r->done.volumes(e || !fake->loose ? NULL : fake->loose(), e, r->userdata); break;
        case REQUEST_INSIDE: r->done.inside(e ? NULL : fake->inside(r->part), e, r->userdata); break;
        case REQUEST_EFFECTS: r->done.effects(e ? NULL : make_effects(r), e, r->userdata); break;
        case REQUEST_ACT: r->done.acted(e ? NULL : TAKE(r->report), e, r->userdata); break;
        case REQUEST_REPAIR: r->done.nothing(e, r->userdata); break;
        case REQUEST_PLAN:
                r->done.plan(e ? NULL : TAKE(r->planned), e, r->userdata);
                break;
        case REQUEST_START:
                r->done.started(e ? NULL : fake->job_id, e, r->userdata);
                break;
        case REQUEST_JOBS:
                r->done.jobs(e ? NULL : fake->jobs ? fake->jobs() : xcalloc(1, sizeof(struct job_list)), e, r->userdata);
                break;
        case REQUEST_CHANGES:
                r->done.report(e ? NULL : fake->changes(r->text), e, r->userdata);
                break;
        case REQUEST_CONTAINER:
                r->done.container(fake->container, e, r->userdata);
                break;
        case REQUEST_WATCH:
                r->done.watcher.failed(e, r->userdata);
                break;
        case REQUEST_LOG:
        case REQUEST_PAGE:
        case REQUEST_WRITE:
        case REQUEST_BOOTS:
        case REQUEST_ENTRY: fake_deliver_log(r, e); break;
        default:
                deliver_realm(r, e);
        }
        if (op_release(&r->op) && !request_waits(r))
                op_end(&r->op);
}

static size_t deliver_all(struct fake_host *fake, enum request_kind kind, const struct error *e) {
        size_t n = 0, done = 0;
        for (struct request *r = fake->waiting; r; r = r->next)
                n += r->kind == kind;
        /* An answer may ask again: only what waits now is answered. */
        while (done < n) {
                struct request *r = fake->waiting;
                while (r && r->kind != kind)
                        r = r->next;
                if (!r)
                        break;
                request_deliver(r, error_copy(e));
                done++;
        }
        return done;
}

size_t fake_host_answer(struct fake_host *fake, enum request_kind kind) {
        return deliver_all(fake, kind, NULL);
}

size_t fake_host_fail(struct fake_host *fake, enum request_kind kind, int code, const char *message, const char *hint) {
        _cleanup_error_ struct error *e = NULL;
        error_set(&e, code, "%s", message);
        if (hint)
                error_hint(&e, "%s", hint);
        return deliver_all(fake, kind, e);
}

void fake_host_job(struct fake_host *fake, const struct job *job) {
        for (struct request *r = fake->waiting, *next; r; r = next) {
                next = r->next;
                if (r->kind == REQUEST_WATCH)
                        r->done.watcher.job(job, r->userdata);
        }
}

void fake_host_output(struct fake_host *fake, const void *bytes, size_t n) {
        for (struct request *r = fake->waiting, *next; r; r = next) {
                next = r->next;
                if (r->kind == REQUEST_WATCH)
                        r->done.watcher.output(bytes, n, r->userdata);
        }
}

