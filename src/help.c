/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "help.h"

#include "base/text.h"
#include "cli/out.h"
#include "config.h"

#define HELP_COLUMNS 80

static void help_wrapped(const char *text) {
        _cleanup_strv_ char **lines = text_wrap(text, HELP_COLUMNS);
        for (size_t i = 0; lines && lines[i]; i++)
                out("%s\n", lines[i]);
}

/* A word and its meaning, in two columns; a word that is too wide has a line to itself. */
static void help_row(const char *word, size_t indent, const char *meaning) {
        _cleanup_strv_ char **lines = text_wrap(meaning, HELP_COLUMNS - indent);
        size_t width = text_width(word);
        bool own = width + 2 > indent;
        out("%s%*s", word, (int) (own ? 0 : indent - width), "");
        for (size_t i = 0; lines && lines[i]; i++)
                out(i || own ? "\n%*s%s" : "%*s%s", (int) (i || own ? indent : 0), "", lines[i]);
        out("\n");
}

static void help_options(unsigned long long takes) {
        out("\nOptions:\n");
        for (int i = 0; i < _OPTION_MAX; i++) {
                const struct argument_row *row = &option_table[i];
                if (!(takes & TAKES(i)))
                        continue;
                char letter[] = "-x, ";
                letter[1] = row->letter;
                _cleanup_free_ char *words = option_words(row);
                _cleanup_free_ char *cell = str_printf("  %s%s", row->letter ? letter : "    ", words);
                help_row(cell, 28, row->help);
        }
}

static void help_verb_row(const struct verb *verb) {
        _cleanup_free_ char *cell = str_printf("  %s", verb->name);
        help_row(cell, 18, verb->help);
}

void help_print(void) {
        out("fairlead installs system services from container images and looks after their\nunits.\n\n"
            "  fairlead                   the console, on a terminal\n"
            "  fairlead VERB [OPTION…]    the same for scripts\n");
        for (int group = 0; group < _VERB_GROUP_MAX; group++) {
                out("\n%s:\n", verb_group_titles[group]);
                for (size_t i = 0; verb_table[i]; i++)
                        if ((int) verb_table[i]->group == group)
                                help_verb_row(verb_table[i]);
        }
        help_options(GLOBAL_OPTIONS);
        _cleanup_free_ char *statuses = exit_status_text();
        _cleanup_free_ char *text =
                str_printf("\nExit status: %s.\n\"fairlead VERB --help\" describes a verb.", statuses);
        help_wrapped(text);
}

static void help_synopsis(const struct verb *verb) {
        _cleanup_strv_ char **pieces = verb_synopsis(verb);
        size_t column = 0;
        for (size_t i = 0; pieces[i]; i++) {
                size_t width = text_width(pieces[i]);
                bool breaks = column + 1 + width > HELP_COLUMNS;
                out(breaks ? "\n         %s" : i ? " %s" : "%s", pieces[i]);
                column = (breaks ? 9 : column + (i ? 1 : 0)) + width;
        }
        out("\n");
}

void help_print_verb(const struct verb *verb) {
        help_synopsis(verb);
        out("\n");
        _cleanup_free_ char *sentence = str_printf("%s.", verb->help);
        help_wrapped(sentence);
        if (verb->details) {
                out("\n");
                help_wrapped(verb->details);
        }
        help_options(verb_takes(verb) | TAKES(OPTION_HELP));
}

bool help_print_family(const char *first) {
        bool any = false;
        for (size_t i = 0; verb_table[i]; i++) {
                const char *rest = str_starts(verb_table[i]->name, first);
                if (!rest || *rest != ' ')
                        continue;
                help_verb_row(verb_table[i]);
                any = true;
        }
        return any;
}

void help_print_version(void) {
        out("fairlead %s\n", VERSION);
}
