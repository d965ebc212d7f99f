/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The engine client and the fake engine on one loop, and what came of a call: for tests of backend/io/http.c
 * and backend/engine. In sentences that a test expects, SOCKET stands for the path of the socket. */

#include "tests/test.h"

#include <errno.h>
#include <unistd.h>

#include "backend/engine/engine.h"
#include "base/clock.h"
#include "base/str.h"
#include "tests/fake/engine.h"

struct engine_fixture {
        enum engine_kind kind;
        sd_event *event;
        char *folder, *socket;
        struct fake_engine *fake;
        struct engine *engine;

        struct op *op;
        unsigned calls; /* of done() */
        bool done;
        struct error *error; /* and what else came with done() */
        const struct engine_about *about;
        struct image_list *images;
        struct image *image;
        struct container_list *containers;
        struct str text; /* progress of a pull */
        unsigned pieces; /* of text */
        bool drop;       /* drop the op at the first piece */
};

/* Set-up of a test: *state is a struct engine_fixture of this dialect. */
int podman(void **state);
int docker(void **state);
int engine_fixture_free(void **state);

/* Rows of a test of each dialect, and of one where they do not differ. */
#define BOTH(test)                                                     \
        { "podman: " #test, test, podman, engine_fixture_free, NULL }, \
        { "docker: " #test, test, docker, engine_fixture_free, NULL }
#define PODMAN(test) { #test, test, podman, engine_fixture_free, NULL }

/* Forgets what came of the last call. */
void engine_fixture_clear(struct engine_fixture *f);

/* Turns the loop for so long. */
void turn(struct engine_fixture *f, unsigned ms);
/* Turns the loop until *what holds; fails after 20 s. */
void turn_until(struct engine_fixture *f, const bool *what);
/* Done exactly once, and the handle is dropped. */
void await(struct engine_fixture *f);

/* Callbacks of calls; userdata is the fixture, which keeps what came. */
void on_found(struct error *e, void *userdata);
void on_images(struct image_list *images, struct error *e, void *userdata);
void on_image(struct image *image, struct error *e, void *userdata);
void on_containers(struct container_list *containers, struct error *e, void *userdata);
void on_end(struct error *e, void *userdata);
void on_progress(const char *text, void *userdata);

/* One call with one rule for it, to its end. */
void run_call(struct engine_fixture *f, struct op *(*start)(struct engine_fixture *f), struct fake_rule rule);
/* The text with SOCKET in place of the path. The caller frees. */
char *without_path(const struct engine_fixture *f, const char *text);

/* The error has this code and this sentence. */
void check_sentence(const struct engine_fixture *f, const struct error *e, int code, const char *message);
/* The call failed so: code and sentence, hint (NULL: none), and the sentence of its last cause (NULL: it has
 * none). */
void check_said(const struct engine_fixture *f, int code, const char *message, const char *hint,
                const char *cause);
/* Every step at which a call can be dropped: start() is dropped after 0, 1, 2, … turns of the loop, until it
 * ends by itself first. No callback may come afterwards, and no connection stay busy. */
void check_drops(struct engine_fixture *f, struct op *(*start)(struct engine_fixture *f));
