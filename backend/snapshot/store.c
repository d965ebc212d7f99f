/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stores the finished snapshot in its folder: manifests and blobs. */
#include <fcntl.h>

#include "backend/io/files.h"
#include "backend/snapshot/snapshot.h"
#include "model/job/manifest.h"

int snapshot_store(int folder, const char *name, const struct manifest *m, int blobs, struct error **reterr) {
        /* One call for thousands of files; a sync of each takes longer than all the reading. */
        if (blobs >= 0 && syncfs(blobs) < 0)
                return error_errno(reterr, -errno, "The saved files cannot be brought to the disk");
        _cleanup_free_ char *text = manifest_format(m);
        return files_write(folder, name, text, strlen(text), 0600, reterr);
}

int snapshot_load(int folder, const char *name, struct manifest *ret, struct error **reterr) {
        _cleanup_free_ char *text = NULL;
        size_t n;
        int r = files_read(folder, name, MANIFEST_BYTES_MAX, &text, &n, reterr);
        return r < 0 ? r : manifest_parse(text, n, ret, reterr);
}

int snapshot_share(int from, int to, const char *digest) {
        if (faccessat(to, digest, F_OK, 0) == 0 || linkat(from, digest, to, digest, 0) == 0)
                return 0;
        if (errno != EXDEV && errno != EMLINK)
                return -errno;
        static const char working[] = "unfinished";
        unlinkat(to, working, 0);
        _cleanup_close_ int source = openat(from, digest, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        _cleanup_close_ int copy =
                source < 0 ? -1
                           : openat(to, working, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        int r = copy < 0 ? -errno : files_copy(source, copy);
        return r < 0 ? r : renameat(to, working, to, digest) < 0 ? -errno : 0;
}
