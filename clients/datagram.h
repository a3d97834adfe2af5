/*
 * A load over UDP: a failure ends no connection; lost, late, doubled and
 * reordered messages are told apart in the record, see clients/flight.h.  A row
 * is final twice Tmax after its message was sent.
 */
#ifndef CLIENTS_DATAGRAM_H
#define CLIENTS_DATAGRAM_H

#include "clients/lane.h"

/* Longest message that fits a datagram, and more than any datagram holds. */
#define DATAGRAM_MAX_BYTES 65507
#define DATAGRAM_BUFFER_BYTES (1 << 16)

extern const struct lane_transport datagram_transport;

/* Make the lines' sockets; a line without one tells why and stays closed. */
void datagram_open_all(struct lane *lane);

/*
 * When more than half of a second's messages are refused the run is ended, with
 * result->refusing set: to go on would tell nothing new.
 */
void datagram_judge_second(struct lane *lane);

#endif
