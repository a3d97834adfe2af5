#include "harness/doctor.h"

#include "harness/paths.h"
#include "harness/proc.h"
#include "lib/args.h"
#include "lib/clock.h"

#include <stdio.h>
#include <string.h>

static const int64_t patience_ns = 20 * CLOCK_NS_PER_S;
enum { LINE_SIZE = 256 };

/* The first line that a program prints on stdout. */
static int ask(const char *const *argv, char line[LINE_SIZE], struct err *err)
{
    struct proc_spec spec = {.argv = argv, .cpu = -1};
    int64_t deadline_ns = clock_now_ns() + patience_ns;
    struct proc proc;
    int got;

    line[0] = '\0';
    if (proc_start(&proc, &spec, err) < 0)
        return -1;
    do
        got = proc_line(&proc, line, LINE_SIZE, CLOCK_NS_PER_S / 10);
    while (!got && !proc_ended(&proc) && clock_now_ns() < deadline_ns);
    proc_release(&proc);
    return got ? 0
               : err_set(err, ERR_HELPER, "helper-failed",
                         "%s said nothing of itself", argv[0]);
}

/* ---- ours ---- */

static int check_program(const char *name, struct err *err)
{
    char path[4096], line[LINE_SIZE], want[LINE_SIZE];
    const char *argv[] = {path, "--version", NULL};

    if (paths_program(path, name, err) < 0 || ask(argv, line, err) < 0)
        return -1;
    snprintf(want, sizeof want, "%s (echolab) %s", name, args_version());
    if (strcmp(line, want) == 0)
        return 0;
    err_set(err, ERR_HELPER, "version-mixed",
            "%s is of another version than harness: \"%s\", not \"%s\"", name,
            line, want);
    return err_hint(err, "build or install all programs together: make");
}

static void check_programs(struct findings *findings)
{
    static const char *const names[] = {
        "echo-server", "echo-simple-server", "echo-udp-server",
        "echo-relay",  "echo-rate",          "echo-fail-rate",
        "echo-client", "echo-simple-client", "echo-udp-client"};
    enum { PROGRAMS = sizeof names / sizeof *names };
    int fine = 0;

    for (int i = 0; i < PROGRAMS; i++) {
        struct err err = {0};

        if (check_program(names[i], &err) < 0)
            findings_add_err(findings, FINDING_FAIL, "programs", &err);
        else
            fine++;
    }
    if (fine == PROGRAMS)
        findings_add(findings, FINDING_OK, "programs", NULL, "%d, version %s",
                     PROGRAMS, args_version());
}

/* ---- those of others ---- */

struct helper {
    const char *what, *package;
    const char *argv[6];
    const char *want; /* what its first line must hold; NULL: anything */
};

static int is_there(const struct helper *helper, char line[LINE_SIZE],
                    struct err *err)
{
    if (ask(helper->argv, line, err) == 0 &&
        (!helper->want || strstr(line, helper->want)))
        return 0;
    err_set(err, ERR_HELPER, "helper-missing",
            "%s is not there, or not whole (package %s)", helper->what,
            helper->package);
    return err_hint(err, "sh setup.sh installs it, or: apt-get install %s",
                    helper->package);
}

/* Without one of these there is no report. */
static void check_report(struct findings *findings)
{
    static const struct helper helpers[] = {
        {"gnuplot", "gnuplot-nox", {"gnuplot", "--version"}, "gnuplot "},
        {"pdflatex", "texlive-latex-base", {"pdflatex", "--version"}, "pdfTeX"},
        {"LaTeX packages",
         "texlive-latex-recommended",
         {"kpsewhich", "microtype.sty"},
         "microtype"},
    };

    for (size_t i = 0; i < sizeof helpers / sizeof *helpers; i++) {
        struct err err = {0};
        char line[LINE_SIZE];

        if (is_there(&helpers[i], line, &err) < 0)
            findings_add_err(findings, FINDING_FAIL, helpers[i].what, &err);
        else
            findings_add(findings, FINDING_OK, helpers[i].what, NULL, "%s",
                         line);
    }
}

static void check_font(struct findings *findings)
{
    static const char *const argv[] = {"fc-match", "Latin Modern Roman", NULL};
    struct err err = {0};
    char line[LINE_SIZE];

    if (ask(argv, line, &err) == 0 && strstr(line, "Latin Modern Roman"))
        findings_add(findings, FINDING_OK, "font", NULL, "%s", line);
    else
        findings_add(findings, FINDING_WARN, "font",
                     "apt-get install fonts-lmodern, or sh setup.sh",
                     "the figures' font is not there; another one stands in");
}

static void check_trace(struct findings *findings)
{
    static const char *const traceroute[] = {"traceroute", "--version", NULL};
    static const char *const mtr[] = {"mtr", "--version", NULL};
    struct err err = {0};
    char line[LINE_SIZE];

    if (ask(mtr, line, &err) == 0 || ask(traceroute, line, &err) == 0)
        findings_add(findings, FINDING_OK, "trace", NULL, "%s", line);
    else
        findings_add(findings, FINDING_WARN, "trace",
                     "apt-get install traceroute mtr-tiny, or sh setup.sh",
                     "neither traceroute nor mtr is there: harness trace "
                     "cannot show a path");
}

void doctor_tools(struct findings *findings)
{
    check_programs(findings);
    check_report(findings);
    check_font(findings);
    check_trace(findings);
}
