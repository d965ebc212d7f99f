/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel counts: pressure (Documentation/accounting/psi.rst), and of each service's cgroup OOM kills
 * and throttled periods (Documentation/admin-guide/cgroup-v2.rst). */

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "backend/io/paths.h"
#include "backend/trouble/trouble.h"
#include "base/readfile.h"
#include "base/text.h"

#define CGROUPS_MAX 2000U
#define CGROUPS_DEPTH 6U
#define CGROUP_FILE_MAX 4096U
#define PERIODS_MIN 100U /* 10 s of work at the usual 100 ms; fewer say nothing */

/* ---- pressure ---- */

static const struct {
        const char *file;
        enum trouble_limit limit;
        const char *what;
} kernel_pressures[] = {
        { "cpu", LIMIT_PRESSURE_CPU, "a processor" },
        { "memory", LIMIT_PRESSURE_MEMORY, "memory" },
        { "io", LIMIT_PRESSURE_IO, "the disks" },
};

/* "some avg10=0.00 avg60=1.53 avg300=…"; -1: no such line. */
static int kernel_pressure(const char *text) {
        const char *some = text ? strstr(text, "some ") : NULL, *at = some ? strstr(some, "avg60=") : NULL;
        unsigned percent;
        return at && sscanf(at, "avg60=%3u", &percent) == 1 ? (int) percent : -1;
}

void trouble_look_at_pressure(const char *root, const struct trouble_limits *limits,
                              struct trouble_list *list) {
        size_t n;
        for (size_t i = 0; i < ELEMENTS(kernel_pressures); i++) {
                _cleanup_free_ char *path = str_printf("/proc/pressure/%s", kernel_pressures[i].file),
                                    *text = paths_read(root, path, &n);
                int percent = kernel_pressure(text);
                if (percent < 0) {
                        trouble_silent(list, TROUBLE_PRESSURE, "The kernel has no figures in %s", path);
                        continue;
                }
                if (percent < (int) limits->value[kernel_pressures[i].limit])
                        continue;
                trouble_add(list, TROUBLE_PRESSURE, kernel_pressures[i].file, PLACE_TEXT, NULL,
                            "Tasks waited for %s %d %% of the last minute", kernel_pressures[i].what,
                            percent);
        }
}

/* ---- cgroups ---- */

/* "name 17" in a flat keyed file; 0: no such line. */
static uint64_t kernel_count(int folder, const char *file, const char *const names[static 2],
                             uint64_t *second) {
        _cleanup_close_ int fd = openat(folder, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        _cleanup_free_ char *text = NULL;
        uint64_t found[2] = {};
        if (fd < 0 || readfile_fd(fd, file, CGROUP_FILE_MAX, &text, NULL, NULL) < 0)
                return 0;
        _cleanup_strv_ char **lines = strv_split(text, "\n");
        for (char **line = lines; *line; line++)
                for (size_t i = 0; i < 2; i++) {
                        const char *value = names[i] ? str_starts(*line, names[i]) : NULL;
                        if (value && *value == ' ')
                                found[i] = strtoull(value, NULL, 10);
                }
        if (second)
                *second = found[1];
        return found[0];
}

struct kernel_walk {
        const struct trouble_limits *limits;
        struct trouble_list *list;
        unsigned seen;
};

static void kernel_judge(struct kernel_walk *w, int folder, const char *unit) {
        uint64_t periods = 0,
                 throttled = kernel_count(folder, "cpu.stat",
                                          (const char *const[2]){ "nr_throttled", "nr_periods" }, &periods),
                 kills = kernel_count(folder, "memory.events", (const char *const[2]){ "oom_kill", NULL },
                                      NULL);
        if (kills)
                trouble_add(w->list, TROUBLE_OOM_KILL, unit, PLACE_LOG, unit,
                            plural(kills,
                                   "The kernel killed %llu process of %s since its start: memory ran out",
                                   "The kernel killed %llu processes of %s since its start: memory ran out"),
                            (unsigned long long) kills, unit);
        if (periods < PERIODS_MIN || throttled > periods ||
            throttled * 100 < periods * w->limits->value[LIMIT_THROTTLED])
                return;
        trouble_add(w->list, TROUBLE_THROTTLED, unit, PLACE_UNIT, unit,
                    "%s used up its limit of processor time in %llu %% of its periods", unit,
                    (unsigned long long) (throttled * 100 / periods));
}

static void kernel_walk(struct kernel_walk *w, int folder, unsigned depth) {
        int own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *d = own < 0 ? NULL : fdopendir(own);
        for (struct dirent *item; d && w->seen < CGROUPS_MAX && (item = readdir(d));) {
                if (item->d_type != DT_DIR || item->d_name[0] == '.')
                        continue;
                _cleanup_close_ int below =
                        openat(own, item->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
                w->seen++;
                /* the counts of a service include those of the cgroups below it */
                if (below >= 0 && str_ends(item->d_name, ".service"))
                        kernel_judge(w, below, item->d_name);
                else if (below >= 0 && str_ends(item->d_name, ".slice") && depth < CGROUPS_DEPTH)
                        kernel_walk(w, below, depth + 1);
        }
        if (d)
                closedir(d);
}

void trouble_look_at_cgroups(const char *root, const struct trouble_limits *limits,
                             struct trouble_list *list) {
        _cleanup_free_ char *path = str_printf("%s/sys/fs/cgroup", root);
        _cleanup_close_ int top = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct kernel_walk w = { .limits = limits, .list = list };
        if (top < 0 || faccessat(top, "cgroup.controllers", F_OK, 0) < 0) {
                trouble_silent(list, TROUBLE_THROTTLED, "/sys/fs/cgroup is not of version 2");
                return;
        }
        kernel_walk(&w, top, 0);
}
