/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/widgets/pace.h"

int64_t pace_next(const struct pace *pace, int64_t now) {
        int64_t soon = now + PACE_TOGETHER_USEC, allowed = pace->due - (int64_t) pace->burst * pace->frame;
        return soon > allowed ? soon : allowed;
}

void pace_painted(struct pace *pace, int64_t now) {
        pace->due = (pace->due > now ? pace->due : now) + pace->frame;
}

void pace_key(struct pace *pace, int64_t now) {
        if (pace->due > now)
                pace->due = now;
}
