/* echo-simple-client: one message, one echo, goodbye. */
#include "clients/talk.h"

static enum talk_end converse(struct talk *talk)
{
    const char *text;
    size_t n;
    enum talk_end end = talk_read(talk, &text, &n);

    return end == TALK_OK ? talk_exchange(talk, text, n) : end;
}

int main(int argc, char **argv)
{
    static const struct talk_program program = {
        .name = "echo-simple-client",
        .doc = "Type one message to an echo server on TCP and see its echo.",
        .more = "For echo-simple-server, which closes after one echo; any "
                "echo server will do.\n\n"
                "Example: echo-simple-client --port 2334",
        .converse = converse,
    };

    return talk_main(&program, argc, argv);
}
