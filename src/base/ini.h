/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Values of files of sections: sssd.conf, smb.conf, ipa's default.conf, sysrestore.state, read as their tools
 * read them; and an exact edit. */

/* The value of a key ("key = value", blanks trimmed) in a section, the last one where it stands twice;
 * section NULL: in any. NULL: there is none, or it is empty. The caller frees. */
char *ini_value(const char *text, const char *section, const char *key);

/* A copy of text in which the key of the section has this value, and has it once; NULL: it is not there any
 * more. Every other byte stays as it is: a new key goes behind the last line of the section, a new section to
 * the end. The caller frees; NULL: out of memory. */
char *ini_set(const char *text, const char *section, const char *key, const char *value);
