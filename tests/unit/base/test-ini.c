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

static void sets_values_exactly(void **state) {
        static const struct {
                const char *text, *section, *key, *value, *result;
        } rows[] = {
                { "# a\n[s]\n  k  =  old  \r\nx=1\n\n[t]\nk=2\n", "s", "k", "new", "# a\n[s]\n  k  =  new  \r\nx=1\n\n[t]\nk=2\n" },
                { "[s]\nx=1\n\n\n[t]\nk=2\n", "s", "k", "new", "[s]\nx=1\nk = new\n\n\n[t]\nk=2\n" },
                { "[s]\nx=1", "s", "k", "new", "[s]\nx=1\nk = new\n" },
                { "[s]\n", "s", "k", "new", "[s]\nk = new\n" },
                { "[s]\nk=1\n#k=2\nk=3\n", "s", "k", "new", "[s]\n#k=2\nk=new\n" },
                { "[s]\nk=1\n#k=2\nk=3\ny=4\n", "s", "k", NULL, "[s]\n#k=2\ny=4\n" },
                { "[s]\nk=\n", "s", "k", "new", "[s]\nk=new\n" },
                { "[t]\nk=1\n", "s", "k", "new", "[t]\nk=1\n[s]\nk = new\n" },
                { "[t]\nk=1", "s", "k", "new", "[t]\nk=1\n[s]\nk = new\n" },
                { "", "s", "k", "new", "[s]\nk = new\n" },
                { "", "s", "k", NULL, "" },
                { "[t]\nk=1\n", "s", "k", NULL, "[t]\nk=1\n" },
                { "[s]\na=1\n[t]\n[ s ]\nb=2\n", "s", "k", "new", "[s]\na=1\n[t]\n[ s ]\nb=2\nk = new\n" },
                { "[s] # a\nk=1\n[t];b\nk=2\n", "s", "k", "new", "[s] # a\nk=new\n[t];b\nk=2\n" },
                { "[s] # a ]\nk=1\n[t]x\ny=2\n", "s", "k", "new", "[s] # a ]\nk=new\n[t]x\ny=2\n" },
                { "[s]\nk=1\n", "s", "k", "[x]=y", "[s]\nk=[x]=y\n" },
        };
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                _cleanup_free_ char *text = ini_set(rows[i].text, rows[i].section, rows[i].key, rows[i].value);
                assert_string_equal(text, rows[i].result);
                _cleanup_free_ char *value = ini_value(text, rows[i].section, rows[i].key);
                if (rows[i].value)
                        assert_string_equal(value, rows[i].value);
                else
                        assert_null(value);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(finds_values), cmocka_unit_test(sets_values_exactly) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
