/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/realm/failure.h"

/* The first row that matches counts: special rows precede general ones. Texts are those of ipa-client-install
 * 4.9 to 4.13, ipa-join, kinit (MIT), adcli 0.9, realm 0.17, and of real runs: tests/fixtures. */
static const struct failure failures[] = {
        {
                .id = "clock",
                .texts = { "Clock skew too great" },
                .sure = true, .fix = FIX_CLOCK,
                .message = "The clock of this host is too far from that of the realm's servers",
                .cause = "Kerberos tolerates a clock skew of at most 5 minutes",
                .hint = "Set the clock from the realm's server, and enable a time service",
        },

        /* ---- this host ---- */
        {
                .id = "already-joined", .tool = TOOL_IPA,
                .texts = { "IPA client is already configured on this system" },
                .sure = true, .fix = FIX_LEAVE,
                .message = "This host is joined to a FreeIPA realm already",
                .cause = "An earlier join was not undone",
                .hint = "Leave that realm first",
        },
        {
                .id = "already-joined", .tool = TOOL_REALM,
                .texts = { "Already joined to" },
                .sure = true, .fix = FIX_LEAVE,
                .message = "This host is joined to a domain already",
                .cause = "An earlier join was not undone",
                .hint = "Leave that domain first",
        },
        {
                .id = "already-joined",
                .texts = { "is configured for a domain already" },
                .sure = true, .fix = FIX_LEAVE,
                .message = "This host is joined to a domain already",
                .cause = "An earlier join was not undone: its SSSD or FreeIPA configuration is present",
                .hint = "Leave that domain first, or keep its configuration as it is (the mode that "
                        "migrates)",
        },
        {
                .id = "not-joined", .tool = TOOL_IPA,
                .texts = { "IPA client is not configured on this system" },
                .sure = true,
                .message = "This host is in no FreeIPA realm",
                .cause = "It was never joined, or an earlier join stopped half way, which the tool does not "
                         "count",
                .hint = "There is nothing to leave; fairlead rollback restores the files of an unfinished "
                        "join",
        },
        {
                .id = "not-joined", .tool = TOOL_REALM,
                .texts = { "Couldn't find a configured realm" },
                .sure = true,
                .message = "This host is in no domain",
                .cause = "It was never joined, or was left already",
                .hint = "There is nothing to leave",
        },
        {
                .id = "host-name", .tool = TOOL_IPA,
                .texts = { "invalid hostname: not fully qualified",
                           "is not a fully-qualified hostname" },
                .sure = true, .fix = FIX_HOSTNAME,
                .message = "The host name is not fully qualified",
                .cause = "FreeIPA needs the name with its domain",
                .hint = "Set the fully qualified host name, as in host1.example.test",
        },
        {
                .id = "host-name", .tool = TOOL_IPA,
                .texts = { "Invalid hostname" },
                .also = "must not be used",
                .sure = true, .fix = FIX_HOSTNAME,
                .message = "The host name is localhost",
                .former = "The host is called localhost, as every host is for itself",
                .cause = "FreeIPA needs a name that is unique in the realm",
                .hint = "Set a unique host name, as in host1.example.test",
        },
        {
                .id = "host-name", .tool = TOOL_IPA,
                .texts = { "must be lower-case" },
                .sure = true, .fix = FIX_HOSTNAME,
                .message = "The host name has upper-case letters",
                .former = "The host name has capitals",
                .cause = "Kerberos distinguishes case; FreeIPA accepts lower case only",
                .hint = "Set the host name in lower case",
        },
        {
                .id = "host-name", .tool = TOOL_IPA,
                .texts = { "cannot be longer that" },
                .sure = true, .fix = FIX_HOSTNAME,
                .message = "The host name is longer than 64 characters",
                .cause = "Linux does not allow longer host names",
                .hint = "Set a shorter host name",
        },
        {
                .id = "host-name", .tool = TOOL_IPA,
                .texts = { "in gethostfqdn" },
                .also = "socket.gaierror",
                .fix = FIX_HOSTNAME,
                .message = "The host name does not resolve",
                .former = "This host's own name has no address",
                .cause = "It is not fully qualified, or neither /etc/hosts nor the DNS has it; "
                         "ipa-client-install fails on that",
                .hint = "Set the fully qualified host name, and give it an address in /etc/hosts or the DNS",
        },
        {
                .id = "host-name", .tool = TOOL_REALM,
                .texts = { "host name is not set correctly" },
                .sure = true, .fix = FIX_HOSTNAME,
                .message = "The host name is localhost",
                .former = "The host is called localhost, as every host is for itself",
                .cause = "The computer account is named after the host",
                .hint = "Set a unique host name, as in host1.example.test",
        },
        {
                .id = "host-name", .tool = TOOL_REALM,
                .texts = { "Couldn't determine the computer account name from host name" },
                .sure = true, .fix = FIX_COMPUTER_NAME,
                .message = "No computer name can be made from this host's name",
                .cause = "It is empty or begins with a character that computer names do not allow",
                .hint = "Choose a computer name of at most 15 letters, digits and hyphens",
        },
        {
                .id = "ldap-conf", .tool = TOOL_IPA,
                .texts = { "contains deprecated and unsupported entries" },
                .sure = true,
                .message = "The host's ldap.conf has HOST or PORT lines, which are too old",
                .cause = "The installer refuses to change such a file",
                .hint = "Replace them with a URI line in /etc/openldap/ldap.conf (/etc/ldap/ldap.conf)",
        },
        {
                .id = "half-undone", .tool = TOOL_IPA,
                .texts = { "Some installation state" },
                .also = "has not been restored",
                .sure = true,
                .message = "An earlier leave stopped half way",
                .cause = "Not all files that ipa-client-install had saved were restored",
                .hint = "Restore the files from fairlead's own snapshot: fairlead rollback",
        },
        {
                .id = "packages", .tool = TOOL_REALM,
                .texts = { "Necessary packages are not installed" },
                .sure = true, .fix = FIX_AGAIN,
                .message = "Packages that a join needs are not installed",
                .former = "Packages that a join needs are not on this host",
                .cause = "realmd checks for them before it joins, and could not install them",
                .hint = "Install those that the last line names, and packagekit, which realmd uses to check",
        },
        {
                .id = "busy", .tool = TOOL_REALM,
                .texts = { "Already running another action" },
                .sure = true, .fix = FIX_AGAIN,
                .message = "realmd is busy with another request",
                .former = "realmd of this host is at work for somebody else",
                .cause = "It handles one request at a time",
                .hint = "Wait until that one has finished, then try again",
        },
        {
                .id = "not-root", .tool = TOOL_REALM,
                .texts = { "Not authorized to perform this action" },
                .sure = true,
                .message = "This user may not change the host's membership",
                .former = "This user may not change whom this host belongs to",
                .cause = "realmd asked polkit, which denied it",
                .hint = "Run it as root",
        },
        {
                .id = "packages", .tool = TOOL_REALM,
                .texts = { "packages have unmet dependencies" },
                .sure = true, .fix = FIX_AGAIN,
                .message = "Packages that a join needs are not installed",
                .former = "Packages that a join needs are not on this host",
                .cause = "realmd checks for them before it joins, and could not install them: their "
                         "dependencies are not available",
                .hint = "Install those that the last lines name with the host's package manager",
        },
        {
                .id = "no-realmd", .tool = TOOL_REALM,
                .texts = { "realmd is not on this host, or cannot be started" },
                .sure = true, .fix = FIX_AGAIN,
                .message = "realmd is not installed, or cannot be started",
                .former = "realmd is not on this host, or cannot be started",
                .cause = "The system bus knows no service org.freedesktop.realmd, or its unit fails or is "
                         "masked",
                .hint = "Install the package realmd, and check systemctl status realmd",
        },
        {
                .id = "realmd-busy", .tool = TOOL_REALM,
                .texts = { "org.freedesktop.realmd.Error.Busy" },
                .sure = true, .fix = FIX_AGAIN,
                .message = "realmd is busy with another request",
                .former = "realmd is at work for somebody else",
                .cause = "It handles one join or leave at a time",
                .hint = "Wait until that one has finished, then try again",
        },
        {
                .id = "not-authorized", .tool = TOOL_REALM,
                .texts = { "org.freedesktop.realmd.Error.NotAuthorized" },
                .sure = true,
                .message = "Permission denied: realmd does not let this user join",
                .former = "realmd does not let this user join",
                .cause = "This needs root or a polkit authorization",
                .hint = "Run fairlead as root; if it is, check whether polkit is running",
        },
        {
                .id = "credentials-kind", .tool = TOOL_REALM,
                .texts = { "with credentials of the kind" },
                .sure = true, .fix = FIX_ACCOUNT,
                .message = "The domain cannot be joined in this way by realmd",
                .cause = "realmd accepts other credentials for it",
                .hint = "Give the name and password of an account that may join computers",
        },

        /* ---- the joining user ---- */
        {
                .id = "no-credentials", .tool = TOOL_IPA,
                .texts = { "One of password / principal / keytab is required" },
                .sure = true, .fix = FIX_PASSWORD,
                .message = "Neither a password nor a keytab was given",
                .cause = "A join needs credentials that allow it",
                .hint = "Give an administrator's password, a one-time password or a keytab",
        },
        {
                .id = "server-is-ad", .tool = TOOL_IPA,
                .texts = { "Error checking LDAP: Operations error: 00002020" },
                .fix = FIX_OTHER_KIND,
                .message = "The server is an Active Directory controller, not a FreeIPA server",
                .cause = "It was given by hand, or comes from the domain's DNS",
                .hint = "Join it as Active Directory, or give a FreeIPA server",
        },
        {
                .id = "wrong-otp", .tool = TOOL_IPA,
                .texts = { "Joining realm failed: SASL Bind failed" },
                .also = "Invalid credentials",
                .sure = true, .fix = FIX_PASSWORD,
                .message = "The one-time password was refused",
                .cause = "It is mistyped, was already used, or the host entry was never created on the "
                         "server: FreeIPA does not say which",
                .hint = "Create a new one on the server: ipa host-mod HOST --random (or ipa host-add HOST "
                        "--random)",
        },
        {
                .id = "wrong-otp", .tool = TOOL_IPA,
                .texts = { "Joining realm failed: Incorrect password" },
                .sure = true, .fix = FIX_PASSWORD,
                .message = "The one-time password was refused",
                .cause = "It is mistyped or was already used",
                .hint = "Create a new one on the server: ipa host-mod HOST --random",
        },
        {
                .id = "wrong-otp", .tool = TOOL_REALM,
                .texts = { "Couldn't authenticate as machine account" },
                .sure = true, .fix = FIX_PASSWORD,
                .message = "The one-time password was refused",
                .cause = "It is mistyped, was already used, or the computer account was not prepared",
                .hint = "Prepare it again: adcli preset-computer, or reset the account on a domain "
                        "controller",
        },
        {
                .id = "wrong-password",
                .texts = { "Password incorrect",
                           "Preauthentication failed" },
                .sure = true, .fix = FIX_PASSWORD,
                .message = "The password is wrong",
                .cause = "It is mistyped, or belongs to another account",
                .hint = "Type it again; all other answers are kept",
        },
        {
                .id = "wrong-password", .tool = TOOL_REALM,
                .texts = { "Admin name or password is not valid" },
                .sure = true, .fix = FIX_PASSWORD,
                .message = "The password is wrong",
                .cause = "It is mistyped, or belongs to another account; this tool reports an unknown "
                         "account in the same way",
                .hint = "Type it again; all other answers are kept",
        },
        {
                .id = "unknown-user",
                .texts = { "Client '" },
                .also = "not found in Kerberos database",
                .sure = true, .fix = FIX_ACCOUNT,
                .message = "The user does not exist in the realm",
                .former = "There is no such user in the realm",
                .cause = "The name is mistyped, or belongs to another realm",
                .hint = "Name an account of this realm that may join computers",
        },
        {
                .id = "account-locked",
                .texts = { "credentials have been revoked" },
                .sure = true, .fix = FIX_ACCOUNT,
                .message = "The account is disabled, locked or expired",
                .cause = "An administrator disabled it, it has expired, or too many wrong passwords locked "
                         "it: Kerberos does not say which",
                .hint = "Use another account, or have this one unlocked",
        },
        {
                .id = "account-locked",
                .texts = { "entry in database has expired" },
                .sure = true, .fix = FIX_ACCOUNT,
                .message = "The account is disabled, locked or expired",
                .cause = "Its expiry date has passed",
                .hint = "Use another account, or have an administrator extend this one",
        },
        {
                .id = "policy",
                .texts = { "KDC policy rejects request" },
                .sure = true, .fix = FIX_ACCOUNT,
                .message = "The realm does not allow this account to log in from this host or at this time",
                .former = "The realm does not let this account log in from here, or now",
                .cause = "The account is restricted to other machines or hours, or needs a second factor",
                .hint = "Use another account, or a one-time password created for this host",
        },
        {
                .id = "other-realm",
                .texts = { "Realm not local to KDC" },
                .sure = true, .fix = FIX_ACCOUNT,
                .message = "The account belongs to another realm",
                .former = "The account is of another realm than the one that was asked",
                .cause = "The part of its name after the @ is not this realm, or not in upper case",
                .hint = "Give the account without an @, or with this realm in upper case",
        },
        {
                .id = "password-expired",
                .texts = { "New password cannot be zero length",
                           "assword has expired",
                           "Password expired" },
                .sure = true, .fix = FIX_ACCOUNT,
                .message = "The password of this account has expired",
                .cause = "It must be changed at the next login, and a join is not a login",
                .hint = "Change it elsewhere (kpasswd, or a login), or use another account",
        },

        /* ---- the host's entry on the server ---- */
        {
                .id = "host-exists", .tool = TOOL_IPA,
                .texts = { "Joining realm failed: Host is already joined" },
                .sure = true, .fix = FIX_FORCE,
                .message = "The realm already has a host of this name",
                .former = "The realm has a host of this name already",
                .cause = "It was joined before without leaving, or another machine has the name",
                .hint = "If it was this host, take over the entry",
                .consequence = "The old certificate is revoked and the old keys are worth nothing from then "
                               "on: a machine that still uses them is out of the realm",
        },
        {
                .id = "no-permission", .tool = TOOL_IPA,
                .texts = { "No permission to join this host to the IPA domain" },
                .sure = true, .fix = FIX_ACCOUNT,
                .message = "This account may not join hosts",
                .cause = "It lacks the privilege Host Enrollment",
                .hint = "Use an account that has it, or a one-time password made for this host",
        },
        {
                .id = "quota", .tool = TOOL_REALM,
                .texts = { "0000216D",
                           "achine account quota" },
                .sure = true, .fix = FIX_ACCOUNT,
                .message = "This account has reached its limit of joined computers",
                .former = "This account has joined as many computers as it may",
                .cause = "Active Directory allows an ordinary user ten (ms-DS-MachineAccountQuota)",
                .hint = "Use an administrator, or an account to which the organizational unit is delegated",
        },
        {
                .id = "no-such-ou", .tool = TOOL_REALM,
                .texts = { "The organizational unit does not exist" },
                .sure = true, .fix = FIX_COMPUTER_NAME,
                .message = "The organizational unit does not exist",
                .cause = "It is mistyped, or is a container rather than an organizational unit",
                .hint = "Look it up on a domain controller, or leave it empty for the domain's default",
        },
        {
                .id = "no-such-ou", .tool = TOOL_REALM,
                .texts = { "The computer organizational unit is invalid" },
                .sure = true, .fix = FIX_COMPUTER_NAME,
                .message = "The organizational unit is not a valid distinguished name",
                .former = "The organizational unit is not a name of the directory",
                .cause = "A complete distinguished name is needed",
                .hint = "Write it as OU=Linux,DC=example,DC=test, or leave it empty",
        },
        {
                .id = "other-ou", .tool = TOOL_REALM,
                .texts = { "already exists, but is not in the desired organizational unit" },
                .sure = true, .fix = FIX_COMPUTER_NAME,
                .message = "The computer account is in another organizational unit",
                .former = "The domain has this computer in another organizational unit",
                .cause = "It was joined before, or another machine has the name; a join does not move "
                         "accounts",
                .hint = "If it is this host, leave the organizational unit empty to take over the account "
                        "where it is, or have it moved; else choose another computer name",
        },
        {
                .id = "account-of-another", .tool = TOOL_REALM,
                .texts = { "Cannot set computer password: Access denied",
                           "Cannot change computer password: Access denied",
                           "Insufficient permissions to set computer password" },
                .sure = true, .fix = FIX_ACCOUNT,
                .message = "The domain has a computer of this name that belongs to another account",
                .former = "The domain has a computer of this name, and it is not this account's",
                .cause = "Another account joined it, or an administrator created it",
                .hint = "Use an account that may reset it, have it deleted on a domain controller, or "
                        "choose another computer name",
        },
        {
                .id = "name-taken", .tool = TOOL_REALM,
                .texts = { "would cause a conflict" },
                .sure = true, .fix = FIX_HOSTNAME,
                .message = "Another computer account of the domain has this host's name",
                .former = "Another computer of the domain bears this host's name",
                .cause = "Its account has this host's service principal names: usually this host was joined "
                         "under another computer name before, and that account stayed",
                .hint = "Have that account deleted on a domain controller (samba-tool computer delete, or "
                        "Remove-ADComputer), join under its computer name, or rename this host",
        },
        {
                .id = "no-permission", .tool = TOOL_REALM,
                .texts = { "Insufficient permissions to modify computer account" },
                .also = "A computer account for",
                .sure = true, .fix = FIX_ACCOUNT,
                .message = "This account may not join computers here",
                .cause = "It has no permission to create accounts in this part of the directory",
                .hint = "Use an administrator, or give the organizational unit that is delegated to this "
                        "account",
        },
        {
                .id = "account-of-another", .tool = TOOL_REALM,
                .texts = { "Insufficient permissions to modify computer account" },
                .sure = true, .fix = FIX_ACCOUNT,
                .message = "The domain has a computer of this name that belongs to another account",
                .former = "The domain has a computer of this name, and it is not this account's",
                .cause = "Another account joined it, or an administrator created it",
                .hint = "Use an account that may change it, have it deleted on a domain controller, or "
                        "choose another computer name",
        },
        {
                .id = "no-permission", .tool = TOOL_REALM,
                .texts = { "Insufficient permissions to create computer account" },
                .sure = true, .fix = FIX_ACCOUNT,
                .message = "This account may not join computers here",
                .cause = "It has no permission to create accounts in this part of the directory",
                .hint = "Use an administrator, or give the organizational unit that is delegated to this "
                        "account",
        },

        /* ---- the network ---- */
        {
                .id = "port-464", .tool = TOOL_REALM,
                .texts = { "Couldn't set password for computer account" },
                .also = "Cannot contact any KDC",
                .fix = FIX_AGAIN,
                .message = "The computer's password could not be set: port 464 does not answer",
                .cause = "A firewall between this host and the domain controller blocks it; the account "
                         "already exists",
                .hint = "Allow TCP and UDP port 464, then try again",
        },
        {
                .id = "no-kdc",
                .texts = { "Cannot contact any KDC" },
                .fix = FIX_AGAIN,
                .message = "No KDC answers on port 88",
                .former = "No KDC answers: port 88 does not",
                .cause = "A firewall blocks it, or the servers are down",
                .hint = "Allow TCP and UDP port 88, then try again",
        },
        {
                .id = "no-kdc",
                .texts = { "Cannot find KDC" },
                .fix = FIX_DOMAIN,
                .message = "No KDC of the realm is known",
                .cause = "The DNS has no _kerberos records for it, or the realm is mistyped",
                .hint = "Fix the DNS, or give a server",
        },
        {
                .id = "no-kdc",
                .texts = { "Cannot resolve" },
                .also = "for KDC in realm",
                .fix = FIX_DOMAIN,
                .message = "No KDC of the realm is known",
                .cause = "The DNS names one but has no address for it",
                .hint = "Fix the DNS, or give a server",
        },
        {
                .id = "encryption",
                .texts = { "KDC has no support for encryption type" },
                .message = "The realm and this host have no encryption type in common",
                .former = "The realm and this host have no way of encryption in common",
                .cause = "The account or the realm allows only old types (RC4), which this host refuses",
                .hint = "Enable AES for the account (msDS-SupportedEncryptionTypes; its password must be "
                        "set again), or allow RC4 here",
        },
        {
                .id = "server-unknown", .tool = TOOL_REALM,
                .texts = { "Server not found in Kerberos database" },
                .message = "The domain controller's name is not the one that Kerberos knows",
                .former = "The controller's name is not the one that Kerberos knows",
                .cause = "Its address resolves to another name (PTR), or its account lacks the principal "
                         "ldap/HOST",
                .hint = "Fix the PTR record of the domain controller, or its service principal names "
                        "(setspn)",
        },
        {
                .id = "no-realm", .tool = TOOL_REALM,
                .texts = { "No such realm found" },
                .sure = true, .fix = FIX_DOMAIN,
                .message = "The domain was not found",
                .former = "There is no such domain",
                .cause = "The DNS has no servers for it: it is mistyped, or this host uses the wrong name "
                         "servers",
                .hint = "Check the name and /etc/resolv.conf: the domain controllers must be the name "
                        "servers",
        },
        {
                .id = "no-controller", .tool = TOOL_REALM,
                .texts = { "Couldn't find usable domain controller to connect to" },
                .fix = FIX_DOMAIN,
                .message = "No domain controller answers",
                .cause = "The DNS names none that is reachable from this host",
                .hint = "Check port 389 (UDP and TCP) of the domain controllers, or give one of them",
        },
        {
                .id = "no-ldap", .tool = TOOL_REALM,
                .texts = { "Can't contact LDAP server" },
                .fix = FIX_AGAIN,
                .message = "The domain controller does not answer on port 389",
                .former = "The controller does not answer: port 389 does not",
                .cause = "A firewall blocks it, or the domain controller is down",
                .hint = "Allow TCP and UDP port 389, then try again",
        },
        {
                .id = "controller-gone", .tool = TOOL_REALM,
                .texts = { "Couldn't connect to host",
                           "Couldn't connect to LDAP server" },
                .fix = FIX_AGAIN,
                .message = "The domain controller became unreachable during the join",
                .former = "The controller went away in the middle of the join",
                .cause = "It answered before and no longer does: it is down, or the network is",
                .hint = "Check that it is running, then try again; a computer account that was already "
                        "created is taken over",
        },
        {
                .id = "no-address", .tool = TOOL_REALM,
                .texts = { "Couldn't resolve host name" },
                .fix = FIX_DOMAIN,
                .message = "A domain controller's name does not resolve",
                .former = "A controller's name has no address",
                .cause = "The DNS names it but has no address for it",
                .hint = "Check /etc/resolv.conf: the domain controllers must be the name servers",
        },
        {
                .id = "no-ipa-server", .tool = TOOL_IPA,
                .texts = { "Unable to discover domain" },
                .sure = true, .fix = FIX_DOMAIN,
                .message = "The domain could not be determined",
                .former = "The domain could not be found out",
                .cause = "Neither the host name nor the DNS gives it",
                .hint = "Give the domain, or the server too",
        },
        {
                .id = "no-ipa-server", .tool = TOOL_IPA,
                .texts = { "Unable to find IPA Server to join" },
                .sure = true, .fix = FIX_DOMAIN,
                .message = "No FreeIPA server was found for this domain",
                .cause = "The DNS has no _ldap._tcp record for it, or this host uses the wrong name servers",
                .hint = "Check the name and /etc/resolv.conf, or give a server",
        },
        {
                .id = "not-ipa", .tool = TOOL_IPA,
                .texts = { "LDAP server is not responding, unable to verify if this is an IPA server" },
                .fix = FIX_DOMAIN,
                .message = "The server does not answer",
                .cause = "Its name does not resolve, port 389 is blocked, or it is down",
                .hint = "Check the name; allow TCP ports 80, 88, 389 and 443",
        },
        {
                .id = "server-is-ad", .tool = TOOL_IPA,
                .texts = { "is not an IPA v2 Server",
                           "not an IPA server" },
                .fix = FIX_OTHER_KIND,
                .message = "The server is not a FreeIPA server",
                .former = "The server is no FreeIPA server",
                .cause = "It is Active Directory or another directory",
                .hint = "Join it as Active Directory, or give a FreeIPA server",
        },
        {
                .id = "not-ipa", .tool = TOOL_IPA,
                .texts = { "Failed to verify that" },
                .also = "is an IPA Server",
                .fix = FIX_DOMAIN,
                .message = "The server could not be verified as a FreeIPA server",
                .former = "The server could not be proved to be FreeIPA",
                .cause = "Port 389 is blocked, or the server refuses anonymous reads",
                .hint = "Check ports 80, 88, 389 and 443 of the server, or give another one",
        },
        {
                .id = "realm-differs", .tool = TOOL_IPA,
                .texts = { "The provided realm name" },
                .also = "does not match discovered one",
                .sure = true, .fix = FIX_DOMAIN,
                .message = "The given realm is not the server's realm",
                .former = "The realm that was named is not the one that the server has",
                .cause = "It is mistyped, or in lower case",
                .hint = "Leave the realm empty: it is discovered",
        },
        {
                .id = "no-ca", .tool = TOOL_IPA,
                .texts = { "Cannot obtain CA certificate" },
                .fix = FIX_CA_FILE,
                .message = "The realm's CA certificate could not be fetched securely",
                .former = "The realm's CA certificate could not be fetched in a safe way",
                .cause = "Kerberos or LDAP failed before it: clock skew causes this, and so do names "
                         "without reverse DNS",
                .hint = "Check the clock first; or give a file with the CA certificate. Never fetch it over "
                        "plain HTTP",
        },
        {
                .id = "unauthorized", .tool = TOOL_IPA,
                .texts = { "JSON-RPC call was unauthorized" },
                .fix = FIX_AGAIN,
                .message = "The server did not accept the login over HTTPS",
                .cause = "Its name does not match its service principal, or a proxy is in between",
                .hint = "Give the server by its fully qualified name; bypass proxies (no_proxy)",
        },
        {
                .id = "server-trouble", .tool = TOOL_IPA,
                .texts = { "RPC failed at server" },
                .fix = FIX_AGAIN,
                .message = "The server has an internal error",
                .former = "The server has a trouble of its own",
                .cause = "Its directory or another component is down",
                .hint = "Check the server (ipactl status), or give another one",
        },
        {
                .id = "no-host-ticket", .tool = TOOL_IPA,
                .texts = { "Failed to obtain host TGT" },
                .fix = FIX_AGAIN,
                .message = "The host's keys are not accepted yet",
                .former = "The host's own keys are not accepted yet",
                .cause = "The servers have not replicated them yet, or the clock is off",
                .hint = "Wait a minute and try again, or give one server to use throughout",
        },
        {
                .id = "cannot-write", .tool = TOOL_REALM,
                .texts = { "Couldn't add keytab entries" },
                .sure = true,
                .message = "A file could not be written on this host",
                .cause = "The keys of the computer account could not be written to /etc/krb5.keytab",
                .hint = "Check its permissions and the free space on /etc; the computer account now exists "
                        "in the domain",
        },
        {
                .id = "cannot-write", .tool = TOOL_REALM,
                .texts = { "Failed to create file" },
                .sure = true,
                .message = "A file could not be written on this host",
                .cause = "Its directory is missing or not writable",
                .hint = "The line above names it; the computer account now exists in the domain",
        },

        /* ---- warnings ---- */
        {
                .id = "dns-update", .tool = TOOL_IPA,
                .texts = { "Could not update DNS SSHFP records" },
                .goes_on = true,
                .message = "The SSH keys of this host were not added to the DNS",
                .former = "The SSH keys of this host were not put into the DNS",
                .cause = "The zone does not accept updates from hosts",
                .hint = "ssh asks once whether to trust this host",
        },
        {
                .id = "ssh-keys", .tool = TOOL_IPA,
                .texts = { "Failed to upload host SSH public keys" },
                .goes_on = true,
                .message = "The SSH keys of this host were not uploaded to the server",
                .former = "The SSH keys of this host were not put on the server",
                .cause = "The server refused them",
                .hint = "Upload them later: ipa host-mod HOST --sshpubkey=…",
        },
        {
                .id = "name-cut", .tool = TOOL_REALM,
                .texts = { "truncated netbios name",
                           "Truncated computer account name" },
                .goes_on = true,
                .message = "The computer name was cut to 15 characters",
                .former = "The computer's name was cut to 15 characters",
                .cause = "Active Directory does not allow longer ones",
                .hint = "Another host whose name begins alike would share the account: choose a computer "
                        "name of at most 15 characters",
        },
        {
                .id = "spn", .tool = TOOL_REALM,
                .texts = { "Couldn't set service principals on computer account" },
                .goes_on = true,
                .message = "The service principal names of this host were not set on its account",
                .former = "The names of this host's services were not put on its account",
                .cause = "The account that joined may not set them",
                .hint = "Kerberos logins to this host (ssh without a password) may not work: have an "
                        "administrator add host/NAME (setspn)",
        },
        {
                .id = "no-lookup", .tool = TOOL_IPA,
                .texts = { "Unable to find 'admin' user with 'getent passwd" },
                .goes_on = true,
                .message = "SSSD did not answer at once",
                .cause = "It was not online yet when the installer checked",
                .hint = "fairlead checks it again",
        },
        {
                .id = "ca-over-http", .tool = TOOL_IPA,
                .texts = { "Downloading the CA certificate via HTTP, this is INSECURE" },
                .goes_on = true,
                .message = "The realm's CA certificate was fetched over plain HTTP",
                .former = "The realm's CA certificate came over plain HTTP",
                .cause = "A one-time password was used without a CA file",
                .hint = "Compare /etc/ipa/ca.crt with that of the server",
        },

        /* ---- the end of the table ---- */
        {
                .id = "usage", .tool = TOOL_IPA, .status = 2,
                .texts = { "Usage:" },
                .sure = true,
                .message = "ipa-client-install did not accept its options",
                .former = "ipa-client-install did not understand its options",
                .cause = "This version has other options",
                .hint = "Its output names the option",
        },
        {
                .id = "no-permission", .tool = TOOL_REALM,
                .texts = { "Insufficient permissions to join the domain" },
                .fix = FIX_ACCOUNT,
                .message = "The domain refused the join",
                .cause = "The account usually lacks permission to join computers, or the name is already "
                         "taken; realm gives no further detail",
                .hint = "Use an administrator, and read the lines above",
        },
        {
                .id = "unknown",
                .message = "The join failed for a reason that Fairlead does not recognize",
                .former = "The join failed, and its output has no reason that is known here",
                .cause = "The tool's own output is all there is",
                .hint = "Read the last lines of the log",
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
        if (f->status && f->status != status)
                return false;
        for (size_t i = 0; i < ELEMENTS(f->texts) && f->texts[i]; i++)
                if (failure_has(output, n, f->texts[i]) && (!f->also || failure_has(output, n, f->also)))
                        return true;
        return false;
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

/* A wrong clock adds its skew after the sentence. */
const struct failure *failure_recorded(const char *id, const char *message) {
        for (const struct failure *f = failures; message && f < UNKNOWN; f++)
                if (!f->goes_on && (!id || str_equal(id, f->id)) &&
                    (str_starts(message, f->message) || (f->former && str_starts(message, f->former))))
                        return f;
        return id ? failure_of(id) : NULL;
}

const struct failure *failure_of(const char *id) {
        for (const struct failure *f = failures; f <= UNKNOWN; f++)
                if (strcmp(f->id, id) == 0)
                        return f;
        return NULL;
}
