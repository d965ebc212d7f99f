/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/mman.h>

#include "backend/io/files.h"
#include "base/secret.h"
#include "cli/out.h"
#include "cli/typed-secret.h"
#include "cli/appliance/sealed.h"
#include "cli/verbs/verbs.h"
#include "model/setup/seed.h"

/* "/root/join-password.txt": fairlead.join-password.txt. The caller frees. */
static char *seal_name(const char *file) {
        const char *end = strrchr(file, '/'), *last = end ? end + 1 : file;
        return str_starts(last, "fairlead.") ? xstrdup(last) : str_printf("fairlead.%s", last);
}

/* What is typed on a terminal is not shown. The caller closes it. */
static int seal_typed(struct error **reterr) {
        _cleanup_(secret_freep) struct secret *secret = secret_new("secret");
        if (typed_secret("Secret", secret) < 0 || !secret->length)
                return error_set(reterr, -EINVAL, "There is no secret to seal");
        _cleanup_close_ int fd = memfd_create("secret", MFD_CLOEXEC);
        if (fd < 0 || files_write_all(fd, secret->bytes, secret->length) < 0 ||
            lseek(fd, 0, SEEK_SET) < 0)
                return error_errno(reterr, -errno, "The secret cannot be kept");
        return TAKE_FD(fd);
}

static int seal_open(const char *file, struct error **reterr) {
        bool in = str_equal(file, "-");
        if (in && in_is_terminal())
                return seal_typed(reterr);
        int fd = in ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(file, O_RDONLY | O_CLOEXEC);
        return fd < 0 ? error_errno(reterr, -errno, "%s cannot be read", file) : fd;
}

static int verb_seal_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        const char *file = a->words[0], *given = argument_value(a, OPTION_NAME_SEALED);
        if (!given && str_equal(file, "-"))
                return error_set(&s->error, -EINVAL, "Standard input has no name: --name NAME");
        _cleanup_free_ char *name = given ? xstrdup(given) : seal_name(file);
        if (!seed_credential_valid(name))
                return error_set(&s->error, -EINVAL, "\"%s\" cannot be the name of a credential", name);
        if (geteuid() != 0)
                return error_set(&s->error, -EACCES, "Permission denied: this needs root");
        _cleanup_close_ int fd = seal_open(file, &s->error);
        int r = fd < 0 ? fd : sealed_write(name, fd, &s->error);
        if (r < 0)
                return r;
        out("Sealed to this host: " SEALED_FOLDER "/%s\n", name);
        out("In an answer file: { \"credential\": \"%s\" }\n", name);
        return EXIT_DONE;
}

const struct verb seal_verb = {
        .name = "seal",
        .group = GROUP_APPLIANCE,
        .operands = "FILE",
        .help = "seal a secret to this host, for an answer file",
        .details = "Encrypts the content of FILE (-: standard input, or what is typed) by systemd-creds(1), "
                   "to the TPM where this host has one, else to its own key, and puts it into "
                   "/etc/credstore.encrypted, where systemd finds it, too. An answer file of \"fairlead "
                   "firstboot\" then says {\"credential\": \"NAME\"}. No other host can read it. FILE itself "
                   "stays; remove it.",
        .takes = OPTIONS(OPTION_NAME_SEALED),
        .run = verb_seal_run,
};
