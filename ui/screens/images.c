/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* The images of this host: first those that offer a system service, all others at a key. */

#include <time.h>

#include "base/text.h"
#include "model/command/lint.h"
#include "model/image/image.h"
#include "model/image/recipe.h"
#include "ui/screens/parts/known-jobs.h"

struct images_state {
        struct reload loading_services;
        bool asked_services;
        struct image_list *images;      /* NULL: no answer yet */
        struct {
                bool offers;            /* labels or a profile make it a system service */
                int refused;            /* its refusing findings; NOT_LOOKED until on the screen */
                int use;                /* enum image_use, or NOT_LOOKED */
        } *known;                       /* of each image */
        char **installed;               /* ids of images that services use */
        bool all;
};

/* ---- rows ---- */

enum { COLUMN_IMAGE, COLUMN_VERSION, COLUMN_LABELS, COLUMN_SIZE, COLUMN_STATE };

static const struct column columns[] = {
        [COLUMN_IMAGE] = { "IMAGE", 24, 34, 0, .fit = true, .middle = true },
        [COLUMN_VERSION] = { "VERSION", 8, 10, 2, .fit = true, .optional = true },
        [COLUMN_LABELS] = { "LABELS", 24, 24, 1, .fit = true },
        [COLUMN_SIZE] = { "SIZE", 8, 8, 3, .right = true },
        [COLUMN_STATE] = { "STATE", 13, 13, 0 },
};

static const struct image *images_at(const struct screen *s, size_t row) {
        const struct images_state *st = s->state;
        return row == LIST_NONE ? NULL : st->images->items[row];
}

static bool images_installed(const struct screen *s, const struct image *image) {
        const struct images_state *st = s->state;
        return strv_contains(st->installed, image->id);
}

static bool images_installable(const struct image *image) {
        return label_set(image) & (1U << LABEL_INSTALL | 1U << LABEL_RUN);
}

#define NOT_LOOKED (-1)

/* The number of findings that refuse its labels. Variables do not count: the form asks for them. */
static int images_refused(const struct screen *s, size_t row) {
        const struct images_state *st = s->state;
        int *refused = &st->known[row].refused;
        if (*refused != NOT_LOOKED)
                return *refused;
        struct finding_list findings = {};
        *refused = 0;
        const struct host_status *host = host_status(ui_host(s->ui));
        if (label_set(images_at(s, row)))
                image_lint(images_at(s, row), host->engine, host->engine_version, &findings);
        for (size_t i = 0; i < findings.n; i++)
                *refused += findings.items[i].severity == SEVERITY_BLOCK &&
                            !str_equal(findings.items[i].id, "undefined-variable");
        finding_list_done(&findings);
        return *refused;
}

static enum image_use images_use(const struct screen *s, size_t row) {
        const struct images_state *st = s->state;
        int *use = &st->known[row].use;
        if (*use == NOT_LOOKED)
                *use = image_use_of(images_at(s, row));
        return *use;
}

static void images_state_cell(const struct screen *s, size_t row, struct cell *ret) {
        static const char *const now[_PLAN_VERB_MAX] = {
                [VERB_INSTALL] = "installing", [VERB_UPGRADE] = "upgrading", [VERB_REHEARSE] = "rehearsing"
        };
        const struct images_state *st = s->state;
        const struct job *job = known_jobs_of_image(s, images_at(s, row));
        if (job) {
                ret->text = now[job->verb];
                ret->style = STYLE_BUSY;
        } else if (images_installed(s, images_at(s, row))) {
                ret->text = "installed";
                ret->style = STYLE_GOOD;
        } else if (!st->known[row].offers)
                ret->text = "-";
        else if (images_refused(s, row)) {
                snprintf(ret->buffer, sizeof ret->buffer, "blocked (%d)", images_refused(s, row));
                ret->text = ret->buffer;
                ret->style = STYLE_BAD;
        } else if (images_use(s, row) == IMAGE_TOOL)
                ret->text = "tool";
        else
                ret->text = "not installed";
}

static void images_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct image *image = images_at(owner, row);
        switch (column) {
        case COLUMN_IMAGE: cell_reference(ret, image_reference(image)); break;
        case COLUMN_VERSION: ret->text = image_version(image); break;
        case COLUMN_LABELS: {
                _cleanup_free_ char *text = label_set_text(label_set(image));
                snprintf(ret->buffer, sizeof ret->buffer, "%s", *text ? text : "-");
                ret->text = ret->buffer;
                break;
        }
        case COLUMN_SIZE:
                ret->ordered = true;
                ret->order = (int64_t) image->size;
                if (image->size)
                        ret->text = text_size(ret->buffer, image->size);
                break;
        default:
                images_state_cell(owner, row, ret);
        }
}

static const char *images_identity(const void *owner, size_t row) {
        return images_at(owner, row)->id;
}

static bool images_hidden(const void *owner, size_t row) {
        const struct screen *s = owner;
        const struct images_state *st = s->state;
        return !st->all && !st->known[row].offers;
}

/* Not the state: it would need a look into every image first. */
static bool images_matches(const void *owner, size_t row, const char *needle) {
        const struct image *image = images_at(owner, row);
        const char *const texts[] = { image_reference(image), image_version(image), image_summary(image) };
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                if (texts[i] && strcasestr(texts[i], needle))
                        return true;
        _cleanup_free_ char *labels = label_set_text(label_set(image));
        return strcasestr(labels, needle);
}

/* What can be installed and is not yet; what is; the others; and what has no name to be called by. */
static unsigned images_rank(const void *owner, size_t row) {
        const struct screen *s = owner;
        const struct images_state *st = s->state;
        const struct image *image = images_at(s, row);
        return !image->names || !image->names[0] ? 3
               : !st->known[row].offers          ? 2
               : images_installed(s, image)      ? 1
                                                 : 0;
}

static const struct list_source images_source = {
        .columns = columns,
        .n_columns = ELEMENTS(columns),
        .cell = images_cell,
        .identity = images_identity,
        .hidden = images_hidden,
        .matches = images_matches,
        .rank = images_rank,
};

/* ---- answers ---- */

/* Whether a profile other than the generic one exists for it. */
static bool images_has_profile(const struct screen *s, const struct image *image) {
        _cleanup_(profile_freep) struct profile *profile = NULL;
        _cleanup_error_ struct error *e = NULL;
        if (host_find_profile(ui_host(s->ui), image, &profile, &e) < 0)
                return true;    /* a bad profile counts, too: the image's own screen reports it */
        return profile && !profile_is_generic(profile);
}

static void images_take(struct screen *s, struct image_list *images) {
        struct images_state *st = s->state;
        image_list_free(st->images);
        free(st->known);
        st->images = images;
        st->known = xcalloc(images->n + 1, sizeof *st->known);
        for (size_t i = 0; i < images->n; i++) {
                const struct image *image = images->items[i];
                st->known[i].offers = !pin_only(image) && (label_set(image) || images_has_profile(s, image));
                st->known[i].refused = st->known[i].use = NOT_LOOKED;
        }
}

static void images_loaded(struct image_list *images, struct error *e, void *userdata) {
        struct screen *s = userdata;
        const struct images_state *st = s->state;
        if (images)
                images_take(s, images);
        screen_loaded(s, images ? images->n : 0, e, TOPIC_IMAGES);
        if (!st->asked_services)
                s->class->changed(s, TOPIC_SERVICES);
}

static void images_services_loaded(struct service_list *services, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct images_state *st = s->state;
        _cleanup_(service_list_freep) struct service_list *list = services;
        _cleanup_error_ struct error *unused = e;       /* the Services screen shows it */

        if (list) {
                st->installed = strv_free(st->installed);
                for (size_t i = 0; i < list->n; i++)
                        if (list->items[i]->pin.image_id)
                                strv_add(&st->installed, list->items[i]->pin.image_id);
                list_set(s->list, s->list->n);
                screen_invalidate(s);
        }
        if (reload_answered(&st->loading_services))
                s->class->changed(s, TOPIC_SERVICES);
}

/* Installed images are marked afterwards: the list of services makes the engine list its images once more,
 * for updates. */
static void images_load(struct screen *s, unsigned topics) {
        struct images_state *st = s->state;
        if (topics & (TOPIC_IMAGES | TOPIC_ENGINE) && reload_wanted(&s->loading, topics))
                s->loading.op = host_list_images(ui_host(s->ui), images_loaded, s);
        bool answered = s->loaded || s->error;
        if (topics & TOPIC_SERVICES && answered && reload_wanted(&st->loading_services, topics)) {
                st->asked_services = true;
                st->loading_services.op = host_list_services(ui_host(s->ui), images_services_loaded, s);
        }
}

/* ---- the screen ---- */

static void images_close(struct screen *s) {
        struct images_state *st = s->state;
        op_cancel(st->loading_services.op);
        image_list_free(st->images);
        free(st->known);
        strv_free(st->installed);
}

/* The tab line shows as many of the parts as it has room for. */
static void images_title(const struct screen *s, struct str *left, struct str *right) {
        const struct images_state *st = s->state;
        const struct host_status *status = host_status(ui_host(s->ui));
        size_t n = st->images ? st->images->n : 0, offers = 0;
        for (size_t i = 0; i < n; i++)
                offers += st->known[i].offers;
        if (n) {
                str_addf(left, plural(n, "%zu image  ", "%zu images  "), n);
                str_addf(left,
                         plural(offers, "%zu offers a system service  ", "%zu offer a system service  "),
                         offers);
        }
        if (status->engine != ENGINE_NONE)
                str_addf(left, "%s %s", engine_kind_name(status->engine),
                         status->engine_version ? status->engine_version : "");
        if (st->images && s->error)
                str_add(right, "not up to date");
        else if (status->profile_errors)
                str_addf(right, plural(status->profile_errors, "%zu bad profile", "%zu bad profiles"),
                         status->profile_errors);
        else if (st->all)
                str_add(right, "all images");
}

/* Up to three lines about an image, below the list. */
static void images_preview(const struct screen *s, const struct image *image, const struct canvas *c) {
        const char *summary = image_summary(image), *vendor = image_vendor(image);
        canvas_text(c, 0, 2, 0, STYLE_PLAIN, summary ? summary : "The image has no description.");

        _cleanup_(profile_freep) struct profile *profile = NULL;
        _cleanup_str_ struct str asks = {};
        host_find_profile(ui_host(s->ui), image, &profile, NULL);
        for (size_t i = 0; profile && i < profile->n_parameters; i++)
                str_addf(&asks, "%s%s", i ? ", " : "", profile->parameters[i].title);
        if (images_use(s, list_settled_row(s->list)) == IMAGE_TOOL)
                canvas_text(c, 1, 2, 0, STYLE_PLAIN,
                            "A tool: n runs it at this terminal; nothing is installed.");
        else if (images_installable(image))
                canvas_textf(c, 1, 2, 0, STYLE_PLAIN, "Asks for: %s.   %s",
                             asks.length ? asks.text : "nothing",
                             label_set(image) & 1U << LABEL_UNINSTALL
                                     ? "Undo: by UNINSTALL."
                                     : "Undo: by Fairlead.");
        else
                canvas_text(c, 1, 2, 0, STYLE_DIM, "No label says how to install or run it.");

        _cleanup_str_ struct str facts = {};
        char size[16], date[32];
        if (vendor)
                str_addf(&facts, "Publisher %s, ", vendor);
        struct tm tm;
        time_t created = (time_t) image->created;
        if (created > 0 && gmtime_r(&created, &tm) && strftime(date, sizeof date, "%Y-%m-%d", &tm))
                str_addf(&facts, "built %s, ", date);
        if (image->size)
                str_addf(&facts, "%s, ", text_size(size, image->size));
        str_addf(&facts, "id %.12s", image->id);
        canvas_text(c, 2, 2, 0, STYLE_DIM, facts.text);
}

#define PREVIEW_ROWS 4

static void images_draw(struct screen *s, const struct canvas *c) {
        const struct images_state *st = s->state;
        const struct image *image = images_at(s, list_settled_row(s->list));
        bool preview = c->rows >= 14 && image;
        struct canvas rows = canvas_part(c, 0, 0, preview ? c->rows - PREVIEW_ROWS : c->rows, -1);
        screen_draw_rows(
                s, &rows, st->all ? "image" : "image that offers a service",
                st->images && st->images->n
                        ? "No image on this host offers a system service: none carries a label INSTALL "
                          "or RUN or is known to a profile. Press a to see the others, or o to open one of "
                          "the catalog, of a registry or of an archive."
                        : "There is no image on this host. Press o to open one of the catalog, of a "
                          "registry or of an archive.");
        if (preview) {
                struct canvas below = canvas_part(c, c->rows - PREVIEW_ROWS + 1, 0, -1, -1);
                images_preview(s, image, &below);
        }
}

static void images_status(const struct screen *s, struct str *out) {
        size_t row = list_settled_row(s->list);
        const struct image *image = images_at(s, row);
        int refused = image ? images_refused(s, row) : 0;
        const struct error *profile = host_status(ui_host(s->ui))->profile_error;
        /* Shown until another row has the focus: a form may ask less than it should because of it. */
        if (profile && row == 0)
                str_add(out, profile->message);
        else if (s->loaded && s->error)
                str_addf(out, "%s; the list is old.", s->error->message);
        else if (refused)
                str_addf(out,
                         plural((size_t) refused, "%s: %d finding blocks it; Enter shows it.",
                                "%s: %d findings block it; Enter shows them."),
                         image_reference(image), refused);
        else if (image)
                str_addf(out, "%s: Enter shows what its labels say.", image_reference(image));
        else if (s->error)
                str_add(out, "R tries again.");
}

static bool images_can(const struct screen *s, enum action action) {
        size_t row = list_row(s->list);
        const struct image *image = images_at(s, row);
        if (action == ACTION_INSTALL)
                return image && images_installable(image) && images_use(s, row) != IMAGE_TOOL;
        if (action == ACTION_RUN)
                return image && images_use(s, row) != IMAGE_SERVICE;
        return action != ACTION_OPEN || image;
}

static bool images_act(struct screen *s, enum action action) {
        struct images_state *st = s->state;
        const struct image *image = images_at(s, list_row(s->list));
        if (action == ACTION_OPEN)
                screen_open(s->ui, &image_screen, image_reference(image));
        else if (action == ACTION_INSTALL || action == ACTION_RUN)
                screen_open(s->ui, &wizard_screen,
                            &(struct wizard_order) {
                                    .verb = action == ACTION_RUN ? VERB_RUN : VERB_INSTALL,
                                    .image = image_reference(image) });
        else if (action == ACTION_REFERENCE)
                screen_open(s->ui, &open_screen, NULL);
        else if (action == ACTION_ALL) {
                st->all = !st->all;
                screen_arrange(s);
        } else
                return false;
        return true;
}

const struct screen_class images_screen = {
        .name = "images",
        .title = "Images",
        .way = "2 ",
        .help = "The container images of this host. Shown are those that carry a command label (INSTALL, "
                "RUN, UNINSTALL, STOP) or are known to a profile: they package a system service. The others "
                "are one key away.\n"
                "\"installed\" is used by a service; \"blocked\" cannot be installed as it is, because of so "
                "many findings. Enter opens one and explains its labels; i begins to install it; n runs one "
                "that is used at a terminal; o opens one that is not here yet. None of them runs anything "
                "before the exact commands are shown.",
        .size = sizeof(struct images_state),
        .topics = TOPIC_IMAGES | TOPIC_ENGINE | TOPIC_SERVICES,
        .source = &images_source,
        .looking = "Looking for images ...",
        .bindings = (const struct binding[]) {
                { KEY_RETURN, ACTION_OPEN, "look" }, { 'i', ACTION_INSTALL }, { 'n', ACTION_RUN },
                { 'a', ACTION_ALL }, { 'o', ACTION_REFERENCE },
                { 's', ACTION_SORT, NULL, true }, {} /* o is taken */
        },
        .close = images_close,
        .title_text = images_title,
        .draw = images_draw,
        .status = images_status,
        .can = images_can,
        .act = images_act,
        .changed = images_load,
};
