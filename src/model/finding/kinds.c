/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* All findings there are (declared in model/finding/finding.h), sorted by id. Scripts know the ids: none is
 * ever renamed. */

#include <string.h>

#include "model/finding/finding.h"

static const struct finding_kind kinds[] = {
        {
                "account-deleted", SEVERITY_WARN,
                "This host's account in the realm is deleted, which cannot be undone from here.",
                "If it cannot be deleted (a wrong password, no permission, no server), nothing is done, and "
                "this host stays in the realm as it is",
        },
        {
                "account-stays", SEVERITY_INFO,
                "This host's account in the realm is not deleted: that wants somebody's password who may.",
                "fairlead leave --secret password=- deletes it, too; or do it on a server of the realm "
                "(samba-tool computer delete, ipa host-del)",
        },
        {
                "already-installed", SEVERITY_BLOCK,
                "A service of this name is installed on this host.",
                "Uninstall it first, or give this one another --name",
                .final = true,
        },
        {
                "bad-mount-option", SEVERITY_WARN,
                "An option of a mount is none that the engine knows; the engine refuses the command.",
                "Tell who makes the image; the known ones are ro, rw, z, Z, O, U, exec, suid, dev, rbind "
                "and the "
                "propagations",
        },
        {
                "bad-reference", SEVERITY_BLOCK,
                "Where the image belongs stands something that is no image reference; often a lost variable "
                "moved "
                "the words.",
                "Tell who makes the image: in a Dockerfile a variable of a label is written \\${IMAGE}",
        },
        {
                "bundle-value", SEVERITY_WARN,
                "Letters after an option that takes a value are its value: \"-vit\" means -v with the value "
                "\"it\".",
                "Tell who makes the image: the option with the value stands last in a bundle, or alone",
        },
        {
                "control-character", SEVERITY_BLOCK,
                "The label holds a control character: it can hide what the command does when it is shown.",
                "Do not use this label; tell who makes the image",
                .final = true,
        },
        {
                "domain-rules", SEVERITY_WARN,
                "Who may log in was decided by the domain itself, and is by lists on this host from then on.",
                "fairlead realm permit --all gives that back to the domain",
        },
        {
                "duplicate-label", SEVERITY_WARN,
                "Several labels differ only in capitals. Other tools pick one by chance; here the "
                "upper-case one "
                "counts.",
                "Read the one that is used; often the other came with the base image",
        },
        {
                "duplicate-mount", SEVERITY_WARN,
                "Two mounts have the same place in the container; the engine refuses the command.",
                "Tell who makes the image to drop one of the two",
        },
        {
                "empty-label", SEVERITY_INFO,
                "A command label is there but holds no command; it counts as missing.",
                "Nothing to do, unless the label is the one you need",
        },
        {
                "empty-mount", SEVERITY_BLOCK,
                "A mount has no host path, or no place in the container: something was lost when the image "
                "was "
                "built.",
                "Tell who makes the image: in a Dockerfile a variable of a label is written \\${NAME}",
        },
        {
                "empty-option-value", SEVERITY_BLOCK,
                "An option that needs a value has none, or an empty one.",
                "Tell who makes the image: in a Dockerfile a variable of a label is written \\${NAME}",
        },
        {
                "empty-variable", SEVERITY_WARN,
                "A value looks as if a variable had been swallowed when the image was built: -e NAME= or -v "
                "/var/lib/:/var/lib/. It blocks where the option took the next one for its value.",
                "Tell who makes the image: in a Dockerfile a variable of a label is written \\${NAME}",
        },
        {
                "engine-option", SEVERITY_WARN,
                "The option belongs to the other engine; the one on this host does not know it.",
                "Use the other engine, or tell who makes the image",
        },
        {
                "fights-systemd", SEVERITY_WARN,
                "The engine would restart the container by itself, behind systemd's back: stopping the unit "
                "would "
                "not stop it.",
                "The unit that fairlead writes leaves the option out and restarts by itself",
        },
        {
                "fixed-name", SEVERITY_INFO,
                "The container has a name of its own, whatever the service is called: the image can run "
                "only once "
                "on a host.",
                "Give the service the same name, so that both are found together",
        },
        {
                "host-command", SEVERITY_BLOCK,
                "The label runs a program of this host, as root, not the engine.",
                "Read every word of it; if you want exactly that, allow it with --allow host-command",
        },
        {
                "image-gone", SEVERITY_WARN,
                "The image of the service is not on this host any more, so its UNINSTALL command cannot be "
                "run.",
                "Unit, container and files are taken back all the same; fetch the image first if its "
                "command matters",
        },
        {
                "interactive", SEVERITY_INFO,
                "The command wants a terminal (-t or -i).",
                "Install shows one; a unit has none, so no unit is written for such a RUN",
        },
        {
                "invisible-character", SEVERITY_BLOCK,
                "The label holds characters that take no room or turn the direction of the text: it does "
                "not read "
                "as it runs.",
                "Do not use this label; tell who makes the image",
        },
        {
                "label-long", SEVERITY_WARN,
                "The label is far longer than a command needs.",
                "Read all of it before you let it run",
        },
        {
                "label-too-long", SEVERITY_BLOCK,
                "The label has more bytes or words than are read; what lies behind was not looked at.",
                "Do not use this label; tell who makes the image",
                .final = true,
        },
        {
                "late-option", SEVERITY_WARN,
                "An option of the engine stands behind the image, where it is an argument of the program in "
                "the "
                "container.",
                "Tell who makes the image to move its options before the image",
        },
        {
                "leaves-container", SEVERITY_INFO,
                "A command that runs once leaves its container behind, as it has no --rm.",
                "Remove the container afterwards; a second run with the same --name fails until then",
        },
        {
                "lost-label", SEVERITY_WARN,
                "A label's value holds the text of a command label: an equals sign was missing when the "
                "image was "
                "built.",
                "Tell who makes the image; the lost label cannot be used",
        },
        {
                "missing-need", SEVERITY_WARN,
                "The profile says that the service needs a file of the host which is not there.",
                "Install what brings that file, or the service may not work",
        },
        {
                "missing-operand", SEVERITY_BLOCK,
                "The command names no image or no container: the engine refuses it.",
                "Tell who makes the image: in a Dockerfile a variable of a label is written \\${IMAGE}",
                .final = true,
        },
        {
                "missing-path", SEVERITY_WARN,
                "A host path that the container mounts is not there: Podman refuses to start it, Docker "
                "makes an "
                "empty folder.",
                "Make the path first, if the service needs it",
        },
        {
                "missing-subcommand", SEVERITY_BLOCK,
                "The engine is called without saying what it shall do.",
                "Tell who makes the image",
                .final = true,
        },
        {
                "missing-yet", SEVERITY_INFO,
                "A host path that the service mounts is not there now; its installer should make it.",
                "Nothing to do, unless the service does not start afterwards",
        },
        {
                "name-taken", SEVERITY_BLOCK,
                "A container of the name that the command uses is on this host.",
                "Remove that container, or give the service another --name",
        },
        {
                "no-label", SEVERITY_BLOCK,
                "The image has no label for this, so there is nothing to carry out.",
                "Look at the labels it has with fairlead show; \"fairlead images\" lists images that have "
                "them",
                .final = true,
        },
        {
                "no-rehearsal", SEVERITY_BLOCK,
                "What this install does cannot be done to a copy.",
                "Read the plan of the install; what it changes on the host is recorded and can be put back",
                .final = true,
        },
        {
                "no-uninstall", SEVERITY_INFO,
                "The image has an INSTALL label and no UNINSTALL label.",
                "Uninstalling undoes the recorded changes; what the service wrote elsewhere stays",
        },
        {
                "no-way-back", SEVERITY_BLOCK,
                "The installed image is not on this host any more, so an upgrade that fails could not go "
                "back to it.",
                "Fetch the installed image by its digest first, or allow it and go on without a way back",
        },
        {
                "not-contained", SEVERITY_WARN,
                "A rehearsal keeps files from being changed, nothing else: this goes to the host or beyond "
                "it.",
                "Rehearse it only if that does no harm",
        },
        {
                "not-saved", SEVERITY_INFO,
                "Something that the command may change is not saved before: it cannot be put back, and its "
                "changes are not "
                "listed.",
                "Save it yourself, if it matters, before you go on",
        },
        {
                "not-utf8", SEVERITY_BLOCK,
                "The label is not UTF-8 text: it cannot be shown as it is.",
                "Do not use this label; tell who makes the image",
                .final = true,
        },
        {
                "odd-blank", SEVERITY_WARN,
                "A word holds a blank that does not look like what it is: a tab or line break in quotes, or "
                "a "
                "blank of another script that does not separate words.",
                "Compare the words one by one in the plan",
        },
        {
                "old-syntax", SEVERITY_WARN,
                "The value has a form that only old versions of Docker took.",
                "Tell who makes the image: --security-opt is written with \"=\" today, as in label=disable",
        },
        {
                "option-conflict", SEVERITY_WARN,
                "Two options exclude each other, or one makes the other useless.",
                "Tell who makes the image to drop one of the two",
        },
        {
                "overrides-unit", SEVERITY_WARN,
                "The unit gets the name of one that the distribution brings, and takes its place until it is "
                "uninstalled.",
                "Give the service another --name if both shall be there",
        },
        {
                "pins-other-image", SEVERITY_WARN,
                "The command runs an image that it names itself, not the one that carries the label: another "
                "version, or something else altogether.",
                "Look at that image as well; it is not pinned and may be pulled",
        },
        {
                "relative-mount", SEVERITY_WARN,
                "The host path of a mount does not begin with a slash: it depends on the folder the command "
                "starts "
                "in, or is not valid at all.",
                "Start fairlead in the right folder, or tell who makes the image",
        },
        {
                "secret-in-argv", SEVERITY_WARN,
                "A secret is a word of a command, as the tool takes it in no other way: users of this host "
                "can "
                "read it while it runs.",
                "Use a secret that is valid once, and change it afterwards",
        },
        {
                "shell-pattern", SEVERITY_INFO,
                "A shell would expand ~ and *; there is no shell, so the command gets them as they are.",
                "Nothing to do, unless the command does not find its files",
        },
        {
                "shell-syntax", SEVERITY_BLOCK,
                "The label uses ; | & < > ( ) or back-ticks as in a shell. No shell reads it: the command "
                "would "
                "get them as words and do something else than its author meant.",
                "Tell who makes the image to move this into a script inside the image",
        },
        {
                "socket-mounted", SEVERITY_WARN,
                "The container gets the engine's or the system's socket: whoever holds it is root on this "
                "host.",
                "Install it only if you trust the image as you trust root",
        },
        {
                "unbalanced-quote", SEVERITY_BLOCK,
                "A quote is opened and never closed, or the label ends in a backslash: where its words end "
                "is not "
                "known.",
                "Tell who makes the image",
                .final = true,
        },
        {
                "undefined-variable", SEVERITY_BLOCK,
                "The label uses a variable that has no value.",
                "Give it one with --set NAME=VALUE, or in the form",
        },
        {
                "undeliverable-answer", SEVERITY_BLOCK,
                "An answer goes a way that this command does not have.",
                "Tell who makes the profile",
        },
        {
                "unit-edited", SEVERITY_BLOCK,
                "Somebody changed the unit file since it was written, and the upgrade writes over it.",
                "Move the changes into a drop-in with systemctl edit; the former text stays in the job's "
                "saved files",
        },
        {
                "unit-exists", SEVERITY_BLOCK,
                "Somebody made a unit of this name on this host, and installing would write over it.",
                "Look at it with systemctl cat; give the service another --name",
        },
        {
                "unit-not-pinned", SEVERITY_WARN,
                "The unit that the image wrote does not name its image by the digest that was installed.",
                "Look at the unit: where it names a tag the restart takes the newer image, else it goes on "
                "with the old one",
        },
        {
                "unit-unwritable", SEVERITY_BLOCK,
                "No unit can be written that runs this command.",
                "Tell who makes the image",
                .final = true,
        },
        {
                "unknown-option", SEVERITY_INFO,
                "Fairlead does not know this option, so it cannot explain it, nor tell for sure where the "
                "options "
                "end.",
                "Look it up in the engine's manual",
        },
        {
                "unknown-subcommand", SEVERITY_WARN,
                "Fairlead does not know what this command of the engine does.",
                "Look it up in the engine's manual",
        },
        {
                "unnamed-container", SEVERITY_INFO,
                "The service's container gets a name by chance, as RUN has no --name.",
                "The unit that fairlead writes names it after the service",
        },
        {
                "unused-answer", SEVERITY_INFO,
                "There is an answer that this way of setting up does not ask for.",
                "Check the --mode, or leave the answer out",
        },
        {
                "variable-syntax", SEVERITY_BLOCK,
                "The label has a \"${\" that is never closed, or a shell's way to change a value (${X#y}, "
                "${X:=y}).",
                "Only $X, ${X} and ${X:-text} are filled in; tell who makes the image",
        },
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
