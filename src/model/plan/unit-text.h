/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The unit that fairlead writes from a RUN command: a Quadlet .container where the engine's generator is
 * present, else a .service that systemd can supervise. Pure text; values from labels cannot break out of
 * their line. */

#include "model/command/command.h"
#include "model/plan/plan.h"

/* Whether [Install] makes the unit start at boot. */
bool unit_text_is_wanted(const char *text);
/* The text with that changed: only the lines WantedBy= and their like are removed or added. The caller
 * frees. */
char *unit_text_want(const char *text, bool wanted);

/* Writes the text for the service `name` running `run` (a read engine "run" command with an operand).
 * Supervision replaces -d, --rm, --restart and --name of the label; every other option is kept. environment
 * ("X=value", NULL-terminated, may be NULL) gives the values of options that name only a variable (`-e
 * NAME`); a variable that is not in it is left to the unit's own environment, which does not set it. -EINVAL
 * with a sentence when a value cannot be written into a unit (control characters, not UTF-8) or the command
 * is not `run`. description: one line for Description=; ret is a unit_file with kind, name, path, text.
 *
 * stop: the filled STOP label, or NULL. It becomes ExecStop= of a .service where it is an engine's stop or
 * kill of this container; systemd does not use any other. */
int unit_file_make(const char *name, const char *description, const struct command *run,
                   const struct command *stop, char *const *environment, const struct host_facts *facts,
                   struct unit_file *ret, struct error **reterr);

/* Whether Podman of this version ("5.4.2") has Quadlet. */
bool engine_has_quadlet(const char *podman_version);

/* Quotes one word for Exec=/ExecStart= (systemd.service(5) "COMMAND LINES", systemd.syntax(7)): `%` doubled,
 * `$` doubled, C-style double quotes where needed. -EINVAL for control characters. The caller frees. */
int unit_quote(const char *word, char **ret);

/* In [Unit] of fairlead's units: X-Fairlead=NAME. systemd ignores keys that begin with X-
 * (systemd.unit(5)). */
#define UNIT_MARK "X-Fairlead"

/* Behind the name of a Quadlet that somebody edited and an uninstall therefore keeps: no generator reads it.
 */
#define UNIT_EDITED ".edited"

/* systemd unit names: characters of systemd.unit(5), at most 255 bytes, a known suffix. */
bool unit_name_valid(const char *name);
