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

/* The shortest text that is this number again. */
static void number_text(double value, char *text, size_t size)
{
    double again = -1;

    for (int digits = 1; digits <= 17 && (again < value || again > value);
         digits++) {
        snprintf(text, size, "%.*g", digits, value);
        again = strtod(text, NULL);
    }
}

void scenario_case_key(const struct scenario *one, char *key, unsigned size)
{
    char p[32] = "";

    if (one->loss.has)
        number_text(one->loss.p, p, sizeof p);
    snprintf(key, size, "%s%s-%s-%lldB-%lldc%s%s",
             one->mode == MODE_FAIL_RATE ? "fail-" : "",
             scenario_word("transport", (int)one->transport),
             scenario_word("server", (int)one->server),
             (long long)one->message_size_bytes, (long long)one->connections,
             p[0] ? "-p" : "", p);
}
