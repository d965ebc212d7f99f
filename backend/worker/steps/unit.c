/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/files.h"
#include "backend/worker/step.h"
#include "model/plan/adopt.h"

static int unit_write(struct worker *w, struct error **reterr) {
        const struct unit_file *unit = &w->plan->unit;
        const char *slash = strrchr(unit->path, '/');
        /* The plan's check covers a command's words, but not a unit's: at least its place is checked. */
        if (!unit_places_has(unit->path))
                return error_set(reterr, -EINVAL, "%s is not in a folder for units", unit->path);
        _cleanup_free_ char *path = worker_unit_folder(w);
        _cleanup_close_ int folder = files_make_folder(w->root, path, reterr);
        if (folder < 0)
                return folder;
        return files_write(folder, slash + 1, unit->text, strlen(unit->text), 0644, reterr);
}

/* The service keeps its units; those that the command created are added. */
static int unit_add_recorded(struct worker *w, struct error **reterr) {
        _cleanup_strv_ char **units = NULL;
        int r = worker_load_record(w, reterr);
        if (r < 0)
                return r;
        strv_extend(&units, w->record->units);
        for (char **unit = w->kept.made.units; unit && *unit; unit++)
                if (!strv_contains(units, *unit))
                        strv_add(&units, *unit);
        strv_free(w->kept.made.units);
        w->kept.made.units = TAKE(units);
        return 0;
}

/* Finds the author of each unit, for later steps. 1: ours is to be written, 0: nothing to write. */
static int unit_settle(struct worker *w, struct error **reterr) {
        const struct unit_file *unit = &w->plan->unit;
        bool upgrade = plan_changes_service(w->plan->verb);
        (void) worker_load_changes(w, NULL);
        if (adopt_records_only(w->plan)) {
                if (!worker_main_unit(w))
                        strv_add(&w->kept.made.units, w->plan->host_unit);
                worker_note(w, "%s stays as it is", w->plan->host_unit);
                return 0;
        }
        const char *made = worker_main_unit(w);
        bool by_image = made && (!upgrade || str_equal(made, unit->name));
        if (by_image)
                worker_note(w, "the image wrote %s", made);
        int r = upgrade ? unit_add_recorded(w, reterr) : 0;
        if (r < 0 || by_image)
                return r;
        if (unit->text && unit->path && unit->name)
                return 1;
        made = worker_main_unit(w);
        worker_note(w, made ? "%s stays as it is" : "the image has nothing to supervise", made);
        return 0;
}

static void unit_own(struct worker *w) {
        const struct unit_file *unit = &w->plan->unit;
        w->kept.made.wrote_unit = true;
        worker_note(w, "%s", unit->path);
        if (strv_contains(w->kept.made.units, unit->name))
                return;
        w->kept.made.quadlet = unit->kind == UNIT_QUADLET;
        strv_add(&w->kept.made.units, unit->name);
}

/* The engine would make a missing volume at the start, and nobody would know later whose it is. */
static int unit_volumes_made(struct worker *w, struct error **reterr) {
        int r = unit_write(w, reterr);
        if (r < 0)
                return r;
        unit_own(w);
        return STEP_ENDED;
}

static int unit_apply(struct worker *w, struct error **reterr) {
        int r = unit_settle(w, reterr);
        if (r <= 0)
                return r < 0 ? r : STEP_NOTHING;
        return worker_make_volumes(w, unit_volumes_made, reterr);
}

/* Reads the unit again through a descriptor of its own. */
static int unit_verify(struct worker *w, struct error **reterr) {
        const struct unit_file *unit = &w->plan->unit;
        const char *name;
        _cleanup_free_ char *text = NULL;
        size_t n;
        _cleanup_close_ int folder = files_open_parent(w->root, unit->path, &name, reterr);
        int r = folder < 0 ? folder : files_read(folder, name, strlen(unit->text) + 1, &text, &n, reterr);
        if (r < 0)
                return r;
        if (n == strlen(unit->text) && memcmp(text, unit->text, n) == 0)
                return 0;
        return error_set(reterr, -EIO, "The unit file %s is not what was written", unit->path);
}

static int unit_probe(struct worker *w) {
        const struct unit_file *unit = &w->plan->unit;
        return unit->text && unit->path && unit->name && unit_verify(w, NULL) >= 0;
}

static int unit_recall(struct worker *w, struct error **reterr) {
        int r = unit_settle(w, reterr);
        if (r > 0)
                unit_own(w);
        return r < 0 ? r : 0;
}

/* The snapshot restores the file itself. */
const struct step unit_step = {
        .apply = unit_apply,
        .undo = worker_unmake_volumes,
        .verify = unit_verify,
        .probe = unit_probe,
        .recall = unit_recall,
};
