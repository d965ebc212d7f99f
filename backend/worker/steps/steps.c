/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/worker/step.h"

static const struct step *const steps_usual[_JOB_STEP_MAX] = {
        [STEP_PREPARE] = &prepare_step,
        [STEP_PULL] = &pull_step,
        [STEP_SNAPSHOT] = &snapshot_step,
        [STEP_COMMAND] = &command_step,
        [STEP_CHANGES] = &changes_step,
        [STEP_UNIT] = &unit_step,
        [STEP_RELOAD] = &units_steps[STEP_RELOAD],
        [STEP_ENABLE] = &units_steps[STEP_ENABLE],
        [STEP_START] = &units_steps[STEP_START],
        [STEP_HEALTH] = &health_step,
        [STEP_COMMIT] = &commit_step,
};

/* Rows of these jobs without apply() are the usual ones. */
static const struct step *const steps_special[_PLAN_VERB_MAX] = {
        [VERB_REHEARSE] = &rehearsal_steps[0], [VERB_ACCESS] = &rewrite_steps[0],
        [VERB_RENEW] = &rewrite_steps[0],      [VERB_ENABLE] = &rewrite_steps[0],
        [VERB_DISABLE] = &rewrite_steps[0],    [VERB_ADOPT] = &adopt_steps[0],
        [VERB_EDIT] = &edit_steps[0],
};

const struct step *worker_step(enum plan_verb verb, enum job_step step) {
        const struct step *special = steps_special[verb];
        if (verb == VERB_UNINSTALL && step == STEP_UNIT)
                return &remove_step;
        return special && special[step].apply ? &special[step] : steps_usual[step];
}
