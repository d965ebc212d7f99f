/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/systemd/internal.h"

#include <sys/stat.h>

static const struct {
        const char *folder;
        const char *suffix;
        bool quadlet;
} places[] = {
        { "/etc/systemd/system/", ".service", false },
        { "/usr/local/lib/systemd/system/", ".service", false },
        { "/etc/containers/systemd/", ".container", true },
};

/* The unit that a file at this path creates; the caller frees. NULL: none. */
static char *places_unit(const char *path, bool *ret_quadlet) {
        for (size_t i = 0; i < ELEMENTS(places); i++) {
                const char *name = str_starts(path, places[i].folder),
                           *end = name ? str_ends(name, places[i].suffix) : NULL;
                if (!end || end == name || name[0] == '.' || strchr(name, '/'))
                        continue;
                *ret_quadlet = places[i].quadlet;
                return str_printf("%.*s.service", (int) (end - name), name);
        }
        return NULL;
}

bool unit_places_has(const char *path) {
        bool quadlet;
        _cleanup_free_ char *unit = places_unit(path, &quadlet);
        return unit;
}

static char *places_made(const struct change *change, bool *ret_quadlet) {
        bool made =
                S_ISREG(change->after.mode) && (change->what & (CHANGE_ADDED | CHANGE_CONTENT | CHANGE_TYPE));
        return made ? places_unit(change->path, ret_quadlet) : NULL;
}

void unit_places_find(const struct changes *changes, const char *name, char ***ret, bool *ret_quadlet) {
        _cleanup_strv_ char **first = NULL, **others = NULL;
        _cleanup_free_ char *own = str_printf("%s.service", name);
        bool own_quadlet = false, other_quadlet = false, quadlet;
        for (size_t i = 0; i < changes->n; i++) {
                _cleanup_free_ char *unit = places_made(&changes->items[i], &quadlet);
                if (!unit || str_ends(unit, "@.service"))
                        continue;
                bool is_own = str_equal(unit, own);
                if (is_own)
                        own_quadlet = quadlet;
                else if (!others)
                        other_quadlet = quadlet;
                strv_add(is_own ? &first : &others, unit);
        }
        *ret_quadlet = first ? own_quadlet : other_quadlet;
        strv_extend(&first, others);
        strv_free(*ret);
        *ret = TAKE(first);
}

const struct change *unit_places_file(const struct changes *changes, const char *unit) {
        bool quadlet;
        for (size_t i = 0; i < changes->n; i++) {
                _cleanup_free_ char *made = places_made(&changes->items[i], &quadlet);
                if (made && strcmp(made, unit) == 0)
                        return &changes->items[i];
        }
        return NULL;
}
