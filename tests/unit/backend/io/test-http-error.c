/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include <curl/curl.h>

#include "backend/io/http.h"
#include "base/str.h"

/* Every row of the table, and a code that has none. */
static void explains_what_libcurl_says(void **state) {
        static const struct {
                CURLcode code;
                int error;
                const char *message, *hint;
        } rows[] = {
                { CURLE_COULDNT_CONNECT, -ECONNREFUSED, "No container engine answers at /run/s", "systemctl enable --now podman.socket" },
                { CURLE_OPERATION_TIMEDOUT, -ETIMEDOUT, "The container engine at /run/s did not answer in time",
                  "systemctl status podman.service says whether it hangs" },
                { CURLE_RECV_ERROR, -ECONNRESET, "The container engine at /run/s broke off in the middle of its answer",
                  "It may have been restarted: try again" },
                { CURLE_SEND_ERROR, -ECONNRESET, "The container engine at /run/s broke off before it had the whole question",
                  "It may have been restarted: try again" },
                { CURLE_PARTIAL_FILE, -ECONNRESET, "The container engine at /run/s broke off in the middle of its answer",
                  "It may have been restarted: try again" },
                { CURLE_GOT_NOTHING, -ECONNRESET, "The container engine at /run/s closed the line without an answer",
                  "It may have been restarted: try again" },
                { CURLE_HTTP2, -EPROTO, "/run/s is not the socket of a container engine", NULL },
                { CURLE_WEIRD_SERVER_REPLY, -EPROTO, "/run/s is not the socket of a container engine", "ls -l shows who owns the socket" },
                { CURLE_UNSUPPORTED_PROTOCOL, -EPROTO, "/run/s is not the socket of a container engine", "ls -l shows who owns the socket" },
                { CURLE_OUT_OF_MEMORY, -E2BIG, "What answers at /run/s sends more than an engine would, or memory ran out",
                  "ls -l shows who owns the socket" },
                { CURLE_LDAP_SEARCH_FAILED, -EIO, NULL, NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(http_error(&e, rows[i].code, "/run/s"), rows[i].error);
                assert_int_equal(e->code, rows[i].error);
                if (rows[i].message) {
                        assert_string_equal(e->message, rows[i].message);
                        assert_string_equal(e->cause->message, curl_easy_strerror(rows[i].code));
                } else
                        assert_non_null(strstr(e->message, "could not be asked"));
                assert_true(str_equal(e->hint, rows[i].hint));
                assert_int_equal(http_error(NULL, rows[i].code, "/run/s"), rows[i].error);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(explains_what_libcurl_says),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
