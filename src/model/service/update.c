/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/service/update.h"

#include "base/text.h"
#include "model/image/source.h"

#define REASON_BYTES_MAX 300U
#define VERSION_BYTES_MAX 128U

static const char *const update_state_names[] = {
        [UPDATE_UNKNOWN] = "unknown", [UPDATE_CURRENT] = "current", [UPDATE_NEWER] = "newer",
        [UPDATE_FAILED] = "failed",   [UPDATE_NONE] = "none",
};
DEFINE_NAMES(update_state, enum update_state)

static void update_image_done(struct update_image *image) {
        FREE_ALL(image->digest, image->id, image->version);
        *image = (struct update_image) {};
}

static void update_image_copy(const struct update_image *from, struct update_image *to) {
        update_image_done(to);
        *to = *from;
        to->digest = xstrdup(from->digest);
        to->id = xstrdup(from->id);
        to->version = xstrdup(from->version);
}

void update_approval_done(struct update_approval *approval) {
        FREE_ALL(approval->image, approval->consent, approval->by);
        *approval = (struct update_approval){};
}

static void update_approval_copy(const struct update_approval *from, struct update_approval *to) {
        update_approval_done(to);
        *to = (struct update_approval){ xstrdup(from->image), xstrdup(from->consent), from->given,
                                        xstrdup(from->by) };
}

void update_done(struct update *u) {
        update_image_done(&u->installed);
        update_image_done(&u->newest);
        update_approval_done(&u->approved);
        FREE_ALL(u->name, u->reference, u->none, u->failed);
        *u = (struct update) {};
}

void update_copy(const struct update *from, struct update *to) {
        update_done(to);
        *to = *from;
        to->name = xstrdup(from->name);
        to->reference = xstrdup(from->reference);
        to->none = xstrdup(from->none);
        to->failed = xstrdup(from->failed);
        to->installed = to->newest = (struct update_image) {};
        to->approved = (struct update_approval){};
        update_approval_copy(&from->approved, &to->approved);
        update_image_copy(&from->installed, &to->installed);
        update_image_copy(&from->newest, &to->newest);
}

struct update_list *update_list_free(struct update_list *list) {
        for (size_t i = 0; list && i < list->n; i++)
                update_done(&list->items[i]);
        if (list)
                FREE_ALL(list->items, list);
        return NULL;
}

struct update_detail *update_detail_free(struct update_detail *d) {
        if (!d)
                return NULL;
        update_done(&d->update);
        label_changes_done(&d->labels);
        package_changes_done(&d->packages);
        STRV_FREE_ALL(d->findings, d->fixed);
        trust_free(d->trust);
        FREE_ALL(d->unread, d->unlooked, d);
        return NULL;
}

struct update *update_list_find(const struct update_list *list, const char *name) {
        for (size_t i = 0; i < list->n; i++)
                if (str_equal(list->items[i].name, name))
                        return &list->items[i];
        return NULL;
}

struct update *update_list_add(struct update_list *list) {
        room_for_one((void **) &list->items, list->n, sizeof *list->items);
        list->items[list->n] = (struct update) {};
        return &list->items[list->n++];
}

void update_list_remove(struct update_list *list, size_t at) {
        update_done(&list->items[at]);
        memmove(&list->items[at], &list->items[at + 1], (--list->n - at) * sizeof *list->items);
}

/* ---- what can be asked ---- */

/* "registry.example.test/team/rsyslog:8" of the service's reference. An engine's short name is completed from
 * what the service runs, which has the whole one. */
static char *update_reference(const struct service *s) {
        struct reference_parts p = reference_split(s->pin.reference);
        struct span repository = p.repository, tag = p.tag;
        if (!p.registry.n) {
                struct reference_parts whole = reference_split(s->pin.image ? s->pin.image : "");
                const char *end = whole.repository.at + whole.repository.n;
                bool same = whole.registry.n && whole.repository.n > p.repository.n &&
                            end[-(ptrdiff_t) p.repository.n - 1] == '/' &&
                            memcmp(end - p.repository.n, p.repository.at, p.repository.n) == 0;
                if (!same)
                        return NULL;
                repository = whole.repository;
        }
        return tag.n ? str_printf("%.*s:%.*s", (int) repository.n, repository.at, (int) tag.n, tag.at)
                     : str_printf("%.*s:latest", (int) repository.n, repository.at);
}

static const char *update_why_none(const struct service *s) {
        const char *reference = s->pin.reference;
        if (str_empty(reference) || str_starts(reference, "host/"))
                return "It runs no image";
        if (!reference_valid(reference))
                return "Its image has no name";
        if (reference_split(reference).digest.n)
                return "Its image is named by its digest, which never means another one";
        if (s->pin.source && source_named(s->pin.source) && !str_starts(s->pin.source, "docker://"))
                return "Its image came from an archive: upgrade --image takes a newer one";
        return NULL;
}

void update_of_service(const struct service *s, struct update *ret) {
        *ret = (struct update) {
                .name = xstrdup(s->name),
                .none = xstrdup(update_why_none(s)),
                .installed = { .digest = xstrdup(s->pin.digest),
                               .id = xstrdup(s->pin.image_id),
                               .version = xstrdup(s->pin.version) },
        };
        if (ret->none)
                return;
        ret->reference = update_reference(s);
        struct reference_parts p = reference_split(ret->reference ? ret->reference : "");
        if (!ret->reference)
                ret->none = xstrdup("The name of its image has no registry");
        else if (p.registry.n == strlen("localhost") && memcmp(p.registry.at, "localhost", p.registry.n) == 0)
                ret->none = xstrdup("Its image was made on this host");
        if (ret->none)
                str_replace(&ret->reference, NULL);
}

void update_decided(struct update *u, const struct update *kept) {
        u->held = kept ? kept->held : 0;
        update_approval_done(&u->approved);
        if (!kept)
                return;
        update_approval_copy(&kept->approved, &u->approved);
        /* Where only the engine has a newer one, it is not known here. */
        if (u->newest.digest && !update_approved(u))
                update_approval_done(&u->approved);
}

void update_recall(struct update *u, const struct update *kept) {
        u->held = kept->held;
        update_approval_copy(&kept->approved, &u->approved);
        if (!u->reference || !str_equal(u->reference, kept->reference))
                return;
        update_image_copy(&kept->newest, &u->newest);
        u->looked = kept->looked;
        u->tried = kept->tried;
        u->found = kept->found;
        str_replace(&u->failed, kept->failed);
}

/* ---- answers ---- */

/* At most so many bytes, clean, cut between characters. */
static char *update_text(const char *text, size_t max) {
        char *clean = text_cleaned(text);
        if (clean && strlen(clean) > max) {
                while (max > 0 && ((unsigned char) clean[max] & 0xc0) == 0x80)
                        max--;
                clean[max] = '\0';
        }
        return clean;
}

void update_answered(struct update *u, const struct image *image, int64_t now) {
        if (!str_equal(u->newest.digest, image->digest))
                u->found = now;
        update_image_done(&u->newest);
        u->newest = (struct update_image) { .digest = xstrdup(image->digest),
                                            .id = xstrdup(image->id),
                                            .version = update_text(image_version(image), VERSION_BYTES_MAX),
                                            .size = image->size,
                                            .created = image->created };
        u->looked = u->tried = now;
        str_replace(&u->failed, NULL);
}

void update_approve(struct update *u, const struct image_pin *pin, const char *consent, int64_t now,
                    const char *by) {
        const char *image = pin->digest ? pin->digest : pin->image_id;
        update_approval_done(&u->approved);
        u->approved = (struct update_approval){ xstrdup(image), xstrdup(consent), now, xstrdup(by) };
        if (!pin->source || !u->reference || str_equal(u->newest.digest, pin->digest))
                return;
        update_image_done(&u->newest);
        u->newest = (struct update_image){ .digest = xstrdup(pin->digest),
                                           .id = xstrdup(pin->image_id),
                                           .version = update_text(pin->version, VERSION_BYTES_MAX),
                                           .size = pin->fetch };
        u->looked = u->tried = u->found = now;
        str_replace(&u->failed, NULL);
}

void update_failed(struct update *u, const char *reason, int64_t now) {
        free(u->failed);
        u->failed = update_text(reason, REASON_BYTES_MAX);
        u->tried = now;
}

/* By the id, which is the configuration's digest: of a list of manifests engines know the list's digest. */
static bool update_same(const struct update_image *a, const struct update_image *b) {
        return a->id && b->id ? str_equal(a->id, b->id) : str_equal(a->digest, b->digest);
}

enum update_state update_state(const struct update *u) {
        bool known = u->newest.digest;
        if (known && !update_same(&u->installed, &u->newest))
                return UPDATE_NEWER;
        if (u->here && !known)
                return UPDATE_NEWER;
        return u->none ? UPDATE_NONE : known ? UPDATE_CURRENT : u->failed ? UPDATE_FAILED : UPDATE_UNKNOWN;
}

bool update_waits(const struct update *u, int64_t now) {
        return update_state(u) == UPDATE_NEWER && u->held <= now;
}

bool update_approved(const struct update *u) {
        const char *image = u->approved.image;
        return image && update_state(u) == UPDATE_NEWER &&
               (!u->newest.digest || STR_IN_SET(image, u->newest.digest, u->newest.id));
}

bool update_ready(const struct update *u, int64_t now) {
        return update_waits(u, now) && update_approved(u);
}

const char *update_state_word(const struct update *u, int64_t now) {
        enum update_state state = update_state(u);
        if (state == UPDATE_NEWER && u->held > now)
                return "held";
        return update_approved(u) ? "approved" : update_state_name(state);
}

/* ---- the detail in rows ---- */

#define DIGEST_SHOWN 19 /* "sha256:" and twelve digits */

struct update_rows {
        void (*row)(const char *name, const char *text, bool bad, void *userdata);
        void *userdata;
};

/* Takes text. */
static void update_row(const struct update_rows *rows, const char *name, bool bad, char *text) {
        rows->row(name, text, bad, rows->userdata);
        free(text);
}

static void update_row_image(const struct update_rows *rows, const char *name,
                             const struct update_image *image, int64_t now) {
        char size[16], age[24];
        _cleanup_str_ struct str text = {};
        str_addf(&text, "%.*s", DIGEST_SHOWN, image->digest ? image->digest : image->id ? image->id : "-");
        if (image->version)
                str_addf(&text, "  version %s", image->version);
        if (image->size)
                str_addf(&text, "  %s", text_size(size, image->size));
        if (image->created > 0)
                str_addf(&text, "  made %s ago", text_age(age, now - image->created));
        rows->row(name, text.text, false, rows->userdata);
}

static void update_rows_labels(const struct update_rows *rows, const struct label_changes *labels) {
        size_t n = 0;
        for (size_t i = 0; i < labels->n; i++) {
                const struct label_change *change = &labels->items[i];
                if (change->difference == DIFFERENCE_SAME)
                        continue;
                _cleanup_free_ char *words = label_change_text(change);
                update_row(rows, n++ ? "" : "labels", false,
                           str_printf("%s %s: %s", change->key, difference_name(change->difference), words));
        }
        if (!n)
                rows->row("labels", "no command label changes", false, rows->userdata);
}

static void update_rows_findings(const struct update_rows *rows, char *const *findings, char *const *fixed) {
        size_t n = 0;
        for (; findings && *findings; findings++)
                update_row(rows, n++ ? "" : "findings", true, str_printf("new: %s", *findings));
        for (; fixed && *fixed; fixed++)
                update_row(rows, n++ ? "" : "findings", false, str_printf("gone: %s", *fixed));
}

/* Who signed the newest image, and whether it is who signed that of the service. */
static void update_rows_signer(const struct update_rows *rows, const struct update_detail *d) {
        static const char *const same[_TRUST_SAME_MAX] = {
                [SAME_YES] = "the signer of the image that runs, too",
                [SAME_NO] = "ANOTHER signer than that of the image that runs",
                [SAME_UNKNOWN] = "whether that of the image that runs, too, is not known",
        };
        const struct trust *t = d->trust;
        if (!t) {
                if (d->unlooked)
                        rows->row("signer", d->unlooked, true, rows->userdata);
                return;
        }
        for (size_t i = 0; i < t->n_signatures; i++) {
                const struct trust_signature *s = &t->signatures[i];
                rows->row(i ? "" : "signer",
                          s->signer ? s->signer
                          : s->key  ? s->key
                                    : "nobody knows by whom",
                          false, rows->userdata);
        }
        if (t->n_signatures && str_equal(t->service, d->update.name))
                rows->row("", same[t->same], t->same == SAME_NO, rows->userdata);
        update_row(rows, t->n_signatures ? "" : "signer", !trust_permits(t), trust_sentence(t));
}

void update_detail_rows(const struct update_detail *d, int64_t now,
                        void (*row)(const char *name, const char *text, bool bad, void *userdata),
                        void *userdata) {
        const struct update_rows rows = { row, userdata };
        const struct update *u = &d->update;
        if (u->reference)
                row("image", u->reference, false, userdata);
        update_row_image(&rows, "installed", &u->installed, now);
        if (u->newest.digest)
                update_row_image(&rows, "newest", &u->newest, now);
        if (update_approved(u)) {
                _cleanup_free_ char *text =
                        str_printf("exactly this image%s%s: --apply, A on Updates or its window applies it",
                                   u->approved.by ? ", by " : "", u->approved.by ? u->approved.by : "");
                row("approved", text, false, userdata);
        }
        if (u->failed)
                row("not asked", u->failed, true, userdata);
        update_rows_signer(&rows, d);
        update_rows_labels(&rows, &d->labels);
        update_rows_findings(&rows, d->findings, d->fixed);
        if (d->unread) {
                row("packages", d->unread, false, userdata);
                return;
        }
        update_row(&rows, "packages", false, package_changes_text(&d->packages));
        for (size_t i = 0; i < d->packages.n; i++)
                update_row(&rows, "", false, package_change_text(&d->packages.items[i]));
}
