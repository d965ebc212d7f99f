/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/systemd/bus.h"

#include <stdarg.h>
#include <unistd.h>

/* systemctl uses this socket, too, as root. */
#define PRIVATE_ADDRESS "unix:path=/run/systemd/private"

static int bus_open_private(sd_bus **ret) {
        int r = sd_bus_new(ret);
        if (r < 0)
                return r;
        sd_bus_set_address(*ret, PRIVATE_ADDRESS);
        sd_bus_negotiate_fds(*ret, 1);
        r = sd_bus_start(*ret);
        if (r < 0)
                *ret = sd_bus_unref(*ret);
        return r;
}

int bus_open(sd_event *event, sd_bus **ret, struct error **reterr) {
        sd_bus *bus = NULL;
        int r = sd_bus_open_system_with_description(&bus, "fairlead");
        if (r < 0 && geteuid() == 0 && bus_open_private(&bus) >= 0)
                r = 0;
        if (r < 0) {
                error_set(reterr, r, "%s", strerror(-r));
                error_wrap(reterr, -ENOTCONN, "systemd cannot be reached on this host");
                error_hint(reterr, "Units need a host that runs systemd and its system bus: see systemctl "
                                   "status dbus");
                return -ENOTCONN;
        }
        r = sd_bus_attach_event(bus, event, SD_EVENT_PRIORITY_NORMAL);
        if (r < 0) {
                bus_close(bus);
                return error_errno(reterr, r, "The system bus cannot be watched");
        }
        *ret = bus;
        return 0;
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
        const char *name;
        int code;
        const char *hint;
};

static const struct meaning meanings[] = {
#define SD(name) SYSTEMD_NAME "." name
#define DBUS(name) "org.freedesktop.DBus.Error." name
        { SD("NoSuchUnit"), -ENOENT,
          "Names are exact and end in .service, .socket, .timer, …; search in the list of units" },
        { SD("UnitExists"), -EEXIST, "A unit of this name is there already" },
        { SD("UnitMasked"), -EUCLEAN, "It is masked, so nothing can start it: unmask it first" },
        { SD("LoadFailed"), -EUCLEAN,
          "Its unit file cannot be used: systemd-analyze verify says what is wrong" },
        { SD("BadUnitSetting"), -EUCLEAN,
          "A setting in its unit file is wrong: systemd-analyze verify says which" },
        { SD("UnitGenerated"), -EADDRNOTAVAIL,
          "A generator makes this unit at boot and reload; its source file decides whether it starts at "
          "boot" },
        { SD("UnitLinked"), -EADDRNOTAVAIL, "Its unit file is a link to a file elsewhere" },
        { SD("UnitBadPath"), -EINVAL, NULL },
        { SD("UnitInactive"), -ESRCH, "It does not run: start it first" },
        { SD("JobTypeNotApplicable"), -EOPNOTSUPP,
          "Units of this kind cannot do that; for a reload, restart it instead" },
        { SD("NoIsolation"), -EPERM, NULL },
        { SD("OnlyByDependency"), -EPERM, "Its unit file allows that only through other units that need it" },
        { SD("ShuttingDown"), -ESHUTDOWN, "The host is shutting down: nothing new is started" },
        { SD("TransactionIsDestructive"), -EBUSY,
          "Another job on it, or a shutdown, is under way: wait for its end" },
        { SD("TransactionJobsConflicting"), -EBUSY,
          "Units it needs and units it excludes contradict each other" },
        { SD("TransactionOrderIsCyclic"), -ELOOP, "Its ordering (After=, Before=) runs in a circle" },
        { SD("NoSuchJob"), -ENOENT, NULL },
        { SD("NotSubscribed"), 0, NULL },
        { SD("AlreadySubscribed"), 0, NULL },
        { DBUS("AccessDenied"), -EPERM, "Only root may do this: run fairlead as root" },
        { DBUS("InteractiveAuthorizationRequired"), -EPERM, "Only root may do this: run fairlead as root" },
        { DBUS("AuthFailed"), -EPERM, "Only root may do this: run fairlead as root" },
        { DBUS("NoReply"), -ETIMEDOUT, "systemd did not answer in time: it may be busy; try again" },
        { DBUS("Timeout"), -ETIMEDOUT, "systemd did not answer in time: it may be busy; try again" },
        { DBUS("TimedOut"), -ETIMEDOUT, "systemd did not answer in time: it may be busy; try again" },
        { DBUS("ServiceUnknown"), -ENOTCONN, "systemd does not answer on the system bus" },
        { DBUS("NameHasNoOwner"), -ENOTCONN, "systemd does not answer on the system bus" },
        { DBUS("NoServer"), -ENOTCONN, "The system bus does not run" },
        { DBUS("Disconnected"), -ENOTCONN, "The connection to the system bus was lost: try again" },
        { DBUS("LimitsExceeded"), -EAGAIN, "It was asked for too often: wait a moment and try again" },
        { DBUS("UnknownObject"), -ENOENT, NULL },
        { DBUS("UnknownMethod"), -EOPNOTSUPP, "This host's systemd is too old for that" },
        { DBUS("InvalidArgs"), -EINVAL, NULL },
        { DBUS("FileNotFound"), -ENOENT, NULL },
        { DBUS("FileExists"), -EEXIST, "A file of this name already exists in /etc/systemd/system" },
        { DBUS("NoSpace"), -ENOSPC, "Make room on the file system of /etc" },
        { "System.Error.EROFS", -EROFS, "/etc is mounted read-only" },
        { "System.Error.ENOSPC", -ENOSPC, "Make room on the file system of /etc" },
        { "System.Error.ECONNRESET", -ENOTCONN, "The connection to the system bus was lost: try again" },
        { "System.Error.ENOTCONN", -ENOTCONN, "The connection to the system bus was lost: try again" },
#undef SD
#undef DBUS
};

static const struct meaning *bus_meaning(const sd_bus_error *e) {
        for (size_t i = 0; e && i < ELEMENTS(meanings); i++)
                if (strcmp(meanings[i].name, e->name) == 0)
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
