#include "servers/bucket.h"
#include "servers/limits.h"
#include "tests/unit/check.h"

static int set(struct limits *limits, int key, const char *value,
               struct err *err)
{
    struct args_group group = limits_group(limits, 1U << key);

    return group.set(group.options[0].key, value, group.ctx, err);
}

static void strangers_get_less_than_loopback(void)
{
    struct limits here = {0}, there = {0};
    struct err err = {0};

    CHECK_INT(limits_settle(&here, 0, &err), 0);
    CHECK_INT(limits_settle(&there, 1, &err), 0);
    CHECK_INT(here.value[LIMIT_CONNECTIONS], 1024);
    CHECK_INT(there.value[LIMIT_CONNECTIONS], 64);
    CHECK_INT(there.value[LIMIT_PER_SOURCE], 16);
    CHECK_INT(there.value[LIMIT_HELLO], INT64_C(3000000000));
    CHECK_INT(here.value[LIMIT_MESSAGE], 65507);
    CHECK_INT(there.value[LIMIT_MESSAGE], 1472);
    CHECK_INT(there.value[LIMIT_BYTES], 10000000);
    CHECK_INT(there.value[LIMIT_PACKETS], 20000);
    CHECK_INT(there.value[LIMIT_LIFETIME], INT64_C(900000000000));
    for (int key = 0; key < LIMITS; key++)
        CHECK(there.value[key] < here.value[key]);
}

static void an_option_changes_its_limit_and_no_other(void)
{
    struct limits limits = {0};
    struct err err = {0};

    CHECK_INT(set(&limits, LIMIT_LIFETIME, "2", &err), 0);
    CHECK_INT(set(&limits, LIMIT_PER_SOURCE, "-1", &err), 0);
    CHECK_INT(limits_settle(&limits, 1, &err), 0);
    CHECK_INT(limits.value[LIMIT_LIFETIME], INT64_C(2000000000));
    CHECK_INT(limits.value[LIMIT_PER_SOURCE], LIMIT_NONE);
    CHECK_INT(limits.value[LIMIT_CONNECTIONS], 64);
}

static void what_is_never_allowed_is_refused(void)
{
    static const char *const bad[] = {"0", "-2", "", "1x", " 1", "86401"};
    struct limits limits = {0};
    struct err err = {0};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_INT(set(&limits, LIMIT_LIFETIME, bad[i], &err), -1);
    CHECK_INT(err.code, ERR_USAGE);
    CHECK_INT(set(&limits, LIMIT_CONNECTIONS, "-1", &err), -1);
    CHECK_INT(set(&limits, LIMIT_MESSAGE, "65508", &err), -1);
    /* A server for ever is for loopback. */
    CHECK_INT(set(&limits, LIMIT_LIFETIME, "-1", &err), 0);
    CHECK_INT(limits_settle(&limits, 0, &err), 0);
    CHECK_INT(limits_settle(&limits, 1, &err), -1);
    CHECK_STR(err.msg, "--lifetime: \"-1\": want 1..86400 where strangers can "
                       "connect");
}

static void help_has_the_numbers_of_the_table(void)
{
    struct limits limits = {0};
    struct args_group group = limits_group(&limits, 1U << LIMIT_CONNECTIONS |
                                                        1U << LIMIT_PER_SOURCE);

    CHECK_STR(group.options[0].name, "max-connections");
    CHECK_STR(group.options[0].fallback, "64, on loopback 1024");
    CHECK_STR(group.options[1].fallback, "16, on loopback none");
    CHECK(!group.options[2].name);
}

static void who_must_take_pauses_until_the_rate_holds(void)
{
    enum { READS = 1000, BYTES = 1000, RATE = 100000 };
    struct bucket bucket;
    int64_t now_ns = 5;

    bucket_init(&bucket, RATE, LIMIT_NONE, now_ns);
    for (int i = 0; i < READS; i++)
        now_ns += bucket_take(&bucket, 0, BYTES, now_ns);
    /* A tenth of a second's worth was in the bucket. */
    CHECK_NEAR((double)now_ns / 1e9, (double)READS * BYTES / RATE - 0.1, 0.001);
    CHECK_INT(bucket.waits, READS - RATE / 10 / BYTES);
}

/*
 * One takes as much as it may for 20 s, 1000 bytes at a time; the others take
 * 100 bytes each in a hundredth of a second: 10 000 a second of the 50 000.
 */
static void who_takes_little_never_pauses(void)
{
    enum { RATE = 100000, MODEST = 3, STEP_NS = 10000000, STEPS = 2000 };
    struct bucket bucket;
    int64_t greedy_ns = 0, waited_ns = 0, greedy = 0;

    bucket_init(&bucket, RATE, LIMIT_NONE, 0);
    for (int64_t now_ns = 0; now_ns < STEPS * (int64_t)STEP_NS;
         now_ns += STEP_NS) {
        for (; greedy_ns <= now_ns; greedy += 1000)
            greedy_ns += bucket_take(&bucket, 7, 1000, greedy_ns);
        for (uint32_t host = 1; host <= MODEST; host++)
            waited_ns += bucket_take(&bucket, host, 100, now_ns);
    }
    CHECK_INT(waited_ns, 0);
    /* All together: the rate, and a tenth of a second's worth. */
    CHECK_NEAR((double)greedy + MODEST * 100 * STEPS, RATE * 20.1, 2000);
}

/* Those who take too much share alike, however many they are. */
static void no_part_of_the_rate_is_given_twice(void)
{
    enum { RATE = 100000, HOSTS = 50, TAKES = 20000 };
    struct bucket bucket;
    int64_t next_ns[HOSTS] = {0}, last_ns = 0;
    int takes[HOSTS] = {0};

    bucket_init(&bucket, RATE, LIMIT_NONE, 0);
    for (int i = 0; i < TAKES; i++) {
        int who = 0;

        for (int other = 1; other < HOSTS; other++)
            who = next_ns[other] < next_ns[who] ? other : who;
        last_ns = next_ns[who];
        next_ns[who] += 1000 +
                        bucket_take(&bucket, (uint32_t)who, 100, last_ns);
        takes[who]++;
    }
    CHECK_NEAR((double)last_ns / 1e9, (double)TAKES * 100 / RATE - 0.1, 0.3);
    for (int who = 0; who < HOSTS; who++)
        CHECK_NEAR(takes[who], (double)TAKES / HOSTS,
                   (double)TAKES / HOSTS / 10);
}

static void what_can_be_left_is_left(void)
{
    struct bucket bucket;
    int admitted = 0;

    bucket_init(&bucket, LIMIT_NONE, 1000, 0);
    for (int64_t us = 0; us < 1000000; us += 100) /* 10 000 a second */
        admitted += bucket_admit(&bucket, 48, us * 1000);
    CHECK_NEAR(admitted, 1100, 2);
    CHECK_INT(bucket.refusals, 10000 - admitted);
}

static void one_packet_longer_than_a_bucket_passes_alone(void)
{
    struct bucket bucket;

    bucket_init(&bucket, 10000, LIMIT_NONE, 0);
    CHECK_INT(bucket_admit(&bucket, 60000, 0), 1);
    CHECK_INT(bucket_admit(&bucket, 1, 1), 0);
    CHECK_INT(bucket_admit(&bucket, 1, INT64_C(5900000000)), 0);
    CHECK_INT(bucket_admit(&bucket, 1, INT64_C(5910000000)), 1);
}

static void no_limit_is_none(void)
{
    struct bucket bucket;

    bucket_init(&bucket, LIMIT_NONE, LIMIT_NONE, 0);
    for (int i = 0; i < 100000; i++)
        CHECK_INT(bucket_take(&bucket, 0, 65507, 0), 0);
}

int main(void)
{
    strangers_get_less_than_loopback();
    an_option_changes_its_limit_and_no_other();
    what_is_never_allowed_is_refused();
    help_has_the_numbers_of_the_table();
    who_must_take_pauses_until_the_rate_holds();
    who_takes_little_never_pauses();
    no_part_of_the_rate_is_given_twice();
    what_can_be_left_is_left();
    one_packet_longer_than_a_bucket_passes_alone();
    no_limit_is_none();
    return check_done();
}
