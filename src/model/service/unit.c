/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/service/unit.h"

void unit_done(struct unit *u) {
        free(u->name);
        free(u->description);
        free(u->load);
        free(u->active);
        free(u->sub);
        free(u->file_state);
        free(u->job);
        *u = (struct unit) {};
}

struct unit_list *unit_list_free(struct unit_list *list) {
        if (!list)
                return NULL;
        for (size_t i = 0; i < list->n; i++)
                unit_done(&list->items[i]);
        free(list->items);
        free(list);
        return NULL;
}

struct unit_detail *unit_detail_free(struct unit_detail *d) {
        if (!d)
                return NULL;
        unit_done(&d->unit);
        free(d->fragment);
        free(d->source);
        strv_free(d->drop_ins);
        free(d->result);
        strv_free(d->requires);
        strv_free(d->wants);
        strv_free(d->after);
        strv_free(d->required_by);
        free(d->load_error);
        free(d->container);
        free(d->invocation);
        free(d);
        return NULL;
}

static const struct {
        const char *name;
        const char *meaning;    /* read after "stop: " or in a question: the future effect */
        const char *done;
} actions[_UNIT_ACTION_MAX] = {
        [UNIT_START] = { "start", "starts it now; whether it starts at boot stays as it is", "started" },
        [UNIT_STOP] = { "stop", "stops it now; it starts again at the next boot if enabled", "stopped" },
        [UNIT_RESTART] = { "restart", "stops it if it runs, and starts it again", "restarted" },
        [UNIT_RELOAD] = { "reload", "makes it read its configuration again; it keeps running",
          "reloaded" },
        [UNIT_ENABLE] = { "enable", "starts it at every boot from now on; it is not started now", "enabled" },
        [UNIT_DISABLE] = { "disable", "no longer starts it at boot; it is not stopped now", "disabled" },
        [UNIT_MASK] = { "mask",
          "makes it impossible to start, by hand or by other units; it is not stopped now", "masked" },
        [UNIT_UNMASK] = { "unmask", "makes it possible to start it again; it is not started now",
          "unmasked" },
        [UNIT_RESET_FAILED] = { "reset-failed", "forgets that it failed, and how often it was restarted",
          "reset" },
};

const char *unit_action_name(enum unit_action action) {
        return (size_t) action < ELEMENTS(actions) ? actions[action].name : "?";
}

int unit_action_from_name(const char *name) {
        for (size_t i = 0; name && i < ELEMENTS(actions); i++)
                if (strcmp(actions[i].name, name) == 0)
                        return (int) i;
        return -EINVAL;
}

const char *unit_action_meaning(enum unit_action action) {
        return (size_t) action < ELEMENTS(actions) ? actions[action].meaning : "?";
}

const char *unit_action_done(enum unit_action action) {
        return (size_t) action < ELEMENTS(actions) ? actions[action].done : "?";
}

/* systemd reads either case (unit_name_unescape). */
static int unit_hex_digit(char c) {
        return hex_digit(c >= 'A' && c <= 'F' ? (char) (c - 'A' + 'a') : c);
}

/* systemd writes a "-" for the "/" of a path; the name alone does not show which of the two a "-" was, so it
 * stays. An escaped NUL would end the string early and make two different names look the same: it stays
 * escaped. */
char *unit_name_plain(const char *name) {
        _cleanup_str_ struct str out = {};
        for (const char *p = name ? name : ""; *p; p++) {
                int high, low;
                if (p[0] == '\\' && p[1] == 'x' && (high = unit_hex_digit(p[2])) >= 0 &&
                    (low = unit_hex_digit(p[3])) >= 0 && (high || low)) {
                        str_add_char(&out, (char) (high * 16 + low));
                        p += 3;
                } else
                        str_add_char(&out, *p);
        }
        return str_take(&out);
}

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

int unit_name_check(const char *name, struct error **reterr) {
        size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@");
        if (name[n] == '\0' && n <= 255 && name[0] != '@' && has_suffix(name))
                return 0;
        error_set(reterr, -EINVAL, "\"%.300s\" cannot be the name of a unit", name);
        error_hint(reterr, "Names have ASCII letters, digits and :-_.\\@ and end in .service, .socket, "
                           ".timer, …");
        return -EINVAL;
}

char *unit_name_full(const char *name) {
        bool whole = has_suffix(name) || str_ends(name, "*");
        return whole ? strdup(name) : str_printf("%s.service", name);
}

void log_line_done(struct log_line *l) {
        free(l->identifier);
        free(l->message);
        *l = (struct log_line) {};
}
