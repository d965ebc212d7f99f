/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The rows of model/realm/failure.h; the last one is "reason unknown". */

#include "model/realm/failure.h"

extern const struct failure failure_rows[];
extern const size_t failure_rows_n;
