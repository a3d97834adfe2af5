#include "clients/conn.h"

#include "lib/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int conn_shared_init(struct conn_shared *shared, size_t size_bytes,
                     size_t buffer_bytes)
{
    shared->size_bytes = size_bytes;
    shared->buffer_bytes = buffer_bytes;
    shared->message = malloc(size_bytes);
    shared->buffer = malloc(buffer_bytes);
    shared->zeros = malloc(buffer_bytes);
    if (!shared->message || !shared->buffer || !shared->zeros)
        return -1;
    memset(shared->message, '0', size_bytes);
    memset(shared->zeros, '0', buffer_bytes);
    return 0;
}

void conn_shared_release(struct conn_shared *shared)
{
    free(shared->message);
    free(shared->buffer);
    free(shared->zeros);
    memset(shared, 0, sizeof *shared);
}

void conn_init(struct conn *conn, uint32_t number, uint64_t run_id)
{
    memset(conn, 0, sizeof *conn);
    conn->fd = -1;
    conn->number = number;
    conn->end = OUTCOME_OK;
    msg_stamp_init(&conn->stamp, 'Q', run_id, number);
}

void conn_give_up(struct conn *conn, enum outcome outcome, int sys_errno)
{
    conn->outcome = outcome;
    conn->sys_errno = sys_errno;
    conn->end = outcome;
    conn->end_errno = sys_errno;
}

static enum conn_step broken(struct conn *conn, enum outcome outcome,
                             int sys_errno)
{
    conn_give_up(conn, outcome, sys_errno);
    return CONN_BROKEN;
}

int conn_wants_write(const struct conn *conn, const struct conn_shared *shared)
{
    return conn->state == CONN_BUSY && conn->sent < shared->size_bytes;
}

/* The shared message becomes this connection's current one. */
static void load_message(const struct conn *conn,
                         const struct conn_shared *shared)
{
    size_t head = shared->size_bytes;

    if (head >= MSG_HEADER_BYTES)
        memcpy(shared->message, conn->stamp.header, MSG_HEADER_BYTES);
    else
        msg_fill(shared->message, head, &conn->stamp, conn->seq);
}

static enum conn_step put_bytes(struct conn *conn,
                                const struct conn_shared *shared)
{
    ssize_t n = net_send(conn->fd, shared->message + conn->sent,
                         shared->size_bytes - conn->sent, NET_DONT_WAIT);

    if (n >= 0)
        conn->sent += (size_t)n;
    else if (errno != EAGAIN && errno != EINTR)
        return broken(conn, outcome_of_errno(errno), errno);
    return CONN_WAIT;
}

enum conn_step conn_send(struct conn *conn, const struct conn_shared *shared)
{
    msg_stamp_seq(&conn->stamp, conn->seq);
    load_message(conn, shared);
    conn->state = CONN_BUSY;
    conn->sent = conn->got = 0;
    conn->differs = 0;
    conn->sent_ns = clock_now_ns();
    return put_bytes(conn, shared);
}

enum conn_step conn_push(struct conn *conn, const struct conn_shared *shared)
{
    load_message(conn, shared);
    return put_bytes(conn, shared);
}

/* Do n received bytes equal the message's bytes from conn->got on? */
static int equals(const struct conn *conn, const struct conn_shared *shared,
                  const char *bytes, size_t n)
{
    size_t at = conn->got, head = 0;

    if (shared->size_bytes < MSG_HEADER_BYTES) {
        for (size_t i = 0; i < n; i++)
            if (bytes[i] != msg_pattern(conn->seq, at + i))
                return 0;
        return 1;
    }
    if (at < MSG_HEADER_BYTES) {
        head = MSG_HEADER_BYTES - at < n ? MSG_HEADER_BYTES - at : n;
        if (memcmp(bytes, conn->stamp.header + at, head) != 0)
            return 0;
    }
    return memcmp(bytes + head, shared->zeros, n - head) == 0;
}

/* All bytes are back. */
static enum conn_step complete(struct conn *conn)
{
    conn->sys_errno = 0;
    conn->outcome = conn->differs ? OUTCOME_CORRUPT : OUTCOME_OK;
    conn->state = CONN_IDLE;
    return CONN_DONE;
}

static enum conn_step take_bytes(struct conn *conn,
                                 const struct conn_shared *shared, size_t n)
{
    size_t room = shared->size_bytes - conn->got;

    if (conn->got == 0 && conn->first_byte_ns == 0)
        conn->first_byte_ns = conn->received_ns;
    conn->last_byte_ns = conn->received_ns;
    if (!equals(conn, shared, shared->buffer, n < room ? n : room))
        conn->differs = 1;
    conn->got += n;
    /* An echo cannot be ahead of what was sent. */
    if (conn->got > conn->sent)
        return broken(conn, OUTCOME_CORRUPT, 0);
    return conn->got < shared->size_bytes ? CONN_WAIT : complete(conn);
}

enum conn_step conn_receive(struct conn *conn, const struct conn_shared *shared,
                            int dont_wait)
{
    ssize_t n = net_recv(conn->fd, shared->buffer, shared->buffer_bytes,
                         dont_wait);

    conn->received_ns = clock_now_ns();
    if (n > 0)
        return take_bytes(conn, shared, (size_t)n);
    if (n == 0)
        return broken(conn, OUTCOME_EOF, 0);
    if (errno == EAGAIN || errno == EINTR)
        return CONN_WAIT;
    return broken(conn, outcome_of_errno(errno), errno);
}
