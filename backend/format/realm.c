/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Realms as JSON (emit.h, data/json.md). */
#include "backend/format/emit.h"
#include "backend/format/internal.h"

#define T struct realm_server
static struct json_object *format_realm_make_answer_time(const void *member) {
        const struct realm_server *s = member;
        return s->answered ? json_object_new_uint64(s->ms) : NULL;
}

static const struct json_field server_fields[] = {
        TEXT(host), ROW("port", JSON_UINT16, port), ROW("priority", JSON_UINT16, priority),
        ROW("weight", JSON_UINT16, weight), TEXTS(addresses), FLAG(answered),
        MADE("milliseconds", format_realm_make_answer_time),
};
#undef T

#define T struct realm_question
static struct json_object *format_realm_make_question_time(const void *member) {
        const struct realm_question *q = member;
        return q->outcome == REALM_ASKING ? NULL : json_object_new_uint64(q->ms);
}

static const struct json_field question_fields[] = {
        ROW("question", JSON_TEXT, what), ROW("asked", JSON_TEXT, whom), WORD(outcome, realm_outcome),
        TEXT(answer), MADE("milliseconds", format_realm_make_question_time),
};
#undef T

#define T struct realm
static struct json_object *format_realm_make_trouble(const void *member) {
        const struct error *e = *(struct error *const *) member;
        return e ? json_new_text(e->message) : NULL;
}

static struct json_object *format_realm_make_hint(const void *member) {
        const struct error *e = *(struct error *const *) member;
        return e ? json_new_text(e->hint) : NULL;
}

static const struct json_field realm_fields[] = {
        WORD(kind, realm_kind), TEXT(asked), TEXT(domain), TEXT(realm), TEXT(netbios), TEXT(forest),
        TEXT(site), TEXT(server_site), TEXT(base), TEXT(version), ROW("server", JSON_TEXT, best),
        ROW("servers", JSON_STRUCTS, servers, .count = offsetof(struct realm, n_servers),
              .of = JSON_TABLE(server_fields, struct realm_server)),
        TEXTS(kdcs), ROW("password_servers", JSON_TEXTS, kpasswds),
        ROW("trouble", JSON_CALL, trouble, .make = format_realm_make_trouble),
        ROW("hint", JSON_CALL, trouble, .make = format_realm_make_hint),
        ROW("questions", JSON_STRUCTS, questions, .count = offsetof(struct realm, n_questions),
              .of = JSON_TABLE(question_fields, struct realm_question)),
};
#undef T

char *emit_realm(const struct realm *realm) {
        return json_write_take(json_new_struct(JSON_TABLE(realm_fields, struct realm), realm));
}

static struct json_object *format_realm_seconds(bool known, int64_t usec) {
        return known ? json_object_new_double((double) usec / 1e6) : NULL;
}

#define T struct membership
static struct json_object *format_realm_make_online(const void *member) {
        const struct membership *m = member;
        return m->asked ? json_object_new_boolean(m->online) : NULL;
}

static struct json_object *format_realm_make_kvno(const void *member) {
        const struct membership *m = member;
        return m->principal ? json_object_new_uint64(m->kvno) : NULL;
}

static struct json_object *format_realm_make_clock(const void *member) {
        const struct membership *m = member;
        return format_realm_seconds(m->clock_known, m->clock_usec);
}

static const struct json_field membership_fields[] = {
        WORD(kind, realm_kind), TEXT(domain), TEXT(realm), TEXT(service),
        MADE("online", format_realm_make_online), FLAG(silent), TEXT(server), TEXT(site), TEXT(principal),
        MADE("kvno", format_realm_make_kvno), TIME(key_time), MADE("clock_offset", format_realm_make_clock),
        TEXT(clock_server), ROW("permitted", JSON_WORD, access.permit, JSON_NAMES(permit)),
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
        ROW("fix", JSON_WORD, fix, .or_null = true, JSON_NAMES(fix)), ROW("milliseconds", JSON_UINT32, ms),
};
#undef T

#define T struct preflight
static struct json_object *format_realm_make_worst(const void *member) {
        return json_new_text(verdict_name(preflight_worst(member)));
}

static struct json_object *format_realm_make_preflight_clock(const void *member) {
        const struct preflight *p = member;
        return format_realm_seconds(p->clock_known, p->clock_usec);
}

static const struct json_field preflight_fields[] = {
        MADE("verdict", format_realm_make_worst),
        ROW("checks", JSON_STRUCTS, items, .count = offsetof(struct preflight, n),
              .of = JSON_TABLE(result_fields, struct check_result)),
        MADE("clock_offset", format_realm_make_preflight_clock), TEXT(clock_server),
        ROW("realm", JSON_STRUCT, realm, .of = JSON_TABLE(realm_fields, struct realm)),
        ROW("milliseconds", JSON_UINT32, ms),
};
#undef T

char *emit_preflight(const struct preflight *p) {
        return json_write_take(json_new_struct(JSON_TABLE(preflight_fields, struct preflight), p));
}
