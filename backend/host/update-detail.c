/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a newer image changes: labels and findings from its configuration, which a look has left in the cache,
 * packages from the files of both images where the engine has them.
 *
 *     record -> the newest image, at its source by digest or in the engine -> has the engine its layers?
 *            -> fetch: pull -> packages of the old one -> of the new one -> who signed it -> done */

#include "backend/host/internal.h"
#include "backend/io/turn.h"
#include "backend/store/services.h"
#include "backend/store/updates.h"
#include "model/command/lint.h"

/* A registry that hangs keeps nobody from the rest. */
#define SIGNER_SECONDS 5U

struct detailing {
        struct op op; /* inner: the question of the moment */
        struct backend *backend;
        char *name;
        bool fetch;
        struct service *record;
        struct update_detail *detail;
        char *pinned, *id; /* of the newest image */
        char *signed_name; /* by which its signatures are looked for */
        sd_event_source *deadline;
        struct package_list *before;
        struct error *error;
        update_done_t done;
        void *userdata;
};

static void detail_drop(struct op *op) {
        struct detailing *d = container_of(op, struct detailing, op);
        service_free(d->record);
        update_detail_free(d->detail);
        package_list_free(d->before);
        error_free(d->error);
        sd_event_source_disable_unref(d->deadline);
        FREE_ALL(d->name, d->pinned, d->id, d->signed_name);
}

static void detail_end(struct detailing *d) {
        struct error *e = TAKE(d->error);
        struct update_detail *detail = e ? NULL : TAKE(d->detail);
        op_end(&d->op);
        d->done(detail, e, d->userdata);
}

/* ---- who signed it ---- */

static void detail_on_trust(struct trust *trust, struct error *e, void *userdata) {
        struct detailing *d = userdata;
        d->detail->trust = trust;
        if (e)
                str_replace(&d->detail->unlooked, e->message);
        error_free(e);
        detail_end(d);
}

static int detail_on_deadline(sd_event_source *source, uint64_t usec, void *userdata) {
        struct detailing *d = userdata;
        op_wait(&d->op, NULL);
        d->detail->unlooked =
                str_printf("The places of its signatures did not answer within %u seconds", SIGNER_SECONDS);
        detail_end(d);
        return 0;
}

static void detail_look_signer(struct detailing *d) {
        op_wait(&d->op, backend_look_trust(&d->backend->host, d->signed_name, detail_on_trust, d));
        sd_event_add_time_relative(d->backend->event, &d->deadline, CLOCK_MONOTONIC,
                                   SIGNER_SECONDS * 1000000U, 100000, detail_on_deadline, d);
}

/* ---- packages ---- */

/* Labels and findings are shown all the same. Takes e. */
static void detail_end_unread(struct detailing *d, struct error *e, const char *which) {
        free(d->detail->unread);
        d->detail->unread = str_printf("%s: %s", which, e->message);
        error_free(e);
        detail_look_signer(d);
}

static void detail_on_after(struct package_list *packages, struct error *e, void *userdata) {
        struct detailing *d = userdata;
        if (e) {
                detail_end_unread(d, e, "The newer image");
                return;
        }
        package_changes_make(d->before, packages, &d->detail->packages);
        package_list_free(packages);
        detail_look_signer(d);
}

static void detail_on_before(struct package_list *packages, struct error *e, void *userdata) {
        struct detailing *d = userdata;
        if (e) {
                detail_end_unread(d, e, "The installed image");
                return;
        }
        d->before = packages;
        op_wait(&d->op, engine_read_packages(d->backend->engine, d->id, detail_on_after, d));
}

static void detail_read_packages(struct detailing *d) {
        d->detail->here = true;
        op_wait(&d->op, engine_read_packages(d->backend->engine,
                                             d->record->pin.image_id ? d->record->pin.image_id : "",
                                             detail_on_before, d));
}

static void detail_on_pulled(struct image *image, struct error *e, void *userdata) {
        struct detailing *d = userdata;
        image_free(image);
        if (e)
                detail_end_unread(d, e, "The newer image cannot be fetched");
        else
                detail_read_packages(d);
}

static void detail_on_here(struct image *image, struct error *e, void *userdata) {
        struct detailing *d = userdata;
        bool gone = e && e->code == -ENOENT;
        if (image)
                detail_read_packages(d);
        else if (gone && d->fetch)
                op_wait(&d->op, engine_pull(d->backend->engine, d->pinned, NULL, detail_on_pulled, d));
        else if (gone) {
                str_replace(&d->detail->unread, "The newer image was not fetched");
                detail_look_signer(d);
        } else {
                detail_end_unread(d, TAKE(e), "The engine");
        }
        image_free(image);
        error_free(e);
}

/* ---- labels and findings ---- */

static void detail_compare(struct detailing *d, const struct image *newest) {
        const struct host_status *h = host_status(&d->backend->host);
        struct label_list labels = {};
        _cleanup_(finding_list_done) struct finding_list before = {}, after = {};
        char *names[] = { d->record->pin.reference, NULL };
        const struct image old = { .id = d->record->pin.image_id,
                                   .names = names,
                                   .labels = d->record->pin.labels };
        label_list_of(newest, &labels);
        const struct image new = { .id = newest->id, .names = names, .labels = labels };
        d->detail->labels = label_changes_make(&old.labels, &labels);
        image_lint(&old, h->engine, h->engine_version, &before);
        image_lint(&new, h->engine, h->engine_version, &after);
        d->detail->findings = finding_list_beyond(&after, &before);
        d->detail->fixed = finding_list_beyond(&before, &after);
        label_list_done(&labels);
}

static void detail_on_newest(struct image *answer, struct error *e, void *userdata) {
        struct detailing *d = userdata;
        _cleanup_image_ struct image *image = answer;
        d->error = e;
        if (!e && str_equal(image->id, d->record->pin.image_id)) {
                error_set(&d->error, -EALREADY, "No newer image of %s is known", d->record->name);
                error_hint(&d->error, "fairlead updates --check asks its source now");
        }
        if (d->error) {
                detail_end(d);
                return;
        }
        detail_compare(d, image);
        d->id = xstrdup(image->id);
        d->pinned = image_pinned(image, d->detail->update.reference ? d->detail->update.reference
                                                                    : image_reference(image));
        d->signed_name = xstrdup(source_named(image->source) ? image->source : d->id);
        op_wait(&d->op, engine_inspect_image(d->backend->engine, d->id, detail_on_here, d));
}

static void detail_begin(void *state) {
        struct detailing *d = state;
        struct backend *b = d->backend;
        if (services_read(&b->paths, d->name, &d->record, &d->error) < 0) {
                detail_end(d);
                return;
        }
        struct service_list one = { .items = &d->record, .n = 1 };
        _cleanup_(update_list_freep) struct update_list *list = updates_of_services(&b->paths, &one, NULL);
        d->detail = new0(struct update_detail);
        update_copy(&list->items[0], &d->detail->update);
        const struct update *u = &d->detail->update;
        struct reference_parts p = reference_split(u->reference ? u->reference : "");
        /* By the digest that was seen: its documents are in the cache. */
        _cleanup_free_ char *source =
                u->reference && u->newest.digest && update_state(u) == UPDATE_NEWER
                        ? str_printf("docker://%.*s@%s", (int) p.repository.n, p.repository.at,
                                     u->newest.digest)
                        : NULL;
        const char *own = d->record->pin.reference;
        op_wait(&d->op, backend_find_image(&b->host, source ? source : own ? own : "", detail_on_newest, d));
}

struct op *backend_show_update(struct host *host, const char *service, bool fetch, update_done_t done,
                               void *userdata) {
        struct detailing *d = new0(struct detailing);
        *d = (struct detailing) { .op.drop = detail_drop,
                                  .backend = backend_of(host),
                                  .name = xstrdup(service),
                                  .fetch = fetch,
                                  .done = done,
                                  .userdata = userdata };
        return op_answer(&d->op, d->backend->event, detail_begin);
}
