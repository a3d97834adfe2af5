/*
 * echo-server: the master accepts, a slave thread serves each connection until
 * the client leaves, says `exit`, errs or is silent for too long.
 */
#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/start.h"
#include "servers/serve.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    STACK_BYTES = 128 << 10,
    DRAIN_S = 1, /* after SIGTERM, for what is under way */
    NO_FDS_PAUSE_MS = 100,
    SWEEP_NS = 250000000, /* how often idle connections are looked for */
};

struct master {
    struct serve serve;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t ended; /* a slave has ended */
    struct slave *slaves;
    int live;
    int64_t accepted, refused, bytes_in, bytes_out;
};

struct slave {
    struct master *master;
    struct slave *prev, *next;
    int fd;
    int matched; /* of the hello, see msg_welcome */
    /* The slave counts its steps; the master sees when they stand still. */
    atomic_uint steps;
    unsigned steps_seen;
    int64_t steps_since_ns;
    atomic_int timed_out;
    struct net_addr peer;
    int64_t bytes_in, bytes_out;
    char buffer[]; /* serve.buffer_bytes */
};

static void join_list(struct master *master, struct slave *slave)
{
    pthread_mutex_lock(&master->lock);
    slave->next = master->slaves;
    if (slave->next)
        slave->next->prev = slave;
    master->slaves = slave;
    master->live++;
    master->accepted++;
    pthread_mutex_unlock(&master->lock);
}

/* The socket is closed under the lock: the master may want to shut it down. */
static void leave_list(struct master *master, struct slave *slave)
{
    pthread_mutex_lock(&master->lock);
    if (slave->prev)
        slave->prev->next = slave->next;
    else
        master->slaves = slave->next;
    if (slave->next)
        slave->next->prev = slave->prev;
    master->live--;
    master->bytes_in += slave->bytes_in;
    master->bytes_out += slave->bytes_out;
    close(slave->fd);
    pthread_cond_signal(&master->ended);
    pthread_mutex_unlock(&master->lock);
    free(slave);
}

/* The lab's word for goodbye: a message that says exactly `exit`. */
static int says_exit(const char *bytes, size_t n)
{
    while (n > 0 && (bytes[n - 1] == '\n' || bytes[n - 1] == '\r'))
        n--;
    return n == 4 && memcmp(bytes, "exit", 4) == 0;
}

static void show_message(const struct slave *slave, size_t n)
{
    char peer[SERVE_PEER_SIZE], text[400];

    if (slave->master->serve.quiet)
        return;
    serve_peer_text(&slave->peer, peer);
    serve_escape(slave->buffer, n, text, sizeof text);
    serve_say(&slave->master->serve, "From client %s: %s", peer, text);
}

/* Only the slave writes it: no locked instruction on the path of an echo. */
static void count_step(struct slave *slave)
{
    unsigned steps = atomic_load_explicit(&slave->steps, memory_order_relaxed);

    atomic_store_explicit(&slave->steps, steps + 1, memory_order_relaxed);
}

/* Echo until something ends it; says what in one word. */
static const char *echo(struct slave *slave)
{
    size_t room = slave->master->serve.buffer_bytes;

    for (;;) {
        ssize_t n = net_recv(slave->fd, slave->buffer, room, NET_WAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_name(errno);
        if (n == 0)
            return "shutdown";
        count_step(slave);
        slave->bytes_in += n;
        show_message(slave, (size_t)n);
        if (says_exit(slave->buffer, (size_t)n))
            return "exit";
        msg_welcome(slave->buffer, (size_t)n, &slave->matched);
        if (net_send_all(slave->fd, slave->buffer, (size_t)n) < 0)
            return err_name(errno);
        slave->bytes_out += n;
    }
}

static void *serve_client(void *arg)
{
    struct slave *slave = arg;
    struct master *master = slave->master;
    const struct serve *serve = &master->serve;
    char peer[SERVE_PEER_SIZE];
    const char *end;

    serve_peer_text(&slave->peer, peer);
    serve_say(serve, "Client %s connected!", peer);
    end = echo(slave);
    if (atomic_load(&slave->timed_out))
        end = "timeout";
    serve_say(serve, "Client %s %s!", peer, end);
    leave_list(master, slave);
    return NULL;
}

static int start_thread(struct slave *slave)
{
    pthread_attr_t attr;
    pthread_t thread;
    int failed;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    failed = pthread_create(&thread, &attr, serve_client, slave);
    pthread_attr_destroy(&attr);
    return failed ? -1 : 0;
}

static void refuse(struct master *master, int fd, const char *why)
{
    close(fd);
    pthread_mutex_lock(&master->lock);
    master->refused++;
    pthread_mutex_unlock(&master->lock);
    serve_say(&master->serve, "Client refused: %s", why);
}

static int is_full(struct master *master)
{
    int full;

    pthread_mutex_lock(&master->lock);
    full = master->live >= master->serve.max_connections;
    pthread_mutex_unlock(&master->lock);
    return full;
}

static struct slave *new_slave(struct master *master, int fd,
                               const struct net_addr *peer)
{
    struct slave *slave = calloc(1, sizeof *slave + master->serve.buffer_bytes);

    if (!slave)
        return NULL;
    slave->master = master;
    slave->fd = fd;
    slave->peer = *peer;
    (void)net_set_nodelay(fd);
    return slave;
}

static void take_client(struct master *master, int fd,
                        const struct net_addr *peer)
{
    struct slave *slave;

    if (is_full(master)) {
        refuse(master, fd, "connection limit reached");
        return;
    }
    slave = new_slave(master, fd, peer);
    if (!slave) {
        refuse(master, fd, "out of memory");
        return;
    }
    join_list(master, slave);
    if (start_thread(slave) < 0) {
        serve_say(&master->serve, "Client refused: thread limit reached");
        pthread_mutex_lock(&master->lock);
        master->refused++;
        master->accepted--;
        pthread_mutex_unlock(&master->lock);
        leave_list(master, slave);
    }
}

/* Out of descriptors: a closed one may come; waiting for it must not spin. */
static void pause_accepting(struct master *master)
{
    struct timespec pause = {.tv_nsec = NO_FDS_PAUSE_MS * 1000000L};

    serve_say(&master->serve, "out of descriptors: accepting again soon");
    nanosleep(&pause, NULL);
}

/*
 * Close what has stood still for the idle limit.  The master looks instead of
 * the slaves' own socket time-outs, for which the kernel would set and cancel
 * a timer with every message.
 */
static void sweep(struct master *master)
{
    int64_t now_ns = clock_now_ns();

    pthread_mutex_lock(&master->lock);
    for (struct slave *s = master->slaves; s; s = s->next) {
        unsigned steps = atomic_load_explicit(&s->steps, memory_order_relaxed);

        if (steps != s->steps_seen || s->steps_since_ns == 0) {
            s->steps_seen = steps;
            s->steps_since_ns = now_ns;
        } else if (now_ns - s->steps_since_ns >= master->serve.timeout_ns) {
            atomic_store(&s->timed_out, 1);
            net_shutdown(s->fd, 'b');
        }
    }
    pthread_mutex_unlock(&master->lock);
}

/* How long the master may sleep: for ever when there is nobody to watch. */
static int64_t sweep_after_ns(struct master *master)
{
    int64_t often_ns = master->serve.timeout_ns / 10;
    int live;

    pthread_mutex_lock(&master->lock);
    live = master->live;
    pthread_mutex_unlock(&master->lock);
    if (!live || !master->serve.timeout_ns)
        return -1;
    return often_ns < SWEEP_NS ? often_ns : SWEEP_NS;
}

static void accept_clients(struct master *master)
{
    struct net_addr peer;

    while (!serve_stopped()) {
        int64_t sleep_ns = sweep_after_ns(master);
        int fd;

        if (sleep_ns >= 0)
            sweep(master);
        if (!serve_wait(&master->serve, sleep_ns))
            continue;
        fd = net_accept(master->serve.listener, &peer);
        if (fd >= 0)
            take_client(master, fd, &peer);
        else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
            pause_accepting(master);
    }
}

/* No more questions; answers that are under way get DRAIN_S to leave. */
static void drain(struct master *master)
{
    struct timespec until;

    close(master->serve.listener);
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += DRAIN_S;
    pthread_mutex_lock(&master->lock);
    for (struct slave *s = master->slaves; s; s = s->next)
        net_shutdown(s->fd, 'r');
    while (master->live > 0 &&
           pthread_cond_timedwait(&master->ended, &master->lock, &until) == 0)
        ;
    serve_tell("served connections=%lld refused=%lld bytes_in=%lld "
               "bytes_out=%lld open=%d",
               (long long)master->accepted, (long long)master->refused,
               (long long)master->bytes_in, (long long)master->bytes_out,
               master->live);
    pthread_mutex_unlock(&master->lock);
}

static int init_master(struct master *master, struct err *err)
{
    pthread_condattr_t attr;

    if (pthread_mutex_init(&master->lock, NULL) != 0 ||
        pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&master->ended, &attr) != 0)
        return err_set(err, ERR_RESOURCE, "memory", "cannot make a lock");
    pthread_condattr_destroy(&attr);
    return 0;
}

static void show_config(const struct serve *serve)
{
    serve_say(serve, "Server Config:");
    serve_say(serve, "    listen ip: %s", serve->ip);
    serve_say(serve, "    listen port: %d", net_port(&serve->bound));
    serve_say(serve, "    model: thread");
    serve_say(serve, "    timeout: %lld",
              serve->timeout_ns
                  ? (long long)(serve->timeout_ns / CLOCK_NS_PER_S)
                  : -1LL);
    serve_say(serve, "    buffer size: %zu", serve->buffer_bytes);
    serve_say(serve, "    max connections: %d", serve->max_connections);
}

static int set_model(int key, const char *value, void *ctx, struct err *err)
{
    (void)key;
    (void)ctx;
    if (strcmp(value, "thread") == 0)
        return 0;
    if (strcmp(value, "single") == 0 || strcmp(value, "epoll") == 0)
        return err_set(err, ERR_USAGE, "not-supported",
                       "--model %s is not supported yet: only thread", value);
    return args_bad(err, "model", value, "thread");
}

static int parse(struct serve *serve, int argc, char **argv, int *done,
                 struct err *err)
{
    static const struct args_option own[] = {
        {"model", 'm', "MODEL", "thread",
         "thread: a thread for each connection"},
        {0},
    };
    struct args_group groups[] = {
        serve_listen_group(serve),
        serve_echo_group(serve),
        {own, set_model, NULL},
    };
    struct args_spec spec = {
        .prog = "echo-server",
        .usage = "",
        .doc = "Send back, on TCP, every byte that a client sends, until the "
               "client leaves, says exit, or is silent for too long.",
        .more = "Any RFC 862 echo client can use it: telnet, nc, socat. "
                "SIGTERM and Ctrl-C end it after answering what is under "
                "way.\n\nExample: echo-server --port 2333 --ip 0.0.0.0",
        .groups = groups,
        .ngroups = 3,
    };

    return args_parse(&spec, argc, argv, done, err);
}

static int run(struct master *master, int argc, char **argv, struct err *err)
{
    int done = 0;

    if (parse(&master->serve, argc, argv, &done, err) < 0)
        return -1;
    if (done)
        return 0;
    if (init_master(master, err) < 0 || serve_open(&master->serve, err) < 0)
        return -1;
    show_config(&master->serve);
    serve_ready(&master->serve);
    accept_clients(master);
    drain(master);
    return 0;
}

int main(int argc, char **argv)
{
    /* Static: slaves that outlive the drain may still look at it. */
    static struct master master;
    struct err err = {0};

    start_standard_fds();
    serve_init(&master.serve, "echo-server");
    if (run(&master, argc, argv, &err) == 0)
        return 0;
    err_print(&err, "echo-server", stderr);
    return (int)err.code;
}
