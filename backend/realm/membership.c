/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/realm/realm.h"

#include <ctype.h>

#include "backend/io/turn.h"
#include "backend/systemd/bus.h"

#define INFOPIPE "org.freedesktop.sssd.infopipe"
#define INFOPIPE_DOMAIN INFOPIPE ".Domains.Domain"
#define ASK_USEC (3ULL * 1000 * 1000)

struct asking {
        struct op op; /* its inner one looks at the realm */
        sd_bus *bus;
        sd_bus_slot *online, *server;
        struct membership *membership;
        membership_done_t done;
        void *userdata;
};

static void asking_drop(struct op *op) {
        struct asking *a = container_of(op, struct asking, op);
        sd_bus_slot_unref(a->online);
        sd_bus_slot_unref(a->server);
        bus_close(a->bus);
        membership_free(a->membership);
}

static void membership_finish(void *state) {
        struct asking *a = state;
        if (a->online || a->server || a->op.inner)
                return;
        struct membership *m = TAKE(a->membership);
        op_end(&a->op);
        a->done(m, NULL, a->userdata);
}

/* ---- SSSD ---- */

/* "example.test" is example_2etest in the path of its object. */
static char *domain_path(const char *domain) {
        _cleanup_str_ struct str s = {};
        str_add(&s, "/org/freedesktop/sssd/infopipe/Domains/");
        for (const unsigned char *p = (const unsigned char *) domain; *p; p++)
                if (isalnum(*p))
                        str_add_char(&s, (char) *p);
                else
                        str_addf(&s, "_%02x", *p);
        return str_take(&s);
}

/* These return 1, so that sd-bus does not touch the message further: the end may have closed the connection,
 * and when a call timed out sd-bus asserts that it is open. */
static int online_came(sd_bus_message *m, void *userdata, sd_bus_error *ignored) {
        struct asking *a = userdata;
        int online = 0;
        a->membership->silent = sd_bus_message_is_method_error(m, SD_BUS_ERROR_NO_REPLY) ||
                                sd_bus_message_is_method_error(m, SD_BUS_ERROR_TIMEOUT);
        if (!sd_bus_message_is_method_error(m, NULL) && sd_bus_message_read(m, "b", &online) > 0) {
                a->membership->asked = true;
                a->membership->online = online;
        }
        a->online = sd_bus_slot_unref(a->online);
        membership_finish(a);
        return 1;
}

static int server_came(sd_bus_message *m, void *userdata, sd_bus_error *ignored) {
        struct asking *a = userdata;
        const char *server = NULL;
        if (!sd_bus_message_is_method_error(m, NULL) && sd_bus_message_read(m, "s", &server) > 0 &&
            !str_empty(server))
                str_replace(&a->membership->server, server);
        a->server = sd_bus_slot_unref(a->server);
        membership_finish(a);
        return 1;
}

/* A query must not start SSSD; where the host's runs, its InfoPipe may start. */
static void membership_ask(struct asking *a, const struct paths *paths, sd_bus_slot **slot,
                           const char *method, sd_bus_message_handler_t came, const char *service) {
        _cleanup_free_ char *path = domain_path(a->membership->domain);
        _cleanup_message_ sd_bus_message *m = NULL;
        if (sd_bus_message_new_method_call(a->bus, &m, INFOPIPE, path, INFOPIPE_DOMAIN, method) < 0 ||
            sd_bus_message_set_auto_start(m, paths_access(paths->root, "/run/sssd.pid", F_OK)) < 0 ||
            (service && sd_bus_message_append(m, "s", service) < 0))
                return;
        (void) sd_bus_call_async(a->bus, slot, m, came, a, ASK_USEC);
}

static void membership_looked(struct preflight *p, void *userdata) {
        struct asking *a = userdata;
        struct membership *m = a->membership;
        op_wait(&a->op, NULL);
        m->clock_known = p->clock_known;
        m->clock_usec = p->clock_usec;
        m->clock_server = TAKE(p->clock_server);
        m->realm_found = TAKE(p->realm);
        if (m->realm_found && m->realm_found->site)
                str_replace(&m->site, m->realm_found->site);
        preflight_free(p);
        membership_finish(a);
}

struct op *membership_start(sd_event *event, const struct paths *paths, const struct facts *facts,
                            membership_done_t done, void *userdata) {
        struct membership *m = membership_read(paths);
        const struct preflight_order order = { .domain = m->domain, .wanted = m->kind };
        const struct preflight_options look = { .order = &order, .paths = paths, .facts = facts };
        struct asking *a = new0(struct asking);
        *a = (struct asking) {
                .op.drop = asking_drop, .membership = m, .done = done, .userdata = userdata
        };
        if (m->kind == REALM_NONE || !m->domain)
                return op_answer(&a->op, event, membership_finish);
        if (bus_open(event, &a->bus, NULL) >= 0) {
                membership_ask(a, paths, &a->online, "IsOnline", online_came, NULL);
                membership_ask(a, paths, &a->server, "ActiveServer", server_came,
                               m->kind == REALM_IPA ? "IPA" : "AD");
        }
        if (facts)
                op_wait(&a->op, preflight_start(event, &look, NULL, membership_looked, a));
        return a->op.inner || a->online || a->server ? &a->op : op_answer(&a->op, event, membership_finish);
}
