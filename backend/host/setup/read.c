/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's own settings as they are, and who can log in to it: small files, so that nothing waits. */
#include "backend/appliance/appliance.h"
#include "backend/format/seed/pages.h"
#include "backend/host/internal.h"
#include "base/clock.h"
#include "config.h"

#include <sys/stat.h>

#define USERS_MAX 8U /* named; of more it does not matter */

/* The first line of a small file; the caller frees. NULL: none. */
static char *read_first_line(const struct backend *b, const char *path) {
        _cleanup_free_ char *text = paths_read(b->paths.root, path, NULL);
        size_t n = text ? strcspn(text, "\r\n") : 0;
        return n ? xstrndup(text, n) : NULL;
}

/* ---- the time ---- */

static char *read_zone(const struct backend *b) {
        char target[256];
        _cleanup_free_ char *link = str_printf("%s" SETUP_ZONE_LINK, b->paths.root);
        ssize_t n = readlink(link, target, sizeof target - 1);
        if (n <= 0)
                return NULL;
        target[n] = '\0';
        const char *zone = strstr(target, "zoneinfo/");
        return zone && setup_zone_valid(zone + 9) ? xstrdup(zone + 9) : NULL;
}

static int read_compare(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Country, place and name of each, behind tabs; it has no UTC. */
static char **read_zones(const struct backend *b) {
        _cleanup_free_ char *text = paths_read(b->paths.root, SETUP_ZONES "zone.tab", NULL);
        _cleanup_strv_ char **lines = strv_split(text ? text : "", "\n");
        char **zones = NULL;
        for (char **line = lines; line && *line; line++) {
                _cleanup_strv_ char **fields = **line == '#' ? NULL : strv_split(*line, "\t");
                if (strv_length(fields) >= 3 && setup_zone_valid(fields[2]))
                        strv_add(&zones, fields[2]);
        }
        if (zones) {
                strv_add(&zones, "UTC");
                qsort(zones, strv_length(zones), sizeof *zones, read_compare);
        }
        return zones;
}

/* The one that runs, else the first that is installed. systemd keeps a link for each unit that runs. */
static void read_time_service(const struct backend *b, struct setup *ret) {
        static const char *const units[] = { "systemd-timesyncd.service", "chrony.service",
                                             "chronyd.service", "ntpsec.service", "ntpd.service",
                                             "openntpd.service" };
        static const char *const folders[] = { "/usr/lib/systemd/system", "/lib/systemd/system",
                                               "/etc/systemd/system" };
        for (size_t i = 0; i < ELEMENTS(units); i++) {
                _cleanup_free_ char *run = str_printf("%s/run/systemd/units/invocation:%s", b->paths.root,
                                                      units[i]);
                char invocation[64];
                bool runs = readlink(run, invocation, sizeof invocation) > 0, there = runs;
                for (size_t k = 0; k < ELEMENTS(folders); k++) {
                        _cleanup_free_ char *file = str_printf("%s/%s", folders[k], units[i]);
                        there |= paths_access(b->paths.root, file, F_OK);
                }
                if (runs || (there && !ret->time_unit))
                        str_replace(&ret->time_unit, units[i]);
                ret->time_runs |= runs;
                if (runs)
                        break;
        }
        ret->time_synced = paths_access(b->paths.root, "/run/systemd/timesync/synchronized", F_OK);
}

/* No file of the program, and nothing that systemd was built with, can be from the future: then the clock
 * began anew, as without a battery. */
static void read_clock(const struct backend *b, struct setup *ret) {
        static const char *const files[] = { PROGRAM_PATH, "/usr/lib/clock-epoch" };
        int64_t now = usec_now(CLOCK_REALTIME) / 1000000;
        for (size_t i = 0; i < ELEMENTS(files) && !ret->clock_fault; i++) {
                _cleanup_free_ char *path = str_printf("%s%s", b->paths.root, files[i]);
                struct stat st;
                if (stat(path, &st) >= 0 && st.st_mtime > now)
                        ret->clock_fault = setup_clock_fault(now, st.st_mtime);
        }
}

/* ---- who can log in ---- */

/* A field of a line of passwd(5) or shadow(5), up to the next colon. */
static char *read_field(const char *line, unsigned number) {
        size_t end = strcspn(line, "\n");
        const char *at = line;
        for (; number; number--) {
                const char *colon = memchr(at, ':', end - (size_t) (at - line));
                if (!colon)
                        return xstrdup("");
                at = colon + 1;
        }
        size_t n = strcspn(at, ":\n");
        return xstrndup(at, n);
}

static bool read_is_shell(const char *shell) {
        const char *name = strrchr(shell, '/');
        return name && !STR_IN_SET(name, "/nologin", "/false", "/sync", "/shutdown", "/halt");
}

static enum setup_password read_password(const char *shadow, const char *user) {
        for (const char *line = shadow; line && *line;) {
                _cleanup_free_ char *name = read_field(line, 0);
                if (str_equal(name, user)) {
                        _cleanup_free_ char *hash = read_field(line, 1);
                        return setup_password_of(hash);
                }
                line = strchr(line, '\n');
                line = line ? line + 1 : NULL;
        }
        return PASSWORD_NONE;
}

static size_t read_keys(const struct backend *b, const char *home) {
        _cleanup_free_ char *path = str_printf("%s/.ssh/" SETUP_KEYS_NAME, home);
        _cleanup_free_ char *text = *home == '/' ? paths_read(b->paths.root, path, NULL) : NULL;
        return text ? setup_count_keys(text) : 0;
}

static char **read_key_lines(const struct backend *b) {
        _cleanup_free_ char *text = paths_read(b->paths.root, SETUP_KEYS_FILE, NULL);
        _cleanup_strv_ char **lines = strv_split(text ? text : "", "\r\n");
        char **keys = NULL;
        for (char **line = lines; line && *line; line++)
                if (setup_count_keys(*line))
                        strv_add(&keys, *line);
        return keys;
}

static void read_users(const struct backend *b, struct setup *ret) {
        _cleanup_free_ char *passwd = paths_read(b->paths.root, "/etc/passwd", NULL),
                            *shadow = paths_read(b->paths.root, SETUP_SHADOW_FILE, NULL);
        ret->root_password = read_password(shadow, "root");
        for (const char *line = passwd; line && *line && strv_length(ret->users) < USERS_MAX;) {
                _cleanup_free_ char *name = read_field(line, 0), *home = read_field(line, 5),
                                    *shell = read_field(line, 6);
                bool enters = read_password(shadow, name) == PASSWORD_SET || (ret->ssh && read_keys(b, home));
                if (*name && !str_equal(name, "root") && read_is_shell(shell) && enters)
                        strv_add(&ret->users, name);
                line = strchr(line, '\n');
                line = line ? line + 1 : NULL;
        }
}

/* ---- how it is reached ---- */

static void read_network_tool(const struct backend *b, struct setup *ret) {
        static const char *const tools[] = { "/usr/bin/nmtui", "/usr/bin/networkctl", "/bin/networkctl" };
        for (size_t i = 0; i < ELEMENTS(tools) && !ret->network_tool; i++)
                if (paths_access(b->paths.root, tools[i], X_OK))
                        ret->network_tool = xstrdup(tools[i]);
}

void backend_read_setup(struct host *host, struct setup *ret) {
        struct backend *b = backend_of(host);
        const struct host_realm realm = b->host.ops->status(host)->realm;
        char name[256] = "";
        /* A job may have named the host, and the questions of a join begin with its name. */
        if (gethostname(name, sizeof name - 1) == 0 && !str_equal(name, b->facts.hostname)) {
                facts_done(&b->facts);
                facts_read(b->paths.root, &b->facts);
        }
        *ret = (struct setup) {
                .host_name = read_first_line(b, SETUP_HOST_NAME_FILE),
                .zone = read_zone(b),
                .zones = read_zones(b),
                .realm = xstrdup(realm.name),
                .root_keys = read_keys(b, "/root"),
                .root_key_lines = read_key_lines(b),
                .ssh = paths_access(b->paths.root, "/usr/sbin/sshd", F_OK),
        };
        read_time_service(b, ret);
        read_clock(b, ret);
        backend_read_language(b, ret);
        read_users(b, ret);
        ret->addresses = appliance_addresses();
        ret->host_keys = appliance_host_keys(b->paths.root);
        read_network_tool(b, ret);
}

void backend_read_pages(struct host *host, struct page_list *ret) {
        pages_read(&backend_of(host)->paths, ret);
}
