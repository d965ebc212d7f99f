/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <limits.h>

#include "base/text.h"
#include "model/plan/internal.h"

#define DESCRIPTION_CELLS 120U

/* Foreign text from a label: one line, nothing that systemd would read as more than text. */
static void add_description(struct str *out, const char *name, const char *description) {
        _cleanup_str_ struct str clean = {};
        if (!str_empty(description))
                text_clean(&clean, description, strlen(description), DESCRIPTION_CELLS, TEXT_UTF8, false);
        const char *text = clean.text ? clean.text : "";
        text += strspn(text, " ");
        size_t n = strlen(text);
        while (n && strchr(" \\", text[n - 1]))
                n--;    /* a backslash at the end would continue the line */
        str_add(out, "Description=");
        for (size_t i = 0; i < n; i++)
                if (text[i] != ' ' || text[i + 1] != ' ') /* a folded label has runs of them */
                        str_add(out, text[i] == '%' ? "%%" : (char[]) { text[i], 0 });
        if (n == 0)
                str_addf(out, "%s, run from a container image", name);
        str_add_char(out, '\n');
}

/* The engine starts a container for ever where a label says "always", but not as fast as it can; a limit of
 * starts counts those in a row: the engine, too, forgets them when the program has run for 10 s. */
#define RESTART_SECONDS 5U
#define SECONDS_OF_A_START 20U

static void add_start_limit(struct str *out, const struct unit_words *w) {
        if (str_equal(w->restart.word, "always"))
                str_add(out, "StartLimitIntervalSec=0\n");
        else if (w->restart.times)
                str_addf(out, "StartLimitIntervalSec=%u\nStartLimitBurst=%u\n",
                         (w->restart.times + 1) * SECONDS_OF_A_START, w->restart.times + 1);
}

/* Words of [Unit], which knows specifiers but no variables. */
static void unit_text_add_paths(struct str *out, char *const *paths) {
        for (char *const *path = paths; path && *path; path++) {
                str_add(out, "RequiresMountsFor=");
                bool plain = unit_plain_word(*path);
                str_add(out, plain ? "" : "\"");
                for (const char *c = *path; *c; c++)
                        str_addf(out, "%s%c", *c == '%' ? "%" : strchr("\"\\", *c) ? "\\" : "", *c);
                str_add(out, plain ? "\n" : "\"\n");
        }
}

static void add_head(struct str *out, const char *name, const char *description, const struct unit_words *w) {
        str_addf(out,
                 "# Written by fairlead for the service %s, from the RUN label of its image.\n"
                 "# \"fairlead uninstall %s\" removes it. Changes of your own belong in a drop-in:\n"
                 "# systemctl edit %s.service\n"
                 "[Unit]\n",
                 name, name, name);
        add_description(out, name, description);
        str_addf(out, UNIT_MARK "=%s\n", name);
        str_add(out, "Wants=network-online.target\nAfter=network-online.target\n");
        for (char **unit = w->behind; unit && *unit; unit++)
                str_addf(out, "Requires=%s\nAfter=%s\n", *unit, *unit);
        unit_text_add_paths(out, w->mounts);
        add_start_limit(out, w);
}

/* A Quadlet's generator writes these by itself. */
static void add_dependencies(struct str *out, enum engine_kind engine) {
        str_add(out, engine == ENGINE_DOCKER ? "Requires=docker.service\nAfter=docker.service\n"
                                             : "RequiresMountsFor=%t/containers\n");
}

/* The words are checked already. */
static void unit_text_add_word(struct str *out, const char *word) {
        _cleanup_free_ char *quoted = NULL;
        if (unit_quote(word, &quoted) >= 0)
                str_add(out, quoted);
}

static void unit_text_add_words(struct str *out, char *const *words) {
        for (; words && *words; words++) {
                str_add_char(out, ' ');
                unit_text_add_word(out, *words);
        }
}

static void add_run(struct str *out, const struct unit_words *w) {
        unit_text_add_words(out, w->options);
        unit_text_add_words(out, (char *[]) { w->image, NULL });
        unit_text_add_words(out, w->arguments);
        str_add_char(out, '\n');
}

static void add_stop(struct str *out, const struct unit_words *w) {
        if (!w->stop)
                return;
        str_addf(out, "ExecStop=-%s", w->engine);
        unit_text_add_words(out, w->stop);
        str_add_char(out, '\n');
}

#define STOP_SECONDS_MIN 70U
#define STOP_SECONDS_MORE 20U   /* for the engine, behind the program's own time */

static void add_policy(struct str *out, const struct unit_words *w) {
        str_addf(out, "Restart=%s\n", w->restart.word ? w->restart.word : "on-failure");
        if (str_equal(w->restart.word, "always"))
                str_addf(out, "RestartSec=%u\n", RESTART_SECONDS);
        str_add(out, "TimeoutStartSec=300\n");
        unsigned stop = w->stop_seconds + STOP_SECONDS_MORE;
        if (w->stop_seconds == UINT_MAX)
                str_add(out, "TimeoutStopSec=infinity\n");
        else
                str_addf(out, "TimeoutStopSec=%u\n", stop > STOP_SECONDS_MIN ? stop : STOP_SECONDS_MIN);
}

/* --cgroups=split with Delegate= keeps conmon and the container below the unit, so that systemd accounts for
 * them; a label with its own choice of cgroups keeps it. Where the engine is configured without cgroups it
 * cannot create any (tried with 4.3 in a container: "setrlimit (RLIM_MEMLOCK)"), and all is below the unit
 * anyway. */
static void add_podman_service(struct str *out, const struct unit_words *w, bool no_cgroups) {
        bool split = !no_cgroups && w->cgroups == CGROUPS_OF_UNIT;
        str_add(out, "\n[Service]\n"
                     "Type=notify\n"
                     "NotifyAccess=all\n"
                     "Environment=PODMAN_SYSTEMD_UNIT=%n\n");
        str_add(out, split ? "Delegate=yes\n" : "");
        str_add(out, "KillMode=mixed\n");
        add_policy(out, w);
        /* podman run refuses to start while the file of a container that was killed with the host exists */
        str_add(out, "ExecStartPre=-/bin/rm -f %t/%N.ctr-id\n");
        str_addf(out, "ExecStart=%s", w->engine);
        unit_text_add_words(out, w->global);
        str_addf(out, " run --cidfile=%%t/%%N.ctr-id --sdnotify=%s", w->notify);
        str_add(out, split ? " --cgroups=split" : "");
        str_addf(out, " --detach --rm --replace --name=%s", w->container);
        add_run(out, w);
        add_stop(out, w);
        /* after a kill the container has yet to end, and to be killed for good if it does not */
        if (!w->stop || !str_equal(w->stop[0], "stop"))
                str_addf(out, "ExecStop=%s stop --ignore --cidfile=%%t/%%N.ctr-id\n", w->engine);
        str_addf(out, "ExecStopPost=-%s rm -f --ignore --cidfile=%%t/%%N.ctr-id\n", w->engine);
        str_add(out, "ExecStopPost=-/bin/rm -f %t/%N.ctr-id\n");
}

/* Docker's daemon is the parent of the container: systemd watches the attached client, which ends with it. */
static void add_docker_service(struct str *out, const struct unit_words *w) {
        str_add(out, "\n[Service]\nType=exec\n");
        add_policy(out, w);
        str_addf(out, "ExecStartPre=-%s rm -f %s\n", w->engine, w->container);
        str_addf(out, "ExecStart=%s", w->engine);
        unit_text_add_words(out, w->global);
        str_addf(out, " run --rm --name=%s", w->container);
        add_run(out, w);
        add_stop(out, w);
        if (!w->stop || !str_equal(w->stop[0], "stop"))
                str_addf(out, "ExecStop=-%s stop %s\n", w->engine, w->container);
        str_addf(out, "ExecStopPost=-%s rm -f %s\n", w->engine, w->container);
}

/* The rest of a line, which the generator writes into ExecStart= as one word, with its % and $ untouched. */
static void unit_text_add_line(struct str *out, const char *value) {
        for (const char *c = value; *c; c++)
                str_addf(out, "%s%c", *c == '%' ? "%" : *c == '$' ? "$" : "", *c);
}

/* podman-systemd.unit(5): a key's value is either the rest of its line or words with systemd's quoting
 * (quadlet.c); the result is written into ExecStart= with its % and $ untouched, so they are doubled here as
 * in a .service. */
static void add_quadlet(struct str *out, const struct unit_words *w) {
        str_addf(out, "\n[Container]\nImage=%s\nContainerName=%s\n", w->image, w->container);
        if (w->global) {
                str_add(out, "GlobalArgs=");
                unit_text_add_words(out, w->global);
                str_add_char(out, '\n');
        }
        for (size_t i = 0; i < w->n_keys; i++) {
                const struct unit_key *k = w->keys + i;
                str_addf(out, "%s=", k->key);
                if (k->line)
                        unit_text_add_line(out, k->value);
                else
                        unit_text_add_word(out, k->value);
                str_add_char(out, '\n');
        }
        if (w->arguments && *w->arguments) {
                str_add(out, "Exec=");
                unit_text_add_word(out, *w->arguments);
                unit_text_add_words(out, w->arguments + 1);
                str_add_char(out, '\n');
        }
        str_add(out, "\n[Service]\n");
        add_policy(out, w);
        add_stop(out, w);
}

int unit_file_make(const char *name, const char *description, const struct command *run,
                   const struct command *stop, char *const *environment, const struct host_facts *facts,
                   struct unit_file *ret, struct error **reterr) {
        _cleanup_(unit_words_done) struct unit_words w = {};
        int r = unit_words_read(name, run, stop, environment, facts, &w, reterr);
        if (r < 0)
                return r;

        bool quadlet = facts && facts->quadlet && run->engine == ENGINE_PODMAN &&
                       quadlet_can_hold(&w, quadlet_version(facts->engine_version));
        _cleanup_str_ struct str out = {};
        add_head(&out, name, description, &w);
        if (!quadlet)
                add_dependencies(&out, run->engine);
        if (quadlet)
                add_quadlet(&out, &w);
        else if (run->engine == ENGINE_DOCKER)
                add_docker_service(&out, &w);
        else
                add_podman_service(&out, &w, facts && facts->no_cgroups);
        str_add(&out, "\n[Install]\nWantedBy=multi-user.target\n");
        *ret = (struct unit_file) {
                .kind = quadlet ? UNIT_QUADLET : UNIT_SERVICE,
                .name = str_printf("%s.service", name),
                .path = str_printf(quadlet ? "/etc/containers/systemd/%s.container"
                                           : "/etc/systemd/system/%s.service", name),
                .text = str_take(&out),
        };
        return 0;
}
