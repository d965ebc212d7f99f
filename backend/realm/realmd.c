/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/realm/realmd.h"

#include "backend/systemd/bus.h"

#define PROVIDER REALMD_NAME ".Provider"
#define REALM REALMD_NAME ".Realm"
#define MEMBERSHIP REALMD_NAME ".KerberosMembership"
#define SERVICE REALMD_NAME ".Service"

#define REALMS_MAX 16U
/* Discover waits for a name service that may not answer; a join waits for controllers, one after the other.
 * The bus's own limit of 25 s suits neither. */
#define LOOK_USEC (3 * 60 * 1000000ULL)
#define WORK_USEC (30 * 60 * 1000000ULL)

struct realm_path {
        char *path, *name;
        bool configured, supported;
};

struct realmd {
        const struct realmd_order *order;
        bool joins, cancelled;
        sd_bus *bus;
        sd_bus_slot *call, *signal;
        char **options, *operation; /* the first one, which Cancel and Diagnostics name */
        struct realm_path realms[REALMS_MAX];
        size_t n_realms, looked;
        void (*said)(const char *text, void *userdata);
        void (*done)(struct error *e, void *userdata);
        void *userdata;
};

int realmd_open(sd_event *event, sd_bus **ret, struct error **reterr) {
        sd_bus *bus = NULL;
        int r = sd_bus_open_system_with_description(&bus, "fairlead-realmd");
        if (r >= 0)
                r = sd_bus_attach_event(bus, event, SD_EVENT_PRIORITY_NORMAL);
        *ret = bus;
        if (r >= 0)
                return 0;
        *ret = bus_close(bus);
        error_errno(reterr, r, "The system bus cannot be reached, so realmd cannot");
        error_hint(reterr, "See systemctl status dbus");
        return -ENOTCONN;
}

struct realmd *realmd_free(struct realmd *realmd) {
        if (!realmd)
                return NULL;
        sd_bus_slot_unref(realmd->call);
        sd_bus_slot_unref(realmd->signal);
        sd_bus_unref(realmd->bus);
        for (size_t i = 0; i < realmd->n_realms; i++)
                FREE_ALL(realmd->realms[i].path, realmd->realms[i].name);
        strv_free(realmd->options);
        free(realmd);
        return NULL;
}

/* ---- the end ---- */

#define REALMD(name) REALMD_NAME ".Error." name
#define DBUS(name) "org.freedesktop.DBus.Error." name
#define NOT_THERE "Install the package realmd, and check systemctl status realmd dbus"
static const struct {
        const char *name;
        int code;
        const char *hint;
} meanings[] = {
        { REALMD("Cancelled"), -ECANCELED, NULL },
        { REALMD("Busy"), -EBUSY, "realmd carries out somebody else's join or leave: wait for its end" },
        { REALMD("NotAuthorized"), -EPERM, "Permission denied: this needs root or a polkit authorization" },
        { REALMD("AlreadyConfigured"), -EEXIST, "Leave that domain first" },
        { REALMD("AlreadyEnrolled"), -EEXIST, "Leave that domain first" },
        { REALMD("NotConfigured"), -ENOENT, "There is nothing to leave" },
        { REALMD("AuthenticationFailed"), -EACCES,
          "The output of its tool above says whether the password or a permission is wrong" },
        { REALMD("BadHostname"), -EINVAL, "Give this host a name of its own" },
        { DBUS("ServiceUnknown"), -ENOTCONN, NOT_THERE },
        { DBUS("NameHasNoOwner"), -ENOTCONN, NOT_THERE },
        { DBUS("Spawn.ServiceNotFound"), -ENOTCONN, NOT_THERE },
        { DBUS("Spawn.ExecFailed"), -ENOTCONN, NOT_THERE },
        { DBUS("Spawn.ChildExited"), -ENOTCONN, NOT_THERE },
        { "org.freedesktop.systemd1.NoSuchUnit", -ENOTCONN, NOT_THERE },
        { "org.freedesktop.systemd1.UnitMasked", -ENOTCONN,
          "realmd.service is masked: systemctl unmask realmd" },
        { DBUS("AccessDenied"), -EPERM, "Only root may do this" },
        { DBUS("NoReply"), -ETIMEDOUT,
          "realmd did not finish: journalctl -u realmd shows what it waits for" },
};
#undef REALMD
#undef DBUS

static void realmd_end(struct realmd *realmd, struct error *e) {
        realmd->call = sd_bus_slot_unref(realmd->call);
        realmd->done(e, realmd->userdata);
}

/* The sentence has the name of the error, which does not change from one release to the next. */
static void realmd_fail(struct realmd *realmd, sd_bus_message *m, const char *what) {
        const sd_bus_error *error = sd_bus_message_get_error(m);
        struct error *e = NULL;
        int code = -EIO;
        const char *hint = NULL;
        for (size_t i = 0; i < ELEMENTS(meanings); i++)
                if (str_equal(error->name, meanings[i].name)) {
                        code = meanings[i].code;
                        hint = meanings[i].hint;
                }
        if (realmd->cancelled)
                code = -ECANCELED;
        error_set(&e, code, "%s (%s)", str_empty(error->message) ? "it does not say why" : error->message,
                  error->name);
        error_wrap(&e, code, "%s", code == -ENOTCONN    ? "realmd is not installed, or cannot be started"
                                   : code == -ECANCELED ? "Cancelled"
                                                        : what);
        if (hint)
                error_hint(&e, "%s", hint);
        realmd_end(realmd, e);
}

static void fail_locally(struct realmd *realmd, int r) {
        struct error *e = NULL;
        error_errno(&e, r, "realmd could not be asked");
        realmd_end(realmd, e);
}

/* ---- calls ---- */

static int realmd_call(struct realmd *realmd, sd_bus_message *m, sd_bus_message_handler_t then,
                       uint64_t usec) {
        realmd->call = sd_bus_slot_unref(realmd->call);
        return sd_bus_call_async(realmd->bus, &realmd->call, m, then, realmd, usec);
}

static int new_call(struct realmd *realmd, const char *path, const char *interface, const char *member,
                    sd_bus_message **ret) {
        return sd_bus_message_new_method_call(realmd->bus, ret, REALMD_NAME, path, interface, member);
}

/* Those that select one of several ways to join, or all of them. */
static int add_options(struct realmd *realmd, sd_bus_message *m, bool all) {
        static const char *const selecting[] = { "operation=", "client-software=", "server-software=",
                                                 "membership-software=" };
        int r = sd_bus_message_open_container(m, 'a', "{sv}");
        for (char **option = realmd->options; r >= 0 && *option; option++) {
                bool wanted = all;
                for (size_t i = 0; i < ELEMENTS(selecting); i++)
                        wanted = wanted || str_starts(*option, selecting[i]);
                const char *value = strchr(*option, '=');
                if (!value)
                        return -EINVAL;
                _cleanup_free_ char *key = xstrndup(*option, (size_t) (value - *option));
                if (wanted)
                        r = sd_bus_message_append(m, "{sv}", key, "s", value + 1);
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

/* (type, owner, credentials) */
static int add_credentials(struct realmd *realmd, sd_bus_message *m) {
        const struct realmd_order *order = realmd->order;
        if (order->credentials == REALMD_PASSWORD)
                return sd_bus_message_append(m, "(ssv)", "password", "administrator", "(ss)", order->user,
                                             order->secret->bytes);
        if (order->credentials == REALMD_NOBODY)
                return sd_bus_message_append(m, "(ssv)", "automatic", "none", "s", "");
        int r;
        if ((r = sd_bus_message_open_container(m, 'r', "ssv")) < 0 ||
            (r = sd_bus_message_append(m, "ss", "secret", "none")) < 0 ||
            (r = sd_bus_message_open_container(m, 'v', "ay")) < 0 ||
            (r = sd_bus_message_append_array(m, 'y', order->secret->bytes, order->secret->length)) < 0 ||
            (r = sd_bus_message_close_container(m)) < 0)
                return r;
        return sd_bus_message_close_container(m);
}

/* ---- the work ---- */

static int on_worked(sd_bus_message *m, void *userdata, sd_bus_error *unused) {
        struct realmd *realmd = userdata;
        if (sd_bus_message_is_method_error(m, NULL))
                realmd_fail(realmd, m, realmd->joins ? "Couldn't join realm" : "Couldn't leave realm");
        else
                realmd_end(realmd, NULL);
        return 0;
}

static int realmd_work(struct realmd *realmd, const struct realm_path *realm) {
        bool somebody = realmd->joins || realmd->order->credentials != REALMD_NOBODY;
        const char *method = realmd->joins ? "Join" : somebody ? "Leave" : "Deconfigure";
        _cleanup_message_ sd_bus_message *m = NULL;
        int r;
        if ((r = new_call(realmd, realm->path, somebody ? MEMBERSHIP : REALM, method, &m)) < 0 ||
            (r = sd_bus_message_sensitive(m)) < 0 || (somebody && (r = add_credentials(realmd, m)) < 0) ||
            (r = add_options(realmd, m, true)) < 0)
                return r;
        return realmd_call(realmd, m, on_worked, WORK_USEC);
}

/* ---- which realm ---- */

static const char *const credential_types[] = {
        [REALMD_NOBODY] = "automatic", [REALMD_PASSWORD] = "password", [REALMD_ONE_TIME] = "secret"
};

/* For a join Discover was called for that one. */
static bool realmd_wanted(const struct realmd *realmd, const struct realm_path *realm) {
        const char *domain = realmd->order->domain;
        return realmd->joins || (realm->configured && (!domain || str_equal_nocase(domain, realm->name)));
}

static struct error *realmd_refusal(struct realmd *realmd, const struct realm_path *realm) {
        const char *domain = realmd->order->domain;
        struct error *e = NULL;
        if (!realm) {
                error_set(&e, -ENOENT, "%s%s%s",
                          realmd->joins ? "No such realm found" : "Couldn't find a configured realm",
                          domain ? ": " : "", domain ? domain : "");
                error_hint(&e, "%s",
                           realmd->joins ? "The DNS must name its servers: look at the name, and at "
                                           "/etc/resolv.conf"
                                         : "There is nothing to leave");
        } else if (realmd->joins && realm->configured) {
                error_set(&e, -EEXIST, "Already joined to %s", realm->name);
                error_hint(&e, "Leave it first");
        } else if (!realm->supported) {
                error_set(&e, -EOPNOTSUPP, "%s cannot be %s with credentials of the kind \"%s\" here",
                          realm->name, realmd->joins ? "joined" : "left",
                          credential_types[realmd->order->credentials]);
                error_hint(&e, "Give the name and password of an account that may join computers");
        }
        return e;
}

static void realmd_choose(struct realmd *realmd) {
        const struct realm_path *found = NULL;
        for (size_t i = 0; i < realmd->n_realms; i++) {
                const struct realm_path *realm = realmd->realms + i;
                if (realmd_wanted(realmd, realm) &&
                    (!found || (realm->supported && !found->supported && !found->configured)))
                        found = realm;
        }
        struct error *e = realmd_refusal(realmd, found);
        if (e) {
                realmd_end(realmd, e);
                return;
        }
        int r = realmd_work(realmd, found);
        if (r < 0)
                fail_locally(realmd, r);
}

/* aa(ss): kinds and owners of credentials */
static int read_supported(struct realmd *realmd, struct realm_path *realm, sd_bus_message *m) {
        enum realmd_credentials credentials = realmd->order->credentials;
        const char *type, *owner;
        int r;
        if ((r = sd_bus_message_enter_container(m, 'v', "a(ss)")) < 0 ||
            (r = sd_bus_message_enter_container(m, 'a', "(ss)")) < 0)
                return r;
        while ((r = sd_bus_message_read(m, "(ss)", &type, &owner)) > 0)
                realm->supported |=
                        str_equal(type, credential_types[credentials]) &&
                        (credentials != REALMD_PASSWORD || str_equal(owner, "administrator"));
        if (r < 0 || (r = sd_bus_message_exit_container(m)) < 0)
                return r;
        return sd_bus_message_exit_container(m);
}

static int read_property(struct realmd *realmd, struct realm_path *realm, const char *name,
                         sd_bus_message *m) {
        const char *text;
        if (str_equal(name, realmd->joins ? "SupportedJoinCredentials" : "SupportedLeaveCredentials"))
                return read_supported(realmd, realm, m);
        if (!str_equal(name, "Name") && !str_equal(name, "Configured"))
                return sd_bus_message_skip(m, "v");
        int r = sd_bus_message_read(m, "v", "s", &text);
        if (r < 0)
                return r;
        if (name[0] == 'C')
                realm->configured = !str_empty(text);
        else
                str_replace(&realm->name, text);
        return r;
}

static int realmd_look(struct realmd *realmd);

static int read_properties(struct realmd *realmd, struct realm_path *realm, sd_bus_message *m) {
        const char *name;
        int r = sd_bus_message_enter_container(m, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0)
                if ((r = sd_bus_message_read(m, "s", &name)) >= 0 &&
                    (r = read_property(realmd, realm, name, m)) >= 0)
                        r = sd_bus_message_exit_container(m);
        return r;
}

static int realmd_on_looked(sd_bus_message *m, void *userdata, sd_bus_error *unused) {
        struct realmd *realmd = userdata;
        struct realm_path *realm = realmd->realms + realmd->looked / 2;
        int r = 0;
        if (!sd_bus_message_is_method_error(m, NULL))
                r = read_properties(realmd, realm, m);
        else if (realmd->looked % 2 == 0) {
                realmd_fail(realmd, m, "The realm could not be looked at");
                return 0;
        }       /* else it has no such interface: it can be seen, but not joined */
        realmd->looked++;
        if (r >= 0)
                r = realmd_look(realmd);
        if (r < 0)
                fail_locally(realmd, r);
        return 0;
}

/* Two interfaces of each realm, one after the other; then one of them is chosen. */
static int realmd_look(struct realmd *realmd) {
        if (realmd->looked == 2 * realmd->n_realms) {
                realmd_choose(realmd);
                return 0;
        }
        realmd->call = sd_bus_slot_unref(realmd->call);
        return sd_bus_call_method_async(realmd->bus, &realmd->call, REALMD_NAME,
                                        realmd->realms[realmd->looked / 2].path, BUS_PROPERTIES, "GetAll",
                                        realmd_on_looked, realmd, "s",
                                        realmd->looked % 2 ? MEMBERSHIP : REALM);
}

static int read_paths(struct realmd *realmd, sd_bus_message *m) {
        const char *path;
        int r = sd_bus_message_enter_container(m, 'a', "o");
        while (r >= 0 && realmd->n_realms < REALMS_MAX && (r = sd_bus_message_read(m, "o", &path)) > 0)
                realmd->realms[realmd->n_realms++] =
                        (struct realm_path) { .path = xstrdup(path), .name = xstrdup(path) };
        return r;
}

static int realmd_on_found(sd_bus_message *m, void *userdata, sd_bus_error *unused) {
        struct realmd *realmd = userdata;
        if (sd_bus_message_is_method_error(m, NULL)) {
                realmd_fail(realmd, m, "realmd could not look for the realm");
                return 0;
        }
        int r = realmd->joins ? sd_bus_message_skip(m, "i") : sd_bus_message_enter_container(m, 'v', "ao");
        if (r < 0 || (r = read_paths(realmd, m)) < 0 || (r = realmd_look(realmd)) < 0)
                fail_locally(realmd, r);
        return 0;
}

static int realmd_find(struct realmd *realmd) {
        const char *domain = realmd->order->domain;
        _cleanup_message_ sd_bus_message *m = NULL;
        int r;
        if (!realmd->joins)
                return sd_bus_call_method_async(realmd->bus, &realmd->call, REALMD_NAME, REALMD_PATH,
                                                BUS_PROPERTIES, "Get", realmd_on_found, realmd, "ss",
                                                PROVIDER, "Realms");
        if ((r = new_call(realmd, REALMD_PATH, PROVIDER, "Discover", &m)) < 0 ||
            (r = sd_bus_message_append(m, "s", domain ? domain : "")) < 0 ||
            (r = add_options(realmd, m, false)) < 0)
                return r;
        return realmd_call(realmd, m, realmd_on_found, LOOK_USEC);
}

/* ---- Diagnostics ---- */

static int on_diagnostics(sd_bus_message *m, void *userdata, sd_bus_error *unused) {
        struct realmd *realmd = userdata;
        const char *text, *operation;
        if (sd_bus_message_read(m, "ss", &text, &operation) >= 0 && str_equal(operation, realmd->operation))
                realmd->said(text, realmd->userdata);
        return 0;
}

struct realmd *realmd_new(sd_bus *bus, const struct realmd_order *order,
                          void (*said)(const char *text, void *userdata),
                          void (*done)(struct error *e, void *userdata), void *userdata) {
        _cleanup_(realmd_freep) struct realmd *realmd = new0(struct realmd);
        *realmd = (struct realmd) { .order = order,
                                    .joins = order->action == REALMD_JOIN,
                                    .bus = sd_bus_ref(bus),
                                    .said = said,
                                    .done = done,
                                    .userdata = userdata };
        sd_bus_set_method_call_timeout(bus, LOOK_USEC);
        strv_addf(&realmd->options, "operation=fairlead-%d", (int) getpid());
        realmd->operation = strchr(realmd->options[0], '=') + 1;
        if (realmd->joins)
                strv_extend(&realmd->options, order->options);
        int r = sd_bus_match_signal_async(bus, &realmd->signal,
                                          sd_bus_is_bus_client(bus) > 0 ? REALMD_NAME : NULL, REALMD_PATH,
                                          SERVICE, "Diagnostics", on_diagnostics, NULL, realmd);
        return r < 0 || realmd_find(realmd) < 0 ? NULL : TAKE(realmd);
}

void realmd_cancel(struct realmd *realmd) {
        if (!realmd->cancelled)
                (void) sd_bus_call_method_async(realmd->bus, NULL, REALMD_NAME, REALMD_PATH, SERVICE,
                                                "Cancel", NULL, NULL, "s", realmd->operation);
        realmd->cancelled = true;
}
