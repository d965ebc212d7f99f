/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shared by json.c and stream.c: strings and brackets are checked against the ceilings before json-c runs. */

#include "backend/format/json.h"

struct json_scan {
        unsigned depth;
        size_t weight;
        bool in_string;
        bool escaped;
};

/* One byte further. 0; -E2BIG with the sentence beyond a ceiling; -EBADMSG for a closing bracket without an
 * opening one. json-c checks whether brackets match. */
int json_scan_step(struct json_scan *scan, char c, const struct json_limits *limits, struct error **reterr);

/* Up to the end of the text or, with `one`, of the outermost bracket that it opens: *ret_used bytes, on
 * failure those before the wrong one. */
int json_scan(struct json_scan *scan, const char *text, size_t n, bool one,
              const struct json_limits *limits, size_t *ret_used, struct error **reterr);

/* For documents within the limits, any number of them in turn. */
struct json_tokener *json_tokener_for(const struct json_limits *limits);
/* Of a text that was scanned. */
int json_tokenize(struct json_tokener *tokener, const char *text, size_t n, struct json_object **ret,
                  unsigned *ret_line, struct error **reterr);
