/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "backend/trouble/trouble.h"
#include "tests/unit/tree.h"

/* What a planted file makes of a host: the ids of its lines, or of its silent kinds. */
#define PRESSURE(avg60) "some avg10=99.99 avg60=" avg60 " avg300=0.00 total=5\nfull avg10=0 avg60=99.00 avg300=0 total=0\n"
#define UNIT "/sys/fs/cgroup/system.slice/a.service/"

static const struct {
        const char *path, *text;
        const char *id;         /* NULL: no line */
} kernel_rows[] = {
        { "/proc/pressure/cpu", PRESSURE("79.99"), NULL },
        { "/proc/pressure/cpu", PRESSURE("80.00"), "pressure:cpu" },
        { "/proc/pressure/memory", PRESSURE("20.01"), "pressure:memory" },
        { "/proc/pressure/io", PRESSURE("59.00"), NULL },
        { "/proc/pressure/io", PRESSURE("100.00"), "pressure:io" },
        { "/proc/pressure/io", "some avg10=1", NULL },
        { "/proc/pressure/io", "", NULL },
        { UNIT "memory.events", "low 0\noom 3\noom_kill 1\n", "oom-kill:a.service" },
        { UNIT "memory.events", "low 0\noom 3\noom_kill 0\noom_kill_x 4\n", NULL },
        { UNIT "memory.events", "oom_kill", NULL },
        { UNIT "cpu.stat", "nr_periods 1000\nnr_throttled 250\n", "throttled:a.service" },
        { UNIT "cpu.stat", "nr_periods 1000\nnr_throttled 249\n", NULL },
        { UNIT "cpu.stat", "nr_periods 10\nnr_throttled 10\n", NULL },
        { UNIT "cpu.stat", "nr_periods 1000\nnr_throttled 18446744073709551615\n", NULL },
        { UNIT "cpu.stat", "usage_usec 5\n", NULL },
        { "/sys/fs/cgroup/a.slice/b.slice/c.service/memory.events", "oom_kill 2\n", "oom-kill:c.service" },
        /* below a service: its own count has it */
        { UNIT "payload.service/memory.events", "oom_kill 2\n", NULL },
};

static void finds_what_the_kernel_counts(void **state) {
        for (size_t i = 0; i < ELEMENTS(kernel_rows); i++) {
                _cleanup_free_ char *root = tree_new();
                _cleanup_(trouble_list_freep) struct trouble_list *list = new0(struct trouble_list);
                struct trouble_limits limits;
                trouble_limits_read(NULL, "", &limits);
                tree_write(root, "/sys/fs/cgroup/cgroup.controllers", "cpu\n");
                tree_write(root, kernel_rows[i].path, kernel_rows[i].text);
                trouble_look_at_pressure(root, &limits, list);
                trouble_look_at_cgroups(root, &limits, list);
                const char *id = list->n ? list->items[0].id : NULL;
                if (kernel_rows[i].id)
                        assert_string_equal(id ? id : kernel_rows[i].text, kernel_rows[i].id);
                else
                        assert_null(id);
                tree_remove(root);
        }
}

static void is_silent_where_there_are_no_figures(void **state) {
        _cleanup_free_ char *root = tree_new();
        _cleanup_(trouble_list_freep) struct trouble_list *list = new0(struct trouble_list);
        struct trouble_limits limits;
        trouble_limits_read(NULL, "", &limits);
        tree_folder(root, "/sys/fs/cgroup/memory");
        trouble_look_at_pressure(root, &limits, list);
        trouble_look_at_cgroups(root, &limits, list);
        trouble_look_at_disks(root, &limits, list);
        assert_int_equal(list->n, 0);
        assert_int_equal(list->n_silent, 3);
        assert_string_equal(list->silent[0].reason, "The kernel has no figures in /proc/pressure/cpu");
        assert_string_equal(list->silent[1].reason, "/sys/fs/cgroup is not of version 2");
        tree_remove(root);
}

#define MOUNT(place, type) "36 35 98:0 / " place " rw,noatime shared:1 - " type " /dev/x rw\n"

static void looks_only_at_file_systems_that_cannot_hang(void **state) {
        const struct {
                const char *mounts, *path, *place;      /* NULL: not looked at */
        } rows[] = {
                { MOUNT("/", "ext4"), "/var", "/" },
                { MOUNT("/", "ext4") MOUNT("/var", "xfs"), "/var", "/var" },
                { MOUNT("/", "ext4") MOUNT("/var", "xfs"), "/variable", "/" },
                { MOUNT("/", "ext4") MOUNT("/var", "nfs4"), "/var", NULL },
                { MOUNT("/", "ext4") MOUNT("/var", "nfs4"), "/var/log", NULL },
                { MOUNT("/", "ext4") MOUNT("/boot", "autofs"), "/boot", NULL },
                { MOUNT("/", "ext4") MOUNT("/boot", "autofs") MOUNT("/boot", "vfat"), "/boot", "/boot" },
                { MOUNT("/", "ext4") MOUNT("/tmp", "fuse.sshfs"), "/tmp", NULL },
                { MOUNT("/", "ext4") MOUNT("/tmp\\040x", "xfs"), "/tmp x/y", "/tmp x" },
                { "36 35 98:0 / / rw - ext4\n36 35\n\n- - -\n", "/", "/" },
                { "", "/", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *root = tree_new();
                _cleanup_(mounts_done) struct mounts mounts = {};
                tree_write(root, "/proc/self/mountinfo", rows[i].mounts);
                mounts_read(root, &mounts);
                const struct mounted *m = mounts_local(&mounts, rows[i].path);
                if (rows[i].place)
                        assert_string_equal(m ? m->place : "not looked at", rows[i].place);
                else
                        assert_null(m);
                tree_remove(root);
        }
}

static void says_what_is_full_by_the_threshold(void **state) {
        _cleanup_free_ char *root = tree_new();
        struct trouble_limits limits;
        tree_write(root, "/proc/self/mountinfo", MOUNT("/", "ext4") MOUNT("/var", "nfs"));
        for (int low = 0; low < 2; low++) {
                _cleanup_(trouble_list_freep) struct trouble_list *list = new0(struct trouble_list);
                trouble_limits_read(low ? "[disk]\npercent = 1\n[inodes]\nreport = no\n"
                                        : "[disk]\nreport = no\n[inodes]\npercent=1\n",
                                    "", &limits);
                trouble_look_at_disks(root, &limits, list);
                assert_true(list->n <= 1);
                if (low) {
                        assert_string_equal(list->items[0].id, "disk:/");
                        assert_non_null(strstr(list->items[0].sentence, "% full"));
                }
        }
        tree_remove(root);
}

/* A certificate that ends in so many seconds, below root. */
static void plant_certificate(const char *root, const char *path, long seconds) {
        EVP_PKEY *key = EVP_EC_gen("P-256");
        X509 *x = X509_new();
        X509_gmtime_adj(X509_getm_notBefore(x), -86400L * 365);
        X509_gmtime_adj(X509_getm_notAfter(x), seconds);
        X509_set_pubkey(x, key);
        assert_true(X509_sign(x, key, EVP_sha256()) > 0);
        BIO *bio = BIO_new(BIO_s_mem());
        char *text;
        PEM_write_bio_X509(bio, x);
        long n = BIO_get_mem_data(bio, &text);
        _cleanup_free_ char *copy = xstrndup(text, (size_t) n);
        tree_write(root, path, copy);
        BIO_free(bio);
        X509_free(x);
        EVP_PKEY_free(key);
}

static void finds_certificates_that_end(void **state) {
        _cleanup_free_ char *root = tree_new();
        _cleanup_(trouble_list_freep) struct trouble_list *list = new0(struct trouble_list);
        struct trouble_limits limits;
        trouble_limits_read(NULL, "", &limits);
        plant_certificate(root, "/etc/cockpit/ws-certs.d/good.crt", 86400L * 30);
        plant_certificate(root, "/etc/cockpit/ws-certs.d/soon.crt", 86400L * 3 + 60);
        plant_certificate(root, "/etc/pki/tracked.pem", -86400L * 2 - 60);
        tree_write(root, "/etc/cockpit/ws-certs.d/none.crt", "nothing\n");
        tree_write(root, "/var/lib/certmonger/requests/20250101", "id=1\ncert_file=/etc/pki/tracked.pem\n");
        tree_write(root, "/var/lib/certmonger/requests/20250102", "cert_file=relative\n");
        trouble_look_at_certificates(root, (int64_t) time(NULL), &limits, list);
        trouble_list_sort(list);
        assert_int_equal(list->n, 2);
        assert_string_equal(list->items[0].sentence, "The certificate /etc/cockpit/ws-certs.d/soon.crt ends in 3 days");
        assert_string_equal(list->items[1].sentence, "The certificate /etc/pki/tracked.pem ended 2 days ago");
        tree_remove(root);
}

static void finds_the_units_whose_files_changed(void **state) {
        _cleanup_free_ char *root = tree_new();
        _cleanup_strv_ char **units = NULL, **none = NULL;
        tree_write(root, "/etc/systemd/system/a.service", "[Service]\n");
        tree_write(root, "/etc/systemd/system/b.service.d/x.conf", "[Service]\n");
        tree_write(root, "/etc/systemd/system/b.service", "[Service]\n");
        tree_write(root, "/etc/systemd/system/c@.service", "[Service]\n");
        tree_write(root, "/etc/systemd/system/not a unit", "x");
        tree_write(root, "/etc/containers/systemd/d.container", "[Container]\n");
        trouble_find_edited(root, 1, &units);
        _cleanup_free_ char *names = strv_join(units, " ");
        assert_string_equal(names, "a.service b.service d.service");
        trouble_find_edited(root, INT64_MAX, &none);
        assert_null(none);
        tree_remove(root);
}

static void keeps_who_sleeps(void **state) {
        _cleanup_free_ char *root = tree_new();
        _cleanup_(trouble_list_freep) struct trouble_list *list = new0(struct trouble_list);
        struct error *e = NULL;
        trouble_add(list, TROUBLE_DISK, "/var", PLACE_TEXT, NULL, "x");
        trouble_add(list, TROUBLE_UNIT_FAILED, "a b.service", PLACE_UNIT, NULL, "x");
        assert_int_equal(trouble_write_sleep(root, "nosuch:x", 100, 50, &e), -EINVAL);
        e = error_free(e);
        assert_int_equal(trouble_write_sleep(root, "disk:/var\n1 disk:/", 100, 50, &e), -EINVAL);
        e = error_free(e);
        assert_ok(trouble_write_sleep(root, "disk:/var", 100, 50, &e), e);
        assert_ok(trouble_write_sleep(root, "unit-failed:a b.service", 200, 50, &e), e);
        trouble_put_to_sleep(root, 50, list);
        assert_int_equal(list->items[0].until, 100);
        assert_int_equal(list->items[1].until, 200);
        list->items[0].until = list->items[1].until = 0;
        /* one has passed, and goes with the next write; the other is woken */
        trouble_put_to_sleep(root, 150, list);
        assert_int_equal(list->items[0].until, 0);
        assert_int_equal(list->items[1].until, 200);
        assert_ok(trouble_write_sleep(root, "unit-failed:a b.service", 0, 150, &e), e);
        _cleanup_free_ char *text = tree_read(root, "/sleeping");
        assert_string_equal(text, "");
        /* damaged lines are none */
        tree_write(root, "/sleeping", "x\n\n99999999999 \n -5 disk:/var\n900 disk:/var\n");
        trouble_put_to_sleep(root, 150, list);
        assert_int_equal(list->items[0].until, 900);
        tree_remove(root);
}

static void reads_the_figures_of_a_host(void **state) {
        _cleanup_free_ char *root = tree_new();
        struct figures figures = {};
        tree_write(root, "/proc/loadavg", "0.41 0.30 0.20 1/200 3000\n");
        tree_write(root, "/proc/uptime", "86400.55 1000.00\n");
        tree_write(root, "/proc/meminfo", "MemTotal:       1000 kB\nMemFree: 1 kB\nMemAvailable:    400 kB\n");
        tree_write(root, "/proc/stat", "cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 1\n");
        tree_write(root, "/etc/os-release", "NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\n");
        figures_read(root, &figures);
        assert_string_equal(figures.shown.os, "Debian GNU/Linux 13 (trixie)");
        assert_int_equal(figures.shown.load, 41);
        assert_int_equal(figures.shown.uptime, 86400);
        assert_int_equal(figures.shown.memory, 600 * 1024);
        assert_int_equal(figures.shown.cpu, -1);
        /* a moment says nothing */
        tree_write(root, "/proc/stat", "cpu  104 0 100 801 0 0 0 0 0 0\n");
        figures_read(root, &figures);
        assert_int_equal(figures.shown.cpu, -1);
        char later[80];
        unsigned ticks = 1000 * figures.shown.cpus;
        snprintf(later, sizeof later, "cpu  %u 0 100 %u 0 0 0 0 0 0\n", 100 + ticks, 800 + ticks);
        tree_write(root, "/proc/stat", later);
        figures_read(root, &figures);
        assert_int_equal(figures.shown.cpu, 50);
        tree_write(root, "/proc/stat", "nonsense");
        figures_read(root, &figures);
        figures_done(&figures);
        tree_remove(root);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(finds_what_the_kernel_counts),
                cmocka_unit_test(is_silent_where_there_are_no_figures),
                cmocka_unit_test(looks_only_at_file_systems_that_cannot_hang),
                cmocka_unit_test(says_what_is_full_by_the_threshold),
                cmocka_unit_test(finds_certificates_that_end),
                cmocka_unit_test(finds_the_units_whose_files_changed),
                cmocka_unit_test(keeps_who_sleeps),
                cmocka_unit_test(reads_the_figures_of_a_host),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
