/*
 * floor: what the machine allows.  A bare blocking server and a bare blocking
 * client send one message back and forth over loopback TCP, with no record,
 * no clock per message and no check of the bytes.
 *
 *     floor SECONDS BYTES      prints messages per second
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(1);
}

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void no_delay(int fd)
{
    int on = 1;

    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
        die("TCP_NODELAY");
}

static int listen_any(struct sockaddr_in *at)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    socklen_t len = sizeof *at;

    memset(at, 0, sizeof *at);
    at->sin_family = AF_INET;
    at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)at, len) < 0 ||
        listen(fd, 1) < 0 || getsockname(fd, (struct sockaddr *)at, &len) < 0)
        die("listen");
    return fd;
}

static _Noreturn void serve(int listener, size_t bytes)
{
    char *buffer = malloc(bytes);
    int fd = accept(listener, NULL, NULL);
    ssize_t n;

    if (!buffer || fd < 0)
        die("accept");
    no_delay(fd);
    while ((n = recv(fd, buffer, bytes, 0)) > 0)
        if (send(fd, buffer, (size_t)n, MSG_NOSIGNAL) != n)
            break;
    _exit(0);
}

static void one_message(int fd, char *message, size_t bytes)
{
    size_t got = 0;

    if (send(fd, message, bytes, MSG_NOSIGNAL) != (ssize_t)bytes)
        die("send");
    while (got < bytes) {
        ssize_t n = recv(fd, message + got, bytes - got, 0);

        if (n <= 0)
            die("recv");
        got += (size_t)n;
    }
}

static double rate(const struct sockaddr_in *to, double seconds, size_t bytes)
{
    enum { BETWEEN_CLOCKS = 256 };
    char *message = calloc(1, bytes);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int64_t messages = 0;
    double start, end;

    if (!message || fd < 0 ||
        connect(fd, (const struct sockaddr *)to, sizeof *to) < 0)
        die("connect");
    no_delay(fd);
    start = now_s();
    do {
        for (int i = 0; i < BETWEEN_CLOCKS; i++)
            one_message(fd, message, bytes);
        messages += BETWEEN_CLOCKS;
        end = now_s();
    } while (end - start < seconds);
    close(fd);
    free(message);
    return (double)messages / (end - start);
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 1;
    size_t bytes = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
    struct sockaddr_in at;
    int listener = listen_any(&at);
    pid_t server = fork();

    if (server == 0)
        serve(listener, bytes);
    if (server < 0)
        die("fork");
    printf("%.1f\n", rate(&at, seconds, bytes));
    (void)kill(server, SIGTERM);
    (void)waitpid(server, NULL, 0);
    return 0;
}
