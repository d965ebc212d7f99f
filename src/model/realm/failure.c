/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/realm/failure.h"

#include <string.h>

/* The first row that fits is taken: what is special stands before what is general. Texts are those of
 * ipa-client-install 4.9 to 4.13, ipa-join, kinit (MIT), adcli 0.9, realm 0.17. reference/enroll.md a.5, b.2,
 * b.3, and real runs: tests/fixtures. */
static const struct failure failures[] = {
        {
                .id = "clock",
                .text = "Clock skew too great",
                .sure = true,
                .fix = FIX_CLOCK,
                .message = "The clock of this host is too far from that of the realm's servers",
                .cause = "Kerberos bears a difference of 5 minutes",
                .hint = "Set the clock from the realm's server, and let a time service keep it",
        },

        /* ---- this host ---- */
        {
                .id = "already-joined",
                .tool = TOOL_IPA,
                .text = "IPA client is already configured on this system",
                .sure = true,
                .fix = FIX_LEAVE,
                .message = "This host is joined to a FreeIPA realm already",
                .cause = "An earlier join was not left",
                .hint = "Leave that realm first",
        },
        {
                .id = "already-joined",
                .tool = TOOL_REALM,
                .text = "Already joined to",
                .sure = true,
                .fix = FIX_LEAVE,
                .message = "This host is joined to a domain already",
                .cause = "An earlier join was not left",
                .hint = "Leave that domain first",
        },
        {
                .id = "already-joined",
                .text = "is configured for a domain already",
                .sure = true,
                .fix = FIX_LEAVE,
                .message = "This host is joined to a domain already",
                .cause = "An earlier join was not left: its configuration of SSSD or FreeIPA is there",
                .hint = "Leave that domain first, or go on with its configuration as it is (the mode that "
                        "migrates)",
        },
        {
                .id = "not-joined",
                .tool = TOOL_IPA,
                .text = "IPA client is not configured on this system",
                .sure = true,
                .message = "This host is in no FreeIPA realm",
                .cause = "It was never joined, or an earlier join stopped half way: the tool does not count "
                         "such a one",
                .hint = "There is nothing to leave; files of a half join are put back by fairlead rollback",
        },
        {
                .id = "not-joined",
                .tool = TOOL_REALM,
                .text = "Couldn't find a configured realm",
                .sure = true,
                .message = "This host is in no domain",
                .cause = "It was never joined, or was left already",
                .hint = "There is nothing to leave",
        },
        {
                .id = "host-name",
                .tool = TOOL_IPA,
                .text = "invalid hostname: not fully qualified",
                .sure = true,
                .fix = FIX_HOSTNAME,
                .message = "The host name is not fully qualified",
                .cause = "FreeIPA needs the whole name, with the domain",
                .hint = "Give this host its full name, as in host1.example.test",
        },
        {
                .id = "host-name",
                .tool = TOOL_IPA,
                .text = "is not a fully-qualified hostname",
                .sure = true,
                .fix = FIX_HOSTNAME,
                .message = "The host name is not fully qualified",
                .cause = "FreeIPA needs the whole name, with the domain",
                .hint = "Give this host its full name, as in host1.example.test",
        },
        {
                .id = "host-name",
                .tool = TOOL_IPA,
                .text = "Invalid hostname",
                .also = "must not be used",
                .sure = true,
                .fix = FIX_HOSTNAME,
                .message = "The host is called localhost, as every host is for itself",
                .cause = "FreeIPA needs a name that no other host has",
                .hint = "Give this host a name of its own, as in host1.example.test",
        },
        {
                .id = "host-name",
                .tool = TOOL_IPA,
                .text = "must be lower-case",
                .sure = true,
                .fix = FIX_HOSTNAME,
                .message = "The host name has capitals",
                .cause = "Kerberos tells capitals from small letters; FreeIPA takes small ones only",
                .hint = "Give this host its name in small letters",
        },
        {
                .id = "host-name",
                .tool = TOOL_IPA,
                .text = "cannot be longer that",
                .sure = true,
                .fix = FIX_HOSTNAME,
                .message = "The host name is longer than 64 characters",
                .cause = "Linux has no longer names of hosts",
                .hint = "Give this host a shorter name",
        },
        {
                .id = "host-name",
                .tool = TOOL_IPA,
                .text = "in gethostfqdn",
                .also = "socket.gaierror",
                .fix = FIX_HOSTNAME,
                .message = "This host's own name has no address",
                .cause = "It is not fully qualified, or neither /etc/hosts nor the DNS knows it; "
                         "ipa-client-install stumbles over that",
                .hint = "Give this host its full name, and the name an address",
        },
        {
                .id = "host-name",
                .tool = TOOL_REALM,
                .text = "host name is not set correctly",
                .sure = true,
                .fix = FIX_HOSTNAME,
                .message = "The host is called localhost, as every host is for itself",
                .cause = "The computer's account is named after the host",
                .hint = "Give this host a name of its own, as in host1.example.test",
        },
        {
                .id = "host-name",
                .tool = TOOL_REALM,
                .text = "Couldn't determine the computer account name from host name",
                .sure = true,
                .fix = FIX_COMPUTER_NAME,
                .message = "No computer name can be made from this host's name",
                .cause = "It begins with a character that computer names do not have, or is empty",
                .hint = "Choose a computer name of at most 15 letters, digits and hyphens",
        },
        {
                .id = "ldap-conf",
                .tool = TOOL_IPA,
                .text = "contains deprecated and unsupported entries",
                .sure = true,
                .message = "The host's ldap.conf has HOST or PORT lines, which are too old",
                .cause = "The installer refuses to change such a file",
                .hint = "Replace them by a URI line in /etc/openldap/ldap.conf (/etc/ldap/ldap.conf)",
        },
        {
                .id = "half-undone",
                .tool = TOOL_IPA,
                .text = "Some installation state",
                .also = "has not been restored",
                .sure = true,
                .message = "An earlier leave stopped half way",
                .cause = "Files that ipa-client-install saved were not all put back",
                .hint = "Put the files back from fairlead's own snapshot: fairlead rollback",
        },

        {
                .id = "packages",
                .tool = TOOL_REALM,
                .text = "Necessary packages are not installed",
                .sure = true,
                .fix = FIX_AGAIN,
                .message = "Packages that a join needs are not on this host",
                .cause = "realmd looks for them before it joins, and could not install them",
                .hint = "Install those that the last line names, and packagekit, by which realmd looks",
        },

        {
                .id = "busy",
                .tool = TOOL_REALM,
                .text = "Already running another action",
                .sure = true,
                .fix = FIX_AGAIN,
                .message = "realmd of this host is at work for somebody else",
                .cause = "It does one thing at a time",
                .hint = "Wait until that is through, then try again",
        },
        {
                .id = "not-root",
                .tool = TOOL_REALM,
                .text = "Not authorized to perform this action",
                .sure = true,
                .message = "This user may not change whom this host belongs to",
                .cause = "realmd asks polkit, and polkit says no",
                .hint = "Do it as root",
        },
        {
                .id = "packages",
                .tool = TOOL_REALM,
                .text = "packages have unmet dependencies",
                .sure = true,
                .fix = FIX_AGAIN,
                .message = "Packages that a join needs are not on this host",
                .cause = "realmd looks for them before it joins, and could not install them: others that "
                         "they need cannot be had",
                .hint = "Install those that the last lines name, by this host's own package manager",
        },

        {
                .id = "no-realmd",
                .tool = TOOL_REALM,
                .text = "realmd is not on this host, or cannot be started",
                .sure = true,
                .fix = FIX_AGAIN,
                .message = "realmd is not on this host, or cannot be started",
                .cause = "The system bus knows no service org.freedesktop.realmd, or its unit fails or is "
                         "masked",
                .hint = "Install the package realmd, and look at systemctl status realmd",
        },
        {
                .id = "realmd-busy",
                .tool = TOOL_REALM,
                .text = "org.freedesktop.realmd.Error.Busy",
                .sure = true,
                .fix = FIX_AGAIN,
                .message = "realmd is at work for somebody else",
                .cause = "It carries out one join or leave at a time",
                .hint = "Wait for the end of the other one, and try again",
        },
        {
                .id = "not-authorized",
                .tool = TOOL_REALM,
                .text = "org.freedesktop.realmd.Error.NotAuthorized",
                .sure = true,
                .message = "realmd does not let this user join",
                .cause = "polkit lets only root do that, or whom its rules name",
                .hint = "Run fairlead as root; where it is, look whether polkit runs",
        },
        {
                .id = "credentials-kind",
                .tool = TOOL_REALM,
                .text = "with credentials of the kind",
                .sure = true,
                .fix = FIX_ACCOUNT,
                .message = "The domain cannot be joined in this way by realmd",
                .cause = "realmd of this host takes other credentials for it",
                .hint = "Give the name and the password of somebody who may join computers",
        },

        /* ---- who joins ---- */
        {
                .id = "no-credentials",
                .tool = TOOL_IPA,
                .text = "One of password / principal / keytab is required",
                .sure = true,
                .fix = FIX_PASSWORD,
                .message = "Neither a password nor a keytab was given",
                .cause = "A join needs somebody who may do it",
                .hint = "Give an administrator's password, a one-time password or a keytab",
        },
        {
                .id = "server-is-ad",
                .tool = TOOL_IPA,
                .text = "Error checking LDAP: Operations error: 00002020",
                .fix = FIX_OTHER_KIND,
                .message = "The server is an Active Directory controller, not a FreeIPA server",
                .cause = "It was named by hand, or the DNS of the domain names it",
                .hint = "Join it as Active Directory, or name a FreeIPA server",
        },
        {
                .id = "wrong-otp",
                .tool = TOOL_IPA,
                .text = "Joining realm failed: SASL Bind failed",
                .also = "Invalid credentials",
                .sure = true,
                .fix = FIX_PASSWORD,
                .message = "The one-time password was refused",
                .cause = "It is mistyped, was used already, or the host's entry was never made on the "
                         "server: FreeIPA does not tell which",
                .hint = "Make a new one on the server: ipa host-mod HOST --random (or ipa host-add HOST "
                        "--random)",
        },
        {
                .id = "wrong-otp",
                .tool = TOOL_IPA,
                .text = "Joining realm failed: Incorrect password",
                .sure = true,
                .fix = FIX_PASSWORD,
                .message = "The one-time password was refused",
                .cause = "It is mistyped or was used already",
                .hint = "Make a new one on the server: ipa host-mod HOST --random",
        },
        {
                .id = "wrong-otp",
                .tool = TOOL_REALM,
                .text = "Couldn't authenticate as machine account",
                .sure = true,
                .fix = FIX_PASSWORD,
                .message = "The one-time password was refused",
                .cause = "It is mistyped, was used already, or the computer's account was not prepared",
                .hint = "Prepare it anew: adcli preset-computer, or reset the account on a controller",
        },
        {
                .id = "wrong-password",
                .text = "Password incorrect",
                .sure = true,
                .fix = FIX_PASSWORD,
                .message = "The password is wrong",
                .cause = "It is mistyped, or belongs to another account",
                .hint = "Type it again; all other answers are kept",
        },
        {
                .id = "wrong-password",
                .text = "Preauthentication failed",
                .sure = true,
                .fix = FIX_PASSWORD,
                .message = "The password is wrong",
                .cause = "It is mistyped, or belongs to another account",
                .hint = "Type it again; all other answers are kept",
        },
        {
                .id = "wrong-password",
                .tool = TOOL_REALM,
                .text = "Admin name or password is not valid",
                .sure = true,
                .fix = FIX_PASSWORD,
                .message = "The password is wrong",
                .cause = "It is mistyped, or belongs to another account; this tool does not tell an unknown "
                         "account from it",
                .hint = "Type it again; all other answers are kept",
        },
        {
                .id = "unknown-user",
                .text = "Client '",
                .also = "not found in Kerberos database",
                .sure = true,
                .fix = FIX_ACCOUNT,
                .message = "There is no such user in the realm",
                .cause = "The name is mistyped, or of another realm",
                .hint = "Name an account of this realm that may join computers",
        },
        {
                .id = "account-locked",
                .text = "credentials have been revoked",
                .sure = true,
                .fix = FIX_ACCOUNT,
                .message = "The account is disabled, locked or expired",
                .cause = "An administrator disabled it, its last day is over, or too many wrong passwords "
                         "locked it: Kerberos does not tell which",
                .hint = "Use another account, or have this one unlocked",
        },
        {
                .id = "account-locked",
                .text = "entry in database has expired",
                .sure = true,
                .fix = FIX_ACCOUNT,
                .message = "The account is disabled, locked or expired",
                .cause = "Its last day is over",
                .hint = "Use another account, or have an administrator extend this one",
        },
        {
                .id = "policy",
                .text = "KDC policy rejects request",
                .sure = true,
                .fix = FIX_ACCOUNT,
                .message = "The realm does not let this account log in from here, or now",
                .cause = "The account is bound to other machines or other hours, or wants a second factor",
                .hint = "Use another account, or a one-time password made for this host",
        },
        {
                .id = "other-realm",
                .text = "Realm not local to KDC",
                .sure = true,
                .fix = FIX_ACCOUNT,
                .message = "The account is of another realm than the one that was asked",
                .cause = "What stands behind the @ of its name is not this realm, or not in capitals",
                .hint = "Name the account without an @, or with this realm in capitals",
        },
        {
                .id = "password-expired",
                .text = "New password cannot be zero length",
                .sure = true,
                .fix = FIX_ACCOUNT,
                .message = "The password of this account has expired",
                .cause = "It must be changed at the next login, which a join is not",
                .hint = "Change it elsewhere (kpasswd, or a login), or use another account",
        },
        {
                .id = "password-expired",
                .text = "assword has expired",
                .sure = true,
                .fix = FIX_ACCOUNT,
                .message = "The password of this account has expired",
                .cause = "It must be changed at the next login, which a join is not",
                .hint = "Change it elsewhere (kpasswd, or a login), or use another account",
        },
        {
                .id = "password-expired",
                .text = "Password expired",
                .sure = true,
                .fix = FIX_ACCOUNT,
                .message = "The password of this account has expired",
                .cause = "It must be changed at the next login, which a join is not",
                .hint = "Change it elsewhere (kpasswd, or a login), or use another account",
        },

        /* ---- the host's entry on the server ---- */
        {
                .id = "host-exists",
                .tool = TOOL_IPA,
                .text = "Joining realm failed: Host is already joined",
                .sure = true,
                .fix = FIX_FORCE,
                .message = "The realm has a host of this name already",
                .cause = "It was joined before and not left, or another machine has the name",
                .hint = "If it was this very host, take the entry over",
                .consequence = "The old certificate is revoked and the old keys are worth nothing from then "
                               "on: a machine that still uses them is "
                               "out of the realm",
        },
        {
                .id = "no-permission",
                .tool = TOOL_IPA,
                .text = "No permission to join this host to the IPA domain",
                .sure = true,
                .fix = FIX_ACCOUNT,
                .message = "This account may not join hosts",
                .cause = "It lacks the privilege Host Enrollment",
                .hint = "Use an account that has it, or a one-time password made for this host",
        },
        {
                .id = "quota",
                .tool = TOOL_REALM,
                .text = "0000216D",
                .sure = true,
                .fix = FIX_ACCOUNT,
                .message = "This account has joined as many computers as it may",
                .cause = "Active Directory lets an ordinary user join ten (ms-DS-MachineAccountQuota)",
                .hint = "Use an administrator, or one to whom the organizational unit was delegated",
        },
        {
                .id = "quota",
                .tool = TOOL_REALM,
                .text = "achine account quota",
                .sure = true,
                .fix = FIX_ACCOUNT,
                .message = "This account has joined as many computers as it may",
                .cause = "Active Directory lets an ordinary user join ten (ms-DS-MachineAccountQuota)",
                .hint = "Use an administrator, or one to whom the organizational unit was delegated",
        },
        {
                .id = "no-such-ou",
                .tool = TOOL_REALM,
                .text = "The organizational unit does not exist",
                .sure = true,
                .fix = FIX_COMPUTER_NAME,
                .message = "The organizational unit does not exist",
                .cause = "It is mistyped, or is a container that is no organizational unit",
                .hint = "Look it up on a controller, or leave it empty: the account then goes where the "
                        "domain puts new ones",
        },
        {
                .id = "no-such-ou",
                .tool = TOOL_REALM,
                .text = "The computer organizational unit is invalid",
                .sure = true,
                .fix = FIX_COMPUTER_NAME,
                .message = "The organizational unit is not a name of the directory",
                .cause = "It must be a whole distinguished name",
                .hint = "Write it as OU=Linux,DC=example,DC=test, or leave it empty",
        },
        {
                .id = "other-ou",
                .tool = TOOL_REALM,
                .text = "already exists, but is not in the desired organizational unit",
                .sure = true,
                .fix = FIX_COMPUTER_NAME,
                .message = "The domain has this computer in another organizational unit",
                .cause = "It was joined before, or another machine has the name; a join does not move "
                         "accounts",
                .hint = "If it is this very host, leave the organizational unit empty and take the account "
                        "over where it is, or have it moved; "
                        "else choose another computer name",
        },
        {
                .id = "account-of-another",
                .tool = TOOL_REALM,
                .text = "Cannot set computer password: Access denied",
                .sure = true,
                .fix = FIX_ACCOUNT,
                .message = "The domain has a computer of this name, and it is not this account's",
                .cause = "Somebody else joined it, or an administrator made it",
                .hint = "Use an account that may reset it, have it deleted on a controller, or choose "
                        "another computer name",
        },
        {
                .id = "account-of-another",
                .tool = TOOL_REALM,
                .text = "Cannot change computer password: Access denied",
                .sure = true,
                .fix = FIX_ACCOUNT,
                .message = "The domain has a computer of this name, and it is not this account's",
                .cause = "Somebody else joined it, or an administrator made it",
                .hint = "Use an account that may reset it, have it deleted on a controller, or choose "
                        "another computer name",
        },
        {
                .id = "account-of-another",
                .tool = TOOL_REALM,
                .text = "Insufficient permissions to set computer password",
                .sure = true,
                .fix = FIX_ACCOUNT,
                .message = "The domain has a computer of this name, and it is not this account's",
                .cause = "Somebody else joined it, or an administrator made it",
                .hint = "Use an account that may reset it, have it deleted on a controller, or choose "
                        "another computer name",
        },
        {
                .id = "name-taken",
                .tool = TOOL_REALM,
                .text = "would cause a conflict",
                .sure = true,
                .fix = FIX_HOSTNAME,
                .message = "Another computer of the domain bears this host's name",
                .cause = "Its account has the service names of this host: mostly this very host joined by "
                         "another computer name, and that account "
                         "stayed",
                .hint = "Have that account deleted on a controller (samba-tool computer delete, or "
                        "Remove-ADComputer), join by its computer "
                        "name, or give this host another name",
        },
        {
                .id = "no-permission",
                .tool = TOOL_REALM,
                .text = "Insufficient permissions to modify computer account",
                .also = "A computer account for",
                .sure = true,
                .fix = FIX_ACCOUNT,
                .message = "This account may not join computers here",
                .cause = "It has no right to make accounts in this place of the directory",
                .hint = "Use an administrator, or name the organizational unit that was delegated to this "
                        "account",
        },
        {
                .id = "account-of-another",
                .tool = TOOL_REALM,
                .text = "Insufficient permissions to modify computer account",
                .sure = true,
                .fix = FIX_ACCOUNT,
                .message = "The domain has a computer of this name, and it is not this account's",
                .cause = "Somebody else joined it, or an administrator made it",
                .hint = "Use an account that may change it, have it deleted on a controller, or choose "
                        "another computer name",
        },
        {
                .id = "no-permission",
                .tool = TOOL_REALM,
                .text = "Insufficient permissions to create computer account",
                .sure = true,
                .fix = FIX_ACCOUNT,
                .message = "This account may not join computers here",
                .cause = "It has no right to make accounts in this place of the directory",
                .hint = "Use an administrator, or name the organizational unit that was delegated to this "
                        "account",
        },

        /* ---- ways to the servers ---- */
        {
                .id = "port-464",
                .tool = TOOL_REALM,
                .text = "Couldn't set password for computer account",
                .also = "Cannot contact any KDC",
                .fix = FIX_AGAIN,
                .message = "The computer's password could not be set: port 464 does not answer",
                .cause = "A firewall between this host and the controller shuts it; the account exists "
                         "already",
                .hint = "Let TCP and UDP port 464 through, then try again",
        },
        {
                .id = "no-kdc",
                .text = "Cannot contact any KDC",
                .fix = FIX_AGAIN,
                .message = "No KDC answers: port 88 does not",
                .cause = "A firewall shuts it, or the servers are down",
                .hint = "Let TCP and UDP port 88 through, then try again",
        },
        {
                .id = "no-kdc",
                .text = "Cannot find KDC",
                .fix = FIX_DOMAIN,
                .message = "No KDC of the realm is known",
                .cause = "The DNS has no _kerberos records for it, or the realm is mistyped",
                .hint = "Mend the DNS, or name a server",
        },
        {
                .id = "no-kdc",
                .text = "Cannot resolve",
                .also = "for KDC in realm",
                .fix = FIX_DOMAIN,
                .message = "No KDC of the realm is known",
                .cause = "The DNS names one, but gives it no address",
                .hint = "Mend the DNS, or name a server",
        },
        {
                .id = "encryption",
                .text = "KDC has no support for encryption type",
                .message = "The realm and this host have no way of encryption in common",
                .cause = "The account or the realm allows only old ones (RC4), which this host refuses",
                .hint = "Let the account use AES (msDS-SupportedEncryptionTypes; its password must be set "
                        "anew), or allow RC4 here",
        },
        {
                .id = "server-unknown",
                .tool = TOOL_REALM,
                .text = "Server not found in Kerberos database",
                .message = "The controller's name is not the one that Kerberos knows",
                .cause = "Its address has another name backwards (PTR), or its account lacks the name "
                         "ldap/HOST",
                .hint = "Mend the PTR record of the controller, or its service principal names (setspn)",
        },
        {
                .id = "no-realm",
                .tool = TOOL_REALM,
                .text = "No such realm found",
                .sure = true,
                .fix = FIX_DOMAIN,
                .message = "There is no such domain",
                .cause = "The DNS names no servers for it: it is mistyped, or this host asks the wrong name "
                         "servers",
                .hint = "Look at the name, and at /etc/resolv.conf: the domain's controllers must be the "
                        "name servers",
        },
        {
                .id = "no-controller",
                .tool = TOOL_REALM,
                .text = "Couldn't find usable domain controller to connect to",
                .fix = FIX_DOMAIN,
                .message = "No domain controller answers",
                .cause = "The DNS names none that can be reached from here",
                .hint = "Look at port 389, UDP and TCP, of the controllers, or name one of them",
        },
        {
                .id = "no-ldap",
                .tool = TOOL_REALM,
                .text = "Can't contact LDAP server",
                .fix = FIX_AGAIN,
                .message = "The controller does not answer: port 389 does not",
                .cause = "A firewall shuts it, or the controller is down",
                .hint = "Let TCP and UDP port 389 through, then try again",
        },
        {
                .id = "controller-gone",
                .tool = TOOL_REALM,
                .text = "Couldn't connect to host",
                .fix = FIX_AGAIN,
                .message = "The controller went away in the middle of the join",
                .cause = "It answered before and does not any more: it is down, or the network to it is",
                .hint = "Look whether it runs, then try again; a computer account that was made already is "
                        "taken over",
        },
        {
                .id = "controller-gone",
                .tool = TOOL_REALM,
                .text = "Couldn't connect to LDAP server",
                .fix = FIX_AGAIN,
                .message = "The controller went away in the middle of the join",
                .cause = "It answered before and does not any more: it is down, or the network to it is",
                .hint = "Look whether it runs, then try again; a computer account that was made already is "
                        "taken over",
        },
        {
                .id = "no-address",
                .tool = TOOL_REALM,
                .text = "Couldn't resolve host name",
                .fix = FIX_DOMAIN,
                .message = "A controller's name has no address",
                .cause = "The DNS names it and does not know where it is",
                .hint = "Look at /etc/resolv.conf: the domain's controllers must be the name servers",
        },
        {
                .id = "no-ipa-server",
                .tool = TOOL_IPA,
                .text = "Unable to discover domain",
                .sure = true,
                .fix = FIX_DOMAIN,
                .message = "The domain could not be found out",
                .cause = "Neither this host's name nor the DNS tells it",
                .hint = "Name the domain, or the server too",
        },
        {
                .id = "no-ipa-server",
                .tool = TOOL_IPA,
                .text = "Unable to find IPA Server to join",
                .sure = true,
                .fix = FIX_DOMAIN,
                .message = "No FreeIPA server was found for this domain",
                .cause = "The DNS has no _ldap._tcp record of it, or this host asks the wrong name servers",
                .hint = "Look at the name and at /etc/resolv.conf, or name a server",
        },
        {
                .id = "not-ipa",
                .tool = TOOL_IPA,
                .text = "LDAP server is not responding, unable to verify if this is an IPA server",
                .fix = FIX_DOMAIN,
                .message = "The server does not answer",
                .cause = "Its name does not resolve, port 389 is shut, or it is down",
                .hint = "Look at the name; let TCP ports 80, 88, 389 and 443 through",
        },
        {
                .id = "server-is-ad",
                .tool = TOOL_IPA,
                .text = "is not an IPA v2 Server",
                .fix = FIX_OTHER_KIND,
                .message = "The server is no FreeIPA server",
                .cause = "It is Active Directory or another directory",
                .hint = "Join it as Active Directory, or name a FreeIPA server",
        },
        {
                .id = "server-is-ad",
                .tool = TOOL_IPA,
                .text = "not an IPA server",
                .fix = FIX_OTHER_KIND,
                .message = "The server is no FreeIPA server",
                .cause = "It is Active Directory or another directory",
                .hint = "Join it as Active Directory, or name a FreeIPA server",
        },
        {
                .id = "not-ipa",
                .tool = TOOL_IPA,
                .text = "Failed to verify that",
                .also = "is an IPA Server",
                .fix = FIX_DOMAIN,
                .message = "The server could not be proved to be FreeIPA",
                .cause = "Port 389 is shut, or it lets nobody read without a login",
                .hint = "Look at ports 80, 88, 389 and 443 of the server, or name another one",
        },
        {
                .id = "realm-differs",
                .tool = TOOL_IPA,
                .text = "The provided realm name",
                .also = "does not match discovered one",
                .sure = true,
                .fix = FIX_DOMAIN,
                .message = "The realm that was named is not the one that the server has",
                .cause = "It is mistyped, or written in small letters",
                .hint = "Leave the realm empty: it is found out",
        },
        {
                .id = "no-ca",
                .tool = TOOL_IPA,
                .text = "Cannot obtain CA certificate",
                .fix = FIX_CA_FILE,
                .message = "The realm's CA certificate could not be fetched in a safe way",
                .cause = "Kerberos or LDAP failed before it: a clock that is off does this, and names that "
                         "do not resolve backwards",
                .hint = "Look at the clock first; or name a file with the CA certificate. Never take it "
                        "over plain HTTP",
        },
        {
                .id = "unauthorized",
                .tool = TOOL_IPA,
                .text = "JSON-RPC call was unauthorized",
                .fix = FIX_AGAIN,
                .message = "The server did not accept the login over HTTPS",
                .cause = "Its name is not the one of its service principal, or a proxy stands between",
                .hint = "Name the server by its own full name; keep proxies out of the way (no_proxy)",
        },
        {
                .id = "server-trouble",
                .tool = TOOL_IPA,
                .text = "RPC failed at server",
                .fix = FIX_AGAIN,
                .message = "The server has a trouble of its own",
                .cause = "Its directory or another part is down",
                .hint = "Look at the server (ipactl status), or name another one",
        },
        {
                .id = "no-host-ticket",
                .tool = TOOL_IPA,
                .text = "Failed to obtain host TGT",
                .fix = FIX_AGAIN,
                .message = "The host's own keys are not accepted yet",
                .cause = "The servers have not told each other yet, or the clock is off",
                .hint = "Wait a minute and try again, or name one server to stay with",
        },
        {
                .id = "cannot-write",
                .tool = TOOL_REALM,
                .text = "Couldn't add keytab entries",
                .sure = true,
                .message = "A file could not be written on this host",
                .cause = "The keys of the computer's account could not be put into /etc/krb5.keytab",
                .hint = "Look at its rights and at the room on /etc; the computer's account exists in the "
                        "domain by now",
        },
        {
                .id = "cannot-write",
                .tool = TOOL_REALM,
                .text = "Failed to create file",
                .sure = true,
                .message = "A file could not be written on this host",
                .cause = "Its folder is missing or cannot be written",
                .hint = "The line above names it; the computer's account exists in the domain by now",
        },

        /* ---- it went on ---- */
        {
                .id = "dns-update",
                .tool = TOOL_IPA,
                .text = "Could not update DNS SSHFP records",
                .goes_on = true,
                .message = "The SSH keys of this host were not put into the DNS",
                .cause = "The zone takes no updates from hosts",
                .hint = "ssh asks once whether to trust this host",
        },
        {
                .id = "ssh-keys",
                .tool = TOOL_IPA,
                .text = "Failed to upload host SSH public keys",
                .goes_on = true,
                .message = "The SSH keys of this host were not put on the server",
                .cause = "The server refused them",
                .hint = "Upload them later: ipa host-mod HOST --sshpubkey=…",
        },
        {
                .id = "name-cut",
                .tool = TOOL_REALM,
                .text = "truncated netbios name",
                .goes_on = true,
                .message = "The computer's name was cut to 15 characters",
                .cause = "Active Directory has no longer ones",
                .hint = "Another host whose name begins the same would share the account: choose a computer "
                        "name of at most 15 characters",
        },
        {
                .id = "name-cut",
                .tool = TOOL_REALM,
                .text = "Truncated computer account name",
                .goes_on = true,
                .message = "The computer's name was cut to 15 characters",
                .cause = "Active Directory has no longer ones",
                .hint = "Another host whose name begins the same would share the account: choose a computer "
                        "name of at most 15 characters",
        },
        {
                .id = "spn",
                .tool = TOOL_REALM,
                .text = "Couldn't set service principals on computer account",
                .goes_on = true,
                .message = "The names of this host's services were not put on its account",
                .cause = "The account that joined may not set them",
                .hint = "Logins by Kerberos to this host (ssh without a password) may not work: have an "
                        "administrator add host/NAME (setspn)",
        },
        {
                .id = "no-lookup",
                .tool = TOOL_IPA,
                .text = "Unable to find 'admin' user with 'getent passwd",
                .goes_on = true,
                .message = "SSSD did not answer at once",
                .cause = "It had not come online yet when the installer looked",
                .hint = "fairlead looks itself",
        },
        {
                .id = "ca-over-http",
                .tool = TOOL_IPA,
                .text = "Downloading the CA certificate via HTTP, this is INSECURE",
                .goes_on = true,
                .message = "The realm's CA certificate came over plain HTTP",
                .cause = "A one-time password was used without a CA file",
                .hint = "Compare /etc/ipa/ca.crt with the server's",
        },

        /* ---- the end of the table ---- */
        {
                .id = "usage",
                .tool = TOOL_IPA,
                .status = 2,
                .text = "Usage:",
                .sure = true,
                .message = "ipa-client-install did not understand its options",
                .cause = "This version of it has other ones",
                .hint = "Its output names the option",
        },
        {
                .id = "no-permission",
                .tool = TOOL_REALM,
                .text = "Insufficient permissions to join the domain",
                .fix = FIX_ACCOUNT,
                .message = "The domain refused the join",
                .cause = "Mostly the account may not join computers, or the name is somebody else's; realm "
                         "does not tell more",
                .hint = "Use an administrator, and look at the lines above",
        },
        {
                .id = "unknown",
                .message = "The join failed, and its output has no reason that is known here",
                .cause = "The tool's own words are all there is",
                .hint = "Look at the last lines of the log",
        },
};
#define UNKNOWN (&failures[sizeof failures / sizeof failures[0] - 1])

static bool failure_has(const char *output, size_t n, const char *text) {
        return memmem(output, n, text, strlen(text)) != NULL;
}

static bool failure_fits(const struct failure *f, enum join_tool tool, int status, const char *output,
                         size_t n) {
        if (tool != TOOL_ANY && f->tool != TOOL_ANY && f->tool != tool)
                return false;
        return f->text && (!f->status || f->status == status) && failure_has(output, n, f->text) &&
               (!f->also || failure_has(output, n, f->also));
}

struct diagnosis failure_find(enum join_tool tool, int status, const char *output, size_t n,
                              const struct failure_facts *facts) {
        bool clock_off = facts && facts->clock_known &&
                         (facts->clock_usec >= CLOCK_FAIL_USEC || facts->clock_usec <= -CLOCK_FAIL_USEC);
        const struct failure *found = UNKNOWN;
        for (const struct failure *f = failures; f < UNKNOWN; f++)
                if (!f->goes_on && failure_fits(f, tool, status, output, n)) {
                        found = f;
                        break;
                }
        if (clock_off && !found->sure)
                return (struct diagnosis) { failure_of("clock"), false };
        return (struct diagnosis) { found, clock_off && strcmp(found->id, "clock") != 0 };
}

size_t failure_warnings(enum join_tool tool, const char *output, size_t n, const struct failure **ret,
                        size_t room) {
        size_t count = 0;
        for (const struct failure *f = failures; f < UNKNOWN && count < room; f++)
                if (f->goes_on && failure_fits(f, tool, 0, output, n))
                        ret[count++] = f;
        return count;
}

bool failure_kept_account(const char *output, size_t n) {
        return failure_has(output, n, "! Failed to join the domain") ||
               failure_has(output, n, "! Insufficient permissions to join the domain") ||
               failure_has(output, n, "Couldn't delete computer account");
}

/* A clock that is off says by how much, behind the sentence. */
const struct failure *failure_told(const char *message) {
        for (const struct failure *f = failures; message && f < UNKNOWN; f++)
                if (!f->goes_on && strncmp(message, f->message, strlen(f->message)) == 0)
                        return f;
        return NULL;
}

const struct failure *failure_of(const char *id) {
        for (const struct failure *f = failures; f <= UNKNOWN; f++)
                if (strcmp(f->id, id) == 0)
                        return f;
        return NULL;
}
