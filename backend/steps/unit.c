/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "backend/files.h"
#include "backend/steps/step.h"
#include "base/str.h"

/* The command's words were looked at, a unit's are not: at least where it goes is. */
static bool place_is_a_units(const char *path) {
        return str_starts(path, "/etc/systemd/system/") || str_starts(path, "/etc/containers/systemd/");
}

static int apply(struct worker *w, struct error **reterr) {
        const struct unit_file *unit = &w->plan->unit;
        (void) worker_load_changes(w, NULL);
        if (worker_main_unit(w)) {
                worker_note(w, "the image wrote %s", worker_main_unit(w));
                return STEP_NOTHING;
        }
        if (!unit->text || !unit->path || !unit->name) {
                worker_note(w, "the image has nothing to supervise");
                return STEP_NOTHING;
        }
        const char *slash = strrchr(unit->path, '/');
        if (!place_is_a_units(unit->path))
                return error_set(reterr, -EINVAL, "%s is no place for a unit", unit->path);
        _cleanup_free_ char *path = strndup(unit->path, (size_t) (slash - unit->path));
        _cleanup_close_ int folder = path ? files_make_folder(w->root, path, reterr) : error_set(reterr, -ENOMEM, "Out of memory");
        if (folder < 0)
                return folder;
        int r = files_write(folder, slash + 1, unit->text, strlen(unit->text), 0644, reterr);
        if (r < 0)
                return r;
        if (strv_add(&w->made_units, unit->name) < 0)
                return error_set(reterr, -ENOMEM, "Out of memory");
        w->wrote_unit = true;
        w->made_quadlet = unit->kind == UNIT_QUADLET;
        worker_note(w, "%s", unit->path);
        return STEP_ENDED;
}

/* Read back through a descriptor of its own. */
static int verify(struct worker *w, struct error **reterr) {
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

/* The file itself lies where the snapshot puts everything back. */
const struct step unit_step = { .step = STEP_UNIT, .apply = apply, .verify = verify };
