/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Questions and errors, as overlays above the status line. */

#include "ui/screen.h"

struct question {
        const char *title;      /* "Stop rsyslog.service" */
        const char *text;       /* the effect, and how to undo it; paragraphs are split at newlines */
        const char *yes;        /* the label of the button that acts: "Stop it" */
        const char *no;         /* NULL: "Cancel" */
};

/* Asks; the safe button has the focus. consented() is called when the person says yes, unless the asking
 * screen is closed. Strings are copied. */
void dialog_confirm(struct screen *asker, const struct question *question,
                    void (*consented)(struct screen *asker));

/* An error: sentence, hint, and the causes at a key. Takes e. */
void dialog_error(struct ui *ui, struct error *e);
/* The same of an action on what the asker shows: "l" closes it and gives the asker its ACTION_LOG. */
void dialog_error_of(struct screen *asker, struct error *e);

/* Something to choose from. Its strings live as long as the program. */
struct choice {
        int key;                /* chooses it at once; 0: none */
        const char *word, *help;        /* a word or two; one line without final stop */
        int value;
};
/* Asks for one of them; the focus is on that of this value. chosen() is called unless the person closes it,
 * or the asker is gone. */
void dialog_choose(struct screen *asker, const char *title, const struct choice *choices, size_t n, int value,
                   void (*chosen)(struct screen *asker, int value));

/* The asker's menu (the `menu` bindings of its class that are possible now): letter, word, help. The chosen
 * action goes to the asker's act(). */
void dialog_menu(struct screen *asker);
