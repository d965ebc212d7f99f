/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Single words of a unit. */

#include <ctype.h>

#include "base/text.h"
#include "model/plan/internal.h"

bool unit_name_valid(const char *name) {
        return name && name[0] != '.' && unit_name_check(name, NULL) >= 0;
}

bool unit_plain_word(const char *word) {
        for (const char *c = word; *c; c++)
                if (!isalnum((unsigned char) *c) && !strchr("_@+=:,./-", *c))
                        return false;
        return word[0] != '\0';
}

/* C1 too: U+0085 ends a line for some readers. */
bool unit_can_hold(const char *word) {
        size_t n = strlen(word);
        for (size_t i = 0; i < n;) {
                unsigned c;
                size_t used = text_decode(word + i, n - i, &c);
                if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029)
                        return false;
                if (c == 0xfffd && !(used == 3 && memcmp(word + i, "\xef\xbf\xbd", 3) == 0))
                        return false;
                i += used;
        }
        return true;
}

int unit_quote(const char *word, char **ret) {
        if (!unit_can_hold(word))
                return -EINVAL;
        _cleanup_str_ struct str s = {};
        bool plain = unit_plain_word(word);
        if (!plain)
                str_add_char(&s, '"');
        for (const char *c = word; *c; c++) {
                if (strchr("\"\\", *c))
                        str_add_char(&s, '\\');
                if (strchr("%$", *c))
                        str_add_char(&s, *c);
                str_add_char(&s, *c);
        }
        if (!plain)
                str_add_char(&s, '"');
        *ret = str_take(&s);
        return 0;
}

const char *unit_option_value(const struct option_use *o, char *const *environment) {
        size_t n = o->value ? strlen(o->value) : 0;
        if (n == 0 || !str_equal(o->canonical, "--env") || strchr(o->value, '='))
                return o->value;
        for (; environment && *environment; environment++)
                if (strncmp(*environment, o->value, n) == 0 && (*environment)[n] == '=')
                        return *environment;
        return o->value;
}

char *option_text(const struct option_use *o, const char *value) {
        return value ? str_printf("%s=%s", o->canonical, value) : xstrdup(o->canonical);
}
