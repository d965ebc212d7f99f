/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/profiles.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/readfile.h"
#include "model/plan/offers.h"

/* The text is kept and parsed again for each caller that wants its own profile: shorter code than a copy. */
struct loaded {
        struct profile *profile;
        char *text;
        size_t n;
};

struct shelf {
        struct loaded *items; /* in the order of their file names */
        size_t n;
};

struct profiles {
        struct shelf local, shipped; /* of /etc and of /usr */
        char **local_names;          /* all files in /etc, also the bad ones */
        struct error **errors;
        size_t n_errors;
};

static void loaded_done(struct loaded *l) {
        profile_free(l->profile);
        free(l->text);
}

static void shelf_done(struct shelf *shelf) {
        for (size_t i = 0; i < shelf->n; i++)
                loaded_done(shelf->items + i);
        free(shelf->items);
}

struct profiles *profiles_free(struct profiles *profiles) {
        if (!profiles)
                return NULL;
        shelf_done(&profiles->local);
        shelf_done(&profiles->shipped);
        strv_free(profiles->local_names);
        for (size_t i = 0; i < profiles->n_errors; i++)
                error_free(profiles->errors[i]);
        FREE_ALL(profiles->errors, profiles);
        return NULL;
}

/* Takes e. */
static void keep_error(struct profiles *profiles, struct error *e) {
        room_for_one((void **) &profiles->errors, profiles->n_errors, sizeof e);
        profiles->errors[profiles->n_errors++] = e;
}

static int is_profile_file(const struct dirent *entry) {
        return entry->d_name[0] != '.' && str_ends(entry->d_name, ".json") != NULL;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
        return strcmp((*a)->d_name, (*b)->d_name);
}

/* A profile decides what a root program runs: no other user may have written it. */
static int check_owner(int fd, const char *path, struct error **reterr) {
        struct stat st;
        if (fstat(fd, &st) < 0)
                return error_errno(reterr, -errno, "The profile %s could not be read", path);
        if (!S_ISREG(st.st_mode))
                return error_set(reterr, -EINVAL, "The profile %s is not a file", path);
        if ((st.st_uid == 0 || st.st_uid == geteuid()) && !(st.st_mode & (S_IWGRP | S_IWOTH)))
                return 0;
        error_set(reterr, -EPERM, "The profile %s can be written by others than root, so it is not used",
                  path);
        error_hint(reterr, "chown root:root %s; chmod 644 %s", path, path);
        return -EPERM;
}

/* Who may write into the folder, or put another in its place, writes its files. */
static int check_folder(int folder, const char *path, struct error **reterr) {
        for (const char *at = "."; at; at = str_equal(at, ".") ? ".." : NULL) {
                struct stat st;
                if (fstatat(folder, at, &st, 0) < 0)
                        return error_errno(reterr, -errno, "The folder of profiles %s could not be read",
                                           path);
                if ((st.st_uid == 0 || st.st_uid == geteuid()) && !(st.st_mode & (S_IWGRP | S_IWOTH)))
                        continue;
                const char *above = str_equal(at, "..") ? "/.." : "";
                error_set(reterr, -EPERM, "Others than root may write to %s%s, so no profile in it is used",
                          path, above);
                error_hint(reterr, "chown root:root %s%s; chmod 755 %s%s", path, above, path, above);
                return -EPERM;
        }
        return 0;
}

static int read_one(int folder, const char *name, const char *path, struct loaded *l, struct error **reterr) {
        /* O_NONBLOCK: a FIFO of that name must not block */
        _cleanup_close_ int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0)
                return error_errno(reterr, -errno, "The profile %s could not be opened", path);
        int r = check_owner(fd, path, reterr);
        if (r < 0)
                return r;
        r = readfile_fd(fd, path, PROFILE_BYTES_MAX, &l->text, &l->n, reterr);
        if (r < 0)
                return r;
        r = profile_parse(path, l->text, l->n, &l->profile, reterr);
        if (r >= 0 && !strv_length(l->profile->match))
                r = error_set(reterr, -EINVAL,
                              "%s:1: The member \"match\" is missing, so the profile fits no image", path);
        return r;
}

/* A bad file becomes an error that is kept. */
static void add_file(struct profiles *profiles, int folder, const char *path, const char *name,
                     struct shelf *shelf) {
        _cleanup_free_ char *file = str_printf("%s/%s", path, name);
        struct loaded l = {};
        struct error *e = NULL;
        if (read_one(folder, name, file, &l, &e) < 0) {
                loaded_done(&l);
                keep_error(profiles, e);
                return;
        }
        room_for_one((void **) &shelf->items, shelf->n, sizeof l);
        shelf->items[shelf->n++] = l;
}

/* A bad file in /etc hides the shipped one, too: a local change must not be undone silently. */
static void read_folder(struct profiles *profiles, const char *path, struct shelf *shelf) {
        bool local = shelf == &profiles->local;
        _cleanup_close_ int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0 && errno == ENOENT)
                return;
        struct error *refused = NULL;
        if (local && folder >= 0 && check_folder(folder, path, &refused) < 0) {
                keep_error(profiles, refused);
                return;
        }
        struct dirent **entries = NULL;
        int found = folder < 0 ? -1 : scandirat(folder, ".", &entries, is_profile_file, by_name);
        if (found < 0) {
                struct error *e = NULL;
                error_errno(&e, -errno, "The folder of profiles %s could not be read", path);
                keep_error(profiles, e);
        }
        for (int i = 0; i < found; i++) {
                const char *name = entries[i]->d_name;
                if (i < (int) PROFILE_FILES_MAX && (local || !strv_contains(profiles->local_names, name)))
                        add_file(profiles, folder, path, name, shelf);
                if (local)
                        strv_add(&profiles->local_names, name);
                free(entries[i]);
        }
        free(entries);
}

struct profiles *profiles_new(const struct paths *paths) {
        struct profiles *profiles = new0(struct profiles);
        _cleanup_free_ char *local = str_printf("%s/profiles.d", paths->config),
                            *shipped = str_printf("%s/profiles", paths->data);
        read_folder(profiles, local, &profiles->local);
        read_folder(profiles, shipped, &profiles->shipped);
        return profiles;
}

size_t profiles_errors(const struct profiles *profiles) {
        return profiles->n_errors;
}

const struct error *profiles_error(const struct profiles *profiles, size_t i) {
        return i < profiles->n_errors ? profiles->errors[i] : NULL;
}

static void find_in(const struct shelf *shelf, const struct image *image, struct profile **ret) {
        const struct loaded *l = shelf->items, *end = l + shelf->n;
        while (l < end && !profile_fits(l->profile, image))
                l++;
        if (l < end)
                profile_parse(l->profile->source, l->text, l->n, ret, NULL);
}

int profiles_find(struct profiles *profiles, const struct image *image, struct profile **ret,
                  struct error **reterr) {
        const char *label = label_list_get(&image->labels, PROFILE_LABEL),
                   *reference = image_reference(image);
        int r = 0;
        *ret = NULL;
        find_in(&profiles->local, image, ret);
        if (!*ret && !str_empty(label)) {
                _cleanup_free_ char *source =
                        str_printf("label " PROFILE_LABEL " of %s", reference ? reference : "an image");
                r = profile_parse(source, label, strlen(label), ret, reterr);
        } else if (!*ret)
                find_in(&profiles->shipped, image, ret);
        if (!*ret)
                *ret = profile_generic(image);
        offers_add(*ret, image);
        return r;
}
