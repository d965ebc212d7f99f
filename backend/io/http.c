/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/http.h"

#include <curl/curl.h>
#include <openssl/crypto.h>
#include <sys/socket.h>

#define WHOLE_MAX (16U * 1024 * 1024)
#define ERROR_BODY_MAX (1024U * 1024)
#define PIECE_BYTES (64L * 1024) /* a list of thousands of images is megabytes: curl reads 16 KiB at a time */

struct http {
        sd_event *event;
        CURLM *multi;
        sd_event_source *timer, *defer;
        bool due; /* curl has work now, not at a later time */
        struct transfer *transfers;
};

/* Held from the moment when its holder drops it, or its end is reported, until curl lets it go. */
struct transfer {
        struct op op;
        struct http_request request; /* its texts are not used after the start */
        struct http *http;
        struct transfer *next;
        CURL *easy;
        struct curl_slist *headers;
        char *socket;
        int fd; /* of a new connection, curl's; -1: a reused one */
        struct http_answer answer;
        struct error *error;
        bool header_whole;
        bool added; /* to the multi handle */
};

const char *http_header(const struct http_answer *answer, const char *name) {
        struct curl_header *header;
        return curl_easy_header(answer->easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value
                                                                                               : NULL;
}

char *http_escape(const char *text) {
        char *escaped = curl_easy_escape(NULL, text, 0), *copy = xstrdup(escaped);
        curl_free(escaped);
        return copy;
}

static void transfer_free(struct transfer *t) {
        struct transfer **p = &t->http->transfers;
        while (*p != t)
                p = &(*p)->next;
        *p = t->next;
        if (t->added)
                curl_multi_remove_handle(t->http->multi, t->easy);
        curl_easy_cleanup(t->easy);
        curl_slist_free_all(t->headers);
        str_done(&t->answer.body);
        error_free(t->error);
        free(t->socket);
        op_release(&t->op);
}

/* curl may be on the stack below us: the defer source frees the handle. */
static void transfer_drop(struct op *op) {
        op_hold(op);
        sd_event_source_set_enabled(container_of(op, struct transfer, op)->http->defer, SD_EVENT_ONESHOT);
}

static void transfer_finish(struct transfer *t, struct error *e) {
        t->op.drop = NULL;
        op_hold(&t->op);
        t->request.done(e ? NULL : &t->answer, e, t->request.userdata);
        transfer_free(t);
}

static size_t http_keep(struct transfer *t, const void *bytes, size_t n, size_t limit) {
        if (t->answer.body.length + n > limit) {
                error_set(&t->error, -E2BIG, "The answer is larger than %zu bytes", limit);
                return CURL_WRITEFUNC_ERROR;
        }
        str_add_bytes(&t->answer.body, bytes, n);
        return n;
}

static size_t bytes_came(char *bytes, size_t size, size_t count, void *userdata) {
        struct transfer *t = userdata;
        size_t n = size * count;
        long status = 0;
        if (t->op.cancelled)
                return CURL_WRITEFUNC_ERROR;
        curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
        if (status >= 400)
                return http_keep(t, bytes, n, ERROR_BODY_MAX);
        if (!t->request.piece)
                return http_keep(t, bytes, n, t->request.limit ? t->request.limit : WHOLE_MAX);
        if (t->request.piece(bytes, n, t->request.userdata, &t->error) >= 0 && !t->op.cancelled)
                return n;
        if (!t->op.cancelled && !t->error)
                error_set(&t->error, -EIO, "The answer could not be used");
        return CURL_WRITEFUNC_ERROR;
}

/* One line of the header; an empty one ends it. */
static size_t header_came(char *line, size_t size, size_t count, void *userdata) {
        struct transfer *t = userdata;
        long status = 0;
        bool last = size * count <= 2 && (line[0] == '\r' || line[0] == '\n');
        curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
        if (!last || t->op.cancelled || status < 200)
                return size * count;
        t->header_whole = true;
        if (t->request.began && status < 400)
                t->request.began(t->request.userdata);
        return size * count;
}

/* root may own the socket's folder and file while another user, who was given it or took it over, listens.
 * The kernel is asked who called listen() before a byte is sent; a reused connection was checked before. */
static curl_socket_t socket_made(void *userdata, curlsocktype purpose, struct curl_sockaddr *address) {
        struct transfer *t = userdata;
        t->fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
        return t->fd;
}

static int http_connected(void *userdata, char *remote, char *local, int remote_port, int local_port) {
        struct transfer *t = userdata;
        struct ucred peer;
        socklen_t size = sizeof peer;
        if (t->fd < 0)
                return CURL_PREREQFUNC_OK;
        if (getsockopt(t->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
                error_set(&t->error, -errno, "Who listens at %s could not be found out", t->socket);
        else if (peer.uid != 0 && peer.uid != geteuid())
                error_set(&t->error, -EPERM, "Who listens at %s is neither root nor this user, but user %u",
                          t->socket, (unsigned) peer.uid);
        else
                return CURL_PREREQFUNC_OK;
        error_hint(&t->error, "An engine run by root was expected there: systemctl status podman.socket "
                              "docker.socket");
        return CURL_PREREQFUNC_ABORT;
}

/* ---- the meaning of curl's codes ---- */

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

int http_error(struct error **reterr, int code, const char *socket) {
        for (size_t i = 0; i < ELEMENTS(curl_table); i++)
                if ((int) curl_table[i].code == code) {
                        int error = error_set(reterr, curl_table[i].error, "%s",
                                              curl_easy_strerror((CURLcode) code));
                        error_wrap(reterr, error, "%s%s%s", curl_table[i].before, socket,
                                   curl_table[i].after);
                        if (curl_table[i].hint)
                                error_hint(reterr, "%s", curl_table[i].hint);
                        return error;
                }
        return error_set(reterr, -EIO, "The container engine at %s could not be asked: %s", socket,
                         curl_easy_strerror((CURLcode) code));
}

/* ---- requests ---- */

static void set_options(struct transfer *t, const struct http_request *request, const char *url) {
        CURL *easy = t->easy;
        curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
        curl_easy_setopt(easy, CURLOPT_URL, url);
        curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, t->socket);
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, socket_made);
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, t);
        curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, http_connected);
        curl_easy_setopt(easy, CURLOPT_PREREQDATA, t);
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http");
        curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
        curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, PIECE_BYTES);
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, bytes_came);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header_came);
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
        /* libcurl keeps the timer of a connect that has succeeded: it would wake the console for a stream
         * that may be silent for ever. */
        if (request->seconds || request->stall)
                curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, 5L);
        curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long) request->seconds);
        curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, request->stall ? 1L : 0L);
        curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long) request->stall);
        /* Without a type podman reads a POST's body as a form and finds nothing in it. */
        t->headers = curl_slist_append(t->headers, "Content-Type: application/json");
        t->headers = curl_slist_append(t->headers, "Expect:");
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
        if (strcmp(request->method, "POST") == 0)
                curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body ? request->body : "");
}

struct op *http_start(struct http *http, const struct http_request *request) {
        struct transfer *t = new0(struct transfer);
        _cleanup_free_ char *url = str_printf("http://localhost%s", request->path);
        *t = (struct transfer) { .op.drop = transfer_drop,
                                 .request = *request,
                                 .http = http,
                                 .next = http->transfers,
                                 .easy = curl_easy_init(),
                                 .socket = xstrdup(request->socket),
                                 .fd = -1 };
        if (!t->easy)
                oom();
        http->transfers = t;
        t->answer.easy = t->easy;
        set_options(t, request, url);
        sd_event_source_set_enabled(http->defer, SD_EVENT_ONESHOT);
        return &t->op;
}

/* curl has ended the transfer. */
static void transfer_ended(struct transfer *t, CURLcode code) {
        long status = 0;
        curl_multi_remove_handle(t->http->multi, t->easy);
        t->added = false;
        if (t->op.cancelled)
                return; /* the defer source frees it */
        curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
        t->answer.status = (int) status;
        str_add(&t->answer.body, "");
        /* curl takes a line cut within the header for an answer without a body. */
        if (code == CURLE_OK && !t->header_whole)
                code = CURLE_PARTIAL_FILE;
        if (!t->error && code != CURLE_OK)
                http_error(&t->error, code, t->socket);
        transfer_finish(t, TAKE(t->error));
}

/* One at a time: done() may start and drop other requests, whose messages leave curl's queue. */
static void http_collect(struct http *http) {
        CURLMsg *message;
        int left;
        while ((message = curl_multi_info_read(http->multi, &left))) {
                if (message->msg != CURLMSG_DONE)
                        continue;
                struct transfer *t = NULL;
                curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **) &t);
                transfer_ended(t, message->data.result);
        }
}

static void http_due(struct http *http) {
        int running;
        http->due = false;
        curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
        http_collect(http);
}

static int http_deferred(sd_event_source *source, void *userdata) {
        struct http *http = userdata;
        for (struct transfer *t = http->transfers, *next; t; t = next) {
                next = t->next;
                if (t->op.cancelled)
                        transfer_free(t);
                else if (!t->added && t->op.drop) {
                        if (curl_multi_add_handle(http->multi, t->easy) != CURLM_OK)
                                oom();
                        t->added = true;
                }
        }
        if (http->due)
                http_due(http);
        else
                http_collect(http);
        return 0;
}

static int http_timer_came(sd_event_source *source, uint64_t usec, void *userdata) {
        http_due(userdata);
        return 0;
}

/* Not from in here: curl is on the stack below us. */
static int timer_wanted(CURLM *multi, long ms, void *userdata) {
        struct http *http = userdata;
        http->due = ms == 0;
        if (http->due)
                sd_event_source_set_enabled(http->defer, SD_EVENT_ONESHOT);
        if (ms <= 0) {
                sd_event_source_set_enabled(http->timer, SD_EVENT_OFF);
                return 0;
        }
        sd_event_source_set_time_relative(http->timer, (uint64_t) ms * 1000);
        sd_event_source_set_enabled(http->timer, SD_EVENT_ONESHOT);
        return 0;
}

static int socket_ready(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct http *http = userdata;
        int running, what = (events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                            (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                            (events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
        /* A hang-up with bytes left to read is not an error yet. */
        if (events & EPOLLIN)
                what &= ~CURL_CSELECT_ERR;
        curl_multi_socket_action(http->multi, fd, what, &running);
        http_collect(http);
        return 0;
}

static int http_socket_wanted(CURL *easy, curl_socket_t fd, int what, void *userdata, void *socket_data) {
        struct http *http = userdata;
        sd_event_source *source = socket_data;
        if (what == CURL_POLL_REMOVE) {
                sd_event_source_disable_unref(source);
                curl_multi_assign(http->multi, fd, NULL);
                return 0;
        }
        uint32_t events = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);
        if (source)
                return sd_event_source_set_io_events(source, events) < 0 ? -1 : 0;
        if (sd_event_add_io(http->event, &source, fd, events, socket_ready, http) < 0)
                return -1;
        curl_multi_assign(http->multi, fd, source);
        return 0;
}

struct http *http_new(sd_event *event) {
        struct http *http = new0(struct http);
        http->event = sd_event_ref(event);
        /* libcurl initializes OpenSSL, which a unix socket does not need: with its tables of legacy names 1.2
         * MiB resident and a millisecond before the first paint. TLS loads its part on demand, and the host's
         * configuration is read as ever. */
        OPENSSL_init_crypto(OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS, NULL);
        http->multi = curl_multi_init();
        if (!http->multi)
                oom();
        sd_event_add_time(event, &http->timer, CLOCK_MONOTONIC, UINT64_MAX, 1000, http_timer_came, http);
        sd_event_add_defer(event, &http->defer, http_deferred, http);
        sd_event_source_set_enabled(http->defer, SD_EVENT_OFF);
        sd_event_source_set_priority(http->defer, HTTP_PRIORITY);
        curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, http_socket_wanted);
        curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
        curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, timer_wanted);
        curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
        return http;
}

struct http *http_free(struct http *http) {
        if (!http)
                return NULL;
        while (http->transfers)
                transfer_free(http->transfers);
        curl_multi_cleanup(http->multi);
        sd_event_source_disable_unref(http->timer);
        sd_event_source_disable_unref(http->defer);
        sd_event_unref(http->event);
        free(http);
        return NULL;
}
