/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/param.h>

#include "model/image/packages.h"

#include "base/text.h"

#define WORD_BYTES_MAX 255U

struct package_list *package_list_free(struct package_list *list) {
        for (size_t i = 0; list && i < list->n; i++)
                FREE_ALL(list->items[i].name, list->items[i].version, list->items[i].architecture);
        if (list)
                FREE_ALL(list->items, list);
        return NULL;
}

/* ---- texts of fields ---- */

/* One word of printable ASCII, as names and versions of all package managers are; NULL: another text. */
static char *packages_word(struct span text) {
        if (text.n == 0 || text.n > WORD_BYTES_MAX)
                return NULL;
        for (size_t i = 0; i < text.n; i++)
                if (text.at[i] <= ' ' || text.at[i] >= 0x7f)
                        return NULL;
        return xstrndup(text.at, text.n);
}

static struct span packages_trim(struct span text) {
        while (text.n > 0 && strchr(" \t\r", text.at[text.n - 1]))
                text.n--;
        while (text.n > 0 && strchr(" \t\r", *text.at)) {
                text.at++;
                text.n--;
        }
        return text;
}

/* Fields of one package while its lines come. */
struct packages_entry {
        struct span name, version, architecture;
        bool absent; /* removed, and its settings are kept */
};

static void packages_add(struct package_list *list, struct packages_entry *entry) {
        _cleanup_free_ char *name = packages_word(entry->name), *version = packages_word(entry->version);
        bool there = name && version && !entry->absent && !strchr(name, ':'); /* see packages_name_apart() */
        struct span architecture = entry->architecture;
        *entry = (struct packages_entry) {};
        if (!there)
                return;
        if (list->n == PACKAGES_MAX) {
                list->cut = true;
                return;
        }
        room_for_one((void **) &list->items, list->n, sizeof *list->items);
        list->items[list->n++] = (struct package) { TAKE(name), TAKE(version), packages_word(architecture) };
}

/* Paragraphs of "KEY: VALUE" lines, divided by empty ones; field() takes one line. */
static void packages_each(struct package_list *list, const char *text, size_t n,
                          void (*field)(struct packages_entry *entry, struct span key, struct span value)) {
        struct packages_entry entry = {};
        for (const char *end = text + n; text < end;) {
                const char *stop = memchr(text, '\n', (size_t) (end - text));
                struct span line = { text, (size_t) ((stop ? stop : end) - text) };
                const char *colon = line.n ? memchr(text, ':', line.n) : NULL;
                text = stop ? stop + 1 : end;
                if (!packages_trim(line).n)
                        packages_add(list, &entry);
                else if (colon && !strchr(" \t", *line.at)) { /* else it goes on with the field above */
                        struct span key = { line.at, (size_t) (colon - line.at) };
                        struct span value = { colon + 1, line.n - key.n - 1 };
                        field(&entry, key, packages_trim(value));
                }
        }
        packages_add(list, &entry);
}

static bool packages_key_is(struct span key, const char *name) {
        return key.n == strlen(name) && strncasecmp(key.at, name, key.n) == 0;
}

/* deb-control(5); the last word of Status is what is there now (dpkg-query(1)). */
static void packages_dpkg_field(struct packages_entry *entry, struct span key, struct span value) {
        static const char installed[] = "installed";
        size_t n = strlen(installed);
        if (packages_key_is(key, "Package"))
                entry->name = value;
        else if (packages_key_is(key, "Version"))
                entry->version = value;
        else if (packages_key_is(key, "Architecture"))
                entry->architecture = value;
        else if (packages_key_is(key, "Status"))
                entry->absent = value.n <= n || value.at[value.n - n - 1] != ' ' ||
                                memcmp(value.at + value.n - n, installed, n) != 0;
}

/* Of apk's database v2: one letter each. */
static void packages_apk_field(struct packages_entry *entry, struct span key, struct span value) {
        struct span *to = key.n != 1        ? NULL
                          : *key.at == 'P' ? &entry->name
                          : *key.at == 'V' ? &entry->version
                          : *key.at == 'A' ? &entry->architecture
                                           : NULL;
        if (to)
                *to = value;
}

void packages_read_dpkg(struct package_list *list, const char *text, size_t n) {
        packages_each(list, text, n, packages_dpkg_field);
}

void packages_read_apk(struct package_list *list, const char *text, size_t n) {
        packages_each(list, text, n, packages_apk_field);
}

/* ---- headers of RPM ---- */

enum { RPM_HEAD_BYTES = 8, RPM_ENTRY_BYTES = 16, RPM_ENTRIES_MAX = 65535 };
enum { RPM_INT32 = 4, RPM_STRING = 6 }; /* types */

static uint32_t packages_rpm_number(const char *at) {
        const unsigned char *b = (const unsigned char *) at;
        return (uint32_t) b[0] << 24 | (uint32_t) b[1] << 16 | (uint32_t) b[2] << 8 | b[3];
}

/* A text of the data, up to its NUL; empty: it is not there. */
static struct span packages_rpm_text(const char *data, size_t n, size_t offset) {
        size_t most = offset < n ? MIN(n - offset, WORD_BYTES_MAX + 1) : 0;
        const char *end = most ? memchr(data + offset, '\0', most) : NULL;
        return end ? (struct span) { data + offset, (size_t) (end - data) - offset } : (struct span) {};
}

/* How many entries and how many bytes of data, then entries of a tag, a type, an offset and a count each,
 * then the data; all numbers with the highest byte first. */
void packages_read_rpm(struct package_list *list, const char *bytes, size_t n) {
        struct span name = {}, version = {}, release = {}, architecture = {};
        uint32_t epoch = 0, entries = n < RPM_HEAD_BYTES ? 0 : packages_rpm_number(bytes);
        if (!entries || entries > RPM_ENTRIES_MAX || entries > (n - RPM_HEAD_BYTES) / RPM_ENTRY_BYTES)
                return;
        const char *entry = bytes + RPM_HEAD_BYTES, *data = entry + entries * RPM_ENTRY_BYTES;
        n -= (size_t) (data - bytes);
        for (; entry < data; entry += RPM_ENTRY_BYTES) {
                uint32_t tag = packages_rpm_number(entry), type = packages_rpm_number(entry + 4);
                size_t offset = packages_rpm_number(entry + 8);
                struct span *text = tag == 1000   ? &name
                                    : tag == 1001 ? &version
                                    : tag == 1002 ? &release
                                    : tag == 1022 ? &architecture
                                                  : NULL;
                if (text && type == RPM_STRING)
                        *text = packages_rpm_text(data, n, offset);
                else if (tag == 1003 && type == RPM_INT32 && offset < n && n - offset >= 4)
                        epoch = packages_rpm_number(data + offset);
        }
        if (!version.n || !release.n)
                return;
        _cleanup_free_ char *key = str_printf("gpg-pubkey-%.*s", (int) version.n, version.at),
                            *colon = epoch ? str_printf("%u:", epoch) : NULL,
                            *whole = str_printf("%s%.*s-%.*s", colon ? colon : "", (int) version.n,
                                                version.at, (int) release.n, release.at);
        bool is_key = name.n == strlen("gpg-pubkey") && memcmp(name.at, "gpg-pubkey", name.n) == 0;
        packages_add(list, &(struct packages_entry) {
                                   .name = is_key ? (struct span) { key, strlen(key) } : name,
                                   .version = { whole, strlen(whole) },
                                   .architecture = architecture,
                           });
}

/* ---- lists ---- */

static int packages_compare(const void *a, const void *b) {
        const struct package *x = a, *y = b;
        int r = strcmp(x->name, y->name);
        if (r == 0)
                r = strcmp(x->architecture ? x->architecture : "", y->architecture ? y->architecture : "");
        return r != 0 ? r : strcmp(x->version, y->version);
}

/* What is there twice is damage, and goes. */
static void packages_drop_doubles(struct package_list *list) {
        size_t kept = 0;
        for (size_t i = 0; i < list->n; i++) {
                struct package *p = &list->items[i], *last = kept ? &list->items[kept - 1] : NULL;
                if (last && str_equal(last->name, p->name) && str_equal(last->architecture, p->architecture))
                        FREE_ALL(p->name, p->version, p->architecture);
                else
                        list->items[kept++] = *p;
        }
        list->n = kept;
}

/* Several of one name are of several architectures. */
static void packages_name_apart(struct package_list *list) {
        for (size_t i = 0, end; i < list->n; i = end) {
                for (end = i + 1; end < list->n && str_equal(list->items[end].name, list->items[i].name);)
                        end++;
                for (size_t k = i; end - i > 1 && k < end; k++) {
                        struct package *p = &list->items[k];
                        char *whole = str_printf("%s:%s", p->name, p->architecture ? p->architecture : "");
                        free(p->name);
                        p->name = whole;
                }
        }
}

void package_list_sort(struct package_list *list) {
        if (!list->n)
                return;
        qsort(list->items, list->n, sizeof *list->items, packages_compare);
        packages_drop_doubles(list);
        packages_name_apart(list);
        qsort(list->items, list->n, sizeof *list->items, packages_compare);
}

/* ---- what an update changes ---- */

void package_changes_done(struct package_changes *changes) {
        for (size_t i = 0; i < changes->n; i++)
                FREE_ALL(changes->items[i].name, changes->items[i].before, changes->items[i].after);
        free(changes->items);
        *changes = (struct package_changes) {};
}

static void packages_note(struct package_changes *changes, const struct package *before,
                          const struct package *after) {
        enum difference difference = !before                                    ? DIFFERENCE_ADDED
                                     : !after                                   ? DIFFERENCE_REMOVED
                                     : str_equal(before->version, after->version) ? DIFFERENCE_SAME
                                                                                : DIFFERENCE_CHANGED;
        changes->count[difference]++;
        if (difference == DIFFERENCE_SAME)
                return;
        room_for_one((void **) &changes->items, changes->n, sizeof *changes->items);
        changes->items[changes->n++] = (struct package_change) {
                .difference = difference,
                .name = xstrdup(before ? before->name : after->name),
                .before = xstrdup(before ? before->version : NULL),
                .after = xstrdup(after ? after->version : NULL),
        };
}

void package_changes_make(const struct package_list *before, const struct package_list *after,
                          struct package_changes *ret) {
        *ret = (struct package_changes) {};
        for (size_t i = 0, k = 0; i < before->n || k < after->n;) {
                int r = i == before->n  ? 1
                        : k == after->n ? -1
                                        : strcmp(before->items[i].name, after->items[k].name);
                packages_note(ret, r <= 0 ? &before->items[i] : NULL, r >= 0 ? &after->items[k] : NULL);
                i += r <= 0;
                k += r >= 0;
        }
}

char *package_change_text(const struct package_change *c) {
        return c->difference == DIFFERENCE_ADDED     ? str_printf("%s %s new", c->name, c->after)
               : c->difference == DIFFERENCE_REMOVED ? str_printf("%s %s gone", c->name, c->before)
                                                     : str_printf("%s %s -> %s", c->name, c->before,
                                                                  c->after);
}

char *package_changes_text(const struct package_changes *c) {
        size_t changed = c->count[DIFFERENCE_CHANGED];
        return str_printf(plural(changed, "%zu package changed, %zu new, %zu gone, %zu the same",
                                 "%zu packages changed, %zu new, %zu gone, %zu the same"),
                          changed, c->count[DIFFERENCE_ADDED], c->count[DIFFERENCE_REMOVED],
                          c->count[DIFFERENCE_SAME]);
}
