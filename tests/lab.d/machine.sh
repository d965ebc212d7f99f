# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Whole machines: QEMU without KVM boots a disk (machine-disk.sh) with a kernel, memory and a serial line of its own. It runs in the yard's
# process and network namespaces, but in this machine's mounts, where its program is.
#
# One processor: with two (QEMU 7.2, a thread for each) a boot in ten ended in a panic, a timer run on a stack that was another's by then.
#
# Without what takes longer to emulate than it saves (AVX), and without hardware whose drivers would be loaded for nobody (IDE).
#
# It goes before other work of this machine: its clock goes on while it waits, and what is too late there fails. FAIRLEAD_MACHINE_NICE=5 lets it
# wait for that of others.
#
# Facts: what a machine wrote to is a qcow2 above the disk that all share. A machine that has booted is put aside in the cache as the stream
# of a migration and such a layer; `up` goes on from that in seconds. Commands go by ssh, over one connection that stays.

machine_dir() {
        echo "$LAB_RUN/$1"
}

# Runs a command of this machine in the yard's network and among its processes.
machine_beside() {
        local pid

        pid=$(pid_of "$LAB_RUN/yard.pid") || die "the lab is not up: run tests/lab up"
        nsenter -t "$pid" -n -p -- "$@"
}

machine_qmp() {
        local dir
        dir=$(machine_dir "$1")
        shift

        "$LAB_PARTS/machine-qmp" "$dir/qmp" "$@"
}

# The cable to the lab's network. Names of such have at most 15 letters.
machine_cable() {
        local address
        address=$(machine_address "$1")

        echo "machine${address##*.}"
}

machine_plug() {
        local cable
        cable=$(machine_cable "$1")

        [[ ! -e /proc/$(pid_of "$LAB_RUN/yard.pid")/root/sys/class/net/$cable ]] || return 0
        machine_beside ip tuntap add dev "$cable" mode tap
        machine_beside ip link set "$cable" master lab0 up
}

# The kernel's words about the serial ports that machine_ports gives it. It counts four, hardware or not, and has one console on them.
machine_consoles() {
        case $1 in
        one | two) echo console=ttyS0 ;;
        phantom) echo console=ttyS1 ;;
        none) echo console=tty0 ;;
        esac
}

# Prints QEMU's words, one a line.
machine_ports() {
        local dir=$1 ports=$2 count=1 i

        case $ports in
        two) count=2 ;;
        none) count=0 ;;
        esac
        for ((i = 0; i < count; i++)); do
                printf '%s\n' -chardev "socket,id=serial$i,path=$dir/serial$i,server=on,wait=off,logfile=$dir/serial$i.log,logappend=on" \
                        -serial "chardev:serial$i"
        done
        [[ $count -gt 0 ]] || printf '%s\n' -serial none
}

# machine_launch NAME [OPTION...]: QEMU, on the machine's disk as it is.
machine_launch() {
        local name=$1 dir made ports kernel options=()
        dir=$(machine_dir "$name")
        shift

        made=$(cat "$dir/recipe")
        ports=$(cat "$dir/ports" 2>/dev/null || echo one)
        mapfile -t options < <(machine_ports "$dir" "$ports")
        kernel="root=/dev/vda quiet loglevel=1 panic=5 net.ifnames=0 mitigations=off random.trust_cpu=on systemd.ssh_auto=no $(machine_consoles "$ports")"
        if [[ -e $made/usrhash ]]; then
                kernel+=" usrhash=$(cat "$dir/usrhash")"
                options+=(-drive "file=$dir/usr.img,if=virtio,format=raw,readonly=on" -drive "file=$dir/usr.hash,if=virtio,format=raw,readonly=on")
        fi
        machine_plug "$name"
        rm -f "$dir"/{pid,qmp,serial0,serial1}
        # shellcheck disable=SC2016
        without_lock machine_beside setsid -f bash -c 'source "$1"; root_note_pid /proc "$2"; shift 2
                        n=${FAIRLEAD_MACHINE_NICE:--10}; echo "$n" >/proc/self/autogroup || true; exec nice -n "$n" "$@"' machine \
                "$LAB_PARTS/enter-root.sh" "$dir/pid" qemu-system-x86_64 -name "lab-$LAB_NAME-$name" -M q35,sata=off,smbus=off,vmport=off -accel tcg -cpu max,-svm,-la57,-avx,-avx2 -smp 1 \
                -m 2048 -nodefaults -no-user-config -display none -rtc base=utc \
                -kernel "$made/kernel" -initrd "$made/initrd" -append "$kernel" \
                -drive "file=$dir/disk.qcow2,if=virtio,format=qcow2,cache=writeback" \
                -netdev "tap,id=net,ifname=$(machine_cable "$name"),script=no,downscript=no" -device "virtio-net-pci,netdev=net,mac=$(machine_mac "$name"),romfile=" \
                -device virtio-rng-pci -device virtio-scsi-pci,id=scsi -qmp "unix:$dir/qmp,server=on,wait=off" "${options[@]}" "$@" \
                </dev/null >"$dir/boot.log" 2>&1
        wait_until 20 "QEMU" machine_answers "$name" || {
                cat "$dir/boot.log" >&2
                die "$name does not start"
        }
}

machine_mac() {
        local address
        address=$(machine_address "$1")

        printf '52:54:00:10:89:%02x\n' "${address##*.}"
}

machine_answers() {
        [[ -S $(machine_dir "$1")/qmp ]] && host_running "$1" && machine_qmp "$1" query-status >/dev/null
}

# A layer of one's own above FILE of FORMAT.
machine_layer() {
        qemu-img create -q -f qcow2 -b "$2" -F "$3" "$1"
}

# The folder of a machine as it is before its first boot.
machine_unpack() {
        local name=$1 made dir file
        made=$(machine_path "$name")
        dir=$(machine_dir "$name")

        rm -rf --one-file-system "$dir"
        mkdir -p "$dir"
        for file in usr.img usr.hash usrhash; do
                [[ ! -e $made/$file ]] || ln -s "$made/$file" "$dir/$file"
        done
        echo "$made" >"$dir/recipe"
}

# What is started anew boots.
machine_start() {
        local name=$1 dir
        dir=$(machine_dir "$name")

        ! host_running "$name" || return 0
        [[ -s $dir/recipe ]] || die "there is no $name yet: run tests/lab up $name"
        [[ -d $(cat "$dir/recipe") ]] || die "the disk of $name is gone: run tests/lab reset $name"
        machine_launch "$name"
}

# What `up` does: it goes on from where the machine once had booted; that is done once. (A disk that is a link is of a first boot that
# did not end.)
machine_up() {
        local name=$1 dir made
        dir=$(machine_dir "$name")
        made=$(machine_path "$name")

        if host_running "$name"; then
                [[ $(cat "$dir/recipe") == "$made" ]] || say "$name runs on an older recipe; tests/lab reset $name gives it the new one"
        elif [[ ! -L $dir/disk.qcow2 && -e $dir/disk.qcow2 && $(cat "$dir/recipe") == "$made" ]]; then
                machine_start "$name"
        else
                [[ -d $made ]] || die "the disk of $name is of another recipe: run tests/lab up $name"
                [[ -d $(machine_booted "$name") ]] || machine_boot_once "$name"
                machine_unpack "$name"
                machine_layer "$dir/disk.qcow2" "$(machine_booted "$name")/disk.qcow2" qcow2
                machine_launch "$name" -incoming "exec:cat $(machine_booted "$name")/state"
                machine_qmp "$name" wait paused
                machine_qmp "$name" cont >/dev/null
        fi
}

# Prints the folder of the machine that has booted: of that disk, and of a QEMU started and put aside like this.
machine_booted() {
        echo "$(machine_path "$1")/booted-$({ qemu-system-x86_64 --version; declare -f machine_launch machine_boot_once machine_ports machine_consoles; } | lab_fingerprint)"
}

machine_boot_once() {
        local name=$1 dir booted begin=$SECONDS
        dir=$(machine_dir "$name")
        booted=$(machine_booted "$name")

        lab_lock machine
        [[ ! -d $booted ]] || { lab_unlock machine; return; }
        say "booting $name (a minute, once)"
        machine_unpack "$name"
        rm -rf --one-file-system "$booted.partial"
        mkdir -p "$booted.partial"
        machine_layer "$booted.partial/disk.qcow2" "$(machine_path "$name")/disk.img" raw
        ln -s "$booted.partial/disk.qcow2" "$dir/disk.qcow2"
        machine_launch "$name"
        machine_wait "$name"
        wait_until 100 "the login of $name" machine_asks_login "$name"
        # It stands still meanwhile: of what an emulated processor writes while memory is on its way, QEMU 7.2 loses some, and the kernel panics
        # when it goes on.
        machine_run "$name" sync
        machine_hang_up "$name"
        machine_qmp "$name" stop >/dev/null
        machine_qmp "$name" migrate "{\"uri\":\"exec:cat >$booted.partial/state\"}" >/dev/null
        machine_qmp "$name" wait postmigrate
        machine_kill "$name"
        rm -rf --one-file-system "$dir"
        mv "$booted.partial" "$booted"
        lab_unlock machine
        say "$name has booted, in $((SECONDS - begin)) s"
}

machine_wait() {
        local name=$1 dir
        dir=$(machine_dir "$name")

        if ! wait_until 600 "$name" machine_settled "$name" || ! host_running "$name"; then
                tail -n 20 "$dir/boot.log" "$dir"/serial?.log >&2 || true
                ! host_running "$name" || machine_run "$name" systemctl --failed --no-legend --plain >&2
                die "$name does not come up"
        fi
        # What was put aside has the time of that day.
        machine_run "$name" date -s "@$(date +%s)" >/dev/null
        [[ ! -e $LAB_RUN/resolv.conf ]] || machine_run "$name" sh -c 'cat >/etc/resolv.conf' <"$LAB_RUN/resolv.conf"
}

machine_settled() {
        ! host_running "$1" || machine_ready "$1"
}

machine_ready() {
        [[ $(machine_run "$1" systemctl is-system-running 2>/dev/null) == running ]]
}

machine_asks_login() {
        tail -c 200 "$(machine_dir "$1")/serial0.log" | grep -q 'login: '
}

# machine_ssh NAME OPTION...: as all calls of ssh have it.
machine_ssh() {
        local name=$1 dir
        dir=$(machine_dir "$name")
        shift

        machine_beside ssh -F none -S "$dir/ssh" -i "$(cat "$dir/recipe")/key" -o BatchMode=yes -o StrictHostKeyChecking=no \
                -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ConnectTimeout=20 -o ServerAliveInterval=20 -o ServerAliveCountMax=6 \
                "$@"
}

# The connection that stays, in the background.
machine_connect() {
        local name=$1 dir
        dir=$(machine_dir "$name")

        # Two commands at the same time make one.
        (
                flock 7
                ! machine_ssh "$name" -O check lab 2>/dev/null || exit 0
                rm -f "$dir/ssh"
                without_lock machine_ssh "$name" -M -N -f "root@$(machine_address "$name")" </dev/null >"$dir/ssh.log" 2>&1 && exit 0
                tail -n 1 "$dir/ssh.log" >&2
                exit 1
        ) 7>"$dir/ssh.lock"
}

machine_hang_up() {
        machine_ssh "$1" -O exit lab 2>/dev/null || true
        rm -f "$(machine_dir "$1")/ssh"
}

# Runs a command in the machine as host_run does.
machine_run() {
        local name=$1 terminal=-T
        shift

        host_running "$name" || die "$name is not running: run tests/lab up $name or tests/lab start $name"
        machine_connect "$name" || die "$name cannot be reached; tests/lab tty $name is its serial line"
        [[ ! -t 0 || ! -t 1 ]] || terminal=-tt
        machine_ssh "$name" "$terminal" lab "$(printf '%q ' env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
                USER=root LOGNAME=root SHELL=/bin/bash LANG=C.UTF-8 TERM="${TERM:-dumb}" "$@")"
}

machine_stop() {
        local name=$1

        host_running "$name" || return 0
        machine_run "$name" systemctl poweroff || true
        machine_hang_up "$name"
        wait_until 200 "$name to stop" machine_off "$name" || machine_kill "$name"
}

machine_off() {
        ! host_running "$1"
}

# As when the power fails: what the machine had not written by then is lost.
machine_kill() {
        local name=$1

        host_running "$name" || return 0
        kill -KILL "$(host_pid "$name")"
        machine_hang_up "$name"
        wait_until 30 "$name to die" machine_off "$name"
}

machine_reset() {
        machine_kill "$1"
        rm -rf --one-file-system "$(machine_dir "$1")"
        machine_up "$1"
}

# machine_deploy NAME DESTDIR: as host_deploy. A read-only /usr becomes another, as by an update of such a host, and it boots into that.
machine_deploy() {
        local name=$1 stage=$2 dir
        dir=$(machine_dir "$name")

        machine_stop "$name"
        mkdir -p "$dir/new"
        machine_make_by --usr "$dir/new" "$(cat "$(cat "$dir/recipe")/base")" "$stage"
        mv "$dir/new"/usr* "$dir/"
        rmdir "$dir/new"
        machine_start "$name"
        machine_wait "$name"
}

# machine_line NAME [BAUD [PORT]]: its serial line, on this terminal.
machine_line() {
        local name=$1 baud=${2:-0} port=${3:-0}

        host_running "$name" || die "$name is not running: run tests/lab up $name or tests/lab start $name"
        [[ $baud =~ ^[0-9]+$ && $port =~ ^[01]$ ]] || usage_error
        exec "$LAB_PARTS/machine-line" "$(machine_dir "$name")/serial$port" "$baud"
}
