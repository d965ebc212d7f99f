/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The meaning of labels, and a command label parsed into words: the recipe. */

#include "base/names.h"
#include "model/finding/finding.h"
#include "model/image/image.h"

/* The verbs that have a label. */
enum command_label {
        LABEL_INSTALL,
        LABEL_RUN,
        LABEL_UNINSTALL,
        LABEL_STOP,
        LABEL_UPGRADE,
        _COMMAND_LABEL_MAX,
};
DECLARE_NAMES(command_label, enum command_label);       /* "INSTALL", … */

/* The label for this verb, or NULL: keys match without case; of several the all-upper-case one is used,
 * else the first by strcmp, and a finding "duplicate-label" is added (findings may be NULL). An empty value
 * counts as missing. UPDATE counts as UPGRADE when UPGRADE is missing. */
const struct label *label_find(const struct image *image, enum command_label which,
                               struct finding_list *findings);

/* The same for any other key. */
const struct label *label_find_key(const struct image *image, const char *key, struct finding_list *findings);

/* A bit per command_label of the image; 0: not a system service by its labels. */
unsigned label_set(const struct image *image);

/* "INSTALL RUN UNINSTALL", in table order; the caller frees. */
char *label_set_text(unsigned set);

/* ---- recipes ---- */

#define RECIPE_WORDS_MAX 512U
#define RECIPE_WORD_BYTES_MAX (16U * 1024)

/* A piece of a word: literal text, or a variable and its fallback. */
struct piece {
        char *text;             /* literal text, or the variable's name */
        char *fallback; /* of ${NAME:-text}, for an unset or empty variable (NULL: none); may name
                         * variables */
        bool variable;
};

struct word {
        struct piece *pieces;
        size_t n;
        bool several; /* exactly $OPT1-3 or $RUN_OPTS, quoted or not: any number of words */
};

struct recipe {
        char *where;            /* the label key, for findings */
        struct word *words;
        size_t n;
        size_t shell;           /* the first word with shell syntax, from 1; 0: none */
};

struct recipe *recipe_free(struct recipe *recipe);
DEFINE_CLEANUP(struct recipe, recipe_free)
#define _cleanup_recipe_ _cleanup_(recipe_freep)

/* Parses a label. Words are split by POSIX quoting first; "$" then means a variable in any of them, whatever
 * its quote or backslash. Shell syntax, control and invisible characters and sizes beyond the ceilings become
 * findings that block ("shell-syntax", "variable-syntax", "control-character", "invisible-character",
 * "not-utf8", "label-too-long"); an unbalanced quote is the finding "unbalanced-quote", and the result then
 * has the words before it. findings may be NULL. */
struct recipe *recipe_parse(const char *where, const char *text, struct finding_list *findings);

/* The names of the variables of a recipe that fairlead does not define, in order, each once. */
char **recipe_unknown(const struct recipe *recipe);

/* ---- variables ---- */

/* The length of the variable name ([A-Za-z_][A-Za-z0-9_]*) at s, or 0. */
size_t variable_name_length(const char *s);

/* Whether fairlead defines the variable (NAME, IMAGE, HOST, OPT1, …). */
bool variable_is_known(const char *name);

/* OPT1, OPT2, OPT3, RUN_OPTS: empty by default, split into words as a whole word. */
bool variable_holds_several(const char *name);

/* replaces; value NULL removes; 0, -EINVAL (not a variable name) */
int variables_set(struct label_list *variables, const char *name, const char *value);

/* Sets the variables that follow from the service's name and the value of IMAGE: NAME, IMAGE, CONFDIR,
 * LOGDIR, DATADIR, HOST. PWD, HOME, SUDO_UID, SUDO_GID are the host's, OPT1-3 and RUN_OPTS the user's. */
void variables_set_known(struct label_list *variables, const char *name, const char *image);

/* ---- filling in ---- */

/* Where a word of the filled command comes from. */
struct word_origin {
        size_t word;    /* the word of the label as it is written, from 1; 0: an answer, an argument */
        bool hole;      /* a variable in it has no value: that is reported, not what follows from it */
};

/* Fills the recipe: values go into their word unchanged (never split or scanned again), bare NAME and IMAGE
 * and words ending in =NAME, =IMAGE are replaced, OPT1-3 and RUN_OPTS are split by POSIX quoting. A variable
 * without value and fallback is the finding "undefined-variable" (block) and becomes "". arguments are
 * appended unchanged. The caller frees the list. An OPT1-3 or RUN_OPTS that cannot be split is the finding
 * "unbalanced-quote" and stays one word. At most RECIPE_FILLED_MAX words come from the label (more:
 * "label-too-long"). findings may be NULL. ret_origins: one for each word of the result, freed by the caller;
 * or NULL. */
#define RECIPE_FILLED_MAX 1024U
char **recipe_fill(const struct recipe *recipe, const struct label_list *variables, char *const *arguments,
                   struct finding_list *findings, struct word_origin **ret_origins);

/* Whether the word of the label (from 1) names the variable, as $NAME or in its bare form. */
bool recipe_word_names(const struct recipe *recipe, size_t word, const char *variable);
