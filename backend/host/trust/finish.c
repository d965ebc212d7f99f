/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a look at an image's signatures needs at each of its steps, and its end. */
#include <sys/stat.h>

#include "backend/host/trust/internal.h"

void trust_look_note(struct trust_look *l, struct error *e) {
        if (e)
                strv_take(&l->trust->notes, error_line(e));
        error_free(e);
}

int trust_look_folder(struct trust_look *l, struct error **reterr) {
        if (l->folder)
                return 0;
        (void) mkdir(l->backend->paths.run, 0755);
        l->folder = str_printf("%s/trust-XXXXXX", l->backend->paths.run);
        if (mkdtemp(l->folder))
                return 0;
        str_replace(&l->folder, "/tmp/fairlead-trust-XXXXXX");
        if (mkdtemp(l->folder))
                return 0;
        int r = -errno;
        l->folder = (free(l->folder), NULL);
        return error_errno(reterr, r, "Signatures cannot be checked: there is no folder for it");
}

const struct trust_need *trust_look_need(const struct trust_look *l, enum trust_kind kind) {
        for (size_t i = 0; i < l->trust->rule.n; i++)
                if (l->trust->rule.needs[i].kind == kind)
                        return &l->trust->rule.needs[i];
        return NULL;
}

void trust_look_end(struct trust_look *l) {
        struct trust *trust = l->error ? NULL : TAKE(l->trust);
        struct error *e = TAKE(l->error);
        op_end(&l->op);
        l->done(trust, e, l->userdata);
}

static const struct trust_signature *trust_look_signer(const struct trust_signature *items, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (items[i].finding == SIGNATURE_GOOD || items[i].finding == SIGNATURE_CLAIMED)
                        return &items[i];
        return NULL;
}

void trust_look_compare(struct trust_look *l) {
        const struct trust_signature *new = trust_look_signer(l->trust->signatures, l->trust->n_signatures),
                                     *old = l->other ? trust_look_signer(l->others, l->n_others) : new;
        if (l->trust->service && new && old && new->key && old->key)
                l->trust->same = str_equal(new->key, old->key) ? SAME_YES : SAME_NO;
        trust_look_end(l);
}
