/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/snapshot/snapshot.h"

#include <dirent.h>
#include <fcntl.h>

#include "backend/io/digest.h"
#include "backend/io/files.h"
#include "backend/snapshot/internal.h"
#include "base/clock.h"
#include "base/path.h"
#include "model/job/manifest.h"

/* A file whose status changed this shortly before the reading began may change again within the same tick of
 * the clock: its times prove nothing. */
#define RACY_SECONDS 2

struct frame {
        DIR *dir;
        char *path;
        dev_t device;
        size_t entry;    /* of the manifest */
        bool only_known; /* an earlier scan was not complete: only paths that it named are scanned */
};

struct snapshot {
        struct snapshot_options options;
        struct snapshot_tally tally;
        struct manifest manifest;
        struct content content;
        char **roots;
        size_t next_root;
        struct frame frames[SNAPSHOT_DEPTH_MAX];
        size_t depth;
};

static bool below_any(const char *path, const char *const *folders, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (path_below(path, folders[i]))
                        return true;
        return false;
}

bool snapshot_skipped(const char *path) {
        static const char *const skipped[] = { "/proc",
                                               "/sys",
                                               "/dev",
                                               "/run",
                                               "/tmp",
                                               "/var/tmp",
                                               "/var/run",
                                               "/var/lock",
                                               "/var/lib/containers",
                                               "/var/lib/docker",
                                               "/var/lib/fairlead",
                                               "/var/log/journal" };
        return below_any(path, skipped, ELEMENTS(skipped));
}

/* The roots of the walk: the plan's paths with their symlinks resolved, each once, none below another. */
static void add_root(struct snapshot *s, const char *path) {
        _cleanup_free_ char *resolved = NULL;
        int r = files_resolve(s->options.root, path, &resolved);
        /* A missing path is kept as it was named: a later scan finds it added. */
        const char *root = r < 0 ? path : resolved;
        if (root[0] != '/' || snapshot_skipped(root) || strcmp(root, "/") == 0)
                return;
        for (char **other = s->roots; other && *other; other++)
                if (path_below(root, *other))
                        return;
        strv_add(&s->roots, root);
}

static void add_roots(struct snapshot *s) {
        for (char *const *path = s->options.paths; path && *path; path++)
                if (strcmp(*path, "/") == 0) {
                        add_root(s, "/etc");
                        add_root(s, "/usr/local");
                } else
                        add_root(s, *path);
}

struct snapshot *snapshot_new(const struct snapshot_options *options) {
        struct snapshot *s = new0(struct snapshot);
        s->options = *options;
        if (!s->options.files_max)
                s->options.files_max = SNAPSHOT_FILES_MAX;
        if (!s->options.bytes_max)
                s->options.bytes_max = SNAPSHOT_BYTES_MAX;
        if (!s->options.file_max)
                s->options.file_max = SNAPSHOT_FILE_MAX;
        s->manifest.taken = time(NULL);
        s->content = (struct content){ .tally = &s->tally,
                                       .blobs = options->blobs,
                                       .known_blobs = options->known_blobs };
        add_roots(s);
        return s;
}

static void snapshot_pop(struct snapshot *s) {
        struct frame *frame = &s->frames[--s->depth];
        closedir(frame->dir);
        free(frame->path);
}

struct snapshot *snapshot_free(struct snapshot *s) {
        if (!s)
                return NULL;
        while (s->depth)
                snapshot_pop(s);
        manifest_done(&s->manifest);
        free(s->content.buffer);
        strv_free(s->roots);
        free(s);
        return NULL;
}

const struct snapshot_tally *snapshot_tally(const struct snapshot *s) {
        return &s->tally;
}

void snapshot_take(struct snapshot *s, struct manifest *ret) {
        *ret = s->manifest;
        s->manifest = (struct manifest){};
}

/* Is the earlier scan's digest still valid, by every attribute that a change of content touches? */
static const struct entry *known_unchanged(const struct snapshot *s, const struct entry *e) {
        const struct entry *known = s->options.known ? manifest_find(s->options.known, e->path) : NULL;
        if (!known || !known->digest[0] || !S_ISREG(known->mode) || known->inode != e->inode ||
            known->device != e->device || known->size != e->size || !same_time(&known->mtime, &e->mtime) ||
            !same_time(&known->ctime, &e->ctime))
                return NULL;
        if (s->options.known->taken == 0 || known->ctime.tv_sec + RACY_SECONDS > s->options.known->taken)
                return NULL;
        return known;
}

const char *snapshot_reason_text(enum snapshot_reason reason) {
        static const char *const texts[_SNAPSHOT_REASON_MAX] = {
                [SNAPSHOT_TOO_LARGE] = "it is too large",
                [SNAPSHOT_TOO_MUCH] = "too much is saved before it",
                [SNAPSHOT_TOO_MANY] = "too many files are saved before the rest of it",
                [SNAPSHOT_UNREADABLE] = "it cannot be read",
                [SNAPSHOT_CHANGING] = "it changes while it is read",
                [SNAPSHOT_OTHER_DEVICE] = "another file system is mounted there",
                [SNAPSHOT_OTHERS] = "others write there at any time",
                [SNAPSHOT_DEEP] = "it lies too deep",
        };
        return (size_t) reason < ELEMENTS(texts) ? texts[reason] : "?";
}

static void report(struct snapshot *s, const char *path, enum snapshot_reason reason) {
        if (s->options.left_out)
                s->options.left_out(path, reason, s->options.userdata);
}

static int leave_out(struct snapshot *s, struct entry *e, enum snapshot_reason reason) {
        e->left_out = true;
        report(s, e->path, reason);
        return 0;
}

/* Of an area of others the outermost object of the walk is reported, not each file in it. */
static void report_others(struct snapshot *s, const struct entry *e) {
        if (s->depth == 0 || !plan_path_volatile(s->frames[s->depth - 1].path))
                report(s, e->path, SNAPSHOT_OTHERS);
}

/* Does the error end the snapshot? Any other concerns one file only, which is then left out. */
static bool snapshot_fatal(int r) {
        return r == -ENOMEM || r == -ENOSPC || r == -EDQUOT || r == -EROFS || r == -EMFILE || r == -ENFILE;
}

static int keep_regular(struct snapshot *s, int folder, const char *name, struct entry *e) {
        const struct entry *known = known_unchanged(s, e);
        if (known && (s->options.blobs < 0 || content_share(&s->content, known->digest))) {
                memcpy(e->digest, known->digest, sizeof e->digest);
                s->tally.bytes += e->size;
                return 0;
        }
        if (plan_path_volatile(e->path)) {
                e->left_out = true;
                report_others(s, e);
                return 0;
        }
        if (e->size > s->options.file_max)
                return leave_out(s, e, SNAPSHOT_TOO_LARGE);
        if (s->tally.bytes + e->size > s->options.bytes_max)
                return leave_out(s, e, SNAPSHOT_TOO_MUCH);
        int r = s->options.names_only ? 0 : content_read(&s->content, folder, name, e);
        if (snapshot_fatal(r) || (r < 0 && s->content.unkept))
                return r;
        if (r < 0)
                return leave_out(s, e, r == -EAGAIN ? SNAPSHOT_CHANGING : SNAPSHOT_UNREADABLE);
        s->tally.bytes += e->size;
        return 0;
}

/* Opens a folder for the walk, or marks its entry as left out. */
static int snapshot_enter(struct snapshot *s, int folder, const char *name, struct entry *e) {
        const struct entry *known = s->options.known ? manifest_find(s->options.known, e->path) : NULL;
        e->left_out = known && S_ISDIR(known->mode) && known->left_out;
        bool only_known = e->left_out;
        if (s->depth && s->frames[s->depth - 1].device != (dev_t) e->device)
                return leave_out(s, e, SNAPSHOT_OTHER_DEVICE);
        if (s->depth == SNAPSHOT_DEPTH_MAX)
                return leave_out(s, e, SNAPSHOT_DEEP);
        if (plan_path_volatile(e->path))
                report_others(s, e); /* the folder itself is saved; its content is not */
        int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return snapshot_fatal(-errno) ? -errno : leave_out(s, e, SNAPSHOT_UNREADABLE);
        DIR *dir = fdopendir(fd);
        if (!dir)
                oom();
        s->frames[s->depth++] = (struct frame){ .dir = dir,
                                                .path = xstrdup(e->path),
                                                .device = (dev_t) e->device,
                                                .entry = s->manifest.n,
                                                .only_known = only_known };
        return 0;
}

static int snapshot_visit(struct snapshot *s, int folder, const char *name, const char *path) {
        if (snapshot_skipped(path))
                return 0;
        for (char *const *excluded = s->options.excluded; excluded && *excluded; excluded++)
                if (path_below(path, *excluded))
                        return 0;
        struct entry e = {};
        /* Beyond the ceiling the other roots are noted by name, lest a later scan take them for added. */
        bool full = s->tally.files >= s->options.files_max;
        if (full && s->depth)
                return -E2BIG;
        int r = files_look(folder, name, path, &e);
        if (r == -ENOENT)
                return 0; /* removed since the folder was read */
        if (snapshot_fatal(r))
                return r;
        if (r < 0) {
                e.path = xstrdup(path);
                r = leave_out(s, &e, SNAPSHOT_UNREADABLE);
        } else if (full)
                r = leave_out(s, &e, SNAPSHOT_TOO_MANY);
        else if (S_ISREG(e.mode))
                r = keep_regular(s, folder, name, &e);
        else if (S_ISDIR(e.mode))
                r = snapshot_enter(s, folder, name, &e);
        s->tally.files += r >= 0;
        s->tally.left_out += r >= 0 && e.left_out;
        /* (Tens of thousands of entries cost a console much memory.) */
        if (r >= 0 && !s->options.names_only)
                manifest_take(&s->manifest, &e);
        entry_done(&e);
        return r;
}

/* The ceiling on the number: open folders are left out, so that no later scan finds the rest added. */
static void stop_walking(struct snapshot *s) {
        for (size_t i = 0; i < s->depth; i++) {
                if (s->options.names_only) {
                        report(s, s->frames[i].path, SNAPSHOT_TOO_MANY);
                        continue;
                }
                struct entry *e = &s->manifest.items[s->frames[i].entry];
                s->tally.left_out += !e->left_out;
                leave_out(s, e, SNAPSHOT_TOO_MANY);
        }
        while (s->depth)
                snapshot_pop(s);
}

static int visit_root(struct snapshot *s, const char *root) {
        const char *name;
        _cleanup_close_ int folder = files_open_parent(s->options.root, root, &name, NULL);
        return folder < 0 ? 0 : snapshot_visit(s, folder, name, root);
}

static int visit_next(struct snapshot *s) {
        struct frame *frame = &s->frames[s->depth - 1];
        errno = 0;
        const struct dirent *item = readdir(frame->dir);
        if (!item) {
                snapshot_pop(s);
                return 0;
        }
        if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
                return 0;
        _cleanup_free_ char *path = str_printf("%s/%s", frame->path, item->d_name);
        if (frame->only_known && !manifest_find(s->options.known, path))
                return 0;
        return snapshot_visit(s, dirfd(frame->dir), item->d_name, path);
}

static int snapshot_fail(int r, struct error **reterr) {
        error_errno(reterr, r, "The host's files cannot be saved");
        if (r == -ENOSPC || r == -EDQUOT)
                error_hint(reterr, "Make room in fairlead's state folder and try again");
        return r;
}

int snapshot_go(struct snapshot *s, uint64_t usec, struct error **reterr) {
        uint64_t end = usec ? (uint64_t) usec_now(CLOCK_MONOTONIC) + usec : UINT64_MAX;
        do {
                if (!s->depth && (!s->roots || !s->roots[s->next_root])) {
                        manifest_sort(&s->manifest);
                        return 1;
                }
                int r = s->depth ? visit_next(s) : visit_root(s, s->roots[s->next_root++]);
                if (r == -E2BIG)
                        stop_walking(s);
                else if (r < 0)
                        return snapshot_fail(r, reterr);
        } while ((uint64_t) usec_now(CLOCK_MONOTONIC) < end);
        return 0;
}

/* ---- in turns of the loop ---- */

struct snapshot_turns {
        struct op op;
        struct snapshot *snapshot;
        sd_event_source *source;
        uint64_t usec;
        snapshot_done_t *done;
        void *userdata;
};

static void snapshot_drop(struct op *op) {
        struct snapshot_turns *t = container_of(op, struct snapshot_turns, op);
        sd_event_source_disable_unref(t->source);
        snapshot_free(t->snapshot);
}

static int snapshot_on_turn(sd_event_source *source, uint64_t usec, void *userdata) {
        struct snapshot_turns *t = userdata;
        struct error *e = NULL;
        if (snapshot_go(t->snapshot, t->usec, &e) == 0) {
                sd_event_source_set_time_relative(source, 0);
                sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
                return 0;
        }
        struct snapshot *snapshot = TAKE(t->snapshot);
        op_end(&t->op);
        t->done(snapshot, e, t->userdata);
        return 0;
}

struct op *snapshot_start(sd_event *event, const struct snapshot_options *options, uint64_t usec,
                          snapshot_done_t *done, void *userdata, struct error **reterr) {
        struct snapshot_turns *t = new0(struct snapshot_turns);
        *t = (struct snapshot_turns){ .op.drop = snapshot_drop,
                                      .snapshot = snapshot_new(options),
                                      .usec = usec,
                                      .done = done,
                                      .userdata = userdata };
        /* A timer of zero length rather than a defer source: signals and the control socket come first. */
        int r = sd_event_add_time_relative(event, &t->source, CLOCK_MONOTONIC, 0, 1, snapshot_on_turn, t);
        if (r >= 0)
                r = sd_event_source_set_priority(t->source, 20);
        if (r >= 0)
                return &t->op;
        error_errno(reterr, r, "The host's files cannot be scanned");
        return op_cancel(&t->op);
}
