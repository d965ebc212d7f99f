/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "backend/systemd/units.h"
#include "base/str.h"

/* Lines of Podman 5.4.2's and 4.9's generator. */
static void quotes_the_generator(void **state) {
#define LINE(text) "quadlet-generator[164]: " text "\r\n"
#define LOADING LINE("Loading source unit file /etc/containers/systemd/q.container")
#define JUNK "error loading \"/etc/containers/systemd/q.container\", file contains line 1: junk"
#define BOGUS "converting \"own.container\": unsupported key 'Bogus' in group 'Container'"
        static const struct {
                const char *output, *complaints;
        } rows[] = {
                { LOADING LINE("No files parsed from [/etc/containers/systemd]") LINE(JUNK), JUNK },
                { LINE(JUNK) LINE(BOGUS), BOGUS "; " JUNK },
                { LOADING "---own.service---\n[Service]\nExecStart=/usr/bin/podman run error\n", NULL },
                { LINE("a") LINE("b") LINE("c") LINE("d"), "a; b; c" },
                { "", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *have = quadlet_complaints(rows[i].output, "own.container");
                assert_true(str_equal(have, rows[i].complaints));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(quotes_the_generator) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
