/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "backend/skopeo/skopeo.h"

#define BLOB "Copying blob 399b2043fe34 "
#define MIB (1024 * 1024ULL)

/* As skopeo 1.9 and 1.18 print them on a terminal. */
static void reads_what_a_copy_prints(void **state) {
        static const struct {
                const char *line;
                enum skopeo_copy_line kind;
                enum pull_event event;
                uint64_t bytes, size;
        } rows[] = {
                { BLOB "[=====>-----] 44.5MiB / 286.1MiB", SKOPEO_COPY_LAYER, PULL_MOVES, 44 * MIB + MIB / 2, 286 * MIB + MIB / 10 },
                { BLOB "[=====>-----] 86.0MiB / 286.0MiB | 608.5 MiB/s", SKOPEO_COPY_LAYER, PULL_MOVES, 86 * MIB, 286 * MIB },
                { BLOB "[===========] 343.0b / 343.0b", SKOPEO_COPY_LAYER, PULL_MOVES, 343, 343 },
                { BLOB "[-----------] 0.0b / 1.5GiB", SKOPEO_COPY_LAYER, PULL_MOVES, 0, 1536 * MIB },
                { BLOB "done  ", SKOPEO_COPY_LAYER, PULL_DONE, 0, 0 },
                { BLOB "done   | ", SKOPEO_COPY_LAYER, PULL_DONE, 0, 0 },
                { BLOB "skipped: already exists  ", SKOPEO_COPY_LAYER, PULL_HERE, 0, 0 },
                { "Copying blob sha256:399b2043fe34aa done", SKOPEO_COPY_LAYER, PULL_DONE, 0, 0 },
                /* without sizes, or with such as cannot be, it is only known that there is one */
                { BLOB "", SKOPEO_COPY_LAYER, PULL_FOUND, 0, 0 },
                { BLOB "[>--]", SKOPEO_COPY_LAYER, PULL_FOUND, 0, 0 },
                { BLOB "[>--] 2.0MiB / 1.0MiB", SKOPEO_COPY_LAYER, PULL_FOUND, 0, 0 },
                { BLOB "[>--] 2.0MiB", SKOPEO_COPY_LAYER, PULL_FOUND, 0, 0 },
                { BLOB "[>--] 2000000000.0TiB / 3000000000.0TiB", SKOPEO_COPY_LAYER, PULL_FOUND, 0, 0 },
                { BLOB "[>--] x / y", SKOPEO_COPY_LAYER, PULL_FOUND, 0, 0 },
                { "Copying blob 399b", SKOPEO_COPY_STEP, 0, 0, 0 },
                { "Copying config 05813daa11 done", SKOPEO_COPY_STEP, 0, 0, 0 },
                { "Getting image source signatures", SKOPEO_COPY_STEP, 0, 0, 0 },
                { "Writing manifest to image destination", SKOPEO_COPY_STEP, 0, 0, 0 },
                { "Storing signatures", SKOPEO_COPY_STEP, 0, 0, 0 },
                { "INFO[0000] [graphdriver] using prior storage driver: overlay", SKOPEO_COPY_STEP, 0, 0, 0 },
                { "FATA[0000] write /var/tmp/x: no space left on device", SKOPEO_COPY_WORDS, 0, 0, 0 },
                { "", SKOPEO_COPY_WORDS, 0, 0, 0 },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct skopeo_copying got;
                print_message("%s\n", rows[i].line);
                assert_int_equal(skopeo_read_copy_line(rows[i].line, &got), rows[i].kind);
                if (rows[i].kind != SKOPEO_COPY_LAYER)
                        continue;
                assert_string_equal(got.layer, "399b2043fe34");
                assert_int_equal(got.event, rows[i].event);
                assert_int_equal(rows[i].event == PULL_MOVES ? got.bytes : 0, rows[i].bytes);
                assert_int_equal(rows[i].event == PULL_MOVES ? got.size : 0, rows[i].size);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(reads_what_a_copy_prints) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
