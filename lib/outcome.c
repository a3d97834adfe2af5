#include "lib/outcome.h"

#include <errno.h>
#include <string.h>

static const char *const names[OUTCOME_COUNT] = {
    [OUTCOME_OK] = "ok",
    [OUTCOME_CORRUPT] = "corrupt",
    [OUTCOME_LATE] = "late",
    [OUTCOME_LOST] = "lost",
    [OUTCOME_TIMEOUT] = "timeout",
    [OUTCOME_REFUSED] = "refused",
    [OUTCOME_RESET] = "reset",
    [OUTCOME_EOF] = "eof",
    [OUTCOME_UNREACHABLE] = "unreachable",
    [OUTCOME_SEND_ERROR] = "send_error",
    [OUTCOME_LOCAL_LIMIT] = "local_limit",
    [OUTCOME_ABORTED] = "aborted",
};

const char *outcome_name(enum outcome outcome)
{
    return names[outcome];
}

int outcome_parse(const char *name, enum outcome *outcome)
{
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        if (strcmp(names[i], name) == 0) {
            *outcome = (enum outcome)i;
            return 0;
        }
    }
    return -1;
}

enum outcome outcome_of_errno(int sys_errno)
{
    switch (sys_errno) {
    case ECONNREFUSED:
        return OUTCOME_REFUSED;
    case ECONNRESET:
    case EPIPE:
        return OUTCOME_RESET;
    case EHOSTUNREACH:
    case ENETUNREACH:
        return OUTCOME_UNREACHABLE;
    case ETIMEDOUT:
        return OUTCOME_TIMEOUT;
    case EMFILE:
    case ENFILE:
    case EADDRNOTAVAIL:
    case ENOMEM:
        return OUTCOME_LOCAL_LIMIT;
    default:
        return OUTCOME_SEND_ERROR;
    }
}
