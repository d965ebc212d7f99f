/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's own settings as they are read, and the plans that change one. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "backend/wire/ntp.h"
#include "base/str.h"
#include "config.h"
#include "tests/unit/backend/host/client.h"

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGyYkVJ9yCCYQ6cWJ3QbYQ2kqv0O4lX5xWmC1H5qZ3nT"

struct fixture {
        struct host_client client;
        struct plan *plan;
        struct error *error;
        bool answered;
};

static int begin(void **state) {
        struct fixture *f = xcalloc(1, sizeof *f);
        host_client_begin(&f->client);
        *state = f;
        return 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        plan_free(f->plan);
        error_free(f->error);
        host_client_end(&f->client);
        free(f);
        return 0;
}

static void reads_what_there_is(void **state) {
        struct fixture *f = *state;
        const char *root = f->client.root;
        _cleanup_(setup_done) struct setup none = {}, s = {};
        host_read_setup(f->client.host, &none);
        assert_null(none.host_name);
        assert_null(none.zone);
        assert_null(none.time_unit);
        assert_false(setup_can_enter(&none));

        tree_write(root, "/etc/hostname", "db1.example.test\n");
        tree_write(root, "/usr/share/zoneinfo/zone.tab", "# x\nFR\t+4852+00220\tEurope/Paris\nDE\t+5230+01322\tEurope/Berlin\tmost\nbroken\nXX\t1\t../x\n");
        tree_link(root, "/etc/localtime", "../usr/share/zoneinfo/Europe/Berlin");
        tree_write(root, "/usr/lib/systemd/system/systemd-timesyncd.service", "");
        tree_write(root, "/usr/lib/systemd/system/chrony.service", "");
        tree_link(root, "/run/systemd/units/invocation:chrony.service", "0123");
        tree_write(root, "/usr/sbin/sshd", "");
        tree_write(root, "/etc/passwd",
                   "root:x:0:0:root:/root:/bin/bash\nanna:x:1000:1000::/home/anna:/bin/bash\n"
                   "bert:x:1001:1001::/home/bert:/bin/sh\ncarl:x:1002:1002::/home/carl:/bin/sh\n"
                   "daemon:x:1:1::/:/usr/sbin/nologin\n\nbroken\n");
        tree_write(root, "/etc/shadow",
                   "root:*:1::::::\nanna:$y$j9T$a$b:1::::::\nbert:!:1::::::\ncarl:!:1::::::\ndaemon:$y$j9T$a$b:1::::::\n");
        tree_write(root, "/home/carl/.ssh/authorized_keys", KEY "\n");
        tree_write(root, "/root/.ssh/authorized_keys", "# nobody\n");
        tree_write(root, "/etc/ssh/ssh_host_ed25519_key.pub", KEY " root@db1\n");
        host_read_setup(f->client.host, &s);
        assert_string_equal(s.host_name, "db1.example.test");
        assert_string_equal(s.zone, "Europe/Berlin");
        assert_int_equal(strv_length(s.zones), 3);
        assert_string_equal(s.zones[0], "Europe/Berlin");
        assert_string_equal(s.zones[2], "UTC");
        assert_string_equal(s.time_unit, "chrony.service");
        assert_true(s.time_runs && !s.time_synced && s.ssh);
        assert_int_equal(s.root_password, PASSWORD_NONE);
        assert_int_equal(s.root_keys, 0);
        assert_int_equal(strv_length(s.users), 2);
        assert_string_equal(s.users[0], "anna");
        assert_string_equal(s.users[1], "carl");
        /* as `ssh-keygen -l` shows it */
        assert_int_equal(strv_length(s.host_keys), 1);
        assert_non_null(str_starts(s.host_keys[0], "ED25519 SHA256:"));
        assert_int_equal(strlen(s.host_keys[0]), strlen("ED25519 SHA256:") + 43);
}

/* What glibc's localedef writes: a head, a table of names, the names. */
static void write_archive(const char *root) {
        struct {
                uint32_t magic, serial, offset, used, size;
                struct {
                        uint32_t hash, name, record;
                } names[4];
                char texts[4][16];
        } archive = { .magic = 0xde020109, .offset = 20, .used = 3, .size = 4, .texts = { "de_DE.utf8", "de_DE", "fr_FR.utf8", "xx" } };
        for (uint32_t i = 0; i < 3; i++) {
                archive.names[i].name = (uint32_t) (offsetof(__typeof__(archive), texts) + i * sizeof archive.texts[0]);
                archive.names[i].record = 1;
        }
        FILE *file = fopen(tree_path(root, "/usr/lib/locale/locale-archive"), "we");
        assert_non_null(file);
        assert_int_equal(fwrite(&archive, sizeof archive, 1, file), 1);
        assert_int_equal(fclose(file), 0);
}

static void expect_list(char *const *list, const char *wanted) {
        _cleanup_free_ char *all = strv_join(list, " ");
        assert_string_equal(all ? all : "", wanted);
}

static void reads_languages(void **state) {
        struct fixture *f = *state;
        const char *root = f->client.root;
        _cleanup_(setup_done) struct setup kbd = {}, debian = {};
        tree_folder(root, "/usr/lib/locale/C.utf8");
        tree_folder(root, "/usr/lib/locale/fr_FR.utf8");
        tree_folder(root, "/usr/lib/locale/nothing");
        write_archive(root);
        tree_write(root, "/usr/share/keymaps/i386/qwertz/de-latin1.map.gz", "");
        tree_write(root, "/usr/share/keymaps/i386/qwerty/us.map", "");
        tree_write(root, "/usr/share/keymaps/i386/include/parts.map", "");
        tree_write(root, "/usr/share/keymaps/README", "");
        tree_write(root, "/usr/lib/systemd/system/systemd-vconsole-setup.service", "");
        host_read_setup(f->client.host, &kbd);
        assert_null(kbd.locale);
        expect_list(kbd.locales, "C.UTF-8 de_DE.UTF-8 fr_FR.UTF-8");
        expect_list(kbd.keyboards, "de-latin1 us");
        assert_int_equal(kbd.keyboard_kind, SETUP_KEYMAP);
        assert_null(kbd.keyboard);
        assert_string_equal(kbd.keyboard_unit, "systemd-vconsole-setup.service");

        tree_write(root, "/usr/bin/setupcon", "");
        tree_write(root, "/usr/share/X11/xkb/rules/base.lst", "! model\n  pc105 Generic\n\n! layout\n  us              English (US)\n  de              German\n! variant\n  neo de: Neo\n");
        tree_write(root, "/etc/default/locale", "LANG=\"de_DE.UTF-8\"\n");
        tree_write(root, "/etc/default/keyboard", "XKBLAYOUT=\"de\"\n");
        host_read_setup(f->client.host, &debian);
        assert_string_equal(debian.locale, "de_DE.UTF-8");
        expect_list(debian.keyboards, "de us");
        assert_int_equal(debian.keyboard_kind, SETUP_LAYOUT);
        assert_string_equal(debian.keyboard, "de");
        assert_null(debian.keyboard_unit);
}

/* A program cannot be from the future. */
static void knows_a_clock_that_is_off(void **state) {
        struct fixture *f = *state;
        static const struct timespec future[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = 4000000000 } };
        _cleanup_(setup_done) struct setup right = {}, wrong = {};
        tree_write(f->client.root, PROGRAM_PATH, "");
        host_read_setup(f->client.host, &right);
        assert_null(right.clock_fault);
        assert_int_equal(utimensat(AT_FDCWD, tree_path(f->client.root, PROGRAM_PATH), future, 0), 0);
        host_read_setup(f->client.host, &wrong);
        assert_non_null(str_starts(wrong.clock_fault, "The clock is wrong: it says "));
        assert_non_null(strstr(wrong.clock_fault, "and this program is from 2096-10-02"));
}

static void on_plan(struct plan *plan, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        f->plan = plan;
        f->error = e;
        f->answered = true;
}

static void ask(struct fixture *f, enum setup_topic topic, const char *value) {
        const struct plan_order order = { .verb = VERB_SETUP, .setup = { topic, value, NULL } };
        f->plan = plan_free(f->plan);
        f->error = error_free(f->error);
        f->answered = false;
        struct op *op = host_make_plan(f->client.host, &order, on_plan, f);
        while (!f->answered)
                sd_event_run(f->client.event, UINT64_MAX);
        op_cancel(op);
}

static void plans_a_setting(void **state) {
        struct fixture *f = *state;
        tree_write(f->client.root, "/etc/hostname", "db1\n");
        tree_write(f->client.root, "/usr/share/zoneinfo/Europe/Berlin", "");
        tree_write(f->client.root, "/root/.ssh/authorized_keys", KEY "\n");
        tree_folder(f->client.root, "/usr/lib/locale/C.utf8");
        tree_write(f->client.root, "/usr/share/keymaps/de.map.gz", "");
        tree_write(f->client.root, "/usr/share/keymaps/us.map.gz", "");
        tree_write(f->client.root, "/etc/vconsole.conf", "KEYMAP=us\n");
        static const struct {
                enum setup_topic topic;
                const char *value;
                int code; /* 0: planned */
        } rows[] = {
                { SETUP_HOST_NAME, "db2.example.test", 0 },     { SETUP_HOST_NAME, "db1", -EALREADY },
                { SETUP_HOST_NAME, "d b", -EINVAL },            { SETUP_HOST_NAME, NULL, -EINVAL },
                { SETUP_TIME, "Europe/Berlin", 0 },             { SETUP_TIME, "Europe/Paris", -ENOENT },
                { SETUP_TIME, "Europe", -ENOENT },              { SETUP_TIME, "../hostname", -ENOENT },
                { SETUP_ROOT_KEY, KEY, -EALREADY },             { SETUP_ROOT_KEY, "x", -EINVAL },
                { SETUP_LOCALE, "C.UTF-8", 0 },                 { SETUP_LOCALE, "de_DE.UTF-8", -ENOENT },
                { SETUP_KEYMAP, "de", 0 },                      { SETUP_KEYMAP, "us", -EALREADY },
                { SETUP_KEYMAP, "../us", -ENOENT },             { SETUP_LAYOUT, "de", -ENOENT },
                { SETUP_ROOT_PASSWORD, NULL, 0 },               { SETUP_NONE, "x", -EINVAL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                ask(f, rows[i].topic, rows[i].value);
                assert_int_equal(f->error ? f->error->code : 0, rows[i].code);
                if (!f->plan)
                        continue;
                assert_string_equal(f->plan->name, setup_topic_name(rows[i].topic));
                assert_int_equal(f->plan->if_interrupted,
                                 rows[i].topic == SETUP_ROOT_PASSWORD ? INTERRUPTED_ROLL_BACK : INTERRUPTED_RESUME);
                assert_int_equal(f->plan->n_secrets, rows[i].topic == SETUP_ROOT_PASSWORD);
        }
}

/* ---- the network ---- */

static void on_network(struct reach *network, void *userdata) {
        *(struct reach **) userdata = network;
}

/* The line of this title whose text has that. */
static enum reach_state state_of(struct fixture *f, const char *title, const char *text) {
        enum reach_state state = _REACH_STATE_MAX;
        struct reach *network = NULL;
        struct op *op = host_look_network(f->client.host, on_network, &network);
        while (!network)
                assert_true(sd_event_run(f->client.event, UINT64_MAX) >= 0);
        op_cancel(op);
        for (size_t i = 0; i < network->n; i++)
                if (str_equal(network->items[i].title, title) && strstr(network->items[i].text, text))
                        state = network->items[i].state;
        reach_free(network);
        return state;
}

static void what_is_not_configured_is_not_a_failure(void **state) {
        struct fixture *f = *state;
        tree_write(f->client.root, "/proc/net/route", "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n"
                                                      "eth0\t00010A0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\n");
        tree_write(f->client.root, "/etc/resolv.conf", "# nameserver 192.0.2.1\nsearch example.test\n");
        assert_int_equal(state_of(f, "Gateway", "no default route"), REACH_UNSET);
        assert_int_equal(state_of(f, "DNS", "names no server"), REACH_UNSET);
        assert_int_not_equal(state_of(f, "Name", ""), REACH_SUCCESS);
        assert_int_not_equal(state_of(f, "Time", "clock"), _REACH_STATE_MAX);
        assert_int_not_equal(state_of(f, "Address", ""), _REACH_STATE_MAX);
}

/* A server that is no address, one where nobody listens; and a gateway that refuses, which is an answer. */
static void what_gives_no_answer_fails(void **state) {
        struct fixture *f = *state;
        tree_write(f->client.root, "/proc/net/route", "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n"
                                                      "lo\t00000000\t42372C7F\t0003\t0\t0\t0\t00000000\n");
        tree_write(f->client.root, "/etc/resolv.conf", "nameserver not-an-address\nnameserver 127.44.55.66\n");
        assert_int_equal(state_of(f, "DNS", "not-an-address"), REACH_FAIL);
        assert_int_equal(state_of(f, "DNS", "127.44.55.66 does not answer"), REACH_FAIL);
        assert_int_equal(state_of(f, "Gateway", "127.44.55.66 by lo answers"), REACH_SUCCESS);
}

/* One that says a time of 2020, where a socket can be had. */
static void a_clock_of_another_host_is_compared(void **state) {
        struct fixture *f = *state;
        struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(NTP_PORT), .sin_addr.s_addr = htonl(0x7f2c3743) };
        _cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || bind(fd, (struct sockaddr *) &at, sizeof at) < 0)
                skip();
        pid_t pid = fork();
        if (pid == 0) {
                uint8_t bytes[NTP_BYTES];
                struct sockaddr_in from;
                socklen_t size = sizeof from;
                alarm(20);
                if (recvfrom(fd, bytes, sizeof bytes, 0, (struct sockaddr *) &from, &size) == NTP_BYTES) {
                        memcpy(bytes + 24, bytes + 40, 8);
                        bytes[0] = 0x24;
                        bytes[1] = 2;
                        bytes[40] = 0xe1;
                        (void) sendto(fd, bytes, sizeof bytes, 0, (struct sockaddr *) &from, size);
                }
                _exit(0);
        }
        tree_write(f->client.root, "/run/systemd/netif/state", "OPER_STATE=routable\nNTP=127.44.55.67 ntp.example.test\n");
        assert_int_equal(state_of(f, REACH_CLOCK, "ahead of that of 127.44.55.67"), REACH_FAIL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        /* nobody answers any more: no line */
        close(fd);
        fd = -1;
        assert_int_equal(state_of(f, REACH_CLOCK, ""), _REACH_STATE_MAX);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(reads_what_there_is),
                T(reads_languages),
                T(knows_a_clock_that_is_off),
                T(plans_a_setting),
                T(what_is_not_configured_is_not_a_failure),
                T(what_gives_no_answer_fails),
                T(a_clock_of_another_host_is_compared),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
