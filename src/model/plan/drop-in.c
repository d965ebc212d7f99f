/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/plan/drop-in.h"

#include <stdlib.h>

#include "base/ini.h"
#include "base/nearest.h"
#include "base/text.h"
#include "model/plan/unit-text.h"

#define PROCESSES ".service .socket .mount .swap"
#define CGROUPS ".service .socket .mount .swap .slice .scope"
#define VALUE_MAX 1024U
#define TEXT_MAX (64U * 1024)
#define QUOTE_CELLS 400U

const struct drop_in_setting drop_in_settings[] = {
        { "Restart", "Service",
          "When it is started again by itself: no, on-failure, always, on-abnormal, ...", ".service" },
        { "RestartSec", "Service", "The pause before that: 5s, 1min", ".service" },
        { "MemoryMax", "@", "The memory that it may use at most: 512M, 2G, 20%, infinity", CGROUPS },
        { "CPUQuota", "@", "Its share of one processor at most: 50%, 200%", CGROUPS },
        { "TasksMax", "@", "Its processes and threads at most: 100, 20%, infinity", CGROUPS },
        { "Environment", "@", "Variables of its programs: A=1 \"B=two words\"", PROCESSES, true },
        { "After", "Unit", "Units that are started before it, where both are: network-online.target", NULL,
          true },
        { "Before", "Unit", "Units that are started behind it, where both are", NULL, true },
        { "RequiresMountsFor", "Unit", "Folders whose mounts it waits for: /srv/data", NULL, true },
        {}
};

bool quadlet_name_valid(const char *name) {
        static const char *const suffixes[] = { "container", "volume", "network", "kube",
                                                "pod",       "image",  "build" };
        const char *dot = name ? strrchr(name, '.') : NULL;
        bool known = false;
        for (size_t i = 0; dot && i < ELEMENTS(suffixes); i++)
                known = known || str_equal(dot + 1, suffixes[i]);
        _cleanup_free_ char *unit = known ? str_printf("%.*s.service", (int) (dot - name), name) : NULL;
        return unit && unit_name_valid(unit);
}

char *drop_in_path(const char *unit) {
        return str_printf("%s%s.d/" DROP_IN_NAME,
                          quadlet_name_valid(unit) ? DROP_IN_QUADLETS : DROP_IN_FOLDER, unit);
}

bool drop_in_path_valid(const char *path) {
        const char *quadlet = path ? str_starts(path, DROP_IN_QUADLETS) : NULL;
        const char *unit = quadlet ? quadlet : path ? str_starts(path, DROP_IN_FOLDER) : NULL;
        const char *end = unit ? str_ends(unit, ".d/" DROP_IN_NAME) : NULL;
        _cleanup_free_ char *name = end ? xstrndup(unit, (size_t) (end - unit)) : NULL;
        return name && (quadlet ? quadlet_name_valid(name) : unit_name_valid(name));
}

/* ".service" also of a Quadlet, which becomes one; NULL: no suffix. */
static const char *drop_in_suffix(const char *unit) {
        return quadlet_name_valid(unit) ? ".service" : strrchr(unit, '.');
}

/* "Service" for the resources of a service, "Mount" for those of a mount. The caller frees. */
static char *drop_in_section(const struct drop_in_setting *setting, const char *unit) {
        const char *dot = drop_in_suffix(unit);
        if (!str_equal(setting->section, "@") || !dot || !dot[1])
                return xstrdup(setting->section);
        return str_printf("%c%s", dot[1] - 'a' + 'A', dot + 2);
}

bool drop_in_has(const char *unit, const struct drop_in_setting *setting) {
        const char *suffix = drop_in_suffix(unit);
        return !setting->types || (suffix && strstr(setting->types, suffix));
}

char *drop_in_value(const char *unit, const struct drop_in_setting *setting, const char *text) {
        _cleanup_free_ char *section = drop_in_section(setting, unit);
        return ini_value(text, section, setting->name);
}

static const struct drop_in_setting *drop_in_find(const char *unit, const char *name, struct error **reterr) {
        struct nearest near = { .word = name };
        for (const struct drop_in_setting *s = drop_in_settings; s->name; s++) {
                if (str_equal(s->name, name) && drop_in_has(unit, s))
                        return s;
                if (str_equal(s->name, name)) {
                        error_set(reterr, -EINVAL, "%s has no %s=", unit, name);
                        return NULL;
                }
                nearest_offer(&near, s->name);
        }
        _cleanup_free_ char *question = nearest_question(&near);
        error_set(reterr, -EINVAL, "%s is not one of the settings that fairlead edits%s", name, question);
        error_hint(reterr,
                   "Restart, RestartSec, MemoryMax, CPUQuota, TasksMax, Environment, After, Before, "
                   "RequiresMountsFor; for all others: systemctl edit %s",
                   unit);
        return NULL;
}

static int drop_in_set(const char *unit, const char *pair, char **text, struct error **reterr) {
        const char *equals = strchr(pair, '=');
        if (!equals)
                return error_set(reterr, -EINVAL, "\"%s\" is no setting: it wants NAME=VALUE", pair);
        _cleanup_free_ char *name = xstrndup(pair, (size_t) (equals - pair));
        const struct drop_in_setting *setting = drop_in_find(unit, name, reterr);
        size_t n = strlen(equals + 1);
        if (!setting)
                return -EINVAL;
        if (n > VALUE_MAX || str_has_controls(equals + 1) || !text_is_utf8(equals + 1, n) ||
            str_ends(equals, "\\"))
                return error_set(reterr, -EINVAL, "The value of %s is not one line of text", name);
        _cleanup_free_ char *section = drop_in_section(setting, unit);
        char *new = ini_set(*text, section, name, n ? equals + 1 : NULL);
        /* as units are written */
        _cleanup_free_ char *wide = str_printf("\n%s = ", name);
        char *line = strstr(new, wide);
        if (line) {
                char *value = line + strlen(wide), *to = line + 1 + strlen(name);
                *to++ = '=';
                memmove(to, value, strlen(value) + 1);
        }
        free(*text);
        *text = new;
        return 0;
}

static void drop_in_count(const struct ini_line *line, void *userdata) {
        size_t *n = userdata;
        *n += line->key || line->wrong;
}

int drop_in_change(const char *unit, const char *text, char *const *settings, char **ret,
                   struct error **reterr) {
        _cleanup_free_ char *now =
                str_empty(text)
                        ? str_printf("# Written by fairlead edit %s, which takes it away again, too.\n", unit)
                        : xstrdup(text);
        size_t lines = 0;
        for (; settings && *settings; settings++) {
                int r = drop_in_set(unit, *settings, &now, reterr);
                if (r < 0)
                        return r;
        }
        ini_each(now, drop_in_count, &lines);
        *ret = lines ? TAKE(now) : xstrdup("");
        return 0;
}

int drop_in_take(const char *typed, char **ret, struct error **reterr) {
        size_t n = strlen(typed), lines = 0;
        if (n > TEXT_MAX || !text_is_utf8(typed, n) || strchr(typed, '\r'))
                return error_set(reterr, -EINVAL, "The text is not lines of UTF-8 of %u KiB at most",
                                 TEXT_MAX / 1024);
        ini_each(typed, drop_in_count, &lines);
        *ret = !lines ? xstrdup("") : str_printf("%s%s", typed, typed[n - 1] == '\n' ? "" : "\n");
        return 0;
}

/* Line `number` of the text, from 1, without blanks around it; "" behind its end. */
static char *drop_in_line(const char *text, unsigned long number) {
        const char *line = number ? text : "";
        while (number-- > 1 && *line) {
                line += strcspn(line, "\n");
                line += *line == '\n';
        }
        line += strspn(line, " \t");
        return xstrndup(line, strcspn(line, "\n"));
}

/* Whether the text has such a line. */
static bool drop_in_says(const char *text, const char *line) {
        _cleanup_strv_ char **lines = strv_split(text, "\n");
        for (char **own = lines; own && *own; own++)
                if (str_equal(*own + strspn(*own, " \t"), line))
                        return true;
        return false;
}

bool drop_in_complaints_made(const char *unit, const char *output, const char *file, const char *made,
                             const char *text, struct error **reterr) {
        _cleanup_strv_ char **lines = strv_split(output ? output : "", "\n");
        _cleanup_free_ char *mark = str_printf("/%s:", file);
        struct error **last = reterr;
        for (char **line = lines; line && *line; line++) {
                char *at = strstr(*line, mark), *end;
                if (!at)
                        continue;
                at += strlen(mark);
                at[strcspn(at, "\r")] = '\0';
                unsigned long number = strtoul(at, &end, 10);
                _cleanup_free_ char *about = drop_in_line(made, number);
                _cleanup_str_ struct str clean = {};
                if (made != text && (!*about || !drop_in_says(text, about)))
                        continue;
                const char *words = number && *end == ':' ? end + 1 + strspn(end + 1, " ") : at;
                text_clean(&clean, words, strlen(words), QUOTE_CELLS, TEXT_UTF8, false);
                if (last == reterr)
                        error_set(last, -EINVAL, "systemd refuses these settings of %s", unit);
                last = &(*last)->cause;
                error_set(last, -EINVAL, *about ? "%s: %s" : "%s%s", about, clean.text);
        }
        return last != reterr;
}

bool drop_in_complaints(const char *unit, const char *output, const char *text, struct error **reterr) {
        return drop_in_complaints_made(unit, output, DROP_IN_NAME, text, text, reterr);
}
