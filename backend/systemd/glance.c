/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a line about a service says: a few properties, asked for one by one and all at once. A service has
 * some 300, and to make, carry and read them all takes systemd, the bus and us longer than all else of a look
 * at twenty services. Only of one that runs: systemd may forget what does not between two questions, and then
 * reads its files again for each; and what has failed needs its reason. That one is shown instead, and so is
 * the unit of which any answer is an error: no member is left out as if it had no value.
 *
 *     ActiveState -> active: the others at once -> done
 *                 -> else, or an error:  units_show() -> done
 *                 -> the connection is lost: done with that error */

#include "backend/systemd/internal.h"

static const struct glance_property {
        const char *name;
        bool of_service; /* its interface: Service; else Unit */
} glance_properties[] = {
        { "ActiveState" }, /* first: it decides about the others, and is asked again with them */
        { "LoadState" },
        { "Description" },
        { "UnitFileState" },
        { "StateChangeTimestamp" },
        { "CanReload" },
        { "RequiredBy" },
        { "WantedBy" },
        { "NRestarts", true },
        { "ControlGroup", true },
        { "CPUUsageNSec", true },
        { "MemoryCurrent", true },
        { "MemoryMax", true },
        { "TasksCurrent", true },
};

struct glance {
        struct op op; /* inner: shows it whole */
        struct units *units;
        char *name, *path;
        struct glance_question {
                struct glance *glance;
                sd_bus_slot *slot;
        } questions[ELEMENTS(glance_properties)];
        unsigned waiting; /* questions without an answer */
        struct unit_detail *detail;
        detail_done_t done;
        void *userdata;
};

static void glance_forget(struct glance *g) {
        for (size_t i = 0; i < ELEMENTS(g->questions); i++)
                g->questions[i].slot = sd_bus_slot_unref(g->questions[i].slot);
        g->detail = unit_detail_free(g->detail);
}

static void glance_drop(struct op *op) {
        struct glance *g = container_of(op, struct glance, op);
        glance_forget(g);
        FREE_ALL(g->name, g->path);
}

static void glance_end(struct unit_detail *detail, struct error *e, void *userdata) {
        struct glance *g = userdata;
        op_end(&g->op);
        g->done(detail, e, g->userdata);
}

static void glance_show(struct glance *g) {
        glance_forget(g);
        op_wait(&g->op, units_show(g->units, g->name, glance_end, g));
}

/* To connect anew here would close the connection before others that wait on it have heard of its end. */
static bool glance_is_lost(struct glance *g) {
        if (sd_bus_is_open(g->units->bus) > 0)
                return false;
        struct error *e = NULL;
        bus_fail(&e, NULL, -ENOTCONN, "%s could not be looked at", g->name);
        glance_end(NULL, e, g);
        return true;
}

/* The property of the answer; an error is one here, too. */
static int glance_read(struct glance_question *q, sd_bus_message *m) {
        const char *contents;
        q->slot = sd_bus_slot_unref(q->slot);
        if (sd_bus_message_is_method_error(m, NULL))
                return -EIO;
        int r = sd_bus_message_peek_type(m, NULL, &contents);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        const struct glance_property *p = &glance_properties[q - q->glance->questions];
        return unit_detail_read_property(m, p->name, contents, q->glance->detail);
}

static int glance_ask(struct glance *g, size_t i, sd_bus_message_handler_t callback) {
        const struct glance_property *p = &glance_properties[i];
        struct glance_question *q = &g->questions[i];
        q->glance = g;
        return sd_bus_call_method_async(
                g->units->bus, &q->slot, SYSTEMD_NAME, g->path, BUS_PROPERTIES, "Get", callback, q, "ss",
                p->of_service ? SYSTEMD_NAME ".Service" : SYSTEMD_NAME ".Unit", p->name);
}

static int glance_on_property(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct glance_question *q = userdata;
        struct glance *g = q->glance;
        if (glance_read(q, m) < 0) {
                if (!glance_is_lost(g))
                        glance_show(g);
                return 0;
        }
        if (--g->waiting)
                return 0;
        /* It ended meanwhile: what was read is of two states. Or its line says why it was restarted. */
        if (!str_equal(g->detail->unit.active, "active") || units_restarted_lately(g->detail))
                glance_show(g);
        else
                glance_end(TAKE(g->detail), NULL, g);
        return 0;
}

static int glance_on_state(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct glance_question *q = userdata;
        struct glance *g = q->glance;
        int r = glance_read(q, m);
        if (r >= 0 && !str_equal(g->detail->unit.active, "active"))
                r = -ESRCH;
        /* Asked again as the last one: an end between it and the others is seen. */
        for (size_t i = ELEMENTS(glance_properties); r >= 0 && i > 0; i--, g->waiting++)
                r = glance_ask(g, i - 1, glance_on_property);
        if (r < 0 && !glance_is_lost(g))
                glance_show(g);
        return 0;
}

struct op *units_glance(struct units *units, const char *name, detail_done_t done, void *userdata) {
        struct glance *g = new0(struct glance);
        *g = (struct glance){ .op.drop = glance_drop,
                              .units = units,
                              .name = xstrdup(name),
                              .detail = unit_detail_new(),
                              .done = done,
                              .userdata = userdata };
        g->detail->unit.name = xstrdup(name);
        bool service = str_ends(name, ".service") && !unit_template(name) && unit_name_check(name, NULL) >= 0;
        if (!service || units_connect(units, NULL) < 0 ||
            sd_bus_path_encode(SYSTEMD_UNITS, name, &g->path) < 0) {
                glance_show(g);
                return &g->op;
        }
        units_expect_echo(units, name);
        if (glance_ask(g, 0, glance_on_state) < 0)
                glance_show(g);
        return &g->op;
}
