#define _GNU_SOURCE
#include "servers/path.h"

#include "lib/clock.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { SPIN_NS = 80000 }; /* a sleep overshoots by about as much */

void path_init(struct path *path)
{
    memset(path, 0, sizeof *path);
    serve_init(&path->serve);
    snprintf(path->target_name, sizeof path->target_name, "127.0.0.1");
    path->target_port = 2333;
    path->epoll = -1;
}

static int is_any(const char *host)
{
    return strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0;
}

/* An address as IPv4 where it is one that IPv6 has wrapped. */
static void plain_host(const struct net_addr *addr, char *host, size_t size)
{
    static const char wrap[] = "::ffff:";

    net_host_text(addr, host, size);
    if (strncmp(host, wrap, strlen(wrap)) == 0)
        memmove(host, host + strlen(wrap), strlen(host + strlen(wrap)) + 1);
}

/* Does what we send to the target come back to our own listener? */
static int is_itself(const struct path *path)
{
    char ours[64], its[64];

    if (net_port(&path->target) != net_port(&path->serve.bound) ||
        !net_is_here(&path->target))
        return 0;
    plain_host(&path->serve.bound, ours, sizeof ours);
    plain_host(&path->target, its, sizeof its);
    return is_any(ours) || is_any(its) || strcmp(ours, its) == 0;
}

static int resolve_target(struct path *path, struct err *err)
{
    struct net_addrs addrs = {0};

    if (net_resolve(path->target_name, path->target_port, &addrs, err) < 0)
        return -1;
    path->target = addrs.at[0];
    return 0;
}

static int begin_waiting(struct path *path, struct err *err)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};

    path->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (path->epoll < 0 ||
        epoll_ctl(path->epoll, EPOLL_CTL_ADD, path->serve.listener, &event) < 0)
        return err_sys(err, ERR_RESOURCE, "epoll", "cannot wait for events");
    return 0;
}

int path_open(struct path *path, struct err *err)
{
    if (resolve_target(path, err) < 0 || serve_open(&path->serve, err) < 0)
        return -1;
    if (is_itself(path)) {
        err_set(err, ERR_USAGE, "target-itself", "cannot forward to itself: %s",
                path->target.text);
        return err_hint(err, "--to is the server, --port another port, where "
                             "clients find this path");
    }
    clock_sharpen();
    return begin_waiting(path, err);
}

void path_close(struct path *path)
{
    serve_close(&path->serve);
    close(path->epoll);
}

int path_wait(const struct path *path, struct epoll_event *events, int most,
              int64_t due_ns)
{
    int64_t left_ns = due_ns == INT64_MAX ? SERVE_LONGEST_WAIT_NS
                                          : due_ns - SPIN_NS - clock_now_ns();
    struct timespec left = {0};

    if (left_ns > SERVE_LONGEST_WAIT_NS)
        left_ns = SERVE_LONGEST_WAIT_NS;
    if (left_ns > 0) {
        left.tv_sec = (time_t)(left_ns / CLOCK_NS_PER_S);
        left.tv_nsec = (long)(left_ns % CLOCK_NS_PER_S);
    }
    return epoll_pwait2(path->epoll, events, most, &left, NULL);
}

int64_t path_wake_ns(int64_t due_ns)
{
    int64_t now_ns = clock_now_ns();

    if (due_ns - now_ns > SPIN_NS)
        return now_ns;
    while (now_ns < due_ns)
        now_ns = clock_now_ns();
    return now_ns;
}

int path_is_short(int cause)
{
    return cause == EMFILE || cause == ENFILE || cause == ENOMEM ||
           cause == ENOBUFS || cause == ENOSPC || cause == EADDRNOTAVAIL;
}
