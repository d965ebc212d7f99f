/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "completion.h"

#include "cli/out.h"
#include "help.h"
#include "model/finding/finding.h"
#include "model/plan/plan.h"

/* The shells ask for candidates and offer files where none exist. Bash divides words at "=" and ":", which
 * occur within ours: words are joined first, and the text before the last one is then removed. */
static const struct {
        const char *shell, *script;
} scripts[] = {
        { "bash",
          "_fairlead() {\n"
          "        local words=() word candidate cut\n"
          "        for word in \"${COMP_WORDS[@]:1:COMP_CWORD}\"; do\n"
          "                if [[ ${#words[@]} -gt 0 && ( $word == [=:]* || ${words[-1]} == *[=:] ) ]]; then\n"
          "                        words[-1]+=$word\n"
          "                else\n"
          "                        words+=(\"$word\")\n"
          "                fi\n"
          "        done\n"
          "        word=${words[-1]}\n"
          "        cut=${word%\"${word##*[=:]}\"}\n"
          "        COMPREPLY=()\n"
          "        while IFS= read -r candidate; do\n"
          "                COMPREPLY+=(\"${candidate#\"$cut\"}\")\n"
          "        done < <(\"$1\" --complete \"${words[@]}\" 2>/dev/null)\n"
          "        [[ ${#COMPREPLY[@]} -ne 1 || $COMPREPLY != *[=@] ]] || compopt -o nospace\n"
          "}\n"
          "complete -o bashdefault -o default -F _fairlead fairlead\n" },
        { "zsh", "#compdef fairlead\n"
                 "_fairlead() {\n"
                 "        local -a candidates\n"
                 "        candidates=(${(f)\"$($words[1] --complete \"${(@)words[2,CURRENT-1]}\" \"$PREFIX\" "
                 "2>/dev/null)\"})\n"
                 "        if (( $#candidates )); then\n"
                 "                compadd -S '' -- ${(M)candidates:#*[=@]}\n"
                 "                compadd -- ${candidates:#*[=@]}\n"
                 "        else\n"
                 "                _files\n"
                 "        fi\n"
                 "}\n"
                 "_fairlead \"$@\"\n" },
        { "fish", "function __fairlead_complete\n"
                  "        set -l words (commandline -opc)\n"
                  "        set -l word (commandline -ct)\n"
                  "        test -n \"$word\"; or set word ''\n"
                  "        set -l candidates ($words[1] --complete $words[2..-1] $word 2>/dev/null)\n"
                  "        if test (count $candidates) -gt 0\n"
                  "                printf '%s\\n' $candidates\n"
                  "        else\n"
                  "                __fish_complete_path $word\n"
                  "        end\n"
                  "end\n"
                  "complete -c fairlead -f -a '(__fairlead_complete)'\n" },
};

bool completion_print(const char *shell) {
        for (size_t i = 0; i < ELEMENTS(scripts); i++)
                if (str_equal(shell ? shell : scripts[0].shell, scripts[i].shell)) {
                        out_text(scripts[i].script);
                        return true;
                }
        return false;
}

/* ---- candidates ---- */

static void completion_add(char ***list, const char *candidate) {
        if (!strv_contains(*list, candidate))
                strv_add(list, candidate);
}

static void completion_add_options(char ***list, unsigned long long takes) {
        for (int i = 0; i < _OPTION_MAX; i++)
                if (takes & TAKES(i)) {
                        _cleanup_free_ char *option = str_printf("--%s", option_table[i].name);
                        completion_add(list, option);
                }
}

/* The words of the table for this place: "realm", or "discover" after it. */
static void completion_add_verbs(char ***list, const char *first) {
        for (size_t i = 0; verb_table[i]; i++) {
                const char *name = verb_table[i]->name, *rest = first ? str_starts(name, first) : name;
                if (!rest || (first && *rest != ' '))
                        continue;
                rest += first != NULL;
                _cleanup_free_ char *word = strndup(rest, strcspn(rest, " "));
                completion_add(list, word);
        }
}

static void completion_add_findings(char ***list) {
        const struct finding_kind *kind;
        for (size_t i = 0; (kind = finding_kind_at(i)); i++)
                if (kind->severity == SEVERITY_BLOCK && !kind->final)
                        completion_add(list, kind->id);
}

static void completion_add_plan_verbs(char ***list) {
        for (int v = 0; v < VERB_OTHER; v++)
                if (verb_named(plan_verb_name(v)))
                        completion_add(list, plan_verb_name(v));
}

/* The candidates for "IMAGE", "SERVICE|JOB", "ask|resume", …; kinds in small letters are the words
 * themselves. */
static void completion_add_kinds(const struct completing *c, const char *kinds, completion_source_t source,
                                 void *userdata, char ***list) {
        _cleanup_strv_ char **each = strv_split(kinds, "[|]");
        for (size_t i = 0; each && each[i]; i++) {
                if (each[i][0] >= 'a' && each[i][0] <= 'z')
                        completion_add(list, each[i]);
                else if (str_equal(each[i], "VERB"))
                        completion_add_plan_verbs(list);
                else if (str_equal(each[i], "FINDING"))
                        completion_add_findings(list);
                else if (str_equal(each[i], "PRIORITY"))
                        for (size_t k = 0; k < PRIORITIES; k++)
                                completion_add(list, priority_names[k]);
                else
                        source(c, each[i], list, userdata);
        }
}

/* The option before the last word that still lacks its value; NULL: none. */
static const struct argument_row *completion_open_option(char *const *words, size_t n,
                                                         unsigned long long takes) {
        const char *value = NULL;
        int id = n < 2 || words[n - 2][0] != '-' ? -1 : argument_option(words[n - 2], takes, &value);
        return id >= 0 && !value && option_table[id].argument ? &option_table[id] : NULL;
}

/* "--mode=for": the candidates, each with the text before the value. */
static void completion_add_joined(struct completing *c, unsigned long long takes, completion_source_t source,
                                  void *userdata, char ***list) {
        const char *value = NULL, *word = c->word;
        int id = argument_option(word, takes, &value);
        if (id < 0 || !option_table[id].argument)
                return;
        _cleanup_strv_ char **values = NULL;
        c->word = value;
        completion_add_kinds(c, option_table[id].argument, source, userdata, &values);
        for (size_t i = 0; values && values[i]; i++)
                strv_addf(list, "%.*s%s", (int) (value - word), word, values[i]);
        c->word = word;
}

static void completion_add_word(struct completing *c, char *const *words, size_t n, unsigned long long takes,
                                completion_source_t source, void *userdata, char ***list) {
        const struct argument_row *open = completion_open_option(words, n, takes);
        if (open)
                completion_add_kinds(c, open->argument, source, userdata, list);
        else if (c->given.divided)
                return;
        else if (c->word[0] == '-' && strchr(c->word, '='))
                completion_add_joined(c, takes, source, userdata, list);
        else if (c->word[0] == '-')
                completion_add_options(list, takes);
        else if (!c->verb)
                completion_add_verbs(list, NULL);
        else {
                _cleanup_free_ char *kinds = verb_operand(c->verb, strv_length(c->given.words));
                if (kinds)
                        completion_add_kinds(c, kinds, source, userdata, list);
        }
}

static void completion_add_after_verb(struct completing *c, char *const *words, size_t n, size_t from,
                                      completion_source_t source, void *userdata, char ***list) {
        unsigned long long takes = verb_takes(c->verb) | TAKES(OPTION_HELP);
        size_t before = n - (completion_open_option(words, n, takes) ? 2 : 1);
        arguments_read((int) before, (char **) words, (int) from, takes, false, &c->given, NULL, NULL);
        completion_add_word(c, words, n, takes, source, userdata, list);
}

static char **completion_filter(char **candidates, const char *word) {
        char **ret = NULL;
        for (size_t i = 0; candidates && candidates[i]; i++)
                if (str_starts(candidates[i], word))
                        completion_add(&ret, candidates[i]);
        return ret;
}

char **completion_candidates(char *const *words, completion_source_t source, void *userdata) {
        size_t n = strv_length(words), verb_words = 0;
        _cleanup_strv_ char **candidates = NULL;
        struct completing c = { .word = n ? words[n - 1] : "" };
        int next = 0;
        int r = arguments_read((int) n - 1, (char **) words, 0, GLOBAL_OPTIONS, true, &c.global, &next, NULL);
        if (r < 0 || next + 1 >= (int) n)
                completion_add_word(&c, words, n, GLOBAL_OPTIONS, source, userdata, &candidates);
        else {
                c.verb = verb_find(words + next, &verb_words, NULL);
                size_t from = (size_t) next + verb_words;
                if (from >= n)
                        completion_add_verbs(&candidates, words[next]);
                else if (c.verb)
                        completion_add_after_verb(&c, words, n, from, source, userdata, &candidates);
        }
        arguments_done(&c.global);
        arguments_done(&c.given);
        return completion_filter(candidates, c.word);
}
