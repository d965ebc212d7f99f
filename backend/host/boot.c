/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Enable and disable of a service whose unit fairlead wrote as a .container: a generated unit is wanted at
 * boot by what its source says, so [Install] of the source is changed, as a job, which the service's record
 * knows of and which can be undone. */
#include "backend/host/internal.h"
#include "backend/io/files.h"
#include "backend/store/services.h"
#include "model/plan/unit-text.h"

#define TEXT_MAX (256U * 1024)

bool backend_owns(const struct backend *b, const struct unit_detail *unit, struct service **ret) {
        _cleanup_(service_list_freep) struct service_list *services = services_list(&b->paths, NULL);
        for (size_t i = 0; unit->source && i < services->n; i++) {
                if (!strv_contains(services->items[i]->files, unit->source))
                        continue;
                *ret = services->items[i];
                services->items[i] = services->items[--services->n];
                return true;
        }
        return false;
}

int backend_boot_plan(const struct backend *b, const struct service *record, const char *path, bool on,
                      struct plan **ret, struct error **reterr) {
        _cleanup_plan_ struct plan *plan = new0(struct plan);
        struct plan_file *file = &plan->file;
        const char *name;
        size_t n;
        plan->given.answers = new0(struct answers);
        plan->verb = on ? VERB_ENABLE : VERB_DISABLE;
        str_replace(&plan->name, record->name);
        image_pin_copy(&record->pin, &plan->pin);
        str_replace(&plan->given.mode, record->given.mode);
        _cleanup_close_ int root = files_open_root(b->paths.root, reterr);
        _cleanup_close_ int folder = root < 0 ? root : files_open_parent(root, path, &name, reterr);
        int r = folder < 0 ? folder : files_read(folder, name, TEXT_MAX, &file->was, &n, reterr);
        if (r < 0)
                return r;
        str_replace(&file->path, path);
        file->text = unit_text_want(file->was, on);
        file->sentence =
                str_printf(on ? "%s starts at boot" : "%s does not start at boot any more", record->name);
        strv_add(&plan->paths, "/etc/containers/systemd");
        *ret = TAKE(plan);
        return 0;
}
