/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>
#include <string.h>

#include "backend/wire/tls.h"
#include "tests/fake/tls.h"

struct answer {
        bool came;
        struct error *error;
        struct op *op;
};

static void on_done(struct error *e, void *userdata) {
        struct answer *a = userdata;
        assert_false(a->came);
        a->came = true;
        a->error = e;
        a->op = op_cancel(a->op);
}

static void the_certificate_is_looked_at(void **state) {
        static const struct {
                enum fake_tls_kind kind;
                bool other_ca;
                int code;
                const char *text, *hint;
        } rows[] = {
                { FAKE_TLS_GOOD, false, 0, NULL, NULL },
                { FAKE_TLS_GOOD, true, -EKEYREJECTED, "the certificate of dc1.example.test is of another CA: /CN=Example CA", "ca.crt" },
                { FAKE_TLS_EXPIRED, false, -EKEYREJECTED, "the certificate of dc1.example.test, or one above it, has expired (2", "clock is ahead" },
                { FAKE_TLS_EARLY, false, -EKEYREJECTED, "the certificate of dc1.example.test is not valid before 2", "clock may be behind" },
                { FAKE_TLS_OTHER_NAME, false, -EKEYREJECTED, "the certificate of dc1.example.test is for another name: /CN=other.example.test", "by the name" },
                { FAKE_TLS_PLAIN, false, -EBADMSG, "The server does not speak TLS there", NULL },
                { FAKE_TLS_SILENT, false, -ETIMEDOUT, NULL, NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct fake_tls fake;
                struct answer a = {};
                sd_event *event = NULL;
                fake_tls_start(&fake, rows[i].kind);
                assert_int_equal(sd_event_new(&event), 0);
                const char *pem = rows[i].other_ca ? fake.other_ca : fake.ca;
                const struct tls_options options = { .address = "127.0.0.1", .port = fake.port, .host = "dc1.example.test", .pem = pem, .n = strlen(pem) };
                a.op = tls_try(event, &options, on_done, &a);
                assert_non_null(a.op);
                while (!a.came)
                        assert_true(sd_event_run(event, UINT64_MAX) >= 0);
                assert_int_equal(a.error ? a.error->code : 0, rows[i].code);
                if (rows[i].text && !strstr(a.error->message, rows[i].text))
                        fail_msg("%s", a.error->message);
                if (rows[i].hint)
                        assert_non_null(strstr(a.error->hint, rows[i].hint));
                error_free(a.error);
                sd_event_unref(event);
                fake_tls_stop(&fake);
        }
}

/* Given up in its middle: nothing comes any more, nothing stays. */
static void may_be_cancelled(void **state) {
        struct fake_tls fake;
        struct answer a = {};
        sd_event *event = NULL;
        fake_tls_start(&fake, FAKE_TLS_SILENT);
        assert_int_equal(sd_event_new(&event), 0);
        const struct tls_options options = { .address = "127.0.0.1", .port = fake.port, .host = "dc1.example.test", .pem = fake.ca, .n = strlen(fake.ca) };
        a.op = tls_try(event, &options, on_done, &a);
        assert_true(sd_event_run(event, 100000) >= 0);
        a.op = op_cancel(a.op);
        assert_true(sd_event_run(event, 100000) >= 0);
        assert_false(a.came);
        sd_event_unref(event);
        fake_tls_stop(&fake);
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(the_certificate_is_looked_at), cmocka_unit_test(may_be_cancelled) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
