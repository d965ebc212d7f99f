/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* The purpose of a screen and its keys, from its class and the tables of bindings and actions. */

/* Whether the screen's own table has the key for something that it can do now: it is asked first. */
static bool help_taken(const struct screen *of, const struct binding *table, int key) {
        const struct binding *own = table == of->class->menu ? NULL : of->class->bindings;
        for (; own && own != table && own->key; own++)
                if (own->key == key && screen_can(of, own->action))
                        return true;
        return false;
}

/* All keys of one action on one line: "Up, k". */
static void help_keys(const struct screen *of, const struct binding *table, enum action action,
                      struct str *out) {
        for (const struct binding *all = table; table->key; table++)
                if (table->action == action && !help_taken(of, all, table->key)) {
                        char name[16];
                        str_addf(out, "%s%s", out->length ? ", " : "", keys_name(table->key, name));
                }
}

static void help_table(struct pager *pager, const struct screen *of, const struct binding *table,
                       const char *prefix) {
        for (const struct binding *b = table; b && b->key; b++) {
                bool repeated = false;
                for (const struct binding *before = table; before < b; before++)
                        repeated |= before->action == b->action;
                if (repeated || b->action == ACTION_NONE ||
                    (b->action == ACTION_SHELL && !screen_can(of, b->action)))
                        continue;
                _cleanup_str_ struct str keys = {};
                help_keys(of, table, b->action, &keys);
                if (!keys.length)
                        continue;
                pager_put(pager, DOC_STRONG, "  %s%-*s", prefix, (int) (16 - strlen(prefix)), keys.text);
                pager_put(pager, DOC_PLAIN, "  %s", action_row(b->action)->help);
                pager_end(pager);
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
                help_table(pager, of, of->class->bindings, "");
                help_table(pager, of, screen_widget_bindings(of), "");
        }
        if (of->class->menu) {
                help_section(pager, "Actions (first x, then the letter)");
                help_table(pager, of, of->class->menu, "x ");
        }
        help_section(pager, "Moving");
        help_table(pager, of, ui_moving_bindings(), "");
        help_section(pager, "Everywhere");
        help_table(pager, of, ui_bindings(), "");
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
