/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <ctype.h>

#include "base/path.h"
#include "base/text.h"
#include "model/plan/internal.h"

void unit_words_done(struct unit_words *w) {
        FREE_ALL(w->engine, w->container, w->image);
        STRV_FREE_ALL(w->global, w->options, w->arguments, w->mounts, w->stop);
        for (size_t i = 0; i < w->n_keys; i++)
                free(w->keys[i].value);
        free(w->keys);
        *w = (struct unit_words) {};
}

/* Characters without a meaning for systemd anywhere in a line. */
static bool plain_word(const char *word) {
        for (const char *c = word; *c; c++)
                if (!isalnum((unsigned char) *c) && !strchr("_@+=:,./-", *c))
                        return false;
        return word[0] != '\0';
}

/* One line of UTF-8 without controls (C1 too: U+0085 ends a line for some readers). */
static bool unit_can_hold(const char *word) {
        size_t n = strlen(word);
        for (size_t i = 0; i < n;) {
                unsigned c;
                size_t used = text_decode(word + i, n - i, &c);
                if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029)
                        return false;
                if (c == 0xfffd && !(used == 3 && memcmp(word + i, "\xef\xbf\xbd", 3) == 0))
                        return false;
                i += used;
        }
        return true;
}

int unit_quote(const char *word, char **ret) {
        if (!unit_can_hold(word))
                return -EINVAL;
        _cleanup_str_ struct str s = {};
        bool plain = plain_word(word);
        if (!plain)
                str_add_char(&s, '"');
        for (const char *c = word; *c; c++) {
                if (strchr("\"\\", *c))
                        str_add_char(&s, '\\');
                if (strchr("%$", *c))
                        str_add_char(&s, *c);
                str_add_char(&s, *c);
        }
        if (!plain)
                str_add_char(&s, '"');
        *ret = str_take(&s);
        return 0;
}

/* Options that supervision sets itself, or that do not make sense under it. */
static bool is_replaced(const struct command *run, const struct option_use *o) {
        return STR_IN_SET(o->canonical, "--detach", "--rm", "--restart", "--name", "--replace", "--cidfile",
                      "--sdnotify", "--conmon-pidfile", "--pidfile", "--attach", "--sig-proxy",
                      "--detach-keys") ||
               /* The client stays attached without a terminal, and refuses that with these. */
               (run->engine == ENGINE_DOCKER && STR_IN_SET(o->canonical, "--interactive", "--tty"));
}

/* The value in the unit: "-e NAME" gets the current value of NAME, which a unit does not have. */
static const char *unit_value(const struct option_use *o, char *const *environment) {
        size_t n = o->value ? strlen(o->value) : 0;
        if (n == 0 || !str_equal(o->canonical, "--env") || strchr(o->value, '='))
                return o->value;
        for (; environment && *environment; environment++)
                if (strncmp(*environment, o->value, n) == 0 && (*environment)[n] == '=')
                        return *environment;
        return o->value;
}

/* Takes value. */
static void add_key(struct unit_words *w, const char *key, char *value, bool plain) {
        w->keys = xreallocarray(w->keys, w->n_keys + 1, sizeof *w->keys);
        w->keys[w->n_keys++] = (struct unit_key) { key, value, plain };
}

/* A key of its own only where it means the same, byte for byte: names that end in .volume, .network, … and
 * paths that begin with . have a meaning of their own in Quadlet. */
static const char *quadlet_key(const char *canonical, const char *value) {
        if (str_equal(canonical, "--env") && strchr(value, '=') && value[0] != '=')
                return "Environment";
        if (!plain_word(value) || value[0] == '-')
                return NULL;
        if (str_equal(canonical, "--volume"))
                return value[0] == '/' && strchr(value, ':') ? "Volume" : NULL;
        if (str_equal(canonical, "--network"))
                return STR_IN_SET(value, "host", "none") ? "Network" : NULL;
        return NULL;
}

static void add_option(const struct command *run, const struct option_use *o, bool bundled,
                       char *const *environment, struct unit_words *w) {
        const char *value = unit_value(o, environment);
        const char *key = value ? quadlet_key(o->canonical, value) : NULL;
        _cleanup_free_ char *whole = value ? str_printf("%s=%s", o->canonical, value) : xstrdup(o->canonical);
        if (o->words == 2 && !bundled) {
                strv_add(&w->options, o->option);
                strv_add(&w->options, value);
        } else
                /* a letter of a bundle must be written alone now */
                strv_add(&w->options, bundled || value != o->value ? whole : run->argv[o->word]);
        if (key)
                add_key(w, key, xstrdup(value), !str_equal(key, "Environment"));
        else
                add_key(w, "PodmanArgs", TAKE(whole), false);
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

/* Host paths that may be on a file system of their own, which must be mounted first. */
static void add_mount(struct unit_words *w, const char *host) {
        static const char *const early[] = { "/etc", "/usr", "/run", "/var/run", "/proc", "/sys",
                                             "/dev", "/tmp", "/lib", "/bin",     "/sbin" };
        if (host[0] != '/' || !plain_word(host) || strstr(host, "/.") || strstr(host, "//"))
                return;
        for (size_t i = 0; i < ELEMENTS(early); i++)
                if (path_below(host, early[i]))
                        return;
        size_t n = strlen(host);
        if (host[n - 1] == '/')
                n--;
        _cleanup_free_ char *path = xstrndup(host, n);
        if (n > 0 && !strv_contains(w->mounts, path))
                strv_add(&w->mounts, path);
}

static void plan_unit_words_read_options(const struct command *run, char *const *environment,
                                         struct unit_words *w) {
        size_t verb = 1;        /* the index of "run": options before it are the engine's own */
        while (verb < run->operand && !str_equal(run->argv[verb], "run"))
                verb++;
        for (size_t i = 1; i < verb; i++)
                if (!str_equal(run->argv[i], "container"))
                        strv_add(&w->global, run->argv[i]);
        for (size_t i = 0; i < run->n_options; i++) {
                const struct option_use *o = run->options + i;
                if (o->word > verb && o->word < run->operand && !is_replaced(run, o))
                        add_option(run, o, is_bundled(run, i), environment, w);
        }
        for (size_t i = 0; i < run->n_mounts; i++)
                if (!run->mounts[i].volume)
                        add_mount(w, run->mounts[i].host);
}

int unit_words_read(const char *name, const struct command *run, const struct command *stop,
                    char *const *environment, struct unit_words *ret, struct error **reterr) {
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
        plan_unit_words_read_options(run, environment, &w);
        read_stop(run, stop, &w);
        int r = plan_unit_words_check_words(run, &w, reterr);
        if (r < 0)
                return r;
        if (!plain_word(w.engine))
                return error_set(reterr, -EINVAL, "The path of the engine cannot stand in a unit");
        if (!plain_word(w.container) || w.container[0] == '-')
                return error_set(reterr, -EINVAL, "The name that the RUN label gives its container is not "
                                                  "valid");
        if (!reference_valid(w.image))
                return error_set(reterr, -EINVAL, "The image that the RUN label names is not valid");
        *ret = w;
        w = (struct unit_words) {};
        return 0;
}
