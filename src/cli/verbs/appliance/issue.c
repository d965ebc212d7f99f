/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <unistd.h>

#include "backend/appliance/appliance.h"
#include "backend/io/files.h"
#include "cli/out.h"
#include "cli/verbs/verbs.h"
#include "model/appliance/page.h"

/* Everybody may read it: it is shown before any login. */
#define ISSUE_MODE 0644

static int issue_write(const char *path, const char *text, struct error **reterr) {
        _cleanup_free_ char *escaped = page_for_agetty(text);
        const char *bytes = str_ends(path, ".issue") ? escaped : text, *name;
        if (*path != '/')
                return error_set(reterr, -EINVAL, "FILE is a path that begins with \"/\"; \"%s\" does not",
                                 path);
        _cleanup_close_ int root = files_open_root("", reterr);
        if (root < 0)
                return root;
        _cleanup_close_ int folder = files_open_parent(root, path, &name, reterr);
        return folder < 0 ? folder : files_write(folder, name, bytes, strlen(bytes), ISSUE_MODE, reterr);
}

/* The caller frees. */
static char *issue_realm(const struct host_realm *realm) {
        if (!realm->name)
                return xstrdup(realm->known ? "none" : "unknown");
        return str_printf("%s, %s", realm->name,
                          !realm->asked   ? "SSSD gives no answer"
                          : realm->online ? "online"
                                          : "offline");
}

static int verb_issue_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(trouble_list_freep) struct trouble_list *trouble = NULL;
        int r = session_look_trouble(s, &trouble, &s->error);
        if (r < 0)
                return r;
        _cleanup_strv_ char **addresses = appliance_addresses(), **keys = appliance_host_keys("");
        const struct host_status *h = host_status(s->host);
        const struct host_figures *f = host_figures(s->host);
        _cleanup_free_ char *realm = issue_realm(&h->realm);
        const struct page page = { h->hostname, f->os, addresses, keys, realm, trouble };
        _cleanup_free_ char *text = page_text(&page);
        if (!a->words)
                out_text(text);
        for (char **path = a->words; path && *path && r >= 0; path++)
                r = issue_write(*path, text, &s->error);
        return r < 0 ? r : EXIT_DONE;
}

const struct verb issue_verb = {
        .name = "issue",
        .group = GROUP_APPLIANCE,
        .operands = "[FILE…]",
        .help = "show the host in a page, as before a login",
        .details = "Name, addresses, fingerprints of SSH keys, realm, services, failed units and what "
                   "needs a person, in 23 lines of plain ASCII. With FILE the page is written there, whole "
                   "or not at all; in a FILE.issue for agetty(8), to which a backslash is a command. "
                   "fairlead-issue.timer, which the package does not enable, writes "
                   "/run/issue.d/50-fairlead.issue each minute, so that the page stands above every login "
                   "prompt. The agetty of Debian 12 reads that folder only where there is no /etc/issue: "
                   "there a link in /etc/issue.d leads to the file.",
        .run = verb_issue_run,
};
