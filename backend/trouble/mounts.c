/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file systems of the host, from proc_pid_mountinfo(5). */

#include "backend/io/paths.h"
#include "backend/trouble/trouble.h"

#define MOUNTS_MAX 4096U

/* Those that live on disks or in memory of this host. */
static const char *const mounts_types[] = { "ext2", "ext3",    "ext4",  "xfs",      "btrfs",    "zfs",
                                            "f2fs", "jfs",     "vfat",  "bcachefs", "exfat",    "tmpfs",
                                            "ntfs", "overlay", "ntfs3", "nilfs2",   "reiserfs", NULL };

void mounts_unescape(char *text) {
        char *to = text;
        for (const char *from = text; *from;) {
                if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' && from[2] <= '7' &&
                    from[3] >= '0' && from[3] <= '7') {
                        *to++ = (char) ((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
                        from += 4;
                } else
                        *to++ = *from++;
        }
        *to = '\0';
}

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw": optional fields end with "-". */
static void mounts_add(struct mounts *mounts, const char *line) {
        _cleanup_strv_ char **words = strv_split(line, " ");
        size_t n = strv_length(words), dash = 6;
        while (dash < n && !str_equal(words[dash], "-"))
                dash++;
        if (n < 6 || dash + 1 >= n)
                return;
        room_for_one((void **) &mounts->items, mounts->n, sizeof *mounts->items);
        mounts->items[mounts->n] = (struct mounted){ .place = xstrdup(words[4]),
                                                     .type = xstrdup(words[dash + 1]),
                                                     .device = xstrdup(words[2]) };
        mounts_unescape(mounts->items[mounts->n++].place);
}

void mounts_read(const char *root, struct mounts *ret) {
        size_t n;
        _cleanup_free_ char *text = paths_read(root, "/proc/self/mountinfo", &n);
        _cleanup_strv_ char **lines = text ? strv_split(text, "\n") : NULL;
        *ret = (struct mounts){};
        for (char **line = lines; line && *line && ret->n < MOUNTS_MAX; line++)
                mounts_add(ret, *line);
}

void mounts_done(struct mounts *mounts) {
        for (size_t i = 0; i < mounts->n; i++)
                FREE_ALL(mounts->items[i].place, mounts->items[i].type, mounts->items[i].device);
        free(mounts->items);
        *mounts = (struct mounts){};
}

static bool mounts_below(const char *path, const char *place) {
        const char *rest = str_starts(path, place);
        return rest && (!*rest || *rest == '/' || str_equal(place, "/"));
}

/* Of mounts on one place the last one is on top. */
const struct mounted *mounts_local(const struct mounts *mounts, const char *path) {
        const struct mounted *found = NULL;
        for (size_t i = 0; i < mounts->n; i++)
                if (mounts_below(path, mounts->items[i].place) &&
                    (!found || strlen(mounts->items[i].place) >= strlen(found->place)))
                        found = &mounts->items[i];
        return found && str_among(found->type, mounts_types) ? found : NULL;
}
