/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/plan/internal.h"

void unit_words_done(struct unit_words *w) {
        FREE_ALL(w->engine, w->container, w->image);
        STRV_FREE_ALL(w->global, w->options, w->arguments, w->mounts, w->behind, w->stop);
        for (size_t i = 0; i < w->n_keys; i++)
                free(w->keys[i].value);
        free(w->keys);
        *w = (struct unit_words) {};
}

static void add_option(const struct command *run, const struct option_use *o, bool bundled,
                       char *const *environment, struct unit_words *w) {
        const char *value = unit_option_value(o, environment);
        if (o->words == 2 && !bundled) {
                strv_add(&w->options, o->option);
                strv_add(&w->options, value);
        } else if (bundled || value != o->value)        /* a letter of a bundle must be written alone now */
                strv_take(&w->options, option_text(o, value));
        else
                strv_add(&w->options, run->argv[o->word]);
}

/* Whether another option is in the same word ("-dit"). */
static bool is_bundled(const struct command *run, size_t i) {
        return (i > 0 && run->options[i - 1].word == run->options[i].word) ||
               (i + 1 < run->n_options && run->options[i + 1].word == run->options[i].word);
}

/* The STOP label is one of systemd's only where it stops or kills the container of this unit. */
static void read_stop(const struct command *run, const struct command *stop, struct unit_words *w) {
        if (!stop || stop->engine != run->engine || !stop->operand || stop->argv[stop->operand + 1] ||
            !str_equal(stop->argv[stop->operand], w->container) ||
            !STR_IN_SET(stop->subcommand, "stop", "kill"))
                return;
        for (char **word = stop->argv; *word; word++)
                if (!unit_can_hold(*word))
                        return;
        w->stop = strv_copy(stop->argv + 1);
}

static int plan_unit_words_check_words(const struct command *run, const struct unit_words *w,
                                       struct error **reterr) {
        for (size_t i = 0; run->argv[i]; i++)
                if (!unit_can_hold(run->argv[i]))
                        return error_set(reterr, -EINVAL, "Word %zu of the RUN command has bytes that no "
                                                          "unit can hold",
                                         i + 1);
        for (char **o = w->options; o && *o; o++)
                if (!unit_can_hold(*o))
                        return error_set(reterr, -EINVAL, "A variable of the RUN command has bytes that no "
                                                          "unit can hold");
        return 0;
}

static void plan_unit_words_read_options(const struct command *run, char *const *environment,
                                         unsigned version, struct unit_words *w) {
        size_t verb = 1;        /* the index of "run": options before it are the engine's own */
        while (verb < run->operand && !str_equal(run->argv[verb], "run"))
                verb++;
        for (size_t i = 1; i < verb; i++)
                if (!str_equal(run->argv[i], "container"))
                        strv_add(&w->global, run->argv[i]);
        for (size_t i = 0; i < run->n_options; i++) {
                const struct option_use *o = run->options + i;
                if (o->word <= verb || o->word >= run->operand || supervision_replaces(run, o))
                        continue;
                if (!str_equal(o->canonical, "--sdnotify"))
                        add_option(run, o, is_bundled(run, i), environment, w);
                quadlet_add_option(run, i, environment, version, w);
        }
}

int unit_words_read(const char *name, const struct command *run, const struct command *stop,
                    char *const *environment, const struct host_facts *facts, struct unit_words *ret,
                    struct error **reterr) {
        if (run->engine == ENGINE_NONE || !str_equal(run->subcommand, "run"))
                return error_set(reterr, -EINVAL, "The RUN label does not run a container, so there is "
                                                  "nothing to supervise");
        if (!run->operand)
                return error_set(reterr, -EINVAL, "The RUN label names no image");

        _cleanup_(unit_words_done) struct unit_words w = {};
        w.engine = run->argv[0][0] == '/' ? xstrdup(run->argv[0])
                                          : str_printf("/usr/bin/%s", engine_kind_name(run->engine));
        w.container = xstrdup(run->name ? run->name : name);
        w.image = xstrdup(run->argv[run->operand]);
        w.arguments = strv_copy(run->argv + run->operand + 1);
        unsigned version = quadlet_version(facts ? facts->engine_version : NULL);
        plan_unit_words_read_options(run, environment, version, &w);
        read_stop(run, stop, &w);
        supervision_read(name, run, w.stop ? stop : NULL, facts, &w);
        if (w.cgroups == CGROUPS_BELOW_PARENT)
                quadlet_add_cgroups(version, &w);
        int r = plan_unit_words_check_words(run, &w, reterr);
        if (r < 0)
                return r;
        if (!unit_plain_word(w.engine))
                return error_set(reterr, -EINVAL, "The path of the engine cannot stand in a unit");
        if (!unit_plain_word(w.container) || w.container[0] == '-')
                return error_set(reterr, -EINVAL, "The name that the RUN label gives its container is not "
                                                  "valid");
        if (!reference_valid(w.image))
                return error_set(reterr, -EINVAL, "The image that the RUN label names is not valid");
        *ret = w;
        w = (struct unit_words) {};
        return 0;
}
