/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Podman (libpod dialect) and Docker behind one interface, over the engine's unix socket. Each dialect is a
 * const row of engine.c. */

#include <systemd/sd-event.h>

#include "model/host.h"

struct engine;

/* sockets: NULL-terminated list of paths to try in order; NULL: /run/podman/podman.sock, /run/docker.sock.
 * Opens nothing yet. A path is used only when it is a socket owned by root or by our own user. */
struct engine *engine_new(sd_event *event, const char *const *sockets);
struct engine *engine_free(struct engine *engine);
DEFINE_CLEANUP(struct engine, engine_free)

/* At least so many seconds for each answer that has a limit; 0, as it is at first: the limits of someone who
 * looks at a screen meanwhile. Behind a boot Podman may take a minute before its first answer, and a job that
 * gives up then leaves the host half done. */
void engine_set_patience(struct engine *engine, unsigned seconds);

struct engine_about {
        enum engine_kind kind;
        char *version;          /* "5.4.2" */
        char *socket;
};

/* Finds the engine that answers, and remembers it until a connect fails. Every other call does this first. */
struct op *engine_find(struct engine *engine, nothing_done_t done, void *userdata);
const struct engine_about *engine_about(const struct engine *engine);   /* NULL: none found yet */

struct op *engine_list_images(struct engine *engine, images_done_t done, void *userdata);
/* Each image of the list when it comes; none is kept. */
struct op *engine_each_image(struct engine *engine, image_seen_t seen, nothing_done_t done, void *userdata);
/* By id, digest reference or name; -ENOENT. */
struct op *engine_inspect_image(struct engine *engine, const char *reference, image_done_t done,
                                void *userdata);

struct container {
        char *id;
        char *name;             /* without the leading slash of Docker */
        char *image_id;
        char *image;            /* as the engine names it; NULL */
        char *state;            /* "running", "exited", "created", … */
        char *health;           /* "healthy", "unhealthy", "starting"; NULL: none defined */
        char *unit;             /* that runs it, where it was made by one that says so to Podman; NULL */
};
struct container_list {
        struct container *items;
        size_t n;
};
struct container_list *container_list_free(struct container_list *list);
DEFINE_CLEANUP(struct container_list, container_list_free)
typedef void (*containers_done_t)(struct container_list *list, struct error *e, void *userdata);
struct op *engine_list_containers(struct engine *engine, containers_done_t done, void *userdata);
/* With those of which only Podman's storage knows (`podman ps --external`), in the state "storage": Podman
 * died between a container's storage and its record in the database. Such a one can be removed, and nothing
 * else; its name is taken. */
struct op *engine_list_containers_and_wrecks(struct engine *engine, containers_done_t done, void *userdata);

struct container_origin {
        char **command;         /* words of the command line that created it, from Podman; NULL: not known */
        char **words;           /* arguments behind its entry point; NULL: the image's own */
        char *check;            /* the last words of its health check; NULL: none */
};
struct container_origin *container_origin_free(struct container_origin *origin);
DEFINE_CLEANUP(struct container_origin, container_origin_free)
typedef void (*origin_done_t)(struct container_origin *origin, struct error *e, void *userdata);
/* By id or name; -ENOENT. */
struct op *engine_find_origin(struct engine *engine, const char *container, origin_done_t done,
                              void *userdata);

/* What a container is made of; by id or name. */
typedef void (*container_inside_done_t)(struct container_inside *container, struct error *e, void *userdata);
struct op *engine_look_inside(struct engine *engine, const char *container, container_inside_done_t done,
                              void *userdata);

/* progress: a line of text for people ("Copying blob 3 of 7"), may be NULL. Success needs a clean end of the
 * stream, no error in it, and the image present afterwards; done() gets that image. */
struct op *engine_pull(struct engine *engine, const char *reference,
                       void (*progress)(const char *text, void *userdata), image_done_t done, void *userdata);

/* Stops (TERM, then KILL after seconds) and removes; a missing container is not an error. */
struct op *engine_remove_container(struct engine *engine, const char *name, unsigned seconds,
                                   nothing_done_t done, void *userdata);

/* Stops the container in its own grace period, starts it, gives it another name. One that does not run,
 * or runs already, is not an error. */
struct op *engine_stop_container(struct engine *engine, const char *id, nothing_done_t done, void *userdata);
struct op *engine_start_container(struct engine *engine, const char *id, nothing_done_t done, void *userdata);
struct op *engine_rename_container(struct engine *engine, const char *id, const char *name,
                                   nothing_done_t done, void *userdata);

/* Gives the image another name ("repository:tag"); a name that it already has is not an error. */
struct op *engine_tag(struct engine *engine, const char *image, const char *name, nothing_done_t done,
                      void *userdata);
/* Removes the name and keeps the image, even without any name; a missing name is not an error. Podman only:
 * Docker removes an image with its last name (-EOPNOTSUPP). */
struct op *engine_untag(struct engine *engine, const char *name, nothing_done_t done, void *userdata);

/* Removes an image by its id, with its only name if it has one. Fails where a container uses it or it has
 * several names; a missing one is not an error. */
struct op *engine_remove_image(struct engine *engine, const char *id, nothing_done_t done, void *userdata);

/* A volume by its name. Finding: -ENOENT where there is none. Creating fails where there is one; the volume
 * is labelled with the service. Removing fails where a container uses it; a missing one is not an error. */
struct op *engine_find_volume(struct engine *engine, const char *name, nothing_done_t done, void *userdata);
struct op *engine_create_volume(struct engine *engine, const char *name, const char *service,
                                nothing_done_t done, void *userdata);
/* Those that are labelled with a service. */
struct op *engine_list_volumes(struct engine *engine, volumes_done_t done, void *userdata);
struct op *engine_remove_volume(struct engine *engine, const char *name, nothing_done_t done, void *userdata);

/* A sentence for an exit status of `podman run`, `docker run` and the like (podman-run(1) "Exit Status");
 * NULL for one that is the command's own. *ret_hint may stay NULL. */
const char *engine_explain_exit(int status, const char **ret_hint);

/* Whether Podman runs containers without cgroups (`cgroups = "disabled"` in [containers]), as on hosts that
 * are themselves containers, where a unit that asks for cgroups does not start. Read anew at every call, from
 * the files of containers.conf(5) in their order: /usr/share/containers/containers.conf,
 * /etc/containers/containers.conf, /etc/containers/containers.conf.d/\*.conf; the last value counts. root
 * goes before each path ("": host). */
bool engine_config_no_cgroups(const char *root);

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
