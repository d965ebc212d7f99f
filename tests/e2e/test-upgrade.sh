#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Upgrades on a real host: to a newer image with an UPGRADE label, back by itself from one that does not start and from one whose check fails, a unit that somebody edited, one that the image wrote; and an uninstall that takes all of it back.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh

# build NAME VERSION LINE…: localhost/NAME:latest becomes a newer image, made from the one of the shelf by these lines of a Containerfile.
build() {
        local name=$1 version=$2 line
        shift 2
        host mkdir -p /root/newer
        {
                echo "FROM ${shelf[$name]}"
                echo "LABEL version=$version"
                for line; do echo "$line"; done
        } | host sh -c 'cat >/root/newer/Containerfile'
        host podman build -q -t "localhost/$name:latest" /root/newer >/dev/null
}

# The image that the container of a service runs.
image_of() {
        host podman inspect --format '{{.Image}}' "$1"
}

# The id that a name stands for now.
id_of() {
        host podman image inspect --format '{{.Id}}' "$1"
}

rsyslog_good() {
        check_status "install rsyslog" 0 host fairlead install rsyslog --yes --mode local
        check_status "there is nothing newer: done at once" 0 host fairlead upgrade rsyslog --yes
        check_text "and says so" 'runs the newest image' "$output"
        tests/lab put "$HOST" tests/e2e/files/upgrade.sh /root/newer
        # shellcheck disable=SC2016
        build rsyslog 9 'COPY upgrade.sh /usr/bin/upgrade.sh' \
                'LABEL UPGRADE="podman run --rm --privileged -v /:/host -e NAME=\${NAME} \${IMAGE} /usr/bin/upgrade.sh"'
        newer=$(id_of localhost/rsyslog:latest)
        check_status "services show it" 0 host fairlead services
        check_text "in their last column" "rsyslog .*newer" "$output"
        check_status "services --json" 0 host fairlead services --json
        check "in their JSON" json '[s for s in d if s["name"] == "rsyslog"][0]["newer"]'
        check_status "plan upgrade --json" 0 host fairlead plan upgrade rsyslog --json
        check "it names the old digest and the new one" json 'd["from"]["digest"] != d["digest"] and d["from"]["version"] and d["version"] == "9"'
        check "labels are compared: RUN is the same, UPGRADE was added" json \
                '{c["key"]: c["change"] for c in d["label_changes"]}["RUN"] == "same" and [c for c in d["label_changes"] if c["key"] == "UPGRADE"][0]["words"][0] == {"change": "added", "word": "podman"}'
        check_status "plan upgrade in words" 0 host fairlead plan upgrade rsyslog
        check_text "shows what comes" 'UPGRADE +added: \{\+podman run' "$output"
        check_status "an upgrade without consent ends with 3" 3 host fairlead upgrade rsyslog
        check_status "upgrade rsyslog" 0 host fairlead upgrade rsyslog --yes
        check_text "its command ran" 'upgrading rsyslog' "$output"
        check "the container runs the newer image" test "$(image_of rsyslog)" = "$newer"
        check "the command's file is there" host grep -q newer /etc/rsyslog.d/90-newer.conf
        check "what logger says is written" logger_works "after the upgrade"
        check "a restart still finds the image, by digest" host systemctl restart rsyslog.service
        check_status "changes of the service show both" 0 host fairlead changes rsyslog
        check_text "of the install" 'added +/etc/rsyslog.conf' "$output"
        check_text "and of the upgrade" 'added +/etc/rsyslog.d/90-newer.conf' "$output"
}

logger_works() {
        host logger "$TEST $$ $1"
        until_true 15 host grep -q "$TEST $$ $1" /var/log/fairlead-lab/messages
}

# went_back WHAT TREE: all is as before the upgrade, and the service runs.
went_back() {
        check "$1: the unit is active" host systemctl is-active --quiet rsyslog.service
        check "$1: the container runs the image it had" test "$(image_of rsyslog)" = "$newer"
        check_same_tree "$1: /etc and /usr/local are as before the upgrade" "$2"
        check "$1: what logger says is written" logger_works "$1"
        check_status "$1: the record names the image it had" 0 host fairlead services --json
        check "$1: and its version" json '[s for s in d if s["name"] == "rsyslog"][0]["version"] == "9"'
        check_not "$1: no name is left on the new image" sh -c "FAIRLEAD_LAB=${FAIRLEAD_LAB:-} tests/lab run $HOST -- podman images --format '{{.Tag}}' | grep fairlead-rsyslog- | grep -v fairlead-rsyslog-${newer:0:12}"
}

rsyslog_bad() {
        local tree
        tree=$(mktemp)
        host_tree >"$tree"
        build rsyslog 10 'LABEL RUN="docker run -d --name \${NAME} -v /etc/rsyslog.conf:/etc/rsyslog.conf:ro \${IMAGE} /bin/false"'
        check_status "an upgrade to an image that does not stay up fails" 1 host fairlead upgrade rsyslog --yes
        check_text "and says why" 'rsyslog.service (did not (re)?start|could not be started|starts again|restarts again and again|did not stay up)' "$output"
        check_text "and that the old one runs again" 'rsyslog.service runs again, with the image it had' "$output"
        went_back "did not stay up" "$tree"

        build rsyslog 11 'LABEL io.fairlead.profile={\"title\":\"Rsyslog\",\"modes\":[{\"name\":\"local\",\"title\":\"Local\"}],\"health\":{\"exec\":[\"false\"],\"seconds\":3}}'
        check_status "an upgrade whose check does not pass fails" 1 host fairlead upgrade rsyslog --yes
        check_text "and says why" 'its check did not pass' "$output"
        went_back "unhealthy" "$tree"

        # shellcheck disable=SC2016
        build rsyslog 12 'LABEL UPGRADE="podman run --rm --privileged -v /:/host \${IMAGE} sh -c '\''echo x >>/host/etc/rsyslog.conf; rm /host/etc/machine-id; exit 7'\''"'
        check_status "an upgrade command that fails is taken back" 1 host fairlead upgrade rsyslog --yes
        check_text "and says so" 'upgrade command ended with status 7' "$output"
        went_back "failed" "$tree"
        rm -f "$tree"
}

rsyslog_gone() {
        check_status "uninstall rsyslog" 0 host fairlead uninstall rsyslog --yes
        check_same_tree "/etc and /usr/local are as before the install" "$1"
        check_not "no name is left on an image" host sh -c 'podman images --format "{{.Tag}}" | grep fairlead-'
}

chrony_edited() {
        local unit
        check_status "install chrony, which has only RUN" 0 host fairlead install chrony --yes --set arguments=-d
        build chrony 5 'LABEL RUN="podman run -d --name NAME --net=host -e MORE=1 IMAGE /usr/sbin/chronyd -x -d -f /etc/chrony/chrony.conf"'
        unit=$(host sh -c 'ls /etc/systemd/system/chrony.service /etc/containers/systemd/chrony.container 2>/dev/null || true')
        host sh -c "echo '# mine' >>$unit"
        check_status "a unit that somebody edited refuses the plan" 3 host fairlead upgrade chrony --yes
        check_text "by its finding" 'unit-edited' "$output"
        check_status "unless it is allowed" 0 host fairlead upgrade chrony --yes --allow unit-edited
        check "the unit has the new words" host grep -q 'MORE=1' "$unit"
        check "and the answer of the install" host grep -q 'chrony.conf -d$' "$unit"
        check_status "uninstall chrony" 0 host fairlead uninstall chrony --yes
        check_same_tree "/etc and /usr/local are as before chrony" "$1"
}

chrony_stopped() {
        check_status "install chrony again" 0 host fairlead install chrony --yes
        check_status "stop it" 0 host fairlead stop chrony
        build chrony 6 'LABEL more=1'
        check_status "upgrade what is stopped" 0 host fairlead upgrade chrony --yes
        check_text "it stays so" 'was stopped, and stays so' "$output"
        check_not "it does not run" host systemctl is-active --quiet chrony.service
        check_status "start it" 0 host fairlead start chrony
        check "with the new image" test "$(image_of chrony)" = "$(id_of localhost/chrony:latest)"
        build chrony 7 'LABEL more=2'
        host podman rmi -f "$(image_of chrony)" >/dev/null 2>&1
        check_status "without the old image there is no way back" 3 host fairlead upgrade chrony --yes
        check_text "which the plan says" 'no-way-back' "$output"
        check_status "uninstall chrony" 0 host fairlead uninstall chrony --yes
        check_same_tree "/etc and /usr/local are as before that" "$1"
}

templated() {
        local old
        check_status "install the image that writes its own unit" 0 host fairlead install templated --yes --name mytimer
        old=$(host sed -n 's/.*\(localhost.templated@sha256:[0-9a-f]*\).*/\1/p' /etc/systemd/system/mytimer.service | head -n 1)
        check_text "its unit names the digest" '@sha256:' "$old"
        build templated 2 'LABEL more=1'
        check_status "upgrade it" 0 host fairlead upgrade mytimer --yes
        check_not "its unit does not name the old digest any more" host grep -q "$old" /etc/systemd/system/mytimer.service
        check "the container runs the new image" test "$(image_of mytimer)" = "$(id_of localhost/templated:latest)"
        check_status "uninstall it" 0 host fairlead uninstall mytimer --yes
        check_same_tree "/etc and /usr/local are as before it" "$1"
}

declare -A shelf
newer=
before=$(mktemp)
for name in rsyslog chrony templated; do
        shelf[$name]=$(id_of "localhost/$name:latest")
done
# The shelf's images get their names back, whatever happens.
restore_names() {
        local name
        for name in "${!shelf[@]}"; do
                host podman tag "${shelf[$name]}" "localhost/$name:latest" || true
        done
        host sh -c 'rm -rf /root/newer; podman image prune -f >/dev/null' || true
        rm -f "$before"
}
trap restore_names EXIT
host_tree >"$before"

rsyslog_good
rsyslog_bad
rsyslog_gone "$before"
chrony_edited "$before"
chrony_stopped "$before"
templated "$before"
finish
