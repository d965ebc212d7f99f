/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Loaded units and unit files, merged by name. systemd lists loaded units in some milliseconds; the files
 * (file-states.h) and which failed services were stopped (stopped.c) take longer. With a listener the list
 * comes at once with what was last known of both; they are read afterwards, and differences are reported as a
 * change. Without one (a verb, a step of a job) the list waits for them. */

#include "backend/systemd/internal.h"

#include <fnmatch.h>

#include "backend/io/turn.h"

/* systemd.unit(5), for a systemd that does not report its folders. */
static const char *const usual_folders[] = { "/etc/systemd/system.control", "/run/systemd/system.control",
                                             "/run/systemd/transient",      "/run/systemd/generator.early",
                                             "/etc/systemd/system",         "/etc/systemd/system.attached",
                                             "/run/systemd/system",         "/run/systemd/system.attached",
                                             "/run/systemd/generator",      "/usr/local/lib/systemd/system",
                                             "/lib/systemd/system",         "/usr/lib/systemd/system",
                                             "/run/systemd/generator.late", NULL };

/* Asks systemd for its folders, unless they are known, then reads their files. */
struct looking {
        struct op op;
        struct units *units;
        sd_bus_slot *slot;
        void (*done)(struct unit_files *files, void *userdata);
        void *userdata;
};

static void looking_drop(struct op *op) {
        sd_bus_slot_unref(container_of(op, struct looking, op)->slot);
}

static void list_on_read(struct unit_files *files, void *userdata) {
        struct looking *l = userdata;
        op_end(&l->op);
        l->done(files, l->userdata);
}

static void list_read_folders(struct looking *l) {
        char *const *folders = l->units->folders ? l->units->folders : (char *const *) usual_folders;
        op_wait(&l->op, unit_files_read(l->units->event, l->units->root, folders, list_on_read, l));
}

static int list_on_folders(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct looking *l = userdata;
        if (!sd_bus_message_is_method_error(m, NULL) && sd_bus_message_enter_container(m, 'v', "as") >= 0)
                sd_bus_message_read_strv(m, &l->units->folders);
        list_read_folders(l);
        return 0;
}

static struct op *list_look(struct units *units, void (*done)(struct unit_files *files, void *userdata),
                            void *userdata) {
        struct looking *l = new0(struct looking);
        *l = (struct looking){ .op.drop = looking_drop, .units = units, .done = done, .userdata = userdata };
        if (units->folders ||
            sd_bus_call_method_async(units->bus, &l->slot, SYSTEMD_NAME, SYSTEMD_PATH, BUS_PROPERTIES, "Get",
                                     list_on_folders, l, "ss", SYSTEMD_MANAGER, "UnitPath") < 0)
                list_read_folders(l);
        return &l->op;
}

void units_forget_files(struct units *units) {
        units->files = unit_files_free(units->files);
        units->looking = op_cancel(units->looking);
        units->files_stale = false;
        units->judging = op_cancel(units->judging);
        units_forget_verdict(units, NULL);
}

static bool list_same_files(const struct unit_files *a, const struct unit_files *b) {
        if (!a || a->n != b->n)
                return false;
        for (size_t i = 0; i < a->n; i++)
                if (strcmp(a->items[i].name, b->items[i].name) != 0 ||
                    strcmp(a->items[i].state, b->items[i].state) != 0)
                        return false;
        return true;
}

static void list_files_read(struct unit_files *files, void *userdata) {
        struct units *units = userdata;
        units->looking = op_cancel(units->looking);
        bool news = !list_same_files(units->files, files);
        unit_files_free(units->files);
        units->files = files;
        if (news)
                units_report_all(units);
}

static void list_read_files(struct units *units) {
        if (!units->changed || units->looking || (units->files && !units->files_stale))
                return;
        units->files_stale = false;
        units->looking = list_look(units, list_files_read, units);
}

struct listing {
        struct op op; /* inner: reads the files */
        struct units *units;
        sd_bus *direct; /* carries the answer; NULL: the units' own */
        sd_bus_slot *slot;
        char *pattern;
        bool followed;          /* all units, with a listener: the files come later */
        struct unit_list *list; /* loaded ones */
        struct unit_files *files;
        struct op *judging;
        struct error *error;
        units_done_t done;
        void *userdata;
};

static void listing_drop(struct op *op) {
        struct listing *l = container_of(op, struct listing, op);
        sd_bus_slot_unref(l->slot);
        bus_close(l->direct);
        unit_list_free(l->list);
        unit_files_free(l->files);
        op_cancel(l->judging);
        error_free(l->error);
        free(l->pattern);
}

static int list_compare(const void *a, const void *b) {
        return strcmp(((const struct unit *) a)->name, ((const struct unit *) b)->name);
}

/* Device units exist once for each of their many links; followers are omitted, as by systemctl. */
int units_read_list(sd_bus_message *m, struct unit_list *list) {
        const char *name, *description, *load, *active, *sub, *following, *job;
        uint32_t job_id;
        int r = sd_bus_message_enter_container(m, 'a', "(ssssssouso)");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(m, "(ssssssouso)", &name, &description, &load, &active, &sub,
                                        &following, NULL, &job_id, &job, NULL)) > 0) {
                if (*following)
                        continue;
                if (list->n >= UNITS_MAX)
                        return -E2BIG;
                room_for_one((void **) &list->items, list->n, sizeof *list->items);
                list->items[list->n++] =
                        unit_of_texts((const char *const[]){ name, description, load, active, sub });
                if (job_id)
                        list->items[list->n - 1].job = xstrdup(job);
        }
        if (r >= 0 && list->n)
                qsort(list->items, list->n, sizeof *list->items, list_compare);
        return r;
}

static struct unit list_from_file(const struct file_state *f) {
        bool masked = str_starts(f->state, "masked"), template = unit_template(f->name);
        return (struct unit){ .name = xstrdup(f->name),
                              .description = xstrdup(""),
                              .load = xstrdup(masked ? "masked" : "not-loaded"),
                              .active = xstrdup(template ? "template" : "inactive"),
                              .sub = xstrdup(template ? "template" : "dead"),
                              .file_state = xstrdup(f->state) };
}

/* Both are sorted; a file that was never loaded becomes an inactive unit. A template
 * ("getty@.service") is in the list as its file: people name an instance of it. */
static void list_merge(struct unit_list *list, const struct unit_files *files, const char *pattern) {
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
                        j++; /* the unit itself is merged in the next round */
                } else {
                        const struct file_state *f = &files->items[j++];
                        bool other = pattern && fnmatch(pattern, f->name, FNM_NOESCAPE) != 0;
                        if (!other)
                                merged[n++] = list_from_file(f);
                }
        }
        free(list->items);
        list->items = merged;
        list->n = n;
}

/* systemd reads a new unit file without a word of changed files when something starts its unit: a unit that
 * should have a file and has none yet makes them stale, once. */
static void list_notice_strangers(struct units *units, const struct unit_list *list) {
        static const char *const kinds[] = { ".service", ".socket", ".timer", ".path", ".target" };
        uint64_t sum = 0;
        for (size_t i = 0; i < list->n; i++) {
                const struct unit *u = &list->items[i];
                bool kind = false;
                for (size_t k = 0; k < ELEMENTS(kinds); k++)
                        kind = kind || str_ends(u->name, kinds[k]);
                if (u->file_state || !kind || !str_equal(u->load, "loaded"))
                        continue;
                uint64_t hash = 14695981039346656037ULL; /* FNV-1a */
                for (const char *p = u->name; *p; p++)
                        hash = (hash ^ (unsigned char) *p) * 1099511628211ULL;
                sum += hash;
        }
        if (sum && sum != units->strangers)
                units->files_stale = true;
        units->strangers = sum;
}

static void list_judged(bool news, void *userdata) {
        struct units *units = userdata;
        units->judging = op_cancel(units->judging);
        if (news)
                units_report_all(units);
}

/* A list that was asked before what it replaces has its answers before this one's. */
static void list_judge(struct units *units, const struct unit_list *list) {
        op_cancel(units->judging);
        units->judging = units_judge(units, list, list_judged, units);
}

static void listing_end(void *state) {
        struct listing *l = state;
        struct unit_list *list = l->error ? NULL : TAKE(l->list);
        struct error *e = TAKE(l->error);
        const struct unit_files *files = l->followed ? l->units->files : l->files;
        if (list)
                units_mark_stopped(l->units, list);
        if (list && l->followed)
                list_judge(l->units, list);
        if (list && files)
                list_merge(list, files, l->pattern);
        if (list && files && l->followed)
                list_notice_strangers(l->units, list);
        if (list && l->followed)
                list_read_files(l->units);
        op_end(&l->op);
        l->done(list, e, l->userdata);
}

/* Of those that wait for each other's end. */
static void listing_check(struct listing *l) {
        if (!l->slot && !l->op.inner && !l->judging)
                listing_end(l);
}

static void listing_on_judged(bool news, void *userdata) {
        struct listing *l = userdata;
        l->judging = op_cancel(l->judging);
        listing_check(l);
}

static int list_ask(struct listing *l, sd_bus *bus);

static int list_on_units(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct listing *l = userdata;
        bool failed = sd_bus_message_is_method_error(m, NULL);
        l->slot = sd_bus_slot_unref(l->slot);
        if (failed && l->direct) {
                l->direct = bus_close(l->direct);
                if (list_ask(l, l->units->bus) >= 0)
                        return 0;
        }
        l->list = new0(struct unit_list);
        int r;
        if (failed)
                bus_fail(&l->error, m, 0, "The units could not be listed");
        else if ((r = units_read_list(m, l->list)) < 0)
                error_errno(&l->error, r, "systemd's list of units cannot be read");
        l->direct = bus_close(l->direct);
        if (l->error) {
                listing_end(l);
                return 0;
        }
        if (!l->followed)
                l->judging = units_judge(l->units, l->list, listing_on_judged, l);
        listing_check(l);
        return 0;
}

static int list_ask(struct listing *l, sd_bus *bus) {
        return sd_bus_call_method_async(bus, &l->slot, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                        l->pattern ? "ListUnitsByPatterns" : "ListUnits", list_on_units, l,
                                        l->pattern ? "asas" : "", 0, 1, l->pattern);
}

/* The list is valid without the files, with enabled states unknown. */
static void list_on_files(struct unit_files *files, void *userdata) {
        struct listing *l = userdata;
        op_wait(&l->op, NULL);
        l->files = files;
        listing_check(l);
}

struct op *units_list(struct units *units, const char *pattern, units_done_t done, void *userdata) {
        struct listing *l = new0(struct listing);
        *l = (struct listing){ .op.drop = listing_drop,
                               .units = units,
                               .pattern = xstrdup(pattern),
                               .followed = !pattern && units->changed,
                               .done = done,
                               .userdata = userdata };
        if (units_connect(units, &l->error) < 0)
                return op_answer(&l->op, units->event, listing_end);
        if (!pattern && !units->given && !units->socket)
                (void) bus_open_direct(units->event, &l->direct);
        int r = list_ask(l, l->direct ? l->direct : units->bus);
        if (r < 0) {
                bus_fail(&l->error, NULL, r, "The units could not be listed");
                return op_answer(&l->op, units->event, listing_end);
        }
        return l->followed ? &l->op : op_wait(&l->op, list_look(units, list_on_files, l));
}
