/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The verbs: one file each that ends in one const struct verb or an array of them; src/verbs.c lists them.
 * src/cli.c opens the session before it runs one. */

#include "cli/session.h"
#include "cli/verb.h"
#include "model/image/image.h"
#include "model/service/service.h"

enum realm_verb {
        REALM_DISCOVER,
        REALM_STATUS,
        REALM_TEST,
        REALM_PERMIT,
        REALM_DENY,
        REALM_RENEW,
        _REALM_VERB_MAX,
};

enum catalog_verb {
        CATALOG_LIST,
        CATALOG_CHECK,
        _CATALOG_VERB_MAX,
};

extern const struct verb adopt_verb, attach_verb, cancel_verb, changes_verb, check_verb, exec_verb,
        images_verb, install_verb, jobs_verb, join_verb, leave_verb, lint_verb, logs_verb, plan_verb_row,
        prune_verb, reconfigure_verb, rehearse_verb, resume_verb, rollback_verb, run_verb_row,
        services_verb, shims_verb, show_verb, status_verb, uninstall_verb, units_verb, upgrade_verb;
#define VERB_UNIT_EDIT _UNIT_ACTION_MAX /* behind the actions: edit */
extern const struct verb unit_action_verbs[VERB_UNIT_EDIT + 1];
extern const struct verb realm_verbs[_REALM_VERB_MAX];
extern const struct verb catalog_verbs[_CATALOG_VERB_MAX];

/* The end of a rehearsal: its changes, as a follow_end_t (rehearse.c). */
struct job;
int rehearse_show_changes(struct session *s, const struct job *job, const struct arguments *a);

/* The preflight of a join as `join` with these arguments would run it (check --image; join.c). */
int join_check(struct session *s, const struct arguments *a, struct preflight **ret, struct error **reterr);
