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

/* %XX back to bytes, NUL-terminated beyond *ret_n. -EINVAL, -ENOMEM. */
static int manifest_decode(const char *field, size_t n, char **ret, size_t *ret_n) {
        char *bytes = malloc(n + 1);
        if (!bytes)
                return -ENOMEM;
        size_t length = 0;
        if (n == 1 && field[0] == '%')
                n = 0;
        for (size_t i = 0; i < n; i++) {
                if (field[i] == '%') {
                        if (n - i < 3 || hex_digit(field[i + 1]) < 0 ||
                            hex_digit(field[i + 2]) < 0) {
                                free(bytes);
                                return -EINVAL;
                        }
                        bytes[length++] = (char) (hex_digit(field[i + 1]) * 16 +
                                                  hex_digit(field[i + 2]));
                        i += 2;
                } else
                        bytes[length++] = field[i];
        }
        bytes[length] = '\0';
        *ret = bytes;
        *ret_n = length;
        return 0;
}

/* A text without NUL. */
static int decode_text(const char *field, size_t n, char **ret) {
        size_t length;
        char *text;
        int r = manifest_decode(field, n, &text, &length);
        if (r < 0)
                return r;
        if (memchr(text, '\0', length)) {
                free(text);
                return -EINVAL;
        }
        *ret = text;
        return 0;
}

static int read_xattr(struct reader *reader, struct entry *e) {
        const char *field;
        size_t n;
        if (e->n_xattrs >= XATTRS_MAX || !manifest_read_field(reader, &field, &n))
                return -EINVAL;
        const char *equals = memchr(field, '=', n);
        if (!equals || equals == field)
                return -EINVAL;
        struct xattr *xattrs = reallocarray(e->xattrs, e->n_xattrs + 1, sizeof *xattrs);
        if (!xattrs)
                return -ENOMEM;
        e->xattrs = xattrs;
        struct xattr *x = &xattrs[e->n_xattrs++];
        *x = (struct xattr) {};
        int r = decode_text(field, (size_t) (equals - field), &x->name);
        char *value = NULL;
        if (r >= 0)
                r = manifest_decode(equals + 1, n - (size_t) (equals + 1 - field), &value, &x->size);
        x->value = value;
        if (r < 0)
                return r;
        if (x->size > XATTR_BYTES_MAX || (e->n_xattrs > 1 && strcmp(x[-1].name, x->name) >= 0))
                return -EINVAL;
        return 0;
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

static bool manifest_digest_valid(const char *field, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (hex_digit(field[i]) < 0)
                        return false;
        return n == 64;
}

static int parse_entry(const char *line, size_t n, struct entry *e) {
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
                return -EINVAL;
        e->mode = (mode_t) mode;
        e->uid = (uid_t) uid;
        e->gid = (gid_t) gid;
        e->rdev = (dev_t) rdev;
        e->left_out = length == 3 && memcmp(field, "out", 3) == 0;
        if (!e->left_out && !(length == 2 && memcmp(field, "in", 2) == 0))
                return -EINVAL;
        if (!manifest_read_field(&reader, &field, &length))
                return -EINVAL;
        if (manifest_digest_valid(field, length))
                memcpy(e->digest, field, 64);
        else if (length != 1 || field[0] != '-')
                return -EINVAL;
        if (!manifest_read_field(&reader, &field, &length))
                return -EINVAL;
        int r = decode_text(field, length, &e->path);
        if (r < 0)
                return r;
        if (!path_normal(e->path) || !manifest_read_field(&reader, &field, &length))
                return -EINVAL;
        if (S_ISLNK(e->mode) && (r = decode_text(field, length, &e->target)) < 0)
                return r;
        if (!S_ISLNK(e->mode) && (length != 1 || field[0] != '-'))
                return -EINVAL;
        while (reader.p < reader.end)
                if ((r = read_xattr(&reader, e)) < 0)
                        return r;
        return 0;
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

static int bad_line(size_t number, struct error **reterr) {
        return error_set(reterr, -EINVAL, "Line %zu of the list of saved files is not what fairlead writes",
                         number);
}

int manifest_parse(const char *text, size_t n, struct manifest *ret, struct error **reterr) {
        _cleanup_(manifest_done) struct manifest m = {};
        const char *p = text, *end = text + n;
        if (n > MANIFEST_BYTES_MAX)
                return error_set(reterr, -E2BIG, "The list of saved files is larger than %u bytes",
                                 MANIFEST_BYTES_MAX);
        for (size_t number = 1; p < end; number++) {
                const char *newline = memchr(p, '\n', (size_t) (end - p));
                if (!newline)
                        break;
                size_t length = (size_t) (newline - p);
                const char *line = p;
                p = newline + 1;
                if (number == 1) {
                        if (!parse_head(line, length, &m))
                                return bad_line(number, reterr);
                        continue;
                }
                if (length > 4 && memcmp(line, "end ", 4) == 0) {
                        struct reader reader = { line + 4, newline };
                        uint64_t count;
                        if (!manifest_read_number(&reader, 10, MANIFEST_ENTRIES_MAX, &count) ||
                            count != m.n || p != end)
                                return bad_line(number, reterr);
                        *ret = m;
                        m = (struct manifest) {};
                        return 0;
                }
                struct entry e = {};
                int r = m.n < MANIFEST_ENTRIES_MAX ? parse_entry(line, length, &e) : -E2BIG;
                if (r >= 0 && m.n && strcmp(m.items[m.n - 1].path, e.path) >= 0)
                        r = -EINVAL;
                if (r >= 0)
                        r = manifest_take(&m, &e);
                entry_done(&e);
                if (r == -ENOMEM)
                        return error_set(reterr, r, "Out of memory");
                if (r < 0)
                        return bad_line(number, reterr);
        }
        return error_set(reterr, -EINVAL, "The list of saved files is cut off");
}
