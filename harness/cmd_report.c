#include "harness/cmd.h"
#include "harness/report.h"
#include "harness/report_check.h"
#include "harness/result_args.h"

#include <stdio.h>

enum { OUT, TEXT, CHECK, ELSEWHERE };

struct command {
    struct report_request request;
    struct report_check_request check; /* .report NULL: make one */
    const char *making;                /* an option that is for making one */
};

static int set(int key, const char *value, void *ctx, struct err *err)
{
    struct command *command = ctx;

    if (key == TEXT) {
        command->making = "text";
        command->request.text_only = 1;
        return 0;
    }
    if (key == ELSEWHERE) {
        command->check.is_trusted = 1;
        return 0;
    }
    if (key == CHECK) {
        if (!value[0])
            return args_bad(err, "check", value, "a report");
        command->check.report = value;
        return 0;
    }
    if (!value[0])
        return args_bad(err, "out", value, "a folder");
    command->making = "out";
    command->request.out = value;
    return 0;
}

static const char more[] =
    "gnuplot may take 60 s and pdflatex 120 s; ECHOLAB_TOOL_TIMEOUT in "
    "the environment sets another limit for both, in seconds.\n\n"
    "--check computes every value again from the results folders that "
    "the report names.  They are looked for by name in results/ and in "
    "DIR..., which may be the folders themselves.  results.json, "
    "results.tex, the tables, transcripts among them, summary.txt, "
    "what the figures are drawn from, the figures, drawn again, and the "
    "PDF, typeset again, must be the same to the byte, and no other file "
    "may lie there.  With pdftotext (poppler-utils), the PDF must show the "
    "numbers of the tables.  The words of report.tex may be changed by "
    "hand, but a number typed into it in digits differs, and so does a "
    "command or a file that the template has not.  Exit code 5 when "
    "anything differs.  Another gnuplot, cairo, TeX or font makes other "
    "bytes: with --made-elsewhere, figures are not compared where even "
    "figure 1, the same in every report, comes out otherwise, and the PDF "
    "only by its numbers, which takes pdftotext.  Trust who made it, then.\n\n"
    "Example: harness report results/*Z --out report-out";

int cmd_report(int argc, char **argv, struct err *err)
{
    static const struct args_option options[] = {
        {"out", OUT, "DIR", "report-out", "where to write"},
        {"text", TEXT, NULL, NULL, "print a summary and write nothing"},
        {"check", CHECK, "REPORT", NULL,
         "hold a report, its folder or its PDF, against the data it names"},
        {"made-elsewhere", ELSEWHERE, NULL, NULL,
         "with --check: other programs may have drawn and typeset it"},
        {0},
    };
    struct result_args args = {0};
    struct command command = {.request = {.out = "report-out"}};
    struct args_group groups[] = {{options, set, &command},
                                  result_args_group(&args)};
    struct args_spec spec = {
        .prog = "harness report",
        .usage = "DIR...\n--check REPORT [--made-elsewhere] [DIR...]",
        .doc = "Check results folders and make figures and a PDF from them.  "
               "The newest local rate run becomes figure 4, the newest other "
               "one figure 6 (runs of a sweep or of pairs only where there is "
               "none else), and all are in the table of results.  Two sites "
               "are compared, best by pairs.  "
               "Transcripts become figures 2, 3 and 5; the failure test and "
               "loss on purpose have sections of their own.",
        .more = more,
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
    if (command.check.is_trusted && !command.check.report) {
        err_set(err, ERR_USAGE, "usage",
                "--made-elsewhere is for --check: which report?");
        return err_hint(err, "harness report --check REPORT --made-elsewhere");
    }
    if (command.check.report && command.making) {
        err_set(err, ERR_USAGE, "usage",
                "--check writes nothing: leave out --%s", command.making);
        return err_hint(err, "harness report --check REPORT [DIR...]");
    }
    command.check.dirs = args.folders;
    command.check.ndirs = args.nfolders;
    if (command.check.report)
        return report_check(&command.check, stdout, err);
    if (result_args_check(&args, err) < 0)
        return -1;
    command.request.folders = args.folders;
    command.request.nfolders = args.nfolders;
    command.request.allow_partial = args.allow_partial;
    return report_make(&command.request, stdout, err);
}
