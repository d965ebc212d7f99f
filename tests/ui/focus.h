/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Braille displays and screen readers follow the hardware cursor, so it stands on what has the focus after every paint:
 * which kinds of places a screen may give it is a row of a table here, and the cells around it must be of that kind. */

#include "ui/internal.h"

/* After a paint: what is wrong with the place of the cursor; NULL: nothing. The caller frees. */
char *focus_complaint(const struct ui *ui);
