/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Questions and bad news, as overlays above the status line. */

#include <stdbool.h>

#include "base/error.h"
#include "ui/screen.h"

struct question {
        const char *title;      /* "Stop rsyslog.service" */
        const char *text;       /* what happens, and how it is undone; paragraphs are split at newlines */
        const char *yes;        /* the word of the button that acts: "Stop it" */
        const char *no;         /* NULL: "Cancel" */
};

/* Asks; the safe button has the focus. done(false) also when the person goes away; not called when the screen
 * that asked is closed. Strings are copied. */
void dialog_confirm(struct screen *asker, const struct question *question,
                    void (*done)(struct screen *asker, bool yes));

/* Bad news: sentence, hint, and the causes at a key. Takes e. */
void dialog_error(struct ui *ui, struct error *e);

/* The asker's menu (its class's `menu` bindings that it can do now): letter, word, what it does. The chosen
 * action goes to the asker's act(). */
void dialog_menu(struct screen *asker);
