/* A host that ssh leads to: could a run take a server there? */
#include "harness/doctor.h"

#include "harness/far.h"
#include "harness/paths.h"
#include "harness/ssh.h"
#include "lib/args.h"
#include "lib/clock.h"
#include "lib/num.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A SYN, and the one that follows a second later. */
static const int64_t connect_timeout_ns = 2 * CLOCK_NS_PER_S;
enum { CLOCKS_APART_S = 5, ROOM_KB = 16 << 10, DESCRIPTORS = 1024 };

/* What deploy/look.sh said; "" or 0 for what it did not. */
struct seen {
    char hello[64], missing[256], folder[512], rights[16], nft[16];
    int64_t clock_s, clock_here_s, room_kb, descriptors, cpus;
    double load;
    char session[32]; /* the process that we are under there */
    int listens_any, listens_loopback, listens_one;
};

/* ---- hearing ---- */

static void take_text(char *to, size_t size, const char *said, const char *word)
{
    size_t n = strlen(word);

    if (strncmp(said, word, n) == 0 && (said[n] == ' ' || !said[n]))
        snprintf(to, size, "%s", said + n + (said[n] == ' '));
}

static void take_number(int64_t *to, const char *said, const char *word)
{
    char text[32] = "";

    take_text(text, sizeof text, said, word);
    if (text[0])
        (void)num_parse_int(text, 0, INT64_MAX, to);
}

static void take_load(struct seen *seen, const char *said)
{
    char text[64] = "", *cpus;

    take_text(text, sizeof text, said, "load");
    cpus = strchr(text, ' ');
    if (!cpus)
        return;
    *cpus++ = '\0';
    if (num_parse_real(text, 0, 1e6, &seen->load) < 0 ||
        num_parse_int(cpus, 1, 1000000, &seen->cpus) < 0)
        seen->cpus = 0;
}

static void take_line(struct seen *seen, const char *said)
{
    take_text(seen->missing, sizeof seen->missing, said, "missing");
    take_text(seen->folder, sizeof seen->folder, said, "folder");
    take_text(seen->rights, sizeof seen->rights, said, "rights");
    take_text(seen->nft, sizeof seen->nft, said, "nft");
    take_text(seen->session, sizeof seen->session, said, "session");
    take_number(&seen->room_kb, said, "room");
    take_number(&seen->descriptors, said, "descriptors");
    take_load(seen, said);
    if (strncmp(said, "clock ", 6) == 0) {
        take_number(&seen->clock_s, said, "clock");
        seen->clock_here_s = (int64_t)time(NULL);
    }
    seen->listens_any |= strcmp(said, "listens any") == 0;
    seen->listens_loopback |= strcmp(said, "listens loopback") == 0;
    seen->listens_one |= strcmp(said, "listens one") == 0;
}

static int converse(struct proc *ssh, const struct ssh_target *to, int port,
                    struct seen *seen, struct err *err)
{
    char said[FAR_LINE_SIZE];
    struct buf text = {0};

    if (far_begin(ssh, to, "deploy/look.sh", err) < 0 ||
        far_next(ssh, to, said, err) < 0)
        return -1;
    snprintf(seen->hello, sizeof seen->hello, "%.63s", said);
    buf_addf(&text, "%d\n", port);
    (void)far_send(ssh, &text);
    buf_release(&text);
    do {
        if (far_next(ssh, to, said, err) < 0)
            return -1;
        take_line(seen, said);
    } while (strcmp(said, "end") != 0);
    return 0;
}

static int look(struct findings *findings, const struct ssh_target *to,
                int port, struct seen *seen)
{
    int64_t start_ns = clock_now_ns();
    struct err err = {0};
    struct proc ssh = {0};
    char after[24];
    int failed = converse(&ssh, to, port, seen, &err);

    proc_release(&ssh);
    if (failed) {
        findings_add_err(findings, FINDING_FAIL, "ssh", &err);
        return -1;
    }
    findings_add(
        findings, FINDING_OK, "ssh", NULL,
        "%s lets us in; all it was asked took %s", to->host,
        num_duration((double)(clock_now_ns() - start_ns), after, sizeof after));
    return 0;
}

/* ---- what it means ---- */

/* The version that a server for other hosts tells, where it runs here. */
static int check_version(const char *name, struct err *err)
{
    char path[4096], file[64], line[256] = "", want[256];
    const char *argv[] = {path, "--version", NULL};
    struct proc_spec spec = {.argv = argv, .cpu = -1};
    struct proc proc;

    snprintf(file, sizeof file, "static/%s", name);
    snprintf(want, sizeof want, "%s (echolab) %s", name, args_version());
    if (paths_data(path, file, err) < 0 || proc_start(&proc, &spec, err) < 0)
        return -1;
    while (!proc_line(&proc, line, sizeof line, CLOCK_NS_PER_S) &&
           !proc_ended(&proc))
        ;
    proc_release(&proc);
    if (!line[0] || strcmp(line, want) == 0)
        return 0; /* of another machine, it says nothing here */
    err_set(err, ERR_HELPER, "version-mixed",
            "%s for other hosts is of another version than harness: \"%s\", "
            "not \"%s\"",
            name, line, want);
    return err_hint(err, "build it again: make static");
}

static void check_server(struct findings *findings, const struct seen *seen,
                         const struct doctor_login *login)
{
    const char *name = login->is_udp ? "echo-udp-server" : "echo-server";
    struct far_program program = {.fd = -1};
    struct err err = {0};

    if (far_program_open(&program, name, &err) < 0 ||
        far_program_check(&program, &login->to, seen->hello, &err) < 0 ||
        check_version(name, &err) < 0)
        findings_add_err(findings, FINDING_FAIL, "server", &err);
    else
        findings_add(findings, FINDING_OK, "server", NULL,
                     "%s, version %s, is for such a machine (%s)", name,
                     args_version(), strrchr(seen->hello, ' ') + 1);
    if (program.fd >= 0)
        close(program.fd);
}

static void check_tools(struct findings *findings, const struct seen *seen)
{
    if (seen->missing[0])
        findings_add(findings, FINDING_FAIL, "tools there",
                     "install them there; every Linux has them, busybox too",
                     "missing: %s", seen->missing);
    else
        findings_add(findings, FINDING_OK, "tools there", NULL, "all there");
}

/* "none WHY", or "fine FOLDER". */
static void check_folder(struct findings *findings, const struct seen *seen)
{
    const char *rest = strchr(seen->folder, ' ');

    rest = rest ? rest + 1 : "";
    if (!seen->folder[0])
        return; /* not tried, for want of tools */
    if (strncmp(seen->folder, "none", 4) == 0)
        findings_add(findings, FINDING_FAIL, "folder there",
                     "is its disk full, or read-only, or noexec? df and mount "
                     "there tell; it can also be the home folder, or TMPDIR of "
                     "that user",
                     "%s", rest);
    else if (seen->room_kb < 0)
        findings_add(findings, FINDING_OK, "folder there", NULL,
                     "%s runs programs; its room is not told", rest);
    else if (seen->room_kb < ROOM_KB)
        findings_add(findings, FINDING_FAIL, "folder there",
                     "make room there: the server needs some, and what it "
                     "records over UDP",
                     "only %lld KiB are free in %s", (long long)seen->room_kb,
                     rest);
    else
        findings_add(findings, FINDING_OK, "folder there", NULL,
                     "%s has room, %lld MiB, and runs programs", rest,
                     (long long)(seen->room_kb >> 10));
}

/* ---- the port ---- */

static int can_open(const struct seen *seen)
{
    return strcmp(seen->rights, "none") != 0 && seen->nft[0] >= '1' &&
           seen->nft[0] <= '9';
}

/* Somebody has it: our server could not. */
static int is_taken(struct findings *findings, const struct seen *seen,
                    int port)
{
    if (seen->listens_any || seen->listens_one)
        findings_add(findings, FINDING_FAIL, "port",
                     "end it there, or choose another --port; a server that "
                     "is to stay is measured by --host HOST, without a user",
                     "something listens at port %d there already", port);
    else if (seen->listens_loopback)
        findings_add(findings, FINDING_FAIL, "port",
                     "a server for others is started with --ip 0.0.0.0; end "
                     "this one, and a run will start its own",
                     "a server there has port %d, and listens on 127.0.0.1 "
                     "only",
                     port);
    return seen->listens_any || seen->listens_one || seen->listens_loopback;
}

static void filtered(struct findings *findings, const struct seen *seen,
                     const char *address, int port)
{
    if (can_open(seen))
        findings_add(findings, FINDING_OK, "port", NULL,
                     "%s port %d is closed by nftables there, and a run opens "
                     "it for its time",
                     address, port);
    else if (strcmp(seen->nft, "0") == 0)
        findings_add(findings, FINDING_FAIL, "port",
                     "nftables filters nothing there, so it is the provider: "
                     "open the port in the security group",
                     "%s port %d is filtered on the way", address, port);
    else
        findings_add(findings, FINDING_FAIL, "port",
                     "open it there for this machine, or let a run do it: as "
                     "root, or with sudo -n nft; then look at the provider's "
                     "security group",
                     "%s port %d is filtered, and we may not open it", address,
                     port);
}

static void check_port(struct findings *findings, const struct seen *seen,
                       const struct doctor_login *login, const char *host)
{
    struct net_addrs addrs = {0};
    struct err err = {0};
    int fd, cause;

    if (!login->is_udp && is_taken(findings, seen, login->port))
        return;
    if (net_resolve(host, login->port, &addrs, &err) < 0) {
        findings_add_err(findings, FINDING_FAIL, "port", &err);
        return;
    }
    fd = net_connect(&addrs.at[0], connect_timeout_ns);
    cause = errno;
    if (fd >= 0)
        close(fd);
    if (fd >= 0)
        findings_add(findings, FINDING_WARN, "port",
                     "is there a proxy on the way? measure with another "
                     "--port",
                     "%s answers, and yet nobody listens there",
                     addrs.at[0].text);
    else if (cause == ECONNREFUSED)
        findings_add(findings, FINDING_OK, "port", NULL,
                     "%s is free, and nothing filters it", addrs.at[0].text);
    else
        filtered(findings, seen, host, login->port);
}

/* ---- the rest ---- */

static void check_firewall(struct findings *findings, const struct seen *seen)
{
    const char *how = strcmp(seen->rights, "root") == 0 ? "as root"
                      : strcmp(seen->rights, "sudo") == 0
                          ? "with sudo -n"
                          : "neither root nor sudo without a password";

    if (strcmp(seen->nft, "missing") == 0)
        findings_add(findings, FINDING_WARN, "firewall there",
                     "where there is another firewall, open the port in it "
                     "yourself",
                     "no nft there: a run leaves the firewall alone");
    else if (strcmp(seen->rights, "none") == 0)
        findings_add(findings, FINDING_WARN, "firewall there",
                     "log in as root, or let sudo -n nft work; or open the "
                     "port yourself",
                     "a run may not change it: %s", how);
    else
        findings_add(findings, FINDING_OK, "firewall there", NULL,
                     "a run may open its port %s; nftables has %s chain%s for "
                     "what comes in",
                     how, seen->nft, strcmp(seen->nft, "1") == 0 ? "" : "s");
}

static void check_clock(struct findings *findings, const struct seen *seen)
{
    int64_t apart_s = seen->clock_s - seen->clock_here_s;

    if (llabs(apart_s) > CLOCKS_APART_S)
        findings_add(findings, FINDING_WARN, "clocks",
                     "no round trip depends on it, but logs are hard to "
                     "compare: timedatectl set-ntp true",
                     "that host is %lld s %s ours", (long long)llabs(apart_s),
                     apart_s > 0 ? "ahead of" : "behind");
    else
        findings_add(findings, FINDING_OK, "clocks", NULL,
                     "not %d s apart; round trips need only ours",
                     CLOCKS_APART_S);
}

static void check_limits(struct findings *findings, const struct seen *seen)
{
    if (seen->descriptors > 0 && seen->descriptors < DESCRIPTORS)
        findings_add(findings, FINDING_WARN, "limits there",
                     "ulimit -n there, before many connections",
                     "%lld descriptors", (long long)seen->descriptors);
    else
        findings_add(findings, FINDING_OK, "limits there", NULL,
                     "enough descriptors");
    if (seen->cpus > 0 && seen->load > (double)seen->cpus)
        findings_add(findings, FINDING_WARN, "load there",
                     "wait, or end what else runs there",
                     "%.2f on %lld processors", seen->load,
                     (long long)seen->cpus);
    else
        findings_add(findings, FINDING_OK, "load there", NULL,
                     "%.2f on %lld processors", seen->load,
                     (long long)seen->cpus);
}

/* sshd's own process, which may hang on a network that failed. */
static void check_session(struct findings *findings, const struct seen *seen)
{
    if (strncmp(seen->session, "sshd", 4) == 0 ||
        strcmp(seen->session, "dropbear") == 0)
        findings_add(findings, FINDING_OK, "session there", NULL,
                     "ends half a minute after the network, with our server");
    else
        findings_add(findings, FINDING_WARN, "session there",
                     "ClientAliveInterval 15 in its sshd_config ends it in "
                     "a minute",
                     "when the network fails our server ends, but sshd's own "
                     "process stays for about a quarter of an hour");
}

/* The one that ssh comes from is the one that a run serves. */
static void check_way(struct findings *findings,
                      const struct ssh_meaning *meaning)
{
    if (meaning->via[0])
        findings_add(findings, FINDING_WARN, "way",
                     "harness run --allow ADDRESS[/BITS], your address as "
                     "that host sees it, or any",
                     "ssh goes there through %s: a run would serve that "
                     "one's address, not ours",
                     meaning->via);
}

void doctor_login(struct findings *findings, const struct doctor_login *login)
{
    struct ssh_meaning meaning;
    struct seen seen = {.nft = "missing", .rights = "none", .room_kb = -1};
    struct err err = {0};

    if (ssh_resolve(&meaning, &login->to, &err) < 0) {
        findings_add_err(findings, FINDING_FAIL, "ssh", &err);
        return;
    }
    if (strcmp(meaning.host, login->to.host) != 0)
        findings_add(findings, FINDING_OK, "alias", NULL,
                     "%s is %s, says the configuration of ssh", login->to.host,
                     meaning.host);
    if (look(findings, &login->to, login->port, &seen) < 0)
        return;
    check_way(findings, &meaning);
    check_server(findings, &seen, login);
    check_tools(findings, &seen);
    check_folder(findings, &seen);
    check_firewall(findings, &seen);
    check_port(findings, &seen, login, meaning.host);
    check_session(findings, &seen);
    check_clock(findings, &seen);
    check_limits(findings, &seen);
}
