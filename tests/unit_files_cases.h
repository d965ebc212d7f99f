/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Unit files and the links to them, each with what systemd says of it: the unit test reads them from a tree of its own, and
 * tests/real/units-real.c puts them on a real host and asks systemd 252 and 257 themselves. PREFIX (defined before) stands before
 * each name, so that they meet no other. */

#define N(name) PREFIX name
#define E "/etc/systemd/system/"
#define R "/run/systemd/system/"
#define L "/usr/lib/systemd/system/"
#define WANTED "[Install]\nWantedBy=multi-user.target\n"

static const struct {
        const char *name, *place, *text, *state;
} case_files[] = {
        { N("plain.service"), E, "[Service]\n", "static" },
        { N("known-outside.service"), E, "[Service]\n", "indirect" },
        { N("off.service"), E, WANTED, "disabled" },
        { N("on.service"), E, WANTED, "enabled" },
        { N("on-until-boot.service"), E, WANTED, "enabled-runtime" },
        { N("also.service"), E, "[Install]\nAlso=" PREFIX "off.service\n", "indirect" },
        { N("named.service"), E, "[Install]\nAlias=" PREFIX "named2.service\n", "enabled" },
        { N("not-named.service"), E, "[Install]\nAlias=" PREFIX "named3.service\n", "disabled" },
        { N("known-otherwise.service"), E, WANTED, "indirect" },
        { N("vendor-on.service"), L, WANTED, "disabled" },
        { N("vendor-static.service"), L, "[Service]\n", "static" },
        { N("wanted-static.service"), L, "[Service]\n", "enabled" },
        { N("masked.service"), L, "[Service]\n", "masked" },
        { N("masked-until-boot.service"), L, "[Service]\n", "masked-runtime" },
        { N("behind-a-file.service"), E, "[Service]\n", "static" },
        { N("over.service"), E, WANTED, "disabled" },
        { N("over.service"), L, "[Service]\n", NULL },
        { N("empty.service"), E, "", "masked" },
        { N("points-at-itself.service"), L, WANTED, "bad" },
        { N("t@.service"), E, WANTED, "indirect" },
        { N("d@.service"), E, "[Install]\nDefaultInstance=two\nWantedBy=multi-user.target\n", "enabled" },
        { N("u@.service"), E, "[Install]\nDefaultInstance=two\nWantedBy=multi-user.target\n", "indirect" },
        { N("n@.service"), E, "[Service]\n", "indirect" },
        { N("i@x.service"), E, WANTED, "disabled" },
        { N("v@.service"), L, "[Service]\n", "static" },
        { N("garbage.service"), E, "this is no unit\n[[[[\n", "bad" },
        { N("continued.service"), E, "[Install]\nWantedBy=\\\n# comment\n multi-user.target\n", "disabled" },
        { N("comment.service"), E, "[Install]\n#WantedBy=multi-user.target\n", "static" },
        { N("nothing-said.service"), E, "[Install]\nWantedBy=\n", "static" },
        { N("taken-back.service"), E, WANTED "WantedBy=\n", "static" },
        { N("required.service"), E, "[Install]\nRequiredBy=some.target\n", "enabled" },
        { N("drop-in.service"), E, "[Service]\n", "disabled" },
        { N("drop-in.service.d/10.conf"), E, WANTED, NULL },
        { N("drop-in.service.d/20.other"), E, "[[[[\n", NULL },
        { N("indented.service"), E, "  [Install]  \n  WantedBy = multi-user.target  \n", "disabled" },
        { N("first.service"), E, WANTED "[Service]\n", "disabled" },
        { N("after.service"), E, "[Install]\n[Service]\nWantedBy=multi-user.target\n", "static" },
        { N("link-says-otherwise.service"), E, "[Service]\n", "enabled" },
        { N("only-its-target.service"), E, "[Service]\n", "static" },
        { N("required-until-boot.service"), E, "[Service]\n", "enabled-runtime" },
        { N("twice.service"), E, WANTED, "enabled-runtime" },
        { N("made.service"), "/run/systemd/generator/", "[Service]\n", "generated" },
        { N("passing.service"), "/run/systemd/transient/", "[Service]\n", "transient" },
        { N("no unit.service"), E, "[Service]\n", NULL },
        { N("no-unit.txt"), E, "[Service]\n", NULL },
        { N("linked.service"), "/opt/", WANTED, "linked" },
        { N("linked-until-boot.service"), "/opt/", "[Service]\n", "linked-runtime" },
        { N("linked-on.service"), "/opt/", WANTED, "enabled" },
};

static const struct {
        const char *link, *target, *state;      /* NULL: it is no unit itself, or listed above */
} case_links[] = {
        { E "multi-user.target.wants/" N("on.service"), E N("on.service"), NULL },
        { R "multi-user.target.wants/" N("on-until-boot.service"), E N("on-until-boot.service"), NULL },
        { E N("named2.service"), E N("named.service"), "alias" },
        { E N("known-as.service"), N("known-otherwise.service"), "alias" },
        { L N("some.target.wants/") N("vendor-on.service"), "../" N("vendor-on.service"), NULL },
        { L N("other-name.service"), N("vendor-on.service"), "alias" },
        { L N("some.target.wants/") N("vendor-static.service"), "../" N("vendor-static.service"), NULL },
        { E N("some.target.wants/") N("wanted-static.service"), L N("wanted-static.service"), NULL },
        { E N("masked.service"), "/dev/null", NULL },
        { R N("masked-until-boot.service"), "/dev/null", NULL },
        { R N("behind-a-file.service"), "/dev/null", NULL },
        { L N("vendor-masked.service"), "/dev/null", "masked" },
        { E N("alias-of-masked.service"), N("masked.service"), "masked" },
        { E N("points-at-itself.service"), L N("points-at-itself.service"), NULL },
        { E "multi-user.target.wants/" N("t@one.service"), E N("t@.service"), NULL },
        { E "multi-user.target.wants/" N("d@two.service"), E N("d@.service"), NULL },
        { E "multi-user.target.wants/" N("u@three.service"), E N("u@.service"), NULL },
        { E N("n@q.service"), N("n@.service"), "enabled" },
        { L N("some.target.wants/") N("v@z.service"), "../" N("v@.service"), NULL },
        { E N("nowhere.service"), N("nowhere-at-all.service"), "bad" },
        { E N("nowhere2.service"), "/nowhere/" N("nowhere2.service"), "bad" },
        { E N("circle1.service"), N("circle2.service"), "bad" },
        { E N("circle2.service"), N("circle1.service"), "bad" },
        { E N("some.target.requires/") N("required.service"), E N("required.service"), NULL },
        { E N("some.target.wants/") N("link-says-otherwise.service"), "/opt/" N("elsewhere.service"), NULL },
        { E N("some.target.wants/") N("other.service"), E N("only-its-target.service"), NULL },
        { R N("some.target.requires/") N("required-until-boot.service"), E N("required-until-boot.service"), NULL },
        { R N("twice.service"), E N("twice.service"), NULL },
        { R N("outside.service"), "../" N("known-outside.service"), "bad" },
        { E N("linked.service"), "/opt/" N("linked.service"), NULL },
        { R N("linked-until-boot.service"), "/opt/" N("linked-until-boot.service"), NULL },
        { E N("linked-on.service"), "/opt/" N("linked-on.service"), NULL },
        { E "multi-user.target.wants/" N("linked-on.service"), "/opt/" N("linked-on.service"), NULL },
};
