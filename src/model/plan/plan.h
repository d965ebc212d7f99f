/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The plan: image (by digest) + name + mode + answers = exactly the commands run and the files written.
 * plan_make() is a pure function; struct host_facts is its view of the host. */

#include "base/names.h"
#include "model/command/command.h"
#include "model/command/mount.h"
#include "model/finding/finding.h"
#include "model/image/image.h"
#include "model/image/label-changes.h"
#include "model/image/recipe.h"
#include "model/param/param.h"
#include "model/profile/profile.h"
#include "model/service/service.h"

enum plan_verb {
        VERB_INSTALL,
        VERB_RUN,
        VERB_UNINSTALL,
        VERB_STOP,
        VERB_UPGRADE,
        VERB_REHEARSE, /* an install whose command sees a copy of the host's files that is discarded */
        VERB_OTHER,    /* any other label, by plan_request.label: shown only, never a job */
        /* of an installed service, without a label; not by plan_make() (backend/host/access.c) */
        VERB_ACCESS, /* logins from its realm: plan.file is written, its unit restarted */
        VERB_RENEW,  /* its keys in the realm are renewed by plan.command */
        VERB_ENABLE, /* its unit starts at boot, or does not: plan.file, its .container, is written */
        VERB_DISABLE,
        VERB_RECONFIGURE, /* set up anew by the same image, with other answers */
        VERB_ADOPT, /* a unit or container that somebody made becomes a service (backend/host/adopt.c) */
        VERB_EDIT,        /* of any unit: plan.file, its drop-in, is written; plan.name is the unit's */
        _PLAN_VERB_MAX,
};
DECLARE_NAMES(plan_verb, enum plan_verb); /* "install", "run", "uninstall", "stop", "upgrade",
                                           * "rehearse", "other", "access", "renew", "enable",
                                           * "disable", "reconfigure", "adopt", "edit" */
/* What it is about: "install rsyslog", "join example.test", "leave example.test". joins: the kind of realm of
 * an install that joins or an uninstall that leaves it; domain, name: NULL where not known. The caller frees.
 */
char *plan_verb_what(enum plan_verb verb, enum realm_kind joins, const char *domain, const char *name);

/* Whether it changes a service that stays installed: its record, its unit, perhaps its files. */
static inline bool plan_changes_service(enum plan_verb verb) {
        return verb == VERB_UPGRADE || verb == VERB_RECONFIGURE;
}

/* Whether it sets a service up or shows that: install, upgrade, reconfigure, rehearse. */
static inline bool plan_sets_up(enum plan_verb verb) {
        return verb == VERB_INSTALL || verb == VERB_REHEARSE || plan_changes_service(verb);
}

/* Whether a job of it brings a service that was not there, and an undo takes its record away again. */
static inline bool plan_brings(enum plan_verb verb) {
        return verb == VERB_INSTALL || verb == VERB_ADOPT;
}

/* The host as plan_make() sees it. All zero is valid: Podman by name, nothing known to exist. */
struct host_facts {
        enum engine_kind engine;    /* ENGINE_NONE: Podman */
        const char *engine_path;    /* "/usr/bin/podman"; NULL: the word "podman" or "docker" */
        const char *engine_version; /* "5.4.2", or NULL */
        bool quadlet;               /* the engine's systemd generator is installed */
        bool no_cgroups;            /* Podman runs containers without cgroups (backend/engine/engine.h) */
        const char *pwd, *home, *sudo_uid, *sudo_gid; /* NULL: "/", "/root", "0", "0" */

        /* Whether this absolute path exists. NULL: unknown. */
        bool (*path_exists)(const char *path, void *userdata);
        /* The fragment path of an existing unit of this name ("/lib/systemd/system/rsyslog.service"), "" when
         * it is fairlead's own, or NULL. */
        const char *(*unit_path)(const char *unit, void *userdata);
        bool (*container_exists)(const char *name, void *userdata);
        /* The unit that runs the container of this name ("db.service"), or NULL. */
        const char *(*container_unit)(const char *name, void *userdata);
        bool (*service_exists)(const char *name, void *userdata);
        void *userdata;
};

struct plan_request {
        enum plan_verb verb;
        const struct image *image; /* labels, id, digest */
        const char *reference;     /* as typed; NULL: image_reference() */
        const char *label;         /* VERB_OTHER: the label's key ("PURGE", "help"), matched without case */
        const char *source; /* where the image is fetched from; NULL: the engine has it */
        bool here;          /* of a source: the engine has its layers all the same */
        bool pinned;      /* IMAGE and the unit name the exact digest (for jobs, not for `plan --labels`) */
        const char *name; /* service name; NULL: reference_default_name() */
        const struct profile *profile; /* NULL: none, arguments only */
        const char *mode;              /* NULL: the first */
        const struct answers *answers; /* may be NULL */
        char *const *secrets;   /* names of the secrets that the job will get. NULL: not requested yet; the
                                 * required ones are then planned as if they were given */
        char *const *set;       /* "X=value" of --set that are not parameters: variables */
        const char *opt[3];     /* --opt1..3, or NULL */
        char *const *arguments; /* after "--" */
        char *const *allowed;   /* ids of findings that the user allows */
        bool deletes_account;   /* VERB_UNINSTALL of a mode that joins: adds its `leave` */
        bool removes_volumes, removes_unit; /* VERB_UNINSTALL; a unit file that was edited, too */
        /* VERB_UPGRADE and VERB_RECONFIGURE of an installed service, and the rehearsal of the latter: its
         * record (its answers, variables and arguments are already in the fields above where they count);
         * NULL: the label is only shown */
        const struct service *service;
        const char *unit_path, *unit_text; /* its current unit file; NULL: none */
        const struct host_facts *facts;    /* NULL: all zero */
};

enum unit_kind {
        UNIT_NONE,     /* nothing to supervise: RUN is missing or interactive */
        UNIT_BY_IMAGE, /* the installer writes it; the changes show its name */
        UNIT_QUADLET,  /* /etc/containers/systemd/NAME.container */
        UNIT_SERVICE,  /* /etc/systemd/system/NAME.service */
        _UNIT_KIND_MAX,
};
DECLARE_NAMES(unit_kind, enum unit_kind); /* "none", "by-image", "quadlet", "service" */

/* The unit that fairlead writes when the image did not. */
struct unit_file {
        enum unit_kind kind;
        char *name; /* "rsyslog.service", also of a Quadlet */
        char *path; /* "/etc/systemd/system/rsyslog.service",
                     * "/etc/containers/systemd/rsyslog.container" */
        char *text;
        char *overrides; /* path of the distribution's unit of this name, or NULL */
        char *was;       /* of a reconfiguration: the present text; NULL: there is none */
};
void unit_file_done(struct unit_file *unit);

/* An answer's way to the command where it is not in the command's words: a secret's (never its value), or an
 * ordinary answer's by file or prompt (its value is in plan.given). The worker delivers
 *
 *     DELIVER_STDIN   plan.stdin_lines first, then these, in order, a line each
 *     DELIVER_FILE    PLAN_FILES_DIR/NAME/parameter, 0600, before the command; removed after it. The
 *                     command's words already have the bind mount
 *     DELIVER_PROMPT  typed once, with a newline, when the output matches target (model/param/pattern.h)
 *     DELIVER_ARGV    secrets only, and never done: the finding "secret-in-argv" blocks such a plan */
struct secret_use {
        char *name; /* of the parameter */
        enum delivery delivery;
        char *target;
        char *title; /* of its question; NULL: not known */
};
#define PLAN_FILES_DIR "/run/fairlead/files"

/* One file to change; the plan holds both texts. */
#define PLAN_ACCESS_FOLDER "/etc/sssd"
#define PLAN_ACCESS_FILE PLAN_ACCESS_FOLDER "/sssd.conf"
#define PLAN_QUADLET_FOLDER "/etc/containers/systemd/"
struct plan_file {
        char *path;     /* PLAN_ACCESS_FILE, in PLAN_QUADLET_FOLDER, or a drop-in: then "" is no file */
        char *text;     /* the new text; NULL: this plan does not change a file */
        char *was;      /* the current text: a file that was changed meanwhile is not overwritten */
        char *sentence; /* the result */
};

/* What there was before a service was made of it. */
struct adoption {
        char *container;        /* id of the one that the unit's own replaces; NULL */
        char *aside;            /* its name from then on */
        char *file;             /* the unit's own file, which is not Fairlead's; NULL */
};

/* The automatic action for a job that a restart of the host interrupted. */
enum plan_interrupted {
        INTERRUPTED_ASK, /* none: a person decides */
        INTERRUPTED_RESUME,
        INTERRUPTED_ROLL_BACK,
        _PLAN_INTERRUPTED_MAX,
};
DECLARE_NAMES(plan_interrupted, enum plan_interrupted); /* "ask", "resume", "rollback" */

struct plan {
        enum plan_verb verb;
        char *name; /* of the service */
        struct image_pin pin;
        struct given given;
        char *mode_title;      /* or NULL */
        enum realm_kind joins; /* VERB_INSTALL: it joins a realm of this kind; VERB_UNINSTALL: it leaves
                                * one */
        bool deletes_account;  /* VERB_UNINSTALL: deletes this host's account in the realm, too */
        char *join_domain;     /* from the answers; NULL: this host's own */
        char *join_server;     /* from the answers; NULL */
        char *join_user;       /* the joining user; NULL */
        char *profile;         /* its source, or NULL */
        char *label_key; /* the label of this plan's command ("INSTALL", "run"), or NULL: no such label */
        char *label;     /* its original text */
        struct command *command;   /* the command to run; NULL: none (no label of this verb) */
        struct command *run;       /* VERB_INSTALL, VERB_UPGRADE: the filled RUN label, for the unit; NULL:
                                    * none */
        struct command *uninstall; /* VERB_INSTALL: the filled UNINSTALL label, kept; NULL: none */
        struct command *stop;      /* the filled STOP label; NULL: none */
        char **environment; /* "X=value" of the child, minimal, plus NAME, IMAGE, OPT1-3 for `-e NAME` */
        struct unit_file
                unit; /* of an upgrade whose unit the image wrote: UNIT_BY_IMAGE with path and text, the old
                       * image's name in it replaced; without them where nothing is to be replaced */
        struct plan_file file;  /* VERB_ACCESS, VERB_ENABLE, VERB_DISABLE, VERB_EDIT */
        struct adoption adopts; /* VERB_ADOPT */
        struct image_pin *from; /* VERB_UPGRADE of an installed service: the image that it replaces; of a
                                 * reconfiguration and its rehearsal: the same image; NULL */
        char **altered;         /* of those: what changes of the answers, "Port: 5140 -> 514" */
        struct secret_use *secrets;
        size_t n_secrets;
        struct secret_use *handed; /* ordinary answers delivered by file or prompt */
        size_t n_handed;
        char **arguments;   /* the words that the form and the user added to the label */
        char **stdin_lines; /* non-secret answers delivered by stdin */
        char **paths; /* saved before the first effect: /etc, /usr/local, profile paths, writable host mounts
                       * of the command; absolute, sorted, none below another */
        char **volumes; /* "NAME:/place": volumes of the engine that the service uses by its user's choice; an
                         * install or upgrade makes those that are missing, an uninstall keeps or removes them
                         */
        bool removes_volumes; /* VERB_UNINSTALL */
        bool removes_unit;    /* VERB_UNINSTALL: its unit file, too, if it was edited */
        char **state;         /* those of paths that are the service's own, by the profile */
        char *host_unit;      /* the host's own unit that runs the service; NULL: the install brings one */
        uint64_t saved_objects, saved_bytes; /* their size, as far as the host was asked; 0: it was not */
        char **health_argv; /* the whole command, "podman exec NAME …"; NULL: the unit must be active */
        unsigned health_seconds;
        char **renew_argv; /* VERB_INSTALL, VERB_UPGRADE: renews the keys in the realm; NULL: none */
        struct finding_list findings;
        bool host_command;                    /* command is a program of the host: needs its own consent */
        enum plan_interrupted if_interrupted; /* set by the starter of the job */
};

struct plan *plan_free(struct plan *plan);
DEFINE_CLEANUP(struct plan, plan_free)
#define _cleanup_plan_ _cleanup_(plan_freep)

/* Makes the plan, also when findings block it (so that they can be shown). -EINVAL and a sentence for a wrong
 * request: an invalid name, an unknown mode, an answer without a parameter, a wrong answer, a missing
 * required one.
 *
 * The words of the mode, the parameters and the profile's deliveries go to the label that sets the image up:
 * INSTALL, or RUN where INSTALL is missing. All labels get the variables; request.arguments go to the label
 * of the verb. */
int plan_make(const struct plan_request *request, struct plan **ret, struct error **reterr);

/* What it comes to, a line each: who runs, what is written, the unit, how it is undone. The caller frees. */
char **plan_summary(const struct plan *plan);

/* What is said of a plan without a command. */
const char *plan_no_command(enum plan_verb verb);

/* Places where others write at any time (logs, caches, spools): a job records objects there by name and time
 * without their content, and an undo removes there only the content of folders that the job created. */
bool plan_path_volatile(const char *path);

/* Those of plan.paths whose contents are saved. The caller frees. */
char **plan_saved(const struct plan *plan);

/* 0, or -EPERM and a sentence with the findings that block and are not allowed. */
int plan_permitted(const struct plan *plan, struct error **reterr);

/* The exact bytes of a consent: digest (or id), label key, label text, argv, the unit's command and text, one
 * per line, NUL-free and unambiguous (lengths before the text). backend/io/digest.h hashes it. The caller
 * frees. */
char *plan_consent_text(const struct plan *plan);

/* VERB_RUN: what is run at a terminal. A container of that name that exists already is started (stopped);
 * engine: its program, absolute. The caller frees. */
char **plan_run_argv(const struct plan *plan, const char *engine, bool stopped);
/* plan.environment with this TERM (NULL: as it is). The caller frees. */
char **plan_run_environment(const struct plan *plan, const char *term);

/* The removed ("-…") and added ("+…") lines of plan.file. Their context is not shown: it may hold secrets of
 * others. NULL: none. */
char **plan_file_lines(const struct plan_file *file);
/* The same of a unit that is written anew; NULL: nothing of it changes, or there was none. */
char **plan_unit_lines(const struct unit_file *unit);

/* The words of a command on one line, quoted where needed as a shell reads them (controls as $'\n'), never
 * with secrets. The caller frees. */
char *argv_text(char *const *argv);
