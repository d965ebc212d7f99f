/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "base/text.h"
#include "cli/out.h"
#include "cli/updates/updates.h"

#define DETAIL_COLUMNS 80U
#define NAME_COLUMNS 12U

static void detail_print_row(const char *name, const char *text, bool bad, void *userdata) {
        _cleanup_free_ char *clean = text_cleaned(text);
        _cleanup_strv_ char **lines = text_wrap(clean, DETAIL_COLUMNS - NAME_COLUMNS);
        for (char **line = lines; line && *line; line++)
                out("%-12s%s\n", line == lines ? name : "", *line);
}

void detail_print(const struct update_detail *detail) {
        out("\n%s\n", detail->update.name);
        update_detail_rows(detail, (int64_t) time(NULL), detail_print_row, NULL);
}
