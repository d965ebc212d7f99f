#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# House rule: no list stands twice (verbs, options, exit statuses, findings, screens, steps), no example names a public registry, and a screen,
# a verb, a step of a job is one file that ends in one const table, which the list of its kind names. The design lies beside the project where
# it is developed ($SHARED); elsewhere its part is left out.
. "$(dirname "$0")/house.sh"

# Findings without a test yet, and such as nothing reports yet.
untested=''
unreported=''

# Verbs of the design that are not written yet; one that is there leaves this list.
unwritten='firstboot export seal trust updates'

# Verbs that the design does not list by name: they stand behind its "…".
unlisted='catalog reload unmask reset-failed rehearse prune freeze kill thaw reconfigure edit'

# Verbs with --json whose shape data/json.md does not describe yet.
undescribed=''

# Files beside the tables that several of them share: "FILE REASON".
no_table='
backend/worker/steps/steps.c names the others
'

# Functions that nothing in the product calls: such as tests look through, and such as wait for their caller (or for somebody to take them away).
for_tests='finding_list_find finding_kind_at lines_memory'
uncalled='jobs_plan fix_title label_change_text list_focus'

kinds_file=src/model/finding/kinds.c

# "ID SEVERITY[,final] LINE" of each row.
kinds() {
        awk '/^ +\{ "[a-z0-9-]+", SEVERITY_[A-Z]+,/ {
                        if (id) print id, severity, at
                        split($0, part, "\"")
                        id = part[2]
                        severity = tolower($3)
                        gsub(/severity_|,/, "", severity)
                        at = FNR
                }
                /\.final = true/ { severity = severity ",final" }
                END { if (id) print id, severity, at }' $kinds_file
}

look_findings() {
        local id line
        kinds | awk -v file=$kinds_file '$1 <= last { print file ":" $3 ": \"" $1 "\" is not in order; the table is sorted by id" } { last = $1 }'
        # Each is reported somewhere, and some test sees it.
        find src backend -name '*.c' ! -path src/model/finding/kinds.c -print0 | xargs -0 grep -hoE '"[a-z0-9-]+"' | tr -d '"' | sort -u >"$list"
        join -v 1 <(kinds | sort) "$list" | while read -r id _ line; do
                [[ " $unreported " == *" $id "* ]] || say "$kinds_file:$line" "\"$id\" is never reported"
        done
        find tests/unit tests/cases -type f -print0 | xargs -0 grep -hoE '[a-z0-9]+(-[a-z0-9]+)*' | sort -u >"$list"
        join -v 1 <(kinds | sort) "$list" | while read -r id _ line; do
                [[ " $untested " == *" $id "* ]] ||
                        say "$kinds_file:$line" "\"$id\" is in no test (tests/unit, tests/cases)"
        done
        # The id is the first text of the call, where it is a text.
        find src backend -name '*.c' | sort | xargs awk '
                /(finding|command|recipe)_report(_at)?\(/ { open = FNR; sub(/.*_report(_at)?\(/, "") }
                open && FNR > open + 2 { open = 0 }
                open && match($0, /"[^"]*"/) {
                        id = substr($0, RSTART + 1, RLENGTH - 2)
                        if (id ~ /^[a-z0-9-]+$/)
                                print id, FILENAME ":" FNR
                        open = 0
                }' | sort >"$list"
        join -v 1 "$list" <(kinds | sort) | while read -r id line; do
                say "$line" "\"$id\" is reported and not in $kinds_file"
        done
}

# "0 done" of each exit status: the number of the enum, the text of the table.
statuses() {
        awk 'match($0, /EXIT_[A-Z_]+ = [0-9]+,/) { split(substr($0, RSTART, RLENGTH - 1), part, " = "); number[part[1]] = part[2] }
                match($0, /^ +\[EXIT_[A-Z_]+\] = "/) { split($0, part, /[][]/); split($0, text, "\""); print number[part[2]], text[2] }' \
                src/cli/verb.h src/cli/verb.c
}

look_statuses() {
        local status
        [ "$(statuses | wc -l)" -eq 6 ] || say src/cli/verb.c:1 "exit_status_texts has $(statuses | wc -l) rows, not the 6 of the design"
        while read -r status; do
                grep -qE "[ ,]$status" README.md || say README.md:1 "does not say \"$status\" as exit_status_texts does"
                [ ! -e "$SHARED/DESIGN.md" ] || grep -qE "^## 10\\..*[ ,]$status" "$SHARED/DESIGN.md" ||
                        say src/cli/verb.c:1 "exit status $status is not that of the design, section 10"
        done < <(statuses)
}

verbs() {       # the names of the verbs that are in the table, of two words the first
        {
                grep -hoE '^ +\.name = "[a-z-]+[" ]' src/cli/verbs/*.c src/cli/verbs/images/*.c | cut -d '"' -f 2 | tr -d ' '
                grep -hoE 'ROW\(UNIT_[A-Z_]+, "[a-z-]+"' src/cli/verbs/unit-action.c | cut -d '"' -f 2
        } | sort -u
}

look_verbs() {
        local verb designed
        verbs >"$list"
        if [ -e "$SHARED/DESIGN.md" ]; then
                designed=$(sed -n '/^## 10\./,/^## 11\./p' "$SHARED/DESIGN.md" | sed -n '/^```$/,/^```$/p' | sed -E 's/start\|restart\|enable\|disable\|mask\|…/start   fairlead restart   fairlead enable   fairlead disable   fairlead mask/' |
                        grep -oE 'fairlead [a-z-]+' | cut -d ' ' -f 2 | sort -u)
                for verb in $designed; do
                        if grep -qx "$verb" "$list"; then
                                [[ " $unwritten " != *" $verb "* ]] || say tests/check-rules.sh:1 "\"$verb\" is written; take it off the list of unwritten verbs"
                        elif [[ " $unwritten " != *" $verb "* ]]; then
                                say src/verbs.c:1 "the design has a verb \"$verb\", the program has none"
                        fi
                done
                for verb in $unwritten $unlisted; do
                        grep -qx "$verb" <<<"$designed" || grep -qx "$verb" "$list" ||
                                say tests/check-rules.sh:1 "\"$verb\" is listed, and neither the design nor the program has it"
                done
                for verb in $(cat "$list"); do
                        grep -qx "$verb" <<<"$designed" || [[ " $unlisted " == *" $verb "* ]] ||
                                say src/verbs.c:1 "the program has a verb \"$verb\" that the design does not know"
                done
        fi
        # --json prints a shape that data/json.md describes.
        grep -lE '^ +\.json = true' src/cli/verbs/*.c src/cli/verbs/images/*.c | while read -r file; do
                verb=$(sed -nE 's/^ +\.name = "([a-z-]+).*/\1/p' "$file" | head -n 1)
                [ -n "$verb" ] || continue      # rows of a macro
                if grep -qE "^## (.*, )?$verb(,.*)?$" data/json.md; then
                        [[ " $undescribed " != *" $verb "* ]] || say tests/check-rules.sh:1 "data/json.md describes the shape of \"$verb\"; take it off the list of undescribed ones"
                else
                        [[ " $undescribed " == *" $verb "* ]] || say "$file:1" "\"$verb --json\" prints a shape that data/json.md does not describe"
                fi
        done
}

# KIND: the struct, the header that declares all of that kind, the file that lists them, and the folders.
look_tables() {
        local struct header lister file name row folders files
        while read -r struct header lister folders; do
                # shellcheck disable=SC2086 # several folders
                mapfile -t files < <(find $folders -maxdepth 1 -name '*.c' | sort)
                for file in "${files[@]}"; do
                        grep -q "^$file " <<<"$no_table" && continue
                        # The last definition in the file: one const struct, one row or several.
                        row=$(grep -nE '^[a-z].*[^;,]$|^[a-z].*= \{.*\};$' "$file" | tail -n 1)
                        name=$(sed -nE "s/^[0-9]+:const struct $struct ([a-z_]+)(\[[^]]*\])? = \{.*/\1/p" <<<"$row")
                        if [ -z "$name" ]; then
                                say "$file:${row%%:*}" "does not end in its const struct $struct"
                                continue
                        fi
                        [ "$(grep -cE "^const struct $struct " "$file")" -eq 1 ] || say "$file:1" "has more than one const struct $struct"
                        grep -qE "\b$name\b" "$header" || say "$file:${row%%:*}" "$name is not declared in $header"
                        grep -rqE "&$name\b" $lister || say "$file:${row%%:*}" "$name is nowhere in $lister"
                done
                sed -n "/^extern const struct $struct /,/;/p" "$header" | sed 's,/\*.*\*/,,' | grep -oE '\b[a-z_]+(_screen|_step|_steps|_verb|_verbs|_row)\b' | sort -u | while read -r name; do
                        grep -qE "^const struct $struct $name\b" "${files[@]}" || say "$header:$(grep -nw -m 1 "$name" "$header" | cut -d: -f1)" "$name is declared and in no file of $folders"
                done
        done <<'END'
screen_class ui/screens/screens.h ui ui/screens
step backend/worker/step.h backend/worker/steps/steps.c backend/worker/steps
verb src/cli/verbs/verbs.h src/verbs.c src/cli/verbs src/cli/verbs/images
END
        for file in $(awk 'NF > 1 { print $1 }' <<<"$no_table"); do
                [ -e "$file" ] || say tests/check-rules.sh:1 "$file is listed as one without a table and does not exist"
        done
}

# A public function is there for somebody: one that nothing in the product calls is dead, or its caller was forgotten.
look_uncalled() {
        {
                sources src ui backend | grep '\.h$'
                sources src ui backend | grep '\.c$'
        } | xargs awk -v spared="$(echo $for_tests $uncalled)" '
                BEGIN { n = split(spared, list, " "); for (i = 1; i <= n; i++) known[list[i]] = 1 }
                { header = FILENAME ~ /\.h$/ }
                # A declaration: not in a macro, not static, its name before the first bracket.
                header && /^[a-z].*[ *][a-z_0-9]+\(/ && !/^(typedef|static|enum|extern)/ {
                        head = $0
                        sub(/\(.*/, "", head)
                        sub(/.*[ *]/, "", head)
                        place[head] = FILENAME ":" FNR
                        head = ""
                        next
                }
                # Its definition.
                !header && /^[a-z].*[ *][a-z_0-9]+\(/ && !/[;=]/ {
                        head = $0
                        sub(/\(.*/, "", head)
                        sub(/.*[ *]/, "", head)
                        if (!(head in place))
                                head = ""
                }
                header && !/^#define|^DEFINE|^static|^[ \t]/ { next }
                {
                        line = $0
                        while (match(line, /[a-z_][a-z_0-9]*/)) {
                                word = substr(line, RSTART, RLENGTH)
                                if (word != head)
                                        used[word] = 1
                                line = substr(line, RSTART + RLENGTH)
                        }
                        if (!header)
                                head = /^[a-z].*\($/ ? head : ""
                }
                END {
                        for (name in place)
                                if (!(name in used) && !(name in known))
                                        print place[name] ": nothing calls " name "(); delete it, or say why it is there in check-rules.sh"
                        for (name in known)
                                if (!(name in place))
                                        print "tests/check-rules.sh:1: " name "() is listed as uncalled and does not exist"
                }' | sort
}

# No list stands twice: where many names of a table stand together in another file, that file has a list of its own, which will drift.
# The names are read from standard input, one a line. KIND, how many within ten lines are a list, PREFIX SUFFIX that a name has there, and the files
# that may have it.
twice() {
        local kind=$1 limit=$2 prefix=$3 suffix=$4 names
        shift 4
        names=$(tr '\n' '|')
        find src ui backend data README.md -type f \( -name '*.[ch]' -o -name '*.md' \) | sort | grep -vxF "$(printf '%s\n' "$@")" |
                xargs awk -v kind="$kind" -v limit="$limit" -v prefix="$prefix" -v pattern="$prefix(${names%|})$suffix" '
                        FNR == 1 { split("", seen); reported = 0 }
                        {
                                for (rest = $0; match(rest, pattern); rest = substr(rest, RSTART + RLENGTH - 1))
                                        seen[substr(rest, RSTART, RLENGTH)] = FNR
                                n = 0
                                for (name in seen)
                                        n += seen[name] > FNR - 10
                                if (n >= limit && !reported++)
                                        print FILENAME ":" FNR ": has a list of " kind " of its own; print it from their table"
                        }'
}

look_twice() {
        # src/atomic-words.c translates the verbs of another tool, src/plain.c offers some of ours; engines, plans, units and actions of screens have names of their own.
        verbs | twice verbs 6 '"' '"' src/atomic-words.c src/plain.c src/cli/verbs/unit-action.c src/model/command/options.c src/model/plan/plan.[ch] src/model/service/unit.c ui/widgets/action.c
        sed -nE 's/^ +\[OPTION_[A-Z_0-9]+\] = \{ "([a-z0-9-]+)".*/\1/p' src/cli/arguments.c | sort -u | twice options 7 '--' '[^a-z]' src/cli/arguments.c README.md
        statuses | twice 'exit statuses' 3 '' '' README.md
        kinds | cut -d ' ' -f 1 | twice findings 8 '["`]' '["`]' $kinds_file
        sed -nE 's/^const struct screen_class ([a-z_]+) =.*/\1/p' ui/screens/*.c | twice screens 8 '&' '[^a-z]' ui/screens/parts/places.c
        sed -nE 's/^const struct step ([a-z_]+) =.*/\1/p' backend/worker/steps/*.c | twice steps 8 '&' '[^a-z]' backend/worker/steps/steps.c
}

# Examples name registries that nobody can run (RFC 6761's .test): a reader who copies one must not pull from whoever took that name. Debian's
# package docker.io and the host that Docker writes before a short name are the exceptions; the letters in brackets keep this line from finding itself.
look_registries() {
        grep -rnIiE '\b(qu[a]y\.io|gh[c]r\.io|g[c]r\.io|m[c]r\.microsoft\.com|registry\.(access\.)?red[h]at\.|registry\.fedora[p]roject\.)' \
                --exclude-dir=corpus README.md data src ui backend tests |
                sed -E 's/^([^:]*:[0-9]+):.*/\1: names a public registry; take one below example.test/' || true
}

list=$(mktemp)
look() {
        : "${SHARED:=$root/../shared}"
        # A plant is named after the half that must see it.
        case $PLANT in
        finding_*) look_findings ;;
        status_*) look_statuses ;;
        verb_*) look_verbs ;;
        table_*) look_tables ;;
        call_*) look_uncalled ;;
        twice_*) look_twice ;;
        registry_*) look_registries ;;
        *)
                look_findings
                look_statuses
                look_verbs
                look_tables
                look_uncalled
                look_twice
                look_registries
                ;;
        esac
}

plant_finding_unsorted() { sed -i 's/"label-long", SEV/"zabel-long", SEV/' src/model/finding/kinds.c; echo 'kinds.c:[0-9]+: "late-option" is not in order|"label-too-long" is not in order'; }
plant_finding_unknown_id() { echo 'static int f(void) { return finding_report(NULL, "wet-floor", "x", "y"); }' >>src/model/command/lint.c; echo 'src/model/command/lint.c:[0-9]+: "wet-floor" is reported and not in'; }
plant_finding_unreported() { sed -i 's/"label-long"/"no-label"/' src/model/*/*.c; sed -i '0,/"no-label", SEVERITY_WARN/s//"label-long", SEVERITY_WARN/' src/model/finding/kinds.c; echo '"label-long" is never reported'; }
plant_finding_untested() { grep -rlw label-long tests/unit tests/cases | xargs sed -i 's/label-long/no-label/g'; echo '"label-long" is in no test'; }
plant_call_none() { printf '\n/* x */\nint str_turn(struct str *s);\n' >>src/base/str.h; printf '\nint str_turn(struct str *s) {\n        return 0;\n}\n' >>src/base/str.c; echo 'src/base/str.h:[0-9]+: nothing calls str_turn'; }
plant_call_known() { sed -i 's/lines_memory(/lines_look(/' src/model/job/lines.h src/model/job/lines.c; echo 'lines_memory\(\) is listed as uncalled and does not exist'; }
plant_status_number() { sed -i 's/EXIT_BUSY = 5/EXIT_BUSY = 6/' src/cli/verb.h; echo 'README.md:1: does not say "6 busy"'; }
plant_status_readme() { sed -i 's/1 failed/1 usage/' README.md; echo 'README.md:1: does not say "1 failed"'; }
plant_twice_verbs() { echo 'static const char *const x[] = { "images", "show", "lint", "plan", "jobs", "start" };' >>src/app.c; echo 'src/app.c:[0-9]+: has a list of verbs'; }
plant_twice_options() { echo 'static const char x[] = "[--name N] [--set P=V] [--yes] [--json] [--detach] [--mode M] [--allow F]";' >>src/cli/verbs/install.c; echo 'install.c:[0-9]+: has a list of options'; }
plant_twice_statuses() { echo 'static const char x[] = "0 done, 1 failed, 2 usage";' >>src/help.c; echo 'src/help.c:[0-9]+: has a list of exit statuses'; }
plant_twice_findings() { printf '| `%s` | x |\n' late-option label-long no-label name-taken host-command bad-reference lost-label empty-mount >>data/json.md; echo 'data/json.md:[0-9]+: has a list of findings'; }
plant_twice_screens() { echo 'static const void *x[] = { &services_screen, &images_screen, &image_screen, &wizard_screen, &job_screen, &jobs_screen, &log_screen, &unit_screen, };' >>src/manual.c; echo 'src/manual.c:[0-9]+: has a list of screens'; }
plant_twice_steps() { echo 'static const void *x[] = { &changes_step, &command_step, &commit_step, &pull_step, &health_step, &prepare_step, &remove_step, &unit_step, };' >>backend/worker/operations.c; echo 'operations.c:[0-9]+: has a list of steps'; }
plant_verb_shape() { sed -i 's/^## plan$/## plans/' data/json.md; echo 'src/cli/verbs/plan.c:1: "plan --json" prints a shape'; }
plant_registry_example() { echo '/* As in qu''ay.io/team/svc. */' >>src/app.c; echo 'src/app.c:[0-9]+: names a public registry'; }
plant_table_two_tables() { sed 's/jobs_verb/other_verb/' src/cli/verbs/jobs.c >x && sed -n '/^const struct verb/,$p' x >>src/cli/verbs/jobs.c; echo 'src/cli/verbs/jobs.c:1: has more than one const struct verb'; }
plant_table_late_function() { printf '\nint late(void) {\n        return 0;\n}\n' >>backend/worker/steps/pull.c; echo 'backend/worker/steps/pull.c:[0-9]+: does not end in its const struct step'; }
plant_table_no_table() { sed '/^const struct screen_class/,$d' ui/screens/help.c >x && mv x ui/screens/help.c; echo 'ui/screens/help.c:[0-9]+: does not end in its'; }
plant_table_unlisted_verb() { sed -i '/&jobs_verb,/d' src/verbs.c; echo 'src/cli/verbs/jobs.c:[0-9]+: jobs_verb is nowhere in src/verbs.c'; }
plant_table_undeclared_step() { sed -i 's/health_step, //' backend/worker/step.h; echo 'backend/worker/steps/health.c:[0-9]+: health_step is not declared'; }
plant_table_empty_declaration() { sed -i 's/health_step, /health_step, wealth_step, /' backend/worker/step.h; echo 'backend/worker/step.h:[0-9]+: wealth_step is declared and in no file'; }
if [ -e "${SHARED:-${1:-.}/../shared}/DESIGN.md" ]; then
        plant_verb_missing_verb() { sed -i 's/"jobs"/"tasks"/' src/cli/verbs/jobs.c; echo 'the design has a verb "jobs", the program has none'; }
        plant_verb_unknown_verb() { sed -i 's/"jobs"/"tasks"/' src/cli/verbs/jobs.c; echo 'the program has a verb "tasks" that the design does not know'; }
        if [ -n "$unwritten" ]; then
                plant_verb_written_verb() { sed -i "s/\"jobs\"/\"${unwritten##* }\"/" src/cli/verbs/jobs.c; echo "\"${unwritten##* }\" is written; take it off"; }
        fi
fi

house "$@"
