/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Rows of tables, JSON of parts of several shapes of emit.h (the pairs are calls of a JSON_CALL row), and
 * what the files that read a profile share. */

#include "backend/format/emit.h"
#include "backend/format/json.h"
#include "backend/format/profiles.h"

/* Rows of a table about the struct T, which is defined just above the table. KNOWN: null where that member is
 * zero. */
#define KNOWN(member) .known = offsetof(T, member), .known_bytes = sizeof(((T *) NULL)->member)
#define ROW(path, kind, member, ...) { path, kind, offsetof(T, member), ##__VA_ARGS__ }
#define TEXT(member) ROW(#member, JSON_TEXT, member)
#define TEXTS(member) ROW(#member, JSON_TEXTS, member)
#define LINE(path, member, bytes, ...) ROW(path, JSON_TEXT, member, .max = bytes, ##__VA_ARGS__)
#define FLAG(member) ROW(#member, JSON_BOOL, member)
#define COUNT(member) ROW(#member, JSON_UINT64, member)
#define TIME(member) ROW(#member, JSON_TIME, member, KNOWN(member))
#define WORD(member, names) ROW(#member, JSON_WORD, member, JSON_NAMES(names))
#define LIST(path, member, n_member, rows, type, ...)                                                    \
        ROW(path, JSON_STRUCTS, member, .count = offsetof(T, n_member), .of = JSON_TABLE(rows, type), \
              ##__VA_ARGS__)
#define PAIR(path, member, word) ROW(path, JSON_CALL, member, .call = word##_read, .make = word##_make)
#define MADE(path, function) { path, JSON_CALL, .make = function }

#define JSON_ROWS_MAX 32U

/* The memory of a document; its root is what json_parse() gives. (value.c) */
struct json_tree {
        struct json_value root;
        struct json_piece *pieces; /* the last one first */
        size_t used;               /* bytes of the last one */
};
/* n bytes, aligned for pointers, until the tree is cleared. */
void *json_tree_take(struct json_tree *tree, size_t n);
void json_tree_clear(struct json_tree *tree, bool keep_one);

/* Where a document that is read by a table has the members of its rows: they need not be searched. */
struct json_rows {
        const struct json_field *fields;
        uint64_t searched;              /* rows that are all the same: of members of a member */
        struct json_value *members[JSON_ROWS_MAX]; /* the last of that name; NULL: absent */
};

/* Finds the tokens of JSON text in pieces of any size, strictly by RFC 8259 but for bytes beyond ASCII, which
 * may be any: whoever keeps a text looks at `foreign`. What it calls returns false to end the work. Texts are
 * without their escapes, not NUL-terminated, and gone after the call. (tokens.c) */
struct json_listener {
        /* a word's shape says what it is, but for "true" and "false" */
        bool (*scalar)(void *userdata, enum json_shape shape, const char *text, size_t n);
        bool (*name)(void *userdata, const char *name, size_t n);
        bool (*opens)(void *userdata, enum json_shape shape); /* refuses what is nested too deep */
        bool (*closes)(void *userdata);
};
#define JSON_DEPTH_MAX 64U

struct json_tokens {
        const struct json_listener *listener;
        void *userdata;
        bool several;           /* values one after the other, else one */
        bool foreign;           /* the last name or text has bytes beyond ASCII in it */
        bool escapes;           /* it had some: only then it can have NUL bytes in it */
        const char *reason;     /* why it is not JSON; NULL: it is so far */

        /* private to tokens.c */
        enum json_token { TOKEN_NONE, TOKEN_TEXT, TOKEN_NUMBER, TOKEN_WORD } token; /* the open one */
        unsigned place, digits, depth;  /* what may stand here; digits that an escape lacks; open brackets */
        bool backslash;                 /* the last byte of the text was one */
        bool objects[JSON_DEPTH_MAX + 2]; /* the kinds of the open brackets */
        struct str kept;                /* the open token as far as it came in earlier pieces */
        size_t before;                  /* bytes of these */
        const char *begin, *at;         /* of this piece */
};
/* false: refused, with the reason, or ended by what it called. Not to be fed again then. */
bool json_tokens_feed(struct json_tokens *t, const char *bytes, size_t n);
bool json_tokens_end(struct json_tokens *t); /* behind the one value */
size_t json_tokens_position(const struct json_tokens *t); /* behind the last token */
void json_tokens_done(struct json_tokens *t);

/* The member whose name has these n bytes. */
struct json_value *json_member_n(const struct json_value *o, const char *name, size_t n);

/* The line, from 1, of a byte of the text. */
unsigned json_line_of(const char *text, size_t offset);

/* A document of this table. -EINVAL with a cause for other text, and this sentence about it. */
int json_parse_struct(const char *text, size_t n, const struct json_limits *limits,
                      const struct json_table *table, void *target, const char *sentence,
                      struct error **reterr);

/* [{"id", "severity", "where", "message", "hint", "allowed"}] (emit.c) */
extern const struct json_field finding_fields[6];

/* struct answers *: {"name": {"value", "source"}}; struct label_list: {"RUN": "podman run …"}; char *[3],
 * OPT1-3: a list of three, null for a missing one (service.c) */
json_make_t answers_make, labels_make, opt_make;
json_item_t answers_read, labels_read, opt_read;

/* as emit_services() and emit_job() print them (service.c, emit.c) */
struct json_object *services_array(const struct service_list *services);
struct json_object *job_object(const struct job *job);

/* A list of at most PROFILE_LIST_MAX texts of at least so many bytes. */
#define PROFILE_LIST(path, member, bytes) \
        ROW(path, JSON_TEXTS, member, .max = PROFILE_LIST_MAX, .least = bytes)

/* One parameter; those before it are in profile already. (profile-param.c) */
json_item_t profile_read_param;

/* Names of modes and parameters: [a-z][a-z0-9-]*, at most 63, each once. kind: "mode", "parameter"; reserved:
 * not this one, or NULL. */
int profile_check_name(const char *where, const char *kind, const char *name, const char *reserved,
                       bool taken, struct error **reterr);
