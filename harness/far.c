#include "harness/far.h"

#include "harness/paths.h"
#include "lib/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Read the script from stdin, so that it need not pass a login shell. */
static const char bootstrap[] =
    "exec sh -c 'read -r n && eval \"$(head -c \"$n\")\"'";

#define MARK "ECHOLAB "
enum { MOST_NOISE = 64 << 10 };
static const int64_t answer_ns = 30 * CLOCK_NS_PER_S;
static const int64_t stall_ns = 30 * CLOCK_NS_PER_S;
static const int64_t tick_ns = CLOCK_NS_PER_S / 5;

/* ---- its words ---- */

static int too_noisy(const struct ssh_target *to, struct err *err)
{
    err_set(err, ERR_HELPER, "far-noise",
            "%s prints more than %d bytes before our script begins", to->host,
            MOST_NOISE);
    return err_hint(err, "what its shell prints without a terminal must go: "
                         "see ~/.bashrc there");
}

static int fell_silent(const struct ssh_target *to, struct err *err)
{
    err_set(err, ERR_HELPER, "far-silent", "%s did not answer within %d s",
            to->host, (int)(answer_ns / CLOCK_NS_PER_S));
    return err_hint(err, "is that host overloaded? try: ssh %s true", to->host);
}

int far_next(struct proc *ssh, const struct ssh_target *to,
             char said[FAR_LINE_SIZE], struct err *err)
{
    int64_t deadline_ns = clock_now_ns() + answer_ns;
    char line[FAR_LINE_SIZE];

    while (clock_now_ns() < deadline_ns) {
        int got = proc_line(ssh, line, sizeof line, tick_ns);

        if (ssh->log.len + ssh->out.len > MOST_NOISE)
            return too_noisy(to, err);
        if (!got && ssh->ended)
            return ssh_explain(ssh, to, err);
        if (!got || strncmp(line, MARK, strlen(MARK)) != 0)
            continue;
        snprintf(said, FAR_LINE_SIZE, "%s", line + strlen(MARK));
        return 0;
    }
    return fell_silent(to, err);
}

/* ---- its beginning ---- */

int far_send(struct proc *ssh, const struct buf *text)
{
    return text->failed ? -1 : proc_send(ssh, text->text, text->len, stall_ns);
}

static int add_file(struct buf *to, const char *name, struct err *err)
{
    char path[4096], bytes[4096];
    FILE *file;
    size_t n;

    if (paths_data(path, name, err) < 0)
        return -1;
    file = fopen(path, "re");
    if (!file)
        return err_sys(err, ERR_HELPER, "install-broken", "cannot read %s",
                       path);
    while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
        buf_add_n(to, bytes, n);
    fclose(file);
    return 0;
}

/* "LENGTH\n" and the script, behind what all of them begin with. */
static int send_script(struct proc *ssh, const char *name, struct err *err)
{
    struct buf script = {0}, all = {0};
    int failed = add_file(&script, "deploy/common.sh", err) < 0 ||
                 add_file(&script, name, err) < 0;

    if (!failed) {
        buf_addf(&all, "%zu\n", script.len);
        buf_add_n(&all, buf_text(&script), script.len);
        /* One that takes nothing is explained by its words, or by its end. */
        (void)far_send(ssh, &all);
    }
    buf_release(&script);
    buf_release(&all);
    return failed ? -1 : 0;
}

int far_begin(struct proc *ssh, const struct ssh_target *to, const char *script,
              struct err *err)
{
    if (ssh_start(ssh, to, bootstrap, err) < 0)
        return -1;
    return send_script(ssh, script, err);
}

/* ---- the program ---- */

int far_program_open(struct far_program *program, const char *name,
                     struct err *err)
{
    char path[4096], file[64];
    unsigned char head[20];
    struct stat st;

    snprintf(file, sizeof file, "static/%s", name);
    if (paths_data(path, file, err) < 0) {
        err_set(err, ERR_HELPER, "static-missing",
                "there is no %s that runs on other hosts", name);
        return err_hint(err, "build it: make static");
    }
    program->name = name;
    program->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (program->fd < 0 || fstat(program->fd, &st) < 0 ||
        pread(program->fd, head, sizeof head, 0) != sizeof head)
        return err_sys(err, ERR_HELPER, "static-missing", "cannot read %s",
                       path);
    program->bytes = st.st_size;
    program->machine = head[18] | (unsigned)head[19] << 8;
    return 0;
}

/* 1 when what `uname -m` says runs a program of that ELF machine. */
static int runs(const char *machine, unsigned elf)
{
    static const struct {
        unsigned elf;
        const char *machine;
    } known[] = {{3, "i"},       {21, "ppc64"},    {22, "s390x"},   {40, "arm"},
                 {62, "x86_64"}, {183, "aarch64"}, {243, "riscv64"}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].elf == elf)
            return strncmp(machine, known[i].machine,
                           strlen(known[i].machine)) == 0;
    return 1; /* it will tell when it is started */
}

int far_program_check(const struct far_program *program,
                      const struct ssh_target *to, const char *hello,
                      struct err *err)
{
    const char *machine = strrchr(hello, ' ');

    machine = machine ? machine + 1 : "";
    if (!*machine || runs(machine, program->machine))
        return 0;
    err_set(err, ERR_HELPER, "far-architecture",
            "%s is another kind of machine (%.40s): our %s does not run there",
            to->host, machine, program->name);
    return err_hint(err, "build echolab there, start its server, and give "
                         "--host without a user");
}
