/*
 * Who should get nothing from our servers, and try all the same:
 *
 *   stranger replay PORT    a path for datagrams to 127.0.0.1:PORT that keeps
 *       all it forwards; at the end of its input it sends that again, as it
 *       was, changed, and turned round, and says how many answers came
 *   stranger forge FROM TO  one datagram, its input, to 127.0.0.1:TO that says
 *       it is from 127.0.0.1:FROM; needs root
 *   stranger urgent PORT N  N bytes, one more that is urgent, and 50; ends when
 *       N + 50 have come back, or none came for 20 s, and says how many did
 *   stranger KIND SOURCE PORT N RATE HOLD
 *       N connections from SOURCE (127.0.0.9; 127.0.1.0 is 127.0.1.1 to .200 in
 *       turn) to 127.0.0.1:PORT, RATE a second, HOLD of them at once; "ready"
 *       when all were made; then until its input ends.  KIND is what they do:
 *       half   the beginning of a hello, and no more
 *       slow   a byte, ten times a second, all of them at once
 *       drip   a byte a second, evenly
 *       deaf   all that the socket takes, and never a look at what comes, for
 *              which it has little room
 *       idle   one byte, and no more
 *       call   one byte, and one more from each for a line of input; "said"
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct sockaddr_in address(const char *host, int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port)};

    (void)inet_pton(AF_INET, host, &at.sin_addr);
    return at;
}

static int bound_to(const char *host, int type)
{
    struct sockaddr_in at = address(host, 0);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), on = 1;

    (void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
                     type == SOCK_STREAM ? sizeof on : 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) < 0) {
        perror("stranger");
        exit(1);
    }
    return fd;
}

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* How much of the input is there to be read: 0 none, -1 it has ended. */
static int hear_input(void)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    char bytes[64];
    ssize_t n;

    if (poll(&in, 1, 0) <= 0)
        return 0;
    n = read(STDIN_FILENO, bytes, sizeof bytes);
    return n > 0 ? (int)n : -1;
}

static void told(const char *word)
{
    printf("%s\n", word);
    fflush(stdout);
}

/* ---- datagrams, once more ---- */

enum { KEPT = 4096, DATAGRAM = 2048 };

struct kept {
    size_t n;
    char bytes[DATAGRAM];
};

struct forger {
    struct sockaddr_in server, client;
    int in, out;
    int n;
    struct kept kept[KEPT];
    int forwarded, back;
};

static void keep(struct forger *forger, const char *bytes, size_t n)
{
    struct kept *kept = &forger->kept[forger->n];

    if (forger->n == KEPT || n > DATAGRAM)
        return;
    forger->n++;
    kept->n = n;
    memcpy(kept->bytes, bytes, n);
}

static void forward(struct forger *forger)
{
    struct pollfd fds[] = {{.fd = forger->in, .events = POLLIN},
                           {.fd = forger->out, .events = POLLIN}};
    socklen_t len = sizeof forger->client;
    char bytes[DATAGRAM];
    ssize_t n;

    (void)poll(fds, 2, 20);
    while ((n = recvfrom(forger->in, bytes, sizeof bytes, MSG_DONTWAIT,
                         (struct sockaddr *)&forger->client, &len)) >= 0) {
        keep(forger, bytes, (size_t)n);
        forger->forwarded++;
        (void)!sendto(forger->out, bytes, (size_t)n, 0,
                      (struct sockaddr *)&forger->server,
                      sizeof forger->server);
    }
    while ((n = recv(forger->out, bytes, sizeof bytes, MSG_DONTWAIT)) >= 0) {
        keep(forger, bytes, (size_t)n);
        forger->back++;
        (void)!sendto(forger->in, bytes, (size_t)n, 0,
                      (struct sockaddr *)&forger->client, len);
    }
}

/* Each as it was, as a question, and with a changed byte, from two sockets. */
static int send_forged(struct forger *forger, int fd)
{
    int sent = 0;

    for (int i = 0; i < 3 * forger->n; i++) {
        struct kept kept = forger->kept[i / 3];

        if (i % 3 == 1 && kept.n > 3)
            kept.bytes[3] = 'Q';
        if (i % 3 == 2 && kept.n > 0)
            kept.bytes[(size_t)(i / 3) % (kept.n < 64 ? kept.n : 64)] ^= 1;
        sent += sendto(fd, kept.bytes, kept.n, 0,
                       (struct sockaddr *)&forger->server,
                       sizeof forger->server) >= 0;
        if (i % 64 == 0)
            (void)poll(NULL, 0, 1); /* its socket is not to overflow */
    }
    return sent;
}

static int count_answers(int fd)
{
    struct pollfd in = {.fd = fd, .events = POLLIN};
    char bytes[DATAGRAM];
    int n = 0;

    while (poll(&in, 1, 300) > 0 &&
           recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) >= 0)
        n++;
    return n;
}

static int replay(int port)
{
    static struct forger forger;
    struct sockaddr_in here = {0};
    socklen_t len = sizeof here;
    int other = bound_to("127.0.0.1", SOCK_DGRAM), sent;

    forger.server = address("127.0.0.1", port);
    forger.in = bound_to("127.0.0.1", SOCK_DGRAM);
    forger.out = bound_to("127.0.0.1", SOCK_DGRAM);
    (void)getsockname(forger.in, (struct sockaddr *)&here, &len);
    printf("listening udp 127.0.0.1:%d\n", ntohs(here.sin_port));
    fflush(stdout);
    while (hear_input() >= 0)
        forward(&forger);
    sent = send_forged(&forger, forger.out) + send_forged(&forger, other);
    printf("forwarded=%d back=%d forged=%d answers=%d\n", forger.forwarded,
           forger.back, sent, count_answers(forger.out) + count_answers(other));
    return 0;
}

static int forge(int from, int to)
{
    struct sockaddr_in at = address("127.0.0.1", 0);
    int fd = socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
    char packet[DATAGRAM];
    struct udphdr head = {.uh_sport = htons((uint16_t)from),
                          .uh_dport = htons((uint16_t)to)};
    size_t n = fread(packet + sizeof head, 1, sizeof packet - sizeof head,
                     stdin);

    head.uh_ulen = htons((uint16_t)(sizeof head + n));
    memcpy(packet, &head, sizeof head);
    if (fd >= 0 && sendto(fd, packet, sizeof head + n, 0,
                          (struct sockaddr *)&at, sizeof at) > 0)
        return 0;
    perror("stranger");
    return 1;
}

/* ---- a byte that is urgent ---- */

static int urgent(int port, size_t n)
{
    static const char bytes[DATAGRAM];
    struct timeval patience = {.tv_sec = 20};
    struct sockaddr_in at = address("127.0.0.1", port);
    int fd = bound_to("127.0.0.1", SOCK_STREAM);
    size_t back = 0, more = 50;
    ssize_t got = 1;
    char answer[DATAGRAM];

    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (n > DATAGRAM || connect(fd, (struct sockaddr *)&at, sizeof at) < 0 ||
        send(fd, bytes, n, 0) < 0 || send(fd, "!", 1, MSG_OOB) < 0 ||
        send(fd, bytes, more, 0) < 0) {
        perror("stranger");
        return 1;
    }
    told("said");
    while (back < n + more && (got = recv(fd, answer, sizeof answer, 0)) > 0)
        back += (size_t)got;
    printf("back=%zu of %zu\n", back, n + more);
    return 0;
}

/* ---- connections ---- */

enum { MOST = 100000, SLICE_MS = 20 };

static const char *const kinds[] = {"half", "slow", "drip",
                                    "deaf", "idle", "call"};
enum { HALF, SLOW, DRIP, DEAF, IDLE, CALL, KINDS };

struct gang {
    int kind;
    const char *source;
    struct sockaddr_in server;
    int epoll;
    int want, hold;
    double per_s;
    int made, open, closed, turn;
    int oldest, fd[MOST]; /* in the order of coming; -1: gone */
};

static void lose(struct gang *gang, int i)
{
    if (gang->fd[i] < 0)
        return;
    close(gang->fd[i]);
    gang->fd[i] = -1;
    gang->open--;
}

static int come_from(const struct gang *gang)
{
    size_t n = strlen(gang->source);
    char name[32];

    if (n < 2 || n > 16 || strcmp(gang->source + n - 2, ".0") != 0)
        return bound_to(gang->source, SOCK_STREAM | SOCK_NONBLOCK);
    snprintf(name, sizeof name, "%.*s%d", (int)n - 1, gang->source,
             1 + gang->made % 200);
    return bound_to(name, SOCK_STREAM | SOCK_NONBLOCK);
}

static void come(struct gang *gang)
{
    struct epoll_event event = {.events = EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.u32 = (uint32_t)gang->made};
    int fd = come_from(gang), room = 4096;

    if (gang->kind == DEAF)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    while (gang->open >= gang->hold)
        lose(gang, gang->oldest++);
    gang->fd[gang->made++] = fd;
    gang->open++;
    (void)connect(fd, (struct sockaddr *)&gang->server, sizeof gang->server);
    (void)epoll_ctl(gang->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void say(struct gang *gang, int fd)
{
    static const char hello[] = "EL1H0123456789abcdef";
    static char much[4096];
    ssize_t n = 1;

    if (gang->kind == HALF)
        n = send(fd, hello, sizeof hello - 1, MSG_NOSIGNAL);
    else if (gang->kind != DEAF)
        n = send(fd, "x", 1, MSG_NOSIGNAL);
    while (gang->kind == DEAF && n > 0)
        n = send(fd, much, sizeof much, MSG_NOSIGNAL);
}

static void hear(struct gang *gang)
{
    struct epoll_event events[256];
    int n = epoll_wait(gang->epoll, events, 256, SLICE_MS);

    for (int i = 0; i < n; i++) {
        int who = (int)events[i].data.u32;

        if (gang->fd[who] < 0)
            continue;
        if (events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
            gang->closed++;
            lose(gang, who);
        } else if (events[i].events & EPOLLOUT) {
            say(gang, gang->fd[who]);
        }
    }
}

static void all_say(struct gang *gang)
{
    for (int i = gang->oldest; i < gang->made; i++)
        if (gang->fd[i] >= 0)
            say(gang, gang->fd[i]);
}

/* Ten times a second a byte from each that is there, all at once. */
static void all_at_once(struct gang *gang, int64_t *last_ns)
{
    if (now_ns() - *last_ns < 100000000)
        return;
    *last_ns = now_ns();
    all_say(gang);
}

/* A byte a second from all that are there, and not all at once. */
static void evenly(struct gang *gang, int64_t *last_ns)
{
    double due = (double)(now_ns() - *last_ns) * gang->made / 1e9;

    if (due < 1)
        return;
    *last_ns = now_ns();
    for (int i = 0; i < (int)due; i++) {
        int fd = gang->fd[gang->turn++ % gang->made];

        if (fd >= 0)
            say(gang, fd);
    }
}

static void dribble(struct gang *gang, int64_t *last_ns)
{
    if (gang->kind == SLOW)
        all_at_once(gang, last_ns);
    if (gang->kind == DRIP)
        evenly(gang, last_ns);
}

static int crowd(struct gang *gang)
{
    struct rlimit most;
    int64_t begin_ns = now_ns(), dribble_ns = begin_ns;
    int heard;

    (void)getrlimit(RLIMIT_NOFILE, &most);
    most.rlim_cur = most.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &most);
    gang->epoll = epoll_create1(EPOLL_CLOEXEC);
    while ((heard = hear_input()) >= 0) {
        double due = gang->per_s * (double)(now_ns() - begin_ns) / 1e9;
        int was = gang->made;

        while (gang->made < gang->want && gang->made < due)
            come(gang);
        hear(gang);
        dribble(gang, &dribble_ns);
        if (was < gang->want && gang->made == gang->want)
            told("ready");
        if (heard > 0) {
            all_say(gang);
            told("said");
        }
    }
    printf("made=%d closed=%d open=%d\n", gang->made, gang->closed, gang->open);
    return 0;
}

static int number(const char *text)
{
    return (int)strtol(text, NULL, 10);
}

int main(int argc, char **argv)
{
    static struct gang gang;

    if (argc < 2)
        return 2;
    if (argc == 3 && strcmp(argv[1], "replay") == 0)
        return replay(number(argv[2]));
    if (argc == 4 && strcmp(argv[1], "forge") == 0)
        return forge(number(argv[2]), number(argv[3]));
    if (argc == 4 && strcmp(argv[1], "urgent") == 0)
        return urgent(number(argv[2]), (size_t)number(argv[3]));
    while (gang.kind < KINDS && strcmp(argv[1], kinds[gang.kind]) != 0)
        gang.kind++;
    if (argc != 7 || gang.kind == KINDS || number(argv[4]) > MOST) {
        fprintf(stderr, "usage: stranger replay PORT | forge FROM TO | "
                        "urgent PORT N | KIND SOURCE PORT N RATE HOLD\n");
        return 2;
    }
    gang.source = argv[2];
    gang.server = address("127.0.0.1", number(argv[3]));
    gang.want = number(argv[4]);
    gang.per_s = number(argv[5]);
    gang.hold = number(argv[6]);
    return crowd(&gang);
}
