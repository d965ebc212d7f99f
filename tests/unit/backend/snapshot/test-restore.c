/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/tree.h"

#include <signal.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "backend/io/files.h"
#include "backend/snapshot/snapshot.h"

struct fixture {
        char *folder;           /* stands for "/" */
        char *store;
        int root, blobs;
        struct manifest before, after;
        struct changes changes;
};

static void look(struct fixture *f, int blobs, struct manifest *ret) {
        static char *const paths[] = { (char *) "/etc", (char *) "/usr/local", (char *) "/var/log", NULL };
        _cleanup_(snapshot_freep) struct snapshot *s = NULL;
        _cleanup_error_ struct error *e = NULL;
        const struct snapshot_options options = { .root = f->root, .paths = paths, .blobs = blobs, .known_blobs = -1 };
        s = snapshot_new(&options);
        assert_ok(snapshot_go(s, 0, &e), e);
        snapshot_take(s, ret);
}

/* A host as it was: one of everything that the changes below touch. */
static int set_up(void **state) {
        struct fixture *f = calloc(1, sizeof *f);
        f->folder = tree_new();
        f->store = tree_new();
        tree_folder(f->folder, "/usr/local");
        static const char *const files[] = { "/etc/content", "/etc/mode", "/etc/gone", "/etc/d/e/deep", "/etc/type", "/etc/hard1", "/etc/xattr", "/etc/same",
                                             "/var/log/messages" };
        for (size_t i = 0; i < ELEMENTS(files); i++)
                tree_write(f->folder, files[i], files[i]);
        assert_int_equal(link(tree_path(f->folder, "/etc/hard1"), tree_path(f->folder, "/etc/hard2")), 0);
        assert_int_equal(symlink("content", tree_path(f->folder, "/etc/link")), 0);
        assert_int_equal(setxattr(tree_path(f->folder, "/etc/xattr"), "user.x", "1", 1, 0), 0);
        assert_int_equal(chmod(tree_path(f->folder, "/etc/d"), 02750), 0);
        f->root = files_open_root(f->folder, NULL);
        f->blobs = files_open_root(f->store, NULL);
        look(f, f->blobs, &f->before);
        *state = f;
        return 0;
}

static int tear_down(void **state) {
        struct fixture *f = *state;
        close(f->root);
        close(f->blobs);
        tree_remove(f->folder);
        tree_remove(f->store);
        free(f->folder);
        free(f->store);
        manifest_done(&f->before);
        manifest_done(&f->after);
        changes_done(&f->changes);
        free(f);
        return 0;
}

/* What an installer may do to a host. */
static void install(struct fixture *f) {
        const char *folder = f->folder;
        tree_write(folder, "/etc/content", "something else");
        assert_int_equal(chmod(tree_path(folder, "/etc/mode"), 0777), 0);
        assert_int_equal(unlink(tree_path(folder, "/etc/gone")), 0);
        tree_write(folder, "/etc/new/deep/file", "n");
        tree_write(folder, "/etc/new-file", "n");
        assert_int_equal(symlink("/nowhere", tree_path(folder, "/etc/new/link")), 0);
        tree_remove(tree_path(folder, "/etc/d"));
        tree_remove(tree_path(folder, "/etc/type"));
        tree_write(folder, "/etc/type/inside", "i");
        tree_remove(tree_path(folder, "/etc/hard1"));
        tree_write(folder, "/etc/hard1", "not linked any more");
        tree_remove(tree_path(folder, "/etc/link"));
        assert_int_equal(symlink("same", tree_path(folder, "/etc/link")), 0);
        assert_int_equal(setxattr(tree_path(folder, "/etc/xattr"), "user.x", "2", 1, 0), 0);
        assert_int_equal(setxattr(tree_path(folder, "/etc/xattr"), "user.y", "3", 1, 0), 0);
        assert_int_equal(chmod(tree_path(folder, "/usr/local"), 0700), 0);
        if (geteuid() == 0)
                assert_int_equal(chown(tree_path(folder, "/etc/same"), 1, 1), 0);
        look(f, -1, &f->after);
        changes_make(&f->before, &f->after, &f->changes);
        assert_true(f->changes.n > 14);
}

static struct restored undo(struct fixture *f) {
        struct restored restored = {};
        const struct restore_options options = { .root = f->root, .changes = &f->changes, .blobs = f->blobs, .before = &f->before };
        restore_run(&options, &restored);
        return restored;
}

static void restores_everything(void **state) {
        struct fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->folder);
        install(f);
        _cleanup_free_ char *changed = tree_fingerprint(f->folder);
        assert_string_not_equal(before, changed);
        _cleanup_(restored_done) struct restored restored = undo(f);
        for (char **left = restored.left; left && *left; left++)
                print_error("left: %s\n", *left);
        assert_int_equal(strv_length(restored.left), 0);
        assert_int_equal(restored.failed, 0);
        assert_int_equal(restored.files, f->changes.n);
        assert_tree(f->folder, before);
        struct stat one, two;
        assert_int_equal(stat(tree_path(f->folder, "/etc/hard1"), &one), 0);
        assert_int_equal(stat(tree_path(f->folder, "/etc/hard2"), &two), 0);
        assert_int_equal(one.st_ino, two.st_ino);
        /* once more changes nothing */
        _cleanup_(restored_done) struct restored again = undo(f);
        assert_int_equal(again.files, 0);
        assert_int_equal(again.as_before, f->changes.n);
}

/* A chain of folders with a file in the last. */
static void make_deep(struct fixture *f, const char *name, unsigned levels) {
        int fd = openat(f->root, "etc", O_RDONLY | O_DIRECTORY);
        for (unsigned i = 0; i < levels; i++) {
                assert_int_equal(mkdirat(fd, name, 0755), 0);
                int next = openat(fd, name, O_RDONLY | O_DIRECTORY);
                assert_true(next >= 0);
                close(fd);
                fd = next;
        }
        close(openat(fd, "file", O_WRONLY | O_CREAT, 0600));
        close(fd);
}

/* Longer than any call takes a path (PATH_MAX): it was made step by step, and is undone so. */
static void undoes_paths_of_any_length(void **state) {
        struct fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->folder);
        char name[241] = { 0 };
        memset(name, 'x', sizeof name - 1);
        make_deep(f, name, 60);
        look(f, -1, &f->after);
        changes_make(&f->before, &f->after, &f->changes);
        assert_int_equal(f->changes.n, 61);
        assert_true(strlen(f->changes.items[60].path) > 3 * 4096);
        _cleanup_(restored_done) struct restored restored = undo(f);
        assert_int_equal(strv_length(restored.left), 0);
        assert_int_equal(restored.failed, 0);
        assert_tree(f->folder, before);
}

/* Beyond the depth that is recorded the truth is said, and nobody is blamed for it. */
static void says_what_lies_too_deep(void **state) {
        struct fixture *f = *state;
        make_deep(f, "d2", SNAPSHOT_DEPTH_MAX + 20);
        look(f, -1, &f->after);
        changes_make(&f->before, &f->after, &f->changes);
        _cleanup_(restored_done) struct restored restored = undo(f);
        assert_true(strv_length(restored.left) > 0);
        for (char **left = restored.left; left && *left; left++)
                assert_non_null(strstr(*left, ": it holds files that lie too deep"));
        assert_int_equal(files_remove_tree(f->root, "etc"), 0);
        assert_int_equal(faccessat(f->root, "etc", F_OK, 0), -1);
}

/* Killed at any moment and run again: the end is the same. */
static void goes_on_after_a_death(void **state) {
        struct fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->folder);
        install(f);
        for (unsigned usec = 100; usec < 20000; usec += usec / 2) {
                pid_t child = fork();
                if (child == 0) {
                        undo(f);
                        _exit(0);
                }
                usleep(usec);
                kill(child, SIGKILL);
                waitpid(child, NULL, 0);
        }
        _cleanup_(restored_done) struct restored restored = undo(f);
        for (char **left = restored.left; left && *left; left++)
                print_error("left: %s\n", *left);
        assert_int_equal(strv_length(restored.left), 0);
        /* A death between naming a file and moving it into place leaves its working name; the next scan sees it as added. */
        manifest_done(&f->after);
        changes_done(&f->changes);
        look(f, -1, &f->after);
        changes_make(&f->before, &f->after, &f->changes);
        for (size_t i = 0; i < f->changes.n; i++)
                assert_non_null(strstr(f->changes.items[i].path, "/.fairlead-"));
        _cleanup_(restored_done) struct restored swept = undo(f);
        assert_tree(f->folder, before);
}

static void keeps_what_somebody_else_changed(void **state) {
        struct fixture *f = *state;
        install(f);
        tree_write(f->folder, "/etc/content", "the admin's own");
        tree_write(f->folder, "/etc/new-file", "edited");
        tree_write(f->folder, "/etc/new/deep/more", "the admin's own");
        tree_write(f->folder, "/etc/gone", "made anew by the admin");
        assert_int_equal(chmod(tree_path(f->folder, "/etc/mode"), 0751), 0);
        _cleanup_(restored_done) struct restored restored = undo(f);
        static const char *const kept[] = { "/etc/content: changed since the job changed it", "/etc/new-file: changed since the job changed it",
                                            "/etc/new/deep: the folder holds files of others", "/etc/gone: changed since the job changed it",
                                            "/etc/mode: changed since the job changed it", "/etc/new: the folder holds files of others" };
        for (size_t i = 0; i < ELEMENTS(kept); i++)
                if (!strv_contains(restored.left, kept[i]))
                        fail_msg("not listed: %s", kept[i]);
        assert_int_equal(strv_length(restored.left), ELEMENTS(kept));
        assert_int_equal(restored.failed, 0);
        _cleanup_free_ char *content = tree_read(f->folder, "/etc/content"), *gone = tree_read(f->folder, "/etc/gone");
        assert_string_equal(content, "the admin's own");
        assert_string_equal(gone, "made anew by the admin");
        _cleanup_free_ char *xattr = tree_read(f->folder, "/etc/d/e/deep");
        assert_string_equal(xattr, "/etc/d/e/deep");
}

static void refuses_a_rotten_blob(void **state) {
        struct fixture *f = *state;
        install(f);
        const struct entry *e = manifest_find(&f->before, "/etc/content");
        _cleanup_free_ char *blob = str_printf("/%s", e->digest);
        tree_write(f->store, blob, "rotten");
        _cleanup_(restored_done) struct restored restored = undo(f);
        assert_int_equal(restored.failed, 1);
        assert_non_null(strstr(restored.left[0], "/etc/content: cannot be restored"));
        _cleanup_free_ char *content = tree_read(f->folder, "/etc/content");
        assert_string_equal(content, "something else");
}

/* Where others write, what they wrote stays; a folder of the job's own goes with all in it. */
static void spares_the_logs_of_others(void **state) {
        struct fixture *f = *state;
        tree_write(f->folder, "/var/log/messages", "/var/log/messages and more");
        tree_write(f->folder, "/var/log/rotated.1", "x");
        tree_write(f->folder, "/var/log/ours/log", "x");
        look(f, -1, &f->after);
        changes_make(&f->before, &f->after, &f->changes);
        _cleanup_(restored_done) struct restored restored = undo(f);
        assert_int_equal(strv_length(restored.left), 2);
        assert_int_equal(access(tree_path(f->folder, "/var/log/ours"), F_OK), -1);
        assert_int_equal(access(tree_path(f->folder, "/var/log/rotated.1"), F_OK), 0);
        _cleanup_free_ char *messages = tree_read(f->folder, "/var/log/messages");
        assert_string_equal(messages, "/var/log/messages and more");
}

/* Else a service whose folder the admin removed could never be taken off again. */
static void a_folder_that_somebody_removed_is_no_failure(void **state) {
        struct fixture *f = *state;
        tree_write(f->folder, "/etc/theirs/content", "was");
        tree_write(f->folder, "/etc/theirs/mode", "was");
        tree_write(f->folder, "/etc/theirs/removed", "was");
        manifest_done(&f->before);
        look(f, f->blobs, &f->before);
        tree_write(f->folder, "/etc/theirs/content", "became");
        assert_int_equal(chmod(tree_path(f->folder, "/etc/theirs/mode"), 0700), 0);
        assert_int_equal(unlink(tree_path(f->folder, "/etc/theirs/removed")), 0);
        look(f, -1, &f->after);
        changes_make(&f->before, &f->after, &f->changes);
        assert_int_equal(f->changes.n, 3);
        tree_remove(tree_path(f->folder, "/etc/theirs"));
        _cleanup_(restored_done) struct restored restored = undo(f);
        assert_int_equal(restored.failed, 0);
        assert_int_equal(strv_length(restored.left), 3);
        for (size_t i = 0; i < 3; i++)
                assert_non_null(strstr(restored.left[i], "changed since the job changed it"));
        assert_int_equal(access(tree_path(f->folder, "/etc/theirs"), F_OK), -1);
}

/* An access list of one more user (u::rw-,u:7:r--,g::r--,m::r--,o::r--), as the kernel keeps it (acl(5), xattr.h of linux). */
static const unsigned char access_list[] = {
        2, 0, 0, 0,
        0x01, 0, 6, 0, 0xff, 0xff, 0xff, 0xff,
        0x02, 0, 4, 0, 7, 0, 0, 0,
        0x04, 0, 4, 0, 0xff, 0xff, 0xff, 0xff,
        0x10, 0, 4, 0, 0xff, 0xff, 0xff, 0xff,
        0x20, 0, 4, 0, 0xff, 0xff, 0xff, 0xff,
};

/* What is no ordinary file: each is there, is taken away or changed by a job, and comes back. */
static void odd_objects_come_back(void **state) {
        struct fixture *f = *state;
        assert_int_equal(mkfifo(tree_path(f->folder, "/etc/fifo"), 0620), 0);
        assert_int_equal(mknod(tree_path(f->folder, "/etc/socket"), S_IFSOCK | 0600, 0), 0);
        bool devices = mknod(tree_path(f->folder, "/etc/null"), S_IFCHR | 0666, makedev(1, 3)) == 0 &&
                       mknod(tree_path(f->folder, "/etc/loop"), S_IFBLK | 0660, makedev(7, 0)) == 0;
        static const char *const lists[] = { "/etc/acl", "/etc/acl-gone", "/etc/acl-changed" };
        bool has_lists = true;
        for (size_t i = 0; i < ELEMENTS(lists); i++) {
                tree_write(f->folder, lists[i], "x");
                has_lists &= setxattr(tree_path(f->folder, lists[i]), "system.posix_acl_access", access_list, sizeof access_list, 0) == 0;
        }
        _cleanup_close_ int sparse = open(tree_path(f->folder, "/etc/sparse"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        assert_int_equal(pwrite(sparse, "x", 1, 64 << 20), 1);
        assert_int_equal(ftruncate(sparse, 96 << 20), 0);
        manifest_done(&f->before);
        look(f, f->blobs, &f->before);
        _cleanup_free_ char *before = tree_fingerprint(f->folder);

        static const char *const gone[] = { "/etc/fifo", "/etc/socket", "/etc/acl-gone", "/etc/null" };
        for (size_t i = 0; i < ELEMENTS(gone); i++)
                assert_true(unlink(tree_path(f->folder, gone[i])) == 0 || !devices);
        tree_write(f->folder, "/etc/fifo", "a file now");
        if (devices) {
                assert_int_equal(unlink(tree_path(f->folder, "/etc/loop")), 0);
                assert_int_equal(mknod(tree_path(f->folder, "/etc/loop"), S_IFBLK | 0660, makedev(7, 1)), 0);
        }
        assert_true(removexattr(tree_path(f->folder, "/etc/acl"), "system.posix_acl_access") == 0 || !has_lists);
        tree_write(f->folder, "/etc/acl-changed", "y");
        assert_int_equal(ftruncate(sparse, 1), 0);
        look(f, -1, &f->after);
        changes_make(&f->before, &f->after, &f->changes);
        assert_int_equal(f->changes.n, 5 + (devices ? 2 : 0) + (has_lists ? 1 : 0));
        if (has_lists)
                assert_true(changes_find(&f->changes, "/etc/acl")->what & CHANGE_XATTR);
        _cleanup_(restored_done) struct restored restored = undo(f);
        for (char **left = restored.left; left && *left; left++)
                print_error("left: %s\n", *left);
        assert_int_equal(strv_length(restored.left), 0);
        assert_tree(f->folder, before);
        struct stat st;
        assert_int_equal(stat(tree_path(f->folder, "/etc/sparse"), &st), 0);
        assert_int_equal(st.st_size, 96 << 20);
        assert_true(st.st_blocks < 1024);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(odd_objects_come_back), T(a_folder_that_somebody_removed_is_no_failure),
                T(restores_everything), T(undoes_paths_of_any_length), T(says_what_lies_too_deep), T(goes_on_after_a_death), T(keeps_what_somebody_else_changed),
                T(refuses_a_rotten_blob), T(spares_the_logs_of_others),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
