/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copies of a small tree, in a mount namespace of the test's own; skipped where that cannot be had. */
#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "backend/io/files.h"
#include "backend/snapshot/snapshot.h"
#include "tests/unit/tree.h"

struct fixture {
        char *top, *root, *run, *state, *store;
        struct paths paths;
        int fd, blobs;
};

static int set_up(void **state) {
        struct fixture *f = calloc(1, sizeof *f);
        f->top = tree_new();
        f->root = str_printf("%s/root", f->top);
        f->run = str_printf("%s/run", f->top);
        f->state = str_printf("%s/state", f->top);
        f->store = str_printf("%s/store", f->top);
        static const char *const folders[] = { "/root/usr", "/run", "/state", "/store" };
        for (size_t i = 0; i < ELEMENTS(folders); i++)
                tree_folder(f->top, folders[i]);
        static const char *const files[] = { "/etc/content", "/etc/mode", "/etc/removed", "/etc/same", "/etc/d/one", "/etc/d/deep/two", "/etc/gone/more/three",
                                             "/etc/touched", "/srv/elsewhere" };
        for (size_t i = 0; i < ELEMENTS(files); i++)
                tree_write(f->root, files[i], files[i]);
        f->paths = paths_default;
        f->paths.root = f->root;
        f->paths.run = f->run;
        f->paths.state = f->state;
        f->fd = files_open_root(f->root, NULL);
        f->blobs = files_open_root(f->store, NULL);
        *state = f;
        return 0;
}

static int tear_down(void **state) {
        struct fixture *f = *state;
        (void) overlay_remove(&f->paths, NULL);
        close(f->fd);
        close(f->blobs);
        tree_remove(f->top);
        char *texts[] = { f->top, f->root, f->run, f->state, f->store };
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                free(texts[i]);
        free(f);
        return 0;
}

static void make(struct fixture *f) {
        _cleanup_error_ struct error *e = NULL;
        _cleanup_strv_ char **bare = NULL;
        int r = overlay_make(&f->paths, &bare, &e);
        if (r == -EPERM || r == -ENODEV || r == -EINVAL)
                skip();         /* no overlays here: on real hosts tests/e2e/test-rehearse.sh tries it */
        assert_ok(r, e);
}

static const char *in_copy(const struct fixture *f, const char *path) {
        static char buffers[4][4096];
        static unsigned next;
        char *buffer = buffers[next++ % 4];
        snprintf(buffer, sizeof buffers[0], "%s/rehearsal/host%s", f->run, path);
        return buffer;
}

static void reads_exactly_what_was_written(void **state) {
        struct fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        make(f);
        assert_true(overlay_is_there(&f->paths));
        _cleanup_free_ char *copy = str_printf("%s/rehearsal/host", f->run), *seen = tree_fingerprint(copy);
        assert_string_equal(seen, before);

        tree_write(copy, "/etc/content", "another");
        assert_int_equal(chmod(in_copy(f, "/etc/mode"), 0700), 0);
        assert_int_equal(unlink(in_copy(f, "/etc/removed")), 0);
        tree_remove(in_copy(f, "/etc/gone"));
        tree_write(copy, "/etc/new/file", "n");
        assert_int_equal(symlink("new", in_copy(f, "/etc/link")), 0);
        /* a folder made anew in the place of one that was there, and a file in the place of a folder */
        tree_remove(in_copy(f, "/etc/d"));
        tree_write(copy, "/etc/d/other", "o");
        tree_write(copy, "/srv/elsewhere", "beyond what a job saves");
        /* written as it was: no change */
        tree_write(copy, "/etc/touched", "/etc/touched");

        _cleanup_(manifest_done) struct manifest was = {}, is = {};
        _cleanup_(changes_done) struct changes changes = {};
        _cleanup_error_ struct error *e = NULL;
        assert_ok(overlay_read(&f->paths, f->fd, f->blobs, &was, &is, &e), e);
        changes_make(&was, &is, &changes);
        static const struct {
                const char *path;
                unsigned what;
        } wanted[] = {
                { "/etc/content", CHANGE_CONTENT }, { "/etc/d/deep", CHANGE_REMOVED }, { "/etc/d/deep/two", CHANGE_REMOVED },
                { "/etc/d/one", CHANGE_REMOVED },   { "/etc/d/other", CHANGE_ADDED },  { "/etc/gone", CHANGE_REMOVED },
                { "/etc/gone/more", CHANGE_REMOVED }, { "/etc/gone/more/three", CHANGE_REMOVED }, { "/etc/link", CHANGE_ADDED },
                { "/etc/mode", CHANGE_MODE },       { "/etc/new", CHANGE_ADDED },      { "/etc/new/file", CHANGE_ADDED },
                { "/etc/removed", CHANGE_REMOVED }, { "/srv/elsewhere", CHANGE_CONTENT },
        };
        for (size_t i = 0; i < changes.n; i++)
                if (i >= ELEMENTS(wanted) || strcmp(changes.items[i].path, wanted[i].path) != 0 || changes.items[i].what != wanted[i].what)
                        fail_msg("%s: %u", changes.items[i].path, changes.items[i].what);
        assert_int_equal(changes.n, ELEMENTS(wanted));
        /* small contents of both sides are kept, for the diff */
        const struct change *content = changes_find(&changes, "/etc/content");
        assert_int_equal(faccessat(f->blobs, content->before.digest, F_OK, 0), 0);
        assert_int_equal(faccessat(f->blobs, content->after.digest, F_OK, 0), 0);
        /* what is read can be stored as a job's snapshot is */
        _cleanup_(manifest_done) struct manifest again = {};
        assert_ok(snapshot_store(f->blobs, "after", &is, f->blobs, &e), e);
        assert_ok(snapshot_load(f->blobs, "after", &again, &e), e);
        assert_int_equal(again.n, is.n);

        assert_ok(overlay_remove(&f->paths, &e), e);
        assert_tree(f->root, before);
        assert_false(overlay_is_there(&f->paths));
        assert_int_equal(access(f->run, F_OK), 0);
        _cleanup_free_ char *base = str_printf("%s/rehearsal", f->run);
        assert_int_equal(access(base, F_OK), -1);
}

static void nothing_written_is_nothing(void **state) {
        struct fixture *f = *state;
        make(f);
        _cleanup_(manifest_done) struct manifest was = {}, is = {};
        _cleanup_(changes_done) struct changes changes = {};
        _cleanup_error_ struct error *e = NULL;
        assert_ok(overlay_read(&f->paths, f->fd, f->blobs, &was, &is, &e), e);
        changes_make(&was, &is, &changes);
        assert_int_equal(changes.n, 0);
}

/* One that a dead worker left is taken away by the next; taking away what is not there is no error. */
static void can_be_made_again_and_removed_again(void **state) {
        struct fixture *f = *state;
        make(f);
        tree_write(in_copy(f, ""), "/etc/left", "x");
        make(f);
        assert_int_equal(access(in_copy(f, "/etc/left"), F_OK), -1);
        _cleanup_error_ struct error *e = NULL;
        assert_ok(overlay_remove(&f->paths, &e), e);
        assert_ok(overlay_remove(&f->paths, &e), e);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        /* Whatever a test leaves mounted ends with it. */
        if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
                return 77;
        const struct CMUnitTest tests[] = {
                T(reads_exactly_what_was_written), T(nothing_written_is_nothing),
                T(can_be_made_again_and_removed_again),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
