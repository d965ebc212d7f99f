/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/kill.d/strike.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

#ifndef __x86_64__
#error "how a call is made to fail is known for x86-64 only"
#endif

#define NAME_BYTES 4096U

/* Where a call says what it changes. */
enum object {
        BY_FD,          /* argument 0 is a descriptor */
        BY_PATH,        /* argument 0 is a path */
        BY_AT,          /* arguments 0 and 1: a folder and a path in it */
        BY_SECOND,      /* argument 1 is a path */
        BY_SECOND_AT,   /* arguments 1 and 2: the same (symlinkat) */
        BY_NEW_AT,      /* arguments 2 and 3: the new name (linkat, renameat) */
        BY_NOTHING,
};

static const struct call {
        long number;
        const char *name;
        enum object object;
        bool needs_flags;       /* mutating only with O_CREAT, O_TRUNC or O_TMPFILE: their argument's index is flags */
        unsigned flags;
        bool writes;            /* takes room on a disk */
} calls[] = {
        { SYS_open, "open", BY_PATH, true, 1, true },
        { SYS_openat, "openat", BY_AT, true, 2, true },
        { SYS_creat, "creat", BY_PATH, .writes = true },
        { SYS_write, "write", BY_FD, .writes = true },
        { SYS_pwrite64, "pwrite", BY_FD, .writes = true },
        { SYS_writev, "writev", BY_FD, .writes = true },
        { SYS_sendfile, "sendfile", BY_FD, .writes = true },
        { SYS_ftruncate, "ftruncate", BY_FD },
        { SYS_truncate, "truncate", BY_PATH },
        { SYS_fallocate, "fallocate", BY_FD, .writes = true },
        { SYS_fsync, "fsync", BY_FD },
        { SYS_fdatasync, "fdatasync", BY_FD },
        { SYS_syncfs, "syncfs", BY_FD },
        { SYS_rename, "rename", BY_SECOND, .writes = true },
        { SYS_renameat, "renameat", BY_NEW_AT, .writes = true },
        { SYS_renameat2, "renameat", BY_NEW_AT, .writes = true },
        { SYS_link, "link", BY_SECOND, .writes = true },
        { SYS_linkat, "linkat", BY_NEW_AT, .writes = true },
        { SYS_symlink, "symlink", BY_SECOND, .writes = true },
        { SYS_symlinkat, "symlinkat", BY_SECOND_AT, .writes = true },
        { SYS_unlink, "unlink", BY_PATH },
        { SYS_unlinkat, "unlinkat", BY_AT },
        { SYS_rmdir, "rmdir", BY_PATH },
        { SYS_mkdir, "mkdir", BY_PATH, .writes = true },
        { SYS_mkdirat, "mkdirat", BY_AT, .writes = true },
        { SYS_mknodat, "mknodat", BY_AT, .writes = true },
        { SYS_chmod, "chmod", BY_PATH },
        { SYS_fchmod, "fchmod", BY_FD },
        { SYS_fchmodat, "fchmodat", BY_AT },
        { SYS_fchown, "fchown", BY_FD },
        { SYS_fchownat, "fchownat", BY_AT },
        { SYS_utimensat, "utimensat", BY_AT },
        { SYS_setxattr, "setxattr", BY_PATH },
        { SYS_fsetxattr, "fsetxattr", BY_FD },
        { SYS_removexattr, "removexattr", BY_PATH },
        { SYS_bind, "bind", BY_FD },
        { SYS_connect, "connect", BY_FD },
        { SYS_sendto, "sendto", BY_FD },
        { SYS_sendmsg, "sendmsg", BY_FD },
        { SYS_fork, "fork", BY_NOTHING },
        { SYS_vfork, "fork", BY_NOTHING },
        { SYS_clone, "fork", BY_NOTHING },
        { SYS_clone3, "fork", BY_NOTHING },
};

struct tracee {
        const struct strike_options *options;
        pid_t pid;
        struct seen {
                char *call;
                unsigned n;
        } *seen;
        size_t n_seen;
        bool struck;            /* the point was reached */
        bool failing;           /* from entry to exit of the call that is made to fail */
};

/* ---- what a call does, in words ---- */

static bool read_text(pid_t pid, uint64_t address, char *text, size_t room) {
        size_t n = 0;
        /* A page at a time: what is behind a string may not be there. */
        while (n < room - 1) {
                size_t piece = 4096 - ((address + n) & 4095);
                if (piece > room - 1 - n)
                        piece = room - 1 - n;
                struct iovec to = { text + n, piece }, from = { (void *) (uintptr_t) (address + n), piece };
                ssize_t got = process_vm_readv(pid, &to, 1, &from, 1, 0);
                if (got <= 0)
                        return false;
                if (memchr(text + n, '\0', (size_t) got))
                        return true;
                n += (size_t) got;
        }
        text[n] = '\0';
        return true;
}

static bool read_link(pid_t pid, const char *what, char *text, size_t room) {
        char path[96];
        snprintf(path, sizeof path, "/proc/%d/%s", pid, what);
        ssize_t n = readlink(path, text, room - 1);
        text[n > 0 ? n : 0] = '\0';
        return n > 0;
}

static void name_fd(pid_t pid, int fd, char *text, size_t room) {
        char what[32];
        snprintf(what, sizeof what, fd == AT_FDCWD ? "cwd" : "fd/%d", fd);
        read_link(pid, what, text, room);
}

static void name_path(pid_t pid, int folder, uint64_t address, char *text, size_t room) {
        char name[NAME_BYTES], parent[NAME_BYTES];
        int fd;
        if (!read_text(pid, address, name, sizeof name))
                name[0] = '\0';
        if (sscanf(name, "/proc/self/fd/%d", &fd) == 1) {
                name_fd(pid, fd, text, room);
                return;
        }
        if (name[0] == '/') {
                snprintf(text, room, "%s", name);
                return;
        }
        name_fd(pid, folder, parent, sizeof parent);
        if (snprintf(text, room, "%s%s%s", parent, name[0] ? "/" : "", name) >= (int) room)
                text[0] = '\0';
}

static size_t run_of(const char *p, bool hex) {
        size_t n = 0;
        while (p[n] && (hex ? isxdigit((unsigned char) p[n]) : isdigit((unsigned char) p[n])))
                n++;
        return n;
}

static bool is_job_id(const char *p) {
        return run_of(p, false) == 8 && p[8] == '-' && run_of(p + 9, false) == 6 && p[15] == '-' && run_of(p + 16, true) == 8;
}

/* What differs from run to run becomes a word. */
static void simplify(const char *path, char *out, size_t room) {
        size_t n = 0;
        for (const char *p = path; *p && n + 8 < room;) {
                const char *word = NULL;
                size_t length = 0;
                if (is_job_id(p))
                        word = "JOB", length = 24;
                else if (run_of(p, true) == 64)
                        word = "DIGEST", length = 64;
                else if (strncmp(p, ".fairlead-", 10) == 0 && run_of(p + 10, true) == 16)
                        word = "TMP", length = 30;
                else if (strncmp(p, "fairlead-test-", 14) == 0 && strlen(p) >= 20)
                        word = "TEST", length = 20;
                else if (p[0] == '#' && run_of(p + 1, false) > 0)
                        word = "#", length = 1 + run_of(p + 1, false);
                else if (p[0] == '[' && run_of(p + 1, false) > 0)
                        word = "[", length = 1 + run_of(p + 1, false);
                if (!word) {
                        out[n++] = isspace((unsigned char) *p) ? '_' : *p;
                        p++;
                        continue;
                }
                n += (size_t) snprintf(out + n, room - n, "%s", word);
                p += length;
        }
        out[n] = '\0';
}

/* false: it changes nothing that outlives the process. */
static bool describe(pid_t pid, const struct ptrace_syscall_info *info, char *text, size_t room, const struct call **ret) {
        char path[2 * NAME_BYTES] = "", simple[NAME_BYTES];
        const struct call *call = NULL;
        const uint64_t *a = (const uint64_t *) info->entry.args;
        for (size_t i = 0; i < sizeof calls / sizeof *calls && !call; i++)
                if (calls[i].number == (long) info->entry.nr)
                        call = &calls[i];
        if (!call)
                return false;
        if (call->needs_flags && !(a[call->flags] & (O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))))
                return false;
        switch (call->object) {
        case BY_FD: name_fd(pid, (int) a[0], path, sizeof path); break;
        case BY_PATH: name_path(pid, AT_FDCWD, a[0], path, sizeof path); break;
        case BY_AT: name_path(pid, (int) a[0], a[1], path, sizeof path); break;
        case BY_SECOND: name_path(pid, AT_FDCWD, a[1], path, sizeof path); break;
        case BY_SECOND_AT: name_path(pid, (int) a[1], a[2], path, sizeof path); break;
        case BY_NEW_AT: name_path(pid, (int) a[2], a[3], path, sizeof path); break;
        default: break;
        }
        /* Pipes, event descriptors, terminals, memory: gone with the process. */
        bool socket = strncmp(path, "socket:", 7) == 0, file = path[0] == '/' && strncmp(path, "/dev/", 5) != 0 && strncmp(path, "/memfd:", 7) != 0;
        if (call->object != BY_NOTHING && !socket && !file)
                return false;
        simplify(path, simple, sizeof simple);
        if (snprintf(text, room, "%s%s%s", call->name, simple[0] ? " " : "", simple) >= (int) room)
                return false;
        *ret = call;
        return true;
}

/* ---- striking ---- */

static unsigned count(struct tracee *t, const char *call) {
        for (size_t i = 0; i < t->n_seen; i++)
                if (strcmp(t->seen[i].call, call) == 0)
                        return ++t->seen[i].n;
        t->seen = reallocarray(t->seen, t->n_seen + 1, sizeof *t->seen);
        if (!t->seen)
                abort();
        t->seen[t->n_seen++] = (struct seen) { strdup(call), 1 };
        return 1;
}

static void set_registers(pid_t pid, void (*change)(struct user_regs_struct *regs, int value), int value) {
        struct user_regs_struct regs;
        if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) < 0)
                return;
        change(&regs, value);
        ptrace(PTRACE_SETREGS, pid, NULL, &regs);
}

static void no_call(struct user_regs_struct *regs, int value) {
        regs->orig_rax = (unsigned long long) -1;
}

static void result(struct user_regs_struct *regs, int value) {
        regs->rax = (unsigned long long) (long long) value;
}

static void half(struct user_regs_struct *regs, int value) {
        if (regs->rdx > 1)
                regs->rdx /= 2;
}

static void at_entry(struct tracee *t, const struct ptrace_syscall_info *info) {
        const struct strike_options *o = t->options;
        const struct call *call;
        char text[NAME_BYTES];
        if (!describe(t->pid, info, text, sizeof text, &call))
                return;
        unsigned nth = count(t, text);
        if (o->seen)
                o->seen(text, nth, o->userdata);
        bool here = o->how != STRIKE_NOT && !t->struck && nth == o->at.nth && strcmp(text, o->at.call) == 0;
        bool lasting = t->struck && o->lasting && call->writes;
        if (!here && !lasting)
                return;
        t->struck = true;
        switch (o->how) {
        case STRIKE_BEFORE:
                kill(t->pid, SIGKILL);
                break;
        case STRIKE_ERROR:
                set_registers(t->pid, no_call, 0);
                t->failing = true;
                break;
        case STRIKE_SHORT:
                if (call->number == SYS_write || call->number == SYS_pwrite64)
                        set_registers(t->pid, half, 0);
                break;
        default:
                t->failing = true;
                break;
        }
}

static void at_exit(struct tracee *t) {
        if (!t->failing)
                return;
        t->failing = false;
        if (t->options->how == STRIKE_AFTER)
                kill(t->pid, SIGKILL);
        else
                set_registers(t->pid, result, -t->options->error);
}

static int trace(struct tracee *t) {
        int status;
        while (waitpid(t->pid, &status, 0) == t->pid && WIFSTOPPED(status)) {
                struct ptrace_syscall_info info = {};
                int signal = WSTOPSIG(status);
                if (signal == (SIGTRAP | 0x80)) {
                        if (ptrace(PTRACE_GET_SYSCALL_INFO, t->pid, sizeof info, &info) > 0) {
                                if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
                                        at_entry(t, &info);
                                else
                                        at_exit(t);
                        }
                        signal = 0;
                } else if (signal == SIGTRAP)   /* of the exec */
                        signal = 0;
                if (ptrace(PTRACE_SYSCALL, t->pid, NULL, signal) < 0 && errno != ESRCH)
                        break;
        }
        return status;
}

int strike(const struct strike_options *options, char *const *argv) {
        struct tracee t = { .options = options };
        int status;
        t.pid = fork();
        if (t.pid == 0) {
                /* It ends with us, as a service's main process and its supervisor would. */
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 && raise(SIGSTOP) == 0)
                        execv(argv[0], argv);
                _exit(127);
        }
        if (t.pid < 0 || waitpid(t.pid, &status, 0) != t.pid || !WIFSTOPPED(status))
                return -1;
        ptrace(PTRACE_SETOPTIONS, t.pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
        ptrace(PTRACE_SYSCALL, t.pid, NULL, 0);
        status = trace(&t);
        for (size_t i = 0; i < t.n_seen; i++)
                free(t.seen[i].call);
        free(t.seen);
        if (options->ret_struck)
                *options->ret_struck = t.struck;
        return status;
}
