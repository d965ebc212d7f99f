/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the fake host answers: to each request, when the test says so, and to those who watch a job. */
#include "tests/fake/internal.h"

#include <stdlib.h>

#include "base/memory.h"

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
        case REQUEST_UPDATE: r->done.update(e ? NULL : fake->update(str_starts(r->text, "fetch ")), e, r->userdata); break;
        case REQUEST_UPDATES:
                r->done.updates(e ? NULL : fake->updates ? fake->updates(r->text) : new0(struct update_list), e, r->userdata);
                break;
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
        case REQUEST_TRUST:
                r->done.trust(e || !fake->trust ? NULL : fake->trust(r->text), e, r->userdata);
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
        case REQUEST_NETWORK:
                error_free(e);
                r->done.network(fake->network ? fake->network() : new0(struct reach), r->userdata);
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

/* ---- the setup ---- */

void fake_read_pages(struct host *host, struct page_list *ret) {
        struct fake_host *fake = (struct fake_host *) host;
        page_list_begin(ret);
        if (fake->pages)
                fake->pages(ret);
}

void fake_read_setup(struct host *host, struct setup *ret) {
        struct fake_host *fake = (struct fake_host *) host;
        *ret = (struct setup) {};
        if (fake->setup)
                fake->setup(ret);
}
