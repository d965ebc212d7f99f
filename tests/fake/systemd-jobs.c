/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The jobs of the fake systemd: each takes its time and ends as its unit wants. */
#include "tests/fake/systemd-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"

struct fake_job {
        struct fake_job *next;
        struct fake_systemd *f;
        struct fake_unit *unit;
        uint32_t id;
        char *type, *state;     /* char * as the vtable's getter wants them */
        sd_event_source *timer;
};

static void job_path(char buffer[static 64], const struct fake_job *j) {
        snprintf(buffer, 64, JOBS "/%u", j->id);
}

static int find_job(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret,
                    sd_bus_error *error) {
        struct fake_systemd *f = userdata;
        for (struct fake_job *j = f->jobs; j; j = j->next) {
                char own[64];
                job_path(own, j);
                if (strcmp(own, path) == 0) {
                        *ret = j;
                        return 1;
                }
        }
        return 0;
}

static const sd_bus_vtable job_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("JobType", "s", NULL, offsetof(struct fake_job, type), 0),
        SD_BUS_PROPERTY("State", "s", NULL, offsetof(struct fake_job, state), 0),
        SD_BUS_VTABLE_END,
};

static void job_free(struct fake_job *j) {
        for (struct fake_job **p = &j->f->jobs; *p; p = &(*p)->next)
                if (*p == j) {
                        *p = j->next;
                        break;
                }
        sd_event_source_disable_unref(j->timer);
        free(j->type);
        free(j->state);
        free(j);
}

static void job_end(struct fake_job *j) {
        struct fake_systemd *f = j->f;
        struct fake_unit *u = j->unit;
        const char *result = u->job_result ? u->job_result : "done";
        bool stop = str_equal(j->type, "stop"), done = str_equal(result, "done");
        str_replace(&u->active, u->then_active ? u->then_active : stop ? "inactive" : done ? "active" : "failed");
        str_replace(&u->sub, u->then_sub ? u->then_sub : stop ? "dead" : done ? "running" : "failed");
        str_replace(&u->result, u->then_result ? u->then_result : "success");
        u->exit_code = u->then_code;
        u->exit_status = u->then_status;
        u->job = 0;
        if (u->times && --u->times == 0) {
                u->job_result = u->then_active = u->then_sub = u->then_result = NULL;
                u->then_code = u->then_status = 0;
        }
        fake_units_signal(f, u);
        char path[64];
        job_path(path, j);
        if (!f->lose_signals)
                must(sd_bus_emit_signal(f->bus, ROOT, MANAGER, "JobRemoved", "uoss", j->id, path, u->name, result),
                     "JobRemoved");
        job_free(j);
}

static int on_job_end(sd_event_source *source, uint64_t usec, void *userdata) {
        struct fake_job *j = userdata;
        if (j->f->reload_between) {
                fake_systemd_signal(j->f, "Reloading", "true");
                fake_systemd_signal(j->f, "Reloading", "false");
        }
        job_end(j);
        return 0;
}

int fake_jobs_take(struct fake_systemd *f, sd_bus_message *m, struct fake_unit *u, const char *type) {
        if (f->silent)
                return 1;
        struct fake_job *j = calloc(1, sizeof *j);
        *j = (struct fake_job) { .next = f->jobs, .f = f, .unit = u, .id = ++f->next_job, .type = strdup(type),
                                 .state = strdup("running") };
        f->jobs = j;
        u->job = j->id;
        u->job_type = type;
        char path[64];
        job_path(path, j);
        if (f->early_signals)
                job_end(j);
        must(sd_bus_reply_method_return(m, "o", path), "reply");
        if (!f->early_signals)
                must(sd_event_add_time_relative(f->event, &j->timer, CLOCK_MONOTONIC, u->delay_ms * 1000ULL, 1,
                                                on_job_end, j),
                     "timer");
        return 1;
}

void fake_jobs_publish(struct fake_systemd *f) {
        must(sd_bus_add_fallback_vtable(f->bus, &f->slots[3], JOBS, NAME ".Job", job_vtable, find_job, f), "job");
}

void fake_jobs_free(struct fake_systemd *f) {
        while (f->jobs)
                job_free(f->jobs);
}
