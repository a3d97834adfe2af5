/* Where our programs and their data are: found from this program's own place.
 */
#ifndef HARNESS_PATHS_H
#define HARNESS_PATHS_H

#include "lib/err.h"

/*
 * The path of one of our programs, "echo-rate": it stands beside this one.
 * Error: install-broken (ERR_HELPER) when it is not there.
 */
int paths_program(char path[4096], const char *name, struct err *err);

/* The path of a data file, "report/template.tex", in ../share/echolab. */
int paths_data(char path[4096], const char *name, struct err *err);

#endif
