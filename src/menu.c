/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "menu.h"

#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <systemd/sd-journal.h>
#include <time.h>
#include <unistd.h>

#include "backend/appliance/appliance.h"
#include "backend/io/facts.h"
#include "base/text.h"
#include "cli/lookup.h"
#include "cli/out.h"
#include "cli/report.h"
#include "model/job/rollback.h"
#include "model/setup/reach.h"
#include "plain.h"

/* Where passwd(5) says none. */
#define MENU_SHELL "/bin/sh"

/* ---- who does what ---- */

static void menu_record(const char *choice) {
        _cleanup_free_ char *user = facts_user("");
        const char *tty = getenv("FAIRLEAD_TTY");
        sd_journal_send("MESSAGE=%s chose \"%s\" in the menu on %s", user ? user : "Nobody who logged in",
                        choice, tty ? tty : "a terminal", "PRIORITY=%d", 5, "SYSLOG_IDENTIFIER=fairlead-menu",
                        "FAIRLEAD_CHOICE=%s", choice, "FAIRLEAD_USER=%s", user ? user : "", "FAIRLEAD_TTY=%s",
                        tty ? tty : "", NULL);
}

/* ---- the choices ---- */

static void menu_network_line(const char *title, enum reach_state state, const char *text) {
        out("%-14s %s: %s\n", reach_state_name(state), title, text);
}

static int menu_network(struct session *s) {
        _cleanup_(reach_freep) struct reach *network = NULL;
        const struct host_realm *realm = &host_status(s->host)->realm;
        out("Testing the network; this takes some seconds ...\n");
        fflush(stdout);
        int r = session_look_network(s, &network, &s->error);
        if (r < 0)
                return r;
        for (size_t i = 0; i < network->n; i++)
                menu_network_line(network->items[i].title, network->items[i].state, network->items[i].text);
        menu_network_line("Realm",
                          !realm->name    ? REACH_UNSET
                          : !realm->asked ? REACH_UNTESTED
                          : realm->online ? REACH_SUCCESS
                                          : REACH_FAIL,
                          realm->name ? realm->name : "this host is in none");
        return EXIT_DONE;
}

#define MENU_JOBS 9U

static int menu_roll_back(struct session *s) {
        _cleanup_(job_list_freep) struct job_list *list = NULL;
        _cleanup_strv_ char **ids = NULL;
        int r = session_list_jobs(s, &list, &s->error);
        if (r < 0)
                return r;
        for (size_t i = 0; i < list->n && strv_length(ids) < MENU_JOBS; i++) {
                const struct job *job = list->items[i];
                char when[24];
                if (!rollback_fits(job))
                        continue;
                strv_add(&ids, job->id);
                _cleanup_free_ char *what = job_what(job);
                report_time(when, job->last);
                out("%zu %s  %s: %s\n", strv_length(ids), when, what, job_state_word(job));
        }
        if (!ids) {
                out("No change that fairlead made can be rolled back.\n");
                return EXIT_DONE;
        }
        size_t n = plain_pick("Which one (nothing: back)? ", ids);
        if (ids[n])
                plain_call(s, "rollback", ids[n]);
        return EXIT_DONE;
}

static int menu_shell(struct session *s) {
        const char *shell = getenv("SHELL");
        const struct passwd *user = getpwuid(getuid());
        pid_t pid;
        if (str_empty(shell))
                shell = user ? user->pw_shell : "";
        /* The second: of a user whose shell is this menu. */
        if (str_empty(shell) || menu_called(shell))
                shell = MENU_SHELL;
        out("Shell on %s; exit returns to the menu.\n", host_status(s->host)->hostname);
        fflush(stdout);
        char *const argv[] = { (char *) shell, NULL };
        signal(SIGINT, SIG_IGN);
        signal(SIGQUIT, SIG_IGN);
        posix_spawnattr_t attributes;
        sigset_t defaults;
        sigemptyset(&defaults);
        sigaddset(&defaults, SIGINT);
        sigaddset(&defaults, SIGQUIT);
        sigaddset(&defaults, SIGPIPE);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setsigdefault(&attributes, &defaults);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
        int r = posix_spawn(&pid, shell, NULL, &attributes, argv, environ);
        posix_spawnattr_destroy(&attributes);
        while (r == 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
                ;
        /* A shell that died may have left the terminal to a group that is gone. */
        signal(SIGTTOU, SIG_IGN);
        (void) tcsetpgrp(STDIN_FILENO, getpgrp());
        signal(SIGTTOU, SIG_DFL);
        signal(SIGINT, SIG_DFL);
        signal(SIGQUIT, SIG_DFL);
        return r == 0 ? EXIT_DONE : error_errno(&s->error, -r, "The shell %s could not be started", shell);
}

static int menu_power(struct session *s, enum power what, const char *question) {
        _cleanup_strv_ char **inhibitors = NULL;
        int r = power_inhibitors(&inhibitors, &s->error);
        if (r < 0)
                return r;
        for (char **line = inhibitors; line && *line; line++)
                out("%s\n", *line);
        const struct job *job = NULL;
        _cleanup_(job_list_freep) struct job_list *jobs = NULL;
        if (session_list_jobs(s, &jobs, NULL) >= 0 && jobs->n && !job_state_final(jobs->items[0]->state))
                job = jobs->items[0];
        if (job)
                out("A job of fairlead's is at work: %s\n", job->id);
        if (inhibitors)
                out("These ask that the host stays up.\n");
        if (!ask_yes(question))
                return EXIT_DONE;
        r = power_do(what, &s->error);
        if (r >= 0)
                out("The host goes down.\n");
        return r < 0 ? r : EXIT_DONE;
}

static int menu_restart(struct session *s) {
        return menu_power(s, POWER_REBOOT, "Restart this host now (yes/no)? ");
}

static int menu_power_off(struct session *s) {
        return menu_power(s, POWER_OFF, "Power this host off now (yes/no)? ");
}

static const struct {
        const char *name;
        int (*open)(struct session *s);
} choices[] = {
        { "status", plain_status },       { "services", plain_services },
        { "install", plain_images },      { "realm", plain_realm },
        { "network test", menu_network }, { "roll back a recent change", menu_roll_back },
        { "shell", menu_shell },          { "restart", menu_restart },
        { "power off", menu_power_off },
};

/* ---- the menu ---- */

bool menu_called(const char *argv0) {
        const char *slash = argv0 ? strrchr(argv0, '/') : NULL, *name = slash ? slash + 1 : argv0;
        return name && strcmp(name + (*name == '-'), "fairlead-menu") == 0;
}

int menu_main(void) {
        _cleanup_(session_done) struct session s = {};
        _cleanup_strv_ char **names = NULL;
        int r = plain_open(&s);
        if (r < 0)
                return session_status(&s, r);
        for (size_t i = 0; i < ELEMENTS(choices); i++)
                strv_add(&names, choices[i].name);
        for (;;) {
                out("\n%s\n", host_status(s.host)->hostname);
                for (size_t i = 0; i < ELEMENTS(choices); i++)
                        out("%zu %s\n", i + 1, names[i]);
                size_t n = plain_pick("Number (nothing: leave)? ", names);
                if (n == ELEMENTS(choices))
                        return EXIT_DONE;
                menu_record(names[n]);
                session_status(&s, choices[n].open(&s));
        }
}
