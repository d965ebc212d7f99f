/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/trust/pin.h"

#include "backend/io/base64.h"
#include "backend/io/digest.h"
#include "backend/trust/sigstore.h"
#include "model/plan/plan.h"

void pin_key_done(struct pin_key *key) {
        FREE_ALL(key->data, key->name);
        *key = (struct pin_key) {};
}

/* ---- the key ---- */

int pin_read_key(const char *file, const char *text, size_t n, struct pin_key *ret, struct error **reterr) {
        _cleanup_str_ struct str packets = {};
        char hex[DIGEST_HEX];
        *ret = (struct pin_key) {};
        if (memmem(text, n, "PRIVATE KEY", strlen("PRIVATE KEY"))) {
                error_set(reterr, -EINVAL, "%s is a private key", file);
                return error_hint(reterr,
                                  "The public one is needed: gpg --armor --export KEY, or cosign.pub");
        }
        if (signature_key(text, n, false, &packets)) {
                *ret = (struct pin_key) { TRUST_SIGNED_BY, base64_write(packets.text, packets.length, false),
                                          signature_fingerprint(packets.text, packets.length) };
                return 0;
        }
        if (sigstore_key_valid(text, n)) {
                digest_bytes(text, n, hex);
                *ret = (struct pin_key) { TRUST_SIGSTORE, base64_write(text, n, false),
                                          str_printf("sha256:%s", hex) };
                return 0;
        }
        error_set(reterr, -EINVAL, "%s is no public key of GPG or cosign", file);
        return error_hint(reterr, "gpg --armor --export KEY writes the one, cosign public-key the other");
}

/* ---- policy.json ---- */

static char *pin_rule(const char *repository, const struct pin_key *key, const char *indent) {
        struct str out = {};
        bool sigstore = key->kind == TRUST_SIGSTORE;
        str_addf(&out, "\"%s\": [%s    {%s        \"type\": \"%s\",", repository, indent, indent,
                 trust_kind_name(key->kind));
        if (!sigstore)
                str_addf(&out, "%s        \"keyType\": \"GPGKeys\",", indent);
        str_addf(&out, "%s        \"keyData\": \"%s\"", indent, key->data);
        if (sigstore) /* cosign names the repository alone */
                str_addf(&out, ",%s        \"signedIdentity\": { \"type\": \"matchRepository\" }", indent);
        str_addf(&out, "%s    }%s]", indent, indent);
        return str_take(&out);
}

/* The blanks before the first member of an object: a newline and its indentation. */
static char *pin_indent(const struct policy *p, const struct json_value *object, unsigned depth) {
        size_t blanks = strspn(p->text + object->end, " \t\r\n");
        const char *newline = memchr(p->text + object->end, '\n', blanks);
        if (newline && object->n) {
                size_t before = (size_t) (newline - p->text) + 1;
                return str_printf("\n%.*s", (int) strspn(p->text + before, " \t"), p->text + before);
        }
        return str_printf("\n%*s", (int) (4 * depth), "");
}

/* The offset behind the list that begins with the bracket before `at`: the text is JSON. */
static size_t pin_list_end(const char *text, size_t at) {
        unsigned open = 1;
        for (; open; at++)
                if (text[at] == '"')
                        for (at++; text[at] != '"'; at++)
                                at += text[at] == '\\';
                else if (strchr("[{", text[at]))
                        open++;
                else if (strchr("]}", text[at]))
                        open--;
        return at;
}

/* A member before all others of the object. */
static char *pin_insert(const struct policy *p, const struct json_value *object, const char *indent,
                        const char *member) {
        size_t at = object->end, blanks = strspn(p->text + at, " \t\r\n");
        /* the closing bracket of an empty one gets a line of its own */
        _cleanup_free_ char *outer = xstrndup(indent, strlen(indent) > 4 ? strlen(indent) - 4 : 1);
        return object->n ? str_printf("%.*s%s%s,%s", (int) at, p->text, indent, member, p->text + at)
                         : str_printf("%.*s%s%s%s%s", (int) at, p->text, indent, member, outer,
                                      p->text + at + blanks);
}

static char *pin_text(const struct policy *p, const char *repository, const struct pin_key *key) {
        const struct json_value *transports = json_member(p->root, "transports");
        const struct json_value *docker = json_member(transports, "docker");
        const struct json_value *rule = json_member(docker, repository);
        const struct json_value *into = docker ? docker : transports ? transports : p->root;
        unsigned depth = docker ? 3 : transports ? 2 : 1;
        _cleanup_free_ char *indent = pin_indent(p, into, depth);
        if (rule) {
                _cleanup_free_ char *list = pin_rule(repository, key, indent);
                return str_printf("%.*s%s%s", (int) (rule->end - 1), p->text,
                                  list + strlen(repository) + strlen("\"\": "),
                                  p->text + pin_list_end(p->text, rule->end));
        }
        struct str inner = {}; /* the indentation of the rule itself */
        str_add(&inner, indent);
        for (; depth < 3; depth++)
                str_add(&inner, "    ");
        _cleanup_free_ char *deep = str_take(&inner), *list = pin_rule(repository, key, deep);
        _cleanup_free_ char *member =
                docker       ? xstrdup(list)
                : transports ? str_printf("\"docker\": {%s%s%s}", deep, list, indent)
                             : str_printf("\"transports\": {%s    \"docker\": {%s%s%s    }%s}", indent, deep,
                                          list, indent, indent);
        return pin_insert(p, into, indent, member);
}

static bool pin_is_pinned(const struct trust_rule *rule, const char *repository, const struct pin_key *key) {
        return str_equal(rule->scope, repository) && rule->n == 1 && rule->needs[0].kind == key->kind &&
               rule->needs[0].data && !rule->needs[0].data[1] && str_equal(rule->needs[0].data[0], key->data);
}

int pin_policy(const struct policy *policy, const char *repository, const struct pin_key *key, char **ret,
               struct error **reterr) {
        _cleanup_(trust_rule_done) struct trust_rule rule = {}, then = {};
        const struct source source = { .transport = SOURCE_REGISTRY, .at = (char *) repository };
        policy_rule(policy, &source, &rule);
        *ret = NULL;
        if (pin_is_pinned(&rule, repository, key))
                return error_set(reterr, -EALREADY, "%s asks for that key already", policy->file);
        if (!reference_valid(repository))
                return error_set(reterr, -EINVAL, "\"%s\" is not the name of a repository", repository);
        _cleanup_free_ char *text = pin_text(policy, repository, key);
        /* What comes out is read again: a text that lost something is not written. */
        _cleanup_(policy_done) struct policy again = {};
        int r = policy_parse(policy->file, xstrdup(text), strlen(text), &again, reterr);
        if (r >= 0)
                policy_rule(&again, &source, &then);
        if (r < 0 || !pin_is_pinned(&then, repository, key))
                return error_wrap(reterr, -EIO, "The rule cannot be written into %s", policy->file);
        *ret = TAKE(text);
        return 0;
}

/* ---- registries.d ---- */

int pin_places(const struct places *places, const char *repository, char **ret_path, char **ret_text,
               struct error **reterr) {
        const struct source source = { .transport = SOURCE_REGISTRY, .at = (char *) repository };
        _cleanup_(trust_place_done) struct trust_place place = {};
        places_find(places, &source, &place);
        *ret_path = *ret_text = NULL;
        if (place.attachments)
                return 0;
        for (size_t i = 0; i < places->n; i++)
                if (str_equal(places->items[i].scope, repository)) {
                        error_set(reterr, -EEXIST, "%s has a place for %s already, and the engine takes only "
                                                   "one",
                                  places->items[i].file, repository);
                        return error_hint(reterr, "Add \"use-sigstore-attachments: true\" to it, and pin "
                                                  "again");
                }
        _cleanup_free_ char *name = xstrdup(repository);
        for (char *c = name; *c; c++)
                if (strchr("/:[]", *c))
                        *c = '-';
        *ret_path = str_printf(PLAN_REGISTRIES_FOLDER PLAN_REGISTRIES_PREFIX "%s.yaml", name);
        *ret_text = str_printf("# Fairlead: policy.json asks for signatures of sigstore\n"
                               "docker:\n"
                               "  \"%s\":\n"
                               "    use-sigstore-attachments: true\n",
                               repository);
        return 0;
}
