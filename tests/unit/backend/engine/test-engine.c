/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding an engine, its images and pulls, in both dialects and with every bad thing an engine can do: what is said each time. */
#include "tests/unit/engine-fixture.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "backend/engine/internal.h"

static struct op *find(struct engine_fixture *f) {
        return engine_find(f->engine, on_found, f);
}

static struct op *list(struct engine_fixture *f) {
        return engine_list_images(f->engine, on_images, f);
}

static struct op *inspect(struct engine_fixture *f) {
        return engine_inspect_image(f->engine, "localhost/service-0001:latest", on_image, f);
}

static struct op *pull(struct engine_fixture *f) {
        return engine_pull(f->engine, "reg.example.test/team/new:1", on_progress, on_image, f);
}

/* ---- finding ---- */

static void finds_an_engine(void **state) {
        struct engine_fixture *f = *state;
        assert_null(engine_about(f->engine));
        f->op = find(f);
        assert_int_equal(f->calls, 0);
        await(f);
        assert_null(f->error);
        assert_ptr_equal(f->about, engine_about(f->engine));
        assert_int_equal(f->about->kind, f->kind);
        assert_string_equal(f->about->version, f->kind == ENGINE_PODMAN ? "4.3.1" : "20.10.24+dfsg1");
        assert_string_equal(f->about->socket, f->socket);
        /* It is remembered. */
        engine_fixture_clear(f);
        f->op = find(f);
        await(f);
        assert_null(f->error);
        assert_int_equal(fake_engine_requests(f->fake, "/_ping"), 1);
}

static void says_that_there_is_none(void **state) {
        struct engine_fixture *f = *state;
        fake_engine_stop(f->fake, true);
        f->op = list(f);
        await(f);
        check_said(f, -ENOENT, "No container engine was found on this host",
                   "Install podman, then: systemctl enable --now podman.socket", "No such file or directory");
        assert_null(f->images);
}

static void says_that_nobody_listens(void **state) {
        struct engine_fixture *f = *state;
        fake_engine_stop(f->fake, false);
        int64_t began = usec_now(CLOCK_MONOTONIC);
        f->op = list(f);
        await(f);
        check_said(f, -ECONNREFUSED, "No container engine answers at SOCKET", "systemctl enable --now podman.socket", "Couldn't connect to server");
        /* Between the end of an idle service and the socket's turn a connect is refused: it was tried again. */
        assert_true(usec_now(CLOCK_MONOTONIC) - began >= 400000);
}

static void waits_for_a_socket_that_starts_its_service(void **state) {
        struct engine_fixture *f = *state;
        fake_engine_stop(f->fake, false);
        f->op = list(f);
        turn(f, 250);
        assert_false(f->done);
        assert_true(fake_engine_start(f->fake) >= 0);
        await(f);
        assert_null(f->error);
        assert_int_equal(f->images->n, 3);
}

/* Limits are those of the calls; with patience they are longer, never shorter. (tests/e2e/test-powercut.sh has a Podman that starts slowly.) */
static void has_the_patience(void **state) {
        const struct engine_fixture *f = *state;
        assert_int_equal(engine_seconds(f->engine, 10), 10);
        engine_set_patience(f->engine, 300);
        assert_int_equal(engine_seconds(f->engine, 10), 300);
        assert_int_equal(engine_seconds(f->engine, 600), 600);
}

static void refuses_what_is_no_socket(void **state) {
        struct engine_fixture *f = *state;
        fake_engine_stop(f->fake, true);
        FILE *file = fopen(f->socket, "we");
        assert_non_null(file);
        fclose(file);
        f->op = find(f);
        await(f);
        check_said(f, -ENOTSOCK, "SOCKET is not a socket", NULL, NULL);
        /* A folder, too, and a link into nowhere. */
        engine_fixture_clear(f);
        assert_int_equal(unlink(f->socket), 0);
        assert_int_equal(mkdir(f->socket, 0700), 0);
        f->op = find(f);
        await(f);
        check_said(f, -ENOTSOCK, "SOCKET is not a socket", NULL, NULL);
        assert_int_equal(rmdir(f->socket), 0);
        engine_fixture_clear(f);
        assert_int_equal(symlink("/nowhere/at.all", f->socket), 0);
        f->op = find(f);
        await(f);
        check_said(f, -ENOENT, "No container engine was found on this host",
                   "Install podman, then: systemctl enable --now podman.socket", "No such file or directory");
}

static void refuses_a_socket_of_somebody_else(void **state) {
        struct engine_fixture *f = *state;
        if (geteuid() != 0)
                skip();
        assert_int_equal(chown(f->socket, 4711, 4711), 0);
        f->op = find(f);
        await(f);
        check_said(f, -EPERM, "The socket SOCKET belongs to somebody else (user 4711)",
                   "Only root's engine is asked, or your own: name its socket with --engine-socket", NULL);
        assert_int_equal(fake_engine_connections(f->fake), 0);
}

/* The socket itself, or already its folder. */
static void says_that_a_socket_is_not_for_everybody(void **state) {
        struct engine_fixture *f = *state;
        if (geteuid() != 0)
                skip();
        static const mode_t folders[] = { 0755, 0700 };
        for (size_t i = 0; i < ELEMENTS(folders); i++) {
                assert_int_equal(chmod(f->folder, folders[i]), 0);
                assert_int_equal(chmod(f->socket, 0660), 0);
                assert_int_equal(setegid(65534), 0);
                assert_int_equal(seteuid(65534), 0);
                f->op = find(f);
                turn_until(f, &f->done);
                assert_int_equal(seteuid(0), 0);
                assert_int_equal(setegid(0), 0);
                await(f);
                check_said(f, -EACCES, "Permission denied for the socket SOCKET", "Run fairlead as root", "Permission denied");
        }
}

static void takes_the_first_that_answers(void **state) {
        struct engine_fixture *f = *state;
        _cleanup_free_ char *absent = str_printf("%s/absent.sock", f->folder), *second = str_printf("%s/second.sock", f->folder);
        const char *const sockets[] = { absent, f->socket, second, NULL };
        struct fake_engine *other;
        assert_int_equal(fake_engine_new(f->event, second, f->kind == ENGINE_PODMAN ? ENGINE_DOCKER : ENGINE_PODMAN, &other), 0);
        engine_free(f->engine);
        f->engine = engine_new(f->event, sockets);
        f->op = find(f);
        await(f);
        assert_string_equal(f->about->socket, f->socket);
        /* It goes away: the next call that cannot connect says so, the one after it finds the other. */
        fake_engine_stop(f->fake, true);
        engine_fixture_clear(f);
        f->op = list(f);
        await(f);
        check_said(f, -ECONNREFUSED, "The image list could not be loaded", "systemctl enable --now podman.socket", "Couldn't connect to server");
        engine_fixture_clear(f);
        f->op = list(f);
        await(f);
        assert_null(f->error);
        assert_string_equal(engine_about(f->engine)->socket, second);
        assert_int_not_equal(engine_about(f->engine)->kind, f->kind);
        /* Of several that do not answer the one that is there is named. */
        fake_engine_stop(other, false);
        engine_free(f->engine);
        f->engine = engine_new(f->event, sockets);
        engine_fixture_clear(f);
        f->op = find(f);
        await(f);
        assert_int_equal(f->error->code, -ECONNREFUSED);
        assert_non_null(strstr(f->error->message, "second.sock"));
        fake_engine_free(other);
}

static void says_what_is_no_engine(void **state) {
        struct engine_fixture *f = *state;
        const char *const no_engine = "SOCKET is not the socket of a container engine", *const owner = "ls -l shows who owns the socket";
        const char *const again = "It may have been restarted: try again";
        const struct {
                struct fake_rule rule;
                int code;
                const char *message, *hint;
        } rows[] = {
                { { .what = FAKE_GARBAGE }, -EPROTO, no_engine, owner },
                { { .what = FAKE_PAGE, .amount = 404, .text = "404 page not found\n" }, -EPROTO, no_engine, owner },
                { { .what = FAKE_STATUS, .amount = 500, .text = "out of order" }, -EPROTO, no_engine, owner },
                { { .what = FAKE_HTML }, -EPROTO, no_engine, owner },
                { { .what = FAKE_EMPTY }, -EPROTO, no_engine, owner },
                { { .what = FAKE_ENDLESS }, -EPROTO, no_engine, owner },
                { { .what = FAKE_HEADERS }, -EPROTO, no_engine, owner },
                { { .what = FAKE_CUT, .amount = 0 }, -ECONNRESET, "The container engine at SOCKET closed the line without an answer", again },
                { { .what = FAKE_CUT, .amount = 40 }, -ECONNRESET, "The container engine at SOCKET broke off in the middle of its answer", again },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                run_call(f, find, rows[i].rule);
                assert_non_null(f->error);
                check_sentence(f, f->error, rows[i].code, rows[i].message);
                assert_string_equal(f->error->hint, rows[i].hint);
                assert_null(engine_about(f->engine));
        }
}

/* ---- images ---- */

static void lists_images(void **state) {
        struct engine_fixture *f = *state;
        fake_engine_set_images(f->fake, 500);
        f->op = list(f);
        await(f);
        assert_null(f->error);
        assert_int_equal(f->images->n, 500);
        const struct image *image = f->images->items[37];
        assert_int_equal(strlen(image->id), 64);
        assert_null(strchr(image->id, ':'));
        assert_string_equal(image->names[0], "localhost/service-0037:latest");
        assert_non_null(str_starts(image->repo_digests[0], "localhost/service-0037@sha256:"));
        assert_non_null(label_list_get(&image->labels, "INSTALL"));
        assert_string_equal(label_list_get(&image->labels, "version"), "3.7");
        assert_int_equal(image->created, 1700000037);
        assert_int_equal(image->size, 100037000);
        assert_string_equal(image->source, "engine");
        if (f->kind == ENGINE_PODMAN) {
                assert_non_null(str_starts(image->digest, "sha256:"));
                assert_int_equal(image->containers, 37 % 3);
                assert_int_equal(fake_engine_requests(f->fake, "GET /v4.0.0/libpod/images/json?all=false"), 1);
        } else {
                assert_null(image->digest);
                assert_int_equal(image->containers, 0);         /* -1: it did not count */
                assert_int_equal(fake_engine_requests(f->fake, "GET /v1.41/images/json"), 1);
        }
        fake_engine_set_images(f->fake, 0);
        engine_fixture_clear(f);
        f->op = list(f);
        await(f);
        assert_null(f->error);
        assert_int_equal(f->images->n, 0);
}

static void see(const struct image *image, void *userdata) {
        struct engine_fixture *f = userdata;
        assert_int_equal(f->calls, 0);
        assert_non_null(label_list_get(&image->labels, "INSTALL"));
        str_addf(&f->text, "%s\n", image->names[0]);
}

static void lends_each_image(void **state) {
        struct engine_fixture *f = *state;
        fake_engine_set_images(f->fake, 300);
        f->op = engine_each_image(f->engine, see, on_end, f);
        await(f);
        assert_null(f->error);
        assert_null(f->images);
        assert_non_null(strstr(f->text.text, "localhost/service-0000:latest\n"));
        assert_non_null(strstr(f->text.text, "localhost/service-0299:latest\n"));
        engine_fixture_clear(f);
        f->op = engine_each_image(f->engine, see, on_end, f);
        f->op = op_cancel(f->op);
        assert_int_equal(f->calls, 0);
        fake_engine_stop(f->fake, false);
        f->op = engine_each_image(f->engine, see, on_end, f);
        await(f);
        assert_non_null(f->error);
}

/* Both calls, each bad thing; what the cause says is what a person can act on. */
static void says_why_a_list_is_none(void **state) {
        struct engine_fixture *f = *state;
        const char *const head = "The image list could not be loaded";
        static const struct {
                struct fake_rule rule;
                int code;
                const char *hint, *cause;
        } rows[] = {
                { { .what = FAKE_CUT_BODY }, -ECONNRESET, "It may have been restarted: try again", "Transferred a partial file" },
                { { .what = FAKE_GARBAGE }, -EPROTO, "ls -l shows who owns the socket", NULL },
                { { .what = FAKE_ENDLESS }, -E2BIG, NULL, "One text is larger than 1024 KiB" },
                { { .what = FAKE_HUGE, .amount = 17 }, -E2BIG, NULL, "One text is larger than 1024 KiB" },
                { { .what = FAKE_ENDLESS_LIST }, -E2BIG, NULL, "It holds more than 20000 entries" },
                { { .what = FAKE_BROKEN }, -EBADMSG, NULL, NULL },
                { { .what = FAKE_DEEP, .amount = 40 }, -E2BIG, NULL, NULL },
                { { .what = FAKE_TYPES }, -EBADMSG, NULL, "an image of the list.Id is not an image's id" },
                { { .what = FAKE_HTML }, -EBADMSG, NULL, "It is not a list in JSON" },
                { { .what = FAKE_EMPTY }, -EBADMSG, NULL, "It ends in the middle" },
                { { .what = FAKE_PAGE, .amount = 404, .text = "404 page not found\n" }, -ENOENT, NULL, "404 page not found\n" },
                { { .what = FAKE_STATUS, .amount = 409, .text = "two at once" }, -EEXIST, NULL, "two at once" },
                { { .what = FAKE_STATUS, .amount = 500, .text = "database is locked" }, -EIO, NULL, "database is locked" },
                { { .what = FAKE_STATUS, .amount = 500, .text = "write /var: no space left on device" }, -ENOSPC,
                  "podman system df shows what takes the room", "write /var: no space left on device" },
                { { .what = FAKE_PAGE, .amount = 503, .text = "" }, -EIO, NULL, "status 503" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct fake_rule rule = rows[i].rule;
                rule.route = "/images/json";
                run_call(f, list, rule);
                assert_null(f->images);
                assert_non_null(f->error);
                const char *other = "The engine's image list could not be read";
                check_sentence(f, f->error, rows[i].code, rule.what == FAKE_EMPTY ? other : head);
                if (!str_equal(f->error->hint, rows[i].hint))
                        fail_msg("row %zu: hint %s", i, f->error->hint);
                const struct error *last = f->error;
                while (last->cause)
                        last = last->cause;
                assert_ptr_not_equal(last, f->error);
                if (rows[i].cause)
                        assert_string_equal(last->message, rows[i].cause);
        }
        /* And it is well again as soon as the engine is. */
        run_call(f, list, (struct fake_rule) { .what = FAKE_GOOD });
        assert_null(f->error);
        assert_int_equal(f->images->n, 3);
}

/* 10 ms a byte: whoever waits for all of it waits long, whoever draws does not wait. */
static void takes_answers_that_drip(void **state) {
        struct engine_fixture *f = *state;
        fake_engine_set_images(f->fake, 1);
        fake_engine_rule(f->fake, &(struct fake_rule) { .route = "/images/json", .what = FAKE_SLOW, .amount = 1 });
        f->op = list(f);
        await(f);
        assert_null(f->error);
        assert_int_equal(f->images->n, 1);
        assert_string_equal(f->images->items[0]->names[0], "localhost/service-0000:latest");
}

/* One image with more labels than anybody reads is no reason to show none. */
static void lists_an_image_that_has_too_many_labels(void **state) {
        struct engine_fixture *f = *state;
        _cleanup_str_ struct str body = {};
        str_add(&body, "[{\"Id\":\"1234567890ab\",\"Labels\":{");
        for (unsigned i = 0; i < 5000; i++)
                str_addf(&body, "\"a%u\":\"x\",", i);
        str_add(&body, "\"RUN\":\"podman run IMAGE\"}},{\"Id\":\"abcdef\",\"Labels\":null}]");
        run_call(f, list, (struct fake_rule) { .route = "/images/json", .what = FAKE_PAGE, .amount = 200, .text = body.text });
        assert_null(f->error);
        assert_int_equal(f->images->n, 2);
        assert_int_equal(f->images->items[0]->labels.n, LABELS_MAX);
        assert_int_equal(f->images->items[1]->labels.n, 0);
}

static void looks_at_an_image(void **state) {
        struct engine_fixture *f = *state;
        f->op = inspect(f);
        await(f);
        assert_null(f->error);
        assert_int_equal(strlen(f->image->id), 64);
        assert_string_equal(f->image->names[0], "localhost/service-0001:latest");
        assert_string_equal(label_list_get(&f->image->labels, "summary"), "Service 1 of the fake engine");
        assert_string_equal(f->image->architecture, "amd64");
        assert_int_equal(f->image->created, 1700000000);
        assert_int_equal(strv_length(f->image->volumes), 2);
        assert_string_equal(f->image->volumes[1], "/var/lib/service");
        assert_true((f->image->digest != NULL) == (f->kind == ENGINE_PODMAN));
        /* Whatever stands in a reference, it is one part of one path. */
        assert_int_equal(fake_engine_requests(f->fake, "/images/localhost%2Fservice-0001%3Alatest/json"), 1);
        engine_fixture_clear(f);
        f->op = engine_inspect_image(f->engine, "x/../../containers/json?all=true#\r\nX: y", on_image, f);
        await(f);
        assert_int_equal(fake_engine_requests(f->fake, "/images/x%2F..%2F..%2Fcontainers%2Fjson%3Fall%3Dtrue%23%0D%0AX%3A%20y/json"), 1);
}

static void says_why_an_image_is_not_there(void **state) {
        struct engine_fixture *f = *state;
        f->op = engine_inspect_image(f->engine, "localhost/other:1", on_image, f);
        await(f);
        check_said(f, -ENOENT, "There is no image localhost/other:1 on this host", "fairlead images --all lists the images of this host", NULL);
        /* Podman 4.3 says 500 where it means 404; the words count. */
        run_call(f, inspect, (struct fake_rule) { .route = "/images/", .what = FAKE_STATUS, .amount = 500, .text = "x: image not known" });
        check_said(f, -ENOENT, "The image could not be inspected", "fairlead images --all lists the images of this host",
                   "x: image not known");
        static const struct {
                struct fake_rule rule;
                int code;
                const char *message;
        } rows[] = {
                { { .what = FAKE_HTML }, -EBADMSG, "The engine's answer about the image could not be read" },
                { { .what = FAKE_EMPTY }, -EBADMSG, "The engine's answer about the image could not be read" },
                { { .what = FAKE_BROKEN }, -EBADMSG, "The engine's answer about the image could not be read" },
                { { .what = FAKE_TYPES }, -EBADMSG, "The engine's answer about the image could not be read" },
                { { .what = FAKE_DEEP, .amount = 40 }, -E2BIG, "The engine's answer about the image could not be read" },
                { { .what = FAKE_ENDLESS }, -E2BIG, "The image could not be inspected" },
                { { .what = FAKE_HUGE, .amount = 17 }, -E2BIG, "The image could not be inspected" },
                { { .what = FAKE_CUT_BODY }, -ECONNRESET, "The image could not be inspected" },
                { { .what = FAKE_STATUS, .amount = 403, .text = "not yours" }, -EACCES, "The image could not be inspected" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct fake_rule rule = rows[i].rule;
                rule.route = "/images/";
                run_call(f, inspect, rule);
                assert_null(f->image);
                check_sentence(f, f->error, rows[i].code, rows[i].message);
                assert_non_null(f->error->cause);
        }
}

/* The engine is restarted while it answers: this call fails in words, the next one works, without a new search. */
static void outlives_a_restart(void **state) {
        struct engine_fixture *f = *state;
        run_call(f, list, (struct fake_rule) { .route = "/images/json", .what = FAKE_RESTART, .amount = 50, .times = 1 });
        check_said(f, -ECONNRESET, "The image list could not be loaded", "It may have been restarted: try again", "Transferred a partial file");
        engine_fixture_clear(f);
        turn(f, 100);
        f->op = list(f);
        await(f);
        assert_null(f->error);
        assert_int_equal(f->images->n, 3);
        /* Between two calls: the line that was kept open is dead, which is no failure. */
        fake_engine_stop(f->fake, false);
        assert_true(fake_engine_start(f->fake) >= 0);
        engine_fixture_clear(f);
        f->op = list(f);
        await(f);
        assert_null(f->error);
}

/* ---- pull ---- */

static void pulls(void **state) {
        struct engine_fixture *f = *state;
        f->op = pull(f);
        await(f);
        assert_null(f->error);
        assert_non_null(f->image);
        if (f->kind == ENGINE_PODMAN) {
                assert_non_null(str_starts(f->text.text, "Trying to pull reg.example.test/team/new:1...\n"));
                assert_int_equal(fake_engine_requests(f->fake, "POST /v4.0.0/libpod/images/pull?reference=reg.example.test%2Fteam%2Fnew%3A1&policy=missing"), 1);
        } else {
                assert_non_null(strstr(f->text.text, "012345678901: Downloading 66%\n"));
                assert_int_equal(fake_engine_requests(f->fake, "POST /v1.41/images/create?fromImage=reg.example.test%2Fteam%2Fnew&tag=1"), 1);
        }
        /* The image is looked at afterwards: what a stream says is no proof. */
        assert_int_equal(fake_engine_requests(f->fake, "GET "), 2);
}

/* Without a tag Docker would pull all there are; a digest is its tag. */
static void pulls_one_image_only(void **state) {
        struct engine_fixture *f = *state;
        static const struct {
                const char *reference, *podman, *docker;
        } rows[] = {
                { "localhost:5000/a", "reference=localhost%3A5000%2Fa&", "fromImage=localhost%3A5000%2Fa&tag=latest" },
                { "localhost:5000/a:b", "reference=localhost%3A5000%2Fa%3Ab&", "fromImage=localhost%3A5000%2Fa&tag=b" },
                { "q.io/a@sha256:00", "reference=q.io%2Fa%40sha256%3A00&", "fromImage=q.io%2Fa&tag=sha256%3A00" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                engine_fixture_clear(f);
                f->op = engine_pull(f->engine, rows[i].reference, NULL, on_image, f);
                await(f);
                assert_null(f->error);
                assert_int_equal(fake_engine_requests(f->fake, f->kind == ENGINE_PODMAN ? rows[i].podman : rows[i].docker), 1);
        }
}

static void says_why_a_pull_failed(void **state) {
        struct engine_fixture *f = *state;
        const char *const head = "The image reg.example.test/team/new:1 could not be pulled";
        static const struct {
                struct fake_rule rule;
                int code;
                const char *hint, *cause;
        } rows[] = {
                /* Status 200 and an error in the stream. */
                { { .what = FAKE_STREAM_ERROR, .text = "reading manifest 1: manifest unknown" }, -ENOENT, "The registry has no such tag or digest",
                  "reading manifest 1: manifest unknown" },
                { { .what = FAKE_STREAM_ERROR, .text = "unauthorized: access to the requested resource" }, -EACCES,
                  "podman login REGISTRY stores what the registry asks for", "unauthorized: access to the requested resource" },
                { { .what = FAKE_STREAM_ERROR, .text = "dial tcp: lookup reg.example.test: no such host" }, -EHOSTUNREACH,
                  "The registry's name is not known to DNS", "dial tcp: lookup reg.example.test: no such host" },
                { { .what = FAKE_STREAM_ERROR, .text = "tls: x509: certificate signed by unknown authority" }, -EPROTO,
                  "The registry's certificate is not trusted here: /etc/containers/certs.d", "tls: x509: certificate signed by unknown authority" },
                { { .what = FAKE_STREAM_ERROR, .text = "something new" }, -EIO, NULL, "something new" },
                { { .what = FAKE_STREAM_CUT }, -EBADMSG, NULL, "It ends in the middle" },
                { { .what = FAKE_CUT_BODY }, -ECONNRESET, "It may have been restarted: try again", "Transferred a partial file" },
                { { .what = FAKE_STATUS, .amount = 500, .text = "no space left on device" }, -ENOSPC,
                  "podman system df shows what takes the room", "no space left on device" },
                { { .what = FAKE_HTML }, -EBADMSG, NULL, "It is not JSON (an object is expected)" },
                { { .what = FAKE_ENDLESS }, -E2BIG, NULL, "One text is larger than 1024 KiB" },
                { { .what = FAKE_TYPES }, -EIO, NULL, "The engine reported an error without a message" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct fake_rule rule = rows[i].rule;
                rule.route = "POST ";
                run_call(f, pull, rule);
                assert_null(f->image);
                check_said(f, rows[i].code, head, rows[i].hint, rows[i].cause);
        }
        /* A stream that is all well, and no image afterwards. */
        run_call(f, pull, (struct fake_rule) { .route = "GET ", .what = FAKE_STATUS, .amount = 404, .text = "no such image" });
        check_said(f, -ENOENT, "There is no image reg.example.test/team/new:1 on this host", "fairlead images --all lists the images of this host", NULL);
}

/* ---- dropping ---- */

static void calls_can_be_dropped_at_any_time(void **state) {
        struct engine_fixture *f = *state;
        check_drops(f, list);
        check_drops(f, inspect);
        check_drops(f, pull);
        fake_engine_rule(f->fake, &(struct fake_rule) { .route = "/images/json", .what = FAKE_SLOW, .amount = 1 });
        for (unsigned ms = 1; ms < 200; ms += 40) {
                engine_fixture_clear(f);
                f->op = list(f);
                turn(f, ms);
                f->op = op_cancel(f->op);
                turn(f, 10);
                assert_int_equal(f->calls, 0);
        }
        /* The first call of all: also while the engine is being found. */
        const char *const sockets[] = { f->socket, NULL };
        for (unsigned steps = 0; steps < 12; steps++) {
                engine_fixture_clear(f);
                engine_free(f->engine);
                f->engine = engine_new(f->event, sockets);
                f->op = find(f);
                for (unsigned i = 0; i < steps; i++)
                        sd_event_run(f->event, 10000);
                unsigned calls = f->calls;
                f->op = op_cancel(f->op);
                turn(f, 5);
                assert_int_equal(f->calls, calls);
        }
        fake_engine_stop(f->fake, false);
        engine_fixture_clear(f);
        engine_free(f->engine);
        f->engine = engine_new(f->event, sockets);
        f->op = find(f);
        turn(f, 100);           /* in the pause before the next try */
        f->op = op_cancel(f->op);
        turn(f, 300);
        assert_int_equal(f->calls, 0);
}

static void a_pull_can_be_dropped_in_its_own_progress(void **state) {
        struct engine_fixture *f = *state;
        f->drop = true;
        f->op = pull(f);
        for (unsigned i = 0; i < 200 && !f->pieces; i++)
                sd_event_run(f->event, 100000);
        assert_null(f->op);
        turn(f, 50);
        assert_int_equal(f->pieces, 1);
        assert_int_equal(f->calls, 0);
        assert_int_equal(fake_engine_requests(f->fake, "/json"), 0);
}

static void an_engine_goes_with_calls_under_way(void **state) {
        struct engine_fixture *f = *state;
        fake_engine_rule(f->fake, &(struct fake_rule) { .route = "/images/", .what = FAKE_SILENT });
        f->op = list(f);
        turn(f, 30);
        f->op = op_cancel(f->op);
        f->engine = engine_free(f->engine);
        turn(f, 30);
        assert_int_equal(f->calls, 0);
        assert_int_equal(fake_engine_open(f->fake), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                BOTH(finds_an_engine),
                BOTH(says_that_there_is_none),
                BOTH(says_that_nobody_listens),
                BOTH(waits_for_a_socket_that_starts_its_service),
                PODMAN(has_the_patience),
                BOTH(refuses_what_is_no_socket),
                BOTH(refuses_a_socket_of_somebody_else),
                BOTH(says_that_a_socket_is_not_for_everybody),
                BOTH(takes_the_first_that_answers),
                BOTH(says_what_is_no_engine),
                BOTH(lists_images),
                BOTH(lends_each_image),
                BOTH(says_why_a_list_is_none),
                BOTH(takes_answers_that_drip),
                BOTH(lists_an_image_that_has_too_many_labels),
                BOTH(looks_at_an_image),
                BOTH(says_why_an_image_is_not_there),
                BOTH(outlives_a_restart),
                BOTH(pulls),
                BOTH(pulls_one_image_only),
                BOTH(says_why_a_pull_failed),
                BOTH(calls_can_be_dropped_at_any_time),
                BOTH(a_pull_can_be_dropped_in_its_own_progress),
                BOTH(an_engine_goes_with_calls_under_way),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
