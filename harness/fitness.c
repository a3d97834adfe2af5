#include "harness/fitness.h"

#include "lib/clock.h"

#include <stdlib.h>
#include <string.h>

/* More of it and others are in the times; half a processor. */
static const double busy = 0.5;
static const double late_share = 0.1;

int fitness_clock_is_dear(double rtt_ns, double clock_cost_ns)
{
    return rtt_ns < FITNESS_CLOCK_CALLS * clock_cost_ns;
}

int fitness_clock_is_coarse(double rtt_ns, double clock_step_ns)
{
    return rtt_ns < FITNESS_CLOCK_CALLS * clock_step_ns;
}

int fitness_is_late(double rate_per_s, int64_t late_p99_ns)
{
    return (double)late_p99_ns * rate_per_s > late_share * 1e9;
}

double fitness_rate_at(int64_t late_p99_ns)
{
    return late_share * 1e9 / (double)(late_p99_ns > 0 ? late_p99_ns : 1);
}

int fitness_is_loaded(const struct machine_load *load)
{
    return load->is_known && load->minutes[0] > busy &&
           (load->wanting < 0 || load->wanting > busy);
}

int fitness_is_busy(double others_s, double elapsed_s)
{
    /* A tick of 10 ms is too much of less. */
    static const double least_s = 0.5;

    return elapsed_s >= least_s && others_s > busy * elapsed_s;
}

int fitness_is_stolen(double steal_s, double cpu_s)
{
    /* The kernel counts in hundredths: one tick may be chance. */
    static const double share = 0.005, least_s = 0.02;

    return steal_s >= least_s && steal_s > share * cpu_s;
}

int fitness_is_governed(const char *governor)
{
    return governor[0] && strcmp(governor, "performance") != 0;
}

int fitness_is_stepped(int64_t step_ns)
{
    return llabs(step_ns) > CLOCK_NS_PER_S / 10;
}

int fitness_has_slept(int64_t slept_ns)
{
    return slept_ns > CLOCK_NS_PER_MS;
}
