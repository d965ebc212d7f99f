/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/verb.h"

const char *const exit_status_texts[_EXIT_STATUS_MAX] = {
        [EXIT_DONE] = "done",
        [EXIT_FAILED] = "failed",
        [EXIT_USAGE] = "usage",
        [EXIT_REFUSED] = "refused by a finding or missing consent",
        [EXIT_NOT_FOUND] = "not found",
        [EXIT_BUSY] = "busy",
};

const char *const verb_group_titles[_VERB_GROUP_MAX] = {
        [GROUP_INSTALL] = "Images and installing",
        [GROUP_SERVICES] = "Services",
        [GROUP_UNITS] = "Units of systemd",
        [GROUP_JOBS] = "Jobs",
        [GROUP_REALM] = "Realm",
};

char *exit_status_text(void) {
        struct str s = {};
        for (int i = 0; i < _EXIT_STATUS_MAX; i++)
                str_addf(&s, "%s%d %s", i ? ", " : "", i, exit_status_texts[i]);
        return str_take(&s);
}

unsigned long long verb_takes(const struct verb *verb) {
        return verb->takes | (verb->json ? TAKES(OPTION_JSON) : 0);
}

static char **verb_operands(const struct verb *verb) {
        return strv_split(verb->operands ? verb->operands : "", " ");
}

char *verb_operand(const struct verb *verb, size_t place) {
        _cleanup_strv_ char **list = verb_operands(verb);
        size_t n = strv_length(list);
        if (n == 0 || (place >= n && !strstr(list[n - 1], "…")))
                return NULL;
        const char *operand = list[place < n ? place : n - 1];
        operand += *operand == '[';
        return strndup(operand, strcspn(operand, "]\xe2")); /* E2 begins "…" */
}

int verb_check_words(const struct verb *verb, const struct arguments *a, struct error **reterr) {
        _cleanup_strv_ char **list = verb_operands(verb);
        size_t n = strv_length(a->words), most = strv_length(list);
        if (n < most && list[n][0] != '[') {
                _cleanup_free_ char *missing = verb_operand(verb, n);
                return error_set(reterr, -EINVAL, "Missing argument: %s", missing);
        }
        if (n > most && !(most && strstr(list[most - 1], "…")))
                return error_set(reterr, -EINVAL, "Unexpected argument: \"%s\"", a->words[most]);
        if (a->divided && !verb->rest)
                return error_set(reterr, -EINVAL, "fairlead %s takes nothing after --", verb->name);
        if (verb->rest && verb->rest[0] != '[' && !a->rest)
                return error_set(reterr, -EINVAL, "Missing argument: -- %s", verb->rest);
        return 0;
}

char **verb_synopsis(const struct verb *verb) {
        char **ret = NULL;
        strv_addf(&ret, "fairlead %s", verb->name);
        for (int i = 0; i < _OPTION_MAX; i++) {
                const struct argument_row *row = &option_table[i];
                if (!(verb_takes(verb) & TAKES(i)))
                        continue;
                _cleanup_free_ char *words = option_words(row);
                strv_addf(&ret, "[%s]%s", words, row->several ? "…" : "");
        }
        _cleanup_strv_ char **operands = verb_operands(verb);
        strv_extend(&ret, operands);
        if (verb->rest)
                strv_addf(&ret, verb->rest[0] == '[' ? "[-- %.*s]" : "-- %.*s",
                          (int) strcspn(verb->rest, "]") - (verb->rest[0] == '['),
                          verb->rest + (verb->rest[0] == '['));
        return ret;
}
