#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# An installer that changes what odd/furnish made, each in its way; with FAIL it fails when it is through.
set -e
cd /host/etc/odd
printf 'one\n2\nthree\n' >text
head -c 3000 /dev/urandom >binary
rm removed null fifo
chmod 4711 mode
chown 7:8 owner
chroot /host setfattr -n user.fairlead -v after /etc/odd/attribute
echo changed >>hard1
rm link
ln -s binary link
echo x >added
mkdir -p made/deep
echo y >made/deep/file
rm -r folder
rm type
mkdir type
truncate -s 10 sparse
chmod 700 /host/usr/local/odd
[ -z "$FAIL" ] || exit 9
