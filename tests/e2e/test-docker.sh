#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A host whose engine is Docker (20.10, the yard's own programs, as a service of the host): images of an archive and of the registry are installed, rolled
# back to the last layer and updated, and the packages that an update changes are read from Docker's layers.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh

REGISTRY=registry.example.test:5000
NAME=$REGISTRY/docker-$HOST/volume
DIR=/root/docker
LIB=usr/lib/x86_64-linux-gnu
PROGRAMS=(usr/sbin/dockerd usr/sbin/runc usr/bin/runc usr/bin/docker usr/bin/containerd usr/bin/containerd-shim-runc-v2 usr/bin/docker-init usr/bin/tini-static
        "$LIB/libdevmapper.so.1.02.1")

# The files of these that the host has not got by itself.
missing_programs() {
        host sh -c "cd / && for file in ${PROGRAMS[*]}; do [ -e \$file ] || echo \$file; done"
}

# Podman is off, and its socket; the store is on the file system of Podman's, which is no overlay.
docker_begin() {
        mapfile -t brought < <(missing_programs)
        tests/lab run yard -- tar -C / -cf - "${brought[@]}" | host tar -C / -xf -
        host systemctl mask --runtime --now podman.socket podman.service
        host sh -c "mkdir -p /run/systemd/system
                printf '%s\n' '[Unit]' 'Description=Docker' '[Service]' Type=notify Delegate=yes KillMode=process TimeoutStartSec=60 \
                        'ExecStart=/usr/sbin/dockerd --host unix:///run/docker.sock --data-root /var/lib/containers/docker --storage-driver overlay2 --iptables=false --ip6tables=false --userland-proxy=false --exec-opt native.cgroupdriver=cgroupfs --insecure-registry $REGISTRY' \
                        >/run/systemd/system/docker.service
                systemctl daemon-reload; systemctl start docker.service"
        until_true 30 host docker version
}

docker_end() {
        host sh -c "docker system prune -a -f --volumes; systemctl stop docker.service; ip link del docker0; rm -f /run/systemd/system/docker.service
                systemctl daemon-reload; rm -rf /var/lib/containers/docker /run/docker* /etc/docker; rmdir /opt/containerd/* /opt/containerd
                cd / && rm -f ${brought[*]}
                systemctl unmask --runtime podman.socket podman.service; systemctl start podman.socket" >/dev/null 2>&1
        host systemctl is-active --quiet podman.socket
}

# publish VERSION LINE…: that version becomes the registry's, by Podman without its socket, which forgets it.
publish() {
        {
                printf 'FROM localhost/volume\nLABEL version=%s\n' "$1"
                printf '%s\n' "${@:2}"
        } | host sh -c "cat >$DIR/Containerfile"
        host sh -c "set -e; podman build -q --format docker -t $NAME:8 $DIR && podman push -q $NAME:8 && podman rmi -f $NAME:8" >/dev/null
}

prepare() {
        build_image volume
        host sh -c "set -e; mkdir -p $DIR
                podman run --rm localhost/volume cat /var/lib/dpkg/status >$DIR/status
                sed '/^Package: bash\$/,/^\$/s/^Version: .*/Version: 99.1-1/' $DIR/status >$DIR/status.new && ! cmp -s $DIR/status $DIR/status.new
                podman save -q --format docker-archive -o $DIR/docker.tar localhost/volume:latest
                podman save -q --format oci-archive -o $DIR/oci.tar localhost/volume:latest"
        publish 1
}

images() {
        echo "images:"
        host docker images -a --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}' | sort
}

# installs SOURCE: installed, rolled back to the last layer.
installs() {
        local source=$1 id before
        before=$(images)
        check_status "$source: an install" 0 host fairlead install "$source" --name volume --set volume:/data=docker-data --yes
        check_text "says what came" '(pulled|loaded) [0-9.]+ .?B in [0-9]+ layer' "$output"
        id=$(sed -n 's/^Job \([^ ]*\)\. You may.*/\1/p' <<<"$output")
        check "the service runs" until_true 20 host systemctl is-active --quiet volume.service
        check "in a container of Docker" until_true 20 host docker exec volume true
        check_status "$source: the job is rolled back" 0 host fairlead rollback "$id" --yes
        check "and the image is gone" diff <(echo "$before") <(images)
}

tree=$(host_tree)
step "images are prepared" prepare
step "the host's engine is Docker" docker_begin
output=$(host fairlead status --json || true)
check "which is seen" json 'd["host"]["engine"] == "docker"'

installs "docker-archive:$DIR/docker.tar"
check_status "another kind of archive is not what Docker can be given" 1 host fairlead install "oci-archive:$DIR/oci.tar" --name volume --set volume:/data=docker-data --yes
check_text "which is said before anything is done" "Docker cannot be given oci-archive:$DIR/oci.tar as it is" "$output"
installs "docker://$NAME:8"

# ---- an update, by Docker's layers ----

check_status "a service is installed from the registry" 0 host fairlead install "docker://$NAME:8" --name volume --set volume:/data=docker-data --yes
publish 2 'COPY status.new /var/lib/dpkg/status'
check_status "a newer image is found" 1 host fairlead updates --check
check_status "it is fetched to compare its packages" 1 host fairlead updates volume --fetch
check_text "a package changed" 'bash [^ ]+ -> 99.1-1' "$output"
check_text "and no other" '1 package changed, 0 new, 0 gone' "$output"
check_status "the update is applied" 0 host fairlead upgrade volume --yes
# shellcheck disable=SC2016
check "the service runs it" until_true 20 host sh -c '[ "$(docker inspect --format "{{.Config.Labels.version}}" volume)" = 2 ]'
check_status "it is uninstalled" 0 host fairlead uninstall volume --remove-volumes --yes

try "the host's engine is Podman again" docker_end
host sh -c "rm -rf $DIR; podman rmi -f localhost/volume; podman image prune -f" >/dev/null
check "nothing is left of all that" diff <(echo "$tree") <(host_tree)
finish
