/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* One unit: its state and since when, its origin, its dependencies and resources, and the newest lines of its
 * log. */

#include <errno.h>
#include <time.h>

#include "base/text.h"
#include "model/plan/adopt.h"
#include "model/service/address.h"
#include "model/service/why.h"
#include "ui/screens/parts/unit-actions.h"

#define LOG_TAIL 50

struct unit_state {
        struct op *reading;
        struct unit_detail *detail;     /* NULL: no answer yet */
        struct error *log_error;
        struct log_line log[LOG_TAIL];  /* the newest lines, oldest first */
        size_t n_log;
        bool log_read;                  /* the newest line has come */
        bool gone;                      /* systemd has no unit of this name any more */
};

/* ---- the text ---- */

static uint8_t unit_state_mark(const char *active) {
        enum style style = unit_state_style(active);
        return style == STYLE_GOOD ? DOC_GOOD : style == STYLE_BAD ? DOC_BAD : DOC_PLAIN;
}

static void unit_put_result(struct pager *p, const struct unit_detail *d) {
        if (!d->result || str_equal(d->result, "success"))
                return;
        bool stopped = unit_was_stopped(d);
        _cleanup_free_ char *text = stopped ? unit_killed_text(d) : unit_why_text(d);
        pager_row(p, "result", stopped ? DOC_WARN : DOC_BAD, stopped && text ? "stopped; %s" : "%s",
                  text ? text : "stopped");
}

static void unit_put_state(const struct screen *s, struct pager *p, const struct unit_detail *d) {
        char age[24];
        const char *active = unit_state_text(&d->unit), *sub = unit_sub_text(&d->unit);
        _cleanup_str_ struct str text = {};
        str_add(&text, active);
        if (!str_empty(sub) && !str_equal(sub, active))
                str_addf(&text, " (%s)", sub);
        if (unit_is_frozen(d))
                str_add(&text, ", frozen");
        if (d->since > 0)
                str_addf(&text, " for %s", text_age(age, ui_now(s->ui) - d->since));
        pager_row(p, "state", unit_state_mark(active), "%s", text.text);
        unit_put_result(p, d);
        if (d->load_error)
                pager_row(p, "not loaded", DOC_BAD, "%s", d->load_error);
        if (d->why)
                pager_row(p, unit_has_failed(&d->unit) ? "why" : "run before", DOC_BAD, "%s", d->why);
        _cleanup_free_ char *boot = unit_boot_text(d);
        pager_row(p, "at boot", DOC_PLAIN, "%s", boot);
        if (d->main_pid)
                pager_row(p, "process", DOC_PLAIN, "%u", (unsigned) d->main_pid);
        if (d->restarts)
                pager_row(p, "restarts", DOC_WARN, "%u by systemd since it was started", d->restarts);
        if (d->container)
                pager_row(p, "container", DOC_PLAIN, "%s", d->container);
}

/* Resources that systemd does not count are not shown: a dash would look like nothing used. */
static void unit_put_resources(struct pager *p, const struct unit_detail *d) {
        _cleanup_str_ struct str s = {};
        char size[16];
        if (d->memory != UNIT_UNKNOWN)
                str_addf(&s, "memory %s  ", text_size(size, d->memory));
        if (d->cpu_nsec != UNIT_UNKNOWN)
                str_addf(&s, "CPU time %.1f s  ", (double) d->cpu_nsec / 1e9);
        if (d->tasks != UNIT_UNKNOWN)
                str_addf(&s, "tasks %llu  ", (unsigned long long) d->tasks);
        if (d->io_read != UNIT_UNKNOWN)
                str_addf(&s, "read %s  ", text_size(size, d->io_read));
        if (d->io_written != UNIT_UNKNOWN)
                str_addf(&s, "written %s", text_size(size, d->io_written));
        if (s.length)
                pager_row(p, "uses", DOC_PLAIN, "%s", s.text);
}

/* d shows all of them. */
static void unit_put_list(struct pager *p, const char *name, char *const *list) {
        size_t n = strv_length(list);
        if (n)
                pager_row(p, name, DOC_PLAIN, n == 1 ? "%s" : "%s and %zu more", list[0], n - 1);
}

static void unit_put_files(struct pager *p, const struct unit_detail *d) {
        if (d->fragment)
                pager_row(p, "unit file", DOC_PLAIN, "%s", d->fragment);
        if (d->source)
                pager_row(p, "made from", DOC_PLAIN, "%s", d->source);
        for (char **path = d->drop_ins; path && *path; path++)
                pager_row(p, path == d->drop_ins ? "drop-ins" : "", DOC_PLAIN, "%s", *path);
        if (d->need_reload)
                pager_row(p, "", DOC_WARN, "the file on disk is newer than what systemd read");
        unit_put_list(p, "requires", d->requires);
        unit_put_list(p, "wants", d->wants);
        unit_put_list(p, "after", d->after);
        unit_put_list(p, "needed by", d->required_by);
}

static void unit_put_log(struct pager *p, const struct unit_state *st) {
        pager_end(p);
        pager_addf(p, DOC_HEAD, "Its log, newest line first");
        if (st->log_error)
                pager_addf(p, DOC_WARN, "  %s", st->log_error->message);
        else if (!st->n_log)
                pager_addf(p, DOC_DIM, st->log_read ? "  none" : "  reading ...");
        for (size_t i = st->n_log; i-- > 0;) {
                time_t t = (time_t) (st->log[i].real / 1000000);
                struct tm tm;
                char when[16] = "";
                if (localtime_r(&t, &tm))
                        strftime(when, sizeof when, "%H:%M:%S", &tm);
                pager_put(p, DOC_DIM, "  %s ", when);
                pager_put(p, log_line_bad(&st->log[i]) ? DOC_BAD : DOC_PLAIN, "%s",
                          st->log[i].message ? st->log[i].message : "");
                pager_end(p);
        }
}

static void unit_compose(struct screen *s) {
        const struct unit_state *st = s->state;
        struct pager *p = s->pager;
        const struct unit_detail *d = st->detail;
        pager_clear(p);
        if (!d)
                return;
        _cleanup_free_ char *plain = unit_name_plain(d->unit.name);
        pager_addf(p, DOC_STRONG, "%s", str_empty(d->unit.description) ? d->unit.name : d->unit.description);
        if (st->gone) {
                pager_row(p, "state", DOC_BAD, "gone: there is no unit of this name any more");
                unit_put_log(p, st);
                screen_invalidate(s);
                return;
        }
        const char *about = unit_address_name(s->about, NULL);
        if (!str_equal(d->unit.name, about) && !unit_template(about))
                pager_row(p, "alias of", DOC_PLAIN, "%s", d->unit.name);
        if (!str_equal(plain, d->unit.name))
                pager_row(p, "unescaped", DOC_PLAIN, "%s", plain);
        unit_put_state(s, p, d);
        unit_put_resources(p, d);
        unit_put_files(p, d);
        unit_put_log(p, st);
        screen_invalidate(s);
}

/* ---- answers ---- */

static void unit_lines(struct log_line *lines, size_t n, void *userdata) {
        struct screen *s = userdata;
        struct unit_state *st = s->state;
        for (size_t i = 0; i < n; i++) {
                if (st->n_log == LOG_TAIL) {
                        log_line_done(&st->log[0]);
                        memmove(st->log, st->log + 1, (LOG_TAIL - 1) * sizeof *st->log);
                        st->n_log--;
                }
                st->log[st->n_log++] = lines[i];
                lines[i] = (struct log_line) {};
        }
        if (st->log_read)
                unit_compose(s);
}

static void unit_lines_reached(void *userdata) {
        struct screen *s = userdata;
        struct unit_state *st = s->state;
        st->log_read = true;
        unit_compose(s);
}

static void unit_lines_failed(struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct unit_state *st = s->state;
        st->reading = op_cancel(st->reading);
        error_free(st->log_error);
        st->log_error = e;
        unit_compose(s);
}

static void unit_loaded(struct unit_detail *detail, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct unit_state *st = s->state;
        st->gone = e && e->code == -ENOENT && st->detail;
        if (detail) {
                unit_detail_free(st->detail);
                st->detail = detail;
        }
        unit_compose(s);
        screen_loaded(s, 0, e, TOPIC_UNITS);
}

static void unit_load(struct screen *s, unsigned topics) {
        if (reload_wanted(&s->loading, topics))
                s->loading.op = host_show_unit(ui_host(s->ui), s->about, unit_loaded, s);
}

/* ---- the screen ---- */

static void unit_open(struct screen *s, const void *arg) {
        struct unit_state *st = s->state;
        s->pager->name_mark = DOC_DIM;
        const struct log_query query = { .unit = s->about, .priority = 7, .tail = LOG_TAIL, .follow = true };
        const struct log_reader reader = {
                .lines = unit_lines, .reached = unit_lines_reached, .failed = unit_lines_failed, .userdata = s
        };
        st->reading = host_read_log(ui_host(s->ui), &query, &reader);
}

static void unit_close(struct screen *s) {
        struct unit_state *st = s->state;
        op_cancel(st->reading);
        unit_acting_done(s);
        for (size_t i = 0; i < st->n_log; i++)
                log_line_done(&st->log[i]);
        unit_detail_free(st->detail);
        error_free(st->log_error);
}

static void unit_title(const struct screen *s, struct str *left, struct str *right) {
        const struct unit_state *st = s->state;
        _cleanup_free_ char *name = unit_address_text(s->about);
        str_add(left, name);
        if (st->gone)
                str_add(right, "gone");
        else if (st->detail && st->detail->unit.active)
                str_add(right, unit_state_text(&st->detail->unit));
}

static void unit_status(const struct screen *s, struct str *out) {
        const struct unit_state *st = s->state;
        if (unit_acting_status(s, out))
                return;
        if (st->gone)
                str_add(out,
                        "It is gone: uninstalled, or removed by somebody. l reads what is left of its log.");
        else if (s->error && st->detail)
                str_add(out, "What is shown is not up to date: systemd did not answer. R tries again.");
        else if (st->detail && unit_was_stopped(st->detail))
                str_add(out, "It was stopped; systemd counts its killed program as a failure. x, then s, "
                             "starts it again.");
        else if (st->detail && unit_has_failed(&st->detail->unit))
                str_add(out, st->detail->why ? "It failed: see why above. x, then s, starts it again."
                                             : "It failed: see its log. x, then s, starts it again.");
        else if (st->detail && unit_is_masked(&st->detail->unit))
                str_add(out, "It is masked: nothing can start it. x, then U, unmasks it.");
}

/* The next change of what "for" says; a line above that stands still is not written again. */
static unsigned unit_tick_ms(const struct screen *s) {
        const struct unit_state *st = s->state;
        int64_t since = st->detail && !st->gone ? st->detail->since : 0;
        return since > 0 ? (unsigned) text_age_left(ui_now(s->ui) - since) * 1000 : 0;
}

/* What has no file cannot have a drop-in that counts. */
static bool unit_can_edit(const struct unit_detail *d) {
        return d && d->fragment && !unit_is_masked(&d->unit);
}

static bool unit_runs_container(const struct unit_detail *d) {
        return d && (d->container || (d->source && str_ends(d->source, ".container")));
}

/* Of the system's manager; and of one that is a service already, the container is known. */
static bool unit_can_adopt(const char *address, const struct unit_detail *d) {
        uint32_t uid;
        unit_address_name(address, &uid);
        return uid == UNIT_SYSTEM && !d->container && adopt_fits(d);
}

static bool unit_can(const struct screen *s, enum action action) {
        const struct unit_state *st = s->state;
        if (action == ACTION_RELOAD && st->detail && !st->detail->can_reload)
                return false;
        bool frozen = st->detail && unit_is_frozen(st->detail);
        if (action == ACTION_CONTAINER)
                return unit_runs_container(st->detail);
        if (action == ACTION_PROCESSES)
                return st->detail && (unit_has_processes(st->detail->unit.name) || st->detail->main_pid);
        if (action == ACTION_EDIT || action == ACTION_ADOPT)
                return unit_can_edit(st->detail) && !st->gone &&
                       (action == ACTION_EDIT || unit_can_adopt(s->about, st->detail));
        if (action == ACTION_THAW)
                return frozen && !st->gone;
        if (action == ACTION_FREEZE && (frozen || !st->detail || !st->detail->can_freeze))
                return false;
        enum unit_boot boot = st->detail ? unit_boot(st->detail) : BOOT_UNKNOWN;
        if ((action == ACTION_ENABLE && boot == BOOT_YES) || (action == ACTION_DISABLE && boot == BOOT_NO))
                return false;
        return unit_action_fits(st->detail && !st->gone ? &st->detail->unit : NULL, action);
}

static bool unit_act(struct screen *s, enum action action) {
        struct unit_state *st = s->state;
        const struct log_order log = { .unit = s->about,
                                       .container = st->detail ? st->detail->container : NULL };
        if (action == ACTION_LOG)
                screen_open(s->ui, &log_screen, &log);
        else if (action == ACTION_DEPENDENCIES)
                screen_open(s->ui, &unit_tree_screen, s->about);
        else if (action == ACTION_ADOPT)
                screen_open(s->ui, &wizard_screen,
                            &(const struct wizard_order){ .verb = VERB_ADOPT, .image = s->about });
        else if (action == ACTION_EDIT) {
                if (!unit_edit_refused(s, s->about))
                        screen_open(s->ui, &edit_screen, &(const struct edit_order){ .unit = s->about });
        }
        else if (action >= ACTION_FILES && action <= ACTION_CONTAINER) {
                const struct unit_inside_order inside = { .unit = s->about,
                                                          .part = (enum inside_part)(action - ACTION_FILES) };
                screen_open(s->ui, &unit_inside_screen, &inside);
        } else
                return unit_acting_begin(s, s->about, action);
        return true;
}

const struct screen_class unit_screen = {
        .name = "unit",
        .title = "Unit",
        .way = "3 Enter ",
        .help = "How one unit is: its state, how its last run ended, what it uses, which files made it, "
                "what it needs, and the newest lines of its log. What systemd does not count on this host is "
                "left out.\n"
                "x starts, stops or changes it; l reads the whole log; v its files, d what it needs and what "
                "needs it, p its processes, P its properties, c the container behind it. E changes its "
                "settings, as a job that can be undone; A makes a service of one that runs a container and "
                "that somebody wrote by hand: what changes is shown first.",
        .about = true,
        .size = sizeof(struct unit_state),
        .topics = TOPIC_UNITS,
        .text = PAGER_WORDS,
        .name_width = 13,
        .looking = "Asking systemd ...",
        .bindings = (const struct binding[]) { { 'l', ACTION_LOG },
                                               { 'v', ACTION_FILES },
                                               { 'E', ACTION_EDIT },
                                               { 'A', ACTION_ADOPT },
                                               { 'd', ACTION_DEPENDENCIES },
                                               { 'p', ACTION_PROCESSES },
                                               { 'P', ACTION_PROPERTIES },
                                               { 'c', ACTION_CONTAINER },
                                               {} },
        .menu = unit_menu,
        .open = unit_open,
        .close = unit_close,
        .title_text = unit_title,
        .status = unit_status,
        .can = unit_can,
        .act = unit_act,
        .changed = unit_load,
        .tick_ms = unit_tick_ms,
        .tick = unit_compose,
};
