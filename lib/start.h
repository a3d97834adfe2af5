/* What every program of ours does first. */
#ifndef LIB_START_H
#define LIB_START_H

/*
 * Make sure that descriptors 0, 1 and 2 are open, on /dev/null when the
 * caller had closed them: else a record or a socket could get the number that
 * messages are printed to.
 */
void start_standard_fds(void);

#endif
