/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "atomic-words.h"

const struct atomic_verb atomic_verbs[] = {
        { "install", "install", NULL, false },
        { "run", "run", NULL, false },
        /* A unit's ExecStop= must stop the container: a stop of the unit from within it would wait for
         * itself. */
        { "stop", "stop", "--container", true },
        { "uninstall", "uninstall", NULL, true },
        { "info", "show", NULL, false },
        { "images", "images", NULL, false },
        {},
};

const struct atomic_option atomic_dropped[] = {
        { "-q", false },
        { "--quiet", false },
        { "-d", false },
        { "--spc", false },
        { "-i", false },
        { "--ignore", false },
        { "-f", false },
        { "--force", false },
        { "--storage", true },
        { "--debug", false },
        {},
};

const struct atomic_verb *atomic_find(const char *theirs) {
        for (const struct atomic_verb *v = atomic_verbs; theirs && v->theirs; v++)
                if (strcmp(v->theirs, theirs) == 0)
                        return v;
        return NULL;
}

int atomic_drop(const char *word) {
        for (const struct atomic_option *o = atomic_dropped; o->option; o++) {
                const char *rest = str_starts(word, o->option);
                if (rest && !*rest)
                        return o->value ? 2 : 1;
                if (rest && *rest == '=' && o->value)
                        return 1;
        }
        return 0;
}
