/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/command/internal.h"

static const char *const engine_kind_names[] = {
        [ENGINE_NONE] = "none", [ENGINE_PODMAN] = "podman", [ENGINE_DOCKER] = "docker"
};
DEFINE_NAMES(engine_kind, enum engine_kind)

static const char *const risk_names[] = { [RISK_NONE] = "none", [RISK_NOTE] = "note", [RISK_HIGH] = "high" };
DEFINE_NAMES(risk, enum risk)

struct command *command_free(struct command *command) {
        if (!command)
                return NULL;
        strv_free(command->argv);
        free(command->subcommand);
        for (size_t i = 0; i < command->n_options; i++)
                FREE_ALL(command->options[i].option, command->options[i].canonical,
                         command->options[i].value);
        free(command->options);
        for (size_t i = 0; i < command->n_mounts; i++)
                mount_done(&command->mounts[i]);
        free(command->mounts);
        for (size_t i = 0; i < command->n_privileges; i++)
                free(command->privileges[i].what);
        FREE_ALL(command->privileges, command->name, command->origins, command);
        return NULL;
}

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

/* Podman takes most of its global options behind the subcommand as well ("podman run --runtime=crun"). */
static const struct option_row *find_long(const struct reading *r, const char *name, size_t n) {
        const struct option_row *row = option_find(r->table, name, n), *global = NULL;
        if (r->in_subcommand && command_engine_bit(r) == HAS_PODMAN && r->table->n > 0 &&
            !(row && (row->engines & HAS_PODMAN)))
                global = option_find(&global_options_podman, name, n);
        return global && (global->engines & HAS_ANYWHERE) ? global : row;
}

static void add_option_use(struct reading *r, const struct option_use *o, const struct option_row *row) {
        struct command *c = r->command;
        room_for_one((void **) &c->options, c->n_options, sizeof *c->options);
        c->options[c->n_options++] = *o;
        if (row)
                command_check_option(r, &c->options[c->n_options - 1], row);
}

/* Takes option. The rest is read as if the nearest one had been written: one fault is one finding. */
static void take_unknown(struct reading *r, char *option, const char *value) {
        const struct option_row *meant = command_check_unknown(r, option);
        const char *next = r->command->argv[r->at + 1];
        struct option_use o = { .option = option,
                                .canonical = xstrdup(option),
                                .value = xstrdup(value),
                                .word = r->at,
                                .words = 1 };
        if (meant && meant->value && !value && next) {
                o.words = 2;
                o.value = xstrdup(next);
        }
        if (meant && o.value && str_equal(meant->name, "--name"))
                str_replace(&r->command->name, o.value);
        add_option_use(r, &o, NULL);
}

/* Takes option. value: in the option's own word; NULL: where its row wants one, it is the next word. */
static void take_option(struct reading *r, char *option, const struct option_row *row, const char *value) {
        const char *next = r->command->argv[r->at + 1];
        if (!row && r->table->n > 0) {
                take_unknown(r, option, value);
                return;
        }
        struct option_use o = { .option = option,
                                .canonical = xstrdup(row ? row->name : option),
                                .value = xstrdup(value),
                                .word = r->at,
                                .words = 1 };
        if (row && row->value && !value && next) {
                o.words = 2;
                o.value = xstrdup(next);
                command_check_swallowed(r, option, next);
        } else if (row && row->value && !value)
                command_report(r, r->at, "empty-option-value",
                               "The option %s has no value: the command ends here", option);
        add_option_use(r, &o, row);
}

static void read_long(struct reading *r, const char *word) {
        size_t n = strcspn(word, "=");
        take_option(r, xstrndup(word, n), find_long(r, word, n), word[n] ? word + n + 1 : NULL);
}

/* Not an option, whatever it is meant to be. */
static void take_whole(struct reading *r, const char *word) {
        size_t n = strcspn(word, "=");
        take_unknown(r, xstrndup(word, n), word[n] ? word + n + 1 : NULL);
}

/* "-name": its letters are not options, but with another hyphen it is one. */
static bool lacks_hyphen(const struct reading *r, const char *word) {
        _cleanup_free_ char *whole = str_printf("-%.*s", (int) strcspn(word, "="), word);
        return word[2] && !option_find_letter(r->table, word[1]) &&
               option_find(r->table, whole, strlen(whole));
}

/* "-dit", "-itv x:y", "-p8080:80", "-t=true": letters; one with a value takes the rest of the word. */
static void read_short(struct reading *r, const char *word) {
        if (lacks_hyphen(r, word)) {
                take_whole(r, word);
                return;
        }
        for (const char *letter = word + 1; *letter; letter++) {
                /* A letter beyond ASCII must not be cut in two: the rest of the word is the option. */
                bool foreign = (unsigned char) *letter >= 0x80;
                const struct option_row *row = option_find_letter(r->table, *letter);
                char *option = foreign ? str_printf("-%s", letter) : str_printf("-%c", *letter);
                const char *value = NULL;
                if (!foreign && letter[1] && ((row && row->value) || letter[1] == '='))
                        value = letter[1] == '=' ? letter + 2 : letter + 1;
                if (value)
                        command_check_bundle(r, option, letter + 1);
                take_option(r, option, row, value);
                if (foreign || value || (!row && r->table->n > 0))
                        return;
        }
}

/* The bytes of a dash that is no hyphen, as typesetting programs put it for two of them, or 0. */
static size_t dash_length(const char *word) {
        static const char *const dashes[] = { "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212" };
        for (size_t i = 0; i < ELEMENTS(dashes); i++)
                if (str_starts(word, dashes[i]))
                        return strlen(dashes[i]);
        return 0;
}

static void command_read_option(struct reading *r, const char *word) {
        if (dash_length(word))  /* the engine takes it for its image */
                take_whole(r, word);
        else if (word[1] == '-')
                read_long(r, word);
        else
                read_short(r, word);
        r->at += r->command->options[r->command->n_options - 1].words;
}

static bool command_is_option(const char *word) {
        return (word[0] == '-' && word[1]) || dash_length(word);
}

/* Options up to the first other word; with between also those after it. */
static void command_read_options(struct reading *r, bool between) {
        const char *word;
        while ((word = r->command->argv[r->at])) {
                if (strcmp(word, "--") == 0) {
                        r->at++;
                        break;
                }
                if (command_is_option(word)) {
                        command_read_option(r, word);
                        continue;
                }
                if (!between)
                        break;
                if (r->command->operand == 0 && r->subcommand)
                        r->command->operand = r->at;
                r->at++;
        }
        if (r->command->operand == 0 && r->command->argv[r->at] && r->subcommand)
                r->command->operand = r->at;
}

/* ---- the command ---- */

static void read_subcommand(struct reading *r) {
        const char *word = r->command->argv[r->at], *second = word ? r->command->argv[r->at + 1] : NULL;
        if (!word) {
                finding_report(r->findings, "missing-subcommand", r->source->where,
                               "The engine command has no subcommand");
                return;
        }
        r->at++;
        if (STR_IN_SET(word, "container", "image") && second && !command_is_option(second)) {
                /* "podman container run" is "podman run", but "podman image rm" is not "podman rm". */
                r->command->subcommand =
                        str_equal(word, "container") ? xstrdup(second) : str_printf("%s %s", word, second);
                r->at++;
        } else
                r->command->subcommand = xstrdup(word);
        r->subcommand = subcommand_find(r->command->subcommand);
        if (!r->subcommand)
                command_report(r, r->at - 1, "unknown-subcommand", "What \"%s\" does is not known",
                               r->command->subcommand);
}

static void read_engine_command(struct reading *r) {
        static const struct option_table none = {};
        r->table = r->command->engine == ENGINE_DOCKER ? &global_options_docker : &global_options_podman;
        r->at = 1;
        command_read_options(r, false);
        read_subcommand(r);
        if (!r->command->subcommand)
                return;

        enum operand operand = r->subcommand ? r->subcommand->operand : OPERAND_NONE;
        r->table = !r->subcommand ? &none : operand == OPERAND_IMAGE ? &options_run : &r->subcommand->options;
        r->in_subcommand = true;
        command_read_options(r, operand != OPERAND_IMAGE && operand != OPERAND_COMMAND);
        command_check_whole(r);
}

static void reading_done(struct reading *r) {
        for (size_t i = 0; i < r->n_targets; i++)
                FREE_ALL(r->targets[i].path, r->targets[i].what);
        free(r->targets);
}

struct command *command_read_from(const struct command_source *source, char *const *argv,
                                  struct finding_list *findings) {
        struct command *c = new0(struct command);
        _cleanup_(reading_done) struct reading r = { .source = source, .command = c, .findings = findings };
        size_t n = strv_length(argv);

        c->argv = strv_copy(argv);
        if (source->origins && n > 0) {
                c->origins = xreallocarray(NULL, n, sizeof *c->origins);
                memcpy(c->origins, source->origins, n * sizeof *c->origins);
        }
        if (n == 0)
                return c;
        c->engine = engine_named(c->argv[0]);
        if (c->engine == ENGINE_NONE) {
                command_check_host(&r);
                return c;
        }
        if (source->engine != ENGINE_NONE)
                c->engine = source->engine;
        if (source->engine_path)
                str_replace(&c->argv[0], source->engine_path);
        read_engine_command(&r);
        return c;
}

struct command *command_read(const char *where, char *const *argv, enum engine_kind engine,
                             const char *engine_path, struct finding_list *findings) {
        struct command_source source = { .where = where, .engine = engine, .engine_path = engine_path };
        return command_read_from(&source, argv, findings);
}
