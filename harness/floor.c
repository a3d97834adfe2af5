#include "harness/floor.h"

#include "harness/stats.h"
#include "lib/clock.h"
#include "lib/net.h"

#include <unistd.h>

enum { CLOCK_CALLS = 20000, ROUNDS = 1000, SLEEPS = 100, BYTES = 1000 };

static const int64_t sleep_ns = 200000;

static void measure_clock(struct floor_result *floor)
{
    floor->clock_resolution_ns = clock_resolution_ns();
    floor->clock_step_ns = clock_step_ns(1000);
    floor->clock_cost_ns = clock_cost_ns(CLOCK_CALLS);
}

static void measure_timer(struct floor_result *floor)
{
    int64_t late_ns[SLEEPS], slack_ns = clock_slack_ns();

    clock_sharpen();
    floor->timer_slack_ns = clock_slack_ns();
    for (int i = 0; i < SLEEPS; i++) {
        int64_t due_ns = clock_now_ns() + sleep_ns;

        clock_sleep_until_ns(due_ns);
        late_ns[i] = clock_now_ns() - due_ns;
    }
    clock_set_slack_ns(slack_ns); /* a child would inherit ours */
    stats_sort(late_ns, SLEEPS);
    floor->timer_overshoot_p50_ns = stats_percentile(late_ns, SLEEPS, 0.5);
    floor->timer_overshoot_p99_ns = stats_percentile(late_ns, SLEEPS, 0.99);
}

/* There and back through the stack, with nobody to be woken up. */
static int one_round(const int fds[2], char *bytes)
{
    return net_send_all(fds[0], bytes, BYTES) == 0 &&
           net_recv(fds[1], bytes, BYTES, NET_DONT_WAIT) == BYTES &&
           net_send_all(fds[1], bytes, BYTES) == 0 &&
           net_recv(fds[0], bytes, BYTES, NET_DONT_WAIT) == BYTES;
}

static int measure_rounds(struct floor_result *floor, const int fds[2])
{
    int64_t rtt_ns[ROUNDS];
    char bytes[BYTES] = {0};

    for (int i = 0; i < ROUNDS; i++) {
        int64_t start_ns = clock_now_ns();

        if (!one_round(fds, bytes))
            return -1;
        rtt_ns[i] = clock_now_ns() - start_ns;
    }
    stats_sort(rtt_ns, ROUNDS);
    floor->null_rtt_p50_ns = stats_percentile(rtt_ns, ROUNDS, 0.5);
    floor->null_rtt_p99_ns = stats_percentile(rtt_ns, ROUNDS, 0.99);
    return 0;
}

int floor_measure(struct floor_result *floor, struct err *err)
{
    int fds[2], failed;

    measure_clock(floor);
    measure_timer(floor);
    if (net_loopback_pair(fds, err) < 0)
        return -1;
    net_told(fds[0], &floor->told);
    failed = measure_rounds(floor, fds);
    close(fds[0]);
    close(fds[1]);
    return failed ? err_sys(err, ERR_RESOURCE, "loopback-failed",
                            "cannot measure the floor over loopback")
                  : 0;
}
