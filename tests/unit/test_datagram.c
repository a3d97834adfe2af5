#include "clients/datagram.h"
#include "lib/clock.h"
#include "tests/unit/check.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BYTES = 100 };

/* Static for their size: the meter's classes, one datagram. */
static struct load_result result;
static char message[BYTES], buffer[DATAGRAM_BUFFER_BYTES];

static const struct load_plan plan = {.is_udp = 1,
                                      .size_bytes = BYTES,
                                      .connections = 1,
                                      .rate_per_s = 1,
                                      .timeout_ns = 3600 * CLOCK_NS_PER_S};
static const struct load_out out;

/*
 * One message is sent, and answered by a datagram for each letter: 'r' the
 * right one, 'w' one with another byte at its end.  What became of it.
 */
static enum outcome answered(const char *letters)
{
    struct line line = {.state = LINE_OPEN};
    struct lane lane = {.plan = &plan,
                        .out = &out,
                        .result = &result,
                        .transport = &datagram_transport,
                        .ticker = {.plan = &plan, .result = &result},
                        .lines = &line,
                        .message = message,
                        .buffer = buffer,
                        .buffer_bytes = sizeof buffer,
                        .usable = 1};
    struct err err = {0};
    int fds[2], failed = socketpair(AF_UNIX, SOCK_DGRAM, 0, fds) < 0;
    char reply[BYTES];

    memset(&result, 0, sizeof result);
    memset(message, '0', sizeof message);
    line.fd = fds[0];
    msg_stamp_init(&line.stamp, 'Q', 0, 0);
    flight_init(&line.flight, plan.timeout_ns);
    lane_begin(&lane);
    failed |= datagram_transport.begin(&lane, &line, 0, &err) < 0 ||
              recv(fds[1], reply, sizeof reply, 0) != sizeof reply;
    for (; *letters; letters++) {
        reply[BYTES - 1] = *letters == 'r' ? '0' : 'x';
        failed |= send(fds[1], reply, sizeof reply, 0) < 0 ||
                  datagram_transport.receive(&lane, &line, NET_WAIT, &err) < 0;
    }
    failed |= datagram_transport.abort(&lane, &line, &err) < 0 ||
              datagram_transport.close(&lane, &line, &err) < 0;
    flight_release(&line.flight);
    close(fds[1]);
    for (int i = 0; !failed && i < OUTCOME_COUNT; i++)
        if (result.meter.outcomes[i] == 1)
            return (enum outcome)i;
    return OUTCOME_COUNT;
}

/* Every datagram is told once: by the row, as a copy, or as unmatched. */
static void each_wrong_answer_is_counted(void)
{
    CHECK_INT(answered("r"), OUTCOME_OK);
    CHECK_INT(result.unmatched, 0);
    CHECK_INT(answered("w"), OUTCOME_CORRUPT);
    CHECK_INT(result.unmatched, 0);
    CHECK_INT(answered("wr"), OUTCOME_OK);
    CHECK_INT(result.unmatched, 1);
    CHECK_INT(answered("rw"), OUTCOME_OK);
    CHECK_INT(result.unmatched, 1);
    CHECK_INT(answered("wwrwr"), OUTCOME_OK);
    CHECK_INT(result.unmatched, 3);
    CHECK_INT(result.duplicated, 1);
    CHECK_INT(answered("ww"), OUTCOME_CORRUPT);
    CHECK_INT(result.unmatched, 1);
}

int main(void)
{
    each_wrong_answer_is_counted();
    return check_done();
}
