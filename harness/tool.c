#define _GNU_SOURCE
#include "harness/tool.h"

#include "harness/folder.h"
#include "harness/proc.h"
#include "lib/clock.h"
#include "lib/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_ENV = 16, TELLING_LINES = 5 };

/* Does this line say what is wrong?  "! ...", "x.tex:3: ...", "line 3: ..." */
static int is_telling(const char *line, size_t n)
{
    char text[512];

    snprintf(text, sizeof text, "%.*s", (int)(n < 511 ? n : 511), line);
    return text[0] == '!' || strstr(text, ".tex:") ||
           (strstr(text, "line ") && strchr(text, ':') &&
            !strstr(text, "arning"));
}

/* Where the telling part of an output starts: else its last lines. */
static const char *find_telling(const char *text)
{
    const char *lines[TELLING_LINES] = {text, text, text, text, text};
    int n = 0;

    for (const char *line = text; *line;) {
        size_t len = strcspn(line, "\n");

        if (is_telling(line, len))
            return line;
        if (len > 0)
            lines[n++ % TELLING_LINES] = line;
        line += len + (line[len] == '\n');
    }
    return lines[n < TELLING_LINES ? 0 : n % TELLING_LINES];
}

/* Up to five lines in one, cut to size. */
static void join_lines(const char *text, char *to, size_t size)
{
    size_t used = 0;
    int lines = 0;

    to[0] = '\0';
    while (*text && lines < TELLING_LINES && used + 4 < size) {
        size_t len = strcspn(text, "\n");
        int n = 0;

        if (len > 0 && lines++ > 0)
            used += (size_t)snprintf(to + used, size - used, " | ");
        if (len > 0 && used < size)
            n = snprintf(to + used, size - used, "%.*s",
                         (int)(len < 200 ? len : 200), text);
        used += (size_t)n;
        text += len + (text[len] == '\n');
    }
}

/* The tool's own limit, or that of the user. */
static int limit_s(const struct tool *tool)
{
    const char *text = getenv("ECHOLAB_TOOL_TIMEOUT");
    int64_t seconds;

    if (text && num_parse_int(text, 1, 3600, &seconds) == 0)
        return (int)seconds;
    return tool->timeout_s;
}

static int trouble(const struct tool *tool, const char *what, struct err *err)
{
    char id[40];

    snprintf(id, sizeof id, "%.25s-%s", tool->name, what);
    err_set(err, ERR_HELPER, id, "%s: stopped after %d s", tool->name,
            limit_s(tool));
    return err_hint(err, "look at what it printed, in the log; then try again");
}

static int missing(const struct tool *tool, struct err *err)
{
    trouble(tool, "missing", err);
    snprintf(err->msg, sizeof err->msg, "%s is not installed (package %s)",
             tool->name, tool->package);
    return err_hint(err, "sh setup.sh installs it, or: apt-get install %s",
                    tool->package);
}

static int judge(const struct tool *tool, const struct proc *proc,
                 struct err *err)
{
    char lines[700], how[80];

    if (!proc->ended)
        return trouble(tool, "timeout", err);
    if (proc->exit_code == 0)
        return 0;
    join_lines(find_telling(buf_text(&proc->log)), lines, sizeof lines);
    trouble(tool, "failed", err);
    if (proc->exit_code > 128)
        snprintf(how, sizeof how, "killed by signal %d (%s)",
                 proc->exit_code - 128, strsignal(proc->exit_code - 128));
    else
        snprintf(how, sizeof how, "ended with status %d", proc->exit_code);
    snprintf(err->msg, sizeof err->msg, "%s: %s%s%s", tool->name, how,
             lines[0] ? ": " : ", and said nothing", lines);
    return -1;
}

static void wait_for(struct proc *proc, int timeout_s)
{
    int64_t end_ns = clock_now_ns() + timeout_s * CLOCK_NS_PER_S;
    char line[512];

    while (!proc_ended(proc) && clock_now_ns() < end_ns)
        (void)proc_line(proc, line, sizeof line, end_ns - clock_now_ns());
}

/* Seconds since 1970; 0 when it is no time. */
static long long epoch_of(const char *utc)
{
    struct tm tm = {0};
    const char *end = utc ? strptime(utc, "%Y-%m-%dT%H:%M:%SZ", &tm) : NULL;

    return end && !*end ? (long long)timegm(&tm) : 0;
}

int tool_run(const struct tool *tool, struct err *err)
{
    enum { OWN = 5 };
    char path[4096], home[FOLDER_PATH], epoch[64];
    const char *env[MAX_ENV + 1] = {path, home, "LC_ALL=C.UTF-8", "TZ=UTC0",
                                    epoch};
    struct proc_spec spec = {
        .argv = tool->argv, .cwd = tool->dir, .env = env, .cpu = -1};
    const char *search = getenv("PATH");
    struct err ignored = {0};
    struct proc proc;
    int status;

    snprintf(path, sizeof path, "PATH=%s", search ? search : "/usr/bin:/bin");
    snprintf(home, sizeof home, "HOME=%s", tool->dir);
    snprintf(epoch, sizeof epoch, "SOURCE_DATE_EPOCH=%lld",
             epoch_of(tool->utc));
    for (int i = 0; tool->env && tool->env[i] && i + OWN < MAX_ENV; i++)
        env[i + OWN] = tool->env[i];
    if (proc_start(&proc, &spec, err) < 0)
        return strcmp(err->id, "helper-missing") == 0 ? missing(tool, err) : -1;
    wait_for(&proc, limit_s(tool));
    status = judge(tool, &proc, err);
    proc_stop(&proc, 0);
    (void)folder_write(tool->dir, tool->log, &proc.log, &ignored);
    proc_release(&proc);
    return status;
}
