/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Selects the command labels of an image (declared in model/image/recipe.h). */

#include <strings.h>

#include "model/image/recipe.h"

static const char *const command_label_names[] = {
        [LABEL_INSTALL] = "INSTALL", [LABEL_RUN] = "RUN",         [LABEL_UNINSTALL] = "UNINSTALL",
        [LABEL_STOP] = "STOP",       [LABEL_UPGRADE] = "UPGRADE",
};
DEFINE_NAMES(command_label, enum command_label)

static bool is_upper(const char *key) {
        for (; *key; key++)
                if (*key >= 'a' && *key <= 'z')
                        return false;
        return true;
}

/* Of two keys with a value the upper-case one wins, else the first by strcmp (labels are sorted). */
static bool label_wins(const struct label *candidate, const struct label *best) {
        if (!*candidate->value)
                return false;
        return !best || !*best->value || (is_upper(candidate->key) && !is_upper(best->key));
}

static void report_duplicates(const struct image *image, const char *key, const struct label *used,
                              struct finding_list *findings) {
        _cleanup_str_ struct str keys = {};
        for (size_t i = 0; i < image->n_labels; i++)
                if (strcasecmp(image->labels[i].key, key) == 0)
                        str_addf(&keys, "%s%s", keys.length > 0 ? ", " : "", image->labels[i].key);
        finding_report(findings, "duplicate-label", used->key,
                       "The image has several labels that differ only in capitals (%s); %s is used",
                       keys.text, used->key);
}

const char *label_find_key(const struct image *image, const char *key, const char **ret_key,
                           struct finding_list *findings) {
        const struct label *best = NULL;
        size_t n = 0;
        for (size_t i = 0; i < image->n_labels; i++) {
                const struct label *l = &image->labels[i];
                if (strcasecmp(l->key, key) != 0)
                        continue;
                n++;
                if (!best || label_wins(l, best))
                        best = l;
        }
        if (!best)
                return NULL;
        if (n > 1)
                report_duplicates(image, key, best, findings);
        if (!*best->value) {
                finding_report(findings, "empty-label", best->key, "The label %s is empty", best->key);
                return NULL;
        }
        if (ret_key)
                *ret_key = best->key;
        return best->value;
}

const char *label_find(const struct image *image, enum command_label which, const char **ret_key,
                       struct finding_list *findings) {
        const char *value = label_find_key(image, command_label_name(which), ret_key, findings);
        if (!value && which == LABEL_UPGRADE)
                value = label_find_key(image, "UPDATE", ret_key, findings);
        return value;
}

unsigned label_set(const struct image *image) {
        unsigned set = 0;
        for (int which = 0; which < _COMMAND_LABEL_MAX; which++)
                if (label_find(image, which, NULL, NULL))
                        set |= 1U << which;
        return set;
}

char *label_set_text(unsigned set) {
        _cleanup_str_ struct str text = {};
        for (int which = 0; which < _COMMAND_LABEL_MAX; which++)
                if (set & (1U << which))
                        str_addf(&text, "%s%s", text.length > 0 ? " " : "", command_label_name(which));
        return str_take(&text);
}
