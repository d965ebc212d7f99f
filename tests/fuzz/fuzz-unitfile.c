/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any words as a RUN command: no value breaks out of its line. The text is read back as systemd reads it: the sections and
 * keys that we write, the single ones exactly once, and the words of the container's command as they went in. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "model/plan/unit-text.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const struct {
        const char *section, *key;
        bool once;
} keys[] = {
        { "[Unit]", "Description", true },          { "[Unit]", "X-Fairlead", true },
        { "[Unit]", "Wants", true },                { "[Unit]", "After", false },
        { "[Unit]", "Requires", false },            { "[Unit]", "RequiresMountsFor", false },
        { "[Container]", "Image", true },           { "[Container]", "ContainerName", true },
        { "[Container]", "GlobalArgs", false },     { "[Container]", "Environment", false },
        { "[Container]", "PodmanArgs", false },     { "[Container]", "Volume", false },
        { "[Container]", "Network", false },        { "[Container]", "Exec", false },
        { "[Service]", "Type", false },             { "[Service]", "NotifyAccess", false },
        { "[Service]", "Environment", false },      { "[Service]", "Delegate", false },
        { "[Unit]", "StartLimitIntervalSec", false }, { "[Unit]", "StartLimitBurst", false },
        { "[Service]", "RestartSec", false },       { "[Service]", "KillMode", false },
        { "[Service]", "Restart", true },
        { "[Service]", "TimeoutStartSec", true },   { "[Service]", "TimeoutStopSec", true },
        { "[Service]", "ExecStartPre", false },     { "[Service]", "ExecStart", false },
        { "[Service]", "ExecStop", false },         { "[Service]", "ExecStopPost", false },
        { "[Install]", "WantedBy", true },
};

/* systemd.service(5) "COMMAND LINES", as far as we write it. */
static char **split(const char *s) {
        char **words = strv_copy(NULL);
        while (*s) {
                while (*s == ' ')
                        s++;
                if (!*s)
                        break;
                struct str word = {};
                bool quoted = *s == '"';
                MUST(!(s[0] == ';' && (s[1] == ' ' || !s[1])));
                for (s += quoted; *s && *s != (quoted ? '"' : ' '); s++) {
                        MUST(quoted || !strchr("\"'\\$", *s));
                        if (*s == '\\') {
                                MUST(s[1] == '\\' || s[1] == '"');
                                s++;
                        } else if (*s == '$') {
                                MUST(s[1] == '$');
                                s++;
                        } else if (*s == '%' && s[1] == '%')
                                s++;
                        else if (*s == '%') {
                                MUST(s[1] && strchr("tNn", s[1]));      /* our own; it must not pass for a label's */
                                str_add_char(&word, '\1');
                                continue;
                        }
                        str_add_char(&word, *s);
                }
                if (quoted) {
                        MUST(*s == '"' && (s[1] == ' ' || !s[1]));
                        s++;
                }
                strv_take(&words, str_take(&word));
        }
        return words;
}

static void check_command(const char *value, const struct command *run, size_t skip) {
        char **words = split(value);
        size_t n = strv_length(words), arguments = strv_length(run->argv + run->operand) - skip;
        MUST(n >= arguments);
        MUST(strv_equal(words + n - arguments, run->argv + run->operand + skip));
        strv_free(words);
}

/* The rest of a line, for one of Quadlet's many keys: a word, or text that the generator quotes. */
static void check_line(const char *key, const char *value) {
        MUST(key[strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz6")] == '\0');
        MUST(*value && *value != ' ' && value[strlen(value) - 1] != ' ' && strcmp(value, ";") != 0);
        for (const char *c = value; *c; c++)
                if (strchr("%$", *c)) {
                        MUST(c[1] == *c);
                        c++;
                }
}

static void check_text(const struct unit_file *unit, const struct command *run) {
        unsigned seen[ELEMENTS(keys)] = {}, starts = 0;
        char *section = strdup("");
        char **lines = NULL;
        lines = strv_split(unit->text, "\n");
        for (char **line = lines; *line; line++) {
                size_t length = strlen(*line);
                for (const char *c = *line; *c; c++)
                        MUST((unsigned char) *c >= 0x20 && *c != 0x7f);
                MUST((*line)[length - 1] != '\\' && (*line)[0] != ' ');
                if ((*line)[0] == '#')
                        continue;
                if ((*line)[0] == '[') {
                        str_replace(&section, *line);
                        continue;
                }
                char *equals = strchr(*line, '=');
                MUST(equals);
                *equals = '\0';
                size_t k = 0;
                while (k < ELEMENTS(keys) && !(strcmp(keys[k].key, *line) == 0 && strcmp(keys[k].section, section) == 0))
                        k++;
                if (k == ELEMENTS(keys) && strcmp(section, "[Container]") == 0) {
                        check_line(*line, equals + 1);
                        continue;
                }
                MUST(k < ELEMENTS(keys));
                seen[k]++;
                if (strcmp(*line, "ExecStart") == 0) {
                        starts++;
                        check_command(equals + 1, run, 0);
                } else if (strcmp(*line, "Exec") == 0)
                        check_command(equals + 1, run, 1);
                else if (strncmp(*line, "Exec", 4) == 0 || strcmp(*line, "PodmanArgs") == 0 || strcmp(*line, "Environment") == 0) {
                        char **words = split(equals + 1);
                        bool ours = strcmp(section, "[Service]") == 0;
                        MUST(ours || (strv_length(words) == 1 && !strchr(words[0], '\1')));
                        strv_free(words);
                }
        }
        for (size_t k = 0; k < ELEMENTS(keys); k++)
                MUST(!keys[k].once || seen[k] == (strcmp(keys[k].section, "[Container]") != 0 || unit->kind == UNIT_QUADLET));
        MUST(starts == (unit->kind == UNIT_SERVICE));
        free(section);
        strv_free(lines);
}

/* Words stand between bytes of 0xff (which no word of ours can hold): options, image, arguments; the first one is the
 * description. */
static char **read_words(const uint8_t *bytes, size_t n, const char *engine, char **ret_description) {
        char **argv = strv_copy(NULL);
        strv_add(&argv, engine);
        strv_add(&argv, "run");
        struct str word = {};
        for (size_t i = 0; i <= n; i++) {
                if (i < n && bytes[i] != 0xff && bytes[i] != 0) {
                        str_add_char(&word, (char) bytes[i]);
                        continue;
                }
                char *text = str_take(&word);
                if (*ret_description)
                        strv_take(&argv, text);
                else
                        *ret_description = text;
        }
        str_done(&word);
        return argv;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        if (n < 1)
                return 0;
        bool docker = bytes[0] & 1;
        const struct host_facts facts = { .engine = docker ? ENGINE_DOCKER : ENGINE_PODMAN, .quadlet = bytes[0] & 2,
                                          .engine_version = bytes[0] & 16 ? "5.4.2" : NULL,
                                          .no_cgroups = bytes[0] & 4 };
        static char *environment[] = { (char *) "A=50% of $HOME", (char *) "B=\"\\", NULL };
        char *description = NULL, **argv = read_words(bytes + 1, n - 1, docker ? "docker" : "podman", &description);
        struct finding_list findings = {};
        struct command *run = command_read("RUN", argv, facts.engine, docker ? "/usr/bin/docker" : "/usr/bin/podman", &findings);
        {
                struct unit_file unit = {};
                struct error *e = NULL;
                int r = unit_file_make("web", description, run, bytes[0] & 8 ? run : NULL, environment, &facts, &unit, &e);
                if (r >= 0)
                        check_text(&unit, run);
                else
                        MUST(e && !unit.text);
                unit_file_done(&unit);
                error_free(e);
        }
        command_free(run);
        finding_list_done(&findings);
        strv_free(argv);
        free(description);
        return 0;
}
