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

/* A number from 1 to most; 0: back (an empty line, "q", or the end of the input). */
static size_t plain_choose(const char *prompt, size_t most) {
        char line[LINE_BYTES_MAX];
        while (plain_read_line(prompt, line)) {
                long long n;
                if (!*line || strcmp(line, "q") == 0)
                        return 0;
                if (str_to_int(line, 1, (long long) most, &n) == 0)
                        return (size_t) n;
                out("Type a number from 1 to %zu, or nothing to go back.\n", most);
        }
        return 0;
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
        out("How should it be set up?\n");
        for (size_t i = 0; i < profile->n_modes; i++)
                out("  %zu %s%s%s\n", i + 1, profile->modes[i].title, profile->modes[i].help ? ": " : "",
                    profile->modes[i].help ? profile->modes[i].help : "");
        size_t n = plain_choose("Number: ", profile->n_modes);
        if (n == 0)
                return -ECANCELED;
        str_replace(&o->mode, profile->modes[n - 1].name);
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
        for (size_t i = 0; i < list->n; i++) {
                _cleanup_free_ char *labels = label_set_text(label_set(list->items[i]));
                out("%zu %s  %s\n", i + 1, image_reference(list->items[i]), labels);
        }
        if (!list->n) {
                out("No image here offers a system service.\n");
                return EXIT_DONE;
        }
        size_t n = plain_choose("Which one to install (nothing: back)? ", list->n);
        if (!n)
                return EXIT_DONE;
        struct image *image = list->items[n - 1];
        list->items[n - 1] = list->items[--list->n];
        return plain_install(s, image);
}

static void plain_call(struct session *s, const char *verb, const char *word) {
        struct arguments a = {};
        if (word)
                strv_add(&a.words, word);
        session_status(s, verb_named(verb)->run(s, verb_named(verb), &a));
        arguments_done(&a);
}

static void plain_services(struct session *s) {
        static const char *const verbs[] = { "status", "start",   "stop",     "restart",
                                             "logs",   "changes", "uninstall" };
        plain_call(s, "services", NULL);
        char name[LINE_BYTES_MAX];
        if (!plain_read_line("Which one (its name; nothing: back)? ", name) || !*name)
                return;
        /* The verbs take units, too: "2" would be 2.service. */
        _cleanup_(service_freep) struct service *service = NULL;
        if (find_service(s, name, &service, &s->error) < 0) {
                session_status(s, s->error->code);
                return;
        }
        if (!service) {
                out("No service named %s is installed.\n", name);
                return;
        }
        for (size_t i = 0; i < ELEMENTS(verbs); i++)
                out("%zu %s: %s\n", i + 1, verbs[i], verb_named(verbs[i])->help);
        size_t n = plain_choose("What to do (nothing: back)? ", ELEMENTS(verbs));
        if (n)
                plain_call(s, verbs[n - 1], name);
}

static void plain_jobs(struct session *s) {
        plain_call(s, "jobs", NULL);
        char id[LINE_BYTES_MAX];
        if (plain_read_line("Which one to watch (its id; nothing: back)? ", id) && *id)
                plain_call(s, "attach", id);
}

int plain_run(struct session *session) {
        int r = session_open(session, &session->error);
        if (r < 0)
                return r;
        setvbuf(stdin, NULL, _IONBF, 0);        /* see cli/typed-secret.c */
        out("Fairlead on %s. One question a line; an empty line goes back.\n",
            host_status(session->host)->hostname);
        char line[LINE_BYTES_MAX];
        while (plain_read_line("1 services, 2 images, 3 jobs, q quit: ", line)) {
                if (strcmp(line, "1") == 0)
                        plain_services(session);
                else if (strcmp(line, "2") == 0)
                        session_status(session, plain_images(session));
                else if (strcmp(line, "3") == 0)
                        plain_jobs(session);
                else if (strcmp(line, "q") == 0)
                        break;
                else
                        out("Type 1, 2, 3 or q.\n");
        }
        return EXIT_DONE;
}
