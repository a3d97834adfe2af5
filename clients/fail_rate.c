/*
 * echo-fail-rate: how many echoes fail?  Failures are the data: a broken
 * connection is made again, and the test goes on.
 */
#include "clients/measure.h"

int main(int argc, char **argv)
{
    static const struct measure_program program = {
        .name = "echo-fail-rate",
        .doc = "Test how many messages an echo server fails: as echo-rate, but "
               "failures are the data. What breaks is connected again, and "
               "the test goes on.",
        .more = "A connection that broke is tried again after 10 ms, then 20, "
                "up to a second; each attempt that fails is a row too. "
                "The share of successes so far is told every second. "
                "The exit code is 0 whatever failed, once the server has "
                "echoed a hello.\n\n"
                "Examples:\n"
                "  echo-fail-rate --duration 60 --record out\n"
                "  echo-fail-rate --transport udp --timeout 0.05",
        .persists = 1,
    };

    return measure_main(&program, argc, argv);
}
