# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the packages do to a host that lives: its services and jobs go on, whatever happens to the package.

DEBS=/root/debs

host_all() {
        ! host test -e /usr/bin/fairlead || tests/lab reset "$HOST"
        step "the packages reach the host" host_put_debs
        host mkdir -p /etc/fairlead
        host sh -c 'printf "[jobs]\nkeep = 50\n" >/etc/fairlead/fairlead.conf'
        before=$work/before
        host_tree >"$before"
        host_first
        host_upgraded
        host_removed
        host_purged
        host_back
        host_atomic
}

# The same packages with an older number: dpkg knows a version from another by that alone.
host_put_debs() {
        local file old=$work/old
        mkdir -p "$old"
        file=$(package_file fairlead)
        dpkg-deb --raw-extract "$file" "$old/tree"
        sed -i 's/^Version: .*/Version: 0.1.0/' "$old/tree/DEBIAN/control"
        dpkg-deb --root-owner-group --build -Znone "$old/tree" "$old/fairlead_0.1.0.deb"
        mkdir -p "$old/atomic/DEBIAN" "$old/atomic/usr/bin"
        echo 'of somebody else' >"$old/atomic/usr/bin/atomic"
        printf '%s\n' 'Package: atomic' 'Version: 1.22' 'Architecture: all' 'Maintainer: Somebody <somebody@example.com>' \
                'Description: another that has this name' >"$old/atomic/DEBIAN/control"
        dpkg-deb --root-owner-group --build -Znone "$old/atomic" "$old/atomic_1.22.deb"
        tests/lab put "$HOST" "$file" "$(package_file fairlead-atomic)" "$old/fairlead_0.1.0.deb" "$old/atomic_1.22.deb" $DEBS
}

# There is no archive in reach of the host, so this also shows that all it depends on is there.
host_apt() {
        host env DEBIAN_FRONTEND=noninteractive sh -c "cd $DEBS && exec apt-get -y -o Dpkg::Use-Pty=0 \"\$@\"" apt "$@"
}

# The run of a unit that is the same as long as nobody stops it.
host_run_of() {
        host systemctl show --value -p ActiveState -p InvocationID -p MainPID "$1" | tr '\n' ' '
}

host_container_of() {
        host podman inspect -f '{{.Id}} {{.State.StartedAt}} {{.State.Running}}' "$1"
}

host_first() {
        check_status "apt installs 0.1.0" 0 host_apt install ./fairlead_0.1.0.deb
        check "the programs run" host fairlead services
        check "the boot resumes a job that went down with the host" host sh -c 'systemctl daemon-reload && systemctl list-dependencies --plain multi-user.target | grep -q fairlead-resume.service'
        check_not "and starts nothing now" host systemctl is-active --quiet fairlead-resume.service
        check_status "a service is installed" 0 host fairlead install rsyslog --mode local --yes
        check "it runs" until_true 20 host systemctl is-active --quiet rsyslog.service
}

host_upgraded() {
        local unit container worker
        unit=$(host_run_of rsyslog.service)
        container=$(host_container_of rsyslog)
        step "a job is at work" begin broken/endless
        worker=$(host_run_of "fairlead-job-$job.service")
        host_sandbox
        check_status "apt upgrades to what is built here" 0 host_apt install "./$(basename "$(package_file fairlead)")"
        check_text "from 0.1.0" 'over \(0\.1\.0\)' "$output"
        check "the service's unit has run on" test "$(host_run_of rsyslog.service)" = "$unit"
        check "and its container" test "$(host_container_of rsyslog)" = "$container"
        check_text "that was alive" 'true$' "$container"
        check "so has the job" test "$(host_run_of "fairlead-job-$job.service")" = "$worker"
        check_text "which was at work" ' active ' "$worker"
        check_status "the new programs follow it, and end it" 0 host fairlead cancel "$job"
        check "it is restored" until_true 60 is_state "$job" cancelled
        check_status "and they know the service" 0 host fairlead status rsyslog
}

# What the worker does not need; the unit at boot runs the same.
host_sandbox() {
        local unit
        for unit in "fairlead-job-$job.service" fairlead-resume.service; do
                output=$(host systemctl show -p LockPersonality -p SystemCallFilter "$unit")
                check_text "${unit%%-[0-9]*} has one personality" '^LockPersonality=yes$' "$output"
                check_text "${unit%%-[0-9]*} makes no calls that only emulators make" '^SystemCallFilter=~.*modify_ldt' "$output"
        done
}

host_removed() {
        local unit container
        unit=$(host_run_of rsyslog.service)
        container=$(host_container_of rsyslog)
        check_status "apt removes it" 0 host_apt remove fairlead
        check_text "and says what stays" '^  rsyslog$' "$output"
        check_text "and how that is uninstalled" "fairlead uninstall NAME" "$output"
        check_not "the programs are gone" host sh -c 'ls /usr/bin/fairlead /usr/libexec/fairlead 2>/dev/null | grep .'
        check "the service's unit has run on" test "$(host_run_of rsyslog.service)" = "$unit"
        check "and its container" test "$(host_container_of rsyslog)" = "$container"
        check "the host boots without Fairlead" tests/lab reboot "$HOST"
        check "and starts the service, whose unit needs nothing of it" until_true 30 host systemctl is-active --quiet rsyslog.service
}

host_purged() {
        check_status "apt purges it" 0 host_apt purge fairlead
        check_text "and says what stays" '^  rsyslog$' "$output"
        check_text "and that it keeps what uninstalls it" '/var/lib/fairlead is kept' "$output"
        check_text "and the administrator's files" '/etc/fairlead is kept' "$output"
        check "the service's record is there" host test -s /var/lib/fairlead/services/rsyslog.json
        check "so is the administrator's file" host grep -qx 'keep = 50' /etc/fairlead/fairlead.conf
        check "the service runs" host systemctl is-active --quiet rsyslog.service
}

# Installed again it knows everything; then nothing is left to keep.
host_back() {
        check_status "apt installs it again" 0 host_apt install "./$(basename "$(package_file fairlead)")"
        check_status "the service is uninstalled" 0 host fairlead uninstall rsyslog --yes
        check_same_tree "and the host's files are as before" "$before"
        host ln -s jobs/20260101-000000-00000000 /var/lib/fairlead/active
        check_status "a purge beside a job that is not finished" 0 host sh /var/lib/dpkg/info/fairlead.postrm purge
        check_text "says which, and that it keeps its files" '20260101-000000-00000000' "$output"
        check "and keeps them" host rm /var/lib/fairlead/active
        check_status "apt purges it again" 0 host_apt purge fairlead
        check_text "and says what it took" '/var/lib/fairlead is removed' "$output"
        host rm -r /etc/fairlead
        output=$(host find / -xdev -iname '*fairlead*' ! -path '/proc/*' ! -path "$DEBS/*" ! -path '*/fairlead-lab*')
        check_text "nothing is left" '^$' "$output"
}

host_atomic() {
        check_status "another package has the command atomic" 0 host_apt install ./atomic_1.22.deb
        check_status "ours takes its place" 0 host_apt install "./$(basename "$(package_file fairlead)")" "./$(basename "$(package_file fairlead-atomic)")"
        check_text "which apt says" 'REMOVED' "$output"
        check_status "atomic lists images" 0 host atomic images
        check_text "as fairlead does" 'rsyslog' "$output"
        check_status "it goes with fairlead" 0 host_apt purge fairlead fairlead-atomic
        check_not "and nobody has the name" host test -e /usr/bin/atomic
}
