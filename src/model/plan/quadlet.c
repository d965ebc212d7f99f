/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The options of `podman run` that Quadlet has keys for. Sources: podman-systemd.unit(5) of 4.4 to 5.7, the
 * generator of 5.4.2. */

#include <fnmatch.h>
#include <stdio.h>

#include "model/command/mount.h"
#include "model/plan/internal.h"

/* How the generator reads a value. */
enum quadlet_form {
        FORM_ONE,       /* the rest of the line, without its outer blanks and quotes; the last line counts */
        FORM_SWITCH,    /* likewise, true or false */
        FORM_EACH,      /* the rest of the line; each counts */
        FORM_WORDS,     /* words as in a command line; each counts */
        FORM_PAIRS,     /* such words, each NAME=VALUE; of a name the last counts */
};

struct quadlet_row {
        const char *option;     /* canonical */
        const char *pattern;    /* fnmatch(3) of the values that the key means; NULL: any */
        const char *key;
        unsigned since;         /* Podman 5.4 is 504 */
        enum quadlet_form form;
        const char *value;      /* constant; NULL: the option's own, without the pattern's text before "*" */
        bool ordered;           /* the order of its uses matters */
        bool (*fits)(const char *value); /* further limits of the generator; NULL: none */
};

/* The generator also writes the path into RequiresMountsFor=, without quotes; it resolves names that end in
 * .volume, and paths that begin with a dot. */
static bool fits_volume(const char *value) {
        _cleanup_free_ char *host = xstrndup(value, strcspn(value, ":"));
        return unit_plain_word(value) && *host && !strchr(".-", *host) && !str_ends(host, ".volume");
}

/* The generator of 5.4 wants a type, and dies of a volume without a name, with all the host's Quadlets. */
static bool fits_mount(const char *value) {
        if (!str_starts(value, "type=") || !unit_plain_word(value))
                return false;
        struct mount_reading m = mount_read_mount(value, ENGINE_PODMAN);
        bool fits = m.shape == MOUNT_SHAPE_HOST || m.shape == MOUNT_SHAPE_OTHER ||
                    (m.shape == MOUNT_SHAPE_VOLUME && !str_ends(m.mount.host, ".volume"));
        fits = fits && fnmatch("type=@(bind|volume|tmpfs|devpts|ramfs)*", value, FNM_EXTMATCH) == 0;
        mount_reading_done(&m);
        return fits;
}

/* mynet.network and x.container are names of other Quadlets. */
static bool fits_network(const char *value) {
        _cleanup_free_ char *name = xstrndup(value, strcspn(value, ":"));
        return unit_plain_word(value) && !str_ends(name, ".network") && !str_ends(name, ".container");
}

/* A relative one would be looked for beside the Quadlet, and "-" means that the file may be missing. */
static bool fits_path(const char *value) {
        return value[0] == '/' && unit_plain_word(value);
}

static bool fits_number(const char *value) {
        return strspn(value, "0123456789") == strlen(value);
}

/* Anything else makes the generator refuse the file. */
static bool fits_port(const char *value) {
        return fnmatch("+([0-9])?(-+([0-9]))?(/tcp|/udp)", value, FNM_EXTMATCH) == 0;
}

static bool fits_plain(const char *value) {
        return value[0] != '-' && unit_plain_word(value);
}

/* The generator of 5.4 unquotes the words of these keys, but leaves their backslashes in. */
static bool fits_unescaped(const char *value) {
        return !strpbrk(value, "\"\\");
}

static bool fits_tmpfs(const char *value) {
        const char *colon = strchr(value, ':');
        return fits_plain(value) && !(colon && strchr(colon + 1, ':'));
}

/* 1000, or 1000:100: the second half becomes a key of its own. */
static bool fits_user(const char *value) {
        const char *colon = strchr(value, ':');
        return fits_plain(value) && colon != value && !(colon && (!colon[1] || strchr(colon + 1, ':')));
}

static const struct quadlet_row quadlet_rows[] = {
        { "--add-host", NULL, "AddHost", 503, FORM_EACH, .ordered = true, .fits = fits_plain },
        { "--annotation", "?*=*", "Annotation", 404, FORM_PAIRS },
        { "--cap-add", NULL, "AddCapability", 404, FORM_EACH, .fits = fits_plain },
        { "--cap-drop", NULL, "DropCapability", 404, FORM_EACH, .fits = fits_plain },
        { "--cgroups", NULL, "CgroupsMode", 503, FORM_ONE, .fits = fits_plain },
        { "--device", NULL, "AddDevice", 404, FORM_EACH, .fits = fits_plain },
        { "--dns", NULL, "DNS", 407, FORM_EACH, .ordered = true, .fits = fits_plain },
        { "--dns-option", NULL, "DNSOption", 407, FORM_EACH, .ordered = true, .fits = fits_plain },
        { "--dns-search", NULL, "DNSSearch", 407, FORM_EACH, .ordered = true, .fits = fits_plain },
        { "--entrypoint", NULL, "Entrypoint", 500, FORM_ONE },
        { "--env", "?*=*", "Environment", 404, FORM_PAIRS },
        { "--env-file", NULL, "EnvironmentFile", 404, FORM_WORDS, .ordered = true, .fits = fits_path },
        { "--env-host", NULL, "EnvironmentHost", 404, FORM_SWITCH },
        { "--expose", NULL, "ExposeHostPort", 404, FORM_EACH, .fits = fits_port },
        { "--gidmap", NULL, "GIDMap", 408, FORM_EACH, .ordered = true, .fits = fits_plain },
        { "--group-add", NULL, "GroupAdd", 501, FORM_EACH, .fits = fits_plain },
        { "--health-cmd", NULL, "HealthCmd", 405, FORM_ONE },
        { "--health-interval", NULL, "HealthInterval", 405, FORM_ONE },
        { "--health-log-destination", NULL, "HealthLogDestination", 503, FORM_ONE },
        { "--health-max-log-count", NULL, "HealthMaxLogCount", 503, FORM_ONE },
        { "--health-max-log-size", NULL, "HealthMaxLogSize", 503, FORM_ONE },
        { "--health-on-failure", NULL, "HealthOnFailure", 405, FORM_ONE },
        { "--health-retries", NULL, "HealthRetries", 405, FORM_ONE },
        { "--health-start-period", NULL, "HealthStartPeriod", 405, FORM_ONE },
        { "--health-startup-cmd", NULL, "HealthStartupCmd", 405, FORM_ONE },
        { "--health-startup-interval", NULL, "HealthStartupInterval", 405, FORM_ONE },
        { "--health-startup-retries", NULL, "HealthStartupRetries", 405, FORM_ONE },
        { "--health-startup-success", NULL, "HealthStartupSuccess", 405, FORM_ONE },
        { "--health-startup-timeout", NULL, "HealthStartupTimeout", 405, FORM_ONE },
        { "--health-timeout", NULL, "HealthTimeout", 405, FORM_ONE },
        { "--hostname", NULL, "HostName", 406, FORM_ONE },
        { "--http-proxy", NULL, "HttpProxy", 507, FORM_SWITCH },
        { "--init", NULL, "RunInit", 404, FORM_SWITCH },
        { "--ip", NULL, "IP", 405, FORM_ONE },
        { "--ip6", NULL, "IP6", 405, FORM_ONE },
        { "--label", "io.containers.autoupdate=?*", "AutoUpdate", 406, FORM_ONE },
        { "--label", "?*=*", "Label", 404, FORM_PAIRS },
        { "--log-driver", NULL, "LogDriver", 405, FORM_ONE },
        { "--log-opt", NULL, "LogOpt", 502, FORM_WORDS, .fits = fits_unescaped },
        { "--memory", NULL, "Memory", 505, FORM_ONE },
        { "--mount", NULL, "Mount", 405, FORM_WORDS, .fits = fits_mount },
        { "--network", NULL, "Network", 404, FORM_EACH, .ordered = true, .fits = fits_network },
        { "--network-alias", NULL, "NetworkAlias", 502, FORM_EACH, .fits = fits_plain },
        { "--pids-limit", NULL, "PidsLimit", 407, FORM_ONE },
        { "--publish", NULL, "PublishPort", 404, FORM_EACH, .fits = fits_plain },
        { "--pull", NULL, "Pull", 406, FORM_ONE },
        { "--read-only", NULL, "ReadOnly", 404, FORM_SWITCH },
        { "--read-only-tmpfs", NULL, "ReadOnlyTmpfs", 408, FORM_SWITCH },
        { "--retry", NULL, "Retry", 505, FORM_ONE },
        { "--retry-delay", NULL, "RetryDelay", 505, FORM_ONE },
        { "--sdnotify", "container", "Notify", 404, FORM_ONE, .value = "true" },
        { "--sdnotify", "healthy", "Notify", 500, FORM_ONE },
        { "--secret", NULL, "Secret", 405, FORM_WORDS },
        { "--security-opt", "label=disable", "SecurityLabelDisable", 404, FORM_ONE, .value = "true" },
        { "--security-opt", "label=nested", "SecurityLabelNested", 406, FORM_ONE, .value = "true" },
        { "--security-opt", "label=type:?*", "SecurityLabelType", 404, FORM_ONE },
        { "--security-opt", "label=filetype:?*", "SecurityLabelFileType", 404, FORM_ONE },
        { "--security-opt", "label=level:?*", "SecurityLabelLevel", 404, FORM_ONE },
        { "--security-opt", "no-new-privileges?([:=]true)", "NoNewPrivileges", 404, FORM_ONE,
          .value = "true" },
        { "--security-opt", "seccomp=?*", "SeccompProfile", 404, FORM_ONE },
        { "--security-opt", "mask=?*", "Mask", 406, FORM_WORDS },
        { "--security-opt", "unmask=?*", "Unmask", 406, FORM_WORDS },
        { "--shm-size", NULL, "ShmSize", 407, FORM_ONE },
        { "--stop-signal", NULL, "StopSignal", 502, FORM_ONE },
        { "--stop-timeout", NULL, "StopTimeout", 500, FORM_ONE, .fits = fits_number },
        { "--subgidname", NULL, "SubGIDMap", 408, FORM_ONE },
        { "--subuidname", NULL, "SubUIDMap", 408, FORM_ONE },
        { "--sysctl", NULL, "Sysctl", 406, FORM_WORDS, .fits = fits_unescaped },
        { "--tmpfs", NULL, "Tmpfs", 405, FORM_EACH, .fits = fits_tmpfs },
        { "--tz", NULL, "Timezone", 404, FORM_ONE },
        { "--uidmap", NULL, "UIDMap", 408, FORM_EACH, .ordered = true, .fits = fits_plain },
        { "--ulimit", NULL, "Ulimit", 407, FORM_EACH, .fits = fits_plain },
        { "--user", NULL, "User", 404, FORM_ONE, .fits = fits_user },
        { "--userns", NULL, "UserNS", 405, FORM_ONE },
        { "--volume", NULL, "Volume", 404, FORM_EACH, .fits = fits_volume },
        { "--workdir", NULL, "WorkingDir", 406, FORM_ONE },
};

/* ---- one option ---- */

/* The generator trims such a line, and takes a backslash at its end for a continuation. */
static bool fits_line(const char *value) {
        size_t n = strlen(value);
        for (const char *c = value; *c; c++)
                if (*c < 0x20 || *c > 0x7e)
                        return false;
        return !strchr(" \"", value[0]) && !strchr(" \"\\", value[n - 1]);
}

static bool is_line(enum quadlet_form form) {
        return form == FORM_ONE || form == FORM_SWITCH || form == FORM_EACH;
}

static bool is_single(enum quadlet_form form) {
        return form == FORM_ONE || form == FORM_SWITCH;
}

/* A flag's value as the generator reads it; NULL: neither. */
static const char *switch_value(const char *value) {
        if (!value || STR_IN_SET(value, "true", "True", "TRUE", "t", "T", "1"))
                return "true";
        return STR_IN_SET(value, "false", "False", "FALSE", "f", "F", "0") ? "false" : NULL;
}

/* The row that means this use of the option, or NULL. */
static const struct quadlet_row *quadlet_row_of(const char *canonical, const char *value, unsigned version) {
        for (size_t i = 0; i < ELEMENTS(quadlet_rows); i++) {
                const struct quadlet_row *row = quadlet_rows + i;
                if (!str_equal(row->option, canonical) || row->since > version)
                        continue;
                if (row->form == FORM_SWITCH)
                        return switch_value(value) ? row : NULL;
                if (str_empty(value) || str_equal(value, ";") ||
                    (row->pattern && fnmatch(row->pattern, value, FNM_EXTMATCH) != 0))
                        continue;
                if ((is_line(row->form) && !fits_line(value)) || (row->fits && !row->fits(value)))
                        return NULL;
                return row;
        }
        return NULL;
}

static bool same_name(const char *a, const char *b) {
        size_t n = strcspn(a, "=");
        return n == strcspn(b, "=") && strncmp(a, b, n) == 0;
}

/* Whether another use of the option keeps this one out of its key: PodmanArgs= comes behind all keys. */
static bool has_rival(const struct command *run, size_t i, const struct quadlet_row *row, const char *value,
                      char *const *environment, unsigned version) {
        for (size_t k = 0; k < run->n_options; k++) {
                const struct option_use *other = run->options + k;
                if (k == i || !str_equal(other->canonical, row->option))
                        continue;
                const char *text = unit_option_value(other, environment);
                const struct quadlet_row *theirs = quadlet_row_of(other->canonical, text, version);
                if ((row->ordered && !theirs) || (is_single(row->form) && theirs == row) ||
                    (row->form == FORM_PAIRS && text && same_name(value, text)))
                        return true;
        }
        return false;
}

/* Takes value. */
static void add_key(struct unit_words *w, const char *key, char *value, bool line) {
        room_for_one((void **) &w->keys, w->n_keys, sizeof *w->keys);
        w->keys[w->n_keys++] = (struct unit_key) { key, value, line };
}

static void add_user(struct unit_words *w, const char *value) {
        const char *colon = strchr(value, ':');
        add_key(w, "User", xstrndup(value, strcspn(value, ":")), true);
        if (colon)
                add_key(w, "Group", xstrdup(colon + 1), true);
}

void quadlet_add_option(const struct command *run, size_t i, char *const *environment, unsigned version,
                        struct unit_words *w) {
        const struct option_use *o = run->options + i;
        const char *value = unit_option_value(o, environment);
        const struct quadlet_row *row = quadlet_row_of(o->canonical, value, version);
        if (!row || has_rival(run, i, row, value, environment, version)) {
                add_key(w, "PodmanArgs", option_text(o, value), false);
                return;
        }
        if (str_equal(row->key, "User")) {
                add_user(w, value);
                return;
        }
        size_t cut = row->pattern ? strcspn(row->pattern, "?*") : 0;
        if (row->form == FORM_SWITCH)
                value = switch_value(value);
        else if (row->value)
                value = row->value;
        else if (row->pattern && row->pattern[cut])
                value += cut;
        add_key(w, row->key, xstrdup(value), is_line(row->form));
}

void quadlet_add_cgroups(unsigned version, struct unit_words *w) {
        if (version >= 503)
                add_key(w, "CgroupsMode", xstrdup("enabled"), true);
        else
                add_key(w, "PodmanArgs", xstrdup("--cgroups=enabled"), false);
}

/* ---- the file as a whole ---- */

/* "5.4.2" is 504; 0: unknown. */
static unsigned version_number(const char *text) {
        unsigned major, minor;
        return text && sscanf(text, "%u.%u", &major, &minor) == 2 && major < 100 && minor < 100
                       ? major * 100 + minor
                       : 0;
}

bool engine_has_quadlet(const char *podman_version) {
        return version_number(podman_version) >= QUADLET_FIRST;
}

unsigned quadlet_version(const char *text) {
        unsigned version = version_number(text);
        return version ? version : QUADLET_FIRST;
}

/* Podman's generator damages two things (both tried with 5.4.2): its splitter takes an empty word for the end
 * of the line and loses the words after it; and a lone ";" is written without quotes, where systemd reads it
 * as the end of one command and the beginning of another, on the host. Before 4.8 there was no GlobalArgs=. A
 * .service holds all three. */
bool quadlet_can_hold(const struct unit_words *w, unsigned version) {
        char *const *const lists[] = { w->global, w->arguments };
        for (size_t i = 0; i < ELEMENTS(lists); i++)
                for (char *const *word = lists[i]; word && *word; word++)
                        if (!**word || str_equal(*word, ";"))
                                return false;
        return !w->global || version >= 408;
}
