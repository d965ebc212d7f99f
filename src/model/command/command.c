/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/command/command.h"

#include "model/command/check.h"
#include "model/command/options.h"

static const char *const engine_kind_names[] = {
        [ENGINE_NONE] = "none", [ENGINE_PODMAN] = "podman", [ENGINE_DOCKER] = "docker"
};
DEFINE_NAMES(engine_kind, enum engine_kind)

static const char *const risk_names[] = { [RISK_NONE] = "none", [RISK_NOTE] = "note", [RISK_HIGH] = "high" };
DEFINE_NAMES(risk, enum risk)

static void option_use_done(struct option_use *o) {
        free(o->option);
        free(o->canonical);
        free(o->value);
}

struct command *command_free(struct command *command) {
        if (!command)
                return NULL;
        strv_free(command->argv);
        free(command->subcommand);
        for (size_t i = 0; i < command->n_options; i++)
                option_use_done(&command->options[i]);
        free(command->options);
        for (size_t i = 0; i < command->n_mounts; i++)
                mount_done(&command->mounts[i]);
        free(command->mounts);
        for (size_t i = 0; i < command->n_privileges; i++)
                free(command->privileges[i].what);
        free(command->privileges);
        free(command->name);
        free(command);
        return NULL;
}

/* ---- which program ---- */

/* The base name of the first word, by POSIX without trailing slashes (real labels say "/usr/bin/docker/"). */
static enum engine_kind engine_named(const char *word) {
        size_t n = strlen(word);
        while (n > 0 && word[n - 1] == '/')
                n--;
        const char *slash = n > 0 ? memrchr(word, '/', n) : NULL;
        const char *base = slash ? slash + 1 : word;
        n -= (size_t) (base - word);
        if (n == 6 && memcmp(base, "podman", n) == 0)
                return ENGINE_PODMAN;
        return n == 6 && memcmp(base, "docker", n) == 0 ? ENGINE_DOCKER : ENGINE_NONE;
}

/* ---- options ---- */

static char *const *command_words(const struct reading *r) {
        return r->command->argv;
}

/* Takes the strings of o, also on failure. */
static int take_option(struct reading *r, struct option_use *o) {
        struct command *c = r->command;
        struct option_use *bigger = NULL;
        if (o->option && o->canonical)
                bigger = xreallocarray(c->options, c->n_options + 1, sizeof *bigger);
        if (!bigger) {
                option_use_done(o);
                return -ENOMEM;
        }
        c->options = bigger;
        c->options[c->n_options++] = *o;
        return command_check_option(r, &c->options[c->n_options - 1]);
}

static int report_unknown(struct reading *r, const char *option) {
        char where[FINDING_PLACE_MAX];
        return finding_report(r->findings, "unknown-option", finding_place(where, r->where, r->at + 1),
                              "The option %s is not known", option);
}

/* The value of an option without one in its own word: the next word. */
static int value_of_next_word(struct reading *r, const char *option, struct option_use *o) {
        char where[FINDING_PLACE_MAX];
        const char *next = command_words(r)[r->at + 1];
        if (!next)
                return finding_report(r->findings, "empty-option-value",
                                      finding_place(where, r->where, r->at + 1),
                                      "The option %s has no value: the command ends here", option);
        o->words = 2;
        o->value = xstrdup(next);
        return command_check_swallowed(r, option, next);
}

static int read_long(struct reading *r, const char *word) {
        const char *equals = strchr(word, '=');
        size_t n = equals ? (size_t) (equals - word) : strlen(word);
        const struct option_row *row = option_find(r->table, word, n);
        struct option_use o = { .word = r->at, .words = 1, .option = xstrndup(word, n) };
        int result = 0;

        o.canonical = xstrdup(row ? row->name : o.option ? o.option : "");
        if (!o.option || !o.canonical || (equals && !(o.value = xstrdup(equals + 1))))
                result = -ENOMEM;
        else if (!row && r->table->n > 0)
                result = report_unknown(r, o.option);
        else if (row && row->value && !equals)
                result = value_of_next_word(r, o.option, &o);
        size_t used = o.words;
        if (result < 0) {
                option_use_done(&o);
                return result;
        }
        result = take_option(r, &o);
        r->at += used;
        return result;
}

/* "-dit", "-itv x:y", "-p8080:80", "-t=true": letters; one with a value takes the rest of the word. */
static int read_short(struct reading *r, const char *word) {
        size_t used = 1;
        for (const char *letter = word + 1; *letter; letter++) {
                const struct option_row *row = option_find_letter(r->table, *letter);
                struct option_use o = { .word = r->at, .words = 1 };
                const char *rest = letter[1] == '=' ? letter + 2 : letter + 1;
                bool takes_rest = letter[1] && ((row && row->value) || letter[1] == '=');
                int result = 0;

                /* A letter beyond ASCII must not be cut in two: the rest of the word is the option. */
                if ((unsigned char) *letter >= 0x80) {
                        o.option = str_printf("-%s", letter);
                        takes_rest = true;
                        rest = NULL;
                } else
                        o.option = str_printf("-%c", *letter);
                o.canonical = xstrdup(row ? row->name : o.option ? o.option : "");
                if (!o.option || !o.canonical)
                        result = -ENOMEM;
                else if (!row && r->table->n > 0)
                        result = report_unknown(r, o.option);
                if (result >= 0 && takes_rest && rest) {
                        o.value = xstrdup(rest);
                        result = o.value ? command_check_bundle(r, o.option, letter + 1) : -ENOMEM;
                } else if (result >= 0 && row && row->value)
                        result = value_of_next_word(r, o.option, &o);
                used = o.words;
                if (result < 0) {
                        option_use_done(&o);
                        return result;
                }
                result = take_option(r, &o);
                if (result < 0)
                        return result;
                if (takes_rest)
                        break;
        }
        r->at += used;
        return 0;
}

static int command_read_option(struct reading *r, const char *word) {
        return word[1] == '-' ? read_long(r, word) : read_short(r, word);
}

static bool command_is_option(const char *word) {
        return word[0] == '-' && word[1];
}

/* Options up to the first other word; with between also those after it. */
static int command_read_options(struct reading *r, bool between) {
        const char *word;
        while ((word = command_words(r)[r->at])) {
                if (strcmp(word, "--") == 0) {
                        r->at++;
                        break;
                }
                if (command_is_option(word)) {
                        int result = command_read_option(r, word);
                        if (result < 0)
                                return result;
                        continue;
                }
                if (!between)
                        break;
                if (r->command->operand == 0 && r->subcommand)
                        r->command->operand = r->at;
                r->at++;
        }
        if (r->command->operand == 0 && command_words(r)[r->at] && r->subcommand)
                r->command->operand = r->at;
        return 0;
}

/* ---- the command ---- */

static int read_subcommand(struct reading *r) {
        const char *word = command_words(r)[r->at];
        if (!word)
                return finding_report(r->findings, "missing-subcommand", r->where,
                                      "The engine command has no subcommand");
        if (subcommand_is_group(word) && command_words(r)[r->at + 1] &&
            !command_is_option(command_words(r)[r->at + 1])) {
                const char *second = command_words(r)[r->at + 1];
                /* "podman container run" is "podman run", but "podman image rm" is not "podman rm". */
                r->command->subcommand =
                        str_equal(word, "container") ? xstrdup(second) : str_printf("%s %s", word, second);
                r->at += 2;
        } else {
                r->command->subcommand = xstrdup(word);
                r->at++;
        }
        r->subcommand = subcommand_find(r->command->subcommand);
        if (r->subcommand)
                return 0;
        char where[FINDING_PLACE_MAX];
        return finding_report(r->findings, "unknown-subcommand", finding_place(where, r->where, r->at),
                              "What \"%s\" does is not known", r->command->subcommand);
}

static int read_engine_command(struct reading *r) {
        static const struct option_table none = {};
        r->table = r->command->engine == ENGINE_DOCKER ? &global_options_docker : &global_options_podman;
        r->at = 1;
        int result = command_read_options(r, false);
        if (result < 0 || (result = read_subcommand(r)) < 0 || !r->command->subcommand)
                return result;

        enum operand operand = r->subcommand ? r->subcommand->operand : OPERAND_NONE;
        r->table = !r->subcommand ? &none : operand == OPERAND_IMAGE ? &options_run : &r->subcommand->options;
        r->in_subcommand = true;
        result = command_read_options(r, operand != OPERAND_IMAGE && operand != OPERAND_COMMAND);
        return result < 0 ? result : command_check_whole(r);
}

int command_read(const char *where, char *const *argv, enum engine_kind engine, const char *engine_path,
                 struct command **ret, struct finding_list *findings) {
        _cleanup_command_ struct command *c = xcalloc(1, sizeof *c);
        struct reading r = { .where = where, .command = c, .findings = findings };

        if (!c || !(c->argv = strv_copy(argv)))
                return -ENOMEM;
        if (!c->argv[0]) {
                *ret = TAKE(c);
                return 0;
        }
        c->engine = engine_named(c->argv[0]);
        if (c->engine != ENGINE_NONE && engine != ENGINE_NONE)
                c->engine = engine;
        if (c->engine != ENGINE_NONE && engine_path && str_replace(&c->argv[0], engine_path) < 0)
                return -ENOMEM;
        int result = c->engine == ENGINE_NONE ? command_check_host(&r) : read_engine_command(&r);
        if (result < 0)
                return result;
        command_sort_privileges(c);
        *ret = TAKE(c);
        return 0;
}
