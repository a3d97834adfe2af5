#define _GNU_SOURCE
#include "harness/proc.h"

#include "lib/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { KEPT_OUTPUT_BYTES = 256 << 10 };

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

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

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
        close_fd(&in[1]);
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
    close_fd(&in[0]);
    close_fd(&out[1]);
    close_fd(&err_fds[1]);
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

/* ---- output ---- */

static void keep(struct buf *to, const char *bytes, size_t n)
{
    size_t room = to->len < KEPT_OUTPUT_BYTES ? KEPT_OUTPUT_BYTES - to->len : 0;

    buf_add_n(to, bytes, n < room ? n : room);
}

/* A log keeps its end, where the reasons are, and says that it was cut. */
static void keep_end(struct buf *log, const char *bytes, size_t n)
{
    static const char mark[] = "[...]\n";
    size_t half = KEPT_OUTPUT_BYTES / 2;

    if (n > half) { /* so that what is cut leaves half */
        bytes += n - half;
        n = half;
    }
    if (log->len + n > KEPT_OUTPUT_BYTES) {
        memmove(log->text + sizeof mark - 1, log->text + log->len - half, half);
        memcpy(log->text, mark, sizeof mark - 1);
        log->len = sizeof mark - 1 + half;
        log->text[log->len] = '\0';
    }
    buf_add_n(log, bytes, n);
}

enum { READ_BYTES = 4096 };

/* What is said in a dialog is left in the pipe rather than lost. */
static int must_wait(const struct proc *proc, const struct buf *to)
{
    return proc->is_dialog && to == &proc->out &&
           to->len + READ_BYTES > KEPT_OUTPUT_BYTES;
}

static void log_output(struct proc *proc, const struct buf *from,
                       const char *bytes, size_t n)
{
    if (!proc->is_dialog || from != &proc->out)
        keep_end(&proc->log, bytes, n);
}

/*
 * A terminal that its last user has closed says EIO.  It may say so while what
 * that user wrote last is still on its way, when the end comes between the
 * kernel's two looks; nothing can be written any more by then, so a second read
 * has the rest, or says EIO for good.
 */
static ssize_t read_some(int fd, char *bytes, size_t size)
{
    ssize_t n = read(fd, bytes, size);

    if (n < 0 && errno == EIO)
        n = read(fd, bytes, size);
    return n < 0 && errno == EIO ? 0 : n;
}

static void take_output(struct proc *proc, int *fd, struct buf *to)
{
    enum { MOST_READS = 64 }; /* a child may write faster than we read */
    char bytes[READ_BYTES];
    ssize_t n;

    for (int i = 0; i < MOST_READS && *fd >= 0 && !must_wait(proc, to); i++) {
        n = read_some(*fd, bytes, sizeof bytes);
        if (n < 0)
            return;
        if (n == 0) {
            close_fd(fd);
            return;
        }
        keep(to, bytes, (size_t)n);
        log_output(proc, to, bytes, (size_t)n);
    }
}

static void take_all_output(struct proc *proc)
{
    take_output(proc, &proc->out_fd, &proc->out);
    take_output(proc, &proc->err_fd, &proc->err);
}

/* Cut the first line off proc->out; at the end also one without newline. */
static int cut_line(struct proc *proc, char *line, size_t size)
{
    char *text = proc->out.text;
    char *end = text ? memchr(text, '\n', proc->out.len) : NULL;
    size_t n = end ? (size_t)(end - text) : proc->out.len;

    if (!text || (n == 0 && !end))
        return 0;
    if (!end && !proc->ended)
        return 0;
    snprintf(line, size, "%.*s", (int)n, text);
    n += end != NULL;
    if (proc->is_dialog)
        keep_end(&proc->log, text, n);
    memmove(text, text + n, proc->out.len - n + 1);
    proc->out.len -= n;
    return 1;
}

/*
 * See whether it has ended; with options 0: wait for that.  Until proc_stop it
 * stays a zombie, so that nobody else can have its pid and its group.
 */
static void look_for_end(struct proc *proc, int options)
{
    siginfo_t end = {0};
    int failed;

    if (!proc_is_running(proc))
        return;
    do
        failed = waitid(P_PID, (id_t)proc->pid, &end,
                        WEXITED | WNOWAIT | options) < 0;
    while (failed && errno == EINTR);
    if (failed || end.si_pid != proc->pid)
        return;
    proc->ended = 1;
    proc->exit_code = end.si_code == CLD_EXITED ? end.si_status
                                                : 128 + end.si_status;
    take_all_output(proc);
}

/* Wait for output, the end, a signal or the time; 0 after a signal. */
static int wait_some(struct proc *proc, int64_t left_ns)
{
    struct pollfd fds[] = {
        {.fd = proc->pidfd, .events = POLLIN},
        {.fd = must_wait(proc, &proc->out) ? -1 : proc->out_fd,
         .events = POLLIN},
        {.fd = proc->err_fd, .events = POLLIN}};
    struct timespec left = {.tv_sec = (time_t)(left_ns / CLOCK_NS_PER_S),
                            .tv_nsec = (long)(left_ns % CLOCK_NS_PER_S)};
    int n = ppoll(fds, 3, &left, NULL);

    take_all_output(proc);
    look_for_end(proc, WNOHANG);
    return n >= 0;
}

int proc_line(struct proc *proc, char *line, size_t size, int64_t timeout_ns)
{
    int64_t deadline_ns = clock_now_ns() + timeout_ns;

    for (;;) {
        int64_t left_ns = deadline_ns - clock_now_ns();

        if (proc->is_dialog)
            take_all_output(proc);
        if (cut_line(proc, line, size))
            return 1;
        if (proc->ended || left_ns <= 0 || !wait_some(proc, left_ns))
            return cut_line(proc, line, size);
    }
}

int proc_more(struct proc *proc, int64_t timeout_ns)
{
    size_t had = proc->out.len;

    if (!proc->ended)
        (void)wait_some(proc, timeout_ns);
    return proc->out.len > had;
}

int proc_type(const struct proc *proc, const char *keys)
{
    size_t n = strlen(keys);

    while (n > 0) {
        ssize_t written = write(proc->out_fd, keys, n);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        keys += written;
        n -= (size_t)written;
    }
    return 0;
}

int proc_send(struct proc *proc, const void *bytes, size_t n,
              int64_t timeout_ns)
{
    const char *at = bytes;
    int64_t deadline_ns = clock_now_ns() + timeout_ns;

    while (n > 0 && !proc->ended && proc->in_fd >= 0) {
        ssize_t written = write(proc->in_fd, at, n);

        if (written > 0) {
            at += written;
            n -= (size_t)written;
            deadline_ns = clock_now_ns() + timeout_ns;
        } else if ((errno != EAGAIN && errno != EINTR) ||
                   clock_now_ns() > deadline_ns) {
            return -1;
        } else {
            (void)wait_some(proc, CLOCK_NS_PER_S / 1000);
        }
    }
    return n == 0 ? 0 : -1;
}

void proc_close_input(struct proc *proc)
{
    close_fd(&proc->in_fd);
}

size_t proc_bytes(struct proc *proc, void *to, size_t n, int64_t timeout_ns)
{
    int64_t deadline_ns = clock_now_ns() + timeout_ns;

    take_all_output(proc);
    while (proc->out.len == 0 && !proc->ended && clock_now_ns() < deadline_ns)
        (void)wait_some(proc, CLOCK_NS_PER_S / 10);
    if (proc->out.len == 0)
        return 0;
    n = n < proc->out.len ? n : proc->out.len;
    memcpy(to, proc->out.text, n);
    proc->out.len -= n;
    memmove(proc->out.text, proc->out.text + n, proc->out.len + 1);
    return n;
}

int proc_ended(const struct proc *proc)
{
    return proc->ended && proc->out.len == 0;
}

int proc_is_running(const struct proc *proc)
{
    return proc->pid > 0 && !proc->ended;
}

void proc_signal(const struct proc *proc, int signal_number)
{
    if (proc_is_running(proc))
        (void)kill(proc->pid, signal_number);
}

static void wait_end(struct proc *proc, int64_t timeout_ns)
{
    int64_t deadline_ns = clock_now_ns() + timeout_ns;

    while (!proc->ended && clock_now_ns() < deadline_ns)
        (void)wait_some(proc, deadline_ns - clock_now_ns() > 0
                                  ? deadline_ns - clock_now_ns()
                                  : 0);
}

void proc_stop(struct proc *proc, int64_t grace_ns)
{
    if (proc->pid <= 0)
        return;
    proc_signal(proc, SIGTERM);
    wait_end(proc, grace_ns);
    (void)kill(-proc->pid, SIGKILL); /* and whatever it has started */
    look_for_end(proc, 0);
    (void)waitpid(proc->pid, NULL, 0);
    proc->pid = 0;
}

void proc_release(struct proc *proc)
{
    if (!proc->open)
        return;
    proc_stop(proc, 0);
    close_fd(&proc->pidfd);
    close_fd(&proc->in_fd);
    close_fd(&proc->out_fd);
    close_fd(&proc->err_fd);
    buf_release(&proc->out);
    buf_release(&proc->log);
    buf_release(&proc->err);
    memset(proc, 0, sizeof *proc);
}

int proc_run(const struct proc_spec *spec, int64_t timeout_ns, struct err *err)
{
    struct proc proc;
    int late, code;

    if (proc_start(&proc, spec, err) < 0)
        return -1;
    wait_end(&proc, timeout_ns);
    late = !proc.ended;
    proc_stop(&proc, 0);
    code = proc.exit_code;
    proc_release(&proc);
    if (late)
        return err_set(err, ERR_HELPER, "helper-timeout",
                       "stopped after %.0f s: %s", (double)timeout_ns / 1e9,
                       spec->argv[0]);
    if (code != 0)
        return err_set(err, ERR_HELPER, "helper-failed",
                       "%s: ended with status %d", spec->argv[0], code);
    return 0;
}
