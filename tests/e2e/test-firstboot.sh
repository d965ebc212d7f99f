#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The setup of a host by keys: its name, its time zone, how root logs in; what is wrong is said and changes nothing; each setting is a job, and when all
# are rolled back the host is as it was, byte for byte. A host that nobody can log in to is not left behind.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
source tests/e2e/walk.sh

password=S3cr3t-CANARY-first
key='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGyYkVJ9yCCYQ6cWJ3QbYQ2kqv0O4lX5xWmC1H5qZ3nT anna@example.test'
name=$(host hostname)

setup_open() {
        term_open "setup-$1" "${2:-80x24}" tests/lab tty "$HOST" -- fairlead firstboot
        term_wait 'page 1 of 7'
}

# page N: it is shown, and clean.
page() {
        term_wait "page $1 of 7"
        seen "page-$1"
}

# skip N: leads to that page.
skip() {
        term_keys C-o
        page "$1"
}

# ended WHAT STATUS
ended() {
        # shellcheck disable=SC2119
        check_text "$1: status $2" "^$2\$" "$(term_wait_end)"
        term_close
}

# later KEY: from any page.
later() {
        term_keys C-x
        term_wait 'Leave the setup'
        seen later
        term_keys "$1"
}

# jobs_of_setup [NAME]: all of them, or those of one setting.
jobs_of_setup() {
        host fairlead jobs --json | python3 -c 'import json, sys
print("\n".join(j["id"] for j in json.load(sys.stdin) if j["verb"] == "setup" and j["state"] == "done" and sys.argv[1] in ("", j["name"])))' "${1:-}"
}

# passwords FIRST SECOND: into the two fields of the page, over what is there.
passwords() {
        term_keys C-u
        term_type "$1"
        term_keys Down
        term_wait '> Once more'
        term_keys C-u
        term_type "$2"
        term_keys Down
        term_wait '> SSH key of root'
}

# fields back to the first one.
first_field() {
        term_keys Up
        term_wait '> Once more'
        term_keys Up
        term_wait '> Password of root'
}

# The lab's root needs no password; here nobody can log in.
lock_root() {
        host sh -c "cp -a /etc/shadow /run/e2e-shadow && sed -i 's/^root:[^:]*:/root:*:/' /etc/shadow"
}

unlock_root() {
        host sh -c 'cp -a --remove-destination /run/e2e-shadow /etc/shadow && rm /run/e2e-shadow'
}

step "nobody can log in" lock_root
before=$(mktemp)
host_tree >"$before"

# ---- nobody can log in: it is put off, never ended ----

step "the setup opens" setup_open later
for number in 2 3 4 5 6 7; do
        step "page $number by Ctrl-O" skip "$number"
done
step "the last page says that nobody can log in" term_wait 'Nobody can log in to this host yet'
term_keys Enter
step "and stays" later l
ended "put off" 75
step "again" setup_open esc
term_keys Escape
step "Esc leads nowhere from the first page" term_wait 'This is the first page'
term_keys C-x
step "never is no choice then" term_wait 'offered again at the next boot'
check_not "and is not shown" term_matches 'never'
term_keys l
ended "put off" 75
check_same_tree "nothing was changed" "$before"

# ---- by keys ----

step "the setup opens at 40x12, too" setup_open small 40x12
term_keys C-x
step "with its keys" term_wait 'Leave the setup'
term_keys l
ended "put off" 75

step "the setup opens" setup_open keys
term_keys C-u
term_type 'db 1'
term_keys Enter
step "a wrong name says why" term_wait '! .*name'
term_keys C-u
term_type 'db1.example.test'
step "a realm's account is shown" term_wait 'Computer account in a realm: DB1 \(3 of 15 characters\)'
seen name
term_keys Enter
step "the name is set" page 2
step "the network is tested" term_wait 'Address +Success'
check "its gateway, too" term_matches 'Gateway +(Success|Cannot test|Not configured)'
check "and its DNS" term_matches 'DNS +(Success|Fail|Not configured)'
term_keys n
step "networkctl has the terminal" term_wait 'networkctl ran and ended'
term_keys Enter
step "which it gives back" page 2
term_keys Enter
step "the time" page 3
check_text "in the kernel" '^db1.example.test$' "$(host hostname)"
check_text "in its file" '^db1.example.test$' "$(host cat /etc/hostname)"
term_keys C-u
term_type 'Nowhere/Land'
term_keys Enter
step "there is no such zone" term_wait 'There is no time zone Nowhere/Land on this host'
seen no-zone
term_keys Enter
step "the page is shown again" term_wait '> Time zone'
term_keys C-u
term_type 'europe/b'
step "zones that begin so are named" term_wait 'Europe/Belgrade, Europe/Berlin, Europe/Bratislava, and [0-9]+ more'
seen zones
term_keys C-u
term_type 'berlin'
step "one is completed" term_wait 'Enter takes Europe/Berlin'
term_keys Enter
step "the zone is set" page 4
check_text "as a link" 'zoneinfo/Europe/Berlin$' "$(host readlink /etc/localtime)"
step "nobody can log in" term_wait '! Nobody can log in to this host yet'
step "passwords are typed" passwords one two
term_keys Enter
step "two that differ are refused" term_wait 'The two passwords are not the same'
step "back to the first" first_field
step "the same twice" passwords "$password" "$password"
term_type 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5'
term_keys Enter
step "half a key is refused" term_wait 'This is not a whole public key'
term_keys C-u
term_type "$key"
term_keys Enter
step "both are set" page 5
# shellcheck disable=SC2016
check_text "the password as a hash" '^root:\$y\$' "$(host grep ^root: /etc/shadow)"
# shellcheck disable=SC2016
check "which is the password's" host perl -e 'my $hash = (getpwnam "root")[1]; exit(crypt($ARGV[0], $hash) ne $hash)' "$password"
check_text "and the key" "^$key\$" "$(host cat /root/.ssh/authorized_keys)"
check_text "which others cannot read" '^700 600$' "$(host stat -c %a /root/.ssh /root/.ssh/authorized_keys | paste -sd ' ')"
check_text "shadow has its mode and owner" '^640 root shadow$' "$(host stat -c '%a %U %G' /etc/shadow)"
term_keys c
step "the catalog is one key away" term_wait '^Catalog'
term_keys q
step "and q leads back" page 5
term_keys 2
step "the images are, too" term_wait '[0-9]+ images'
term_keys q
step "and back" page 5
term_keys Enter
step "the realm" page 6
term_keys Enter
step "the summary" page 7
step "who can log in" term_wait 'Can log in +root by password'
step "what was set" term_wait 'Set here +This host is called db1.example.test'
term_keys Escape
step "Esc goes back" page 6
term_keys Enter
page 7
term_keys Enter
ended "finished" 0

step "opened again" setup_open again
step "it shows what is set" term_wait 'Host name +\[db1.example.test'
term_keys Enter
step "and changes nothing" page 2
later n
ended "never again" 76

# ---- language and keyboard, where nobody has set them; pages as the host's files have them ----

check_text "the pages are listed" '^40 +time +Time +Fairlead' "$(host fairlead firstboot --pages)"
# shellcheck disable=SC2016
host sh -c 'mkdir -p /run/e2e-pages /etc/fairlead/firstboot.d && for f in /etc/default/locale /etc/locale.conf; do cp -a $f /run/e2e-pages/ 2>/dev/null; rm -f $f; done
    : >/etc/fairlead/firstboot.d/realm.json
    ln -s /dev/null /etc/fairlead/firstboot.d/services.json
    echo "{ \"title\": \"Clock of this host\", \"priority\": 15 }" >/etc/fairlead/firstboot.d/time.json
    printf "{\n \"titel\": 1 }\n" >/run/e2e-pages/network.json'
check_status "a wrong file is refused" 1 host fairlead firstboot --pages /run/e2e-pages/network.json
check_text "with its line" 'network.json:2: titel' "$output"
check_status "a right one is not" 0 host fairlead firstboot --pages /etc/fairlead/firstboot.d/time.json
check_text "masked ones are listed last" 'realm +masked +/etc/fairlead/firstboot.d/realm.json' "$(host fairlead firstboot --pages)"
term_open setup-pages 80x24 tests/lab tty "$HOST" -- fairlead firstboot
step "the first page is the language's" term_wait 'Language and keyboard +page 1 of 6'
step "with what is installed" term_wait 'C.UTF-8'
seen language
term_type 'c.u'
step "which is completed" term_wait 'Enter takes C.UTF-8'
term_keys Enter
step "it is set" term_wait 'Clock of this host +page 2 of 6'
seen own-page
check_text "in its file" '^LANG=C.UTF-8$' "$(host cat /etc/locale.conf)"
check_text "and where logins read it" '^LANG=C.UTF-8$' "$(host cat /etc/default/locale)"
term_keys C-x
step "put off" term_wait 'Leave the setup'
term_keys l
ended "put off" 75
check_text "it is a job" 'set the language' "$(host fairlead jobs)"
check_status "which is rolled back" 0 host fairlead rollback "$(jobs_of_setup locale)" --yes
check "there is none again" host sh -c '! test -e /etc/locale.conf && ! test -e /etc/default/locale'
host sh -c 'cp -a /run/e2e-pages/locale /etc/default/ 2>/dev/null; cp -a /run/e2e-pages/locale.conf /etc/ 2>/dev/null; rm -r /run/e2e-pages /etc/fairlead/firstboot.d
    rmdir --ignore-fail-on-non-empty /etc/fairlead'

# ---- each setting was a job ----

ids=$(jobs_of_setup)
check_text "four jobs are listed" '^4$' "$(wc -l <<<"$ids")"
check_text "by what they did" 'set the host name' "$(host fairlead jobs)"
check_nowhere "the password is nowhere" "$password"
for id in $ids; do
        check_status "$id is rolled back" 0 host fairlead rollback "$id" --yes
done
check_same_tree "the host is as it was" "$before"
check_text "and has its name" "^$name\$" "$(host hostname)"
check "no key is left" host test ! -e /root/.ssh/authorized_keys

# ---- by an answer file, and no key ----

# answer WHAT STATUS [WORDS]: the setup by the file.
answer() {
        check_status "$1" "$2" host fairlead firstboot --answers /run/e2e-answers.json "${@:3}"
}

# write_answers TEXT
write_answers() {
        printf '%s\n' "$1" | host sh -c 'cat >/run/e2e-answers.json'
}

whole='{ "host-name": "db2.example.test",
  "time-zone": "Europe/Paris", "locale": "C.UTF-8",
  "root-password": { "file": "/run/e2e-password" },
  "root-keys": [ "'$key'" ],
  "services": [ { "image": "localhost/rsyslog", "mode": "forward", "answers": { "host": "127.0.0.1" } } ] }'
printf '%s\n' "$password" | host sh -c 'umask 077; cat >/run/e2e-password'
host_tree >"$before"

write_answers '{ "host-name": "db2.example.test",
  "time-zone": "Nowhere/Land" }'
answer "a zone that is not there is refused" 4
check_text "with its line" 'e2e-answers.json:2: There is no time zone Nowhere/Land' "$output"
write_answers '{ "host-name": "db2.example.test",

  "hostname": "x" }'
answer "what nobody knows is refused" 2
check_text "with its line" 'e2e-answers.json:3: hostname' "$output"
write_answers '{ "host-name": "db2.example.test",
  "root-password": "'$password'" }'
answer "a secret in the file is refused" 2
check_text "with a sentence" 'e2e-answers.json:2: root-password: A secret never stands in this file' "$output"
write_answers "${whole/127.0.0.1/no such host}"
answer "a wrong answer to a service is refused" 2
check_text "with its line" 'e2e-answers.json:5: ' "$output"
write_answers "${whole/e2e-password/e2e-none}"
answer "a secret that is not there is refused" 4
check_text "with its line" 'e2e-answers.json:3: ' "$output"
write_answers "$whole"
answer "a whole one fits" 0 --check
check_same_tree "nothing was changed by all that" "$before"
check_text "nor was the name" "^$name\$" "$(host hostname)"

answer "the host is set up" 0
check_text "it has its name" '^db2.example.test$' "$(host hostname)"
check_text "its zone" 'zoneinfo/Europe/Paris$' "$(host readlink /etc/localtime)"
check "its service" host systemctl is-active --quiet rsyslog.service
# shellcheck disable=SC2016
check "and its password" host perl -e 'my $hash = (getpwnam "root")[1]; exit(crypt($ARGV[0], $hash) ne $hash)' "$password"
host rm /run/e2e-password
check_nowhere "which is nowhere" "$password"
write_answers "${whole/'"root-password": { "file": "/run/e2e-password" },'/}"
answer "given again" 0
check_text "all is so already" 'This host is called db2.example.test already' "$output"
check_text "the service, too" 'is installed already' "$output"

check_status "the host is printed as an answer file" 0 host sh -c 'fairlead firstboot --export-answers >/run/e2e-answers.json'
check_text "with its name" '"host-name": *"db2.example.test"' "$(host cat /run/e2e-answers.json)"
check_text "its service's answer" '"host": *"127.0.0.1"' "$(host cat /run/e2e-answers.json)"
answer "which fits it" 0 --check

# Of two jobs of one setting only the last can be rolled back.
check_status "its password is rolled back" 0 host fairlead rollback "$(jobs_of_setup root-password)" --yes
store=$(host sh -c 'ls -d /etc/credstore.encrypted 2>/dev/null || :')
printf '%s' "$password" | host sh -c 'umask 077; cat >/run/e2e-password'
check_status "a secret is sealed" 0 host fairlead seal --name fairlead.e2e /run/e2e-password
check_text "and said how it is used" '"credential": "fairlead.e2e"' "$output"
check_status "a name that leads elsewhere is refused" 2 host fairlead seal --name ../x /run/e2e-password
host rm /run/e2e-password
check_nowhere "it is nowhere to be read" "$password"
write_answers '{ "root-password": { "credential": "fairlead.e2e" } }'
# systemd hands it over as it lies there where a line LoadCredential= names it
check_status "an answer file names it" 0 host env CREDENTIALS_DIRECTORY=/etc/credstore.encrypted fairlead firstboot --answers /run/e2e-answers.json
# shellcheck disable=SC2016
check "and it is the password" host perl -e 'my $hash = (getpwnam "root")[1]; exit(crypt($ARGV[0], $hash) ne $hash)' "$password"
host rm -f /etc/credstore.encrypted/fairlead.e2e
[ -n "$store" ] || host rmdir /etc/credstore.encrypted
answer "one that is not there is refused" 4
check_text "with its line" 'e2e-answers.json:1: ' "$output"

# ---- by the supervisor, with nobody there ----

# unattended WHAT STATUS: an answer file as the credential.
unattended() {
        check_status "$1" "$2" host env CREDENTIALS_DIRECTORY=/run/e2e-credentials "$supervisor" --timeout 1
}

# Its package would offer the setup on the consoles of all hosts.
supervisor=/usr/libexec/fairlead/fairlead-firstboot packaged=$(host sh -c "! test -e $supervisor || echo yes")
[ -n "$packaged" ] || tests/lab put "$HOST" build-release/fairlead-firstboot /usr/libexec/fairlead >/dev/null
host mkdir -p /run/e2e-credentials
printf '{ "time-zone": "Europe/Paris",\n  "hostname": "x" }\n' | host sh -c 'cat >/run/e2e-credentials/fairlead.answers'
unattended "a wrong credential is refused, and setup is offered" 75
check_text "with its line" 'nothing was changed: the credential fairlead.answers:2: hostname' "$output"
printf '{ "time-zone": "Europe/Paris" }\n' | host sh -c 'cat >/run/e2e-credentials/fairlead.answers'
unattended "one that fits is carried out" 0
check_text "and says so" 'Setup by the credential fairlead.answers is done' "$output"
check_text "with a stamp" '^outcome=answered$' "$(host cat /var/lib/fairlead/firstboot.done)"
host rm -rf /run/e2e-credentials /var/lib/fairlead/firstboot.done /var/lib/fairlead/firstboot.answers
[ -n "$packaged" ] || host rm "$supervisor"

check_status "the service goes" 0 host fairlead uninstall rsyslog --yes
for id in $(jobs_of_setup); do
        check_status "$id is rolled back" 0 host fairlead rollback "$id" --yes
done
check_same_tree "the host is as it was" "$before"
check_text "and has its name" "^$name\$" "$(host hostname)"
host rm -f /run/e2e-answers.json
step "root is as it was" unlock_root
rm -f "$before"
finish
