/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A rehearsal's command is the install's, except that its mounts of the host's files come from
 * PLAN_REHEARSAL_DIR, where the worker mounts the host's tree with an upper layer that is discarded. Effects
 * other than on files reach the host itself. */

#include "base/path.h"
#include "model/command/mount.h"
#include "model/plan/internal.h"

/* The kernel's file systems do not hold files, and sockets lead to listeners on the host; secrets stay where
 * the command expects them. */
static bool plan_rehearse_stays(const char *path) {
        static const char *const folders[] = { "/proc", "/sys", "/dev", PLAN_FILES_DIR };
        for (size_t i = 0; i < ELEMENTS(folders); i++)
                if (path_below(path, folders[i]))
                        return true;
        return str_ends(path, ".sock") || str_ends(path, "socket");
}

/* The value of -v or --mount with the host's path in the copy; NULL: unchanged. The caller frees. */
static char *turn_value(const char *value, bool is_volume) {
        struct mount_reading reading = is_volume ? mount_read_volume(value, ENGINE_NONE)
                                                 : mount_read_mount(value, ENGINE_NONE);
        bool of_host = reading.shape == MOUNT_SHAPE_HOST;
        _cleanup_free_ char *path = of_host ? path_simplify(reading.mount.host) : NULL;
        mount_reading_done(&reading);
        if (!path || plan_rehearse_stays(path))
                return NULL;
        const char *turned = strcmp(path, "/") == 0 ? "" : path;
        if (is_volume)
                return str_printf(PLAN_REHEARSAL_DIR "%s%s", turned, value + strcspn(value, ":"));
        _cleanup_str_ struct str out = {};
        _cleanup_strv_ char **fields = strv_split(value, ",");
        for (char **field = fields; field && *field; field++) {
                str_add(&out, out.length ? "," : "");
                if (str_starts(*field, "source=") || str_starts(*field, "src="))
                        str_addf(&out, "%.*s" PLAN_REHEARSAL_DIR "%s", (int) strcspn(*field, "=") + 1, *field,
                                 turned);
                else
                        str_add(&out, *field);
        }
        return str_take(&out);
}

/* The word with the option's value, which is all of it or its end. */
static void turn_word(char **argv, const struct option_use *o, const char *turned) {
        char **word = &argv[o->word + o->words - 1];
        const char *value = str_ends(*word, o->value);
        if (!value)
                return;         /* the value was read differently from its text: lint reports that */
        char *new = str_printf("%.*s%s", (int) (value - *word), *word, turned);
        free(*word);
        *word = new;
}

static void turn_mounts(struct plan *plan) {
        const struct command *c = plan->command;
        _cleanup_strv_ char **argv = strv_copy(c->argv);
        for (size_t i = 0; i < c->n_options; i++) {
                const struct option_use *o = &c->options[i];
                bool is_volume = str_equal(o->canonical, "--volume");
                if (!o->value || (!is_volume && !str_equal(o->canonical, "--mount")))
                        continue;
                _cleanup_free_ char *turned = turn_value(o->value, is_volume);
                if (turned)
                        turn_word(argv, o, turned);
        }
        struct command *turned = command_read(plan->label_key, argv, c->engine, NULL, NULL);
        command_free(plan->command);
        plan->command = turned;
}

/* ---- limits of the copy ---- */

static void report_mounts(struct plan *plan) {
        const struct command *c = plan->command;
        for (size_t i = 0; i < c->n_mounts; i++) {
                const char *host = c->mounts[i].host;
                if (c->mounts[i].volume)
                        finding_report(&plan->findings, "not-contained", plan->label_key,
                                       "What it writes to the engine's volume %s stays there", host);
                else if (path_below(host, "/dev") || path_below(host, "/proc") || path_below(host, "/sys"))
                        finding_report(&plan->findings, "not-contained", plan->label_key,
                                       "What it does through %s it does to the host itself", host);
                else if (plan_rehearse_stays(host) && !path_below(host, PLAN_FILES_DIR))
                        finding_report(&plan->findings, "not-contained", plan->label_key,
                                       "What it asks of who listens at %s is done for real", host);
        }
}

static void report_not_contained(struct plan *plan) {
        const struct command *c = plan->command;
        report_mounts(plan);
        if (!plan_has_option(c, "--network", "none"))
                finding_report(&plan->findings, "not-contained", plan->label_key,
                               plan_has_option(c, "--network", "host")
                                       ? "It uses the host's network: what it does there (a realm it joins, "
                                         "a server it writes to) is done for real"
                                       : "What it does over the network (a server it writes to) is done for "
                                         "real");
        if (plan_has_option(c, "--pid", "host"))
                finding_report(&plan->findings, "not-contained", plan->label_key,
                               "It sees the host's processes: those it stops, signals or starts are real");
        else if (plan_has_option(c, "--privileged", NULL))
                finding_report(&plan->findings, "not-contained", plan->label_key,
                               "It is privileged: devices and settings of the kernel that it changes are the "
                               "host's");
}

void plan_rehearse(struct making *m) {
        struct plan *plan = m->plan;
        const struct profile *profile = m->request->profile;
        const char *where = plan->label_key ? plan->label_key : "INSTALL";
        plan->if_interrupted = INTERRUPTED_ROLL_BACK;
        if (profile && profile->no_rehearsal)
                finding_report(&plan->findings, "no-rehearsal", where,
                               "The image's profile says that its install cannot be rehearsed");
        else if (plan->command && plan->command->engine == ENGINE_NONE)
                finding_report(&plan->findings, "no-rehearsal", where,
                               "This is a program of the host: no copy can be put in the place of what it "
                               "sees");
        else if (plan->command) {
                turn_mounts(plan);
                report_not_contained(plan);
        }
}
