#include "lib/impair.h"

#include "lib/rng.h"

#include <string.h>

/* What a draw is for: each purpose has a stream of its own. */
enum purpose { DRAW_LOSS, DRAW_DUPLICATE, DRAW_REORDER, PURPOSES };

static double draw(const struct impair *impair, enum impair_direction direction,
                   enum purpose purpose, uint32_t conn, uint64_t seq)
{
    uint64_t stream = ((uint64_t)conn * 2 + (uint64_t)direction) * PURPOSES +
                      (uint64_t)purpose;

    return rng_unit(impair->seed, stream, seq);
}

int impair_check(const struct impair *impair, struct err *err)
{
    double p = impair->p;

    if (impair->model != IMPAIR_GILBERT && impair->burst > 1) {
        err_set(err, ERR_USAGE, "impair-burst",
                "bursts of %g messages are of the gilbert model",
                impair->burst);
        return err_hint(err, "add the model to lose in bursts");
    }
    if (impair->model != IMPAIR_GILBERT || p <= 0 || p >= 1)
        return 0;
    if (impair->burst >= 1 && p / (1 - p) <= impair->burst)
        return 0;
    err_set(err, ERR_USAGE, "impair-burst",
            "no such loss: a share of %g cannot come in bursts of %g on "
            "average",
            p, impair->burst);
    return err_hint(err, "bursts of at least %.3g messages",
                    p / (1 - p) > 1 ? p / (1 - p) : 1.0);
}

/* Is the chain in its bad state at `seq`?  Walk there from the block's start.
 */
static int is_bad(const struct impair *impair, enum impair_direction direction,
                  uint32_t conn, uint64_t seq)
{
    double to_bad = impair->p / ((1 - impair->p) * impair->burst);
    double stay_bad = 1 - 1 / impair->burst;
    uint64_t at = seq - seq % IMPAIR_BLOCK;
    int bad = draw(impair, direction, DRAW_LOSS, conn, at) < impair->p;

    for (at++; at <= seq; at++) {
        double u = draw(impair, direction, DRAW_LOSS, conn, at);

        bad = u < (bad ? stay_bad : to_bad);
    }
    return bad;
}

static int is_lost(const struct impair *impair, enum impair_direction direction,
                   uint32_t conn, uint64_t seq)
{
    if (impair->model == IMPAIR_NONE || impair->p <= 0 ||
        !(impair->directions >> direction & 1))
        return 0;
    if (impair->p >= 1)
        return 1;
    if (impair->model == IMPAIR_GILBERT)
        return is_bad(impair, direction, conn, seq);
    return draw(impair, direction, DRAW_LOSS, conn, seq) < impair->p;
}

enum impair_action impair_decide(const struct impair *impair,
                                 enum impair_direction direction, uint32_t conn,
                                 uint64_t seq)
{
    if (is_lost(impair, direction, conn, seq))
        return IMPAIR_DROP;
    if (direction == IMPAIR_FORWARD)
        return IMPAIR_PASS;
    if (impair->duplicate > 0 &&
        draw(impair, direction, DRAW_DUPLICATE, conn, seq) < impair->duplicate)
        return IMPAIR_DUPLICATE;
    if (impair->reorder > 0 &&
        draw(impair, direction, DRAW_REORDER, conn, seq) < impair->reorder)
        return IMPAIR_REORDER;
    return IMPAIR_PASS;
}

const char *impair_action_name(enum impair_action action)
{
    static const char *const names[] = {"pass", "drop", "duplicate", "reorder"};

    return names[action];
}

const char *impair_direction_name(enum impair_direction direction)
{
    return direction == IMPAIR_FORWARD ? "forward" : "reverse";
}

int impair_parse_model(const char *name, enum impair_model *model)
{
    static const char *const names[] = {"none", "bernoulli", "gilbert"};

    for (int i = 0; i < 3; i++) {
        if (strcmp(names[i], name) == 0) {
            *model = (enum impair_model)i;
            return 0;
        }
    }
    return -1;
}
