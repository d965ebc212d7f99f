/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"

#include "app.h"
#include "base/nearest.h"
#include "cli/host-status.h"
#include "cli/out.h"
#include "cli/session.h"
#include "completion.h"
#include "help.h"
#include "manual.h"
#include "model/finding/finding.h"
#include "model/image/source.h"
#include "plain.h"

static int cli_usage(struct error *e, const struct verb *verb) {
        out_error(e);
        error_free(e);
        out_note("  hint: fairlead %s%s--help\n", verb ? verb->name : "", verb ? " " : "");
        return EXIT_USAGE;
}

static void cli_use_socket(struct session *s, const struct arguments *a) {
        if (!a->given[OPTION_ENGINE_SOCKET])
                return;
        s->engine_socket[0] = argument_value(a, OPTION_ENGINE_SOCKET);
        s->sockets = s->engine_socket;
}

/* A finding that nobody knows allows nothing: mostly its id is mistyped. */
static int cli_check_allowed(const struct arguments *a, struct error **reterr) {
        for (char **id = a->values[OPTION_ALLOW]; id && *id; id++) {
                if (finding_kind(*id) || str_equal(*id, ALLOW_PREFLIGHT))
                        continue;
                struct nearest near = { .word = *id };
                const struct finding_kind *kind;
                for (size_t i = 0; (kind = finding_kind_at(i)); i++)
                        nearest_offer(&near, kind->id);
                nearest_offer(&near, ALLOW_PREFLIGHT);
                _cleanup_free_ char *question = nearest_question(&near);
                return error_set(reterr, -EINVAL, "There is no finding \"%s\"%s", *id, question);
        }
        return 0;
}

/* Paths of sources begin where we are: the host that is asked has no such place. */
static int cli_take_sources(const struct verb *verb, const struct arguments *a, struct error **reterr) {
        _cleanup_free_ char *folder = getcwd(NULL, 0);
        char **lists[] = { verb->operands && strstr(verb->operands, "IMAGE") ? a->words : NULL,
                           a->values[OPTION_FROM], a->values[OPTION_IMAGE] };
        for (size_t i = 0; i < ELEMENTS(lists); i++)
                for (char **word = lists[i]; word && *word; word++) {
                        _cleanup_(source_done) struct source source = {};
                        if (!source_named(*word) && lists[i] != a->values[OPTION_FROM])
                                continue;
                        int r = source_parse(*word, folder, &source, reterr);
                        if (r < 0)
                                return r;
                        free(*word);
                        *word = source_text(&source);
                }
        return 0;
}

static int run_verb(struct session *s, const struct verb *verb, int argc, char **argv, int from) {
        struct error *e = NULL;
        _cleanup_(arguments_done) struct arguments a = {};
        int r = arguments_read(argc, argv, from,
                               verb_takes(verb) | TAKES(OPTION_HELP) | TAKES(OPTION_ENGINE_SOCKET), false, &a,
                               NULL, &e);
        if (r < 0)
                return cli_usage(e, verb);
        if (a.given[OPTION_HELP]) {
                help_print_verb(verb);
                return EXIT_DONE;
        }
        r = verb_check_words(verb, &a, &e);
        r = r < 0 ? r : cli_check_allowed(&a, &e);
        r = r < 0 ? r : cli_take_sources(verb, &a, &e);
        if (r < 0)
                return cli_usage(e, verb);
        s->json = a.given[OPTION_JSON];
        cli_use_socket(s, &a);
        r = session_open(s, &s->error);
        return session_status(s, r < 0 ? r : verb->run(s, verb, &a));
}

static int run_console(struct session *s, const struct arguments *global) {
        if (global->given[OPTION_PLAIN])
                return session_status(s, plain_run(s));
        if (in_is_terminal() && out_is_terminal()) {
                int r = app_run(s, argument_value(global, OPTION_PROFILE));
                if (r != -ENOTSUP)
                        return session_status(s, r);
                out_note("%s: line by line instead, as with --plain.\n", s->error->message);
                s->error = error_free(s->error);
                return session_status(s, plain_run(s));
        }
        out_note("fairlead: The console needs a terminal\n  hint: fairlead --plain, or a verb (fairlead "
                 "--help)\n");
        return EXIT_USAGE;
}

static bool cli_print_only(const struct arguments *global) {
        static const struct {
                enum option_id id;
                void (*print)(void);
        } prints[] = {
                { OPTION_VERSION, help_print_version },
                { OPTION_HELP, help_print },
                { OPTION_MANUAL, manual_print },
                { OPTION_FINDINGS, findings_print },
                { OPTION_TROUBLE, host_status_print_kinds },
        };
        for (size_t i = 0; i < ELEMENTS(prints); i++)
                if (global->given[prints[i].id]) {
                        prints[i].print();
                        return true;
                }
        return false;
}

int cli_main(int argc, char **argv) {
        struct error *e = NULL;
        _cleanup_(arguments_done) struct arguments global = {};
        _cleanup_(session_done) struct session s = {};
        int next;
        if (argc > 1 && str_equal(argv[1], "--complete"))
                return completion_main(argv + 2);
        int r = arguments_read(argc, argv, 1, GLOBAL_OPTIONS, true, &global, &next, &e);
        if (r < 0)
                return cli_usage(e, NULL);
        cli_use_socket(&s, &global);
        if (cli_print_only(&global))
                return EXIT_DONE;
        if (global.given[OPTION_COMPLETION])
                return completion_print(argument_value(&global, OPTION_COMPLETION)) ? EXIT_DONE : EXIT_USAGE;
        if (next >= argc || global.divided)
                return run_console(&s, &global);
        const char *second = argv[next + 1];
        if ((str_equal(second, "--help") || str_equal(second, "-h")) && help_print_family(argv[next]))
                return EXIT_DONE;
        size_t words;
        const struct verb *verb = verb_find(argv + next, &words, &e);
        return !verb ? cli_usage(e, NULL) : run_verb(&s, verb, argc, argv, next + (int) words);
}
