/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Between the two halves of the fake engine: engine.c is the server, engine-answers.c knows what engines say. */

#include "base/str.h"
#include "tests/fake/engine.h"

#define RULES_MAX 16U

/* What is to be sent. The server puts a header before it. */
struct fake_answer {
        unsigned status;
        const char *type; /* constant; NULL: no Content-Type */
        struct str body;
        bool chunked;    /* a stream */
        bool hold;       /* stays open behind the body: events */
        struct str more; /* what is sent again and again behind the body */
        size_t repeat;   /* how often; SIZE_MAX: for ever */
};

struct fake_state {
        enum engine_kind kind;
        size_t images, containers;
        char **pulled;  /* references that a pull brought */
        char **removed; /* names of containers that were removed */
};

/* What a good engine says to "METHOD /path?query". */
void fake_answer_request(struct fake_state *state, const char *request, struct fake_answer *ret);

/* Turns a good answer bad, where the badness is in what is said and not in how it is sent. */
void fake_answer_spoil(struct fake_state *state, const char *request, const struct fake_rule *rule,
                       struct fake_answer *answer);

/* One event of the stream, as it goes over the line. */
void fake_answer_event(struct fake_state *state, const char *type, const char *action, struct str *ret);
