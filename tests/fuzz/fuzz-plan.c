/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any labels, from a file of labels as anybody may hand one over, into plans: whatever is planned is said in full, what is permitted has no finding
 * that blocks, and a plan that was written as JSON is the same plan when it is read back: a job carries out what was shown. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/format/emit.h"
#include "base/str.h"
#include "model/plan/plan.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_findings(const struct plan *plan) {
        bool blocks = false;
        for (size_t i = 0; i < plan->findings.n; i++) {
                const struct finding *f = &plan->findings.items[i];
                const struct finding_kind *kind = finding_kind(f->id);
                MUST(kind && f->message && *f->message && f->where);
                MUST(!f->allowed || !kind->final);
                blocks = blocks || (f->severity == SEVERITY_BLOCK && !f->allowed);
        }
        MUST((plan_permitted(plan, NULL) >= 0) == !blocks);
}

static void check_round_trip(const struct plan *plan) {
        _cleanup_free_ char *text = emit_plan(plan), *consent = plan_consent_text(plan);
        MUST(text && consent);
        _cleanup_plan_ struct plan *again = NULL;
        _cleanup_error_ struct error *e = NULL;
        if (plan_parse(text, strlen(text), &again, &e) < 0) {
                _cleanup_free_ char *why = error_line(e);
                fprintf(stderr, "%s\n%s\n", why, text);
                abort();
        }
        _cleanup_free_ char *second = emit_plan(again), *same = plan_consent_text(again);
        MUST(strcmp(text, second) == 0 && strcmp(consent, same) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        _cleanup_image_ struct image *image = NULL;
        _cleanup_error_ struct error *e = NULL;
        if (image_parse_labels((const char *) bytes, n, &image, &e) < 0) {
                MUST(e && e->message && !image);
                return 0;
        }
        static const char *const arguments[] = { "an argument", "$NAME", "--x='y", NULL };
        static const struct host_facts facts = { .quadlet = true };
        for (int verb = 0; verb < _PLAN_VERB_MAX; verb++)
                for (int form = 0; form < 2 && verb != VERB_EDIT; form++) { /* that is of a unit, not of an image */
                        const struct plan_request request = {
                                .verb = verb, .image = image, .name = form ? "svc" : NULL, .label = "help", .opt = { "--a 'b c'", NULL, "$IMAGE" },
                                .arguments = form ? (char *const *) arguments : NULL, .facts = form ? &facts : NULL,
                        };
                        _cleanup_plan_ struct plan *plan = NULL;
                        _cleanup_error_ struct error *why = NULL;
                        if (plan_make(&request, &plan, &why) < 0) {
                                MUST(why && why->message && !plan);
                                continue;
                        }
                        check_findings(plan);
                        check_round_trip(plan);
                }
        return 0;
}
