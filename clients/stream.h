/*
 * A load over TCP: messages go out one behind the other, echoes come back in
 * the same order.  A message is final when its last byte is back; when the
 * connection breaks all that were in flight on it fail together.
 */
#ifndef CLIENTS_STREAM_H
#define CLIENTS_STREAM_H

#include "clients/lane.h"

extern const struct lane_transport stream_transport;

#endif
