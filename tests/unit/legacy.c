/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/legacy.h"

#include <dirent.h>
#include <spawn.h>
#include <sys/wait.h>

#include "backend/format/emit.h"
#include "backend/io/files.h"
#include "backend/store/job-journal.h"
#include "model/job/manifest.h"
#include "tests/unit/source.h"

extern char **environ;

static char *read_at(int folder, const char *name) {
        char *text = NULL;
        size_t n;
        _cleanup_error_ struct error *e = NULL;
        assert_ok(files_read(folder, name, 16 * 1024 * 1024, &text, &n, &e), e);
        return text;
}

static void write_at(int folder, const char *name, const char *text) {
        _cleanup_close_ int fd = openat(folder, name, O_WRONLY | O_TRUNC | O_CLOEXEC);
        assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

/* Owners become whoever runs this: it need not be root. */
static void own_manifest(int folder, const char *name) {
        _cleanup_(manifest_done) struct manifest m = {};
        _cleanup_error_ struct error *e = NULL;
        _cleanup_free_ char *text = faccessat(folder, name, F_OK, 0) < 0 ? NULL : read_at(folder, name);
        if (!text)
                return;
        assert_ok(manifest_parse(text, strlen(text), &m, &e), e);
        _cleanup_free_ char *same = manifest_format(&m);
        assert_string_equal(same, text);
        for (size_t i = 0; i < m.n; i++) {
                m.items[i].uid = geteuid();
                m.items[i].gid = getegid();
        }
        _cleanup_free_ char *own = manifest_format(&m);
        write_at(folder, name, own);
}

static uint32_t crc32c(const char *bytes, size_t n) {
        uint32_t crc = 0xffffffff;
        for (size_t i = 0; i < n; i++) {
                crc ^= (unsigned char) bytes[i];
                for (int bit = 0; bit < 8; bit++)
                        crc = (crc >> 1) ^ (0x82f63b78U & -(crc & 1));
        }
        return ~crc;
}

/* As if it had happened since this host was started: what changed after a restart is no work of a job that
 * died before it, and everything here was unpacked just now. */
static void own_journal(int folder) {
        _cleanup_free_ char *text = read_at(folder, "journal");
        _cleanup_strv_ char **lines = NULL;
        _cleanup_str_ struct str own = {};
        char boot[33];
        recorder_boot_id(boot);
        lines = strv_split(text, "\n");
        for (char **line = lines; *line; line++) {
                size_t n = strlen(*line);
                char *id = strchr(*line, ' ') + 1;
                assert_true(n > 50 && id[32] == ' ');
                memcpy(id, boot, 32);
                (*line)[n - 8] = '\0';
                str_addf(&own, "%s%08x\n", *line, (unsigned) crc32c(*line, n - 9));
        }
        write_at(folder, "journal", own.text);
}

/* The programs that commands name become scripts of this test. */
static const char *const programs[] = {
        "/usr/bin/podman\"",
        "/usr/libexec/fairlead/fairlead-realmd\"",
};

static void own_commands(const struct host_fixture *f, int folder, const char *name) {
        _cleanup_free_ char *text = read_at(folder, name);
        _cleanup_str_ struct str own = {};
        for (const char *p = text; *p;) {
                size_t i = 0;
                while (i < ELEMENTS(programs) && !str_starts(p, programs[i]))
                        i++;
                if (i < ELEMENTS(programs)) {
                        str_addf(&own, "%s%s", f->top, strrchr(programs[i], '/'));
                        p += strlen(programs[i]);
                } else
                        str_add_char(&own, *p++);
        }
        write_at(folder, name, own.text);
}

static void own_job(const struct host_fixture *f, const char *id) {
        static const char *const names[] = {
                "manifest", "after", "undo", "origin", "result", "untouched", "rehearsed",
        };
        _cleanup_error_ struct error *e = NULL;
        _cleanup_close_ int folder = jobfolder_open(&f->paths, id, &e);
        assert_ok(folder, e);
        own_journal(folder);
        own_commands(f, folder, "plan.json");
        _cleanup_close_ int snapshot = jobfolder_snapshot(folder, NULL, false, NULL);
        for (size_t i = 0; snapshot >= 0 && i < ELEMENTS(names); i++)
                own_manifest(snapshot, names[i]);
        _cleanup_plan_ struct plan *plan = NULL;
        assert_ok(jobfolder_plan(folder, &plan, &e), e);
        if (plan->pin.image_id)
                fake_engine_add_image(plan->pin.image_id);
}

static void unpack(const char *top, const char *name) {
        _cleanup_free_ char *archive = str_printf("%s" LEGACY "/%s.tar.xz", source_root(), name);
        const char *const argv[] = { "tar", "-C", top, "--no-same-owner", "-pxJf", archive, NULL };
        pid_t child;
        int status;
        assert_int_equal(posix_spawnp(&child, "tar", NULL, NULL, (char **) argv, environ), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
}

typedef void (*own_t)(const struct host_fixture *f, const char *name);

static int each(const struct host_fixture *f, const char *folder, own_t what) {
        int n = 0;
        DIR *d = opendir(tree_path(f->state, folder));
        assert_non_null(d);
        for (struct dirent *item; (item = readdir(d));)
                if (item->d_name[0] != '.') {
                        what(f, item->d_name);
                        n++;
                }
        closedir(d);
        return n;
}

static int open_folder(const char *folder, const char *path) {
        return open(tree_path(folder, path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void own_service(const struct host_fixture *f, const char *name) {
        _cleanup_close_ int folder = open_folder(f->state, "/services");
        own_commands(f, folder, name);
}

/* What the programs of images, and realmd, do to the host, as far as this test cares. */
static const char script[] =
        "#!/bin/sh\n"
        "cd '%s' || exit 1\n"
        "case \"$0 $*\" in\n"
        "*' exec '*) ;;\n"
        "*/script.sh' install') mkdir -p etc/slow; echo '# 2' >>etc/hosts; echo 2 >etc/slow/again.conf ;;\n"
        "*NAME=slow*) rm -rf etc/slow ;;\n"
        "*NAME=mytimer*) rm -f etc/systemd/system/mytimer.service; rm -rf etc/mytimer ;;\n"
        "*NAME=rsyslog*) rm -rf etc/rsyslog.d/README var/lib/rsyslog ;;\n"
        "*NAME=sssd*) rm -f etc/krb5.conf etc/krb5.keytab ;;\n"
        "*'realmd leave') rm etc/krb5.keytab; echo '[sssd]' >etc/sssd/sssd.conf ;;\n"
        "esac\n"
        "echo done\n";

void legacy_part(struct host_fixture *f, const char *part) {
        free(f->root);
        f->root = str_printf("%s/%s/root", f->top, part);
        f->paths.root = f->root;
        _cleanup_str_ struct str text = {};
        const char *root = strstr(script, "%s");
        str_add_bytes(&text, script, (size_t) (root - script));
        str_addf(&text, "%s%s", f->root, root + 2);
        for (size_t i = 0; i < ELEMENTS(programs); i++) {
                _cleanup_free_ char *name = strdup(strrchr(programs[i], '/'));
                name[strlen(name) - 1] = '\0';
                tree_write(f->top, name, text.text);
                assert_int_equal(chmod(tree_path(f->top, name), 0755), 0);
        }
}

static int jobs_of_archive;

static int set_up_from(const char *archive, void **state) {
        struct host_fixture *f = calloc(1, sizeof *f);
        /* Some thousand small files: in memory where that can be. */
        f->top = strdup("/dev/shm/fairlead-test-XXXXXX");
        if (!mkdtemp(f->top)) {
                free(f->top);
                f->top = tree_new();
        }
        f->state = str_printf("%s/state", f->top);
        f->run = str_printf("%s/run", f->top);
        f->engine = str_printf("%s/engine", f->top);
        f->paths = paths_default;
        f->paths.state = f->state;
        f->paths.run = f->run;
        unpack(f->top, archive);
        legacy_part(f, "base");
        assert_int_equal(rename(tree_path(f->top, "/base/state"), f->state), 0);
        assert_int_equal(paths_prepare(&f->paths, NULL), 0);
        tree_folder(f->top, "/engine");
        setenv("FAKE_ENGINE", f->engine, 1);
        fake_engine_set_image(NULL);
        jobs_of_archive = each(f, "/jobs", own_job);
        each(f, "/services", own_service);
        *state = f;
        return 0;
}

int legacy_set_up(void **state) {
        return set_up_from("host", state);
}

int legacy_set_up_native(void **state) {
        return set_up_from("native", state);
}

int legacy_tear_down(void **state) {
        host_fixture_free(*state);
        return 0;
}

char *legacy_died(struct host_fixture *f, const char *part) {
        _cleanup_free_ char *from = str_printf("%s/%s/state", f->top, part);
        legacy_part(f, part);
        assert_int_equal(rename(tree_path(from, "/active"), tree_path(f->state, "/active")), 0);
        char *id = jobfolder_active(&f->paths);
        assert_non_null(id);
        _cleanup_free_ char *folder = str_printf("/jobs/%s", id);
        assert_int_equal(rename(tree_path(from, folder), tree_path(f->state, folder)), 0);
        own_job(f, id);
        return id;
}

static int newest_first(const struct dirent **a, const struct dirent **b) {
        return strcmp((*b)->d_name, (*a)->d_name);
}

static int is_shown(const struct dirent *item) {
        return item->d_name[0] != '.';
}

char *legacy_job(const struct host_fixture *f, unsigned which) {
        struct dirent **items;
        char *id = NULL;
        int n = scandir(tree_path(f->state, "/jobs"), &items, is_shown, newest_first);
        assert_true(n >= jobs_of_archive);      /* those that died came later */
        for (int i = 0; i < n; i++) {
                if (i == n - jobs_of_archive + (int) which)
                        id = strdup(items[i]->d_name);
                free(items[i]);
        }
        free(items);
        return id;
}

char *legacy_files(const struct host_fixture *f, const char *part, const char *but) {
        _cleanup_free_ char *root = str_printf("%s/%s/root", f->top, part);
        _cleanup_free_ char *all = tree_fingerprint(root);
        _cleanup_strv_ char **lines = NULL;
        _cleanup_str_ struct str out = {};
        lines = strv_split(all, "\n");
        for (char **line = lines; *line; line++) {
                const char *mode = strchr(*line, ' ');
                bool saved = str_starts(*line, "/etc") || str_starts(*line, "/usr");
                if (!mode || !saved || (but && str_starts(*line, but)))
                        continue;
                if (mode[1] == '4')
                        *strrchr(*line, ' ') = '\0';
                str_addf(&out, "%s\n", *line);
        }
        return str_take(&out);
}

struct plan *legacy_uninstall(const struct host_fixture *f, const char *name) {
        _cleanup_free_ char *file = str_printf("uninstall-%s.json", name);
        _cleanup_close_ int folder = open_folder(f->top, "/plans");
        struct plan *plan = NULL;
        _cleanup_error_ struct error *e = NULL;
        own_commands(f, folder, file);
        _cleanup_free_ char *text = read_at(folder, file);
        assert_ok(plan_parse(text, strlen(text), &plan, &e), e);
        return plan;
}
