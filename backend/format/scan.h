/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What both readers of backend/format/json.h need before json-c sees a byte: where strings and brackets are,
 * counted against the ceilings. Only for json.c and json_stream.c. */

#include <stdbool.h>
#include <stddef.h>

#include "backend/format/json.h"

struct json_scan {
        unsigned depth;
        size_t weight;
        bool in_string;
        bool escaped;
};

/* One byte further. 0; -E2BIG with the sentence when a ceiling is passed; -EBADMSG for a closing bracket
 * without an opening one. Whether brackets match is json-c's matter. */
int json_scan_step(struct json_scan *scan, char c, const struct json_limits *limits, struct error **reterr);
