/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/ui/fixtures.h"

#include <stddef.h>

/* Hosts at their first boot, and the plans that set them up. */

static void setup_fresh(struct setup *ret) {
        *ret = (struct setup) { .host_name = xstrdup("localhost"),
                                .time_unit = xstrdup("systemd-timesyncd.service"),
                                .network_tool = xstrdup("/usr/bin/nmtui"),
                                .ssh = true };
        strv_add(&ret->addresses, "eth0 192.0.2.7");
}

static void setup_named(struct setup *ret) {
        setup_fresh(ret);
        str_replace(&ret->host_name, "db1.example.test");
}

static void setup_ready(struct setup *ret) {
        *ret = (struct setup) { .host_name = xstrdup("db1.example.test"),
                                .zone = xstrdup("Europe/Berlin"),
                                .time_unit = xstrdup("systemd-timesyncd.service"),
                                .network_tool = xstrdup("/usr/bin/networkctl"),
                                .time_runs = true,
                                .time_synced = true,
                                .root_password = PASSWORD_SET,
                                .root_keys = 2,
                                .ssh = true };
        strv_add(&ret->users, "anna");
        strv_add(&ret->addresses, "eth0 192.0.2.7, 2001:db8::7");
        strv_add(&ret->host_keys, "ED25519 SHA256:uN3oL8Oq4bVd2ZyI0nGfWm1kqk9h5zKQ2cZ1ZC0bSgU");
        strv_add(&ret->host_keys, "RSA SHA256:Q0Zk1n3qvUeI2l0gT2a0yT7oWc4i7F3qkT8c1m6yN5E");
}

static void setup_joined(struct setup *ret) {
        setup_ready(ret);
        ret->realm = xstrdup("EXAMPLE.TEST");
}

/* Without a service that keeps the clock, and without a server for keys. */
static void setup_bare(struct setup *ret) {
        *ret = (struct setup) { .root_password = PASSWORD_EMPTY };
}

static void setup_hostile(struct setup *ret) {
        *ret = (struct setup) { .host_name = xstrdup(HOSTILE_ESCAPE),
                                .zone = xstrdup(HOSTILE_BIDI),
                                .realm = xstrdup(HOSTILE_LONG) };
        strv_add(&ret->users, HOSTILE_MARKS);
        strv_add(&ret->addresses, HOSTILE_WIDE);
        strv_add(&ret->host_keys, HOSTILE_LONG);
}

/* Where systemd-firstboot asked nothing. */
static void setup_foreign(struct setup *ret) {
        setup_fresh(ret);
        ret->keyboard_kind = SETUP_KEYMAP;
        for (const char *const *locale = (const char *const[]) { "C.UTF-8", "de_AT.UTF-8", "de_DE.UTF-8", "en_US.UTF-8", NULL }; *locale; locale++)
                strv_add(&ret->locales, *locale);
        for (const char *const *map = (const char *const[]) { "de", "de-latin1", "de-neo", "fr", "us", NULL }; *map; map++)
                strv_add(&ret->keyboards, *map);
}

static void pages_masked(struct page_list *ret) {
        ret->items[PAGE_SERVICES].masked = ret->items[PAGE_REALM].masked = ret->items[PAGE_LOGIN].masked = true;
        ret->items[PAGE_TIME].priority = 1;
        str_replace(&ret->items[PAGE_TIME].title, "Clock");
        str_replace(&ret->items[PAGE_TIME].help, "Example Corp's hosts are all in UTC. Ask 4711 before you change it.");
        struct error *e = NULL;
        error_set(&e, -EINVAL, "/etc/fairlead/firstboot.d/network.json:2: titel: There is no such member");
        page_list_keep_error(ret, e);
}

static void setup_off(struct setup *ret) {
        setup_fresh(ret);
        ret->clock_fault = xstrdup("The clock is wrong: it says 1970-01-01 00:12 UTC, and this program is from 2026-11-24");
}

static struct reach *network_good(void) {
        struct reach *n = new0(struct reach);
        reach_add(n, "Link", REACH_SUCCESS, "eth0 is up");
        reach_add(n, "Address", REACH_SUCCESS, "eth0 192.0.2.7, eth0 2001:db8::7");
        reach_add(n, "Gateway", REACH_SUCCESS, "192.0.2.1 by eth0 answers");
        reach_add(n, "DNS", REACH_SUCCESS, "192.0.2.53 answers");
        return n;
}

static struct reach *network_bad(void) {
        struct reach *n = new0(struct reach);
        reach_add(n, "Link", REACH_SUCCESS, "eth0 is up");
        reach_add(n, "Address", REACH_SUCCESS, "eth0 192.0.2.7");
        reach_add(n, "Gateway", REACH_UNTESTED, "192.0.2.1 by eth0 does not answer; some never do");
        reach_add(n, "DNS", REACH_FAIL, "192.0.2.53 does not answer");
        reach_add(n, REACH_CLOCK, REACH_FAIL, "it is 3 h 7 min behind that of 192.0.2.1");
        reach_add(n, "DNS", REACH_SUCCESS, HOSTILE_ESCAPE);
        return n;
}

static struct reach *network_none(void) {
        struct reach *n = new0(struct reach);
        reach_add(n, "Link", REACH_UNSET, "there is no network device");
        reach_add(n, "Address", REACH_UNSET, "no device has one that others can reach");
        reach_add(n, "Gateway", REACH_UNSET, "there is no default route");
        reach_add(n, "DNS", REACH_UNSET, "/etc/resolv.conf names no server");
        return n;
}

static int setup_plan(const struct plan_order *order, struct plan **ret, struct error **reterr) {
        struct plan *plan = new0(struct plan);
        plan->verb = VERB_SETUP;
        plan->name = xstrdup(setup_topic_name(order->setup.topic));
        plan->given.answers = new0(struct answers);
        plan->setup = (struct plan_setup) { order->setup.topic, xstrdup(order->setup.value), xstrdup(order->setup.unit) };
        *ret = plan;
        return 0;
}

bool fixture_use_firstboot(struct fake_host *fake, const char *what, const char *which) {
        static const struct fixture_row rows[] = {
                { "setup", "fresh", offsetof(struct fake_host, setup), (void *) setup_fresh },
                { "setup", "named", offsetof(struct fake_host, setup), (void *) setup_named },
                { "setup", "ready", offsetof(struct fake_host, setup), (void *) setup_ready },
                { "setup", "joined", offsetof(struct fake_host, setup), (void *) setup_joined },
                { "setup", "bare", offsetof(struct fake_host, setup), (void *) setup_bare },
                { "setup", "foreign", offsetof(struct fake_host, setup), (void *) setup_foreign },
                { "setup", "masked", offsetof(struct fake_host, setup), (void *) setup_ready },
                { "setup", "locked", offsetof(struct fake_host, setup), (void *) setup_fresh },
                { "setup", "clock", offsetof(struct fake_host, setup), (void *) setup_off },
                { "pages", "locked", offsetof(struct fake_host, pages), (void *) pages_masked },
                { "pages", "masked", offsetof(struct fake_host, pages), (void *) pages_masked },
                { "setup", "hostile", offsetof(struct fake_host, setup), (void *) setup_hostile },
                { "network", "good", offsetof(struct fake_host, network), (void *) network_good },
                { "network", "bad", offsetof(struct fake_host, network), (void *) network_bad },
                { "network", "none", offsetof(struct fake_host, network), (void *) network_none },
                { "plan", "setup", offsetof(struct fake_host, plan), (void *) setup_plan },
        };
        return fixture_pick(fake, rows, ELEMENTS(rows), what, which);
}
