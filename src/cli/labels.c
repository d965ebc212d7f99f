/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/labels.h"

#include <ctype.h>

#include "backend/format/emit.h"
#include "base/readfile.h"
#include "cli/order.h"
#include "cli/out.h"

#define LABELS_BYTES_MAX (1024U * 1024)

static int from_file(const char *path, const char *reference, struct image **ret, struct error **reterr) {
        _cleanup_free_ char *text = NULL;
        size_t n;
        int r = readfile(path, LABELS_BYTES_MAX, &text, &n, reterr);
        if (r < 0)
                return r;
        _cleanup_image_ struct image *image = NULL;
        r = image_parse_labels(text, n, &image, reterr);
        if (r < 0)
                return error_wrap(reterr, r == -EINVAL ? -EBADMSG : r, "%s does not hold labels", path);
        if (reference) {
                image->names = strv_free(image->names);
                strv_add(&image->names, reference);
        }
        *ret = TAKE(image);
        return 0;
}

int labels_image(struct session *s, const struct arguments *a, const char *reference, struct image **ret,
                 struct error **reterr) {
        const char *path = argument_value(a, OPTION_LABELS), *as = argument_value(a, OPTION_IMAGE);
        if (!path == !reference)
                return error_set(reterr, -EINVAL, "An image or --labels FILE is needed, one of them");
        if (as && !reference_valid(as))
                return error_set(reterr, -EINVAL, "\"%s\" is not an image reference", as);
        return path ? from_file(path, as, ret, reterr) : session_find_image(s, reference, ret, reterr);
}

int labels_engine(const struct arguments *a, enum engine_kind *ret, const char **ret_version,
                  struct error **reterr) {
        const char *text = argument_value(a, OPTION_ENGINE), *version = text ? strchr(text, '=') : NULL;
        *ret = ENGINE_NONE;
        *ret_version = NULL;
        if (!text)
                return 0;
        if (!a->given[OPTION_LABELS])
                return error_set(reterr, -EINVAL,
                                 "--engine belongs to --labels: an image is read for its own engine");
        _cleanup_free_ char *word = xstrndup(text, strcspn(text, "="));
        int kind = engine_kind_from_name(word);
        if (kind <= ENGINE_NONE || !version || !isdigit((unsigned char) version[1]) ||
            version[1 + strspn(version + 1, "0123456789.")]) {
                error_set(reterr, -EINVAL, "\"%s\" is not an engine with its version", text);
                error_hint(reterr, "--engine podman=5.4, podman=4.3 or docker=20.10");
                return -EINVAL;
        }
        *ret = (enum engine_kind) kind;
        *ret_version = version + 1;
        return 0;
}
