/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/systemd/internal.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/readfile.h"

#define BLANKS " \t\r"
#define CONFIG "/etc/systemd/system" /* `enable` writes its links here */
#define FILE_BYTES_MAX (256U * 1024)
#define ALIASES_DEEP 8
#define TURN_USEC 2000 /* then the loop runs other sources */
#define BEHIND_KEYS 6  /* of sd-event's priorities */

/* ---- the section [Install] ---- */

/* The unit to decide about, and its section as far as `enable` depends on it. */
struct unit_in_question {
        const char *name;              /* of the file, where the entry is an alias of it */
        unsigned folder;               /* of the file, or of the link that leads out of the folders */
        bool wanted, required, upheld; /* WantedBy=, RequiredBy=, UpheldBy= are not empty */
        bool also;                     /* Also= is not empty */
        char **aliases;
        char *instance; /* DefaultInstance=; NULL */
};

static void install_set(struct unit_in_question *u, const char *name, const char *value) {
        const struct {
                const char *name;
                bool *says;
        } rules[] = { { "WantedBy", &u->wanted },
                      { "RequiredBy", &u->required },
                      { "UpheldBy", &u->upheld } };
        bool empty = !value[strspn(value, BLANKS)];
        /* An empty value resets the setting. */
        for (size_t i = 0; i < ELEMENTS(rules); i++)
                if (strcmp(name, rules[i].name) == 0)
                        *rules[i].says = !empty;
        if (strcmp(name, "Also") == 0)
                u->also |= !empty;
        if (strcmp(name, "DefaultInstance") == 0)
                str_replace(&u->instance, empty ? NULL : value);
        if (strcmp(name, "Alias") != 0)
                return;
        if (empty)
                u->aliases = strv_free(u->aliases);
        _cleanup_strv_ char **words = strv_split(value, BLANKS);
        strv_extend(&u->aliases, words);
}

/* One line, its continuations joined. False: systemd refuses such a file as a whole. */
static bool install_take_line(struct unit_in_question *u, char *line, bool *inside) {
        line += strspn(line, BLANKS);
        for (size_t n = strlen(line); n && strchr(BLANKS, line[n - 1]); n--)
                line[n - 1] = '\0';
        if (*line == '[') {
                *inside = strcmp(line, "[Install]") == 0;
                return str_ends(line, "]");
        }
        char *equals = *inside ? strchr(line, '=') : NULL;
        if (!equals)
                return true;
        char *value = equals + 1 + strspn(equals + 1, BLANKS);
        do
                *equals = '\0';
        while (equals > line && strchr(BLANKS, *--equals));
        install_set(u, line, value);
        return true;
}

/* Adds the section of a unit file or one of its drop-ins. False: systemd refuses the file. */
static bool install_read(struct unit_in_question *u, const char *text) {
        bool inside = false, goes_on = false, good = true;
        _cleanup_str_ struct str line = {};
        while (*text && good) {
                size_t n = strcspn(text, "\n");
                const char *first = text + strspn(text, BLANKS);
                /* A comment may come between a line and its continuation. */
                if (*first != '#' && *first != ';') {
                        goes_on = n && text[n - 1] == '\\';
                        str_add_bytes(&line, text, goes_on ? n - 1 : n);
                        if (goes_on)
                                str_add_char(&line, ' ');
                }
                text += n + (text[n] == '\n');
                if (line.length && (!goes_on || !*text)) {
                        good = install_take_line(u, line.text, &inside);
                        str_cut(&line, 0);
                }
        }
        return good;
}

/* ---- its state ---- */

static bool file_states_instance(const char *name) {
        const char *at = strchr(name, '@');
        return at && at[1] != '.';
}

static bool file_states_runtime(const struct unit_folders *f, unsigned folder) {
        return str_starts(f->paths[folder], "/run/");
}

/* Whether its [Install] section has this name for it. */
static bool file_states_own_name(const struct unit_in_question *u, const char *name) {
        if (strcmp(name, u->name) == 0 || strv_contains(u->aliases, name))
                return true;
        const char *at = strchr(u->name, '@');
        if (!at || at[1] != '.' || !u->instance)
                return false;
        size_t prefix = (size_t) (at - u->name) + 1;
        const char *rest =
                strncmp(name, u->name, prefix) == 0 ? str_starts(name + prefix, u->instance) : NULL;
        return rest && strcmp(rest, at + 1) == 0;
}

/* Whether a link of this name, below NAME.wants, starts it. For an instance its template counts, too. */
static bool file_states_started_as(const struct unit_in_question *u, const char *name) {
        const char *at = strchr(u->name, '@');
        if (!at || at[1] != '.')
                return strcmp(name, u->name) == 0;
        size_t prefix = (size_t) (at - u->name) + 1;
        return strncmp(name, u->name, prefix) == 0 && str_equal(str_ends(name, at + 1), at + 1);
}

struct found {
        bool config, runtime, anywhere, same_config, same_runtime;
};

static void file_states_count(const struct unit_folders *f, const struct unit_in_question *u,
                              const struct unit_entry *link, bool own_names, struct found *found) {
        bool config = strcmp(f->paths[link->folder], CONFIG) == 0,
             runtime = file_states_runtime(f, link->folder);
        bool name = strcmp(link->name, u->name) == 0, target = strcmp(link->to, u->name) == 0;
        if (link->below) {
                if (!file_states_started_as(u, link->name))
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
        if (own_names && !file_states_own_name(u, link->name))
                return;
        found->config |= config;
        found->runtime |= runtime;
        found->anywhere = true;
}

/* The state by its links, with their place; own_names: only names of [Install]. NULL: no links. */
static const char *file_states_linked(const struct unit_folders *f, const struct unit_in_question *u,
                                      bool own_names) {
        const struct unit_entry *links = f->links.items, *by_target = f->by_target.items;
        struct found found = {};
        size_t n = f->links.n, prefix = strcspn(u->name, "@");
        _cleanup_free_ char *first = xstrndup(u->name, prefix + (u->name[prefix] == '@' ? 1 : 0));
        /* By name: itself, and the instances of a template, which are adjacent. */
        for (size_t i = unit_folders_place(&f->links, false, first);
             i < n && str_starts(links[i].name, first); i++)
                file_states_count(f, u, &links[i], own_names, &found);
        for (size_t i = unit_folders_place(&f->by_target, true, u->name);
             i < n && strcmp(by_target[i].to, u->name) == 0; i++)
                if (!by_target[i].below)
                        file_states_count(f, u, &by_target[i], own_names, &found);
        return found.config                                      ? "enabled"
               : found.runtime                                   ? "enabled-runtime"
               : found.anywhere && file_states_instance(u->name) ? "static"
               : found.same_config                               ? "linked"
               : found.same_runtime                              ? "linked-runtime"
                                                                 : NULL;
}

/* Whether a symlink leads into one of the folders: then it is an alias, looked up in all of them. */
static bool file_states_inside(const struct unit_folders *f, const char *path) {
        _cleanup_free_ char *folder = xstrndup(path, (size_t) (basename(path) - path));
        struct stat st;
        if (stat(folder, &st) < 0)
                return false;
        for (unsigned i = 0; i < f->n; i++)
                if (f->stats[i].st_nlink && f->stats[i].st_ino == st.st_ino &&
                    f->stats[i].st_dev == st.st_dev)
                        return true;
        return false;
}

/* Follows aliases to the file. *ret_path: of the file, the caller's. NULL: a circle, or a dangling link. */
static const struct unit_entry *file_states_find(const struct unit_folders *f, const struct unit_entry *entry,
                                                 char **ret_path) {
        for (int i = 0; entry && i < ALIASES_DEEP; i++) {
                const char *target = entry->target, *folder = f->paths[entry->folder];
                char *path = target && target[0] == '/'
                                     ? str_printf("%s%s", f->root, target)
                                     : str_printf("%s%s/%s", f->root, folder, target ? target : entry->name);
                if (!target || !file_states_inside(f, path)) {
                        *ret_path = path;
                        return entry;
                }
                free(path);
                entry = strcmp(entry->to, entry->name) != 0 ? unit_folders_find(f, entry->to) : NULL;
        }
        return NULL;
}

static bool file_states_read_drop_ins(const struct unit_folders *f, const struct unit_entry *drop_in,
                                      struct unit_in_question *u) {
        _cleanup_free_ char *folder =
                str_printf("%s%s/%s.d", f->root, f->paths[drop_in->folder], drop_in->name);
        _cleanup_strv_ char **names = folder_names(AT_FDCWD, folder, ".conf");
        for (char **name = names; name && *name; name++) {
                _cleanup_free_ char *path = str_printf("%s/%s", folder, *name), *text = NULL;
                if (readfile(path, FILE_BYTES_MAX, &text, NULL, NULL) >= 0 && !install_read(u, text))
                        return false;
        }
        return true;
}

static bool file_states_read_install(const struct unit_folders *f, const char *text,
                                     struct unit_in_question *u) {
        const struct unit_entry *drop_ins = f->drop_ins.items;
        bool good = install_read(u, text);
        for (size_t i = unit_folders_place(&f->drop_ins, false, u->name);
             good && i < f->drop_ins.n && strcmp(drop_ins[i].name, u->name) == 0; i++)
                good = file_states_read_drop_ins(f, &drop_ins[i], u);
        return good;
}

static const char *file_states_decide(const struct unit_folders *f, const struct unit_entry *entry,
                                      struct unit_in_question *u) {
        _cleanup_free_ char *path = NULL, *text = NULL;
        const struct unit_entry *file = file_states_find(f, entry, &path);
        if (!file)
                return "bad";
        const char *masked = file_states_runtime(f, file->folder) ? "masked-runtime" : "masked";
        size_t n = 0;
        if (str_equal(file->target, "/dev/null"))
                return masked;
        if (readfile(path, FILE_BYTES_MAX, &text, &n, NULL) < 0)
                return "bad";
        if (n == 0)
                return masked;
        if (strcmp(entry->name, file->to ? file->to : file->name) != 0 && !file_states_instance(entry->name))
                return "alias";
        const char *folder = f->paths[file->folder];
        if (str_starts(basename(folder), "generator"))
                return "generated";
        if (str_ends(folder, "/transient"))
                return "transient";
        u->name = entry->name;
        u->folder = file->folder;
        if (!file_states_read_install(f, text, u))
                return "bad";
        const char *state = file_states_linked(f, u, true);
        if (state)
                return state;
        bool rules = u->wanted || u->required || u->upheld || u->aliases;
        return file_states_linked(f, u, false) ? "indirect"
               : rules                         ? "disabled"
               : u->also                       ? "indirect"
                                               : "static";
}

/* ---- all of them ---- */

struct states_reading {
        struct op op;
        sd_event_source *source;
        struct unit_folders folders;
        size_t next; /* of its entries */
        struct unit_files *files;
        void (*done)(struct unit_files *files, void *userdata);
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

static void reading_drop(struct op *op) {
        struct states_reading *r = container_of(op, struct states_reading, op);
        sd_event_source_disable_unref(r->source);
        unit_folders_done(&r->folders);
        unit_files_free(r->files);
}

/* Reads a folder or a file more. False: that was the last one. */
static bool reading_step(struct states_reading *r) {
        struct unit_folders *f = &r->folders;
        if (f->next < f->n) {
                unit_folders_next(f);
                return true;
        }
        if (!r->files) {
                unit_folders_sort(f);
                r->files = new0(struct unit_files);
                r->files->items = xcalloc(f->entries.n + 1, sizeof *r->files->items);
        }
        if (r->next == f->entries.n)
                return false;
        struct unit_in_question u = {};
        const struct unit_entry *entry = &f->entries.items[r->next++];
        r->files->items[r->files->n++] = (struct file_state){ .name = xstrdup(entry->name),
                                                              .state = file_states_decide(f, entry, &u) };
        strv_free(u.aliases);
        free(u.instance);
        return true;
}

static int reading_on_turn(sd_event_source *source, void *userdata) {
        struct states_reading *r = userdata;
        for (int64_t until = usec_now(CLOCK_MONOTONIC) + TURN_USEC; usec_now(CLOCK_MONOTONIC) < until;)
                if (!reading_step(r)) {
                        struct unit_files *files = TAKE(r->files);
                        op_end(&r->op);
                        r->done(files, r->userdata);
                        return 0;
                }
        return sd_event_source_set_enabled(r->source, SD_EVENT_ONESHOT);
}

struct op *unit_files_read(sd_event *event, const char *root, char *const *folders,
                           void (*done)(struct unit_files *files, void *userdata), void *userdata) {
        struct states_reading *r = new0(struct states_reading);
        *r = (struct states_reading){ .op.drop = reading_drop, .done = done, .userdata = userdata };
        unit_folders_init(&r->folders, root, folders);
        sd_event_add_defer(event, &r->source, reading_on_turn, r);
        sd_event_source_set_priority(r->source, BEHIND_KEYS);
        return &r->op;
}
