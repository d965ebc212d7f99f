/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "backend/io/files.h"
#include "backend/systemd/places.h"
#include "backend/worker/step.h"
#include "base/str.h"

static int write_unit(struct worker *w, struct error **reterr) {
        const struct unit_file *unit = &w->plan->unit;
        const char *slash = strrchr(unit->path, '/');
        /* The command's words were looked at, a unit's are not: at least where it goes is. */
        if (!unit_places_has(unit->path))
                return error_set(reterr, -EINVAL, "%s is no place for a unit", unit->path);
        _cleanup_free_ char *path = strndup(unit->path, (size_t) (slash - unit->path));
        _cleanup_close_ int folder =
                path ? files_make_folder(w->root, path, reterr) : error_set(reterr, -ENOMEM, "Out of memory");
        if (folder < 0)
                return folder;
        int r = files_write(folder, slash + 1, unit->text, strlen(unit->text), 0644, reterr);
        return r < 0 ? r : 0;
}

/* The service keeps its units; those that the command made are more of them. */
static int add_units_of_record(struct worker *w, struct error **reterr) {
        _cleanup_strv_ char **units = NULL;
        int r = worker_load_record(w, reterr);
        if (r < 0)
                return r;
        r = strv_extend(&units, w->record->units);
        for (char **unit = w->made_units; r >= 0 && unit && *unit; unit++)
                if (!strv_contains(units, *unit))
                        r = strv_add(&units, *unit);
        if (r < 0)
                return error_set(reterr, r, "Out of memory");
        strv_free(w->made_units);
        w->made_units = TAKE(units);
        return 0;
}

/* Who wrote, or is to write, which unit: what the later steps need to know. 1: ours is to be written, 0:
 * there is nothing to write. */
static int unit_settle(struct worker *w, struct error **reterr) {
        const struct unit_file *unit = &w->plan->unit;
        bool upgrade = w->plan->verb == VERB_UPGRADE;
        (void) worker_load_changes(w, NULL);
        const char *made = worker_main_unit(w);
        if (made && (!upgrade || str_equal(made, unit->name))) {
                worker_note(w, "the image wrote %s", made);
                return upgrade ? add_units_of_record(w, reterr) : 0;
        }
        int r = upgrade ? add_units_of_record(w, reterr) : 0;
        if (r < 0)
                return r;
        if (!unit->text || !unit->path || !unit->name) {
                made = worker_main_unit(w);
                worker_note(w, made ? "%s stays as it is" : "the image has nothing to supervise", made);
                return 0;
        }
        return 1;
}

static int unit_own(struct worker *w, struct error **reterr) {
        const struct unit_file *unit = &w->plan->unit;
        w->wrote_unit = true;
        worker_note(w, "%s", unit->path);
        if (strv_contains(w->made_units, unit->name))
                return 0;
        w->made_quadlet = unit->kind == UNIT_QUADLET;
        return strv_add(&w->made_units, unit->name) < 0 ? error_set(reterr, -ENOMEM, "Out of memory") : 0;
}

static int unit_apply(struct worker *w, struct error **reterr) {
        int r = unit_settle(w, reterr);
        if (r <= 0)
                return r < 0 ? r : STEP_NOTHING;
        r = write_unit(w, reterr);
        if (r >= 0)
                r = unit_own(w, reterr);
        return r < 0 ? r : STEP_ENDED;
}

/* Read back through a descriptor of its own. */
static int unit_verify(struct worker *w, struct error **reterr) {
        const struct unit_file *unit = &w->plan->unit;
        const char *name;
        _cleanup_free_ char *text = NULL;
        size_t n;
        _cleanup_close_ int folder = files_open_parent(w->root, unit->path, &name, reterr);
        int r = folder < 0 ? folder : files_read(folder, name, strlen(unit->text) + 1, &text, &n, reterr);
        if (r < 0)
                return r;
        return n == strlen(unit->text) && memcmp(text, unit->text, n) == 0
                       ? 0
                       : error_set(reterr, -EIO, "The unit file %s is not what was written", unit->path);
}

static int unit_probe(struct worker *w) {
        const struct unit_file *unit = &w->plan->unit;
        return unit->text && unit->path && unit->name && unit_verify(w, NULL) >= 0;
}

static int unit_recall(struct worker *w, struct error **reterr) {
        int r = unit_settle(w, reterr);
        return r > 0 ? unit_own(w, reterr) : r;
}

/* The file itself lies where the snapshot puts everything back. */
const struct step unit_step = {
        .step = STEP_UNIT,
        .apply = unit_apply,
        .verify = unit_verify,
        .probe = unit_probe,
        .recall = unit_recall,
};
