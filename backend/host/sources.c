/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Images that the engine has not got: what skopeo finds where their reference says (backend/skopeo). */

#include <sys/statvfs.h>

#include "backend/host/internal.h"
#include "backend/io/turn.h"
#include "base/text.h"

static void host_sources_refused(void *state) {
        struct host_call *c = state;
        struct error *e = TAKE(c->error);
        op_end(&c->op);
        if (c->row_seen)
                c->done.nothing(e, c->userdata);
        else
                c->done.image(NULL, e, c->userdata);
}

static void host_sources_found(struct image *image, struct error *e, void *userdata) {
        struct host_call *c = userdata;
        op_end(&c->op);
        c->done.image(image, e, c->userdata);
}

struct op *backend_find_in_source(struct host *host, const char *text, image_done_t done, void *userdata) {
        _cleanup_(source_done) struct source source = {};
        struct host_call *c = host_call_new(host, userdata, NULL);
        c->done.image = done;
        return source_parse(text, NULL, &source, &c->error) < 0
                       ? op_answer(&c->op, c->backend->event, host_sources_refused)
                       : op_wait(&c->op, skopeo_inspect(c->backend->skopeo, &source, host_sources_found, c));
}

static void host_sources_seen(const struct source_row *row, void *userdata) {
        struct host_call *c = userdata;
        c->row_seen(row, c->userdata);
}

static void host_sources_listed(struct error *e, void *userdata) {
        struct host_call *c = userdata;
        op_end(&c->op);
        c->done.nothing(e, c->userdata);
}

struct op *backend_list_source(struct host *host, const char *text, source_seen_t seen, nothing_done_t done,
                               void *userdata) {
        _cleanup_(source_done) struct source source = {};
        struct host_call *c = host_call_new(host, userdata, NULL);
        c->row_seen = seen;
        c->done.nothing = done;
        return source_parse(text, NULL, &source, &c->error) < 0
                       ? op_answer(&c->op, c->backend->event, host_sources_refused)
                       : op_wait(&c->op, skopeo_list(c->backend->skopeo, &source, host_sources_seen,
                                                     host_sources_listed, c));
}

/* ---- one that a plan fetches ---- */

/* Layers are packed to a third of what they take, or so. */
#define UNPACKED 3U

void backend_report_space(const struct backend *b, enum engine_kind engine, struct plan *plan) {
        /* The file system that the engine's storage is on, or will be. */
        const char *const places[] = { engine == ENGINE_DOCKER ? "/var/lib/docker" : "/var/lib/containers",
                                       "/var/lib", "/" };
        char fetched[16], available[16];
        uint64_t fetch = plan->pin.fetch;
        struct statvfs fs;
        for (size_t i = 0; fetch && i < ELEMENTS(places); i++) {
                _cleanup_free_ char *path = str_printf("%s%s", b->paths.root, places[i]);
                if (statvfs(path, &fs) < 0)
                        continue;
                uint64_t left = (uint64_t) fs.f_bavail * fs.f_frsize;
                if (left / UNPACKED < fetch)
                        finding_report(&plan->findings, left < fetch ? "no-space" : "little-space", places[i],
                                       "The layers of the image have %s, and %s are free at %s",
                                       text_size(fetched, fetch), text_size(available, left), places[i]);
                return;
        }
}

/* Docker knows no digest of an image that it was given, and takes only what it would have written itself: of
 * another form it makes another image. */
int backend_fit_engine(const char *source, enum engine_kind engine, struct image *image,
                       struct error **reterr) {
        if (engine != ENGINE_DOCKER || str_starts(source, "docker://"))
                return 0;
        if (!str_starts(source, "docker-archive:")) {
                error_set(reterr, -ENOTSUP, "Docker cannot be given %s as it is", source);
                return error_hint(reterr,
                                  "skopeo copy makes a docker-archive: of it, or a registry has it");
        }
        str_replace(&image->digest, NULL);
        image->repo_digests = strv_free(image->repo_digests);
        return 0;
}
