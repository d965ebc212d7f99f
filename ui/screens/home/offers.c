/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* On a host without a service: the images that can become one, in the place of the services. */

#include "ui/screens/home/internal.h"

#include "model/image/image.h"

static const struct home_offer *offers_at(const struct screen *s, size_t row) {
        return row < s->offers->shown.n ? &s->offers->shown.items[row] : NULL;
}

static const struct column columns[] = {
        { "IMAGE", 20, 30, 0, .fit = true, .middle = true },
        { "WHAT IT IS", 12, 40, 1, .grow = true, .optional = true },
};

static void offers_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct home_offer *offer = offers_at(owner, row);
        if (column)
                ret->text = offer->title;
        else {
                /* of a registry without its transport, as people write it */
                const char *rest = str_starts(offer->reference, "docker://");
                cell_reference(ret, rest ? rest : offer->reference);
        }
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

static void home_offers_forget(struct home_offer_list *offers) {
        for (size_t i = 0; i < offers->n; i++)
                free(offers->items[i].reference);
        free(offers->items);
        *offers = (struct home_offer_list) {};
}

void home_offers_done(struct home_offers *o) {
        op_cancel(o->loading.op);
        list_done(&o->list);
        home_offers_forget(&o->shown);
        home_offers_forget(&o->coming);
}

/* As the first list of the Images screen: with a command of its own, and with a name. */
static bool home_offers_fits(const struct image *image) {
        return label_set(image) & (1U << LABEL_INSTALL | 1U << LABEL_RUN) && image->names;
}

static void home_offers_add(struct home_offer_list *offers, const char *reference, const char *title) {
        size_t n = strlen(reference) + 1, more = title ? strlen(title) + 1 : 0;
        char *both = memcpy(xreallocarray(NULL, n + more, 1), reference, n);
        room_for_one((void **) &offers->items, offers->n, sizeof *offers->items);
        offers->items[offers->n++] =
                (struct home_offer) { both, title ? memcpy(both + n, title, more) : NULL };
}

static void home_offers_seen(const struct image *image, void *userdata) {
        if (home_offers_fits(image))
                home_offers_add(&((struct screen *) userdata)->offers->coming, image_reference(image),
                                image_summary(image));
}

static int home_offers_compare(const void *a, const void *b) {
        return strcmp(((const struct home_offer *) a)->reference, ((const struct home_offer *) b)->reference);
}

/* A host without such an image has a catalog, or nothing to offer. */
static void home_offers_add_catalog(struct screen *s) {
        const struct catalog *catalog = host_read_catalog(ui_host(s->ui));
        for (size_t i = 0; i < catalog->n; i++)
                home_offers_add(&s->offers->coming, catalog->items[i].reference, catalog->items[i].title);
}

static void home_offers_take(struct screen *s) {
        struct home_offers *o = s->offers;
        o->from_catalog = !o->coming.n;
        if (o->from_catalog)
                home_offers_add_catalog(s);
        home_offers_forget(&o->shown);
        o->shown = o->coming;
        o->coming = (struct home_offer_list) {};
        o->known = true;
        if (o->shown.n && !o->from_catalog)
                qsort(o->shown.items, o->shown.n, sizeof *o->shown.items, home_offers_compare);
        list_set(&o->list, o->shown.n);
}

static void home_offers_came(struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct home_offers *o = s->offers;
        o->failed = e;
        if (e)
                home_offers_forget(&o->coming);
        else
                home_offers_take(s);
        error_free(e);  /* the Images screen shows it */
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
        if (!reload_wanted(&o->loading, topics))
                return;
        home_offers_forget(&o->coming);
        o->loading.op = host_each_image(ui_host(s->ui), home_offers_seen, home_offers_came, s);
}

const char *home_offers_focus(const struct screen *s) {
        const struct home_offers *o = s->offers;
        const struct home_offer *offer = s->list == &o->list ? offers_at(s, list_row(&o->list)) : NULL;
        return offer ? offer->reference : NULL;
}

bool home_offers_wanted(const struct screen *s) {
        const struct home_offers *o = s->offers;
        if (s->trouble->upper == &o->list)
                return true;
        return s->loaded && !s->error && !s->rows.shown && !o->known && !o->failed;
}

void home_offers_draw(struct screen *s, const struct canvas *c) {
        struct home_offers *o = s->offers;
        struct canvas rows = canvas_part(c, 1, 0, -1, -1);
        if (!o->known) {
                canvas_paragraph(c, 0, 0, 0, STYLE_PLAIN,
                                 "No service is installed yet. Looking for images ...");
                return;
        }
        size_t n = o->list.shown;
        canvas_textf(c, 0, 0, 0, STYLE_PLAIN,
                     o->from_catalog
                             ? plural(n, "No service is installed yet. The catalog offers %zu image:",
                                      "No service is installed yet. The catalog offers %zu images:")
                             : plural(n, "No service is installed yet. %zu image of this host can be one:",
                                      "No service is installed yet. %zu images of this host can be:"),
                     n);
        list_draw(&o->list, &rows);
}
