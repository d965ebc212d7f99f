/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A database of RPM as an image may have it, of any kind: the input is the file. */
#include <stdint.h>
#include <sys/mman.h>

#include "backend/rpm/rpm.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        _cleanup_(package_list_freep) struct package_list *list = new0(struct package_list), *alone = new0(struct package_list);
        _cleanup_error_ struct error *e = NULL;
        _cleanup_close_ int fd = memfd_create("fuzz", MFD_CLOEXEC);
        MUST(fd >= 0 && write(fd, bytes, n) == (ssize_t) n);
        int r = rpm_database_read(fd, "Packages", list, &e);
        MUST((r < 0) == (e != NULL));
        package_list_sort(list);
        MUST(list->n <= PACKAGES_MAX);
        for (size_t i = 0; i < list->n; i++) {
                MUST(*list->items[i].name && strchr(list->items[i].version, '-'));
                MUST(!str_has_controls(list->items[i].name) && !str_has_controls(list->items[i].version));
                MUST(!i || strcmp(list->items[i - 1].name, list->items[i].name) < 0);
        }
        packages_read_rpm(alone, (const char *) bytes, n);
        MUST(alone->n <= 1);
        return 0;
}
