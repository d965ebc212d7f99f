/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "app.h"

#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ui/screens/screens.h"
#include "ui/ui.h"

/* Milliseconds until a full line is tried again. */
#define FULL_LINE_MS 50

/* Priorities, lower first: a paint precedes everything but questions to the engine (HTTP_PRIORITY), so that a
 * flood of output can neither starve the screen nor cost more than a paint a frame; keys precede answers of
 * the backend. */
enum {
        PRIORITY_FRAME = -20,
        PRIORITY_SIGNAL = -15,
        PRIORITY_KEYS = -10,
        PRIORITY_TICK = 0,
};

struct app {
        struct session *session;
        struct ui *ui;
        sd_event_source *frame, *tick, *keys;
        sd_event_source *guest; /* the program that has the terminal; NULL: we have it */
        uint64_t frame_due;     /* CLOCK_MONOTONIC usec of the frame that is armed; UINT64_MAX: none */
        bool line_lost;
};

static uint64_t app_now_usec(struct app *app) {
        uint64_t now = 0;
        sd_event_now(app->session->event, CLOCK_MONOTONIC, &now);
        return now;
}

/* After each call into ui: arms the tick it now wants; leaves the loop when ui is over. */
static void app_settle(struct app *app) {
        if (ui_over(app->ui)) {
                sd_event_exit(app->session->event, 0);
                return;
        }
        unsigned ms = ui_tick_ms(app->ui);
        if (!ms) {
                sd_event_source_set_enabled(app->tick, SD_EVENT_OFF);
                return;
        }
        int enabled = SD_EVENT_OFF;
        sd_event_source_get_enabled(app->tick, &enabled);
        uint64_t due = app_now_usec(app) + ms * 1000ULL, armed = UINT64_MAX;
        if (enabled != SD_EVENT_OFF)
                sd_event_source_get_time(app->tick, &armed);
        if (due < armed || enabled == SD_EVENT_OFF)
                sd_event_source_set_time(app->tick, due);
        sd_event_source_set_enabled(app->tick, SD_EVENT_ONESHOT);
}

static int app_tick(sd_event_source *source, uint64_t usec, void *userdata) {
        struct app *app = userdata;
        ui_tick(app->ui);
        app_settle(app);
        return 0;
}

static void app_invalidate(unsigned ms, void *userdata) {
        struct app *app = userdata;
        uint64_t due = app_now_usec(app) + ms * 1000ULL;
        if (due >= app->frame_due || !app->frame)
                return;
        app->frame_due = due;
        sd_event_source_set_time(app->frame, due);
        sd_event_source_set_enabled(app->frame, SD_EVENT_ONESHOT);
}

static int app_frame(sd_event_source *source, uint64_t usec, void *userdata) {
        struct app *app = userdata;
        struct pollfd line = { .fd = STDOUT_FILENO, .events = POLLOUT };
        app->frame_due = UINT64_MAX;
        /* A line that is full takes a later, newer frame instead of this one behind all others. */
        if (poll(&line, 1, 0) == 0) {
                app_invalidate(FULL_LINE_MS, app);
                return 0;
        }
        ui_paint(app->ui);
        app_settle(app);
        return 0;
}

static int app_keys(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct app *app = userdata;
        if (events & (EPOLLHUP | EPOLLERR)) {
                /* The terminal line is lost; jobs continue without the console. */
                app->line_lost = true;
                sd_event_exit(app->session->event, 0);
                return 0;
        }
        ui_input(app->ui);
        app_settle(app);
        return 0;
}

static int app_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        struct app *app = userdata;
        switch (info->ssi_signo) {
        case SIGWINCH:
                ui_resize(app->ui);
                app_settle(app);
                break;
        case SIGINT: /* from a terminal that still turns Ctrl-C into a signal: ends nothing */
                break;
        default:
                sd_event_exit(app->session->event, 0);
        }
        return 0;
}

/* ---- the terminal lent to another program ---- */

/* The group in front of the terminal: only it may read from it and set it. */
static void app_put_in_front(pid_t group) {
        sigset_t stop, before;
        sigemptyset(&stop);
        sigaddset(&stop, SIGTTOU);      /* from behind, setting this is an attempt to write */
        sigprocmask(SIG_BLOCK, &stop, &before);
        (void) tcsetpgrp(STDIN_FILENO, group);
        sigprocmask(SIG_SETMASK, &before, NULL);
}

static int app_guest_moved(sd_event_source *source, const siginfo_t *info, void *userdata) {
        struct app *app = userdata;
        if (info->si_code == CLD_STOPPED) { /* there is no other shell behind it to go to */
                kill(-info->si_pid, SIGCONT);
                return 0;
        }
        if (info->si_code != CLD_EXITED && info->si_code != CLD_KILLED && info->si_code != CLD_DUMPED)
                return 0;
        app->guest = sd_event_source_disable_unref(app->guest);
        app_put_in_front(getpgrp());
        sd_event_source_set_enabled(app->keys, SD_EVENT_ON);
        ui_returned(app->ui, info->si_code == CLD_EXITED ? W_EXITCODE(info->si_status, 0) : info->si_status);
        app_settle(app);
        return 0;
}

/* The child gets signals as a shell expects them; ours are blocked for signalfd. It leads a group of its own
 * in front of the terminal: one that stops itself or its group does not stop us. */
static int app_spawn(char *const *argv, char *const *environment, pid_t *ret) {
        posix_spawnattr_t attributes;
        posix_spawn_file_actions_t actions;
        sigset_t none, all;
        bool controls = tcgetpgrp(STDIN_FILENO) >= 0; /* the terminal is that of our session */
        /* In a PID namespace that our group's leader is not in, the group has no number to return to. */
        if (controls && getpgrp() == 0)
                (void) setpgid(0, 0);
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_init(&attributes);
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                      (controls ? POSIX_SPAWN_SETPGROUP : 0));
        if (controls)
                posix_spawn_file_actions_addtcsetpgrp_np(&actions, STDIN_FILENO);
        int r = posix_spawn(ret, argv[0], &actions, &attributes, argv, environment ? environment : environ);
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
        return -r;
}

static int app_lend(char *const *argv, char *const *environment, void *userdata) {
        struct app *app = userdata;
        const struct passwd *user = getpwuid(getuid());
        const char *shell = user && user->pw_shell && user->pw_shell[0] == '/' ? user->pw_shell : "/bin/sh";
        pid_t pid;
        int r = app_spawn(argv ? argv : (char *const[]) { (char *) shell, NULL }, environment, &pid);
        if (r >= 0) {
                sd_event_source_set_enabled(app->keys, SD_EVENT_OFF);
                r = sd_event_add_child(app->session->event, &app->guest, pid, WEXITED | WSTOPPED,
                                       app_guest_moved, app);
                if (r >= 0)
                        return sd_event_source_set_enabled(app->guest, SD_EVENT_ON);
                sd_event_source_set_enabled(app->keys, SD_EVENT_ON);
                kill(pid, SIGKILL); /* unwatched, it would keep the terminal and nobody would see its end */
                waitpid(pid, NULL, 0);
        }
        app_put_in_front(getpgrp());
        return r;
}

static int app_add_signal(struct app *app, int signal) {
        _cleanup_(sd_event_source_unrefp) sd_event_source *source = NULL;
        int r = sd_event_add_signal(app->session->event, &source, signal, app_signal, app);
        if (r < 0)
                return r;
        sd_event_source_set_priority(source, PRIORITY_SIGNAL);
        return sd_event_source_set_floating(source, true);
}

static int app_add_sources(struct app *app) {
        static const int signals[] = { SIGTERM, SIGHUP, SIGINT, SIGWINCH };
        sd_event *event = app->session->event;
        sigset_t mask;
        sigemptyset(&mask);
        sigaddset(&mask, SIGCHLD);
        for (size_t i = 0; i < ELEMENTS(signals); i++)
                sigaddset(&mask, signals[i]);
        sigprocmask(SIG_BLOCK, &mask, NULL);
        int r = sd_event_add_io(event, &app->keys, STDIN_FILENO, EPOLLIN, app_keys, app);
        if (r < 0)
                return r;
        sd_event_source_set_priority(app->keys, PRIORITY_KEYS);
        for (size_t i = 0; i < ELEMENTS(signals); i++) {
                r = app_add_signal(app, signals[i]);
                if (r < 0)
                        return r;
        }
        r = sd_event_add_time(event, &app->frame, CLOCK_MONOTONIC, UINT64_MAX, 1000, app_frame, app);
        if (r < 0)
                return r;
        sd_event_source_set_priority(app->frame, PRIORITY_FRAME);
        sd_event_source_set_enabled(app->frame, SD_EVENT_OFF);
        r = sd_event_add_time(event, &app->tick, CLOCK_MONOTONIC, UINT64_MAX, 20000, app_tick, app);
        return r < 0 ? r : sd_event_source_set_enabled(app->tick, SD_EVENT_OFF);
}

static void app_changed(unsigned topics, void *userdata) {
        struct app *app = userdata;
        ui_changed(app->ui, topics);
        app_settle(app);
}

static void app_done(struct app *app) {
        if (app->session->host)
                host_listen(app->session->host, NULL, NULL);
        app->ui = ui_free(app->ui);
        sd_event_source_unref(app->frame);
        sd_event_source_unref(app->tick);
        sd_event_source_unref(app->keys);
        sd_event_source_unref(app->guest);
}

/* The terminal is restored before the last message. */
static void app_out_of_memory(void *userdata) {
        ui_suspend(userdata);
}

static int app_begin(struct app *app, enum display display, struct error **reterr) {
        int r = session_open(app->session, reterr);
        if (r < 0)
                return r;
        r = app_add_sources(app);
        if (r < 0)
                return error_errno(reterr, r, "The console's event loop could not be made");
        const struct ui_options options = {
                .host = app->session->host,
                .places = &screen_places,
                .display = display,
                .invalidate = app_invalidate,
                .lend = app_lend,
                .userdata = app,
        };
        return ui_new(&options, &app->ui, reterr);
}

int app_run(struct session *session, const char *display) {
        _cleanup_(app_done) struct app app = { .session = session, .frame_due = UINT64_MAX };
        int wanted = display ? display_from_name(display) : DISPLAY_AUTO;
        int r = app_begin(&app, (enum display) wanted, &session->error);
        if (r < 0)
                return r;
        host_listen(session->host, app_changed, &app);
        oom_prepare(app_out_of_memory, app.ui);
        ui_paint(app.ui);
        app_settle(&app);
        r = sd_event_loop(session->event);
        oom_prepare(NULL, NULL);
        return r < 0 ? EXIT_FAILED : EXIT_DONE;
}
