/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/emit.h"
#include "base/text.h"
#include "cli/lookup.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/session.h"
#include "cli/verbs/verbs.h"
#include "model/image/recipe.h"

/* reference: in place of its name. */
static void verb_images_add_row(struct out_table *t, const struct image *image, const char *reference) {
        char size[16];
        unsigned set = label_set(image);
        _cleanup_free_ char *labels = label_set_text(set);
        const char *version = image_version(image);
        out_table_row(t, reference ? reference : image_reference(image), version ? version : "-",
                      labels && *labels ? labels : "-", image->size ? text_size(size, image->size) : "-",
                      reference       ? image->digest
                      : image->source ? image->source
                                      : "engine",
                      NULL);
}

/* ---- of a source: in its order, whatever order the answers have ---- */

struct images_from {
        struct image **items; /* NULL: it could not be read */
        char **references;
        size_t n;
        size_t failed;
        char *said; /* the last error, and its code */
        int code;
};

static void images_from_done(struct images_from *from) {
        for (size_t i = 0; i < from->n; i++)
                image_free(from->items[i]);
        FREE_ALL(from->items, from->said);
        strv_free(from->references);
}

static void images_from_seen(const struct source_row *row, void *userdata) {
        struct images_from *from = userdata;
        if (row->error) {
                /* A registry that is gone is gone for all of its tags. */
                if (!str_equal(from->said, row->error->message))
                        out_error(row->error);
                str_replace(&from->said, row->error->message);
                from->code = row->error->code;
                from->failed++;
        } else if (row->image)
                from->items[row->at] = image_copy(row->image);
        else {
                room_for_one((void **) &from->items, from->n, sizeof *from->items);
                from->items[from->n++] = NULL;
                strv_add(&from->references, row->reference);
        }
}

static int verb_images_from(struct session *s, const char *source) {
        _cleanup_(images_from_done) struct images_from from = {};
        int r = session_list_source(s, source, images_from_seen, &from, &s->error);
        if (r < 0)
                return r;
        if (s->json) {
                struct image_list list = { .items = xcalloc(from.n + 1, sizeof *list.items) };
                for (size_t i = 0; i < from.n; i++)
                        if (from.items[i])
                                list.items[list.n++] = from.items[i];
                r = out_json(emit_images(&list));
                free(list.items);
                return from.failed ? EXIT_FAILED : r;
        }
        if (from.failed == from.n)
                return from.code == -ENOENT ? EXIT_NOT_FOUND : EXIT_FAILED;
        struct out_table t = { .columns = 5 };
        out_table_row(&t, "IMAGE", "VERSION", "LABELS", "SIZE", "DIGEST", NULL);
        for (size_t i = 0; i < from.n; i++)
                if (from.items[i])
                        verb_images_add_row(&t, from.items[i], from.references[i]);
        out_table_print(&t);
        return from.failed ? EXIT_FAILED : EXIT_DONE;
}

static int verb_images_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(image_list_freep) struct image_list *images = NULL;
        if (a->given[OPTION_FROM])
                return verb_images_from(s, argument_value(a, OPTION_FROM));
        int r = session_list_images(s, &images, &s->error);
        if (r < 0)
                return r;
        if (!a->given[OPTION_ALL])
                keep_offering(s, images);
        lookup_note_profiles(s);
        if (s->json)
                return out_json(emit_images(images));
        struct out_table t = { .columns = 5 };
        out_table_row(&t, "IMAGE", "VERSION", "LABELS", "SIZE", "WHERE", NULL);
        for (size_t i = 0; i < images->n; i++)
                verb_images_add_row(&t, images->items[i], NULL);
        out_table_print(&t);
        return EXIT_DONE;
}

const struct verb images_verb = {
        .name = "images",
        .group = GROUP_INSTALL,
        .help = "list the images that offer a system service",
        .details = "An image offers a system service when it carries a command label (INSTALL, RUN, "
                   "UNINSTALL, STOP, UPGRADE) or a profile fits it. With --from all images of a source are "
                   "listed: all tags of a registry's name, or what an archive holds. skopeo reads their "
                   "labels, and nothing is pulled. What is listed can be shown, planned and installed by its "
                   "reference; exit status 1 when one of them could not be read.",
        .takes = TAKES(OPTION_ALL) | TAKES(OPTION_FROM),
        .json = true,
        .run = verb_images_run,
};
