/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/emit.h"
#include "base/text.h"
#include "cli/lookup.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/session.h"
#include "cli/verbs/verbs.h"
#include "model/image/recipe.h"

static void verb_images_add_row(struct out_table *t, const struct image *image) {
        char size[16];
        unsigned set = label_set(image);
        _cleanup_free_ char *labels = label_set_text(set);
        const char *version = image_version(image);
        out_table_row(t, image_reference(image), version ? version : "-", labels && *labels ? labels : "-",
                      image->size ? text_size(size, image->size) : "-",
                      image->source ? image->source : "engine", NULL);
}

static int verb_images_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(image_list_freep) struct image_list *images = NULL;
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
                verb_images_add_row(&t, images->items[i]);
        out_table_print(&t);
        return EXIT_DONE;
}

const struct verb images_verb = {
        .name = "images",
        .group = GROUP_INSTALL,
        .help = "list the images that offer a system service",
        .details = "An image offers a system service when it carries a command label (INSTALL, RUN, "
                   "UNINSTALL, STOP, UPGRADE) or a profile fits it.",
        .takes = TAKES(OPTION_ALL),
        .json = true,
        .run = verb_images_run,
};
