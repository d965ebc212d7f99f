/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/systemd/file-states.h"

#include <dirent.h>
#include <time.h>
#include <unistd.h>

#include "backend/systemd/folders.h"
#include "backend/systemd/install-section.h"
#include "base/readfile.h"

#define CONFIG "/etc/systemd/system"    /* `enable` writes its links here */
#define FILE_BYTES_MAX (256U * 1024)
#define ALIASES_DEEP 8
#define TURN_USEC 2000                  /* then the loop runs other sources */
#define BEHIND_KEYS 6                   /* of sd-event's priorities */

struct reading {
        sd_event_source *source;
        struct op *op;
        struct unit_folders folders;
        size_t next;                    /* of its entries */
        struct unit_files *files;
        void (*done)(struct unit_files *files, struct error *e, void *userdata);
        void *userdata;
};

struct unit_files *unit_files_free(struct unit_files *files) {
        for (size_t i = 0; files && i < files->n; i++)
                free(files->items[i].name);
        if (files)
                free(files->items);
        free(files);
        return NULL;
}

static void unit_file_states_reading_free(void *userdata) {
        struct reading *r = userdata;
        sd_event_source_disable_unref(r->source);
        unit_folders_done(&r->folders);
        unit_files_free(r->files);
        free(r);
}

static bool is_instance(const char *name) {
        const char *at = strchr(name, '@');
        return at && at[1] != '.';
}

/* The unit to decide about. */
struct unit_in_question {
        const char *name;               /* of the file, where the entry is an alias of it */
        unsigned folder;                /* of the file, or of the link that leads out of the folders */
        struct unit_install install;
};

static bool is_runtime(const struct unit_folders *f, unsigned folder) {
        return str_starts(f->paths[folder], "/run/");
}

/* Whether its [Install] section has this name for it. */
static bool is_own_name(const struct unit_in_question *u, const char *name) {
        if (strcmp(name, u->name) == 0 || strv_contains(u->install.aliases, name))
                return true;
        const char *at = strchr(u->name, '@');
        if (!at || at[1] != '.' || !u->install.instance)
                return false;
        size_t prefix = (size_t) (at - u->name) + 1;
        const char *rest =
                strncmp(name, u->name, prefix) == 0 ? str_starts(name + prefix, u->install.instance) : NULL;
        return rest && strcmp(rest, at + 1) == 0;
}

static int read_drop_ins(const struct unit_folders *f, const struct drop_in *drop_in,
                         struct unit_in_question *u) {
        _cleanup_free_ char *folder =
                str_printf("%s%s/%s.d", f->root, f->paths[drop_in->folder], drop_in->name);
        DIR *d = folder ? opendir(folder) : NULL;
        int result = 0;
        for (struct dirent *item; d && result >= 0 && (item = readdir(d));) {
                _cleanup_free_ char *path = NULL, *text = NULL;
                if (item->d_name[0] == '.' || !str_ends(item->d_name, ".conf"))
                        continue;
                path = str_printf("%s/%s", folder, item->d_name);
                if (path && readfile(path, FILE_BYTES_MAX, &text, NULL, NULL) >= 0)
                        result = unit_install_parse(text, &u->install);
        }
        if (d)
                closedir(d);
        return result;
}

static int read_install(const struct unit_folders *f, const char *text, struct unit_in_question *u) {
        int result = unit_install_parse(text, &u->install);
        for (size_t i = unit_folders_drop_ins(f, u->name);
             result >= 0 && i < f->n_drop_ins && strcmp(f->drop_ins[i].name, u->name) == 0; i++)
                result = read_drop_ins(f, &f->drop_ins[i], u);
        return result;
}

/* Whether a link of this name, below NAME.wants, starts it. For an instance its template counts, too. */
static bool is_started_as(const struct unit_in_question *u, const char *name) {
        const char *at = strchr(u->name, '@');
        if (!at || at[1] != '.')
                return strcmp(name, u->name) == 0;
        size_t prefix = (size_t) (at - u->name) + 1;
        return strncmp(name, u->name, prefix) == 0 && str_equal(str_ends(name, at + 1), at + 1);
}

struct found {
        bool config, runtime, anywhere, same_config, same_runtime;
};

static void unit_file_states_count(const struct unit_folders *f, const struct unit_in_question *u,
                                   const struct link *link, bool own_names, struct found *found) {
        bool config = strcmp(f->paths[link->folder], CONFIG) == 0, runtime = is_runtime(f, link->folder);
        bool name = strcmp(link->name, u->name) == 0, target = strcmp(link->to, u->name) == 0;
        if (link->below) {
                if (!is_started_as(u, link->name))
                        return;
        } else {
                /* In a folder behind the file's a link does not count by its name. */
                name = name && link->folder <= u->folder;
                if (name && target) {
                        found->same_config |= config;
                        found->same_runtime |= runtime;
                        return;
                }
                if (!name && !target)
                        return;
        }
        if (own_names && !is_own_name(u, link->name))
                return;
        found->config |= config;
        found->runtime |= runtime;
        found->anywhere = true;
}

/* The state by its links, with their place; own_names: only names of [Install]. NULL: no links. */
static const char *linked_state(const struct unit_folders *f, const struct unit_in_question *u,
                                bool own_names) {
        struct found found = {};
        size_t prefix = strcspn(u->name, "@");
        _cleanup_free_ char *first = strndup(u->name, prefix + (u->name[prefix] == '@' ? 1 : 0));
        if (!first)
                return NULL;
        /* By name: itself, and the instances of a template, which are adjacent. */
        for (size_t i = unit_folders_links(f, first); i < f->n_links && str_starts(f->by_name[i].name, first);
             i++)
                unit_file_states_count(f, u, &f->by_name[i], own_names, &found);
        for (size_t i = unit_folders_targets(f, u->name);
             i < f->n_links && strcmp(f->by_target[i].to, u->name) == 0; i++)
                if (!f->by_target[i].below)
                        unit_file_states_count(f, u, &f->by_target[i], own_names, &found);
        return found.config                             ? "enabled"
               : found.runtime                          ? "enabled-runtime"
               : found.anywhere && is_instance(u->name) ? "static"
               : found.same_config                      ? "linked"
               : found.same_runtime                     ? "linked-runtime"
                                                        : NULL;
}

/* Whether a symlink leads into one of the folders: then it is an alias, looked up in all of them. */
static bool leads_inside(const struct unit_folders *f, const char *path) {
        _cleanup_free_ char *folder = strndup(path, (size_t) (unit_folders_base(path) - path));
        struct stat st;
        if (!folder || stat(folder, &st) < 0)
                return false;
        for (unsigned i = 0; i < f->n; i++)
                if (f->stats[i].st_nlink && f->stats[i].st_ino == st.st_ino &&
                    f->stats[i].st_dev == st.st_dev)
                        return true;
        return false;
}

/* Follows aliases to the file. *ret_path: of the file, the caller's. NULL: a circle, or a dangling link. */
static const struct entry *find_file(const struct unit_folders *f, const struct entry *entry,
                                     char **ret_path) {
        for (int i = 0; entry && i < ALIASES_DEEP; i++) {
                const char *target = entry->target, *folder = f->paths[entry->folder];
                char *path = !target            ? str_printf("%s%s/%s", f->root, folder, entry->name)
                             : target[0] == '/' ? str_printf("%s%s", f->root, target)
                                                : str_printf("%s%s/%s", f->root, folder, target);
                if (!path || !target || !leads_inside(f, path)) {
                        *ret_path = path;
                        return entry;
                }
                free(path);
                const char *base = unit_folders_base(target);
                entry = strcmp(base, entry->name) != 0 ? unit_folders_find(f, base) : NULL;
        }
        return NULL;
}

static const char *unit_file_states_decide(const struct unit_folders *f, const struct entry *entry,
                                           struct unit_in_question *u) {
        _cleanup_free_ char *path = NULL, *text = NULL;
        const struct entry *file = find_file(f, entry, &path);
        if (!file || !path)
                return "bad";
        const char *masked = is_runtime(f, file->folder) ? "masked-runtime" : "masked";
        size_t n = 0;
        if (str_equal(file->target, "/dev/null"))
                return masked;
        if (readfile(path, FILE_BYTES_MAX, &text, &n, NULL) < 0)
                return "bad";
        if (n == 0)
                return masked;
        const char *name = file->target ? unit_folders_base(file->target) : file->name;
        if (strcmp(entry->name, name) != 0 && !is_instance(entry->name))
                return "alias";
        const char *folder = f->paths[file->folder];
        if (str_starts(unit_folders_base(folder), "generator"))
                return "generated";
        if (str_ends(folder, "/transient"))
                return "transient";
        u->name = entry->name;
        u->folder = file->folder;
        if (read_install(f, text, u) < 0)
                return "bad";
        const char *state = linked_state(f, u, true);
        if (state)
                return state;
        const struct unit_install *install = &u->install;
        bool rules = install->wanted || install->required || install->upheld || install->aliases;
        return linked_state(f, u, false) ? "indirect"
               : rules                   ? "disabled"
               : install->also           ? "indirect"
                                         : "static";
}

static uint64_t unit_file_states_now_usec(void) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t) t.tv_sec * 1000000 + (uint64_t) t.tv_nsec / 1000;
}

static int begin_files(struct reading *r) {
        int result = unit_folders_sort(&r->folders);
        if (result < 0)
                return result;
        r->files = calloc(1, sizeof *r->files);
        if (r->files)
                r->files->items = calloc(r->folders.n_entries + 1, sizeof *r->files->items);
        return r->files && r->files->items ? 0 : -ENOMEM;
}

static int next_file(struct reading *r) {
        struct unit_in_question u = {};
        const struct entry *entry = &r->folders.entries[r->next++];
        struct unit_file *file = &r->files->items[r->files->n++];
        *file = (struct unit_file) { .name = strdup(entry->name),
                                    .state = unit_file_states_decide(&r->folders, entry, &u) };
        unit_install_done(&u.install);
        return file->name ? 0 : -ENOMEM;
}

static bool unit_file_states_is_over(const struct reading *r) {
        return r->files && r->next == r->folders.n_entries;
}

static int unit_file_states_on_turn(sd_event_source *source, void *userdata) {
        struct reading *r = userdata;
        int result = 0;
        for (uint64_t until = unit_file_states_now_usec() + TURN_USEC;
             result >= 0 && !unit_file_states_is_over(r) && unit_file_states_now_usec() < until;)
                result = r->folders.next < r->folders.n ? unit_folders_next(&r->folders)
                         : !r->files                    ? begin_files(r)
                                                        : next_file(r);
        if (result >= 0 && !unit_file_states_is_over(r)) {
                sd_event_source_set_enabled(r->source, SD_EVENT_ONESHOT);
                return 0;
        }
        struct error *e = NULL;
        if (result < 0)
                error_errno(&e, result, "The unit files cannot be read");
        struct unit_files *files = e ? NULL : TAKE(r->files);
        void (*done)(struct unit_files *files, struct error *e, void *userdata) = r->done;
        void *data = r->userdata;
        op_finish(r->op);
        unit_file_states_reading_free(r);
        done(files, e, data);
        return 0;
}

struct op *unit_files_read(sd_event *event, const char *root, char *const *folders,
                           void (*done)(struct unit_files *files, struct error *e, void *userdata),
                           void *userdata) {
        struct reading *r = calloc(1, sizeof *r);
        if (!r)
                return NULL;
        r->done = done;
        r->userdata = userdata;
        r->op = unit_folders_init(&r->folders, root, folders) >= 0 ? op_new(unit_file_states_reading_free, r)
                                                                   : NULL;
        if (!r->op || sd_event_add_defer(event, &r->source, unit_file_states_on_turn, r) < 0) {
                struct op *op = r->op;
                if (op)
                        return op_cancel(op);
                unit_file_states_reading_free(r);
                return NULL;
        }
        sd_event_source_set_priority(r->source, BEHIND_KEYS);
        return r->op;
}
