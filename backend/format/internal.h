/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* JSON of things that stand inside several of the shapes of emit.h. Objects are the caller's. */

#include "backend/format/json.h"
#include "model/finding/finding.h"
#include "model/image/label-changes.h"
#include "model/param/param.h"

/* [{"id", "severity", "where", "message", "hint", "allowed"}] (emit.c) */
struct json_object *findings_array(const struct finding_list *findings);

/* {"name": {"value", "source"}}, and back: adds to answers, -EINVAL with a sentence (service_json.c) */
struct json_object *answers_object(const struct answers *answers);
int answers_read(struct json_object *value, const char *where, struct answers *answers,
                 struct error **reterr);

/* {"RUN": "podman run …"} (emit.c), and back (service_json.c) */
struct json_object *labels_object(const struct label *labels, size_t n);
int labels_read(struct json_object *value, const char *where, struct label_list *labels,
                struct error **reterr);

/* OPT1-3: a list of three, null where there is none, and back (service_json.c) */
struct json_object *opt_array(char *const opt[static 3]);
int opt_read(struct json_object *value, const char *where, char *opt[static 3], struct error **reterr);
