/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The answer file of a first boot, as JSON (data/doc/firstboot.md). */

#include "model/setup/seed.h"

#define SEED_BYTES_MAX (256U * 1024)

/* source names the text in errors: "FILE:LINE: where: reason". *ret is filled whole or not at all. */
int seed_parse(const char *source, const char *text, size_t n, struct seed *ret, struct error **reterr);

/* As a file, which is read as the same; note (NULL: none) is for people. The caller frees. */
char *seed_write(const struct seed *seed, const char *note);
