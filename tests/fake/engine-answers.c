/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What engines say, well or ill. The shapes are those of Podman 4.3.1 and Docker 20.10.24. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tests/fake/engine-private.h"

static bool is_podman(const struct fake_state *state) {
        return state->kind == ENGINE_PODMAN;
}

static void add_hex(struct str *s, size_t i, unsigned salt) {
        for (unsigned part = 0; part < 4; part++)
                str_addf(s, "%016zx", (i + 1) * 2654435761U + salt + part);
}

static void add_labels(struct str *s, size_t i) {
        str_addf(s,
                 "{\"INSTALL\":\"podman run --rm --privileged -v /:/host -e NAME=${NAME} -e IMAGE=${IMAGE} "
                 "${IMAGE} /bin/install.sh\","
                 "\"RUN\":\"podman run -d --net=host --name ${NAME} -v /etc/service-%04zu:/etc/service:ro "
                 "${IMAGE}\","
                 "\"UNINSTALL\":\"podman run --rm --privileged -v /:/host -e NAME=${NAME} ${IMAGE} "
                 "/bin/uninstall.sh\","
                 "\"STOP\":\"podman stop ${NAME}\",\"summary\":\"Service %zu of the fake "
                 "engine\",\"version\":\"%zu.%zu\"}",
                 i, i, i / 10, i % 10);
}

static void add_image(const struct fake_state *state, size_t i, struct str *s) {
        str_addf(s, "{\"Id\":\"%s", is_podman(state) ? "" : "sha256:");
        add_hex(s, i, 0);
        str_addf(s,
                 "\",\"ParentId\":\"\",\"RepoTags\":[\"localhost/"
                 "service-%04zu:latest\"],\"RepoDigests\":[\"localhost/service-%04zu@sha256:",
                 i, i);
        add_hex(s, i, 7);
        str_addf(s, "\"],\"Created\":%zu,\"Size\":%zu,\"SharedSize\":%d,\"VirtualSize\":%zu,\"Labels\":",
                 1700000000 + i, 100000000 + i * 1000, is_podman(state) ? 0 : -1, 100000000 + i * 1000);
        add_labels(s, i);
        str_addf(s, ",\"Containers\":%d", is_podman(state) ? (int) (i % 3) : -1);
        if (is_podman(state)) {
                str_addf(s, ",\"Names\":[\"localhost/service-%04zu:latest\"],\"Digest\":\"sha256:", i);
                add_hex(s, i, 7);
                str_addf(s, "\",\"History\":[\"localhost/service-%04zu:latest\"]", i);
        }
        str_add_char(s, '}');
}

/* Inspect has the same in other places: the labels under Config, the creation as text. */
static void add_image_detail(const struct fake_state *state, size_t i, const char *name, struct str *s) {
        str_addf(s, "{\"Id\":\"%s", is_podman(state) ? "" : "sha256:");
        add_hex(s, i, 0);
        str_addf(s, "\",\"RepoTags\":[\"%s\"],\"RepoDigests\":[\"localhost/service-%04zu@sha256:", name, i);
        add_hex(s, i, 7);
        str_addf(s,
                 "\"],\"Parent\":\"\",\"Created\":\"2023-11-14T22:13:20.%09zuZ\",\"Config\":{\"Env\":[\"PATH=/"
                 "usr/bin\"],\"Cmd\":[\"/bin/service\"],\"Volumes\":{\"/var/lib/service\":{},\"/data\":{}},"
                 "\"Labels\":",
                 i);
        add_labels(s, i);
        str_addf(s, "},\"Architecture\":\"amd64\",\"Os\":\"linux\",\"Size\":%zu,\"VirtualSize\":%zu",
                 100000000 + i * 1000, 100000000 + i * 1000);
        if (is_podman(state)) {
                str_add(s, ",\"Digest\":\"sha256:");
                add_hex(s, i, 7);
                str_add(s, "\",\"Labels\":");
                add_labels(s, i);
                str_addf(s, ",\"NamesHistory\":[\"%s\"]", name);
        }
        str_add_char(s, '}');
}

static void add_container(const struct fake_state *state, size_t i, struct str *s) {
        bool runs = i % 2 == 0;
        str_add(s, "{\"Id\":\"");
        add_hex(s, i, 21);
        str_addf(s,
                 "\",\"Names\":[\"%sservice-%04zu\"],\"Image\":\"localhost/"
                 "service-%04zu:latest\",\"ImageID\":\"%s",
                 is_podman(state) ? "" : "/", i, i, is_podman(state) ? "" : "sha256:");
        add_hex(s, i, 0);
        str_addf(s,
                 "\",\"State\":\"%s\",\"Status\":\"%s\",\"Labels\":{\"io.fairlead.job\":\"job-%zu\",\"n\":\"%"
                 "zu\",\"PODMAN_SYSTEMD_UNIT\":\"service-%04zu%s\"}",
                 runs ? "running" : "exited", is_podman(state) ? runs ? "healthy" : ""
                 : runs           ? "Up 2 minutes (healthy)"
                                  : "Exited (7) 2 minutes ago", i, i, i,
                 runs ? ".service" : "");
        if (is_podman(state))
                str_addf(s,
                         ",\"Command\":[\"/bin/"
                         "service\"],\"Created\":\"2023-11-14T22:13:20Z\",\"Exited\":%s,\"ExitedAt\":%d,"
                         "\"ExitCode\":%d,\"Pid\":%zu,"
                         "\"StartedAt\":1700000000,\"AutoRemove\":false,\"Mounts\":[],\"Pod\":\"\",\"Ports\":"
                         "null}",
                         runs ? "false" : "true", runs ? -1 : 1700000100, runs ? 0 : 7, runs ? 4000 + i : 0);
        else
                str_add(s, ",\"Command\":\"/bin/"
                           "service\",\"Created\":1700000000,\"Ports\":[],\"HostConfig\":{\"NetworkMode\":"
                           "\"host\"},\"Mounts\":[]}");
}

/* Podman: of which only its storage knows. */
static void add_external(struct str *s) {
        static const char *const commands[] = { "storage", "buildah" };
        for (size_t i = 0; i < ELEMENTS(commands); i++) {
                str_addf(s, "%s{\"Command\":[\"%s\"],\"Created\":\"2023-11-14T22:13:20Z\",\"Exited\":false,\"Id\":\"",
                         s->text[s->length - 1] == '[' ? "" : ",", commands[i]);
                add_hex(s, i, 23);
                str_addf(s, "\",\"Image\":\"localhost/service-0000:latest\",\"ImageID\":\"");
                add_hex(s, 0, 0);
                str_addf(s, "\",\"Labels\":null,\"Mounts\":null,\"Names\":[\"%s\"],\"State\":\"storage\",\"Status\":\"\"}", commands[i]);
        }
}

static void say(const struct fake_state *state, struct fake_answer *a, unsigned status, const char *cause,
                const char *message) {
        a->status = status;
        a->type = "application/json";
        a->chunked = a->hold = false;
        str_cut(&a->body, 0);
        if (is_podman(state))
                str_addf(&a->body, "{\"cause\":\"%s\",\"message\":\"%s%s%s\",\"response\":%u}\n", cause, message,
                         *message ? ": " : "", cause, status);
        else
                str_addf(&a->body, "{\"message\":\"%s\"}\n", cause);
}

/* The part of the request between `before` and `after`, with %XX undone. */
static void cut_name(const char *request, const char *before, const char *after, char name[static 512]) {
        const char *start = strstr(request, before), *end = start ? strstr(start + strlen(before), after) : NULL;
        size_t n = 0;
        name[0] = '\0';
        if (!start)
                return;
        if (!end)
                end = start + strlen(start);
        for (const char *p = start + strlen(before); p < end && n < 511; p++) {
                unsigned c = 0;
                if (*p == '%' && sscanf(p + 1, "%2x", &c) == 1)
                        p += 2;
                else
                        c = (unsigned char) *p;
                name[n++] = (char) c;
        }
        name[n] = '\0';
}

static int find_number(const char *name, const char *prefix, size_t count) {
        const char *digits = strstr(name, prefix);
        unsigned i;
        return digits && sscanf(digits + strlen(prefix), "%u", &i) == 1 && i < count ? (int) i : -1;
}

static void inspect_image(struct fake_state *state, const char *request, struct fake_answer *a) {
        char name[512];
        cut_name(request, "/images/", "/json", name);
        int i = find_number(name, "localhost/service-", state->images);
        for (size_t j = 0; i < 0 && j < state->images; j++) {
                _cleanup_str_ struct str id = {};
                add_hex(&id, j, 0);
                if (str_equal(name, id.text))
                        i = (int) j;
        }
        if (i < 0 && strv_contains(state->pulled, name))
                i = 999;
        if (i >= 0) {
                add_image_detail(state, (size_t) i,
                                 str_starts(name, "localhost/") || i == 999 ? name : "localhost/x:latest",
                                 &a->body);
                return;
        }
        char cause[1100];
        snprintf(cause, sizeof cause, is_podman(state) ? "%s: image not known" : "No such image: %s", name);
        say(state, a, 404, cause, is_podman(state) ? "failed to find image" : "");
}

static void pull(struct fake_state *state, const char *request, struct fake_answer *a) {
        char name[512];
        a->chunked = true;
        if (is_podman(state)) {
                cut_name(request, "reference=", "&", name);
                str_addf(&a->body,
                         "{\"stream\":\"Trying to pull %s...\\n\"}\n{\"stream\":\"Getting image source "
                         "signatures\\n\"}\n",
                         name);
                str_add(&a->body, "{\"stream\":\"Copying blob sha256:0123\\n\"}\n{\"stream\":\"Writing manifest "
                                  "to image destination\\n\"}\n{\"images\":[\"");
                add_hex(&a->body, 999, 0);
                str_add(&a->body, "\"],\"id\":\"");
                add_hex(&a->body, 999, 0);
                str_add(&a->body, "\"}\n");
                strv_add(&state->pulled, name);
                return;
        }
        char tag[512], reference[1100];
        cut_name(request, "fromImage=", "&", name);
        cut_name(request, "tag=", "&", tag);
        str_addf(&a->body,
                 "{\"status\":\"Pulling from %s\",\"id\":\"%s\"}\r\n{\"status\":\"Pulling fs "
                 "layer\",\"progressDetail\":{},\"id\":\"012345678901\"}\r\n",
                 name, tag);
        for (unsigned i = 1; i <= 3; i++)
                str_addf(&a->body,
                         "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":%u,\"total\":3000},"
                         "\"progress\":\"[=>]\",\"id\":\"012345678901\"}\r\n",
                         i * 1000);
        str_addf(&a->body,
                 "{\"status\":\"Pull "
                 "complete\",\"progressDetail\":{},\"id\":\"012345678901\"}\r\n{\"status\":\"Status: Downloaded "
                 "newer image for %s\"}\r\n",
                 name);
        snprintf(reference, sizeof reference, "%s%s%s", name, str_starts(tag, "sha256:") ? "@" : ":", tag);
        strv_add(&state->pulled, reference);
        if (strcmp(tag, "latest") == 0)
                strv_add(&state->pulled, name);
}

static void remove_container(struct fake_state *state, const char *request, struct fake_answer *a) {
        char name[512];
        bool stop = strstr(request, "/stop");
        cut_name(request, "/containers/", stop ? "/stop" : "?", name);
        if (find_number(name, "service-", state->containers) < 0 || strv_contains(state->removed, name)) {
                char cause[600];
                snprintf(cause, sizeof cause, is_podman(state) ? "no such container" : "No such container: %s",
                         name);
                say(state, a, 404, cause, is_podman(state) ? "no container with that name found" : "");
                return;
        }
        a->status = 204;
        a->type = NULL;
        if (stop)
                return;
        strv_add(&state->removed, name);
        if (is_podman(state)) { /* 200 and a list since 4.0 */
                a->status = 200;
                a->type = "application/json";
                str_addf(&a->body, "[{\"Id\":\"%s\",\"Err\":null}]\n", name);
        }
}

static void list(struct fake_state *state, const char *request, struct fake_answer *a) {
        bool images = strstr(request, "/images/");
        char wanted[512], key[64];
        cut_name(request, "filters=", "&", wanted);
        str_add_char(&a->body, '[');
        for (size_t i = 0, said = 0; i < (images ? state->images : state->containers); i++) {
                snprintf(key, sizeof key, "io.fairlead.job=job-%zu\"", i);
                if (wanted[0] && !strstr(wanted, key))
                        continue;
                if (said++ > 0)
                        str_add_char(&a->body, ',');
                if (images)
                        add_image(state, i, &a->body);
                else
                        add_container(state, i, &a->body);
        }
        if (strstr(request, "external=true"))
                add_external(&a->body);
        str_add(&a->body, "]\n");
        a->chunked = a->body.length > 2048; /* as Go's server does when it does not know the length */
}

/* Two made for services, one for nobody known; shapes as the two engines have them. */
static void list_volumes(struct fake_state *state, struct fake_answer *a) {
        str_addf(&a->body, "%s[{\"Name\":\"mq-data\",\"Labels\":{\"io.fairlead.service\":\"mq\"}},{\"Name\":\"x\",\"Labels\":null},"
                 "{\"Name\":\"web-data\",\"Labels\":{\"a\":\"b\",\"io.fairlead.service\":\"web\"}}]%s\n",
                 is_podman(state) ? "" : "{\"Volumes\":", is_podman(state) ? "" : ",\"Warnings\":null}");
}

static void inspect_container(struct fake_state *state, const char *request, struct fake_answer *a) {
        char name[512];
        cut_name(request, "/containers/", "/json", name);
        if (find_number(name, "service-", state->containers) < 0)
                say(state, a, 404, "no such container", is_podman(state) ? "no container with that name found" : "");
        else
                str_addf(&a->body, "{\"Id\":\"0123\",\"Config\":{%s\"Cmd\":[\"sleep\",\"100\"]}}\n",
                         is_podman(state) ? "\"CreateCommand\":[\"podman\",\"run\",\"x\",\"sleep\",\"100\"]," : "");
}

void fake_answer_event(struct fake_state *state, const char *type, const char *action, struct str *ret) {
        str_addf(ret,
                 "{\"status\":\"%s\",\"id\":\"0123\",\"from\":\"localhost/"
                 "service-0000:latest\",\"Type\":\"%s\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"0123\","
                 "\"Attributes\":{\"image\":\"localhost/"
                 "service-0000:latest\",\"name\":\"service-0000\",\"Type\":\"not the type\"}},"
                 "\"scope\":\"local\",\"time\":1700000000,\"timeNano\":1700000000123456789}\n",
                 action, type, action);
}

void fake_answer_request(struct fake_state *state, const char *request, struct fake_answer *ret) {
        struct fake_answer *a = ret;
        *a = (struct fake_answer){ .status = 200, .type = "application/json" };
        if (strstr(request, "/_ping")) {
                a->type = "text/plain; charset=utf-8";
                str_add(&a->body, "OK");
        } else if (is_podman(state) && !strstr(request, "/libpod/")) {
                a->status = 404;
                a->type = "text/plain; charset=utf-8";
                str_add(&a->body, "404 page not found\n");
        } else if (strstr(request, "/images/pull") || strstr(request, "/images/create"))
                pull(state, request, a);
        else if (strstr(request, "GET ") &&
                 (strstr(request, "/images/json") || strstr(request, "/containers/json")))
                list(state, request, a);
        else if (strstr(request, "GET ") && strstr(request, "/images/"))
                inspect_image(state, request, a);
        else if (strstr(request, "GET ") && strstr(request, "/containers/") && strstr(request, "/json"))
                inspect_container(state, request, a);
        else if (strstr(request, "GET ") && strstr(request, "/volumes"))
                list_volumes(state, a);
        else if (strstr(request, "/events"))
                a->chunked = a->hold = true;
        else if (strstr(request, "/containers/") && (strstr(request, "DELETE ") || strstr(request, "/stop")))
                remove_container(state, request, a);
        else {
                a->status = 404;
                a->type = is_podman(state) ? "text/plain; charset=utf-8" : "application/json";
                str_add(&a->body, is_podman(state) ? "Not Found\n" : "{\"message\":\"page not found\"}\n");
        }
}

static void replace(struct fake_answer *a, const char *body) {
        str_cut(&a->body, 0);
        str_add(&a->body, body);
}

static void endless(struct fake_answer *a, size_t times) {
        a->chunked = true;
        a->repeat = times;
}

static void spoil_json(struct fake_state *state, const char *request, const struct fake_rule *rule,
                       struct fake_answer *a) {
        bool of_list = a->body.length > 0 && a->body.text[0] == '[';
        switch (rule->what) {
        case FAKE_ENDLESS:
        case FAKE_HUGE:
                replace(a, of_list ? "[{\"Id\":\"" : "{\"Id\":\"");
                for (unsigned i = 0; i < 1024; i++)
                        str_add(&a->more, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
                endless(a, rule->what == FAKE_HUGE ? rule->amount * 16 : SIZE_MAX);
                break;
        case FAKE_ENDLESS_LIST:
        case FAKE_FLOOD:
                if (strstr(request, "/images/json") || strstr(request, "/containers/json")) {
                        replace(a, "[");
                        if (strstr(request, "/images/"))
                                add_image(state, 0, &a->more);
                        else
                                add_container(state, 0, &a->more);
                        str_add_char(&a->more, ',');
                } else if (strstr(request, "/events"))
                        fake_answer_event(state, "container", "start", &a->more);
                else
                        str_add(&a->more, "{\"stream\":\"still pulling\\n\",\"status\":\"Downloading\"}\n");
                endless(a, rule->what == FAKE_FLOOD ? rule->amount : SIZE_MAX);
                break;
        case FAKE_BROKEN:
                str_cut(&a->body, a->body.length / 2);
                str_add(&a->body, "\" : : ]}\n{{\" : : ]}");    /* the cut may be in a string or not */
                break;
        case FAKE_DEEP:
                replace(a, of_list ? "[{\"Labels\":" : "{\"Labels\":");
                for (unsigned i = 0; i < rule->amount; i++)
                        str_add_char(&a->body, '[');
                break;
        case FAKE_TYPES:
                replace(a, of_list ? "[{\"Id\":{\"a\":1},\"RepoTags\":7,\"Created\":[],\"Labels\":\"x\",\"Size\":"
                                     "\"big\"}]"
                                   : "{\"Id\":[1],\"Type\":4,\"Action\":{},\"stream\":5,\"status\":[],\"error\":{"
                                     "\"x\":1},\"Config\":3}\n");
                break;
        default:
                break;
        }
}

void fake_answer_spoil(struct fake_state *state, const char *request, const struct fake_rule *rule,
                       struct fake_answer *answer) {
        struct fake_answer *a = answer;
        switch (rule->what) {
        case FAKE_HTML:
                a->type = "text/html";
                a->chunked = a->hold = false;
                replace(a, "<html><body><h1>It works!</h1></body></html>\n");
                break;
        case FAKE_EMPTY:
                a->chunked = a->hold = false;
                replace(a, "");
                break;
        case FAKE_STATUS:
                say(state, a, rule->amount, rule->text, "");
                break;
        case FAKE_PAGE:
                a->status = rule->amount;
                a->type = "text/plain; charset=utf-8";
                a->chunked = a->hold = false;
                replace(a, rule->text);
                break;
        case FAKE_STREAM_ERROR:
                replace(a, is_podman(state) ? "{\"stream\":\"Trying to pull...\\n\"}\n"
                                            : "{\"status\":\"Pulling from x\",\"id\":\"latest\"}\r\n");
                if (is_podman(state))
                        str_addf(&a->body, "{\"error\":\"%s\"}\n", rule->text);
                else
                        str_addf(&a->body, "{\"errorDetail\":{\"message\":\"%s\"},\"error\":\"%s\"}\r\n",
                                 rule->text, rule->text);
                break;
        case FAKE_STREAM_CUT:
                replace(a, is_podman(state) ? "{\"stream\":\"Trying to pull...\\n\"}\n{\"strea"
                                            : "{\"status\":\"Pulling from x\"}\r\n{\"sta");
                break;
        default:
                spoil_json(state, request, rule, a);
        }
}
