/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `fairlead trust --json`. data/json.md documents the shape. */

#include "backend/format/internal.h"

#define T struct trust_need
static const struct json_field need_fields[] = {
        ROW("type", JSON_WORD, kind, JSON_NAMES(trust_kind)),
        TEXTS(keys),
        ROW("fingerprints", JSON_TEXTS, ids),
        ROW("identity", JSON_WORD, identity, JSON_NAMES(trust_identity)),
};
#undef T

#define T struct trust_rule
static struct json_object *trust_make_asks(const void *rule) {
        return json_new_text(trust_asks_name(trust_rule_asks(rule)));
}
static struct json_object *trust_make_line(const void *member) {
        unsigned line = *(const unsigned *) member;
        return line ? json_object_new_int64(line) : NULL;
}
static const struct json_field rule_fields[] = {
        TEXT(file),
        ROW("line", JSON_CALL, line, .make = trust_make_line),
        TEXT(transport),
        TEXT(scope),
        MADE("asks", trust_make_asks),
        LIST("needs", needs, n, need_fields, struct trust_need),
};
#undef T

#define T struct trust_place
static const struct json_field place_fields[] = {
        TEXT(lookaside), TEXT(file), FLAG(attachments), TEXT(attachments_file), TEXTS(wrong),
};
#undef T

#define T struct trust_signature
static const struct json_field signature_fields[] = {
        ROW("type", JSON_WORD, kind, JSON_NAMES(trust_kind)),
        WORD(finding, trust_finding),
        TEXT(where),
        TEXT(key),
        TEXT(signer),
        TEXT(reference),
        TEXT(digest),
        TIME(time),
};
#undef T

static struct json_object *trust_make_verdict(const void *trust) {
        return json_new_text(trust_verdict_name(trust_verdict(trust)));
}

static struct json_object *trust_make_permitted(const void *trust) {
        return json_object_new_boolean(trust_permits(trust));
}

static struct json_object *trust_make_sentence(const void *trust) {
        _cleanup_free_ char *sentence = trust_sentence(trust);
        return json_new_text(sentence);
}

static struct json_object *trust_make_rule(const void *member) {
        const struct trust *trust = member;
        return trust->rule.file ? json_new_struct(JSON_TABLE(rule_fields, struct trust_rule), &trust->rule)
                                : NULL;
}

static struct json_object *trust_make_error(const void *member) {
        const struct trust *trust = member;
        _cleanup_free_ char *line = trust->rule_error ? error_line(trust->rule_error) : NULL;
        return json_new_text(line);
}

static struct json_object *trust_make_place(const void *member) {
        const struct trust *trust = member;
        return trust->place.lookaside && !trust->local
                       ? json_new_struct(JSON_TABLE(place_fields, struct trust_place), &trust->place)
                       : NULL;
}

#define T struct trust
static const struct json_field trust_fields[] = {
        TEXT(reference),
        TEXT(repository),
        TEXT(digest),
        MADE("verdict", trust_make_verdict),
        MADE("permitted", trust_make_permitted),
        MADE("sentence", trust_make_sentence),
        FLAG(local),
        FLAG(here),
        MADE("rule", trust_make_rule),
        MADE("rule_error", trust_make_error),
        MADE("place", trust_make_place),
        LIST("signatures", signatures, n_signatures, signature_fields, struct trust_signature),
        FLAG(looked),
        WORD(provenance, trust_attached),
        WORD(sbom, trust_attached),
        TEXT(service),
        ROW("same_signer", JSON_WORD, same, JSON_NAMES(trust_same)),
        TEXTS(notes),
};
#undef T

struct json_object *trust_object(const struct trust *trust) {
        return json_new_struct(JSON_TABLE(trust_fields, struct trust), trust);
}

char *emit_trust(const struct trust *trust) {
        return json_write_take(trust_object(trust));
}
