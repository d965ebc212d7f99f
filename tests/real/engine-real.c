/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The engine client against real engines: each argument is a socket with a system's images on it (the lab's).
 * Looks only, but for a name and a volume that it takes away again; prints "N passed, N failed". */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <systemd/sd-event.h>

#include "backend/engine/engine.h"
#include "base/str.h"
#include "model/image/image.h"
#include "model/image/recipe.h"

static unsigned passed, failed;
static const char *where;

static void check(bool good, const char *what, struct error *e) {
        _cleanup_free_ char *line = e ? error_line(e) : NULL;
        printf("%s - %s: %s%s%s\n", good ? "ok" : "not ok", where, what, line && !good ? ": " : "", line && !good ? line : "");
        if (good)
                passed++;
        else
                failed++;
}

struct got {
        bool over;
        void *result;
        struct error *e;
        unsigned progress;
};

static void got_images(struct image_list *images, struct error *e, void *userdata) {
        *(struct got *) userdata = (struct got) { true, images, e };
}

static void got_image(struct image *image, struct error *e, void *userdata) {
        struct got *g = userdata;
        g->over = true;
        g->result = image;
        g->e = e;
}

static void got_containers(struct container_list *list, struct error *e, void *userdata) {
        *(struct got *) userdata = (struct got) { true, list, e };
}

static void got_end(struct error *e, void *userdata) {
        struct got *g = userdata;
        g->over = true;
        g->e = e;
}

static void got_progress(const char *text, void *userdata) {
        ((struct got *) userdata)->progress++;
}

static void wait_for(sd_event *event, struct got *g, struct op *op) {
        while (op && !g->over && sd_event_run(event, 60000000) > 0)
                ;
        op_cancel(op);
}

static void images(sd_event *event, struct engine *engine) {
        struct got g = {};
        wait_for(event, &g, engine_list_images(engine, got_images, &g));
        struct image_list *list = g.result;
        check(list && list->n > 0, "lists images", g.e);
        struct image *rsyslog = NULL;
        for (size_t i = 0; list && i < list->n; i++)
                if (image_matches(list->items[i], "localhost/rsyslog"))
                        rsyslog = list->items[i];
        check(rsyslog && rsyslog->size > 0 && rsyslog->created > 0, "knows rsyslog with its size and date", NULL);
        check(rsyslog && label_set(rsyslog) & (1U << LABEL_INSTALL), "has its labels in the list", NULL);
        if (rsyslog) {
                struct got h = {};
                wait_for(event, &h, engine_inspect_image(engine, image_reference(rsyslog), got_image, &h));
                struct image *image = h.result;
                check(image && str_equal(image->id, rsyslog->id), "inspects by name", h.e);
                check(image && label_set(image) == label_set(rsyslog), "inspect has the same labels", NULL);
                if (image && engine_about(engine)->kind == ENGINE_PODMAN) {
                        _cleanup_free_ char *pinned = image_pinned(image, image_reference(image));
                        struct got p = {};
                        wait_for(event, &p, engine_inspect_image(engine, pinned, got_image, &p));
                        check(p.result != NULL, "finds it by its digest", p.e);
                        image_free(p.result);
                        error_free(p.e);
                }
                image_free(image);
                error_free(h.e);
        }
        image_list_free(list);
        error_free(g.e);
        struct got n = {};
        wait_for(event, &n, engine_inspect_image(engine, "localhost/no-such-image:1", got_image, &n));
        check(!n.result && n.e && n.e->code == -ENOENT && n.e->hint, "says that an image is not there", n.e);
        error_free(n.e);
}

static void names(sd_event *event, struct engine *engine) {
        static const char name[] = "localhost/fairlead-test/rsyslog:fairlead-test-0123456789ab";
        struct got g = {}, t = {}, u = {}, again = {}, gone = {};
        if (engine_about(engine)->kind == ENGINE_DOCKER) {
                wait_for(event, &u, engine_untag(engine, name, got_end, &u));
                check(u.e && u.e->code == -EOPNOTSUPP, "does not take names off where that would remove the image", u.e);
                error_free(u.e);
                return;
        }
        wait_for(event, &t, engine_tag(engine, "localhost/rsyslog", name, got_end, &t));
        check(t.over && !t.e, "gives an image a name", t.e);
        wait_for(event, &g, engine_inspect_image(engine, name, got_image, &g));
        struct image *image = g.result;
        check(image && image_matches(image, "localhost/rsyslog") && !pin_is(image_reference(image)), "finds it by that name, and shows the other first", g.e);
        wait_for(event, &u, engine_untag(engine, name, got_end, &u));
        check(u.over && !u.e, "takes the name off", u.e);
        wait_for(event, &again, engine_untag(engine, name, got_end, &again));
        check(again.over && !again.e, "taking it off once more is no error", again.e);
        wait_for(event, &gone, engine_inspect_image(engine, name, got_image, &gone));
        check(!gone.result && gone.e && gone.e->code == -ENOENT, "the name leads nowhere then", gone.e);
        image_free(image);
        for (size_t i = 0; i < 5; i++)
                error_free((struct error *[]) { g.e, t.e, u.e, again.e, gone.e }[i]);
}

static void containers(sd_event *event, struct engine *engine) {
        struct got g = {};
        wait_for(event, &g, engine_list_containers(engine, got_containers, &g));
        check(g.result != NULL, "lists containers", g.e);
        container_list_free(g.result);
        error_free(g.e);
        struct got r = {};
        wait_for(event, &r, engine_remove_container(engine, "fairlead-no-such", 1, got_end, &r));
        check(r.over && !r.e, "removing what is not there is no error", r.e);
        error_free(r.e);
}

static void got_volumes(char **volumes, struct error *e, void *userdata) {
        *(struct got *) userdata = (struct got) { true, volumes, e };
}

static bool lists_volume(sd_event *event, struct engine *engine, const char *volume) {
        struct got g = {};
        wait_for(event, &g, engine_list_volumes(engine, got_volumes, &g));
        _cleanup_strv_ char **volumes = g.result;
        check(g.over && !g.e, "lists volumes", g.e);
        error_free(g.e);
        return strv_contains(volumes, volume);
}

static void volumes(sd_event *event, struct engine *engine) {
        static const char name[] = "fairlead-test-0123456789ab", listed[] = "fairlead-test-0123456789ab:fairlead-test";
        struct got none = {}, made = {}, found = {}, gone = {}, again = {};
        wait_for(event, &none, engine_find_volume(engine, name, got_end, &none));
        check(none.e && none.e->code == -ENOENT, "knows that there is no such volume", none.e);
        wait_for(event, &made, engine_create_volume(engine, name, "fairlead-test", got_end, &made));
        check(made.over && !made.e, "makes a volume", made.e);
        wait_for(event, &found, engine_find_volume(engine, name, got_end, &found));
        check(found.over && !found.e, "finds it", found.e);
        check(lists_volume(event, engine, listed), "with its service", NULL);
        wait_for(event, &gone, engine_remove_volume(engine, name, got_end, &gone));
        check(gone.over && !gone.e, "removes it", gone.e);
        check(!lists_volume(event, engine, listed), "it is gone", NULL);
        wait_for(event, &again, engine_remove_volume(engine, name, got_end, &again));
        check(again.over && !again.e, "removing it once more is no error", again.e);
        for (size_t i = 0; i < 5; i++)
                error_free((struct error *[]) { none.e, made.e, found.e, gone.e, again.e }[i]);
}

static void pull(sd_event *event, struct engine *engine) {
        struct got g = {};
        wait_for(event, &g, engine_pull(engine, "127.0.0.1:1/no/such:image", got_progress, got_image, &g));
        check(!g.result && g.e && g.e->cause, "a pull that cannot be done is an error with its cause", g.e);
        image_free(g.result);
        error_free(g.e);
}

int main(int argc, char **argv) {
        for (int i = 1; i < argc; i++) {
                sd_event *event = NULL;
                const char *const sockets[] = { argv[i], NULL };
                where = argv[i];
                if (sd_event_new(&event) < 0)
                        return 1;
                struct engine *engine = engine_new(event, sockets);
                images(event, engine);
                const struct engine_about *about = engine_about(engine);
                check(about && about->version, "knows the engine's version", NULL);
                printf("# %s: %s %s\n", where, about ? engine_kind_name(about->kind) : "?", about && about->version ? about->version : "?");
                if (about)
                        names(event, engine);
                containers(event, engine);
                volumes(event, engine);
                pull(event, engine);
                engine_free(engine);
                sd_event_unref(event);
        }
        printf("%u passed, %u failed\n", passed, failed);
        fflush(stdout);
        return failed ? 1 : 0;
}
