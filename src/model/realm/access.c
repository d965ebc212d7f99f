/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/realm/access.h"

#include "base/ini.h"

static const char *const permit_names[] = {
        [PERMIT_UNKNOWN] = "unknown", [PERMIT_ALL] = "all",       [PERMIT_DOMAIN] = "domain",
        [PERMIT_LISTED] = "listed",   [PERMIT_OTHERS] = "others", [PERMIT_NOBODY] = "nobody",
};
DEFINE_NAMES(permit, enum permit)

static const char *const access_what_names[] = {
        [ACCESS_PERMIT] = "permit",
        [ACCESS_DENY] = "deny",
        [ACCESS_PERMIT_ALL] = "permit-all",
        [ACCESS_DENY_ALL] = "deny-all",
};
DEFINE_NAMES(access_what, enum access_what)

/* realm writes this where a list must not be empty: a simple provider without lists permits everybody. */
#define NO_NAME "$"

static const char *const list_keys[] = { "simple_allow_users", "simple_allow_groups", "simple_deny_users",
                                         "simple_deny_groups" };

static char ***lists_of(struct access *a, size_t i) {
        char ***const lists[] = { &a->users, &a->groups, &a->denied_users, &a->denied_groups };
        return lists[i];
}

void access_done(struct access *a) {
        for (size_t i = 0; i < ELEMENTS(list_keys); i++)
                strv_free(*lists_of(a, i));
        *a = (struct access) {};
}

/* Names are separated by commas, and may contain blanks. */
static int read_list(const char *text, const char *section, const char *key, char ***ret) {
        _cleanup_free_ char *value = ini_value(text, section, key);
        _cleanup_strv_ char **parts = NULL;
        int r = value ? strv_split(value, ",", &parts) : 0;
        for (char **part = parts; r >= 0 && part && *part; part++) {
                const char *from = *part + strspn(*part, " \t");
                size_t n = strlen(from);
                while (n && (from[n - 1] == ' ' || from[n - 1] == '\t'))
                        n--;
                _cleanup_free_ char *name = xstrndup(from, n);
                r = !name ? -ENOMEM : n ? strv_add(ret, name) : 0;
        }
        return r;
}

static bool only_no_name(char *const *list) {
        return list && list[0] && !list[1] && strcmp(list[0], NO_NAME) == 0;
}

static enum permit permit_of(const char *provider, const struct access *a) {
        if (!provider || strcmp(provider, "permit") == 0)
                return PERMIT_ALL;
        if (strcmp(provider, "deny") == 0)
                return PERMIT_NOBODY;
        if (strcmp(provider, "simple") != 0)
                return PERMIT_DOMAIN;
        bool nobody = (only_no_name(a->users) && !strv_length(a->groups)) ||
                      (only_no_name(a->groups) && !strv_length(a->users));
        return nobody                                             ? PERMIT_NOBODY
               : strv_length(a->users) || strv_length(a->groups)  ? PERMIT_LISTED
               : strv_length(a->denied_users) || strv_length(a->denied_groups) ? PERMIT_OTHERS
                                                                  : PERMIT_ALL;
}

int access_read(const char *text, const char *domain, struct access *ret) {
        struct access a = {};
        _cleanup_free_ char *section = str_printf("domain/%s", domain);
        int r = section ? 0 : -ENOMEM;
        for (size_t i = 0; r >= 0 && i < ELEMENTS(list_keys); i++)
                r = read_list(text, section, list_keys[i], lists_of(&a, i));
        if (r < 0) {
                access_done(&a);
                return r;
        }
        _cleanup_free_ char *provider = ini_value(text, section, "access_provider");
        a.permit = permit_of(provider, &a);
        *ret = a;
        return 0;
}

bool access_listed(const char *text, const char *domain) {
        _cleanup_free_ char *section = str_printf("domain/%s", domain);
        _cleanup_free_ char *provider = section ? ini_value(text, section, "access_provider") : NULL;
        bool listed = provider != NULL;
        for (size_t i = 0; section && !listed && i < ELEMENTS(list_keys); i++) {
                _cleanup_free_ char *list = ini_value(text, section, list_keys[i]);
                listed = list != NULL;
        }
        return listed;
}

/* ---- words ---- */

static void add_list(struct str *s, const char *what, char *const *names) {
        if (!strv_length(names))
                return;
        _cleanup_free_ char *all = strv_join(names, ", ");
        str_addf(s, "%s%s %s", s->length ? "; " : "", what, all ? all : "");
}

char *access_words(const struct access *a) {
        _cleanup_str_ struct str s = {};
        switch (a->permit) {
        case PERMIT_ALL:
                str_add(&s, "everybody of the domain");
                break;
        case PERMIT_DOMAIN:
                str_add(&s, "whom the domain's own rules allow");
                break;
        case PERMIT_NOBODY:
                str_add(&s, "nobody of the domain");
                break;
        case PERMIT_OTHERS:
                str_add(&s, "everybody of the domain");
                break;
        case PERMIT_LISTED:
                add_list(&s, strv_length(a->users) == 1 ? "user" : "users", a->users);
                add_list(&s, strv_length(a->groups) == 1 ? "group" : "groups", a->groups);
                break;
        default:
                str_add(&s, "not known");
        }
        if (a->permit == PERMIT_LISTED || a->permit == PERMIT_OTHERS) {
                add_list(&s, "not", a->denied_users);
                add_list(&s, strv_length(a->denied_groups) == 1 ? "not group" : "not groups",
                         a->denied_groups);
        }
        return str_take(&s);
}

/* ---- changes ---- */

static int access_check_name(const char *name, struct error **reterr) {
        bool bad = !*name || strlen(name) > 256 || *name == ' ' || name[strlen(name) - 1] == ' ' ||
                   strcmp(name, NO_NAME) == 0;
        for (const char *c = name; *c && !bad; c++)
                bad = (unsigned char) *c < ' ' || *c == 0x7f || strchr(",\"[]#;=", *c);
        if (!bad)
                return 0;
        error_set(reterr, -EINVAL, "\"%s\" cannot be the name of a user or group", name);
        error_hint(reterr, "A name as the domain has it: alice, alice@example.test, linux admins");
        return -EINVAL;
}

static int take_out(char ***list, const char *name) {
        _cleanup_strv_ char **rest = NULL;
        int r = 0;
        for (char **one = *list; r >= 0 && one && *one; one++)
                if (!str_equal_nocase(*one, name))
                        strv_add(&rest, *one);
        strv_free(*list);
        *list = TAKE(rest);
        return 0;
}

static bool has_name(char *const *list, const char *name) {
        for (; list && *list; list++)
                if (str_equal_nocase(*list, name))
                        return true;
        return false;
}

static int put_in(char ***list, const char *name) {
        int r = take_out(list, NO_NAME);
        return r < 0 || has_name(*list, name) ? r : strv_add(list, name);
}

/* Moves the names from one list to the other. When the last name permitted is gone, nobody may log in: an
 * empty list would permit everybody. */
static int move_names(struct access *a, const struct access_change *change) {
        char ***allowed = change->groups ? &a->groups : &a->users,
             ***denied = change->groups ? &a->denied_groups : &a->denied_users;
        bool permit = change->what == ACCESS_PERMIT, listed = a->permit == PERMIT_LISTED;
        int r = 0;
        for (char *const *name = change->names; r >= 0 && name && *name; name++) {
                r = take_out(permit ? denied : allowed, *name);
                if (r >= 0)
                        r = put_in(permit ? allowed : denied, *name);
        }
        if (permit)
                a->permit = PERMIT_LISTED;
        else if (a->permit != PERMIT_NOBODY)
                a->permit = !listed                                             ? PERMIT_OTHERS
                            : strv_length(a->users) || strv_length(a->groups)   ? PERMIT_LISTED
                                                                                : PERMIT_NOBODY;
        return r;
}

static const char *provider_of(const struct access *a, const char *id_provider) {
        switch (a->permit) {
        case PERMIT_NOBODY:
                return "deny";
        case PERMIT_DOMAIN:
                return str_equal(id_provider, "ad") || str_equal(id_provider, "ipa") ? id_provider : "permit";
        default:
                return "simple";
        }
}

static int access_set(char **text, const char *section, const char *key, const char *value) {
        char *changed = ini_set(*text, section, key, value);
        free(*text);
        *text = changed;
        return 0;
}

static int write_text(const char *text, const char *section, struct access *a, char **ret) {
        _cleanup_free_ char *id_provider = ini_value(text, section, "id_provider"), *changed = xstrdup(text);
        int r = changed ? access_set(&changed, section, "access_provider", provider_of(a, id_provider))
                        : -ENOMEM;
        for (size_t i = 0; r >= 0 && i < ELEMENTS(list_keys); i++) {
                char **list = *lists_of(a, i);
                _cleanup_free_ char *value = strv_length(list) ? strv_join(list, ", ") : NULL,
                                    *now = ini_value(changed, section, list_keys[i]);
                if (!str_equal(value, now))
                        r = access_set(&changed, section, list_keys[i], value);
        }
        if (r >= 0)
                *ret = TAKE(changed);
        return r;
}

int access_change(const char *text, const char *domain, const struct access_change *change, char **ret,
                  char **ret_sentence, struct error **reterr) {
        _cleanup_(access_done) struct access a = {};
        _cleanup_free_ char *section = str_printf("domain/%s", domain), *changed = NULL;
        bool named = change->what == ACCESS_PERMIT || change->what == ACCESS_DENY;
        if (!section || access_read(text, domain, &a) < 0)
                return error_set(reterr, -ENOMEM, "Out of memory");
        _cleanup_free_ char *id_provider = ini_value(text, section, "id_provider");
        if (!id_provider)
                return error_set(reterr, -EINVAL,
                                 "sssd.conf has no section for %s that says where its users are", domain);
        if (named && (!change->names || !*change->names))
                return error_set(reterr, -EINVAL, "Nobody is named");
        for (char *const *name = named ? change->names : NULL; name && *name; name++)
                if (access_check_name(*name, reterr) < 0)
                        return -EINVAL;
        int r = 0;
        if (named)
                r = move_names(&a, change);
        else
                a.permit = change->what == ACCESS_PERMIT_ALL ? PERMIT_DOMAIN : PERMIT_NOBODY;
        if (r >= 0)
                r = write_text(text, section, &a, &changed);
        _cleanup_free_ char *words = r >= 0 ? access_words(&a) : NULL,
                            *sentence = words ? str_printf("Who may log in: %s", words) : NULL;
        if (strcmp(changed, text) == 0)
                return error_set(reterr, -EALREADY, "It is so already. %s", sentence);
        *ret = TAKE(changed);
        *ret_sentence = TAKE(sentence);
        return 0;
}
