/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/plan/unit-text.h"

#include <ctype.h>

#include "base/text.h"
#include "model/plan/unit-words.h"

#define DESCRIPTION_CELLS 120U

void unit_file_done(struct unit_file *unit) {
        free(unit->name);
        free(unit->path);
        free(unit->text);
        free(unit->overrides);
        *unit = (struct unit_file) {};
}

bool unit_name_valid(const char *name) {
        static const char *const suffixes[] = { ".service", ".socket", ".target", ".timer", ".path", ".mount",
                                                ".automount", ".swap", ".slice", ".scope", ".device" };
        size_t n = name ? strlen(name) : 0;
        if (n == 0 || n > 255)
                return false;
        for (const char *c = name; *c; c++)
                if (!isalnum((unsigned char) *c) && !strchr(":_.\\-@", *c))
                        return false;
        if (name[0] == '.' || name[0] == '@')
                return false;
        for (size_t i = 0; i < ELEMENTS(suffixes); i++) {
                const char *end = str_ends(name, suffixes[i]);
                if (end && end != name)
                        return true;
        }
        return false;
}

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
                str_add(out, text[i] == '%' ? "%%" : (char[]) { text[i], 0 });
        if (n == 0)
                str_addf(out, "%s, run from a container image", name);
        str_add_char(out, '\n');
}

static void add_head(struct str *out, const char *name, const char *description) {
        str_addf(out,
                 "# Written by fairlead for the service %s, from the RUN label of its image.\n"
                 "# \"fairlead uninstall %s\" removes it. Changes of your own belong in a drop-in:\n"
                 "# systemctl edit %s.service\n"
                 "[Unit]\n",
                 name, name, name);
        add_description(out, name, description);
        str_addf(out, UNIT_MARK "=%s\n", name);
        str_add(out, "Wants=network-online.target\nAfter=network-online.target\n");
}

/* A Quadlet's generator writes these by itself. */
static void add_dependencies(struct str *out, const struct unit_words *w, enum engine_kind engine) {
        str_add(out, engine == ENGINE_DOCKER ? "Requires=docker.service\nAfter=docker.service\n"
                                             : "RequiresMountsFor=%t/containers\n");
        if (!w->mounts)
                return;
        str_add(out, "RequiresMountsFor=");
        for (char **m = w->mounts; *m; m++)
                str_addf(out, "%s%s", m == w->mounts ? "" : " ", *m);
        str_add_char(out, '\n');
}

static void add_install(struct str *out) {
        str_add(out, "\n[Install]\nWantedBy=multi-user.target\n");
}

/* The words can be in a unit: struct unit_words holds no others. */
static void plan_unit_text_add_word(struct str *out, const char *word) {
        _cleanup_free_ char *quoted = NULL;
        (void) unit_quote(word, &quoted);
        str_add_char(out, ' ');
        str_add(out, quoted);
}

static void plan_unit_text_add_words(struct str *out, char *const *words) {
        for (; words && *words; words++)
                plan_unit_text_add_word(out, *words);
}

/* --cgroups=split with Delegate= keeps conmon and the container below the unit, so that systemd accounts for
 * them; a label with its own choice of cgroups keeps it. Where the engine is configured without cgroups it
 * cannot create any (tried with 4.3 in a container: "setrlimit (RLIM_MEMLOCK)"), and all is below the unit
 * anyway. */
static bool chooses_cgroups(const struct command *run) {
        for (size_t i = 0; i < run->n_options; i++)
                if (str_equal(run->options[i].canonical, "--cgroups") ||
                    str_equal(run->options[i].canonical, "--cgroup-parent"))
                        return true;
        return false;
}

static void add_podman_service(struct str *out, const struct unit_words *w, const struct command *run,
                               bool no_cgroups) {
        bool split = !no_cgroups && !chooses_cgroups(run);
        str_add(out, "\n[Service]\n"
                     "Type=notify\n"
                     "NotifyAccess=all\n"
                     "Environment=PODMAN_SYSTEMD_UNIT=%n\n");
        str_add(out, split ? "Delegate=yes\n" : "");
        str_add(out, "KillMode=mixed\n"
                     "Restart=on-failure\n"
                     "TimeoutStartSec=300\n"
                     "TimeoutStopSec=70\n");
        /* podman run refuses to start while the file of a container that was killed with the host exists */
        str_add(out, "ExecStartPre=-/bin/rm -f %t/%N.ctr-id\n");
        str_addf(out, "ExecStart=%s", w->engine);
        plan_unit_text_add_words(out, w->global);
        str_add(out, " run --cidfile=%t/%N.ctr-id --sdnotify=conmon");
        str_add(out, split ? " --cgroups=split" : "");
        str_addf(out, " --detach --rm --replace --name=%s", w->container);
        plan_unit_text_add_words(out, w->options);
        plan_unit_text_add_word(out, w->image);
        plan_unit_text_add_words(out, w->arguments);
        str_add_char(out, '\n');
        if (w->stop) {
                str_addf(out, "ExecStop=-%s", w->engine);
                plan_unit_text_add_words(out, w->stop);
                str_add_char(out, '\n');
        }
        /* after a kill the container has yet to end, and to be killed for good if it does not */
        if (!w->stop || !str_equal(w->stop[0], "stop"))
                str_addf(out, "ExecStop=%s stop --ignore --cidfile=%%t/%%N.ctr-id\n", w->engine);
        str_addf(out, "ExecStopPost=-%s rm -f --ignore --cidfile=%%t/%%N.ctr-id\n", w->engine);
        str_add(out, "ExecStopPost=-/bin/rm -f %t/%N.ctr-id\n");
}

/* Docker's daemon is the parent of the container: systemd watches the attached client, which ends with it. */
static void add_docker_service(struct str *out, const struct unit_words *w) {
        str_add(out, "\n[Service]\n"
                     "Type=exec\n"
                     "Restart=on-failure\n"
                     "TimeoutStartSec=300\n"
                     "TimeoutStopSec=70\n");
        str_addf(out, "ExecStartPre=-%s rm -f %s\n", w->engine, w->container);
        str_addf(out, "ExecStart=%s", w->engine);
        plan_unit_text_add_words(out, w->global);
        str_addf(out, " run --rm --name=%s", w->container);
        plan_unit_text_add_words(out, w->options);
        plan_unit_text_add_word(out, w->image);
        plan_unit_text_add_words(out, w->arguments);
        str_add_char(out, '\n');
        if (w->stop) {
                str_addf(out, "ExecStop=-%s", w->engine);
                plan_unit_text_add_words(out, w->stop);
                str_add_char(out, '\n');
        }
        if (!w->stop || !str_equal(w->stop[0], "stop"))
                str_addf(out, "ExecStop=-%s stop %s\n", w->engine, w->container);
        str_addf(out, "ExecStopPost=-%s rm -f %s\n", w->engine, w->container);
}

/* podman-systemd.unit(5), as of 5.4. Image=, ContainerName=, Network= and Volume= are taken literally (tried:
 * no unquoting), so only plain words go to them; Environment=, PodmanArgs= and Exec= are split with systemd's
 * quoting, and the result is written into ExecStart= with its % and $ untouched, so they are doubled here as
 * in a .service. */
static void add_quadlet(struct str *out, const struct unit_words *w) {
        str_addf(out, "\n[Container]\nImage=%s\nContainerName=%s\n", w->image, w->container);
        if (w->global) {
                str_add(out, "GlobalArgs=");
                plan_unit_text_add_words(out, w->global);
                str_add_char(out, '\n');
        }
        for (size_t i = 0; i < w->n_keys; i++) {
                const struct unit_key *k = w->keys + i;
                if (k->plain)
                        str_addf(out, "%s=%s", k->key, k->value);
                else {
                        _cleanup_free_ char *quoted = NULL;
                        (void) unit_quote(k->value, &quoted);
                        str_addf(out, "%s=%s", k->key, quoted);
                }
                str_add_char(out, '\n');
        }
        if (w->arguments && *w->arguments) {
                str_add(out, "Exec=");
                size_t at = out->length;
                plan_unit_text_add_words(out, w->arguments);
                memmove(out->text + at, out->text + at + 1, out->length-- - at);
                str_add_char(out, '\n');
        }
        str_add(out, "\n[Service]\n"
                     "Restart=on-failure\n"
                     "TimeoutStartSec=300\n"
                     "TimeoutStopSec=70\n");
        if (w->stop) {
                str_addf(out, "ExecStop=-%s", w->engine);
                plan_unit_text_add_words(out, w->stop);
                str_add_char(out, '\n');
        }
}

/* Podman's generator damages two things (both tried with 5.4.2): its splitter takes an empty word for the end
 * of the line and loses the words after it; and a lone ";" is written without quotes, where systemd reads it
 * as the end of one command and the beginning of another, on the host. A .service holds both. */
static bool quadlet_can_hold(const struct unit_words *w) {
        char *const *const lists[] = { w->global, w->arguments };
        for (size_t i = 0; i < ELEMENTS(lists); i++)
                for (char *const *word = lists[i]; word && *word; word++)
                        if (!**word || str_equal(*word, ";"))
                                return false;
        return true;
}

int unit_file_make(const char *name, const char *description, const struct command *run,
                   const struct command *stop, char *const *environment, const struct host_facts *facts,
                   struct unit_file *ret, struct error **reterr) {
        _cleanup_(unit_words_done) struct unit_words w = {};
        int r = unit_words_read(name, run, stop, environment, &w, reterr);
        if (r < 0)
                return r;

        _cleanup_(unit_file_done) struct unit_file unit = { .kind = UNIT_SERVICE };
        if (facts && facts->quadlet && run->engine == ENGINE_PODMAN && quadlet_can_hold(&w))
                unit.kind = UNIT_QUADLET;
        _cleanup_str_ struct str out = {};
        add_head(&out, name, description);
        if (unit.kind == UNIT_SERVICE)
                add_dependencies(&out, &w, run->engine);
        if (unit.kind == UNIT_QUADLET)
                add_quadlet(&out, &w);
        else if (run->engine == ENGINE_DOCKER)
                add_docker_service(&out, &w);
        else
                add_podman_service(&out, &w, run, facts && facts->no_cgroups);
        add_install(&out);

        unit.text = str_take(&out);
        unit.name = str_printf("%s.service", name);
        unit.path = unit.kind == UNIT_QUADLET ? str_printf("/etc/containers/systemd/%s.container", name)
                                              : str_printf("/etc/systemd/system/%s.service", name);
        if (!unit.text || !unit.name || !unit.path)
                return error_set(reterr, -ENOMEM, "Out of memory");
        *ret = unit;
        unit = (struct unit_file) {};
        return 0;
}
