/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of a unit, as the real systemd and the real Quadlet generator of this host hand them on: run as root on a host
 * that may be changed (tests/lab run HOST -- …). The program stands in for the engine as well: called as "podman" it
 * writes down its words. Prints "N passed, N failed". */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/readfile.h"
#include "base/str.h"
#include "model/plan/unit-text.h"

#define UNIT "/run/systemd/system/fairlead-words.service"
#define GENERATOR "/usr/lib/systemd/system-generators/podman-system-generator"

extern char **environ;
static unsigned passed, failed;
static char folder[] = "/var/tmp/fairlead-words-XXXXXX";

static void check(bool good, const char *where, const char *what, const char *more) {
        printf("%s - %s: %s%s%s\n", good ? "ok" : "not ok", where, what, good || !more ? "" : ": ", good || !more ? "" : more);
        (*(good ? &passed : &failed))++;
}

/* The engine: its words, each ended by a NUL, beside the program. */
static int write_down(char **argv) {
        char *self = strdup(argv[0]);
        _cleanup_free_ char *path = str_printf("%s/argv", dirname(self));
        free(self);
        FILE *f = fopen(path, "we");
        if (!f)
                return 1;
        for (size_t i = 1; argv[i]; i++)
                fwrite(argv[i], 1, strlen(argv[i]) + 1, f);
        return fclose(f) == 0 ? 0 : 1;
}

static int run(const char *const *argv) {
        pid_t pid;
        int status;
        if (posix_spawn(&pid, argv[0], NULL, NULL, (char *const *) argv, environ) != 0 || waitpid(pid, &status, 0) < 0)
                return -1;
        return status;
}

static void put(const char *path, const char *text) {
        FILE *f = fopen(path, "we");
        if (!f || fputs(text, f) < 0 || fclose(f) != 0)
                perror(path);
}

/* systemd must not wait for a message that the stand-in does not send. */
static char *once(const char *text) {
        _cleanup_str_ struct str s = {};
        const char *type = strstr(text, "Type=notify\n");
        str_add_bytes(&s, text, type ? (size_t) (type - text) : strlen(text));
        if (type)
                str_addf(&s, "Type=oneshot\n%s", type + strlen("Type=notify\n"));
        return str_take(&s);
}

/* Starts the unit and reads what the engine was given; only its `run` is of interest. */
static char **words_of_start(const char *text) {
        _cleanup_free_ char *unit = once(text), *argv = str_printf("%s/argv", folder), *bytes = NULL;
        /* what stops and cleans up would write over it */
        for (char *line = strstr(unit, "\nExecStop"); line; line = strstr(line + 1, "\nExecStop"))
                line[1] = '#';
        unlink(argv);
        put(UNIT, unit);
        (void) run((const char *const[]) { "/usr/bin/systemctl", "daemon-reload", NULL });
        int status = run((const char *const[]) { "/usr/bin/systemctl", "start", "fairlead-words.service", NULL });
        size_t n = 0;
        char **words = strv_copy(NULL);
        if (status == 0 && readfile(argv, 1024 * 1024, &bytes, &n, NULL) >= 0)
                for (size_t i = 0; i < n; i += strlen(bytes + i) + 1)
                        strv_add(&words, bytes + i);
        return words;
}

static const char *const options[] = {
        "-e", "A=x % y %h $HOME", "-e", "B=\"q\" \\ back", "-e", "C=", "-e", "D=;", "--label", "l=50% ; $x", "-v", "/srv/a b:/x",
        "-v", "/srv/data:/y:ro", "-v", "x.volume:/z", "--network", "host", "--hostname=it's",
};
static const char *const arguments[] = {
        "sh", "-c", "echo \"$HOME\" ${X:-y} 100% ; sleep 1", "-x", "#c", "caf\xc3\xa9", "\\", "it's", "@x", "\\x41\\n", "$$$", "%%", "%n", "{}",
        "~", "*", "a'b", "  ", " lead", "trail ", "[Service]", "X=Y", "|", "&&", "!", "-", "--", "\xe2\x82\xac", "\xc2\xa0", "a\\", "'", "\"",
};

static struct command *make_command(bool hard) {
        _cleanup_strv_ char **argv = strv_copy(NULL);
        strv_add(&argv, "podman");
        strv_add(&argv, "run");
        for (size_t i = 0; i < ELEMENTS(options); i++)
                strv_add(&argv, options[i]);
        strv_add(&argv, "localhost/web:1");
        for (size_t i = 0; i < ELEMENTS(arguments); i++)
                strv_add(&argv, arguments[i]);
        if (hard) {
                strv_add(&argv, "");
                strv_add(&argv, ";");
                strv_add(&argv, "/bin/false");
        }
        _cleanup_free_ char *engine = str_printf("%s/podman", folder);
        return command_read("RUN", argv, ENGINE_PODMAN, engine, NULL);
}

/* What follows the image must be the same; of the options, which may stand in another order and form, every value. */
static void compare(const char *where, char **got, const struct command *wanted) {
        size_t image = 0;
        while (got[image] && strcmp(got[image], "localhost/web:1") != 0)
                image++;
        char **after = wanted->argv + wanted->operand;
        bool same = got[image] && strv_equal(got + image, after);
        for (size_t i = 0; !same && after[i]; i++)
                if (!got[image] || !got[image + i] || strcmp(got[image + i], after[i]) != 0) {
                        check(false, where, "the words after the image", after[i]);
                        return;
                }
        check(same, where, "the words after the image", "there are more");
        for (size_t i = 0; i < wanted->n_options; i++) {
                const struct option_use *o = wanted->options + i;
                _cleanup_free_ char *joined = str_printf("%s=%s", o->canonical, o->value);
                bool there = false;
                for (size_t k = 0; k < image; k++)
                        there |= strcmp(got[k], joined) == 0 || strcmp(got[k], o->value) == 0;
                check(there, where, "an option's value", joined);
        }
        check(strcmp(got[0] ? got[0] : "", "run") == 0, where, "the engine's run", got[0]);
}

static void try_service(const struct command *command, bool quadlet) {
        const struct host_facts facts = { .engine = ENGINE_PODMAN, .quadlet = quadlet };
        struct unit_file unit = {};
        struct error *e = NULL;
        int r = unit_file_make("words", "50% off; $HOME \"x\" \\", command, NULL, NULL, &facts, &unit, &e);
        check(r >= 0 && unit.kind == UNIT_SERVICE, "service", "a .service is written", e ? e->message : NULL);
        if (r >= 0) {
                char **got = words_of_start(unit.text);
                compare("service", got, command);
                strv_free(got);
        }
        unit_file_done(&unit);
        error_free(e);
}

static void try_quadlet(const struct command *command) {
        const struct host_facts facts = { .engine = ENGINE_PODMAN, .quadlet = true };
        struct unit_file unit = {};
        struct error *e = NULL;
        int r = unit_file_make("words", "50% off; $HOME \"x\" \\", command, NULL, NULL, &facts, &unit, &e);
        check(r >= 0 && unit.kind == UNIT_QUADLET, "quadlet", "a .container is written", e ? e->message : NULL);
        if (r >= 0) {
                _cleanup_free_ char *source = str_printf("%s/words.container", folder), *made = str_printf("%s/words.service", folder),
                                    *text = NULL, *engine = str_printf("%s/podman", folder);
                put(source, unit.text);
                setenv("QUADLET_UNIT_DIRS", folder, 1);
                setenv("PODMAN", engine, 1);
                (void) run((const char *const[]) { GENERATOR, folder, folder, folder, NULL });
                r = readfile(made, 1024 * 1024, &text, NULL, NULL);
                check(r >= 0, "quadlet", "the generator takes it", NULL);
                if (r >= 0) {
                        check(strstr(text, "\n" UNIT_MARK "=words\n") != NULL, "quadlet", "the mark is kept", NULL);
                        char **got = words_of_start(text);
                        compare("quadlet", got, command);
                        strv_free(got);
                }
        }
        unit_file_done(&unit);
        error_free(e);
}

int main(int argc, char **argv) {
        if (argc > 1)
                return write_down(argv);
        if (!mkdtemp(folder))
                return 1;
        _cleanup_free_ char *engine = str_printf("%s/podman", folder);
        (void) run((const char *const[]) { "/bin/cp", argv[0], engine, NULL });
        (void) mkdir("/run/systemd/system", 0755);

        _cleanup_command_ struct command *plain = make_command(false), *hard = make_command(true);
        try_service(plain, false);
        try_service(hard, true);
        if (access(GENERATOR, X_OK) == 0)
                try_quadlet(plain);

        unlink(UNIT);
        (void) run((const char *const[]) { "/usr/bin/systemctl", "daemon-reload", NULL });
        (void) run((const char *const[]) { "/bin/rm", "-rf", folder, NULL });
        printf("%u passed, %u failed\n", passed, failed);
        return failed ? 1 : 0;
}
