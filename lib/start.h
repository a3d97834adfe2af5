/* What every program of ours does first. */
#ifndef LIB_START_H
#define LIB_START_H

/*
 * Make sure that descriptors 0, 1 and 2 are open, on /dev/null when the
 * caller had closed them: else a record or a socket could get the number that
 * messages are printed to.
 */
void start_standard_fds(void);

/*
 * For a program that strangers talk to: give up what it does not need.  No
 * core dumps, no privileges by way of another program, no descriptors but 0,
 * 1 and 2, and start_without_rseq.
 */
void start_confined(void);

/*
 * For a thread that exchanges messages, and for all that it starts.  The C
 * library has the kernel write down, after each switch to a thread, which CPU
 * it is on: 1 % of a round trip in which two take turns, and nothing that we
 * read.
 */
void start_without_rseq(void);

/*
 * For such a thread among others: from now on it has a table of descriptors of
 * its own, with 0, 1, 2 and fd, under the same number; fd is in the shared one
 * too until somebody closes it there.  While several threads share a table, the
 * kernel counts every use of a descriptor: some 25 ns for each recv and send.
 * -1 when the kernel refuses, or a thread sanitizer watches: all is as it was.
 */
int start_own_table(int fd);

#endif
