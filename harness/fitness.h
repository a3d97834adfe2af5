/*
 * Is the instrument fit for what it measures?  The limits by which the
 * warnings of a run and the findings of `harness doctor` are made, in one
 * place.  Each is 1 when there is reason to doubt.
 *
 * source   RFC 2330 (clocks), Hoefler & Belli (2015); netperf and hyperfine
 *          doubt a machine with a load of 0.5 as well
 */
#ifndef HARNESS_FITNESS_H
#define HARNESS_FITNESS_H

#include "harness/machine.h"

#include <stdint.h>

/* A time is to be as long as so many readings of the clock, or its steps. */
#define FITNESS_CLOCK_CALLS 100

/* A time of rtt_ns is shorter than 100 readings of the clock. */
int fitness_clock_is_dear(double rtt_ns, double clock_cost_ns);

/* And shorter than 100 of its steps: values come in a few sizes only. */
int fitness_clock_is_coarse(double rtt_ns, double clock_step_ns);

/* An open loop that sends so late (p99) is late by over 10 % of its interval.
 */
int fitness_is_late(double rate_per_s, int64_t late_p99_ns);

/* The greatest rate for which that lateness is no more than 10 %. */
double fitness_rate_at(int64_t late_p99_ns);

/*
 * Others computed in the last minute (load above 0.5) and still do: where the
 * looks tell that nobody else wants a processor now, the load is what an
 * earlier run of ours has left.
 */
int fitness_is_loaded(const struct machine_load *load);

/* While we measured, half a second or more, others took over half a processor.
 */
int fitness_is_busy(double others_s, double elapsed_s);

/* The host took more than 0.5 % of the processors' time, and 20 ms or more. */
int fitness_is_stolen(double steal_s, double cpu_s);

/* The clock rate of the processors follows the load; "" is not known. */
int fitness_is_governed(const char *governor);

/* The wall clock was set, by more than 100 ms. */
int fitness_is_stepped(int64_t step_ns);

/* The machine slept: time went by that CLOCK_MONOTONIC has not seen. */
int fitness_has_slept(int64_t slept_ns);

#endif
