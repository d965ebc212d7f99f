/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/loose.h"

#include "ui/dialog.h"

#define LOOSE_SHOWN 20U

static void loose_forget(struct loose *l) {
        l->names = strv_free(l->names);
        l->images = strv_free(l->images);
}

static void loose_listed(char **containers, struct error *e, void *userdata) {
        struct loose *l = userdata;
        _cleanup_strv_ char **all = containers;
        struct choice choices[LOOSE_SHOWN];
        size_t n = 0;
        l->op = op_cancel(l->op);
        loose_forget(l);
        if (e) {
                dialog_error(l->screen->ui, e);
                return;
        }
        for (; all && all[n] && n < LOOSE_SHOWN; n++) {
                size_t name = strcspn(all[n], ":");
                strv_take(&l->names, xstrndup(all[n], name));
                strv_add(&l->images, all[n] + name + (all[n][name] == ':'));
        }
        for (size_t i = 0; i < n; i++)
                choices[i] = (struct choice){ 0, l->names[i], l->images[i], (int) i };
        if (n)
                dialog_choose(l->screen, "Adopt a container that has no unit", choices, n, 0,
                              l->chosen);
        else
                screen_say(l->screen, "Every container that runs has a unit. A on the page of a unit adopts "
                                      "that.");
}

void loose_ask(struct loose *l, struct screen *s, void (*chosen)(struct screen *s, int value)) {
        op_cancel(l->op);
        l->screen = s;
        l->chosen = chosen;
        l->op = host_list_loose(ui_host(s->ui), loose_listed, l);
}

void loose_adopt(const struct loose *l, int value) {
        if (value >= 0 && (size_t) value < strv_length(l->names))
                screen_open(l->screen->ui, &wizard_screen,
                            &(const struct wizard_order){ .verb = VERB_ADOPT, .image = l->names[value] });
}

void loose_done(struct loose *l) {
        l->op = op_cancel(l->op);
        loose_forget(l);
}
