/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/profiles.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/readfile.h"

#define PROFILE_LABEL "io.fairlead.profile"

/* The text is kept and parsed again for each caller that wants its own profile: shorter code than a copy. */
struct loaded {
        struct profile *profile;
        char *text;
        size_t n;
};

struct profiles {
        struct loaded *local;           /* of /etc, in the order of their file names */
        size_t n_local;
        char **local_names;             /* all files there, also the bad ones */
        struct loaded *shipped;
        size_t n_shipped;
        struct error **errors;
        size_t n_errors;
};

static void loaded_done(struct loaded *l) {
        profile_free(l->profile);
        free(l->text);
        *l = (struct loaded) {};
}

struct profiles *profiles_free(struct profiles *profiles) {
        if (!profiles)
                return NULL;
        for (size_t i = 0; i < profiles->n_local; i++)
                loaded_done(profiles->local + i);
        for (size_t i = 0; i < profiles->n_shipped; i++)
                loaded_done(profiles->shipped + i);
        for (size_t i = 0; i < profiles->n_errors; i++)
                error_free(profiles->errors[i]);
        free(profiles->local);
        strv_free(profiles->local_names);
        free(profiles->shipped);
        free(profiles->errors);
        free(profiles);
        return NULL;
}

/* Takes e. */
static int keep_error(struct profiles *profiles, struct error *e) {
        struct error **grown =
                e ? reallocarray(profiles->errors, profiles->n_errors + 1, sizeof *grown) : NULL;
        if (!grown) {
                error_free(e);
                return -ENOMEM;
        }
        profiles->errors = grown;
        grown[profiles->n_errors++] = e;
        return 0;
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
        if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & (S_IWGRP | S_IWOTH))) {
                int r = error_set(reterr, -EPERM,
                                  "The profile %s can be written by others than root, so it is not used",
                                  path);
                error_hint(reterr, "chown root:root %s; chmod 644 %s", path, path);
                return r;
        }
        return 0;
}

static int read_one(int folder, const char *name, const char *path, struct loaded *l, struct error **reterr) {
        /* O_NONBLOCK: a FIFO of that name must not block */
        _cleanup_close_ int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0)
                return error_errno(reterr, -errno, "The profile %s could not be opened", path);
        int r = check_owner(fd, path, reterr);
        if (r >= 0)
                r = readfile_fd(fd, path, PROFILE_BYTES_MAX, &l->text, &l->n, reterr);
        if (r >= 0)
                r = profile_parse(path, l->text, l->n, &l->profile, reterr);
        if (r >= 0 && !l->profile->match)
                r = error_set(reterr, -EINVAL,
                              "%s:1: The member \"match\" is missing, so the profile fits no image", path);
        return r;
}

/* Adds one file to the list; a bad one becomes an error that is kept. Only -ENOMEM fails. */
static int add_file(struct profiles *profiles, int folder, const char *path, const char *name,
                    struct loaded **list, size_t *n) {
        struct loaded *grown = reallocarray(*list, *n + 1, sizeof *grown);
        _cleanup_free_ char *file = str_printf("%s/%s", path, name);
        if (!grown || !file) {
                *list = grown ? grown : *list;
                return -ENOMEM;
        }
        *list = grown;
        struct loaded l = {};
        struct error *e = NULL;
        if (read_one(folder, name, file, &l, &e) < 0) {
                loaded_done(&l);
                return keep_error(profiles, e);
        }
        grown[(*n)++] = l;
        return 0;
}

/* hidden: names that are skipped; names (may be NULL) gets the existing ones. */
static int read_folder(struct profiles *profiles, const char *path, char *const *hidden, char ***names,
                       struct loaded **list, size_t *n) {
        _cleanup_close_ int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0 && errno == ENOENT)
                return 0;
        struct dirent **entries = NULL;
        int found = folder < 0 ? -1 : scandirat(folder, ".", &entries, is_profile_file, by_name);
        if (found < 0) {
                struct error *e = NULL;
                (void) error_errno(&e, -errno, "The folder of profiles %s could not be read", path);
                return keep_error(profiles, e);
        }
        int r = 0;
        for (int i = 0; i < found; i++) {
                const char *name = entries[i]->d_name;
                if (r >= 0 && i < (int) PROFILE_FILES_MAX && !strv_contains(hidden, name)) {
                        r = names ? strv_add(names, name) : 0;
                        if (r >= 0)
                                r = add_file(profiles, folder, path, name, list, n);
                }
                free(entries[i]);
        }
        free(entries);
        return r;
}

int profiles_new(const struct paths *paths, struct profiles **ret, struct error **reterr) {
        _cleanup_(profiles_freep) struct profiles *profiles = calloc(1, sizeof *profiles);
        _cleanup_free_ char *local = str_printf("%s/profiles.d", paths->config),
                            *shipped = str_printf("%s/profiles", paths->data);
        if (!profiles || !local || !shipped)
                return error_set(reterr, -ENOMEM, "Out of memory");
        int r = read_folder(profiles, local, NULL, &profiles->local_names, &profiles->local,
                            &profiles->n_local);
        /* A bad file in /etc hides the shipped one, too: a local change must not be undone silently. */
        if (r >= 0)
                r = read_folder(profiles, shipped, profiles->local_names, NULL, &profiles->shipped,
                                &profiles->n_shipped);
        if (r < 0)
                return error_set(reterr, r, "Out of memory");
        *ret = TAKE(profiles);
        return 0;
}

size_t profiles_errors(const struct profiles *profiles) {
        return profiles->n_errors;
}

const struct error *profiles_error(const struct profiles *profiles, size_t i) {
        return i < profiles->n_errors ? profiles->errors[i] : NULL;
}

static int find_in(const struct loaded *list, size_t n, const struct image *image, struct profile **ret) {
        for (size_t i = 0; i < n; i++)
                if (profile_fits(list[i].profile, image))
                        return profile_parse(list[i].profile->source, list[i].text, list[i].n, ret, NULL);
        return 0;
}

int profiles_find(struct profiles *profiles, const struct image *image, struct profile **ret,
                  struct error **reterr) {
        *ret = NULL;
        int r = find_in(profiles->local, profiles->n_local, image, ret), bad = 0;
        const char *label = image_label(image, PROFILE_LABEL);
        if (r >= 0 && !*ret && !str_empty(label)) {
                const char *reference = image_reference(image);
                _cleanup_free_ char *source =
                        str_printf("label " PROFILE_LABEL " of %s", reference ? reference : "an image");
                bad = source ? profile_parse(source, label, strlen(label), ret, reterr) : -ENOMEM;
                r = bad == -ENOMEM ? bad : 0;
        } else if (r >= 0 && !*ret)
                r = find_in(profiles->shipped, profiles->n_shipped, image, ret);
        if (r >= 0 && !*ret)
                r = profile_generic(image, ret);
        return r < 0 ? error_set(reterr, r, "Out of memory") : bad;
}
