/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/realm/realmd.h"

#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "backend/io/files.h"
#include "backend/io/paths.h"
#include "base/ini.h"
#include "base/readfile.h"

#define TOOL "/usr/sbin/pam-auth-update"
#define SYSTEMCTL "/usr/bin/systemctl"
#define UNITS "/etc/systemd/system"
#define NAMES_BYTES_MAX (256U * 1024)

/* ---- nsswitch.conf ---- */

/* The place for sss: the end of the last word for the host's own users. 0: no such word, or sss is
 * present. */
static size_t place_in(const char *line, size_t n) {
        static const char *const own[] = { "files", "compat", "systemd" };
        size_t place = 0;
        for (size_t i = 0; i < n && line[i] != '#';) {
                size_t k = strcspn(line + i, " \t\n#");
                if (k == 3 && strncmp(line + i, "sss", 3) == 0)
                        return 0;
                for (size_t w = 0; w < ELEMENTS(own); w++)
                        if (k == strlen(own[w]) && strncmp(line + i, own[w], k) == 0)
                                place = i + k;
                i += k ? k : 1;
        }
        return place;
}

/* The text with sss in the lines of users and groups; true: it differs. */
static bool add_sss(const char *text, struct str *to) {
        static const char *const databases[] = { "passwd:", "group:" };
        bool found[ELEMENTS(databases)] = {}, changed = false;
        for (const char *line = text; *line;) {
                size_t n = strcspn(line, "\n"), place = 0;
                n += line[n] == '\n';
                for (size_t i = 0; i < ELEMENTS(databases); i++)
                        if (str_starts(line, databases[i])) {
                                found[i] = true;
                                place = place_in(line, n);
                        }
                str_add_bytes(to, line, place);
                if (place)
                        str_add(to, " sss");
                str_add_bytes(to, line + place, n - place);
                changed |= place > 0;
                line += n;
        }
        if (to->length && to->text[to->length - 1] != '\n')
                str_add(to, "\n");
        for (size_t i = 0; i < ELEMENTS(databases); i++)
                if (!found[i]) {
                        str_addf(to, "%s files sss\n", databases[i]);
                        changed = true;
                }
        return changed;
}

static int settle_names(const char *root, struct error **reterr) {
        _cleanup_free_ char *folder = str_printf("%s/etc", root),
                            *path = str_printf("%s/nsswitch.conf", folder), *text = NULL;
        _cleanup_str_ struct str now = {};
        int r = readfile(path, NAMES_BYTES_MAX, &text, NULL, reterr);
        if (r < 0 || !add_sss(text, &now))
                return r;
        _cleanup_close_ int fd = open(folder, O_DIRECTORY | O_CLOEXEC);
        return fd < 0 ? error_errno(reterr, -errno, "%s cannot be opened", folder)
                      : files_write(fd, "nsswitch.conf", now.text, now.length, 0644, reterr);
}

/* ---- programs of the host ---- */

/* Their files are world-readable, and they do not inherit our signal mask. */
static _Noreturn void login_config_exec(const char *program, char *const *argv) {
        static char *const environment[] = { (char *) "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                                             (char *) "DEBIAN_FRONTEND=noninteractive",
                                             (char *) "LC_ALL=C.UTF-8", NULL };
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        umask(022);
        execve(program, argv, environment);
        _exit(127);
}

/* Waits for it: true, it ended with 0. */
static bool login_config_run(const char *root, char *const *argv) {
        _cleanup_free_ char *program = str_printf("%s%s", root, argv[0]);
        int status = -1;
        pid_t pid = fork();
        if (pid == 0)
                login_config_exec(program, argv);
        return pid >= 0 && TEMP_FAILURE_RETRY(waitpid(pid, &status, 0)) >= 0 && status == 0;
}

/* ---- PAM ---- */

static int settle_pam(const char *root, bool sss, bool mkhomedir, struct error **reterr) {
        _cleanup_strv_ char **argv = strv_copy((char *[]) { (char *) TOOL, (char *) "--package",
                                                            (char *) "--enable", NULL });
        if (sss)
                strv_add(&argv, "sss");
        if (mkhomedir)
                strv_add(&argv, "mkhomedir");
        return login_config_run(root, argv)
                       ? 0
                       : error_set(reterr, -EIO, "pam-auth-update could not set logins up");
}

int logins_settle(const char *root, bool mkhomedir, struct error **reterr) {
        if (paths_access(root, "/etc/authselect/authselect.conf", F_OK))
                return 0;
        int r = paths_access(root, "/etc/nsswitch.conf", F_OK) ? settle_names(root, reterr) : 0;
        if (r < 0)
                return r;
        bool tool = paths_access(root, TOOL, F_OK);
        if (mkhomedir && !tool) {
                error_set(reterr, -ENOENT,
                          "Home directories will not be made: this host has neither authselect nor "
                          "pam-auth-update");
                error_hint(reterr, "Add \"session optional pam_mkhomedir.so\" to the files of /etc/pam.d");
                return -ENOENT;
        }
        /* without the tool PAM was set up by hand */
        _cleanup_free_ char *auth = paths_read(root, "/etc/pam.d/common-auth", NULL);
        bool sss = tool && !(auth && strstr(auth, "pam_sss.so")) &&
                   paths_access(root, "/usr/share/pam-configs/sss", F_OK);
        return sss || mkhomedir ? settle_pam(root, sss, mkhomedir, reterr) : 0;
}

/* ---- socket units ---- */

/* "sssd-pam-priv.socket" is one of the responder pam. */
static bool sockets_of(char *const *services, const char *unit) {
        const char *responder = unit + strlen("sssd-");
        _cleanup_free_ char *name = xstrndup(responder, strcspn(responder, "-."));
        return strv_contains(services, name);
}

/* The responders that SSSD starts itself: those of its services, and the one of PAC beside them without being
 * named, where a domain is of Active Directory or FreeIPA. */
static char **sockets_services(const char *conf) {
        _cleanup_free_ char *listed = ini_value(conf, "sssd", "services"),
                            *names = ini_value(conf, "sssd", "domains"),
                            *implicit = ini_value(conf, "sssd", "implicit_pac_responder");
        _cleanup_strv_ char **domains = strv_split(names, ", \t");
        char **services = strv_split(listed, ", \t");
        bool named = *services && !str_equal_nocase(implicit, "false");
        for (char **domain = domains; *domain && named; domain++) {
                _cleanup_free_ char *section = str_printf("domain/%s", *domain),
                                    *provider = ini_value(conf, section, "id_provider");
                if (provider && STR_IN_SET(provider, "ad", "ipa") && !strv_contains(services, "pac"))
                        strv_add(&services, "pac");
        }
        return services;
}

char **logins_sockets(const char *root) {
        _cleanup_free_ char *conf = paths_read(root, "/etc/sssd/sssd.conf", NULL),
                            *pattern = str_printf("%s" UNITS "/*.wants/sssd-*.socket", root);
        _cleanup_strv_ char **services = sockets_services(conf), **units = NULL;
        glob_t found = {};
        (void) glob(pattern, 0, NULL, &found);
        for (size_t i = 0; i < found.gl_pathc; i++) {
                const char *unit = strrchr(found.gl_pathv[i], '/') + 1;
                /* masked, or a unit of the administrator's own */
                _cleanup_free_ char *own = str_printf(UNITS "/%s", unit);
                if (sockets_of(services, unit) && !paths_access(root, own, F_OK) &&
                    !strv_contains(units, unit))
                        strv_add(&units, unit);
        }
        globfree(&found);
        return TAKE(units);
}

static bool sockets_call(const char *root, const char *verb, const char *option, char *const *units) {
        _cleanup_strv_ char **argv = NULL;
        strv_add(&argv, SYSTEMCTL);
        strv_add(&argv, verb);
        strv_add(&argv, option);
        strv_extend(&argv, units);
        return login_config_run(root, argv);
}

int logins_sockets_off(const char *root, struct error **reterr) {
        _cleanup_strv_ char **units = logins_sockets(root);
        if (!units)
                return 0;
        bool off = sockets_call(root, "disable", "--now", units);
        (void) sockets_call(root, "reset-failed", "--quiet", units); /* where some failed before */
        if (off)
                return 0;
        _cleanup_free_ char *names = strv_join(units, " ");
        error_set(reterr, -EIO, "SSSD's socket units could not be disabled: %s", names);
        return error_hint(reterr, "They fail at the next start of sssd.service; then: systemctl disable %s",
                          names);
}
