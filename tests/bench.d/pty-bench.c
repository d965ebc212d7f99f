/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a program on a terminal of its own and measures what a person in front of it would see: how long until the first byte and until a
 * text stands on the screen, how many bytes a key costs, how often the program wakes up, how much memory it holds.
 *
 *     pty-bench [-t TERM] [-g COLUMNSxROWS] [-n REPEATS] MEASURE... -- COMMAND...
 *
 * Measures are taken one after the other; times count from the last mark, which is the start, the last key or the last touched file:
 *
 *     first:NAME                    ms to the first byte
 *     see:NAME:TEXT                 ms until TEXT came, and NAME.bytes
 *     rest:NAME:MS                  ms to the last byte before it was silent for MS, and NAME.bytes
 *     pause:MS                      only reads
 *     key:KEYS                      types KEYS (\e and \r are understood) and sets the mark
 *     steps:NAME:N:KEYS:MS          bytes that KEYS cost, each time until it was silent for MS; N times
 *     answers:NAME:N:KEYS:TEXT:BACK:TEXT   ms until KEYS brought TEXT; BACK and its TEXT go back; N times
 *     idle:NAME:SECONDS             NAME.wakeups and NAME.bytes
 *     memory:NAME                   NAME.rss and NAME.peak, KiB
 *     memory-of:NAME:PROGRAM        the same of the newest process of that name
 *     touch:PATH                    makes a file and sets the mark
 *     end:NAME                      ms until the program has ended, and NAME.bytes
 *
 * Prints "NAME MEDIAN LEAST MOST" for each, over all repeats. A text that does not come within 60 s ends it with status 1. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 60000.0
#define FIELDS_MAX 8
#define NAMES_MAX 64
#define TAIL 65536U             /* in what came, a text is looked for in the last so many bytes and the newest chunk */

struct values {
        char name[64];
        double *items;
        size_t n;
};

struct bench {
        struct values values[NAMES_MAX];
        size_t n_values;

        int fd;
        pid_t pid;
        bool ended;
        double mark, last;      /* of the last byte */
        double first;           /* since the mark; 0: none came */
        unsigned long long bytes;
        char seen[TAIL * 2];
        size_t n_seen;
};

static void die(const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        fputs("pty-bench: ", stderr);
        vfprintf(stderr, format, arguments);
        fputc('\n', stderr);
        va_end(arguments);
        exit(1);
}

static double now_ms(void) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec * 1e3 + (double) t.tv_nsec / 1e6;
}

/* ---- values ---- */

static void value(struct bench *b, const char *name, const char *suffix, double v) {
        char full[64];
        snprintf(full, sizeof full, "%s%s", name, suffix);
        size_t i = 0;
        while (i < b->n_values && strcmp(b->values[i].name, full) != 0)
                i++;
        if (i == NAMES_MAX)
                die("too many names");
        struct values *values = &b->values[i];
        if (i == b->n_values) {
                b->n_values++;
                strcpy(values->name, full);
        }
        values->items = reallocarray(values->items, values->n + 1, sizeof *values->items);
        if (!values->items)
                die("out of memory");
        values->items[values->n++] = v;
}

static int compare(const void *a, const void *b) {
        double x = *(const double *) a, y = *(const double *) b;
        return (x > y) - (x < y);
}

static void print_values(struct bench *b) {
        for (size_t i = 0; i < b->n_values; i++) {
                struct values *v = &b->values[i];
                qsort(v->items, v->n, sizeof *v->items, compare);
                printf("%s %.10g %.10g %.10g\n", v->name, v->items[v->n / 2], v->items[0], v->items[v->n - 1]);
                free(v->items);
        }
}

/* ---- the program ---- */

static void set_mark(struct bench *b) {
        b->mark = now_ms();
        b->last = b->mark;
        b->first = 0;
        b->bytes = 0;
        b->n_seen = 0;
        b->seen[0] = '\0';
}

/* One read, waiting for it up to ms. false: nothing came, or the program has ended. */
static bool take(struct bench *b, double ms) {
        struct pollfd p = { .fd = b->fd, .events = POLLIN };
        if (b->ended || poll(&p, 1, ms <= 0 ? 0 : (int) ms + 1) <= 0)
                return false;
        if (b->n_seen > TAIL) {
                memmove(b->seen, b->seen + b->n_seen - TAIL / 2, TAIL / 2);
                b->n_seen = TAIL / 2;
        }
        ssize_t n = read(b->fd, b->seen + b->n_seen, sizeof b->seen - 1 - b->n_seen);
        if (n <= 0) {
                b->ended = n == 0 || errno == EIO;
                return false;
        }
        b->last = now_ms();
        if (!b->first)
                b->first = b->last - b->mark;
        b->bytes += (unsigned long long) n;
        b->n_seen += (size_t) n;
        b->seen[b->n_seen] = '\0';
        return true;
}

static void wait_text(struct bench *b, const char *text) {
        while (!memmem(b->seen, b->n_seen, text, strlen(text)))
                if (!take(b, 100) && (b->ended || now_ms() - b->mark > PATIENCE_MS))
                        die("\"%s\" did not come; what came last: %s", text, b->seen);
}

static void wait_rest(struct bench *b, double ms) {
        for (;;) {
                double left = b->last + ms - now_ms();
                if (left <= 0)
                        return;
                if (!take(b, left) && b->ended)
                        return;
        }
}

static void type(struct bench *b, const char *keys) {
        char bytes[64];
        size_t n = 0;
        for (; *keys && n < sizeof bytes; keys++)
                if (*keys == '\\' && keys[1]) {
                        keys++;
                        bytes[n++] = *keys == 'e' ? '\033' : *keys == 'r' ? '\r' : *keys;
                } else
                        bytes[n++] = *keys;
        set_mark(b);
        if (write(b->fd, bytes, n) != (ssize_t) n)
                die("the program takes no keys");
}

static void start(struct bench *b, const char *term, const struct winsize *size, char **command) {
        setenv("TERM", term, 1);
        unsetenv("COLUMNS");
        unsetenv("LINES");
        b->ended = false;
        set_mark(b);
        b->pid = forkpty(&b->fd, NULL, NULL, size);
        if (b->pid < 0)
                die("there is no terminal: %s", strerror(errno));
        if (b->pid == 0) {
                execvp(command[0], command);
                _exit(127);
        }
        fcntl(b->fd, F_SETFD, FD_CLOEXEC);
}

static void stop(struct bench *b) {
        close(b->fd);
        kill(b->pid, SIGHUP);
        for (int i = 0; i < 100; i++) {
                if (waitpid(b->pid, NULL, WNOHANG) != 0)
                        return;
                usleep(20000);
        }
        kill(b->pid, SIGKILL);
        waitpid(b->pid, NULL, 0);
}

/* ---- figures of /proc ---- */

/* The number behind "NAME:" in a status file; -1: none. */
static long long status_number(const char *path, const char *name) {
        char line[256];
        long long found = -1;
        FILE *f = fopen(path, "re");
        while (f && fgets(line, sizeof line, f))
                if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
                        found = atoll(line + strlen(name) + 1);
        if (f)
                fclose(f);
        return found;
}

static long long wakeups(pid_t pid) {
        char path[64 + 256];
        long long sum = 0;
        snprintf(path, sizeof path, "/proc/%d/task", (int) pid);
        DIR *d = opendir(path);
        for (struct dirent *item; d && (item = readdir(d));)
                if (item->d_name[0] != '.') {
                        snprintf(path, sizeof path, "/proc/%d/task/%s/status", (int) pid, item->d_name);
                        sum += status_number(path, "voluntary_ctxt_switches");
                }
        if (d)
                closedir(d);
        return sum;
}

static pid_t newest(const char *program) {
        char path[64 + 256], name[64];
        pid_t found = 0;
        DIR *d = opendir("/proc");
        for (struct dirent *item; d && (item = readdir(d));) {
                snprintf(path, sizeof path, "/proc/%s/comm", item->d_name);
                FILE *f = atoi(item->d_name) > 0 ? fopen(path, "re") : NULL;
                /* The kernel keeps 15 bytes of it. */
                if (f && fgets(name, sizeof name, f) && strncmp(name, program, 15) == 0 && atoi(item->d_name) > found)
                        found = atoi(item->d_name);
                if (f)
                        fclose(f);
        }
        if (d)
                closedir(d);
        return found;
}

static void memory(struct bench *b, const char *name, pid_t pid) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/status", (int) pid);
        value(b, name, ".rss", (double) status_number(path, "VmRSS"));
        value(b, name, ".peak", (double) status_number(path, "VmHWM"));
}

/* ---- the measures: a row each ---- */

static void do_first(struct bench *b, char **f) {
        while (!b->first)
                if (!take(b, 100) && (b->ended || now_ms() - b->mark > PATIENCE_MS))
                        die("the program shows nothing");
        value(b, f[1], "", b->first);
}

static void do_see(struct bench *b, char **f) {
        wait_text(b, f[2]);
        value(b, f[1], "", b->last - b->mark);
        value(b, f[1], ".bytes", (double) b->bytes);
}

static void do_rest(struct bench *b, char **f) {
        wait_rest(b, atof(f[2]));
        value(b, f[1], "", b->last - b->mark);
        value(b, f[1], ".bytes", (double) b->bytes);
}

static void do_pause(struct bench *b, char **f) {
        double until = now_ms() + atof(f[1]);
        for (double left; !b->ended && (left = until - now_ms()) > 0;)
                take(b, left);
}

static void do_key(struct bench *b, char **f) {
        type(b, f[1]);
}

static void do_steps(struct bench *b, char **f) {
        for (int i = atoi(f[2]); i > 0; i--) {
                type(b, f[3]);
                while (!b->bytes)
                        if (!take(b, 100) && (b->ended || now_ms() - b->mark > 2000))
                                break;
                wait_rest(b, atof(f[4]));
                value(b, f[1], "", (double) b->bytes);
                value(b, f[1], ".ms", b->first);
        }
}

static void do_answers(struct bench *b, char **f) {
        for (int i = atoi(f[2]); i > 0; i--) {
                type(b, f[3]);
                wait_text(b, f[4]);
                value(b, f[1], "", b->last - b->mark);
                type(b, f[5]);
                wait_text(b, f[6]);
                value(b, f[1], "", b->last - b->mark);
        }
}

static void do_idle(struct bench *b, char **f) {
        long long before = wakeups(b->pid);
        set_mark(b);
        for (double left; !b->ended && (left = b->mark + atof(f[2]) * 1000 - now_ms()) > 0;)
                take(b, left);
        value(b, f[1], ".wakeups", (double) (wakeups(b->pid) - before));
        value(b, f[1], ".bytes", (double) b->bytes);
}

static void do_memory(struct bench *b, char **f) {
        memory(b, f[1], b->pid);
}

static void do_memory_of(struct bench *b, char **f) {
        pid_t pid = newest(f[2]);
        if (!pid)
                die("there is no process %s", f[2]);
        memory(b, f[1], pid);
}

static void do_touch(struct bench *b, char **f) {
        int fd = open(f[1], O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0)
                die("%s: %s", f[1], strerror(errno));
        close(fd);
        set_mark(b);
}

static void do_end(struct bench *b, char **f) {
        while (!b->ended)
                if (!take(b, 100) && now_ms() - b->mark > PATIENCE_MS)
                        die("the program does not end");
        value(b, f[1], "", now_ms() - b->mark);
        value(b, f[1], ".bytes", (double) b->bytes);
}

static const struct {
        const char *name;
        int fields;             /* with its name */
        void (*take)(struct bench *b, char **fields);
} measures[] = {
        { "first", 2, do_first }, { "see", 3, do_see }, { "rest", 3, do_rest }, { "pause", 2, do_pause }, { "key", 2, do_key },
        { "steps", 5, do_steps }, { "answers", 7, do_answers }, { "idle", 3, do_idle }, { "memory", 2, do_memory },
        { "memory-of", 3, do_memory_of }, { "touch", 2, do_touch }, { "end", 2, do_end },
};

/* With `dry` only says whether it is well said. */
static void measure(struct bench *b, const char *word, bool dry) {
        char copy[512], *fields[FIELDS_MAX] = {};
        int n = 0;
        snprintf(copy, sizeof copy, "%s", word);
        for (char *p = copy; p && n < FIELDS_MAX;) {
                fields[n++] = p;
                p = strchr(p, ':');
                if (p)
                        *p++ = '\0';
        }
        for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
                if (strcmp(fields[0], measures[i].name) == 0 && n == measures[i].fields) {
                        if (!dry)
                                measures[i].take(b, fields);
                        return;
                }
        die("this is no measure: %s", word);
}

int main(int argc, char **argv) {
        static struct bench b;
        const char *term = "vt220";
        struct winsize size = { .ws_row = 24, .ws_col = 80 };
        int repeats = 1, c;
        while ((c = getopt(argc, argv, "+t:g:n:")) != -1)
                if (c == 't')
                        term = optarg;
                else if (c == 'n')
                        repeats = atoi(optarg);
                else if (c != 'g' || sscanf(optarg, "%hux%hu", &size.ws_col, &size.ws_row) != 2)
                        die("usage: pty-bench [-t TERM] [-g COLUMNSxROWS] [-n REPEATS] MEASURE... -- COMMAND...");
        int from = optind, to = from;
        while (to < argc && strcmp(argv[to], "--") != 0)
                to++;
        if (to + 1 >= argc || repeats < 1)
                die("there is no command");
        for (int i = from; i < to; i++)
                measure(&b, argv[i], true);
        for (int r = 0; r < repeats; r++) {
                start(&b, term, &size, argv + to + 1);
                for (int i = from; i < to; i++)
                        measure(&b, argv[i], false);
                stop(&b);
        }
        print_values(&b);
        return 0;
}
