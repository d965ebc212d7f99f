/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans as the host makes them: from records, files and what the engine says (a fake one, over its socket). */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/host/backend.h"
#include "backend/io/files.h"
#include "backend/snapshot/snapshot.h"
#include "backend/store/job-folder.h"
#include "backend/store/services.h"
#include "base/str.h"
#include "tests/fake/engine.h"
#include "tests/fake/systemd.h"
#include "tests/unit/source.h"
#include "tests/unit/tree.h"

#define UNIT "[Service]\nExecStart=/usr/bin/podman run x\n"
#define UNIT_PATH "/etc/systemd/system/clock.service"
#define OLD_ID "1111111111111111111111111111111111111111111111111111111111111111"

#define MEMBER_PROFILE                                                                                                                      \
        "{ \"title\": \"Member\", \"match\": [\"service-0002\"], \"modes\": [{ \"name\": \"ad\", \"title\": \"Join\", \"joins\": \"ad\","   \
        " \"leave\": { \"title\": \"Delete it\", \"words\": [\"realm\", \"leave\"] } }, { \"name\": \"ipa\", \"title\": \"Enroll\", \"joins\": \"ipa\" }] }"

struct fixture {
        char *top, *root, *state, *run, *data, *socket;
        struct paths paths;
        sd_event *event;
        sd_bus *bus;
        struct fake_systemd *systemd;
        struct fake_engine *engine;
        struct host *host;
};

static int set_up(void **state) {
        struct fixture *f = calloc(1, sizeof *f);
        f->top = tree_new();
        f->root = str_printf("%s/root", f->top);
        f->state = str_printf("%s/state", f->top);
        f->run = str_printf("%s/run", f->top);
        f->data = str_printf("%s/data", f->top);
        f->socket = str_printf("%s/engine.sock", f->top);
        static const char *const folders[] = { "/root/etc/systemd/system", "/root/usr/local", "/data/profiles" };
        for (size_t i = 0; i < ELEMENTS(folders); i++)
                tree_folder(f->top, folders[i]);
        f->paths = paths_default;
        f->paths.root = f->root;
        f->paths.state = f->state;
        f->paths.run = f->run;
        f->paths.data = f->data;
        assert_int_equal(paths_prepare(&f->paths, NULL), 0);
        assert_int_equal(sd_event_new(&f->event), 0);
        tree_write(f->data, "/profiles/member.json", MEMBER_PROFILE);
        f->systemd = fake_systemd_new(f->event, &f->bus);
        assert_int_equal(fake_engine_new(f->event, f->socket, ENGINE_PODMAN, &f->engine), 0);
        const char *const sockets[] = { f->socket, NULL };
        const struct backend_options options = { .paths = &f->paths, .sockets = sockets, .bus = f->bus };
        f->host = backend_new(f->event, &options);
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
        char *texts[] = { f->top, f->root, f->state, f->run, f->data, f->socket };
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                free(texts[i]);
        free(f);
        return 0;
}

struct waiting {
        struct plan *plan;
        struct error *e;
        bool over;
};

static void planned(struct plan *plan, struct error *e, void *userdata) {
        struct waiting *w = userdata;
        *w = (struct waiting) { plan, e, true };
}

static struct plan *make_plan(struct fixture *f, const struct plan_order *order, struct error **reterr) {
        struct waiting w = {};
        struct op *op = host_make_plan(f->host, order, planned, &w);
        while (!w.over)
                assert_true(sd_event_run(f->event, 10000000) > 0);
        op_cancel(op);
        if (w.e && !reterr)
                fail_msg("%s", w.e->message);
        if (reterr)
                *reterr = w.e;
        return w.plan;
}

static void look(const struct fixture *f, struct manifest *ret) {
        static char *const paths[] = { (char *) "/etc", NULL };
        _cleanup_close_ int root = files_open_root(f->root, NULL);
        const struct snapshot_options options = { .root = root, .paths = paths, .blobs = -1, .known_blobs = -1 };
        _cleanup_(snapshot_freep) struct snapshot *s = snapshot_new(&options);
        assert_int_equal(snapshot_go(s, 0, NULL), 1);
        snapshot_take(s, ret);
}

/* A service whose install wrote its unit; it runs an image of this id. */
static void install(const struct fixture *f, const char *image_id) {
        _cleanup_(manifest_done) struct manifest before = {}, after = {};
        struct plan plan = { .name = (char *) "clock", .pin.reference = (char *) "localhost/service-0001", .pin.image = (char *) "x" };
        _cleanup_free_ char *id = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_ok(jobfolder_make(&f->paths, &plan, &id, &e), e);
        _cleanup_close_ int folder = jobfolder_open(&f->paths, id, NULL);
        _cleanup_close_ int saved = jobfolder_snapshot(folder, NULL, true, NULL);
        look(f, &before);
        tree_write(f->root, UNIT_PATH, UNIT);
        look(f, &after);
        assert_int_equal(snapshot_store(saved, "manifest", &before, -1, NULL), 0);
        assert_int_equal(snapshot_store(saved, "after", &after, -1, NULL), 0);
        _cleanup_(service_freep) struct service *s = service_new();
        s->name = strdup("clock");
        s->pin.reference = strdup("localhost/service-0001");
        s->pin.image = strdup("localhost/service-0001@sha256:" OLD_ID);
        s->pin.image_id = strdup(image_id);
        s->job = strdup(id);
        strv_add(&s->units, "clock.service");
        strv_add(&s->files, UNIT_PATH);
        strv_add(&s->given.set, "X=from the install");
        strv_add(&s->given.set, "Y=from the install");
        str_replace(&s->given.opt[0], "--from-the-install");
        assert_ok(services_write(&f->paths, s, &e), e);
}

static const struct plan_order upgrade = { .verb = VERB_UPGRADE, .name = "clock" };

static void an_upgrade_takes_what_the_install_was_given(void **state) {
        struct fixture *f = *state;
        install(f, OLD_ID);
        char *set[] = { (char *) "Y=now", NULL };
        struct plan_order order = upgrade;
        order.set = set;
        _cleanup_plan_ struct plan *plan = make_plan(f, &order, NULL);
        assert_string_equal(plan->name, "clock");
        assert_string_equal(plan->pin.reference, "localhost/service-0001");
        assert_string_equal(plan->from->image_id, OLD_ID);
        assert_string_equal(plan->unit.path, UNIT_PATH);
        _cleanup_free_ char *all = strv_join(plan->given.set, "|");
        assert_string_equal(all, "Y=now|X=from the install");
        assert_string_equal(plan->given.opt[0], "--from-the-install");
        /* the fake engine has no image of that id: so the upgrade could not go back */
        assert_non_null(finding_list_find(&plan->findings, "no-way-back"));
        assert_null(finding_list_find(&plan->findings, "unit-edited"));
        assert_int_equal(plan_permitted(plan, NULL), -EPERM);
        char *allowed[] = { (char *) "no-way-back", NULL };
        order.allowed = allowed;
        _cleanup_plan_ struct plan *permitted = make_plan(f, &order, NULL);
        assert_int_equal(plan_permitted(permitted, NULL), 0);
}

static void there_must_be_another_image(void **state) {
        struct fixture *f = *state;
        struct waiting w = {};
        const struct plan_order look_at = { .verb = VERB_INSTALL, .image = "localhost/service-0001" };
        _cleanup_plan_ struct plan *plan = make_plan(f, &look_at, NULL);
        install(f, plan->pin.image_id);
        assert_null(make_plan(f, &upgrade, &w.e));
        assert_int_equal(w.e->code, -EALREADY);
        assert_string_equal(w.e->message, "clock runs the newest image of localhost/service-0001 that is on this host");
        error_free(w.e);
        /* another reference has another image, and the way back is there */
        struct plan_order other = upgrade;
        other.image = "localhost/service-0002";
        _cleanup_plan_ struct plan *to = make_plan(f, &other, NULL);
        assert_string_equal(to->pin.reference, "localhost/service-0002");
        assert_null(finding_list_find(&to->findings, "no-way-back"));
        assert_null(make_plan(f, &(struct plan_order) { .verb = VERB_UPGRADE, .name = "nobody" }, &w.e));
        assert_int_equal(w.e->code, -ENOENT);
        error_free(w.e);
}

static void an_edited_unit_is_not_written_over_in_silence(void **state) {
        struct fixture *f = *state;
        install(f, OLD_ID);
        tree_write(f->root, UNIT_PATH, UNIT "# mine\n");
        _cleanup_plan_ struct plan *plan = make_plan(f, &upgrade, NULL);
        const struct finding *edited = finding_list_find(&plan->findings, "unit-edited");
        assert_non_null(edited);
        assert_string_equal(edited->where, UNIT_PATH);
        assert_true(finding_can_be_allowed(edited));
}

static void an_uninstall_needs_no_image(void **state) {
        struct fixture *f = *state;
        install(f, OLD_ID);
        _cleanup_plan_ struct plan *plan = make_plan(f, &(struct plan_order) { .verb = VERB_UNINSTALL, .name = "clock" }, NULL);
        assert_non_null(finding_list_find(&plan->findings, "image-gone"));
        assert_int_equal(plan_permitted(plan, NULL), 0);
}

static void what_is_not_saved_is_named_beforehand(void **state) {
        struct fixture *f = *state;
        _cleanup_close_ int fd = open(tree_path(f->root, "/etc/holes"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        assert_int_equal(ftruncate(fd, 1LL << 40), 0);
        tree_write(f->root, "/etc/small", "12345");
        const struct plan_order order = { .verb = VERB_INSTALL, .image = "localhost/service-0001" };
        _cleanup_plan_ struct plan *plan = make_plan(f, &order, NULL);
        const struct finding *named = NULL;
        for (size_t i = 0; i < plan->findings.n; i++)
                if (str_equal(plan->findings.items[i].id, "not-saved") && str_equal(plan->findings.items[i].where, "/etc/holes"))
                        named = &plan->findings.items[i];
        assert_non_null(named);
        assert_string_equal(named->message, "/etc/holes is not saved: it is too large");
        /* /etc, its two files, systemd, systemd/system, /usr/local */
        assert_int_equal(plan->saved_objects, 6);
        assert_int_equal(plan->saved_bytes, 5);
        for (int i = 0; i < 20; i++) {
                _cleanup_free_ char *path = str_printf("/etc/large-%d", i);
                _cleanup_close_ int large = open(tree_path(f->root, path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
                assert_int_equal(ftruncate(large, 1LL << 40), 0);
        }
        _cleanup_plan_ struct plan *many = make_plan(f, &order, NULL);
        size_t n = 0;
        bool counted = false;
        for (size_t i = 0; i < many->findings.n; i++)
                if (str_equal(many->findings.items[i].id, "not-saved") && many->findings.items[i].where[0] != 'I') {
                        n++;
                        counted |= str_equal(many->findings.items[i].message, "9 more are not saved");
                }
        assert_int_equal(n, 13);
        assert_true(counted);
}

/* Whose account it is stands in the keytab. */
static void make_member(const struct fixture *f) {
        size_t n;
        _cleanup_free_ char *keys = source_read("tests/fuzz/corpus/keytab/two", &n);
        _cleanup_close_ int fd = open(tree_path(f->root, "/etc/krb5.keytab"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_int_equal(write(fd, keys, n), n);
        tree_write(f->root, "/etc/sssd/sssd.conf", "[sssd]\ndomains = example.test\n[domain/example.test]\nid_provider = ad\nkrb5_realm = EXAMPLE.TEST\n");
        _cleanup_(service_freep) struct service *s = service_new();
        s->name = strdup("member");
        s->pin.reference = strdup("localhost/service-0002");
        s->pin.image = strdup("localhost/service-0002@sha256:" OLD_ID);
        s->pin.image_id = strdup(OLD_ID);
        s->given.mode = strdup("ad");
        s->job = strdup("none");
        answers_set(s->given.answers, "domain", "example.test", "typed");
        assert_int_equal(services_write(&f->paths, s, NULL), 0);
        assert_null(host_status(f->host)->profile_error);
}

static void a_leave_names_the_account(void **state) {
        struct fixture *f = *state;
        make_member(f);
        struct plan_order order = { .verb = VERB_UNINSTALL, .name = "member" };
        _cleanup_plan_ struct plan *stays = make_plan(f, &order, NULL);
        assert_string_equal(finding_list_find(&stays->findings, "account-stays")->message,
                            "The account HOST1$@EXAMPLE.TEST stays in the realm EXAMPLE.TEST");
        assert_int_equal(plan_permitted(stays, NULL), 0);

        /* without the image nothing can delete it */
        order.deletes_account = true;
        _cleanup_plan_ struct plan *deletes = make_plan(f, &order, NULL);
        assert_string_equal(finding_list_find(&deletes->findings, "account-deleted")->message,
                            "The account HOST1$@EXAMPLE.TEST is deleted in the realm EXAMPLE.TEST");
        assert_int_equal(plan_permitted(deletes, NULL), -EPERM);

        /* words of the person's own may do either */
        char *words[] = { (char *) "realm", (char *) "leave", NULL };
        order.deletes_account = false;
        order.arguments = words;
        _cleanup_plan_ struct plan *own = make_plan(f, &order, NULL);
        assert_null(finding_list_find(&own->findings, "account-stays"));

        /* FreeIPA's own leave takes the keys away and keeps the entry: no password changes that */
        _cleanup_(service_freep) struct service *s = NULL;
        assert_int_equal(services_read(&f->paths, "member", &s, NULL), 0);
        str_replace(&s->given.mode, "ipa");
        assert_int_equal(services_write(&f->paths, s, NULL), 0);
        order.arguments = NULL;
        _cleanup_plan_ struct plan *entry = make_plan(f, &order, NULL);
        assert_null(strstr(finding_list_find(&entry->findings, "entry-stays")->hint, "--secret"));
        assert_null(finding_list_find(&entry->findings, "account-stays"));
}

static void who_may_log_in_is_a_file_of_this_host(void **state) {
        struct fixture *f = *state;
        make_member(f);
        char *bob[] = { (char *) "bob", NULL };
        const struct access_change permit = { .what = ACCESS_PERMIT, .names = bob };
        _cleanup_plan_ struct plan *access = make_plan(f, &(struct plan_order) { .verb = VERB_ACCESS, .access = &permit }, NULL);
        assert_string_equal(access->name, "member");
        assert_string_equal(access->file.path, PLAN_ACCESS_FILE);
        assert_non_null(strstr(access->file.text, "access_provider = simple\nsimple_allow_users = bob\n"));
        assert_null(finding_list_find(&access->findings, "domain-rules"));
        assert_string_equal(finding_list_find(&access->findings, "unknown-name")->message, "This host finds no user bob in the realm");
        char *known[] = { (char *) "ROOT", NULL };
        const struct access_change other = { .what = ACCESS_PERMIT, .groups = true, .names = known };
        _cleanup_plan_ struct plan *found = make_plan(f, &(struct plan_order) { .verb = VERB_ACCESS, .access = &other }, NULL);
        assert_null(strstr(finding_list_find(&found->findings, "unknown-name")->message, "user"));
        known[0] = (char *) "root";
        _cleanup_plan_ struct plan *well_known = make_plan(f, &(struct plan_order) { .verb = VERB_ACCESS, .access = &other }, NULL);
        assert_null(finding_list_find(&well_known->findings, "unknown-name"));
        _cleanup_strv_ char **lines = plan_file_lines(&access->file);
        assert_string_equal(lines[0], "+access_provider = simple");
        assert_int_equal(strv_length(lines), 2);
        struct error *e = NULL;
        assert_null(make_plan(f, &(struct plan_order) { .verb = VERB_RENEW }, &e));
        assert_int_equal(e->code, -ENOTSUP);
        e = error_free(e);
        tree_write(f->root, "/etc/sssd/sssd.conf", "[sssd]\ndomains = example.test\n[domain/example.test]\nid_provider = ad\naccess_provider = ad\n");
        _cleanup_plan_ struct plan *rules = make_plan(f, &(struct plan_order) { .verb = VERB_ACCESS, .access = &permit }, NULL);
        assert_non_null(finding_list_find(&rules->findings, "domain-rules"));

        /* what counts more than that file is not passed over */
        tree_write(f->root, "/etc/sssd/conf.d/debug.conf", "[domain/example.test]\ndebug_level = 9\n");
        tree_write(f->root, "/etc/sssd/conf.d/other.conf", "[domain/other.test]\naccess_provider = deny\n");
        tree_write(f->root, "/etc/sssd/conf.d/off.conf.bak", "[domain/example.test]\naccess_provider = deny\n");
        _cleanup_plan_ struct plan *well = make_plan(f, &(struct plan_order) { .verb = VERB_ACCESS, .access = &permit }, NULL);
        assert_non_null(well);
        tree_write(f->root, "/etc/sssd/conf.d/more.conf", "[domain/example.test]\nsimple_allow_users = alice\n");
        assert_null(make_plan(f, &(struct plan_order) { .verb = VERB_ACCESS, .access = &permit }, &e));
        assert_int_equal(e->code, -EPERM);
        assert_non_null(strstr(e->message, "/etc/sssd/conf.d/more.conf"));
        e = error_free(e);
}

static void topics_came(unsigned topics, void *userdata) {
        *(unsigned *) userdata |= topics;
}

/* Its files show it, in a turn of the loop; after they changed, when a job has ended. */
static void the_realm_is_known_without_asking(void **state) {
        struct fixture *f = *state;
        make_member(f);
        unsigned topics = 0;
        assert_null(host_status(f->host)->realm.name);
        host_listen(f->host, topics_came, &topics);
        while (!(topics & TOPIC_REALM))
                assert_true(sd_event_run(f->event, 10000000) > 0);
        struct host_realm realm = host_status(f->host)->realm;
        assert_string_equal(realm.name, "EXAMPLE.TEST");
        assert_int_equal(realm.kind, REALM_AD);
        assert_int_equal(realm.kvno, 3);
        assert_int_equal(realm.seen, 0);
        /* a job came */
        assert_int_equal(unlink(tree_path(f->root, "/etc/sssd/sssd.conf")), 0);
        struct plan plan = { .name = (char *) "member", .pin.reference = (char *) "x", .pin.image = (char *) "x" };
        _cleanup_free_ char *id = NULL;
        assert_int_equal(jobfolder_make(&f->paths, &plan, &id, NULL), 0);
        topics = 0;
        while (!(topics & TOPIC_REALM))
                assert_true(sd_event_run(f->event, 10000000) > 0);
        assert_null(host_status(f->host)->realm.name);
        host_listen(f->host, NULL, NULL);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(an_upgrade_takes_what_the_install_was_given), T(there_must_be_another_image),
                T(an_edited_unit_is_not_written_over_in_silence), T(what_is_not_saved_is_named_beforehand),
                T(an_uninstall_needs_no_image), T(a_leave_names_the_account),
                T(the_realm_is_known_without_asking), T(who_may_log_in_is_a_file_of_this_host),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
