#define _GNU_SOURCE
#include "harness/proc.h"

#include "harness/proc_shared.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- in the child ---- */

static void reset_signals(void)
{
    sigset_t none;

    for (int i = 1; i < NSIG; i++)
        (void)signal(i, SIG_DFL);
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static int pin(int cpu)
{
    cpu_set_t set;

    if (cpu < 0)
        return 0;
    CPU_ZERO(&set);
    CPU_SET((unsigned)cpu, &set);
    return sched_setaffinity(0, sizeof set, &set);
}

struct ends {
    int in;       /* the child's stdin; -1: /dev/null, or the terminal */
    int out, err; /* its stdout and stderr */
    int told;     /* errno of a failed start goes here */
    pid_t parent;
};

/*
 * A group of its own; with a terminal also a session, which the group leads.
 * In a dialog too, one without a terminal: what ssh starts by itself for a
 * jump host would else ask its questions at ours.
 */
static int become_leader(const struct proc_spec *spec, const struct ends *ends)
{
    if (!spec->has_terminal && !spec->is_dialog)
        return setpgid(0, 0);
    if (setsid() < 0)
        return -1;
    return spec->has_terminal ? ioctl(ends->out, TIOCSCTTY, 0) : 0;
}

static int set_up(const struct proc_spec *spec, const struct ends *ends)
{
    int in = spec->has_terminal ? dup(ends->out)
             : ends->in >= 0    ? dup(ends->in)
                                : open("/dev/null", O_RDONLY);

    if (in < 0 || dup2(in, 0) < 0 || dup2(ends->out, 1) < 0 ||
        dup2(ends->err, 2) < 0)
        return -1;
    if (in > 2)
        close(in);
    if (become_leader(spec, ends) < 0 || pin(spec->cpu) < 0)
        return -1;
    if (spec->cwd && chdir(spec->cwd) < 0)
        return -1;
    (void)prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL, 0UL, 0UL, 0UL);
    return getppid() == ends->parent ? 0 : -1;
}

static _Noreturn void become(const struct proc_spec *spec,
                             const struct ends *ends)
{
    char *const *argv = (char *const *)(uintptr_t)spec->argv;
    char *const *env = (char *const *)(uintptr_t)spec->env;
    int cause;

    reset_signals();
    if (set_up(spec, ends) == 0) {
        if (env)
            execvpe(argv[0], argv, env);
        else
            execvp(argv[0], argv);
    }
    cause = errno;
    (void)!write(ends->told, &cause, sizeof cause);
    _exit(127);
}

/* ---- starting ---- */

static int start_err(struct err *err, const struct proc_spec *spec, int cause)
{
    errno = cause;
    if (cause == ENOENT) {
        err_sys(err, ERR_HELPER, "helper-missing", "cannot start: %s",
                spec->argv[0]);
        return err_hint(err, "install what is missing: sh setup.sh");
    }
    if (cause == EINVAL && spec->cpu >= 0) {
        err_set(err, ERR_RESOURCE, "cpu-missing",
                "cannot start: %s: CPU %d is not available here", spec->argv[0],
                spec->cpu);
        return err_hint(err, "nproc tells how many there are; numbers start "
                             "at 0");
    }
    return err_sys(err, ERR_RESOURCE, "helper-start", "cannot start: %s",
                   spec->argv[0]);
}

static int open_log(const char *path, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                  0666);

    return fd >= 0 ? fd
                   : err_sys(err, ERR_RESULTS, "results-write",
                             "cannot write %s", path);
}

/* A new terminal: ours to type into and to watch, and the child's side. */
static int open_terminal(int out[2])
{
    char name[64];

    out[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (out[0] < 0 || grantpt(out[0]) < 0 || unlockpt(out[0]) < 0)
        return -1;
    errno = ptsname_r(out[0], name, sizeof name);
    if (errno)
        return -1;
    out[1] = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    return out[1] < 0 ? -1 : fcntl(out[0], F_SETFL, O_NONBLOCK);
}

/* out[0], err[0] are read by us; out[1], err[1] are the child's. */
static int open_ends(const struct proc_spec *spec, int out[2], int err_fds[2],
                     struct err *err)
{
    if (spec->has_terminal) {
        if (open_terminal(out) < 0)
            return err_sys(err, ERR_RESOURCE, "helper-start",
                           "cannot make a terminal for %s", spec->argv[0]);
        err_fds[1] = fcntl(out[1], F_DUPFD_CLOEXEC, 3);
        return 0;
    }
    if (spec->log_path) {
        out[1] = open_log(spec->log_path, err);
        err_fds[1] = out[1] < 0 ? -1 : fcntl(out[1], F_DUPFD_CLOEXEC, 3);
        return out[1] < 0 ? -1 : 0;
    }
    if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err_fds, O_CLOEXEC) < 0)
        return err_sys(err, ERR_RESOURCE, "helper-start", "cannot start: %s",
                       spec->argv[0]);
    (void)fcntl(out[0], F_SETFL, O_NONBLOCK);
    (void)fcntl(err_fds[0], F_SETFL, O_NONBLOCK);
    return 0;
}

/* All of an input goes into the pipe at once: it holds more than that. */
static int open_input(const struct proc_spec *spec, int in[2], struct err *err)
{
    size_t n = spec->input ? strlen(spec->input) : 0;

    if (!spec->is_dialog && !spec->input)
        return 0;
    if (pipe2(in, O_CLOEXEC) < 0 || fcntl(in[1], F_SETFL, O_NONBLOCK) < 0 ||
        (n > 0 && write(in[1], spec->input, n) != (ssize_t)n))
        return err_sys(err, ERR_RESOURCE, "helper-start", "cannot start: %s",
                       spec->argv[0]);
    if (!spec->is_dialog)
        proc_close_fd(&in[1]);
    return 0;
}

/* Fork; the parent learns from the closing pipe whether exec worked. */
static int spawn(struct proc *proc, const struct proc_spec *spec,
                 struct ends *ends)
{
    int told[2], cause = 0;

    if (pipe2(told, O_CLOEXEC) < 0)
        return errno;
    ends->told = told[1];
    ends->parent = getpid();
    proc->pid = fork();
    if (proc->pid == 0)
        become(spec, ends);
    cause = proc->pid < 0 ? errno : 0;
    close(told[1]);
    while (read(told[0], &cause, sizeof cause) < 0 && errno == EINTR)
        ;
    close(told[0]);
    if (proc->pid > 0 && cause)
        (void)waitpid(proc->pid, NULL, 0);
    return cause;
}

int proc_start(struct proc *proc, const struct proc_spec *spec, struct err *err)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, err_fds[2] = {-1, -1};
    int cause = 0, failed;
    struct ends ends;

    memset(proc, 0, sizeof *proc);
    proc->pidfd = proc->in_fd = proc->out_fd = proc->err_fd = -1;
    proc->open = 1;
    proc->is_dialog = spec->is_dialog;
    failed = open_input(spec, in, err) < 0 ||
             open_ends(spec, out, err_fds, err) < 0;
    if (!failed) {
        ends = (struct ends){.in = in[0], .out = out[1], .err = err_fds[1]};
        cause = spawn(proc, spec, &ends);
    }
    proc_close_fd(&in[0]);
    proc_close_fd(&out[1]);
    proc_close_fd(&err_fds[1]);
    proc->in_fd = in[1];
    proc->out_fd = out[0];
    proc->err_fd = err_fds[0];
    if (!failed && !cause) {
        proc->pidfd = pidfd_open(proc->pid, 0);
        return 0;
    }
    proc->pid = 0;
    proc_release(proc);
    return failed ? -1 : start_err(err, spec, cause);
}
