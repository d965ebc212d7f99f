/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* On a host without a service: the images that can become one, in the place of the services. */

#include "ui/screens/home/internal.h"

#include "model/image/image.h"

static const struct home_offer *offers_at(const struct screen *s, size_t row) {
        return row < s->offers->n ? &s->offers->items[row] : NULL;
}

static const struct column columns[] = {
        { "IMAGE", 20, 30, 0, .fit = true, .middle = true },
        { "WHAT IT IS", 12, 40, 1, .grow = true, .optional = true },
};

static void offers_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct home_offer *offer = offers_at(owner, row);
        ret->text = column ? offer->title : offer->reference;
}

static const char *offers_identity(const void *owner, size_t row) {
        return offers_at(owner, row)->reference;
}

static const struct list_source offers_source = {
        .columns = columns,
        .n_columns = ELEMENTS(columns),
        .cell = offers_cell,
        .identity = offers_identity,
};

void home_offers_init(struct screen *s, struct home_offers *o) {
        s->offers = o;
        list_init(&o->list, &offers_source, s);
}

static void home_offers_forget(struct home_offers *o) {
        for (size_t i = 0; i < o->n; i++)
                FREE_ALL(o->items[i].reference, o->items[i].title);
        free(o->items);
        o->items = NULL;
        o->n = 0;
}

void home_offers_done(struct home_offers *o) {
        op_cancel(o->loading.op);
        list_done(&o->list);
        home_offers_forget(o);
}

/* As the first list of the Images screen: with a command of its own, and with a name. */
static bool home_offers_fits(const struct image *image) {
        return label_set(image) & (1U << LABEL_INSTALL | 1U << LABEL_RUN) && image->names;
}

static void home_offers_take(struct home_offers *o, const struct image_list *images) {
        home_offers_forget(o);
        o->known = true;
        for (size_t i = 0; i < images->n; i++) {
                const struct image *image = images->items[i];
                if (!home_offers_fits(image))
                        continue;
                room_for_one((void **) &o->items, o->n, sizeof *o->items);
                o->items[o->n++] = (struct home_offer) { xstrdup(image_reference(image)),
                                                         xstrdup(image_summary(image)) };
        }
        list_set(&o->list, o->n);
}

static void home_offers_listed(struct image_list *images, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct home_offers *o = s->offers;
        error_free(e);  /* the Images screen shows it */
        if (images)
                home_offers_take(o, images);
        image_list_free(images);
        if (reload_answered(&o->loading))
                home_offers_load(s, 0);
        if (s->trouble->upper == &o->list && !o->list.shown)
                home_trouble_below(s, &s->rows);
        else if (!s->rows.shown && o->list.shown)
                home_trouble_below(s, &o->list);
        screen_invalidate(s);
}

void home_offers_load(struct screen *s, unsigned topics) {
        struct home_offers *o = s->offers;
        if (reload_wanted(&o->loading, topics))
                o->loading.op = host_list_images(ui_host(s->ui), home_offers_listed, s);
}

const char *home_offers_focus(const struct screen *s) {
        const struct home_offers *o = s->offers;
        const struct home_offer *offer = s->list == &o->list ? offers_at(s, list_row(&o->list)) : NULL;
        return offer ? offer->reference : NULL;
}

void home_offers_draw(struct screen *s, const struct canvas *c) {
        struct home_offers *o = s->offers;
        struct canvas rows = canvas_part(c, 1, 0, -1, -1);
        canvas_textf(c, 0, 0, 0, STYLE_PLAIN,
                     plural(o->list.shown, "No service is installed yet. %zu image of this host can be one:",
                            "No service is installed yet. %zu images of this host can be:"),
                     o->list.shown);
        list_draw(&o->list, &rows);
}
