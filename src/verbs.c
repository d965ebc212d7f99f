/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/verbs/verbs.h"

#include "base/nearest.h"

const struct verb *const verb_table[] = {
        &images_verb,
        &catalog_verbs[CATALOG_LIST],
        &catalog_verbs[CATALOG_CHECK],
        &show_verb,
        &lint_verb,
        &plan_verb_row,
        &rehearse_verb,
        &install_verb,
        &adopt_verb,

        &services_verb,
        &status_verb,
        &logs_verb,
        &changes_verb,
        &upgrade_verb,
        &reconfigure_verb,
        &uninstall_verb,
        &run_verb_row,
        &exec_verb,
        &shims_verb,

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
        &unit_action_verbs[VERB_UNIT_EDIT],
        &unit_action_verbs[UNIT_KILL],
        &unit_action_verbs[UNIT_FREEZE],
        &unit_action_verbs[UNIT_THAW],

        &jobs_verb,
        &attach_verb,
        &cancel_verb,
        &resume_verb,
        &rollback_verb,
        &prune_verb,

        &realm_verbs[REALM_DISCOVER],
        &check_verb,
        &join_verb,
        &realm_verbs[REALM_STATUS],
        &realm_verbs[REALM_TEST],
        &realm_verbs[REALM_PERMIT],
        &realm_verbs[REALM_DENY],
        &realm_verbs[REALM_RENEW],
        &leave_verb,
        NULL,
};

const struct verb *verb_named(const char *name) {
        for (size_t i = 0; verb_table[i]; i++)
                if (strcmp(verb_table[i]->name, name) == 0)
                        return verb_table[i];
        return NULL;
}

/* "discover, status, …": the second words of the verbs that begin so; NULL: no verb of two words does. */
static char *verbs_second_words(const char *first) {
        struct str s = {};
        for (size_t i = 0; verb_table[i]; i++) {
                const char *rest = str_starts(verb_table[i]->name, first);
                if (rest && *rest == ' ')
                        str_addf(&s, "%s%s", s.length ? ", " : "", rest + 1);
        }
        return s.length ? str_take(&s) : NULL;
}

const struct verb *verb_find(char *const *words, size_t *ret_words, struct error **reterr) {
        _cleanup_free_ char *second = verbs_second_words(words[0]);
        if (second && !words[1]) {
                error_set(reterr, -EINVAL, "Missing argument: one of %s", second);
                return NULL;
        }
        _cleanup_free_ char *name = second ? str_printf("%s %s", words[0], words[1]) : strdup(words[0]);
        const struct verb *verb = verb_named(name);
        *ret_words = second ? 2 : 1;
        if (verb)
                return verb;
        _cleanup_free_ char *both = str_printf("%s %s", words[0], words[1] ? words[1] : "");
        struct nearest near = { .word = name }, two = { .word = both };
        for (size_t i = 0; verb_table[i]; i++) {
                nearest_offer(&near, verb_table[i]->name);
                nearest_offer(&two, verb_table[i]->name);
        }
        near = near.best ? near : two;
        _cleanup_free_ char *question = nearest_question(&near);
        error_set(reterr, -EINVAL, "There is no verb \"%s\"%s", name, question);
        return NULL;
}
