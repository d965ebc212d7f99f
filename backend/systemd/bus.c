/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/systemd/bus.h"

#include <stdarg.h>
#include <unistd.h>

/* systemctl uses this socket, too, as root. */
#define PRIVATE_ADDRESS "unix:path=/run/systemd/private"

static int bus_open_private(const char *address, sd_bus **ret) {
        int r = sd_bus_new(ret);
        if (r < 0)
                return r;
        sd_bus_set_address(*ret, address);
        sd_bus_negotiate_fds(*ret, 1);
        r = sd_bus_start(*ret);
        if (r < 0)
                *ret = sd_bus_unref(*ret);
        return r;
}

static int bus_attach(sd_event *event, sd_bus *bus, sd_bus **ret, struct error **reterr) {
        int r = sd_bus_attach_event(bus, event, SD_EVENT_PRIORITY_NORMAL);
        if (r < 0) {
                bus_close(bus);
                return error_errno(reterr, r, "The bus cannot be watched");
        }
        *ret = bus;
        return 0;
}

int bus_open(sd_event *event, sd_bus **ret, struct error **reterr) {
        sd_bus *bus = NULL;
        int r = sd_bus_open_system_with_description(&bus, "fairlead");
        if (r < 0 && geteuid() == 0 && bus_open_private(PRIVATE_ADDRESS, &bus) >= 0)
                r = 0;
        if (r < 0) {
                error_set(reterr, r, "%s", strerror(-r));
                error_wrap(reterr, -ENOTCONN, "systemd cannot be reached on this host");
                error_hint(reterr, "Units need a host that runs systemd and its system bus: see systemctl "
                                   "status dbus");
                return -ENOTCONN;
        }
        return bus_attach(event, bus, ret, reterr);
}

int bus_open_direct(sd_event *event, sd_bus **ret) {
        sd_bus *bus = NULL;
        int r = geteuid() == 0 ? bus_open_private(PRIVATE_ADDRESS, &bus) : -EPERM;
        return r < 0 ? r : bus_attach(event, bus, ret, NULL);
}

int bus_open_user(sd_event *event, const char *socket, sd_bus **ret, struct error **reterr) {
        _cleanup_free_ char *address = str_printf("unix:path=%s", socket);
        sd_bus *bus = NULL;
        int r = bus_open_private(address, &bus);
        if (r < 0) {
                error_set(reterr, r, "%s", strerror(-r));
                error_wrap(reterr, -ENOTCONN, "The manager of this user cannot be reached at %s", socket);
                error_hint(reterr, "It runs while the user is logged in, or lingers: loginctl enable-linger");
                return -ENOTCONN;
        }
        return bus_attach(event, bus, ret, reterr);
}

sd_bus *bus_close(sd_bus *bus) {
        if (!bus)
                return NULL;
        sd_bus_detach_event(bus);
        return sd_bus_close_unref(bus);
}

const char *bus_systemd(sd_bus *bus) {
        return sd_bus_is_bus_client(bus) > 0 ? SYSTEMD_NAME : NULL;
}

struct meaning {
        const char *name; /* its last word: they differ */
        int code;
        const char *hint;
};

static const struct meaning meanings[] = {
        { "NoSuchUnit", -ENOENT,
          "Names are exact and end in .service, .socket, .timer, …; search in the list of units" },
        { "UnitExists", -EEXIST, "A unit of this name is there already" },
        { "UnitMasked", -EUCLEAN, "It is masked, so nothing can start it: unmask it first" },
        { "LoadFailed", -EUCLEAN, "Its unit file cannot be used: systemd-analyze verify says what is wrong" },
        { "BadUnitSetting", -EUCLEAN,
          "A setting in its unit file is wrong: systemd-analyze verify says which" },
        { "UnitGenerated", -EADDRNOTAVAIL,
          "Its source file decides whether it starts at boot: change that one, or mask the unit" },
        { "UnitLinked", -EADDRNOTAVAIL, "Its unit file is a link to a file elsewhere" },
        { "UnitBadPath", -EINVAL, NULL },
        { "UnitInactive", -ESRCH, "It does not run: start it first" },
        { "NoSuchProcess", -ESRCH, "It has no process now" },
        { "JobTypeNotApplicable", -EOPNOTSUPP,
          "Units of this kind cannot do that; for a reload, restart it instead" },
        { "NoIsolation", -EPERM, NULL },
        { "OnlyByDependency", -EPERM, "Its unit file allows that only through other units that need it" },
        { "ShuttingDown", -ESHUTDOWN, "The host is shutting down: nothing new is started" },
        { "TransactionIsDestructive", -EBUSY,
          "Another job on it, or a shutdown, is under way: wait for its end" },
        { "TransactionJobsConflicting", -EBUSY,
          "Units it needs and units it excludes contradict each other" },
        { "TransactionOrderIsCyclic", -ELOOP, "Its ordering (After=, Before=) runs in a circle" },
        { "NoSuchJob", -ENOENT, NULL },
        { "AccessDenied", -EPERM, "Only root may do this: run fairlead as root" },
        { "InteractiveAuthorizationRequired", -EPERM, "Only root may do this: run fairlead as root" },
        { "AuthFailed", -EPERM, "Only root may do this: run fairlead as root" },
        { "NoReply", -ETIMEDOUT, "systemd did not answer in time: it may be busy; try again" },
        { "Timeout", -ETIMEDOUT, "systemd did not answer in time: it may be busy; try again" },
        { "TimedOut", -ETIMEDOUT, "systemd did not answer in time: it may be busy; try again" },
        { "ServiceUnknown", -ENOTCONN, "systemd does not answer on the system bus" },
        { "NameHasNoOwner", -ENOTCONN, "systemd does not answer on the system bus" },
        { "NoServer", -ENOTCONN, "The system bus does not run" },
        { "Disconnected", -ENOTCONN, "The connection to the system bus was lost: try again" },
        { "LimitsExceeded", -EAGAIN, "It was asked for too often: wait a moment and try again" },
        { "UnknownObject", -ENOENT, NULL },
        { "UnknownMethod", -EOPNOTSUPP, "This host's systemd is too old for that" },
        { "FileExists", -EEXIST, "A file of this name already exists in /etc/systemd/system" },
        { "NoSpace", -ENOSPC, "Make room on the file system of /etc" },
        { "EROFS", -EROFS, "/etc is mounted read-only" },
        { "ENOSPC", -ENOSPC, "Make room on the file system of /etc" },
        { "ECONNRESET", -ENOTCONN, "The connection to the system bus was lost: try again" },
};

static const struct meaning *bus_meaning(const sd_bus_error *e) {
        const char *dot = e ? strrchr(e->name, '.') : NULL;
        for (size_t i = 0; dot && i < ELEMENTS(meanings); i++)
                if (strcmp(meanings[i].name, dot + 1) == 0)
                        return &meanings[i];
        return NULL;
}

int bus_fail(struct error **reterr, sd_bus_message *m, int code, const char *format, ...) {
        const sd_bus_error *e = m ? sd_bus_message_get_error(m) : NULL;
        const struct meaning *meaning = bus_meaning(e);
        if (meaning && meaning->code < 0)
                code = meaning->code;
        else if (e)
                code = -sd_bus_error_get_errno(e);
        if (code >= 0)
                code = -EIO;
        va_list arguments;
        va_start(arguments, format);
        _cleanup_free_ char *sentence = str_vprintf(format, arguments);
        va_end(arguments);
        /* without a message the name alone is better than nothing */
        error_set(reterr, code, "%s", !e ? strerror(-code) : str_empty(e->message) ? e->name : e->message);
        error_wrap(reterr, code, "%s", sentence);
        if (meaning && meaning->hint)
                error_hint(reterr, "%s", meaning->hint);
        else if (code == -ENOTCONN || code == -ECONNRESET)
                error_hint(reterr, "The connection to the system bus was lost: try again");
        return code;
}
