/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/json-files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/readfile.h"
#include "base/str.h"

static int is_json_file(const struct dirent *entry) {
        return entry->d_name[0] != '.' && str_ends(entry->d_name, ".json") != NULL;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
        return strcmp((*a)->d_name, (*b)->d_name);
}

static bool only_root_writes(const struct stat *st) {
        return (st->st_uid == 0 || st->st_uid == geteuid()) && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

static int check_owner(const struct json_files *files, int fd, const char *path, struct error **reterr) {
        struct stat st;
        if (fstat(fd, &st) < 0)
                return error_errno(reterr, -errno, "The %s %s could not be read", files->what, path);
        if (!S_ISREG(st.st_mode))
                return error_set(reterr, -EINVAL, "The %s %s is not a file", files->what, path);
        if (only_root_writes(&st))
                return 0;
        error_set(reterr, -EPERM, "The %s %s can be written by others than root, so it is not used",
                  files->what, path);
        error_hint(reterr, "chown root:root %s; chmod 644 %s", path, path);
        return -EPERM;
}

/* Who may write into the folder, or put another in its place, writes its files. */
static int check_folder(const struct json_files *files, int folder, const char *path, struct error **reterr) {
        for (const char *at = "."; at; at = str_equal(at, ".") ? ".." : NULL) {
                struct stat st;
                if (fstatat(folder, at, &st, 0) < 0)
                        return error_errno(reterr, -errno, "The folder of %ss %s could not be read",
                                           files->what, path);
                if (only_root_writes(&st))
                        continue;
                const char *above = str_equal(at, "..") ? "/.." : "";
                error_set(reterr, -EPERM, "Others than root may write to %s%s, so no %s in it is used", path,
                          above, files->what);
                error_hint(reterr, "chown root:root %s%s; chmod 755 %s%s", path, above, path, above);
                return -EPERM;
        }
        return 0;
}

static int read_at(const struct json_files *files, int folder, const char *name, const char *path, bool local,
                   struct error **reterr) {
        /* O_NONBLOCK: a FIFO of that name must not block */
        _cleanup_close_ int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0)
                return error_errno(reterr, -errno, "The %s %s could not be opened", files->what, path);
        int r = check_owner(files, fd, path, reterr);
        if (r < 0)
                return r;
        char *text = NULL;
        size_t n;
        r = readfile_fd(fd, path, files->bytes_max, &text, &n, reterr);
        return r < 0 ? r : files->read(path, text, n, local, files->userdata, reterr);
}

/* hidden: the names of /etc, which this folder (of /etc) fills, or (of /usr) leaves out. */
static void read_folder(const struct json_files *files, bool local, char ***hidden) {
        const char *path = local ? files->local : files->shipped;
        _cleanup_close_ int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0 && errno == ENOENT)
                return;
        struct error *refused = NULL;
        if (local && folder >= 0 && check_folder(files, folder, path, &refused) < 0) {
                files->refused(refused, files->userdata);
                return;
        }
        struct dirent **entries = NULL;
        int found = folder < 0 ? -1 : scandirat(folder, ".", &entries, is_json_file, by_name);
        if (found < 0) {
                error_errno(&refused, -errno, "The folder of %ss %s could not be read", files->what, path);
                files->refused(refused, files->userdata);
        }
        for (int i = 0; i < found; i++) {
                const char *name = entries[i]->d_name;
                _cleanup_free_ char *file = str_printf("%s/%s", path, name);
                struct error *e = NULL;
                if (i < (int) files->files_max && (local || !strv_contains(*hidden, name)) &&
                    read_at(files, folder, name, file, local, &e) < 0)
                        files->refused(e, files->userdata);
                if (local)
                        strv_add(hidden, name);
                free(entries[i]);
        }
        free(entries);
}

void json_files_read(const struct json_files *files) {
        _cleanup_strv_ char **hidden = NULL;
        read_folder(files, true, &hidden);
        read_folder(files, false, &hidden);
}

int json_file_read(const struct json_files *files, const char *path, struct error **reterr) {
        return read_at(files, AT_FDCWD, path, path, true, reterr);
}
