/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fairlead-console TTY, of fairlead-console@TTY.service: the host's own console on its standard input. It
 * shows the page of the host and then, by the lock of /etc/fairlead/console.conf, a menu at once ("open"), a
 * menu behind a login of PAM's ("login", the default), or nothing ("status"): then it hands over to
 * fairlead-status@TTY.service, which runs
 *
 * fairlead-console --status, as a user of its own that can do nothing: it shows the page again and again,
 * reads keys without obeying them, and starts no program. It ends with UNLOCKED when the lock is another;
 * behind it
 *
 * fairlead-console --after-status TTY, as root, starts the first again.
 *
 * A change of the lock acts at once, also on who is logged in here. The menu is fairlead by the name
 * fairlead-menu. Alone with PAM, as fairlead-pam is. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <syslog.h>
#include <termios.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "base/base.h"
#include "base/ini.h"
#include "base/readfile.h"
#include "config.h"

#define CONFIG_FOLDER "/etc/fairlead"
#define CONFIG_FILE CONFIG_FOLDER "/console.conf"
#define PAGE_FOLDER "/run/fairlead-console"
#define PAGE_FILE PAGE_FOLDER "/page"
#define FILE_MAX 16384U
#define LINE_MAX_BYTES 256U
#define SECRET_MAX_BYTES 512U
/* How long the menu and what it runs may take to end when the lock closes it. */
#define CLOSE_MS 5000
/* As login(1): so long may a login take. The status says that it took longer. */
#define LOGIN_SECONDS 60U
#define LOGIN_EXPIRED 74
/* Exit status of --status: the lock is another. */
#define UNLOCKED 75

enum lock { LOCK_OPEN, LOCK_LOGIN, LOCK_STATUS };

/* What somebody who does not know the words writes opens nothing. */
static enum lock console_lock(void) {
        _cleanup_free_ char *text = NULL, *word = NULL;
        int r = readfile(CONFIG_FILE, FILE_MAX, &text, NULL, NULL);
        if (r == -ENOENT)
                return LOCK_LOGIN;
        word = text ? ini_value(text, "console", "lock") : NULL;
        return !text                      ? LOCK_STATUS
               : !word                    ? LOCK_LOGIN
               : str_equal(word, "open")  ? LOCK_OPEN
               : str_equal(word, "login") ? LOCK_LOGIN
                                          : LOCK_STATUS;
}

/* ---- the page ---- */

/* The only door to the terminal: whatever a file or a module of PAM says, it is lines of plain ASCII. */
static void console_print(const char *said) {
        _cleanup_str_ struct str clean = {};
        for (; *said; said++)
                str_add_char(&clean, *said == '\n' || (*said >= ' ' && *said <= '~') ? *said : '?');
        for (size_t done = 0; done < clean.length;) {
                ssize_t written = write(STDOUT_FILENO, clean.text + done, clean.length - done);
                if (written <= 0)
                        return; /* the line is gone, as whoever reads it sees */
                done += (size_t) written;
        }
}

static char *console_page(void) {
        char *text = NULL;
        if (readfile(PAGE_FILE, FILE_MAX, &text, NULL, NULL) < 0)
                return xstrdup("The state of this host is not known yet.\n");
        return text;
}

/* ---- what is waited for ---- */

/* Files come and go; while a folder is not there, the one that it will be in is watched. */
static void console_watch(int inotify) {
        static const char *const folders[][2] = { { CONFIG_FOLDER, "/etc" }, { PAGE_FOLDER, "/run" } };
        const uint32_t mask = IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM |
                              IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
        for (size_t i = 0; i < ELEMENTS(folders); i++)
                if (inotify_add_watch(inotify, folders[i][0], mask) < 0)
                        (void) inotify_add_watch(inotify, folders[i][1],
                                                 IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
}

static int console_inotify(void) {
        int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        if (fd >= 0)
                console_watch(fd);
        return fd;
}

static void console_drain(int inotify) {
        char events[4096];
        while (read(inotify, events, sizeof events) > 0)
                ;
        console_watch(inotify);
}

/* Waits for fd to be readable, or a change of files; true: it is readable. */
static bool console_wait(int inotify, int fd) {
        struct pollfd fds[] = { { .fd = inotify, .events = POLLIN }, { .fd = fd, .events = POLLIN } };
        if (poll(fds, ELEMENTS(fds), -1) <= 0)
                return false;
        if (fds[0].revents)
                console_drain(inotify);
        return fds[1].revents;
}

/* A line that is typed, without its end. 1: here it is; 0: the lock is another, or the page that was not
 * there is; -1: the terminal is gone. */
static int console_line(int inotify, enum lock lock, bool unknown, char line[static LINE_MAX_BYTES]) {
        size_t n = 0;
        for (;;) {
                bool key = console_wait(inotify, STDIN_FILENO);
                if (console_lock() != lock || (unknown && n == 0 && access(PAGE_FILE, F_OK) == 0))
                        return 0;
                if (!key)
                        continue;
                char c;
                if (read(STDIN_FILENO, &c, 1) != 1)
                        return -1;
                if (c == '\n') {
                        line[n] = '\0';
                        return 1;
                }
                if (n + 1 < LINE_MAX_BYTES)
                        line[n++] = c;
        }
}

/* As a terminal that people type at has it, with the XON and XOFF that old ones need: a getty that was
 * stopped left it without, and systemd's reset does not turn them on. */
static void console_settle(void) {
        struct termios line;
        if (tcgetattr(STDIN_FILENO, &line) < 0)
                return;
        line.c_iflag |= ICRNL | IXON;
        line.c_oflag |= OPOST | ONLCR;
        line.c_lflag |= ICANON | ECHO | ECHOE | ECHOK | ISIG | IEXTEN;
        (void) tcsetattr(STDIN_FILENO, TCSAFLUSH, &line);
}

/* ---- status only ---- */

static int console_status(void) {
        int inotify = console_inotify();
        struct termios line;
        _cleanup_free_ char *shown = NULL;
        console_settle();
        /* Nothing of what is typed comes back, and no key is a signal. */
        if (tcgetattr(STDIN_FILENO, &line) == 0) {
                line.c_lflag &= ~(tcflag_t) (ECHO | ECHONL | ISIG | ICANON);
                (void) tcsetattr(STDIN_FILENO, TCSAFLUSH, &line);
        }
        for (bool again = true; console_lock() == LOCK_STATUS;) {
                char *page = console_page(), typed[256];
                if (again || !str_equal(page, shown)) {
                        console_print("\n");
                        console_print(page);
                        console_print("This console only shows the state of the host.\n");
                }
                free(shown);
                shown = page;
                again = console_wait(inotify, STDIN_FILENO);
                if (again && read(STDIN_FILENO, typed, sizeof typed) <= 0)
                        return EXIT_SUCCESS;
        }
        return UNLOCKED;
}

/* ---- the other unit ---- */

static int console_start(const char *unit, const char *tty) {
        _cleanup_free_ char *name = str_printf("%s@%s.service", unit, tty);
        char *const argv[] = { (char *) "systemctl", (char *) "--no-block", (char *) "start", name, NULL };
        pid_t pid;
        int status = 0;
        if (posix_spawn(&pid, "/usr/bin/systemctl", NULL, NULL, argv, environ) != 0 ||
            waitpid(pid, &status, 0) < 0)
                return EXIT_FAILURE;
        return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- a login ---- */

static volatile sig_atomic_t menu_pid; /* of the process that has logged somebody in */

static void login_end(int signal) {
        if (menu_pid > 0) {
                kill(-menu_pid, SIGHUP);
                kill(-menu_pid, SIGCONT);
        } else
                _exit(EXIT_FAILURE);
}

static void login_expire(int signal) {
        _exit(LOGIN_EXPIRED);
}

/* An account that is not for people has a shell that shells(5) does not list, or nologin(8), which some lists
 * have. login(1) would run that, and nothing else. None at all means the usual one (passwd(5)). */
static bool login_has_shell(const struct passwd *user) {
        bool found = str_empty(user->pw_shell);
        if (str_ends(user->pw_shell, "/nologin"))
                return false;
        setusershell();
        for (const char *shell; !found && (shell = getusershell());)
                found = str_equal(shell, user->pw_shell);
        endusershell();
        return found;
}

static char *login_answer(const char *question, bool echo) {
        struct termios before, silent;
        char line[SECRET_MAX_BYTES];
        size_t n = 0;
        bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
        if (terminal && !echo) {
                silent = before;
                silent.c_lflag &= ~(tcflag_t) ECHO;
                (void) tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
        }
        console_print(question);
        for (char c = 0; c != '\n';) {
                if (read(STDIN_FILENO, &c, 1) != 1)
                        _exit(EXIT_FAILURE);
                if (c != '\n' && n + 1 < sizeof line)
                        line[n++] = c;
        }
        line[n] = '\0';
        if (terminal && !echo) {
                (void) tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
                console_print("\n");
        }
        char *copy = strdup(line); /* PAM's: it wipes and frees it */
        explicit_bzero(line, sizeof line);
        return copy;
}

static int login_converse(int n, const struct pam_message **messages, struct pam_response **ret,
                          void *userdata) {
        struct pam_response *answers = calloc((size_t) n, sizeof *answers);
        for (int i = 0; i < n && answers; i++)
                switch (messages[i]->msg_style) {
                case PAM_PROMPT_ECHO_OFF:
                case PAM_PROMPT_ECHO_ON:
                        answers[i].resp =
                                login_answer(messages[i]->msg, messages[i]->msg_style == PAM_PROMPT_ECHO_ON);
                        break;
                default: console_print(messages[i]->msg); console_print("\n");
                }
        *ret = answers;
        return answers ? PAM_SUCCESS : PAM_BUF_ERR;
}

static void menu_exec(const struct passwd *user, char **environment) {
        char *const argv[] = { (char *) "fairlead-menu", NULL };
        if (user && (initgroups(user->pw_name, user->pw_gid) < 0 || setgid(user->pw_gid) < 0 ||
                     setuid(user->pw_uid) < 0))
                _exit(EXIT_FAILURE);
        if (chdir(user ? user->pw_dir : "/") < 0 && chdir("/") < 0)
                _exit(EXIT_FAILURE);
        execve(FAIRLEAD_PATH, argv, environment);
        _exit(EXIT_FAILURE);
}

/* The menu, in a group of its own that has the terminal, until it ends. user NULL: nobody logged in. */
static void menu_run(const struct passwd *user, const char *tty, char **more) {
        _cleanup_strv_ char **environment = strv_copy(more);
        const char *term = getenv("TERM"), *lang = getenv("LANG");
        strv_addf(&environment, "TERM=%s", term ? term : "vt220");
        strv_addf(&environment, "LANG=%s", lang ? lang : "C.UTF-8");
        strv_add(&environment, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        strv_addf(&environment, "FAIRLEAD_TTY=%s", tty);
        strv_addf(&environment, "HOME=%s", user ? user->pw_dir : "/root");
        if (user) {
                strv_addf(&environment, "SHELL=%s", user->pw_shell);
                strv_addf(&environment, "USER=%s", user->pw_name);
                strv_addf(&environment, "LOGNAME=%s", user->pw_name);
        }
        pid_t pid = fork();
        if (pid < 0)
                return;
        if (pid == 0) {
                static const int defaults[] = { SIGINT,  SIGQUIT, SIGTSTP, SIGTTOU,
                                                SIGTTIN, SIGTERM, SIGHUP,  SIGPIPE };
                setpgid(0, 0);
                (void) tcsetpgrp(STDIN_FILENO, getpid());
                for (size_t i = 0; i < ELEMENTS(defaults); i++)
                        signal(defaults[i], SIG_DFL);
                menu_exec(user, environment);
        }
        setpgid(pid, pid);
        menu_pid = pid;
        (void) tcsetpgrp(STDIN_FILENO, pid);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
                ;
        menu_pid = 0;
        (void) tcsetpgrp(STDIN_FILENO, getpgrp());
}

/* In a process of its own: pam_systemd moves who opens a session out of the unit. */
static void login_run(const char *name, const char *tty) {
        const struct pam_conv conversation = { .conv = login_converse };
        pam_handle_t *pam = NULL;
        const void *known = NULL;
        int r = pam_start("login", name, &conversation, &pam);
        if (r != PAM_SUCCESS)
                _exit(EXIT_FAILURE);
        (void) pam_set_item(pam, PAM_TTY, tty);
        (void) pam_set_item(pam, PAM_USER_PROMPT, "login: ");
        (void) pam_fail_delay(pam, 2000000);
        signal(SIGALRM, login_expire);
        alarm(LOGIN_SECONDS);
        r = pam_authenticate(pam, 0);
        r = r == PAM_SUCCESS ? pam_acct_mgmt(pam, 0) : r;
        r = r == PAM_NEW_AUTHTOK_REQD ? pam_chauthtok(pam, PAM_CHANGE_EXPIRED_AUTHTOK) : r;
        alarm(0);
        struct passwd *user = NULL;
        if (r == PAM_SUCCESS && pam_get_item(pam, PAM_USER, &known) == PAM_SUCCESS)
                user = getpwnam(known);
        if (!user || initgroups(user->pw_name, user->pw_gid) < 0) {
                syslog(LOG_AUTHPRIV | LOG_NOTICE, "Login refused on %s: %s", tty, pam_strerror(pam, r));
                console_print("Login incorrect\n");
                pam_end(pam, r);
                _exit(EXIT_FAILURE);
        }
        if (!login_has_shell(user)) {
                syslog(LOG_AUTHPRIV | LOG_NOTICE,
                       "Login of %s refused on %s: its shell %s is not in /etc/shells", user->pw_name, tty,
                       user->pw_shell);
                console_print("This account may not log in here\n");
                pam_end(pam, PAM_PERM_DENIED);
                _exit(EXIT_FAILURE);
        }
        r = pam_setcred(pam, PAM_ESTABLISH_CRED);
        r = r == PAM_SUCCESS ? pam_open_session(pam, 0) : r;
        if (r == PAM_SUCCESS) {
                syslog(LOG_AUTHPRIV | LOG_INFO, "%s logged in on %s", user->pw_name, tty);
                menu_run(user, tty, pam_getenvlist(pam));
                (void) pam_close_session(pam, 0);
                (void) pam_setcred(pam, PAM_DELETE_CRED);
                syslog(LOG_AUTHPRIV | LOG_INFO, "%s logged out on %s", user->pw_name, tty);
        } else
                console_print("No session could be opened\n");
        pam_end(pam, r);
        _exit(EXIT_SUCCESS);
}

/* ---- the console ---- */

/* Whether a session that was opened under `was` may go on. */
static bool console_keeps(enum lock was, enum lock is) {
        return is == was || (was == LOCK_LOGIN && is == LOCK_OPEN);
}

/* A login or the menu in a process of its own; false: the lock ended it. */
static bool console_session(int inotify, enum lock lock, const char *name, const char *tty) {
        pid_t pid = fork();
        if (pid == 0) {
                const struct sigaction end = { .sa_handler = login_end };
                sigaction(SIGTERM, &end, NULL);
                sigaction(SIGHUP, &end, NULL);
                signal(SIGINT, lock == LOCK_LOGIN ? SIG_DFL : SIG_IGN);
                if (lock == LOCK_LOGIN)
                        login_run(name, tty);
                syslog(LOG_AUTHPRIV | LOG_INFO, "The menu was opened on %s without a login", tty);
                menu_run(NULL, tty, NULL);
                _exit(EXIT_SUCCESS);
        }
        _cleanup_close_ int process = pid > 0 ? (int) syscall(SYS_pidfd_open, pid, 0) : -1;
        while (process >= 0 && !console_wait(inotify, process)) {
                struct pollfd ends = { .fd = process, .events = POLLIN };
                if (console_keeps(lock, console_lock()))
                        continue;
                kill(pid, SIGTERM);
                if (poll(&ends, 1, CLOSE_MS) <= 0)
                        kill(pid, SIGKILL);
                waitpid(pid, NULL, 0);
                return false;
        }
        int status = 0;
        if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
            WEXITSTATUS(status) == LOGIN_EXPIRED)
                console_print("\nLogin timed out after 60 seconds\n");
        return true;
}

static int console_run(const char *tty) {
        int inotify = console_inotify();
        char line[LINE_MAX_BYTES], host[LINE_MAX_BYTES] = "";
        static const int ignored[] = { SIGINT, SIGQUIT, SIGTSTP, SIGTTOU, SIGTTIN, SIGPIPE };
        for (size_t i = 0; i < ELEMENTS(ignored); i++)
                signal(ignored[i], SIG_IGN);
        console_settle();
        openlog("fairlead-console", LOG_PID, LOG_AUTHPRIV);
        (void) gethostname(host, sizeof host - 1);
        for (;;) {
                enum lock lock = console_lock();
                if (lock == LOCK_STATUS)
                        return console_start("fairlead-status", tty);
                bool unknown = access(PAGE_FILE, F_OK) < 0;
                _cleanup_free_ char *page = console_page(),
                                    *prompt = lock == LOCK_OPEN ? xstrdup("Enter opens the menu: ")
                                                                : str_printf("%s login: ", host);
                /* Before the question: who answers at once would lose it else. */
                (void) tcflush(STDIN_FILENO, TCIFLUSH);
                console_print("\n");
                console_print(page);
                console_print("\n");
                console_print(prompt);
                int r = console_line(inotify, lock, unknown, line);
                if (r < 0)
                        return EXIT_SUCCESS; /* Restart=always: with a new line */
                if (r == 0 || (lock == LOCK_LOGIN && !*line))
                        continue;
                /* What is left of the session ends with this unit. */
                if (!console_session(inotify, lock, line, tty) && console_lock() != LOCK_STATUS)
                        return EXIT_SUCCESS;
                /* A login that ended at its password, by Ctrl-C or its time, left the line without echo. */
                console_settle();
        }
}

int main(int argc, char **argv) {
        (void) prctl(PR_SET_DUMPABLE, 0);
        if (argc == 2 && str_equal(argv[1], "--status"))
                return console_status();
        const char *status = getenv("EXIT_STATUS");
        if (argc == 3 && str_equal(argv[1], "--after-status"))
                return str_equal(status, "75") ? console_start("fairlead-console", argv[2]) : EXIT_SUCCESS;
        if (argc == 2 && *argv[1] != '-')
                return console_run(argv[1]);
        fputs("usage: fairlead-console TTY\n", stderr);
        return 2;
}
