/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/systemd/log-internal.h"

/* Both ends are this program; what a damaged reader sends is refused all the same. */

struct frame_head {
        uint32_t size, kind;
};

/* Numbers first, then strings that end in a NUL. */
struct line_numbers {
        int64_t real, monotonic;
        uint64_t blob;
        int32_t priority, source;
        uint8_t more, has_cursor, has_identifier, has_message;
        char boot[36];
};

struct field_numbers {
        uint64_t bytes;
        uint8_t binary, cut, unused[6];
};

struct pair_numbers {
        uint64_t n;
        int64_t usec;
};

static void frame_put(struct str *out, enum frame_kind kind, const void *numbers, size_t n,
                      const char *const *texts, size_t count) {
        struct frame_head head = { .size = (uint32_t) n, .kind = (uint32_t) kind };
        for (size_t i = 0; i < count; i++)
                head.size += (uint32_t) strlen(texts[i]) + 1;
        str_add_bytes(out, &head, sizeof head);
        if (n)
                str_add_bytes(out, numbers, n);
        for (size_t i = 0; i < count; i++)
                str_add_bytes(out, texts[i], strlen(texts[i]) + 1);
}

ssize_t frame_next(const char *bytes, size_t n, struct frame *ret) {
        struct frame_head head;
        if (n < sizeof head)
                return 0;
        memcpy(&head, bytes, sizeof head);
        if (head.size > FRAME_MAX || head.kind >= _FRAME_KIND_MAX)
                return -EBADMSG;
        if (n - sizeof head < head.size)
                return 0;
        *ret = (struct frame) { .kind = (enum frame_kind) head.kind,
                                .bytes = bytes + sizeof head,
                                .n = head.size };
        return (ssize_t) (sizeof head + head.size);
}

/* The numbers, and pointers to exactly `count` strings behind them. */
static int frame_take(const struct frame *frame, void *numbers, size_t n, const char **texts, size_t count) {
        if (frame->n < n)
                return -EBADMSG;
        if (n)
                memcpy(numbers, frame->bytes, n);
        const char *p = frame->bytes + n, *end = frame->bytes + frame->n;
        for (size_t i = 0; i < count; i++) {
                const char *nul = memchr(p, '\0', (size_t) (end - p));
                if (!nul)
                        return -EBADMSG;
                texts[i] = p;
                p = nul + 1;
        }
        return p == end ? 0 : -EBADMSG;
}

void frame_put_line(struct str *out, const struct log_line *line) {
        struct line_numbers numbers = { .real = line->real,
                                        .monotonic = line->monotonic,
                                        .blob = line->blob,
                                        .priority = line->priority,
                                        .source = line->source,
                                        .more = line->more,
                                        .has_cursor = line->cursor != NULL,
                                        .has_identifier = line->identifier != NULL,
                                        .has_message = line->message != NULL };
        memcpy(numbers.boot, line->boot, sizeof line->boot);
        const char *texts[] = { line->cursor ? line->cursor : "", line->identifier ? line->identifier : "",
                                line->message ? line->message : "" };
        frame_put(out, FRAME_LINE, &numbers, sizeof numbers, texts, ELEMENTS(texts));
}

int frame_get_line(const struct frame *frame, struct log_line *ret) {
        struct line_numbers numbers;
        const char *texts[3];
        int r = frame_take(frame, &numbers, sizeof numbers, texts, ELEMENTS(texts));
        if (r < 0 || numbers.priority < -1 || numbers.priority > 7 || numbers.source < LOG_PROGRAM ||
            numbers.source > LOG_EVENT)
                return -EBADMSG;
        *ret = (struct log_line) { .real = numbers.real,
                                   .monotonic = numbers.monotonic,
                                   .priority = numbers.priority,
                                   .source = (enum log_source) numbers.source,
                                   .more = numbers.more,
                                   .blob = numbers.blob,
                                   .cursor = numbers.has_cursor ? xstrdup(texts[0]) : NULL,
                                   .identifier = numbers.has_identifier ? xstrdup(texts[1]) : NULL,
                                   .message = numbers.has_message ? xstrdup(texts[2]) : NULL };
        memcpy(ret->boot, numbers.boot, sizeof ret->boot - 1);
        return 0;
}

void frame_put_numbers(struct str *out, enum frame_kind kind, uint64_t n, int64_t usec) {
        const struct pair_numbers numbers = { n, usec };
        frame_put(out, kind, &numbers, sizeof numbers, NULL, 0);
}

int frame_get_numbers(const struct frame *frame, uint64_t *ret_n, int64_t *ret_usec) {
        struct pair_numbers numbers;
        int r = frame_take(frame, &numbers, sizeof numbers, NULL, 0);
        if (r < 0)
                return r;
        *ret_n = numbers.n;
        *ret_usec = numbers.usec;
        return 0;
}

void frame_put_note(struct str *out, const char *sentence) {
        frame_put(out, FRAME_NOTE, NULL, 0, &sentence, 1);
}

int frame_get_note(const struct frame *frame, char **ret) {
        const char *text;
        int r = frame_take(frame, NULL, 0, &text, 1);
        if (r < 0)
                return r;
        *ret = xstrdup(text);
        return 0;
}

void frame_put_failed(struct str *out, const struct error *e) {
        const struct pair_numbers numbers = { e->cause != NULL, e->code };
        const char *texts[] = { e->message, e->hint ? e->hint : "" };
        frame_put(out, FRAME_FAILED, &numbers, sizeof numbers, texts, ELEMENTS(texts));
}

int frame_get_failed(const struct frame *frame, struct error **ret) {
        struct pair_numbers numbers;
        const char *texts[2];
        int r = frame_take(frame, &numbers, sizeof numbers, texts, ELEMENTS(texts));
        if (r < 0 || numbers.usec >= 0 || numbers.usec < -4095)
                return -EBADMSG;
        if (numbers.n) /* the cause of a failed call is its number's text */
                error_errno(ret, (int) numbers.usec, "%s", texts[0]);
        else
                error_set(ret, (int) numbers.usec, "%s", texts[0]);
        if (*texts[1])
                error_hint(ret, "%s", texts[1]);
        return 0;
}

void frame_put_field(struct str *out, const struct log_field *field) {
        const struct field_numbers numbers = { .bytes = field->bytes,
                                               .binary = field->binary,
                                               .cut = field->cut };
        const char *texts[] = { field->name, field->value };
        frame_put(out, FRAME_FIELD, &numbers, sizeof numbers, texts, ELEMENTS(texts));
}

int frame_get_field(const struct frame *frame, struct log_field *ret) {
        struct field_numbers numbers;
        const char *texts[2];
        int r = frame_take(frame, &numbers, sizeof numbers, texts, ELEMENTS(texts));
        if (r < 0)
                return r;
        *ret = (struct log_field) { .name = xstrdup(texts[0]),
                                    .value = xstrdup(texts[1]),
                                    .bytes = numbers.bytes,
                                    .binary = numbers.binary,
                                    .cut = numbers.cut };
        return 0;
}

void frame_put_boot(struct str *out, const struct log_boot *boot) {
        const struct pair_numbers numbers = { (uint64_t) boot->first, boot->last };
        const char *texts[] = { boot->id };
        frame_put(out, FRAME_BOOT, &numbers, sizeof numbers, texts, ELEMENTS(texts));
}

int frame_get_boot(const struct frame *frame, struct log_boot *ret) {
        struct pair_numbers numbers;
        const char *id;
        int r = frame_take(frame, &numbers, sizeof numbers, &id, 1);
        if (r < 0 || strlen(id) >= sizeof ret->id)
                return -EBADMSG;
        *ret = (struct log_boot) { .first = (int64_t) numbers.n, .last = numbers.usec };
        memcpy(ret->id, id, strlen(id));
        return 0;
}
