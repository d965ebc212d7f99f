/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Options of `podman run`, each with its lines in a Quadlet: the unit test compares the lines, and tests/real/plans-real.c gives
 * them to the generator of a real Podman, whose words must be those of the command. */

/* Ends with a row without options. */
extern const struct quadlet_case {
        const char *options;
        const char *now;        /* the lines for Podman 5.4, between newlines */
        const char *before;     /* for Podman 4.4; NULL: the same */
} quadlet_cases[];
