/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/ui/focus.h"

#include "base/text.h"
#include "tests/ui/cells.h"

enum place {
        AT_ROW = 1 << 0,        /* the marker of a list's row */
        AT_FIELD = 1 << 1,      /* in a field, on a choice or a box of a form, or behind the label of a finder */
        AT_BUTTON = 1 << 2,     /* the first letter of a button */
        AT_TEXT = 1 << 3,       /* the beginning of a line that is read, or the end of one that is written */
        AT_WORDS = 1 << 4,      /* the first letter of a sentence in the place of rows or text */
        AT_GUEST = 1 << 5,      /* where the command has it, on its own terminal */
};

/* Every screen there is. */
static const struct {
        const char *screen;
        unsigned places;
} table[] = {
        { "menu", AT_ROW },
        { "confirm", AT_BUTTON },
        { "error", AT_WORDS },
        { "palette", AT_FIELD | AT_ROW },
        { "open", AT_FIELD | AT_ROW },
        { "services", AT_ROW | AT_WORDS },
        { "trouble", AT_ROW | AT_WORDS },
        { "images", AT_ROW | AT_WORDS },
        { "catalog", AT_ROW | AT_WORDS },
        { "source", AT_ROW | AT_WORDS },
        { "image", AT_TEXT | AT_WORDS },
        { "trust", AT_TEXT | AT_WORDS },
        { "units", AT_ROW | AT_WORDS },
        { "unit", AT_TEXT | AT_WORDS },
        { "inside", AT_TEXT | AT_WORDS },
        { "dependencies", AT_ROW | AT_WORDS },
        { "edit", AT_FIELD | AT_WORDS },
        { "log", AT_ROW | AT_TEXT | AT_WORDS },
        { "entry", AT_TEXT | AT_WORDS },
        { "jobs", AT_ROW | AT_WORDS },
        { "job", AT_TEXT | AT_WORDS | AT_GUEST },
        { "changes", AT_ROW | AT_TEXT | AT_WORDS },
        { "updates", AT_ROW | AT_WORDS },
        { "update", AT_TEXT | AT_WORDS },
        { "consents", AT_ROW | AT_TEXT | AT_WORDS },
        { "realm", AT_TEXT | AT_WORDS },
        { "logins", AT_ROW | AT_WORDS },
        { "check", AT_ROW | AT_WORDS },
        { "wizard", AT_ROW | AT_FIELD | AT_TEXT | AT_WORDS },
        { "firstboot", AT_FIELD | AT_TEXT | AT_WORDS },
        { "help", AT_TEXT },
};

/* The cells of a row as one text; the caller frees. */
static char *focus_cells(const struct ui *ui, int row, int from, int to) {
        struct str s = {};
        for (int x = from < 0 ? 0 : from; x < to && x < term_columns(ui->term); x++) {
                char text[32];
                enum style style;
                screen_cell(&ui->theme, row, x, text, &style);
                str_add(&s, text);
        }
        str_add(&s, "");
        return str_take(&s);
}

static bool focus_blank(const struct ui *ui, int row, int from, int to) {
        _cleanup_free_ char *cells = focus_cells(ui, row, from, to);
        return !cells[strspn(cells, " ")];
}

static bool focus_reads(const struct ui *ui, int row, int from, const char *text) {
        _cleanup_free_ char *cells = focus_cells(ui, row, from, from + (int) text_width(text));
        return from >= 0 && str_equal(cells, text);
}

/* The rows of the screen that has the focus: an overlay's are below its rule. */
static int focus_top(const struct ui *ui) {
        for (int y = ui->cursor[0]; ui->top->class->overlay && y > 0; y--)
                if (focus_reads(ui, y, 0, "- ") || focus_reads(ui, y, 0, "─ "))
                        return y;
        return 0;
}

/* The row that has the marker, if it is one only; else -1. */
static int focus_marker(const struct ui *ui) {
        int found = -1;
        for (int y = focus_top(ui), rows = term_rows(ui->term); y < rows - 2; y++)
                if (focus_reads(ui, y, 0, ">") && found >= 0)
                        return -1;
                else if (focus_reads(ui, y, 0, ">"))
                        found = y;
        return found;
}

static bool focus_in_field(const struct ui *ui, int y, int x) {
        int marker = focus_marker(ui);
        _cleanup_free_ char *before = focus_cells(ui, y, 0, x), *behind = focus_cells(ui, y, x, INT16_MAX);
        /* The choices of one question may have a row each. */
        bool below = marker >= 0 && y > marker && focus_reads(ui, y, x - 1, "(*)") && focus_blank(ui, y, 0, x - 1);
        if (marker == y || below)
                return below || (strrchr(before, '[') && strchr(behind, ']')) || focus_reads(ui, y, x - 1, "(*)");
        return strstr(before, ": ") && focus_blank(ui, y, 0, 2);
}

/* Of a text that grows the last line, with room for what comes; of one that is read a line, or a row of one. Only of a job that runs
 * the first line is waited for. */
static bool focus_in_text(const struct ui *ui, int y, int x) {
        const struct pager *pager = ui->top->pager;
        bool runs = str_equal(ui->top->class->name, "job") && screen_can(ui->top, ACTION_CANCEL);
        if (!pager || (!lines_end(pager->lines) && !runs))
                return false;
        return x == 0 || (pager->follow && focus_blank(ui, y, x, INT16_MAX));
}

static bool focus_is(const struct ui *ui, enum place place) {
        int y = ui->cursor[0], x = ui->cursor[1];
        switch (place) {
        case AT_ROW: return x == 0 && focus_marker(ui) == y;
        case AT_FIELD: return focus_in_field(ui, y, x);
        case AT_BUTTON: return focus_reads(ui, y, x - 3, ">[ ");
        case AT_TEXT: return focus_in_text(ui, y, x);
        case AT_WORDS: return focus_blank(ui, y, 0, x) && !focus_blank(ui, y, x, x + 1);
        case AT_GUEST: return ui->top->class->typing && ui->top->class->typing(ui->top);
        }
        return false;
}

/* The places that this screen has now: rows that are shown have the focus, an empty text none. */
static unsigned focus_places(const struct ui *ui) {
        const struct screen *s = ui->top;
        unsigned places = 0;
        for (size_t i = 0; i < ELEMENTS(table); i++)
                if (str_equal(table[i].screen, s->class->name))
                        places = table[i].places;
        if (s->list && s->list->shown && s->list->drawn && !s->list->passive)
                places &= AT_ROW | AT_FIELD;
        return places;
}

char *focus_complaint(const struct ui *ui) {
        int y = ui->cursor[0], x = ui->cursor[1], real[2];
        screen_cursor(real);
        if (real[0] != y || real[1] != x)
                return str_printf("the terminal has its cursor at %d,%d, not at %d,%d", real[0] + 1, real[1] + 1, y + 1, x + 1);
        if (!frame_fits(ui))
                return y || x ? xstrdup("the cursor is not on the only sentence") : NULL;
        if (ui->ask.asker) {
                _cleanup_free_ char *before = focus_cells(ui, y, 0, x);
                return strncmp(before, ui->ask.label, 4) == 0 && y == term_rows(ui->term) - 2
                               ? NULL
                               : str_printf("the cursor at %d,%d is not behind the question", y + 1, x + 1);
        }
        unsigned places = focus_places(ui);
        if (!places)
                return str_printf("no row of the table in tests/ui/focus.c says where %s has its focus", ui->top->class->name);
        for (unsigned place = 1; place <= AT_GUEST; place <<= 1)
                if (places & place && focus_is(ui, (enum place) place))
                        return NULL;
        _cleanup_free_ char *row = focus_cells(ui, y, 0, INT16_MAX);
        return str_printf("the cursor of %s at %d,%d is on nothing that can have the focus: %s", ui->top->class->name, y + 1,
                          x + 1, row);
}
