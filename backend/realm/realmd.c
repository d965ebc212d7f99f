/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/realm/realmd.h"

#include <unistd.h>

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
        sd_bus *bus;
        sd_bus_slot *call, *signal;
        enum realmd_action action;
        enum realmd_credentials credentials;
        const struct secret *secret;
        char *domain, *user, **options, *operation;
        struct realm_path realms[REALMS_MAX];
        size_t n_realms, looked;
        bool cancelled;
        void (*said)(const char *text, void *userdata);
        void (*done)(struct error *e, void *userdata);
        void *userdata;
};

int realmd_open(sd_event *event, sd_bus **ret, struct error **reterr) {
        sd_bus *bus = NULL;
        int r = sd_bus_open_system_with_description(&bus, "fairlead-realmd");
        if (r >= 0)
                r = sd_bus_attach_event(bus, event, SD_EVENT_PRIORITY_NORMAL);
        if (r < 0) {
                bus_close(bus);
                error_errno(reterr, r, "The system bus cannot be reached, so realmd cannot");
                error_hint(reterr, "See systemctl status dbus");
                return -ENOTCONN;
        }
        *ret = bus;
        return 0;
}

struct realmd *realmd_free(struct realmd *realmd) {
        if (!realmd)
                return NULL;
        sd_bus_slot_unref(realmd->call);
        sd_bus_slot_unref(realmd->signal);
        sd_bus_unref(realmd->bus);
        for (size_t i = 0; i < realmd->n_realms; i++) {
                free(realmd->realms[i].path);
                free(realmd->realms[i].name);
        }
        free(realmd->domain);
        free(realmd->user);
        free(realmd->operation);
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
static void realmd_fail(struct realmd *realmd, const sd_bus_error *error, const char *what) {
        struct error *e = NULL;
        int code = -EIO;
        const char *hint = NULL;
        bool known = false;
        for (size_t i = 0; i < ELEMENTS(meanings) && !known; i++)
                if (str_equal(error->name, meanings[i].name)) {
                        known = true;
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

/* options: the operation's name first, which identifies it for Cancel and in Diagnostics. */
static int add_options(struct realmd *realmd, sd_bus_message *m, bool all) {
        int r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r >= 0)
                r = sd_bus_message_append(m, "{sv}", "operation", "s", realmd->operation);
        for (char **option = realmd->options; r >= 0 && all && option && *option; option++) {
                const char *value = strchr(*option, '=');
                _cleanup_free_ char *key = value ? strndup(*option, (size_t) (value - *option)) : NULL;
                r = key ? sd_bus_message_append(m, "{sv}", key, "s", value + 1) : -EINVAL;
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

/* (type, owner, credentials) */
static int add_credentials(struct realmd *realmd, sd_bus_message *m) {
        int r = sd_bus_message_open_container(m, 'r', "ssv");
        if (r < 0)
                return r;
        switch (realmd->credentials) {
        case REALMD_PASSWORD:
                r = sd_bus_message_append(m, "ssv", "password", "administrator", "(ss)", realmd->user,
                                          realmd->secret->bytes);
                break;
        case REALMD_ONE_TIME:
                r = sd_bus_message_append(m, "ss", "secret", "none");
                if (r >= 0)
                        r = sd_bus_message_open_container(m, 'v', "ay");
                if (r >= 0)
                        r = sd_bus_message_append_array(m, 'y', realmd->secret->bytes,
                                                        realmd->secret->length);
                if (r >= 0)
                        r = sd_bus_message_close_container(m);
                break;
        case REALMD_NOBODY:
                r = sd_bus_message_append(m, "ssv", "automatic", "none", "s", "");
                break;
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

/* ---- the work ---- */

static int on_worked(sd_bus_message *m, void *userdata, sd_bus_error *unused) {
        struct realmd *realmd = userdata;
        if (sd_bus_message_is_method_error(m, NULL))
                realmd_fail(realmd, sd_bus_message_get_error(m),
                     realmd->action == REALMD_JOIN ? "Couldn't join realm" : "Couldn't leave realm");
        else
                realmd_end(realmd, NULL);
        return 0;
}

static int realmd_work(struct realmd *realmd, const struct realm_path *realm) {
        bool joins = realmd->action == REALMD_JOIN, somebody = joins || realmd->credentials != REALMD_NOBODY;
        _cleanup_message_ sd_bus_message *m = NULL;
        int r = new_call(realmd, realm->path, somebody ? MEMBERSHIP : REALM,
                         joins      ? "Join"
                         : somebody ? "Leave"
                                    : "Deconfigure",
                         &m);
        if (r >= 0)
                r = sd_bus_message_sensitive(m);
        if (r >= 0 && somebody)
                r = add_credentials(realmd, m);
        if (r >= 0)
                r = add_options(realmd, m, joins);
        return r < 0 ? r : realmd_call(realmd, m, on_worked, WORK_USEC);
}

/* ---- which realm ---- */

static const char *credentials_type(const struct realmd *realmd) {
        switch (realmd->credentials) {
        case REALMD_PASSWORD:
                return "password";
        case REALMD_ONE_TIME:
                return "secret";
        default:
                return "automatic";
        }
}

static bool realmd_wanted(const struct realmd *realmd, const struct realm_path *realm) {
        if (realmd->action == REALMD_JOIN)
                return true;    /* Discover was called for that one */
        return realm->configured && (!realmd->domain || str_equal_nocase(realmd->domain, realm->name));
}

static struct error *realmd_refusal(struct realmd *realmd, const struct realm_path *realm) {
        bool joins = realmd->action == REALMD_JOIN;
        struct error *e = NULL;
        if (!realm && joins) {
                error_set(&e, -ENOENT, "No such realm found%s%s", realmd->domain ? ": " : "",
                          realmd->domain ? realmd->domain : "");
                error_hint(&e, "The DNS must name its servers: look at the name, and at /etc/resolv.conf");
        } else if (!realm) {
                error_set(&e, -ENOENT, "Couldn't find a configured realm%s%s", realmd->domain ? ": " : "",
                          realmd->domain ? realmd->domain : "");
                error_hint(&e, "There is nothing to leave");
        } else if (joins && realm->configured) {
                error_set(&e, -EEXIST, "Already joined to %s", realm->name);
                error_hint(&e, "Leave it first");
        } else if (!realm->supported) {
                error_set(&e, -EOPNOTSUPP, "%s cannot be %s with credentials of the kind \"%s\" here",
                          realm->name, joins ? "joined" : "left", credentials_type(realmd));
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

static int read_property(struct realmd *realmd, struct realm_path *realm, const char *name,
                         sd_bus_message *m) {
        const char *text, *owner;
        int r;
        if (str_equal(name, "Name") || str_equal(name, "Configured")) {
                r = sd_bus_message_read(m, "v", "s", &text);
                if (r < 0)
                        return r;
                if (name[0] == 'C')
                        realm->configured = !str_empty(text);
                else
                        r = str_replace(&realm->name, text);
                return r;
        }
        bool joins = realmd->action == REALMD_JOIN;
        if (!str_equal(name, joins ? "SupportedJoinCredentials" : "SupportedLeaveCredentials"))
                return sd_bus_message_skip(m, "v");
        r = sd_bus_message_enter_container(m, 'v', "a(ss)");
        if (r >= 0)
                r = sd_bus_message_enter_container(m, 'a', "(ss)");
        while (r >= 0 && (r = sd_bus_message_read(m, "(ss)", &text, &owner)) > 0)
                realm->supported |=
                        str_equal(text, credentials_type(realmd)) &&
                        (realmd->credentials != REALMD_PASSWORD || str_equal(owner, "administrator"));
        if (r >= 0)
                r = sd_bus_message_exit_container(m);
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int realmd_look(struct realmd *realmd);

static int read_properties(struct realmd *realmd, struct realm_path *realm, sd_bus_message *m) {
        const char *name;
        int r = sd_bus_message_enter_container(m, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
                r = sd_bus_message_read(m, "s", &name);
                if (r >= 0)
                        r = read_property(realmd, realm, name, m);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r;
}

static int realmd_on_looked(sd_bus_message *m, void *userdata, sd_bus_error *unused) {
        struct realmd *realmd = userdata;
        struct realm_path *realm = realmd->realms + realmd->looked / 2;
        int r = 0;
        if (!sd_bus_message_is_method_error(m, NULL))
                r = read_properties(realmd, realm, m);
        else if (realmd->looked % 2 == 0) {
                realmd_fail(realmd, sd_bus_message_get_error(m), "The realm could not be looked at");
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
        _cleanup_message_ sd_bus_message *m = NULL;
        int r = new_call(realmd, realmd->realms[realmd->looked / 2].path, BUS_PROPERTIES, "GetAll", &m);
        if (r >= 0)
                r = sd_bus_message_append(m, "s", realmd->looked % 2 ? MEMBERSHIP : REALM);
        return r < 0 ? r : realmd_call(realmd, m, realmd_on_looked, LOOK_USEC);
}

static int read_paths(struct realmd *realmd, sd_bus_message *m) {
        const char *path;
        int r = sd_bus_message_enter_container(m, 'a', "o");
        while (r >= 0 && realmd->n_realms < REALMS_MAX && (r = sd_bus_message_read(m, "o", &path)) > 0) {
                struct realm_path *realm = realmd->realms + realmd->n_realms;
                realm->path = strdup(path);
                realm->name = strdup(path);
                realmd->n_realms++;
                r = realm->path && realm->name ? 0 : -ENOMEM;
        }
        return r;
}

static int realmd_on_found(sd_bus_message *m, void *userdata, sd_bus_error *unused) {
        struct realmd *realmd = userdata;
        if (sd_bus_message_is_method_error(m, NULL)) {
                realmd_fail(realmd, sd_bus_message_get_error(m), "realmd could not look for the realm");
                return 0;
        }
        int r = realmd->action == REALMD_JOIN ? sd_bus_message_skip(m, "i")
                                              : sd_bus_message_enter_container(m, 'v', "ao");
        if (r >= 0)
                r = read_paths(realmd, m);
        if (r >= 0)
                r = realmd_look(realmd);
        if (r < 0)
                fail_locally(realmd, r);
        return 0;
}

/* The options that select one of several ways to join. */
static int add_filter(struct realmd *realmd, sd_bus_message *m) {
        static const char *const keys[] = { "client-software=", "server-software=", "membership-software=" };
        int r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r >= 0)
                r = sd_bus_message_append(m, "{sv}", "operation", "s", realmd->operation);
        for (char **option = realmd->options; r >= 0 && option && *option; option++)
                for (size_t i = 0; r >= 0 && i < ELEMENTS(keys); i++) {
                        const char *value = str_starts(*option, keys[i]);
                        _cleanup_free_ char *key = value ? strndup(keys[i], strlen(keys[i]) - 1) : NULL;
                        if (value)
                                r = key ? sd_bus_message_append(m, "{sv}", key, "s", value) : -ENOMEM;
                }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int realmd_find(struct realmd *realmd) {
        bool joins = realmd->action == REALMD_JOIN;
        _cleanup_message_ sd_bus_message *m = NULL;
        int r = new_call(realmd, REALMD_PATH, joins ? PROVIDER : BUS_PROPERTIES, joins ? "Discover" : "Get",
                         &m);
        if (r >= 0)
                r = joins ? sd_bus_message_append(m, "s", realmd->domain ? realmd->domain : "")
                          : sd_bus_message_append(m, "ss", PROVIDER, "Realms");
        if (r >= 0 && joins)
                r = add_filter(realmd, m);
        return r < 0 ? r : realmd_call(realmd, m, realmd_on_found, LOOK_USEC);
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
        _cleanup_(realmd_freep) struct realmd *realmd = calloc(1, sizeof *realmd);
        if (!realmd)
                return NULL;
        realmd->bus = sd_bus_ref(bus);
        realmd->action = order->action;
        realmd->credentials = order->credentials;
        realmd->secret = order->secret;
        realmd->said = said;
        realmd->done = done;
        realmd->userdata = userdata;
        realmd->operation = str_printf("fairlead-%d", (int) getpid());
        realmd->options = strv_copy(order->options);
        if (!realmd->operation || !realmd->options || str_replace(&realmd->domain, order->domain) < 0 ||
            str_replace(&realmd->user, order->user) < 0)
                return NULL;
        int r = sd_bus_match_signal_async(bus, &realmd->signal,
                                          sd_bus_is_bus_client(bus) > 0 ? REALMD_NAME : NULL, REALMD_PATH,
                                          SERVICE, "Diagnostics", on_diagnostics, NULL, realmd);
        return r < 0 || realmd_find(realmd) < 0 ? NULL : TAKE(realmd);
}

void realmd_cancel(struct realmd *realmd) {
        _cleanup_message_ sd_bus_message *m = NULL;
        if (realmd->cancelled)
                return;
        realmd->cancelled = true;
        if (new_call(realmd, REALMD_PATH, SERVICE, "Cancel", &m) >= 0 &&
            sd_bus_message_append(m, "s", realmd->operation) >= 0)
                (void) sd_bus_send(realmd->bus, m, NULL);
}
