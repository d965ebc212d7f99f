/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/worker/steps/steps.h"

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

static const struct {
        enum plan_verb verb;
        enum job_step step;
        const struct step *row;
} steps_special[] = {
        { VERB_UNINSTALL, STEP_UNIT, &remove_step },
        { VERB_REHEARSE, STEP_SNAPSHOT, &rehearsal_steps[STEP_SNAPSHOT] },
        { VERB_REHEARSE, STEP_CHANGES, &rehearsal_steps[STEP_CHANGES] },
        { VERB_REHEARSE, STEP_COMMIT, &rehearsal_steps[STEP_COMMIT] },
        { VERB_ACCESS, STEP_UNIT, &access_step },
        { VERB_ACCESS, STEP_COMMIT, &update_record_step },
        { VERB_RENEW, STEP_COMMAND, &renew_step },
        { VERB_RENEW, STEP_COMMIT, &update_record_step },
};

const struct step *steps_find(enum plan_verb verb, enum job_step step) {
        for (size_t i = 0; i < ELEMENTS(steps_special); i++)
                if (steps_special[i].verb == verb && steps_special[i].step == step)
                        return steps_special[i].row;
        return steps_usual[step];
}
