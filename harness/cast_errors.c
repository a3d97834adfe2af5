#include "harness/cast.h"

#include <stdio.h>
#include <string.h>

/* ---- the client ---- */

/* Why ssh comes from an address that is not ours, with a colon; or "". */
static const char *by_the_way(const struct cast *cast, char text[160])
{
    text[0] = '\0';
    if (cast->at.via[0])
        snprintf(text, 160,
                 "ssh goes there through %s, and has that one's address: ",
                 cast->at.via);
    return text;
}

static const char how_to_allow[] =
    "give yours as that host sees it, --allow ADDRESS[/BITS], or --allow any: "
    "without the key of the run nobody gets an echo";

static int serves_the_operator(const struct result_run *run)
{
    return strcmp(run->allow, "operator") == 0;
}

/* It runs, and our address is not one that it serves. */
static int address_refused(const struct cast *cast,
                           const struct result_run *run, struct err *err)
{
    char way[160];

    err_set(err, ERR_TARGET, "address-refused",
            "our server runs on %s, but refuses our address: it serves %s",
            run->host,
            serves_the_operator(run) ? "the one that ssh comes from"
                                     : run->allow);
    return err_hint(err, "%s%s", by_the_way(cast, way), how_to_allow);
}

/* It runs, and says so over ssh; and yet there is no way to it. */
static int port_filtered(const struct cast *cast, const struct result_run *run,
                         struct err *err)
{
    struct err cause = *err;
    char way[160];

    err_set(err, ERR_TARGET, "port-filtered",
            "our server runs on %s, but %s port %d is closed on the way: "
            "%.400s",
            run->host, run->transport, run->port, cause.msg);
    if (cast->far.is_open && cast->at.via[0] && serves_the_operator(run))
        return err_hint(err, "firewall there: %.200s; %s%s", cast->far.firewall,
                        by_the_way(cast, way), how_to_allow);
    return err_hint(err,
                    "firewall there: %.200s; open %s port %d in it for this "
                    "machine (as root, or let sudo -n nft work), and in the "
                    "security group of the provider",
                    cast->far.firewall, run->transport, run->port);
}

/* The relay answers for a target that does not: name the one that is meant. */
static int target_gone(const struct cast *cast, struct err *err)
{
    err_set(err, ERR_TARGET, "connect-refused",
            "cannot connect: %s, behind the emulated path",
            cast->target[0] ? cast->target : "our server");
    return err_hint(err, "nothing listens there: start it with echo-server "
                         "--port PORT, or check the port");
}

/* The hello did not come through: neither an answer nor a refusal. */
static int is_silence(const struct err *err)
{
    static const char *const ids[] = {"connect-timeout", "connect-unreachable",
                                      "hello-timeout"};

    for (int i = 0; i < 3; i++)
        if (strcmp(err->id, ids[i]) == 0)
            return 1;
    return 0;
}

/* So the client was told to end, and says no more than that. */
static int server_ended(const struct cast *cast, const struct result_run *run,
                        struct err *err)
{
    err_set(err, ERR_CUT, "server-ended",
            "cut short: our server on %s ended before the run, with status %d",
            run->host, cast->server.exit_code);
    return err_hint(err,
                    "status 0: its lifetime was over, or it had not heard "
                    "of this machine for 20 s; above 128: it was killed there");
}

/* What the client ran into, as it looks from the server over ssh. */
static int from_there(const struct cast *cast, const struct result_run *run,
                      struct err *err)
{
    int is_silent = is_silence(err);

    if ((is_silent || strcmp(err->id, "hello-refused") == 0) &&
        cast_refused_addresses(cast) > 0)
        return address_refused(cast, run, err);
    return is_silent ? port_filtered(cast, run, err) : -1;
}

int cast_lost_on_purpose(const struct result_run *run, const struct err *err)
{
    return strcmp(err->id, "no-answer") == 0 && run->loss.has &&
           (run->loss.p >= 1 || (run->loss.p > 0 && run->reconciled.has &&
                                 run->reconciled.false_loss == 0));
}

int cast_client_error(const struct cast *cast, const struct result_run *run,
                      int stopped, struct err *err)
{
    int code = cast->client.exit_code;

    if (code == 0 || (stopped && code > 128))
        return 0;
    if (code == ERR_PEER && cast_refused_forwards(cast) > 0)
        return target_gone(cast, err);
    if (err_parse(err, (enum err_code)code, buf_text(&cast->client.err)) == 0) {
        if (cast_lost_on_purpose(run, err)) {
            *err = (struct err){0};
            return 0;
        }
        return run->deployed ? from_there(cast, run, err) : -1;
    }
    if (cast->was_lost)
        return server_ended(cast, run, err);
    return err_set(err, ERR_CUT, "client-died",
                   "cut short: the client ended with status %d", code);
}

/* ---- server and relay ---- */

/* What they could not write, or found wrong with their own counts. */
static int is_about_data(const struct err *err)
{
    return err->code == ERR_RESULTS || err->code == ERR_BUG;
}

static int witness_error(const struct proc *proc, const char *name,
                         const struct result_run *run, struct err *err)
{
    struct err said = {0};

    if (!proc->open || proc->exit_code == 0)
        return 0;
    (void)err_parse(&said, (enum err_code)proc->exit_code,
                    buf_text(&proc->err));
    if (is_about_data(&said)) {
        *err = said;
        if (run->deployed && said.code == ERR_RESULTS) {
            err_wrap(err, "on %s", run->host);
            err_hint(err, "make room there (df tells), or let the run be "
                          "shorter");
        }
        return -1;
    }
    if (!result_run_is_udp(run) || run->deployed)
        return 0; /* it writes nothing here */
    err_set(err, ERR_CUT, "server-died",
            "cut short: the %s ended with status %d before its part of the "
            "record was whole",
            name, proc->exit_code);
    return err_hint(err, "its log, in the results folder, may say why");
}

int cast_witness_error(const struct cast *cast, const struct result_run *run,
                       struct err *err)
{
    struct err worst = {0}, of_relay = {0};

    (void)witness_error(&cast->server, "server", run, &worst);
    (void)witness_error(&cast->relay, "relay", run, &of_relay);
    err_worse(&worst, &of_relay);
    if (!worst.code)
        return 0;
    *err = worst;
    return -1;
}
