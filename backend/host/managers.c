/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The managers of users, beside the system's. Each has a socket of its own in the user's runtime folder,
 * which lets root and the user in, without a bus daemon; systemctl --user uses it, too. Names come from
 * logind's files, else from /etc/passwd: a lookup of a user may wait for the network. */

#include "backend/host/internal.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/readfile.h"

#define MANAGERS_MAX 1024U
#define MANAGERS_SOCKET "/run/user/%u/systemd/private"

struct manager {
        struct manager *next;
        uint32_t uid;
        struct units *units;
};

static void managers_changed(char *const *names, void *userdata) {
        backend_changed(userdata, TOPIC_UNITS);
}

struct units *backend_units(struct backend *b, const char *address, const char **ret_name) {
        uint32_t uid;
        const char *name = unit_address_name(address ? address : "", &uid);
        if (ret_name)
                *ret_name = address ? name : NULL;
        if (uid == UNIT_SYSTEM)
                return b->units;
        struct manager *m = b->managers;
        while (m && m->uid != uid)
                m = m->next;
        if (!m) {
                _cleanup_free_ char *socket = str_printf("%s" MANAGERS_SOCKET, b->paths.root, uid);
                m = new0(struct manager);
                *m = (struct manager){ .next = b->managers,
                                       .uid = uid,
                                       .units = units_new_at(b->event, b->paths.root, socket) };
                b->managers = m;
                if (b->listener)
                        units_listen(m->units, managers_changed, b);
        }
        return m->units;
}

void backend_managers_listen(struct backend *b, bool on) {
        for (struct manager *m = b->managers; m; m = m->next)
                units_listen(m->units, on ? managers_changed : NULL, b);
}

void backend_managers_free(struct backend *b) {
        while (b->managers) {
                struct manager *m = b->managers;
                b->managers = m->next;
                units_free(m->units);
                free(m);
        }
}

/* logind's file has "NAME=alice". */
static char *managers_logind(const struct backend *b, uint32_t uid) {
        _cleanup_free_ char *path = str_printf("%s/run/systemd/users/%u", b->paths.root, uid), *text = NULL;
        if (readfile(path, 64 * 1024, &text, NULL, NULL) < 0)
                return NULL;
        _cleanup_strv_ char **lines = strv_split(text, "\n");
        for (char **line = lines; line && *line; line++)
                if (str_starts(*line, "NAME="))
                        return xstrdup(*line + strlen("NAME="));
        return NULL;
}

/* passwd(5): "alice:x:1000:...". It has no users of a realm: asking for those may wait for the network. */
static char *managers_passwd(const struct backend *b, uint32_t uid) {
        _cleanup_free_ char *text = paths_read(b->paths.root, "/etc/passwd", NULL), *mark = NULL;
        _cleanup_strv_ char **lines = strv_split(text ? text : "", "\n");
        mark = str_printf("%u", uid);
        for (char **line = lines; line && *line; line++) {
                size_t name = strcspn(*line, ":");
                const char *password = (*line)[name] ? *line + name + 1 : "",
                           *number = strchr(password, ':');
                const char *rest = number ? str_starts(number + 1, mark) : NULL;
                if (name && rest && *rest == ':')
                        return xstrndup(*line, name);
        }
        return NULL;
}

/* Of a manager that was started without a session ("systemctl start user@1000") systemd 252 has no file of
 * logind's. */
static char *managers_user(const struct backend *b, uint32_t uid) {
        char *name = managers_logind(b, uid);
        return name ? name : managers_passwd(b, uid);
}

static int managers_compare(const void *a, const void *b) {
        uint32_t x = ((const struct user_manager *) a)->uid, y = ((const struct user_manager *) b)->uid;
        return x < y ? -1 : x > y;
}

struct user_manager_list *backend_list_managers(struct host *host) {
        struct backend *b = backend_of(host);
        struct user_manager_list *list = new0(struct user_manager_list);
        _cleanup_free_ char *folder = str_printf("%s/run/user", b->paths.root);
        _cleanup_strv_ char **names = folder_names(AT_FDCWD, folder, "");
        for (char **name = names; name && *name && list->n < MANAGERS_MAX; name++) {
                long long uid;
                if (str_to_int(*name, 0, (long long) UNIT_SYSTEM - 1, &uid) < 0)
                        continue;
                _cleanup_free_ char *socket = str_printf("%s" MANAGERS_SOCKET, b->paths.root, (unsigned) uid);
                if (access(socket, W_OK) < 0)
                        continue;
                room_for_one((void **) &list->items, list->n, sizeof *list->items);
                list->items[list->n++] = (struct user_manager){ .uid = (uint32_t) uid,
                                                                .user = managers_user(b, (uint32_t) uid) };
        }
        if (list->n)
                qsort(list->items, list->n, sizeof *list->items, managers_compare);
        return list;
}
