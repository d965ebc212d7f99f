/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* One image: its data, its labels with their meaning, and its findings. Nothing is run and nothing is
 * pulled. */

#include "base/text.h"
#include "model/command/lint.h"
#include "model/image/recipe.h"
#include "model/profile/profile.h"
#include "ui/screens/parts/plan-text.h"

struct image_state {
        struct op *planning;
        struct image *image;            /* NULL: no answer yet */
        enum image_use use;
        struct plan *plan;              /* of its INSTALL label, else of its RUN label */
        struct error *no_plan;
};

/* ---- the text ---- */

static void image_facts(struct pager *pager, const struct image *image) {
        char size[16];
        const char *summary = image_summary(image);
        if (summary)
                pager_addf(pager, DOC_STRONG, "%s", summary);
        for (size_t i = 0; image->names && image->names[i]; i++)
                pager_row(pager, i ? "" : "Names", DOC_PLAIN, "%s", image->names[i]);
        if (image_version(image))
                pager_row(pager, "Version", DOC_PLAIN, "%s", image_version(image));
        if (image_vendor(image))
                pager_row(pager, "Publisher", DOC_PLAIN, "%s", image_vendor(image));
        if (image->size)
                pager_row(pager, "Size", DOC_PLAIN, "%s", text_size(size, image->size));
        pager_addf(pager, DOC_PLAIN, "  %s",
                   image->digest ? image->digest : "No digest is known: built here, never pushed.");
        pager_end(pager);
}

static const struct {
        enum command_label which;
        const char *meaning;
} meanings[] = {
        { LABEL_INSTALL, "is run once, to set the service up on this host" },
        { LABEL_RUN, "is how the service runs; the unit is made from it" },
        { LABEL_STOP, "is run to stop it" },
        { LABEL_UNINSTALL, "is run once when the service is removed" },
        { LABEL_UPGRADE, "is run when a newer image replaces it" },
};

static void image_labels(struct pager *pager, const struct image *image) {
        pager_addf(pager, DOC_STRONG, "Its command labels");
        if (!label_set(image))
                pager_addf(pager, DOC_PLAIN, "  None: this image does not say how to install or run it.");
        for (size_t i = 0; i < ELEMENTS(meanings); i++) {
                const struct label *label = label_find(image, meanings[i].which, NULL);
                if (!label)
                        continue;
                pager_put(pager, DOC_STRONG, "  %s", label->key);
                pager_put(pager, DOC_PLAIN, " %s", meanings[i].meaning);
                pager_end(pager);
                pager_addf(pager, DOC_PLAIN, "    %s", label->value);
        }
        pager_end(pager);
}

static void image_questions(struct pager *pager, const struct profile *profile) {
        if (!profile || (!profile->n_parameters && profile->n_modes < 2))
                return;
        pager_addf(pager, DOC_STRONG, "Questions");
        for (size_t i = 0; profile->n_modes > 1 && i < profile->n_modes; i++)
                pager_addf(pager, DOC_PLAIN, "  %-22s  %s", i ? "or" : "Mode", profile->modes[i].title);
        for (size_t i = 0; i < profile->n_parameters; i++)
                pager_addf(pager, DOC_PLAIN,
                           profile->parameters[i].required ? "  %-22s  %s Required." : "  %-22s  %s",
                           profile->parameters[i].title,
                           profile->parameters[i].help ? profile->parameters[i].help : "");
        pager_end(pager);
}

static bool image_is_command(const struct image *image, const char *key) {
        for (size_t i = 0; i < ELEMENTS(meanings); i++) {
                const struct label *command = label_find(image, meanings[i].which, NULL);
                if (command && str_equal(command->key, key))
                        return true;
        }
        return false;
}

/* The label holds a whole JSON document, which was read: this page shows what it says. */
static void image_profile_label(struct pager *pager, const struct profile *profile, const struct error *bad) {
        const char *key = PROFILE_LABEL;
        if (bad)
                pager_addf(pager, DOC_WARN, "  %s: not used, see above", key);
        else if (!profile || !str_starts(profile->source, "label "))
                pager_addf(pager, DOC_PLAIN, "  %s: not used, a profile of this host replaces it: %s", key,
                           profile ? profile->source : "-");
        else
                pager_addf(pager, DOC_PLAIN,
                           plural(profile->n_parameters, "  %s: the image's own profile, with %zu question",
                                  "  %s: the image's own profile, with %zu questions"),
                           key, profile->n_parameters);
}

static void image_other_labels(struct pager *pager, const struct image *image, const struct profile *profile,
                               const struct error *bad) {
        bool head = false;
        for (size_t i = 0; i < image->labels.n; i++) {
                const char *key = image->labels.items[i].key;
                if (image_is_command(image, key))
                        continue;
                if (!head)
                        pager_addf(pager, DOC_STRONG, "Its other labels");
                head = true;
                if (str_equal(key, PROFILE_LABEL))
                        image_profile_label(pager, profile, bad);
                else
                        pager_addf(pager, DOC_PLAIN, "  %s=%s", key, image->labels.items[i].value);
        }
}

static void image_write(struct screen *s) {
        const struct image_state *st = s->state;
        struct pager *pager = s->pager;
        _cleanup_(profile_freep) struct profile *profile = NULL;
        _cleanup_error_ struct error *bad = NULL;
        host_find_profile(ui_host(s->ui), st->image, &profile, &bad);
        pager_clear(pager);
        image_facts(pager, st->image);
        if (bad) {
                pager_addf(pager, DOC_STRONG, "Its own profile is not used");
                plan_text_error(pager, DOC_WARN, bad);
                pager_end(pager);
        }
        if (st->plan)
                plan_text_findings(pager, &st->plan->findings);
        else if (st->no_plan) {
                pager_addf(pager, DOC_STRONG, "No plan can be made yet");
                plan_text_error(pager, DOC_PLAIN, st->no_plan);
                pager_end(pager);
        }
        image_labels(pager, st->image);
        if (st->plan && st->plan->command) {
                pager_addf(pager, DOC_STRONG, "%s means, filled in for a service called %s",
                           st->plan->label_key, st->plan->name);
                plan_text_command(pager, st->plan->command, true);
                pager_end(pager);
        }
        image_questions(pager, profile);
        image_other_labels(pager, st->image, profile, bad);
        screen_invalidate(s);
}

/* ---- answers ---- */

static bool image_installable(const struct image_state *st) {
        return st->image && label_set(st->image) & (1U << LABEL_INSTALL | 1U << LABEL_RUN);
}

static void image_planned(struct plan *plan, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct image_state *st = s->state;
        st->planning = op_cancel(st->planning);
        plan_free(st->plan);
        error_free(st->no_plan);
        st->plan = plan;
        st->no_plan = e;
        s->loaded = true;
        image_write(s);
}

static void image_found(struct image *image, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct image_state *st = s->state;
        screen_loaded(s, 0, e, 0);
        s->loaded = image;
        st->planning = op_cancel(st->planning);
        image_free(st->image);
        st->image = image;
        if (!image)
                return;
        st->use = image_use_of(image);
        image_write(s);

        if (!image_installable(st))
                return;
        const struct plan_order order = {
                .verb = label_set(image) & 1U << LABEL_INSTALL ? VERB_INSTALL : VERB_RUN,
                .image = s->about,
        };
        st->planning = host_make_plan(ui_host(s->ui), &order, image_planned, s);
        /* Findings are above labels: a text shown before they are known would move under the eyes. */
        s->loaded = st->plan || st->no_plan;
}

static void image_load(struct screen *s, unsigned topics) {
        op_cancel(s->loading.op);
        s->loading.op = host_find_image(ui_host(s->ui), s->about, image_found, s);
}

/* ---- the screen ---- */

static void image_close(struct screen *s) {
        struct image_state *st = s->state;
        op_cancel(st->planning);
        image_free(st->image);
        plan_free(st->plan);
        error_free(st->no_plan);
}

static void image_title(const struct screen *s, struct str *left, struct str *right) {
        str_add(left, s->about);
        if (s->loaded)
                pager_place(s->pager, right);
}

static void image_status(const struct screen *s, struct str *out) {
        const struct image_state *st = s->state;
        if (st->use == IMAGE_TOOL)
                str_add(out, "n runs it at this terminal, after your consent; nothing is installed.");
        else if (st->use == IMAGE_EITHER)
                str_add(out, "n runs it at this terminal; i installs it, as a unit where it is a daemon.");
        else if (image_installable(st))
                str_add(out, "i begins to install it; nothing is run before you consent.");
        else if (st->image)
                str_add(out, "It cannot be installed: no label INSTALL or RUN.");
}

static bool image_can(const struct screen *s, enum action action) {
        const struct image_state *st = s->state;
        if (action == ACTION_INSTALL)
                return image_installable(st) && st->use != IMAGE_TOOL;
        if (action == ACTION_RUN)
                return st->use != IMAGE_SERVICE;
        if (action == ACTION_LINT)
                return st->plan && st->plan->findings.n;
        return true;
}

static bool image_act(struct screen *s, enum action action) {
        const struct wizard_order order = {
                .verb = action == ACTION_RUN ? VERB_RUN : VERB_INSTALL, .image = s->about
        };
        if (action == ACTION_INSTALL || action == ACTION_RUN)
                screen_open(s->ui, &wizard_screen, &order);
        else if (action == ACTION_LINT) {
                pager_act(s->pager, ACTION_FIRST);
                pager_search(s->pager, "Findings", false);
        } else
                return false;
        return true;
}

const struct screen_class image_screen = {
        .name = "image",
        .title = "Image",
        .help = "One image: its facts, its command labels and their meaning, the findings about them, and "
                "the questions it would ask. Nothing is run to show this, and nothing is pulled.\n"
                "i begins to install it, n runs one that is used at a terminal; each page before the last "
                "can be left with Esc.",
        .about = true,
        .size = sizeof(struct image_state),
        .topics = TOPIC_IMAGES,
        .text = PAGER_WORDS,
        .name_width = 12,
        .looking = "Reading its labels ...",
        .bindings = (const struct binding[]) {
                { 'i', ACTION_INSTALL }, { KEY_RETURN, ACTION_INSTALL },
                { 'n', ACTION_RUN }, { KEY_RETURN, ACTION_RUN }, { 'f', ACTION_LINT }, {}
        },
        .close = image_close,
        .title_text = image_title,
        .status = image_status,
        .can = image_can,
        .act = image_act,
        .changed = image_load,
};
