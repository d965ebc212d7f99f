# SPDX-License-Identifier: LGPL-2.1-or-later
# What the house's rule tests (tests/check-*.sh) share; they source it.
#
# Such a test defines
#   look             prints "FILE:LINE: SENTENCE" for each breach in the tree it stands in; $BUILD is the build folder, $PLANT empty or the NAME
#                    of what was planted, for a look that is slow
#   plant_NAME       (several) breaks a rule in the tree it stands in, a copy, and prints the pattern (ERE) of the breach that look must then find
# and ends in `house "$@"`. Arguments: [ROOT [BUILD]]. A rule whose plant goes unseen fails like a breach: a test that cannot fail is none.
set -euo pipefail
export LC_ALL=C.UTF-8

say() {         # FILE:LINE SENTENCE
        printf '%s: %s\n' "$1" "$2"
}

# Source files under the folders named: say what ends in .c or .h, in a fixed order.
sources() {
        find "$@" -type f -name '*.[ch]' | sort
}

# Takes back what a plant did to the copy: cheaper than a new one where there are many.
repair() {      # ROOT SCRATCH
        local f
        cd "$2/tree"
        rm -rf planted-build
        find . -type f -newer "$2/stamp" | while read -r f; do
                cp -p "$1/$f" "$f" 2>/dev/null || rm "$f"
        done
        find . -type f | sort | comm -23 "$2/files" - | while read -r f; do
                cp -p "$1/$f" "$f"
        done
}

house() {
        local root scratch before after pattern plant plants=0 bad=0
        root=$(realpath "${1:-.}")
        BUILD=$(realpath -m "${2:-$root/build}")
        cd "$root"
        scratch=$(mktemp -d)
        # shellcheck disable=SC2064
        trap "rm -rf '$scratch'" EXIT
        before=$scratch/before after=$scratch/after
        PLANT=
        look >"$before"
        mkdir "$scratch/tree"
        cp -pr README.md meson.build src ui backend data tests "$scratch/tree"
        (cd "$scratch/tree" && find . -type f | sort) >"$scratch/files"
        touch -d '1 second ago' "$scratch/stamp"
        for plant in $(compgen -A function plant_ | sort); do
                PLANT=${plant#plant_}
                pattern=$(cd "$scratch/tree" && "$plant")
                (
                        cd "$scratch/tree"
                        [ ! -d planted-build ] || BUILD=$PWD/planted-build
                        look
                ) >"$after"
                plants=$((plants + 1))
                if ! grep -vxFf "$before" "$after" | grep -qE -- "$pattern"; then
                        echo "${0##*/}: $PLANT was planted and not seen (nothing like: $pattern)"
                        bad=$((bad + 1))
                fi
                (repair "$root" "$scratch")
        done
        cat "$before"
        bad=$((bad + $(wc -l <"$before")))
        echo "${0##*/}: $plants planted breaches looked for, $bad to fix"
        [ "$bad" -eq 0 ]
}
