/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/arguments.h"

#include <errno.h>
#include <string.h>

const struct option_row option_table[_OPTION_MAX] = {
        [OPTION_ALL] = { "all", 'a', NULL, false, "all of them, not only those that offer a system service" },
        [OPTION_ALLOW] = { "allow", 0, "FINDING", true,
                           "go on although this finding (by its id) refuses the plan" },
        [OPTION_ANSWERS] = { "answers", 0, "FILE", false,
                             "take the answers from a JSON object {\"name\": \"value\"}" },
        [OPTION_COMPLETION] = { "completion", 0, NULL, false, "print a completion for bash" },
        [OPTION_CONSENT] = { "consent", 0, "HASH", false,
                             "consent to the plan with this hash (plan --json: consent), and to no other" },
        [OPTION_CONTAINER] = { "container", 0, NULL, false,
                               "stop the container (by its STOP label where it has one), not the unit" },
        [OPTION_DETACH] = { "detach", 0, NULL, false, "print the job's id and return; the job goes on" },
        [OPTION_DIFF] = { "diff", 0, NULL, false, "show what changed inside text files" },
        [OPTION_DISPLAY] = { "display", 0, NULL, false, "print the command and run nothing" },
        [OPTION_ENGINE_SOCKET] = { "engine-socket", 0, "PATH", false,
                                   "talk to the container engine at this socket" },
        [OPTION_FOLLOW] = { "follow", 'f', NULL, false, "go on with new lines as they come" },
        [OPTION_GROUPS] = { "groups", 0, NULL, false, "the names are those of groups" },
        [OPTION_HELP] = { "help", 'h', NULL, false, "this text" },
        [OPTION_IF_INTERRUPTED] = { "if-interrupted", 0, "ask|resume|rollback", false,
                                    "what the job does by itself when the host comes up again in the middle "
                                    "of it (ask)" },
        [OPTION_IMAGE] = { "image", 0, "REF", false, "the reference that stands for IMAGE" },
        [OPTION_JSON] = { "json", 0, NULL, false, "print JSON (data/json.md)" },
        [OPTION_LABELS] = { "labels", 0, "FILE", false,
                            "take the labels from a JSON file instead of an image" },
        [OPTION_LINES] = { "lines", 'n', "N", false, "begin with the newest N lines (1000)" },
        [OPTION_MANUAL] = { "manual", 0, NULL, false, "print the manual page" },
        [OPTION_MODE] = { "mode", 0, "M", false, "the mode of the image's profile" },
        [OPTION_NAME] = { "name", 'N', "N", false, "the service's name (the image's last word)" },
        [OPTION_OPT1] = { "opt1", 0, "S", false, "words for $OPT1 of the label" },
        [OPTION_OPT2] = { "opt2", 0, "S", false, "words for $OPT2" },
        [OPTION_OPT3] = { "opt3", 0, "S", false, "words for $OPT3" },
        [OPTION_PLAIN] = { "plain", 0, NULL, false, "ask and tell line by line, without a screen" },
        [OPTION_PRIORITY] = { "priority", 'p', "0-7", false, "only lines this urgent or more" },
        [OPTION_PROFILE] = { "profile", 0, "P", false, "how to draw: basic, normal or rich" },
        [OPTION_REPLACE] = { "replace", 'r', NULL, false, "remove a stopped container of this name first" },
        [OPTION_SECRET] = { "secret", 0, "P=@FILE|P=-", true,
                            "a secret parameter, from a file or from standard input" },
        [OPTION_SET] = { "set", 0, "P=V", true, "answer a parameter, or set a variable of the label" },
        [OPTION_SINCE] = { "since", 0, "WHEN", false, "only lines of the last WHEN: 30s, 10min, 2h, 3d" },
        [OPTION_VERSION] = { "version", 0, NULL, false, "print the version" },
        [OPTION_YES] = { "yes", 'y', NULL, false, "consent to the plan without being asked" },
};

void arguments_done(struct arguments *a) {
        for (size_t i = 0; i < _OPTION_MAX; i++)
                strv_free(a->values[i]);
        strv_free(a->words);
        strv_free(a->rest);
        *a = (struct arguments) {};
}

const char *argument_value(const struct arguments *a, enum option_id id) {
        size_t n = strv_length(a->values[id]);
        return n ? a->values[id][n - 1] : NULL;
}

static int find_long(const char *name, size_t n, unsigned long long takes) {
        for (int i = 0; i < _OPTION_MAX; i++)
                if (takes & TAKES(i) && strlen(option_table[i].name) == n &&
                    strncmp(option_table[i].name, name, n) == 0)
                        return i;
        return -1;
}

static int find_letter(char letter, unsigned long long takes) {
        for (int i = 0; i < _OPTION_MAX; i++)
                if (takes & TAKES(i) && option_table[i].letter == letter)
                        return i;
        return -1;
}

/* value: the text in the same word, or NULL: the next word. *i moves on when that is used. */
static int keep_value(int argc, char **argv, int *i, int id, const char *value, struct arguments *a,
                      struct error **reterr) {
        const struct option_row *row = &option_table[id];
        if (!row->argument && value)
                return error_set(reterr, -EINVAL, "--%s takes no value", row->name);
        if (row->argument && !value) {
                if (*i + 1 >= argc)
                        return error_set(reterr, -EINVAL, "--%s needs a value (%s)", row->name,
                                         row->argument);
                value = argv[++*i];
        }
        a->given[id] = true;
        if (value && strv_add(&a->values[id], value) < 0)
                return error_set(reterr, -ENOMEM, "Out of memory");
        return 0;
}

static int arguments_read_option(int argc, char **argv, int *i, unsigned long long takes, struct arguments *a,
                                 struct error **reterr) {
        const char *word = argv[*i], *value = NULL;
        int id;
        if (word[1] == '-') {
                size_t n = strcspn(word + 2, "=");
                id = find_long(word + 2, n, takes);
                if (word[2 + n] == '=')
                        value = word + 2 + n + 1;
        } else {
                id = find_letter(word[1], takes);
                if (word[2])
                        value = word[2] == '=' ? word + 3 : word + 2;
        }
        if (id < 0)
                return error_set(reterr, -EINVAL, "There is no option %s here", word);
        return keep_value(argc, argv, i, id, value, a, reterr);
}

int arguments_read(int argc, char **argv, int from, unsigned long long takes, bool stop_at_word,
                   struct arguments *ret, int *ret_next, struct error **reterr) {
        int i;
        for (i = from; i < argc; i++) {
                const char *word = argv[i];
                if (strcmp(word, "--") == 0) {
                        ret->divided = true;
                        for (i++; i < argc; i++)
                                if (strv_add(&ret->rest, argv[i]) < 0)
                                        return error_set(reterr, -ENOMEM, "Out of memory");
                        break;
                }
                if (word[0] == '-' && word[1]) {
                        int r = arguments_read_option(argc, argv, &i, takes, ret, reterr);
                        if (r < 0)
                                return r;
                        continue;
                }
                if (stop_at_word)
                        break;
                if (strv_add(&ret->words, word) < 0)
                        return error_set(reterr, -ENOMEM, "Out of memory");
        }
        if (ret_next)
                *ret_next = i;
        return 0;
}
