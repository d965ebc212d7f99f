/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/exchange.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

#define DATAGRAM_MAX 65536U
#define REPEAT_FAST 4U /* as realmd does: a lost datagram costs little */

struct exchange {
        sd_event *event;
        struct op *op;
        int fd;
        bool datagram, connected;
        sd_event_source *io, *deadline, *repeat, *begin;
        unsigned ms, repeats;
        uint64_t started;
        struct str saying; /* a stream: what is not sent yet; datagrams: the whole request */
        size_t sent;
        struct str heard_bytes;
        ssize_t (*heard)(struct exchange *exchange, const uint8_t *bytes, size_t n, bool *ret_over,
                         void *userdata, struct error **reterr);
        void (*done)(unsigned ms, struct error *e, void *userdata);
        void *userdata;
        struct error *error;       /* before the loop could be asked */
        struct error *passed_over; /* of a datagram that was not an answer, in case nothing better arrives */
        struct sockaddr_storage address;
        socklen_t address_size;
};

static void exchange_free(struct exchange *x) {
        sd_event_source *sources[] = { x->io, x->deadline, x->repeat, x->begin };
        for (size_t i = 0; i < ELEMENTS(sources); i++)
                sd_event_source_disable_unref(sources[i]);
        if (x->fd >= 0)
                close(x->fd);
        str_done(&x->saying);
        str_done(&x->heard_bytes);
        error_free(x->error);
        error_free(x->passed_over);
        sd_event_unref(x->event);
        free(x);
}

static void exchange_stop(void *userdata) {
        exchange_free(userdata);
}

static uint64_t exchange_now_ms(sd_event *event) {
        uint64_t usec = 0;
        sd_event_now(event, CLOCK_MONOTONIC, &usec);
        return usec / 1000;
}

/* Takes e. */
static void exchange_end(struct exchange *x, struct error *e) {
        void (*done)(unsigned ms, struct error *error, void *userdata) = x->done;
        void *userdata = x->userdata;
        unsigned ms = (unsigned) (exchange_now_ms(x->event) - x->started);
        op_finish(x->op);
        exchange_free(x);
        done(ms, e, userdata);
}

static void end_errno(struct exchange *x, int code) {
        struct error *e = NULL;
        switch (code) {
        case -ECONNREFUSED:
                error_set(&e, code, "Nothing listens there");
                break;
        case -ETIMEDOUT:
                error_set(&e, code, "No answer within %u ms", x->ms);
                error_hint(&e, "A firewall on the way may swallow it");
                break;
        case -EHOSTUNREACH:
        case -ENETUNREACH:
                error_set(&e, -EHOSTUNREACH, "There is no way to that address");
                break;
        case -ECONNRESET:
        case -EPIPE:
                error_set(&e, -ECONNRESET, "The other side hung up");
                break;
        default:
                error_errno(&e, code, "The address could not be talked to");
        }
        if (x->passed_over && e) {
                error_free(e->cause);
                e->cause = TAKE(x->passed_over);
        }
        exchange_end(x, e);
}

static int exchange_deadline_came(sd_event_source *source, uint64_t usec, void *userdata) {
        end_errno(userdata, -ETIMEDOUT);
        return 0;
}

int exchange_say(struct exchange *x, const void *bytes, size_t n) {
        if (x->datagram) {
                str_cut(&x->saying, 0);
                x->sent = 0;
        }
        str_add_bytes(&x->saying, bytes, n);
        return x->io ? sd_event_source_set_io_events(x->io, EPOLLIN | EPOLLOUT) : 0;
}

/* 0, or a negative errno that ends the exchange. */
static int io_exchange_say(struct exchange *x) {
        if (x->datagram) {
                ssize_t k =
                        x->saying.length ? send(x->fd, x->saying.text, x->saying.length, MSG_NOSIGNAL) : 0;
                if (k < 0 && errno != EAGAIN && errno != EINTR)
                        return -errno;
        } else
                while (x->sent < x->saying.length) {
                        ssize_t k = send(x->fd, x->saying.text + x->sent, x->saying.length - x->sent,
                                         MSG_NOSIGNAL);
                        if (k < 0 && errno == EINTR)
                                continue;
                        if (k < 0)
                                return errno == EAGAIN ? 0 : -errno;
                        x->sent += (size_t) k;
                }
        sd_event_source_set_io_events(x->io, EPOLLIN);
        return 0;
}

static int repeat_came(sd_event_source *source, uint64_t usec, void *userdata) {
        struct exchange *x = userdata;
        int r = io_exchange_say(x);
        if (r < 0) {
                end_errno(x, r);
                return 0;
        }
        sd_event_source_set_time_relative(source, ++x->repeats < REPEAT_FAST ? 100000 : 1000000);
        sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        return 0;
}

/* True: the exchange has ended. */
static bool exchange_report(struct exchange *x) {
        bool over = false;
        size_t used = 0;
        while (used < x->heard_bytes.length && !over) {
                struct error *e = NULL;
                ssize_t k = x->heard(x, (const uint8_t *) x->heard_bytes.text + used,
                                     x->heard_bytes.length - used, &over, x->userdata, &e);
                if (k < 0 && x->datagram) {
                        error_free(x->passed_over);
                        x->passed_over = e;
                        return false;
                }
                if (k < 0) {
                        exchange_end(x, e);
                        return true;
                }
                if (k == 0 && !over)
                        break;
                used += (size_t) k;
        }
        if (over) {
                exchange_end(x, NULL);
                return true;
        }
        memmove(x->heard_bytes.text, x->heard_bytes.text + used, x->heard_bytes.length - used);
        str_cut(&x->heard_bytes, x->heard_bytes.length - used);
        return false;
}

static bool exchange_hear(struct exchange *x) {
        uint8_t bytes[DATAGRAM_MAX];
        ssize_t k = recv(x->fd, bytes, sizeof bytes, 0);
        if (k < 0 && (errno == EAGAIN || errno == EINTR))
                return false;
        if (k < 0 || (k == 0 && !x->datagram)) {
                end_errno(x, k < 0 ? -errno : -ECONNRESET);
                return true;
        }
        if (x->datagram)
                str_cut(&x->heard_bytes, 0);
        if (x->heard_bytes.length + (size_t) k > EXCHANGE_MAX) {
                struct error *e = NULL;
                error_set(&e, -EBADMSG, "The answer is larger than %u bytes", EXCHANGE_MAX);
                exchange_end(x, e);
                return true;
        }
        str_add_bytes(&x->heard_bytes, bytes, (size_t) k);
        return k > 0 && exchange_report(x);
}

static int io_came(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct exchange *x = userdata;
        if (!x->connected) {
                int trouble = 0;
                socklen_t size = sizeof trouble;
                if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &trouble, &size) < 0)
                        trouble = errno;
                if (trouble) {
                        end_errno(x, -trouble);
                        return 0;
                }
                x->connected = true;
                if (!x->heard) {
                        exchange_end(x, NULL);
                        return 0;
                }
        }
        if (events & (EPOLLIN | EPOLLERR | EPOLLHUP) && exchange_hear(x))
                return 0;
        int r = events & EPOLLOUT ? io_exchange_say(x) : 0;
        if (r < 0)
                end_errno(x, r);
        return 0;
}

static int connect_now(struct exchange *x) {
        x->fd = socket(x->address.ss_family,
                       (x->datagram ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (x->fd < 0)
                return -errno;
        if (connect(x->fd, (struct sockaddr *) &x->address, x->address_size) < 0 && errno != EINPROGRESS)
                return -errno;
        int r = sd_event_add_io(x->event, &x->io, x->fd, EPOLLIN | EPOLLOUT, io_came, x);
        if (r >= 0 && x->datagram)
                r = sd_event_add_time_relative(x->event, &x->repeat, CLOCK_MONOTONIC, 100000, 10000,
                                               repeat_came, x);
        return r;
}

static int exchange_begin(sd_event_source *source, void *userdata) {
        struct exchange *x = userdata;
        if (x->error) {
                exchange_end(x, TAKE(x->error));
                return 0;
        }
        int r = connect_now(x);
        if (r < 0)
                end_errno(x, r);
        return 0;
}

static int read_address(struct exchange *x, const char *text, uint16_t port) {
        struct sockaddr_in *four = (struct sockaddr_in *) &x->address;
        struct sockaddr_in6 *six = (struct sockaddr_in6 *) &x->address;
        if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
                four->sin_family = AF_INET;
                four->sin_port = htons(port);
                x->address_size = sizeof *four;
                return 0;
        }
        if (inet_pton(AF_INET6, text, &six->sin6_addr) != 1)
                return error_set(&x->error, -EINVAL, "\"%s\" is no IP address", text);
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(port);
        x->address_size = sizeof *six;
        return 0;
}

struct op *exchange_start(sd_event *event, const struct exchange_options *options) {
        struct exchange *x = new0(struct exchange);
        *x = (struct exchange) { .event = sd_event_ref(event),
                                .fd = -1,
                                .datagram = options->datagram,
                                .ms = options->ms,
                                .started = exchange_now_ms(event),
                                .heard = options->heard,
                                .done = options->done,
                                .userdata = options->userdata };
        x->op = op_new(exchange_stop, x);
        struct op *op = x->op;
        if (options->request)
                str_add_bytes(&x->saying, options->request, options->n);
        read_address(x, options->address, options->port);
        if (sd_event_add_defer(event, &x->begin, exchange_begin, x) < 0 ||
            sd_event_add_time_relative(event, &x->deadline, CLOCK_MONOTONIC, (uint64_t) options->ms * 1000,
                                       10000, exchange_deadline_came, x) < 0)
                return op_cancel(op);
        return op;
}
