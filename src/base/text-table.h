/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Cells of every character, for text_cells() alone: ascending entries of (first character << 2 | cells + 1),
 * each valid up to the next one. Cells: -1, 0, 1, 2. */

#include <stddef.h>
#include <stdint.h>

extern const uint32_t text_table[];
extern const size_t text_table_length;
