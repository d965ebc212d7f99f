/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of updates, and what package managers leave in images: the first line of the input names the parser. */
#include <stdint.h>

#include "backend/format/updates.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* What was read is written, and read again the same. */
static void updates_fuzz_file(const char *text, size_t n) {
        _cleanup_(update_list_freep) struct update_list *list = NULL, *again = NULL;
        _cleanup_error_ struct error *e = NULL;
        if (updates_file_parse(text, n, &list, &e) < 0) {
                MUST(e && e->message && !list);
                return;
        }
        MUST(list->n <= UPDATES_MAX);
        _cleanup_free_ char *written = updates_file_text(list), *shown = emit_updates(list, NULL);
        MUST(shown && updates_file_parse(written, strlen(written), &again, NULL) >= 0);
        MUST(again->n == list->n);
        for (size_t i = 0; i < list->n; i++) {
                MUST(service_name_valid(list->items[i].name));
                MUST(str_equal(again->items[i].newest.digest, list->items[i].newest.digest));
                MUST(again->items[i].held == list->items[i].held);
                MUST(!list->items[i].failed || !str_has_controls(list->items[i].failed));
        }
}

static void updates_fuzz_packages(void (*read)(struct package_list *list, const char *text, size_t n), const char *text, size_t n) {
        static const char other[] = "Package: a\nVersion: 1\n\nPackage: b\nVersion: 1\n";
        _cleanup_(package_list_freep) struct package_list *list = new0(struct package_list), *fixed = new0(struct package_list);
        _cleanup_(package_changes_done) struct package_changes changes = {};
        read(list, text, n);
        packages_read_dpkg(fixed, other, strlen(other));
        package_list_sort(list);
        package_list_sort(fixed);
        MUST(list->n <= PACKAGES_MAX);
        for (size_t i = 0; i < list->n; i++) {
                MUST(*list->items[i].name && *list->items[i].version);
                MUST(!str_has_controls(list->items[i].name) && !str_has_controls(list->items[i].version));
                MUST(!i || strcmp(list->items[i - 1].name, list->items[i].name) < 0);
        }
        package_changes_make(fixed, list, &changes);
        MUST(changes.count[DIFFERENCE_SAME] + changes.count[DIFFERENCE_CHANGED] + changes.count[DIFFERENCE_REMOVED] == fixed->n);
        MUST(changes.count[DIFFERENCE_SAME] + changes.count[DIFFERENCE_CHANGED] + changes.count[DIFFERENCE_ADDED] == list->n);
        for (size_t i = 0; i < changes.n; i++) {
                _cleanup_free_ char *line = package_change_text(&changes.items[i]);
                MUST(*line);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        const char *text = (const char *) bytes, *end = memchr(bytes, '\n', n);
        size_t name = end ? (size_t) (end - text) : n;
        if (!end)
                return 0;
        if (name == 4 && memcmp(text, "file", 4) == 0)
                updates_fuzz_file(end + 1, n - name - 1);
        else if (name == 4 && memcmp(text, "dpkg", 4) == 0)
                updates_fuzz_packages(packages_read_dpkg, end + 1, n - name - 1);
        else if (name == 3 && memcmp(text, "apk", 3) == 0)
                updates_fuzz_packages(packages_read_apk, end + 1, n - name - 1);
        return 0;
}
