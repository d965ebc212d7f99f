/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* Home: the installed services and their state, then the running jobs. */

#include "base/text.h"
#include "ui/dialog.h"
#include "ui/screens/home/internal.h"
#include "ui/screens/parts/job-text.h"
#include "ui/screens/parts/known-jobs.h"
#include "ui/screens/parts/notes.h"
#include "ui/screens/parts/trouble-actions.h"
#include "ui/screens/parts/unit-actions.h"

struct services_state {
        struct reload loading_jobs;
        struct reload loading_pinned;
        struct service_list *services;  /* NULL: no answer yet */
        struct service_list *pinned;    /* units; the rows behind the services; NULL: no answer yet */
        struct home_offers offers;
        struct home_trouble trouble;
        struct rates rates;
        int64_t sampled;                /* boottime of the last sample; 0: none */
        const struct host_figures *figures;     /* NULL: not read yet */
        int64_t figured;                /* boottime when they were read */
};

static size_t services_count(const struct services_state *st) {
        return (st->services ? st->services->n : 0) + (st->pinned ? st->pinned->n : 0);
}

static const struct service *services_at(const struct screen *s, size_t row) {
        const struct services_state *st = s->state;
        size_t n = st->services ? st->services->n : 0;
        if (row >= services_count(st))
                return NULL;
        return row < n ? st->services->items[row] : st->pinned->items[row - n];
}

static const struct service *services_focus(const struct screen *s) {
        return s->list == &s->rows ? services_at(s, list_row(s->list)) : NULL;
}

/* ---- rows ---- */

static void services_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct screen *s = owner;
        const struct services_state *st = s->state;
        const struct service *service = services_at(s, row);
        home_cell(service, rates_find(&st->rates, service->name), ui_now(s->ui), column, ret);
}

static const char *services_identity(const void *owner, size_t row) {
        return services_at(owner, row)->name;
}

static char services_flag(const void *owner, size_t row) {
        return home_needs_person(services_at(owner, row)) ? '!' : ' ';
}

/* What needs a person, the services, the pinned units. */
static unsigned services_rank(const void *owner, size_t row) {
        const struct service *service = services_at(owner, row);
        return home_needs_person(service) ? 0 : service->pinned ? 2 : 1;
}

static const struct list_source services_source = {
        .rank = services_rank,
        .columns = home_columns,
        .n_columns = HOME_COLUMNS,
        .cell = services_cell,
        .identity = services_identity,
        .flag = services_flag,
};

/* ---- samples ---- */

/* Microseconds between two: on a slow line, and in basic, numbers that change are dear. */
#define SAMPLE_USEC 1000000
#define SAMPLE_DEAR_USEC 5000000
/* Of the host's own figures: with the samples, where there are any. */
#define FIGURES_USEC 5000000
#define FIGURES_ALONE_USEC 30000000
/* Before the list was drawn first. */
#define SAMPLED_AT_FIRST 24

static int64_t services_period(const struct screen *s) {
        const struct theme *theme = ui_theme(s->ui);
        return theme->slow || theme->display == DISPLAY_BASIC ? SAMPLE_DEAR_USEC : SAMPLE_USEC;
}

/* The services in sight that the kernel counts, one after the other; NULL: no more. */
static const struct service *services_next_counted(const struct screen *s, size_t *i) {
        const struct list *list = &s->rows;
        size_t rows = list->height ? list->height : SAMPLED_AT_FIRST;
        while (*i < rows && list->top + *i < list->shown) {
                const struct service *service = services_at(s, list->order[list->top + (*i)++]);
                if (service->cgroups)
                        return service;
        }
        return NULL;
}

static void services_sample(struct screen *s) {
        struct services_state *st = s->state;
        const struct service *service;
        for (size_t i = 0; (service = services_next_counted(s, &i));) {
                struct usage usage;
                host_read_usage(ui_host(s->ui), service, &usage);
                rates_take(&st->rates, service->name, &usage, ui_boottime(s->ui));
        }
        st->sampled = ui_boottime(s->ui);
}

/* The first paint waits for nothing of this: it begins when the services are there. */
static void services_tick(struct screen *s) {
        struct services_state *st = s->state;
        int64_t now = ui_boottime(s->ui);
        if (now >= st->sampled + services_period(s))
                services_sample(s);
        if (!st->figures || now >= st->figured + FIGURES_USEC) {
                st->figures = host_figures(ui_host(s->ui));
                st->figured = now;
        }
        if (now >= home_trouble_due(&st->trouble))
                home_trouble_load(s, st->trouble.looked ? 0 : ~0U);
}

/* ---- answers ---- */

/* Only of a host without a service it is asked what could be one. */
static void services_arrange(struct screen *s, unsigned topics) {
        struct services_state *st = s->state;
        list_set(&s->rows, services_count(st));
        if (!services_count(st))
                home_offers_load(s, topics);
        else
                home_trouble_below(s, &s->rows);
        screen_invalidate(s);
}

static void services_pinned_loaded(struct service_list *pinned, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct services_state *st = s->state;
        error_free(e);  /* the services have the same */
        if (pinned) {
                service_list_free(st->pinned);
                st->pinned = pinned;
        }
        if (reload_answered(&st->loading_pinned))
                s->class->changed(s, TOPIC_SERVICES);
        services_arrange(s, ~0U);
}

/* The first paint waits for services alone: the rest is asked for when they are there. */
static void services_loaded(struct service_list *services, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct services_state *st = s->state;
        if (services) {
                service_list_free(st->services);
                st->services = services;
        }
        bool bad = e;
        screen_loaded(s, services_count(st), e, TOPIC_SERVICES);
        if (services_count(st))
                home_trouble_below(s, &s->rows);
        if (!bad && reload_wanted(&st->loading_pinned, TOPIC_SERVICES))
                st->loading_pinned.op = host_list_pinned(ui_host(s->ui), services_pinned_loaded, s);
        if (screen_shown(s))
                services_tick(s);
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
        if (topics & (TOPIC_IMAGES | TOPIC_ENGINE) && st->offers.known)
                services_arrange(s, topics);
        if (topics & (TOPIC_REALM | TOPIC_HOST))
                screen_invalidate(s);
        if (st->trouble.looked)
                home_trouble_load(s, topics);
        if (topics & TOPIC_JOBS && reload_wanted(&st->loading_jobs, topics))
                st->loading_jobs.op = host_list_jobs(ui_host(s->ui), services_jobs_loaded, s);
}

/* ---- the screen ---- */

static void services_open(struct screen *s, const void *arg) {
        struct services_state *st = s->state;
        home_trouble_init(s, &st->trouble);
        home_offers_init(s, &st->offers);
}

static void services_close(struct screen *s) {
        struct services_state *st = s->state;
        home_trouble_done(&st->trouble);
        home_offers_done(&st->offers);
        op_cancel(st->loading_pinned.op);
        service_list_free(st->pinned);
        op_cancel(st->loading_jobs.op);
        unit_acting_done(s);
        service_list_free(st->services);
        rates_done(&st->rates);
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
        size_t n = 0;
        for (size_t i = 0; st->services && i < st->services->n; i++)
                n += home_needs_person(st->services->items[i]);
        if (n)
                str_addf(out, "!%zu", n);
        *style = STYLE_BAD;
}

/* The last 15 minutes of the focused service, in bars; elsewhere the status line has them in numbers. */
static bool services_charts(const struct screen *s) {
        return ui_theme(s->ui)->display == DISPLAY_RICH;
}

/* In the last row of the list, where no service needs it. */
static void services_draw_chart(const struct screen *s, const struct canvas *rows) {
        const struct services_state *st = s->state;
        const struct service *service = services_at(s, list_settled_row(&s->rows));
        const struct rate *rate = service ? rates_find(&st->rates, service->name) : NULL;
        if (rate && services_charts(s) && (int) s->rows.shown + 2 < rows->rows &&
            rate_mean(rate, 15, ui_boottime(s->ui)) != RATE_UNKNOWN)
                rate_draw(rate, ui_boottime(s->ui), rows, rows->rows - 1);
}

/* Rows of the screen from which on one is for the host's figures, and few lines are for trouble. */
#define FIGURES_ROWS_MIN 14
#define TROUBLE_ROWS_LEAST 3
/* The heads and so many services keep their rows. */
#define LIST_ROWS_LEAST 3
/* The sentence where there is no service. */
#define EMPTY_ROWS 3

/* The rows that the list above needs, with its heads. */
static int services_rows(const struct screen *s) {
        const struct services_state *st = s->state;
        const struct list *list = home_offers_wanted(s) ? &st->offers.list : &s->rows;
        int sentence = list == &s->rows ? 0 : 1;
        return list->shown ? sentence + 1 + clamp_int((int) list->shown, 1, INT16_MAX) : EMPTY_ROWS;
}

static void services_draw(struct screen *s, const struct canvas *c) {
        struct services_state *st = s->state;
        int facts = c->rows >= FIGURES_ROWS_MIN, notes = notes_draw(s, s->jobs, NULL),
            rest = c->rows - facts - 1, list = services_rows(s), room = rest - notes - list,
            least = facts ? TROUBLE_ROWS_LEAST : 1,
            trouble = home_trouble_rows(&st->trouble, room > least ? room : least);
        if (rest - notes - trouble < clamp_int(list, 1, LIST_ROWS_LEAST))
                notes = 0;
        struct canvas top = canvas_part(c, 0, 0, facts, -1),
                      rows = canvas_part(c, facts, 0, rest - notes - trouble, -1),
                      middle = canvas_part(c, c->rows - trouble - notes, 0, trouble, -1),
                      bottom = canvas_part(c, c->rows - notes, 0, notes, -1);
        if (facts)
                home_facts_draw(st->figures, NULL, &top);
        /* Without the heads: a host without a service has none, and a slow line pays for them. */
        if (!s->loaded && !s->error) {
                canvas_text(&rows, 0, 0, 0, STYLE_BUSY, s->class->looking);
                canvas_cursor(&rows, 0, 0);
        } else if (home_offers_wanted(s))
                home_offers_draw(s, &rows);
        else
                screen_draw_rows(s, &rows, "service",
                                 "No service is installed yet. Press 2 (or i) to choose an image that "
                                 "packages one: before anything is run you see what it would do.");
        services_draw_chart(s, &rows);
        if (notes)
                notes_draw(s, s->jobs, &bottom);
        home_trouble_draw(s, &middle);
}

static void services_status(const struct screen *s, struct str *out) {
        const struct services_state *st = s->state;
        const struct service *service =
                s->list == &s->rows ? services_at(s, list_settled_row(&s->rows)) : NULL;
        const struct job *job = known_jobs_open(s);
        if (unit_acting_status(s, out))
                return;
        if (s->list == &st->trouble.list || s->list == &st->offers.list) {
                if (s->list == &st->trouble.list)
                        home_trouble_status(s, out);
                else
                        str_add(out, "Enter shows what installing it would do. Nothing is run yet.");
                return;
        }
        if (!service) {
                if (s->error)
                        str_add(out, "R tries again.");
                else if (job && job_text_runs(job))
                        job_text_running(job, ui_now(s->ui), out);
                return;
        }
        const struct rate *rate = services_charts(s) ? NULL : rates_find(&st->rates, service->name);
        home_service_status(service, rate, ui_boottime(s->ui), out);
}

/* Milliseconds until the next change of what "FOR" says, the next sample, or the next look at the host. */
static unsigned services_tick_ms(const struct screen *s) {
        const struct services_state *st = s->state;
        int64_t now = ui_boottime(s->ui), period = services_period(s), next = INT64_MAX;
        size_t from = 0;
        for (size_t i = 0; i < services_count(st); i++) {
                int64_t since = services_at(s, i)->since,
                        left = since > 0 ? text_age_left(ui_now(s->ui) - since) * 1000000 : 0;
                if (left && now + left < next)
                        next = now + left;
        }
        /* where samples are dear, so are the seconds of what started just now */
        if (period == SAMPLE_DEAR_USEC && next < st->sampled + period)
                next = st->sampled + period;
        if (services_next_counted(s, &from) && st->sampled + period < next)
                next = st->sampled + period;
        if (st->figures && st->figured + FIGURES_ALONE_USEC < next)
                next = st->figured + FIGURES_ALONE_USEC;
        if (st->trouble.looked && home_trouble_due(&st->trouble) < next)
                next = home_trouble_due(&st->trouble);
        return next == INT64_MAX ? 0 : next <= now ? 1 : (unsigned) ((next - now + 999) / 1000);
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
        case ACTION_OPEN:
                return service || home_trouble_focus(s) || home_offers_focus(s) || known_jobs_open(s);
        case ACTION_SLEEP: return home_trouble_focus(s);
        case ACTION_WATCH: return known_jobs_open(s);
        case ACTION_UNINSTALL:
        case ACTION_UPGRADE:
        case ACTION_RECONFIGURE:
        case ACTION_ITS_JOBS: return service && !service->pinned;
        case ACTION_PIN: return service && service->pinned;
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
        const struct trouble *trouble = home_trouble_focus(s);
        if (home_trouble_move(s, action))
                return true;
        if (action == ACTION_TROUBLE)
                screen_open(s->ui, &trouble_screen, trouble ? trouble->id : NULL);
        else if (action == ACTION_OPEN && home_offers_focus(s))
                screen_open(s->ui,
                            source_several(home_offers_focus(s)) ? &source_screen : &image_screen,
                            home_offers_focus(s));
        else if (trouble && action == ACTION_OPEN)
                trouble_open(s, trouble);
        else if (trouble && action == ACTION_SLEEP)
                trouble_sleep(s, trouble);
        else if (action == ACTION_WATCH || (action == ACTION_OPEN && !service))
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
        else if (action == ACTION_RECONFIGURE)
                screen_open(s->ui, &wizard_screen,
                            &(const struct wizard_order) { .verb = VERB_RECONFIGURE,
                                                           .name = service->name,
                                                           .image = service->pin.image,
                                                           .answers = service->given.answers,
                                                           .mode = service->given.mode });
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
        .help = "The services that were installed from images, failed ones first, and below them what of "
                "this host needs a person. Up and Down go through both; n goes to the next row that needs "
                "you.\n"
                "Enter opens the unit that runs the focused service, or leads to where a trouble is fixed; "
                "z puts a trouble to sleep, a shows all of them. l reads a log. What starts, stops or "
                "removes a service is behind x. w watches the running job, u upgrades to a newer image, "
                "m changes the answers of its install.\n"
                "To install one press 2 (or i) and choose an image.",
        .size = sizeof(struct services_state),
        .topics = TOPIC_SERVICES | TOPIC_IMAGES | TOPIC_JOBS | TOPIC_ENGINE | TOPIC_REALM | TOPIC_UNITS |
                  TOPIC_HOST,
        .source = &services_source,
        .looking = "Looking for services ...",
        .bindings = (const struct binding[]){ { KEY_RETURN, ACTION_OPEN },
                                              { 'w', ACTION_WATCH },
                                              { 'l', ACTION_LOG },
                                              { 'c', ACTION_CHANGES, NULL, true },
                                              { 'u', ACTION_UPGRADE },
                                              { 'z', ACTION_SLEEP },
                                              { 'i', ACTION_IMAGES, "install" },
                                              { 'a', ACTION_TROUBLE },
                                              { 'n', ACTION_NEXT_TROUBLE, NULL, true },
                                              { 'm', ACTION_RECONFIGURE },
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
                                          { 'm', ACTION_RECONFIGURE },
                                          { 'P', ACTION_PIN, "unpin" },
                                          { 'X', ACTION_UNINSTALL },
                                          {} },
        .open = services_open,
        .close = services_close,
        .mark = services_mark,
        .title_text = services_title,
        .draw = services_draw,
        .status = services_status,
        .can = services_can,
        .act = services_act,
        .changed = services_load,
        .tick_ms = services_tick_ms,
        .tick = services_tick,
};
