/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/dialog.h"

#include <errno.h>

#include "base/text.h"

/* The rows that text takes in so many columns; paragraphs are split at newlines. Draws it unless c is
 * NULL. */
static int dialog_paragraphs(const struct canvas *c, int row, int column, int width, const char *text) {
        _cleanup_str_ struct str clean = {};
        text_clean(&clean, text, text ? strlen(text) : 0, 0, TEXT_UTF8, true);
        _cleanup_strv_ char **lines = text_wrap(clean.text, width > 1 ? (size_t) width : 1);
        int n = (int) strv_length(lines);
        for (int i = 0; c && i < n; i++)
                canvas_text(c, row + i, column, width, STYLE_PLAIN, lines[i]);
        return n;
}

/* ---- a question ---- */

struct confirm_state {
        struct screen *asker;
        void (*consented)(struct screen *asker);
        char *title, *text, *yes, *no;
        bool on_yes;            /* which button has the focus */
};

struct confirm_arg {
        struct screen *asker;
        const struct question *question;
        void (*consented)(struct screen *asker);
};

static void confirm_open(struct screen *s, const void *arg) {
        const struct confirm_arg *a = arg;
        struct confirm_state *st = s->state;
        st->asker = a->asker;
        st->consented = a->consented;
        st->title = xstrdup(a->question->title);
        st->text = xstrdup(a->question->text);
        st->yes = xstrdup(a->question->yes);
        st->no = xstrdup(a->question->no ? a->question->no : "Cancel");
}

static void confirm_close(struct screen *s) {
        struct confirm_state *st = s->state;
        FREE_ALL(st->title, st->text, st->yes, st->no);
}

/* The rule, the text, a blank row, the buttons, a blank row. */
static int confirm_rows(const struct screen *s, int columns) {
        const struct confirm_state *st = s->state;
        return 1 + dialog_paragraphs(NULL, 0, 2, columns - 4, st->text) + 3;
}

static int dialog_button(const struct canvas *c, int row, int column, const char *word, bool focus) {
        if (focus) {
                canvas_text(c, row, column, 1, STYLE_FOCUS, ">");
                canvas_cursor(c, row, column + 3);
        }
        return 3 + canvas_textf(c, row, column + 1, 0, focus ? STYLE_BUTTON : STYLE_PLAIN, "[ %s ]", word);
}

static void confirm_draw(struct screen *s, const struct canvas *c) {
        const struct confirm_state *st = s->state;
        canvas_rule(c, 0, st->title);
        /* The buttons stay in sight with a text of any length; the blank rows go first. */
        bool tight = c->rows < confirm_rows(s, c->columns);
        int buttons = c->rows - (tight ? 1 : 2);
        struct canvas text = canvas_part(c, 1, 0, buttons - (tight ? 1 : 2), -1);
        dialog_paragraphs(&text, 0, 2, c->columns - 4, st->text);
        int x = 1;
        x += dialog_button(c, buttons, x, st->no, !st->on_yes);
        dialog_button(c, buttons, x, st->yes, st->on_yes);
}

static void confirm_status(const struct screen *s, struct str *out) {
        const struct confirm_state *st = s->state;
        if (st->on_yes)
                str_addf(out, "Enter: %s. Esc does nothing.", st->yes);
        else
                str_addf(out, "Enter: %s, and nothing is done. Right, then Enter: %s.", st->no, st->yes);
}

static void confirm_answer(struct screen *s, bool yes) {
        struct confirm_state *st = s->state;
        struct screen *asker = st->asker;
        void (*consented)(struct screen *asker) = st->consented;
        screen_close(s);
        if (yes)
                consented(asker);
}

static bool confirm_act(struct screen *s, enum action action) {
        struct confirm_state *st = s->state;
        switch (action) {
        case ACTION_LEFT:
        case ACTION_RIGHT:
        case ACTION_NEXT_FIELD:
        case ACTION_PREVIOUS_FIELD:
        case ACTION_UP:
        case ACTION_DOWN:
                st->on_yes = !st->on_yes;
                return true;
        case ACTION_OPEN:
                confirm_answer(s, st->on_yes);
                return true;
        case ACTION_NEXT:
                confirm_answer(s, true);
                return true;
        case ACTION_BACK:
        case ACTION_ESCAPE:
        case ACTION_INTERRUPT:
                confirm_answer(s, false);
                return true;
        default: return false;
        }
}

static const struct screen_class confirm_screen = {
        .name = "confirm",
        .title = "Confirm",
        .size = sizeof(struct confirm_state),
        .overlay = true,
        .bindings = (const struct binding[]) {
                { KEY_RETURN, ACTION_OPEN, "press the button" },
                { KEY_CURSOR_RIGHT, ACTION_RIGHT, "other button" },
                { KEY_TAB, ACTION_NEXT_FIELD, NULL, true },
                { KEY_BACK_TAB, ACTION_PREVIOUS_FIELD, NULL, true },
                { KEY_CURSOR_LEFT, ACTION_LEFT, NULL, true },
                { 'y', ACTION_NEXT, "yes" },
                { 'n', ACTION_BACK, "no" },
                {}
        },
        .open = confirm_open,
        .close = confirm_close,
        .draw = confirm_draw,
        .status = confirm_status,
        .rows = confirm_rows,
        .act = confirm_act,
};

void dialog_confirm(struct screen *asker, const struct question *question,
                    void (*consented)(struct screen *asker)) {
        const struct confirm_arg arg = { asker, question, consented };
        screen_open(asker->ui, &confirm_screen, &arg);
}

/* ---- bad news ---- */

struct error_state {
        bool causes;
        struct screen *asker; /* NULL: there is no log */
};

struct error_arg {
        const struct error *error;
        struct screen *asker;
};

/* Another job holds the host: it can be watched from here. */
static bool error_of_job(const struct screen *s) {
        return s->error->code == -EBUSY && screen_can(screen_home(s), ACTION_WATCH);
}

static void error_open(struct screen *s, const void *arg) {
        const struct error_arg *a = arg;
        struct error_state *st = s->state;
        s->error = error_copy(a->error);
        st->asker = a->asker;
        if (error_of_job(s))
                error_hint(&s->error, "Go to that job with w; nothing else begins before it has ended");
}

static int dialog_error_rows(const struct screen *s, int columns) {
        const struct error_state *st = s->state;
        /* A canvas without rows only counts. */
        int cursor[2];
        struct canvas nowhere = { .columns = columns, .theme = ui_theme(s->ui), .cursor = cursor };
        return 1 + canvas_error(&nowhere, 0, s->error, st->causes) + 1;
}

/* What was refused was not done; what systemd or the host could not finish has begun. */
static const char *error_title(const struct error *e) {
        return e->code == -EIO || e->code == -ETIMEDOUT || e->code == -ECANCELED ? "Failed" : "Not done";
}

static void error_draw(struct screen *s, const struct canvas *c) {
        const struct error_state *st = s->state;
        canvas_rule(c, 0, error_title(s->error));
        canvas_error(c, 1, s->error, st->causes);
        canvas_cursor(c, 1, 2);
}

static void error_status(const struct screen *s, struct str *out) {
        const struct error_state *st = s->state;
        bool causes = s->error->cause && !st->causes;
        str_add(out, error_of_job(s)       ? "Enter closes this; w goes to the job that holds the host."
                     : causes && st->asker ? "Enter closes this; e shows the causes, l the log."
                     : causes            ? "Enter closes this; e shows the causes."
                     : st->asker         ? "Enter closes this; l shows the log."
                                         : "Enter closes this.");
}

static bool error_can(const struct screen *s, enum action action) {
        const struct error_state *st = s->state;
        switch (action) {
        case ACTION_LOG: return st->asker;
        case ACTION_CAUSES: return s->error->cause;
        case ACTION_WATCH: return error_of_job(s);
        default: return true;
        }
}

static bool error_act(struct screen *s, enum action action) {
        struct error_state *st = s->state;
        switch (action) {
        case ACTION_CAUSES:
                st->causes = !st->causes;
                return true;
        case ACTION_LOG: {
                struct screen *asker = st->asker;
                screen_close(s);
                screen_act(asker, ACTION_LOG);
                return true;
        }
        case ACTION_WATCH:
                screen_close(s);
                screen_act(screen_home(s), ACTION_WATCH);
                return true;
        case ACTION_OPEN:
                screen_close(s);
                return true;
        default: return false;
        }
}

static const struct screen_class error_screen = {
        .name = "error",
        .title = "Error",
        .size = sizeof(struct error_state),
        .overlay = true,
        .bindings = (const struct binding[]){ { KEY_RETURN, ACTION_OPEN, "close" },
                                              { 'w', ACTION_WATCH },
                                              { 'e', ACTION_CAUSES },
                                              { 'l', ACTION_LOG },
                                              {} },
        .open = error_open,
        .draw = error_draw,
        .status = error_status,
        .rows = dialog_error_rows,
        .can = error_can,
        .act = error_act,
};

void dialog_error(struct ui *ui, struct error *e) {
        _cleanup_error_ struct error *owned = e;
        if (owned)
                screen_open(ui, &error_screen, &(const struct error_arg){ owned, NULL });
}

void dialog_error_of(struct screen *asker, struct error *e) {
        _cleanup_error_ struct error *owned = e;
        bool log = asker->class->can && asker->class->can(asker, ACTION_LOG);
        if (owned)
                screen_open(asker->ui, &error_screen, &(const struct error_arg){ owned, log ? asker : NULL });
}
