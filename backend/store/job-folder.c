/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/store/job-folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#include "backend/format/emit.h"
#include "backend/io/files.h"
#include "backend/snapshot/snapshot.h"

static int open_jobs(const struct paths *paths, struct error **reterr) {
        _cleanup_free_ char *path = str_printf("%s/jobs", paths->state);
        return files_open_root(path, reterr);
}

/* Sortable: UTC, and random digits so that two consoles never collide. */
static char *make_id(void) {
        uint32_t random;
        char date[32];
        time_t now = time(NULL);
        if (getrandom(&random, sizeof random, 0) != sizeof random)
                return NULL;
        strftime(date, sizeof date, "%Y%m%d-%H%M%S", gmtime(&now));
        return str_printf("%s-%08x", date, random);
}

int jobfolder_make(const struct paths *paths, const struct plan *plan, char **ret_id, struct error **reterr) {
        _cleanup_close_ int jobs = open_jobs(paths, reterr);
        if (jobs < 0)
                return jobs;
        _cleanup_free_ char *id = make_id(), *text = emit_plan(plan);
        if (!id)
                return error_set(reterr, -EIO, "No random digits for the id of the job");
        if (mkdirat(jobs, id, 0700) < 0)
                return error_errno(reterr, -errno, "The folder of the job cannot be made");
        _cleanup_close_ int folder = jobfolder_open(paths, id, reterr);
        int r = folder < 0 ? folder : files_write(folder, "plan.json", text, strlen(text), 0600, reterr);
        if (r >= 0 && fsync(jobs) < 0)
                r = error_errno(reterr, -errno, "The folder of the job cannot be made");
        if (r < 0) {
                (void) files_remove_tree(jobs, id);
                return r;
        }
        *ret_id = TAKE(id);
        return 0;
}

int jobfolder_open(const struct paths *paths, const char *id, struct error **reterr) {
        if (!job_id_valid(id))
                return error_set(reterr, -ENOENT, "\"%s\" is not the id of a job", id ? id : "");
        _cleanup_close_ int jobs = open_jobs(paths, reterr);
        if (jobs < 0)
                return jobs;
        int fd = openat(jobs, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 && errno != ENOENT)
                return error_errno(reterr, -errno, "The folder of the job %s cannot be opened", id);
        if (fd >= 0)
                return fd;
        error_set(reterr, -ENOENT, "There is no job %s", id);
        error_hint(reterr, "fairlead jobs lists them");
        return -ENOENT;
}

#define REMOVED ".removed-"

/* Under its name it is whole or gone; the rest of a removal that died is swept. */
int jobfolder_remove(const struct paths *paths, const char *id) {
        _cleanup_close_ int jobs = open_jobs(paths, NULL);
        if (jobs < 0 || !job_id_valid(id))
                return -ENOENT;
        _cleanup_free_ char *name = str_printf(REMOVED "%s", id);
        if (renameat(jobs, id, jobs, name) < 0)
                return errno == ENOENT ? 0 : -errno;
        return fsync(jobs) < 0 ? -errno : files_remove_tree(jobs, name);
}

void jobfolder_sweep(const struct paths *paths) {
        _cleanup_close_ int jobs = open_jobs(paths, NULL);
        DIR *d = jobs < 0 ? NULL : fdopendir(fcntl(jobs, F_DUPFD_CLOEXEC, 0));
        for (struct dirent *item; d && (item = readdir(d));)
                if (str_starts(item->d_name, REMOVED))
                        (void) files_remove_tree(jobs, item->d_name);
        if (d)
                closedir(d);
}

int jobfolder_plan(int folder, struct plan **ret, struct error **reterr) {
        _cleanup_free_ char *text = NULL;
        size_t n;
        int r = files_read(folder, "plan.json", PLAN_BYTES_MAX, &text, &n, reterr);
        return r < 0 ? r : plan_parse(text, n, ret, reterr);
}

int jobfolder_plan_digest(int folder, char hex[static DIGEST_HEX]) {
        _cleanup_close_ int fd = openat(folder, "plan.json", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        return fd < 0 ? -errno : digest_fd(fd, hex);
}

/* Adds the plan's part, which is not in the journal. */
static void jobfolder_describe(struct job *job, const char *id, const struct plan *plan) {
        str_replace(&job->id, id);
        job->verb = plan ? plan->verb : VERB_INSTALL;
        for (size_t i = 0; i < _JOB_STEP_MAX; i++)
                job->planned[i] = job_step_planned((enum job_step) i, job->verb);
        if (!plan)
                return;
        str_replace(&job->name, plan->name);
        str_replace(&job->domain, plan->join_domain);
        job->joins = plan->joins;
        str_replace(&job->image, plan->pin.reference ? plan->pin.reference : plan->pin.image);
        str_replace(&job->digest, plan->pin.digest);
}

struct job *jobfolder_job(int folder, const char *id) {
        struct job *job = job_new();
        _cleanup_plan_ struct plan *plan = NULL;
        _cleanup_free_ char *journal = NULL;
        size_t n = 0;
        /* A job without a readable plan can still be shown. */
        (void) jobfolder_plan(folder, &plan, NULL);
        jobfolder_describe(job, id, plan);
        if (files_read(folder, "journal", JOURNAL_BYTES_MAX, &journal, &n, NULL) >= 0)
                (void) journal_replay(journal, n, job, NULL);
        struct stat st;
        if (fstatat(folder, "log", &st, AT_SYMLINK_NOFOLLOW) == 0)
                job->log_size = (uint64_t) st.st_size;
        return job;
}

void jobfolder_write_result(int folder, const char *id) {
        _cleanup_(job_freep) struct job *job = jobfolder_job(folder, id);
        _cleanup_free_ char *text = emit_job(job);
        (void) files_write(folder, "result.json", text, strlen(text), 0600, NULL);
}

bool jobfolder_is_closed(int folder) {
        return faccessat(folder, JOBFOLDER_CLOSED, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* ---- refused ---- */

void jobfolder_refuse(int folder, const struct error *e) {
        if (!e)
                return;
        _cleanup_free_ char *text = str_printf("%d\n%s\n%s\n", -e->code, e->message, e->hint ? e->hint : "");
        (void) files_write(folder, "refused", text, strlen(text), 0600, NULL);
}

int jobfolder_refusal(int folder, struct error **reterr) {
        _cleanup_free_ char *text = NULL;
        size_t n;
        long long code;
        if (faccessat(folder, "refused", F_OK, AT_SYMLINK_NOFOLLOW) < 0)
                return 0;
        int r = files_read(folder, "refused", 64 * 1024, &text, &n, reterr);
        if (r < 0)
                return r;
        _cleanup_strv_ char **lines = strv_split(text, "\n");
        if (strv_length(lines) < 2 || str_to_int(lines[0], 1, 4095, &code) < 0)
                return error_set(reterr, -EIO, "The job was refused");
        error_set(reterr, (int) -code, "%s", lines[1]);
        if (lines[2])
                error_hint(reterr, "%s", lines[2]);
        return (int) -code;
}

/* ---- announcement at login ---- */

/* Read by pam_motd(8) and by agetty(8). */
static const struct {
        const char *folder, *file;
} announced[] = { { "motd.d", "fairlead" }, { "issue.d", "fairlead.issue" } };

/* A folder of such a file, readable for all; a dead process's temporary files are removed from it. */
static int open_announced(const struct paths *paths, const char *name) {
        _cleanup_free_ char *above = str_printf("%s/..", paths->run);
        _cleanup_close_ int run = files_open_root(above, NULL);
        int folder = run < 0 ? run : files_make_folder(run, name, NULL);
        if (folder >= 0)
                (void) files_sweep(folder);
        return folder;
}

int jobfolder_announce(const struct paths *paths, const struct job *job) {
        _cleanup_free_ char *text = str_printf(
                "Fairlead: the %s of %s was interrupted. \"fairlead\" asks what to do, or\n"
                "\"fairlead resume %s\" goes on, \"fairlead rollback %s\" rolls everything back.\n",
                plan_verb_name(job->verb), job->name ? job->name : "a service", job->id, job->id);
        for (size_t i = 0; i < ELEMENTS(announced); i++) {
                _cleanup_close_ int folder = open_announced(paths, announced[i].folder);
                if (folder < 0)
                        return folder;
                int r = files_write(folder, announced[i].file, text, strlen(text), 0644, NULL);
                if (r < 0)
                        return r;
        }
        return 0;
}

static void unannounce(const struct paths *paths) {
        for (size_t i = 0; i < ELEMENTS(announced); i++) {
                _cleanup_free_ char *path =
                        str_printf("%s/../%s/%s", paths->run, announced[i].folder, announced[i].file);
                if (access(path, F_OK) < 0)
                        continue;
                _cleanup_close_ int folder = open_announced(paths, announced[i].folder);
                if (folder >= 0)
                        (void) files_remove(folder, announced[i].file, NULL);
        }
}

/* ---- the active job ---- */

int jobfolder_set_active(const struct paths *paths, const char *id, struct error **reterr) {
        _cleanup_free_ char *target = str_printf("jobs/%s", id);
        _cleanup_close_ int state = files_open_root(paths->state, reterr);
        const struct entry like = { .path = (char *) "active",
                                    .mode = S_IFLNK | 0777,
                                    .uid = geteuid(),
                                    .gid = getegid(),
                                    .target = target,
                                    .mtime = { .tv_sec = time(NULL) } };
        return state < 0 ? state : files_put(state, "active", &like, -1, NULL, reterr);
}

char *jobfolder_active(const struct paths *paths) {
        char target[64];
        _cleanup_close_ int state = files_open_root(paths->state, NULL);
        ssize_t n = state < 0 ? -1 : readlinkat(state, "active", target, sizeof target - 1);
        if (n <= 0)
                return NULL;
        target[n] = '\0';
        const char *id = str_starts(target, "jobs/");
        return job_id_valid(id) ? xstrdup(id) : NULL;
}

void jobfolder_clear_active(const struct paths *paths, const char *id) {
        _cleanup_free_ char *active = jobfolder_active(paths);
        _cleanup_close_ int state = str_equal(active, id) ? files_open_root(paths->state, NULL) : -1;
        if (state >= 0)
                (void) files_remove(state, "active", NULL);
        unannounce(paths);
}

int jobfolder_unfinished(const struct job *job, struct error **reterr) {
        error_set(reterr, -EBUSY, "The %s of %s was interrupted and is neither done nor rolled back: job %s",
                  plan_verb_name(job->verb), job->name ? job->name : "a service", job->id);
        error_hint(reterr, "fairlead resume %s goes on, fairlead rollback %s rolls everything back", job->id,
                   job->id);
        return -EBUSY;
}

/* ---- snapshots ---- */

int jobfolder_snapshot(int folder, const char *name, bool make, struct error **reterr) {
        _cleanup_close_ int snapshot = files_open_private(folder, "snapshot", make);
        int fd = name && snapshot >= 0 ? files_open_private(snapshot, name, make) : TAKE_FD(snapshot);
        return fd < 0 ? error_errno(reterr, fd, "The folder of saved files cannot be opened") : fd;
}

/* The manifests of these two names if the second is there, else those of the job alone; -ENODATA: none. */
static int load_pair(int folder, const char *first, const char *second, struct manifest *before,
                     struct manifest *after, struct error **reterr) {
        _cleanup_close_ int saved = jobfolder_snapshot(folder, NULL, false, NULL);
        if (saved >= 0 && faccessat(saved, second, F_OK, 0) < 0) {
                first = "manifest";
                second = "after";
        }
        if (saved < 0 || faccessat(saved, second, F_OK, 0) < 0)
                return error_set(reterr, -ENODATA,
                                 "This job recorded no changes: it did not get that far");
        int r = snapshot_load(saved, first, before, reterr);
        return r < 0 ? r : snapshot_load(saved, second, after, reterr);
}

int jobfolder_service(int folder, struct manifest *ret_before, struct manifest *ret_after,
                      struct error **reterr) {
        return load_pair(folder, "origin", "result", ret_before, ret_after, reterr);
}

static int make_changes(int folder, const char *first, const char *second, struct changes *ret,
                        struct error **reterr) {
        _cleanup_(manifest_done) struct manifest before = {}, after = {};
        int r = load_pair(folder, first, second, &before, &after, reterr);
        if (r >= 0)
                changes_make(&before, &after, ret);
        return r;
}

int jobfolder_changes(int folder, struct changes *ret, struct error **reterr) {
        return make_changes(folder, "untouched", "rehearsed", ret, reterr);
}

int jobfolder_service_changes(int folder, struct changes *ret, struct error **reterr) {
        return make_changes(folder, "origin", "result", ret, reterr);
}

/* Shares a content. Later ones are saved only of small texts; earlier ones always. */
static int take_blob(int from, int to, const struct entry *e, bool later) {
        int r = e->digest[0] ? snapshot_share(from, to, e->digest) : 0;
        return r == -ENOENT && later ? 0 : r;
}

/* Shares all contents that the joined changes name, so that the earlier folder is not needed any more. */
static int take_blobs(int from, int to, const struct manifest *before, const struct manifest *after) {
        _cleanup_(changes_done) struct changes changes = {};
        changes_make(before, after, &changes);
        int r = 0;
        for (size_t i = 0; r >= 0 && i < changes.n; i++) {
                r = take_blob(from, to, &changes.items[i].before, false);
                if (r >= 0)
                        r = take_blob(from, to, &changes.items[i].after, true);
        }
        return r;
}

int jobfolder_join(int earlier, int folder, const struct changes *changes, struct error **reterr) {
        _cleanup_(manifest_done) struct manifest before = {}, after = {}, origin = {}, result = {};
        _cleanup_close_ int from = jobfolder_snapshot(earlier, "blobs", false, reterr);
        _cleanup_close_ int saved = from < 0 ? -1 : jobfolder_snapshot(folder, NULL, false, reterr);
        _cleanup_close_ int to = saved < 0 ? -1 : jobfolder_snapshot(folder, "blobs", false, reterr);
        int r = to < 0 ? -ENOENT : jobfolder_service(earlier, &before, &after, reterr);
        if (r < 0)
                return r;
        changes_join(&before, &after, changes, &origin, &result);
        r = take_blobs(from, to, &origin, &result);
        if (r < 0)
                return error_errno(reterr, r,
                                   "The files that were saved at the install cannot be taken over");
        r = snapshot_store(saved, "origin", &origin, to, reterr);
        return r < 0 ? r : snapshot_store(saved, "result", &result, -1, reterr);
}
