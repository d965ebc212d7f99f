/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plain.h"

#include <unistd.h>

#include "base/text.h"
#include "base/words.h"
#include "cli/follow.h"
#include "cli/lookup.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/typed-secret.h"
#include "cli/verbs/verbs.h"
#include "model/image/recipe.h"

#define LINE_BYTES_MAX 4096

/* A line without its end; false at the end of the input. */
static bool plain_read_line(const char *prompt, char line[static LINE_BYTES_MAX]) {
        out("%s", prompt);
        fflush(stdout);
        if (!fgets(line, LINE_BYTES_MAX, stdin)) {
                out("\n");
                return false;
        }
        line[strcspn(line, "\n")] = '\0';
        return true;
}

/* The index of one of the names, by its number or by itself; their number n: back (an empty line, "q", or the
 * end of the input). */
static size_t plain_pick(const char *prompt, char *const *names) {
        char line[LINE_BYTES_MAX];
        size_t n = strv_length(names);
        while (plain_read_line(prompt, line)) {
                long long number;
                if (!*line || strcmp(line, "q") == 0)
                        return n;
                if (str_to_int(line, 1, (long long) n, &number) == 0)
                        return (size_t) number - 1;
                for (size_t i = 0; i < n; i++)
                        if (str_equal(names[i], line))
                                return i;
                out("\"%s\" is none of these. Type a number from 1 to %zu or a name, or nothing to go "
                    "back.\n",
                    line, n);
        }
        return n;
}

/* ---- asking the parameters ---- */

static int ask_secret(const struct param *p, struct order *o) {
        for (;;) {
                _cleanup_(secret_freep) struct secret *secret = secret_new(p->name);
                _cleanup_error_ struct error *e = NULL;
                int typed = typed_secret(p->title, secret);
                int r = typed < 0 ? typed : param_check(p, secret->bytes, &e);
                if (r >= 0 && secret->length == 0)
                        return 0;
                if (r >= 0) {
                        strv_add(&o->secret_names, p->name);
                        return secret_list_take(o->secrets, TAKE(secret));
                }
                out("%s\n", e ? e->message : "That could not be read");
                if (typed == -EIO)
                        return -EIO;
        }
}

static void plain_print_choices(const struct param *p) {
        for (size_t i = 0; i < p->n_choices; i++)
                out("  %zu %s\n", i + 1, p->choices[i].title ? p->choices[i].title : p->choices[i].value);
}

/* A choice may be answered by its number. */
static const char *plain_chosen(const struct param *p, const char *line) {
        long long n;
        if (p->type == PARAM_CHOICE && str_to_int(line, 1, (long long) p->n_choices, &n) == 0)
                return p->choices[n - 1].value;
        return line;
}

static int ask_parameter(struct session *s, const struct param *p, struct order *o) {
        if (p->type == PARAM_SECRET)
                return ask_secret(p, o);
        const struct param *other = p->with_name ? profile_param(o->profile, p->with_name) : NULL;
        const char *suggested = p->suggest ? host_suggest(s->host, p->suggest) : NULL;
        const char *initial = param_initial(p, o->answers, suggested);
        if (p->type == PARAM_CHOICE)
                plain_print_choices(p);
        _cleanup_free_ char *prompt =
                str_printf("%s%s [%s]: ", p->title, p->required || p->wanted ? "" : " (optional)", initial);
        char line[LINE_BYTES_MAX];
        while (plain_read_line(prompt, line)) {
                if (strcmp(line, "?") == 0) {
                        out("%s\n", p->help ? p->help : "There is no more to say about this.");
                        continue;
                }
                const char *value = *line ? plain_chosen(p, line) : initial;
                _cleanup_error_ struct error *e = NULL;
                if (param_check_with(p, value, other, other ? param_initial(other, o->answers, NULL) : NULL,
                                     &e) >= 0) {
                        if (*value)
                                answers_set(o->answers, p->name, value, *line ? "typed" : "default");
                        return 0;
                }
                out("%s\n", e->message);
                if (e->hint)
                        out("  %s\n", e->hint);
        }
        return -ECANCELED;
}

static int ask_mode(const struct profile *profile, struct order *o) {
        if (profile->n_modes < 2)
                return 0;
        _cleanup_strv_ char **names = NULL;
        out("How should it be set up?\n");
        for (size_t i = 0; i < profile->n_modes; i++) {
                const struct mode *mode = &profile->modes[i];
                strv_add(&names, mode->name);
                out("  %zu %s: %s%s%s\n", i + 1, mode->name, mode->title, mode->help ? ": " : "",
                    mode->help ? mode->help : "");
        }
        size_t n = plain_pick("Which one? ", names);
        if (n == profile->n_modes)
                return -ECANCELED;
        str_replace(&o->mode, names[n]);
        return 0;
}

static int plain_ask_all(struct session *s, struct order *o) {
        const struct profile *profile = o->profile;
        int r = ask_mode(profile, o);
        const struct mode *mode = profile_mode(profile, o->mode);
        for (size_t i = 0; i < profile->n_parameters && r >= 0; i++) {
                const struct param *p = &profile->parameters[i];
                if (mode_asks(mode, p) &&
                    param_applies(p, profile->parameters, profile->n_parameters, o->answers))
                        r = ask_parameter(s, p, o);
        }
        return r;
}

/* ---- the places ---- */

static int plain_install(struct session *s, struct image *image) {
        struct arguments a = {};
        _cleanup_(order_done) struct order order = {};
        out("%s\n", image_reference(image));
        if (image_summary(image))
                out("  %s\n", image_summary(image));
        int r = order_read(s, &a, VERB_INSTALL, image, &order, &s->error);
        if (r < 0)
                return r;
        order.port.image = image_reference(image);
        r = plain_ask_all(s, &order);
        if (r < 0) {
                out("Nothing was done.\n");
                return EXIT_DONE;
        }
        order.port.mode = order.mode;
        order.port.secrets = order.secret_names;
        return follow_order(s, &order, &a);
}

static int plain_images(struct session *s) {
        _cleanup_(image_list_freep) struct image_list *list = NULL;
        int r = session_list_images(s, &list, &s->error);
        if (r < 0)
                return r;
        keep_offering(s, list);
        _cleanup_strv_ char **names = NULL;
        for (size_t i = 0; i < list->n; i++) {
                _cleanup_free_ char *labels = label_set_text(label_set(list->items[i]));
                const char *reference = image_reference(list->items[i]),
                           *tag = str_ends(reference, ":latest");
                strv_take(&names, xstrndup(reference, tag ? (size_t) (tag - reference) : strlen(reference)));
                out("%zu %s  %s\n", i + 1, reference, labels);
        }
        if (!list->n) {
                out("No image here offers a system service.\n");
                return EXIT_DONE;
        }
        size_t n = plain_pick("Which one to install (nothing: back)? ", names);
        if (n == list->n)
                return EXIT_DONE;
        struct image *image = list->items[n];
        list->items[n] = list->items[--list->n];
        return plain_install(s, image);
}

static void plain_call(struct session *s, const char *verb, const char *word) {
        struct arguments a = {};
        if (word)
                strv_add(&a.words, word);
        session_status(s, verb_named(verb)->run(s, verb_named(verb), &a));
        arguments_done(&a);
}

/* One of the verbs for this thing, by number or name. */
static void plain_act(struct session *s, char *const *verbs, const char *thing) {
        for (size_t i = 0; verbs[i]; i++)
                out("%zu %s: %s\n", i + 1, verbs[i], verb_named(verbs[i])->help);
        size_t n = plain_pick("What to do (nothing: back)? ", verbs);
        if (verbs[n])
                plain_call(s, verbs[n], thing);
}

#define WORDS(...) ((char *const[]){ __VA_ARGS__, NULL })
#define W(word) ((char *) word)

static int plain_services(struct session *s) {
        _cleanup_(service_list_freep) struct service_list *list = NULL;
        _cleanup_strv_ char **names = NULL;
        int r = session_list_services(s, &list, &s->error);
        if (r < 0)
                return r;
        for (size_t i = 0; i < list->n; i++) {
                const struct service *service = list->items[i];
                strv_add(&names, service->name);
                out("%zu %s  %s%s%s\n", i + 1, service->name, service_state_name(service->state),
                    service->reason ? ": " : "", service->reason ? service->reason : "");
        }
        if (!list->n) {
                out("No service is installed. 2 shows the images that can be.\n");
                return EXIT_DONE;
        }
        size_t n = plain_pick("Which one (nothing: back)? ", names);
        if (n < list->n)
                plain_act(s,
                          WORDS(W("status"), W("start"), W("stop"), W("restart"), W("enable"), W("disable"),
                                W("logs"), W("changes"), W("upgrade"), W("run"), W("uninstall")),
                          names[n]);
        return EXIT_DONE;
}

static int plain_units(struct session *s) {
        char line[LINE_BYTES_MAX];
        while (plain_read_line("Which unit (its name, or a pattern as ssh*; nothing: back)? ", line) &&
               *line) {
                _cleanup_(unit_list_freep) struct unit_list *list = NULL;
                _cleanup_strv_ char **names = NULL;
                int r = session_list_units(s, line, &list, &s->error);
                if (r < 0)
                        return r;
                for (size_t i = 0; i < list->n; i++) {
                        strv_add(&names, list->items[i].name);
                        out("%zu %s  %s\n", i + 1, list->items[i].name, unit_state_text(&list->items[i]));
                }
                if (!list->n) {
                        out("There is no unit like \"%s\".\n", line);
                        continue;
                }
                size_t n = list->n == 1 ? 0 : plain_pick("Which one (nothing: back)? ", names);
                if (n < list->n)
                        plain_act(s,
                                  WORDS(W("status"), W("start"), W("stop"), W("restart"), W("reload"),
                                        W("enable"), W("disable"), W("mask"), W("unmask"), W("reset-failed"),
                                        W("logs")),
                                  names[n]);
        }
        return EXIT_DONE;
}

#define JOBS_SHOWN 10U

static int plain_jobs(struct session *s) {
        _cleanup_(job_list_freep) struct job_list *list = NULL;
        _cleanup_strv_ char **ids = NULL;
        int r = session_list_jobs(s, &list, &s->error);
        if (r < 0)
                return r;
        for (size_t i = 0; i < list->n && i < JOBS_SHOWN; i++) {
                const struct job *job = list->items[i];
                strv_add(&ids, job->id);
                _cleanup_free_ char *what = job_what(job);
                out("%zu %s  %s: %s\n", i + 1, job->id, what, job_state_word(job));
        }
        if (list->n > JOBS_SHOWN)
                out("The last %u of %zu; fairlead jobs lists all.\n", JOBS_SHOWN, list->n);
        if (!list->n) {
                out("Nothing was installed or removed with fairlead yet.\n");
                return EXIT_DONE;
        }
        size_t n = plain_pick("Which one (nothing: back)? ", ids);
        if (ids[n])
                plain_act(s, WORDS(W("attach"), W("changes"), W("cancel"), W("resume"), W("rollback")),
                          ids[n]);
        return EXIT_DONE;
}

static int plain_realm(struct session *s) {
        static const struct {
                const char *verb, *asks;
        } rows[] = {
                { "realm status", NULL },
                { "realm discover", "Domain (nothing: this host's)? " },
                { "check", "Domain (nothing: this host's)? " },
                { "realm test", "User? " },
        };
        _cleanup_strv_ char **verbs = NULL;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                strv_add(&verbs, rows[i].verb);
                out("%zu %s: %s\n", i + 1, rows[i].verb, verb_named(rows[i].verb)->help);
        }
        out("To join, install an image that joins (2), or use fairlead join and fairlead leave.\n");
        size_t n = plain_pick("What to do (nothing: back)? ", verbs);
        if (!verbs[n])
                return EXIT_DONE;
        char line[LINE_BYTES_MAX] = "";
        if (rows[n].asks && !plain_read_line(rows[n].asks, line))
                return EXIT_DONE;
        if (*line || !str_equal(rows[n].verb, "realm test"))
                plain_call(s, rows[n].verb, *line ? line : NULL);
        return EXIT_DONE;
}

/* The numbers of the console's keys. */
static const struct place {
        const char *name;
        int (*open)(struct session *s);
} places[] = {
        { "services", plain_services }, { "images", plain_images }, { "units", plain_units },
        { "jobs", plain_jobs },         { "realm", plain_realm },
};

int plain_run(struct session *session) {
        int r = session_open(session, &session->error);
        if (r < 0)
                return r;
        setvbuf(stdin, NULL, _IONBF, 0);        /* see cli/typed-secret.c */
        session->brief = true;
        _cleanup_strv_ char **names = NULL;
        _cleanup_str_ struct str prompt = {};
        for (size_t i = 0; i < ELEMENTS(places); i++) {
                strv_add(&names, places[i].name);
                str_addf(&prompt, "%zu %s, ", i + 1, places[i].name);
        }
        str_add(&prompt, "q quit: ");
        out("Fairlead on %s. One question a line; an empty line goes back.\n",
            host_status(session->host)->hostname);
        char line[LINE_BYTES_MAX];
        while (plain_read_line(prompt.text, line) && strcmp(line, "q") != 0) {
                size_t at = 0;
                while (names[at] && !str_equal(names[at], line) &&
                       !(line[0] == (char) ('1' + at) && !line[1]))
                        at++;
                if (names[at])
                        session_status(session, places[at].open(session));
                else
                        out("Type a number from 1 to %zu, or q.\n", ELEMENTS(places));
        }
        return EXIT_DONE;
}
