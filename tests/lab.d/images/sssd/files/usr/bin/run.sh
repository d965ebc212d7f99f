#!/bin/bash
# RUN: the daemon in the foreground. Of the host's configuration it has a copy: a change on the host counts when the unit is
# restarted. The responders that the libraries of the host talk to
# are started by the daemon, as systemd does not see their sockets here; InfoPipe tells sssctl how the domain is.
set -euo pipefail

rm -rf /etc/sssd
cp -a /etc/sssd.host /etc/sssd
cp /etc/krb5.conf.host /etc/krb5.conf
mkdir -p /etc/sssd/conf.d
services=$(sed -n 's/^ *services *= *//p' /etc/sssd/sssd.conf | tail -n 1)
for one in nss pam ifp; do
        [[ ,${services// /}, == *,$one,* ]] || services+=${services:+, }$one
done
printf '[sssd]\nservices = %s\n' "$services" >/etc/sssd/conf.d/zz-container.conf
chmod 600 /etc/sssd/sssd.conf /etc/sssd/conf.d/zz-container.conf
# Sockets and the pid of a daemon that had no time to clean up.
rm -f /run/sssd.pid
mkdir -p /var/lib/sss/{db,mc,pipes/private,pubconf/krb5.include.d}
chmod 700 /var/lib/sss/db
exec /usr/sbin/sssd -i --logger=stderr
