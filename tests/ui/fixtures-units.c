/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/ui/fixtures.h"

/* Units, the files a job changed, and names that want to break the screen. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* ---- units ---- */

struct unit_row {
        const char *name, *description, *load, *active, *sub, *file_state, *job;
};

static struct unit_list *make_units(const struct unit_row *rows, size_t n) {
        struct unit_list *list = xcalloc(1, sizeof *list);
        list->items = xcalloc(n, sizeof *list->items);
        for (size_t i = 0; i < n; i++)
                list->items[list->n++] = (struct unit) {
                        .name = xstrdup(rows[i].name),
                        .description = xstrdup(rows[i].description),
                        .load = xstrdup(rows[i].load),
                        .active = xstrdup(rows[i].active),
                        .sub = xstrdup(rows[i].sub),
                        .file_state = xstrdup(rows[i].file_state),
                        .job = xstrdup(rows[i].job),
                };
        return list;
}

static const struct unit_row rows_full[] = {
        { "auditd.service", "Security Auditing Service", "not-found", "inactive", "dead", NULL, NULL },
        { "chrony.service", "Chrony: network time", "loaded", "failed", "failed", "enabled", NULL },
        { "cron.service", "Regular background program processing daemon", "loaded", "active", "running", "enabled", NULL },
        { "dev-disk-by\\x2dlabel-data.device", "A disk called data", "loaded", "active", "plugged", NULL, NULL },
        { "foo@.service", "", "not-loaded", "template", "template", "disabled", NULL },
        { "foo@a-b.service", "Foo for a/b", "loaded", "active", "running", "disabled", NULL },
        { "foo@a\\x2db.service", "Foo for a-b", "loaded", "active", "running", "disabled", NULL },
        { "getty@tty1.service", "Getty on tty1", "loaded", "active", "running", "enabled", NULL },
        { "logrotate.timer", "Daily rotation of log files", "loaded", "active", "waiting", "enabled", NULL },
        { "rescue.service", "Rescue Shell", "not-loaded", "inactive", "dead", "static", NULL },
        { "rsyslog.service", "Rsyslog: system logging", "loaded", "active", "running", "generated", NULL },
        { "sleep.target", "Sleep", "masked", "inactive", "dead", "masked", NULL },
        { "ssh.socket", "SSH server's socket", "loaded", "active", "listening", "enabled", NULL },
        { "sssd.service", "System Security Services Daemon", "loaded", "activating", "start-pre", "enabled", "start" },
        { "systemd-fsck@dev-disk-by\\x2duuid-0a1b.service", "File System Check on /dev/disk/by-uuid/0a1b", "loaded", "active",
          "exited", "static", NULL },
        { "tools.service", "Support tools", "masked", "inactive", "dead", "masked", NULL },
        { "wrong.service", NULL, "bad-setting", "inactive", "dead", "enabled", NULL },
};

static struct unit_list *units_full(void) {
        return make_units(rows_full, ELEMENTS(rows_full));
}

static struct unit_list *units_fine(void) {
        return make_units(rows_full + 2, 1);
}

/* A stop had to kill it, which systemd counts as a failure. */
static struct unit_list *units_stopped(void) {
        struct unit_list *list = make_units(rows_full + 1, 2);
        list->items[0].stopped = true;
        return list;
}

static struct unit_list *units_many(void) {
        static char names[300][40];
        struct unit_row rows[ELEMENTS(names)];
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                snprintf(names[i], sizeof names[i], "unit-%03zu.service", i);
                rows[i] = (struct unit_row) { names[i], "One of many", "loaded", "active", "running", "enabled", NULL };
        }
        return make_units(rows, ELEMENTS(names));
}

static struct unit_list *units_hostile(void) {
        static const struct unit_row rows[] = {
                { "a" HOSTILE_LONG ".service", HOSTILE_LONG, "loaded", "active", "running", "enabled", NULL },
                { "bidi.service", HOSTILE_BIDI, "loaded", "active", "running", "enabled", NULL },
                { "escape.service", HOSTILE_ESCAPE, "loaded", HOSTILE_ESCAPE, HOSTILE_ESCAPE, HOSTILE_ESCAPE, NULL },
                { "marks.service", HOSTILE_MARKS, "loaded", "inactive", "dead", "disabled", NULL },
                { "wide.service", HOSTILE_WIDE, "loaded", "failed", "failed", "enabled", NULL },
                { HOSTILE_WIDE ".service", "An odd cell before a wide one: x" HOSTILE_WIDE, "loaded", "active", "running", "enabled", NULL },
        };
        return make_units(rows, ELEMENTS(rows));
}

/* ---- one unit ---- */

static struct unit_detail *make_detail(const char *name) {
        struct unit_detail *d = xcalloc(1, sizeof *d);
        d->cpu_nsec = d->memory = d->tasks = d->io_read = d->io_written = UNIT_UNKNOWN;
        d->result = xstrdup("success");
        for (size_t i = 0; i < ELEMENTS(rows_full); i++)
                if (str_equal(rows_full[i].name, name)) {
                        d->unit.description = xstrdup(rows_full[i].description);
                        d->unit.load = xstrdup(rows_full[i].load);
                        d->unit.active = xstrdup(rows_full[i].active);
                        d->unit.sub = xstrdup(rows_full[i].sub);
                        d->unit.file_state = xstrdup(rows_full[i].file_state);
                }
        d->unit.name = xstrdup(name);
        d->can_start = d->can_stop = true;
        return d;
}

static struct unit_detail *unit_running(const char *name) {
        struct unit_detail *d = make_detail(name);
        d->fragment = xstrdup("/run/systemd/generator/rsyslog.service");
        d->source = xstrdup("/etc/containers/systemd/rsyslog.container");
        strv_add(&d->drop_ins, "/etc/systemd/system/rsyslog.service.d/limits.conf");
        d->main_pid = 4711;
        d->since = FIXTURE_NOW - 3 * 86400 - 100;
        d->restarts = 2;
        d->cpu_nsec = 412000000;
        d->memory = 12300000;
        d->tasks = 5;
        strv_add(&d->requires, "system.slice");
        strv_add(&d->requires, "sysinit.target");
        strv_add(&d->wants, "network-online.target");
        strv_add(&d->after, "sysinit.target");
        strv_add(&d->after, "network-online.target");
        strv_add(&d->after, "basic.target");
        strv_add(&d->required_by, "multi-user.target");
        strv_add(&d->wanted_by, "multi-user.target");
        d->can_reload = true;
        d->container = xstrdup("rsyslog");
        return d;
}

static struct unit_detail *unit_failed(const char *name) {
        struct unit_detail *d = make_detail(name);
        d->fragment = xstrdup("/etc/systemd/system/chrony.service");
        str_replace(&d->result, "exit-code");
        d->exit_code = CLD_EXITED;
        d->exit_status = 7;
        d->since = FIXTURE_NOW - 120;
        d->need_reload = true;
        return d;
}

static struct unit_detail *unit_killed(const char *name) {
        struct unit_detail *d = unit_failed(name);
        str_replace(&d->result, "signal");
        d->exit_code = CLD_KILLED;
        d->exit_status = SIGKILL;
        d->need_reload = false;
        return d;
}

static struct unit_detail *unit_stopped(const char *name) {
        struct unit_detail *d = unit_killed(name);
        d->stop_began = 1764000000ULL * 1000000;
        d->main_ended = d->stop_began + 10 * 1000000;
        d->unit.stopped = unit_was_stopped(d);
        return d;
}

static struct unit_detail *unit_why(const char *name) {
        struct unit_detail *d = unit_failed(name);
        d->exit_status = 125;
        d->why = xstrdup("Error: statfs /etc/chrony: no such file or directory");
        strv_add(&d->wanted_by, "multi-user.target");
        return d;
}

static struct unit_detail *unit_bound(const char *name) {
        struct unit_detail *d = make_detail(name);
        str_replace(&d->unit.load, "loaded");
        str_replace(&d->unit.active, "active");
        str_replace(&d->unit.sub, "running");
        str_replace(&d->unit.file_state, "static");
        strv_add(&d->required_by, "multi-user.target");
        strv_add(&d->required_by, "polkit.service");
        strv_add(&d->required_by, "systemd-logind.service");
        strv_add(&d->triggered_by, "dbus.socket");
        return d;
}

static struct unit_detail *unit_freezable(const char *name) {
        struct unit_detail *d = make_detail(name);
        d->since = FIXTURE_NOW - 7200;
        d->main_pid = 812;
        d->can_freeze = true;
        d->freezer = xstrdup("running");
        return d;
}

static struct unit_detail *unit_frozen(const char *name) {
        struct unit_detail *d = unit_freezable(name);
        str_replace(&d->freezer, "frozen");
        return d;
}

static struct unit_detail *unit_tree(const char *name) {
        struct unit_detail *d = make_detail(name);
        strv_add(&d->after, "cron.service");
        strv_add(&d->after, "rsyslog.service");
        strv_add(&d->wanted_by, "multi-user.target");
        return d;
}

static struct unit_detail *unit_is_template(const char *name) {
        struct unit_detail *d = make_detail(name);
        str_replace(&d->unit.description, "A template: an instance of it has a name behind the @");
        str_replace(&d->unit.load, "not-loaded");
        str_replace(&d->unit.active, "template");
        str_replace(&d->unit.sub, "template");
        str_replace(&d->unit.file_state, "disabled");
        return d;
}

static struct unit_detail *unit_escaped(const char *name) {
        struct unit_detail *d = make_detail(name);
        str_replace(&d->unit.description, "Foo for a-b");
        str_replace(&d->unit.load, "loaded");
        str_replace(&d->unit.active, "active");
        str_replace(&d->unit.sub, "running");
        str_replace(&d->unit.file_state, "disabled");
        return d;
}

static struct unit_detail *unit_wrong(const char *name) {
        struct unit_detail *d = make_detail(name);
        d->load_error = xstrdup("Unit wrong.service has a bad unit file setting.");
        return d;
}

static struct unit_detail *unit_hostile(const char *name) {
        struct unit_detail *d = unit_running(name);
        str_replace(&d->unit.description, HOSTILE_ESCAPE " " HOSTILE_BIDI " " HOSTILE_WIDE);
        strv_add(&d->drop_ins, "/etc/" HOSTILE_ESCAPE);
        strv_add(&d->drop_ins, "/etc/" HOSTILE_LONG);
        strv_add(&d->drop_ins, "/etc/" HOSTILE_WIDE HOSTILE_WIDE HOSTILE_WIDE HOSTILE_WIDE HOSTILE_WIDE HOSTILE_WIDE);
        str_replace(&d->container, HOSTILE_MARKS);
        return d;
}

/* ---- sockets and timers, managers of users ---- */

static struct trigger_list *triggers_full(void) {
        struct trigger_list *list = xcalloc(1, sizeof *list);
        list->items = xcalloc(2, sizeof *list->items);
        list->items[list->n++] = (struct trigger) { .name = xstrdup("logrotate.timer"), .starts = xstrdup("logrotate.service"),
                                                    .next = FIXTURE_NOW + 3 * 3600, .last = FIXTURE_NOW - 21 * 3600 };
        list->items[list->n++] = (struct trigger) { .name = xstrdup("ssh.socket"), .starts = xstrdup("ssh.service"),
                                                    .listens = xstrdup("0.0.0.0:22, [::]:22") };
        return list;
}

static char **loose_two(void) {
        return strv_split("web:localhost/web:latest cache:registry.example.test/cache", " ");
}

static struct user_manager_list *managers_two(void) {
        struct user_manager_list *list = xcalloc(1, sizeof *list);
        list->items = xcalloc(2, sizeof *list->items);
        list->items[list->n++] = (struct user_manager) { 0, xstrdup("root") };
        list->items[list->n++] = (struct user_manager) { 1000, NULL };
        return list;
}

/* ---- what is inside ---- */

static void add_file(struct unit_inside *inside, enum unit_file_role role, const char *path, const char *text) {
        room_for_one((void **) &inside->files, inside->n_files, sizeof *inside->files);
        struct unit_text *file = &inside->files[inside->n_files++];
        *file = (struct unit_text) { .role = role, .path = xstrdup(path), .text = xstrdup(text) };
        if (!text)
                error_set(&file->error, -EACCES, "%s could not be read", path);
}

static void add_process(struct unit_inside *inside, const struct process *p) {
        room_for_one((void **) &inside->processes, inside->n_processes, sizeof *inside->processes);
        inside->processes[inside->n_processes] = *p;
        inside->processes[inside->n_processes].user = xstrdup(p->user);
        inside->processes[inside->n_processes++].command = xstrdup(p->command);
}

static void add_property(struct unit_inside *inside, const char *name, const char *text, uint64_t number) {
        room_for_one((void **) &inside->properties, inside->n_properties, sizeof *inside->properties);
        struct unit_property *property = &inside->properties[inside->n_properties++];
        *property = (struct unit_property) { .row = property_find(name), .number = number };
        if (text)
                strv_add(&property->texts, text);
}

static void add_container(struct unit_inside *inside) {
        struct container_inside *c = inside->container = xcalloc(1, sizeof *c);
        c->name = xstrdup("rsyslog");
        c->image = xstrdup("localhost/rsyslog:latest");
        c->image_id = xstrdup("7aff8f1a01c37aff8f1a01c37aff8f1a01c37aff8f1a01c37aff8f1a01c3aaaa");
        c->status = xstrdup("running");
        c->health = xstrdup("healthy");
        c->network = xstrdup("bridge");
        c->path = xstrdup("/usr/sbin/rsyslogd");
        strv_add(&c->arguments, "-n");
        strv_add(&c->ports, "0.0.0.0:514 -> 514/udp");
        strv_add(&c->ports, "6514/tcp, not published");
        c->pid = 4711;
        c->started = FIXTURE_NOW - 3600;
        c->privileged = true;
        c->mounts = xcalloc(2, sizeof *c->mounts);
        c->mounts[c->n_mounts++] = (struct container_mount) { xstrdup("bind"), xstrdup("/etc/rsyslog.d"), xstrdup("/etc/rsyslog.d"), false };
        c->mounts[c->n_mounts++] = (struct container_mount) { xstrdup("bind"), xstrdup("/var/log"), xstrdup("/var/log"), true };
}

static struct unit_inside *inside_full(enum inside_part part) {
        struct unit_inside *inside = xcalloc(1, sizeof *inside);
        inside->part = part;
        if (part == INSIDE_FILES) {
                add_file(inside, ROLE_SOURCE, "/etc/containers/systemd/rsyslog.container",
                         "# by Fairlead\n[Container]\nImage=localhost/rsyslog:latest\nContainerName=rsyslog\n\n[Install]\n"
                         "WantedBy=multi-user.target\n");
                add_file(inside, ROLE_FRAGMENT, "/run/systemd/generator/rsyslog.service",
                         "[Unit]\nSourcePath=/etc/containers/systemd/rsyslog.container\n\n[Service]\nExecStart=/usr/bin/podman run "
                         "--name rsyslog --cidfile=%t/%N.cid --replace --rm --cgroups=split --sdnotify=conmon -d localhost/rsyslog:latest\n"
                         "\x1b[31mType=notify\n");
                add_file(inside, ROLE_DROP_IN, "/etc/systemd/system/rsyslog.service.d/limits.conf", NULL);
        }
        if (part == INSIDE_PROCESSES || part == INSIDE_CONTAINER) {
                add_process(inside, &(const struct process) { .pid = 4711, .user = (char *) "root", .cpu_usec = 1250000, .memory = 12300000,
                                                              .state = 'S', .command = (char *) "/usr/sbin/rsyslogd -n" });
                add_process(inside, &(const struct process) { .pid = 4712, .uid = 64055, .cpu_usec = 0, .memory = 800000, .state = 'S', .depth = 1,
                                                              .command = (char *) "relay \x1b[2J --to=logs.example.test --very-long-option=with-a-value-that-goes-on" });
                add_process(inside, &(const struct process) { .pid = 4713, .user = (char *) "root", .state = 'Z', .depth = 2, .command = (char *) "[sh]" });
        }
        if (part == INSIDE_CONTAINER)
                add_container(inside);
        if (part == INSIDE_PROPERTIES) {
                add_property(inside, "Type", "notify", 0);
                add_property(inside, "ExecStart", "/usr/bin/podman run --name rsyslog --replace --rm -d localhost/rsyslog:latest", 0);
                add_property(inside, "User", NULL, 0);
                add_property(inside, "Restart", "on-failure", 0);
                add_property(inside, "RestartUSec", NULL, 100000);
                add_property(inside, "KillSignal", NULL, SIGTERM);
                add_property(inside, "MemoryMax", NULL, 512000000);
                add_property(inside, "TasksMax", NULL, UINT64_MAX);
                add_property(inside, "NoNewPrivileges", NULL, 0);
                add_property(inside, "CapabilityBoundingSet", NULL, UINT64_MAX);
        }
        return inside;
}

static struct unit_inside *inside_empty(enum inside_part part) {
        struct unit_inside *inside = xcalloc(1, sizeof *inside);
        inside->part = part;
        return inside;
}

/* ---- changes ---- */

static void add_change(struct change_report *report, const char *path, unsigned what, mode_t before, mode_t after, uint64_t size,
                       const char *diff) {
        struct changes *changes = report->changes;
        changes->items = xreallocarray(changes->items, changes->n + 1, sizeof *changes->items);
        report->diffs = xreallocarray(report->diffs, changes->n + 1, sizeof *report->diffs);
        if (!changes->items || !report->diffs)
                abort();
        report->diffs[changes->n] = xstrdup(diff);
        struct change *change = &changes->items[changes->n++];
        *change = (struct change) { .path = xstrdup(path), .what = what };
        if (!(what & CHANGE_ADDED))
                change->before = (struct entry) { .path = xstrdup(path), .mode = before, .size = size };
        if (!(what & CHANGE_REMOVED))
                change->after = (struct entry) { .path = xstrdup(path), .mode = after, .size = size };
}

static struct change_report *make_report(void) {
        struct change_report *report = xcalloc(1, sizeof *report);
        report->changes = xcalloc(1, sizeof *report->changes);
        report->job = xstrdup("20261121-101500-0000beef");
        return report;
}

static struct change_report *changes_full(const char *of) {
        struct change_report *report = make_report();
        add_change(report, "/etc/containers/systemd/rsyslog.container", CHANGE_ADDED, 0, S_IFREG | 0644, 412,
                   "--- /dev/null\n+++ b/etc/containers/systemd/rsyslog.container\n@@ -0,0 +1,3 @@\n+[Container]\n"
                   "+Image=localhost/rsyslog:latest\n+ContainerName=rsyslog\n");
        add_change(report, "/etc/nsswitch.conf", CHANGE_CONTENT, S_IFREG | 0644, S_IFREG | 0644, 510,
                   "--- a/etc/nsswitch.conf\n+++ b/etc/nsswitch.conf\n@@ -7,3 +7,3 @@\n # /etc/nsswitch.conf\n-passwd: files\n"
                   "+passwd: files sss\n group: files\n");
        add_change(report, "/etc/pam.d/common-session", CHANGE_CONTENT | CHANGE_MODE, S_IFREG | 0644, S_IFREG | 0600, 1600, NULL);
        add_change(report, "/etc/rsyslog.conf", CHANGE_REMOVED, S_IFREG | 0644, 0, 88, NULL);
        add_change(report, "/etc/rsyslog.d", CHANGE_ADDED, 0, S_IFDIR | 0755, 0, NULL);
        add_change(report, "/etc/systemd/system/syslog.service", CHANGE_ADDED, 0, S_IFLNK | 0777, 0, NULL);
        str_replace(&report->changes->items[report->changes->n - 1].after.target, "/run/systemd/generator/rsyslog.service");
        return report;
}

static struct change_report *changes_many(const char *of) {
        struct change_report *report = make_report();
        for (unsigned i = 0; i < 150; i++) {
                char path[64];
                snprintf(path, sizeof path, "/etc/rsyslog.d/rule-%03u.conf", i);
                add_change(report, path, CHANGE_ADDED, 0, S_IFREG | 0644, i, NULL);
        }
        return report;
}

static struct change_report *changes_hostile(const char *of) {
        struct change_report *report = make_report();
        add_change(report, "/etc/" HOSTILE_BIDI, CHANGE_CONTENT, S_IFREG | 0644, S_IFREG | 0644, 5,
                   "@@ -1,2 +1,2 @@\n-" HOSTILE_ESCAPE "\n+" HOSTILE_BIDI "\n " HOSTILE_LONG "\n " HOSTILE_WIDE "\n");
        add_change(report, "/etc/" HOSTILE_ESCAPE, CHANGE_ADDED, 0, S_IFREG | 0644, 5, NULL);
        add_change(report, "/etc/" HOSTILE_LONG, CHANGE_ADDED, 0, S_IFREG | 0644, 5, NULL);
        add_change(report, "/etc/" HOSTILE_WIDE HOSTILE_WIDE HOSTILE_WIDE HOSTILE_WIDE, CHANGE_ADDED, 0, S_IFREG | 0644, 5, NULL);
        return report;
}

static struct change_report *changes_none(const char *of) {
        return make_report();
}

bool fixture_use_unit(struct fake_host *fake, const char *what, const char *which) {
        if (str_equal(what, "boots"))
                return fixture_boots(fake, which);
        static const struct fixture_row rows[] = {
                { "units", "none", offsetof(struct fake_host, units), NULL },
                { "units", "full", offsetof(struct fake_host, units), (void *) units_full },
                { "units", "fine", offsetof(struct fake_host, units), (void *) units_fine },
                { "units", "stopped", offsetof(struct fake_host, units), (void *) units_stopped },
                { "units", "many", offsetof(struct fake_host, units), (void *) units_many },
                { "units", "hostile", offsetof(struct fake_host, units), (void *) units_hostile },
                { "unit", "running", offsetof(struct fake_host, unit), (void *) unit_running },
                { "unit", "plain", offsetof(struct fake_host, unit), (void *) make_detail },
                { "unit", "failed", offsetof(struct fake_host, unit), (void *) unit_failed },
                { "unit", "killed", offsetof(struct fake_host, unit), (void *) unit_killed },
                { "unit", "stopped", offsetof(struct fake_host, unit), (void *) unit_stopped },
                { "unit", "why", offsetof(struct fake_host, unit), (void *) unit_why },
                { "unit", "bound", offsetof(struct fake_host, unit), (void *) unit_bound },
                { "unit", "freezable", offsetof(struct fake_host, unit), (void *) unit_freezable },
                { "unit", "frozen", offsetof(struct fake_host, unit), (void *) unit_frozen },
                { "unit", "tree", offsetof(struct fake_host, unit), (void *) unit_tree },
                { "unit", "template", offsetof(struct fake_host, unit), (void *) unit_is_template },
                { "unit", "escaped", offsetof(struct fake_host, unit), (void *) unit_escaped },
                { "unit", "wrong", offsetof(struct fake_host, unit), (void *) unit_wrong },
                { "unit", "hostile", offsetof(struct fake_host, unit), (void *) unit_hostile },
                { "triggers", "full", offsetof(struct fake_host, triggers), (void *) triggers_full },
                { "loose", "two", offsetof(struct fake_host, loose), (void *) loose_two },
                { "managers", "two", offsetof(struct fake_host, managers), (void *) managers_two },
                { "inside", "full", offsetof(struct fake_host, inside), (void *) inside_full },
                { "inside", "empty", offsetof(struct fake_host, inside), (void *) inside_empty },
                { "changes", "none", offsetof(struct fake_host, changes), (void *) changes_none },
                { "changes", "full", offsetof(struct fake_host, changes), (void *) changes_full },
                { "changes", "many", offsetof(struct fake_host, changes), (void *) changes_many },
                { "changes", "hostile", offsetof(struct fake_host, changes), (void *) changes_hostile },
        };
        return fixture_pick(fake, rows, ELEMENTS(rows), what, which);
}
