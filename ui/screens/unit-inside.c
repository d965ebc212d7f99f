/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* What is inside a unit, a page each: its files in full, its processes, its properties in words, and the
 * container behind it, with a shell in it. */

#include <time.h>

#include "base/text.h"
#include "base/words.h"
#include "model/plan/drop-in.h"
#include "model/service/address.h"
#include "ui/dialog.h"
#include "ui/screens/parts/unit-actions.h"

#define NARROW 60
#define UNIT_INSIDE_SHELL "/bin/sh" /* in the container */

struct unit_inside_state {
        enum inside_part part;
        struct unit_inside *inside; /* NULL: no answer yet */
        int columns;
};

static const struct {
        const char *title;
        enum action action;
} unit_inside_parts[_INSIDE_PART_MAX] = {
        [INSIDE_FILES] = { "files", ACTION_FILES },
        [INSIDE_PROCESSES] = { "processes", ACTION_PROCESSES },
        [INSIDE_PROPERTIES] = { "properties", ACTION_PROPERTIES },
        [INSIDE_CONTAINER] = { "container", ACTION_CONTAINER },
};

/* ---- the pages ---- */

static void unit_inside_put_files(struct pager *p, const struct unit_inside *inside) {
        static const char *const roles[] = {
                [ROLE_SOURCE] = "the generator makes the unit from it",
                [ROLE_FRAGMENT] = "unit file",
                [ROLE_DROP_IN] = "drop-in",
        };
        for (size_t i = 0; i < inside->n_files; i++) {
                const struct unit_text *file = &inside->files[i];
                if (i)
                        pager_end(p);
                pager_put(p, DOC_STRONG, "%s", file->path);
                pager_put(p, DOC_DIM, "  %s", roles[file->role]);
                pager_end(p);
                if (!file->text) {
                        pager_addf(p, DOC_BAD, "%s",
                                   file->error ? file->error->message : "It could not be read");
                        continue;
                }
                for (const char *line = file->text; *line;) {
                        size_t n = strcspn(line, "\n");
                        uint8_t mark = line[0] == '['                     ? DOC_HEAD
                                       : line[0] == '#' || line[0] == ';' ? DOC_DIM
                                                                          : 0;
                        pager_addf(p, mark, "%.*s", (int) n, line);
                        line += n + (line[n] == '\n');
                }
        }
        if (!inside->n_files)
                pager_addf(p, DOC_PLAIN,
                           "It has no file: systemd makes it from what the kernel or a program says.");
}

/* A narrow screen has room for the PID and the command. */
static void unit_inside_put_process(struct pager *p, const struct process *q, bool narrow) {
        char size[16];
        _cleanup_free_ char *uid = str_printf("%u", q->uid);
        unsigned depth = q->depth > 12 ? 12 : q->depth;
        if (narrow)
                pager_put(p, DOC_PLAIN, "%7u  ", q->pid);
        else
                pager_put(p, DOC_PLAIN, "%7u %-10.10s %7.1f s %8s  ", q->pid, q->user ? q->user : uid,
                          (double) q->cpu_usec / 1e6, text_size(size, q->memory));
        pager_put(p, q->state == 'Z' || q->state == 'D' ? DOC_WARN : DOC_PLAIN, "%*s%s%s",
                  (int) depth * (narrow ? 1 : 2), "",
                  q->state == 'Z'   ? "ended, not yet waited for: "
                  : q->state == 'D' ? "waits for a device: "
                                    : "",
                  q->command);
        pager_end(p);
}

static void unit_inside_put_processes(struct pager *p, const struct unit_inside *inside, bool narrow) {
        if (narrow)
                pager_addf(p, DOC_HEAD, "%7s  %s", "PID", "COMMAND");
        else
                pager_addf(p, DOC_HEAD, "%7s %-10s %9s %8s  %s", "PID", "USER", "CPU TIME", "MEMORY",
                           "COMMAND");
        for (size_t i = 0; i < inside->n_processes; i++)
                unit_inside_put_process(p, &inside->processes[i], narrow);
        if (!inside->n_processes)
                pager_addf(p, DOC_PLAIN, "  none now");
        if (inside->cut)
                pager_addf(p, DOC_DIM, "  and more");
}

static void unit_inside_put_properties(struct pager *p, const struct unit_inside *inside) {
        int group = -1;
        for (size_t i = 0; i < inside->n_properties; i++) {
                const struct unit_property *property = &inside->properties[i];
                _cleanup_free_ char *text = property_text(property);
                if (!text)
                        continue;
                if ((int) property->row->group != group) {
                        if (group >= 0)
                                pager_end(p);
                        group = (int) property->row->group;
                        pager_addf(p, DOC_HEAD, "%s", property_group_titles[group]);
                }
                pager_row(p, property->row->title, DOC_PLAIN, "%s", text);
        }
}

static void unit_inside_put_container(const struct screen *s, struct pager *p,
                                      const struct unit_inside *inside, bool narrow) {
        const struct container_inside *c = inside->container;
        char age[24];
        if (!c) {
                pager_addf(p, DOC_PLAIN, "No container of the engine stands behind this unit.");
                return;
        }
        pager_row(p, "container", DOC_STRONG, "%s", c->name ? c->name : "-");
        if (c->started > 0 && c->pid)
                pager_row(p, "state", DOC_PLAIN, "%s for %s", c->status ? c->status : "-",
                          text_age(age, ui_now(s->ui) - c->started));
        else
                pager_row(p, "state", DOC_PLAIN, "%s", c->status ? c->status : "-");
        if (c->health)
                pager_row(p, "health", str_equal(c->health, "unhealthy") ? DOC_BAD : DOC_PLAIN, "%s",
                          c->health);
        pager_row(p, "image", DOC_PLAIN, "%s", c->image ? c->image : "-");
        if (c->image_id)
                pager_row(p, "image id", DOC_PLAIN, "%s", c->image_id);
        _cleanup_free_ char *arguments = strv_join(c->arguments, " ");
        pager_row(p, "command", DOC_PLAIN, "%s %s", c->path ? c->path : "", arguments);
        if (c->privileged)
                pager_row(p, "", DOC_WARN, "privileged: it can do what root can do");
        pager_row(p, "network", DOC_PLAIN, "%s", c->network ? c->network : "-");
        for (char **port = c->ports; port && *port; port++)
                pager_row(p, port == c->ports ? "ports" : "", DOC_PLAIN, "%s", *port);
        for (size_t i = 0; i < c->n_mounts; i++)
                pager_row(p, i ? "" : "mounts", DOC_PLAIN, "%s -> %s%s",
                          c->mounts[i].source ? c->mounts[i].source : "-",
                          c->mounts[i].target ? c->mounts[i].target : "-",
                          c->mounts[i].writable ? "" : ", read-only");
        pager_end(p);
        unit_inside_put_processes(p, inside, narrow);
}

static void unit_inside_compose(struct screen *s) {
        const struct unit_inside_state *st = s->state;
        const struct unit_inside *inside = st->inside;
        bool narrow = st->columns < NARROW;
        pager_clear(s->pager);
        if (!inside)
                return;
        s->pager->name_width = st->part == INSIDE_CONTAINER ? 11 : narrow ? 20 : 29;
        if (st->part == INSIDE_FILES)
                unit_inside_put_files(s->pager, inside);
        else if (st->part == INSIDE_PROCESSES)
                unit_inside_put_processes(s->pager, inside, narrow);
        else if (st->part == INSIDE_PROPERTIES)
                unit_inside_put_properties(s->pager, inside);
        else
                unit_inside_put_container(s, s->pager, inside, narrow);
        screen_invalidate(s);
}

/* ---- answers ---- */

static void unit_inside_loaded(struct unit_inside *inside, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct unit_inside_state *st = s->state;
        if (inside) {
                unit_inside_free(st->inside);
                st->inside = inside;
        }
        unit_inside_compose(s);
        screen_loaded(s, 0, e, TOPIC_UNITS);
}

static void unit_inside_load(struct screen *s, unsigned topics) {
        const struct unit_inside_state *st = s->state;
        if (reload_wanted(&s->loading, topics))
                s->loading.op = host_look_inside(ui_host(s->ui), s->about, st->part, unit_inside_loaded, s);
}

static void unit_inside_turn(struct screen *s, enum inside_part part) {
        struct unit_inside_state *st = s->state;
        st->inside = unit_inside_free(st->inside);
        st->part = part;
        s->pager->pan = 0;
        s->loaded = false;
        pager_clear(s->pager);
        pager_act(s->pager, ACTION_FIRST);
        s->pager->wrap = part == INSIDE_FILES || part == INSIDE_PROCESSES ? PAGER_PAN : PAGER_WORDS;
        unit_inside_load(s, ~0U);
        screen_invalidate(s);
}

/* ---- in the container ---- */

static void unit_inside_run(struct screen *s, char *const *words) {
        const struct unit_inside_state *st = s->state;
        const char *engine = host_engine_path(ui_host(s->ui));
        if (!engine || !st->inside || !st->inside->container)
                return;
        _cleanup_strv_ char **argv = NULL;
        strv_add(&argv, engine);
        strv_add(&argv, "exec");
        strv_add(&argv, "-it");
        strv_add(&argv, st->inside->container->name);
        strv_extend(&argv, words);
        screen_lend(s, words[0], argv, NULL, !str_equal(words[0], UNIT_INSIDE_SHELL));
}

static void unit_inside_typed(struct screen *s, const char *text) {
        _cleanup_strv_ char **words = NULL;
        struct error *e = NULL;
        if (str_empty(text))
                return;
        if (words_split(text, &words, &e) < 0)
                dialog_error(s->ui, e);
        else if (words && words[0])
                unit_inside_run(s, words);
}

/* ---- the screen ---- */

static void unit_inside_open(struct screen *s, const void *arg) {
        struct unit_inside_state *st = s->state;
        const struct unit_inside_order *order = arg;
        s->pager->name_mark = DOC_DIM;
        s->about = xstrdup(order->unit);
        st->part = order->part;
        s->pager->wrap = st->part == INSIDE_FILES || st->part == INSIDE_PROCESSES ? PAGER_PAN : PAGER_WORDS;
}

static void unit_inside_close(struct screen *s) {
        struct unit_inside_state *st = s->state;
        unit_inside_free(st->inside);
}

static void unit_inside_title(const struct screen *s, struct str *left, struct str *right) {
        const struct unit_inside_state *st = s->state;
        str_addf(left, "%s  %s", unit_address_name(s->about, NULL), unit_inside_parts[st->part].title);
        pager_place(s->pager, right);
}

static void unit_inside_resized(struct screen *s, int rows, int columns) {
        struct unit_inside_state *st = s->state;
        st->columns = columns;
        unit_inside_compose(s);
}

/* The name of the Quadlet file that a generator makes it from; NULL: none. */
static const char *unit_inside_quadlet(const struct screen *s) {
        const struct unit_inside_state *st = s->state;
        for (size_t i = 0; st->inside && st->part == INSIDE_FILES && i < st->inside->n_files; i++) {
                const struct unit_text *file = &st->inside->files[i];
                const char *slash = file->role == ROLE_SOURCE ? strrchr(file->path, '/') : NULL;
                if (slash && quadlet_name_valid(slash + 1))
                        return slash + 1;
        }
        return NULL;
}

/* The verb checks, shows and asks, on the terminal that it has alone. */
static void unit_inside_edit(struct screen *s, const char *name) {
        screen_lend(s, "fairlead edit",
                    (char *[]){ (char *) "/proc/self/exe", (char *) "edit", (char *) name, NULL }, NULL,
                    true);
}

static bool unit_inside_can(const struct screen *s, enum action action) {
        const struct unit_inside_state *st = s->state;
        if (action == ACTION_ENTER || action == ACTION_EXEC)
                return st->inside && st->inside->container && st->inside->container->pid &&
                       screen_can_lend(s);
        if (action == ACTION_EDITOR || action == ACTION_QUADLET)
                return st->part == INSIDE_FILES && screen_can_lend(s) &&
                       (action == ACTION_EDITOR || unit_inside_quadlet(s));
        for (size_t i = 0; i < _INSIDE_PART_MAX; i++)
                if (unit_inside_parts[i].action == action)
                        return i != st->part;
        return true;
}

static bool unit_inside_act(struct screen *s, enum action action) {
        for (size_t i = 0; i < _INSIDE_PART_MAX; i++)
                if (unit_inside_parts[i].action == action) {
                        unit_inside_turn(s, (enum inside_part) i);
                        return true;
                }
        if (action == ACTION_EDITOR || action == ACTION_QUADLET) {
                if (!unit_edit_refused(s, s->about))
                        unit_inside_edit(s, action == ACTION_EDITOR ? s->about : unit_inside_quadlet(s));
        } else if (action == ACTION_ENTER)
                unit_inside_run(s, (char *[]){ (char *) UNIT_INSIDE_SHELL, NULL });
        else if (action == ACTION_EXEC)
                screen_ask(s, "Command in the container:", NULL, NULL, unit_inside_typed);
        else
                return false;
        return true;
}

const struct screen_class unit_inside_screen = {
        .name = "inside",
        .title = "Unit",
        .way = "3 Enter v ",
        .help = "What is inside a unit, a page each: v its files, as systemd reads them one after the other; "
                "p its "
                "processes, children below their parents; P its properties in words; c the container behind "
                "it, "
                "with a shell (i) or a command (e) in it. Long lines are cut: Right shows more of them, W "
                "wraps them.\n"
                "On the files, E opens the unit's drop-in in your editor, outside the screen: what you save "
                "is checked by "
                "systemd and shown, and written when you say so; Q likewise that of the Quadlet file which "
                "the unit is made from. Nothing else is changed from here but by "
                "what you "
                "type in the container.",
        .size = sizeof(struct unit_inside_state),
        .text = PAGER_WORDS,
        .name_width = 29,
        .looking = "Looking ...",
        .bindings = (const struct binding[]){ { 'i', ACTION_ENTER },
                                              { 'e', ACTION_EXEC },
                                              { 'E', ACTION_EDITOR },
                                              { 'v', ACTION_FILES },
                                              { 'p', ACTION_PROCESSES },
                                              { 'P', ACTION_PROPERTIES },
                                              { 'c', ACTION_CONTAINER },
                                              { 'Q', ACTION_QUADLET },
                                              { 'W', ACTION_WRAP, NULL, true },
                                              {} },
        .open = unit_inside_open,
        .close = unit_inside_close,
        .title_text = unit_inside_title,
        .can = unit_inside_can,
        .act = unit_inside_act,
        .changed = unit_inside_load,
        .resized = unit_inside_resized,
};
