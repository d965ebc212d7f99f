/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/wizard/internal.h"

/* An uninstall that leaves a realm: asks about the account that may be deleted before anything is shown;
 * where it cannot be deleted, only the review remains. */

static void leave_found(struct image *image, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct wizard *w = s->state;
        struct profile *profile = NULL;
        w->finding = op_cancel(w->finding);
        error_free(e);
        if (image)
                host_find_profile(ui_host(s->ui), image, &profile, NULL);
        const struct mode *mode =
                profile && w->plan && w->plan->given.mode ? profile_mode(profile, w->plan->given.mode) : NULL;
        image_free(image);
        if (!mode || !mode->leave) {
                profile_free(profile);
                screen_invalidate(s);
                return;
        }
        for (size_t i = 0; i < w->plan->given.answers->n; i++)
                answers_set(w->ask.answers, w->plan->given.answers->items[i].name,
                                   w->plan->given.answers->items[i].value, "of the join");
        if (w->fix != FIX_NONE)
                questions_delete(&w->ask);
        questions_leave(&w->ask, profile, mode->leave);
        wizard_go(s, w->fix == FIX_PASSWORD ? &secrets_page : &form_page);
}

void leave_look(struct screen *s) {
        struct wizard *w = s->state;
        w->looked = true;
        w->finding = host_find_image(ui_host(s->ui), w->plan->pin.image, leave_found, s);
}
