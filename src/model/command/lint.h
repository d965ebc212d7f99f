/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is to be said about an image's labels beyond reading one command: rules that must know what the
 * command is for, which image carries it, and what other labels there are. All findings are rows of
 * finding-kinds.c. */

#include "model/command/command.h"
#include "model/finding/finding.h"
#include "model/image/image.h"
#include "model/image/recipe.h"

/* The command of the label `key` (what it is for follows from the key) against the image that carries it.
 * filled is what stood for IMAGE, name the service's name. "pins-other-image", "fixed-name",
 * "unnamed-container", "leaves-container". plan_make() calls it after command_read(). 0 or -ENOMEM. */
int lint_command(const char *key, const struct command *command, const struct image *image,
                 const char *filled, const char *name, struct finding_list *findings);

/* The labels as a set: "no-uninstall", "lost-label". 0 or -ENOMEM. */
int lint_labels(const struct image *image, struct finding_list *findings);

/* All there is to say about an image: lint_labels(), and each command label parsed, filled for a service of
 * the default name, read as Podman reads it, and judged. Variables that only the user can set are found
 * undefined. 0 or -ENOMEM. */
int image_lint(const struct image *image, struct finding_list *findings);
