/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/path.h"
#include "base/words.h"
#include "model/command/command.h"
#include "model/command/mount.h"

static void simplifies_paths(void **state) {
        static const char *const cases[][2] = {
                { "/", "/" },
                { "", "/" },
                { "//", "/" },
                { "/a/", "/a" },
                { "/a//b/./c/", "/a/b/c" },
                { "/a/../b", "/b" },
                { "/../..", "/" },
                { "/a/b/../..", "/" },
                { "/a/..b", "/a/..b" },
                { "/var/run/x", "/var/run/x" },
                { "/var/runner", "/var/runner" },
                { "/var/lib/../run/x", "/var/run/x" },
                { "/...", "/..." },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_free_ char *path = path_simplify(cases[i][0]);
                assert_string_equal(path, cases[i][1]);
        }
}

static void knows_shapes(void **state) {
        static const struct {
                const char *value;
                bool mount;
                enum mount_shape shape;
        } cases[] = {
                { "/x:/y", false, MOUNT_SHAPE_HOST },
                { "x:/y", false, MOUNT_SHAPE_VOLUME },
                { "/y", false, MOUNT_SHAPE_UNNAMED },
                { "./x:/y", false, MOUNT_SHAPE_RELATIVE },
                { "x/:/y", false, MOUNT_SHAPE_RELATIVE },
                { "..:/y", false, MOUNT_SHAPE_RELATIVE },
                { ":/y", false, MOUNT_SHAPE_LOST },
                { "/x:", false, MOUNT_SHAPE_LOST },
                { "/x::ro", false, MOUNT_SHAPE_LOST },
                { "::", false, MOUNT_SHAPE_LOST },
                { "", false, MOUNT_SHAPE_LOST },
                { "", true, MOUNT_SHAPE_LOST },
                { "type=bind", true, MOUNT_SHAPE_LOST },
                { "type=bind,src=/x,dst=/y", true, MOUNT_SHAPE_HOST },
                { "type=volume,src=x,dst=/y", true, MOUNT_SHAPE_VOLUME },
                { "dst=/y", true, MOUNT_SHAPE_UNNAMED },
                { "type=tmpfs,dst=/y", true, MOUNT_SHAPE_OTHER },
                { "type=image,src=i,dst=/y", true, MOUNT_SHAPE_OTHER },
                { "\"", true, MOUNT_SHAPE_LOST },
                { ",,,=,", true, MOUNT_SHAPE_LOST },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct mount_reading r = cases[i].mount ? mount_read_mount(cases[i].value, ENGINE_PODMAN) : mount_read_volume(cases[i].value, ENGINE_PODMAN);
                if (r.shape != cases[i].shape) {
                        print_error("%s: %d\n", cases[i].value, r.shape);
                        fail();
                }
                assert_non_null(r.mount.host);
                assert_non_null(r.mount.container);
                assert_non_null(r.mount.options);
                mount_reading_done(&r);
        }
}

static void reads_options(void **state) {
        struct mount_reading r = {};
        r = mount_read_volume("/x:/y:ro,z,ro,,U", ENGINE_PODMAN);
        assert_int_equal(r.mount.mode, MOUNT_RO);
        assert_string_equal(r.mount.options, "z,U");
        assert_null(r.bad_option);
        mount_reading_done(&r);
        r = mount_read_volume("/x:/y:z:ro", ENGINE_PODMAN);
        assert_string_equal(r.bad_option, "z:ro");
        mount_reading_done(&r);
        r = mount_read_mount("type=bind,\"src=/a \"\"b\"\",c\",dst=/y,Z=true,x=7", ENGINE_PODMAN);
        assert_string_equal(r.mount.host, "/a \"b\",c");
        assert_string_equal(r.mount.options, "Z,x=7");
        mount_reading_done(&r);
}

static const struct {
        const char *host;
        enum mount_mode mode;
        enum risk risk;
        bool socket;
} judged[] = {
        { "/", MOUNT_RW, RISK_HIGH, false },
        { "/", MOUNT_RO, RISK_HIGH, false },
        { "/sysroot", MOUNT_RW, RISK_HIGH, false },
        { "/ostree/repo", MOUNT_RW, RISK_HIGH, false },
        { "/var/home", MOUNT_RW, RISK_HIGH, false },
        { "/var/home/alice", MOUNT_RW, RISK_NOTE, false },
        { "/var/roothome/", MOUNT_RW, RISK_HIGH, false },
        { "/var/roothome", MOUNT_RO, RISK_NOTE, false },
        { "/run/user", MOUNT_RW, RISK_HIGH, false },
        { "/run/user/1000", MOUNT_RO, RISK_HIGH, false },
        { "/run/media", MOUNT_RW, RISK_NOTE, false },
        { "/etc/sysconfig", MOUNT_RW, RISK_HIGH, false },
        { "/etc/sysconfig/app", MOUNT_RW, RISK_NOTE, false },
        { "/etc/cron.daily", MOUNT_RW, RISK_HIGH, false },
        { "/etc/udev/rules.d", MOUNT_RW, RISK_HIGH, false },
        { "/etc/polkit-1", MOUNT_RW, RISK_HIGH, false },
        { "/etc/profile", MOUNT_RW, RISK_HIGH, false },
        { "/etc/init.d/x", MOUNT_RW, RISK_HIGH, false },
        { "/etc/NetworkManager", MOUNT_RW, RISK_HIGH, false },
        { "/sys/kernel", MOUNT_RW, RISK_HIGH, false },
        { "/sys/kernel/debug", MOUNT_RW, RISK_HIGH, false },
        { "/usr/src/kernels", MOUNT_RO, RISK_NONE, false },
        { "/usr/lib/debug", MOUNT_RW, RISK_NOTE, false },
        { "/etc", MOUNT_RO, RISK_HIGH, false },
        { "/.//", MOUNT_RW, RISK_HIGH, false },
        { "/run", MOUNT_RO, RISK_HIGH, true },
        { "/run/podman/podman.sock", MOUNT_RO, RISK_HIGH, true },
        { "/run/x", MOUNT_RW, RISK_NOTE, false },
        { "/var/lib/../run/", MOUNT_RO, RISK_HIGH, true },
        { "/var/run/dbus/system_bus_socket", MOUNT_RW, RISK_HIGH, true },
        { "/var/runner", MOUNT_RW, RISK_NONE, false },
        { "/etc/", MOUNT_RW, RISK_HIGH, false },
        { "/etc/x", MOUNT_RW, RISK_NOTE, false },
        { "/etc/x", MOUNT_RO, RISK_NONE, false },
        { "/etc/systemd/system/x.service.d", MOUNT_RW, RISK_HIGH, false },
        { "/etcx", MOUNT_RW, RISK_NONE, false },
        { "/var/lib", MOUNT_RW, RISK_HIGH, false },
        { "/var/lib/x", MOUNT_RW, RISK_NONE, false },
        { "/var/lib/docker/x", MOUNT_RW, RISK_HIGH, false },
        { "/srv/x", MOUNT_RW, RISK_NONE, false },
        { "x", MOUNT_RW, RISK_NONE, false },
};

static void judges_places(void **state) {
        for (size_t i = 0; i < ELEMENTS(judged); i++) {
                struct mount m = { .host = (char *) judged[i].host, .mode = judged[i].mode };
                bool socket = mount_judge(&m);
                if (m.risk != judged[i].risk || socket != judged[i].socket) {
                        print_error("%s: %s %d\n", judged[i].host, risk_name(m.risk), socket);
                        fail();
                }
                assert_non_null(m.meaning);
        }
        struct mount volume = { .host = (char *) "/odd", .volume = true };
        assert_false(mount_judge(&volume));
        assert_int_equal(volume.risk, RISK_NONE);
}

static enum risk risk_of(const char *host, enum mount_mode mode) {
        struct mount m = { .host = (char *) host, .mode = mode };
        mount_judge(&m);
        return m.risk;
}

/* Every place of this list against every other one. (/var/run is only a link in /var.) */
static void a_whole_is_as_risky_as_its_parts(void **state) {
        static const char *const paths[] = {
                "/", "/boot", "/dev", "/dev/log", "/dev/null", "/dev/shm", "/etc", "/etc/NetworkManager",
                "/etc/NetworkManager/dispatcher.d", "/etc/cron.d", "/etc/default", "/etc/pki", "/etc/security", "/etc/shadow",
                "/etc/ssh", "/etc/sysconfig", "/etc/systemd", "/etc/systemd/system", "/etc/x", "/home", "/home/x", "/lib/modules",
                "/mnt", "/opt", "/ostree", "/ostree/deploy", "/proc", "/proc/sys", "/root", "/root/.ssh", "/run", "/run/dbus",
                "/run/host", "/run/media", "/run/podman", "/run/systemd", "/run/systemd/journal", "/run/udev", "/run/user",
                "/run/user/0", "/run/x", "/srv", "/sys", "/sys/firmware", "/sys/firmware/efi", "/sys/fs", "/sys/fs/cgroup",
                "/sys/kernel", "/sys/kernel/debug", "/sysroot", "/sysroot/ostree", "/tmp", "/usr", "/usr/lib", "/usr/lib/debug",
                "/usr/lib/modules", "/usr/local", "/usr/src", "/usr/src/kernels", "/var", "/var/cache", "/var/home", "/var/home/x",
                "/var/lib", "/var/lib/containers", "/var/lib/rpm", "/var/lib/x", "/var/log", "/var/roothome",
                "/var/spool", "/var/spool/cron", "/var/tmp",
        };
        for (size_t i = 0; i < ELEMENTS(paths); i++) {
                assert_true(risk_of(paths[i], MOUNT_RW) >= risk_of(paths[i], MOUNT_RO));
                for (size_t k = 0; k < ELEMENTS(paths); k++)
                        for (enum mount_mode mode = 0; mode < _MOUNT_MODE_MAX; mode++)
                                if (path_below(paths[k], paths[i]) && risk_of(paths[k], mode) > risk_of(paths[i], mode)) {
                                        print_error("%s is riskier than %s (%s)\n", paths[k], paths[i],
                                                    mount_mode_name(mode));
                                        fail();
                                }
        }
}

/* However a label writes it, a place has one risk. */
static void a_place_is_as_risky_whatever_way_it_is_mounted(void **state) {
        static const struct {
                const char *words; /* with the place in the stead of @ */
                enum mount_mode mode;
        } ways[] = {
                { "-v @:/x", MOUNT_RW },
                { "-v @:/x:rw", MOUNT_RW },
                { "-v @:/x:z", MOUNT_RW },
                { "-v @:/x:Z,rslave", MOUNT_RW },
                { "-v @:/host@", MOUNT_RW },
                { "-v @/:/x", MOUNT_RW },
                { "-v /.@:/x", MOUNT_RW },
                { "-v /tmp/..@:/x", MOUNT_RW },
                { "-v@:/x", MOUNT_RW },
                { "-dv @:/x", MOUNT_RW },
                { "--volume=@:/x", MOUNT_RW },
                { "--volume @:/x", MOUNT_RW },
                { "--mount type=bind,src=@,dst=/x", MOUNT_RW },
                { "--mount=type=bind,source=@,target=/x", MOUNT_RW },
                { "--mount destination=/x,type=bind,source=@,bind-propagation=rslave", MOUNT_RW },
                { "--mount 'type=bind,\"src=@\",dst=/x'", MOUNT_RW },
                { "--mount type=bind,src=@,dst=/x,readonly=false", MOUNT_RW },
                { "--mount type=glob,src=@,dst=/x", MOUNT_RW },
                { "--mount type=volume,dst=/x,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=@", MOUNT_RW },
                { "--mount type=volume,src=v,dst=/x,volume-opt=device=@,volume-opt=o=rbind", MOUNT_RW },
                { "-v @:/x:ro", MOUNT_RO },
                { "-v @:/x:z,ro", MOUNT_RO },
                { "--mount type=bind,src=@,dst=/x,ro", MOUNT_RO },
                { "--mount type=bind,src=@,dst=/x,readonly=true", MOUNT_RO },
                { "--mount type=volume,dst=/x,\"volume-opt=o=bind,ro\",volume-opt=device=@", MOUNT_RO },
        };
        for (size_t i = 0; i < ELEMENTS(ways); i++)
                for (size_t k = 0; k < ELEMENTS(judged); k++) {
                        if (judged[k].host[0] != '/')
                                continue;
                        _cleanup_str_ struct str text = {};
                        for (const char *at = ways[i].words; *at; at++)
                                if (*at == '@')
                                        str_add(&text, judged[k].host);
                                else
                                        str_add_char(&text, *at);
                        _cleanup_free_ char *line = str_printf("podman run %s i", text.text);
                        _cleanup_strv_ char **argv = NULL;
                        assert_int_equal(words_split(line, &argv, NULL), 0);
                        _cleanup_command_ struct command *c = command_read("RUN", argv, ENGINE_PODMAN, NULL, NULL);
                        assert_int_equal(c->n_mounts, 1);
                        assert_int_equal(c->mounts[0].mode, ways[i].mode);
                        if (c->mounts[0].risk != risk_of(judged[k].host, ways[i].mode)) {
                                print_error("%s: %s\n", line, risk_name(c->mounts[0].risk));
                                fail();
                        }
                }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(simplifies_paths),
                cmocka_unit_test(knows_shapes),
                cmocka_unit_test(reads_options),
                cmocka_unit_test(judges_places),
                cmocka_unit_test(a_whole_is_as_risky_as_its_parts),
                cmocka_unit_test(a_place_is_as_risky_whatever_way_it_is_mounted),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
