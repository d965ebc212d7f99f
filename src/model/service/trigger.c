/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/service/inside.h"

struct trigger_list *trigger_list_free(struct trigger_list *list) {
        if (!list)
                return NULL;
        for (size_t i = 0; i < list->n; i++)
                FREE_ALL(list->items[i].name, list->items[i].starts, list->items[i].listens);
        FREE_ALL(list->items, list);
        return NULL;
}

static int trigger_compare(const void *key, const void *item) {
        return strcmp(key, ((const struct trigger *) item)->name);
}

const struct trigger *trigger_find(const struct trigger_list *list, const char *name) {
        return list && list->n ? bsearch(name, list->items, list->n, sizeof *list->items, trigger_compare)
                               : NULL;
}

int64_t trigger_next(uint64_t real, uint64_t monotonic, uint64_t now_real, uint64_t now_monotonic) {
        bool has_real = real && real != UINT64_MAX, has_monotonic = monotonic && monotonic != UINT64_MAX;
        uint64_t other = !has_monotonic              ? 0
                         : monotonic > now_monotonic ? now_real + (monotonic - now_monotonic)
                                                     : now_real;
        uint64_t next = has_real && (!has_monotonic || real < other) ? real : other;
        return (int64_t) (next / 1000000);
}
