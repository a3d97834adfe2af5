#include "lib/rng.h"
#include "servers/replay.h"
#include "tests/unit/check.h"

/* Message seq of connection 1 of run 1. */
static int take(struct replay *replay, uint64_t seq)
{
    struct msg_header header = {.kind = 'Q', .run_id = 1, .conn = 1};

    header.seq = seq;
    return replay_take(replay, &header);
}

static void each_is_taken_once(void)
{
    static struct replay replay;

    replay_init(&replay);
    for (uint64_t seq = 0; seq < 10000; seq++) {
        CHECK_INT(take(&replay, seq), 1);
        CHECK_INT(take(&replay, seq), 0);
        if (seq > 100)
            CHECK_INT(take(&replay, seq - 100), 0);
    }
    replay_release(&replay);
}

static void order_does_not_matter_within_the_window(void)
{
    static struct replay replay;

    replay_init(&replay);
    CHECK_INT(take(&replay, 5000), 1);
    CHECK_INT(take(&replay, 5000 - REPLAY_WINDOW + 1), 1);
    CHECK_INT(take(&replay, 5000 - REPLAY_WINDOW + 1), 0);
    CHECK_INT(take(&replay, 5000 - REPLAY_WINDOW), 0); /* too old to know */
    CHECK_INT(take(&replay, 4999), 1);
    CHECK_INT(take(&replay, 5001), 1);
    CHECK_INT(take(&replay, 5000), 0);
    CHECK_INT(take(&replay, MSG_SEQ_MAX), 1); /* far ahead: all else is old */
    CHECK_INT(take(&replay, MSG_SEQ_MAX), 0);
    CHECK_INT(take(&replay, MSG_SEQ_MAX - 1), 1);
    CHECK_INT(take(&replay, 5002), 0);
    replay_release(&replay);
}

/* Against a table of all that was taken: random jumps, there and back. */
static void the_window_agrees_with_a_list_of_all(void)
{
    enum { ALL = 40000, TRIES = 60000, SPAN = 3 * REPLAY_WINDOW };
    static char taken[ALL];
    static struct replay replay;
    uint64_t newest = 0;

    replay_init(&replay);
    for (uint64_t i = 0; i < TRIES; i++) {
        uint64_t low = newest > SPAN / 2 ? newest - SPAN / 2 : 0;
        uint64_t seq = low + rng_bits(7, 1, i) % (SPAN / 2 + 200);
        int want;

        if (seq >= ALL)
            break;
        newest = seq > newest ? seq : newest;
        want = !taken[seq] && newest - seq < REPLAY_WINDOW;
        if (take(&replay, seq) != want) {
            CHECK_INT(seq, want);
            break;
        }
        if (want)
            taken[seq] = 1;
    }
    CHECK(newest > 20000);
    replay_release(&replay);
}

static void connections_runs_and_kinds_are_apart(void)
{
    static struct replay replay;
    struct msg_header header = {.kind = 'Q', .run_id = 1, .conn = 1, .seq = 9};

    replay_init(&replay);
    CHECK_INT(replay_take(&replay, &header), 1);
    header.conn = 2;
    CHECK_INT(replay_take(&replay, &header), 1);
    header.run_id = 2;
    CHECK_INT(replay_take(&replay, &header), 1);
    header.kind = 'H';
    CHECK_INT(replay_take(&replay, &header), 1);
    CHECK_INT(replay_take(&replay, &header), 0);
    replay_release(&replay);
}

/* What cannot be remembered is not taken. */
static void memory_is_bounded(void)
{
    static struct replay replay;
    struct msg_header header = {.kind = 'K', .run_id = 1};

    replay_init(&replay);
    replay.connections = REPLAY_CONNECTIONS - 1;
    CHECK_INT(replay_take(&replay, &header), 1);
    header.conn = 1;
    CHECK_INT(replay_take(&replay, &header), 0);
    header.conn = 0;
    header.seq = 1;
    CHECK_INT(replay_take(&replay, &header), 1);
    replay_release(&replay);
}

int main(void)
{
    each_is_taken_once();
    order_does_not_matter_within_the_window();
    the_window_agrees_with_a_list_of_all();
    connections_runs_and_kinds_are_apart();
    memory_is_bounded();
    return check_done();
}
