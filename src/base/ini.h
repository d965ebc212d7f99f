/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Values of files with sections (sssd.conf, smb.conf, ipa's default.conf, sysrestore.state), read as their
 * tools read them, and an exact edit. */

#include <stdbool.h>

/* The value of a key ("key = value", blanks trimmed) in a section (NULL: any); of several the last one. NULL:
 * not found or empty, or no text. The caller frees. */
char *ini_value(const char *text, const char *section, const char *key);

/* A copy of text in which the key of the section has this value exactly once, or is removed (value NULL).
 * Every other byte stays: a new key goes after the last line of the section, a new section to the end. The
 * caller frees. */
char *ini_set(const char *text, const char *section, const char *key, const char *value);

/* A line that says something: a key of a section ("": before the first), a section (key and value NULL), or
 * what is neither (wrong, value: the line). Lent. */
struct ini_line {
        unsigned number; /* from 1 */
        const char *section, *key, *value;
        bool wrong;
};
void ini_each(const char *text, void (*line)(const struct ini_line *line, void *userdata), void *userdata);
