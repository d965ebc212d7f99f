/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Findings about an image's labels that need more than one command: its purpose, the image, the other labels.
 * All are rows of finding/kinds.c. */

#include "model/command/command.h"
#include "model/image/recipe.h"

/* The command of the label `key` (which implies its purpose) against its image. filled is the value of IMAGE,
 * name the service's name. "pins-other-image", "fixed-name", "unnamed-container", "leaves-container".
 * plan_make() calls it after command_read(). */
void lint_command(const char *key, const struct command *c, const struct image *image, const char *filled,
                  const char *name, struct finding_list *findings);

/* The labels as a set: "no-uninstall", "lost-label". */
void lint_labels(const struct image *image, struct finding_list *findings);

/* Whether an image is for people at a terminal, by its labels. */
enum image_use {
        IMAGE_SERVICE,  /* no: it can be installed, where it has INSTALL or RUN */
        IMAGE_EITHER,   /* RUN asks for a terminal: a tool, or a daemon that was tried out so */
        IMAGE_TOOL,     /* and its container goes when it ends: there is nothing to install */
};
enum image_use image_use_of(const struct image *image);

/* All findings about an image: lint_labels(), and each command label parsed, filled for a service of the
 * default name and read as Podman reads it. Variables that only the user can set are reported as
 * undefined. */
void image_lint(const struct image *image, struct finding_list *findings);
