/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/plan/offers.h"

#include <ctype.h>

#include "model/command/lint.h"
#include "model/command/mount.h"

#define PLACE_MAX 512U

/* ---- what is lost ---- */

/* "type=tmpfs,target=/x": memory is what the label wants there. */
static bool offers_is_target(const char *value, const char *place) {
        _cleanup_strv_ char **parts = strv_split(value, ",");
        for (char **part = parts; part && *part; part++) {
                const char *equals = strchr(*part, '=');
                if (equals &&
                    (str_starts(*part, "target=") || str_starts(*part, "dst=") ||
                     str_starts(*part, "destination=")) &&
                    str_equal(equals + 1, place))
                        return true;
        }
        return false;
}

static bool offers_is_mounted(const struct command *run, const char *place) {
        for (size_t i = 0; i < run->n_mounts; i++) {
                _cleanup_free_ char *path = path_simplify(run->mounts[i].container);
                if (str_equal(path, place))
                        return true;
        }
        for (size_t i = 0; i < run->n_options; i++) {
                const struct option_use *o = run->options + i;
                size_t n = o->value ? strcspn(o->value, ":") : 0;
                if (str_equal(o->canonical, "--tmpfs") && n == strlen(place) &&
                    strncmp(o->value, place, n) == 0)
                        return true;
                if (str_equal(o->canonical, "--mount") && o->value && offers_is_target(o->value, place))
                        return true;
        }
        return false;
}

/* Another container's volumes, or a choice for all of them. */
static bool offers_are_settled(const struct command *run) {
        for (size_t i = 0; i < run->n_options; i++)
                if (STR_IN_SET(run->options[i].canonical, "--volumes-from", "--image-volume"))
                        return true;
        return false;
}

char **offers_lost(const struct command *run, char *const *volumes) {
        char **lost = NULL;
        if (run->engine == ENGINE_NONE || !str_equal(run->subcommand, "run") || !run->operand ||
            offers_are_settled(run))
                return NULL;
        for (; volumes && *volumes; volumes++)
                if (!offers_is_mounted(run, *volumes))
                        strv_add(&lost, *volumes);
        return lost;
}

/* ---- answers ---- */

static bool offers_is_volume_name(const char *name) {
        size_t n = 0;
        for (; name[n]; n++)
                if (!isalnum((unsigned char) name[n]) && (n == 0 || !strchr("_.-", name[n])))
                        return false;
        return n > 0 && n <= 255;
}

/* A path that -v takes as it is. */
static bool offers_is_path(const char *path) {
        _cleanup_free_ char *simple = path_simplify(path);
        return path[0] == '/' && path[1] && strlen(path) <= PLACE_MAX && str_equal(simple, path) &&
               !strpbrk(path, ":,\n");
}

int offers_check_volume(const char *place, const char *value, struct error **reterr) {
        int r;
        if (!offers_is_path(place)) {
                r = error_set(reterr, -EINVAL, "\"%s%s\" names no place in the container", OFFER_VOLUME,
                              place);
                return error_hint(reterr, "Write it as in %s/var/lib/data=NAME", OFFER_VOLUME), r;
        }
        if (str_empty(value) || str_equal(value, "no") || offers_is_volume_name(value) ||
            offers_is_path(value))
                return 0;
        r = error_set(reterr, -EINVAL, "\"%s\" is neither the name of a volume nor a path, for %s", value,
                      place);
        return error_hint(reterr, "A name has letters, digits, . _ and -; a path begins with / and has no "
                                  "colon"),
               r;
}

/* ---- a command without its terminal ---- */

static bool offers_is_terminal(const struct option_use *o) {
        return STR_IN_SET(o->canonical, "--tty", "--interactive");
}

/* The letters of "-itv=/x:/y" that stay, with what follows them; NULL: nothing does. */
static char *offers_thin(const struct command *c, size_t word) {
        char *text = xstrdup(c->argv[word]);
        size_t at = 1;
        for (size_t i = 0; i < c->n_options; i++) {
                if (c->options[i].word != word)
                        continue;
                if (offers_is_terminal(c->options + i))
                        memmove(text + at, text + at + 1, strlen(text + at));
                else
                        at++;
        }
        if (!str_equal(text, "-"))
                return text;
        free(text);
        return NULL;
}

char **offers_without_terminal(const struct command *command) {
        char **argv = NULL;
        for (size_t w = 0; command->argv[w]; w++) {
                const struct option_use *terminal = NULL;
                for (size_t i = 0; i < command->n_options; i++)
                        if (command->options[i].word == w && offers_is_terminal(command->options + i))
                                terminal = command->options + i;
                if (!terminal)
                        strv_add(&argv, command->argv[w]);
                else if (command->argv[w][1] != '-' && !strchr(command->argv[w], '=')) {
                        char *thin = offers_thin(command, w);
                        if (thin)
                                strv_take(&argv, thin);
                }
        }
        return argv;
}

/* ---- the parameters ---- */

static void offers_add_param(struct profile *profile, struct param p) {
        if (profile_param(profile, p.name)) {
                param_done(&p);
                return;
        }
        room_for_one((void **) &profile->parameters, profile->n_parameters, sizeof p);
        profile->parameters[profile->n_parameters++] = p;
}

static void offers_add_unit(struct profile *profile, const char *help) {
        offers_add_param(profile, (struct param){
                                          .name = xstrdup(OFFER_UNIT),
                                          .title = xstrdup("Run as a unit"),
                                          .help = xstrdup(help),
                                          .type = PARAM_BOOLEAN,
                                          .delivery = DELIVER_UNIT,
                                  });
}

/* "=rsyslog-data": the last part of the place, behind the service's name. */
static char *offers_suggestion(const struct image *image, const char *place) {
        const char *reference = image_reference(image), *slash = strrchr(place, '/');
        _cleanup_free_ char *name = reference ? reference_default_name(reference) : NULL;
        char *suggestion = str_printf("=%s-%s", name ? name : "service", slash + 1);
        if (!offers_is_volume_name(suggestion + 1))
                str_replace(&suggestion, NULL);
        return suggestion;
}

static void offers_add_volume(struct profile *profile, const struct image *image, const char *place,
                              bool with_unit) {
        struct param p = {
                .name = str_printf("%s%s", OFFER_VOLUME, place),
                .title = str_printf("Keep %s in", place),
                .help = xstrdup(
                        "A volume of the engine with this name keeps what is written there; a path is "
                        "a folder of this host. Empty: each stop drops it."),
                .type = PARAM_TEXT,
                .delivery = DELIVER_VOLUME,
                .suggest = offers_suggestion(image, place),
                /* as offers_check_volume(), for the field */
                .pattern = xstrdup("^([A-Za-z0-9][A-Za-z0-9_.-]*|/[^/:,][^:,]*)$"),
                .pattern_reason = xstrdup("This is neither the name of a volume nor a path without a colon"),
        };
        if (with_unit) {
                p.when_name = xstrdup(OFFER_UNIT);
                strv_add(&p.when_values, "yes");
        }
        offers_add_param(profile, p);
}

void offers_add(struct profile *profile, const struct image *image) {
        _cleanup_command_ struct command *run = image_command(image, LABEL_RUN),
                                         *install = image_command(image, LABEL_INSTALL);
        bool by_install = !run && install && install->engine != ENGINE_NONE && install->detached &&
                          str_equal(install->subcommand, "run");
        const struct command *unit = by_install ? install : run;
        if (!unit)
                return;
        if (by_install)
                offers_add_unit(profile, "INSTALL itself starts a container in the background, which nothing "
                                         "starts again at boot. A unit runs the same command instead.");
        else if (unit->interactive)
                offers_add_unit(profile, "RUN asks for a terminal, as a tool does. If this is a daemon, a "
                                         "unit runs it without one.");
        _cleanup_strv_ char **lost = offers_lost(unit, image->volumes);
        for (char **place = lost; place && *place; place++)
                if (offers_is_path(*place))
                        offers_add_volume(profile, image, *place, by_install || unit->interactive);
}
