/*
 * How far a measurement is: the lines by which a client tells the program
 * that started it, and the lines by which people are told.
 */
#ifndef LIB_PROGRESS_H
#define LIB_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

struct progress {
    int64_t elapsed_ns;
    int64_t limit_ns; /* 0: until stopped */
    int64_t messages; /* finished so far */
    int64_t limit;    /* messages wanted, 0: no limit */
    int64_t failed;
    int64_t bits_per_s; /* of the last interval */
    int64_t rtt_p50_ns; /* of the last interval; 0: no reply in it */
};

#define PROGRESS_LINE_SIZE 256

/* "progress elapsed_ns=1 limit_ns=2 ..." without newline. */
void progress_format(const struct progress *progress,
                     char line[PROGRESS_LINE_SIZE]);

/* Read such a line.  0, or -1 when it is none. */
int progress_parse(const char *line, struct progress *progress);

/*
 * One line for a person, at most `columns` wide: a bar, rate, median RTT,
 * failures and the time left.  Labels are cut to fit.
 */
void progress_draw(const struct progress *progress, const char *label,
                   int columns, char *line, size_t size);

/* Columns of the terminal that stderr is, but the last; 79 where it is none. */
int progress_columns(void);

/*
 * For a log: the counts with the rate since the start, which is `bits` so far,
 * and what the last interval was like.
 */
void progress_say(const struct progress *progress, double bits,
                  const char *label, char *line, size_t size);

#endif
