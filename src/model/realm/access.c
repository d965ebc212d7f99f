/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/realm/access.h"

#include "base/ini.h"

static const char *const permit_names[] = {
        [PERMIT_UNKNOWN] = "unknown", [PERMIT_ALL] = "all",       [PERMIT_DOMAIN] = "domain",
        [PERMIT_LISTED] = "listed",   [PERMIT_OTHERS] = "others", [PERMIT_NOBODY] = "nobody",
};
DEFINE_NAMES(permit, enum permit)

static const char *const access_what_names[] = {
        [ACCESS_PERMIT] = "permit",         [ACCESS_DENY] = "deny",
        [ACCESS_PERMIT_ALL] = "permit-all", [ACCESS_DENY_ALL] = "deny-all",
        [ACCESS_WITHDRAW] = "withdraw",
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
static char **read_list(const char *text, const char *section, const char *key) {
        _cleanup_free_ char *value = ini_value(text, section, key);
        _cleanup_strv_ char **parts = NULL, **names = NULL;
        parts = strv_split(value, ",");
        for (char **part = parts; part && *part; part++) {
                const char *from = *part + strspn(*part, " \t");
                size_t n = strlen(from);
                while (n && (from[n - 1] == ' ' || from[n - 1] == '\t'))
                        n--;
                if (n)
                        strv_take(&names, xstrndup(from, n));
        }
        return TAKE(names);
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
        if ((only_no_name(a->users) && !strv_length(a->groups)) ||
            (only_no_name(a->groups) && !strv_length(a->users)))
                return PERMIT_NOBODY;
        if (strv_length(a->users) || strv_length(a->groups))
                return PERMIT_LISTED;
        return strv_length(a->denied_users) || strv_length(a->denied_groups) ? PERMIT_OTHERS : PERMIT_ALL;
}

void access_read(const char *text, const char *domain, struct access *ret) {
        _cleanup_free_ char *section = str_printf("domain/%s", domain);
        _cleanup_free_ char *provider = ini_value(text, section, "access_provider");
        *ret = (struct access) {};
        for (size_t i = 0; i < ELEMENTS(list_keys); i++)
                *lists_of(ret, i) = read_list(text, section, list_keys[i]);
        ret->permit = permit_of(provider, ret);
}

bool access_listed(const char *text, const char *domain) {
        _cleanup_free_ char *section = str_printf("domain/%s", domain);
        _cleanup_free_ char *provider = ini_value(text, section, "access_provider");
        bool listed = provider != NULL;
        for (size_t i = 0; !listed && i < ELEMENTS(list_keys); i++) {
                _cleanup_free_ char *list = ini_value(text, section, list_keys[i]);
                listed = list != NULL;
        }
        return listed;
}

/* ---- words ---- */

static void add_list(struct str *s, const char *one, const char *several, char *const *names) {
        if (!strv_length(names))
                return;
        _cleanup_free_ char *all = strv_join(names, ", ");
        str_addf(s, "%s%s %s", s->length ? "; " : "", strv_length(names) == 1 ? one : several, all);
}

char *access_words(const struct access *a) {
        static const char *const words[_PERMIT_MAX] = {
                [PERMIT_UNKNOWN] = "not known",
                [PERMIT_ALL] = "everybody of the domain",
                [PERMIT_DOMAIN] = "whom the domain's own rules allow",
                [PERMIT_LISTED] = "",
                [PERMIT_OTHERS] = "everybody of the domain",
                [PERMIT_NOBODY] = "nobody of the domain",
        };
        _cleanup_str_ struct str s = {};
        str_add(&s, words[a->permit]);
        if (a->permit == PERMIT_LISTED) {
                add_list(&s, "user", "users", a->users);
                add_list(&s, "group", "groups", a->groups);
        }
        if (a->permit == PERMIT_LISTED || a->permit == PERMIT_OTHERS) {
                add_list(&s, "not", "not", a->denied_users);
                add_list(&s, "not group", "not groups", a->denied_groups);
        }
        return str_take(&s);
}

/* ---- changes ---- */

static int access_check_name(const char *name, const char *domain, struct error **reterr) {
        bool bad = !*name || strlen(name) > 256 || *name == ' ' || name[strlen(name) - 1] == ' ' ||
                   strcmp(name, NO_NAME) == 0;
        for (const char *c = name; *c && !bad; c++)
                bad = (unsigned char) *c < ' ' || *c == 0x7f || strchr(",\"[]#;=", *c);
        if (!bad)
                return 0;
        error_set(reterr, -EINVAL, "\"%s\" cannot be the name of a user or group", name);
        error_hint(reterr, "A name as the domain has it: alice, alice@%s, linux admins", domain);
        return -EINVAL;
}

/* True: it was there. */
static bool take_out(char ***list, const char *name) {
        size_t before = strv_length(*list);
        _cleanup_strv_ char **rest = NULL;
        for (char **one = *list; one && *one; one++)
                if (!str_equal_nocase(*one, name))
                        strv_add(&rest, *one);
        strv_free(*list);
        *list = TAKE(rest);
        return strv_length(*list) < before;
}

static void put_in(char ***list, const char *name) {
        take_out(list, NO_NAME);
        for (char **one = *list; one && *one; one++)
                if (str_equal_nocase(*one, name))
                        return;
        strv_add(list, name);
}

/* Moves the names from one list to the other. When the last name permitted is gone, nobody may log in: an
 * empty list would permit everybody. */
static void move_names(struct access *a, const struct access_change *change) {
        char ***allowed = change->groups ? &a->groups : &a->users,
             ***denied = change->groups ? &a->denied_groups : &a->denied_users;
        bool permit = change->what == ACCESS_PERMIT;
        for (char *const *name = change->names; *name; name++) {
                take_out(permit ? denied : allowed, *name);
                put_in(permit ? allowed : denied, *name);
        }
        if (permit)
                a->permit = PERMIT_LISTED;
        else if (a->permit == PERMIT_LISTED && !strv_length(a->users) && !strv_length(a->groups))
                a->permit = PERMIT_NOBODY;
        else if (a->permit != PERMIT_LISTED && a->permit != PERMIT_NOBODY)
                a->permit = PERMIT_OTHERS;
}

/* Without its last names a list of those permitted becomes nobody, a list of those denied everybody. */
static int withdraw_names(struct access *a, const struct access_change *change, struct error **reterr) {
        char ***allowed = change->groups ? &a->groups : &a->users,
             ***denied = change->groups ? &a->denied_groups : &a->denied_users;
        for (char *const *name = change->names; *name; name++) {
                bool permitted = take_out(allowed, *name), refused = take_out(denied, *name);
                if (permitted || refused)
                        continue;
                _cleanup_free_ char *words = access_words(a);
                error_set(reterr, -ENOENT,
                          change->groups ? "No list names a group %s" : "No list names a user %s", *name);
                return error_hint(reterr, "Who may log in now: %s", words);
        }
        if (a->permit == PERMIT_LISTED && !strv_length(a->users) && !strv_length(a->groups))
                a->permit = PERMIT_NOBODY;
        else if (a->permit == PERMIT_OTHERS && !strv_length(a->denied_users) &&
                 !strv_length(a->denied_groups))
                a->permit = PERMIT_ALL;
        return 0;
}

static const char *provider_of(const struct access *a, const char *id_provider) {
        switch (a->permit) {
        case PERMIT_NOBODY: return "deny";
        case PERMIT_DOMAIN:
                return str_equal(id_provider, "ad") || str_equal(id_provider, "ipa") ? id_provider : "permit";
        default: return "simple";
        }
}

static void access_set(char **text, const char *section, const char *key, const char *value) {
        char *changed = ini_set(*text, section, key, value);
        free(*text);
        *text = changed;
}

int access_change(const char *text, const char *domain, const struct access_change *change, char **ret,
                  char **ret_sentence, struct error **reterr) {
        _cleanup_(access_done) struct access a = {};
        _cleanup_free_ char *section = str_printf("domain/%s", domain), *changed = xstrdup(text);
        _cleanup_free_ char *id_provider = ini_value(text, section, "id_provider");
        bool withdraw = change->what == ACCESS_WITHDRAW,
             named = withdraw || change->what == ACCESS_PERMIT || change->what == ACCESS_DENY;
        if (!id_provider)
                return error_set(reterr, -EINVAL,
                                 "sssd.conf has no section for %s that says where its users are", domain);
        if (named && (!change->names || !*change->names))
                return error_set(reterr, -EINVAL, "Nobody is named");
        for (char *const *name = named ? change->names : NULL; name && *name; name++)
                if (access_check_name(*name, domain, reterr) < 0)
                        return -EINVAL;
        access_read(text, domain, &a);
        int r = withdraw ? withdraw_names(&a, change, reterr) : 0;
        if (r < 0)
                return r;
        if (named && !withdraw)
                move_names(&a, change);
        else if (!named)
                a.permit = change->what == ACCESS_PERMIT_ALL ? PERMIT_DOMAIN : PERMIT_NOBODY;
        access_set(&changed, section, "access_provider", provider_of(&a, id_provider));
        for (size_t i = 0; i < ELEMENTS(list_keys); i++) {
                char **list = *lists_of(&a, i);
                _cleanup_free_ char *value = strv_length(list) ? strv_join(list, ", ") : NULL,
                                    *now = ini_value(changed, section, list_keys[i]);
                if (!str_equal(value, now))
                        access_set(&changed, section, list_keys[i], value);
        }
        _cleanup_free_ char *words = access_words(&a), *sentence = str_printf("Who may log in: %s", words);
        if (strcmp(changed, text) == 0)
                return error_set(reterr, -EALREADY, "It is so already. %s", sentence);
        *ret = TAKE(changed);
        *ret_sentence = TAKE(sentence);
        return 0;
}

static bool access_same(const char *a, const char *b) {
        size_t n = strcspn(a, "@"), k = strcspn(b, "@");
        return n == k && strncasecmp(a, b, n) == 0;
}

/* The first of these names that the list has; NULL: none. */
static const char *access_in(char *const *list, const char *one, char *const *names) {
        for (; list && *list; list++) {
                if (one && access_same(*list, one))
                        return *list;
                for (char *const *name = names; name && *name; name++)
                        if (access_same(*list, *name))
                                return *list;
        }
        return NULL;
}

char *access_answer(const struct access *a, const char *user, char *const *groups) {
        if (a->permit == PERMIT_UNKNOWN || a->permit == PERMIT_DOMAIN)
                return xstrdup("as the domain's own rules say (GPO, HBAC, an expired account)");
        if (a->permit == PERMIT_ALL)
                return xstrdup("yes, as everybody of the domain");
        if (a->permit == PERMIT_NOBODY)
                return xstrdup("no, nobody of the domain may");
        const char *denied = access_in(a->denied_users, user, NULL);
        denied = denied ? denied : access_in(a->denied_groups, NULL, groups);
        if (denied)
                return str_printf("no, %s is denied", denied);
        if (a->permit == PERMIT_OTHERS)
                return xstrdup("yes, as everybody who is not denied");
        const char *by = access_in(a->users, user, NULL);
        by = by ? by : access_in(a->groups, NULL, groups);
        if (by)
                return str_printf("yes, %s is permitted", by);
        if (!a->groups || !a->groups[0])
                return xstrdup("no, not among those who are permitted");
        _cleanup_free_ char *permitted = strv_join(a->groups, ", ");
        return str_printf("no, not in %s", permitted);
}
