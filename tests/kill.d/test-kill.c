/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kills workers before and after each of their mutating system calls, and makes each of these calls fail; then resumes or rolls back, and
 * compares the host's tree with the two that are allowed. On a small host made of folders, with an engine answered in the process; the same
 * on real hosts is tests/kill.
 *
 *     test-kill [--points=N] [--errors] [SCENARIO...]    N blows for each scenario (else every one): death, or with --errors failing calls
 *
 * This program is the worker, too, when it is given a worker's arguments. */
#include "tests/unit/job-fixture.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "backend/store/control.h"
#include "tests/kill.d/strike.h"

#define INSTALL_SCRIPT                                                                                                              \
        "echo installing; mkdir -p $ROOT/etc/demo/deep; echo x > $ROOT/etc/demo/demo.conf; ln -s ../passwd $ROOT/etc/demo/link;"    \
        " echo more >> $ROOT/etc/hosts; rm $ROOT/etc/passwd; chmod 700 $ROOT/usr/local; chmod 600 $ROOT/etc/mode;"                  \
        " rm $ROOT/etc/becomes; mkdir $ROOT/etc/becomes; ln $ROOT/etc/hosts $ROOT/etc/demo/hard;"                                   \
        " echo \"work " IMAGE_ID "\" > $ENGINE/c1; "
#define UNINSTALL_SCRIPT "echo leaving; rm $ROOT/etc/demo/demo.conf; echo \"work " IMAGE_ID "\" > $ENGINE/c2; rm $ENGINE/c2"

#define FETCHED_ID "2222222222222222222222222222222222222222222222222222222222222222"
#define FETCHED_IMAGE "registry.example.test:5000/demo@sha256:" FETCHED_ID
#define FETCHED_SCRIPT "echo installing; echo x > $ROOT/etc/demo.conf; echo \"work " FETCHED_ID "\" > $ENGINE/c1; "

static char *self;
static bool errors;             /* calls fail; then a file that cannot be removed stays */

/* ---- workers ---- */

/* Its status, as of waitpid(2). how: NULL: it is not disturbed. */
static int work(const struct host_fixture *f, const char *id, enum worker_mode mode, const struct strike_options *how) {
        static const char *const modes[] = { [WORKER_CARRY_OUT] = NULL, [WORKER_RESUME] = "--resume", [WORKER_ROLL_BACK] = "--roll-back" };
        _cleanup_strv_ char **argv = NULL;
        strv_add(&argv, self);
        strv_addf(&argv, "--state=%s", f->state);
        strv_addf(&argv, "--run=%s", f->run);
        strv_addf(&argv, "--root=%s", f->root);
        if (modes[mode])
                strv_add(&argv, modes[mode]);
        strv_add(&argv, id);
        if (how)
                return strike(how, argv);
        pid_t child = fork();
        if (child == 0) {
                execv(argv[0], argv);
                _exit(127);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        return status;
}

static bool ended(int status, int exit_status) {
        return WIFEXITED(status) && WEXITSTATUS(status) == exit_status;
}

/* What the killed worker left running comes to its end, or systemd would end it. */
static void reap_orphans(void) {
        while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
                ;
}

/* ---- what is there ---- */

/* Without the times: what is made anew carries new ones. */
static char *without_times(const char *fingerprint) {
        _cleanup_str_ struct str out = {};
        for (const char *line = fingerprint; *line;) {
                const char *end = strchr(line, '\n');
                size_t n = end ? (size_t) (end - line) : strlen(line);
                unsigned word = 0;
                for (size_t i = 0; i < n; i++) {
                        if (line[i] == ' ')
                                word++;
                        if (word != 3)
                                str_add_char(&out, line[i]);
                }
                str_add_char(&out, '\n');
                line = end ? end + 1 : line + n;
        }
        return str_take(&out);
}

/* Services and names of images, and whatever should not be there. */
static char *describe_rest(const struct host_fixture *f, bool but_names) {
        _cleanup_str_ struct str out = {};
        _cleanup_free_ char *state = tree_fingerprint(f->state), *run = tree_fingerprint(f->run), *engine = tree_fingerprint(f->engine);
        _cleanup_(service_freep) struct service *service = NULL;
        str_addf(&out, "service %s\n", services_read(&f->paths, "demo", &service, NULL) >= 0 ? service->name : "none");
        static const char *const strays[] = { ".fairlead-", "/active", "/unfinished", ".sock", "/files/", "/reserve", "/.removed-" };
        for (size_t i = 0; i < ELEMENTS(strays); i++) {
                if (strstr(state, strays[i]) && !(errors && strcmp(strays[i], "/reserve") == 0))
                        str_addf(&out, "stray in the state folder: %s\n", strays[i]);
                if (strstr(run, strays[i]))
                        str_addf(&out, "stray in the run folder: %s\n", strays[i]);
        }
        /* names alone: the file of a name that was given again has new times */
        for (const char *line = engine; (line = strstr(line, "\n/"));) {
                line++;
                if (!but_names || !(str_starts(line, "/.name") || str_starts(line, "/.pulled")))
                        str_addf(&out, "engine %.*s\n", (int) strcspn(line, " "), line);
        }
        return str_take(&out);
}

static char *fingerprint_of(const struct host_fixture *f, bool but_names) {
        _cleanup_free_ char *tree = tree_fingerprint(f->root), *rest = describe_rest(f, but_names);
        return str_printf("%s%s", tree, rest);
}

static char *fingerprint(const struct host_fixture *f) {
        return fingerprint_of(f, false);
}

/* ---- scenarios ---- */

struct scene {
        struct host_fixture *f;
        char *found;            /* fingerprints: what the worker to be struck finds, */
        char *before;           /* what going back must give, */
        char *planned;          /* and going on; without times */
        char *id;               /* the job to be struck, and how its worker is started */
        enum worker_mode mode;
};

/* What is there now is what going back must give. */
static void start_here(struct scene *s) {
        free(s->before);
        s->before = fingerprint(s->f);
}

static char *complete(struct scene *s, const char *script, enum plan_verb verb, int status) {
        _cleanup_plan_ struct plan *plan = script_plan(s->f, script, ENGINE_PODMAN);
        plan->verb = verb;
        char *id = make_job(s->f, plan);
        assert_true(ended(work(s->f, id, WORKER_CARRY_OUT, NULL), status));
        return id;
}

static void new_job(struct scene *s, const char *script, enum plan_verb verb) {
        _cleanup_plan_ struct plan *plan = script_plan(s->f, script, ENGINE_PODMAN);
        plan->verb = verb;
        s->id = make_job(s->f, plan);
}

static void an_install(struct scene *s) {
        new_job(s, INSTALL_SCRIPT, VERB_INSTALL);
}

/* Its image is fetched first; where the install fails, it goes away again. */
static void a_fetched_install(struct scene *s, const char *script) {
        _cleanup_plan_ struct plan *plan = script_plan(s->f, script, ENGINE_PODMAN);
        str_replace(&plan->pin.image, FETCHED_IMAGE);
        str_replace(&plan->pin.image_id, FETCHED_ID);
        str_replace(&plan->pin.source, "docker://registry.example.test:5000/demo:8");
        setenv("FAKE_REGISTRY", FETCHED_IMAGE " " FETCHED_ID, 1);
        s->id = make_job(s->f, plan);
}

static void a_fetch(struct scene *s) {
        a_fetched_install(s, FETCHED_SCRIPT);
}

static void an_unfetch(struct scene *s) {
        a_fetched_install(s, FETCHED_SCRIPT "exit 7");
}

static void an_uninstall(struct scene *s) {
        free(complete(s, INSTALL_SCRIPT, VERB_INSTALL, WORKER_DONE));
        start_here(s);
        new_job(s, UNINSTALL_SCRIPT, VERB_UNINSTALL);
}

/* What fails is undone: the second half of its calls are those of an undo. */
static void an_undo(struct scene *s) {
        new_job(s, INSTALL_SCRIPT "exit 7", VERB_INSTALL);
}

static void a_rollback(struct scene *s) {
        s->id = complete(s, INSTALL_SCRIPT, VERB_INSTALL, WORKER_DONE);
        s->mode = WORKER_ROLL_BACK;
}

static void an_unrollback(struct scene *s) {
        free(complete(s, INSTALL_SCRIPT, VERB_INSTALL, WORKER_DONE));
        start_here(s);
        s->id = complete(s, UNINSTALL_SCRIPT, VERB_UNINSTALL, WORKER_DONE);
        s->mode = WORKER_ROLL_BACK;
}

/* Its end removes a job and closes one. */
static void a_pruning(struct scene *s) {
        free(complete(s, "exit 7", VERB_INSTALL, WORKER_FAILED));
        free(complete(s, "exit 7", VERB_INSTALL, WORKER_FAILED));
        tree_folder(s->f->root, "/etc/fairlead");
        tree_write(s->f->root, "/etc/fairlead/fairlead.conf", "[jobs]\nkeep = 2\n");
        start_here(s);
        new_job(s, INSTALL_SCRIPT, VERB_INSTALL);
}

/* A worker that resumes an install that died in the middle of its command is struck, too. */
static void a_resume(struct scene *s) {
        new_job(s, "echo half > $ROOT/etc/half; echo \"work " IMAGE_ID "\" > $ENGINE/c0; rm -f $ROOT/etc/passwd;"
                   " [ -e $ENGINE/../died ] || { : > $ENGINE/../died; kill -9 $PPID; exit 1; }; rm $ROOT/etc/half $ENGINE/c0; : > $ROOT/etc/passwd; " INSTALL_SCRIPT,
                VERB_INSTALL);
        int status = work(s->f, s->id, WORKER_CARRY_OUT, NULL);
        assert_true(WIFSIGNALED(status));
        reap_orphans();
        s->mode = WORKER_RESUME;
}

#define DROP_IN "/etc/systemd/system/demo.service.d/50-fairlead.conf"

static struct plan *edit_plan(const char *was, const char *text) {
        struct plan *plan = new0(struct plan);
        plan->verb = VERB_EDIT;
        plan->name = xstrdup("demo.service");
        plan->given.answers = new0(struct answers);
        plan->pin.reference = xstrdup("/usr/lib/systemd/system/demo.service");
        plan->pin.image = xstrdup(plan->pin.reference);
        plan->file = (struct plan_file) { .path = xstrdup(DROP_IN), .was = xstrdup(was), .text = xstrdup(text),
                                          .sentence = xstrdup("demo.service has other settings") };
        strv_add(&plan->paths, "/etc/systemd/system");
        return plan;
}

static char *an_edit_job(const struct scene *s, const char *was, const char *text) {
        _cleanup_plan_ struct plan *plan = edit_plan(was, text);
        return make_job(s->f, plan);
}

/* Its drop-in is the first one: the folder is made, too. */
static void an_edit(struct scene *s) {
        s->id = an_edit_job(s, "", "[Service]\nRestart=always\n");
}

static void an_edit_that_removes(struct scene *s) {
        tree_write(s->f->root, DROP_IN, "[Service]\nRestart=always\n");
        start_here(s);
        s->id = an_edit_job(s, "[Service]\nRestart=always\n", "");
}

static void an_edit_rolled_back(struct scene *s) {
        s->id = an_edit_job(s, "", "[Service]\nRestart=always\n");
        assert_true(ended(work(s->f, s->id, WORKER_CARRY_OUT, NULL), WORKER_DONE));
        s->mode = WORKER_ROLL_BACK;
}

static const struct scenario {
        const char *name;
        void (*prepare)(struct scene *s);
        bool only_back;         /* there is one way to end: as before */
} scenarios[] = {
        { "install", an_install, false },
        { "uninstall", an_uninstall, false },
        { "undo", an_undo, true },
        { "rollback", a_rollback, true },
        { "unrollback", an_unrollback, true },
        { "resume", a_resume, false },
        { "pruning", a_pruning, false },
        { "fetch", a_fetch, false },
        { "unfetch", an_unfetch, true },
        { "edit", an_edit, false },
        { "edit-removes", an_edit_that_removes, false },
        { "edit-back", an_edit_rolled_back, true },
};

static void fill_host(struct host_fixture *f) {
        tree_write(f->root, "/etc/mode", "its mode changes\n");
        tree_write(f->root, "/etc/becomes", "a folder\n");
        /* so that folders' times can be distinguished from now */
        static const char *const folders[] = { "/etc/systemd/system", "/etc/systemd", "/etc", "/usr/local", "/usr", "" };
        const struct timespec then[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
        for (size_t i = 0; i < ELEMENTS(folders); i++)
                assert_int_equal(utimensat(AT_FDCWD, tree_path(f->root, folders[i]), then, 0), 0);
}

static struct scene scene_new(const struct scenario *scenario) {
        struct scene s = { .f = host_fixture_new() };
        fill_host(s.f);
        start_here(&s);
        scenario->prepare(&s);
        s.found = fingerprint(s.f);
        return s;
}

static void scene_done(struct scene *s) {
        host_fixture_free(s->f);
        free(s->found);
        free(s->before);
        free(s->planned);
        free(s->id);
}

/* ---- points ---- */

struct points {
        struct strike_point *items;
        size_t n;
};

static void on_seen(const char *call, unsigned nth, void *userdata) {
        struct points *points = userdata;
        points->items = reallocarray(points->items, points->n + 1, sizeof *points->items);
        points->items[points->n++] = (struct strike_point) { strdup(call), nth };
}

static void points_done(struct points *points) {
        for (size_t i = 0; i < points->n; i++)
                free((char *) points->items[i].call);
        free(points->items);
}

static unsigned passed, failed, missed;

static void print_difference(const char *wanted, const char *got) {
        while (*wanted || *got) {
                size_t a = strcspn(wanted, "\n"), b = strcspn(got, "\n");
                if (a == b && strncmp(wanted, got, a) == 0) {
                        wanted += a + (wanted[a] == '\n');
                        got += b + (got[b] == '\n');
                        continue;
                }
                printf("        wanted: %.*s\n        there:  %.*s\n", (int) a, wanted, (int) b, got);
                return;
        }
}

static void verdict(const struct host_fixture *f, const char *id, const char *what, const char *wanted, const char *got, int status) {
        if (str_equal(wanted, got)) {
                passed++;
                return;
        }
        failed++;
        _cleanup_(job_freep) struct job *job = read_job(f, id);
        printf("not ok - %s (status %x, %s: %s)\n", what, (unsigned) status, job_state_name(job->state), job->message ? job->message : "");
        print_difference(wanted, got);
        for (char **left = job->left; left && *left; left++)
                printf("        left: %s\n", *left);
        fflush(stdout);
}

static enum job_state state_of(const struct scene *s) {
        _cleanup_(job_freep) struct job *job = read_job(s->f, s->id);
        return job->state;
}

static enum job_way way_of(const struct scene *s) {
        _cleanup_(job_freep) struct job *job = read_job(s->f, s->id);
        return job_way_on(job, job->verb, false, NULL);
}

static bool names_a_leftover(const struct scene *s) {
        _cleanup_(job_freep) struct job *job = read_job(s->f, s->id);
        for (char **left = job->left; left && *left; left++)
                if (str_starts(*left, "a name of the image") || str_starts(*left, "the image that was fetched"))
                        return true;
        return false;
}

/* Does the job need a decision, if it is to end as it is meant to? */
static bool is_open(const struct scene *s, enum job_state state, bool on, bool by_error) {
        if (state == JOB_DONE)
                return !by_error && (s->mode == WORKER_ROLL_BACK || !on);
        return !job_state_final(state) || state == JOB_BROKEN;
}

/* Resumes the job or rolls it back, and looks at what came of it. One that a failing call hit may also have come to its end by itself. */
static void recover(struct scene *s, const struct scenario *scenario, bool on, bool by_error, const char *what) {
        int status = 0;
        reap_orphans();
        /* the next look at the host, at boot or by the next worker, tidies up behind a job that has come to its end */
        (void) worker_at_boot(&s->f->paths);
        if (by_error)
                control_sweep(&s->f->paths);
        enum job_state state = state_of(s);
        if (by_error && way_of(s) == WAY_UNDO)
                on = false;     /* a failure was recorded before */
        if (is_open(s, state, on, by_error))
                status = work(s->f, s->id, on && state != JOB_DONE ? WORKER_RESUME : WORKER_ROLL_BACK, NULL);
        else if (by_error)
                on = state == JOB_DONE;
        state = state_of(s);
        bool done = on && !scenario->only_back;
        bool right = done ? state == JOB_DONE : state == JOB_FAILED || state == JOB_CANCELLED || (by_error && on && state == JOB_DONE);
        /* A name too many is no reason to keep a service: it is reported, and stays. */
        _cleanup_free_ char *tree = fingerprint_of(s->f, by_error && names_a_leftover(s)), *bare = without_times(tree);
        /* A rollback that could not even begin leaves what it found. */
        const char *end = by_error && state == JOB_DONE ? s->found : s->before;
        _cleanup_free_ char *wanted = str_printf("%s%s", done ? s->planned : end, right ? "" : done ? "the job is done" : "the job is rolled back");
        verdict(s->f, s->id, what, wanted, done ? bare : tree, status);
}

static void strike_once(const struct scenario *scenario, const char *planned, const struct strike_options *how, bool on, const char *what) {
        struct scene s = scene_new(scenario);
        bool struck = false;
        struct strike_options with = *how;
        with.ret_struck = &struck;
        s.planned = strdup(planned);
        int status = work(s.f, s.id, s.mode, &with);
        bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        bool meant = how->how == STRIKE_BEFORE || how->how == STRIKE_AFTER;
        if (struck ? killed != meant || (!meant && !WIFEXITED(status)) : !WIFEXITED(status)) {
                failed++;
                printf("not ok - %s: the worker did not end as it should: status %x\n", what, (unsigned) status);
        } else if (struck)
                recover(&s, scenario, on, !meant, what);
        else
                missed++;       /* whether a file's earlier copy is used hangs on the second in which it was made */
        scene_done(&s);
}

static char *count_points(const struct scenario *scenario, struct points *points) {
        const struct strike_options list = { .seen = on_seen, .userdata = points };
        struct scene s = scene_new(scenario);
        int status = work(s.f, s.id, s.mode, &list);
        if (!WIFEXITED(status))
                fail_msg("%s: status %x", scenario->name, (unsigned) status);
        _cleanup_free_ char *tree = fingerprint(s.f);
        char *planned = without_times(tree);
        if (scenario->only_back && !str_equal(tree, s.before)) {
                printf("not ok - %s, not disturbed\n", scenario->name);
                print_difference(s.before, tree);
                failed++;
        }
        scene_done(&s);
        return planned;
}

static const struct {
        const char *name;
        enum strike_how how;
        int error;
        bool lasting;
} blows[] = {
        { "killed before", STRIKE_BEFORE, 0, false },     { "killed after", STRIKE_AFTER, 0, false },
        { "ENOSPC at", STRIKE_ERROR, ENOSPC, false },     { "EIO at", STRIKE_ERROR, EIO, false },
        { "EROFS at", STRIKE_ERROR, EROFS, false },       { "EMFILE at", STRIKE_ERROR, EMFILE, false },
        { "half of", STRIKE_SHORT, 0, false },            { "ENOSPC from", STRIKE_ERROR, ENOSPC, true },
};
#define KILLS 2U

/* Every blow at every call, on and back in turn; of more than there is time for, some all over. */
static void run_scenario(const struct scenario *scenario, size_t wanted, size_t first, size_t n_blows) {
        struct points points = {};
        unsigned before = passed + failed;
        _cleanup_free_ char *planned = count_points(scenario, &points);
        size_t all = points.n * n_blows;
        size_t step = wanted && all > wanted ? all / wanted : 1;
        for (size_t i = 0; i < all; i += step) {
                /* An odd step meets each blow. */
                const size_t call = i / n_blows, blow = first + (i / step + i % n_blows) % n_blows;
                const struct strike_options how = { .how = blows[blow].how, .at = points.items[call], .error = blows[blow].error,
                                                    .lasting = blows[blow].lasting };
                bool on = (call + blow) % 2;
                _cleanup_free_ char *what = str_printf("%s, %s %s (%u), then %s", scenario->name, blows[blow].name, how.at.call, how.at.nth, on ? "on" : "back");
                strike_once(scenario, planned, &how, on, what);
        }
        printf("# %s: %zu calls, %u blows\n", scenario->name, points.n, passed + failed - before);
        fflush(stdout);
        points_done(&points);
}

static bool chosen(char *const *names, const char *name) {
        return !names[0] || strv_contains(names, name);
}

int main(int argc, char **argv) {
        size_t wanted = 0;
        if (argc > 1 && str_starts(argv[1], "--state="))
                return be_worker(argc, argv);
        self = realpath("/proc/self/exe", NULL);
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        argv++;
        for (; argv[0] && argv[0][0] == '-'; argv++) {
                if (strcmp(argv[0], "--errors") == 0)
                        errors = true;
                else if (str_starts(argv[0], "--points="))
                        wanted = strtoul(str_starts(argv[0], "--points="), NULL, 10);
                else
                        return 2;
        }
        for (size_t i = 0; i < ELEMENTS(scenarios); i++)
                if (chosen(argv, scenarios[i].name))
                        run_scenario(&scenarios[i], wanted, errors ? KILLS : 0, errors ? ELEMENTS(blows) - KILLS : KILLS);
        if (missed > (passed + failed) / 10) {
                printf("not ok - %u calls were not made again\n", missed);
                failed++;
        }
        printf("%u passed, %u failed\n", passed, failed);
        return failed ? 1 : 0;
}
