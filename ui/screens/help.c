/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* The purpose of a screen and its keys, from its class and the tables of bindings and actions. */

#define HELP_ROWS_MAX 64U

/* Whether the screen's own table has the key for something that it can do now: it is asked first. */
static bool help_taken(const struct screen *of, const struct binding *table, int key) {
        const struct binding *own = table == of->class->menu ? NULL : of->class->bindings;
        for (; own && own != table && own->key; own++)
                if (own->key == key && screen_can(of, own->action))
                        return true;
        return false;
}

/* The rows that are explained together: those of a table, or of a screen's own and of its list or text. */
struct help_rows {
        const struct screen *of;
        const struct binding *table; /* of the screen itself, or the only one */
        struct binding rows[HELP_ROWS_MAX];
        size_t own, n; /* rows of the table, and all */
};

static void help_add_rows(struct help_rows *h, const struct binding *table) {
        for (; table && table->key && h->n < HELP_ROWS_MAX; table++)
                if (table->action != ACTION_NONE &&
                    (table->action != ACTION_SHELL || screen_can(h->of, table->action)))
                        h->rows[h->n++] = *table;
}

/* Whether the key means several things, of which one is possible at a time. */
static bool help_shared(const struct help_rows *h, int key) {
        size_t n = 0;
        for (size_t i = 0; i < h->n; i++)
                n += h->rows[i].key == key;
        return n > 1;
}

static bool help_stood_before(const struct help_rows *h, size_t row) {
        const struct binding *b = &h->rows[row];
        bool shared = help_shared(h, b->key);
        for (size_t i = 0; i < row; i++)
                if (h->rows[i].key == b->key ||
                    (!shared && h->rows[i].action == b->action && !help_shared(h, h->rows[i].key)))
                        return true;
        return false;
}

/* All keys of one action on one line: "Up, k". One that means more things has lines of its own. */
static void help_keys(const struct help_rows *h, size_t row, struct str *out) {
        bool shared = help_shared(h, h->rows[row].key);
        for (size_t i = row; i < (shared ? row + 1 : h->n); i++) {
                const struct binding *b = &h->rows[i];
                char name[16];
                if (b->action == h->rows[row].action && (shared || !help_shared(h, b->key)) &&
                    !help_taken(h->of, h->table, b->key))
                        str_addf(out, "%s%s", out->length ? ", " : "", keys_name(b->key, name));
        }
}

/* What the key does now; where it does nothing now, all that it can do. */
static void help_meanings(struct pager *pager, const struct help_rows *h, int key) {
        const struct binding *now = NULL;
        for (size_t i = 0; i < h->own && !now; i++)
                if (h->rows[i].key == key && screen_can(h->of, h->rows[i].action))
                        now = &h->rows[i];
        bool first = true;
        for (size_t i = 0; i < h->n; i++) {
                const struct binding *b = &h->rows[i];
                if (b->key != key || (now && b != now))
                        continue;
                if (!first)
                        pager_put(pager, DOC_PLAIN, "%-18s", "");
                pager_put(pager, DOC_PLAIN, "  %s", action_row(b->action)->help);
                pager_end(pager);
                first = false;
        }
}

static void help_table(struct pager *pager, const struct screen *of, const struct binding *table,
                       const struct binding *more, const char *prefix) {
        struct help_rows h = { .of = of, .table = table };
        help_add_rows(&h, table);
        h.own = h.n;
        help_add_rows(&h, more);
        for (size_t i = 0; i < h.n; i++) {
                _cleanup_str_ struct str keys = {};
                if (help_stood_before(&h, i))
                        continue;
                help_keys(&h, i, &keys);
                if (!keys.length)
                        continue;
                pager_put(pager, DOC_STRONG, "  %s%-*s", prefix, (int) (16 - strlen(prefix)), keys.text);
                help_meanings(pager, &h, h.rows[i].key);
        }
}

static void help_section(struct pager *pager, const char *title) {
        pager_end(pager);
        pager_addf(pager, DOC_STRONG, "%s", title);
}

static void help_open(struct screen *s, const void *arg) {
        const struct screen *of = arg;
        struct pager *pager = s->pager;
        s->loaded = true;
        pager_addf(pager, DOC_STRONG, "%s", of->class->title);
        const char *text = of->class->help ? of->class->help : "";
        while (*text) {
                size_t n = strcspn(text, "\n");
                pager_addf(pager, DOC_PLAIN, "  %.*s", (int) n, text);
                text += n + (text[n] == '\n');
        }
        if (of->class->bindings && of->class->bindings->key) {
                help_section(pager, "Keys here");
                help_table(pager, of, of->class->bindings, screen_widget_bindings(of), "");
        }
        if (of->class->menu) {
                help_section(pager, "Actions (first x, then the letter)");
                help_table(pager, of, of->class->menu, NULL, "x ");
        }
        help_section(pager, "Moving");
        help_table(pager, of, ui_moving_bindings(), NULL, "");
        help_section(pager, "Everywhere");
        help_table(pager, of, ui_bindings(), NULL, "");
        pager_addf(pager, DOC_PLAIN, "  Esc and then a digit stands for a function key. Nothing needs one.");
        _cleanup_str_ struct str terminal = {};
        ui_describe(s->ui, &terminal);
        help_section(pager, "This terminal");
        pager_addf(pager, DOC_PLAIN, "  %s", terminal.text);
}

static void help_status(const struct screen *s, struct str *out) {
        str_add(out, "q goes back to where you were.");
}

static bool help_can(const struct screen *s, enum action action) {
        return action != ACTION_HELP;
}

const struct screen_class help_screen = {
        .name = "help",
        .title = "Help",
        .text = PAGER_WORDS,
        .open = help_open,
        .status = help_status,
        .can = help_can,
};
