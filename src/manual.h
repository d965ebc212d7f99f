/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Documents printed from the tables that the program itself works by: verbs, options, screens, keys, actions,
 * findings. meson.build runs the program to make them. */

/* fairlead(8) as man(7) source, to standard output. */
void manual_print(void);

/* All findings there are, in Markdown, to standard output. */
void findings_print(void);
