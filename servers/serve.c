#define _GNU_SOURCE
#include "servers/serve.h"

#include "lib/clock.h"
#include "lib/start.h"
#include "servers/holder.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
    SPARE_FDS = 16,
    MOST_THREADS = 4096,
    UNSENT_BYTES = 256 << 10, /* the kernel's memory for who never reads */
};

/* What ends a server; SIGALRM is its lifetime. */
static const int stops[] = {SIGINT, SIGTERM, SIGALRM};
enum { STOPS = sizeof stops / sizeof *stops };

static volatile sig_atomic_t stopped;

static void on_stop(int signal_number)
{
    stopped = signal_number;
}

int serve_stopped(void)
{
    return stopped;
}

void serve_init(struct serve *serve)
{
    start_confined();
    memset(serve, 0, sizeof *serve);
    serve->ip = "127.0.0.1";
    serve->port = 2333;
    serve->backlog = 100;
    serve->timeout_ns = 10 * CLOCK_NS_PER_S;
    serve->buffer_bytes = 1024;
    serve->listener = -1;
    serve->fds_per_connection = 1;
    key_draw(&serve->secret);
}

enum { IP, PORT, BACKLOG, QUIET, WITH_STDIN, SILENCE, TIMEOUT, BUFFER };

static int set_listen(int key, const char *value, void *ctx, struct err *err)
{
    struct serve *serve = ctx;
    long long n = 0;

    switch (key) {
    case IP:
        serve->ip = value;
        return 0;
    case PORT:
        if (args_int(value, ARGS_RANGE("port", 0, 65535), &n, err) < 0)
            return -1;
        serve->port = (int)n;
        return 0;
    case WITH_STDIN:
        serve->ends_with_stdin = 1;
        return 0;
    case SILENCE:
        if (args_int(value, ARGS_RANGE("stdin-timeout", 1, 3600), &n, err) < 0)
            return -1;
        serve->ends_with_stdin = 1;
        serve->silence_ns = n * CLOCK_NS_PER_S;
        return 0;
    default:
        serve->quiet = 1;
        return 0;
    }
}

struct args_group serve_listen_group(struct serve *serve)
{
    static const struct args_option options[] = {
        {"ip", IP, "ADDR", "127.0.0.1",
         "address to listen on; 0.0.0.0 or :: for the world"},
        {"port", PORT, "PORT", "2333",
         "port to listen on; 0 lets the kernel choose"},
        {"quiet", QUIET, NULL, NULL,
         "print only where it listens, and counts at the end"},
        {"exit-with-stdin", WITH_STDIN, NULL, NULL,
         "end when standard input does, as on SIGTERM: with whoever started "
         "it, at the other end of a pipe"},
        {"stdin-timeout", SILENCE, "SECONDS", NULL,
         "the same, and end also when nothing came over it for so long: a "
         "network that fails does not close a pipe"},
        {0},
    };

    return (struct args_group){options, set_listen, serve};
}

static int set_timeout(struct serve *serve, const char *value, struct err *err)
{
    long long n = 0;

    if (strcmp(value, "-1") == 0) {
        serve->timeout_ns = 0;
        return 0;
    }
    if (args_int(value, ARGS_RANGE("timeout", 1, 3600), &n, err) < 0)
        return args_bad(err, "timeout", value,
                        "whole seconds, 1..3600, or -1 for none");
    serve->timeout_ns = n * CLOCK_NS_PER_S;
    return 0;
}

static int set_echo(int key, const char *value, void *ctx, struct err *err)
{
    struct serve *serve = ctx;
    long long n = 0;

    if (key == TIMEOUT)
        return set_timeout(serve, value, err);
    if (key == BACKLOG) {
        if (args_int(value, ARGS_RANGE("listen", 1, 65535), &n, err) < 0)
            return -1;
        serve->backlog = (int)n;
        return 0;
    }
    if (args_int(value, ARGS_RANGE("buffer", 1, 16 << 20), &n, err) < 0)
        return -1;
    serve->buffer_bytes = (size_t)n;
    return 0;
}

struct args_group serve_echo_group(struct serve *serve)
{
    static const struct args_option options[] = {
        {"listen", BACKLOG, "N", "100",
         "connections that may wait to be accepted"},
        {"timeout", TIMEOUT, "SECONDS", "10",
         "close a connection that is silent for so long; -1 for never"},
        {"buffer", BUFFER, "BYTES", "1024", "most bytes that one read takes"},
        {0},
    };

    return (struct args_group){options, set_echo, serve};
}

struct args_group serve_limits_group(struct serve *serve)
{
    const unsigned all = 1U << LIMIT_BYTES | 1U << LIMIT_PACKETS |
                         1U << LIMIT_LIFETIME;
    const unsigned own = serve->is_udp
                             ? 1U << LIMIT_MESSAGE
                             : 1U << LIMIT_CONNECTIONS |
                                   1U << LIMIT_PER_SOURCE | 1U << LIMIT_HELLO;

    return limits_group(&serve->limits, all | own);
}

static int take_signals(struct serve *serve, struct err *err)
{
    struct sigaction stop = {.sa_handler = on_stop};
    sigset_t ours;
    int failed = 0;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&ours);
    for (int i = 0; i < STOPS; i++)
        sigaddset(&ours, stops[i]);
    failed |= sigprocmask(SIG_BLOCK, &ours, &serve->waiting);
    for (int i = 0; i < STOPS; i++) {
        failed |= sigaction(stops[i], &stop, NULL);
        sigdelset(&serve->waiting, stops[i]);
    }
    return failed ? err_sys(err, ERR_BUG, "signals", "cannot take signals") : 0;
}

/* One thread serves as many as there can be descriptors for. */
static int64_t most_connections(const struct serve *serve)
{
    struct rlimit limit;
    int64_t most = serve->limits.value[LIMIT_CONNECTIONS];

    if (!serve->is_one_thread || !net_is_loopback(&serve->bound) ||
        serve->limits.given[LIMIT_CONNECTIONS] ||
        getrlimit(RLIMIT_NOFILE, &limit) < 0 ||
        limit.rlim_max <= (rlim_t)most + SPARE_FDS)
        return most;
    return (int64_t)limit.rlim_max - SPARE_FDS;
}

/* Who must prove to have the key has so long for it, on loopback too. */
static void settle_proof(struct serve *serve)
{
    enum { PROOF_S = 3 };
    int64_t *hello_ns = &serve->limits.value[LIMIT_HELLO];

    if (!serve->guard.has_key)
        return;
    if (*hello_ns == LIMIT_NONE)
        *hello_ns = PROOF_S * CLOCK_NS_PER_S;
    if (serve->buffer_bytes < KEY_MESSAGE_BYTES)
        serve->buffer_bytes = KEY_MESSAGE_BYTES;
}

static int set_limits(struct serve *serve, struct err *err)
{
    const int64_t *value = serve->limits.value;
    int is_public = !net_is_loopback(&serve->bound);

    if (limits_settle(&serve->limits, is_public, err) < 0)
        return -1;
    guard_settle(&serve->guard, is_public);
    if (is_public || serve->guard.has_key)
        serve->unsent_bytes = UNSENT_BYTES;
    settle_proof(serve);
    if (!serve->timeout_ns && is_public)
        return args_bad(err, "timeout", "-1",
                        "1..3600 where strangers can connect");
    if (!serve->max_connections)
        serve->max_connections = most_connections(serve);
    if (!serve->is_one_thread && serve->limits.given[LIMIT_CONNECTIONS] &&
        serve->max_connections > MOST_THREADS)
        return err_set(err, ERR_USAGE, "usage",
                       "--max-connections: want at most %d with a thread for "
                       "each; --model epoll takes more",
                       MOST_THREADS);
    if (value[LIMIT_BYTES] == LIMIT_NONE && value[LIMIT_PACKETS] == LIMIT_NONE)
        return 0;
    serve->rate = &serve->bucket;
    bucket_init(serve->rate, value[LIMIT_BYTES], value[LIMIT_PACKETS],
                clock_now_ns());
    return 0;
}

static void begin_lifetime(const struct serve *serve)
{
    int64_t lifetime_ns = serve->limits.value[LIMIT_LIFETIME];

    if (lifetime_ns != LIMIT_NONE)
        (void)alarm((unsigned)(lifetime_ns / CLOCK_NS_PER_S));
}

/* Is there something to be read, or the end?  0 after too long a silence. */
static int is_heard(int64_t silence_ns)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    int most_ms = silence_ns ? (int)(silence_ns / 1000000) : -1, ready;

    do
        ready = poll(&in, 1, most_ms);
    while (ready < 0 && errno == EINTR);
    return ready != 0;
}

/* In a thread with all our signals blocked: the others take this one. */
static void *wait_for_end_of_input(void *ctx)
{
    const struct serve *serve = ctx;
    char bytes[4096];
    ssize_t n;

    do
        n = is_heard(serve->silence_ns)
                ? read(STDIN_FILENO, bytes, sizeof bytes)
                : 0;
    while (n > 0 || (n < 0 && errno == EINTR));
    (void)kill(getpid(), SIGTERM);
    return NULL;
}

static int end_with_stdin(struct serve *serve, struct err *err)
{
    pthread_t watcher;

    if (!serve->ends_with_stdin)
        return 0;
    errno = pthread_create(&watcher, NULL, wait_for_end_of_input, serve);
    if (errno)
        return err_sys(err, ERR_RESOURCE, "limit-threads",
                       "cannot watch standard input");
    (void)pthread_detach(watcher);
    return 0;
}

/*
 * Descriptors for all connections that are allowed.  Where they were asked
 * for and cannot be had, say so now: later it would look like the network.
 */
static int check_fds(const struct serve *serve, int were_asked_for,
                     struct err *err)
{
    rlim_t need = (rlim_t)serve->max_connections *
                      (rlim_t)serve->fds_per_connection +
                  SPARE_FDS;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= need)
        return 0;
    limit.rlim_cur = need < limit.rlim_max ? need : limit.rlim_max;
    if ((setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= need) ||
        !were_asked_for)
        return 0;
    err_set(err, ERR_RESOURCE, "limit-fds",
            "cannot serve %lld connections: need %llu descriptors, have %llu",
            (long long)serve->max_connections, (unsigned long long)need,
            (unsigned long long)limit.rlim_max);
    return err_hint(err,
                    "fewer --max-connections, or raise the limit: ulimit "
                    "-n %llu",
                    (unsigned long long)need);
}

static int start_listening(struct serve *serve, struct err *err)
{
    struct holder_port at = {serve->ip, serve->port, serve->is_udp};
    char holder[HOLDER_TEXT_SIZE];

    serve->listener = serve->is_udp
                          ? net_bind_udp(serve->ip, serve->port, &serve->bound,
                                         err)
                          : net_listen(serve->ip, serve->port, serve->backlog,
                                       &serve->bound, err);
    if (serve->listener >= 0)
        return 0;
    if (strcmp(err->id, "address-in-use") == 0 && holder_find(&at, holder) == 0)
        err_hint(err, "%s has port %d: end it, or use --port 0", holder,
                 serve->port);
    return -1;
}

/* Who is silent before the key ends us as well as who is so later. */
static int take_key(struct serve *serve, struct err *err)
{
    int status;

    (void)alarm((unsigned)(serve->silence_ns / CLOCK_NS_PER_S));
    status = guard_take_key(&serve->guard, err);
    (void)alarm(0);
    return status;
}

int serve_open(struct serve *serve, struct err *err)
{
    int were_asked_for = serve->max_connections > 0 ||
                         serve->limits.given[LIMIT_CONNECTIONS];

    /* The key first: until our signals are taken they end a wait for it. */
    if (take_key(serve, err) < 0 || take_signals(serve, err) < 0 ||
        start_listening(serve, err) < 0 || set_limits(serve, err) < 0 ||
        check_fds(serve, were_asked_for, err) < 0)
        return -1;
    begin_lifetime(serve);
    if (end_with_stdin(serve, err) < 0)
        return -1;
    return net_set_blocking(serve->listener, 0);
}

void serve_close(const struct serve *serve)
{
    int64_t lifetime_ns = serve->limits.value[LIMIT_LIFETIME];

    close(serve->listener);
    if (stopped == SIGALRM)
        serve_tell("lifetime of %lld s is over",
                   (long long)(lifetime_ns / CLOCK_NS_PER_S));
}

int64_t serve_patience_ns(const struct serve *serve, int is_new)
{
    int64_t idle_ns = serve->timeout_ns ? serve->timeout_ns : INT64_MAX;
    int64_t hello_ns = serve->limits.value[LIMIT_HELLO];

    return is_new && hello_ns < idle_ns ? hello_ns : idle_ns;
}

uint32_t serve_host(const struct serve *serve, const struct net_addr *peer)
{
    unsigned char bytes[NET_RANGE_BYTES];
    size_t n = net_host_bytes(peer, bytes) - 1;

    return (uint32_t)key_hash(&serve->secret, bytes, n) + bytes[n];
}

int64_t serve_throttle_ns(const struct serve *serve, uint32_t host, size_t n)
{
    return serve->rate ? bucket_take(serve->rate, host, n, clock_now_ns()) : 0;
}

void serve_pause(int64_t pause_ns)
{
    struct timespec pause = {.tv_sec = (time_t)(pause_ns / CLOCK_NS_PER_S),
                             .tv_nsec = (long)(pause_ns % CLOCK_NS_PER_S)};

    (void)nanosleep(&pause, NULL);
}

enum refusal serve_admit(const struct serve *serve, size_t n)
{
    if ((int64_t)n > serve->limits.value[LIMIT_MESSAGE])
        return REFUSED_LENGTH;
    return !serve->rate || bucket_admit(serve->rate, n, clock_now_ns())
               ? REFUSED_NOT
               : REFUSED_RATE;
}

void serve_ready(const struct serve *serve)
{
    serve_tell("listening %s %s", serve->is_udp ? "udp" : "tcp",
               serve->bound.text);
}

int serve_wait_fd(const struct serve *serve, int fd, char direction,
                  int64_t timeout_ns)
{
    struct pollfd ready = {.fd = fd, .events = POLLRDHUP};
    struct timespec limit = {.tv_sec = (time_t)(timeout_ns / CLOCK_NS_PER_S),
                             .tv_nsec = (long)(timeout_ns % CLOCK_NS_PER_S)};

    if (direction != 'h')
        ready.events = direction == 'r' ? POLLIN : POLLOUT;
    return ppoll(&ready, 1, timeout_ns < 0 ? NULL : &limit, &serve->waiting) >
           0;
}

void serve_outwait(int fd)
{
    struct pollfd left = {.fd = fd, .events = POLLRDHUP};

    while (poll(&left, 1, -1) < 0 && errno == EINTR)
        ;
}

int serve_wait(const struct serve *serve, int64_t timeout_ns)
{
    return serve_wait_fd(serve, serve->listener, 'r', timeout_ns);
}

static void on_beat(int signal_number)
{
    (void)signal_number;
}

/* A signal of its own: SIGALRM and ITIMER_REAL are the lifetime. */
void serve_beat(void)
{
    struct sigaction wake = {.sa_handler = on_beat};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
                             .sigev_signo = SIGUSR1};
    struct timespec every = {
        .tv_sec = SERVE_LONGEST_WAIT_NS / CLOCK_NS_PER_S,
        .tv_nsec = SERVE_LONGEST_WAIT_NS % CLOCK_NS_PER_S,
    };
    struct itimerspec beat = {.it_interval = every, .it_value = every};
    timer_t timer;

    (void)sigaction(SIGUSR1, &wake, NULL);
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0)
        (void)timer_settime(timer, 0, &beat, NULL);
}

void serve_hear_signals(const struct serve *serve)
{
    (void)sigprocmask(SIG_SETMASK, &serve->waiting, NULL);
}

int serve_stop_is_pending(void)
{
    sigset_t pending;

    if (sigpending(&pending) < 0)
        return stopped;
    for (int i = 0; i < STOPS; i++)
        if (sigismember(&pending, stops[i]) == 1)
            stopped = stops[i];
    return stopped;
}
