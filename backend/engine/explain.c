/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Known failures as data: the meaning of an engine's status or of its program's exit status, and a hint.
 * Better wording never touches logic. */

#include "backend/engine/internal.h"

/* Podman's status codes are unreliable (4.3: 500 for a name in use or an unknown image): text decides
 * first. */
static const struct {
        const char *text; /* part of cause or message, without case */
        int error;
        const char *hint;
} engine_table[] = {
        { "image not known", -ENOENT, "fairlead images --all lists the images of this host" },
        { "no such image", -ENOENT, "fairlead images --all lists the images of this host" },
        { "no such container", -ENOENT, NULL },
        { "no container with name or id", -ENOENT, NULL },
        { "name is already in use", -EEXIST, "Choose another name, or remove the container of that name" },
        { "no space left on device", -ENOSPC, "podman system df shows what takes the room" },
        { "manifest unknown", -ENOENT, "The registry has no such tag or digest" },
        { "unauthorized", -EACCES, "podman login REGISTRY stores what the registry asks for" },
        { "authentication required", -EACCES, "podman login REGISTRY stores what the registry asks for" },
        { "connection refused", -ECONNREFUSED,
          "The registry does not answer: its address and this host's network decide" },
        { "no such host", -EHOSTUNREACH, "The registry's name is not known to DNS" },
        { "x509", -EPROTO, "The registry's certificate is not trusted here: /etc/containers/certs.d" },
        { "http response to https client", -EPROTO,
          "The registry speaks plain HTTP: registries.conf can allow it with insecure = true" },
        { "toomanyrequests", -EAGAIN, "The registry limits how often it is asked: try again later" },
};

int engine_explain(struct error **reterr, int status, const char *what, const char *body, size_t n) {
        _cleanup_json_value_ struct json_value *o = NULL;
        _cleanup_free_ char *text = NULL;
        static const char *const members[] = { "message", "cause", "error" };
        if (n && json_parse(body, n, NULL, &o, NULL, NULL) >= 0)
                for (size_t i = 0; i < ELEMENTS(members) && !text; i++)
                        text = xstrdup(json_text(json_member(o, members[i])));
        if (!text)
                text = n ? xstrndup(body, n < 300 ? n : 300) : str_printf("status %d", status);
        int code = status == 404                    ? -ENOENT
                   : status == 409                  ? -EEXIST
                   : status == 401 || status == 403 ? -EACCES
                                                    : -EIO;
        size_t i = 0;
        while (i < ELEMENTS(engine_table) && !strcasestr(text, engine_table[i].text))
                i++;
        if (i < ELEMENTS(engine_table))
                code = engine_table[i].error;
        error_set(reterr, code, "%s", text);
        error_wrap(reterr, code, "%s", what);
        if (i < ELEMENTS(engine_table) && engine_table[i].hint)
                error_hint(reterr, "%s", engine_table[i].hint);
        return code;
}

static const struct {
        int status;
        const char *message, *hint;
} exit_table[] = {
        { 125, "the engine itself failed before the command ran", NULL },
        { 126, "the command in the image could not be started: it is not executable",
          "The image is broken, or made for another processor" },
        { 127, "a command was not found",
          "It is the label's own, which the image does not have, or one that its script calls" },
        { 130, "it was interrupted", NULL },
        { 137, "it was killed (signal 9): by a cancel, or because memory ran out",
          "journalctl -k shows whether the kernel did it" },
        { 139, "it crashed (signal 11)", NULL },
        { 143, "it was asked to stop (signal 15)", NULL },
};

const char *engine_explain_exit(int status, const char **ret_hint) {
        for (size_t i = 0; i < ELEMENTS(exit_table); i++)
                if (exit_table[i].status == status) {
                        *ret_hint = exit_table[i].hint;
                        return exit_table[i].message;
                }
        *ret_hint = NULL;
        return NULL;
}
