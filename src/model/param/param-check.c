/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The types of parameters, one row each. Sources: DNS names RFC 1123 2.1 and the checks of ipa-client-install
 * (labels of letters, digits and inner hyphens, at most 63); distinguished names RFC 4514; user names the
 * characters that Active Directory refuses in sAMAccountName. */
#include <arpa/inet.h>
#include <ctype.h>
#include <limits.h>
#include <regex.h>

#include "base/words.h"
#include "model/param/param.h"

#define NAME_BYTES_MAX 253U     /* of a DNS name, RFC 1035 2.3.4 less the length bytes */
#define LABEL_BYTES_MAX 63U
#define SECRET_VALUE_MAX 512U   /* SECRET_BYTES_MAX of base/secret.h */
#define ARGUMENTS_BYTES_MAX (16U * 1024)

static int param_check_wrong(struct error **reterr, const char *hint, const char *message) {
        int r = error_set(reterr, -EINVAL, "%s", message);
        error_hint(reterr, "%s", hint);
        return r;
}

static bool param_check_has_controls(const char *s) {
        for (; *s; s++)
                if ((unsigned char) *s < 0x20 || *s == 0x7f)
                        return true;
        return false;
}

/* ---- names of the DNS ---- */

static const char *label_fault(const char *label, size_t n) {
        if (n == 0)
                return "There is nothing between two dots, or before the first";
        if (n > LABEL_BYTES_MAX)
                return "A part between dots is longer than 63 characters";
        if (label[0] == '-' || label[n - 1] == '-')
                return "A part between dots begins or ends with a hyphen";
        for (size_t i = 0; i < n; i++)
                if (!isalnum((unsigned char) label[i]) && label[i] != '-') {
                        if ((unsigned char) label[i] >= 0x80)
                                return "The name has letters outside ASCII";
                        return label[i] == '_' ? "Names of hosts have no underscore"
                             : isspace((unsigned char) label[i]) ? "The name has a blank in it"
                                                                 : "The name has a character that names do "
                                                                   "not have";
                }
        return NULL;
}

/* NULL: valid, and *ret_labels is the number of its parts; *ret_numeric: the last one is all digits. */
static const char *dns_fault(const char *name, size_t *ret_labels, bool *ret_numeric) {
        size_t length = strlen(name), labels = 0;
        if (length > NAME_BYTES_MAX)
                return "The name is longer than 253 characters";
        if (length > 1 && name[length - 1] == '.')
                return "The name ends with a dot";
        for (const char *at = name;; at++) {
                size_t n = strcspn(at, ".");
                const char *fault = label_fault(at, n);
                if (fault)
                        return fault;
                labels++;
                *ret_numeric = strspn(at, "0123456789") == n;
                at += n;
                if (!*at)
                        break;
        }
        *ret_labels = labels;
        return NULL;
}

static bool is_address(const char *s) {
        unsigned char address[sizeof(struct in6_addr)];
        return inet_pton(AF_INET, s, address) == 1 || inet_pton(AF_INET6, s, address) == 1;
}

static int check_host(const struct param *p, const char *value, struct error **reterr) {
        static const char hint[] = "A host name like log.example.com, or an IP address";
        if (is_address(value))
                return 0;
        if (strchr(value, ':'))
                return param_check_wrong(reterr, hint,
                                         strchr(value, '/') ? "This is a URL, not the name of a host"
                                                            : "This is neither a host name nor an IPv6 "
                                                              "address");
        size_t labels;
        bool numeric;
        const char *fault = dns_fault(value, &labels, &numeric);
        if (fault)
                return param_check_wrong(reterr, hint, fault);
        if (numeric)
                return param_check_wrong(reterr, "An IPv4 address has four numbers from 0 to 255",
                                         "This is not a whole IP address");
        if (labels < 2 && !p->short_name)
                return param_check_wrong(reterr, "Its full name, with the domain: log.example.com",
                                         "The name has no domain");
        return 0;
}

static int check_domain(const struct param *p, const char *value, struct error **reterr) {
        static const char hint[] = "A domain has at least two parts: example.com";
        if (is_address(value))
                return param_check_wrong(reterr, "The name of the domain, like example.com",
                                         "This is an IP address, not a domain");
        size_t labels;
        bool numeric;
        const char *fault = dns_fault(value, &labels, &numeric);
        if (fault)
                return param_check_wrong(reterr, hint, fault);
        if (labels < 2)
                return param_check_wrong(reterr, hint, "Domains of a single part are not supported");
        if (numeric)
                return param_check_wrong(reterr, hint, "The last part of a domain is never a number");
        return 0;
}

static int check_realm(const struct param *p, const char *value, struct error **reterr) {
        int r = check_domain(p, value, reterr);
        if (r < 0) {
                error_hint(reterr, "A realm is mostly the domain in capitals: EXAMPLE.COM");
                return r;
        }
        for (const char *c = value; *c; c++)
                if (islower((unsigned char) *c))
                        return param_check_wrong(reterr,
                                                 "Kerberos distinguishes EXAMPLE.COM from example.com",
                                                 "A realm is written in capitals");
        return 0;
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

static int check_ou(const struct param *p, const char *value, struct error **reterr) {
        static const char hint[] = "The whole distinguished name: OU=Linux,OU=Servers,DC=example,DC=com";
        bool first = true, domain = false;
        for (const char *at = value;; at++) {
                const char *type;
                size_t n;
                const char *fault = rdn_fault(&at, &type, &n);
                if (fault)
                        return param_check_wrong(reterr, hint, fault);
                bool dc = type_is(type, n, "DC");
                if (first && !type_is(type, n, "OU") && !type_is(type, n, "CN"))
                        return param_check_wrong(reterr, hint, "It does not begin with OU=");
                if (domain && !dc)
                        return param_check_wrong(reterr, hint, "The DC= parts stand last");
                domain = dc;
                first = false;
                if (!*at)
                        break;
        }
        if (!domain)
                return param_check_wrong(reterr, hint, "The DC= parts of the domain are missing at the end");
        return 0;
}

/* ---- the rest ---- */

static int param_check_check_path(const struct param *p, const char *value, struct error **reterr) {
        static const char hint[] = "A whole path like /etc/rsyslog.d";
        if (value[0] != '/')
                return param_check_wrong(reterr, hint, "The path does not begin with /");
        for (const char *at = value; *at; at += strcspn(at, "/")) {
                at += strspn(at, "/");
                if (strcspn(at, "/") == 2 && at[0] == '.' && at[1] == '.')
                        return param_check_wrong(reterr, "Write where it leads", "The path has .. in it");
        }
        return 0;
}

static int check_user(const struct param *p, const char *value, struct error **reterr) {
        static const char hint[] = "A name, or name@DOMAIN: Administrator@EXAMPLE.COM";
        const char *at = strchr(value, '@');
        size_t n = at ? (size_t) (at - value) : strlen(value);
        if (n == 0)
                return param_check_wrong(reterr, hint, "There is no name before the @");
        if (value[0] == '-')
                return param_check_wrong(reterr, hint, "A user name does not begin with a hyphen");
        if (memchr(value, '\\', n))
                return param_check_wrong(reterr, "Write name@DOMAIN instead of DOMAIN\\name",
                                         "A user name has no backslash");
        for (size_t i = 0; i < n; i++)
                if (strchr("\"/[]:;|=,+*?<>", value[i]))
                        return param_check_wrong(reterr, hint, "The name has a character that user names do "
                                                               "not have");
        if (value[0] == ' ' || value[n - 1] == ' ')
                return param_check_wrong(reterr, hint, "The name begins or ends with a blank");
        if (!at)
                return 0;
        if (strchr(at + 1, '@'))
                return param_check_wrong(reterr, hint, "There are two @ in it");
        return check_domain(p, at + 1, reterr);
}

static int check_choice(const struct param *p, const char *value, struct error **reterr) {
        _cleanup_str_ struct str all = {};
        for (size_t i = 0; i < p->n_choices; i++) {
                if (str_equal(p->choices[i].value, value))
                        return 0;
                str_addf(&all, "%s%s", i ? ", " : "One of: ", p->choices[i].value);
        }
        return param_check_wrong(reterr, all.text ? all.text : "There is nothing to choose",
                                 "This is none of the choices");
}

static int check_boolean(const struct param *p, const char *value, struct error **reterr) {
        if (str_equal(value, "yes") || str_equal(value, "no"))
                return 0;
        return param_check_wrong(reterr, "yes or no", "This is neither yes nor no");
}

static int check_integer(const struct param *p, const char *value, struct error **reterr) {
        bool any = p->minimum == 0 && p->maximum == 0;
        long long number;
        int r = str_to_int(value, LLONG_MIN, LLONG_MAX, &number);
        if (r >= 0 && (any || (number >= p->minimum && number <= p->maximum)))
                return 0;
        bool small = r >= 0 ? number < p->minimum : value[0] == '-';
        r = error_set(reterr, -EINVAL, "%s", r == -EINVAL ? "This is not a whole number"
                                             : small      ? "The number is too small"
                                                          : "The number is too large");
        if (any)
                error_hint(reterr, "A whole number");
        else
                error_hint(reterr, "A whole number from %lld to %lld", p->minimum, p->maximum);
        return r;
}

static int check_secret(const struct param *p, const char *value, struct error **reterr) {
        if (strlen(value) > SECRET_VALUE_MAX)
                return param_check_wrong(reterr, "At most 512 bytes", "The secret is too long");
        if (strchr(value, '\n'))
                return param_check_wrong(reterr, "One line", "A secret has no line break in it");
        return 0;
}

/* "--password=x" is --password, "-wx" is -w. */
static bool param_check_is_option(const char *word, const char *option) {
        const char *rest = str_starts(word, option);
        return rest &&
               (!*rest || *rest == '=' || (option[0] == '-' && option[1] != '-' && strlen(option) == 2));
}

static int check_arguments(const struct param *p, const char *value, struct error **reterr) {
        _cleanup_strv_ char **words = NULL;
        int r = words_split(value, &words, reterr);
        for (size_t i = 0; r >= 0 && words && words[i]; i++)
                for (size_t k = 0; k < p->n_refusals; k++) {
                        const struct param_refusal *refusal = &p->refusals[k];
                        if (!param_check_is_option(words[i], refusal->word))
                                continue;
                        r = error_set(reterr, -EINVAL, "%s is not to be said here", refusal->word);
                        error_hint(reterr, "%s", refusal->reason);
                        return r;
                }
        return r;
}

static const struct check {
        int (*check)(const struct param *p, const char *value, struct error **reterr);
        size_t bytes;
        bool any_byte;          /* control characters are checked elsewhere */
} checks[_PARAM_TYPE_MAX] = {
        [PARAM_TEXT] = { NULL, PARAM_VALUE_MAX },
        [PARAM_SECRET] = { check_secret, SECRET_VALUE_MAX, .any_byte = true },
        [PARAM_CHOICE] = { check_choice, PARAM_VALUE_MAX },
        [PARAM_BOOLEAN] = { check_boolean, PARAM_VALUE_MAX },
        [PARAM_INTEGER] = { check_integer, PARAM_VALUE_MAX },
        [PARAM_HOST] = { check_host, PARAM_VALUE_MAX },
        [PARAM_DOMAIN] = { check_domain, PARAM_VALUE_MAX },
        [PARAM_REALM] = { check_realm, PARAM_VALUE_MAX },
        [PARAM_PATH] = { param_check_check_path, PARAM_VALUE_MAX },
        [PARAM_OU] = { check_ou, PARAM_VALUE_MAX },
        [PARAM_USER] = { check_user, PARAM_VALUE_MAX },
        [PARAM_ARGUMENTS] = { check_arguments, ARGUMENTS_BYTES_MAX },
};

/* ---- patterns ---- */

/* regcomp(3) expands a repetition inside a repetition into as many copies as the product of both: a limit on
 * the product of all bounds covers any nesting. */
static bool repeats_too_much(const char *pattern) {
        unsigned long product = 1;
        for (const char *c = pattern; *c; c++) {
                if (*c == '\\' && c[1]) {
                        c++;
                        continue;
                }
                if (*c != '{')
                        continue;
                unsigned long largest = 1;
                for (c++; *c && *c != '}'; c++)
                        if (isdigit((unsigned char) *c)) {
                                char *end;
                                unsigned long bound = strtoul(c, &end, 10);
                                largest = bound > largest ? bound : largest;
                                c = end - 1;
                        }
                if (largest > PATTERN_REPEAT_MAX || (product *= largest) > PATTERN_REPEAT_MAX)
                        return true;
                if (!*c)
                        break;
        }
        return false;
}

int pattern_check(const char *pattern, struct error **reterr) {
        if (str_empty(pattern) || strlen(pattern) > PATTERN_MAX)
                return error_set(reterr, -EINVAL, "A pattern has 1 to %u bytes", PATTERN_MAX);
        for (const char *c = pattern; *c; c++)
                if (*c == '\\' && *++c >= '1' && *c <= '9')
                        return error_set(reterr, -EINVAL, "A pattern has no back-references");
                else if (!*c)
                        return error_set(reterr, -EINVAL, "The pattern ends in a backslash");
        if (repeats_too_much(pattern))
                return error_set(reterr, -EINVAL, "The repetitions of the pattern are more than %u in all",
                                 PATTERN_REPEAT_MAX);
        regex_t regex;
        int r = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);
        if (r != 0) {
                char reason[128];
                regerror(r, NULL, reason, sizeof reason);
                return error_set(reterr, -EINVAL,
                                 "The pattern is not a POSIX extended regular expression: %s", reason);
        }
        regfree(&regex);
        return 0;
}

static int param_check_check_pattern(const struct param *p, const char *value, struct error **reterr) {
        int r = pattern_check(p->pattern, reterr);
        if (r < 0)
                return r;
        regex_t regex;
        if (regcomp(&regex, p->pattern, REG_EXTENDED) != 0)
                return error_set(reterr, -ENOMEM, "The value could not be compared with its pattern");
        /* POSIX gives the leftmost longest match, so a match of the whole is the one found. ^( )$ around the
         * pattern would change the meaning of one with a stray ")". */
        regmatch_t match;
        r = regexec(&regex, value, 1, &match, 0);
        regfree(&regex);
        if (r == 0 && match.rm_so == 0 && (size_t) match.rm_eo == strlen(value))
                return 0;
        if (p->pattern_reason)
                r = error_set(reterr, -EINVAL, "%s", p->pattern_reason);
        else
                r = error_set(reterr, -EINVAL, "This is not of the form that %s has",
                              p->title ? p->title : p->name);
        /* A reason replaces the pattern, which few people can read. */
        if (!p->pattern_reason)
                error_hint(reterr, "Its form is %s", p->pattern);
        return r;
}

int param_check(const struct param *p, const char *value, struct error **reterr) {
        if (str_empty(value)) {
                if (!p->required)
                        return 0;
                int r = error_set(reterr, -EINVAL, "%s is missing", p->title ? p->title : p->name);
                error_hint(reterr, "%s", p->help ? p->help : "It must be answered");
                return r;
        }
        const struct check *c = (size_t) p->type < _PARAM_TYPE_MAX ? checks + p->type : checks + PARAM_TEXT;
        if (strlen(value) > c->bytes) {
                int r = error_set(reterr, -EINVAL, "The value is too long");
                error_hint(reterr, "At most %zu bytes", c->bytes);
                return r;
        }
        if (!c->any_byte && param_check_has_controls(value))
                return param_check_wrong(reterr, "One line of ordinary characters",
                                         "The value has control characters in it");
        int r = c->check ? c->check(p, value, reterr) : 0;
        if (r < 0)
                return r;
        return p->pattern ? param_check_check_pattern(p, value, reterr) : 0;
}

int param_check_with(const struct param *p, const char *value, const struct param *other,
                     const char *other_value, struct error **reterr) {
        int r = param_check(p, value, reterr);
        if (r < 0 || !p->with_name || str_empty(value) || !str_empty(other_value))
                return r;
        const char *title = p->title ? p->title : p->name,
                   *wanted = other && other->title ? other->title : p->with_name;
        r = error_set(reterr, -EINVAL, "%s needs %s as well", title, wanted);
        error_hint(reterr, "Fill in %s, or leave this empty", wanted);
        return r;
}
