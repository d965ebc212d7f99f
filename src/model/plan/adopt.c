/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/plan/adopt.h"

#include "base/path.h"
#include "base/words.h"
#include "model/plan/internal.h"

/* The word of the subcommand, behind the engine's own options: the first that says "run" or "create". */
static size_t adopt_subcommand(const struct command *c) {
        for (size_t i = 1; c->argv[i] && i < c->operand; i++)
                if (str_equal(c->argv[i], c->subcommand))
                        return i;
        return 0;
}

static bool adopt_is_made_by_hand(const struct command *c) {
        return c->engine == ENGINE_PODMAN && c->operand && STR_IN_SET(c->subcommand, "run", "create");
}

#define ADOPT_OF_LABEL ", from the RUN label of its image"

/* In a label "$" means a variable, however it is quoted: a word's own is one of that value. */
static void adopt_add_word(struct str *out, const char *word) {
        _cleanup_str_ struct str plain = {};
        for (; *word; word++)
                if (*word == '$')
                        str_add(&plain, "${" ADOPT_DOLLAR "}");
                else
                        str_add_char(&plain, *word);
        _cleanup_free_ char *quoted = word_quote(plain.text ? plain.text : "");
        str_addf(out, " %s", quoted);
}

int adopt_label(const char *container, char *const *words, char **ret, char **ret_image,
                struct error **reterr) {
        _cleanup_command_ struct command *c =
                command_read("the container", words, ENGINE_PODMAN, NULL, NULL);
        _cleanup_str_ struct str out = {};
        if (!words || !*words || !adopt_is_made_by_hand(c)) {
                error_set(reterr, -ENOTSUP,
                          "%s was not made by podman run, so there is no command that would make it again",
                          container);
                return error_hint(reterr, "Write a .container file for it, and adopt that; containers of a "
                                          "pod, of podman kube or of compose belong to their maker");
        }
        bool removed = plan_has_option(c, "--rm", NULL);
        if (removed || (!c->detached && str_equal(c->subcommand, "run"))) {
                error_set(reterr, -ENOTSUP,
                          removed ? "%s was made with --rm: once stopped it is gone, and nothing could bring "
                                    "it back"
                                  : "%s runs in the foreground of something: a terminal, or a unit that "
                                    "gives Podman no name",
                          container);
                return error_hint(reterr, removed ? "Write a .container file for it, stop it, and adopt the "
                                                    "file"
                                                  : "Adopt that unit; or start it with -d");
        }
        size_t subcommand = adopt_subcommand(c);
        str_add(&out, "podman");
        for (size_t i = 1; c->argv[i]; i++)
                if (i == subcommand || i == c->operand)
                        str_add(&out, i == subcommand ? " run" : " $IMAGE");
                else
                        adopt_add_word(&out, c->argv[i]);
        *ret_image = xstrdup(c->argv[c->operand]);
        *ret = str_take(&out);
        return 0;
}

int adopt_plan_unit(const struct adopt_unit *unit, const char *name, struct plan **ret,
                    struct error **reterr) {
        if (!service_name_valid(name)) {
                error_set(reterr, -EINVAL, "\"%s\" cannot be the name of a service", name);
                return error_hint(reterr, "Give one with --name: small letters, digits, - _ and .");
        }
        _cleanup_plan_ struct plan *plan = new0(struct plan);
        plan->verb = VERB_ADOPT;
        plan->name = xstrdup(name);
        plan->given.answers = new0(struct answers);
        plan->pin = (struct image_pin) {
                .reference = xstrdup(unit->reference),
                .image = xstrdup(unit->reference),
                .image_id = xstrdup(unit->image->id),
                .digest = xstrdup(unit->image->digest),
                .version = xstrdup(image_version(unit->image)),
                .title = xstrdup(image_summary(unit->image)),
        };
        label_list_of(unit->image, &plan->pin.labels);
        if (unit->text) {
                plan->unit.kind = UNIT_QUADLET;
                plan->unit.name = xstrdup(unit->unit);
                plan->unit.path = xstrdup(unit->file);
                plan->unit.text = xstrdup(unit->text);
        } else {
                plan->run = command_read("ExecStart", unit->argv, ENGINE_PODMAN, NULL, NULL);
                plan->host_unit = xstrdup(unit->unit);
                plan->adopts.file = unit->file && adopt_may_change(unit->file) ? xstrdup(unit->file) : NULL;
        }
        strv_add(&plan->environment, "PATH=" PATH_OF_ROOT);
        strv_add(&plan->environment, "LC_ALL=C.UTF-8");
        strv_add(&plan->paths, "/etc/containers/systemd");
        strv_add(&plan->paths, "/etc/systemd/system");
        *ret = TAKE(plan);
        return 0;
}

void adopt_set_label(struct image *image, const char *label) {
        for (enum command_label which = 0; which < _COMMAND_LABEL_MAX; which++)
                for (const struct label *own; (own = label_find(image, which, NULL));) {
                        _cleanup_free_ char *key = xstrdup(own->key);
                        label_list_set(&image->labels, key, NULL);
                }
        image_add_label(image, command_label_name(LABEL_RUN), label);
}

int adopt_container(struct plan *plan, const char *id, const char *aside, struct error **reterr) {
        if (!plan->unit.text) {
                error_set(reterr, -ENOTSUP, "No unit can be made of %s", plan->name);
                return error_hint(reterr, "It has a terminal, or it was not made by podman run");
        }
        /* The comment above the text: there is no label. */
        char *of_label = strstr(plan->unit.text, ADOPT_OF_LABEL);
        if (of_label)
                memmove(of_label, of_label + strlen(ADOPT_OF_LABEL),
                        strlen(of_label + strlen(ADOPT_OF_LABEL)) + 1);
        plan->verb = VERB_ADOPT;
        plan->adopts.container = xstrdup(id);
        plan->adopts.aside = xstrdup(aside);
        if (plan_has_option(plan->run, "--restart", "always"))
                finding_report(&plan->findings, "restarts-beside", "--restart",
                               "The container that is kept as %s is one to be restarted always: "
                               "podman-restart.service, where it is enabled, starts it at boot beside the "
                               "unit", aside);
        return 0;
}

bool adopt_upgrade(struct making *m) {
        const struct service *s = m->request->service;
        struct plan *plan = m->plan;
        if (plan->verb != VERB_UPGRADE || !s || !s->adopted)
                return false;
        _cleanup_(command_freep) struct command *was =
                s->run_argv ? command_read("RUN", s->run_argv, m->engine, NULL, NULL) : NULL;
        _cleanup_strv_ char **argv = NULL;
        for (size_t i = 0; was && was->argv[i]; i++)
                strv_add(&argv, i == was->operand && str_equal(was->subcommand, "run") ? plan->pin.image
                                                                                       : was->argv[i]);
        if (argv)
                plan->run = command_read("RUN", argv, m->engine, NULL, NULL);
        return true;
}

/* quadlet(5): the last one counts, and an empty one is none. */
char *adopt_quadlet_image(const char *text) {
        _cleanup_strv_ char **lines = strv_split(text, "\n");
        const char *found = NULL;
        bool container = false;
        for (char **line = lines; line && *line; line++) {
                const char *at = *line + strspn(*line, " \t"), *value = str_starts(at, "Image");
                if (*at == '[')
                        container = str_starts(at, "[Container]");
                value = value ? value + strspn(value, " \t") : NULL;
                if (container && value && *value == '=')
                        found = value + 1 + strspn(value + 1, " \t");
        }
        size_t n = found ? strcspn(found, " \t\r") : 0;
        return n && !str_ends(found, ".image") && !str_ends(found, ".build") ? xstrndup(found, n) : NULL;
}

bool adopt_fits(const struct unit_detail *d) {
        if (!str_ends(d->unit.name, ".service") || !d->fragment)
                return false;
        if (d->source)
                return str_ends(d->source, ".container") != NULL;
        _cleanup_command_ struct command *c =
                d->starts ? command_read("ExecStart", d->starts, ENGINE_PODMAN, NULL, NULL) : NULL;
        return str_starts(d->fragment, "/etc/systemd/system/") && c && c->engine != ENGINE_NONE && c->operand;
}

bool adopt_records_only(const struct plan *plan) {
        return plan->verb == VERB_ADOPT && plan->host_unit && !plan->unit.text;
}

bool adopt_may_change(const char *path) {
        static const struct {
                const char *folder, *suffix;
        } places[] = { { PLAN_QUADLET_FOLDER, ".container" }, { "/etc/systemd/system/", ".service" } };
        for (size_t i = 0; i < ELEMENTS(places); i++) {
                const char *file = str_starts(path, places[i].folder),
                           *end = file ? str_ends(file, places[i].suffix) : NULL;
                if (end && end > file && *file != '.' && !strchr(file, '/'))
                        return true;
        }
        return false;
}
