/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/verbs/verbs.h"

#include <stddef.h>
#include <string.h>

const struct verb *const verb_table[] = {
        &images_verb,
        &show_verb,
        &lint_verb,
        &plan_verb_row,
        &rehearse_verb,
        &install_verb,
        &upgrade_verb,
        &uninstall_verb,
        &run_verb_row,
        &exec_verb,
        &services_verb,
        &status_verb,
        &changes_verb,
        &logs_verb,
        &units_verb,
        &unit_action_verbs[UNIT_START],
        &unit_action_verbs[UNIT_STOP],
        &unit_action_verbs[UNIT_RESTART],
        &unit_action_verbs[UNIT_RELOAD],
        &unit_action_verbs[UNIT_ENABLE],
        &unit_action_verbs[UNIT_DISABLE],
        &unit_action_verbs[UNIT_MASK],
        &unit_action_verbs[UNIT_UNMASK],
        &unit_action_verbs[UNIT_RESET_FAILED],
        &realm_verb,
        &check_verb,
        &join_verb,
        &leave_verb,
        &jobs_verb,
        &attach_verb,
        &cancel_verb,
        &resume_verb,
        &rollback_verb,
        NULL,
};

const struct verb *verb_find(const char *name) {
        for (size_t i = 0; verb_table[i]; i++)
                if (strcmp(verb_table[i]->name, name) == 0)
                        return verb_table[i];
        return NULL;
}
