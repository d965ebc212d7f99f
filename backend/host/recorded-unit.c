/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/host/internal.h"
#include "backend/io/digest.h"
#include "backend/io/files.h"
#include "backend/store/job-folder.h"

#define UNIT_BYTES_MAX (1024U * 1024)

int backend_read_unit(const struct backend *b, const struct service *s, enum plan_verb verb,
                      struct recorded_unit *ret, struct error **reterr) {
        const char *unit = s->units && s->units[0] ? s->units[0] : NULL, *name;
        _cleanup_(changes_done) struct changes changes = {};
        _cleanup_close_ int folder = unit && s->job ? jobfolder_open(&b->paths, s->job, NULL) : -1;
        const struct change *made = NULL;
        if (folder >= 0 && jobfolder_service_changes(folder, &changes, NULL) >= 0)
                made = unit_places_file(&changes, unit);
        const char *path = made ? made->path : s->files ? s->files[0] : NULL;
        if (!path)
                return 0; /* of unknown origin: plan_make() notes that it stays as it is */
        _cleanup_close_ int root = files_open_root(b->paths.root, reterr);
        _cleanup_close_ int where = root < 0 ? -1 : files_open_parent(root, path, &name, NULL);
        size_t n;
        char hex[DIGEST_HEX];
        if (root < 0)
                return root;
        str_replace(&ret->path, path);
        if (where < 0 || files_read(where, name, UNIT_BYTES_MAX, &ret->text, &n, NULL) < 0)
                return 0; /* removed by somebody else */
        digest_bytes(ret->text, n, hex);
        _cleanup_free_ char *rewritten = str_printf("%s  %s", hex, path);
        /* Of an adopted one it is somebody's from the beginning; an upgrade changes only the image's name. */
        ret->edited = made ? strcmp(made->after.digest, hex) != 0 && !strv_contains(s->rewritten, rewritten)
                           : s->adopted && verb == VERB_UNINSTALL;
        return 0;
}

struct image *backend_recorded_image(const struct service *record) {
        struct image *image = new0(struct image);
        str_replace(&image->id, record->pin.image_id);
        str_replace(&image->digest, record->pin.digest);
        if (record->pin.reference)
                strv_add(&image->names, record->pin.reference);
        return image;
}
