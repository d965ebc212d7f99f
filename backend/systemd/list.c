/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Loaded units and unit files, merged by name. systemd lists loaded units in some milliseconds; the files
 * (file-states.h) take longer. With a listener the list comes at once with the last known files; they are
 * read afterwards, and differences are reported as a change. Without one (a verb, a step of a job) the list
 * waits for the files. */

#include "backend/systemd/internal.h"

#include <fnmatch.h>

#include "backend/systemd/file-states.h"

/* systemd.unit(5), for a systemd that does not report its folders. */
static const char *const usual_folders[] = { "/etc/systemd/system.control", "/run/systemd/system.control",
                                             "/run/systemd/transient",      "/run/systemd/generator.early",
                                             "/etc/systemd/system",         "/etc/systemd/system.attached",
                                             "/run/systemd/system",         "/run/systemd/system.attached",
                                             "/run/systemd/generator",      "/usr/local/lib/systemd/system",
                                             "/lib/systemd/system",         "/usr/lib/systemd/system",
                                             "/run/systemd/generator.late", NULL };

/* Waits for the folders, then for the files. */
struct looking {
        struct units *units;
        struct op *op, *asking;
        void (*done)(struct unit_files *files, void *userdata);
        void *userdata;
};

static void looking_free(void *userdata) {
        struct looking *l = userdata;
        op_cancel(l->asking);
        free(l);
}

static void on_read(struct unit_files *files, struct error *e, void *userdata) {
        struct looking *l = userdata;
        void (*done)(struct unit_files *files, void *userdata) = l->done;
        void *data = l->userdata;
        error_free(e);
        op_finish(l->op);
        looking_free(l);
        done(files, data);
}

static int read_files(struct looking *l) {
        char *const *folders = l->units->folders ? l->units->folders : (char *const *) usual_folders;
        l->asking = unit_files_read(l->units->event, l->units->root, folders, on_read, l);
        return l->asking ? 0 : -ENOMEM;
}

static void unit_list_on_folders(char **folders, struct error *e, void *userdata) {
        struct looking *l = userdata;
        l->asking = op_cancel(l->asking);
        error_free(e);
        l->units->folders = folders;
        if (read_files(l) < 0)
                on_read(NULL, NULL, l);
}

/* files are the callee's; NULL: they cannot be read. */
static struct op *look_at_files(struct units *units, void (*done)(struct unit_files *files, void *userdata),
                                void *userdata) {
        struct looking *l = new0(struct looking);
        *l = (struct looking) { .units = units, .done = done, .userdata = userdata };
        l->op = op_new(looking_free, l);
        if (units->folders ? read_files(l) < 0 : !(l->asking = units_folders(units, unit_list_on_folders, l)))
                return op_cancel(l->op);
        return l->op;
}

void units_forget_files(struct units *units) {
        units->files = unit_files_free(units->files);
        units->looking = op_cancel(units->looking);
        units->files_stale = false;
}

static bool same_files(const struct unit_files *a, const struct unit_files *b) {
        if (!a || a->n != b->n)
                return false;
        for (size_t i = 0; i < a->n; i++)
                if (strcmp(a->items[i].name, b->items[i].name) != 0 ||
                    strcmp(a->items[i].state, b->items[i].state) != 0)
                        return false;
        return true;
}

static void unit_list_files_read(struct unit_files *files, void *userdata) {
        struct units *units = userdata;
        units->looking = op_cancel(units->looking);
        bool news = files && !same_files(units->files, files);
        if (files) {
                unit_files_free(units->files);
                units->files = files;
        }
        if (news)
                units_report_all(units);
}

static void unit_list_read_files(struct units *units) {
        if (!units->changed || units->looking || (units->files && !units->files_stale))
                return;
        units->files_stale = false;
        units->looking = look_at_files(units, unit_list_files_read, units);
}

struct listing {
        struct units *units;
        struct op *op, *looking;
        sd_bus_slot *slot;
        sd_event_source *defer;
        char *pattern;
        bool followed;                          /* all units, with a listener: the files come later */
        struct unit_list *list;                 /* loaded ones */
        struct unit_files *files;
        struct error *error;
        void (*done)(struct unit_list *list, struct error *e, void *userdata);
        void *userdata;
};

static void unit_list_listing_free(struct listing *l) {
        op_cancel(l->looking);
        sd_bus_slot_unref(l->slot);
        sd_event_source_disable_unref(l->defer);
        unit_list_free(l->list);
        unit_files_free(l->files);
        error_free(l->error);
        free(l->pattern);
        free(l);
}

static void listing_stop(void *userdata) {
        unit_list_listing_free(userdata);
}

static int compare_units(const void *a, const void *b) {
        return strcmp(((const struct unit *) a)->name, ((const struct unit *) b)->name);
}

/* Device units exist once for each of their many links; followers are omitted, as by systemctl. */
static int read_units(sd_bus_message *m, struct unit_list *list) {
        int r = sd_bus_message_enter_container(m, 'a', "(ssssssouso)");
        while (r >= 0) {
                const char *name, *description, *load, *active, *sub, *following, *job;
                uint32_t job_id;
                r = sd_bus_message_read(m, "(ssssssouso)", &name, &description, &load, &active, &sub,
                                        &following, NULL, &job_id, &job, NULL);
                if (r <= 0)
                        break;
                if (*following)
                        continue;
                if (list->n >= UNITS_MAX)
                        return -E2BIG;
                room_for_one((void **) &list->items, list->n, sizeof *list->items);
                struct unit *u = &list->items[list->n++];
                *u = (struct unit) { .name = xstrdup(name),
                                    .description = xstrdup(description),
                                    .load = xstrdup(load),
                                    .active = xstrdup(active),
                                    .sub = xstrdup(sub),
                                    .job = job_id ? xstrdup(job) : NULL };
        }
        if (r >= 0 && list->n)
                qsort(list->items, list->n, sizeof *list->items, compare_units);
        return r < 0 ? r : 0;
}

static struct unit unit_list_from_file(const struct unit_file *f) {
        bool masked = str_starts(f->state, "masked");
        return (struct unit) { .name = xstrdup(f->name), .description = xstrdup(""),
                               .load = xstrdup(masked ? "masked" : "not-loaded"),
                               .active = xstrdup("inactive"), .sub = xstrdup("dead"),
                               .file_state = xstrdup(f->state) };
}

/* Both are sorted; a file that was never loaded becomes an inactive unit. Templates ("getty@.service") are
 * not units: their instances get their file. */
static void unit_list_merge(struct unit_list *list, const struct unit_files *files, const char *pattern) {
        struct unit *merged = xcalloc(list->n + files->n + 1, sizeof *merged);
        size_t n = 0, i = 0, j = 0;
        while (i < list->n || j < files->n) {
                int order = i >= list->n    ? 1
                            : j >= files->n ? -1
                                            : strcmp(list->items[i].name, files->items[j].name);
                if (order < 0)
                        merged[n++] = list->items[i++];
                else if (order == 0) {
                        if (!list->items[i].file_state)
                                list->items[i].file_state = xstrdup(files->items[j].state);
                        j++;    /* the unit itself is merged in the next round */
                } else {
                        const struct unit_file *f = &files->items[j++];
                        bool other = strstr(f->name, "@.") ||
                                     (pattern && fnmatch(pattern, f->name, FNM_NOESCAPE) != 0);
                        if (!other)
                                merged[n++] = unit_list_from_file(f);
                }
        }
        free(list->items);
        list->items = merged;
        list->n = n;
}

static void listing_finish(struct listing *l) {
        struct units *units = l->units;
        const struct unit_files *files = l->followed ? units->files : l->files;
        if (!l->error && l->list && files)
                unit_list_merge(l->list, files, l->pattern);
        if (l->followed && !l->error)
                unit_list_read_files(units);
        struct unit_list *list = l->error ? NULL : TAKE(l->list);
        struct error *error = TAKE(l->error);
        void (*done)(struct unit_list *list, struct error *e, void *userdata) = l->done;
        void *userdata = l->userdata;
        op_finish(l->op);
        unit_list_listing_free(l);
        done(list, error, userdata);
}

static int unit_list_deferred(sd_event_source *source, void *userdata) {
        listing_finish(userdata);
        return 0;
}

static int unit_list_on_units(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct listing *l = userdata;
        l->slot = sd_bus_slot_unref(l->slot);
        l->list = new0(struct unit_list);
        int r;
        if (sd_bus_message_is_method_error(m, NULL))
                bus_fail_message(&l->error, m, "The units could not be listed");
        else if ((r = read_units(m, l->list)) < 0)
                error_errno(&l->error, r, "systemd's list of units cannot be read");
        if (l->error || !l->looking)
                listing_finish(l);
        return 0;
}

/* The list is valid without the files, with enabled states unknown. */
static void unit_list_on_files(struct unit_files *files, void *userdata) {
        struct listing *l = userdata;
        l->looking = op_cancel(l->looking);
        l->files = files;
        if (!l->slot)
                listing_finish(l);
}

static int unit_list_ask(struct listing *l) {
        _cleanup_message_ sd_bus_message *m = NULL;
        sd_bus *bus = l->units->bus;
        int r = sd_bus_message_new_method_call(bus, &m, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                               l->pattern ? "ListUnitsByPatterns" : "ListUnits");
        if (r >= 0 && l->pattern)
                r = sd_bus_message_append(m, "asas", 0, 1, l->pattern);
        if (r >= 0)
                r = sd_bus_call_async(bus, &l->slot, m, unit_list_on_units, l, BUS_TIMEOUT_USEC);
        if (r < 0 || l->followed)
                return r;
        l->looking = look_at_files(l->units, unit_list_on_files, l);
        return l->looking ? 0 : -ENOMEM;
}

struct op *units_list(struct units *units, const char *pattern,
                      void (*done)(struct unit_list *list, struct error *e, void *userdata), void *userdata) {
        struct listing *l = calloc(1, sizeof *l);
        if (!l)
                return NULL;
        *l = (struct listing) {
                .units = units, .followed = !pattern && units->changed, .done = done, .userdata = userdata
        };
        l->op = str_replace(&l->pattern, pattern) >= 0 ? op_new(listing_stop, l) : NULL;
        if (!l->op) {
                unit_list_listing_free(l);
                return NULL;
        }
        int r = units_connect(units, &l->error);
        if (r >= 0 && (r = unit_list_ask(l)) < 0) {
                l->slot = sd_bus_slot_unref(l->slot);
                bus_fail(&l->error, NULL, r, "The units could not be listed");
        }
        if (r < 0 && sd_event_add_defer(units->event, &l->defer, unit_list_deferred, l) < 0)
                return op_cancel(l->op);
        return l->op;
}
