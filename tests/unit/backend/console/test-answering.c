/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answer files that carry themselves out: where they are found, what is said, and that each is done once. */
#include "tests/test.h"

#include "backend/console/answering.h"
#include "backend/console/done.h"
#include "backend/console/stick.h"
#include "base/clock.h"
#include "tests/unit/tree.h"

/* What stands in the place of the verb. */
static const char verb[] =
        "echo \"got $2 $CREDENTIALS_DIRECTORY\"\n"
        "while read -r line; do echo \"$line\"; done <\"$2\"\n"
        "[ -e \"${2%/*}/images/a.tar\" ] && echo 'archive is there'\n"
        "test -e \"$0.busy\" && rm \"$0.busy\" && exit 5\n"
        "test -e \"$0.wrong\" && echo \"fairlead: $2:1: It does not fit\" >&2 && exit 2\n"
        "test -e \"$0.fails\" && exit 1\n"
        "exit 0\n";

struct fixture {
        char *root, *state, *run, *script, *credentials;
        struct paths paths;
        sd_event *event;
        char *program[3], *environment[2];
        struct answering_options options;
        struct answering *answering;
        struct str said;
        bool over;
        enum answering_end end;
};

static void on_say(enum answering_kind kind, const char *sentence, void *userdata) {
        struct fixture *f = userdata;
        str_addf(&f->said, "<%d>%s\n", (int) kind, sentence);
}

static void on_ended(enum answering_end end, const char *source, void *userdata) {
        struct fixture *f = userdata;
        assert_false(f->over);
        f->over = true;
        f->end = end;
}

/* A folder stands in the place of a device. */
static int mount_folder(const char *device, struct error **reterr) {
        int fd = open(device, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return fd < 0 ? error_errno(reterr, -errno, "The stick %s cannot be mounted", device) : fd;
}

static int begin(void **state) {
        struct fixture *f = calloc(1, sizeof *f);
        f->root = tree_new();
        f->state = str_printf("%s/state", f->root);
        f->run = str_printf("%s/run", f->root);
        f->script = str_printf("%s/verb", f->root);
        f->credentials = str_printf("%s/credentials", f->root);
        tree_write(f->root, "/verb", verb);
        tree_folder(f->root, "/credentials");
        f->paths = (struct paths) { .root = f->root, .state = f->state, .run = f->run };
        assert_true(sd_event_new(&f->event) >= 0);
        f->program[0] = (char *) "/bin/sh";
        f->program[1] = f->script;
        f->environment[0] = (char *) "PATH=/usr/bin:/bin";
        f->options = (struct answering_options) { .paths = &f->paths, .program = f->program, .environment = f->environment,
                                                     .credentials = f->credentials, .mount = mount_folder, .retry_usec = 1000, .limit_usec = 20000000,
                                                     .say = on_say, .ended = on_ended, .userdata = f };
        *state = f;
        return 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        answering_free(f->answering);
        sd_event_unref(f->event);
        str_done(&f->said);
        tree_remove(f->root);
        FREE_ALL(f->root, f->state, f->run, f->script, f->credentials, f);
        return 0;
}

static void run_until(struct fixture *f, enum answering_end expected) {
        f->over = false;
        str_cut(&f->said, 0);
        f->answering = answering_new(f->event, &f->options);
        for (int64_t until = usec_now(CLOCK_MONOTONIC) + 20000000; !f->over && usec_now(CLOCK_MONOTONIC) < until;)
                assert_true(sd_event_run(f->event, 20000) >= 0);
        f->answering = answering_free(f->answering);
        if (!f->over || f->end != expected)
                fail_msg("it ended with %d and not %d; said was: %s", f->over ? (int) f->end : -1, (int) expected, f->said.text ? f->said.text : "");
}

static void assert_said(struct fixture *f, const char *text) {
        if (!f->said.text || !strstr(f->said.text, text))
                fail_msg("\"%s\" was not said, but: %s", text, f->said.text ? f->said.text : "");
}

static void put_stick(struct fixture *f, const char *answers) {
        tree_write(f->root, STICK_DEVICE "/fairlead/answers.json", answers);
}

#define WITH_IMAGE "{ \"services\": [\n{ \"image\": \"oci-archive:images/a.tar\" } ] }\n"

static void finds_none(void **state) {
        struct fixture *f = *state;
        assert_false(answering_wanted(&f->options));
        run_until(f, ANSWERING_NOTHING);
}

static void carries_out_a_credential_once(void **state) {
        struct fixture *f = *state;
        tree_write(f->root, "/credentials/fairlead.answers", "{ \"host-name\": \"a\" }\n");
        assert_true(answering_wanted(&f->options));
        run_until(f, ANSWERING_DONE);
        assert_said(f, "<1>Setup by the credential fairlead.answers is running.\n");
        assert_said(f, "<0>got the credential fairlead.answers ");
        assert_said(f, "/credentials\n<0>{ \"host-name\": \"a\" }\n");
        run_until(f, ANSWERING_NOTHING);
        assert_string_equal(f->said.text, "<0>The answer file the credential fairlead.answers was carried out before\n");
        tree_write(f->root, "/credentials/fairlead.answers", "{ \"host-name\": \"b\" }\n");
        run_until(f, ANSWERING_DONE);
}

static void carries_out_a_stick_with_its_images_once(void **state) {
        struct fixture *f = *state;
        put_stick(f, WITH_IMAGE);
        tree_write(f->root, STICK_DEVICE "/fairlead/images/a.tar", "layers");
        run_until(f, ANSWERING_DONE);
        assert_said(f, "<0>got FAIRLEAD:/fairlead/answers.json ");
        assert_said(f, "<0>archive is there\n");
        assert_int_not_equal(access(tree_path(f->state, "/answers"), F_OK), 0);
        run_until(f, ANSWERING_NOTHING);
        assert_said(f, "was carried out before");
}

/* A boot that was interrupted copied it whole; the stick may be gone. */
static void goes_on_without_the_stick(void **state) {
        struct fixture *f = *state;
        tree_write(f->root, "/state/answers/answers.json", "{}");
        assert_int_equal(chmod(f->state, 0700), 0);
        assert_true(answering_wanted(&f->options));
        run_until(f, ANSWERING_DONE);
        assert_false(answering_wanted(&f->options));
}

static void refuses_before_anything_happens(void **state) {
        static const struct {
                const char *answers, *said;
        } rows[] = {
                { "{\n\"hostname\": 1 }", "nothing was changed: FAIRLEAD:/fairlead/answers.json:2: hostname" },
                { "{", "nothing was changed: FAIRLEAD:/fairlead/answers.json:1: " },
                { WITH_IMAGE, "FAIRLEAD:/fairlead/answers.json:2: " },
                { "{ \"services\": [ { \"image\": \"oci-archive:../a.tar\" } ] }", "answers.json:1: The path ../a.tar leads out of the answer file's folder" },
                { "{ \"services\": [ { \"image\": \"oci:layout\" } ] }", "answers.json:1: The image oci:layout is a folder" },
        };
        struct fixture *f = *state;
        tree_folder(f->root, STICK_DEVICE "/fairlead/layout");
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                put_stick(f, rows[i].answers);
                run_until(f, ANSWERING_REFUSED);
                assert_said(f, rows[i].said);
                assert_null(strstr(f->said.text, "<0>got"));
                assert_int_not_equal(access(tree_path(f->state, "/firstboot.answers"), F_OK), 0);
        }
}

static void follows_no_link_off_the_stick(void **state) {
        struct fixture *f = *state;
        tree_write(f->root, "/secret", "{}");
        tree_folder(f->root, STICK_DEVICE "/fairlead");
        tree_link(f->root, STICK_DEVICE "/fairlead/answers.json", "../../../../../secret");
        run_until(f, ANSWERING_REFUSED);
        assert_said(f, "The answer file FAIRLEAD:/fairlead/answers.json cannot be read");
}

static void says_what_does_not_fit_the_host(void **state) {
        struct fixture *f = *state;
        put_stick(f, "{}");
        tree_write(f->root, "/verb.wrong", "");
        run_until(f, ANSWERING_REFUSED);
        assert_said(f, "<2>The answer file was refused, and nothing was changed: FAIRLEAD:/fairlead/answers.json:1: It does not fit\n");
        assert_int_equal(unlink(tree_path(f->root, "/verb.wrong")), 0);
        run_until(f, ANSWERING_DONE);
}

static void waits_for_a_job_of_before(void **state) {
        struct fixture *f = *state;
        put_stick(f, "{}");
        tree_write(f->root, "/verb.busy", "");
        run_until(f, ANSWERING_DONE);
}

/* A job of it may have ended by then: it was not refused, and the next boot goes on. */
static void does_not_refuse_what_came_to_be_busy(void **state) {
        struct fixture *f = *state;
        put_stick(f, "{}");
        tree_write(f->root, "/verb.busy", "");
        f->options.limit_usec = 1;
        run_until(f, ANSWERING_FAILED);
        assert_said(f, "<2>Setup by FAIRLEAD:/fairlead/answers.json waited for another job in vain: it ended with status 5\n");
        run_until(f, ANSWERING_DONE);
}

static void does_not_repeat_what_failed(void **state) {
        struct fixture *f = *state;
        put_stick(f, "{}");
        tree_write(f->root, "/verb.fails", "");
        run_until(f, ANSWERING_FAILED);
        assert_said(f, "<2>Setup by FAIRLEAD:/fairlead/answers.json failed: it ended with status 1\n");
        run_until(f, ANSWERING_NOTHING);
}

static void takes_no_stick_without_a_file(void **state) {
        struct fixture *f = *state;
        tree_folder(f->root, STICK_DEVICE);
        run_until(f, ANSWERING_NOTHING);
        assert_said(f, "There is no answer file");
}

static void keeps_what_was_carried_out(void **state) {
        struct fixture *f = *state;
        char digest[DIGEST_HEX];
        for (unsigned i = 0; i < 300; i++) {
                digest_bytes(&i, sizeof i, digest);
                assert_int_equal(done_note_answers(&f->paths, digest, "done", NULL), 0);
                assert_true(done_has_answers(&f->paths, digest));
        }
        for (unsigned i = 100; i < 300; i++) {
                digest_bytes(&i, sizeof i, digest);
                assert_true(done_has_answers(&f->paths, digest));
        }
        assert_false(done_has_answers(&f->paths, "00"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(finds_none),
                TEST(carries_out_a_credential_once),
                TEST(carries_out_a_stick_with_its_images_once),
                TEST(goes_on_without_the_stick),
                TEST(refuses_before_anything_happens),
                TEST(follows_no_link_off_the_stick),
                TEST(says_what_does_not_fit_the_host),
                TEST(waits_for_a_job_of_before),
                TEST(does_not_refuse_what_came_to_be_busy),
                TEST(does_not_repeat_what_failed),
                TEST(takes_no_stick_without_a_file),
                TEST(keeps_what_was_carried_out),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
