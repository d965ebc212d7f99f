/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The unit step of an uninstall: stop and disable the service's units, remove its container, put back every
 * file of the install that still is as the install left it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "backend/io/digest.h"
#include "backend/io/files.h"
#include "backend/snapshot/restore.h"
#include "backend/store/job-folder.h"
#include "backend/worker/step.h"
#include "base/str.h"

/* Is it a folder of the service's own, or in one? */
static bool in_state(const struct worker *w, const char *path) {
        for (char **folder = w->plan->state; folder && *folder; folder++) {
                const char *rest = str_starts(path, *folder);
                if (rest && (*rest == '/' || !*rest))
                        return true;
        }
        return false;
}

static int remove_add(struct manifest *to, const struct entry *e) {
        struct entry copy;
        return !e || !e->path ? 0 : entry_copy(e, &copy) < 0 || manifest_take(to, &copy) < 0 ? -ENOMEM : 0;
}

/* Was it so that a later job of fairlead left it? */
static bool is_rewritten(const struct worker *w, const struct entry *e) {
        for (char **line = w->record->rewritten; line && *line; line++) {
                const char *gap = strstr(*line, "  ");
                if (gap && str_equal(gap + 2, e->path) &&
                    strncmp(*line, e->digest, (size_t) (gap - *line)) == 0)
                        return true;
        }
        return false;
}

/* What a program of the host did when it took the service off is the job's own work, where nobody had been at
 * it since the install; and in folders that are the service's own everything is. */
static int own_work(struct worker *w, const struct manifest *installed, const struct manifest *now,
                    struct changes *ret) {
        _cleanup_(changes_done) struct changes since = {};
        _cleanup_(manifest_done) struct manifest from = {}, to = {};
        int r = changes_make(&w->before, now, &since);
        for (size_t i = 0; r >= 0 && i < since.n; i++) {
                const struct change *c = &since.items[i];
                const struct entry *then = manifest_find(installed, c->path),
                                   *start = c->before.path ? &c->before : NULL;
                if (in_state(w, c->path) ||
                    !(then && start ? entry_same(then, start) || is_rewritten(w, start) : !then && !start))
                        continue;
                r = remove_add(&from, start);
                if (r >= 0)
                        r = remove_add(&to, &c->after);
        }
        for (size_t i = 0; r >= 0 && i < installed->n; i++)
                r = in_state(w, installed->items[i].path) ? remove_add(&from, &installed->items[i]) : 0;
        for (size_t i = 0; r >= 0 && i < now->n; i++)
                r = in_state(w, now->items[i].path) ? remove_add(&to, &now->items[i]) : 0;
        manifest_sort(&from);
        manifest_sort(&to);
        return r < 0 ? r : changes_make(&from, &to, ret);
}

/* What is to be put back: the install's changes, and for a program of the host those that it made on top. */
static int remove_gather(struct worker *w, int folder, const struct manifest *now, struct manifest *before,
                         struct changes *ret, struct error **reterr) {
        _cleanup_(manifest_done) struct manifest after = {}, both_before = {}, both_after = {};
        _cleanup_(changes_done) struct changes own = {};
        if (!now)
                return jobfolder_service_changes(folder, ret, before, reterr);
        int r = jobfolder_service(folder, before, &after, reterr);
        if (r >= 0)
                r = worker_load_before(w, reterr);
        if (r < 0)
                return r;
        r = own_work(w, &after, now, &own);
        if (r >= 0)
                r = changes_join(before, &after, &own, &both_before, &both_after);
        if (r >= 0)
                r = changes_make(&both_before, &both_after, ret);
        return r < 0 ? error_set(reterr, r, "Out of memory") : 0;
}

/* A file that is as a later job of fairlead left it is no work of somebody else's: it goes the way of the
 * install's. */
static int own_rewritten(struct worker *w, struct changes *changes) {
        _cleanup_(digest_freep) struct digest *digest = digest_new();
        for (char **line = w->record->rewritten; digest && line && *line; line++) {
                const char *gap = strstr(*line, "  "), *path = gap ? gap + 2 : "", *name;
                struct change *change = (struct change *) changes_find(changes, path);
                _cleanup_close_ int folder =
                        change && change->after.path ? files_open_parent(w->root, path, &name, NULL) : -1;
                _cleanup_close_ int fd =
                        folder < 0 ? -1
                                   : openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
                struct entry now = {};
                char hex[DIGEST_HEX];
                if (fd < 0 || digest_fd(digest, fd, hex) < 0 || strncmp(*line, hex, strlen(hex)) != 0 ||
                    files_look(folder, name, path, &now) < 0)
                        continue;
                memcpy(now.digest, hex, sizeof now.digest);
                entry_done(&change->after);
                change->after = now;
        }
        return digest ? 0 : -ENOMEM;
}

static int remove_put_back(struct worker *w, const struct manifest *now, struct error **reterr) {
        _cleanup_(changes_done) struct changes changes = {};
        _cleanup_(manifest_done) struct manifest before = {};
        _cleanup_(restored_done) struct restored restored = {};
        _cleanup_close_ int folder = jobfolder_open(w->paths, w->record->job ? w->record->job : "", reterr);
        int r = folder < 0 ? folder : remove_gather(w, folder, now, &before, &changes, reterr);
        _cleanup_close_ int blobs = r < 0 ? -1 : jobfolder_snapshot(folder, "blobs", false, reterr);
        if (blobs < 0)
                return error_wrap(reterr, -ENODATA, "What the install changed is not known any more, so its "
                                                    "files stay as they are");
        _cleanup_free_ char *blobs_name =
                str_printf("%s/jobs/%s/snapshot/blobs", w->paths->state, w->record->job);
        if (own_rewritten(w, &changes) < 0)
                return error_set(reterr, -ENOMEM, "Out of memory");
        const struct restore_options options = { .root = w->root,
                                                 .changes = &changes,
                                                 .blobs = blobs,
                                                 .before = &before,
                                                 .blobs_name = blobs_name };
        r = restore_run(&options, &restored, reterr);
        if (r < 0)
                return r;
        for (char **left = restored.left; left && *left; left++)
                worker_kept(w, "%s", *left);
        worker_note(w, restored.put_back == 1 ? "%zu file put back" : "%zu files put back",
                    restored.put_back);
        if (restored.failed)
                return error_set(reterr, -EIO,
                                 restored.failed == 1 ? "%zu file could not be put back"
                                                      : "%zu files could not be put back",
                                 restored.failed);
        return 0;
}

/* ---- a unit of the host's own ---- */

static void on_units_reset(struct worker *w) {
        worker_ended(w);
}

/* The sockets that come with it fail where its configuration names their services; they were not failed
 * before. */
static void on_units_listed(struct unit_list *list, struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        _cleanup_(unit_list_freep) struct unit_list *units = list;
        char **failed = NULL;
        if (e)
                worker_log_error(w, e);
        error_free(e);
        for (size_t i = 0; units && i < units->n; i++)
                if (str_equal(units->items[i].active, "failed"))
                        (void) strv_add(&failed, units->items[i].name);
        e = NULL;
        if (worker_act_on_units(w, failed, UNIT_RESET_FAILED, on_units_reset, &e) < 0)
                worker_failed(w, e);
}

static void host_units_now(struct worker *w) {
        const char *dot = w->plan->host_unit ? strrchr(w->plan->host_unit, '.') : NULL;
        _cleanup_free_ char *pattern =
                dot ? str_printf("%.*s*", (int) (dot - w->plan->host_unit), w->plan->host_unit) : NULL;
        w->op = pattern && w->units ? units_list(w->units, pattern, on_units_listed, w) : NULL;
        if (!w->op)
                worker_ended(w);
}

/* ---- the files ---- */

static void put_back_now(struct worker *w, const struct manifest *now) {
        struct error *e = NULL;
        int r = remove_put_back(w, now, &e);
        if (r == -ENODATA) {
                /* The service goes all the same; what stays is named. */
                _cleanup_free_ char *line = error_line(e);
                worker_kept(w, "%s", line ? line : "its files");
                error_free(e);
                host_units_now(w);
        } else if (r < 0)
                worker_failed(w, e);
        else
                host_units_now(w);
}

static void remove_on_looked(struct worker *w, struct manifest *now, struct error *e) {
        if (e)
                worker_failed(w, e);
        else
                put_back_now(w, now);
}

/* An image's uninstaller removes what it wants to have removed; a program of the host knows nothing of this
 * job, and leaves the host as it likes: what it did is looked at. */
static void files_now(struct worker *w) {
        struct error *e = NULL;
        if (!w->plan->command || worker_needs_engine(w)) {
                put_back_now(w, NULL);
                return;
        }
        int r = worker_load_before(w, &e);
        const struct snapshot_options options = worker_look_options(w, &w->before);
        if (r >= 0)
                r = worker_look(w, &options, remove_on_looked, &e);
        if (r < 0)
                worker_failed(w, e);
}

static void container_now(struct worker *w) {
        struct error *e = NULL;
        char **names = NULL;
        if (w->record->container && w->record->run_argv)
                (void) strv_add(&names, w->record->container);
        if (worker_remove_containers(w, names, files_now, &e) < 0)
                worker_failed(w, e);
}

/* Did something want a unit of this name before the install? Then it is the host's own that comes back, and
 * its links are as they were when the files are. */
static bool wanted_before(const struct manifest *before, const char *unit) {
        for (size_t i = 0; i < before->n; i++) {
                const char *slash =
                        S_ISLNK(before->items[i].mode) ? strrchr(before->items[i].path, '/') : NULL;
                if (slash && str_equal(slash + 1, unit) &&
                    str_starts(before->items[i].path, "/etc/systemd/system/"))
                        return true;
        }
        return false;
}

static void disable_now(struct worker *w) {
        _cleanup_(manifest_done) struct manifest before = {}, after = {};
        _cleanup_close_ int folder = jobfolder_open(w->paths, w->record->job ? w->record->job : "", NULL);
        struct error *e = NULL;
        char **names = NULL;
        if (folder >= 0)
                (void) jobfolder_service(folder, &before, &after, NULL);
        for (char **unit = w->record->units; unit && *unit; unit++)
                if (!str_equal(*unit, w->plan->host_unit) && !wanted_before(&before, *unit))
                        (void) strv_add(&names, *unit);
        if (worker_act_on_units(w, names, UNIT_DISABLE, container_now, &e) < 0)
                worker_failed(w, e);
}

static int remove_apply(struct worker *w, struct error **reterr) {
        if (!w->record)
                return error_set(reterr, -ENOENT, "The record of the service is gone");
        char **names = NULL;
        for (char **unit = w->record->units; unit && *unit; unit++)
                if (strv_add(&names, *unit) < 0)
                        return error_set(reterr, -ENOMEM, "Out of memory");
        int r = worker_act_on_units(w, names, UNIT_STOP, disable_now, reterr);
        return r < 0 ? r : STEP_WAITS;
}

/* Undone with the snapshot: it puts the files back, reloads, and starts what was running. */
const struct step withdraw_step = { .step = STEP_UNIT, .apply = remove_apply };
