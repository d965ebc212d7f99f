/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/job/changes.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

void entry_done(struct entry *e) {
        FREE_ALL(e->path, e->target);
        for (size_t i = 0; i < e->n_xattrs; i++)
                FREE_ALL(e->xattrs[i].name, e->xattrs[i].value);
        free(e->xattrs);
        *e = (struct entry) {};
}

void entry_copy(const struct entry *from, struct entry *to) {
        *to = *from;
        to->path = xstrdup(from->path);
        to->target = xstrdup(from->target);
        to->xattrs = from->n_xattrs ? xcalloc(from->n_xattrs, sizeof *to->xattrs) : NULL;
        for (size_t i = 0; i < from->n_xattrs; i++) {
                const struct xattr *x = &from->xattrs[i];
                to->xattrs[i] = (struct xattr) { xstrdup(x->name), xcalloc(1, x->size + 1), x->size };
                if (x->size)
                        memcpy(to->xattrs[i].value, x->value, x->size);
        }
}

void manifest_done(struct manifest *m) {
        for (size_t i = 0; i < m->n; i++)
                entry_done(&m->items[i]);
        free(m->items);
        *m = (struct manifest) {};
}

void manifest_take(struct manifest *m, struct entry *e) {
        room_for_one((void **) &m->items, m->n, sizeof *m->items);
        m->items[m->n++] = *e;
        *e = (struct entry) {};
}

static int compare_paths(const void *a, const void *b) {
        return strcmp(((const struct entry *) a)->path, ((const struct entry *) b)->path);
}

void manifest_sort(struct manifest *m) {
        if (m->n > 1)
                qsort(m->items, m->n, sizeof *m->items, compare_paths);
}

static int compare_to_entry(const void *path, const void *entry) {
        return strcmp(path, ((const struct entry *) entry)->path);
}

const struct entry *manifest_find(const struct manifest *m, const char *path) {
        return m->n ? bsearch(path, m->items, m->n, sizeof *m->items, compare_to_entry) : NULL;
}

void changes_done(struct changes *c) {
        for (size_t i = 0; i < c->n; i++) {
                free(c->items[i].path);
                entry_done(&c->items[i].before);
                entry_done(&c->items[i].after);
        }
        free(c->items);
        *c = (struct changes) {};
}

struct change_report *change_report_free(struct change_report *r) {
        if (!r)
                return NULL;
        for (size_t i = 0; r->diffs && i < r->changes->n; i++)
                free(r->diffs[i]);
        free(r->diffs);
        if (r->changes)
                changes_done(r->changes);
        FREE_ALL(r->changes, r->job, r);
        return NULL;
}

static int compare_to_change(const void *path, const void *change) {
        return strcmp(path, ((const struct change *) change)->path);
}

const struct change *changes_find(const struct changes *c, const char *path) {
        return c->n ? bsearch(path, c->items, c->n, sizeof *c->items, compare_to_change) : NULL;
}

static bool same_content(const struct entry *a, const struct entry *b) {
        if (S_ISLNK(a->mode))
                return str_equal(a->target, b->target);
        if (S_ISCHR(a->mode) || S_ISBLK(a->mode))
                return a->rdev == b->rdev;
        if (!S_ISREG(a->mode))
                return true;
        if (a->size != b->size)
                return false;
        /* Where the content of one was not kept, only its times can show a change. */
        if (a->digest[0] == '\0' || b->digest[0] == '\0')
                return a->mtime.tv_sec == b->mtime.tv_sec && a->mtime.tv_nsec == b->mtime.tv_nsec;
        return strcmp(a->digest, b->digest) == 0;
}

static bool same_value(const struct xattr *x, const struct xattr *y) {
        return x->size == y->size && (!x->size || memcmp(x->value, y->value, x->size) == 0);
}

static bool same_xattrs(const struct entry *a, const struct entry *b) {
        if (a->n_xattrs != b->n_xattrs)
                return false;
        for (size_t i = 0; i < a->n_xattrs; i++)
                if (strcmp(a->xattrs[i].name, b->xattrs[i].name) != 0 ||
                    !same_value(&a->xattrs[i], &b->xattrs[i]))
                        return false;
        return true;
}

static unsigned changes_difference(const struct entry *a, const struct entry *b) {
        unsigned what = 0;
        if ((a->mode & S_IFMT) != (b->mode & S_IFMT))
                what |= CHANGE_TYPE;
        else if (!same_content(a, b))
                what |= CHANGE_CONTENT;
        /* the mode of a symlink has no meaning */
        if (!S_ISLNK(a->mode) && !S_ISLNK(b->mode) && (a->mode & 07777) != (b->mode & 07777))
                what |= CHANGE_MODE;
        if (a->uid != b->uid || a->gid != b->gid)
                what |= CHANGE_OWNER;
        if (!same_xattrs(a, b))
                what |= CHANGE_XATTR;
        return what;
}

bool entry_same(const struct entry *a, const struct entry *b) {
        return changes_difference(a, b) == 0;
}

/* One of the sides may be NULL. */
static void changes_add(struct changes *c, unsigned what, const struct entry *before,
                        const struct entry *after) {
        room_for_one((void **) &c->items, c->n, sizeof *c->items);
        struct change *change = &c->items[c->n++];
        *change = (struct change) { .path = xstrdup(before ? before->path : after->path), .what = what };
        if (before)
                entry_copy(before, &change->before);
        if (after)
                entry_copy(after, &change->after);
}

void changes_make(const struct manifest *before, const struct manifest *after, struct changes *ret) {
        size_t i = 0, j = 0;
        *ret = (struct changes) {};
        while (i < before->n || j < after->n) {
                const struct entry *b = i < before->n ? &before->items[i] : NULL;
                const struct entry *a = j < after->n ? &after->items[j] : NULL;
                int order = !b ? 1 : !a ? -1 : strcmp(b->path, a->path);
                i += order <= 0;
                j += order >= 0;
                unsigned what = order < 0   ? CHANGE_REMOVED
                                : order > 0 ? CHANGE_ADDED
                                            : changes_difference(b, a);
                if (what)
                        changes_add(ret, what, order <= 0 ? b : NULL, order >= 0 ? a : NULL);
        }
}

char *change_text(unsigned what) {
        static const char *const words[] = {
                "added", "removed", "changed", "type", "mode", "owner", "xattr"
        };
        _cleanup_str_ struct str text = {};
        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (what & 1U << i)
                        str_addf(&text, "%s%s", text.length ? "+" : "", words[i]);
        return str_take(&text);
}

/* ---- one after another ---- */

static bool in_added_folder(const struct changes *changes, const char *path) {
        _cleanup_free_ char *folder = xstrdup(path);
        for (char *slash; (slash = strrchr(folder, '/')) && slash > folder;) {
                *slash = '\0';
                const struct change *change = changes_find(changes, folder);
                if (change && (change->what & CHANGE_ADDED))
                        return true;
        }
        return false;
}

/* base, with one side of the later changes for their paths, except those of `spared`. */
static void changes_overlay(const struct manifest *base, const struct changes *later,
                            const struct changes *spared, bool take_before, struct manifest *ret) {
        size_t i = 0, j = 0;
        *ret = (struct manifest) { .taken = base->taken };
        while (i < base->n || j < later->n) {
                const struct entry *b = i < base->n ? &base->items[i] : NULL;
                const struct change *l = j < later->n ? &later->items[j] : NULL;
                int order = !b ? 1 : !l ? -1 : strcmp(b->path, l->path);
                i += order <= 0;
                j += order >= 0;
                const struct entry *chosen = order <= 0 ? b : NULL;
                if (order >= 0 && !(spared && changes_find(spared, l->path)))
                        chosen = !take_before                       ? &l->after
                                 /* the service's own work, as its folder */
                                 : in_added_folder(spared, l->path) ? NULL
                                                                    : &l->before;
                if (!chosen || !chosen->path)
                        continue;
                struct entry copy;
                entry_copy(chosen, &copy);
                manifest_take(ret, &copy);
        }
}

void changes_join(const struct manifest *before, const struct manifest *after, const struct changes *later,
                  struct manifest *ret_before, struct manifest *ret_after) {
        _cleanup_(changes_done) struct changes first = {};
        changes_make(before, after, &first);
        changes_overlay(before, later, &first, true, ret_before);
        changes_overlay(after, later, NULL, false, ret_after);
}

const char *entry_type_name(mode_t mode) {
        static const char *const names[] = {
                [S_IFREG >> 12] = "file",   [S_IFDIR >> 12] = "directory", [S_IFLNK >> 12] = "symlink",
                [S_IFSOCK >> 12] = "socket", [S_IFIFO >> 12] = "fifo",     [S_IFCHR >> 12] = "device",
                [S_IFBLK >> 12] = "device", [S_IFMT >> 12] = NULL,
        };
        const char *name = names[(mode & S_IFMT) >> 12];
        return name ? name : "unknown";
}

static const struct xattr *find_xattr(const struct entry *e, const char *name) {
        for (size_t i = 0; i < e->n_xattrs; i++)
                if (strcmp(e->xattrs[i].name, name) == 0)
                        return &e->xattrs[i];
        return NULL;
}

/* Each attribute that was added, removed or changed, once. */
static void add_xattrs(struct str *out, const struct entry *a, const struct entry *b) {
        for (size_t i = 0; i < b->n_xattrs; i++) {
                const struct xattr *now = &b->xattrs[i], *then = find_xattr(a, now->name);
                if (!then)
                        str_addf(out, ", attribute %s added", now->name);
                else if (!same_value(then, now))
                        str_addf(out, ", attribute %s changed", now->name);
        }
        for (size_t i = 0; i < a->n_xattrs; i++)
                if (!find_xattr(b, a->xattrs[i].name))
                        str_addf(out, ", attribute %s removed", a->xattrs[i].name);
}

/* What a look at the file alone shows: "symlink to /etc/x", "block device 8:0", "fifo". */
static void add_nature(struct str *out, const struct entry *e) {
        if (S_ISLNK(e->mode))
                str_addf(out, "symlink to %s", e->target ? e->target : "");
        else if (S_ISCHR(e->mode) || S_ISBLK(e->mode))
                str_addf(out, "%s device %u:%u", S_ISBLK(e->mode) ? "block" : "character", major(e->rdev),
                         minor(e->rdev));
        else
                str_add(out, entry_type_name(e->mode));
}

/* Of a file that came or went: all that is not ordinary. */
static char *change_describe(const struct entry *e) {
        _cleanup_str_ struct str out = {};
        unsigned mode = e->mode & 07777, ordinary = S_ISDIR(e->mode) ? 0755 : 0644;
        if (!S_ISREG(e->mode) && !S_ISDIR(e->mode)) {
                str_add(&out, ", ");
                add_nature(&out, e);
        }
        if (!S_ISLNK(e->mode) && mode != ordinary)
                str_addf(&out, ", mode %04o", mode);
        if (e->uid || e->gid)
                str_addf(&out, ", owner %u:%u", e->uid, e->gid);
        for (size_t i = 0; i < e->n_xattrs; i++)
                if (!str_equal(e->xattrs[i].name, "security.selinux"))
                        str_addf(&out, ", attribute %s", e->xattrs[i].name);
        return xstrdup(out.length ? out.text + 2 : "");
}

const char *change_risk(const struct change *change) {
        const struct entry *e = &change->after;
        if (!e->path || S_ISLNK(e->mode))
                return NULL;
        if (S_ISREG(e->mode) && (e->mode & S_ISUID))
                return e->uid == 0 ? "setuid root: whoever runs it acts as root"
                                   : "setuid: whoever runs it acts as its owner";
        if (S_ISREG(e->mode) && find_xattr(e, "security.capability"))
                return "file capabilities: whoever runs it has privileges of root";
        if (S_ISREG(e->mode) && (e->mode & S_ISGID) && (e->mode & S_IXGRP))
                return "setgid: whoever runs it acts as its group";
        if (S_ISBLK(e->mode) || S_ISCHR(e->mode))
                return "a device node: it reaches the device whatever the modes in /dev are";
        if ((e->mode & S_IWOTH) && !(S_ISDIR(e->mode) && (e->mode & S_ISVTX)) && !S_ISSOCK(e->mode))
                return "everybody on this host may write to it";
        return NULL;
}

char *change_detail(const struct change *change) {
        const struct entry *a = &change->before, *b = &change->after;
        if (!a->path || !b->path)
                return change_describe(b->path ? b : a);
        unsigned what = change->what;
        _cleanup_str_ struct str out = {};
        if (what & CHANGE_TYPE) {
                str_add(&out, ", ");
                add_nature(&out, a);
                str_add(&out, " -> ");
                add_nature(&out, b);
        }
        if (what & CHANGE_MODE)
                str_addf(&out, ", mode %04o -> %04o", (unsigned) (a->mode & 07777),
                         (unsigned) (b->mode & 07777));
        if (what & CHANGE_OWNER)
                str_addf(&out, ", owner %u:%u -> %u:%u", a->uid, a->gid, b->uid, b->gid);
        if ((what & CHANGE_CONTENT) && S_ISLNK(b->mode))
                str_addf(&out, ", target %s -> %s", a->target ? a->target : "", b->target ? b->target : "");
        if ((what & CHANGE_CONTENT) && (S_ISCHR(b->mode) || S_ISBLK(b->mode)))
                str_addf(&out, ", device %u:%u -> %u:%u", major(a->rdev), minor(a->rdev), major(b->rdev),
                         minor(b->rdev));
        if (what & CHANGE_XATTR)
                add_xattrs(&out, a, b);
        return xstrdup(out.length ? out.text + 2 : "");
}
