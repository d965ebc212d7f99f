/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Podman's generator says of a Quadlet with another drop-in, and the copies that it reads. */
#include <errno.h>
#include <fcntl.h>

#include "backend/host/internal.h"
#include "tests/unit/tree.h"

#define COPY "/run/fairlead/edit"

static void reads_what_the_generator_made(void **state) {
        static const struct {
                const char *said, *name, *text; /* name NULL: text is the refusal */
        } rows[] = {
                { "quadlet-generator[7]: Loading source drop-in file " COPY "/demo.container.d/50-fairlead.conf\r\n"
                  "---other.service---\r\n[Unit]\r\nDescription=o\r\n\r\n---demo.service---\r\n[Unit]\r\n"
                  "X-FairleadEdit=yes\r\n[Service]\r\nTasksMax=9\r\n\r\n---last.service---\r\n[Unit]\r\n",
                  "demo.service", "[Unit]\n[Service]\nTasksMax=9\n" },
                /* what it says of others is not this one's fault */
                { "quadlet-generator[7]: converting \"bad.container\": unsupported key\n"
                  "---demo.service---\n[Unit]\nX-FairleadEdit=yes\n",
                  "demo.service", "[Unit]\n" },
                { "quadlet-generator[7]: Loading source unit file " COPY "/demo.container\n"
                  "quadlet-generator[7]: converting \"demo.container\": unsupported key 'PidsLimitt' in group "
                  "'Container' in " COPY "/demo.container\n",
                  NULL,
                  "Podman's generator refuses these settings of demo.container: converting \"demo.container\": "
                  "unsupported key 'PidsLimitt' in group 'Container' in /etc/containers/systemd/demo.container" },
                /* before 5.0 */
                { "---demo.service---\n[Unit]\nDescription=d\n", NULL,
                  "Podman's generator does not read the drop-ins of demo.container" },
                { "---../../x.service---\n[Unit]\nX-FairleadEdit=yes\n", NULL,
                  "Podman's generator does not read the drop-ins of demo.container" },
                { "", NULL, "Podman's generator does not read the drop-ins of demo.container" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_error_ struct error *e = NULL;
                _cleanup_free_ char *name = NULL,
                                    *made = edit_quadlet_read("demo.container", rows[i].said, COPY, &name, &e);
                assert_true(str_equal(name, rows[i].name));
                _cleanup_free_ char *line = made ? NULL : error_line(e);
                const char *cause = line ? strstr(line, ": Operation not supported") : NULL;
                if (cause)
                        line[cause - line] = '\0';
                assert_string_equal(made ? made : line, rows[i].text);
        }
}

/* The first folder that has a name counts; what is no Quadlet stays out, and so does a link. */
static void copies_the_quadlets_of_the_host(void **state) {
        _cleanup_free_ char *top = tree_new(), *copy_path = str_printf("%s/copy", top);
        tree_write(top, "/etc/containers/systemd/demo.container", "[Container]\nImage=ours\n");
        tree_write(top, "/usr/share/containers/systemd/demo.container", "[Container]\nImage=vendor\n");
        tree_write(top, "/usr/share/containers/systemd/data.volume", "[Volume]\n");
        tree_write(top, "/etc/containers/systemd/notes.txt", "none\n");
        tree_write(top, "/etc/containers/systemd/demo.container.d/10-else.conf", "[Service]\nNice=3\n");
        tree_write(top, "/copy/.keep", "");
        _cleanup_close_ int root = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
                            copy = open(copy_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_int_equal(edit_quadlet_copy(root, copy, "demo.container", "[Service]\nTasksMax=9\n", NULL), 0);
        static const struct {
                const char *path, *text;
        } rows[] = {
                { "/copy/demo.container", "[Container]\nImage=ours\n" },
                { "/copy/data.volume", "[Volume]\n" },
                { "/copy/demo.container.d/10-else.conf", "[Service]\nNice=3\n" },
                { "/copy/demo.container.d/50-fairlead.conf", "[Service]\nTasksMax=9\n" },
                { "/copy/demo.container.d/99-fairlead-edit.conf", "[Unit]\nX-FairleadEdit=yes\n" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *text = tree_read(top, rows[i].path);
                assert_string_equal(text, rows[i].text);
        }
        assert_int_equal(faccessat(copy, "notes.txt", F_OK, 0), -1);
        tree_remove(top);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reads_what_the_generator_made),
                cmocka_unit_test(copies_the_quadlets_of_the_host),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
