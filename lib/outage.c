#include "lib/outage.h"

static const int64_t least_ns = 1000000000;

static int64_t more_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t outage_limit_ns(int64_t span_ns, int64_t messages, int64_t patience_ns)
{
    enum { OF_SPAN = 20, DISTANCES = 10 };
    int64_t limit_ns = more_of(more_of(least_ns, patience_ns),
                               span_ns / OF_SPAN);

    return messages > 0 ? more_of(limit_ns, span_ns / messages * DISTANCES)
                        : limit_ns;
}

int64_t outage_patience_ns(int is_udp, double rate_per_s, int64_t timeout_ns)
{
    return is_udp && rate_per_s <= 0 ? timeout_ns / 2 * 3 : 0;
}
