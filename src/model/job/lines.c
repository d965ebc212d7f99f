/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/job/lines.h"

#include <strings.h>

/* Text and marks of the lines are in a ring of bytes; a line never wraps around its end. A full ring drops
 * its oldest lines, without an allocation per line, so that a flooding installer costs the same at any
 * length. The ring doubles while fewer than LINES_MAX lines fill it: usual lines need a quarter of the room
 * of long ones. */

#define RING_FIRST (64U * 1024)

struct slot {
        size_t offset;          /* of the text in the ring; the marks follow its NUL where `marked` */
        uint32_t bytes;
        bool marked;
};

struct lines {
        char *ring;
        size_t size;            /* of the ring */
        struct slot *slots;     /* LINES_MAX of them, by number modulo LINES_MAX */
        size_t write;           /* where the next line goes */
        uint64_t first, end;
};

struct lines *lines_new(void) {
        return new0(struct lines);
}

struct lines *lines_free(struct lines *lines) {
        if (!lines)
                return NULL;
        FREE_ALL(lines->ring, lines->slots, lines);
        return NULL;
}

uint64_t lines_first(const struct lines *lines) {
        return lines->first;
}

uint64_t lines_end(const struct lines *lines) {
        return lines->end;
}

size_t lines_memory(const struct lines *lines) {
        return lines->size;
}

static struct slot *slot_of(const struct lines *lines, uint64_t number) {
        return &lines->slots[number % LINES_MAX];
}

static size_t slot_size(const struct slot *slot) {
        return (slot->bytes + 1ULL) * (slot->marked ? 2 : 1);
}

/* Lines keep their offset, also those before the end of a ring that has wrapped around. False: it is as large
 * as it may be. */
static bool lines_grow(struct lines *lines) {
        size_t size = lines->size ? lines->size * 2 : RING_FIRST;
        if (size > LINES_BYTES)
                return false;
        lines->ring = xreallocarray(lines->ring, size, 1);
        lines->size = size;
        return true;
}

/* The offset of size free bytes in one piece; they are fewer than LINES_BYTES. */
static size_t lines_reserve(struct lines *lines, size_t size) {
        if (lines->first == lines->end)
                lines->write = 0;
        size_t at = lines->write;
        while (size > lines->size)
                lines_grow(lines);
        /* With this line there are LINES_MAX: then the length of lines is not a reason to drop any. */
        while (at + size > lines->size && lines->end - lines->first + 1 < LINES_MAX && lines_grow(lines))
                ;
        if (at + size > lines->size) {
                /* Lines between here and the end of the ring are older than those at its beginning. */
                while (lines->first < lines->end && slot_of(lines, lines->first)->offset >= at)
                        lines->first++;
                at = 0;
        }
        while (lines->first < lines->end) {
                const struct slot *oldest = slot_of(lines, lines->first);
                if (oldest->offset >= at + size || oldest->offset + slot_size(oldest) <= at)
                        break;
                lines->first++;
        }
        return at;
}

/* All bytes are zero when the first is zero and each equals the one before it: memcmp() compares many at
 * once, and this runs over all output. */
static bool any_mark(const uint8_t *marks, size_t n) {
        return marks && n && (marks[0] || memcmp(marks, marks + 1, n - 1) != 0);
}

void lines_add(struct lines *lines, const char *text, const uint8_t *marks, size_t bytes) {
        if (!lines->slots)
                lines->slots = xcalloc(LINES_MAX, sizeof *lines->slots);
        if (bytes > LINES_BYTES / 4)
                bytes = LINES_BYTES / 4;
        bool marked = any_mark(marks, bytes);
        size_t size = (bytes + 1) * (marked ? 2 : 1);
        if (lines->end - lines->first == LINES_MAX)
                lines->first++;
        size_t at = lines_reserve(lines, size);
        memcpy(lines->ring + at, text, bytes);
        lines->ring[at + bytes] = '\0';
        if (marked)
                memcpy(lines->ring + at + bytes + 1, marks, bytes);
        *slot_of(lines, lines->end) =
                (struct slot) { .offset = at, .bytes = (uint32_t) bytes, .marked = marked };
        lines->end++;
        lines->write = at + size;
}

bool lines_get(const struct lines *lines, uint64_t number, struct line *ret) {
        if (number < lines->first || number >= lines->end)
                return false;
        const struct slot *slot = slot_of(lines, number);
        *ret = (struct line) {
                .text = lines->ring + slot->offset,
                .marks = slot->marked ? (const uint8_t *) lines->ring + slot->offset + slot->bytes + 1 : NULL,
                .bytes = slot->bytes,
                .number = number,
        };
        return true;
}

uint64_t lines_search(const struct lines *lines, const char *needle, uint64_t from, bool up) {
        if (lines->first == lines->end || !*needle || (up ? from < lines->first : from >= lines->end))
                return lines->end;
        uint64_t i = from < lines->first ? lines->first : from >= lines->end ? lines->end - 1 : from;
        for (;; i = up ? i - 1 : i + 1) {
                if (strcasestr(lines->ring + slot_of(lines, i)->offset, needle))
                        return i;
                if (i == (up ? lines->first : lines->end - 1))
                        return lines->end;
        }
}
