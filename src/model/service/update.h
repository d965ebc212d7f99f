/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether the source of a service's image has a newer one under the same name. Pure: backend/host/updates.c
 * asks the sources and keeps the answers, `state`/updates has them (backend/store/updates.h). */

#include "base/names.h"
#include "model/image/packages.h"
#include "model/service/service.h"
#include "model/trust/trust.h"

enum update_state {
        UPDATE_UNKNOWN, /* nobody asked yet */
        UPDATE_CURRENT,
        UPDATE_NEWER,
        UPDATE_FAILED, /* its source never answered: `failed` says why */
        UPDATE_NONE,   /* no source can be asked: `none` says why */
        _UPDATE_STATE_MAX,
};
DECLARE_NAMES(update_state, enum update_state); /* "unknown", "current", "newer", "failed", "none" */

struct update_image {
        char *digest;  /* "sha256:…"; NULL: not known */
        char *id;      /* 64 hex digits; NULL: not known */
        char *version; /* NULL: its labels name none */
        uint64_t size; /* bytes of its layers at the source; 0: not known */
        int64_t created;
};

/* A person's consent to exactly one image and exactly the plan that brings it, for a job to come. */
struct update_approval {
        char *image;   /* its digest, or its id where it has none; NULL: not approved */
        char *consent; /* hash of the plan (backend/io/digest.h) */
        int64_t given; /* seconds since the epoch */
        char *by;      /* who gave it; NULL: not known */
};

struct update {
        char *name;      /* of the service */
        char *reference; /* what is asked for: "registry.example.test:5000/rsyslog:8"; NULL: nothing */
        char *none;      /* why nothing can be asked, a sentence without a full stop; NULL */
        struct update_image installed;
        struct update_image newest; /* under the reference, when its source answered last */
        int64_t looked;             /* that answer, in seconds since the epoch; 0: never */
        int64_t tried;              /* the last question */
        int64_t found;              /* when this newest one was seen first */
        int64_t held;               /* it is not reported until then; 0: not held */
        struct update_approval approved; /* of any image: update_approved() says whether of this one */
        char *failed;               /* why the last question has no answer; NULL: it has one */
        bool here;                  /* the reference names a newer one in the engine, too */
        bool asking;                /* no answer yet */
};
struct update_list {
        struct update *items; /* by name */
        size_t n;
};
void update_done(struct update *update);
void update_copy(const struct update *from, struct update *to); /* replaces *to */
struct update_list *update_list_free(struct update_list *list);
DEFINE_CLEANUP(struct update_list, update_list_free)
/* The one of this service, or NULL. */
struct update *update_list_find(const struct update_list *list, const char *name);
/* An empty one behind the others, lent until the next. */
struct update *update_list_add(struct update_list *list);

/* Drops this one; those behind it move up. */
void update_list_remove(struct update_list *list, size_t at);

/* What can be asked about the service; *ret is the caller's. */
void update_of_service(const struct service *service, struct update *ret);

/* Takes over what was kept of this service, unless it is of another reference; what people decided (the hold,
 * the approval) stays in any case. */
void update_recall(struct update *update, const struct update *kept);
/* Takes over what people decided; an approval of another image than the newest goes. NULL: nothing. */
void update_decided(struct update *update, const struct update *kept);
void update_approval_done(struct update_approval *approval);
/* Of this image, by a plan whose consent has that hash; by: who gave it, NULL: not known. The image is the
 * newest from then on. */
void update_approve(struct update *update, const struct image_pin *pin, const char *consent, int64_t now,
                    const char *by);

/* The answer of the source: an image, or the reason why there is none. */
void update_answered(struct update *update, const struct image *image, int64_t now);
void update_failed(struct update *update, const char *reason, int64_t now);

/* What a newer image changes. */
struct update_detail {
        struct update update;
        struct label_changes labels;     /* of the command labels, word by word */
        char **findings, **fixed;        /* sentences of lint that are new, and that are gone */
        struct package_changes packages; /* where `unread` is NULL */
        char *unread;                    /* why packages are not compared, a sentence without a full stop */
        bool here;                       /* the engine has the newest image */
        struct trust *trust;             /* who signed the newest image; NULL: `unlooked` says why */
        char *unlooked;                  /* a sentence without a full stop */
};
struct update_detail *update_detail_free(struct update_detail *detail);
DEFINE_CLEANUP(struct update_detail, update_detail_free)

/* The detail in rows of a name and a text, of which bad ones need a look; an empty name goes on with the one
 * above. */
void update_detail_rows(const struct update_detail *detail, int64_t now,
                        void (*row)(const char *name, const char *text, bool bad, void *userdata),
                        void *userdata);

enum update_state update_state(const struct update *update);
/* There is a newer one, and it is not held. */
bool update_waits(const struct update *update, int64_t now);
/* There is a newer one, and it is the one that was approved. */
bool update_approved(const struct update *update);
/* It waits and is approved: `fairlead updates --apply` may begin its job. */
bool update_ready(const struct update *update, int64_t now);
/* The state as people read it: its name, or "held", or "approved". */
const char *update_state_word(const struct update *update, int64_t now);
