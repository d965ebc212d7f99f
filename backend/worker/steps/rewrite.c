/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of jobs that write one file which an install had created or changed. An access change writes
 * sssd.conf, an enable or disable a .container, as shown in the plan, unless it was changed meanwhile. A
 * renewal runs a command that makes new keys for this host, in the realm and in its keytab; it can be neither
 * undone nor stopped midway, since the realm would have keys that the keytab lacks, and a second run renews
 * again, harmlessly. At last the service's record says how the file was left, so that an uninstall takes it
 * for fairlead's own work. */
#include <fcntl.h>
#include <sys/stat.h>

#include "backend/format/emit.h"
#include "backend/io/digest.h"
#include "backend/io/files.h"
#include "backend/realm/realm.h"
#include "backend/store/job-folder.h"
#include "backend/store/services.h"
#include "backend/worker/step.h"

#define KEYTAB "/etc/krb5.keytab"
#define BYTES_MAX (1024U * 1024)
#define CONFIG_BYTES_MAX (256U * 1024)
#define WAIT_USEC (120ULL * 1000000)
#define GRACE_SECONDS 10
#define KVNO_FILE "kvno-before"

/* ---- access: the file; the snapshot restores it ---- */

/* Opens the file's folder, and returns the present content. */
static int rewrite_open(struct worker *w, const char **ret_name, char **ret_text, struct error **reterr) {
        size_t n;
        int folder = files_open_parent(w->root, w->plan->file.path, ret_name, reterr);
        if (folder < 0 || files_read(folder, *ret_name, CONFIG_BYTES_MAX, ret_text, &n, reterr) >= 0)
                return folder;
        close(folder);
        return -ENOENT;
}

/* The units to restart: those of the service, or the plan's where it has none of its own. */
static int rewrite_access_recall(struct worker *w, struct error **reterr) {
        if (w->kept.made.units)
                return 0;
        int r = worker_load_record(w, reterr);
        if (r < 0)
                return r;
        if (strv_length(w->record->units))
                strv_extend(&w->kept.made.units, w->record->units);
        else if (w->plan->unit.name)
                strv_add(&w->kept.made.units, w->plan->unit.name);
        return 0;
}

static int rewrite_access(struct worker *w, struct error **reterr) {
        const struct plan_file *file = &w->plan->file;
        const char *name;
        _cleanup_free_ char *now = NULL;
        struct stat st;
        int r = rewrite_access_recall(w, reterr);
        if (r < 0)
                return r;
        _cleanup_close_ int folder = rewrite_open(w, &name, &now, reterr);
        if (folder < 0)
                return folder;
        if (strcmp(now, file->was) != 0) {
                error_set(reterr, -ESTALE, "Somebody changed %s since this was planned", file->path);
                return error_hint(reterr, "Look at it, and plan again");
        }
        if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return error_errno(reterr, -errno, "%s cannot be read", file->path);
        r = files_write(folder, name, file->text, strlen(file->text), st.st_mode & 07777, reterr);
        if (r < 0)
                return r;
        if ((st.st_uid || st.st_gid) && fchownat(folder, name, st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW) < 0)
                return error_errno(reterr, -errno, "%s cannot be given to its owner", file->path);
        worker_note(w, "%s", file->sentence ? file->sentence : file->path);
        return STEP_ENDED;
}

static int rewrite_access_probe(struct worker *w) {
        const char *name;
        _cleanup_free_ char *now = NULL;
        _cleanup_close_ int folder = rewrite_open(w, &name, &now, NULL);
        return folder >= 0 && strcmp(now, w->plan->file.text) == 0;
}

/* ---- renewal: the command ---- */

static unsigned rewrite_kvno(const struct worker *w) {
        _cleanup_(membership_freep) struct membership *m = membership_read(w->paths);
        return m->kvno;
}

static int rewrite_renewed(struct worker *w, struct error **reterr) {
        joblog_flush(w->log);
        if (w->got.exited && w->got.status == 0) {
                worker_note(w, "key version %u", rewrite_kvno(w));
                return STEP_ENDED;
        }
        error_set(reterr, -EIO,
                  w->got.exited ? "The keys could not be renewed: the command ended with status %d"
                                : "The keys could not be renewed: the command was killed by signal %d",
                  w->got.status);
        return error_hint(
                reterr, "Does the service run, and do the realm's servers answer? The last lines of the log "
                        "say more");
}

static int rewrite_on_late(sd_event_source *source, uint64_t usec, void *userdata) {
        struct worker *w = userdata;
        joblog_note(w->log, "stopping the command: it did not end within two minutes");
        pty_stop(w->wait.pty, GRACE_SECONDS);
        return 0;
}

static int rewrite_renew(struct worker *w, struct error **reterr) {
        _cleanup_free_ char *kvno = str_printf("%u", rewrite_kvno(w));
        _cleanup_free_ char *command = argv_text(w->plan->command->argv);
        int r = worker_save_lines(w, KVNO_FILE, (char *const[]){ kvno, NULL }, reterr);
        if (r < 0)
                return r;
        joblog_note(w->log, "%s", command);
        const struct pty_options options = { .argv = w->plan->command->argv, .stdin_fd = -1 };
        r = worker_run_program(w, options, rewrite_renewed, reterr);
        if (r < 0)
                return r;
        r = sd_event_add_time_relative(w->event, &w->wait.timer, CLOCK_MONOTONIC, WAIT_USEC, 1000000,
                                       rewrite_on_late, w);
        return r < 0 ? error_errno(reterr, r, "The command cannot be watched") : STEP_WAITS;
}

/* A command that succeeded and changed nothing has not renewed anything. */
static int rewrite_renew_verify(struct worker *w, struct error **reterr) {
        _cleanup_strv_ char **before = worker_load_lines(w->folder, KVNO_FILE, NULL);
        unsigned now = rewrite_kvno(w);
        if (!before || !before[0] || strtoul(before[0], NULL, 10) != now)
                return 0;
        error_set(reterr, -EIO, "The command ended well, but the keys in " KEYTAB " are still version %u",
                  now);
        return error_hint(reterr,
                          "Its service may see another file: is the keytab mounted writable, and as a file "
                          "that is not replaced?");
}

/* ---- the record ---- */

/* A file that somebody edited since the install stays his: the uninstall is to see that. */
static bool rewrite_was_ours(const struct worker *w) {
        _cleanup_(manifest_done) struct manifest before = {}, after = {};
        const struct plan_file *file = &w->plan->file;
        char hex[DIGEST_HEX];
        if (w->plan->verb != VERB_ENABLE && w->plan->verb != VERB_DISABLE)
                return true;
        digest_bytes(file->was, strlen(file->was), hex);
        _cleanup_free_ char *line = str_printf("%s  %s", hex, file->path);
        _cleanup_close_ int folder = worker_open_install(w, NULL);
        if (folder < 0 || strv_contains(w->record->rewritten, line))
                return folder >= 0;
        (void) jobfolder_service(folder, &before, &after, NULL);
        const struct entry *installed = manifest_find(&after, file->path);
        return installed && str_equal(installed->digest, hex);
}

static const char *rewrite_path(const struct worker *w) {
        return w->plan->verb == VERB_RENEW ? KEYTAB : w->plan->file.path;
}

/* "SHA256  /path" of the present file. The bytes may be keys. */
static int rewrite_line(struct worker *w, char **ret, struct error **reterr) {
        const char *name, *path = rewrite_path(w);
        char *bytes = NULL, hex[DIGEST_HEX];
        size_t n = 0;
        _cleanup_close_ int folder = files_open_parent(w->root, path, &name, reterr);
        int r = folder < 0 ? folder : files_read(folder, name, BYTES_MAX, &bytes, &n, reterr);
        if (r < 0)
                return r;
        digest_bytes(bytes, n, hex);
        explicit_bzero(bytes, n);
        free(bytes);
        *ret = str_printf("%s  %s", hex, path);
        return 0;
}

/* Only a file's newest line counts. */
static int rewrite_save(struct worker *w, const char *line, struct error **reterr) {
        _cleanup_(service_freep) struct service *copy = NULL;
        _cleanup_strv_ char **lines = NULL;
        int r = worker_copy_record(w, &copy, reterr);
        if (r < 0)
                return r;
        for (char **old = copy->rewritten; old && *old; old++)
                if (!str_ends(*old, rewrite_path(w)))
                        strv_add(&lines, *old);
        strv_add(&lines, line);
        strv_free(copy->rewritten);
        copy->rewritten = TAKE(lines);
        return services_write(w->paths, copy, reterr);
}

static int rewrite_note(struct worker *w, struct error **reterr) {
        const char *keys = w->recorder->job->steps[STEP_COMMAND].note;
        if (w->plan->verb == VERB_RENEW)
                worker_note(w, "The keys of this host are renewed%s%s", keys ? ": " : "", keys ? keys : "");
        else
                worker_note(w, "%s", w->plan->file.sentence ? w->plan->file.sentence : "Done");
        return 0;
}

static int rewrite_record(struct worker *w, struct error **reterr) {
        _cleanup_free_ char *line = NULL;
        int r = worker_load_record(w, reterr);
        if (r >= 0)
                r = rewrite_line(w, &line, reterr);
        if (r >= 0 && rewrite_was_ours(w))
                r = rewrite_save(w, line, reterr);
        if (r < 0)
                return error_wrap(reterr, r, "The change cannot be recorded");
        (void) rewrite_note(w, reterr);
        return STEP_ENDED;
}

/* Does the record name the file as this job left it? Another job may have written it since. */
static int rewrite_record_probe(struct worker *w) {
        _cleanup_(service_freep) struct service *s = NULL;
        _cleanup_free_ char *line = NULL;
        return services_read(w->paths, w->plan->name, &s, NULL) >= 0 && rewrite_line(w, &line, NULL) >= 0 &&
               strv_contains(s->rewritten, line);
}

static int rewrite_record_undo(struct worker *w, struct error **reterr) {
        int r = worker_load_record(w, reterr);
        if (r >= 0 && services_exists(w->paths, w->plan->name))
                r = services_write(w->paths, w->record, reterr);
        return r < 0 ? r : STEP_ENDED;
}

const struct step rewrite_steps[_JOB_STEP_MAX] = {
        [STEP_UNIT] = { .apply = rewrite_access,
                        .probe = rewrite_access_probe,
                        .recall = rewrite_access_recall },
        [STEP_COMMAND] = { .apply = rewrite_renew, .verify = rewrite_renew_verify },
        [STEP_COMMIT] = { .probe = rewrite_record_probe,
                          .recall = rewrite_note,
                          .apply = rewrite_record,
                          .undo = rewrite_record_undo },
};
