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

#define JSON_CUTS_MAX 16U

/* Strings and brackets are checked against the ceilings before json-c runs. (json.c, stream.c) */
struct json_scan {
        unsigned depth;
        size_t weight;
        bool in_string;
        bool escaped;

        /* Members of the outermost object that no row of `wanted` names, from the comma before them on; NULL:
         * they are not looked for. Of a long list half of the values are never read. */
        const struct json_table *wanted;
        size_t before; /* bytes of the document in earlier pieces */
        size_t comma;  /* the last one; 0: none */
        size_t quote;  /* before the present member's name */
        bool named, unwanted;
        struct json_cut {
                size_t from, to;
        } cuts[JSON_CUTS_MAX];
        size_t n_cuts;
};

/* One byte further. 0; -E2BIG with the sentence beyond a ceiling; -EBADMSG for a closing bracket without an
 * opening one. json-c checks whether brackets match. */
int json_scan_step(struct json_scan *scan, char c, const struct json_limits *limits, struct error **reterr);

/* Up to the end of the text or, with `one`, of the outermost bracket that it opens: *ret_used bytes, on
 * failure those before the wrong one. */
int json_scan(struct json_scan *scan, const char *text, size_t n, bool one,
              const struct json_limits *limits, size_t *ret_used, struct error **reterr);

/* For documents within the limits, any number of them in turn. */
struct json_tokener *json_tokener_for(const struct json_limits *limits);
/* Of a text that was scanned. */
int json_tokenize(struct json_tokener *tokener, const char *text, size_t n, struct json_object **ret,
                  unsigned *ret_line, struct error **reterr);

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

/* A list of at most PROFILE_LIST_MAX texts of at least so many bytes. */
#define PROFILE_LIST(path, member, bytes) \
        ROW(path, JSON_TEXTS, member, .max = PROFILE_LIST_MAX, .least = bytes)

/* One parameter; those before it are in profile already. (profile-param.c) */
json_item_t profile_read_param;

/* Names of modes and parameters: [a-z][a-z0-9-]*, at most 63, each once. kind: "mode", "parameter"; reserved:
 * not this one, or NULL. */
int profile_check_name(const char *where, const char *kind, const char *name, const char *reserved,
                       bool taken, struct error **reterr);
