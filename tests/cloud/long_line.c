/*
 * A long line between two hosts of this machine:
 *
 *   long_line DELAY_MS NETWORK NAME NETWORK NAME
 *
 * makes the interface NAME in the network namespace of the file NETWORK, twice.
 * What one sends comes out of the other DELAY_MS later, whatever it is: each
 * packet is held back for that time, in each direction, and none is answered,
 * changed or turned round.  Says "ready" when both are there; they go when it
 * ends.  A line holds 8192 packets in each direction; more wait in the queue of
 * the interface, which drops what it has no room for.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 8192, MOST_BYTES = 1500 };

struct packet {
    int64_t due_ns;
    size_t bytes;
    char data[MOST_BYTES];
};

/* One direction: what is under way, the oldest first. */
struct way {
    int from, to; /* index of the end */
    unsigned head, n;
    struct packet packets[SLOTS];
};

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int failed(const char *what)
{
    fprintf(stderr, "long_line: %s: %s\n", what, strerror(errno));
    return -1;
}

/* An end of the line, which is an interface of that network. */
static int open_end(const char *network, const char *name)
{
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    int space = open(network, O_RDONLY | O_CLOEXEC), fd;

    if (space < 0 || setns(space, CLONE_NEWNET) < 0)
        return failed(network);
    close(space);
    fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return failed("/dev/net/tun");
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    return ioctl(fd, TUNSETIFF, &request) < 0 ? failed(name) : fd;
}

/* All that has come, as long as there is room. */
static void take(struct way *way, const int ends[2], int64_t delay_ns)
{
    while (way->n < SLOTS) {
        struct packet *packet = &way->packets[(way->head + way->n) % SLOTS];
        ssize_t bytes = read(ends[way->from], packet->data, MOST_BYTES);

        if (bytes <= 0)
            return;
        packet->bytes = (size_t)bytes;
        packet->due_ns = now_ns() + delay_ns;
        way->n++;
    }
}

/* All that is due.  What the other end does not take is lost, as on any line.
 */
static void give(struct way *way, const int ends[2])
{
    while (way->n > 0) {
        const struct packet *packet = &way->packets[way->head];

        if (packet->due_ns > now_ns())
            return;
        (void)!write(ends[way->to], packet->data, packet->bytes);
        way->head = (way->head + 1) % SLOTS;
        way->n--;
    }
}

/*
 * Until something comes that there is room for, or something is due.  0, or -1
 * when an end has gone, with its network.
 */
static int wait_for(const struct way ways[2], const int ends[2])
{
    struct pollfd fds[2];
    int64_t first_ns = INT64_MAX, left_ns;
    struct timespec left;

    for (int i = 0; i < 2; i++) {
        const struct way *way = &ways[i];

        fds[i] = (struct pollfd){.fd = way->n < SLOTS ? ends[way->from] : -1,
                                 .events = POLLIN};
        if (way->n > 0 && way->packets[way->head].due_ns < first_ns)
            first_ns = way->packets[way->head].due_ns;
    }
    left_ns = first_ns - now_ns();
    left_ns = left_ns > 0 ? left_ns : 0;
    left = (struct timespec){.tv_sec = left_ns / 1000000000,
                             .tv_nsec = left_ns % 1000000000};
    (void)ppoll(fds, 2, first_ns == INT64_MAX ? NULL : &left, NULL);
    return (fds[0].revents | fds[1].revents) & POLLERR ? -1 : 0;
}

int main(int argc, char **argv)
{
    static struct way ways[2] = {{.from = 0, .to = 1}, {.from = 1, .to = 0}};
    char *end;
    double delay_ms;
    int ends[2];

    delay_ms = argc == 6 ? strtod(argv[1], &end) : -1;
    if (argc != 6 || *end || end == argv[1] ||
        !(delay_ms >= 0 && delay_ms <= 10000)) {
        fprintf(stderr, "long_line DELAY_MS NETWORK NAME NETWORK NAME\n");
        return 2;
    }
    for (int i = 0; i < 2; i++)
        if ((ends[i] = open_end(argv[2 + 2 * i], argv[3 + 2 * i])) < 0)
            return 1;
    (void)prctl(PR_SET_TIMERSLACK, 1);
    puts("ready");
    (void)fflush(stdout);
    while (wait_for(ways, ends) == 0)
        for (int i = 0; i < 2; i++) {
            take(&ways[i], ends, (int64_t)(delay_ms * 1e6));
            give(&ways[i], ends);
        }
    return 0;
}
