#include "lib/progress.h"
#include "tests/unit/check.h"

static const struct progress sample = {.elapsed_ns = 2500000000,
                                       .limit_ns = 10000000000,
                                       .messages = 152000,
                                       .limit = 0,
                                       .failed = 3,
                                       .bits_per_s = 487000000,
                                       .rtt_p50_ns = 15200};

static void the_line_for_a_program(void)
{
    char line[PROGRESS_LINE_SIZE];

    progress_format(&sample, line);
    CHECK_STR(line, "progress elapsed_ns=2500000000 limit_ns=10000000000 "
                    "messages=152000 limit=0 failed=3 bits_per_s=487000000 "
                    "rtt_p50_ns=15200");
}

static void it_is_read_back(void)
{
    struct progress most = {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX,
                            INT64_MAX, INT64_MAX, INT64_MAX};
    char line[PROGRESS_LINE_SIZE];
    struct progress back = {0};

    progress_format(&sample, line);
    CHECK_INT(progress_parse(line, &back), 0);
    CHECK(memcmp(&back, &sample, sizeof back) == 0);
    progress_format(&most, line);
    CHECK(strlen(line) < PROGRESS_LINE_SIZE - 1);
    CHECK_INT(progress_parse(line, &back), 0);
    CHECK(memcmp(&back, &most, sizeof back) == 0);
}

#define REST "limit=0 failed=3 bits_per_s=4 rtt_p50_ns=5"

static void other_lines_are_refused(void)
{
    static const char *const lines[] = {
        "",
        "progress",
        "counts intended=1",
        "Progress elapsed_ns=1 limit_ns=2 messages=3 " REST,
        "progress elapsed_ns=1 limit_ns=2 messages=3 " REST " ",
        "progress elapsed_ns=1 limit_ns=2 messages=3 " REST " more=1",
        "progress  elapsed_ns=1 limit_ns=2 messages=3 " REST,
        "progress elapsed_ns=1 messages=3 limit_ns=2 " REST,
        "progress elapsed_ns=1 limit_ns=2 messages=-3 " REST,
        "progress elapsed_ns=1 limit_ns=2 messages= " REST,
        "progress elapsed_ns=1 limit_ns=2 messages=3x " REST,
        "progress elapsed_ns=1 limit_ns=2 messages=1.5 " REST,
        "progress elapsed_ns=1 limit_ns=2 messages=9223372036854775808 " REST,
        "progress elapsed_ns=1 limit_ns=2 "
        "messages=0000000000000000000000001 " REST,
        "progress elapsed_ns=1 limit_ns=2 messages=3 limit=0 failed=3",
    };
    struct progress back = sample;

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        CHECK_STR(progress_parse(lines[i], &back) < 0 ? "" : lines[i], "");
    CHECK(memcmp(&back, &sample, sizeof back) == 0);
}

static void the_line_for_a_person(void)
{
    char line[128];

    progress_draw(&sample, "local_rate", 79, line, sizeof line);
    CHECK_STR(line, "local_rate  [###.........] 487 Mbit/s  RTT 15.2 us  "
                    "3 failed  8 s left");
}

/* Whatever is to be said, in whatever width: never wider. */
static void it_is_never_wider_than_the_terminal(void)
{
    struct progress wild = {INT64_MAX, INT64_MAX, INT64_MAX, 1,
                            INT64_MAX, INT64_MAX, INT64_MAX};
    struct progress none = {0};
    char line[PROGRESS_LINE_SIZE];

    for (int columns = 1; columns <= 300; columns++) {
        progress_draw(&wild, "a_name_of_many_characters", columns, line,
                      sizeof line);
        CHECK(strlen(line) <= (size_t)columns);
        progress_draw(&none, "", columns, line, sizeof line);
        CHECK(strlen(line) <= (size_t)columns);
    }
    progress_draw(&wild, "a_name_of_many_characters", 79, line, 20);
    CHECK(strlen(line) < 20);
}

static const char *drawn(struct progress progress)
{
    static char line[128];

    progress_draw(&progress, "x", 79, line, sizeof line);
    return line;
}

static void the_bar_follows_time_or_count(void)
{
    struct progress p = {.limit_ns = 1000, .limit = 100, .messages = 1};

    p.elapsed_ns = 500;
    CHECK(strstr(drawn(p), "[######......]") != NULL);
    p.messages = 75; /* the further of the two */
    CHECK(strstr(drawn(p), "[#########...]") != NULL);
    p.elapsed_ns = 5000;
    CHECK(strstr(drawn(p), "[############]") != NULL);
    CHECK(strstr(drawn(p), " 0 s left") != NULL);
}

static void without_a_limit_there_is_no_time_left(void)
{
    struct progress p = {.elapsed_ns = 1000, .messages = 5};

    CHECK(strstr(drawn(p), "[............]") != NULL);
    CHECK(strstr(drawn(p), "Ctrl-C ends it") != NULL);
}

static void without_a_reply_there_is_no_rtt(void)
{
    struct progress p = sample;

    p.rtt_p50_ns = 0;
    CHECK(strstr(drawn(p), "RTT       - ") != NULL);
}

static void the_line_for_a_log(void)
{
    char line[128];

    progress_say(&sample, 1.25e9, "local_rate", line, sizeof line);
    CHECK_STR(line, "local_rate:  25 %  2.5 s  152 000 messages  3 failed  "
                    "500 Mbit/s; now 487 Mbit/s, RTT 15.2 us");
}

int main(void)
{
    the_line_for_a_program();
    it_is_read_back();
    other_lines_are_refused();
    the_line_for_a_person();
    it_is_never_wider_than_the_terminal();
    the_bar_follows_time_or_count();
    without_a_limit_there_is_no_time_left();
    without_a_reply_there_is_no_rtt();
    the_line_for_a_log();
    return check_done();
}
