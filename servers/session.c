#include "servers/session.h"

#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/show.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct session *session_new(struct serve *serve, int fd,
                            const struct net_addr *peer)
{
    struct session *session = calloc(1, sizeof *session);
    char name[NET_TUPLE_SIZE];

    if (!session)
        return NULL;
    session->serve = serve;
    session->fd = fd;
    session->peer = *peer;
    session->host = serve_host(serve, peer);
    session->active_ns = clock_now_ns();
    session->is_proven = !serve->guard.has_key;
    (void)net_set_nodelay(fd);
    if (serve->unsent_bytes)
        (void)net_set_unsent_max(fd, serve->unsent_bytes);
    net_tuple_text(peer, name);
    serve_say(serve, "Client %s connected!", name);
    return session;
}

/* The lab's word for goodbye: a message that says exactly `exit`. */
static int says_exit(const char *bytes, size_t n)
{
    while (n > 0 && (bytes[n - 1] == '\n' || bytes[n - 1] == '\r'))
        n--;
    return n == 4 && memcmp(bytes, "exit", 4) == 0;
}

static void show_message(const struct session *session, const char *bytes,
                         size_t n)
{
    enum { SHOWN = 72 };
    char peer[NET_TUPLE_SIZE], text[400];

    if (session->serve->quiet)
        return;
    net_tuple_text(&session->peer, peer);
    serve_say(session->serve, "From client %s: %s", peer,
              show_bytes(bytes, n, SHOWN, text, sizeof text));
}

/* Only its own thread writes it: no locked instruction on an echo's path. */
static void count_step(struct session *session)
{
    unsigned steps = atomic_load_explicit(&session->steps,
                                          memory_order_relaxed);

    atomic_store_explicit(&session->steps, steps + 1, memory_order_relaxed);
}

static void count_in(struct session *session, size_t n)
{
    session->bytes_in += (int64_t)n;
    session->pause_ns = serve_throttle_ns(session->serve, session->host, n);
}

static enum session_step over(struct session *session, const char *end)
{
    session->end = end;
    return SESSION_OVER;
}

int session_is_new(const struct session *session)
{
    return atomic_load_explicit(&session->steps, memory_order_relaxed) == 0;
}

/* After a failed call: try later, or not at all. */
static enum session_step failed(struct session *session)
{
    if (errno == EAGAIN || errno == EINTR)
        return SESSION_WAIT;
    return over(session, err_name(errno));
}

/* ---- the proof ---- */

/* 'H' asks for an answer, 'K' just opens the connection. */
static enum refusal judge_proof(struct session *session,
                                struct msg_header *header)
{
    if (msg_read(session->proof, header) < 0 ||
        (header->kind != 'H' && header->kind != 'K'))
        return REFUSED_UNKEYED;
    return guard_judge(&session->serve->guard, session->proof,
                       sizeof session->proof, header);
}

/* It is whole: the session begins, with the answer to a hello, or never. */
static enum session_step finish_proof(struct session *session, char *buffer,
                                      size_t *n)
{
    struct msg_header header = {0};

    session->refusal = judge_proof(session, &header);
    if (session->refusal != REFUSED_NOT)
        return SESSION_MUTE;
    session->is_proven = 1;
    count_step(session);
    if (header.kind == 'K')
        return SESSION_WAIT;
    guard_answer(&session->serve->guard, session->proof, 'W');
    memcpy(buffer, session->proof, sizeof session->proof);
    *n = sizeof session->proof;
    return SESSION_GO;
}

/* Not a byte more than the proof is read, so what follows is left for later. */
static enum session_step receive_proof(struct session *session, char *buffer,
                                       size_t *n, int dont_wait)
{
    ssize_t got;

    *n = 0;
    if (session->refusal != REFUSED_NOT)
        return over(session, "refused");
    got = net_recv(session->fd, session->proof + session->proof_bytes,
                   sizeof session->proof - session->proof_bytes, dont_wait);
    if (got < 0)
        return failed(session);
    if (got == 0)
        return over(session, "shutdown");
    count_in(session, (size_t)got);
    session->proof_bytes += (size_t)got;
    return session->proof_bytes < sizeof session->proof
               ? SESSION_WAIT
               : finish_proof(session, buffer, n);
}

/* ---- echoes ---- */

enum session_step session_receive(struct session *session, char *buffer,
                                  size_t size, size_t *n, int dont_wait)
{
    ssize_t got;

    if (!session->is_proven)
        return receive_proof(session, buffer, n, dont_wait);
    got = net_recv(session->fd, buffer, size, dont_wait);
    *n = 0;
    if (got < 0)
        return failed(session);
    if (got == 0)
        return over(session, "shutdown");
    count_step(session);
    count_in(session, (size_t)got);
    show_message(session, buffer, (size_t)got);
    if (says_exit(buffer, (size_t)got))
        return over(session, "exit");
    msg_welcome(buffer, (size_t)got, &session->matched);
    *n = (size_t)got;
    return SESSION_GO;
}

void session_pause(struct session *session)
{
    if (session->pause_ns > 0)
        serve_pause(session->pause_ns);
    session->pause_ns = 0;
}

enum session_step session_send(struct session *session, const char *bytes,
                               size_t n, size_t *sent, int dont_wait)
{
    ssize_t put;

    *sent = 0;
    while (*sent < n) {
        put = net_send(session->fd, bytes + *sent, n - *sent, dont_wait);
        if (put < 0)
            return failed(session);
        count_step(session);
        *sent += (size_t)put;
        session->bytes_out += put;
    }
    return session->serve->once ? over(session, "served") : SESSION_GO;
}

void session_free(struct session *session)
{
    char name[NET_TUPLE_SIZE];

    net_tuple_text(&session->peer, name);
    if (atomic_load(&session->timed_out))
        session->end = "timeout";
    serve_say(session->serve, "Client %s %s!", name,
              session->end ? session->end : "shutdown");
    close(session->fd);
    free(session->rest);
    free(session);
}
