/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The inside of struct ui, for ui.c, stack.c, dispatch.c, frame.c, tabs.c and lend.c only: one object, cut by
 * its subjects. They call each other, as dialog.c and menu.c call them and are called: a key opens a
 * question, which is a screen, whose end drops a line that was asked for, which asks for a paint. */

#include "ui/screen.h"
#include "ui/widgets/field.h"
#include "ui/widgets/pace.h"
#include "ui/widgets/term.h"
#include "ui/widgets/theme.h"

/* A line of text asked for in the place of the status line. */
struct ask {
        struct screen *asker;           /* NULL: nothing is asked */
        char *label;
        struct field field;
        struct secret *secret;          /* typed into instead of the field; NULL */
        void (*changed)(struct screen *s, const char *text);
        void (*done)(struct screen *s, const char *text);
};

#define BAR_WORDS_MAX 32
struct bar {
        struct {
                char key[16];
                const char *word;       /* from the tables */
                enum action action;
        } items[BAR_WORDS_MAX];
        size_t n;
};

struct ui {
        struct ui_options options;
        struct term *term;
        struct theme theme;
        struct screen *top;
        char *message;                  /* in the status line until the next key, or for some seconds */
        int64_t message_until;          /* boottime; 0: none */
        struct ask ask;
        struct pace pace;               /* on boottime */
        int64_t asked;                  /* boottime of the requested paint; 0: none */
        int64_t settle_at;              /* boottime when the lists settle; 0: they have */
        struct bar bar;                 /* as last drawn */
        const struct screen *bar_of;    /* only compared; NULL: of none */
        int cursor[2];
        bool over;
        char *guest;                    /* what has the terminal: "tools"; NULL: we have it */
        bool guest_holds;               /* its last words stay until a key, even if it ended well */
        bool guest_ended;               /* they stand there now */
        bool keys;                      /* inside ui_input(): changes now are answers to a key */
        bool painting;
};

#define UI_ROWS_MIN 12
#define UI_COLUMNS_MIN 40

/* Parts of a summary at the right of a row, in the order of their places on it; of those that do not all have
 * room the lowest ranks stay: tabs.c. */
#define SUMMARY_MAX 8
#define SUMMARY_RANKS 5U
struct summary {
        struct {
                unsigned rank;
                char *text;
                bool shown;
        } items[SUMMARY_MAX];
        size_t n;
        bool any;                       /* one is shown */
};
void summary_add(struct summary *summary, unsigned rank, const char *text);     /* "" and NULL: nothing */
/* The same for each of the parts between two blanks. */
void summary_add_parts(struct summary *summary, unsigned rank, const char *text);
/* Into row 0, right of the column `from`; returns the column where it begins. */
int summary_draw(struct summary *summary, const struct canvas *c, int from, enum style style);
void summary_done(struct summary *summary);

/* The tab line: tabs.c. tabs_draw() returns the first column behind it. */
#define UI_PLACES 5U
bool tabs_is_place(const struct ui *ui, const struct screen *s);
int tabs_draw(struct ui *ui, const struct canvas *c);
/* The place beside the active one. */
const struct screen_class *tabs_neighbour(const struct ui *ui, bool next);

/* Paints everything: frame.c. */
void frame_paint(struct ui *ui);
/* Whether the screen is large enough to be read. */
bool frame_fits(const struct ui *ui);

/* The topmost screen that is not an overlay. */
struct screen *ui_base(const struct ui *ui);

/* Frees what was closed; only where no screen's code is on the call stack: stack.c. */
void ui_reap(struct ui *ui);
/* Opens the place of a key from 1 to 5: stack.c. */
void ui_go(struct ui *ui, const struct screen_class *class);

/* The action of the key on the screen now: of several rows the first that is possible, else the first:
 * dispatch.c. */
enum action screen_find(const struct screen *s, const struct binding *table, int key);
/* One key: dispatch.c. */
void ui_key(struct ui *ui, int key);
/* Ends the question: dispatch.c. */
void ask_drop(struct ui *ui);

/* Gives the terminal to the person's shell: lend.c. */
void ui_shell(struct ui *ui);
/* Takes it again, after the key that was waited for: lend.c. */
void ui_take_back(struct ui *ui);

void ui_forget_message(struct ui *ui);
