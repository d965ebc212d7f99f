/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Bytes of a label that cannot be shown as they are, or that hide: what is shown must be what is run. */

#include "base/str.h"
#include "model/fill.h"

int recipe_check_characters(const struct recipe *recipe, struct finding_list *findings) {
        for (const char *s = recipe->text; *s; s++) {
                unsigned char c = (unsigned char) *s;
                if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7f)
                        return finding_report(findings, "control-character", recipe->where,
                                              "The label holds the control character %02x at byte %zu", c,
                                              (size_t) (s - recipe->text) + 1);
        }
        return 0;
}
