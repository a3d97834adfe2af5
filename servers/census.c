#include "servers/census.h"

void census_join(struct census *census, uint32_t host)
{
    if (atomic_fetch_add(&census->of[host % CENSUS_HOSTS], 1) == 0)
        atomic_fetch_add(&census->hosts, 1);
}

void census_leave(struct census *census, uint32_t host)
{
    if (atomic_fetch_sub(&census->of[host % CENSUS_HOSTS], 1) == 1)
        atomic_fetch_sub(&census->hosts, 1);
}

int census_is_mixed(const struct census *census)
{
    return atomic_load_explicit(&census->hosts, memory_order_relaxed) > 1;
}

/* It is asked for each message: two plain loads. */
int census_is_crowd(const struct census *census, uint32_t host)
{
    return census_is_mixed(census) &&
           atomic_load_explicit(&census->of[host % CENSUS_HOSTS],
                                memory_order_relaxed) > CENSUS_FEW;
}
