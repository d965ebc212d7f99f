/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port's realms: discovery, preflight and its repairs, the membership, a test of a user. */
#include <time.h>

#include "backend/host/internal.h"
#include "backend/io/turn.h"
#include "backend/realm/realm.h"

/* ---- discovery and preflight ---- */

/* The domain, or (NULL) the host's own, in the form of realm_domain(); the caller frees. none: the sentence
 * when the host has none. NULL: *reterr has the reason. */
static char *host_realm_domain(const struct backend *b, const char *domain, const char *none,
                               struct error **reterr) {
        const char *wanted = str_empty(domain) ? b->facts.domain : domain;
        if (wanted)
                return realm_domain(wanted, reterr);
        error_set(reterr, -ENOENT, "%s", none);
        return NULL;
}

static void host_realm_refuse(void *state) {
        struct host_call *c = state;
        struct error *e = TAKE(c->error);
        op_end(&c->op);
        c->done.realm(NULL, e, c->userdata);
}

struct op *backend_discover(struct host *host, const char *domain, realm_done_t done, void *userdata) {
        struct backend *b = backend_of(host);
        struct error *e = NULL;
        _cleanup_free_ char *clean = host_realm_domain(
                b, domain, "This host has no domain: neither its name nor /etc/resolv.conf names one", &e);
        if (clean)
                return discover_start(
                        b->event, &(struct discover_options){ .domain = clean, .parents = str_empty(domain) },
                        done, userdata);
        if (e->code == -ENOENT)
                error_hint(&e, "Name the domain, as in example.test");
        struct host_call *c = host_call_new(host, userdata, NULL);
        c->error = e;
        c->done.realm = done;
        return op_answer(&c->op, b->event, host_realm_refuse);
}

/* Without a domain there is nothing to discover: one result says so. */
static void host_realm_end_early(void *state) {
        struct host_call *c = state;
        struct preflight *p = new0(struct preflight);
        *p = (struct preflight){ .items = new0(struct check_result), .n = 1 };
        p->items[0] = (struct check_result){ .id = "dns",
                                             .title = "DNS",
                                             .verdict = VERDICT_FAIL,
                                             .message = TAKE(c->error->message),
                                             .hint = TAKE(c->error->hint),
                                             .fix = FIX_DOMAIN };
        op_end(&c->op);
        c->done.preflight(p, c->userdata);
}

struct op *backend_preflight(struct host *host, const struct preflight_order *order,
                             void (*moved)(const struct preflight *preflight, void *userdata),
                             preflight_done_t done, void *userdata) {
        struct backend *b = backend_of(host);
        struct preflight_order clean = *order;
        struct error *e = NULL;
        _cleanup_free_ char *domain = host_realm_domain(
                b, order->domain, "this host has no domain of its own, and none was named", &e);
        if (!domain) {
                struct host_call *c = host_call_new(host, userdata, NULL);
                c->error = e;
                c->done.preflight = done;
                return op_answer(&c->op, b->event, host_realm_end_early);
        }
        clean.domain = domain;
        const struct preflight_options options = { .order = &clean, .paths = &b->paths, .facts = &b->facts };
        return preflight_start(b->event, &options, moved, done, userdata);
}

/* ---- membership, and its remembered state ---- */

/* Reads the realm's files again. answer (NULL: none came now) is SSSD's, which stays valid until the realm
 * changes. */
static void host_realm_learn(struct backend *b, const struct membership *answer) {
        struct membership *known = membership_read(&b->paths), *old = b->known;
        bool same = old && old->kind == known->kind && str_equal(old->domain, known->domain);
        const struct membership *learned = answer ? answer : same ? old : NULL;
        if (learned) {
                known->asked = learned->asked;
                known->online = learned->online;
                known->clock_known = learned->clock_known;
                known->clock_usec = learned->clock_usec;
                str_replace(&known->server, learned->server);
        }
        if (!known->principal)
                known->kvno = 0;
        b->seen = answer ? time(NULL) : learned ? b->seen : 0;
        b->known = known;
        bool news = answer || !same || old->kvno != known->kvno || !str_equal(old->realm, known->realm);
        membership_free(old);
        if (news)
                backend_changed(b, TOPIC_REALM);
}

static int host_realm_on_look(sd_event_source *source, void *userdata) {
        struct backend *b = userdata;
        b->looking = sd_event_source_disable_unref(b->looking);
        host_realm_learn(b, NULL);
        return 0;
}

void backend_look_at_realm(struct backend *b) {
        if (!b->looking && sd_event_add_defer(b->event, &b->looking, host_realm_on_look, b) >= 0)
                sd_event_source_set_priority(b->looking, SD_EVENT_PRIORITY_IDLE);
}

void backend_fill_realm(const struct backend *b, struct host_realm *ret) {
        const struct membership *m = b->known;
        ret->known = m;
        if (!m || m->kind == REALM_NONE)
                return;
        *ret = (struct host_realm){
                .known = true,
                .name = m->realm ? m->realm : m->domain,
                .kind = m->kind,
                .kvno = m->kvno,
                .seen = b->seen,
                .asked = m->asked,
                .online = m->online,
                .server = m->server,
                .clock_known = m->clock_known,
                .clock_usec = m->clock_usec,
        };
}

/* Answers the call, and updates the backend's copy. */
static void host_realm_learned(struct membership *m, struct error *e, void *userdata) {
        struct host_call *c = userdata;
        if (m)
                host_realm_learn(c->backend, m);
        op_end(&c->op);
        c->done.membership(m, e, c->userdata);
}

struct op *backend_membership(struct host *host, membership_done_t done, void *userdata) {
        struct backend *b = backend_of(host);
        struct host_call *c = host_call_new(host, userdata, NULL);
        c->done.membership = done;
        return op_wait(&c->op, membership_start(b->event, &b->paths, &b->facts, host_realm_learned, c));
}

/* ---- repairs of errors that a preflight found ---- */

static void host_repair_end(void *state) {
        struct host_call *c = state;
        struct error *e = TAKE(c->error);
        op_end(&c->op);
        c->done.nothing(e, c->userdata);
}

static void host_repair_on_named(struct error *e, void *userdata) {
        struct host_call *c = userdata;
        if (!e) {
                facts_done(&c->backend->facts);
                facts_read(c->backend->paths.root, &c->backend->facts);
        }
        c->error = e;
        host_repair_end(c);
}

struct op *backend_repair(struct host *host, const struct repair *repair, nothing_done_t done,
                          void *userdata) {
        struct host_call *c = host_call_new(host, userdata, NULL);
        c->done.nothing = done;
        if (repair->fix == FIX_HOSTNAME && repair->hostname) {
                sd_bus *bus = units_bus(c->backend->units, &c->error);
                struct op *naming =
                        bus ? repair_hostname(bus, repair->hostname, host_repair_on_named, c, &c->error)
                            : NULL;
                if (naming)
                        return op_wait(&c->op, naming);
        } else if (repair->fix == FIX_CLOCK)
                repair_clock(repair->clock_usec, &c->error);
        else
                error_set(&c->error, -EINVAL, "This cannot be repaired from here");
        return op_answer(&c->op, c->backend->event, host_repair_end);
}

/* ---- the test of a user ---- */

struct testing {
        struct op op; /* inner: the present lookup */
        char *user, *line;
        const struct backend *backend;
        bool own; /* a user of this host itself */
        user_done_t done;
        void *userdata;
};

static void testing_drop(struct op *op) {
        struct testing *t = container_of(op, struct testing, op);
        FREE_ALL(t->user, t->line);
}

/* Takes both. */
static void testing_end(struct testing *t, char *line, struct error *e) {
        op_end(&t->op);
        t->done(line, e, t->userdata);
}

/* "name:x:uid:gid:gecos:home:shell" in words. */
static char *host_user_line(const struct str *answer) {
        _cleanup_free_ char *copy = xstrdup(answer->text);
        char *fields[7] = {}, *rest = copy;
        if (!rest)
                return NULL;
        rest[strcspn(rest, "\r\n")] = '\0';
        for (size_t i = 0; i < ELEMENTS(fields); i++)
                fields[i] = strsep(&rest, ":");
        return fields[6] ? str_printf("%s is user %s of this host, group %s, home %s, shell %s", fields[0],
                                      fields[2], fields[3], fields[5], fields[6])
                         : NULL;
}

/* What id(1) printed: the names of the groups, each with a NUL. */
static char **host_user_groups(const struct str *answer) {
        char **groups = strv_copy(NULL);
        for (size_t at = 0; at < answer->length; at += strlen(answer->text + at) + 1)
                if (answer->text[at])
                        strv_add(&groups, answer->text + at);
        return groups;
}

static void host_user_on_groups(int status, const struct str *answer, void *userdata) {
        struct testing *t = userdata;
        _cleanup_strv_ char **groups = status == 0 ? host_user_groups(answer) : NULL;
        _cleanup_(membership_freep) struct membership *m = membership_read(&t->backend->paths);
        _cleanup_free_ char *names = groups ? strv_join(groups, ", ") : NULL, *access = NULL;
        if (m->kind != REALM_NONE && !t->own)
                access = access_answer(&m->access, t->user, groups);
        testing_end(t,
                    str_printf("%s; groups %s%s%s", t->line, names ? names : "not known",
                               access ? "; may log in: " : "", access ? access : ""),
                    NULL);
}

static struct error *host_user_missing(const struct testing *t, int status) {
        _cleanup_(membership_freep) struct membership *m = membership_read(&t->backend->paths);
        struct error *e = NULL;
        if (status == -ETIMEDOUT) {
                error_set(&e, -ETIMEDOUT, "The lookup of %s has no answer after 30 s", t->user);
                return e;
        }
        error_set(&e, -ENOENT, "%s is no user of this host", t->user);
        if (m->kind == REALM_NONE)
                error_hint(&e, "This host is in no realm: only its own users are known");
        else if (m->domain && !strchr(t->user, '@'))
                error_hint(&e,
                           "Is SSSD online, and does nsswitch.conf ask it? The name may need its domain: "
                           "%s@%s",
                           t->user, m->domain);
        else
                error_hint(&e, "Is SSSD online, and does nsswitch.conf ask it?");
        return e;
}

static void host_user_on_ended(int status, const struct str *answer, void *userdata) {
        struct testing *t = userdata;
        char *const argv[] = { (char *) "/usr/bin/id", (char *) "-Gnz", (char *) "--", t->user, NULL };
        t->line = status == 0 ? host_user_line(answer) : NULL;
        struct op *groups =
                t->line ? lookup_start(t->backend->event, argv, host_user_on_groups, t) : NULL;
        if (groups)
                op_wait(&t->op, groups);
        else if (t->line)
                testing_end(t, TAKE(t->line), NULL);
        else
                testing_end(t, NULL, host_user_missing(t, status));
}

struct op *backend_test_user(struct host *host, const char *user, user_done_t done, void *userdata) {
        struct backend *b = backend_of(host);
        struct testing *t = new0(struct testing);
        *t = (struct testing){
                .op.drop = testing_drop, .user = xstrdup(user), .done = done, .userdata = userdata,
                .backend = b
        };
        size_t n;
        _cleanup_free_ char *passwd = paths_read(b->paths.root, "/etc/passwd", &n),
                            *own = str_printf("\n%s:", user);
        t->own = passwd && (strstr(passwd, own) || str_starts(passwd, own + 1));
        char *const argv[] = { (char *) "/usr/bin/getent", (char *) "passwd", (char *) "--", t->user, NULL };
        struct op *lookup = lookup_start(b->event, argv, host_user_on_ended, t);
        return lookup ? op_wait(&t->op, lookup) : op_cancel(&t->op);
}
