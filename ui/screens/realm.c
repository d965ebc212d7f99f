/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* The realm of this host and its state; for a host in no realm, the offers of its domain. All questions to
 * the network are one key away. */

#include "base/text.h"
#include "model/realm/check.h"
#include "ui/screens/parts/access-actions.h"
#include "ui/screens/parts/join-opener.h"

struct realm_state {
        struct op *discovering, *testing;
        struct join_opener opener;
        struct membership *membership;  /* NULL: no answer yet */
        struct realm *found;            /* of a host in no realm: its domain */
        struct error *no_domain;
        bool questions;                 /* shown below */
        struct account *tested;         /* the last tested user; NULL: none, or */
        char *unknown;                  /* why he could not be looked up */
        char *user; /* who was tested last */
};

static bool realm_joined(const struct realm_state *st) {
        return st->membership && st->membership->kind != REALM_NONE;
}

/* ---- the text ---- */

static void realm_put_questions(struct pager *p, const struct realm *realm) {
        if (!realm)
                return;
        pager_end(p);
        pager_addf(p, DOC_HEAD, "Queries to the network");
        for (size_t i = 0; i < realm->n_questions; i++) {
                const struct realm_question *q = &realm->questions[i];
                pager_addf(p, DOC_PLAIN, "  %s%s%s  (%u ms)", q->what, q->whom ? " of " : "",
                           q->whom ? q->whom : "", q->ms);
                pager_addf(p,
                           q->outcome == REALM_FAILED     ? DOC_BAD
                           : q->outcome == REALM_ANSWERED ? DOC_PLAIN
                                                          : DOC_DIM,
                           "      %s", q->answer ? q->answer : "no answer");
        }
}

static void realm_put_logins(struct pager *p, const struct membership *m) {
        _cleanup_free_ char *words = access_words(&m->access);
        enum permit permit = m->access.permit;
        pager_row(p, "Logins",
                  permit == PERMIT_NOBODY    ? DOC_WARN
                  : permit == PERMIT_UNKNOWN ? DOC_DIM
                                             : DOC_PLAIN,
                  "%s%s", words,
                  m->full_names && permit != PERMIT_NOBODY ? "; as user@domain" : "");
}

static void realm_put_clock(struct pager *p, const struct membership *m) {
        char words[48];
        if (!m->clock_known) {
                pager_row(p, "Clock", DOC_WARN, "not compared: no KDC answers");
                return;
        }
        int64_t off = m->clock_usec < 0 ? -m->clock_usec : m->clock_usec;
        pager_row(p, "Clock",
                  off >= CLOCK_FAIL_USEC   ? DOC_BAD
                  : off >= CLOCK_WARN_USEC ? DOC_WARN
                                           : DOC_GOOD,
                  "%s %s", clock_words(words, m->clock_usec), m->clock_server ? m->clock_server : "the KDC");
}

static void realm_put_member(const struct screen *s, struct pager *p, const struct membership *m) {
        char age[24];
        pager_addf(p, DOC_HEAD, "%s", m->realm ? m->realm : m->domain);
        pager_row(p, "Domain", DOC_PLAIN, "%s, %s", m->domain, realm_kind_title(m->kind));
        if (m->asked)
                pager_row(p, "SSSD", m->online ? DOC_GOOD : DOC_WARN, "%s",
                          m->online ? "online" : "offline: only users who logged in before can log in");
        else if (m->silent)
                pager_row(p, "SSSD", DOC_BAD,
                          "does not answer: all logins of this host wait; restart it or unpause its "
                          "container");
        else
                pager_row(p, "SSSD", DOC_DIM, "state unknown: its InfoPipe does not answer");
        pager_row(p, "Server", m->server ? DOC_PLAIN : DOC_DIM, "%s", m->server ? m->server : "none in use");
        if (m->site)
                pager_row(p, "Site", DOC_PLAIN, "%s", m->site);
        realm_put_clock(p, m);
        if (m->principal)
                pager_row(p, "Keytab", DOC_PLAIN, "%s, version %u, %s old", m->principal, (unsigned) m->kvno,
                          text_age(age, ui_now(s->ui) - m->key_time));
        else
                pager_row(p, "Keytab", DOC_BAD, "missing, or without keys: Kerberos logins do not work");
        realm_put_logins(p, m);
        pager_row(p, "Joined by", DOC_PLAIN, m->service ? "the service %s" : "this host's own SSSD%s",
                  m->service ? m->service : "");
        _cleanup_free_ char *sockets = membership_sockets(m);
        if (sockets)
                pager_row(p, "Sockets", DOC_WARN, "%s", sockets);
}

static void realm_put_none(const struct realm_state *st, struct pager *p) {
        pager_addf(p, DOC_STRONG, "This host is in no realm.");
        pager_end(p);
        const struct realm *r = st->found;
        if (st->no_domain) {
                pager_addf(p, DOC_PLAIN, "  %s", st->no_domain->message);
                pager_addf(p, DOC_PLAIN, "  j asks for the domain and joins it.");
        } else if (!r)
                pager_addf(p, DOC_DIM, "  Looking for the realm of its domain ...");
        else if (r->kind == REALM_AD || r->kind == REALM_IPA) {
                pager_row(p, "Its domain", DOC_PLAIN, "%s", r->domain);
                pager_row(p, "Realm", DOC_GOOD, "%s, %s", r->realm, realm_kind_title(r->kind));
                pager_row(p, "Server", DOC_PLAIN, r->n_servers > 1 ? "%s, and others" : "%s",
                          r->best ? r->best : "-");
                if (r->site)
                        pager_row(p, "Site", DOC_PLAIN, "%s", r->site);
                pager_end(p);
                pager_addf(p, DOC_PLAIN, "  j joins it, c checks first what a join needs; nothing is "
                                         "changed before you consent.");
        } else {
                pager_addf(p, DOC_WARN, "  %s",
                           r->trouble ? r->trouble->message : "This host's domain has no realm");
                if (r->trouble && r->trouble->hint)
                        pager_addf(p, DOC_PLAIN, "  %s", r->trouble->hint);
                pager_addf(p, DOC_PLAIN, "  j asks for another domain and joins it.");
        }
}

static void realm_put_tested(struct pager *p, const struct realm_state *st) {
        static const uint8_t marks[_VERDICT_MAX] = {
                [VERDICT_OK] = DOC_GOOD, [VERDICT_WARN] = DOC_WARN, [VERDICT_FAIL] = DOC_BAD
        };
        const struct account *a = st->tested;
        if (!a && !st->unknown)
                return;
        pager_end(p);
        pager_addf(p, DOC_HEAD, "Test of %s", st->user);
        pager_addf(p, a ? DOC_PLAIN : DOC_BAD, "  %s", a ? a->line : st->unknown);
        if (a && a->rules)
                pager_row(p, "SSSD's rules", DOC_PLAIN, "%s", a->rules);
        for (size_t i = 0; a && i < a->n; i++) {
                _cleanup_free_ char *words = NULL;
                enum verdict verdict = account_words(a, i, &words);
                pager_row(p, a->checks[i].service, marks[verdict], "%s", words);
        }
        if (a && a->unasked)
                pager_addf(p, DOC_WARN, "  %s.", a->unasked);
}

static void realm_write(struct screen *s) {
        const struct realm_state *st = s->state;
        struct pager *p = s->pager;
        pager_clear(p);
        if (realm_joined(st))
                realm_put_member(s, p, st->membership);
        else if (st->membership)
                realm_put_none(st, p);
        realm_put_tested(p, st);
        if (st->questions && st->membership)
                realm_put_questions(p, realm_joined(st) ? st->membership->realm_found : st->found);
        screen_invalidate(s);
}

/* ---- answers ---- */

static void realm_discovered(struct realm *realm, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct realm_state *st = s->state;
        st->discovering = op_cancel(st->discovering);
        realm_free(st->found);
        error_free(st->no_domain);
        st->found = realm;
        st->no_domain = e;
        realm_write(s);
}

static void realm_loaded(struct membership *m, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct realm_state *st = s->state;
        screen_loaded(s, 0, e, 0);
        if (m) {
                membership_free(st->membership);
                st->membership = m;
                if (!realm_joined(st))
                        st->discovering = host_discover(ui_host(s->ui), NULL, realm_discovered, s);
        }
        realm_write(s);
}

static void realm_load(struct screen *s, unsigned topics) {
        struct realm_state *st = s->state;
        op_cancel(s->loading.op);
        st->discovering = op_cancel(st->discovering);
        s->loading.op = host_membership(ui_host(s->ui), realm_loaded, s);
}

static void realm_close(struct screen *s) {
        struct realm_state *st = s->state;
        op_cancel(st->discovering);
        op_cancel(st->testing);
        join_opener_done(&st->opener);
        membership_free(st->membership);
        realm_free(st->found);
        error_free(st->no_domain);
        account_free(st->tested);
        FREE_ALL(st->unknown, st->user);
}

static void realm_title(const struct screen *s, struct str *left, struct str *right) {
        const struct realm_state *st = s->state;
        if (realm_joined(st))
                str_addf(right, "%s%s", realm_kind_title(st->membership->kind),
                         !st->membership->asked ? "" : st->membership->online ? "  online" : "  offline");
        else if (st->membership)
                str_add(right, "not joined");
}

static void realm_mark(const struct screen *home, struct str *out, enum style *style) {
        const struct host_realm *realm = &host_status(ui_host(home->ui))->realm;
        if (!realm->name || !realm->seen || !realm->asked)
                return;
        str_add(out, realm->online ? "ok" : "offline");
        *style = realm->online ? STYLE_GOOD : STYLE_WARN;
}

static void realm_status(const struct screen *s, struct str *out) {
        const struct realm_state *st = s->state;
        if (st->testing)
                str_add(out, "Asking SSSD and PAM for that user ...");
        else if (st->opener.choosing)
                str_add(out, "Looking for an image that joins a realm ...");
        else if (realm_joined(st))
                str_add(out,
                        st->membership->service
                                ? "t tests whether a user may log in, w lists who may, x has all the rest."
                                : "t tests whether a user of the domain may log in.");
}

/* ---- actions ---- */

static void realm_tested(struct account *account, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct realm_state *st = s->state;
        st->testing = op_cancel(st->testing);
        account_free(st->tested);
        free(st->unknown);
        st->tested = account;
        st->unknown = account ? NULL : error_line(e);
        error_free(e);
        realm_write(s);
        pager_act(s->pager, ACTION_LAST);
}

static void realm_test(struct screen *s, const char *user) {
        struct realm_state *st = s->state;
        if (str_empty(user))
                return;
        op_cancel(st->testing);
        str_replace(&st->user, user);
        st->testing = host_test_user(ui_host(s->ui), user, realm_tested, s);
        screen_invalidate(s);
}

static void realm_ask_user(struct screen *s) {
        const struct realm_state *st = s->state;
        _cleanup_free_ char *user = st->user ? xstrdup(st->user)
                                    : st->membership->full_names
                                            ? str_printf("administrator@%s", st->membership->domain)
                                            : NULL;
        screen_ask(s, "User of the domain:", user ? user : "", NULL, realm_test);
}

/* ---- who may log in, and the keys ---- */

/* The wizard for the service that joined this host. */
static void realm_wizard(struct screen *s, enum plan_verb verb) {
        const struct realm_state *st = s->state;
        screen_open(s->ui, &wizard_screen,
                    &(struct wizard_order) { .verb = verb, .name = st->membership->service });
}

static bool realm_can(const struct screen *s, enum action action) {
        const struct realm_state *st = s->state;
        switch (action) {
        case ACTION_JOIN: return st->membership && !realm_joined(st) && !st->opener.choosing;
        case ACTION_LOGINS:
        case ACTION_LEAVE:
        case ACTION_PERMIT:
        case ACTION_PERMIT_GROUPS:
        case ACTION_DENY:
        case ACTION_PERMIT_ALL:
        case ACTION_DENY_ALL:
        case ACTION_RENEW: return realm_joined(st) && st->membership->service;
        case ACTION_TEST_USER: return realm_joined(st) && !st->testing;
        case ACTION_CHECK: return st->membership;
        case ACTION_DETAILS: return realm_joined(st) ? st->membership->realm_found : st->found;
        default: return true;
        }
}

static bool realm_act(struct screen *s, enum action action) {
        struct realm_state *st = s->state;
        if (action == ACTION_JOIN)
                join_opener_start(&st->opener, s, st->found);
        else if (action == ACTION_LEAVE)
                realm_wizard(s, VERB_UNINSTALL);
        else if (action == ACTION_RENEW)
                realm_wizard(s, VERB_RENEW);
        else if (action == ACTION_LOGINS)
                screen_open(s->ui, &logins_screen, NULL);
        else if (action == ACTION_TEST_USER)
                realm_ask_user(s);
        else if (action == ACTION_CHECK)
                screen_open(s->ui, &check_screen, realm_joined(st) ? st->membership->domain : NULL);
        else if (action == ACTION_DETAILS) {
                st->questions = !st->questions;
                realm_write(s);
        } else
                return access_actions_act(s, action);
        return true;
}

const struct screen_class realm_screen = {
        .name = "realm",
        .title = "Realm",
        .way = "5 ",
        .help = "The identity domain that this host belongs to: Active Directory or FreeIPA. Where it "
                "belongs to none, what its own domain has to offer.\n"
                "j joins a realm by an image that packages SSSD, page by page: nothing is changed before you "
                "consent, and a join that fails leaves no trace. c looks at all that a join needs. t looks "
                "a user of the domain up as every program of this host would, and asks PAM whether he would "
                "be let in by login and sshd, without his password. d shows every question that "
                "was asked of the network, with its answer.\n"
                "w lists who of the domain may log in, name by name; p and the actions behind x change it. "
                "Permitting somebody by name keeps everybody else out who was not permitted by name "
                "before; denying somebody counts more "
                "than whatever permits him; the domain's rules (group policies, HBAC) count only while there "
                "are no names. This host's own users are never touched. What will be changed is shown before "
                "it is, the service is started again with it, and leaving restores what was there before the "
                "join. Renewed keys take the place of the host's old ones, here and in the domain.",
        .size = sizeof(struct realm_state),
        .topics = TOPIC_SERVICES,
        .text = PAGER_WORDS,
        .name_width = 14,
        .looking = "Looking for the realm of this host ...",
        .bindings = (const struct binding[]) {
                { 'j', ACTION_JOIN }, { 't', ACTION_TEST_USER }, { 'w', ACTION_LOGINS },
                { 'p', ACTION_PERMIT, NULL, true }, { 'c', ACTION_CHECK }, { 'd', ACTION_DETAILS }, {}
        },
        .menu = (const struct binding[]) {
                { 'p', ACTION_PERMIT }, { 'g', ACTION_PERMIT_GROUPS }, { 'd', ACTION_DENY },
                { 'a', ACTION_PERMIT_ALL }, { 'n', ACTION_DENY_ALL }, { 'K', ACTION_RENEW },
                { 'X', ACTION_LEAVE }, {}
        },
        .close = realm_close,
        .mark = realm_mark,
        .title_text = realm_title,
        .status = realm_status,
        .can = realm_can,
        .act = realm_act,
        .changed = realm_load,
};
