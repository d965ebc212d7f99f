/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Services as the host lists them: from records and what the engine (a fake one, over its socket) says of their images, if it says it in time. */
#include "backend/format/emit.h"
#include "backend/host/backend.h"
#include "backend/store/services.h"
#include "base/str.h"
#include "tests/fake/engine.h"
#include "tests/fake/systemd.h"
#include "tests/unit/tree.h"

struct fixture {
        char *top, *socket;
        struct paths paths;
        sd_event *event;
        sd_bus *bus;
        struct fake_systemd *systemd;
        struct fake_engine *engine;
        struct host *host;
        struct service_list *services;
        struct trouble_list *trouble;
};

static int set_up(void **state) {
        struct fixture *f = xcalloc(1, sizeof *f);
        f->top = tree_new();
        f->socket = str_printf("%s/engine.sock", f->top);
        f->paths = paths_default;
        f->paths.root = f->paths.state = f->paths.run = f->top;
        assert_int_equal(paths_prepare(&f->paths, NULL), 0);
        assert_int_equal(sd_event_new(&f->event), 0);
        f->systemd = fake_systemd_new(f->event, &f->bus);
        assert_int_equal(fake_engine_new(f->event, f->socket, ENGINE_PODMAN, &f->engine), 0);
        const char *const sockets[] = { f->socket, NULL };
        f->host = backend_new(f->event, &(const struct backend_options) { .paths = &f->paths, .sockets = sockets, .bus = f->bus });
        *state = f;
        return 0;
}

static int tear_down(void **state) {
        struct fixture *f = *state;
        backend_free(f->host);
        fake_engine_free(f->engine);
        fake_systemd_free(f->systemd);
        sd_bus_unref(f->bus);
        sd_event_unref(f->event);
        tree_remove(f->top);
        free(f->top);
        free(f->socket);
        free(f);
        return 0;
}

/* Of the services that are installed next; NULL: of none that is here. */
static const char *image_id;

static void install(const struct fixture *f, const char *name, const char *reference) {
        _cleanup_(service_freep) struct service *s = service_new();
        s->name = xstrdup(name);
        s->pin.reference = xstrdup(reference);
        s->pin.image = xstrdup(reference);
        s->pin.image_id = xstrdup(image_id ? image_id : "1111111111111111111111111111111111111111111111111111111111111111");
        s->job = xstrdup("20260101-000000-00000000");
        s->container = xstrdup(name);
        assert_int_equal(services_write(&f->paths, s, NULL), 0);
}

static void listed(struct service_list *services, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        assert_null(e);
        f->services = services;
}

static struct service_list *listing(struct fixture *f) {
        struct op *op = host_list_services(f->host, listed, f);
        while (!f->services)
                assert_true(sd_event_run(f->event, 10000000) > 0);
        op_cancel(op);
        return TAKE(f->services);
}

static char *list(struct fixture *f) {
        _cleanup_(service_list_freep) struct service_list *services = listing(f);
        return emit_services(services);
}

static void troubled(struct trouble_list *list, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        assert_null(e);
        f->trouble = list;
}

static struct trouble_list *look(struct fixture *f) {
        f->trouble = NULL;
        struct op *op = host_look_trouble(f->host, troubled, f);
        while (!f->trouble)
                assert_true(sd_event_run(f->event, 10000000) > 0);
        op_cancel(op);
        return f->trouble;
}

/* Nor is it silence then: what was not looked at is said. */
static void says_that_the_engine_was_not_heard(void **state) {
        struct fixture *f = *state;
        install(f, "clock", "localhost/service-0001:latest");
        _cleanup_(trouble_list_freep) struct trouble_list *known = look(f);
        assert_null(trouble_why_silent(known, TROUBLE_UPDATE));
        assert_null(trouble_why_silent(known, TROUBLE_HEALTH));
        fake_engine_rule(f->engine, &(struct fake_rule) { .route = "/images/", .what = FAKE_SILENT });
        _cleanup_(trouble_list_freep) struct trouble_list *slow = look(f);
        assert_non_null(trouble_why_silent(slow, TROUBLE_UPDATE));
        assert_non_null(trouble_why_silent(slow, TROUBLE_HEALTH));
}

/* An engine that hangs, or none, does not hold up the list; then nobody says that there is no newer image. */
static void what_the_engine_did_not_say_is_not_known(void **state) {
        struct fixture *f = *state;
        install(f, "clock", "localhost/service-0001:latest");
        _cleanup_free_ char *known = list(f);
        assert_non_null(strstr(known, "\"image_gone\": true"));
        assert_non_null(strstr(known, "\"newer\": true"));
        fake_engine_rule(f->engine, &(struct fake_rule) { .route = "/images/", .what = FAKE_SILENT });
        _cleanup_free_ char *slow = list(f);
        assert_non_null(strstr(slow, "\"image_gone\": null"));
        assert_non_null(strstr(slow, "\"newer\": null"));
        fake_engine_stop(f->engine, true);
        _cleanup_free_ char *away = list(f);
        assert_non_null(strstr(away, "\"image_gone\": null"));
        assert_non_null(strstr(away, "\"newer\": null"));
}

static void there_is_no_newer_image(void **state) {
        struct fixture *f = *state;
        install(f, "clock", "localhost/elsewhere:latest");
        _cleanup_free_ char *text = list(f);
        assert_non_null(strstr(text, "\"newer\": false"));
}

/* Of the engine's list nothing but a few images is needed, and it takes long. */
static void asks_for_the_images_of_services_only(void **state) {
        struct fixture *f = *state;
        fake_engine_set_images(f->engine, 50);
        install(f, "clock", "localhost/service-0001:latest");
        install(f, "names", "localhost/service-0001:latest");
        install(f, "web", "service-0002");
        install(f, "away", "localhost/elsewhere:1");
        _cleanup_free_ char *text = list(f);
        assert_int_equal(fake_engine_requests(f->engine, "/images/json"), 0);
        assert_int_equal(fake_engine_requests(f->engine, "/images/localhost"), 2); /* one for both of the same image */
        _cleanup_(service_list_freep) struct service_list *services = listing(f);
        for (size_t i = 0; i < services->n; i++) {
                const struct service *s = services->items[i];
                assert_true(s->images_known && s->image_gone);
                assert_true(s->newer == !STR_IN_SET(s->name, "away", "web"));
                assert_true(s->newer == !!s->newer_labels.n);
        }
}

static void knows_the_image_that_it_runs(void **state) {
        struct fixture *f = *state;
        image_id = "000000009e3779b1000000009e3779b2000000009e3779b3000000009e3779b4"; /* of service-0000 */
        install(f, "clock", "localhost/service-0000:latest");
        install(f, "old", "localhost/service-0001:latest");
        install(f, "nameless", "localhost/elsewhere:1");
        image_id = NULL;
        _cleanup_(service_list_freep) struct service_list *services = listing(f);
        for (size_t i = 0; i < services->n; i++) {
                assert_true(services->items[i]->images_known && !services->items[i]->image_gone);
                assert_true(services->items[i]->newer == str_equal(services->items[i]->name, "old"));
        }
        assert_int_equal(fake_engine_requests(f->engine, "/images/json"), 0);
}

/* More questions than this are no quicker than the list. */
static void lists_the_images_of_many(void **state) {
        struct fixture *f = *state;
        fake_engine_set_images(f->engine, 50);
        for (unsigned i = 0; i < 40; i++) {
                _cleanup_free_ char *name = str_printf("s%u", i), *reference = str_printf("localhost/service-%04u:latest", i);
                install(f, name, reference);
        }
        _cleanup_(service_list_freep) struct service_list *services = listing(f);
        assert_int_equal(fake_engine_requests(f->engine, "/images/json"), 1);
        for (size_t i = 0; i < services->n; i++)
                assert_true(services->items[i]->images_known && services->items[i]->newer && services->items[i]->image_gone);
}

/* One answer that does not come leaves its own services unknown. */
static void one_image_without_an_answer(void **state) {
        struct fixture *f = *state;
        install(f, "clock", "localhost/service-0001:latest");
        install(f, "names", "localhost/service-0002:latest");
        fake_engine_rule(f->engine, &(struct fake_rule) { .route = "service-0002", .what = FAKE_STATUS, .amount = 500, .text = "broken" });
        _cleanup_(service_list_freep) struct service_list *services = listing(f);
        assert_true(services->items[0]->images_known && services->items[0]->newer);
        assert_false(services->items[1]->images_known);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(what_the_engine_did_not_say_is_not_known, set_up, tear_down),
                cmocka_unit_test_setup_teardown(says_that_the_engine_was_not_heard, set_up, tear_down),
                cmocka_unit_test_setup_teardown(there_is_no_newer_image, set_up, tear_down),
                cmocka_unit_test_setup_teardown(asks_for_the_images_of_services_only, set_up, tear_down),
                cmocka_unit_test_setup_teardown(knows_the_image_that_it_runs, set_up, tear_down),
                cmocka_unit_test_setup_teardown(lists_the_images_of_many, set_up, tear_down),
                cmocka_unit_test_setup_teardown(one_image_without_an_answer, set_up, tear_down),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
