/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/service/address.h"

#include <string.h>

const char *unit_address_name(const char *address, uint32_t *ret_uid) {
        uint32_t uid = UNIT_SYSTEM;
        const char *name = address, *slash = strchr(address, '/');
        if (slash && slash > address && slash - address < 11) {
                _cleanup_free_ char *digits = xstrndup(address, (size_t) (slash - address));
                long long number;
                if (str_to_int(digits, 0, (long long) UNIT_SYSTEM - 1, &number) >= 0) {
                        uid = (uint32_t) number;
                        name = slash + 1;
                }
        }
        if (ret_uid)
                *ret_uid = uid;
        return name;
}

char *unit_address(uint32_t uid, const char *name) {
        return uid == UNIT_SYSTEM ? xstrdup(name) : str_printf("%u/%s", uid, name);
}

char *unit_address_text(const char *address) {
        uint32_t uid;
        const char *name = unit_address_name(address, &uid);
        return uid == UNIT_SYSTEM ? xstrdup(name) : str_printf("%s of user %u", name, uid);
}

struct user_manager_list *user_manager_list_free(struct user_manager_list *list) {
        if (!list)
                return NULL;
        for (size_t i = 0; i < list->n; i++)
                free(list->items[i].user);
        FREE_ALL(list->items, list);
        return NULL;
}
