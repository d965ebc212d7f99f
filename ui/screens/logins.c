/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* Who of the realm may log in, and who may not: the names on the lists, one a row. */

#include "ui/screens/parts/access-actions.h"

struct logins_row {
        const char *name;       /* of the membership */
        bool group, denied;
};

struct logins_state {
        struct membership *membership;  /* NULL: no answer yet */
        struct logins_row *rows;
        size_t n;
        char *rule, *none;              /* in words; the sentence where no list names anybody */
};

/* ---- rows ---- */

enum { COLUMN_NAME, COLUMN_WHO, COLUMN_MAY };

static const struct column columns[] = {
        [COLUMN_NAME] = { "NAME", 12, 28, 0, .fit = true, .middle = true },
        [COLUMN_WHO] = { "KIND", 5, 6, 1 },
        [COLUMN_MAY] = { "MAY LOG IN", 10, 20, 0, .grow = true },
};

static void logins_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct logins_state *st = ((const struct screen *) owner)->state;
        const struct logins_row *r = &st->rows[row];
        if (column == COLUMN_NAME)
                ret->text = r->name;
        else if (column == COLUMN_WHO)
                ret->text = r->group ? "group" : "user";
        else {
                ret->text = r->denied ? "no, whatever permits it" : "yes";
                ret->style = r->denied ? STYLE_WARN : STYLE_PLAIN;
        }
}

static const char *logins_identity(const void *owner, size_t row) {
        const struct logins_state *st = ((const struct screen *) owner)->state;
        return st->rows[row].name;
}

static const struct list_source logins_source = {
        .columns = columns,
        .n_columns = ELEMENTS(columns),
        .cell = logins_cell,
        .identity = logins_identity,
};

static const struct logins_row *logins_focus(const struct screen *s) {
        const struct logins_state *st = s->state;
        size_t row = list_row(&s->rows);
        return row < st->n ? &st->rows[row] : NULL;
}

/* ---- answers ---- */

static void logins_take(struct logins_state *st, struct membership *m) {
        const struct access *a = &m->access;
        const struct {
                char *const *names;
                bool group, denied, counts;
        } lists[] = {
                { a->users, false, false, a->permit == PERMIT_LISTED },
                { a->groups, true, false, a->permit == PERMIT_LISTED },
                { a->denied_users, false, true, true },
                { a->denied_groups, true, true, true },
        };
        membership_free(st->membership);
        st->membership = m;
        st->n = 0;
        for (size_t i = 0; i < ELEMENTS(lists); i++)
                for (char *const *name = lists[i].counts ? lists[i].names : NULL; name && *name; name++) {
                        st->rows = xreallocarray(st->rows, st->n + 1, sizeof *st->rows);
                        st->rows[st->n++] = (struct logins_row) { *name, lists[i].group, lists[i].denied };
                }
        free(st->rule);
        st->rule = access_words(a);
        free(st->none);
        st->none = str_printf("No list names anybody. Who may log in: %s.", st->rule);
}

static void logins_loaded(struct membership *m, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct logins_state *st = s->state;
        if (m)
                logins_take(st, m);
        screen_loaded(s, st->n, e, TOPIC_SERVICES);
}

static void logins_load(struct screen *s, unsigned topics) {
        if (reload_wanted(&s->loading, topics))
                s->loading.op = host_membership(ui_host(s->ui), logins_loaded, s);
}

static void logins_close(struct screen *s) {
        struct logins_state *st = s->state;
        membership_free(st->membership);
        FREE_ALL(st->rows, st->rule, st->none);
}

/* ---- the screen ---- */

static void logins_title(const struct screen *s, struct str *left, struct str *right) {
        const struct logins_state *st = s->state;
        if (st->membership && st->membership->domain)
                str_add(left, st->membership->domain);
}

static void logins_draw(struct screen *s, const struct canvas *c) {
        const struct logins_state *st = s->state;
        screen_draw_rows(s, c, "name", st->none ? st->none : "");
}

static void logins_status(const struct screen *s, struct str *out) {
        const struct logins_state *st = s->state;
        if (st->rule)
                str_addf(out, "Who may log in: %s", st->rule);
}

static bool logins_can(const struct screen *s, enum action action) {
        const struct logins_state *st = s->state;
        if (!st->membership || !st->membership->service)
                return false;
        return action != ACTION_WITHDRAW || logins_focus(s);
}

static bool logins_act(struct screen *s, enum action action) {
        const struct logins_row *r = logins_focus(s);
        if (action != ACTION_WITHDRAW)
                return access_actions_act(s, action);
        if (r)
                access_actions_withdraw(s, r->group, r->name);
        return true;
}

const struct screen_class logins_screen = {
        .name = "logins",
        .title = "Who may log in",
        .help = "The users and groups of the realm that the lists of this host name. + permits users and g "
                "groups, d and G deny them, - takes the focused name off its list; all other names stay.\n"
                "Permitting somebody by name keeps everybody else out. The last one who is permitted and "
                "taken off leaves nobody; the domain's own rules (group policies, HBAC) count again with a. "
                "This host's own users are never touched, and each change is shown before it is made.",
        .size = sizeof(struct logins_state),
        .topics = TOPIC_SERVICES,
        .source = &logins_source,
        .looking = "Reading who may log in ...",
        .bindings = (const struct binding[]) {
                { '+', ACTION_PERMIT }, { 'g', ACTION_PERMIT_GROUPS }, { '-', ACTION_WITHDRAW },
                { 'd', ACTION_DENY }, { 'G', ACTION_DENY_GROUPS, NULL, true }, {}
        },
        .menu = (const struct binding[]) { { 'a', ACTION_PERMIT_ALL }, { 'n', ACTION_DENY_ALL }, {} },
        .close = logins_close,
        .title_text = logins_title,
        .draw = logins_draw,
        .status = logins_status,
        .can = logins_can,
        .act = logins_act,
        .changed = logins_load,
};
