/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads members of a profile; every error has file, line and reason. */

#include "backend/format/internal.h"
#include "model/profile/profile.h"

struct profile_text {
        const char *source;
        const char *text;
        size_t n;
        struct error **reterr;
};

/* "SOURCE:LINE: WHERE: reason"; -EINVAL. where: "parameters[2].type", "" for the whole. */
int profile_wrong(const struct profile_text *t, const char *where, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* "where.key", or "key" at the top. */
char *profile_where(const char *where, const char *key);

/* The member of an object; NULL: absent or null. */
struct json_object *profile_member(struct json_object *o, const char *key);

/* The members of the table's texts, lists and flags into target. Members that no row names, and that do not
 * begin with "x-", are refused; the caller reads rows of JSON_CALL itself. */
int profile_fields(const struct profile_text *t, struct json_object *o, const char *where,
                   const struct json_table *table, void *target);
#define NAMED(path) { path, JSON_CALL }

/* A text of 1 to max bytes without control characters. Absent: *ret stays, or -EINVAL when required. */
int profile_string(const struct profile_text *t, struct json_object *o, const char *where, const char *key,
                   bool required, size_t max, char **ret);

/* A text, or a boolean or whole number as a person would type it ("yes", "no", "514"). */
int profile_value(const struct profile_text *t, struct json_object *o, const char *where, const char *key,
                  char **ret);

/* A list of at most PROFILE_LIST_MAX texts (of at least `least` bytes each). Absent: *ret stays. */
int profile_strings(const struct profile_text *t, struct json_object *o, const char *where, const char *key,
                    size_t least, char ***ret);

/* True or false; a whole number from low to high. Absent: *ret stays. */
int profile_flag(const struct profile_text *t, struct json_object *o, const char *where, const char *key,
                 bool *ret);
int profile_number(const struct profile_text *t, struct json_object *o, const char *where, const char *key,
                   long long low, long long high, long long *ret);

/* Names of modes and parameters: [a-z][a-z0-9-]*, at most 63. */
bool profile_name_valid(const char *name);

/* One parameter; those before it are in profile already. *ret_modes: the modes that "when" names with
 * "mode=". */
int profile_read_param(const struct profile_text *t, struct json_object *o, const char *where,
                       struct profile *profile, char ***ret_modes);
