#include "clients/missed.h"
#include "lib/clock.h"
#include "tests/unit/check.h"

enum { LINES = 2 };

/* A lane of an open loop whose sending is over; nothing is open any more. */
struct scene {
    struct load_plan plan;
    struct load_out out;
    struct load_result result;
    struct line lines[LINES];
    atomic_int is_given_up;
    struct lane lane;
    int told; /* how often progress was */
};

static void stop_when_told(const struct progress *progress, void *ctx)
{
    struct scene *scene = ctx;

    (void)progress;
    if (scene->told++ == 0)
        ticker_stop();
}

/* duration_ns of 1e7 messages a second are over, and none was sent. */
static void begin(struct scene *scene, int64_t duration_ns)
{
    struct lane *lane = &scene->lane;

    scene->plan = (struct load_plan){.connections = LINES,
                                     .rate_per_s = 1e7,
                                     .size_bytes = 1000,
                                     .timeout_ns = CLOCK_NS_PER_S,
                                     .duration_ns = duration_ns};
    scene->out = (struct load_out){.on_progress = stop_when_told, .ctx = scene};
    lane->plan = &scene->plan;
    lane->out = &scene->out;
    lane->result = &scene->result;
    lane->lines = scene->lines;
    lane->is_given_up = &scene->is_given_up;
    lane->usable = LINES;
    lane->ticker = (struct ticker){
        .plan = lane->plan, .out = lane->out, .result = lane->result};
    arrival_init(&lane->arrival, ARRIVAL_CONSTANT, 1e7, 1);
    for (int i = 0; i < LINES; i++)
        flight_init(&scene->lines[i].flight, CLOCK_NS_PER_S);
    lane->now_ns = clock_now_ns();
    ticker_begin(&lane->ticker, lane->now_ns - duration_ns);
    lane->due_ns = lane->ticker.first_send_ns;
    missed_judge(lane);
}

static void end(struct scene *scene)
{
    for (int i = 0; i < LINES; i++)
        flight_release(&scene->lines[i].flight);
}

static void each_missed_slot_is_counted(void)
{
    static struct scene scene;
    struct err err = {0};

    begin(&scene, CLOCK_NS_PER_S / 1000);
    CHECK_INT(missed_settle(&scene.lane, &err), 0);
    CHECK_INT(scene.result.intended, 10000);
    CHECK_INT(scene.result.missed, 10000);
    CHECK_INT(scene.result.meter.outcomes[OUTCOME_LOCAL_LIMIT], 10000);
    CHECK_INT(scene.lane.open, 0);
    end(&scene);
}

static void a_lane_that_is_given_up_writes_no_more(void)
{
    static struct scene scene;
    struct err err = {0};

    begin(&scene, CLOCK_NS_PER_S);
    scene.is_given_up = 1;
    CHECK_INT(missed_settle(&scene.lane, &err), 0);
    CHECK(scene.result.intended < 10000000);
    end(&scene);
}

/* So many take far longer than a second; the stop comes at the first look. */
static void progress_is_told_and_a_stop_ends_it(void)
{
    enum { SECONDS = 200 };
    static struct scene scene;
    struct err err = {0};
    int64_t all = INT64_C(10000000) * SECONDS;

    begin(&scene, SECONDS * CLOCK_NS_PER_S);
    CHECK_INT(missed_settle(&scene.lane, &err), 0);
    CHECK(scene.told > 0);
    CHECK_INT(scene.result.stopped, 1);
    CHECK(scene.result.intended > 0 && scene.result.intended < all);
    CHECK_INT(meter_finished(&scene.result.meter), scene.result.intended);
    CHECK_INT(
        (int64_t)(scene.lines[0].flight.next + scene.lines[1].flight.next),
        scene.result.intended);
    CHECK_INT(scene.lane.open, 0);
    end(&scene);
}

int main(void)
{
    each_missed_slot_is_counted();
    a_lane_that_is_given_up_writes_no_more();
    progress_is_told_and_a_stop_ends_it(); /* last: it stays stopped */
    return check_done();
}
