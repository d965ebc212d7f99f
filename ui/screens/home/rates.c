/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Rates from samples, and what is drawn of them. */

#include "ui/screens/home/internal.h"

#include "base/array.h"

void rates_done(struct rates *rates) {
        for (size_t i = 0; i < rates->n; i++)
                free(rates->items[i].name);
        free(rates->items);
        *rates = (struct rates) {};
}

static struct rate *rates_item(const struct rates *rates, const char *name) {
        for (size_t i = 0; i < rates->n; i++)
                if (str_equal(rates->items[i].name, name))
                        return &rates->items[i];
        return NULL;
}

const struct rate *rates_find(const struct rates *rates, const char *name) {
        return rates_item(rates, name);
}

/* What a gap of the samples (another screen was shown) used is no longer known to a slot. */
static void rate_remember(struct rate *rate, uint64_t cpu, int64_t from, int64_t to) {
        if (to - from > RATE_SLOT_USEC)
                return;
        int64_t number = to / RATE_SLOT_USEC;
        size_t at = (size_t) number % RATE_SLOTS;
        if (rate->slots[at].number != number)
                rate->slots[at].number = number, rate->slots[at].cpu = rate->slots[at].time = 0;
        rate->slots[at].cpu += cpu;
        rate->slots[at].time += (uint64_t) (to - from);
}

void rates_take(struct rates *rates, const char *name, const struct usage *usage, int64_t now) {
        struct rate *rate = rates_item(rates, name);
        if (!rate) {
                room_for_one((void **) &rates->items, rates->n, sizeof *rates->items);
                rate = &rates->items[rates->n++];
                *rate = (struct rate) { .name = xstrdup(name), .cpu = RATE_UNKNOWN };
        }
        /* A counter that went back is that of a new cgroup: the service was started anew. */
        bool follows = rate->at && now > rate->at && usage->cpu_usec != UNIT_UNKNOWN &&
                       rate->usage.cpu_usec != UNIT_UNKNOWN && usage->cpu_usec >= rate->usage.cpu_usec;
        rate->cpu = RATE_UNKNOWN;
        if (follows) {
                uint64_t cpu = usage->cpu_usec - rate->usage.cpu_usec;
                rate->cpu = (int) (cpu * 1000 / (uint64_t) (now - rate->at));
                rate_remember(rate, cpu, rate->at, now);
        }
        rate->usage = *usage;
        rate->at = now;
}

int rate_mean(const struct rate *rate, unsigned minutes, int64_t now) {
        int64_t newest = now / RATE_SLOT_USEC, oldest = newest - minutes * 60000000LL / RATE_SLOT_USEC;
        uint64_t cpu = 0, time = 0;
        for (size_t i = 0; i < RATE_SLOTS; i++)
                if (rate->slots[i].time && rate->slots[i].number > oldest) {
                        cpu += rate->slots[i].cpu;
                        time += rate->slots[i].time;
                }
        return time ? (int) (cpu * 1000 / time) : RATE_UNKNOWN;
}

const char *rate_text(char buffer[static 16], int cpu) {
        if (cpu == RATE_UNKNOWN)
                return strcpy(buffer, "-");
        if (cpu > 0 && cpu < 100)
                snprintf(buffer, 16, "%d.%d%%", cpu / 10, cpu % 10);
        else
                snprintf(buffer, 16, "%d%%", (cpu + 5) / 10);
        return buffer;
}

/* The highest bar is the highest slot, at least a tenth of a processor: an idle service stays flat. */
static void rate_draw_bars(const struct rate *rate, int64_t now, const struct canvas *c, int row, int x,
                           int n) {
        static const char *const bars[] = { "\u2581", "\u2582", "\u2583", "\u2584",
                                            "\u2585", "\u2586", "\u2587", "\u2588" };
        int64_t newest = now / RATE_SLOT_USEC;
        uint64_t highest = 100;
        for (int pass = 0; pass < 2; pass++)
                for (int i = 0; i < n; i++) {
                        int64_t number = newest - n + 1 + i;
                        size_t at = (size_t) number % RATE_SLOTS;
                        if (rate->slots[at].number != number || !rate->slots[at].time)
                                continue;
                        uint64_t cpu = rate->slots[at].cpu * 1000 / rate->slots[at].time;
                        if (!pass && cpu > highest)
                                highest = cpu;
                        if (pass)
                                canvas_text(c, row, x + i, 1, STYLE_BUSY,
                                            bars[cpu * (ELEMENTS(bars) - 1) / highest]);
                }
}

void rate_means_text(const struct rate *rate, int64_t now, struct str *out) {
        char one[16], five[16], fifteen[16];
        str_addf(out, "%s, %s, %s in 1, 5, 15 min", rate_text(one, rate_mean(rate, 1, now)),
                 rate_text(five, rate_mean(rate, 5, now)), rate_text(fifteen, rate_mean(rate, 15, now)));
}

void rate_draw(const struct rate *rate, int64_t now, const struct canvas *c, int row) {
        _cleanup_str_ struct str means = {};
        rate_means_text(rate, now, &means);
        int x = canvas_text(c, row, 0, 16, STYLE_STRONG, rate->name) + 2;
        x += canvas_textf(c, row, x, 0, STYLE_PLAIN, "CPU %s", means.text) + 2;
        /* the newest are at the right: where not all have room the oldest are left out */
        rate_draw_bars(rate, now, c, row, x, clamp_int(c->columns - x, 0, RATE_SLOTS));
}
