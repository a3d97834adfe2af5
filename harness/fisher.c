#include "harness/fisher.h"

/* Two tables are as likely when only rounding tells them apart. */
#define ALMOST (1 + 1e-7)

/* How much likelier a table with one more in `both` is. */
static double rise(const struct fisher_table *table, int64_t both)
{
    double neither = (double)(table->n - table->first - table->second + both);

    return (double)(table->first - both) * (double)(table->second - both) /
           ((double)(both + 1) * (neither + 1));
}

/* Outwards from the likeliest table, whose weight is 1. */
struct sums {
    double all, unlikely;
};

static void add(struct sums *sums, double weight, double limit)
{
    sums->all += weight;
    if (weight <= limit)
        sums->unlikely += weight;
}

static double weight_of(const struct fisher_table *table, int64_t mode)
{
    double weight = 1;

    for (int64_t k = mode; k < table->both; k++)
        weight *= rise(table, k);
    for (int64_t k = mode; k > table->both; k--)
        weight /= rise(table, k - 1);
    return weight;
}

double fisher_exact(const struct fisher_table *table)
{
    int64_t first = table->first, second = table->second;
    int64_t least = first + second > table->n ? first + second - table->n : 0;
    int64_t most = first < second ? first : second;
    int64_t mode = (int64_t)((double)(first + 1) * (double)(second + 1) /
                             (double)(table->n + 2));
    struct sums sums = {0, 0};
    double limit, weight = 1;

    mode = mode < least ? least : mode > most ? most : mode;
    limit = weight_of(table, mode) * ALMOST;
    for (int64_t k = mode; k <= most && weight > 0; k++) {
        add(&sums, weight, limit);
        weight *= rise(table, k);
    }
    weight = mode > least ? 1 / rise(table, mode - 1) : 0;
    for (int64_t k = mode - 1; k >= least && weight > 0; k--) {
        add(&sums, weight, limit);
        weight = k > least ? weight / rise(table, k - 1) : 0;
    }
    return sums.unlikely / sums.all;
}
