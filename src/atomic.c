/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "atomic.h"

#include "atomic-words.h"
#include "cli.h"
#include "cli/out.h"
#include "cli/verb.h"

bool atomic_called(const char *argv0) {
        const char *slash = argv0 ? strrchr(argv0, '/') : NULL;
        return argv0 && strcmp(slash ? slash + 1 : argv0, "atomic") == 0;
}

/* The value of -n X, -n=X, --name X or --name=X at argv[i]; *ret_words: how many words it took. */
static const char *name_option(int argc, char **argv, int i, int *ret_words) {
        static const char *const options[] = { "--name", "-n" };
        for (size_t k = 0; k < ELEMENTS(options); k++) {
                const char *rest = str_starts(argv[i], options[k]);
                if (rest && *rest == '=') {
                        *ret_words = 1;
                        return rest + 1;
                }
                if (rest && !*rest && i + 1 < argc) {
                        *ret_words = 2;
                        return argv[i + 1];
                }
        }
        return NULL;
}

struct translated {
        char **options; /* ours */
        char **operands;
        char **arguments; /* the user's words after the image */
        const char *name;
};

static void translated_done(struct translated *t) {
        STRV_FREE_ALL(t->options, t->operands, t->arguments);
}

static void sort_words(int argc, char **argv, int from, struct translated *t) {
        for (int i = from; i < argc; i++) {
                int words = 0;
                const char *name = t->operands ? NULL : name_option(argc, argv, i, &words);
                if (t->operands) /* after the image all words are the command's own */
                        strv_add(&t->arguments, argv[i]);
                else if (name)
                        t->name = name;
                else if ((words = atomic_drop(argv[i])) > 0)
                        ;
                else if (argv[i][0] == '-' && argv[i][1]) {
                        strv_add(&t->options, argv[i]);
                        if (STR_IN_SET(argv[i], "--opt1", "--opt2", "--opt3", "--set") && i + 1 < argc)
                                strv_add(&t->options, argv[++i]);
                } else
                        strv_add(&t->operands, argv[i]);
                i += words ? words - 1 : 0;
        }
}

static char **atomic_build(const struct atomic_verb *tr, const struct translated *t) {
        char **ret = NULL;
        strv_add(&ret, "fairlead");
        strv_add(&ret, tr->ours);
        if (tr->option)
                strv_add(&ret, tr->option);
        strv_extend(&ret, t->options);
        if (tr->name_from_image && t->name)
                strv_add(&ret, t->name);
        else {
                if (t->name)
                        strv_addf(&ret, "--name=%s", t->name);
                strv_extend(&ret, t->operands);
        }
        if (t->arguments) {
                strv_add(&ret, "--");
                strv_extend(&ret, t->arguments);
        }
        return ret;
}

int atomic_main(int argc, char **argv) {
        const struct atomic_verb *tr = argc > 1 ? atomic_find(argv[1]) : NULL;
        if (!tr) {
                out_note("atomic: this is fairlead's stand-in for the atomic tool; it knows install, run, "
                         "stop, uninstall, info and images\n"
                         "  hint: fairlead --help\n");
                return EXIT_USAGE;
        }
        _cleanup_(translated_done) struct translated t = {};
        sort_words(argc, argv, 2, &t);
        _cleanup_strv_ char **words = atomic_build(tr, &t);
        return cli_main((int) strv_length(words), words);
}
