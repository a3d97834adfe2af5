#include "servers/flow.h"
#include "tests/unit/check.h"

/* Every clock in here is made by hand. */
#define MS INT64_C(1000000)

static void no_path_is_no_delay(void)
{
    struct flow_path path = {.seed = 1};
    struct flow flow = {0};

    CHECK_INT(flow_due_ns(&flow, &path, 1000, 5 * MS), 5 * MS);
    CHECK_INT(flow_due_ns(&flow, &path, 1, 5 * MS), 5 * MS);
    CHECK_INT(flow_due_ns(&flow, &path, 0, 6 * MS), 6 * MS);
}

static void a_fixed_delay_is_added(void)
{
    struct flow_path path = {.delay_ns = 19 * MS, .seed = 1};
    struct flow flow = {0};

    CHECK_INT(flow_due_ns(&flow, &path, 1000, 0), 19 * MS);
    CHECK_INT(flow_due_ns(&flow, &path, 1000, 1), 19 * MS + 1);
    CHECK_INT(flow_due_ns(&flow, &path, 1 << 20, 2), 19 * MS + 2);
    CHECK_INT(flow_due_ns(&flow, &path, 0, 100 * MS), 119 * MS);
}

/* 1000 bytes at 8 Mbit/s take 1 ms; what comes at once goes back to back. */
static void a_rate_limit_sends_one_after_the_other(void)
{
    struct flow_path path = {.rate_bits_per_s = 8e6, .seed = 1};
    int64_t link_free_ns = 0;
    struct flow flow = {.link_free_ns = &link_free_ns};

    CHECK_INT(flow_due_ns(&flow, &path, 1000, 10 * MS), 11 * MS);
    CHECK_INT(flow_due_ns(&flow, &path, 1000, 10 * MS), 12 * MS);
    CHECK_INT(flow_due_ns(&flow, &path, 500, 10 * MS), 12 * MS + MS / 2);
    CHECK_INT(flow_due_ns(&flow, &path, 2000, 11 * MS), 14 * MS + MS / 2);
    /* The link has been free since 14.5 ms. */
    CHECK_INT(flow_due_ns(&flow, &path, 1000, 20 * MS), 21 * MS);
    /* The end of a stream takes no time on the link. */
    CHECK_INT(flow_due_ns(&flow, &path, 0, 20 * MS), 21 * MS);
}

/* Two connections over one path: each waits for what the other has sent. */
static void a_rate_limit_is_shared(void)
{
    struct flow_path path = {.rate_bits_per_s = 8e6, .seed = 1};
    int64_t link_free_ns = 0;
    struct flow one = {.link_free_ns = &link_free_ns};
    struct flow two = {.stream = 1, .link_free_ns = &link_free_ns};

    CHECK_INT(flow_due_ns(&one, &path, 1000, 0), MS);
    CHECK_INT(flow_due_ns(&two, &path, 1000, 0), 2 * MS);
    CHECK_INT(flow_due_ns(&one, &path, 1000, 0), 3 * MS);
    CHECK_INT(flow_due_ns(&two, &path, 1000, 10 * MS), 11 * MS);
}

static void what_waits_for_the_link_is_known(void)
{
    struct flow_path path = {.rate_bits_per_s = 8e6, .seed = 1};
    int64_t link_free_ns = 0;
    struct flow flow = {.link_free_ns = &link_free_ns};

    CHECK_INT(flow_backlog_bytes(&flow, &path, 0), 0);
    for (int i = 0; i < 3; i++)
        (void)flow_due_ns(&flow, &path, 1000, 0);
    CHECK_INT(flow_backlog_bytes(&flow, &path, 0), 3000);
    CHECK_INT(flow_backlog_bytes(&flow, &path, MS / 2), 2500);
    CHECK_INT(flow_backlog_bytes(&flow, &path, 3 * MS), 0);
    CHECK_INT(flow_backlog_bytes(&flow, &path, 9 * MS), 0);
    path.rate_bits_per_s = 0;
    CHECK_INT(flow_backlog_bytes(&flow, &path, 0), 0);
}

/* The delay is the path's length: it does not keep the link busy. */
static void a_rate_limit_and_a_delay_add_up(void)
{
    struct flow_path path = {
        .delay_ns = 19 * MS, .rate_bits_per_s = 8e6, .seed = 1};
    int64_t link_free_ns = 0;
    struct flow flow = {.link_free_ns = &link_free_ns};

    for (int i = 1; i <= 10; i++)
        CHECK_INT(flow_due_ns(&flow, &path, 1000, 0), (i + 19) * MS);
}

/* Far enough apart that order never matters: due - now is the drawn delay. */
static int64_t drawn_ns(struct flow *flow, const struct flow_path *path, int i)
{
    int64_t now_ns = i * INT64_C(1000000000);

    return flow_due_ns(flow, path, 100, now_ns) - now_ns;
}

/* Uniform in 19 ms +- 1 ms: bounds, and mean within four standard errors. */
static void jitter_has_bounds_and_uses_them(void)
{
    enum { N = 10000 };
    struct flow_path path = {.delay_ns = 19 * MS, .jitter_ns = MS, .seed = 1};
    struct flow flow = {0};
    int64_t least = INT64_MAX, most = 0;
    double sum = 0;

    for (int i = 0; i < N; i++) {
        int64_t delay_ns = drawn_ns(&flow, &path, i);

        least = delay_ns < least ? delay_ns : least;
        most = delay_ns > most ? delay_ns : most;
        sum += (double)delay_ns;
    }
    CHECK(least >= 18 * MS && least < 18 * MS + MS / 100);
    CHECK(most <= 20 * MS && most > 20 * MS - MS / 100);
    CHECK_NEAR(sum / N, 19e6, 4 * 1e6 / sqrt(3.0 * N));
}

/* How many of 1000 delays two flows have in common. */
static int in_common(uint64_t seed_a, uint64_t stream_a, uint64_t seed_b,
                     uint64_t stream_b)
{
    struct flow_path a = {.delay_ns = 19 * MS, .jitter_ns = MS, .seed = seed_a};
    struct flow_path b = a;
    struct flow one = {.stream = stream_a}, two = {.stream = stream_b};
    int same = 0;

    b.seed = seed_b;
    for (int i = 0; i < 1000; i++)
        same += drawn_ns(&one, &a, i) == drawn_ns(&two, &b, i);
    return same;
}

static void jitter_follows_from_seed_and_stream(void)
{
    CHECK_INT(in_common(1, 0, 1, 0), 1000);
    CHECK_INT(in_common(42, 7, 42, 7), 1000);
    CHECK(in_common(1, 0, 2, 0) < 10);
    CHECK(in_common(1, 0, 1, 1) < 10);
}

static void a_delay_is_never_negative(void)
{
    struct flow_path path = {.delay_ns = MS, .jitter_ns = 5 * MS, .seed = 3};
    struct flow flow = {0};
    int zeros = 0;

    for (int i = 0; i < 1000; i++) {
        int64_t delay_ns = drawn_ns(&flow, &path, i);

        if (delay_ns < 0 || delay_ns > 6 * MS)
            CHECK_INT(delay_ns, 0);
        zeros += delay_ns == 0;
    }
    /* 4 of the 10 ms that jitter spans lie below 0. */
    CHECK(zeros > 330 && zeros < 470);
}

/*
 * So close together that delays drawn anew would overtake: order is kept, and
 * the delay still is uniform in 19 ms +- 1 ms.  The mean of each walk from
 * bound to bound is 0 and it takes 4 to 16 ms, so that of 20 s is close to 0; a
 * quarter of the time is spent in each quarter.
 */
static void jitter_of_a_busy_flow_is_no_longer(int64_t interval_ns)
{
    struct flow_path path = {.delay_ns = 19 * MS, .jitter_ns = MS, .seed = 1};
    struct flow flow = {0};
    int64_t n = 20000 * MS / interval_ns, last_ns = 0;
    int quarters[4] = {0}, overtaken = 0, beyond = 0;
    double sum = 0;

    for (int64_t now_ns = 0; now_ns < n * interval_ns; now_ns += interval_ns) {
        int64_t due_ns = flow_due_ns(&flow, &path, 100, now_ns);
        int64_t swing_ns = due_ns - now_ns - 18 * MS;

        overtaken += due_ns <= last_ns;
        beyond += swing_ns < 0 || swing_ns > 2 * MS;
        quarters[swing_ns * 2 / MS & 3]++;
        sum += (double)swing_ns;
        last_ns = due_ns;
    }
    CHECK_INT(overtaken, 0);
    CHECK_INT(beyond, 0);
    CHECK_NEAR(sum / (double)n, 1e6, 2e3);
    for (int q = 0; q < 4; q++)
        CHECK_NEAR(quarters[q] / (double)n, 0.25, 0.005);
}

static void chunks_come_out_as_they_went_in(void)
{
    struct flow_path path = {.delay_ns = MS, .seed = 1};
    struct flow flow = {0};

    CHECK_INT(flow_next_ns(&flow), INT64_MAX);
    CHECK_INT(flow_put(&flow, &path, "first", 5, 10 * MS), 0);
    CHECK_INT(flow_put(&flow, &path, "2nd", 3, 12 * MS), 0);
    CHECK_INT(flow_put(&flow, &path, "", 0, 13 * MS), 0);
    CHECK_INT(flow.queued_bytes, 8);
    CHECK_INT(flow_next_ns(&flow), 11 * MS);
    CHECK(flow.head->len == 5 && memcmp(flow.head->bytes, "first", 5) == 0);
    CHECK_INT(flow.head->done, 0);
    flow_pop(&flow);
    CHECK_INT(flow_next_ns(&flow), 13 * MS);
    CHECK(flow.head->len == 3 && memcmp(flow.head->bytes, "2nd", 3) == 0);
    CHECK_INT(flow.queued_bytes, 3);
    flow_pop(&flow);
    CHECK_INT(flow_next_ns(&flow), 14 * MS);
    CHECK_INT(flow.head->len, 0);
    flow_pop(&flow);
    CHECK_INT(flow_next_ns(&flow), INT64_MAX);
    CHECK(flow.tail == NULL);
    CHECK_INT(flow_put(&flow, &path, "again", 5, 20 * MS), 0);
    flow_release(&flow);
    CHECK_INT(flow.queued_bytes, 0);
    CHECK(flow.head == NULL);
}

int main(void)
{
    no_path_is_no_delay();
    a_fixed_delay_is_added();
    a_rate_limit_sends_one_after_the_other();
    a_rate_limit_is_shared();
    what_waits_for_the_link_is_known();
    a_rate_limit_and_a_delay_add_up();
    jitter_has_bounds_and_uses_them();
    jitter_follows_from_seed_and_stream();
    a_delay_is_never_negative();
    jitter_of_a_busy_flow_is_no_longer(10000);
    jitter_of_a_busy_flow_is_no_longer(100000);
    jitter_of_a_busy_flow_is_no_longer(1500000);
    chunks_come_out_as_they_went_in();
    return check_done();
}
