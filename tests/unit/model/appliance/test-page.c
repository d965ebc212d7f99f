/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "model/appliance/page.h"

static struct trouble_list *page_trouble_new(size_t failed) {
        struct trouble_list *list = new0(struct trouble_list);
        list->services = new0(struct service_list);
        for (size_t i = 0; i < failed; i++) {
                _cleanup_free_ char *unit = str_printf("unit%zu.service", i);
                struct trouble *t = trouble_add(list, TROUBLE_UNIT_FAILED, unit, PLACE_UNIT, unit,
                                                "%s failed: \033[31m\\{ \360\237\222\251 and a sentence that is much too long for a line of a page", unit);
                assert_non_null(t);
        }
        list->awake = failed;
        return list;
}

static void page_service(struct trouble_list *list, const char *name, enum service_state state) {
        struct service *s = new0(struct service);
        s->name = xstrdup(name);
        s->state = state;
        service_list_take(list->services, s);
}

static void a_page_says_what_runs(void **state) {
        _cleanup_(trouble_list_freep) struct trouble_list *list = page_trouble_new(0);
        page_service(list, "rsyslog", SERVICE_FAILED);
        page_service(list, "chrony", SERVICE_RUNNING);
        page_service(list, "tools", SERVICE_NO_UNIT);
        char *const addresses[] = { (char *) "eth0 192.0.2.7, 2001:db8::7", NULL },
                    *const keys[] = { (char *) "ED25519 SHA256:abc", NULL };
        _cleanup_free_ char *text = page_text(&(const struct page) {
                                .hostname = "host1.example.test",
                                .os = "Debian GNU/Linux 13 (trixie)",
                                .addresses = addresses,
                                .host_keys = keys,
                                .realm = "EXAMPLE.TEST, online",
                                .trouble = list,
                        });
        assert_string_equal(text, "host1.example.test, Debian GNU/Linux 13 (trixie)\n"
                                  " address   eth0 192.0.2.7, 2001:db8::7\n"
                                  " SSH key   ED25519 SHA256:abc\n"
                                  " realm     EXAMPLE.TEST, online\n"
                                  " services  1 of 2 run; rsyslog failed\n"
                                  " units     none failed\n"
                                  " needs you Nothing needs you\n");
}

/* Whatever the host is like: a screen of plain ASCII. */
static void a_page_fits_a_screen_and_is_clean(void **state) {
        _cleanup_(trouble_list_freep) struct trouble_list *list = page_trouble_new(40);
        _cleanup_strv_ char **many = NULL;
        for (int i = 0; i < 40; i++) {
                _cleanup_free_ char *name = str_printf("service-with-a-long-name-%d\n\033[2J", i);
                strv_add(&many, name);
                page_service(list, name, SERVICE_FAILED);
        }
        _cleanup_free_ char *text = page_text(&(const struct page) {
                                .hostname = "host\n\033[2J\302\233\342\200\256", .addresses = many, .host_keys = many, .realm = "\033]0;owned\a", .trouble = list });
        size_t lines = 0;
        for (const char *line = text; *line; lines++) {
                size_t n = strcspn(line, "\n");
                assert_true(n <= PAGE_COLUMNS);
                for (size_t i = 0; i < n; i++)
                        assert_true(line[i] >= ' ' && line[i] <= '~');
                assert_int_equal(line[n], '\n');
                line += n + 1;
        }
        assert_true(lines <= PAGE_LINES);
        assert_non_null(strstr(text, "40 failed: unit"));
        assert_non_null(strstr(text, "and 32 more"));
}

/* agetty(8) runs what follows a backslash: \U counts users, \S{X} reads a file. */
static void no_backslash_is_a_command(void **state) {
        _cleanup_free_ char *text = page_for_agetty("e2e\\x2dodd \\S{PATH}\\\\\n");
        assert_string_equal(text, "e2e\\\\x2dodd \\\\S{PATH}\\\\\\\\\n");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_page_says_what_runs),
                cmocka_unit_test(a_page_fits_a_screen_and_is_clean),
                cmocka_unit_test(no_backslash_is_a_command),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
