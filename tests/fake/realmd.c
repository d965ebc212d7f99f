/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fake/realmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/str.h"
#include "tests/fake/bus.h"

#define NAME "org.freedesktop.realmd"
#define ROOT "/org/freedesktop/realmd"
#define REALM ROOT "/Sssd/example_test_1"

static void note(char *text, size_t room, const char *word) {
        size_t n = strlen(text);
        snprintf(text + n, room - n, "%s ", word);
}

/* ---- what there is ---- */

static int get_realms(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply, void *userdata,
                      sd_bus_error *e) {
        struct fake_realmd *f = userdata;
        return f->none ? sd_bus_message_append(reply, "ao", 0) : sd_bus_message_append(reply, "ao", 1, REALM);
}

static int get_name(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply, void *userdata,
                    sd_bus_error *e) {
        return sd_bus_message_append(reply, "s", "example.test");
}

static int get_configured(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply, void *userdata,
                          sd_bus_error *e) {
        struct fake_realmd *f = userdata;
        return sd_bus_message_append(reply, "s", f->configured ? f->configured : "");
}

static int get_formats(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply, void *userdata,
                       sd_bus_error *e) {
        return sd_bus_message_append(reply, "as", 1, "%U@example.test");
}

static int get_credentials(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply,
                           void *userdata, sd_bus_error *e) {
        struct fake_realmd *f = userdata;
        if (f->only_secret)
                return sd_bus_message_append(reply, "a(ss)", 1, "secret", "none");
        return sd_bus_message_append(reply, "a(ss)", 3, "password", "administrator", "secret", "none", "automatic", "none");
}

static int on_discover(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        struct fake_realmd *f = userdata;
        const char *domain;
        note(f->asked, sizeof f->asked, "Discover");
        must(sd_bus_message_read(m, "s", &domain), "domain");
        snprintf(f->domain, sizeof f->domain, "%s", domain);
        return f->none ? sd_bus_reply_method_return(m, "iao", 0, 0) : sd_bus_reply_method_return(m, "iao", 100, 1, REALM);
}

/* ---- what it does ---- */

static void say(struct fake_realmd *f, const char *text, const char *operation) {
        must(sd_bus_emit_signal(f->bus, ROOT, NAME ".Service", "Diagnostics", "ss", text, operation), "Diagnostics");
}

static const char *read_options(struct fake_realmd *f, sd_bus_message *m) {
        const char *key, *value, *operation = "";
        must(sd_bus_message_enter_container(m, 'a', "{sv}"), "options");
        while (sd_bus_message_read(m, "{sv}", &key, "s", &value) > 0) {
                if (str_equal(key, "operation")) {
                        operation = value;
                        continue;
                }
                note(f->options, sizeof f->options - 1, key);
                f->options[strlen(f->options) - 1] = '=';
                note(f->options, sizeof f->options, value);
        }
        return operation;
}

static int answer(struct fake_realmd *f, sd_bus_message *m, const char *operation) {
        say(f, " * Resolving: _ldap._tcp.exa", operation);
        say(f, "somebody else's\n", "other-1");
        say(f, "mple.test\n", operation);
        if (f->hang) {
                f->pending = sd_bus_message_ref(m);
                return 1;
        }
        if (f->refuse)
                return sd_bus_reply_method_errorf(m, f->refuse, "%s", f->message ? f->message : "");
        return sd_bus_reply_method_return(m, "");
}

static void read_credentials(struct fake_realmd *f, sd_bus_message *m) {
        const char *type, *owner, *a, *b;
        const void *bytes;
        size_t n;
        must(sd_bus_message_enter_container(m, 'r', "ssv"), "credentials");
        must(sd_bus_message_read(m, "ss", &type, &owner), "credentials");
        if (str_equal(type, "password")) {
                must(sd_bus_message_read(m, "v", "(ss)", &a, &b), "password");
                snprintf(f->credentials, sizeof f->credentials, "%s/%s/%s/%s", type, owner, a, b);
        } else if (str_equal(type, "secret")) {
                must(sd_bus_message_enter_container(m, 'v', "ay"), "secret");
                must(sd_bus_message_read_array(m, 'y', &bytes, &n), "secret");
                must(sd_bus_message_exit_container(m), "secret");
                snprintf(f->credentials, sizeof f->credentials, "%s/%s/%.*s", type, owner, (int) n, (const char *) bytes);
        } else {
                must(sd_bus_message_read(m, "v", "s", &a), "nobody");
                snprintf(f->credentials, sizeof f->credentials, "%s/%s/%s", type, owner, a);
        }
        must(sd_bus_message_exit_container(m), "credentials");
}

static int on_member(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        struct fake_realmd *f = userdata;
        note(f->asked, sizeof f->asked, sd_bus_message_get_member(m));
        read_credentials(f, m);
        return answer(f, m, read_options(f, m));
}

static int on_deconfigure(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        struct fake_realmd *f = userdata;
        note(f->asked, sizeof f->asked, "Deconfigure");
        return answer(f, m, read_options(f, m));
}

static int on_cancel(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        struct fake_realmd *f = userdata;
        note(f->asked, sizeof f->asked, "Cancel");
        if (f->pending)
                must(sd_bus_reply_method_errorf(f->pending, NAME ".Error.Cancelled", "Operation was cancelled"), "Cancelled");
        f->pending = sd_bus_message_unref(f->pending);
        return sd_bus_reply_method_return(m, "");
}

static const sd_bus_vtable provider[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Discover", "sa{sv}", "iao", on_discover, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("Realms", "ao", get_realms, 0, 0),
        SD_BUS_VTABLE_END,
};
static const sd_bus_vtable service[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Cancel", "s", "", on_cancel, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_SIGNAL("Diagnostics", "ss", 0),
        SD_BUS_VTABLE_END,
};
static const sd_bus_vtable realm[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Deconfigure", "a{sv}", "", on_deconfigure, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("Name", "s", get_name, 0, 0),
        SD_BUS_PROPERTY("Configured", "s", get_configured, 0, 0),
        SD_BUS_PROPERTY("LoginFormats", "as", get_formats, 0, 0),
        SD_BUS_VTABLE_END,
};
static const sd_bus_vtable membership[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Join", "(ssv)a{sv}", "", on_member, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Leave", "(ssv)a{sv}", "", on_member, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("SupportedJoinCredentials", "a(ss)", get_credentials, 0, 0),
        SD_BUS_PROPERTY("SupportedLeaveCredentials", "a(ss)", get_credentials, 0, 0),
        SD_BUS_VTABLE_END,
};

static int find_membership(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret, sd_bus_error *e) {
        struct fake_realmd *f = userdata;
        *ret = f;
        return !f->no_membership;
}

struct fake_realmd *fake_realmd_new(sd_event *event, sd_bus **ret_client) {
        struct fake_realmd *f = xcalloc(1, sizeof *f);
        f->event = sd_event_ref(event);
        fake_bus_new(event, &f->bus, ret_client);
        must(sd_bus_add_object_vtable(f->bus, &f->slots[0], ROOT, NAME ".Provider", provider, f), "provider");
        must(sd_bus_add_object_vtable(f->bus, &f->slots[1], ROOT, NAME ".Service", service, f), "service");
        must(sd_bus_add_fallback_vtable(f->bus, &f->slots[2], REALM, NAME ".Realm", realm, NULL, f), "realm");
        must(sd_bus_add_fallback_vtable(f->bus, &f->slots[3], REALM, NAME ".KerberosMembership", membership, find_membership, f), "membership");
        return f;
}

struct fake_realmd *fake_realmd_free(struct fake_realmd *f) {
        if (!f)
                return NULL;
        sd_bus_message_unref(f->pending);
        for (size_t i = 0; i < ELEMENTS(f->slots); i++)
                sd_bus_slot_unref(f->slots[i]);
        sd_bus_detach_event(f->bus);
        sd_bus_close_unref(f->bus);
        sd_event_unref(f->event);
        free(f);
        return NULL;
}
