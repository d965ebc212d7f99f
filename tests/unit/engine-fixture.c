/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/engine-fixture.h"

static int engine_fixture_new(void **state, enum engine_kind kind) {
        struct engine_fixture *f = calloc(1, sizeof *f);
        char folder[] = "/tmp/fairlead-engine-XXXXXX";
        assert_non_null(f);
        assert_non_null(mkdtemp(folder));
        f->kind = kind;
        f->folder = strdup(folder);
        f->socket = str_printf("%s/engine.sock", folder);
        assert_true(sd_event_new(&f->event) >= 0);
        assert_int_equal(fake_engine_new(f->event, f->socket, kind, &f->fake), 0);
        const char *const sockets[] = { f->socket, NULL };
        f->engine = engine_new(f->event, sockets);
        *state = f;
        return 0;
}

int podman(void **state) {
        return engine_fixture_new(state, ENGINE_PODMAN);
}

int docker(void **state) {
        return engine_fixture_new(state, ENGINE_DOCKER);
}

void engine_fixture_clear(struct engine_fixture *f) {
        f->op = op_cancel(f->op);
        f->error = error_free(f->error);
        f->images = image_list_free(f->images);
        f->image = image_free(f->image);
        f->containers = container_list_free(f->containers);
        f->about = NULL;
        f->calls = f->pieces = 0;
        f->done = f->drop = false;
        str_cut(&f->text, 0);
}

int engine_fixture_free(void **state) {
        struct engine_fixture *f = *state;
        engine_fixture_clear(f);
        str_done(&f->text);
        engine_free(f->engine);
        fake_engine_free(f->fake);
        sd_event_unref(f->event);
        unlink(f->socket);
        assert_int_equal(rmdir(f->folder), 0);
        free(f->folder);
        free(f->socket);
        free(f);
        return 0;
}

void turn(struct engine_fixture *f, unsigned ms) {
        int64_t end = usec_now(CLOCK_MONOTONIC) + (int64_t) ms * 1000;
        for (int64_t now; (now = usec_now(CLOCK_MONOTONIC)) < end;)
                assert_true(sd_event_run(f->event, (uint64_t) (end - now)) >= 0);
}

void turn_until(struct engine_fixture *f, const bool *what) {
        int64_t end = usec_now(CLOCK_MONOTONIC) + 20000000;
        while (!*what) {
                assert_true(sd_event_run(f->event, 100000) >= 0);
                assert_true(usec_now(CLOCK_MONOTONIC) < end);
        }
}

void await(struct engine_fixture *f) {
        assert_non_null(f->op);
        turn_until(f, &f->done);
        assert_int_equal(f->calls, 1);
        f->op = op_cancel(f->op);
}

static void came(struct engine_fixture *f, struct error *e) {
        f->calls++;
        f->done = true;
        f->error = e;
}

void on_found(struct error *e, void *userdata) {
        struct engine_fixture *f = userdata;
        f->about = e ? NULL : engine_about(f->engine);
        came(f, e);
}

void on_images(struct image_list *images, struct error *e, void *userdata) {
        struct engine_fixture *f = userdata;
        f->images = images;
        came(f, e);
}

void on_image(struct image *image, struct error *e, void *userdata) {
        struct engine_fixture *f = userdata;
        f->image = image;
        came(f, e);
}

void on_containers(struct container_list *containers, struct error *e, void *userdata) {
        struct engine_fixture *f = userdata;
        f->containers = containers;
        came(f, e);
}

void on_end(struct error *e, void *userdata) {
        came(userdata, e);
}

void on_progress(const char *text, void *userdata) {
        struct engine_fixture *f = userdata;
        f->pieces++;
        str_add(&f->text, text);
        if (f->drop)
                f->op = op_cancel(f->op);
}

void run_call(struct engine_fixture *f, struct op *(*start)(struct engine_fixture *f),
              struct fake_rule rule) {
        engine_fixture_clear(f);
        fake_engine_behave(f->fake);
        fake_engine_rule(f->fake, &rule);
        f->op = start(f);
        await(f);
}

char *without_path(const struct engine_fixture *f, const char *text) {
        const char *at = text ? strstr(text, f->socket) : NULL;
        return at     ? str_printf("%.*sSOCKET%s", (int) (at - text), text, at + strlen(f->socket))
               : text ? strdup(text)
                      : NULL;
}

void check_sentence(const struct engine_fixture *f, const struct error *e, int code, const char *message) {
        _cleanup_free_ char *said = without_path(f, e->message);
        assert_string_equal(said, message);
        if (e->code != code)
                fail_msg("\"%s\" has code %d, not %d", message, e->code, code);
}

void check_said(const struct engine_fixture *f, int code, const char *message, const char *hint,
                const char *cause) {
        const struct error *e = f->error, *last = e;
        assert_non_null(e);
        check_sentence(f, e, code, message);
        if (hint) {
                assert_non_null(e->hint);
                _cleanup_free_ char *said = without_path(f, e->hint);
                assert_string_equal(said, hint);
        } else
                assert_null(e->hint);
        while (last->cause)
                last = last->cause;
        assert_true((last != e) == (cause != NULL));
        if (cause) {
                _cleanup_free_ char *said = without_path(f, last->message);
                assert_string_equal(said, cause);
        }
}

void check_drops(struct engine_fixture *f, struct op *(*start)(struct engine_fixture *f)) {
        unsigned steps = 0;
        for (bool ended = false; !ended; steps++) {
                engine_fixture_clear(f);
                f->op = start(f);
                assert_non_null(f->op);
                assert_int_equal(f->calls, 0);
                for (unsigned i = 0; i < steps && !f->done; i++)
                        assert_true(sd_event_run(f->event, 10000) >= 0);
                ended = f->done;
                f->op = op_cancel(f->op);
                unsigned calls = f->calls, pieces = f->pieces;
                for (int i = 0; i < 20; i++)
                        sd_event_run(f->event, 0);
                assert_int_equal(f->calls, calls);
                assert_int_equal(f->pieces, pieces);
                assert_true(steps < 500);
        }
        assert_true(steps > 4); /* found, asked, answered: fewer cannot be */
}
