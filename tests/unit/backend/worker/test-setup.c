/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs that set the host itself up, and are rolled back: every file is as it was, byte for byte. */
#include <crypt.h>

#include "tests/unit/worker-fixture.h"

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGyYkVJ9yCCYQ6cWJ3QbYQ2kqv0O4lX5xWmC1H5qZ3nT anna"
#define SHADOW "root:*:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n"

static struct plan *setup_plan(enum setup_topic topic, const char *value) {
        struct plan *plan = new0(struct plan);
        plan->verb = VERB_SETUP;
        plan->name = xstrdup(setup_topic_name(topic));
        plan->given.answers = new0(struct answers);
        plan->pin.reference = xstrdup(setup_topic_file(topic));
        plan->pin.image = xstrdup(setup_topic_file(topic));
        plan->setup = (struct plan_setup) { topic, xstrdup(value), NULL };
        for (const char *const *path = setup_topic_paths(topic); *path; path++)
                strv_add(&plan->paths, *path);
        if (topic == SETUP_ROOT_PASSWORD) {
                plan->secrets = xcalloc(1, sizeof *plan->secrets);
                plan->secrets[plan->n_secrets++] = (struct secret_use) { .name = xstrdup(SETUP_SECRET), .delivery = DELIVER_STDIN };
        }
        return plan;
}

/* Only the files are saved: the times of the folders that hold them go on. */
static char *settled_fingerprint(const struct host_fixture *f) {
        static const char *const folders[] = { "/etc", "/root" };
        static const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = 1700000000 } };
        tree_folder(f->root, "/root");
        for (size_t i = 0; i < ELEMENTS(folders); i++)
                assert_int_equal(utimensat(AT_FDCWD, tree_path(f->root, folders[i]), times, 0), 0);
        return tree_fingerprint(f->root);
}

static void roll_back_setup(const struct host_fixture *f, const char *id, const char *before) {
        assert_int_equal(run_job(f, id, (struct with) { .mode = WORKER_ROLL_BACK }), WORKER_FAILED);
        _cleanup_(job_freep) struct job *back = read_job(f, id);
        assert_int_equal(back->state, JOB_CANCELLED);
        print_left(back);
        assert_int_equal(strv_length(back->left), 0);
        _cleanup_free_ char *now = settled_fingerprint(f);
        assert_string_equal(now, before);
}

static void names_the_host(void **state) {
        struct host_fixture *f = *state;
        static const char *const formers[] = { NULL, "old\n" };
        char kernel[2][256];
        gethostname(kernel[0], sizeof kernel[0]);
        for (size_t i = 0; i < ELEMENTS(formers); i++) {
                tree_write(f->root, SETUP_HOSTS_FILE, "127.0.0.1\tlocalhost\n127.0.1.1\tformer\n");
                if (formers[i])
                        tree_write(f->root, SETUP_HOST_NAME_FILE, formers[i]);
                _cleanup_free_ char *before = settled_fingerprint(f);
                _cleanup_plan_ struct plan *plan = setup_plan(SETUP_HOST_NAME, "db1.example.test");
                _cleanup_(job_freep) struct job *job = run_done(f, plan, .prepare = ordinary);
                _cleanup_free_ char *name = tree_read(f->root, SETUP_HOST_NAME_FILE), *hosts = tree_read(f->root, SETUP_HOSTS_FILE);
                assert_string_equal(name, "db1.example.test\n");
                assert_string_equal(hosts, "127.0.0.1\tlocalhost\n127.0.1.1\tdb1.example.test db1\n");
                assert_string_equal(job->message, "This host is called db1.example.test");
                roll_back_setup(f, job->id, before);
        }
        /* a folder is no host: this one keeps its name */
        gethostname(kernel[1], sizeof kernel[1]);
        assert_string_equal(kernel[0], kernel[1]);
}

static void sets_the_time_zone(void **state) {
        struct host_fixture *f = *state;
        /* a link that leads somewhere */
        tree_write(f->root, "/usr/share/zoneinfo/Etc/UTC", "UTC0");
        for (int debian = 0; debian < 2; debian++) {
                if (debian) {
                        tree_write(f->root, SETUP_ZONE_FILE, "Etc/UTC\n");
                        tree_link(f->root, SETUP_ZONE_LINK, "../usr/share/zoneinfo/Etc/UTC");
                }
                _cleanup_free_ char *before = settled_fingerprint(f);
                _cleanup_plan_ struct plan *plan = setup_plan(SETUP_TIME, "Europe/Berlin");
                _cleanup_(job_freep) struct job *job = run_done(f, plan, .prepare = ordinary);
                char target[64] = "";
                assert_true(readlink(tree_path(f->root, SETUP_ZONE_LINK), target, sizeof target - 1) > 0);
                assert_string_equal(target, "../usr/share/zoneinfo/Europe/Berlin");
                _cleanup_free_ char *zone = tree_read(f->root, SETUP_ZONE_FILE);
                assert_true(str_equal(zone, debian ? "Europe/Berlin\n" : NULL));
                roll_back_setup(f, job->id, before);
        }
}

static void sets_the_language(void **state) {
        struct host_fixture *f = *state;
        static const struct {
                const char *conf, *debian, *link; /* NULL: there is none */
                bool is_debian;
                const char *conf_after, *debian_after;
        } rows[] = {
                { NULL, NULL, NULL, false, "LANG=de_DE.UTF-8\n", NULL },
                { "LANG=C\nLC_TIME=C\n", NULL, NULL, false, "LANG=de_DE.UTF-8\nLC_TIME=C\n", NULL },
                { NULL, NULL, NULL, true, "LANG=de_DE.UTF-8\n", "LANG=de_DE.UTF-8\n" },
                { NULL, "# mine\n", NULL, true, "LANG=de_DE.UTF-8\n", "# mine\nLANG=de_DE.UTF-8\n" },
                { NULL, NULL, "../locale.conf", true, "LANG=de_DE.UTF-8\n", "LANG=de_DE.UTF-8\n" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                static const char *const files[] = { SETUP_LOCALE_FILE, SETUP_LOCALE_DEBIAN, "/etc/debian_version" };
                for (size_t k = 0; k < ELEMENTS(files); k++)
                        (void) unlink(tree_path(f->root, files[k]));
                tree_folder(f->root, "/etc/default");
                if (rows[i].conf)
                        tree_write(f->root, SETUP_LOCALE_FILE, rows[i].conf);
                if (rows[i].debian)
                        tree_write(f->root, SETUP_LOCALE_DEBIAN, rows[i].debian);
                if (rows[i].link)
                        tree_link(f->root, SETUP_LOCALE_DEBIAN, rows[i].link);
                if (rows[i].is_debian)
                        tree_write(f->root, "/etc/debian_version", "13\n");
                _cleanup_free_ char *before = settled_fingerprint(f);
                _cleanup_plan_ struct plan *plan = setup_plan(SETUP_LOCALE, "de_DE.UTF-8");
                _cleanup_(job_freep) struct job *job = run_done(f, plan, .prepare = ordinary);
                _cleanup_free_ char *conf = tree_read(f->root, SETUP_LOCALE_FILE), *debian = tree_read(f->root, SETUP_LOCALE_DEBIAN);
                assert_string_equal(conf, rows[i].conf_after);
                assert_true(str_equal(debian, rows[i].debian_after));
                assert_string_equal(job->message, "The language is de_DE.UTF-8");
                roll_back_setup(f, job->id, before);
        }
}

static void sets_the_keyboard(void **state) {
        struct host_fixture *f = *state;
        static const struct {
                enum setup_topic topic;
                const char *before, *after;
        } rows[] = {
                { SETUP_KEYMAP, NULL, "KEYMAP=de\n" },
                { SETUP_KEYMAP, "FONT=eurlatgr\nKEYMAP=us\n", "FONT=eurlatgr\nKEYMAP=de\n" },
                { SETUP_LAYOUT, "XKBMODEL=\"pc105\"\nXKBLAYOUT=\"us\"\nXKBVARIANT=\"\"\n", "XKBMODEL=\"pc105\"\nXKBLAYOUT=de\nXKBVARIANT=\"\"\n" },
        };
        tree_folder(f->root, "/etc/default");
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const char *file = setup_topic_file(rows[i].topic);
                if (rows[i].before)
                        tree_write(f->root, file, rows[i].before);
                _cleanup_free_ char *before = settled_fingerprint(f);
                _cleanup_plan_ struct plan *plan = setup_plan(rows[i].topic, "de");
                _cleanup_(job_freep) struct job *job = run_done(f, plan, .prepare = ordinary);
                _cleanup_free_ char *after = tree_read(f->root, file);
                assert_string_equal(after, rows[i].after);
                roll_back_setup(f, job->id, before);
        }
}

static void hashes_the_password(void **state) {
        struct host_fixture *f = *state;
        static const char password[] = "S3cr3t-CANARY-42";
        _cleanup_(secret_list_freep) struct secret_list *secrets = secret_list_new();
        struct secret *secret = secret_new(SETUP_SECRET);
        secret_set(secret, password, strlen(password));
        secret_list_take(secrets, secret);
        tree_write(f->root, SETUP_SHADOW_FILE, SHADOW);
        assert_int_equal(chmod(tree_path(f->root, SETUP_SHADOW_FILE), 0640), 0);
        _cleanup_free_ char *before = settled_fingerprint(f);
        _cleanup_plan_ struct plan *plan = setup_plan(SETUP_ROOT_PASSWORD, NULL);
        _cleanup_(job_freep) struct job *job = run_done(f, plan, .secrets = secrets, .prepare = ordinary);
        _cleanup_free_ char *shadow = tree_read(f->root, SETUP_SHADOW_FILE);
        struct stat st;
        assert_int_equal(stat(tree_path(f->root, SETUP_SHADOW_FILE), &st), 0);
        assert_int_equal(st.st_mode & 07777, 0640);
        assert_null(strstr(shadow, password));
        char *hash = shadow + strlen("root:"), *end = strchr(hash, ':');
        assert_non_null(strstr(end, "\ndaemon:*:19000:0:99999:7:::\n"));
        *end = '\0';
        struct crypt_data data = {};
        assert_string_equal(crypt_r(password, hash, &data), hash);
        /* nothing that the job keeps has it */
        static const char *const kept[] = { "plan.json", "log", "journal" };
        for (size_t i = 0; i < ELEMENTS(kept); i++) {
                _cleanup_free_ char *text = read_job_file(f, job->id, kept[i]);
                assert_non_null(text);
                assert_null(strstr(text, password));
        }
        roll_back_setup(f, job->id, before);
}

static void refuses_a_password_that_nobody_gave(void **state) {
        struct host_fixture *f = *state;
        tree_write(f->root, SETUP_SHADOW_FILE, SHADOW);
        _cleanup_free_ char *before = settled_fingerprint(f);
        _cleanup_plan_ struct plan *plan = setup_plan(SETUP_ROOT_PASSWORD, NULL);
        _cleanup_(job_freep) struct job *job = run_failed(f, plan, .prepare = ordinary);
        _cleanup_free_ char *now = settled_fingerprint(f);
        assert_string_equal(now, before);
}

static void adds_a_key(void **state) {
        struct host_fixture *f = *state;
        for (int there = 0; there < 2; there++) {
                if (there) {
                        tree_write(f->root, SETUP_KEYS_FILE, "# mine\n");
                        assert_int_equal(chmod(tree_path(f->root, SETUP_KEYS_FILE), 0640), 0);
                }
                _cleanup_free_ char *before = settled_fingerprint(f);
                _cleanup_plan_ struct plan *plan = setup_plan(SETUP_ROOT_KEY, KEY);
                _cleanup_(job_freep) struct job *job = run_done(f, plan, .prepare = ordinary);
                _cleanup_free_ char *keys = tree_read(f->root, SETUP_KEYS_FILE);
                struct stat st;
                assert_string_equal(keys, there ? "# mine\n" KEY "\n" : KEY "\n");
                assert_int_equal(stat(tree_path(f->root, SETUP_KEYS_FILE), &st), 0);
                assert_int_equal(st.st_mode & 07777, there ? 0640 : 0600);
                if (!there) {
                        assert_int_equal(stat(tree_path(f->root, SETUP_KEYS_FOLDER), &st), 0);
                        assert_int_equal(st.st_mode & 07777, 0700);
                }
                roll_back_setup(f, job->id, before);
        }
}

#define T(name) cmocka_unit_test_setup_teardown(name, host_set_up, host_tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(names_the_host),
                T(sets_the_time_zone),
                T(sets_the_language),
                T(sets_the_keyboard),
                T(hashes_the_password),
                T(refuses_a_password_that_nobody_gave),
                T(adds_a_key),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
