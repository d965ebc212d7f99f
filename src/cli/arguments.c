/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/arguments.h"

#include "base/nearest.h"

const struct argument_row option_table[_OPTION_MAX] = {
        [OPTION_ALL] = { "all", 'a', NULL, false,
                         "all images, not only those that offer a system service" },
        [OPTION_ALL_JOBS] = { "all", 'a', NULL, false, "all jobs that can go" },
        [OPTION_ALL_TROUBLE] = { "all", 'a', NULL, false,
                                 "each line with its id and what to do, those that sleep, and what cannot be "
                                 "looked for here" },
        [OPTION_ALL_USERS] = { "all", 'a', NULL, false, "the whole domain" },
        [OPTION_ALLOW] = { "allow", 0, "FINDING", true,
                           "carry the plan out although this finding (by its id) blocks it" },
        [OPTION_ANSWERS] = { "answers", 0, "FILE", false,
                             "take the answers from a JSON object {\"name\": \"value\"}" },
        [OPTION_BOOT] = { "boot", 'b', "BOOT", false,
                          "only this boot: 0 (the one that runs), -1 (the one before), or its id" },
        [OPTION_COMPLETION] = { "completion", 0, "[bash|zsh|fish]", false,
                                "print the completion of a shell (bash)" },
        [OPTION_CONSENT] = { "consent", 0, "HASH", false,
                             "consent to the plan with this hash (plan --json: consent), and to no other" },
        [OPTION_CONTAINER] = { "container", 0, NULL, false,
                               "stop the container (by its STOP label where it has one), not the unit" },
        [OPTION_DETACH] = { "detach", 0, NULL, false, "print the job's id and return; the job goes on" },
        [OPTION_DIFF] = { "diff", 0, NULL, false, "show what changed inside text files" },
        [OPTION_DISPLAY] = { "display", 0, NULL, false, "print the command and run nothing" },
        [OPTION_ENGINE] = { "engine", 0, "ENGINE=VERSION", false,
                            "with --labels: the engine they are for (podman=5.4, podman=4.3, docker=20.10)" },
        [OPTION_ENGINE_SOCKET] = { "engine-socket", 0, "PATH", false,
                                   "use the container engine at this socket" },
        [OPTION_FINDINGS] = { "findings", 0, NULL, false,
                              "print all findings there are, as a table in Markdown" },
        [OPTION_FOLLOW] = { "follow", 'f', NULL, false, "go on with new lines as they come" },
        [OPTION_FROM] = { "from", 0, "SOURCE", false,
                          "of a registry (docker://HOST/NAME[:TAG]), or of an archive or a layout (oci:PATH, "
                          "oci-archive:PATH, docker-archive:PATH, dir:PATH)" },
        [OPTION_GREP] = { "grep", 'g', "TEXT", false,
                          "only entries with this text, in any case; ~EXPRESSION: a regular expression" },
        [OPTION_GROUPS] = { "groups", 0, NULL, false, "the names are those of groups" },
        [OPTION_HELP] = { "help", 'h', NULL, false, "print this help" },
        [OPTION_IF_INTERRUPTED] = { "if-interrupted", 0, "ask|resume|rollback", false,
                                    "what the job does by itself when the host comes up again in the middle "
                                    "of it (ask)" },
        [OPTION_IMAGE] = { "image", 0, "IMAGE", false,
                           "the image, or the reference that stands for IMAGE in a label" },
        [OPTION_JSON] = { "json", 0, NULL, false, "print JSON" },
        [OPTION_KERNEL] = { "kernel", 'k', NULL, false, "only what the kernel says" },
        [OPTION_LABELS] = { "labels", 0, "FILE", false,
                            "take the labels from a JSON file instead of an image" },
        [OPTION_LINES] = { "lines", 'n', "N", false,
                           "begin with the newest N lines (1000; with --since, --until, --boot or --grep: "
                           "all)" },
        [OPTION_MANUAL] = { "manual", 0, NULL, false, "print the manual page" },
        [OPTION_MODE] = { "mode", 0, "MODE", false, "the mode of the image's profile" },
        [OPTION_NAME] = { "name", 'N', "NAME", false, "the service's name (the image's last word)" },
        [OPTION_OPT1] = { "opt1", 0, "WORDS", false, "words for $OPT1 of the label" },
        [OPTION_OPT2] = { "opt2", 0, "WORDS", false, "words for $OPT2" },
        [OPTION_OPT3] = { "opt3", 0, "WORDS", false, "words for $OPT3" },
        [OPTION_PAGER] = { "pager", 0, NULL, false, "show the lines in $PAGER (less)" },
        [OPTION_PLAIN] = { "plain", 0, NULL, false, "ask and print line by line, without a screen" },
        [OPTION_PRIORITY] = { "priority", 'p', "PRIORITY", false,
                              "only lines this urgent or more: 0 to 7, or emerg, alert, crit, err, warning, "
                              "notice, info, debug" },
        [OPTION_PROFILE] = { "profile", 0, "basic|normal|rich", false, "how the console draws" },
        [OPTION_PROMETHEUS] = { "prometheus", 0, NULL, false,
                                "print metrics for the textfile collector of node_exporter" },
        [OPTION_REALM_KIND] = { "mode", 0, "ad|ipa", false, "the kind of realm that is expected" },
        [OPTION_REMOVE] = { "remove", 0, NULL, false, "take them away again" },
        [OPTION_REMOVE_UNIT] = { "remove-unit", 0, NULL, false,
                                 "remove the unit file, too, if it was edited since the install" },
        [OPTION_REMOVE_VOLUMES] = { "remove-volumes", 0, NULL, false,
                                    "remove the volumes that hold the service's state, too" },
        [OPTION_REPLACE] = { "replace", 'r', NULL, false, "remove a stopped container of this name first" },
        [OPTION_SECRET] = { "secret", 0, "NAME=@FILE|NAME=-", true,
                            "a secret parameter, from a file or from standard input" },
        [OPTION_SET] = { "set", 0, "NAME=VALUE", true, "answer a parameter, or set a variable of the label" },
        [OPTION_SIGNAL] = { "signal", 's', "SIGNAL", false, "the signal to send (TERM): HUP, USR1, 9, …" },
        [OPTION_SLEEP] = { "sleep", 0, "TROUBLE", false,
                           "put a line of trouble (--all has its id) to sleep, --until a date" },
        [OPTION_SINCE] = { "since", 0, "WHEN", false,
                           "only lines since then: \"2026-11-29 10:00\", 10:00, 2h (ago), yesterday" },
        [OPTION_TROUBLE] = { "trouble", 0, NULL, false,
                             "print all kinds of trouble and their thresholds, as a table in Markdown" },
        [OPTION_UNTIL] = { "until", 0, "WHEN", false, "only lines until then" },
        [OPTION_UNTIL_DATE] = { "until", 0, "DATE", false,
                                "with --sleep: this day, 2026-12-24, or for so many days, 3d" },
        [OPTION_USER] = { "user", 0, "USER", false,
                          "units of this user's manager, by name or UID, in place of the system's" },
        [OPTION_VERSION] = { "version", 0, NULL, false, "print the version" },
        [OPTION_VOLUMES] = { "volumes", 0, NULL, false,
                             "remove the volumes, too, that an uninstall kept: the state in them is lost" },
        [OPTION_WAKE] = { "wake", 0, "TROUBLE", false, "wake a line of trouble that sleeps" },
        [OPTION_WATCH] = { "watch", 0, NULL, false,
                           "go on, and print it again when something changes" },
        [OPTION_WITHDRAW] = { "withdraw", 'x', NULL, false, "take the names off the lists, each by itself" },
        [OPTION_WRITE] = { "write", 0, "FILE", false, "write it to this new file instead" },
        [OPTION_YES] = { "yes", 'y', NULL, false, "consent without being asked" },
};

char *option_words(const struct argument_row *row) {
        return str_printf("--%s%s%s", row->name, row->argument ? " " : "",
                          row->argument ? row->argument : "");
}

void arguments_done(struct arguments *a) {
        for (size_t i = 0; i < _OPTION_MAX; i++)
                strv_free(a->values[i]);
        STRV_FREE_ALL(a->words, a->rest);
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

/* One of the few words that the option takes, as its row has it; NULL: none. The caller frees. */
static char *arguments_choose(const struct argument_row *row, const char *value, struct error **reterr) {
        _cleanup_strv_ char **words = strv_split(row->argument, "[|]");
        struct nearest near = { .word = value };
        for (char **word = words; *word; word++) {
                if (str_equal_nocase(*word, value))
                        return xstrdup(*word);
                nearest_offer(&near, *word);
        }
        _cleanup_free_ char *question = nearest_question(&near), *all = strv_join(words, ", ");
        error_set(reterr, -EINVAL, "--%s is one of %s, not \"%s\"%s", row->name, all, value, question);
        return NULL;
}

/* value: from the same word; NULL: the next word is the value, and *i advances. */
static int keep_value(int argc, char **argv, int *i, int id, const char *value, struct arguments *a,
                      struct error **reterr) {
        const struct argument_row *row = &option_table[id];
        if (!row->argument && value)
                return error_set(reterr, -EINVAL, "--%s takes no value", row->name);
        if (row->argument && !value && *i + 1 < argc)
                value = argv[++*i];
        if (row->argument && !value && row->argument[0] != '[')
                return error_set(reterr, -EINVAL, "--%s needs a value (%s)", row->name, row->argument);
        a->given[id] = true;
        if (!value)
                return 0;
        bool choice = strchr(row->argument, '|') && !strchr(row->argument, '=');
        char *kept = choice ? arguments_choose(row, value, reterr) : xstrdup(value);
        if (!kept)
                return -EINVAL;
        strv_take(&a->values[id], kept);
        return 0;
}

static int arguments_unknown(const char *word, unsigned long long takes, struct error **reterr) {
        _cleanup_free_ char *name = strndup(word + 2, strcspn(word + 2, "="));
        struct nearest near = { .word = name };
        for (int i = 0; word[1] == '-' && i < _OPTION_MAX; i++)
                if (takes & TAKES(i))
                        nearest_offer(&near, option_table[i].name);
        if (near.best)
                return error_set(reterr, -EINVAL, "There is no option %s here. Did you mean --%s?", word,
                                 near.best);
        return error_set(reterr, -EINVAL, "There is no option %s here", word);
}

int argument_option(const char *word, unsigned long long takes, const char **ret_value) {
        if (word[1] == '-') {
                size_t n = strcspn(word + 2, "=");
                *ret_value = word[2 + n] == '=' ? word + 2 + n + 1 : NULL;
                return find_long(word + 2, n, takes);
        }
        *ret_value = !word[2] ? NULL : word[2] == '=' ? word + 3 : word + 2;
        return find_letter(word[1], takes);
}

static int arguments_read_option(int argc, char **argv, int *i, unsigned long long takes, struct arguments *a,
                                 struct error **reterr) {
        const char *word = argv[*i], *value;
        int id = argument_option(word, takes, &value);
        if (id < 0)
                return arguments_unknown(word, takes, reterr);
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
                                strv_add(&ret->rest, argv[i]);
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
                strv_add(&ret->words, word);
        }
        if (ret_next)
                *ret_next = i;
        return 0;
}
