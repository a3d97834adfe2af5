/*
 * A load over TCP: messages go out one behind the other, echoes come back in
 * the same order.  A message is final when its last byte is back, and timed
 * out when that took longer than Tmax.  The connection is given up when all
 * that is in flight on it had its time, or something had it twice; what did not
 * is then aborted.  When it breaks by itself all in flight fail with it.
 */
#ifndef CLIENTS_STREAM_H
#define CLIENTS_STREAM_H

#include "clients/lane.h"

extern const struct lane_transport stream_transport;

#endif
