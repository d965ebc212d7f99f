/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/service/unit.h"

#include <ctype.h>
#include <signal.h>

struct unit unit_of_texts(const char *const texts[static 5]) {
        struct unit u = { .one_piece = true };
        char **members[] = { &u.name, &u.description, &u.load, &u.active, &u.sub };
        size_t lengths[ELEMENTS(members)], all = 0;
        for (size_t i = 0; i < ELEMENTS(members); i++)
                all += lengths[i] = strlen(texts[i]) + 1;
        char *at = xreallocarray(NULL, all, 1);
        for (size_t i = 0; i < ELEMENTS(members); at += lengths[i++])
                *members[i] = memcpy(at, texts[i], lengths[i]);
        return u;
}

void unit_done(struct unit *u) {
        if (!u->one_piece)
                FREE_ALL(u->description, u->load, u->active, u->sub);
        FREE_ALL(u->name, u->file_state, u->job);
        *u = (struct unit) {};
}

struct unit_list *unit_list_free(struct unit_list *list) {
        if (!list)
                return NULL;
        for (size_t i = 0; i < list->n; i++)
                unit_done(&list->items[i]);
        FREE_ALL(list->items, list);
        return NULL;
}

struct unit_detail *unit_detail_free(struct unit_detail *d) {
        if (!d)
                return NULL;
        unit_done(&d->unit);
        FREE_ALL(d->fragment, d->source, d->result, d->load_error, d->container, d->invocation,
                 d->why, d->cgroup, d->freezer);
        STRV_FREE_ALL(d->drop_ins, d->requires, d->wants, d->after, d->required_by, d->wanted_by,
                      d->triggered_by, d->requisite, d->binds_to, d->part_of, d->upholds, d->conflicts,
                      d->before, d->triggers, d->requisite_of, d->bound_by, d->consists_of, d->upheld_by,
                      d->stops, d->starts);
        free(d);
        return NULL;
}

static const char *const unit_action_names[] = {
        [UNIT_START] = "start",     [UNIT_STOP] = "stop",       [UNIT_RESTART] = "restart",
        [UNIT_RELOAD] = "reload",   [UNIT_ENABLE] = "enable",   [UNIT_DISABLE] = "disable",
        [UNIT_MASK] = "mask",       [UNIT_UNMASK] = "unmask",   [UNIT_RESET_FAILED] = "reset-failed",
        [UNIT_KILL] = "kill",       [UNIT_FREEZE] = "freeze",   [UNIT_THAW] = "thaw",
};
DEFINE_NAMES(unit_action, enum unit_action)

const char *unit_action_done(enum unit_action action) {
        static const char *const done[_UNIT_ACTION_MAX] = {
                [UNIT_START] = "started",   [UNIT_STOP] = "stopped",    [UNIT_RESTART] = "restarted",
                [UNIT_RELOAD] = "reloaded", [UNIT_ENABLE] = "enabled",  [UNIT_DISABLE] = "disabled",
                [UNIT_MASK] = "masked",     [UNIT_UNMASK] = "unmasked", [UNIT_RESET_FAILED] = "reset",
                [UNIT_KILL] = "sent the signal", [UNIT_FREEZE] = "frozen", [UNIT_THAW] = "thawed",
        };
        return (size_t) action < ELEMENTS(done) ? done[action] : "?";
}

bool unit_has_processes(const char *name) {
        return str_ends(name, ".service") || str_ends(name, ".scope");
}

bool unit_is_frozen(const struct unit_detail *d) {
        return STR_IN_SET(d->freezer, "frozen", "freezing", "frozen-by-parent", "freezing-by-parent");
}

bool unit_was_stopped(const struct unit_detail *d) {
        int status = d->exit_code == CLD_EXITED ? d->exit_status - 128 : d->exit_status;
        return str_equal(d->unit.active, "failed") &&
               STR_IN_SET(d->result, "exit-code", "signal", "timeout") && d->stop_began &&
               d->main_ended >= d->stop_began && (status == SIGKILL || status == SIGTERM);
}

char *unit_killed_text(const struct unit_detail *d) {
        int status = d->exit_code == CLD_EXITED ? d->exit_status - 128 : d->exit_status;
        if (!unit_was_stopped(d) || status != SIGKILL)
                return NULL;
        return str_printf("killed after %llu s, since it did not end when it was asked to",
                          (unsigned long long) (d->main_ended - d->stop_began) / 1000000);
}

const char *unit_state_text(const struct unit *u) {
        return u->stopped ? "stopped" : u->active ? u->active : "-";
}

const char *unit_sub_text(const struct unit *u) {
        return u->stopped ? "systemd: failed" : u->sub ? u->sub : "-";
}

bool unit_has_failed(const struct unit *u) {
        return str_equal(u->active, "failed") && !u->stopped;
}

/* systemd writes a "-" for the "/" of a path; the name alone does not show which of the two a "-" was, so it
 * stays. An escaped NUL would end the string early and make two different names look the same: it stays
 * escaped. Either case of the digits counts (unit_name_unescape). */
char *unit_name_plain(const char *name) {
        _cleanup_str_ struct str out = {};
        for (const char *p = name ? name : ""; *p; p++) {
                unsigned c;
                if (p[0] == '\\' && p[1] == 'x' && isxdigit((unsigned char) p[2]) &&
                    isxdigit((unsigned char) p[3]) && sscanf(p + 2, "%2x", &c) == 1 && c) {
                        str_add_char(&out, (char) c);
                        p += 3;
                } else
                        str_add_char(&out, *p);
        }
        return str_take(&out);
}

#define NAME_BYTES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@"

static const char *const suffixes[] = { ".service", ".socket", ".target", ".device", ".mount", ".automount",
                                        ".swap", ".timer", ".path", ".slice", ".scope" };

static bool has_suffix(const char *name) {
        for (size_t i = 0; i < ELEMENTS(suffixes); i++) {
                const char *end = str_ends(name, suffixes[i]);
                if (end && end > name)
                        return true;
        }
        return false;
}

const char *unit_template(const char *name) {
        const char *at = strchr(name, '@');
        return at && at[1] == '.' && !strchr(at + 2, '@') ? at : NULL;
}

/* systemd.unit(5), "String escaping for inclusion in unit names"; a path loses its slashes at both ends. */
static void mangle_path(struct str *out, const char *path) {
        path += strspn(path, "/");
        size_t n = strlen(path);
        while (n && path[n - 1] == '/')
                n--;
        if (!n)
                str_add_char(out, '-');
        for (size_t i = 0; i < n; i++) {
                bool plain = path[i] && strchr(NAME_BYTES, path[i]) && !strchr("-\\@", path[i]) &&
                             !(i == 0 && path[i] == '.');
                if (path[i] == '/')
                        str_add_char(out, '-');
                else if (plain)
                        str_add_char(out, path[i]);
                else
                        str_addf(out, "\\x%02x", (unsigned char) path[i]);
        }
}

char *unit_name_mangle(const char *typed) {
        _cleanup_str_ struct str out = {};
        if (*typed == '/') {
                mangle_path(&out, typed);
                str_add(&out, str_starts(typed, "/dev/") ? ".device" : ".mount");
                return str_take(&out);
        }
        for (const char *p = typed; *p; p++)
                if (*p == '/')
                        str_add_char(&out, '-');
                else if (strchr(NAME_BYTES, *p))
                        str_add_char(&out, *p);
                else
                        str_addf(&out, "\\x%02x", (unsigned char) *p);
        if (!has_suffix(typed))
                str_add(&out, ".service");
        return str_take(&out);
}

int unit_name_check(const char *name, struct error **reterr) {
        size_t n = strspn(name, NAME_BYTES);
        if (name[n] == '\0' && n <= 255 && name[0] != '@' && has_suffix(name))
                return 0;
        error_set(reterr, -EINVAL, "\"%.300s\" cannot be the name of a unit", name);
        error_hint(reterr, "Names have ASCII letters, digits and :-_.\\@ and end in .service, .socket, "
                           ".timer, …");
        return -EINVAL;
}
