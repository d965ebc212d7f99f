/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/realm/realm.h"

#include "backend/systemd/bus.h"
#include "base/clock.h"

#define HOSTNAMED_NAME "org.freedesktop.hostname1"
#define HOSTNAMED_PATH "/org/freedesktop/hostname1"

/* A step, because KDCs tolerate no slow approach; the fraction of a second since the measurement is
 * negligible. */
int repair_clock(int64_t ahead_usec, struct error **reterr) {
        int64_t usec = usec_now(CLOCK_REALTIME) - ahead_usec;
        const struct timespec wanted = { .tv_sec = usec / 1000000, .tv_nsec = usec % 1000000 * 1000 };
        if (usec >= 0 && clock_settime(CLOCK_REALTIME, &wanted) == 0)
                return 0;
        int r = error_errno(reterr, usec < 0 ? -EINVAL : -errno, "The clock could not be set");
        error_hint(reterr, r == -EPERM
                                   ? "This takes root with CAP_SYS_TIME. In a container the clock is that "
                                     "of the machine below: set it there"
                                   : "Set it by hand, and let a time service keep it");
        return r;
}

struct renaming {
        struct op op;
        sd_bus *bus;
        sd_bus_slot *slot;
        char *name;
        bool written; /* to /etc/hostname; the kernel's name follows */
        void (*done)(struct error *e, void *userdata);
        void *userdata;
};

static void renaming_drop(struct op *op) {
        struct renaming *r = container_of(op, struct renaming, op);
        sd_bus_slot_unref(r->slot);
        free(r->name);
}

static int renaming_on_reply(sd_bus_message *m, void *userdata, sd_bus_error *unused);

/* Where the static name is the wanted one already, hostnamed returns early and leaves the kernel name as
 * hostname(1) may have changed it; SetHostname always sets that, to the static name where there is one
 * (systemd 252, 257). */
static int renaming_call(struct renaming *r) {
        r->slot = sd_bus_slot_unref(r->slot);
        return sd_bus_call_method_async(r->bus, &r->slot, HOSTNAMED_NAME, HOSTNAMED_PATH, HOSTNAMED_NAME,
                                        r->written ? "SetHostname" : "SetStaticHostname", renaming_on_reply,
                                        r, "sb", r->name, 0);
}

static int renaming_on_reply(sd_bus_message *m, void *userdata, sd_bus_error *unused) {
        struct renaming *r = userdata;
        struct error *e = NULL;
        if (sd_bus_message_is_method_error(m, NULL)) {
                int code = bus_fail(&e, m, 0, "The host name could not be set");
                if (code == -ENOTCONN || code == -ENOENT)
                        error_hint(&e, "systemd-hostnamed does not answer: start it, or write the name to "
                                       "/etc/hostname and run hostname NAME");
        } else if (!r->written) {
                r->written = true;
                int k = renaming_call(r);
                if (k >= 0)
                        return 0;
                bus_fail(&e, NULL, k, "The host name could not be set");
        }
        op_end(&r->op);
        r->done(e, r->userdata);
        return 0;
}

struct op *repair_hostname(sd_bus *bus, const char *name, void (*done)(struct error *e, void *userdata),
                           void *userdata, struct error **reterr) {
        const char *fault = host_name_fault(name);
        if (fault) {
                error_set(reterr, -EINVAL, "\"%s\" %s", name, fault);
                return NULL;
        }
        struct renaming *r = new0(struct renaming);
        *r = (struct renaming){ .op.drop = renaming_drop,
                                .bus = bus,
                                .name = xstrdup(name),
                                .done = done,
                                .userdata = userdata };
        int k = renaming_call(r);
        if (k >= 0)
                return &r->op;
        bus_fail(reterr, NULL, k, "The host name could not be set");
        return op_cancel(&r->op);
}
