/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Plans that make a service of what somebody made by hand: a unit that runs a container, a Quadlet, or a
 * container that runs without a unit. */

#include "model/plan/plan.h"
#include "model/service/unit.h"

/* Whether the unit may become a service: one of an administrator's that runs a container, by its Quadlet or
 * by the words of its ExecStart=. What the engine has of it only the plan knows; what is a service already,
 * the caller. */
bool adopt_fits(const struct unit_detail *d);

/* The RUN label that would make this container: the words that created it (Config.CreateCommand of Podman),
 * with $IMAGE in the place of its image. *ret_image: the image as it was typed. The caller frees both.
 * -ENOTSUP with a sentence: it was not made by "podman run" or "podman create". */
int adopt_label(const char *container, char *const *words, char **ret, char **ret_image,
                struct error **reterr);

/* The label names this variable where the command had a "$" of its own: its value is "$". */
#define ADOPT_DOLLAR "DOLLAR"

/* A unit that runs a container and stays as it is, or (text) a Quadlet that is yet to be put in its place. */
struct adopt_unit {
        const char *unit;       /* "web.service" */
        const char *file;       /* its file, or the future one; NULL: none */
        const char *text;       /* of a Quadlet to be written; NULL: the unit is there */
        char *const *argv;      /* its ExecStart=; NULL with text */
        const struct image *image;
        const char *reference;  /* of the image, as the unit names it */
};
/* name: of the service. -EINVAL and a sentence for a name that cannot be one. */
int adopt_plan_unit(const struct adopt_unit *unit, const char *name, struct plan **ret,
                    struct error **reterr);

/* Gives the image that label alone: of its own ones none is meant. */
void adopt_set_label(struct image *image, const char *label);

/* Makes an install's plan of such a label one of VERB_ADOPT: the container gets the name aside. -ENOTSUP and
 * a sentence: no unit can run it. */
int adopt_container(struct plan *plan, const char *id, const char *aside, struct error **reterr);

/* The image of a .container; the caller frees. NULL: it names none by itself, but a .image or .build. */
char *adopt_quadlet_image(const char *text);

/* Whether a plan of VERB_ADOPT leaves unit and container as they are. */
bool adopt_records_only(const struct plan *plan);

/* "/etc/containers/systemd/NAME.container" and "/etc/systemd/system/NAME.service": all that a service made of
 * a unit may set aside, or change at an upgrade. */
bool adopt_may_change(const char *path);
