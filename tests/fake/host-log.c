/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fake/internal.h"

#include <stdlib.h>

#include "base/memory.h"

/* The journal of the fake host. */

static char *fake_query_text(const struct log_query *q) {
        static const char *const ways[] = { "", " older", " newer", " all" };
        _cleanup_str_ struct str text = {};
        str_addf(&text, "%s priority %d%s", q->unit ? q->unit : q->kernel ? "kernel" : "host", q->priority, ways[q->way]);
        str_addf(&text, q->cursor ? " than %s" : "", q->cursor);
        str_addf(&text, q->boot ? " boot %s" : "", q->boot);
        str_addf(&text, q->text ? " with '%s'" : "", q->text);
        str_addf(&text, q->since ? " since %lld" : "", (long long) q->since / 1000000);
        str_addf(&text, q->until ? " until %lld" : "", (long long) q->until / 1000000);
        str_add(&text, q->follow ? " follow" : "");
        return str_take(&text);
}

struct op *fake_read_log(struct host *host, const struct log_query *query, const struct log_reader *reader) {
        _cleanup_free_ char *text = fake_query_text(query);
        struct request *r = request_new(host, query->way == LOG_NEWEST ? REQUEST_LOG : REQUEST_PAGE, text, reader->userdata);
        r->done.reader = *reader;
        return &r->op;
}

struct op *fake_write_log(struct host *host, const struct log_query *query, const char *path,
                                 const struct log_writer *writer) {
        _cleanup_free_ char *what = fake_query_text(query), *text = str_printf("%s to %s", what, path);
        struct request *r = request_new(host, REQUEST_WRITE, text, writer->userdata);
        r->done.writer = *writer;
        return &r->op;
}

struct op *fake_list_boots(struct host *host, boots_done_t done, void *userdata) {
        struct request *r = request_new(host, REQUEST_BOOTS, NULL, userdata);
        r->done.boots = done;
        return &r->op;
}

struct op *fake_show_entry(struct host *host, const char *cursor, entry_done_t done, void *userdata) {
        struct request *r = request_new(host, REQUEST_ENTRY, cursor, userdata);
        r->done.entry = done;
        return &r->op;
}

void fake_deliver_log(struct request *r, struct error *e) {
        struct fake_host *fake = r->fake;
        switch (r->kind) {
        case REQUEST_LOG:
        case REQUEST_PAGE:
                r->done.reader.failed(e, r->userdata);
                break;
        case REQUEST_WRITE: r->done.writer.done(e ? 0 : fake->written, e, r->userdata); break;
        case REQUEST_BOOTS: r->done.boots(fake->boots, e ? 0 : fake->n_boots, e, r->userdata); break;
        case REQUEST_ENTRY: {
                struct log_entry entry = {};
                if (!e)
                        fake->entry(r->text, &entry);
                r->done.entry(e ? NULL : &entry, e, r->userdata);
                log_entry_done(&entry);
                break;
        }
        default: abort();
        }
}

void fake_host_log_line(struct fake_host *fake, enum request_kind kind, const struct log_line *line) {
        for (struct request *r = fake->waiting, *next; r; r = next) {
                next = r->next;
                if (r->kind != kind)
                        continue;
                struct log_line copy = *line;
                copy.cursor = xstrdup(line->cursor);
                copy.identifier = xstrdup(line->identifier);
                copy.message = xstrdup(line->message);
                r->done.reader.lines(&copy, 1, r->userdata);
                log_line_done(&copy);
        }
}

void fake_host_line(struct fake_host *fake, int64_t real, int priority, const char *identifier, const char *message) {
        const struct log_line line = {
                .real = real, .priority = priority, .cursor = (char *) "c0", .identifier = (char *) identifier, .message = (char *) message
        };
        fake_host_log_line(fake, REQUEST_LOG, &line);
}

void fake_host_reached(struct fake_host *fake) {
        for (struct request *r = fake->waiting, *next; r; r = next) {
                next = r->next;
                if (r->kind == REQUEST_LOG && r->done.reader.reached)
                        r->done.reader.reached(r->userdata);
        }
}

/* A page ends with its newest line. */
void fake_host_paged(struct fake_host *fake) {
        for (struct request *r = fake->waiting, *next; r; r = next) {
                next = r->next;
                if (r->kind != REQUEST_PAGE)
                        continue;
                struct log_reader reader = r->done.reader;
                op_end(&r->op);
                reader.reached(reader.userdata);
        }
}

void fake_host_progress(struct fake_host *fake, uint64_t entries, int64_t real) {
        for (struct request *r = fake->waiting, *next; r; r = next) {
                next = r->next;
                if (r->kind == REQUEST_PAGE && r->done.reader.progress)
                        r->done.reader.progress(entries, real, r->userdata);
                else if (r->kind == REQUEST_WRITE && r->done.writer.progress)
                        r->done.writer.progress(entries, real, r->userdata);
        }
}

void fake_host_note(struct fake_host *fake, const char *sentence) {
        for (struct request *r = fake->waiting, *next; r; r = next) {
                next = r->next;
                if (r->kind == REQUEST_LOG && r->done.reader.note)
                        r->done.reader.note(sentence, r->userdata);
        }
}
