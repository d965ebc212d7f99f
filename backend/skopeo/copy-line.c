/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `skopeo copy` says on a terminal of the layers that it copies, a line each, written anew several times
 * a second:
 *
 *     Copying blob 399b2043fe34 [=====>------] 44.7MiB / 286.1MiB             1.9 (Debian 12)
 *     Copying blob 399b2043fe34 [=====>------] 44.7MiB / 286.1MiB | 1.4 GiB/s 1.18 (Debian 13)
 *     Copying blob 399b2043fe34 done
 *     Copying blob 399b2043fe34 skipped: already exists */
#include "backend/skopeo/internal.h"

#define DIGITS_MAX 9U

/* "44.7MiB" at *at, which goes behind it. */
static bool copy_line_size(const char **at, uint64_t *ret) {
        static const struct {
                const char *name;
                unsigned shift;
        } units[] = { { "KiB", 10 }, { "MiB", 20 }, { "GiB", 30 }, { "TiB", 40 }, { "b", 0 }, { "B", 0 } };
        size_t digits = strspn(*at, "0123456789");
        if (digits == 0 || digits > DIGITS_MAX)
                return false;
        uint64_t whole = strtoull(*at, NULL, 10), tenths = 0;
        *at += digits;
        if (**at == '.') {
                tenths = (*at)[1] >= '0' && (*at)[1] <= '9' ? (uint64_t) ((*at)[1] - '0') : 0;
                *at += 1 + strspn(*at + 1, "0123456789");
        }
        for (size_t i = 0; i < ELEMENTS(units); i++) {
                const char *behind = str_starts(*at, units[i].name);
                if (!behind)
                        continue;
                *ret = (whole << units[i].shift) + ((tenths << units[i].shift) / 10);
                *at = behind;
                return true;
        }
        return false;
}

/* The two sizes behind the bar; false: this line says neither, as where a layer's is not known. */
static bool copy_line_sizes(const char *bar, struct skopeo_copying *ret) {
        const char *at = strrchr(bar, ']');
        if (!at)
                return false;
        at += 1 + strspn(at + 1, " ");
        return copy_line_size(&at, &ret->bytes) && (at = str_starts(at, " / ")) &&
               copy_line_size(&at, &ret->size);
}

enum skopeo_copy_line skopeo_read_copy_line(const char *line, struct skopeo_copying *ret) {
        static const char *const steps[] = { "Copying config ", "Getting image ", "Writing manifest ",
                                             "Storing signatures", "INFO[" };
        *ret = (struct skopeo_copying) {};
        for (size_t i = 0; i < ELEMENTS(steps); i++)
                if (str_starts(line, steps[i]))
                        return SKOPEO_COPY_STEP;
        const char *id = str_starts(line, "Copying blob ");
        if (!id)
                return SKOPEO_COPY_WORDS;
        const char *digest = str_starts(id, "sha256:");
        id = digest ? digest : id;
        size_t n = strspn(id, "0123456789abcdef");
        const char *rest = id + n + strspn(id + n, " ");
        if (n < PULL_ID)
                return SKOPEO_COPY_STEP;
        memcpy(ret->layer, id, PULL_ID);
        if (str_starts(rest, "done"))
                ret->event = PULL_DONE;
        else if (str_starts(rest, "skipped"))
                ret->event = PULL_HERE;
        else
                ret->event = copy_line_sizes(rest, ret) && ret->bytes <= ret->size ? PULL_MOVES : PULL_FOUND;
        return SKOPEO_COPY_LAYER;
}
