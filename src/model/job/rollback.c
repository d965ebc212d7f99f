/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/job/rollback.h"

#include "base/text.h"

#define LATER_NAMED 3U

/* What each kind of job leaves behind when it is rolled back; NULL: it cannot be. */
static const char *const rollback_meanings[_PLAN_VERB_MAX] = {
        [VERB_INSTALL] = "%s is not installed any more: its unit is stopped and removed, and every file that "
                         "the install changed is restored.",
        [VERB_UNINSTALL] = "%s is installed again: its files, its unit and its record are restored.",
        [VERB_UPGRADE] = "%s has its former image, answers and unit again, every file that the upgrade "
                         "changed is restored, and it is restarted.",
        [VERB_RECONFIGURE] = "%s has its former answers and unit again, every file that the job changed is "
                             "restored, and it is restarted.",
        [VERB_ADOPT] = "%s is no service any more: the unit or container that it was made of is as it was "
                       "before.",
        [VERB_ACCESS] = "Who may log in is as before; %s is restarted.",
        [VERB_ENABLE] = "%s does not start at boot, as before.",
        [VERB_EDIT] = "The former settings of %s come back, from its next start on.",
        [VERB_DISABLE] = "%s starts at boot, as before.",
};

bool rollback_fits(const struct job *job) {
        return job->state == JOB_DONE && rollback_meanings[job->verb];
}

/* Whether it came after the job and its changes are on the host. */
static bool rollback_is_later(const struct job *job, const struct job *other) {
        return other->state == JOB_DONE && strcmp(other->id, job->id) > 0 && rollback_meanings[other->verb];
}

/* It has the record of the service in its hands: what the first one left is not there any more. */
static bool rollback_builds_on(const struct job *job, const struct job *other) {
        return rollback_is_later(job, other) && str_equal(job->name, other->name) &&
               STR_IN_SET(plan_verb_name(other->verb), "install", "uninstall", "upgrade", "reconfigure",
                          "adopt");
}

int rollback_check(const struct job *job, const struct job_list *all, struct error **reterr) {
        for (size_t i = 0; i < all->n; i++) {
                const struct job *other = all->items[i];
                if (!rollback_builds_on(job, other))
                        continue;
                error_set(reterr, -ESTALE, "A later job has built on it: the %s of %s",
                          plan_verb_name(other->verb), other->name);
                return error_hint(reterr, "Roll that one back first: %s", other->id);
        }
        return 0;
}

char *rollback_text(const struct job *job, const struct job_list *all) {
        _cleanup_str_ struct str out = {};
        size_t later = 0;
        _cleanup_strv_ char **named = NULL;
        /* each has one %s */
        const char *meaning = rollback_meanings[job->verb], *name = strstr(meaning, "%s");
        str_addf(&out, "%.*s%s%s", (int) (name - meaning), meaning, job->name ? job->name : "The service",
                 name + 2);
        str_add(&out, " Files that were changed since then stay as they are, and are listed.");
        for (size_t i = 0; i < all->n; i++) {
                const struct job *other = all->items[i];
                if (!rollback_is_later(job, other))
                        continue;
                if (later++ < LATER_NAMED)
                        strv_addf(&named, "%s %s", plan_verb_name(other->verb), other->name);
        }
        _cleanup_free_ char *names = strv_join(named, ", ");
        if (later > LATER_NAMED)
                str_addf(&out,
                         " Later jobs are done: %s and %zu more. What they changed stays as they left it.",
                         names, later - LATER_NAMED);
        else if (later)
                str_addf(&out,
                         plural(later, " A later job is done: %s. What it changed stays as it left it.",
                                " Later jobs are done: %s. What they changed stays as they left it."),
                         names);
        return str_take(&out);
}
