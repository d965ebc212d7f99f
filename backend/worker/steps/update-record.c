/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last step of jobs that write files which an install had created or changed: the service's record says
 * how they were left, so that an uninstall takes them for fairlead's own work. */

#include "backend/format/emit.h"
#include "backend/io/digest.h"
#include "backend/io/files.h"
#include "backend/store/services.h"
#include "backend/worker/step.h"

#define KEYTAB "/etc/krb5.keytab"
#define BYTES_MAX (1024U * 1024)

static const char *update_record_file_of(const struct worker *w) {
        return w->plan->verb == VERB_RENEW ? KEYTAB : w->plan->file.path;
}

/* "SHA256  /path" of the present file. The bytes may be keys. */
static int update_record_line_of(struct worker *w, char **ret, struct error **reterr) {
        const char *name, *path = update_record_file_of(w);
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

/* A copy by way of its text: an undo writes the record in memory back. Only a file's newest line counts. */
static int update_record_write(struct worker *w, const char *line, struct error **reterr) {
        _cleanup_(service_freep) struct service *copy = NULL;
        _cleanup_free_ char *text = emit_service(w->record);
        _cleanup_strv_ char **lines = NULL;
        int r = service_parse(text, strlen(text), &copy, reterr);
        if (r < 0)
                return r;
        for (char **old = copy->rewritten; old && *old; old++)
                if (!str_ends(*old, update_record_file_of(w)))
                        strv_add(&lines, *old);
        strv_add(&lines, line);
        strv_free(copy->rewritten);
        copy->rewritten = TAKE(lines);
        return services_write(w->paths, copy, reterr);
}

static void update_record_note(struct worker *w) {
        const struct job *job = w->recorder->job;
        const char *keys = job->steps[STEP_COMMAND].note;
        if (w->plan->verb == VERB_RENEW)
                worker_note(w, "The keys of this host are renewed%s%s", keys ? ": " : "", keys ? keys : "");
        else
                worker_note(w, "%s", w->plan->file.sentence ? w->plan->file.sentence : "Done");
}

static int update_record_apply(struct worker *w, struct error **reterr) {
        _cleanup_free_ char *line = NULL;
        int r = worker_load_record(w, reterr);
        if (r >= 0)
                r = update_record_line_of(w, &line, reterr);
        if (r >= 0)
                r = update_record_write(w, line, reterr);
        if (r < 0)
                return error_wrap(reterr, r, "The change cannot be recorded");
        update_record_note(w);
        return STEP_ENDED;
}

/* Does the record name the file as this job left it? Another job may have written it since. */
static int update_record_probe(struct worker *w) {
        _cleanup_(service_freep) struct service *s = NULL;
        _cleanup_free_ char *line = NULL;
        return services_read(w->paths, w->plan->name, &s, NULL) >= 0 &&
               update_record_line_of(w, &line, NULL) >= 0 && strv_contains(s->rewritten, line);
}

static int update_record_recall(struct worker *w, struct error **reterr) {
        update_record_note(w);
        return 0;
}

static int update_record_undo(struct worker *w, struct error **reterr) {
        int r = worker_load_record(w, reterr);
        if (r >= 0 && services_exists(w->paths, w->plan->name))
                r = services_write(w->paths, w->record, reterr);
        return r < 0 ? r : STEP_ENDED;
}

const struct step update_record_step = {
        .probe = update_record_probe,
        .recall = update_record_recall,
        .apply = update_record_apply,
        .undo = update_record_undo,
};
