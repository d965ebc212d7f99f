/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the home screen shows beside services as such: what they use, pinned units, the host. */
#include "tests/ui/fixtures.h"

/* ---- what services use ---- */

static void home_count(struct service *s, unsigned restarts, uint64_t memory, uint64_t max, uint64_t tasks) {
        strv_addf(&s->cgroups, "/system.slice/%s.service", s->name);
        s->restarts = restarts;
        s->memory = memory;
        s->memory_max = max;
        s->tasks = tasks;
}

static struct service_list *services_counted(void) {
        struct service_list *list = new0(struct service_list);
        struct service *s = fixture_service("rsyslog", "failed", 240, NULL, "8.2302.0", "Rsyslog: system logging");
        s->at_boot = BOOT_YES;
        s->restarts = 5;
        s->newer = true;
        s->reason = xstrdup("its main process ended with status 125: Error: statfs /etc/rsyslog.d: no such file or directory");
        service_list_take(list, s);
        s = fixture_service("chrony", "running", 12 * 86400, NULL, "4.3", "A time server for this host and its neighbours");
        home_count(s, 0, 4000000, UNIT_UNKNOWN, 2);
        service_list_take(list, s);
        s = fixture_service("mq", "running", 100, "ok", "9.3", "A message queue");
        home_count(s, 12, 480000000, 512000000, 213);
        s->reason = xstrdup("AMQ6209E: the log is full");
        service_list_take(list, s);
        s = fixture_service("sssd", "running", 3 * 3600, "online", "2.8", "System Security Services Daemon");
        home_count(s, 0, 61000000, UNIT_UNKNOWN, 9);
        service_list_take(list, s);
        service_list_take(list, fixture_service("tools", "no unit", 0, NULL, "9", "Support tools"));
        return list;
}

/* mq is busy, more and less so; the others hardly are. */
static struct usage usage_counted(const char *service) {
        static unsigned calls;
        static uint64_t busy;
        calls++;
        if (!str_equal(service, "mq"))
                return (struct usage) { calls * 500, str_equal(service, "chrony") ? 4100000 : 61500000, 2 };
        busy += 20000 + 40000 * (calls % 19);
        return (struct usage) { busy, 481000000, 214 };
}

static struct service_list *pinned_two(void) {
        struct service_list *list = new0(struct service_list);
        static const char *const names[] = { "nginx.service", "apt-daily.timer" };
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                struct service *s = service_new();
                s->name = xstrdup(names[i]);
                s->pinned = true;
                s->state = i ? SERVICE_RUNNING : SERVICE_FAILED;
                s->since = FIXTURE_NOW - 500;
                s->at_boot = BOOT_YES;
                s->pin.title = xstrdup(i ? "Daily apt download activities" : "A high performance web server");
                strv_add(&s->units, names[i]);
                service_list_take(list, s);
        }
        return list;
}

static struct service_list *services_n(unsigned n) {
        struct service_list *list = new0(struct service_list);
        for (unsigned i = 0; i < n; i++) {
                _cleanup_free_ char *name = str_printf("service-%03u", i);
                service_list_take(list, fixture_service(name, i % 7 ? "running" : "stopped", 100 * i, "ok", "1", "One of many"));
        }
        return list;
}

static struct service_list *services_30(void) {
        return services_n(30);
}

static struct service_list *services_200(void) {
        return services_n(200);
}

/* Those that run and do not serve are in front, and n goes to them. */
static struct service_list *services_ailing(void) {
        struct service_list *list = new0(struct service_list);
        service_list_take(list, fixture_service("chrony", "running", 12 * 86400, "ok", "4.3", "A time server"));
        struct service *s = fixture_service("mq", "running", 4000, "paused", "9.3", "A message queue");
        s->container = xstrdup("mq");
        service_list_take(list, s);
        service_list_take(list, fixture_service("rsyslog", "running", 300, NULL, "8.2302.0", "Rsyslog: system logging"));
        service_list_take(list, fixture_service("sssd", "running", 3 * 3600, "unhealthy", "2.8", "System Security Services Daemon"));
        return list;
}

static struct service_list *services_few(void) {
        return services_n(2);
}

static struct service_list *services_one(void) {
        return services_n(1);
}

/* Nothing is seen, and not everything was looked at. */
static struct trouble_list *troubles_unseen(void) {
        struct trouble_list *list = fake_host_troubles_none();
        trouble_silent(list, TROUBLE_PRESSURE, "The kernel has no figures in /proc/pressure/cpu");
        trouble_silent(list, TROUBLE_LOG_ERRORS, "The journal was not read in time");
        return list;
}

bool fixture_use_home(struct fake_host *fake, const char *what, const char *which) {
        static const struct fixture_row rows[] = {
                { "services", "counted", offsetof(struct fake_host, services), (void *) services_counted },
                { "pinned", "two", offsetof(struct fake_host, pinned), (void *) pinned_two },
                { "services", "ailing", offsetof(struct fake_host, services), (void *) services_ailing },
                { "services", "one", offsetof(struct fake_host, services), (void *) services_one },
                { "services", "few", offsetof(struct fake_host, services), (void *) services_few },
                { "services", "30", offsetof(struct fake_host, services), (void *) services_30 },
                { "services", "200", offsetof(struct fake_host, services), (void *) services_200 },
                { "trouble", "all", offsetof(struct fake_host, trouble), (void *) fake_host_troubles },
                { "trouble", "unseen", offsetof(struct fake_host, trouble), (void *) troubles_unseen },
                { "usage", "counted", offsetof(struct fake_host, usage), (void *) usage_counted },
        };
        /* of the processors: the first sample has no share yet */
        if (str_equal(what, "cpu")) {
                fake->figures.cpu = atoi(which);
                return true;
        }
        return fixture_pick(fake, rows, ELEMENTS(rows), what, which);
}
