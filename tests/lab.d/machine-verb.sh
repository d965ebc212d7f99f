# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What is done to a whole machine from outside, beyond what every host knows: tests/lab machine WHAT WORDS... [NAME]

machine_usage() {
        cat >&2 <<'TEXT'
usage: tests/lab machine save STATE [MACHINE]          put the running machine aside, memory and disk
       tests/lab machine load STATE [MACHINE]          and go on from there, in seconds
       tests/lab machine button [MACHINE]              its reset button
       tests/lab machine ports one|two|phantom|none [MACHINE]    its serial ports, from the next start on
       tests/lab machine hangup PORT [MACHINE]         the cable of serial port 0 or 1 is pulled: who is there gets SIGHUP
       tests/lab machine plug LABEL vfat|ext4 FOLDER [MACHINE]   a stick with a label and a folder's files
       tests/lab machine unplug LABEL [MACHINE]        and away with it
       tests/lab machine monitor COMMAND JSON [MACHINE]          a command of QEMU's monitor (QMP); "hmp LINE": of the one for people
MACHINE is machine, machine-bookworm or machine-readonly.
TEXT
        exit 2
}

machine_save() {
        machine_hang_up "$2"
        machine_qmp "$2" hmp "savevm $1" >&2
}

# A machine that is off goes on as well.
machine_load() {
        local state=$1 name=$2

        machine_hang_up "$name"
        if host_running "$name"; then
                machine_qmp "$name" hmp "loadvm $state" >&2
        else
                machine_launch "$name" -loadvm "$state"
        fi
        machine_wait "$name"
}

machine_button() {
        machine_hang_up "$1"
        machine_qmp "$1" system_reset >/dev/null
}

machine_set_ports() {
        [[ $1 =~ ^(one|two|phantom|none)$ ]] || machine_usage
        echo "$1" >"$(machine_dir "$2")/ports"
}

# No port of QEMU's has a carrier to lose, so the kernel does what it does when that is lost (TIOCVHANGUP).
machine_hangup() {
        # shellcheck disable=SC2016
        machine_run "$2" perl -MFcntl -e 'my $line; sysopen($line, $ARGV[0], O_RDWR | O_NOCTTY | O_NONBLOCK) && ioctl($line, 0x5437, 0) or die "$!\n"' "/dev/ttyS$1"
}

# The kernel has no USB; a disk that can be taken out of a SCSI adapter is the same to all but udev.
machine_plug_stick() {
        local label=$1 kind=$2 folder=$3 name=$4 file files
        file=$(machine_dir "$name")/stick-$label.img
        files=("$folder"/*)

        rm -f "$file"
        case $kind in
        ext4) mke2fs -q -t ext4 -L "$label" -d "$folder" "$file" 32m >/dev/null ;;
        vfat)
                mkfs.vfat -n "$label" -C "$file" 32768 >/dev/null
                [[ ! -e ${files[0]} ]] || mcopy -s -i "$file" "${files[@]}" ::
                ;;
        *) machine_usage ;;
        esac
        machine_qmp "$name" blockdev-add "{\"node-name\":\"stick-$label\",\"driver\":\"raw\",\"file\":{\"driver\":\"file\",\"filename\":\"$file\"}}" >/dev/null
        machine_qmp "$name" device_add \
                "{\"driver\":\"scsi-hd\",\"id\":\"stick-$label\",\"drive\":\"stick-$label\",\"bus\":\"scsi.0\",\"removable\":true}" >/dev/null
}

machine_unplug_stick() {
        machine_qmp "$2" device_del "{\"id\":\"stick-$1\"}" >/dev/null
        wait_until 20 "the stick $1 to be out" machine_qmp "$2" blockdev-del "{\"node-name\":\"stick-$1\"}" >/dev/null 2>&1
        rm -f "$(machine_dir "$2")/stick-$1.img"
}

machine_monitor() {
        machine_qmp "$3" "$1" "$2"
}

# machine_verb WHAT WORDS... [NAME]
machine_verb() {
        local what=${1:-} words call name
        case $what in
        save | load) words=1 call=machine_$what ;;
        ports) words=1 call=machine_set_ports ;;
        hangup) words=1 call=machine_hangup ;;
        button) words=0 call=machine_button ;;
        plug) words=3 call=machine_plug_stick ;;
        unplug) words=1 call=machine_unplug_stick ;;
        monitor) words=2 call=machine_monitor ;;
        *) machine_usage ;;
        esac
        shift
        [[ $# -eq $words || $# -eq $((words + 1)) ]] || machine_usage
        name=${*:words + 1:1}
        name=${name:-machine}
        host_check "$name"
        machine_is "$name" || machine_usage
        [[ -d $(machine_dir "$name") ]] || die "there is no $name yet: run tests/lab up $name"
        [[ $what == load || $what == ports ]] || host_running "$name" || die "$name is not running: run tests/lab start $name"
        lab_lock instance
        $call "${@:1:words}" "$name"
        lab_unlock instance
}
