/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* policy.json, containers-policy.json(5). containers/image refuses the whole file for one requirement that it
 * does not know, so all of them are read. */
#include <pwd.h>

#include "backend/io/paths.h"
#include "backend/trust/trust.h"

#define USER_FILE "/.config/containers/policy.json"

static const struct json_limits policy_limits = { POLICY_BYTES_MAX, 12, 100000 };

void policy_done(struct policy *policy) {
        json_value_free(policy->root);
        FREE_ALL(policy->file, policy->text);
        *policy = (struct policy) {};
}

static unsigned policy_line(const struct policy *p, const struct json_value *value) {
        unsigned line = 1;
        for (size_t i = 0; i < value->end && i < p->n; i++)
                line += p->text[i] == '\n';
        return line;
}

static int policy_wrong(const struct policy *p, const struct json_value *value, const char *sentence,
                        const char *word, struct error **reterr) {
        unsigned line = value ? policy_line(p, value) : 1;
        error_set(reterr, -EBADMSG, word ? "%s:%u: %s \"%s\"" : "%s:%u: %s", p->file, line, sentence, word);
        return error_hint(reterr, "The engine pulls nothing until that is repaired: man "
                                  "containers-policy.json");
}

/* ---- a requirement ---- */

static int policy_add_keys(const struct policy *p, const struct json_value *o, const char *one,
                           const char *several, char ***ret, struct error **reterr) {
        const struct json_value *value = json_member(o, one), *list = json_member(o, several);
        if (value && !json_text(value))
                return policy_wrong(p, value, "it is no text:", one, reterr);
        if (value)
                strv_add(ret, json_text(value));
        if (list && !json_is(list, SHAPE_LIST))
                return policy_wrong(p, list, "it is no list:", several, reterr);
        for (const struct json_value *v = list ? list->first : NULL; v; v = v->next) {
                if (!json_text(v) || strv_length(*ret) >= POLICY_KEYS_MAX)
                        return policy_wrong(p, v, "it is no text, or one too many:", several, reterr);
                strv_add(ret, json_text(v));
        }
        return 0;
}

static int policy_read_identity(const struct policy *p, const struct json_value *o, struct trust_need *ret,
                                struct error **reterr) {
        const struct json_value *identity = json_member(o, "signedIdentity");
        if (!identity)
                return 0;
        const char *type = json_text(json_member(identity, "type"));
        int r = trust_identity_from_name(type);
        if (r < 0)
                return policy_wrong(p, identity, "there is no signedIdentity", type ? type : "", reterr);
        ret->identity = (enum trust_identity) r;
        const char *reference = json_text(json_member(identity, "dockerReference"));
        const char *repository = json_text(json_member(identity, "dockerRepository"));
        ret->name = xstrdup(r == IDENTITY_EXACT_REPOSITORY ? repository : reference);
        ret->prefix = xstrdup(json_text(json_member(identity, "prefix")));
        ret->signed_prefix = xstrdup(json_text(json_member(identity, "signedPrefix")));
        bool named = r == IDENTITY_EXACT_REFERENCE || r == IDENTITY_EXACT_REPOSITORY;
        if ((named && !ret->name) || (r == IDENTITY_REMAP && (!ret->prefix || !ret->signed_prefix)))
                return policy_wrong(p, identity, "a member is missing beside the type", type, reterr);
        return 0;
}

static int policy_read_need(const struct policy *p, const struct json_value *o, struct trust_need *ret,
                            struct error **reterr) {
        const char *type = json_text(json_member(o, "type"));
        int kind = trust_kind_from_name(type);
        if (!json_is(o, SHAPE_OBJECT) || !type)
                return policy_wrong(p, o, "a requirement has no type", NULL, reterr);
        if (kind < 0)
                return policy_wrong(p, o, "there is no requirement of the type", type, reterr);
        ret->kind = (enum trust_kind) kind;
        if (kind != TRUST_SIGNED_BY && kind != TRUST_SIGSTORE)
                return 0;
        int r = policy_add_keys(p, o, "keyPath", "keyPaths", &ret->keys, reterr);
        if (r >= 0)
                r = policy_add_keys(p, o, "keyData", "keyDatas", &ret->data, reterr);
        if (r < 0)
                return r;
        ret->other = json_member(o, "fulcio") || json_member(o, "pki");
        if (kind == TRUST_SIGNED_BY && !str_equal(json_text(json_member(o, "keyType")), "GPGKeys"))
                return policy_wrong(p, o, "signedBy needs the keyType \"GPGKeys\"", NULL, reterr);
        if (!ret->keys + !ret->data + !ret->other != 2)
                return policy_wrong(p, o, "one of keyPath, keyPaths and keyData must say the key of", type,
                                    reterr);
        return policy_read_identity(p, o, ret, reterr);
}

/* People know a key by its fingerprint. */
static void policy_name_keys(struct trust_need *need) {
        for (char **data = need->kind == TRUST_SIGNED_BY ? need->data : NULL; data && *data; data++) {
                _cleanup_str_ struct str packets = {};
                char *id = signature_key(*data, strlen(*data), true, &packets)
                                   ? signature_fingerprint(packets.text, packets.length)
                                   : NULL;
                if (id)
                        strv_take(&need->ids, id);
        }
}

/* A list of requirements: at least one. */
static int policy_read_needs(const struct policy *p, const struct json_value *list, struct trust_rule *ret,
                             struct error **reterr) {
        if (!json_is(list, SHAPE_LIST) || !list->n || list->n > POLICY_NEEDS_MAX)
                return policy_wrong(p, list ? list : p->root,
                                    "a rule is a list of 1 to 16 requirements, and this is none", NULL,
                                    reterr);
        ret->needs = xcalloc(list->n, sizeof *ret->needs);
        for (const struct json_value *v = list->first; v; v = v->next) {
                int r = policy_read_need(p, v, &ret->needs[ret->n++], reterr);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* ---- the file ---- */

static int policy_check(const struct policy *p, struct error **reterr) {
        const struct json_value *transports = json_member(p->root, "transports");
        size_t n = 0;
        if (!json_is(p->root, SHAPE_OBJECT))
                return policy_wrong(p, p->root, "it is no JSON object", NULL, reterr);
        for (const struct json_value *v = p->root->first; v; v = v->next)
                if (!STR_IN_SET(v->name, "default", "transports"))
                        return policy_wrong(p, v, "there is no member", v->name, reterr);
        _cleanup_(trust_rule_done) struct trust_rule all = {};
        int r = policy_read_needs(p, json_member(p->root, "default"), &all, reterr);
        if (r < 0 || !transports)
                return r;
        if (!json_is(transports, SHAPE_OBJECT))
                return policy_wrong(p, transports, "it is no JSON object:", "transports", reterr);
        for (const struct json_value *t = transports->first; t; t = t->next) {
                if (!json_is(t, SHAPE_OBJECT))
                        return policy_wrong(p, t, "it is no JSON object:", t->name, reterr);
                for (const struct json_value *v = t->first; v; v = v->next) {
                        _cleanup_(trust_rule_done) struct trust_rule rule = {};
                        if (n++ >= POLICY_SCOPES_MAX)
                                return policy_wrong(p, v, "there are too many rules", NULL, reterr);
                        r = policy_read_needs(p, v, &rule, reterr);
                        if (r < 0)
                                return r;
                }
        }
        return 0;
}

int policy_parse(const char *file, char *text, size_t n, struct policy *ret, struct error **reterr) {
        unsigned line = 0;
        *ret = (struct policy) { .file = xstrdup(file), .text = text, .n = n };
        int r = json_parse(text, n, &policy_limits, &ret->root, &line, reterr);
        if (r < 0) {
                error_wrap(reterr, r, "%s:%u: it is no JSON", file, line);
                error_hint(reterr, "The engine pulls nothing until that is repaired: man "
                                   "containers-policy.json");
        } else
                r = policy_check(ret, reterr);
        if (r < 0)
                policy_done(ret);
        return r;
}

int policy_read(const char *root, struct policy *ret, struct error **reterr) {
        const struct passwd *user = getpwuid(0);
        _cleanup_free_ char *own = str_printf("%s" USER_FILE, user && user->pw_dir ? user->pw_dir : "/root");
        const char *file = paths_access(root, own, F_OK) ? own : POLICY_FILE;
        size_t n = 0;
        *ret = (struct policy) {};
        char *text = paths_read(root, file, &n);
        if (text)
                return policy_parse(file, text, n, ret, reterr);
        bool there = paths_access(root, file, F_OK);
        error_set(reterr, there ? -EIO : -ENOENT, there ? "%s cannot be read" : "There is no %s", file);
        return error_hint(reterr, "Podman and skopeo pull nothing without it: its package brings it "
                                  "(containers-common, golang-github-containers-common)");
}

static void policy_take(const struct policy *p, const struct json_value *list, const char *transport,
                        const char *scope, struct trust_rule *ret) {
        *ret = (struct trust_rule) { .file = xstrdup(p->file),
                                     .line = policy_line(p, list),
                                     .transport = xstrdup(transport),
                                     .scope = xstrdup(scope) };
        (void) policy_read_needs(p, list, ret, NULL); /* it was checked */
        for (size_t i = 0; i < ret->n; i++)
                policy_name_keys(&ret->needs[i]);
}

void policy_rule(const struct policy *policy, const struct source *source, struct trust_rule *ret) {
        const char *transport = trust_transport(source);
        const struct json_value *of = json_member(json_member(policy->root, "transports"), transport), *list;
        _cleanup_strv_ char **scopes = trust_scopes(source);
        strv_add(&scopes, ""); /* the transport's default */
        for (char **scope = scopes; *scope; scope++)
                if ((list = json_member(of, *scope))) {
                        policy_take(policy, list, transport, *scope, ret);
                        return;
                }
        policy_take(policy, json_member(policy->root, "default"), NULL, NULL, ret);
}
