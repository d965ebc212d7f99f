/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Findings about an image's labels that need more than one command: its purpose, the image, the other labels.
 * All are rows of finding/kinds.c. */

#include "model/command/command.h"
#include "model/image/recipe.h"

/* The command of a label, and what it belongs to. */
struct lint {
        const char *key; /* of the label; implies its purpose */
        const struct command *command;
        const struct recipe *recipe; /* of the label; NULL: unknown */
        const struct image *image;   /* NULL: unknown */
        const char *filled;          /* the value of IMAGE */
        const char *name;            /* the service's; NULL: unknown */
};

/* The command against its image: which one it runs, under which name, and what it leaves behind. plan_make()
 * calls it after command_read_from(). */
void lint_command(const struct lint *lint, struct finding_list *findings);

/* `-e X` takes X from the engine's environment, which is closed ("X=value" words):
 * the names that are not in it. */
void lint_environment(const char *key, const struct command *command, char *const *environment,
                      struct finding_list *findings);

/* The RUN label of a service that uses $PWD. */
void lint_folder(const struct recipe *recipe, struct finding_list *findings);

/* The variable of an option like "-e X" or "--env=X", or NULL: it has a value of its own. */
const char *option_passed_variable(const struct option_use *o);

/* The words of a label that is no command, with the variables filled in; for image_label_filled() those of a
 * service of the default name. The caller frees. */
char *label_filled(const struct label *label, const struct label_list *variables);
char *image_label_filled(const struct image *image, const struct label *label);

/* The labels as a set: what is missing beside another, what got lost in one. */
void lint_labels(const struct image *image, const struct label_list *variables,
                 struct finding_list *findings);

/* The command of a label, filled for a service of the default name and read as Podman reads it; NULL: there
 * is no such label. */
struct command *image_command(const struct image *image, enum command_label which);

/* Whether an image is for people at a terminal, by its labels. */
enum image_use {
        IMAGE_SERVICE, /* no: it can be installed, where it has INSTALL or RUN */
        IMAGE_EITHER,  /* RUN asks for a terminal: a tool, or a daemon that was tried out so */
        IMAGE_TOOL,    /* and its container goes when it ends: there is nothing to install */
};
enum image_use image_use_of(const struct image *image);

/* All findings about an image: lint_labels(), and each command label parsed, filled for a service of the
 * default name and read as this engine reads it (ENGINE_NONE: Podman, of an unknown version). So are labels
 * that other tools run (INSTALL-x, PURGE), but they only warn: no verb runs them by itself. Variables that
 * only the user can set are reported as undefined. */
void image_lint(const struct image *image, enum engine_kind engine, const char *engine_version,
                struct finding_list *findings);
