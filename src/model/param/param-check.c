/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The types of parameters, one row each. Sources: DNS names RFC 1123 2.1 and the checks of ipa-client-install
 * (labels of letters, digits and inner hyphens, at most 63); distinguished names RFC 4514; user names the
 * characters that Active Directory refuses in sAMAccountName. */
#include <arpa/inet.h>
#include <ctype.h>
#include <limits.h>

#include "model/param/pattern.h"
#include "base/words.h"
#include "model/param/param.h"

#define NAME_BYTES_MAX 253U /* of a DNS name, RFC 1035 2.3.4 less the length bytes */
#define LABEL_BYTES_MAX 63U
#define SECRET_VALUE_MAX 512U /* SECRET_BYTES_MAX of base/secret.h */
#define ARGUMENTS_BYTES_MAX (16U * 1024)

/* ---- names of the DNS ---- */

static const char *label_fault(const char *label, size_t n) {
        if (n == 0)
                return "There is nothing between two dots, or before the first";
        if (n > LABEL_BYTES_MAX)
                return "A part between dots is longer than 63 characters";
        if (label[0] == '-' || label[n - 1] == '-')
                return "A part between dots begins or ends with a hyphen";
        const char *odd = label;
        while (isalnum((unsigned char) *odd) || *odd == '-')
                odd++;
        return odd >= label + n                ? NULL
               : (unsigned char) *odd >= 0x80  ? "The name has letters outside ASCII"
               : *odd == '_'                   ? "Names of hosts have no underscore"
               : isspace((unsigned char) *odd) ? "The name has a blank in it"
                                               : "The name has a character that names do not have";
}

/* NULL: valid, and *ret_labels is the number of its parts; *ret_numeric: the last one is all digits. */
static const char *dns_fault(const char *name, size_t *ret_labels, bool *ret_numeric) {
        size_t length = strlen(name);
        if (length > NAME_BYTES_MAX)
                return "The name is longer than 253 characters";
        if (length > 1 && name[length - 1] == '.')
                return "The name ends with a dot";
        *ret_labels = 0;
        for (const char *at = name;; at++) {
                size_t n = strcspn(at, ".");
                const char *fault = label_fault(at, n);
                if (fault)
                        return fault;
                ++*ret_labels;
                *ret_numeric = strspn(at, "0123456789") == n;
                at += n;
                if (!*at)
                        return NULL;
        }
}

static bool is_address(const char *s) {
        unsigned char address[sizeof(struct in6_addr)];
        return inet_pton(AF_INET, s, address) == 1 || inet_pton(AF_INET6, s, address) == 1;
}

/* A …_fault() returns NULL or a sentence, and changes *hint where that of its row does not fit. */

static const char *host_fault(const struct param *p, const char *value, const char **hint) {
        size_t labels;
        bool numeric;
        if (is_address(value))
                return NULL;
        if (strchr(value, ':'))
                return strchr(value, '/') ? "This is a URL, not the name of a host"
                                          : "This is neither a host name nor an IPv6 address";
        const char *fault = dns_fault(value, &labels, &numeric);
        if (fault)
                return fault;
        *hint = numeric ? "An IPv4 address has four numbers from 0 to 255"
                        : "Its full name, with the domain: log.example.com";
        return numeric                        ? "This is not a whole IP address"
               : labels < 2 && !p->short_name ? "The name has no domain"
                                              : NULL;
}

#define DOMAIN_HINT "A domain has at least two parts: example.com"

static const char *domain_fault(const struct param *p, const char *value, const char **hint) {
        size_t labels;
        bool numeric;
        if (is_address(value)) {
                *hint = "The name of the domain, like example.com";
                return "This is an IP address, not a domain";
        }
        const char *fault = dns_fault(value, &labels, &numeric);
        return fault        ? fault
               : labels < 2 ? "Domains of a single part are not supported"
               : numeric    ? "The last part of a domain is never a number"
                            : NULL;
}

static const char *realm_fault(const struct param *p, const char *value, const char **hint) {
        const char *unused, *fault = domain_fault(p, value, &unused);
        if (fault || !value[strcspn(value, "abcdefghijklmnopqrstuvwxyz")])
                return fault;
        *hint = "Kerberos distinguishes EXAMPLE.COM from example.com";
        return "A realm is written in capitals";
}

/* ---- distinguished names ---- */

/* One "TYPE=value" of RFC 4514; moves *at behind it. *ret_type is the type, n bytes long. */
static const char *rdn_fault(const char **at, const char **ret_type, size_t *ret_n) {
        const char *s = *at;
        *ret_type = s;
        if (!isalpha((unsigned char) *s))
                return "A part has no type such as OU= or DC= in front";
        while (isalnum((unsigned char) *s) || *s == '-')
                s++;
        *ret_n = (size_t) (s - *ret_type);
        if (*s++ != '=')
                return "A part has no type such as OU= or DC= in front";
        if (!*s || *s == ',')
                return "A part has no value after its =";
        if (*s == ' ' || *s == '#')
                return "A value begins with a blank or #, which needs a backslash before it";
        for (; *s && *s != ','; s++) {
                if (strchr("\"+;<>=", *s) && *s != '=')
                        return "A value has one of \" + ; < > in it, which needs a backslash before it";
                if (*s != '\\')
                        continue;
                if (s[1] && strchr("\"+,;<>\\ #=", s[1]))
                        s++;
                else if (isxdigit((unsigned char) s[1]) && isxdigit((unsigned char) s[2]))
                        s += 2;
                else
                        return "A backslash stands before a character that needs none";
        }
        if (s[-1] == ' ' && s[-2] != '\\')
                return "A value ends with a blank";
        *at = s;
        return NULL;
}

static bool type_is(const char *type, size_t n, const char *wanted) {
        return n == strlen(wanted) && strncasecmp(type, wanted, n) == 0;
}

static const char *ou_fault(const struct param *p, const char *value, const char **hint) {
        bool first = true, domain = false;
        for (const char *at = value;; at++) {
                const char *type;
                size_t n;
                const char *fault = rdn_fault(&at, &type, &n);
                if (fault)
                        return fault;
                bool dc = type_is(type, n, "DC");
                if (first && !type_is(type, n, "OU") && !type_is(type, n, "CN"))
                        return "It does not begin with OU=";
                if (domain && !dc)
                        return "The DC= parts stand last";
                domain = dc;
                first = false;
                if (!*at)
                        return domain ? NULL : "The DC= parts of the domain are missing at the end";
        }
}

/* ---- the rest ---- */

static const char *path_fault(const struct param *p, const char *value, const char **hint) {
        if (value[0] != '/')
                return "The path does not begin with /";
        for (const char *at = value; *at; at += strcspn(at, "/")) {
                at += strspn(at, "/");
                if (strcspn(at, "/") != 2 || at[0] != '.' || at[1] != '.')
                        continue;
                *hint = "Write where it leads";
                return "The path has .. in it";
        }
        return NULL;
}

static const char *user_fault(const struct param *p, const char *value, const char **hint) {
        size_t n = strcspn(value, "@");
        if (n == 0)
                return "There is no name before the @";
        if (value[0] == '-')
                return "A user name does not begin with a hyphen";
        if (memchr(value, '\\', n)) {
                *hint = "Write name@DOMAIN instead of DOMAIN\\name";
                return "A user name has no backslash";
        }
        if (strcspn(value, "\"/[]:;|=,+*?<>") < n)
                return "The name has a character that user names do not have";
        if (value[0] == ' ' || value[n - 1] == ' ')
                return "The name begins or ends with a blank";
        if (!value[n])
                return NULL;
        if (strchr(value + n + 1, '@'))
                return "There are two @ in it";
        *hint = DOMAIN_HINT;
        return domain_fault(p, value + n + 1, hint);
}

static const char *boolean_fault(const struct param *p, const char *value, const char **hint) {
        return STR_IN_SET(value, "yes", "no") ? NULL : "This is neither yes nor no";
}

static const char *secret_fault(const struct param *p, const char *value, const char **hint) {
        return strchr(value, '\n') ? "A secret has no line break in it" : NULL;
}

/* ---- those whose sentence or hint depends on the parameter ---- */

static int check_choice(const struct param *p, const char *value, struct error **reterr) {
        _cleanup_str_ struct str all = {};
        for (size_t i = 0; i < p->n_choices; i++) {
                if (str_equal(p->choices[i].value, value))
                        return 0;
                str_addf(&all, "%s%s", i ? ", " : "One of: ", p->choices[i].value);
        }
        error_set(reterr, -EINVAL, "This is none of the choices");
        error_hint(reterr, "%s", all.text ? all.text : "There is nothing to choose");
        return -EINVAL;
}

static int check_integer(const struct param *p, const char *value, struct error **reterr) {
        bool any = p->minimum == 0 && p->maximum == 0;
        long long number;
        int r = str_to_int(value, LLONG_MIN, LLONG_MAX, &number);
        if (r >= 0 && (any || (number >= p->minimum && number <= p->maximum)))
                return 0;
        bool small = r >= 0 ? number < p->minimum : value[0] == '-';
        error_set(reterr, -EINVAL, "%s",
                  r == -EINVAL ? "This is not a whole number"
                  : small      ? "The number is too small"
                               : "The number is too large");
        if (any)
                error_hint(reterr, "A whole number");
        else
                error_hint(reterr, "A whole number from %lld to %lld", p->minimum, p->maximum);
        return -EINVAL;
}

/* "--password=x" is --password, "-wx" is -w. */
static bool is_option(const char *word, const char *option) {
        const char *rest = str_starts(word, option);
        bool letter = option[0] == '-' && option[1] != '-' && strlen(option) == 2;
        return rest && (!*rest || *rest == '=' || letter);
}

static int check_arguments(const struct param *p, const char *value, struct error **reterr) {
        _cleanup_strv_ char **words = NULL;
        int r = words_split(value, &words, reterr);
        for (char **word = words; word && *word; word++)
                for (size_t k = 0; k < p->n_refusals; k++) {
                        const struct param_refusal *refusal = &p->refusals[k];
                        if (!is_option(*word, refusal->word))
                                continue;
                        error_set(reterr, -EINVAL, "%s is not to be said here", refusal->word);
                        error_hint(reterr, "%s", refusal->reason);
                        return -EINVAL;
                }
        return r;
}

static const struct check {
        size_t bytes;
        const char *(*fault)(const struct param *p, const char *value, const char **hint);
        const char *hint;
        int (*check)(const struct param *p, const char *value, struct error **reterr);
        bool any_byte; /* control characters are checked elsewhere */
} checks[_PARAM_TYPE_MAX] = {
        [PARAM_TEXT] = { PARAM_VALUE_MAX },
        [PARAM_SECRET] = { SECRET_VALUE_MAX, secret_fault, "One line", .any_byte = true },
        [PARAM_CHOICE] = { PARAM_VALUE_MAX, .check = check_choice },
        [PARAM_BOOLEAN] = { PARAM_VALUE_MAX, boolean_fault, "yes or no" },
        [PARAM_INTEGER] = { PARAM_VALUE_MAX, .check = check_integer },
        [PARAM_HOST] = { PARAM_VALUE_MAX, host_fault, "A host name like log.example.com, or an IP address" },
        [PARAM_DOMAIN] = { PARAM_VALUE_MAX, domain_fault, DOMAIN_HINT },
        [PARAM_REALM] = { PARAM_VALUE_MAX, realm_fault,
                          "A realm is mostly the domain in capitals: EXAMPLE.COM" },
        [PARAM_PATH] = { PARAM_VALUE_MAX, path_fault, "A whole path like /etc/rsyslog.d" },
        [PARAM_OU] = { PARAM_VALUE_MAX, ou_fault,
                       "The whole distinguished name: OU=Linux,OU=Servers,DC=example,DC=com" },
        [PARAM_USER] = { PARAM_VALUE_MAX, user_fault, "A name, or name@DOMAIN: Administrator@EXAMPLE.COM" },
        [PARAM_ARGUMENTS] = { ARGUMENTS_BYTES_MAX, .check = check_arguments },
};

static int check_pattern(const struct param *p, const char *value, struct error **reterr) {
        _cleanup_(pattern_freep) struct pattern *pattern = NULL;
        int r = pattern_new(p->pattern, &pattern, reterr);
        if (r < 0)
                return r;
        r = pattern_fits(pattern, value, strlen(value));
        if (r > 0)
                return 0;
        if (r < 0) {
                error_set(reterr, r, "The value takes too long to compare with the pattern of the profile");
                error_hint(reterr, "Report this to the author of the profile: %s", p->pattern);
                return r;
        }
        /* A reason replaces the pattern, which few people can read. */
        if (p->pattern_reason)
                return error_set(reterr, -EINVAL, "%s", p->pattern_reason);
        error_set(reterr, -EINVAL, "This is not of the form that %s has", p->title ? p->title : p->name);
        error_hint(reterr, "Its form is %s", p->pattern);
        return -EINVAL;
}

int param_check(const struct param *p, const char *value, struct error **reterr) {
        if (str_empty(value)) {
                if (!p->required)
                        return 0;
                error_set(reterr, -EINVAL, "%s is missing", p->title ? p->title : p->name);
                error_hint(reterr, "%s", p->help ? p->help : "It must be answered");
                return -EINVAL;
        }
        const struct check *c = &checks[p->type];
        if (strlen(value) > c->bytes) {
                error_set(reterr, -EINVAL, "The value is too long");
                error_hint(reterr, "At most %zu bytes", c->bytes);
                return -EINVAL;
        }
        bool controls = !c->any_byte && str_has_controls(value);
        const char *hint = controls ? "One line of ordinary characters" : c->hint;
        const char *fault = controls   ? "The value has control characters in it"
                            : c->fault ? c->fault(p, value, &hint)
                                       : NULL;
        if (fault) {
                error_set(reterr, -EINVAL, "%s", fault);
                error_hint(reterr, "%s", hint);
                return -EINVAL;
        }
        int r = c->check ? c->check(p, value, reterr) : 0;
        return r < 0 || !p->pattern ? r : check_pattern(p, value, reterr);
}

int param_check_with(const struct param *p, const char *value, const struct param *other,
                     const char *other_value, struct error **reterr) {
        int r = param_check(p, value, reterr);
        if (r < 0 || !p->with_name || str_empty(value) || !str_empty(other_value))
                return r;
        const char *wanted = other && other->title ? other->title : p->with_name;
        error_set(reterr, -EINVAL, "%s needs %s as well", p->title ? p->title : p->name, wanted);
        error_hint(reterr, "Fill in %s, or leave this empty", wanted);
        return -EINVAL;
}
