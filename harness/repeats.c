#include "harness/repeats.h"

#include "lib/num.h"

#include <math.h>

/* Half the width of the interval that is worth having, and its z. */
static const double margin = 0.05, z95 = 1.96;

/* From fewer runs a side there is no interval at all (Mann-Whitney). */
enum { LEAST_RUNS = 4 };

struct repeats_run repeats_run_of(const double *medians_ns, int n)
{
    struct repeats_run run = {.batches = n};
    double squares = 0;

    for (int i = 0; i < n; i++)
        run.mean += log(medians_ns[i]) / n;
    for (int i = 0; i < n; i++)
        squares += pow(log(medians_ns[i]) - run.mean, 2);
    run.variance = squares / (n - 1);
    return run;
}

static double variance_of_means(const struct repeats_run *runs, int n)
{
    double mean = 0, squares = 0;

    for (int i = 0; i < n; i++)
        mean += runs[i].mean / n;
    for (int i = 0; i < n; i++)
        squares += pow(runs[i].mean - mean, 2);
    return squares / (n - 1);
}

/* The mean over the runs of what each costs. */
static struct repeats_run mean_of(const struct repeats_run *runs, int n)
{
    struct repeats_run mean = {0};

    for (int i = 0; i < n; i++) {
        mean.variance += runs[i].variance / n;
        mean.batch_s += runs[i].batch_s / n;
        mean.start_s += runs[i].start_s / n;
    }
    mean.batches = runs[0].batches;
    return mean;
}

struct repeats repeats_of(const struct repeats_run *runs, int n)
{
    struct repeats out = {.runs = n};
    struct repeats_run mean;
    double means, batches;

    if (n < REPEATS_MIN)
        return out;
    mean = mean_of(runs, n);
    means = variance_of_means(runs, n);
    out.within = mean.variance;
    out.between = means - mean.variance / mean.batches;
    out.spread = sqrt(means);
    out.run_s = mean.batches * mean.batch_s;
    out.needed = (int64_t)ceil(pow(z95 * out.spread / log(1 + margin), 2));
    if (out.needed < LEAST_RUNS)
        out.needed = LEAST_RUNS;
    if (out.between <= 0 || mean.batch_s <= 0)
        return out;
    batches = ceil(
        sqrt(mean.start_s / mean.batch_s * out.within / out.between));
    out.best_run_s = (batches < 1 ? 1 : batches) * mean.batch_s;
    out.more_runs = out.best_run_s <= out.run_s;
    return out;
}

void repeats_print(const struct repeats *repeats, FILE *to)
{
    char run[24], best[24];

    if (repeats->runs < REPEATS_MIN)
        return;
    fprintf(to, "  repeats    the median differs by %.2g %% from run to run: ",
            100 * repeats->spread);
    if (repeats->between <= 0)
        fprintf(to, "no more than within them;\n"
                    "             longer runs help as much as more runs");
    else if (repeats->more_runs)
        fprintf(to, "longer runs will not help;\n"
                    "             more runs will");
    else
        fprintf(to, "runs of %s would use\n             time better than %s",
                num_duration(repeats->best_run_s * 1e9, best, sizeof best),
                num_duration(repeats->run_s * 1e9, run, sizeof run));
    fprintf(to, "; for +- 5 %% about %lld of this length\n",
            (long long)repeats->needed);
}
