/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* The dependencies of a unit, both ways, as a tree: each relation, its units, and theirs by the same
 * relation, looked up when a branch is opened. */

#include "model/service/address.h"
#include "ui/screens/parts/unit-actions.h"

#define TREE_DEEP 24U
#define TREE_ROWS_MAX 20000U

static const struct {
        const char *title;
        size_t offset; /* of the list in struct unit_detail */
} relations[] = {
#define R(title, member) \
        { title, offsetof(struct unit_detail, member) }
        R("requires", requires),
        R("binds to", binds_to),
        R("must be up already", requisite),
        R("wants", wants),
        R("keeps up", upholds),
        R("is part of", part_of),
        R("starts", triggers),
        R("is started by", triggered_by),
        R("is required by", required_by),
        R("is bound by", bound_by),
        R("must be up for", requisite_of),
        R("is wanted by", wanted_by),
        R("is kept up by", upheld_by),
        R("has as parts", consists_of),
        R("stops with it", stops),
        R("conflicts with", conflicts),
        R("starts after", after),
        R("starts before", before),
#undef R
};

struct tree_node {
        char *id;   /* the way to it */
        char *name; /* of the unit; NULL: a relation */
        size_t relation;
        unsigned depth;
        bool open, leaf; /* leaf: it was looked at, and has none */
};

struct tree_state {
        struct unit_detail *root; /* NULL: no answer yet */
        struct unit_list *units;  /* for their states; NULL: not known yet */
        struct op *listing, *opening;
        char *wanted; /* id of the branch that is being opened */
        struct tree_node *nodes;
        size_t n;
};

static char **tree_list(const struct unit_detail *d, size_t relation) {
        return *(char ***) ((char *) d + relations[relation].offset);
}

/* ---- the nodes ---- */

static void tree_free_node(struct tree_node *node) {
        FREE_ALL(node->id, node->name);
}

static void tree_insert(struct tree_state *st, size_t at, struct tree_node node) {
        st->nodes = xreallocarray(st->nodes, st->n + 1, sizeof *st->nodes);
        memmove(st->nodes + at + 1, st->nodes + at, (st->n - at) * sizeof *st->nodes);
        st->nodes[at] = node;
        st->n++;
}

/* Puts the units of the list below the node at this place. */
static void tree_grow(struct tree_state *st, size_t at, char *const *names) {
        size_t relation = st->nodes[at].relation, place = at + 1;
        unsigned depth = st->nodes[at].depth + 1;
        st->nodes[at].open = true;
        for (; names && *names && st->n < TREE_ROWS_MAX; names++)
                tree_insert(st, place++,
                            (struct tree_node){ .id = str_printf("%s/%s", st->nodes[at].id, *names),
                                                .name = xstrdup(*names),
                                                .relation = relation,
                                                .depth = depth });
}

static void tree_fold(struct tree_state *st, size_t at) {
        size_t end = at + 1;
        while (end < st->n && st->nodes[end].depth > st->nodes[at].depth)
                tree_free_node(&st->nodes[end++]);
        memmove(st->nodes + at + 1, st->nodes + end, (st->n - end) * sizeof *st->nodes);
        st->n -= end - at - 1;
        st->nodes[at].open = false;
}

/* Most units have a handful of requirements and some dozens of orders: only what binds is open at first. */
static void tree_build(struct tree_state *st) {
        for (size_t i = 0; i < st->n; i++)
                tree_free_node(&st->nodes[i]);
        st->n = 0;
        for (size_t i = 0; i < ELEMENTS(relations); i++) {
                char **names = tree_list(st->root, i);
                if (!strv_length(names))
                        continue;
                tree_insert(st, st->n, (struct tree_node){ .id = str_printf("%zu", i), .relation = i });
                bool order =
                        STR_IN_SET(relations[i].title, "conflicts with", "starts after", "starts before");
                if (!order)
                        tree_grow(st, st->n - 1, names);
        }
}

/* ---- rows ---- */

static const struct column columns[] = {
        { "UNIT", 24, 60, 0, .fit = true, .middle = true },
        { "STATE", 10, 12, 0 },
        { "DESCRIPTION", 12, 40, 1, .grow = true },
};

static const struct tree_node *tree_at(const struct screen *s, size_t row) {
        const struct tree_state *st = s->state;
        return row < st->n ? &st->nodes[row] : NULL;
}

static const struct unit *tree_unit(const struct tree_state *st, const char *name) {
        size_t low = 0, high = st->units ? st->units->n : 0;
        while (low < high) {
                size_t middle = (low + high) / 2;
                int order = strcmp(st->units->items[middle].name, name);
                if (order == 0)
                        return &st->units->items[middle];
                *(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
        }
        return NULL;
}

static void tree_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct screen *s = owner;
        const struct tree_state *st = s->state;
        const struct tree_node *node = tree_at(s, row);
        const struct unit *unit = node->name ? tree_unit(st, node->name) : NULL;
        if (column == 0) {
                unsigned depth = node->depth > 10 ? 10 : node->depth;
                snprintf(ret->buffer, sizeof ret->buffer, "%*s%s %s", (int) depth * 2, "",
                         node->leaf   ? " "
                         : node->open ? "-"
                                      : "+",
                         node->name ? node->name : relations[node->relation].title);
                ret->text = ret->buffer;
                ret->style = node->name ? STYLE_PLAIN : STYLE_STRONG;
        } else if (!node->name) {
                ret->text = "";
                if (column == 1) {
                        snprintf(ret->buffer, sizeof ret->buffer, "%zu",
                                 strv_length(tree_list(st->root, node->relation)));
                        ret->text = ret->buffer;
                }
        } else if (column == 1) {
                ret->text = unit ? unit_state_text(unit) : st->units ? "not loaded" : "...";
                ret->style = unit ? unit_state_style(ret->text) : STYLE_PLAIN;
        } else
                ret->text = unit ? unit->description : "";
}

static const char *tree_identity(const void *owner, size_t row) {
        return tree_at(owner, row)->id;
}

static char tree_flag(const void *owner, size_t row) {
        const struct screen *s = owner;
        const struct tree_node *node = tree_at(s, row);
        const struct unit *unit = node->name ? tree_unit(s->state, node->name) : NULL;
        return unit && unit_has_failed(unit) ? '!' : ' ';
}

static const struct list_source tree_source = {
        .bare = true,
        .columns = columns,
        .n_columns = ELEMENTS(columns),
        .cell = tree_cell,
        .identity = tree_identity,
        .flag = tree_flag,
};

/* ---- answers ---- */

static void tree_listed(struct unit_list *units, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct tree_state *st = s->state;
        st->listing = op_cancel(st->listing);
        error_free(e); /* then they have no states */
        if (units) {
                unit_list_free(st->units);
                st->units = units;
        }
        list_set(s->list, st->n);
        screen_invalidate(s);
}

static void tree_loaded(struct unit_detail *detail, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct tree_state *st = s->state;
        if (detail) {
                unit_detail_free(st->root);
                st->root = detail;
                tree_build(st);
        }
        screen_loaded(s, st->n, e, 0);
}

static void tree_load(struct screen *s, unsigned topics) {
        struct tree_state *st = s->state;
        if (!reload_wanted(&s->loading, topics))
                return;
        uint32_t uid;
        unit_address_name(s->about, &uid);
        _cleanup_free_ char *all = uid == UNIT_SYSTEM ? NULL : unit_address(uid, "");
        s->loading.op = host_show_unit(ui_host(s->ui), s->about, tree_loaded, s);
        op_cancel(st->listing);
        st->listing = host_list_units(ui_host(s->ui), all, tree_listed, s);
}

static void tree_opened(struct unit_detail *detail, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct tree_state *st = s->state;
        st->opening = op_cancel(st->opening);
        size_t at = 0;
        while (at < st->n && !str_equal(st->nodes[at].id, st->wanted))
                at++;
        char **names = detail && at < st->n ? tree_list(detail, st->nodes[at].relation) : NULL;
        if (at < st->n && strv_length(names))
                tree_grow(st, at, names);
        else if (at < st->n)
                st->nodes[at].leaf = true;
        if (e)
                screen_say(s, "%s", e->message);
        else if (at < st->n && st->nodes[at].leaf)
                screen_say(s, "Nothing more below it: Enter opens its own page");
        error_free(e);
        unit_detail_free(detail);
        list_set(s->list, st->n);
        screen_invalidate(s);
}

/* ---- the screen ---- */

static void tree_open_page(struct screen *s, const char *name) {
        uint32_t uid;
        unit_address_name(s->about, &uid);
        _cleanup_free_ char *address = unit_address(uid, name);
        screen_open(s->ui, &unit_screen, address);
}

/* A unit of its own branch again would go on for ever. */
static bool tree_is_circle(const struct tree_state *st, size_t at) {
        unsigned depth = st->nodes[at].depth;
        for (size_t i = at; i-- > 0;) {
                if (st->nodes[i].depth >= depth)
                        continue;
                depth = st->nodes[i].depth;
                if (str_equal(st->nodes[i].name, st->nodes[at].name))
                        return true;
        }
        return str_equal(st->root->unit.name, st->nodes[at].name);
}

static void tree_toggle(struct screen *s, size_t at) {
        struct tree_state *st = s->state;
        struct tree_node *node = &st->nodes[at];
        if (node->open)
                tree_fold(st, at);
        else if (!node->name)
                tree_grow(st, at, tree_list(st->root, node->relation));
        else if (node->leaf) {
                tree_open_page(s, node->name);
                return;
        } else if (node->depth >= TREE_DEEP || tree_is_circle(st, at)) {
                screen_say(s, "%s stands above already; u opens its page", node->name);
                return;
        } else {
                uint32_t uid;
                unit_address_name(s->about, &uid);
                _cleanup_free_ char *address = unit_address(uid, node->name);
                str_replace(&st->wanted, node->id);
                op_cancel(st->opening);
                st->opening = host_show_unit(ui_host(s->ui), address, tree_opened, s);
        }
        list_stay(s->list);
        list_set(s->list, st->n);
        screen_invalidate(s);
}

static void tree_close(struct screen *s) {
        struct tree_state *st = s->state;
        op_cancel(st->listing);
        op_cancel(st->opening);
        unit_detail_free(st->root);
        unit_list_free(st->units);
        for (size_t i = 0; i < st->n; i++)
                tree_free_node(&st->nodes[i]);
        FREE_ALL(st->nodes, st->wanted);
}

static void tree_title(const struct screen *s, struct str *left, struct str *right) {
        str_addf(left, "%s  dependencies", unit_address_name(s->about, NULL));
        list_place_text(s->list, right);
}

static void tree_draw(struct screen *s, const struct canvas *c) {
        screen_draw_rows(s, c, "dependency", "No other unit has to do with it.");
}

static void tree_status(const struct screen *s, struct str *out) {
        const struct tree_state *st = s->state;
        size_t row = list_settled_row(s->list);
        const struct tree_node *node = row == LIST_NONE ? NULL : tree_at(s, row);
        if (st->opening)
                str_add(out, "Asking systemd ...");
        else if (node && node->name)
                str_addf(out, "%s %s: Enter %s, u opens its page.", relations[node->relation].title,
                         node->name,
                         node->open   ? "closes the branch"
                         : node->leaf ? "opens its page"
                                      : "opens the branch");
}

static bool tree_can(const struct screen *s, enum action action) {
        size_t row = list_row(s->list);
        const struct tree_node *node = row == LIST_NONE ? NULL : tree_at(s, row);
        return action == ACTION_UNIT ? node && node->name : action != ACTION_OPEN || node;
}

static bool tree_act(struct screen *s, enum action action) {
        size_t row = list_row(s->list);
        if (action == ACTION_OPEN)
                tree_toggle(s, row);
        else if (action == ACTION_UNIT)
                tree_open_page(s, tree_at(s, row)->name);
        else
                return false;
        return true;
}

const struct screen_class unit_tree_screen = {
        .name = "dependencies",
        .title = "Unit",
        .way = "3 Enter d ",
        .help = "What a unit needs and what needs it, as a tree. Each line with a + is a branch: Enter opens "
                "it, "
                "and closes it again. Below a unit stand those that it has by the same relation. Failed ones "
                "are "
                "marked \"!\".\n"
                "u opens the page of the unit under the focus.",
        .size = sizeof(struct tree_state),
        .about = true,
        .source = &tree_source,
        .looking = "Asking systemd ...",
        .bindings = (const struct binding[]){ { KEY_RETURN, ACTION_OPEN, "open, close" },
                                              { 'u', ACTION_UNIT, "its page" },
                                              {} },
        .close = tree_close,
        .title_text = tree_title,
        .draw = tree_draw,
        .status = tree_status,
        .can = tree_can,
        .act = tree_act,
        .changed = tree_load,
};
