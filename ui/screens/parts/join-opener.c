/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/join-opener.h"

#include "ui/dialog.h"
#include "ui/screens/screens.h"

void join_opener_done(struct join_opener *o) {
        op_cancel(o->choosing);
        free(o->domain);
        *o = (struct join_opener) {};
}

/* The image's mode that joins a realm of this kind (REALM_NONE: of any); the caller frees. NULL: none. The
 * domain, where it was discovered, becomes the mode's answer. */
static char *join_opener_mode(struct host *host, const struct image *image, enum realm_kind kind,
                              const char *domain, struct answers *answers) {
        _cleanup_(profile_freep) struct profile *profile = NULL;
        host_find_profile(host, image, &profile, NULL);
        for (size_t i = 0; profile && i < profile->n_modes; i++)
                if (profile->modes[i].joins != REALM_NONE &&
                    (kind == REALM_NONE || profile->modes[i].joins == kind)) {
                        for (size_t k = 0; domain && k < profile->n_parameters; k++)
                                if (profile->parameters[k].type == PARAM_DOMAIN &&
                                    mode_asks(&profile->modes[i], profile->parameters + k))
                                        answers_set(answers, profile->parameters[k].name, domain, "DNS");
                        return xstrdup(profile->modes[i].name);
                }
        return NULL;
}

/* An image and its mode for what was discovered; where no image has one, the first that joins anything. */
static bool join_opener_open(const struct join_opener *o, const struct image_list *images) {
        struct ui *ui = o->screen->ui;
        for (int any = o->kind == REALM_NONE; any < 2; any++)
                for (size_t i = 0; i < images->n; i++) {
                        _cleanup_(answers_freep) struct answers *answers = new0(struct answers);
                        _cleanup_free_ char *mode = join_opener_mode(ui_host(ui), images->items[i],
                                                                     any ? REALM_NONE : o->kind,
                                                                     any ? NULL : o->domain, answers);
                        if (!mode)
                                continue;
                        const struct wizard_order order = { .verb = VERB_INSTALL,
                                                            .image = image_reference(images->items[i]),
                                                            .answers = answers,
                                                            .mode = any ? NULL : mode };
                        screen_open(ui, &wizard_screen, &order);
                        return true;
                }
        return false;
}

static void join_opener_images(struct image_list *images, struct error *e, void *userdata) {
        struct join_opener *o = userdata;
        struct ui *ui = o->screen->ui;
        o->choosing = op_cancel(o->choosing);
        _cleanup_(image_list_freep) struct image_list *owned = images;
        if (!e && join_opener_open(o, images))
                return;
        if (!e) {
                error_set(&e, -ENOENT, "No image of this host joins a realm");
                error_hint(&e, "Pull one that packages SSSD; 2 shows the images of this host");
        }
        dialog_error(ui, e);
}

void join_opener_start(struct join_opener *o, struct screen *screen, const struct realm *found) {
        bool known = found && (found->kind == REALM_AD || found->kind == REALM_IPA);
        join_opener_done(o);
        *o = (struct join_opener) { .screen = screen,
                                    .kind = known ? found->kind : REALM_NONE,
                                    .domain = known ? xstrdup(found->domain) : NULL };
        o->choosing = host_list_images(ui_host(screen->ui), join_opener_images, o);
        screen_invalidate(screen);
}
