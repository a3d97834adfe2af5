#include "clients/judge.h"

#include <stdio.h>

/* "3 of 10 connections"; where there is one only, that. */
#define CONNECTIONS_SIZE 48
static const char *connections_text(int n, const struct load_plan *plan,
                                    char text[CONNECTIONS_SIZE])
{
    if (plan->connections == 1)
        return "the connection";
    snprintf(text, CONNECTIONS_SIZE, "%d of %d connections", n,
             plan->connections);
    return text;
}

static const char *plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

static int not_connected(const struct load_plan *plan,
                         const struct load_result *result, struct err *err)
{
    char text[CONNECTIONS_SIZE];

    err_set(
        err, result->connected ? ERR_CUT : ERR_TARGET, "connect-some",
        "could not connect: %s: %s failed", plan->target.text,
        connections_text(plan->connections - result->connected, plan, text));
    return err_hint(err, "a server closes connections above its "
                         "--max-connections and --listen; connections.csv "
                         "has the cause of each");
}

static int peer_gone(const struct load_plan *plan,
                     const struct load_result *result, struct err *err)
{
    enum outcome how = result->first_broken;
    int is_at_once = (how == OUTCOME_EOF || how == OUTCOME_RESET) &&
                     result->intended <= 2 * (int64_t)plan->connections;
    const char *id = how == OUTCOME_TIMEOUT ? "reply-timeout" : "server-gone";
    char text[CONNECTIONS_SIZE];

    err_set(err, ERR_CUT, id,
            "cut short: %s: %s ended early, %sby %s%s%s after %lld message%s",
            plan->target.text, connections_text(result->broken, plan, text),
            result->broken == 1 ? "" : "the first ", outcome_name(how),
            result->first_broken_errno ? " " : "",
            result->first_broken_errno ? err_name(result->first_broken_errno)
                                       : "",
            (long long)result->intended, plural(result->intended));
    if (is_at_once)
        return err_hint(err, "a server that echoes one message and closes, as "
                             "echo-simple-server does, wants --reconnect; else "
                             "its log says why");
    return err_hint(err, "%s",
                    how == OUTCOME_TIMEOUT
                        ? "the server is too slow or stuck; a larger "
                          "--timeout waits longer"
                        : "the server ended the connection: its log says why");
}

static int refused(const struct load_plan *plan,
                   const struct load_result *result, struct err *err)
{
    const int64_t *outcomes = result->meter.outcomes;
    int64_t heard = outcomes[OUTCOME_OK] + outcomes[OUTCOME_LATE] +
                    outcomes[OUTCOME_CORRUPT];

    err_set(err, heard ? ERR_CUT : ERR_TARGET, "server-gone",
            "cut short: %s: refused %lld of %lld message%s", plan->target.text,
            (long long)outcomes[OUTCOME_REFUSED], (long long)result->intended,
            plural(result->intended));
    return err_hint(err, "nothing listens there any more: the server's log "
                         "says why");
}

/* Over UDP nobody ends a connection: the peer was there for the hello. */
static int is_unanswered(const struct load_plan *plan,
                         const struct load_result *result)
{
    const int64_t *outcomes = result->meter.outcomes;

    return plan->is_udp && outcomes[OUTCOME_LOST] > 0 &&
           outcomes[OUTCOME_OK] + outcomes[OUTCOME_LATE] +
                   outcomes[OUTCOME_CORRUPT] ==
               0;
}

static int no_answer(const struct load_plan *plan,
                     const struct load_result *result, struct err *err)
{
    err_set(err, ERR_CUT, "no-answer",
            "cut short: %s: answered the hello, and none of %lld message%s",
            plan->target.text, (long long)result->intended,
            plural(result->intended));
    return err_hint(err, "a server that is stuck, or messages too long for its "
                         "--max-message or for the path; a larger --timeout "
                         "waits longer");
}

static int changed(const struct load_plan *plan,
                   const struct load_result *result, struct err *err)
{
    int64_t corrupt = result->meter.outcomes[OUTCOME_CORRUPT];

    err_set(err, ERR_PEER, "echo-differs",
            "not an echo: %s: changed what was sent in %lld of %lld message%s",
            plan->target.text, (long long)corrupt, (long long)result->intended,
            plural(result->intended));
    return err_hint(err, "a peer that changes bytes cannot be measured");
}

static int added(const struct load_plan *plan, const struct load_result *result,
                 struct err *err)
{
    char text[CONNECTIONS_SIZE];

    err_set(err, ERR_PEER, "echo-differs",
            "not an echo: %s: more came back than was sent, on %s",
            plan->target.text, connections_text(result->stray, plan, text));
    return err_hint(err, "a peer that adds bytes cannot be measured");
}

/* The run is over; was it what was asked for? */
int judge_result(const struct load_plan *plan, const struct load_result *result,
                 struct err *err)
{
    if (plan->persists)
        return 0; /* what failed is what was asked for */
    if (result->meter.outcomes[OUTCOME_CORRUPT])
        return changed(plan, result, err);
    if (result->stray)
        return added(plan, result, err);
    if (result->stopped)
        return 0;
    if (result->refusing)
        return refused(plan, result, err);
    if (result->connected < plan->connections)
        return not_connected(plan, result, err);
    if (is_unanswered(plan, result))
        return no_answer(plan, result, err);
    return result->broken ? peer_gone(plan, result, err) : 0;
}
