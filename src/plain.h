/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The console line by line: the same questions and checks on a dumb terminal, a pipe or for a speech
 * synthesizer. One question a line, numbers for choices, "?" explains, an empty line takes the value in
 * brackets, the end of the input leaves. */

#include "cli/session.h"

/* Runs until the person leaves: an exit status. */
int plain_run(struct session *session);
/* The setup of a new host: an exit status, FIRSTBOOT_LATER where the person leaves. */
int plain_firstboot(struct session *session);

/* ---- for the menu (menu.h), which asks the same way ---- */

/* The session asks for what a verb needs. Negative: session->error has it. */
int plain_open(struct session *session);

/* A line without its end; false at the end of the input. */
#define LINE_BYTES_MAX 4096
bool plain_read_line(const char *prompt, char line[static LINE_BYTES_MAX]);
/* The index of one of the names, by its number or by itself; their number: back. */
size_t plain_pick(const char *prompt, char *const *names);
/* Runs a verb with this word (NULL: without); what it says is printed. */
void plain_call(struct session *s, const char *verb, const char *word);

/* The places: an exit status, or a negative errno for session_status(). */
int plain_status(struct session *s);
int plain_services(struct session *s);
int plain_images(struct session *s);
int plain_realm(struct session *s);
