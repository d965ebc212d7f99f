/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A look at who signed an image, shared by the files of the folder: look.c begins, attached.c asks the
 * registry, finish.c has what both use. */

#include "backend/host/internal.h"
#include "backend/io/http.h"
#include "backend/trust/sigstore.h"

struct trust_look {
        struct op op; /* inner: the present query */
        struct backend *backend;
        char *name; /* as it was asked for */
        bool resolved;
        trust_done_t done;
        void *userdata;
        struct trust *trust;
        struct error *error;

        struct source source; /* of a registry: without a tag where a digest is known */
        char *image;          /* "REPOSITORY@DIGEST": what a signature must fit */
        char **digests;       /* the image's; a list of several processors has another */
        char **files;         /* GPG's signatures that wait, and to whom they belong */
        char **of;            /* … their digests */
        char **places;        /* … and where they are, for people */
        struct http *http;    /* of a place in the network; NULL: there is none */
        char **sought;        /* digests whose signatures are fetched from there */
        size_t at;            /* the present one, and its signature */
        unsigned number;
        char *folder;         /* for gpg and skopeo; NULL: none yet */
        bool keys;            /* the rule's keys are in it */
        unsigned n;           /* signatures that were checked: names in the folder */

        char **tags; /* of the repository */
        struct sigstore sigstore;

        /* of the installed service */
        char *other; /* digest of its image; NULL: there is none */
        struct trust_signature *others;
        size_t n_others;
};

/* Adds the error to the sheet as a sentence; takes it. NULL: nothing. */
void trust_look_note(struct trust_look *l, struct error *e);
/* Makes l->folder, which nobody else can read. */
int trust_look_folder(struct trust_look *l, struct error **reterr);
/* The rule's requirement of this kind, or NULL. */
const struct trust_need *trust_look_need(const struct trust_look *l, enum trust_kind kind);
/* Asks the registry for what is attached, and goes on with trust_look_compare(). */
void trust_look_attached(struct trust_look *l);
/* Gives the answer, or the error. */
void trust_look_end(struct trust_look *l);
/* Compares with the installed service's, and ends. */
void trust_look_compare(struct trust_look *l);
