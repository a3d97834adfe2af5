#include "harness/cmd.h"
#include "harness/report.h"
#include "harness/result_args.h"

#include <stdio.h>

enum { OUT, TEXT };

static int set(int key, const char *value, void *ctx, struct err *err)
{
    struct report_request *request = ctx;

    if (key == TEXT) {
        request->text_only = 1;
        return 0;
    }
    if (!value[0])
        return args_bad(err, "out", value, "a folder");
    request->out = value;
    return 0;
}

int cmd_report(int argc, char **argv, struct err *err)
{
    static const struct args_option options[] = {
        {"out", OUT, "DIR", "report-out", "where to write"},
        {"text", TEXT, NULL, NULL, "print a summary and write nothing"},
        {0},
    };
    struct result_args args = {0};
    struct report_request request = {.out = "report-out"};
    struct args_group groups[] = {{options, set, &request},
                                  result_args_group(&args)};
    struct args_spec spec = {
        .prog = "harness report",
        .usage = "DIR...",
        .doc = "Check results folders and make figures and a PDF from them.  "
               "The first local rate run becomes figure 4, the first other one "
               "figure 6, and every one is a column of the table of results.  "
               "Transcripts become figures 2, 3 and 5; the failure test and "
               "loss on purpose have sections of their own.",
        .more =
            "gnuplot may take 60 s and pdflatex 120 s; ECHOLAB_TOOL_TIMEOUT in "
            "the environment sets another limit for both, in seconds.\n\n"
            "Example: harness report results/*Z --out report-out",
        .groups = groups,
        .ngroups = 2,
        .operand = result_args_operand,
        .ctx = &args,
    };
    int done = 0;

    if (args_parse(&spec, argc, argv, &done, err) < 0)
        return -1;
    if (done)
        return 0;
    if (result_args_check(&args, err) < 0)
        return -1;
    request.folders = args.folders;
    request.nfolders = args.nfolders;
    request.allow_partial = args.allow_partial;
    return report_make(&request, stdout, err);
}
