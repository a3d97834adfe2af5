/*
 * The closed loop over UDP: on every connection a message is sent when the one
 * before it was answered, or had its time.  Lost, late, doubled and reordered
 * messages are told apart in the record; see clients/flight.h.
 */
#ifndef CLIENTS_DATAGRAM_H
#define CLIENTS_DATAGRAM_H

#include "clients/load.h"
#include "lib/err.h"

/* Longest message that fits a datagram. */
#define DATAGRAM_MAX_BYTES 65507

/*
 * Run the plan.  As engine_run, but that a failure ends no connection.  When
 * more than half of a second's messages are refused the run is ended, with
 * result->refusing set.
 */
int datagram_run(const struct load_plan *plan, const struct load_out *out,
                 struct load_result *result, struct err *err);

#endif
