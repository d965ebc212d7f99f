/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a trust sheet says: the same rows on the screen and by the verb. */
#include "model/image/image.h"
#include "model/trust/trust.h"

#include <time.h>

#include "base/text.h"

/* ---- the verdict ---- */

static bool sheet_has(const struct trust *t, enum trust_finding finding) {
        for (size_t i = 0; i < t->n_signatures; i++)
                if (t->signatures[i].finding == finding)
                        return true;
        return false;
}

static bool sheet_has_for(const struct trust *t, const struct trust_need *need, enum trust_finding finding) {
        for (size_t i = 0; i < t->n_signatures; i++)
                if (t->signatures[i].kind == need->kind && t->signatures[i].finding == finding)
                        return true;
        return false;
}

/* Each requirement wants a good signature of its own kind. Those by a certificate (Fulcio's, of a PKI) only
 * the engine checks: unchecked, one that is there will do. */
static bool sheet_met(const struct trust *t, bool unchecked) {
        for (size_t i = 0; i < t->rule.n; i++) {
                const struct trust_need *need = &t->rule.needs[i];
                if (need->kind != TRUST_ANYTHING && !sheet_has_for(t, need, SIGNATURE_GOOD) &&
                    !(unchecked && need->other && sheet_has_for(t, need, SIGNATURE_CLAIMED)))
                        return false;
        }
        return t->rule.n;
}

static bool sheet_by_certificate(const struct trust *t) {
        for (size_t i = 0; i < t->rule.n; i++)
                if (t->rule.needs[i].other)
                        return true;
        return false;
}

enum trust_verdict trust_verdict(const struct trust *t) {
        bool sign = sheet_has(t, SIGNATURE_GOOD) || sheet_has(t, SIGNATURE_CLAIMED);
        enum trust_asks asks = trust_rule_asks(&t->rule);
        /* The policy is asked when an archive is loaded, too, and no archive has signatures. */
        if (t->local)
                return asks == ASKS_REFUSED || asks == ASKS_SIGNATURE ? TRUST_REFUSED : TRUST_LOCAL;
        switch (asks) {
        case ASKS_REFUSED: return TRUST_REFUSED;
        case ASKS_NOTHING: return sign ? TRUST_SIGNED : t->looked ? TRUST_UNSIGNED : TRUST_UNKNOWN;
        case ASKS_SIGNATURE:
                if (sheet_met(t, false))
                        return TRUST_REQUIRED;
                return t->looked && !sheet_met(t, true) ? TRUST_MISSING : TRUST_UNKNOWN;
        default: return TRUST_UNKNOWN;
        }
}

bool trust_permits(const struct trust *t) {
        enum trust_verdict verdict = trust_verdict(t);
        return verdict != TRUST_REFUSED && verdict != TRUST_MISSING && !t->rule_error;
}

char *trust_sentence(const struct trust *t) {
        switch (trust_verdict(t)) {
        case TRUST_LOCAL:
                return xstrdup("Local only: it came from no registry, and nobody signed it");
        case TRUST_REFUSED:
                return xstrdup(t->local ? "Refused: the policy of this host does not let it be loaded"
                                        : "Refused: the policy of this host lets no pull of it through");
        case TRUST_REQUIRED: return xstrdup("Signed, and the policy of this host asks for that");
        case TRUST_MISSING:
                return xstrdup("Refused: the policy of this host asks for a signature, and there is none "
                               "that it takes");
        case TRUST_SIGNED: return xstrdup("Signed, but the policy of this host does not ask for that");
        case TRUST_UNSIGNED:
                return xstrdup("Not signed, and the policy of this host does not ask for a signature");
        default:
                return xstrdup(t->rule_error ? "Unknown: the policy of this host cannot be read, so every "
                                               "pull fails"
                               : trust_rule_asks(&t->rule) == ASKS_SIGNATURE && t->looked
                                       ? "Signed as the policy of this host asks, but whether by the right "
                                         "certificate the engine finds out at the pull"
                               : trust_rule_asks(&t->rule) == ASKS_SIGNATURE
                                       ? "The policy of this host asks for a signature; not all places of "
                                         "signatures could be looked at"
                               : trust_rule_asks(&t->rule) == ASKS_NOTHING
                                       ? "The policy of this host asks for no signature; not all places of "
                                         "signatures could be looked at"
                                       : "Unknown: no policy of this host applies");
        }
}

/* What to do where it is refused, or NULL; the caller frees. */
static char *sheet_advice(const struct trust *t) {
        switch (trust_verdict(t)) {
        case TRUST_REFUSED:
                return str_printf("Whoever keeps %s decides; man containers-policy.json", t->rule.file);
        case TRUST_MISSING:
                return xstrdup("Ask the image's maintainer for a signature by that key, or correct the rule "
                               "if its key was replaced");
        default: return NULL;
        }
}

/* ---- the rows ---- */

static const struct {
        enum trust_tone tone;
        const char *words;
} sheet_findings[_TRUST_FINDING_MAX] = {
        [SIGNATURE_GOOD] = { TONE_GOOD, "good, by a key of the rule" },
        [SIGNATURE_CLAIMED] = { TONE_PLAIN, "claimed: the rule names no key to check it with" },
        [SIGNATURE_OTHER_KEY] = { TONE_WARN, "by a key that the rule does not name" },
        [SIGNATURE_OTHER_IMAGE] = { TONE_BAD, "for another image" },
        [SIGNATURE_OTHER_NAME] = { TONE_BAD, "for another name" },
        [SIGNATURE_BAD] = { TONE_BAD, "wrong, or its key is revoked or past its time" },
        [SIGNATURE_UNREADABLE] = { TONE_BAD, "cannot be read" },
};

static const enum trust_tone sheet_tones[_TRUST_VERDICT_MAX] = {
        [TRUST_UNKNOWN] = TONE_WARN,   [TRUST_REFUSED] = TONE_BAD, [TRUST_MISSING] = TONE_BAD,
        [TRUST_REQUIRED] = TONE_GOOD,  [TRUST_LOCAL] = TONE_PLAIN, [TRUST_SIGNED] = TONE_PLAIN,
        [TRUST_UNSIGNED] = TONE_PLAIN,
};

struct sheet {
        trust_row_t row;
        void *userdata;
};

static void sheet_put(const struct sheet *s, const char *title, enum trust_tone tone, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
static void sheet_put(const struct sheet *s, const char *title, enum trust_tone tone, const char *format,
                      ...) {
        va_list arguments;
        va_start(arguments, format);
        _cleanup_free_ char *text = str_vprintf(format, arguments);
        va_end(arguments);
        s->row(title, tone, text, s->userdata);
}

static void sheet_put_signature(const struct sheet *s, const char *title, const struct trust_signature *sig,
                                const char *digest) {
        struct tm tm;
        char day[24] = "";
        time_t when = (time_t) sig->time;
        if (sig->time > 0 && gmtime_r(&when, &tm))
                strftime(day, sizeof day, ", %Y-%m-%d", &tm);
        enum trust_tone tone = sheet_findings[sig->finding].tone;
        sheet_put(s, title, tone, "%s%s%s%s", sig->kind == TRUST_SIGSTORE ? "sigstore, " : "",
                  sig->signer ? sig->signer : sig->key ? sig->key : "nobody knows by whom", day, "");
        if (sig->signer && sig->key)
                sheet_put(s, "", TONE_PLAIN, "%s", sig->key);
        sheet_put(s, "", tone, "%s", sheet_findings[sig->finding].words);
        if (sig->reference && sig->finding != SIGNATURE_OTHER_IMAGE)
                sheet_put(s, "", TONE_PLAIN, "for %s", sig->reference);
        if (sig->digest && !str_equal(sig->digest, digest))
                sheet_put(s, "", TONE_PLAIN, "for %s", sig->digest);
        sheet_put(s, "", TONE_PLAIN, "in %s", sig->where);
}

static void sheet_put_place(const struct sheet *s, const struct trust *t) {
        sheet_put(s, "Looked for", TONE_PLAIN,
                  t->place.file ? "%s (%s)" : "%s (what applies where no file of registries.d says else)",
                  t->place.lookaside, t->place.file);
        if (t->place.attachments)
                sheet_put(s, "", TONE_PLAIN, "in the registry, beside the image (%s)",
                          t->place.attachments_file);
        for (char **line = t->place.wrong; line && *line; line++)
                sheet_put(s, "", TONE_WARN, "%s", *line);
}

static void sheet_put_registry(const struct sheet *s, const struct trust *t) {
        static const char *const attached[_TRUST_ATTACHED_MAX] = {
                [ATTACHED_UNKNOWN] = "not known", [ATTACHED_NONE] = "none attached",
                [ATTACHED_YES] = "attached (not checked by Fairlead)"
        };
        sheet_put_place(s, t);
        for (size_t i = 0; i < t->n_signatures; i++)
                sheet_put_signature(s, i ? "" : "Signed by", &t->signatures[i], t->digest);
        if (!t->n_signatures)
                sheet_put(s, "Signed by", t->looked ? TONE_PLAIN : TONE_WARN,
                          t->looked ? "nobody: there is no signature" : "not known");
        sheet_put(s, "Provenance", TONE_PLAIN, "%s", attached[t->provenance]);
        sheet_put(s, "SBOM", TONE_PLAIN, "%s", attached[t->sbom]);
        if (t->service)
                sheet_put(s, "Installed", t->same == SAME_NO ? TONE_WARN : TONE_PLAIN,
                          t->same == SAME_YES  ? "%s has an image by the same signer"
                          : t->same == SAME_NO ? "%s has an image by ANOTHER signer"
                                               : "%s has an image of this repository; whether by the same "
                                                 "signer is not known",
                          t->service);
}

void trust_rows(const struct trust *t, trust_row_t row, void *userdata) {
        const struct sheet s = { row, userdata };
        _cleanup_free_ char *sentence = trust_sentence(t), *advice = sheet_advice(t);
        _cleanup_free_ char *needs = trust_rule_needs(&t->rule), *place = trust_rule_place(&t->rule);
        sheet_put(&s, "Verdict", sheet_tones[trust_verdict(t)], "%s.", sentence);
        if (advice)
                sheet_put(&s, "", TONE_PLAIN, "%s.", advice);
        sheet_put(&s, "Image", TONE_PLAIN, "%s", t->reference);
        sheet_put(&s, "", TONE_PLAIN, "%s", t->digest ? t->digest : "no digest is known");
        if (t->rule_error) {
                _cleanup_free_ char *line = error_line(t->rule_error);
                sheet_put(&s, "Rule", TONE_BAD, "%s", line);
        } else if (t->rule.file) {
                sheet_put(&s, "Rule", TONE_PLAIN, "%s", place);
                sheet_put(&s, "", TONE_PLAIN, "%s", needs);
                if (sheet_by_certificate(t))
                        sheet_put(&s, "", TONE_PLAIN,
                                  "Fairlead shows signatures by a certificate (keyless ones, by Fulcio and "
                                  "Rekor, too) and does not check them: the engine does, at each pull.");
        }
        if (!t->local)
                sheet_put_registry(&s, t);
        for (char **note = t->notes; note && *note; note++)
                sheet_put(&s, note == t->notes ? "Note" : "", TONE_PLAIN, "%s.", *note);
}
