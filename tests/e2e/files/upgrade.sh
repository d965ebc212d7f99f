#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The UPGRADE command of a newer rsyslog.
echo "upgrading $NAME"
echo "# by the newer image" >/host/etc/rsyslog.d/90-newer.conf
echo "# more" >>/host/etc/rsyslog.conf
