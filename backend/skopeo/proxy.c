/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many tags of a registry by a few children, where a child for each would be most of the time. `skopeo
 * experimental-image-proxy` is what bootc and rpm-ostree pull with: JSON in packets on a socket (its standard
 * input), documents through pipes that come with the answers. What it says is only where to look: documents
 * go into the cache, where they are compared with their digests as all others are, and whatever is missing
 * there, or went wrong here, is asked in the usual way, which has the sentences. So nothing in here has an
 * error. */
#include <fcntl.h>
#include <inttypes.h>
#include <sys/socket.h>

#include "backend/format/json.h"
#include "backend/skopeo/internal.h"

#define PACKET_MAX (32U * 1024) /* the program's own limit */
#define RESOLVE_SECONDS 20U     /* the usual way has more patience */

struct skopeo_resolve {
        struct op op;
        struct skopeo *skopeo;
        struct skopeo_resolve *next; /* of those that wait */
        struct skopeo_proxy *proxy;  /* at work on it; NULL: it waits */
        char *reference;
        skopeo_resolved_t done;
        void *userdata;
};

/* What the last packet asked for. */
enum proxy_step {
        PROXY_HELLO,
        PROXY_OPEN,
        PROXY_MANIFEST,
        PROXY_CONFIG,
        PROXY_FINISH, /* of a pipe: the end of its document, and whether it was whole */
        PROXY_CLOSE,
};

struct skopeo_proxy {
        struct skopeo *skopeo;
        struct skopeo_proxy *next;
        pid_t pid;
        int fd;
        sd_event_source *io, *child, *deadline;
        struct skopeo_resolve *at; /* NULL: idle */
        enum proxy_step step;
        uint64_t image;
        char *digest;  /* of the manifest; NULL: not known yet */
        char *config;  /* of the configuration, while it comes; NULL: the manifest comes */
        int pipe;      /* -1: read to its end */
        bool finished; /* the pipe is whole */
        struct str text;
        sd_event_source *pipe_io;
};

/* ---- a child ---- */

static void proxy_drop_pipe(struct skopeo_proxy *p) {
        p->pipe_io = sd_event_source_disable_unref(p->pipe_io);
        if (p->pipe >= 0)
                close(p->pipe);
        p->pipe = -1;
}

/* Its resolve, if any, has been taken from it. */
static void proxy_free(struct skopeo_proxy *p) {
        struct skopeo_proxy **at = &p->skopeo->proxies;
        while (*at != p)
                at = &(*at)->next;
        *at = p->next;
        p->skopeo->n_proxies--;
        proxy_drop_pipe(p);
        sd_event_source_disable_unref(p->io);
        sd_event_source_disable_unref(p->deadline);
        close(p->fd);
        if (p->pid > 0)
                skopeo_child_kill(&p->child, p->pid);
        sd_event_source_disable_unref(p->child);
        str_done(&p->text);
        FREE_ALL(p->digest, p->config, p);
}

static void proxy_soon(struct skopeo *s) {
        sd_event_source_set_enabled(s->proxy_turn, SD_EVENT_ONESHOT);
}

/* The last of a proxy's work: the answer may drop everything. */
static void proxy_answer(struct skopeo_proxy *p, bool lives) {
        struct skopeo_resolve *resolve = TAKE(p->at);
        struct skopeo *s = p->skopeo;
        _cleanup_free_ char *digest = TAKE(p->digest);
        p->deadline = sd_event_source_disable_unref(p->deadline);
        if (!lives) {
                s->no_proxy |= p->step == PROXY_HELLO;
                proxy_free(p);
        }
        proxy_soon(s);
        if (!resolve)
                return;
        resolve->proxy = NULL;
        op_end(&resolve->op);
        resolve->done(digest, resolve->userdata);
}

static void proxy_send(struct skopeo_proxy *p, enum proxy_step step, char *packet) {
        _cleanup_free_ char *owned = packet;
        p->step = step;
        (void) send(p->fd, owned, strlen(owned), MSG_NOSIGNAL | MSG_DONTWAIT); /* else the deadline comes */
}

static void proxy_close_image(struct skopeo_proxy *p) {
        proxy_send(p, PROXY_CLOSE,
                   str_printf("{\"method\":\"CloseImage\",\"args\":[%" PRIu64 "]}", p->image));
}

/* A document is here: kept if it is what its digest says. */
static void proxy_take_document(struct skopeo_proxy *p) {
        struct skopeo_cache *cache = &p->skopeo->cache;
        const char *digest = p->config ? p->config : p->digest;
        char hex[DIGEST_HEX];
        size_t n;
        digest_bytes(p->text.text ? p->text.text : "", p->text.length, hex);
        if (p->text.length && str_equal(hex, digest + strlen("sha256:")))
                skopeo_cache_put(cache, digest, p->text.text, p->text.length);
        _cleanup_(skopeo_manifest_done) struct skopeo_manifest manifest = {};
        bool more = !p->config && skopeo_read_manifest(p->text.text ? p->text.text : "", p->text.length,
                                                       p->skopeo->architecture, &manifest, NULL) >= 0;
        _cleanup_free_ char *known = more ? skopeo_cache_get(cache, manifest.config, &n) : NULL;
        str_cut(&p->text, 0);
        if (!more || known || !manifest.config) {
                proxy_close_image(p);
                return;
        }
        p->config = xstrdup(manifest.config);
        proxy_send(p, PROXY_CONFIG,
                   str_printf("{\"method\":\"GetBlob\",\"args\":[%" PRIu64 ",\"%s\",%" PRIu64 "]}", p->image,
                              p->config, manifest.config_bytes));
}

static int proxy_on_pipe(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct skopeo_proxy *p = userdata;
        char buffer[16384];
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return 0;
        if (n > 0 && p->text.length + (size_t) n > SKOPEO_DOCUMENT_MAX) {
                proxy_answer(p, false);
                return 0;
        }
        if (n > 0)
                str_add_bytes(&p->text, buffer, (size_t) n);
        else
                proxy_drop_pipe(p);
        if (n <= 0 && p->finished)
                proxy_take_document(p);
        return 0;
}

/* The pipe ends when it was asked to; what is in it is read meanwhile. */
static void proxy_read_pipe(struct skopeo_proxy *p, int fd, int64_t id) {
        p->pipe = fd;
        p->finished = false;
        fcntl(fd, F_SETFL, O_NONBLOCK);
        sd_event_add_io(p->skopeo->event, &p->pipe_io, fd, EPOLLIN, proxy_on_pipe, p);
        proxy_send(p, PROXY_FINISH, str_printf("{\"method\":\"FinishPipe\",\"args\":[%" PRIi64 "]}", id));
}

static void proxy_open_image(struct skopeo_proxy *p) {
        str_replace(&p->config, NULL);
        str_cut(&p->text, 0);
        proxy_send(p, PROXY_OPEN,
                   str_printf("{\"method\":\"OpenImage\",\"args\":[\"%s\"]}", p->at->reference));
}

/* fd: that came with it; -1. It is taken. */
static void proxy_reply(struct skopeo_proxy *p, const struct json_value *o, int fd) {
        _cleanup_close_ int pipe = fd;
        const struct json_value *value = json_member(o, "value");
        const struct json_value *success = json_member(o, "success");
        bool good = json_is(success, SHAPE_BOOLEAN) && success->truth;
        const char *digest = json_text(value);
        if (p->step == PROXY_HELLO) {
                if (!good || !digest || !str_starts(digest, "0.2."))
                        proxy_answer(p, false);
                else
                        proxy_open_image(p);
        } else if (p->step == PROXY_CLOSE || (p->step == PROXY_OPEN && !good))
                proxy_answer(p, true);
        else if (p->step == PROXY_OPEN) {
                p->image = (uint64_t) json_integer(value);
                proxy_send(p, PROXY_MANIFEST,
                           str_printf("{\"method\":\"GetManifest\",\"args\":[%" PRIu64 "]}", p->image));
        } else if (p->step == PROXY_FINISH) {
                p->finished = true;
                if (!good)
                        str_cut(&p->text, 0);
                if (p->pipe < 0)
                        proxy_take_document(p);
        } else if (!good || pipe < 0 || (p->step == PROXY_MANIFEST && !skopeo_digest_valid(digest)))
                proxy_close_image(p);
        else {
                if (p->step == PROXY_MANIFEST)
                        str_replace(&p->digest, digest);
                proxy_read_pipe(p, TAKE_FD(pipe), json_integer(json_member(o, "pipeid")));
        }
}

static int proxy_on_io(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        static const struct json_limits limits = { PACKET_MAX, 16, 10000 };
        struct skopeo_proxy *p = userdata;
        char packet[PACKET_MAX];
        union {
                struct cmsghdr head;
                char bytes[CMSG_SPACE(sizeof(int))];
        } control;
        struct iovec iov = { packet, sizeof packet };
        struct msghdr message = { .msg_iov = &iov,
                                  .msg_iovlen = 1,
                                  .msg_control = &control,
                                  .msg_controllen = sizeof control };
        ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return 0;
        int came = -1;
        const struct cmsghdr *head = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
        if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
            head->cmsg_len == CMSG_LEN(sizeof came))
                memcpy(&came, CMSG_DATA(head), sizeof came);
        _cleanup_json_value_ struct json_value *o = NULL;
        if (n <= 0 || json_parse(packet, (size_t) n, &limits, &o, NULL, NULL) < 0) {
                if (came >= 0)
                        close(came);
                proxy_answer(p, false);
        } else
                proxy_reply(p, o, came);
        return 0;
}

static int proxy_on_child(sd_event_source *source, const siginfo_t *info, void *userdata) {
        struct skopeo_proxy *p = userdata;
        if (!p) {
                sd_event_source_set_floating(source, false); /* one that was killed: the last reference */
                return 0;
        }
        p->pid = 0;
        proxy_answer(p, false);
        return 0;
}

static int proxy_on_deadline(sd_event_source *source, uint64_t usec, void *userdata) {
        proxy_answer(userdata, false);
        return 0;
}

/* ---- the resolves that wait ---- */

static void proxy_take(struct skopeo_proxy *p) {
        struct skopeo *s = p->skopeo;
        p->at = s->resolves;
        s->resolves = p->at->next;
        p->at->proxy = p;
        sd_event_add_time_relative(s->event, &p->deadline, CLOCK_MONOTONIC,
                                   (uint64_t) RESOLVE_SECONDS * 1000000, 100000, proxy_on_deadline, p);
}

static bool proxy_start(struct skopeo *s) {
        _cleanup_free_ char *found = s->program ? NULL : skopeo_find(NULL);
        _cleanup_strv_ char **words = NULL;
        int ends[2];
        if ((!s->program && !found) || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
                return false;
        _cleanup_close_ int theirs = ends[1];
        struct skopeo_proxy *p = new0(struct skopeo_proxy);
        *p = (struct skopeo_proxy) { .skopeo = s, .next = s->proxies, .fd = ends[0], .pipe = -1 };
        s->proxies = p;
        s->n_proxies++;
        strv_add(&words, "skopeo");
        strv_add(&words, "experimental-image-proxy");
        if (skopeo_spawn(s->program ? s->program : found, words, theirs, -1, -1, &p->pid, NULL) < 0 ||
            sd_event_add_child(s->event, &p->child, p->pid, WEXITED, proxy_on_child, p) < 0 ||
            sd_event_add_io(s->event, &p->io, p->fd, EPOLLIN, proxy_on_io, p) < 0) {
                proxy_free(p);
                return false;
        }
        proxy_take(p);
        proxy_send(p, PROXY_HELLO, xstrdup("{\"method\":\"Initialize\",\"args\":[]}"));
        return true;
}

/* Where there is no proxy, one answer a turn: it may drop all others. */
static int proxy_on_turn(sd_event_source *source, void *userdata) {
        struct skopeo *s = userdata;
        for (struct skopeo_proxy *p = s->proxies, *next; p; p = next) {
                next = p->next;
                if (p->at)
                        continue;
                if (!s->resolves)
                        proxy_free(p);
                else {
                        proxy_take(p);
                        proxy_open_image(p);
                }
        }
        while (s->resolves && !s->no_proxy && s->n_proxies < s->at_once)
                s->no_proxy = !proxy_start(s);
        struct skopeo_resolve *resolve = s->no_proxy ? s->resolves : NULL;
        if (!resolve)
                return 0;
        s->resolves = resolve->next;
        proxy_soon(s);
        op_end(&resolve->op);
        resolve->done(NULL, resolve->userdata);
        return 0;
}

static void resolve_drop(struct op *op) {
        struct skopeo_resolve *resolve = container_of(op, struct skopeo_resolve, op);
        struct skopeo *s = resolve->skopeo;
        if (resolve->proxy) {
                resolve->proxy->at = NULL;
                proxy_free(resolve->proxy); /* it is in the middle of something that nobody waits for */
        }
        for (struct skopeo_resolve **at = &s->resolves; *at; at = &(*at)->next)
                if (*at == resolve) {
                        *at = resolve->next;
                        break;
                }
        free(resolve->reference);
}

struct op *skopeo_resolve(struct skopeo *skopeo, const struct source *source, skopeo_resolved_t done,
                          void *userdata) {
        struct skopeo_resolve *resolve = new0(struct skopeo_resolve), **at = &skopeo->resolves;
        *resolve = (struct skopeo_resolve) { .op.drop = resolve_drop,
                                             .skopeo = skopeo,
                                             .reference = source_text(source),
                                             .done = done,
                                             .userdata = userdata };
        while (*at)
                at = &(*at)->next;
        *at = resolve;
        if (!skopeo->proxy_turn)
                sd_event_add_defer(skopeo->event, &skopeo->proxy_turn, proxy_on_turn, skopeo);
        proxy_soon(skopeo);
        return &resolve->op;
}

void skopeo_proxies_free(struct skopeo *skopeo) {
        while (skopeo->proxies)
                proxy_free(skopeo->proxies);
        skopeo->proxy_turn = sd_event_source_disable_unref(skopeo->proxy_turn);
}
