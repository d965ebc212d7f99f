/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "backend/format/json.h"

/* Adds a value that was read, as JSON without blanks; texts have no escapes but of quotes and backslashes. */
void json_show(struct str *out, const struct json_value *value);
