/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Loaded units and unit files, merged by name. For systemd the files are the dear half: for each of them it walks the
 * unit folders, a second for six hundred of them, and does nothing else meanwhile. So a list that is followed does not
 * wait for them: it is given with what was last known of the files, they are asked for afterwards, and when they come
 * it is told as a change. Who does not follow (a verb) gets both at once. */

#include "backend/units_bus.h"

#include <errno.h>
#include <string.h>

struct file_state {
        char *name;
        char *state;
};

struct unit_file_states {
        struct file_state *items;       /* sorted by name */
        size_t n;
};

struct unit_file_states *unit_file_states_free(struct unit_file_states *states) {
        if (!states)
                return NULL;
        for (size_t i = 0; i < states->n; i++) {
                free(states->items[i].name);
                free(states->items[i].state);
        }
        free(states->items);
        free(states);
        return NULL;
}
DEFINE_CLEANUP(struct unit_file_states, unit_file_states_free)

void units_forget_files(struct units *units) {
        units->files = unit_file_states_free(units->files);
        units->files_asked = sd_bus_slot_unref(units->files_asked);
        units->files_stale = false;
}

struct listing {
        struct units *units;
        struct op *op;
        sd_bus_slot *units_slot, *files_slot;
        sd_event_source *later;
        bool followed;                          /* all units, and changes are told: the files come later */
        struct unit_list *list;                 /* loaded ones */
        struct unit_file_states *files;
        struct error *error;
        void (*done)(struct unit_list *list, struct error *e, void *userdata);
        void *userdata;
};

static void listing_free(struct listing *l) {
        sd_bus_slot_unref(l->units_slot);
        sd_bus_slot_unref(l->files_slot);
        sd_event_source_disable_unref(l->later);
        unit_list_free(l->list);
        unit_file_states_free(l->files);
        error_free(l->error);
        free(l);
}

static void listing_stop(void *userdata) {
        listing_free(userdata);
}

/* ---- reading ---- */

static bool room_for_one(void **items, size_t n, size_t size) {
        if (n & (n - 1))
                return true;
        void *grown = reallocarray(*items, n ? n * 2 : 1, size);
        if (grown)
                *items = grown;
        return grown;
}

static int compare_units(const void *a, const void *b) {
        return strcmp(((const struct unit *) a)->name, ((const struct unit *) b)->name);
}

static int compare_files(const void *a, const void *b) {
        return strcmp(((const struct file_state *) a)->name, ((const struct file_state *) b)->name);
}

/* Device units are there once for each of their many links; the ones that only follow another are left out, as
 * systemctl does. */
static int read_units(sd_bus_message *m, struct unit_list *list) {
        int r = sd_bus_message_enter_container(m, 'a', "(ssssssouso)");
        while (r >= 0) {
                const char *name, *description, *load, *active, *sub, *following, *job;
                uint32_t job_id;
                r = sd_bus_message_read(m, "(ssssssouso)", &name, &description, &load, &active, &sub, &following, NULL,
                                        &job_id, &job, NULL);
                if (r <= 0)
                        break;
                if (*following)
                        continue;
                if (list->n >= UNITS_MAX)
                        return -E2BIG;
                if (!room_for_one((void **) &list->items, list->n, sizeof *list->items))
                        return -ENOMEM;
                struct unit *u = &list->items[list->n++];
                *u = (struct unit) { .name = strdup(name), .description = strdup(description), .load = strdup(load),
                                     .active = strdup(active), .sub = strdup(sub),
                                     .job = job_id ? strdup(job) : NULL };
                if (!u->name || !u->description || !u->load || !u->active || !u->sub)
                        return -ENOMEM;
        }
        if (r >= 0 && list->n)
                qsort(list->items, list->n, sizeof *list->items, compare_units);
        return r < 0 ? r : 0;
}

static int read_files(sd_bus_message *m, struct unit_file_states *files) {
        int r = sd_bus_message_enter_container(m, 'a', "(ss)");
        while (r >= 0) {
                const char *path, *state;
                r = sd_bus_message_read(m, "(ss)", &path, &state);
                if (r <= 0)
                        break;
                if (files->n >= UNITS_MAX)
                        return -E2BIG;
                if (!room_for_one((void **) &files->items, files->n, sizeof *files->items))
                        return -ENOMEM;
                const char *slash = strrchr(path, '/');
                struct file_state *f = &files->items[files->n++];
                *f = (struct file_state) { strdup(slash ? slash + 1 : path), strdup(state) };
                if (!f->name || !f->state)
                        return -ENOMEM;
        }
        if (r >= 0 && files->n)
                qsort(files->items, files->n, sizeof *files->items, compare_files);
        return r < 0 ? r : 0;
}

/* ---- merging ---- */

static int unit_from_file(const struct file_state *f, struct unit *ret) {
        bool masked = str_starts(f->state, "masked");
        *ret = (struct unit) { .name = strdup(f->name), .description = strdup(""),
                               .load = strdup(masked ? "masked" : "not-loaded"), .active = strdup("inactive"),
                               .sub = strdup("dead"), .file_state = strdup(f->state) };
        if (ret->name && ret->description && ret->load && ret->active && ret->sub && ret->file_state)
                return 0;
        unit_done(ret);
        return -ENOMEM;
}

/* Both are sorted; what has a file but was never loaded becomes a unit at rest. Templates ("getty@.service") are no
 * units: they lend their file to instances. */
static int merge(struct unit_list *list, const struct unit_file_states *files) {
        struct unit *merged = calloc(list->n + files->n + 1, sizeof *merged);
        if (!merged)
                return -ENOMEM;
        size_t n = 0, i = 0, j = 0;
        int r = 0;
        while (i < list->n || j < files->n) {
                int order = i >= list->n ? 1 : j >= files->n ? -1 : strcmp(list->items[i].name, files->items[j].name);
                if (order < 0)
                        merged[n++] = list->items[i++];
                else if (order == 0) {
                        if (!list->items[i].file_state)
                                list->items[i].file_state = strdup(files->items[j].state);
                        j++;    /* the unit itself goes over in the next round: a file may be listed twice */
                } else {
                        const struct file_state *f = &files->items[j++];
                        bool template = strstr(f->name, "@."), again = n && str_equal(merged[n - 1].name, f->name);
                        if (!template && !again && (r = unit_from_file(f, &merged[n])) < 0)
                                break;
                        n += !template && !again;
                }
        }
        while (i < list->n)
                merged[n++] = list->items[i++];
        free(list->items);
        list->items = merged;
        list->n = n;
        return r;
}

/* ---- the operation ---- */

static struct unit_file_states *answered_files(sd_bus_message *m) {
        _cleanup_(unit_file_states_freep) struct unit_file_states *files = NULL;
        if (sd_bus_message_is_method_error(m, NULL) || !(files = calloc(1, sizeof *files)) || read_files(m, files) < 0)
                return NULL;
        return TAKE(files);
}

static bool same_files(const struct unit_file_states *a, const struct unit_file_states *b) {
        if (!a || a->n != b->n)
                return false;
        for (size_t i = 0; i < a->n; i++)
                if (!str_equal(a->items[i].name, b->items[i].name) || !str_equal(a->items[i].state, b->items[i].state))
                        return false;
        return true;
}

static int on_files_later(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct units *units = userdata;
        units->files_asked = sd_bus_slot_unref(units->files_asked);
        _cleanup_(unit_file_states_freep) struct unit_file_states *files = answered_files(m);
        /* No answer is an answer, too: it is not asked for again until files change. */
        if (!files && (units->files || !(files = calloc(1, sizeof *files))))
                return 0;
        bool news = files->n && !same_files(units->files, files);
        unit_file_states_free(units->files);
        units->files = TAKE(files);
        if (news)
                units_tell_all(units);
        return 0;
}

static int ask(struct units *units, const char *method, const char *pattern, sd_bus_slot **slot,
               sd_bus_message_handler_t callback, void *userdata) {
        _cleanup_message_ sd_bus_message *m = NULL;
        int r = sd_bus_message_new_method_call(units->bus, &m, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, method);
        if (r >= 0 && pattern)
                r = sd_bus_message_append(m, "asas", 0, 1, pattern);
        return r < 0 ? r : sd_bus_call_async(units->bus, slot, m, callback, userdata, BUS_TIMEOUT_USEC);
}

static void ask_files_later(struct units *units) {
        if (!units->changed || units->files_asked || (units->files && !units->files_stale))
                return;
        units->files_stale = false;
        (void) ask(units, "ListUnitFiles", NULL, &units->files_asked, on_files_later, units);
}

static void listing_finish(struct listing *l) {
        struct units *units = l->units;
        const struct unit_file_states *files = l->followed ? units->files : l->files;
        if (!l->error && l->list && files && merge(l->list, files) < 0)
                error_errno(&l->error, -ENOMEM, "The units could not be listed");
        if (l->followed && !l->error)
                ask_files_later(units);
        struct unit_list *list = l->error ? NULL : TAKE(l->list);
        struct error *error = TAKE(l->error);
        void (*done)(struct unit_list *list, struct error *e, void *userdata) = l->done;
        void *userdata = l->userdata;
        op_finish(l->op);
        listing_free(l);
        done(list, error, userdata);
}

static int on_later(sd_event_source *source, void *userdata) {
        listing_finish(userdata);
        return 0;
}

static int on_units(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct listing *l = userdata;
        l->units_slot = sd_bus_slot_unref(l->units_slot);
        l->list = calloc(1, sizeof *l->list);
        int r = -ENOMEM;
        if (sd_bus_message_is_method_error(m, NULL))
                bus_fail_message(&l->error, m, "The units could not be listed");
        else if (!l->list || (r = read_units(m, l->list)) < 0)
                error_errno(&l->error, r, "systemd's list of units cannot be read");
        if (l->error || !l->files_slot)
                listing_finish(l);
        return 0;
}

/* Without the files the list is still good: what is enabled is then not known. */
static int on_file_states(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct listing *l = userdata;
        l->files_slot = sd_bus_slot_unref(l->files_slot);
        l->files = answered_files(m);
        if (!l->units_slot)
                listing_finish(l);
        return 0;
}

struct op *units_list(struct units *units, const char *pattern,
                      void (*done)(struct unit_list *list, struct error *e, void *userdata), void *userdata) {
        struct listing *l = calloc(1, sizeof *l);
        if (!l)
                return NULL;
        *l = (struct listing) { .units = units, .followed = !pattern && units->changed, .done = done, .userdata = userdata };
        l->op = op_new(listing_stop, l);
        if (!l->op) {
                listing_free(l);
                return NULL;
        }
        int r = units_connect(units, &l->error);
        if (r >= 0) {
                r = ask(units, pattern ? "ListUnitsByPatterns" : "ListUnits", pattern, &l->units_slot, on_units, l);
                if (r >= 0 && !l->followed)
                        r = ask(units, pattern ? "ListUnitFilesByPatterns" : "ListUnitFiles", pattern, &l->files_slot,
                                on_file_states, l);
                if (r < 0) {
                        l->units_slot = sd_bus_slot_unref(l->units_slot);
                        l->files_slot = sd_bus_slot_unref(l->files_slot);
                        bus_fail(&l->error, NULL, r, "The units could not be listed");
                }
        }
        if (r < 0 && sd_event_add_defer(units->event, &l->later, on_later, l) < 0)
                return op_cancel(l->op);
        return l->op;
}
