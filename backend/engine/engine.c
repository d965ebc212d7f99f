/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/engine/engine.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/engine/internal.h"

static const char *const usual_sockets[] = { "/run/podman/podman.sock", "/run/docker.sock", NULL };

#define PING_SECONDS 10U        /* podman.socket starts the service first: some 100 ms, more on a busy host */
#define REFUSED_TRIES 3U        /* an idle service ends; a connect may be refused until its socket listens */
#define REFUSED_PAUSE_USEC 200000U

int engine_new(sd_event *event, const char *const *sockets, struct engine **ret, struct error **reterr) {
        _cleanup_(engine_freep) struct engine *engine = new0(struct engine);
        engine->event = sd_event_ref(event);
        engine->sockets = strv_copy((char *const *) (sockets ? sockets : usual_sockets));
        int r = http_new(event, &engine->http, reterr);
        if (r < 0)
                return r;
        *ret = TAKE(engine);
        return 0;
}

static void engine_forget(struct engine *engine) {
        free(engine->about.version);
        free(engine->about.socket);
        free(engine->prefix);
        engine->about = (struct engine_about) {};
        engine->prefix = NULL;
        engine->dialect = NULL;
        engine->found = false;
}

struct engine *engine_free(struct engine *engine) {
        if (!engine)
                return NULL;
        http_free(engine->http);
        engine_forget(engine);
        strv_free(engine->sockets);
        sd_event_unref(engine->event);
        free(engine);
        return NULL;
}

const struct engine_about *engine_about(const struct engine *engine) {
        return engine->found ? &engine->about : NULL;
}

struct find {
        struct engine *engine;
        struct op *op, *ping;
        sd_event_source *timer;         /* before another try, or before an answer that is known already */
        size_t at;                      /* index of the socket being tried */
        unsigned tries;
        struct error *error;            /* of the most promising socket so far */
        void (*done)(const struct engine_about *about, struct error *e, void *userdata);
        void *userdata;
};

static void find_free(void *userdata) {
        struct find *f = userdata;
        op_cancel(f->ping);
        sd_event_source_disable_unref(f->timer);
        error_free(f->error);
        free(f);
}

static void find_end(struct find *f, struct error *e) {
        op_finish(f->op);
        f->done(e ? NULL : &f->engine->about, e, f->userdata);
        find_free(f);
}

static void find_try(struct find *f);

static int find_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        struct find *f = userdata;
        f->timer = sd_event_source_disable_unref(f->timer);
        if (f->engine->found)
                find_end(f, NULL);
        else
                find_try(f);
        return 0;
}

static void find_pause(struct find *f, uint64_t usec) {
        sd_event_add_time_relative(f->engine->event, &f->timer, CLOCK_MONOTONIC, usec, 1000, find_timer, f);
}

/* The owner of the socket could make root believe anything. */
static int check_socket(const char *path, struct error **reterr) {
        struct stat st;
        if (stat(path, &st) < 0)
                return error_errno(reterr, -errno, "There is no socket at %s", path);
        if (!S_ISSOCK(st.st_mode))
                return error_set(reterr, -ENOTSOCK, "%s is not a socket", path);
        if (st.st_uid != 0 && st.st_uid != geteuid()) {
                error_set(reterr, -EPERM, "The socket %s belongs to somebody else (user %u)", path,
                          (unsigned) st.st_uid);
                error_hint(reterr, "Only root's engine is asked, or your own: name its socket with "
                                   "--engine-socket");
                return -EPERM;
        }
        /* curl would only report that it could not connect. */
        if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) < 0 && errno == EACCES) {
                error_errno(reterr, -EACCES, "Permission denied for the socket %s", path);
                error_hint(reterr, "Run fairlead as root");
                return -EACCES;
        }
        return 0;
}

/* The error of the first socket that exists is more useful than those of missing ones. */
static void engine_remember(struct find *f, struct error *e) {
        if (!f->error || (f->error->code == -ENOENT && e->code != -ENOENT)) {
                error_free(f->error);
                f->error = e;
        } else
                error_free(e);
}

static void find_none(struct find *f) {
        struct error *e = TAKE(f->error);
        int code = e ? e->code : -ENOENT;
        bool absent = code == -ENOENT;
        if (absent) {
                error_wrap(&e, -ENOENT, "No container engine was found on this host");
                error_hint(&e, "Install podman, then: systemctl enable --now podman.socket");
        }
        find_end(f, e);
}

static void take_engine(struct engine *engine, const struct http_answer *answer, const char *socket) {
        const char *podman = http_header(answer, "Libpod-Api-Version"),
                   *api = http_header(answer, "Api-Version");
        const struct engine_dialect *dialect = podman ? &engine_podman : &engine_docker;
        const char *server = http_header(answer, "Server");
        const char *version = podman ? podman : server && str_starts(server, "Docker/") ? server + 7 : api;
        engine_forget(engine);
        engine->about.kind = dialect->kind;
        engine->about.version = version ? xstrndup(version, strcspn(version, " ")) : NULL;
        engine->about.socket = xstrdup(socket);
        engine->prefix = dialect->prefix(version ? version : "", api ? api : "");
        engine->dialect = dialect;
        engine->found = true;
}

static void engine_pinged(const struct http_answer *answer, struct error *e, void *userdata) {
        struct find *f = userdata;
        const char *socket = f->engine->sockets[f->at];
        f->ping = op_cancel(f->ping);
        if (e && e->code == -ECONNREFUSED && ++f->tries < REFUSED_TRIES) {
                find_pause(f, REFUSED_PAUSE_USEC);
                error_free(e);
                return;
        }
        bool much = e && e->code == -E2BIG;
        if (much || (!e && (http_status(answer) != 200 || !str_equal(http_body(answer, NULL), "OK")))) {
                (e ? error_wrap : error_set)(&e, -EPROTO, "%s is not the socket of a container engine",
                                             socket);
                error_hint(&e, "ls -l shows who owns the socket");
        }
        if (!e) {
                take_engine(f->engine, answer, socket);
                find_end(f, NULL);
                return;
        }
        engine_remember(f, e);
        f->at++;
        f->tries = 0;
        find_try(f);
}

static void find_try(struct find *f) {
        for (; f->engine->sockets[f->at]; f->at++) {
                struct error *e = NULL;
                if (check_socket(f->engine->sockets[f->at], &e) < 0) {
                        engine_remember(f, e);
                        continue;
                }
                const struct http_request request = {
                        .socket = f->engine->sockets[f->at],
                        .method = "GET",
                        .path = "/_ping",
                        .limit = 4096,
                        .seconds = PING_SECONDS,
                        .done = engine_pinged,
                        .userdata = f,
                };
                f->ping = http_start(f->engine->http, &request);
                if (f->ping)
                        return;
        }
        find_none(f);
}

struct op *engine_find(struct engine *engine,
                       void (*done)(const struct engine_about *about, struct error *e, void *userdata),
                       void *userdata) {
        struct find *f = new0(struct find);
        *f = (struct find) { .engine = engine, .done = done, .userdata = userdata };
        f->op = op_new(find_free, f);
        find_pause(f, 0);
        return f->op;
}
