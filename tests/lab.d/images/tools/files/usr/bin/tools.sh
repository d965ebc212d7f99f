#!/bin/bash
printf 'The host is in %s. %s processes run on it. Leave with exit.\n' "${HOST:-/host}" "$(ps -e --no-headers | wc -l)"
exec /bin/bash
