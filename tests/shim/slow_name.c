/*
 * Preloaded into a program: harness waits SLOW_NAME_S seconds for the name
 * service when it asks for SLOW_NAME the SLOW_NAME_AT-th time.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int lookup(const char *, const char *, const struct addrinfo *,
                   struct addrinfo **);

static int is_slow(const char *name)
{
    static unsigned long asked;
    const char *slow = getenv("SLOW_NAME"), *at = getenv("SLOW_NAME_AT");

    if (!slow || !at || !name || strcmp(name, slow) != 0 ||
        strcmp(program_invocation_short_name, "harness") != 0)
        return 0;
    return ++asked == strtoul(at, NULL, 10);
}

int getaddrinfo(const char *name, const char *service,
                const struct addrinfo *want, struct addrinfo **found)
{
    lookup *next;
    const char *seconds = getenv("SLOW_NAME_S");

    /* As dlsym's manual has it: no cast makes a function of an object. */
    *(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
    if (seconds && is_slow(name))
        (void)sleep((unsigned)strtoul(seconds, NULL, 10));
    return next(name, service, want, found);
}
