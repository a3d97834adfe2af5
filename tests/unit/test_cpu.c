#include "lib/cpu.h"
#include "tests/unit/check.h"

static void lists_and_ranges(void)
{
    int cpus[CPU_LIST_MAX];

    CHECK_INT(cpu_parse_list("0", cpus), 1);
    CHECK_INT(cpus[0], 0);
    CHECK_INT(cpu_parse_list("3,1", cpus), 2);
    CHECK_INT(cpus[0], 3);
    CHECK_INT(cpus[1], 1);
    CHECK_INT(cpu_parse_list("0-2,7", cpus), 4);
    CHECK_INT(cpus[2], 2);
    CHECK_INT(cpus[3], 7);
    CHECK_INT(cpu_parse_list("0-63", cpus), CPU_LIST_MAX);
}

static void what_is_no_list(void)
{
    static const char *const bad[] = {
        "",     ",",     "1,",   ",1",   "-1",  "1-",
        "3-2",  "a",     "1a",   "0x1",  " 1",  "1 ",
        "1024", "0-64",  "1--2", "1,,2", "1.5", "99999999999999999999",
        "+1",   "0-63,1"};
    int cpus[CPU_LIST_MAX];

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_INT(cpu_parse_list(bad[i], cpus), -1);
}

static void a_cpu_that_is_not_there(void)
{
    CHECK_INT(cpu_pin(-1), -1);
    CHECK_INT(cpu_pin(1023), -1);
    CHECK_INT(cpu_pin(1024), -1);
}

int main(void)
{
    lists_and_ranges();
    what_is_no_list();
    a_cpu_that_is_not_there();
    return check_done();
}
