/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/widgets/field.h"

#include "base/text.h"
#include "ui/widgets/keys.h"

void field_done(struct field *field) {
        free(field->text);
        *field = (struct field) {};
}

int field_set(struct field *field, const char *text) {
        size_t n = text ? strlen(text) : 0;
        if (n > FIELD_BYTES_MAX)
                return -E2BIG;
        char *copy = xstrdup(text ? text : "");
        free(field->text);
        *field = (struct field) { .text = copy, .length = n, .at = n };
        return 0;
}

const char *field_text(const struct field *field) {
        return field->text ? field->text : "";
}

static size_t field_before(const struct field *field, size_t at) {
        if (!at)
                return 0;
        do
                at--;
        while (at && ((unsigned char) field->text[at] & 0xc0) == 0x80);
        return at;
}

static size_t field_after(const struct field *field, size_t at) {
        unsigned unused;
        return at < field->length ? at + text_decode(field->text + at, field->length - at, &unused) : at;
}

static void field_cut(struct field *field, size_t from, size_t to) {
        if (from >= to || !field->text)
                return;
        memmove(field->text + from, field->text + to, field->length - to + 1);
        field->length -= to - from;
        field->at = from;
}

/* Only printable text: no controls, no bidi or zero-width characters from a clipboard. */
static bool field_takes(int key) {
        return key >= ' ' && key < KEY_NAMED && text_cells((unsigned) key) > 0;
}

static void field_insert(struct field *field, int key) {
        char bytes[4];
        size_t n = text_encode(bytes, (unsigned) key);
        if (field->length + n > FIELD_BYTES_MAX)
                return;
        char *text = field->text = xreallocarray(field->text, field->length + n + 1, 1);
        memmove(text + field->at + n, text + field->at, field->length - field->at);
        memcpy(text + field->at, bytes, n);
        field->length += n;
        field->at += n;
        text[field->length] = '\0';
}

bool field_key(struct field *field, int key) {
        if (field->fresh && field_takes(key))
                field_cut(field, 0, field->length);
        field->fresh = false;
        switch (key) {
        case KEY_CURSOR_LEFT:
        case KEY_CTRL('B'):
                field->at = field->text ? field_before(field, field->at) : 0;
                return true;
        case KEY_CURSOR_RIGHT:
        case KEY_CTRL('F'):
                field->at = field_after(field, field->at);
                return true;
        case KEY_TO_FIRST:
        case KEY_CTRL('A'):
                field->at = 0;
                return true;
        case KEY_TO_LAST:
        case KEY_CTRL('E'):
                field->at = field->length;
                return true;
        case KEY_ERASE:
                if (field->text)
                        field_cut(field, field_before(field, field->at), field->at);
                return true;
        case KEY_DELETE:
                if (field->text)
                        field_cut(field, field->at, field_after(field, field->at));
                return true;
        case KEY_CTRL('U'):
                field_cut(field, 0, field->at);
                return true;
        case KEY_CTRL('K'):
                field_cut(field, field->at, field->length);
                return true;
        case KEY_CTRL('W'): {
                size_t from = field->at;
                while (from && field->text[from - 1] == ' ')
                        from--;
                while (from && field->text[from - 1] != ' ')
                        from--;
                field_cut(field, from, field->at);
                return true;
        }
        default:
                if (!field_takes(key))
                        return false;
                field_insert(field, key);
                return true;
        }
}

bool field_secret_key(struct secret *secret, int key) {
        char bytes[4];
        size_t n = secret->length;
        switch (key) {
        case KEY_ERASE:
                while (n > 0 && ((unsigned char) secret->bytes[--n] & 0xc0) == 0x80)
                        ;
                explicit_bzero(secret->bytes + n, secret->length - n);
                secret->length = n;
                return true;
        case KEY_CTRL('U'):
                secret_wipe(secret);
                return true;
        default:
                if (!field_takes(key))
                        return false;
                n = text_encode(bytes, (unsigned) key);
                if (secret->length + n <= SECRET_BYTES_MAX) {
                        memcpy(secret->bytes + secret->length, bytes, n);
                        secret->length += n;
                        secret->bytes[secret->length] = '\0';
                }
                explicit_bzero(bytes, sizeof bytes);
                return true;
        }
}

void field_secret_draw(const struct secret *secret, const struct canvas *c, int row, int column, int width,
                       enum style style, char fill, bool cursor) {
        int stars = (int) text_width(secret->bytes);
        if (width < 2)
                return;
        stars = stars < width - 1 ? stars : width - 1;
        canvas_repeat(c, row, column, stars, style, '*');
        canvas_repeat(c, row, column + stars, width - stars, style, fill);
        if (cursor)
                canvas_cursor(c, row, column + stars);
}

void field_draw(const struct field *field, const struct canvas *c, int row, int column, int width,
                enum style style, char fill, bool cursor) {
        if (width < 2)
                return;
        const char *text = field_text(field);
        /* Scrolled so that the insertion point and one cell after it are visible. */
        size_t from = 0;
        for (;;) {
                _cleanup_free_ char *before = strndup(text + from, field->at - from);
                if (!before || text_width(before) < (size_t) width || from >= field->at)
                        break;
                from = field_after(field, from);
        }
        int cells = canvas_text(c, row, column, width, style, text + from);
        canvas_repeat(c, row, column + cells, width - cells, style, fill);
        if (cursor) {
                _cleanup_free_ char *before = strndup(text + from, field->at - from);
                canvas_cursor(c, row, column + (before ? (int) text_width(before) : 0));
        }
}
