#include "harness/deploy.h"

#include "harness/far.h"
#include "lib/args.h"
#include "lib/clock.h"
#include "lib/num.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK "ECHOLAB "
enum { LINE_SIZE = FAR_LINE_SIZE, CHUNK = 32 << 10 };
static const int64_t answer_ns = 30 * CLOCK_NS_PER_S;
static const int64_t stall_ns = 30 * CLOCK_NS_PER_S;
static const int64_t tick_ns = CLOCK_NS_PER_S / 5;

/* ---- its words ---- */

/* A dialog up to the server's own first line. */
struct talk {
    struct proc *ssh;
    const struct deploy_request *request;
    struct deploy_told *told;
};

/* "fail copy 4096 of 1487112 bytes ..." */
static int far_failed(const struct deploy_request *request, const char *what,
                      struct err *err)
{
    static const struct {
        const char *word, *hint;
    } known[] = {
        {"copy", "is its disk full? df /tmp tells"},
        {"folder", "is its disk full, or read-only, or noexec? df /tmp and "
                   "mount tell; the home folder would do, too"},
        {"start", "may programs be run there? mount tells (noexec)"},
        {"tools", "install them there; every Linux has them, busybox too"},
    };
    char id[40] = "far-failed";
    const char *hint = "see what is wrong there, and try again";

    for (int i = 0; i < 4; i++) {
        size_t n = strlen(known[i].word);

        if (strncmp(what, known[i].word, n) != 0)
            continue;
        snprintf(id, sizeof id, "far-%s", known[i].word);
        hint = known[i].hint;
        what += n;
    }
    err_set(err, ERR_HELPER, id, "cannot start a server on %s:%.300s",
            request->to.host, what);
    return err_hint(err, "%s", hint);
}

/* Its next "ECHOLAB WORD REST", REST into `rest`; others are passed over. */
static int await(struct talk *talk, const char *word, char rest[LINE_SIZE],
                 struct err *err)
{
    size_t n = strlen(word);
    char said[LINE_SIZE];

    do {
        if (far_next(talk->ssh, &talk->request->to, said, err) < 0)
            return -1;
        if (strncmp(said, "fail ", 5) == 0)
            return far_failed(talk->request, said + 5, err);
        if (strncmp(said, "fact ", 5) == 0)
            far_facts_take(&talk->told->facts, said + 5);
    } while (strncmp(said, word, n) != 0);
    snprintf(rest, LINE_SIZE, "%s", said + n + (said[n] == ' '));
    return 0;
}

/* ---- sending ---- */

static void send_request(struct proc *ssh, const struct deploy_request *request,
                         const struct far_program *program)
{
    struct buf text = {0};
    int nargs = 0;

    while (request->args[nargs])
        nargs++;
    buf_addf(&text, "%s\n%d\n%lld\n%s\n%lld\n%d\n", request->transport,
             request->port, (long long)request->lifetime_s, request->allow,
             (long long)program->bytes, nargs);
    for (int i = 0; i < nargs; i++)
        buf_addf(&text, "%s\n", request->args[i]);
    (void)far_send(ssh, &text);
    buf_release(&text);
}

static void send_program(struct proc *ssh, const struct far_program *program)
{
    char bytes[CHUNK];
    ssize_t n;

    while ((n = read(program->fd, bytes, sizeof bytes)) > 0)
        if (proc_send(ssh, bytes, (size_t)n, stall_ns) < 0)
            return;
}

static int check_version(const struct deploy_request *request,
                         const char *version, struct err *err)
{
    const char *ours = args_version();
    size_t n = strlen(version), own = strlen(ours);

    if (n >= own && strcmp(version + n - own, ours) == 0)
        return 0;
    err_set(err, ERR_PEER, "version-mismatch",
            "the server on %s is \"%.80s\", this is %s", request->to.host,
            version, ours);
    return err_hint(err, "build it again: make static");
}

/* Not before it runs: what took the program there may take more than that. */
static void send_input(struct proc *ssh, const struct deploy_request *request)
{
    (void)proc_send(ssh, request->input, strlen(request->input), stall_ns);
}

static int hand_over(struct talk *talk, const struct far_program *program,
                     struct err *err)
{
    const struct deploy_request *request = talk->request;
    struct deploy_told *told = talk->told;
    char rest[LINE_SIZE];

    if (far_begin(talk->ssh, &request->to, "deploy/far.sh", err) < 0 ||
        await(talk, "hello", rest, err) < 0 ||
        far_program_check(program, &request->to, rest, err) < 0)
        return -1;
    send_request(talk->ssh, request, program);
    send_program(talk->ssh, program);
    if (await(talk, "version", rest, err) < 0 ||
        check_version(request, rest, err) < 0 ||
        await(talk, "host", rest, err) < 0)
        return -1;
    snprintf(told->host, sizeof told->host, "%.255s", rest);
    if (await(talk, "firewall", rest, err) < 0)
        return -1;
    snprintf(told->firewall, sizeof told->firewall, "%.255s", rest);
    told->is_open = strncmp(rest, "opened ", 7) == 0;
    if (await(talk, "run", rest, err) < 0)
        return -1;
    send_input(talk->ssh, request);
    return 0;
}

int deploy_start(struct proc *ssh, const struct deploy_request *request,
                 struct deploy_told *told, struct err *err)
{
    struct far_program program = {.fd = -1};
    struct talk talk = {ssh, request, told};
    int failed;

    memset(told, 0, sizeof *told);
    failed = far_program_open(&program, request->program, err) < 0 ||
             hand_over(&talk, &program, err) < 0;
    if (program.fd >= 0)
        close(program.fd);
    return failed ? -1 : 0;
}

int deploy_is_lost(struct proc *ssh)
{
    /* Read, but not heard: deploy_end hears what it says when it ends early. */
    (void)proc_more(ssh, 0);
    /* Its ssh does not end before its files were taken. */
    return ssh->ended || strstr(buf_text(&ssh->out), MARK "ended");
}

/* ---- the end ---- */

/* Copy n bytes of its output into a file; with fd -1 to nowhere. */
static int take_bytes(struct proc *ssh, int fd, int64_t n)
{
    char bytes[CHUNK];

    while (n > 0) {
        size_t most = n < CHUNK ? (size_t)n : CHUNK;
        size_t got = proc_bytes(ssh, bytes, most, answer_ns);

        if (got == 0)
            return 0; /* the missing end is told by the caller */
        if (fd >= 0) {
            errno = ENOSPC; /* of a short write */
            if (write(fd, bytes, got) != (ssize_t)got)
                return -1;
        }
        n -= (int64_t)got;
    }
    return 1;
}

static int save_bytes(struct proc *ssh, const char *dir, const char *name,
                      int64_t bytes, struct err *err)
{
    char path[4096];
    int fd, taken;

    if (!dir)
        return take_bytes(ssh, -1, bytes) < 0 ? -1 : 0;
    snprintf(path, sizeof path, "%.4000s/%s", dir, name);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    taken = fd < 0 ? -1 : take_bytes(ssh, fd, bytes);
    if (taken < 0)
        err_sys(err, ERR_RESULTS, "results-write", "cannot write %s", path);
    if (fd >= 0)
        close(fd);
    if (fd >= 0 && taken <= 0)
        (void)unlink(path);
    return taken < 0 ? -1 : 0;
}

/* "NAME BYTES", of a name that we know. */
static int take_file(struct proc *ssh, const char *dir, const char *said,
                     struct err *err)
{
    static const char *const names[] = {"injected.csv", "served.csv"};
    int64_t bytes = 0;

    for (int i = 0; i < 2; i++) {
        size_t n = strlen(names[i]);

        if (strncmp(said, names[i], n) == 0 && said[n] == ' ' &&
            num_parse_int(said + n + 1, 0, INT64_MAX, &bytes) == 0)
            return save_bytes(ssh, dir, names[i], bytes, err);
    }
    return 0;
}

static void add_left(struct deploy_told *told, const char *what)
{
    size_t n = strlen(told->left);

    snprintf(told->left + n, sizeof told->left - n, "%s%s", n ? "; " : "",
             what);
}

static int lost(const struct proc *ssh, const struct ssh_target *to,
                struct err *err)
{
    char line[SSH_LINE_SIZE];

    ssh_last_line(ssh, line);
    err_set(err, ERR_CUT, "ssh-lost", "cut short: ssh to %s was lost%s%s",
            to->host, line[0] ? ": " : "", line);
    return err_hint(err, "the server there ends and cleans up by itself; run "
                         "it again");
}

/* Lines until "end"; 1 when it came. */
static int hear_out(struct proc *ssh, const char *dir, struct deploy_told *told,
                    struct err *err)
{
    int64_t deadline_ns = clock_now_ns() + answer_ns;
    char line[LINE_SIZE];
    const char *said = line + strlen(MARK);

    while (clock_now_ns() < deadline_ns) {
        if (!proc_line(ssh, line, sizeof line, tick_ns)) {
            if (ssh->ended)
                return 0;
            continue;
        }
        if (strncmp(line, MARK, strlen(MARK)) != 0)
            continue;
        if (strncmp(said, "end ", 4) == 0)
            return 1;
        if (strncmp(said, "left ", 5) == 0)
            add_left(told, said + 5);
        if (strncmp(said, "fact ", 5) == 0)
            far_facts_take(&told->facts, said + 5);
        if (strncmp(said, "file ", 5) == 0 &&
            take_file(ssh, dir, said + 5, err) < 0)
            return -1;
        deadline_ns = clock_now_ns() + answer_ns;
    }
    return 0;
}

int deploy_end(struct proc *ssh, const struct ssh_target *to, const char *dir,
               struct deploy_told *told, struct err *err)
{
    int64_t deadline_ns = clock_now_ns() + answer_ns;
    char line[LINE_SIZE];
    int heard;

    proc_close_input(ssh);
    heard = hear_out(ssh, dir, told, err);
    if (heard <= 0)
        return heard < 0 ? -1 : lost(ssh, to, err);
    while (!ssh->ended && clock_now_ns() < deadline_ns)
        (void)proc_line(ssh, line, sizeof line, tick_ns);
    return 0;
}
