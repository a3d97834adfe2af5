#include "harness/placement.h"
#include "tests/unit/check.h"

#include <unistd.h>

/* The name in parentheses may hold anything, also parentheses. */
static void test_parse(void)
{
    long long ticks;
    const char *line = "12 (a) R 7) S 1 1 1 0 -1 4194560 9 0 0 0 70 5 0 0 20 0 "
                       "1 0 100 1 1 18446744073709551615 1 1 1 1 1 0 0 0 0 0 0 "
                       "0 17 3 0 0";

    CHECK_INT(placement_parse(line, &ticks), 3);
    CHECK_INT(ticks, 75);
    CHECK_INT(placement_parse("12 (a) S 1 1", &ticks), -1);
    CHECK_INT(placement_parse("12 (a)", &ticks), -1);
    CHECK_INT(placement_parse("", &ticks), -1);
}

/* We are where we are; nobody else is looked for. */
static void test_look(void)
{
    struct placement placement = {0};
    int cpus = 0;

    placement_look(&placement, getpid(), 0);
    CHECK_INT(placement.looks, 0);
    for (int i = 0; i < CPU_COUNT; i++)
        cpus += placement.client[i];
    CHECK_INT(cpus, 1);
    placement_look(&placement, getpid(), getpid());
    CHECK_INT(placement.looks, 1);
    CHECK(placement.together == 0 || placement.together == 1);
}

static void test_show(void)
{
    unsigned char used[CPU_COUNT] = {0};
    char text[64];

    cpu_show(used, text, sizeof text);
    CHECK_STR(text, "");
    used[0] = used[2] = used[3] = used[4] = used[CPU_COUNT - 1] = 1;
    cpu_show(used, text, sizeof text);
    CHECK_STR(text, "0,2-4,1023");
    cpu_allowed(text, sizeof text);
    CHECK(text[0] >= '0' && text[0] <= '9');
}

int main(void)
{
    test_parse();
    test_look();
    test_show();
    return check_done();
}
