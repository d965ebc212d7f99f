/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Realms as JSON (emit.h, data/json.md). */
#include "backend/format/emit.h"
#include "backend/format/internal.h"

#define T struct realm_server
static const struct json_field server_fields[] = {
        TEXT(host), ROW("port", JSON_UINT16, port), ROW("priority", JSON_UINT16, priority),
        ROW("weight", JSON_UINT16, weight), TEXTS(addresses), FLAG(answered),
        ROW("milliseconds", JSON_UINT32, ms, KNOWN(answered)),
};
#undef T

#define T struct realm_question
static const struct json_field question_fields[] = {
        ROW("question", JSON_TEXT, what), ROW("asked", JSON_TEXT, whom), WORD(outcome, realm_outcome),
        TEXT(answer), ROW("milliseconds", JSON_UINT32, ms, KNOWN(outcome)),
};
#undef T

static struct json_object *realm_make_trouble(const void *member) {
        const struct error *e = *(struct error *const *) member;
        return json_new_text(e ? e->message : NULL);
}

static struct json_object *realm_make_hint(const void *member) {
        const struct error *e = *(struct error *const *) member;
        return json_new_text(e ? e->hint : NULL);
}

#define T struct realm
static const struct json_field realm_fields[] = {
        WORD(kind, realm_kind), TEXT(asked), TEXT(domain), TEXT(realm), TEXT(netbios), TEXT(forest),
        TEXT(site), TEXT(server_site), TEXT(base), TEXT(version), ROW("server", JSON_TEXT, best),
        LIST("servers", servers, n_servers, server_fields, struct realm_server), TEXTS(kdcs),
        ROW("password_servers", JSON_TEXTS, kpasswds),
        ROW("trouble", JSON_CALL, trouble, .make = realm_make_trouble),
        ROW("hint", JSON_CALL, trouble, .make = realm_make_hint),
        LIST("questions", questions, n_questions, question_fields, struct realm_question),
};
#undef T

char *emit_realm(const struct realm *realm) {
        return json_write_take(json_new_struct(JSON_TABLE(realm_fields, struct realm), realm));
}

#define T struct membership
static const struct json_field membership_fields[] = {
        WORD(kind, realm_kind), TEXT(domain), TEXT(realm), TEXT(service),
        ROW("online", JSON_BOOL, online, KNOWN(asked)), FLAG(silent), TEXT(server), TEXT(site),
        TEXT(principal), ROW("kvno", JSON_UINT32, kvno, KNOWN(principal)), TIME(key_time),
        ROW("clock_offset", JSON_USEC, clock_usec, KNOWN(clock_known)), TEXT(clock_server),
        ROW("permitted", JSON_WORD, access.permit, JSON_NAMES(permit)),
        ROW("users", JSON_TEXTS, access.users), ROW("groups", JSON_TEXTS, access.groups),
        ROW("denied_users", JSON_TEXTS, access.denied_users),
        ROW("denied_groups", JSON_TEXTS, access.denied_groups),
};
#undef T

char *emit_membership(const struct membership *m) {
        return json_write_take(json_new_struct(JSON_TABLE(membership_fields, struct membership), m));
}

#define T struct check_result
static const struct json_field result_fields[] = {
        TEXT(id), TEXT(title), WORD(verdict, verdict), TEXT(message), TEXT(hint), TEXT(details),
        ROW("fix", JSON_WORD, fix, KNOWN(fix), JSON_NAMES(fix)), ROW("milliseconds", JSON_UINT32, ms),
};
#undef T

static struct json_object *realm_make_worst(const void *member) {
        return json_new_text(verdict_name(preflight_worst(member)));
}

#define T struct preflight
static const struct json_field preflight_fields[] = {
        MADE("verdict", realm_make_worst), LIST("checks", items, n, result_fields, struct check_result),
        ROW("clock_offset", JSON_USEC, clock_usec, KNOWN(clock_known)), TEXT(clock_server),
        ROW("realm", JSON_STRUCT, realm, .of = JSON_TABLE(realm_fields, struct realm)),
        ROW("milliseconds", JSON_UINT32, ms),
};
#undef T

char *emit_preflight(const struct preflight *p) {
        return json_write_take(json_new_struct(JSON_TABLE(preflight_fields, struct preflight), p));
}
