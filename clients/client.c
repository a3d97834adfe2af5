/* echo-client: what you type comes back, until `exit`, Ctrl-C or the end. */
#include "clients/talk.h"

int main(int argc, char **argv)
{
    static const struct talk_program program = {
        .name = "echo-client",
        .doc = "Type messages to an echo server on TCP and see its echoes.",
        .more = "The word exit, Ctrl-D and Ctrl-C leave. Bytes of the server "
                "that could drive a terminal are shown as \\xHH.\n\n"
                "Example: echo-client --ip 127.0.0.1 --port 2333",
        .converse = talk_until_exit,
    };

    return talk_main(&program, argc, argv);
}
