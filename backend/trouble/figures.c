/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host in figures: /proc/loadavg, stat, meminfo, uptime, os-release(5), and the address from which the
 * host would speak to the world. */

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "backend/io/paths.h"
#include "backend/trouble/trouble.h"
#include "base/clock.h"
#include "base/text.h"

#define FIGURES_SLOW_USEC (10LL * 1000 * 1000)
#define FIGURES_TICKS_MIN 20U /* of each processor: 0.2 s at the usual 100 a second */

/* PRETTY_NAME="…" of os-release(5): shell quoting without expansions. */
static char *figures_os(const char *root) {
        static const char *const files[] = { "/etc/os-release", "/usr/lib/os-release" };
        size_t n;
        for (size_t i = 0; i < ELEMENTS(files); i++) {
                _cleanup_free_ char *text = paths_read(root, files[i], &n);
                _cleanup_strv_ char **lines = text ? strv_split(text, "\n") : NULL;
                for (char **line = lines; line && *line; line++) {
                        const char *value = str_starts(*line, "PRETTY_NAME=");
                        size_t quote = value && (*value == '"' || *value == '\'');
                        if (!value)
                                continue;
                        _cleanup_free_ char *bare = xstrndup(value + quote, strcspn(value + quote, "\"'"));
                        return text_cleaned(bare);
                }
        }
        return NULL;
}

/* connect(2) of a datagram socket sends nothing: it only chooses a route, and with it our address. The
 * targets are for documentation (RFC 5737, RFC 3849), so only a default route leads to them. */
static char *figures_address(void) {
        struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(9) };
        struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
        char text[INET6_ADDRSTRLEN];
        inet_pton(AF_INET, "192.0.2.1", &v4.sin_addr);
        inet_pton(AF_INET6, "2001:db8::1", &v6.sin6_addr);
        for (int six = 0; six < 2; six++) {
                struct sockaddr *to = six ? (struct sockaddr *) &v6 : (struct sockaddr *) &v4;
                socklen_t length = six ? sizeof v6 : sizeof v4;
                _cleanup_close_ int fd = socket(to->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
                if (fd < 0 || connect(fd, to, length) < 0 || getsockname(fd, to, &length) < 0)
                        continue;
                const void *at = six ? (const void *) &v6.sin6_addr : (const void *) &v4.sin_addr;
                if (inet_ntop(to->sa_family, at, text, sizeof text))
                        return xstrdup(text);
        }
        return NULL;
}

static void figures_read_slow(const char *root, struct figures *f) {
        _cleanup_(mounts_done) struct mounts mounts = {};
        struct statvfs var;
        _cleanup_free_ char *path = str_printf("%s/var", root);
        mounts_read(root, &mounts);
        f->shown.var_used = -1;
        if (mounts_local(&mounts, "/var") && statvfs(path, &var) == 0 && var.f_blocks)
                f->shown.var_used = (int) ((var.f_blocks - var.f_bfree) * 100 /
                                           (var.f_blocks - var.f_bfree + var.f_bavail));
        if (!f->os)
                f->os = figures_os(root);
        free(f->address);
        f->address = figures_address();
}

static void figures_read_cpu(const char *root, struct figures *f) {
        size_t n;
        _cleanup_free_ char *text = paths_read(root, "/proc/stat", &n);
        unsigned long long t[8] = {};
        if (!text || sscanf(text, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0], &t[1], &t[2], &t[3],
                            &t[4], &t[5], &t[6], &t[7]) < 4)
                return;
        uint64_t total = 0, busy;
        for (size_t i = 0; i < ELEMENTS(t); i++)
                total += t[i];
        busy = total - t[3] - t[4];
        /* a few ticks are of whoever asks, and say nothing of the host */
        if (f->total && total >= f->total && total - f->total < f->shown.cpus * FIGURES_TICKS_MIN)
                return;
        bool known = f->total && total > f->total && busy >= f->busy;
        if (known || !f->total)
                f->shown.cpu = known ? (int) ((busy - f->busy) * 100 / (total - f->total)) : -1;
        f->busy = busy;
        f->total = total;
}

static uint64_t figures_meminfo(const char *text, const char *name) {
        const char *at = text ? strstr(text, name) : NULL;
        return at ? strtoull(at + strlen(name), NULL, 10) * 1024 : 0;
}

void figures_read(const char *root, struct figures *f) {
        struct host_figures *shown = &f->shown;
        size_t n;
        int64_t now = usec_now(CLOCK_MONOTONIC);
        if (!f->slow || now - f->slow > FIGURES_SLOW_USEC) {
                figures_read_slow(root, f);
                f->slow = now;
        }
        _cleanup_free_ char *load = paths_read(root, "/proc/loadavg", &n),
                            *uptime = paths_read(root, "/proc/uptime", &n),
                            *memory = paths_read(root, "/proc/meminfo", &n);
        unsigned whole = 0, hundredths = 0;
        if (load && sscanf(load, "%u.%2u", &whole, &hundredths) == 2)
                shown->load = whole * 100 + hundredths;
        shown->uptime = uptime ? (int64_t) strtoll(uptime, NULL, 10) : 0;
        shown->booted = uptime ? usec_now(CLOCK_REALTIME) / 1000000 - shown->uptime : 0;
        uint64_t available = figures_meminfo(memory, "MemAvailable:");
        shown->memory_total = figures_meminfo(memory, "MemTotal:");
        shown->memory = shown->memory_total > available ? shown->memory_total - available : 0;
        long cpus = sysconf(_SC_NPROCESSORS_ONLN);
        shown->cpus = cpus > 0 ? (unsigned) cpus : 1;
        figures_read_cpu(root, f);
        shown->os = f->os;
        shown->address = f->address;
}

void figures_done(struct figures *f) {
        FREE_ALL(f->os, f->address);
}
