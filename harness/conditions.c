#include "harness/conditions.h"

#include "lib/clock.h"
#include "lib/net.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static struct conditions_start take_start(void)
{
    return (struct conditions_start){
        .at_ns = clock_now_ns(),
        .wall_ns = clock_wall_offset_ns(),
        .boot_ns = clock_boot_offset_ns(),
        .time = machine_time(),
    };
}

static int mtu_to(const char *host, int port)
{
    struct net_addrs addrs = {0};
    struct net_told told = {.mtu = -1};
    struct err ignored = {0};
    int fd;

    if (net_resolve(host, port ? port : 1, &addrs, &ignored) < 0)
        return -1;
    fd = net_connect_udp(&addrs.at[0]);
    if (fd < 0)
        return -1;
    net_told(fd, &told);
    close(fd);
    return told.mtu;
}

void conditions_begin(struct conditions *conditions,
                      const struct result_run *run)
{
    const struct null_rtt_spec spec = {
        .is_udp = result_run_is_udp(run),
        .busy_poll = run->busy_poll,
        .bytes = run->message_size_bytes,
        .cpu_client = run->cpu_client,
        .cpu_server = run->cpu_server,
    };

    memset(conditions, 0, sizeof *conditions);
    conditions->is_begun = 1;
    conditions->load_before = machine_load();
    conditions->load_before.wanting = machine_wanting();
    conditions->null_rtt = null_rtt_measure(&spec);
    conditions->start = take_start();
}

/* No more digits than there are: the kernel counts in hundredths. */
static double in_ticks(double seconds)
{
    return round(100 * seconds) / 100;
}

void conditions_end(struct conditions *conditions, const char *host, int port)
{
    const struct conditions_start *start = &conditions->start;
    struct conditions_start end = take_start();
    double ours_s = end.time.ours_s - start->time.ours_s;

    conditions->is_ended = 1;
    conditions->elapsed_s = (double)(end.at_ns - start->at_ns) / 1e9;
    conditions->wall_step_ns = end.wall_ns - start->wall_ns;
    conditions->slept_ns = end.boot_ns - start->boot_ns;
    conditions->load_after = machine_load();
    conditions->mtu = mtu_to(host, port);
    if (!end.time.is_known || !start->time.is_known)
        return;
    conditions->cpu_s = in_ticks(end.time.all_s - start->time.all_s);
    conditions->steal_s = in_ticks(end.time.steal_s - start->time.steal_s);
    /* Below 0: one is counted in ticks and the other exactly. */
    conditions->others_s = fmax(
        0, in_ticks(end.time.busy_s - start->time.busy_s - ours_s));
}
