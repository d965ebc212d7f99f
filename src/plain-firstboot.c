/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The setup of a new host, a question a line: what ui/screens/firstboot.c asks where the cursor can move. */
#include "cli/follow.h"
#include "cli/out.h"
#include "cli/typed-secret.h"
#include "model/setup/reach.h"
#include "model/setup/setup.h"
#include "plain.h"
#include "ui/screens/screens.h"

#define LATER_WORD "later"

/* What a page has come to; a negative errno is in the session's error, which is printed, and asked again. */
enum {
        PAGE_DONE = 1,
        PAGE_LATER, /* the person leaves, or the input has ended */
};

/* ---- a question ---- */

/* The answer; an empty line is `initial`. False: later. */
static bool plain_setup_ask(const char *title, const char *help, const char *initial,
                            char line[static LINE_BYTES_MAX]) {
        _cleanup_free_ char *prompt =
                initial ? str_printf("%s [%s]: ", title, initial) : str_printf("%s: ", title);
        while (plain_read_line(prompt, line)) {
                if (str_equal(line, "?")) {
                        out("%s\n  An empty line keeps what there is; " LATER_WORD
                            " leaves the setup, which is offered again.\n",
                            help);
                        continue;
                }
                if (str_equal(line, LATER_WORD))
                        return false;
                if (!*line && initial)
                        snprintf(line, LINE_BYTES_MAX, "%s", initial);
                return true;
        }
        return false;
}

/* Takes the secrets. What is so already needs no job. */
static int plain_setup_by_job(struct session *s, const struct setup_change *change,
                              struct secret_list *secrets) {
        _cleanup_(secret_list_freep) struct secret_list *owned = secrets;
        _cleanup_plan_ struct plan *plan = NULL;
        _cleanup_free_ char *id = NULL;
        char *names[] = { change->topic == SETUP_ROOT_PASSWORD ? (char *) SETUP_SECRET : NULL, NULL };
        const struct plan_order order = { .verb = VERB_SETUP, .setup = *change, .secrets = names };
        int r = session_make_plan(s, &order, &plan, &s->error);
        if (r == -EALREADY) {
                s->error = error_free(s->error);
                return PAGE_DONE;
        }
        r = r < 0 ? r : session_start_job(s, plan, TAKE(owned), &id, &s->error);
        if (r < 0)
                return r;
        return follow_job(s, id) == EXIT_DONE ? PAGE_DONE : 0;
}

static int plain_setup_value(struct session *s, enum setup_topic topic, const char *value,
                              const char *unit) {
        const struct setup_change change = { topic, value, unit };
        return plain_setup_by_job(s, &change, secret_list_new());
}

/* ---- the pages: PAGE_…, 0: the page is asked again, or a negative errno: the same, and why ---- */

static int plain_setup_name(struct session *s, const struct setup *setup) {
        char line[LINE_BYTES_MAX];
        if (!plain_setup_ask("Host name",
                             "The static host name. A whole one has its domain, too: db1.example.com.",
                             setup->host_name, line))
                return PAGE_LATER;
        if (!*line || str_equal(line, setup->host_name))
                return PAGE_DONE;
        const char *fault = setup_host_name_fault(line);
        _cleanup_free_ char *note = fault ? NULL : setup_host_name_note(line);
        if (fault)
                return error_set(&s->error, -EINVAL, "The name %s %s", line, fault);
        if (note)
                out("%s\n", note);
        return plain_setup_value(s, SETUP_HOST_NAME, line, NULL);
}

static int plain_setup_network(struct session *s, const struct setup *setup) {
        _cleanup_(reach_freep) struct reach *network = NULL;
        out("Testing the network; this takes some seconds ...\n");
        fflush(stdout);
        int r = session_look_network(s, &network, &s->error);
        for (size_t i = 0; r >= 0 && i < network->n; i++)
                out("%-14s %s: %s\n", reach_state_name(network->items[i].state), network->items[i].title,
                    network->items[i].text);
        /* What is wrong with it is no reason to stay here. */
        session_status(s, r);
        return PAGE_DONE;
}

static int plain_setup_time(struct session *s, const struct setup *setup) {
        const char *present = setup->zone ? setup->zone : "UTC", *unit = NULL;
        char line[LINE_BYTES_MAX], keep[LINE_BYTES_MAX];
        if (!plain_setup_ask("Time zone", "A region and a city, such as Europe/Berlin; or UTC.", present,
                             line))
                return PAGE_LATER;
        if (!setup_zone_valid(line))
                return error_set(&s->error, -EINVAL,
                                 "A zone is a region and a city, such as Europe/Berlin; or UTC");
        if (setup->time_unit && !setup->time_runs) {
                if (!plain_setup_ask("Keep the clock",
                               "yes: enable the time service and start it. Kerberos tolerates 5 minutes of "
                               "clock skew.",
                               "yes", keep))
                        return PAGE_LATER;
                unit = str_equal(keep, "yes") ? setup->time_unit : NULL;
        }
        if (str_equal(line, present) && !unit)
                return PAGE_DONE;
        return plain_setup_value(s, SETUP_TIME, line, unit);
}

static int plain_setup_password(struct session *s) {
        _cleanup_(secret_list_freep) struct secret_list *secrets = secret_list_new();
        _cleanup_(secret_freep) struct secret *again = secret_new(SETUP_SECRET);
        struct secret *password = secret_new(SETUP_SECRET);
        secret_list_take(secrets, password);
        int r = typed_secret("Password of root; nothing: it stays as it is", password);
        if (r == -EIO)
                return PAGE_LATER;
        if (r < 0 || !password->length)
                return r < 0 ? error_set(&s->error, r, "This cannot be a password") : PAGE_DONE;
        r = typed_secret("Once more", again);
        if (r == -EIO)
                return PAGE_LATER;
        if (r < 0 || again->length != password->length ||
            memcmp(again->bytes, password->bytes, again->length) != 0)
                return error_set(&s->error, -EINVAL, "The two passwords are not the same");
        const struct setup_change change = { SETUP_ROOT_PASSWORD, NULL, NULL };
        return plain_setup_by_job(s, &change, TAKE(secrets));
}

static int plain_setup_login(struct session *s, const struct setup *setup) {
        _cleanup_free_ char *who = setup_who_enters(setup);
        char line[LINE_BYTES_MAX];
        out("Who can log in now: %s\n", who);
        int r = plain_setup_password(s);
        if (r != PAGE_DONE)
                return r;
        if (!plain_setup_ask("SSH key of root; nothing: none is added",
                             "One line, such as: ssh-ed25519 AAAA... name@host.", NULL, line))
                return PAGE_LATER;
        if (!*line)
                return PAGE_DONE;
        r = setup_check_key(line, &s->error);
        return r < 0 ? r : plain_setup_value(s, SETUP_ROOT_KEY, line, NULL);
}

/* What leads elsewhere: there, as often as it is wanted. */
static int plain_setup_visit(struct session *s, const char *title, const char *help,
                       int (*place)(struct session *s)) {
        char line[LINE_BYTES_MAX];
        if (!plain_setup_ask(title, help, "no", line))
                return PAGE_LATER;
        if (str_equal(line, "no"))
                return PAGE_DONE;
        if (str_equal(line, "yes"))
                session_status(s, place(s));
        else
                out("Type yes or no.\n");
        return 0;
}

static int plain_setup_services(struct session *s, const struct setup *setup) {
        return plain_setup_visit(s, "Install a service from an image",
                           "yes: the images of this host are listed, and each that can be named is taken: of "
                           "a registry, or of a stick (oci-archive:/media/stick/NAME.tar).",
                           plain_images);
}

static int plain_setup_realm(struct session *s, const struct setup *setup) {
        if (setup->realm) {
                out("The users of %s can log in to this host.\n", setup->realm);
                return PAGE_DONE;
        }
        return plain_setup_visit(s, "Join a realm",
                           "yes: what can be done about realms is listed. In one (Active Directory, "
                           "FreeIPA) its users can log in to this host.",
                           plain_realm);
}

static void plain_setup_list(const char *title, char *const *items) {
        for (; items && *items; items++)
                out("%s: %s\n", title, *items);
}

static int plain_setup_summary(struct session *s, const struct setup *setup) {
        _cleanup_free_ char *who = setup_who_enters(setup);
        char line[LINE_BYTES_MAX];
        out("Host name: %s\n", setup->host_name ? setup->host_name : "none is set");
        plain_setup_list("Address", setup->addresses);
        plain_setup_list("SSH host key", setup->host_keys);
        out("Can log in: %s\n", who);
        out("Realm: %s\n", setup->realm ? setup->realm : "none");
        plain_call(s, "services", NULL);
        bool enters = setup_can_enter(setup);
        if (!enters)
                out("Nobody can log in to this host yet: give root a password or a key.\n");
        if (!plain_setup_ask("Finish the setup",
                             "yes: it is not offered again. no: it asks from the beginning.",
                             enters ? "yes" : "no", line))
                return PAGE_LATER;
        return enters && str_equal(line, "yes") ? PAGE_DONE : -EAGAIN;
}

int plain_firstboot(struct session *session) {
        static int (*const pages[])(struct session *s, const struct setup *setup) = {
                plain_setup_name,  plain_setup_network, plain_setup_time,    plain_setup_login,
                plain_setup_services, plain_setup_realm, plain_setup_summary,
        };
        int r = plain_open(session);
        if (r < 0)
                return r;
        out("Setup of this host. One question a line, ? explains; an empty line keeps what there "
            "is, " LATER_WORD " leaves the setup.\n");
        for (size_t page = 0; page < ELEMENTS(pages);) {
                _cleanup_(setup_done) struct setup setup = {};
                host_read_setup(session->host, &setup);
                r = pages[page](session, &setup);
                if (r == PAGE_LATER)
                        return FIRSTBOOT_LATER;
                if (r == -EAGAIN)
                        page = 0;
                else if (r < 0)
                        session_status(session, r);
                else if (r == PAGE_DONE)
                        page++;
        }
        return FIRSTBOOT_DONE;
}
