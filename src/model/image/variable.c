/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/image/variable.h"

static bool begins_name(char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

size_t variable_name_length(const char *s) {
        size_t n = 0;
        if (begins_name(*s))
                while (begins_name(s[n]) || (s[n] >= '0' && s[n] <= '9'))
                        n++;
        return n;
}

bool variable_holds_several(const char *name) {
        return str_equal(name, "OPT1") || str_equal(name, "OPT2") || str_equal(name, "OPT3") ||
               str_equal(name, "RUN_OPTS");
}

bool variable_is_known(const char *name) {
        static const char *const known[] = {
                "NAME",     "IMAGE",   "PWD",    "HOME",    "SUDO_UID",
                "SUDO_GID", "CONFDIR", "LOGDIR", "DATADIR", "HOST",
        };
        for (size_t i = 0; i < ELEMENTS(known); i++)
                if (str_equal(known[i], name))
                        return true;
        return variable_holds_several(name);
}

void variables_done(struct variables *v) {
        for (size_t i = 0; i < v->n; i++) {
                free(v->items[i].key);
                free(v->items[i].value);
        }
        free(v->items);
        *v = (struct variables) {};
}

static struct label *variables_find(const struct variables *v, const char *name) {
        for (size_t i = 0; i < v->n; i++)
                if (str_equal(v->items[i].key, name))
                        return &v->items[i];
        return NULL;
}

static int variables_insert(struct variables *v, const char *name, const char *value) {
        _cleanup_free_ char *key = xstrdup(name), *kept = xstrdup(value);
        struct label *bigger = xreallocarray(v->items, v->n + 1, sizeof *bigger);
        if (bigger)
                v->items = bigger;
        size_t place = 0;
        while (place < v->n && strcmp(v->items[place].key, name) < 0)
                place++;
        memmove(&bigger[place + 1], &bigger[place], (v->n - place) * sizeof *bigger);
        bigger[place] = (struct label) { .key = TAKE(key), .value = TAKE(kept) };
        v->n++;
        return 0;
}

int variables_set(struct variables *v, const char *name, const char *value) {
        size_t length = variable_name_length(name);
        if (length == 0 || name[length])
                return -EINVAL;
        struct label *item = variables_find(v, name);
        if (value)
                return item ? str_replace(&item->value, value) : variables_insert(v, name, value);
        if (item) {
                size_t place = (size_t) (item - v->items);
                free(item->key);
                free(item->value);
                memmove(item, item + 1, (v->n - place - 1) * sizeof *item);
                v->n--;
        }
        return 0;
}

int variables_set_known(struct variables *v, const char *name, const char *image) {
        static const struct {
                const char *variable, *folder;
        } folders[] = { { "CONFDIR", "/etc/" }, { "LOGDIR", "/var/log/" }, { "DATADIR", "/var/lib/" } };
        int r;
        if ((r = variables_set(v, "NAME", name)) < 0 || (r = variables_set(v, "IMAGE", image)) < 0 ||
            (r = variables_set(v, "HOST", "/host")) < 0)
                return r;
        for (size_t i = 0; i < ELEMENTS(folders); i++) {
                _cleanup_free_ char *path = str_printf("%s%s", folders[i].folder, name);
                r = variables_set(v, folders[i].variable, path);
                if (r < 0)
                        return r;
        }
        return 0;
}

const char *variables_get(const struct variables *v, const char *name) {
        const struct label *item = variables_find(v, name);
        return item ? item->value : NULL;
}
