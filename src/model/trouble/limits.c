/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/trouble/limits.h"

#include "base/ini.h"
#include "base/text.h"

#define WRONG_MAX 20U

struct limits_reading {
        const char *path;
        struct trouble_limits *limits;
};

__attribute__((format(printf, 3, 4))) static void limits_wrong(struct limits_reading *reading,
                                                               unsigned number, const char *format, ...) {
        if (strv_length(reading->limits->wrong) == WRONG_MAX)
                return;
        _cleanup_str_ struct str text = {};
        str_addf(&text, "%s:%u: ", reading->path, number);
        va_list arguments;
        va_start(arguments, format);
        str_vaddf(&text, format, arguments);
        va_end(arguments);
        strv_take(&reading->limits->wrong, text_cleaned(text.text));
}

static void limits_set(struct limits_reading *reading, int kind, const struct ini_line *line) {
        long long n;
        if (str_equal(line->key, "report")) {
                if (!STR_IN_SET(line->value, "yes", "no"))
                        limits_wrong(reading, line->number, "report is yes or no, not \"%.40s\"",
                                     line->value);
                else
                        reading->limits->off[kind] = str_equal(line->value, "no");
                return;
        }
        for (size_t i = 0; i < _TROUBLE_LIMIT_MAX; i++) {
                const struct trouble_limit_row *row = trouble_limit_row((enum trouble_limit) i);
                if ((int) row->kind != kind || !str_equal(row->name, line->key))
                        continue;
                if (str_to_int(line->value, row->least, row->most, &n) < 0)
                        limits_wrong(reading, line->number,
                                     "%s is a number from %u to %u (%s), not \"%.40s\"", row->name,
                                     row->least, row->most, row->unit, line->value);
                else
                        reading->limits->value[i] = (unsigned) n;
                return;
        }
        limits_wrong(reading, line->number, "[%s] has no setting \"%.40s\"", line->section, line->key);
}

static void limits_on_line(const struct ini_line *line, void *userdata) {
        struct limits_reading *reading = userdata;
        int kind = trouble_kind_from_name(line->section);
        if (line->wrong)
                limits_wrong(reading, line->number, "\"%.40s\" is neither a [section] nor NAME = VALUE",
                             line->value);
        else if (!line->key && kind < 0)
                limits_wrong(reading, line->number, "there is no kind of trouble \"%.40s\"", line->section);
        else if (line->key && str_empty(line->section))
                limits_wrong(reading, line->number, "\"%.40s\" stands before the first [section]", line->key);
        else if (line->key && kind >= 0)
                limits_set(reading, kind, line);
}

void trouble_limits_read(const char *text, const char *path, struct trouble_limits *ret) {
        struct limits_reading reading = { .path = path, .limits = ret };
        *ret = (struct trouble_limits){};
        for (size_t i = 0; i < _TROUBLE_LIMIT_MAX; i++)
                ret->value[i] = trouble_limit_row((enum trouble_limit) i)->value;
        ini_each(text, limits_on_line, &reading);
}

void trouble_limits_done(struct trouble_limits *limits) {
        limits->wrong = strv_free(limits->wrong);
}
