# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# What can be said of packages without a host. $built holds them, $work is a scratch folder; checks count by tests/e2e/lib.sh.

look_all() {
        try "a build in another folder, at another time, in another place on earth has the same bytes" look_again || true
        check "lintian has nothing to say" look_lintian
        dpkg-deb -x "$(package_file fairlead)" "$work/root"
        check "its programs are hardened" tests/hardening "$work/root/usr/bin/fairlead" "$work/root/usr/libexec/fairlead/fairlead-worker" \
                "$work/root/usr/libexec/fairlead/fairlead-realmd" "$work/root/usr/libexec/fairlead/fairlead-pam"
        check "no package has a megabyte and a half" look_sizes
        check "its version is that of the programs" test "$(dpkg-deb -f "$(package_file fairlead)" Version)" = \
                "$(zcat "$work/root/usr/share/man/man8/fairlead.8.gz" | sed -n 's/^\.TH FAIRLEAD 8 "" "fairlead \(.*\)"$/\1/p')"
        look_files
        try "a new user installs it in a pristine $HOST" look_fresh || true
        [ "$HOST" != bookworm ] || check "rpmbuild makes the RPM, and rpmlint finds no error" look_rpm
}

# package_file NAME: the file of the package that was built.
package_file() {
        echo "$built/$1"_[0-9]*.deb
}

# Without ccache, which would give back what the first build made.
look_again() {
        local file other=$work/again
        mkdir -p "$other"
        cp -a build-pack/source "$other/some-other-name"
        # shellcheck disable=SC2016
        build_run "$HOST" "$other" env CCACHE_DISABLE=1 TZ=Pacific/Kiritimati LC_ALL=C sh -c \
                'umask 027; cd some-other-name && DEB_BUILD_OPTIONS=parallel=$(nproc) exec nice dpkg-buildpackage -us -uc -b' >"$work/again.log" 2>&1 || {
                tail -n 30 "$work/again.log"
                return 1
        }
        for file in "$built"/*.deb; do
                cmp "$file" "$other/${file##*/}" || return
        done
}

look_lintian() {
        build_run "$HOST" "$built" sh -c 'lintian --allow-root --fail-on error,warning --pedantic --display-info *.changes'
}

look_sizes() {
        [ -z "$(find "$built" -name 'fairlead*.deb' ! -name '*dbgsym*' -size +1500k)" ] || ls -l "$built"
}

# What people look for under its name.
look_files() {
        local file
        for file in usr/bin/fairlead usr/libexec/fairlead/fairlead-{worker,realmd,pam,ipa-client} \
                usr/share/fairlead/profiles/sssd.json usr/share/doc/fairlead/{copyright,json.md,findings.md,trouble.md} usr/share/man/man8/fairlead.8.gz \
                usr/share/bash-completion/completions/fairlead.bash usr/share/zsh/vendor-completions/_fairlead \
                usr/share/fish/vendor_completions.d/fairlead.fish; do
                check "the package has $file" test -s "$work/root/$file"
        done
        check "the boot wants its unit" look_wanted
        check "the name atomic is in the other package" test "$(dpkg-deb -c "$(package_file fairlead-atomic)" | grep -c 'usr/bin/atomic -> fairlead$')" = 1
}

look_wanted() {
        local link
        link=$(find "$work/root" -path '*/multi-user.target.wants/fairlead-resume.service')
        [ -n "$link" ] && [ -f "$link" ]
}

# By the line of the README; apt brings the engine.
look_fresh() {
        local line
        line=$(readme_install) || return
        fresh_root_make "$HOST"
        ROOM_NET=yes room "$(fresh_root "$HOST")" "$built" bash -s "$line" <tests/package.d/new-user
}

# The macros that a distribution with RPM has, as far as the spec uses them.
look_rpm() {
        local rpm=$work/rpm name
        name=fairlead-$(sed -n 's/^Version: *//p' data/rpm/fairlead.spec)
        mkdir -p "$rpm"/{SOURCES,SPECS}
        tar -C build-pack/source --transform "s,^\.,$name," -czf "$rpm/SOURCES/$name.tar.gz" .
        cp data/rpm/fairlead.spec "$rpm/SPECS"
        cp tests/package.d/rpm-macros tests/package.d/rpmlint.toml "$rpm"
        build_run "$HOST" "$rpm" rpmbuild --nodeps --load /build/rpm-macros --define '_topdir /build' -bb SPECS/fairlead.spec >"$work/rpm.log" 2>&1 || {
                tail -n 30 "$work/rpm.log"
                return 1
        }
        build_run "$HOST" "$rpm" sh -c 'rpmlint --strict --config rpmlint.toml SPECS/fairlead.spec $(find RPMS -name "*.rpm")' >"$work/rpmlint.log" 2>&1 || {
                cat "$work/rpmlint.log"
                return 1
        }
}
