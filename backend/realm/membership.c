/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/realm/membership.h"

#include <ctype.h>
#include <unistd.h>

#include "backend/realm/preflight.h"
#include "backend/systemd/bus.h"

#define INFOPIPE "org.freedesktop.sssd.infopipe"
#define INFOPIPE_DOMAIN INFOPIPE ".Domains.Domain"
#define ASK_USEC (3ULL * 1000 * 1000)

struct asking {
        sd_event *event;
        struct op *op, *looking;
        sd_bus *bus;            /* ours, or NULL */
        sd_bus *used;
        bool may_start;         /* the host's SSSD runs, so its InfoPipe may start. A query must not start
                                 * SSSD */
        sd_bus_slot *online, *server;
        sd_event_source *turn;
        struct membership *membership;
        const struct paths *paths;
        membership_done_t done;
        void *userdata;
};

static void asking_free(void *userdata) {
        struct asking *a = userdata;
        op_cancel(a->looking);
        sd_bus_slot_unref(a->online);
        sd_bus_slot_unref(a->server);
        bus_close(a->bus);
        sd_event_source_disable_unref(a->turn);
        membership_free(a->membership);
        sd_event_unref(a->event);
        free(a);
}

static void membership_finish(struct asking *a) {
        if (a->online || a->server || a->looking)
                return;
        struct membership *m = TAKE(a->membership);
        membership_done_t done = a->done;
        void *userdata = a->userdata;
        op_finish(a->op);
        asking_free(a);
        done(m, NULL, userdata);
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
                (void) str_replace(&a->membership->server, server);
        a->server = sd_bus_slot_unref(a->server);
        membership_finish(a);
        return 1;
}

static int membership_ask(struct asking *a, sd_bus_slot **slot, const char *path, const char *method,
                          sd_bus_message_handler_t came, const char *service) {
        _cleanup_message_ sd_bus_message *m = NULL;
        int r = sd_bus_message_new_method_call(a->used, &m, INFOPIPE, path, INFOPIPE_DOMAIN, method);
        if (r >= 0)
                r = sd_bus_message_set_auto_start(m, a->may_start);
        if (r >= 0 && service)
                r = sd_bus_message_append(m, "s", service);
        return r < 0 ? r : sd_bus_call_async(a->used, slot, m, came, a, ASK_USEC);
}

static void ask_sssd(struct asking *a, sd_bus *bus) {
        const struct membership *m = a->membership;
        _cleanup_free_ char *path = m->domain ? domain_path(m->domain) : NULL;
        if (!bus && bus_open(a->event, &a->bus, NULL) < 0)
                return;
        a->used = bus ? bus : a->bus;
        _cleanup_free_ char *running = str_printf("%s/run/sssd.pid", a->paths->root);
        a->may_start = running && access(running, F_OK) == 0;
        if (!path)
                return;
        (void) membership_ask(a, &a->online, path, "IsOnline", online_came, NULL);
        (void) membership_ask(a, &a->server, path, "ActiveServer", server_came,
                              m->kind == REALM_IPA ? "IPA" : "AD");
}

static void membership_looked(struct preflight *p, void *userdata) {
        struct asking *a = userdata;
        struct membership *m = a->membership;
        a->looking = op_cancel(a->looking);
        m->clock_known = p->clock_known;
        m->clock_usec = p->clock_usec;
        m->clock_server = TAKE(p->clock_server);
        m->realm_found = TAKE(p->realm);
        if (m->realm_found && m->realm_found->site)
                (void) str_replace(&m->site, m->realm_found->site);
        preflight_free(p);
        membership_finish(a);
}

static int nothing_asked(sd_event_source *source, void *userdata) {
        struct asking *a = userdata;
        a->turn = sd_event_source_disable_unref(a->turn);
        membership_finish(a);
        return 0;
}

struct op *membership_start(sd_event *event, const struct membership_options *options, membership_done_t done,
                            void *userdata) {
        struct asking *a = calloc(1, sizeof *a);
        if (!a)
                return NULL;
        *a = (struct asking) { .event = sd_event_ref(event),
                              .paths = options->paths,
                              .done = done,
                              .userdata = userdata,
                              .membership = membership_read(options->paths) };
        a->op = a->membership ? op_new(asking_free, a) : NULL;
        if (!a->op) {
                asking_free(a);
                return NULL;
        }
        if (a->membership->kind != REALM_NONE && a->membership->domain) {
                const struct preflight_order order = { .domain = a->membership->domain,
                                                       .wanted = a->membership->kind };
                const struct preflight_options look = { .order = &order,
                                                        .paths = options->paths,
                                                        .facts = options->facts,
                                                        .servers = options->servers };
                ask_sssd(a, options->bus);
                a->looking = preflight_start(event, &look, NULL, membership_looked, a);
        }
        if (!a->looking && !a->online && sd_event_add_defer(event, &a->turn, nothing_asked, a) < 0)
                return op_cancel(a->op);
        return a->op;
}
