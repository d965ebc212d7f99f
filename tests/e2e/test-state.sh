#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a service keeps: its state in a volume over restarts, a restart of the host and an uninstall; an edited unit that starts nothing; daemons
# that would not run by themselves; a tool that is run.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
source tests/e2e/walk.sh
trap term_end EXIT
term_need

build_image volume

# How often it started, as its state says.
starts() {
        [ "$(host podman exec volume cat /data/starts 2>/dev/null | wc -l)" -eq "$1" ]
}

check_status "without a place for it the state is said to be lost" 0 host fairlead plan install volume
check_text "by its name" 'writes to /data: the image keeps state.*' "$output"
check_status "a place that is none is refused" 2 host fairlead plan install volume --set volume:data=x
check_status "a volume can be chosen" 0 host fairlead install volume --set volume:/data=volume-data --yes
check "the program runs" until_true 20 starts 1
check_status "the volume is listed" 0 host fairlead status volume
check_text "with its place" 'volume +volume-data, as /data' "$output"
check "it carries the service's name" host sh -c '[ "$(podman volume inspect volume-data --format "{{index .Labels \"io.fairlead.service\"}}")" = volume ]'
check "a restart" host systemctl restart volume.service
check "keeps the state" until_true 20 starts 2
tests/lab reboot "$HOST"
check "so does a restart of the host" until_true 60 starts 3
check_status "an uninstall" 0 host fairlead uninstall volume --yes
check_text "says that it keeps the volume" 'its volume volume-data is kept' "$output"
check "and does" host podman volume exists volume-data
check_text "which prune lists" 'volume volume-data, with the state of volume' "$(host fairlead prune || true)"
check_status "the next install finds it" 0 host fairlead install volume --set volume:/data=volume-data --yes
check "with what it holds" until_true 20 starts 4
check_not "prune lists none that is in use" grep -q volume-data <<<"$(host fairlead prune --volumes || true)"
check_status "an uninstall that keeps it once more" 0 host fairlead uninstall volume --yes
check_status "prune removes it when asked" 0 host fairlead prune --volumes --yes
check_text "and says so" '1 volume that an uninstall kept is removed' "$output"
check_not "it is gone" host podman volume exists volume-data
check_status "an install makes it anew" 0 host fairlead install volume --set volume:/data=volume-data --yes
check "without what it held" until_true 20 starts 1
check_status "another uninstall removes it when asked" 0 host fairlead uninstall volume --remove-volumes --yes
check_not "it is gone" host podman volume exists volume-data

# A job that fails takes back what it made.
check_status "a failed install" 1 host fairlead install volume --set volume:/data=volume-data --yes -- /no/such/program
check_not "leaves no volume" host podman volume exists volume-data

# An edited unit is named before, and starts nothing behind the uninstall.
check_status "an install without a volume" 0 host fairlead install volume --yes
unit=$(host sh -c 'ls /etc/containers/systemd/volume.container /etc/systemd/system/volume.service 2>/dev/null || true')
host sh -c "echo '# mine' >>$unit"
check_status "the plan of the uninstall names it" 0 host fairlead plan uninstall volume
check_text "by its file" "$unit is not as Fairlead wrote it" "$output"
check_status "the uninstall" 0 host fairlead uninstall volume --yes
check_text "says so too, as a warning" '^done, with warnings: .*its unit file was edited and is kept' "$output"
host systemctl daemon-reload
check_not "nothing wants it at boot" host sh -c 'systemctl show -p Wants multi-user.target | grep -q volume.service'
check "what was edited is there" host sh -c "grep -q mine $unit $unit.edited 2>/dev/null || grep -q mine $unit.edited"
host sh -c "rm -f $unit $unit.edited; systemctl daemon-reload"
check_status "installed once more" 0 host fairlead install volume --yes
host sh -c "echo '# mine' >>$unit"
check_status "an uninstall removes an edited unit file when asked" 0 host fairlead uninstall volume --remove-unit --yes
check_text "as its plan says" "$unit is not as it was written, and is removed" "$output"
check_text "and its result" '^done: .*its unit file was edited and is removed' "$output"
check_not "nothing of it is left" host sh -c "ls $unit $unit.edited"

# Daemons that would not run by themselves: said in the plan and as a warning in the result, and each can have a unit.
for image in leaves leaves-unnamed wants-terminal; do
        build_image $image
done
containers_of() {
        host podman ps -aq --filter "ancestor=localhost/$1" | wc -l
}
idle() {
        check_status "the plan of $1 warns" 0 host fairlead plan install "$1"
        check_text "by name" "warn .*\[$2\]" "$output"
        check_status "$1 installs" 0 host fairlead install "$1" --yes
        check_text "with a warning" "^done, with warnings: $1 is installed[,;] $3" "$output"
        check_text "and the way to a unit" 'WARN +Unit: none\..*as a unit' "$output"
}
idle leaves starts-container 'its installer left the container leaves, which no unit watches'
check_status "status of it" 0 host fairlead status leaves
check_text "knows that there is no unit" 'unit +none' "$output"
check_text "and its container" 'container +leaves, running' "$output"
check_status "an uninstall" 0 host fairlead uninstall leaves --yes
check "removes it" test "$(containers_of leaves)" = 0
idle leaves-unnamed starts-container 'its installer left the container [a-z]+_[a-z]+, which'
check_status "an uninstall finds that, too" 0 host fairlead uninstall leaves-unnamed --yes
check "and removes it" test "$(containers_of leaves-unnamed)" = 0
idle wants-terminal no-unit 'but nothing of it runs by itself: its RUN asks for a terminal'
check_status "it is uninstalled" 0 host fairlead uninstall wants-terminal --yes
for image in leaves wants-terminal; do
        check_status "a unit of $image" 0 host fairlead install $image --set unit=yes --yes
        check_not "no warning is left" grep -q '^done, with' <<<"$output"
        check "it is watched" host systemctl is-active --quiet $image.service
        check "and starts at boot" host sh -c "fairlead services --json | jq -e '.[] | select(.name == \"$image\") | .at_boot == \"yes\"'"
        check_status "and uninstalls" 0 host fairlead uninstall $image --yes
done
host podman rmi -f localhost/leaves localhost/leaves-unnamed localhost/wants-terminal >/dev/null || true

# A tool has the terminal, by keys, and its record stays as the install wrote it.
check_status "a tool can be installed" 0 host fairlead install tools --yes
check_text "and says that nothing of it runs by itself" 'nothing of it runs by itself' "$output"
record=$(host cat /var/lib/fairlead/services/tools.json)
jobs=$(host fairlead jobs --json | grep -c '"id"')
step "the console comes up" walk_open "$HOST"
step "the tool is there" term_wait '> tools'
term_keys x
step "with its actions" term_wait 'Actions'
term_keys n
step "the command is shown" term_wait 'Enter consent'
term_keys Enter
step "and asked for" term_wait '\[ Run \]'
term_keys y
step "the tool has the terminal" term_wait 'has the terminal'
step "and asks" term_wait '[#$>] *$' 30
host systemctl reset-failed
term_type 'echo typed-$((40+2)); exit'
term_keys Enter
step "it ends" term_wait 'tools ran and ended with status 0' 30
check "the record is as it was" test "$record" = "$(host cat /var/lib/fairlead/services/tools.json)"
check "and there is no job of it" test "$jobs" = "$(host fairlead jobs --json | grep -c '"id"')"
# The shell: a line of its own, nothing painted over it.
term_keys '!'
step "the shell comes" term_wait 'Shell on .* exit returns to Fairlead'
term_type 'echo shell-$((1+1))'
term_keys Enter
step "it answers" term_wait 'shell-2'
host systemctl start --no-block fairlead-no-such.service || true
check_not "nothing is painted over it" term_matches '^  SERVICE '
term_type 'exit'
term_keys Enter
step "the console returns" term_wait '^  SERVICE +STATE'
step "and closes" walk_close
check_status "the tool is uninstalled" 0 host fairlead uninstall tools --yes
finish
