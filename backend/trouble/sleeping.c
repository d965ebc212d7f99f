/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `state`/sleeping: "UNTIL ID" lines (seconds since the epoch). One that has passed goes at the next write.
 */

#include <time.h>

#include "backend/io/files.h"
#include "backend/io/paths.h"
#include "backend/trouble/trouble.h"

#define SLEEPING "sleeping"
#define SLEEPING_BYTES_MAX (64U * 1024)
#define SLEEPING_MAX 200U

/* The id of a line, and its time; NULL: damaged. */
static const char *sleeping_line(const char *line, int64_t *ret_until) {
        char *end;
        *ret_until = strtoll(line, &end, 10);
        return end != line && *end == ' ' && end[1] && *ret_until > 0 ? end + 1 : NULL;
}

static char **sleeping_read(const char *state) {
        _cleanup_close_ int folder = files_open_root(state, NULL);
        char *text = NULL;
        size_t n;
        if (folder < 0 || files_read(folder, SLEEPING, SLEEPING_BYTES_MAX, &text, &n, NULL) < 0)
                return NULL;
        char **lines = strv_split(text, "\n");
        free(text);
        return lines;
}

void trouble_put_to_sleep(const char *state, int64_t now, struct trouble_list *list) {
        _cleanup_strv_ char **lines = sleeping_read(state);
        for (char **line = lines; line && *line; line++) {
                int64_t until;
                const char *id = sleeping_line(*line, &until);
                for (size_t i = 0; id && until > now && i < list->n; i++)
                        if (str_equal(list->items[i].id, id))
                                list->items[i].until = until;
        }
}

int trouble_write_sleep(const char *state, const char *id, int64_t until, int64_t now,
                        struct error **reterr) {
        _cleanup_strv_ char **lines = sleeping_read(state);
        _cleanup_str_ struct str text = {};
        unsigned n = 0;
        const char *colon = strchr(id, ':');
        _cleanup_free_ char *kind = colon ? xstrndup(id, (size_t) (colon - id)) : NULL;
        if (trouble_kind_from_name(kind) < 0 || str_has_controls(id) || strlen(id) > 1024) {
                error_set(reterr, -EINVAL, "\"%.80s\" is no line of trouble", id);
                error_hint(reterr, "fairlead status --json has the ids, KIND:SUBJECT");
                return -EINVAL;
        }
        for (char **line = lines; line && *line && n < SLEEPING_MAX; line++) {
                int64_t other;
                const char *of = sleeping_line(*line, &other);
                if (!of || other <= now || str_equal(of, id))
                        continue;
                str_addf(&text, "%lld %s\n", (long long) other, of);
                n++;
        }
        if (until > now)
                str_addf(&text, "%lld %s\n", (long long) until, id);
        _cleanup_close_ int folder = files_open_root(state, reterr);
        return folder < 0
                       ? folder
                       : files_write(folder, SLEEPING, text.text ? text.text : "", text.length, 0600, reterr);
}
