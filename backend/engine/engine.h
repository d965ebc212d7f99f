/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Podman (libpod dialect) and Docker behind one interface, over the engine's unix socket. Each dialect is a
 * const table of paths and readers, in podman.c and docker.c. */

#include <systemd/sd-event.h>

#include "base/op.h"
#include "model/command/command.h"
#include "model/image/image.h"

struct engine;

/* sockets: NULL-terminated list of paths to try in order; NULL: /run/podman/podman.sock, /run/docker.sock.
 * Opens nothing yet. A path is used only when it is a socket owned by root or by our own user. */
int engine_new(sd_event *event, const char *const *sockets, struct engine **ret, struct error **reterr);
struct engine *engine_free(struct engine *engine);
DEFINE_CLEANUP(struct engine, engine_free)

struct engine_about {
        enum engine_kind kind;
        char *version;          /* "5.4.2" */
        char *socket;
};

/* Finds the engine that answers, and remembers it until a connect fails. Every other call does this first. */
struct op *engine_find(struct engine *engine,
                       void (*done)(const struct engine_about *about, struct error *e, void *userdata),
                       void *userdata);
const struct engine_about *engine_about(const struct engine *engine);   /* NULL: none found yet */

struct op *engine_list_images(struct engine *engine,
                              void (*done)(struct image_list *images, struct error *e, void *userdata),
                              void *userdata);
/* By id, digest reference or name; -ENOENT. */
struct op *engine_inspect_image(struct engine *engine, const char *reference,
                                void (*done)(struct image *image, struct error *e, void *userdata),
                                void *userdata);

struct container {
        char *id;
        char *name;             /* without the leading slash of Docker */
        char *image;            /* name as the engine has it */
        char *image_id;
        char *state;            /* "running", "exited", "created", … */
        char *health;           /* "healthy", "unhealthy", "starting"; NULL: none defined */
        int exit_code;
        int64_t started;        /* seconds since the epoch; 0 */
        uint32_t pid;           /* 0 */
        struct label *labels;
        size_t n_labels;
};
struct container_list {
        struct container *items;
        size_t n;
};
struct container_list *container_list_free(struct container_list *list);
DEFINE_CLEANUP(struct container_list, container_list_free)
/* label: "key=value" filter, or NULL. */
struct op *engine_list_containers(struct engine *engine, const char *label,
                                  void (*done)(struct container_list *list, struct error *e, void *userdata),
                                  void *userdata);

struct container_origin {
        char **command;         /* words of the command line that created it, from Podman; NULL: not known */
        char **words;           /* arguments behind its entry point; NULL: the image's own */
};
struct container_origin *container_origin_free(struct container_origin *origin);
DEFINE_CLEANUP(struct container_origin, container_origin_free)
/* By id or name; -ENOENT. */
struct op *engine_find_origin(struct engine *engine, const char *container,
                              void (*done)(struct container_origin *origin, struct error *e, void *userdata),
                              void *userdata);

/* progress: a line of text for people ("Copying blob 3 of 7"), may be NULL. Success needs a clean end of the
 * stream, no error in it, and the image present afterwards; done() gets that image. */
struct op *engine_pull(struct engine *engine, const char *reference,
                       void (*progress)(const char *text, void *userdata),
                       void (*done)(struct image *image, struct error *e, void *userdata), void *userdata);

typedef void engine_end_t(struct error *e, void *userdata);

/* Stops (TERM, then KILL after seconds) and removes; a missing container is not an error. */
struct op *engine_remove_container(struct engine *engine, const char *name, unsigned seconds,
                                   engine_end_t *done, void *userdata);

/* Gives the image another name ("repository:tag"); a name that it already has is not an error. */
struct op *engine_tag(struct engine *engine, const char *image, const char *name, engine_end_t *done,
                      void *userdata);
/* Removes the name and keeps the image, even without any name; a missing name is not an error. Podman only:
 * Docker removes an image with its last name (-EOPNOTSUPP). */
struct op *engine_untag(struct engine *engine, const char *name, engine_end_t *done, void *userdata);

/* Changes of images or containers, coalesced (at most one call in 200 ms). Reconnects by itself, with growing
 * pauses (1 s to 60 s) while the engine is away; `away` is called once when the stream breaks and `back` once
 * when it is restored (changes in between are not reported: list again). One watcher. */
enum { ENGINE_IMAGES = 1, ENGINE_CONTAINERS = 2 };
struct engine_watcher {
        void (*changed)(unsigned what, void *userdata);
        void (*away)(const struct error *e, void *userdata);
        void (*back)(void *userdata);
        void *userdata;
};
struct op *engine_watch(struct engine *engine, const struct engine_watcher *watcher);
