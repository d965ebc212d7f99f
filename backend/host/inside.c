/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is inside a unit: its files are read here, what systemd and the engine know is asked for, and /proc
 * has the rest about processes. */

#include "backend/host/internal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/io/turn.h"
#include "base/readfile.h"

#define INSIDE_FILE_MAX (256U * 1024)
#define INSIDE_FILES_MAX 64U
#define INSIDE_SCAN_MAX 65536U

struct looking_inside {
        struct op op; /* inner */
        struct backend *backend;
        struct units *units;
        char *name;
        bool user;
        enum inside_part part;
        struct unit_detail *unit;
        struct unit_inside *inside;
        struct error *error;
        inside_done_t done;
        void *userdata;
};

static void looking_inside_drop(struct op *op) {
        struct looking_inside *l = container_of(op, struct looking_inside, op);
        unit_detail_free(l->unit);
        unit_inside_free(l->inside);
        error_free(l->error);
        free(l->name);
}

static void looking_inside_end(struct looking_inside *l) {
        struct error *e = TAKE(l->error);
        struct unit_inside *inside = e ? NULL : TAKE(l->inside);
        op_end(&l->op);
        l->done(inside, e, l->userdata);
}

/* ---- files ---- */

/* A pipe or a device in its place must not hold the loop. */
static void inside_add_file(struct looking_inside *l, enum unit_file_role role, const char *path) {
        struct unit_inside *inside = l->inside;
        if (str_empty(path) || inside->n_files >= INSIDE_FILES_MAX)
                return;
        room_for_one((void **) &inside->files, inside->n_files, sizeof *inside->files);
        struct unit_text *file = &inside->files[inside->n_files++];
        *file = (struct unit_text){ .role = role, .path = xstrdup(path) };
        _cleanup_free_ char *whole = str_printf("%s%s", l->backend->paths.root, path);
        struct stat st;
        int fd = open(whole, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0)
                error_errno(&file->error, -errno, "%s could not be read", path);
        else if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
                error_set(&file->error, -EINVAL, "%s is no regular file", path);
        else
                readfile_fd(fd, path, INSIDE_FILE_MAX, &file->text, NULL, &file->error);
        if (fd >= 0)
                close(fd);
}

static void inside_read_files(struct looking_inside *l) {
        const struct unit_detail *d = l->unit;
        inside_add_file(l, ROLE_SOURCE, d->source);
        if (!str_equal(d->fragment, d->source))
                inside_add_file(l, ROLE_FRAGMENT, d->fragment);
        for (char **path = d->drop_ins; path && *path; path++)
                inside_add_file(l, ROLE_DROP_IN, *path);
}

/* ---- processes ---- */

static bool inside_read_process(struct process *p) {
        char path[64];
        struct stat st;
        snprintf(path, sizeof path, "/proc/%u", p->pid);
        if (stat(path, &st) < 0)
                return false;
        p->uid = st.st_uid;
        _cleanup_free_ char *command = NULL, *text = NULL, *line = NULL;
        size_t n = 0;
        snprintf(path, sizeof path, "/proc/%u/stat", p->pid);
        if (readfile(path, 4096, &text, NULL, NULL) < 0 ||
            !process_read_stat(text, sysconf(_SC_CLK_TCK), sysconf(_SC_PAGESIZE), p))
                return false;
        snprintf(path, sizeof path, "/proc/%u/cmdline", p->pid);
        if (readfile(path, 64 * 1024, &line, &n, NULL) >= 0)
                command = process_command(line, n);
        if (command) {
                free(p->command);
                p->command = TAKE(command);
        }
        return true;
}

/* Names of users of this host's own file: a lookup of others may wait for the network. */
static void inside_name_users(const struct looking_inside *l) {
        _cleanup_free_ char *path = str_printf("%s/etc/passwd", l->backend->paths.root), *text = NULL;
        if (readfile(path, 1024 * 1024, &text, NULL, NULL) < 0)
                return;
        _cleanup_strv_ char **lines = strv_split(text, "\n");
        for (char **line = lines; line && *line; line++) {
                const char *colon = strchr(*line, ':'), *second = colon ? strchr(colon + 1, ':') : NULL;
                unsigned uid;
                if (!second || sscanf(second + 1, "%u", &uid) != 1)
                        continue;
                for (size_t i = 0; i < l->inside->n_processes; i++) {
                        struct process *p = &l->inside->processes[i];
                        if (p->uid == uid && !p->user)
                                p->user = xstrndup(*line, (size_t) (colon - *line));
                }
        }
}

/* A process that has ended since is left out. */
static void inside_read_processes(struct looking_inside *l) {
        struct unit_inside *inside = l->inside;
        size_t kept = 0;
        for (size_t i = 0; i < inside->n_processes; i++) {
                struct process *p = &inside->processes[i];
                if (inside_read_process(p))
                        inside->processes[kept++] = *p;
                else
                        process_done(p);
        }
        inside->n_processes = kept;
        inside_name_users(l);
        process_arrange(inside->processes, kept);
}

/* The descendants of the container's process: it may have a cgroup of its own, or none. */
static void inside_scan_below(struct looking_inside *l, uint32_t root) {
        struct unit_inside *inside = l->inside;
        _cleanup_strv_ char **names = folder_names(AT_FDCWD, "/proc", "");
        struct process *all = NULL;
        size_t n = 0;
        for (char **name = names; name && *name && n < INSIDE_SCAN_MAX; name++) {
                long long pid;
                if (str_to_int(*name, 1, UINT32_MAX, &pid) < 0)
                        continue;
                room_for_one((void **) &all, n, sizeof *all);
                all[n] = (struct process){ .pid = (uint32_t) pid };
                if (inside_read_process(&all[n]))
                        n++;
                else
                        process_done(&all[n]);
        }
        process_arrange(all, n);
        size_t at = 0, kept = 0;
        while (at < n && all[at].pid != root)
                process_done(&all[at++]);
        unsigned depth = at < n ? all[at].depth : 0;
        for (size_t i = at; i < n; i++)
                if (i == at || (all[i].depth > depth && kept == i - at))
                        kept++;
        inside->processes = kept ? xcalloc(kept, sizeof *all) : NULL;
        for (size_t i = at; i < n; i++)
                if (i - at < kept) {
                        inside->processes[inside->n_processes] = all[i];
                        inside->processes[inside->n_processes++].depth -= depth;
                } else
                        process_done(&all[i]);
        free(all);
        inside_name_users(l);
}

/* ---- answers ---- */

static void inside_on_units(struct unit_inside *inside, struct error *e, void *userdata) {
        struct looking_inside *l = userdata;
        op_wait(&l->op, NULL);
        l->error = e;
        if (inside) {
                unit_inside_free(l->inside);
                l->inside = inside;
                inside_read_processes(l);
        }
        looking_inside_end(l);
}

static void inside_on_container(struct container_inside *container, struct error *e, void *userdata) {
        struct looking_inside *l = userdata;
        op_wait(&l->op, NULL);
        l->error = e;
        l->inside->container = container;
        if (container && container->pid)
                inside_scan_below(l, container->pid);
        looking_inside_end(l);
}

/* Podman notes the unit that called it: a Quadlet of somebody's own. */
static void inside_on_containers(struct container_list *containers, struct error *e, void *userdata) {
        struct looking_inside *l = userdata;
        const char *name = NULL;
        for (size_t i = 0; containers && i < containers->n; i++)
                if (str_equal(containers->items[i].unit, l->unit->unit.name))
                        name = containers->items[i].name;
        op_wait(&l->op, NULL);
        l->error = e;
        if (name)
                op_wait(&l->op, engine_look_inside(l->backend->engine, name, inside_on_container, l));
        container_list_free(containers);
        if (!name)
                looking_inside_end(l);
}

static void inside_on_shown(struct unit_detail *unit, struct error *e, void *userdata) {
        struct looking_inside *l = userdata;
        op_wait(&l->op, NULL);
        l->unit = unit;
        l->error = e;
        if (unit && l->part == INSIDE_CONTAINER && !str_empty(unit->container)) {
                op_wait(&l->op,
                        engine_look_inside(l->backend->engine, unit->container, inside_on_container, l));
                return;
        }
        if (unit && l->part == INSIDE_CONTAINER) {
                op_wait(&l->op, engine_list_containers(l->backend->engine, inside_on_containers, l));
                return;
        }
        if (unit && l->part == INSIDE_FILES)
                inside_read_files(l);
        looking_inside_end(l);
}

struct op *backend_look_inside(struct host *host, const char *address, enum inside_part part,
                               inside_done_t done, void *userdata) {
        struct looking_inside *l = new0(struct looking_inside);
        const char *name;
        *l = (struct looking_inside){ .op.drop = looking_inside_drop,
                                      .backend = backend_of(host),
                                      .part = part,
                                      .inside = new0(struct unit_inside),
                                      .done = done,
                                      .userdata = userdata };
        l->inside->part = part;
        l->units = backend_units(l->backend, address, &name);
        l->name = xstrdup(name);
        if (part == INSIDE_PROCESSES || part == INSIDE_PROPERTIES)
                return op_wait(&l->op, units_inside(l->units, name, part, inside_on_units, l));
        return op_wait(&l->op, host_show_unit(host, address, inside_on_shown, l));
}
