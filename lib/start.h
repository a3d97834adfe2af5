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
 * 1 and 2.
 */
void start_confined(void);

#endif
