#include "harness/far_facts.h"

#include "lib/num.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int is_number;
} known[FAR_FACTS + 1] = {
    {"system", 0},      {"kernel", 0},
    {"machine", 0},     {"cpu", 0},
    {"cpus", 1},        {"memory_bytes", 1},
    {"clocksource", 0}, {"congestion_control", 0},
    {"load_before", 1}, {"load_after", 1},
    {NULL, 0},
};

const char *far_facts_name(int i)
{
    return known[i].name;
}

int far_facts_number(const struct far_facts *facts, int i, double *number)
{
    return known[i].is_number &&
           num_parse_real(facts->text[i], 0, 1e18, number) == 0;
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
