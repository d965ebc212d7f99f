/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* The common settings of a unit as a form, filled with what its files say. What systemd's own check refuses
 * stands below its field; what it takes is shown as the text of a drop-in before it counts. */

#include "model/plan/drop-in.h"
#include "ui/dialog.h"
#include "ui/widgets/form.h"

struct edit_value {
        const struct drop_in_setting *setting;
        char *now;  /* what the field begins with; "" */
        char *note; /* below the field: what else says so, or why it was refused; NULL */
        bool refused;
};

struct edit_state {
        char *path; /* of the drop-in that a change goes into */
        struct param *params;      /* their texts are those of the table of settings */
        struct edit_value *values; /* of each */
        size_t n;
        struct answers *answers;
        struct form *form; /* NULL: no answer yet */
        struct op *planning;
        char **set; /* what was typed before, then what is being checked */
};

/* ---- what its files say ---- */

static struct edit_value *edit_find(const struct edit_state *st, const char *name) {
        for (size_t i = 0; i < st->n; i++)
                if (str_equal(st->values[i].setting->name, name))
                        return &st->values[i];
        return NULL;
}

/* The last file counts, but of a list each does: then the field has the part of our own. */
static void edit_read_file(const struct screen *s, struct edit_value *v, const struct unit_text *file) {
        if (!file->text || file->role == ROLE_SOURCE)
                return;
        const struct edit_state *st = s->state;
        _cleanup_free_ char *value = drop_in_value(s->about, v->setting, file->text);
        bool ours = str_equal(file->path, st->path), list = v->setting->list;
        if (value && (ours || !list))
                str_replace(&v->now, value);
        if (!value || ours)
                return;
        char *note = list && v->note ? str_printf("%s, %s by %s", v->note, value, file->path)
                     : list          ? str_printf("besides %s by %s", value, file->path)
                                     : str_printf("set to %s by %s", value, file->path);
        free(v->note);
        v->note = note;
}

static void edit_read(struct screen *s, const struct unit_inside *inside) {
        struct edit_state *st = s->state;
        for (size_t i = 0; i < st->n; i++) {
                struct edit_value *v = &st->values[i];
                _cleanup_free_ char *before = TAKE(v->now);
                str_replace(&v->note, NULL);
                v->refused = false;
                v->now = xstrdup("");
                for (size_t k = 0; k < inside->n_files; k++)
                        edit_read_file(s, v, &inside->files[k]);
                /* what somebody typed stays */
                if (!before || str_equal(answers_get(st->answers, v->setting->name), before))
                        answers_set(st->answers, v->setting->name, v->now, FORM_UNCHANGED);
        }
}

/* What was typed before the last look. */
static void edit_restore(struct edit_state *st) {
        for (char **pair = st->set; pair && *pair; pair++) {
                size_t n = strcspn(*pair, "=");
                _cleanup_free_ char *name = xstrndup(*pair, n);
                answers_set(st->answers, name, *pair + n + 1, "typed");
        }
}

static const char *edit_note(const struct param *p, const void *userdata) {
        const struct edit_value *v = edit_find(userdata, p->name);
        return v ? v->note : NULL;
}

static void edit_loaded(struct unit_inside *inside, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct edit_state *st = s->state;
        const struct form_options options = {
                .params = st->params, .n = st->n, .answers = st->answers, .note = edit_note, .userdata = st
        };
        if (inside)
                edit_read(s, inside);
        if (inside && st->form)
                form_refresh(st->form);
        else if (inside) {
                edit_restore(st);
                st->form = form_new(&options);
        }
        unit_inside_free(inside);
        screen_loaded(s, 0, e, TOPIC_UNITS);
}

static void edit_load(struct screen *s, unsigned topics) {
        if (reload_wanted(&s->loading, topics))
                s->loading.op = host_look_inside(ui_host(s->ui), s->about, INSIDE_FILES, edit_loaded, s);
}

/* ---- systemd's check ---- */

/* Each refusal begins with its line: the field has the words behind it. false: it is about no field. */
static bool edit_refuse(struct screen *s, const struct error *e) {
        struct edit_state *st = s->state;
        bool found = false;
        for (; e; e = e->cause) {
                size_t n = strcspn(e->message, "=");
                _cleanup_free_ char *name = xstrndup(e->message, n);
                struct edit_value *v = e->message[n] ? edit_find(st, name) : NULL;
                if (!v)
                        continue;
                free(v->note);
                v->note = str_printf("! %s", e->message);
                v->refused = true;
                found = found || form_go(st->form, name);
        }
        return found;
}

static void edit_checked(struct plan *plan, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct edit_state *st = s->state;
        st->planning = op_cancel(st->planning);
        screen_invalidate(s);
        if (plan) {
                const struct wizard_order order = { .verb = VERB_EDIT, .name = s->about, .set = st->set };
                plan_free(plan);
                screen_replace(s, &wizard_screen, &order);
        } else if (edit_refuse(s, e)) {
                screen_say(s, "%s; see below the field", e->message);
                error_free(e);
        } else
                dialog_error(s->ui, e);
}

/* The fields that are not as they were, as words of an order; NULL: none. The caller frees. */
static char **edit_different(const struct edit_state *st) {
        char **set = NULL;
        for (size_t i = 0; st->form && i < st->n; i++) {
                const char *name = st->values[i].setting->name, *value = answers_get(st->answers, name);
                if (!str_equal(value ? value : "", st->values[i].now))
                        strv_addf(&set, "%s=%s", name, value ? value : "");
        }
        return set;
}

static void edit_next(struct screen *s) {
        struct edit_state *st = s->state;
        _cleanup_error_ struct error *e = NULL;
        if (form_finish(st->form, &e) < 0) {
                screen_say(s, "%s", e->message);
                return;
        }
        strv_free(st->set);
        st->set = edit_different(st);
        if (!st->set) {
                screen_say(s, "Nothing is different: change a field first");
                return;
        }
        const struct plan_order order = { .verb = VERB_EDIT, .name = s->about, .set = st->set };
        op_cancel(st->planning);
        st->planning = host_make_plan(ui_host(s->ui), &order, edit_checked, s);
        screen_invalidate(s);
}

/* ---- the screen ---- */

static void edit_open(struct screen *s, const void *arg) {
        struct edit_state *st = s->state;
        const struct edit_order *order = arg;
        size_t all = 0;
        s->about = xstrdup(order->unit);
        st->path = drop_in_path(s->about);
        strv_extend(&st->set, order->set);
        while (drop_in_settings[all].name)
                all++;
        st->params = xcalloc(all, sizeof *st->params);
        st->values = xcalloc(all, sizeof *st->values);
        st->answers = new0(struct answers);
        for (const struct drop_in_setting *setting = drop_in_settings; setting->name; setting++) {
                if (!drop_in_has(s->about, setting))
                        continue;
                st->values[st->n].setting = setting;
                st->params[st->n++] = (struct param){ .name = (char *) setting->name,
                                                      .title = (char *) setting->name,
                                                      .help = (char *) setting->help,
                                                      .type = PARAM_TEXT };
        }
}

static void edit_close(struct screen *s) {
        struct edit_state *st = s->state;
        op_cancel(st->planning);
        form_free(st->form);
        answers_free(st->answers);
        for (size_t i = 0; i < st->n; i++)
                FREE_ALL(st->values[i].now, st->values[i].note);
        strv_free(st->set);
        FREE_ALL(st->path, st->params, st->values);
}

static void edit_title(const struct screen *s, struct str *left, struct str *right) {
        str_add(left, s->about);
        str_add(right, "settings");
}

static void edit_draw(struct screen *s, const struct canvas *c) {
        const struct edit_state *st = s->state;
        if (!st->form) {
                screen_draw_text(s, c);
                return;
        }
        int row = c->rows > 16 ? canvas_paragraph(c, 0, 2, c->columns - 4, STYLE_PLAIN,
                                                  "What you change is written to a drop-in of its own; an "
                                                  "empty field takes the setting out of it again. Nothing is "
                                                  "restarted.") +
                                         1
                               : 0;
        struct canvas fields = canvas_part(c, row, 0, -1, -1);
        form_draw(st->form, &fields);
}

static void edit_status(const struct screen *s, struct str *out) {
        const struct edit_state *st = s->state;
        const struct param *p = st->form ? form_focus(st->form) : NULL;
        if (st->planning)
                str_add(out, "systemd checks it ...");
        else if (p)
                str_addf(out, "%s: %s", p->title, p->help);
}

static bool edit_typing(const struct screen *s) {
        const struct edit_state *st = s->state;
        return st->form;
}

/* What was refused is another value now. */
static void edit_typed(struct edit_value *v) {
        if (!v || !v->refused)
                return;
        v->refused = false;
        str_replace(&v->note, NULL);
}

static bool edit_type(struct screen *s, int key) {
        struct edit_state *st = s->state;
        bool next = false;
        const struct param *p = st->form ? form_focus(st->form) : NULL;
        _cleanup_free_ char *before = p ? xstrdup(answers_get(st->answers, p->name)) : NULL;
        if (!st->form || !form_key(st->form, key, &next))
                return false;
        if (p && !str_equal(before, answers_get(st->answers, p->name)))
                edit_typed(edit_find(st, p->name));
        if (next)
                edit_next(s);
        return true;
}

static bool edit_can(const struct screen *s, enum action action) {
        const struct edit_state *st = s->state;
        if (action == ACTION_NEXT_FIELD)
                return st->form && !form_at_last(st->form);
        return action != ACTION_NEXT_PAGE || (st->form && !st->planning);
}

static void edit_leave(struct screen *s) {
        _cleanup_strv_ char **set = edit_different(s->state);
        const struct question question = {
                .title = "Leave the settings",
                .text = "What you typed is lost. Nothing was changed on this host.",
                .yes = "Leave",
                .no = "Stay"
        };
        if (set)
                dialog_confirm(s, &question, screen_close);
        else
                screen_close(s);
}

static bool edit_act(struct screen *s, enum action action) {
        const struct edit_state *st = s->state;
        if (action == ACTION_BACK || action == ACTION_ESCAPE || action == ACTION_INTERRUPT) {
                edit_leave(s);
                return true;
        }
        if (action != ACTION_NEXT_PAGE || !st->form)
                return false;
        edit_next(s);
        return true;
}

const struct screen_class edit_screen = {
        .name = "edit",
        .title = "Edit",
        .way = "3 Enter E ",
        .help = "The common settings of a unit, as its files say them: restart, limits, environment, order, "
                "mounts to wait for. What you change goes into a drop-in of its own, beside whatever else "
                "configures the unit.\n"
                "Ctrl-D, or Enter on the last field, has systemd check it: what it refuses is said below the "
                "field in its own words. What it takes is shown as it will be written, and nothing counts "
                "before you consent. It is a job: p on it restores what was there.",
        .size = sizeof(struct edit_state),
        .topics = TOPIC_UNITS,
        .keep = "to the form",
        .text = PAGER_WORDS,
        .looking = "Reading its files ...",
        .bindings = (const struct binding[]){ { KEY_RETURN, ACTION_NEXT_FIELD },
                                              { KEY_RETURN, ACTION_NEXT_PAGE },
                                              { KEY_CTRL('D'), ACTION_NEXT_PAGE },
                                              {} },
        .open = edit_open,
        .close = edit_close,
        .title_text = edit_title,
        .draw = edit_draw,
        .status = edit_status,
        .can = edit_can,
        .act = edit_act,
        .changed = edit_load,
        .typing = edit_typing,
        .type = edit_type,
};
