/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port's trouble. Small files are read at once; systemd, the engine, SSSD and the journal are asked in
 * parallel, then the units that they point at; what has no answer after a while is left out, with a word.
 *
 *     FILES, ask all -> the answers -> ask about units and containers, ask the journal -> the list */

#include "backend/host/internal.h"
#include "backend/io/turn.h"
#include "backend/realm/realm.h"
#include "base/clock.h"
#include "base/text.h"

#define TROUBLE_USEC (4U * 1000 * 1000)
#define TROUBLE_UNITS_MAX 24U /* of a kind whose state is asked for */
#define TROUBLE_LOGS_MAX 64U
#define TROUBLE_WINDOW_USEC (24LL * 3600 * 1000 * 1000)

/* A unit or a container that is asked about. */
struct subject {
        struct troubles *trouble;
        struct subject *next;
        struct op *asking;
        enum trouble_kind kind;
        struct journal_answer loop;
        const struct service *service;
};

struct troubles {
        struct op op;
        struct backend *backend;
        struct trouble_list *list;
        struct trouble_limits limits;
        struct op *services, *loaded, *realm, *journal;
        struct unit_list *units;
        int64_t read, now; /* usec: when systemd read all unit files; now */
        sd_event_source *patience;
        struct subject *subjects;
        bool second; /* the second round was begun */
        trouble_done_t done;
        void *userdata;
};

static void troubles_forget(struct troubles *t) {
        t->services = op_cancel(t->services);
        t->loaded = op_cancel(t->loaded);
        t->realm = op_cancel(t->realm);
        t->journal = op_cancel(t->journal);
        while (t->subjects) {
                struct subject *s = t->subjects;
                t->subjects = s->next;
                op_cancel(s->asking);
                free(s);
        }
}

static void troubles_drop(struct op *op) {
        struct troubles *t = container_of(op, struct troubles, op);
        troubles_forget(t);
        sd_event_source_disable_unref(t->patience);
        trouble_list_free(t->list);
        unit_list_free(t->units);
        trouble_limits_done(&t->limits);
}

static bool troubles_wants(const struct troubles *t, enum trouble_kind kind) {
        return !t->limits.off[kind];
}

/* ---- the end ---- */

/* Lines of services name them, and no kind that is switched off is left. */
static void troubles_finish_list(struct troubles *t) {
        struct trouble_list *list = t->list;
        size_t n = 0;
        for (size_t i = 0; i < list->n; i++) {
                struct trouble *line = &list->items[i];
                for (size_t k = 0; !line->service && line->target && list->services && k < list->services->n;
                     k++)
                        if (strv_contains(list->services->items[k]->units, line->target))
                                line->service = xstrdup(list->services->items[k]->name);
                if (troubles_wants(t, line->kind))
                        list->items[n++] = *line;
                else
                        trouble_done(line);
        }
        list->n = n;
        trouble_put_to_sleep(t->backend->paths.state, t->now / 1000000, list);
        trouble_list_sort(list);
}

static void troubles_end(struct troubles *t) {
        troubles_finish_list(t);
        struct trouble_list *list = TAKE(t->list);
        op_end(&t->op);
        t->done(list, NULL, t->userdata);
}

static void troubles_ask_further(struct troubles *t);

static void troubles_check(struct troubles *t) {
        if (t->services || t->loaded || t->realm)
                return;
        if (!t->second)
                troubles_ask_further(t);
        if (t->journal)
                return;
        for (const struct subject *s = t->subjects; s; s = s->next)
                if (s->asking)
                        return;
        troubles_end(t);
}

static int troubles_on_patience(sd_event_source *source, uint64_t usec, void *userdata) {
        struct troubles *t = userdata;
        if (t->loaded)
                trouble_silent(t->list, TROUBLE_UNIT_FAILED, "systemd did not answer in time");
        if (t->services)
                trouble_silent(t->list, TROUBLE_HEALTH, "The services were not known in time");
        if (t->realm)
                trouble_silent(t->list, TROUBLE_REALM_OFFLINE, "SSSD did not answer in time");
        if (t->journal)
                trouble_silent(t->list, TROUBLE_LOG_ERRORS, "The journal was not read in time");
        troubles_forget(t);
        troubles_end(t);
        return 0;
}

/* ---- the second round ---- */

static void troubles_on_unit(struct unit_detail *d, struct error *e, void *userdata) {
        struct subject *s = userdata;
        s->asking = op_cancel(s->asking);
        if (d && s->kind == TROUBLE_UNIT_FAILED)
                trouble_judge_failed(d, s->trouble->list);
        else if (d && s->kind == TROUBLE_NOT_RELOADED)
                trouble_judge_edited(d, s->trouble->list);
        else if (d)
                trouble_judge_loop(d, &s->loop, &s->trouble->limits, s->trouble->list);
        unit_detail_free(d);
        error_free(e);
        troubles_check(s->trouble);
}

static void troubles_on_container(struct container_origin *origin, struct error *e, void *userdata) {
        struct subject *s = userdata;
        s->asking = op_cancel(s->asking);
        trouble_judge_health(s->service, origin ? origin->check : NULL, s->trouble->list);
        container_origin_free(origin);
        error_free(e);
        troubles_check(s->trouble);
}

static struct subject *troubles_subject(struct troubles *t, enum trouble_kind kind) {
        struct subject *s = new0(struct subject);
        *s = (struct subject){ .trouble = t, .next = t->subjects, .kind = kind };
        t->subjects = s;
        return s;
}

static void troubles_ask_unit(struct troubles *t, enum trouble_kind kind, const char *unit) {
        struct subject *s = troubles_subject(t, kind);
        s->asking = units_show(t->backend->units, unit, troubles_on_unit, s);
}

static void troubles_on_journal(const struct journal_answers *answers, void *userdata) {
        struct troubles *t = userdata;
        t->journal = op_cancel(t->journal);
        if (answers->unreadable)
                for (int kind = 0; kind < _TROUBLE_KIND_MAX; kind++)
                        if (kind == TROUBLE_RESTART_LOOP || kind == TROUBLE_LOG_ERRORS ||
                            kind == TROUBLE_UNCLEAN_BOOT)
                                trouble_silent(t->list, (enum trouble_kind) kind,
                                               "There is no journal that fairlead may read");
        if (answers->no_boot)
                trouble_silent(t->list, TROUBLE_UNCLEAN_BOOT, "The journal keeps no boot before this one");
        for (size_t i = 0, loops = 0; i < answers->n; i++) {
                const struct journal_answer *answer = &answers->items[i];
                if (answer->kind != TROUBLE_RESTART_LOOP)
                        trouble_judge_answer(answer, &t->limits, t->list);
                else if (answer->n >= t->limits.value[LIMIT_RESTARTS] && loops++ < TROUBLE_UNITS_MAX) {
                        struct subject *s = troubles_subject(t, TROUBLE_RESTART_LOOP);
                        s->loop = (struct journal_answer){ .n = answer->n, .first = answer->first };
                        s->asking = units_show(t->backend->units, answer->unit, troubles_on_unit, s);
                }
        }
        troubles_check(t);
}

static void troubles_ask_journal(struct troubles *t) {
        struct journal_question questions[3 + TROUBLE_LOGS_MAX];
        size_t n = 0;
        const struct service_list *services = t->list->services;
        figures_read(t->backend->paths.root, &t->backend->figures);
        bool booted_lately =
                t->backend->figures.shown.uptime < (int64_t) t->limits.value[LIMIT_BOOT_HOURS] * 3600;
        if (troubles_wants(t, TROUBLE_RESTART_LOOP))
                questions[n++] = (struct journal_question){
                        .kind = TROUBLE_RESTART_LOOP,
                        .since = t->now - (int64_t) t->limits.value[LIMIT_RESTART_MINUTES] * 60 * 1000000
                };
        if (troubles_wants(t, TROUBLE_OOM_KILL))
                questions[n++] = (struct journal_question){
                        .kind = TROUBLE_OOM_KILL,
                        .since = t->now - (int64_t) t->limits.value[LIMIT_OOM_HOURS] * 3600 * 1000000
                };
        if (troubles_wants(t, TROUBLE_UNCLEAN_BOOT) && booted_lately)
                questions[n++] = (struct journal_question){ .kind = TROUBLE_UNCLEAN_BOOT };
        for (size_t i = 0; services && i < services->n && n < ELEMENTS(questions); i++) {
                const struct service *s = services->items[i];
                if (s->state != SERVICE_RUNNING || !s->units || !troubles_wants(t, TROUBLE_LOG_ERRORS))
                        continue;
                int64_t since = s->since * 1000000, least = t->now - TROUBLE_WINDOW_USEC;
                questions[n++] = (struct journal_question){ .kind = TROUBLE_LOG_ERRORS,
                                                            .unit = s->units[0],
                                                            .since = since > least ? since : least };
        }
        t->journal = trouble_ask_journal(t->backend->event, NULL, questions, n, troubles_on_journal, t);
}

/* Its containers and images are asked for together. */
static void troubles_without_engine(struct troubles *t) {
        static const char reason[] = "The container engine did not answer in time";
        trouble_silent(t->list, TROUBLE_HEALTH, reason);
        trouble_silent(t->list, TROUBLE_UPDATE, reason);
}

static void troubles_ask_further(struct troubles *t) {
        t->second = true;
        for (size_t i = 0, n = 0; t->units && i < t->units->n && n < TROUBLE_UNITS_MAX; i++)
                if (str_equal(t->units->items[i].active, "failed")) {
                        troubles_ask_unit(t, TROUBLE_UNIT_FAILED, t->units->items[i].name);
                        n++;
                }
        _cleanup_strv_ char **edited = NULL;
        if (t->read && troubles_wants(t, TROUBLE_NOT_RELOADED))
                trouble_find_edited(t->backend->paths.root, t->read, &edited);
        for (char **unit = edited; unit && *unit; unit++)
                troubles_ask_unit(t, TROUBLE_NOT_RELOADED, *unit);
        const struct service_list *services = t->list->services;
        for (size_t i = 0; services && i < services->n; i++) {
                const struct service *s = services->items[i];
                if (!s->images_known && s->container)
                        troubles_without_engine(t);
                trouble_judge_update(s, host_status(&t->backend->host), t->list);
                if (!str_equal(s->health, "unhealthy") || !s->container)
                        continue;
                struct subject *subject = troubles_subject(t, TROUBLE_HEALTH);
                subject->service = s;
                subject->asking =
                        engine_find_origin(t->backend->engine, s->container, troubles_on_container, subject);
        }
        troubles_ask_journal(t);
        trouble_judge_clock(t->backend->paths.root, trouble_clock_unsynchronized(),
                            t->backend->figures.shown.uptime, t->units, &t->limits, t->list);
}

/* ---- the first round ---- */

static void troubles_on_services(struct service_list *services, struct error *e, void *userdata) {
        struct troubles *t = userdata;
        t->services = op_cancel(t->services);
        t->list->services = services;
        if (e)
                trouble_silent(t->list, TROUBLE_HEALTH, "%s", e->message);
        error_free(e);
        troubles_check(t);
}

static void troubles_on_loaded(struct unit_list *units, int64_t read, struct error *e, void *userdata) {
        struct troubles *t = userdata;
        t->loaded = op_cancel(t->loaded);
        t->units = units;
        t->read = read;
        if (e)
                trouble_silent(t->list, TROUBLE_UNIT_FAILED, "%s", e->message);
        error_free(e);
        if (!read)
                trouble_silent(t->list, TROUBLE_NOT_RELOADED,
                               "systemd does not say when it last read its files");
        troubles_check(t);
}

static void troubles_on_realm(struct membership *m, struct error *e, void *userdata) {
        struct troubles *t = userdata;
        t->realm = op_cancel(t->realm);
        const struct membership *known = t->backend->known;
        if (m && known && known->clock_known) {
                m->clock_known = true;
                m->clock_usec = known->clock_usec;
        }
        if (m)
                trouble_judge_realm(m, t->now / 1000000, &t->limits, t->list);
        if (m && (!known || known->asked != m->asked || known->online != m->online))
                backend_learn_realm(t->backend, m);
        membership_free(m);
        error_free(e);
        troubles_check(t);
}

/* The thresholds, and a line for each that is not understood. */
static void troubles_read_limits(struct troubles *t) {
        const struct paths *paths = &t->backend->paths;
        _cleanup_free_ char *path = str_printf("%s/trouble.conf", paths->config);
        size_t n;
        _cleanup_free_ char *text = paths_read(paths->root, path, &n);
        trouble_limits_read(text, path, &t->limits);
        for (char **wrong = t->limits.wrong; wrong && *wrong; wrong++) {
                _cleanup_free_ char *at = xstrndup(*wrong, strcspn(*wrong, " ") - 1);
                trouble_add(t->list, TROUBLE_SETTINGS, at, PLACE_TEXT, NULL, "%s", *wrong);
        }
}

static void troubles_read_jobs(struct troubles *t) {
        if (jobs_list(t->backend->jobs, &t->list->jobs, NULL) < 0) {
                trouble_silent(t->list, TROUBLE_JOB, "The jobs cannot be read");
                return;
        }
        for (size_t i = 0; i < t->list->jobs->n; i++)
                trouble_judge_job(t->list->jobs->items[i], t->list);
}

static void troubles_begin(void *state) {
        struct troubles *t = state;
        struct backend *b = t->backend;
        t->now = usec_now(CLOCK_REALTIME);
        troubles_read_limits(t);
        sd_event_add_time_relative(b->event, &t->patience, CLOCK_MONOTONIC, TROUBLE_USEC, 100000,
                                   troubles_on_patience, t);
        t->services = backend_list_services(&b->host, troubles_on_services, t);
        t->loaded = units_loaded(b->units, (char *const *) trouble_time_services, troubles_on_loaded, t);
        t->realm = membership_start(b->event, &b->paths, NULL, troubles_on_realm, t);
        trouble_look_at_disks(b->paths.root, &t->limits, t->list);
        trouble_look_at_pressure(b->paths.root, &t->limits, t->list);
        trouble_look_at_cgroups(b->paths.root, &t->limits, t->list);
        trouble_look_at_certificates(b->paths.root, t->now / 1000000, &t->limits, t->list);
        troubles_read_jobs(t);
}

struct op *backend_look_trouble(struct host *host, trouble_done_t done, void *userdata) {
        struct troubles *t = new0(struct troubles);
        *t = (struct troubles){ .op.drop = troubles_drop,
                                .backend = backend_of(host),
                                .list = new0(struct trouble_list),
                                .done = done,
                                .userdata = userdata };
        return op_answer(&t->op, t->backend->event, troubles_begin);
}

int backend_sleep_trouble(struct host *host, const char *id, int64_t until, struct error **reterr) {
        const struct paths *paths = &backend_of(host)->paths;
        int r = paths_prepare(paths, reterr);
        if (r < 0)
                return r;
        return trouble_write_sleep(paths->state, id, until, usec_now(CLOCK_REALTIME) / 1000000, reterr);
}

const struct host_figures *backend_figures(struct host *host) {
        struct backend *b = backend_of(host);
        figures_read(b->paths.root, &b->figures);
        return &b->figures.shown;
}
