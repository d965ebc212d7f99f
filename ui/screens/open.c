/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* Any image, by what a person types: those of this host and of its catalogs that fit, and the whole names
 * that the text can mean, so that the registry is seen before anything is asked of it. */

#include "model/image/image.h"
#include "ui/screens/parts/finder.h"

enum open_kind {
        OPEN_IMAGE,   /* the engine has it */
        OPEN_CATALOG, /* a catalog offers it */
        OPEN_TYPED,   /* what was typed means it */
};

struct open_row {
        enum open_kind kind;
        char *reference; /* what the image's screen is opened with */
        char *what;      /* what it is, or where the name comes from */
};

struct open_state {
        struct field field;
        struct open_row *rows;   /* those that can be chosen, then those of the text */
        size_t n, known;         /* all; those that do not depend on the text */
        struct open_row *coming; /* of the engine, until all have come */
        size_t n_coming;
        struct error *error;   /* why the text means nothing; NULL */
};

/* ---- rows ---- */

static const struct open_row *open_row_at(const struct screen *s, size_t row) {
        const struct open_state *st = s->state;
        return row < st->n ? st->rows + row : NULL;
}

/* What is wanted of a registry goes without its transport, as people write it. */
static const char *open_name(const struct open_row *row) {
        const char *rest = str_starts(row->reference, "docker://");
        return rest ? rest : row->reference;
}

static const struct column columns[] = {
        { "IMAGE", 24, 64, 0, .fit = true, .middle = true }, /* the registry is to be read */
        { "WHAT IT IS", 12, 50, 1, .grow = true, .optional = true },
};

static void open_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct open_row *of = open_row_at(owner, row);
        if (column)
                ret->text = of->what;
        else
                cell_reference(ret, open_name(of));
}

static const char *open_identity(const void *owner, size_t row) {
        return open_row_at(owner, row)->reference;
}

static bool open_row_has(const struct open_row *row, const char *needle) {
        return strcasestr(row->reference, needle) || strcasestr(row->what, needle);
}

static bool open_matches(const void *owner, size_t row, const char *needle) {
        const struct open_row *of = open_row_at(owner, row);
        return of->kind == OPEN_TYPED || open_row_has(of, needle);
}

static unsigned open_rank(const void *owner, size_t row) {
        return open_row_at(owner, row)->kind;
}

static const struct list_source open_source = {
        .bare = true,
        .columns = columns,
        .n_columns = ELEMENTS(columns),
        .cell = open_cell,
        .identity = open_identity,
        .matches = open_matches,
        .rank = open_rank,
};

/* Takes both texts. */
static void open_add(struct open_state *st, enum open_kind kind, char *reference, char *what) {
        room_for_one((void **) &st->rows, st->n, sizeof *st->rows);
        st->rows[st->n++] = (struct open_row) { kind, reference, what };
}

static void open_row_done(struct open_row *row) {
        FREE_ALL(row->reference, row->what);
}

static void open_cut(struct open_state *st, size_t n) {
        while (st->n > n)
                open_row_done(st->rows + --st->n);
}

/* Whether a row that stays for the text has this name already. */
static bool open_shows(const struct open_state *st, const char *name, const char *text) {
        for (size_t i = 0; i < st->known; i++)
                if (str_equal(open_name(st->rows + i), name) && open_row_has(st->rows + i, text))
                        return true;
        return false;
}

/* ---- what the text means ---- */

static void open_resolve(struct screen *s) {
        struct open_state *st = s->state;
        const char *text = field_text(&st->field);
        open_cut(st, st->known);
        st->error = error_free(st->error);
        if (source_named(text)) {
                _cleanup_(source_done) struct source source = {};
                if (source_parse(text, NULL, &source, &st->error) >= 0)
                        open_add(st, OPEN_TYPED, source_text(&source), xstrdup("what you typed"));
        } else if (*text) {
                _cleanup_strv_ char **names = NULL;
                _cleanup_free_ char *why = NULL;
                host_resolve_name(ui_host(s->ui), text, &names, &why, &st->error);
                for (char **name = names; name && *name; name++)
                        if (!open_shows(st, *name, text))
                                open_add(st, OPEN_TYPED, str_printf("docker://%s", *name),
                                         xstrdup(!why       ? "what you typed"
                                                 : names[1] ? "what the short name can mean"
                                                            : "what the short name means"));
        }
        list_set(s->list, st->n);
        finder_show(s, text);
}

/* ---- opened ---- */

static void open_seen(const struct image *image, void *userdata) {
        struct open_state *st = ((struct screen *) userdata)->state;
        const char *summary = image_summary(image);
        if (!image->names || !image->names[0] || pin_only(image))
                return;
        room_for_one((void **) &st->coming, st->n_coming, sizeof *st->coming);
        st->coming[st->n_coming++] = (struct open_row) {
                OPEN_IMAGE, xstrdup(image_reference(image)),
                str_printf("on this host%s%s", summary ? ": " : "", summary ? summary : "")
        };
}

/* Without an answer of the engine the catalog is still here. */
static void open_came(struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct open_state *st = s->state;
        s->loading.op = op_cancel(s->loading.op);
        error_free(e);          /* the Images screen shows it */
        open_cut(st, st->known);
        for (; st->n_coming; st->n_coming--) {
                const struct open_row *row = st->coming + st->n_coming - 1;
                open_add(st, row->kind, row->reference, row->what);
        }
        st->known = st->n;
        open_resolve(s);
        screen_invalidate(s);
}

static void open_open(struct screen *s, const void *arg) {
        struct open_state *st = s->state;
        const struct catalog *catalog = host_read_catalog(ui_host(s->ui));
        for (size_t i = 0; i < catalog->n; i++)
                open_add(st, OPEN_CATALOG, xstrdup(catalog->items[i].reference),
                         xstrdup(catalog->items[i].title));
        st->known = st->n;
        list_set(s->list, st->n);
        if (screen_under(s)->list)
                list_stay(screen_under(s)->list);
        s->loading.op = host_each_image(ui_host(s->ui), open_seen, open_came, s);
}

static void open_close(struct screen *s) {
        struct open_state *st = s->state;
        field_done(&st->field);
        open_cut(st, 0);
        for (size_t i = 0; i < st->n_coming; i++)
                open_row_done(st->coming + i);
        FREE_ALL(st->rows, st->coming);
        error_free(st->error);
}

/* ---- the screen ---- */

static void open_status(const struct screen *s, struct str *out) {
        const struct open_state *st = s->state;
        const struct open_row *row = open_row_at(s, list_settled_row(s->list));
        if (!row)
                str_addf(out, "%s%s", st->error && st->error->hint ? st->error->hint : "",
                         st->error && st->error->hint ? "." : "");
        else if (row->kind == OPEN_IMAGE)
                str_addf(out, "Enter shows %s, which is on this host.", row->reference);
        else
                str_add(out, source_several(row->reference)
                                     ? "Enter lists its images with their labels; nothing is pulled."
                                     : "Enter reads its labels; nothing is pulled.");
}

static void open_choose(struct screen *s, size_t row) {
        const char *reference = open_row_at(s, row)->reference;
        screen_close(s);        /* s lives until the ui has its turn */
        screen_open(s->ui, source_several(reference) ? &source_screen : &image_screen, reference);
}

static struct finder open_finder(struct screen *s, const char *none) {
        struct open_state *st = s->state;
        return (struct finder) { .field = &st->field,
                                 .title = "Open an image",
                                 .label = "Image:",
                                 .none = none,
                                 .choose = open_choose,
                                 .typed = open_resolve };
}

static void open_draw(struct screen *s, const struct canvas *c) {
        const struct open_state *st = s->state;
        _cleanup_free_ char *said = st->error ? str_printf("%s.", st->error->message) : NULL;
        const struct finder finder = open_finder(
                s, said ? said
                        : "Type the name of an image, such as registry.example.test/team/rsyslog:8, or a "
                          "source such as oci-archive:/media/stick/rsyslog.tar.");
        finder_draw(s, &finder, c);
}

static bool open_type(struct screen *s, int key) {
        const struct finder finder = open_finder(s, NULL);
        return finder_type(s, &finder, key);
}

const struct screen_class open_screen = {
        .name = "open",
        .title = "Open an image",
        .size = sizeof(struct open_state),
        .overlay = true,
        .source = &open_source,
        .bindings = FINDER_BINDINGS("look"),
        .open = open_open,
        .close = open_close,
        .draw = open_draw,
        .status = open_status,
        .act = finder_act,
        .type = open_type,
};
