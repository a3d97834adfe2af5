/* The commands of harness: each reads its own arguments and makes one call. */
#ifndef HARNESS_CMD_H
#define HARNESS_CMD_H

#include "lib/err.h"

/* argv[0] is the command's name.  0, or -1 with err set. */
int cmd_check(int argc, char **argv, struct err *err);
int cmd_run(int argc, char **argv, struct err *err);
int cmd_report(int argc, char **argv, struct err *err);
int cmd_compare(int argc, char **argv, struct err *err);
int cmd_verify(int argc, char **argv, struct err *err);
int cmd_trace(int argc, char **argv, struct err *err);
int cmd_list(int argc, char **argv, struct err *err);
int cmd_doctor(int argc, char **argv, struct err *err);

#endif
