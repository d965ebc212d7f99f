/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/seed/seed.h"

#include "backend/format/internal.h"
#include "base/array.h"

#define VALUE_MAX 1024U

/* ---- what stands alone ---- */

/* A text of one line at most so long; NULL: it is none, and *reterr says so. */
static const char *seed_text(struct json_value *value, const char *where, struct error **reterr) {
        const char *text = json_text(value);
        if (!text)
                json_wrong(reterr, where, NULL, "This is %s, not a text", json_type_words(value));
        else if (!*text || strlen(text) > VALUE_MAX)
                json_wrong(reterr, where, NULL, "This is not a text of 1 to %u bytes", VALUE_MAX);
        else
                for (const char *c = text; *c; c++)
                        if ((unsigned char) *c < ' ' || *c == 127) {
                                json_wrong(reterr, where, NULL, "There is a control character in it");
                                return NULL;
                        }
        return text && *text && strlen(text) <= VALUE_MAX ? text : NULL;
}

static int seed_read_host_name(struct json_value *value, const char *where, void *member,
                               struct error **reterr) {
        const char *text = seed_text(value, where, reterr),
                   *fault = text ? setup_host_name_fault(text) : NULL;
        if (fault)
                return json_wrong(reterr, where, NULL, "The name %s %s", text, fault);
        str_replace((char **) member, text);
        return text ? 0 : -EINVAL;
}

static int seed_read_zone(struct json_value *value, const char *where, void *member, struct error **reterr) {
        const char *text = seed_text(value, where, reterr);
        if (text && !setup_zone_valid(text))
                return json_wrong(reterr, where, NULL,
                                  "\"%s\" is no time zone: it wants a region and a city, such as "
                                  "Europe/Berlin, or UTC",
                                  text);
        str_replace((char **) member, text);
        return text ? 0 : -EINVAL;
}

static int seed_read_locale(struct json_value *value, const char *where, void *member,
                            struct error **reterr) {
        const char *text = seed_text(value, where, reterr);
        if (text && !setup_locale_valid(text))
                return json_wrong(reterr, where, NULL, "\"%s\" is no locale, such as de_DE.UTF-8", text);
        str_replace((char **) member, text);
        return text ? 0 : -EINVAL;
}

static int seed_read_keyboard(struct json_value *value, const char *where, void *member,
                              struct error **reterr) {
        const char *text = seed_text(value, where, reterr);
        if (text && !setup_keyboard_valid(text))
                return json_wrong(reterr, where, NULL, "\"%s\" is the name of no keyboard, such as de", text);
        str_replace((char **) member, text);
        return text ? 0 : -EINVAL;
}

static int seed_read_key(struct json_value *value, const char *where, void *member, struct error **reterr) {
        const char *text = seed_text(value, where, reterr);
        _cleanup_error_ struct error *e = NULL;
        if (!text)
                return -EINVAL;
        if (setup_check_key(text, &e) < 0)
                return json_wrong(reterr, where, NULL, "%s", e->message);
        strv_add(member, text);
        return 0;
}

static int seed_read_keys(struct json_value *value, const char *where, void *member, struct error **reterr) {
        if (!json_is(value, SHAPE_LIST) || value->n > SEED_KEYS_MAX)
                return json_wrong(reterr, where, NULL, "This is not a list of at most %u keys",
                                  SEED_KEYS_MAX);
        return json_each(value, where, SEED_KEYS_MAX, seed_read_key, member, reterr);
}

/* ---- secrets ---- */

#define T struct seed_secret
static const struct json_field secret_fields[] = {
        LINE("file", file, VALUE_MAX),
        LINE("credential", credential, 255),
};
#undef T

static int seed_read_place(struct json_value *value, const char *where, struct seed_secret *secret,
                           struct error **reterr) {
        if (!json_is(value, SHAPE_OBJECT))
                return json_wrong(reterr, where, NULL,
                                  "A secret never stands in this file: say where it is, as "
                                  "{\"file\": \"/run/secret\"} or {\"credential\": \"fairlead.secret\"}");
        int r = json_read_strict(value, where, JSON_TABLE(secret_fields, struct seed_secret), secret, reterr);
        if (r < 0)
                return r;
        if (!secret->file == !secret->credential)
                return json_wrong(reterr, where, NULL, "It wants one of \"file\" and \"credential\"");
        if (secret->file && *secret->file != '/')
                return json_wrong(reterr, where, "file", "\"%s\" is no absolute path", secret->file);
        if (secret->credential && !seed_credential_valid(secret->credential))
                return json_wrong(reterr, where, "credential", "\"%s\" cannot be the name of a credential",
                                  secret->credential);
        return 0;
}

static int seed_read_password(struct json_value *value, const char *where, void *member,
                              struct error **reterr) {
        struct seed_secret **secret = member;
        if (!*secret)
                *secret = new0(struct seed_secret);
        str_replace(&(*secret)->name, SETUP_SECRET);
        return seed_read_place(value, where, *secret, reterr);
}

/* ---- services ---- */

static int seed_read_secret(const char *key, struct json_value *value, const char *where, void *userdata,
                            struct error **reterr) {
        struct seed_service *service = userdata;
        room_for_one((void **) &service->secrets, service->n_secrets, sizeof *service->secrets);
        struct seed_secret *secret = &service->secrets[service->n_secrets++];
        *secret = (struct seed_secret) { .name = xstrdup(key) };
        return seed_read_place(value, where, secret, reterr);
}

static int seed_read_secrets(struct json_value *value, const char *where, void *member,
                             struct error **reterr) {
        struct seed_service *service = container_of(member, struct seed_service, secrets);
        if (!json_is(value, SHAPE_OBJECT) || value->n > SEED_SECRETS_MAX)
                return json_wrong(reterr, where, NULL, "This is not an object of at most %u secrets",
                                  SEED_SECRETS_MAX);
        return json_each_member(value, where, SEED_SECRETS_MAX, seed_read_secret, service, reterr);
}

static int seed_read_answer(const char *key, struct json_value *value, const char *where, void *userdata,
                            struct error **reterr) {
        const char *typed = json_typed(value);
        if (!typed || !*key || strchr(key, '='))
                return json_wrong(reterr, where, NULL, "This is %s, not an answer", json_type_words(value));
        strv_addf(userdata, "%s=%s", key, typed);
        return 0;
}

static int seed_read_answers(struct json_value *value, const char *where, void *member,
                             struct error **reterr) {
        if (!json_is(value, SHAPE_OBJECT))
                return json_wrong(reterr, where, NULL, "This is not an object {\"parameter\": \"value\"}");
        return json_each_member(value, where, 256, seed_read_answer, member, reterr);
}

#define T struct seed_service
static const struct json_field service_fields[] = {
        LINE("image", image, VALUE_MAX, .required = true),
        LINE("name", name, 63),
        LINE("mode", mode, 63),
        ROW("answers", JSON_CALL, set, .call = seed_read_answers),
        ROW("secrets", JSON_CALL, secrets, .call = seed_read_secrets),
        ROW("allow", JSON_TEXTS, allow, .max = 64),
};
#undef T

static int seed_read_service(struct json_value *value, const char *where, void *userdata,
                             struct error **reterr) {
        struct seed *seed = userdata;
        struct seed_service service = {};
        int r = json_read_strict(value, where, JSON_TABLE(service_fields, struct seed_service), &service,
                                 reterr);
        if (r < 0) {
                seed_service_done(&service);
                return r;
        }
        room_for_one((void **) &seed->services, seed->n_services, sizeof service);
        seed->services[seed->n_services++] = service;
        return 0;
}

static int seed_read_services(struct json_value *value, const char *where, void *member,
                              struct error **reterr) {
        struct seed *seed = container_of(member, struct seed, services);
        if (!json_is(value, SHAPE_LIST) || value->n > SEED_SERVICES_MAX)
                return json_wrong(reterr, where, NULL, "This is not a list of at most %u services",
                                  SEED_SERVICES_MAX);
        return json_each(value, where, SEED_SERVICES_MAX, seed_read_service, seed, reterr);
}

/* ---- the file ---- */

#define T struct seed
static const struct json_field seed_fields[] = {
        ROW("locale", JSON_CALL, locale, .call = seed_read_locale),
        ROW("keymap", JSON_CALL, keymap, .call = seed_read_keyboard),
        ROW("keyboard-layout", JSON_CALL, layout, .call = seed_read_keyboard),
        ROW("host-name", JSON_CALL, host_name, .call = seed_read_host_name),
        ROW("time-zone", JSON_CALL, time_zone, .call = seed_read_zone),
        ROW("root-password", JSON_CALL, root_password, .call = seed_read_password),
        ROW("root-keys", JSON_CALL, root_keys, .call = seed_read_keys),
        ROW("services", JSON_CALL, services, .call = seed_read_services),
};
#undef T

static void seed_find_lines(struct seed *seed, const struct json_value *o, const char *text) {
        static const char *const members[_SETUP_TOPIC_MAX] = {
                [SETUP_NONE] = "",
                [SETUP_HOST_NAME] = "host-name",
                [SETUP_TIME] = "time-zone",
                [SETUP_ROOT_PASSWORD] = "root-password",
                [SETUP_ROOT_KEY] = "root-keys",
                [SETUP_LOCALE] = "locale",
                [SETUP_KEYMAP] = "keymap",
                [SETUP_LAYOUT] = "keyboard-layout",
        };
        for (size_t i = 0; i < _SETUP_TOPIC_MAX; i++)
                seed->lines[i] = json_line_at(o, text, members[i]);
        for (size_t i = 0; i < seed->n_services; i++) {
                char where[32];
                snprintf(where, sizeof where, "services[%zu]", i);
                seed->services[i].line = json_line_at(o, text, where);
        }
}

int seed_parse(const char *source, const char *text, size_t n, struct seed *ret, struct error **reterr) {
        static const struct json_limits limits = { .bytes = SEED_BYTES_MAX, .depth = 8, .weight = 50000 };
        _cleanup_(seed_done) struct seed seed = {};
        _cleanup_json_value_ struct json_value *o = NULL;
        _cleanup_error_ struct error *e = NULL;
        unsigned line;
        if (json_parse(text, n, &limits, &o, &line, &e) < 0)
                return error_set(reterr, -EINVAL, "%s:%u: %s", source, line, e->message);
        if (json_read_strict(o, "", JSON_TABLE(seed_fields, struct seed), &seed, &e) < 0) {
                const char *where = e->message;
                return error_set(reterr, -EINVAL, "%s:%u: %s%s%s", source, json_line_at(o, text, where),
                                 where, *where ? ": " : "", e->cause->message);
        }
        seed_find_lines(&seed, o, text);
        *ret = seed;
        seed = (struct seed) {};
        return 0;
}
