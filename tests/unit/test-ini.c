/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/cleanup.h"
#include "base/ini.h"

static void finds_values(void **state) {
        static const char text[] = "top = level\n\n[sssd]\n# domains = none\n domains=example.test , other \r\nempty =\n"
                                   "[ domain/example.test ]\nid_provider = ad\nid_provider = ipa\nname = a = b\n;x = y\nno equals\n[x";
        static const struct {
                const char *section, *key, *value;
        } rows[] = {
                { NULL, "top", "level" }, { "sssd", "top", NULL }, { "sssd", "domains", "example.test , other" }, { "sssd", "empty", NULL },
                { "domain/example.test", "id_provider", "ipa" }, { "domain/example.test", "name", "a = b" }, { NULL, "x", NULL },
                { "domain/other", "id_provider", NULL }, { "sssd", "domain", NULL }, { NULL, "id_provider", "ipa" },
        };
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                _cleanup_free_ char *value = ini_value(text, rows[i].section, rows[i].key);
                if (rows[i].value)
                        assert_string_equal(value, rows[i].value);
                else
                        assert_null(value);
        }
        assert_null(ini_value("", NULL, "x"));
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(finds_values) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
