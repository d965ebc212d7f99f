/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/catalogs.h"

#include "backend/format/internal.h"
#include "backend/format/json-files.h"
#include "model/image/source.h"

/* ---- one entry ---- */

/* A file that all hosts read has whole names only: which registry a short name means is this host's own
 * business (containers-registries.conf(5)), and a list that is copied must mean the same everywhere. */
static int read_reference(struct json_value *value, const char *where, void *member, struct error **reterr) {
        const char *text = json_text(value);
        char **reference = member;
        if (str_empty(text))
                return json_wrong(reterr, where, NULL, "This is %s, not the reference of an image",
                                  json_type_words(value));
        _cleanup_(source_done) struct source source = {};
        _cleanup_error_ struct error *e = NULL;
        _cleanup_free_ char *registry = source_named(text) ? NULL : str_printf("docker://%s", text);
        if (registry && reference_valid(text) && !reference_split(text).registry.n)
                return json_wrong(reterr, where, NULL,
                                  "\"%s\" names no registry: it wants HOST/NAME, such as "
                                  "registry.example.test/%s",
                                  text, text);
        if (source_parse(registry ? registry : text, NULL, &source, &e) < 0)
                return json_wrong(reterr, where, NULL, "%s", e->message);
        *reference = source_text(&source);
        return 0;
}

#define T struct catalog_entry
static const struct json_field entry_fields[] = {
        ROW("reference", JSON_CALL, reference, .call = read_reference, .required = true),
        LINE("title", title, 80, .required = true),
        LINE("group", group, 40),
        LINE("profile", profile, 63),
};
#undef T

/* ---- a file ---- */

struct reading {
        struct catalog catalog;
        char *title; /* of the file: for those who read it */
};

static int read_entry(struct json_value *o, const char *where, void *userdata, struct error **reterr) {
        struct reading *reading = userdata;
        struct catalog_entry entry = {};
        int r = json_read_strict(o, where, JSON_TABLE(entry_fields, struct catalog_entry), &entry, reterr);
        for (size_t i = 0; r >= 0 && i < reading->catalog.n; i++)
                if (str_equal(reading->catalog.items[i].reference, entry.reference))
                        r = json_wrong(reterr, where, "reference", "\"%s\" stands here twice",
                                       entry.reference);
        if (r < 0) {
                catalog_entry_done(&entry);
                return r;
        }
        room_for_one((void **) &reading->catalog.items, reading->catalog.n, sizeof entry);
        reading->catalog.items[reading->catalog.n++] = entry;
        return 0;
}

static int read_entries(struct json_value *list, const char *where, void *member, struct error **reterr) {
        struct reading *reading = container_of(member, struct reading, catalog);
        if (!json_is(list, SHAPE_LIST) || list->n > CATALOG_ENTRIES_MAX)
                return json_wrong(reterr, where, NULL, "This is not a list of at most %u images",
                                  CATALOG_ENTRIES_MAX);
        return json_each(list, where, CATALOG_ENTRIES_MAX, read_entry, reading, reterr);
}

#define T struct reading
static const struct json_field file_fields[] = {
        LINE("title", title, 80),
        ROW("images", JSON_CALL, catalog, .call = read_entries, .required = true),
};
#undef T

static void reading_done(struct reading *reading) {
        catalog_done(&reading->catalog);
        free(reading->title);
}

int catalog_parse(const char *source, const char *text, size_t n, struct catalog *ret,
                  struct error **reterr) {
        static const struct json_limits limits = { .bytes = CATALOG_BYTES_MAX, .depth = 8, .weight = 50000 };
        _cleanup_(reading_done) struct reading reading = {};
        _cleanup_json_value_ struct json_value *o = NULL;
        _cleanup_error_ struct error *e = NULL;
        unsigned line;
        if (json_parse(text, n, &limits, &o, &line, &e) < 0)
                return error_set(reterr, -EINVAL, "%s:%u: %s", source, line, e->message);
        if (json_read_strict(o, "", JSON_TABLE(file_fields, struct reading), &reading, &e) < 0) {
                const char *where = e->message;
                error_set(reterr, -EINVAL, "%s:%u: %s%s%s", source, json_line_at(o, text, where), where,
                          *where ? ": " : "", e->cause->message);
                error_hint(reterr, "How catalogs are written: catalog/README.md in fairlead's data folder");
                return -EINVAL;
        }
        for (size_t i = 0; i < reading.catalog.n && ret->n < CATALOG_ENTRIES_MAX; i++) {
                struct catalog_entry *entry = reading.catalog.items + i;
                char where[32];
                snprintf(where, sizeof where, "images[%zu]", i);
                entry->line = json_line_at(o, text, where);
                entry->file = xstrdup(source);
                room_for_one((void **) &ret->items, ret->n, sizeof *entry);
                ret->items[ret->n++] = *entry;
                *entry = (struct catalog_entry) {};
        }
        return 0;
}

/* ---- the folders ---- */

static int catalogs_add(const char *path, char *text, size_t n, bool local, void *userdata,
                        struct error **reterr) {
        _cleanup_free_ char *owned = text;
        return catalog_parse(path, owned, n, userdata, reterr);
}

static void catalogs_refuse(struct error *e, void *userdata) {
        catalog_keep_error(userdata, e);
}

static struct json_files catalog_files(struct catalog *catalog) {
        return (struct json_files) { .what = "catalog",
                                     .bytes_max = CATALOG_BYTES_MAX,
                                     .files_max = CATALOG_FILES_MAX,
                                     .read = catalogs_add,
                                     .refused = catalogs_refuse,
                                     .userdata = catalog };
}

void catalogs_read(const struct paths *paths, struct catalog *ret) {
        _cleanup_free_ char *local = str_printf("%s/catalog.d", paths->config),
                            *shipped = str_printf("%s/catalog.d", paths->data);
        struct json_files files = catalog_files(ret);
        files.local = local;
        files.shipped = shipped;
        json_files_read(&files);
        catalog_sort(ret);
}

int catalogs_check(const char *path, struct catalog *ret, struct error **reterr) {
        _cleanup_(catalog_done) struct catalog scratch = {};
        struct json_files files = catalog_files(ret ? ret : &scratch);
        return json_file_read(&files, path, reterr);
}

/* ---- as JSON ---- */

#define T struct catalog_entry
static const struct json_field listed_fields[] = {
        TEXT(reference), TEXT(title), TEXT(group), TEXT(profile), TEXT(file), ROW("line", JSON_UINT32, line),
};
#undef T

char *emit_catalog(const struct catalog *catalog) {
        return json_write_take(json_new_structs(JSON_TABLE(listed_fields, struct catalog_entry),
                                                catalog->items, catalog->n));
}
