#define _GNU_SOURCE
#include "harness/proc.h"

#include "harness/proc_shared.h"
#include "lib/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { KEPT_OUTPUT_BYTES = 256 << 10 };

void proc_close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
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
            proc_close_fd(fd);
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
    proc_close_fd(&proc->in_fd);
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

/* ---- the end ---- */

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
    proc_close_fd(&proc->pidfd);
    proc_close_fd(&proc->in_fd);
    proc_close_fd(&proc->out_fd);
    proc_close_fd(&proc->err_fd);
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
