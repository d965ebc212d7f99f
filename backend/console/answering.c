/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/console/answering.h"

#include <fcntl.h>

#include "backend/console/child.h"
#include "backend/console/done.h"
#include "backend/console/stick.h"
#include "backend/format/seed/seed.h"
#include "backend/io/files.h"
#include "base/clock.h"
#include "base/readfile.h"
#include "base/text.h"
#include "model/setup/reach.h"

#define SECOND (1000U * 1000)

/* Of the verb (README.md). */
#define STATUS_DONE 0
#define STATUS_FAILED 1
#define STATUS_BUSY 5

/* Of the process that reads a stick. */
enum {
        TAKEN,
        TAKEN_NOTHING,
        TAKEN_BEFORE,
        TAKEN_NOT,
};

struct answering {
        struct answering_options options;
        sd_event *event;    /* lent */
        const char *source; /* as it is shown */
        char **environment;
        char *file;         /* the copy that is carried out */
        char *last;         /* error of the verb: "answers.json:3: …" */
        char digest[DIGEST_HEX];
        int64_t deadline; /* of the network, then of the verb */
        enum answering_end end;
        struct child *child;
        sd_event_source *timer;
};

__attribute__((format(printf, 3, 4))) static void answering_say(const struct answering *a,
                                                                enum answering_kind kind,
                                                                const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        _cleanup_free_ char *sentence = str_vprintf(format, arguments);
        va_end(arguments);
        a->options.say(kind, sentence, a->options.userdata);
}

static char *answering_credential(const struct answering_options *o) {
        return o->credentials ? str_printf("%s/" ANSWERING_CREDENTIAL, o->credentials) : NULL;
}

static char *answering_copy(const struct answering_options *o) {
        return str_printf("%s/" ANSWERING_FOLDER "/" STICK_COPY, o->paths->state);
}

static bool answering_is_there(const char *path) {
        return path && access(path, F_OK) == 0;
}

bool answering_has_stick(const struct answering_options *o) {
        return o->mount && paths_access(o->paths->root, STICK_DEVICE, F_OK);
}

bool answering_wanted(const struct answering_options *o) {
        _cleanup_free_ char *credential = answering_credential(o), *copy = answering_copy(o);
        return answering_is_there(credential) || answering_is_there(copy) || answering_has_stick(o);
}

/* ---- the end ---- */

static int answering_on_over(sd_event_source *source, uint64_t usec, void *userdata) {
        struct answering *a = userdata;
        a->timer = sd_event_source_disable_unref(a->timer);
        a->options.ended(a->end, a->source, a->options.userdata);
        return 0;
}

static void answering_after(struct answering *a, uint64_t usec, sd_event_time_handler_t handler) {
        a->timer = sd_event_source_disable_unref(a->timer);
        (void) sd_event_add_time_relative(a->event, &a->timer, CLOCK_MONOTONIC, usec, 1000, handler, a);
}

static void answering_finish(struct answering *a, enum answering_end end) {
        a->end = end;
        a->child = child_free(a->child);
        answering_after(a, 0, answering_on_over);
}

struct answering *answering_free(struct answering *a) {
        if (!a)
                return NULL;
        a->timer = sd_event_source_disable_unref(a->timer);
        a->child = child_free(a->child);
        FREE_ALL(a->file, a->last);
        strv_free(a->environment);
        free(a);
        return NULL;
}

/* What a stick had is needed no more: images are the engine's by now. */
static void answering_sweep(const struct answering *a) {
        _cleanup_close_ int state = open(a->options.paths->state,
                                         O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (state >= 0)
                (void) files_remove_tree(state, ANSWERING_FOLDER);
}

static void answering_refuse(struct answering *a, const char *why) {
        answering_say(a, ANSWERING_ERROR, "The answer file was refused, and nothing was changed: %s", why);
        answering_sweep(a);
        answering_finish(a, ANSWERING_REFUSED);
}

/* ---- the verb ---- */

static void answering_run(struct answering *a);

static int answering_on_retry(sd_event_source *source, uint64_t usec, void *userdata) {
        answering_run(userdata);
        return 0;
}

/* The copy is nothing to a person. */
static char *answering_shown(const struct answering *a, const char *line) {
        const char *at = strstr(line, a->file);
        return at ? str_printf("%.*s%s%s", (int) (at - line), line, a->source, at + strlen(a->file))
                  : xstrdup(line);
}

static void answering_on_line(const char *line, void *userdata) {
        struct answering *a = userdata;
        _cleanup_free_ char *shown = answering_shown(a, line), *clean = text_cleaned(shown);
        const char *error = str_starts(clean, "fairlead: ");
        if (error)
                str_replace(&a->last, error);
        else
                answering_say(a, ANSWERING_INFO, "%s", clean);
}

static void answering_note(struct answering *a, const char *outcome) {
        _cleanup_error_ struct error *e = NULL;
        if (done_note_answers(a->options.paths, a->digest, outcome, &e) >= 0)
                return;
        _cleanup_free_ char *line = error_line(e);
        answering_say(a, ANSWERING_ERROR, "What came of the answer file could not be recorded: %s", line);
}

static void answering_on_end(bool exited, int status, void *userdata) {
        struct answering *a = userdata;
        a->child = child_free(a->child);
        _cleanup_free_ char *why = a->last   ? xstrdup(a->last)
                                   : exited ? str_printf("it ended with status %d", status)
                                            : str_printf("it was killed by signal %d", status);
        if (!exited) {
                /* Its jobs go on, and may need the archives. */
                answering_say(a, ANSWERING_ERROR, "Setup by %s did not come to its end: %s", a->source, why);
                answering_finish(a, ANSWERING_FAILED);
        } else if (status == STATUS_BUSY && usec_now(CLOCK_MONOTONIC) < a->deadline)
                answering_after(a, a->options.retry_usec, answering_on_retry);
        else if (status == STATUS_BUSY) {
                /* Of what it has done, nothing is known: it is not refused, and not carried out. */
                answering_say(a, ANSWERING_ERROR, "Setup by %s waited for another job in vain: %s", a->source,
                              why);
                answering_finish(a, ANSWERING_FAILED);
        } else if (status == STATUS_DONE) {
                answering_note(a, "done");
                answering_sweep(a);
                answering_finish(a, ANSWERING_DONE);
        } else if (status == STATUS_FAILED) {
                answering_note(a, "failed");
                answering_sweep(a);
                answering_say(a, ANSWERING_ERROR, "Setup by %s failed: %s", a->source, why);
                answering_finish(a, ANSWERING_FAILED);
        } else
                answering_refuse(a, why);
}

static void answering_run(struct answering *a) {
        const struct answering_options *o = &a->options;
        _cleanup_strv_ char **words = strv_copy(o->program), **environment = strv_copy(a->environment);
        _cleanup_error_ struct error *e = NULL;
        int64_t left = a->deadline - usec_now(CLOCK_MONOTONIC);
        a->timer = sd_event_source_disable_unref(a->timer);
        strv_add(&words, "--answers");
        strv_add(&words, a->file);
        if (o->credentials)
                strv_addf(&environment, "CREDENTIALS_DIRECTORY=%s", o->credentials);
        const struct child_options child = { .argv = words,
                                             .environment = environment,
                                             .limit_usec = left > SECOND ? (uint64_t) left : SECOND,
                                             .line = answering_on_line,
                                             .ended = answering_on_end,
                                             .userdata = a };
        str_replace(&a->last, NULL);
        if (child_new(a->event, &child, &a->child, &e) >= 0)
                return;
        _cleanup_free_ char *line = error_line(e);
        answering_say(a, ANSWERING_ERROR, "Setup by %s did not begin: %s", a->source, line);
        answering_finish(a, ANSWERING_FAILED);
}

/* ---- the network ---- */

static bool answering_has_route(const struct answering *a) {
        const char *root = a->options.paths->root;
        _cleanup_free_ char *v4 = paths_read(root, "/proc/net/route", NULL), *device = NULL,
                            *v6 = paths_read(root, "/proc/net/ipv6_route", NULL);
        _cleanup_free_ char *gateway = reach_gateway(v4 ? v4 : "", &device);
        _cleanup_strv_ char **lines = strv_split(v6 ? v6 : "", "\n");
        for (char **line = lines; !gateway && line && *line; line++)
                /* the unreachable one, of lo, is always there */
                if (str_starts(*line, "00000000000000000000000000000000 00 ") && !str_ends(*line, " lo"))
                        return true;
        return gateway;
}

static int answering_on_route(sd_event_source *source, uint64_t usec, void *userdata) {
        struct answering *a = userdata;
        int64_t now = usec_now(CLOCK_MONOTONIC);
        if (answering_has_route(a) || now >= a->deadline) {
                a->deadline = now + (int64_t) a->options.limit_usec;
                answering_run(a);
        } else
                answering_after(a, SECOND, answering_on_route);
        return 0;
}

/* What is wrong with the file alone is said before anything is waited for. */
static void answering_begin(struct answering *a) {
        _cleanup_(seed_done) struct seed seed = {};
        _cleanup_error_ struct error *e = NULL;
        _cleanup_free_ char *text = NULL;
        size_t n = 0;
        int r = readfile(a->file, SEED_BYTES_MAX, &text, &n, &e);
        if (r >= 0) {
                digest_bytes(text, n, a->digest);
                if (done_has_answers(a->options.paths, a->digest)) {
                        answering_say(a, ANSWERING_INFO, "The answer file %s was carried out before",
                                      a->source);
                        answering_finish(a, ANSWERING_NOTHING);
                        return;
                }
                r = seed_parse(a->source, text, n, &seed, &e);
        }
        if (r < 0) {
                _cleanup_free_ char *line = error_line(e);
                answering_refuse(a, line);
                return;
        }
        answering_say(a, ANSWERING_STATE, "Setup by %s is running.", a->source);
        uint64_t wait = seed_wants_network(&seed) ? a->options.network_usec : 0;
        a->deadline = usec_now(CLOCK_MONOTONIC) + (int64_t) wait;
        answering_after(a, 0, answering_on_route);
}

/* ---- the stick ---- */

static int answering_take(int out, void *userdata) {
        const struct answering *a = userdata;
        const struct paths *paths = a->options.paths;
        _cleanup_free_ char *device = str_printf("%s" STICK_DEVICE, paths->root);
        _cleanup_error_ struct error *e = NULL;
        char digest[DIGEST_HEX];
        int r = paths_prepare(paths, &e);
        _cleanup_close_ int state = r < 0 ? r
                                          : open(paths->state,
                                                 O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (state >= 0)
                (void) files_remove_tree(state, ANSWERING_FOLDER);
        _cleanup_close_ int to = state < 0 ? -EIO : files_open_private(state, ANSWERING_FOLDER, true);
        if (to < 0 && !e)
                r = error_set(&e, -EIO, "The folder %s/" ANSWERING_FOLDER " cannot be used", paths->state);
        _cleanup_close_ int stick = r < 0 ? r : a->options.mount(device, &e);
        r = stick < 0 ? stick : stick_copy(paths, stick, to, digest, &e);
        if (r >= 0)
                return TAKEN;
        if (!e && (r == -ENOENT || r == -EALREADY))
                return r == -ENOENT ? TAKEN_NOTHING : TAKEN_BEFORE;
        _cleanup_free_ char *line = e ? error_line(e) : xstrdup(strerror(-r));
        (void) files_write_all(out, line, strlen(line));
        return TAKEN_NOT;
}

static void answering_on_taken_line(const char *line, void *userdata) {
        struct answering *a = userdata;
        free(a->last);
        a->last = text_cleaned(line);
}

static void answering_on_taken(bool exited, int status, void *userdata) {
        struct answering *a = userdata;
        a->child = child_free(a->child);
        if (exited && status == TAKEN) {
                answering_begin(a);
                return;
        }
        if (exited && (status == TAKEN_BEFORE || status == TAKEN_NOTHING)) {
                answering_say(a, ANSWERING_INFO,
                              status == TAKEN_BEFORE ? "The answer file %s was carried out before"
                                                     : "There is no answer file %s",
                              a->source);
                answering_sweep(a);
                answering_finish(a, ANSWERING_NOTHING);
                return;
        }
        answering_refuse(a, a->last ? a->last : "reading the stick took too long");
}

static void answering_read_stick(struct answering *a) {
        const struct child_options child = { .work = answering_take,
                                             .limit_usec = ANSWERING_STICK_SECONDS * (uint64_t) SECOND,
                                             .line = answering_on_taken_line,
                                             .ended = answering_on_taken,
                                             .userdata = a };
        _cleanup_error_ struct error *e = NULL;
        if (child_new(a->event, &child, &a->child, &e) >= 0)
                return;
        _cleanup_free_ char *line = error_line(e);
        answering_refuse(a, line);
}

/* ---- the beginning ---- */

static int answering_on_begin(sd_event_source *source, uint64_t usec, void *userdata) {
        struct answering *a = userdata;
        _cleanup_free_ char *credential = answering_credential(&a->options);
        a->timer = sd_event_source_disable_unref(a->timer);
        a->file = answering_copy(&a->options);
        a->source = STICK_SHOWN;
        if (answering_is_there(credential)) {
                free(a->file);
                a->file = TAKE(credential);
                a->source = "the credential " ANSWERING_CREDENTIAL;
                answering_begin(a);
        } else if (answering_is_there(a->file))
                answering_begin(a);
        else if (answering_has_stick(&a->options))
                answering_read_stick(a);
        else
                answering_finish(a, ANSWERING_NOTHING);
        return 0;
}

struct answering *answering_new(sd_event *event, const struct answering_options *options) {
        struct answering *a = new0(struct answering);
        *a = (struct answering) { .options = *options,
                                  .event = event,
                                  .source = STICK_SHOWN,
                                  .environment = strv_copy(options->environment) };
        answering_after(a, 0, answering_on_begin);
        return a;
}
