/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The session of a verb: the loop, the host, and the wait for one answer. */

#include <systemd/sd-event.h>

#include "cli/verb.h"
#include "model/host.h"

struct session {
        sd_event *event;
        struct host *host;          /* after session_open() */
        const char *const *sockets; /* of --engine-socket, or NULL */
        bool json;
        bool brief; /* a plan is a few lines, and all of it on request */
        const char *engine_socket[2];
        struct error *error; /* of a verb that failed */
};

/* Creates the loop and the host where they do not exist yet. */
int session_open(struct session *s, struct error **reterr);
void session_done(struct session *s);

/* Operations of the port (model/host.h), each run until its answer: 0 and *ret the caller's, or the error's
 * code and *reterr. */
int session_list_images(struct session *s, struct image_list **ret, struct error **reterr);
/* seen() as of the port; *reterr where there is no list. */
int session_list_source(struct session *s, const char *source, source_seen_t seen, void *userdata,
                        struct error **reterr);
int session_find_image(struct session *s, const char *reference, struct image **ret, struct error **reterr);
int session_look_trouble(struct session *s, struct trouble_list **ret, struct error **reterr);
int session_list_services(struct session *s, struct service_list **ret, struct error **reterr);
int session_list_units(struct session *s, const char *pattern, struct unit_list **ret, struct error **reterr);
int session_show_unit(struct session *s, const char *name, struct unit_detail **ret, struct error **reterr);
int session_unit_effects(struct session *s, const char *name, enum unit_action action,
                         struct unit_effects **ret, struct error **reterr);
/* *ret: what came of it */
int session_act_on_unit(struct session *s, const char *name, enum unit_action action, int signal, char **ret,
                        struct error **reterr);
int session_find_container(struct session *s, const char *name, enum container_state *ret,
                           struct error **reterr);
/* "NAME:SERVICE" of those that an uninstall kept */
int session_list_volumes(struct session *s, char ***ret, struct error **reterr);
int session_remove_volume(struct session *s, const char *name, struct error **reterr);
int session_make_plan(struct session *s, const struct plan_order *order, struct plan **ret,
                      struct error **reterr);
/* *ret: the job's id */
int session_start_job(struct session *s, const struct plan *plan, struct secret_list *secrets, char **ret,
                      struct error **reterr);
int session_resume_job(struct session *s, const char *id, enum job_resume how, struct secret_list *secrets,
                       struct error **reterr);
int session_list_jobs(struct session *s, struct job_list **ret, struct error **reterr);
int session_list_changes(struct session *s, const char *of, bool diffs, struct change_report **ret,
                         struct error **reterr);
int session_discover(struct session *s, const char *domain, struct realm **ret, struct error **reterr);
int session_preflight(struct session *s, const struct preflight_order *order, struct preflight **ret,
                      struct error **reterr);
int session_membership(struct session *s, struct membership **ret, struct error **reterr);
int session_test_user(struct session *s, const char *user, struct account **ret, struct error **reterr);

/* The exit status of what a verb returned. For a negative errno prints, and frees, the session's error:
 * ENOENT 4, EBUSY 5, EINVAL (a wrong name or value) 2, else 1. */
int session_status(struct session *s, int result);
