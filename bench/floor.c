/*
 * floor: what the machine allows.  A bare server and a bare client send
 * messages back and forth over loopback, with no record, no clock per message
 * and no check of the bytes.
 *
 *     floor tcp   SECONDS BYTES       one connection, both block in recv
 *     floor udp   SECONDS BYTES       the same with datagrams
 *     floor epoll SECONDS BYTES CONNECTIONS [SERVER-CPU CLIENT-CPU]
 *                                     both wait for all connections at once
 *
 * prints messages per second.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, BETWEEN_CLOCKS = 256 };

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

static void pin(int cpu)
{
    cpu_set_t set;

    if (cpu < 0)
        return;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) < 0)
        die("sched_setaffinity");
}

static int bind_any(int type, struct sockaddr_in *at)
{
    int fd = socket(AF_INET, type, 0);
    socklen_t len = sizeof *at;

    memset(at, 0, sizeof *at);
    at->sin_family = AF_INET;
    at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)at, len) < 0 ||
        (type == SOCK_STREAM && listen(fd, 4096) < 0) ||
        getsockname(fd, (struct sockaddr *)at, &len) < 0)
        die("bind");
    return fd;
}

static int connect_to(int type, const struct sockaddr_in *to)
{
    int fd = socket(AF_INET, type, 0);

    if (fd < 0 || connect(fd, (const struct sockaddr *)to, sizeof *to) < 0)
        die("connect");
    if (type == SOCK_STREAM)
        no_delay(fd);
    return fd;
}

/* ---- one connection, blocking ---- */

static void serve_stream(int listener, char *buffer, size_t bytes)
{
    int fd = accept(listener, NULL, NULL);
    ssize_t n;

    if (fd < 0)
        die("accept");
    no_delay(fd);
    while ((n = recv(fd, buffer, bytes, 0)) > 0)
        if (send(fd, buffer, (size_t)n, MSG_NOSIGNAL) != n)
            break;
}

static void serve_datagrams(int fd, char *buffer, size_t bytes)
{
    struct sockaddr_in from;

    for (;;) {
        socklen_t len = sizeof from;
        ssize_t n = recvfrom(fd, buffer, bytes, 0, (struct sockaddr *)&from,
                             &len);

        if (n < 0 ||
            sendto(fd, buffer, (size_t)n, 0, (struct sockaddr *)&from, len) < 0)
            die("echo");
    }
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

static double blocking_rate(int fd, double seconds, size_t bytes)
{
    char *message = calloc(1, bytes);
    double start = now_s(), end;
    int64_t messages = 0;

    if (!message)
        die("memory");
    do {
        for (int i = 0; i < BETWEEN_CLOCKS; i++)
            one_message(fd, message, bytes);
        messages += BETWEEN_CLOCKS;
        end = now_s();
    } while (end - start < seconds);
    free(message);
    return (double)messages / (end - start);
}

/* ---- many connections, epoll ---- */

static void watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        die("epoll_ctl");
}

static void take_client(int epoll, int listener)
{
    int fd = accept(listener, NULL, NULL);

    if (fd < 0)
        die("accept");
    no_delay(fd);
    watch(epoll, fd);
}

static void echo(int fd, char *buffer, size_t bytes)
{
    ssize_t n = recv(fd, buffer, bytes, MSG_DONTWAIT);

    if (n <= 0 || send(fd, buffer, (size_t)n, MSG_NOSIGNAL) != n)
        close(fd);
}

static void serve_many(int listener, char *buffer, size_t bytes)
{
    int epoll = epoll_create1(0);
    struct epoll_event events[EVENTS];

    watch(epoll, listener);
    for (;;) {
        int n = epoll_wait(epoll, events, EVENTS, -1);

        for (int i = 0; i < n; i++) {
            if (events[i].data.fd == listener)
                take_client(epoll, listener);
            else
                echo(events[i].data.fd, buffer, bytes);
        }
    }
}

/* A message is taken to come back whole: it fits a socket buffer. */
static int round_of_events(int epoll, char *buffer, size_t bytes)
{
    struct epoll_event events[EVENTS];
    int n = epoll_wait(epoll, events, EVENTS, -1), messages = 0;

    for (int i = 0; i < n; i++) {
        int fd = events[i].data.fd;

        if (recv(fd, buffer, bytes, MSG_DONTWAIT) != (ssize_t)bytes ||
            send(fd, buffer, bytes, MSG_NOSIGNAL) != (ssize_t)bytes)
            die("message");
        messages++;
    }
    return messages;
}

static double epoll_rate(const struct sockaddr_in *to, int connections,
                         double seconds, size_t bytes)
{
    char *buffer = calloc(1, bytes);
    int epoll = epoll_create1(0);
    int *fds = calloc((size_t)connections, sizeof *fds);
    int64_t messages = 0;
    double start, end;

    if (!buffer || !fds || epoll < 0)
        die("memory");
    for (int i = 0; i < connections; i++)
        watch(epoll, fds[i] = connect_to(SOCK_STREAM, to));
    start = now_s();
    for (int i = 0; i < connections; i++)
        if (send(fds[i], buffer, bytes, MSG_NOSIGNAL) != (ssize_t)bytes)
            die("send");
    do {
        messages += round_of_events(epoll, buffer, bytes);
        end = now_s();
    } while (end - start < seconds);
    free(buffer);
    free(fds);
    return (double)messages / (end - start);
}

/* ---- */

static void more_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* Never returns: the client ends it. */
static pid_t start_server(const char *mode, int listener, size_t bytes, int cpu)
{
    pid_t server = fork();
    char *buffer;

    if (server < 0)
        die("fork");
    if (server > 0)
        return server;
    pin(cpu);
    buffer = malloc(bytes);
    if (!buffer)
        die("memory");
    if (*mode == 't')
        serve_stream(listener, buffer, bytes);
    else if (*mode == 'u')
        serve_datagrams(listener, buffer, bytes);
    else
        serve_many(listener, buffer, bytes);
    _exit(0);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "tcp";
    double seconds = argc > 2 ? strtod(argv[2], NULL) : 1;
    size_t bytes = argc > 3 ? strtoul(argv[3], NULL, 10) : 1000;
    int connections = argc > 4 ? (int)strtol(argv[4], NULL, 10) : 1;
    int type = *mode == 'u' ? SOCK_DGRAM : SOCK_STREAM;
    struct sockaddr_in at;
    int listener = bind_any(type, &at);
    pid_t server;

    more_descriptors();
    server = start_server(mode, listener, bytes,
                          argc > 5 ? (int)strtol(argv[5], NULL, 10) : -1);
    close(listener);
    pin(argc > 6 ? (int)strtol(argv[6], NULL, 10) : -1);
    printf("%.1f\n",
           *mode == 'e' ? epoll_rate(&at, connections, seconds, bytes)
                        : blocking_rate(connect_to(type, &at), seconds, bytes));
    (void)kill(server, SIGTERM);
    (void)waitpid(server, NULL, 0);
    return 0;
}
