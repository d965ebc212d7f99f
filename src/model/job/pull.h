/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How far an image is while it is pulled: the layers as the engine names them, one by one, and their sum.
 * Pure. */

#include "base/str.h"

/* The sum, as the worker shows it to those who watch (the file `progress` in the job's folder). Without
 * layers: nothing is known. */
struct pull_progress {
        uint32_t layers, done;
        uint64_t bytes, total; /* as they travel, without layers that were here already; total 0: unknown */
        uint64_t rate;         /* bytes a second, lately; 0: unknown, or nothing comes */
};

/* One line, always as long, and back; the caller frees. false: these bytes are none. */
char *pull_progress_format(const struct pull_progress *progress);
bool pull_progress_parse(const char *text, size_t n, struct pull_progress *ret);

/* "41.1 MB of 120 MB, 3 of 7 layers, 5.1 MB/s, 15 s left", as far as it is known. */
void pull_progress_text(const struct pull_progress *progress, struct str *out);
/* How much of a bar of so many cells is full; -1: the whole is not known. */
int pull_progress_cells(const struct pull_progress *progress, int cells);

enum pull_event {
        PULL_FOUND, /* the layer will be fetched */
        PULL_MOVES, /* so many bytes of it are here */
        PULL_DONE,  /* all of it */
        PULL_HERE,  /* it was here already */
};

#define PULL_ID 12U /* digits of a layer's digest by which engines name it */

struct pull_tally {
        struct pull_layer {
                char id[PULL_ID + 1];
                uint64_t size, bytes; /* size 0: unknown */
                bool done, here;
        } *layers;
        size_t n;
        bool known;     /* all layers: others are not of the image */
        uint64_t fetch; /* what all of them have, where their sizes are not known; 0: unknown, too */
};
void pull_tally_done(struct pull_tally *tally);

/* Before the pull, for each layer of the manifest, "sha256:…". */
void pull_tally_expect(struct pull_tally *tally, const char *digest, uint64_t size);
/* id: any text of the engine's; what cannot name a layer is passed over. */
void pull_tally_take(struct pull_tally *tally, const char *id, enum pull_event event, uint64_t bytes,
                     uint64_t size);
/* All but the rate. */
void pull_tally_sum(const struct pull_tally *tally, struct pull_progress *ret);

/* The rate of the last few seconds, from what was seen before. */
#define PULL_SAMPLES 6U
struct pull_pace {
        struct {
                uint64_t usec, bytes;
        } samples[PULL_SAMPLES];
        size_t n;
};
uint64_t pull_pace_rate(struct pull_pace *pace, uint64_t usec, uint64_t bytes);
