/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Values of files of sections: sssd.conf, smb.conf, ipa's default.conf, sysrestore.state. Read only, as their tools read them. */

/* The value of a key ("key = value", blanks trimmed) in a section, the last one where it stands twice; section NULL: in any. NULL: there is
 * none, or it is empty. The caller frees. */
char *ini_value(const char *text, const char *section, const char *key);
