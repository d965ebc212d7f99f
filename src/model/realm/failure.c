/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/realm/internal.h"

#include "base/feed.h"
#include "base/str.h"

#define UNKNOWN (&failure_rows[failure_rows_n - 1])
#define FAILURES_END UNKNOWN

/* ---- the lines that count ---- */

/* ipa-client-install undoes a failed join by its own uninstaller, between these lines; its reason may come
 * before or behind them. */
#define ROLLBACK_BEGINS "Installation failed. Rolling back changes."
#define ROLLBACK_ENDS "Client uninstall complete."
#define IPA_ENDS "The ipa-client-install command failed"

/* Lines that only say that it failed, the reason being in one above. */
static const char *const failure_phrases[] = {
        " ! Failed to join the domain",
        " ! Insufficient permissions to join the domain",
        " ! Running ipa-client-install failed",
        " ! Joining the domain ",
        "realm: Couldn't join realm:",
        "realm: Couldn't leave realm:",
};
static const char *const failure_openings[] = {
        " ! ",
        "adcli: ",
        "Joining realm failed: ",
        "Failed to join domain: ",
        "Kerberos authentication failed: ",
};

struct failure_lines {
        char *text;             /* all that count, each with its end */
        size_t n;
        char *last;             /* not empty */
        char *reason, *phrase;  /* the last of either; NULL */
        bool rolls_back;
};

static bool failure_begins(const char *line, const char *const *openings, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (str_starts(line, openings[i]))
                        return true;
        return false;
}

static void failure_keep(char **to, const char *line) {
        free(*to);
        *to = xstrdup(line);
}

static void failure_on_line(const char *text, const uint8_t *marks, size_t bytes, void *userdata) {
        struct failure_lines *l = userdata;
        if (str_starts(text, "fairlead: "))
                return;
        bool within = l->rolls_back;
        if (str_starts(text, ROLLBACK_BEGINS))
                within = l->rolls_back = true;
        else if (str_starts(text, ROLLBACK_ENDS))
                l->rolls_back = false;
        if (within)
                return;
        l->text = xreallocarray(l->text, l->n + bytes + 2, 1);
        memcpy(l->text + l->n, text, bytes);
        memcpy(l->text + l->n + bytes, "\n", 2);
        l->n += bytes + 1;
        if (failure_begins(text, failure_phrases, ELEMENTS(failure_phrases)))
                failure_keep(&l->phrase, text);
        else if (failure_begins(text, failure_openings, ELEMENTS(failure_openings)))
                failure_keep(&l->reason, text);
        else if (str_starts(text, IPA_ENDS) && !l->reason && l->last)
                failure_keep(&l->reason, l->last);
        if (text[strspn(text, " ")])
                failure_keep(&l->last, text);
}

static void failure_read(const struct failure_run *run, struct failure_lines *ret) {
        const struct feed_sink sink = { .line = failure_on_line, .userdata = ret };
        _cleanup_(feed_freep) struct feed *feed = feed_new(&sink);
        feed_write(feed, run->output, run->n);
        feed_flush(feed);
}

static void failure_lines_done(struct failure_lines *l) {
        FREE_ALL(l->text, l->last, l->reason, l->phrase);
}

/* The tool's reason without the marks that it begins with. */
static char *failure_quote(const struct failure_lines *l) {
        const char *line = l->reason ? l->reason : l->phrase;
        if (!line)
                return NULL;
        if (str_starts(line, " ! "))
                line += strlen(" ! ");
        else if (str_starts(line, "adcli: ") || str_starts(line, "realm: "))
                line += strlen("adcli: ");
        size_t n = strlen(line);
        while (n > 0 && strchr(" .", line[n - 1]))
                n--;
        return n > 0 ? xstrndup(line, n) : NULL;
}

/* ---- the rows ---- */

static bool failure_has(const struct failure_lines *l, const char *text) {
        return l->text && strstr(l->text, text) != NULL;
}

static bool failure_fits(const struct failure *f, const struct failure_run *run,
                         const struct failure_lines *l) {
        if (run->tool != TOOL_ANY && f->tool != TOOL_ANY && f->tool != run->tool)
                return false;
        if ((f->status && f->status != run->status) || (f->leaving && !run->leaves) ||
            (f->vague && l->reason))
                return false;
        for (size_t i = 0; i < ELEMENTS(f->texts) && f->texts[i]; i++)
                if (failure_has(l, f->texts[i]) && (!f->also || failure_has(l, f->also)))
                        return true;
        return false;
}

struct diagnosis failure_find(const struct failure_run *run) {
        const struct failure_facts *facts = run->facts;
        bool clock_off = facts && facts->clock_known &&
                         (facts->clock_usec >= CLOCK_FAIL_USEC || facts->clock_usec <= -CLOCK_FAIL_USEC);
        _cleanup_(failure_lines_done) struct failure_lines l = { 0 };
        failure_read(run, &l);
        const struct failure *found = UNKNOWN;
        for (const struct failure *f = failure_rows; f < UNKNOWN; f++)
                if (!f->goes_on && failure_fits(f, run, &l)) {
                        found = f;
                        break;
                }
        if (clock_off && !found->sure)
                return (struct diagnosis) { .failure = failure_of("clock") };
        return (struct diagnosis) { .failure = found,
                                    .clock_too = clock_off && !str_equal(found->id, "clock"),
                                    .quote = found->sure ? NULL : failure_quote(&l) };
}

size_t failure_warnings(const struct failure_run *run, const struct failure **ret, size_t room) {
        size_t count = 0;
        _cleanup_(failure_lines_done) struct failure_lines l = { 0 };
        failure_read(run, &l);
        for (const struct failure *f = failure_rows; f < UNKNOWN && count < room; f++)
                if (f->goes_on && failure_fits(f, run, &l))
                        ret[count++] = f;
        return count;
}

bool failure_kept_account(const char *output, size_t n) {
        static const char *const texts[] = { "! Failed to join the domain",
                                             "! Insufficient permissions to join the domain",
                                             "Couldn't delete computer account" };
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                if (memmem(output, n, texts[i], strlen(texts[i])))
                        return true;
        return false;
}

static void failure_on_enrolled(const char *text, const uint8_t *marks, size_t bytes, void *userdata) {
        enum realm_kind *kind = userdata;
        if (str_starts(text, "Enrolled in IPA realm ") || str_starts(text, "Unenrolling host failed"))
                *kind = REALM_IPA;
        else if (str_starts(text, "Unenrolling client from IPA server"))
                *kind = REALM_NONE;
        else if (str_starts(text, " * Created computer account: ") ||
                 str_starts(text, " * Set computer password"))
                *kind = REALM_AD;
        else if (str_starts(text, " * Deleted computer account"))
                *kind = REALM_NONE;
}

enum realm_kind failure_enrolled(const char *output, size_t n) {
        enum realm_kind kind = REALM_NONE;
        const struct feed_sink sink = { .line = failure_on_enrolled, .userdata = &kind };
        _cleanup_(feed_freep) struct feed *feed = feed_new(&sink);
        feed_write(feed, output, n);
        feed_flush(feed);
        return kind;
}

/* A wrong clock adds its skew after the sentence. */
const struct failure *failure_recorded(const char *id, const char *message) {
        for (const struct failure *f = failure_rows; message && f < UNKNOWN; f++)
                if (!f->goes_on && (!id || str_equal(id, f->id)) &&
                    (str_starts(message, f->message) || (f->former && str_starts(message, f->former))))
                        return f;
        return id ? failure_of(id) : NULL;
}

const struct failure *failure_of(const char *id) {
        for (size_t i = 0; i < failure_rows_n; i++)
                if (str_equal(failure_rows[i].id, id))
                        return &failure_rows[i];
        return NULL;
}
