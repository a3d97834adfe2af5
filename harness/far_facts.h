/*
 * What a server's host tells about itself: lines "NAME VALUE" of deploy/far.sh,
 * for environment.json and for the warnings of a run.
 */
#ifndef HARNESS_FAR_FACTS_H
#define HARNESS_FAR_FACTS_H

enum far_fact {
    FAR_SYSTEM,
    FAR_KERNEL,
    FAR_MACHINE,
    FAR_CPU,
    FAR_CPUS,
    FAR_MEMORY,
    FAR_GOVERNOR, /* as machine_governor */
    FAR_CLOCKSOURCE,
    FAR_CONGESTION,
    FAR_LOAD_BEFORE,
    FAR_WANTING, /* who else wanted a processor then; see machine_wanting */
    FAR_LOAD_AFTER,
    /* While the server ran, as struct conditions has them. */
    FAR_CPU_S,
    FAR_OTHERS_S,
    FAR_STEAL_S,
    FAR_BOOT, /* which start of which kernel; not for environment.json */
    FAR_FACTS
};

#define FAR_FACT_SIZE 128

struct far_facts {
    char text[FAR_FACTS][FAR_FACT_SIZE]; /* "": not told */
};

const char *far_facts_name(enum far_fact fact);

/* 1 and the number that a fact is; 0 when it is a text, or not told. */
int far_facts_number(const struct far_facts *facts, enum far_fact fact,
                     double *number);

/* "kernel 6.1.0-18-amd64"; what is not one of ours is passed over. */
void far_facts_take(struct far_facts *facts, const char *line);

/* 1 when anything was told. */
int far_facts_any(const struct far_facts *facts);

/* 1 when it is this machine: a container, or a network namespace. */
int far_facts_are_ours(const struct far_facts *facts);

#endif
