/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Realms as JSON (emit.h, data/json.md). */
#include "backend/format/emit.h"
#include "backend/format/json.h"

static void format_realm_add(struct json_object *o, const char *key, struct json_object *value) {
        json_object_object_add(o, key, value);
}

static void format_realm_add_text(struct json_object *o, const char *key, const char *text) {
        format_realm_add(o, key, json_new_text(text));
}

static struct json_object *server_object(const struct realm_server *s) {
        struct json_object *o = json_object_new_object();
        format_realm_add_text(o, "host", s->host);
        format_realm_add(o, "port", json_object_new_int(s->port));
        format_realm_add(o, "priority", json_object_new_int(s->priority));
        format_realm_add(o, "weight", json_object_new_int(s->weight));
        format_realm_add(o, "addresses", json_new_texts(s->addresses));
        format_realm_add(o, "answered", json_object_new_boolean(s->answered));
        format_realm_add(o, "milliseconds", s->answered ? json_object_new_uint64(s->ms) : NULL);
        return o;
}

static struct json_object *question_object(const struct realm_question *q) {
        struct json_object *o = json_object_new_object();
        format_realm_add_text(o, "question", q->what);
        format_realm_add_text(o, "asked", q->whom);
        format_realm_add_text(o, "outcome", realm_outcome_name(q->outcome));
        format_realm_add_text(o, "answer", q->answer);
        format_realm_add(o, "milliseconds",
                         q->outcome == REALM_ASKING ? NULL : json_object_new_uint64(q->ms));
        return o;
}

static struct json_object *realm_object(const struct realm *realm) {
        struct json_object *o = json_object_new_object();
        struct json_object *servers = json_object_new_array(), *questions = json_object_new_array();
        for (size_t i = 0; i < realm->n_servers; i++)
                json_object_array_add(servers, server_object(&realm->servers[i]));
        for (size_t i = 0; i < realm->n_questions; i++)
                json_object_array_add(questions, question_object(&realm->questions[i]));
        format_realm_add_text(o, "kind", realm_kind_name(realm->kind));
        format_realm_add_text(o, "asked", realm->asked);
        format_realm_add_text(o, "domain", realm->domain);
        format_realm_add_text(o, "realm", realm->realm);
        format_realm_add_text(o, "netbios", realm->netbios);
        format_realm_add_text(o, "forest", realm->forest);
        format_realm_add_text(o, "site", realm->site);
        format_realm_add_text(o, "server_site", realm->server_site);
        format_realm_add_text(o, "base", realm->base);
        format_realm_add_text(o, "version", realm->version);
        format_realm_add_text(o, "server", realm->best);
        format_realm_add(o, "servers", servers);
        format_realm_add(o, "kdcs", json_new_texts(realm->kdcs));
        format_realm_add(o, "password_servers", json_new_texts(realm->kpasswds));
        format_realm_add_text(o, "trouble", realm->trouble ? realm->trouble->message : NULL);
        format_realm_add_text(o, "hint", realm->trouble ? realm->trouble->hint : NULL);
        format_realm_add(o, "questions", questions);
        return o;
}

char *emit_realm(const struct realm *realm) {
        _cleanup_json_ struct json_object *o = realm_object(realm);
        return json_write(o);
}

char *emit_membership(const struct membership *m) {
        _cleanup_json_ struct json_object *o = json_object_new_object();
        format_realm_add_text(o, "kind", realm_kind_name(m->kind));
        format_realm_add_text(o, "domain", m->domain);
        format_realm_add_text(o, "realm", m->realm);
        format_realm_add_text(o, "service", m->service);
        format_realm_add(o, "online", m->asked ? json_object_new_boolean(m->online) : NULL);
        format_realm_add(o, "silent", json_object_new_boolean(m->silent));
        format_realm_add_text(o, "server", m->server);
        format_realm_add_text(o, "site", m->site);
        format_realm_add_text(o, "principal", m->principal);
        format_realm_add(o, "kvno", m->principal ? json_object_new_uint64(m->kvno) : NULL);
        format_realm_add(o, "key_time", m->key_time ? json_object_new_int64(m->key_time) : NULL);
        format_realm_add(o, "clock_offset",
                         m->clock_known ? json_object_new_double((double) m->clock_usec / 1e6) : NULL);
        format_realm_add_text(o, "clock_server", m->clock_server);
        format_realm_add_text(o, "permitted", permit_name(m->access.permit));
        format_realm_add(o, "users", json_new_texts(m->access.users));
        format_realm_add(o, "groups", json_new_texts(m->access.groups));
        format_realm_add(o, "denied_users", json_new_texts(m->access.denied_users));
        format_realm_add(o, "denied_groups", json_new_texts(m->access.denied_groups));
        return json_write(o);
}

static struct json_object *result_object(const struct check_result *r) {
        struct json_object *o = json_object_new_object();
        format_realm_add_text(o, "id", r->id);
        format_realm_add_text(o, "title", r->title);
        format_realm_add_text(o, "verdict", verdict_name(r->verdict));
        format_realm_add_text(o, "message", r->message);
        format_realm_add_text(o, "hint", r->hint);
        format_realm_add_text(o, "details", r->details);
        format_realm_add_text(o, "fix", r->fix == FIX_NONE ? NULL : fix_name(r->fix));
        format_realm_add(o, "milliseconds", json_object_new_uint64(r->ms));
        return o;
}

char *emit_preflight(const struct preflight *p) {
        _cleanup_json_ struct json_object *o = json_object_new_object();
        struct json_object *results = json_object_new_array();
        for (size_t i = 0; i < p->n; i++)
                json_object_array_add(results, result_object(&p->items[i]));
        format_realm_add_text(o, "verdict", verdict_name(preflight_worst(p)));
        format_realm_add(o, "checks", results);
        format_realm_add(o, "clock_offset",
                         p->clock_known ? json_object_new_double((double) p->clock_usec / 1e6) : NULL);
        format_realm_add_text(o, "clock_server", p->clock_server);
        format_realm_add(o, "realm", p->realm ? realm_object(p->realm) : NULL);
        format_realm_add(o, "milliseconds", json_object_new_uint64(p->ms));
        return json_write(o);
}
