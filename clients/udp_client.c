/* echo-udp-client: what you type comes back, unless it is lost. */
#include "clients/talk.h"

int main(int argc, char **argv)
{
    static const struct talk_program program = {
        .name = "echo-udp-client",
        .doc = "Type messages to an echo server on UDP and see its echoes.",
        .more = "A message without an echo in time is told, and the next can "
                "be typed. The word exit, Ctrl-D and Ctrl-C leave. Bytes of "
                "the server that could drive a terminal are shown as \\xHH."
                "\n\n"
                "Outside loopback echo-udp-server answers typed messages only "
                "with --plain.\n\n"
                "Example: echo-udp-client --ip 127.0.0.1 --port 2333",
        .is_udp = 1,
        .converse = talk_until_exit,
    };

    return talk_main(&program, argc, argv);
}
