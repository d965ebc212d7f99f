/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values of backend/format/json.h: a tree in a few pieces of memory, which grows while a document is read
 * and goes as a whole. */
#include "backend/format/internal.h"

#define PIECE_BYTES (16U * 1024)

struct json_piece {
        struct json_piece *next;
        size_t room;
        _Alignas(max_align_t) char bytes[];
};

void *json_tree_take(struct json_tree *tree, size_t n) {
        n = (n + sizeof(void *) - 1) / sizeof(void *) * sizeof(void *);
        if (!tree->pieces || n > tree->pieces->room - tree->used) {
                size_t room = n > PIECE_BYTES ? n : PIECE_BYTES;
                struct json_piece *piece = xreallocarray(NULL, 1, sizeof *piece + room);
                *piece = (struct json_piece){ .next = tree->pieces, .room = room };
                tree->pieces = piece;
                tree->used = 0;
        }
        void *taken = tree->pieces->bytes + tree->used;
        tree->used += n;
        return taken;
}

void json_tree_clear(struct json_tree *tree, bool keep_one) {
        while (tree->pieces && (tree->pieces->next || !keep_one)) {
                struct json_piece *next = tree->pieces->next;
                free(tree->pieces);
                tree->pieces = next;
        }
        tree->used = 0;
        tree->root = (struct json_value){};
}

struct json_value *json_value_free(struct json_value *value) {
        if (!value)
                return NULL;
        struct json_tree *tree = container_of(value, struct json_tree, root);
        json_tree_clear(tree, false);
        free(tree);
        return NULL;
}

static struct json_value *value_or_null(struct json_value *value) {
        return value && value->shape != SHAPE_NULL ? value : NULL;
}

struct json_value *json_member_n(const struct json_value *o, const char *name, size_t n) {
        struct json_value *found = NULL;
        for (struct json_value *v = json_is(o, SHAPE_OBJECT) ? o->first : NULL; v; v = v->next)
                if (v->name == name || (*v->name == *name && strncmp(v->name, name, n) == 0 && !v->name[n]))
                        found = v;
        return value_or_null(found);
}

struct json_value *json_member(const struct json_value *o, const char *name) {
        return json_member_n(o, name, strlen(name));
}

struct json_value *json_entry(const struct json_value *list, size_t i) {
        struct json_value *v = json_is(list, SHAPE_LIST) ? list->first : NULL;
        while (v && i-- > 0)
                v = v->next;
        return value_or_null(v);
}

const char *json_text(const struct json_value *value) {
        return json_is(value, SHAPE_TEXT) && !value->has_nul ? value->text : NULL;
}

int64_t json_integer(const struct json_value *value) {
        if (!json_is(value, SHAPE_INTEGER))
                return 0;
        /* Without the care that strtoll() takes, where 18 digits and a sign cannot be too many. */
        const char *digit = value->text + (*value->text == '-');
        if (value->n > 18)
                return strtoll(value->text, NULL, 10);
        int64_t n = 0;
        for (; *digit; digit++)
                n = n * 10 + (*digit - '0');
        return *value->text == '-' ? -n : n;
}

const char *json_typed(const struct json_value *value) {
        if (json_is(value, SHAPE_BOOLEAN))
                return value->truth ? "yes" : "no";
        return json_is(value, SHAPE_TEXT) || json_is(value, SHAPE_INTEGER) ? value->text : NULL;
}

const char *json_type_words(const struct json_value *value) {
        static const char *const words[] = {
                [SHAPE_NULL] = "nothing",
                [SHAPE_BOOLEAN] = "true or false",
                [SHAPE_INTEGER] = "a number",
                [SHAPE_FRACTION] = "a number",
                [SHAPE_TEXT] = "a text",
                [SHAPE_LIST] = "a list",
                [SHAPE_OBJECT] = "an object",
        };
        return words[value ? value->shape : SHAPE_NULL];
}

unsigned json_line_of(const char *text, size_t offset) {
        unsigned line = 1;
        for (size_t i = 0; i < offset; i++)
                line += text[i] == '\n';
        return line;
}

unsigned json_line_at(const struct json_value *o, const char *text, const char *path) {
        while (o && *path) {
                path += *path == '.';
                bool entry = *path == '[';
                size_t n = entry ? strcspn(path, "]") : strcspn(path, ".[");
                const struct json_value *next = entry ? json_entry(o, strtoul(path + 1, NULL, 10))
                                                      : json_member_n(o, path, n);
                if (!next)
                        break;
                o = next;
                path += n;
                path += *path == ']';
        }
        return o ? json_line_of(text, o->end) : 1;
}
