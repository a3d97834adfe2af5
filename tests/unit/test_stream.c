#include "clients/stream.h"
#include "lib/clock.h"
#include "tests/unit/check.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BYTES = 1000, MESSAGES = 3 };

/* So long that no machine takes it; messages get older by hand. */
static const int64_t tmax_ns = 3600 * CLOCK_NS_PER_S;

/* Static for their size: the meter's classes, what is sent and received. */
static struct load_result result;
static char message[BYTES], buffer[MESSAGES * BYTES];

/* A lane of one line, with three messages under way; its end, the peer's. */
struct scene {
    struct load_plan plan;
    struct load_out out;
    struct line line;
    struct lane lane;
    int peer;
    int failed; /* of what needs not be checked by itself */
};

static void begin(struct scene *scene)
{
    struct lane *lane = &scene->lane;
    struct err err = {0};
    int fds[2];

    memset(scene, 0, sizeof *scene);
    memset(&result, 0, sizeof result);
    memset(message, '0', sizeof message);
    scene->plan = (struct load_plan){.size_bytes = BYTES,
                                     .connections = 1,
                                     .rate_per_s = 1,
                                     .timeout_ns = tmax_ns};
    *lane = (struct lane){
        .plan = &scene->plan,
        .out = &scene->out,
        .result = &result,
        .transport = &stream_transport,
        .ticker = {.plan = &scene->plan, .out = &scene->out, .result = &result},
        .lines = &scene->line,
        .is_lone = 1,
        .message = message,
        .buffer = buffer,
        .buffer_bytes = sizeof buffer,
        .usable = 1};
    scene->failed = socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0;
    scene->line.fd = fds[0];
    scene->peer = fds[1];
    scene->line.state = LINE_OPEN;
    msg_stamp_init(&scene->line.stamp, 'Q', 1, 0);
    flight_init(&scene->line.flight, tmax_ns);
    lane_begin(lane);
    for (int i = 0; i < MESSAGES; i++)
        scene->failed |= lane->transport->begin(lane, &scene->line, 0, &err);
}

static void end(struct scene *scene)
{
    struct err err = {0};

    scene->failed |= scene->lane.transport->close(&scene->lane, &scene->line,
                                                  &err);
    flight_release(&scene->line.flight);
    close(scene->peer);
}

/* Messages first .. last were sent so much earlier. */
static void grow_older(struct scene *scene, int first, int last, int64_t by_ns)
{
    struct flight *flight = &scene->line.flight;

    for (int seq = first; seq <= last; seq++)
        flight->ring[(size_t)seq & (flight->size - 1)].sent_ns -= by_ns;
}

static void scan(struct scene *scene)
{
    struct err err = {0};

    scene->failed |= stream_transport.scan(&scene->lane, &scene->line, &err);
}

static void echo_all(struct scene *scene)
{
    char bytes[MESSAGES * BYTES];
    struct err err = {0};

    scene->failed |= recv(scene->peer, bytes, sizeof bytes, MSG_WAITALL) !=
                         sizeof bytes ||
                     send(scene->peer, bytes, sizeof bytes, 0) != sizeof bytes;
    while (!scene->failed && scene->lane.open > 0 &&
           scene->line.state == LINE_OPEN)
        scene->failed |= stream_transport.receive(&scene->lane, &scene->line,
                                                  NET_WAIT, &err);
}

static int64_t count(enum outcome outcome)
{
    return result.meter.outcomes[outcome];
}

static void a_time_out_is_of_one_message(void)
{
    struct scene scene;

    begin(&scene);
    grow_older(&scene, 0, 0, tmax_ns + tmax_ns / 2);
    scan(&scene);
    CHECK_INT(scene.line.state, LINE_OPEN);
    CHECK_INT(scene.lane.open, MESSAGES);
    echo_all(&scene);
    CHECK_INT(scene.line.state, LINE_OPEN);
    CHECK_INT(count(OUTCOME_TIMEOUT), 1);
    CHECK_INT(count(OUTCOME_OK), 2);
    CHECK_INT(result.broken, 0);
    end(&scene);
    CHECK_INT(scene.failed, 0);
}

static void twice_its_time_ends_a_connection(void)
{
    struct scene scene;

    begin(&scene);
    grow_older(&scene, 0, 0, 2 * tmax_ns);
    grow_older(&scene, 1, 1, tmax_ns);
    scene.lane.now_ns = clock_now_ns();
    scan(&scene);
    CHECK_INT(scene.line.state, LINE_CLOSED);
    CHECK_INT(scene.line.end, OUTCOME_TIMEOUT);
    CHECK_INT(count(OUTCOME_TIMEOUT), 2);
    CHECK_INT(count(OUTCOME_ABORTED), 1);
    CHECK_INT(result.broken, 1);
    end(&scene);
    CHECK_INT(scene.failed, 0);
}

static void so_does_nothing_left_that_is_in_time(void)
{
    struct scene scene;

    for (int is_late = 0; is_late < 2; is_late++) {
        begin(&scene);
        grow_older(&scene, 0, MESSAGES - 1, tmax_ns + 1);
        if (is_late)
            echo_all(&scene);
        scene.lane.now_ns = clock_now_ns();
        scan(&scene);
        CHECK_INT(scene.line.state, LINE_CLOSED);
        CHECK_INT(count(OUTCOME_TIMEOUT), MESSAGES);
        end(&scene);
        CHECK_INT(scene.failed, 0);
    }
}

static void a_break_is_of_what_still_had_time(void)
{
    struct scene scene;
    struct err err = {0};

    begin(&scene);
    grow_older(&scene, 0, 0, tmax_ns + 1);
    shutdown(scene.peer, SHUT_WR);
    scene.failed |= stream_transport.receive(&scene.lane, &scene.line, NET_WAIT,
                                             &err);
    CHECK_INT(scene.line.end, OUTCOME_EOF);
    CHECK_INT(count(OUTCOME_TIMEOUT), 1);
    CHECK_INT(count(OUTCOME_EOF), 2);
    end(&scene);
    CHECK_INT(scene.failed, 0);
}

static void no_echo_comes_with_its_message(void)
{
    struct scene scene;
    int64_t sent_ns;

    begin(&scene);
    grow_older(&scene, 0, MESSAGES - 1, -tmax_ns);
    sent_ns = flight_find(&scene.line.flight, MESSAGES - 1)->sent_ns;
    echo_all(&scene);
    CHECK_INT(count(OUTCOME_OK), MESSAGES);
    CHECK_INT(result.meter.last_received_ns, sent_ns + 1);
    end(&scene);
    CHECK_INT(scene.failed, 0);
}

int main(void)
{
    a_time_out_is_of_one_message();
    twice_its_time_ends_a_connection();
    so_does_nothing_left_that_is_in_time();
    a_break_is_of_what_still_had_time();
    no_echo_comes_with_its_message();
    return check_done();
}
