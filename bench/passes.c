/*
 * passes: how much longer a command takes than the barest reading of a file.
 *
 *     passes FILE.csv COMMAND [ARG]...
 *
 * runs the command, then a bare pass of libcsv over FILE in a process of its
 * own, and prints what each took:
 *
 *     cpu_s of the pass, of the command; wall_s of both; the command's KiB
 *
 * What the command started and waited for counts as its own.
 */
#define _GNU_SOURCE
#include <csv.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 1 << 17 };

struct taken {
    double cpu_s, wall_s;
    long kib;
};

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(1);
}

static void on_field(void *bytes, size_t n, void *ctx)
{
    (void)bytes;
    (void)n;
    (void)ctx;
}

static void on_row(int end, void *ctx)
{
    (void)end;
    ++*(long *)ctx;
}

static void pass(const char *path)
{
    static char chunk[CHUNK];
    struct csv_parser parser;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    long rows = 0;
    ssize_t n;

    if (fd < 0 || csv_init(&parser, CSV_STRICT | CSV_APPEND_NULL) != 0)
        die(path);
    while ((n = read(fd, chunk, sizeof chunk)) > 0)
        if (csv_parse(&parser, chunk, (size_t)n, on_field, on_row, &rows) !=
            (size_t)n)
            die("csv_parse");
    if (n < 0 || rows == 0)
        die(path);
    _exit(0);
}

/* The command's words are for nobody. */
static void be(char **argv)
{
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

    if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
        die("/dev/null");
    execvp(argv[0], argv);
    die(argv[0]);
}

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double seconds(struct timeval tv)
{
    return (double)tv.tv_sec + (double)tv.tv_usec / 1e6;
}

static struct taken measure(const char *path, char **argv)
{
    double start_s = now_s();
    struct rusage usage;
    pid_t pid = fork();

    if (pid < 0)
        die("fork");
    if (pid == 0 && argv)
        be(argv);
    if (pid == 0)
        pass(path);
    if (wait4(pid, NULL, 0, &usage) < 0)
        die("wait4");
    return (struct taken){seconds(usage.ru_utime) + seconds(usage.ru_stime),
                          now_s() - start_s, usage.ru_maxrss};
}

int main(int argc, char **argv)
{
    struct taken bare, command;

    if (argc < 3) {
        fprintf(stderr, "usage: passes FILE.csv COMMAND [ARG]...\n");
        return 2;
    }
    command = measure(argv[1], argv + 2);
    bare = measure(argv[1], NULL);
    printf("%.3f %.3f %.3f %.3f %ld\n", bare.cpu_s, command.cpu_s, bare.wall_s,
           command.wall_s, command.kib);
    return 0;
}
