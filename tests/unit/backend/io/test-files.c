/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/tree.h"

#include <signal.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "backend/io/files.h"

struct fixture {
        char *folder;
        int root;
};

static int set_up(void **state) {
        struct fixture *f = calloc(1, sizeof *f);
        f->folder = tree_new();
        f->root = files_open_root(f->folder, NULL);
        *state = f;
        return f->root < 0;
}

static int tear_down(void **state) {
        struct fixture *f = *state;
        close(f->root);
        tree_remove(f->folder);
        free(f->folder);
        free(f);
        return 0;
}

static void follows_no_symlink(void **state) {
        struct fixture *f = *state;
        _cleanup_error_ struct error *e = NULL;
        tree_folder(f->folder, "/real");
        assert_int_equal(symlink("real", tree_path(f->folder, "/link")), 0);
        assert_int_equal(symlink("/etc", tree_path(f->folder, "/real/out")), 0);
        assert_int_equal(files_open_folder(f->root, "/link", &e), -ELOOP);
        assert_non_null(strstr(e->hint, "symbolic link"));
        assert_int_equal(files_open_folder(f->root, "/real/out", &e), -ELOOP);
        assert_true(files_open_folder(f->root, "/real/../..", &e) < 0);
        const char *name;
        assert_int_equal(files_open_parent(f->root, "/link/x", &name, &e), -ELOOP);
        _cleanup_close_ int fd = files_open_folder(f->root, "/real", &e);
        assert_ok(fd, e);
        _cleanup_close_ int top = files_open_folder(f->root, "/", &e);
        assert_ok(top, e);
        /* what is behind a link in place of the file itself is not read either */
        char *text;
        size_t n;
        tree_write(f->folder, "/real/secret", "x");
        assert_int_equal(symlink("secret", tree_path(f->folder, "/real/file")), 0);
        assert_int_equal(files_read(fd, "file", 100, &text, &n, &e), -ELOOP);
}

static void resolves_inside_the_root(void **state) {
        struct fixture *f = *state;
        _cleanup_free_ char *path = NULL, *escaped = NULL;
        tree_folder(f->folder, "/usr");
        tree_folder(f->folder, "/var/usrlocal");
        assert_int_equal(symlink("../var/usrlocal", tree_path(f->folder, "/usr/local")), 0);
        assert_int_equal(files_resolve(f->root, "/usr/local", &path), 0);
        assert_string_equal(path, "/var/usrlocal");
        assert_int_equal(symlink("../../../../../../var", tree_path(f->folder, "/usr/up")), 0);
        assert_int_equal(files_resolve(f->root, "/usr/up", &escaped), 0);
        assert_string_equal(escaped, "/var");
        assert_int_equal(files_resolve(f->root, "/usr/none", &path), -ENOENT);
}

static void writes_whole_files(void **state) {
        struct fixture *f = *state;
        _cleanup_error_ struct error *e = NULL;
        _cleanup_close_ int made = files_make_folder(f->root, "/a/b/c", &e);
        assert_ok(made, e);
        assert_ok(files_write(made, "x", "one", 3, 0640, &e), e);
        assert_ok(files_write(made, "x", "two\n", 4, 0600, &e), e);
        _cleanup_free_ char *text = tree_read(f->folder, "/a/b/c/x");
        assert_string_equal(text, "two\n");
        struct stat st;
        assert_int_equal(stat(tree_path(f->folder, "/a/b/c/x"), &st), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
        /* a symlink in its place is replaced, not written through */
        tree_write(f->folder, "/a/b/c/victim", "v");
        assert_int_equal(symlink("victim", tree_path(f->folder, "/a/b/c/s")), 0);
        assert_ok(files_write(made, "s", "new", 3, 0600, &e), e);
        _cleanup_free_ char *victim = tree_read(f->folder, "/a/b/c/victim");
        assert_string_equal(victim, "v");
        /* nothing half-made is left over */
        _cleanup_free_ char *all = tree_fingerprint(f->folder);
        assert_null(strstr(all, ".fairlead-"));
        assert_int_equal(files_write(made, "no/such", "x", 1, 0600, &e), -ENOENT);
        char *big;
        size_t n;
        assert_int_equal(files_read(made, "x", 3, &big, &n, &e), -E2BIG);
}

/* Everything that a host can have in /etc, copied by look and put: the fingerprints agree. */
static void restores_every_kind(void **state) {
        struct fixture *f = *state;
        _cleanup_error_ struct error *e = NULL;
        tree_write(f->folder, "/regular", "content\n");
        assert_int_equal(chmod(tree_path(f->folder, "/regular"), 04751), 0);
        assert_int_equal(setxattr(tree_path(f->folder, "/regular"), "user.note", "a\0b", 3, 0), 0);
        assert_int_equal(symlink("some where", tree_path(f->folder, "/link")), 0);
        tree_folder(f->folder, "/folder");
        assert_int_equal(chmod(tree_path(f->folder, "/folder"), 02775), 0);
        assert_int_equal(mkfifo(tree_path(f->folder, "/fifo"), 0620), 0);
        const char *names[] = { "regular", "link", "folder", "fifo", "device" };
        size_t n = 4;
        if (geteuid() == 0) {
                assert_int_equal(mknod(tree_path(f->folder, "/device"), S_IFCHR | 0606, makedev(1, 3)), 0);
                assert_int_equal(chown(tree_path(f->folder, "/regular"), 3, 4), 0);
                assert_int_equal(chmod(tree_path(f->folder, "/regular"), 04751), 0);
                assert_int_equal(lchown(tree_path(f->folder, "/link"), 5, 6), 0);
                /* an ACL: user 7 may read; the mask is the group's bits */
                static const unsigned char acl[] = { 2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 4, 0, 7, 0, 0, 0, 4, 0, 5, 0,
                                                     255, 255, 255, 255, 16, 0, 5, 0, 255, 255, 255, 255, 32, 0, 1, 0, 255, 255, 255, 255 };
                assert_int_equal(setxattr(tree_path(f->folder, "/regular"), "system.posix_acl_access", acl, sizeof acl, 0), 0);
                n = 5;
        }
        struct entry entries[5];
        for (size_t i = 0; i < n; i++) {
                assert_int_equal(utimensat(f->root, names[i], (struct timespec[]) { { 5, 6 }, { 1700000000, 123456789 } }, AT_SYMLINK_NOFOLLOW), 0);
                assert_int_equal(files_look(f->root, names[i], names[i], &entries[i]), 0);
        }
        _cleanup_free_ char *before = tree_fingerprint(f->folder);
        _cleanup_close_ int content = open(tree_path(f->folder, "/regular"), O_RDONLY | O_CLOEXEC);
        for (size_t i = 0; i < n; i++) {
                assert_ok(files_remove(f->root, names[i], &e), e);
                assert_ok(files_put(f->root, names[i], &entries[i], S_ISREG(entries[i].mode) ? content : -1, NULL, &e), e);
        }
        _cleanup_free_ char *after = tree_fingerprint(f->folder);
        /* the first line is the root folder, whose own time moved */
        assert_string_equal(strchr(after, '\n'), strchr(before, '\n'));
        for (size_t i = 0; i < n; i++) {
                if (!S_ISLNK(entries[i].mode))
                        assert_int_equal(fchmodat(f->root, names[i], 0777, 0), 0);
                assert_int_equal(files_set_attributes(f->root, names[i], &entries[i], NULL), 0);
                entry_done(&entries[i]);
        }
        _cleanup_free_ char *again = tree_fingerprint(f->folder);
        assert_string_equal(strchr(again, '\n'), strchr(before, '\n'));
}

static unsigned mode_of(const struct fixture *f, const char *path) {
        struct stat st;
        assert_int_equal(lstat(tree_path(f->folder, path), &st), 0);
        return st.st_mode & 07777;
}

/* As the worker runs: what is made on the way is for everybody to read all the same. */
static void makes_folders_whatever_the_mask(void **state) {
        struct fixture *f = *state;
        _cleanup_error_ struct error *e = NULL;
        mode_t mask = umask(077);
        _cleanup_close_ int made = files_make_folder(f->root, "/a/b//c/", &e);
        umask(mask);
        assert_ok(made, e);
        assert_int_equal(mode_of(f, "/a"), 0755);
        assert_int_equal(mode_of(f, "/a/b/c"), 0755);
        _cleanup_close_ int again = files_make_folder(f->root, "/a/b/c", &e);
        assert_ok(again, e);
        assert_int_equal(symlink("a", tree_path(f->folder, "/link")), 0);
        assert_int_equal(files_make_folder(f->root, "/link/b", &e), -ELOOP);
        assert_non_null(strstr(e->hint, "symbolic link"));
        assert_int_equal(files_make_folder(f->root, "/a/b/../../x", &e), -EINVAL);
        tree_write(f->folder, "/file", "");
        assert_int_equal(files_make_folder(f->root, "/file/x", &e), -ENOTDIR);
}

/* Whoever may write there could put a unit of his own in the place of ours. */
static void writes_into_no_folder_of_others(void **state) {
        struct fixture *f = *state;
        _cleanup_error_ struct error *e = NULL;
        tree_folder(f->folder, "/a/b");
        assert_int_equal(chmod(tree_path(f->folder, "/a"), 0777), 0);
        assert_int_equal(files_make_folder(f->root, "/a/b", &e), -EPERM);
        assert_non_null(strstr(e->message, "/a"));
        assert_non_null(strstr(e->hint, "chmod go-w /a"));
        assert_int_equal(chmod(tree_path(f->folder, "/a"), 0755), 0);
        if (geteuid() == 0) {
                assert_int_equal(chown(tree_path(f->folder, "/a/b"), 7, 0), 0);
                assert_int_equal(files_make_folder(f->root, "/a/b/c", &e), -EPERM);
                assert_non_null(strstr(e->message, "/a/b belongs to user 7"));
                assert_int_equal(faccessat(f->root, "a/b/c", F_OK, 0), -1);
        }
}

/* Between the look at a file and what is done to it somebody else had the time to do something. */
static void changes_only_what_it_saw(void **state) {
        struct fixture *f = *state;
        _cleanup_error_ struct error *e = NULL;
        _cleanup_(entry_done) struct entry seen = {}, like = {}, nothing = {};
        tree_write(f->folder, "/like", "old");
        tree_write(f->folder, "/mine", "job's");
        tree_write(f->folder, "/victim", "somebody else's");
        assert_int_equal(chmod(tree_path(f->folder, "/like"), 04711), 0);
        assert_int_equal(chmod(tree_path(f->folder, "/victim"), 0600), 0);
        assert_int_equal(files_look(f->root, "like", "/like", &like), 0);
        assert_int_equal(files_look(f->root, "mine", "/mine", &seen), 0);
        assert_true(files_still(f->root, "mine", &seen));
        assert_false(files_still(f->root, "mine", &nothing));
        assert_true(files_still(f->root, "none", &nothing));
        _cleanup_close_ int content = openat(f->root, "like", O_RDONLY | O_CLOEXEC);
        /* a link to another file has taken its place */
        assert_int_equal(unlink(tree_path(f->folder, "/mine")), 0);
        assert_int_equal(link(tree_path(f->folder, "/victim"), tree_path(f->folder, "/mine")), 0);
        _cleanup_free_ char *before = tree_fingerprint(f->folder);
        assert_false(files_still(f->root, "mine", &seen));
        assert_int_equal(files_set_attributes(f->root, "mine", &like, &seen), -ESTALE);
        assert_int_equal(files_put(f->root, "mine", &like, content, &seen, &e), -ESTALE);
        assert_int_equal(files_put(f->root, "mine", &like, content, &nothing, &e), -ESTALE);
        assert_int_equal(files_link(f->root, "like", &like, f->root, "mine", &seen), -ESTALE);
        /* nor is a link made to what took the place of the file that was looked at */
        assert_int_equal(files_link(f->root, "mine", &seen, f->root, "new", &nothing), -ESTALE);
        const struct entry symbolic = { .path = (char *) "x", .mode = S_IFLNK | 0777, .target = (char *) "like", .mtime = { 1, 0 } };
        assert_int_equal(files_put(f->root, "mine", &symbolic, -1, &seen, &e), -ESTALE);
        assert_int_equal(files_put(f->root, "mine", &symbolic, -1, &nothing, &e), -ESTALE);
        _cleanup_free_ char *after = tree_fingerprint(f->folder);
        assert_string_equal(strchr(after, '\n'), strchr(before, '\n'));
        assert_int_equal(mode_of(f, "/victim"), 0600);
        /* what still is there is changed */
        entry_done(&seen);
        assert_int_equal(files_look(f->root, "mine", "/mine", &seen), 0);
        assert_ok(files_put(f->root, "mine", &like, content, &seen, &e), e);
        assert_int_equal(mode_of(f, "/mine"), 04711);
        assert_int_equal(mode_of(f, "/victim"), 0600);
}

/* A folder is moved aside, a link that leads out takes its place, goes, and the folder comes back. */
static void swap_step(int root, unsigned step) {
        int r = 0;
        switch (step % 4) {
        case 0: (void) renameat(root, "in", root, "aside"); break;
        case 1: r = symlinkat("out", root, "in"); break;
        case 2: (void) unlinkat(root, "in", 0); break;
        case 3: (void) renameat(root, "aside", root, "in"); break;
        }
        (void) r;
}

/* Somebody swaps a folder for a link that leads out while we write into it: nothing ever comes to lie outside. First each state by itself,
 * then over and over at the same time, where what each call meets is the scheduler's to say and what holds is the same. */
static void a_swapped_folder_leads_nowhere(void **state) {
        struct fixture *f = *state;
        tree_folder(f->folder, "/in");
        tree_folder(f->folder, "/out");
        static const int opens[] = { 0, -ENOENT, -ELOOP, -ENOENT }, makes[] = { 0, 0, -ELOOP, 0 };
        for (unsigned step = 0; step < 4; step++) {
                const char *name;
                _cleanup_close_ int folder = files_open_parent(f->root, "/in/file", &name, NULL);
                assert_int_equal(folder < 0 ? folder : 0, opens[step]);
                if (opens[step] != -ENOENT) {   /* else it would be made anew, and there would be no way back */
                        _cleanup_close_ int made = files_make_folder(f->root, "/in/deep", NULL);
                        assert_int_equal(made < 0 ? made : 0, makes[step]);
                }
                swap_step(f->root, step);
        }
        pid_t swapper = fork();
        if (swapper == 0)
                for (unsigned step = 0;; step++)
                        swap_step(f->root, step);
        for (unsigned i = 0; i < 20000; i++) {
                const char *name;
                _cleanup_close_ int folder = files_open_parent(f->root, "/in/file", &name, NULL);
                if (folder >= 0 && i % 100 == 0)
                        (void) files_write(folder, name, "x", 1, 0600, NULL);
                _cleanup_close_ int made = files_make_folder(f->root, "/in/deep", NULL);
        }
        kill(swapper, SIGKILL);
        assert_int_equal(waitpid(swapper, NULL, 0), swapper);
        assert_int_equal(rmdir(tree_path(f->folder, "/out")), 0);
}

static void keeps_holes(void **state) {
        struct fixture *f = *state;
        _cleanup_close_ int from = openat(f->root, "sparse", O_RDWR | O_CREAT | O_CLOEXEC, 0600), to = openat(f->root, "copy", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        assert_int_equal(pwrite(from, "middle", 6, 32 << 20), 6);
        assert_int_equal(ftruncate(from, 64 << 20), 0);
        assert_int_equal(files_copy(from, to), 0);
        struct stat st;
        assert_int_equal(fstat(to, &st), 0);
        assert_int_equal(st.st_size, 64 << 20);
        assert_true(st.st_blocks < 2048);
        char bytes[6];
        assert_int_equal(pread(to, bytes, 6, 32 << 20), 6);
        assert_memory_equal(bytes, "middle", 6);
}

static void removes_trees(void **state) {
        struct fixture *f = *state;
        _cleanup_error_ struct error *e = NULL;
        tree_write(f->folder, "/t/u/x", "x");
        tree_write(f->folder, "/stays", "x");
        assert_int_equal(symlink("../..", tree_path(f->folder, "/t/u/up")), 0);
        assert_true(files_remove(f->root, "t", &e) < 0);
        assert_int_equal(files_remove_tree(f->root, "t"), 0);
        assert_int_equal(faccessat(f->root, "t", F_OK, 0), -1);
        assert_int_equal(faccessat(f->root, "stays", F_OK, 0), 0);
        assert_ok(files_remove(f->root, "not there", &e), e);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(follows_no_symlink), T(resolves_inside_the_root), T(writes_whole_files),
                T(restores_every_kind), T(makes_folders_whatever_the_mask),
                T(writes_into_no_folder_of_others), T(changes_only_what_it_saw),
                T(a_swapped_folder_leads_nowhere), T(keeps_holes), T(removes_trees),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
