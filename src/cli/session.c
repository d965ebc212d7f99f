/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/session.h"

#include "backend/format/emit.h"
#include "backend/host/backend.h"
#include "cli/out.h"

int session_open(struct session *s, struct error **reterr) {
        if (s->host)
                return 0;
        int r = s->event ? 0 : sd_event_new(&s->event);
        if (r < 0)
                return error_errno(reterr, r, "The event loop could not be made");
        struct backend_options options = { .sockets = s->sockets };
        s->host = backend_new(s->event, &options);
        return 0;
}

void session_done(struct session *s) {
        s->error = error_free(s->error);
        s->host = backend_free(s->host);
        s->event = sd_event_unref(s->event);
}

struct waiting {
        bool over;
        struct error *error;
        void *result; /* lent to the callback, for the result */
};

static void session_arrived(struct waiting *w, struct error *e) {
        w->error = e;
        w->over = true;
}

static int session_wait(struct session *s, struct waiting *w, struct op *op, struct error **reterr) {
        while (!w->over) {
                int r = sd_event_run(s->event, UINT64_MAX);
                if (r < 0) {
                        op_cancel(op);
                        return error_errno(reterr, r, "The event loop stopped");
                }
        }
        op_cancel(op);
        return w->error ? error_take(reterr, w->error) : 0;
}

/* An operation that answers with a result or an error; the arguments after the parameters go to it, each
 * followed by a comma. */
#define WAIT(operation, type, parameters, ...)                                                            \
        static void waited_##operation(type result, struct error *e, void *userdata) {                    \
                struct waiting *w = userdata;                                                             \
                *(type *) w->result = result;                                                             \
                session_arrived(w, e);                                                                    \
        }                                                                                                 \
        int session_##operation parameters {                                                              \
                struct waiting w = { .result = ret };                                                     \
                return session_wait(s, &w, host_##operation(s->host, __VA_ARGS__ waited_##operation, &w), \
                                    reterr);                                                              \
        }

WAIT(list_images, struct image_list *, (struct session * s, struct image_list **ret, struct error **reterr))
WAIT(find_image, struct image *,
     (struct session * s, const char *reference, struct image **ret, struct error **reterr), reference, )
WAIT(look_trouble, struct trouble_list *,
     (struct session * s, struct trouble_list **ret, struct error **reterr))
WAIT(list_services, struct service_list *,
     (struct session * s, struct service_list **ret, struct error **reterr))
WAIT(list_units, struct unit_list *,
     (struct session * s, const char *pattern, struct unit_list **ret, struct error **reterr), pattern, )
WAIT(show_unit, struct unit_detail *,
     (struct session * s, const char *name, struct unit_detail **ret, struct error **reterr), name, )
WAIT(unit_effects, struct unit_effects *,
     (struct session * s, const char *name, enum unit_action action, struct unit_effects **ret,
      struct error **reterr),
     name, action, )
WAIT(list_volumes, char **, (struct session * s, char ***ret, struct error **reterr))
WAIT(make_plan, struct plan *,
     (struct session * s, const struct plan_order *order, struct plan **ret, struct error **reterr), order, )
WAIT(list_jobs, struct job_list *, (struct session * s, struct job_list **ret, struct error **reterr))
WAIT(list_changes, struct change_report *,
     (struct session * s, const char *of, bool diffs, struct change_report **ret, struct error **reterr), of,
     diffs, )
WAIT(discover, struct realm *,
     (struct session * s, const char *domain, struct realm **ret, struct error **reterr), domain, )
WAIT(membership, struct membership *, (struct session * s, struct membership **ret, struct error **reterr))
WAIT(test_user, struct account *,
     (struct session * s, const char *user, struct account **ret, struct error **reterr), user, )

static void waited_report(char *report, struct error *e, void *userdata) {
        struct waiting *w = userdata;
        *(char **) w->result = report;
        session_arrived(w, e);
}

int session_act_on_unit(struct session *s, const char *name, enum unit_action action, int signal, char **ret,
                        struct error **reterr) {
        struct waiting w = { .result = ret };
        struct op *op = host_act_on_unit(s->host, name, action, signal, waited_report, &w);
        return session_wait(s, &w, op, reterr);
}

static void waited_container(enum container_state state, struct error *e, void *userdata) {
        struct waiting *w = userdata;
        *(enum container_state *) w->result = state;
        session_arrived(w, e);
}

int session_find_container(struct session *s, const char *name, enum container_state *ret,
                           struct error **reterr) {
        struct waiting w = { .result = ret };
        return session_wait(s, &w, host_find_container(s->host, name, waited_container, &w), reterr);
}

static void waited_job(const char *id, struct error *e, void *userdata) {
        struct waiting *w = userdata;
        if (w->result)
                *(char **) w->result = xstrdup(id);
        session_arrived(w, e);
}

int session_start_job(struct session *s, const struct plan *plan, struct secret_list *secrets, char **ret,
                      struct error **reterr) {
        struct waiting w = { .result = ret };
        return session_wait(s, &w, host_start_job(s->host, plan, secrets, waited_job, &w), reterr);
}

int session_resume_job(struct session *s, const char *id, enum job_resume how, struct secret_list *secrets,
                       struct error **reterr) {
        struct waiting w = {};
        return session_wait(s, &w, host_resume_job(s->host, id, how, secrets, waited_job, &w), reterr);
}

static void waited_nothing(struct error *e, void *userdata) {
        session_arrived(userdata, e);
}

/* What a list of a source says while the verb waits. */
struct session_rows {
        struct waiting waiting; /* first: waited_nothing() has it */
        source_seen_t seen;
        void *userdata;
};

static void waited_row(const struct source_row *row, void *userdata) {
        struct session_rows *rows = userdata;
        rows->seen(row, rows->userdata);
}

int session_list_source(struct session *s, const char *source, source_seen_t seen, void *userdata,
                        struct error **reterr) {
        struct session_rows rows = { .seen = seen, .userdata = userdata };
        return session_wait(s, &rows.waiting,
                            host_list_source(s->host, source, waited_row, waited_nothing, &rows), reterr);
}

int session_remove_volume(struct session *s, const char *name, struct error **reterr) {
        struct waiting w = {};
        return session_wait(s, &w, host_remove_volume(s->host, name, waited_nothing, &w), reterr);
}

static void waited_preflight(struct preflight *preflight, void *userdata) {
        struct waiting *w = userdata;
        *(struct preflight **) w->result = preflight;
        session_arrived(w, NULL);
}

int session_preflight(struct session *s, const struct preflight_order *order, struct preflight **ret,
                      struct error **reterr) {
        struct waiting w = { .result = ret };
        return session_wait(s, &w, host_preflight(s->host, order, NULL, waited_preflight, &w), reterr);
}

int session_status(struct session *s, int result) {
        _cleanup_error_ struct error *e = TAKE(s->error);
        if (result >= 0)
                return result;
        if (!e)
                error_errno(&e, result, "The command failed and did not say why");
        out_error(e);
        if (s->json)
                out_json(emit_error(e));
        switch (e->code) {
        case -ENOENT: return EXIT_NOT_FOUND;
        case -EBUSY: return EXIT_BUSY;
        case -EINVAL: return EXIT_USAGE;
        default: return EXIT_FAILED;
        }
}
