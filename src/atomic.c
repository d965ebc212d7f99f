/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "atomic.h"

#include <errno.h>
#include <string.h>

#include "cli.h"
#include "cli/out.h"
#include "cli/verb.h"

/* What atomic calls -n or --name, --display and so on; options that have no meaning here are accepted where
 * units in the field carry them. */
struct translation {
        const char *theirs;     /* their verb */
        const char *ours;
        const char *option;     /* one that is added, or NULL */
        bool name_from_image;   /* `atomic stop --name=X IMAGE`: units still write both words
                                 * (reference/sssd-container.md section 2); the   name wins */
};

static const struct translation translations[] = {
        { "install", "install", NULL, false },
        { "run", "run", NULL, false },
        /* A unit's ExecStop= must stop the container: stopping the unit from within it would wait for itself.
         */
        { "stop", "stop", "--container", true },
        { "uninstall", "uninstall", NULL, true },
        { "info", "show", NULL, false },
        { "images", "images", NULL, false },
};

/* Accepted and dropped: they choose what fairlead decides otherwise. With a value: the next word goes too. */
static const struct {
        const char *option;
        bool value;
} dropped[] = {
        { "-q", false }, { "--quiet", false }, { "-d", false }, { "--spc", false }, { "-i",
          false }, { "--ignore", false },
        { "-f", false }, { "--force", false }, { "--storage", true }, { "--debug", false },
};

bool atomic_called(const char *argv0) {
        const char *slash = argv0 ? strrchr(argv0, '/') : NULL;
        return argv0 && strcmp(slash ? slash + 1 : argv0, "atomic") == 0;
}

static const struct translation *atomic_find(const char *theirs) {
        for (size_t i = 0; theirs && i < ELEMENTS(translations); i++)
                if (strcmp(translations[i].theirs, theirs) == 0)
                        return &translations[i];
        return NULL;
}

/* How many words of a dropped option stand at argv[0]; 0: it is none. */
static int atomic_drop(const char *word) {
        for (size_t i = 0; i < ELEMENTS(dropped); i++) {
                const char *rest = str_starts(word, dropped[i].option);
                if (rest && !*rest)
                        return dropped[i].value ? 2 : 1;
                if (rest && *rest == '=' && dropped[i].value)
                        return 1;
        }
        return 0;
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
        char **options;         /* ours */
        char **operands;
        char **arguments;       /* what follows the image: the user's words */
        const char *name;
};

static void translated_done(struct translated *t) {
        strv_free(t->options);
        strv_free(t->operands);
        strv_free(t->arguments);
}

static int sort_words(int argc, char **argv, int from, struct translated *t) {
        int r = 0;
        for (int i = from; i < argc && r >= 0; i++) {
                int words = 0;
                if (strv_length(t->operands) > 0) {             /* after the image all words are the
                                                                 * command's own */
                        r = strv_add(&t->arguments, argv[i]);
                        continue;
                }
                const char *name = name_option(argc, argv, i, &words);
                if (name) {
                        t->name = name;
                        i += words - 1;
                } else if ((words = atomic_drop(argv[i])) > 0)
                        i += words - 1;
                else if (argv[i][0] == '-' && argv[i][1]) {
                        r = strv_add(&t->options, argv[i]);
                        bool takes_next = str_equal(argv[i], "--opt1") || str_equal(argv[i], "--opt2") ||
                                          str_equal(argv[i], "--opt3") || str_equal(argv[i], "--set");
                        if (r >= 0 && takes_next && i + 1 < argc)
                                r = strv_add(&t->options, argv[++i]);
                } else
                        r = strv_add(&t->operands, argv[i]);
        }
        return r;
}

static int atomic_build(const struct translation *tr, const struct translated *t, char ***ret) {
        int r = strv_add(ret, "fairlead");
        if (r >= 0)
                r = strv_add(ret, tr->ours);
        if (r >= 0 && tr->option)
                r = strv_add(ret, tr->option);
        if (r >= 0)
                r = strv_extend(ret, t->options);
        if (tr->name_from_image && t->name)
                r = r < 0 ? r : strv_add(ret, t->name);
        else {
                if (r >= 0 && t->name)
                        r = strv_addf(ret, "--name=%s", t->name);
                if (r >= 0)
                        r = strv_extend(ret, t->operands);
        }
        if (r >= 0 && t->arguments) {
                r = strv_add(ret, "--");
                if (r >= 0)
                        r = strv_extend(ret, t->arguments);
        }
        return r;
}

int atomic_main(int argc, char **argv) {
        const struct translation *tr = argc > 1 ? atomic_find(argv[1]) : NULL;
        if (!tr) {
                out_note("atomic: this is fairlead's stand-in for the atomic tool; it knows install, run, "
                         "stop, uninstall, info and images\n"
                         "  try: fairlead --help\n");
                return EXIT_USAGE;
        }
        _cleanup_(translated_done) struct translated t = {};
        _cleanup_strv_ char **words = NULL;
        int r = sort_words(argc, argv, 2, &t);
        if (r >= 0)
                r = atomic_build(tr, &t, &words);
        if (r < 0) {
                out_note("atomic: Out of memory\n");
                return EXIT_FAILED;
        }
        return cli_main((int) strv_length(words), words);
}
