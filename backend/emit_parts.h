/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* JSON of things that stand inside several of the shapes of emit.h. Objects are the caller's. */

#include "backend/json.h"
#include "model/finding.h"
#include "model/param.h"

/* [{"id", "severity", "where", "message", "hint", "allowed"}] (emit.c) */
struct json_object *findings_array(const struct finding_list *findings);

/* {"name": {"value", "source"}}, and back: adds to answers, -EINVAL with a sentence (service_json.c) */
struct json_object *answers_object(const struct answers *answers);
int answers_read(struct json_object *value, const char *where, struct answers *answers, struct error **reterr);
