/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an installer left in the copy of the host's files: pieces that end with NUL. The first is the list of layers, each other one a letter (file,
 * directory, link, removed, opaque; or host file) and a path below the first layer, or the host's root. */
#include <stdint.h>
#include <sys/xattr.h>

#include "backend/snapshot/snapshot.h"
#include "tests/fuzz/folder.h"

#define PIECES_MAX 40

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void put(int folder, char kind, const char *below) {
        char path[400];
        snprintf(path, sizeof path, "%s/%s", kind == 'h' ? "root" : "run/rehearsal/layers/1/upper", below);
        fuzz_folder_above(folder, path);
        if (kind == 'd' || kind == 'o')
                (void) mkdirat(folder, path, 0700);
        else if (kind == 'l')
                (void) !symlinkat(below, folder, path);
        else if (kind == 'r')
                (void) mknodat(folder, path, S_IFCHR | 0600, 0);
        else
                fuzz_folder_write(folder, path, below, strlen(below));
        if (kind != 'o')
                return;
        int fd = openat(folder, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd >= 0) {
                (void) !fsetxattr(fd, "trusted.overlay.opaque", "y", 1, 0);
                close(fd);
        }
}

static void check(const struct manifest *m) {
        for (size_t i = 0; i < m->n; i++) {
                MUST(m->items[i].path && m->items[i].path[0] == '/');
                MUST(i == 0 || strcmp(m->items[i - 1].path, m->items[i].path) < 0);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        const char *at = (const char *) bytes, *end = at + n;
        /* Nothing outside of the folder is read or written: names of files are never "..", and the list is our own. */
        if (memmem(bytes, n, "..", 2) || n > 4096)
                return 0;
        int folder = fuzz_folder_new();
        size_t length;
        const char *list = fuzz_piece(&at, end, &length);
        fuzz_folder_above(folder, "root/x");
        fuzz_folder_above(folder, "run/rehearsal/host/x");
        fuzz_folder_above(folder, "run/rehearsal/layers/1/upper/x");
        fuzz_folder_write(folder, "run/rehearsal/list", list, length);
        for (unsigned i = 0; at < end && i < PIECES_MAX; i++) {
                const char *piece = fuzz_piece(&at, end, &length);
                char below[200];
                if (length < 2 || length >= sizeof below)
                        continue;
                snprintf(below, sizeof below, "%.*s", (int) length - 1, piece + 1);
                put(folder, piece[0], below);
        }
        char run[100];
        snprintf(run, sizeof run, "%s/run", fuzz_folder_path);
        struct paths paths = paths_default;
        paths.run = run;
        int root = openat(folder, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct manifest before = {}, after = {};
        struct error *e = NULL;
        int r = overlay_read(&paths, root, -1, &before, &after, &e);
        MUST((r < 0) == (e != NULL));
        check(&before);
        check(&after);
        struct changes changes = {};
        changes_make(&before, &after, &changes);
        changes_done(&changes);
        manifest_done(&before);
        manifest_done(&after);
        error_free(e);
        close(root);
        close(folder);
        return 0;
}
