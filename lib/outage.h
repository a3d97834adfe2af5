/* When a stretch without any answer is long against the run: an outage. */
#ifndef LIB_OUTAGE_H
#define LIB_OUTAGE_H

#include <stdint.h>

/*
 * The longest silence that is none: 1 s, 5 % of the run's span, ten times the
 * mean distance of its messages, and patience_ns, whichever is most.
 */
int64_t outage_limit_ns(int64_t span_ns, int64_t messages, int64_t patience_ns);

/*
 * What a single loss makes by itself: in a closed loop over UDP the next
 * message waits for Tmax, and two in a row are more than chance.
 */
int64_t outage_patience_ns(int is_udp, double rate_per_s, int64_t timeout_ns);

#endif
