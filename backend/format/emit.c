/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Writers of emit.h but plans and services. data/json.md documents each shape. */

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "backend/format/internal.h"

static struct json_object *emit_make_labels(const void *member) {
        const struct image *image = member;
        return labels_make(&image->labels);
}

#define CALL(what)                                                              \
        static struct json_object *emit_make_##what(const void *image) { \
                return json_new_text(image_##what(image));                      \
        }
CALL(reference)
CALL(summary)
CALL(version)
CALL(vendor)
#undef CALL

#define T struct image
#define CALL(what) \
        { #what, JSON_CALL, .make = emit_make_##what }
static const struct json_field image_fields[] = {
        CALL(reference), TEXT(id), TEXT(digest), TEXTS(names), TEXTS(repo_digests), CALL(summary),
        CALL(version), CALL(vendor), ROW("size", JSON_UINT64, size, KNOWN(size)), TIME(created),
        TEXT(architecture), TEXT(source), ROW("containers", JSON_UINT64, containers), CALL(labels),
};
#undef CALL
#undef T

char *emit_images(const struct image_list *images) {
        return json_write_take(
                json_new_pointers(JSON_TABLE(image_fields, struct image), images->items, images->n));
}

#define T struct finding
const struct json_field finding_fields[] = {
        ROW("id", JSON_TEXT, id, .required = true, .max = 64),
        ROW("severity", JSON_WORD, severity, .required = true, JSON_NAMES(severity)),
        ROW("where", JSON_TEXT, where, .required = true),
        ROW("message", JSON_TEXT, message, .required = true), TEXT(hint), FLAG(allowed),
};
#undef T

static struct json_object *findings_array(const struct finding_list *findings) {
        return json_new_structs(JSON_TABLE(finding_fields, struct finding), findings->items, findings->n);
}

char *emit_image(const struct image *image, const struct finding_list *findings) {
        struct json_object *o = json_new_struct(JSON_TABLE(image_fields, struct image), image);
        if (findings)
                json_object_object_add(o, "findings", findings_array(findings));
        return json_write_take(o);
}

char *emit_findings(const struct finding_list *findings) {
        return json_write_take(findings_array(findings));
}

#define T struct unit
static const struct json_field unit_fields[] = {
        TEXT(name), TEXT(description), TEXT(load), TEXT(active), TEXT(sub), TEXT(file_state), TEXT(job),
        FLAG(stopped),
};
#undef T

char *emit_units(const struct unit_list *units) {
        return json_write_take(
                json_new_structs(JSON_TABLE(unit_fields, struct unit), units->items, units->n));
}

char *emit_unit(const struct unit_detail *d) {
        typedef struct unit_detail T;
        static const struct json_field fields[] = {
                TEXT(fragment),
                TEXT(source),
                TEXTS(drop_ins),
                TEXT(result),
                ROW("exit_code", JSON_INT, exit_code),
                ROW("exit_status", JSON_INT, exit_status),
                ROW("restarts", JSON_UINT32, restarts),
                ROW("main_pid", JSON_UINT32, main_pid, KNOWN(main_pid)),
                TIME(since),
                COUNT(cpu_nsec),
                COUNT(memory),
                COUNT(tasks),
                COUNT(io_read),
                COUNT(io_written),
                TEXTS(requires),
                TEXTS(wants),
                TEXTS(after),
                TEXTS(required_by),
                TEXTS(wanted_by),
                TEXTS(triggered_by),
                TEXT(load_error),
                FLAG(can_start),
                FLAG(can_stop),
                FLAG(can_reload),
                FLAG(need_reload),
                TEXT(container),
                TEXT(invocation),
                TEXT(why),
        };
        struct json_object *o = json_new_struct(JSON_TABLE(unit_fields, struct unit), &d->unit);
        json_fields_add(o, JSON_TABLE(fields, struct unit_detail), d);
        json_object_object_add(o, "at_boot", json_new_text(unit_boot_name(unit_boot(d))));
        return json_write_take(o);
}

static struct json_object *emit_make_natural(const void *member) {
        int value = *(const int *) member;
        return value < 0 ? NULL : json_object_new_int(value);
}

char *emit_log_line(const struct log_line *line) {
        typedef struct log_line T;
        static const struct json_field fields[] = {
                ROW("time", JSON_INT64, real),
                ROW("priority", JSON_CALL, priority, .make = emit_make_natural), TEXT(identifier),
                TEXT(message),
        };
        _cleanup_json_ struct json_object *o = json_new_struct(JSON_TABLE(fields, struct log_line), line);
        return json_write_line(o);
}

/* Of a running step usec is its start on a clock without meaning outside this host. */
static struct json_object *emit_make_duration(const void *member) {
        const struct step_status *status = member;
        bool over = status->state != STEP_TODO && status->state != STEP_NOW && status->state != STEP_UNDOING;
        return over ? json_object_new_uint64(status->usec) : NULL;
}

static struct json_object *emit_make_steps(const void *member) {
        typedef struct step_status T;
        static const struct json_field fields[] = {
                WORD(state, step_state), MADE("usec", emit_make_duration), TEXT(note),
        };
        const struct job *job = member;
        struct json_object *steps = json_object_new_array();
        for (int i = 0; i < _JOB_STEP_MAX; i++) {
                if (!job->planned[i])
                        continue;
                struct json_object *step = json_object_new_object();
                json_object_object_add(step, "step", json_new_text(job_step_name(i)));
                json_fields_add(step, JSON_TABLE(fields, struct step_status), &job->steps[i]);
                json_object_array_add(steps, step);
        }
        return steps;
}

/* "VERDICT TEXT" */
static struct json_object *emit_make_checks(const void *member) {
        const struct job *job = member;
        struct json_object *all = job->n_checks ? json_object_new_array() : NULL;
        for (size_t i = 0; i < job->n_checks; i++) {
                _cleanup_free_ char *line =
                        str_printf("%s %s", verdict_name(job->checks[i].verdict), job->checks[i].text);
                json_object_array_add(all, json_new_text(line));
        }
        return all;
}

static struct json_object *emit_make_failure(const void *member) {
        const struct failure *f = *(const struct failure *const *) member;
        return json_new_text(f ? f->id : NULL);
}

#define T struct job
static const struct json_field job_fields[] = {
        TEXT(id), WORD(verb, plan_verb), TEXT(name), TEXT(image), TEXT(digest), WORD(state, job_state),
        TIME(started), TIME(ended), ROW("exit_status", JSON_CALL, exit_status, .make = emit_make_natural),
        MADE("steps", emit_make_steps), TEXT(message), TEXT(hint),
        ROW("failure", JSON_CALL, failure, .make = emit_make_failure), TEXTS(left),
        MADE("checks", emit_make_checks), COUNT(log_size), COUNT(size),
        ROW("way", JSON_WORD, way, KNOWN(way), JSON_NAMES(job_way)),
        ROW("secrets", JSON_TEXTS, secrets, KNOWN(way)),
};
#undef T

char *emit_jobs(const struct job_list *jobs) {
        return json_write_take(json_new_pointers(JSON_TABLE(job_fields, struct job), jobs->items, jobs->n));
}

struct json_object *job_object(const struct job *job) {
        return json_new_struct(JSON_TABLE(job_fields, struct job), job);
}

char *emit_job(const struct job *job) {
        return json_write_take(job_object(job));
}

#define T struct pruning
static const struct json_field pruning_fields[] = {
        ROW("done", JSON_BOOL, done), TEXTS(removed), TEXTS(closed), TEXTS(volumes),
        ROW("drops_volumes", JSON_BOOL, drops_volumes), COUNT(jobs), COUNT(freed), COUNT(size),
        ROW("keep", JSON_UINT32, limits.jobs), ROW("days", JSON_UINT32, limits.days),
};
#undef T

char *emit_pruning(const struct pruning *pruning) {
        return json_write_take(json_new_struct(JSON_TABLE(pruning_fields, struct pruning), pruning));
}

/* Attributes are bytes: in hex. */
static struct json_object *xattrs_object(const struct entry *e) {
        struct json_object *o = json_object_new_object();
        for (size_t i = 0; i < e->n_xattrs; i++) {
                const struct xattr *x = &e->xattrs[i];
                _cleanup_str_ struct str hex = {};
                for (size_t k = 0; k < x->size; k++)
                        str_addf(&hex, "%02x", ((const unsigned char *) x->value)[k]);
                _cleanup_json_ struct json_object *key = json_new_text(x->name);
                json_object_object_add(o, json_object_get_string(key),
                                       json_new_text(hex.text ? hex.text : ""));
        }
        return o;
}

static struct json_object *emit_entry(const void *member) {
        const struct entry *e = member;
        if (!e->path)
                return NULL;
        struct json_object *o = json_object_new_object();
        char mode[8], device[32];
        snprintf(mode, sizeof mode, "%04o", (unsigned) (e->mode & 07777));
        snprintf(device, sizeof device, "%u:%u", major(e->rdev), minor(e->rdev));
        json_object_object_add(o, "type", json_new_text(entry_type_name(e->mode)));
        /* octal as people write it; a JSON number would be decimal */
        json_object_object_add(o, "mode", json_new_text(mode));
        json_object_object_add(o, "uid", json_object_new_int64(e->uid));
        json_object_object_add(o, "gid", json_object_new_int64(e->gid));
        json_object_object_add(o, "size", S_ISREG(e->mode) ? json_object_new_uint64(e->size) : NULL);
        json_object_object_add(o, "sha256", json_new_text(e->digest[0] ? e->digest : NULL));
        json_object_object_add(o, "target", json_new_text(e->target));
        json_object_object_add(o, "device",
                               json_new_text(S_ISCHR(e->mode) || S_ISBLK(e->mode) ? device : NULL));
        json_object_object_add(o, "xattrs", xattrs_object(e));
        return o;
}

static struct json_object *emit_make_what(const void *member) {
        _cleanup_free_ char *what = change_text(*(const unsigned *) member);
        return json_new_text(what);
}

char *emit_changes(const struct change_report *report) {
        typedef struct change T;
        static const struct json_field fields[] = {
                TEXT(path), ROW("what", JSON_CALL, what, .make = emit_make_what),
                ROW("before", JSON_CALL, before, .make = emit_entry),
                ROW("after", JSON_CALL, after, .make = emit_entry),
        };
        struct json_object *o = json_object_new_object(), *all = json_object_new_array();
        json_object_object_add(o, "job", json_new_text(report->job));
        for (size_t i = 0; report->changes && i < report->changes->n; i++) {
                struct json_object *one =
                        json_new_struct(JSON_TABLE(fields, struct change), &report->changes->items[i]);
                json_object_object_add(one, "risk", json_new_text(change_risk(&report->changes->items[i])));
                if (report->diffs)
                        json_object_object_add(one, "diff", json_new_text(report->diffs[i]));
                json_object_array_add(all, one);
        }
        json_object_object_add(o, "changes", all);
        return json_write_take(o);
}

#define T struct realm_server
static const struct json_field server_fields[] = {
        TEXT(host), ROW("port", JSON_UINT16, port), ROW("priority", JSON_UINT16, priority),
        ROW("weight", JSON_UINT16, weight), TEXTS(addresses), FLAG(answered),
        ROW("milliseconds", JSON_UINT32, ms, KNOWN(answered)),
};
#undef T

#define T struct realm_question
static const struct json_field question_fields[] = {
        ROW("question", JSON_TEXT, what), ROW("asked", JSON_TEXT, whom), WORD(outcome, realm_outcome),
        TEXT(answer), ROW("milliseconds", JSON_UINT32, ms, KNOWN(outcome)),
};
#undef T

static struct json_object *emit_make_trouble(const void *member) {
        const struct error *e = *(struct error *const *) member;
        return json_new_text(e ? e->message : NULL);
}

static struct json_object *emit_make_hint(const void *member) {
        const struct error *e = *(struct error *const *) member;
        return json_new_text(e ? e->hint : NULL);
}

#define T struct realm
static const struct json_field realm_fields[] = {
        WORD(kind, realm_kind), TEXT(asked), TEXT(domain), TEXT(realm), TEXT(netbios), TEXT(forest),
        TEXT(site), TEXT(server_site), TEXT(base), TEXT(version), ROW("server", JSON_TEXT, best),
        LIST("servers", servers, n_servers, server_fields, struct realm_server), TEXTS(kdcs),
        ROW("password_servers", JSON_TEXTS, kpasswds),
        ROW("trouble", JSON_CALL, trouble, .make = emit_make_trouble),
        ROW("hint", JSON_CALL, trouble, .make = emit_make_hint),
        LIST("questions", questions, n_questions, question_fields, struct realm_question),
};
#undef T

char *emit_realm(const struct realm *realm) {
        return json_write_take(json_new_struct(JSON_TABLE(realm_fields, struct realm), realm));
}

char *emit_membership(const struct membership *m) {
        typedef struct membership T;
        static const struct json_field fields[] = {
                WORD(kind, realm_kind), TEXT(domain), TEXT(realm), TEXT(service),
                ROW("online", JSON_BOOL, online, KNOWN(asked)), FLAG(silent), TEXT(server), TEXT(site),
                TEXT(principal), ROW("kvno", JSON_UINT32, kvno, KNOWN(principal)), TIME(key_time),
                ROW("clock_offset", JSON_USEC, clock_usec, KNOWN(clock_known)), TEXT(clock_server),
                ROW("permitted", JSON_WORD, access.permit, JSON_NAMES(permit)),
                ROW("users", JSON_TEXTS, access.users), ROW("groups", JSON_TEXTS, access.groups),
                ROW("denied_users", JSON_TEXTS, access.denied_users),
                ROW("denied_groups", JSON_TEXTS, access.denied_groups),
                ROW("failing_sockets", JSON_TEXTS, sockets),
        };
        return json_write_take(json_new_struct(JSON_TABLE(fields, struct membership), m));
}

#define T struct check_result
static const struct json_field result_fields[] = {
        TEXT(id), TEXT(title), WORD(verdict, verdict), TEXT(message), TEXT(hint), TEXT(details),
        ROW("fix", JSON_WORD, fix, KNOWN(fix), JSON_NAMES(fix)), ROW("milliseconds", JSON_UINT32, ms),
};
#undef T

static struct json_object *emit_make_worst(const void *member) {
        return json_new_text(verdict_name(preflight_worst(member)));
}

#define T struct preflight
static const struct json_field preflight_fields[] = {
        MADE("verdict", emit_make_worst), LIST("checks", items, n, result_fields, struct check_result),
        ROW("clock_offset", JSON_USEC, clock_usec, KNOWN(clock_known)), TEXT(clock_server),
        ROW("realm", JSON_STRUCT, realm, .of = JSON_TABLE(realm_fields, struct realm)),
        ROW("milliseconds", JSON_UINT32, ms),
};
#undef T

char *emit_preflight(const struct preflight *p) {
        return json_write_take(json_new_struct(JSON_TABLE(preflight_fields, struct preflight), p));
}

char *emit_error(const struct error *e) {
        struct json_object *o = json_object_new_object(), *one = json_object_new_object(),
                           *causes = json_object_new_array();
        json_object_object_add(one, "message", json_new_text(e->message));
        json_object_object_add(one, "hint", json_new_text(e->hint));
        for (const struct error *cause = e->cause; cause; cause = cause->cause)
                json_object_array_add(causes, json_new_text(cause->message));
        json_object_object_add(one, "causes", causes);
        json_object_object_add(o, "error", one);
        return json_write_take(o);
}
