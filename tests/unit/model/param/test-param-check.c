/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "base/str.h"
#include "model/param/param.h"

#define LONG_LABEL "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"     /* 63 */

/* A NULL reason: the value is right. Else a part of what is said at the field. */
static const struct row {
        enum param_type type;
        const char *value;
        const char *reason;
} rows[] = {
        { PARAM_TEXT, "anything at all; $(even this)", NULL },
        { PARAM_TEXT, "caf\xc3\xa9", NULL },
        { PARAM_TEXT, "two\nlines", "control characters" },
        { PARAM_TEXT, "a\033[31mred", "control characters" },

        { PARAM_SECRET, "S3cr\tet", NULL },
        { PARAM_SECRET, "two\nlines", "line break" },

        { PARAM_CHOICE, "tcp", NULL },
        { PARAM_CHOICE, "TCP", "none of the choices" },
        { PARAM_CHOICE, "sctp", "none of the choices" },

        { PARAM_BOOLEAN, "yes", NULL },
        { PARAM_BOOLEAN, "no", NULL },
        { PARAM_BOOLEAN, "true", "neither yes nor no" },

        { PARAM_INTEGER, "1", NULL },
        { PARAM_INTEGER, "65535", NULL },
        { PARAM_INTEGER, "0", "too small" },
        { PARAM_INTEGER, "-5", "too small" },
        { PARAM_INTEGER, "65536", "too large" },
        { PARAM_INTEGER, "99999999999999999999999", "too large" },
        { PARAM_INTEGER, "-99999999999999999999999", "too small" },
        { PARAM_INTEGER, "514 ", "not a whole number" },
        { PARAM_INTEGER, "5.14", "not a whole number" },
        { PARAM_INTEGER, "0x10", "not a whole number" },
        { PARAM_INTEGER, "syslog", "not a whole number" },

        { PARAM_HOST, "log.example.com", NULL },
        { PARAM_HOST, "LOG1.Example.COM", NULL },
        { PARAM_HOST, "192.0.2.1", NULL },
        { PARAM_HOST, "2001:db8::1", NULL },
        { PARAM_HOST, "3com.example", NULL },
        { PARAM_HOST, LONG_LABEL ".example.com", NULL },
        { PARAM_HOST, "log", "no domain" },
        { PARAM_HOST, "192.0.2", "whole IP address" },
        { PARAM_HOST, "192.0.2.256", "whole IP address" },
        { PARAM_HOST, "log.example.com.", "ends with a dot" },
        { PARAM_HOST, "log..example.com", "nothing between two dots" },
        { PARAM_HOST, ".example.com", "nothing between two dots" },
        { PARAM_HOST, "-log.example.com", "hyphen" },
        { PARAM_HOST, "log-.example.com", "hyphen" },
        { PARAM_HOST, "log_1.example.com", "underscore" },
        { PARAM_HOST, "log 1.example.com", "blank" },
        { PARAM_HOST, "l\xc3\xb6g.example.com", "outside ASCII" },
        { PARAM_HOST, "log$1.example.com", "character that names do not have" },
        { PARAM_HOST, "https://log.example.com", "URL" },
        { PARAM_HOST, "log.example.com:514", "neither a host name nor an IPv6" },
        { PARAM_HOST, LONG_LABEL "x.example.com", "longer than 63" },
        { PARAM_HOST, LONG_LABEL "." LONG_LABEL "." LONG_LABEL "." LONG_LABEL ".com", "longer than 253" },

        { PARAM_DOMAIN, "example.com", NULL },
        { PARAM_DOMAIN, "ad.example.test", NULL },
        { PARAM_DOMAIN, "localdomain", "single part" },
        { PARAM_DOMAIN, "192.0.2.1", "IP address" },
        { PARAM_DOMAIN, "example.123", "never a number" },
        { PARAM_DOMAIN, "exa_mple.com", "underscore" },

        { PARAM_REALM, "EXAMPLE.COM", NULL },
        { PARAM_REALM, "AD.EXAMPLE.TEST", NULL },
        { PARAM_REALM, "Example.COM", "capitals" },
        { PARAM_REALM, "EXAMPLE", "single part" },

        { PARAM_PATH, "/etc/rsyslog.d", NULL },
        { PARAM_PATH, "/", NULL },
        { PARAM_PATH, "/srv/..data/x..", NULL },
        { PARAM_PATH, "etc/rsyslog.d", "begin with /" },
        { PARAM_PATH, "/etc/../root", ".. in it" },
        { PARAM_PATH, "/etc/..", ".. in it" },
        { PARAM_PATH, "/..", ".. in it" },
        { PARAM_PATH, "/etc/a\tb", "control characters" },

        { PARAM_OU, "OU=Linux,OU=Servers,DC=example,DC=com", NULL },
        { PARAM_OU, "ou=linux,dc=example,dc=com", NULL },
        { PARAM_OU, "CN=Computers,DC=example,DC=com", NULL },
        { PARAM_OU, "OU=a\\,b\\2c,DC=example", NULL },
        { PARAM_OU, "OU=Web Servers,DC=example,DC=com", NULL },
        { PARAM_OU, "OU=a=b,DC=example,DC=com", NULL },
        { PARAM_OU, "Linux", "no type" },
        { PARAM_OU, "OU=Linux", "DC= parts of the domain are missing" },
        { PARAM_OU, "DC=example,DC=com", "does not begin with OU=" },
        { PARAM_OU, "OU=,DC=example,DC=com", "no value" },
        { PARAM_OU, "OU=Linux,", "no type" },
        { PARAM_OU, "OU=Linux,DC=example,", "no type" },
        { PARAM_OU, "OU=Linux,DC=example,OU=x", "stand last" },
        { PARAM_OU, "OU= Linux,DC=example,DC=com", "blank or #" },
        { PARAM_OU, "OU=Linux ,DC=example,DC=com", "ends with a blank" },
        { PARAM_OU, "OU=Li;nux,DC=example,DC=com", "needs a backslash" },
        { PARAM_OU, "OU=Li\\nux,DC=example,DC=com", "backslash stands before" },
        { PARAM_OU, "OU=Linux,DC=example\\", "backslash stands before" },

        { PARAM_USER, "admin", NULL },
        { PARAM_USER, "Administrator@EXAMPLE.COM", NULL },
        { PARAM_USER, "john doe", NULL },
        { PARAM_USER, "EXAMPLE\\admin", "no backslash" },
        { PARAM_USER, "@EXAMPLE.COM", "no name before" },
        { PARAM_USER, "admin@", "nothing between two dots" },
        { PARAM_USER, "admin@EXAMPLE", "single part" },
        { PARAM_USER, "a@b.com@c.com", "two @" },
        { PARAM_USER, "-U", "hyphen" },
        { PARAM_USER, "a:b", "character that user names" },
        { PARAM_USER, " admin", "blank" },

        { PARAM_ARGUMENTS, "--verbose 'two words' \"three more words\"", NULL },
        { PARAM_ARGUMENTS, "it's", "" },
        { PARAM_ARGUMENTS, "end\\", "" },
};

static struct param param_of(enum param_type type) {
        static struct param_choice choices[] = { { (char *) "udp", NULL }, { (char *) "tcp", NULL } };
        return (struct param) {
                .name = (char *) "p", .title = (char *) "The field", .type = type, .minimum = 1, .maximum = 65535,
                .choices = choices, .n_choices = ELEMENTS(choices),
        };
}

static void each_type_knows_good_from_bad(void **state) {
        unsigned good[_PARAM_TYPE_MAX] = {}, bad[_PARAM_TYPE_MAX] = {};
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const struct row *row = rows + i;
                _cleanup_error_ struct error *e = NULL;
                struct param p = param_of(row->type);
                int r = param_check(&p, row->value, &e);
                (row->reason ? bad : good)[row->type]++;
                if (!row->reason) {
                        if (r != 0)
                                print_error("%s \"%s\": %s\n", param_type_name(row->type), row->value, e->message);
                        assert_int_equal(r, 0);
                        assert_null(e);
                        continue;
                }
                if (r != -EINVAL || !e || !strstr(e->message, row->reason)) {
                        print_error("%s \"%s\" gives %d, \"%s\", wanted \"%s\"\n", param_type_name(row->type), row->value, r,
                                    e ? e->message : "", row->reason);
                        fail();
                }
                assert_true(strlen(e->message) > 10);
                assert_true(e->message[strlen(e->message) - 1] != '.');
                assert_non_null(e->hint);
        }
        for (int type = 0; type < _PARAM_TYPE_MAX; type++)
                assert_true(good[type] > 0 && bad[type] > 0);
}

static void a_short_name_is_a_host_where_the_profile_says_so(void **state) {
        struct param p = param_of(PARAM_HOST);
        p.short_name = true;
        assert_int_equal(param_check(&p, "log", NULL), 0);
        assert_int_equal(param_check(&p, "12", NULL), -EINVAL);
}

static void empty_is_wrong_only_where_required(void **state) {
        for (int type = 0; type < _PARAM_TYPE_MAX; type++) {
                struct param p = param_of((enum param_type) type);
                assert_int_equal(param_check(&p, "", NULL), 0);
                assert_int_equal(param_check(&p, NULL, NULL), 0);
                p.required = true;
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(param_check(&p, "", &e), -EINVAL);
                assert_string_equal(e->message, "The field is missing");
                assert_non_null(e->hint);
        }
}

static void nothing_is_longer_than_its_ceiling(void **state) {
        char value[PARAM_VALUE_MAX + 2];
        memset(value, 'a', sizeof value - 1);
        value[sizeof value - 1] = '\0';
        struct param text = param_of(PARAM_TEXT), secret = param_of(PARAM_SECRET);
        assert_int_equal(param_check(&text, value, NULL), -EINVAL);
        value[PARAM_VALUE_MAX] = '\0';
        assert_int_equal(param_check(&text, value, NULL), 0);
        assert_int_equal(param_check(&secret, value, NULL), -EINVAL);
}

static void a_pattern_means_the_whole_value(void **state) {
        struct param p = param_of(PARAM_TEXT);
        p.pattern = (char *) "a|ab|[0-9]{2}";
        assert_int_equal(param_check(&p, "a", NULL), 0);
        assert_int_equal(param_check(&p, "ab", NULL), 0);
        assert_int_equal(param_check(&p, "42", NULL), 0);
        assert_int_equal(param_check(&p, "abc", NULL), -EINVAL);
        assert_int_equal(param_check(&p, "xa", NULL), -EINVAL);
        p.pattern = (char *) "a)|(b";
        assert_int_equal(param_check(&p, "axxx", NULL), -EINVAL);

        _cleanup_error_ struct error *e = NULL;
        p.pattern = (char *) "[0-9]+";
        p.pattern_reason = (char *) "Digits only";
        assert_int_equal(param_check(&p, "x", &e), -EINVAL);
        assert_string_equal(e->message, "Digits only");
}

/* Each step of the match doubles: it ends with a sentence, long before an answer. */
static void a_pattern_that_takes_too_long_refuses_the_value(void **state) {
        _cleanup_error_ struct error *e = NULL;
        struct param p = { .name = (char *) "x", .type = PARAM_TEXT, .pattern = (char *) "(a|aa|a)+[bc]" };
        assert_int_equal(param_check(&p, "aaaaaaaaab", NULL), 0);
        char value[PARAM_VALUE_MAX] = { 0 };
        memset(value, 'a', sizeof value - 2);
        assert_int_equal(param_check(&p, value, &e), -E2BIG);
        assert_string_equal(e->message, "The value takes too long to compare with the pattern of the profile");
        assert_non_null(strstr(e->hint, p.pattern));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_type_knows_good_from_bad),
                cmocka_unit_test(a_short_name_is_a_host_where_the_profile_says_so),
                cmocka_unit_test(empty_is_wrong_only_where_required),
                cmocka_unit_test(nothing_is_longer_than_its_ceiling),
                cmocka_unit_test(a_pattern_means_the_whole_value),
                cmocka_unit_test(a_pattern_that_takes_too_long_refuses_the_value),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
