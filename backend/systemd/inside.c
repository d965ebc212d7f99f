/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Properties of a unit for people, by the table of model/service/inside.h, and its processes, as systemd
 * lists them from its cgroup. */

#include "backend/systemd/internal.h"

#include "backend/io/turn.h"

#define INSIDE_TEXTS_MAX 256U
#define INSIDE_PROCESSES_MAX 512U

struct units_inside {
        struct op op;
        char *name;
        sd_bus_slot *slot;
        struct unit_inside *inside;
        struct error *error;
        inside_done_t done;
        void *userdata;
};

static void units_inside_drop(struct op *op) {
        struct units_inside *i = container_of(op, struct units_inside, op);
        sd_bus_slot_unref(i->slot);
        unit_inside_free(i->inside);
        error_free(i->error);
        free(i->name);
}

static void units_inside_end(void *state) {
        struct units_inside *i = state;
        struct error *e = TAKE(i->error);
        struct unit_inside *inside = e ? NULL : TAKE(i->inside);
        op_end(&i->op);
        i->done(inside, e, i->userdata);
}

/* ---- properties ---- */

static int inside_read_texts(sd_bus_message *m, char ***ret) {
        const char *text;
        int r = sd_bus_message_enter_container(m, 'a', "s");
        for (size_t n = 0; r >= 0 && (r = sd_bus_message_read(m, "s", &text)) > 0; n++)
                if (n < INSIDE_TEXTS_MAX)
                        strv_add(ret, text);
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

/* The words of each, with a blank between. */
static int inside_read_commands(sd_bus_message *m, char ***ret) {
        int r = sd_bus_message_enter_container(m, 'a', "(sasbttttuii)");
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'r', "sasbttttuii")) > 0) {
                _cleanup_strv_ char **argv = NULL;
                r = sd_bus_message_skip(m, "s");
                r = r < 0 ? r : inside_read_texts(m, &argv);
                r = r < 0 ? r : sd_bus_message_skip(m, "bttttuii");
                if (r >= 0)
                        strv_take(ret, strv_join(argv, " "));
                r = r < 0 ? r : sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

/* 1: it has a value now; 0: its type is none of those of the table. */
static int inside_read_value(sd_bus_message *m, const char *type, struct unit_property *p) {
        bool word = p->row->kind == PROPERTY_WORD;
        union {
                int32_t i;
                uint32_t u;
                uint64_t t;
                int b;
                const char *s;
        } value = {};
        if (word && strcmp(type, "as") == 0)
                return inside_read_texts(m, &p->texts);
        if (word && strcmp(type, "a(sasbttttuii)") == 0)
                return inside_read_commands(m, &p->texts);
        bool number = !word && STR_IN_SET(type, "i", "u", "t", "b");
        if (!number && !(word && strcmp(type, "s") == 0))
                return 0;
        int r = sd_bus_message_read_basic(m, type[0], &value);
        if (r < 0)
                return r;
        if (word && *value.s)
                strv_add(&p->texts, value.s);
        p->number = word             ? 0
                    : type[0] == 'i' ? (uint64_t) (int64_t) value.i
                    : type[0] == 'u' ? value.u
                    : type[0] == 'b' ? value.b != 0
                                     : value.t;
        return 1;
}

static int inside_read_property(sd_bus_message *m, struct unit_inside *inside) {
        const char *name, *type;
        int r = sd_bus_message_read(m, "s", &name);
        if (r < 0 || (r = sd_bus_message_peek_type(m, NULL, &type)) < 0)
                return r;
        const struct property_row *row = property_find(name);
        struct unit_property p = { .row = row };
        if (!row || (r = sd_bus_message_enter_container(m, 'v', type)) < 0)
                return row ? r : sd_bus_message_skip(m, "v");
        _cleanup_free_ char *copy = xstrdup(type);
        r = inside_read_value(m, copy, &p);
        if (r == 0)
                r = sd_bus_message_skip(m, copy);
        if (r < 0) {
                strv_free(p.texts);
                return r;
        }
        inside->properties[row - property_rows] = p;
        return sd_bus_message_exit_container(m);
}

static int inside_read_all(sd_bus_message *m, struct unit_inside *inside) {
        int r = sd_bus_message_enter_container(m, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
                r = inside_read_property(m, inside);
                r = r < 0 ? r : sd_bus_message_exit_container(m);
        }
        return r;
}

/* The table's rows that came, in its order. */
static void inside_close_gaps(struct unit_inside *inside) {
        for (size_t i = 0; i < property_rows_n; i++)
                if (inside->properties[i].row)
                        inside->properties[inside->n_properties++] = inside->properties[i];
}

static int units_on_properties(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct units_inside *i = userdata;
        i->slot = sd_bus_slot_unref(i->slot);
        i->inside->properties = xcalloc(property_rows_n, sizeof *i->inside->properties);
        int r;
        if (sd_bus_message_is_method_error(m, NULL))
                bus_fail(&i->error, m, 0, "%s could not be looked at", i->name);
        else if ((r = inside_read_all(m, i->inside)) < 0)
                error_errno(&i->error, r, "systemd's answer about %s cannot be read", i->name);
        inside_close_gaps(i->inside);
        units_inside_end(i);
        return 0;
}

/* ---- processes ---- */

static int units_on_processes(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct units_inside *i = userdata;
        struct unit_inside *inside = i->inside;
        const char *command;
        uint32_t pid;
        i->slot = sd_bus_slot_unref(i->slot);
        int r;
        if (sd_bus_message_is_method_error(m, NULL)) {
                bus_fail(&i->error, m, 0, "The processes of %s could not be listed", i->name);
                units_inside_end(i);
                return 0;
        }
        r = sd_bus_message_enter_container(m, 'a', "(sus)");
        while (r >= 0 && (r = sd_bus_message_read(m, "(sus)", NULL, &pid, &command)) > 0) {
                inside->cut = inside->n_processes >= INSIDE_PROCESSES_MAX;
                if (inside->cut)
                        break;
                room_for_one((void **) &inside->processes, inside->n_processes, sizeof *inside->processes);
                inside->processes[inside->n_processes++] =
                        (struct process){ .pid = pid, .uid = UINT32_MAX, .command = xstrdup(command) };
        }
        if (r < 0)
                error_errno(&i->error, r, "systemd's answer about %s cannot be read", i->name);
        units_inside_end(i);
        return 0;
}

struct op *units_inside(struct units *units, const char *name, enum inside_part part, inside_done_t done,
                        void *userdata) {
        struct units_inside *i = new0(struct units_inside);
        *i = (struct units_inside){ .op.drop = units_inside_drop,
                                    .name = xstrdup(name),
                                    .inside = new0(struct unit_inside),
                                    .done = done,
                                    .userdata = userdata };
        i->inside->part = part;
        int r = unit_name_check(name, &i->error);
        r = r < 0 ? r : units_connect(units, &i->error);
        if (r >= 0 && part == INSIDE_PROPERTIES)
                r = units_get_all(units, name, &i->slot, units_on_properties, i, &i->error);
        else if (r >= 0) {
                r = sd_bus_call_method_async(units->bus, &i->slot, SYSTEMD_NAME, SYSTEMD_PATH,
                                             SYSTEMD_MANAGER, "GetUnitProcesses", units_on_processes, i, "s",
                                             name);
                if (r < 0)
                        bus_fail(&i->error, NULL, r, "The processes of %s could not be listed", name);
        }
        return r < 0 ? op_answer(&i->op, units->event, units_inside_end) : &i->op;
}
