/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* Home: the installed services and their state, then the running jobs. */

#include <inttypes.h>

#include "base/text.h"
#include "ui/dialog.h"
#include "ui/screens/parts/job-text.h"
#include "ui/screens/parts/known-jobs.h"
#include "ui/screens/parts/notes.h"
#include "ui/screens/parts/unit-actions.h"

struct services_state {
        struct reload loading_jobs;
        struct service_list *services;  /* NULL: no answer yet */
};

static const struct service *services_at(const struct screen *s, size_t row) {
        const struct services_state *st = s->state;
        return row == LIST_NONE || !st->services ? NULL : st->services->items[row];
}

static const struct service *services_focus(const struct screen *s) {
        return services_at(s, list_row(s->list));
}

/* ---- rows ---- */

enum {
        COLUMN_NAME,
        COLUMN_STATE,
        COLUMN_FOR,
        COLUMN_BOOT,
        COLUMN_HEALTH,
        COLUMN_CPU,
        COLUMN_MEMORY,
        COLUMN_IMAGE,
        COLUMN_UPDATE
};

static const struct column columns[] = {
        [COLUMN_NAME] = { "SERVICE", 14, 16, 0, .fit = true, .middle = true },
        [COLUMN_STATE] = { "STATE", 8, 8, 0 },
        [COLUMN_FOR] = { "FOR", 7, 8, 1 },
        [COLUMN_BOOT] = { "BOOT", 4, 4, 2 },
        [COLUMN_HEALTH] = { "HEALTH", 7, 9, 2, .optional = true },
        [COLUMN_CPU] = { "CPU", 7, 8, 5, .right = true, .optional = true },
        [COLUMN_MEMORY] = { "MEMORY", 7, 7, 4, .right = true, .optional = true },
        [COLUMN_IMAGE] = { "IMAGE", 18, 24, 3, .fit = true, .middle = true },
        [COLUMN_UPDATE] = { "UPDATE", 6, 6, 2, .optional = true },
};

/* "rsyslog:8.2302" of "localhost/rsyslog:latest" and version 8.2302. */
static void services_image(const struct service *service, char *buffer, size_t n) {
        const char *reference = service->pin.reference ? service->pin.reference
                                : service->pin.image   ? service->pin.image
                                                   : "";
        const char *slash = strrchr(reference, '/'), *name = slash ? slash + 1 : reference;
        size_t bare = strcspn(name, "@");
        const char *tag = memchr(name, ':', bare);
        if (service->pin.version)
                snprintf(buffer, n, "%.*s:%s", (int) (tag ? (size_t) (tag - name) : bare), name,
                         service->pin.version);
        else
                snprintf(buffer, n, "%.*s", (int) bare, name);
}

/* Processor time used: "0.4 s", "12 min". */
static const char *services_cpu(char *buffer, size_t n, uint64_t nsec) {
        uint64_t ms = nsec / 1000000;
        if (ms < 100000)
                snprintf(buffer, n, "%" PRIu64 ".%" PRIu64 " s", ms / 1000, ms % 1000 / 100);
        else if (ms < 6000000)
                snprintf(buffer, n, "%" PRIu64 " min", ms / 60000);
        else
                snprintf(buffer, n, "%" PRIu64 " h", ms / 3600000);
        return buffer;
}

static void services_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        static const enum style styles[_SERVICE_STATE_MAX] = {
                [SERVICE_FAILED] = STYLE_BAD,
                [SERVICE_RUNNING] = STYLE_GOOD,
                [SERVICE_STARTING] = STYLE_BUSY,
                [SERVICE_STOPPING] = STYLE_BUSY,
        };
        const struct screen *s = owner;
        const struct service *service = services_at(s, row);
        switch (column) {
        case COLUMN_NAME: ret->text = service->name; break;
        case COLUMN_STATE:
                ret->text = service_state_name(service->state);
                ret->style = styles[service->state];
                break;
        case COLUMN_FOR:
                ret->ordered = true;
                ret->order = ui_now(s->ui) - service->since;
                if (service->since > 0)
                        ret->text = text_age(ret->buffer, ret->order);
                break;
        case COLUMN_BOOT:
                if (service->at_boot)
                        ret->text = unit_boot_name(service->at_boot);
                break;
        case COLUMN_HEALTH:
                ret->text = service->health;
                ret->style = STR_IN_SET(service->health, "unhealthy", "paused") ? STYLE_BAD : STYLE_PLAIN;
                break;
        case COLUMN_CPU:
                ret->ordered = true;
                ret->order = (int64_t) service->cpu_nsec;
                if (service->cpu_nsec != UNIT_UNKNOWN)
                        ret->text = services_cpu(ret->buffer, sizeof ret->buffer, service->cpu_nsec);
                break;
        case COLUMN_MEMORY:
                ret->ordered = true;
                ret->order = (int64_t) service->memory;
                if (service->memory != UNIT_UNKNOWN)
                        ret->text = text_size(ret->buffer, service->memory);
                break;
        case COLUMN_IMAGE:
                services_image(service, ret->buffer, sizeof ret->buffer);
                ret->text = ret->buffer;
                break;
        default:
                ret->text = service->image_gone ? "gone" : service->newer ? "newer" : NULL;
                ret->style = service->image_gone ? STYLE_WARN : STYLE_PLAIN;
        }
}

static const char *services_identity(const void *owner, size_t row) {
        return services_at(owner, row)->name;
}

static char services_flag(const void *owner, size_t row) {
        return services_at(owner, row)->state == SERVICE_FAILED ? '!' : ' ';
}

static const struct list_source services_source = {
        .columns = columns,
        .n_columns = ELEMENTS(columns),
        .cell = services_cell,
        .identity = services_identity,
        .flag = services_flag,
};

/* ---- answers ---- */

static void services_loaded(struct service_list *services, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct services_state *st = s->state;
        if (services) {
                service_list_free(st->services);
                st->services = services;
        }
        screen_loaded(s, services ? services->n : 0, e, TOPIC_SERVICES);
}

static void services_jobs_loaded(struct job_list *jobs, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct services_state *st = s->state;
        _cleanup_error_ struct error *unused = e;       /* the Jobs screen shows it */
        if (jobs) {
                job_list_free(s->jobs);
                s->jobs = jobs;
                screen_invalidate(s);
        }
        if (reload_answered(&st->loading_jobs))
                s->class->changed(s, TOPIC_JOBS);
}

static void services_load(struct screen *s, unsigned topics) {
        struct services_state *st = s->state;
        if (topics & (TOPIC_SERVICES | TOPIC_IMAGES) && reload_wanted(&s->loading, topics))
                s->loading.op = host_list_services(ui_host(s->ui), services_loaded, s);
        if (topics & TOPIC_REALM)
                screen_invalidate(s);
        if (topics & TOPIC_JOBS && reload_wanted(&st->loading_jobs, topics))
                st->loading_jobs.op = host_list_jobs(ui_host(s->ui), services_jobs_loaded, s);
}

/* ---- the screen ---- */

static void services_close(struct screen *s) {
        struct services_state *st = s->state;
        op_cancel(st->loading_jobs.op);
        unit_acting_done(s);
        service_list_free(st->services);
        job_list_free(s->jobs);
}

static void services_title(const struct screen *s, struct str *left, struct str *right) {
        const struct host_status *status = host_status(ui_host(s->ui));
        str_add(left, status->hostname ? status->hostname : "this host");
        if (!status->root)
                str_add(right, "read-only (not root)");
}

static void services_mark(const struct screen *home, struct str *out, enum style *style) {
        const struct services_state *st = home->state;
        size_t failed = 0;
        for (size_t i = 0; st->services && i < st->services->n; i++)
                failed += st->services->items[i]->state == SERVICE_FAILED;
        if (failed)
                str_addf(out, "!%zu", failed);
        *style = STYLE_BAD;
}

static void services_draw(struct screen *s, const struct canvas *c) {
        int notes = notes_draw(s, s->jobs, NULL), below = notes ? notes + 1 : 0;
        if (c->rows - below < 4)
                below = 0;
        struct canvas rows = canvas_part(c, 0, 0, c->rows - below, -1);
        screen_draw_rows(s, &rows, "service",
                         "No service is installed yet. Press 2 (or i) to choose an image that packages one: "
                         "before anything is run you see what it would do.");
        if (below) {
                struct canvas part = canvas_part(c, c->rows - notes, 0, -1, -1);
                notes_draw(s, s->jobs, &part);
        }
}

static void services_status(const struct screen *s, struct str *out) {
        const struct service *service = services_at(s, list_settled_row(s->list));
        const struct job *job = known_jobs_open(s);
        if (unit_acting_status(s, out))
                return;
        if (!service) {
                if (s->error)
                        str_add(out, "R tries again.");
                else if (job && job_text_runs(job))
                        job_text_running(job, ui_now(s->ui), out);
                return;
        }
        /* Titles often begin with the name themselves: "Rsyslog: system logging". */
        const char *title = service->pin.title;
        bool named = title && strncasecmp(title, service->name, strlen(service->name)) == 0;
        if (str_equal(service->health, "paused"))
                str_addf(out,
                         "%s is paused: its clients wait. \"podman unpause %s\" or a restart lets it run "
                         "again.",
                         service->name, service->container);
        else if (service->state == SERVICE_FAILED && service->reason)
                str_addf(out, "%s failed: %s.", service->name, service->reason);
        else if (service->state == SERVICE_STOPPED && service->reason)
                str_addf(out, "%s was stopped: it was %s.", service->name, service->reason);
        else if (named)
                str_addf(out, "%s.", title);
        else if (title)
                str_addf(out, "%s: %s.", service->name, title);
        else
                str_addf(out, "%s.", service->name);
        if (service->image_gone)
                str_add(out, " Its image is not on this host any more.");
        else if (service->newer)
                str_add(out, " A newer image is here: u upgrades.");
}

/* The next change of what "FOR" says. */
static unsigned services_tick_ms(const struct screen *s) {
        const struct services_state *st = s->state;
        int64_t next = 0;
        for (size_t i = 0; st->services && i < st->services->n; i++) {
                int64_t since = st->services->items[i]->since,
                        left = since > 0 ? text_age_left(ui_now(s->ui) - since) : 0;
                if (left && (!next || left < next))
                        next = left;
        }
        return (unsigned) next * 1000;
}

/* ---- actions ---- */

static const char *services_unit(const struct service *service) {
        return service && service->units ? service->units[0] : NULL;
}

static bool services_can(const struct screen *s, enum action action) {
        const struct service *service = services_focus(s);
        bool unit = services_unit(service);
        bool up = service && (service->state == SERVICE_RUNNING || service->state == SERVICE_STARTING);
        switch (action) {
        case ACTION_OPEN: return service || known_jobs_open(s);
        case ACTION_WATCH: return known_jobs_open(s);
        case ACTION_UNINSTALL:
        case ACTION_UPGRADE:
        case ACTION_ITS_JOBS: return service;
        case ACTION_CHANGES:
        case ACTION_INSTALL_LOG: return service && service->job;
        case ACTION_LOG:
        case ACTION_UNIT: return unit;
        case ACTION_RESTART: return unit && (up || service->state == SERVICE_FAILED);
        case ACTION_ENABLE: return unit && service->at_boot != BOOT_YES;
        case ACTION_DISABLE: return unit && service->at_boot != BOOT_NO;
        case ACTION_START: return unit && !up;
        case ACTION_STOP: return unit && up;
        case ACTION_RELOAD: return unit && up && service->can_reload;
        case ACTION_RUN: return service && service->run_argv && !unit;
        default: return true;
        }
}

static bool services_act(struct screen *s, enum action action) {
        static const enum plan_verb verbs[_ACTION_MAX] = {      /* others: VERB_INSTALL, which is not here */
                [ACTION_UNINSTALL] = VERB_UNINSTALL,
                [ACTION_UPGRADE] = VERB_UPGRADE,
                [ACTION_RUN] = VERB_RUN,
        };
        const struct service *service = services_focus(s);
        const char *unit = services_unit(service);
        if (action == ACTION_WATCH || (action == ACTION_OPEN && !service))
                screen_open(s->ui, &job_screen, known_jobs_open(s)->id);
        else if (action == ACTION_OPEN && !unit)
                dialog_menu(s);
        else if (action == ACTION_OPEN || action == ACTION_UNIT)
                screen_open(s->ui, &unit_screen, unit);
        else if (action == ACTION_LOG)
                screen_open(s->ui, &log_screen,
                            &(const struct log_order) {
                                    .unit = unit, .container = service->container, .title = service->name });
        else if (action == ACTION_CHANGES)
                screen_open(s->ui, &changes_screen, service->name);
        else if (action == ACTION_ITS_JOBS)
                screen_open(s->ui, &jobs_screen, service->name);
        else if (action == ACTION_INSTALL_LOG)
                screen_open(s->ui, &job_screen, service->job);
        else if (verbs[action])
                screen_open(s->ui, &wizard_screen,
                            &(const struct wizard_order) { .verb = verbs[action], .name = service->name });
        else
                return unit && unit_acting_begin(s, unit, action);
        return true;
}

const struct screen_class services_screen = {
        .name = "services",
        .title = "Services",
        .way = "1 ",
        .help = "The services that were installed from images, failed ones first, and the jobs that run.\n"
                "Enter opens the unit that runs the focused service; l reads its log. What starts, stops or "
                "removes it is behind x. w watches the running job, u upgrades to a newer image.\n"
                "To install one press 2 (or i) and choose an image.",
        .size = sizeof(struct services_state),
        .topics = TOPIC_SERVICES | TOPIC_IMAGES | TOPIC_JOBS | TOPIC_ENGINE | TOPIC_REALM,
        .source = &services_source,
        .looking = "Looking for services ...",
        .bindings = (const struct binding[]){ { KEY_RETURN, ACTION_OPEN },
                                              { 'w', ACTION_WATCH },
                                              { 'l', ACTION_LOG },
                                              { 'c', ACTION_CHANGES, NULL, true },
                                              { 'u', ACTION_UPGRADE },
                                              { 'i', ACTION_IMAGES, "install" },
                                              {} },
        .menu = (const struct binding[]){ { 'l', ACTION_LOG },
                                          { 'o', ACTION_UNIT },
                                          { 'c', ACTION_CHANGES },
                                          { 'L', ACTION_INSTALL_LOG },
                                          { 'J', ACTION_ITS_JOBS },
                                          { 's', ACTION_START },
                                          { 'r', ACTION_RESTART },
                                          { 'd', ACTION_RELOAD },
                                          { 'e', ACTION_ENABLE },
                                          { 'b', ACTION_DISABLE },
                                          { 't', ACTION_STOP },
                                          { 'n', ACTION_RUN },
                                          { 'u', ACTION_UPGRADE },
                                          { 'X', ACTION_UNINSTALL },
                                          {} },
        .close = services_close,
        .mark = services_mark,
        .title_text = services_title,
        .draw = services_draw,
        .status = services_status,
        .can = services_can,
        .act = services_act,
        .changed = services_load,
        .tick_ms = services_tick_ms,
};
