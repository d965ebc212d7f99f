# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The realm: an Active Directory domain of its own, EXAMPLE.TEST, served by Samba on dc1.example.test, and what can go wrong
# with it. Its root holds the whole domain as dc-make left it, so a start is an overlay and a process, and a reset another.
#
# What a provocation does to the network is a rule in the domain controller's own network namespace, for one host or for
# all, so that two hosts can be tested side by side. Only the clock is everybody's.

LAB_REALM_ADDRESS=10.89.7.10
LAB_REALM_DOMAIN=example.test
LAB_REALM_NAME=dc1.example.test
LAB_REALM_PASSWORD=Lab-Secret-1
# trixie's packages.
LAB_REALM_PACKAGES=(samba-ad-dc samba-ad-provision samba-dsdb-modules winbind krb5-user ldb-tools libfaketime dnsmasq-base
        iproute2 procps)

realm_dir() {
        echo "$LAB_RUN/dc"
}

realm_root_path() {
        echo "$LAB_ROOTS/dc-$(lab_fingerprint "${LAB_REALM_PACKAGES[@]}" "$LAB_REALM_NAME" \
                "$LAB_REALM_ADDRESS" "$LAB_REALM_PASSWORD" <"$LAB_PARTS/dc-make")"
}

# The shared lock is held by the caller.
realm_make() {
        local path begin=$SECONDS
        path=$(realm_root_path)

        [[ ! -d $path ]] || return 0
        say "making the realm (a minute, once)"
        root_bootstrap dc trixie "$path.partial" --include="$(IFS=,; echo "${LAB_REALM_PACKAGES[*]}")"
        # Namespaces of its own, so that Samba can run once at the address it will have.
        without_lock unshare --mount --net --pid --uts --ipc --fork --propagation private -- \
                bash "$LAB_PARTS/dc-make" "$path.partial" "$LAB_REALM_NAME" "$LAB_REALM_ADDRESS" "$LAB_REALM_PASSWORD" \
                </dev/null >"$LAB_CACHE/dc-make.log" 2>&1 || {
                tail -n 30 "$LAB_CACHE/dc-make.log" >&2
                die "cannot make the realm; the whole story is in $LAB_CACHE/dc-make.log"
        }
        mv "$path.partial" "$path"
        say "the realm is made, in $((SECONDS - begin)) s"
}

realm_running() {
        pid_alive "$(realm_dir)/pid"
}

# Starts the domain controller and does not wait for it.
realm_start() {
        local dir root
        dir=$(realm_dir)

        if ! realm_running; then
                [[ -s $dir/recipe ]] || { mkdir -p "$dir"; realm_root_path >"$dir/recipe"; }
                root=$(cat "$dir/recipe")
                [[ -d $root ]] || die "the root of the domain controller is gone ($root): run tests/lab realm reset"
                host_plug dc "$LAB_REALM_ADDRESS"
                yard_run ip link set dc up
                rm -f "$dir/off" "$dir/ended"
                mkdir -p "$dir/upper/usr/sbin"
                cp "$LAB_PARTS/dc-init" "$dir/upper/usr/sbin/init"
                cp "$LAB_PARTS/host-init" "$LAB_PARTS/enter-root.sh" "$dir/"
                yard_spawn "$dir/boot.log" bash "$dir/host-init" dc "$dir" "$root" "${LAB_REALM_NAME%%.*}"
        fi
        realm_name_servers
}

realm_wait() {
        wait_until 60 "the domain controller" realm_settled
        [[ ! -e $(realm_dir)/ended ]] && return 0
        tail -n 20 "$(realm_dir)/boot.log" >&2
        die "the domain controller does not come up"
}

realm_settled() {
        [[ -e $(realm_dir)/ended ]] || realm_ready
}

# Seen from outside, as a host sees it: name service, Kerberos, LDAP, password changes, files.
realm_ready() {
        local port

        realm_running || return 1
        for port in 53 88 389 445 464 636; do
                host_run dc bash -c "exec 3<>/dev/tcp/$LAB_REALM_ADDRESS/$port" 2>/dev/null || return 1
        done
}

realm_kill() {
        host_kill dc
}

# From now on the hosts ask the domain controller for names: those that run at once, the others when they boot.
realm_name_servers() {
        local host

        printf 'nameserver %s\nsearch %s\n' "$LAB_REALM_ADDRESS" "$LAB_REALM_DOMAIN" >"$LAB_RUN/resolv.conf.new"
        mv "$LAB_RUN/resolv.conf.new" "$LAB_RUN/resolv.conf"
        for host in "${LAB_HOSTS[@]}" "${LAB_NATIVE_HOSTS[@]}"; do
                # shellcheck disable=SC2016
                ! host_running "$host" || host_run "$host" sh -c \
                        'new=$(cat); [ "$new" = "$(cat /etc/resolv.conf)" ] || printf "%s\n" "$new" >/etc/resolv.conf' \
                        <"$LAB_RUN/resolv.conf"
        done
}

# Firewall of the domain controller: realm_rule -A|-D TABLE CHAIN RULE...; a second -A of the same rule does nothing.
realm_rule() {
        local do=$1 table=$2
        shift 2

        # shellcheck disable=SC2016
        yard_run nsenter --net=/run/netns/dc -- bash -c '
                do=$1 table=$2
                shift 2
                if iptables -w -t "$table" -C "$@" 2>/dev/null; then
                        [[ $do == -A ]] || iptables -w -t "$table" -D "$@"
                else
                        [[ $do == -D ]] || iptables -w -t "$table" -A "$@"
                fi' rule "$do" "$table" "$@"
}

# realm_port -A|-D PORT HOST|all [drop]: an open port refuses by a reset; with `drop` it swallows what comes.
realm_port() {
        local do=$1 port=$2 from=() how=${4:-}
        [[ $3 == all ]] || from=(-s "$(lab_host_address "$3")")

        if [[ $do == -D || $how == drop ]]; then
                realm_rule "$do" filter INPUT -i eth0 "${from[@]}" -p tcp --dport "$port" -j DROP
                realm_rule "$do" filter INPUT -i eth0 "${from[@]}" -p udp --dport "$port" -j DROP
        fi
        if [[ $do == -D || $how != drop ]]; then
                realm_rule "$do" filter INPUT -i eth0 "${from[@]}" -p tcp --dport "$port" -j REJECT --reject-with tcp-reset
                realm_rule "$do" filter INPUT -i eth0 "${from[@]}" -p udp --dport "$port" -j REJECT
        fi
}

# The second name server of dc-init answers as the first, but it knows no SRV records.
realm_srv() {
        local do=$1 from=() protocol
        [[ $2 == all ]] || from=(-s "$(lab_host_address "$2")")

        for protocol in udp tcp; do
                realm_rule "$do" nat PREROUTING -i eth0 "${from[@]}" -p "$protocol" --dport 53 -j REDIRECT --to-ports 5353
        done
}

# For one host it is as if the cable were pulled; for all, the power fails as well.
realm_down() {
        if [[ $1 == all ]]; then
                yard_run ip link set dc down
                realm_kill
        else
                realm_rule -A filter INPUT -i eth0 -s "$(lab_host_address "$1")" -j DROP
        fi
}

realm_up() {
        if [[ $1 == all ]]; then
                realm_start
                realm_wait
        else
                realm_rule -D filter INPUT -i eth0 -s "$(lab_host_address "$1")" -j DROP
        fi
}

realm_clock() {
        local dir
        dir=$(realm_dir)

        realm_kill
        mkdir -p "$dir/upper/etc"
        echo "$1" >"$dir/upper/etc/lab-clock"
        realm_start
        realm_wait
}

realm_repair() {
        yard_run nsenter --net=/run/netns/dc -- iptables -w -F
        yard_run nsenter --net=/run/netns/dc -- iptables -w -t nat -F
        yard_run ip link set dc up
}

realm_reset() {
        realm_kill
        rm -rf --one-file-system "$(realm_dir)"
        realm_start
        realm_repair
        realm_wait
}

realm_usage() {
        cat >&2 <<'TEXT'
usage: tests/lab realm reset                        the domain as it was made, all ports open, the right clock
       tests/lab realm dns-off | dns-on [HOST]      name service refuses
       tests/lab realm srv-off | srv-on [HOST]      names have addresses, but there are no SRV records
       tests/lab realm port-shut PORT [HOST] [drop] the port refuses; with drop, it does not answer
       tests/lab realm port-open PORT [HOST]
       tests/lab realm clock +600 | clock 0         the domain controller's clock is ahead (or behind) by as many seconds
       tests/lab realm dc-down | dc-up [HOST]       the domain controller has no power and no cable; for one host, no cable
HOST is the host for which it shall be so; else it is so for all.
TEXT
        exit 2
}

realm_verb() {
        local verb=${1:-} port=${2:-} host

        [[ -d $(realm_dir) ]] || die "there is no realm: run tests/lab up realm"
        case $verb in
        port-shut | port-open)
                [[ $port =~ ^[0-9]{1,5}$ && $# -le 4 ]] || realm_usage
                host=${3:-all}
                ;;
        clock) [[ $# -eq 2 && $2 =~ ^([+-][0-9]{1,9}|0)$ ]] || realm_usage ;;
        dns-off | dns-on | srv-off | srv-on | dc-down | dc-up)
                [[ $# -le 2 ]] || realm_usage
                host=${2:-all}
                ;;
        reset) [[ $# -eq 1 ]] || realm_usage ;;
        *) realm_usage ;;
        esac
        [[ ${host:-all} == all ]] || host_check "$host"
        lab_lock instance
        case $verb in
        port-shut) realm_port -D "$port" "$host"; realm_port -A "$port" "$host" "${4:-}" ;;
        port-open) realm_port -D "$port" "$host" ;;
        dns-off) realm_port -A 53 "$host" ;;
        dns-on) realm_port -D 53 "$host" ;;
        srv-off) realm_srv -A "$host" ;;
        srv-on) realm_srv -D "$host" ;;
        clock) realm_clock "$2" ;;
        dc-down) realm_down "$host" ;;
        dc-up) realm_up "$host" ;;
        reset) realm_reset ;;
        esac
        lab_unlock instance
}

realm_status() {
        [[ -d $(realm_dir) ]] || { echo "realm.state=stopped"; return; }
        echo "realm.domain=$LAB_REALM_DOMAIN"
        echo "realm.name=$LAB_REALM_NAME"
        echo "realm.address=$LAB_REALM_ADDRESS"
        echo "realm.password=$LAB_REALM_PASSWORD"
        realm_running && echo "realm.state=running" || echo "realm.state=stopped"
}
