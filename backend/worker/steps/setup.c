/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps that set the host itself up: the files of one setting are written, then it is put into effect.
 * The files of others that are kept beside it (mode, owner, labels) stay as they were. */
#include <crypt.h>
#include <fcntl.h>
#include <shadow.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "backend/io/files.h"
#include "backend/worker/step.h"

#define BYTES_MAX (1024U * 1024)
#define FORMER "former-name" /* of the kernel, in the job's folder */

/* A test's folder is no host: there is nothing to put into effect. */
static bool setup_is_real(const struct worker *w) {
        return !*w->paths->root;
}

/* ---- files ---- */

/* "" where there is no file. */
static int setup_read(struct worker *w, const char *path, char **ret, struct error **reterr) {
        const char *name;
        size_t n;
        _cleanup_error_ struct error *e = NULL;
        _cleanup_close_ int folder = files_open_parent(w->root, path, &name, &e);
        int r = folder < 0 ? folder : files_read(folder, name, BYTES_MAX, ret, &n, &e);
        if (r == -ENOENT)
                *ret = xstrdup("");
        return r < 0 && r != -ENOENT ? error_take(reterr, TAKE(e)) : 0;
}

/* Mode, owner and labels of a file that is there stay; mode: of a new one. */
static int setup_write_at(int folder, const char *name, const char *text, mode_t mode,
                          struct error **reterr) {
        struct entry now = {};
        if (files_look(folder, name, name, &now) < 0 || !S_ISREG(now.mode)) {
                entry_done(&now);
                return files_write(folder, name, text, strlen(text), mode, reterr);
        }
        now.mtime.tv_nsec = UTIME_OMIT;
        _cleanup_close_ int content = memfd_create("setting", MFD_CLOEXEC);
        int r = content < 0 ? -errno : files_write_all(content, text, strlen(text));
        r = r < 0 ? error_errno(reterr, r, "%s cannot be written", name)
                  : files_put(folder, name, &now, content, NULL, reterr);
        entry_done(&now);
        return r;
}

static int setup_write(struct worker *w, const char *path, const char *text, struct error **reterr) {
        const char *name;
        _cleanup_close_ int folder = files_open_parent(w->root, path, &name, reterr);
        return folder < 0 ? folder : setup_write_at(folder, name, text, 0644, reterr);
}

/* ---- the host name ---- */

static int setup_write_name(struct worker *w, struct error **reterr) {
        const char *name = w->plan->setup.value;
        _cleanup_free_ char *line = str_printf("%s\n", name), *hosts = NULL;
        int r = setup_read(w, SETUP_HOSTS_FILE, &hosts, reterr);
        if (r < 0)
                return r;
        _cleanup_free_ char *changed = setup_hosts_text(hosts, name);
        r = changed ? setup_write(w, SETUP_HOSTS_FILE, changed, reterr) : 0;
        return r < 0 ? r : setup_write(w, SETUP_HOST_NAME_FILE, line, reterr);
}

/* ---- the time zone ---- */

static int setup_write_zone(struct worker *w, struct error **reterr) {
        const char *name;
        _cleanup_free_ char *target = str_printf("..%s%s", SETUP_ZONES, w->plan->setup.value),
                            *line = str_printf("%s\n", w->plan->setup.value), *debian = NULL;
        const struct entry link = { .path = (char *) SETUP_ZONE_LINK,
                                    .mode = S_IFLNK | 0777,
                                    .uid = geteuid(),
                                    .gid = getegid(),
                                    .mtime.tv_nsec = UTIME_OMIT,
                                    .target = target };
        _cleanup_close_ int folder = files_open_parent(w->root, SETUP_ZONE_LINK, &name, reterr);
        int r = folder < 0 ? folder : setup_read(w, SETUP_ZONE_FILE, &debian, reterr);
        if (r >= 0 && *debian)
                r = setup_write(w, SETUP_ZONE_FILE, line, reterr);
        return r < 0 ? r : files_put(folder, name, &link, -1, NULL, reterr);
}

/* ---- language and keyboard ---- */

static int setup_write_assigned(struct worker *w, const char *path, const char *name, struct error **reterr) {
        _cleanup_free_ char *text = NULL;
        int r = setup_read(w, path, &text, reterr);
        _cleanup_free_ char *changed = r < 0 ? NULL : setup_assign(text, name, w->plan->setup.value);
        return r < 0 ? r : setup_write(w, path, changed, reterr);
}

/* Debian's logins read a file of their own; where that is a link to the other one, there is one file. */
static bool setup_has_debian_locale(const struct worker *w) {
        struct stat st;
        if (fstatat(w->root, &SETUP_LOCALE_DEBIAN[1], &st, AT_SYMLINK_NOFOLLOW) >= 0)
                return S_ISREG(st.st_mode);
        return faccessat(w->root, "etc/debian_version", F_OK, 0) == 0 &&
               faccessat(w->root, "etc/default", F_OK, 0) == 0;
}

static int setup_write_locale(struct worker *w, struct error **reterr) {
        int r = setup_has_debian_locale(w) ? setup_write_assigned(w, SETUP_LOCALE_DEBIAN, "LANG", reterr) : 0;
        return r < 0 ? r : setup_write_assigned(w, SETUP_LOCALE_FILE, "LANG", reterr);
}

static int setup_write_keymap(struct worker *w, struct error **reterr) {
        return setup_write_assigned(w, SETUP_KEYMAP_FILE, "KEYMAP", reterr);
}

static int setup_write_layout(struct worker *w, struct error **reterr) {
        return setup_write_assigned(w, SETUP_LAYOUT_FILE, "XKBLAYOUT", reterr);
}

/* ---- root's password and keys ---- */

/* By what crypt(5) thinks best now, yescrypt; the caller frees. */
static char *setup_hash(const struct secret *secret, struct error **reterr) {
        void *memory = NULL;
        int size = 0;
        _cleanup_free_ char *setting = crypt_gensalt_ra("$y$", 0, NULL, 0);
        if (!setting)
                setting = crypt_gensalt_ra(NULL, 0, NULL, 0);
        const char *hash = setting ? crypt_ra(secret->bytes, setting, &memory, &size) : NULL;
        char *copy = hash && *hash != '*' ? xstrdup(hash) : NULL;
        if (memory)
                explicit_bzero(memory, (size_t) size);
        free(memory);
        if (!copy)
                error_set(reterr, -EIO, "The password could not be hashed");
        return copy;
}

static int setup_write_password(struct worker *w, struct error **reterr) {
        const struct secret *secret = w->secrets ? secret_list_find(w->secrets, SETUP_SECRET) : NULL;
        if (!secret || !secret->length)
                return error_set(reterr, -ENOKEY, "There is no password to set");
        _cleanup_free_ char *hash = setup_hash(secret, reterr), *text = NULL, *changed = NULL;
        if (!hash)
                return -EIO;
        /* passwd(1) and useradd(8) wait for it, too */
        bool locked = setup_is_real(w) && lckpwdf() == 0;
        int r = setup_read(w, SETUP_SHADOW_FILE, &text, reterr);
        if (r >= 0)
                r = setup_shadow_text(text, hash, (long) (time(NULL) / (24 * 3600)), &changed, reterr);
        if (r >= 0)
                r = setup_write(w, SETUP_SHADOW_FILE, changed, reterr);
        if (locked)
                ulckpwdf();
        return r;
}

static int setup_write_key(struct worker *w, struct error **reterr) {
        const char *name;
        _cleanup_free_ char *text = NULL;
        _cleanup_close_ int home = files_open_parent(w->root, SETUP_KEYS_FOLDER, &name, reterr);
        if (home < 0)
                return home;
        /* sshd refuses keys in what others may write */
        _cleanup_close_ int folder = files_open_private(home, name, true);
        if (folder < 0)
                return error_errno(reterr, folder, SETUP_KEYS_FOLDER " cannot be used");
        int r = setup_read(w, SETUP_KEYS_FILE, &text, reterr);
        if (r < 0)
                return r;
        _cleanup_free_ char *changed = setup_keys_text(text, w->plan->setup.value);
        return changed ? setup_write_at(folder, SETUP_KEYS_NAME, changed, 0600, reterr) : 0;
}

/* ---- the steps ---- */

static int setup_apply_files(struct worker *w, struct error **reterr) {
        static int (*const writers[_SETUP_TOPIC_MAX])(struct worker *w, struct error **reterr) = {
                [SETUP_HOST_NAME] = setup_write_name,
                [SETUP_TIME] = setup_write_zone,
                [SETUP_ROOT_PASSWORD] = setup_write_password,
                [SETUP_ROOT_KEY] = setup_write_key,
                [SETUP_LOCALE] = setup_write_locale,
                [SETUP_KEYMAP] = setup_write_keymap,
                [SETUP_LAYOUT] = setup_write_layout,
        };
        int r = writers[w->plan->setup.topic](w, reterr);
        if (r < 0)
                return r;
        worker_note(w, "%s", w->plan->pin.reference);
        return STEP_ENDED;
}

/* The kernel's name is kept first: of it no file is a record. */
static int setup_name_host(struct worker *w, struct error **reterr) {
        char former[256] = "";
        if (faccessat(w->folder, FORMER, F_OK, 0) < 0 && gethostname(former, sizeof former - 1) == 0) {
                int r = files_write(w->folder, FORMER, former, strlen(former), 0600, reterr);
                if (r < 0)
                        return r;
        }
        const char *name = w->plan->setup.value;
        if (sethostname(name, strlen(name)) < 0)
                return error_errno(reterr, -errno, "The kernel did not take the name %s", name);
        return STEP_ENDED;
}

static bool setup_is_keyboard(const struct worker *w) {
        return w->plan->setup.topic == SETUP_KEYMAP || w->plan->setup.topic == SETUP_LAYOUT;
}

static int setup_started(struct worker *w, struct error **reterr) {
        const char *unit = w->plan->setup.unit;
        if (*reterr) /* in a container, say: it is set all the same */
                worker_warn(w, setup_is_keyboard(w) ? "Keyboard: %s could not be started, so it counts from "
                                                      "the next boot"
                                                    : "Time service: %s could not be started",
                            unit);
        *reterr = error_free(*reterr);
        worker_note(w, "%s", unit);
        return STEP_ENDED;
}

static int setup_enabled(struct worker *w, struct error **reterr) {
        if (*reterr)
                return error_wrap(reterr, -EIO, "%s could not be enabled", w->plan->setup.unit);
        return worker_act(w, w->plan->setup.unit, UNIT_START, setup_started);
}

static int setup_apply(struct worker *w, struct error **reterr) {
        if (w->plan->setup.topic == SETUP_HOST_NAME && setup_is_real(w))
                return setup_name_host(w, reterr);
        if (w->plan->setup.topic == SETUP_LOCALE)
                return worker_nothing(w, "it counts from the next login");
        if (!w->plan->setup.unit)
                return worker_nothing(w, setup_is_keyboard(w) ? "it counts from the next boot"
                                                              : "it is in effect");
        if (!w->units)
                return worker_nothing(w, "systemd does not run here");
        if (setup_is_keyboard(w))
                return worker_act(w, w->plan->setup.unit, UNIT_RESTART, setup_started);
        return worker_act(w, w->plan->setup.unit, UNIT_ENABLE, setup_enabled);
}

static int setup_undo(struct worker *w, struct error **reterr) {
        _cleanup_free_ char *former = NULL;
        size_t n;
        if (setup_is_real(w) && files_read(w->folder, FORMER, 256, &former, &n, NULL) >= 0 &&
            sethostname(former, strlen(former)) < 0)
                return error_errno(reterr, -errno, "The kernel did not take its former name %s", former);
        _cleanup_strv_ char **before = worker_load_lines(w->folder, "active-before", NULL);
        char **stop = NULL;
        /* That of a keyboard has ended, or stays up only so that it does not run again. */
        if (w->plan->setup.unit && !setup_is_keyboard(w) && !strv_contains(before, w->plan->setup.unit))
                strv_add(&stop, w->plan->setup.unit);
        return worker_act_on_units(w, stop, UNIT_STOP, NULL, reterr);
}

static int setup_note(struct worker *w, struct error **reterr) {
        _cleanup_free_ char *result = setup_result(w->plan->setup.topic, w->plan->setup.value);
        worker_note(w, "%s", result);
        return 0;
}

static int setup_scanned(struct worker *w, struct error **reterr) {
        int r = worker_keep_changes(w, true, reterr);
        if (r < 0)
                return r;
        (void) setup_note(w, reterr);
        return STEP_ENDED;
}

static int setup_commit(struct worker *w, struct error **reterr) {
        return worker_scan(w, setup_scanned, reterr);
}

/* Whether the file that matters most is still as the job left it: else a rollback would take back what
 * somebody else did to it. */
static int setup_probe(struct worker *w) {
        const char *path = setup_topic_file(w->plan->setup.topic), *name;
        const struct changes *changes = &w->kept.made.changes;
        if (faccessat(w->folder, "snapshot/" SNAPSHOT_WHOLE, F_OK, 0) < 0 || worker_load_changes(w, NULL) < 0)
                return 0;
        bool same = true;
        for (size_t i = 0; i < changes->n; i++) {
                const struct entry *left = &changes->items[i].after;
                if (!str_equal(changes->items[i].path, path))
                        continue;
                struct entry now = {};
                _cleanup_close_ int folder = files_open_parent(w->root, path, &name, NULL);
                same = folder >= 0 && snapshot_look(folder, name, path, &now) >= 0 &&
                       left->mode == now.mode && str_equal(left->target, now.target) &&
                       strcmp(left->digest, now.digest) == 0;
                entry_done(&now);
        }
        return same;
}

static int setup_uncommit(struct worker *w, struct error **reterr) {
        return STEP_ENDED;
}

const struct step setup_steps[_JOB_STEP_MAX] = {
        [STEP_UNIT] = { .apply = setup_apply_files },
        [STEP_START] = { .apply = setup_apply, .undo = setup_undo },
        [STEP_COMMIT] = { .probe = setup_probe,
                          .recall = setup_note,
                          .apply = setup_commit,
                          .undo = setup_uncommit },
};
