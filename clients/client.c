/* echo-client: what you type comes back, until `exit`, Ctrl-C or the end. */
#include "clients/talk.h"

#include <string.h>

static enum talk_end converse(struct talk *talk)
{
    enum talk_end end;
    const char *text;
    size_t n;

    do {
        end = talk_read(talk, &text, &n);
        if (end != TALK_OK)
            return end;
        if (n == 4 && memcmp(text, "exit", 4) == 0) {
            (void)net_send_all(talk->fd, text, n); /* so that its log says so */
            return TALK_BYE;
        }
        end = talk_exchange(talk, text, n);
    } while (end == TALK_OK);
    return end;
}

int main(int argc, char **argv)
{
    static const struct talk_program program = {
        .name = "echo-client",
        .doc = "Type messages to an echo server on TCP and see its echoes.",
        .more = "The word exit, Ctrl-D and Ctrl-C leave. Bytes of the server "
                "that could drive a terminal are shown as \\xHH.\n\n"
                "Example: echo-client --ip 127.0.0.1 --port 2333",
        .converse = converse,
    };

    return talk_main(&program, argc, argv);
}
