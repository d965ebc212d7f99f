/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Newer images of services at their sources, by the fake skopeo. */
#include "backend/format/updates.h"
#include "backend/host/internal.h"
#include "backend/io/digest.h"
#include "backend/store/services.h"
#include "backend/store/updates.h"
#include "tests/unit/source.h"
#include "tests/unit/tree.h"

#define REGISTRY "registry.example.test"
#define S(text) ((char *) (text))

struct fixture {
        char *root, *skopeo, *state, *run;
        sd_event *event;
        struct paths paths;
        struct host *host;
        struct update_list *list;
        struct image *image;
        struct update_detail *detail;
        struct error *error;
        unsigned answers, seen;
};

static void begin_with(struct fixture *f, uint64_t patience) {
        static const char *const sockets[] = { "/nowhere/engine.sock", NULL };
        _cleanup_free_ char *fake = str_printf("%s/tests/fake/skopeo", getenv("SOURCE"));
        f->root = tree_new();
        f->skopeo = str_printf("%s/skopeo", f->root);
        f->state = str_printf("%s/state", f->root);
        f->run = str_printf("%s/run", f->root);
        tree_link(f->root, "/skopeo", fake);
        f->paths = paths_default;
        f->paths.root = f->root;
        f->paths.skopeo = f->skopeo;
        f->paths.cache = NULL;
        f->paths.state = f->state;
        f->paths.run = f->run;
        assert_int_equal(paths_prepare(&f->paths, NULL), 0);
        assert_int_equal(sd_event_new(&f->event), 0);
        f->host = backend_new(f->event, &(const struct backend_options) { .paths = &f->paths, .sockets = sockets, .lookup_usec = patience });
}

static int begin(void **state) {
        *state = xcalloc(1, sizeof(struct fixture));
        begin_with(*state, 0);
        return 0;
}

/* Whatever its load: that does not answer at all. */
static int begin_impatient(void **state) {
        *state = xcalloc(1, sizeof(struct fixture));
        begin_with(*state, 200000);
        return 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        backend_free(f->host);
        sd_event_unref(f->event);
        update_list_free(f->list);
        image_free(f->image);
        update_detail_free(f->detail);
        error_free(f->error);
        tree_remove(f->root);
        FREE_ALL(f->root, f->skopeo, f->state, f->run, f);
        return 0;
}

static void installed(struct fixture *f, const char *name, const char *reference, const char *id) {
        _cleanup_(service_freep) struct service *s = service_new();
        str_replace(&s->name, name);
        str_replace(&s->pin.reference, reference);
        str_replace(&s->pin.image_id, id);
        s->installed = 1;
        assert_int_equal(services_write(&f->paths, s, NULL), 0);
}

static char *question(const char *of, const char *reference) {
        char *key = str_printf("/inspect_--raw_%sdocker___%s", of, reference);
        for (char *p = key + 1; *p; p++)
                if (*p == '/' || *p == ':' || *p == '@')
                        *p = '_';
        return key;
}

/* The registry has an image of this version there; its id, the caller's. */
static char *published(struct fixture *f, const char *reference, const char *version) {
        char config_hex[DIGEST_HEX], hex[DIGEST_HEX];
        _cleanup_free_ char *config = str_printf("{\"config\":{\"Labels\":{\"version\":\"%s\",\"RUN\":\"podman run IMAGE\"}}}", version);
        digest_bytes(config, strlen(config), config_hex);
        _cleanup_free_ char *manifest = str_printf("{\"config\":{\"digest\":\"sha256:%s\"},\"layers\":[{\"size\":7}]}", config_hex);
        digest_bytes(manifest, strlen(manifest), hex);
        const char *colon = strrchr(reference, ':');
        _cleanup_free_ char *pinned = str_printf("%.*s@sha256:%s", (int) (colon - reference), reference, hex),
                            *ask = question("", reference), *ask_config = question("--config_", pinned);
        tree_write(f->root, ask, manifest);
        tree_write(f->root, ask_config, config);
        return xstrdup(config_hex);
}

static void on_list(struct update_list *list, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        update_list_free(f->list);
        error_free(f->error);
        f->list = list;
        f->error = e;
        f->answers++;
}

static void on_seen(const struct update *u, void *userdata) {
        ((struct fixture *) userdata)->seen++;
}

static void on_found(struct image *image, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        image_free(f->image);
        error_free(f->error);
        f->image = image;
        f->error = e;
        f->answers++;
}

static void wait_for(struct fixture *f, struct op *op) {
        unsigned before = f->answers;
        while (f->answers == before)
                assert_true(sd_event_run(f->event, UINT64_MAX) >= 0);
        op_cancel(op);
}

static const struct update *one(struct fixture *f, const char *name) {
        const struct update *u = update_list_find(f->list, name);
        assert_non_null(u);
        return u;
}

static void asks_each_source_and_keeps_it(void **state) {
        struct fixture *f = *state;
        _cleanup_free_ char *same = published(f, REGISTRY "/same:8", "8"), *newer = published(f, REGISTRY "/newer:8", "9"),
                            *no = question("", REGISTRY "/gone:8"), *no_file = str_printf("%s.no", no);
        installed(f, "same", REGISTRY "/same:8", same);
        installed(f, "newer", REGISTRY "/newer:8", "1");
        installed(f, "gone", REGISTRY "/gone:8", "1");
        installed(f, "made", "localhost/made:latest", "1");
        tree_write(f->root, no_file, "level=fatal msg=\"reading manifest 8 in x: manifest unknown\"");

        wait_for(f, host_list_updates(f->host, false, NULL, NULL, on_list, f));
        assert_null(f->error);
        assert_int_equal(f->list->n, 4);
        assert_int_equal(update_state(one(f, "newer")), UPDATE_UNKNOWN);
        assert_null(tree_read(f->root, "/calls"));

        wait_for(f, host_list_updates(f->host, true, NULL, on_seen, on_list, f));
        assert_null(f->error);
        assert_int_equal(f->seen, 4 + 3);
        assert_int_equal(update_state(one(f, "same")), UPDATE_CURRENT);
        assert_int_equal(update_state(one(f, "newer")), UPDATE_NEWER);
        assert_string_equal(one(f, "newer")->newest.version, "9");
        assert_true(one(f, "newer")->newest.size == 7);
        assert_int_equal(update_state(one(f, "gone")), UPDATE_FAILED);
        assert_string_equal(one(f, "gone")->failed, "The registry " REGISTRY " has no docker://" REGISTRY "/gone:8");
        assert_int_equal(update_state(one(f, "made")), UPDATE_NONE);

        /* From then on without a question. */
        char *asked = tree_read(f->root, "/calls"), *again;
        wait_for(f, host_list_updates(f->host, false, NULL, NULL, on_list, f));
        assert_string_equal(asked, again = tree_read(f->root, "/calls"));
        FREE_ALL(asked, again);
        assert_int_equal(update_state(one(f, "newer")), UPDATE_NEWER);
        assert_non_null(one(f, "gone")->failed);

        /* Who lists services sees it, until it is held. */
        for (int held = 0; held < 2; held++) {
                _cleanup_(service_list_freep) struct service_list *services = services_list(&f->paths, NULL);
                backend_recall_updates(backend_of(f->host), services);
                for (size_t i = 0; i < services->n; i++) {
                        assert_int_equal(services->items[i]->newer_there, str_equal(services->items[i]->name, "newer"));
                        assert_int_equal(!!services->items[i]->update_held, held && services->items[i]->newer_there);
                }
                assert_int_equal(host_hold_update(f->host, "newer", INT64_C(1) << 40, NULL), 0);
        }
        assert_int_equal(host_hold_update(f->host, "none", 5, &f->error), -ENOENT);
}

static void asks_only_those_that_are_named(void **state) {
        struct fixture *f = *state;
        char *names[] = { S("b"), NULL }, *none[] = { S("z"), NULL };
        _cleanup_free_ char *a = published(f, REGISTRY "/a:8", "8"), *b = published(f, REGISTRY "/b:8", "8");
        installed(f, "a", REGISTRY "/a:8", "1");
        installed(f, "b", REGISTRY "/b:8", b);
        wait_for(f, host_list_updates(f->host, true, names, NULL, on_list, f));
        assert_int_equal(update_state(one(f, "a")), UPDATE_UNKNOWN);
        assert_int_equal(update_state(one(f, "b")), UPDATE_CURRENT);
        wait_for(f, host_list_updates(f->host, true, none, NULL, on_list, f));
        assert_int_equal(f->error->code, -ENOENT);
        op_cancel(host_list_updates(f->host, true, NULL, on_seen, on_list, f));
}

/* Its other images are not asked for one after the other, and others do not wait for them. */
static void gives_a_registry_up_that_hangs(void **state) {
        struct fixture *f = *state;
        for (int i = 0; i < 6; i++) {
                _cleanup_free_ char *name = str_printf("s%d", i), *reference = str_printf(REGISTRY "/s%d:8", i), *ask = question("", reference),
                                    *hang = str_printf("%s.hang", ask);
                installed(f, name, reference, "1");
                tree_write(f->root, hang, "");
        }
        wait_for(f, host_list_updates(f->host, true, NULL, NULL, on_list, f));
        for (int i = 0; i < 6; i++)
                assert_string_equal(f->list->items[i].failed, "The registry " REGISTRY " did not answer within 0 seconds");
        _cleanup_free_ char *calls = tree_read(f->root, "/calls");
        assert_int_equal(strlen(strchr(calls, '\n')), 1);
}

/* An upgrade asks the source where something newer was seen; where that is silent, what the engine has. */
static void finds_the_newest(void **state) {
        struct fixture *f = *state;
        _cleanup_(service_freep) struct service *s = NULL;
        _cleanup_free_ char *id = published(f, REGISTRY "/a:8", "9");
        installed(f, "a", REGISTRY "/a:8", "1");
        wait_for(f, host_list_updates(f->host, true, NULL, NULL, on_list, f));
        assert_int_equal(services_read(&f->paths, "a", &s, NULL), 0);
        wait_for(f, backend_find_newest(backend_of(f->host), s, on_found, f));
        assert_string_equal(f->image->id, id);
        assert_string_equal(f->image->source, "docker://" REGISTRY "/a:8");
        _cleanup_free_ char *ask = question("", REGISTRY "/a:8"), *no = str_printf("%s.no", ask);
        tree_write(f->root, no, "level=fatal msg=\"dial tcp 10.0.0.1:443: connect: connection refused\"");
        wait_for(f, backend_find_newest(backend_of(f->host), s, on_found, f));
        assert_int_equal(f->error->code, -ECONNREFUSED);
        op_cancel(backend_find_newest(backend_of(f->host), s, on_found, f));
}

/* A consent is kept as the plan has it, and of no plan that wants a person. */
static void approves_a_plan(void **state) {
        struct fixture *f = *state;
        _cleanup_free_ char *id = published(f, REGISTRY "/a:8", "9");
        installed(f, "a", REGISTRY "/a:8", "1");
        wait_for(f, host_list_updates(f->host, true, NULL, NULL, on_list, f));
        struct plan plan = { .verb = VERB_UPGRADE, .name = S("a"), .pin = { .source = S("docker://" REGISTRY "/a:8"), .image_id = id } };
        plan.pin.digest = one(f, "a")->newest.digest;
        char consent[DIGEST_HEX];
        digest_plan(&plan, consent);
        tree_write(f->root, "/proc/self/loginuid", "0"); /* has no newline */
        assert_int_equal(host_approve_update(f->host, "a", &plan, NULL), 0);
        plan.pin.digest = NULL;
        wait_for(f, host_list_updates(f->host, false, NULL, NULL, on_list, f));
        assert_true(update_approved(one(f, "a")));
        assert_string_equal(one(f, "a")->approved.consent, consent);
        assert_string_equal(one(f, "a")->approved.by, "root");
        assert_int_equal(host_approve_update(f->host, "a", NULL, NULL), 0);
        wait_for(f, host_list_updates(f->host, false, NULL, NULL, on_list, f));
        assert_false(update_approved(one(f, "a")));

        plan.member = true;
        assert_int_equal(host_approve_update(f->host, "a", &plan, &f->error), -EPERM);
        f->error = error_free(f->error);
        plan.member = false;
        assert_int_equal(host_approve_update(f->host, "none", &plan, &f->error), -ENOENT);
}

static void on_detail(struct update_detail *detail, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        update_detail_free(f->detail);
        error_free(f->error);
        f->detail = detail;
        f->error = e;
        f->answers++;
}

static void add_row(const char *name, const char *text, bool bad, void *userdata) {
        str_addf(userdata, "%s%s|%s\n", bad ? "!" : "", name, text);
}

/* Labels and findings need neither the engine nor, once they were seen, the network. */
static void shows_what_a_newer_image_changes(void **state) {
        struct fixture *f = *state;
        _cleanup_(service_freep) struct service *s = service_new();
        _cleanup_str_ struct str rows = {};
        _cleanup_free_ char *id = published(f, REGISTRY "/a:8", "9"), *first;
        str_replace(&s->name, "a");
        str_replace(&s->pin.reference, REGISTRY "/a:8");
        str_replace(&s->pin.image_id, "1");
        str_replace(&s->pin.digest, "sha256:1");
        label_list_set(&s->pin.labels, "RUN", "podman run -d IMAGE");
        s->installed = 1;
        assert_int_equal(services_write(&f->paths, s, NULL), 0);
        wait_for(f, host_list_updates(f->host, true, NULL, NULL, on_list, f));
        _cleanup_free_ char *pinned = str_printf("/inspect_--raw_docker___" REGISTRY "_a_%s", one(f, "a")->newest.digest),
                            *manifest = tree_read(f->root, first = question("", REGISTRY "/a:8"));
        strchr(pinned, ':')[0] = '_';
        tree_write(f->root, pinned, manifest);
        tree_write(f->root, "/etc/containers/policy.json", "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}");
        wait_for(f, host_show_update(f->host, "a", false, on_detail, f));
        assert_null(f->error);
        assert_false(f->detail->here);
        str_replace(&f->detail->update.newest.digest, "sha256:2");
        update_detail_rows(f->detail, 0, add_row, &rows);
        char *packages = strstr(rows.text, "packages|");
        assert_non_null(packages);
        *packages = '\0';
        assert_non_null(strstr(rows.text, "image|" REGISTRY "/a:8\ninstalled|sha256:1\nnewest|sha256:2  version 9  7 B\n"
                                          "signer|Not signed, and the policy of this host does not ask for a signature\n"
                                          "labels|RUN changed: podman run [--d-] IMAGE\n"));
        const struct update_list list = { .items = &f->detail->update, .n = 1 };
        _cleanup_free_ char *json = emit_updates(&list, &f->detail), *manual = source_read("data/json.md", NULL);
        static const char *const members[] = { "labels", "findings", "fixed", "packages", "unread", "here", "trust", "unlooked" };
        char *change = strstr(json, "\"change\": {");
        assert_non_null(change);
        for (size_t i = 0; i < ELEMENTS(members); i++) {
                _cleanup_free_ char *member = str_printf("\"%s\":", members[i]), *described = str_printf("`%s`", members[i]);
                assert_non_null(strstr(change, member));
                assert_non_null(strstr(strstr(manual, "`change` has"), described));
        }
        assert_non_null(strstr(change, "\"verdict\": \"unsigned\""));
        assert_non_null(strstr(change, "\"unread\": \"The newer image was not fetched\""));
        wait_for(f, host_show_update(f->host, "none", false, on_detail, f));
        assert_int_equal(f->error->code, -ENOENT);
        op_cancel(host_show_update(f->host, "a", false, on_detail, f));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(asks_each_source_and_keeps_it, begin, end),
                cmocka_unit_test_setup_teardown(asks_only_those_that_are_named, begin, end),
                cmocka_unit_test_setup_teardown(gives_a_registry_up_that_hangs, begin_impatient, end),
                cmocka_unit_test_setup_teardown(finds_the_newest, begin, end),
                cmocka_unit_test_setup_teardown(approves_a_plan, begin, end),
                cmocka_unit_test_setup_teardown(shows_what_a_newer_image_changes, begin, end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
