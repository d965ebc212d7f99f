#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# House rule: the terms of the field (systemd.unit(5), podman(1), realm(8), sssd.conf(5), git), not words that an administrator would have to translate
# back: in the code, its comments, what the program prints, documents, tests and the screens they expect. Also within names: tell_plan, on_rung.
. "$(dirname "$0")/house.sh"

# KEY@ERE, case does not count, no letter may stand before or after it@WHAT THE FIELD SAYS.
words() {
        cat <<'END'
mend@mend(s|ed|ing)?@repair or fix
tell@tells?|telling|told@report, print, log or show
weigh@weigh(s|ed|ing)?@estimate
condemn@condemn(s|ed|ing)?@remove, to remove
suspects@suspects?@candidates
rung@(on_)?rungs?@escalation
take-up@(take|takes|took|taken|taking)[ _]?up@resume
in-the-way@in[ _]the[ _]way@an error, a failed check
put-right@(put|puts|putting)[ _]right@fix, an error
bear@bears?|bore|borne@tolerates, has
put-back@(put|puts|putting)[ _](it |them |everything |all |its files |the files )?back@restore, roll back
static-name@lasting name@static host name
login@safety net@local login
locks@others at work@package locks
maintainer@who makes (it|the image)@the image's maintainer
consent@nobody (has )?consented@nothing was done; add --yes
clock@kerberos bears|clocks? ahead by@clock skew
hold@hold_(is|only|name|for)|struct hold@pin
later@later_(new|free|call)|struct later@defer
notice@notice_(new|free|add)|struct notice@inotify
words@needs more words|has no words for@missing argument
END
}

# Where a word is right, or not replaced yet (the list only gets shorter): "KEY PATH-PREFIX".
spared='
bear src/model/
'

files() {
        find src ui backend data README.md tests -type f \( -name '*.[ch]' -o -name '*.md' -o -name '*.sh' -o -name '*.screen' -o -name '*.keys' -o -name '*.build' -o -perm -u+x \) \
                ! -path tests/check-words.sh ! -path 'tests/lab.d/images/*' ! -path 'tests/fixtures/*' ! -path 'tests/fuzz/corpus/*' | sort
}

look() {
        local key pattern right all
        all=$(mktemp)
        files >"$all"
        while IFS=@ read -r key pattern right; do
                # shellcheck disable=SC2046 # prefixes are words of their own
                xargs -a "$all" grep -HniE "(^|[^a-z])($pattern)(\$|[^a-z])" |
                        grep -v $(printf -- '-e ^%s ' nowhere $(sed -n "s/^$key //p" <<<"$spared")) |
                        sed -E "s|^([^:]*:[0-9]+):.*|\1: \"$key\" is not the word of the field: $right|" || true
        done < <(words)
        rm "$all"
}

plant_comment() { echo '/* Tells who waits. */' >>src/cli/out.c; echo 'src/cli/out.c:[0-9]+: "tell"'; }
plant_name() { echo 'static int on_rung;' >>src/cli/out.c; echo 'src/cli/out.c:[0-9]+: "rung"'; }
plant_message() { echo 'static const char x[] = "1 in the way";' >>ui/ui.c; echo 'ui/ui.c:[0-9]+: "in-the-way"'; }
plant_document() { echo 'It is put back.' >>data/json.md; echo 'data/json.md:[0-9]+: "put-back"'; }
plant_screen() { echo 'Safety net' >>tests/ui/join.screen; echo 'tests/ui/join.screen:[0-9]+: "login"'; }
plant_script() { echo '# mended' >>tests/house.sh; echo 'tests/house.sh:[0-9]+: "mend"'; }
plant_inside() { echo 'static int plan_told;' >>src/verbs.c; echo 'src/verbs.c:[0-9]+: "tell"'; }

house "$@"
