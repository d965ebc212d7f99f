/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The meaning of labels, and a command label parsed into words: the recipe. */

#include "base/names.h"
#include "model/finding/finding.h"
#include "model/image/image.h"
#include "model/image/variable.h"

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

/* The value of the label for this verb: keys match without case; of several the all-upper-case one is used,
 * else the first by strcmp, and a finding "duplicate-label" is added (findings may be NULL). An empty value
 * counts as missing. *ret_key, if not NULL, is the key as the image has it. UPDATE counts as UPGRADE when
 * UPGRADE is missing. */
const char *label_find(const struct image *image, enum command_label which, const char **ret_key,
                       struct finding_list *findings);

/* The same for any key ("PURGE", "help"), without UPDATE's special case. */
const char *label_find_key(const struct image *image, const char *key, const char **ret_key,
                           struct finding_list *findings);

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
        bool quoted;            /* in part, at least */
};

struct recipe {
        char *where;            /* the label key, for findings */
        char *text;             /* the original */
        struct word *words;
        size_t n;
};

struct recipe *recipe_free(struct recipe *recipe);
DEFINE_CLEANUP(struct recipe, recipe_free)
#define _cleanup_recipe_ _cleanup_(recipe_freep)

/* Parses a label. Words are split by POSIX quoting first; "$" then means a variable in any of them, whatever
 * its quote or backslash. Shell syntax, control and invisible characters and sizes beyond the ceilings become
 * findings that block ("shell-syntax", "variable-syntax", "control-character", "invisible-character",
 * "not-utf8", "label-too-long"); an unbalanced quote is the finding "unbalanced-quote", and *ret is then a
 * recipe of the words before it. findings may be NULL. Only -ENOMEM fails. */
int recipe_parse(const char *where, const char *text, struct recipe **ret, struct finding_list *findings);

/* Finds the variables of one unquoted word: fills `ret` (all zero before); the rest stays literal.
 * *ret_trouble is the first "${" (in text) that is never closed or holds anything but NAME and NAME:-text,
 * else NULL. 0 or -ENOMEM. */
int word_parse(const char *text, struct word *ret, const char **ret_trouble);
void word_done(struct word *w);

/* The names of the variables of a recipe that fairlead does not define, in order, each once. 0 or -ENOMEM. */
int recipe_unknown(const struct recipe *recipe, char ***ret);

/* ---- filling in ---- */

/* Fills the recipe: values go into their word unchanged (never split or scanned again), bare NAME and IMAGE
 * and words ending in =NAME, =IMAGE are replaced, OPT1-3 and RUN_OPTS are split by POSIX quoting. A variable
 * without value and fallback is the finding "undefined-variable" (block) and becomes "". arguments are
 * appended unchanged. *ret is a list that the caller frees. An OPT1-3 or RUN_OPTS that cannot be split is the
 * finding "unbalanced-quote" and stays one word. At most RECIPE_FILLED_MAX words come from the label (more:
 * "label-too-long"). findings may be NULL. 0 or -ENOMEM. */
#define RECIPE_FILLED_MAX 1024U
int recipe_fill(const struct recipe *recipe, const struct variables *v, char *const *arguments, char ***ret,
                struct finding_list *findings);
