#include "harness/scenario_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int values_of(const struct scenario *scenario, int swept)
{
    int n = scenario->sweeps[swept].n;

    return n ? n : 1;
}

int scenario_cases(const struct scenario *scenario)
{
    int64_t cases = 1;

    if (scenario->mode == MODE_TRANSCRIPT)
        return scenario->steps.nscenes;
    for (int i = 0; i < SCENARIO_SWEEPS; i++) {
        cases *= values_of(scenario, i);
        if (cases > SCENARIO_MAX_RUNS) /* refused by the rules */
            return SCENARIO_MAX_RUNS + 1;
    }
    return (int)cases;
}

static void put(struct scenario *one, const struct scenario_key *key,
                double value)
{
    void *field = scenario_key_field(key, one);

    if (key->type == KEY_WORD)
        *(int *)field = (int)value;
    else if (key->type == KEY_REAL)
        *(double *)field = value;
    else
        *(int64_t *)field = (int64_t)value;
}

static const struct scenario_key *key_of(int swept)
{
    const struct scenario_key *key;

    for (int i = 0; (key = scenario_key_at(i)); i++)
        if (key->flags & KEY_SWEEPS && (int)key->swept == swept)
            return key;
    return NULL;
}

void scenario_case(const struct scenario *scenario, int i, struct scenario *one)
{
    *one = *scenario;
    one->scene = i;
    for (int swept = SCENARIO_SWEEPS - 1; swept >= 0; swept--) {
        const struct scenario_sweep *sweep = &scenario->sweeps[swept];
        const struct scenario_key *key = key_of(swept);

        one->sweeps[swept].n = 0;
        if (!sweep->n || !key)
            continue;
        put(one, key, sweep->values[i % sweep->n]);
        i /= sweep->n;
    }
}

/* As many decimals as tell this number from any other. */
static void number_text(double value, char *text, size_t size)
{
    for (int decimals = 0; decimals <= 17; decimals++) {
        double again;

        snprintf(text, size, "%.*f", decimals, value);
        again = strtod(text, NULL);
        if (again >= value && again <= value)
            return;
    }
    snprintf(text, size, "%.17g", value);
}

/* The parts of a key that most cases do not have. */
static void add_part(char *parts, size_t size, const char *prefix, double value)
{
    size_t used = strlen(parts);
    char text[32];

    number_text(value, text, sizeof text);
    snprintf(parts + used, size - used, "%s%s", prefix, text);
}

void scenario_case_key(const struct scenario *one, char *key, unsigned size)
{
    char parts[96] = "";

    if (one->mode == MODE_TRANSCRIPT) {
        snprintf(key, size, "%s-%s", scenario_word("server", (int)one->server),
                 one->steps.scene[one->scene].name);
        return;
    }
    if (one->window > 1)
        add_part(parts, sizeof parts, "-w", (double)one->window);
    if (one->rate_per_s > 0)
        add_part(parts, sizeof parts, "-r", one->rate_per_s);
    if (one->loss.has)
        add_part(parts, sizeof parts, "-p", one->loss.p);
    snprintf(key, size, "%s%s-%s-%lldB-%lldc%s",
             one->mode == MODE_FAIL_RATE ? "fail-" : "",
             scenario_word("transport", (int)one->transport),
             scenario_word("server", (int)one->server),
             (long long)one->message_size_bytes, (long long)one->connections,
             parts);
}
