/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the sources of services' images have newer ones: asked by skopeo for the manifest of a tag, some at
 * once, and kept (backend/store/updates.h); else as they were seen last. Nothing is pulled.
 *
 *     records and what was kept -> ask: each source -> keep -> what the engine has -> done
 *
 * A registry that hangs holds one place: its other images wait for its first answer, and get the same reason
 * when there is none. */

#include <time.h>

#include "backend/host/internal.h"
#include "backend/io/digest.h"
#include "backend/io/facts.h"
#include "backend/io/turn.h"
#include "backend/store/services.h"
#include "backend/store/updates.h"

#define ENGINE_USEC 1500000U
#define AT_ONCE 4U

struct updates_row {
        struct updates_look *look;
        size_t at; /* in the list */
        struct op *asking;
        sd_event_source *deadline;
        bool begun;
};

struct updates_look {
        struct op op; /* inner: the engine */
        struct backend *backend;
        char **names; /* only these are asked; NULL: all */
        bool ask;
        struct service_list *services;
        struct update_list *list;
        struct updates_row *rows;
        size_t n;
        struct error *error;
        sd_event_source *patience;
        update_seen_t seen;
        updates_done_t done;
        void *userdata;
};

static void host_updates_drop(struct op *op) {
        struct updates_look *l = container_of(op, struct updates_look, op);
        for (size_t i = 0; i < l->n; i++) {
                op_cancel(l->rows[i].asking);
                sd_event_source_disable_unref(l->rows[i].deadline);
        }
        sd_event_source_disable_unref(l->patience);
        strv_free(l->names);
        service_list_free(l->services);
        update_list_free(l->list);
        error_free(l->error);
        free(l->rows);
}

static void host_updates_end(struct updates_look *l) {
        struct update_list *list = l->error ? NULL : TAKE(l->list);
        struct error *e = TAKE(l->error);
        op_end(&l->op);
        l->done(list, e, l->userdata);
}

/* ---- what the engine has ---- */

static void host_updates_on_engine(void *userdata) {
        struct updates_look *l = userdata;
        for (size_t i = 0; i < l->services->n; i++) {
                struct update *u = update_list_find(l->list, l->services->items[i]->name);
                if (u)
                        u->here = l->services->items[i]->newer;
        }
        host_updates_end(l);
}

static int host_updates_on_slow_engine(sd_event_source *source, uint64_t usec, void *userdata) {
        struct updates_look *l = userdata;
        op_wait(&l->op, NULL);
        host_updates_end(l);
        return 0;
}

static void host_updates_ask_engine(struct updates_look *l) {
        if (!l->list->n) {
                host_updates_end(l);
                return;
        }
        op_wait(&l->op, backend_image_states(l->backend, l->services, host_updates_on_engine, l));
        sd_event_add_time_relative(l->backend->event, &l->patience, CLOCK_MONOTONIC, ENGINE_USEC, 100000,
                                   host_updates_on_slow_engine, l);
}

/* ---- the sources ---- */

static void host_updates_go_on(struct updates_look *l);

static bool host_updates_source(const struct update *u, struct source *ret) {
        _cleanup_free_ char *text = str_printf("docker://%s", u->reference);
        return source_parse(text, NULL, ret, NULL) >= 0;
}

static struct span host_updates_registry(const struct updates_row *row) {
        const char *reference = row->look->list->items[row->at].reference;
        return reference_split(reference ? reference : "").registry;
}

/* false: the operation is gone. */
static bool host_updates_say(struct updates_look *l, const struct update *u) {
        if (!l->seen)
                return true;
        op_hold(&l->op);
        l->seen(u, l->userdata);
        return op_release(&l->op);
}

/* false: the operation is gone. */
static bool host_updates_row_end(struct updates_row *row, const struct image *image, const char *reason) {
        struct update *u = &row->look->list->items[row->at];
        row->asking = op_cancel(row->asking);
        row->deadline = sd_event_source_disable_unref(row->deadline);
        row->begun = true;
        u->asking = false;
        if (image)
                update_answered(u, image, (int64_t) time(NULL));
        else
                update_failed(u, reason, (int64_t) time(NULL));
        return host_updates_say(row->look, u);
}

/* No image of a registry that does not answer is asked for any more. */
static void host_updates_row_fail(struct updates_row *row, const char *reason, bool registry) {
        struct updates_look *l = row->look;
        struct span silent = host_updates_registry(row);
        _cleanup_free_ char *text = xstrdup(reason);
        if (!host_updates_row_end(row, NULL, text))
                return;
        for (size_t i = 0; registry && i < l->list->n; i++)
                if (!l->rows[i].begun && l->list->items[i].asking &&
                    span_equal(host_updates_registry(&l->rows[i]), silent) &&
                    !host_updates_row_end(&l->rows[i], NULL, text))
                        return;
        host_updates_go_on(l);
}

static void host_updates_on_image(struct image *answer, struct error *error, void *userdata) {
        struct updates_row *row = userdata;
        struct updates_look *l = row->look;
        _cleanup_image_ struct image *image = answer;
        _cleanup_error_ struct error *e = error;
        if (!image) {
                bool registry = e->code == -ETIMEDOUT || e->code == -ECONNREFUSED ||
                                e->code == -EHOSTUNREACH || e->code == -ENETUNREACH;
                host_updates_row_fail(row, e->message, registry);
        } else if (host_updates_row_end(row, image, NULL))
                host_updates_go_on(l);
}

static int host_updates_on_deadline(sd_event_source *source, uint64_t usec, void *userdata) {
        struct updates_row *row = userdata;
        struct span registry = host_updates_registry(row);
        uint64_t seconds = row->look->backend->lookup_usec / 1000000;
        _cleanup_free_ char *reason = str_printf("The registry %.*s did not answer within %llu seconds",
                                                 (int) registry.n, registry.at, (unsigned long long) seconds);
        host_updates_row_fail(row, reason, true);
        return 0;
}

static void host_updates_ask(struct updates_row *row) {
        struct updates_look *l = row->look;
        _cleanup_(source_done) struct source source = {};
        host_updates_source(&l->list->items[row->at], &source);
        row->begun = true;
        row->asking = skopeo_inspect(l->backend->skopeo, &source, host_updates_on_image, row);
        sd_event_add_time_relative(l->backend->event, &row->deadline, CLOCK_MONOTONIC,
                                   l->backend->lookup_usec, 100000, host_updates_on_deadline, row);
}

/* Whether the row may begin: its registry has answered before, or nobody waits for it. */
static bool host_updates_may_ask(const struct updates_look *l, const struct updates_row *row) {
        struct span registry = host_updates_registry(row);
        bool waited = false;
        for (size_t i = 0; i < l->list->n; i++) {
                const struct updates_row *other = &l->rows[i];
                if (!other->begun || !l->list->items[i].reference ||
                    !span_equal(host_updates_registry(other), registry))
                        continue;
                if (!other->asking && !l->list->items[i].failed)
                        return true;
                waited |= other->asking != NULL;
        }
        return !waited;
}

static void host_updates_go_on(struct updates_look *l) {
        size_t running = 0, left = 0;
        for (size_t i = 0; i < l->list->n; i++)
                running += l->rows[i].asking != NULL;
        for (size_t i = 0; i < l->list->n; i++) {
                struct updates_row *row = &l->rows[i];
                bool waits = l->list->items[i].asking && !row->begun;
                if (waits && running < AT_ONCE && host_updates_may_ask(l, row)) {
                        host_updates_ask(row);
                        running++;
                }
                left += l->list->items[i].asking;
        }
        if (left)
                return;
        if (updates_keep(&l->backend->paths, l->list, &l->error) < 0)
                host_updates_end(l);
        else {
                backend_changed(l->backend, TOPIC_SERVICES);
                host_updates_ask_engine(l);
        }
}

/* ---- the beginning ---- */

static void host_updates_begin_asking(struct updates_look *l) {
        l->n = l->list->n;
        l->rows = xcalloc(l->n + 1, sizeof *l->rows);
        for (size_t i = 0; i < l->n; i++) {
                struct update *u = &l->list->items[i];
                _cleanup_(source_done) struct source source = {};
                l->rows[i] = (struct updates_row) { .look = l, .at = i };
                u->asking = u->reference && (!l->names || strv_contains(l->names, u->name)) &&
                            host_updates_source(u, &source);
        }
        for (size_t i = 0; i < l->list->n; i++)
                if (!host_updates_say(l, &l->list->items[i]))
                        return;
        host_updates_go_on(l);
}

static void host_updates_begin(void *state) {
        struct updates_look *l = state;
        if (services_visible(&l->backend->paths, &l->error) < 0) {
                host_updates_end(l);
                return;
        }
        l->services = services_list(&l->backend->paths, NULL);
        /* What cannot be read any more is asked again. */
        l->list = updates_of_services(&l->backend->paths, l->services, NULL);
        for (char **name = l->names; name && *name; name++)
                if (!update_list_find(l->list, *name)) {
                        error_set(&l->error, -ENOENT, "No service named %s is installed", *name);
                        error_hint(&l->error, "fairlead services lists those that are");
                        host_updates_end(l);
                        return;
                }
        if (l->ask)
                host_updates_begin_asking(l);
        else
                host_updates_ask_engine(l);
}

struct op *backend_list_updates(struct host *host, bool ask, char *const *names, update_seen_t seen,
                                updates_done_t done, void *userdata) {
        struct updates_look *l = new0(struct updates_look);
        *l = (struct updates_look) { .op.drop = host_updates_drop,
                                     .backend = backend_of(host),
                                     .names = names && *names ? strv_copy(names) : NULL,
                                     .ask = ask,
                                     .seen = seen,
                                     .done = done,
                                     .userdata = userdata };
        return op_answer(&l->op, l->backend->event, host_updates_begin);
}

int backend_hold_update(struct host *host, const char *service, int64_t until, struct error **reterr) {
        struct backend *b = backend_of(host);
        _cleanup_(service_freep) struct service *record = NULL;
        int r = services_read(&b->paths, service, &record, reterr);
        if (r >= 0)
                r = updates_hold(&b->paths, record->name, until, reterr);
        if (r >= 0)
                backend_changed(b, TOPIC_SERVICES);
        return r;
}

int backend_approve_update(struct host *host, const char *service, const struct plan *plan,
                           struct error **reterr) {
        struct backend *b = backend_of(host);
        _cleanup_(service_freep) struct service *record = NULL;
        int r = plan ? plan_unattended(plan, reterr) : 0;
        if (r >= 0)
                r = services_read(&b->paths, service, &record, reterr);
        if (r < 0)
                return r;
        if (plan) {
                struct service_list one = { .items = &record, .n = 1 };
                _cleanup_(update_list_freep) struct update_list *list =
                        updates_of_services(&b->paths, &one, NULL);
                char consent[DIGEST_HEX];
                digest_plan(plan, consent);
                _cleanup_free_ char *user = facts_user(b->paths.root);
                update_approve(&list->items[0], &plan->pin, consent, (int64_t) time(NULL), user);
                r = updates_approve(&b->paths, &list->items[0], reterr);
        } else
                r = updates_withdraw(&b->paths, record->name, reterr);
        if (r >= 0)
                backend_changed(b, TOPIC_SERVICES);
        return r;
}

/* ---- what others show of them ---- */

void backend_recall_updates(const struct backend *b, struct service_list *services) {
        _cleanup_(update_list_freep) struct update_list *list =
                updates_of_services(&b->paths, services, NULL);
        for (size_t i = 0; i < services->n; i++) {
                struct service *s = services->items[i];
                s->newer_there = update_state(&list->items[i]) == UPDATE_NEWER;
                s->update_held = list->items[i].held > (int64_t) time(NULL) ? list->items[i].held : 0;
        }
}

/* ---- the newest image of a service ---- */

struct newest {
        struct op op; /* inner: the search */
        struct backend *backend;
        char *reference, *id; /* of the service */
        struct error *silent; /* why its source gave no answer */
        image_done_t done;
        void *userdata;
};

static void newest_drop(struct op *op) {
        struct newest *n = container_of(op, struct newest, op);
        FREE_ALL(n->reference, n->id);
        error_free(n->silent);
}

/* Nothing newer in the engine is no answer to the question that the source did not answer. */
static void newest_on_engine(struct image *image, struct error *e, void *userdata) {
        struct newest *n = userdata;
        if (n->silent && (!image || str_equal(image->id, n->id))) {
                image = image_free(image);
                error_free(e);
                e = TAKE(n->silent);
        }
        op_end(&n->op);
        n->done(image, e, n->userdata);
}

static void newest_on_source(struct image *image, struct error *e, void *userdata) {
        struct newest *n = userdata;
        if (e) {
                n->silent = e;
                op_wait(&n->op, backend_find_image(&n->backend->host, n->reference, newest_on_engine, n));
                return;
        }
        op_end(&n->op);
        n->done(image, NULL, n->userdata);
}

struct op *backend_find_newest(struct backend *b, const struct service *record, image_done_t done,
                               void *userdata) {
        struct service *one[] = { (struct service *) record };
        const struct service_list list = { .items = one, .n = 1 };
        _cleanup_(update_list_freep) struct update_list *updates =
                updates_of_services(&b->paths, &list, NULL);
        const struct update *u = &updates->items[0];
        bool there = u->reference && (update_state(u) == UPDATE_NEWER ||
                                      (record->pin.source && str_starts(record->pin.source, "docker://")));
        _cleanup_free_ char *source = there ? str_printf("docker://%s", u->reference) : NULL;
        struct newest *n = new0(struct newest);
        *n = (struct newest) { .op.drop = newest_drop,
                               .backend = b,
                               .reference = xstrdup(record->pin.reference ? record->pin.reference : ""),
                               .id = xstrdup(record->pin.image_id),
                               .done = done,
                               .userdata = userdata };
        return op_wait(&n->op, backend_find_image(&b->host, source ? source : n->reference,
                                                  source ? newest_on_source : newest_on_engine, n));
}
