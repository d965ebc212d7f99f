/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Screens: their class, and their calls into the ui.
 *
 * A screen is one file in ui/screens/ that ends in one const struct screen_class, named in
 * ui/screens/screens.h. Its pattern is jobs.c.
 *
 *  1. State is one struct of class->size bytes, zeroed before open(). After open() the ui calls changed() for
 *     the first load, as R does for each further one:
 *             if (reload_wanted(&s->loading, topics))
 *                     s->loading.op = host_list_things(ui_host(s->ui), things_loaded, s);
 *  2. An answer: free the old data and take the new, unless it is an error; then screen_loaded(s, …). Never
 *     draw from there.
 *  3. close() cancels every further op and frees the state. No callback comes after it.
 *  4. A class with `source` has the list s->list, one with `text` the pager s->pager: the ui then does
 *     moving, paging, filter, search and the cursor, and draws them where draw() is NULL. draw() gets the
 *     canvas between title and status line.
 *  5. title_text() adds to the class's title, left and right. status() is a sentence about the focused row:
 *     of list_settled_row(), which follows list_row() only after a pause in the keys.
 *  6. Keys are rows of `bindings` (in the order of the key bar); actions that stop, remove or leave are in
 *     `menu`, behind x. act() does one action; false: not mine. can() hides actions that are impossible now.
 *     Words and help come from ui/widgets/action.c; a new meaning gets a new row there.
 *  7. Dangerous: dialog_confirm(). Failed: dialog_error() takes the error. Done: screen_say().
 *  8. `topics` are the reasons to call changed(); reload there, show the old rows until the answer.
 *  9. Time: tick_ms() is the time until tick(), in ms; 0: never. Idle means no wake-up.
 * 10. tests/ui: a .keys script with the states empty, loading, full, failed at 80x24, and 40x12, 200x60,
 *     basic/normal/rich where they differ. */

#include "model/host.h"
#include "ui/ui.h"
#include "ui/widgets/canvas.h"
#include "ui/widgets/keys.h"
#include "ui/widgets/list.h"
#include "ui/widgets/pager.h"

struct screen;

struct screen_class {
        const char *name;               /* stable: "images" */
        const char *title;              /* "Images": row 1 begins with it */
        /* purpose and use, for the help screen; paragraphs are split at newlines */
        const char *help;
        size_t size;                    /* of the private state, zeroed before open() */
        unsigned topics;
        const char *way;                /* the keys to it from everywhere: "3 l "; NULL: none */
        bool overlay;                   /* drawn over the screen below it, in the lower part */
        /* it has answers worth keeping: 1-5 open above it instead of closing it, and the key bar says that q
         * leads there, in these words: "to the plan" */
        const char *keep;
        const struct list_source *source;       /* of the list; its owner is the screen */
        enum pager_wrap text;           /* of the pager; 0: it shows no text */
        bool follow;                    /* the text grows at its end */
        int name_width;                 /* of the rows in the text: pager_row() */
        bool about;                     /* the arg of open() is a name, which s->about keeps */
        const char *looking;            /* "Looking for jobs ...": shown until the first answer */
        const char *thing, *none;       /* of the list: "job", and a sentence with the next thing to do */
        const struct binding *bindings; /* zero-terminated; NULL: none */
        const struct binding *menu;     /* behind x; its letters work only there */

        void (*open)(struct screen *s, const void *arg);                                        /* optional */
        void (*close)(struct screen *s);                                                        /* optional */
        /* of a place, optional: what its tab says beside its name, as the home and the host's status know it:
         * first a sign ("!1" for trouble, "*1" for work), or else a word, which narrow screens leave out */
        void (*mark)(const struct screen *home, struct str *out, enum style *style);
        /* NULL: only the place in the text */
        void (*title_text)(const struct screen *s, struct str *left, struct str *right);
        void (*draw)(struct screen *s, const struct canvas *c);                                 /* optional */
        void (*status)(const struct screen *s, struct str *out);                                /* optional */
        /* overlays: the rows they want; NULL: all */
        int (*rows)(const struct screen *s, int columns);
        /* optional: true for unknown actions */
        bool (*can)(const struct screen *s, enum action action);
        bool (*act)(struct screen *s, enum action action);                                      /* optional */
        /* optional: keys come here first; true: taken */
        /* optional: letters are text now, q and ? too */
        bool (*typing)(const struct screen *s);
        bool (*type)(struct screen *s, int key);
        void (*changed)(struct screen *s, unsigned topics);                                     /* optional */
        unsigned (*tick_ms)(const struct screen *s);                                            /* optional */
        void (*tick)(struct screen *s);                                                         /* optional */
        /* optional: also once before the first draw */
        void (*resized)(struct screen *s, int rows, int columns);
};

/* A load that is repeated whenever something changed. A change does not begin a load under way anew: where
 * changes never stop, as in a storm of reloads of systemd, no load would ever end. One more load follows
 * instead. */
struct reload {
        struct op *op;
        bool again;             /* something changed since it began */
};

/* The topics of changed(). All at once are a request of the person (R, or the ui's at the opening): a load
 * that hangs is dropped. */
static inline bool reload_wanted(struct reload *r, unsigned topics) {
        if (topics == ~0U)
                r->op = op_cancel(r->op);
        r->again = r->op;
        return !r->op;
}

/* To be called once in the answer; true: load once more. */
static inline bool reload_answered(struct reload *r) {
        r->op = op_cancel(r->op);
        return r->again;
}

struct screen {
        const struct screen_class *class;
        struct ui *ui;
        void *state;
        char *about;                    /* of class->about */
        struct list *list;              /* the shown one: gets moving, filter and sort first; NULL */
        struct pager *pager;            /* the same for text */
        struct list rows;               /* of class->source */
        struct pager text;              /* of class->text */
        struct reload loading;
        bool loaded;                    /* an answer came */
        struct error *error;            /* of the last answer; what an earlier one brought stays */
        /* State of its parts (ui/screens/parts); NULL: none. */
        struct check_page *checks;
        struct unit_acting *acting;
        struct job_acting *job_acting;
        struct home_trouble *trouble;
        struct home_offers *offers;
        char *sleeping;                 /* the id of the trouble that is put to sleep; NULL */
        struct job_list *jobs;          /* of the home screen; NULL: no answer yet */
        struct screen *below;           /* in the stack */
        bool closing;                   /* closed by screen_close(), freed soon */
        int64_t tick_at;                /* of the ui */
};

/* ---- for the screens ---- */

/* Opens a screen above all others. arg belongs to the caller and is only read during open(). */
void screen_open(struct ui *ui, const struct screen_class *class, const void *arg);
/* Closes this screen and all above it; it and its state stay valid until the caller has returned to the
 * ui. */
void screen_close(struct screen *s);
/* Closes s and opens another in its place. */
void screen_replace(struct screen *s, const struct screen_class *class, const void *arg);
/* Requests a paint after a change. */
void screen_invalidate(struct screen *s);

/* The answer to s->loading: n rows (0 for a text), already in the state, or an error, which is taken. Loads
 * once more where the topic changed meanwhile. */
void screen_loaded(struct screen *s, size_t n, struct error *e, unsigned topic);
/* Shows other rows of the same answer. */
void screen_arrange(struct screen *s);
/* The list, with the text in the place of rows while there are none. */
void screen_draw_rows(struct screen *s, const struct canvas *c, const char *thing, const char *none);
/* The text, or until the first answer the error or class->looking. */
void screen_draw_text(struct screen *s, const struct canvas *c);

struct host *ui_host(const struct ui *ui);
const struct theme *ui_theme(const struct ui *ui);
int64_t ui_now(const struct ui *ui);            /* seconds since the epoch */
int64_t ui_boottime(const struct ui *ui);       /* usec of CLOCK_BOOTTIME */
void ui_invalidate(struct ui *ui);

/* A sentence in the status line until the next key, or for some seconds. */
void screen_say(struct screen *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Lends the terminal to a command: it is cleared, and nothing is painted until the command has ended. name:
 * for the sentence about its end. Where it holds, or did not end well, its last words stay until a key. The
 * words are only read now. false: it could not be started, and a dialog says why. */
bool screen_lend(struct screen *s, const char *name, char *const *argv, char *const *environment, bool holds);

/* Whether anything can have the terminal. */
bool screen_can_lend(const struct screen *s);

/* Asks for a line of text in the place of the status line: changed() at each key (NULL: not wanted), done()
 * with the text, or NULL when the person cancelled. */
void screen_ask(struct screen *s, const char *label, const char *text,
                void (*changed)(struct screen *s, const char *text),
                void (*done)(struct screen *s, const char *text));

/* The same for a secret: shown as stars, wiped when done() has returned. */
void screen_ask_secret(struct screen *s, const char *label, void (*done)(struct screen *s, const char *text));

/* Whether it is seen: no screen but overlays is above it. */
bool screen_shown(const struct screen *s);

/* The stack, for the help screen and the palette: the screen below s that is not an overlay. */
struct screen *screen_under(const struct screen *s);
/* The lowest of the stack. */
struct screen *screen_home(const struct screen *s);
/* Sends an action to a screen as if its key had been pressed there (ui-wide ones too). */
void screen_act(struct screen *s, enum action action);
/* The bindings that work on every screen. */
const struct binding *ui_bindings(void);
/* The bindings that move in lists and text. */
const struct binding *ui_moving_bindings(void);
/* The bindings of the screen's list or text; NULL: none. */
const struct binding *screen_widget_bindings(const struct screen *s);
bool screen_can(const struct screen *s, enum action action);

/* "basic, vt220, 80x24, 9600 baud" for the help screen. */
void ui_describe(const struct ui *ui, struct str *out);
