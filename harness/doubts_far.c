#include "harness/doubts.h"

#include "harness/fitness.h"
#include "harness/warnings.h"

static void doubt_load(struct result_run *run, const struct far_facts *far)
{
    struct machine_load load = {.wanting = -1};

    load.is_known = far_facts_number(far, FAR_LOAD_BEFORE, &load.minutes[0]);
    (void)far_facts_number(far, FAR_WANTING, &load.wanting);
    if (fitness_is_loaded(&load))
        warning_add(run, WARNING_LOAD, "%.2f on %s when the first run began",
                    load.minutes[0], run->host);
}

static void doubt_time(struct result_run *run, const struct far_facts *far)
{
    double cpus, cpu_s, others_s, steal_s;

    if (!far_facts_number(far, FAR_CPUS, &cpus) || cpus < 1 ||
        !far_facts_number(far, FAR_CPU_S, &cpu_s) || cpu_s <= 0)
        return;
    if (far_facts_number(far, FAR_OTHERS_S, &others_s) &&
        fitness_is_busy(others_s, cpu_s / cpus))
        warning_add(run, WARNING_OTHERS,
                    "others took %.2g processors of %s during the run",
                    others_s * cpus / cpu_s, run->host);
    if (far_facts_number(far, FAR_STEAL_S, &steal_s) &&
        fitness_is_stolen(steal_s, cpu_s))
        warning_add(run, WARNING_STEAL,
                    "%.2g %% of the time of the processors of %s, %.2f s",
                    100 * steal_s / cpu_s, run->host, steal_s);
}

void doubts_add_far(struct result_run *run, const struct far_facts *far,
                    int is_first)
{
    const char *governor = far->text[FAR_GOVERNOR];

    if (far_facts_are_ours(far))
        return; /* all that was told already */
    if (is_first)
        doubt_load(run, far);
    doubt_time(run, far);
    if (fitness_is_governed(governor))
        warning_add(run, WARNING_GOVERNOR, "\"%s\" on %s, not \"performance\"",
                    governor, run->host);
}
