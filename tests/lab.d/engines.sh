# shellcheck shell=bash
# Docker 20.10 and the registry, both in the yard.

docker_start() {
        return 0
}
registry_start() {
        return 0
}
engines_status() {
        return 0
}
