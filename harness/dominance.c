#include "harness/dominance.h"

/* Two fingers in A for each of B: past what is less, and past what is equal. */
double dominance_a12(const struct dominance_group *a,
                     const struct dominance_group *b)
{
    size_t less = 0, not_above = 0;
    double wins = 0;

    for (size_t i = 0; i < b->n; i++) {
        while (less < a->n && a->sorted[less] < b->sorted[i])
            less++;
        while (not_above < a->n && a->sorted[not_above] <= b->sorted[i])
            not_above++;
        wins += (double)less + (double)(not_above - less) / 2;
    }
    return wins / (double)a->n / (double)b->n;
}
