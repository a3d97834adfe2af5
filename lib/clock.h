/* Time.  Intervals come from CLOCK_MONOTONIC only; the wall clock names. */
#ifndef LIB_CLOCK_H
#define LIB_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define CLOCK_NS_PER_S INT64_C(1000000000)
#define CLOCK_NS_PER_MS INT64_C(1000000)

/* Nanoseconds of CLOCK_MONOTONIC; never goes back. */
int64_t clock_now_ns(void);

/* The clock's own claim (clock_getres). */
int64_t clock_resolution_ns(void);

/* Mean cost of one clock_now_ns() over `calls` calls, in ns. */
double clock_cost_ns(int calls);

/* The smallest step seen between two different readings, in ns. */
int64_t clock_step_ns(int tries);

/*
 * How far the wall clock, and the time since boot with all suspensions, are
 * ahead of CLOCK_MONOTONIC: what changes meanwhile was set, or slept.
 */
int64_t clock_wall_offset_ns(void);
int64_t clock_boot_offset_ns(void);

/* Sleep to an absolute time; returns at once when it has passed. */
void clock_sleep_until_ns(int64_t when_ns);

/* Ask the kernel not to round this thread's sleeps up (timer slack 1 ns). */
void clock_sharpen(void);

/* This thread's timer slack in ns (-1: not known), and to put it back. */
int64_t clock_slack_ns(void);
void clock_set_slack_ns(int64_t slack_ns);

/* Wall clock as "20261122T131041Z" and "2026-11-22T13:10:41Z". */
#define CLOCK_UTC_SIZE 24
void clock_utc_compact(char text[CLOCK_UTC_SIZE]);
void clock_utc_iso(char text[CLOCK_UTC_SIZE]);

#endif
