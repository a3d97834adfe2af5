#include "harness/ssh.h"

#include "harness/login.h"
#include "lib/clock.h"
#include "lib/num.h"

#include <string.h>

static const int64_t config_timeout_ns = 10 * CLOCK_NS_PER_S;

static int check_target(const struct ssh_target *to, struct err *err)
{
    if (!login_is_host(to->host)) {
        err_set(err, ERR_USAGE, "ssh-target",
                "\"%.80s\" is not a host that ssh is given", to->host);
        return err_hint(err, "a name of letters, digits, '.' and '-', or an "
                             "address");
    }
    if (!to->user[0] || login_is_user(to->user))
        return 0;
    err_set(err, ERR_USAGE, "ssh-target",
            "\"%.80s\" is not a user that ssh is given", to->user);
    return err_hint(err, "a name of a-z, 0-9, _ and -, at most 32 of them; "
                         "another one may be the User of an alias in "
                         "~/.ssh/config: --host ALIAS --set target.launch=ssh");
}

int ssh_start(struct proc *proc, const struct ssh_target *to,
              const char *command, struct err *err)
{
    const char *const options[] = {
        "ssh",
        "-T",
        "-oBatchMode=yes",
        "-oConnectTimeout=10",
        "-oServerAliveInterval=5",
        "-oServerAliveCountMax=3",
        "-oClearAllForwardings=yes",
        "-oForwardAgent=no",
        "-oControlPath=none",
        "-oRequestTTY=no",
        "-oPermitLocalCommand=no",
        "-oRemoteCommand=none",
        "-oLogLevel=INFO",
        "-oStrictHostKeyChecking=yes",
    };
    enum { OPTIONS = sizeof options / sizeof *options };
    const char *argv[OPTIONS + 6];
    struct proc_spec spec = {.argv = argv, .cpu = -1, .is_dialog = 1};
    int n = OPTIONS;

    if (check_target(to, err) < 0)
        return -1;
    memcpy(argv, options, sizeof options);
    if (to->user[0]) {
        argv[n++] = "-l";
        argv[n++] = to->user;
    }
    argv[n++] = "--";
    argv[n++] = to->host;
    argv[n++] = command;
    argv[n] = NULL;
    return proc_start(proc, &spec, err);
}

/* ---- what a name means ---- */

/* "hostname 192.0.2.7", "port 22", "proxyjump gate", and much else. */
static void take_setting(struct ssh_meaning *meaning, const char *line)
{
    int64_t port;

    if (strncmp(line, "hostname ", 9) == 0)
        snprintf(meaning->host, sizeof meaning->host, "%.255s", line + 9);
    if (strncmp(line, "port ", 5) == 0 &&
        num_parse_int(line + 5, 1, 65535, &port) == 0)
        meaning->port = (int)port;
    if (strncmp(line, "hostkeyalias ", 13) == 0)
        snprintf(meaning->key_name, sizeof meaning->key_name, "%.255s",
                 line + 13);
    if (strncmp(line, "proxyjump ", 10) == 0)
        snprintf(meaning->via, sizeof meaning->via, "ProxyJump %.64s",
                 line + 10);
    if (strncmp(line, "proxycommand ", 13) == 0)
        snprintf(meaning->via, sizeof meaning->via, "a ProxyCommand");
}

/* Where there is no HostKeyAlias. */
static void name_key(struct ssh_meaning *meaning)
{
    if (meaning->key_name[0])
        return;
    snprintf(meaning->key_name, sizeof meaning->key_name,
             meaning->port == 22 ? "%s" : "[%s]:%d", meaning->host,
             meaning->port);
}

static int check_meaning(const struct ssh_meaning *meaning,
                         const struct proc *proc, const struct ssh_target *to,
                         struct err *err)
{
    char line[SSH_LINE_SIZE];

    if (!proc->ended || proc->exit_code != 0 || !meaning->port) {
        ssh_last_line(proc, line);
        err_set(err, ERR_HELPER, "ssh-config",
                "ssh does not tell which host \"%.80s\" is: %s", to->host,
                line);
        return err_hint(err, "try: ssh -G %s", to->host);
    }
    if (login_is_host(meaning->host))
        return 0;
    err_set(err, ERR_USAGE, "ssh-target",
            "\"%.80s\", which is HostName of %s in ssh's configuration, is no "
            "host",
            meaning->host, to->host);
    return err_hint(err, "a name of letters, digits, '.' and '-', or an "
                         "address");
}

int ssh_resolve(struct ssh_meaning *meaning, const struct ssh_target *to,
                struct err *err)
{
    const char *argv[] = {"ssh", "-G", "--", to->host, NULL, NULL, NULL};
    struct proc_spec spec = {.argv = argv, .cpu = -1};
    int64_t deadline_ns = clock_now_ns() + config_timeout_ns;
    struct proc proc;
    char line[1024];
    int failed;

    memset(meaning, 0, sizeof *meaning);
    if (check_target(to, err) < 0)
        return -1;
    if (to->user[0]) {
        argv[2] = "-l";
        argv[3] = to->user;
        argv[4] = "--";
        argv[5] = to->host;
    }
    if (proc_start(&proc, &spec, err) < 0)
        return -1;
    while (!proc_ended(&proc) && clock_now_ns() < deadline_ns)
        if (proc_line(&proc, line, sizeof line, CLOCK_NS_PER_S))
            take_setting(meaning, line);
    name_key(meaning);
    failed = check_meaning(meaning, &proc, to, err);
    proc_release(&proc);
    return failed;
}

/* ---- what it says ---- */

/* The last line of a text; "" of an empty one. */
static void last_line(const char *text, char line[SSH_LINE_SIZE])
{
    size_t end = strlen(text), begin;

    while (end > 0 && strchr("\r\n", text[end - 1]))
        end--;
    for (begin = end; begin > 0 && text[begin - 1] != '\n';)
        begin--;
    snprintf(line, SSH_LINE_SIZE, "%.*s", (int)(end - begin), text + begin);
}

void ssh_last_line(const struct proc *proc, char line[SSH_LINE_SIZE])
{
    last_line(buf_text(&proc->err), line);
}

static int says(const struct proc *proc, const char *words)
{
    return strstr(buf_text(&proc->err), words) != NULL;
}

/*
 * Whose key it was, as ssh tells: "No ED25519 host key is known for NAME and
 * you have requested", "Host key for NAME has changed".  Of a way through a
 * jump host it may be that one's.
 */
static void named_key(const struct proc *proc, char name[300])
{
    static const char *const before[] = {"host key is known for ",
                                         "Host key for "};

    for (int i = 0; i < 2; i++) {
        const char *at = strstr(buf_text(&proc->err), before[i]);

        at = at ? at + strlen(before[i]) : "";
        snprintf(name, 300, "%.*s", (int)strcspn(at, " \r\n"), at);
        if (name[0])
            return;
    }
}

/* ssh itself names every key; what names none is the ssh to a jump host. */
static void unnamed_key(const struct ssh_meaning *meaning, char name[300])
{
    const char *jump = strchr(meaning->via, ' ');
    size_t user;

    jump = strncmp(meaning->via, "ProxyJump ", 10) == 0 ? jump + 1 : NULL;
    user = jump ? strcspn(jump, "@,") : 0; /* of the first host */
    if (jump && jump[user] == '@')
        jump += user + 1;
    if (jump && jump[0] == '[')
        snprintf(name, 300, "%.*s", (int)strcspn(jump + 1, "]"), jump + 1);
    else if (jump)
        snprintf(name, 300, "%.*s", (int)strcspn(jump, ",:"), jump);
    else
        snprintf(name, 300, "%s", meaning->key_name);
}

/* "-p 2222 192.0.2.7": what ssh-keyscan, which knows no alias, is given. */
static void scan_words(const struct ssh_meaning *meaning, const char *name,
                       char words[320])
{
    int n = (int)strcspn(name, "]");

    if (strcmp(name, meaning->key_name) == 0 && meaning->port != 22)
        snprintf(words, 320, "-p %d %s", meaning->port, meaning->host);
    else if (strcmp(name, meaning->key_name) == 0)
        snprintf(words, 320, "%s", meaning->host);
    else if (name[0] == '[' && name[n] && name[n + 1] == ':')
        snprintf(words, 320, "-p %s %.*s", name + n + 2, n - 1, name + 1);
    else
        snprintf(words, 320, "%s", name);
}

static int explain_key(const struct proc *proc, const struct ssh_target *to,
                       struct err *err)
{
    struct ssh_meaning meaning;
    struct err ignored = {0};
    char name[300], words[320];

    (void)ssh_resolve(&meaning, to, &ignored);
    named_key(proc, name);
    if (!name[0])
        unnamed_key(&meaning, name);
    scan_words(&meaning, name, words);
    if (says(proc, "REMOTE HOST IDENTIFICATION HAS CHANGED")) {
        err_set(err, ERR_HELPER, "ssh-host-changed",
                "the host key of %s is not the one that is known: another "
                "host, or somebody between",
                name);
        return err_hint(err,
                        "compare `ssh-keyscan %s | ssh-keygen -lf -` with the "
                        "console of the host; only if it was set up anew: "
                        "ssh-keygen -R '%s'",
                        words, name);
    }
    err_set(err, ERR_HELPER, "ssh-host-unknown",
            "the host key of %s is not known here", name);
    return err_hint(err,
                    "see its fingerprint: ssh-keyscan %s | ssh-keygen -lf - ; "
                    "is it what the console of the host says? then say yes "
                    "to: ssh %s%s%s",
                    words, to->user, to->user[0] ? "@" : "", to->host);
}

/*
 * ssh came in, and what it called there has ended: nologin, a shell that may
 * not do this.
 */
static int explain_shell(const struct proc *proc, const struct ssh_target *to,
                         struct err *err)
{
    char line[SSH_LINE_SIZE];

    last_line(buf_text(&proc->log), line);
    err_set(err, ERR_HELPER, "ssh-failed",
            "%s let us in, but our sh there ended with status %d: %s", to->host,
            proc->exit_code, line[0] ? line : "it says nothing");
    return err_hint(err,
                    "may that user run commands, a sh? try: ssh %s%s%s uptime",
                    to->user, to->user[0] ? "@" : "", to->host);
}

int ssh_explain(const struct proc *proc, const struct ssh_target *to,
                struct err *err)
{
    char line[SSH_LINE_SIZE];

    if (says(proc, "Host key verification failed"))
        return explain_key(proc, to, err);
    ssh_last_line(proc, line);
    if (says(proc, "Permission denied")) {
        err_set(err, ERR_HELPER, "ssh-denied", "%s does not let us in: %s",
                to->host, line);
        return err_hint(err, "ssh must work without a question: ssh-add, or "
                             "ssh-copy-id USER@HOST");
    }
    /* ssh itself ends with 255; what a signal ended has nothing to say. */
    if (proc->exit_code < 128)
        return explain_shell(proc, to, err);
    if (proc->exit_code < 255)
        snprintf(line, sizeof line, "signal %d", proc->exit_code - 128);
    err_set(err, ERR_HELPER, "ssh-failed", "ssh to %s ended with status %d: %s",
            to->host, proc->exit_code, line[0] ? line : "it says nothing");
    return err_hint(err, "try: ssh %s%s%s true", to->user,
                    to->user[0] ? "@" : "", to->host);
}
