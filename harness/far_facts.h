/*
 * What a server's host tells about itself: lines "NAME VALUE" of deploy/far.sh,
 * for environment.json.
 */
#ifndef HARNESS_FAR_FACTS_H
#define HARNESS_FAR_FACTS_H

enum { FAR_FACTS = 10, FAR_FACT_SIZE = 128 };

struct far_facts {
    char text[FAR_FACTS][FAR_FACT_SIZE]; /* "": not told */
};

/* The i-th name, 0.. ; NULL past the last. */
const char *far_facts_name(int i);

/* 1 and the number that fact i is; 0 when it is a text, or not told. */
int far_facts_number(const struct far_facts *facts, int i, double *number);

/* "kernel 6.1.0-18-amd64"; what is not one of ours is passed over. */
void far_facts_take(struct far_facts *facts, const char *line);

/* 1 when anything was told. */
int far_facts_any(const struct far_facts *facts);

#endif
