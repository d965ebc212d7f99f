/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Updates as JSON: what `fairlead updates --json` prints, and the file `state`/updates (emit.h). */

#include <time.h>

#include "backend/format/internal.h"
#include "backend/format/updates.h"

#define UPDATE_TEXT_MAX 512U

#define T struct update
static struct json_object *updates_make_state(const void *member) {
        return json_new_text(update_state_name(update_state(container_of(member, struct update, name))));
}

static struct json_object *updates_make_waits(const void *member) {
        return json_object_new_boolean(
                update_waits(container_of(member, struct update, name), (int64_t) time(NULL)));
}

static struct json_object *updates_make_ready(const void *member) {
        return json_object_new_boolean(
                update_ready(container_of(member, struct update, name), (int64_t) time(NULL)));
}

#define UPDATE_IMAGE(image)                                                                  \
        LINE(#image ".digest", image.digest, UPDATE_TEXT_MAX),                               \
        LINE(#image ".id", image.id, UPDATE_TEXT_MAX),                                       \
        LINE(#image ".version", image.version, UPDATE_TEXT_MAX)
#define UPDATE_KEPT                                                                                    \
        LINE("reference", reference, UPDATE_TEXT_MAX), UPDATE_IMAGE(newest),                           \
                ROW("newest.size", JSON_UINT64, newest.size, KNOWN(newest.size)),                      \
                ROW("newest.created", JSON_TIME, newest.created, KNOWN(newest.created)), TIME(looked), \
                TIME(tried), TIME(found), TIME(held),                                                  \
                LINE("approved.image", approved.image, UPDATE_TEXT_MAX),                               \
                LINE("approved.consent", approved.consent, UPDATE_TEXT_MAX),                           \
                ROW("approved.given", JSON_TIME, approved.given, KNOWN(approved.given)),               \
                LINE("approved.by", approved.by, UPDATE_TEXT_MAX),                                     \
                LINE("failed", failed, UPDATE_TEXT_MAX)

static const struct json_field update_kept_fields[] = {
        LINE("name", name, 64, .required = true),
        UPDATE_KEPT,
};
static const struct json_field update_fields[] = {
        TEXT(name),
        MADE("state", updates_make_state),
        MADE("waits", updates_make_waits),
        MADE("ready", updates_make_ready),
        UPDATE_KEPT,
        TEXT(none),
        UPDATE_IMAGE(installed),
        FLAG(here),
};
#undef T

#define T struct package_change
static const struct json_field package_fields[] = {
        TEXT(name),
        ROW("change", JSON_WORD, difference, JSON_NAMES(difference)),
        TEXT(before),
        TEXT(after),
};
#undef T

#define T struct update_detail
static struct json_object *updates_make_packages(const void *member) {
        const struct update_detail *d = member;
        return d->unread ? NULL
                         : json_new_structs(JSON_TABLE(package_fields, struct package_change),
                                            d->packages.items, d->packages.n);
}

static struct json_object *updates_make_trust(const void *member) {
        const struct update_detail *d = member;
        return d->trust ? trust_object(d->trust) : NULL;
}

static const struct json_field change_fields[] = {
        LIST("labels", labels.items, labels.n, label_change_fields, struct label_change),
        TEXTS(findings),
        TEXTS(fixed),
        MADE("packages", updates_make_packages),
        TEXT(unread),
        FLAG(here),
        MADE("trust", updates_make_trust),
        TEXT(unlooked),
};
#undef T

struct updates_file {
        uint32_t version;
        struct update *items;
        size_t n;
};
#define T struct updates_file
static const struct json_field updates_file_fields[] = {
        ROW("version", JSON_UINT32, version, .required = true),
        LIST("services", items, n, update_kept_fields, struct update, .max = UPDATES_MAX),
};
#undef T

char *emit_updates(const struct update_list *list, struct update_detail *const *details) {
        struct json_object *all =
                json_new_structs(JSON_TABLE(update_fields, struct update), list->items, list->n);
        for (size_t i = 0; details && i < list->n; i++)
                json_object_object_add(
                        json_object_array_get_idx(all, i), "change",
                        json_new_struct(JSON_TABLE(change_fields, struct update_detail), details[i]));
        return json_write_take(all);
}

char *updates_file_text(const struct update_list *list) {
        const struct updates_file file = { UPDATES_VERSION, list->items, list->n };
        return json_write_take(json_new_struct(JSON_TABLE(updates_file_fields, struct updates_file), &file));
}

/* Nothing that is shown or asked comes from an entry that this program would not have written. */
static bool update_is_ours(const struct update *u) {
        const char *const texts[] = { u->newest.version, u->newest.digest,  u->newest.id,
                                      u->failed,         u->approved.image, u->approved.consent };
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                if (texts[i] && str_has_controls(texts[i]))
                        return false;
        return service_name_valid(u->name) && (!u->reference || reference_valid(u->reference));
}

int updates_file_parse(const char *text, size_t n, struct update_list **ret, struct error **reterr) {
        static const struct json_limits limits = { .bytes = UPDATES_BYTES_MAX, .depth = 8, .weight = 100000 };
        static const char sentence[] = "This is not a list of updates";
        struct updates_file file = {};
        int r = json_parse_struct(text, n, &limits, JSON_TABLE(updates_file_fields, struct updates_file),
                                  &file, sentence, reterr);
        _cleanup_(update_list_freep) struct update_list *all = new0(struct update_list);
        *all = (struct update_list) { file.items, file.n };
        if (r >= 0 && file.version != UPDATES_VERSION)
                r = error_set(reterr, -EINVAL, "%s: its version is %u, not %u", sentence, file.version,
                              UPDATES_VERSION);
        if (r < 0)
                return r;
        struct update_list *list = new0(struct update_list);
        for (size_t i = 0; i < all->n; i++)
                if (update_is_ours(&all->items[i]) && !update_list_find(list, all->items[i].name))
                        update_copy(&all->items[i], update_list_add(list));
        *ret = list;
        return 0;
}
