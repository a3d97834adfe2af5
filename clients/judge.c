#include "clients/judge.h"

static int not_connected(const struct load_plan *plan,
                         const struct load_result *result, struct err *err)
{
    int missing = plan->connections - result->connected;

    err_set(err, result->connected ? ERR_CUT : ERR_TARGET, "connect-some",
            "could not connect: %s: %d of %d connections failed",
            plan->target.text, missing, plan->connections);
    return err_hint(err, "a server closes connections above its "
                         "--max-connections and --listen; connections.csv "
                         "has the cause of each");
}

static int peer_gone(const struct load_plan *plan,
                     const struct load_result *result, struct err *err)
{
    enum outcome how = result->first_broken;
    const char *id = how == OUTCOME_TIMEOUT ? "reply-timeout" : "server-gone";

    err_set(err, ERR_CUT, id,
            "cut short: %s: %d of %d connections ended early, the first by "
            "%s%s%s after %lld messages",
            plan->target.text, result->broken, plan->connections,
            outcome_name(how), result->first_broken_errno ? " " : "",
            result->first_broken_errno ? err_name(result->first_broken_errno)
                                       : "",
            (long long)result->intended);
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
            "cut short: %s: %lld of %lld messages were refused",
            plan->target.text, (long long)outcomes[OUTCOME_REFUSED],
            (long long)result->intended);
    return err_hint(err, "nothing listens there any more: the server's log "
                         "says why");
}

/* The run is over; was it what was asked for? */
int judge_result(const struct load_plan *plan, const struct load_result *result,
                 struct err *err)
{
    int64_t corrupt = result->meter.outcomes[OUTCOME_CORRUPT];

    if (plan->persists)
        return 0; /* what failed is what was asked for */
    if (corrupt) {
        err_set(err, ERR_PEER, "echo-differs",
                "not an echo: %s: %lld of %lld replies differ from what was "
                "sent",
                plan->target.text, (long long)corrupt,
                (long long)result->intended);
        return err_hint(err, "a peer that changes bytes cannot be measured");
    }
    if (result->stray) {
        err_set(err, ERR_PEER, "echo-differs",
                "not an echo: %s: more came back than was sent, on %d of %d "
                "connections",
                plan->target.text, result->stray, plan->connections);
        return err_hint(err, "a peer that adds bytes cannot be measured");
    }
    if (result->stopped)
        return 0;
    if (result->refusing)
        return refused(plan, result, err);
    if (result->connected < plan->connections)
        return not_connected(plan, result, err);
    return result->broken ? peer_gone(plan, result, err) : 0;
}
