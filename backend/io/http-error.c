/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/http-error.h"

#define AGAIN "It may have been restarted: try again"
#define OWNER "ls -l shows who owns the socket"
static const struct {
        CURLcode code;
        int error;
        const char *before, *after; /* the socket's path */
        const char *hint;
} curl_table[] = {
        { CURLE_COULDNT_CONNECT, -ECONNREFUSED, "No container engine answers at ", "",
          "systemctl enable --now podman.socket" },
        { CURLE_OPERATION_TIMEDOUT, -ETIMEDOUT, "The container engine at ", " did not answer in time",
          "systemctl status podman.service says whether it hangs" },
        { CURLE_RECV_ERROR, -ECONNRESET, "The container engine at ",
          " broke off in the middle of its answer", AGAIN },
        { CURLE_SEND_ERROR, -ECONNRESET, "The container engine at ",
          " broke off before it had the whole question", AGAIN },
        { CURLE_PARTIAL_FILE, -ECONNRESET, "The container engine at ",
          " broke off in the middle of its answer", AGAIN },
        { CURLE_GOT_NOTHING, -ECONNRESET, "The container engine at ",
          " closed the line without an answer", AGAIN },
        { CURLE_HTTP2, -EPROTO, "", " is not the socket of a container engine", NULL },
        { CURLE_WEIRD_SERVER_REPLY, -EPROTO, "", " is not the socket of a container engine", OWNER },
        { CURLE_UNSUPPORTED_PROTOCOL, -EPROTO, "", " is not the socket of a container engine", OWNER },
        /* curl 7.88 has the same code for a header beyond 100 kB. */
        { CURLE_OUT_OF_MEMORY, -E2BIG, "What answers at ",
          " sends more than an engine would, or memory ran out", OWNER },
};

int http_error(struct error **reterr, CURLcode code, const char *socket) {
        for (size_t i = 0; i < ELEMENTS(curl_table); i++)
                if (curl_table[i].code == code) {
                        int error = error_set(reterr, curl_table[i].error, "%s", curl_easy_strerror(code));
                        error_wrap(reterr, error, "%s%s%s", curl_table[i].before, socket,
                                   curl_table[i].after);
                        if (curl_table[i].hint)
                                error_hint(reterr, "%s", curl_table[i].hint);
                        return error;
                }
        return error_set(reterr, -EIO, "The container engine at %s could not be asked: %s", socket,
                         curl_easy_strerror(code));
}
