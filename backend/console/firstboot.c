/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/console/firstboot.h"

#include <signal.h>

#include "backend/console/cmdline.h"
#include "backend/console/done.h"
#include "backend/console/internal.h"
#include "backend/console/provisioned.h"
#include "backend/console/size.h"
#include "base/clock.h"

#define GRACE_USEC (5U * SECOND)

/* ---- the end ---- */

static void firstboot_end_offer(struct firstboot *boot) {
        boot->timeout = sd_event_source_disable_unref(boot->timeout);
        boot->repeat = sd_event_source_disable_unref(boot->repeat);
        boot->stick = sd_event_source_disable_unref(boot->stick);
}

static void firstboot_quiet(struct firstboot *boot) {
        firstboot_end_offer(boot);
        boot->reopen = sd_event_source_disable_unref(boot->reopen);
        boot->begin = sd_event_source_disable_unref(boot->begin);
        boot->asking = op_cancel(boot->asking);
        boot->answering = answering_free(boot->answering);
}

struct firstboot *firstboot_free(struct firstboot *boot) {
        if (!boot)
                return NULL;
        firstboot_quiet(boot);
        boot->run = run_free(boot->run);
        firstboot_close_consoles(boot);
        boot->mute = mute_free(boot->mute);
        boot->words = strv_free(boot->words);
        free(boot);
        return NULL;
}

static void firstboot_restored(enum mute_way way, void *userdata) {
        struct firstboot *boot = userdata;
        boot->options.ended(boot->end, boot->options.userdata);
}

static int firstboot_on_over(sd_event_source *source, uint64_t usec, void *userdata) {
        struct firstboot *boot = userdata;
        boot->begin = sd_event_source_disable_unref(boot->begin);
        firstboot_restored(MUTE_NONE, boot);
        return 0;
}

/* The terminals first: what comes behind us begins when we have ended. */
static void firstboot_finish(struct firstboot *boot, enum firstboot_end end) {
        firstboot_quiet(boot);
        boot->phase = PHASE_ENDING;
        boot->end = end;
        firstboot_close_consoles(boot);
        if (boot->mute)
                mute_restore(boot->mute, firstboot_restored, boot);
        else
                (void) sd_event_add_time_relative(boot->event, &boot->begin, CLOCK_MONOTONIC, 0, 1,
                                                  firstboot_on_over, boot);
}

/* ---- the offer ---- */

static int firstboot_on_repeat(sd_event_source *source, uint64_t usec, void *userdata) {
        struct firstboot *boot = userdata;
        for (size_t i = 0; i < boot->n; i++)
                if (boot->consoles[i].claim && claim_fd(boot->consoles[i].claim) >= 0)
                        firstboot_say_offer(boot, boot->consoles[i].claim);
        firstboot_open_all(boot, false);
        (void) sd_event_source_set_time_relative(source, boot->options.repeat_usec);
        (void) sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        return 0;
}

static int firstboot_on_timeout(sd_event_source *source, uint64_t usec, void *userdata) {
        struct firstboot *boot = userdata;
        firstboot_say_all(boot, "Setup will be offered again at the next boot.");
        firstboot_log(boot, FIRSTBOOT_NOTICE,
                      "Nobody pressed Enter within %llu s; setup is offered again at the next boot",
                      (unsigned long long) (boot->options.timeout_usec / SECOND));
        firstboot_finish(boot, FIRSTBOOT_LATER);
        return 0;
}

static int firstboot_on_stick(sd_event_source *source, uint64_t usec, void *userdata);

static void firstboot_offer(struct firstboot *boot) {
        _cleanup_str_ struct str names = {};
        uint64_t timeout = boot->options.timeout_usec;
        boot->phase = PHASE_OFFER;
        boot->winner = NULL;
        boot->deadline = timeout ? usec_now(CLOCK_MONOTONIC) + (int64_t) timeout : 0;
        for (size_t i = 0; i < boot->n; i++)
                if (boot->consoles[i].claim && claim_fd(boot->consoles[i].claim) >= 0)
                        firstboot_say_offer(boot, boot->consoles[i].claim);
        firstboot_open_all(boot, true);
        if (!firstboot_consoles(boot, &names)) {
                firstboot_log(boot, FIRSTBOOT_NOTICE,
                              "This host has no console that setup could be offered on");
                firstboot_finish(boot, FIRSTBOOT_NOWHERE);
                return;
        }
        firstboot_log(boot, FIRSTBOOT_INFO, "Setup is offered on %s", names.text);
        if (timeout)
                (void) sd_event_add_time_relative(boot->event, &boot->timeout, CLOCK_MONOTONIC, timeout, 1000,
                                                  firstboot_on_timeout, boot);
        (void) sd_event_add_time_relative(boot->event, &boot->repeat, CLOCK_MONOTONIC,
                                          boot->options.repeat_usec, 1000, firstboot_on_repeat, boot);
        (void) sd_event_add_time_relative(boot->event, &boot->stick, CLOCK_MONOTONIC, SECOND, 1000,
                                          firstboot_on_stick, boot);
}

/* ---- the program ---- */

static void firstboot_record(struct firstboot *boot, enum firstboot_end end, const char *outcome) {
        const char *name = boot->winner ? claim_name(boot->winner->claim) : "no console";
        _cleanup_error_ struct error *e = NULL;
        if (done_write(boot->options.paths, outcome, boot->winner ? name : NULL, &e) < 0) {
                _cleanup_free_ char *line = error_line(e);
                firstboot_log(boot, FIRSTBOOT_ERROR,
                              "Setup was %s on %s, which could not be recorded, so that it is offered again "
                              "at the next boot: %s",
                              outcome, name, line);
                firstboot_finish(boot, FIRSTBOOT_FAILED);
                return;
        }
        firstboot_log(boot, FIRSTBOOT_NOTICE,
                      "Setup was %s on %s; it is not offered again (%s/" DONE_NAME ")", outcome, name,
                      boot->options.paths->state);
        firstboot_finish(boot, end);
}

/* ---- an answer file ---- */

static void firstboot_on_answers_say(enum answering_kind kind, const char *sentence, void *userdata) {
        static const enum firstboot_level levels[] = {
                [ANSWERING_INFO] = FIRSTBOOT_INFO,
                [ANSWERING_STATE] = FIRSTBOOT_NOTICE,
                [ANSWERING_ERROR] = FIRSTBOOT_ERROR,
        };
        struct firstboot *boot = userdata;
        firstboot_log(boot, levels[kind], "%s", sentence);
        if (kind != ANSWERING_INFO)
                firstboot_say_all(boot, sentence);
}

static void firstboot_on_answered(enum answering_end end, const char *source, void *userdata) {
        struct firstboot *boot = userdata;
        _cleanup_free_ char *line = str_printf("Setup by %s is done.", source),
                            *unasked = provisioned_unasked(boot->words);
        boot->answering = answering_free(boot->answering);
        if (end == ANSWERING_DONE) {
                firstboot_say_all(boot, line);
                firstboot_log(boot, FIRSTBOOT_NOTICE, "%s", line);
                firstboot_record(boot, FIRSTBOOT_FINISHED, "answered");
        } else if (unasked) {
                firstboot_log(boot, FIRSTBOOT_NOTICE, "Setup is not offered: %s", unasked);
                firstboot_finish(boot, end == ANSWERING_NOTHING ? FIRSTBOOT_UNWANTED : FIRSTBOOT_FAILED);
        } else
                firstboot_offer(boot);
}

static struct answering_options firstboot_answers(struct firstboot *boot) {
        const struct firstboot_options *o = &boot->options;
        return (struct answering_options) { .paths = o->paths,
                                            .program = o->answers_program,
                                            .credentials = o->credentials,
                                            .mount = o->mount,
                                            .network_usec = ANSWERING_NETWORK_SECONDS * (uint64_t) SECOND,
                                            .retry_usec = 5U * SECOND,
                                            .limit_usec = ANSWERING_LIMIT_SECONDS * (uint64_t) SECOND,
                                            .say = firstboot_on_answers_say,
                                            .ended = firstboot_on_answered,
                                            .userdata = boot };
}

static bool firstboot_has_answers(struct firstboot *boot) {
        const struct answering_options o = firstboot_answers(boot);
        return o.program && answering_wanted(&o);
}

static void firstboot_answer(struct firstboot *boot) {
        struct answering_options o = firstboot_answers(boot);
        _cleanup_strv_ char **environment = run_environment(NULL);
        o.environment = environment;
        firstboot_end_offer(boot);
        boot->winner = NULL;
        boot->phase = PHASE_ANSWERS;
        boot->stick_seen = answering_has_stick(&o);
        boot->answering = answering_new(boot->event, &o);
        firstboot_open_all(boot, true);
}

/* It may come while setup is offered. */
static int firstboot_on_stick(sd_event_source *source, uint64_t usec, void *userdata) {
        struct firstboot *boot = userdata;
        const struct answering_options o = firstboot_answers(boot);
        bool there = o.program && answering_has_stick(&o);
        if (there && !boot->stick_seen) {
                firstboot_answer(boot);
                return 0;
        }
        boot->stick_seen = there;
        (void) sd_event_source_set_time_relative(source, SECOND);
        (void) sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        return 0;
}

/* ---- the program, again ---- */

static void firstboot_failed(struct firstboot *boot, const char *why) {
        _cleanup_free_ char *line = str_printf("Setup %s.", why);
        boot->winner = NULL;
        firstboot_open_all(boot, false);
        firstboot_say_all(boot, line);
        if (++boot->failures >= FIRSTBOOT_FAILURES_MAX) {
                firstboot_log(boot, FIRSTBOOT_ERROR, "Setup %s; after %u failures it ends for this boot", why,
                              boot->failures);
                firstboot_say_all(boot, "Setup does not work; it will be offered again at the next boot.");
                firstboot_finish(boot, FIRSTBOOT_FAILED);
                return;
        }
        firstboot_log(boot, FIRSTBOOT_WARNING, "Setup %s; it is offered again", why);
        firstboot_offer(boot);
}

static void firstboot_on_end(const struct run_end *end, void *userdata) {
        struct firstboot *boot = userdata;
        const char *name = claim_name(boot->winner->claim);
        int status = end->exited ? end->status : -1;
        bool hung_up = end->hung_up, over = boot->phase == PHASE_ENDING;
        _cleanup_free_ char *why = end->exited ? str_printf("ended with status %d", end->status)
                                               : str_printf("was killed by signal %d", end->status);
        boot->run = run_free(boot->run);
        claim_take_back(boot->winner->claim);
        if (over)
                firstboot_finish(boot, boot->end);
        else if (status == FIRSTBOOT_EXIT_NEVER)
                firstboot_record(boot, FIRSTBOOT_NEVER, "skipped");
        else if (hung_up) {
                /* Also with a status of 0 or "later": a program that ends with its line asked nobody. */
                firstboot_log(boot, FIRSTBOOT_WARNING, "The line of %s was hung up; setup is offered again",
                              name);
                firstboot_offer(boot);
        } else if (status == FIRSTBOOT_EXIT_LATER) {
                firstboot_log(boot, FIRSTBOOT_NOTICE, "Setup was put off on %s until the next boot", name);
                firstboot_finish(boot, FIRSTBOOT_LATER);
        } else if (status == FIRSTBOOT_EXIT_FINISHED)
                firstboot_record(boot, FIRSTBOOT_FINISHED, "finished");
        else
                firstboot_failed(boot, why);
}

static char *firstboot_device(const struct firstboot *boot, const char *name) {
        return str_printf("%s/dev/%s", boot->options.paths->root, name);
}

static void firstboot_run(struct firstboot *boot, const struct winsize *size) {
        struct claim *claim = boot->winner->claim;
        const char *name = claim_name(claim), *term = console_term(boot->words, name);
        _cleanup_free_ char *device = firstboot_device(boot, name);
        _cleanup_strv_ char **environment = run_environment(term);
        _cleanup_error_ struct error *e = NULL;
        struct winsize now = {};
        boot->phase = PHASE_RUN;
        int r = claim_lend(claim, size);
        if (r < 0) {
                firstboot_log(boot, FIRSTBOOT_WARNING, "The line of %s was hung up; setup is offered again",
                              name);
                firstboot_offer(boot);
                return;
        }
        (void) ioctl(claim_fd(claim), TIOCGWINSZ, &now);
        firstboot_log(boot, FIRSTBOOT_INFO, "Setup runs on %s (%s, %ux%u)", name, term, now.ws_col,
                      now.ws_row);
        if (run_new(boot->event, device, boot->options.program, environment, firstboot_on_end, boot,
                    &boot->run, &e) >= 0)
                return;
        _cleanup_free_ char *line = error_line(e);
        _cleanup_free_ char *why = str_printf("did not begin (%s)", line);
        claim_take_back(claim);
        firstboot_failed(boot, why);
}

static void firstboot_on_size(bool answered, const struct winsize *size, void *userdata) {
        struct firstboot *boot = userdata;
        boot->asking = op_cancel(boot->asking);
        if (!answered)
                firstboot_log(boot, FIRSTBOOT_NOTICE,
                              "The terminal at %s does not say how large it is; %ux%u are assumed",
                              claim_name(boot->winner->claim), size->ws_col, size->ws_row);
        firstboot_run(boot, size);
}

static void firstboot_on_pressed(struct claim *claim, void *userdata) {
        struct console *console = userdata;
        struct firstboot *boot = console->boot;
        const char *name = claim_name(claim), *term = console_term(boot->words, name);
        struct winsize size;
        if (boot->phase != PHASE_OFFER) {
                if (boot->phase == PHASE_ANSWERS)
                        claim_say(claim, RUNNING_BY_ANSWERS);
                if (boot->winner && boot->winner != console)
                        firstboot_say_where(boot, claim);
                return;
        }
        firstboot_end_offer(boot);
        boot->winner = console;
        boot->phase = PHASE_SIZE;
        claim_mute_keys(claim);
        for (size_t i = 0; i < boot->n; i++)
                if (boot->consoles[i].claim && &boot->consoles[i] != console)
                        firstboot_say_where(boot, boot->consoles[i].claim);
        if (size_of_words(boot->words, name, &size))
                firstboot_run(boot, &size);
        else if (size_is_asked(claim_fd(claim), term))
                boot->asking = size_ask(boot->event, claim_fd(claim), firstboot_on_size, boot);
        else
                firstboot_run(boot, NULL);
}

static void firstboot_on_hang_up(struct claim *claim, void *userdata) {
        struct console *console = userdata;
        firstboot_reopen_soon(console->boot);
}

void firstboot_stop(struct firstboot *boot) {
        if (boot->phase == PHASE_ENDING)
                return;
        if (!boot->run) {
                firstboot_finish(boot, FIRSTBOOT_STOPPED);
                return;
        }
        boot->phase = PHASE_ENDING;
        boot->end = FIRSTBOOT_STOPPED;
        firstboot_quiet(boot);
        run_stop(boot->run, GRACE_USEC);
}

/* ---- the beginning ---- */

static void firstboot_muted(enum mute_way way, void *userdata) {
        static const char *const ways[_MUTE_WAY_MAX] = {
                [MUTE_NONE] = "by nobody",
                [MUTE_VARLINK] = "by its service",
                [MUTE_BUS] = "over the bus",
                [MUTE_SIGNAL] = "by a signal",
        };
        struct firstboot *boot = userdata;
        firstboot_log(boot, FIRSTBOOT_INFO, "systemd's messages on the consoles are off, %s", ways[way]);
        if (firstboot_has_answers(boot))
                firstboot_answer(boot);
        else
                firstboot_offer(boot);
}

static int firstboot_on_begin(sd_event_source *source, uint64_t usec, void *userdata) {
        struct firstboot *boot = userdata;
        const struct firstboot_options *o = &boot->options;
        boot->begin = sd_event_source_disable_unref(boot->begin);
        _cleanup_free_ char *reason = provisioned_reason(o->paths, boot->words),
                            *forwarded = mute_forwarded(o->paths->root, boot->words);
        /* An answer file asks nobody. */
        if (!reason && !firstboot_has_answers(boot))
                reason = provisioned_unasked(boot->words);
        if (reason) {
                firstboot_log(boot, FIRSTBOOT_NOTICE, "Setup is not offered: %s", reason);
                firstboot_finish(boot, FIRSTBOOT_UNWANTED);
                return 0;
        }
        if (forwarded)
                firstboot_log(boot, FIRSTBOOT_WARNING,
                              "journald prints to the console, so its lines may appear over setup: %s",
                              forwarded);
        const struct mute_options mute = {
                .event = boot->event, .paths = o->paths, .bus = o->bus, .manager = o->manager
        };
        boot->mute = mute_new(&mute, firstboot_muted, boot);
        return 0;
}

struct firstboot *firstboot_new(sd_event *event, const struct firstboot_options *options) {
        struct firstboot *boot = new0(struct firstboot);
        *boot = (struct firstboot) { .options = *options,
                                    .event = event,
                                    .words = cmdline_read(options->paths->root) };
        _cleanup_strv_ char **names = consoles_find(options->paths->root, boot->words, options->consoles);
        for (size_t i = 0; names && names[i]; i++) {
                struct console *console = &boot->consoles[boot->n++];
                const struct claim_events events = { .pressed = firstboot_on_pressed,
                                                     .hung_up = firstboot_on_hang_up,
                                                     .userdata = console };
                _cleanup_free_ char *device = firstboot_device(boot, names[i]);
                console->boot = boot;
                console->claim = claim_new(event, names[i], device, &events);
        }
        (void) sd_event_add_time_relative(event, &boot->begin, CLOCK_MONOTONIC, 0, 1, firstboot_on_begin,
                                          boot);
        return boot;
}
