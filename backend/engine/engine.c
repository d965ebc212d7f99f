/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/engine/engine.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/engine/internal.h"
#include "backend/io/turn.h"

static const char *const usual_sockets[] = { "/run/podman/podman.sock", "/run/docker.sock", NULL };

#define PING_SECONDS 10U /* podman.socket starts the service first: some 100 ms, more on a busy host */
#define REFUSED_TRIES 3U /* an idle service ends; a connect may be refused until its socket listens */
#define REFUSED_PAUSE_USEC 200000U

/* ---- dialects ---- */

/* The libpod dialect (podman-system-service(1)). Its routes exist only with a version; 4.x and 5.x serve
 * /v4.0.0, 3.4 needs its own. */
static char *podman_prefix(const char *version, const char *api_version) {
        return xstrdup(str_starts(version, "3.") ? "/v3.4.0/libpod" : "/v4.0.0/libpod");
}

char *engine_path(const char *before, const char *name, const char *behind) {
        _cleanup_free_ char *escaped = http_escape(name ? name : "");
        return str_printf("%s%s%s", before, escaped, behind ? behind : "");
}

static char *podman_pull_path(const char *reference) {
        return engine_path("/images/pull?reference=", reference, "&policy=missing");
}

static const struct engine_dialect podman_dialect = {
        .kind = ENGINE_PODMAN,
        .stop_seconds = "timeout",
        .volume_behind = "/json",
        .events = "/events?stream=true",
        .prefix = podman_prefix,
        .pull_path = podman_pull_path,
};

/* Docker's dialect. Docker refuses API versions outside its range: its newest is used, 1.47 at most. */
#define NEWEST_MINOR 47U

static char *docker_prefix(const char *version, const char *api_version) {
        unsigned major = 1, minor = 41;
        if (sscanf(api_version, "%u.%u", &major, &minor) != 2 || major != 1 || minor > NEWEST_MINOR)
                minor = api_version[0] ? NEWEST_MINOR : 41;
        return str_printf("/v1.%u", minor);
}

/* Without a tag Docker pulls all of them. */
static char *docker_pull_path(const char *reference) {
        const char *slash = strrchr(reference, '/'), *name = slash ? slash + 1 : reference;
        const char *divider = strchr(name, '@');
        if (!divider)
                divider = strchr(name, ':');
        _cleanup_free_ char *from = xstrndup(reference,
                                             divider ? (size_t) (divider - reference) : strlen(reference)),
                            *image = engine_path("/images/create?fromImage=", from, "&tag=");
        return engine_path(image, divider ? divider + 1 : "latest", "");
}

static const struct engine_dialect docker_dialect = {
        .kind = ENGINE_DOCKER,
        .stop_seconds = "t",
        .volume_behind = "",
        .events = "/events",
        .prefix = docker_prefix,
        .pull_path = docker_pull_path,
};

/* ---- the engine ---- */

struct engine *engine_new(sd_event *event, const char *const *sockets) {
        struct engine *engine = new0(struct engine);
        engine->event = sd_event_ref(event);
        engine->sockets = strv_copy((char *const *) (sockets ? sockets : usual_sockets));
        engine->http = http_new(event);
        return engine;
}

void engine_set_patience(struct engine *engine, unsigned seconds) {
        engine->patience = seconds;
}

unsigned engine_seconds(const struct engine *engine, unsigned seconds) {
        return seconds > engine->patience ? seconds : engine->patience;
}

static void engine_forget(struct engine *engine) {
        FREE_ALL(engine->about.version, engine->about.socket, engine->prefix);
        engine->about = (struct engine_about){};
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
        struct op op; /* inner: the ping */
        struct engine *engine;
        sd_event_source *timer; /* before another try */
        size_t at;              /* index of the socket being tried */
        unsigned tries;
        struct error *error; /* of the most promising socket so far */
        nothing_done_t done;
        void *userdata;
};

static void find_drop(struct op *op) {
        struct find *f = container_of(op, struct find, op);
        sd_event_source_disable_unref(f->timer);
        error_free(f->error);
}

static void find_end(struct find *f) {
        struct error *e = f->engine->found ? NULL : TAKE(f->error);
        op_end(&f->op);
        f->done(e, f->userdata);
}

static int find_denied(const char *path, struct error **reterr) {
        error_errno(reterr, -EACCES, "Permission denied for the socket %s", path);
        error_hint(reterr, "Run fairlead as root");
        return -EACCES;
}

/* The owner of the socket could make root believe anything. */
static int find_check_socket(const char *path, struct error **reterr) {
        struct stat st;
        if (stat(path, &st) < 0)
                return errno == EACCES ? find_denied(path, reterr)
                                       : error_errno(reterr, -errno, "There is no socket at %s", path);
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
        if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) < 0 && errno == EACCES)
                return find_denied(path, reterr);
        return 0;
}

/* The error of the first socket that exists is more useful than those of missing ones. */
static void find_remember(struct find *f, struct error *e) {
        if (f->error && (f->error->code != -ENOENT || e->code == -ENOENT)) {
                error_free(e);
                return;
        }
        error_free(f->error);
        f->error = e;
}

static void engine_take(struct engine *engine, const struct http_answer *answer, const char *socket) {
        const char *podman = http_header(answer, "Libpod-Api-Version"),
                   *api = http_header(answer, "Api-Version");
        const struct engine_dialect *dialect = podman ? &podman_dialect : &docker_dialect;
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

static void find_begin(void *state);

static int find_on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        struct find *f = userdata;
        f->timer = sd_event_source_disable_unref(f->timer);
        find_begin(f);
        return 0;
}

static void find_pinged(const struct http_answer *answer, struct error *e, void *userdata) {
        struct find *f = userdata;
        const char *socket = f->engine->sockets[f->at];
        if (e && e->code == -ECONNREFUSED && ++f->tries < REFUSED_TRIES) {
                sd_event_add_time_relative(f->engine->event, &f->timer, CLOCK_MONOTONIC, REFUSED_PAUSE_USEC,
                                           1000, find_on_timer, f);
                error_free(e);
                return;
        }
        bool much = e && e->code == -E2BIG;
        if (much || (!e && (answer->status != 200 || !str_equal(answer->body.text, "OK")))) {
                (e ? error_wrap : error_set)(&e, -EPROTO, "%s is not the socket of a container engine",
                                             socket);
                error_hint(&e, "ls -l shows who owns the socket");
        }
        if (e) {
                find_remember(f, e);
                f->at++;
                f->tries = 0;
        } else
                engine_take(f->engine, answer, socket);
        find_begin(f);
}

/* Tries the next socket, unless an engine is known. */
static void find_begin(void *state) {
        struct find *f = state;
        const char *socket;
        for (; !f->engine->found && (socket = f->engine->sockets[f->at]); f->at++) {
                struct error *e = NULL;
                if (find_check_socket(socket, &e) < 0) {
                        find_remember(f, e);
                        continue;
                }
                op_wait(&f->op,
                        http_start(f->engine->http,
                                   &(struct http_request){
                                           .socket = socket,
                                           .method = "GET",
                                           .path = "/_ping",
                                           .limit = 4096,
                                           .seconds = engine_seconds(f->engine, PING_SECONDS),
                                           .done = find_pinged,
                                           .userdata = f,
                                   }));
                return;
        }
        if (!f->engine->found && (!f->error || f->error->code == -ENOENT)) {
                error_wrap(&f->error, -ENOENT, "No container engine was found on this host");
                error_hint(&f->error, "Install podman, then: systemctl enable --now podman.socket");
        }
        find_end(f);
}

struct op *engine_find(struct engine *engine, nothing_done_t done, void *userdata) {
        struct find *f = new0(struct find);
        *f = (struct find){ .op.drop = find_drop, .engine = engine, .done = done, .userdata = userdata };
        return op_answer(&f->op, engine->event, find_begin);
}
