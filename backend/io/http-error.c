/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/http-error.h"

static const struct {
        CURLcode code;
        int error;
        const char *message;    /* with one %s: the socket */
        const char *hint;
} curl_table[] = {
        { CURLE_COULDNT_CONNECT, -ECONNREFUSED, "No container engine answers at %s",
          "systemctl enable --now podman.socket" },
        { CURLE_OPERATION_TIMEDOUT, -ETIMEDOUT, "The container engine at %s did not answer in time",
          "systemctl status podman.service says whether it hangs" },
        { CURLE_RECV_ERROR, -ECONNRESET, "The container engine at %s broke off in the middle of its answer",
          "It may have been restarted: try again" },
        { CURLE_SEND_ERROR, -ECONNRESET, "The container engine at %s broke off before it had the whole "
                                         "question",
          "It may have been restarted: try again" },
        { CURLE_PARTIAL_FILE, -ECONNRESET, "The container engine at %s broke off in the middle of its answer",
          "It may have been restarted: try again" },
        { CURLE_GOT_NOTHING, -ECONNRESET, "The container engine at %s closed the line without an answer",
          "It may have been restarted: try again" },
        { CURLE_HTTP2, -EPROTO, "%s is not the socket of a container engine", NULL },
        { CURLE_WEIRD_SERVER_REPLY, -EPROTO, "%s is not the socket of a container engine",
          "ls -l shows who owns the socket" },
        { CURLE_UNSUPPORTED_PROTOCOL, -EPROTO, "%s is not the socket of a container engine",
          "ls -l shows who owns the socket" },
        /* curl 7.88 has the same code for a header beyond 100 kB. */
        { CURLE_OUT_OF_MEMORY, -E2BIG,
          "What answers at %s sends more than an engine would, or memory ran out",
          "ls -l shows who owns the socket" },
};

int http_error(struct error **reterr, CURLcode code, const char *socket) {
        for (size_t i = 0; i < ELEMENTS(curl_table); i++)
                if (curl_table[i].code == code) {
                        struct error *cause = NULL;
                        error_set(&cause, curl_table[i].error, "%s", curl_easy_strerror(code));
                        if (reterr)
                                *reterr = cause;
                        else
                                error_free(cause);
                        /* The format is a constant of the table above. */
                        _cleanup_free_ char *message = NULL;
                        const char *percent = strstr(curl_table[i].message, "%s");
                        message = str_printf("%.*s%s%s", (int) (percent - curl_table[i].message),
                                             curl_table[i].message, socket, percent + 2);
                        error_wrap(reterr, curl_table[i].error, "%s",
                                   message ? message : curl_table[i].message);
                        if (curl_table[i].hint)
                                error_hint(reterr, "%s", curl_table[i].hint);
                        return curl_table[i].error;
                }
        return error_set(reterr, -EIO, "The container engine at %s could not be asked: %s", socket,
                         curl_easy_strerror(code));
}
