#define _GNU_SOURCE /* pthread_clockjoin_np */
#include "harness/null_rtt.h"

#include "harness/stats.h"
#include "lib/clock.h"
#include "lib/cpu.h"
#include "lib/net.h"
#include "lib/start.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

enum { MOST_BYTES = 16384, MOST_ROUNDS = 1000, FEWEST_ROUNDS = 10 };

static const int64_t budget_ns = 40 * CLOCK_NS_PER_MS;
static const int64_t patience_ns = 250 * CLOCK_NS_PER_MS;

struct loop {
    const struct null_rtt_spec *spec;
    int asks, answers;   /* descriptors */
    atomic_int is_ended; /* both are shut down: who spins may not see that */
    int64_t bytes;
    int n;
    int64_t rtt_ns[MOST_ROUNDS];
};

/* All bytes of a message.  0, or -1: none comes any more. */
static int take(const struct loop *loop, int fd, char *to, int spin)
{
    int64_t got = 0;
    ssize_t n;

    while (got < loop->bytes) {
        n = net_recv(fd, to + got, (size_t)(loop->bytes - got),
                     spin ? NET_DONT_WAIT : NET_WAIT);
        if (n > 0)
            got += n;
        else if (n == 0 || !spin || atomic_load(&loop->is_ended))
            return -1;
    }
    return 0;
}

/* As clients and servers do for speed: else this would be no floor. */
static void prepare(int fd, int cpu)
{
    start_without_rseq();
    (void)start_own_table(fd);
    if (cpu >= 0)
        (void)cpu_pin(cpu);
}

static void *answer(void *ctx)
{
    const struct loop *loop = ctx;
    char bytes[MOST_BYTES];

    prepare(loop->answers, loop->spec->cpu_server);
    while (take(loop, loop->answers, bytes, 0) == 0 &&
           net_send_all(loop->answers, bytes, (size_t)loop->bytes) == 0)
        ;
    return NULL;
}

static int one_round(struct loop *loop, char *bytes)
{
    int64_t start_ns = clock_now_ns();

    if (net_send_all(loop->asks, bytes, (size_t)loop->bytes) < 0 ||
        take(loop, loop->asks, bytes, loop->spec->busy_poll) < 0)
        return -1;
    loop->rtt_ns[loop->n++] = clock_now_ns() - start_ns;
    return 0;
}

static void *ask(void *ctx)
{
    struct loop *loop = ctx;
    int64_t end_ns = clock_now_ns() + budget_ns;
    char bytes[MOST_BYTES] = {0};

    prepare(loop->asks, loop->spec->cpu_client);
    while (loop->n < MOST_ROUNDS && clock_now_ns() < end_ns)
        if (one_round(loop, bytes) < 0)
            break;
    return NULL;
}

/* Whatever they wait for: it comes no more. */
static void end(struct loop *loop)
{
    atomic_store(&loop->is_ended, 1);
    net_shutdown(loop->asks, 'b');
    net_shutdown(loop->answers, 'b');
}

/*
 * The sockets have no time-outs, for which the kernel would set a timer at
 * each recv: a run's have none.  A message that never comes is ours to end.
 */
static void await(struct loop *loop, pthread_t asking)
{
    int64_t until_ns = clock_now_ns() + patience_ns;
    const struct timespec until = {.tv_sec = until_ns / CLOCK_NS_PER_S,
                                   .tv_nsec = until_ns % CLOCK_NS_PER_S};

    if (pthread_clockjoin_np(asking, NULL, CLOCK_MONOTONIC, &until) == 0)
        return;
    end(loop);
    (void)pthread_join(asking, NULL);
}

static void run(struct loop *loop)
{
    pthread_t asking, answering;

    if (pthread_create(&answering, NULL, answer, loop) != 0)
        return;
    if (pthread_create(&asking, NULL, ask, loop) == 0)
        await(loop, asking);
    end(loop);
    (void)pthread_join(answering, NULL);
}

static struct null_rtt sum_up(struct loop *loop)
{
    struct null_rtt out = {.bytes = loop->bytes};
    size_t n = (size_t)loop->n;

    if (n < FEWEST_ROUNDS)
        return out;
    out.rounds = loop->n;
    stats_sort(loop->rtt_ns, n);
    out.p50_ns = stats_percentile(loop->rtt_ns, n, 0.5);
    out.p99_ns = stats_percentile(loop->rtt_ns, n, 0.99);
    return out;
}

static int open_pair(struct loop *loop)
{
    struct err ignored = {0};
    int fds[2];

    if ((loop->spec->is_udp ? net_loopback_pair_udp(fds, &ignored)
                            : net_loopback_pair(fds, &ignored)) < 0)
        return -1;
    loop->asks = fds[0];
    loop->answers = fds[1];
    return 0;
}

struct null_rtt null_rtt_measure(const struct null_rtt_spec *spec)
{
    struct loop loop = {.spec = spec,
                        .bytes = spec->bytes < MOST_BYTES ? spec->bytes
                                                          : MOST_BYTES};

    if (open_pair(&loop) < 0)
        return (struct null_rtt){0};
    run(&loop);
    close(loop.asks);
    close(loop.answers);
    return sum_up(&loop);
}
