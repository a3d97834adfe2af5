/*
 * The hops of a path, as traceroute or mtr tell them: who answered each probe,
 * and how soon.  A hop has three probes; times are those of the path there and
 * back, and an inner router may answer later than it forwards.
 */
#ifndef HARNESS_HOPS_H
#define HARNESS_HOPS_H

#include "lib/buf.h"
#include "lib/err.h"

#include <stdint.h>

enum { HOPS_MAX = 64, HOPS_PROBES = 3, HOPS_ADDRESS_SIZE = 64 };

struct hops_probe {
    char address[HOPS_ADDRESS_SIZE]; /* "" when nobody answered */
    int64_t time_us;                 /* -1 when nobody answered */
    char mark[12]; /* "!X", "!F-1400": the answer was a refusal; else "" */
};

struct hops {
    struct hops_probe at[HOPS_MAX][HOPS_PROBES]; /* at[0] is hop 1 */
    int n;
};

/*
 * One line of `traceroute -n -q 3 -O info`: empty, the headline, or the hop
 * that comes next.  0, or -1 when it is neither; hops is then unchanged.
 */
int hops_take_traceroute(struct hops *hops, const char *line);

/*
 * One line of `mtr --raw -n -c 3`.  mtr names an address once, when it first
 * sees it at a hop, so of a hop with several the last one new stands for all.
 */
struct hops_mtr {
    struct hops *hops;
    char address[HOPS_MAX][HOPS_ADDRESS_SIZE];
    int64_t id[HOPS_MAX][HOPS_PROBES]; /* of the probes that were sent */
    int sent[HOPS_MAX];
};
/* {.hops = ...} is a fresh reader.  0, or -1 for any other line. */
int hops_take_mtr(struct hops_mtr *reader, const char *line);

/*
 * Forget what lies behind the first hop at which `address` answered.  Returns
 * 1 when there is one, else 0 and nothing is forgotten.
 */
int hops_end_at(struct hops *hops, const char *address);

/* The last hop that anybody answered from, from 1; 0: none. */
int hops_last_answer(const struct hops *hops);

/*
 * What the probes of one hop tell together; the address is the first that
 * answered.  0 when none did.
 */
struct hops_times {
    const char *address;
    int64_t min_us, median_us, max_us;
};
int hops_times(const struct hops_probe *probes, struct hops_times *times);

/*
 * Did the way to the address `to` change between two traces?  1 and the first
 * difference in words, else 0.  Silent hops tell nothing, and a hop that has
 * one of its addresses in both is the same.
 */
int hops_differ(const struct hops *before, const struct hops *after,
                const char *to, char *what, size_t size);

/* One row for each probe; what is absent is empty. */
#define HOPS_CSV_HEADER "hop,address,probe,time_us,mark"
void hops_csv(const struct hops *hops, struct buf *to);

/* Read such a file.  Errors: those of csv_read, results-damaged. */
int hops_load(struct hops *hops, const char *path, struct err *err);

/* Digits, and dots or colons between them: an address, for what we do. */
int hops_is_address(const char *word);

/* "!", "!X", "!F-1400", "!<13>" */
int hops_is_mark(const char *word);

/* "1   8 ms   11 ms   5 ms   10.2.180.1" for each hop, as tracetcp has it. */
void hops_text(const struct hops *hops, struct buf *to);

#endif
