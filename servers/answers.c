#include "servers/answers.h"

#include "lib/clock.h"

#include <stdlib.h>
#include <string.h>

struct answers_held {
    struct answers_held *next;
    int64_t due_ns;
    struct net_addr to;
    struct inject_key key;
    size_t n;
    char bytes[];
};

void answers_send(struct answers *answers, const char *bytes, size_t n,
                  const struct net_addr *to)
{
    if (net_send_to(answers->fd, bytes, n, to) < 0) {
        answers->unsent++;
        return;
    }
    answers->sent++;
    answers->bytes += (int64_t)n;
}

/* ---- held back ---- */

static int is_to(const struct answers_held *held, const struct net_addr *to)
{
    return held->to.len == to->len &&
           memcmp(held->to.raw, to->raw, to->len) == 0;
}

/* Send it and take it out of the list, where `before` is the one ahead. */
static void let_go(struct answers *answers, struct answers_held *held,
                   struct answers_held *before)
{
    if (before)
        before->next = held->next;
    else
        answers->first = held->next;
    if (answers->last == held)
        answers->last = before;
    answers->held--;
    answers_send(answers, held->bytes, held->n, &held->to);
    free(held);
}

/* Without memory it is not held: nothing has said that it would be. */
static void hold(struct answers *answers,
                 const struct answers_datagram *datagram)
{
    struct answers_held *held = malloc(sizeof *held + datagram->n);

    if (!held) {
        answers_send(answers, datagram->bytes, datagram->n, datagram->to);
        return;
    }
    if (answers->held >= ANSWERS_HELD_MAX)
        let_go(answers, answers->first, NULL);
    held->next = NULL;
    held->due_ns = clock_now_ns() + ANSWERS_HOLD_NS;
    held->to = *datagram->to;
    held->key = datagram->key;
    held->n = datagram->n;
    memcpy(held->bytes, datagram->bytes, datagram->n);
    if (answers->last)
        answers->last->next = held;
    else
        answers->first = held;
    answers->last = held;
    answers->held++;
}

int64_t answers_next_ns(const struct answers *answers)
{
    return answers->first ? answers->first->due_ns : INT64_MAX;
}

void answers_release(struct answers *answers, int64_t now_ns)
{
    while (answers->first && answers->first->due_ns <= now_ns)
        let_go(answers, answers->first, NULL);
}

/* ---- overtaking ---- */

static int log_overtaken(struct answers *answers, const struct net_addr *by,
                         struct err *err)
{
    for (const struct answers_held *held = answers->first; held;
         held = held->next)
        if (is_to(held, by) &&
            inject_overtaken(answers->inject, &held->key, err) < 0)
            return -1;
    return 0;
}

static void release_overtaken(struct answers *answers,
                              const struct net_addr *by)
{
    struct answers_held *before = NULL, *held = answers->first, *next;

    for (; held; held = next) {
        next = held->next;
        if (is_to(held, by))
            let_go(answers, held, before);
        else
            before = held;
    }
}

int answers_give(struct answers *answers,
                 const struct answers_datagram *datagram, struct err *err)
{
    enum impair_action action = IMPAIR_PASS;

    if (inject_decide(answers->inject, IMPAIR_REVERSE, &datagram->key, &action,
                      err) < 0)
        return -1;
    if (action == IMPAIR_DROP)
        return 0;
    if (action == IMPAIR_REORDER) {
        hold(answers, datagram);
        return 0;
    }
    if (log_overtaken(answers, datagram->to, err) < 0)
        return -1;
    answers_send(answers, datagram->bytes, datagram->n, datagram->to);
    if (action == IMPAIR_DUPLICATE)
        answers_send(answers, datagram->bytes, datagram->n, datagram->to);
    release_overtaken(answers, datagram->to);
    return 0;
}
