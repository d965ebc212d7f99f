/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <dirent.h>
#include <errno.h>

#include "backend/format/profiles.h"
#include "base/readfile.h"
#include "base/str.h"
#include "tests/unit/source.h"

static struct profile *parse(const char *text) {
        struct profile *p = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_ok(profile_parse("/etc/fairlead/profiles.d/x.json", text, strlen(text), &p, &e), e);
        return p;
}

static void a_small_one_has_all_that_others_rely_on(void **state) {
        _cleanup_(profile_freep) struct profile *p = parse("{\"title\": \"T\"}");
        assert_string_equal(p->name, "x");
        assert_string_equal(p->source, "/etc/fairlead/profiles.d/x.json");
        assert_int_equal(p->n_modes, 1);
        assert_string_equal(p->modes[0].name, "default");
        assert_string_equal(p->modes[0].title, "T");
        assert_int_equal(p->n_parameters, 0);
        assert_string_equal(p->health_command, "unit");
        assert_int_equal(p->health_seconds, 10);

        _cleanup_(profile_freep) struct profile *label = NULL;
        assert_int_equal(profile_parse("label io.fairlead.profile of a/b.json", "{\"title\": \"T\"}", 14, &label, NULL), 0);
        assert_string_equal(label->name, "image");
}

static void everything_is_read(void **state) {
        static const char text[] =
                "{ \"x-comment\": [\"ignored\", {}],\n"
                "  \"title\": \"T\", \"help\": \"H\", \"match\": [\"a\", \"*/a\"],\n"
                "  \"modes\": [ { \"name\": \"one\", \"title\": \"One\", \"words\": [\"\", \"two words\"] },\n"
                "              { \"name\": \"two\", \"title\": \"Two\", \"help\": \"h\", \"parameters\": [\"tls\", \"port\"] } ],\n"
                "  \"parameters\": [\n"
                "    { \"name\": \"tls\", \"title\": \"TLS\", \"type\": \"boolean\", \"default\": true, \"deliver\": \"none\" },\n"
                "    { \"name\": \"port\", \"title\": \"Port\", \"type\": \"integer\", \"min\": 1, \"max\": 65535, \"default\": 514,\n"
                "      \"required\": true, \"deliver\": \"argv \\\"--port\\\"\", \"when\": { \"tls\": [true] } },\n"
                "    { \"name\": \"how\", \"title\": \"How\", \"type\": \"choice\", \"choices\": [\"a\", { \"value\": \"b\", \"title\": \"B!\" }],\n"
                "      \"deliver\": \"env HOW\", \"when\": \"tls=no\" },\n"
                "    { \"name\": \"only-one\", \"title\": \"1\", \"type\": \"host\", \"short\": true, \"suggest\": \"hostname\",\n"
                "      \"deliver\": \"variable X_1\", \"when\": \"mode=one\" },\n"
                "    { \"name\": \"pw\", \"title\": \"Password\", \"type\": \"secret\", \"deliver\": \"prompt [Pp]assword for \\\"x\\\": *$\" },\n"
                "    { \"name\": \"file\", \"title\": \"F\", \"type\": \"text\", \"pattern\": \"a+\", \"reason\": \"Only a\", \"deliver\": \"file /run/f\" },\n"
                "    { \"name\": \"rest\", \"title\": \"Rest\", \"type\": \"arguments\", \"deliver\": \"argv\" } ],\n"
                "  \"paths\": [\"/var/lib/a\"], \"health\": { \"exec\": [\"a\", \"\"], \"seconds\": 7 },\n"
                "  \"needs\": [\"/lib/x:/lib64/x\"], \"no-rehearsal\": true, \"host-command\": false }\n";
        _cleanup_(profile_freep) struct profile *p = parse(text);
        assert_int_equal(p->n_modes, 2);
        assert_string_equal(p->modes[0].words[0], "");
        assert_string_equal(p->modes[0].words[1], "two words");
        assert_int_equal(p->n_parameters, 7);

        const struct param *port = profile_param(p, "port"), *pw = profile_param(p, "pw");
        assert_int_equal(port->line, 7);
        assert_string_equal(port->initial, "514");
        assert_string_equal(port->target, "--port");
        assert_string_equal(port->when_name, "tls");
        assert_string_equal(port->when_values[0], "yes");
        assert_true(port->required);
        assert_int_equal(port->maximum, 65535);
        assert_string_equal(profile_param(p, "how")->choices[1].title, "B!");
        assert_string_equal(profile_param(p, "how")->when_values[0], "no");
        assert_int_equal(pw->delivery, DELIVER_PROMPT);
        assert_string_equal(pw->target, "[Pp]assword for \"x\": *$");
        assert_string_equal(profile_param(p, "rest")->target, "");
        assert_true(profile_param(p, "only-one")->short_name);

        /* mode=one took it away from the second mode, whose list did not have it, and left the first one all */
        assert_true(mode_asks(&p->modes[0], profile_param(p, "only-one")));
        assert_true(mode_asks(&p->modes[0], profile_param(p, "rest")));
        assert_false(mode_asks(&p->modes[1], profile_param(p, "only-one")));
        assert_true(mode_asks(&p->modes[1], port));
        assert_false(mode_asks(&p->modes[1], profile_param(p, "rest")));

        assert_string_equal(p->health_command, "exec");
        assert_int_equal(strv_length(p->health_argv), 2);
        assert_int_equal(p->health_seconds, 7);
        assert_string_equal(p->needs[0], "/lib/x:/lib64/x");
        assert_true(p->no_rehearsal);
}

#define PARAM(rest) "{\n\"title\": \"T\",\n\"parameters\": [\n{ \"name\": \"a\", \"title\": \"A\", " rest "\n}\n]\n}"
#define TEXT "\"type\": \"text\", "

static const struct {
        const char *text;
        unsigned line;
        const char *where, *reason;
} bad[] = {
        { "", 1, "", "" },
        { "{", 1, "", "" },
        { "{\n\"title\": \"T\",\n}", 3, "", "" },
        { "[]", 1, "", "list, not an object" },
        { "{}", 1, "", "\"title\" is missing" },
        { "{\n\"title\":\n7}", 3, "title", "number, not a text" },
        { "{\"title\": \"\"}", 1, "title", "1 to 80 bytes" },
        { "{\"title\": \"a\\u001bb\"}", 1, "title", "control characters" },
        { "{\"title\": \"a\\u0000b\"}", 1, "title", "control characters" },
        { "{\"title\": \"T\",\n\"tytle\": 1}", 2, "tytle", "no such member" },
        { "{\"title\": \"T\",\n\"match\": \"x\"}", 2, "match", "not a list" },
        { "{\"title\": \"T\",\n\"match\": [\"a\",\n\"\"]}", 3, "match[1]", "empty" },
        { "{\"title\": \"T\",\n\"paths\": [\"etc\"]}", 2, "paths[0]", "does not begin with /" },
        { "{\"title\": \"T\",\n\"paths\": [\"/a\",\n\"//\"]}", 3, "paths[1]", "whole host" },
        { "{\"title\": \"T\",\n\"paths\": [\"/a/../b\"]}", 2, "paths[0]", ".. in it" },
        { "{\"title\": \"T\",\n\"needs\": [\"/a:b\"]}", 2, "needs[0]", "does not begin with /" },
        { "{\"title\": \"T\",\n\"needs\": [\":\"]}", 2, "needs[0]", "not a path" },
        { "{\"title\": \"T\",\n\"modes\": []}", 2, "modes", "1 to 16 modes" },
        { "{\"title\": \"T\",\n\"modes\": {}}", 2, "modes", "1 to 16 modes" },
        { "{\"title\": \"T\",\n\"modes\": [{\"name\": \"a\", \"title\": \"x\",\n\"joins\": \"nis\"}]}", 3, "modes[0].joins", "no kind of realm" },
        { "{\"title\": \"T\",\n\"modes\": [{\"name\": \"a\", \"title\": \"x\",\n\"leave\": {\"title\": \"l\"}}]}", 3, "modes[0].leave", "in a mode that joins" },
        { "{\"title\": \"T\",\n\"modes\": [{\"name\": \"a\", \"title\": \"x\", \"joins\": \"ad\",\n\"leave\": {\"words\": [\"l\"]}}]}", 3,
          "modes[0].leave", "\"title\" is missing" },
        { "{\"title\": \"T\",\n\"modes\": [{\"name\": \"a\", \"title\": \"x\", \"joins\": \"ad\",\n\"leave\": {\"title\": \"l\",\n\"parameters\": [\"ghost\"]}}]}", 4,
          "modes[0].leave.parameters[0]", "no parameter \"ghost\"" },
        { "{\"title\": \"T\",\n\"modes\": [\n{\"name\": \"A b\", \"title\": \"x\"}]}", 3, "modes[0].name", "no name for a mode" },
        { "{\"title\": \"T\",\n\"modes\": [{\"name\": \"a\", \"title\": \"x\"},\n{\"name\": \"a\", \"title\": \"x\"}]}", 3,
          "modes[1].name", "two modes" },
        { "{\"title\": \"T\",\n\"modes\": [{\"name\": \"a\", \"title\": \"x\",\n\"parameters\": [\"ghost\"]}]}", 3,
          "modes[0].parameters[0]", "no parameter \"ghost\"" },
        { "{\"title\": \"T\",\n\"modes\": [{\"name\": \"a\", \"title\": \"x\",\n\"words\": [1]}]}", 3, "modes[0].words[0]",
          "number, not a text" },
        { "{\"title\": \"T\",\n\"parameters\": {}}", 2, "parameters", "at most 64" },
        { "{\"title\": \"T\",\n\"parameters\": [\n1]}", 3, "parameters[0]", "number, not an object" },
        { PARAM("\"deliver\": \"argv\""), 4, "parameters[0]", "\"type\" is missing" },
        { PARAM("\n\"type\": \"strong\""), 5, "parameters[0].type", "no type; there are text, secret" },
        { PARAM(TEXT "\"x\": 1,\n\"deliver\": \"argv\""), 4, "parameters[0].x", "no such member" },
        { PARAM(TEXT "\"required\": \"yes\""), 4, "parameters[0].required", "neither true nor false" },
        { PARAM(TEXT "\n\"min\": 1"), 4, "parameters[0]", "Only the type integer" },
        { PARAM("\"type\": \"integer\", \"min\": 5, \"max\": 1"), 4, "parameters[0]", "min is larger" },
        { PARAM("\"type\": \"integer\", \"min\": 1.5"), 4, "parameters[0].min", "not a whole number" },
        { PARAM("\"type\": \"integer\", \"min\": 1, \"default\":\n0"), 5, "parameters[0].default", "too small" },
        { PARAM("\"type\": \"choice\", \"deliver\": \"argv\""), 4, "parameters[0]", "list of 1 to 64 choices" },
        { PARAM("\"type\": \"choice\", \"choices\": [\"a\",\n\"a\"]"), 5, "parameters[0].choices[1]", "twice" },
        { PARAM("\"type\": \"choice\", \"choices\": [{\"title\": \"x\"}]"), 4, "parameters[0].choices[0]", "\"value\" is missing" },
        { PARAM("\"type\": \"choice\", \"choices\": [\"a\"], \"default\": \"b\""), 4, "parameters[0].default", "none of the choices" },
        { PARAM(TEXT "\"choices\": [\"a\"]"), 4, "parameters[0].choices", "Only the type choice" },
        { PARAM(TEXT "\"pattern\":\n\"(a*)*\\\\1\""), 5, "parameters[0].pattern", "back-references" },
        { PARAM(TEXT "\"pattern\": \"((a{1,99}){1,99}){1,99}\""), 4, "parameters[0].pattern", "repetitions" },
        { PARAM(TEXT "\"pattern\": \"a++++++++++++++++++++++++++\""), 4, "parameters[0].pattern", "at byte" },
        { PARAM(TEXT "\"deliver\": \"prompt a++++++++++++++++++++++++++\""), 4, "parameters[0].deliver", "at byte" },
        { PARAM(TEXT "\"pattern\": \"a+\", \"default\": \"b\""), 4, "parameters[0].default", "not of the form" },
        { PARAM("\"type\": \"secret\", \"default\": \"x\", \"deliver\": \"stdin\""), 4, "parameters[0].default", "neither default" },
        { PARAM("\"type\": \"secret\", \"deliver\": \"env X\""), 4, "parameters[0].deliver", "never delivered by env" },
        { PARAM("\"type\": \"secret\", \"deliver\": \"variable X\""), 4, "parameters[0].deliver", "never delivered by variable" },
        { PARAM(TEXT "\"help\": \"h\""), 4, "parameters[0]", "\"deliver\" is missing" },
        { PARAM(TEXT "\"deliver\":\n\"pigeon x\""), 5, "parameters[0].deliver", "none of argv, env" },
        { PARAM(TEXT "\"deliver\": \"argv a b\""), 4, "parameters[0].deliver", "one word" },
        { PARAM(TEXT "\"deliver\": \"argv 'a\""), 4, "parameters[0].deliver", "one word" },
        { PARAM(TEXT "\"deliver\": \"env 1X\""), 4, "parameters[0].deliver", "not the name of a variable" },
        { PARAM(TEXT "\"deliver\": \"variable IMAGE\""), 4, "parameters[0].deliver", "not the name of a variable" },
        { PARAM(TEXT "\"deliver\": \"file x\""), 4, "parameters[0].deliver", "absolute path" },
        { PARAM(TEXT "\"deliver\": \"file /a:/b\""), 4, "parameters[0].deliver", "absolute path" },
        { PARAM(TEXT "\"deliver\": \"prompt\""), 4, "parameters[0].deliver", "regular expression" },
        { PARAM(TEXT "\"deliver\": \"prompt (\""), 4, "parameters[0].deliver", "regular expression" },
        { PARAM(TEXT "\"deliver\": \"stdin x\""), 4, "parameters[0].deliver", "nothing to say after stdin" },
        { PARAM("\"type\": \"boolean\", \"deliver\": \"argv\""), 4, "parameters[0].deliver", "needs an option" },
        { PARAM(TEXT "\"deliver\": \"argv\",\n\"when\": {\"a\": \"x\"}"), 5, "parameters[0].when", "no parameter \"a\" before" },
        { PARAM(TEXT "\"deliver\": \"argv\", \"when\": {}"), 4, "parameters[0].when", "one member" },
        { PARAM(TEXT "\"deliver\": \"argv\", \"when\": \"x\""), 4, "parameters[0].when", "NAME=VALUE" },
        { PARAM(TEXT "\"deliver\": \"argv\", \"when\": \"mode=x\""), 4, "parameters[0].when", "no mode \"x\"" },
        { PARAM(TEXT "\"deliver\": \"argv\" },\n{ \"name\": \"a\""), 5, "parameters[1].name", "two parameters" },
        { PARAM(TEXT "\"deliver\": \"argv\" },\n{ \"name\": \"mode\""), 5, "parameters[1].name", "no name for a parameter" },
        { PARAM("\"type\": \"boolean\", \"deliver\": \"none\" },\n{ \"name\": \"b\", \"title\": \"B\", " TEXT
                "\"deliver\": \"argv\", \"when\":\n{\"a\": \"maybe\"}"), 6, "parameters[1].when", "never a value of a" },
        { PARAM("\"type\": \"secret\", \"deliver\": \"stdin\" },\n{ \"name\": \"b\", \"title\": \"B\", " TEXT
                "\"deliver\": \"argv\", \"when\": {\"a\": \"x\"}"), 5, "parameters[1].when", "hangs on a secret" },
        { PARAM(TEXT "\"deliver\": \"argv\",\n\"with\": \"a\""), 5, "parameters[0].with", "no parameter \"a\" before" },
        { PARAM("\"type\": \"secret\", \"deliver\": \"stdin\" },\n{ \"name\": \"b\", \"title\": \"B\", " TEXT
                "\"deliver\": \"argv\", \"with\": \"a\""), 5, "parameters[1].with", "hangs on a secret" },
        { PARAM(TEXT "\"deliver\": \"argv\",\n\"refuse\": {\"-x\": \"y\"}"), 5, "parameters[0].refuse", "Only the type arguments" },
        { PARAM("\"type\": \"arguments\", \"deliver\": \"argv\",\n\"refuse\": [\"-x\"]"), 5, "parameters[0].refuse", "wants an object" },
        { PARAM("\"type\": \"arguments\", \"deliver\": \"argv\",\n\"refuse\": {\"-x\": \"\"}"), 5, "parameters[0].refuse.-x", "1 to 256 bytes" },
        { "{\"title\": \"T\",\n\"health\": \"fine\"}", 2, "health", "\"unit\", or an object" },
        { "{\"title\": \"T\",\n\"health\": {\"exec\": []}}", 2, "health.exec", "no words" },
        { "{\"title\": \"T\",\n\"health\": {\"seconds\":\n0}}", 3, "health.seconds", "not within 1 and 3600" },
        { "{\"title\": \"T\",\n\"no-rehearsal\": 1}", 2, "no-rehearsal", "neither true nor false" },
};

static void a_bad_one_is_refused_with_file_line_and_reason(void **state) {
        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                _cleanup_error_ struct error *e = NULL;
                _cleanup_(profile_freep) struct profile *p = NULL;
                int r = profile_parse("/etc/x.json", bad[i].text, strlen(bad[i].text), &p, &e);
                _cleanup_free_ char *place = str_printf("/etc/x.json:%u: %s%s", bad[i].line, bad[i].where, *bad[i].where ? ": " : "");
                if (r != -EINVAL || p || !e || !str_starts(e->message, place) || !strstr(e->message, bad[i].reason)) {
                        print_error("%zu: %s\ngives %d: %s\nwanted %s …%s\n", i, bad[i].text, r, e ? e->message : "", place, bad[i].reason);
                        fail();
                }
        }
}

static void too_much_is_refused(void **state) {
        _cleanup_(profile_freep) struct profile *p = NULL;
        size_t n = PROFILE_BYTES_MAX + 1;
        char *large = malloc(n);
        memset(large, ' ', n);
        memcpy(large, "{\"title\": \"T\"}", 14);
        assert_int_equal(profile_parse("x", large, n, &p, NULL), -EINVAL);
        assert_int_equal(profile_parse("x", large, n - 1, &p, NULL), 0);
        free(large);

        _cleanup_str_ struct str deep = {};
        str_add(&deep, "{\"title\": \"T\", \"x-a\": ");
        for (int i = 0; i < 20; i++)
                str_add(&deep, "[");
        for (int i = 0; i < 20; i++)
                str_add(&deep, "]");
        str_add(&deep, "}");
        p = profile_free(p);
        assert_int_equal(profile_parse("x", deep.text, deep.length, &p, NULL), -EINVAL);

        _cleanup_str_ struct str many = {};
        str_add(&many, "{\"title\": \"T\", \"parameters\": [");
        for (unsigned i = 0; i <= PROFILE_PARAMETERS_MAX; i++)
                str_addf(&many, "%s{\"name\": \"p%u\", \"title\": \"P\", \"type\": \"text\", \"deliver\": \"argv\"}", i ? "," : "", i);
        str_add(&many, "]}");
        assert_int_equal(profile_parse("x", many.text, many.length, &p, NULL), -EINVAL);
}

static void those_we_ship_are_good(void **state) {
        _cleanup_free_ char *folder = str_printf("%s/data/profiles", source_root());
        DIR *d = opendir(folder);
        assert_non_null(d);
        unsigned n = 0;
        for (struct dirent *entry; (entry = readdir(d));) {
                if (!str_ends(entry->d_name, ".json"))
                        continue;
                _cleanup_free_ char *path = str_printf("%s/%s", folder, entry->d_name), *text = NULL;
                size_t length;
                _cleanup_error_ struct error *e = NULL;
                _cleanup_(profile_freep) struct profile *p = NULL;
                assert_ok(readfile(path, PROFILE_BYTES_MAX, &text, &length, &e), e);
                assert_ok(profile_parse(path, text, length, &p, &e), e);
                assert_non_null(p->match);
                assert_non_null(p->help);
                n++;
        }
        closedir(d);
        assert_true(n >= 5);
}

/* ---- the lab's image and the profile that is shipped for its like ---- */

/* The label as a Dockerfile's reader gives it: lines joined, quotes off. */
static struct profile *profile_of_label(const char *containerfile) {
        const char *begin = strstr(containerfile, "LABEL io.fairlead.profile='"), *end = begin ? strstr(begin, "\n}'") : NULL;
        assert_non_null(end);
        _cleanup_str_ struct str s = {};
        for (const char *c = strchr(begin, '{'); c < end + 2; c++)
                if (c[0] == '\\' && c[1] == '\n')
                        c++;
                else
                        str_add_bytes(&s, c, 1);
        return parse(s.text);
}

static void expect_same(const char *a, const char *b, const struct param *p, const char *what) {
        if (!str_equal(a, b))
                fail_msg("%s of %s is \"%s\" here and \"%s\" there", what, p->name, a ? a : "", b ? b : "");
}

/* Answers of one are answers of the other: names, meaning and words are the same. The image's installer knows more than realm has words for:
 * those parameters, by environment, only the label has; and a one-time password, which those of others take as an argument only. */
static void the_labs_image_asks_as_the_shipped_profile(void **state) {
        static const char *const by_otp[] = { "admin-user", "admin-password", "ipa-credentials", "ipa-ca", "ipa-force", NULL };
        _cleanup_free_ char *text = source_read("data/profiles/sssd.json", NULL), *containerfile = source_read("tests/lab.d/images/sssd/Containerfile", NULL);
        _cleanup_(profile_freep) struct profile *shipped = parse(text), *label = profile_of_label(containerfile);
        assert_int_equal(shipped->n_modes, label->n_modes);
        for (size_t i = 0; i < shipped->n_modes; i++) {
                assert_string_equal(shipped->modes[i].name, label->modes[i].name);
                assert_string_equal(shipped->modes[i].title, label->modes[i].title);
        }
        for (size_t i = 0; i < shipped->n_parameters; i++) {
                const struct param *a = &shipped->parameters[i], *b = profile_param(label, a->name);
                if (!b)
                        fail_msg("the label has no %s", a->name);
                expect_same(a->title, b->title, a, "title");
                assert_int_equal(a->type, b->type);
                if (strv_contains((char **) by_otp, a->name))
                        continue;
                expect_same(a->help, b->help, a, "help");
                expect_same(a->initial, b->initial, a, "default");
                expect_same(a->suggest, b->suggest, a, "suggest");
                expect_same(a->pattern, b->pattern, a, "pattern");
                expect_same(a->pattern_reason, b->pattern_reason, a, "reason");
                expect_same(a->when_name, b->when_name, a, "when");
                expect_same(a->with_name, b->with_name, a, "with");
                expect_same(a->target, b->target, a, "deliver");
                assert_int_equal(a->required, b->required);
                assert_int_equal(a->delivery, b->delivery);
                assert_int_equal(a->n_choices, b->n_choices);
                assert_int_equal(a->n_refusals, b->n_refusals);
        }
        assert_null(profile_param(shipped, "otp"));
        assert_null(profile_param(shipped, "ipa-otp"));
        size_t own = 0;
        for (size_t i = 0; i < label->n_parameters; i++) {
                const struct param *p = &label->parameters[i];
                if (profile_param(shipped, p->name))
                        continue;
                assert_int_equal(p->delivery, p->type == PARAM_SECRET ? DELIVER_STDIN : DELIVER_ENV);
                assert_int_equal(p->passed_on, p->type == PARAM_SECRET);
                own++;
        }
        assert_true(own > 0);
}

static const struct param *wanted(const struct profile *p, const char *name) {
        const struct param *found = profile_param(p, name);
        assert_non_null(found);
        return found;
}

static void refused(const struct param *p, const char *value, const char *message, const char *hint) {
        _cleanup_error_ struct error *e = NULL;
        assert_int_equal(param_check_with(p, value, NULL, NULL, &e), -EINVAL);
        if (!strstr(e->message, message) || (*hint && (!e->hint || !strstr(e->hint, hint))))
                fail_msg("%s \"%s\": %s (%s)", p->name, value, e->message, e->hint ? e->hint : "");
}

/* What goes together, what does not, and why: ipa-client-install would say it late, or not at all. */
static void wrong_options_of_a_join_are_refused_at_the_field(void **state) {
        _cleanup_free_ char *text = source_read("tests/lab.d/images/sssd/Containerfile", NULL);
        _cleanup_(profile_freep) struct profile *p = profile_of_label(text);
        refused(wanted(p, "ipa-server"), "ipa.example.test", "Server needs ipa-domain as well", "Fill in");
        assert_int_equal(param_check_with(wanted(p, "ipa-server"), "ipa.example.test", wanted(p, "ipa-domain"), "example.test", NULL), 0);
        refused(wanted(p, "ipa-server"), "10.0.0.1", "the name of the server, not its address", "");
        refused(wanted(p, "ipa-otp"), "once", "One-time password needs ipa-ca as well", "Fill in");
        refused(wanted(p, "ipa-hostname"), "Host1.example.test", "no capitals", "");
        refused(wanted(p, "ipa-hostname"), "host1", "no domain", "");
        refused(wanted(p, "ipa-realm"), "example.test", "written in capitals", "");
        refused(wanted(p, "ipa-domain"), "example", "single part", "");
        static const char *const words[] = { "--password=x", "-wx", "-w x", "--force", "-f", "--uninstall", "--server=a.b", "--keytab /x", "-S" };
        for (size_t i = 0; i < ELEMENTS(words); i++)
                refused(wanted(p, "ipa-options"), words[i], "is not to be said here", "");
        assert_int_equal(param_check(wanted(p, "ipa-options"), "--force-join --subid -d --kinit-attempts=9", NULL), 0);
        refused(wanted(p, "computer-name"), "ABCDEFGHIJKLMNOP", "1 to 15", "");
        refused(wanted(p, "computer-name"), "WEB-", "none of these at its ends", "");
        refused(wanted(p, "computer-ou"), "Linux", "no type such as OU=", "");
        refused(wanted(p, "ad-options"), "--one-time-password=x", "is not to be said here", "stored and shown");
        /* a keytab, a one-time password and an administrator exclude each other: only one of them is asked */
        _cleanup_(answers_freep) struct answers *a = new0(struct answers);
        static const struct {
                const char *value;
                bool principal, otp, keytab;
        } by[] = { { "password", true, false, false }, { "otp", false, true, false }, { "keytab", false, false, true } };
        for (size_t i = 0; i < ELEMENTS(by); i++) {
                answers_set(a, "ipa-credentials", by[i].value, "typed");
                assert_int_equal(param_applies(wanted(p, "ipa-principal"), p->parameters, p->n_parameters, a), by[i].principal);
                assert_int_equal(param_applies(wanted(p, "ipa-password"), p->parameters, p->n_parameters, a), by[i].principal);
                assert_int_equal(param_applies(wanted(p, "ipa-otp"), p->parameters, p->n_parameters, a), by[i].otp);
                assert_true(param_applies(wanted(p, "ipa-ca"), p->parameters, p->n_parameters, a));
                assert_int_equal(param_applies(wanted(p, "ipa-keytab"), p->parameters, p->n_parameters, a), by[i].keytab);
        }
}

/* What authors copy from must work. */
static void the_example_of_the_manual_is_good(void **state) {
        _cleanup_free_ char *text = source_read("data/profiles/README.md", NULL);
        _cleanup_error_ struct error *e = NULL;
        _cleanup_(profile_freep) struct profile *p = NULL;
        const char *start = strstr(text, "```json\n");
        assert_non_null(start);
        start += 8;
        const char *end = strstr(start, "```");
        assert_ok(profile_parse("README.md", start, (size_t) (end - start), &p, &e), e);
        assert_int_equal(p->n_parameters, 4);

        /* and each type and each way of delivery is in its tables */
        for (int i = 0; i < _PARAM_TYPE_MAX; i++) {
                _cleanup_free_ char *row = str_printf("\n| `%s` |", param_type_name((enum param_type) i));
                assert_non_null(strstr(text, row));
        }
        for (int i = 0; i < DELIVER_VOLUME; i++) {
                _cleanup_free_ char *row = str_printf("\n| `%s", delivery_name((enum delivery) i));
                assert_non_null(strstr(text, row));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_small_one_has_all_that_others_rely_on),
                cmocka_unit_test(everything_is_read),
                cmocka_unit_test(a_bad_one_is_refused_with_file_line_and_reason),
                cmocka_unit_test(too_much_is_refused),
                cmocka_unit_test(those_we_ship_are_good),
                cmocka_unit_test(the_example_of_the_manual_is_good),
                cmocka_unit_test(the_labs_image_asks_as_the_shipped_profile), cmocka_unit_test(wrong_options_of_a_join_are_refused_at_the_field),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
