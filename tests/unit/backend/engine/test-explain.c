/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "backend/engine/internal.h"
#include "base/str.h"

/* The words decide, not the status: Podman 4.3 says 500 for all of these. */
static void explains_what_an_engine_says(void **state) {
        static const struct {
                int status;
                const char *body;
                int error;
                const char *cause, *hint;
        } rows[] = {
                { 500, "{\"cause\":\"image not known\",\"message\":\"failed to find image x: x: image not known\",\"response\":500}", -ENOENT,
                  "failed to find image x: x: image not known", "fairlead images --all lists the images of this host" },
                { 404, "{\"message\":\"No such image: x:latest\"}", -ENOENT, "No such image: x:latest",
                  "fairlead images --all lists the images of this host" },
                { 500, "{\"cause\":\"that name is already in use\",\"response\":500}", -EEXIST, "that name is already in use",
                  "Choose another name, or remove the container of that name" },
                { 404, "{\"message\":\"No such container: k\"}", -ENOENT, "No such container: k", NULL },
                { 500, "{\"message\":\"no container with name or ID \\\"k\\\" found\"}", -ENOENT, "no container with name or ID \"k\" found", NULL },
                { 500, "{\"message\":\"write /x: no space left on device\"}", -ENOSPC, "write /x: no space left on device",
                  "podman system df shows what takes the room" },
                { 500, "{\"message\":\"manifest unknown\"}", -ENOENT, "manifest unknown", "The registry has no such tag or digest" },
                { 500, "{\"message\":\"unauthorized: x\"}", -EACCES, "unauthorized: x", "podman login REGISTRY stores what the registry asks for" },
                { 500, "{\"message\":\"authentication required\"}", -EACCES, "authentication required",
                  "podman login REGISTRY stores what the registry asks for" },
                { 500, "{\"message\":\"dial tcp 1.2.3.4:443: connect: connection refused\"}", -ECONNREFUSED,
                  "dial tcp 1.2.3.4:443: connect: connection refused", "The registry does not answer: its address and this host's network decide" },
                { 500, "{\"message\":\"lookup r.test: no such host\"}", -EHOSTUNREACH, "lookup r.test: no such host",
                  "The registry's name is not known to DNS" },
                { 500, "{\"message\":\"x509: unknown authority\"}", -EPROTO, "x509: unknown authority",
                  "The registry's certificate is not trusted here: /etc/containers/certs.d" },
                { 500, "{\"message\":\"http: server gave HTTP response to HTTPS client\"}", -EPROTO, "http: server gave HTTP response to HTTPS client",
                  "The registry speaks plain HTTP: registries.conf can allow it with insecure = true" },
                { 429, "{\"message\":\"toomanyrequests: x\"}", -EAGAIN, "toomanyrequests: x", "The registry limits how often it is asked: try again later" },
                /* No words that are known: the status. */
                { 404, "404 page not found\n", -ENOENT, "404 page not found\n", NULL },
                { 409, "{\"message\":\"busy\"}", -EEXIST, "busy", NULL },
                { 401, "{\"message\":\"who?\"}", -EACCES, "who?", NULL },
                { 403, "{\"message\":\"no\"}", -EACCES, "no", NULL },
                { 500, "{\"error\":\"only here\"}", -EIO, "only here", NULL },
                { 500, "{\"message\":7,\"cause\":null}", -EIO, "{\"message\":7,\"cause\":null}", NULL },
                { 502, "", -EIO, "status 502", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(engine_explain(&e, rows[i].status, "It could not be done", rows[i].body, strlen(rows[i].body)), rows[i].error);
                assert_string_equal(e->message, "It could not be done");
                assert_int_equal(e->code, rows[i].error);
                assert_string_equal(e->cause->message, rows[i].cause);
                if (!str_equal(e->hint, rows[i].hint))
                        fail_msg("%s: hint %s", rows[i].body, e->hint);
                assert_int_equal(engine_explain(NULL, rows[i].status, "x", rows[i].body, strlen(rows[i].body)), rows[i].error);
        }
        /* A page of thousands of bytes is no sentence. */
        _cleanup_free_ char *page = malloc(5000);
        memset(page, 'p', 5000);
        _cleanup_error_ struct error *e = NULL;
        assert_int_equal(engine_explain(&e, 500, "x", page, 5000), -EIO);
        assert_int_equal(strlen(e->cause->message), 300);
}

static void explains_exit_statuses(void **state) {
        static const int known[] = { 125, 126, 127, 130, 137, 139, 143 };
        for (size_t i = 0; i < ELEMENTS(known); i++) {
                const char *hint = "untouched";
                assert_non_null(engine_explain_exit(known[i], &hint));
                assert_true(!hint || strcmp(hint, "untouched") != 0);
        }
        static const int own[] = { 0, 1, 2, 124, 128, 255, -1 };
        for (size_t i = 0; i < ELEMENTS(own); i++) {
                const char *hint = "untouched";
                assert_null(engine_explain_exit(own[i], &hint));
                assert_null(hint);
        }
        const char *hint;
        assert_string_equal(engine_explain_exit(127, &hint), "a command was not found");
        assert_non_null(strstr(hint, "or one that its script calls"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(explains_what_an_engine_says),
                cmocka_unit_test(explains_exit_statuses),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
