/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The parts of the home screen (ui/screens/services.c), which has their state. */

#include "ui/screen.h"

/* ---- rates.c: what services use, from samples that are taken while the screen is shown, and their last 15
 * minutes ---- */

#define RATE_SLOTS 60U
#define RATE_SLOT_USEC (15LL * 1000000)         /* 60 of them are 15 minutes */
#define RATE_UNKNOWN (-1)

struct rate {
        char *name;                     /* of the service */
        struct usage usage;             /* of the last sample */
        int64_t at;                     /* its boottime in usec; 0: none */
        int cpu;                        /* since the one before: thousandths of a processor; RATE_UNKNOWN */
        /* The newest slots, by number % RATE_SLOTS. */
        struct {
                int64_t number;         /* boottime / RATE_SLOT_USEC */
                uint64_t cpu, time;     /* in usec */
        } slots[RATE_SLOTS];
};

/* All zero is empty. */
struct rates {
        struct rate *items;
        size_t n;
};
void rates_done(struct rates *rates);
void rates_take(struct rates *rates, const char *name, const struct usage *usage, int64_t now);
const struct rate *rates_find(const struct rates *rates, const char *name);     /* NULL: no sample */

/* The mean of the last minutes, as far as there are samples of them. */
int rate_mean(const struct rate *rate, unsigned minutes, int64_t now);
/* "0.4%", "12%", "-" for RATE_UNKNOWN. Fills buffer, returns it. */
const char *rate_text(char buffer[static 16], int cpu);
/* "0.4%, 0.2%, 0.2% in 1, 5, 15 min" */
void rate_means_text(const struct rate *rate, int64_t now, struct str *out);
/* A row with a bar for each slot, the newest at the right, and the means. */
void rate_draw(const struct rate *rate, int64_t now, const struct canvas *c, int row);

/* ---- trouble.c: what needs a person, a line each, below the services; the focus is in one of both
 * lists ---- */

struct home_trouble {
        struct list list;
        struct list *upper;             /* the list above: services, or offers */
        struct trouble_list *found;     /* NULL: no answer yet */
        struct reload loading;
        int64_t looked;                 /* boottime when it was asked last; 0: never */
        bool stale;                     /* something changed while another screen was shown */
};
void home_trouble_init(struct screen *s, struct home_trouble *t);
void home_trouble_done(struct home_trouble *t);
/* topics as of changed() */
void home_trouble_load(struct screen *s, unsigned topics);
/* The boottime of the next look; INT64_MAX: one is under way. */
int64_t home_trouble_due(const struct home_trouble *t);
/* NULL: the focus is on a service. */
const struct trouble *home_trouble_focus(const struct screen *s);
void home_trouble_enter(struct screen *s);
void home_trouble_leave(struct screen *s);
/* Another list is above. */
void home_trouble_below(struct screen *s, struct list *upper);
/* Up and Down over the border of the lists, and ACTION_NEXT_TROUBLE; false: not one of them. */
bool home_trouble_move(struct screen *s, enum action action);
/* The rows that it takes of so many. */
int home_trouble_rows(const struct home_trouble *t, int room);
void home_trouble_draw(struct screen *s, const struct canvas *c);
void home_trouble_status(const struct screen *s, struct str *out);

/* ---- offers.c: on a host without a service the images that can become one ---- */

struct home_offer {
        char *reference;
        char *title;                    /* in the same piece of memory; NULL: none */
};

/* Not their images: a host may have thousands, with labels of any size. */
struct home_offer_list {
        struct home_offer *items;
        size_t n;
};

struct home_offers {
        struct list list;
        struct home_offer_list shown;
        struct home_offer_list coming;  /* those of an answer that is not whole yet */
        bool known;                     /* an answer came */
        bool from_catalog;              /* shown are those of the catalog: no image of the host fits */
        bool failed;                    /* the last one was an error */
        struct reload loading;
};
void home_offers_init(struct screen *s, struct home_offers *o);
void home_offers_done(struct home_offers *o);
void home_offers_load(struct screen *s, unsigned topics);       /* topics as of changed() */
/* The reference of the focused one; NULL: the focus is elsewhere. */
const char *home_offers_focus(const struct screen *s);
/* Whether they have the place of the services: there are some, or it is not known yet. */
bool home_offers_wanted(const struct screen *s);
void home_offers_draw(struct screen *s, const struct canvas *c);

/* ---- facts.c ---- */

/* figures NULL: not read yet. */
void home_facts_draw(const struct host_figures *figures, const char *hostname, const struct canvas *c);

/* ---- columns.c ---- */

#define HOME_COLUMNS 12U
extern const struct column home_columns[HOME_COLUMNS];
/* It failed, or it runs and does not serve. */
bool home_needs_person(const struct service *service);
/* rate NULL: no sample yet. */
void home_cell(const struct service *service, const struct rate *rate, int64_t now, size_t column,
               struct cell *ret);
/* rate NULL: nothing of it is said; now: boottime. */
void home_service_status(const struct service *service, const struct rate *rate, int64_t now,
                         struct str *out);
