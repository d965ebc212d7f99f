/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The host's own settings that a first boot asks for, who can log in to it, and its files as they will be.
 * Pure: backend/host/setup/ reads the host, backend/worker/steps/setup.c writes it. */

#include "base/base.h"
#include "base/names.h"

enum setup_topic {
        SETUP_NONE,
        SETUP_HOST_NAME,     /* the static one */
        SETUP_TIME,          /* the time zone, and the service that keeps the clock */
        SETUP_ROOT_PASSWORD, /* its secret is SETUP_SECRET */
        SETUP_ROOT_KEY,      /* one more authorized key */
        SETUP_LOCALE,        /* the language of messages */
        SETUP_KEYMAP,        /* of the keyboard, by kbd's name */
        SETUP_LAYOUT,        /* the same by XKB's, where Debian's console-setup makes the keymap of it */
        _SETUP_TOPIC_MAX,
};
DECLARE_NAMES(setup_topic, enum setup_topic); /* "none", "host-name", … */
/* What a job of it does: "set the host name". */
const char *setup_topic_what(enum setup_topic topic);
/* The file that it is about. */
const char *setup_topic_file(enum setup_topic topic);
/* What a job of it may change, saved before; NULL-terminated. */
const char *const *setup_topic_paths(enum setup_topic topic);
/* What came of it: "This host is called db1.example.com". The caller frees. */
char *setup_result(enum setup_topic topic, const char *value);

#define SETUP_SECRET "password"

#define SETUP_HOST_NAME_FILE "/etc/hostname"
#define SETUP_HOSTS_FILE "/etc/hosts"
#define SETUP_ZONE_LINK "/etc/localtime"
#define SETUP_ZONE_FILE "/etc/timezone" /* Debian's, beside the link */
#define SETUP_ZONES "/usr/share/zoneinfo/"
#define SETUP_SHADOW_FILE "/etc/shadow"
#define SETUP_LOCALE_FILE "/etc/locale.conf"
#define SETUP_LOCALE_DEBIAN "/etc/default/locale" /* which its logins read; there may be a link from it */
#define SETUP_KEYMAP_FILE "/etc/vconsole.conf"
#define SETUP_LAYOUT_FILE "/etc/default/keyboard"
#define SETUP_KEYS_FOLDER "/root/.ssh"
#define SETUP_KEYS_NAME "authorized_keys"
#define SETUP_KEYS_FILE SETUP_KEYS_FOLDER "/" SETUP_KEYS_NAME

/* One of them as it is wanted. */
struct setup_change {
        enum setup_topic topic;
        const char *value; /* host name, zone, line of a key, …; NULL: SETUP_ROOT_PASSWORD */
        /* SETUP_TIME: is enabled and started; of a keyboard: is restarted; NULL: none. */
        const char *unit;
};

enum setup_password {
        PASSWORD_NONE, /* locked: no password fits */
        PASSWORD_SET,
        PASSWORD_EMPTY, /* whoever is at the console is let in */
};

/* The host as it is. */
struct setup {
        char *host_name;    /* static; NULL: none is set */
        char *zone;         /* NULL: none is set, which is UTC */
        char **zones;       /* those that tzdata lists, sorted; NULL: not known */
        char *time_unit;    /* the installed service that keeps the clock; NULL: none is */
        bool time_runs;     /* it runs */
        bool time_synced;   /* it has had an answer since the boot */
        char *clock_fault;  /* a sentence, why the clock is plainly off; NULL: it is not */
        char *locale, *keyboard; /* NULL: none is set */
        char **locales;     /* those that are installed, of UTF-8, sorted; NULL: not known */
        char **keyboards;   /* the same, of the one kind that this host has */
        enum setup_topic keyboard_kind; /* SETUP_KEYMAP, SETUP_LAYOUT; SETUP_NONE: none are installed */
        char *keyboard_unit; /* puts it into effect; NULL: none is installed */
        enum setup_password root_password;
        size_t root_keys;   /* authorized ones */
        char **root_key_lines; /* the same, as they stand in the file */
        bool ssh;           /* its server is installed: keys count */
        char **users;       /* others with a shell and a password, or a key */
        char *realm;        /* whose users may log in; NULL: none is joined */
        char **addresses;   /* "eth0 192.0.2.7, 2001:db8::7" */
        char *network_tool; /* the program that sets the network up, or shows it; NULL: none */
        char **host_keys;   /* of SSH: "ED25519 SHA256:…" */
};
void setup_done(struct setup *setup);

/* Whether anybody can log in. */
bool setup_can_enter(const struct setup *setup);
/* Who can: "root by password, anna"; "nobody". The caller frees. */
char *setup_who_enters(const struct setup *setup);

/* What the second field of a line of shadow(5) lets in. */
enum setup_password setup_password_of(const char *field);

/* Why this cannot be a static host name, to be put behind it; NULL: it can. One without a domain is. */
const char *setup_host_name_fault(const char *name);
/* What a realm makes of it; with "! " before it where a join would fail or cut it. The caller frees. */
char *setup_host_name_note(const char *name);

/* Whether it can be the name of a time zone, below SETUP_ZONES; not whether there is one. */
bool setup_zone_valid(const char *zone);

/* A clock that says now is before what cannot be from the future: a sentence for people. The caller frees. */
char *setup_clock_fault(int64_t now, int64_t least);

/* Those of the list (zones, locales, keymaps) that typed may mean, in any case: they begin so, or what is
 * behind their last slash does; "new york" is America/New_York. The whole name alone where it is one. The
 * caller frees; NULL: none. */
char **setup_matches(char *const *list, const char *typed);
/* The same for people: "Europe/Belgrade, Europe/Berlin, and 5 more"; NULL: it is whole, or no list is known.
 * The caller frees. */
char *setup_matches_note(char *const *list, const char *typed);

/* Whether it can be the name of a locale, of a keymap or layout; not whether there is one. */
bool setup_locale_valid(const char *locale);
bool setup_keyboard_valid(const char *keyboard);
/* The name as it is written everywhere: "de_DE.utf8" is de_DE.UTF-8. NULL: it is not one of UTF-8. The caller
 * frees. */
char *setup_locale_name(const char *installed);

/* A file of lines NAME=VALUE, as environment.d(5) and a shell read them: the value without its quotes; the
 * caller frees. NULL: there is none, or it is empty. */
char *setup_assigned(const char *text, const char *name);
/* The text with that value, in the place of a former one, else at its end; the caller frees. */
char *setup_assign(const char *text, const char *name, const char *value);

/* A line of authorized_keys(5) without options: 0, or -EINVAL with a sentence. */
int setup_check_key(const char *line, struct error **reterr);
/* The number of keys in such a file. */
size_t setup_count_keys(const char *text);

/* The files with the change; the caller frees. */
/* hosts(5): the names of 127.0.1.1, where the file has that line, as Debian's do; NULL: nothing changes. */
char *setup_hosts_text(const char *text, const char *name);
/* shadow(5): root's hash, of this day since the epoch. -ENOENT with a sentence: there is no root. */
int setup_shadow_text(const char *text, const char *hash, long day, char **ret, struct error **reterr);
/* authorized_keys(5); NULL: it has the key already. */
char *setup_keys_text(const char *text, const char *key);
