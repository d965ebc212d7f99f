/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/check-page.h"

#include <ctype.h>

#include "base/text.h"
#include "ui/dialog.h"
#include "ui/screens/parts/job-text.h"
#include "ui/screens/screens.h"

enum { COLUMN_VERDICT, COLUMN_CHECK, COLUMN_WHAT };

static const struct column columns[] = {
        [COLUMN_VERDICT] = { "", 4, 4, 0 },
        [COLUMN_CHECK] = { "CHECK", 12, 14, 1 },
        [COLUMN_WHAT] = { "RESULT", 20, 56, 0, .grow = true },
};

static const struct preflight *check_page_shown(const struct screen *s) {
        return s->checks->preflight ? s->checks->preflight : s->checks->live;
}

static void check_page_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct check_result *r = &check_page_shown(owner)->items[row];
        if (column == COLUMN_VERDICT)
                ret->text = job_text_verdict(r->verdict, &ret->style);
        else if (column == COLUMN_CHECK)
                ret->text = r->title;
        else {
                ret->text = r->message ? r->message : "checking";
                ret->style = r->verdict == VERDICT_WAITING ? STYLE_BUSY : STYLE_PLAIN;
        }
}

static const char *check_page_identity(const void *owner, size_t row) {
        return check_page_shown(owner)->items[row].id;
}

const struct list_source check_page_source = {
        .columns = columns,
        .n_columns = ELEMENTS(columns),
        .cell = check_page_cell,
        .identity = check_page_identity,
};

void check_page_init(struct check_page *p, struct screen *screen, void (*look)(struct screen *screen)) {
        *p = (struct check_page) { .screen = screen, .look = look };
        screen->checks = p;
}

void check_page_done(struct check_page *p) {
        op_cancel(p->looking);
        op_cancel(p->repairing);
        preflight_free(p->preflight);
}

static void check_page_moved(const struct preflight *preflight, void *userdata) {
        struct check_page *p = userdata;
        p->live = preflight;
        list_set(&p->screen->rows, preflight->n);
        screen_invalidate(p->screen);
}

/* The first error, else the first warning; NULL. */
static const struct check_result *check_page_worst(const struct preflight *preflight) {
        for (enum verdict v = VERDICT_FAIL; v >= VERDICT_WARN; v--)
                for (size_t i = 0; i < preflight->n; i++)
                        if (preflight->items[i].verdict == v)
                                return &preflight->items[i];
        return NULL;
}

static void check_page_finished(struct preflight *preflight, void *userdata) {
        struct check_page *p = userdata;
        p->looking = op_cancel(p->looking);
        p->live = NULL;
        bool left_behind = p->left_behind;
        p->left_behind = false;
        preflight_free(p->preflight);
        p->preflight = preflight;
        list_set(&p->screen->rows, preflight->n);
        const struct check_result *enrolled = preflight_find(preflight, "enrolled");
        p->leaving |= left_behind && enrolled && enrolled->verdict == VERDICT_FAIL;
        const struct check_result *worst = check_page_worst(preflight);
        if (worst)
                list_focus(&p->screen->rows, worst->id);
        screen_invalidate(p->screen);
}

void check_page_look(struct check_page *p, const struct preflight_order *order) {
        op_cancel(p->looking);
        p->live = NULL;
        p->preflight = preflight_free(p->preflight);
        list_set(&p->screen->rows, 0);
        p->looking = host_preflight(ui_host(p->screen->ui), order, check_page_moved, check_page_finished, p);
        screen_invalidate(p->screen);
}

bool check_page_fails(const struct check_page *p) {
        return p->preflight && preflight_worst(p->preflight) == VERDICT_FAIL;
}

static const struct check_result *check_page_focus(const struct check_page *p) {
        const struct preflight *shown = check_page_shown(p->screen);
        size_t row = list_row(&p->screen->rows);
        return shown && row < shown->n ? &shown->items[row] : NULL;
}

enum fix check_page_fix(const struct check_page *p) {
        const struct check_result *r = check_page_focus(p);
        if (!r || p->looking || p->repairing)
                return FIX_NONE;
        bool here = r->fix == FIX_CLOCK || r->fix == FIX_HOSTNAME || r->fix == FIX_LEAVE;
        return here || p->leads_on ? r->fix : FIX_NONE;
}

/* ---- repairing ---- */

static void check_page_repaired(struct error *e, void *userdata) {
        struct check_page *p = userdata;
        p->repairing = op_cancel(p->repairing);
        dialog_error(p->screen->ui, e);
        p->look(p->screen);
}

static void check_page_do_repair(struct check_page *p, enum fix fix, const char *value) {
        const struct repair repair = { .fix = fix,
                                       .hostname = value,
                                       .clock_usec = p->preflight ? p->preflight->clock_usec : 0 };
        op_cancel(p->repairing);
        p->repairing = host_repair(ui_host(p->screen->ui), &repair, check_page_repaired, p);
}

/* The other screens leave the realm; the answers wait below them. */
static void check_page_membership(struct membership *m, struct error *e, void *userdata) {
        struct check_page *p = userdata;
        _cleanup_(membership_freep) struct membership *owned = m;
        struct ui *ui = p->screen->ui;
        p->repairing = op_cancel(p->repairing);
        p->leaving = true;
        if (e)
                dialog_error(ui, e);
        else if (m->service)
                screen_open(ui, &wizard_screen,
                            &(struct wizard_order) { .verb = VERB_UNINSTALL, .name = m->service });
        else
                screen_open(ui, &realm_screen, NULL);
}

void check_page_changed(struct screen *s, unsigned topics) {
        struct check_page *p = s->checks;
        if (!p->leaving || p->looking)
                return;
        p->leaving = false;
        p->left_behind = true;
        p->look(s);
}

static void check_page_set_clock(struct screen *s) {
        check_page_do_repair(s->checks, FIX_CLOCK, NULL);
}

static void check_page_hostname_typed(struct screen *s, const char *text) {
        if (!str_empty(text))
                check_page_do_repair(s->checks, FIX_HOSTNAME, text);
}

/* The present name in small letters, with the realm's domain where it has none. */
static void check_page_ask_hostname(struct check_page *p, const char *name) {
        const struct realm *realm = p->preflight ? p->preflight->realm : NULL;
        bool short_name = !strchr(name, '.') && realm && realm->domain;
        _cleanup_free_ char *proposed = short_name ? str_printf("%s.%s", name, realm->domain) : xstrdup(name);
        for (char *c = proposed; *c; c++)
                *c = (char) tolower((unsigned char) *c);
        screen_ask(p->screen, "Host name, with its domain:", proposed, NULL, check_page_hostname_typed);
}

/* Asks, repairs, and checks again. False: the repair is another answer. */
static bool check_page_repair(struct check_page *p) {
        static const struct question clock = {
                .title = "Set the clock",
                .text = "This host's clock is set to that of the realm's server, once. Programs that run see "
                        "the time jump; a time service should keep it from then on.",
                .yes = "Set it",
        };
        struct host *host = ui_host(p->screen->ui);
        switch (check_page_fix(p)) {
        case FIX_NONE: return true;
        case FIX_CLOCK:
                dialog_confirm(p->screen, &clock, check_page_set_clock);
                return true;
        case FIX_HOSTNAME:
                check_page_ask_hostname(p, host_status(host)->hostname);
                return true;
        case FIX_LEAVE:
                p->repairing = host_membership(host, check_page_membership, p);
                return true;
        default: return false;
        }
}

bool check_page_can(const struct screen *s, enum action action) {
        if (action == ACTION_FIX)
                return check_page_fix(s->checks) != FIX_NONE;
        return (action != ACTION_AGAIN && action != ACTION_DETAILS) || !s->checks->looking;
}

bool check_page_act(struct screen *s, enum action action) {
        struct check_page *p = s->checks;
        if (action == ACTION_FIX)
                return check_page_repair(p);
        if (action == ACTION_AGAIN)
                p->look(s);
        else if (action == ACTION_DETAILS) {
                const struct check_result *r = check_page_focus(p);
                p->details = !p->details;
                if (p->details && r && !r->details)
                        screen_say(s, "%s has no details; other checks show theirs now", r->title);
        } else
                return false;
        screen_invalidate(s);
        return true;
}

/* ---- drawing ---- */

/* A line for each, broken into rows; the last row says how many lines are out of sight. */
static int check_page_draw_details(const struct canvas *c, int row, const char *details) {
        _cleanup_strv_ char **lines = strv_split(details, "\n");
        struct canvas nowhere = { .columns = c->columns, .theme = c->theme, .cursor = (int[2]) {} };
        int first = row;
        for (size_t i = 0; lines[i]; i++) {
                size_t left = strv_length(lines + i);
                int rows = canvas_paragraph(&nowhere, 0, 5, c->columns - 7, STYLE_DIM, lines[i]);
                if (c->rows && row + rows > c->rows - (left > 1)) {
                        canvas_textf(c, row++, 5, 0, STYLE_DIM,
                                     plural(left, "%zu more line; fairlead check --json has it",
                                            "%zu more lines; fairlead check --json has them"),
                                     left);
                        break;
                }
                row += canvas_paragraph(c, row, 5, c->columns - 7, STYLE_DIM, lines[i]);
        }
        return row - first;
}

/* The meaning of the focused result, below the list. */
static int check_page_draw_focus(const struct check_page *p, const struct canvas *c) {
        const struct check_result *r = check_page_focus(p);
        if (!r || !r->message)
                return 0;
        int row = canvas_paragraph(c, 0, 2, c->columns - 4, STYLE_PLAIN, r->message);
        if (r->hint && r->verdict != VERDICT_OK) {
                canvas_text(c, row, 2, 0, STYLE_PLAIN, "->");
                row += canvas_paragraph(c, row, 5, c->columns - 7, STYLE_PLAIN, r->hint);
        }
        if (check_page_fix(p) != FIX_NONE) {
                canvas_text(c, row, 2, 1, STYLE_KEY, "f");
                row += canvas_paragraph(c, row, 5, c->columns - 7, STYLE_STRONG, fix_title(r->fix));
        }
        return p->details && r->details ? row + check_page_draw_details(c, row, r->details) : row;
}

/* Rows that the list keeps beside details. */
#define DETAILS_LIST_ROWS 5

void check_page_draw(struct screen *s, const struct canvas *c) {
        struct check_page *p = s->checks;
        if (!check_page_shown(s)) {
                canvas_text(c, 1, 2, 0, STYLE_BUSY, "Checking this host and the realm ...");
                return;
        }
        struct canvas nowhere = { .columns = c->columns, .theme = c->theme, .cursor = (int[2]) {} };
        int most = c->rows < 8 ? 0 : p->details ? c->rows - DETAILS_LIST_ROWS : c->rows / 2;
        int wants = check_page_draw_focus(p, &nowhere);
        int below = wants < most ? wants : most, rows = c->rows - below - (below > 0);
        struct canvas list = canvas_part(c, 0, 0, rows, -1), focus = canvas_part(c, rows + 1, 0, -1, -1);
        list_draw(&s->rows, &list);
        if (below)
                check_page_draw_focus(p, &focus);
}

void check_page_status(const struct screen *s, struct str *out) {
        const struct check_page *p = s->checks;
        if (p->looking) {
                str_add(out, "Checking; nothing is changed, and nobody logs in.");
                return;
        }
        const struct preflight *preflight = p->preflight;
        unsigned counts[_VERDICT_MAX] = {};
        for (size_t i = 0; preflight && i < preflight->n; i++)
                counts[preflight->items[i].verdict]++;
        unsigned errors = counts[VERDICT_FAIL], warnings = counts[VERDICT_WARN];
        if (errors)
                str_addf(out, plural(errors, "%u error", "%u errors"), errors);
        if (errors && warnings)
                str_add(out, ", ");
        if (warnings)
                str_addf(out, plural(warnings, "%u warning", "%u warnings"), warnings);
        str_add(out, errors ? ". Errors must be fixed first." : warnings ? "." : "All checks passed.");
        if (p->leads_on && !counts[VERDICT_FAIL])
                str_add(out, " Enter goes on.");
}
