/*
 * What the keys of a scenario mean together.  A part of scenario: nobody else
 * includes it.
 */
#ifndef HARNESS_SCENARIO_RULES_H
#define HARNESS_SCENARIO_RULES_H

#include "harness/scenario_read.h"

/* Hold what was read to all rules.  Error: scenario-conflict. */
int scenario_check(const struct scenario_reader *reader);

/* 1 for a name or address of this machine's loopback. */
int scenario_is_local(const char *host);

#endif
