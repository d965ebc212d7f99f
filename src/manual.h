/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Documents printed from the program's own tables: verbs, options, screens, keys, actions, findings.
 * meson.build runs the program to generate them. */

/* fairlead(8) as man(7) source, to standard output. */
void manual_print(void);

/* All findings, in Markdown, to standard output. */
void findings_print(void);
