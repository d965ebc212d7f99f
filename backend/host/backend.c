/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/host/backend.h"

#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "backend/host/internal.h"
#include "backend/io/turn.h"
#include "backend/store/pins.h"
#include "backend/store/services.h"
#include "backend/store/shims.h"

/* ---- status ---- */

/* e (borrowed): why no engine answered; NULL: one did. */
static void engine_asked(struct backend *b, const struct error *e) {
        b->engine_asked = true;
        b->engine_error = error_free(b->engine_error);
        if (e)
                b->engine_error = error_copy(e);
}

static const struct host_status *backend_status(struct host *host) {
        struct backend *b = backend_of(host);
        const struct engine_about *about = engine_about(b->engine);
        b->status = (struct host_status){
                .hostname = b->facts.hostname,
                .engine = about ? about->kind : ENGINE_NONE,
                .engine_version = about ? about->version : NULL,
                .engine_error = about ? NULL : b->engine_error,
                .engine_asked = about || b->engine_asked,
                .profile_error = profiles_errors(b->profiles) ? profiles_error(b->profiles, 0) : NULL,
                .profile_errors = profiles_errors(b->profiles),
                .root = b->root,
                .systemd = b->systemd,
                .failed_units = b->failed,
        };
        backend_fill_realm(b, &b->status.realm);
        return &b->status;
}

static const char *backend_suggest(struct host *host, const char *what) {
        return what[0] == '=' ? what + 1 : facts_suggest(&backend_of(host)->facts, what);
}

static const char *backend_engine_path(struct host *host) {
        struct backend *b = backend_of(host);
        const struct engine_about *about = engine_about(b->engine);
        return facts_engine_program(b->paths.root, about ? about->kind : ENGINE_NONE);
}

/* ---- listening ---- */

static void engine_changed(unsigned what, void *userdata) {
        backend_changed(userdata, (what & ENGINE_IMAGES ? TOPIC_IMAGES : 0) |
                                          (what & ENGINE_CONTAINERS ? TOPIC_SERVICES : 0));
}

static void engine_away(const struct error *e, void *userdata) {
        engine_asked(userdata, e);
        backend_changed(userdata, TOPIC_ENGINE | TOPIC_IMAGES);
}

static void engine_back(void *userdata) {
        engine_asked(userdata, NULL);
        backend_changed(userdata, TOPIC_ENGINE | TOPIC_IMAGES | TOPIC_SERVICES);
}

/* Most units belong to no service, and a list of services costs the engine a list of images. names NULL:
 * many. */
static bool concern_services(const struct backend *b, char *const *names) {
        if (!names)
                return true;
        _cleanup_(service_list_freep) struct service_list *services = services_list(&b->paths, NULL);
        _cleanup_strv_ char **pins = pins_read(&b->paths);
        for (char *const *name = names; *name; name++) {
                if (strv_contains(pins, *name))
                        return true;
                for (size_t i = 0; i < services->n; i++)
                        if (strv_contains(services->items[i]->units, *name))
                                return true;
        }
        return false;
}

static void backend_count_failed(struct backend *b);

static void backend_on_counted(int64_t n, void *userdata) {
        struct backend *b = userdata;
        b->counting = op_cancel(b->counting);
        if (n >= 0 && n != b->failed) {
                b->failed = (unsigned) n;
                backend_changed(b, TOPIC_HOST);
        }
        if (b->count_again)
                backend_count_failed(b);
}

/* One question at a time, however fast units change. */
static void backend_count_failed(struct backend *b) {
        b->count_again = b->counting;
        if (!b->counting)
                b->counting = units_count_failed(b->units, backend_on_counted, b);
}

static void units_changed(char *const *names, void *userdata) {
        backend_count_failed(userdata);
        backend_changed(userdata, TOPIC_UNITS | (concern_services(userdata, names) ? TOPIC_SERVICES : 0));
}

/* A join, a leave, a renewal are jobs. */
static void jobs_changed(void *userdata) {
        backend_look_at_realm(userdata);
        backend_changed(userdata, TOPIC_JOBS | TOPIC_SERVICES);
}

static void host_backend_on_found(struct error *e, void *userdata) {
        struct backend *b = userdata;
        b->finding = op_cancel(b->finding);
        engine_asked(b, e);
        error_free(e);
        backend_changed(b, TOPIC_ENGINE);
}

static void backend_listen(struct host *host, void (*listener)(unsigned topics, void *userdata),
                           void *userdata) {
        struct backend *b = backend_of(host);
        b->listener = listener;
        b->userdata = userdata;
        b->topics = 0;
        b->reporting = sd_event_source_disable_unref(b->reporting);
        b->looking = sd_event_source_disable_unref(b->looking);
        b->watching = op_cancel(b->watching);
        b->finding = op_cancel(b->finding);
        b->counting = op_cancel(b->counting);
        units_listen(b->units, listener ? units_changed : NULL, b);
        backend_managers_listen(b, listener);
        jobs_listen(b->jobs, listener ? jobs_changed : NULL, b);
        if (!listener)
                return;
        backend_look_at_realm(b);
        backend_count_failed(b);
        const struct engine_watcher watcher = {
                .changed = engine_changed, .away = engine_away, .back = engine_back, .userdata = b
        };
        b->finding = engine_find(b->engine, host_backend_on_found, b);
        b->watching = engine_watch(b->engine, &watcher);
}

/* ---- jobs and changes: backend/jobs/jobs.h reads folders at once, the results come from the loop ---- */

static struct op *backend_start_job(struct host *host, const struct plan *plan, struct secret_list *secrets,
                                    started_done_t done, void *userdata) {
        return jobs_start(backend_of(host)->jobs, plan, secrets, done, userdata);
}

static struct op *backend_resume_job(struct host *host, const char *id, enum job_resume how,
                                     struct secret_list *secrets, started_done_t done, void *userdata) {
        return jobs_resume(backend_of(host)->jobs, id, how, secrets, done, userdata);
}

static struct op *backend_watch_job(struct host *host, const char *id, const struct job_watcher *watcher) {
        return jobs_watch(backend_of(host)->jobs, id, watcher);
}

static int backend_cancel_job(struct host *host, const char *id, struct error **reterr) {
        return jobs_cancel(backend_of(host)->jobs, id, reterr);
}

static int backend_prune_jobs(struct host *host, bool all, bool really, struct pruning *ret,
                              struct error **reterr) {
        return jobs_prune(backend_of(host)->jobs, all, really, ret, reterr);
}

static int backend_job_input(struct host *host, const char *id, const void *bytes, size_t n,
                             struct error **reterr) {
        return jobs_input(backend_of(host)->jobs, id, bytes, n, reterr);
}

static int backend_job_size(struct host *host, const char *id, unsigned rows, unsigned columns) {
        return jobs_size(backend_of(host)->jobs, id, rows, columns);
}

static int backend_job_plan(struct host *host, const char *id, struct plan **ret, struct error **reterr) {
        return jobs_plan(backend_of(host)->jobs, id, ret, reterr);
}

static void host_jobs_list(void *state) {
        struct host_call *c = state;
        struct job_list *jobs = NULL;
        struct error *e = NULL;
        jobs_list(c->backend->jobs, &jobs, &e);
        op_end(&c->op);
        c->done.jobs(jobs, e, c->userdata);
}

static struct op *backend_list_jobs(struct host *host, jobs_done_t done, void *userdata) {
        struct host_call *c = host_call_new(host, userdata, NULL);
        c->done.jobs = done;
        return op_answer(&c->op, c->backend->event, host_jobs_list);
}

static void host_jobs_report(void *state) {
        struct host_call *c = state;
        struct change_report *report = NULL;
        struct error *e = NULL;
        jobs_changes(c->backend->jobs, c->text, c->flag, &report, &e);
        op_end(&c->op);
        c->done.report(report, e, c->userdata);
}

static struct op *backend_list_changes(struct host *host, const char *of, bool diffs, report_done_t done,
                                       void *userdata) {
        struct host_call *c = host_call_new(host, userdata, of);
        c->flag = diffs;
        c->done.report = done;
        return op_answer(&c->op, c->backend->event, host_jobs_report);
}

static int backend_set_shims(struct host *host, const char *service, char *const *tools, char ***ret,
                             struct error **reterr) {
        const struct paths *paths = &backend_of(host)->paths;
        return tools ? shims_add(paths, service, tools, ret, reterr)
                     : shims_remove(paths, service, ret, reterr);
}

/* ---- the host ---- */

static const struct host_ops backend_ops = {
        .status = backend_status,
        .figures = backend_figures,
        .look_trouble = backend_look_trouble,
        .sleep_trouble = backend_sleep_trouble,
        .list_images = backend_list_images,
        .each_image = backend_each_image,
        .list_source = backend_list_source,
        .find_image = backend_find_image,
        .find_profile = backend_find_profile,
        .read_catalog = backend_read_catalog,
        .resolve_name = backend_resolve_name,
        .suggest = backend_suggest,
        .list_services = backend_list_services,
        .list_pinned = backend_list_pinned,
        .pin_unit = backend_pin_unit,
        .read_usage = backend_read_usage,
        .list_units = backend_list_units,
        .show_unit = backend_show_unit,
        .list_managers = backend_list_managers,
        .unit_effects = backend_unit_effects,
        .list_triggers = backend_list_triggers,
        .look_inside = backend_look_inside,
        .act_on_unit = backend_act_on_unit,
        .read_log = backend_read_log,
        .write_log = backend_write_log,
        .list_boots = backend_list_boots,
        .show_entry = backend_show_entry,
        .engine_path = backend_engine_path,
        .find_container = backend_find_container,
        .list_loose = backend_list_loose,
        .list_volumes = backend_list_volumes,
        .remove_volume = backend_remove_volume,
        .make_plan = backend_make_plan,
        .start_job = backend_start_job,
        .resume_job = backend_resume_job,
        .job_plan = backend_job_plan,
        .list_jobs = backend_list_jobs,
        .watch_job = backend_watch_job,
        .cancel_job = backend_cancel_job,
        .prune_jobs = backend_prune_jobs,
        .job_input = backend_job_input,
        .job_size = backend_job_size,
        .list_changes = backend_list_changes,
        .set_shims = backend_set_shims,
        .discover = backend_discover,
        .preflight = backend_preflight,
        .repair = backend_repair,
        .membership = backend_membership,
        .test_user = backend_test_user,
        .listen = backend_listen,
};

#define LOOKUP_USEC (30ULL * 1000 * 1000)

struct host *backend_new(sd_event *event, const struct backend_options *options) {
        struct backend *b = new0(struct backend);
        b->host.ops = &backend_ops;
        b->event = sd_event_ref(event);
        b->paths = options->paths ? *options->paths : paths_default;
        b->lookup_usec = options->lookup_usec ? options->lookup_usec : LOOKUP_USEC;
        facts_read(b->paths.root, &b->facts);
        /* Once, not at every paint that reads the status. */
        b->root = geteuid() == 0;
        b->systemd = sd_booted() > 0;
        b->engine = engine_new(event, options->sockets);
        b->skopeo = skopeo_new(event, &(struct skopeo_options){ .program = b->paths.skopeo,
                                                                .cache = b->paths.cache });
        b->units = units_new(event, b->paths.root, options->bus);
        b->jobs = jobs_new(event, &b->paths, b->systemd || options->bus ? b->units : NULL);
        b->profiles = profiles_new(&b->paths);
        return &b->host;
}

struct host *backend_free(struct host *host) {
        struct backend *b = backend_of(host);
        if (!b)
                return NULL;
        backend_listen(host, NULL, NULL);
        jobs_free(b->jobs);
        backend_managers_free(b);
        units_free(b->units);
        engine_free(b->engine);
        skopeo_free(b->skopeo);
        profiles_free(b->profiles);
        catalog_done(&b->catalog);
        facts_done(&b->facts);
        figures_done(&b->figures);
        sd_event_source_disable_unref(b->looking);
        membership_free(b->known);
        error_free(b->engine_error);
        sd_event_unref(b->event);
        free(b);
        return NULL;
}
