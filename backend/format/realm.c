/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Realms as JSON (emit.h, data/json.md). */
#include "backend/format/emit.h"
#include "backend/format/json.h"

static void add(struct json_object *o, const char *key, struct json_object *value) {
        json_object_object_add(o, key, value);
}

static void add_text(struct json_object *o, const char *key, const char *text) {
        add(o, key, json_new_text(text));
}

static struct json_object *server_object(const struct realm_server *s) {
        struct json_object *o = json_object_new_object();
        add_text(o, "host", s->host);
        add(o, "port", json_object_new_int(s->port));
        add(o, "priority", json_object_new_int(s->priority));
        add(o, "weight", json_object_new_int(s->weight));
        add(o, "addresses", json_new_texts(s->addresses));
        add(o, "answered", json_object_new_boolean(s->answered));
        add(o, "milliseconds", s->answered ? json_object_new_uint64(s->ms) : NULL);
        return o;
}

static struct json_object *question_object(const struct realm_question *q) {
        struct json_object *o = json_object_new_object();
        add_text(o, "question", q->what);
        add_text(o, "asked", q->whom);
        add_text(o, "outcome", realm_outcome_name(q->outcome));
        add_text(o, "answer", q->answer);
        add(o, "milliseconds", q->outcome == REALM_ASKING ? NULL : json_object_new_uint64(q->ms));
        return o;
}

static struct json_object *realm_object(const struct realm *realm) {
        struct json_object *o = json_object_new_object();
        struct json_object *servers = json_object_new_array(), *questions = json_object_new_array();
        for (size_t i = 0; i < realm->n_servers; i++)
                json_object_array_add(servers, server_object(&realm->servers[i]));
        for (size_t i = 0; i < realm->n_questions; i++)
                json_object_array_add(questions, question_object(&realm->questions[i]));
        add_text(o, "kind", realm_kind_name(realm->kind));
        add_text(o, "asked", realm->asked);
        add_text(o, "domain", realm->domain);
        add_text(o, "realm", realm->realm);
        add_text(o, "netbios", realm->netbios);
        add_text(o, "forest", realm->forest);
        add_text(o, "site", realm->site);
        add_text(o, "server_site", realm->server_site);
        add_text(o, "base", realm->base);
        add_text(o, "version", realm->version);
        add_text(o, "server", realm->best);
        add(o, "servers", servers);
        add(o, "kdcs", json_new_texts(realm->kdcs));
        add(o, "password_servers", json_new_texts(realm->kpasswds));
        add_text(o, "trouble", realm->trouble ? realm->trouble->message : NULL);
        add_text(o, "hint", realm->trouble ? realm->trouble->hint : NULL);
        add(o, "questions", questions);
        return o;
}

char *emit_realm(const struct realm *realm) {
        _cleanup_json_ struct json_object *o = realm_object(realm);
        return json_write(o);
}

char *emit_membership(const struct membership *m) {
        _cleanup_json_ struct json_object *o = json_object_new_object();
        add_text(o, "kind", realm_kind_name(m->kind));
        add_text(o, "domain", m->domain);
        add_text(o, "realm", m->realm);
        add_text(o, "service", m->service);
        add(o, "online", m->asked ? json_object_new_boolean(m->online) : NULL);
        add(o, "silent", json_object_new_boolean(m->silent));
        add_text(o, "server", m->server);
        add_text(o, "site", m->site);
        add_text(o, "principal", m->principal);
        add(o, "kvno", m->principal ? json_object_new_uint64(m->kvno) : NULL);
        add(o, "key_time", m->key_time ? json_object_new_int64(m->key_time) : NULL);
        add(o, "clock_offset", m->clock_known ? json_object_new_double((double) m->clock_usec / 1e6) : NULL);
        add_text(o, "clock_server", m->clock_server);
        add_text(o, "permitted", permit_name(m->access.permit));
        add(o, "users", json_new_texts(m->access.users));
        add(o, "groups", json_new_texts(m->access.groups));
        add(o, "denied_users", json_new_texts(m->access.denied_users));
        add(o, "denied_groups", json_new_texts(m->access.denied_groups));
        return json_write(o);
}

static struct json_object *result_object(const struct check_result *r) {
        struct json_object *o = json_object_new_object();
        add_text(o, "id", r->id);
        add_text(o, "title", r->title);
        add_text(o, "verdict", verdict_name(r->verdict));
        add_text(o, "message", r->message);
        add_text(o, "hint", r->hint);
        add_text(o, "details", r->details);
        add_text(o, "fix", r->fix == FIX_NONE ? NULL : fix_name(r->fix));
        add(o, "milliseconds", json_object_new_uint64(r->ms));
        return o;
}

char *emit_preflight(const struct preflight *p) {
        _cleanup_json_ struct json_object *o = json_object_new_object();
        struct json_object *results = json_object_new_array();
        for (size_t i = 0; i < p->n; i++)
                json_object_array_add(results, result_object(&p->items[i]));
        add_text(o, "verdict", verdict_name(preflight_worst(p)));
        add(o, "checks", results);
        add(o, "clock_offset", p->clock_known ? json_object_new_double((double) p->clock_usec / 1e6) : NULL);
        add_text(o, "clock_server", p->clock_server);
        add(o, "realm", p->realm ? realm_object(p->realm) : NULL);
        add(o, "milliseconds", json_object_new_uint64(p->ms));
        return json_write(o);
}
