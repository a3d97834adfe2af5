/*
 * What else this machine does: how busy its processors are, by whom, and at
 * which speed they run.
 */
#ifndef HARNESS_MACHINE_H
#define HARNESS_MACHINE_H

#include <stdint.h>

struct machine_load {
    int is_known;
    double minutes[3]; /* of the last 1, 5, 15 minutes */
    double wanting;    /* machine_wanting() at that moment; < 0: not known */
};

/* Without looking who wants a processor now. */
struct machine_load machine_load(void);

/*
 * How many others run or want to just now, the mean of ten looks in 10 ms; -1
 * when the kernel does not tell.
 */
double machine_wanting(void);

/* Counters since the machine was started, and of us; seconds of CPU time. */
struct machine_time {
    int is_known;
    double all_s;   /* of all processors, idle or not */
    double busy_s;  /* computing, without interrupts, which may be ours */
    double steal_s; /* taken by the host from this guest */
    double ours_s;  /* of this process and its children that have ended */
};

struct machine_time machine_time(void);

/* "cpu  1 2 3 ..." of /proc/stat, in units of 1/hz s.  0, or -1. */
int machine_parse_time(const char *line, long hz, struct machine_time *time);

/*
 * "performance", "powersave", ... of all processors; "mixed" when they differ,
 * "" when it is not told, as in most virtual machines.
 */
#define MACHINE_GOVERNOR_SIZE 32
void machine_governor(char governor[MACHINE_GOVERNOR_SIZE]);

#endif
