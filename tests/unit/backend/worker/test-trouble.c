/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs in trouble from outside: a line that drops, a disk that fills, an /etc that cannot be written, a clock that is set. */
#include "tests/unit/job-fixture.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "backend/store/control.h"

/* ---- the clock: this program's own, so that it can be set ---- */

static time_t set_by;

int clock_gettime(clockid_t clock, struct timespec *t) {
        int r = (int) syscall(SYS_clock_gettime, clock, t);
        if (r == 0 && clock == CLOCK_REALTIME)
                t->tv_sec += set_by;
        return r;
}

time_t time(time_t *ret) {
        struct timespec t;
        clock_gettime(CLOCK_REALTIME, &t);
        if (ret)
                *ret = t.tv_sec;
        return t.tv_sec;
}

static enum job_state state_of(const struct host_fixture *f, const char *id) {
        _cleanup_(job_freep) struct job *job = read_job(f, id);
        return job->state;
}

static int roll_back(const struct host_fixture *f, const char *id) {
        const struct worker_options options = { .paths = &f->paths, .id = id, .mode = WORKER_ROLL_BACK };
        return worker_carry_out(&options);
}

static void wait_for_log(const struct host_fixture *f, const char *id, const char *text) {
        for (int i = 0; i < 1000; i++) {
                _cleanup_free_ char *log = read_job_file(f, id, "log");
                if (log && strstr(log, text))
                        return;
                usleep(20000);
        }
        fail_msg("\"%s\" never came", text);
}

static void type(const struct host_fixture *f, const char *id, const char *text) {
        _cleanup_close_ int fd = control_connect(&f->paths, id, NULL);
        assert_true(fd >= 0);
        assert_int_equal(control_send(fd, PACKET_INPUT, text, strlen(text), NULL), 0);
}

/* ---- a line that drops ---- */

static void a_line_that_drops_is_nothing_to_a_worker(void **state) {
        struct host_fixture *f = *state;
        _cleanup_plan_ struct plan *plan = script_plan(f, "echo ready; read x; echo $x > $ROOT/etc/x", ENGINE_NONE);
        _cleanup_free_ char *id = make_job(f, plan);
        pid_t child = fork();
        if (child == 0)
                _exit(worker_run(&f->paths, id, NULL));
        wait_for_log(f, id, "ready\r");
        for (int i = 0; i < 20; i++)
                assert_int_equal(kill(child, SIGHUP), 0);
        type(f, id, "go on\n");
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == WORKER_DONE);
        assert_int_equal(state_of(f, id), JOB_DONE);
        _cleanup_free_ char *text = tree_read(f->root, "/etc/x");
        assert_string_equal(text, "go on\n");
}

/* ---- mounts: in a namespace of the test's own, where a failed assertion is the child's status ---- */

static void in_mounts_of_its_own(struct host_fixture *f, void (*test)(struct host_fixture *f)) {
        if (geteuid() != 0)
                skip();
        pid_t child = fork();
        if (child == 0) {
                if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
                        _exit(77);
                test(f);
                _exit(0);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
                skip();
        assert_int_equal(status, 0);
}

/* cmocka's own assertions would end the child's copy of all tests. */
#define MUST(condition)                                                                      \
        do {                                                                                 \
                if (!(condition)) {                                                          \
                        fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);      \
                        _exit(1);                                                            \
                }                                                                            \
        } while (0)

/* Files and state on one small disk, which the installer fills to its last byte. */
static void fill_the_disk(struct host_fixture *f) {
        MUST(mount("none", f->top, "tmpfs", 0, "size=80m,mode=0755") == 0);
        tree_folder(f->root, "/etc/systemd/system");
        tree_folder(f->root, "/usr/local");
        tree_write(f->top, "/root/etc/hosts", "127.0.0.1 localhost\n");
        tree_write(f->top, "/root/etc/gone", "its content has to find room again\n");
        MUST(paths_prepare(&f->paths, NULL) == 0);
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = script_plan(f,
                                                       "echo more >> $ROOT/etc/hosts; chmod 600 $ROOT/etc/hosts; mkdir $ROOT/usr/local/new; rm $ROOT/etc/gone;"
                                                       " head -c 200000000 /dev/zero > $ROOT/etc/big;"
                                                       " yes > $ROOT/etc/last; echo more output; echo full; exit 5",
                                                       ENGINE_NONE);
        _cleanup_free_ char *id = make_job(f, plan);
        MUST(worker_run(&f->paths, id, NULL) == WORKER_FAILED);
        _cleanup_(job_freep) struct job *job = read_job(f, id);
        MUST(job->state == JOB_FAILED && job->exit_status == 5 && strv_length(job->left) == 0);
        _cleanup_free_ char *after = tree_fingerprint(f->root);
        MUST(strcmp(after, before) == 0);
}

static void a_disk_that_fills_is_rolled_back(void **state) {
        in_mounts_of_its_own(*state, fill_the_disk);
}

static void etc_cannot_be_written(struct host_fixture *f) {
        const char *etc = tree_path(f->root, "/etc");
        MUST(mount(etc, etc, NULL, MS_BIND, NULL) == 0 && mount(NULL, etc, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) == 0);
        _cleanup_plan_ struct plan *plan = script_plan(f, "echo never", ENGINE_NONE);
        _cleanup_free_ char *id = make_job(f, plan);
        MUST(worker_run(&f->paths, id, NULL) == WORKER_FAILED);
        _cleanup_(job_freep) struct job *job = read_job(f, id);
        MUST(job->state == JOB_FAILED && strstr(job->message, "Nothing can be written to /etc: Read-only file system"));
        MUST(strstr(job->hint, "remount it") && job->steps[STEP_COMMAND].state == STEP_TODO);
}

static void an_etc_that_is_read_only_is_reported_first(void **state) {
        in_mounts_of_its_own(*state, etc_cannot_be_written);
}

/* It becomes read-only in mid-job: what cannot be restored is listed, and is restored when it can be. */
static void etc_becomes_read_only(struct host_fixture *f) {
        const char *etc = tree_path(f->root, "/etc");
        MUST(mount(etc, etc, NULL, MS_BIND, NULL) == 0);
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = script_plan(f, "echo more >> $ROOT/etc/hosts; mkdir $ROOT/usr/local/x; mount -o remount,bind,ro $ROOT/etc; exit 3", ENGINE_NONE);
        _cleanup_free_ char *id = make_job(f, plan);
        MUST(worker_run(&f->paths, id, NULL) == WORKER_FAILED);
        _cleanup_(job_freep) struct job *job = read_job(f, id);
        MUST(job->state == JOB_BROKEN && job->left && strstr(job->left[0], "/etc/hosts"));
        MUST(access(tree_path(f->root, "/usr/local/x"), F_OK) < 0);
        MUST(mount(NULL, etc, NULL, MS_REMOUNT | MS_BIND, NULL) == 0);
        MUST(roll_back(f, id) == WORKER_FAILED && state_of(f, id) == JOB_FAILED);
        _cleanup_free_ char *after = tree_fingerprint(f->root);
        MUST(strcmp(after, before) == 0);
}

static void an_etc_that_becomes_read_only_is_rolled_back_later(void **state) {
        in_mounts_of_its_own(*state, etc_becomes_read_only);
}

/* As /etc/hosts and /etc/resolv.conf of a container: nothing can take the place of such a file. */
static void hosts_is_a_mount(struct host_fixture *f) {
        const char *hosts = tree_path(f->root, "/etc/hosts");
        tree_write(f->top, "/hosts", "127.0.0.1 by the engine\n");
        MUST(chmod(tree_path(f->top, "/hosts"), 0640) == 0 && mount(tree_path(f->top, "/hosts"), hosts, NULL, MS_BIND, NULL) == 0);
        const struct timespec then[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
        MUST(utimensat(AT_FDCWD, hosts, then, 0) == 0);
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = script_plan(f, "echo more >> $ROOT/etc/hosts; chmod 604 $ROOT/etc/hosts; chown 5 $ROOT/etc/hosts; exit 3", ENGINE_NONE);
        _cleanup_free_ char *id = make_job(f, plan);
        MUST(worker_run(&f->paths, id, NULL) == WORKER_FAILED && state_of(f, id) == JOB_FAILED);
        _cleanup_free_ char *after = tree_fingerprint(f->root);
        if (strcmp(after, before) != 0)
                fprintf(stderr, "before:\n%safter:\n%s", before, after);
        MUST(strcmp(after, before) == 0);
}

static void a_file_that_is_a_mount_is_restored_where_it_is(void **state) {
        in_mounts_of_its_own(*state, hosts_is_a_mount);
}

/* ---- a clock that is set ---- */

struct setting {
        const struct host_fixture *f;
        const char *id;
        time_t by;
        sd_event_source *timer;
};

static int on_look(sd_event_source *source, uint64_t usec, void *userdata) {
        struct setting *s = userdata;
        _cleanup_free_ char *log = read_job_file(s->f, s->id, "log");
        if (log && strstr(log, "ready\r")) {
                set_by = s->by;
                type(s->f, s->id, "go on\n");
                return 0;
        }
        sd_event_source_set_time_relative(source, 10000);
        sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        return 0;
}

static void a_clock_that_is_set_changes_nothing(void **state) {
        struct host_fixture *f = *state;
        static const time_t jumps[] = { 3600, -3600, 315576000, -315576000 };
        for (size_t i = 0; i < ELEMENTS(jumps); i++) {
                _cleanup_free_ char *before = tree_fingerprint(f->root);
                _cleanup_plan_ struct plan *plan = script_plan(f, "echo ready; read x; echo $x > $ROOT/etc/x; chmod 600 $ROOT/etc/hosts; echo more >> $ROOT/etc/passwd", ENGINE_NONE);
                _cleanup_free_ char *id = make_job(f, plan);
                struct setting s = { .f = f, .id = id, .by = jumps[i] };
                sd_event *event = NULL;
                assert_int_equal(sd_event_new(&event), 0);
                assert_true(sd_event_add_time_relative(event, &s.timer, CLOCK_MONOTONIC, 0, 0, on_look, &s) >= 0);
                const struct worker_options options = { .event = event, .paths = &f->paths, .id = id };
                assert_int_equal(worker_carry_out(&options), WORKER_DONE);
                sd_event_source_disable_unref(s.timer);
                sd_event_unref(event);
                _cleanup_(job_freep) struct job *job = read_job(f, id);
                assert_int_equal(job->state, JOB_DONE);
                for (size_t step = 0; step < _JOB_STEP_MAX; step++)
                        assert_true(job->steps[step].usec < 60 * 1000000ULL);
                /* and back, on the other side of the jump */
                assert_int_equal(roll_back(f, id), WORKER_FAILED);
                assert_int_equal(state_of(f, id), JOB_CANCELLED);
                assert_tree(f->root, before);
                set_by = 0;
        }
}

#define T(name) cmocka_unit_test_setup_teardown(name, host_set_up, host_tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(a_line_that_drops_is_nothing_to_a_worker), T(a_disk_that_fills_is_rolled_back),
                T(an_etc_that_is_read_only_is_reported_first),
                T(an_etc_that_becomes_read_only_is_rolled_back_later),
                T(a_file_that_is_a_mount_is_restored_where_it_is), T(a_clock_that_is_set_changes_nothing),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
