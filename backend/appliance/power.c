/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/appliance/appliance.h"

#include "backend/systemd/bus.h"

#define LOGIND_NAME "org.freedesktop.login1"
#define LOGIND_PATH "/org/freedesktop/login1"
#define LOGIND_MANAGER LOGIND_NAME ".Manager"
#define INHIBITORS_MAX 16U

/* One call to logind. The caller unrefs *ret. */
static int power_call(const char *method, const char *types, int interactive, sd_bus_message **ret,
                      struct error **reterr) {
        sd_bus *bus = NULL;
        sd_bus_error error = SD_BUS_ERROR_NULL;
        int r = bus_open(NULL, &bus, reterr);
        if (r < 0)
                return r;
        r = sd_bus_call_method(bus, LOGIND_NAME, LOGIND_PATH, LOGIND_MANAGER, method, &error, ret, types,
                               interactive);
        if (r < 0) {
                error_set(reterr, r, "logind does not do it: %s",
                          error.message ? error.message : strerror(-r));
                error_hint(reterr, "systemctl status systemd-logind says whether it runs");
        }
        sd_bus_error_free(&error);
        bus_close(bus);
        return r;
}

int power_inhibitors(char ***ret, struct error **reterr) {
        _cleanup_message_ sd_bus_message *m = NULL;
        int r = power_call("ListInhibitors", NULL, 0, &m, reterr);
        r = r < 0 ? r : sd_bus_message_enter_container(m, 'a', "(ssssuu)");
        while (r >= 0) {
                const char *what, *who, *why, *mode;
                uint32_t uid, pid;
                r = sd_bus_message_read(m, "(ssssuu)", &what, &who, &why, &mode, &uid, &pid);
                if (r <= 0)
                        break;
                /* "delay" only asks for some seconds. */
                if (strstr(what, "shutdown") && str_starts(mode, "block") &&
                    strv_length(*ret) < INHIBITORS_MAX)
                        strv_addf(ret, "%s (process %u): %s", who, pid, why);
        }
        return r < 0 && reterr && !*reterr ? error_set(reterr, r, "logind gave an answer that cannot be read")
                                           : r;
}

int power_do(enum power what, struct error **reterr) {
        _cleanup_message_ sd_bus_message *m = NULL;
        /* interactive: polkit may ask for a password */
        return power_call(what == POWER_OFF ? "PowerOff" : "Reboot", "b", 1, &m, reterr);
}
