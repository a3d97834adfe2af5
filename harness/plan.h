/* What a scenario would do: cases, seconds, messages, megabytes, ports. */
#ifndef HARNESS_PLAN_H
#define HARNESS_PLAN_H

#include "harness/scenario.h"

#include <stdio.h>

void plan_print(const struct scenario *scenario, FILE *to);

#endif
