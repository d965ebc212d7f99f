/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/plan/plan.h"

#include "base/path.h"
#include "base/text.h"

static size_t summary_risks(const struct command *command) {
        size_t n = 0;
        for (size_t i = 0; command && i < command->n_privileges; i++)
                n += command->privileges[i].risk == RISK_HIGH;
        return n;
}

static void summary_who(const struct plan *plan, struct str *out) {
        size_t risks = summary_risks(plan->command);
        if (!plan->command)
                str_add(out, "Runs     nothing of the image");
        else if (plan->host_command)
                str_add(out, "Runs     a program of this host, as root");
        else if (risks)
                str_addf(out,
                         plural(risks, "Runs     one container, as root, with %zu RISK",
                                "Runs     one container, as root, with %zu RISKs"),
                         risks);
        else
                str_add(out, "Runs     one container, as root");
}

/* The host's paths that the command may write; NULL: none. */
static char *summary_written(const struct command *command) {
        _cleanup_strv_ char **paths = NULL;
        for (size_t i = 0; command && i < command->n_mounts; i++) {
                const struct mount *m = &command->mounts[i];
                if (m->mode != MOUNT_RO && !m->volume && !str_empty(m->host) &&
                    !strv_contains(paths, m->host))
                        strv_add(&paths, m->host);
        }
        return paths ? strv_join(paths, ", ") : NULL;
}

static void summary_unit(const struct plan *plan, struct str *out) {
        const char *name = plan->unit.name;
        size_t risks = summary_risks(plan->run);
        if (!name)
                str_add(out, plan->unit.kind == UNIT_BY_IMAGE ? "Unit     the one that the installer makes"
                                                              : "Unit     none");
        else if (risks)
                str_addf(out, plural(risks, "Unit     %s, with %zu RISK", "Unit     %s, with %zu RISKs"),
                         name, risks);
        else
                str_addf(out, "Unit     %s", name);
}

static void summary_altered(const struct plan *plan, char ***lines) {
        for (char **line = plan->altered; line && *line; line++)
                strv_addf(lines, "Change   %s", *line);
        if (!plan->altered)
                strv_add(lines, "Change   no answer");
}

char **plan_summary(const struct plan *plan) {
        char **lines = NULL;
        _cleanup_free_ char *written = summary_written(plan->command);
        _cleanup_str_ struct str who = {}, unit = {};
        char size[16];
        if (plan->from && plan->verb != VERB_UPGRADE)
                summary_altered(plan, &lines);
        if (plan->pin.source && plan->pin.fetch)
                strv_addf(&lines, "Fetches  %s from %s", text_size(size, plan->pin.fetch), plan->pin.source);
        summary_who(plan, &who);
        strv_add(&lines, who.text);
        if (written)
                strv_addf(&lines, "Writes   %s", written);
        if (plan->verb == VERB_RECONFIGURE && plan->command)
                strv_add(&lines,
                         "Files    those of the install are taken back first, except what was changed "
                         "since");
        if (plan->verb == VERB_UNINSTALL) {
                strv_add(&lines, "Unit     stopped and removed, with its containers");
                strv_add(&lines, "Files    every one that the install changed is restored, except what was "
                                 "changed since");
        }
        if (plan->verb == VERB_ADOPT) {
                strv_addf(&lines,
                          plan->unit.text ? "Unit     %s is written and started"
                                          : "Unit     %s stays as it is, and gets a record of Fairlead",
                          plan->unit.text ? plan->unit.path : plan->host_unit);
                if (plan->adopts.aside)
                        strv_addf(&lines, "Before   the container is stopped, and kept as %s",
                                  plan->adopts.aside);
                strv_add(&lines, "Undo     by Fairlead, at any time");
        }
        if (plan->verb != VERB_INSTALL && plan->verb != VERB_RECONFIGURE)
                return lines;
        summary_unit(plan, &unit);
        strv_add(&lines, unit.text);
        if (plan->verb == VERB_RECONFIGURE)
                strv_add(&lines, "Undo     roll back, on the job: the former answers and every file");
        else
                strv_add(&lines, plan->uninstall ? "Undo     by Fairlead and the image's UNINSTALL"
                                                 : "Undo     by Fairlead");
        return lines;
}

const char *plan_no_command(enum plan_verb verb) {
        static const char *const texts[_PLAN_VERB_MAX] = {
                [VERB_INSTALL] = "No INSTALL label: nothing of the image runs during setup.",
                [VERB_UNINSTALL] = "No UNINSTALL label: nothing of the image runs.",
                [VERB_RECONFIGURE] =
                        "No INSTALL label: nothing of the image runs; its unit gets the new answers.",
                [VERB_ADOPT] = "What is there becomes a service: nothing of the image runs for that.",
                [VERB_UPGRADE] = "No UPGRADE label: nothing of the image runs during the upgrade.",
        };
        return texts[verb] ? texts[verb] : "No label for this: nothing of the image runs.";
}

bool plan_path_volatile(const char *path) {
        static const char *const places[] = { "/var/log", "/var/cache", "/var/spool", "/var/mail",
                                              "/var/lib/systemd" };
        for (size_t i = 0; i < ELEMENTS(places); i++)
                if (path_below(path, places[i]))
                        return true;
        return false;
}

static bool saved_not(const struct plan *plan, const char *path) {
        for (size_t i = 0; i < plan->findings.n; i++)
                if (str_equal(plan->findings.items[i].id, "not-saved") &&
                    str_equal(plan->findings.items[i].where, path))
                        return true;
        return false;
}

char **plan_saved(const struct plan *plan) {
        char **saved = NULL;
        for (char **path = plan->paths; path && *path; path++)
                if (!plan_path_volatile(*path) && !saved_not(plan, *path))
                        strv_add(&saved, *path);
        return saved;
}
