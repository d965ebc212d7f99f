# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Docker 20.10 and the registry, both in the yard. Their data is made once from the shelf and copied for an instance.
#
# Facts: dockerd runs without any network of its own (--bridge=none --iptables=false); its data root may be copied while
# it is down. Its socket is a file on the cache's file system, so it is reached from the machine by its path, whatever
# the mount namespaces are.

# The images that Docker gets; the broken shelf is Podman's affair.
LAB_DOCKER_IMAGES=(rsyslog chrony tools templated)

docker_path() {
        echo "$LAB_CACHE/docker-$(shelf_path | lab_fingerprint "$(declare -f docker_make docker_launch)")"
}

registry_path() {
        echo "$LAB_CACHE/registry-$(shelf_path | lab_fingerprint "$(declare -f registry_make registry_launch)")"
}

docker_answers() {
        [[ $(curl -s --max-time 2 --unix-socket "$1" http://localhost/_ping) == OK ]]
}

# Starts dockerd on the data in DIR/data with its socket at DIR/docker.sock.
docker_launch() {
        local dir=$1

        mkdir -p "$dir/data"
        rm -f "$dir/docker.sock"
        yard_run rm -f /run/docker.pid
        yard_spawn "$dir/log" dockerd --data-root "$dir/data" --exec-root /run/docker --host "unix://$dir/docker.sock" \
                --pidfile /run/docker.pid --bridge=none --iptables=false --ip6tables=false --storage-driver overlay2 \
                --exec-opt native.cgroupdriver=cgroupfs --insecure-registry "$LAB_REGISTRY"
        wait_until 30 "Docker" docker_answers "$dir/docker.sock" || {
                tail -n 20 "$dir/log" >&2
                die "Docker does not start"
        }
}

docker_ended() {
        ! yard_run test -e /run/docker.pid
}

docker_halt() {
        # shellcheck disable=SC2016
        yard_run sh -c 'kill "$(cat /run/docker.pid)"'
        wait_until 30 "Docker to end" docker_ended
}

# Prints the shelf's address of an image, for skopeo.
shelf_source() {
        echo "containers-storage:[overlay@$(shelf_path)/storage+/run/shelf]localhost/$1:latest"
}

# The shared lock is held by the caller.
docker_make() {
        local path image
        path=$(docker_path)

        [[ ! -d $path ]] || return 0
        # Only this instance's own Docker can run there: it would be one of an older shelf.
        docker_ended || docker_halt
        say "filling Docker (once)"
        rm -rf --one-file-system "$path.partial"
        docker_launch "$path.partial"
        for image in "${LAB_DOCKER_IMAGES[@]}"; do
                yard_run skopeo copy -q --dest-daemon-host "unix://$path.partial/docker.sock" \
                        "$(shelf_source "$image")" "docker-daemon:localhost/$image:latest"
        done
        docker_halt
        mv "$path.partial" "$path"
}

docker_start() {
        local dir=$LAB_RUN/docker

        ! docker_answers "$dir/docker.sock" || return 0
        if [[ $(cat "$dir/recipe" 2>/dev/null) != $(docker_path) ]]; then
                rm -rf --one-file-system "$dir"
                copy_store "$(docker_path)/data" "$dir/data" overlay2
                docker_path >"$dir/recipe"
        fi
        docker_launch "$dir"
}

registry_answers() {
        yard_run curl -sf --max-time 2 -o /dev/null "http://$LAB_REGISTRY/v2/"
}

registry_launch() {
        local dir=$1

        mkdir -p "$dir/data"
        cat >"$dir/config.yml" <<CONFIG
version: 0.1
log: { level: warn, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: $dir/data }, delete: { enabled: true } }
http: { addr: "10.89.7.1:5000" }
CONFIG
        # shellcheck disable=SC2016
        yard_spawn "$dir/log" sh -c 'echo $$ >/run/registry.pid; exec docker-registry serve "$1"' registry "$dir/config.yml"
        wait_until 20 "the registry" registry_answers || {
                tail -n 20 "$dir/log" >&2
                die "the registry does not start"
        }
}

registry_ended() {
        ! registry_answers
}

# The shared lock is held by the caller.
registry_make() {
        local path name
        path=$(registry_path)

        [[ ! -d $path ]] || return 0
        registry_ended || registry_halt
        say "filling the registry (once)"
        rm -rf --one-file-system "$path.partial"
        registry_launch "$path.partial"
        for name in $(shelf_names); do
                # Large, and of no use there that another image is not.
                [[ $name != sssd ]] || continue
                yard_run skopeo copy -q --dest-tls-verify=false "$(shelf_source "$name")" \
                        "docker://$LAB_REGISTRY/$name:latest"
        done
        registry_halt
        mv "$path.partial" "$path"
}

registry_halt() {
        # shellcheck disable=SC2016
        yard_run sh -c 'kill "$(cat /run/registry.pid)"'
        wait_until 10 "the registry to end" registry_ended
}

registry_start() {
        local dir=$LAB_RUN/registry

        ! registry_answers || return 0
        if [[ $(cat "$dir/recipe" 2>/dev/null) != $(registry_path) ]]; then
                rm -rf --one-file-system "$dir"
                mkdir -p "$dir"
                cp -a "$(registry_path)/data" "$dir/data"
                registry_path >"$dir/recipe"
        fi
        registry_launch "$dir"
}

engines_status() {
        local socket=$LAB_RUN/docker/docker.sock

        if docker_answers "$socket"; then
                echo "docker.state=running"
                echo "docker.socket=$socket"
        else
                echo "docker.state=stopped"
        fi
        echo "registry.name=$LAB_REGISTRY"
        echo "registry.address=10.89.7.1:5000"
        yard_running && registry_answers && echo "registry.state=running" || echo "registry.state=stopped"
}
