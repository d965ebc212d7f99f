/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/firstboot/internal.h"

#include "base/text.h"

/* The pages that show what there is, and lead to the screens that change it. */

/* ---- the network ---- */

static void network_write(struct screen *s) {
        static const uint8_t marks[_REACH_STATE_MAX] = { [REACH_SUCCESS] = DOC_GOOD,
                                                           [REACH_FAIL] = DOC_BAD,
                                                           [REACH_UNSET] = DOC_WARN,
                                                           [REACH_UNTESTED] = DOC_WARN };
        const struct firstboot *f = s->state;
        struct pager *p = &s->text;
        for (size_t i = 0; f->network && i < f->network->n; i++) {
                const struct reach_line *t = &f->network->items[i];
                pager_row(p, t->title, marks[t->state], "%-14s %s", reach_state_name(t->state), t->text);
        }
        if (!f->network)
                pager_addf(p, DOC_DIM, "  Testing the network ...");
        pager_end(p);
        if (f->setup.network_tool)
                pager_row(p, "n", DOC_PLAIN, "%s", strrchr(f->setup.network_tool, '/') + 1);
        pager_row(p, "R", DOC_PLAIN, "test it again");
}

static void network_on_tested(struct reach *network, void *userdata) {
        struct screen *s = userdata;
        struct firstboot *f = s->state;
        f->testing = op_cancel(f->testing);
        reach_free(f->network);
        f->network = network;
        if (!s->pager)
                return;
        firstboot_rewrite(s);
}

static void network_begin(struct screen *s) {
        struct firstboot *f = s->state;
        op_cancel(f->testing);
        f->network = reach_free(f->network);
        f->testing = host_look_network(ui_host(s->ui), network_on_tested, s);
}

static bool network_can(const struct screen *s, enum action action) {
        const struct firstboot *f = s->state;
        return action == ACTION_AGAIN ? !f->testing
                                      : action == ACTION_NETWORK_TOOL && f->setup.network_tool &&
                                                screen_can_lend(s);
}

static void network_status(const struct screen *s, struct str *out) {
        const struct firstboot *f = s->state;
        size_t bad = 0;
        for (size_t i = 0; f->network && i < f->network->n; i++)
                bad += f->network->items[i].state == REACH_FAIL;
        if (!f->network)
                str_add(out, "It takes 3 seconds at most.");
        else if (bad)
                str_addf(out, plural(bad, "%zu test failed. Services from a stick need no network.",
                                     "%zu tests failed. Services from a stick need no network."),
                         bad);
        else
                str_add(out, "Enter goes on.");
}

const struct firstboot_page network_page = {
        .write = network_write,
        .begin = network_begin,
        .can = network_can,
        .status = network_status,
};

/* ---- services ---- */

static void services_write(struct screen *s) {
        const struct firstboot *f = s->state;
        struct pager *p = &s->text;
        if (!f->services)
                pager_addf(p, DOC_DIM, "  %s",
                           s->error ? s->error->message : "Looking for services ...");
        else if (!f->services->n)
                pager_addf(p, DOC_STRONG, "  No service is installed yet.");
        for (size_t i = 0; f->services && i < f->services->n; i++) {
                const struct service *service = f->services->items[i];
                const char *image = service->pin.reference;
                pager_row(p, service->name, DOC_PLAIN, "%s", image ? image : "");
        }
        pager_end(p);
        pager_row(p, "c", DOC_PLAIN, "the catalog of this host");
        pager_row(p, "o", DOC_PLAIN, "an image, a registry, or a stick: oci:/media/stick");
        pager_row(p, "2", DOC_PLAIN, "the images that are on this host already");
}

static bool services_can(const struct screen *s, enum action action) {
        return action == ACTION_CATALOG || action == ACTION_REFERENCE;
}

static void services_status(const struct screen *s, struct str *out) {
        str_add(out, "q leads back here from every one of them. Enter goes on.");
}

const struct firstboot_page services_page = {
        .write = services_write,
        .can = services_can,
        .status = services_status,
};

/* ---- the realm ---- */

static void realm_page_write(struct screen *s) {
        const struct firstboot *f = s->state;
        struct pager *p = &s->text;
        if (f->setup.realm) {
                pager_row(p, "Realm", DOC_GOOD, "%s", f->setup.realm);
                return;
        }
        _cleanup_free_ char *note = setup_host_name_note(f->setup.host_name ? f->setup.host_name : "");
        bool bad = note && *note == '!';
        pager_row(p, "Realm", DOC_PLAIN, "this host is in none");
        pager_row(p, "Host name", DOC_PLAIN, "%s",
                  f->setup.host_name ? f->setup.host_name : "none is set");
        if (note)
                pager_row(p, "", bad ? DOC_WARN : DOC_PLAIN, "%s", bad ? note + 2 : note);
        pager_end(p);
        pager_row(p, "j", DOC_PLAIN, "join a realm, page by page");
}

static bool realm_page_can(const struct screen *s, enum action action) {
        const struct firstboot *f = s->state;
        return action == ACTION_JOIN && !f->setup.realm && !f->opener.choosing;
}

static void realm_page_status(const struct screen *s, struct str *out) {
        const struct firstboot *f = s->state;
        str_add(out, f->opener.choosing ? "Looking for an image that joins a realm ..."
                     : f->setup.realm   ? "Enter goes on."
                                        : "A host need not be in a realm. Enter goes on.");
}

const struct firstboot_page realm_page = {
        .write = realm_page_write,
        .can = realm_page_can,
        .status = realm_page_status,
};

/* ---- the summary ---- */

static void summary_list(struct pager *p, const char *title, char *const *items, const char *none) {
        if (!items || !*items)
                pager_row(p, title, DOC_PLAIN, "%s", none);
        for (; items && *items; items++, title = "")
                pager_row(p, title, DOC_PLAIN, "%s", *items);
}

static void summary_write(struct screen *s) {
        const struct firstboot *f = s->state;
        const struct setup *setup = &f->setup;
        struct pager *p = &s->text;
        _cleanup_strv_ char **services = NULL;
        _cleanup_free_ char *who = setup_who_enters(setup);
        for (size_t i = 0; f->services && i < f->services->n; i++)
                strv_add(&services, f->services->items[i]->name);
        _cleanup_free_ char *names = strv_join(services, ", ");
        pager_row(p, "Host name", DOC_STRONG, "%s", setup->host_name ? setup->host_name : "none is set");
        summary_list(p, "Addresses", setup->addresses, "none yet");
        summary_list(p, "SSH host keys", setup->host_keys, setup->ssh ? "none yet" : "no SSH server");
        pager_row(p, "Can log in", setup_can_enter(setup) ? DOC_GOOD : DOC_BAD, "%s", who);
        pager_row(p, "Time zone", DOC_PLAIN, "%s", setup->zone ? setup->zone : "UTC");
        pager_row(p, "Services", DOC_PLAIN, "%s", services ? names : "none");
        pager_row(p, "Realm", DOC_PLAIN, "%s", setup->realm ? setup->realm : "none");
        pager_end(p);
        summary_list(p, "Set here", f->saved, "nothing");
        if (f->saved)
                pager_row(p, "", DOC_DIM, "4 lists these jobs; each can be rolled back");
        pager_row(p, "From now on", DOC_PLAIN,
                  "fairlead, after login; fairlead firstboot asks all this again");
}

static bool summary_can(const struct screen *s, enum action action) {
        const struct firstboot *f = s->state;
        return action == ACTION_FINISH && setup_can_enter(&f->setup);
}

static void summary_status(const struct screen *s, struct str *out) {
        const struct firstboot *f = s->state;
        str_add(out, setup_can_enter(&f->setup)
                             ? "Enter finishes the setup; it is not offered again."
                             : "Nobody can log in to this host yet: Esc leads back to the login of root.");
}

const struct firstboot_page summary_page = {
        .write = summary_write,
        .can = summary_can,
        .status = summary_status,
};
