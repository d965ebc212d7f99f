/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lists of labels (declared in model/image/image.h), and the command labels of an image (in
 * model/image/recipe.h). */

#include <strings.h>

#include "model/image/recipe.h"

static const char *const command_label_names[] = {
        [LABEL_INSTALL] = "INSTALL", [LABEL_RUN] = "RUN",         [LABEL_UNINSTALL] = "UNINSTALL",
        [LABEL_STOP] = "STOP",       [LABEL_UPGRADE] = "UPGRADE",
};
DEFINE_NAMES(command_label, enum command_label)

/* ---- lists ---- */

/* A host has ten thousands of labels: those of an image that are read together are one piece of memory. */
struct label_room {
        size_t items; /* that the list can hold without growing, a power of two */
        size_t free, size;
        char bytes[];
};

void label_list_reserve(struct label_list *list, size_t n, size_t bytes) {
        if (list->items || list->room)
                return;
        struct label_room *room = list->room = xreallocarray(NULL, 1, sizeof *room + bytes);
        *room = (struct label_room){ .items = 1, .free = bytes, .size = bytes };
        while (room->items < n)
                room->items *= 2;
        list->items = xreallocarray(NULL, room->items, sizeof *list->items);
}

static struct label label_make(const struct label_list *list, const char *key, size_t n, const char *value,
                               size_t m) {
        struct label_room *room = list->room;
        size_t bytes = n + m + 2;
        bool fits = room && bytes <= room->free;
        char *both = fits ? room->bytes + room->size - room->free : xreallocarray(NULL, bytes, 1);
        if (fits)
                room->free -= bytes;
        memcpy(both, key, n);
        both[n] = '\0';
        memcpy(both + n + 1, value, m);
        both[bytes - 1] = '\0';
        return (struct label) { both, both + n + 1 };
}

static void label_drop(const struct label_list *list, char *key) {
        uintptr_t at = (uintptr_t) key, room = list->room ? (uintptr_t) list->room->bytes : 0;
        if (!room || at < room || at >= room + list->room->size)
                free(key);
}

void label_list_done(struct label_list *list) {
        for (size_t i = 0; i < list->n; i++)
                label_drop(list, list->items[i].key);
        FREE_ALL(list->items, list->room);
        *list = (struct label_list) {};
}

/* The index of the key, or of its place: behind all others where labels come in their order. */
static size_t label_place(const struct label_list *list, const char *key, bool *ret_there) {
        size_t low = 0, high = list->n;
        if (high > 0 && strcmp(list->items[high - 1].key, key) < 0)
                low = high;
        while (low < high) {
                size_t middle = low + (high - low) / 2;
                if (strcmp(list->items[middle].key, key) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        *ret_there = low < list->n && str_equal(list->items[low].key, key);
        return low;
}

const char *label_list_get(const struct label_list *list, const char *key) {
        bool there;
        size_t place = label_place(list, key, &there);
        return there ? list->items[place].value : NULL;
}

void label_list_put(struct label_list *list, const char *key, size_t n, const char *value, size_t m) {
        bool there;
        size_t place = label_place(list, key, &there);
        if (there) {
                char *old = list->items[place].key;
                list->items[place] = label_make(list, old, n, value, m);
                label_drop(list, old);
                return;
        }
        if (!list->room || list->n >= list->room->items)
                room_for_one((void **) &list->items, list->n, sizeof *list->items);
        memmove(&list->items[place + 1], &list->items[place], (list->n++ - place) * sizeof *list->items);
        list->items[place] = label_make(list, key, n, value, m);
}

void label_list_set(struct label_list *list, const char *key, const char *value) {
        bool there;
        if (value) {
                label_list_put(list, key, strlen(key), value, strlen(value));
                return;
        }
        size_t place = label_place(list, key, &there);
        if (!there)
                return;
        label_drop(list, list->items[place].key);
        memmove(&list->items[place], &list->items[place + 1], (--list->n - place) * sizeof *list->items);
}

void label_list_copy(const struct label_list *from, struct label_list *to) {
        label_list_done(to);
        for (size_t i = 0; i < from->n; i++)
                label_list_set(to, from->items[i].key, from->items[i].value);
}

/* ---- command labels ---- */

/* Capitals or not. Nearly all labels of a host differ in the first letter. */
static bool label_is(const struct label *l, const char *key) {
        return ((*l->key ^ *key) & ~0x20) == 0 && strcasecmp(l->key, key) == 0;
}

static bool is_upper(const char *key) {
        return !key[strcspn(key, "abcdefghijklmnopqrstuvwxyz")];
}

/* Of two keys with a value the upper-case one wins, else the first by strcmp (labels are sorted). */
static bool label_wins(const struct label *candidate, const struct label *best) {
        if (!best)
                return true;
        return *candidate->value && (!*best->value || (is_upper(candidate->key) && !is_upper(best->key)));
}

static void label_report_several(const struct image *image, const struct label *used,
                                 struct finding_list *findings) {
        _cleanup_str_ struct str keys = {};
        for (size_t i = 0; i < image->labels.n; i++)
                if (label_is(&image->labels.items[i], used->key))
                        str_addf(&keys, "%s%s", keys.length ? ", " : "", image->labels.items[i].key);
        finding_report(findings, "duplicate-label", used->key,
                       "The image has several labels that differ only in capitals (%s); %s is used",
                       keys.text, used->key);
}

const struct label *label_find_key(const struct image *image, const char *key,
                                   struct finding_list *findings) {
        const struct label *best = NULL;
        size_t n = 0;
        for (size_t i = 0; i < image->labels.n; i++) {
                const struct label *l = &image->labels.items[i];
                if (!label_is(l, key))
                        continue;
                n++;
                if (label_wins(l, best))
                        best = l;
        }
        if (n > 1 && findings)
                label_report_several(image, best, findings);
        if (!best || *best->value)
                return best;
        finding_report(findings, "empty-label", best->key, "The label %s is empty", best->key);
        return NULL;
}

const struct label *label_find(const struct image *image, enum command_label which,
                               struct finding_list *findings) {
        const struct label *label = label_find_key(image, command_label_name(which), findings);
        return label || which != LABEL_UPGRADE ? label : label_find_key(image, "UPDATE", findings);
}

unsigned label_set(const struct image *image) {
        unsigned set = 0;
        for (size_t i = 0; i < image->labels.n; i++) {
                const struct label *l = &image->labels.items[i];
                for (int which = 0; *l->value && which < _COMMAND_LABEL_MAX; which++)
                        if (label_is(l, command_label_names[which]) ||
                            (which == LABEL_UPGRADE && label_is(l, "UPDATE")))
                                set |= 1U << which;
        }
        return set;
}

char *label_set_text(unsigned set) {
        _cleanup_str_ struct str text = {};
        for (int which = 0; which < _COMMAND_LABEL_MAX; which++)
                if (set & (1U << which)) {
                        str_add(&text, text.length > 0 ? " " : "");
                        str_add(&text, command_label_name(which));
                }
        return str_take(&text);
}
