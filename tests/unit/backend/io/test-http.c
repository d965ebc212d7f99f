/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests over a unix socket: answers whole and in pieces, ceilings, limits of time, and handles dropped wherever that can be. */
#include "tests/unit/engine-fixture.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "backend/io/http.h"

struct request {
        struct engine_fixture *f;
        struct http *http;
        struct op *op;
        struct http_request how;
        bool done;
        unsigned calls, pieces, began;
        int status;
        struct error *error;
        char *body, *type;
        size_t size;
        size_t pieces_size;
        unsigned stop_at;               /* the piece that refuses to go on; 0: none */
        struct request *other;          /* started, or dropped, in done() */
        bool drop_in_piece;
        bool start_other;
};

static void start(struct request *r);

static int on_piece(const void *bytes, size_t n, void *userdata, struct error **reterr) {
        struct request *r = userdata;
        r->pieces++;
        r->pieces_size += n;
        if (r->drop_in_piece)
                r->op = op_cancel(r->op);
        if (r->other && !r->start_other)
                r->other->op = op_cancel(r->other->op);
        return r->pieces == r->stop_at ? error_set(reterr, -EBADMSG, "This is enough") : 0;
}

static void on_began(void *userdata) {
        struct request *r = userdata;
        r->began++;
        assert_int_equal(r->pieces, 0);
}

static void on_done(const struct http_answer *answer, struct error *e, void *userdata) {
        struct request *r = userdata;
        r->calls++;
        r->done = true;
        r->error = e;
        if (answer) {
                r->status = answer->status;
                r->body = strdup(answer->body.text);
                r->size = answer->body.length;
                r->type = http_header(answer, "content-type") ? strdup(http_header(answer, "content-type")) : NULL;
                assert_null(http_header(answer, "X-None"));
        }
        r->op = op_cancel(r->op);
        if (r->other && r->start_other)
                start(r->other);
        else if (r->other)
                r->other->op = op_cancel(r->other->op);
}

static void start(struct request *r) {
        r->how.socket = r->how.socket ? r->how.socket : r->f->socket;
        r->how.method = r->how.method ? r->how.method : "GET";
        r->how.began = on_began;
        r->how.done = on_done;
        r->how.userdata = r;
        r->op = http_start(r->http, &r->how);
        assert_non_null(r->op);
        assert_int_equal(r->calls, 0);
}

static void finish(struct request *r) {
        r->op = op_cancel(r->op);
        error_free(r->error);
        free(r->body);
        free(r->type);
}

static struct http *new_http(struct engine_fixture *f) {
        struct http *http;
        http = http_new(f->event);
        return http;
}

/* A socket that takes one line, hears what comes, and says these bytes; then it hangs up. */
struct speaker {
        const char *answer;
        int fd, peer;
        sd_event_source *listen, *io;
        char heard[8192];
        size_t n;
};

static int speaker_ready(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct speaker *s = userdata;
        ssize_t n = recv(fd, s->heard + s->n, sizeof s->heard - 1 - s->n, MSG_DONTWAIT);
        if (n > 0)
                s->n += (size_t) n;
        s->heard[s->n] = '\0';
        if (n > 0 && !strstr(s->heard, "\r\n\r\n"))
                return 0;
        if (n > 0)
                (void) !send(fd, s->answer, strlen(s->answer), MSG_NOSIGNAL);
        s->io = sd_event_source_disable_unref(s->io);
        close(s->peer);
        s->peer = -1;
        return 0;
}

static int speaker_called(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct speaker *s = userdata;
        assert_int_equal(s->peer, -1);
        s->peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
        assert_true(s->peer >= 0);
        assert_true(sd_event_add_io(sd_event_source_get_event(source), &s->io, s->peer, EPOLLIN, speaker_ready, s) >= 0);
        return 0;
}

static struct speaker *speaker_new(struct engine_fixture *f, const char *answer) {
        struct speaker *s = calloc(1, sizeof *s);
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        assert_true(strlen(f->socket) < sizeof address.sun_path);
        strcpy(address.sun_path, f->socket);
        *s = (struct speaker) { .answer = answer, .peer = -1, .fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) };
        unlink(f->socket);
        assert_int_equal(bind(s->fd, (struct sockaddr *) &address, sizeof address), 0);
        assert_int_equal(listen(s->fd, 8), 0);
        assert_true(sd_event_add_io(f->event, &s->listen, s->fd, EPOLLIN, speaker_called, s) >= 0);
        return s;
}

static void speaker_free(struct speaker *s) {
        sd_event_source_disable_unref(s->io);
        sd_event_source_disable_unref(s->listen);
        if (s->peer >= 0)
                close(s->peer);
        close(s->fd);
        free(s);
}

#define IMAGES "/v4.0.0/libpod/images/json"

static void gives_an_answer_whole(void **state) {
        struct engine_fixture *f = *state;
        _cleanup_(http_freep) struct http *http = new_http(f);
        struct request r = { .f = f, .http = http, .how = { .path = "/_ping" } };
        start(&r);
        turn_until(f, &r.done);
        assert_null(r.error);
        assert_int_equal(r.status, 200);
        assert_string_equal(r.body, "OK");
        assert_int_equal(r.size, 2);
        assert_string_equal(r.type, "text/plain; charset=utf-8");
        assert_int_equal(r.began, 1);
        finish(&r);
        /* A second one goes over the same line. */
        struct request second = { .f = f, .http = http, .how = { .path = IMAGES } };
        start(&second);
        turn_until(f, &second.done);
        assert_int_equal(second.size, strlen(second.body));
        assert_int_equal(second.body[0], '[');
        assert_int_equal(fake_engine_connections(f->fake), 1);
        finish(&second);
}

static void gives_an_answer_in_pieces(void **state) {
        struct engine_fixture *f = *state;
        _cleanup_(http_freep) struct http *http = new_http(f);
        fake_engine_set_images(f->fake, 2000);
        struct request r = { .f = f, .http = http, .how = { .path = IMAGES, .piece = on_piece } };
        start(&r);
        turn_until(f, &r.done);
        assert_null(r.error);
        assert_true(r.pieces > 10);
        assert_true(r.pieces_size > 1000000);
        assert_int_equal(r.size, 0);            /* it is not kept as well */
        finish(&r);
}

/* The body of a status of 400 or more is not what piece() is for. */
static void keeps_the_body_of_a_refusal(void **state) {
        struct engine_fixture *f = *state;
        _cleanup_(http_freep) struct http *http = new_http(f);
        struct request r = { .f = f, .http = http, .how = { .path = "/v4.0.0/libpod/images/none/json", .piece = on_piece } };
        start(&r);
        turn_until(f, &r.done);
        assert_null(r.error);
        assert_int_equal(r.status, 404);
        assert_int_equal(r.pieces + r.began, 0);
        assert_non_null(strstr(r.body, "image not known"));
        finish(&r);
}

static void holds_its_ceilings(void **state) {
        struct engine_fixture *f = *state;
        _cleanup_(http_freep) struct http *http = new_http(f);
        static const struct {
                struct fake_rule rule;
                size_t limit;
                const char *message;
        } rows[] = {
                { { .what = FAKE_ENDLESS }, 0, "The answer is larger than 16777216 bytes" },
                { { .what = FAKE_HUGE, .amount = 17 }, 0, "The answer is larger than 16777216 bytes" },
                { { .what = FAKE_GOOD }, 100, "The answer is larger than 100 bytes" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                fake_engine_behave(f->fake);
                fake_engine_rule(f->fake, &rows[i].rule);
                struct request r = { .f = f, .http = http, .how = { .path = IMAGES, .limit = rows[i].limit } };
                start(&r);
                turn_until(f, &r.done);
                assert_int_equal(r.calls, 1);
                assert_int_equal(r.error->code, -E2BIG);
                assert_string_equal(r.error->message, rows[i].message);
                finish(&r);
        }
        /* 16 MiB less a little are taken. */
        fake_engine_behave(f->fake);
        fake_engine_rule(f->fake, &(struct fake_rule) { .what = FAKE_HUGE, .amount = 15 });
        struct request r = { .f = f, .http = http, .how = { .path = IMAGES } };
        start(&r);
        turn_until(f, &r.done);
        assert_null(r.error);
        assert_true(r.size > 15U * 1024 * 1024);
        finish(&r);
}

static void holds_its_limits_of_time(void **state) {
        struct engine_fixture *f = *state;
        _cleanup_(http_freep) struct http *http = new_http(f);
        static const struct {
                struct fake_rule rule;
                unsigned seconds, stall;
        } rows[] = {
                { { .what = FAKE_SILENT }, 1, 0 },
                { { .what = FAKE_SILENT }, 0, 1 },
                { { .what = FAKE_SLOW, .amount = 50 }, 1, 0 },  /* a byte now and then is no answer in time */
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                fake_engine_behave(f->fake);
                fake_engine_rule(f->fake, &rows[i].rule);
                struct request r = { .f = f, .http = http, .how = { .path = IMAGES, .seconds = rows[i].seconds, .stall = rows[i].stall } };
                int64_t began = usec_now(CLOCK_MONOTONIC);
                start(&r);
                turn_until(f, &r.done);
                assert_true(usec_now(CLOCK_MONOTONIC) - began >= 900000);
                check_sentence(f, r.error, -ETIMEDOUT, "The container engine at SOCKET did not answer in time");
                assert_string_equal(r.error->hint, "systemctl status podman.service says whether it hangs");
                finish(&r);
        }
        /* But it is no stall: 3 s of drops, and never 2 s without one. */
        fake_engine_behave(f->fake);
        fake_engine_set_images(f->fake, 1);
        fake_engine_rule(f->fake, &(struct fake_rule) { .what = FAKE_SLOW, .amount = 2 });
        struct request r = { .f = f, .http = http, .how = { .path = IMAGES, .stall = 2 } };
        int64_t began = usec_now(CLOCK_MONOTONIC);
        start(&r);
        turn_until(f, &r.done);
        assert_null(r.error);
        assert_true(usec_now(CLOCK_MONOTONIC) - began > 2000000);
        finish(&r);
}

/* A chunk that is none, a length that is none, more than was said: from a socket that speaks by hand. */
static void takes_no_broken_framing(void **state) {
        struct engine_fixture *f = *state;
        static const struct {
                const char *answer;
                int code;               /* 0: it is taken */
                const char *body;
        } rows[] = {
                { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n", -ECONNRESET, NULL },
                { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n5\r\nab", -ECONNRESET, NULL },
                { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n", -ECONNRESET, NULL },
                { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffffff\r\nab", -ECONNRESET, NULL },
                { "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", -ECONNRESET, NULL },
                { "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef", 0, "abc" },
                { "HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabc", -EPROTO, NULL },
                { "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n", -ECONNRESET, NULL },
                { "HTTP/1.1 200 OK\r\nContent-", -ECONNRESET, NULL },
                { "HTTP/1.1 200 OK\r\n\r\nuntil it ends", 0, "until it ends" },
                { "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", 0, "x" },
                { "HTTP/1.1 100 Continue\r\n\r\n", -ECONNRESET, NULL },
                { "HTTP/1.0 200 OK\r\n\r\nold", 0, "old" },
                { "SSH-2.0-OpenSSH_9.2\r\n", -EPROTO, NULL },
                { "", -ECONNRESET, NULL },
        };
        fake_engine_stop(f->fake, true);
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(http_freep) struct http *http = new_http(f);
                struct speaker *speaker = speaker_new(f, rows[i].answer);
                struct request r = { .f = f, .http = http, .how = { .path = "/x" } };
                start(&r);
                turn_until(f, &r.done);
                assert_int_equal(r.calls, 1);
                if ((r.error ? r.error->code : 0) != rows[i].code)
                        fail_msg("row %zu gives %d: %s", i, r.error ? r.error->code : 0, r.error ? r.error->message : r.body);
                if (rows[i].body)
                        assert_string_equal(r.body, rows[i].body);
                finish(&r);
                speaker_free(speaker);
        }
}

static void follows_no_redirection(void **state) {
        struct engine_fixture *f = *state;
        _cleanup_(http_freep) struct http *http = new_http(f);
        fake_engine_stop(f->fake, true);
        struct speaker *speaker = speaker_new(f, "HTTP/1.1 302 Found\r\nLocation: http://localhost:1/\r\nContent-Length: 0\r\n\r\n");
        struct request r = { .f = f, .http = http, .how = { .path = "/x" } };
        start(&r);
        turn_until(f, &r.done);
        assert_null(r.error);
        assert_int_equal(r.status, 302);
        finish(&r);
        speaker_free(speaker);
}

static void sends_a_body(void **state) {
        struct engine_fixture *f = *state;
        _cleanup_(http_freep) struct http *http = new_http(f);
        fake_engine_stop(f->fake, true);
        struct speaker *speaker = speaker_new(f, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
        struct request r = { .f = f, .http = http, .how = { .path = "/x?y=%2F", .method = "POST", .body = "{\"a\": 1}" } };
        start(&r);
        turn_until(f, &r.done);
        assert_int_equal(r.status, 201);
        const char *heard = speaker->heard;
        assert_non_null(str_starts(heard, "POST /x?y=%2F HTTP/1.1\r\n"));
        assert_non_null(strstr(heard, "\r\nContent-Type: application/json\r\n"));
        assert_non_null(strstr(heard, "\r\nContent-Length: 8\r\n"));
        assert_null(strcasestr(heard, "Expect:"));
        assert_null(strcasestr(heard, "Accept-Encoding:"));
        assert_non_null(strstr(heard, "\r\n\r\n{\"a\": 1}"));
        finish(&r);
        speaker_free(speaker);
}

static void a_piece_can_end_it(void **state) {
        struct engine_fixture *f = *state;
        _cleanup_(http_freep) struct http *http = new_http(f);
        fake_engine_rule(f->fake, &(struct fake_rule) { .what = FAKE_ENDLESS_LIST });
        struct request r = { .f = f, .http = http, .how = { .path = IMAGES, .piece = on_piece }, .stop_at = 3 };
        start(&r);
        turn_until(f, &r.done);
        assert_int_equal(r.pieces, 3);
        assert_int_equal(r.error->code, -EBADMSG);
        assert_string_equal(r.error->message, "This is enough");
        finish(&r);
}

/* ---- dropping ---- */

static void can_be_dropped_at_any_step(void **state) {
        struct engine_fixture *f = *state;
        _cleanup_(http_freep) struct http *http = new_http(f);
        unsigned steps = 0;
        for (bool ended = false; !ended; steps++) {
                struct request r = { .f = f, .http = http, .how = { .path = IMAGES } };
                start(&r);
                for (unsigned i = 0; i < steps && !r.done; i++)
                        sd_event_run(f->event, 10000);
                ended = r.done;
                r.op = op_cancel(r.op);
                turn(f, 2);
                assert_int_equal(r.calls, ended ? 1 : 0);
                finish(&r);
                assert_true(steps < 200);
        }
        assert_true(steps > 3);
}

static void can_be_dropped_in_its_own_piece(void **state) {
        struct engine_fixture *f = *state;
        _cleanup_(http_freep) struct http *http = new_http(f);
        fake_engine_rule(f->fake, &(struct fake_rule) { .what = FAKE_ENDLESS_LIST });
        struct request r = { .f = f, .http = http, .how = { .path = IMAGES, .piece = on_piece }, .drop_in_piece = true };
        start(&r);
        turn(f, 60);
        assert_int_equal(r.pieces, 1);
        assert_int_equal(r.calls, 0);
        assert_null(r.op);
        assert_int_equal(fake_engine_open(f->fake), 0); /* an endless answer is not listened to any more */
        finish(&r);
}

static void others_can_be_dropped_in_a_piece_and_at_the_end(void **state) {
        struct engine_fixture *f = *state;
        for (int in_piece = 0; in_piece < 2; in_piece++) {
                _cleanup_(http_freep) struct http *http = new_http(f);
                fake_engine_behave(f->fake);
                fake_engine_rule(f->fake, &(struct fake_rule) { .route = "/slow", .what = FAKE_SILENT });
                struct request slow = { .f = f, .http = http, .how = { .path = "/slow" } };
                struct request r = { .f = f, .http = http, .how = { .path = IMAGES, .piece = in_piece ? on_piece : NULL }, .other = &slow };
                start(&slow);
                turn(f, 20);
                start(&r);
                turn_until(f, &r.done);
                turn(f, 20);
                assert_int_equal(slow.calls, 0);
                assert_int_equal(r.calls, 1);
                assert_null(slow.op);
                finish(&r);
                finish(&slow);
        }
}

static void one_can_begin_where_another_ends(void **state) {
        struct engine_fixture *f = *state;
        _cleanup_(http_freep) struct http *http = new_http(f);
        struct request second = { .f = f, .http = http, .how = { .path = "/_ping" } };
        struct request first = { .f = f, .http = http, .how = { .path = IMAGES }, .other = &second, .start_other = true };
        start(&first);
        turn_until(f, &second.done);
        assert_null(second.error);
        assert_string_equal(second.body, "OK");
        assert_int_equal(fake_engine_connections(f->fake), 1);
        finish(&first);
        finish(&second);
}

static void many_run_side_by_side(void **state) {
        struct engine_fixture *f = *state;
        _cleanup_(http_freep) struct http *http = new_http(f);
        struct request all[48];
        unsigned done = 0;
        for (size_t i = 0; i < ELEMENTS(all); i++) {
                all[i] = (struct request) { .f = f, .http = http, .how = { .path = i % 2 ? IMAGES : "/_ping" } };
                start(&all[i]);
        }
        /* Every third is dropped on the way. */
        turn(f, 5);
        for (size_t i = 0; i < ELEMENTS(all); i += 3)
                all[i].op = op_cancel(all[i].op);
        for (unsigned k = 0; k < 200 && done < 32; k++) {
                turn(f, 20);
                done = 0;
                for (size_t i = 0; i < ELEMENTS(all); i++)
                        done += all[i].done && i % 3;
        }
        for (size_t i = 0; i < ELEMENTS(all); i++) {
                if (i % 3) {
                        assert_int_equal(all[i].calls, 1);
                        assert_null(all[i].error);
                        assert_int_equal(all[i].body[0], i % 2 ? '[' : 'O');
                }
                finish(&all[i]);
        }
}

static void goes_with_dropped_requests_under_way(void **state) {
        struct engine_fixture *f = *state;
        struct http *http = new_http(f);
        fake_engine_rule(f->fake, &(struct fake_rule) { .what = FAKE_SILENT });
        struct request r[3] = {};
        for (size_t i = 0; i < ELEMENTS(r); i++) {
                r[i] = (struct request) { .f = f, .http = http, .how = { .path = "/x" } };
                start(&r[i]);
                turn(f, i == 1 ? 20 : 0);
                r[i].op = op_cancel(r[i].op);
        }
        http = http_free(http);
        assert_null(http);
        turn(f, 20);
        for (size_t i = 0; i < ELEMENTS(r); i++) {
                assert_int_equal(r[i].calls, 0);
                finish(&r[i]);
        }
        assert_int_equal(fake_engine_open(f->fake), 0);
}

static void talks_to_nobody_elses_listener(void **state) {
        struct engine_fixture *f = *state;
        if (geteuid() != 0)
                skip();
        struct http *http = new_http(f);
        assert_int_equal(fake_engine_listen_as(f->fake, 65534), 0);
        struct request r = { .f = f, .http = http, .how = { .path = "/x" } };
        start(&r);
        turn_until(f, &r.done);
        assert_non_null(r.error);
        assert_int_equal(r.error->code, -EPERM);
        assert_non_null(strstr(r.error->message, "neither root nor this user, but user 65534"));
        finish(&r);
        assert_int_equal(fake_engine_listen_as(f->fake, 0), 0);
        r = (struct request) { .f = f, .http = http, .how = { .path = "/_ping" } };
        start(&r);
        turn_until(f, &r.done);
        assert_null(r.error);
        finish(&r);
        http_free(http);
}

static void escapes_what_is_no_part_of_a_path(void **state) {
        static const char *const rows[][2] = {
                { "", "" },
                { "aZ09-._~", "aZ09-._~" },
                { "reg.example.test/a:b@sha256:00", "reg.example.test%2Fa%3Ab%40sha256%3A00" },
                { "a b?c#d&e=f%g", "a%20b%3Fc%23d%26e%3Df%25g" },
                { "\r\n\t\x7f", "%0D%0A%09%7F" },
                { "\xc3\xa4\xff", "%C3%A4%FF" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *escaped = http_escape(rows[i][0]);
                assert_string_equal(escaped ? escaped : "", rows[i][1]);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                PODMAN(gives_an_answer_whole),
                PODMAN(gives_an_answer_in_pieces),
                PODMAN(keeps_the_body_of_a_refusal),
                PODMAN(holds_its_ceilings),
                PODMAN(holds_its_limits_of_time),
                PODMAN(takes_no_broken_framing),
                PODMAN(follows_no_redirection),
                PODMAN(sends_a_body),
                PODMAN(a_piece_can_end_it),
                PODMAN(can_be_dropped_at_any_step),
                PODMAN(can_be_dropped_in_its_own_piece),
                PODMAN(others_can_be_dropped_in_a_piece_and_at_the_end),
                PODMAN(one_can_begin_where_another_ends),
                PODMAN(many_run_side_by_side),
                PODMAN(talks_to_nobody_elses_listener),
                PODMAN(goes_with_dropped_requests_under_way),
                cmocka_unit_test(escapes_what_is_no_part_of_a_path),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
