/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* All images of a source: the tags of a registry's name, what a layout or an archive holds. Each row fills in
 * when its labels have come; a registry that refuses or hangs is a sentence in the row. Nothing is pulled. */

#include "base/text.h"
#include "model/image/image.h"
#include "model/image/source.h"

struct source_state {
        struct source_item {
                char *reference; /* source_text() of just this image */
                char *name;      /* its tag, or else the reference */
                struct image *image;
                char *failed; /* a sentence; NULL: read, or being read */
        } *items;
        size_t n, read;
        bool news; /* since the list was arranged */
};

static const struct source_item *source_at(const struct screen *s, size_t row) {
        const struct source_state *st = s->state;
        return row < st->n ? st->items + row : NULL;
}

/* ---- rows ---- */

enum { COLUMN_NAME, COLUMN_VERSION, COLUMN_LABELS, COLUMN_SIZE, COLUMN_WHAT };

static const struct column columns[] = {
        [COLUMN_NAME] = { "IMAGE", 10, 30, 0, .fit = true, .middle = true },
        [COLUMN_VERSION] = { "VERSION", 8, 10, 2, .fit = true, .optional = true },
        [COLUMN_LABELS] = { "LABELS", 8, 24, 1, .fit = true, .optional = true },
        [COLUMN_SIZE] = { "SIZE", 8, 8, 3, .right = true, .optional = true },
        [COLUMN_WHAT] = { "WHAT IT IS", 12, 60, 0, .grow = true },
};

static void source_what(const struct source_item *item, struct cell *ret) {
        const char *summary = item->image ? image_summary(item->image) : NULL;
        if (item->failed) {
                ret->text = item->failed;
                ret->style = STYLE_BAD;
        } else if (!item->image) {
                ret->text = "reading ...";
                ret->style = STYLE_BUSY;
        } else
                ret->text = summary ? summary : label_set(item->image) ? "" : "no service of the system";
}

static void source_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct source_item *item = source_at(owner, row);
        const struct image *image = item->image;
        if (column == COLUMN_NAME)
                ret->text = item->name;
        else if (column == COLUMN_WHAT)
                source_what(item, ret);
        else if (!image)
                ret->text = "";
        else if (column == COLUMN_VERSION)
                ret->text = image_version(image);
        else if (column == COLUMN_LABELS) {
                _cleanup_free_ char *text = label_set_text(label_set(image));
                snprintf(ret->buffer, sizeof ret->buffer, "%s", *text ? text : "-");
                ret->text = ret->buffer;
        } else {
                ret->ordered = true;
                ret->order = (int64_t) image->size;
                if (image->size)
                        ret->text = text_size(ret->buffer, image->size);
        }
}

static const char *source_identity(const void *owner, size_t row) {
        return source_at(owner, row)->reference;
}

static bool source_matches(const void *owner, size_t row, const char *needle) {
        const struct source_item *item = source_at(owner, row);
        const char *summary = item->image ? image_summary(item->image) : NULL;
        return strcasestr(item->reference, needle) || (summary && strcasestr(summary, needle));
}

static const struct list_source source_source = {
        .columns = columns,
        .n_columns = ELEMENTS(columns),
        .cell = source_cell,
        .identity = source_identity,
        .matches = source_matches,
};

/* ---- answers ---- */

static void source_forget(struct source_state *st) {
        for (size_t i = 0; i < st->n; i++) {
                image_free(st->items[i].image);
                FREE_ALL(st->items[i].reference, st->items[i].name, st->items[i].failed);
        }
        free(st->items);
        *st = (struct source_state) {};
}

static char *source_name_of(const char *reference) {
        struct source source = {};
        char *name = source_parse(reference, NULL, &source, NULL) >= 0 && source.tag ? xstrdup(source.tag)
                                                                                    : xstrdup(reference);
        source_done(&source);
        return name;
}

static void source_seen(const struct source_row *row, void *userdata) {
        struct screen *s = userdata;
        struct source_state *st = s->state;
        if (row->at >= st->n) {
                room_for_one((void **) &st->items, st->n, sizeof *st->items);
                st->items[st->n++] = (struct source_item) { .reference = xstrdup(row->reference),
                                                            .name = source_name_of(row->reference) };
        }
        struct source_item *item = st->items + row->at;
        if (row->image && !item->image)
                item->image = image_copy(row->image);
        if (row->error)
                str_replace(&item->failed, row->error->message);
        st->read += row->image || row->error;
        st->news = true;
        s->loaded = true;
        screen_invalidate(s);
}

static void source_came(struct error *e, void *userdata) {
        struct screen *s = userdata;
        const struct source_state *st = s->state;
        screen_loaded(s, st->n, e, TOPIC_IMAGES);
}

/* Only when it is opened, and again by R: a registry is not asked because an image of this host changed. */
static void source_load(struct screen *s, unsigned topics) {
        if ((topics != ~0U && s->loaded) || !reload_wanted(&s->loading, topics))
                return;
        source_forget(s->state);
        list_set(&s->rows, 0);
        s->loaded = false;
        s->loading.op = host_list_source(ui_host(s->ui), s->about, source_seen, source_came, s);
}

static void source_close(struct screen *s) {
        source_forget(s->state);
}

/* ---- the screen ---- */

static void source_title(const struct screen *s, struct str *left, struct str *right) {
        const struct source_state *st = s->state;
        str_add(left, s->about);
        if (st->n && st->read < st->n)
                str_addf(right, "%zu of %zu read", st->read, st->n);
        else if (st->n)
                str_addf(right, plural(st->n, "%zu image", "%zu images"), st->n);
}

static void source_draw(struct screen *s, const struct canvas *c) {
        struct source_state *st = s->state;
        if (st->news) {
                st->news = false;
                list_set(&s->rows, st->n);
        }
        screen_draw_rows(s, c, "image", "This source holds no image.");
}

static bool source_installable(const struct source_item *item) {
        return item && item->image && label_set(item->image) & (1U << LABEL_INSTALL | 1U << LABEL_RUN);
}

static void source_status(const struct screen *s, struct str *out) {
        const struct source_item *item = source_at(s, list_settled_row(s->list));
        if (item && item->failed)
                str_addf(out, "%s.", item->failed);
        else if (item && item->image)
                str_addf(out, "Enter shows what the labels of %s say.", item->name);
        else if (s->error)
                str_add(out, "R tries again.");
}

static bool source_can(const struct screen *s, enum action action) {
        const struct source_item *item = source_at(s, list_row(s->list));
        if (action == ACTION_INSTALL)
                return source_installable(item);
        return action != ACTION_OPEN || (item && item->image);
}

static bool source_act(struct screen *s, enum action action) {
        const struct source_item *item = source_at(s, list_row(s->list));
        if (action == ACTION_OPEN && item)
                screen_open(s->ui, &image_screen, item->reference);
        else if (action == ACTION_INSTALL && item)
                screen_open(s->ui, &wizard_screen,
                            &(struct wizard_order) { .verb = VERB_INSTALL, .image = item->reference });
        else
                return false;
        return true;
}

const struct screen_class source_screen = {
        .name = "source",
        .title = "Source",
        .help = "All images of one source: the tags of a name in a registry, or what an archive or a layout "
                "on a disk or stick holds. Their labels are read, as many at once as this host has "
                "processors; nothing is pulled. What could not be read says why.\n"
                "Enter opens one and explains its labels; i begins to install it: the image is fetched by "
                "its digest then, after your consent. R reads all of them again.",
        .about = true,
        .size = sizeof(struct source_state),
        .topics = TOPIC_IMAGES,
        .source = &source_source,
        .looking = "Asking for the list of images ...",
        .bindings = (const struct binding[]) {
                { KEY_RETURN, ACTION_OPEN, "look" }, { 'i', ACTION_INSTALL }, {}
        },
        .close = source_close,
        .title_text = source_title,
        .draw = source_draw,
        .status = source_status,
        .can = source_can,
        .act = source_act,
        .changed = source_load,
};
