/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* Who signed an image, which rule of the host's policy applies to it, and what else is attached; from here a
 * signer can be pinned. Nothing is pulled for it, and nothing is enforced by it: the engine does that. */

struct trust_state {
        struct trust *trust; /* NULL: no answer yet */
};

static void trust_screen_row(const char *title, enum trust_tone tone, const char *text, void *userdata) {
        static const uint8_t marks[] = { [TONE_PLAIN] = DOC_PLAIN,
                                         [TONE_GOOD] = DOC_GOOD,
                                         [TONE_WARN] = DOC_WARN,
                                         [TONE_BAD] = DOC_BAD };
        struct screen *s = userdata;
        bool first = str_equal(title, "Verdict");
        /* the last ones are of one line each: all fits on one screen */
        if (*title && !first && !STR_IN_SET(title, "SBOM", "Installed", "Note"))
                pager_end(s->pager);
        pager_row(s->pager, title, first && tone == TONE_PLAIN ? DOC_STRONG : marks[tone], "%s", text);
}

static void trust_found(struct trust *trust, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct trust_state *st = s->state;
        screen_loaded(s, 0, e, 0);
        s->loaded = trust;
        trust_free(st->trust);
        st->trust = trust;
        if (!trust)
                return;
        pager_clear(s->pager);
        trust_rows(trust, trust_screen_row, s);
        screen_invalidate(s);
}

static void trust_load(struct screen *s, unsigned topics) {
        op_cancel(s->loading.op);
        s->loading.op = host_look_trust(ui_host(s->ui), s->about, trust_found, s);
}

/* ---- the signer ---- */

static void trust_key_typed(struct screen *s, const char *text) {
        const struct trust_state *st = s->state;
        if (str_empty(text))
                return;
        if (*text != '/') {
                screen_say(s, "A whole path is needed: /root/team.asc");
                return;
        }
        const struct wizard_order order = { .verb = VERB_TRUST, .image = st->trust->reference, .key = text };
        screen_open(s->ui, &wizard_screen, &order);
}

/* ---- the screen ---- */

static void trust_close(struct screen *s) {
        struct trust_state *st = s->state;
        trust_free(st->trust);
}

static void trust_title(const struct screen *s, struct str *left, struct str *right) {
        str_add(left, s->about);
        if (s->loaded)
                pager_place(s->pager, right);
}

static void trust_status(const struct screen *s, struct str *out) {
        const struct trust_state *st = s->state;
        if (!st->trust)
                str_add(out, "Nothing is pulled for that.");
        else if (st->trust->local)
                str_add(out, "It came from no registry: no signer can be pinned.");
        else
                str_add(out, "p has each pull of its repository need a signature by a key.");
}

static bool trust_can(const struct screen *s, enum action action) {
        const struct trust_state *st = s->state;
        return action != ACTION_PIN_SIGNER || (st->trust && !st->trust->local);
}

static bool trust_act(struct screen *s, enum action action) {
        if (action == ACTION_REFRESH) {
                trust_load(s, 0);
                return true;
        }
        if (action != ACTION_PIN_SIGNER)
                return false;
        screen_ask(s, "File of the public key:", NULL, NULL, trust_key_typed);
        return true;
}

const struct screen_class trust_screen = {
        .name = "trust",
        .title = "Trust",
        .help = "Who signed an image, and what this host's policy asks of it: the rule of "
                "/etc/containers/policy.json that applies, the places where signatures are looked for, each "
                "signature with its signer, whether provenance and an SBOM are attached, and whether an "
                "installed service has an image by the same signer. Fairlead enforces nothing of it: Podman "
                "and skopeo do, at each pull.\n"
                "p asks for the file of a public key, of GPG or of cosign, and plans a job that has the "
                "policy ask for a signature by it at each pull of this repository. It is shown first, and "
                "can be rolled back.",
        .about = true,
        .size = sizeof(struct trust_state),
        .topics = TOPIC_IMAGES,
        .text = PAGER_WORDS,
        .name_width = 12,
        .looking = "Looking for its signatures ...",
        .bindings = (const struct binding[]) { { 'p', ACTION_PIN_SIGNER }, {} },
        .close = trust_close,
        .title_text = trust_title,
        .status = trust_status,
        .can = trust_can,
        .act = trust_act,
        .changed = trust_load,
};
