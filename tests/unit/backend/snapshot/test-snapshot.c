/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/tree.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "backend/io/files.h"
#include "backend/snapshot/snapshot.h"

struct fixture {
        char *folder;           /* stands for "/" */
        char *store;
        int root, blobs, blobs2, store_fd;
};

static int set_up(void **state) {
        struct fixture *f = calloc(1, sizeof *f);
        f->folder = tree_new();
        f->store = tree_new();
        tree_folder(f->folder, "/etc");
        tree_folder(f->folder, "/usr/local");
        tree_folder(f->store, "/blobs");
        tree_folder(f->store, "/blobs2");
        f->root = files_open_root(f->folder, NULL);
        f->store_fd = files_open_root(f->store, NULL);
        f->blobs = files_open_folder(f->store_fd, "/blobs", NULL);
        f->blobs2 = files_open_folder(f->store_fd, "/blobs2", NULL);
        *state = f;
        return f->blobs2 < 0;
}

static int tear_down(void **state) {
        struct fixture *f = *state;
        close(f->root);
        close(f->blobs);
        close(f->blobs2);
        close(f->store_fd);
        tree_remove(f->folder);
        tree_remove(f->store);
        free(f->folder);
        free(f->store);
        free(f);
        return 0;
}

static char *const usual[] = { (char *) "/etc", (char *) "/usr/local", NULL };

static struct snapshot_tally take(const struct snapshot_options *options, struct manifest *ret) {
        _cleanup_(snapshot_freep) struct snapshot *s = snapshot_new(options);
        _cleanup_error_ struct error *e = NULL;
        int r;
        while ((r = snapshot_go(s, 100, &e)) == 0)
                ;
        assert_ok(r, e);
        snapshot_take(s, ret);
        return *snapshot_tally(s);
}

/* Everything a folder can hold; FIFO and socket must not be opened (they would block or fail). */
static void records_every_kind(void **state) {
        struct fixture *f = *state;
        tree_write(f->folder, "/etc/a", "hello\n");
        assert_int_equal(link(tree_path(f->folder, "/etc/a"), tree_path(f->folder, "/usr/local/b")), 0);
        assert_int_equal(symlink("a", tree_path(f->folder, "/etc/s")), 0);
        assert_int_equal(mkfifo(tree_path(f->folder, "/etc/fifo"), 0600), 0);
        int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        snprintf(address.sun_path, sizeof address.sun_path, "%s/etc/socket", f->folder);
        assert_int_equal(bind(s, (struct sockaddr *) &address, sizeof address), 0);
        close(s);
        _cleanup_(manifest_done) struct manifest m = {};
        struct snapshot_options options = { .root = f->root, .paths = usual, .blobs = f->blobs, .known_blobs = -1 };
        struct snapshot_tally tally = take(&options, &m);
        assert_int_equal(tally.files, 7);
        assert_int_equal(tally.left_out, 0);
        assert_int_equal(tally.bytes, 12);
        const struct entry *a = manifest_find(&m, "/etc/a"), *b = manifest_find(&m, "/usr/local/b");
        assert_string_equal(a->digest, "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
        assert_int_equal(a->inode, b->inode);
        assert_int_equal(a->links, 2);
        assert_string_equal(manifest_find(&m, "/etc/s")->target, "a");
        assert_true(S_ISFIFO(manifest_find(&m, "/etc/fifo")->mode));
        assert_true(S_ISSOCK(manifest_find(&m, "/etc/socket")->mode));
        _cleanup_free_ char *blob = tree_read(f->store, "/blobs/5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
        assert_string_equal(blob, "hello\n");
        struct stat st;
        assert_int_equal(fstatat(f->blobs, a->digest, &st, 0), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
        /* it can be stored and comes back */
        _cleanup_error_ struct error *e = NULL;
        _cleanup_(manifest_done) struct manifest again = {};
        assert_ok(snapshot_store(f->store_fd, "manifest", &m, f->blobs, &e), e);
        assert_ok(snapshot_load(f->store_fd, "manifest", &again, &e), e);
        assert_int_equal(again.n, m.n);
        assert_int_equal(again.taken, m.taken);
}

static void rewind_clock_of_knowledge(struct manifest *m) {
        m->taken += 10;         /* as if the first look had begun ten seconds after the last write */
}

static void shares_what_did_not_change(void **state) {
        struct fixture *f = *state;
        tree_write(f->folder, "/etc/same", "same");
        tree_write(f->folder, "/etc/other", "other");
        _cleanup_(manifest_done) struct manifest first = {}, second = {}, racy = {};
        struct snapshot_options options = { .root = f->root, .paths = usual, .blobs = f->blobs, .known_blobs = -1 };
        take(&options, &first);
        options.known = &first;
        options.known_blobs = f->blobs;
        options.blobs = f->blobs2;
        /* just written: the times prove nothing, all is read again, the blobs are shared all the same */
        struct snapshot_tally tally = take(&options, &racy);
        assert_int_equal(tally.read, 2);
        assert_int_equal(tally.shared, 2);
        rewind_clock_of_knowledge(&first);
        tree_write(f->folder, "/etc/other", "OTHER");
        assert_int_equal(files_remove_tree(f->store_fd, "blobs2"), 0);
        tree_folder(f->store, "/blobs2");
        close(f->blobs2);
        f->blobs2 = options.blobs = files_open_folder(f->store_fd, "/blobs2", NULL);
        tally = take(&options, &second);
        assert_int_equal(tally.read, 1);
        assert_int_equal(tally.shared, 1);
        struct stat one, two;
        assert_int_equal(fstatat(f->blobs, manifest_find(&second, "/etc/same")->digest, &one, 0), 0);
        assert_int_equal(fstatat(f->blobs2, manifest_find(&second, "/etc/same")->digest, &two, 0), 0);
        assert_int_equal(one.st_ino, two.st_ino);
        _cleanup_(changes_done) struct changes changes = {};
        changes_make(&first, &second, &changes);
        assert_int_equal(changes.n, 1);
        assert_string_equal(changes.items[0].path, "/etc/other");
}

static void has_ceilings_and_names_what_it_leaves_out(void **state) {
        struct fixture *f = *state;
        tree_write(f->folder, "/etc/small", "12345");
        tree_write(f->folder, "/etc/large", "12345678901234567890");
        tree_folder(f->folder, "/etc/many");
        _cleanup_(manifest_done) struct manifest m = {}, few = {}, after = {};
        struct snapshot_options options = { .root = f->root, .paths = usual, .blobs = f->blobs, .known_blobs = -1, .file_max = 10 };
        struct snapshot_tally tally = take(&options, &m);
        assert_int_equal(tally.left_out, 1);
        assert_true(manifest_find(&m, "/etc/large")->left_out);
        assert_string_equal(manifest_find(&m, "/etc/large")->digest, "");
        assert_false(manifest_find(&m, "/etc/small")->left_out);

        for (int i = 0; i < 50; i++) {
                char path[32];
                snprintf(path, sizeof path, "/etc/many/%d", i);
                tree_write(f->folder, path, "x");
        }
        options.files_max = 20;
        tally = take(&options, &few);
        assert_true(few.n <= 21);      /* the second root stands there by name */
        assert_true(tally.left_out >= 1);
        /* a later look knows what the first did not see: nothing counts as added */
        options.files_max = 0;
        options.known = &few;
        take(&options, &after);
        _cleanup_(changes_done) struct changes changes = {};
        changes_make(&few, &after, &changes);
        for (size_t i = 0; i < changes.n; i++)
                assert_null(strstr(changes.items[i].path, "/etc/many/"));
}

/* What the first look did not come to must not look as if the job had added it: an undo would take it away. */
static void a_root_beyond_the_ceiling_is_known_by_name(void **state) {
        struct fixture *f = *state;
        for (int i = 0; i < 20; i++) {
                char path[32];
                snprintf(path, sizeof path, "/etc/%d", i);
                tree_write(f->folder, path, "x");
        }
        tree_write(f->folder, "/usr/local/precious", "x");
        tree_write(f->folder, "/usr/file", "x");
        char *const paths[] = { (char *) "/etc", (char *) "/usr/local", (char *) "/usr/file", NULL };
        _cleanup_(manifest_done) struct manifest few = {}, after = {};
        struct snapshot_options options = { .root = f->root, .paths = paths, .blobs = f->blobs, .known_blobs = -1, .files_max = 10 };
        take(&options, &few);
        assert_true(manifest_find(&few, "/usr/local")->left_out);
        assert_true(manifest_find(&few, "/usr/file")->left_out);
        options.files_max = 0;
        options.known = &few;
        take(&options, &after);
        _cleanup_(changes_done) struct changes changes = {};
        changes_make(&few, &after, &changes);
        assert_int_equal(changes.n, 0);
}

struct omissions {
        char *paths[16];
        enum snapshot_reason reasons[16];
        size_t n;
};

static void on_left_out(const char *path, enum snapshot_reason reason, void *userdata) {
        struct omissions *left_out = userdata;
        assert_true(left_out->n < ELEMENTS(left_out->paths));
        left_out->paths[left_out->n] = strdup(path);
        left_out->reasons[left_out->n++] = reason;
}

static void expect_left_out(struct omissions *left_out, const char *path, enum snapshot_reason reason) {
        for (size_t i = 0; i < left_out->n; i++)
                if (str_equal(left_out->paths[i], path)) {
                        assert_string_equal(snapshot_reason_text(left_out->reasons[i]), snapshot_reason_text(reason));
                        free(left_out->paths[i]);
                        left_out->paths[i] = NULL;
                        return;
                }
        fail_msg("%s was not reported", path);
}

/* For a plan: what would be left out is reported with its reason, and no content is read. */
static void reports_beforehand_what_it_leaves_out(void **state) {
        struct fixture *f = *state;
        tree_write(f->folder, "/etc/a", "12345");
        tree_write(f->folder, "/etc/large", "12345678901234567890");
        tree_write(f->folder, "/etc/z-much", "123456789");
        tree_write(f->folder, "/var/log/own/messages", "x");
        /* a terabyte of holes is not measured by reading it */
        _cleanup_close_ int fd = open(tree_path(f->folder, "/etc/holes"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        assert_int_equal(ftruncate(fd, 1LL << 40), 0);
        char *const paths[] = { (char *) "/etc", (char *) "/var/log/own", NULL };
        struct omissions left_out = {};
        _cleanup_(manifest_done) struct manifest m = {};
        struct snapshot_options options = {
                .root = f->root, .paths = paths, .blobs = -1, .known_blobs = -1, .file_max = 10, .bytes_max = 12, .names_only = true,
                .left_out = on_left_out, .userdata = &left_out,
        };
        struct snapshot_tally tally = take(&options, &m);
        assert_int_equal(tally.read, 0);
        assert_int_equal(m.n, 0);
        assert_int_equal(tally.files, 7);
        expect_left_out(&left_out, "/etc/large", SNAPSHOT_TOO_LARGE);
        expect_left_out(&left_out, "/etc/holes", SNAPSHOT_TOO_LARGE);
        expect_left_out(&left_out, "/var/log/own", SNAPSHOT_OTHERS);
        /* which of the two comes first is the folder's affair */
        expect_left_out(&left_out, tally.bytes == 5 ? "/etc/z-much" : "/etc/a", SNAPSHOT_TOO_MUCH);
        assert_int_equal(left_out.n, 4);
        struct omissions many = {};
        options.files_max = 3;
        options.userdata = &many;
        take(&options, &m);
        expect_left_out(&many, "/etc", SNAPSHOT_TOO_MANY);
        expect_left_out(&many, "/var/log/own", SNAPSHOT_TOO_MANY);
        for (size_t i = 0; i < many.n; i++)
                free(many.paths[i]);
}

static void keeps_sparse_files_sparse(void **state) {
        struct fixture *f = *state;
        _cleanup_close_ int fd = open(tree_path(f->folder, "/etc/sparse"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        assert_int_equal(pwrite(fd, "x", 1, 8 << 20), 1);
        assert_int_equal(ftruncate(fd, 16 << 20), 0);
        _cleanup_(manifest_done) struct manifest m = {};
        struct snapshot_options options = { .root = f->root, .paths = usual, .blobs = f->blobs, .known_blobs = -1 };
        take(&options, &m);
        struct stat st;
        assert_int_equal(fstatat(f->blobs, manifest_find(&m, "/etc/sparse")->digest, &st, 0), 0);
        assert_int_equal(st.st_size, 16 << 20);
        assert_true(st.st_blocks < 1024);
        assert_int_equal(faccessat(f->blobs, "unfinished", F_OK, 0), -1);
}

/* The whole host is never copied, and what is the kernel's or ours is not entered. */
static void stays_where_it_belongs(void **state) {
        struct fixture *f = *state;
        tree_write(f->folder, "/proc/x", "x");
        tree_write(f->folder, "/opt/x", "x");
        tree_write(f->folder, "/etc/fairlead/x", "x");
        tree_write(f->folder, "/var/log/messages", "x");
        char *const paths[] = { (char *) "/", (char *) "/proc", (char *) "/var/log", (char *) "/none", NULL };
        char *const excluded[] = { (char *) "/etc/fairlead", NULL };
        _cleanup_(manifest_done) struct manifest m = {};
        struct snapshot_options options = { .root = f->root, .paths = paths, .excluded = excluded, .blobs = f->blobs, .known_blobs = -1 };
        take(&options, &m);
        assert_null(manifest_find(&m, "/proc"));
        assert_null(manifest_find(&m, "/opt"));
        assert_null(manifest_find(&m, "/etc/fairlead"));
        assert_non_null(manifest_find(&m, "/etc"));
        assert_non_null(manifest_find(&m, "/usr/local"));
        assert_true(manifest_find(&m, "/var/log/messages")->left_out);
}

/* An overwritten mapping of a file under the reader: a child writes all the time. It must end, and either hold one state whole or say
 * that it left the file out. */
static void survives_a_file_that_changes_while_it_is_read(void **state) {
        struct fixture *f = *state;
        tree_write(f->folder, "/etc/busy", "");
        pid_t child = fork();
        if (child == 0) {
                int fd = open(tree_path(f->folder, "/etc/busy"), O_WRONLY | O_CLOEXEC);
                static char block[2 << 20];
                for (unsigned i = 0;; i++) {
                        memset(block, 'a' + (int) (i % 26), sizeof block);
                        if (pwrite(fd, block, sizeof block, 0) < 0)
                                _exit(1);
                }
        }
        for (int i = 0; i < 5; i++) {
                _cleanup_(manifest_done) struct manifest m = {};
                struct snapshot_options options = { .root = f->root, .paths = usual, .blobs = f->blobs, .known_blobs = -1 };
                take(&options, &m);
                const struct entry *busy = manifest_find(&m, "/etc/busy");
                assert_int_equal(busy->left_out, busy->digest[0] == '\0');
        }
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(records_every_kind), T(shares_what_did_not_change),
                T(has_ceilings_and_names_what_it_leaves_out), T(a_root_beyond_the_ceiling_is_known_by_name),
                T(reports_beforehand_what_it_leaves_out), T(keeps_sparse_files_sparse),
                T(stays_where_it_belongs), T(survives_a_file_that_changes_while_it_is_read),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
