/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/store/updates.h"

#include <fcntl.h>
#include <sys/file.h>

#include "backend/format/updates.h"
#include "backend/io/files.h"

#define UPDATES "updates"

static struct update_list *updates_read_at(int folder, struct error **reterr) {
        _cleanup_free_ char *text = NULL;
        struct update_list *list = NULL;
        struct error *e = NULL;
        size_t n;
        int r = files_read(folder, UPDATES, UPDATES_BYTES_MAX, &text, &n, &e);
        if (r >= 0)
                r = updates_file_parse(text, n, &list, &e);
        if (r < 0 && r != -ENOENT && reterr && !*reterr)
                *reterr = TAKE(e);
        error_free(e);
        return list ? list : new0(struct update_list);
}

struct update_list *updates_read(const struct paths *paths, struct error **reterr) {
        _cleanup_close_ int folder = open(paths->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        return folder < 0 ? new0(struct update_list) : updates_read_at(folder, reterr);
}

struct update_list *updates_of_services(const struct paths *paths, const struct service_list *services,
                                        struct error **reterr) {
        _cleanup_(update_list_freep) struct update_list *kept = updates_read(paths, reterr);
        struct update_list *list = new0(struct update_list);
        for (size_t i = 0; i < services->n; i++) {
                struct update *u = update_list_add(list);
                update_of_service(services->items[i], u);
                const struct update *before = update_list_find(kept, u->name);
                /* One that was uninstalled and comes again begins anew. */
                if (before && (!before->tried || before->tried >= services->items[i]->installed))
                        update_recall(u, before);
        }
        return list;
}

/* The folder, which nobody else changes the file in until it is closed: a look lasts, and people hold
 * updates meanwhile. */
static int updates_open(const struct paths *paths, struct error **reterr) {
        int r = paths_prepare(paths, reterr);
        if (r < 0)
                return r;
        _cleanup_close_ int folder = files_open_root(paths->state, reterr);
        if (folder >= 0 && flock(folder, LOCK_EX) < 0)
                return error_errno(reterr, -errno, "%s cannot be locked", paths->state);
        return TAKE_FD(folder);
}

static int updates_write_at(int folder, const struct update_list *list, struct error **reterr) {
        _cleanup_free_ char *text = updates_file_text(list);
        return files_write(folder, UPDATES, text, strlen(text), 0600, reterr);
}

int updates_keep(const struct paths *paths, const struct update_list *list, struct error **reterr) {
        _cleanup_close_ int folder = updates_open(paths, reterr);
        if (folder < 0)
                return folder;
        _cleanup_(update_list_freep) struct update_list *now = updates_read_at(folder, NULL),
                                                        *next = new0(struct update_list);
        for (size_t i = 0; i < list->n; i++) {
                const struct update *before = update_list_find(now, list->items[i].name);
                struct update *u = update_list_add(next);
                update_copy(&list->items[i], u);
                update_decided(u, before);
        }
        return updates_write_at(folder, next, reterr);
}

/* The file with another entry of the service. */
static int updates_change(const struct paths *paths, const char *service,
                          void (*change)(struct update *u, const void *userdata), const void *userdata,
                          struct error **reterr) {
        _cleanup_close_ int folder = updates_open(paths, reterr);
        if (folder < 0)
                return folder;
        _cleanup_(update_list_freep) struct update_list *list = updates_read_at(folder, NULL);
        struct update *u = update_list_find(list, service);
        if (!u) {
                u = update_list_add(list);
                u->name = xstrdup(service);
        }
        change(u, userdata);
        return updates_write_at(folder, list, reterr);
}

static void updates_set_hold(struct update *u, const void *userdata) {
        u->held = *(const int64_t *) userdata;
}

int updates_hold(const struct paths *paths, const char *service, int64_t until, struct error **reterr) {
        return updates_change(paths, service, updates_set_hold, &until, reterr);
}

static void updates_set_approval(struct update *u, const void *userdata) {
        int64_t held = u->held;
        update_copy(userdata, u);
        u->held = held;
}

int updates_approve(const struct paths *paths, const struct update *approved, struct error **reterr) {
        return updates_change(paths, approved->name, updates_set_approval, approved, reterr);
}

static void updates_drop_approval(struct update *u, const void *userdata) {
        update_approval_done(&u->approved);
}

int updates_withdraw(const struct paths *paths, const char *service, struct error **reterr) {
        return updates_change(paths, service, updates_drop_approval, NULL, reterr);
}
