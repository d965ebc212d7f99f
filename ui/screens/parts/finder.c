/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/finder.h"

/* Long enough for a typist's next key, short enough not to be noticed. */
#define PAUSE_USEC 400000

void finder_init(struct finder *f, struct screen *screen) {
        *f = (struct finder) { .screen = screen };
}

static void finder_forget(struct finder *f) {
        f->looking = op_cancel(f->looking);
        f->realm = realm_free(f->realm);
        f->error = error_free(f->error);
        free(f->asked);
        f->asked = NULL;
}

void finder_done(struct finder *f) {
        finder_forget(f);
        free(f->wanted);
        free(f->line);
        *f = (struct finder) {};
}

void finder_want(struct finder *f, const char *domain, enum realm_kind expected) {
        const char *wanted = str_empty(domain) || expected == REALM_NONE ? NULL : domain;
        if (str_equal(wanted, f->wanted))
                return;
        finder_forget(f);
        str_replace(&f->wanted, wanted);
        f->since = ui_boottime(f->screen->ui);
}

static bool finder_due(const struct finder *f) {
        return f->wanted && !f->asked;
}

unsigned finder_tick_ms(const struct finder *f) {
        if (!finder_due(f))
                return 0;
        int64_t left = f->since + PAUSE_USEC - ui_boottime(f->screen->ui);
        return left > 1000 ? (unsigned) (left / 1000) : 1;
}

static void finder_found(struct realm *realm, struct error *e, void *userdata) {
        struct finder *f = userdata;
        f->looking = op_cancel(f->looking);
        f->realm = realm;
        f->error = e;
        screen_invalidate(f->screen);
}

void finder_tick(struct finder *f) {
        struct host *host = ui_host(f->screen->ui);
        if (!finder_due(f) || ui_boottime(f->screen->ui) < f->since + PAUSE_USEC - 1000)
                return;
        str_replace(&f->asked, f->wanted);
        f->looking = host_discover(host, f->asked, finder_found, f);
        screen_invalidate(f->screen);
}

const char *finder_line(struct finder *f, enum realm_kind expected) {
        _cleanup_str_ struct str s = {};
        const struct realm *r = f->realm;
        if (!f->wanted)
                return NULL;
        if (f->error)
                return NULL;            /* the field itself reports it when it is left */
        if (!r) {
                if (f->looking)
                        str_addf(&s, "Looking for %s ...", f->asked);
                else
                        return NULL;
        } else if (r->kind == REALM_NONE || r->kind == REALM_OTHER)
                str_addf(&s, "! %s", r->trouble ? r->trouble->message : "There is no realm of this name");
        else {
                str_addf(&s, "%s%s, realm %s", r->kind == expected ? "" : "! It is ",
                         realm_kind_title(r->kind), r->realm);
                if (r->best)
                        str_addf(&s, ", %s", r->best);
                /* the default site of every domain says nothing */
                if (r->site && !str_equal(r->site, "Default-First-Site-Name"))
                        str_addf(&s, " (site %s)", r->site);
                if (r->kind != expected)
                        str_add(&s, ": choose that mode above");
        }
        char *line = str_take(&s);
        if (line) {
                free(f->line);
                f->line = line;
        }
        return f->line;
}
