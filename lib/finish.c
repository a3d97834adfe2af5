#include "lib/finish.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

int finish_stdout(struct err *err)
{
    if (fflush(stdout) != 0)
        err_sys(err, ERR_RESULTS, "stdout", "cannot write to stdout");
    else if (ferror(stdout)) /* an earlier write, whose errno is gone */
        err_set(err, ERR_RESULTS, "stdout",
                "cannot write to stdout: some of it is missing");
    else
        return 0;
    if (err->sys_errno == EPIPE)
        err->code = (enum err_code)(ERR_SIGNAL + SIGPIPE);
    return -1;
}

int finish_failed(const struct err *err, const char *prog)
{
    int code = (int)err->code;

    (void)fflush(stdout);
    if (code != ERR_SIGNAL + SIGPIPE)
        err_print(err, prog, stderr);
    if (code > ERR_SIGNAL) {
        (void)signal(code - ERR_SIGNAL, SIG_DFL);
        (void)raise(code - ERR_SIGNAL);
    }
    return code;
}
