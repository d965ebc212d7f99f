/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Removes secrets from a stream of bytes: each as it is, and in the encodings of URL, JSON and base64 (at any
 * of the three alignments). A possible beginning of a secret waits for the bytes that follow. */

#include "base/base.h"
#include "base/secret.h"

/* A shorter secret would remove half of the text, and holds less information than the rest. */
#define REDACT_BYTES_MIN 3U

struct redact;

/* The secrets are copied into locked memory; NULL on failure. No secrets: everything passes unchanged. */
struct redact *redact_new(const struct secret_list *secrets);
struct redact *redact_free(struct redact *redact);      /* wipes */
DEFINE_CLEANUP(struct redact, redact_free)

/* Writes the redacted text to sink(), in one or more pieces; a secret becomes "[secret]". */
void redact_write(struct redact *redact, const void *bytes, size_t n,
                  void (*sink)(const void *bytes, size_t n, void *userdata), void *userdata);

/* The stream has ended: writes the waiting bytes. */
void redact_flush(struct redact *redact, void (*sink)(const void *bytes, size_t n, void *userdata),
                  void *userdata);
