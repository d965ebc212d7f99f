/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/command/lint.h"

/* ---- one command ---- */

static bool removes_container(const struct command *c) {
        for (size_t i = 0; i < c->n_options; i++)
                if (str_equal(c->options[i].canonical, "--rm") &&
                    !str_equal_nocase(c->options[i].value, "false"))
                        return true;
        return false;
}

static void lint_operand(const char *where, const struct command *c, const struct image *image,
                         const char *filled, struct finding_list *findings) {
        const char *operand = c->operand > 0 ? c->argv[c->operand] : NULL;
        if (!operand || str_equal(operand, filled) || !reference_valid(operand))
                return;         /* none, the right one, or already reported */
        finding_report_at(
                findings, "pins-other-image", where, c->operand + 1,
                image && image_matches(image, operand)
                        ? "The command names its image itself (%s), whatever version is looked at here"
                        : "The command runs %s, not the image that carries it",
                operand);
}

void lint_command(const char *key, const struct command *c, const struct image *image, const char *filled,
                  const char *name, struct finding_list *findings) {
        if (c->engine == ENGINE_NONE || !STR_IN_SET(c->subcommand, "run", "create"))
                return;
        lint_operand(key, c, image, filled, findings);
        if (str_equal_nocase(key, "RUN")) {
                if (str_empty(c->name))
                        finding_report(findings, "unnamed-container", key,
                                       "The container has no name of its own");
                else if (name && !str_equal(c->name, name))
                        finding_report(findings, "fixed-name", key, "The container is always called %s",
                                       c->name);
                return;
        }
        bool once = str_equal_nocase(key, "INSTALL") || str_equal_nocase(key, "UNINSTALL") ||
                    str_equal_nocase(key, "UPGRADE") || str_equal_nocase(key, "UPDATE");
        if (once && !c->detached && str_equal(c->subcommand, "run") && !removes_container(c))
                finding_report(findings, "leaves-container", key, "The command leaves its container behind");
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

void lint_labels(const struct image *image, struct finding_list *findings) {
        unsigned set = label_set(image);
        if ((set & 1U << LABEL_INSTALL) && !(set & 1U << LABEL_UNINSTALL))
                finding_report(findings, "no-uninstall", "INSTALL", "The image has no UNINSTALL label");
        for (size_t i = 0; i < image->labels.n; i++) {
                const struct label *label = &image->labels.items[i];
                const char *name = lost_label(label->value);
                if (name)
                        finding_report(findings, "lost-label", label->key,
                                       "The value of this label holds what should be a %s label of its own",
                                       name);
        }
}

/* ---- an image ---- */

/* Filled for a service of the default name and read as Podman reads it. */
static struct command *lint_read(const struct label *label, const struct label_list *variables,
                                 struct finding_list *findings) {
        _cleanup_recipe_ struct recipe *recipe = recipe_parse(label->key, label->value, findings);
        _cleanup_strv_ char **argv = recipe_fill(recipe, variables, NULL, findings);
        return command_read(label->key, argv, ENGINE_PODMAN, NULL, findings);
}

static void lint_label(const struct image *image, const struct label *label,
                       const struct label_list *variables, struct finding_list *findings) {
        _cleanup_command_ struct command *command = lint_read(label, variables, findings);
        if (command->argv[0])
                lint_command(label->key, command, image, label_list_get(variables, "IMAGE"),
                             label_list_get(variables, "NAME"), findings);
}

static void lint_variables(const struct image *image, struct label_list *variables) {
        const char *filled = image_reference(image);
        _cleanup_free_ char *name = filled ? reference_default_name(filled) : NULL;
        variables_set_known(variables, name ? name : "service", filled ? filled : "image");
        label_list_set(variables, "PWD", "/");
        label_list_set(variables, "HOME", "/root");
        label_list_set(variables, "SUDO_UID", "0");
        label_list_set(variables, "SUDO_GID", "0");
}

void image_lint(const struct image *image, struct finding_list *findings) {
        _cleanup_(label_list_done) struct label_list variables = {};
        lint_variables(image, &variables);
        for (enum command_label which = 0; which < _COMMAND_LABEL_MAX; which++) {
                const struct label *label = label_find(image, which, findings);
                if (label)
                        lint_label(image, label, &variables, findings);
        }
        lint_labels(image, findings);
}

enum image_use image_use_of(const struct image *image) {
        const struct label *label =
                label_find(image, LABEL_INSTALL, NULL) ? NULL : label_find(image, LABEL_RUN, NULL);
        if (!label)
                return IMAGE_SERVICE;
        _cleanup_(label_list_done) struct label_list variables = {};
        lint_variables(image, &variables);
        _cleanup_command_ struct command *command = lint_read(label, &variables, NULL);
        if (!command->interactive)
                return IMAGE_SERVICE;
        return removes_container(command) ? IMAGE_TOOL : IMAGE_EITHER;
}
