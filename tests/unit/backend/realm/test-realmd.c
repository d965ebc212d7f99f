/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "backend/realm/realmd.h"
#include "backend/systemd/bus.h"
#include "base/str.h"
#include "tests/fake/realmd.h"

struct test {
        sd_event *event;
        sd_bus *bus;
        struct fake_realmd *fake;
        struct secret *secret;
        struct realmd *realmd;
        struct error *error;
        struct str said;
        bool cancel;            /* at the first words */
        unsigned done;
};

static void setup(struct test *t) {
        *t = (struct test) {};
        assert_int_equal(sd_event_new(&t->event), 0);
        t->fake = fake_realmd_new(t->event, &t->bus);
        t->secret = secret_new("password");
        assert_int_equal(secret_set(t->secret, "canary", 6), 0);
}

static void teardown(struct test *t) {
        error_free(t->error);
        str_done(&t->said);
        secret_free(t->secret);
        bus_close(t->bus);
        fake_realmd_free(t->fake);
        sd_event_unref(t->event);
}

static void on_said(const char *text, void *userdata) {
        struct test *t = userdata;
        str_add(&t->said, text);
        if (t->cancel)
                realmd_cancel(t->realmd);
}

static void on_done(struct error *e, void *userdata) {
        struct test *t = userdata;
        t->error = e;
        t->done++;
        sd_event_exit(t->event, 0);
}

static void carry_out(struct test *t, struct realmd_order order) {
        order.secret = t->secret;
        t->realmd = realmd_new(t->bus, &order, on_said, on_done, t);
        assert_non_null(t->realmd);
        assert_int_equal(t->done, 0);
        assert_true(sd_event_loop(t->event) >= 0);
        assert_int_equal(t->done, 1);
        t->realmd = realmd_free(t->realmd);
}

static char *const options[] = { (char *) "computer-ou=OU=Linux,DC=example,DC=test", (char *) "membership-software=adcli", NULL };

static void joins_by_a_password(void **state) {
        struct test t;
        setup(&t);
        carry_out(&t, (struct realmd_order) { .credentials = REALMD_PASSWORD, .domain = "example.test", .user = "joiner", .options = (char **) options });
        assert_null(t.error);
        assert_string_equal(t.fake->asked, "Discover Join ");
        assert_string_equal(t.fake->domain, "example.test");
        assert_string_equal(t.fake->credentials, "password/administrator/joiner/canary");
        assert_string_equal(t.fake->options, "computer-ou=OU=Linux,DC=example,DC=test membership-software=adcli ");
        /* pieces are put together, and what belongs to another operation is left out */
        assert_string_equal(t.said.text, " * Resolving: _ldap._tcp.example.test\n");
        teardown(&t);
}

static void joins_by_other_credentials(void **state) {
        struct test t;
        setup(&t);
        carry_out(&t, (struct realmd_order) { .credentials = REALMD_ONE_TIME });
        assert_null(t.error);
        assert_string_equal(t.fake->domain, "");        /* the one that the network names */
        assert_string_equal(t.fake->credentials, "secret/none/canary");
        teardown(&t);
        setup(&t);
        carry_out(&t, (struct realmd_order) { .credentials = REALMD_NOBODY, .domain = "example.test" });
        assert_null(t.error);
        assert_string_equal(t.fake->credentials, "automatic/none/");
        teardown(&t);
}

static void leaves(void **state) {
        struct test t;
        setup(&t);
        t.fake->configured = REALMD_NAME ".KerberosMembership";
        carry_out(&t, (struct realmd_order) { .action = REALMD_LEAVE });
        assert_null(t.error);
        assert_string_equal(t.fake->asked, "Deconfigure ");
        teardown(&t);
        setup(&t);
        t.fake->configured = REALMD_NAME ".KerberosMembership";
        carry_out(&t, (struct realmd_order) { .action = REALMD_LEAVE, .credentials = REALMD_PASSWORD, .user = "joiner", .domain = "EXAMPLE.test" });
        assert_null(t.error);
        assert_string_equal(t.fake->asked, "Leave ");
        assert_string_equal(t.fake->credentials, "password/administrator/joiner/canary");
        assert_string_equal(t.fake->options, "");
        teardown(&t);
}

/* Each way not to begin: nothing is joined, and the sentence says why. */
static void refuses(void **state) {
        static const struct {
                bool none, no_membership, only_secret;
                const char *configured;
                enum realmd_action action;
                const char *domain;
                int code;
                const char *says;
        } cases[] = {
                { .none = true, .domain = "nowhere.test", .code = -ENOENT, .says = "No such realm found: nowhere.test" },
                { .none = true, .code = -ENOENT, .says = "No such realm found" },
                { .none = true, .action = REALMD_LEAVE, .code = -ENOENT, .says = "Couldn't find a configured realm" },
                { .action = REALMD_LEAVE, .code = -ENOENT, .says = "Couldn't find a configured realm" },
                { .action = REALMD_LEAVE, .configured = "x", .domain = "other.test", .code = -ENOENT, .says = "Couldn't find a configured realm: other.test" },
                { .configured = "x", .domain = "example.test", .code = -EEXIST, .says = "Already joined to example.test" },
                { .no_membership = true, .code = -EOPNOTSUPP, .says = "example.test cannot be joined with credentials of the kind \"password\" here" },
                { .only_secret = true, .code = -EOPNOTSUPP, .says = "example.test cannot be joined with credentials of the kind \"password\" here" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct test t;
                setup(&t);
                t.fake->none = cases[i].none;
                t.fake->no_membership = cases[i].no_membership;
                t.fake->only_secret = cases[i].only_secret;
                t.fake->configured = cases[i].configured;
                carry_out(&t, (struct realmd_order) { .action = cases[i].action, .credentials = REALMD_PASSWORD, .user = "joiner", .domain = cases[i].domain });
                assert_non_null(t.error);
                assert_string_equal(t.error->message, cases[i].says);
                assert_int_equal(t.error->code, cases[i].code);
                assert_non_null(t.error->hint);
                assert_null(strstr(t.fake->asked, "Join"));
                assert_null(strstr(t.fake->asked, "Leave"));
                teardown(&t);
        }
}

/* What realmd ends with: its message and the name of its error, which the table of failures reads. */
static void reports_errors(void **state) {
        static const struct {
                const char *name, *message;
                int code;
                const char *head;
        } cases[] = {
                { REALMD_NAME ".Error.Failed", "Failed to join the domain", -EIO, "Couldn't join realm" },
                { REALMD_NAME ".Error.AuthenticationFailed", "Insufficient permissions to join the domain", -EACCES, "Couldn't join realm" },
                { REALMD_NAME ".Error.Busy", "Already running another action", -EBUSY, "Couldn't join realm" },
                { REALMD_NAME ".Error.NotAuthorized", "Not authorized to perform this action", -EPERM, "Couldn't join realm" },
                { REALMD_NAME ".Error.AlreadyConfigured", "Already configured", -EEXIST, "Couldn't join realm" },
                { REALMD_NAME ".Error.BadHostname", "This computer's host name is not set correctly.", -EINVAL, "Couldn't join realm" },
                { "org.freedesktop.DBus.Error.ServiceUnknown", "The name is not activatable", -ENOTCONN, "realmd is not installed, or cannot be started" },
                { "org.freedesktop.systemd1.UnitMasked", "Unit dbus-org.freedesktop.realmd.service is masked.", -ENOTCONN,
                  "realmd is not installed, or cannot be started" },
                { "org.example.Unheard", NULL, -EIO, "Couldn't join realm" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct test t;
                setup(&t);
                t.fake->refuse = cases[i].name;
                t.fake->message = cases[i].message;
                carry_out(&t, (struct realmd_order) { .credentials = REALMD_PASSWORD, .user = "joiner", .domain = "example.test" });
                assert_non_null(t.error);
                assert_string_equal(t.error->message, cases[i].head);
                assert_int_equal(t.error->code, cases[i].code);
                assert_non_null(strstr(t.error->cause->message, cases[i].name));
                assert_non_null(strstr(t.error->cause->message, cases[i].message ? cases[i].message : "does not say why"));
                teardown(&t);
        }
}

static void gives_up_when_asked(void **state) {
        struct test t;
        setup(&t);
        t.fake->hang = true;
        t.cancel = true;
        carry_out(&t, (struct realmd_order) { .credentials = REALMD_PASSWORD, .user = "joiner", .domain = "example.test" });
        assert_non_null(t.error);
        assert_int_equal(t.error->code, -ECANCELED);
        assert_string_equal(t.error->message, "Cancelled");
        assert_string_equal(t.fake->asked, "Discover Join Cancel ");    /* once, however often */
        teardown(&t);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(joins_by_a_password), cmocka_unit_test(joins_by_other_credentials), cmocka_unit_test(leaves),
                cmocka_unit_test(refuses), cmocka_unit_test(reports_errors), cmocka_unit_test(gives_up_when_asked),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
