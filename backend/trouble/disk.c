/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disks and inodes: of the local file systems that this host needs to go on, each once. */

#include <sys/statvfs.h>

#include "backend/trouble/trouble.h"
#include "base/text.h"

static const char *const disk_places[] = { "/",
                                           "/boot",
                                           "/boot/efi",
                                           "/etc",
                                           "/usr/local",
                                           "/var",
                                           "/var/log",
                                           "/tmp",
                                           "/run",
                                           "/var/lib/containers/storage",
                                           "/var/lib/docker" };

/* Rounded up, and of what is not set aside for root, as df(1) counts. */
static unsigned disk_percent(uint64_t used, uint64_t left) {
        return used + left ? (unsigned) ((used * 100 + used + left - 1) / (used + left)) : 0;
}

static void disk_judge(const char *place, const struct statvfs *fs, const struct trouble_limits *limits,
                       struct trouble_list *list) {
        unsigned bytes = disk_percent(fs->f_blocks - fs->f_bfree, fs->f_bavail);
        unsigned inodes = disk_percent(fs->f_files - fs->f_ffree, fs->f_favail);
        char left[16];
        if (fs->f_flag & ST_RDONLY)
                return; /* an image is always full */
        if (!limits->off[TROUBLE_DISK] && bytes >= limits->value[LIMIT_DISK])
                trouble_add(list, TROUBLE_DISK, place, PLACE_TEXT, NULL, "%s is %u %% full: %s are left",
                            place, bytes, text_size(left, fs->f_bavail * fs->f_frsize));
        if (!limits->off[TROUBLE_INODES] && fs->f_files && inodes >= limits->value[LIMIT_INODES])
                trouble_add(list, TROUBLE_INODES, place, PLACE_TEXT, NULL,
                            "%u %% of the inodes of %s are in use: %llu are left", inodes, place,
                            (unsigned long long) fs->f_favail);
}

void trouble_look_at_disks(const char *root, const struct trouble_limits *limits, struct trouble_list *list) {
        _cleanup_(mounts_done) struct mounts mounts = {};
        const struct mounted *seen[ELEMENTS(disk_places)];
        size_t n = 0;
        mounts_read(root, &mounts);
        if (!mounts.n)
                trouble_silent(list, TROUBLE_DISK, "/proc/self/mountinfo cannot be read");
        for (size_t i = 0; i < ELEMENTS(disk_places); i++) {
                const struct mounted *m = mounts_local(&mounts, disk_places[i]);
                bool known = !m;
                for (size_t k = 0; k < n; k++)
                        known |= m && str_equal(seen[k]->device, m->device);
                _cleanup_free_ char *path = str_printf("%s%s", root, disk_places[i]);
                struct statvfs fs;
                if (known || statvfs(path, &fs) < 0)
                        continue;
                seen[n++] = m;
                disk_judge(m->place, &fs, limits, list);
        }
}
