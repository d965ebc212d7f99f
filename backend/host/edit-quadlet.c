/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Podman's generator would make of a Quadlet with another drop-in: it reads copies of all Quadlets of
 * the host, as they name each other. A mark in a drop-in of its own finds the unit of this one in the answer,
 * and shows whether this Podman reads drop-ins of Quadlets at all (from 5.0 on). */
#include <fcntl.h>

#include "backend/host/internal.h"
#include "backend/io/files.h"
#include "backend/systemd/units.h"
#include "base/readfile.h"
#include "base/text.h"
#include "model/plan/drop-in.h"

#define FILE_MAX (256U * 1024)
#define FILES_MAX 512U
#define QUOTE_CELLS 600U
#define MARK "X-FairleadEdit=yes"
#define MARK_FILE "99-fairlead-edit.conf"

/* ---- the copies ---- */

/* What cannot be read (a link, a large file) the generator will miss, and say so. */
static void edit_quadlet_copy_file(int from, int to, const char *name, unsigned *n) {
        _cleanup_free_ char *text = NULL;
        size_t bytes;
        if (*n >= FILES_MAX || faccessat(to, name, F_OK, AT_SYMLINK_NOFOLLOW) >= 0 ||
            files_read(from, name, FILE_MAX, &text, &bytes, NULL) < 0)
                return;
        ++*n;
        (void) files_write(to, name, text, bytes, 0600, NULL);
}

static void edit_quadlet_copy_drop_ins(int from, int to, const char *name, unsigned *n) {
        _cleanup_strv_ char **files = folder_names(from, name, ".conf");
        _cleanup_close_ int source = files ? files_open_private(from, name, false) : -1;
        _cleanup_close_ int copy = source < 0 ? -1 : files_open_private(to, name, true);
        for (char **file = files; copy >= 0 && file && *file; file++)
                edit_quadlet_copy_file(source, copy, *file, n);
}

static void edit_quadlet_copy_all(int root, int to) {
        unsigned n = 0;
        for (size_t i = 0; quadlet_folders[i]; i++) {
                _cleanup_close_ int from = files_open_folder(root, quadlet_folders[i], NULL);
                _cleanup_strv_ char **names = from < 0 ? NULL : folder_names(from, ".", "");
                for (char **name = names; name && *name; name++)
                        if (str_ends(*name, ".d"))
                                edit_quadlet_copy_drop_ins(from, to, *name, &n);
                        else if (quadlet_name_valid(*name))
                                edit_quadlet_copy_file(from, to, *name, &n);
        }
}

int edit_quadlet_copy(int root, int to, const char *name, const char *text, struct error **reterr) {
        static const char mark[] = "[Unit]\n" MARK "\n";
        _cleanup_free_ char *folder_name = str_printf("%s.d", name);
        edit_quadlet_copy_all(root, to);
        _cleanup_close_ int folder = files_open_private(to, folder_name, true);
        if (folder < 0)
                return error_errno(reterr, folder, "The settings of %s cannot be copied for a check", name);
        int r = *text ? files_write(folder, DROP_IN_NAME, text, strlen(text), 0600, reterr)
                      : files_remove(folder, DROP_IN_NAME, reterr);
        return r < 0 ? r : files_write(folder, MARK_FILE, mark, strlen(mark), 0600, reterr);
}

/* ---- the answer ---- */

/* The text of the unit that has the mark, without it, and its name; NULL: there is none. The caller frees. */
static char *edit_quadlet_made(const char *output, char **ret_name) {
        _cleanup_strv_ char **lines = strv_split(output, "\n");
        _cleanup_str_ struct str text = {};
        _cleanup_free_ char *name = NULL;
        bool marked = false;
        for (char **line = lines; line && *line; line++) {
                size_t n = strcspn(*line, "\r");
                const char *head = str_starts(*line, "---");
                (*line)[n] = '\0';
                const char *end = head ? str_ends(head, "---") : NULL;
                if (end && end > head) {
                        if (marked)
                                break;
                        str_done(&text);
                        text = (struct str){};
                        free(name);
                        name = xstrndup(head, (size_t) (end - head));
                } else if (str_equal(*line, MARK))
                        marked = true;
                else if (name && n && !str_starts(*line, "quadlet-generator["))
                        str_addf(&text, "%s\n", *line);
        }
        if (!marked || !name || unit_name_check(name, NULL) < 0)
                return NULL;
        *ret_name = TAKE(name);
        return str_take(&text);
}

/* What it complains of is of interest where it names this file, or where nothing came of it. */
char *edit_quadlet_read(const char *unit, const char *output, const char *copy, char **ret_name,
                        struct error **reterr) {
        _cleanup_free_ char *said = quadlet_complaints(output, unit), *name = NULL,
                            *made = edit_quadlet_made(output, &name);
        bool about = said && strstr(said, unit);
        if (made && !about) {
                *ret_name = TAKE(name);
                return TAKE(made);
        }
        if (!said) {
                error_set(reterr, -ENOTSUP, "Podman's generator does not read the drop-ins of %s", unit);
                error_hint(reterr, "Podman 5.0 does. Until then: fairlead edit the unit that is made of it");
                return NULL;
        }
        /* the person knows the files by their own place */
        _cleanup_str_ struct str words = {}, clean = {};
        for (const char *at = said; *at;) {
                const char *hit = strstr(at, copy);
                size_t n = hit ? (size_t) (hit - at) : strlen(at);
                str_add_bytes(&words, at, n);
                at += n;
                if (hit) {
                        str_add(&words, "/etc/containers/systemd");
                        at += strlen(copy);
                }
        }
        text_clean(&clean, words.text, words.length, QUOTE_CELLS, TEXT_UTF8, false);
        error_set(reterr, -EINVAL, "Podman's generator refuses these settings of %s", unit);
        error_set(&(*reterr)->cause, -EINVAL, "%s", clean.text);
        return NULL;
}
