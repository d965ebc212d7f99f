/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/store/retention.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "backend/format/emit.h"
#include "backend/io/files.h"
#include "backend/snapshot/snapshot.h"
#include "backend/store/job-folder.h"
#include "backend/store/services.h"

#define SPARED "spared" /* in a folder: contents that an undo does not need are gone already */
#define SIZES "job-sizes" /* in the state folder: that of the jobs has nothing but jobs */
#define DEPTH_MAX 8U

/* A job while it is judged. */
struct kept_job {
        struct job *job;
        int folder;
        char *earlier;
        uint64_t size;
};

struct kept_jobs {
        struct kept_job *items;
        struct past_job *past; /* as many */
        size_t n;
};

static void kept_jobs_done(struct kept_jobs *all) {
        for (size_t i = 0; i < all->n; i++) {
                job_free(all->items[i].job);
                cleanup_closep(&all->items[i].folder);
                free(all->items[i].earlier);
        }
        FREE_ALL(all->items, all->past);
}

/* ---- what there is ---- */

static char *read_earlier(int folder) {
        _cleanup_(service_freep) struct service *record = NULL;
        _cleanup_free_ char *text = NULL;
        size_t n;
        if (faccessat(folder, "record.json", F_OK, AT_SYMLINK_NOFOLLOW) < 0 ||
            files_read(folder, "record.json", SERVICE_BYTES_MAX, &text, &n, NULL) < 0 ||
            service_parse(text, n, &record, NULL) < 0)
                return NULL;
        return xstrdup(record->job);
}

static bool left_a_realm(int folder, const struct job *job) {
        _cleanup_plan_ struct plan *plan = NULL;
        return job->verb == VERB_UNINSTALL && jobfolder_plan(folder, &plan, NULL) >= 0 &&
               plan->joins != REALM_NONE;
}

static int kept_only_jobs(const struct dirent *item) {
        return job_id_valid(item->d_name);
}

static int64_t kept_time(const struct kept_job *kept) {
        return kept->job->last_usec ? kept->job->last_usec : job_id_time(kept->job->id) * 1000000;
}

/* By their last record: the ids of two jobs of one second have no order. */
static int kept_newest_first(const void *a, const void *b) {
        int64_t x = kept_time(a), y = kept_time(b);
        return x == y ? 0 : x < y ? 1 : -1;
}

static void kept_add(struct kept_jobs *all, const struct paths *paths, const char *id) {
        int folder = jobfolder_open(paths, id, NULL);
        if (folder < 0)
                return;
        struct kept_job *kept = &all->items[all->n++];
        *kept = (struct kept_job){ .folder = folder, .job = jobfolder_job(folder, id),
                                   .earlier = read_earlier(folder) };
}

static void kept_describe(struct kept_jobs *all, const struct service_list *services) {
        qsort(all->items, all->n, sizeof *all->items, kept_newest_first);
        for (size_t i = 0; i < all->n; i++) {
                const struct kept_job *kept = &all->items[i];
                all->past[i] = (struct past_job){ .job = kept->job, .earlier = kept->earlier,
                                                  .leaves = left_a_realm(kept->folder, kept->job) };
                for (size_t k = 0; k < services->n; k++)
                        all->past[i].recorded |= str_equal(services->items[k]->job, kept->job->id);
        }
}

static int kept_load(const struct paths *paths, struct kept_jobs *all, struct error **reterr) {
        _cleanup_free_ char *path = str_printf("%s/jobs", paths->state);
        _cleanup_error_ struct error *bad = NULL;
        _cleanup_(service_list_freep) struct service_list *services = services_list(paths, &bad);
        struct dirent **items = NULL;
        if (bad)
                return error_set(reterr, bad->code, "No job is removed: %s", bad->message);
        int n = scandir(path, &items, kept_only_jobs, NULL);
        if (n < 0)
                return error_errno(reterr, -errno, "The jobs in %s cannot be listed", path);
        all->items = xcalloc((size_t) n + 1, sizeof *all->items);
        all->past = xcalloc((size_t) n + 1, sizeof *all->past);
        for (int i = 0; i < n; i++) {
                kept_add(all, paths, items[i]->d_name);
                free(items[i]);
        }
        free(items);
        kept_describe(all, services);
        return 0;
}

/* ---- contents ---- */

/* A file that an undo left as it is has its former content here, and the job's result says so by name. */
static bool is_named(const struct kept_jobs *all, const char *digest) {
        for (size_t i = 0; i < all->n; i++)
                for (char **left = all->items[i].job->left; left && *left; left++)
                        if (strstr(*left, digest))
                                return true;
        return false;
}

static bool has_content(const struct changes *changes, const char *digest) {
        for (size_t i = 0; i < changes->n; i++)
                if (str_equal(changes->items[i].before.digest, digest) ||
                    str_equal(changes->items[i].after.digest, digest))
                        return true;
        return false;
}

/* Secrets of the host, and what is too large to be shown as a difference. */
static bool goes_first(const struct manifest *m, const struct entry *e) {
        return e->digest[0] && (e->size > JOBFOLDER_TEXT_MAX || retention_is_private(m, e));
}

/* needed: two sets of changes whose contents stay, or NULL. */
static void drop_contents_of(const struct kept_jobs *all, int blobs, const struct manifest *m,
                            const struct changes *needed) {
        for (size_t i = 0; i < m->n; i++) {
                const struct entry *e = &m->items[i];
                bool stays = needed && (has_content(&needed[0], e->digest) ||
                                        has_content(&needed[1], e->digest));
                if (!stays && goes_first(m, e) && !is_named(all, e->digest))
                        (void) unlinkat(blobs, e->digest, 0);
        }
}

static void drop_contents(const struct kept_jobs *all, int folder, const struct changes *needed) {
        static const char *const names[] = { "manifest", "after",  "undo",      "origin",
                                             "result",   "untouched", "rehearsed" };
        _cleanup_close_ int saved = jobfolder_snapshot(folder, NULL, false, NULL),
                            blobs = saved < 0 ? -1 : jobfolder_snapshot(folder, "blobs", false, NULL);
        for (size_t i = 0; blobs >= 0 && i < ELEMENTS(names); i++) {
                _cleanup_(manifest_done) struct manifest m = {};
                if (faccessat(saved, names[i], F_OK, AT_SYMLINK_NOFOLLOW) == 0 &&
                    snapshot_load(saved, names[i], &m, NULL) >= 0)
                        drop_contents_of(all, blobs, &m, needed);
        }
        if (blobs >= 0)
                (void) fsync(blobs);
}

/* The file that the plan changes, with all its lines before and after: sssd.conf may hold a password. */
static void drop_plan_texts(int folder) {
        _cleanup_plan_ struct plan *plan = NULL;
        if (jobfolder_plan(folder, &plan, NULL) < 0 || !plan->file.text)
                return;
        str_replace(&plan->file.text, NULL);
        str_replace(&plan->file.was, NULL);
        _cleanup_free_ char *text = emit_plan(plan);
        (void) files_write(folder, "plan.json", text, strlen(text), 0600, NULL);
}

/* The mark comes first: a job whose contents go cannot be undone any more, whatever becomes of this run.
 * False: done before. */
static bool close_job(const struct kept_jobs *all, int folder) {
        _cleanup_free_ char *mark = NULL;
        size_t n;
        if (jobfolder_is_closed(folder) && files_read(folder, JOBFOLDER_CLOSED, 64, &mark, &n, NULL) >= 0 &&
            str_equal(mark, "done\n"))
                return false;
        if (files_write(folder, JOBFOLDER_CLOSED, "begun\n", 6, 0600, NULL) < 0)
                return false;
        drop_contents(all, folder, NULL);
        drop_plan_texts(folder);
        (void) files_write(folder, JOBFOLDER_CLOSED, "done\n", 5, 0600, NULL);
        return true;
}

/* Of a job that is done an undo needs only what it changed: shadow and the like, saved with the rest of /etc,
 * and what is large go at once. The rest is shared with other jobs, which need not read it again. */
static void spare_job(const struct kept_jobs *all, const struct kept_job *kept) {
        struct changes needed[2] = {};
        if (kept->job->state != JOB_DONE || faccessat(kept->folder, SPARED, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
                return;
        if (jobfolder_changes(kept->folder, &needed[0], NULL) >= 0 &&
            jobfolder_service_changes(kept->folder, &needed[1], NULL) >= 0) {
                drop_contents(all, kept->folder, needed);
                (void) files_write(kept->folder, SPARED, "", 0, 0600, NULL);
        }
        changes_done(&needed[0]);
        changes_done(&needed[1]);
}

/* ---- sizes ---- */

/* Jobs share contents that did not change by hard links: each counts its part. */
static uint64_t measure(int folder, unsigned depth) {
        uint64_t sum = 0;
        int own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *d = own < 0 ? NULL : fdopendir(own);
        for (struct dirent *item; d && (item = readdir(d));) {
                struct stat st;
                if (STR_IN_SET(item->d_name, ".", "..") ||
                    fstatat(own, item->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                        continue;
                uint64_t bytes = (uint64_t) st.st_blocks * 512;
                sum += S_ISDIR(st.st_mode) || st.st_nlink == 0 ? bytes : bytes / st.st_nlink;
                if (!S_ISDIR(st.st_mode) || depth == DEPTH_MAX)
                        continue;
                _cleanup_close_ int below =
                        openat(own, item->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
                sum += below < 0 ? 0 : measure(below, depth + 1);
        }
        if (d)
                closedir(d);
        return sum;
}

static void write_sizes(const struct paths *paths, const struct kept_jobs *all) {
        _cleanup_str_ struct str text = {};
        _cleanup_close_ int state = files_open_root(paths->state, NULL);
        for (size_t i = 0; i < all->n; i++)
                if (all->past[i].fate != FATE_REMOVED)
                        str_addf(&text, "%s %llu\n", all->items[i].job->id,
                                 (unsigned long long) all->items[i].size);
        if (state >= 0)
                (void) files_write(state, SIZES, text.text ? text.text : "", text.length, 0600, NULL);
}

char *retention_sizes(const struct paths *paths) {
        _cleanup_close_ int state = open(paths->state, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        char *text = NULL;
        size_t n;
        return state >= 0 && faccessat(state, SIZES, F_OK, AT_SYMLINK_NOFOLLOW) == 0 &&
                               files_read(state, SIZES, 1024 * 1024, &text, &n, NULL) >= 0
                       ? text
                       : NULL;
}

uint64_t retention_size(const char *sizes, const char *id) {
        const char *line = sizes ? strstr(sizes, id) : NULL;
        return line ? strtoull(line + strlen(id), NULL, 10) : 0;
}

/* ---- a run ---- */

static void run_one(const struct paths *paths, struct kept_jobs *all, size_t i, bool really,
                    struct pruning *ret) {
        struct kept_job *kept = &all->items[i];
        enum job_fate fate = all->past[i].fate;
        bool closes = fate == FATE_CLOSED && (really ? close_job(all, kept->folder)
                                                     : !jobfolder_is_closed(kept->folder));
        if (fate == FATE_OPEN && really)
                spare_job(all, kept);
        kept->size = measure(kept->folder, 0);
        if (closes)
                strv_add(&ret->closed, kept->job->id);
        if (fate == FATE_REMOVED && (!really || jobfolder_remove(paths, kept->job->id) >= 0)) {
                strv_add(&ret->removed, kept->job->id);
                ret->freed += kept->size;
                return;
        }
        ret->jobs++;
        ret->size += kept->size;
}

int retention_run(const struct paths *paths, const struct retention *limits, bool really,
                  struct pruning *ret, struct error **reterr) {
        _cleanup_(kept_jobs_done) struct kept_jobs all = {};
        size_t n;
        _cleanup_free_ char *path = str_printf("%s/fairlead.conf", paths->config),
                            *file = paths_read(paths->root, path, &n);
        *ret = (struct pruning){ .limits = limits ? *limits : retention_parse(file), .done = really };
        int r = kept_load(paths, &all, reterr);
        if (r < 0)
                return r;
        retention_judge(all.past, all.n, &ret->limits, time(NULL));
        for (size_t i = 0; i < all.n; i++)
                run_one(paths, &all, i, really, ret);
        if (really)
                write_sizes(paths, &all);
        return 0;
}
