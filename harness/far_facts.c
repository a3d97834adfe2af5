#include "harness/far_facts.h"

#include "harness/sysfile.h"
#include "lib/num.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int is_number;
} known[FAR_FACTS] = {
    [FAR_SYSTEM] = {"system", 0},
    [FAR_KERNEL] = {"kernel", 0},
    [FAR_MACHINE] = {"machine", 0},
    [FAR_CPU] = {"cpu", 0},
    [FAR_CPUS] = {"cpus", 1},
    [FAR_MEMORY] = {"memory_bytes", 1},
    [FAR_GOVERNOR] = {"governor", 0},
    [FAR_CLOCKSOURCE] = {"clocksource", 0},
    [FAR_CONGESTION] = {"congestion_control", 0},
    [FAR_LOAD_BEFORE] = {"load_before", 1},
    [FAR_WANTING] = {"others_wanting", 1},
    [FAR_LOAD_AFTER] = {"load_after", 1},
    [FAR_CPU_S] = {"processors_s", 1},
    [FAR_OTHERS_S] = {"others_s", 1},
    [FAR_STEAL_S] = {"steal_s", 1},
    [FAR_BOOT] = {"boot", 0},
};

const char *far_facts_name(enum far_fact fact)
{
    return known[fact].name;
}

int far_facts_number(const struct far_facts *facts, enum far_fact fact,
                     double *number)
{
    return known[fact].is_number &&
           num_parse_real(facts->text[fact], 0, 1e18, number) == 0;
}

/* It comes from another host: printable ASCII only. */
static void take(char to[FAR_FACT_SIZE], const char *value)
{
    snprintf(to, FAR_FACT_SIZE, "%s", value);
    for (char *at = to; *at; at++)
        if (*at < ' ' || *at > '~')
            *at = '?';
}

void far_facts_take(struct far_facts *facts, const char *line)
{
    for (int i = 0; i < FAR_FACTS; i++) {
        size_t n = strlen(known[i].name);

        if (strncmp(line, known[i].name, n) == 0 && line[n] == ' ')
            take(facts->text[i], line + n + 1);
    }
}

int far_facts_any(const struct far_facts *facts)
{
    for (int i = 0; i < FAR_FACTS; i++)
        if (facts->text[i][0])
            return 1;
    return 0;
}

int far_facts_are_ours(const struct far_facts *facts)
{
    char line[FAR_FACT_SIZE];

    return sysfile_line("/proc/sys/kernel/random/boot_id", line, sizeof line) &&
           strcmp(line, facts->text[FAR_BOOT]) == 0;
}
