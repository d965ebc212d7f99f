/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clock skew between this host and the KDC, as the KDC reports it (backend/wire/kerberos.h): the first
 * answer of several KDCs, by UDP and by TCP. */
#include <sys/timex.h>
#include <time.h>

#include "backend/realm/checks/check.h"
#include "backend/store/services.h"
#include "backend/wire/kerberos.h"
#include "base/clock.h"

/* ---- clock ---- */

struct asked {
        struct clock *clock;
        struct op *op;
        const struct place *kdc;
        bool stream;
        int64_t sent; /* this host's clock, microseconds */
};

struct clock {
        struct op op;
        struct preflight_run *run;
        struct check_result *result;
        struct asked asked[2 * PLACES_MAX];
        unsigned waiting;
        bool known;
};

static void check_clock_drop(struct op *op) {
        struct clock *c = container_of(op, struct clock, op);
        for (size_t i = 0; i < ELEMENTS(c->asked); i++)
                op_cancel(c->asked[i].op);
}

static void check_clock_conclude(struct clock *c) {
        struct preflight *p = c->run->preflight;
        struct check_result *result = c->result;
        char words[48];
        int64_t off = p->clock_usec < 0 ? -p->clock_usec : p->clock_usec;
        clock_words(words, p->clock_usec);
        if (!c->known)
                check_say(result, VERDICT_FAIL, "Let UDP and TCP port 88 through from this host",
                          "no KDC answers, so the clock cannot be compared either");
        else if (off < CLOCK_WARN_USEC)
                check_say(result, VERDICT_OK, NULL, "%s %s", words, p->clock_server);
        else {
                check_say(result, off >= CLOCK_FAIL_USEC ? VERDICT_FAIL : VERDICT_WARN, NULL,
                          "%s %s; Kerberos allows 5 min", words, p->clock_server);
                check_hint(result,
                           "Set it from the realm's server now (date --set='%+lld seconds'), and let a time "
                           "service keep it",
                           (long long) -p->clock_usec / 1000000);
                result->fix = FIX_CLOCK;
        }
}

/* The KDC read its clock in the middle of the round trip. */
static void check_clock_take(struct asked *a, const struct kerberos_answer *answer) {
        struct clock *c = a->clock;
        struct preflight *p = c->run->preflight;
        if (answer->granted || c->known)
                return;
        int64_t now = usec_now(CLOCK_REALTIME);
        p->clock_usec = a->sent + (now - a->sent) / 2 - answer->usec;
        p->clock_known = c->known = true;
        str_replace(&p->clock_server, a->kdc->host);
}

static ssize_t check_clock_heard(struct exchange *x, const uint8_t *bytes, size_t n, bool *ret_over,
                                 void *userdata, struct error **reterr) {
        struct asked *a = userdata;
        struct kerberos_answer answer;
        ssize_t r = kerberos_read(bytes, n, a->stream, &answer, reterr);
        if (r <= 0)
                return r;
        check_clock_take(a, &answer);
        *ret_over = true;
        return r;
}

static void check_clock_over(unsigned ms, struct error *e, void *userdata) {
        struct asked *a = userdata;
        struct clock *c = a->clock;
        a->op = op_cancel(a->op);
        check_detail(c->result, "%s %s port %u: %s (%u ms)", a->kdc->host, a->stream ? "TCP" : "UDP",
                     a->kdc->port, e ? e->message : "answers", ms);
        error_free(e);
        c->waiting--;
        if (c->result->verdict != VERDICT_WAITING || (!c->known && c->waiting))
                return;
        check_clock_conclude(c);
        c->run->settled(c->run, c->result);
}

static void check_clock_ask(struct clock *c, struct asked *a, const struct place *kdc, bool stream) {
        const struct realm *realm = c->run->preflight->realm;
        _cleanup_str_ struct str request = {};
        uint32_t nonce = 0;
        arc4random_buf(&nonce, sizeof nonce);
        kerberos_ask(&request, realm->realm, "fairlead", nonce, stream);
        *a = (struct asked) { .clock = c, .kdc = kdc, .stream = stream, .sent = usec_now(CLOCK_REALTIME) };
        a->op = exchange_start(c->run->event, &(struct exchange_options) { .address = kdc->address,
                                                                          .port = kdc->port,
                                                                          .datagram = !stream,
                                                                          .request = request.text,
                                                                          .n = request.length,
                                                                          .heard = check_clock_heard,
                                                                          .done = check_clock_over,
                                                                          .userdata = a });
        c->waiting++;
}

struct op *check_clock(struct preflight_run *run, struct check_result *result) {
        struct clock *c = new0(struct clock);
        *c = (struct clock) { .op.drop = check_clock_drop, .run = run, .result = result };
        for (size_t i = 0; i < run->kdcs.n; i++)
                if (run->kdcs.items[i].address) {
                        check_clock_ask(c, &c->asked[2 * i], &run->kdcs.items[i], false);
                        check_clock_ask(c, &c->asked[2 * i + 1], &run->kdcs.items[i], true);
                }
        if (!c->waiting)
                check_say(result, VERDICT_WARN, NULL, "not compared: no KDC of %s %s", run->domain,
                          run->kdcs.n ? "has an address" : "is known");
        return &c->op;
}

/* ---- time service ---- */

/* Of the host's own time services, and of the images that package one; the caller frees. NULL: none. */
static char *check_timesync_service(const struct preflight_run *run) {
        static const char *const signs[][2] = {
                { "/run/chrony/chronyd.pid", "chrony" },
                { "/run/chronyd.pid", "chrony" },
                { "/run/ntpd.pid", "ntpd" },
                { "/run/systemd/timesync/synchronized", "systemd-timesyncd" },
        };
        static const char *const names[] = { "chrony", "ntp", "timesync" };
        for (size_t i = 0; i < ELEMENTS(signs); i++)
                if (check_exists(run, signs[i][0]))
                        return xstrdup(signs[i][1]);
        _cleanup_(service_list_freep) struct service_list *services = services_list(run->paths, NULL);
        for (size_t i = 0; services && i < services->n; i++) {
                const struct service *s = services->items[i];
                const char *image = s->pin.reference ? s->pin.reference : s->name;
                for (size_t k = 0; k < ELEMENTS(names); k++)
                        if (strstr(s->name, names[k]) || strstr(image, names[k]))
                                return xstrdup(s->name);
        }
        return NULL;
}

void check_timesync(struct preflight_run *run, struct check_result *result) {
        struct timex t = {};
        int r = adjtimex(&t);
        _cleanup_free_ char *service = NULL;
        if (r >= 0 && r != TIME_ERROR && !(t.status & STA_UNSYNC))
                check_say(result, VERDICT_OK, NULL, "a time service keeps this host's clock");
        else if ((service = check_timesync_service(run)))
                check_say(result, VERDICT_OK, NULL,
                          "%s is to keep this host's clock; the kernel does not call it synchronized yet",
                          service);
        else
                check_say(result, VERDICT_WARN,
                          "Run chrony or systemd-timesyncd, with the realm's servers or your own",
                          "no time service keeps this host's clock: it will drift, and logins fail from 5 "
                          "minutes on");
}
