/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/ui/fixtures.h"

#include "model/realm/failure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEX "7aff8f1a01c3d4e5f60718293a4b5c6d7e8f9001122334455667788990011"

/* ---- images ---- */

static struct image *make_image(unsigned number, const char *name, const char *version, const char *summary, uint64_t size,
                                const char *const *labels) {
        struct image *image = new0(struct image);
        image->id = str_printf("%03x%s", number & 0xfff, HEX);
        image->digest = str_printf("sha256:%s%03x", HEX, number & 0xfff);
        strv_add(&image->names, name);
        strv_addf(&image->repo_digests, "%.*s@%s", (int) strcspn(name, ":"), name, image->digest);
        if (version)
                image_add_label(image, "org.opencontainers.image.version", version);
        if (summary)
                image_add_label(image, "org.opencontainers.image.title", summary);
        image_add_label(image, "org.opencontainers.image.vendor", "Example");
        for (; labels && labels[0]; labels += 2)
                image_add_label(image, labels[0], labels[1]);
        image->size = size;
        image->created = FIXTURE_NOW - 53 * 86400LL;
        image->source = xstrdup("engine");
        return image;
}

#define INSTALL_RSYSLOG "podman run --rm --privileged -v /:/host -e HOST=/host -e IMAGE=IMAGE -e NAME=NAME IMAGE /bin/install.sh"
#define RUN_RSYSLOG                                                                                                      \
        "podman run -d --privileged --name NAME --net=host --pid=host -v /etc/rsyslog.conf:/etc/rsyslog.conf "           \
        "-v /var/log:/var/log -v /run:/run IMAGE /bin/rsyslog.sh"
#define UNINSTALL_RSYSLOG "podman run --rm --privileged -v /:/host -e HOST=/host -e NAME=NAME IMAGE /bin/uninstall.sh"

static const char *const rsyslog_labels[] = { "INSTALL", INSTALL_RSYSLOG, "RUN", RUN_RSYSLOG, "UNINSTALL", UNINSTALL_RSYSLOG, NULL };
static const char *const chrony_labels[] = { "RUN", "podman run -d --name NAME --cap-add SYS_TIME --net=host IMAGE", NULL };
static const char *const broken_labels[] = { "INSTALL", "podman run --rm -v $UNDEFINED:/data IMAGE; rm -rf /host",
                                             "io.fairlead.profile", "{\n  \"title\": \"Its own\"\n}\n", NULL };

static struct image *image_rsyslog(void) {
        return make_image(1, "localhost/rsyslog:latest", "8.2302.0", "Rsyslog: system logging", 212000000, rsyslog_labels);
}

static struct image *image_chrony(void) {
        return make_image(2, "localhost/chrony:latest", "4.3", "Chrony: network time", 98000000, chrony_labels);
}

static struct image *image_broken(void) {
        return make_image(3, "localhost/broken/shell:1", "1", "An image with shell in its label", 1200000, broken_labels);
}

/* Its INSTALL label names a program of the host. */
static struct image *image_host_command(void) {
        static const char *const labels[] = { "INSTALL", "/usr/sbin/setup-tool --image IMAGE --name NAME", "RUN", RUN_RSYSLOG, NULL };
        return make_image(6, "localhost/tool:latest", "1", "A tool with a program of the host", 1200000, labels);
}

/* Both are for a terminal; the container of one goes when it ends. */
static struct image *image_support(void) {
        static const char *const labels[] = { "run", "podman run -it --rm --name NAME --privileged -v /:/host IMAGE", NULL };
        return make_image(7, "localhost/support:latest", "1.2", "A shell with tools to look at this host", 98000000, labels);
}

static struct image *image_kea(void) {
        static const char *const labels[] = { "run", "podman run --replace -it --net=host --name NAME IMAGE", NULL };
        return make_image(8, "localhost/kea:latest", "2", "A DHCP server", 98000000, labels);
}

/* Keeps its state in places that RUN mounts nothing at. */
static struct image *image_mq(void) {
        static const char *const labels[] = { "RUN", "podman run -d --net=host --name NAME IMAGE", NULL };
        struct image *image = make_image(9, "localhost/mq:latest", "9.3", "A message queue", 312000000, labels);
        image_add_volume(image, "/var/mqm");
        image_add_volume(image, "/var/lib/mq/certificates-of-this-host");
        return image;
}

/* Bidi override, zero-width, escape sequences and wide characters where a person must judge. */
static struct image *image_hostile(void) {
        static const char *const labels[] = {
                "RUN", "podman run \033]0;owned\007 --name \xe2\x80\xae" "EMAN IMAGE", NULL,
        };
        return make_image(4, "localhost/evil:latest", "1\xe2\x80\x8b" "2", "\033[2J\xe2\x80\xae" "detsurt \xe4\xb8\x96\xe7\x95\x8c", 1,
                          labels);
}

static struct image_list *images_full(void) {
        struct image_list *list = new0(struct image_list);
        image_list_take(list, image_rsyslog());
        image_list_take(list, image_chrony());
        image_list_take(list, image_broken());
        image_list_take(list, image_hostile());
        image_list_take(list, make_image(5, "docker.io/library/debian:bookworm", "12", "Debian", 48500000, NULL));
        return list;
}

static struct image_list *images_tools(void) {
        struct image_list *list = new0(struct image_list);
        image_list_take(list, image_kea());
        image_list_take(list, image_support());
        return list;
}

static struct image_list *images_plain(void) {
        struct image_list *list = new0(struct image_list);
        image_list_take(list, make_image(5, "docker.io/library/debian:bookworm", "12", "Debian", 48500000, NULL));
        return list;
}

static struct image_list *images_many(void) {
        struct image_list *list = new0(struct image_list);
        for (unsigned i = 0; i < 200; i++) {
                char name[64], title[64];
                snprintf(name, sizeof name, "quay.example/services/service-%03u:latest", i);
                snprintf(title, sizeof title, "Service number %u", i);
                image_list_take(list, make_image(0x100 + i, name, "1.0", title, 1000000ULL * (i + 1), i % 3 ? rsyslog_labels : chrony_labels));
        }
        return list;
}

struct image *fixture_image(const char *reference) {
        if (str_starts(reference, "localhost/tool"))
                return image_host_command();
        if (str_starts(reference, "localhost/support") || str_equal(reference, "support"))
                return image_support();
        if (str_starts(reference, "localhost/kea") || str_equal(reference, "kea"))
                return image_kea();
        if (str_starts(reference, "localhost/mq"))
                return image_mq();
        _cleanup_(image_list_freep) struct image_list *list = images_full();
        for (size_t i = 0; i < list->n; i++)
                if (str_equal(image_reference(list->items[i]), reference) || str_starts(image_reference(list->items[i]), reference))
                        return TAKE(list->items[i]);
        return image_rsyslog();
}

/* ---- services ---- */

struct service *fixture_service(const char *name, const char *state, int64_t age, const char *health, const char *version,
                                const char *title) {
        struct service *s = service_new();
        s->name = xstrdup(name);
        s->state = (enum service_state) service_state_from_name(state);
        s->since = age ? FIXTURE_NOW - age : 0;
        s->at_boot = str_equal(state, "running") ? BOOT_YES : str_equal(state, "no unit") ? BOOT_UNKNOWN : BOOT_NO;
        s->health = xstrdup(health);
        s->pin.reference = str_printf("localhost/%s", name);
        s->pin.version = xstrdup(version);
        s->pin.title = xstrdup(title);
        s->job = xstrdup("20261121-101500-0000beef");
        s->cpu_nsec = s->memory = UNIT_UNKNOWN;
        if (!str_equal(state, "no unit"))
                strv_addf(&s->units, "%s.service", name);
        return s;
}

static struct service_list *services_full(void) {
        struct service_list *list = xcalloc(1, sizeof *list);
        struct service *s = fixture_service("ntpd", "failed", 120, NULL, "4.3", "Chrony: network time");
        s->reason = xstrdup("the container ended with status 1");
        service_list_take(list, s);
        s = fixture_service("rsyslog", "running", 3 * 86400 + 100, "ok", "8.2302.0", "Rsyslog: system logging");
        s->can_reload = true;
        _cleanup_(image_freep) struct image *image = image_rsyslog();
        s->pin.image_id = xstrdup(image->id);
        s->cpu_nsec = 412000000;
        s->memory = 12300000;
        service_list_take(list, s);
        s = fixture_service("sssd", "running", 5 * 3600, "online", "2.8", "System Security Services Daemon");
        s->cpu_nsec = 91000000000;
        s->memory = 41000000;
        s->newer = true;
        service_list_take(list, s);
        service_list_take(list, fixture_service("tools", "no unit", 0, NULL, "9", "Support tools"));
        return list;
}

static struct service_list *services_reconfigure(void) {
        struct service_list *list = services_full();
        for (size_t i = 0; i < list->n; i++)
                if (str_equal(list->items[i]->name, "rsyslog")) {
                        fixture_given(list->items[i]);
                        str_replace(&list->items[i]->pin.image, "localhost/rsyslog:latest");
                }
        return list;
}

static struct service_list *services_hostile(void) {
        struct service_list *list = xcalloc(1, sizeof *list);
        static const char *const names[] = { HOSTILE_ESCAPE, HOSTILE_BIDI, HOSTILE_WIDE, HOSTILE_MARKS, HOSTILE_LONG };
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                struct service *s = fixture_service(names[i], i ? "running" : "failed", 100, names[i], names[i], names[i]);
                s->reason = i ? NULL : xstrdup(names[i]);
                service_list_take(list, s);
        }
        return list;
}

static struct service_list *services_state(void) {
        struct service_list *list = xcalloc(1, sizeof *list);
        service_list_take(list, fixture_service("mq", "running", 100, "ok", "9.3", "A message queue"));
        return list;
}

static struct service_list *services_many(void) {
        struct service_list *list = xcalloc(1, sizeof *list);
        for (unsigned i = 0; i < 60; i++) {
                _cleanup_free_ char *name = str_printf("service-%03u", i);
                service_list_take(list, fixture_service(name, "running", 100, "ok", "1", "One of many"));
        }
        return list;
}

/* ---- jobs ---- */

static struct job *make_job(const char *id, enum plan_verb verb, const char *name, enum job_state state) {
        struct job *job = job_new();
        job->id = xstrdup(id);
        job->verb = verb;
        job->name = xstrdup(name);
        job->image = str_printf("localhost/%s:latest", name);
        job->state = state;
        job->started = FIXTURE_NOW - 7;
        job->exit_status = -1;
        for (size_t i = 0; i < _JOB_STEP_MAX; i++)
                job->planned[i] = true;
        return job;
}

/* The job as it ended, or NULL (then it is freed). */
static struct job *job_ended(struct job *job, const char *which) {
        job->ended = FIXTURE_NOW;
        job->exit_status = 0;
        if (str_equal(which, "done")) {
                job->state = JOB_DONE;
                for (size_t i = STEP_COMMAND; i < _JOB_STEP_MAX; i++) {
                        job->steps[i].state = STEP_DONE;
                        job->steps[i].usec = 100000;
                }
                job->steps[STEP_CHANGES].note = xstrdup("3 files");
                job->message = xstrdup("rsyslog is installed and running");
                return job;
        }
        if (str_equal(which, "failed")) {
                job->state = JOB_FAILED;
                job->exit_status = 7;
                job->steps[STEP_COMMAND].state = STEP_FAILED;
                job->steps[STEP_SNAPSHOT].state = STEP_UNDONE;
                job->message = xstrdup("The installer ended with status 7; everything was restored");
                job->hint = xstrdup("The last lines of its output say why");
                return job;
        }
        if (str_equal(which, "withdrawn")) {
                job->state = JOB_FAILED;
                job->withdrawn = true;
                job->steps[STEP_COMMAND].state = STEP_FAILED;
                job->steps[STEP_SNAPSHOT].state = STEP_UNDONE;
                job->message = xstrdup("The job was interrupted before its end");
                return job;
        }
        if (str_equal(which, "broken")) {
                job->state = JOB_BROKEN;
                job->steps[STEP_COMMAND].state = STEP_FAILED;
                job->message = xstrdup("The installer failed, and one file could not be restored");
                strv_add(&job->left, "/etc/rsyslog.conf: changed since the job changed it");
                return job;
        }
        if (str_equal(which, "very-broken")) {
                job->state = JOB_BROKEN;
                job->steps[STEP_COMMAND].state = STEP_FAILED;
                job->message = xstrdup("The installer failed, and 30 files could not be restored");
                for (unsigned i = 0; i < 30; i++)
                        strv_addf(&job->left, "/etc/rsyslog.d/rule-%03u.conf: no room on the disk", i);
                return job;
        }
        return job_free(job);
}

/* A join, and what was looked at behind it. */
static struct job *joined(struct job *job, bool badly) {
        static const char *const checks[][3] = {
                { "ok User: administrator@example.test is user 321200500 of this host",
                  "ok Keytab: HOST1$@EXAMPLE.TEST, version 2: the realm gives a ticket for it", "ok This host: its own user root is found in 3 ms" },
                { "fail User: administrator@example.test is no user of this host: does nsswitch.conf ask sss, and are libnss_sss and SSSD of one version?",
                  "warn Keytab: HOST1$@EXAMPLE.TEST, version 2; not tried: there is no kinit where SSSD runs", "ok This host: " HOSTILE_ESCAPE },
        };
        job->joins = REALM_AD;
        job->domain = xstrdup("example.test");
        str_replace(&job->message, badly ? "sssd is installed, but the join does not work as it should"
                                         : "sssd is installed; sssd.service runs");
        for (size_t i = 0; i < ELEMENTS(checks[0]); i++)
                job_add_check(job, STEP_HEALTH, checks[badly][i]);
        return job;
}

struct job *fixture_job(const char *which) {
        struct job *job = make_job("20261124-120000-0000a4f1", VERB_INSTALL, "rsyslog", JOB_RUNNING);
        static const enum step_state done[] = { STEP_DONE, STEP_SKIPPED, STEP_DONE, STEP_NOW };
        for (size_t i = 0; i < ELEMENTS(done); i++)
                job->steps[i].state = done[i];
        job->steps[STEP_PREPARE].usec = 400000;
        job->steps[STEP_PULL].note = xstrdup("already here");
        job->steps[STEP_SNAPSHOT].usec = 300000;
        job->steps[STEP_SNAPSHOT].note = xstrdup("1,812 files");
        if (str_equal(which, "running"))
                return job;
        if (str_equal(which, "queued")) {
                job->state = JOB_QUEUED;
                for (size_t i = 0; i < _JOB_STEP_MAX; i++) {
                        free(job->steps[i].note);
                        job->steps[i] = (struct step_status) { .note = NULL };
                }
                return job;
        }
        if (str_starts(which, "interrupted")) {
                job->state = JOB_INTERRUPTED;
                job->way = str_equal(which, "interrupted-undo") ? WAY_UNDO : WAY_AGAIN;
                if (str_equal(which, "interrupted-secret")) {
                        strv_add(&job->secrets, "password");
                        strv_add(&job->secrets, "token");
                }
                job->message = xstrdup("Its worker ended before the job did");
                job->hint = str_printf(job->way == WAY_UNDO ? "fairlead rollback %s finishes rolling everything back" :
                                                              "fairlead resume %s goes on, fairlead rollback %s rolls everything back",
                                       job->id, job->id);
                return job;
        }
        if (str_equal(which, "cancelling")) {
                job->state = JOB_CANCELLING;
                return job;
        }
        if (str_starts(which, "joined"))
                return joined(job_ended(job, "done"), str_equal(which, "joined-badly"));
        /* "join WORDS": a failed join, reported by this row of the table of failures */
        const char *failure = str_starts(which, "join ");
        job = job_ended(job, failure ? "failed" : which);
        if (failure && job) {
                const struct failure *f = failure_of(failure);
                str_replace(&job->message, f->message);
                job->failure = f;
                free(job->hint);
                job->hint = str_printf("%s. %s", f->cause, f->hint);
        }
        return job;
}

static struct job_list *jobs_hostile(void) {
        struct job_list *list = xcalloc(1, sizeof *list);
        static const char *const names[] = { HOSTILE_ESCAPE, HOSTILE_BIDI, HOSTILE_WIDE, HOSTILE_MARKS, HOSTILE_LONG };
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                _cleanup_free_ char *id = str_printf("20261122-08000%zu-0000d00d", i);
                struct job *job = make_job(id, VERB_INSTALL, names[i], i ? JOB_FAILED : JOB_RUNNING);
                job->steps[STEP_PREPARE].state = STEP_NOW;
                job->steps[STEP_PREPARE].note = xstrdup(names[i]);
                job->message = i ? xstrdup(names[i]) : NULL;
                job->ended = i ? job->started + 1 : 0;
                job_list_take(list, job);
        }
        return list;
}

static struct job_list *jobs_many(void) {
        struct job_list *list = xcalloc(1, sizeof *list);
        for (unsigned i = 0; i < 120; i++) {
                _cleanup_free_ char *id = str_printf("20261122-080000-%08x", 0x1000 - i), *name = str_printf("service-%03u", i);
                struct job *job = make_job(id, i % 2 ? VERB_INSTALL : VERB_UNINSTALL, name, JOB_DONE);
                job->started = FIXTURE_NOW - 3600 * (i + 1);
                job->ended = job->started + 12;
                job->message = str_printf("%s is done", name);
                job_list_take(list, job);
        }
        return list;
}

/* Left behind by a host that went down, and one that could not roll everything back. */
static struct job_list *jobs_bad(void) {
        struct job_list *list = xcalloc(1, sizeof *list);
        struct job *job = fixture_job("interrupted");
        job_list_take(list, job);
        job = fixture_job("broken");
        str_replace(&job->id, "20261120-070000-00000bad");
        job->started = FIXTURE_NOW - 4 * 86400;
        job->ended = job->started + 9;
        job_list_take(list, job);
        return list;
}

/* The install of rsyslog, which an upgrade has built on. */
static struct job_list *jobs_later(void) {
        struct job_list *list = xcalloc(1, sizeof *list);
        job_list_take(list, make_job("20261124-130000-0000b0b0", VERB_UPGRADE, "rsyslog", JOB_DONE));
        job_list_take(list, make_job("20261124-120000-0000a4f1", VERB_INSTALL, "rsyslog", JOB_DONE));
        return list;
}

static struct job_list *jobs_full(void) {
        struct job_list *list = xcalloc(1, sizeof *list);
        job_list_take(list, fixture_job("running"));
        struct job *job = make_job("20261123-093000-0000cafe", VERB_UNINSTALL, "chrony", JOB_DONE);
        job->started = FIXTURE_NOW - 86400;
        job->ended = FIXTURE_NOW - 86400 + 12;
        job->size = 3400000;
        job->message = xstrdup("chrony is uninstalled; every file is as it was");
        job_list_take(list, job);
        job = make_job("20261122-080000-0000d00d", VERB_INSTALL, "broken", JOB_FAILED);
        job->started = FIXTURE_NOW - 2 * 86400;
        job->ended = FIXTURE_NOW - 2 * 86400 + 3;
        job->message = xstrdup("The installer ended with status 7; everything was restored");
        job_list_take(list, job);
        return list;
}

/* The same, and one that began meanwhile. */
static struct job_list *jobs_newer(void) {
        struct job_list *list = jobs_full();
        struct job *job = make_job("20261124-120007-0000beef", VERB_INSTALL, "tools", JOB_QUEUED);
        job->started = FIXTURE_NOW;
        job_list_take(list, job);
        return list;
}

/* ---- which is which ---- */

static const struct fixture_row variants[] = {
        { "images", "none", offsetof(struct fake_host, images), NULL },
        { "images", "full", offsetof(struct fake_host, images), (void *) images_full },
        { "images", "tools", offsetof(struct fake_host, images), (void *) images_tools },
        { "images", "plain", offsetof(struct fake_host, images), (void *) images_plain },
        { "images", "many", offsetof(struct fake_host, images), (void *) images_many },
        { "services", "none", offsetof(struct fake_host, services), NULL },
        { "services", "full", offsetof(struct fake_host, services), (void *) services_full },
        { "services", "given", offsetof(struct fake_host, services), (void *) services_reconfigure },
        { "services", "state", offsetof(struct fake_host, services), (void *) services_state },
        { "services", "many", offsetof(struct fake_host, services), (void *) services_many },
        { "services", "hostile", offsetof(struct fake_host, services), (void *) services_hostile },
        { "jobs", "bad", offsetof(struct fake_host, jobs), (void *) jobs_bad },
        { "jobs", "many", offsetof(struct fake_host, jobs), (void *) jobs_many },
        { "jobs", "hostile", offsetof(struct fake_host, jobs), (void *) jobs_hostile },
        { "jobs", "none", offsetof(struct fake_host, jobs), NULL },
        { "jobs", "newer", offsetof(struct fake_host, jobs), (void *) jobs_newer },
        { "jobs", "later", offsetof(struct fake_host, jobs), (void *) jobs_later },
        { "jobs", "full", offsetof(struct fake_host, jobs), (void *) jobs_full },
};

bool fixture_pick(struct fake_host *fake, const struct fixture_row *rows, size_t n, const char *what, const char *which) {
        for (size_t i = 0; i < n; i++)
                if (str_equal(rows[i].what, what) && str_equal(rows[i].which, which)) {
                        memcpy((char *) fake + rows[i].offset, &rows[i].builder, sizeof(void *));
                        return true;
                }
        return false;
}

bool fixture_use(struct fake_host *fake, const char *what, const char *which) {
        fake->image = fixture_image;
        if (str_equal(what, "engine")) {
                static const struct error absent = { .code = -ENOENT, .message = (char *) "No container engine answers on this host",
                                                     .hint = (char *) "systemctl enable --now podman.socket" };
                bool none = str_equal(which, "none");
                fake->status.engine = none ? ENGINE_NONE : ENGINE_PODMAN;
                fake->status.engine_error = none ? &absent : NULL;
                return true;
        }
        if (str_equal(what, "container")) {
                fake->container = str_equal(which, "none") ? CONTAINER_ABSENT : str_equal(which, "stopped") ? CONTAINER_STOPPED : CONTAINER_RUNNING;
                return true;
        }
        if (str_equal(what, "failed-units")) {
                fake->status.failed_units = (unsigned) atoi(which);
                return true;
        }
        if (str_equal(what, "root")) {
                fake->status.root = str_equal(which, "yes");
                return true;
        }
        return fixture_pick(fake, variants, ELEMENTS(variants), what, which) || fixture_use_unit(fake, what, which) ||
               fixture_use_profile(fake, what, which) || fixture_use_realm(fake, what, which) ||
               fixture_use_home(fake, what, which) || fixture_use_edit(fake, what, which) ||
               fixture_use_catalog(fake, what, which);
}
