/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The answer file of a first boot: what a host is to be, so that nobody has to be asked. A secret is never in
 * it, only the place where it is (data/doc/firstboot.md; backend/format/seed/seed.h reads it). */

#include "model/setup/setup.h"

/* Where a secret is: one of the two. */
struct seed_secret {
        char *name;       /* of the parameter; of root's password SETUP_SECRET */
        char *file;       /* an absolute path */
        char *credential; /* a name below $CREDENTIALS_DIRECTORY (systemd.exec(5)) */
};

struct seed_service {
        char *image, *name, *mode; /* name, mode: NULL, the usual one */
        char **set;                /* "PARAMETER=VALUE" */
        char **allow;              /* ids of findings */
        struct seed_secret *secrets;
        size_t n_secrets;
        unsigned line;
};
void seed_service_done(struct seed_service *service);

#define SEED_SERVICES_MAX 64U
#define SEED_SECRETS_MAX 16U
#define SEED_KEYS_MAX 64U

struct seed {
        char *host_name, *time_zone, *locale, *keymap, *layout; /* NULL: they stay as they are */
        struct seed_secret *root_password; /* NULL: the same */
        char **root_keys;
        struct seed_service *services;
        size_t n_services;
        unsigned lines[_SETUP_TOPIC_MAX]; /* where each is asked for */
};
void seed_done(struct seed *seed);

/* Whether it can be the name of a credential. */
bool seed_credential_valid(const char *name);

/* The path of an image's file or folder that is named relative to the answer file: "images/rsyslog.tar"; *ret
 * NULL: the image is elsewhere. -EINVAL with a sentence: it leads out of the folder. The caller frees. */
int seed_image_path(const struct seed_service *service, char **ret, struct error **reterr);
/* The image's reference as it is for an answer file in this folder; the caller frees. */
char *seed_image(const struct seed_service *service, const char *folder);
/* Whether a service comes over the network. */
bool seed_wants_network(const struct seed *seed);

/* The settings of the host in it, in the order in which they are made; they point into it. The caller frees
 * the list. */
struct setup_change *seed_changes(const struct seed *seed, size_t *ret_n);
