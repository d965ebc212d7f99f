/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "backend/realm/checks/check.h"
#include "base/str.h"

/* The words of one database of nsswitch.conf(5), as a text that begins and ends with a blank; NULL: it has no
 * such line. */
static char *check_nsswitch_words_of(const char *text, const char *database) {
        size_t n = strlen(database);
        for (const char *line = text; line && *line;
             line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
                line += strspn(line, " \t");
                if (strncmp(line, database, n) != 0 || line[n] != ':')
                        continue;
                _cleanup_str_ struct str s = {};
                str_add(&s, " ");
                for (const char *p = line + n + 1; *p && *p != '\n' && *p != '#';) {
                        p += strspn(p, " \t\r");
                        size_t k = strcspn(p, " \t\r\n#");
                        if (k) {
                                str_add_bytes(&s, p, k);
                                str_add(&s, " ");
                        }
                        p += k;
                }
                return str_take(&s);
        }
        return NULL;
}

static void check_nsswitch_look(struct preflight_run *run, struct check_result *result, void *state) {
        _cleanup_free_ char *text = check_read(run, "/etc/nsswitch.conf");
        _cleanup_free_ char *users = text ? check_nsswitch_words_of(text, "passwd") : NULL,
                            *groups = text ? check_nsswitch_words_of(text, "group") : NULL;
        const char *sss = users ? strstr(users, " sss ") : NULL,
                   *files = users ? strstr(users, " files ") : NULL;
        if (!text) {
                check_say(result, VERDICT_WARN, "there is no /etc/nsswitch.conf: users are looked for as "
                                                "the C library likes");
        } else if (sss && files && sss < files) {
                check_say(result, VERDICT_WARN, "nsswitch.conf asks sss before files: without SSSD even "
                                                "root is looked up late");
                check_hint(result,
                           "Put files before sss in the lines passwd and group of /etc/nsswitch.conf");
        } else if (sss && groups && strstr(groups, " sss ")) {
                check_say(result, VERDICT_OK, "nsswitch.conf asks sss, after files");
        } else
                check_say(result, VERDICT_WARN, "nsswitch.conf has no sss; the join adds it after files");
}

const struct check nsswitch_check = { .id = "nsswitch", .title = "Name lookup", .look = check_nsswitch_look };
