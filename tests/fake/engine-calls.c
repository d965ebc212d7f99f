/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fake/engine-calls.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/engine/engine.h"
#include "backend/io/turn.h"
#include "base/memory.h"
#include "base/str.h"

struct engine {
        sd_event *event;
};

static char **images_here;

void fake_engine_set_image(const char *id) {
        images_here = strv_free(images_here);
        if (id)
                fake_engine_add_image(id);
}

void fake_engine_add_image(const char *id) {
        strv_add(&images_here, id);
}

static char *registry_reference, *registry_id;

void fake_engine_set_registry(const char *reference, const char *id) {
        str_replace(&registry_reference, reference);
        str_replace(&registry_id, id);
}

/* In a worker of its own the environment says it: "REFERENCE ID". */
static void registry_read(void) {
        const char *text = registry_reference ? NULL : getenv("FAKE_REGISTRY"), *blank = text ? strchr(text, ' ') : NULL;
        if (!blank)
                return;
        registry_reference = strndup(text, (size_t) (blank - text));
        registry_id = strdup(blank + 1);
}

/* Its path, where the image of the registry is here, or would be. */
static bool pulled_path(char *buffer, size_t n) {
        registry_read();
        snprintf(buffer, n, "%s/.pulled %s", getenv("FAKE_ENGINE"), registry_id ? registry_id : "");
        return registry_id && access(buffer, F_OK) == 0;
}

static bool is_here(const char *id) {
        char path[4096];
        return strv_contains(images_here, id) || (pulled_path(path, sizeof path) && str_equal(id, registry_id));
}

struct engine *engine_new(sd_event *event, const char *const *sockets) {
        struct engine *engine = new0(struct engine);
        engine->event = event;
        return engine;
}

void engine_set_patience(struct engine *engine, unsigned seconds) {
}

const struct engine_about *engine_about(const struct engine *engine) {
        static const struct engine_about about = { .kind = ENGINE_PODMAN };
        return &about;
}

struct engine *engine_free(struct engine *engine) {
        free(engine);
        return NULL;
}

/* One answer from the loop. */
struct reply {
        struct op op;
        void (*give)(struct reply *a, struct error *e);
        char *name, *id;
        image_done_t image_done;
        containers_done_t containers_done;
        nothing_done_t nothing_done;
        origin_done_t origin_done;
        void *userdata;
};

static void answer_drop(struct op *op) {
        struct reply *a = container_of(op, struct reply, op);
        free(a->name);
        free(a->id);
}

static void answer_now(void *state) {
        struct reply *a = state;
        struct error *e = NULL;
        if (!getenv("FAKE_ENGINE"))
                error_set(&e, -ECONNREFUSED, "No container engine answers");
        op_hold(&a->op);
        a->give(a, e);
        if (op_release(&a->op))
                op_end(&a->op);
}

static struct op *start(struct engine *engine, struct reply copy) {
        struct reply *a = new0(struct reply);
        *a = copy;
        a->op.drop = answer_drop;
        return op_answer(&a->op, engine->event, answer_now);
}

/* ".name REPOSITORY:TAG", "+" for "/". */
static void add_names(struct image *image) {
        DIR *d = opendir(getenv("FAKE_ENGINE"));
        for (struct dirent *item; d && (item = readdir(d));) {
                char path[4096], id[256] = "";
                const char *name = str_starts(item->d_name, ".name ");
                snprintf(path, sizeof path, "%s/%s", getenv("FAKE_ENGINE"), item->d_name);
                FILE *f = name ? fopen(path, "re") : NULL;
                if (f && fscanf(f, "%255s", id) == 1 && str_equal(id, image->id)) {
                        char *copy = strdup(name);
                        for (char *c = copy; *c; c++)
                                *c = *c == '+' ? '/' : *c;
                        strv_take(&image->names, copy);
                }
                if (f)
                        fclose(f);
        }
        if (d)
                closedir(d);
}

static void give_image(struct reply *a, struct error *e) {
        struct image *image = NULL;
        char path[4096];
        bool here = pulled_path(path, sizeof path), by_reference = !e && here && str_equal(a->name, registry_reference);
        if (!e && (is_here(a->name) || by_reference)) {
                image = new0(struct image);
                (void) str_replace(&image->id, by_reference ? registry_id : a->name);
                add_names(image);
        } else if (!e)
                error_set(&e, -ENOENT, "There is no image %s", a->name);
        a->image_done(image, e, a->userdata);
}

struct op *engine_inspect_image(struct engine *engine, const char *reference, void (*done)(struct image *image, struct error *e, void *userdata),
                                void *userdata) {
        return start(engine, (struct reply) { .give = give_image, .name = strdup(reference), .image_done = done, .userdata = userdata });
}

static void give_pull(struct reply *a, struct error *e) {
        char path[4096];
        registry_read();
        if (e || !str_equal(a->name, registry_reference)) {
                if (!e)
                        error_set(&e, -EHOSTUNREACH, "The registry does not answer");
                a->image_done(NULL, e, a->userdata);
                return;
        }
        pulled_path(path, sizeof path);
        FILE *f = fopen(path, "we");
        if (f)
                fclose(f);
        give_image(a, NULL);
}

struct op *engine_pull(struct engine *engine, const char *reference, void (*progress)(const char *text, void *userdata),
                       void (*done)(struct image *image, struct error *e, void *userdata), void *userdata) {
        return start(engine, (struct reply) { .give = give_pull, .name = strdup(reference), .image_done = done, .userdata = userdata });
}

static void give_containers(struct reply *a, struct error *e) {
        if (e) {
                a->containers_done(NULL, e, a->userdata);
                return;
        }
        struct container_list *list = calloc(1, sizeof *list);
        DIR *d = opendir(getenv("FAKE_ENGINE"));
        for (struct dirent *item; d && (item = readdir(d));) {
                char path[4096], name[256] = "", image[256] = "", more[256] = "";
                snprintf(path, sizeof path, "%s/%s", getenv("FAKE_ENGINE"), item->d_name);
                FILE *f = item->d_name[0] == '.' ? NULL : fopen(path, "re");
                if (!f)
                        continue;
                int n = fscanf(f, "%255s %255s %255s", name, image, more);
                fclose(f);
                list->items = reallocarray(list->items, list->n + 1, sizeof *list->items);
                list->items[list->n++] = (struct container) { .id = strdup(item->d_name), .name = strdup(name), .image_id = strdup(n >= 2 ? image : ""),
                                                              .state = strdup(strcmp(more, "damaged") == 0 ? "created" : strcmp(more, "making") == 0 ? "storage" : n == 3 ? more : "running") };
        }
        if (d)
                closedir(d);
        a->containers_done(list, NULL, a->userdata);
}

struct op *engine_list_containers(struct engine *engine, void (*done)(struct container_list *list, struct error *e, void *userdata),
                                  void *userdata) {
        return start(engine, (struct reply) { .give = give_containers, .containers_done = done, .userdata = userdata });
}

struct op *engine_list_containers_and_wrecks(struct engine *engine, containers_done_t done, void *userdata) {
        return engine_list_containers(engine, done, userdata);
}

struct container_list *container_list_free(struct container_list *list) {
        for (size_t i = 0; list && i < list->n; i++) {
                free(list->items[i].id);
                free(list->items[i].name);
                free(list->items[i].image_id);
                free(list->items[i].state);
        }
        if (list)
                free(list->items);
        free(list);
        return NULL;
}

struct container_origin *container_origin_free(struct container_origin *origin) {
        if (origin)
                strv_free(origin->command);
        free(origin);
        return NULL;
}

static void give_origin(struct reply *a, struct error *e) {
        char path[4096], text[4096] = "";
        snprintf(path, sizeof path, "%s/%s", getenv("FAKE_ENGINE"), a->name);
        FILE *f = e ? NULL : fopen(path, "re");
        if (!e && (!f || !fgets(text, sizeof text, f) || strstr(text, "storage")))
                error_set(&e, -ENOENT, "There is no container %s", a->name);
        if (f)
                fclose(f);
        if (!e && (strstr(text, "damaged") || strstr(text, "ailing")))
                error_set(&e, -EIO, "readlink overlay: invalid argument");
        struct container_origin *origin = e ? NULL : calloc(1, sizeof *origin);
        snprintf(path, sizeof path, "%s/../command", getenv("FAKE_ENGINE"));
        f = !origin ? NULL : fopen(strstr(text, "foreign") || strstr(text, "making") ? "/dev/null" : path, "re");
        while (f && fgets(text, sizeof text, f)) {
                text[strcspn(text, "\n")] = '\0';
                strv_add(&origin->command, text);
        }
        if (f)
                fclose(f);
        a->origin_done(origin, e, a->userdata);
}

struct op *engine_find_origin(struct engine *engine, const char *container, void (*done)(struct container_origin *origin, struct error *e, void *userdata),
                                 void *userdata) {
        return start(engine, (struct reply) { .give = give_origin, .name = strdup(container), .origin_done = done, .userdata = userdata });
}

static void give_removal(struct reply *a, struct error *e) {
        if (!e) {
                char path[4096];
                snprintf(path, sizeof path, "%s/%s", getenv("FAKE_ENGINE"), a->name);
                if (unlink(path) < 0)
                        error_errno(&e, -errno, "The container %s cannot be removed", a->name);
        }
        a->nothing_done(e, a->userdata);
}

struct op *engine_remove_container(struct engine *engine, const char *name, unsigned seconds, void (*done)(struct error *e, void *userdata), void *userdata) {
        return start(engine, (struct reply) { .give = give_removal, .name = strdup(name), .nothing_done = done, .userdata = userdata });
}

/* A name is a file ".name REPOSITORY:TAG" (with "+" for "/") that holds the id. */
static void name_path(char *buffer, size_t n, const char *name) {
        snprintf(buffer, n, "%s/.name %s", getenv("FAKE_ENGINE"), name);
        for (char *c = buffer + strlen(getenv("FAKE_ENGINE")) + 1; *c; c++)
                if (*c == '/')
                        *c = '+';
}

static void give_name(struct reply *a, struct error *e) {
        char path[4096];
        if (!e && !is_here(a->id))
                error_set(&e, -ENOENT, "There is no image %s", a->id);
        if (!e) {
                name_path(path, sizeof path, a->name);
                FILE *f = fopen(path, "we");
                if (!f || fputs(a->id, f) < 0 || fflush(f) != 0)
                        error_errno(&e, -errno, "The name %s cannot be given", a->name);
                if (f)
                        fclose(f);
        }
        a->nothing_done(e, a->userdata);
}

struct op *engine_tag(struct engine *engine, const char *image, const char *name, void (*done)(struct error *e, void *userdata), void *userdata) {
        return start(engine, (struct reply) { .give = give_name, .name = strdup(name), .id = strdup(image), .nothing_done = done, .userdata = userdata });
}

static void take_name(struct reply *a, struct error *e) {
        char path[4096];
        if (!e) {
                name_path(path, sizeof path, a->name);
                if (unlink(path) < 0 && errno != ENOENT)
                        error_errno(&e, -errno, "The name %s cannot be taken off", a->name);
        }
        a->nothing_done(e, a->userdata);
}

struct op *engine_untag(struct engine *engine, const char *name, void (*done)(struct error *e, void *userdata), void *userdata) {
        return start(engine, (struct reply) { .give = take_name, .name = strdup(name), .nothing_done = done, .userdata = userdata });
}

/* Named ones too, as by their only name. */
static void take_image(struct reply *a, struct error *e) {
        char path[4096];
        if (!e && pulled_path(path, sizeof path) && str_equal(a->name, registry_id) && unlink(path) < 0)
                error_errno(&e, -errno, "The image %s cannot be removed", a->name);
        a->nothing_done(e, a->userdata);
}

struct op *engine_remove_image(struct engine *engine, const char *id, void (*done)(struct error *e, void *userdata), void *userdata) {
        return start(engine, (struct reply) { .give = take_image, .name = strdup(id), .nothing_done = done, .userdata = userdata });
}

/* A volume is a file ".volume NAME" that holds the service's name. */
static void volume_path(char *buffer, size_t n, const char *name) {
        snprintf(buffer, n, "%s/.volume %s", getenv("FAKE_ENGINE"), name);
}

static void give_volume(struct reply *a, struct error *e) {
        char path[4096];
        if (!e) {
                volume_path(path, sizeof path, a->name);
                if (access(path, F_OK) < 0)
                        error_set(&e, -ENOENT, "There is no volume %s", a->name);
        }
        a->nothing_done(e, a->userdata);
}

struct op *engine_find_volume(struct engine *engine, const char *name, void (*done)(struct error *e, void *userdata), void *userdata) {
        return start(engine, (struct reply) { .give = give_volume, .name = strdup(name), .nothing_done = done, .userdata = userdata });
}

static void make_volume(struct reply *a, struct error *e) {
        char path[4096];
        if (!e) {
                volume_path(path, sizeof path, a->name);
                FILE *f = fopen(path, "wxe");
                if (!f || fputs(a->id, f) < 0 || fflush(f) != 0)
                        error_errno(&e, -errno, "The volume %s cannot be made", a->name);
                if (f)
                        fclose(f);
        }
        a->nothing_done(e, a->userdata);
}

struct op *engine_create_volume(struct engine *engine, const char *name, const char *service, void (*done)(struct error *e, void *userdata),
                                void *userdata) {
        return start(engine, (struct reply) { .give = make_volume, .name = strdup(name), .id = strdup(service), .nothing_done = done, .userdata = userdata });
}

static void drop_volume(struct reply *a, struct error *e) {
        char path[4096];
        if (!e) {
                volume_path(path, sizeof path, a->name);
                if (unlink(path) < 0 && errno != ENOENT)
                        error_errno(&e, -errno, "The volume %s cannot be removed", a->name);
        }
        a->nothing_done(e, a->userdata);
}

struct op *engine_remove_volume(struct engine *engine, const char *name, void (*done)(struct error *e, void *userdata), void *userdata) {
        return start(engine, (struct reply) { .give = drop_volume, .name = strdup(name), .nothing_done = done, .userdata = userdata });
}

/* The container's file with another name or state; NULL: as it was. */
static void change_container(const struct reply *a, const char *new_name, const char *new_state, struct error **reterr) {
        char path[4096], name[256] = "", image[256] = "", state[64] = "";
        snprintf(path, sizeof path, "%s/%s", getenv("FAKE_ENGINE"), a->id);
        FILE *f = *reterr ? NULL : fopen(path, "re");
        int n = f ? fscanf(f, "%255s %255s %63s", name, image, state) : 0;
        if (f)
                fclose(f);
        f = n == 3 ? fopen(path, "we") : NULL;
        if (f) {
                fprintf(f, "%s %s %s\n", new_name ? new_name : name, image, new_state ? new_state : state);
                fclose(f);
        } else if (!*reterr)
                error_set(reterr, -ENOENT, "There is no container %s", a->id);
}

static void give_stopped(struct reply *a, struct error *e) {
        change_container(a, NULL, "exited", &e);
        a->nothing_done(e, a->userdata);
}

static void give_started(struct reply *a, struct error *e) {
        change_container(a, NULL, "running", &e);
        a->nothing_done(e, a->userdata);
}

static void give_renamed(struct reply *a, struct error *e) {
        change_container(a, a->name, NULL, &e);
        a->nothing_done(e, a->userdata);
}

struct op *engine_stop_container(struct engine *engine, const char *id, nothing_done_t done, void *userdata) {
        return start(engine, (struct reply) { .give = give_stopped, .id = strdup(id), .nothing_done = done, .userdata = userdata });
}

struct op *engine_start_container(struct engine *engine, const char *id, nothing_done_t done, void *userdata) {
        return start(engine, (struct reply) { .give = give_started, .id = strdup(id), .nothing_done = done, .userdata = userdata });
}

struct op *engine_rename_container(struct engine *engine, const char *id, const char *name, nothing_done_t done, void *userdata) {
        return start(engine, (struct reply) { .give = give_renamed, .id = strdup(id), .name = strdup(name), .nothing_done = done, .userdata = userdata });
}
