/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/command/lint.h"

/* ---- one command ---- */

static bool runs_image(const struct command *c) {
        return str_equal(c->subcommand, "run") || str_equal(c->subcommand, "create");
}

static bool lint_has_option(const struct command *c, const char *canonical) {
        for (size_t i = 0; i < c->n_options; i++)
                if (str_equal(c->options[i].canonical, canonical) &&
                    !str_equal_nocase(c->options[i].value, "false"))
                        return true;
        return false;
}

static int lint_operand(const char *where, const struct command *c, const struct image *image,
                        const char *filled, struct finding_list *findings) {
        char place[FINDING_PLACE_MAX];
        const char *operand = c->operand > 0 ? c->argv[c->operand] : NULL;
        if (!operand || str_equal(operand, filled) || !reference_valid(operand))
                return 0;       /* none, the right one, or already reported */
        finding_place(place, where, c->operand + 1);
        if (image && image_matches(image, operand))
                return finding_report(findings, "pins-other-image", place,
                                      "The command names its image itself (%s), whatever version is looked "
                                      "at here",
                                      operand);
        return finding_report(findings, "pins-other-image", place,
                              "The command runs %s, not the image that carries it", operand);
}

static int lint_name(const char *where, const struct command *c, const char *name,
                     struct finding_list *findings) {
        if (str_empty(c->name))
                return finding_report(findings, "unnamed-container", where,
                                      "The container has no name of its own");
        if (!name || str_equal(c->name, name))
                return 0;
        return finding_report(findings, "fixed-name", where, "The container is always called %s", c->name);
}

int lint_command(const char *key, const struct command *command, const struct image *image,
                 const char *filled, const char *name, struct finding_list *findings) {
        if (command->engine == ENGINE_NONE || !runs_image(command))
                return 0;
        int r = lint_operand(key, command, image, filled, findings);
        if (r < 0)
                return r;
        if (str_equal_nocase(key, "RUN"))
                return lint_name(key, command, name, findings);
        bool once = str_equal_nocase(key, "INSTALL") || str_equal_nocase(key, "UNINSTALL") ||
                    str_equal_nocase(key, "UPGRADE") || str_equal_nocase(key, "UPDATE");
        if (once && !command->detached && str_equal(command->subcommand, "run") &&
            !lint_has_option(command, "--rm"))
                r = finding_report(findings, "leaves-container", key,
                                   "The command leaves its container behind");
        return r;
}

/* ---- the labels as a set ---- */

/* "… RUN docker run …" inside another label's value: a Dockerfile without "=" merged several labels. */
static const char *lost_label(const char *value) {
        for (int which = 0; which < _COMMAND_LABEL_MAX; which++) {
                const char *name = command_label_name(which);
                size_t n = strlen(name);
                for (const char *at = value; (at = strstr(at, name)); at += n) {
                        if (at == value || !strchr(" \t\n", at[-1]) || !at[n] || !strchr(" \t\n", at[n]))
                                continue;
                        const char *next = at + n + strspn(at + n, " \t\n");
                        if (str_starts(next, "docker ") || str_starts(next, "podman "))
                                return name;
                }
        }
        return NULL;
}

int lint_labels(const struct image *image, struct finding_list *findings) {
        unsigned set = label_set(image);
        int r = 0;
        if ((set & 1U << LABEL_INSTALL) && !(set & 1U << LABEL_UNINSTALL))
                r = finding_report(findings, "no-uninstall", "INSTALL", "The image has no UNINSTALL label");
        for (size_t i = 0; r >= 0 && i < image->n_labels; i++) {
                const char *name = lost_label(image->labels[i].value);
                if (name)
                        r = finding_report(findings, "lost-label", image->labels[i].key,
                                           "The value of this label holds what should be a %s label of its "
                                           "own",
                                           name);
        }
        return r;
}

/* ---- an image ---- */

static int lint_label(const struct image *image, const char *key, const char *text,
                      const struct variables *v, struct finding_list *findings) {
        _cleanup_recipe_ struct recipe *recipe = NULL;
        _cleanup_command_ struct command *command = NULL;
        _cleanup_strv_ char **argv = NULL;
        int r;

        if ((r = recipe_parse(key, text, &recipe, findings)) < 0 ||
            (r = recipe_fill(recipe, v, NULL, &argv, findings)) < 0 ||
            (r = command_read(key, argv, ENGINE_PODMAN, NULL, &command, findings)) < 0 || !command->argv[0])
                return r;
        return lint_command(key, command, image, variables_get(v, "IMAGE"), variables_get(v, "NAME"),
                            findings);
}

int image_lint(const struct image *image, struct finding_list *findings) {
        static const char *const host[][2] = {
                { "PWD", "/" }, { "HOME", "/root" }, { "SUDO_UID", "0" }, { "SUDO_GID", "0" }
        };
        _cleanup_(variables_done) struct variables v = {};
        const char *filled = image_reference(image);
        _cleanup_free_ char *name = reference_default_name(filled ? filled : "");

        int r = variables_set_known(&v, name ? name : "service", filled ? filled : "image");
        for (size_t i = 0; r >= 0 && i < ELEMENTS(host); i++)
                r = variables_set(&v, host[i][0], host[i][1]);
        for (int which = 0; r >= 0 && which < _COMMAND_LABEL_MAX; which++) {
                const char *key = NULL, *text = label_find(image, which, &key, findings);
                if (text)
                        r = lint_label(image, key, text, &v, findings);
        }
        return r < 0 ? r : lint_labels(image, findings);
}
