/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/systemd/internal.h"

#include "backend/io/paths.h"

#define COMPLAINTS_MAX 3U

/* What a line "quadlet-generator[7]: …" complains of; NULL: nothing. */
static const char *generator_complaint(const char *line) {
        static const char *const progress[] = { "Loading source unit file", "Loading source drop-in file",
                                                "No files parsed", "Starting", "Found" };
        const char *text = str_starts(line, "quadlet-generator[");
        text = text ? strstr(text, "]: ") : NULL;
        if (!text)
                return NULL;
        text += 3;
        for (size_t i = 0; i < ELEMENTS(progress); i++)
                if (str_starts(text, progress[i]))
                        return NULL;
        return text;
}

char *quadlet_complaints(const char *output, const char *first) {
        _cleanup_strv_ char **lines = strv_split(output, "\n");
        _cleanup_str_ struct str out = {};
        unsigned n = 0;
        for (int others = 0; others < 2; others++)
                for (char **line = lines; line && *line && n < COMPLAINTS_MAX; line++) {
                        const char *text = generator_complaint(*line);
                        if (!text || (strstr(text, first) != NULL) == (others != 0))
                                continue;
                        str_addf(&out, "%s%.*s", n++ ? "; " : "", (int) strcspn(text, "\r"), text);
                }
        return n ? str_take(&out) : NULL;
}

const char *const quadlet_folders[] = { "/etc/containers/systemd", "/run/containers/systemd",
                                        "/usr/share/containers/systemd", NULL };

char *quadlet_file(const char *root, const char *name) {
        for (const char *const *folder = quadlet_folders; *folder; folder++) {
                char *path = str_printf("%s/%s", *folder, name);
                if (paths_access(root, path, F_OK))
                        return path;
                free(path);
        }
        return NULL;
}
