/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan of VERB_EDIT: a unit's drop-in with other settings. systemd's own check reads it first, beside a
 * copy of the unit in a private folder; what it complains of is not written. That of a Quadlet goes through
 * Podman's generator, and what comes of it through systemd's check. */
#include <fcntl.h>
#include <sys/stat.h>

#include "backend/host/internal.h"
#include "backend/io/files.h"
#include "backend/io/turn.h"
#include "model/plan/unit-text.h"
#include "model/plan/drop-in.h"

#define TEXT_MAX (256U * 1024)
#define EDIT_FOLDER "edit"

struct editing {
        struct op op; /* inner: the present query */
        struct backend *backend;
        char *unit;
        char **settings;
        char *text; /* of the whole drop-in; NULL: settings */
        char *made; /* of a Quadlet: the unit's text, and the name of its file */
        char *made_name;
        struct plan *plan;
        struct error *error;
        plan_done_t done;
        void *userdata;
};

static void editing_remove_copy(const struct editing *e) {
        _cleanup_close_ int run = open(e->backend->paths.run, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (run >= 0)
                (void) files_remove_tree(run, EDIT_FOLDER);
}

static void editing_drop(struct op *op) {
        struct editing *e = container_of(op, struct editing, op);
        editing_remove_copy(e);
        plan_free(e->plan);
        error_free(e->error);
        strv_free(e->settings);
        FREE_ALL(e->unit, e->text, e->made, e->made_name);
}

static void editing_end(struct editing *e) {
        struct plan *plan = e->error ? NULL : TAKE(e->plan);
        struct error *error = TAKE(e->error);
        op_end(&e->op);
        e->done(plan, error, e->userdata);
}

/* ---- systemd's check ---- */

static void editing_on_verified(int status, const struct str *answer, void *userdata) {
        struct editing *e = userdata;
        const char *text = e->plan->file.text;
        bool refused = e->made ? drop_in_complaints_made(e->unit, answer->text, e->made_name, e->made, text,
                                                         &e->error)
                               : drop_in_complaints(e->unit, answer->text, text, &e->error);
        if (status == -ETIMEDOUT || status == -EIO)
                error_set(&e->error, -EIO, "systemd-analyze did not check the settings of %s", e->unit);
        else if (refused)
                error_hint(&e->error, "Nothing was written");
        editing_end(e);
}

/* An empty folder that only root reads; the caller closes it. */
static int editing_folder(const struct editing *e, char **ret, struct error **reterr) {
        editing_remove_copy(e);
        (void) mkdir(e->backend->paths.run, 0755);
        _cleanup_close_ int run = open(e->backend->paths.run, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        int copy = run < 0 ? -errno : files_open_private(run, EDIT_FOLDER, true);
        if (copy < 0)
                return error_errno(reterr, copy, "The settings cannot be checked in %s",
                                   e->backend->paths.run);
        *ret = str_printf("%s/" EDIT_FOLDER, e->backend->paths.run);
        return copy;
}

/* The unit and its new drop-in. */
static int editing_copy(const struct editing *e, int root, const char *fragment, char **ret,
                        struct error **reterr) {
        const char *name;
        _cleanup_free_ char *text = NULL, *real = NULL, *folder_name = str_printf("%s.d", e->unit);
        size_t n = 0;
        _cleanup_close_ int copy = editing_folder(e, ret, reterr);
        _cleanup_close_ int folder = copy < 0 ? -1 : files_open_private(copy, folder_name, true);
        if (copy < 0)
                return copy;
        if (folder < 0)
                return error_errno(reterr, folder, "The settings cannot be checked in %s", *ret);
        /* /lib is a link to /usr/lib on a host with a merged /usr */
        int r = files_resolve(root, fragment, &real);
        if (r < 0)
                return error_errno(reterr, r, "%s cannot be read", fragment);
        _cleanup_close_ int from = files_open_parent(root, real, &name, reterr);
        r = from < 0 ? from : files_read(from, name, TEXT_MAX, &text, &n, reterr);
        if (r >= 0)
                r = files_write(copy, e->unit, text, n, 0600, reterr);
        if (r >= 0)
                r = files_write(folder, DROP_IN_NAME, e->plan->file.text, strlen(e->plan->file.text), 0600,
                                reterr);
        return r;
}

static struct op *editing_analyze(struct editing *e, const char *copy, const char *name) {
        _cleanup_strv_ char **argv = NULL;
        strv_add(&argv, "/usr/bin/env");
        strv_addf(&argv, "SYSTEMD_UNIT_PATH=%s:", copy);
        strv_add(&argv, "/usr/bin/systemd-analyze");
        strv_add(&argv, "verify");
        strv_add(&argv, "--man=no");
        strv_addf(&argv, "%s/%s", copy, name);
        struct op *op = lookup_start(e->backend, argv, editing_on_verified, e);
        if (!op)
                error_set(&e->error, -EIO,
                          "systemd-analyze could not be started: the settings of %s cannot "
                          "be checked",
                          e->unit);
        return op;
}

static struct op *editing_verify(struct editing *e, int root, const char *fragment) {
        _cleanup_free_ char *copy = NULL;
        if (!*e->plan->file.text || editing_copy(e, root, fragment, &copy, &e->error) < 0)
                return NULL;
        return editing_analyze(e, copy, e->unit);
}

/* ---- through Podman's generator ---- */

static void editing_on_generated(int status, const struct str *answer, void *userdata) {
        struct editing *e = userdata;
        struct op *verify = NULL;
        _cleanup_free_ char *path = NULL;
        _cleanup_close_ int copy = -1;
        if (status == -ETIMEDOUT || status == -EIO)
                error_set(&e->error, -EIO, "Podman's generator did not check the settings of %s", e->unit);
        else {
                path = str_printf("%s/" EDIT_FOLDER, e->backend->paths.run);
                e->made = edit_quadlet_read(e->unit, answer->text ? answer->text : "", path, &e->made_name,
                                            &e->error);
        }
        if (e->made)
                copy = editing_folder(e, &path, &e->error);
        if (copy >= 0 && files_write(copy, e->made_name, e->made, strlen(e->made), 0600, &e->error) >= 0)
                verify = editing_analyze(e, path, e->made_name);
        if (verify) {
                op_wait(&e->op, verify);
                return;
        }
        error_hint(&e->error, "Nothing was written");
        editing_end(e);
}

static struct op *editing_generate(struct editing *e, int root) {
        _cleanup_free_ char *path = NULL;
        _cleanup_strv_ char **argv = NULL;
        _cleanup_close_ int copy = editing_folder(e, &path, &e->error);
        if (copy < 0 || edit_quadlet_copy(root, copy, e->unit, e->plan->file.text, &e->error) < 0)
                return NULL;
        strv_add(&argv, "/usr/bin/env");
        strv_addf(&argv, "QUADLET_UNIT_DIRS=%s", path);
        strv_addf(&argv, "%s" QUADLET_GENERATOR, e->backend->paths.root);
        strv_add(&argv, "--dryrun");
        struct op *op = lookup_start(e->backend, argv, editing_on_generated, e);
        if (!op)
                error_set(&e->error, -EIO, "Podman's generator could not be started");
        return op;
}

/* ---- the plan ---- */

static int editing_plan(struct editing *e, int root, const char *fragment, struct error **reterr) {
        const char *name;
        size_t n;
        struct plan *plan = e->plan = new0(struct plan);
        struct plan_file *file = &plan->file;
        plan->given.answers = new0(struct answers);
        plan->verb = VERB_EDIT;
        str_replace(&plan->name, e->unit);
        str_replace(&plan->pin.reference, fragment);
        str_replace(&plan->pin.image, fragment);
        file->path = drop_in_path(e->unit);
        _cleanup_error_ struct error *none = NULL;
        _cleanup_close_ int folder = files_open_parent(root, file->path, &name, &none);
        int r = folder < 0 ? folder : files_read(folder, name, TEXT_MAX, &file->was, &n, &none);
        if (r < 0 && r != -ENOENT)
                return error_take(reterr, TAKE(none));
        if (r < 0)
                str_replace(&file->was, "");
        r = e->text ? drop_in_take(e->text, &file->text, reterr)
                    : drop_in_change(e->unit, file->was, e->settings, &file->text, reterr);
        if (r < 0)
                return r;
        if (str_equal(file->was, file->text))
                return error_set(reterr, -EALREADY, "%s has these settings already", e->unit);
        file->sentence =
                str_printf(*file->text ? "%s has other settings, from its next start on"
                                       : "%s has the settings of its file alone, from its next start on",
                           e->unit);
        strv_add(&plan->paths,
                 quadlet_name_valid(e->unit) ? "/etc/containers/systemd" : "/etc/systemd/system");
        return 0;
}

static void editing_begin_quadlet(void *state) {
        struct editing *e = state;
        struct op *generate = NULL;
        _cleanup_close_ int root = files_open_root(e->backend->paths.root, &e->error);
        _cleanup_free_ char *file = root < 0 ? NULL : quadlet_file(e->backend->paths.root, e->unit);
        if (root >= 0 && !file) {
                error_set(&e->error, -ENOENT, "There is no %s in /etc/containers/systemd", e->unit);
                error_hint(&e->error, "A unit of systemd ends in .service, .socket, ...: fairlead units");
        }
        if (file && editing_plan(e, root, file, &e->error) >= 0)
                generate = editing_generate(e, root);
        if (generate)
                op_wait(&e->op, generate);
        else
                editing_end(e);
}

static void editing_on_unit(struct unit_detail *detail, struct error *error, void *userdata) {
        struct editing *e = userdata;
        _cleanup_(unit_detail_freep) struct unit_detail *owned = detail;
        struct op *verify = NULL;
        e->error = error;
        if (detail && (str_equal(detail->unit.load, "not-found") || str_empty(detail->fragment)))
                error_set(&e->error, -ENOENT, "%s has no unit file on this host", e->unit);
        if (!e->error) {
                _cleanup_close_ int root = files_open_root(e->backend->paths.root, &e->error);
                if (root >= 0 && editing_plan(e, root, detail->fragment, &e->error) >= 0)
                        verify = editing_verify(e, root, detail->fragment);
        }
        if (verify)
                op_wait(&e->op, verify);
        else
                editing_end(e);
}

struct op *backend_edit_plan(struct backend *b, const char *unit, char *const *settings, const char *text,
                             plan_done_t done, void *userdata) {
        struct editing *e = new0(struct editing);
        *e = (struct editing){ .op.drop = editing_drop,
                               .backend = b,
                               .unit = xstrdup(unit),
                               .settings = strv_copy(settings),
                               .text = xstrdup(text),
                               .done = done,
                               .userdata = userdata };
        if (quadlet_name_valid(unit))
                return op_answer(&e->op, b->event, editing_begin_quadlet);
        return op_wait(&e->op, units_show(b->units, unit, editing_on_unit, e));
}
