#!/bin/bash
# RUN: the daemon in the foreground as the first process, so that the engine's stop reaches it.
exec /usr/sbin/rsyslogd -n -i NONE -f /etc/rsyslog.conf
