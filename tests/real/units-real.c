/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Units against a real systemd: run as root inside a host of the lab. It writes units called fairlead-real-* and removes
 * them. Prints "ok" or "not ok" lines and at the end "N passed, N failed"; exit status 1 when something failed. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "backend/systemd/units.h"
#include "base/clock.h"
#include "base/str.h"
#include "tests/unit/unit-file-cases.h"

#define FOLDER "/etc/systemd/system/"
#define NAME(part) "fairlead-real-" part ".service"

struct state {
        sd_event *event;
        struct units *units;
        unsigned passed, failed;

        bool done;
        struct error *error;
        struct unit_list *list;
        struct unit_detail *detail;
        char **lines;
        bool reached;
        unsigned reports;
};

static void check(struct state *s, bool good, const char *what) {
        _cleanup_free_ char *line = s->error ? error_line(s->error) : NULL;
        printf("%s %s%s%s\n", good ? "ok" : "not ok", what, line && !good ? ": " : "", line && !good ? line : "");
        fflush(stdout);
        s->passed += good;
        s->failed += !good;
}

static double now(void) {
        return (double) usec_now(CLOCK_MONOTONIC) / 1e6;
}

static bool run(struct state *s, const bool *what, double seconds) {
        for (double until = now() + seconds; !(what && *what) && now() < until;)
                sd_event_run(s->event, 50 * 1000);
        return what && *what;
}

static void forget(struct state *s) {
        s->done = s->reached = false;
        s->error = error_free(s->error);
        s->list = unit_list_free(s->list);
        s->detail = unit_detail_free(s->detail);
        s->lines = strv_free(s->lines);
}

static void on_done(struct error *e, void *userdata) {
        struct state *s = userdata;
        s->done = true;
        s->error = e;
}

static void on_acted(char **made, struct error *e, void *userdata) {
        strv_free(made);
        on_done(e, userdata);
}

static void on_list(struct unit_list *list, struct error *e, void *userdata) {
        ((struct state *) userdata)->list = list;
        on_done(e, userdata);
}

static void on_detail(struct unit_detail *detail, struct error *e, void *userdata) {
        ((struct state *) userdata)->detail = detail;
        on_done(e, userdata);
}

static int act(struct state *s, const char *name, enum unit_action action) {
        forget(s);
        struct op *op = units_act(s->units, name, action, on_acted, s);
        bool answered = run(s, &s->done, 60);
        op_cancel(op);
        return !answered ? -ETIMEDOUT : s->error ? s->error->code : 0;
}

static const struct unit_detail *show(struct state *s, const char *name) {
        forget(s);
        struct op *op = units_show(s->units, name, on_detail, s);
        run(s, &s->done, 30);
        op_cancel(op);
        return s->detail;
}

static const struct unit *list(struct state *s, const char *pattern, const char *name) {
        forget(s);
        struct op *op = units_list(s->units, pattern, on_list, s);
        run(s, &s->done, 30);
        op_cancel(op);
        for (size_t i = 0; s->list && i < s->list->n; i++)
                if (str_equal(s->list->items[i].name, name))
                        return &s->list->items[i];
        return NULL;
}

static bool says(const struct state *s, const char *part) {
        _cleanup_free_ char *line = s->error ? error_line(s->error) : NULL;
        return line && strstr(line, part);
}

static void write_unit(const char *name, const char *text) {
        _cleanup_free_ char *path = str_printf(FOLDER "%s", name);
        FILE *f = fopen(path, "we");
        if (!f || fputs(text, f) < 0 || fclose(f) < 0) {
                perror(path);
                exit(1);
        }
}

static const struct {
        const char *name, *text;
} unit_files[] = {
        { NAME("good"), "[Service]\nExecStart=/bin/sleep infinity\nExecReload=/bin/true\n\n[Install]\nWantedBy=multi-user.target\n" },
        { NAME("bad"), "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo it goes wrong; exit 7'\n" },
        { NAME("missing"), "[Service]\nType=exec\nExecStart=/nonexistent/program\n" },
        { NAME("condition"), "[Unit]\nConditionPathExists=/nonexistent\n[Service]\nExecStart=/bin/sleep infinity\n" },
        { NAME("slow"), "[Service]\nType=oneshot\nExecStart=/bin/sleep 1\n" },
        { NAME("hangs"), "[Service]\nType=notify\nExecStart=/bin/sleep infinity\nTimeoutStartSec=1\n" },
        { NAME("talks"), "[Service]\nExecStart=/bin/sh -c 'echo one; sleep 1; echo two; echo \"<3>three\"; sleep infinity'\n" },
        { NAME("wrong"), "[Service]\nType=simple\n" },
        { "fairlead-real-a\\x2db.service", "[Service]\nExecStart=/bin/sleep infinity\n" },
};

static void reload(struct state *s) {
        forget(s);
        struct op *op = units_reload(s->units, on_done, s);
        run(s, &s->done, 60);
        op_cancel(op);
}

static void clean(struct state *s) {
        for (size_t i = 0; i < ELEMENTS(unit_files); i++) {
                act(s, unit_files[i].name, UNIT_STOP);
                act(s, unit_files[i].name, UNIT_RESET_FAILED);
                _cleanup_free_ char *path = str_printf(FOLDER "%s", unit_files[i].name);
                unlink(path);
        }
        reload(s);
}

static void check_lists(struct state *s) {
        const struct unit *u = list(s, NULL, NAME("good"));
        check(s, u && str_equal(u->file_state, "disabled") && str_equal(u->active, "inactive"), "a file that was never loaded is in the list");
        bool sorted = s->list && s->list->n > 50;
        for (size_t i = 1; s->list && i < s->list->n; i++)
                sorted &= strcmp(s->list->items[i - 1].name, s->list->items[i].name) < 0;
        check(s, sorted, "the list is sorted and names nothing twice");
        u = list(s, NULL, "systemd-journald.service");
        check(s, u && str_equal(u->active, "active") && str_equal(u->sub, "running") && str_equal(u->file_state, "static"),
              "the journal's own unit runs and is static");
        list(s, "fairlead-real-*", "");
        check(s, s->list && s->list->n == ELEMENTS(unit_files), "a pattern finds exactly what it fits");
        check(s, show(s, NAME("nowhere")) == NULL && s->error && s->error->code == -ENOENT, "no such unit");
        const struct unit_detail *d = show(s, "fairlead-real-a\\x2db.service");
        check(s, d && str_equal(d->unit.name, "fairlead-real-a\\x2db.service"), "an escaped name");
        d = show(s, NAME("wrong"));
        check(s, d && str_equal(d->unit.load, "bad-setting") && d->load_error, "a wrong unit file, and why");
}

/* ---- every unit file, beside what systemd says of it ---- */

static void make_folder_of(const char *path) {
        char part[256];
        for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
                snprintf(part, sizeof part, "%.*s", (int) (slash - path), path);
                mkdir(part, 0755);
        }
}

/* Puts the cases on this host, or takes them away. */
static void put_cases(bool there) {
        for (const struct case_link *c = case_links; c->link; c++) {
                unlink(c->link);
                make_folder_of(c->link);
                if (there && symlink(c->target, c->link) < 0)
                        perror(c->link);
        }
        for (const struct case_file *c = case_files; c->name; c++) {
                _cleanup_free_ char *path = str_printf("%s%s", c->place, c->name);
                unlink(path);
                make_folder_of(path);
                FILE *f = there ? fopen(path, "we") : NULL;
                if (there && (!f || fputs(c->text, f) < 0))
                        perror(path);
                if (f)
                        fclose(f);
        }
        if (there)
                return;
        static const char *const folders[] = { E N("drop-in.service.d"), E N("some.target.wants"), E N("some.target.requires"), R N("some.target.requires"),
                                               R "multi-user.target.wants", L N("some.target.wants") };
        for (size_t i = 0; i < ELEMENTS(folders); i++)
                rmdir(folders[i]);
}

/* Compares what ListUnitFiles answers with our own reading; *ret_n: how many there are. */
static unsigned count_differences(struct state *s, unsigned *ret_n) {
        sd_bus *bus = NULL;
        sd_bus_message *reply = NULL;
        sd_bus_error error = SD_BUS_ERROR_NULL;
        unsigned differences = 0;
        const char *path, *theirs;
        *ret_n = 0;
        list(s, NULL, "");
        if (sd_bus_open_system(&bus) < 0 ||
            sd_bus_call_method(bus, "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "ListUnitFiles",
                               &error, &reply, NULL) < 0 ||
            sd_bus_message_enter_container(reply, 'a', "(ss)") < 0)
                return 1;
        while (sd_bus_message_read(reply, "(ss)", &path, &theirs) > 0) {
                const char *name = strrchr(path, '/') + 1, *ours = NULL;
                for (size_t i = 0; s->list && i < s->list->n && !ours; i++)
                        if (str_equal(s->list->items[i].name, name))
                                ours = s->list->items[i].file_state;
                /* A template is no unit: it is not in the list. */
                if (strstr(name, "@.") || str_equal(ours, theirs))
                        continue;
                printf("# %s: systemd says %s, we say %s\n", name, theirs, ours ? ours : "nothing");
                differences++;
        }
        for (size_t i = 0; s->list && i < s->list->n; i++)
                *ret_n += s->list->items[i].file_state != NULL;
        sd_bus_error_free(&error);
        sd_bus_message_unref(reply);
        sd_bus_flush_close_unref(bus);
        return differences;
}

static void check_files(struct state *s) {
        unsigned n;
        check(s, count_differences(s, &n) == 0 && n > 100, "of each unit file of this host systemd says the same");
        put_cases(true);
        reload(s);
        check(s, count_differences(s, &n) == 0 && n > 130, "and of each that a test could think of");
        put_cases(false);
        reload(s);
}

static void check_actions(struct state *s) {
        check(s, act(s, NAME("good"), UNIT_START) == 0, "start");
        const struct unit_detail *d = show(s, NAME("good"));
        check(s, d && str_equal(d->unit.active, "active") && d->main_pid && d->since && d->invocation && d->can_reload, "what a running unit shows");
        check(s, d && str_equal(d->fragment, FOLDER NAME("good")), "its unit file");
        uint32_t pid = d ? d->main_pid : 0;
        check(s, act(s, NAME("good"), UNIT_RELOAD) == 0, "reload");
        check(s, act(s, NAME("good"), UNIT_RESTART) == 0, "restart");
        d = show(s, NAME("good"));
        check(s, d && d->main_pid && d->main_pid != pid, "another process afterwards");
        check(s, act(s, NAME("good"), UNIT_STOP) == 0, "stop");
        d = show(s, NAME("good"));
        check(s, d && str_equal(d->unit.active, "inactive"), "stopped");
        double began = now();
        check(s, act(s, NAME("slow"), UNIT_START) == 0 && now() - began > 0.9, "waits for the end of a slow start");
        check(s, act(s, NAME("good"), UNIT_ENABLE) == 0 && str_equal(list(s, NAME("good"), NAME("good"))->file_state, "enabled"), "enable");
        check(s, act(s, NAME("good"), UNIT_DISABLE) == 0 && str_equal(list(s, NAME("good"), NAME("good"))->file_state, "disabled"), "disable");
        check(s, act(s, NAME("slow"), UNIT_ENABLE) < 0 && says(s, "[Install]"), "nothing to enable, in words");
        check(s, act(s, "ssh-nowhere.service", UNIT_START) == -ENOENT, "start of no unit");
        check(s, act(s, "ssh-nowhere.service", UNIT_ENABLE) == -ENOENT, "enable of no unit");
}

/* A unit whose file stands in /etc cannot be masked there: one of the distribution's can. */
static void check_mask(struct state *s) {
        static const char name[] = "systemd-timedated.service";
        check(s, act(s, name, UNIT_MASK) == 0, "mask");
        check(s, act(s, name, UNIT_START) < 0 && s->error->hint && strstr(s->error->hint, "unmask"), "a masked unit does not start, and why");
        const struct unit *u = list(s, NULL, name);
        check(s, u && str_equal(u->file_state, "masked"), "the list says masked");
        check(s, act(s, name, UNIT_UNMASK) == 0, "unmask");
        check(s, act(s, NAME("good"), UNIT_MASK) == -EEXIST, "a file of that name prevents a mask");
}

static void check_failures(struct state *s) {
        check(s, act(s, NAME("bad"), UNIT_START) < 0 && says(s, "its main process ended with status 7"), "a failing unit's status");
        const struct unit_detail *d = show(s, NAME("bad"));
        check(s, d && str_equal(d->unit.active, "failed") && d->exit_status == 7 && str_equal(d->result, "exit-code"), "and what it shows");
        check(s, act(s, NAME("bad"), UNIT_RESET_FAILED) == 0 && (d = show(s, NAME("bad"))) && str_equal(d->unit.active, "inactive"), "reset-failed");
        check(s, act(s, NAME("missing"), UNIT_START) < 0 && says(s, "its program could not be executed"), "a program that is missing");
        check(s, act(s, NAME("condition"), UNIT_START) < 0 && says(s, "condition"), "a condition that is not met");
        check(s, act(s, NAME("hangs"), UNIT_START) < 0 && (says(s, "in time") || says(s, "longer than")), "a start that takes too long");
        check(s, act(s, NAME("wrong"), UNIT_START) < 0 && s->error->hint, "a unit file that cannot be used");
        check(s, act(s, NAME("good"), UNIT_RELOAD) < 0, "a reload of what does not run");
}

static void check_refusal(struct state *s) {
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0) {
                struct state other = {};
                if (setgid(65534) < 0 || setuid(65534) < 0 || sd_event_new(&other.event) < 0)
                        _exit(2);
                other.units = units_new(other.event, "", NULL);
                int r = act(&other, NAME("good"), UNIT_START);
                _exit(r == -EPERM && other.error->hint ? 0 : 1);
        }
        int status = -1;
        waitpid(pid, &status, 0);
        check(s, status == 0, "who is not root is refused, and learns it");
}

static void check_transient(struct state *s) {
        unlink("/run/fairlead-real.out");
        int fd = memfd_create("input", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (write(fd, "from the memfd", 14) != 14 || lseek(fd, 0, SEEK_SET) != 0)
                exit(1);
        fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
        char *const argv[] = { (char *) "/bin/sh", (char *) "-c", (char *) "cat >/run/fairlead-real.out; umask >>/run/fairlead-real.out; "
                               "echo core $(ulimit -Hc) >>/run/fairlead-real.out; sleep 2", NULL };
        const struct transient t = { NAME("job"), "A transient $unit %n", argv, fd };
        forget(s);
        struct op *op = units_start_transient(s->units, &t, on_done, s);
        close(fd);
        check(s, run(s, &s->done, 30) && !s->error, "a transient unit");
        op_cancel(op);
        forget(s);
        struct transient again = t;
        again.stdin_fd = -1;
        op = units_start_transient(s->units, &again, on_done, s);
        run(s, &s->done, 30);
        check(s, s->error && s->error->code == -EEXIST, "of the same name only once");
        op_cancel(op);
        const struct unit_detail *d = show(s, NAME("job"));
        check(s, d && str_equal(d->unit.description, "A transient $unit %n"), "its description is taken as it is");
        char text[64] = "";
        run(s, NULL, 0.5);
        int file = open("/run/fairlead-real.out", O_RDONLY | O_CLOEXEC);
        ssize_t n = file >= 0 ? read(file, text, sizeof text - 1) : -1;
        check(s, n > 0 && str_starts(text, "from the memfd"), "it got its standard input");
        check(s, n > 0 && strstr(text, "0077"), "with a tight umask");
        check(s, n > 0 && strstr(text, "core 0\n"), "and no core");
        close(file);
        unlink("/run/fairlead-real.out");
        run(s, NULL, 2);
        check(s, show(s, NAME("job")) == NULL, "nothing is left of it");
        char *const bad[] = { (char *) "/nonexistent/worker", NULL };
        const struct transient wrong = { NAME("job2"), "x", bad, -1 };
        forget(s);
        op = units_start_transient(s->units, &wrong, on_done, s);
        run(s, &s->done, 30);
        check(s, s->error, "one whose program is missing says so");
        op_cancel(op);
}

static void on_lines(struct log_line *lines, size_t n, void *userdata) {
        struct state *s = userdata;
        for (size_t i = 0; i < n; i++)
                strv_add(&s->lines, lines[i].message);
}

static void on_reached(void *userdata) {
        ((struct state *) userdata)->reached = true;
}

static struct op *read_log(struct state *s, struct log_query query) {
        forget(s);
        const struct log_reader reader = { on_lines, on_reached, on_done, s };
        struct op *op = unitlog_read(s->event, NULL, &query, &reader);
        run(s, &s->reached, 30);
        return op;
}

static void check_log(struct state *s) {
        op_cancel(read_log(s, (struct log_query) { .unit = NAME("bad"), .priority = 7 }));
        check(s, s->reached && strv_contains(s->lines, "it goes wrong"), "the log of a unit");
        bool by_systemd = false;
        for (char **line = s->lines; line && *line; line++)
                by_systemd |= strstr(*line, "Failed with result 'exit-code'") != NULL;
        check(s, by_systemd, "with what systemd says of it");
        act(s, NAME("talks"), UNIT_START);
        struct op *op = read_log(s, (struct log_query) { .unit = NAME("talks"), .priority = 7, .follow = true });
        check(s, s->reached, "following begins");
        for (int i = 0; i < 100 && !strv_contains(s->lines, "three"); i++)
                run(s, NULL, 0.1);
        check(s, strv_contains(s->lines, "one") && strv_contains(s->lines, "two") && strv_contains(s->lines, "three"), "and what comes later appears");
        op_cancel(op);
        op_cancel(read_log(s, (struct log_query) { .unit = NAME("talks"), .priority = 3 }));
        check(s, strv_length(s->lines) == 1 && str_equal(s->lines[0], "three"), "only the urgent");
        op_cancel(read_log(s, (struct log_query) { .unit = NAME("talks"), .priority = 7, .tail = 1 }));
        check(s, strv_length(s->lines) == 1, "only the newest");
}

static void on_changed(char *const *names, void *userdata) {
        struct state *s = userdata;
        s->reports += !names || strv_contains(names, NAME("good"));
}

static void check_following(struct state *s) {
        units_listen(s->units, on_changed, s);
        run(s, NULL, 0.5);
        s->reports = 0;
        act(s, NAME("good"), UNIT_START);
        run(s, NULL, 0.5);
        check(s, s->reports > 0, "a start is reported");
        s->reports = 0;
        show(s, NAME("slow"));
        show(s, NAME("good"));
        run(s, NULL, 1);
        check(s, s->reports == 0, "looking is not");
        kill((pid_t) show(s, NAME("good"))->main_pid, SIGKILL);
        run(s, NULL, 0.5);
        check(s, s->reports > 0, "a death is reported");
        units_listen(s->units, NULL, NULL);
}

int main(void) {
        struct state s = {};
        if (geteuid() != 0 || access("/run/systemd/system", F_OK) < 0) {
                fprintf(stderr, "units-real runs as root in a host of the lab: tests/lab run HOST -- …\n");
                return 2;
        }
        if (sd_event_new(&s.event) < 0)
                return 2;
        s.units = units_new(s.event, "", NULL);
        for (size_t i = 0; i < ELEMENTS(unit_files); i++)
                write_unit(unit_files[i].name, unit_files[i].text);
        reload(&s);
        check(&s, s.done && !s.error, "systemd reads its unit files again");
        check_lists(&s);
        check_files(&s);
        check_actions(&s);
        check_mask(&s);
        check_failures(&s);
        check_refusal(&s);
        check_transient(&s);
        check_log(&s);
        check_following(&s);
        clean(&s);
        forget(&s);
        units_free(s.units);
        sd_event_unref(s.event);
        printf("%u passed, %u failed\n", s.passed, s.failed);
        return s.failed > 0;
}
