/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* What the catalogs of this host offer. They say where an image is and what it is good for; nothing is asked
 * of a registry before one is chosen. */

#include "base/text.h"
#include "model/image/source.h"

struct catalog_state {
        struct catalog_row {
                char *reference, *title, *group;
        } *rows;
        size_t n;
        char *refused; /* the first file that is left out, with line and reason; NULL */
};

static const struct catalog_row *catalog_at(const struct screen *s, size_t row) {
        const struct catalog_state *st = s->state;
        return row < st->n ? st->rows + row : NULL;
}

/* ---- rows ---- */

static const struct column columns[] = {
        { "GROUP", 8, 16, 1, .fit = true, .optional = true },
        { "WHAT IT IS", 12, 40, 0, .fit = true },
        { "IMAGE", 12, 80, 0, .grow = true, .middle = true },
};

static void catalog_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct catalog_row *of = catalog_at(owner, row);
        const char *bare = str_starts(of->reference, "docker://");
        if (column == 2)
                cell_reference(ret, bare ? bare : of->reference);
        else
                ret->text = column ? of->title : of->group ? of->group : "-";
}

static const char *catalog_identity(const void *owner, size_t row) {
        return catalog_at(owner, row)->reference;
}

static bool catalog_matches(const void *owner, size_t row, const char *needle) {
        const struct catalog_row *of = catalog_at(owner, row);
        return strcasestr(of->reference, needle) || strcasestr(of->title, needle) ||
               (of->group && strcasestr(of->group, needle));
}

static const struct list_source catalog_source = {
        .columns = columns,
        .n_columns = ELEMENTS(columns),
        .cell = catalog_cell,
        .identity = catalog_identity,
        .matches = catalog_matches,
};

/* ---- the screen ---- */

static void catalog_close(struct screen *s) {
        struct catalog_state *st = s->state;
        for (size_t i = 0; i < st->n; i++)
                FREE_ALL(st->rows[i].reference, st->rows[i].title, st->rows[i].group);
        FREE_ALL(st->rows, st->refused);
        *st = (struct catalog_state) {};
}

/* Copies: the host's own are gone when it looks again for another screen. */
static void catalog_load(struct screen *s, unsigned topics) {
        struct catalog_state *st = s->state;
        const struct catalog *catalog = host_read_catalog(ui_host(s->ui));
        catalog_close(s);
        st->rows = catalog->n ? xcalloc(catalog->n, sizeof *st->rows) : NULL;
        for (; st->n < catalog->n; st->n++) {
                const struct catalog_entry *entry = catalog->items + st->n;
                st->rows[st->n] = (struct catalog_row) { xstrdup(entry->reference), xstrdup(entry->title),
                                                         xstrdup(entry->group) };
        }
        if (catalog->n_errors)
                st->refused = xstrdup(catalog->errors[0]->message);
        screen_loaded(s, st->n, NULL, 0);
}

static void catalog_title(const struct screen *s, struct str *left, struct str *right) {
        const struct catalog_state *st = s->state;
        if (st->n)
                str_addf(right, plural(st->n, "%zu image", "%zu images"), st->n);
}

static void catalog_status(const struct screen *s, struct str *out) {
        const struct catalog_state *st = s->state;
        const struct catalog_row *row = catalog_at(s, list_settled_row(s->list));
        if (st->refused)
                str_addf(out, "%s.", st->refused);
        else if (row)
                str_addf(out, source_several(row->reference)
                                      ? "Enter lists its images with their labels; nothing is pulled."
                                      : "Enter reads its labels; nothing is pulled.");
}

static bool catalog_can(const struct screen *s, enum action action) {
        const struct catalog_row *row = catalog_at(s, list_row(s->list));
        if (action == ACTION_INSTALL)
                return row && !source_several(row->reference);
        return action != ACTION_OPEN || row;
}

static bool catalog_act(struct screen *s, enum action action) {
        const struct catalog_row *row = catalog_at(s, list_row(s->list));
        if (action == ACTION_OPEN)
                screen_open(s->ui, source_several(row->reference) ? &source_screen : &image_screen,
                            row->reference);
        else if (action == ACTION_INSTALL)
                screen_open(s->ui, &wizard_screen,
                            &(struct wizard_order) { .verb = VERB_INSTALL, .image = row->reference });
        else
                return false;
        return true;
}

const struct screen_class catalog_screen = {
        .name = "catalog",
        .title = "Catalog",
        .way = "2 c ",
        .help = "The images that the catalogs of this host offer, from files in /etc/fairlead/catalog.d "
                "and /usr/share/fairlead/catalog.d. Whether one is trusted, its registry and this host's "
                "policy say.\n"
                "Enter reads the labels of one where it is, or lists the images of a name; nothing is "
                "pulled. i begins to install it: it is fetched by its digest then, after your consent.",
        .size = sizeof(struct catalog_state),
        .source = &catalog_source,
        .bindings = (const struct binding[]) {
                { KEY_RETURN, ACTION_OPEN, "look" }, { 'i', ACTION_INSTALL }, {}
        },
        .close = catalog_close,
        .title_text = catalog_title,
        .thing = "image",
        .none = "No catalog offers an image. A file in /etc/fairlead/catalog.d does; o on Images opens any "
                "image by its name.",
        .status = catalog_status,
        .can = catalog_can,
        .act = catalog_act,
        .changed = catalog_load,
};
