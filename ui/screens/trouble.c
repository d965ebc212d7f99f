/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* All that needs a person, those asleep too, and what cannot be looked for here, with what each kind means
 * and what to do about it. */

#include "base/text.h"
#include "ui/screens/parts/trouble-actions.h"

/* Rows below the list for the sentence and the help of the focused line. */
#define HELP_ROWS 6
#define HELP_ROWS_LITTLE 3
#define LITTLE 14

struct trouble_state {
        struct trouble_list *found;     /* NULL: no answer yet */
        bool asked;                     /* a person asked to look again */
};

/* ---- rows ---- */

static const struct trouble *trouble_at(const struct screen *s, size_t row) {
        const struct trouble_state *st = s->state;
        return st->found && row < st->found->n ? &st->found->items[row] : NULL;
}

/* Behind the lines: a kind that was not looked for. NULL: the row is a line. */
static const struct trouble_silence *trouble_unseen(const struct screen *s, size_t row) {
        const struct trouble_state *st = s->state;
        return st->found && row >= st->found->n && row - st->found->n < st->found->n_silent
                       ? &st->found->silent[row - st->found->n]
                       : NULL;
}

enum { COLUMN_SENTENCE, COLUMN_KIND, COLUMN_FOR, COLUMN_ASLEEP };

static const struct column columns[] = {
        [COLUMN_SENTENCE] = { "WHAT NEEDS YOU", 20, 56, 0, .grow = true, .fit = true },
        [COLUMN_KIND] = { "KIND", 18, 20, 4, .fit = true, .spare = true },
        [COLUMN_FOR] = { "FOR", 8, 9, 2, .optional = true },
        [COLUMN_ASLEEP] = { "ASLEEP", 8, 9, 1, .optional = true },
};

static void trouble_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct screen *s = owner;
        const struct trouble *t = trouble_at(s, row);
        const struct trouble_silence *unseen = trouble_unseen(s, row);
        ret->ordered = column == COLUMN_FOR || column == COLUMN_ASLEEP;
        if (unseen) {
                ret->text = column == COLUMN_SENTENCE ? unseen->reason
                            : column == COLUMN_KIND   ? trouble_row(unseen->kind)->title
                            : column == COLUMN_FOR    ? "not seen"
                                                      : NULL;
                ret->style = STYLE_DIM;
                return;
        }
        switch (column) {
        case COLUMN_SENTENCE:
                ret->text = t->sentence;
                ret->style = t->until ? STYLE_DIM : trouble_style(t);
                break;
        case COLUMN_KIND: ret->text = trouble_row(t->kind)->title; break;
        case COLUMN_FOR:
                ret->order = ui_now(s->ui) - t->since;
                if (t->since)
                        ret->text = text_age(ret->buffer, ret->order);
                break;
        default:
                ret->order = t->until;
                if (t->until)
                        ret->text = text_age(ret->buffer, t->until - ui_now(s->ui));
        }
}

static const char *trouble_identity(const void *owner, size_t row) {
        const struct trouble_silence *unseen = trouble_unseen(owner, row);
        return unseen ? trouble_row(unseen->kind)->title : trouble_at(owner, row)->id;
}

static char trouble_flag(const void *owner, size_t row) {
        const struct trouble *t = trouble_at(owner, row);
        return !t || t->until || t->severity == SEVERITY_INFO ? ' ' : '!';
}

static const struct list_source trouble_source = {
        .columns = columns,
        .n_columns = ELEMENTS(columns),
        .cell = trouble_cell,
        .identity = trouble_identity,
        .flag = trouble_flag,
};

static const struct trouble *trouble_focus(const struct screen *s) {
        return trouble_at(s, list_row(s->list));
}

/* ---- answers ---- */

static void trouble_found(struct trouble_list *found, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct trouble_state *st = s->state;
        if (found) {
                trouble_list_free(st->found);
                st->found = found;
        }
        if (st->asked && found)
                screen_say(s,
                           !found->awake ? "Looked again: nothing needs you"
                                         : plural(found->awake, "Looked again: %zu line",
                                                  "Looked again: %zu lines"),
                           found->awake);
        st->asked = false;
        screen_loaded(s, found ? found->n + found->n_silent : 0, e, TOPIC_HOST);
}

static void trouble_load(struct screen *s, unsigned topics) {
        if (reload_wanted(&s->loading, topics))
                s->loading.op = host_look_trouble(ui_host(s->ui), trouble_found, s);
}

/* ---- the screen ---- */

static void trouble_begin(struct screen *s, const void *arg) {
        if (arg)
                list_focus(s->list, arg);
}

static void trouble_close(struct screen *s) {
        struct trouble_state *st = s->state;
        trouble_list_free(st->found);
}

static void trouble_title(const struct screen *s, struct str *left, struct str *right) {
        const struct trouble_state *st = s->state;
        if (!st->found)
                return;
        str_addf(left, plural(st->found->awake, "%zu line", "%zu lines"), st->found->awake);
        if (st->found->n > st->found->awake)
                str_addf(right, "%zu asleep", st->found->n - st->found->awake);
}

static void trouble_draw(struct screen *s, const struct canvas *c) {
        const struct trouble *t = trouble_at(s, list_settled_row(s->list));
        int below = c->rows < LITTLE ? HELP_ROWS_LITTLE : HELP_ROWS;
        struct canvas rows = canvas_part(c, 0, 0, c->rows - below - 1, -1),
                      help = canvas_part(c, c->rows - below, 0, -1, -1);
        screen_draw_rows(s, &rows, "line", "Nothing on this host needs you.");
        const struct trouble_silence *unseen = trouble_unseen(s, list_settled_row(s->list));
        if (!t && !unseen)
                return;
        int row = canvas_paragraph(&help, 0, 0, 0, STYLE_STRONG, t ? t->sentence : unseen->reason);
        const struct trouble_row *kind = trouble_row(t ? t->kind : unseen->kind);
        row += canvas_paragraph(&help, row, 0, 0, STYLE_PLAIN, kind->help);
        _cleanup_free_ char *source = str_printf("Seen in: %s.", kind->source);
        if (row < help.rows)
                canvas_paragraph(&help, row, 0, 0, STYLE_PLAIN, source);
}

static void trouble_status(const struct screen *s, struct str *out) {
        const struct trouble *t = trouble_at(s, list_settled_row(s->list));
        const struct trouble_silence *unseen = trouble_unseen(s, list_settled_row(s->list));
        if (t)
                str_addf(out, "%s.", trouble_row(t->kind)->title);
        else if (unseen)
                str_addf(out, "%s: this is not known on this host now.", trouble_row(unseen->kind)->title);
}

static bool trouble_can(const struct screen *s, enum action action) {
        const struct trouble *t = trouble_focus(s);
        switch (action) {
        case ACTION_OPEN: return t && trouble_leads(t);
        case ACTION_SLEEP: return t && !t->until;
        case ACTION_WAKE: return t && t->until;
        default: return true;
        }
}

static bool trouble_act(struct screen *s, enum action action) {
        const struct trouble *t = trouble_focus(s);
        if (action == ACTION_OPEN)
                trouble_open(s, t);
        else if (action == ACTION_SLEEP || action == ACTION_WAKE)
                trouble_sleep(s, t);
        else if (action == ACTION_REFRESH) {
                struct trouble_state *st = s->state;
                st->asked = true;
                screen_say(s, "Looking again ...");
                return false; /* all screens look: it is the console's */
        } else
                return false;
        return true;
}

const struct screen_class trouble_screen = {
        .name = "trouble",
        .title = "Trouble",
        .way = "1 a ",
        .help = "Everything on this host that needs a person, the worst first, then what sleeps, then what "
                "cannot be looked for here, and why. Below the list is what the focused line means and what "
                "to do.\n"
                "Enter leads to where it is fixed. z puts a line to sleep for some days or until a date, or "
                "wakes it; R looks again at once. Thresholds are in /etc/fairlead/trouble.conf.",
        .size = sizeof(struct trouble_state),
        .topics = TOPIC_SERVICES | TOPIC_UNITS | TOPIC_JOBS | TOPIC_REALM | TOPIC_ENGINE | TOPIC_IMAGES |
                  TOPIC_HOST,
        .source = &trouble_source,
        .looking = "Looking for what needs you ...",
        .bindings = (const struct binding[]){ { KEY_RETURN, ACTION_OPEN },
                                              { 'z', ACTION_SLEEP },
                                              { 'z', ACTION_WAKE },
                                              { 'R', ACTION_REFRESH, "look again" },
                                              {} },
        .open = trouble_begin,
        .close = trouble_close,
        .title_text = trouble_title,
        .draw = trouble_draw,
        .status = trouble_status,
        .can = trouble_can,
        .act = trouble_act,
        .changed = trouble_load,
};
