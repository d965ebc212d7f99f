/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/store/shims.h"

#include <fcntl.h>
#include <unistd.h>

#include "backend/io/files.h"
#include "backend/store/host-lock.h"
#include "backend/store/services.h"
#include "model/service/shim.h"

#define SHIM_BYTES_MAX 4096U

enum shim_state { SHIM_MISSING, SHIM_OURS, SHIM_FOREIGN };

static enum shim_state shims_look(int folder, const struct service *s, const char *tool) {
        _cleanup_free_ char *text = NULL;
        size_t n;
        if (faccessat(folder, tool, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
                return SHIM_MISSING;
        if (files_read(folder, tool, SHIM_BYTES_MAX, &text, &n, NULL) < 0)
                return SHIM_FOREIGN;
        return shim_is_of(text, s->name, tool) ? SHIM_OURS : SHIM_FOREIGN;
}

/* /usr/local is a link on ostree hosts. */
static int shims_open(int root, bool make, struct error **reterr) {
        _cleanup_free_ char *path = NULL;
        if (files_resolve(root, SHIM_FOLDER, &path) < 0)
                path = xstrdup(SHIM_FOLDER);
        return make ? files_make_folder(root, path, reterr) : files_open_folder(root, path, reterr);
}

static int shims_write(int folder, const struct service *s, const char *tool, struct error **reterr) {
        _cleanup_free_ char *text = shim_text(s->name, tool);
        return files_write(folder, tool, text, strlen(text), 0755, reterr);
}

/* ---- by a verb ---- */

struct shims_work {
        int lock, root;
        struct service *record;
};

static void shims_work_done(struct shims_work *work) {
        service_free(work->record);
        cleanup_closep(&work->root);
        cleanup_closep(&work->lock);
}

static int shims_begin(const struct paths *paths, const char *service, struct shims_work *work,
                       struct error **reterr) {
        work->lock = hostlock_take(paths, "shims", NULL, reterr);
        if (work->lock < 0)
                return work->lock;
        int r = services_read(paths, service, &work->record, reterr);
        work->root = r < 0 ? r : files_open_root(paths->root, reterr);
        return work->root;
}

int shims_add(const struct paths *paths, const char *service, char *const *tools, char ***ret_others,
              struct error **reterr) {
        _cleanup_(shims_work_done) struct shims_work work = { -1, -1, NULL };
        _cleanup_strv_ char **others = NULL;
        int r = shims_begin(paths, service, &work, reterr);
        _cleanup_close_ int folder = r < 0 ? -1 : shims_open(work.root, true, reterr);
        if (folder < 0)
                return r < 0 ? r : folder;
        for (char *const *tool = tools; tool && *tool; tool++)
                if (shims_look(folder, work.record, *tool) == SHIM_FOREIGN)
                        strv_add(&others, *tool);
                else if (!strv_contains(work.record->shims, *tool))
                        strv_add(&work.record->shims, *tool);
        r = services_write(paths, work.record, reterr);
        for (char **tool = work.record->shims; r >= 0 && tool && *tool; tool++)
                if (!strv_contains(others, *tool) && strv_contains(tools, *tool))
                        r = shims_write(folder, work.record, *tool, reterr);
        *ret_others = TAKE(others);
        return r;
}

int shims_remove(const struct paths *paths, const char *service, char ***ret_others, struct error **reterr) {
        _cleanup_(shims_work_done) struct shims_work work = { -1, -1, NULL };
        _cleanup_strv_ char **others = NULL;
        int r = shims_begin(paths, service, &work, reterr);
        if (r < 0)
                return r;
        _cleanup_close_ int folder = shims_open(work.root, false, NULL);
        for (char **tool = work.record->shims; r >= 0 && folder >= 0 && tool && *tool; tool++) {
                enum shim_state state = shims_look(folder, work.record, *tool);
                if (state == SHIM_FOREIGN)
                        strv_add(&others, *tool);
                else if (state == SHIM_OURS)
                        r = files_remove(folder, *tool, reterr);
        }
        work.record->shims = strv_free(work.record->shims);
        r = r < 0 ? r : services_write(paths, work.record, reterr);
        *ret_others = TAKE(others);
        return r;
}

/* ---- by a job ---- */

void shims_unlink(int root, const struct service *record) {
        _cleanup_close_ int folder = strv_length(record->shims) ? shims_open(root, false, NULL) : -1;
        for (char **tool = record->shims; folder >= 0 && tool && *tool; tool++)
                if (shim_name_valid(*tool) && shims_look(folder, record, *tool) == SHIM_OURS)
                        (void) files_remove(folder, *tool, NULL);
}

int shims_restore(int root, const struct service *record, struct error **reterr) {
        _cleanup_close_ int folder = strv_length(record->shims) ? shims_open(root, true, reterr) : -1;
        int r = strv_length(record->shims) && folder < 0 ? folder : 0;
        for (char **tool = record->shims; r >= 0 && tool && *tool; tool++)
                if (shim_name_valid(*tool) && shims_look(folder, record, *tool) == SHIM_MISSING)
                        r = shims_write(folder, record, *tool, reterr);
        return r;
}
