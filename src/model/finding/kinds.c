/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* All findings (declared in model/finding/finding.h), sorted by id; ids are never renamed. */

#include "model/finding/finding.h"

static const struct finding_kind kinds[] = {
        { "account-deleted", SEVERITY_WARN,
          "The host's computer account in the realm is deleted. This cannot be undone from here.",
          "If the account cannot be deleted (wrong password, no permission, no server), nothing is changed "
          "and this host stays joined" },
        { "account-stays", SEVERITY_INFO,
          "The host's computer account stays in the realm: deleting it needs the password of a user who may "
          "do so.",
          "fairlead leave --secret password=- deletes it too; or delete it on a server of the realm "
          "(samba-tool computer delete, ipa host-del)" },
        { "already-installed", SEVERITY_BLOCK, "A service of this name is already installed on this host.",
          "Uninstall it first, or choose another name with --name", .final = true,
          .on_screen = "Uninstall it first, or go back and choose another name" },
        { "autoupdate-pinned", SEVERITY_WARN,
          "The label asks for podman auto-update, which cannot work: the unit names its image by digest or "
          "id, so that it runs what was looked at.",
          "Get the newer image with the engine's pull, then fairlead upgrade NAME",
          .on_screen = "Get the newer image with the engine's pull, then upgrade the service" },
        { "bad-mount", SEVERITY_BLOCK,
          "A mount has a type that the engine does not know, or covers the whole container; the engine "
          "refuses the command.",
          "Report this to the image's maintainer", .follows = true },
        { "bad-mount-option", SEVERITY_BLOCK,
          "A mount has an option that the engine does not know, or two that contradict each other; the "
          "engine refuses the command.",
          "Report this to the image's maintainer; both engines know ro, rw, z, Z, nocopy and the propagation "
          "modes",
          .follows = true },
        { "bad-option-value", SEVERITY_BLOCK,
          "An option has a value that this engine, or this version of it, refuses.",
          "Report this to the image's maintainer, or use an engine that takes it", .follows = true },
        { "bad-profile", SEVERITY_BLOCK,
          "The image's own profile is not valid, so nobody can install the image.",
          "Report this to the image's maintainer; how profiles are written: profiles/README.md in fairlead's "
          "data folder",
          .final = true },
        { "bad-reference", SEVERITY_BLOCK,
          "The word in the image's place is not a valid image reference; often a variable got lost and the "
          "words moved.",
          "Report this to the image's maintainer: in a Dockerfile, a variable in a label is escaped as "
          "\\${IMAGE}",
          .follows = true },
        { "bundle-value", SEVERITY_WARN,
          "Letters that follow an option taking a value are its value: \"-vit\" means -v with the value "
          "\"it\".",
          "Report this to the image's maintainer: the option with the value comes last in a bundle, or on "
          "its own",
          .follows = true },
        { "control-character", SEVERITY_BLOCK,
          "The label holds a control character, which can hide what the command does when it is displayed.",
          "Do not use this label; report it to the image's maintainer", .final = true },
        { "domain-rules", SEVERITY_WARN,
          "The domain itself decided who may log in; from now on, lists on this host decide.",
          "fairlead realm permit --all returns the decision to the domain" },
        { "duplicate-label", SEVERITY_WARN,
          "Several labels differ only in case. Other tools pick one at random; the upper-case one is used "
          "here.",
          "Read the one that is used; the other often comes from the base image" },
        { "duplicate-mount", SEVERITY_BLOCK,
          "Two mounts have the same destination in the container; the engine refuses the command.",
          "Report this to the image's maintainer: one of the two has to go", .follows = true },
        { "empty-label", SEVERITY_INFO,
          "A command label exists but holds no command; it is treated as missing.",
          "Nothing to do, unless this is the label you need" },
        { "empty-mount", SEVERITY_BLOCK,
          "A mount has no host path or no destination in the container: something got lost when the image "
          "was built.",
          "Report this to the image's maintainer: in a Dockerfile, a variable in a label is escaped as "
          "\\${NAME}",
          .follows = true },
        { "empty-option-value", SEVERITY_BLOCK, "An option that needs a value has none, or an empty one.",
          "Report this to the image's maintainer: in a Dockerfile, a variable in a label is escaped as "
          "\\${NAME}",
          .follows = true },
        { "empty-variable", SEVERITY_WARN,
          "A value looks as if a variable got lost when the image was built: -e NAME= or -v "
          "/var/lib/:/var/lib/. It blocks where the option took the next word as its value.",
          "Report this to the image's maintainer: in a Dockerfile, a variable in a label is escaped as "
          "\\${NAME}" },
        { "engine-option", SEVERITY_BLOCK,
          "The option belongs to the other engine or to a newer version: the engine on this host refuses the "
          "command. It only warns where no engine is known.",
          "Use the other engine or a newer version, or report this to the image's maintainer" },
        { "entry-stays", SEVERITY_INFO,
          "The host's entry stays in the FreeIPA realm, without keys, once the server was reached.",
          "Somebody who may deletes it on a server of the realm: ipa host-del" },
        { "fights-systemd", SEVERITY_WARN,
          "The engine would restart the container on its own, against systemd: stopping the unit would not "
          "stop it.",
          "The unit that fairlead writes has systemd restart the service by the same policy instead" },
        { "file-as-volume", SEVERITY_WARN,
          "A mount names a file without its folder: the engine makes an empty volume of that name instead.",
          "Report this to the image's maintainer: a file of the host is named by its whole path",
          .follows = true },
        { "fixed-name", SEVERITY_INFO,
          "The container has a fixed name, whatever the service is called: the image can run only once on a "
          "host.",
          "Give the service the same name, so that both are found together" },
        { "host-command", SEVERITY_BLOCK, "The label runs a program of this host as root, not the engine.",
          "Read every word of it; if this is what you want, allow it with --allow host-command",
          .on_screen = "Read every word of it; if this is what you want, a allows it" },
        { "image-gone", SEVERITY_WARN,
          "The service's image is no longer on this host, so its UNINSTALL command cannot run.",
          "Unit, container and files are removed or restored anyway; pull the image first if its command "
          "matters" },
        { "interactive", SEVERITY_INFO, "The command needs a terminal (-t without -d).",
          "Install provides one; a unit has none, so no unit is written for such a RUN label" },
        { "invisible-character", SEVERITY_BLOCK,
          "The label holds characters that are invisible or change the direction of the text: it does not "
          "read the way it runs.",
          "Do not use this label; report it to the image's maintainer" },
        { "label-long", SEVERITY_WARN, "The label is far longer than a command needs to be.",
          "Read all of it before you run it" },
        { "label-too-long", SEVERITY_BLOCK,
          "The label has more bytes or words than Fairlead reads; the rest was not examined.",
          "Do not use this label; report it to the image's maintainer", .final = true },
        { "late-option", SEVERITY_WARN,
          "An option of the engine comes after the image, where it is an argument of the program in the "
          "container.",
          "Report this to the image's maintainer: options belong before the image", .follows = true },
        { "leaves-container", SEVERITY_INFO,
          "A command that runs once leaves its container behind, because it has no --rm.",
          "Remove the container afterwards; a second run with the same --name fails until then" },
        { "left-out", SEVERITY_INFO,
          "The unit leaves out an option of RUN that makes no sense under systemd.",
          "Nothing to do, unless another program relies on it" },
        { "little-space", SEVERITY_WARN,
          "The image's layers may need more space than the engine's file system has once they are unpacked.",
          "podman system df shows what takes the space, podman image prune frees some" },
        { "lost-image", SEVERITY_BLOCK,
          "A single word that is no name of this image stands where the image belongs: its variable got "
          "lost, and the engine would fetch a stranger's image of that name.",
          "Report this to the image's maintainer: in a Dockerfile, a variable in a label is escaped as "
          "\\${IMAGE}. If this image is meant, allow it with --allow lost-image",
          .on_screen = "Report this to the image's maintainer: in a Dockerfile, a variable in a label is "
                       "escaped as \\${IMAGE}. If this image is meant, a allows it" },
        { "lost-label", SEVERITY_WARN,
          "A label's value contains the text of a command label: an equals sign was missing when the image "
          "was built.",
          "Report this to the image's maintainer; the lost label cannot be used" },
        { "missing-file", SEVERITY_BLOCK,
          "A file or device of the host that an option names does not exist; the engine refuses the command.",
          "Create the file, or plug the device in, first" },
        { "missing-need", SEVERITY_WARN,
          "According to the profile the service needs a file of the host that does not exist.",
          "Install the package that provides the file; without it the service may not work" },
        { "missing-operand", SEVERITY_BLOCK,
          "The command names no image or container; the engine refuses it.",
          "Report this to the image's maintainer: in a Dockerfile, a variable in a label is escaped as "
          "\\${IMAGE}",
          .final = true },
        { "missing-path", SEVERITY_WARN,
          "A host path that the container mounts does not exist: Podman refuses to start it, Docker creates "
          "an empty directory.",
          "Create the path first, if the service needs it" },
        { "missing-subcommand", SEVERITY_BLOCK, "The engine is called without a subcommand.",
          "Report this to the image's maintainer", .final = true },
        { "missing-yet", SEVERITY_INFO,
          "A host path that the service mounts does not exist yet; its installer should create it.",
          "Nothing to do, unless the service does not start afterwards" },
        { "name-taken", SEVERITY_BLOCK,
          "A container with the name that the command uses already exists on this host.",
          "Remove that container, or give the service another --name",
          .on_screen = "Remove that container, or go back and choose another name" },
        { "needs-container", SEVERITY_WARN,
          "The container uses the network, volumes or pod of another container, and no unit known here runs "
          "that one: nothing starts it first.",
          "Install the other one as a service first; or order them with systemctl edit (Requires=, After=)" },
        { "no-label", SEVERITY_BLOCK, "The image has no label for this, so there is nothing to run.",
          "fairlead show prints the labels it has; fairlead images lists images with such labels",
          .final = true },
        { "no-rehearsal", SEVERITY_BLOCK, "This install cannot be rehearsed on a copy of the host's files.",
          "Read the plan of the install; what it changes on the host is recorded and can be restored",
          .final = true },
        { "no-space", SEVERITY_BLOCK,
          "The image's layers are larger than what is free on the engine's file system.",
          "podman system df shows what takes the space, podman image prune frees some" },
        { "no-uninstall", SEVERITY_INFO, "The image has an INSTALL label but no UNINSTALL label.",
          "Uninstalling undoes the recorded changes; what the service wrote elsewhere stays" },
        { "no-unit", SEVERITY_WARN,
          "RUN asks for a terminal, so there is no unit: nothing of the image runs by itself, now or at "
          "boot.",
          "A tool is run, not installed: fairlead run IMAGE. Of a daemon --set unit=yes makes a unit, "
          "without "
          "the terminal",
          .on_screen = "n runs a tool, and nothing is installed; a daemon becomes a unit by a question of "
                       "the form" },
        { "no-way-back", SEVERITY_BLOCK,
          "The installed image is no longer on this host, so a failed upgrade could not return to it.",
          "Pull the installed image by its digest first, or allow this and go on without a way back" },
        { "not-contained", SEVERITY_WARN,
          "A rehearsal only keeps files from being changed: this affects the host or systems beyond it.",
          "Rehearse it only if that does no harm" },
        { "not-saved", SEVERITY_INFO,
          "Something that the command may change is not saved first: it cannot be restored, and its changes "
          "are not listed.",
          "Save it yourself before you go on, if it matters" },
        { "not-utf8", SEVERITY_BLOCK, "The label is not UTF-8 text and cannot be displayed as it is.",
          "Do not use this label; report it to the image's maintainer", .final = true },
        { "nothing-altered", SEVERITY_INFO,
          "A reconfiguration has the same answers as the installed service.",
          "Change an answer, or go on to have everything set up again" },
        { "odd-blank", SEVERITY_WARN,
          "A word holds a blank that is not what it looks like: a quoted tab or line break, or a blank of "
          "another script that does not separate words.",
          "Compare the words one by one in the plan" },
        { "old-syntax", SEVERITY_WARN, "The value has a form that only old versions of Docker accepted.",
          "Report this to the image's maintainer: --security-opt is written with \"=\" today, as in "
          "label=disable" },
        { "option-conflict", SEVERITY_WARN, "Two options exclude each other, or one makes the other useless.",
          "Report this to the image's maintainer: one of the two has to go" },
        { "overrides-unit", SEVERITY_WARN,
          "The unit has the name of one that the distribution provides, and overrides it until the service "
          "is uninstalled.",
          "Give the service another --name to keep both",
          .on_screen = "Go back and choose another name to keep both" },
        { "pins-other-image", SEVERITY_WARN,
          "The command runs an image that it names itself, not the one that carries the label: another "
          "version, or something else entirely.",
          "Examine that image as well; it is not pinned and may be pulled" },
        { "refused-pair", SEVERITY_BLOCK,
          "Two options exclude each other, or one lacks the other that it needs; the engine refuses the "
          "command.",
          "Report this to the image's maintainer: one of the two has to go", .follows = true },
        { "relative-mount", SEVERITY_BLOCK,
          "A path of a mount does not begin with a slash: neither an installer nor a unit has a folder that "
          "it could be relative to.",
          "Report this to the image's maintainer: a mount needs absolute paths, or the name of a volume",
          .follows = true },
        { "relative-path", SEVERITY_BLOCK,
          "An option names a file or device of the host by a path that does not begin with a slash: neither "
          "an installer nor a unit has a folder that it could be relative to.",
          "Report this to the image's maintainer: the path has to be absolute", .follows = true },
        { "restarts-beside", SEVERITY_WARN,
          "A container that is kept is one that podman-restart.service starts at boot, where it is enabled.",
          "Remove the kept container when the unit has proved itself, or leave podman-restart.service "
          "disabled" },
        { "run-opts-file", SEVERITY_WARN,
          "RUN takes further options from a file that the installer makes (RUN_OPTS_FILE); a unit cannot "
          "read it.",
          "Read the file after the install, and give its options with --set RUN_OPTS=WORDS",
          .on_screen = "Read the file after the install, and give its options in the form" },
        { "secret-in-argv", SEVERITY_BLOCK,
          "The profile makes a secret a word of the command: the engine's events, its record of the "
          "container and the host's journal would keep it.",
          "Set it up without that secret, or report this to the image's maintainer: the installer reads it "
          "from standard input or a file, and adds the word itself",
          .final = true },
        { "secret-in-label", SEVERITY_WARN,
          "A password or key stands in the label: everybody who can get the image reads it, and all its "
          "installations have the same.",
          "Change it inside the service after the install; report this to the image's maintainer: the label "
          "can ask for it with -e NAME" },
        { "secret-passed-on", SEVERITY_INFO,
          "The installer hands a secret to a tool that accepts it only as an argument. Neither the journal "
          "nor the engine gets it, but the process list of this host shows it while the tool runs.",
          "Use a secret that is valid only once; an audit rule for execve would record it" },
        { "shell-pattern", SEVERITY_INFO,
          "A shell would expand ~ and *; there is no shell, so the command gets them unchanged.",
          "Nothing to do, unless the command does not find its files" },
        { "shell-syntax", SEVERITY_BLOCK,
          "The label uses ; | & < > ( ) or back-ticks as in a shell. No shell reads it: the command would "
          "get them as words and do something else than intended.",
          "Report this to the image's maintainer: this belongs in a script inside the image" },
        { "socket-mounted", SEVERITY_WARN,
          "The container gets the socket of the engine or of the system bus: whoever holds it is root on "
          "this host.",
          "Install it only if you trust the image as you trust root" },
        { "starts-container", SEVERITY_WARN,
          "INSTALL itself starts a container in the background: no unit watches it, and it does not start at "
          "boot.",
          "--set unit=yes makes a unit that runs the same command instead",
          .on_screen = "The form asks whether a unit runs the same command instead" },
        { "state-lost", SEVERITY_WARN,
          "The image keeps state in places that RUN mounts nothing at: each stop, restart and reboot drops "
          "it.",
          "Keep it in a volume of the engine, --set volume:PLACE=NAME, or in a folder of this host, --set "
          "volume:PLACE=/FOLDER",
          .on_screen =
                  "The form asks where it is kept: in a volume of the engine, or in a folder of this host" },
        { "unbalanced-quote", SEVERITY_BLOCK,
          "A quote is never closed, or the label ends in a backslash: where its words end is not known.",
          "Report this to the image's maintainer", .final = true },
        { "undefined-variable", SEVERITY_BLOCK, "The label uses a variable that has no value.",
          "Set it with --set NAME=VALUE, or in the form", .on_screen = "Give it a value in the form" },
        { "undeliverable-answer", SEVERITY_BLOCK,
          "An answer cannot be delivered: the command has no such input.",
          "Report this to the profile's maintainer" },
        { "unit-edited", SEVERITY_BLOCK,
          "The unit file was edited since it was written, and this job overwrites it.",
          "Move the changes to a drop-in with systemctl edit; the old text stays in the job's saved files" },
        { "unit-exists", SEVERITY_BLOCK,
          "A unit of this name exists on this host, and installing would overwrite it.",
          "Examine it with systemctl cat; or give the service another --name",
          .on_screen = "Examine it in Units (3); or go back and choose another name" },
        { "unit-kept", SEVERITY_WARN,
          "The unit file was edited since Fairlead wrote it, or was there before: an uninstall stops the "
          "service and keeps the file, in a way that nothing starts it.",
          "--remove-unit removes the file, too",
          .on_screen = "e removes the file, too" },
        { "unit-not-pinned", SEVERITY_WARN,
          "The unit that the image wrote does not name its image by the installed digest.",
          "Examine the unit: if it names a tag, a restart uses the newer image, else it keeps the old one" },
        { "unit-removed", SEVERITY_WARN,
          "The unit file was edited since it was written, and this uninstall removes it all the same.",
          "The text as it was edited stays in the job's saved files" },
        { "unit-unwritable", SEVERITY_BLOCK, "No unit can be written for this command.",
          "Report this to the image's maintainer", .final = true },
        { "unknown-name", SEVERITY_WARN,
          "The realm has no user or group of this name, as far as this host can look it up.",
          "Look whether it is spelled as the realm has it (fairlead realm test, getent group); a list with "
          "only such names keeps everybody out" },
        { "unknown-option", SEVERITY_BLOCK,
          "The engine has no such option and refuses the command. It only warns where the engine is newer "
          "than what Fairlead knows.",
          "Report this to the image's maintainer; if this engine does know it, allow it with --allow "
          "unknown-option",
          .on_screen = "Report this to the image's maintainer; if this engine does know it, a allows it",
          .follows = true },
        { "unknown-subcommand", SEVERITY_WARN, "Fairlead does not know this subcommand of the engine.",
          "Look it up in the engine's manual" },
        { "unnamed-container", SEVERITY_INFO,
          "The service's container gets a random name, because RUN has no --name.",
          "The unit that fairlead writes names it after the service" },
        { "unset-environment", SEVERITY_WARN,
          "The command hands on a variable of its caller's environment (-e NAME), and that environment is "
          "closed: the container does not get it.",
          "Set it with --set NAME=VALUE, or in the form, if the service needs it",
          .on_screen = "Give it a value in the form, if the service needs it" },
        { "unused-answer", SEVERITY_INFO, "An answer belongs to a question that this mode does not ask.",
          "Check --mode, or leave the answer out", .on_screen = "Check the mode, or leave the answer out" },
        { "variable-syntax", SEVERITY_BLOCK,
          "The label has a \"${\" that is never closed, or a shell's modifier (${X#y}, ${X:=y}).",
          "Only $X, ${X} and ${X:-text} are filled in; report this to the image's maintainer" },
        { "vital-unit", SEVERITY_BLOCK,
          "The unit has the name of one that the system manager itself needs (systemd-*, dbus, the "
          "consoles): with another in its place the host may not boot.",
          "Give the service another --name", .on_screen = "Go back and choose another name" },
        { "volatile-path", SEVERITY_WARN,
          "The service mounts a path below /run that does not exist now; what is made there is gone when "
          "the host restarts.",
          "Report this to the image's maintainer: a service before this one, or tmpfiles.d, has to make it "
          "at each start" },
        { "working-directory", SEVERITY_BLOCK,
          "RUN uses the folder in which somebody calls it ($PWD), and a unit has no such folder.",
          "Name the folder that the service gets with --set PWD=/FOLDER, or in the form",
          .on_screen = "Name the folder that the service gets in the form" },
};

const struct finding_kind *finding_kind(const char *id) {
        for (size_t i = 0; i < ELEMENTS(kinds); i++)
                if (strcmp(kinds[i].id, id) == 0)
                        return &kinds[i];
        return NULL;
}

const struct finding_kind *finding_kind_at(size_t i) {
        return i < ELEMENTS(kinds) ? &kinds[i] : NULL;
}
