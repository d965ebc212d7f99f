/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The address of a unit on this host, by which the port and the screens know it: "NAME" of the system's
 * manager, "UID/NAME" of the manager of a user. No name of a unit has a slash. A pattern is addressed alike,
 * and "UID/" alone is all of that manager's. */

#include "base/base.h"

/* The name in an address; *ret_uid (may be NULL): the user, or UNIT_SYSTEM. */
#define UNIT_SYSTEM UINT32_MAX
const char *unit_address_name(const char *address, uint32_t *ret_uid);

/* The caller frees. */
char *unit_address(uint32_t uid, const char *name);

/* For people: "NAME", "NAME of user UID"; the caller frees. */
char *unit_address_text(const char *address);

/* A user whose manager runs. */
struct user_manager {
        uint32_t uid;
        char *user;             /* NULL: not known */
};
struct user_manager_list {
        struct user_manager *items;     /* sorted by UID */
        size_t n;
};
struct user_manager_list *user_manager_list_free(struct user_manager_list *list);
DEFINE_CLEANUP(struct user_manager_list, user_manager_list_free)
