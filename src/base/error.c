/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct error *error_new(int code, const char *format, va_list arguments) {
        struct error *e = calloc(1, sizeof *e);
        if (!e)
                return NULL;
        e->code = code < 0 ? code : -EIO;
        if (vasprintf(&e->message, format, arguments) < 0)
                e->message = NULL;      /* shown as "Out of memory" by error_line() */
        return e;
}

int error_set(struct error **reterr, int code, const char *format, ...) {
        if (reterr) {
                va_list arguments;
                va_start(arguments, format);
                struct error *e = error_new(code, format, arguments);
                va_end(arguments);
                error_free(*reterr);
                *reterr = e;
        }
        return code < 0 ? code : -EIO;
}

static struct error *error_of_errno(int code) {
        struct error *e = calloc(1, sizeof *e);
        if (!e)
                return NULL;
        e->code = code;
        e->message = strdup(strerror(-code));
        return e;
}

static void put_head(struct error **reterr, struct error *head, struct error *cause) {
        if (!head) {
                error_free(cause);
                *reterr = NULL;
                return;
        }
        head->cause = cause;
        *reterr = head;
}

int error_wrap(struct error **reterr, int code, const char *format, ...) {
        if (code >= 0)
                code = -EIO;
        if (reterr) {
                va_list arguments;
                va_start(arguments, format);
                struct error *head = error_new(code, format, arguments);
                va_end(arguments);
                put_head(reterr, head, *reterr ? *reterr : error_of_errno(code));
        }
        return code;
}

int error_errno(struct error **reterr, int code, const char *format, ...) {
        if (code >= 0)
                code = -EIO;
        if (reterr) {
                va_list arguments;
                va_start(arguments, format);
                struct error *head = error_new(code, format, arguments);
                va_end(arguments);
                error_free(*reterr);
                put_head(reterr, head, error_of_errno(code));
        }
        return code;
}

void error_hint(struct error **reterr, const char *format, ...) {
        if (!reterr || !*reterr)
                return;
        va_list arguments;
        va_start(arguments, format);
        char *hint = NULL;
        if (vasprintf(&hint, format, arguments) < 0)
                hint = NULL;
        va_end(arguments);
        free((*reterr)->hint);
        (*reterr)->hint = hint;
}

struct error *error_free(struct error *e) {
        while (e) {
                struct error *cause = e->cause;
                free(e->message);
                free(e->hint);
                free(e);
                e = cause;
        }
        return NULL;
}

struct error *error_copy(const struct error *e) {
        struct error *head = NULL, **tail = &head;
        for (; e; e = e->cause) {
                *tail = calloc(1, sizeof **tail);
                if (!*tail)
                        break;
                (*tail)->code = e->code;
                (*tail)->message = e->message ? strdup(e->message) : NULL;
                (*tail)->hint = e->hint ? strdup(e->hint) : NULL;
                tail = &(*tail)->cause;
        }
        return head;
}

char *error_line(const struct error *e) {
        char *line = NULL;
        size_t size;
        FILE *f = open_memstream(&line, &size);
        if (!f)
                return NULL;
        if (!e)
                fputs("Out of memory", f);
        for (; e; e = e->cause)
                fprintf(f, "%s%s", e->message ? e->message : "Out of memory", e->cause ? ": " : "");
        fclose(f);
        return line;
}
