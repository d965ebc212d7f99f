/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/systemd/places.h"

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

/* The index of a file's place, and the name of its unit without suffix (*ret_n bytes); -1. */
static int unit_places_place_of(const char *path, const char **ret_name, size_t *ret_n) {
        for (size_t i = 0; i < ELEMENTS(places); i++) {
                const char *name = str_starts(path, places[i].folder),
                           *end = name ? str_ends(name, places[i].suffix) : NULL;
                if (!end || end == name || name[0] == '.' || strchr(name, '/'))
                        continue;
                *ret_name = name;
                *ret_n = (size_t) (end - name);
                return (int) i;
        }
        return -1;
}

bool unit_places_has(const char *path) {
        const char *name;
        size_t n;
        return unit_places_place_of(path, &name, &n) >= 0;
}

static bool makes_unit(const struct change *change) {
        return S_ISREG(change->after.mode) && (change->what & (CHANGE_ADDED | CHANGE_CONTENT | CHANGE_TYPE));
}

void unit_places_find(const struct changes *changes, const char *name, char ***ret, bool *ret_quadlet) {
        _cleanup_strv_ char **first = NULL, **others = NULL;
        _cleanup_free_ char *own = str_printf("%s.service", name);
        bool own_quadlet = false, other_quadlet = false;
        for (size_t i = 0; i < changes->n; i++) {
                const char *stem;
                size_t n;
                int place = makes_unit(&changes->items[i])
                                    ? unit_places_place_of(changes->items[i].path, &stem, &n)
                                    : -1;
                if (place < 0 || stem[n - 1] == '@')
                        continue;
                char *unit = str_printf("%.*s.service", (int) n, stem);
                bool is_own = str_equal(unit, own);
                if (is_own)
                        own_quadlet = places[place].quadlet;
                else if (!others)
                        other_quadlet = places[place].quadlet;
                strv_take(is_own ? &first : &others, unit);
        }
        *ret_quadlet = first ? own_quadlet : other_quadlet;
        strv_extend(&first, others);
        strv_free(*ret);
        *ret = TAKE(first);
}

const struct change *unit_places_file(const struct changes *changes, const char *unit) {
        const char *suffix = str_ends(unit, ".service");
        for (size_t i = 0; suffix && i < changes->n; i++) {
                const char *stem;
                size_t n;
                if (makes_unit(&changes->items[i]) &&
                    unit_places_place_of(changes->items[i].path, &stem, &n) >= 0 &&
                    n == (size_t) (suffix - unit) && memcmp(stem, unit, n) == 0)
                        return &changes->items[i];
        }
        return NULL;
}
