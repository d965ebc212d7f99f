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

/* The value of -v or --mount with the host's path in the copy; *ret NULL: unchanged. */
static int turn_value(const char *value, bool is_volume, char **ret) {
        struct mount_reading reading = {};
        *ret = NULL;
        int r = is_volume ? mount_read_volume(value, &reading) : mount_read_mount(value, &reading);
        _cleanup_free_ char *path =
                r >= 0 && reading.shape == MOUNT_SHAPE_HOST ? path_simplify(reading.mount.host) : NULL;
        mount_reading_done(&reading);
        if (r < 0 || !path || plan_rehearse_stays(path))
                return r < 0 ? r : 0;
        const char *turned = strcmp(path, "/") == 0 ? "" : path;
        if (is_volume) {
                *ret = str_printf(PLAN_REHEARSAL_DIR "%s%s", turned, value + strcspn(value, ":"));
                return *ret ? 0 : -ENOMEM;
        }
        _cleanup_strv_ char **fields = NULL;
        _cleanup_str_ struct str out = {};
        r = strv_split(value, ",", &fields);
        for (char **field = fields; r >= 0 && field && *field; field++) {
                bool source = str_starts(*field, "source=") || str_starts(*field, "src=");
                if (source)
                        str_addf(&out, "%s%.*s" PLAN_REHEARSAL_DIR "%s", out.length ? "," : "",
                                 (int) strcspn(*field, "=") + 1, *field, turned);
                else
                        str_addf(&out, "%s%s", out.length ? "," : "", *field);
        }
        *ret = r < 0 ? NULL : str_take(&out);
        return *ret ? 0 : -ENOMEM;
}

/* The word with the option's value, which is all of it or its end. */
static int turn_word(char **argv, const struct option_use *o, const char *turned) {
        char **word = &argv[o->word + o->words - 1];
        size_t whole = strlen(*word), value = strlen(o->value);
        if (whole < value || strcmp(*word + whole - value, o->value) != 0)
                return 0;       /* the value was read differently from its text: lint reports that */
        char *new = str_printf("%.*s%s", (int) (whole - value), *word, turned);
        if (!new)
                return -ENOMEM;
        free(*word);
        *word = new;
        return 0;
}

static int turn_mounts(struct making *m) {
        struct plan *plan = m->plan;
        const struct command *c = plan->command;
        _cleanup_strv_ char **argv = strv_copy(c->argv);
        int r = argv ? 0 : -ENOMEM;
        for (size_t i = 0; r >= 0 && i < c->n_options; i++) {
                const struct option_use *o = &c->options[i];
                bool is_volume = str_equal(o->canonical, "--volume");
                _cleanup_free_ char *turned = NULL;
                if (!o->value || (!is_volume && !str_equal(o->canonical, "--mount")))
                        continue;
                r = turn_value(o->value, is_volume, &turned);
                if (r >= 0 && turned)
                        r = turn_word(argv, o, turned);
        }
        if (r < 0)
                return r;
        struct command *turned = NULL;
        r = command_read(plan->label_key, argv, c->engine, NULL, &turned, NULL);
        if (r < 0)
                return r;
        command_free(plan->command);
        plan->command = turned;
        return 0;
}

/* ---- limits of the copy ---- */

static bool plan_rehearse_has(const struct command *c, const char *canonical, const char *value) {
        for (size_t i = 0; i < c->n_options; i++)
                if (str_equal(c->options[i].canonical, canonical) &&
                    (!value || str_equal(c->options[i].value, value)))
                        return true;
        return false;
}

static int plan_rehearse_say(struct making *m, const char *what) {
        return finding_report(&m->plan->findings, "not-contained", m->plan->label_key, "%s", what);
}

static int say_of_mounts(struct making *m, const struct command *c) {
        int r = 0;
        for (size_t i = 0; r >= 0 && i < c->n_mounts; i++) {
                const struct mount *mount = &c->mounts[i];
                if (mount->volume)
                        r = finding_report(&m->plan->findings, "not-contained", m->plan->label_key,
                                           "What it writes to the engine's volume %s stays there",
                                           mount->host);
                else if (path_below(mount->host, "/dev") ||
                         path_below(mount->host, "/proc") ||
                         path_below(mount->host, "/sys"))
                        r = finding_report(&m->plan->findings, "not-contained", m->plan->label_key,
                                           "What it does through %s it does to the host itself", mount->host);
                else if (plan_rehearse_stays(mount->host) &&
                         !path_below(mount->host, PLAN_FILES_DIR))
                        r = finding_report(&m->plan->findings, "not-contained", m->plan->label_key,
                                           "What it asks of who listens at %s is done for real", mount->host);
        }
        return r;
}

static int say_what_is_not_contained(struct making *m) {
        const struct command *c = m->plan->command;
        bool privileged = plan_rehearse_has(c, "--privileged", NULL);
        int r = say_of_mounts(m, c);
        if (r >= 0 && !plan_rehearse_has(c, "--network", "none"))
                r = plan_rehearse_say(
                        m,
                        plan_rehearse_has(c, "--network", "host")
                                ? "It uses the host's network: what it does there (a realm it joins, a "
                                  "server it writes to) is done for real"
                                : "What it does over the network (a server it writes to) is done for real");
        if (r >= 0 && (privileged || plan_rehearse_has(c, "--pid", "host")))
                r = plan_rehearse_say(
                        m,
                        plan_rehearse_has(c, "--pid", "host")
                                ? "It sees the host's processes: those it stops, signals or starts are real"
                                : "It is privileged: devices and settings of the kernel "
                                  "that it changes are the host's");
        return r;
}

static int plan_rehearse_refuse(struct making *m, const char *why) {
        return finding_report(&m->plan->findings, "no-rehearsal",
                              m->plan->label_key ? m->plan->label_key : "INSTALL", "%s", why);
}

int plan_rehearse(struct making *m) {
        struct plan *plan = m->plan;
        const struct profile *profile = m->request->profile;
        plan->if_interrupted = INTERRUPTED_ROLL_BACK;
        if (profile && profile->no_rehearsal)
                return plan_rehearse_refuse(m, "The image's profile says that its install cannot be "
                                               "rehearsed");
        if (!plan->command)
                return 0;
        if (plan->command->engine == ENGINE_NONE)
                return plan_rehearse_refuse(m, "This is a program of the host: no copy can be put in the "
                                               "place of what it sees");
        int r = turn_mounts(m);
        return r < 0 ? r : say_what_is_not_contained(m);
}
