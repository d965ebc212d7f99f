/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "atomic.h"
#include "cli/out.h"
#include "cli/session.h"
#include "config.h"
#include "manual.h"
#include "plain.h"

static void print_options(unsigned long long takes) {
        struct out_table t = { .columns = 2 };
        for (int i = 0; i < _OPTION_MAX; i++) {
                if (!(takes & TAKES(i)))
                        continue;
                const struct option_row *row = &option_table[i];
                char letter[8] = "    ";
                if (row->letter)
                        snprintf(letter, sizeof letter, "-%c, ", row->letter);
                _cleanup_free_ char *cell =
                        str_printf("  %s--%s%s%s", letter, row->name, row->argument ? " " : "",
                                   row->argument ? row->argument : "");
                out_table_row(&t, cell ? cell : "", row->help, NULL);
        }
        out_table_print(&t);
}

#define GLOBAL_OPTIONS                                                                              \
        (TAKES(OPTION_HELP) | TAKES(OPTION_VERSION) | TAKES(OPTION_PLAIN) | TAKES(OPTION_PROFILE) | \
         TAKES(OPTION_ENGINE_SOCKET) | TAKES(OPTION_MANUAL) | TAKES(OPTION_COMPLETION))

void cli_help(void) {
        out("fairlead leads from a container image that packages a system service to a systemd unit on this "
            "host.\n\n"
            "  fairlead                       the console, on a terminal\n"
            "  fairlead VERB …                the same for scripts\n\n");
        struct out_table t = { .columns = 2 };
        for (size_t i = 0; verb_table[i]; i++) {
                _cleanup_free_ char *cell =
                        str_printf("  %s %s", verb_table[i]->name, verb_table[i]->synopsis);
                /* The verb and its first operand are enough here: `fairlead VERB --help` has the rest. */
                if (cell && strlen(cell) > 30)
                        memcpy(cell + 26, " …", sizeof " …");
                out_table_row(&t, cell ? cell : "", verb_table[i]->help, NULL);
        }
        out_table_print(&t);
        out("\n");
        print_options(GLOBAL_OPTIONS);
        out("\nfairlead VERB --help tells more. Exit status: 0 done, 1 failed, 2 usage, 3 refused by a "
            "finding or consent missing,\n"
            "4 not found, 5 busy.\n");
}

void cli_help_verb(const struct verb *verb) {
        out("fairlead %s %s\n\n%s.\n", verb->name, verb->synopsis, verb->help);
        if (verb->details)
                out("\n%s\n", verb->details);
        out("\n");
        print_options(verb->takes | TAKES(OPTION_HELP) | (verb->json ? TAKES(OPTION_JSON) : 0));
}

void cli_version(void) {
        out("fairlead %s\n", VERSION);
}

static int cli_usage(struct error *e, const struct verb *verb) {
        out_error(e);
        error_free(e);
        out_note("  try: fairlead %s%s--help\n", verb ? verb->name : "", verb ? " " : "");
        return EXIT_USAGE;
}

static int cli_check_words(const struct verb *verb, const struct arguments *a, struct error **reterr) {
        size_t n = strv_length(a->words);
        if (n < verb->least)
                return error_set(reterr, -EINVAL, "fairlead %s needs more words: %s", verb->name,
                                 verb->synopsis);
        if (n > verb->most)
                return error_set(reterr, -EINVAL, "fairlead %s does not know what to do with \"%s\"",
                                 verb->name, a->words[verb->most]);
        if (a->divided && !verb->rest)
                return error_set(reterr, -EINVAL, "fairlead %s takes nothing after --", verb->name);
        return 0;
}

static int run_verb(struct session *s, const struct verb *verb, int argc, char **argv, int from) {
        struct error *e = NULL;
        _cleanup_(arguments_done) struct arguments a = {};
        unsigned long long takes = verb->takes | TAKES(OPTION_HELP) | TAKES(OPTION_ENGINE_SOCKET) |
                                   (verb->json ? TAKES(OPTION_JSON) : 0);
        int r = arguments_read(argc, argv, from, takes, false, &a, NULL, &e);
        if (r < 0)
                return cli_usage(e, verb);
        if (a.given[OPTION_HELP]) {
                cli_help_verb(verb);
                return EXIT_DONE;
        }
        r = cli_check_words(verb, &a, &e);
        if (r < 0)
                return cli_usage(e, verb);
        s->json = a.given[OPTION_JSON];
        if (a.given[OPTION_ENGINE_SOCKET]) {
                s->engine_socket[0] = argument_value(&a, OPTION_ENGINE_SOCKET);
                s->sockets = s->engine_socket;
        }
        r = session_open(s, &e);
        return r < 0 ? session_fail(s, e) : verb->run(s, verb, &a);
}

static int run_console(struct session *s, const struct arguments *global) {
        if (global->given[OPTION_PLAIN])
                return plain_run(s);
        if (in_is_terminal() && out_is_terminal())
                return app_run(s, argument_value(global, OPTION_PROFILE));
        out_note("fairlead: The console needs a terminal\n  try: fairlead --plain, or fairlead --help for "
                 "what it does in scripts\n");
        return EXIT_USAGE;
}

/* The options that print something and are done. */
static bool print_only(const struct arguments *global) {
        static const struct {
                enum option_id id;
                void (*print)(void);
        } prints[] = {
                { OPTION_VERSION, cli_version },
                { OPTION_HELP, cli_help },
                { OPTION_MANUAL, manual_print },
                { OPTION_COMPLETION, completion_print },
        };
        for (size_t i = 0; i < ELEMENTS(prints); i++)
                if (global->given[prints[i].id]) {
                        prints[i].print();
                        return true;
                }
        return false;
}

int cli_main(int argc, char **argv) {
        if (atomic_called(argv[0]))
                return atomic_main(argc, argv);
        struct error *e = NULL;
        _cleanup_(arguments_done) struct arguments global = {};
        _cleanup_(session_done) struct session s = {};
        int next;
        int r = arguments_read(argc, argv, 1, GLOBAL_OPTIONS, true, &global, &next, &e);
        if (r < 0)
                return cli_usage(e, NULL);
        if (global.given[OPTION_ENGINE_SOCKET]) {
                s.engine_socket[0] = argument_value(&global, OPTION_ENGINE_SOCKET);
                s.sockets = s.engine_socket;
        }
        if (print_only(&global))
                return EXIT_DONE;
        if (next >= argc || global.divided)
                return run_console(&s, &global);
        const struct verb *verb = verb_find(argv[next]);
        if (!verb) {
                error_set(&e, -EINVAL, "There is no verb \"%s\"", argv[next]);
                return cli_usage(e, NULL);
        }
        return run_verb(&s, verb, argc, argv, next + 1);
}
