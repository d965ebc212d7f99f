/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/store/pins.h"

#include <errno.h>
#include <fcntl.h>

#include "backend/io/files.h"
#include "model/service/unit.h"

#define PINS "pins"
#define PINS_BYTES_MAX (PINS_MAX * 257U)

static int pins_open(const struct paths *paths) {
        return open(paths->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static char **pins_read_at(int folder) {
        _cleanup_free_ char *text = NULL;
        size_t n;
        char **pins = NULL;
        if (folder < 0 || files_read(folder, PINS, PINS_BYTES_MAX, &text, &n, NULL) < 0)
                return NULL;
        _cleanup_strv_ char **lines = strv_split(text, "\n");
        for (char **line = lines; line && *line; line++)
                if (unit_name_check(*line, NULL) >= 0 && strv_length(pins) < PINS_MAX)
                        strv_add(&pins, *line);
        return pins;
}

char **pins_read(const struct paths *paths) {
        _cleanup_close_ int folder = pins_open(paths);
        return pins_read_at(folder);
}

int pins_toggle(const struct paths *paths, const char *unit, bool *ret, struct error **reterr) {
        int r = unit_name_check(unit, reterr);
        if (r >= 0)
                r = paths_prepare(paths, reterr);
        if (r < 0)
                return r;
        _cleanup_close_ int folder = pins_open(paths);
        if (folder < 0)
                return error_errno(reterr, -errno, "%s cannot be opened", paths->state);
        _cleanup_strv_ char **pins = pins_read_at(folder);
        _cleanup_str_ struct str text = {};
        *ret = true;
        for (char **pin = pins; pin && *pin; pin++)
                if (str_equal(*pin, unit))
                        *ret = false;
                else
                        str_addf(&text, "%s\n", *pin);
        if (*ret && strv_length(pins) >= PINS_MAX)
                return error_set(reterr, -E2BIG, "%u units are pinned already, as many as can be", PINS_MAX);
        if (*ret)
                str_addf(&text, "%s\n", unit);
        return files_write(folder, PINS, text.text ? text.text : "", text.length, 0600, reterr);
}
