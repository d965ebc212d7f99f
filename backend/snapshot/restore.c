/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "backend/io/digest.h"
#include "backend/io/files.h"
#include "backend/snapshot/snapshot.h"
#include "base/path.h"

/* The present object, compared with a change. */
enum standing {
        AS_BEFORE, /* nothing to do */
        AS_AFTER,  /* as the job left it, or on the way back: ours */
        FOREIGN,   /* changed by somebody else */
};

struct restore {
        const struct restore_options *options;
        struct restored result;
};

void restored_done(struct restored *restored) {
        strv_free(restored->left);
        *restored = (struct restored){};
}

static void restore_leave(struct restore *re, const char *path, const char *reason) {
        strv_addf(&re->result.left, "%s: %s", path, reason);
}

static void leave_failed(struct restore *re, const char *path, int code) {
        re->result.failed++;
        strv_addf(&re->result.left, "%s: cannot be restored: %s", path, strerror(-code));
}

static bool xattr_in(const struct entry *e, const struct xattr *x) {
        for (size_t i = 0; i < e->n_xattrs; i++)
                if (strcmp(e->xattrs[i].name, x->name) == 0 && e->xattrs[i].size == x->size &&
                    (x->size == 0 || memcmp(e->xattrs[i].value, x->value, x->size) == 0))
                        return true;
        return false;
}

/* Is each attribute either as before or as the job left it? Attributes are set one after another: an undo
 * that died between two of them must recognize its own work. */
static bool on_the_way(const struct entry *now, const struct entry *before, const struct entry *after) {
        if (now->uid != before->uid && now->uid != after->uid)
                return false;
        if (now->gid != before->gid && now->gid != after->gid)
                return false;
        mode_t mode = now->mode & 07777, was = before->mode & 07777, became = after->mode & 07777;
        /* chown(2) clears the set-id bits; the mode is set after it */
        if (!S_ISLNK(now->mode) && mode != was && mode != became && mode != (was & 01777) &&
            mode != (became & 01777))
                return false;
        for (size_t i = 0; i < now->n_xattrs; i++)
                if (!xattr_in(before, &now->xattrs[i]) && !xattr_in(after, &now->xattrs[i]))
                        return false;
        const struct entry *const sides[] = { before, after }; /* the same content as either? */
        for (size_t i = 0; i < ELEMENTS(sides); i++) {
                struct entry content = *now;
                content.uid = sides[i]->uid;
                content.gid = sides[i]->gid;
                content.mode = sides[i]->mode;
                content.xattrs = sides[i]->xattrs;
                content.n_xattrs = sides[i]->n_xattrs;
                if (entry_same(&content, sides[i]))
                        return true;
        }
        return false;
}

static enum standing standing_of(const struct change *change, const struct entry *now) {
        const struct entry *before = change->before.path ? &change->before : NULL;
        const struct entry *after = change->after.path ? &change->after : NULL;
        if (!now)
                return !before ? AS_BEFORE : !after ? AS_AFTER : FOREIGN;
        if (before && entry_same(now, before))
                return AS_BEFORE;
        if (after && entry_same(now, after))
                return AS_AFTER;
        if (before && after && (now->mode & S_IFMT) == (before->mode & S_IFMT) &&
            (now->mode & S_IFMT) == (after->mode & S_IFMT) && on_the_way(now, before, after))
                return AS_AFTER;
        return FOREIGN;
}

/* A change of type removes the object first; so does the undo of an added one. */
static bool goes_away(const struct change *change) {
        return change->after.path && (!change->before.path || (change->what & CHANGE_TYPE));
}

static bool comes_back(const struct change *change) {
        return change->before.path &&
               (!change->after.path || (change->what & (CHANGE_TYPE | CHANGE_CONTENT)));
}

/* In an area where others write, only folders that the job created are removed, with their content. */
static bool restore_spare(const struct restore *re, const struct change *change) {
        if (!plan_path_volatile(change->path) || S_ISDIR(change->after.mode))
                return false;
        _cleanup_free_ char *path = path_folder(change->path);
        const struct change *folder = changes_find(re->options->changes, path);
        return !folder || !(folder->what & CHANGE_ADDED);
}

static void list_foreign(struct restore *re, const struct change *change) {
        const char *why = re->options->of_install ? "changed since the install"
                                                  : "changed since the job changed it";
        if (!re->options->blobs_name || !change->before.digest[0])
                restore_leave(re, change->path, why);
        else
                strv_addf(&re->result.left, "%s: %s; its former content is %s/%s", change->path, why,
                          re->options->blobs_name, change->before.digest);
}

/* Counts or lists the result for one object. 1: restored, 0: as before. A missing object (-ENOENT), or one
 * that has changed since the check (-ESTALE), is the work of others: a folder removed by the job exists again
 * by now, so others removed a missing one, with all its content. */
static void restore_settle(struct restore *re, const struct change *change, int r) {
        if (r >= 0) {
                re->result.files += r > 0;
                re->result.as_before += r == 0;
        } else if (r == -ENOENT || r == -ENOTDIR || r == -ESTALE)
                list_foreign(re, change);
        else
                leave_failed(re, change->path, r);
}

/* The present object of a change. */
struct present {
        int folder;
        const char *name;
        struct entry now;
        enum standing standing;
};

static void present_done(struct present *p) {
        cleanup_closep(&p->folder);
        entry_done(&p->now);
}

/* Negative: there is no object (-ENOENT), or it cannot be read; or its folder, and p->folder is negative. */
static int restore_find(struct restore *re, const struct change *change, struct present *p) {
        *p = (struct present){};
        p->folder = files_open_parent(re->options->root, change->path, &p->name, NULL);
        if (p->folder < 0)
                return p->folder;
        int r = snapshot_look(p->folder, p->name, change->path, &p->now);
        p->standing = standing_of(change, r < 0 ? NULL : &p->now);
        return r;
}

/* Did the scan after the job leave out what is in this folder, or below it? */
static bool restore_has_unrecorded(const struct restore *re, const char *path) {
        const struct changes *changes = re->options->changes;
        for (size_t i = 0; i < changes->n; i++)
                if (changes->items[i].after.left_out && S_ISDIR(changes->items[i].after.mode) &&
                    path_below(changes->items[i].path, path))
                        return true;
        return false;
}

/* true: settled, whatever the result; else it comes back later. */
static bool take_away(struct restore *re, const struct change *change) {
        bool added = !change->before.path;
        _cleanup_(present_done) struct present p;
        int r = restore_find(re, change, &p);
        if (p.folder < 0 || (r == -ENOENT && p.standing != AS_BEFORE)) {
                re->result.as_before += added && p.folder < 0;
                return added;
        }
        if (r < 0 && r != -ENOENT)
                leave_failed(re, change->path, r);
        else if (p.standing == AS_BEFORE)
                re->result.as_before++;
        /* (A folder's ctime changes with each of its files that was removed before.) */
        else if (p.standing == FOREIGN || (!S_ISDIR(p.now.mode) && !files_still(p.folder, p.name, &p.now)))
                list_foreign(re, change);
        else if (added && restore_spare(re, change))
                restore_leave(re, change->path, "it lies where others write too, so it stays");
        else if ((r = files_remove(p.folder, p.name, NULL)) == -ENOTEMPTY || r == -EEXIST)
                restore_leave(re, change->path,
                              restore_has_unrecorded(re, change->path)
                                      ? "it holds files that lie too deep, or are too many, to be recorded"
                                      : "the folder holds files of others");
        else if (r < 0)
                leave_failed(re, change->path, r);
        else {
                re->result.files += added;
                return added;
        }
        return true;
}

/* Another name of the same, unchanged file: the object becomes a link to it again. */
static int link_back(struct restore *re, const struct present *p, const struct entry *before) {
        const struct manifest *all = re->options->before;
        const struct entry *self = all ? manifest_find(all, before->path) : NULL;
        if (!self || self->links < 2)
                return -ENOENT;
        for (size_t i = 0; i < all->n; i++) {
                const struct entry *other = &all->items[i];
                if (other == self || other->inode != self->inode || other->device != self->device ||
                    !S_ISREG(other->mode))
                        continue;
                const char *other_name;
                _cleanup_close_ int other_folder =
                        files_open_parent(re->options->root, other->path, &other_name, NULL);
                _cleanup_(entry_done) struct entry now = {};
                if (other_folder < 0 || snapshot_look(other_folder, other_name, other->path, &now) < 0)
                        continue;
                if (entry_same(&now, other))
                        return files_link(other_folder, other_name, &now, p->folder, p->name, &p->now);
        }
        return -ENOENT;
}

static int open_blob(struct restore *re, const char *hex) {
        char now[DIGEST_HEX];
        _cleanup_close_ int fd = openat(re->options->blobs, hex, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        int r = fd < 0 ? -errno : digest_fd(fd, now);
        if (r < 0)
                return r;
        /* A corrupted blob must not become a host's file. */
        return strcmp(now, hex) == 0 ? TAKE_FD(fd) : -EBADMSG;
}

static int put_object(struct restore *re, const struct present *p, const struct entry *before) {
        if (!S_ISREG(before->mode))
                return files_put(p->folder, p->name, before, -1, &p->now, NULL);
        int r = link_back(re, p, before);
        /* Its partner is gone, or the file system has no links: then it is a file of its own. */
        if (r != -ENOENT && r != -EXDEV && r != -EMLINK && r != -EPERM && r != -ESTALE)
                return r;
        _cleanup_close_ int content = open_blob(re, before->digest);
        return content < 0 ? content : files_put(p->folder, p->name, before, content, &p->now, NULL);
}

static int restore_verify(int folder, const char *name, const struct entry *before) {
        _cleanup_(entry_done) struct entry now = {};
        int r = snapshot_look(folder, name, before->path, &now);
        return r < 0 ? r : entry_same(&now, before) ? 0 : -EBADMSG;
}

/* Content or existence, and with it all attributes. */
static void bring_back(struct restore *re, const struct change *change) {
        const struct entry *before = &change->before;
        if (S_ISREG(before->mode) && !before->digest[0]) {
                restore_leave(re, change->path, "its content was not saved, so it stays as it is");
                return;
        }
        _cleanup_(present_done) struct present p;
        int r = restore_find(re, change, &p);
        if (p.folder < 0 || (r < 0 && r != -ENOENT)) {
                restore_settle(re, change, r);
                return;
        }
        /* Between the two halves of a change of type the object does not exist. */
        bool halfway = r < 0 && (change->what & CHANGE_TYPE);
        if (!halfway && p.standing != AS_AFTER) {
                restore_settle(re, change, p.standing == AS_BEFORE ? 0 : -ESTALE);
                return;
        }
        r = put_object(re, &p, before);
        if (r == -ESTALE) {
                list_foreign(re, change);
                return;
        }
        if (r >= 0)
                r = restore_verify(p.folder, p.name, before);
        if (r < 0)
                leave_failed(re, change->path, r);
        else
                re->result.files++;
}

static int set_back(struct restore *re, const struct change *change) {
        _cleanup_(present_done) struct present p;
        int r = restore_find(re, change, &p);
        if (r < 0)
                return r;
        if (p.standing != AS_AFTER)
                return p.standing == AS_BEFORE ? 0 : -ESTALE;
        r = files_set_attributes(p.folder, p.name, &change->before, &p.now);
        return r < 0 ? r : 1;
}

/* Folders whose entries came and went carry new times; they get their old ones, the deepest first. */
static void set_folder_time(struct restore *re, const char *path) {
        const struct entry *before = manifest_find(re->options->before, path);
        if (!before || !S_ISDIR(before->mode) || before->left_out)
                return;
        const char *name;
        _cleanup_close_ int folder = files_open_parent(re->options->root, path, &name, NULL);
        if (folder < 0)
                return;
        int r = files_set_time(folder, name, &before->mtime);
        _cleanup_close_ int self =
                r < 0 ? -1 : openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (self >= 0 && fsync(self) < 0)
                r = -errno;
        if (r < 0 && r != -ENOENT)
                leave_failed(re, path, r);
}

static void set_folder_times(struct restore *re) {
        const struct changes *changes = re->options->changes;
        if (!re->options->before)
                return;
        for (char *const *path = re->options->folders; path && *path; path++)
                set_folder_time(re, *path);
        for (size_t i = changes->n; i > 0; i--) {
                const char *path = changes->items[i - 1].path;
                _cleanup_free_ char *folder = path_folder(path);
                set_folder_time(re, path);
                set_folder_time(re, folder);
        }
}

/* Children sort after their folder: backwards removes them first, forwards creates the folder first. */
void restore_run(const struct restore_options *options, struct restored *ret) {
        const struct changes *changes = options->changes;
        struct restore re = { .options = options };
        _cleanup_free_ bool *done = xcalloc(changes->n + 1, sizeof *done); /* for each change */
        for (size_t i = changes->n; i > 0; i--)
                done[i - 1] = goes_away(&changes->items[i - 1]) && take_away(&re, &changes->items[i - 1]);
        for (size_t i = 0; i < changes->n; i++)
                if (!done[i] && comes_back(&changes->items[i])) {
                        bring_back(&re, &changes->items[i]);
                        done[i] = true;
                }
        for (size_t i = changes->n; i > 0; i--)
                if (!done[i - 1])
                        restore_settle(&re, &changes->items[i - 1], set_back(&re, &changes->items[i - 1]));
        set_folder_times(&re);
        *ret = re.result;
}
