/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A child with two pipes. Not on a pty (backend/io/pty.h): what skopeo prints is compared with a digest, byte
 * for byte, and a terminal changes newlines. */
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "backend/skopeo/internal.h"

#define COMPLAINT_MAX (64U * 1024)
/* containers/image tries again for a minute where a registry says that it is asked too often. */
#define REGISTRY_SECONDS 75U
#define ARCHIVE_SECONDS 600U /* skopeo unpacks an OCI archive before it looks into it */

struct skopeo_run {
        struct op op;
        struct skopeo *skopeo;
        struct skopeo_run *next; /* of those that wait */
        bool waits;
        char **words;
        struct source source;
        size_t max;
        pid_t pid; /* 0: none runs */
        struct skopeo_pipe {
                int fd;
                size_t max;
                struct str text;
                sd_event_source *io;
                struct skopeo_run *run;
        } pipes[2]; /* standard output, standard error */
        sd_event_source *child, *deadline;
        skopeo_answer_t done;
        void *userdata;
};

static int skopeo_turn(sd_event_source *source, void *userdata);

/* ---- the questions that wait ---- */

static void skopeo_unqueue(struct skopeo_run *run) {
        struct skopeo *s = run->skopeo;
        struct skopeo_run **at = &s->first, *before = NULL;
        while (*at != run) {
                before = *at;
                at = &before->next;
        }
        *at = run->next;
        if (s->last == run)
                s->last = before;
        run->waits = false;
}

static void skopeo_queue(struct skopeo_run *run) {
        struct skopeo *s = run->skopeo;
        if (s->last)
                s->last->next = run;
        else
                s->first = run;
        s->last = run;
        run->waits = true;
        sd_event_source_set_enabled(s->turn, SD_EVENT_ONESHOT);
}

static void skopeo_pipe_close(struct skopeo_pipe *pipe) {
        pipe->io = sd_event_source_disable_unref(pipe->io);
        if (pipe->fd >= 0)
                close(pipe->fd);
        pipe->fd = -1;
}

static void skopeo_run_drop(struct op *op) {
        struct skopeo_run *run = container_of(op, struct skopeo_run, op);
        if (run->waits)
                skopeo_unqueue(run);
        run->child = sd_event_source_disable_unref(run->child);
        run->deadline = sd_event_source_disable_unref(run->deadline);
        if (run->pid > 0) {
                /* Its group: a helper for passwords goes with it. It is gone at once. */
                kill(-run->pid, SIGKILL);
                waitpid(run->pid, NULL, 0);
                run->pid = 0;
                run->skopeo->running--;
                sd_event_source_set_enabled(run->skopeo->turn, SD_EVENT_ONESHOT);
        }
        for (size_t i = 0; i < ELEMENTS(run->pipes); i++) {
                skopeo_pipe_close(&run->pipes[i]);
                str_done(&run->pipes[i].text);
        }
        run->words = strv_free(run->words);
        source_done(&run->source);
}

/* Takes e; without one the answer is what was printed. */
static void skopeo_run_end(struct skopeo_run *run, struct error *e) {
        _cleanup_str_ struct str answer = run->pipes[0].text;
        run->pipes[0].text = (struct str) {};
        op_end(&run->op);
        run->done(e ? NULL : &answer, e, run->userdata);
}

/* ---- the child ---- */

static void skopeo_run_fail_size(struct skopeo_run *run) {
        struct error *e = NULL;
        _cleanup_free_ char *text = source_text(&run->source);
        error_set(&e, -E2BIG, "The answer about %s is larger than %zu bytes", text, run->max);
        skopeo_run_end(run, e);
}

/* What the pipe has now. false: too much of it. */
static bool skopeo_pipe_read(struct skopeo_pipe *pipe) {
        char buffer[65536];
        ssize_t n;
        while (pipe->fd >= 0 && (n = read(pipe->fd, buffer, sizeof buffer)) != 0) {
                if (n < 0)
                        return true;
                size_t room = pipe->max - pipe->text.length;
                str_add_bytes(&pipe->text, buffer, (size_t) n < room ? (size_t) n : room);
                if ((size_t) n > room && pipe == &pipe->run->pipes[0])
                        return false;
                if ((size_t) n < sizeof buffer)
                        return true;
        }
        skopeo_pipe_close(pipe);
        return true;
}

static int skopeo_on_io(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct skopeo_pipe *pipe = userdata;
        if (!skopeo_pipe_read(pipe))
                skopeo_run_fail_size(pipe->run);
        return 0;
}

static int skopeo_on_child(sd_event_source *source, const siginfo_t *info, void *userdata) {
        struct skopeo_run *run = userdata;
        struct error *e = NULL;
        run->pid = 0;
        run->skopeo->running--;
        sd_event_source_set_enabled(run->skopeo->turn, SD_EVENT_ONESHOT);
        /* All that it wrote is in the pipes, also where somebody else holds them open. */
        for (size_t i = 0; i < ELEMENTS(run->pipes); i++)
                while (run->pipes[i].fd >= 0) {
                        size_t before = run->pipes[i].text.length;
                        if (!skopeo_pipe_read(&run->pipes[i])) {
                                skopeo_run_fail_size(run);
                                return 0;
                        }
                        if (run->pipes[i].text.length == before)
                                break;
                }
        if (info->si_code != CLD_EXITED)
                error_set(&e, -EIO, "skopeo was killed by signal %d", info->si_status);
        else if (info->si_status != 0)
                skopeo_explain(&e, &run->source, run->pipes[1].text.text, run->pipes[1].text.length);
        skopeo_run_end(run, e);
        return 0;
}

static int skopeo_on_deadline(sd_event_source *source, uint64_t usec, void *userdata) {
        struct skopeo_run *run = userdata;
        struct error *e = NULL;
        _cleanup_free_ char *place = source_place(&run->source);
        if (run->source.transport == SOURCE_REGISTRY) {
                error_set(&e, -ETIMEDOUT, "The registry %s does not answer", place);
                error_hint(&e, "Its address and this host's network decide: curl -v https://%s/v2/", place);
        } else
                error_set(&e, -ETIMEDOUT, "Reading %s took too long", place);
        skopeo_run_end(run, e);
        return 0;
}

/* Nothing of ours but the way out: authentication files are found by HOME, temporary ones are large. */
char **skopeo_environment(void) {
        static const char *const proxies[] = { "http_proxy", "https_proxy", "no_proxy",
                                               "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY" };
        const struct passwd *user = getpwuid(geteuid());
        char **list = NULL;
        strv_add(&list, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        strv_add(&list, "LC_ALL=C");
        strv_add(&list, "TMPDIR=/var/tmp");
        strv_addf(&list, "HOME=%s", user && user->pw_dir ? user->pw_dir : "/");
        for (size_t i = 0; i < ELEMENTS(proxies); i++)
                if (!str_empty(getenv(proxies[i])))
                        strv_addf(&list, "%s=%s", proxies[i], getenv(proxies[i]));
        return list;
}

static int skopeo_spawn(struct skopeo_run *run, const char *program, int out, int err,
                        struct error **reterr) {
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t none, all, child;
        sigemptyset(&none);
        sigfillset(&all);
        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        sigprocmask(SIG_BLOCK, &child, NULL); /* as sd-event wants it */
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
        posix_spawn_file_actions_addchdir_np(&actions, "/");
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                      POSIX_SPAWN_SETPGROUP);
        _cleanup_strv_ char **environment = skopeo_environment();
        int r = posix_spawn(&run->pid, program, &actions, &attributes, run->words, environment);
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
        if (r == 0)
                return 0;
        run->pid = 0;
        return error_errno(reterr, -r, "%s cannot be started", program);
}

static int skopeo_start(struct skopeo_run *run, struct error **reterr) {
        struct skopeo *s = run->skopeo;
        _cleanup_free_ char *found = s->program ? NULL : skopeo_find(reterr);
        const char *program = s->program ? s->program : found;
        int out[2], err[2];
        if (!program)
                return -ENOENT;
        if (pipe2(out, O_CLOEXEC | O_NONBLOCK) < 0)
                return error_errno(reterr, -errno, "skopeo cannot be started");
        run->pipes[0].fd = out[0];
        _cleanup_close_ int out_end = out[1];
        if (pipe2(err, O_CLOEXEC | O_NONBLOCK) < 0)
                return error_errno(reterr, -errno, "skopeo cannot be started");
        run->pipes[1].fd = err[0];
        _cleanup_close_ int err_end = err[1];
        /* The child's ends wait as every program expects it. */
        fcntl(out_end, F_SETFL, 0);
        fcntl(err_end, F_SETFL, 0);
        int r = skopeo_spawn(run, program, out_end, err_end, reterr);
        if (r < 0)
                return r;
        s->running++;
        unsigned seconds = s->seconds                                 ? s->seconds
                           : run->source.transport == SOURCE_REGISTRY ? REGISTRY_SECONDS
                                                                      : ARCHIVE_SECONDS;
        for (size_t i = 0; i < ELEMENTS(run->pipes); i++)
                sd_event_add_io(s->event, &run->pipes[i].io, run->pipes[i].fd, EPOLLIN, skopeo_on_io,
                                &run->pipes[i]);
        sd_event_add_child(s->event, &run->child, run->pid, WEXITED, skopeo_on_child, run);
        sd_event_add_time_relative(s->event, &run->deadline, CLOCK_MONOTONIC, (uint64_t) seconds * 1000000,
                                   100000, skopeo_on_deadline, run);
        return 0;
}

/* One that fails ends in here, and its holder may drop all others and us with them: the rest is for another
 * turn. */
static int skopeo_turn(sd_event_source *source, void *userdata) {
        struct skopeo *s = userdata;
        while (s->first && s->running < s->at_once) {
                struct skopeo_run *run = s->first;
                struct error *e = NULL;
                skopeo_unqueue(run);
                if (skopeo_start(run, &e) >= 0)
                        continue;
                sd_event_source_set_enabled(s->turn, SD_EVENT_ONESHOT);
                skopeo_run_end(run, e);
                return 0;
        }
        return 0;
}

struct op *skopeo_ask(struct skopeo *skopeo, const struct source *source, char **words, size_t max,
                      skopeo_answer_t done, void *userdata) {
        struct skopeo_run *run = new0(struct skopeo_run);
        *run = (struct skopeo_run) {
                .op.drop = skopeo_run_drop,
                .skopeo = skopeo,
                .words = words,
                .max = max,
                .pipes = { { .fd = -1, .max = max, .run = run },
                           { .fd = -1, .max = COMPLAINT_MAX, .run = run } },
                .done = done,
                .userdata = userdata,
        };
        source_copy(source, &run->source);
        skopeo_queue(run);
        return &run->op;
}

/* ---- the room's own state ---- */

char *skopeo_find(struct error **reterr) {
        static const char *const folders[] = { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                               "/usr/bin",        "/sbin",          "/bin" };
        for (size_t i = 0; i < ELEMENTS(folders); i++) {
                _cleanup_free_ char *path = str_printf("%s/skopeo", folders[i]);
                if (access(path, X_OK) == 0)
                        return TAKE(path);
        }
        error_set(reterr, -ENOENT,
                  "skopeo is not installed, which reads images from registries and archives");
        error_hint(reterr, "Install the package skopeo");
        return NULL;
}

struct skopeo *skopeo_new(sd_event *event, const struct skopeo_options *options) {
        struct skopeo *s = new0(struct skopeo);
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        *s = (struct skopeo) {
                .event = sd_event_ref(event),
                .program = xstrdup(options->program),
                .architecture = xstrdup(skopeo_architecture()),
                .at_once = options->at_once ? options->at_once : cores > 0 ? (unsigned) cores : 1,
                .seconds = options->seconds,
                .cache = { .path = xstrdup(options->cache), .folder = -1 },
        };
        sd_event_add_defer(event, &s->turn, skopeo_turn, s);
        sd_event_source_set_enabled(s->turn, SD_EVENT_OFF);
        return s;
}

struct skopeo *skopeo_free(struct skopeo *s) {
        if (!s)
                return NULL;
        sd_event_source_disable_unref(s->turn);
        skopeo_cache_close(&s->cache);
        sd_event_unref(s->event);
        FREE_ALL(s->program, s->architecture, s);
        return NULL;
}
