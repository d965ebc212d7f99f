/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/setup/setup.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/str.h"
#include "base/text.h"
#include "model/param/param.h"
#include "model/realm/check.h"

#define HOST_NAME_BYTES_MAX 64U /* of the kernel, sethostname(2) */
#define COMPUTER_NAME_MAX 15U   /* of Active Directory, by NetBIOS */
#define ZONE_BYTES_MAX 64U

static const char *const setup_topic_names[_SETUP_TOPIC_MAX] = {
        [SETUP_NONE] = "none",
        [SETUP_HOST_NAME] = "host-name",
        [SETUP_TIME] = "time",
        [SETUP_ROOT_PASSWORD] = "root-password",
        [SETUP_ROOT_KEY] = "root-key",
        [SETUP_LOCALE] = "locale",
        [SETUP_KEYMAP] = "keymap",
        [SETUP_LAYOUT] = "keyboard-layout",
};
DEFINE_NAMES(setup_topic, enum setup_topic)

const char *setup_topic_what(enum setup_topic topic) {
        static const char *const whats[_SETUP_TOPIC_MAX] = {
                [SETUP_NONE] = "set nothing",
                [SETUP_HOST_NAME] = "set the host name",
                [SETUP_TIME] = "set the time zone",
                [SETUP_ROOT_PASSWORD] = "set the password of root",
                [SETUP_ROOT_KEY] = "add an SSH key of root",
                [SETUP_LOCALE] = "set the language",
                [SETUP_KEYMAP] = "set the keymap",
                [SETUP_LAYOUT] = "set the keyboard layout",
        };
        return whats[topic];
}

const char *setup_topic_file(enum setup_topic topic) {
        static const char *const files[_SETUP_TOPIC_MAX] = {
                [SETUP_HOST_NAME] = SETUP_HOST_NAME_FILE,
                [SETUP_TIME] = SETUP_ZONE_LINK,
                [SETUP_ROOT_PASSWORD] = SETUP_SHADOW_FILE,
                [SETUP_ROOT_KEY] = SETUP_KEYS_FILE,
                [SETUP_LOCALE] = SETUP_LOCALE_FILE,
                [SETUP_KEYMAP] = SETUP_KEYMAP_FILE,
                [SETUP_LAYOUT] = SETUP_LAYOUT_FILE,
        };
        return files[topic];
}

const char *const *setup_topic_paths(enum setup_topic topic) {
        static const char *const paths[_SETUP_TOPIC_MAX][3] = {
                [SETUP_HOST_NAME] = { SETUP_HOST_NAME_FILE, SETUP_HOSTS_FILE },
                /* the whole folder: of a path that is a link, what it leads to is saved; and a service is
                 * enabled by links, too */
                [SETUP_TIME] = { "/etc" },
                [SETUP_ROOT_PASSWORD] = { SETUP_SHADOW_FILE },
                [SETUP_ROOT_KEY] = { SETUP_KEYS_FOLDER },
                /* the whole folder: any of them may be a link to another of them */
                [SETUP_LOCALE] = { "/etc" },
                [SETUP_KEYMAP] = { "/etc" },
                [SETUP_LAYOUT] = { "/etc" },
        };
        return paths[topic];
}

char *setup_result(enum setup_topic topic, const char *value) {
        switch (topic) {
        case SETUP_HOST_NAME: return str_printf("This host is called %s", value);
        case SETUP_TIME: return str_printf("The time zone is %s", value);
        case SETUP_ROOT_PASSWORD: return xstrdup("Root has the new password");
        case SETUP_ROOT_KEY: return xstrdup("Root has one more SSH key");
        case SETUP_LOCALE: return str_printf("The language is %s", value);
        case SETUP_KEYMAP: return str_printf("The keymap is %s", value);
        case SETUP_LAYOUT: return str_printf("The keyboard layout is %s", value);
        default: return xstrdup("Nothing is changed");
        }
}

void setup_done(struct setup *s) {
        FREE_ALL(s->host_name, s->zone, s->time_unit, s->clock_fault, s->realm, s->network_tool, s->locale,
                 s->keyboard, s->keyboard_unit);
        STRV_FREE_ALL(s->zones, s->root_key_lines, s->users, s->addresses, s->host_keys, s->locales,
                      s->keyboards);
        *s = (struct setup) {};
}

/* ---- who can log in ---- */

bool setup_can_enter(const struct setup *s) {
        return s->root_password != PASSWORD_NONE || (s->ssh && s->root_keys) || strv_length(s->users) ||
               s->realm;
}

char *setup_who_enters(const struct setup *s) {
        _cleanup_strv_ char **who = NULL;
        if (s->root_password == PASSWORD_SET)
                strv_add(&who, "root by password");
        if (s->root_password == PASSWORD_EMPTY)
                strv_add(&who, "root without any password");
        if (s->ssh && s->root_keys)
                strv_addf(&who, plural(s->root_keys, "root by %zu SSH key", "root by %zu SSH keys"),
                          s->root_keys);
        strv_extend(&who, s->users);
        if (s->realm)
                strv_addf(&who, "users of %s", s->realm);
        return who ? strv_join(who, ", ") : xstrdup("nobody");
}

enum setup_password setup_password_of(const char *field) {
        size_t n = strcspn(field, ":\n");
        if (n == 0)
                return PASSWORD_EMPTY;
        /* crypt(5): all but the oldest begin with a dollar; those have 13 letters. */
        bool old = n == 13 && memcmp(field, "!", 1) != 0 && memcmp(field, "*", 1) != 0;
        return (*field == '$' && n > 4) || *field == '_' || old ? PASSWORD_SET : PASSWORD_NONE;
}

/* ---- the host name ---- */

const char *setup_host_name_fault(const char *name) {
        static const struct param host = {
                .name = (char *) "host", .type = PARAM_HOST, .short_name = true, .required = true
        };
        _cleanup_error_ struct error *e = NULL;
        bool digits = strspn(name, "0123456789.") == strlen(name); /* an address is no name */
        return strlen(name) > HOST_NAME_BYTES_MAX         ? "is longer than 64 characters"
               : digits || strchr(name, ':')             ? "is an address, not a name"
               : param_check(&host, name, &e) < 0         ? "has parts that names of hosts cannot have"
                                                          : NULL;
}

char *setup_host_name_note(const char *name) {
        char label[HOST_NAME_BYTES_MAX + 1] = "";
        size_t n = strcspn(name, ".");
        if (!n || setup_host_name_fault(name))
                return NULL;
        for (size_t i = 0; i < n; i++)
                label[i] = (char) toupper((unsigned char) name[i]);
        const char *whole = host_name_fault(name);
        if (n > COMPUTER_NAME_MAX)
                return str_printf("! Active Directory allows %u characters before the dot: %zu are there",
                                  COMPUTER_NAME_MAX, n);
        if (!strchr(name, '.'))
                return xstrdup("! A realm join needs its domain, too: db1.example.com");
        if (whole)
                return str_printf("! A realm join would refuse it: the name %s", whole);
        return str_printf("Computer account in a realm: %s (%zu of %u characters)", label, n,
                          COMPUTER_NAME_MAX);
}

char *setup_hosts_text(const char *text, const char *name) {
        _cleanup_str_ struct str out = {};
        size_t n, label = strcspn(name, ".");
        bool found = false;
        for (const char *line = text; *line; line += n) {
                n = strcspn(line, "\n") + (strchr(line, '\n') != NULL);
                bool own = strncmp(line, "127.0.1.1", 9) == 0 && (line[9] == ' ' || line[9] == '\t');
                if (!own || found)
                        str_addf(&out, "%.*s", (int) n, line);
                else if (name[label])
                        str_addf(&out, "127.0.1.1\t%s %.*s\n", name, (int) label, name);
                else
                        str_addf(&out, "127.0.1.1\t%s\n", name);
                found |= own;
        }
        return !found || str_equal(out.text, text) ? NULL : str_take(&out);
}

/* ---- the time zone ---- */

bool setup_zone_valid(const char *zone) {
        size_t n = strlen(zone);
        return n && n <= ZONE_BYTES_MAX && isalpha((unsigned char) zone[0]) && !strstr(zone, "//") &&
               zone[n - 1] != '/' &&
               n == strspn(zone, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/");
}

char *setup_clock_fault(int64_t now, int64_t least) {
        char is[32], from[16];
        struct tm tm;
        time_t at = (time_t) now, program = (time_t) least;
        strftime(is, sizeof is, "%Y-%m-%d %H:%M", gmtime_r(&at, &tm));
        strftime(from, sizeof from, "%Y-%m-%d", gmtime_r(&program, &tm));
        return str_printf("The clock is wrong: it says %s UTC, and this program is from %s", is, from);
}

#define MATCHES_SHOWN 3U

/* In any case, and a blank for an underscore. */
static bool setup_match_begins(const char *item, const char *typed) {
        for (; *typed; item++, typed++) {
                int c = *typed == ' ' ? '_' : tolower((unsigned char) *typed);
                if (tolower((unsigned char) *item) != c)
                        return false;
        }
        return true;
}

char **setup_matches(char *const *list, const char *typed) {
        char **matches = NULL;
        size_t n = strlen(typed);
        for (; n && list && *list; list++) {
                const char *city = strrchr(*list, '/');
                bool begins = setup_match_begins(*list, typed);
                if (begins && strlen(*list) == n) {
                        matches = strv_free(matches);
                        strv_add(&matches, *list);
                        return matches;
                }
                if (begins || (city && setup_match_begins(city + 1, typed)))
                        strv_add(&matches, *list);
        }
        return matches;
}

char *setup_matches_note(char *const *list, const char *typed) {
        _cleanup_strv_ char **matches = setup_matches(list, typed), **shown = NULL;
        size_t n = strv_length(matches);
        if (!list || !*typed || strv_contains(list, typed))
                return NULL;
        if (!n)
                return xstrdup("None that is listed begins so");
        for (size_t i = 0; i < n && i < MATCHES_SHOWN; i++)
                strv_add(&shown, matches[i]);
        _cleanup_free_ char *names = strv_join(shown, ", ");
        if (n == 1)
                return str_printf("Enter takes %s", names);
        return n > MATCHES_SHOWN ? str_printf("%s, and %zu more", names, n - MATCHES_SHOWN) : TAKE(names);
}

/* ---- language and keyboard ---- */

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define LOCALE_BYTES_MAX 64U

static bool setup_word_valid(const char *word, const char *others) {
        size_t n = strlen(word);
        return n && n <= LOCALE_BYTES_MAX && isalpha((unsigned char) *word) && strspn(word, others) == n;
}

bool setup_locale_valid(const char *locale) {
        return setup_word_valid(locale, LETTERS "_.@-");
}

bool setup_keyboard_valid(const char *keyboard) {
        return setup_word_valid(keyboard, LETTERS "_.+-");
}

char *setup_locale_name(const char *installed) {
        size_t n = strcspn(installed, ".");
        const char *set = installed + n, *rest = set + strcspn(set, "@");
        size_t length = (size_t) (rest - set);
        bool utf8 = (length == 5 && strncasecmp(set, ".utf8", 5) == 0) ||
                    (length == 6 && strncasecmp(set, ".utf-8", 6) == 0);
        return utf8 && setup_locale_valid(installed) ? str_printf("%.*s.UTF-8%s", (int) n, installed, rest)
                                                     : NULL;
}

/* The value on a line of that name; NULL: it is of another. */
static const char *setup_value_on(const char *line, const char *name) {
        const char *rest = str_starts(line + strspn(line, " \t"), name);
        return rest && *rest == '=' ? rest + 1 : NULL;
}

/* The last one counts, as in a shell. */
char *setup_assigned(const char *text, const char *name) {
        char *found = NULL;
        _cleanup_strv_ char **lines = strv_split(text, "\r\n");
        for (char **line = lines; line && *line; line++) {
                const char *value = setup_value_on(*line, name);
                if (!value)
                        continue;
                bool quoted = *value == '"' || *value == '\'';
                const char end[] = { quoted ? *value : ' ', '\0' };
                value += quoted;
                free(found);
                found = xstrndup(value, strcspn(value, end));
        }
        if (found && *found)
                return found;
        free(found);
        return NULL;
}

char *setup_assign(const char *text, const char *name, const char *value) {
        struct str out = {};
        bool found = false;
        size_t n;
        for (const char *line = text; *line; line += n) {
                n = strcspn(line, "\n") + (strchr(line, '\n') != NULL);
                if (!setup_value_on(line, name))
                        str_addf(&out, "%.*s", (int) n, line);
                else if (!found)
                        str_addf(&out, "%s=%s\n", name, value);
                found |= setup_value_on(line, name) != NULL;
        }
        if (!found)
                str_addf(&out, "%s%s=%s\n", out.length && out.text[out.length - 1] != '\n' ? "\n" : "", name,
                         value);
        return str_take(&out);
}

/* ---- root's password ---- */

int setup_shadow_text(const char *text, const char *hash, long day, char **ret, struct error **reterr) {
        static const char name[] = "root:";
        const char *line = text;
        while (line && strncmp(line, name, sizeof name - 1) != 0) {
                line = strchr(line, '\n');
                line = line ? line + 1 : NULL;
        }
        if (!line)
                return error_set(reterr, -ENOENT, "There is no user root in " SETUP_SHADOW_FILE);
        /* name, hash, day of the last change, and six more that stay */
        const char *at = line + sizeof name - 1;
        at += strcspn(at, ":\n");
        at += *at == ':';
        at += strcspn(at, ":\n");
        struct str out = {};
        str_addf(&out, "%.*s%s%s:%ld", (int) (line - text), text, name, hash, day);
        str_add(&out, *at == ':' ? at : ":0:99999:7:::");
        if (*at != ':')
                str_add(&out, at);
        *ret = str_take(&out);
        return 0;
}

/* ---- root's keys ---- */

/* The base64 of a key begins with the length of its type and the type itself. */
static const struct {
        const char *type, *begin;
} setup_keys[] = {
        { "ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5" },
        { "ssh-rsa", "AAAAB3NzaC1yc2E" },
        { "ecdsa-sha2-nistp256", "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY" },
        { "ecdsa-sha2-nistp384", "AAAAE2VjZHNhLXNoYTItbmlzdHAzODQ" },
        { "ecdsa-sha2-nistp521", "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjE" },
        { "sk-ssh-ed25519@openssh.com", "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t" },
        { "sk-ecdsa-sha2-nistp256@openssh.com", "AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20" },
};

#define KEY_CHARACTERS_MIN 64U /* of base64: even the shortest, of Ed25519, has 68 */
#define BASE64 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

/* The base64 of the key on a line that begins with a type that is known; its length, or 0. */
static size_t setup_find_key(const char *line, const char **ret) {
        for (size_t i = 0; i < ELEMENTS(setup_keys); i++) {
                const char *rest = str_starts(line, setup_keys[i].type);
                if (!rest || (*rest != ' ' && *rest != '\t'))
                        continue;
                *ret = rest + strspn(rest, " \t");
                size_t n = strspn(*ret, BASE64), padding = strspn(*ret + n, "=");
                char after = (*ret)[n + padding];
                bool whole = n >= KEY_CHARACTERS_MIN && padding <= 2 && (n + padding) % 4 == 0 &&
                             str_starts(*ret, setup_keys[i].begin) &&
                             (!after || after == ' ' || after == '\t' || after == '\n');
                return whole ? n : 0;
        }
        return 0;
}

int setup_check_key(const char *line, struct error **reterr) {
        const char *key;
        if (strncmp(line, "-----BEGIN", 10) == 0) {
                error_set(reterr, -EINVAL, "This is a private key");
                return error_hint(reterr, "It stays where it is: the public one is beside it, in a file that "
                                          "ends in .pub");
        }
        for (const char *c = line; *c; c++)
                if ((unsigned char) *c < ' ' || *c == 127)
                        return error_set(reterr, -EINVAL, "A key is one line of text");
        if (setup_find_key(line, &key))
                return 0;
        error_set(reterr, -EINVAL, "This is not a whole public key of SSH");
        return error_hint(reterr, "It is one line, such as: ssh-ed25519 AAAA... name@host");
}

size_t setup_count_keys(const char *text) {
        size_t keys = 0, n;
        for (const char *line = text; *line; line += n + (line[n] == '\n')) {
                n = strcspn(line, "\n");
                /* options may stand before the type */
                keys += n > KEY_CHARACTERS_MIN && line[strspn(line, " \t")] != '#';
        }
        return keys;
}

char *setup_keys_text(const char *text, const char *key) {
        const char *body;
        size_t length = strlen(text), n = setup_find_key(key, &body);
        _cleanup_free_ char *needle = xstrndup(body, n);
        if (strstr(text, needle))
                return NULL;
        return str_printf("%s%s%s\n", text, length && text[length - 1] != '\n' ? "\n" : "", key);
}
