/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/job/manifest.h"

#include <inttypes.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define HEAD "fairlead-manifest 1 "
#define XATTRS_MAX 64U
#define XATTR_BYTES_MAX (64U * 1024)

/* Bytes that would end a field or a line, and all but printable ASCII, as %XX. "-" is an empty field. */
static void manifest_add_bytes(struct str *out, const void *bytes, size_t n) {
        const unsigned char *p = bytes;
        if (n == 0)
                str_add_char(out, '%');
        for (size_t i = 0; i < n; i++)
                if (p[i] <= 0x20 || p[i] >= 0x7f || p[i] == '%' || p[i] == '=')
                        str_addf(out, "%%%02x", p[i]);
                else
                        str_add_char(out, (char) p[i]);
}

static void manifest_add_entry(struct str *out, const struct entry *e) {
        str_addf(out,
                 "%o %u %u %" PRIu64 " %lld.%09ld %lld.%09ld %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
                 " %s %s ",
                 (unsigned) e->mode, (unsigned) e->uid, (unsigned) e->gid, e->size,
                 (long long) e->mtime.tv_sec, e->mtime.tv_nsec, (long long) e->ctime.tv_sec, e->ctime.tv_nsec,
                 e->inode, e->device, e->links, (uint64_t) e->rdev, e->left_out ? "out" : "in",
                 e->digest[0] ? e->digest : "-");
        manifest_add_bytes(out, e->path, strlen(e->path));
        str_add_char(out, ' ');
        if (e->target)
                manifest_add_bytes(out, e->target, strlen(e->target));
        else
                str_add_char(out, '-');
        for (size_t i = 0; i < e->n_xattrs; i++) {
                str_add_char(out, ' ');
                manifest_add_bytes(out, e->xattrs[i].name, strlen(e->xattrs[i].name));
                str_add_char(out, '=');
                manifest_add_bytes(out, e->xattrs[i].value, e->xattrs[i].size);
        }
        str_add_char(out, '\n');
}

char *manifest_format(const struct manifest *m) {
        _cleanup_str_ struct str out = {};
        str_addf(&out, HEAD "%" PRId64 "\n", m->taken > 0 ? m->taken : 0);
        for (size_t i = 0; i < m->n; i++)
                manifest_add_entry(&out, &m->items[i]);
        str_addf(&out, "end %zu\n", m->n);
        return str_take(&out);
}

/* The rest of a line. */
struct reader {
        const char *p, *end;
};

/* The next field up to a blank (consumed) or the end; false: none. */
static bool manifest_read_field(struct reader *reader, const char **ret, size_t *ret_n) {
        if (reader->p >= reader->end)
                return false;
        const char *blank = memchr(reader->p, ' ', (size_t) (reader->end - reader->p));
        const char *stop = blank ? blank : reader->end;
        *ret = reader->p;
        *ret_n = (size_t) (stop - reader->p);
        reader->p = blank ? blank + 1 : reader->end;
        return *ret_n > 0;
}

static bool manifest_read_number(struct reader *reader, unsigned base, uint64_t limit, uint64_t *ret) {
        const char *field;
        size_t n;
        uint64_t value = 0;
        if (!manifest_read_field(reader, &field, &n))
                return false;
        for (size_t i = 0; i < n; i++) {
                unsigned digit = (unsigned) (unsigned char) field[i] - '0';
                if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
                    __builtin_add_overflow(value, digit, &value))
                        return false;
        }
        *ret = value;
        return value <= limit;
}

static bool manifest_read_time(struct reader *reader, struct timespec *ret) {
        const char *field;
        size_t n;
        char text[40];
        if (!manifest_read_field(reader, &field, &n) || n >= sizeof text || n < 11 || field[n - 10] != '.')
                return false;
        memcpy(text, field, n);
        text[n] = text[n - 10] = '\0';
        long long seconds, nanoseconds;
        if (str_to_int(text, INT64_MIN / 2, INT64_MAX / 2, &seconds) < 0 ||
            str_to_int(text + n - 9, 0, 999999999, &nanoseconds) < 0)
                return false;
        *ret = (struct timespec) { .tv_sec = seconds, .tv_nsec = (long) nanoseconds };
        return true;
}

/* %XX back to bytes, NUL-terminated beyond *ret_n. NULL: not what manifest_add_bytes() writes. */
static char *manifest_decode(const char *field, size_t n, size_t *ret_n) {
        _cleanup_free_ char *bytes = xcalloc(1, n + 1);
        size_t length = 0;
        if (n == 1 && field[0] == '%')
                n = 0;
        for (size_t i = 0; i < n; i++) {
                if (field[i] != '%') {
                        bytes[length++] = field[i];
                        continue;
                }
                int64_t c = n - i < 3 ? -1 : hex_read(&field[i + 1], 2);
                if (c < 0)
                        return NULL;
                bytes[length++] = (char) c;
                i += 2;
        }
        *ret_n = length;
        return TAKE(bytes);
}

/* A text without NUL, or NULL. */
static char *decode_text(const char *field, size_t n) {
        size_t length;
        _cleanup_free_ char *text = manifest_decode(field, n, &length);
        return text && !memchr(text, '\0', length) ? TAKE(text) : NULL;
}

static bool read_xattr(struct reader *reader, struct entry *e) {
        const char *field;
        size_t n;
        if (e->n_xattrs >= XATTRS_MAX || !manifest_read_field(reader, &field, &n))
                return false;
        const char *equals = memchr(field, '=', n);
        if (!equals || equals == field)
                return false;
        e->xattrs = xreallocarray(e->xattrs, e->n_xattrs + 1, sizeof *e->xattrs);
        struct xattr *x = &e->xattrs[e->n_xattrs++];
        *x = (struct xattr) { .name = decode_text(field, (size_t) (equals - field)) };
        x->value = manifest_decode(equals + 1, n - (size_t) (equals + 1 - field), &x->size);
        return x->name && x->value && x->size <= XATTR_BYTES_MAX &&
               (e->n_xattrs == 1 || strcmp(x[-1].name, x->name) < 0);
}

/* Absolute and normal: the only check against a hostile manifest that climbs out of its folder. */
static bool path_normal(const char *path) {
        if (path[0] != '/')
                return false;
        for (const char *p = path; *p; p++) {
                if (*p != '/')
                        continue;
                size_t n = strcspn(p + 1, "/");
                if ((n == 0 && path[1]) || (n == 1 && p[1] == '.') || (n == 2 && p[1] == '.' && p[2] == '.'))
                        return false;
        }
        return true;
}

static bool is_word(const char *field, size_t n, const char *word) {
        return n == strlen(word) && memcmp(field, word, n) == 0;
}

static bool parse_entry(const char *line, size_t n, struct entry *e) {
        struct reader reader = { line, line + n };
        uint64_t mode, uid, gid, rdev;
        const char *field;
        size_t length;
        if (!manifest_read_number(&reader, 8, 0177777, &mode) ||
            !manifest_read_number(&reader, 10, UINT32_MAX, &uid) ||
            !manifest_read_number(&reader, 10, UINT32_MAX, &gid) ||
            !manifest_read_number(&reader, 10, INT64_MAX, &e->size) ||
            !manifest_read_time(&reader, &e->mtime) || !manifest_read_time(&reader, &e->ctime) ||
            !manifest_read_number(&reader, 10, UINT64_MAX, &e->inode) ||
            !manifest_read_number(&reader, 10, UINT64_MAX, &e->device) ||
            !manifest_read_number(&reader, 10, UINT64_MAX, &e->links) ||
            !manifest_read_number(&reader, 10, UINT64_MAX, &rdev) ||
            !manifest_read_field(&reader, &field, &length))
                return false;
        e->mode = (mode_t) mode;
        e->uid = (uid_t) uid;
        e->gid = (gid_t) gid;
        e->rdev = (dev_t) rdev;
        e->left_out = is_word(field, length, "out");
        if ((!e->left_out && !is_word(field, length, "in")) || !manifest_read_field(&reader, &field, &length))
                return false;
        if (length == 64 && strspn(field, "0123456789abcdef") >= 64)
                memcpy(e->digest, field, 64);
        else if (!is_word(field, length, "-"))
                return false;
        if (!manifest_read_field(&reader, &field, &length))
                return false;
        e->path = decode_text(field, length);
        if (!e->path || !path_normal(e->path) || !manifest_read_field(&reader, &field, &length))
                return false;
        e->target = S_ISLNK(e->mode) ? decode_text(field, length) : NULL;
        if (S_ISLNK(e->mode) ? !e->target : !is_word(field, length, "-"))
                return false;
        while (reader.p < reader.end)
                if (!read_xattr(&reader, e))
                        return false;
        return true;
}

static bool parse_head(const char *line, size_t n, struct manifest *m) {
        size_t prefix = sizeof HEAD - 1;
        if (n < prefix || memcmp(line, HEAD, prefix) != 0)
                return false;
        struct reader reader = { line + prefix, line + n };
        uint64_t taken;
        if (!manifest_read_number(&reader, 10, INT64_MAX, &taken) || reader.p < reader.end)
                return false;
        m->taken = (int64_t) taken;
        return true;
}

/* Whether it is one; the last line ends the text. */
static bool parse_end(const char *line, const char *newline, const char *end, const struct manifest *m) {
        struct reader reader = { line + 4, newline };
        uint64_t count;
        return manifest_read_number(&reader, 10, MANIFEST_ENTRIES_MAX, &count) && count == m->n &&
               newline + 1 == end;
}

static bool parse_next(const char *line, size_t n, struct manifest *m) {
        struct entry e = {};
        bool good = m->n < MANIFEST_ENTRIES_MAX && parse_entry(line, n, &e) &&
                    (!m->n || strcmp(m->items[m->n - 1].path, e.path) < 0);
        if (good)
                manifest_take(m, &e);
        entry_done(&e);
        return good;
}

int manifest_parse(const char *text, size_t n, struct manifest *ret, struct error **reterr) {
        _cleanup_(manifest_done) struct manifest m = {};
        const char *line = text, *end = text + n, *newline;
        if (n > MANIFEST_BYTES_MAX)
                return error_set(reterr, -E2BIG, "The list of saved files is larger than %u bytes",
                                 MANIFEST_BYTES_MAX);
        for (size_t number = 1; (newline = memchr(line, '\n', (size_t) (end - line))); number++) {
                size_t length = (size_t) (newline - line);
                bool last = number > 1 && length > 4 && memcmp(line, "end ", 4) == 0;
                if (number == 1 ? !parse_head(line, length, &m)
                    : last      ? !parse_end(line, newline, end, &m)
                                : !parse_next(line, length, &m))
                        return error_set(reterr, -EINVAL,
                                         "Line %zu of the list of saved files is not what fairlead writes",
                                         number);
                if (last) {
                        *ret = m;
                        m = (struct manifest) {};
                        return 0;
                }
                line = newline + 1;
        }
        return error_set(reterr, -EINVAL, "The list of saved files is cut off");
}
