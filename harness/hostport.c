#include "harness/hostport.h"

#include <stdio.h>
#include <string.h>

/* An IPv6 address has colons of its own; behind brackets only the port's. */
static int has_port(const char *text)
{
    const char *first = strchr(text, ':');
    const char *last = strrchr(text, ':');

    return first && (text[0] == '[' ? last[-1] == ']' : first == last);
}

static int bad_name(const char *text, struct err *err)
{
    err_set(err, ERR_USAGE, "host-name", "bad host: \"%.80s\"", text);
    return err_hint(
        err, "a name or an address without a user, [fd00::1] "
             "for IPv6, and :PORT: letters, digits and . - _, not starting "
             "with -");
}

int hostport_parse(const char *text, char host[NET_NAME_SIZE], int *port,
                   struct err *err)
{
    size_t n = strlen(text);
    int bracket = n > 2 && text[0] == '[' && text[n - 1] == ']', number = 0;

    if (has_port(text)) {
        if (net_split(text, host, &number) < 0 || number == 0)
            return bad_name(text, err);
        *port = number;
        return 0;
    }
    snprintf(host, NET_NAME_SIZE, "%.*s",
             (int)(n < 300 ? n : 300) - 2 * bracket, text + bracket);
    return net_is_name(host) && n < NET_NAME_SIZE ? 0 : bad_name(text, err);
}
