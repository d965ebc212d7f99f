/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts a worker that outlives us: a transient unit where systemd runs, else a process of its own session.
 * The start is over when the worker has the host's lock and a journal, or has reported a refusal. */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "backend/io/files.h"
#include "backend/io/turn.h"
#include "backend/jobs/internal.h"
#include "backend/store/host-lock.h"
#include "backend/store/job-folder.h"

#define BEGIN_USEC (15 * 1000000ULL)
#define AGAIN_USEC 100000U

struct start {
        struct op op;
        struct jobs *jobs;
        const char *option; /* of a worker that resumes or rolls back; NULL: a new job */
        off_t journal_size; /* of a job that resumes: its size before */
        started_done_t done;
        void *userdata;
        char *id, *description;
        int folder, secrets_fd;
        struct inotify *inotify;
        sd_event_source *timeout, *again;
        struct error *error;
};

/* A dropped operation does not stop the job: that takes a cancel. */
static void start_drop(struct op *op) {
        struct start *s = container_of(op, struct start, op);
        inotify_free(s->inotify);
        sd_event_source_disable_unref(s->timeout);
        sd_event_source_disable_unref(s->again);
        if (s->folder >= 0)
                close(s->folder);
        if (s->secrets_fd >= 0)
                close(s->secrets_fd);
        error_free(s->error);
        FREE_ALL(s->id, s->description);
}

static void start_end(struct start *s, struct error *e) {
        _cleanup_free_ char *id = TAKE(s->id);
        op_end(&s->op);
        s->done(e ? NULL : id, e, s->userdata);
}

static void start_fail(struct start *s, struct error *e) {
        /* A job that never began leaves nothing behind; one that should resume stays as it is. */
        if (!s->option) {
                (void) jobfolder_remove(&s->jobs->paths, s->id);
                sweep_unless_held(&s->jobs->paths);
        }
        start_end(s, e);
}

static void start_on_changed(int number, const char *name, uint32_t mask, void *userdata) {
        struct start *s = userdata;
        struct error *e = NULL;
        struct stat st;
        if (jobfolder_refusal(s->folder, &e) < 0)
                start_fail(s, e);
        else if (fstatat(s->folder, "journal", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
                 st.st_size != s->journal_size)
                start_end(s, NULL);
}

static int on_timeout(sd_event_source *source, uint64_t usec, void *userdata) {
        struct start *s = userdata;
        struct error *e = NULL;
        /* A slow worker has the host's lock by now: without its folder it could not be undone. */
        _cleanup_free_ char *holder = hostlock_holder(&s->jobs->paths);
        error_set(&e, -ETIMEDOUT, "The worker did not begin the job in time");
        error_hint(&e,
                   s->jobs->units ? "journalctl -u fairlead-job-%s says why"
                                  : "Is the worker installed? The job is %s",
                   s->id);
        if (str_equal(holder, s->id))
                start_end(s, error_free(e));
        else
                start_fail(s, e);
        return 0;
}

static void start_unit(struct start *s);

static int start_on_again(sd_event_source *source, uint64_t usec, void *userdata) {
        struct start *s = userdata;
        s->again = sd_event_source_disable_unref(s->again);
        start_unit(s);
        return 0;
}

/* The unit of the job's last worker has the same name, and systemd forgets it a moment after its end: the try
 * is repeated until on_timeout(). */
static void on_transient(struct error *e, void *userdata) {
        struct start *s = userdata;
        op_wait(&s->op, NULL);
        if (!e)
                return;
        if (e->code == -EEXIST && sd_event_add_time_relative(s->jobs->event, &s->again, CLOCK_MONOTONIC,
                                                             AGAIN_USEC, 10000, start_on_again, s) >= 0) {
                error_free(e);
                return;
        }
        error_wrap(&e, e->code, "The worker could not be started");
        start_fail(s, e);
}

/* ---- without systemd ---- */

static void become_worker(char **argv, int stdin_fd, int report) {
        if (setsid() < 0 || fork() != 0) /* the intermediate process exits at once */
                _exit(0);
        int null = open("/dev/null", O_RDWR);
        if (null >= 0 && dup2(stdin_fd >= 0 ? stdin_fd : null, STDIN_FILENO) >= 0 &&
            dup2(null, STDOUT_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0) {
                sigset_t none;
                sigemptyset(&none);
                sigprocmask(SIG_SETMASK, &none, NULL);
                close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
                execv(argv[0], argv);
        }
        int code = errno;
        if (write(report, &code, sizeof code) < 0)
                _exit(126);
        _exit(127);
}

static int start_detached(char **argv, int stdin_fd, struct error **reterr) {
        int report[2], code = 0;
        if (pipe2(report, O_CLOEXEC) < 0)
                return error_errno(reterr, -errno, "The worker could not be started");
        pid_t pid = fork();
        if (pid == 0)
                become_worker(argv, stdin_fd, report[1]);
        close(report[1]);
        ssize_t n = pid < 0 ? -1 : read(report[0], &code, sizeof code);
        close(report[0]);
        if (pid < 0)
                return error_errno(reterr, -errno, "The worker could not be started");
        waitpid(pid, NULL, 0);
        if (n != sizeof code)
                return 0;
        error_errno(reterr, -code, "The worker %s could not be started", argv[0]);
        error_hint(reterr, "fairlead-worker is missing or cannot be run: reinstall the package");
        return -code;
}

/* ---- starting ---- */

static char **start_argv(const struct start *s) {
        const struct paths *paths = &s->jobs->paths;
        char **argv = NULL;
        strv_add(&argv, paths->worker);
        if (strcmp(paths->state, paths_default.state) != 0)
                strv_addf(&argv, "--state=%s", paths->state);
        if (strcmp(paths->run, paths_default.run) != 0)
                strv_addf(&argv, "--run=%s", paths->run);
        if (paths->root[0])
                strv_addf(&argv, "--root=%s", paths->root);
        if (s->option)
                strv_add(&argv, s->option);
        strv_add(&argv, s->id);
        return argv;
}

static void start_unit(struct start *s) {
        _cleanup_strv_ char **argv = start_argv(s);
        _cleanup_free_ char *name = str_printf("fairlead-job-%s.service", s->id);
        const struct transient transient = {
                .name = name, .description = s->description, .argv = argv, .stdin_fd = s->secrets_fd
        };
        op_wait(&s->op, units_start_transient(s->jobs->units, &transient, on_transient, s));
}

static int start_launch(struct start *s, const struct plan *plan, struct error **reterr) {
        if (!s->jobs->units) {
                _cleanup_strv_ char **argv = start_argv(s);
                return start_detached(argv, s->secrets_fd, reterr);
        }
        s->description = str_printf("Fairlead: %s %s", plan_verb_name(plan->verb), plan->name);
        start_unit(s);
        return 0;
}

static int start_follow(struct start *s, struct error **reterr) {
        s->inotify = inotify_new(s->jobs->event, start_on_changed, s);
        s->folder = jobs_follow(&s->jobs->paths, s->id, s->inotify, reterr);
        if (s->folder < 0)
                return s->folder;
        int r = sd_event_add_time_relative(s->jobs->event, &s->timeout, CLOCK_MONOTONIC, BEGIN_USEC, 100000,
                                           on_timeout, s);
        return r < 0 ? error_errno(reterr, r, "The job cannot be followed") : 0;
}

/* Reported at once if possible; the lock itself decides. */
static int check_free(struct start *s, struct error **reterr) {
        _cleanup_free_ char *holder = hostlock_holder(&s->jobs->paths);
        _cleanup_(job_freep) struct job *job = NULL;
        /* A job whose end is recorded releases the host in a moment; the new worker waits for that. */
        if (!holder || (jobs_read(s->jobs, holder, &job, NULL) >= 0 && job_state_final(job->state)))
                return 0;
        error_set(reterr, -EBUSY,
                  str_equal(holder, s->id) ? "Job %s is running" : "Another job is changing this host: %s",
                  holder);
        error_hint(reterr, "Watch it: fairlead attach %s", holder);
        return -EBUSY;
}

/* An unfinished job must be resumed or rolled back first. (The worker checks again, under the lock.) */
static int check_finished(struct start *s, struct error **reterr) {
        _cleanup_free_ char *active = jobfolder_active(&s->jobs->paths);
        _cleanup_(job_freep) struct job *job = NULL;
        if (!active || jobs_read(s->jobs, active, &job, NULL) < 0 || job->state != JOB_INTERRUPTED ||
            job->way == WAY_BEGIN)
                return 0;
        return jobfolder_unfinished(job, reterr);
}

/* What is before the folder is followed, for new jobs and for those that resume. */
static int start_prepare(struct start *s, const struct secret_list *secrets, struct error **reterr) {
        int r = check_free(s, reterr);
        if (r >= 0 && !s->option)
                r = check_finished(s, reterr);
        if (r < 0 || !secrets || !secrets->n)
                return r;
        s->secrets_fd = secret_list_seal(secrets);
        return s->secrets_fd < 0 ? error_errno(reterr, s->secrets_fd, "The secrets cannot be handed over")
                                 : 0;
}

static int start_begin(struct start *s, const struct plan *plan, const struct secret_list *secrets,
                       struct error **reterr) {
        if (plan->verb == VERB_RUN || plan->verb == VERB_STOP || plan->verb == VERB_OTHER)
                return error_set(reterr, -EINVAL, "%s is not a job: nothing of it is recorded or restored",
                                 plan_verb_name(plan->verb));
        int r = paths_prepare(&s->jobs->paths, reterr);
        if (r >= 0)
                r = plan_permitted(plan, reterr);
        if (r >= 0)
                r = start_prepare(s, secrets, reterr);
        if (r >= 0)
                r = jobfolder_make(&s->jobs->paths, plan, &s->id, reterr);
        if (r >= 0)
                r = start_follow(s, reterr);
        return r < 0 ? r : start_launch(s, plan, reterr);
}

static int start_resume(struct start *s, const struct secret_list *secrets, struct error **reterr) {
        _cleanup_plan_ struct plan *plan = NULL;
        struct stat st;
        int r = paths_prepare(&s->jobs->paths, reterr);
        if (r >= 0)
                r = start_prepare(s, secrets, reterr);
        if (r >= 0)
                r = start_follow(s, reterr);
        if (r >= 0)
                r = jobfolder_plan(s->folder, &plan, reterr);
        if (r < 0)
                return r;
        /* of an earlier try */
        (void) files_remove(s->folder, "refused", NULL);
        if (fstatat(s->folder, "journal", &st, AT_SYMLINK_NOFOLLOW) == 0)
                s->journal_size = st.st_size;
        return start_launch(s, plan, reterr);
}

static void start_answer(void *state) {
        struct start *s = state;
        start_fail(s, TAKE(s->error));
}

/* plan: of a new job; else id. */
static struct op *start_new(struct jobs *jobs, const struct plan *plan, const char *id, const char *option,
                            struct secret_list *secrets, started_done_t done, void *userdata) {
        struct start *s = new0(struct start);
        *s = (struct start){
                .op.drop = start_drop, .jobs = jobs, .id = xstrdup(id), .option = option, .done = done,
                .userdata = userdata, .folder = -1, .secrets_fd = -1,
        };
        int r = plan ? start_begin(s, plan, secrets, &s->error) : start_resume(s, secrets, &s->error);
        secret_list_free(secrets);
        return r < 0 ? op_answer(&s->op, jobs->event, start_answer) : &s->op;
}

struct op *jobs_start(struct jobs *jobs, const struct plan *plan, struct secret_list *secrets,
                      started_done_t done, void *userdata) {
        return start_new(jobs, plan, NULL, NULL, secrets, done, userdata);
}

struct op *jobs_resume(struct jobs *jobs, const char *id, enum job_resume how, struct secret_list *secrets,
                       started_done_t done, void *userdata) {
        return start_new(jobs, NULL, id, how == RESUME_ROLL_BACK ? "--roll-back" : "--resume", secrets, done,
                         userdata);
}
