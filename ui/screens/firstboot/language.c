/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/firstboot/internal.h"

/* Language and keyboard, where nobody has set them: of systemd-firstboot, of an installer, or of an answer
 * file. */

#define LOCALE "locale"
#define KEYBOARD "keyboard"

static const struct param language_params[] = {
        { .name = (char *) LOCALE,
          .title = (char *) "Language",
          .help = (char *) "A locale, such as de_DE.UTF-8; its beginning will do. It counts from the next "
                           "login. Empty: none is set.",
          .type = PARAM_TEXT },
        { .name = (char *) KEYBOARD,
          .title = (char *) "Keyboard",
          .help = (char *) "Of the keyboard at this host, such as us or de. A terminal on a line has its "
                           "own. Empty: none is set.",
          .type = PARAM_TEXT },
};

static bool language_asks(const struct firstboot *f, const struct param *p) {
        return str_equal(p->name, LOCALE) ? f->asks_locale : f->asks_keyboard;
}

static void language_fill(struct firstboot *f) {
        firstboot_keep(f, LOCALE, f->setup.locale);
        firstboot_keep(f, KEYBOARD, f->setup.keyboard);
}

static char *language_note(const struct firstboot *f, const struct param *p) {
        const struct setup *s = &f->setup;
        bool locale = str_equal(p->name, LOCALE);
        char *const *list = locale ? s->locales : s->keyboards;
        const char *typed = answers_get(f->answers, p->name);
        if (typed && *typed)
                return setup_matches_note(list, typed);
        size_t n = strv_length(list);
        if (!n)
                return NULL;
        if (locale)
                return str_printf(plural(n, "%zu language is installed: %s",
                                         "%zu languages are installed, from %s"),
                                  n, list[0]);
        return str_printf(plural(n, "%zu keyboard is known: %s", "%zu keyboards are known, from %s"), n,
                          list[0]);
}

static int language_read(const struct firstboot *f, struct setup_change *ret, size_t *ret_n,
                         struct error **reterr) {
        const struct setup *s = &f->setup;
        firstboot_complete(f, LOCALE, s->locales);
        firstboot_complete(f, KEYBOARD, s->keyboards);
        const char *locale = f->asks_locale ? firstboot_new_answer(f, LOCALE, s->locale) : NULL,
                   *keyboard = f->asks_keyboard ? firstboot_new_answer(f, KEYBOARD, s->keyboard) : NULL;
        if (locale)
                ret[(*ret_n)++] = (struct setup_change) { SETUP_LOCALE, locale, NULL };
        if (keyboard)
                ret[(*ret_n)++] = (struct setup_change) { s->keyboard_kind, keyboard, s->keyboard_unit };
        return 0;
}

const struct firstboot_page language_page = {
        .params = language_params,
        .n_params = ELEMENTS(language_params),
        .asks = language_asks,
        .fill = language_fill,
        .note = language_note,
        .read = language_read,
};
