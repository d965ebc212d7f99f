/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Writers of emit.h but plans (plan_json.c) and services (service_json.c). data/json.md documents each shape;
 * a member that is not known is null, never left out, so that a script can ask for it without asking whether
 * it is there. */

#include "backend/format/emit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "backend/format/internal.h"
#include "backend/format/json.h"
#include "base/str.h"

static void format_emit_add(struct json_object *o, const char *key, struct json_object *value) {
        json_object_object_add(o, key, value);
}

static void format_emit_add_text(struct json_object *o, const char *key, const char *text) {
        format_emit_add(o, key, json_new_text(text));
}

static void format_emit_add_flag(struct json_object *o, const char *key, bool value) {
        format_emit_add(o, key, json_object_new_boolean(value));
}

/* Counters that systemd does not keep, times that never were. */
static void add_count(struct json_object *o, const char *key, uint64_t value) {
        format_emit_add(o, key, value == UNIT_UNKNOWN ? NULL : json_object_new_uint64(value));
}

static void add_time(struct json_object *o, const char *key, int64_t seconds) {
        format_emit_add(o, key, seconds ? json_object_new_int64(seconds) : NULL);
}

static char *format_emit_finish(struct json_object *o) {
        _cleanup_json_ struct json_object *owned = o;
        return json_write(owned);
}

/* ---- images and findings ---- */

struct json_object *labels_object(const struct label *labels, size_t n) {
        struct json_object *o = json_object_new_object();
        for (size_t i = 0; i < n; i++) {
                /* keys, too, come from outside: bytes that are not UTF-8 would make the whole text unreadable
                 */
                _cleanup_json_ struct json_object *key = json_new_text(labels[i].key);
                format_emit_add_text(o, json_object_get_string(key), labels[i].value);
        }
        return o;
}

static struct json_object *image_object(const struct image *image) {
        struct json_object *o = json_object_new_object();
        format_emit_add_text(o, "reference", image_reference(image));
        format_emit_add_text(o, "id", image->id);
        format_emit_add_text(o, "digest", image->digest);
        format_emit_add(o, "names", json_new_texts(image->names));
        format_emit_add(o, "repo_digests", json_new_texts(image->repo_digests));
        format_emit_add_text(o, "summary", image_summary(image));
        format_emit_add_text(o, "version", image_version(image));
        format_emit_add_text(o, "vendor", image_vendor(image));
        format_emit_add(o, "size", image->size ? json_object_new_uint64(image->size) : NULL);
        add_time(o, "created", image->created);
        format_emit_add_text(o, "architecture", image->architecture);
        format_emit_add_text(o, "source", image->source);
        format_emit_add(o, "containers", json_object_new_uint64(image->containers));
        format_emit_add(o, "labels", labels_object(image->labels, image->n_labels));
        return o;
}

char *emit_images(const struct image_list *images) {
        struct json_object *all = json_object_new_array();
        for (size_t i = 0; i < images->n; i++)
                json_object_array_add(all, image_object(images->items[i]));
        return format_emit_finish(all);
}

struct json_object *findings_array(const struct finding_list *findings) {
        struct json_object *all = json_object_new_array();
        for (size_t i = 0; i < findings->n; i++) {
                const struct finding *f = &findings->items[i];
                struct json_object *o = json_object_new_object();
                format_emit_add_text(o, "id", f->id);
                format_emit_add_text(o, "severity", severity_name(f->severity));
                format_emit_add_text(o, "where", f->where);
                format_emit_add_text(o, "message", f->message);
                format_emit_add_text(o, "hint", f->hint);
                format_emit_add_flag(o, "allowed", f->allowed);
                json_object_array_add(all, o);
        }
        return all;
}

char *emit_image(const struct image *image, const struct finding_list *findings) {
        struct json_object *o = image_object(image);
        if (findings)
                format_emit_add(o, "findings", findings_array(findings));
        return format_emit_finish(o);
}

char *emit_findings(const struct finding_list *findings) {
        return format_emit_finish(findings_array(findings));
}

/* ---- units ---- */

static struct json_object *format_emit_unit_object(const struct unit *unit) {
        struct json_object *o = json_object_new_object();
        format_emit_add_text(o, "name", unit->name);
        format_emit_add_text(o, "description", unit->description);
        format_emit_add_text(o, "load", unit->load);
        format_emit_add_text(o, "active", unit->active);
        format_emit_add_text(o, "sub", unit->sub);
        format_emit_add_text(o, "file_state", unit->file_state);
        format_emit_add_text(o, "job", unit->job);
        return o;
}

char *emit_units(const struct unit_list *units) {
        struct json_object *all = json_object_new_array();
        for (size_t i = 0; i < units->n; i++)
                json_object_array_add(all, format_emit_unit_object(&units->items[i]));
        return format_emit_finish(all);
}

char *emit_unit(const struct unit_detail *d) {
        struct json_object *o = format_emit_unit_object(&d->unit);
        format_emit_add_text(o, "fragment", d->fragment);
        format_emit_add_text(o, "source", d->source);
        format_emit_add(o, "drop_ins", json_new_texts(d->drop_ins));
        format_emit_add_text(o, "result", d->result);
        format_emit_add(o, "exit_code", json_object_new_int(d->exit_code));
        format_emit_add(o, "exit_status", json_object_new_int(d->exit_status));
        format_emit_add(o, "restarts", json_object_new_int64(d->restarts));
        format_emit_add(o, "main_pid", d->main_pid ? json_object_new_int64(d->main_pid) : NULL);
        add_time(o, "since", d->since);
        add_count(o, "cpu_nsec", d->cpu_nsec);
        add_count(o, "memory", d->memory);
        add_count(o, "tasks", d->tasks);
        add_count(o, "io_read", d->io_read);
        add_count(o, "io_written", d->io_written);
        format_emit_add(o, "requires", json_new_texts(d->requires));
        format_emit_add(o, "wants", json_new_texts(d->wants));
        format_emit_add(o, "after", json_new_texts(d->after));
        format_emit_add(o, "required_by", json_new_texts(d->required_by));
        format_emit_add_text(o, "load_error", d->load_error);
        format_emit_add_flag(o, "can_start", d->can_start);
        format_emit_add_flag(o, "can_stop", d->can_stop);
        format_emit_add_flag(o, "can_reload", d->can_reload);
        format_emit_add_flag(o, "need_reload", d->need_reload);
        format_emit_add_text(o, "container", d->container);
        format_emit_add_text(o, "invocation", d->invocation);
        return format_emit_finish(o);
}

char *emit_log_line(const struct log_line *line) {
        _cleanup_json_ struct json_object *o = json_object_new_object();
        format_emit_add(o, "time", json_object_new_int64(line->real));
        format_emit_add(o, "priority", line->priority < 0 ? NULL : json_object_new_int(line->priority));
        format_emit_add_text(o, "identifier", line->identifier);
        format_emit_add_text(o, "message", line->message);
        return json_write_line(o);
}

/* ---- jobs and changes ---- */

static struct json_object *job_object(const struct job *job) {
        struct json_object *o = json_object_new_object(), *steps = json_object_new_array();
        format_emit_add_text(o, "id", job->id);
        format_emit_add_text(o, "verb", plan_verb_name(job->verb));
        format_emit_add_text(o, "name", job->name);
        format_emit_add_text(o, "image", job->image);
        format_emit_add_text(o, "digest", job->digest);
        format_emit_add_text(o, "state", job_state_name(job->state));
        add_time(o, "started", job->started);
        add_time(o, "ended", job->ended);
        format_emit_add(o, "exit_status",
                        job->exit_status < 0 ? NULL : json_object_new_int(job->exit_status));
        for (int i = 0; i < _JOB_STEP_MAX; i++) {
                if (!job->planned[i])
                        continue;
                struct json_object *step = json_object_new_object();
                const struct step_status *status = &job->steps[i];
                /* of a running step usec is when it began on a clock that means nothing outside this host */
                bool over = status->state != STEP_TODO && status->state != STEP_NOW &&
                            status->state != STEP_UNDOING;
                format_emit_add_text(step, "step", job_step_name(i));
                format_emit_add_text(step, "state", step_state_name(status->state));
                format_emit_add(step, "usec", over ? json_object_new_uint64(status->usec) : NULL);
                format_emit_add_text(step, "note", status->note);
                json_object_array_add(steps, step);
        }
        format_emit_add(o, "steps", steps);
        format_emit_add_text(o, "message", job->message);
        format_emit_add_text(o, "hint", job->hint);
        format_emit_add(o, "left", json_new_texts(job->left));
        format_emit_add(o, "checks", job->checks ? json_new_texts(job->checks) : NULL);
        format_emit_add(o, "log_size", json_object_new_uint64(job->log_size));
        format_emit_add_text(o, "way", job->state == JOB_INTERRUPTED ? job_way_name(job->way) : NULL);
        format_emit_add(o, "secrets", job->state == JOB_INTERRUPTED ? json_new_texts(job->secrets) : NULL);
        return o;
}

char *emit_jobs(const struct job_list *jobs) {
        struct json_object *all = json_object_new_array();
        for (size_t i = 0; i < jobs->n; i++)
                json_object_array_add(all, job_object(jobs->items[i]));
        return format_emit_finish(all);
}

char *emit_job(const struct job *job) {
        return format_emit_finish(job_object(job));
}

/* Attributes are bytes: in hex, whatever they hold. */
static struct json_object *xattrs_object(const struct entry *e) {
        struct json_object *o = json_object_new_object();
        for (size_t i = 0; i < e->n_xattrs; i++) {
                const struct xattr *x = &e->xattrs[i];
                _cleanup_str_ struct str hex = {};
                for (size_t k = 0; k < x->size; k++)
                        str_addf(&hex, "%02x", ((const unsigned char *) x->value)[k]);
                _cleanup_json_ struct json_object *key = json_new_text(x->name);
                format_emit_add_text(o, json_object_get_string(key), hex.text ? hex.text : "");
        }
        return o;
}

static struct json_object *entry_object(const struct entry *e) {
        if (!e->path)
                return NULL;
        struct json_object *o = json_object_new_object();
        char mode[8];
        snprintf(mode, sizeof mode, "%04o", (unsigned) (e->mode & 07777));
        format_emit_add_text(o, "type", entry_type_name(e->mode));
        format_emit_add_text(o, "mode", mode);      /* octal as people write it; a JSON number would be
                                                     * read as decimal */
        format_emit_add(o, "uid", json_object_new_int64(e->uid));
        format_emit_add(o, "gid", json_object_new_int64(e->gid));
        format_emit_add(o, "size", S_ISREG(e->mode) ? json_object_new_uint64(e->size) : NULL);
        format_emit_add_text(o, "sha256", e->digest[0] ? e->digest : NULL);
        format_emit_add_text(o, "target", e->target);
        _cleanup_free_ char *device = str_printf("%u:%u", major(e->rdev), minor(e->rdev));
        format_emit_add_text(o, "device", S_ISCHR(e->mode) || S_ISBLK(e->mode) ? device : NULL);
        format_emit_add(o, "xattrs", xattrs_object(e));
        return o;
}

char *emit_changes(const struct change_report *report) {
        struct json_object *o = json_object_new_object(), *all = json_object_new_array();
        format_emit_add_text(o, "job", report->job);
        for (size_t i = 0; report->changes && i < report->changes->n; i++) {
                const struct change *c = &report->changes->items[i];
                struct json_object *one = json_object_new_object();
                _cleanup_free_ char *what = change_text(c->what);
                format_emit_add_text(one, "path", c->path);
                format_emit_add_text(one, "what", what);
                format_emit_add(one, "before", entry_object(&c->before));
                format_emit_add(one, "after", entry_object(&c->after));
                if (report->diffs)
                        format_emit_add_text(one, "diff", report->diffs[i]);
                json_object_array_add(all, one);
        }
        format_emit_add(o, "changes", all);
        return format_emit_finish(o);
}

/* ---- errors ---- */

char *emit_error(const struct error *e) {
        struct json_object *o = json_object_new_object(), *one = json_object_new_object(),
                           *causes = json_object_new_array();
        format_emit_add_text(one, "message", e->message);
        format_emit_add_text(one, "hint", e->hint);
        for (const struct error *cause = e->cause; cause; cause = cause->cause)
                json_object_array_add(causes, json_new_text(cause->message));
        format_emit_add(one, "causes", causes);
        format_emit_add(o, "error", one);
        return format_emit_finish(o);
}
