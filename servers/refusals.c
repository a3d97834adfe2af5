#include "servers/refusals.h"

#include <stdio.h>

static const char *const names[REFUSALS] = {
    [REFUSED_ADDRESS] = "address",
    [REFUSED_FULL] = "full",
    [REFUSED_PER_SOURCE] = "per_source",
    [REFUSED_MEMORY] = "memory",
    [REFUSED_PORT] = "port",
    [REFUSED_FOREIGN] = "foreign",
    [REFUSED_LENGTH] = "length",
    [REFUSED_RATE] = "rate",
    [REFUSED_UNKEYED] = "unkeyed",
    [REFUSED_REPLAYED] = "replayed",
    [REFUSED_SILENT] = "silent",
    [REFUSED_CROWDED] = "crowded",
};

int64_t refusals_sum(const struct refusals *refusals)
{
    int64_t sum = 0;

    for (int i = 0; i < REFUSALS; i++)
        sum += refusals->count[i];
    return sum;
}

int refusals_text(const struct refusals *refusals, char *text, size_t size)
{
    size_t n = (size_t)snprintf(text, size, "refused"), empty = n;

    for (int i = REFUSED_NOT + 1; i < REFUSALS && n < size; i++)
        if (refusals->count[i] > 0)
            n += (size_t)snprintf(text + n, size - n, " %s=%lld", names[i],
                                  (long long)refusals->count[i]);
    return n > empty;
}
