/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server half of the fake engine: connections, requests, and the ways to send an answer badly. */
#include "tests/fake/engine.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/memory.h"
#include "tests/fake/engine-private.h"

#define REQUEST_MAX 65536U
#define SEEN_MAX 100000U

struct connection {
        struct fake_engine *f;
        struct connection *next;
        sd_event_source *io, *timer;
        int fd;
        struct str in;
        char *request; /* the last one: "GET /path?query" */
        struct str out;
        size_t sent;
        struct str more;
        size_t repeat;
        size_t cut_at;       /* bytes of out after which the line is cut; SIZE_MAX: not */
        unsigned slow_ms;    /* between two bytes; 0: as fast as they go */
        unsigned restart_ms; /* the cut takes the whole engine down for so long */
        bool restart;
        bool hold;  /* a stream that stays open */
        bool close; /* behind what is in out */
        bool silent;
        bool tail_due; /* the last chunk is to be added when more has run out */
};

struct fake_engine {
        sd_event *event;
        char *path;
        int fd;
        sd_event_source *io, *restart;
        struct connection *connections;
        struct fake_state state;
        struct fake_rule rules[RULES_MAX];
        unsigned used[RULES_MAX];
        size_t n_rules;
        char **seen;
        size_t n_seen, n_connections;
};

static void write_on(struct connection *c);

static void connection_free(struct connection *c) {
        for (struct connection **p = &c->f->connections; *p; p = &(*p)->next)
                if (*p == c) {
                        *p = c->next;
                        break;
                }
        sd_event_source_disable_unref(c->io);
        sd_event_source_disable_unref(c->timer);
        close(c->fd);
        str_done(&c->in);
        str_done(&c->out);
        str_done(&c->more);
        free(c->request);
        free(c);
}

static int restart_now(sd_event_source *source, uint64_t usec, void *userdata) {
        struct fake_engine *f = userdata;
        f->restart = sd_event_source_disable_unref(f->restart);
        fake_engine_start(f);
        return 0;
}

static void cut(struct connection *c) {
        struct fake_engine *f = c->f;
        if (!c->restart) {
                connection_free(c);
                return;
        }
        unsigned ms = c->restart_ms;
        fake_engine_stop(f, false); /* frees c, too */
        sd_event_add_time_relative(f->event, &f->restart, CLOCK_MONOTONIC, ms * 1000ULL, 1, restart_now, f);
}

/* Sending */

static int slow_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        struct connection *c = userdata;
        c->timer = sd_event_source_disable_unref(c->timer);
        write_on(c);
        return 0;
}

static void add_chunk(struct str *out, const void *bytes, size_t n) {
        str_addf(out, "%zx\r\n", n);
        str_add_bytes(out, bytes, n);
        str_add(out, "\r\n");
}

/* More of what repeats, when all before it went out. */
static void refill(struct connection *c) {
        if (c->sent < c->out.length)
                return;
        if (c->sent > 0 && c->cut_at == SIZE_MAX) {
                str_cut(&c->out, 0);
                c->sent = 0;
        }
        if (c->repeat > 0 && c->more.length > 0) {
                add_chunk(&c->out, c->more.text, c->more.length);
                if (c->repeat != SIZE_MAX)
                        c->repeat--;
        } else if (c->tail_due) {
                str_add(&c->out, "0\r\n\r\n");
                c->tail_due = false;
        }
}

static void want(struct connection *c, uint32_t events) {
        sd_event_source_set_io_events(c->io, events);
}

static void write_on(struct connection *c) {
        for (unsigned turns = 0; turns < 16; turns++) {
                refill(c);
                size_t end = c->out.length < c->cut_at ? c->out.length : c->cut_at;
                if (c->sent >= end)
                        break;
                size_t n = c->slow_ms ? 1 : end - c->sent;
                ssize_t k = send(c->fd, c->out.text + c->sent, n, MSG_NOSIGNAL | MSG_DONTWAIT);
                if (k < 0 && errno == EAGAIN) {
                        want(c, EPOLLIN | EPOLLOUT);
                        return;
                }
                if (k < 0) {
                        connection_free(c);
                        return;
                }
                c->sent += (size_t) k;
                if (c->slow_ms && c->sent < end) {
                        sd_event_add_time_relative(c->f->event, &c->timer, CLOCK_MONOTONIC, c->slow_ms * 1000ULL,
                                                   1, slow_timer, c);
                        want(c, EPOLLIN);
                        return;
                }
        }
        bool all = c->sent >= c->out.length && c->repeat == 0 && !c->tail_due;
        if (c->cut_at != SIZE_MAX && c->sent >= c->cut_at)
                cut(c);
        else if (all && c->close)
                connection_free(c);
        else
                want(c, all ? EPOLLIN : EPOLLIN | EPOLLOUT);
}

static void add_header(struct connection *c, const struct fake_answer *a) {
        bool podman = c->f->state.kind == ENGINE_PODMAN;
        str_addf(&c->out, "HTTP/1.1 %u %s\r\nApi-Version: 1.41\r\n", a->status, a->status < 400 ? "OK" : "Error");
        if (podman)
                str_add(&c->out, "Libpod-Api-Version: 4.3.1\r\nLibpod-Buildah-Version: 1.28.0\r\nServer: "
                                 "Libpod/4.3.1 (linux)\r\n");
        else
                str_add(&c->out, "Docker-Experimental: false\r\nOstype: linux\r\nServer: Docker/20.10.24+dfsg1 "
                                 "(linux)\r\n");
        if (a->type)
                str_addf(&c->out, "Content-Type: %s\r\n", a->type);
        if (a->chunked)
                str_add(&c->out, "Transfer-Encoding: chunked\r\n");
        else if (a->status != 204)
                str_addf(&c->out, "Content-Length: %zu\r\n", a->body.length);
        str_add(&c->out, "\r\n");
}

static const struct fake_rule *find_rule(struct fake_engine *f, const char *request) {
        static const struct fake_rule good = { .what = FAKE_GOOD };
        for (size_t i = f->n_rules; i-- > 0;) {
                const struct fake_rule *rule = &f->rules[i];
                if (rule->route && !strstr(request, rule->route))
                        continue;
                if (rule->times > 0 && f->used[i] >= rule->times)
                        continue;
                f->used[i]++;
                return rule;
        }
        return &good;
}

/* How the answer is sent, where that is what is bad. */
static void mistreat(struct connection *c, const struct fake_rule *rule, size_t body_at) {
        switch (rule->what) {
        case FAKE_SLOW:
                c->slow_ms = rule->amount;
                break;
        case FAKE_CUT:
                c->cut_at = rule->amount < c->out.length ? rule->amount : c->out.length;
                break;
        case FAKE_RESTART:
                c->restart = true;
                c->restart_ms = rule->amount;
                c->cut_at = body_at + (c->out.length - body_at) / 2;
                break;
        case FAKE_CUT_BODY:
                c->cut_at = body_at + (c->out.length - body_at) / 2;
                break;
        case FAKE_GARBAGE:
                str_cut(&c->out, 0);
                str_add(&c->out, "220 mail.example.test ESMTP ready\r\n\x1b]0;x\x07");
                c->close = true;
                break;
        case FAKE_HEADERS:
                str_cut(&c->out, 0);
                str_add(&c->out, "HTTP/1.1 200 OK\r\nX-Long: ");
                for (unsigned i = 0; i < 65536; i++)
                        str_add(&c->out, "0123456789abcdef");
                c->close = true;
                break;
        default:
                break;
        }
}

static void answer(struct connection *c) {
        struct fake_engine *f = c->f;
        const struct fake_rule *rule = find_rule(f, c->request);
        if (rule->what == FAKE_SILENT) {
                c->silent = true;
                return;
        }
        struct fake_answer a;
        fake_answer_request(&f->state, c->request, &a);
        fake_answer_spoil(&f->state, c->request, rule, &a);
        if (c->sent >= c->out.length) {
                str_cut(&c->out, 0);
                c->sent = 0;
        }
        c->cut_at = SIZE_MAX;
        add_header(c, &a);
        size_t body_at = c->out.length;
        if (a.chunked && a.body.length > 0)
                add_chunk(&c->out, a.body.text, a.body.length);
        else if (a.status != 204)
                str_add_bytes(&c->out, a.body.text, a.body.length);
        c->hold = a.hold;
        c->tail_due = a.chunked && !a.hold;
        str_done(&c->more);
        c->more = a.more;
        a.more = (struct str){};
        c->repeat = a.repeat;
        mistreat(c, rule, body_at);
        if (c->tail_due && c->repeat == 0 && c->cut_at == SIZE_MAX && rule->what != FAKE_GARBAGE &&
            rule->what != FAKE_HEADERS)
                str_add(&c->out, "0\r\n\r\n");
        if (c->repeat == 0)
                c->tail_due = false;
        str_done(&a.body);
        write_on(c);
}

/* Receiving */

/* A whole request at the start of in: takes it out and notes "METHOD target". False: not whole yet. */
static bool take_request(struct connection *c) {
        char *end = c->in.length ? memmem(c->in.text, c->in.length, "\r\n\r\n", 4) : NULL;
        if (!end)
                return false;
        size_t header = (size_t) (end - c->in.text) + 4, body = 0;
        const char *length = strcasestr(c->in.text, "\r\nContent-Length:");
        if (length && length < end)
                body = strtoul(length + strlen("\r\nContent-Length:"), NULL, 10);
        if (c->in.length < header + body)
                return false;
        free(c->request);
        const char *second = strchr(c->in.text, ' '), *third = second ? strchr(second + 1, ' ') : NULL;
        c->request = third && third < end ? strndup(c->in.text, (size_t) (third - c->in.text)) : strdup("?");
        memmove(c->in.text, c->in.text + header + body, c->in.length - header - body);
        str_cut(&c->in, c->in.length - header - body);
        return c->request;
}

static int connection_ready(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct connection *c = userdata;
        struct fake_engine *f = c->f;
        if (events & EPOLLIN) {
                char bytes[16384];
                ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
                if (n == 0 || (n < 0 && errno != EAGAIN) || c->in.length > REQUEST_MAX) {
                        connection_free(c);
                        return 0;
                }
                if (n > 0)
                        str_add_bytes(&c->in, bytes, (size_t) n);
                if (!c->silent && take_request(c)) {
                        f->n_seen++;
                        if (f->n_seen <= SEEN_MAX)
                                strv_add(&f->seen, c->request);
                        answer(c);
                }
                return 0;
        }
        if (events & EPOLLOUT)
                write_on(c);
        else if (events & (EPOLLHUP | EPOLLERR))
                connection_free(c);
        return 0;
}

static int connection_came(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct fake_engine *f = userdata;
        int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (peer < 0)
                return 0;
        struct connection *c = xcalloc(1, sizeof *c);
        *c = (struct connection){ .f = f, .next = f->connections, .fd = peer, .cut_at = SIZE_MAX };
        f->connections = c;
        f->n_connections++;
        if (sd_event_add_io(f->event, &c->io, peer, EPOLLIN, connection_ready, c) < 0)
                connection_free(c);
        return 0;
}

int fake_engine_start(struct fake_engine *f) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        if (strlen(f->path) >= sizeof address.sun_path)
                return -ENAMETOOLONG;
        memcpy(address.sun_path, f->path, strlen(f->path) + 1);
        unlink(f->path);
        f->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (f->fd < 0)
                return -errno;
        if (bind(f->fd, (struct sockaddr *) &address, sizeof address) < 0 || listen(f->fd, 64) < 0)
                return -errno;
        return sd_event_add_io(f->event, &f->io, f->fd, EPOLLIN, connection_came, f);
}

/* The kernel notes who listens at each listen(). */
int fake_engine_listen_as(struct fake_engine *f, unsigned uid) {
        if (seteuid(uid) < 0)
                return -errno;
        int r = listen(f->fd, 64) < 0 ? -errno : 0;
        return seteuid(0) < 0 ? -errno : r;
}

void fake_engine_stop(struct fake_engine *f, bool unlink_socket) {
        while (f->connections)
                connection_free(f->connections);
        f->io = sd_event_source_disable_unref(f->io);
        f->restart = sd_event_source_disable_unref(f->restart);
        if (f->fd >= 0)
                close(f->fd);
        f->fd = -1;
        if (unlink_socket)
                unlink(f->path);
}

int fake_engine_new(sd_event *event, const char *path, enum engine_kind kind, struct fake_engine **ret) {
        struct fake_engine *f = xcalloc(1, sizeof *f);
        *f = (struct fake_engine){
                .event = sd_event_ref(event),
                .path = xstrdup(path),
                .fd = -1,
                .state = { .kind = kind, .images = 3, .containers = 2 },
        };
        int r = fake_engine_start(f);
        if (r < 0) {
                fake_engine_free(f);
                return r;
        }
        *ret = f;
        return 0;
}

struct fake_engine *fake_engine_free(struct fake_engine *f) {
        if (!f)
                return NULL;
        fake_engine_stop(f, true);
        strv_free(f->state.pulled);
        strv_free(f->state.removed);
        strv_free(f->seen);
        free(f->path);
        sd_event_unref(f->event);
        free(f);
        return NULL;
}

/* What tests say to it */

void fake_engine_set_images(struct fake_engine *f, size_t n) {
        f->state.images = n;
}

void fake_engine_set_containers(struct fake_engine *f, size_t n) {
        f->state.containers = n;
}

void fake_engine_rule(struct fake_engine *f, const struct fake_rule *rule) {
        if (f->n_rules == RULES_MAX)
                abort();
        f->used[f->n_rules] = 0;
        f->rules[f->n_rules++] = *rule;
}

void fake_engine_behave(struct fake_engine *f) {
        f->n_rules = 0;
}

size_t fake_engine_push(struct fake_engine *f, const char *route, const void *bytes, size_t n) {
        size_t count = 0;
        for (struct connection *c = f->connections, *next; c; c = next) {
                next = c->next;
                if (!c->hold || !strstr(c->request, route))
                        continue;
                add_chunk(&c->out, bytes, n);
                write_on(c);
                count++;
        }
        return count;
}

size_t fake_engine_push_event(struct fake_engine *f, const char *type, const char *action) {
        _cleanup_str_ struct str line = {};
        fake_answer_event(&f->state, type, action, &line);
        return fake_engine_push(f, "/events", line.text, line.length);
}

size_t fake_engine_hang_up(struct fake_engine *f, const char *route, bool clean) {
        size_t count = 0;
        for (struct connection *c = f->connections, *next; c; c = next) {
                next = c->next;
                if (!c->hold || !strstr(c->request, route))
                        continue;
                count++;
                c->hold = false;
                if (clean) {
                        str_add(&c->out, "0\r\n\r\n");
                        write_on(c);
                } else
                        connection_free(c);
        }
        return count;
}

size_t fake_engine_requests(const struct fake_engine *f, const char *route) {
        size_t count = 0;
        for (size_t i = 0; f->seen && f->seen[i]; i++)
                count += strstr(f->seen[i], route) != NULL;
        return count;
}

size_t fake_engine_connections(const struct fake_engine *f) {
        return f->n_connections;
}

size_t fake_engine_open(const struct fake_engine *f) {
        size_t count = 0;
        for (const struct connection *c = f->connections; c; c = c->next)
                count++;
        return count;
}
