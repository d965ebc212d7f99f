/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "backend/format/emit.h"
#include "cli/follow.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/realm-images.h"
#include "cli/report.h"
#include "cli/verbs/verbs.h"

/* The preflight is not a finding of a plan: this word allows it. */

struct joining {
        struct image *image;
        struct profile *profile;
        const struct mode *mode;
        struct answers *file; /* of --answers; NULL */
        char *file_mode;
        char *domain; /* NULL: this host's own */
        char **set, **secrets, **modes, **allowed;
};

static void joining_done(struct joining *j) {
        image_free(j->image);
        profile_free(j->profile);
        answers_free(j->file);
        FREE_ALL(j->file_mode, j->domain);
        STRV_FREE_ALL(j->set, j->secrets, j->modes, j->allowed);
}

/* A file of answers may give the domain and the way to join that the command line leaves out. */
static int verb_join_read_file(struct joining *j, const char *path, struct error **reterr) {
        j->file = new0(struct answers);
        int r = order_read_file(path, j->file, &j->file_mode, reterr);
        if (r < 0)
                return r;
        for (size_t i = 0; !j->domain && i < j->file->n; i++) {
                const struct answer *a = &j->file->items[i];
                if (!str_equal(a->name, "domain") && !str_ends(a->name, "-domain"))
                        continue;
                j->domain = realm_domain(a->value, reterr);
                if (!j->domain)
                        return -EINVAL;
        }
        return 0;
}

/* "server" or the parameter of an image that ends so; NULL: none is named. */
static const char *verb_join_server(const struct joining *j, const struct arguments *a) {
        for (char **set = a->values[OPTION_SET]; set && *set; set++) {
                size_t n = strcspn(*set, "=");
                _cleanup_free_ char *name = xstrndup(*set, n);
                if ((*set)[n] && (str_equal(name, "server") || str_ends(name, "-server")))
                        return *set + n + 1;
        }
        for (size_t i = 0; j->file && i < j->file->n; i++)
                if (str_equal(j->file->items[i].name, "server") ||
                    str_ends(j->file->items[i].name, "-server"))
                        return j->file->items[i].value;
        return NULL;
}

/* By a named server where there is one: the DNS may know none. */
static int verb_join_discover(struct session *s, const struct joining *j, const char *server,
                              struct realm **ret, struct error **reterr) {
        _cleanup_(preflight_freep) struct preflight *p = NULL;
        if (!server)
                return session_discover(s, j->domain, ret, reterr);
        const struct preflight_order order = { .domain = j->domain, .server = server };
        int r = session_preflight(s, &order, &p, reterr);
        if (r < 0)
                return r;
        *ret = TAKE(p->realm);
        return *ret ? 0 : error_set(reterr, -EHOSTUNREACH, "Nothing could be found out about %s", server);
}

static int choose_mode(struct session *s, struct joining *j, const struct arguments *a, const char *name,
                       struct error **reterr) {
        _cleanup_(realm_freep) struct realm *realm = NULL;
        if (name) {
                j->mode = joining_named_mode(j->profile, name);
                return j->mode ? 0
                               : error_set(reterr, -EINVAL, "%s has no way called \"%s\" to join a realm",
                                           image_reference(j->image), name);
        }
        int r = verb_join_discover(s, j, verb_join_server(j, a), &realm, reterr);
        if (r < 0)
                return r;
        if (realm->kind != REALM_AD && realm->kind != REALM_IPA) {
                if (realm->trouble && reterr) {
                        *reterr = TAKE(realm->trouble);
                        return (*reterr)->code;
                }
                return error_set(reterr, -ENOENT, "There is no realm %s", realm->domain);
        }
        str_replace(&j->domain, realm->domain);
        if (!s->json)
                out("%s is %s, realm %s\n", realm->domain, realm_kind_title(realm->kind), realm->realm);
        j->mode = joining_mode(j->profile, realm->kind);
        return j->mode ? 0
                       : error_set(reterr, -ENOENT, "%s has no way to join %s", image_reference(j->image),
                                   realm_kind_title(realm->kind));
}

/* The words of the command line, under the names of this image's parameters. */
static void verb_join_translate(struct joining *j, const struct arguments *a) {
        j->set = joining_words(j->profile, j->mode, a->values[OPTION_SET]);
        j->secrets = joining_words(j->profile, j->mode, a->values[OPTION_SECRET]);
        strv_add(&j->modes, j->mode->name);
        for (size_t i = 0; j->domain && i < j->profile->n_parameters; i++) {
                const struct param *p = j->profile->parameters + i;
                if (p->type == PARAM_DOMAIN && mode_asks(j->mode, p)) {
                        strv_addf(&j->set, "%s=%s", p->name, j->domain);
                        break;
                }
        }
        for (char **allowed = a->values[OPTION_ALLOW]; allowed && *allowed; allowed++)
                if (!str_equal(*allowed, ALLOW_PREFLIGHT))
                        strv_add(&j->allowed, *allowed);
}

/* An exit status. Every failed check is printed. */
static int verb_join_preflight(struct session *s, const struct joining *j, const struct order *order,
                               bool allowed) {
        _cleanup_(preflight_freep) struct preflight *p = NULL;
        const struct preflight_order what = joining_preflight(j->profile, j->mode, order->answers, j->domain);
        int r = session_preflight(s, &what, &p, &s->error);
        if (r < 0)
                return r;
        if (!s->json)
                report_preflight(p, VERDICT_WARN);
        bool final = preflight_final(p);
        if (preflight_worst(p) != VERDICT_FAIL || (allowed && !final))
                return EXIT_DONE;
        if (s->json)
                out_json(emit_preflight(p));
        out_note(final ? "fairlead: The job would refuse to join with this clock: set it first\n"
                       : "fairlead: A check of this join failed; --allow " ALLOW_PREFLIGHT
                         " goes on all the same\n");
        return EXIT_REFUSED;
}

static int verb_join_choose(struct session *s, const struct arguments *a, struct joining *j,
                            struct error **reterr) {
        const char *file = argument_value(a, OPTION_ANSWERS), *mode = argument_value(a, OPTION_MODE);
        int r = joining_find_image(s, argument_value(a, OPTION_IMAGE), &j->image, &j->profile, reterr);
        if (r < 0)
                return r;
        if (a->words && !(j->domain = realm_domain(a->words[0], reterr)))
                return -EINVAL;
        if (file && (r = verb_join_read_file(j, file, reterr)) < 0)
                return r;
        return choose_mode(s, j, a, mode ? mode : j->file_mode, reterr);
}

/* words: the arguments, under the names of the image's parameters; they point into j. */
static int verb_join_read(struct session *s, struct joining *j, struct arguments *words, struct order *order,
                          struct error **reterr) {
        int r = verb_join_choose(s, words, j, reterr);
        if (r < 0)
                return r;
        verb_join_translate(j, words);
        words->values[OPTION_SET] = j->set;
        words->values[OPTION_SECRET] = j->secrets;
        words->values[OPTION_MODE] = j->modes;
        words->values[OPTION_ALLOW] = j->allowed;
        r = order_read(s, words, VERB_INSTALL, TAKE(j->image), order, reterr);
        if (r < 0)
                return r;
        joining_answers(j->profile, j->mode, order->answers);
        order->port.image = image_reference(order->image);
        return 0;
}

/* Where no realm is found, what is known of the domain and of a named server is all the same the result. */
int join_check(struct session *s, const struct arguments *a, struct preflight **ret, struct error **reterr) {
        _cleanup_(joining_done) struct joining j = {};
        _cleanup_(order_done) struct order order = {};
        _cleanup_error_ struct error *e = NULL;
        struct arguments words = *a;
        words.values[OPTION_MODE] = a->values[OPTION_REALM_KIND];
        int r = verb_join_read(s, &j, &words, &order, &e);
        struct preflight_order what = { .domain = j.domain, .server = verb_join_server(&j, &words) };
        if (r >= 0)
                what = joining_preflight(j.profile, j.mode, order.answers, j.domain);
        else if (!j.image || j.mode || r == -EINVAL)
                return error_take(reterr, TAKE(e));
        return session_preflight(s, &what, ret, reterr);
}

static int verb_join_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(joining_done) struct joining j = {};
        _cleanup_(order_done) struct order order = {};
        struct arguments words = *a;
        int r = verb_join_read(s, &j, &words, &order, &s->error);
        if (r < 0)
                return r;
        int status =
                verb_join_preflight(s, &j, &order, strv_contains(a->values[OPTION_ALLOW], ALLOW_PREFLIGHT));
        return status == EXIT_DONE ? follow_order(s, &order, &words) : status;
}

const struct verb join_verb = {
        .name = "join",
        .group = GROUP_REALM,
        .operands = "[DOMAIN]",
        .rest = "[ARG…]",
        .help = "join this host to a realm by an image that packages SSSD",
        .details = "Discovers the realm, runs the checks of fairlead check, shows the plan, asks for "
                   "consent, and follows the job. Changes to this host are rolled back when it fails. --mode "
                   "takes ad or ipa, too. --set and --secret take the parameters of the image, also by the "
                   "ends of their names: user, ou, computer-name, server, password, otp, ca, … (fairlead "
                   "show IMAGE), and so may the file of --answers; DOMAIN and --mode are taken from there "
                   "where they are not given. Without --image the first image that joins a realm is taken. "
                   "--allow preflight joins although a check fails, but not with a clock that Kerberos "
                   "refuses.",
        .takes = ORDER_OPTIONS | TAKES(OPTION_IMAGE) | TAKES(OPTION_SECRET) | TAKES(OPTION_YES) |
                 TAKES(OPTION_CONSENT) | TAKES(OPTION_DETACH) | TAKES(OPTION_IF_INTERRUPTED),
        .json = true,
        .run = verb_join_run,
};
