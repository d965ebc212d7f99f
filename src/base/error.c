/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"

static struct error *error_new(int code, char *message, struct error *cause) {
        struct error *e = new0(struct error);
        *e = (struct error) { .code = code < 0 ? code : -EIO, .message = message, .cause = cause };
        return e;
}

int error_set(struct error **reterr, int code, const char *format, ...) {
        if (reterr) {
                va_list arguments;
                va_start(arguments, format);
                struct error *e = error_new(code, str_vprintf(format, arguments), NULL);
                va_end(arguments);
                error_free(*reterr);
                *reterr = e;
        }
        return code < 0 ? code : -EIO;
}

static struct error *error_of_errno(int code) {
        return error_new(code, xstrdup(strerror(-code)), NULL);
}

int error_wrap(struct error **reterr, int code, const char *format, ...) {
        if (code >= 0)
                code = -EIO;
        if (reterr) {
                va_list arguments;
                va_start(arguments, format);
                *reterr = error_new(code, str_vprintf(format, arguments),
                                    *reterr ? *reterr : error_of_errno(code));
                va_end(arguments);
        }
        return code;
}

int error_errno(struct error **reterr, int code, const char *format, ...) {
        if (code >= 0)
                code = -EIO;
        if (reterr) {
                va_list arguments;
                va_start(arguments, format);
                struct error *e = error_new(code, str_vprintf(format, arguments), error_of_errno(code));
                va_end(arguments);
                error_free(*reterr);
                *reterr = e;
        }
        return code;
}

int error_hint(struct error **reterr, const char *format, ...) {
        if (!reterr || !*reterr)
                return -EIO;
        va_list arguments;
        va_start(arguments, format);
        char *hint = str_vprintf(format, arguments);
        va_end(arguments);
        free((*reterr)->hint);
        (*reterr)->hint = hint;
        return (*reterr)->code;
}

int error_take(struct error **reterr, struct error *e) {
        int code = e->code;
        error_free(reterr ? *reterr : e);
        if (reterr)
                *reterr = e;
        return code;
}

struct error *error_free(struct error *e) {
        while (e) {
                struct error *cause = e->cause;
                FREE_ALL(e->message, e->hint, e);
                e = cause;
        }
        return NULL;
}

struct error *error_copy(const struct error *e) {
        struct error *head = NULL, **tail = &head;
        for (; e; e = e->cause) {
                *tail = error_new(e->code, xstrdup(e->message), NULL);
                (*tail)->hint = xstrdup(e->hint);
                tail = &(*tail)->cause;
        }
        return head;
}

char *error_line(const struct error *e) {
        struct str line = {};
        for (; e; e = e->cause)
                str_addf(&line, "%s%s", e->message, e->cause ? ": " : "");
        return str_take(&line);
}
