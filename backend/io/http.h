/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* HTTP over a unix socket: libcurl's multi interface on the event loop. One request is one op; its answer
 * comes whole or in pieces. Nothing waits.
 *
 * Limits of curl 7.88: curl_multi_remove_handle() and curl_multi_add_handle() fail inside a callback of curl
 * ("API function called from within callback"), so requests begin, and dropped ones end, in a defer source;
 * CURLOPT_MAXFILESIZE_LARGE does not stop a running transfer before 8.4.0, so bytes are counted here. gzip is
 * not requested: a small answer could grow without end. */

#include <systemd/sd-event.h>

#include "base/base.h"
#include "base/op.h"

struct http;

/* Of what begins requests on the event loop: before a screen is drawn that waits for the answer, since the
 * other side works meanwhile. */
#define HTTP_PRIORITY (-25)

struct http *http_new(sd_event *event);
/* Only requests whose op was dropped may be in flight. NULL-safe. */
struct http *http_free(struct http *http);
DEFINE_CLEANUP(struct http, http_free)

/* Valid during done(). */
struct http_answer {
        int status;
        struct str body; /* whole without piece(), else that of a status of 400 or more (at most 1 MiB) */
        void *easy;      /* of http_header() */
};
/* The value of a header without case, or NULL. */
const char *http_header(const struct http_answer *answer, const char *name);

struct http_request {
        const char *socket;     /* path */
        const char *method;     /* "GET", "POST", "DELETE" */
        const char *path;       /* escaped, with its query: "/v4.0.0/libpod/images/json?all=true" */
        const char *body;       /* JSON to send, or NULL */
        size_t limit;           /* bytes of a whole answer; 0: 16 MiB */
        unsigned seconds;       /* in total; 0: no limit */
        unsigned stall;         /* seconds without a byte that end it; 0: no limit */

        /* The answer began, with a status below 400; its header is complete. It may drop no op. */
        void (*began)(void *userdata);

        /* Bytes of the body as they come (status below 400 only). A negative return ends the request: done()
         * then gets the error it set. It may drop any op, also its own. NULL: the answer is given whole. */
        int (*piece)(const void *bytes, size_t n, void *userdata, struct error **reterr);

        /* Once. Either answer (whatever its status), or e, which is the callee's. */
        void (*done)(const struct http_answer *answer, struct error *e, void *userdata);
        void *userdata;
};

/* All strings are copied. */
struct op *http_start(struct http *http, const struct http_request *request);

/* text for a path or a query value: all but letters, digits and "-._~" becomes %XX. The caller frees. */
char *http_escape(const char *text);

/* For a request to the engine at socket that got no answer: sets *reterr by curl's code, and returns its own.
 */
int http_error(struct error **reterr, int code, const char *socket);
