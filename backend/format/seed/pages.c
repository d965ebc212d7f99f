/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/seed/pages.h"

#include "backend/format/internal.h"
#include "backend/format/json-files.h"

/* As it stands in a file: what is left out stays as it is. */
struct page_reading {
        struct page_text text;
        uint32_t priority;
};

static int page_read_priority(struct json_value *value, const char *where, void *member,
                              struct error **reterr) {
        const char *typed = json_is(value, SHAPE_INTEGER) ? json_typed(value) : NULL;
        long long priority;
        if (!typed || str_to_int(typed, 1, PAGE_PRIORITY_MAX, &priority) < 0)
                return json_wrong(reterr, where, NULL, "This is not a whole number from 1 to %u",
                                  PAGE_PRIORITY_MAX);
        *(uint32_t *) member = (uint32_t) priority;
        return 0;
}

#define T struct page_reading
static const struct json_field page_fields[] = {
        LINE("title", text.title, PAGE_TITLE_MAX),
        LINE("help", text.help, PAGE_HELP_MAX),
        ROW("priority", JSON_CALL, priority, .call = page_read_priority),
};
#undef T

/* "/etc/fairlead/firstboot.d/time.json": PAGE_TIME. */
static int page_of_path(const char *path, struct error **reterr) {
        const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path,
                   *end = str_ends(base, ".json");
        _cleanup_free_ char *name = xstrndup(base, end ? (size_t) (end - base) : strlen(base));
        int page = setup_page_from_name(name);
        if (page >= 0)
                return page;
        _cleanup_free_ char *names = setup_page_names_list();
        error_set(reterr, -EINVAL,
                  "%s: There is no page \"%s\": a file is called after the one that it replaces", path, name);
        return error_hint(reterr, "The pages are %s", names);
}

static int page_mask(const char *path, enum setup_page page, struct page_list *ret, struct error **reterr) {
        if (page == PAGE_SUMMARY)
                return error_set(reterr, -EINVAL, "%s: The summary cannot be masked: setup ends on it", path);
        ret->items[page].masked = true;
        str_replace(&ret->items[page].file, path);
        return 0;
}

static void page_take(struct page_reading *reading, const char *path, struct page_text *to) {
        if (reading->text.title)
                str_replace(&to->title, reading->text.title);
        if (reading->text.help)
                str_replace(&to->help, reading->text.help);
        if (reading->priority)
                to->priority = reading->priority;
        str_replace(&to->file, path);
}

int page_parse(const char *path, const char *text, size_t n, struct page_list *ret, struct error **reterr) {
        static const struct json_limits limits = { .bytes = PAGE_BYTES_MAX, .depth = 4, .weight = 1000 };
        struct page_reading reading = {};
        _cleanup_json_value_ struct json_value *o = NULL;
        _cleanup_error_ struct error *e = NULL;
        unsigned line;
        int page = page_of_path(path, reterr);
        if (page < 0)
                return page;
        if (!n)
                return page_mask(path, (enum setup_page) page, ret, reterr);
        if (json_parse(text, n, &limits, &o, &line, &e) < 0)
                return error_set(reterr, -EINVAL, "%s:%u: %s", path, line, e->message);
        int r = json_read_strict(o, "", JSON_TABLE(page_fields, struct page_reading), &reading, &e);
        if (r < 0)
                error_set(reterr, -EINVAL, "%s:%u: %s%s%s", path, json_line_at(o, text, e->message),
                          e->message, *e->message ? ": " : "", e->cause->message);
        else
                page_take(&reading, path, &ret->items[page]);
        page_text_done(&reading.text);
        return r < 0 ? -EINVAL : 0;
}

/* ---- the folders ---- */

static int pages_add(const char *path, char *text, size_t n, bool local, void *userdata,
                     struct error **reterr) {
        _cleanup_free_ char *owned = text;
        return page_parse(path, owned, n, userdata, reterr);
}

static void pages_refuse(struct error *e, void *userdata) {
        page_list_keep_error(userdata, e);
}

static struct json_files page_files(struct page_list *list) {
        return (struct json_files) { .what = "page",
                                     .bytes_max = PAGE_BYTES_MAX,
                                     .files_max = PAGE_FILES_MAX,
                                     .masks = true,
                                     .read = pages_add,
                                     .refused = pages_refuse,
                                     .userdata = list };
}

void pages_read(const struct paths *paths, struct page_list *ret) {
        _cleanup_free_ char *local = str_printf("%s/firstboot.d", paths->config),
                            *shipped = str_printf("%s/firstboot.d", paths->data);
        struct json_files files = page_files(ret);
        page_list_begin(ret);
        files.local = local;
        files.shipped = shipped;
        json_files_read(&files);
}

int pages_check(const char *path, struct error **reterr) {
        struct page_list scratch;
        struct json_files files = page_files(&scratch);
        page_list_begin(&scratch);
        int r = json_file_read(&files, path, reterr);
        page_list_done(&scratch);
        return r;
}
