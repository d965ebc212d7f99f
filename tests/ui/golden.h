/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The golden screens beside a script. */

/* Whether the script's screens are these; 1: no, and the first difference is printed. kind: only those that a terminal of that type was
 * to show (tests/ui/kind.h); NULL: all, and with UPDATE=1 they are written anew. */
int golden_compare(const char *script, const char *actual, const char *kind);
