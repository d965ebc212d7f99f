/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/service/inside.h"

void process_done(struct process *p) {
        FREE_ALL(p->user, p->command);
        *p = (struct process){};
}

struct container_inside *container_inside_free(struct container_inside *c) {
        if (!c)
                return NULL;
        for (size_t i = 0; i < c->n_mounts; i++)
                FREE_ALL(c->mounts[i].type, c->mounts[i].source, c->mounts[i].target);
        STRV_FREE_ALL(c->arguments, c->ports);
        FREE_ALL(c->name, c->image, c->image_id, c->status, c->health, c->network, c->path, c->mounts, c);
        return NULL;
}

struct unit_inside *unit_inside_free(struct unit_inside *inside) {
        if (!inside)
                return NULL;
        for (size_t i = 0; i < inside->n_files; i++) {
                FREE_ALL(inside->files[i].path, inside->files[i].text);
                error_free(inside->files[i].error);
        }
        for (size_t i = 0; i < inside->n_processes; i++)
                process_done(&inside->processes[i]);
        for (size_t i = 0; i < inside->n_properties; i++)
                strv_free(inside->properties[i].texts);
        container_inside_free(inside->container);
        FREE_ALL(inside->files, inside->processes, inside->properties, inside);
        return NULL;
}

/* ---- processes ---- */

static int process_compare(const void *a, const void *b) {
        uint32_t x = ((const struct process *) a)->pid, y = ((const struct process *) b)->pid;
        return x < y ? -1 : x > y;
}

static size_t process_find(const struct process *items, size_t n, uint32_t pid) {
        const struct process key = { .pid = pid };
        const struct process *found = bsearch(&key, items, n, sizeof *items, process_compare);
        return found ? (size_t) (found - items) : n;
}

/* Each is put behind its ancestors of the list; a circle, which /proc can show while PIDs are used again,
 * ends at a process that is placed already. */
static size_t process_place(const struct process *items, size_t n, size_t at, unsigned depth, bool *placed,
                            struct process *out, size_t done) {
        placed[at] = true;
        out[done] = items[at];
        out[done++].depth = depth;
        for (size_t i = 0; i < n && depth < 64; i++)
                if (!placed[i] && items[i].parent == items[at].pid)
                        done = process_place(items, n, i, depth + 1, placed, out, done);
        return done;
}

void process_arrange(struct process *items, size_t n) {
        if (n < 2)
                return;
        qsort(items, n, sizeof *items, process_compare);
        struct process *out = xcalloc(n, sizeof *out);
        _cleanup_free_ bool *placed = xcalloc(n, sizeof *placed);
        size_t done = 0;
        for (size_t i = 0; i < n; i++)
                if (!placed[i] && process_find(items, n, items[i].parent) == n)
                        done = process_place(items, n, i, 0, placed, out, done);
        for (size_t i = 0; i < n; i++)
                if (!placed[i])
                        done = process_place(items, n, i, 0, placed, out, done);
        memcpy(items, out, n * sizeof *items);
        free(out);
}

char *process_command(const char *bytes, size_t n) {
        while (n && !bytes[n - 1])
                n--;
        if (!n)
                return NULL;
        char *command = xstrndup("", 0);
        command = xreallocarray(command, n + 1, 1);
        for (size_t i = 0; i < n; i++)
                command[i] = bytes[i] ? bytes[i] : ' ';
        command[n] = '\0';
        return command;
}

/* "PID (name) S PPID …": the name may hold anything, also ")". */
bool process_read_stat(const char *text, long ticks, long page, struct process *ret) {
        const char *open = strchr(text, '('), *end = strrchr(text, ')');
        unsigned pid, parent;
        unsigned long long user, system;
        long long pages;
        char state;
        if (!open || !end || end < open || ticks <= 0 || sscanf(text, "%u", &pid) != 1 ||
            sscanf(end + 1,
                   " %c %u %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %*d %*d %*u %*u "
                   "%lld",
                   &state, &parent, &user, &system, &pages) != 5)
                return false;
        ret->pid = pid;
        ret->parent = parent;
        ret->state = state;
        ret->cpu_usec = (user + system) * (1000000ULL / (unsigned long long) ticks);
        ret->memory = pages > 0 ? (uint64_t) pages * (uint64_t) page : 0;
        free(ret->command);
        ret->command = str_printf("[%.*s]", (int) (end - open - 1), open + 1);
        return true;
}
