/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/job/pull.h"

#include <inttypes.h>

#include "base/memory.h"
#include "base/text.h"

#define LAYERS_MAX 1024U /* a manifest has no more of them (backend/skopeo/read.c) */

/* ---- the layers ---- */

void pull_tally_done(struct pull_tally *tally) {
        free(tally->layers);
        *tally = (struct pull_tally) {};
}

static bool pull_id_valid(const char *id) {
        return id && strspn(id, "0123456789abcdef") >= PULL_ID;
}

/* NULL: no layer is called so. */
static struct pull_layer *pull_layer_of(struct pull_tally *tally, const char *id, bool make) {
        if (!pull_id_valid(id))
                return NULL;
        for (size_t i = 0; i < tally->n; i++)
                if (memcmp(tally->layers[i].id, id, PULL_ID) == 0)
                        return tally->layers + i;
        if (!make || tally->n >= LAYERS_MAX)
                return NULL;
        room_for_one((void **) &tally->layers, tally->n, sizeof *tally->layers);
        struct pull_layer *layer = tally->layers + tally->n++;
        *layer = (struct pull_layer) {};
        memcpy(layer->id, id, PULL_ID);
        return layer;
}

/* An image may have one layer several times: it is fetched once. */
void pull_tally_expect(struct pull_tally *tally, const char *digest, uint64_t size) {
        const char *id = digest ? str_starts(digest, "sha256:") : NULL;
        struct pull_layer *layer = pull_layer_of(tally, id, true);
        if (layer)
                layer->size = size;
        tally->known |= layer != NULL;
}

/* Podman reports the configuration, too, at last as of the whole image: only a layer is found first. */
void pull_tally_take(struct pull_tally *tally, const char *id, enum pull_event event, uint64_t bytes,
                     uint64_t size) {
        struct pull_layer *layer = pull_layer_of(tally, id, !tally->known && event != PULL_DONE);
        if (!layer)
                return;
        if (size && !tally->known)
                layer->size = size;
        layer->here |= event == PULL_HERE;
        layer->done |= event == PULL_HERE || event == PULL_DONE;
        if (event == PULL_MOVES && bytes > layer->bytes)
                layer->bytes = layer->size && bytes > layer->size ? layer->size : bytes;
}

void pull_tally_sum(const struct pull_tally *tally, struct pull_progress *ret) {
        uint64_t total = 0;
        bool sized = true;
        *ret = (struct pull_progress) { .layers = (uint32_t) tally->n };
        for (size_t i = 0; i < tally->n; i++) {
                const struct pull_layer *layer = tally->layers + i;
                ret->done += layer->done;
                if (layer->here)
                        continue;
                sized &= layer->size > 0;
                total += layer->size;
                ret->bytes += layer->done && layer->size ? layer->size : layer->bytes;
        }
        ret->total = sized && tally->known ? total : tally->fetch > ret->bytes ? tally->fetch : 0;
}

uint64_t pull_pace_rate(struct pull_pace *pace, uint64_t usec, uint64_t bytes) {
        if (pace->n == PULL_SAMPLES)
                memmove(pace->samples, pace->samples + 1, --pace->n * sizeof *pace->samples);
        pace->samples[pace->n].usec = usec;
        pace->samples[pace->n++].bytes = bytes;
        uint64_t span = usec - pace->samples[0].usec, came = bytes - pace->samples[0].bytes;
        return span && usec > pace->samples[0].usec && bytes > pace->samples[0].bytes
                       ? (uint64_t) ((double) came / (double) span * 1000000)
                       : 0;
}

/* ---- the sum ---- */

char *pull_progress_format(const struct pull_progress *p) {
        return str_printf("%05" PRIu32 " %05" PRIu32 " %020" PRIu64 " %020" PRIu64 " %020" PRIu64 "\n",
                          p->layers, p->done, p->bytes, p->total, p->rate);
}

bool pull_progress_parse(const char *text, size_t n, struct pull_progress *ret) {
        uint64_t values[5] = {};
        size_t at = 0;
        *ret = (struct pull_progress) {};
        for (size_t i = 0; i < ELEMENTS(values); i++) {
                size_t begin = at;
                for (; at < n && text[at] >= '0' && text[at] <= '9' && values[i] < UINT64_MAX / 16; at++)
                        values[i] = values[i] * 10 + (uint64_t) (text[at] - '0');
                if (at == begin || at >= n || text[at++] != (i + 1 < ELEMENTS(values) ? ' ' : '\n'))
                        return false;
        }
        if (at != n || values[0] > LAYERS_MAX || values[1] > values[0] ||
            (values[3] && values[2] > values[3]))
                return false;
        *ret = (struct pull_progress) { (uint32_t) values[0], (uint32_t) values[1], values[2], values[3],
                                        values[4] };
        return true;
}

void pull_progress_text(const struct pull_progress *p, struct str *out) {
        char bytes[16], total[16], rate[16], age[24];
        if (p->total)
                str_addf(out, "%s of %s", text_size(bytes, p->bytes), text_size(total, p->total));
        else
                str_addf(out, "%s", text_size(bytes, p->bytes));
        if (p->total && p->bytes == p->total) {
                str_addf(out, plural(p->layers, ", %u layer, unpacking", ", %u layers, unpacking"),
                         p->layers);
                return;
        }
        str_addf(out, plural(p->layers, ", %u of %u layer", ", %u of %u layers"), p->done, p->layers);
        if (p->rate)
                str_addf(out, ", %s/s", text_size(rate, p->rate));
        if (p->rate && p->total)
                str_addf(out, ", %s left",
                         text_age(age, (long long) ((p->total - p->bytes) / p->rate)));
}

int pull_progress_cells(const struct pull_progress *p, int cells) {
        return p->total ? (int) ((double) p->bytes / (double) p->total * cells) : -1;
}
