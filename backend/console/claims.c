/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The consoles of a first boot, all of them: opened, and again when one comes back; what is said there. */
#include "backend/console/internal.h"
#include "base/clock.h"

#define REOPEN_USEC SECOND
#define DRAIN_ROUNDS 20U
#define DRAIN_USEC (50U * 1000)

void firstboot_log(const struct firstboot *boot, enum firstboot_level level, const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        _cleanup_free_ char *sentence = str_vprintf(format, arguments);
        va_end(arguments);
        boot->options.log(level, sentence, boot->options.userdata);
}

void firstboot_say_all(struct firstboot *boot, const char *text) {
        for (size_t i = 0; i < boot->n; i++)
                if (boot->consoles[i].claim && &boot->consoles[i] != boot->winner)
                        claim_say(boot->consoles[i].claim, text);
}

static bool firstboot_is_writing(const struct firstboot *boot) {
        for (size_t i = 0; i < boot->n; i++)
                if (boot->consoles[i].claim && claim_is_writing(boot->consoles[i].claim))
                        return true;
        return false;
}

/* The last words are given a second, by a slow line. Nothing else is going on any more. */
void firstboot_close_consoles(struct firstboot *boot) {
        for (unsigned i = 0; i < DRAIN_ROUNDS && firstboot_is_writing(boot); i++)
                usleep(DRAIN_USEC);
        for (size_t i = 0; i < boot->n; i++)
                boot->consoles[i].claim = claim_free(boot->consoles[i].claim);
}

void firstboot_say_offer(struct firstboot *boot, struct claim *claim) {
        _cleanup_free_ char *line = NULL;
        int64_t left = boot->deadline ? boot->deadline - usec_now(CLOCK_MONOTONIC) : 0;
        if (!boot->deadline)
                line = xstrdup("Press Enter to set up this host on this console.");
        else
                line = str_printf("Press Enter within %lld s to set up this host on this console.",
                                  left > SECOND ? (long long) ((left + SECOND / 2) / SECOND) : 1LL);
        claim_say(claim, line);
}

void firstboot_say_where(struct firstboot *boot, struct claim *claim) {
        _cleanup_free_ char *line = str_printf("Setup is running on %s.", claim_name(boot->winner->claim));
        claim_say(claim, line);
}

/* One that is there for the first time, or again. */
static void firstboot_greet(struct firstboot *boot, struct console *console) {
        if (boot->phase == PHASE_OFFER)
                firstboot_say_offer(boot, console->claim);
        else if (boot->phase == PHASE_ANSWERS)
                claim_say(console->claim, RUNNING_BY_ANSWERS);
        else if (boot->phase != PHASE_ENDING && boot->winner && boot->winner != console)
                firstboot_say_where(boot, console->claim);
}

static int firstboot_on_reopen(sd_event_source *source, uint64_t usec, void *userdata);

void firstboot_reopen_soon(struct firstboot *boot) {
        if (!boot->reopen && boot->phase != PHASE_ENDING)
                (void) sd_event_add_time_relative(boot->event, &boot->reopen, CLOCK_MONOTONIC, REOPEN_USEC,
                                                  1000, firstboot_on_reopen, boot);
}

/* A port that only the kernel's list has is left out; one that was there may come back. */
static void firstboot_open_console(struct firstboot *boot, struct console *console, bool soon) {
        if (!console->claim || console == boot->winner || claim_fd(console->claim) >= 0)
                return;
        int r = claim_open(console->claim);
        if (r >= 0) {
                console->opened = true;
                firstboot_greet(boot, console);
        } else if (r == -EBUSY || console->opened) {
                if (soon)
                        firstboot_reopen_soon(boot);
        } else {
                firstboot_log(boot, FIRSTBOOT_INFO, "The console %s is left out: %s",
                              claim_name(console->claim), strerror(-r));
                console->claim = claim_free(console->claim);
        }
}

void firstboot_open_all(struct firstboot *boot, bool soon) {
        for (size_t i = 0; i < boot->n; i++)
                firstboot_open_console(boot, &boot->consoles[i], soon);
}

static int firstboot_on_reopen(sd_event_source *source, uint64_t usec, void *userdata) {
        struct firstboot *boot = userdata;
        boot->reopen = sd_event_source_disable_unref(boot->reopen);
        firstboot_open_all(boot, false);
        return 0;
}

size_t firstboot_consoles(const struct firstboot *boot, struct str *names) {
        size_t n = 0;
        for (size_t i = 0; i < boot->n; i++)
                if (boot->consoles[i].claim)
                        str_addf(names, "%s%s", n++ ? ", " : "", claim_name(boot->consoles[i].claim));
        return n;
}
