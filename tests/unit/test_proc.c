#include "harness/proc.h"
#include "lib/clock.h"
#include "tests/unit/check.h"

#include <poll.h>
#include <signal.h>

/* A shell script at a terminal. */
static int start(struct proc *proc, const char *script)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    const struct proc_spec spec = {.argv = argv, .cpu = -1, .has_terminal = 1};
    struct err err = {0};

    return proc_start(proc, &spec, &err);
}

/* Wait until the last of what it shows is `end`. */
static int await(struct proc *proc, const char *end)
{
    int64_t deadline_ns = clock_now_ns() + 20 * CLOCK_NS_PER_S;
    size_t n = strlen(end);

    while (proc->out.len < n ||
           strcmp(proc->out.text + proc->out.len - n, end) != 0) {
        if (proc->ended || clock_now_ns() > deadline_ns)
            return -1;
        (void)proc_more(proc, CLOCK_NS_PER_S);
    }
    return 0;
}

static int await_end(struct proc *proc)
{
    int64_t deadline_ns = clock_now_ns() + 20 * CLOCK_NS_PER_S;

    while (!proc->ended && clock_now_ns() < deadline_ns)
        (void)proc_more(proc, CLOCK_NS_PER_S);
    return proc->ended ? proc->exit_code : -1;
}

static void test_a_terminal_echoes_and_is_one(void)
{
    struct proc proc;

    CHECK_INT(start(&proc, "test -t 0 && test -t 1 && test -t 2 && "
                           "printf '? ' && read -r line && echo \"<$line>\""),
              0);
    CHECK_INT(await(&proc, "? "), 0);
    CHECK_INT(proc_type(&proc, "hi you\r"), 0);
    CHECK_INT(await_end(&proc), 0);
    CHECK_STR(buf_text(&proc.out), "? hi you\r\n<hi you>\r\n");
    proc_release(&proc);
}

static void test_ctrl_c_is_for_the_child_alone(void)
{
    struct proc proc;

    CHECK_INT(start(&proc, "printf '? '; read -r line; echo no"), 0);
    CHECK_INT(await(&proc, "? "), 0);
    CHECK_INT(proc_type(&proc, "\003"), 0);
    CHECK_INT(await_end(&proc), 128 + SIGINT);
    CHECK_STR(buf_text(&proc.out), "? ^C");
    proc_release(&proc);
}

static void test_ctrl_d_ends_the_input(void)
{
    struct proc proc;

    CHECK_INT(start(&proc, "printf '? '; cat; echo over"), 0);
    CHECK_INT(await(&proc, "? "), 0);
    CHECK_INT(proc_type(&proc, "\004"), 0);
    CHECK_INT(await_end(&proc), 0);
    CHECK_STR(buf_text(&proc.out), "? over\r\n");
    proc_release(&proc);
}

/* What was written just before the end is not lost. */
static void test_the_last_words(void)
{
    struct proc proc;

    CHECK_INT(start(&proc, "i=0; while [ $i -lt 3000 ]; do echo $i; "
                           "i=$((i + 1)); done; exit 7"),
              0);
    CHECK_INT(await_end(&proc), 7);
    CHECK(proc.out.len > 12 &&
          strcmp(proc.out.text + proc.out.len - 12, "2998\r\n2999\r\n") == 0);
    proc_release(&proc);
}

static void test_nobody_reads_what_is_typed_too_late(void)
{
    struct proc proc;

    CHECK_INT(start(&proc, "exit 0"), 0);
    CHECK_INT(await_end(&proc), 0);
    CHECK_INT(proc_type(&proc, "x"), -1);
    proc_release(&proc);
}

/* More than it may keep for us: it waits, and nothing is lost. */
static void test_a_dialog_is_to_the_last_byte(void)
{
    enum { BYTES = 3000000 };
    const char *const argv[] = {
        "sh", "-c",
        "read -r n; echo for you: \"$n\"; head -c \"$n\" /dev/zero; "
        "cat >/dev/null; echo end",
        NULL};
    const struct proc_spec spec = {.argv = argv, .cpu = -1, .is_dialog = 1};
    char line[64], bytes[10000];
    struct err err = {0};
    struct proc proc;
    size_t got = 0, n;

    CHECK_INT(proc_start(&proc, &spec, &err), 0);
    CHECK_INT(proc_send(&proc, "3000000\n", 8, CLOCK_NS_PER_S), 0);
    CHECK_INT(proc_line(&proc, line, sizeof line, 20 * CLOCK_NS_PER_S), 1);
    CHECK_STR(line, "for you: 3000000");
    while (got < BYTES) {
        n = BYTES - got < sizeof bytes ? BYTES - got : sizeof bytes;
        n = proc_bytes(&proc, bytes, n, 20 * CLOCK_NS_PER_S);
        if (n == 0)
            break;
        got += n;
    }
    CHECK_INT((long long)got, BYTES);
    CHECK_INT(proc_line(&proc, line, sizeof line, CLOCK_NS_PER_S / 100), 0);
    proc_close_input(&proc);
    CHECK_INT(proc_line(&proc, line, sizeof line, 20 * CLOCK_NS_PER_S), 1);
    CHECK_STR(line, "end");
    CHECK_STR(buf_text(&proc.log), "for you: 3000000\nend\n");
    proc_release(&proc);
}

/* The log keeps an end of it, whatever the lines are like. */
static void test_a_dialog_of_a_line_as_long_as_the_log(void)
{
    const char *const argv[] = {
        "sh", "-c",
        "head -c 16000 /dev/zero | tr '\\0' '\\n'; "
        "head -c 250000 /dev/zero | tr '\\0' x; echo; echo end",
        NULL};
    const struct proc_spec spec = {.argv = argv, .cpu = -1, .is_dialog = 1};
    char line[64];
    struct err err = {0};
    struct proc proc;
    size_t n;

    CHECK_INT(proc_start(&proc, &spec, &err), 0);
    for (int i = 0; i < 16002; i++)
        CHECK_INT(proc_line(&proc, line, sizeof line, 20 * CLOCK_NS_PER_S), 1);
    CHECK_STR(line, "end");
    n = strlen(buf_text(&proc.log));
    CHECK_INT((long long)n, (long long)proc.log.len);
    CHECK_INT(n > 128 << 10 && n <= 256 << 10, 1);
    CHECK_STR(buf_text(&proc.log) + n - 8, "xxx\nend\n");
    proc_release(&proc);
}

/* One that has ended takes nothing; it is no reason to wait. */
static void test_a_dialog_with_one_that_has_left(void)
{
    const char *const argv[] = {"true", NULL};
    const struct proc_spec spec = {.argv = argv, .cpu = -1, .is_dialog = 1};
    static const char bytes[1 << 18];
    struct err err = {0};
    struct proc proc;

    (void)signal(SIGPIPE, SIG_IGN);
    CHECK_INT(proc_start(&proc, &spec, &err), 0);
    CHECK_INT(proc_send(&proc, bytes, sizeof bytes, 60 * CLOCK_NS_PER_S), -1);
    CHECK_INT((int)proc_bytes(&proc, &err, 1, 60 * CLOCK_NS_PER_S), 0);
    proc_release(&proc);
}

/* Start a script that leaves somebody behind; 1 when it has said so. */
static int start_two(struct proc *proc, const char *script)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    const struct proc_spec spec = {.argv = argv, .cpu = -1};
    struct err err = {0};
    char line[64];

    return proc_start(proc, &spec, &err) == 0 &&
           proc_line(proc, line, sizeof line, 20 * CLOCK_NS_PER_S);
}

/* Wait until nobody has its stdout any more. */
static int is_deserted(const struct proc *proc, int timeout_ms)
{
    struct pollfd out = {.fd = proc->out_fd, .events = POLLIN};

    return poll(&out, 1, timeout_ms) == 1 && out.revents == POLLHUP;
}

static void test_who_outlives_the_child_is_ended_with_it(void)
{
    struct proc proc;

    CHECK(start_two(&proc, "sleep 60 & echo; exit 5"));
    CHECK_INT(await_end(&proc), 5);
    CHECK(!is_deserted(&proc, 0));
    proc_stop(&proc, 0);
    CHECK(is_deserted(&proc, 20000));
    CHECK_INT(proc.exit_code, 5);
    proc_stop(&proc, 0);
    proc_release(&proc);
    CHECK(start_two(&proc, "trap 'exit 3' TERM; sleep 60 & echo; wait"));
    proc_stop(&proc, 20 * CLOCK_NS_PER_S);
    CHECK(is_deserted(&proc, 20000));
    CHECK_INT(proc.exit_code, 3);
    proc_release(&proc);
}

int main(void)
{
    test_a_terminal_echoes_and_is_one();
    test_ctrl_c_is_for_the_child_alone();
    test_ctrl_d_ends_the_input();
    test_the_last_words();
    test_nobody_reads_what_is_typed_too_late();
    test_a_dialog_is_to_the_last_byte();
    test_a_dialog_of_a_line_as_long_as_the_log();
    test_a_dialog_with_one_that_has_left();
    test_who_outlives_the_child_is_ended_with_it();
    return check_done();
}
