/*
 * echo-rate: how fast are echoes, and how long does each take?  Every message
 * becomes a row of messages.csv.
 */
#include "clients/measure.h"

int main(int argc, char **argv)
{
    static const struct measure_program program = {
        .name = "echo-rate",
        .doc = "Measure an echo server: send a message, wait for its echo, "
               "compare it, time it, and again. Every message can be "
               "recorded.",
        .more = "Before any load the server must echo a hello of 48 bytes. "
                "Ctrl-C ends the test and keeps what was measured. Over UDP a "
                "lost message holds its connection up for --timeout, and "
                "the test listens for twice as long after the last.\n\n"
                "Examples:\n"
                "  echo-rate --port 2333 --duration 5\n"
                "  echo-rate --ip 192.0.2.7 --length 64 --record out\n"
                "  echo-rate --transport udp --timeout 0.05",
    };

    return measure_main(&program, argc, argv);
}
