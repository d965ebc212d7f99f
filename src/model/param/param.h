/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Parameters: one question each; answers: their values. A secret is an answer that is never stored, shown or
 * logged: struct secret in base/secret.h. */

#include "base/base.h"
#include "base/names.h"

enum param_type {
        PARAM_TEXT,
        PARAM_SECRET,
        PARAM_CHOICE,
        PARAM_BOOLEAN,          /* "yes" or "no" */
        PARAM_INTEGER,          /* minimum..maximum */
        PARAM_HOST,             /* DNS name or IP address; a single label only where short_name is set */
        PARAM_DOMAIN,           /* DNS name with at least two labels */
        PARAM_REALM,            /* Kerberos realm: a domain in capitals */
        PARAM_PATH,             /* absolute, no "..", no control characters */
        PARAM_OU,               /* LDAP DN of an organizational unit: OU=…,DC=… (RFC 4514 syntax) */
        PARAM_USER,             /* a principal: name, name@DOMAIN */
        PARAM_ARGUMENTS,        /* free words, split by POSIX quoting; the generic form's last field */
        _PARAM_TYPE_MAX,
};
DECLARE_NAMES(param_type, enum param_type);

enum delivery {
        DELIVER_NONE,     /* used by other parameters only (applies-when) */
        DELIVER_ARGV,     /* appended: option, value ("--domain", value); option "--x=" is joined; option ""
                           * gives the value alone; boolean: option alone when yes. Never a secret */
        DELIVER_ENV,      /* the engine's -e NAME=value, put before the image operand */
        DELIVER_VARIABLE, /* --set NAME=value: fills $NAME of the label */
        DELIVER_STDIN,    /* a line on the command's standard input */
        DELIVER_FILE,     /* a file in /run/fairlead/job-ID/, bind-mounted read-only at target */
        DELIVER_PROMPT,   /* typed on the pty when the output matches target (model/param/pattern.h) */
        DELIVER_VOLUME,   /* of fairlead's own offers (model/plan/offers.h), in no profile: a mount of RUN */
        DELIVER_UNIT,     /* the same: a unit of RUN */
        _DELIVERY_MAX,
};
DECLARE_NAMES(delivery, enum delivery);         /* "none" "argv" "env" "variable" "stdin" "file" "prompt" */
/* What becomes of a secret, for people: "given to the command on its standard input". */
const char *delivery_words(enum delivery delivery);

struct param_choice {
        char *value;
        char *title;            /* NULL: the value */
};

/* A word that is refused among arguments, and the reason ("A password there would be stored and shown"). */
struct param_refusal {
        char *word, *reason;
};

struct param {
        char *name;             /* key among the answers: [a-z][a-z0-9-]* */
        char *title;            /* "Log server" */
        char *help;             /* one or two sentences, or NULL */
        enum param_type type;
        bool wanted; /* a form does not go on without it; a plan without it has a finding that
                      * blocks it */
        bool required;
        char *initial;          /* "default" in the profile; NULL: none */
        char *suggest; /* "hostname", "domain", …: the fact of the host that proposes a value, NULL */
        char *pattern;          /* the whole value must match (model/param/pattern.h), NULL */
        char *pattern_reason;   /* the message for a mismatch; NULL: a general sentence */
        long long minimum, maximum;     /* PARAM_INTEGER; both 0: any number */
        bool short_name;                /* PARAM_HOST: allows a single label ("short" in the profile) */
        struct param_choice *choices;
        size_t n_choices;
        char *when_name;        /* applies only when that answer … */
        char **when_values;     /* … is one of these; NULL when_name: always */
        char *with_name;        /* an answer makes sense only together with that one; NULL */
        struct param_refusal *refusals; /* PARAM_ARGUMENTS */
        size_t n_refusals;
        bool passed_on;         /* PARAM_SECRET: the installer makes it an argument of a tool ("passed-on") */
        enum delivery delivery;
        char *target;           /* option, variable, path or regex, by delivery */
        size_t line;            /* in its profile; 0: built in */
};
void param_done(struct param *p);

/* The longest value of any type but PARAM_ARGUMENTS, in bytes. */
#define PARAM_VALUE_MAX 1024U

/* Answers without secrets: sorted by name. */
struct answer {
        char *name;
        char *value;
        char *source;           /* its origin: "typed", "default", "answer file", "DNS", … */
        char *title, *shown;    /* of a plan's: its question, and the value as the form shows it; NULL */
};
struct answers {
        struct answer *items;
        size_t n;
};
struct answers *answers_free(struct answers *a);
DEFINE_CLEANUP(struct answers, answers_free)
struct answers *answers_copy(const struct answers *a);
/* NULL value removes */
void answers_set(struct answers *a, const char *name, const char *value, const char *source);
const char *answers_get(const struct answers *a, const char *name);     /* NULL: not answered */
/* Gives the answers to these questions their titles. */
void answers_entitle(struct answers *a, const struct param *params, size_t n);

/* Whether the parameter applies, given the answers (the other parameter's default counts as its answer). */
bool param_applies(const struct param *p, const struct param *all, size_t n, const struct answers *a);

/* Checks one value: 0, or a negative errno with a sentence and hint for the field. An empty value is wrong
 * only when the parameter is required. For secrets, too. */
int param_check(const struct param *p, const char *value, struct error **reterr);

/* The same for an answer that needs another: `other` is the parameter of with_name and its value, both NULL
 * without one. */
int param_check_with(const struct param *p, const char *value, const struct param *other,
                     const char *other_value, struct error **reterr);

/* The first value of a field: the answer, else suggested (may be NULL), else default, else first choice /
 * "no". Never NULL. */
const char *param_initial(const struct param *p, const struct answers *a, const char *suggested);
