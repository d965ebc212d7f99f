/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/exchange.h"

#include <netdb.h>
#include <sys/socket.h>

#include "backend/io/turn.h"
#include "base/clock.h"

#define DATAGRAM_MAX 65536U
#define REPEAT_FAST 4U /* as realmd does: a lost datagram costs little */

struct exchange {
        struct op op;
        struct exchange_options options; /* address and request: not after the start */
        sd_event *event;
        int fd, refused; /* the errno of the connect */
        bool connected;
        sd_event_source *io, *deadline, *repeat;
        unsigned repeats;
        int64_t started;
        struct str saying; /* a stream: what is not sent yet; datagrams: the whole request */
        size_t sent;
        struct str heard_bytes;
        struct error *passed_over; /* of a datagram that was not an answer, in case nothing better arrives */
};

static void exchange_drop(struct op *op) {
        struct exchange *x = container_of(op, struct exchange, op);
        sd_event_source_disable_unref(x->io);
        sd_event_source_disable_unref(x->deadline);
        sd_event_source_disable_unref(x->repeat);
        if (x->fd >= 0)
                close(x->fd);
        str_done(&x->saying);
        str_done(&x->heard_bytes);
        error_free(x->passed_over);
        sd_event_unref(x->event);
}

/* Takes e. */
static void exchange_end(struct exchange *x, struct error *e) {
        op_end(&x->op);
        x->options.done((unsigned) ((usec_now(CLOCK_MONOTONIC) - x->started) / 1000), e, x->options.userdata);
}

static void end_errno(struct exchange *x, int code) {
        struct error *e = NULL;
        code = code == -ENETUNREACH ? -EHOSTUNREACH : code == -EPIPE ? -ECONNRESET : code;
        const char *message = code == -ECONNREFUSED   ? "Nothing listens there"
                              : code == -EHOSTUNREACH ? "There is no way to that address"
                              : code == -ECONNRESET   ? "The other side hung up"
                                                      : NULL;
        if (code == -ETIMEDOUT) {
                error_set(&e, code, "No answer within %u ms", EXCHANGE_MS);
                error_hint(&e, "A firewall on the way may swallow it");
        } else if (message)
                error_set(&e, code, "%s", message);
        else
                error_errno(&e, code, "The address could not be talked to");
        if (x->passed_over) {
                error_free(e->cause);
                e->cause = TAKE(x->passed_over);
        }
        exchange_end(x, e);
}

static int exchange_deadline_came(sd_event_source *source, uint64_t usec, void *userdata) {
        end_errno(userdata, -ETIMEDOUT);
        return 0;
}

void exchange_say(struct exchange *x, const void *bytes, size_t n) {
        if (x->options.datagram)
                str_cut(&x->saying, 0);
        str_add_bytes(&x->saying, bytes, n);
        if (x->io)
                sd_event_source_set_io_events(x->io, EPOLLIN | EPOLLOUT);
}

/* 0, or a negative errno that ends the exchange. A datagram is sent whole, and stays for the repeats. */
static int exchange_send(struct exchange *x) {
        while (x->sent < x->saying.length) {
                ssize_t k = send(x->fd, x->saying.text + x->sent, x->saying.length - x->sent, MSG_NOSIGNAL);
                if (k < 0 && errno == EINTR)
                        continue;
                if (k < 0 && errno != EAGAIN)
                        return -errno;
                if (x->options.datagram)
                        break;
                if (k < 0)
                        return 0;
                x->sent += (size_t) k;
        }
        sd_event_source_set_io_events(x->io, EPOLLIN);
        return 0;
}

static int exchange_repeat_came(sd_event_source *source, uint64_t usec, void *userdata) {
        struct exchange *x = userdata;
        int r = exchange_send(x);
        if (r < 0) {
                end_errno(x, r);
                return 0;
        }
        sd_event_source_set_time_relative(source, ++x->repeats < REPEAT_FAST ? 100000 : 1000000);
        sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        return 0;
}

static void exchange_report(struct exchange *x) {
        bool over = false;
        size_t used = 0;
        while (used < x->heard_bytes.length && !over) {
                struct error *e = NULL;
                ssize_t k = x->options.heard(x, (const uint8_t *) x->heard_bytes.text + used,
                                             x->heard_bytes.length - used, &over, x->options.userdata, &e);
                if (k < 0 && x->options.datagram) {
                        error_free(x->passed_over);
                        x->passed_over = e;
                        return;
                }
                if (k < 0) {
                        exchange_end(x, e);
                        return;
                }
                if (k == 0 && !over)
                        break;
                used += (size_t) k;
        }
        if (over) {
                exchange_end(x, NULL);
                return;
        }
        memmove(x->heard_bytes.text, x->heard_bytes.text + used, x->heard_bytes.length - used);
        str_cut(&x->heard_bytes, x->heard_bytes.length - used);
}

static void exchange_hear(struct exchange *x) {
        uint8_t bytes[DATAGRAM_MAX];
        ssize_t k = recv(x->fd, bytes, sizeof bytes, 0);
        if (k < 0 && (errno == EAGAIN || errno == EINTR))
                return;
        if (k < 0 || (k == 0 && !x->options.datagram)) {
                end_errno(x, k < 0 ? -errno : -ECONNRESET);
                return;
        }
        if (x->options.datagram)
                str_cut(&x->heard_bytes, 0);
        if (x->heard_bytes.length + (size_t) k > EXCHANGE_MAX) {
                struct error *e = NULL;
                error_set(&e, -EBADMSG, "The answer is larger than %u bytes", EXCHANGE_MAX);
                exchange_end(x, e);
                return;
        }
        str_add_bytes(&x->heard_bytes, bytes, (size_t) k);
        exchange_report(x);
}

/* What is read first may end the exchange: what is to be sent waits for the next turn then. */
static int exchange_io_came(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct exchange *x = userdata;
        int trouble = 0;
        socklen_t size = sizeof trouble;
        if (!x->connected && getsockopt(fd, SOL_SOCKET, SO_ERROR, &trouble, &size) < 0)
                trouble = errno;
        x->connected = true;
        if (trouble)
                end_errno(x, -trouble);
        else if (!x->options.heard)
                exchange_end(x, NULL);
        else if (events & (EPOLLIN | EPOLLERR | EPOLLHUP))
                exchange_hear(x);
        else {
                int r = exchange_send(x);
                if (r < 0)
                        end_errno(x, r);
        }
        return 0;
}

static int exchange_connect(struct exchange *x) {
        const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                                        .ai_socktype = x->options.datagram ? SOCK_DGRAM : SOCK_STREAM };
        struct addrinfo *a;
        char port[8];
        snprintf(port, sizeof port, "%u", x->options.port);
        if (getaddrinfo(x->options.address, port, &hints, &a) != 0)
                return -EINVAL;
        x->fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        int r = x->fd < 0 || (connect(x->fd, a->ai_addr, a->ai_addrlen) < 0 && errno != EINPROGRESS) ? -errno
                                                                                                     : 0;
        freeaddrinfo(a);
        if (r < 0)
                return r;
        if (x->options.datagram)
                sd_event_add_time_relative(x->event, &x->repeat, CLOCK_MONOTONIC, 100000, 10000,
                                           exchange_repeat_came, x);
        return sd_event_add_io(x->event, &x->io, x->fd, EPOLLIN | EPOLLOUT, exchange_io_came, x);
}

static void exchange_refused(void *state) {
        struct exchange *x = state;
        end_errno(x, x->refused);
}

struct op *exchange_start(sd_event *event, const struct exchange_options *options) {
        struct exchange *x = new0(struct exchange);
        *x = (struct exchange) { .op.drop = exchange_drop,
                                 .options = *options,
                                 .event = sd_event_ref(event),
                                 .fd = -1,
                                 .started = usec_now(CLOCK_MONOTONIC) };
        str_add_bytes(&x->saying, options->request, options->n);
        sd_event_add_time_relative(event, &x->deadline, CLOCK_MONOTONIC, EXCHANGE_MS * 1000ULL, 10000,
                                   exchange_deadline_came, x);
        x->refused = exchange_connect(x);
        return x->refused < 0 ? op_answer(&x->op, event, exchange_refused) : &x->op;
}
