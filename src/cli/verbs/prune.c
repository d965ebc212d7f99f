/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/emit.h"
#include "base/text.h"
#include "cli/out.h"
#include "cli/verbs/verbs.h"

static void verb_prune_print_volumes(const struct pruning *p) {
        size_t n = strv_length(p->volumes);
        for (char **v = p->volumes; v && *v; v++) {
                size_t at = strcspn(*v, ":");
                out("volume %.*s, with the state of %s\n", (int) at, *v, (*v)[at] ? *v + at + 1 : "-");
        }
        if (n && p->drops_volumes && p->done)
                out(plural(n, "%zu volume that an uninstall kept is removed.\n",
                           "%zu volumes that an uninstall kept are removed.\n"),
                    n);
        else if (n && p->drops_volumes)
                out(plural(n, "%zu volume that an uninstall kept is removed for good, with what it holds.\n",
                           "%zu volumes that an uninstall kept are removed for good, with what they "
                           "hold.\n"),
                    n);
        else if (n)
                out(plural(n, "%zu volume that an uninstall kept stays; --volumes removes it.\n",
                           "%zu volumes that an uninstall kept stay; --volumes removes them.\n"),
                    n);
}

static void verb_prune_print(const struct pruning *p) {
        char freed[16], size[16];
        size_t removed = strv_length(p->removed), closed = strv_length(p->closed);
        for (char **id = p->removed; id && *id; id++)
                out("%s\n", *id);
        text_size(freed, p->freed);
        if (removed && p->done)
                out(plural(removed, "%zu job is removed, with its output: %s.\n",
                           "%zu jobs are removed, with their output: %s.\n"),
                    removed, freed);
        else if (removed)
                out(plural(removed, "%zu job can be removed, with its output: %s.\n",
                           "%zu jobs can be removed, with their output: %s.\n"),
                    removed, freed);
        if (closed && p->done)
                out(plural(closed, "Private files that %zu finished job saved are removed.\n",
                           "Private files that %zu finished jobs saved are removed.\n"),
                    closed);
        else if (closed)
                out(plural(closed, "Private files that %zu finished job saved can be removed.\n",
                           "Private files that %zu finished jobs saved can be removed.\n"),
                    closed);
        verb_prune_print_volumes(p);
        out(plural(p->jobs, "%zu job stays: %s.\n", "%zu jobs stay: %s.\n"), (size_t) p->jobs,
            text_size(size, p->size));
}

/* The volumes that an uninstall kept; an engine that does not answer matters only where they are to go. */
static int verb_prune_look(struct session *s, bool drops, struct pruning *p) {
        struct error *e = NULL;
        p->drops_volumes = drops;
        if (session_list_volumes(s, &p->volumes, &e) >= 0)
                return 0;
        if (drops)
                return error_take(&s->error, e);
        error_free(e);
        return 0;
}

static int verb_prune_drop(struct session *s, const struct pruning *p) {
        int r = 0;
        for (char **v = p->volumes; r >= 0 && p->drops_volumes && v && *v; v++) {
                _cleanup_free_ char *name = xstrndup(*v, strcspn(*v, ":"));
                r = session_remove_volume(s, name, &s->error);
                if (r < 0)
                        return error_wrap(&s->error, r, "The volume %s is not removed", name);
        }
        return 0;
}

static int verb_prune_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(pruning_done) struct pruning look = {}, done = {};
        bool all = a->given[OPTION_ALL_JOBS], yes = a->given[OPTION_YES], drops = a->given[OPTION_VOLUMES];
        int r = yes ? 0 : host_prune_jobs(s->host, all, false, &look, &s->error);
        if (r >= 0)
                r = verb_prune_look(s, drops, &look);
        if (r < 0)
                return r;
        bool nothing = !look.removed && !look.closed && !(drops && look.volumes);
        if (!yes && s->json) {
                out_json(emit_pruning(&look));
                return nothing ? EXIT_DONE : EXIT_REFUSED;
        }
        if (!yes)
                verb_prune_print(&look);
        if (!yes && nothing)
                return EXIT_DONE;
        if (!yes && !in_is_terminal())
                out_note("fairlead: Nothing was removed. Add --yes to do it.\n");
        if (!yes && (!in_is_terminal() || !ask_yes("Remove them?")))
                return EXIT_REFUSED;
        r = host_prune_jobs(s->host, all, true, &done, &s->error);
        if (r >= 0)
                r = verb_prune_drop(s, &look);
        if (r < 0)
                return r;
        done.volumes = TAKE(look.volumes);
        done.drops_volumes = drops;
        if (s->json)
                return out_json(emit_pruning(&done));
        verb_prune_print(&done);
        return EXIT_DONE;
}

const struct verb prune_verb = {
        .name = "prune",
        .group = GROUP_JOBS,
        .help = "remove jobs and kept volumes that nothing needs any more",
        .details = "A job that can be undone stays whole, and so does all that an uninstall of what is "
                   "installed needs. Of the others the newest 50 stay, for 90 days, without the contents of "
                   "private files (keytabs, shadow, keys) and of large ones; with --all none stays. The end "
                   "of each job does the same by itself. Volumes of the engine that an uninstall kept are "
                   "listed, and removed only with --volumes. Other limits are in "
                   "/etc/fairlead/fairlead.conf, "
                   "section [jobs]: keep = 50 and days = 90; 0 means any number.",
        .takes = TAKES(OPTION_ALL_JOBS) | TAKES(OPTION_VOLUMES) | TAKES(OPTION_YES),
        .json = true,
        .run = verb_prune_run,
};
